//! From the JSON that is shown of an object to its message: the reverse of [`decode`](super::decode).
//!
//! What Go holds by value is written even where it is zero, in the order of the fields' numbers, so that the bytes are those of a
//! real server.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Map, Value, json};

use super::messages::{Field, Form, Many, MessageId, Table, Type, Zero};
use crate::times;

/// The forms of values on the wire.
pub(super) const VARINT: u8 = 0;
pub(super) const FIXED64: u8 = 1;
pub(super) const BYTES: u8 = 2;

/// The bytes of a message; what of the value is of another type than its field is left out.
pub(super) fn message(table: &Table, id: MessageId, value: &Value) -> Vec<u8> {
    let message = table.message(id);
    let mut bytes = Vec::new();
    let parts = match message.form {
        Form::Object => None,
        Form::Json | Form::Sorted if value.is_null() => return bytes,
        Form::Json | Form::Sorted => {
            put_bytes(&mut bytes, 1, value.to_string().as_bytes());
            return bytes;
        }
        Form::Time | Form::MicroTime if value.is_null() => return bytes,
        form => Some(parts(form, value)),
    };
    let fields = parts.as_ref().unwrap_or(value).as_object();
    let empty = Map::new();
    for field in message.fields() {
        put_field(table, &mut bytes, field, fields.unwrap_or(&empty));
    }
    bytes
}

/// The fields of a message that is no object in JSON.
fn parts(form: Form, value: &Value) -> Value {
    match form {
        Form::Object | Form::Json | Form::Sorted => value.clone(),
        Form::List => json!({ "items": value }),
        Form::Quantity => json!({ "string": value.as_str().unwrap_or("0") }),
        Form::IntOrString => match value {
            Value::String(text) => json!({ "type": 1, "intVal": 0, "strVal": text }),
            number => json!({ "type": 0, "intVal": number.as_i64().unwrap_or_default(), "strVal": "" }),
        },
        Form::Time | Form::MicroTime => {
            let (seconds, nanos) = value.as_str().and_then(times::since_epoch).unwrap_or_default();
            json!({ "seconds": seconds, "nanos": if form == Form::Time { 0 } else { nanos } })
        }
        Form::SchemaOrSchemas if value.is_array() => json!({ "jSONSchemas": value }),
        Form::SchemaOrBool if value.is_boolean() => json!({ "allows": value }),
        Form::SchemaOrBool => json!({ "allows": true, "schema": value }),
        Form::SchemaOrNames if value.is_array() => json!({ "property": value }),
        Form::SchemaOrSchemas | Form::SchemaOrNames => json!({ "schema": value }),
    }
}

fn put_field(table: &Table, bytes: &mut Vec<u8>, field: &Field, around: &Map<String, Value>) {
    let value = around.get(field.name).filter(|value| !value.is_null());
    match (field.many, value) {
        (Many::One, _) if field.zero == Zero::Inline => {
            if let Type::Message(id) = field.ty {
                put_bytes(bytes, field.number, &inline(table, id, around));
            }
        }
        (Many::One, Some(value)) => put(table, bytes, field.number, field.ty, value),
        (Many::One, None) if matches!(field.zero, Zero::ScalarOmitted | Zero::Omitted | Zero::Always) => {
            put(table, bytes, field.number, field.ty, &Value::Null);
        }
        (Many::List, Some(Value::Array(items))) => {
            items.iter().for_each(|item| put(table, bytes, field.number, field.ty, item));
        }
        (Many::Map, Some(Value::Object(entries))) => {
            let mut entries: Vec<(&String, &Value)> = entries.iter().collect();
            entries.sort_by_key(|(name, _)| *name);
            for (name, value) in entries {
                let mut entry = Vec::new();
                put_bytes(&mut entry, 1, name.as_bytes());
                put(table, &mut entry, 2, field.ty, value);
                put_bytes(bytes, field.number, &entry);
            }
        }
        _ => {}
    }
}

/// A message whose fields stand among those around it.
fn inline(table: &Table, id: MessageId, around: &Map<String, Value>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for field in table.message(id).fields() {
        put_field(table, &mut bytes, field, around);
    }
    bytes
}

/// One value; null is what is zero.
fn put(table: &Table, bytes: &mut Vec<u8>, number: u32, ty: Type, value: &Value) {
    match ty {
        Type::Text => put_bytes(bytes, number, value.as_str().unwrap_or_default().as_bytes()),
        Type::Bytes => {
            let decoded = STANDARD.decode(value.as_str().unwrap_or_default());
            put_bytes(bytes, number, &decoded.unwrap_or_default());
        }
        Type::Bool => put_number(bytes, number, u64::from(value.as_bool().unwrap_or_default())),
        Type::Int32 | Type::Int64 => {
            put_number(bytes, number, value.as_i64().unwrap_or_default().cast_unsigned());
        }
        Type::Double => put_double(bytes, number, value.as_f64().unwrap_or_default()),
        Type::Message(id) => put_bytes(bytes, number, &message(table, id, value)),
    }
}

pub(super) fn put_bytes(bytes: &mut Vec<u8>, number: u32, value: &[u8]) {
    put_tag(bytes, number, BYTES);
    put_varint(bytes, value.len() as u64);
    bytes.extend_from_slice(value);
}

pub(super) fn put_double(bytes: &mut Vec<u8>, number: u32, value: f64) {
    put_tag(bytes, number, FIXED64);
    bytes.extend_from_slice(&value.to_le_bytes());
}

pub(super) fn put_number(bytes: &mut Vec<u8>, number: u32, value: u64) {
    put_tag(bytes, number, VARINT);
    put_varint(bytes, value);
}

fn put_tag(bytes: &mut Vec<u8>, number: u32, form: u8) {
    put_varint(bytes, u64::from(number) << 3 | u64::from(form));
}

fn put_varint(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}
