//! Spans of time, as Go's `time.ParseDuration` reads them: `1h30m`, `-1.5s`.

use super::reader::quoted;

/// Units, in billionths of a second.
const UNITS: [(&str, u64); 8] = [
    ("ns", 1),
    ("us", 1_000),
    ("µs", 1_000),
    ("μs", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
];

/// How long a span is, in billionths of a second.
///
/// # Errors
///
/// Why it is none, or that it is longer than can be told so, in the words of Go.
pub(crate) fn read_span(text: &str) -> Result<i64, String> {
    let wrong = |what: String| format!("time: {what} duration {}", quoted(text.as_bytes()));
    let invalid = || wrong("invalid".to_owned());
    let (is_negative, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Ok(0);
    }
    if rest.is_empty() {
        return Err(invalid());
    }
    let mut sum = 0_u64;
    while !rest.is_empty() {
        let (whole, after) = digits(rest);
        let (fraction, after) = after.strip_prefix('.').map_or(("", after), digits);
        if whole.is_empty() && fraction.is_empty() {
            return Err(invalid());
        }
        let whole: u64 = if whole.is_empty() { 0 } else { whole.parse().map_err(|_| invalid())? };
        let end = after.find(|letter: char| letter.is_ascii_digit() || letter == '.');
        let (name, after) = after.split_at(end.unwrap_or(after.len()));
        if name.is_empty() {
            return Err(wrong("missing unit in".to_owned()));
        }
        let unit = UNITS.iter().find(|(known, _)| *known == name);
        let (_, unit) = unit.ok_or_else(|| wrong(format!("unknown unit {} in", quoted(name.as_bytes()))))?;
        let more = whole.checked_mul(*unit).and_then(|whole| whole.checked_add(fraction_of(fraction, *unit)));
        sum = more.and_then(|more| sum.checked_add(more)).ok_or_else(invalid)?;
        rest = after;
    }
    let signed = if is_negative { 0_i64.checked_sub_unsigned(sum) } else { sum.try_into().ok() };
    signed.ok_or_else(invalid)
}

fn digits(text: &str) -> (&str, &str) {
    text.split_at(text.bytes().take_while(u8::is_ascii_digit).count())
}

/// What stands behind a point, of a unit.
fn fraction_of(digits: &str, unit: u64) -> u64 {
    let digits = &digits[..digits.len().min(18)];
    let number: u64 = digits.parse().unwrap_or_default();
    let scale = 10_u64.pow(u32::try_from(digits.len()).unwrap_or_default());
    u64::try_from(u128::from(number) * u128::from(unit) / u128::from(scale)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_or_it_is_told_why_not() {
        for (text, expected) in [
            ("0", Ok(0)),
            ("1h30m", Ok(5_400_000_000_000)),
            ("-1.5s", Ok(-1_500_000_000)),
            (".5µs", Ok(500)),
            ("1.h", Ok(3_600_000_000_000)),
            ("-9223372036854775808ns", Ok(i64::MIN)),
            ("9223372036854775808ns", Err(r#"invalid duration "9223372036854775808ns""#)),
            ("", Err(r#"invalid duration """#)),
            (".s", Err(r#"invalid duration ".s""#)),
            ("5", Err(r#"missing unit in duration "5""#)),
            ("1.2.3s", Err(r#"missing unit in duration "1.2.3s""#)),
            ("5 days", Err(r#"unknown unit " days" in duration "5 days""#)),
            ("5ü", Err(r#"unknown unit "\xc3\xbc" in duration "5\xc3\xbc""#)),
        ] {
            assert_eq!(read_span(text), expected.map_err(|why| format!("time: {why}")), "{text}");
        }
    }
}
