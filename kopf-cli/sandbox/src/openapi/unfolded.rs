//! Schemas of custom resources as OpenAPI 3 has them: as they are defined, with what a keyword of Kubernetes means told out.

use serde_json::{Map, Value, json};

use super::custom::embed;
use crate::protobuf::open_api::Release;

/// A schema of a definition, or of a part of it.
pub(super) fn unfolded(schema: &Value) -> Value {
    let mut told = keywords(schema, unfolded);
    if schema["x-kubernetes-int-or-string"] == true {
        tell_either(&mut told);
    }
    let mut told = Value::from(told);
    if schema["x-kubernetes-embedded-resource"] == true {
        embed(Release::Three, &mut told);
    }
    told
}

/// What is below `allOf`, `anyOf`, `oneOf` or `not`; of other fields nothing is told there.
fn nested(schema: &Value) -> Value {
    let mut told = keywords(schema, nested);
    told.remove("additionalProperties");
    told.into()
}

fn keywords(schema: &Value, inside: fn(&Value) -> Value) -> Map<String, Value> {
    let mut told = Map::new();
    for (keyword, value) in schema.as_object().into_iter().flatten() {
        let value = match (keyword.as_str(), value) {
            ("properties", Value::Object(fields)) => {
                fields.iter().map(|(name, field)| (name.clone(), inside(field))).collect()
            }
            ("items" | "additionalProperties", Value::Object(_)) => inside(value),
            ("allOf" | "anyOf" | "oneOf", Value::Array(schemas)) => schemas.iter().map(nested).collect(),
            ("not", schema) => nested(schema),
            (_, value) => value.clone(),
        };
        if !is_nothing(keyword, &value) {
            told.insert(keyword.clone(), value);
        }
    }
    told
}

/// Says that a value is a whole number or a text, unless that is said.
fn tell_either(told: &mut Map<String, Value>) {
    let either = json!([{ "type": "integer" }, { "type": "string" }]);
    let first = told.get("allOf").map(|all| &all[0]);
    match told.get("anyOf") {
        Some(any) if *any == either => {}
        _ if first.is_some_and(|first| *first == json!({ "anyOf": either })) => {}
        None => {
            told.insert("anyOf".to_owned(), either);
        }
        Some(_) => {
            let others = told.get("allOf").and_then(Value::as_array).cloned().unwrap_or_default();
            let all = [json!({ "anyOf": either })].into_iter().chain(others);
            told.insert("allOf".to_owned(), all.collect());
        }
    }
}

/// Whether a keyword says no more than its absence.
fn is_nothing(keyword: &str, value: &Value) -> bool {
    match (keyword, value) {
        (_, Value::Null) => true,
        ("default" | "example" | "additionalProperties", _) => false,
        (_, Value::Bool(flag)) => !flag,
        (_, Value::String(text)) => text.is_empty(),
        (_, Value::Array(items)) => items.is_empty(),
        ("properties", Value::Object(fields)) => fields.is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(schema: &Value, expected: &Value) {
        assert_eq!(unfolded(schema), *expected);
    }

    #[test]
    fn what_may_be_a_number_or_a_text_says_so_once() {
        let either = json!([{ "type": "integer" }, { "type": "string" }]);
        let alone = json!({ "x-kubernetes-int-or-string": true });
        let said = json!({ "x-kubernetes-int-or-string": true, "anyOf": either });
        check(&alone, &said);
        check(&said, &said);
        let other = json!({ "x-kubernetes-int-or-string": true, "anyOf": [{ "minimum": 1 }], "allOf": [{ "maximum": 5 }] });
        let mut expected = other.clone();
        expected["allOf"] = json!([{ "anyOf": either }, { "maximum": 5 }]);
        check(&other, &expected);
        check(&expected, &expected);
    }

    #[test]
    fn defaults_are_told_whatever_they_are() {
        let schema = json!({ "type": "boolean", "default": false, "nullable": false, "format": "" });
        check(&schema, &json!({ "type": "boolean", "default": false }));
    }
}
