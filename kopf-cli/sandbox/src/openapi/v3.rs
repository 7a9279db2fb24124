//! Documents of OpenAPI 3: one for each group version, and for each document of discovery.
//!
//! They are made when somebody asks for them, piece by piece, and are not kept.

use serde_json::{Value, json};

use super::{
    REFERENCE, Sources, custom, described,
    draft::{self, Draft, Form},
    group_version, items, name_of,
};
use crate::{
    discovery, json as deep,
    protobuf::open_api::{self, Release, Section},
    tables,
};

const RELEASE: Release = Release::Three;
/// Levels of a document that are none of a definition's.
const LEVELS: usize = 16;
const KINDS: &str = "x-kubernetes-group-version-kind";

/// Groups that servers alone know.
const OF_NO_CLIENT: [&str; 4] =
    ["admission.k8s.io", "apiextensions.k8s.io", "apiregistration.k8s.io", "imagepolicy.k8s.io"];

/// The document of that name; `None` where nothing is served there.
pub(crate) fn document(sources: &Sources, name: &str, form: Form) -> Option<Vec<u8>> {
    deep::with_stack(2 * sources.depth() + LEVELS, || {
        let mut making = Making {
            draft: Draft::new(RELEASE, form, &[Section::Paths, Section::Schemas]),
            open: Vec::new(),
        };
        let is_built_in = described::built_in_names().iter().any(|known| known == name);
        if is_built_in {
            making.put_paths(described::built_in(name));
        } else {
            making.put_custom(sources, name)?;
        }
        making.put_what_is_named(group_version(name).filter(|_| is_built_in));
        Some(finished(form, &around(is_built_in), &making.draft.sections()))
    })
}

/// A document that is being made, and the schemas that it names.
struct Making {
    draft: Draft,
    open: Vec<String>,
}

impl Making {
    fn put_paths(&mut self, paths: Vec<(String, Value)>) {
        for (path, item) in paths {
            self.put(Section::Paths, &path, &items::third(&item));
        }
    }

    /// `None` where nothing is defined.
    fn put_custom(&mut self, sources: &Sources, name: &str) -> Option<()> {
        let mut found = None;
        for definition in sources.definitions(group_version(name)?.0) {
            let definition = definition.value();
            let group = definition["spec"]["group"].as_str().unwrap_or_default();
            let versions = described::versions(&definition);
            for (_, version) in versions.filter(|(version, _)| name_of((group, version)) == name) {
                for (name, schema) in custom::schemas(RELEASE, &definition, version) {
                    self.put(Section::Schemas, &name, &schema);
                }
                self.put_paths(described::custom(&definition, version));
                found = Some(());
            }
        }
        found
    }

    /// Brings along what is named, and what that names.
    fn put_what_is_named(&mut self, own: Option<(&str, &str)>) {
        while let Some(name) = self.open.pop() {
            if self.draft.has(Section::Schemas, &name) {
                continue;
            }
            let Some(mut schema) = tables::read(&name) else { continue };
            if let Some(kinds) = schema[KINDS].as_array_mut().filter(|kinds| kinds.len() > 1) {
                kinds.retain(|kind| is_told_of((text(&kind["group"]), text(&kind["version"])), own));
            }
            self.put(Section::Schemas, &name, &schema);
        }
    }

    fn put(&mut self, section: Section, name: &str, value: &Value) {
        references(value, &mut |name| self.open.push(name.to_owned()));
        self.draft.put(section, name, value);
    }
}

/// Whether what every group has says that it is of a group: in what is built in of its own, and else of all that clients know.
fn is_told_of(group: (&str, &str), own: Option<(&str, &str)>) -> bool {
    match own {
        Some(own) => [("", "v1"), own].contains(&group),
        None => !OF_NO_CLIENT.contains(&group.0),
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn references(value: &Value, found: &mut dyn FnMut(&str)) {
    let mut open = vec![value];
    while let Some(value) = open.pop() {
        match value {
            Value::Object(fields) => {
                if let Some(name) = value["$ref"].as_str().and_then(|name| name.strip_prefix(REFERENCE)) {
                    found(name);
                }
                open.extend(fields.values());
            }
            Value::Array(items) => open.extend(items),
            _ => {}
        }
    }
}

/// What is around the sections.
fn around(is_built_in: bool) -> Value {
    if !is_built_in {
        let info = json!({ "title": "Kubernetes CRD Swagger", "version": "v0.1.0" });
        return json!({ "openapi": "3.0.0", "info": info });
    }
    let key = json!({
        "type": "apiKey",
        "description": "Bearer Token authentication",
        "name": "authorization",
        "in": "header",
    });
    json!({
        "openapi": "3.0.0",
        "info": { "title": "Kubernetes", "version": format!("1.{}", discovery::MINOR) },
        "components": { "securitySchemes": { "BearerToken": key } },
    })
}

fn finished(form: Form, around: &Value, sections: &[(Section, Vec<u8>)]) -> Vec<u8> {
    if form == Form::Protobuf {
        return open_api::document(RELEASE, around, sections);
    }
    let mut text = format!("{{\"openapi\":{},\"info\":{}", around["openapi"], around["info"]).into_bytes();
    let mut components = Vec::new();
    for (section, content) in sections {
        match section {
            Section::Paths => draft::put_object(&mut text, "paths", content),
            _ if content.is_empty() => {}
            _ => draft::put_object(&mut components, "schemas", content),
        }
    }
    let keys = &around["components"]["securitySchemes"];
    if keys.is_object() {
        components.extend_from_slice(format!(",\"securitySchemes\":{keys}").as_bytes());
    }
    draft::put_object(&mut text, "components", components.get(1..).unwrap_or_default());
    text.push(b'}');
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ids::Ids, openapi::names, ring::Bounds, store::Store};

    #[test]
    fn each_name_has_a_document_and_all_that_it_names() {
        let store = Store::new(Ids::new(Some(1)), Bounds { events: 10, bytes: 10_000 }, 0);
        let sources = Sources::of(&store);
        for name in names(&sources) {
            let document = document(&sources, &name, Form::Json).unwrap_or_else(|| panic!("{name} has none"));
            let document: Value = serde_json::from_slice(&document).unwrap();
            let schemas = &document["components"]["schemas"];
            references(&document, &mut |name| assert!(schemas[name].is_object(), "{name} is missing"));
        }
        assert_eq!(document(&sources, "apis/nope.org/v1", Form::Json), None);
        assert_eq!(document(&sources, "nope", Form::Json), None);
    }
}
