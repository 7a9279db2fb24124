//! The document of OpenAPI 2: one of all that is served, in JSON or protobuf.
//!
//! It is made when somebody asks for it, piece by piece, and kept until a definition changes.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
};

use bytes::Bytes;
use serde_json::{Value, json};

use super::{
    definitions,
    operations::{self, Resource},
    parameters,
};
use crate::{
    crd, discovery, json as deep,
    object::Stored,
    protobuf::open_api::{self, Section},
    resources::{DEFINITIONS, returns_deleted},
    store::Store,
    tables::{
        self,
        served::{self, Kind, Scope, Served, Subresource},
    },
};

/// Levels of a document that are none of a definition's.
const LEVELS: usize = 16;
const VERBS: [&str; 8] = ["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"];
const VERBS_BELOW: [&str; 3] = ["get", "update", "patch"];

/// The forms that the document has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Json,
    Protobuf,
}

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

/// What the document is made of besides what is built in.
pub(crate) struct Sources(Vec<Arc<Stored>>);

impl Sources {
    pub(crate) fn of(store: &Store) -> Self {
        Sources(store.list(DEFINITIONS, None))
    }

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
    let deepest = sources.0.iter().map(|definition| definition.header.depth).max().unwrap_or_default();
    let bytes = deep::with_stack(2 * deepest + LEVELS, || {
        let mut draft = Draft::new(form);
        for (name, schema) in tables::schemas() {
            draft.put(Section::Definitions, name, &definitions::built_in(&schema));
        }
        put_built_in(&mut draft);
        for definition in &sources.0 {
            let definition = definition.value();
            if crd::is_established(&definition) {
                put_custom(&mut draft, &definition);
            }
        }
        for (name, parameter) in parameters::shared() {
            draft.put(Section::Parameters, name, &parameter);
        }
        draft.finish()
    });
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    Document { bytes: bytes.into(), tag: format!("\"{:016X}\"", hasher.finish()) }
}

fn put_built_in(draft: &mut Draft) {
    let groups: Vec<(&str, Vec<&str>)> = served::groups()
        .iter()
        .map(|group| {
            let versions = group.versions.iter().map(|version| &*version.version);
            (&*group.name, versions.collect())
        })
        .collect();
    let of_discovery = groups.iter().map(|(group, versions)| (*group, &**versions));
    draft.put_paths(operations::of_discovery(of_discovery));
    for (group, versions) in &groups {
        for version in versions {
            for served in served::resources(group, version) {
                let Some(object) = tables::type_of(group, version, &served.response_kind.kind) else {
                    continue;
                };
                draft.put_paths(operations::paths(&Resource {
                    own: (group, version),
                    served,
                    custom: false,
                    object,
                    list: &format!("{object}List"),
                    returns_deleted: returns_deleted(group, version, served),
                }));
            }
        }
    }
}

fn put_custom(draft: &mut Draft, definition: &Value) {
    let spec = &definition["spec"];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let group = text(&spec["group"]);
    let versions = spec["versions"].as_array().into_iter().flatten();
    for version in versions.filter(|version| version["served"] == true) {
        let schemas = definitions::custom(definition, version);
        for (name, schema) in &schemas {
            draft.put(Section::Definitions, name, schema);
        }
        let [(object, _), (list, _)] = &schemas;
        let own = (&*group, &*text(&version["name"]));
        draft.put_paths(operations::paths(&Resource {
            own,
            served: &served_by(spec, version, own),
            custom: true,
            object,
            list,
            returns_deleted: false,
        }));
    }
}

/// What can be done with custom resources; as far as their definition goes, for it is told of even as they are going.
fn served_by(spec: &Value, version: &Value, own: (&str, &str)) -> Served {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let kind = |(group, version): (&str, &str), kind: &str| Kind {
        group: group.to_owned(),
        version: version.to_owned(),
        kind: kind.to_owned(),
    };
    let response_kind = kind(own, &text(&spec["names"]["kind"]));
    let below = [("status", response_kind.clone()), ("scale", kind(("autoscaling", "v1"), "Scale"))];
    let below = below.into_iter().filter(|(name, _)| version["subresources"][name].is_object());
    let below = below.map(|(name, response_kind)| Subresource {
        subresource: name.to_owned(),
        response_kind,
        verbs: VERBS_BELOW.map(str::to_owned).into(),
    });
    Served {
        resource: text(&spec["names"]["plural"]),
        scope: if spec["scope"] == "Namespaced" { Scope::Namespaced } else { Scope::Cluster },
        verbs: VERBS.map(str::to_owned).into(),
        subresources: below.collect(),
        response_kind,
        ..Served::default()
    }
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

/// A document that is being made.
struct Draft {
    form: Form,
    sections: [(Section, Vec<u8>); 3],
}

impl Draft {
    fn new(form: Form) -> Self {
        let sections = [Section::Paths, Section::Definitions, Section::Parameters];
        Draft { form, sections: sections.map(|section| (section, Vec::new())) }
    }

    fn put_paths(&mut self, paths: Vec<(String, Value)>) {
        for (path, operations) in paths {
            self.put(Section::Paths, &path, &operations);
        }
    }

    fn put(&mut self, section: Section, name: &str, value: &Value) {
        for (_, bytes) in self.sections.iter_mut().filter(|(known, _)| *known == section) {
            match self.form {
                Form::Json => {
                    let comma = if bytes.is_empty() { "" } else { "," };
                    bytes.extend_from_slice(format!("{comma}{}:{value}", Value::from(name)).as_bytes());
                }
                Form::Protobuf => open_api::put_named(section, bytes, name, value),
            }
        }
    }

    fn finish(self) -> Vec<u8> {
        let around = around();
        if self.form == Form::Protobuf {
            return open_api::document(&around, &self.sections);
        }
        let mut text = around.to_string().into_bytes();
        text.pop();
        for (section, content) in self.sections {
            let name = match section {
                Section::Paths => "paths",
                Section::Definitions => "definitions",
                Section::Parameters => "parameters",
            };
            text.extend_from_slice(format!(",\"{name}\":{{").as_bytes());
            text.extend_from_slice(&content);
            text.push(b'}');
        }
        text.push(b'}');
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ids::Ids, ring::Bounds};

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
