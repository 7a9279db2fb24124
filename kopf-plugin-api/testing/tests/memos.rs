//! What a plugin remembers of its objects, and what its handlers share.

mod kit;

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use kopf_plugin_api::prelude::*;
use kopf_plugin_testing::{Effect, Entry, Fault, Operator};

use kit::EXAMPLES;

/// Counts the memories that are there, in an operator of its own.
#[derive(Default)]
struct Alive(AtomicUsize);

/// What is remembered of an object.
#[derive(Default)]
struct Seen {
    calls: Vec<&'static str>,
    alive: Option<Counted>,
}

struct Counted(Arc<Alive>);

impl Counted {
    fn new(alive: &Arc<Alive>) -> Counted {
        alive.0.fetch_add(1, Ordering::Relaxed);
        Counted(alive.clone())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Shares what counts, for want of a startup handler; and takes what is shared.
#[kopf::on::create("configmaps", labels = { "first" = present })]
fn shares() {
    kopf::share(Arc::new(Alive::default()));
}

#[kopf::on::create("configmaps", labels = { "asks" = present })]
fn asks(alive: Shared<Arc<Alive>>, patch: Patch) {
    patch.set_annotation("alive", alive.0.load(Ordering::Relaxed).to_string());
}

#[kopf::on::create("zalando.org", "v1", "kopfexamples")]
fn create_fn(seen: Memo<Seen>, alive: Shared<Arc<Alive>>) {
    let mut seen = seen.lock();
    seen.calls.push("create");
    seen.alive = Some(Counted::new(&alive));
}

#[kopf::on::update("zalando.org", "v1", "kopfexamples")]
async fn update_fn(seen: Memo<Seen>, alive: Shared<Arc<Alive>>) -> Outcome<Value> {
    seen.lock().calls.push("update");
    std::future::ready(()).await;
    let mut seen = seen.lock();
    // After a restart there was no creation.
    seen.alive.get_or_insert_with(|| Counted::new(&alive));
    Ok(json!(seen.calls))
}

/// A memory of another type, for the same object.
#[kopf::on::update("zalando.org", "v1", "kopfexamples")]
fn other_fn(count: Memo<usize>) -> Outcome<usize> {
    *count.lock() += 1;
    Ok(*count.lock())
}

/// Takes what the one before it has returned for the same cause.
#[kopf::on::update("zalando.org", "v1", "kopfexamples")]
async fn third_fn(results: Results) -> Outcome<Value> {
    Ok(json!({ "other": results.read::<usize>("other_fn")?, "first": results.get("update_fn") }))
}

/// Looks at what the others have returned.
#[kopf::on::event("zalando.org", "v1", "kopfexamples")]
fn reads(results: Results) -> Outcome<()> {
    let count = results.read::<usize>("other_fn")?;
    info!("found: {count:?} {:?}", results.get("nobody"));
    if count.is_some() {
        results.read::<String>("other_fn")?;
    }
    Ok(())
}

#[kopf::on::create("secrets")]
fn unshared(nothing: Shared<u128>) {
    info!("never told: {nothing:?}");
}

fn operator() -> Operator {
    let mut operator = kit::operator();
    operator.apply(&core("ConfigMap", "first", "first"));
    operator.settle();
    operator
}

fn core(kind: &str, name: &str, label: &str) -> String {
    let metadata = json!({ "name": name, "namespace": "default", "labels": { label: "" } });
    json!({ "apiVersion": "v1", "kind": kind, "metadata": metadata }).to_string()
}

fn example(name: &str) -> String {
    kit::example(name, &json!({}), &json!({ "n": 0 })).to_string()
}

fn change(operator: &mut Operator, name: &str, n: usize) {
    operator.patch(EXAMPLES, &format!("default/{name}"), &json!({ "spec": { "n": n } }));
    operator.settle();
}

/// How many objects the plugin remembers.
fn alive(operator: &mut Operator) -> String {
    if operator.find("configmaps", "default/asks").is_some() {
        operator.delete("configmaps", "default/asks");
        operator.settle();
    }
    operator.apply(&core("ConfigMap", "asks", "asks"));
    operator.settle();
    let annotation = &operator.get("configmaps", "default/asks")["metadata"]["annotations"]["alive"];
    annotation.as_str().unwrap_or_default().to_owned()
}

#[test]
fn handlers_of_an_object_have_one_memory_and_other_objects_have_their_own() {
    let mut operator = operator();
    operator.apply(&example("a"));
    operator.apply(&example("b"));
    operator.settle();
    change(&mut operator, "a", 1);
    change(&mut operator, "a", 2);
    change(&mut operator, "b", 1);
    let status = |name: &str| operator.get(EXAMPLES, &format!("default/{name}"))["status"].clone();
    assert_eq!(status("a")["update_fn"], json!(["create", "update", "update"]));
    assert_eq!(status("b")["update_fn"], json!(["create", "update"]));
    assert_eq!((&status("a")["other_fn"], &status("b")["other_fn"]), (&json!(2), &json!(1)));
}

#[test]
fn the_memory_goes_with_its_object() {
    let mut operator = operator();
    operator.apply(&example("a"));
    operator.apply(&example("b"));
    operator.settle();
    assert_eq!(alive(&mut operator), "2");
    operator.delete(EXAMPLES, "default/a");
    operator.settle();
    assert_eq!(alive(&mut operator), "1");
    operator.apply(&example("a"));
    operator.settle();
    change(&mut operator, "a", 1);
    assert_eq!(operator.get(EXAMPLES, "default/a")["status"]["update_fn"], json!(["create", "update"]));
}

#[test]
fn trap_3_the_memory_goes_with_an_object_that_vanished_unseen() {
    let mut operator = operator();
    operator.apply(&example("a"));
    operator.apply(&example("b"));
    operator.settle();
    let of_examples = |entry: &Entry| entry.is_watch() && entry.path.contains("kopfexamples");
    operator.sandbox().faults().add(Fault::new(Effect::ExpiredWatch).when(of_examples).times(1));
    operator.sandbox().faults().cut_watches();
    operator.delete(EXAMPLES, "default/a");
    operator.advance(std::time::Duration::from_secs(600));
    assert_eq!(alive(&mut operator), "1");
}

#[test]
fn the_memory_goes_with_the_watch() {
    let mut operator = operator();
    operator.apply(&example("a"));
    operator.settle();
    assert_eq!(alive(&mut operator), "1");
    operator.delete("customresourcedefinitions.apiextensions.k8s.io", EXAMPLES);
    operator.settle();
    assert_eq!(alive(&mut operator), "0");
}

#[test]
fn a_restart_begins_with_an_empty_memory() {
    let mut operator = operator();
    operator.apply(&example("a"));
    operator.settle();
    operator.stop();
    operator.resume();
    operator.apply(&core("ConfigMap", "second", "first"));
    operator.settle();
    change(&mut operator, "a", 1);
    assert_eq!(operator.get(EXAMPLES, "default/a")["status"]["update_fn"], json!(["update"]));
}

#[test]
fn what_is_not_shared_is_said_with_what_to_write() {
    let mut operator = operator();
    operator.apply(&core("Secret", "s", "any"));
    operator.settle();
    let line = "ERROR [default/s] Handler unshared failed permanently: no u128 is shared in this plugin; call \
                kopf::share(…) with one in a startup handler";
    assert!(operator.log().iter().any(|told| told == line), "{:#?}", operator.log());
}

#[test]
fn the_results_of_handlers_of_the_same_cycle_are_found_before_they_are_written() {
    let mut operator = operator();
    operator.apply(&example("a"));
    operator.settle();
    for n in 1..=2 {
        change(&mut operator, "a", n);
        let status = operator.get(EXAMPLES, "default/a")["status"].clone();
        assert_eq!(status["third_fn"], json!({ "other": n, "first": status["update_fn"] }));
    }
}

#[test]
fn the_results_of_other_handlers_are_found_once_they_are_written() {
    let mut operator = operator();
    operator.apply(&example("a"));
    operator.settle();
    change(&mut operator, "a", 1);
    let log = operator.log().join("\n");
    for expected in [
        "INFO [default/a] found: None None",
        "INFO [default/a] found: Some(1) None",
        "the result of other_fn cannot be read as alloc::string::String: invalid type: integer `1`, expected a string",
    ] {
        assert!(log.contains(expected), "no {expected} in {log}");
    }
}
