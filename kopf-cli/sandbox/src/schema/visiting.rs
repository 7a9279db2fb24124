//! Goes through an object along its schema, as far as that knows what is in it.

use serde_json::{Map, Value};

use super::{Additional, Shape, place::Place};

/// Shows all values in an object, each before those in it, with what the schema says of them and where they are.
pub(super) fn visit(
    fields: &Map<String, Value>,
    shape: Shape<'_>,
    look: &mut impl FnMut(&Value, Shape<'_>, &Place<'_>),
) {
    visit_fields(fields, shape, &Place::ROOT, look);
}

fn visit_fields(
    fields: &Map<String, Value>,
    shape: Shape<'_>,
    place: &Place<'_>,
    look: &mut impl FnMut(&Value, Shape<'_>, &Place<'_>),
) {
    for (name, value) in fields {
        match (shape.property(name), shape.additional()) {
            (Some(shape), _) => visit_value(value, shape, &place.field(name), look),
            (None, Additional::Of(shape)) => visit_value(value, shape, &place.key(name), look),
            (None, Additional::Any | Additional::None) => {}
        }
    }
}

/// The same of a value at a place, and all that is in it.
pub(super) fn visit_value(
    value: &Value,
    shape: Shape<'_>,
    place: &Place<'_>,
    look: &mut impl FnMut(&Value, Shape<'_>, &Place<'_>),
) {
    look(value, shape, place);
    match value {
        Value::Object(fields) => visit_fields(fields, shape, place, look),
        Value::Array(items) => {
            let Some(shape) = shape.items() else { return };
            for (index, item) in items.iter().enumerate() {
                visit_value(item, shape, &place.index(index), look);
            }
        }
        _ => {}
    }
}
