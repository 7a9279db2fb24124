//! A plugin's life on the sandbox, in a time of its own: what an author's tests look like.

use std::time::Duration;

use kopf_plugin_api::prelude::*;

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

fn operator() -> kopf_plugin_testing::Operator {
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
    let retries = |operator: &kopf_plugin_testing::Operator| {
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
