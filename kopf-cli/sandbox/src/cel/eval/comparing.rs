//! Values beside each other: what is equal, and what comes first.

use std::{cmp::Ordering, sync::Arc};

use kube_cel::cel::{Value, objects::Map};

use super::{
    Fault, described, library, unordered,
    values::{at, of_key, opened, sound},
    work,
};
use crate::json::with_room_to_recurse;

/// # Errors
///
/// That more has been looked at than may be.
pub(super) fn equal(one: &Value, other: &Value) -> Result<bool, Fault> {
    work::add(1)?;
    match (one, other) {
        (
            Value::Int(_) | Value::UInt(_) | Value::Float(_),
            Value::Int(_) | Value::UInt(_) | Value::Float(_),
        ) => Ok(numbers(one, other) == Some(Ordering::Equal)),
        (Value::List(one), Value::List(other)) => with_room_to_recurse(|| match described::identity(one) {
            Some(identity) => unordered::are_equal(one, other, &identity),
            None if one.len() != other.len() => Ok(false),
            None => all_equal(one.iter().zip(other.iter().map(Some))),
        }),
        (Value::Map(one), Value::Map(other)) => with_room_to_recurse(|| are_equal(one, other)),
        (Value::Opaque(_), _) | (_, Value::Opaque(_))
            if let Err(fault) = sound(one.clone()).and_then(|_| sound(other.clone())) =>
        {
            Err(fault)
        }
        (Value::Opaque(_), Value::Opaque(_)) => match (opened(one), opened(other)) {
            (Some(Some(one)), Some(Some(other))) => equal(one, other),
            (Some(one), Some(other)) => Ok(one.is_none() && other.is_none()),
            _ => Ok(one == other),
        },
        _ => Ok(one == other),
    }
}

/// Whether parts of lists and maps are equal; those that cannot tell are, to a server.
///
/// # Errors
///
/// As those of [`equal`].
pub(super) fn equal_within(one: &Value, other: &Value) -> Result<bool, Fault> {
    let can_tell = match (one, other) {
        (Value::Opaque(_), Value::Null) => true,
        (Value::Opaque(_), _) => library::can_tell(one, other) || sound(one.clone()).is_err(),
        _ => true,
    };
    if can_tell { equal(one, other) } else { Ok(true) }
}

/// Whether maps or objects are equal: as many fields, of which all that the one has are equal in the other. What no schema knows is
/// compared only where both have it.
fn are_equal(one: &Map, other: &Map) -> Result<bool, Fault> {
    if described::size(one) != described::size(other) {
        return Ok(false);
    }
    let (nulls, unknown, others) =
        (described::nulls(one), described::unknown(one), described::unknown(other));
    work::add((nulls.len() + unknown.len()) as u64)?;
    let is_there = |name: &Arc<String>| at(other, &Value::String(Arc::clone(name))).is_some();
    if nulls.iter().any(is_there) {
        return Ok(false);
    }
    let pairs = one.map.iter().map(|(key, value)| (value, at(other, &of_key(key))));
    let unknown = unknown.iter().filter_map(|(name, value)| Some((value, Some(others.get(name)?))));
    all_equal(pairs.chain(unknown))
}

/// Whether all parts have an equal one beside them.
fn all_equal<'v>(pairs: impl Iterator<Item = (&'v Value, Option<&'v Value>)>) -> Result<bool, Fault> {
    for (one, other) in pairs {
        match other {
            Some(other) if equal_within(one, other)? => {}
            _ => return Ok(false),
        }
    }
    Ok(true)
}

/// Whether one of the items is equal to a value.
///
/// # Errors
///
/// As those of [`equal`].
pub(super) fn has(items: &[Value], wanted: &Value) -> Result<bool, Fault> {
    for item in items {
        if equal(wanted, item)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether each of the values has an item that is equal to it.
///
/// # Errors
///
/// As those of [`equal`].
pub(super) fn has_all(items: &[Value], wanted: &[Value]) -> Result<bool, Fault> {
    for wanted in wanted {
        if !has(items, wanted)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The place of the first of the items that is equal to a value.
///
/// # Errors
///
/// As those of [`equal`].
pub(super) fn place_of<'v>(
    items: impl Iterator<Item = (usize, &'v Value)>,
    wanted: &Value,
) -> Result<Option<usize>, Fault> {
    for (place, item) in items {
        if equal(item, wanted)? {
            return Ok(Some(place));
        }
    }
    Ok(None)
}

/// # Errors
///
/// Where neither comes first.
pub(super) fn compare(one: &Value, other: &Value) -> Result<Ordering, Fault> {
    Ok(match (one, other) {
        (
            Value::Int(_) | Value::UInt(_) | Value::Float(_),
            Value::Int(_) | Value::UInt(_) | Value::Float(_),
        ) => {
            return numbers(one, other).ok_or_else(|| Fault::new("NaN values cannot be ordered"));
        }
        (Value::Bool(one), Value::Bool(other)) => one.cmp(other),
        (Value::Bytes(one), Value::Bytes(other)) => one.cmp(other),
        (Value::Duration(one), Value::Duration(other)) => one.cmp(other),
        (Value::String(one), Value::String(other)) => one.cmp(other),
        (Value::Timestamp(one), Value::Timestamp(other)) => one.cmp(other),
        _ => return Err(Fault::no_overload()),
    })
}

/// Numbers of all kinds; `None` where one is none.
fn numbers(one: &Value, other: &Value) -> Option<Ordering> {
    match (one, other) {
        (Value::Int(one), Value::Int(other)) => Some(one.cmp(other)),
        (Value::UInt(one), Value::UInt(other)) => Some(one.cmp(other)),
        (Value::Float(one), Value::Float(other)) => one.partial_cmp(other),
        (Value::Int(one), Value::UInt(other)) => Some(i128::from(*one).cmp(&i128::from(*other))),
        (Value::Float(one), Value::Int(other)) => {
            within(*one, i64::MIN as f64, i64::MAX as f64, *other as f64)
        }
        (Value::Float(one), Value::UInt(other)) => within(*one, 0.0, u64::MAX as f64, *other as f64),
        _ => numbers(other, one).map(Ordering::reverse),
    }
}

/// Compares with what lies in a range, where only what is in it is compared exactly.
fn within(one: f64, least: f64, most: f64, other: f64) -> Option<Ordering> {
    match () {
        () if one < least => Some(Ordering::Less),
        () if one > most => Some(Ordering::Greater),
        () => one.partial_cmp(&other),
    }
}
