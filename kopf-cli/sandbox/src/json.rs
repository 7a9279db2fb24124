//! JSON of any depth that the API allows, without recursion that could end the stack.
//!
//! `serde_json` parses, compares, prints and drops a [`Value`] recursively. Depth is therefore measured first, by a loop,
//! and work on deep values runs inside [`with_stack`], on a stack that was made for that depth.

mod print;
mod syntax;

use std::borrow::Cow;

use serde_json::{Deserializer, Number, Value};

pub(crate) use print::{float, in_text, sorted, text, write, write_key, write_sorted, write_unread};

/// How many levels deep a document may be; the limit of Go's JSON decoder, which the API has too.
pub(crate) const MAX_DEPTH: usize = 10_000;
/// Up to here any thread's stack does.
const SHALLOW: usize = 64;
/// A level's worth of stack: frames of unoptimized builds are by far the largest.
const STACK_PER_LEVEL: usize = 8 * 1024;
const STACK_AT_LEAST: usize = 1024 * 1024;
/// What one step may take.
const STACK_PER_STEP: usize = 128 * 1024;

/// Runs `work` with stack enough for values of `depth` levels. They have to be dropped in there, too.
pub(crate) fn with_stack<T>(depth: usize, work: impl FnOnce() -> T) -> T {
    if depth <= SHALLOW {
        return work();
    }
    stacker::grow(STACK_AT_LEAST + depth.min(2 * MAX_DEPTH) * STACK_PER_LEVEL, work)
}

/// Runs a step of work that recurses, on a new stack where the old one is about to end.
pub(crate) fn with_room_to_recurse<T>(work: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(STACK_PER_STEP, STACK_AT_LEAST, work)
}

