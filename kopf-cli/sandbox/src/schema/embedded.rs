//! Whole objects inside of custom resources: their metadata is read and checked as that of any object.

use serde_json::{Map, Value};

use super::{
    Additional, Shape,
    place::Place,
    visiting::{visit, visit_value},
};
use crate::{json, meta, names::letter_first_faults, resources::NameRule, status::Cause};

/// Reads the metadata of all embedded objects: what is unknown in it goes, and is told of in `unknown`.
///
/// # Errors
///
/// What cannot be read, and why.
pub(crate) fn read(
    fields: &mut Map<String, Value>,
    shape: Shape<'_>,
    unknown: &mut Vec<String>,
) -> Result<(), Cause> {
    read_fields(fields, shape, false, &Place::ROOT, unknown)
}

/// The same for any part of an object.
pub(crate) fn read_part(part: &mut Value, shape: Shape<'_>) -> Result<(), Cause> {
    read_value(part, shape, &Place::ROOT, &mut Vec::new())
}

/// What is wrong with the objects in a part that is at a place: with what cannot be read, or else with all that they say.
pub(crate) fn faults_of_part(part: &Value, shape: Shape<'_>, place: &Place<'_>) -> Vec<Cause> {
    let mut read = part.clone();
    if let Err(unreadable) = read_value(&mut read, shape, place, &mut Vec::new()) {
        return vec![unreadable];
    }
    let mut causes = Vec::new();
    visit_value(&read, shape, place, &mut |value, shape, place| add_faults(value, shape, place, &mut causes));
    causes
}

fn read_fields(
    fields: &mut Map<String, Value>,
    shape: Shape<'_>,
    embedded: bool,
    place: &Place<'_>,
    unknown: &mut Vec<String>,
) -> Result<(), Cause> {
    for (name, value) in fields.iter_mut() {
        match name.as_str() {
            "apiVersion" | "kind" if embedded && !value.is_string() => {
                return Err(Cause::invalid_value(place.field(name).to_string(), value, "must be a string"));
            }
            "metadata" if embedded => {
                let place = place.field(name).to_string();
                meta::unknown_fields(value, &place, unknown);
                json::settle_numbers(value);
                let read = meta::read(Some(value));
                *value = read
                    .map_err(|why| {
                        value.sort_all_objects();
                        Cause::invalid_value(place, value, &why)
                    })?
                    .into();
            }
            _ => {}
        }
        match (shape.property(name), shape.additional()) {
            (Some(shape), _) => read_value(value, shape, &place.field(name), unknown)?,
            (None, Additional::Of(shape)) => read_value(value, shape, &place.key(name), unknown)?,
            (None, Additional::Any | Additional::None) => {}
        }
    }
    Ok(())
}

fn read_value(
    value: &mut Value,
    shape: Shape<'_>,
    place: &Place<'_>,
    unknown: &mut Vec<String>,
) -> Result<(), Cause> {
    match value {
        Value::Object(fields) => read_fields(fields, shape, shape.embedded(), place, unknown),
        Value::Array(items) => {
            let Some(shape) = shape.items() else { return Ok(()) };
            items
                .iter_mut()
                .enumerate()
                .try_for_each(|(index, item)| read_value(item, shape, &place.index(index), unknown))
        }
        _ => Ok(()),
    }
}

/// Everything that is wrong with embedded objects as such.
pub(crate) fn faults(fields: &Map<String, Value>, shape: Shape<'_>) -> Vec<Cause> {
    let mut causes = Vec::new();
    visit(fields, shape, &mut |value, shape, place| add_faults(value, shape, place, &mut causes));
    causes
}

fn add_faults(value: &Value, shape: Shape<'_>, place: &Place<'_>, causes: &mut Vec<Cause>) {
    if let Some(object) = value.as_object().filter(|_| shape.embedded()) {
        causes.extend(object_faults(object, place));
    }
}

fn object_faults(object: &Map<String, Value>, place: &Place<'_>) -> Vec<Cause> {
    let mut causes = Vec::new();
    let at = |name: &str| place.field(name).to_string();
    for name in ["apiVersion", "kind"] {
        let cause = match object.get(name) {
            None => Cause::required(at(name), ""),
            Some(Value::String(text)) if text.is_empty() => {
                Cause::invalid(at(name), text, "must not be empty")
            }
            Some(Value::String(text)) if name == "kind" => {
                let faults = letter_first_faults(&text.to_lowercase());
                if faults.is_empty() {
                    continue;
                }
                let why = format!("may have mixed case, but should otherwise match: {}", faults.join(","));
                Cause::invalid(at(name), text, &why)
            }
            Some(Value::String(text)) if text.matches('/').count() > 1 => {
                Cause::invalid(at(name), text, &format!("unexpected GroupVersion string: {text}"))
            }
            Some(Value::String(_)) => continue,
            Some(other) => Cause::invalid_value(at(name), other, "must be a string"),
        };
        causes.push(cause);
    }
    let Some(Value::Object(metadata)) = object.get("metadata") else { return causes };
    let mut metadata = metadata.clone();
    // An embedded object may be without a name.
    metadata.entry("name").or_insert_with(|| "unnamed".into());
    let faults = meta::faults_by(&metadata, NameRule::PathSegment, true);
    causes
        .extend(faults.into_iter().map(|cause| Cause { field: format!("{place}.{}", cause.field), ..cause }));
    causes
}
