//! `format`: a text with clauses for values, filled in as Go does for English readers.

use std::fmt::Write;

use chrono::Duration;
use kube_cel::cel::Value;

use super::{
    Fault, Outcome, conversions, times,
    values::{TypeName, of_key, opaque, text, type_of},
    work,
};
use crate::printed::quoted;

/// How many digits may be asked for. A server has no limit but its memory.
const MOST_DIGITS: usize = 1_000;
const DIGITS: usize = 6;

pub(super) fn format(this: &str, items: &[Value]) -> Outcome {
    let mut out = String::with_capacity(this.len());
    let (mut rest, mut used) = (this, 0);
    while let Some((before, after)) = rest.split_once('%') {
        out.push_str(before);
        if let Some(after) = after.strip_prefix('%') {
            out.push('%');
            rest = after;
            continue;
        }
        let item = items.get(used).ok_or_else(|| Fault::new(format!("index {used} out of range")))?;
        if after.is_empty() {
            return Err(Fault::new("unexpected end of string"));
        }
        let (letter, digits, after) =
            clause(after).map_err(|why| Fault::new(format!("could not parse formatting clause: {why}")))?;
        out.push_str(
            &filled_in(letter, digits, item)
                .map_err(|why| Fault::new(format!("error during formatting: {why}")))?,
        );
        work::growing(out.len(), work::LONGEST)?;
        rest = after;
        used += 1;
    }
    out.push_str(rest);
    work::text(out.len())?;
    Ok(text(out))
}

/// The letter of a clause, how many digits it asks for, and what comes behind it.
fn clause(source: &str) -> Result<(char, usize, &str), String> {
    let (digits, source) = match source.strip_prefix('.') {
        None => (DIGITS, source),
        Some(source) => {
            let within = "error while parsing precision";
            let end = source
                .find(|letter: char| !letter.is_ascii_digit())
                .ok_or_else(|| format!("{within}: could not find end of precision specifier"))?;
            let digits = source[..end].parse::<usize>().map_err(|_| {
                let why = if end == 0 { "invalid syntax" } else { "value out of range" };
                let said = &source[..end];
                format!("{within}: error while converting precision to integer: strconv.Atoi: parsing \"{said}\": {why}")
            })?;
            if digits > MOST_DIGITS {
                return Err(format!(
                    "{within}: precision {digits} exceeds maximum allowed precision {MOST_DIGITS}"
                ));
            }
            (digits, &source[end..])
        }
    };
    let letter = source.bytes().next().map_or(' ', char::from);
    if !"sdfebxXo".contains(letter) {
        return Err(format!("unrecognized formatting clause \"{letter}\""));
    }
    Ok((letter, digits, &source[1..]))
}

fn filled_in(letter: char, digits: usize, value: &Value) -> Result<String, String> {
    let is_special = |value: &Value| match value {
        Value::String(name) => match name.as_str() {
            "NaN" => Some(f64::NAN),
            "Infinity" => Some(f64::INFINITY),
            "-Infinity" => Some(f64::NEG_INFINITY),
            _ => None,
        },
        Value::Float(number) => Some(*number),
        _ => None,
    };
    let misfit = |what: &str| Err(format!("{what}, was given {}", type_of(value)));
    match (letter, value) {
        ('s', _) => plain(value),
        ('d', Value::Int(number)) => Ok(number.to_string()),
        ('d', Value::UInt(number)) => Ok(number.to_string()),
        ('d', _) => misfit("decimal clause can only be used on integers"),
        ('f', _) => match is_special(value) {
            Some(number) => Ok(fixed(number, digits)),
            None => misfit("fixed-point clause can only be used on doubles"),
        },
        ('e', _) => match is_special(value) {
            Some(number) => Ok(scientific(number, digits)),
            None => misfit("scientific clause can only be used on doubles"),
        },
        ('b', Value::Int(number)) => Ok(signed(*number, |number| format!("{number:b}"))),
        ('b', Value::UInt(number)) => Ok(format!("{number:b}")),
        ('b', Value::Bool(held)) => Ok(u8::from(*held).to_string()),
        ('b', _) => misfit("only integers and bools can be formatted as binary"),
        ('o', Value::Int(number)) => Ok(signed(*number, |number| format!("{number:o}"))),
        ('o', Value::UInt(number)) => Ok(format!("{number:o}")),
        ('o', _) => misfit("octal clause can only be used on integers"),
        (letter, _) => {
            let hex = match value {
                Value::Int(number) => signed(*number, |number| format!("{number:x}")),
                Value::UInt(number) => format!("{number:x}"),
                Value::String(source) => of_bytes(source.as_bytes()),
                Value::Bytes(bytes) => of_bytes(bytes),
                _ => return misfit("only integers, byte buffers, and strings can be formatted as hex"),
            };
            Ok(if letter == 'X' { hex.to_uppercase() } else { hex })
        }
    }
}

