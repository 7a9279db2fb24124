//! Documents of OpenAPI 3: one for each group version, made of what is served in it.
//!
//! They have what clients look for: the schemas of kinds, which kind a path is of, and which options a patch takes. That of
//! OpenAPI 2, which older clients read, is in `v2`.

mod definitions;
mod operations;
mod parameters;
pub(crate) mod v2;

use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::{Map, Value, json};

use crate::{
    discovery,
    resources::{Catalog, DEFINITIONS, Resource, key_of},
    store::Store,
    tables::{
        self,
        served::{self, Scope, Served},
    },
};

const REFERENCE: &str = "#/components/schemas/";
const OBJECT_META: &str = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";

/// `/openapi/v3`: where the documents are.
pub(crate) fn index(store: &Store) -> Value {
    let places = names(&store.catalog).into_iter().map(|name| {
        let place = url(&name, &hash(store, &name));
        (name, json!({ "serverRelativeURL": place }))
    });
    json!({ "paths": places.collect::<Map<_, _>>() })
}

/// Where the document of a name is.
pub(crate) fn url(name: &str, hash: &str) -> String {
    format!("/openapi/v3/{name}?hash={hash}")
}

/// What there are documents of: of each group version, and of the documents of discovery.
fn names(catalog: &Catalog) -> Vec<String> {
    let mut names: Vec<String> = ["api", "api/v1", "apis", "version"].map(str::to_owned).into();
    for group in discovery::group_names(catalog) {
        let versions = discovery::versions_of(catalog, &group);
        names.extend(versions.iter().map(|version| name_of((&group, version))));
        if served::is_group(&group) {
            names.push(format!("apis/{group}"));
        }
    }
    names.sort();
    names
}

/// `api/v1`, or `apis/GROUP/VERSION`
fn name_of((group, version): (&str, &str)) -> String {
    if group.is_empty() { format!("api/{version}") } else { format!("apis/{group}/{version}") }
}

/// The group and the version that a name is of, if it is one of those.
fn group_version(name: &str) -> Option<(&str, &str)> {
    match name.strip_prefix("api/") {
        Some(version) => Some(("", version)),
        None => name.strip_prefix("apis/")?.split_once('/'),
    }
}

/// What a document's name changes by: the definitions of its group, as they are.
pub(crate) fn hash(store: &Store, name: &str) -> String {
    let mut hasher = DefaultHasher::new();
    (name, env!("CARGO_PKG_VERSION")).hash(&mut hasher);
    let (group, version) = group_version(name).unwrap_or_default();
    for served in discovery::served(&store.catalog, group, version) {
        let key = key_of(&served.resource, group);
        let definition = store.get(DEFINITIONS, "", &key);
        (&key, definition.map(|definition| definition.header.revision)).hash(&mut hasher);
    }
    format!("{:016X}", hasher.finish())
}

/// The document of that name; `None` where nothing is served there.
pub(crate) fn document(store: &Store, name: &str) -> Option<Value> {
    let mut paths = Map::new();
    let mut schemas = Map::new();
    let mut wanted: Vec<String> = Vec::new();
    if let Some(own) = group_version(name) {
        for served in discovery::served(&store.catalog, own.0, own.1) {
            let kind = &served.response_kind.kind;
            let name = match store.catalog.get(&key_of(&served.resource, own.0)) {
                Some(resource) if resource.rules.custom => {
                    let name = name_of_custom(own, kind);
                    schemas.insert(name.clone(), custom_schema(store, resource, own));
                    wanted.push(OBJECT_META.to_owned());
                    name
                }
                _ => tables::type_of(own.0, own.1, kind)?.to_owned(),
            };
            wanted.push(name.clone());
            add_paths(&mut paths, &served, own, &name);
        }
    } else if names(&store.catalog).iter().any(|known| known == name) {
        let get = json!({ "responses": { "200": { "description": "OK" } } });
        paths.insert(format!("/{name}/"), json!({ "get": get }));
    }
    if paths.is_empty() {
        return None;
    }
    // What is named is brought along, and what that names.
    while let Some(name) = wanted.pop() {
        let known = schemas.get(&name).or_else(|| tables::schema(&name)).cloned();
        let Some(schema) = known else { continue };
        references(&schema, &mut |reference| {
            if !schemas.contains_key(reference) {
                wanted.push(reference.to_owned());
            }
        });
        schemas.entry(name).or_insert(schema);
    }
    Some(json!({
        "openapi": "3.0.0",
        "info": { "title": "Kubernetes", "version": format!("1.{}", discovery::MINOR) },
        "paths": paths,
        "components": { "schemas": schemas },
    }))
}

