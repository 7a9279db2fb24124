//! An object as it came, read part by part and each part once.
//!
//! The bytes are split at the object's top level first; what is inside stays bytes until an argument asks for it. So
//! a handler that wants the name does not pay for a large spec, and does not fail with one that is nested too deep.

use std::{
    collections::{BTreeMap, VecDeque},
    fmt,
    ops::Range,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use kopf_plugin_abi::v1::Bytes;
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, IgnoredAny, MapAccess, Visitor},
};
use serde_json::{Map, Value, value::RawValue};

use crate::{Error, Outcome};

/// Text that is shared by an object's labels or annotations.
pub(crate) type Texts = BTreeMap<String, String>;

type Once<T> = OnceLock<Result<Arc<T>, String>>;

/// An object, or another piece of JSON that the host shares.
pub(crate) struct Document {
    bytes: Bytes,
    parts: Once<Parts>,
    whole: Once<Value>,
    spec: Once<Value>,
    status: Once<Value>,
    meta: Once<Value>,
    labels: Once<Texts>,
    annotations: Once<Texts>,
}

/// Where the parts are, and the names.
struct Parts {
    metadata: Option<Range<usize>>,
    spec: Option<Range<usize>>,
    status: Option<Range<usize>>,
    labels: Option<Range<usize>>,
    annotations: Option<Range<usize>>,
    name: Option<String>,
    namespace: Option<String>,
    uid: Option<String>,
}

/// A part of an object that can be read as any type.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Part {
    Whole,
    Spec,
    Status,
}

impl Document {
    pub(crate) fn new(bytes: Bytes) -> Document {
        Document {
            bytes,
            parts: OnceLock::new(),
            whole: OnceLock::new(),
            spec: OnceLock::new(),
            status: OnceLock::new(),
            meta: OnceLock::new(),
            labels: OnceLock::new(),
            annotations: OnceLock::new(),
        }
    }

    pub(crate) fn whole(&self) -> Outcome<Arc<Value>> {
        once(&self.whole, || read("the object", &self.bytes))
    }

    pub(crate) fn spec(&self) -> Outcome<Arc<Value>> {
        once(&self.spec, || read("`spec`", self.slice(&self.parts()?.spec)))
    }

    pub(crate) fn status(&self) -> Outcome<Arc<Value>> {
        once(&self.status, || read("`status`", self.slice(&self.parts()?.status)))
    }

    pub(crate) fn meta(&self) -> Outcome<Arc<Value>> {
        once(&self.meta, || {
            let Unmanaged(map) = read("`metadata`", self.slice(&self.parts()?.metadata))?;
            Ok(Value::Object(map))
        })
    }

    pub(crate) fn labels(&self) -> Outcome<Arc<Texts>> {
        once(&self.labels, || read("`metadata.labels`", self.slice(&self.parts()?.labels)))
    }

    pub(crate) fn annotations(&self) -> Outcome<Arc<Texts>> {
        once(&self.annotations, || read("`metadata.annotations`", self.slice(&self.parts()?.annotations)))
    }

    pub(crate) fn name(&self) -> Outcome<Option<String>> {
        Ok(self.split()?.name.clone())
    }

    pub(crate) fn namespace(&self) -> Outcome<Option<String>> {
        Ok(self.split()?.namespace.clone())
    }

    pub(crate) fn uid(&self) -> Outcome<Option<String>> {
        Ok(self.split()?.uid.clone())
    }

    /// Reads a part as `T`, straight from the bytes.
    pub(crate) fn typed<T: DeserializeOwned>(&self, part: Part) -> Outcome<T> {
        let (name, bytes) = match part {
            Part::Whole => ("", &self.bytes[..]),
            Part::Spec => ("spec", self.slice(&self.split()?.spec)),
            Part::Status => ("status", self.slice(&self.split()?.status)),
        };
        let wanted = std::any::type_name::<T>();
        serde_json::from_slice(bytes).or_else(|error| {
            if too_deep(&error) {
                let name = if name.is_empty() { "the object".to_owned() } else { format!("`{name}`") };
                return Err(Error::argument(explain(&name, wanted, &error)));
            }
            // Only a failure is worth the path's price.
            let mut reader = serde_json::Deserializer::from_slice(bytes);
            serde_path_to_error::deserialize(&mut reader).map_err(|error| {
                let inside = error.path().to_string();
                let path = match (name, inside.as_str()) {
                    ("", ".") => "the object".to_owned(),
                    ("", path) => format!("`{path}`"),
                    (name, ".") => format!("`{name}`"),
                    (name, path) if path.starts_with('[') => format!("`{name}{path}`"),
                    (name, path) => format!("`{name}.{path}`"),
                };
                Error::argument(explain(&path, wanted, error.inner()))
            })
        })
    }

