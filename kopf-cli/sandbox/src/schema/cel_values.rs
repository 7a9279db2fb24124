//! Values as rules in CEL see them: by their types in the schema, and without what it does not name.

use std::{collections::HashMap, sync::Arc};

use base64::Engine;
use chrono::{Duration, NaiveDate};
use kube_cel::cel::{
    self,
    objects::{Key, Map},
};
use serde_json::Value;

use super::{Additional, Kind, ListType, Shape, tells_all};
use crate::{
    cel::{Described, Identity, Particulars, RESERVED, escape, kept, rfc3339, wrong},
    encoded::LENIENT,
    formats::durations,
    times,
};

type Fields = serde_json::Map<String, Value>;

/// What rules see of `metadata`.
const METADATA: [&str; 2] = ["name", "generateName"];

/// A value as rules see it, and what its schema tells of the lists and objects in it; `resource` says whether it is a whole one.
pub(crate) fn to_cel(
    value: &Value,
    shape: Shape<'_>,
    resource: bool,
    described: &mut Described,
) -> cel::Value {
    convert(value, Some(shape), resource, described)
}

/// A value of which no schema tells anything, as admission's expressions see it.
pub(crate) fn dynamic(value: &Value) -> cel::Value {
    convert(value, None, false, &mut Described::default())
}

fn convert(value: &Value, shape: Option<Shape<'_>>, resource: bool, described: &mut Described) -> cel::Value {
    // What has no type is kept, but not looked into.
    if !value.is_null() && shape.is_some_and(|shape| shape.kind().is_none() && !shape.int_or_string()) {
        return kept(value.clone());
    }
    match value {
        Value::Null => cel::Value::Null,
        Value::Bool(flag) => cel::Value::Bool(*flag),
        Value::Number(number) => match number.as_i64() {
            Some(number) if shape.and_then(Shape::kind) != Some(Kind::Number) => cel::Value::Int(number),
            _ => cel::Value::Float(number.as_f64().unwrap_or(f64::NAN)),
        },
        Value::String(text) => convert_text(text, shape.and_then(Shape::format)),
        Value::Array(items) => {
            let inner = shape.and_then(Shape::items);
            let resource = inner.is_some_and(Shape::embedded);
            let items = items.iter().map(|item| convert(item, inner, resource, described)).collect();
            let items = Arc::new(items);
            if let Some(identity) = shape.and_then(identity) {
                described.list(&items, identity);
            }
            cel::Value::List(items)
        }
        Value::Object(fields) => match shape.map(|shape| (shape, shape.additional())) {
            None => map(fields, dynamic),
            Some((_, Additional::Of(inner))) => {
                map(fields, |field| convert(field, Some(inner), inner.embedded(), described))
            }
            Some((shape, _)) => {
                let is_implied = resource && !tells_all(shape);
                let known = |name: &str| match name {
                    "apiVersion" | "kind" if is_implied => Some(Field::Implied),
                    "metadata" if is_implied => Some(Field::Metadata),
                    name => shape.property(name).map(Field::Of),
                };
                object(fields, &known, described)
            }
        },
    }
}

fn map(fields: &Fields, mut convert: impl FnMut(&Value) -> cel::Value) -> cel::Value {
    let all = fields.iter().map(|(name, field)| (Key::String(Arc::new(name.clone())), convert(field)));
    cel::Value::Map(Map { map: Arc::new(all.collect()) })
}

/// A field that an object is known to have.
enum Field<'a> {
    Of(Shape<'a>),
    /// Every resource has it.
    Implied,
    Metadata,
}

/// An object whose fields have names.
fn object<'a>(
    fields: &Fields,
    known: &dyn Fn(&str) -> Option<Field<'a>>,
    described: &mut Described,
) -> cel::Value {
    let mut all = HashMap::with_capacity(fields.len());
    let (mut nulls, mut unknown, mut is_escaped) = (Vec::new(), HashMap::new(), false);
    for (name, field) in fields {
        let Some(known) = known(name) else {
            unknown.insert(name.clone(), field.clone());
            continue;
        };
        let written = Arc::new(escape(name));
        is_escaped |= *written != *name;
        if field.is_null() {
            nulls.push(written);
            continue;
        }
        let value = match (known, field) {
            (Field::Of(shape), _) => convert(field, Some(shape), shape.embedded(), described),
            (Field::Metadata, Value::Object(metadata)) => {
                let known = |name: &str| METADATA.contains(&name).then_some(Field::Implied);
                object(metadata, &known, described)
            }
            _ => dynamic(field),
        };
        all.insert(Key::String(written), value);
    }
    let object = Map { map: Arc::new(all) };
    let particulars = Particulars { nulls, unknown, is_escaped };
    if !particulars.is_nothing() {
        described.object(&object, particulars);
    }
    cel::Value::Map(object)
}

/// What the items of a list are told apart by, where they have no order.
fn identity(list: Shape<'_>) -> Option<Identity> {
    match list.list_type()? {
        ListType::Atomic => None,
        ListType::Set => Some(Identity::Whole),
        ListType::Map => Some(Identity::PlainKeys(list.map_keys().iter().map(|key| escape(key)).collect())),
    }
}

fn convert_text(text: &str, format: Option<&str>) -> cel::Value {
    let plain = || cel::Value::String(Arc::new(text.to_owned()));
    match format {
        Some("date-time") => {
            // A server looks at the format in one way, and reads the moment in others, of which it tells the last.
            let why = || times::local_fault(text).unwrap_or_default();
            rfc3339(text).map_or_else(
                || wrong(format!("Invalid date-time formatted string {text}: {}", why())),
                cel::Value::Timestamp,
            )
        }
        Some("date") => {
            let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
            let midnight = day.and_then(|day| day.and_hms_opt(0, 0, 0));
            midnight.map_or_else(plain, |midnight| cel::Value::Timestamp(midnight.and_utc().fixed_offset()))
        }
        Some("duration") => {
            let span = durations::read(text).map(Duration::nanoseconds);
            span.map_or_else(plain, cel::Value::Duration)
        }
        Some("byte") => {
            LENIENT.decode(text).map_or_else(|_| plain(), |bytes| cel::Value::Bytes(Arc::new(bytes)))
        }
        _ => plain(),
    }
}

/// The field that rules write so; a word of the language may be written as it is behind a dot.
pub(crate) fn named_so<'a>(shape: Shape<'a>, name: &str) -> Option<Shape<'a>> {
    let plain = shape.property(name);
    if plain.is_some() && escape(name) == name {
        return plain;
    }
    let mut escaped = shape.properties().filter(|_| name.contains("__"));
    let escaped = escaped.find_map(|(known, shape)| (escape(known) == name).then_some(shape));
    escaped.or_else(|| plain.filter(|_| RESERVED.contains(&name)))
}
