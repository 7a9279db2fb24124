//! Lists that have no order by their schema: sets, and lists whose items are told apart by keys.
//!
//! Two of them are equal where they hold the same, and a sum of them holds nothing twice.

use std::{collections::HashMap, sync::Arc};

use kube_cel::cel::{Value, objects::Key};
use serde_json::Value as Json;

use super::{
    Fault, Outcome,
    comparing::equal,
    described::{self, Identity, made},
    kept,
    values::{as_key, fault_of, list, type_of},
    work,
};
use crate::printed;

/// Whether a list without an order is equal to another list.
///
/// # Errors
///
/// That the items of a set are no plain values, or that more has been looked at than may be.
pub(super) fn are_equal(one: &[Value], other: &[Value], identity: &Identity) -> Result<bool, Fault> {
    if one.len() != other.len() {
        return Ok(false);
    }
    let mut known: HashMap<Vec<Part>, (usize, &Value)> = HashMap::with_capacity(one.len());
    let mut is_all_known = true;
    for (place, item) in one.iter().enumerate() {
        match identity.of(item)? {
            Some(parts) => drop(known.insert(parts, (place, item))),
            None => is_all_known = false,
        }
    }
    let (mut seen, mut count) = (vec![false; one.len()], 0);
    for item in other {
        let found = identity.of(item)?.and_then(|parts| known.get(&parts));
        let Some((place, known)) = found else { return Ok(false) };
        if !matches!(identity, Identity::Whole) && !equal(known, item)? {
            return Ok(false);
        }
        count += usize::from(!std::mem::replace(&mut seen[*place], true));
    }
    Ok(is_all_known && count == known.len())
}

/// What a list without an order has with another one: what is in both is there once, where it was, as it is in the other.
///
/// # Errors
///
/// That the items of a set are no plain values.
pub(super) fn sum(one: &[Value], other: &[Value], identity: Identity) -> Outcome {
    let identity = match identity {
        Identity::WrittenKeys(keys) => Identity::Keys(keys),
        identity => identity,
    };
    let mut all = one.to_vec();
    let mut places: HashMap<Vec<Part>, usize> = HashMap::with_capacity(one.len());
    for (place, item) in one.iter().enumerate() {
        if let Some(parts) = identity.of(item)? {
            places.insert(parts, place);
        }
    }
    for item in other {
        let parts = identity.of(item)?;
        match (parts.as_ref().and_then(|parts| places.get(parts)), &identity) {
            (Some(_), Identity::Whole) => {}
            (Some(place), _) => all[*place] = item.clone(),
            (None, _) => {
                // What is added is told apart from more that is added only in sets.
                if let (Some(parts), Identity::Whole) = (parts, &identity) {
                    places.insert(parts, all.len());
                }
                all.push(item.clone());
            }
        }
    }
    let all = list(all);
    if let Value::List(all) = &all {
        made(all, identity);
    }
    Ok(all)
}

/// A part of what an item is told apart by.
#[derive(PartialEq, Eq, Hash)]
enum Part {
    None,
    Plain(Key),
    /// A number that need not be whole, by its bits.
    Double(u64),
    Bytes(Arc<Vec<u8>>),
    /// A moment in seconds and billionths, and how far from UTC it was said.
    Moment(i64, u32, i32),
    Span(Option<i64>),
    Other(String),
}

impl Part {
    fn of(value: Option<&Value>) -> Result<Self, Fault> {
        value.map_or(Ok(()), work::by)?;
        Ok(match value {
            None | Some(Value::Null) => Part::None,
            // Both zeros are one.
            Some(Value::Float(number)) => Part::Double((number + 0.0).to_bits()),
            Some(Value::Bytes(bytes)) => Part::Bytes(Arc::clone(bytes)),
            Some(Value::Timestamp(moment)) => Part::Moment(
                moment.timestamp(),
                moment.timestamp_subsec_nanos(),
                moment.offset().local_minus_utc(),
            ),
            Some(Value::Duration(span)) => Part::Span(span.num_nanoseconds()),
            Some(other) => as_key(other).map_or_else(|| Part::Other(format!("{other:?}")), Part::Plain),
        })
    }

    /// The same of what no schema tells of, or of what a schema tells more of than was written: 1 is not 1.0, nor 60m 1h.
    fn of_written(value: &Json) -> Result<Self, Fault> {
        Ok(match value {
            Json::Null => Part::None,
            Json::Bool(held) => Part::Plain(Key::Bool(*held)),
            Json::Number(number) => match number.as_i64() {
                Some(number) => Part::Plain(Key::Int(number)),
                None => Part::Double((number.as_f64().unwrap_or(f64::NAN) + 0.0).to_bits()),
            },
            Json::String(text) => {
                work::add(work::hashed(text.len()))?;
                Part::Plain(Key::String(Arc::new(text.clone())))
            }
            Json::Array(_) | Json::Object(_) => {
                let text = printed::bad_value_in_order(value);
                work::add(work::hashed(text.len()))?;
                Part::Other(text)
            }
        })
    }
}

/// Whether a value is told apart from all others, even from itself: to a server it is another one each time.
fn is_alone(value: &Value) -> bool {
    match value {
        Value::Float(number) => number.is_nan(),
        // Zones of whole hours are known, and others are made.
        Value::Timestamp(moment) => {
            let (hours, rest) =
                (moment.offset().local_minus_utc() / 3600, moment.offset().local_minus_utc() % 3600);
            rest != 0 || !(-12..=14).contains(&hours)
        }
        Value::Opaque(_) => !["net.CIDR", "net.IP"].contains(&type_of(value)),
        Value::List(_) | Value::Map(_) | Value::Function(..) => true,
        _ => false,
    }
}

impl Identity {
    /// What an item is told apart by; `None` where it is like no other.
    ///
    /// # Errors
    ///
    /// That an item of a set is a list or an object, or that more has been looked at than may be.
    fn of(&self, item: &Value) -> Result<Option<Vec<Part>>, Fault> {
        work::add(1)?;
        let keys = match (self, item) {
            (Identity::Whole, Value::List(_) | Value::Map(_)) => {
                return Err(Fault::new("listSet operations are only supported on lists of scalar values"));
            }
            (Identity::Whole, _) => {
                return match kept::written(item) {
                    Some(written) => Ok(Some(vec![Part::of_written(written)?])),
                    None if is_alone(item) => Ok(None),
                    None => Ok(Some(vec![Part::of(Some(item))?])),
                };
            }
            (Identity::WrittenKeys(_), Value::Map(map)) => {
                let keys = described::keys(map);
                return keys.map(|keys| keys.iter().map(Part::of_written).collect()).transpose();
            }
            (Identity::WrittenKeys(_), _) => return Ok(None),
            (Identity::Keys(keys), _) => keys,
        };
        let mut parts = Vec::with_capacity(keys.len());
        for key in keys.iter() {
            let value = match item {
                Value::Map(map) => map.map.get(&Key::String(Arc::new(key.clone()))),
                // What is no object has no keys.
                _ => None,
            };
            match value.filter(|value| fault_of(value).is_none()) {
                Some(value) if is_alone(value) => return Ok(None),
                value => parts.push(Part::of(value)?),
            }
        }
        Ok(Some(parts))
    }
}
