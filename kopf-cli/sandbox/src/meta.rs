//! The `metadata` of an object: read as the typed `ObjectMeta` it is, and checked.

use serde_json::{Map, Value};

use crate::{
    crd,
    deletion::{FOREGROUND, ORPHAN},
    json,
    names::{key_faults, label_value_faults, name_faults, prefix_faults},
    resources::{EVENTS, NameRule, View},
    status::Cause,
    times::{self, Exactness},
};

mod strict;

pub(crate) use strict::unknown_fields;

/// Built-in kinds whose finalizers may be of no domain, as those of custom resources may.
const WITHOUT_DOMAINS: [&str; 8] = [
    "customresourcedefinitions.apiextensions.k8s.io",
    "leases.coordination.k8s.io",
    "mutatingwebhookconfigurations.admissionregistration.k8s.io",
    "poddisruptionbudgets.policy",
    "runtimeclasses.node.k8s.io",
    "validatingadmissionpolicies.admissionregistration.k8s.io",
    "validatingadmissionpolicybindings.admissionregistration.k8s.io",
    "validatingwebhookconfigurations.admissionregistration.k8s.io",
];
/// How many bytes the keys and values of all annotations may have together.
const MAX_ANNOTATIONS: usize = 262_144;

const STRINGS: [&str; 6] = ["generateName", "name", "namespace", "resourceVersion", "selfLink", "uid"];
const TIMES: [&str; 2] = ["creationTimestamp", "deletionTimestamp"];
const INTEGERS: [&str; 2] = ["deletionGracePeriodSeconds", "generation"];
const STRING_MAPS: [&str; 2] = ["annotations", "labels"];
const OWNER_STRINGS: [&str; 4] = ["apiVersion", "kind", "name", "uid"];
const OWNER_BOOLEANS: [&str; 2] = ["blockOwnerDeletion", "controller"];

/// The fields of `metadata` that the API knows, typed, in alphabetical order; absent where null or empty.
///
/// Unknown fields go, as they do in the API.
///
/// # Errors
///
/// What does not fit, as Go's decoder says it.
pub(crate) fn read(metadata: Option<&Value>) -> Result<Map<String, Value>, String> {
    let mut read = Map::new();
    let fields = match metadata {
        None | Some(Value::Null) => return Ok(read),
        Some(Value::Object(fields)) => fields,
        Some(other) => {
            return Err(format!(
                "json: cannot unmarshal {} into Go value of type v1.ObjectMeta",
                kind_of(other)
            ));
        }
    };
    let mut names: Vec<&String> = fields.keys().collect();
    names.sort();
    for name in names {
        let value = &fields[name];
        if value.is_null() {
            continue;
        }
        let value = match name.as_str() {
            name if STRINGS.contains(&name) => string(name, value)?,
            name if TIMES.contains(&name) => time(name, value)?,
            name if INTEGERS.contains(&name) => integer(name, value)?,
            name if STRING_MAPS.contains(&name) => string_map(name, value)?,
            "finalizers" => strings(name, value)?,
            "ownerReferences" => owners(value)?,
            "managedFields" => entries(name, value)?,
            _ => continue,
        };
        let empty = match &value {
            Value::String(text) => text.is_empty(),
            Value::Array(items) => items.is_empty(),
            Value::Object(fields) => fields.is_empty(),
            _ => false,
        };
        if !empty {
            read.insert(name.clone(), value);
        }
    }
    Ok(read)
}

/// Takes the times and numbers out that are none.
pub(crate) fn drop_malformed(metadata: &mut Value) {
    let Value::Object(fields) = metadata else { return };
    fields.retain(|name, value| match name.as_str() {
        name if TIMES.contains(&name) => value.is_null() || time(name, value).is_ok(),
        name if INTEGERS.contains(&name) => value.is_null() || integer(name, value).is_ok(),
        _ => true,
    });
}

/// A string of `metadata`; empty where absent.
pub(crate) fn text<'a>(metadata: &'a Map<String, Value>, field: &str) -> &'a str {
    metadata.get(field).and_then(Value::as_str).unwrap_or_default()
}

/// The finalizers of an object.
pub(crate) fn finalizers(metadata: &Map<String, Value>) -> Vec<&str> {
    let list = metadata.get("finalizers").and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_str).collect()
}

