//! Takes out of a custom resource what its schema does not know.

use serde_json::{Map, Value};

use super::{Additional, Shape, place::Place};

/// What every object has, whatever its schema says.
const META: [&str; 3] = ["apiVersion", "kind", "metadata"];

/// Takes out unknown fields, and adds the places of what was taken to `unknown`.
///
/// Of the root, `apiVersion`, `kind` and `metadata` stay, as they do in embedded resources.
pub(crate) fn prune(fields: &mut Map<String, Value>, shape: Shape<'_>, unknown: &mut Vec<String>) {
    object(fields, shape, true, &Place::ROOT, unknown);
}

/// The same for any part of an object.
pub(crate) fn prune_value(part: &mut Value, shape: Shape<'_>, unknown: &mut Vec<String>) {
    value(part, Some(shape), &Place::ROOT, unknown);
}

fn value(value: &mut Value, shape: Option<Shape<'_>>, place: &Place<'_>, unknown: &mut Vec<String>) {
    match (value, shape) {
        (Value::Object(fields), Some(shape)) => object(fields, shape, shape.embedded(), place, unknown),
        (Value::Object(fields), None) => {
            unknown.extend(fields.keys().map(|name| place.field(name).dotted()));
            fields.clear();
        }
        (Value::Array(items), Some(shape)) if shape.preserves_unknown() => {
            let Some(shape) = shape.items() else { return };
            for (index, item) in items.iter_mut().enumerate() {
                preserved(item, shape, &place.index(index), unknown);
            }
        }
        (Value::Array(items), shape) => {
            let shape = shape.and_then(Shape::items);
            for (index, item) in items.iter_mut().enumerate() {
                self::value(item, shape, &place.index(index), unknown);
            }
        }
        _ => {}
    }
}

/// The items of what is preserved are preserved, too.
fn preserved(value: &mut Value, shape: Shape<'_>, place: &Place<'_>, unknown: &mut Vec<String>) {
    match value {
        Value::Object(fields) => known_fields(fields, shape, shape.embedded(), place, unknown),
        Value::Array(items) => {
            let Some(shape) = shape.items() else { return };
            for (index, item) in items.iter_mut().enumerate() {
                preserved(item, shape, &place.index(index), unknown);
            }
        }
        _ => {}
    }
}

fn object(
    fields: &mut Map<String, Value>,
    shape: Shape<'_>,
    resource: bool,
    place: &Place<'_>,
    unknown: &mut Vec<String>,
) {
    known_fields(fields, shape, resource, place, unknown);
    if shape.preserves_unknown() || !matches!(shape.additional(), Additional::None) {
        return;
    }
    let known = |name: &str| resource && META.contains(&name) || shape.property(name).is_some();
    if fields.keys().all(|name| known(name)) {
        return;
    }
    fields.retain(|name, _| {
        let known = known(name);
        if !known {
            unknown.push(place.field(name).dotted());
        }
        known
    });
}

fn known_fields(
    fields: &mut Map<String, Value>,
    shape: Shape<'_>,
    resource: bool,
    place: &Place<'_>,
    unknown: &mut Vec<String>,
) {
    let additional = shape.additional();
    for (name, field) in fields.iter_mut() {
        if resource && META.contains(&name.as_str()) {
            continue;
        }
        let place = place.field(name);
        match (shape.property(name), additional) {
            (Some(shape), _) | (None, Additional::Of(shape)) => value(field, Some(shape), &place, unknown),
            // Fields of any name and type may not be objects that have fields of their own.
            (None, Additional::Any) => value(field, None, &place, unknown),
            (None, Additional::None) => {}
        }
    }
}

/// Takes out the nulls that a schema does not allow and has no default for.
pub(crate) fn prune_nulls(value: &mut Value, shape: Shape<'_>) {
    match value {
        Value::Object(fields) => fields_without_nulls(fields, shape),
        Value::Array(items) => {
            let Some(shape) = shape.items() else { return };
            items.iter_mut().for_each(|item| prune_nulls(item, shape));
        }
        _ => {}
    }
}

pub(crate) fn fields_without_nulls(fields: &mut Map<String, Value>, shape: Shape<'_>) {
    fields.retain(|name, field| {
        let Some(shape) = shape.field(name) else { return true };
        if field.is_null() {
            return shape.nullable() || shape.default().is_some();
        }
        prune_nulls(field, shape);
        true
    });
}
