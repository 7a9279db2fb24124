//! Values as rules in CEL see them: by their types in the schema, and without what it does not name.

mod formatted;
mod misfit;

use std::{collections::HashMap, sync::Arc};

use kube_cel::cel::{
    self,
    objects::{Key, Map},
};
use serde_json::Value;

use super::{Additional, Kind, ListType, Shape, tells_all};
use crate::cel::{Described, Identity, Particulars, RESERVED, escape, kept};
use formatted::of_format;

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
    convert(value, shape, resource, described)
}

fn convert(value: &Value, shape: Shape<'_>, resource: bool, described: &mut Described) -> cel::Value {
    if value.is_null() {
        return if shape.nullable() { cel::Value::Null } else { misfit::null() };
    }
    // What has no type is kept, but not looked into.
    if shape.kind().is_none() && !shape.int_or_string() {
        return kept(value.clone());
    }
    // What may be either has no format.
    let kind = shape.kind().filter(|_| !shape.int_or_string());
    match (kind, value) {
        (None, Value::String(_)) => dynamic(value),
        (None | Some(Kind::Integer), Value::Number(number)) if number.is_i64() => dynamic(value),
        (None, _) => misfit::either(),
        (Some(Kind::Boolean), Value::Bool(flag)) => cel::Value::Bool(*flag),
        (Some(Kind::Number), Value::Number(number)) => cel::Value::Float(number.as_f64().unwrap_or(f64::NAN)),
        (Some(Kind::String), Value::String(text)) => of_format(text, shape.format()),
        (Some(Kind::Array), Value::Array(items)) => {
            let identity = identity(shape);
            let item = |item: &Value| {
                let seen = match shape.items() {
                    Some(inner) => convert(item, inner, inner.embedded(), described),
                    None => kept(item.clone()),
                };
                if let (Some(Identity::WrittenKeys(keys)), cel::Value::Map(map)) = (&identity, &seen) {
                    let written = keys.iter().map(|key| item.get(key).cloned().unwrap_or_default());
                    described.keys(map, written.collect());
                }
                seen
            };
            let items = items.iter().map(item).collect();
            let items = Arc::new(items);
            if let Some(identity) = identity {
                described.list(&items, identity);
            }
            cel::Value::List(items)
        }
        (Some(Kind::Object), Value::Object(fields)) => match shape.additional() {
            Additional::Of(inner) => map(fields, |field| convert(field, inner, inner.embedded(), described)),
            _ => {
                let is_implied = resource && !tells_all(shape);
                let known = |name: &str| match name {
                    "apiVersion" | "kind" if is_implied => Some(Field::Implied),
                    "metadata" if is_implied => Some(Field::Metadata),
                    name => shape.property(name).map(Field::Of),
                };
                object(fields, &known, described)
            }
        },
        (Some(kind), value) => misfit::other(kind, value),
    }
}

/// A value of which no schema tells anything, as admission's expressions see it.
pub(crate) fn dynamic(value: &Value) -> cel::Value {
    match value {
        Value::Null => cel::Value::Null,
        Value::Bool(flag) => cel::Value::Bool(*flag),
        Value::Number(number) => match number.as_i64() {
            Some(number) => cel::Value::Int(number),
            None => cel::Value::Float(number.as_f64().unwrap_or(f64::NAN)),
        },
        Value::String(text) => cel::Value::String(Arc::new(text.clone())),
        Value::Array(items) => cel::Value::List(Arc::new(items.iter().map(dynamic).collect())),
        Value::Object(fields) => map(fields, dynamic),
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
        is_escaped |= *written != *name || name.contains("__");
        if field.is_null() {
            nulls.push(written);
            continue;
        }
        let value = match (known, field) {
            (Field::Of(shape), _) => convert(field, shape, shape.embedded(), described),
            (Field::Metadata, Value::Object(metadata)) => {
                let known = |name: &str| METADATA.contains(&name).then_some(Field::Implied);
                object(metadata, &known, described)
            }
            (Field::Implied, Value::String(_)) => dynamic(field),
            (Field::Metadata, _) => misfit::other(Kind::Object, field),
            (Field::Implied, _) => misfit::other(Kind::String, field),
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
        ListType::Map => Some(Identity::WrittenKeys(list.map_keys().iter().map(|key| escape(key)).collect())),
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
