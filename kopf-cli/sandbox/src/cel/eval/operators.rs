//! What operators come to.

use kube_cel::cel::Value;

use super::{
    Fault, Outcome,
    comparing::{compare, equal, has},
    described, times, unordered,
    values::{as_key, at, list, sound, text, truth, type_of},
    work,
};

/// The outcome of an operator; `None` where the function is none.
pub(super) fn call(name: &str, args: &[Value]) -> Option<Outcome> {
    if let [first, ..] = args
        && !is_for(name, first)
    {
        return Some(Err(unsuited(name, first)));
    }
    Some(match (name, args) {
        ("!_", [one]) => not(one),
        ("-_", [one]) => negated(one),
        ("_==_", [one, other]) => equal(one, other).map(Value::Bool),
        ("_!=_", [one, other]) => equal(one, other).map(|equal| Value::Bool(!equal)),
        ("_<_", [one, other]) => compare(one, other).map(|order| Value::Bool(order.is_lt())),
        ("_<=_", [one, other]) => compare(one, other).map(|order| Value::Bool(order.is_le())),
        ("_>_", [one, other]) => compare(one, other).map(|order| Value::Bool(order.is_gt())),
        ("_>=_", [one, other]) => compare(one, other).map(|order| Value::Bool(order.is_ge())),
        ("_+_", [one, other]) => sum(one, other),
        ("_-_", [one, other]) => difference(one, other),
        ("_*_" | "_/_" | "_%_", [one, other]) => product(name, one, other),
        ("@in", [one, other]) => contains(other, one),
        ("cel.@mapInsert", [into, rest @ ..]) => insert(into.clone(), rest),
        _ => return None,
    })
}

/// What is told of a function that is not for such values at all; those that have functions of their own do not say which.
pub(super) fn unsuited(name: &str, first: &Value) -> Fault {
    match first {
        _ if name == "!_" => Fault::no_overload(),
        Value::String(_) | Value::Duration(_) | Value::Timestamp(_) => Fault::no_overload(),
        _ => Fault::new(format!("no such overload: {name}")),
    }
}

/// Whether an operator is for such values at all, where it is an operator.
fn is_for(name: &str, first: &Value) -> bool {
    let is_number = matches!(first, Value::Int(_) | Value::UInt(_) | Value::Float(_));
    let is_text = matches!(first, Value::Bytes(_) | Value::String(_));
    let is_of_time = matches!(first, Value::Duration(_) | Value::Timestamp(_));
    match name {
        "_+_" => is_number || is_text || is_of_time || matches!(first, Value::List(_)),
        "_-_" => is_number || is_of_time,
        "_*_" | "_/_" => is_number,
        "_%_" => is_number && !matches!(first, Value::Float(_)),
        "_<_" | "_<=_" | "_>_" | "_>=_" => {
            is_number || is_text || is_of_time || matches!(first, Value::Bool(_))
        }
        "-_" | "!_" => {
            is_number && !matches!(first, Value::UInt(_))
                || matches!(first, Value::Bool(_) | Value::Duration(_))
        }
        _ => true,
    }
}

fn not(one: &Value) -> Outcome {
    match one {
        Value::Bool(held) => truth(!held),
        _ => Err(Fault::no_overload()),
    }
}

fn int(number: Option<i64>) -> Outcome {
    number.map(Value::Int).ok_or_else(|| Fault::new("integer overflow"))
}

fn uint(number: Option<u64>) -> Outcome {
    number.map(Value::UInt).ok_or_else(|| Fault::new("unsigned integer overflow"))
}

fn negated(one: &Value) -> Outcome {
    match one {
        Value::Int(number) => int(number.checked_neg()),
        Value::Float(number) => Ok(Value::Float(-number)),
        Value::Duration(span) => times::span(times::nanoseconds(*span).and_then(i64::checked_neg)),
        _ => Err(Fault::no_overload()),
    }
}

pub(super) fn sum(one: &Value, other: &Value) -> Outcome {
    match (one, other) {
        (Value::Int(one), Value::Int(other)) => int(one.checked_add(*other)),
        (Value::UInt(one), Value::UInt(other)) => uint(one.checked_add(*other)),
        (Value::Float(one), Value::Float(other)) => Ok(Value::Float(one + other)),
        (Value::String(one), Value::String(other)) => {
            work::text(one.len() + other.len())?;
            Ok(text([one.as_str(), other.as_str()].concat()))
        }
        (Value::Bytes(one), Value::Bytes(other)) => {
            work::text(one.len() + other.len())?;
            Ok(Value::Bytes([one.as_slice(), other.as_slice()].concat().into()))
        }
        (Value::List(one), Value::List(other)) => {
            work::list(one.len() + other.len())?;
            if let Some(identity) = described::identity(one) {
                return unordered::sum(one, other, identity);
            }
            Ok(list([one.as_slice(), other.as_slice()].concat()))
        }
        (Value::Duration(one), Value::Duration(other)) => times::spans(*one, *other, i64::checked_add),
        (Value::Timestamp(moment), Value::Duration(span))
        | (Value::Duration(span), Value::Timestamp(moment)) => {
            times::moment(moment.checked_add_signed(*span))
        }
        _ => Err(Fault::no_overload()),
    }
}

