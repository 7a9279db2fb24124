//! Takes out of what clients print what differs between any two runs.

use std::{fmt::Write, sync::LazyLock};

use regex::Regex;

/// What is found, and what comes in its place.
static MASKS: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
    [
        (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "UID"),
        (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "TIME"),
        (r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d \+0000", "TIME"),
        (r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)? \+0000( UTC)?", "TIME"),
        (r#"(resourceVersion"?: "?|Resource Version: +)\d+"#, "${1}VERSION"),
        (r"https?://(127\.0\.0\.1|localhost|\[::1\]):\d+", "SERVER"),
        (r"127\.0\.0\.1:\d+", "SERVER"),
        (r"\b10\.\d+\.\d+\.\d+\b", "ADDRESS"),
        (r"/tmp/(LIVE|MERGED)-\d+", "$1"),
        (r"kubectl-edit-\d+\.yaml", "EDITED"),
        (r"v1\.\d+\.\d+[-+.a-z0-9]*", "RELEASE"),
        (r"\b(\d+[dhms]){1,2}\b", "AGE"),
        (r"[ \t]{2,}", "  "),
    ]
    .into_iter()
    .map(|(found, place)| (Regex::new(found).expect("this is an expression"), place))
    .collect()
});

/// The lines of a text, masked.
pub(super) fn lines(text: &str, namespace: &str, folder: &str) -> Vec<String> {
    let text = text.replace(folder, "FOLDER").replace(namespace, "NAMESPACE");
    let text = MASKS.iter().fold(text, |text, (found, place)| found.replace_all(&text, *place).into_owned());
    text.lines().map(|line| line.trim_end().to_owned()).collect()
}

/// The lines that only one of both has.
pub(super) fn difference(expected: &[String], found: &[String]) -> String {
    let mut difference = String::new();
    for (mark, lines, others) in [("real   ", expected, found), ("sandbox", found, expected)] {
        for line in lines.iter().filter(|line| !others.contains(line)) {
            writeln!(difference, "   {mark}  {line}").expect("memory takes text");
        }
    }
    if difference.is_empty() { "   the same lines in another order\n".to_owned() } else { difference }
}
