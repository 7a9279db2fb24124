//! Handlers that sleep on the host's clock: time goes on where all that are under way do, and stands still otherwise.

mod kit;

use std::{future::pending, time::Duration};

use kopf_plugin_api::prelude::*;

use kit::{EXAMPLES, operator, place};

const HOUR: Duration = Duration::from_secs(3600);

#[kopf::on::create("zalando.org", "v1", "kopfexamples", labels = { "sleeps" = "long" })]
async fn long() -> Outcome<String> {
    let before = kopf::time::now();
    kopf::time::sleep(HOUR).await;
    Ok(format!("after {} s", (kopf::time::now() - before).get_seconds()))
}

#[kopf::on::create("zalando.org", "v1", "kopfexamples", labels = { "sleeps" = "within" })]
async fn within() -> Outcome<Value> {
    #[kopf::subhandler]
    async fn child() -> Outcome<Value> {
        let waited = kopf::time::timeout(HOUR, pending::<()>()).await;
        Ok(json!(waited.is_err()))
    }
    Ok(json!("before its child"))
}

#[kopf::on::create("zalando.org", "v1", "kopfexamples", labels = { "sleeps" = "too-long" },
    attempt_timeout = "10s", errors = permanent)]
async fn too_long() {
    kopf::time::sleep(HOUR).await;
}

/// Waits for tasks: one sleeps twice, the other waits for the first of them.
#[kopf::on::create("zalando.org", "v1", "kopfexamples", labels = { "sleeps" = "tasks" })]
async fn tasks() -> Outcome<String> {
    let before = kopf::time::now();
    let sleeping = kopf::spawn(async {
        kopf::time::sleep(HOUR).await;
        kopf::time::sleep(HOUR).await;
    });
    kopf::spawn(sleeping).await??;
    Ok(format!("after {} s", (kopf::time::now() - before).get_seconds()))
}

/// Waits for a task on a thread that it blocks.
#[kopf::on::create("zalando.org", "v1", "kopfexamples", labels = { "sleeps" = "blocked" })]
fn blocked() -> Outcome<String> {
    let before = kopf::time::now();
    let (sender, receiver) = std::sync::mpsc::channel();
    kopf::spawn(async move {
        kopf::time::sleep(HOUR).await;
        sender.send(())
    });
    receiver.recv()?;
    Ok(format!("after {} s", (kopf::time::now() - before).get_seconds()))
}

/// Works on a thread of its own.
#[kopf::on::create("zalando.org", "v1", "kopfexamples", labels = { "sleeps" = "never" })]
fn working() -> Outcome<bool> {
    let before = kopf::time::now();
    (0..1000).for_each(|_| std::thread::yield_now());
    Ok(kopf::time::now() == before)
}

fn object(name: &str, sleeps: &str) -> String {
    kit::example(name, &json!({ "sleeps": sleeps }), &json!({})).to_string()
}

#[test]
fn a_handler_that_sleeps_is_woken_by_the_test() {
    let mut operator = operator();
    operator.apply(&object("long", "long"));
    operator.settle();
    operator.expect_outcomes("long", &[]);
    operator.advance(HOUR - Duration::from_secs(1));
    operator.expect_outcomes("long", &[]);
    operator.advance(Duration::from_secs(1));
    operator.expect_outcomes("long", &["default/long succeeded: \"after 3600 s\""]);
    operator.expect(EXAMPLES, &place("long"), &json!({ "status": { "long": "after 3600 s" } }));
}

#[test]
fn a_handler_sleeps_where_it_waits_for_a_task_that_does() {
    let mut operator = operator();
    for sleeps in ["tasks", "blocked"] {
        operator.apply(&object(sleeps, sleeps));
    }
    operator.settle();
    operator.expect_outcomes("blocked", &[]);
    operator.advance(HOUR);
    operator.expect_outcomes("blocked", &["default/blocked succeeded: \"after 3600 s\""]);
    operator.expect_outcomes("tasks", &[]);
    operator.advance(24 * HOUR);
    operator.expect_outcomes("tasks", &["default/tasks succeeded: \"after 7200 s\""]);
}

#[test]
fn sub_handlers_may_sleep_and_what_waits_for_ever_is_timed_out() {
    let mut operator = operator();
    operator.apply(&object("within", "within"));
    operator.advance(HOUR);
    let status = json!({ "within": "before its child", "within/child": true });
    operator.expect(EXAMPLES, &place("within"), &json!({ "status": status }));
}

#[test]
fn trap_7_an_attempt_that_sleeps_too_long_is_interrupted_when_its_time_is_up() {
    let mut operator = operator();
    operator.apply(&object("too-long", "too-long"));
    operator.advance(Duration::from_secs(9));
    operator.expect_requests(|entry| entry.is_write() && entry.path.ends_with("/too-long"), &[]);
    operator.advance(Duration::from_secs(1));
    let log = operator.log().join("\n");
    assert!(log.contains("Handler too_long") && log.contains("longer than 10s"), "{log}");
}

#[test]
fn time_stands_still_while_another_handler_works() {
    let mut operator = operator();
    operator.apply(&object("sleeper", "long"));
    for number in 0..5 {
        operator.apply(&object(&format!("worker-{number}"), "never"));
    }
    operator.advance(2 * HOUR);
    let expected: Vec<_> = (0..5).map(|number| format!("default/worker-{number} succeeded: true")).collect();
    let mut outcomes = operator.outcomes("working");
    outcomes.sort();
    assert_eq!(outcomes, expected);
    operator.expect_outcomes("long", &["default/sleeper succeeded: \"after 3600 s\""]);
}
