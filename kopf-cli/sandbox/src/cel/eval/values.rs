//! Values as expressions come to them: what they are called, how large they are, and what is a key or a place.

use std::sync::Arc;

use kube_cel::cel::{
    Value,
    objects::{Key, Map, Opaque},
};

use super::{Fault, Outcome, addresses, described, kept};

/// A type, as a value.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::cel) struct TypeName(pub(in crate::cel) String);

/// What may be absent.
#[derive(Debug, PartialEq, Eq)]
struct Maybe(Option<Value>);

/// Why there is no value.
#[derive(Debug, PartialEq, Eq)]
struct Wrong {
    why: String,
    /// Whether it is in a list that was made of another one.
    is_moved: bool,
}

impl Opaque for Wrong {
    fn runtime_type_name(&self) -> &'static str {
        "error"
    }
}

impl Opaque for TypeName {
    fn runtime_type_name(&self) -> &'static str {
        "type"
    }
}

impl Opaque for Maybe {
    fn runtime_type_name(&self) -> &'static str {
        "optional_type"
    }
}

/// The type that a name stands for.
pub(in crate::cel) fn type_named(name: &str) -> Option<Value> {
    const TYPES: [&str; 17] = [
        "bool",
        "bytes",
        "double",
        "google.protobuf.Duration",
        "google.protobuf.Timestamp",
        "int",
        "kubernetes.NamedFormat",
        "kubernetes.Quantity",
        "list",
        "map",
        "net.CIDR",
        "net.IP",
        "null_type",
        "optional_type",
        "string",
        "type",
        "uint",
    ];
    TYPES.contains(&name).then(|| type_value(name))
}

pub(super) fn type_value(name: &str) -> Value {
    Value::Opaque(Arc::new(TypeName(name.to_owned())))
}

/// What no value could be made of, for this reason: to come upon it is a fault.
pub(crate) fn wrong(why: String) -> Value {
    Value::Opaque(Arc::new(Wrong { why, is_moved: false }))
}

/// Whether there is no value in a list that was made of another one, which does not ask for it as that did.
pub(super) fn is_moved(value: &Value) -> bool {
    opaque::<Wrong>(value).is_some_and(|wrong| wrong.is_moved)
}

fn moved(value: Value) -> Value {
    match opaque::<Wrong>(&value) {
        Some(Wrong { why, .. }) => Value::Opaque(Arc::new(Wrong { why: why.clone(), is_moved: true })),
        None => value,
    }
}

/// A value, unless none could be made.
///
/// # Errors
///
/// Why there is none.
pub(super) fn sound(value: Value) -> Outcome {
    fault_of(&value).map_or(Ok(value), Err)
}

/// The fault that a value is instead of one.
pub(super) fn fault_of(value: &Value) -> Option<Fault> {
    opaque::<Wrong>(value).map(|Wrong { why, .. }| Fault::new(why))
}

/// A value that may be absent, as expressions see it.
pub(crate) fn optional(value: Option<Value>) -> Value {
    Value::Opaque(Arc::new(Maybe(value)))
}

/// What may be absent; `None` where the value is nothing of that kind.
pub(in crate::cel) fn opened(value: &Value) -> Option<Option<&Value>> {
    opaque::<Maybe>(value).map(|Maybe(inner)| inner.as_ref())
}

pub(in crate::cel) fn opaque<T: 'static>(value: &Value) -> Option<&T> {
    let Value::Opaque(opaque) = value else { return None };
    opaque.downcast_ref::<T>()
}

pub(super) fn text(text: impl Into<String>) -> Value {
    Value::String(Arc::new(text.into()))
}

pub(in crate::cel) fn list(items: Vec<Value>) -> Value {
    Value::List(Arc::new(items.into_iter().map(moved).collect()))
}

/// The name of a value's type.
pub(crate) fn type_of(value: &Value) -> &str {
    match value {
        Value::Bool(_) => "bool",
        Value::Bytes(_) => "bytes",
        Value::Duration(_) => "google.protobuf.Duration",
        Value::Float(_) => "double",
        Value::Function(..) => "function",
        Value::Int(_) => "int",
        Value::List(_) => "list",
        Value::Map(_) => "map",
        Value::Null => "null_type",
        Value::String(_) => "string",
        Value::Timestamp(_) => "google.protobuf.Timestamp",
        Value::UInt(_) => "uint",
        Value::Opaque(opaque) => opaque.runtime_type_name(),
    }
}

/// How large a value is for what is done with it: letters, bytes, items; one for what has no size.
pub(super) fn size(value: &Value) -> u64 {
    let size = match value {
        Value::Bytes(bytes) => bytes.len(),
        Value::List(items) => items.len(),
        Value::Map(map) => described::size(map),
        Value::String(text) => text.chars().count(),
        Value::Opaque(_) => addresses::size(value).unwrap_or(1),
        _ => return 1,
    };
    size as u64
}

/// Whether a value is what its type has where nothing is said.
pub(super) fn is_zero(value: &Value) -> bool {
    match value {
        Value::Bool(held) => !held,
        Value::Duration(span) => span.is_zero(),
        Value::Float(number) => *number == 0.0,
        Value::Int(number) => *number == 0,
        Value::Null => true,
        // The first moment of Go.
        Value::Timestamp(moment) => {
            moment.timestamp() == -62_135_596_800 && moment.timestamp_subsec_nanos() == 0
        }
        Value::UInt(number) => *number == 0,
        Value::Bytes(_) | Value::List(_) | Value::Map(_) | Value::String(_) => size(value) == 0,
        Value::Function(..) | Value::Opaque(_) => false,
    }
}

