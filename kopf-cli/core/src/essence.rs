//! Reduces an object to what handlers react to.
//!
//! That is the object without its status, without what the system keeps in its metadata, and without what operators of
//! either framework note on it: so neither our own writes nor those of a neighbour are changes.

use serde_json::{Map, Value};

use crate::field::FieldPath;

/// What `kubectl apply` keeps: a copy of everything, and so never news.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// Domains of operators' prefixes: annotations of these and of all below them are state.
const DOMAINS: [&str; 2] = ["kopf.dev", "kopf.zalando.org"];

/// The name of the annotation that declares all others of its prefix to be an operator's state.
pub(crate) const MARK: &str = "kopf-managed";

/// Metadata that changes with every write, ours included: a handler on it would wake itself for ever.
const RESTLESS: [&str; 2] = ["resourceVersion", "managedFields"];

/// The essence of an object, with the `extra` fields that handlers watch outside of it, such as `status.phase`.
///
/// Neither an operator's annotations nor `metadata.resourceVersion` and `metadata.managedFields` are ever part of it,
/// whatever is asked for. Empty labels, annotations, metadata and status are left out.
pub fn essence(body: &Value, extra: &[FieldPath]) -> Value {
    let mut essence = reduced(body, |annotations| of_others(annotations, is_operators));
    for path in extra {
        if !is_inherent(path) {
            add(&mut essence, body, path);
        }
    }
    drop_empty(&mut essence);
    essence
}

/// An essence, and of the fields that no essence holds by itself the `extra` ones alone.
pub(crate) fn narrowed(essence: &Value, extra: &[FieldPath]) -> Value {
    let mut narrowed = reduced(essence, Map::clone);
    for path in extra {
        add(&mut narrowed, essence, path);
    }
    drop_empty(&mut narrowed);
    narrowed
}

/// What an essence holds without being asked to, and of the annotations those that are `kept`.
pub(crate) fn reduced(body: &Value, kept: impl Fn(&Map<String, Value>) -> Map<String, Value>) -> Value {
    let mut essence = Map::new();
    for (key, value) in body.as_object().into_iter().flatten() {
        if !is_reduced(key) && !value.is_null() {
            essence.insert(key.clone(), value.clone());
        }
    }
    let metadata = body.get("metadata").and_then(Value::as_object);
    let mut members = Map::new();
    if let Some(labels) =
        metadata.and_then(|metadata| metadata.get("labels")).filter(|value| !value.is_null())
    {
        members.insert("labels".to_owned(), labels.clone());
    }
    if let Some(Value::Object(annotations)) = metadata.and_then(|metadata| metadata.get("annotations")) {
        members.insert("annotations".to_owned(), Value::Object(kept(annotations)));
    }
    essence.insert("metadata".to_owned(), Value::Object(members));
    Value::Object(essence)
}

/// Whether the essence holds the field without being asked to.
pub(crate) fn is_inherent(path: &FieldPath) -> bool {
    match path.steps() {
        [first, second, ..] if first == "metadata" => second == "labels" || second == "annotations",
        [first, ..] => !is_reduced(first),
        [] => true,
    }
}

/// Whether the top-level member is not taken as a whole.
fn is_reduced(key: &str) -> bool {
    matches!(key, "apiVersion" | "kind" | "metadata" | "status")
}

/// Adds the field to the essence as it stands in the body.
pub(crate) fn add(essence: &mut Value, body: &Value, path: &FieldPath) {
    match (path.steps(), path.get(body)) {
        (_, None | Some(Value::Null)) => {}
        ([metadata], Some(members)) if metadata == "metadata" => {
            let Some(kept) = essence.get_mut("metadata").and_then(Value::as_object_mut) else {
                return;
            };
            for (key, value) in members.as_object().into_iter().flatten() {
                if !RESTLESS.contains(&key.as_str())
                    && key != "labels"
                    && key != "annotations"
                    && !value.is_null()
                {
                    kept.insert(key.clone(), value.clone());
                }
            }
        }
        ([metadata, member, ..], _) if metadata == "metadata" && RESTLESS.contains(&member.as_str()) => {}
        (_, Some(value)) => path.set(essence, value.clone()),
    }
}

/// The annotations that are no operator's state: of no operator's prefix, and of none that is marked to be one's.
pub(crate) fn of_others(
    annotations: &Map<String, Value>,
    is_operators: impl Fn(&str) -> bool,
) -> Map<String, Value> {
    let marked: Vec<&str> = annotations
        .keys()
        .filter_map(|key| key.split_once('/'))
        .filter_map(|(prefix, name)| (name == MARK).then_some(prefix))
        .collect();
    let is_state = |key: &str| {
        key == LAST_APPLIED
            || key.split_once('/').is_some_and(|(prefix, _)| marked.contains(&prefix) || is_operators(prefix))
    };
    annotations
        .iter()
        .filter(|(key, value)| !value.is_null() && !is_state(key))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

/// Whether the prefix is one of the known domains or below it.
fn is_operators(prefix: &str) -> bool {
    DOMAINS.iter().any(|domain| is_within(prefix, domain))
}

/// Whether the prefix is the domain or below it.
pub(crate) fn is_within(prefix: &str, domain: &str) -> bool {
    prefix.strip_suffix(domain).is_some_and(|subdomain| subdomain.is_empty() || subdomain.ends_with('.'))
}

/// Leaves out what holds nothing: whether a mapping is empty or absent is chance.
pub(crate) fn drop_empty(essence: &mut Value) {
    let is_empty = |value: &Value| value.as_object().is_some_and(Map::is_empty);
    let Some(members) = essence.as_object_mut() else {
        return;
    };
    if let Some(metadata) = members.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.retain(|key, value| !(matches!(key.as_str(), "labels" | "annotations") && is_empty(value)));
    }
    members.retain(|key, value| !(matches!(key.as_str(), "metadata" | "status") && is_empty(value)));
}

#[cfg(test)]
mod tests;
