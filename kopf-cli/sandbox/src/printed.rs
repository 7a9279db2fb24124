//! Values as the server prints them in its messages, which is as Go prints them.

use std::{fmt::Write, sync::LazyLock};

use regex::Regex;
use serde_json::{Map, Value};

use crate::json;

/// What stands after `Invalid value:` and its like: scalars plainly, all else as JSON with its keys as they are.
pub(crate) fn bad_value(value: &Value) -> String {
    bad(value, false)
}

/// The same with keys in order.
pub(crate) fn bad_value_in_order(value: &Value) -> String {
    bad(value, true)
}

fn bad(value: &Value, sorted: bool) -> String {
    match value {
        Value::String(_) | Value::Number(_) => value.as_str().map_or_else(|| plain(value), quoted),
        other => {
            let mut text = String::new();
            write_json(other, sorted, &mut text);
            text
        }
    }
}

/// `%q`
pub(crate) fn quoted(text: impl AsRef<str>) -> String {
    let text = text.as_ref();
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    escape(text, &mut quoted);
    quoted.push('"');
    quoted
}

/// `%q` of each text, and something between them.
pub(crate) fn quoted_each<T: AsRef<str>>(texts: impl IntoIterator<Item = T>, between: &str) -> String {
    texts.into_iter().map(quoted).collect::<Vec<_>>().join(between)
}

/// `%q` of a list.
pub(crate) fn quoted_list<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> String {
    format!("[{}]", quoted_each(texts, " "))
}

fn escape(text: &str, quoted: &mut String) {
    for letter in text.chars() {
        match letter {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '\u{7}' => quoted.push_str("\\a"),
            '\u{8}' => quoted.push_str("\\b"),
            '\u{b}' => quoted.push_str("\\v"),
            '\u{c}' => quoted.push_str("\\f"),
            letter if letter < ' ' || letter == '\u{7f}' => push(quoted, "x", u32::from(letter), 2),
            letter if is_printable(letter) => quoted.push(letter),
            letter if letter > '\u{ffff}' => push(quoted, "U", u32::from(letter), 8),
            letter => push(quoted, "u", u32::from(letter), 4),
        }
    }
}

/// `%q` of what may be no text.
pub(crate) fn quoted_bytes(bytes: &[u8]) -> String {
    let mut text = String::from("\"");
    for chunk in bytes.utf8_chunks() {
        escape(chunk.valid(), &mut text);
        for byte in chunk.invalid() {
            push(&mut text, "x", u32::from(*byte), 2);
        }
    }
    text + "\""
}

/// Whether a character can be seen: letters, marks, numbers, punctuation and symbols can, and of blanks the usual one.
pub(crate) fn is_printable(letter: char) -> bool {
    static PRINTABLE: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"^[\p{L}\p{M}\p{N}\p{P}\p{S}]$").expect("a test compiles it"));
    match letter {
        ' '..='~' => true,
        letter if letter.is_ascii() => false,
        letter => letter.is_alphanumeric() || PRINTABLE.is_match(letter.encode_utf8(&mut [0; 4])),
    }
}

fn push(text: &mut String, sign: &str, code: u32, width: usize) {
    // Writing to a string does not fail.
    let _ = write!(text, "\\{sign}{code:0width$x}");
}

/// `%T` of what was read from JSON.
pub(crate) fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "<nil>",
        Value::Bool(_) => "bool",
        Value::Number(number) if number.is_i64() => "int64",
        Value::Number(_) => "float64",
        Value::String(_) => "string",
        Value::Array(_) => "[]interface {}",
        Value::Object(_) => "map[string]interface {}",
    }
}

/// `%v`
pub(crate) fn plain(value: &Value) -> String {
    match value {
        Value::Null => "<nil>".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(items) => plain_items(items),
        Value::Object(fields) => plain_fields(fields),
        Value::Number(number) if number.is_f64() => float(number.as_f64().unwrap_or_default()),
        other => other.to_string(),
    }
}

/// `%v` of a list.
pub(crate) fn plain_items(items: &[Value]) -> String {
    listed(items, plain)
}

/// `%v` of an object.
pub(crate) fn plain_fields(fields: &Map<String, Value>) -> String {
    mapped(fields, plain)
}

fn listed(items: &[Value], print: fn(&Value) -> String) -> String {
    format!("[{}]", items.iter().map(print).collect::<Vec<_>>().join(" "))
}

fn mapped(fields: &Map<String, Value>, print: fn(&Value) -> String) -> String {
    let mut fields: Vec<(&String, &Value)> = fields.iter().collect();
    fields.sort_by_key(|(name, _)| *name);
    let fields = fields.into_iter().map(|(name, value)| format!("{name}:{}", print(value)));
    format!("map[{}]", fields.collect::<Vec<_>>().join(" "))
}

