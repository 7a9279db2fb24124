//! A plugin's life on the sandbox, in a time of its own: what an author's tests look like.

use std::{sync::Arc, time::Duration};

use kopf_core::handler::Handler;
use kopf_plugin_api::prelude::*;
use kopf_plugin_testing::{Operator, Sandbox, Settings, VirtualClock};

const EXAMPLES: &str = "kopfexamples.zalando.org";
const OBJECT: &str = "default/kopf-example-1";

#[kopf::on::create("zalando.org", "v1", "kopfexamples")]
async fn create_fn(spec: Spec) -> Outcome<Value> {
    info!("Creating: {spec}");
    Ok(json!({ "message": "hello world" }))
}

#[kopf::on::create("zalando.org", "v1", "kopfexamples", labels = { "slow" = present })]
fn third_time_lucky(Retry(retry): Retry) -> Outcome<()> {
    if retry < 2 {
        return Err(Temporary::new("not yet").after(Duration::from_secs(3600)).into());
    }
    Ok(())
}

#[kopf::on::update("zalando.org", "v1", "kopfexamples")]
fn update_fn(diff: Diff) -> Outcome<Value> {
    Ok(json!(diff.iter().map(|change| change.path.join(".")).collect::<Vec<_>>()))
}

#[kopf::on::delete("zalando.org", "v1", "kopfexamples", labels = { "held" = present })]
fn delete_fn() {}

fn operator() -> Operator {
    let mut operator = kopf_plugin_testing::start!();
    operator.apply(include_str!("../../../examples/crd.yaml"));
    operator.settle();
    operator
}

fn object(label: &str) -> String {
    json!({
        "apiVersion": "zalando.org/v1", "kind": "KopfExample",
        "metadata": { "name": "kopf-example-1", "labels": { label: "yes" } },
        "spec": { "field": "value" },
    })
    .to_string()
}

#[test]
fn a_creation_with_a_result_takes_two_writes_and_nothing_after_that() {
    let mut operator = operator();
    operator.apply(&object("plain"));
    operator.settle();
    let object = operator.get(EXAMPLES, OBJECT);
    assert_eq!(object["status"]["create_fn"]["message"], "hello world");
    operator.advance(Duration::from_secs(86_400));
    let path = "/apis/zalando.org/v1/namespaces/default/kopfexamples/kopf-example-1";
    assert_eq!(
        operator.writes_to("kopf-example-1"),
        [format!("PATCH {path}/status"), format!("PATCH {path}")]
    );
}

#[test]
fn retries_come_when_their_time_has_come() {
    let mut operator = operator();
    operator.apply(&object("slow"));
    operator.settle();
    let key = "kopf-plugin-testing.kopf.dev/third_time_lucky";
    let retries = |operator: &Operator| {
        let object = operator.get(EXAMPLES, OBJECT);
        let record = object["metadata"]["annotations"][key].as_str().map(str::to_owned)?;
        serde_json::from_str::<Value>(&record).ok()?["retries"].as_u64()
    };
    assert_eq!(retries(&operator), Some(1));
    operator.advance(Duration::from_secs(3599));
    assert_eq!(retries(&operator), Some(1));
    operator.advance(Duration::from_secs(1));
    assert_eq!(retries(&operator), Some(2));
    operator.kill();
    operator.resume();
    operator.advance(Duration::from_secs(3600));
    assert_eq!(retries(&operator), None, "it has succeeded, and its record is gone");
}

#[test]
fn a_change_while_the_operator_is_down_is_handled_after_its_start() {
    let mut operator = operator();
    operator.apply(&object("plain"));
    operator.settle();
    operator.stop();
    operator.patch(EXAMPLES, OBJECT, &json!({ "spec": { "field": "other" } }));
    operator.resume();
    assert_eq!(operator.get(EXAMPLES, OBJECT)["status"]["update_fn"], json!(["spec.field"]));
}

#[test]
fn a_deletion_waits_for_its_handler_and_takes_one_write() {
    let mut operator = operator();
    operator.apply(&object("held"));
    operator.settle();
    operator.journal().clear();
    operator.delete(EXAMPLES, OBJECT);
    operator.settle();
    assert_eq!(operator.find(EXAMPLES, OBJECT), None);
    assert_eq!(operator.writes_to("kopf-example-1").len(), 1);
}

/// What is asked of the server in an object's life by an operator with so many handlers of its changes; Events apart.
fn asked(handlers: usize) -> Vec<String> {
    let clock = VirtualClock::at("2026-01-01T00:00:00Z".parse().expect("it is a moment"));
    let sandbox = Sandbox::builder().clock(Arc::new(clock.clone())).seed(1).build().expect("it can be made");
    let declare = move |declared: &mut Vec<Handler>| {
        let update =
            declared.iter().find(|handler| handler.id == "update_fn").expect("it is declared").clone();
        let more = (1..handlers).map(|number| Handler { id: format!("update_{number}"), ..update.clone() });
        declared.extend(more.collect::<Vec<_>>());
    };
    let package = env!("CARGO_PKG_NAME");
    let mut operator = Operator::start_declared(package, sandbox, clock, Settings::default(), declare);
    operator.apply(include_str!("../../../examples/crd.yaml"));
    operator.settle();
    operator.apply(&object("held"));
    operator.settle();
    operator.patch(EXAMPLES, OBJECT, &json!({ "spec": { "field": "other" } }));
    operator.settle();
    let status = operator.get(EXAMPLES, OBJECT)["status"].clone();
    assert_eq!(
        status.as_object().map(serde_json::Map::len),
        Some(1 + handlers),
        "they have all run: {status}"
    );
    operator.delete(EXAMPLES, OBJECT);
    operator.settle();
    let entries = operator.journal().find(|entry| !entry.path.contains("/events"));
    entries.iter().map(|entry| format!("{} {}", entry.method, entry.path)).collect()
}

#[test]
fn more_handlers_of_a_resource_add_no_request_and_no_watch() {
    assert_eq!(asked(50), asked(1));
}
