//! Trouble between the operator and its API server: nothing is lost, nothing is done twice after it was written, and
//! nobody is told more than once a minute.

mod kit;

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use kopf_plugin_api::prelude::*;
use kopf_plugin_testing::{Effect, Entry, Fault, Operator, Scope};

use kit::{EXAMPLES, operator};

/// Calls of handlers, by object: tests run side by side, each with an object of its own name.
static CALLS: Mutex<BTreeMap<String, Vec<String>>> = Mutex::new(BTreeMap::new());

fn called(name: &Name, what: &str) {
    let mut calls = CALLS.lock().unwrap_or_else(PoisonError::into_inner);
    calls.entry(name.to_string()).or_default().push(what.to_owned());
}

fn calls(name: &str) -> Vec<String> {
    CALLS.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned().unwrap_or_default()
}

#[kopf::on::create("zalando.org", "v1", "kopfexamples")]
fn create_fn(name: Name) -> Outcome<Value> {
    called(&name, "create");
    Ok(json!("created"))
}

#[kopf::on::update("zalando.org", "v1", "kopfexamples")]
fn update_fn(name: Name, new: New) -> Outcome<()> {
    called(&name, &format!("update to {}", new.get().map_or(&Value::Null, |new| &new["spec"]["field"])));
    Ok(())
}

#[kopf::on::delete("zalando.org", "v1", "kopfexamples", labels = { "held" = present })]
fn delete_fn(name: Name) {
    called(&name, "delete");
}

fn object(name: &str, field: &str) -> String {
    kit::example(name, &json!({}), &json!({ "field": field })).to_string()
}

fn on(operator: &Operator, fault: Fault) {
    operator.sandbox().faults().add(fault);
}

/// Requests for the examples, not for their definition or anything else.
fn of_examples(entry: &Entry) -> bool {
    entry.path.starts_with("/apis/zalando.org/v1/") && entry.path.contains("kopfexamples")
}

fn patches(entry: &Entry) -> bool {
    of_examples(entry) && entry.method == "PATCH"
}

/// The warnings but for the one of the start, when the definition is not there yet.
fn warnings(operator: &Operator) -> Vec<String> {
    let warned = |line: &String| line.starts_with("WARN") && !line.contains("Not in the cluster");
    operator.log().into_iter().filter(warned).collect()
}

#[track_caller]
fn check_handled(operator: &mut Operator, name: &str, expected: &[&str]) {
    assert_eq!(calls(name), expected);
    let object = operator.get(EXAMPLES, &format!("default/{name}"));
    let handled =
        &object["metadata"]["annotations"]["kopf-plugin-testing.kopf.dev/last-handled-configuration"];
    let handled: Value = serde_json::from_str(handled.as_str().unwrap_or_default()).unwrap_or_default();
    assert_eq!(handled["essence"]["spec"], object["spec"], "the last state is recorded as handled");
}

/// Every write fails once in this way; then everything is as if it had not.
#[track_caller]
fn check_write(name: &str, effect: Effect, wait: u64) {
    let mut operator = operator();
    on(&operator, Fault::new(effect).when(patches).times(2));
    operator.apply(&object(name, "value"));
    operator.advance(Duration::from_secs(wait));
    check_handled(&mut operator, name, &["create"]);
    let created = operator.get(EXAMPLES, &format!("default/{name}"));
    assert_eq!(created["status"]["create_fn"], "created");
    assert!(warnings(&operator).len() <= 1, "{:?}", warnings(&operator));
}

#[test]
fn a_conflict_repeats_the_write_and_not_the_handler() {
    check_write("conflict", Effect::Conflict, 0);
}

#[test]
fn trap_2_a_server_that_fails_is_written_to_again_and_the_handler_is_not_called_again() {
    check_write("internal-error", Effect::InternalError, 10);
    check_write("unavailable", Effect::Unavailable, 10);
}

