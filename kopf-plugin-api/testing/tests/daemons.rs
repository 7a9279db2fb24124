//! Daemons: when they start, what they see, and how they end, in a time of the test's own.

mod kit;

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use kopf_plugin_api::prelude::*;
use kopf_plugin_testing::{Effect, Entry, Fault, Operator};

use kit::{EXAMPLES, operator, place};

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

/// Does not hear that it is to stop, and is interrupted where it waits.
#[kopf::daemon("zalando.org", "v1", "kopfexamples", labels = { "daemon" = "deaf" })]
async fn deaf(name: Name) {
    let _interrupted = Interrupted(name.clone());
    tell(&name, "begins");
    loop {
        kopf::time::sleep(Duration::from_secs(60)).await;
    }
}

struct Interrupted(Name);

impl Drop for Interrupted {
    fn drop(&mut self) {
        tell(&self.0, "is interrupted");
    }
}

/// Hears it, and goes on.
#[kopf::daemon("zalando.org", "v1", "kopfexamples", labels = { "daemon" = "stubborn" },
    cancellation_backoff = 5, cancellation_timeout = 10)]
async fn stubborn(name: Name, stopped: Stopped) {
    let _interrupted = Interrupted(name.clone());
    stopped.wait(Duration::MAX).await;
    tell(&name, "hears it");
    kopf::time::sleep(Duration::MAX).await;
}

/// The same, and nothing says for how long it may.
#[kopf::daemon("zalando.org", "v1", "kopfexamples", labels = { "daemon" = "endless" })]
async fn endless(_stopped: Stopped) {
    kopf::time::sleep(Duration::MAX).await;
}

/// Takes its time once it is told.
#[kopf::daemon("zalando.org", "v1", "kopfexamples", labels = { "daemon" = "slow" })]
async fn slow(name: Name, stopped: Stopped) {
    stopped.wait(Duration::MAX).await;
    kopf::time::sleep(Duration::from_secs(10)).await;
    tell(&name, "ends");
}

#[kopf::daemon("zalando.org", "v1", "kopfexamples", labels = { "daemon" = "quick" }, initial_delay = 20)]
async fn quick(name: Name, patch: Patch) -> Outcome<Value> {
    tell(&name, "is called");
    patch.set_annotation("example.com/seen", "yes");
    Ok(json!("done"))
}

#[kopf::daemon("zalando.org", "v1", "kopfexamples", labels = { "daemon" = "failing" })]
async fn failing(name: Name, Retry(retry): Retry) -> Outcome<()> {
    tell(&name, format!("attempt {retry}"));
    match retry {
        0 => Err(Temporary::new("not yet").after(30).into()),
        _ => Err(Permanent::new("never").into()),
    }
}

#[kopf::daemon("zalando.org", "v1", "kopfexamples", labels = { "daemon" = "changing" })]
async fn changing(patch: Patch) {
    patch.set_spec("field", "changed");
}

#[kopf::on::update("zalando.org", "v1", "kopfexamples", labels = { "daemon" = "changing" })]
fn update_fn(name: Name, spec: Spec) {
    tell(&name, format!("update to {}", spec["field"]));
}

#[kopf::on::delete("zalando.org", "v1", "kopfexamples", labels = { "daemon" = "stubborn" })]
#[kopf::on::delete("zalando.org", "v1", "kopfexamples", labels = { "deletion" = present })]
fn delete_fn(name: Name) {
    tell(&name, "deletion handler");
}

