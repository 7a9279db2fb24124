//! Lists that have no order by their schema: sets, and lists whose items are told apart by keys.
//!
//! Two of them are equal where they hold the same, and a sum of them holds nothing twice.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use kube_cel::cel::{Value, objects::Key};

use super::{
    Fault, Outcome,
    comparing::equal_within,
    described::{Identity, made},
    values::as_key,
    work,
};

/// Whether a list without an order is equal to another list.
///
/// # Errors
///
/// That the items of a set are no plain values, or that more has been looked at than may be.
pub(super) fn are_equal(one: &[Value], other: &[Value], identity: &Identity) -> Result<bool, Fault> {
    if one.len() != other.len() {
        return Ok(false);
    }
    let known = one.iter().map(|item| Ok((identity.of(item)?, item)));
    let known: HashMap<Vec<Part>, &Value> = known.collect::<Result<_, Fault>>()?;
    let mut seen = HashSet::new();
    for item in other {
        let part = identity.of(item)?;
        let Some(known) = known.get(&part) else { return Ok(false) };
        work::add(1)?;
        if !matches!(identity, Identity::Whole) && !equal_within(known, item)? {
            return Ok(false);
        }
        seen.insert(part);
    }
    Ok(seen.len() == known.len())
}

/// What a list without an order has with another one: what is in both is there once, where it was, as it is in the other.
///
/// # Errors
///
/// That the items of a set are no plain values.
pub(super) fn sum(one: &[Value], other: &[Value], identity: Identity) -> Outcome {
    let identity = match identity {
        Identity::PlainKeys(keys) => Identity::Keys(keys),
        identity => identity,
    };
    let mut all = one.to_vec();
    let places = one.iter().enumerate().map(|(place, item)| Ok((identity.of(item)?, place)));
    let mut places: HashMap<Vec<Part>, usize> = places.collect::<Result<_, Fault>>()?;
    for item in other {
        let place = *places.entry(identity.of(item)?).or_insert(all.len());
        match all.get_mut(place) {
            Some(there) => *there = item.clone(),
            None => all.push(item.clone()),
        }
    }
    let all = Arc::new(all);
    made(&all, identity);
    Ok(Value::List(all))
}

/// A part of what an item is told apart by.
#[derive(PartialEq, Eq, Hash)]
enum Part {
    None,
    Plain(Key),
    /// A number with a fraction, by its bits.
    Fraction(u64),
    Bytes(Arc<Vec<u8>>),
    /// A moment in seconds and billionths, and how far from UTC it was said.
    Moment(i64, u32, i32),
    Span(Option<i64>),
    Other(String),
}

impl Part {
    fn of(value: Option<&Value>) -> Self {
        match value {
            None | Some(Value::Null) => Part::None,
            // Both zeros are one.
            Some(Value::Float(number)) => Part::Fraction((number + 0.0).to_bits()),
            Some(Value::Bytes(bytes)) => Part::Bytes(Arc::clone(bytes)),
            Some(Value::Timestamp(moment)) => Part::Moment(
                moment.timestamp(),
                moment.timestamp_subsec_nanos(),
                moment.offset().local_minus_utc(),
            ),
            Some(Value::Duration(span)) => Part::Span(span.num_nanoseconds()),
            Some(other) => as_key(other).map_or_else(|| Part::Other(format!("{other:?}")), Part::Plain),
        }
    }
}

impl Identity {
    /// # Errors
    ///
    /// That an item of a set is a list or an object.
    fn of(&self, item: &Value) -> Result<Vec<Part>, Fault> {
        let by = |keys: &[String], is_found: fn(&str) -> bool| match item {
            Value::Map(map) => {
                let keys = keys.iter().map(|key| {
                    let key = Some(key).filter(|key| is_found(key))?;
                    map.map.get(&Key::String(Arc::new(key.clone())))
                });
                keys.map(Part::of).collect()
            }
            _ => Vec::new(),
        };
        Ok(match (self, item) {
            (Identity::Whole, Value::List(_) | Value::Map(_)) => {
                return Err(Fault::new("listSet operations are only supported on lists of scalar values"));
            }
            (Identity::Whole, _) => vec![Part::of(Some(item))],
            (Identity::Keys(keys), _) => by(keys, |_| true),
            (Identity::PlainKeys(keys), _) => by(keys, |key| !key.contains("__")),
        })
    }
}
