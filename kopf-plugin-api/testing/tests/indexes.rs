//! Indexes of objects as they come, change and go, and what handlers find in them.

mod kit;

use std::time::Duration;

use kopf_plugin_api::prelude::*;
use kopf_plugin_testing::{Effect, Entry, Fault, Operator};

use kit::{EXAMPLES, operator};

/// What an example says of itself is indexed, or fails as it says.
#[kopf::index("zalando.org", "v1", "kopfexamples", labels = { "hidden" = absent })]
fn by_kind(spec: Spec, name: Name) -> Outcome<Vec<(String, String)>> {
    match spec["fails"].as_str() {
        None => {}
        Some("temporary") => return Err(Temporary::new("not yet").after(30).into()),
        Some("permanent") => return Err(Permanent::new("never").into()),
        Some(other) => return Err(kopf::Error::msg(other)),
    }
    let kinds = spec["kinds"].as_array().into_iter().flatten().filter_map(Value::as_str);
    Ok(kinds.map(|kind| (kind.to_owned(), name.to_string())).collect())
}

#[kopf::index("zalando.org", "v1", "kopfexamples", labels = { "heavy" = present })]
fn heavy(name: Name) -> (String, String) {
    (name.to_string(), "x".repeat(10 << 20))
}

#[kopf::index("configmaps")]
async fn everything(name: Name) -> Scalar<String> {
    Scalar(name.to_string())
}

/// A handler of the indexed resource itself.
#[kopf::on::create("zalando.org", "v1", "kopfexamples", labels = { "counts" = present })]
fn counts(kinds: Index<by_kind>) -> Outcome<usize> {
    Ok(kinds.values().len())
}

/// What is about no object takes an index too.
#[kopf::on::probe(id = "counted")]
async fn probe(kinds: Index<by_kind>) -> Outcome<usize> {
    Ok(kinds.len())
}

/// So do functions that say for which objects a handler is.
#[kopf::on::create("zalando.org", "v1", "kopfexamples", labels = { "second" = present },
    when = |kinds: Index<by_kind>| kinds.get("red").len() > 1)]
fn second() -> Outcome<bool> {
    Ok(true)
}

/// Shows an index to the test, whenever it asks by an object that changes.
#[kopf::on::event("configmaps", labels = { "asks" = present })]
fn shows(kinds: Index<by_kind>, maps: Index<everything>) {
    let mut keys = kinds.keys();
    keys.sort();
    let names =
        |key: &String| kinds.get(key).iter().map(|name| (**name).clone()).collect::<Vec<_>>().join(",");
    let shown: Vec<String> = keys.iter().map(|key| format!("{key}={}", names(key))).collect();
    info!("held: {} of {}", shown.join(" "), maps.values().len());
}

fn example(name: &str, spec: &Value, label: &str) -> String {
    kit::example(name, &json!({ label: "" }), spec).to_string()
}

fn kinds(kinds: &[&str]) -> Value {
    json!({ "kinds": kinds })
}

fn put(operator: &mut Operator, name: &str, spec: &Value) {
    operator.apply(&example(name, spec, "plain"));
    operator.settle();
}

/// What is held by now: `kind=name,name`, and how many config maps there are.
fn held(operator: &mut Operator) -> String {
    let now = operator.log().len().to_string();
    let metadata = json!({ "name": "asks", "namespace": "default", "labels": { "asks": "" } });
    let map =
        json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": { "now": now } });
    operator.apply(&map.to_string());
    operator.settle();
    let log = operator.log();
    let line = log.iter().rev().find_map(|line| line.split_once("held: ")).expect("it is shown");
    line.1.to_owned()
}

#[track_caller]
fn check(operator: &mut Operator, expected: &str) {
    assert_eq!(held(operator), expected, "{:#?}", operator.log());
}

#[test]
fn an_index_has_the_values_of_all_objects_by_their_keys() {
    let mut operator = operator();
    check(&mut operator, " of 1");
    put(&mut operator, "a", &kinds(&["red"]));
    put(&mut operator, "b", &kinds(&["red", "blue"]));
    put(&mut operator, "c", &kinds(&[]));
    check(&mut operator, "blue=b red=a,b of 1");
    assert!(operator.get(EXAMPLES, "default/b")["metadata"]["finalizers"].is_null());
    assert_eq!(operator.writes_to("b").len(), 0, "an index writes nothing");
}

#[test]
fn probes_and_functions_of_filters_look_at_indexes_too() {
    let mut operator = operator();
    assert_eq!(operator.probe(), Ok(json!({ "counted": 0 })));
    for name in ["a", "b"] {
        operator.apply(&example(name, &kinds(&["red", name]), "second"));
        operator.settle();
    }
    let called = |name: &str| operator.get(EXAMPLES, &kit::place(name))["status"]["second"].clone();
    assert_eq!((called("a"), called("b")), (Value::Null, json!(true)));
    operator.advance(Duration::from_secs(10));
    assert_eq!(operator.probe(), Ok(json!({ "counted": 3 })));
}

#[test]
fn what_an_object_says_takes_the_place_of_what_it_said_before() {
    let mut operator = operator();
    put(&mut operator, "a", &kinds(&["red"]));
    put(&mut operator, "b", &kinds(&["red"]));
    put(&mut operator, "a", &kinds(&["blue"]));
    check(&mut operator, "blue=a red=b of 1");
    put(&mut operator, "a", &kinds(&[]));
    check(&mut operator, "red=b of 1");
}

