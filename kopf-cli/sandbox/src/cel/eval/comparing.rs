//! Values beside each other: what is equal, and what comes first.

use std::{cmp::Ordering, sync::Arc};

use kube_cel::cel::{
    Value,
    objects::{Key, Map},
};

use super::{
    Fault, described, kept, library, unordered,
    values::{at, fault_of, is_moved, of_key, opened},
    work,
};
use crate::{cel::written::unescape, json::with_room_to_recurse};

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
            None => {
                for (one, other) in one.iter().zip(&**other) {
                    if !equal_within(one, other)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
        }),
        (Value::String(text), Value::String(other)) if text.len() == other.len() => {
            work::through(one).map(|()| text == other)
        }
        (Value::Bytes(bytes), Value::Bytes(other)) if bytes.len() == other.len() => {
            work::through(one).map(|()| bytes == other)
        }
        (Value::Map(one), Value::Map(other)) => with_room_to_recurse(|| are_equal(one, other)),
        (Value::Opaque(_), _) | (_, Value::Opaque(_)) => match (fault_of(one), fault_of(other)) {
            (Some(fault), _) => Err(fault),
            // What is a value is not equal to what is none.
            (None, Some(_)) => Ok(false),
            (None, None) => are_equal_opaque(one, other),
        },
        _ => Ok(one == other),
    }
}

/// Whether values of the library, what may be absent, and what is kept are equal.
fn are_equal_opaque(one: &Value, other: &Value) -> Result<bool, Fault> {
    if let Some(one) = kept::written(one) {
        return kept::is_equal(one, other);
    }
    match (opened(one), opened(other)) {
        (Some(Some(one)), Some(Some(other))) => equal(one, other),
        (Some(one), Some(other)) => Ok(one.is_none() && other.is_none()),
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
        (Value::Opaque(_), Value::Null) if is_moved(one) => return Ok(false),
        (Value::Opaque(_), Value::Null) => true,
        (Value::Opaque(_), _) if fault_of(one).is_some() => !is_moved(one),
        (Value::Opaque(_), _) => library::can_tell(one, other),
        _ => true,
    };
    if can_tell { equal(one, other) } else { Ok(true) }
}

/// Whether values are known to be equal: if that is a fault, they are not.
///
/// # Errors
///
/// That more has been looked at than may be.
pub(super) fn is_equal(one: &Value, other: &Value) -> Result<bool, Fault> {
    match equal(one, other) {
        Err(Fault::Limit) => Err(Fault::Limit),
        outcome => Ok(outcome == Ok(true)),
    }
}

/// Whether maps or objects are equal: as many fields, of which all that the one has are equal in the other.
fn are_equal(one: &Map, other: &Map) -> Result<bool, Fault> {
    if described::size(one) != described::size(other) {
        return Ok(false);
    }
    let Some(told) = described::particulars(one) else {
        for (key, value) in &*one.map {
            work::add(work::of_key(key))?;
            if !are_equal_fields(Some(value), at(other, &of_key(key)))? {
                return Ok(false);
            }
        }
        return Ok(true);
    };
    let named = one.map.keys().filter_map(|key| match key {
        Key::String(name) => Some(name),
        _ => None,
    });
    // A server looks for a field by its name as if rules wrote it so, in either.
    for name in named.chain(&told.nulls) {
        work::add(work::hashed(name.len()))?;
        let name = if told.is_escaped { unescape(name).map(Arc::new) } else { Some(Arc::clone(name)) };
        let Some(name) = name.map(Value::String) else { continue };
        if !are_equal_fields(at(one, &name), at(other, &name))? {
            return Ok(false);
        }
    }
    let others = described::particulars(other);
    // What no schema knows is compared only where both have it.
    for (name, value) in &told.unknown {
        work::add(work::hashed(name.len()))?;
        let beside = others.as_ref().and_then(|others| others.unknown.get(name));
        if beside.map_or(Ok(false), |beside| kept::are_alike(value, beside).map(|are| !are))? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether fields of the same name are equal, or neither is there.
fn are_equal_fields(one: Option<&Value>, other: Option<&Value>) -> Result<bool, Fault> {
    match (one, other) {
        (Some(one), Some(other)) => equal_within(one, other),
        (one, other) => Ok(one.is_none() && other.is_none()),
    }
}

/// Whether one of the items is equal to a value. An item that is no value is the fault where no other one is equal, unless it was
/// moved into this list.
///
/// # Errors
///
/// That nothing can be told of an item, or as those of [`is_equal`].
pub(super) fn has(items: &[Value], wanted: &Value) -> Result<bool, Fault> {
    let mut fault = fault_of(wanted);
    for item in items {
        // What is kept in a schema's list knows what would be it, and nothing else knows what is kept.
        let is_it = if kept::written(item).is_some() || kept::written(wanted).is_some() {
            is_equal(item, wanted)?
        } else {
            is_equal(wanted, item)?
        };
        if is_it {
            return Ok(true);
        }
        if fault.is_none() && !is_moved(item) {
            fault = fault_of(item);
        }
    }
    fault.map_or(Ok(false), Err)
}

/// Whether each of the values has an item that is equal to it.
///
/// # Errors
///
/// As those of [`has`].
pub(super) fn has_all(items: &[Value], wanted: &[Value]) -> Result<bool, Fault> {
    for wanted in wanted {
        if !has(items, wanted)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The place of the first of the items that is the right one.
///
/// # Errors
///
/// That it cannot be told of one.
pub(super) fn place_of<'v>(
    items: impl Iterator<Item = (usize, &'v Value)>,
    is_it: impl Fn(&Value) -> Result<bool, Fault>,
) -> Result<Option<usize>, Fault> {
    for (place, item) in items {
        if is_it(item)? {
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