/// `%s`, which shows of anything else than texts that it is none.
pub(crate) fn as_text(value: &Value) -> String {
    match value {
        Value::Null => "%!s(<nil>)".to_owned(),
        other => text_within(other),
    }
}

fn text_within(value: &Value) -> String {
    match value {
        Value::Null | Value::String(_) => plain(value),
        Value::Array(items) => listed(items, text_within),
        Value::Object(fields) => mapped(fields, text_within),
        scalar => format!("%!s({}={})", type_of(scalar), plain(scalar)),
    }
}

/// `%v` of a float: the shortest digits that tell it from others, with an exponent where it is large or small.
pub(crate) fn float(number: f64) -> String {
    let scientific = format!("{number:e}");
    let Some((digits, exponent)) = scientific.split_once('e') else { return scientific };
    match exponent.parse::<i32>() {
        Ok(exponent) if !(-4..6).contains(&exponent) => {
            let sign = if exponent < 0 { '-' } else { '+' };
            format!("{digits}e{sign}{:02}", exponent.unsigned_abs())
        }
        _ => number.to_string(),
    }
}

/// JSON as Go's encoder writes it: keys in order, and nothing in it that HTML knows.
pub(crate) fn json(value: &Value) -> String {
    let mut text = String::new();
    write_json(value, true, &mut text);
    text
}

/// The same over several lines, with keys as they are and a blank for each level.
pub(crate) fn indented(value: &Value) -> String {
    let mut text = String::new();
    write_indented(value, "\n", &mut text);
    text
}

/// Writes a value whose lines begin with `line`.
fn write_indented(value: &Value, line: &str, text: &mut String) {
    let inner = format!("{line} ");
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            for (index, (name, value)) in fields.iter().enumerate() {
                text.push_str(if index == 0 { "{" } else { "," });
                text.push_str(&inner);
                write_text(name, text);
                text.push_str(": ");
                write_indented(value, &inner, text);
            }
            text.extend([line, "}"]);
        }
        Value::Array(items) if !items.is_empty() => {
            for (index, item) in items.iter().enumerate() {
                text.push_str(if index == 0 { "[" } else { "," });
                text.push_str(&inner);
                write_indented(item, &inner, text);
            }
            text.extend([line, "]"]);
        }
        other => write_json(other, false, text),
    }
}

fn write_json(value: &Value, sorted: bool, text: &mut String) {
    match value {
        Value::Object(fields) => {
            let mut names: Vec<&String> = fields.keys().collect();
            if sorted {
                names.sort();
            }
            text.push('{');
            for (index, name) in names.into_iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                write_text(name, text);
                text.push(':');
                write_json(&fields[name], sorted, text);
            }
            text.push('}');
        }
        Value::Array(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                write_json(item, sorted, text);
            }
            text.push(']');
        }
        Value::String(said) => write_text(said, text),
        Value::Number(number) if number.is_f64() => {
            text.push_str(&json::float(number.as_f64().unwrap_or_default()));
        }
        scalar => text.push_str(&scalar.to_string()),
    }
}

fn write_text(said: &str, text: &mut String) {
    for letter in Value::from(said).to_string().chars() {
        match letter {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => push(text, "u", u32::from(letter), 4),
            letter => text.push(letter),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_look_as_the_server_prints_them() {
        for (value, expected) in [
            (json!(null), "null"),
            (json!(true), "true"),
            (json!(-7), "-7"),
            (json!(0.5), "0.5"),
            (json!(1e21), "1e+21"),
            (json!(1e-7), "1e-07"),
            (json!(1.5e300), "1.5e+300"),
            (json!("a\u{1}\"\n ü"), r#""a\x01\"\n ü""#),
            (json!("\u{a0}\u{2028}é€😀\u{e000}\u{f0000}"), r#""\u00a0\u2028é€😀\ue000\U000f0000""#),
            (json!({ "b": [1, "<x>"], "a": null }), r#"{"b":[1,"\u003cx\u003e"],"a":null}"#),
        ] {
            assert_eq!(bad_value(&value), expected);
        }
        let listed = json!({ "a-b": [1, 80.0, 1e21, null], "a": "x" });
        assert_eq!(plain(&listed), "map[a:x a-b:[1 80 1e+21 <nil>]]");
        assert_eq!(as_text(&listed), "map[a:x a-b:[%!s(int64=1) %!s(float64=80) %!s(float64=1e+21) <nil>]]");
        assert_eq!(json(&json!({ "b": 1, "a": { "d": 2, "c": 3 } })), r#"{"a":{"c":3,"d":2},"b":1}"#);
    }
}
