//! Functions of lists.

use std::{cmp::Ordering, sync::Arc};

use kube_cel::cel::Value;

use super::{
    Fault, Outcome,
    comparing::{compare, has, has_all, is_equal, place_of},
    operators,
    values::{fault_of, list, opened, optional, truth, type_of},
    work,
};
use crate::json::with_room_to_recurse;

/// How many numbers a range may have.
const LONGEST_RANGE: i64 = 1_000_000;

/// The outcome of a function of a list; `None` where it is none.
pub(super) fn call(name: &str, args: &[Value]) -> Option<Outcome> {
    let items = match args {
        [Value::List(items), ..] => items,
        [Value::Int(length)] if name == "lists.range" => return Some(range(*length)),
        [_, ..] if name == "flatten" => {
            let type_of = |value: &Value| match value {
                Value::Map(_) => "map(dyn, dyn)".to_owned(),
                other => type_of(other).to_owned(),
            };
            let of: Vec<String> = args.iter().map(type_of).collect();
            let (this, rest) = of.split_first()?;
            return Some(Err(Fault::new(format!("no such overload: {this}.flatten({})", rest.join(", ")))));
        }
        _ => return None,
    };
    if !fits(name, items) {
        return None;
    }
    Some(match (name, &args[1..]) {
        ("isSorted", []) => is_sorted(items),
        ("sum", []) => summed(items),
        ("min", []) => extreme(name, items, Ordering::Greater),
        ("max", []) => extreme(name, items, Ordering::Less),
        ("indexOf", [wanted]) => place_of(items.iter().enumerate(), |item| is_equal(item, wanted)).map(place),
        ("lastIndexOf", [wanted]) => {
            place_of(items.iter().enumerate().rev(), |item| is_equal(item, wanted)).map(place)
        }
        ("flatten", []) => flattened(items, 1),
        ("flatten", [Value::Int(depth)]) => flattened(items, *depth),
        ("distinct", []) => distinct(items),
        ("reverse", []) => Ok(list(items.iter().rev().cloned().collect())),
        ("slice", [Value::Int(from), Value::Int(to)]) => slice(items, *from, *to),
        ("sort", []) => sorted(items, items),
        ("@sortByAssociatedKeys", [Value::List(keys)]) => sorted(items, keys),
        ("first", []) => Ok(optional(items.first().cloned())),
        ("last", []) => Ok(optional(items.last().cloned())),
        ("optional.unwrap" | "unwrapOpt", []) => unwrapped(items),
        ("sets.contains", [Value::List(others)]) => has_all(items, others).map(Value::Bool),
        ("sets.equivalent", [Value::List(others)]) => are_equivalent(items, others).map(Value::Bool),
        ("sets.intersects", [Value::List(others)]) => intersect(items, others).map(Value::Bool),
        _ => return None,
    })
}

/// Whether a function is for such items, of which the first tells.
fn fits(name: &str, items: &[Value]) -> bool {
    let Some(first) = items.first() else { return true };
    let is_number = matches!(first, Value::Int(_) | Value::UInt(_) | Value::Float(_) | Value::Duration(_));
    match name {
        "sum" => is_number,
        "isSorted" | "max" | "min" => {
            let is_text = matches!(first, Value::Bytes(_) | Value::String(_));
            is_number || is_text || matches!(first, Value::Bool(_) | Value::Timestamp(_))
        }
        "optional.unwrap" | "unwrapOpt" => opened(first).is_some(),
        _ => true,
    }
}

fn are_equivalent(items: &[Value], others: &[Value]) -> Result<bool, Fault> {
    Ok(has_all(items, others)? && has_all(others, items)?)
}

/// Whether one of the items is in the other list; what nothing can be told of is not.
fn intersect(items: &[Value], others: &[Value]) -> Result<bool, Fault> {
    for item in items {
        match has(others, item) {
            Ok(true) => return Ok(true),
            Err(Fault::Limit) => return Err(Fault::Limit),
            _ => {}
        }
    }
    Ok(false)
}

fn place(found: Option<usize>) -> Value {
    Value::Int(found.and_then(|found| i64::try_from(found).ok()).unwrap_or(-1))
}

fn range(length: i64) -> Outcome {
    match length {
        ..0 => Err(Fault::new(format!("lists.range: size must be non-negative, got {length}"))),
        0..=LONGEST_RANGE => {
            work::list(usize::try_from(length).unwrap_or(usize::MAX))?;
            Ok(list((0..length).map(Value::Int).collect()))
        }
        _ => Err(Fault::new(format!("lists.range: size {length} exceeds maximum allowed ({LONGEST_RANGE})"))),
    }
}

