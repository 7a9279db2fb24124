//! One object as the server sent it: its bytes, its header, and its body as a value.

mod body;

use std::{cmp::Ordering, fmt};

use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Map, Value};

/// Why bytes are not an object that can be handled.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The metadata cannot be read: no name, say, or no uid.
    #[error("its metadata cannot be read")]
    Header(#[source] serde_json::Error),
    /// The body is nested too deep, or is no JSON.
    #[error("its body cannot be read (objects nested deeper than 127 levels are not handled)")]
    Body(#[source] serde_json::Error),
}

/// A resourceVersion. Two of them compare as numbers (KEP-5504); where one is not a number, nothing is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Version {
    /// As every kube-apiserver gives it.
    Number(u64),
    /// As some aggregated server may give it.
    Text(Box<str>),
}

impl Version {
    /// Reads a resourceVersion. It is a number only where the number is written so, for it is sent back as it came.
    pub fn new(text: &str) -> Version {
        let number = text.parse().ok().filter(|number: &u64| number.to_string() == text);
        number.map_or_else(|| Version::Text(text.into()), Version::Number)
    }

    /// Whether this is no newer than the other; `None` if that cannot be known.
    pub fn is_covered_by(&self, other: &Version) -> Option<bool> {
        match (self, other) {
            (Version::Number(this), Version::Number(other)) => Some(this.cmp(other) != Ordering::Greater),
            _ if self == other => Some(true),
            _ => None,
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Version::Number(number) => number.fmt(f),
            Version::Text(text) => text.fmt(f),
        }
    }
}

/// What is read of every object, at any depth of nesting: where it is, and which version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The object's uid.
    pub uid: Box<str>,
    /// Its namespace, unless it has none.
    pub namespace: Option<Box<str>>,
    /// Its name.
    pub name: Box<str>,
    /// Its resourceVersion.
    pub version: Version,
    /// Whether it has a deletionTimestamp.
    pub deleting: bool,
}

impl Header {
    /// Reads the header, passing over all else whatever its depth.
    ///
    /// # Errors
    ///
    /// [`Error::Header`] where the metadata is not a Kubernetes object's.
    pub fn read(raw: &[u8]) -> Result<Header, Error> {
        serde_json::from_slice(raw).map_err(Error::Header)
    }
}

impl<'de> Deserialize<'de> for Header {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Header, D::Error> {
        #[derive(Deserialize)]
        struct Outer<'a> {
            #[serde(borrow)]
            metadata: Metadata<'a>,
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Metadata<'a> {
            #[serde(borrow)]
            uid: std::borrow::Cow<'a, str>,
            #[serde(borrow)]
            name: std::borrow::Cow<'a, str>,
            #[serde(borrow, default)]
            namespace: Option<std::borrow::Cow<'a, str>>,
            #[serde(borrow, default)]
            resource_version: std::borrow::Cow<'a, str>,
            #[serde(default)]
            deletion_timestamp: Option<serde::de::IgnoredAny>,
        }
        let Outer { metadata } = Outer::deserialize(deserializer)?;
        Ok(Header {
            uid: metadata.uid.into(),
            namespace: metadata.namespace.filter(|namespace| !namespace.is_empty()).map(Into::into),
            name: metadata.name.into(),
            version: Version::new(&metadata.resource_version),
            deleting: metadata.deletion_timestamp.is_some(),
        })
    }
}

/// `namespace/name`, or the name of an object without a namespace.
impl fmt::Display for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(namespace) = &self.namespace {
            write!(f, "{namespace}/")?;
        }
        f.write_str(&self.name)
    }
}

/// An object, whole.
#[derive(Debug, Clone)]
pub struct Object {
    /// Where it is, and which version.
    pub header: Header,
    /// The bytes that the server sent.
    pub raw: Bytes,
    /// The same, parsed, without `metadata.managedFields`: it may be as large as all the rest, and decides nothing.
    pub body: Value,
}

impl Object {
    /// Parses an object.
    ///
    /// # Errors
    ///
    /// As [`Header::read`], and [`Error::Body`] where the nesting is too deep.
    pub fn parse(raw: Bytes) -> Result<Object, Error> {
        // The header is in the body, which need not be gone through for it once more.
        match body::read(&raw) {
            Ok(body) => Ok(Object { header: Header::deserialize(&body).map_err(Error::Header)?, raw, body }),
            Err(error) => Err(Header::read(&raw).map_or_else(|error| error, |_| Error::Body(error))),
        }
    }

    /// Whether one of its finalizers is this one.
    pub fn has_finalizer(&self, finalizer: &str) -> bool {
        finalizers(&self.body).any(|found| found == finalizer)
    }
}

/// The finalizers of a body.
pub fn finalizers(body: &Value) -> impl Iterator<Item = &str> {
    body["metadata"]["finalizers"].as_array().into_iter().flatten().filter_map(Value::as_str)
}

/// The annotations of a body.
pub fn annotations(body: &Value) -> Option<&Map<String, Value>> {
    body["metadata"]["annotations"].as_object()
}

/// An annotation of a body.
pub fn annotation<'a>(body: &'a Value, key: &str) -> Option<&'a str> {
    body["metadata"]["annotations"].get(key)?.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let found = match Header::read(text.as_bytes()) {
            Ok(header) => format!("{header} {} {} {}", header.uid, header.version, header.deleting),
            Err(error) => error.to_string(),
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn a_header_is_read_at_any_depth_of_the_rest() {
        check(
            r#"{"metadata":{"name":"a","namespace":"n","uid":"u","resourceVersion":"7"}}"#,
            "n/a u 7 false",
        );
        check(
            r#"{"metadata":{"name":"a","uid":"u","resourceVersion":"x","deletionTimestamp":"t"}}"#,
            "a u x true",
        );
        let deep = format!("{}1{}", "[".repeat(9_000), "]".repeat(9_000));
        check(
            &format!(r#"{{"spec":{deep},"metadata":{{"name":"d","uid":"u","extra":{deep}}}}}"#),
            "d u  false",
        );
    }

    #[test]
    fn a_body_that_is_no_object_or_too_deep_is_an_error() {
        check(r#"{"metadata":{"name":"a"}}"#, "its metadata cannot be read");
        check("[]", "its metadata cannot be read");
        let deep = format!(
            r#"{{"metadata":{{"name":"d","uid":"u"}},"spec":{}1{}}}"#,
            "[".repeat(130),
            "]".repeat(130)
        );
        let error = Object::parse(Bytes::from(deep)).unwrap_err();
        assert_eq!(
            error.to_string(),
            "its body cannot be read (objects nested deeper than 127 levels are not handled)"
        );
    }

    #[test]
    fn trap_30_an_object_without_a_uid_shares_nothing_with_others_for_it_is_not_handled() {
        check(r#"{"metadata":{"name":"a","uid":null}}"#, "its metadata cannot be read");
        check(r#"{"metadata":{"name":"a","resourceVersion":"1"}}"#, "its metadata cannot be read");
    }

    #[test]
    fn versions_compare_as_numbers_or_not_at_all() {
        let covered = |a: &str, b: &str| Version::new(a).is_covered_by(&Version::new(b));
        assert_eq!(covered("9", "10"), Some(true));
        assert_eq!(covered("10", "10"), Some(true));
        assert_eq!(covered("11", "10"), Some(false));
        assert_eq!(covered("a", "a"), Some(true));
        assert_eq!(covered("a", "10"), None);
        assert_eq!(covered("+7", "10"), None);
    }
}
