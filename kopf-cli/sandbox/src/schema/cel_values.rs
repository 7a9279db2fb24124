//! Values as rules in CEL see them: by their types in the schema, and without what it does not name.

use std::{collections::HashMap, sync::Arc};

use base64::Engine;
use chrono::{DateTime, Duration, NaiveDate};
use kube_cel::cel::{
    self,
    objects::{Key, Map},
};
use serde_json::Value;

use super::{Additional, Kind, ListType, Shape};
use crate::{
    cel::{HIDDEN, Identity, RESERVED, Unordered},
    pem::LENIENT,
    times::read_span,
};

/// What rules see of `metadata`.
const METADATA: [&str; 2] = ["name", "generateName"];

/// A value as rules see it, and which lists in it have no order; `resource` says whether it is a whole one.
pub(crate) fn to_cel(
    value: &Value,
    shape: Shape<'_>,
    resource: bool,
    unordered: &mut Unordered,
) -> cel::Value {
    convert(value, Some(shape), resource, unordered)
}

/// A value of which no schema tells anything, as admission's expressions see it.
pub(crate) fn dynamic(value: &Value) -> cel::Value {
    convert(value, None, false, &mut Unordered::default())
}

fn convert(value: &Value, shape: Option<Shape<'_>>, resource: bool, unordered: &mut Unordered) -> cel::Value {
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
            let items = items.iter().map(|item| convert(item, inner, resource, unordered)).collect();
            let items = Arc::new(items);
            if let Some(identity) = shape.and_then(identity) {
                unordered.add(&items, identity);
            }
            cel::Value::List(items)
        }
        Value::Object(fields) => {
            let additional = shape.map_or(Additional::None, Shape::additional);
            let mut map: HashMap<Key, cel::Value> = HashMap::with_capacity(fields.len());
            for (name, field) in fields {
                let key = |name: String| Key::String(Arc::new(name));
                if resource && name == "metadata" {
                    map.insert(key(name.clone()), metadata(field));
                    continue;
                }
                // A null is nothing where fields have names; in a map it is a value.
                let is_a_map = matches!(additional, Additional::Of(_));
                if field.is_null() && shape.is_some() && !is_a_map {
                    continue;
                }
                let implied = resource && ["apiVersion", "kind"].contains(&name.as_str());
                let inner = shape.and_then(|shape| shape.property(name));
                match (inner, additional) {
                    (None, Additional::None)
                        if let Some(shape) = shape
                            && !implied =>
                    {
                        if shape.preserves_unknown() {
                            map.insert(key(format!("{HIDDEN}{name}")), dynamic(field));
                        }
                    }
                    (None, Additional::Of(inner)) => {
                        let value = convert(field, Some(inner), inner.embedded(), unordered);
                        map.insert(key(name.clone()), value);
                    }
                    (None, Additional::Any) => {
                        map.insert(key(name.clone()), dynamic(field));
                    }
                    (inner, _) => {
                        let resource = inner.is_some_and(Shape::embedded);
                        let value = convert(field, inner, resource, unordered);
                        if shape.is_some() {
                            if RESERVED.contains(&name.as_str()) {
                                map.insert(key(name.clone()), value.clone());
                            }
                            map.insert(key(escape(name)), value);
                        } else {
                            map.insert(key(name.clone()), value);
                        }
                    }
                }
            }
            cel::Value::Map(Map { map: Arc::new(map) })
        }
    }
}

/// What the items of a list are told apart by, where they have no order.
fn identity(list: Shape<'_>) -> Option<Identity> {
    match list.list_type()? {
        ListType::Atomic => None,
        ListType::Set => Some(Identity::Whole),
        ListType::Map => Some(Identity::Keys(list.map_keys().iter().map(|key| escape(key)).collect())),
    }
}

fn metadata(metadata: &Value) -> cel::Value {
    let known = METADATA.iter().filter_map(|name| Some((name, metadata.get(name)?)));
    let known = known.map(|(name, value)| (Key::String(Arc::new((*name).to_owned())), dynamic(value)));
    cel::Value::Map(Map { map: Arc::new(known.collect()) })
}

fn convert_text(text: &str, format: Option<&str>) -> cel::Value {
    let plain = || cel::Value::String(Arc::new(text.to_owned()));
    match format {
        Some("date-time") => {
            DateTime::parse_from_rfc3339(text).map_or_else(|_| plain(), cel::Value::Timestamp)
        }
        Some("date") => {
            let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
            let midnight = day.and_then(|day| day.and_hms_opt(0, 0, 0));
            midnight.map_or_else(plain, |midnight| cel::Value::Timestamp(midnight.and_utc().fixed_offset()))
        }
        Some("duration") => {
            let span = read_span(text).map(Duration::nanoseconds);
            span.map_or_else(|_| plain(), cel::Value::Duration)
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

/// A field's name as rules write it.
pub(crate) fn escape(name: &str) -> String {
    if RESERVED.contains(&name) {
        return format!("__{name}__");
    }
    if !name.contains("__") && !name.contains(['.', '-', '/', '$']) {
        return name.to_owned();
    }
    let name = name.replace("__", "__underscores__");
    name.replace('.', "__dot__").replace('-', "__dash__").replace('/', "__slash__")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_written_as_the_server_writes_them() {
        assert_eq!(escape("namespace"), "__namespace__");
        assert_eq!(escape("a-b.c/d"), "a__dash__b__dot__c__slash__d");
        assert_eq!(escape("a_b"), "a_b");
        assert_eq!(escape("a__b"), "a__underscores__b");
    }
}
