//! Tells what differs between two values, place by place.
//!
//! Mappings are compared key by key; lists and scalars are compared whole. A member that is null is one that is absent,
//! at every depth. Numbers are compared by what they amount to: `1` and `1.0` are the same, since API servers write
//! either for the other, and `1` and `true` are not.

use std::fmt;

use serde_json::{Map, Number, Value};

use crate::field::{self, FieldPath};

/// What happened to a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Operation {
    /// It was absent and is there.
    Add,
    /// It has another value.
    Change,
    /// It was there and is absent.
    Remove,
}

/// One place that differs.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// What happened there.
    pub operation: Operation,
    /// The keys that lead there; empty for the value as a whole.
    pub path: Vec<String>,
    /// What was there; null if nothing.
    pub old: Value,
    /// What is there; null if nothing.
    pub new: Value,
}

/// All places that differ, in an order that follows from the values alone: at each level what was added, then what was
/// removed, then what is in both, each by key.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Diff(pub Vec<Change>);

/// A number as what it amounts to, however it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Amount {
    /// A whole number.
    Whole(i128),
    /// The bits of any other.
    Bits(u64),
}

impl Operation {
    /// The word for it: `add`, `change` or `remove`.
    pub fn as_str(self) -> &'static str {
        match self {
            Operation::Add => "add",
            Operation::Change => "change",
            Operation::Remove => "remove",
        }
    }

    /// What turns a place with or without a value into one with or without; `None` where both have none.
    pub(crate) fn between(was_there: bool, is_there: bool) -> Option<Operation> {
        match (was_there, is_there) {
            (false, false) => None,
            (false, true) => Some(Operation::Add),
            (true, false) => Some(Operation::Remove),
            (true, true) => Some(Operation::Change),
        }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What turns `old` into `new`; null on either side stands for nothing.
pub fn diff(old: &Value, new: &Value) -> Diff {
    let mut changes = Vec::new();
    if !std::ptr::eq(old, new) {
        compare(&mut changes, &mut Vec::new(), old, new);
    }
    Diff(changes)
}

impl Diff {
    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether anything of it is at, below or above a field: whether [`Diff::narrow`] has something to say.
    pub fn touches(&self, field: &FieldPath) -> bool {
        let steps = field.steps();
        self.0.iter().any(|change| {
            let inside = |value, rest| field::resolve(value, rest).unwrap_or(&Value::Null);
            change.path.starts_with(steps)
                || (steps.strip_prefix(change.path.as_slice()))
                    .is_some_and(|rest| !same(inside(&change.old, rest), inside(&change.new, rest)))
        })
    }

    /// The part of it at and below a field, with paths that begin at the field.
    pub fn narrow(&self, field: &FieldPath) -> Diff {
        let steps = field.steps();
        let mut narrowed = Vec::new();
        for change in &self.0 {
            if let Some(rest) = change.path.strip_prefix(steps) {
                narrowed.push(Change { path: rest.to_vec(), ..change.clone() });
            } else if let Some(rest) = steps.strip_prefix(change.path.as_slice()) {
                let inside = |value| field::resolve(value, rest).unwrap_or(&Value::Null);
                compare(&mut narrowed, &mut Vec::new(), inside(&change.old), inside(&change.new));
            }
        }
        Diff(narrowed)
    }

    /// `old` with every change made to it.
    pub fn apply(&self, old: &Value) -> Value {
        let mut value = old.clone();
        for change in &self.0 {
            put(&mut value, &change.path, &change.new);
        }
        value
    }
}

/// Whether two values are the same, absent members and numbers taken as [`diff`] takes them.
pub fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => {
            let count =
                |members: &Map<String, Value>| members.values().filter(|value| !value.is_null()).count();
            count(a) == count(b)
                && a.iter()
                    .filter(|(_, value)| !value.is_null())
                    .all(|(key, value)| same(value, member(b, key)))
        }
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Number(a), Value::Number(b)) => Amount::of(a) == Amount::of(b),
        _ => a == b,
    }
}

impl Amount {
    /// What the number amounts to.
    pub(crate) fn of(number: &Number) -> Amount {
        // Whole floats up to 2^64 are exact as integers; beyond, no integer is written as one, so the bits do.
        const EXACT: f64 = 18_446_744_073_709_551_616.0;
        if let Some(whole) = number.as_i128() {
            return Amount::Whole(whole);
        }
        match number.as_f64() {
            Some(float) if float.fract() == 0.0 && float.abs() <= EXACT => Amount::Whole(float as i128),
            Some(float) => Amount::Bits(float.to_bits()),
            None => Amount::Bits(f64::NAN.to_bits()),
        }
    }
}

fn compare<'a>(changes: &mut Vec<Change>, path: &mut Vec<&'a str>, old: &'a Value, new: &'a Value) {
    let (Value::Object(before), Value::Object(after)) = (old, new) else {
        if !same(old, new)
            && let Some(operation) = Operation::between(!old.is_null(), !new.is_null())
        {
            let path = path.iter().map(|&key| key.to_owned()).collect();
            changes.push(Change { operation, path, old: old.clone(), new: new.clone() });
        }
        return;
    };
    if are_alike(before, after) {
        for ((key, old), new) in before.iter().zip(after.values()) {
            path.push(key);
            compare(changes, path, old, new);
            path.pop();
        }
        return;
    }
    let added = keys(after, |key| member(before, key).is_null());
    let removed = keys(before, |key| member(after, key).is_null());
    let common = keys(before, |key| !member(after, key).is_null());
    for key in added.into_iter().chain(removed).chain(common) {
        path.push(key);
        compare(changes, path, member(before, key), member(after, key));
        path.pop();
    }
}

/// Whether both have the same keys and no nulls, in the order of keys: so servers send them, mostly.
fn are_alike(before: &Map<String, Value>, after: &Map<String, Value>) -> bool {
    let are_there = |members: &Map<String, Value>| members.values().all(|value| !value.is_null());
    before.keys().eq(after.keys()) && before.keys().is_sorted() && are_there(before) && are_there(after)
}

/// The keys of members that are there and wanted, sorted.
fn keys(members: &Map<String, Value>, wanted: impl Fn(&str) -> bool) -> Vec<&String> {
    let there = members.iter().filter(|(key, value)| !value.is_null() && wanted(key));
    let mut keys: Vec<&String> = there.map(|(key, _)| key).collect();
    keys.sort_unstable();
    keys
}

fn member<'a>(members: &'a Map<String, Value>, key: &str) -> &'a Value {
    members.get(key).unwrap_or(&Value::Null)
}

/// Puts `new` where the path leads, or removes what is there if it is null.
fn put(value: &mut Value, path: &[String], new: &Value) {
    let Some((last, parents)) = path.split_last() else {
        value.clone_from(new);
        return;
    };
    let mut place = value;
    for step in parents {
        let Some(child) = place.as_object_mut().and_then(|members| members.get_mut(step)) else {
            return;
        };
        place = child;
    }
    if let Some(members) = place.as_object_mut() {
        if new.is_null() {
            members.shift_remove(last);
        } else {
            members.insert(last.clone(), new.clone());
        }
    }
}

#[cfg(test)]
mod tests;
