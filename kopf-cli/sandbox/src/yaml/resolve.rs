//! What a text is that stands in YAML: a number, a moment, yes or no; by its letters, or by its tag.

use base64::{Engine, engine::general_purpose::STANDARD};

use super::item::Item;

const TAGS: &str = "tag:yaml.org,2002:";

/// What a text turns out to be, and the last word of the tag of such.
type Resolved = (&'static str, Item);

/// What a scalar is.
///
/// # Errors
///
/// What in it contradicts its tag, in the words of Go.
pub(super) fn resolve(value: &str, tag: Option<&str>, is_plain: bool) -> Result<Item, String> {
    let text = || Item::Text(value.to_owned());
    let Some(tag) = tag else { return Ok(if is_plain { by_letters(value, true).1 } else { text() }) };
    let short = tag.strip_prefix(TAGS).unwrap_or_default();
    let (found, item) = match short {
        "str" => return Ok(text()),
        "binary" => return binary(value),
        "bool" | "int" | "float" | "null" | "timestamp" => by_letters(value, short == "timestamp"),
        _ => return Ok(text()),
    };
    match (short, found, item) {
        (_, _, item) if short == found => Ok(item),
        ("float", "int", Item::Int(number)) => Ok(Item::Float(number as f64)),
        _ => Err(format!("yaml: cannot decode !!{found} `{value}` as a !!{short}")),
    }
}

fn binary(value: &str) -> Result<Item, String> {
    let code: String = value.chars().filter(|letter| !['\r', '\n'].contains(letter)).collect();
    let bytes = STANDARD.decode(code).map_err(|_| "yaml: !!binary value contains invalid base64 data")?;
    let replaced = bytes.utf8_chunks().fold(String::new(), |mut text, chunk| {
        text += chunk.valid();
        text.extend(chunk.invalid().iter().map(|_| '\u{fffd}'));
        text
    });
    Ok(Item::Text(replaced))
}

fn by_letters(value: &str, may_be_a_moment: bool) -> Resolved {
    let known = match value {
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            ("bool", Item::Bool(true))
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            ("bool", Item::Bool(false))
        }
        "" | "~" | "null" | "Null" | "NULL" => ("null", Item::Null),
        ".nan" | ".NaN" | ".NAN" => ("float", Item::Float(f64::NAN)),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => ("float", Item::Float(f64::INFINITY)),
        "-.inf" | "-.Inf" | "-.INF" => ("float", Item::Float(f64::NEG_INFINITY)),
        _ => ("str", Item::Text(value.to_owned())),
    };
    if known.0 != "str" {
        return known;
    }
    let text = || Item::Text(value.to_owned());
    let number = match value.as_bytes() {
        [b'.', ..] => float(value),
        [b'+' | b'-' | b'0'..=b'9', ..] => {
            if may_be_a_moment && is_moment(value) {
                return ("timestamp", text());
            }
            let plain = value.replace('_', "");
            let binary = || plain.strip_prefix("0b").and_then(|digits| i64::from_str_radix(digits, 2).ok());
            let binary = || binary().map(|number| ("int", Item::Int(number)));
            integer(&plain).or_else(|| float(&plain)).or_else(binary)
        }
        _ => None,
    };
    number.unwrap_or_else(|| ("str", text()))
}

/// A number that is written as in Go: a zero before it makes it an octal one.
fn integer(text: &str) -> Option<Resolved> {
    let (is_negative, is_signed) = (text.starts_with('-'), text.starts_with(['+', '-']));
    let digits = if is_signed { &text[1..] } else { text };
    let (base, digits) = match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, &digits[2..]),
        [b'0', b'o' | b'O', ..] => (8, &digits[2..]),
        [b'0', b'b' | b'B', ..] => (2, &digits[2..]),
        [b'0', _, ..] => (8, &digits[1..]),
        _ => (10, digits),
    };
    if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(base)) {
        return None;
    }
    let number = i128::from(u64::from_str_radix(digits, base).ok()?);
    let number = if is_negative { -number } else { number };
    match (i64::try_from(number), u64::try_from(number)) {
        (Ok(number), _) => Some(("int", Item::Int(number))),
        (_, Ok(number)) if !is_signed => Some(("int", Item::Unsigned(number))),
        _ => None,
    }
}