/// How deeply brackets nest in a text, be it JSON or not.
pub(crate) fn depth_of_text(text: &[u8]) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0_usize);
    let mut within = Within::default();
    for byte in text {
        match byte {
            _ if within.a_string(*byte) => {}
            b'{' | b'[' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// Where in a text a byte is, from its beginning on.
#[derive(Default)]
struct Within {
    string: bool,
    escape: bool,
}

impl Within {
    /// Whether the next byte is a string's, or the quotation mark before or behind it.
    fn a_string(&mut self, byte: u8) -> bool {
        let was = self.string;
        match byte {
            _ if self.escape => self.escape = false,
            b'\\' if was => self.escape = true,
            b'"' => self.string = !was,
            _ => {}
        }
        was || self.string
    }
}

/// How many levels a value has; a scalar has none.
pub(crate) fn depth_of_value(value: &Value) -> usize {
    let mut deepest = 0;
    let mut open = vec![(value, 1)];
    while let Some((value, depth)) = open.pop() {
        match value {
            Value::Array(items) => open.extend(items.iter().map(|item| (item, depth + 1))),
            Value::Object(fields) => open.extend(fields.values().map(|field| (field, depth + 1))),
            _ => continue,
        }
        deepest = deepest.max(depth);
    }
    deepest
}

/// Parses a body of at most [`MAX_DEPTH`] levels; to be called inside [`with_stack`].
///
/// As Go's decoder does, it replaces what is not UTF-8 and escapes that are half a character, lets the last of equal keys win, and knows integers of 64 bits
/// and floats, where `1.0` is `1`.
///
/// # Errors
///
/// What is wrong, in the words of Go.
pub(crate) fn parse(text: &[u8]) -> Result<Value, String> {
    let mut value = read(text)?;
    settle_numbers(&mut value);
    Ok(value)
}

/// The same with numbers as Go keeps them of custom resources until they are stored: what is no integer as it is written is a float.
///
/// # Errors
///
/// What is wrong, in the words of Go.
pub(crate) fn parse_as_written(text: &[u8]) -> Result<Value, String> {
    let mut value = read(text)?;
    keep_floats(&mut value);
    Ok(value)
}

/// The same with numbers as they are written: `1.0` is no integer.
///
/// # Errors
///
/// What is wrong, in the words of Go.
pub(crate) fn read(text: &[u8]) -> Result<Value, String> {
    // No text nests more deeply than it is long.
    if text.len() > MAX_DEPTH
        && depth_of_text(text) > MAX_DEPTH
        && let Some(fault) = syntax::fault(text)
    {
        return Err(fault);
    }
    // Most of what is read is UTF-8, and to see that is much less work than to replace what is not.
    let whole = std::str::from_utf8(text).map_or_else(|_| String::from_utf8_lossy(text), Cow::Borrowed);
    let whole = with_plain_zeros(without_halves(whole));
    let mut deserializer = Deserializer::from_str(&whole);
    deserializer.disable_recursion_limit();
    let value = serde::Deserialize::deserialize(&mut deserializer);
    let value = value.and_then(|value: Value| deserializer.end().map(|()| value));
    // What Go finds no fault with is a number that is too great.
    value.map_err(|error| syntax::fault(text).unwrap_or_else(|| error.to_string()))
}

/// The first number for which no float has room, of a text with which nothing else is wrong.
pub(crate) fn too_great(text: &[u8]) -> Option<&str> {
    if syntax::fault(text).is_some() {
        return None;
    }
    let mut within = Within::default();
    let is_digit = |byte: u8| byte.is_ascii_digit() || b"+-.eE".contains(&byte);
    let words = text.split(|byte| within.a_string(*byte) || !is_digit(*byte));
    let mut words = words.filter_map(|word| std::str::from_utf8(word).ok());
    words.find(|word| word.parse::<f64>().is_ok_and(f64::is_infinite))
}

/// Writes `0` for `-0`, which is an integer as well, other than `-0.0`.
fn with_plain_zeros(text: Cow<'_, str>) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let is_signed = |at: usize| {
        bytes[at..].starts_with(b"-0")
            && bytes[..at].last().is_none_or(|before| b":,[ \t\r\n".contains(before))
            && !matches!(bytes.get(at + 2), Some(b'.' | b'e' | b'E' | b'0'..=b'9'))
    };
    if !text.match_indices("-0").any(|(at, _)| is_signed(at)) {
        return text;
    }
    let mut within = Within::default();
    let kept = text.char_indices().filter(|(at, _)| within.a_string(bytes[*at]) || !is_signed(*at));
    kept.map(|(_, letter)| letter).collect::<String>().into()
}

/// Replaces escapes of surrogates that have no other half; they are no characters by themselves.
fn without_halves(text: Cow<'_, str>) -> Cow<'_, str> {
    const LENGTH: usize = r"\ud800".len();
    let escape = |at: usize| {
        let digits = text.get(at..at + LENGTH)?.strip_prefix(r"\u")?;
        u32::from_str_radix(digits, 16).ok()
    };
    let (mut mended, mut kept, mut at) = (String::new(), 0, 0);
    while let Some(found) = text[at..].find('\\') {
        at += found;
        match (escape(at), escape(at + LENGTH)) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => at += 2 * LENGTH,
            (Some(0xd800..=0xdfff), _) => {
                mended.push_str(&text[kept..at]);
                mended.push_str(r"\ufffd");
                at += LENGTH;
                kept = at;
            }
            // Whatever else is escaped is no backslash that begins something.
            _ => at += 1 + text[at + 1..].chars().next().map_or(0, char::len_utf8),
        }
    }
    if kept == 0 {
        return text;
    }
    mended.push_str(&text[kept..]);
    mended.into()
}

/// Equal numbers become equal values, so that a write that changes nothing is seen as such.
pub(crate) fn settle_numbers(value: &mut Value) {
    change_numbers(value, &mut settled);
}

/// What is no integer of 64 bits, as it is written, becomes a float.
pub(crate) fn keep_floats(value: &mut Value) {
    change_numbers(value, &mut |number| Number::from_f64(number.as_f64()?));
}

/// Changes all numbers but integers of 64 bits.
fn change_numbers(value: &mut Value, changed: &mut dyn FnMut(&Number) -> Option<Number>) {
    match value {
        Value::Number(number) if number.is_i64() => {}
        Value::Number(number) => {
            if let Some(changed) = changed(number) {
                *number = changed;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| change_numbers(item, changed)),
        Value::Object(fields) => fields.values_mut().for_each(|field| change_numbers(field, changed)),
        _ => {}
    }
}

fn settled(number: &Number) -> Option<Number> {
    let float = number.as_f64()?;
    // Whole ones are written with as few digits as tell them from others, and read again as what then stands there.
    let whole =
        Some(float).filter(|float| float.fract() == 0.0).and_then(|float| float.to_string().parse().ok());
    whole.map(|whole: i64| Number::from(whole)).or_else(|| Number::from_f64(float))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn nested(depth: usize) -> String {
        format!("{}1{}", r#"{"a":"#.repeat(depth), "}".repeat(depth))
    }

    #[track_caller]
    fn check_depth(depth: usize, accepted: bool) {
        let text = nested(depth);
        assert_eq!(depth_of_text(text.as_bytes()), depth);
        with_stack(depth, || match parse(text.as_bytes()) {
            Ok(value) => {
                assert!(accepted, "{depth} levels were accepted");
                assert_eq!(depth_of_value(&value), depth);
                assert_eq!(value.to_string(), text);
                assert!(value == value.clone(), "a value equals its copy");
            }
            Err(error) => {
                assert!(!accepted, "{depth} levels: {error}");
                assert_eq!(error, "invalid character '{' exceeded max depth");
            }
        });
    }

    #[test]
    fn ten_thousand_levels_are_fine_and_one_more_is_not() {
        check_depth(1, true);
        check_depth(130, true);
        check_depth(1_000, true);
        check_depth(9_000, true);
        check_depth(10_000, true);
        check_depth(10_001, false);
        check_depth(20_000, false);
    }

    #[test]
    fn brackets_in_strings_are_text() {
        assert_eq!(depth_of_text(br#"{"a":"[[[\"{{{"}"#), 1);
    }

    #[test]
    fn numbers_as_written_are_integers_or_floats() {
        for (text, expected) in [
            ("1", json!(1)),
            ("1.0", json!(1.0)),
            ("1e3", json!(1000.0)),
            ("-0", json!(0)),
            ("-0.0", json!(-0.0)),
            ("1e-0", json!(1.0)),
            (r#"["\"ü,-0",-0]"#, json!(["\"ü,-0", 0])),
            (r#"{"-0": [-0,-0e0, -0, 1e-05, "\"-0"]}"#, json!({ "-0": [0, -0.0, 0, 1e-5, "\"-0"] })),
            ("9223372036854775807", json!(i64::MAX)),
            ("9223372036854775808", json!(9_223_372_036_854_775_808.0)),
        ] {
            assert_eq!(parse_as_written(text.as_bytes()).unwrap_or_default(), expected, "{text}");
        }
    }

    #[test]
    fn numbers_settle_as_in_go() {
        for (text, expected) in [
            ("1.0", "1"),
            ("1e3", "1000"),
            ("-0.0", "0"),
            ("0.1", "0.1"),
            ("1e16", "10000000000000000"),
            ("1152921504606846976.0", "1152921504606847000"),
            ("1e19", "10000000000000000000"),
            ("9223372036854775807", "9223372036854775807"),
        ] {
            assert_eq!(super::text(&parse(text.as_bytes()).unwrap()), expected, "{text}");
        }
    }

    #[test]
    fn a_number_that_is_too_great_is_found() {
        for (text, expected) in [
            (r#"{"1e400":[1e300,-1e400,1e500]}"#, Some("-1e400")),
            ("[1e308]", None),
            (r#""1e400""#, None),
            ("[1e400", None),
        ] {
            assert_eq!(too_great(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn what_is_not_utf8_is_replaced() {
        assert_eq!(parse(b"\"a\xff\"").unwrap(), "a\u{fffd}");
    }

    #[test]
    fn half_a_character_is_replaced() {
        for (text, expected) in [
            (r#""a\ud800""#, "a\u{fffd}"),
            (r#""\udc00\ud83d\ude00""#, "\u{fffd}\u{1f600}"),
            (r#""\ud83dx\ud83d""#, "\u{fffd}x\u{fffd}"),
            (r#""\\ud800\n""#, "\\ud800\n"),
            (r#""\ud83d\ude00\\""#, "\u{1f600}\\"),
        ] {
            assert_eq!(parse(text.as_bytes()).unwrap(), expected, "{text}");
        }
        assert!(parse("\"\\\u{e9}".as_bytes()).is_err());
    }

    #[test]
    fn text_after_the_value_is_refused() {
        assert!(parse(b"{} trailing").unwrap_err().contains("after top-level value"));
    }
}
