//! A panic is an error with a message, a place and a backtrace, and nothing more.

use crate::stage::{begin, call, lines, load};
use kopf_core::outcome::FailureKind;

#[track_caller]
fn check(id: &str, message: &str, function: &str) {
    let loaded = load(&["orderly"]);
    let failure = call(&loaded, id, id).result.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Any);
    assert!(failure.message.contains(message), "{}", failure.message);
    let trace = failure.trace.unwrap_or_default();
    let place = trace.lines().next().unwrap_or_default();
    assert!(place.contains("orderly.rs:"), "{place}");
    assert!(trace.contains(function), "{trace}");
    lines().wait_for(&["ERROR kopf_plugin", &format!("object=ns/{id} "), message, "orderly.rs:"]);
    assert!(call(&loaded, "create_fn", "after").result.is_ok(), "the plugin goes on");
}

#[test]
fn of_a_synchronous_handler() {
    check("panicking", "index out of bounds: the len is 0 but the index is 3", "orderly::panicking");
}

#[test]
fn of_an_asynchronous_handler_after_a_wait() {
    check("panicking_later", "later", "orderly::panicking_later");
}

#[test]
fn in_the_drop_of_what_a_handler_holds() {
    check("panicking_in_drop", "in drop: at the end", "PanicsInDrop");
}

#[test]
fn in_a_task_is_an_error_of_whoever_awaits_it() {
    let loaded = load(&["orderly"]);
    let failure = call(&loaded, "panicking_task", "task").result.unwrap_err();
    assert!(failure.message.contains("panicked"), "{}", failure.message);
    lines().wait_for(&["ERROR kopf_plugin", "object=ns/task ", "in a task", "orderly.rs:"]);
}

#[test]
fn in_the_drop_of_an_interrupted_handler_is_told() {
    let loaded = load(&["orderly"]);
    let attempt = begin(&loaded, "interrupted", "cut");
    lines().wait_for(&["object=ns/cut ", "waiting to be interrupted"]);
    drop(attempt);
    lines().wait_for(&["ERROR kopf_plugin", "object=ns/cut ", "in drop: interrupted"]);
    assert!(call(&loaded, "create_fn", "after").result.is_ok(), "the plugin goes on");
}
