//! Every line that an attempt may come to, and what is remembered with it.

use expect_test::{Expect, expect};
use serde_json::json;

use super::*;
use crate::{
    cause::Reason,
    handler::{On, tests::handler},
};

fn begun(retries: u32) -> Progress {
    let started = "2026-11-22T20:00:00Z".parse().unwrap();
    Progress { retries, ..Progress::begin(Reason::Create, started) }
}

fn any() -> Answer {
    failure(FailureKind::Any)
}

fn temporary(seconds: Option<u64>) -> Answer {
    failure(FailureKind::Temporary(seconds.map(Duration::from_secs)))
}

fn failure(kind: FailureKind) -> Answer {
    Answer {
        result: Err(Failure { kind, message: "no".to_owned(), trace: None }),
        patch: None,
        functions: None,
    }
}

/// Judges an attempt that `retries` others were before, and that ended ten seconds after the first had begun.
#[track_caller]
#[expect(clippy::needless_pass_by_value, reason = "rows read better without ampersands")]
fn check(limits: Limits, retries: u32, answer: Answer, expected: Expect) {
    let handler = Handler { limits, ..handler(On::Create, "a/b") };
    let before = begun(retries);
    let now = before.started + Duration::from_secs(10);
    let policy = Policy { backoff: &Backoff::default(), jitter: 0.0 };
    let verdict = judge(&handler, &before, &answer, policy, now);
    expected.assert_eq(&told(&verdict, now));
}

/// Asks whether the limits allow an attempt that begins ten seconds after the first one.
#[track_caller]
#[expect(clippy::needless_pass_by_value, reason = "rows read better without ampersands")]
fn check_before(limits: Limits, retries: u32, expected: Expect) {
    let before = begun(retries);
    let now = before.started + Duration::from_secs(10);
    let verdict = forbid(&Handler { limits, ..handler(On::Create, "a") }, &before, now);
    expected.assert_eq(&verdict.map_or_else(|| "allowed".to_owned(), |verdict| told(&verdict, now)));
}

fn told(verdict: &Verdict, now: Timestamp) -> String {
    let Progress { stopped, delayed, retries, success, failure, message, .. } = &verdict.progress;
    let state = match (success, failure) {
        (true, false) => "succeeded".to_owned(),
        (false, true) => "failed".to_owned(),
        _ => format!("in {:?}", elapsed(now, delayed.unwrap())),
    };
    assert_eq!(stopped.is_some(), verdict.progress.is_finished());
    assert!(delayed.is_none() || stopped.is_none());
    let message = message.as_deref().unwrap_or("-");
    format!("{:?}: {}\n{retries} {state} {message} {:?}", verdict.level, verdict.line, verdict.result)
}

const NONE: Limits =
    Limits { retries: None, timeout: None, attempt_timeout: None, backoff: None, errors: Errors::Temporary };

