//! What the answer to a deletion says of the object: by which of its versions it is given.

use super::{LITTLE_PATIENCE, check, run, sandbox};
use serde_json::Value;

const POD: &str = r#"{"metadata":{"name":"a"},"spec":{"containers":[{"name":"c","image":"i"}]}}"#;
const ON_A_NODE: &str =
    r#"{"metadata":{"name":"a"},"spec":{"nodeName":"n","containers":[{"name":"c","image":"i"}]}}"#;
const SERVICE: &str = r#"{"metadata":{"name":"a"},"spec":{"ports":[{"port":1}]}}"#;
const HELD: &str = r#"{"metadata":{"name":"a","finalizers":["kopf.test/x"]},"spec":{"ports":[{"port":1}]}}"#;
const TEMPLATE: &str =
    r#"{"metadata":{"name":"a"},"template":{"spec":{"containers":[{"name":"c","image":"i"}]}}}"#;
const ROW: &str = r#"{"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"a","finalizers":["kopf.test/x"]}}"#;

/// Of an object that is made and then asked for by `rows`: which event has told of it as each answer does.
async fn told(client: &kube::Client, plural: &str, body: &str, rows: &str) -> Vec<Option<usize>> {
    let watch = format!(
        "GET {plural}?watch=true&timeoutSeconds=1&resourceVersion=$1&fieldSelector=metadata.name%3Da"
    );
    let answers = run(client, &format!("POST {plural} {body}\n{rows}\n{watch}"), LITTLE_PATIENCE).await;
    let version = |object: &Value| object["metadata"]["resourceVersion"].clone();
    let (events, answers) = answers.split_last().expect("there are answers");
    let events: Vec<Value> = events.documents().iter().map(|event| version(&event["object"])).collect();
    assert!(!events.is_empty(), "what happens to {plural} is told");
    // A collection is answered with all that was in it.
    let versions = |answer: &Value| match answer["items"].as_array() {
        Some(items) => items.iter().map(version).collect(),
        None => vec![version(answer)],
    };
    let versions = answers[1..].iter().flat_map(|answer| versions(answer.object()));
    versions.map(|version| events.iter().position(|event| *event == version)).collect()
}

async fn check_versions(plural: &str, body: &str, rows: &str) {
    let Some(real) = kopf_control_plane::get().await else { return };
    let expected = told(&kopf_control_plane::connect(&real.kubeconfig).await, plural, body, rows).await;
    let (sandbox, _serving) = sandbox().await;
    assert_eq!(told(&sandbox, plural, body, rows).await, expected, "of {plural} after {rows}");
}

#[tokio::test]
async fn what_goes_at_once_has_the_version_of_its_removal() {
    check_versions("services", SERVICE, "DELETE services/a?dryRun=All\nDELETE services/a").await;
    check_versions("podtemplates", TEMPLATE, "DELETE podtemplates/a").await;
    check_versions("configmaps", r#"{"metadata":{"name":"a"}}"#, "DELETE configmaps/a").await;
    check_versions("pods", POD, "DELETE pods/a?dryRun=All\nDELETE pods/a").await;
    check_versions("pods", ON_A_NODE, "DELETE pods/a?gracePeriodSeconds=0").await;
}

#[tokio::test]
async fn what_is_held_has_the_version_of_its_mark() {
    const RELEASE: &str = r#"{"metadata":{"finalizers":null}}"#;
    let rows = |plural: &str| format!("DELETE {plural}/a\nDELETE {plural}/a\nMERGE {plural}/a {RELEASE}");
    check_versions("services", HELD, &rows("services")).await;
    check_versions("rows", ROW, &rows("rows")).await;
    check_versions("services", SERVICE, "DELETE services").await;
}

#[tokio::test]
async fn namespaces_are_asked_in_words_of_their_own() {
    check(
        r#"
        DELETE /api/v1/namespaces/default     {"preconditions":{"uid":"11111111-1111-1111-1111-111111111111"}}
        DELETE /api/v1/namespaces/default     {"preconditions":{"resourceVersion":"7777777"}}
        DELETE /api/v1/namespaces/default     {"preconditions":{"uid":"11111111-1111-1111-1111-111111111111","resourceVersion":"7777777"}}
        DELETE /api/v1/namespaces/kube-system {"preconditions":{"uid":"11111111-1111-1111-1111-111111111111"}}
        DELETE /api/v1/namespaces/kube-public {"preconditions":{"resourceVersion":"7777777"}}
        DELETE /api/v1/namespaces/default     {"preconditions":{"resourceVersion":"7777777"},"dryRun":["All"]}
        DELETE /api/v1/namespaces/default
        DELETE /api/v1/namespaces/$ns         {"preconditions":{"uid":"11111111-1111-1111-1111-111111111111"}}
        DELETE /api/v1/namespaces/$ns         {"preconditions":{"resourceVersion":"7777777"}}
    "#,
    )
    .await;
}