fn float(text: &str) -> Option<Resolved> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (digits, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((digits, exponent)) => (digits, exponent.strip_prefix(['+', '-']).unwrap_or(exponent)),
        None => (unsigned, "0"),
    };
    let are_digits = |text: &str| text.bytes().all(|digit| digit.is_ascii_digit());
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let is_number = are_digits(whole) && are_digits(part) && !(whole.is_empty() && part.is_empty());
    if !is_number || exponent.is_empty() || !are_digits(exponent) {
        return None;
    }
    let number = text.parse::<f64>().ok().filter(|number| number.is_finite())?;
    Some(("float", Item::Float(number)))
}

/// Whether a text is a day, or a moment of one.
fn is_moment(text: &str) -> bool {
    let Some((year, rest)) = text.split_at_checked(4) else { return false };
    if !year.bytes().all(|digit| digit.is_ascii_digit()) {
        return false;
    }
    let Some((month, rest)) = rest.strip_prefix('-').and_then(|rest| rest.split_once('-')) else {
        return false;
    };
    let day_ends = rest.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(rest.len());
    let (day, time) = rest.split_at(day_ends);
    let date = (number(month, 12), number(day, 31));
    let (Some(month @ 1..), Some(day @ 1..)) = date else { return false };
    let days = match (year.parse::<i16>(), i8::try_from(month)) {
        (Ok(year), Ok(month)) => {
            jiff::civil::Date::new(year, month, 1).map_or(0, jiff::civil::Date::days_in_month)
        }
        _ => 0,
    };
    if day > days.unsigned_abs().into() {
        return false;
    }
    match time.as_bytes() {
        [] => true,
        [b'T' | b't', ..] => is_time(&time[1..], true),
        [b' ', ..] => is_time(&time[1..], false),
        _ => false,
    }
}

fn is_time(text: &str, has_zone: bool) -> bool {
    let ends = text.find(['Z', '+', '-']).unwrap_or(text.len());
    let (time, zone) = text.split_at(ends);
    let is_zone = match zone.as_bytes() {
        [] => !has_zone,
        [b'Z'] => has_zone,
        [b'+' | b'-', hours @ .., b':', _, _] if hours.len() == 2 && has_zone => {
            number(&zone[1..3], 24).is_some() && number(&zone[4..], 59).is_some()
        }
        _ => false,
    };
    let mut parts = time.splitn(3, ':');
    let hour = parts.next().and_then(|hour| number(hour, 23));
    let minute = parts.next().and_then(|minute| number(minute, 59));
    let seconds = parts.next().unwrap_or_default();
    let (second, part) = seconds.split_once(['.', ',']).unwrap_or((seconds, "0"));
    let is_part = !part.is_empty() && part.bytes().all(|digit| digit.is_ascii_digit());
    is_zone && is_part && hour.is_some() && minute.is_some() && number(second, 59).is_some()
}

/// A number of one or two digits, up to a greatest one.
fn number(text: &str, greatest: u32) -> Option<u32> {
    let is_number = (1..=2).contains(&text.len()) && text.bytes().all(|digit| digit.is_ascii_digit());
    text.parse().ok().filter(|number| is_number && *number <= greatest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: &str, tag: &str, expected: &str) {
        let tag = (!tag.is_empty()).then(|| format!("{TAGS}{tag}"));
        let said = resolve(value, tag.as_deref(), true).map_or_else(|why| why, |item| item.in_go());
        assert_eq!(said, expected, "{value}");
    }

    #[test]
    fn numbers_are_read_as_go_reads_them() {
        check("017", "", "15");
        check("08", "", "8");
        check("0x1F", "", "31");
        check("-0b11", "", "-3");
        check("1_000", "", "1000");
        check("18446744073709551615", "", "0xffffffffffffffff");
        check("1e3", "", "1000");
        check("1e999", "", "\"1e999\"");
        check("+", "", "\"+\"");
        check("1.2.3", "", "\"1.2.3\"");
        check("yes", "", "true");
    }

    #[test]
    fn tags_hold_or_are_contradicted() {
        check("5", "str", "\"5\"");
        check("5", "float", "5");
        check("x", "int", "yaml: cannot decode !!str `x` as a !!int");
        check("2001-1-2", "timestamp", "\"2001-1-2\"");
        check("2001-1-2T3:4:5.6Z", "timestamp", "\"2001-1-2T3:4:5.6Z\"");
        check("2001-2-29", "timestamp", "yaml: cannot decode !!str `2001-2-29` as a !!timestamp");
        check("aGk=", "binary", "\"hi\"");
        check("!", "binary", "yaml: !!binary value contains invalid base64 data");
    }
}
