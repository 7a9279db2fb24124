//! Nulls in lists of built-in kinds: to Go they are items that say nothing.

use serde_json::{Map, Value, json};

use crate::{
    schema::{Additional, Kind, Shape},
    tables,
};

/// What all objects have, which is read by those who know it.
const META: [&str; 3] = ["apiVersion", "kind", "metadata"];

/// Puts items that say nothing in the place of nulls.
pub(crate) fn fill_in(fields: &mut Map<String, Value>, (group, version, kind): (&str, &str, &str)) {
    if !fields.values().any(has_null_item) {
        return;
    }
    let Some(shape) = tables::shape(group, version, kind) else { return };
    for (name, value) in fields.iter_mut().filter(|(name, _)| !META.contains(&name.as_str())) {
        if let Some(shape) = shape.property(name) {
            fill(value, shape);
        }
    }
}

fn has_null_item(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().any(|item| item.is_null() || has_null_item(item)),
        Value::Object(fields) => fields.values().any(has_null_item),
        _ => false,
    }
}

fn fill(value: &mut Value, shape: Shape<'static>) {
    match (shape.kind(), value) {
        (Some(Kind::Object), Value::Object(fields)) => {
            for (name, value) in fields {
                let shape = match shape.additional() {
                    Additional::Of(shape) => Some(shape),
                    _ => shape.property(name),
                };
                if let Some(shape) = shape {
                    fill(value, shape);
                }
            }
        }
        (Some(Kind::Array), Value::Array(items)) => {
            let Some(shape) = shape.items() else { return };
            for item in items {
                if item.is_null() {
                    *item = nothing(shape);
                } else {
                    fill(item, shape);
                }
            }
        }
        _ => {}
    }
}

/// What Go has where nothing is said.
fn nothing(shape: Shape<'static>) -> Value {
    match shape.kind() {
        Some(Kind::Object) => json!({}),
        Some(Kind::String) => "".into(),
        Some(Kind::Integer | Kind::Number) => 0.into(),
        Some(Kind::Boolean) => false.into(),
        Some(Kind::Array) | None => Value::Null,
    }
}
