//! Whatever is sent, the answer is a document or a `Status`, and nothing panics.
//!
//! What clients really send is changed at random, and sent to a sandbox in which it would do something. `KOPF_HOSTILE_SECONDS`
//! says for how long; a failure prints the shortest requests that do it. What is done with the bytes that are made up is in
//! [`targets`], which `fuzz` has too, where bytes are made up by what they reach.

mod choices;
#[path = "../../fuzz/hostile.rs"]
#[allow(clippy::duplicate_mod, reason = "what is fuzzed is compiled even where nothing is")]
mod fuzzed;
mod judge;
mod messages;
mod requests;
mod targets;

use std::{
    cell::Cell,
    time::{Duration, Instant},
};

use proptest::{
    collection::vec,
    prelude::*,
    test_runner::{Config, TestCaseError, TestError, TestRunner},
};

/// For how long it goes on where nothing is said: long enough to see that it works.
const SECONDS: u64 = 2;

fn seconds() -> Duration {
    let said = std::env::var("KOPF_HOSTILE_SECONDS").ok().and_then(|said| said.parse().ok());
    Duration::from_secs(said.unwrap_or(SECONDS))
}

/// Makes up bytes, at most so many at once, for as long as is wanted.
fn make_up(length: usize, target: impl Fn(&[u8]) -> Result<(), String>) {
    let begun = Instant::now();
    while begun.elapsed() < seconds() {
        let config = Config { cases: 16, failure_persistence: None, ..Config::default() };
        let judged = TestRunner::new(config)
            .run(&vec(any::<u8>(), 0..length), |bytes| target(&bytes).map_err(TestCaseError::fail));
        let wrong = match judged {
            Ok(()) => continue,
            Err(TestError::Fail(why, bytes)) => format!("{why}\nby {bytes:?}"),
            Err(TestError::Abort(why)) => why.to_string(),
        };
        assert!(wrong.is_empty(), "{wrong}");
    }
}

#[test]
fn whatever_is_sent_is_answered() {
    make_up(200, targets::whatever);
}

#[test]
fn whatever_is_sent_in_protobuf_is_answered_in_proportion() {
    let (taken, refused) = (Cell::new(0), Cell::new(0));
    make_up(400, |bytes| {
        let answer = targets::protobuf(bytes)?;
        let counted = if answer.code.is_success() { &taken } else { &refused };
        counted.set(counted.get() + 1);
        Ok(())
    });
    assert!(taken.get() > 0 && refused.get() > 0, "{taken:?} were taken, {refused:?} refused");
}
