//! Values as rules in CEL see them: by their types in the schema, and without what it does not name.

use std::{collections::HashMap, sync::Arc};

use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, Duration, NaiveDate};
use kube_cel::cel::{
    self,
    objects::{Key, Map},
};
use serde_json::Value;

use super::{Additional, Kind, Shape};

/// What rules see of `metadata`.
const METADATA: [&str; 2] = ["name", "generateName"];
/// Words of the language that a field has to be escaped to be named by.
const RESERVED: [&str; 21] = [
    "true",
    "false",
    "null",
    "in",
    "as",
    "break",
    "const",
    "continue",
    "else",
    "for",
    "function",
    "if",
    "import",
    "let",
    "loop",
    "package",
    "namespace",
    "return",
    "var",
    "void",
    "while",
];

/// The value, and how many values it has inside.
pub(super) fn to_cel(value: &Value, shape: Shape<'_>, resource: bool) -> (cel::Value, u64) {
    let mut size = 0;
    (convert(value, Some(shape), resource, &mut size), size)
}

/// A value of which no schema tells anything, as admission's expressions see it; and how many values it has inside.
pub(crate) fn dynamic(value: &Value) -> (cel::Value, u64) {
    let mut size = 0;
    (convert(value, None, false, &mut size), size)
}

fn convert(value: &Value, shape: Option<Shape<'_>>, resource: bool, size: &mut u64) -> cel::Value {
    *size += 1;
    match value {
        Value::Null => cel::Value::Null,
        Value::Bool(flag) => cel::Value::Bool(*flag),
        Value::Number(number) => match number.as_i64() {
            Some(number) if shape.and_then(Shape::kind) != Some(Kind::Number) => cel::Value::Int(number),
            _ => cel::Value::Float(number.as_f64().unwrap_or(f64::NAN)),
        },
        Value::String(text) => convert_text(text, shape.and_then(Shape::format)),
        Value::Array(items) => {
            let shape = shape.and_then(Shape::items);
            let resource = shape.is_some_and(Shape::embedded);
            let items = items.iter().map(|item| convert(item, shape, resource, size)).collect();
            cel::Value::List(Arc::new(items))
        }
        Value::Object(fields) => {
            let additional = shape.map_or(Additional::None, Shape::additional);
            let mut map: HashMap<Key, cel::Value> = HashMap::with_capacity(fields.len());
            for (name, field) in fields {
                let key = |name: String| Key::String(Arc::new(name));
                if resource && name == "metadata" {
                    map.insert(key(name.clone()), metadata(field, size));
                    continue;
                }
                let implied = resource && ["apiVersion", "kind"].contains(&name.as_str());
                let inner = shape.and_then(|shape| shape.property(name));
                match (inner, additional) {
                    (None, Additional::None) if shape.is_some() && !implied => {}
                    (None, Additional::Of(inner)) => {
                        map.insert(key(name.clone()), convert(field, Some(inner), inner.embedded(), size));
                    }
                    (None, Additional::Any) => {
                        map.insert(key(name.clone()), convert(field, None, false, size));
                    }
                    (inner, _) => {
                        let resource = inner.is_some_and(Shape::embedded);
                        let value = convert(field, inner, resource, size);
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

fn metadata(metadata: &Value, size: &mut u64) -> cel::Value {
    let known = METADATA.iter().filter_map(|name| Some((name, metadata.get(name)?)));
    let known = known
        .map(|(name, value)| (Key::String(Arc::new((*name).to_owned())), convert(value, None, false, size)));
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
        Some("duration") => duration(text).map_or_else(plain, cel::Value::Duration),
        Some("byte") => {
            STANDARD.decode(text).map_or_else(|_| plain(), |bytes| cel::Value::Bytes(Arc::new(bytes)))
        }
        _ => plain(),
    }
}

/// A span as Go writes it: `1h30m`, `-1.5s`.
pub(crate) fn duration(text: &str) -> Option<Duration> {
    const UNITS: [(&str, f64); 8] = [
        ("ns", 1.0),
        ("us", 1e3),
        ("µs", 1e3),
        ("μs", 1e3),
        ("ms", 1e6),
        ("s", 1e9),
        ("m", 6e10),
        ("h", 3.6e12),
    ];
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(Duration::zero());
    }
    let mut nanoseconds = 0.0;
    while !rest.is_empty() {
        let end = rest.find(|letter: char| !letter.is_ascii_digit() && letter != '.')?;
        let number: f64 = rest[..end].parse().ok()?;
        rest = &rest[end..];
        let unit_end = rest.find(|letter: char| letter.is_ascii_digit() || letter == '.');
        let (unit, after) = rest.split_at(unit_end.unwrap_or(rest.len()));
        nanoseconds += number * UNITS.iter().find(|(name, _)| *name == unit)?.1;
        rest = after;
    }
    (nanoseconds.abs() < i64::MAX as f64).then(|| Duration::nanoseconds((sign * nanoseconds) as i64))
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

/// A scalar as text.
pub(crate) fn from_cel(value: &cel::Value) -> Option<String> {
    match value {
        cel::Value::String(text) => Some(text.to_string()),
        cel::Value::Int(number) => Some(number.to_string()),
        cel::Value::UInt(number) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_spans_are_read_as_the_server_reads_them() {
        assert_eq!(escape("namespace"), "__namespace__");
        assert_eq!(escape("a-b.c/d"), "a__dash__b__dot__c__slash__d");
        assert_eq!(escape("a_b"), "a_b");
        assert_eq!(escape("a__b"), "a__underscores__b");
        assert_eq!(duration("1h30m"), Some(Duration::minutes(90)));
        assert_eq!(duration("-1.5s"), Some(Duration::milliseconds(-1500)));
        assert_eq!(duration("5"), None);
        assert_eq!(duration("5 days"), None);
    }
}
