//! JSON as answers have it: numbers and texts as Go's encoder writes them, and keys in order where Go has them in a map.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::{
    Serializer, Value,
    ser::{CompactFormatter, Formatter},
};

/// From here on numbers are written with an exponent, and below there.
const LARGE: f64 = 1e21;
const SMALL: f64 = 1e-6;
/// The first byte of the separators U+2028 and U+2029.
const SEPARATORS_BEGIN: u8 = 0xe2;
/// Room for an object of the usual size.
const ROOM: usize = 2 * 1024;

/// A value with its keys as they are.
pub(crate) fn text(value: &Value) -> String {
    let mut text = Vec::with_capacity(ROOM);
    write(value, &mut text);
    in_text(text)
}

/// A value with its keys in order, all through.
pub(crate) fn sorted(value: &Value) -> String {
    let mut text = Vec::with_capacity(ROOM);
    write_sorted(value, &mut text);
    in_text(text)
}

/// What was written as text is one.
pub(crate) fn in_text(text: Vec<u8>) -> String {
    String::from_utf8(text).unwrap_or_default()
}

/// Writes a value with its keys as they are.
pub(crate) fn write(value: &(impl Serialize + ?Sized), text: &mut Vec<u8>) {
    value
        .serialize(&mut Serializer::with_formatter(text, AsInGo))
        .expect("memory takes text, and keys are texts");
}

/// Writes a value with its keys and its numbers as they are: what Go has not read it does not write anew.
pub(crate) fn write_unread(value: &Value, text: &mut Vec<u8>) {
    value
        .serialize(&mut Serializer::with_formatter(text, Escaped))
        .expect("memory takes text, and keys are texts");
}

/// Writes a value with its keys in order, all through.
pub(crate) fn write_sorted(value: &Value, text: &mut Vec<u8>) {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_unstable_by_key(|(name, _)| *name);
            text.push(b'{');
            for (name, value) in fields {
                write_key(name, text);
                write_sorted(value, text);
            }
            text.push(b'}');
        }
        Value::Array(items) => {
            text.push(b'[');
            for (index, item) in items.iter().enumerate() {
                text.extend_from_slice(if index == 0 { b"" } else { b"," });
                write_sorted(item, text);
            }
            text.push(b']');
        }
        scalar => write(scalar, text),
    }
}

/// Writes what stands before the value of a member.
pub(crate) fn write_key(name: &str, text: &mut Vec<u8>) {
    if text.last() != Some(&b'{') {
        text.push(b',');
    }
    write(name, text);
    text.push(b':');
}

struct AsInGo;

impl Formatter for AsInGo {
    fn write_f64<W: ?Sized + Write>(&mut self, writer: &mut W, number: f64) -> io::Result<()> {
        if number.is_finite() {
            writer.write_all(float(number).as_bytes())
        } else {
            CompactFormatter.write_f64(writer, number)
        }
    }

    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        Escaped.write_string_fragment(writer, fragment)
    }
}

/// What could be taken for more than text in a page or a script is escaped.
struct Escaped;

impl Formatter for Escaped {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        // A scan of bytes is many times as fast as one of letters, and most texts have none of these.
        if !fragment.bytes().any(|byte| matches!(byte, b'<' | b'>' | b'&' | SEPARATORS_BEGIN)) {
            return writer.write_all(fragment.as_bytes());
        }
        let mut rest = fragment;
        while let Some(at) = rest.find(['<', '>', '&', '\u{2028}', '\u{2029}']) {
            let (plain, special) = rest.split_at(at);
            let mut letters = special.chars();
            let code = letters.next().map_or(0, u32::from);
            write!(writer, "{plain}\\u{code:04x}")?;
            rest = letters.as_str();
        }
        writer.write_all(rest.as_bytes())
    }
}

/// The fewest digits that tell a number from others.
pub(crate) fn float(number: f64) -> String {
    let size = number.abs();
    if size == 0.0 || (SMALL..LARGE).contains(&size) {
        return number.to_string();
    }
    let text = format!("{number:e}");
    if size < 1.0 { text } else { text.replace('e', "e+") }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_have_digits_up_to_a_point() {
        for (number, expected) in [
            (1.2e19, "12000000000000000000"),
            (1e20, "100000000000000000000"),
            (1e21, "1e+21"),
            (-1.5e300, "-1.5e+300"),
            (0.000_001, "0.000001"),
            (0.000_000_15, "1.5e-7"),
            (0.1, "0.1"),
        ] {
            assert_eq!(text(&number.into()), expected);
            assert_eq!(sorted(&number.into()), expected);
        }
    }

    #[test]
    fn keys_are_in_order_all_through() {
        let value = json!({ "b": [{ "d": "\"\u{1}ü", "c": null }], "a": true });
        assert_eq!(sorted(&value), r#"{"a":true,"b":[{"c":null,"d":"\"\u0001ü"}]}"#);
        assert_eq!(text(&value), value.to_string());
    }

    #[test]
    fn what_pages_and_scripts_would_not_take_for_text_is_escaped() {
        let value = json!({ "<": "a>\"&\u{2028}\u{2029}b" });
        assert_eq!(sorted(&value), r#"{"\u003c":"a\u003e\"\u0026\u2028\u2029b"}"#);
        assert_eq!(text(&value), sorted(&value));
    }
}
