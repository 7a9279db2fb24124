//! What Go says of a value that is not of its field's type: its JSON decoder, and the converter of what has been read already.

use serde_json::Value;

use super::Trail;
use crate::{
    meta,
    schema::{Additional, Kind, Shape},
};

/// What the JSON decoder says.
pub(super) fn of_json(value: &Value, shape: Shape<'static>, trail: &Trail<'_>) -> String {
    let told = matches!(shape.kind(), Some(Kind::Integer) | None);
    mismatch(&found(value, told), trail, &type_of_value(shape, trail))
}

/// The same of one of a list of bytes.
pub(super) fn of_byte(value: &Value, trail: &Trail<'_>) -> String {
    mismatch(&found(value, true), trail, "uint8")
}

/// The same of one of a list of texts.
pub(super) fn of_text(value: &Value, trail: &Trail<'_>) -> String {
    mismatch(&found(value, false), trail, "string")
}

/// What the decoder of JSON calls a value; of a number that may be of another size it tells which it is.
fn found(value: &Value, told: bool) -> String {
    match value {
        Value::Number(number) if told => format!("number {number}"),
        value => meta::kind_of(value).to_owned(),
    }
}

fn mismatch(found: &str, trail: &Trail<'_>, wanted: &str) -> String {
    let field = trail.dotted();
    format!("json: cannot unmarshal {found} into Go struct field {}.{field} of type {wanted}", trail.owner())
}

/// What the converter says.
pub(super) fn of_converter(value: &Value, shape: Shape<'static>, trail: &Trail<'_>) -> String {
    // These read themselves, from JSON.
    if reads_itself(shape) {
        let found = found(value, shape.int_or_string());
        return format!("json: cannot unmarshal {found} into Go value of type {}", type_of_field(shape));
    }
    let found = kind_in_go(value);
    match (shape.kind(), value) {
        (Some(Kind::Object), _) if matches!(shape.additional(), Additional::Of(_)) => {
            format!("cannot restore map from {found}")
        }
        (Some(Kind::Object), _) => format!("cannot restore struct from: {found}"),
        (Some(Kind::Array), _) => format!("cannot restore slice from {found}"),
        (Some(Kind::String), _) if shape.format() == Some("byte") => {
            format!("cannot restore slice from {found}")
        }
        // Go could convert these, and must not.
        (Some(Kind::String), Value::Number(_)) if found == "int64" => {
            format!("cannot convert int64 to {}", type_of_value(shape, trail))
        }
        (Some(Kind::Integer), Value::Number(_)) => {
            format!("cannot convert {found} to {}", type_of_field(shape))
        }
        (Some(Kind::String), _) => "unrecognized type: string".to_owned(),
        _ => format!("unrecognized type: {}", type_of_field(shape)),
    }
}

/// What Go calls that which a value is held as.
pub(super) fn kind_in_go(value: &Value) -> &'static str {
    match value {
        Value::Null => "invalid",
        Value::Bool(_) => "bool",
        Value::Number(number) if number.is_i64() => "int64",
        Value::Number(_) => "float64",
        Value::String(_) => "string",
        Value::Array(_) => "slice",
        Value::Object(_) => "map",
    }
}

fn reads_itself(shape: Shape<'static>) -> bool {
    shape.int_or_string() || shape.format() == Some("date-time")
}

/// The type that Go reads a value as: what it is called or, without a name, what the schema says.
fn type_of_value(shape: Shape<'static>, trail: &Trail<'_>) -> String {
    trail.type_in_go().map_or_else(|| type_of_field(shape), str::to_owned)
}

/// The type that Go reads a field's value as, as far as the schema tells.
fn type_of_field(shape: Shape<'static>) -> String {
    match shape.format() {
        Some("int-or-string") => "int32".to_owned(),
        _ => type_in_go(shape),
    }
}

/// The type of a field in Go, as far as the schema tells.
fn type_in_go(shape: Shape<'static>) -> String {
    match shape.kind() {
        Some(Kind::Object) => match (shape.additional(), shape.name()) {
            (Additional::Of(shape), _) => format!("map[string]{}", type_in_go(shape)),
            (_, Some(name)) => called(name),
            (_, None) => "map[string]interface {}".to_owned(),
        },
        Some(Kind::Array) => {
            format!("[]{}", shape.items().map_or_else(|| "interface {}".to_owned(), type_in_go))
        }
        Some(Kind::Integer) => shape.format().unwrap_or("int64").to_owned(),
        Some(Kind::Number) => "float64".to_owned(),
        Some(Kind::Boolean) => "bool".to_owned(),
        Some(Kind::String) if shape.format() == Some("byte") => "[]uint8".to_owned(),
        Some(Kind::String) => "string".to_owned(),
        None => shape.name().map_or_else(|| "interface {}".to_owned(), called),
    }
}

/// What Go calls a type that has a schema of this name.
fn called(name: &str) -> String {
    let mut parts = name.rsplit('.');
    let (name, package) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    format!("{package}.{name}")
}
