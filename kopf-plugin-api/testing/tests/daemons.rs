//! Daemons: when they start, what they see, and how they end, in a time of the test's own.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use kopf_plugin_api::prelude::*;
use kopf_plugin_testing::Operator;

const EXAMPLES: &str = "kopfexamples.zalando.org";
const FINALIZER: &str = "kopf-plugin-testing.kopf.dev/finalizer";

/// What daemons tell, by object: tests run side by side, each with an object of its own name.
static TOLD: Mutex<BTreeMap<String, Vec<String>>> = Mutex::new(BTreeMap::new());

fn tell(name: &Name, what: impl Into<String>) {
    TOLD.lock()
        .unwrap_or_else(PoisonError::into_inner)
        .entry(name.to_string())
        .or_default()
        .push(what.into());
}

fn told(name: &str) -> Vec<String> {
    TOLD.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned().unwrap_or_default()
}

#[kopf::daemon("zalando.org", "v1", "kopfexamples", labels = { "daemon" = "polite" })]
async fn polite(name: Name, stopped: Stopped, latest: Latest) -> Outcome<()> {
    tell(&name, "begins");
    while !stopped.wait(Duration::from_secs(10)).await {
        tell(&name, format!("sees {}", latest.spec()?["field"]));
    }
    tell(&name, format!("ends: {:?}", stopped.reasons()));
    Ok(())
}

/// An operator on a sandbox that has the definition.
fn operator() -> Operator {
    let mut operator = kopf_plugin_testing::start!();
    operator.apply(include_str!("../../../examples/crd.yaml"));
    operator.settle();
    operator
}

fn object(name: &str, daemon: &str) -> String {
    json!({
        "apiVersion": "zalando.org/v1", "kind": "KopfExample",
        "metadata": { "name": name, "namespace": "default", "labels": { "daemon": daemon } },
        "spec": { "field": "value" },
    })
    .to_string()
}

fn place(name: &str) -> String {
    format!("default/{name}")
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[test]
fn a_daemon_runs_from_the_first_sight_of_its_object_to_the_deletion() {
    let mut operator = operator();
    operator.apply(&object("life", "polite"));
    operator.settle();
    assert_eq!(told("life"), ["begins"]);
    let held = operator.get(EXAMPLES, &place("life"));
    assert_eq!(held["metadata"]["finalizers"], json!([FINALIZER]));
    assert_eq!(held["metadata"].get("annotations"), None, "nothing is kept on it that nobody reads");
    operator.advance(seconds(10));
    operator.patch(EXAMPLES, &place("life"), &json!({ "spec": { "field": "other" } }));
    operator.advance(seconds(10));
    operator.delete(EXAMPLES, &place("life"));
    operator.settle();
    assert_eq!(
        told("life"),
        ["begins", r#"sees "value""#, r#"sees "other""#, "ends: [ResourceDeleted, Signalled]"]
    );
    assert_eq!(operator.find(EXAMPLES, &place("life")), None);
    assert_eq!(operator.writes_to("life").len(), 2, "the finalizer comes and goes");
}