fn difference(one: &Value, other: &Value) -> Outcome {
    match (one, other) {
        (Value::Int(one), Value::Int(other)) => int(one.checked_sub(*other)),
        (Value::UInt(one), Value::UInt(other)) => uint(one.checked_sub(*other)),
        (Value::Float(one), Value::Float(other)) => Ok(Value::Float(one - other)),
        (Value::Duration(one), Value::Duration(other)) => times::spans(*one, *other, i64::checked_sub),
        // A span is turned round first.
        (Value::Timestamp(_), Value::Duration(span)) if times::nanoseconds(*span) == Some(i64::MIN) => {
            int(None)
        }
        (Value::Timestamp(moment), Value::Duration(span)) => times::moment(moment.checked_sub_signed(*span)),
        (Value::Timestamp(one), Value::Timestamp(other)) => {
            let span = times::nanoseconds(one.signed_duration_since(other));
            span.map_or_else(|| int(None), |span| times::span(Some(span)))
        }
        _ => Err(Fault::no_overload()),
    }
}

fn product(name: &str, one: &Value, other: &Value) -> Outcome {
    let by_zero = || Err(Fault::new(if name == "_/_" { "division by zero" } else { "modulus by zero" }));
    match (one, other) {
        (Value::Int(one), Value::Int(other)) => match name {
            "_*_" => int(one.checked_mul(*other)),
            _ if *other == 0 => by_zero(),
            "_/_" => int(one.checked_div(*other)),
            _ => int(one.checked_rem(*other)),
        },
        (Value::UInt(one), Value::UInt(other)) => match name {
            "_*_" => uint(one.checked_mul(*other)),
            _ if *other == 0 => by_zero(),
            "_/_" => uint(one.checked_div(*other)),
            _ => uint(one.checked_rem(*other)),
        },
        (Value::Float(one), Value::Float(other)) => match name {
            "_*_" => Ok(Value::Float(one * other)),
            "_/_" => Ok(Value::Float(one / other)),
            _ => Err(Fault::no_overload()),
        },
        _ => Err(Fault::no_overload()),
    }
}

fn contains(within: &Value, wanted: &Value) -> Outcome {
    match within {
        Value::List(items) => has(items, wanted).map(Value::Bool),
        Value::Map(map) => match at(map, wanted) {
            Some(found) => sound(found.clone()).and_then(|_| truth(true)),
            None => truth(false),
        },
        _ => Err(Fault::no_overload()),
    }
}

/// Adds an entry to a map, or all entries of another one.
pub(super) fn insert(into: Value, what: &[Value]) -> Outcome {
    let Value::Map(mut into) = into else { return Err(Fault::no_overload()) };
    let entries = match what {
        [key, value] => vec![(as_key(key).ok_or_else(Fault::no_overload)?, value.clone())],
        [Value::Map(other)] => other.map.iter().map(|(key, value)| (key.clone(), value.clone())).collect(),
        [other] => {
            return Err(Fault::new(format!("no such overload: cel.@mapInsert(map, {})", type_of(other))));
        }
        _ => return Err(Fault::no_overload()),
    };
    let map = std::sync::Arc::make_mut(&mut into.map);
    for (key, value) in entries {
        if map.contains_key(&key) {
            return Err(Fault::new(format!("insert failed: key {key} already exists")));
        }
        map.insert(key, value);
    }
    Ok(Value::Map(into))
}

/// What a list or a map has at a place; others have nothing.
pub(super) fn look_up(of: &Value, at: &Value) -> Result<Option<Value>, Fault> {
    match of {
        Value::Map(map) => Ok(super::values::at(map, at).cloned()),
        Value::List(items) => {
            let place = super::values::place(at)?;
            Ok(usize::try_from(place).ok().and_then(|place| items.get(place)).cloned())
        }
        _ => Ok(None),
    }
}

/// What is told of what is not there.
pub(super) fn missing(of: &Value, at: &Value) -> Fault {
    let named = super::values::named(at);
    match of {
        Value::List(_) => Fault::new(format!("index out of bounds: {named}")),
        _ => Fault::new(format!("no such key: {named}")),
    }
}
