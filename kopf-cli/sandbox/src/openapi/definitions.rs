//! Schemas as OpenAPI 2 has them, which knows less: neither defaults nor what a value must or may be besides its type.

use serde_json::{Map, Value};

use super::{
    REFERENCE,
    custom::{PRESERVE, embed},
};
use crate::protobuf::open_api::Release;

pub(super) const DEFINITIONS: &str = "#/definitions/";
/// What clients of this form could not read, or a real server keeps to itself.
const LEFT_OUT: [&str; 6] = ["default", "nullable", "allOf", "anyOf", "oneOf", "not"];

/// The schema of a built-in type.
pub(super) fn built_in(schema: &Value) -> Value {
    let Value::Object(keywords) = schema else { return schema.clone() };
    let mut converted = Map::new();
    for (keyword, value) in keywords {
        match (keyword.as_str(), value) {
            ("default", _) => {}
            ("$ref", Value::String(name)) => {
                converted.insert("$ref".to_owned(), name.replacen(REFERENCE, DEFINITIONS, 1).into());
            }
            // A reference alone, which may have something beside it only in this way.
            ("allOf", Value::Array(schemas)) => {
                let inner = schemas.iter().map(built_in);
                inner.for_each(|inner| converted.extend(inner.as_object().cloned().unwrap_or_default()));
            }
            // Of what is one of several types, one is told.
            ("oneOf", _) => {
                converted.insert("type".to_owned(), "string".into());
            }
            ("properties", Value::Object(fields)) => {
                let fields = fields.iter().map(|(name, field)| (name.clone(), built_in(field)));
                converted.insert("properties".to_owned(), fields.collect());
            }
            ("items" | "additionalProperties", value) => {
                converted.insert(keyword.clone(), built_in(value));
            }
            (_, value) => {
                converted.insert(keyword.clone(), value.clone());
            }
        }
    }
    converted.into()
}

/// What a schema of a definition is in this form. What may be null is of no type here, and of what is open no field is told:
/// clients would refuse the others.
pub(super) fn structural(schema: &Value) -> Value {
    let Value::Object(keywords) = schema else { return schema.clone() };
    let says = |keyword: &str| schema[keyword] == true;
    let (nullable, open) = (says("nullable"), says(PRESERVE));
    let untyped = match schema["type"].as_str() {
        _ if nullable => true,
        Some("array") => open || !schema["items"].is_object(),
        Some("object") => open,
        _ => false,
    };
    let fields = schema["properties"].as_object().filter(|_| !nullable && !open);
    let mut converted = Map::new();
    for (keyword, value) in keywords {
        let value = match (keyword.as_str(), value) {
            (keyword, _) if LEFT_OUT.contains(&keyword) => continue,
            ("type", _) if untyped => continue,
            ("properties" | "items", _) if nullable || open => continue,
            ("properties", Value::Object(fields)) => {
                fields.iter().map(|(name, field)| (name.clone(), structural(field))).collect()
            }
            ("items", value) => structural(value),
            ("additionalProperties", Value::Object(_)) => structural(value),
            ("required", Value::Array(names)) => required(names, fields, &schema["additionalProperties"]),
            (_, value) => value.clone(),
        };
        if !is_nothing(keyword, &value) {
            converted.insert(keyword.clone(), value);
        }
    }
    let mut converted = Value::from(converted);
    if says("x-kubernetes-embedded-resource") && !open {
        embed(Release::Two, &mut converted);
    }
    converted
}

/// The fields that have to be there; of one that may be null that cannot be said.
fn required(names: &[Value], fields: Option<&Map<String, Value>>, others: &Value) -> Value {
    if others["nullable"] == true {
        return Value::Null;
    }
    let may_be_null = |name: &Value| {
        let field = name.as_str().and_then(|name| fields?.get(name));
        field.is_some_and(|field| field["nullable"] == true)
    };
    names.iter().filter(|name| !may_be_null(name)).cloned().collect()
}

/// Whether a keyword says no more than its absence.
fn is_nothing(keyword: &str, value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => !["additionalProperties", "example"].contains(&keyword),
        Value::String(text) => text.is_empty() && keyword != "example",
        Value::Array(items) => items.is_empty() && keyword != "example",
        Value::Object(fields) => fields.is_empty() && keyword == "properties",
        Value::Bool(true) | Value::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(schema: &Value, expected: &Value) {
        assert_eq!(structural(schema), *expected);
    }

    #[test]
    fn what_may_be_null_has_no_type_and_need_not_be_there() {
        check(
            &json!({ "type": "object", "required": ["a", "b"], "properties": {
                "a": { "type": "string", "nullable": true, "default": null }, "b": { "type": "integer", "default": 1 },
            } }),
            &json!({ "type": "object", "required": ["b"], "properties": { "a": {}, "b": { "type": "integer" } } }),
        );
    }

    #[test]
    fn of_what_is_open_no_field_is_told() {
        let open = json!({ "type": "object", "properties": { "a": { "type": "string" } }, PRESERVE: true });
        check(&open, &json!({ PRESERVE: true }));
        check(
            &json!({ "type": "array", "items": open }),
            &json!({ "type": "array", "items": { PRESERVE: true } }),
        );
    }

    #[test]
    fn fields_may_be_called_like_keywords() {
        let fields = json!({ "type": "object", "properties": { "allOf": { "type": "string" }, "default": { "type": "string" } } });
        check(&fields, &fields);
    }

    #[test]
    fn references_stand_alone() {
        let name = "io.k8s.api.core.v1.PodSpec";
        let schema = json!({ "default": {}, "allOf": [{ "$ref": format!("{REFERENCE}{name}") }] });
        assert_eq!(built_in(&schema), json!({ "$ref": format!("{DEFINITIONS}{name}") }));
    }
}
