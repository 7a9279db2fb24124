//! The schemas of built-in types by name, as they stand in documents of OpenAPI, without their descriptions.
//!
//! The table is text, a line for each type: its name and its schema. A schema is read when it is first asked for: few are.

use std::{
    collections::BTreeMap,
    io::Read,
    sync::{LazyLock, OnceLock},
};

use flate2::read::DeflateDecoder;
use serde_json::Value;

use crate::schema::Schema;

/// A line of the table.
pub(super) struct Entry {
    pub(super) name: &'static str,
    text: &'static str,
    read: OnceLock<Value>,
    /// What values of the type have to be; kept here for [`built_in`](super::built_in).
    pub(super) types: OnceLock<Schema>,
}

impl Entry {
    pub(super) fn schema(&self) -> &Value {
        self.read.get_or_init(|| self.read())
    }

    /// The schema, which is not kept.
    pub(super) fn read(&self) -> Value {
        serde_json::from_str(self.text).expect("the table was written as JSON")
    }

    /// Whether objects of that group, version and kind are of the type.
    fn is_of(&self, (group, version, kind): (&str, &str, &str)) -> bool {
        let said = self.schema()["x-kubernetes-group-version-kind"].as_array();
        said.into_iter()
            .flatten()
            .any(|said| said["group"] == group && said["version"] == version && said["kind"] == kind)
    }
}

/// By the last part of their names: the kind, where objects are of the type.
type Entries = BTreeMap<&'static str, Vec<Entry>>;

fn entries() -> &'static Entries {
    static TEXT: LazyLock<String> = LazyLock::new(|| {
        let mut text = String::new();
        let compressed = &include_bytes!("schemas.deflate")[..];
        DeflateDecoder::new(compressed).read_to_string(&mut text).expect("the table was checked in whole");
        text
    });
    static ENTRIES: LazyLock<Entries> = LazyLock::new(|| {
        let mut entries = Entries::new();
        for (name, text) in TEXT.lines().filter_map(|line| line.split_once(' ')) {
            let entry = Entry { name, text, read: OnceLock::new(), types: OnceLock::new() };
            entries.entry(last_part(name)).or_default().push(entry);
        }
        entries
    });
    &ENTRIES
}

fn last_part(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

/// All types, in the order of the last parts of their names.
pub(super) fn all() -> impl Iterator<Item = &'static Entry> {
    entries().values().flatten()
}

/// The type of that name.
pub(super) fn entry(name: &str) -> Option<&'static Entry> {
    entries().get(last_part(name))?.iter().find(|entry| entry.name == name)
}

/// The type that objects of a group, version and kind are of.
pub(super) fn entry_of(kind: (&str, &str, &str)) -> Option<&'static Entry> {
    entries().get(kind.2)?.iter().find(|entry| entry.is_of(kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_no_prose_and_no_type_that_is_named_otherwise_than_its_kind() {
        let all: Vec<&Entry> = entries().values().flatten().collect();
        assert!(all.len() > 600, "{}", all.len());
        for entry in all {
            assert_eq!(entry.schema().get("description"), None, "{}", entry.name);
            let kinds = entry.schema()["x-kubernetes-group-version-kind"].as_array();
            for said in kinds.into_iter().flatten() {
                assert_eq!(said["kind"], last_part(entry.name));
            }
        }
    }
}
