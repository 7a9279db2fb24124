//! Attempts that take longer than their handler allows.

use std::sync::{Arc, Mutex};

use futures::{
    FutureExt,
    channel::oneshot,
    future::{BoxFuture, pending, ready},
};
use jiff::Timestamp;
use kopf_core::{
    cycle::Call,
    functions::Functions,
    handler::{Handler, Limits, On},
    object::Object,
    question::Question,
    resource::Resource,
};
use serde_json::Value;

use super::*;
use crate::{Forget, Subject, fixtures};

/// A clock that has always come to where it is waited for.
struct Late;

impl Clock for Late {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }

    fn sleep_until(&self, _: Timestamp) -> BoxFuture<'static, ()> {
        ready(()).boxed()
    }
}

/// Answers what the test sends it, and nothing before.
struct Told(Mutex<Option<oneshot::Receiver<Answer>>>);

impl Invoker for Told {
    fn invoke(&self, _: Attempt) -> BoxFuture<'static, Answer> {
        match self.0.lock().unwrap().take() {
            Some(answer) => answer.map(|answer| answer.expect("the test answers")).boxed(),
            None => pending().boxed(),
        }
    }

    fn forget(&self, _: Forget) -> BoxFuture<'static, ()> {
        ready(()).boxed()
    }

    fn choose(&self, _: Arc<Handler>, _: u32, _: Resource) -> BoxFuture<'static, Answer> {
        pending().boxed()
    }

    fn ask(&self, attempt: Attempt, _: Question) -> BoxFuture<'static, Answer> {
        self.invoke(attempt)
    }

    fn transform(&self, _: &Functions, object: Value) -> BoxFuture<'static, Result<Value, Failure>> {
        ready(Ok(object)).boxed()
    }
}

/// An attempt, with an attempt timeout of 5 seconds that has passed at once, and what answers it.
fn overdue(asynchronous: bool) -> (BoxFuture<'static, Answer>, oneshot::Sender<Answer>) {
    let limits = Limits { attempt_timeout: Some(Duration::from_secs(5)), ..Limits::default() };
    let served = fixtures::served(Handler { asynchronous, limits, ..fixtures::handler(On::Create) });
    let handler = served.handlers[0].clone();
    let call = Call::of(handler, Timestamp::UNIX_EPOCH);
    let object = r#"{"metadata":{"name":"a","namespace":"default","uid":"u","resourceVersion":"1"}}"#;
    let subject = Subject::new(Object::parse(object.into()).unwrap());
    let served = Arc::new(served);
    let now = Timestamp::UNIX_EPOCH;
    let made = Attempt { call, subject, served, results: None, event: None, now, children: None, life: None };
    let (answering, answer) = oneshot::channel();
    let invoker = Told(Mutex::new(Some(answer)));
    let attempt = async move { attempt(&invoker, &Late, made).await };
    (attempt.boxed(), answering)
}

#[track_caller]
fn check(answer: Answer, expected: &str) {
    let failure = answer.result.expect_err("the attempt has failed");
    assert_eq!((failure.message.as_str(), answer.patch), (expected, None));
}

#[test]
fn trap_7_an_asynchronous_handler_that_takes_too_long_is_interrupted() {
    let (attempt, answering) = overdue(true);
    let answer = attempt.now_or_never().expect("it is not waited for");
    check(answer, "the attempt took longer than 5s and was interrupted");
    assert!(answering.is_canceled());
}

#[test]
fn a_synchronous_handler_that_takes_too_long_is_waited_for_and_its_answer_is_dropped() {
    let (mut attempt, answering) = overdue(false);
    assert!(attempt.as_mut().now_or_never().is_none(), "nothing else of its object begins");
    let patch = Some(serde_json::json!({ "spec": {} }));
    answering.send(Answer { result: Ok(Some("late".into())), patch, functions: None }).unwrap();
    let answer = attempt.now_or_never().expect("it has returned");
    check(answer, "the attempt took longer than 5s and returned too late");
}