#[test]
fn a_write_that_is_not_allowed_waits_until_it_is() {
    check_write("unauthorized", Effect::Unauthorized, 10);
    check_write("forbidden", Effect::Forbidden, 10);
}

#[test]
fn a_cut_and_a_lost_answer_are_written_once_and_called_once() {
    check_write("cut", Effect::Cut, 10);
    check_write("lost-answer", Effect::LostAnswer, 10);
    check_write("cut-short", Effect::CutShort, 10);
}

#[test]
fn a_slow_answer_is_waited_for() {
    check_write("slow", Effect::Slow(Duration::from_secs(5)), 20);
}

#[test]
fn a_server_that_asks_for_time_is_given_it() {
    let mut operator = operator();
    on(&operator, Fault::new(Effect::TooManyRequests { retry_after: 30 }).when(patches));
    operator.apply(&object("too-many", "value"));
    operator.advance(Duration::from_secs(29));
    let patches_so_far = |operator: &Operator| operator.journal().count(patches);
    assert_eq!(patches_so_far(&operator), 1, "nothing is sent before its time");
    operator.advance(Duration::from_secs(2));
    check_handled(&mut operator, "too-many", &["create"]);
}

#[test]
fn a_stalled_write_holds_nothing_up_for_ever() {
    let mut operator = operator();
    on(&operator, Fault::new(Effect::Stall(Duration::from_secs(20))).when(patches));
    operator.apply(&object("stalled", "value"));
    operator.advance(Duration::from_secs(60));
    check_handled(&mut operator, "stalled", &["create"]);
}

#[test]
fn an_expired_watch_lists_again_in_either_form() {
    for (name, effect) in [("expired-event", Effect::ExpiredWatch), ("expired-status", Effect::Gone)] {
        let mut operator = operator();
        on(&operator, Fault::new(effect).when(|entry| of_examples(entry) && entry.is_watch()).times(3));
        operator.sandbox().faults().cut_watches();
        operator.apply(&object(name, "value"));
        operator.advance(Duration::from_secs(60));
        check_handled(&mut operator, name, &["create"]);
    }
}

#[test]
fn what_happens_while_a_watch_is_refused_is_handled_afterwards() {
    let mut operator = operator();
    let refused = |entry: &Entry| of_examples(entry) && entry.method == "GET";
    on(&operator, Fault::new(Effect::InternalError).when(refused).times(6));
    operator.sandbox().faults().cut_watches();
    operator.apply(&object("refused", "value"));
    operator.advance(Duration::from_secs(120));
    check_handled(&mut operator, "refused", &["create"]);
    assert!(warnings(&operator).len() <= 2, "one a minute: {:?}", warnings(&operator));
}

#[test]
fn trap_1_a_watch_that_was_refused_for_hours_is_opened_again() {
    let mut operator = operator();
    let refused = |entry: &Entry| of_examples(entry) && entry.method == "GET";
    on(&operator, Fault::new(Effect::Forbidden).when(refused).always());
    operator.sandbox().faults().cut_watches();
    operator.apply(&object("hours", "value"));
    operator.advance(Duration::from_secs(3 * 3600));
    assert_eq!(calls("hours"), Vec::<String>::new());
    operator.sandbox().faults().clear();
    operator.advance(Duration::from_secs(60));
    check_handled(&mut operator, "hours", &["create"]);
}

#[test]
fn a_watch_goes_on_from_the_last_bookmark() {
    let mut operator = operator();
    let map = json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "m", "namespace": "default" } });
    operator.apply(&map.to_string());
    let map = operator.get("configmaps", "default/m");
    let version = |text: Option<&str>| text.and_then(|text| text.parse::<u64>().ok());
    operator.advance(Duration::from_secs(90));
    operator.journal().clear();
    operator.sandbox().faults().cut_watches();
    operator.advance(Duration::from_secs(5));
    let watches = operator.journal().find(|entry| of_examples(entry) && entry.is_watch());
    let query = &watches.first().expect("the watch is opened again").query;
    let from = query.split('&').find_map(|pair| pair.strip_prefix("resourceVersion="));
    assert!(version(from) >= version(map["metadata"]["resourceVersion"].as_str()), "{query}");
    assert_eq!(
        operator.journal().count(|entry| of_examples(entry) && !entry.is_watch()),
        0,
        "nothing is listed"
    );
}

