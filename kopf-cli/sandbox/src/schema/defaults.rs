//! Fills in what a schema has defaults for.

use serde_json::{Map, Value};

use super::{Additional, Shape};

/// Fills in the defaults of fields that are absent, or null where null is not allowed.
pub(crate) fn default_fields(fields: &mut Map<String, Value>, shape: Shape<'_>) {
    for (name, shape) in shape.properties() {
        let Some(default) = shape.default() else { continue };
        match fields.get_mut(name) {
            Some(field) if field.is_null() && !shape.nullable() => *field = default.clone(),
            Some(_) => {}
            None => {
                fields.insert(name.to_owned(), default.clone());
            }
        }
    }
    let additional = shape.additional();
    for (name, field) in fields.iter_mut() {
        match (shape.property(name), additional) {
            (Some(shape), _) => default_value(field, shape),
            (None, Additional::Of(shape)) => default_element(field, shape),
            (None, Additional::Any | Additional::None) => {}
        }
    }
}

fn default_value(value: &mut Value, shape: Shape<'_>) {
    match value {
        Value::Object(fields) => default_fields(fields, shape),
        Value::Array(items) => {
            let Some(shape) = shape.items() else { return };
            items.iter_mut().for_each(|item| default_element(item, shape));
        }
        _ => {}
    }
}

fn default_element(value: &mut Value, shape: Shape<'_>) {
    if value.is_null()
        && !shape.nullable()
        && let Some(default) = shape.default()
    {
        *value = default.clone();
    }
    default_value(value, shape);
}
