//! Versions of software, as `semver('1.2.3-rc.1')` reads them: what they are made of, and which of two is later.

use std::sync::Arc;

use kube_cel::cel::{Value, objects::Opaque};

use super::{
    Fault, Outcome,
    values::{opaque, truth},
};
use crate::printed::quoted;

/// A version; what is said of its build does not count.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Version {
    numbers: [u64; 3],
    /// What comes before a release is earlier than that.
    is_release: bool,
    before: Vec<Part>,
}

/// Numbers come before words.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Number(u64),
    Word(String),
}

impl Opaque for Version {
    fn runtime_type_name(&self) -> &'static str {
        "kubernetes.Semver"
    }
}

/// The outcome of a function of versions; `None` where it is none.
pub(super) fn call(name: &str, args: &[Value]) -> Option<Outcome> {
    match args {
        [Value::String(text)] => made(name, text, false),
        [Value::String(text), Value::Bool(is_lenient)] => made(name, text, *is_lenient),
        [one] => of_one(name, opaque(one)?),
        [one, other] => of_two(name, opaque(one)?, opaque(other)?),
        _ => None,
    }
}

fn made(name: &str, text: &str, is_lenient: bool) -> Option<Outcome> {
    let read = || if is_lenient { normalized(text).and_then(|text| read(&text)) } else { read(text) };
    match name {
        "semver" => Some(read().map(|version| Value::Opaque(Arc::new(version))).map_err(Fault::new)),
        "isSemver" => Some(truth(read().is_ok())),
        _ => None,
    }
}

fn of_one(name: &str, version: &Version) -> Option<Outcome> {
    let place = ["major", "minor", "patch"].iter().position(|known| *known == name)?;
    Some(Ok(Value::Int(version.numbers[place].cast_signed())))
}

fn of_two(name: &str, one: &Version, other: &Version) -> Option<Outcome> {
    let order = one.cmp(other);
    Some(Ok(match name {
        "compareTo" => Value::Int(order as i64),
        "isGreaterThan" => Value::Bool(order.is_gt()),
        "isLessThan" => Value::Bool(order.is_lt()),
        _ => return None,
    }))
}

/// A version written in full: without a `v` and zeros in front, and with all three numbers.
fn normalized(text: &str) -> Result<String, String> {
    let text = text.strip_prefix('v').unwrap_or(text);
    let without_zeros = |part: &str| {
        let rest = part.trim_start_matches('0');
        match () {
            () if part.len() < 2 => part.to_owned(),
            () if rest.starts_with(|letter: char| letter.is_ascii_digit()) => rest.to_owned(),
            () => format!("0{rest}"),
        }
    };
    let mut parts: Vec<String> = text.splitn(3, '.').map(without_zeros).collect();
    if parts.len() < 3 && parts.last().is_some_and(|last| last.contains(['+', '-'])) {
        return Err("short version cannot contain PreRelease/Build meta data".to_owned());
    }
    parts.resize(3, "0".to_owned());
    Ok(parts.join("."))
}

fn read(text: &str) -> Result<Version, String> {
    if text.is_empty() {
        return Err("Version string empty".to_owned());
    }
    let [major, minor, rest] = text.splitn(3, '.').collect::<Vec<_>>()[..] else {
        return Err("No Major.Minor.Patch elements found".to_owned());
    };
    let (major, minor) = (number("Major", major)?, number("Minor", minor)?);
    let (rest, build) = with_tail(rest, '+');
    let (patch, before) = with_tail(rest, '-');
    let numbers = [major, minor, number("Patch", patch)?];
    let before =
        before.into_iter().flat_map(|before| before.split('.')).map(part).collect::<Result<Vec<_>, _>>()?;
    for part in build.into_iter().flat_map(|build| build.split('.')) {
        if part.is_empty() {
            return Err("Build meta data is empty".to_owned());
        }
        only(part, is_of_word, "build meta data")?;
    }
    Ok(Version { numbers, is_release: before.is_empty(), before })
}

fn with_tail(text: &str, mark: char) -> (&str, Option<&str>) {
    text.split_once(mark).map_or((text, None), |(text, tail)| (text, Some(tail)))
}

fn is_of_word(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '-'
}

fn only(text: &str, allowed: fn(char) -> bool, place: &str) -> Result<(), String> {
    let why = || format!("Invalid character(s) found in {place} {}", quoted(text));
    text.chars().all(allowed).then_some(()).ok_or_else(why)
}

fn number(place: &str, text: &str) -> Result<u64, String> {
    only(text, |letter| letter.is_ascii_digit(), &format!("{} number", place.to_ascii_lowercase()))?;
    unsigned(text, &format!("{place} number"))
}

fn unsigned(text: &str, what: &str) -> Result<u64, String> {
    if text.len() > 1 && text.starts_with('0') {
        return Err(format!("{what} must not contain leading zeroes {}", quoted(text)));
    }
    let why = if text.is_empty() { "invalid syntax" } else { "value out of range" };
    text.parse().map_err(|_| format!("strconv.ParseUint: parsing {}: {why}", quoted(text)))
}

fn part(text: &str) -> Result<Part, String> {
    if text.is_empty() {
        return Err("Prerelease is empty".to_owned());
    }
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return unsigned(text, "Numeric PreRelease version").map(Part::Number);
    }
    only(text, is_of_word, "prerelease")?;
    Ok(Part::Word(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_ordered_as_they_are_released() {
        let all =
            ["0.9.10", "1.0.0-1", "1.0.0-2", "1.0.0-10", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0+x", "1.0.1"];
        let all = all.map(|text| read(text).unwrap());
        assert!(all.is_sorted_by(|one, other| one < other));
        assert_eq!(read("1.2.3+a"), read("1.2.3+b"));
    }

    #[test]
    fn what_is_short_is_completed() {
        for (short, full) in [("v1", "1.0.0"), ("01.002", "1.2.0"), ("1.00.x", "1.0.x"), ("", ".0.0")] {
            assert_eq!(normalized(short).as_deref(), Ok(full));
        }
        assert!(normalized("1.2-rc").is_err());
    }
}
