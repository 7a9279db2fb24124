//! The `metadata` of an object: read as the typed `ObjectMeta` it is, and checked.

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::{
    crd,
    resources::{NameRule, Resource},
    status::Cause,
};

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
/// Unknown fields go, as they do in the API. So does `managedFields`: nothing here keeps account of owners.
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

/// A string of `metadata`; empty where absent.
pub(crate) fn text<'a>(metadata: &'a Map<String, Value>, field: &str) -> &'a str {
    metadata.get(field).and_then(Value::as_str).unwrap_or_default()
}

/// The finalizers of an object.
pub(crate) fn finalizers(metadata: &Map<String, Value>) -> Vec<&str> {
    let list = metadata.get("finalizers").and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_str).collect()
}

/// Whether the object is on its way out.
pub(crate) fn deleting(metadata: &Map<String, Value>) -> bool {
    metadata.contains_key("deletionTimestamp")
}

/// Everything that is wrong with `metadata` by itself.
pub(crate) fn faults(metadata: &Map<String, Value>, resource: &Resource) -> Vec<Cause> {
    let mut causes = Vec::new();
    let name = text(metadata, "name");
    if name.is_empty() {
        causes.push(Cause::required("metadata.name", "name or generateName is required"));
    } else if let Some(why) = name_fault(name, resource.rules.names) {
        causes.push(Cause::invalid("metadata.name", name, &why));
    }
    for (key, value) in string_pairs(metadata, "labels") {
        causes.extend(key_fault(key).map(|why| Cause::invalid("metadata.labels", key, &why)));
        causes.extend(label_value_fault(value).map(|why| Cause::invalid("metadata.labels", value, &why)));
    }
    let mut annotations_size = 0;
    for (key, value) in string_pairs(metadata, "annotations") {
        annotations_size += key.len() + value.len();
        let lower = key.to_lowercase();
        causes.extend(key_fault(&lower).map(|why| Cause::invalid("metadata.annotations", key, &why)));
    }
    if annotations_size > MAX_ANNOTATIONS {
        let message = format!("Too long: may not be more than {MAX_ANNOTATIONS} bytes");
        causes.push(Cause { reason: "FieldValueTooLong", message, field: "metadata.annotations".to_owned() });
    }
    for (index, owner) in
        metadata.get("ownerReferences").and_then(Value::as_array).into_iter().flatten().enumerate()
    {
        for field in OWNER_STRINGS {
            if owner[field].as_str().unwrap_or_default().is_empty() {
                let path = format!("metadata.ownerReferences[{index}].{field}");
                causes.push(Cause::required(path, "must not be empty"));
            }
        }
    }
    for (index, finalizer) in finalizers(metadata).into_iter().enumerate() {
        let field = format!("metadata.finalizers[{index}]");
        if let Some(why) = key_fault(finalizer) {
            causes.push(Cause::invalid(field, finalizer, &why));
        } else if !resource.rules.custom && !qualified_finalizer(finalizer) {
            let why = "name is neither a standard finalizer name nor is it fully qualified";
            causes.push(Cause::invalid(field, finalizer, why));
        }
    }
    causes
}

fn qualified_finalizer(finalizer: &str) -> bool {
    finalizer.contains('/')
        || ["kubernetes", "orphan", "foregroundDeletion", crd::CLEANUP].contains(&finalizer)
}

fn string_pairs<'a>(
    metadata: &'a Map<String, Value>,
    field: &str,
) -> impl Iterator<Item = (&'a str, &'a str)> {
    let map = metadata.get(field).and_then(Value::as_object);
    map.into_iter().flatten().map(|(key, value)| (key.as_str(), value.as_str().unwrap_or_default()))
}

const SUBDOMAIN: &str = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', \
    and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is \
    '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const LABEL: &str = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must \
    start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is \
    '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const LABEL_VALUE: &str = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', \
    and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for \
    validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
const KEY: &str = "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an \
    alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is \
    '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

fn name_fault(name: &str, rule: NameRule) -> Option<String> {
    let is_label =
        |label: &str| edges_and_middle(label, |c| c.is_ascii_lowercase() || c.is_ascii_digit(), "-");
    match rule {
        NameRule::Subdomain if name.len() > 253 => Some("must be no more than 253 bytes".to_owned()),
        NameRule::Subdomain => (!name.split('.').all(is_label)).then(|| SUBDOMAIN.to_owned()),
        NameRule::Label if name.len() > 63 => Some("must be no more than 63 bytes".to_owned()),
        NameRule::Label => (!is_label(name)).then(|| LABEL.to_owned()),
        NameRule::PathSegment if name == "." || name == ".." => Some(format!("may not be '{name}'")),
        NameRule::PathSegment => ["/", "%"]
            .into_iter()
            .find(|bad| name.contains(bad))
            .map(|bad| format!("may not contain '{bad}'")),
    }
}

/// What is wrong with a label's key, if anything.
pub(crate) fn key_fault(key: &str) -> Option<String> {
    let (prefix, name) = key.split_once('/').map_or((None, key), |(prefix, name)| (Some(prefix), name));
    if let Some(why) = prefix.and_then(|prefix| name_fault(prefix, NameRule::Subdomain)) {
        return Some(format!("prefix part {why}"));
    }
    if name.is_empty() {
        return Some("name part must be non-empty".to_owned());
    }
    if name.len() > 63 {
        return Some("name part must be no more than 63 bytes".to_owned());
    }
    (!edges_and_middle(name, |c| c.is_ascii_alphanumeric(), "-_.")).then(|| KEY.to_owned())
}

/// What is wrong with a label's value, if anything.
pub(crate) fn label_value_fault(value: &str) -> Option<String> {
    if value.len() > 63 {
        return Some("must be no more than 63 bytes".to_owned());
    }
    let fine = value.is_empty() || edges_and_middle(value, |c| c.is_ascii_alphanumeric(), "-_.");
    (!fine).then(|| LABEL_VALUE.to_owned())
}

fn edges_and_middle(text: &str, edge: impl Fn(char) -> bool, also_inside: &str) -> bool {
    text.starts_with(&edge)
        && text.ends_with(&edge)
        && text.chars().all(|c| edge(c) || also_inside.contains(c))
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
    format!(
        "json: cannot unmarshal {} into Go struct field ObjectMeta.{field} of type {wanted}",
        kind_of(value)
    )
}

fn string(field: &str, value: &Value) -> Result<Value, String> {
    if value.is_string() { Ok(value.clone()) } else { Err(mismatch(field, value, "string")) }
}

fn integer(field: &str, value: &Value) -> Result<Value, String> {
    if value.is_i64() { Ok(value.clone()) } else { Err(mismatch(field, value, "int64")) }
}

fn time(field: &str, value: &Value) -> Result<Value, String> {
    let Value::String(text) = value else { return Err(mismatch(field, value, "string")) };
    match text.parse::<Timestamp>() {
        Ok(_) => Ok(value.clone()),
        Err(_) => {
            Err(format!("parsing time {text:?} as \"2006-01-02T15:04:05Z07:00\": cannot parse {text:?}"))
        }
    }
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
