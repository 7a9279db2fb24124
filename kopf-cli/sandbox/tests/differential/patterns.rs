//! Patterns in schemas: what texts they fit, as Go reads them, and which are none.

use super::check;
use super::defining::with_definitions;
use serde_json::{Value, json};

const CRDS: &str = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

/// A definition whose objects have texts that patterns are for, each by a name of its own.
fn definition(patterns: &[&str]) -> Value {
    let texts = patterns.iter().enumerate();
    let texts: serde_json::Map<String, Value> = texts
        .map(|(n, pattern)| (format!("t{n}"), json!({ "type": "string", "pattern": pattern })))
        .collect();
    let schema =
        json!({ "type": "object", "properties": { "spec": { "type": "object", "properties": texts } } });
    let version =
        json!({ "name": "v1", "served": true, "storage": true, "schema": { "openAPIV3Schema": schema } });
    let names = json!({ "plural": "fits", "kind": "Fit" });
    json!({
        "metadata": { "name": "fits.$ns.kopf.test" },
        "spec": { "group": "$ns.kopf.test", "scope": "Namespaced", "names": names, "versions": [version] },
    })
}

/// Makes an object for each text, which is to fit a pattern.
async fn check_texts(rows: &[(&str, &[&str])]) {
    let patterns: Vec<&str> = rows.iter().map(|(pattern, _)| *pattern).collect();
    let texts = rows.iter().enumerate();
    let texts = texts.flat_map(|(n, (_, texts))| texts.iter().map(move |text| (format!("t{n}"), text)));
    let post = |spec: &Value| {
        let meta = json!({ "name": "a" });
        let fit = json!({ "kind": "Fit", "apiVersion": "$ns.kopf.test/v1", "metadata": meta, "spec": spec });
        format!("POST own/v1/namespaces/$ns/fits?dryRun=All {fit}\n")
    };
    let defined = format!("POST {CRDS} {}\nAWAIT 201 {}", definition(&patterns), post(&json!({})));
    let objects = texts.map(|(name, text)| post(&json!({ (name): text })));
    check(&with_definitions(&(defined + &objects.collect::<String>()))).await;
}

#[tokio::test]
async fn letters_digits_and_blanks_of_patterns_are_those_of_ascii() {
    check_texts(&[
        (r"^\w$", &["a", "_", "é", "-"]),
        (r"^\W$", &["a", "é", "-"]),
        (r"^\d$", &["7", "٣"]),
        (r"^[\D]$", &["7", "٣"]),
        (r"^\s$", &[" ", "\t", "\u{a0}", "\u{b}"]),
        (r"^\S$", &[" ", "\u{a0}"]),
        (r"a\b", &["aé", "ab"]),
        (r"a\B", &["aé", "ab"]),
        ("(?i)^[k-s]$", &["K", "\u{212a}", "\u{17f}", "a"]),
        (r"(?i)^\w$", &["K", "\u{212a}", "\u{17f}"]),
        (r"^\pL\p{Greek}$", &["éα", "éa"]),
    ])
    .await;
}

#[tokio::test]
async fn classes_and_braces_of_patterns_are_those_of_go() {
    check_texts(&[
        ("^[[]$", &["[", "]"]),
        ("^[^[]+$", &["a]", "a["]),
        ("^[]a]+$", &["a]", "b"]),
        ("^[a&&b]+$", &["a&b", "c"]),
        ("^[+--]+$", &["+,-", "."]),
        ("^[a~~b]+$", &["a~b", "c"]),
        ("^[[:alpha:]_-]+$", &["a_-", "é"]),
        ("^a{,2}$", &["a{,2}", "aa"]),
        ("^a{$", &["a{", "a"]),
        ("^a{2}$", &["aa", "a"]),
        (r"^\Qa.b[\E$", &["a.b[", "axb["]),
        (r"^\012\x41\x{42}$", &["\nAB", "AB"]),
        ("^.$", &["a", "\n", "é"]),
        ("^a$", &["a", "a\n"]),
        (r"^\_\-$", &["_-"]),
    ])
    .await;
}

#[tokio::test]
async fn what_is_no_pattern_of_go_is_refused() {
    let none = [
        "a[b",
        "[",
        "[a-",
        "(a",
        "((a)",
        "a)",
        "*a",
        "a|+?",
        "({2}a)",
        "a**",
        "a{2}?{3}",
        "a{1001}",
        "a{3,2}b",
        "(a{11}b){100}c",
        "a(?=b)",
        "(?!a)",
        "(?i-)",
        "(?i",
        "(?x)a",
        "(?<=a)",
        "(?P<a-b>c)",
        "(?P=a)",
        "a\\",
        r"\8",
        r"(a)\1",
        r"\y",
        r"\x{110000}",
        r"\xg1",
        r"\x",
        r"\C",
        r"\é",
        r"\Z",
        "[b-a]",
        r"[a-\d]",
        "[[:nope:]]",
        r"\pX",
        r"[\p{Alphabetic}]",
        r"\p{",
        r"\p{Old_Italic}",
        r"\u0041",
        r"[\b]",
        "[[=a=]]x[z-a]",
    ];
    let rows = none.iter().map(|pattern| format!("POST {CRDS}?dryRun=All {}\n", definition(&[pattern])));
    check(&rows.collect::<String>()).await;
}
