//! Whole lives of objects: what spies see, what writes come of it, and what waits, also where others interfere.

mod kit;

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use kopf_plugin_api::prelude::*;
use kopf_plugin_testing::{Effect, Entry, Fault, Operator, sandbox};

use kit::{EXAMPLES, operator, place};

/// Calls of handlers, by object: tests run side by side, each with an object of its own name.
static CALLS: Mutex<BTreeMap<String, Vec<String>>> = Mutex::new(BTreeMap::new());

/// The API servers of objects whose handlers act as somebody else meanwhile.
static SERVERS: Mutex<BTreeMap<String, sandbox::Sandbox>> = Mutex::new(BTreeMap::new());

fn called(name: &Name, what: String) {
    CALLS.lock().unwrap_or_else(PoisonError::into_inner).entry(name.to_string()).or_default().push(what);
}

fn calls(name: &str) -> Vec<String> {
    CALLS.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned().unwrap_or_default()
}

fn server_of(name: &str) -> sandbox::Sandbox {
    SERVERS.lock().unwrap_or_else(PoisonError::into_inner)[name].clone()
}

/// Sees every event of the stream.
#[kopf::on::event("zalando.org", "v1", "kopfexamples", labels = { "watched" = present })]
fn watching(name: Name, event: RawEvent, body: Body) {
    called(&name, format!("{} {}", event.kind().unwrap_or("LISTED"), body["spec"]["field"]));
}

/// Writes what it has seen, which is the same each time.
#[kopf::on::event("zalando.org", "v1", "kopfexamples", labels = { "marked" = present })]
fn marking(body: Body, patch: Patch) {
    patch.set_annotation("example.com/seen", body["spec"]["field"].to_string());
}

/// Writes something else at each event: also at those that it makes by that.
#[kopf::on::event("zalando.org", "v1", "kopfexamples", labels = { "restless" = present })]
fn restless(body: Body, patch: Patch) {
    patch.set_spec("count", body["spec"]["count"].as_u64().unwrap_or_default() + 1);
}

#[kopf::on::create("zalando.org", "v1", "kopfexamples", labels = { "made" = present })]
fn create_fn(name: Name, spec: Spec) -> Outcome<Value> {
    called(&name, format!("create {}", spec["field"]));
    Ok(json!("created"))
}

/// Somebody changes the object ten times while it is handled.
#[kopf::on::create("zalando.org", "v1", "kopfexamples", labels = { "disturbed" = present })]
fn disturbed(name: Name) {
    let server = server_of(&name);
    let mut object = server.get(EXAMPLES, "default", &name).expect("it is there");
    for number in 0..10 {
        object["spec"]["field"] = number.into();
        server.apply(object.clone()).expect("it is replaced");
    }
    called(&name, "create".to_owned());
}

/// Somebody deletes the object while it is handled.
#[kopf::on::create("zalando.org", "v1", "kopfexamples", labels = { "doomed" = present })]
fn doomed(name: Name) {
    server_of(&name).delete(EXAMPLES, "default", &name).expect("it is deleted");
    called(&name, "create".to_owned());
}

#[kopf::on::create("zalando.org", "v1", "kopfexamples", labels = { "failing" = present })]
fn failing(Retry(retry): Retry) -> Outcome<()> {
    match retry {
        0..3 => Err(Temporary::new("not yet").after(Duration::from_secs(10)).into()),
        _ => Ok(()),
    }
}

#[kopf::on::update("zalando.org", "v1", "kopfexamples", labels = { "changing" = present })]
fn update_fn(name: Name, spec: Spec) {
    called(&name, format!("update {}", spec["field"]));
}

#[kopf::on::resume("zalando.org", "v1", "kopfexamples", labels = { "made" = present })]
fn resume_fn(name: Name) {
    called(&name, "resume".to_owned());
}

fn object(name: &str, labels: &[&str], field: &str) -> Value {
    let labels: BTreeMap<_, _> = labels.iter().map(|label| (*label, "yes")).collect();
    kit::example(name, &json!(labels), &json!({ "field": field }))
}

fn set_field(operator: &mut Operator, name: &str, field: &str) {
    operator.patch(EXAMPLES, &place(name), &json!({ "spec": { "field": field } }));
}

fn fail_writes(operator: &Operator, times: u32) {
    let patches = |entry: &Entry| entry.method == "PATCH" && entry.path.contains("/kopfexamples/");
    operator.sandbox().faults().add(Fault::new(Effect::InternalError).when(patches).times(times));
}

fn lines(operator: &Operator, part: &str) -> Vec<String> {
    operator.log().into_iter().filter(|line| line.contains(part)).collect()
}

