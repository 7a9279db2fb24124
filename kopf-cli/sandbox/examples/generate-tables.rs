//! Reads the schemas of built-in kinds off a real server and writes them down, compressed: structure alone, no prose.
//!
//! `KUBEBUILDER_ASSETS=… cargo run -p kopf-sandbox --example generate-tables`, with the control plane of the release that
//! the sandbox is to follow. What it writes is checked in: `src/tables/schemas.json.deflate`.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "it is run by hand, and fails by saying so")]

use std::{io::Write, path::Path};

use flate2::{Compression, write::DeflateEncoder};
use http::Request;
use serde_json::{Map, Value};

/// What is prose, or said elsewhere.
const LEFT_OUT: [&str; 3] = ["description", "title", "example"];

#[tokio::main]
async fn main() {
    let server = kopf_control_plane::get().await.expect("KUBEBUILDER_ASSETS names a control plane");
    let client = kopf_control_plane::connect(&server.kubeconfig).await;
    let get = async |path: &str| -> Value {
        client.request(Request::get(path).body(Vec::new()).unwrap()).await.unwrap()
    };
    let mut schemas = Map::new();
    let index = get("/openapi/v3").await;
    for (name, place) in index["paths"].as_object().unwrap() {
        if name.matches('/').count() != if name.starts_with("apis/") { 2 } else { 1 } {
            continue;
        }
        let document = get(place["serverRelativeURL"].as_str().unwrap()).await;
        for (name, schema) in document["components"]["schemas"].as_object().into_iter().flatten() {
            schemas.insert(name.clone(), structure(schema, false));
        }
    }
    schemas.sort_keys();
    let text = Value::from(schemas).to_string();
    let mut compressed = DeflateEncoder::new(Vec::new(), Compression::best());
    compressed.write_all(text.as_bytes()).unwrap();
    let compressed = compressed.finish().unwrap();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tables/schemas.json.deflate");
    println!("{} bytes, {} compressed: {}", text.len(), compressed.len(), path.display());
    std::fs::write(path, compressed).unwrap();
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
