//! The document of OpenAPI 2: one of all that is served, in JSON or protobuf.
//!
//! It is made when somebody asks for it, piece by piece, and kept until a definition changes.

use std::hash::{DefaultHasher, Hash, Hasher};

use bytes::Bytes;
use serde_json::{Value, json};

use super::{
    Sources, custom, definitions, described,
    draft::{self, Draft, Form},
    parameters,
};
use crate::{
    discovery, json as deep,
    protobuf::open_api::{self, Release, Section},
    tables,
};

const RELEASE: Release = Release::Two;

/// Levels of a document that are none of a definition's.
const LEVELS: usize = 16;

/// The document in one form.
#[derive(Debug, Clone)]
pub(crate) struct Document {
    pub(crate) bytes: Bytes,
    /// What stands for the bytes, in quotes.
    pub(crate) tag: String,
}

/// The document as it was last asked for, in each form.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    /// What stands for the definitions that it was made of.
    of: u64,
    json: Option<Document>,
    protobuf: Option<Document>,
}

impl Sources {
    /// What stands for them as they are.
    fn key(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        for definition in &self.0 {
            (&definition.header.name, definition.header.revision).hash(&mut hasher);
        }
        hasher.finish()
    }
}

impl Kept {
    /// The document, made anew where a definition has changed.
    pub(crate) fn document(&mut self, sources: &Sources, form: Form) -> Document {
        let key = sources.key();
        if self.of != key {
            *self = Kept { of: key, ..Kept::default() };
        }
        let kept = match form {
            Form::Json => &mut self.json,
            Form::Protobuf => &mut self.protobuf,
        };
        kept.get_or_insert_with(|| make(sources, form)).clone()
    }
}

fn make(sources: &Sources, form: Form) -> Document {
    let bytes = deep::with_stack(2 * sources.depth() + LEVELS, || {
        let mut draft = Draft::new(RELEASE, form, &[Section::Paths, Section::Schemas, Section::Parameters]);
        for (name, schema) in tables::schemas() {
            draft.put(Section::Schemas, name, &definitions::built_in(&schema));
        }
        for name in described::built_in_names() {
            draft.put_all(Section::Paths, described::built_in(&name));
        }
        for definition in &sources.0 {
            let definition = definition.value();
            for (_, version) in described::versions(&definition) {
                draft.put_all(Section::Paths, described::custom(&definition, version));
                draft.put_all(Section::Schemas, custom::schemas(RELEASE, &definition, version).into());
            }
        }
        for (name, parameter) in parameters::shared() {
            draft.put(Section::Parameters, name, &parameter);
        }
        finished(form, &draft.sections())
    });
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    Document { bytes: bytes.into(), tag: format!("\"{:016X}\"", hasher.finish()) }
}

fn finished(form: Form, sections: &[(Section, Vec<u8>)]) -> Vec<u8> {
    let around = around();
    if form == Form::Protobuf {
        return open_api::document(RELEASE, &around, sections);
    }
    let mut text = around.to_string().into_bytes();
    text.pop();
    for (section, content) in sections {
        let name = match section {
            Section::Paths => "paths",
            Section::Schemas => "definitions",
            Section::Parameters => "parameters",
        };
        draft::put_object(&mut text, name, content);
    }
    text.push(b'}');
    text
}

/// What is around the sections.
fn around() -> Value {
    json!({
        "swagger": "2.0",
        "info": { "title": "Kubernetes", "version": format!("1.{}", discovery::MINOR) },
        "securityDefinitions": {
            "BearerToken": {
                "description": "Bearer Token authentication",
                "type": "apiKey",
                "name": "authorization",
                "in": "header",
            },
        },
        "security": [{ "BearerToken": [] }],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ids::Ids, ring::Bounds, store::Store};

    #[test]
    fn whatever_is_referred_to_is_there() {
        let store = Store::new(Ids::new(Some(1)), Bounds { events: 10, bytes: 10_000 }, 0);
        let mut kept = Kept::default();
        let document = kept.document(&Sources::of(&store), Form::Json);
        let document: Value = serde_json::from_slice(&document.bytes).unwrap();
        let mut open = vec![&document];
        let mut references = 0;
        while let Some(value) = open.pop() {
            if let Some(name) = value["$ref"].as_str() {
                let (section, name) = name.trim_start_matches("#/").split_once('/').unwrap();
                assert!(document[section][name].is_object(), "{section} has no {name}");
                references += 1;
            }
            open.extend(value.as_object().into_iter().flat_map(|fields| fields.values()));
            open.extend(value.as_array().into_iter().flatten());
        }
        assert!(references > 1_000, "{references}");
    }

    #[test]
    fn the_document_is_made_once() {
        let store = Store::new(Ids::new(Some(1)), Bounds { events: 10, bytes: 10_000 }, 0);
        let (mut kept, sources) = (Kept::default(), Sources::of(&store));
        let [first, second] = [(); 2].map(|()| kept.document(&sources, Form::Protobuf));
        assert_eq!(first.bytes.as_ptr(), second.bytes.as_ptr());
        assert_ne!(first.tag, kept.document(&sources, Form::Json).tag);
    }
}