pub(super) fn of_key(key: &Key) -> Value {
    match key {
        Key::Bool(held) => Value::Bool(*held),
        Key::Int(number) => Value::Int(*number),
        Key::String(text) => Value::String(Arc::clone(text)),
        Key::Uint(number) => Value::UInt(*number),
    }
}

/// A value as the key of a map; `None` where it cannot be one.
pub(super) fn as_key(value: &Value) -> Option<Key> {
    Some(match value {
        Value::Bool(held) => Key::Bool(*held),
        Value::Int(number) => Key::Int(*number),
        Value::String(text) => Key::String(Arc::clone(text)),
        Value::UInt(number) => Key::Uint(*number),
        _ => return None,
    })
}

/// A value as the key of a map.
///
/// # Errors
///
/// That it can be none.
pub(super) fn key_of(value: &Value) -> Result<Key, Fault> {
    as_key(value).ok_or_else(|| Fault::new(format!("unsupported key type: {}", type_of(value))))
}

/// # Errors
///
/// That something is no key.
pub(in crate::cel) fn map_of(pairs: Vec<(Value, Value)>) -> Outcome {
    let all =
        pairs.into_iter().map(|(key, value)| Ok((key_of(&key)?, value))).collect::<Result<_, Fault>>()?;
    Ok(Value::Map(Map { map: Arc::new(all) }))
}

/// What a map has under a key; numbers of all kinds are the same key.
pub(super) fn at<'m>(map: &'m Map, key: &Value) -> Option<&'m Value> {
    let number = |number: i128| {
        let int = i64::try_from(number).ok().and_then(|number| map.map.get(&Key::Int(number)));
        int.or_else(|| u64::try_from(number).ok().and_then(|number| map.map.get(&Key::Uint(number))))
    };
    match key {
        Value::Int(key) => number(i128::from(*key)),
        Value::UInt(key) => map.map.get(&Key::Uint(*key)).or_else(|| number(i128::from(*key))),
        Value::Float(key) => whole(*key).and_then(number),
        // Only a name with underscores may be written otherwise than it is looked for, or stand for none.
        Value::String(name) if name.contains("__") => map.map.get(&described::key(map, name)?),
        Value::String(name) => {
            let found = map.map.get(&Key::String(Arc::clone(name)));
            found.or_else(|| map.map.get(&described::key(map, name)?))
        }
        key => map.map.get(&as_key(key)?),
    }
}

/// A number without a fraction, as an integer.
fn whole(number: f64) -> Option<i128> {
    (number.fract() == 0.0 && number.abs() < 2_f64.powi(64)).then_some(number as i128)
}

/// The place in a list that a value stands for.
pub(super) fn place(index: &Value) -> Result<i64, Fault> {
    let unsupported = || Fault::new(format!("unsupported index type '{}' in list", type_of(index)));
    match index {
        Value::Int(index) => Ok(*index),
        Value::UInt(index) => {
            i64::try_from(*index).map_err(|_| Fault::new(format!("unsupported index value {index} in list")))
        }
        Value::Float(index) => {
            let place = whole(*index).and_then(|place| i64::try_from(place).ok());
            let shown = super::conversions::general(*index);
            place.ok_or_else(|| Fault::new(format!("unsupported index value {shown} in list")))
        }
        _ => Err(unsupported()),
    }
}

/// Whether a value is looked for in a list at once.
pub(super) fn is_plain(value: &Value) -> bool {
    matches!(value, Value::Bool(_) | Value::Float(_) | Value::Int(_) | Value::String(_) | Value::UInt(_))
}

/// A value's type as a server's own language names it.
pub(super) fn of_go(value: &Value) -> &'static str {
    match value {
        Value::Bool(_) => "types.Bool",
        Value::Bytes(_) => "types.Bytes",
        Value::Duration(_) => "types.Duration",
        Value::Float(_) => "types.Double",
        Value::Int(_) => "types.Int",
        Value::List(_) => "*types.baseList",
        Value::Map(_) => "*types.baseMap",
        Value::Null => "types.Null",
        Value::String(_) => "types.String",
        Value::Timestamp(_) => "types.Timestamp",
        Value::UInt(_) => "types.Uint",
        Value::Opaque(_) if opened(value).is_some() => "*types.Optional",
        Value::Opaque(_) if kept::written(value).is_some() => "*common.unknownPreserved",
        Value::Function(..) | Value::Opaque(_) => "*types.Type",
    }
}

/// A value as a fault names it.
pub(super) fn named(value: &Value) -> String {
    match value {
        Value::Bool(held) => held.to_string(),
        Value::Float(number) => super::conversions::general(*number),
        Value::Int(number) => number.to_string(),
        Value::String(text) => text.to_string(),
        Value::UInt(number) => number.to_string(),
        Value::Null => "NULL_VALUE".to_owned(),
        other => type_of(other).to_owned(),
    }
}

pub(super) fn truth(held: bool) -> Outcome {
    Ok(Value::Bool(held))
}
