//! Functions of lists, of those that stand for sets, and those that make lists.

use super::Call;
use crate::{
    cel::prices::TEXT,
    crd::cost::{
        parts::{Part, Type, UNKNOWN, times},
        sizes::Declared,
    },
};

/// What a list costs that is made by a call, with the call.
const MADE: u64 = 11;

/// A call of a function of lists; `None` where it is of something else.
pub(super) fn priced<'a>(call: &Call<'a, '_>) -> Option<Part<'a>> {
    Some(match (call.name, call.target, call.args) {
        ("join", Some(list), between) => {
            let size = list.known_size().saturating_mul(element_size(list));
            let gaps = list.known_size().saturating_sub(1);
            let between = between.first().map_or(0, |text| text.known_size().saturating_mul(gaps));
            let size = size.saturating_add(between);
            call.part(times(size, TEXT), Type::Text).sized(size)
        }
        ("sum" | "max" | "min", Some(list), _) => call.part(search(call.name, list), list.kind.element()),
        ("isSorted" | "indexOf" | "lastIndexOf" | "includes", Some(list), _) => {
            call.part(search(call.name, list), Type::Scalar)
        }
        ("sets.contains" | "sets.intersects" | "sets.equivalent", None, [one, other]) => {
            let pairs = one.known_size().saturating_mul(other.known_size());
            let ways = if call.name == "sets.equivalent" { 2 } else { 1 };
            call.part(pairs.saturating_mul(ways).saturating_add(1), Type::Scalar)
        }
        _ => {
            let (own, kind, size) = made(call)?;
            call.part(own, kind).sized(size)
        }
    })
}

/// What it costs to go through a list, or a text.
fn search(name: &str, list: &Part<'_>) -> u64 {
    match list.kind.plain() {
        Type::List(inner) => {
            let texts = matches!(inner.plain(), Type::Text | Type::Bytes);
            let each = if texts { times(element_size(list), TEXT) } else { 0 };
            list.known_size().saturating_mul(each.saturating_add(1))
        }
        _ if name == "includes" => list.known_size(),
        _ => list.times(TEXT),
    }
}

/// What it costs to make a list, of which type it is, and of how many items; `None` where no list is made.
fn made<'a>(call: &Call<'a, '_>) -> Option<(u64, Type<'a>, u64)> {
    let made = |factor: f64, size: u64, kind: Type<'a>| Some((scaled(size, factor), kind, size));
    let Some(list) = call.target else {
        let [count] = call.args else { return None };
        let count = number(count, u64::MAX);
        return (call.name == "lists.range").then(|| made(1.0, count, Type::List(Box::new(Type::Scalar))))?;
    };
    let (size, kind) = (list.known_size(), list.kind.clone());
    match (call.name, call.args) {
        ("slice", [start, end]) => {
            let (start, end) = (number(start, 0), number(end, size));
            made(1.0, end.wrapping_sub(start), kind)
        }
        ("reverse", []) => made(1.0, size, kind),
        ("distinct", []) => made(2.0, size.saturating_mul(size), kind),
        ("flatten", []) => made(1.0, size, flat(&kind)),
        ("flatten", [depth]) => made(number(depth, u64::MAX) as f64, size, flat(&kind)),
        ("sort", []) => made(of_items(&kind), size.saturating_mul(size), kind),
        ("@sortByAssociatedKeys", [keys]) => {
            let count = keys.known_size();
            made(of_items(&keys.kind), count.saturating_mul(count), kind)
        }
        _ => None,
    }
}

/// What it costs to compare an item with another one, both ways.
fn of_items(list: &Type<'_>) -> f64 {
    match list.element().plain() {
        Type::Text | Type::Bytes | Type::Unknown => 2.1,
        _ => 2.0,
    }
}

/// The type of a list of what is in the lists of a list.
fn flat<'a>(list: &Type<'a>) -> Type<'a> {
    match list.element().plain() {
        inner @ Type::List(_) => inner,
        _ => Type::List(Box::new(Type::Unknown)),
    }
}

/// The number that is written out, which is none below zero; else another one.
fn number(part: &Part<'_>, otherwise: u64) -> u64 {
    part.literal.map_or(otherwise, |number| u64::try_from(number).unwrap_or_default())
}

fn scaled(size: u64, factor: f64) -> u64 {
    times(size, factor).saturating_add(MADE)
}

/// How large the items of a list are.
fn element_size(list: &Part<'_>) -> u64 {
    list.path.found().and_then(Declared::element).map_or(UNKNOWN, Declared::most)
}