#[test]
fn a_success_keeps_its_result_and_forgets_the_last_error() {
    check(
        NONE,
        0,
        Answer { result: Ok(None), patch: None, functions: None },
        expect![[r#"
        Info: Handler a/b succeeded.
        1 succeeded - None"#]],
    );
    check(
        NONE,
        1,
        Answer { result: Ok(Some(json!(1))), patch: None, functions: None },
        expect![[r#"
        Info: Handler a/b succeeded.
        2 succeeded - Some(Number(1))"#]],
    );
}

#[test]
fn a_result_over_256_kib_is_a_permanent_failure() {
    let result =
        |length| Answer { result: Ok(Some("x".repeat(length).into())), patch: None, functions: None };
    let before = begun(0);
    let policy = Policy { backoff: &Backoff::default(), jitter: 0.0 };
    let judged = |length| judge(&handler(On::Create, "a"), &before, &result(length), policy, before.started);
    assert!(judged(RESULT_LIMIT - 2).progress.success);
    check(
        NONE,
        0,
        result(RESULT_LIMIT - 1),
        expect![[r#"
        Error: Handler a/b failed permanently: its result has 262145 bytes, more than the 262144 that are kept: return less
        1 failed its result has 262145 bytes, more than the 262144 that are kept: return less None"#]],
    );
}

#[test]
fn any_error_counts_as_the_handler_says() {
    check(
        NONE,
        0,
        any(),
        expect![[r#"
        Error: Handler a/b failed with an exception and will try again in 1.000 seconds: no
        1 in 1s no None"#]],
    );
    check(
        Limits { errors: Errors::Permanent, ..NONE },
        0,
        any(),
        expect![[r#"
        Error: Handler a/b failed with an exception and will stop now: no
        1 failed no None"#]],
    );
    check(
        Limits { errors: Errors::Ignored, ..NONE },
        0,
        any(),
        expect![[r#"
        Error: Handler a/b failed with an exception and will ignore it: no
        1 succeeded no None"#]],
    );
}

#[test]
fn a_named_failure_counts_as_it_says_whatever_the_handler_says() {
    let ignored = Limits { errors: Errors::Ignored, ..NONE };
    check(
        ignored,
        0,
        failure(FailureKind::Permanent),
        expect![[r#"
        Error: Handler a/b failed permanently: no
        1 failed no None"#]],
    );
    check(
        ignored,
        0,
        temporary(Some(30)),
        expect![[r#"
        Error: Handler a/b failed temporarily: no
        1 in 30s no None"#]],
    );
}

#[test]
fn the_wait_is_the_errors_or_the_handlers_or_grows() {
    let backoff = Limits { backoff: Some(Waits::Same(Duration::from_secs(7))), ..NONE };
    check(
        backoff,
        3,
        any(),
        expect![[r#"
        Error: Handler a/b failed with an exception and will try again in 7.000 seconds: no
        4 in 7s no None"#]],
    );
    check(
        backoff,
        3,
        temporary(None),
        expect![[r#"
        Error: Handler a/b failed temporarily: no
        4 in 7s no None"#]],
    );
    check(
        backoff,
        3,
        temporary(Some(0)),
        expect![[r#"
        Error: Handler a/b failed temporarily: no
        4 in 0ns no None"#]],
    );
    check(
        NONE,
        3,
        any(),
        expect![[r#"
        Error: Handler a/b failed with an exception and will try again in 8.000 seconds: no
        4 in 8s no None"#]],
    );
}

#[test]
fn a_wait_beyond_all_time_is_as_long_as_time() {
    let handler = handler(On::Create, "a");
    let policy = Policy { backoff: &Backoff::default(), jitter: 0.0 };
    let verdict = judge(&handler, &begun(0), &temporary(Some(u64::MAX)), policy, begun(0).started);
    assert_eq!(verdict.progress.delayed, Some(Timestamp::MAX));
    let written = verdict.progress.write("u");
    assert!(Progress::read(&written, "u").is_some_and(|read| read.delayed.is_some()), "{written}");
}

#[test]
fn retries_are_looked_at_ahead() {
    let limits = Limits { retries: Some(2), ..NONE };
    check(
        limits,
        0,
        any(),
        expect![[r#"
        Error: Handler a/b failed with an exception and will try again in 1.000 seconds: no
        1 in 1s no None"#]],
    );
    check(
        limits,
        1,
        any(),
        expect![[r#"
        Error: Handler a/b failed with an exception and will stop now (it would exceed 2 retries on the next attempt): no
        2 failed no None"#]],
    );
    check(
        limits,
        1,
        temporary(Some(1)),
        expect![[r#"
        Error: Handler a/b failed temporarily but will exceed 2 retries: no
        2 failed no None"#]],
    );
}

#[test]
fn the_timeout_is_looked_at_ahead() {
    let limits = Limits { timeout: Some(Duration::from_millis(11_500)), ..NONE };
    check(
        limits,
        0,
        any(),
        expect![[r#"
        Error: Handler a/b failed with an exception and will try again in 1.000 seconds: no
        1 in 1s no None"#]],
    );
    check(
        limits,
        0,
        temporary(Some(2)),
        expect![[r#"
        Error: Handler a/b failed temporarily but will time out after 11.5 seconds: no
        1 failed no None"#]],
    );
    check(
        Limits { backoff: Some(Waits::Same(Duration::from_secs(2))), ..limits },
        0,
        any(),
        expect![[r#"
        Error: Handler a/b failed with an exception and will stop now (it would time out in 11.5 seconds on the next attempt): no
        1 failed no None"#]],
    );
}

#[test]
fn limits_are_looked_at_before_an_attempt() {
    let retries = Limits { retries: Some(2), ..NONE };
    check_before(retries, 1, expect!["allowed"]);
    check_before(
        retries,
        2,
        expect![[r#"
        Error: Handler a has exceeded 2 retries.
        2 failed Handler a has exceeded 2 retries. None"#]],
    );
    let timeout = Limits { timeout: Some(Duration::from_secs(10)), ..NONE };
    check_before(timeout, 0, expect!["allowed"]);
    check_before(
        timeout,
        1,
        expect![[r#"
        Error: Handler a has timed out after 10 seconds.
        1 failed Handler a has timed out after 10 seconds. None"#]],
    );
    check_before(Limits { timeout: Some(Duration::from_secs(11)), ..NONE }, 1, expect!["allowed"]);
}
