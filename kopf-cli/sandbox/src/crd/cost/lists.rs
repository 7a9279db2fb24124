//! What functions that make lists of lists cost, and how many items they make.

use super::estimate::{Part, Type};

/// What a list costs that is made by a call, with the call.
const MADE: u64 = 11;

/// A call that makes a list; `None` where it is of another function. What it costs is without what its arguments do.
pub(super) fn call<'a>(
    name: &str,
    target: Option<&Part<'a>>,
    args: &[Part<'a>],
) -> Option<(u64, Type<'a>, u64)> {
    let made = |factor: f64, size: u64, kind: Type<'a>| Some((scaled(size, factor), kind, size));
    let Some(list) = target else {
        let [count] = args else { return None };
        let count = number(count, u64::MAX);
        return (name == "lists.range").then(|| made(1.0, count, Type::List(Box::new(Type::Scalar))))?;
    };
    let (size, kind) = (list.known_size(), list.kind.clone());
    match (name, args) {
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
    super::calls::by(size, factor).saturating_add(MADE)
}