fn object(name: &str, daemon: &str) -> String {
    kit::example(name, &json!({ "daemon": daemon }), &json!({ "field": "value" })).to_string()
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

#[track_caller]
fn check_line(operator: &Operator, name: &str, line: &str) {
    let expected = format!("[default/{name}] {line}");
    let log = operator.log();
    assert!(log.iter().any(|line| line.ends_with(&expected)), "{expected} is not among {log:#?}");
}

/// Starts a daemon on an object of its name, deletes the object, and looks at it after each span.
#[track_caller]
fn check_deletion(daemon: &str, expected: &[(u64, bool)]) -> Operator {
    let name = format!("goes-{daemon}");
    let mut operator = operator();
    operator.apply(&object(&name, daemon));
    operator.advance(seconds(30));
    operator.delete(EXAMPLES, &place(&name));
    for (span, is_there) in expected {
        operator.advance(seconds(*span));
        assert_eq!(operator.find(EXAMPLES, &place(&name)).is_some(), *is_there, "after {span} s");
    }
    operator
}

#[test]
fn a_daemon_that_cannot_hear_it_is_interrupted_at_once() {
    check_deletion("deaf", &[(0, false)]);
    assert_eq!(told("goes-deaf"), ["begins", "is interrupted"]);
}

#[test]
fn a_daemon_that_goes_on_is_cancelled_after_its_backoff_and_the_deletion_handlers_do_not_wait() {
    let operator = check_deletion("stubborn", &[(0, true), (4, true), (1, false)]);
    let mut told = told("goes-stubborn");
    assert_eq!(told.pop().as_deref(), Some("is interrupted"));
    // The handler has a thread of its own.
    told.sort();
    assert_eq!(told, ["deletion handler", "hears it"]);
    check_line(&operator, "goes-stubborn", "Daemon stubborn is signalled to exit by force.");
}

#[test]
fn a_daemon_that_ends_while_a_deletion_handler_runs_holds_nothing() {
    let mut operator = operator();
    operator.apply(&object("together", "deaf"));
    operator.patch(
        EXAMPLES,
        &place("together"),
        &json!({ "metadata": { "labels": { "deletion": "handled" } } }),
    );
    operator.settle();
    operator.delete(EXAMPLES, &place("together"));
    operator.settle();
    let mut told = told("together");
    told.sort();
    assert_eq!(told, ["begins", "deletion handler", "is interrupted"]);
    assert_eq!(operator.find(EXAMPLES, &place("together")), None, "{:#?}", operator.log());
}

#[test]
fn a_deletion_never_waits_for_ever() {
    let operator = check_deletion("endless", &[(0, true), (599, true), (1, false)]);
    check_line(
        &operator,
        "goes-endless",
        "Daemon endless is still exiting. The next check is in 60 seconds.",
    );
    let line = "Daemon endless did not exit in time and is left alone: take `Stopped` as an argument and return when it \
                is set, or set `cancellation_timeout`";
    check_line(&operator, "goes-endless", line);
}

#[test]
fn a_daemon_follows_the_filters() {
    let mut operator = operator();
    operator.apply(&object("follows", "polite"));
    operator.settle();
    operator.patch(EXAMPLES, &place("follows"), &json!({ "metadata": { "labels": { "daemon": "none" } } }));
    operator.settle();
    let released = operator.get(EXAMPLES, &place("follows"));
    assert_eq!(released["metadata"].get("finalizers").cloned().unwrap_or(json!([])), json!([]));
    operator.patch(EXAMPLES, &place("follows"), &json!({ "metadata": { "labels": { "daemon": "polite" } } }));
    operator.settle();
    assert_eq!(told("follows"), ["begins", "ends: [FiltersMismatch, Signalled]", "begins"]);
    assert_eq!(operator.get(EXAMPLES, &place("follows"))["metadata"]["finalizers"], json!([FINALIZER]));
}

#[test]
fn a_daemon_that_ends_by_itself_is_not_called_again_and_holds_nothing() {
    let mut operator = operator();
    operator.apply(&object("ends", "quick"));
    operator.advance(seconds(19));
    assert_eq!(told("ends"), Vec::<String>::new());
    operator.advance(seconds(1));
    operator.patch(EXAMPLES, &place("ends"), &json!({ "spec": { "field": "other" } }));
    operator.advance(seconds(100));
    assert_eq!(told("ends"), ["is called"]);
    let object = operator.get(EXAMPLES, &place("ends"));
    assert_eq!(object["status"]["quick"], "done");
    assert_eq!(object["metadata"]["annotations"], json!({ "example.com/seen": "yes" }));
    assert_eq!(object["metadata"].get("finalizers").cloned().unwrap_or(json!([])), json!([]));
    check_line(&operator, "ends", "Daemon quick succeeded.");
}

#[test]
fn a_daemon_that_fails_is_called_again_until_it_fails_for_good() {
    let mut operator = operator();
    operator.apply(&object("fails", "failing"));
    operator.advance(seconds(29));
    assert_eq!(told("fails"), ["attempt 0"]);
    operator.advance(seconds(600));
    assert_eq!(told("fails"), ["attempt 0", "attempt 1"]);
    check_line(&operator, "fails", "Daemon failing failed temporarily: not yet");
    check_line(&operator, "fails", "Daemon failing failed permanently: never");
}

#[test]
fn what_a_daemon_changes_is_an_update_for_others() {
    let mut operator = operator();
    operator.apply(&object("changes", "changing"));
    operator.settle();
    assert_eq!(told("changes"), [r#"update to "changed""#]);
}

#[test]
fn what_a_daemon_has_brought_is_written_when_the_server_takes_it_again() {
    let mut operator = operator();
    operator.apply(&object("outage", "quick"));
    operator.settle();
    let patches = |entry: &Entry| entry.method == "PATCH" && entry.path.contains("/kopfexamples/");
    operator.sandbox().faults().add(Fault::new(Effect::InternalError).when(patches).times(2));
    operator.advance(seconds(60));
    assert_eq!(told("outage"), ["is called"]);
    assert_eq!(operator.get(EXAMPLES, &place("outage"))["status"]["quick"], "done");
}

#[test]
fn at_the_operators_end_daemons_end_first_and_begin_again_with_the_next_start() {
    let mut operator = operator();
    operator.apply(&object("stops", "polite"));
    operator.settle();
    operator.stop();
    assert_eq!(told("stops"), ["begins", "ends: [OperatorExiting, Signalled]"]);
    operator.resume();
    assert_eq!(told("stops"), ["begins", "ends: [OperatorExiting, Signalled]", "begins"]);
}

#[test]
fn nothing_is_left_of_a_killed_daemon_but_the_finalizer_and_the_next_start_takes_it_up() {
    let mut operator = operator();
    operator.apply(&object("killed", "deaf"));
    operator.settle();
    operator.kill();
    operator.delete(EXAMPLES, &place("killed"));
    operator.resume();
    assert_eq!(operator.find(EXAMPLES, &place("killed")), None);
}

#[test]
fn trap_25_a_daemon_has_the_grace_at_the_operators_end_and_is_named_when_that_is_over() {
    let mut operator = operator();
    operator.apply(&object("takes-its-time", "slow"));
    operator.apply(&object("never-ends", "endless"));
    operator.settle();
    operator.stop();
    assert_eq!(told("takes-its-time"), ["ends"]);
    let warned = |line: &String| line.starts_with("WARN") && line.contains("did not exit in time");
    let warned: Vec<_> = operator.log().into_iter().filter(warned).collect();
    assert!(
        matches!(&warned[..], [line] if line.contains("[default/never-ends] Daemon endless")),
        "{warned:#?}"
    );
}

#[test]
fn trap_24_an_object_with_daemons_alone_is_let_go_by_one_write() {
    let mut operator = operator();
    operator.apply(&object("light", "polite"));
    operator.settle();
    operator.journal().clear();
    operator.delete(EXAMPLES, &place("light"));
    operator.advance(seconds(60));
    let path = "/apis/zalando.org/v1/namespaces/default/kopfexamples/light";
    let of_it = |entry: &Entry| entry.is_write() && !entry.path.contains("/events");
    operator.expect_requests(of_it, &[&format!("PATCH {path} 200")]);
}
