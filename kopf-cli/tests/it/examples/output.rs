//! Compares what was printed with what a README promises.
//!
//! Times, ports and ages differ from run to run, and so does the order of lines that concern different objects. What
//! cargo says of its work is none of a README's business.

use std::collections::BTreeMap;

/// Stands for any number of lines.
const ANYTHING: &str = "…";

/// What cargo's lines begin with, behind spaces.
const OF_CARGO: &[&str] = &[
    "Adding",
    "Blocking",
    "Compiling",
    "Downloaded",
    "Downloading",
    "Finished",
    "Installed",
    "Installing",
    "Locking",
    "Replaced",
    "Replacing",
    "Running",
    "Updating",
];

/// Whether the lines are those that were promised.
pub(super) fn is_as_promised(expected: &[String], found: &[String]) -> bool {
    let (expected, found) = (by_object(expected), by_object(found));
    let nothing = Vec::new();
    let objects = expected.keys().chain(found.keys());
    objects.into_iter().all(|object| {
        let of = |lines: &BTreeMap<String, Vec<String>>| lines.get(object).unwrap_or(&nothing).clone();
        matches(&of(&expected), &of(&found))
    })
}

/// The lines as they are compared, without those of cargo.
pub(super) fn masked(lines: &[String]) -> Vec<String> {
    lines.iter().filter(|line| !is_of_cargo(line)).map(|line| mask(line)).collect()
}

fn is_of_cargo(line: &str) -> bool {
    line.starts_with("  ") && OF_CARGO.contains(&line.split_whitespace().next().unwrap_or_default())
}

/// Lines by the object that they begin with, such as `[default/kopf-example-1]`; those without one together.
fn by_object(lines: &[String]) -> BTreeMap<String, Vec<String>> {
    let mut sorted: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in masked(lines) {
        let object = line.strip_prefix("[TIME] ").and_then(|rest| rest.split(' ').nth(2));
        let object = object.filter(|word| word.starts_with('[')).unwrap_or_default().to_owned();
        sorted.entry(object).or_default().push(line);
    }
    sorted
}

fn matches(expected: &[String], found: &[String]) -> bool {
    match expected.split_first() {
        None => found.is_empty(),
        Some((first, rest)) if first == ANYTHING => {
            (0..=found.len()).any(|skipped| matches(rest, &found[skipped..]))
        }
        Some((first, rest)) => {
            found.split_first().is_some_and(|(line, found)| first == line && matches(rest, found))
        }
    }
}

/// The line without what differs from run to run.
fn mask(line: &str) -> String {
    let (time, rest) = match line.get(..25) {
        Some(time) if is_time(time) => ("[TIME] ", &line[25..]),
        _ => ("", line),
    };
    let words: Vec<String> = rest.split_whitespace().map(mask_word).collect();
    let mut words = words.join(" ");
    // A definition that all examples share is created by the first.
    if words.starts_with("customresourcedefinition") {
        words = words.replace("unchanged", "created").replace("configured", "created");
    }
    format!("{time}{words}")
}

/// `[2026-11-22 21:14:06.742]`, with any digits.
fn is_time(text: &str) -> bool {
    let shape: String = text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    shape == "[0000-00-00 00:00:00.000]"
}

fn mask_word(word: &str) -> String {
    const LOOPBACK: &str = "127.0.0.1:";
    if let Some(at) = word.find(LOOPBACK) {
        let (before, port) = word.split_at(at + LOOPBACK.len());
        return format!("{before}PORT{}", port.trim_start_matches(|c: char| c.is_ascii_digit()));
    }
    // kubectl's ages: 4s, 3m2s, 5d.
    let is_age = word.starts_with(|c: char| c.is_ascii_digit())
        && word.ends_with(['s', 'm', 'h', 'd'])
        && word.chars().all(|c| c.is_ascii_digit() || "smhd".contains(c));
    if is_age { "AGE".to_owned() } else { word.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(expected: &str, found: &str, same: bool) {
        let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(is_as_promised(&lines(expected), &lines(found)), same);
    }

    #[test]
    fn times_ports_and_ages_may_differ() {
        let expected =
            "[2026-11-22 21:14:06.742] INFO  kopf  Serving https://127.0.0.1:43117: go.\nName   Age\na  4s";
        check(
            expected,
            "[2027-01-01 00:00:00.000] INFO  kopf  Serving https://127.0.0.1:1: go.\nName Age\na 3m2s",
            true,
        );
        check(
            expected,
            "[2027-01-01 00:00:00.000] WARN  kopf  Serving https://127.0.0.1:1: go.\nName Age\na 3m2s",
            false,
        );
        check(
            expected,
            "[2027-01-01 00:00:00.000] INFO  kopf  Serving https://127.0.0.1:1: no.\nName Age\na 3m2s",
            false,
        );
    }

    #[test]
    fn lines_of_different_objects_come_in_any_order() {
        let line =
            |object: &str, text: &str| format!("[2026-11-22 21:14:06.742] INFO  p  [{object}] {text}\n");
        let (a, b, c) = (line("n/a", "1"), line("n/b", "1"), line("n/a", "2"));
        check(&format!("{a}{b}{c}"), &format!("{b}{a}{c}"), true);
        check(&format!("{a}{b}{c}"), &format!("{b}{c}{a}"), false);
        check(&format!("{a}{b}"), &format!("{a}{b}{c}"), false);
        check(&format!("{a}{b}{c}"), &format!("{a}{c}"), false);
    }

    #[test]
    fn an_ellipsis_stands_for_any_lines() {
        check("a\n…\nd", "a\nb\nc\nd", true);
        check("a\n…\nd", "a\nd", true);
        check("a\n…\nd", "a\nb", false);
        check("…", "", true);
    }

    #[test]
    fn what_cargo_does_is_left_out() {
        check("ready", "   Compiling minimal v0.1.0\n    Finished `dev` profile\nready", true);
        check("ready", "Compiling\nready", false);
    }
}
