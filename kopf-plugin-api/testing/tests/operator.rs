//! A plugin's life on the sandbox, in a time of its own: what an author's tests look like.

mod kit;

use std::time::Duration;

use kopf_core::handler::Handler;
use kopf_plugin_api::prelude::*;
use kopf_plugin_testing::{Entry, Operator, Sandbox, plugin};

use kit::{EXAMPLES, operator};

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

fn object(label: &str) -> String {
    kit::example("kopf-example-1", &json!({ label: "yes" }), &json!({ "field": "value" })).to_string()
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

#[test]
fn what_was_expected_is_told_beside_what_is_there() {
    let mut operator = operator();
    operator.apply(&object("slow"));
    operator.advance(Duration::from_secs(2 * 3600));
    operator.expect(EXAMPLES, OBJECT, &json!({ "spec": { "field": "value" }, "status": { "other": null } }));
    let slow = format!("{OBJECT} failed for 3600 s");
    operator.expect_outcomes("third_time_lucky", &[&slow, &slow, &format!("{OBJECT} succeeded")]);
    operator.expect_outcomes("create_fn", &[&format!("{OBJECT} succeeded: {{\"message\":\"hello world\"}}")]);
    let statuses = |entry: &Entry| entry.path.ends_with("/status");
    let path = "/apis/zalando.org/v1/namespaces/default/kopfexamples/kopf-example-1/status";
    operator.expect_requests(statuses, &[&format!("PATCH {path} 200")]);
    operator.delete(EXAMPLES, OBJECT);
    operator.expect_gone(EXAMPLES, OBJECT);
}

/// What somebody is told whose expectation is wrong.
fn complaint(check: impl FnOnce()) -> String {
    let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(check)).expect_err("it fails");
    panic.downcast_ref::<String>().cloned().unwrap_or_default()
}

#[test]
fn a_wrong_expectation_fails_and_says_what_there_is_instead() {
    let mut operator = operator();
    operator.apply(&object("held"));
    operator.settle();
    operator.delete(EXAMPLES, OBJECT);
    let said = complaint(|| operator.expect(EXAMPLES, OBJECT, &json!({ "spec": { "field": "other" } })));
    assert!(said.contains("spec.field is \"value\", and was to be \"other\""), "{said}");
    let said = complaint(|| operator.expect(EXAMPLES, "default/nothing", &json!({})));
    assert!(
        said.ends_with("among the kopfexamples.zalando.org; there are: default/kopf-example-1"),
        "{said}"
    );
    let said = complaint(|| operator.expect_gone(EXAMPLES, OBJECT));
    assert!(said.contains("it is held by [\"kopf-plugin-testing.kopf.dev/finalizer\"]"), "{said}");
    let said = complaint(|| operator.expect_outcomes("create_fn", &[]));
    assert!(
        said.contains("create_fn was to come to nothing\nand came to\n  default/kopf-example-1 succ"),
        "{said}"
    );
    let said = complaint(|| operator.expect_requests(|entry| entry.method == "PUT", &["PUT /x 200"]));
    assert!(said.contains("PUT /x 200\nand these were nothing\nbeside others, of late\n  "), "{said}");
}

#[test]
fn a_sandbox_can_be_asked_by_a_client_without_an_operator() {
    let sandbox =
        Sandbox::builder().crd(kit::DEFINITION).objects(&object("plain")).at("2030-01-01T00:00:00Z").start();
    let client = sandbox.client();
    let request = http::Request::get("/apis/zalando.org/v1/kopfexamples").body(vec![]).unwrap();
    let list: Value = sandbox.block_on(client.request(request)).unwrap();
    assert_eq!(list["items"][0]["metadata"]["creationTimestamp"], "2030-01-01T00:00:00Z");
}

#[test]
fn a_storm_of_faults_and_restarts_of_the_server_lose_nothing() {
    for seed in 1..=4 {
        let sandbox = Sandbox::builder().crd(kit::DEFINITION).seed(seed).start();
        let mut operator = sandbox.run(plugin!());
        operator.sandbox().faults().storm(0.3);
        operator.apply(&object("plain"));
        for value in ["second", "third"] {
            operator.advance(Duration::from_secs(20));
            operator.sandbox().restart();
            operator.patch(EXAMPLES, OBJECT, &json!({ "spec": { "field": value } }));
        }
        operator.advance(Duration::from_secs(60));
        operator.sandbox().faults().clear();
        operator.advance(Duration::from_secs(1200));
        let handled = operator.get(EXAMPLES, OBJECT)["metadata"]["annotations"]
            ["kopf-plugin-testing.kopf.dev/last-handled-configuration"]
            .clone();
        assert!(handled.as_str().is_some_and(|handled| handled.contains("third")), "seed {seed}: {handled}");
    }
}

/// What is asked of the server in an object's life by an operator with so many handlers of its changes; Events apart.
fn asked(handlers: usize) -> Vec<String> {
    let declare = move |declared: &mut Vec<Handler>| {
        let update =
            declared.iter().find(|handler| handler.id == "update_fn").expect("it is declared").clone();
        let more = (1..handlers).map(|number| Handler { id: format!("update_{number}"), ..update.clone() });
        declared.extend(more.collect::<Vec<_>>());
    };
    let sandbox = Sandbox::builder().crd(kit::DEFINITION).start();
    let mut operator = sandbox.run_declared(plugin!(), declare);
    operator.apply(&object("held"));
    operator.settle();
    operator.patch(EXAMPLES, OBJECT, &json!({ "spec": { "field": "other" } }));
    operator.settle();
    let status = operator.get(EXAMPLES, OBJECT)["status"].clone();
    let results = status.as_object().map(serde_json::Map::len);
    assert_eq!(results, Some(1 + handlers), "they have all run: {status}");
    operator.delete(EXAMPLES, OBJECT);
    operator.settle();
    let entries = operator.journal().find(|entry| !entry.path.contains("/events"));
    entries.iter().map(|entry| format!("{} {}", entry.method, entry.path)).collect()
}

#[test]
fn fifty_handlers_of_a_resource_ask_what_one_asks() {
    assert_eq!(asked(50), asked(1));
}
