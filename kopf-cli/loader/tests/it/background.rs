//! The flag of a daemon, and its object as it is by now, across the boundary.

use futures::executor::block_on;
use kopf_core::background::{Stage, StopReason};
use kopf_reactor::{Attempt, Invoker, Life};
use serde_json::json;

use crate::stage::{attempt, lines, load, subject};

/// What a daemon answers that was told to stop while it waited.
#[track_caller]
fn check(id: &str, name: &str, expected: &serde_json::Value) {
    let loaded = load(&["orderly"]);
    let subject = subject(name, &json!({ "size": 3 }));
    let life = Life::of(&subject.object);
    let made = attempt(&loaded, id, &subject, None, json!({}));
    // It is polled by a thread of its own, as by the operator.
    let running = loaded.invoker.invoke(Attempt { life: Some(life.clone()), ..made });
    let daemon = std::thread::spawn(move || block_on(running));
    lines().wait_for(&[&format!("object=ns/{name} "), "waiting to be stopped"]);
    life.tell(StopReason::ResourceDeleted);
    assert_eq!(daemon.join().unwrap().result.unwrap().as_ref(), Some(expected));
}

#[test]
fn a_synchronous_daemon_waits_on_its_thread_until_it_is_told_to_stop() {
    check("lingering", "linger-a", &json!([false, true, ["resource-deleted"], 3]));
}

#[test]
fn an_asynchronous_daemon_waits_until_it_is_told_to_stop() {
    check("lingering_async", "linger-b", &json!([false, true, "resource-deleted", 3]));
}

#[test]
fn a_daemon_that_was_told_before_it_began_does_not_wait() {
    let loaded = load(&["orderly"]);
    let subject = subject("linger-c", &json!({ "size": 3 }));
    let life = Life::of(&subject.object);
    life.tell(StopReason::OperatorExiting);
    life.reach(Stage::Signalled);
    let made = attempt(&loaded, "lingering", &subject, None, json!({}));
    let answer = block_on(loaded.invoker.invoke(Attempt { life: Some(life), ..made }));
    assert_eq!(
        answer.result.unwrap(),
        Some(json!([true, true, ["operator-exiting", "daemon-signalled"], 3]))
    );
}
