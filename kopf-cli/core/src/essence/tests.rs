//! What is left of objects.

use serde_json::json;

use super::*;

#[track_caller]
#[expect(clippy::needless_pass_by_value, reason = "rows read better without ampersands")]
fn check(body: Value, extra: &[&str], expected: Value) {
    let extra: Vec<FieldPath> = extra.iter().map(|path| FieldPath::parse(path).unwrap()).collect();
    let found = essence(&body, &extra);
    assert_eq!(found, expected);
    assert_eq!(essence(&found, &extra), expected, "an essence is its own essence");
}

fn annotated(annotations: &Value) -> Value {
    json!({ "metadata": { "annotations": annotations } })
}

#[test]
fn status_and_system_metadata_are_left_out() {
    check(
        json!({
            "apiVersion": "v1", "kind": "Thing", "status": { "a": 1 }, "spec": { "b": [1] }, "data": {},
            "metadata": { "name": "x", "uid": "u", "resourceVersion": "1", "generation": 2, "labels": { "l": "1" },
                "annotations": { "example.com/a": "1" } },
        }),
        &[],
        json!({
            "spec": { "b": [1] }, "data": {},
            "metadata": { "labels": { "l": "1" }, "annotations": { "example.com/a": "1" } },
        }),
    );
}

#[test]
fn annotations_of_operators_are_left_out() {
    let others = json!({
        "plain": "1", "example.com/x": "1", "notkopf.dev/x": "1", "kopf.dev.example.com/x": "1", "kopf.dev": "1",
        "kubectl.kubernetes.io/restartedAt": "1",
    });
    let mut all = others.clone();
    for ours in [
        "kubectl.kubernetes.io/last-applied-configuration",
        "kopf.dev/x",
        "web.kopf.dev/create_fn",
        "kopf.zalando.org/last-handled-configuration",
        "a.b.kopf.zalando.org/x",
        "marked.example.com/kopf-managed",
        "marked.example.com/create_fn",
    ] {
        all[ours] = json!("1");
    }
    check(annotated(&all), &[], annotated(&others));
}

#[test]
fn a_mark_is_for_its_own_prefix_only() {
    check(
        annotated(&json!({ "a.org/kopf-managed": "yes", "b.a.org/x": "1", "kopf-managed": "1" })),
        &[],
        annotated(&json!({ "b.a.org/x": "1", "kopf-managed": "1" })),
    );
}

#[test]
fn what_is_empty_is_left_out() {
    check(
        json!({ "metadata": { "labels": {}, "annotations": { "kopf.dev/x": "1" } }, "status": {} }),
        &["status"],
        json!({}),
    );
    check(json!({ "spec": null, "metadata": { "labels": null } }), &[], json!({}));
    check(json!("no object"), &["spec"], json!({}));
    check(json!({ "metadata": "odd", "spec": 1 }), &["metadata"], json!({ "spec": 1 }));
}

#[test]
fn watched_fields_come_back() {
    let body = || json!({ "kind": "Thing", "status": { "a": { "b": 1 }, "c": 2 }, "metadata": { "finalizers": ["f"], "name": "x" } });
    check(body(), &["status.a"], json!({ "status": { "a": { "b": 1 } } }));
    check(body(), &["status.a.b", "status.a", "status"], json!({ "status": { "a": { "b": 1 }, "c": 2 } }));
    check(
        body(),
        &["metadata.finalizers", "kind"],
        json!({ "kind": "Thing", "metadata": { "finalizers": ["f"] } }),
    );
    check(body(), &["status.missing", "spec.missing"], json!({}));
}

#[test]
fn what_our_own_writes_change_never_comes_back() {
    check(
        json!({ "metadata": { "name": "x", "resourceVersion": "1", "managedFields": [], "labels": { "l": "1" },
            "annotations": { "web.kopf.dev/fn": "1" } } }),
        &[
            "metadata",
            "metadata.resourceVersion",
            "metadata.annotations",
            r"metadata.annotations.web\.kopf\.dev/fn",
        ],
        json!({ "metadata": { "name": "x", "labels": { "l": "1" } } }),
    );
}

#[test]
fn numbers_are_read_and_written_digit_by_digit() {
    let text = r#"{"spec":{"ratios":[907.3038322028689,481.83792520110524,5e-324,1.7976931348623157e308]}}"#;
    let body: Value = serde_json::from_str(text).unwrap();
    assert_eq!(essence(&body, &[]).to_string().replace("e+308", "e308"), text);
}
