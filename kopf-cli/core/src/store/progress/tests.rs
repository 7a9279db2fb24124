//! What records look like, and what is read from those of others.

use expect_test::{Expect, expect};

use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn begun() -> Progress {
    Progress::begin(Reason::Create, at("2026-11-22T21:48:11.168057Z"))
}

/// Writes a record for the object `u` and reads it back.
#[track_caller]
#[expect(clippy::needless_pass_by_value, reason = "rows read better without ampersands")]
fn check(progress: Progress, expected: Expect) {
    let text = progress.write("u");
    expected.assert_eq(&text);
    assert_eq!(Progress::read(&text, "u"), Some(progress));
    assert_eq!(Progress::read(&text, "another"), None);
}

/// Reads a record on the object `u` and tells what is in it.
#[track_caller]
#[expect(clippy::needless_pass_by_value, reason = "rows read better without ampersands")]
fn check_read(text: &str, expected: Option<Progress>) {
    assert_eq!(Progress::read(text, "u"), expected);
}

#[test]
fn a_record_is_compact_and_leaves_out_what_is_absent() {
    check(
        begun(),
        expect![[
            r#"{"started":"2026-11-22T21:48:11.168057+00:00","purpose":"create","retries":0,"success":false,"failure":false,"uid":"u"}"#
        ]],
    );
    check(
        Progress {
            stopped: Some(at("2026-11-22T21:48:12Z")),
            delayed: Some(at("2026-11-22T21:48:13.5Z")),
            purpose: Some(Reason::Update),
            retries: 3,
            success: true,
            message: Some("it was é".to_owned()),
            seen: "0123456789abcdef".parse().ok(),
            ..begun()
        },
        expect![[
            r#"{"started":"2026-11-22T21:48:11.168057+00:00","stopped":"2026-11-22T21:48:12.000000+00:00","delayed":"2026-11-22T21:48:13.500000+00:00","purpose":"update","retries":3,"success":true,"failure":false,"message":"it was é","uid":"u","seen":"0123456789abcdef"}"#
        ]],
    );
}

#[test]
fn of_an_error_the_first_line_is_kept_up_to_256_characters() {
    let kept = |message: &str| {
        let text = Progress { message: Some(message.to_owned()), ..begun() }.write("u");
        Progress::read(&text, "u").and_then(|progress| progress.message)
    };
    assert_eq!(kept("first\nsecond"), Some("first".to_owned()));
    assert_eq!(kept(&"é".repeat(300)), Some("é".repeat(256)));
    assert_eq!(kept(""), Some(String::new()));
}

#[test]
fn records_of_the_python_framework_are_read() {
    check_read(
        r#"{"started":"2026-11-22T21:48:11.168057+00:00","purpose":"create","retries":0,"success":false,"failure":false,"subrefs":["a/b"]}"#,
        Some(Progress { subrefs: vec!["a/b".to_owned()], ..begun() }),
    );
    check_read(
        r#"{"started":"2026-11-22T23:48:11.168057+02:00","stopped":null,"purpose":null,"retries":null,"message":"None"}"#,
        Some(Progress { purpose: None, message: Some("None".to_owned()), ..begun() }),
    );
}

#[test]
fn moments_without_an_offset_are_in_utc() {
    check_read(r#"{"started":"2026-11-22T21:48:11.168057","purpose":"create"}"#, Some(begun()));
    check_read(r#"{"started":"2026-11-22 21:48:11.168057","purpose":"create"}"#, Some(begun()));
}

#[test]
fn a_purpose_or_digest_that_is_unknown_is_absent() {
    check_read(
        r#"{"started":"2026-11-22T21:48:11.168057Z","purpose":"","seen":"?"}"#,
        Some(Progress { purpose: None, ..begun() }),
    );
}

#[test]
fn garbage_is_no_record() {
    for garbage in [
        "",
        "null",
        "[]",
        "{}",
        "{",
        "yes",
        r#"{"started":"soon"}"#,
        r#"{"started":"2026-11-22T21:48:11Z","delayed":"99999-01-01T00:00:00Z"}"#,
        r#"{"started":"2026-11-22T21:48:11Z","retries":-1}"#,
        r#"{"started":"2026-11-22T21:48:11Z","success":"true"}"#,
    ] {
        check_read(garbage, None);
    }
}

#[test]
fn success_and_failure_for_good_finish() {
    assert!(!begun().is_finished());
    assert!(Progress { success: true, ..begun() }.is_finished());
    assert!(Progress { failure: true, ..begun() }.is_finished());
}