    fn split(&self) -> Outcome<Arc<Parts>> {
        self.parts().map_err(Error::argument)
    }

    fn parts(&self) -> Result<Arc<Parts>, String> {
        self.parts.get_or_init(|| Parts::find(&self.bytes).map(Arc::new)).clone()
    }

    /// The bytes of a part. A part that is absent reads as an empty object.
    fn slice(&self, part: &Option<Range<usize>>) -> &[u8] {
        part.clone().and_then(|range| self.bytes.get(range)).unwrap_or(b"{}")
    }
}

fn once<T>(cell: &Once<T>, make: impl FnOnce() -> Result<T, String>) -> Outcome<Arc<T>> {
    cell.get_or_init(|| make().map(Arc::new)).clone().map_err(Error::argument)
}

fn read<T: DeserializeOwned>(name: &str, bytes: &[u8]) -> Result<T, String> {
    serde_json::from_slice(bytes).map_err(|error| explain(name, "JSON", &error))
}

fn explain(name: &str, wanted: &str, error: &serde_json::Error) -> String {
    if too_deep(error) {
        format!(
            "{name} is nested deeper than the 127 levels that can be read; `Typed` with a type that leaves the deep \
             part out can read the rest"
        )
    } else {
        format!("{name} cannot be read as {wanted}: {error}")
    }
}

fn too_deep(error: &serde_json::Error) -> bool {
    // There is no other way to tell this error: it is a syntax error like any other.
    error.to_string().starts_with("recursion limit exceeded")
}

impl Parts {
    fn find(bytes: &[u8]) -> Result<Parts, String> {
        #[derive(Deserialize)]
        #[serde(expecting = "an object")]
        struct Split<'a> {
            #[serde(borrow)]
            metadata: Option<&'a RawValue>,
            #[serde(borrow)]
            spec: Option<&'a RawValue>,
            #[serde(borrow)]
            status: Option<&'a RawValue>,
        }

        #[derive(Deserialize, Default)]
        #[serde(expecting = "an object")]
        struct Metadata<'a> {
            name: Option<String>,
            namespace: Option<String>,
            uid: Option<String>,
            #[serde(borrow)]
            labels: Option<&'a RawValue>,
            #[serde(borrow)]
            annotations: Option<&'a RawValue>,
        }

        let place = |raw: Option<&RawValue>| {
            raw.map(|raw| {
                let start = raw.get().as_ptr().addr() - bytes.as_ptr().addr();
                start..start + raw.get().len()
            })
        };
        let split: Split<'_> =
            serde_json::from_slice(bytes).map_err(|error| explain("the object", "JSON", &error))?;
        let metadata = match split.metadata {
            Some(raw) => {
                serde_json::from_str(raw.get()).map_err(|error| explain("`metadata`", "metadata", &error))?
            }
            None => Metadata::default(),
        };
        Ok(Parts {
            metadata: place(split.metadata),
            spec: place(split.spec),
            status: place(split.status),
            labels: place(metadata.labels),
            annotations: place(metadata.annotations),
            name: metadata.name,
            namespace: metadata.namespace,
            uid: metadata.uid,
        })
    }
}

/// Metadata less `managedFields`: the largest part, nested as deep as the object is, and of no use to a handler.
struct Unmanaged(Map<String, Value>);

impl<'de> Deserialize<'de> for Unmanaged {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;

        impl<'de> Visitor<'de> for Entries {
            type Value = Unmanaged;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Unmanaged, A::Error> {
                let mut map = Map::new();
                while let Some(key) = entries.next_key::<String>()? {
                    if key == "managedFields" {
                        entries.next_value::<IgnoredAny>()?;
                    } else {
                        map.insert(key, entries.next_value()?);
                    }
                }
                Ok(Unmanaged(map))
            }
        }

        deserializer.deserialize_map(Entries)
    }
}

/// The last few documents, so that the handlers of one object share what they have read.
#[derive(Default)]
pub(crate) struct Documents(Mutex<VecDeque<Arc<Document>>>);

impl Documents {
    // Handlers of one object run together or soon after one another; more would only hold memory.
    const KEPT: usize = 16;

    /// The document of these bytes. They are told by their address, which is theirs for as long as they are kept.
    pub(crate) fn of(&self, bytes: Bytes) -> Arc<Document> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = kept.iter().find(|document| std::ptr::eq(&*document.bytes, &*bytes)) {
            return found.clone();
        }
        kept.truncate(Self::KEPT - 1);
        let document = Arc::new(Document::new(bytes));
        kept.push_front(document.clone());
        document
    }
}

#[cfg(test)]
mod tests;
