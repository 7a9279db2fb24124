//! What controllers say of workloads whose pods are refused.

use super::{LITTLE_PATIENCE, PATIENCE, answer::Answer, run};
use kube::config::Kubeconfig;
use serde_json::{Value, json};
use std::{collections::BTreeSet, time::Duration};

const SPEC: &str = r#"{"hostNetwork":true,"restartPolicy":"POLICY","containers":[{"name":"c","image":"i"}]}"#;
const MADE_OF: &str =
    r#""selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":SPEC}"#;

/// Makes workloads in a namespace whose pods may not be on their node's network.
fn rows() -> String {
    const ROWS: &str = r#"
        MERGE  /api/v1/namespaces/$ns {"metadata":{"labels":{"pod-security.kubernetes.io/enforce":"baseline"}}}
        UNTIL  /api/v1/namespaces/$ns/serviceaccounts/default
        POST   APPS/replicasets  {"metadata":{"name":"set"},"spec":{"replicas":3,MADE}}
        POST   APPS/deployments  {"metadata":{"name":"dep"},"spec":{"replicas":2,MADE}}
        POST   APPS/statefulsets {"metadata":{"name":"sts"},"spec":{"replicas":2,"serviceName":"x",MADE}}
        POST   replicationcontrollers {"metadata":{"name":"rc"},"spec":{"replicas":1,"selector":{"a":"b"},"template":{"metadata":{"labels":{"a":"b"}},"spec":SPEC}}}
        POST   /apis/batch/v1/namespaces/$ns/jobs {"metadata":{"name":"job"},"spec":{"completions":2,"template":{"spec":SPEC}}}
        UNTIL  APPS/replicasets/set   ReplicaFailure
        UNTIL  APPS/deployments/dep   ReplicaFailure Available Progressing
        UNTIL  APPS/statefulsets/sts  currentRevision
        UNTIL  replicationcontrollers/rc ReplicaFailure
        UNTIL  /apis/batch/v1/namespaces/$ns/jobs/job uncountedTerminatedPods
        UNTIL  /api/v1/namespaces/$ns/events?fieldSelector=involvedObject.name%3Dset,reason%3DFailedCreate "count":
        UNTIL  /api/v1/namespaces/$ns/events?fieldSelector=involvedObject.kind%3DReplicaSet,involvedObject.name!%3Dset,reason%3DFailedCreate "count":
        UNTIL  /api/v1/namespaces/$ns/events?fieldSelector=involvedObject.name%3Dsts,reason%3DFailedCreate "count":
        UNTIL  /api/v1/namespaces/$ns/events?fieldSelector=involvedObject.name%3Drc,reason%3DFailedCreate "count":
        UNTIL  /api/v1/namespaces/$ns/events?fieldSelector=involvedObject.name%3Djob,reason%3DFailedCreate "count":
    "#;
    let rows = ROWS.replace("MADE", MADE_OF).replace("APPS", "/apis/apps/v1/namespaces/$ns");
    let is_job = |row: &str| row.contains("/jobs");
    let policy = |row: &str| if is_job(row) { "Never" } else { "Always" };
    rows.lines().map(|row| row.replace("SPEC", &SPEC.replace("POLICY", policy(row))) + "\n").collect()
}

/// A text without what is drawn at random: the ends of the names of sets and pods.
fn without_draws(text: &str) -> String {
    let word = |word: &str| {
        let name = word.trim_matches('"');
        match name.split_once('-') {
            Some(("dep", end)) if end.contains('-') => "\"dep-HASH-DRAWN\"".to_owned(),
            Some(("dep", _)) => "\"dep-HASH\"".to_owned(),
            Some((workload @ ("set" | "job" | "rc"), _)) => format!("\"{workload}-DRAWN\""),
            _ => word.to_owned(),
        }
    };
    text.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

fn mask(value: &mut Value) {
    match value {
        Value::Object(fields) => fields.iter_mut().for_each(|(name, value)| match (&**name, &value) {
            ("currentRevision" | "updateRevision", _) => *value = json!("DRAWN"),
            (name, Value::String(_)) if name.ends_with("Time") => *value = json!("SET"),
            _ => mask(value),
        }),
        Value::Array(values) => values.iter_mut().for_each(mask),
        Value::String(text) => *text = without_draws(text),
        _ => {}
    }
}

/// What is said: statuses, and Events once each.
async fn said(client: &kube::Client, patience: Duration) -> (Vec<Value>, BTreeSet<String>) {
    let answers = run(client, &rows(), patience).await;
    let document = |answer: &Answer| {
        let mut document = answer.object().clone();
        if let Some(conditions) = document["status"]["conditions"].as_array_mut() {
            conditions.sort_by_key(|condition| condition["type"].to_string());
        }
        document
    };
    let statuses = answers[7..12].iter().map(|answer| {
        let mut status = document(answer)["status"].clone();
        mask(&mut status);
        status
    });
    let events =
        answers[12..].iter().flat_map(|answer| document(answer)["items"].as_array().cloned().unwrap());
    // A real server tries again and again.
    let events = events.filter(|event| !event["message"].to_string().contains("combined from"));
    let events = events.map(|event| {
        let about = &event["involvedObject"];
        let mut said = json!([
            about["kind"],
            about["apiVersion"],
            event["reason"],
            event["message"],
            event["type"],
            event["source"],
            event["reportingComponent"],
            event["reportingInstance"],
            event["eventTime"],
        ]);
        mask(&mut said);
        said.to_string()
    });
    (statuses.collect(), events.collect())
}

#[tokio::test]
async fn workloads_say_that_their_pods_are_refused() {
    let Some(real) = kopf_control_plane::get().await else { return };
    let expected = said(&kopf_control_plane::connect(&real.kubeconfig).await, PATIENCE).await;
    let sandbox = kopf_sandbox::Sandbox::builder().first_revision(1_000).service_accounts(true);
    let sandbox = sandbox.simulate(true).build().unwrap();
    let serving = sandbox.serve(([127, 0, 0, 1], 0).into()).await.unwrap();
    let kubeconfig = Kubeconfig::from_yaml(serving.kubeconfig()).unwrap();
    let found = said(&kopf_control_plane::connect(&kubeconfig).await, LITTLE_PATIENCE).await;
    assert_eq!(expected.1.len(), 5, "each tells of it once: {expected:?}");
    assert_eq!(found, expected);
}