/// Replaces the finalizers of an object.
pub(crate) fn set_finalizers(metadata: &mut Map<String, Value>, finalizers: Vec<String>) {
    if finalizers.is_empty() {
        metadata.shift_remove("finalizers");
    } else {
        metadata.insert("finalizers".to_owned(), finalizers.into());
    }
}

/// Whether the object is on its way out.
pub(crate) fn deleting(metadata: &Map<String, Value>) -> bool {
    metadata.contains_key("deletionTimestamp")
}

/// Everything that is wrong with `metadata` by itself.
pub(crate) fn faults(metadata: &Map<String, Value>, view: &View) -> Vec<Cause> {
    let (resource, key) = (&view.resource, &*view.resource.key);
    // Of events only the older version has it so.
    let is_older_event = key == EVENTS && view.version().group.is_empty();
    let may_be_unqualified = resource.rules.custom || WITHOUT_DOMAINS.contains(&key) || is_older_event;
    faults_by(metadata, resource.rules.names, may_be_unqualified)
}

/// The same for an object that is no resource of its own.
pub(crate) fn faults_by(
    metadata: &Map<String, Value>,
    rule: NameRule,
    may_be_unqualified: bool,
) -> Vec<Cause> {
    let mut causes = Vec::new();
    let invalid = |field: &str, value: &str, reasons: Vec<String>| {
        reasons.iter().map(|why| Cause::invalid(field, value, why)).collect::<Vec<_>>()
    };
    let (name, prefix) = (text(metadata, "name"), text(metadata, "generateName"));
    if !prefix.is_empty() {
        causes.extend(invalid("metadata.generateName", prefix, prefix_faults(prefix, rule)));
    }
    if name.is_empty() {
        causes.push(Cause::required("metadata.name", "name or generateName is required"));
    }
    if !name.is_empty() {
        causes.extend(invalid("metadata.name", name, name_faults(name, rule)));
    }
    for (key, value) in string_pairs(metadata, "labels") {
        causes.extend(invalid("metadata.labels", key, key_faults(key)));
        causes.extend(invalid("metadata.labels", value, label_value_faults(value)));
    }
    let mut annotations_size = 0;
    for (key, value) in string_pairs(metadata, "annotations") {
        annotations_size += key.len() + value.len();
        causes.extend(invalid("metadata.annotations", key, key_faults(&key.to_lowercase())));
    }
    if annotations_size > MAX_ANNOTATIONS {
        let message = format!("Too long: may not be more than {MAX_ANNOTATIONS} bytes");
        causes.push(Cause { reason: "FieldValueTooLong", message, field: "metadata.annotations".to_owned() });
    }
    causes.extend(owner_faults(metadata));
    for finalizer in finalizers(metadata) {
        causes.extend(invalid("metadata.finalizers", finalizer, key_faults(finalizer)));
    }
    for (index, finalizer) in finalizers(metadata).into_iter().enumerate() {
        if !may_be_unqualified && !is_qualified(finalizer) {
            let why = "name is neither a standard finalizer name nor is it fully qualified";
            causes.push(Cause::invalid(format!("metadata.finalizers[{index}]"), finalizer, why));
        }
    }
    causes
}

fn owner_faults(metadata: &Map<String, Value>) -> Vec<Cause> {
    let owners = metadata.get("ownerReferences").and_then(Value::as_array);
    let mut causes = Vec::new();
    let mut controller: Option<&Value> = None;
    for (index, owner) in owners.into_iter().flatten().enumerate() {
        let path = format!("metadata.ownerReferences[{index}]");
        let said = |field: &str| owner[field].as_str().unwrap_or_default();
        for field in OWNER_STRINGS.into_iter().filter(|field| said(field).is_empty()) {
            causes.push(Cause::required(format!("{path}.{field}"), "must not be empty"));
        }
        let api_version = said("apiVersion");
        if api_version.matches('/').count() > 1 {
            let why = "must be <group>/<version> or <version>";
            causes.push(Cause::invalid(format!("{path}.apiVersion"), api_version, why));
        } else if (api_version, said("kind")) == ("v1", "Event") {
            let why = "/v1, Kind=Event is disallowed from being an owner";
            causes.push(Cause::invalid_value(path, owner, why));
        }
        if owner["controller"] != true {
            continue;
        }
        if let Some(first) = controller {
            let of = |owner: &Value| {
                let part = |field: &str| owner[field].as_str().unwrap_or_default().to_owned();
                format!("{}/{}", part("kind"), part("name"))
            };
            let why = format!(
                "Only one reference can have Controller set to true. Found \"true\" in references for {} and {}",
                of(first),
                of(owner)
            );
            let all = metadata.get("ownerReferences").unwrap_or(&Value::Null);
            causes.push(Cause::invalid_value("metadata.ownerReferences", all, &why));
        } else {
            controller = Some(owner);
        }
    }
    causes
}

