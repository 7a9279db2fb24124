//! A document that is being made, in one of its forms: its sections are written piece by piece, for as a whole it is large.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::protobuf::open_api::{self, Release, Section};

/// The forms that documents have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Json,
    Protobuf,
}

pub(super) struct Draft {
    release: Release,
    form: Form,
    sections: Vec<(Section, BTreeMap<String, Vec<u8>>)>,
}

impl Draft {
    pub(super) fn new(release: Release, form: Form, sections: &[Section]) -> Self {
        let sections = sections.iter().map(|section| (*section, BTreeMap::new()));
        Draft { release, form, sections: sections.collect() }
    }

    pub(super) fn put_all(&mut self, section: Section, entries: Vec<(String, Value)>) {
        for (name, value) in entries {
            self.put(section, &name, &value);
        }
    }

    pub(super) fn put(&mut self, section: Section, name: &str, value: &Value) {
        let bytes = match self.form {
            Form::Json => format!("{}:{value}", Value::from(name)).into_bytes(),
            Form::Protobuf => open_api::entry(self.release, section, name, value),
        };
        if let Some((_, entries)) = self.sections.iter_mut().find(|(known, _)| *known == section) {
            entries.insert(name.to_owned(), bytes);
        }
    }

    pub(super) fn has(&self, section: Section, name: &str) -> bool {
        self.sections.iter().any(|(known, entries)| *known == section && entries.contains_key(name))
    }

    /// The sections, each as it stands in the document.
    pub(super) fn sections(self) -> Vec<(Section, Vec<u8>)> {
        let comma: &[u8] = if self.form == Form::Json { b"," } else { b"" };
        let sections = self.sections.into_iter().map(|(section, entries)| {
            let entries: Vec<Vec<u8>> = entries.into_values().collect();
            (section, entries.join(comma))
        });
        sections.collect()
    }
}

/// Appends a section to an object that is being written.
pub(super) fn put_object(text: &mut Vec<u8>, name: &str, content: &[u8]) {
    text.extend_from_slice(format!(",\"{name}\":{{").as_bytes());
    text.extend_from_slice(content);
    text.push(b'}');
}
