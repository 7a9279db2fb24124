//! What is kept though no schema tells what it is: it is equal to what was written as it is, and good for nothing else.

use std::sync::Arc;

use kube_cel::cel::{Value, objects::Opaque};
use serde_json::{Number, Value as Json};

use super::{Fault, values::opaque, work};
use crate::json::with_room_to_recurse;

#[derive(Debug, PartialEq, Eq)]
struct Kept(Json);

impl Opaque for Kept {
    fn runtime_type_name(&self) -> &'static str {
        "unknown"
    }
}

/// A value of which a schema tells no type.
pub(crate) fn kept(value: Json) -> Value {
    Value::Opaque(Arc::new(Kept(value)))
}

/// What is kept, if a value is that.
pub(super) fn written(value: &Value) -> Option<&Json> {
    opaque::<Kept>(value).map(|Kept(value)| value)
}

/// Whether what is kept is equal to another value: it knows what was written as it is, and what that would be by itself.
///
/// # Errors
///
/// That more has been looked at than may be.
pub(super) fn is_equal(one: &Json, other: &Value) -> Result<bool, Fault> {
    match (one, other) {
        (_, Value::Opaque(_)) => written(other).map_or(Ok(false), |other| are_alike(one, other)),
        (Json::String(one), Value::String(other)) => {
            work::bytes(one.len().min(other.len())).map(|()| *one == **other)
        }
        (Json::Bool(one), Value::Bool(other)) => Ok(one == other),
        (Json::Number(one), Value::Int(other)) => Ok(one.as_i64() == Some(*other)),
        (Json::Number(one), Value::Float(other)) => Ok(fraction(one) == Some(*other)),
        _ => Ok(false),
    }
}

/// Whether two values were written alike: 1 and 1.0 were not.
///
/// # Errors
///
/// That more has been looked at than may be.
pub(super) fn are_alike(one: &Json, other: &Json) -> Result<bool, Fault> {
    work::add(1)?;
    with_room_to_recurse(|| match (one, other) {
        (Json::Array(one), Json::Array(other)) if one.len() == other.len() => {
            all(one.iter().zip(other), |(one, other)| are_alike(one, other))
        }
        (Json::Object(one), Json::Object(other)) if one.len() == other.len() => all(one, |(name, value)| {
            work::add(work::hashed(name.len()))?;
            other.get(name).map_or(Ok(false), |other| are_alike(value, other))
        }),
        (Json::String(one), Json::String(other)) if one.len() == other.len() => {
            work::bytes(one.len()).map(|()| one == other)
        }
        (Json::Number(one), Json::Number(other)) => {
            Ok(one.as_i64() == other.as_i64() && fraction(one) == fraction(other))
        }
        (Json::Array(_), Json::Array(_)) | (Json::Object(_), Json::Object(_)) => Ok(false),
        _ => Ok(one == other),
    })
}

/// A number that is no integer, as those are not that are larger than one may be.
fn fraction(number: &Number) -> Option<f64> {
    number.as_f64().filter(|_| !number.is_i64())
}

fn all<T>(
    items: impl IntoIterator<Item = T>,
    mut holds: impl FnMut(T) -> Result<bool, Fault>,
) -> Result<bool, Fault> {
    for item in items {
        if !holds(item)? {
            return Ok(false);
        }
    }
    Ok(true)
}
