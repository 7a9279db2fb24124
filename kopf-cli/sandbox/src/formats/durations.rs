//! Spans of time as texts of the format `duration` write them: as Go does, or in words (`5 days`).

use std::sync::LazyLock;

use regex::Regex;

use crate::times::read_span;

/// Units, in billionths of a second: by their whole names, and by words that may be longer than they are.
const UNITS: [(&[&str], &str, i64); 8] = [
    (&["ns"], "nano", 1),
    (&["us", "µs"], "micro", 1_000),
    (&["ms"], "milli", 1_000_000),
    (&["s"], "sec", SECOND),
    (&["m"], "min", 60 * SECOND),
    (&["h", "hr"], "hour", HOUR),
    (&["d"], "day", 24 * HOUR),
    (&["w", "wk"], "week", 7 * 24 * HOUR),
];

const SECOND: i64 = 1_000_000_000;
const HOUR: i64 = 3_600 * SECOND;

// Blanks and digits are those of ASCII, as in Go.
static PART: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"([0-9]+)[\t\n\f\r ]*([A-Za-zµ]+)").expect("tests compile it"));

/// How long a span is, in billionths of a second.
///
/// # Errors
///
/// Why the text says none, in the words of Go.
pub(crate) fn read(text: &str) -> Result<i64, String> {
    read_span(text).or_else(|_| in_words(text)?.ok_or_else(|| format!("unable to parse {text} as duration")))
}

/// What the parts come to that are known, whatever is around them; `None` where none is. A number that is too large is a fault,
/// whatever it counts; what it comes to with the others goes round, as in Go.
fn in_words(text: &str) -> Result<Option<i64>, String> {
    let mut sum: Option<i64> = None;
    for (_, [number, unit]) in PART.captures_iter(text).map(|found| found.extract()) {
        let read = number.parse::<i64>();
        let number = read.map_err(|_| format!("strconv.Atoi: parsing \"{number}\": value out of range"))?;
        if let Some(unit) = unit_of(&unit.to_lowercase()) {
            sum = Some(sum.unwrap_or_default().wrapping_add(number.wrapping_mul(unit)));
        }
    }
    Ok(sum)
}

fn unit_of(name: &str) -> Option<i64> {
    let mut units = UNITS.iter();
    let found = units.find(|(whole, begin, _)| whole.contains(&name) || name.starts_with(begin));
    found.map(|(_, _, unit)| *unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_written_as_in_go_or_in_words() {
        let out_of_range = "strconv.Atoi: parsing \"99999999999999999999\": value out of range";
        for (text, seconds) in [
            ("1h30m", Ok(5_400)),
            ("5 days", Ok(432_000)),
            ("1 Hour and 2 minutes", Ok(3_720)),
            ("2wk 3secs of 4 things", Ok(1_209_603)),
            ("-1 day", Ok(86_400)),
            ("five days", Err("unable to parse five days as duration")),
            ("5", Err("unable to parse 5 as duration")),
            ("5\u{a0}days", Err("unable to parse 5\u{a0}days as duration")),
            ("1h 99999999999999999999x", Err(out_of_range)),
        ] {
            let expected = seconds.map(|seconds: i64| seconds * SECOND).map_err(str::to_owned);
            assert_eq!(read(text), expected, "{text}");
        }
        assert_eq!((read("3 µs"), read("9223372036854775807 days")), (Ok(3_000), Ok(-86_400 * SECOND)));
    }
}
