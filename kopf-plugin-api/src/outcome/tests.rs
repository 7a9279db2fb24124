//! Which error counts as what, and how it reads.

use std::collections::BTreeMap;

use serde_json::json;

use super::*;

#[derive(Debug)]
struct Wrapped<E>(&'static str, E);

impl<E> fmt::Display for Wrapped<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl<E: std::error::Error + 'static> std::error::Error for Wrapped<E> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.1)
    }
}

#[track_caller]
fn check(outcome: impl IntoOutcome, expected: &str) {
    let found = match answer(outcome) {
        Ok(result) => format!("{result:?}"),
        Err(error) => {
            let failure = error.into_failure();
            format!("{:?} {:?} {}", failure.kind, failure.delay_ms, failure.message)
        }
    };
    assert_eq!(found, expected);
}

#[test]
fn nothing_and_null_are_no_result() {
    check((), "None");
    check(Outcome::Ok(()), "None");
    check(Outcome::Ok(Value::Null), "None");
    check(Outcome::Ok(None::<u8>), "None");
    check(Outcome::Ok(false), "Some(Bool(false))");
    check(Outcome::Ok(json!({"a": 1})), "Some(Object {\"a\": Number(1)})");
    check(
        Outcome::Ok(BTreeMap::from([(vec![1], 2)])),
        "Permanent None its result is not JSON: key must be a string",
    );
}

#[test]
fn any_error_is_one_with_its_causes_after_colons() {
    fn parse() -> Outcome<()> {
        let _: u8 = "x".parse()?;
        Ok(())
    }
    check(parse(), "Error None invalid digit found in string");
    check("x".parse::<u8>(), "Error None invalid digit found in string");
    let io = || std::io::Error::other("disk full");
    check(Err::<(), _>(Wrapped("cannot save", io())), "Error None cannot save: disk full");
    check(Err::<(), _>(Wrapped("cannot save: disk full", io())), "Error None cannot save: disk full");
    check(Outcome::<()>::Err(Error::msg("plain")), "Error None plain");
}

#[test]
fn temporary_and_permanent_errors_are_recognised_at_any_depth() {
    fn question_mark() -> Outcome<()> {
        Err(Permanent::new("never"))?
    }
    check(question_mark(), "Permanent None never");
    check(Err::<(), _>(Temporary::new("not yet")), "Temporary None not yet");
    check(Err::<(), _>(Temporary::new("not yet").after(5)), "Temporary Some(5000) not yet");
    check(
        Err::<(), _>(Temporary::new("not yet").after(Duration::from_millis(7))),
        "Temporary Some(7) not yet",
    );
    check(Outcome::<()>::Err(temporary("not yet", 0.25)), "Temporary Some(250) not yet");
    check(Outcome::<()>::Err(permanent("never")), "Permanent None never");
    check(
        Err::<(), _>(Wrapped("outer", Temporary::new("inner").after(1u64))),
        "Temporary Some(1000) outer: inner",
    );
    check(
        Err::<(), _>(Wrapped("outer", Wrapped("mid", Permanent::new("in")))),
        "Permanent None outer: mid: in",
    );
}

#[test]
fn a_delay_that_makes_no_sense_is_none_or_the_longest() {
    check(Outcome::<()>::Err(temporary("x", -5)), "Temporary Some(0) x");
    check(Outcome::<()>::Err(temporary("x", f64::NAN)), "Temporary Some(0) x");
    check(Outcome::<()>::Err(temporary("x", f64::INFINITY)), &format!("Temporary Some({}) x", u64::MAX));
}
