//! Daemons, timers and indexes of an operator that waits for another: they stop, and go on without loss.

mod kit;

use std::{
    collections::BTreeMap,
    sync::{Condvar, Mutex, PoisonError},
    time::Duration,
};

use kopf_plugin_api::prelude::*;
use kopf_plugin_testing::Operator;

use kit::{EXAMPLES, place};

const PEERING: &str = "clusterkopfpeerings.kopf.dev";

/// What has happened, by object: tests run side by side, each with objects of its own names.
static SEEN: Mutex<BTreeMap<String, Vec<String>>> = Mutex::new(BTreeMap::new());

/// Something was noted, perhaps by a daemon on a thread of its own, which nobody else waits for.
static NOTED: Condvar = Condvar::new();

fn note(name: &Name, what: impl Into<String>) {
    SEEN.lock()
        .unwrap_or_else(PoisonError::into_inner)
        .entry(name.to_string())
        .or_default()
        .push(what.into());
    NOTED.notify_all();
}

fn seen(name: &str) -> Vec<String> {
    SEEN.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned().unwrap_or_default()
}

/// Waits until this has happened, and no more than this.
#[track_caller]
fn await_seen(name: &str, expected: &[&str]) {
    let all = SEEN.lock().unwrap_or_else(PoisonError::into_inner);
    let count = |all: &BTreeMap<String, Vec<String>>| all.get(name).map_or(0, Vec::len);
    let waited = NOTED.wait_timeout_while(all, Duration::from_secs(30), |all| count(all) < expected.len());
    let (all, _) = waited.unwrap_or_else(PoisonError::into_inner);
    assert_eq!(all.get(name).map_or(&[][..], Vec::as_slice), expected);
}

/// How the daemon ends that does not look whether it is to.
struct Dropped(Name);

impl Drop for Dropped {
    fn drop(&mut self) {
        note(&self.0, "dropped");
    }
}

#[kopf::daemon("zalando.org", "v1", "kopfexamples", labels = { "attentive" = present })]
async fn attentive(name: Name, stopped: Stopped) {
    note(&name, "begun");
    while !stopped.wait(Duration::from_secs(3600)).await {}
    note(&name, stopped.reason().map(|reason| reason.to_string()).unwrap_or_default());
}

#[kopf::daemon("zalando.org", "v1", "kopfexamples", labels = { "threaded" = present })]
fn threaded(name: Name, stopped: Stopped) {
    note(&name, "begun");
    while !stopped.wait_blocking(Duration::from_secs(3600)) {}
    note(&name, stopped.reason().map(|reason| reason.to_string()).unwrap_or_default());
}

#[kopf::daemon("zalando.org", "v1", "kopfexamples", labels = { "absorbed" = present })]
async fn absorbed(name: Name) {
    note(&name, "begun");
    let _dropped = Dropped(name);
    kopf::time::sleep(Duration::from_secs(100_000)).await;
}

#[kopf::daemon("zalando.org", "v1", "kopfexamples", labels = { "brief" = present })]
async fn brief(name: Name) {
    note(&name, "begun");
}

#[kopf::daemon("zalando.org", "v1", "kopfexamples", labels = { "failing" = present }, backoff = "30s")]
async fn failing(name: Name, Retry(retry): Retry) -> Outcome<()> {
    note(&name, format!("attempt {retry}"));
    if retry == 0 { Err(Temporary::new("not yet").into()) } else { Ok(()) }
}

#[kopf::timer("zalando.org", "v1", "kopfexamples", labels = { "ticking" = present }, interval = "10s")]
async fn ticking(name: Name) {
    note(&name, "tick");
}

#[kopf::index("zalando.org", "v1", "kopfexamples", labels = { "indexed" = present })]
fn sizes(name: Name, spec: Spec) -> (String, u64) {
    (name.to_string(), spec["size"].as_u64().unwrap_or_default())
}

#[kopf::on::create("zalando.org", "v1", "kopfexamples", labels = { "asking" = present })]
fn asking(name: Name, spec: Spec, sizes: Index<sizes>) {
    let asked = spec["about"].as_str().unwrap_or_default();
    note(&name, format!("{:?}", sizes.get(asked)));
}

/// An operator that takes part in a peering.
fn operator() -> Operator {
    let mut operator = kopf_plugin_testing::start!();
    operator.kill();
    operator.apply(kit::DEFINITION);
    operator.apply(include_str!("../../../examples/peering.yaml"));
    operator.settings().peering.id = "me".to_owned();
    operator.resume();
    operator
}

fn apply(operator: &mut Operator, name: &str, label: &str, spec: &Value) {
    operator.apply(&kit::example(name, &json!({ label: "" }), spec).to_string());
    operator.settle();
}

