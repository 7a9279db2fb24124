//! The text of objects of built-in kinds: their members in the order in which Go's types have them, which is that of the table of
//! messages.
//!
//! It is written once, where an object is stored; whoever reads it finds its members in this order.

use serde_json::{Map, Value};

use super::messages::{Field, Form, Many, Message, Table, Type, Zero};
use crate::json::{self, write, write_key, write_sorted, write_unread};

/// What an object says of itself before all else.
const TYPE: [&str; 2] = ["kind", "apiVersion"];

/// An object, and whatever else is answered with; members of what is of no kind that there is are left as they are. To be called on
/// a stack that its depth needs.
pub(crate) fn text(value: &Value) -> String {
    known_text(value).unwrap_or_else(|| json::text(value))
}

/// The same; `None` of what is of no kind that there is.
pub(crate) fn known_text(value: &Value) -> Option<String> {
    let table = Table::get();
    let said = |field: &str| value[field].as_str().unwrap_or_default();
    match (table.of_answer(said("apiVersion"), said("kind")), value) {
        (Some(id), Value::Object(fields)) => {
            let mut text = Vec::new();
            write_object(table, table.message(id), fields, &mut text);
            Some(json::in_text(text))
        }
        _ => None,
    }
}

fn write_object(table: &Table, message: &Message, fields: &Map<String, Value>, text: &mut Vec<u8>) {
    text.push(b'{');
    let mut written = 0;
    for name in TYPE.into_iter().filter(|_| message.is_typed()) {
        if let Some(value) = fields.get(name) {
            write_key(name, text);
            write(value, text);
            written += 1;
        }
    }
    written += write_members(table, message, fields, text);
    // What has no place of its own comes last.
    if written < fields.len() {
        let others = fields.iter().filter(|(name, _)| {
            let is_type = message.is_typed() && TYPE.contains(&name.as_str());
            !(is_type || is_known(table, message, name))
        });
        for (name, value) in others {
            write_key(name, text);
            write(value, text);
        }
    }
    text.push(b'}');
}

/// Writes those members that a message knows, and says how many they are.
fn write_members(table: &Table, message: &Message, fields: &Map<String, Value>, text: &mut Vec<u8>) -> usize {
    let mut written = 0;
    for field in message.fields_as_declared() {
        match (field.zero, field.ty) {
            (Zero::Inline, Type::Message(id)) => {
                written += write_members(table, table.message(id), fields, text);
            }
            _ => {
                if let Some(value) = fields.get(field.name) {
                    write_key(field.name, text);
                    write_field(table, field, value, text);
                    written += 1;
                }
            }
        }
    }
    written
}

fn is_known(table: &Table, message: &Message, name: &str) -> bool {
    message.fields().iter().any(|field| match (field.zero, field.ty) {
        (Zero::Inline, Type::Message(id)) => is_known(table, table.message(id), name),
        _ => field.name == name,
    })
}

fn write_field(table: &Table, field: &Field, value: &Value, text: &mut Vec<u8>) {
    match (field.many, value) {
        (Many::List, Value::Array(items)) => write_items(table, field.ty, items, text),
        (Many::Map, Value::Object(entries)) => {
            let mut entries: Vec<_> = entries.iter().collect();
            entries.sort_unstable_by_key(|(name, _)| *name);
            text.push(b'{');
            for (name, value) in entries {
                write_key(name, text);
                write_value(table, field.ty, value, text);
            }
            text.push(b'}');
        }
        _ => write_value(table, field.ty, value, text),
    }
}

fn write_items(table: &Table, ty: Type, items: &[Value], text: &mut Vec<u8>) {
    text.push(b'[');
    for (index, item) in items.iter().enumerate() {
        text.extend_from_slice(if index == 0 { b"" } else { b"," });
        write_value(table, ty, item, text);
    }
    text.push(b']');
}

fn write_value(table: &Table, ty: Type, value: &Value, text: &mut Vec<u8>) {
    let Type::Message(id) = ty else { return write(value, text) };
    let message = table.message(id);
    match (message.form, value) {
        (Form::Object, Value::Object(fields)) => write_object(table, message, fields, text),
        (Form::Sorted, value) => write_sorted(value, text),
        (Form::Json, value) => write_unread(value, text),
        (Form::List | Form::SchemaOrSchemas, Value::Array(items)) => {
            let list = message.fields().iter().find(|field| field.many == Many::List);
            match list {
                Some(list) => write_items(table, list.ty, items, text),
                None => write(value, text),
            }
        }
        (Form::SchemaOrSchemas | Form::SchemaOrBool | Form::SchemaOrNames, Value::Object(_)) => {
            let is_schema = |field: &&Field| field.many == Many::One && matches!(field.ty, Type::Message(_));
            match message.fields().iter().find(is_schema) {
                Some(schema) => write_value(table, schema.ty, value, text),
                None => write(value, text),
            }
        }
        _ => write(value, text),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn members_are_in_the_order_of_their_types() {
        let object = json!({
            "spec": { "volumeClaimTemplates": [{ "spec": {}, "apiVersion": "v1", "kind": "PersistentVolumeClaim" }], "replicas": 1 },
            "metadata": { "labels": { "b": "<", "a": "" }, "name": "s" }, "apiVersion": "apps/v1", "kind": "StatefulSet",
        });
        let expected = r#"{"kind":"StatefulSet","apiVersion":"apps/v1","metadata":{"name":"s","labels":{"a":"","b":"\u003c"}},"spec":{"replicas":1,"volumeClaimTemplates":[{"kind":"PersistentVolumeClaim","apiVersion":"v1","spec":{}}]}}"#;
        assert_eq!(text(&object), expected);
    }

    #[test]
    fn what_has_no_place_of_its_own_comes_last() {
        let object = json!({ "x": { "b": 1, "a": 2 }, "data": 1, "kind": "ConfigMap", "apiVersion": "v1" });
        let expected = r#"{"kind":"ConfigMap","apiVersion":"v1","data":1,"x":{"b":1,"a":2}}"#;
        assert_eq!(text(&object), expected);
        assert_eq!(text(&json!({ "b": 1, "a": 2 })), r#"{"b":1,"a":2}"#);
    }

    #[test]
    fn schemas_are_found_in_all_their_places() {
        let schema =
            |inner: Value| json!({ "spec": { "versions": [{ "schema": { "openAPIV3Schema": inner } }] } });
        let within = |inner: &str| {
            format!(
                r#"{{"kind":"CustomResourceDefinition","apiVersion":"apiextensions.k8s.io/v1","spec":{{"versions":[{{"schema":{{"openAPIV3Schema":{inner}}}}}]}}}}"#
            )
        };
        for (inner, expected) in [
            (json!({ "items": { "title": "t", "type": "a" } }), r#"{"items":{"type":"a","title":"t"}}"#),
            (json!({ "items": [{ "title": "t", "type": "a" }] }), r#"{"items":[{"type":"a","title":"t"}]}"#),
            (
                json!({ "additionalProperties": false, "type": "a" }),
                r#"{"type":"a","additionalProperties":false}"#,
            ),
            (
                json!({ "properties": { "b": { "default": { "d": 1, "c": 2 } }, "a": { "title": "t", "type": "a" } } }),
                r#"{"properties":{"a":{"type":"a","title":"t"},"b":{"default":{"c":2,"d":1}}}}"#,
            ),
        ] {
            let mut definition = schema(inner);
            definition["kind"] = "CustomResourceDefinition".into();
            definition["apiVersion"] = "apiextensions.k8s.io/v1".into();
            assert_eq!(text(&definition), within(expected));
        }
    }
}