#[test]
fn a_spy_sees_every_event_of_a_burst_in_order() {
    let name = "burst";
    let mut operator = operator();
    operator.apply(&object(name, &["watched"], "0").to_string());
    for field in ["1", "2", "3", "4", "5"] {
        set_field(&mut operator, name, field);
    }
    operator.delete(EXAMPLES, &place(name));
    operator.settle();
    let expected =
        ["ADDED 0", "MODIFIED 1", "MODIFIED 2", "MODIFIED 3", "MODIFIED 4", "MODIFIED 5", "DELETED 5"];
    assert_eq!(calls(name).join(", ").replace('"', ""), expected.join(", "));
    assert_eq!(operator.writes_to(name), Vec::<String>::new());
}

#[test]
fn a_spy_sees_the_deletion_of_an_object_that_goes_while_it_is_handled() {
    let name = "doomed";
    let mut operator = operator();
    SERVERS.lock().unwrap().insert(name.to_owned(), operator.sandbox().server());
    operator.apply(&object(name, &["watched", "doomed"], "0").to_string());
    operator.settle();
    assert_eq!(calls(name).join(", ").replace('"', ""), "ADDED 0, create, DELETED 0");
}

#[test]
fn what_a_spy_writes_does_not_hide_the_change_from_other_handlers() {
    let name = "marked";
    let mut operator = operator();
    operator.apply(&object(name, &["marked", "made", "changing"], "0").to_string());
    operator.settle();
    assert_eq!(calls(name).join(", ").replace('"', ""), "create 0");
    let created = operator.get(EXAMPLES, &place(name));
    assert_eq!(created["metadata"]["annotations"]["example.com/seen"], r#""0""#);
    set_field(&mut operator, name, "1");
    operator.settle();
    assert_eq!(calls(name).join(", ").replace('"', ""), "create 0, update 1");
}

#[test]
fn what_a_spy_cannot_write_does_not_take_the_place_of_what_waits_already() {
    let name = "waiting";
    let mut operator = operator();
    fail_writes(&operator, 4);
    operator.apply(&object(name, &["made"], "0").to_string());
    operator.settle();
    operator.patch(EXAMPLES, &place(name), &json!({ "metadata": { "labels": { "marked": "yes" } } }));
    operator.advance(Duration::from_secs(60));
    assert_eq!(calls(name)[0].replace('"', ""), "create 0");
    assert_eq!(calls(name).iter().filter(|call| call.starts_with("create")).count(), 1, "{:?}", calls(name));
    let created = operator.get(EXAMPLES, &place(name));
    assert_eq!(created["status"]["create_fn"], "created");
    assert_eq!(created["metadata"]["annotations"]["example.com/seen"], r#""0""#);
}

#[test]
fn a_spy_that_is_woken_by_what_it_writes_is_slowed_down_with_one_warning() {
    let name = "restless";
    let mut operator = operator();
    operator.apply(&object(name, &["restless"], "0").to_string());
    operator.advance(Duration::from_secs(59));
    let writes = operator.writes_to(name).len();
    assert!((10..=60).contains(&writes), "{writes} writes within a minute");
    assert_eq!(lines(&operator, "WARN [default/restless]").len(), 1);
    operator.advance(Duration::from_secs(60));
    assert!((writes + 10..=120).contains(&operator.writes_to(name).len()), "it goes on, slowly");
}

#[test]
fn a_list_that_expires_between_its_pages_waits_before_it_begins_anew() {
    let name = "zz-last-of-many";
    let mut operator = operator();
    operator.stop();
    for number in 0..500 {
        operator.sandbox().apply(object(&format!("many-{number}"), &[], "0")).expect("it is created");
    }
    operator.apply(&object(name, &["made"], "0").to_string());
    let is_next_page =
        |entry: &Entry| entry.path.ends_with("/kopfexamples") && entry.query.contains("continue=");
    operator.sandbox().faults().add(Fault::new(Effect::Gone).when(is_next_page).always());
    operator.journal().clear();
    operator.resume();
    operator.advance(Duration::from_secs(60));
    let lists = operator.journal().count(is_next_page);
    assert!((4..=20).contains(&lists), "{lists} lists within a minute");
    assert_eq!(calls(name), Vec::<String>::new());
    operator.sandbox().faults().clear();
    operator.advance(Duration::from_secs(60));
    assert_eq!(calls(name).join(", ").replace('"', ""), "create 0");
}

#[test]
fn a_refusal_in_the_midst_of_things_does_not_narrow_what_is_served() {
    let name = "elsewhere";
    let mut operator = operator();
    let everywhere = |entry: &Entry| entry.path == "/apis/zalando.org/v1/kopfexamples";
    operator.sandbox().faults().add(Fault::new(Effect::Forbidden).when(everywhere).times(3));
    operator.sandbox().faults().cut_watches();
    operator.apply(
        &json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": "other" } }).to_string(),
    );
    let mut object = object(name, &["made"], "0");
    object["metadata"]["namespace"] = "other".into();
    operator.apply(&object.to_string());
    operator.advance(Duration::from_secs(60));
    assert_eq!(calls(name).join(", ").replace('"', ""), "create 0");
    assert_eq!(lines(&operator, "WARN Not allowed to list and watch").len(), 1);
}

#[test]
fn a_resume_without_a_result_writes_nothing() {
    let name = "resumed";
    let mut operator = operator();
    operator.apply(&object(name, &["made"], "0").to_string());
    operator.settle();
    operator.stop();
    operator.journal().clear();
    operator.resume();
    operator.advance(Duration::from_secs(600));
    assert_eq!(calls(name).join(", ").replace('"', ""), "create 0, resume");
    assert_eq!(operator.writes_to(name), Vec::<String>::new());
}

#[test]
fn ten_changes_while_a_handler_runs_end_in_one_more_cycle_on_the_last_state() {
    let name = "disturbed";
    let mut operator = operator();
    SERVERS.lock().unwrap().insert(name.to_owned(), operator.sandbox().server());
    operator.apply(&object(name, &["disturbed", "changing"], "before").to_string());
    operator.settle();
    assert_eq!(calls(name), ["create", "update 9"]);
}

#[test]
fn an_object_that_is_too_deep_is_told_of_once_and_let_go_of_when_it_is_deleted() {
    let name = "deep";
    let mut operator = operator();
    let finalizer = "kopf-plugin-testing.kopf.dev/finalizer";
    create_deep(&operator, name, finalizer);
    operator.apply(&object("beside-deep", &["made"], "0").to_string());
    operator.settle();
    assert_eq!(lines(&operator, "WARN [default/deep] The object is not handled").len(), 1);
    assert_eq!(calls("beside-deep").len(), 1, "what is beside it is served");
    fail_writes(&operator, 2);
    operator.delete(EXAMPLES, &place(name));
    operator.advance(Duration::from_secs(30));
    assert_eq!(lines(&operator, "ERROR [default/deep] It was let go").len(), 1);
    let writes = operator.journal().find(|entry| entry.method == "PATCH" && entry.path.ends_with("/deep"));
    assert_eq!(writes.iter().map(|entry| entry.code).collect::<Vec<_>>(), [Some(500), Some(500), Some(200)]);
}

/// Creates an object as a request does: 200 levels are more than the operator reads.
fn create_deep(operator: &Operator, name: &str, finalizer: &str) {
    let nested = format!("{}0{}", "[".repeat(200), "]".repeat(200));
    let body = format!(
        r#"{{"apiVersion":"zalando.org/v1","kind":"KopfExample","metadata":{{"name":"{name}","finalizers":["{finalizer}"]}},"spec":{{"field":{nested}}}}}"#
    );
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime can be made");
    runtime.block_on(async {
        let client = kube::Client::new(operator.sandbox().service(), "default");
        let request = http::Request::post("/apis/zalando.org/v1/namespaces/default/kopfexamples")
            .header("content-type", "application/json")
            .body(body.into_bytes())
            .expect("it is a request");
        client.request_text(request).await.expect("the server takes it");
    });
}

#[test]
fn an_operator_that_is_told_to_stop_writes_what_could_not_be_written_before() {
    let name = "stopped";
    let mut operator = operator();
    fail_writes(&operator, 1);
    operator.apply(&object(name, &["made"], "0").to_string());
    operator.settle();
    assert_eq!(operator.get(EXAMPLES, &place(name)).get("status"), None, "it waits for its time");
    operator.stop();
    assert_eq!(operator.get(EXAMPLES, &place(name))["status"]["create_fn"], "created");
    operator.resume();
    operator.advance(Duration::from_secs(60));
    assert_eq!(calls(name).join(", ").replace('"', ""), "create 0, resume");
}

#[test]
fn what_cannot_be_written_even_at_the_end_is_told_of_and_done_again() {
    let name = "unwritten";
    let mut operator = operator();
    fail_writes(&operator, 2);
    operator.apply(&object(name, &["made"], "0").to_string());
    operator.settle();
    operator.stop();
    assert_eq!(
        lines(&operator, "WARN [default/unwritten] What came of its handlers is not written").len(),
        1
    );
    operator.resume();
    assert_eq!(calls(name).join(", ").replace('"', ""), "create 0, create 0");
    assert_eq!(operator.get(EXAMPLES, &place(name))["status"]["create_fn"], "created");
}

#[test]
fn trap_32_successes_and_failures_are_events_and_what_repeats_is_counted() {
    let name = "failing";
    let mut operator = operator();
    operator.apply(&object(name, &["failing"], "0").to_string());
    operator.advance(Duration::from_secs(60));
    let mut events: Vec<String> = (operator.sandbox().list("events").iter())
        .filter(|event| event["involvedObject"]["name"] == name)
        .map(|event| {
            let [kind, reason, message, count] =
                ["/type", "/reason", "/message", "/series/count"].map(|path| event.pointer(path));
            let text = |value: Option<&Value>| value.map_or("once".to_owned(), Value::to_string);
            [kind, reason, message, count].map(text).join(" ").replace('"', "")
        })
        .collect();
    events.sort();
    assert_eq!(
        events,
        [
            "Normal Success Handler failing succeeded. once",
            "Warning Error Handler failing failed temporarily: not yet 3",
        ]
    );
}
