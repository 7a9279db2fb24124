//! Reads off a real server which built-in resources it serves, and their schemas, and writes both down, compressed: structure
//! alone, no prose.
//!
//! `KUBEBUILDER_ASSETS=… cargo run -p kopf-sandbox --example generate-tables`, with the control plane of the release that
//! the sandbox is to follow. What it writes is checked in: `served.json.deflate` and, a line for each type, `schemas.deflate` in `src/tables`.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "it is run by hand, and fails by saying so"
)]

mod written;

use http::{Request, header};
use serde_json::{Map, Value, json};

/// What is prose, or said elsewhere.
const LEFT_OUT: [&str; 3] = ["description", "title", "example"];
const AGGREGATED: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

#[tokio::main]
async fn main() {
    let server = kopf_control_plane::get().await.expect("KUBEBUILDER_ASSETS names a control plane");
    let client = kopf_control_plane::connect(&server.kubeconfig).await;
    let get = async |path: &str, accept: &str| -> Value {
        let request = Request::get(path).header(header::ACCEPT, accept);
        client.request(request.body(Vec::new()).unwrap()).await.unwrap()
    };
    let mut schemas = Map::new();
    let index = get("/openapi/v3", "application/json").await;
    for place in index["paths"].as_object().unwrap().values() {
        let document = get(place["serverRelativeURL"].as_str().unwrap(), "application/json").await;
        for (name, schema) in document["components"]["schemas"].as_object().into_iter().flatten() {
            schemas.insert(name.clone(), structure(schema, false));
        }
    }
    // What every group has, each document says to be of its own group alone.
    let whole = get("/openapi/v2", "application/json").await;
    for (name, schema) in &mut schemas {
        let kinds = &whole["definitions"][name]["x-kubernetes-group-version-kind"];
        if kinds.is_array() {
            schema["x-kubernetes-group-version-kind"] = kinds.clone();
        }
    }
    schemas.sort_keys();
    let lines = schemas.iter().map(|(name, schema)| format!("{name} {schema}\n"));
    written::write("tables/schemas", &lines.collect::<String>());
    let mut groups = Vec::new();
    for path in ["/api", "/apis"] {
        let document = get(path, AGGREGATED).await;
        for group in document["items"].as_array().unwrap() {
            let name = group["metadata"]["name"].as_str().unwrap_or_default();
            let mut versions = Vec::new();
            for version in group["versions"].as_array().unwrap() {
                let place = format!("{name}/{}", version["version"].as_str().unwrap());
                let older =
                    get(&format!("{path}/{}", place.trim_start_matches('/')), "application/json").await;
                versions.push(json!({ "version": version["version"], "resources": hashed(version, &older) }));
            }
            groups.push(json!({ "name": name, "versions": versions }));
        }
    }
    written::write("tables/served.json", &Value::from(groups).to_string());
}

/// The resources of a version with the hashes that stand in its older document.
fn hashed(version: &Value, older: &Value) -> Vec<Value> {
    let mut resources = version["resources"].as_array().unwrap().clone();
    for resource in &mut resources {
        let mut entries = older["resources"].as_array().unwrap().iter();
        let entry = entries.find(|entry| entry["name"] == resource["resource"]).unwrap();
        if let Some(hash) = entry.get("storageVersionHash") {
            resource["storageVersionHash"] = hash.clone();
        }
    }
    resources
}

/// A schema without prose; `named` is whether the members are fields, which may be called like what is left out.
fn structure(value: &Value, named: bool) -> Value {
    match value {
        Value::Object(fields) => fields
            .iter()
            .filter(|(name, _)| named || !LEFT_OUT.contains(&name.as_str()))
            .map(|(name, field)| (name.clone(), structure(field, !named && name == "properties")))
            .collect::<Map<_, _>>()
            .into(),
        Value::Array(items) => items.iter().map(|item| structure(item, false)).collect(),
        scalar => scalar.clone(),
    }
}
