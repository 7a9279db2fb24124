//! Whatever is sent, the answer is a document or a `Status`, and nothing panics.
//!
//! What clients really send is changed at random, and sent to a sandbox in which it would do something. `KOPF_HOSTILE_SECONDS`
//! says for how long; a failure prints the shortest requests that do it.

mod judge;
mod messages;
mod requests;

use std::{
    cell::Cell,
    fmt::Debug,
    time::{Duration, Instant},
};

use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use proptest::{
    collection::vec,
    prelude::*,
    test_runner::{Config, TestCaseError, TestError, TestRunner},
};

use judge::{Answer, judge, sandbox};

/// For how long it goes on where nothing is said: long enough to see that it works.
const SECONDS: u64 = 2;

fn seconds() -> Duration {
    let said = std::env::var("KOPF_HOSTILE_SECONDS").ok().and_then(|said| said.parse().ok());
    Duration::from_secs(said.unwrap_or(SECONDS))
}

/// Sends what is made up to sandboxes, for as long as is wanted, and has `look` see each answer and how much was sent for it.
fn send<T: Debug>(
    made_up: &impl Strategy<Value = Vec<T>>,
    request: impl Fn(&T) -> Option<Request<Full<Bytes>>>,
    look: impl Fn(Answer, u64) -> Result<(), String>,
) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let begun = Instant::now();
    while begun.elapsed() < seconds() {
        let config = Config { cases: 16, failure_persistence: None, ..Config::default() };
        let judged = TestRunner::new(config).run(made_up, |steps| {
            let sandbox = sandbox();
            for request in steps.iter().filter_map(&request) {
                let said = format!("{} {}", request.method(), request.uri());
                let sent = http_body::Body::size_hint(request.body()).lower();
                let judged = runtime.block_on(judge(&sandbox, request));
                judged
                    .and_then(|answer| look(answer, sent))
                    .map_err(|wrong| TestCaseError::fail(format!("{said}: {wrong}")))?;
            }
            Ok(())
        });
        let wrong = match judged {
            Ok(()) => continue,
            Err(TestError::Fail(why, steps)) => {
                let steps: Vec<_> = steps.iter().map(|step| format!("{step:?}")).collect();
                format!("{why}\nafter\n{}", steps.join("\n"))
            }
            Err(TestError::Abort(why)) => why.to_string(),
        };
        assert!(wrong.is_empty(), "{wrong}");
    }
}

#[test]
fn whatever_is_sent_is_answered() {
    send(&requests::steps(), requests::request, |_, _| Ok(()));
}

#[test]
fn whatever_is_sent_in_protobuf_is_answered_in_proportion() {
    let (taken, refused) = (Cell::new(0), Cell::new(0));
    send(
        &vec(vec(any::<u8>(), 0..400), 1..40),
        |bytes| Some(messages::request(bytes)),
        |answer, sent| {
            let counted = if answer.code.is_success() { &taken } else { &refused };
            counted.set(counted.get() + 1);
            messages::in_proportion(answer, sent)
        },
    );
    assert!(taken.get() > 0 && refused.get() > 0, "{taken:?} were taken, {refused:?} refused");
}
