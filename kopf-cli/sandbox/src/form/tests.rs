//! What a table shows of objects, in rows.

use expect_test::{Expect, expect};

use super::*;
use crate::resources::Catalog;

#[expect(clippy::needless_pass_by_value, reason = "rows are written in place")]
#[track_caller]
fn check(plural: &str, object: Value, expected: Expect) {
    let view =
        Catalog::built_in().resources().find(|resource| resource.plural == plural).unwrap().stored_view();
    let now = "2026-01-01T01:00:00Z".parse().unwrap();
    let cells = Sheet::of(&view, now).cells(&object);
    expected.assert_eq(&Value::from(cells).to_string());
}

#[expect(clippy::needless_pass_by_value, reason = "rows are written in place")]
fn pod(status: Value) -> Value {
    json!({
        "metadata": { "name": "p", "creationTimestamp": "2026-01-01T00:00:00Z" },
        "spec": {
            "initContainers": [{ "name": "first" }, { "name": "side", "restartPolicy": "Always" }],
            "containers": [{ "name": "a" }, { "name": "b" }],
        },
        "status": status,
    })
}

#[test]
fn a_pod_is_told_by_what_its_containers_do() {
    check(
        "pods",
        pod(json!({ "phase": "Pending" })),
        expect![[r#"["p","0/3","Pending","0","60m","<none>","<none>","<none>","<none>"]"#]],
    );
    let waiting = json!({ "phase": "Pending", "initContainerStatuses": [
        { "name": "first", "restartCount": 2, "state": { "waiting": { "reason": "CrashLoopBackOff" } } },
    ] });
    check(
        "pods",
        pod(waiting),
        expect![[r#"["p","0/3","Init:CrashLoopBackOff","2","60m","<none>","<none>","<none>","<none>"]"#]],
    );
    let running = json!({
        "phase": "Running",
        "podIPs": [{ "ip": "10.0.0.7" }],
        "conditions": [{ "type": "Ready", "status": "True" }],
        "initContainerStatuses": [
            { "name": "first", "restartCount": 2, "state": { "terminated": { "exitCode": 0 } } },
            { "name": "side", "restartCount": 1, "ready": true, "started": true, "state": { "running": {} } },
        ],
        "containerStatuses": [
            { "name": "a", "ready": true, "state": { "running": {} } },
            { "name": "b", "restartCount": 3, "ready": false, "state": { "terminated": { "exitCode": 1, "reason": "Error" } },
              "lastState": { "terminated": { "finishedAt": "2026-01-01T00:30:00Z" } } },
        ],
    });
    check(
        "pods",
        pod(running),
        expect![[r#"["p","2/3","Error","4 (30m ago)","60m","10.0.0.7","<none>","<none>","<none>"]"#]],
    );
    let mut going = pod(json!({ "phase": "Running" }));
    going["metadata"]["deletionTimestamp"] = "2026-01-01T00:30:00Z".into();
    check(
        "pods",
        going,
        expect![[r#"["p","0/3","Terminating","0","60m","<none>","<none>","<none>","<none>"]"#]],
    );
}

#[test]
fn what_is_empty_has_cells_too() {
    for plural in ["pods", "deployments", "services", "jobs", "events", "nodes", "cronjobs", "roles"] {
        let view =
            Catalog::built_in().resources().find(|resource| resource.plural == plural).unwrap().stored_view();
        let sheet = Sheet::of(&view, Timestamp::UNIX_EPOCH);
        assert_eq!(sheet.cells(&json!({})).len(), sheet.headers().as_array().unwrap().len(), "{plural}");
    }
}

#[test]
fn a_list_that_is_empty_has_a_head() {
    let view = Catalog::built_in().view("rbac.authorization.k8s.io", "v1", "roles").unwrap();
    let form = Form::Table(Meta::V1, Include::Nothing);
    let list = form.list(&json!({}), std::iter::empty(), Sheet::of(&view, Timestamp::UNIX_EPOCH));
    let list: Value = serde_json::from_slice(&list).unwrap();
    assert_eq!(list["rows"], Value::Null);
    assert_eq!(list["columnDefinitions"][1]["name"], "Created At");
}

#[test]
fn of_storage_classes_the_newest_default_is_marked_in_lists() {
    let class = |name: &str, created: &str, default: &str| {
        let annotations = json!({ "storageclass.kubernetes.io/is-default-class": default });
        json!({ "metadata": { "name": name, "creationTimestamp": created, "annotations": annotations } })
    };
    let (old, new) = ("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z");
    let check = |classes: &[Value], expected: Option<&str>| {
        assert_eq!(volumes::default_class(classes.iter()).as_deref(), expected);
    };
    check(&[class("a", old, "true"), class("b", new, "true"), class("c", new, "false")], Some("b"));
    check(&[class("b", new, "true"), class("a", new, "true")], Some("a"));
    check(&[class("a", old, "yes")], None);
}
