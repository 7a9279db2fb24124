//! Values made values of another type, as Go reads and prints them.

use kube_cel::cel::Value;

use super::{
    Fault, Outcome, doubles, kept, library, times,
    values::{opened, text, type_of, type_value},
    work,
};

/// The outcome of a function that is called like a type; `None` where it is none, or takes no such value.
pub(super) fn call(name: &str, value: &Value) -> Option<Outcome> {
    match name {
        "bool" => to_bool(value),
        "bytes" => to_bytes(value),
        "double" => to_double(value),
        "duration" => times::to_span(value),
        "dyn" => Some(Ok(value.clone())),
        "int" => to_int(value),
        "string" => to_text(value),
        "timestamp" => times::to_moment(value),
        "type" => Some(type_of_value(value)),
        "uint" => to_uint(value),
        _ => None,
    }
}

fn type_of_value(value: &Value) -> Outcome {
    if kept::written(value).is_some() {
        let what = "values preserved by x-kubernetes-preserve-unknown-fields";
        return Err(Fault::new(format!("type conversion to 'type' not supported for {what}")));
    }
    let is_optional = opened(value).is_some();
    Ok(type_value(if is_optional { "optional_type" } else { type_of(value) }))
}

pub(super) fn unconvertible(from: &str, to: &str) -> Fault {
    Fault::new(format!("type conversion error from '{from}' to '{to}'"))
}

fn read<T>(source: &Value, to: &str, found: Option<T>, value: fn(T) -> Value) -> Option<Outcome> {
    Some(found.map(value).ok_or_else(|| unconvertible(type_of(source), to)))
}

fn to_bool(value: &Value) -> Option<Outcome> {
    match value {
        Value::Bool(_) => Some(Ok(value.clone())),
        Value::String(source) => {
            let held = match source.as_str() {
                "1" | "t" | "T" | "TRUE" | "true" | "True" => Some(true),
                "0" | "f" | "F" | "FALSE" | "false" | "False" => Some(false),
                _ => None,
            };
            read(value, "bool", held, Value::Bool)
        }
        _ => None,
    }
}

fn to_bytes(value: &Value) -> Option<Outcome> {
    match value {
        Value::Bytes(_) => Some(Ok(value.clone())),
        Value::String(text) => {
            Some(work::text(text.len()).map(|()| Value::Bytes(text.as_bytes().to_vec().into())))
        }
        _ => None,
    }
}

fn to_double(value: &Value) -> Option<Outcome> {
    let number = match value {
        Value::Float(number) => *number,
        Value::Int(number) => *number as f64,
        Value::UInt(number) => *number as f64,
        Value::String(source) => return read(value, "double", doubles::read(source), Value::Float),
        _ => return None,
    };
    Some(Ok(Value::Float(number)))
}

fn to_int(value: &Value) -> Option<Outcome> {
    let overflow = || Fault::new("integer overflow");
    Some(match value {
        Value::Int(_) => Ok(value.clone()),
        Value::UInt(number) => i64::try_from(*number).map(Value::Int).map_err(|_| overflow()),
        Value::Float(number) => {
            let fits = *number > i64::MIN as f64 && *number < i64::MAX as f64;
            if fits { Ok(Value::Int(*number as i64)) } else { Err(overflow()) }
        }
        Value::String(source) => return read(value, "int", source.parse().ok(), Value::Int),
        Value::Timestamp(moment) => Ok(Value::Int(moment.timestamp())),
        Value::Duration(span) => Ok(Value::Int(times::nanoseconds(*span).unwrap_or_default())),
        _ => return None,
    })
}

fn to_uint(value: &Value) -> Option<Outcome> {
    let overflow = || Fault::new("unsigned integer overflow");
    Some(match value {
        Value::UInt(_) => Ok(value.clone()),
        Value::Int(number) => u64::try_from(*number).map(Value::UInt).map_err(|_| overflow()),
        Value::Float(number) => {
            let fits = *number >= 0.0 && *number < u64::MAX as f64;
            if fits { Ok(Value::UInt(*number as u64)) } else { Err(overflow()) }
        }
        Value::String(source) => {
            let number = source.parse().ok().filter(|_| !source.starts_with('+'));
            return read(value, "uint", number, Value::UInt);
        }
        _ => return None,
    })
}

fn to_text(value: &Value) -> Option<Outcome> {
    let printed = match value {
        Value::String(_) => return Some(Ok(value.clone())),
        Value::Bool(held) => held.to_string(),
        Value::Bytes(bytes) => {
            let unread = |_| Fault::new("invalid UTF-8 in bytes, cannot convert to string");
            let read = work::text(bytes.len()).and_then(|()| std::str::from_utf8(bytes).map_err(unread));
            return Some(read.map(text));
        }
        Value::Float(number) => general(*number),
        Value::Int(number) => number.to_string(),
        Value::UInt(number) => number.to_string(),
        Value::Opaque(_) if type_of(value).starts_with("net.") => {
            return library::call("string", std::slice::from_ref(value));
        }
        other => return times::text_of(other).map(Ok),
    };
    Some(Ok(text(printed)))
}

/// `%g`: the shortest digits that tell it from others, with an exponent where it is far from one.
pub(in crate::cel) fn general(number: f64) -> String {
    let scientific = format!("{number:e}");
    let Some((digits, exponent)) = scientific.split_once('e') else {
        return match () {
            () if number.is_nan() => "NaN".to_owned(),
            () if number > 0.0 => "+Inf".to_owned(),
            () => "-Inf".to_owned(),
        };
    };
    match exponent.parse::<i32>() {
        Ok(exponent) if !(-4..6).contains(&exponent) => format!("{digits}e{exponent:+03}"),
        _ => number.to_string(),
    }
}
