//! Reads pages of lists: each item as bytes of its own, whatever is in it.

use bytes::Bytes;
use serde::{Deserialize, de::IgnoredAny};
use serde_json::value::RawValue;

use crate::cluster::Error;

/// One page of a list.
#[derive(Debug, PartialEq)]
pub(crate) struct Page {
    /// The objects, each with its kind.
    pub(crate) items: Vec<Bytes>,
    /// What the list is of.
    pub(crate) version: String,
    /// What to ask for the next page with.
    pub(crate) token: Option<String>,
}

/// Reads a page. An item is not looked into beyond its kind: one that is odd fails alone, later.
pub(crate) fn read(body: &[u8]) -> Result<Page, Error> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct List<'a> {
        #[serde(default)]
        api_version: String,
        #[serde(default)]
        kind: String,
        metadata: Metadata,
        #[serde(borrow)]
        items: Option<Vec<&'a RawValue>>,
    }
    let list: List<'_> =
        serde_json::from_slice(body).map_err(|error| Error::Malformed(format!("a list: {error}")))?;
    let kind = list.kind.strip_suffix("List").unwrap_or(&list.kind);
    let items = list.items.unwrap_or_default().into_iter();
    Ok(Page {
        items: items.map(|item| with_kind(item.get(), &list.api_version, kind)).collect(),
        version: list.metadata.resource_version,
        token: list.metadata.next.filter(|token| !token.is_empty()),
    })
}

/// Built-in resources leave the kind out in lists. Handlers are to find it, as in an event.
fn with_kind(item: &str, api_version: &str, kind: &str) -> Bytes {
    #[derive(Deserialize)]
    struct Typed {
        kind: Option<IgnoredAny>,
    }
    // So they begin where they are typed, and need not be gone through.
    let typed = item.starts_with(r#"{"apiVersion":"#)
        || serde_json::from_str::<Typed>(item).is_ok_and(|item| item.kind.is_some());
    match item.strip_prefix('{').map(str::trim_start) {
        Some(members) if !typed => {
            let comma = if members.starts_with('}') { "" } else { "," };
            format!(r#"{{"apiVersion":"{api_version}","kind":"{kind}"{comma}{members}"#).into()
        }
        _ => Bytes::copy_from_slice(item.as_bytes()),
    }
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    #[serde(default)]
    resource_version: String,
    #[serde(default, rename = "continue")]
    next: Option<String>,
}

/// The resourceVersion of an object.
pub(crate) fn version(object: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Versioned {
        metadata: Metadata,
    }
    let object: Versioned = serde_json::from_slice(object).ok()?;
    Some(object.metadata.resource_version).filter(|version| !version.is_empty())
}

/// A value fit for a query.
pub(crate) fn escape(value: &str) -> String {
    value
        .bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                char::from(byte).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(body: &str, expected: &str) {
        let found = match read(body.as_bytes()) {
            Ok(page) => format!(
                "{} {:?} {}",
                page.version,
                page.token,
                page.items.iter().map(|item| String::from_utf8_lossy(item)).collect::<Vec<_>>().join(" ")
            ),
            Err(error) => error.to_string(),
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn items_get_the_kind_of_their_list_unless_they_have_one() {
        check(
            r#"{"apiVersion":"v1","kind":"PodList","metadata":{"resourceVersion":"9"},"items":[{"metadata":{}},{ }]}"#,
            r#"9 None {"apiVersion":"v1","kind":"Pod","metadata":{}} {"apiVersion":"v1","kind":"Pod"}"#,
        );
        check(
            r#"{"kind":"KexList","metadata":{"resourceVersion":"9","continue":"t"},"items":[{"kind":"Kex"}]}"#,
            r#"9 Some("t") {"kind":"Kex"}"#,
        );
    }

    #[test]
    fn an_odd_item_does_not_harm_its_list() {
        let deep = format!(r#"{{"kind":"Kex","spec":{}{}}}"#, "[".repeat(9_000), "]".repeat(9_000));
        check(
            &format!(r#"{{"kind":"KexList","metadata":{{"resourceVersion":"9"}},"items":[7,{deep}]}}"#),
            &format!("9 None 7 {deep}"),
        );
        check(r#"{"metadata":{"resourceVersion":"9"},"items":null}"#, "9 None ");
    }

    #[test]
    fn a_token_is_fit_for_a_query() {
        assert_eq!(escape("a+b/c=="), "a%2Bb%2Fc%3D%3D");
    }
}
