//! What is wrong with questions about access.

use serde_json::{Map, Value, json};

use super::{selectors, texts};
use crate::status::Cause;

/// The order in which metadata is told.
const TOLD: [&str; 9] = [
    "name",
    "generateName",
    "namespace",
    "resourceVersion",
    "generation",
    "labels",
    "annotations",
    "ownerReferences",
    "finalizers",
];
/// And that in which an owner is.
const OF_AN_OWNER: [&str; 5] = ["manager", "operation", "apiVersion", "time", "fieldsType"];
const ONE: &str = "exactly one of nonResourceAttributes or resourceAttributes must be specified";

/// Everything that is wrong with a review of access; one that is asked in a namespace is about that namespace.
pub(super) fn faults(kind: &str, metadata: &Map<String, Value>, spec: &Value) -> Vec<Cause> {
    let (resource, path) = (&spec["resourceAttributes"], &spec["nonResourceAttributes"]);
    let mut causes = Vec::new();
    if resource.is_object() == path.is_object() {
        let value = if path.is_object() { shown(path) } else { Value::Null };
        causes.push(Cause::invalid_value("spec", &value, ONE));
    }
    let nobody = spec["user"].as_str().unwrap_or_default().is_empty() && texts(&spec["groups"]).is_empty();
    if nobody && kind != "SelfSubjectAccessReview" {
        causes.push(Cause::invalid("spec.user", "", "at least one of user or group must be specified"));
    }
    if resource.is_object() {
        causes.extend(selectors::faults(resource));
    }
    let local = kind == "LocalSubjectAccessReview";
    let may_stay = |field: &String| field == "managedFields" || local && field == "namespace";
    if !metadata.keys().all(may_stay) {
        let why = if local { "must be empty except for namespace" } else { "must be empty" };
        causes.push(Cause::invalid_value("metadata", &in_order(metadata), why));
    }
    if local {
        let (said, home) = (&resource["namespace"], metadata.get("namespace"));
        let said = said.as_str().unwrap_or_default();
        if resource.is_object() && home.and_then(Value::as_str) != Some(said) {
            let field = "spec.resourceAttributes.namespace";
            causes.push(Cause::invalid(field, said, "must match metadata.namespace"));
        }
        if path.is_object() {
            let field = "spec.nonResourceAttributes";
            causes.push(Cause::invalid_value(field, &shown(path), "disallowed on this kind of request"));
        }
    }
    causes
}

/// Metadata as Go prints it, and who owns what in it.
fn in_order(metadata: &Map<String, Value>) -> Value {
    let mut metadata = ordered(metadata, &TOLD);
    for entry in metadata.get_mut("managedFields").and_then(Value::as_array_mut).into_iter().flatten() {
        if let Value::Object(fields) = entry {
            *fields = ordered(fields, &OF_AN_OWNER);
        }
    }
    metadata.into()
}

/// The same fields, these first.
fn ordered(fields: &Map<String, Value>, first: &[&str]) -> Map<String, Value> {
    let mut rest = fields.clone();
    let told = first.iter().filter_map(|field| Some(((*field).to_owned(), rest.shift_remove(*field)?)));
    let mut ordered: Map<String, Value> = told.collect();
    ordered.extend(rest);
    ordered
}

/// The attributes of a path as Go prints them.
fn shown(path: &Value) -> Value {
    let said = |field: &str| path[field].as_str().unwrap_or_default();
    json!({ "Path": said("path"), "Verb": said("verb") })
}
