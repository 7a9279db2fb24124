//! Documents of OpenAPI 3: one for each group version, made of what is served in it.
//!
//! They have what clients look for: the schemas of kinds, which kind a path is of, and which options a patch takes.

use std::{
    collections::BTreeSet,
    hash::{DefaultHasher, Hash, Hasher},
};

use serde_json::{Map, Value, json};

use crate::{
    discovery,
    resources::{Catalog, DEFINITIONS, Resource, Version},
    store::Store,
    tables,
};

const REFERENCE: &str = "#/components/schemas/";
const OBJECT_META: &str = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";

/// `/openapi/v3`: where the documents are.
pub(crate) fn index(store: &Store) -> Value {
    let places = group_versions(&store.catalog).into_iter().map(|(group, version)| {
        let hash = hash(store, &group, &version);
        (name_of(&group, &version), json!({ "serverRelativeURL": url(&group, &version, &hash) }))
    });
    json!({ "paths": places.collect::<Map<_, _>>() })
}

/// Where the document of a group version is.
pub(crate) fn url(group: &str, version: &str, hash: &str) -> String {
    format!("/openapi/v3/{}?hash={hash}", name_of(group, version))
}

fn name_of(group: &str, version: &str) -> String {
    if group.is_empty() { format!("api/{version}") } else { format!("apis/{group}/{version}") }
}

fn group_versions(catalog: &Catalog) -> BTreeSet<(String, String)> {
    let versions = catalog.resources().flat_map(|resource| &resource.versions);
    versions
        .filter(|version| version.served)
        .map(|version| (version.group.clone(), version.name.clone()))
        .collect()
}

/// What a document's name changes by: the definitions of its group, as they are.
pub(crate) fn hash(store: &Store, group: &str, version: &str) -> String {
    let mut hasher = DefaultHasher::new();
    (group, version, env!("CARGO_PKG_VERSION")).hash(&mut hasher);
    for (resource, _) in served(&store.catalog, group, version) {
        let definition = store.get(DEFINITIONS, "", &resource.key);
        (&*resource.key, definition.map(|definition| definition.header.revision)).hash(&mut hasher);
    }
    format!("{:016X}", hasher.finish())
}

fn served<'a>(
    catalog: &'a Catalog,
    group: &'a str,
    version: &'a str,
) -> impl Iterator<Item = (&'a Resource, &'a Version)> {
    catalog.resources().flat_map(move |resource| {
        let served = resource
            .versions
            .iter()
            .filter(move |shown| shown.served && shown.group == group && shown.name == version);
        served.map(move |version| (&**resource, version))
    })
}

/// The document of a group version; `None` where it is not served.
pub(crate) fn document(store: &Store, group: &str, version: &str) -> Option<Value> {
    let mut paths = Map::new();
    let mut schemas = Map::new();
    let mut wanted: Vec<String> = Vec::new();
    for (resource, shown) in served(&store.catalog, group, version) {
        let name = if resource.rules.custom {
            let name = name_of_custom(shown, &resource.kind);
            schemas.insert(name.clone(), custom_schema(store, resource, shown));
            wanted.push(OBJECT_META.to_owned());
            name
        } else {
            tables::type_of(group, version, &resource.kind)?.to_owned()
        };
        wanted.push(name.clone());
        add_paths(&mut paths, resource, shown, &name);
    }
    if paths.is_empty() {
        return None;
    }
    // What is named is brought along, and what that names.
    while let Some(name) = wanted.pop() {
        let known = schemas.get(&name).or_else(|| tables::schemas().get(&name)).cloned();
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
fn name_of_custom(version: &Version, kind: &str) -> String {
    let group: Vec<&str> = version.group.split('.').rev().collect();
    format!("{}.{}.{kind}", group.join("."), version.name)
}

fn group_version_kind(version: &Version, kind: &str) -> Value {
    json!({ "group": version.group, "version": version.name, "kind": kind })
}

fn custom_schema(store: &Store, resource: &Resource, version: &Version) -> Value {
    let definition = store.get(DEFINITIONS, "", &resource.key);
    let definition = definition.map(|definition| definition.value()).unwrap_or_default();
    let versions = definition["spec"]["versions"].as_array();
    let shown = versions.into_iter().flatten().find(|shown| shown["name"] == version.name.as_str());
    let mut schema = shown.map(|shown| shown["schema"]["openAPIV3Schema"].clone()).unwrap_or_default();
    if !schema.is_object() {
        schema = json!({ "type": "object" });
    }
    for field in ["apiVersion", "kind"] {
        schema["properties"][field] = json!({ "type": "string" });
    }
    schema["properties"]["metadata"] = json!({ "allOf": [{ "$ref": format!("{REFERENCE}{OBJECT_META}") }] });
    schema["x-kubernetes-group-version-kind"] = json!([group_version_kind(version, &resource.kind)]);
    schema
}

fn add_paths(paths: &mut Map<String, Value>, resource: &Resource, version: &Version, name: &str) {
    let kind = group_version_kind(version, &resource.kind);
    let place = if resource.namespaced { "/namespaces/{namespace}" } else { "" };
    let list = format!("/{}{place}/{}", name_of(&version.group, &version.name), resource.plural);
    let schema = json!({ "$ref": format!("{REFERENCE}{name}") });
    let content = json!({ "application/json": { "schema": schema } });
    let answers = json!({ "200": { "description": "OK", "content": content } });
    let options = |names: &[&str]| -> Vec<Value> {
        let option = |name: &&str| json!({ "name": name, "in": "query", "schema": { "type": "string" } });
        names.iter().map(option).collect()
    };
    let operation = |action: &str, names: &[&str]| {
        json!({
            "parameters": options(names),
            "responses": answers,
            "x-kubernetes-action": action,
            "x-kubernetes-group-version-kind": kind,
        })
    };
    let writing = ["dryRun", "fieldManager", "fieldValidation"];
    let patching = ["dryRun", "fieldManager", "fieldValidation", "force"];
    paths.insert(list.clone(), json!({ "get": operation("list", &[]), "post": operation("post", &writing) }));
    let item = json!({
        "get": operation("get", &[]),
        "put": operation("put", &writing),
        "patch": operation("patch", &patching),
        "delete": operation("delete", &["dryRun"]),
    });
    paths.insert(format!("{list}/{{name}}"), item);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ids::Ids, ring::Bounds};

    fn store() -> Store {
        Store::new(Ids::new(Some(1)), Bounds { events: 10, bytes: 10_000 }, 0)
    }

    #[test]
    fn each_group_version_has_a_document_and_all_that_it_names() {
        let store = store();
        let index = index(&store);
        assert!(index["paths"]["apis/apps/v1"]["serverRelativeURL"].as_str().unwrap().contains("?hash="));
        for (group, version) in group_versions(&store.catalog) {
            let document =
                document(&store, &group, &version).unwrap_or_else(|| panic!("{group}/{version} has none"));
            let schemas = document["components"]["schemas"].as_object().unwrap();
            references(&document, &mut |name| assert!(schemas.contains_key(name), "{name} is missing"));
        }
        assert_eq!(document(&store, "nope.org", "v1"), None);
    }
}
