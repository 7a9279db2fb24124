//! JSON as answers have it: numbers as Go's encoder writes them, and keys in order where Go has them in a map.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::{
    Serializer, Value,
    ser::{CompactFormatter, Formatter},
};

/// From here on numbers are written with an exponent, and below there.
const LARGE: f64 = 1e21;
const SMALL: f64 = 1e-6;

/// A value with its keys as they are.
pub(crate) fn text(value: &Value) -> String {
    let mut text = Vec::new();
    let mut serializer = Serializer::with_formatter(&mut text, Numbers);
    match value.serialize(&mut serializer) {
        Ok(()) => String::from_utf8(text).unwrap_or_default(),
        Err(_) => value.to_string(),
    }
}

/// A value with its keys in order, all through.
pub(crate) fn sorted(value: &Value) -> String {
    let mut text = String::new();
    write_sorted(value, &mut text);
    text
}

fn write_sorted(value: &Value, text: &mut String) {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_unstable_by_key(|(name, _)| *name);
            text.push('{');
            for (index, (name, value)) in fields.into_iter().enumerate() {
                text.push_str(if index == 0 { "" } else { "," });
                write_text(name, text);
                text.push(':');
                write_sorted(value, text);
            }
            text.push('}');
        }
        Value::Array(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                text.push_str(if index == 0 { "" } else { "," });
                write_sorted(item, text);
            }
            text.push(']');
        }
        Value::String(said) => write_text(said, text),
        Value::Number(number) if number.is_f64() => {
            text.push_str(&float(number.as_f64().unwrap_or_default()));
        }
        scalar => text.push_str(&scalar.to_string()),
    }
}

fn write_text(said: &str, text: &mut String) {
    text.push_str(&serde_json::to_string(said).unwrap_or_default());
}

struct Numbers;

impl Formatter for Numbers {
    fn write_f64<W: ?Sized + Write>(&mut self, writer: &mut W, number: f64) -> io::Result<()> {
        if number.is_finite() {
            writer.write_all(float(number).as_bytes())
        } else {
            CompactFormatter.write_f64(writer, number)
        }
    }
}

/// The fewest digits that tell a number from others.
fn float(number: f64) -> String {
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
}