#[test]
fn the_wait_of_a_refused_watch_grows() {
    let mut operator = operator();
    let refused = |entry: &Entry| of_examples(entry) && entry.method == "GET";
    on(&operator, Fault::new(Effect::InternalError).when(refused).always());
    operator.sandbox().faults().cut_watches();
    operator.journal().clear();
    operator.advance(Duration::from_secs(600));
    let asked = operator.journal().count(refused);
    assert!((20..=60).contains(&asked), "{asked} requests within ten minutes");
}

#[test]
fn a_watch_that_brings_what_cannot_be_read_lists_again_and_not_for_ever_in_haste() {
    let mut operator = operator();
    let watches = |entry: &Entry| of_examples(entry) && entry.is_watch();
    let opened = operator.journal().find(watches).pop().expect("a watch").query;
    // What comes after this version is garbled, for ever.
    on(
        &operator,
        Fault::new(Effect::GarbledWatch).when(move |entry| watches(entry) && entry.query == opened).always(),
    );
    operator.sandbox().faults().cut_watches();
    operator.apply(&object("garbled", "value"));
    operator.advance(Duration::from_secs(30));
    check_handled(&mut operator, "garbled", &["create"]);

    on(&operator, Fault::new(Effect::GarbledWatch).when(watches).always());
    operator.sandbox().faults().cut_watches();
    operator.journal().clear();
    operator.advance(Duration::from_secs(600));
    let asked = operator.journal().count(of_examples);
    // Of each watch that is opened, and of the list before it.
    assert!((20..=120).contains(&asked), "{asked} requests within ten minutes");
    let told = warnings(&operator);
    assert!(told.len() <= 13, "one a minute: {told:#?}");
}

#[test]
fn a_silent_watch_is_opened_anew_after_70_seconds() {
    let mut operator = operator();
    operator.sandbox().faults().silence_watches(true);
    operator.apply(&object("silent", "value"));
    operator.advance(Duration::from_secs(69));
    assert_eq!(calls("silent"), Vec::<String>::new());
    operator.sandbox().faults().silence_watches(false);
    operator.advance(Duration::from_secs(71));
    check_handled(&mut operator, "silent", &["create"]);
}

#[test]
fn what_was_deleted_and_created_again_while_disconnected_is_a_creation() {
    let mut operator = operator();
    operator.apply(&object("again", "first"));
    operator.settle();
    operator.stop();
    operator.delete(EXAMPLES, "default/again");
    operator.apply(&object("again", "second"));
    operator.sandbox().compact();
    operator.resume();
    check_handled(&mut operator, "again", &["create", "create"]);
}

#[test]
fn a_definition_that_goes_and_comes_back_is_served_again() {
    let mut operator = operator();
    operator.apply(&object("redefined", "first"));
    operator.settle();
    operator.delete("customresourcedefinitions.apiextensions.k8s.io", "kopfexamples.zalando.org");
    operator.advance(Duration::from_secs(5));
    operator.apply(kit::DEFINITION);
    operator.apply(&object("redefined", "second"));
    operator.advance(Duration::from_secs(60));
    check_handled(&mut operator, "redefined", &["create", "create"]);
}

#[test]
fn a_server_that_is_down_at_the_start_is_waited_for_with_one_warning_a_minute() {
    let mut operator = operator();
    operator.stop();
    on(&operator, Fault::new(Effect::Cut).always());
    operator.resume();
    operator.advance(Duration::from_secs(150));
    let told = warnings(&operator);
    assert!((2..=6).contains(&told.len()), "{told:?}");
    operator.sandbox().faults().clear();
    operator.apply(&object("late", "value"));
    operator.advance(Duration::from_secs(60));
    check_handled(&mut operator, "late", &["create"]);
}