/// Somebody who goes first speaks, for so long.
fn pause(operator: &mut Operator, seconds: u64) {
    let record = json!({ "priority": 1, "lifetime": seconds, "lastseen": operator.now().to_string() });
    operator.patch(PEERING, "default", &json!({ "status": { "other": record } }));
    operator.settle();
}

fn go_on(operator: &mut Operator) {
    operator.patch(PEERING, "default", &json!({ "status": { "other": null } }));
    operator.settle();
}

#[test]
fn daemons_are_told_to_stop_and_run_anew_afterwards() {
    let mut operator = operator();
    for (name, end) in
        [("attentive", "operator-pausing"), ("threaded", "operator-pausing"), ("absorbed", "dropped")]
    {
        apply(&mut operator, name, name, &json!({}));
        await_seen(name, &["begun"]);
        pause(&mut operator, 600);
        operator.advance(Duration::from_secs(300));
        await_seen(name, &["begun", end]);
        go_on(&mut operator);
        operator.advance(Duration::from_secs(300));
        await_seen(name, &["begun", end, "begun"]);
    }
}

#[test]
fn a_daemon_that_has_ended_by_itself_is_not_called_again() {
    let mut operator = operator();
    apply(&mut operator, "brief", "brief", &json!({}));
    pause(&mut operator, 600);
    operator.advance(Duration::from_secs(300));
    go_on(&mut operator);
    operator.advance(Duration::from_secs(300));
    assert_eq!(seen("brief"), ["begun"]);
}

#[test]
fn a_daemon_that_waits_for_its_next_attempt_has_it_after_the_pause() {
    let mut operator = operator();
    apply(&mut operator, "failing", "failing", &json!({}));
    pause(&mut operator, 600);
    operator.advance(Duration::from_secs(300));
    assert_eq!(seen("failing"), ["attempt 0"]);
    go_on(&mut operator);
    operator.advance(Duration::from_secs(60));
    assert_eq!(
        seen("failing").iter().filter(|attempt| *attempt == "attempt 1").count(),
        1,
        "{:?}",
        seen("failing")
    );
}

#[test]
fn timers_rest_in_a_pause() {
    let mut operator = operator();
    apply(&mut operator, "ticking", "ticking", &json!({}));
    operator.advance(Duration::from_secs(25));
    assert_eq!(seen("ticking").len(), 3);
    pause(&mut operator, 600);
    operator.advance(Duration::from_secs(300));
    assert_eq!(seen("ticking").len(), 3);
    go_on(&mut operator);
    operator.advance(Duration::from_secs(25));
    assert!((5..=6).contains(&seen("ticking").len()), "{:?}", seen("ticking"));
}

#[test]
fn objects_that_come_and_go_in_a_pause_have_their_daemons_afterwards_and_no_more() {
    let mut operator = operator();
    apply(&mut operator, "goes", "attentive", &json!({}));
    apply(&mut operator, "changes", "attentive", &json!({}));
    pause(&mut operator, 600);
    operator.advance(Duration::from_secs(60));
    operator.delete(EXAMPLES, &place("goes"));
    apply(&mut operator, "comes", "attentive", &json!({}));
    operator.patch(EXAMPLES, &place("changes"), &json!({ "metadata": { "labels": { "attentive": null } } }));
    operator.advance(Duration::from_secs(60));
    assert!(operator.find(EXAMPLES, &place("goes")).is_some(), "it is held until somebody may let it go");
    assert_eq!(seen("comes"), [""; 0]);

    go_on(&mut operator);
    operator.advance(Duration::from_secs(60));
    assert_eq!(operator.find(EXAMPLES, &place("goes")), None);
    for name in ["goes", "changes"] {
        assert_eq!(seen(name), ["begun", "operator-pausing"]);
    }
    assert_eq!(seen("comes"), ["begun"]);
    let changed = operator.get(EXAMPLES, &place("changes"));
    assert_eq!(changed["metadata"]["finalizers"], Value::Null, "nothing is left behind");
}

#[test]
fn an_index_catches_up_after_a_pause() {
    let mut operator = operator();
    apply(&mut operator, "sized", "indexed", &json!({ "size": 1 }));
    apply(&mut operator, "lost", "indexed", &json!({ "size": 1 }));
    pause(&mut operator, 600);
    operator.patch(EXAMPLES, &place("sized"), &json!({ "spec": { "size": 2 } }));
    operator.delete(EXAMPLES, &place("lost"));
    apply(&mut operator, "found", "indexed", &json!({ "size": 3 }));
    operator.advance(Duration::from_secs(60));
    go_on(&mut operator);
    for (about, expected) in [("sized", "[2]"), ("lost", "[]"), ("found", "[3]")] {
        let name = format!("asks-{about}");
        apply(&mut operator, &name, "asking", &json!({ "about": about }));
        assert_eq!(seen(&name), [expected]);
    }
}
