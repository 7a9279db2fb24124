//! Handlers that keep a thread are named.

use std::time::Duration;

use futures::{FutureExt, executor::block_on};
use kopf_loader::{Loaded, Options};
use kopf_reactor::{Invoker, invoke::Overdue};
use serde_json::json;

use crate::stage::{attempt, begin, call, lines, load_with, subject};

fn named(loaded: &Loaded) -> Vec<String> {
    let name = |Overdue { handler, object, blocking, .. }| format!("{handler} {object} {blocking}");
    loaded.invoker.overdue().into_iter().map(name).collect()
}

#[test]
fn an_asynchronous_handler_that_does_not_yield_is_overdue_until_it_does() {
    let loaded = load_with(&["unruly"], &Options { stall: Duration::ZERO, ..Options::default() });
    let spinning = begin(&loaded, "spin", "spin-a");
    lines().wait_for(&["object=ns/spin-a ", "waiting"]);
    assert_eq!(named(&loaded), ["spin ns/spin-a false"]);
    call(&loaded, "release", "spin-a").result.unwrap();
    block_on(spinning).result.unwrap();
    assert_eq!(named(&loaded), Vec::<String>::new());
}

#[test]
fn an_asynchronous_handler_that_is_let_go_and_spins_on_stays_overdue() {
    let loaded = load_with(&["unruly"], &Options { stall: Duration::ZERO, ..Options::default() });
    let spinning = begin(&loaded, "spin", "spin-b");
    lines().wait_for(&["object=ns/spin-b ", "waiting"]);
    drop(spinning);
    assert_eq!(named(&loaded), ["spin ns/spin-b false"]);
    call(&loaded, "release", "spin-b").result.unwrap();
}

#[test]
fn within_its_time_nothing_is_overdue() {
    let loaded = load_with(&["unruly"], &Options::default());
    let spinning = begin(&loaded, "spin", "spin-c");
    let blocking = begin(&loaded, "block", "block-c");
    lines().wait_for(&["object=ns/spin-c ", "waiting"]);
    lines().wait_for(&["object=ns/block-c ", "waiting"]);
    assert_eq!(named(&loaded), Vec::<String>::new());
    call(&loaded, "release", "spin-c").result.unwrap();
    block_on(futures::future::join(spinning, blocking));
}

#[test]
fn a_blocking_call_beyond_its_time_is_overdue() {
    let mut loaded = load_with(&["unruly"], &Options::default());
    for handler in &mut loaded.handlers {
        handler.limits.attempt_timeout = Some(Duration::from_nanos(1));
    }
    let blocking = begin(&loaded, "block", "block-d");
    lines().wait_for(&["object=ns/block-d ", "waiting"]);
    assert_eq!(named(&loaded), ["block ns/block-d true"]);
    call(&loaded, "release", "block-d").result.unwrap();
    block_on(blocking).result.unwrap();
    assert_eq!(named(&loaded), Vec::<String>::new());
}

#[test]
fn when_all_threads_are_given_up_others_wait_and_go_on_once_one_returns() {
    let loaded = load_with(&["unruly"], &Options { sync_threads: 1, ..Options::default() });
    let given_up = begin(&loaded, "block", "block-e");
    lines().wait_for(&["object=ns/block-e ", "waiting"]);
    drop(given_up);
    assert_eq!(named(&loaded), ["block ns/block-e true"]);
    let subject = subject("waits", &json!({}));
    let mut waiting = loaded.invoker.invoke(attempt(&loaded, "echo", &subject, None, json!({})));
    assert!((&mut waiting).now_or_never().is_none());
    // An attempt that has not begun leaves nothing behind.
    drop(loaded.invoker.invoke(attempt(&loaded, "block", &subject, None, json!({}))));
    assert_eq!(named(&loaded), ["block ns/block-e true"]);

    // This copy's only thread is kept, so the asynchronous side lets it go.
    block_on(loaded.invoker.invoke(attempt(&loaded, "release_async", &subject, None, json!({}))))
        .result
        .unwrap();
    block_on(waiting).result.unwrap();
    lines().wait_for(&["WARN", "object=ns/block-e", "its answer is dropped"]);
    assert_eq!(named(&loaded), Vec::<String>::new());
}