fn is_sorted(items: &[Value]) -> Outcome {
    for pair in items.windows(2) {
        check_comparable(&pair[1])?;
        if compare(&pair[0], &pair[1]).is_ok_and(Ordering::is_gt) {
            return truth(false);
        }
    }
    truth(true)
}

fn summed(items: &[Value]) -> Outcome {
    let mut items = items.iter();
    let first = items.next().cloned().unwrap_or(Value::Int(0));
    items.try_fold(first, |so_far, item| fault_of(item).map_or_else(|| operators::sum(&so_far, item), Err))
}

/// The first of those that are least, or most; `worse` is how what is not compares with it.
fn extreme(name: &str, items: &[Value], worse: Ordering) -> Outcome {
    items.iter().try_for_each(check_comparable)?;
    let best = items.iter().reduce(|best, item| {
        let is_better = compare(best, item).is_ok_and(|order| order == worse);
        if is_better { item } else { best }
    });
    best.cloned().ok_or_else(|| Fault::new(format!("{name} called on empty list")))
}

/// # Errors
///
/// That an item is no value, or none that comes before or behind another.
fn check_comparable(item: &Value) -> Result<(), Fault> {
    match fault_of(item) {
        Some(fault) => Err(fault),
        None if is_comparable(item) => Ok(()),
        None => Err(Fault::no_overload()),
    }
}

fn is_comparable(item: &Value) -> bool {
    !matches!(compare(item, item), Err(fault) if fault == Fault::no_overload())
}

fn flattened(items: &[Value], depth: i64) -> Outcome {
    fn gather(items: &[Value], depth: i64, all: &mut Vec<Value>) -> Result<(), Fault> {
        for item in items {
            work::add(1)?;
            match item {
                Value::List(inner) if depth > 0 => with_room_to_recurse(|| gather(inner, depth - 1, all))?,
                _ => {
                    work::growing(all.len() + 1, work::LARGEST)?;
                    all.push(item.clone());
                }
            }
        }
        Ok(())
    }
    if depth < 0 {
        return Err(Fault::new("level must be non-negative"));
    }
    let mut all = Vec::new();
    gather(items, depth, &mut all)?;
    work::list(all.len())?;
    Ok(list(all))
}

fn distinct(items: &[Value]) -> Outcome {
    let mut all: Vec<Value> = Vec::new();
    for item in items {
        if place_of(all.iter().enumerate(), |known| is_equal(item, known))?.is_none() {
            all.push(item.clone());
        }
    }
    Ok(list(all))
}

fn slice(items: &[Value], from: i64, to: i64) -> Outcome {
    let wrong = |why: String| Err(Fault::new(format!("cannot slice({from}, {to}), {why}")));
    let (Ok(start), Ok(end)) = (usize::try_from(from), usize::try_from(to)) else {
        return wrong("negative indexes not supported".to_owned());
    };
    if start > end {
        return wrong("start index must be less than or equal to end index".to_owned());
    }
    match items.get(start..end) {
        Some(part) => Ok(list(part.to_vec())),
        None => wrong(format!("list is length {}", items.len())),
    }
}

/// Items in the order of the keys that are at their places.
fn sorted(items: &Arc<Vec<Value>>, keys: &[Value]) -> Outcome {
    if items.len() != keys.len() {
        return Err(Fault::new(format!(
            "@sortByAssociatedKeys() expected a list of the same size as the associated keys list, but got {} and {} elements \
             respectively",
            items.len(),
            keys.len()
        )));
    }
    let Some(first) = keys.first() else { return Ok(Value::List(Arc::clone(items))) };
    if !is_comparable(first) {
        return Err(Fault::new("list elements must be comparable"));
    }
    if keys.iter().any(|key| type_of(key) != type_of(first)) {
        return Err(Fault::new("list elements must have the same type"));
    }
    for _ in 0..work::rounds(keys.len()) {
        keys.iter().try_for_each(work::through)?;
    }
    let mut pairs: Vec<(&Value, &Value)> = keys.iter().zip(items.iter()).collect();
    pairs.sort_by(|(one, _), (other, _)| match (one, other) {
        // What is no number comes last: what is sorted has to have an order.
        (Value::Float(one), Value::Float(other)) => {
            one.partial_cmp(other).unwrap_or_else(|| one.is_nan().cmp(&other.is_nan()))
        }
        _ => compare(one, other).unwrap_or(Ordering::Equal),
    });
    Ok(list(pairs.into_iter().map(|(_, item)| item.clone()).collect()))
}

fn unwrapped(items: &[Value]) -> Outcome {
    let mut there = Vec::new();
    for item in items {
        work::add(1)?;
        let inner = opened(item);
        let inner = inner
            .ok_or_else(|| Fault::new(format!("value {} is not optional", super::values::named(item))))?;
        there.extend(inner.cloned());
    }
    Ok(list(there))
}