#[test]
fn an_operator_that_may_not_see_definitions_says_so_once_and_finds_new_ones_within_a_minute() {
    let mut operator = kopf_plugin_testing::start!();
    operator.stop();
    let definitions = |entry: &Entry| entry.path.ends_with("/customresourcedefinitions");
    on(&operator, Fault::new(Effect::Forbidden).when(definitions).always());
    operator.resume();
    operator.apply(kit::DEFINITION);
    operator.apply(&object("unseen", "value"));
    operator.advance(Duration::from_secs(600));
    check_handled(&mut operator, "unseen", &["create"]);
    assert_eq!(warnings(&operator).len(), 1, "{:?}", warnings(&operator));
}

#[test]
fn an_operator_that_may_not_see_the_cluster_serves_its_namespace_and_says_so_once() {
    let mut operator = kopf_plugin_testing::start!();
    operator.stop();
    operator.apply(kit::DEFINITION);
    let everywhere = |entry: &Entry| entry.path == "/apis/zalando.org/v1/kopfexamples";
    on(&operator, Fault::new(Effect::Forbidden).when(everywhere).always());
    operator.apply(&object("narrow", "value"));
    operator.resume();
    operator.advance(Duration::from_secs(600));
    check_handled(&mut operator, "narrow", &["create"]);
    assert_eq!(warnings(&operator).len(), 1, "{:?}", warnings(&operator));
}

/// Results wait for the right to write them, for a minute; the rest does not wait any longer.
#[test]
fn without_the_right_to_write_the_status_the_rest_is_recorded_after_a_minute() {
    let mut operator = operator();
    let denied = |entry: &Entry| patches(entry) && entry.path.ends_with("/status");
    on(&operator, Fault::new(Effect::Forbidden).when(denied).always());
    operator.apply(&object("denied", "value"));
    operator.advance(Duration::from_secs(53));
    assert!(operator.get(EXAMPLES, "default/denied")["metadata"]["annotations"].is_null());
    operator.advance(Duration::from_secs(40));
    check_handled(&mut operator, "denied", &["create"]);
    // By then it is known.
    operator.apply(&object("denied-too", "value"));
    operator.settle();
    check_handled(&mut operator, "denied-too", &["create"]);
    operator.advance(Duration::from_secs(3000));
    let right =
        "allow `get` and `patch` of kopfexamples and kopfexamples/status in the API group zalando.org";
    let told = warnings(&operator);
    assert!(told.len() == 2 && told.iter().all(|line| line.contains(right)), "{told:#?}");

    operator.sandbox().faults().clear();
    operator.apply(&object("granted", "value"));
    operator.settle();
    assert_eq!(operator.get(EXAMPLES, "default/granted")["status"]["create_fn"], "created");
}

#[test]
fn who_may_not_list_objects_says_so_once_an_hour_and_is_not_taken_for_dead() {
    let mut operator = operator();
    operator.stop();
    operator.settings().scope = Scope::Cluster;
    on(&operator, Fault::new(Effect::Forbidden).when(of_examples).always());
    operator.resume();
    operator.apply(&object("out-of-reach", "value"));
    operator.advance(Duration::from_secs(3000));
    let told = warnings(&operator);
    let right = "allow `list` and `watch` of kopfexamples in the API group zalando.org";
    assert!(told.len() == 1 && told[0].contains(right), "{told:#?}");
    assert_eq!(operator.live(), Ok(()));
    operator.advance(Duration::from_secs(700));
    assert_eq!(warnings(&operator).len(), 2);
    operator.sandbox().faults().clear();
    operator.advance(Duration::from_secs(60));
    check_handled(&mut operator, "out-of-reach", &["create"]);
}
