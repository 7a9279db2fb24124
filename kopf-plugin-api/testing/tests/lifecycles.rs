//! Which of the handlers that are due are called in one cycle, and how long they wait between attempts.

mod kit;

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use kopf_plugin_api::prelude::*;
use kopf_plugin_testing::Operator;

/// Calls of handlers, by object.
static CALLS: Mutex<BTreeMap<String, Vec<String>>> = Mutex::new(BTreeMap::new());

fn called(name: &str, what: &str) {
    let mut calls = CALLS.lock().unwrap_or_else(PoisonError::into_inner);
    calls.entry(name.to_owned()).or_default().push(what.to_owned());
}

fn calls(name: &str) -> Vec<String> {
    CALLS.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned().unwrap_or_default()
}

/// Fails once, a second long.
fn once(name: &Name, what: &str, retry: u32) -> Outcome<()> {
    called(name, &format!("{what} {retry}"));
    match retry {
        0 => Err(Temporary::new("not yet").after(Duration::from_secs(1)).into()),
        _ => Ok(()),
    }
}

#[kopf::on::create("zalando.org", "v1", "kopfexamples", labels = { "asap" = present }, lifecycle = "asap")]
fn asap_a(name: Name, Retry(retry): Retry) -> Outcome<()> {
    once(&name, "a", retry)
}

#[kopf::on::create("zalando.org", "v1", "kopfexamples", labels = { "asap" = present }, lifecycle = "asap")]
fn asap_b(name: Name, Retry(retry): Retry) -> Outcome<()> {
    once(&name, "b", retry)
}

#[kopf::on::create("zalando.org", "v1", "kopfexamples", labels = { "single" = present }, lifecycle = "one-by-one")]
fn single_a(name: Name) {
    called(&name, "a");
}

#[kopf::on::create("zalando.org", "v1", "kopfexamples", labels = { "single" = present }, lifecycle = "one-by-one")]
fn single_b(name: Name) {
    called(&name, "b");
}

#[kopf::on::create("zalando.org", "v1", "kopfexamples", labels = { "single" = present },
    lifecycle = "one-by-one", group = "apart")]
fn single_c(name: Name) {
    called(&name, "c");
}

#[kopf::on::create("zalando.org", "v1", "kopfexamples", labels = { "random" = present }, lifecycle = "randomized")]
fn random_a(name: Name) {
    called(&name, "a");
}

#[kopf::on::create("zalando.org", "v1", "kopfexamples", labels = { "random" = present }, lifecycle = "randomized")]
fn random_b(name: Name) {
    called(&name, "b");
}

#[kopf::on::create("zalando.org", "v1", "kopfexamples", labels = { "random" = present }, lifecycle = "shuffled")]
fn shuffled_a(name: Name) {
    called(&name, "c");
}

#[kopf::on::create("zalando.org", "v1", "kopfexamples", labels = { "random" = present }, lifecycle = "shuffled")]
fn shuffled_b(name: Name) {
    called(&name, "d");
}

#[kopf::on::create("zalando.org", "v1", "kopfexamples", labels = { "growing" = present },
    backoff = exponential("10s", factor = 3, cap = "1m", jitter = 0))]
fn growing(name: Name, Retry(retry): Retry) -> Outcome<()> {
    called(&name, &retry.to_string());
    if retry < 4 {
        Err(std::io::Error::other("not yet"))?
    }
    Ok(())
}

fn operator_with(name: &str, label: &str) -> Operator {
    let mut operator = kit::operator();
    operator.apply(&kit::example(name, &json!({ label: "" }), &json!({})).to_string());
    operator.settle();
    operator
}

#[test]
fn asap_calls_the_handler_with_the_fewest_attempts() {
    let mut operator = operator_with("asap", "asap");
    operator.advance(Duration::from_secs(5));
    assert_eq!(calls("asap"), ["a 0", "b 0", "a 1", "b 1"]);
}

#[test]
fn one_by_one_writes_each_before_the_next_and_groups_do_not_wait_for_one_another() {
    let operator = operator_with("single", "single");
    assert_eq!(calls("single"), ["a", "c", "b"]);
    assert_eq!(operator.writes_to("single").len(), 2, "the second cycle ends the creation");
}

#[test]
fn what_is_left_to_chance_is_all_called_in_the_end() {
    let _operator = operator_with("random", "random");
    let mut found = calls("random");
    found.sort_unstable();
    assert_eq!(found, ["a", "b", "c", "d"]);
}

#[test]
fn waits_grow_up_to_their_cap() {
    let mut operator = operator_with("growing", "growing");
    let mut attempts = vec![calls("growing").len()];
    for seconds in [9, 1, 29, 1, 59, 1, 59, 1] {
        operator.advance(Duration::from_secs(seconds));
        attempts.push(calls("growing").len());
    }
    assert_eq!(attempts, [1, 1, 2, 2, 3, 3, 4, 4, 5]);
}
