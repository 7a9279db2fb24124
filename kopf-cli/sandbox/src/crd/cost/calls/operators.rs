//! Operators, and what is like them.

use super::Call;
use crate::{
    cel::prices::TEXT,
    crd::cost::{
        parts::{Entries, Part, Type, times},
        path::Path,
    },
};

/// A call of an operator; `None` where it is of something else.
pub(super) fn priced<'a>(call: &Call<'a, '_>) -> Option<Part<'a>> {
    Some(match (call.name, call.target, call.args) {
        ("dyn", None, [value]) => Part {
            cost: value.cost.saturating_add(1),
            kind: Type::Unknown,
            path: Path::Nowhere,
            ..value.clone()
        },
        ("_&&_" | "_||_", None, _) => call.part(0, Type::Scalar),
        ("_?_:_", None, [condition, yes, no]) => either(condition, yes, no),
        ("_+_", None, [left, right]) => sum(call, left, right),
        ("_==_" | "_!=_", None, [left, right]) => {
            let at_once = matches!((&left.kind, &right.kind), (Type::Library, Type::Library));
            let size = left.known_size().min(right.known_size());
            let own = if at_once && call.name == "_==_" { 1 } else { times(size, TEXT) };
            call.part(own, Type::Scalar)
        }
        ("_<_" | "_<=_" | "_>_" | "_>=_", None, [left, right]) => {
            call.part(comparison(left, right), Type::Scalar)
        }
        ("@in", None, [_, all]) => match all.kind.plain() {
            Type::Map(_) => call.part(1, Type::Scalar),
            Type::Unknown => call.part(all.known_size().max(1), Type::Scalar),
            _ => call.part(all.known_size(), Type::Scalar),
        },
        ("_[_]", None, [whole, _]) => {
            let cost = call.before().saturating_add(1);
            let found = Part::new(cost, whole.kind.element(), (call.element)(&whole.path), None);
            match whole.entries {
                Some(entries) => found.sized(entries.values),
                None => found,
            }
        }
        _ => return None,
    })
}

fn either<'a>(condition: &Part<'a>, yes: &Part<'a>, no: &Part<'a>) -> Part<'a> {
    let cost = condition.cost.saturating_add(yes.cost.max(no.cost));
    let kind = if matches!(yes.kind, Type::Other | Type::Unknown) { &no.kind } else { &yes.kind };
    let entries = yes.entries.zip(no.entries).map(|(yes, no)| yes.union(no));
    let size = yes.known_size().max(no.known_size());
    Part { entries, ..Part::new(cost, kind.clone(), Path::Nowhere, None).sized(size) }
}

/// What it costs to tell which of two comes first.
fn comparison(left: &Part<'_>, right: &Part<'_>) -> u64 {
    let may = |part: &Part<'_>| {
        let kind = part.kind.plain();
        [matches!(kind, Type::Text | Type::Unknown), matches!(kind, Type::Bytes | Type::Unknown)]
    };
    let (one, other) = (may(left), may(right));
    let texts = one.iter().zip(other).any(|(one, other)| *one && other);
    // Where nothing is known, they may be something else that costs one.
    let least = u64::from(one == [true, true] && other == [true, true]);
    let size = left.known_size().min(right.known_size());
    if texts { times(size, TEXT).max(least) } else { 1 }
}

fn sum<'a>(call: &Call<'a, '_>, left: &Part<'a>, right: &Part<'a>) -> Part<'a> {
    let (one, other) = (left.kind.plain(), right.kind.plain());
    let size = left.known_size().saturating_add(right.known_size());
    match (&one, &other) {
        (Type::List(inner), other) => {
            let known = !matches!(**inner, Type::Unknown);
            let kind = if known { one.clone() } else { other.clone() };
            let entries: Option<Entries> =
                left.entries.zip(right.entries).map(|(left, right)| left.union(right));
            Part { entries, ..call.part(1, kind).sized(size) }
        }
        (_, Type::List(_)) => call.part(1, other.clone()).sized(size),
        (Type::Text | Type::Bytes, _) => call.part(times(size, TEXT), one.clone()).sized(size),
        (_, Type::Text | Type::Bytes) => call.part(times(size, TEXT), other.clone()).sized(size),
        (Type::Unknown, Type::Unknown) => call.part(times(size, TEXT).max(1), Type::Unknown).sized(size),
        _ => call.part(1, Type::Scalar),
    }
}