fn references(schema: &Value, found: &mut dyn FnMut(&str)) {
    let mut open = vec![schema];
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

/// `org.zalando.v1.KopfExample`
fn name_of_custom((group, version): (&str, &str), kind: &str) -> String {
    let group: Vec<&str> = group.split('.').rev().collect();
    format!("{}.{version}.{kind}", group.join("."))
}

fn group_version_kind((group, version): (&str, &str), kind: &str) -> Value {
    json!({ "group": group, "version": version, "kind": kind })
}

fn custom_schema(store: &Store, resource: &Resource, own: (&str, &str)) -> Value {
    let definition = store.get(DEFINITIONS, "", &resource.key);
    let definition = definition.map(|definition| definition.value()).unwrap_or_default();
    let versions = definition["spec"]["versions"].as_array();
    let shown = versions.into_iter().flatten().find(|shown| shown["name"] == own.1);
    let mut schema = shown.map(|shown| shown["schema"]["openAPIV3Schema"].clone()).unwrap_or_default();
    if !schema.is_object() {
        schema = json!({ "type": "object" });
    }
    for field in ["apiVersion", "kind"] {
        schema["properties"][field] = json!({ "type": "string" });
    }
    schema["properties"]["metadata"] = json!({ "allOf": [{ "$ref": format!("{REFERENCE}{OBJECT_META}") }] });
    schema["x-kubernetes-group-version-kind"] = json!([group_version_kind(own, &resource.kind)]);
    schema
}

/// What can be asked of a path: the verb of discovery, HTTP's, the action, and the parameters that clients look for.
type Operation = (&'static str, &'static str, &'static str, &'static [&'static str]);
const OF_LISTS: [Operation; 3] = [
    ("list", "get", "list", &[]),
    ("create", "post", "post", &["dryRun", "fieldManager", "fieldValidation"]),
    ("deletecollection", "delete", "deletecollection", &["dryRun"]),
];
const OF_OBJECTS: [Operation; 4] = [
    ("get", "get", "get", &[]),
    ("update", "put", "put", &["dryRun", "fieldManager", "fieldValidation"]),
    ("patch", "patch", "patch", &["dryRun", "fieldManager", "fieldValidation", "force"]),
    ("delete", "delete", "delete", &["dryRun"]),
];

fn add_paths(paths: &mut Map<String, Value>, served: &Served, own: (&str, &str), name: &str) {
    let kind = group_version_kind(own, &served.response_kind.kind);
    let place = if served.scope == Scope::Namespaced { "/namespaces/{namespace}" } else { "" };
    let list = format!("/{}{place}/{}", name_of(own), served.resource);
    let content = json!({ "application/json": { "schema": { "$ref": format!("{REFERENCE}{name}") } } });
    let answers = json!({ "200": { "description": "OK", "content": content } });
    let mut add = |path: String, operations: &[Operation]| {
        let known = operations.iter().filter(|(verb, ..)| served.can(verb));
        let operations = known.map(|(_, method, action, options)| {
            let option = |name: &&str| json!({ "name": name, "in": "query", "schema": { "type": "string" } });
            let operation = json!({
                "parameters": options.iter().map(option).collect::<Vec<_>>(),
                "responses": answers,
                "x-kubernetes-action": action,
                "x-kubernetes-group-version-kind": kind,
            });
            ((*method).to_owned(), operation)
        });
        let operations: Map<String, Value> = operations.collect();
        if !operations.is_empty() {
            paths.insert(path, operations.into());
        }
    };
    add(list.clone(), &OF_LISTS);
    add(format!("{list}/{{name}}"), &OF_OBJECTS);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ids::Ids, ring::Bounds};

    fn store() -> Store {
        Store::new(Ids::new(Some(1)), Bounds { events: 10, bytes: 10_000 }, 0)
    }

    #[test]
    fn each_name_has_a_document_and_all_that_it_names() {
        let store = store();
        let index = index(&store);
        assert!(index["paths"]["apis/apps/v1"]["serverRelativeURL"].as_str().unwrap().contains("?hash="));
        for name in names(&store.catalog) {
            let document = document(&store, &name).unwrap_or_else(|| panic!("{name} has none"));
            let schemas = document["components"]["schemas"].as_object().unwrap();
            references(&document, &mut |name| assert!(schemas.contains_key(name), "{name} is missing"));
        }
        assert_eq!(document(&store, "apis/nope.org/v1"), None);
        assert_eq!(document(&store, "nope"), None);
    }
}