#[test]
fn what_is_held_goes_with_the_object_and_with_its_filters() {
    let mut operator = operator();
    put(&mut operator, "a", &kinds(&["red"]));
    put(&mut operator, "b", &kinds(&["red"]));
    operator.delete(EXAMPLES, "default/a");
    operator.settle();
    check(&mut operator, "red=b of 1");
    operator.apply(&example("b", &kinds(&["red"]), "hidden"));
    operator.settle();
    check(&mut operator, " of 1");
    put(&mut operator, "b", &kinds(&["red"]));
    check(&mut operator, "red=b of 1");
}

#[test]
fn trap_3_what_is_held_goes_with_an_object_that_vanished_unseen() {
    let mut operator = operator();
    put(&mut operator, "a", &kinds(&["red"]));
    put(&mut operator, "b", &kinds(&["red"]));
    let of_examples = |entry: &Entry| entry.is_watch() && entry.path.contains("kopfexamples");
    operator.sandbox().faults().add(Fault::new(Effect::ExpiredWatch).when(of_examples).times(1));
    operator.sandbox().faults().cut_watches();
    operator.delete(EXAMPLES, "default/a");
    operator.advance(Duration::from_secs(600));
    check(&mut operator, "red=b of 1");
}

#[test]
fn what_is_held_goes_with_the_watch_and_comes_with_the_next() {
    let mut operator = operator();
    put(&mut operator, "a", &kinds(&["red"]));
    operator.delete("customresourcedefinitions.apiextensions.k8s.io", EXAMPLES);
    operator.settle();
    check(&mut operator, " of 1");
    operator.apply(kit::DEFINITION);
    operator.settle();
    put(&mut operator, "b", &kinds(&["red"]));
    operator.advance(Duration::from_secs(60));
    check(&mut operator, "red=b of 1");
}

#[test]
fn an_error_is_ignored_and_what_was_held_stays() {
    let mut operator = operator();
    put(&mut operator, "a", &kinds(&["red"]));
    put(&mut operator, "a", &json!({ "fails": "somehow" }));
    check(&mut operator, "red=a of 1");
    let line = "ERROR [default/a] Handler by_kind failed with an exception and will ignore it: somehow";
    assert!(operator.log().iter().any(|told| told == line), "{:#?}", operator.log());
}

#[test]
fn a_temporary_error_drops_what_was_held_and_is_tried_again_in_its_time() {
    let mut operator = operator();
    put(&mut operator, "a", &kinds(&["red"]));
    put(&mut operator, "a", &json!({ "fails": "temporary" }));
    check(&mut operator, " of 1");
    let failures =
        |operator: &Operator| operator.log().iter().filter(|line| line.contains("not yet")).count();
    let before = failures(&operator);
    operator.advance(Duration::from_secs(29));
    assert_eq!(failures(&operator), before);
    operator.advance(Duration::from_secs(1));
    assert_eq!(failures(&operator), before + 1, "a timer is enough, no event is needed");
    put(&mut operator, "a", &kinds(&["blue"]));
    check(&mut operator, " of 1");
    operator.advance(Duration::from_secs(30));
    check(&mut operator, "blue=a of 1");
}

#[test]
fn a_permanent_error_drops_what_was_held_for_as_long_as_the_process_lives() {
    let mut operator = operator();
    put(&mut operator, "a", &kinds(&["red"]));
    put(&mut operator, "a", &json!({ "fails": "permanent" }));
    put(&mut operator, "a", &kinds(&["red"]));
    operator.advance(Duration::from_secs(3600));
    check(&mut operator, " of 1");
    operator.stop();
    operator.resume();
    check(&mut operator, "red=a of 1");
}

#[test]
fn before_the_first_handler_is_called_every_index_is_complete() {
    let mut operator = operator();
    operator.stop();
    for number in 0..1_200 {
        let name = format!("kex-{number:04}");
        operator.apply(&example(&name, &kinds(&["red"]), if number == 0 { "counts" } else { "plain" }));
    }
    operator.resume();
    operator.settle();
    assert_eq!(operator.get(EXAMPLES, "default/kex-0000")["status"]["counts"], json!(1_200));
}

#[test]
fn a_resource_that_may_not_be_listed_is_waited_for_a_while_and_no_longer() {
    let mut operator = operator();
    operator.stop();
    operator.apply(&example("a", &kinds(&["red"]), "counts"));
    let of_maps = |entry: &Entry| entry.path.contains("/configmaps") && entry.method == "GET";
    operator.sandbox().faults().add(Fault::new(Effect::Forbidden).when(of_maps).always());
    operator.resume();
    operator.advance(Duration::from_secs(30));
    assert!(operator.get(EXAMPLES, "default/a")["status"].is_null(), "it is waited for");
    operator.advance(Duration::from_secs(120));
    assert_eq!(operator.get(EXAMPLES, "default/a")["status"]["counts"], json!(1));
    let warned =
        |line: &&String| line.contains("so handlers are called without what everything would hold of them");
    assert_eq!(operator.log().iter().filter(warned).count(), 1, "{:#?}", operator.log());
}

#[test]
fn what_is_too_heavy_for_an_index_is_refused_by_name_and_the_rest_is_held() {
    let mut operator = operator();
    operator.apply(&example("heavy", &kinds(&["a"]), "heavy"));
    operator.settle();
    check(&mut operator, "a=heavy of 1");
    let told = operator.log().into_iter().filter(|line| line.contains("holds at most 1048576 bytes"));
    let told: Vec<String> = told.collect();
    assert!(
        told.len() == 1 && told[0].starts_with("ERROR [default/heavy] Handler heavy failed"),
        "{told:#?}"
    );
}