/// Whether a finalizer is a standard one, or of a domain.
pub(crate) fn is_qualified(finalizer: &str) -> bool {
    finalizer.contains('/') || ["kubernetes", ORPHAN, FOREGROUND, crd::CLEANUP].contains(&finalizer)
}

fn string_pairs<'a>(
    metadata: &'a Map<String, Value>,
    field: &str,
) -> impl Iterator<Item = (&'a str, &'a str)> {
    let map = metadata.get(field).and_then(Value::as_object);
    map.into_iter().flatten().map(|(key, value)| (key.as_str(), value.as_str().unwrap_or_default()))
}

/// What Go calls a kind of JSON value.
pub(crate) fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn mismatch(field: &str, value: &Value, wanted: &str) -> String {
    misfit(field, kind_of(value), wanted)
}

fn misfit(field: &str, found: &str, wanted: &str) -> String {
    format!("json: cannot unmarshal {found} into Go struct field ObjectMeta.{field} of type {wanted}")
}

fn string(field: &str, value: &Value) -> Result<Value, String> {
    if value.is_string() { Ok(value.clone()) } else { Err(mismatch(field, value, "string")) }
}

fn integer(field: &str, value: &Value) -> Result<Value, String> {
    match value {
        Value::Number(number) if number.is_i64() => Ok(value.clone()),
        Value::Number(_) => Err(misfit(field, &format!("number {}", json::text(value)), "int64")),
        _ => Err(mismatch(field, value, "int64")),
    }
}

fn time(field: &str, value: &Value) -> Result<Value, String> {
    let Value::String(text) = value else { return Err(mismatch(field, value, "string")) };
    times::settle(text, Exactness::Seconds).map(Value::from)
}

fn string_map(field: &str, value: &Value) -> Result<Value, String> {
    let Value::Object(pairs) = value else { return Err(mismatch(field, value, "map[string]string")) };
    let mut read = Map::new();
    for (key, value) in pairs {
        let value = if value.is_null() { Value::from("") } else { string(field, value)? };
        read.insert(key.clone(), value);
    }
    Ok(read.into())
}

fn strings(field: &str, value: &Value) -> Result<Value, String> {
    let Value::Array(items) = value else { return Err(mismatch(field, value, "[]string")) };
    items.iter().map(|item| string(field, item)).collect()
}

/// Who owns what is looked into by those who keep account of it.
fn entries(field: &str, value: &Value) -> Result<Value, String> {
    let Value::Array(items) = value else { return Err(mismatch(field, value, "[]v1.ManagedFieldsEntry")) };
    match items.iter().find(|item| !item.is_object() && !item.is_null()) {
        Some(item) => Err(mismatch(field, item, "v1.ManagedFieldsEntry")),
        None => Ok(value.clone()),
    }
}

fn owners(value: &Value) -> Result<Value, String> {
    let field = "ownerReferences";
    let Value::Array(items) = value else { return Err(mismatch(field, value, "[]v1.OwnerReference")) };
    let mut read = Vec::new();
    for item in items {
        let Value::Object(owner) = item else { return Err(mismatch(field, item, "v1.OwnerReference")) };
        let mut fields = Map::new();
        for name in OWNER_STRINGS {
            let value =
                owner.get(name).filter(|value| !value.is_null()).cloned().unwrap_or_else(|| "".into());
            fields.insert(name.to_owned(), string(name, &value)?);
        }
        for name in OWNER_BOOLEANS {
            if let Some(value) = owner.get(name).filter(|value| !value.is_null()) {
                if !value.is_boolean() {
                    return Err(mismatch(name, value, "bool"));
                }
                fields.insert(name.to_owned(), value.clone());
            }
        }
        read.push(fields.into());
    }
    Ok(Value::Array(read))
}

#[cfg(test)]
mod tests;