fn signed(number: i64, print: impl Fn(u64) -> String) -> String {
    let sign = if number < 0 { "-" } else { "" };
    format!("{sign}{}", print(number.unsigned_abs()))
}

fn of_bytes(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// `%s`
fn plain(value: &Value) -> Result<String, String> {
    Ok(match value {
        Value::List(_) | Value::Map(_) => within(value)?,
        Value::Null => "null".to_owned(),
        Value::Opaque(_) => match opaque::<TypeName>(value) {
            Some(TypeName(name)) => name.clone(),
            None => {
                let what = "string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, \
                            and timestamps";
                return Err(format!("{what}, was given {}", type_of(value)));
            }
        },
        Value::Bytes(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => {
                return Err(
                    "could not convert argument \"invalid UTF-8 in bytes, cannot convert to string\" to string".to_owned()
                );
            }
        },
        other => match conversions::call("string", other) {
            Some(Ok(Value::String(text))) => text.to_string(),
            _ => return Err(format!("no formatting function for {}", type_of(other))),
        },
    })
}

/// A value as it stands in lists and maps.
fn within(value: &Value) -> Result<String, String> {
    crate::json::with_room_to_recurse(|| {
        Ok(match value {
            _ if work::add(1).is_err() => String::new(),
            Value::String(text) => quoted(text.as_str()),
            Value::Bytes(_) => format!("b{}", quoted(&plain(value)?)),
            Value::Float(number) if !number.is_finite() => format!("\"{}\"", conversions::general(*number)),
            Value::Float(number) => format!("{number:.DIGITS$}"),
            Value::Timestamp(moment) => format!("timestamp(\"{}\")", times::print(*moment)),
            Value::Duration(span) => span_within(*span),
            Value::List(items) => {
                let items: Vec<String> = items.iter().map(within).collect::<Result<_, _>>()?;
                format!("[{}]", items.join(", "))
            }
            Value::Map(map) => {
                let entry = |(key, value)| {
                    Ok((within(&of_key(key))?, within(value)?)) as Result<(String, String), String>
                };
                let mut entries: Vec<(String, String)> =
                    map.map.iter().map(entry).collect::<Result<_, _>>()?;
                entries.sort();
                let entries: Vec<String> =
                    entries.into_iter().map(|(key, value)| format!("{key}:{value}")).collect();
                format!("{{{}}}", entries.join(", "))
            }
            Value::Opaque(_) if opaque::<TypeName>(value).is_none() => {
                return Err(format!("no formatting function for {}", type_of(value)));
            }
            other => plain(other)?,
        })
    })
}

fn span_within(span: Duration) -> String {
    format!("duration(\"{}\")", times::print_span(span))
}

/// A number with so many digits after the point, and commas between thousands.
fn fixed(number: f64, digits: usize) -> String {
    if !number.is_finite() {
        return special(number).to_owned();
    }
    let printed = format!("{:.digits$}", number.abs());
    let (whole, fraction) = printed.split_at(printed.find('.').unwrap_or(printed.len()));
    let mut grouped = String::from(if number < 0.0 { "-" } else { "" });
    for (index, digit) in whole.char_indices() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped + fraction
}

/// A number with one digit before the point, and the power of ten that it is of; what is asked for is its width.
fn scientific(number: f64, width: usize) -> String {
    // Of nothing, no sign is shown.
    let printed = format!("{:.DIGITS$e}", number + 0.0);
    let Some((digits, power)) = printed.split_once('e') else {
        return format!("{:>width$}", special(number));
    };
    let (sign, power) = power.strip_prefix('-').map_or(("", power), |power| ("⁻", power));
    let raised = |digit: char| digit.to_digit(10).and_then(|digit| "⁰¹²³⁴⁵⁶⁷⁸⁹".chars().nth(digit as usize));
    let power: String = format!("{power:0>2}").chars().filter_map(raised).collect();
    format!("{:>width$}", format!("{digits}×10{sign}{power}"))
}

fn special(number: f64) -> &'static str {
    match () {
        () if number.is_nan() => "NaN",
        () if number > 0.0 => "∞",
        () => "-∞",
    }
}
