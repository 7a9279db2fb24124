//! What it costs to run an expression, in the units of a server: about one for each value that is looked at.
//!
//! The numbers are those of cel-go and of the server's libraries, so that what is too much there is too much here.

use kube_cel::cel::Value;

use super::{
    library::is_of_library,
    named_formats::longest_pattern,
    values::{opened, size},
    work,
};
use crate::cel::prices::{LIST, PATTERN, TEXT};

/// What asking who may do what costs.
const CHECK: u64 = 350_000;

/// Functions of several overloads, whose arguments are gathered one by one where it is not decided which it is.
pub(super) const GATHERED: [&str; 11] = [
    "add",
    "check",
    "compareTo",
    "containsCIDR",
    "containsIP",
    "indexOf",
    "isGreaterThan",
    "isLessThan",
    "lastIndexOf",
    "sub",
    "findAll",
];

/// What a call costs by what it makes.
pub(super) fn of_result(name: &str, result: Option<&Value>, decided: bool) -> u64 {
    let size = result.map_or(1, size);
    match name {
        "join" => scaled(size, 2.0 * TEXT),
        "slice" | "lists.range" | "reverse" if decided => made(size, 1.0),
        _ => 0,
    }
}

/// What a call costs by what it is given. Much of that is known only where it is `decided` which overload it goes by.
pub(super) fn of_call(name: &str, args: &[Value], decided: bool) -> u64 {
    match of_name(name, args, decided) {
        Some(cost) => cost,
        None if decided => of_overload(name, args),
        None => 1,
    }
}

/// What a call costs, whichever overload it goes by.
fn of_name(name: &str, args: &[Value], decided: bool) -> Option<u64> {
    let sized = |index: usize| args.get(index).map_or(1, size);
    let text = |index: usize, factor: f64| scaled(sized(index), factor * TEXT);
    Some(match (name, args) {
        ("check", _) => CHECK,
        ("fieldSelector" | "labelSelector", [_, _]) => LIST + text(1, 1.0) + scaled(sized(1), 0.5) * 50,
        ("isSorted" | "sum" | "max" | "min" | "indexOf" | "lastIndexOf", [this, ..]) => traversal(this),
        (
            "url" | "lowerAscii" | "upperAscii" | "substring" | "trim" | "cidr" | "isIP" | "isCIDR"
            | "quantity" | "isQuantity" | "semver" | "isSemver" | "ip",
            _,
        ) => text(0, 1.0),
        ("replace" | "split" | "ip.isCanonical", _) => text(0, 2.0),
        ("find" | "findAll", [_, _, ..]) => pattern(sized(0), sized(1)),
        ("containsIP", [_, other]) => text(0, 2.0) + of_text(other, decided),
        ("containsCIDR", [_, other]) => text(0, 2.0) + text(0, 1.0) + 1 + of_text(other, decided),
        ("validate", [format, _]) => pattern(sized(1), longest_pattern(format)?),
        ("_==_", [one, _]) if is_of_library(one) => 1,
        ("_==_" | "_!=_", [one, other]) => scaled(size_within(one).min(size_within(other)), TEXT),
        ("join", _) => 0,
        _ => return None,
    })
}

/// What a call costs by the overload that it goes by.
fn of_overload(name: &str, args: &[Value]) -> u64 {
    let sized = |index: usize| args.get(index).map_or(1, size);
    let text = |index: usize, factor: f64| scaled(sized(index), factor * TEXT);
    match (name, args) {
        ("matches", [_, _]) => pattern(sized(0), sized(1)),
        (
            "_<_" | "_>_" | "_<=_" | "_>=_",
            [Value::String(_) | Value::Bytes(_), _] | [_, Value::String(_) | Value::Bytes(_)],
        ) => scaled(sized(0).min(sized(1)), TEXT),
        ("_+_", [Value::String(_) | Value::Bytes(_), _] | [_, Value::String(_) | Value::Bytes(_)]) => {
            scaled(sized(0).saturating_add(sized(1)), TEXT)
        }
        ("@in", [_, Value::Map(_)]) => 1,
        ("@in", _) => sized(1),
        ("startsWith" | "endsWith", _) => text(1, 1.0),
        ("bytes", [Value::String(_)]) | ("string", [Value::Bytes(_)]) | ("strings.quote" | "format", _) => {
            text(0, 1.0)
        }
        ("contains", [_, _]) => text(0, 1.0).saturating_mul(text(1, 1.0)),
        ("sets.contains" | "sets.intersects", _) => sized(0).saturating_mul(sized(1)).saturating_add(1),
        ("sets.equivalent", _) => sized(0).saturating_mul(sized(1)).saturating_mul(2).saturating_add(1),
        ("slice" | "lists.range" | "reverse", _) => 0,
        ("flatten", [_]) => made(sized(0), 1.0),
        ("flatten", [_, Value::Int(depth)]) => made(sized(0), if *depth < 0 { 1.0 } else { *depth as f64 }),
        ("distinct" | "sort", [this]) => compared(this),
        ("@sortByAssociatedKeys", [_, keys]) => compared(keys),
        _ => 1,
    }
}

/// What it costs to look for a pattern in a text.
fn pattern(text: u64, pattern: u64) -> u64 {
    scaled(text.saturating_add(1), TEXT).saturating_mul(scaled(pattern, PATTERN))
}

/// The size of what is there, of what may be absent.
fn size_within(value: &Value) -> u64 {
    size(opened(value).flatten().unwrap_or(value))
}

/// A size by a factor, rounded up.
fn scaled(size: u64, factor: f64) -> u64 {
    (size as f64 * factor).ceil() as u64
}

/// What it costs to make a list.
fn made(size: u64, factor: f64) -> u64 {
    ((size as f64 * factor) as u64).saturating_add(1 + LIST)
}

/// What it costs to compare the items of a list with each other.
fn compared(items: &Value) -> u64 {
    let Value::List(list) = items else { return 1 };
    let is_text = matches!(list.first(), Some(Value::String(_) | Value::Bytes(_)));
    let size = size(items);
    made(size.saturating_mul(size), if is_text { 2.0 + TEXT } else { 2.0 })
}

fn of_text(value: &Value, decided: bool) -> u64 {
    if decided && matches!(value, Value::String(_)) { scaled(size(value), TEXT) } else { 0 }
}

/// What it costs to go through all that is in a value.
fn traversal(value: &Value) -> u64 {
    if work::add(1).is_err() {
        return 0;
    }
    let of_bytes = |length: usize| (length as f64 * TEXT) as u64;
    match value {
        Value::String(text) => of_bytes(text.len()),
        Value::Bytes(bytes) => of_bytes(bytes.len()),
        Value::List(items) => items.iter().map(traversal).fold(0, u64::saturating_add),
        Value::Map(map) => {
            let entries =
                map.map.iter().map(|(key, value)| traversal(&super::values::of_key(key)) + traversal(value));
            entries.fold(0, u64::saturating_add)
        }
        _ => 1,
    }
}
