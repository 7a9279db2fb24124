//! Rows of what the framework itself, version 1.45.2, writes and reads.

use jiff::SignedDuration;

use super::*;
use crate::{
    cause::Reason,
    handler::{On, tests::handler},
    registry::tests::served,
};

fn owned() -> Value {
    json!({ "kind": "ReplicaSet", "metadata": { "ownerReferences": [{ "kind": "Deployment" }] } })
}

#[track_caller]
fn check_keys_on(body: &Value, id: &str, expected: &[&str]) {
    let expected: Vec<String> = expected.iter().map(|name| format!("{PREFIX}/{name}")).collect();
    assert_eq!(keys(id, body), expected);
}

#[track_caller]
fn check_keys(id: &str, expected: &[&str]) {
    check_keys_on(&json!({}), id, expected);
}

#[test]
fn records_have_a_newer_key_and_where_it_differs_an_older_one() {
    let x = |count| "x".repeat(count);
    let y = |count| "y".repeat(count);
    check_keys("create_fn", &["create_fn"]);
    check_keys("create_fn/item1", &["create_fn.item1"]);
    check_keys("fn/spec.field", &["fn.spec.field"]);
    check_keys("outer.<locals>.inner", &["outer._locals_.inner"]);
    check_keys(&x(46), &[&x(46)]);
    check_keys(&x(47), &[&x(47), &(x(39) + "-xRCOAQ")]);
    check_keys(&x(63), &[&x(63), &(x(39) + "-GINbRg")]);
    check_keys(&x(64), &[&(x(56) + "-SItAqA"), &(x(39) + "-SItAqA")]);
    let c = |count| "c".repeat(count) + "-ijnkDw";
    check_keys(&"c".repeat(70), &[&c(56), &c(39)]);
    check_keys(&"a/".repeat(40), &[&("a.".repeat(28) + "-VkP9Ag"), &("a.".repeat(19) + "a-OZE4aA")]);
    let long = "fn".repeat(323);
    check_keys(&long, &[&format!("{}-Az-r.g", &long[..56]), &format!("{}-Az-r.g", &long[..39])]);
    check_keys(
        &format!("create_fn/{}", y(40)),
        &[&format!("create_fn.{}", y(40)), &format!("create_fn.{}-6Zcs8w", y(29))],
    );
}

#[test]
fn a_deployments_replica_set_has_keys_of_its_own() {
    let x = |count| "x".repeat(count);
    check_keys_on(&owned(), "fn", &["fn-ofDRS"]);
    check_keys_on(&owned(), &x(40), &[&(x(40) + "-ofDRS")]);
    check_keys_on(&owned(), &x(41), &[&(x(41) + "-ofDRS"), &(x(39) + "-qvEBIw")]);
    check_keys_on(&owned(), &x(58), &[&(x(56) + "-gYrsww"), &(x(39) + "-gYrsww")]);
    assert_eq!(handled_keys(&owned())[0], "kopf.zalando.org/last-handled-configuration-ofDRS");
    assert_eq!(handled_keys(&json!({}))[0], "kopf.zalando.org/last-handled-configuration");
    let touched_so = json!({ "kind": "ReplicaSet", "metadata": {
        "ownerReferences": [{ "kind": "Deployment" }],
        "annotations": { "kopf.zalando.org/touch-dummy-ofDRS": "now" },
    } });
    assert_eq!(touched(&touched_so).as_deref(), Some("kopf.zalando.org/touch-dummy-ofDRS"));
}

#[test]
fn trap_11_an_id_that_the_framework_cannot_write_is_mangled() {
    check_keys("lambda:/op.rs:12", &["lambda_.op.rs_12-KLJI5g"]);
    check_keys("_private", &["xprivate-n6ooOg"]);
    check_keys("touch-dummy", &["touch-dummy-EHvanA"]);
}

fn paths(fields: &[&str]) -> Vec<FieldPath> {
    fields.iter().map(|field| FieldPath::parse(field).unwrap()).collect()
}

fn thing(metadata: &Value, rest: &Value) -> Value {
    let mut body = json!({
        "apiVersion": "v1", "kind": "Thing",
        "metadata": { "name": "a", "uid": "u", "resourceVersion": "1", "generation": 2, "finalizers": ["f"] },
    });
    crate::patch::merge(&mut body, &json!({ "metadata": metadata }));
    crate::patch::merge(&mut body, rest);
    body
}

#[track_caller]
#[expect(clippy::needless_pass_by_value, reason = "rows read better without ampersands")]
fn check_essence(metadata: Value, rest: Value, fields: &[&str], expected: &str) {
    let (body, fields) = (thing(&metadata, &rest), paths(fields));
    let found = essence(&body, &fields);
    let texts = handled_texts(&Handled::new(found.clone(), fields.clone(), false));
    assert_eq!(texts[0].strip_suffix('\n'), Some(expected));
    assert_eq!(essence(&found, &fields), found, "an essence is its own essence");
    let read = handled(&texts[0], texts.get(1).map(String::as_str), &fields, &found).unwrap();
    assert!(read.compare(&found, &fields, "u").diff.is_empty(), "it is read as it was written");
}

#[test]
fn status_and_system_metadata_are_left_out() {
    check_essence(
        json!({ "labels": { "l": "1" }, "annotations": { "example.com/a": "1" } }),
        json!({ "spec": { "b": [1] }, "data": {}, "status": { "a": 1 } }),
        &[],
        r#"{"spec":{"b":[1]},"data":{},"metadata":{"labels":{"l":"1"},"annotations":{"example.com/a":"1"}}}"#,
    );
    check_essence(
        json!({ "labels": {}, "annotations": {} }),
        json!({ "spec": {}, "status": {} }),
        &[],
        r#"{"spec":{}}"#,
    );
}

#[test]
fn trap_26_of_annotations_only_its_own_domain_and_marked_prefixes_are_state() {
    check_essence(
        json!({ "annotations": {
            "kubectl.kubernetes.io/last-applied-configuration": "x", "kopf.zalando.org/create_fn": "x",
            "a.kopf.zalando.org/x": "1", "kopf.dev/x": "1", "web.kopf.dev/x": "1", "marked.org/kopf-managed": "yes",
            "marked.org/x": "1", "b.marked.org/y": "1", "plain": "1",
        } }),
        json!({ "spec": { "x": 1 } }),
        &[],
        r#"{"spec":{"x":1},"metadata":{"annotations":{"kopf.dev/x":"1","web.kopf.dev/x":"1","b.marked.org/y":"1","plain":"1"}}}"#,
    );
}

#[test]
fn watched_fields_are_in_it_as_far_as_they_are_there() {
    let status = || json!({ "spec": { "x": 1 }, "status": { "phase": "a", "other": 1 } });
    check_essence(json!({}), status(), &["status.phase"], r#"{"spec":{"x":1},"status":{"phase":"a"}}"#);
    check_essence(json!({}), status(), &["status"], r#"{"spec":{"x":1},"status":{"phase":"a","other":1}}"#);
    check_essence(
        json!({}),
        json!({ "spec": { "x": 1 }, "status": { "other": 1 } }),
        &["status.phase", "metadata.finalizers", "spec.x"],
        r#"{"spec":{"x":1},"metadata":{"finalizers":["f"]}}"#,
    );
    check_essence(
        json!({}),
        json!({ "spec": { "x": 1 }, "status": { "kopf": { "progress": { "c": {} } }, "phase": "a" } }),
        &["status"],
        r#"{"spec":{"x":1},"status":{"phase":"a"}}"#,
    );
}

#[test]
fn a_watch_of_annotations_brings_back_what_is_left_out_of_them() {
    check_essence(
        json!({ "annotations": {
            "kubectl.kubernetes.io/last-applied-configuration": "x", "kopf.zalando.org/create_fn": "x",
            "a.kopf.zalando.org/x": "1", "plain": "1",
        } }),
        json!({ "spec": { "x": 1 } }),
        &["metadata.annotations"],
        r#"{"spec":{"x":1},"metadata":{"annotations":{"kubectl.kubernetes.io/last-applied-configuration":"x","a.kopf.zalando.org/x":"1","plain":"1"}}}"#,
    );
}

#[test]
fn the_text_is_ascii() {
    check_essence(
        json!({}),
        json!({ "spec": { "text": "é \"q\" \\ / \n\t\u{1}\u{7f} \u{1f600} <&>",
            "n": [1, 1.5, -0.5, 12_345_678_901_234_567_890_u64, true, null] } }),
        &[],
        r#"{"spec":{"text":"\u00e9 \"q\" \\ / \n\t\u0001\u007f \ud83d\ude00 <&>","n":[1,1.5,-0.5,12345678901234567890,true,null]}}"#,
    );
}

fn at(microseconds: i64) -> Timestamp {
    let begin: Timestamp = "2026-11-22T21:48:11Z".parse().unwrap();
    begin + SignedDuration::from_micros(microseconds)
}

fn begun(purpose: Reason) -> Progress {
    Progress::begin(purpose, at(168_057))
}

#[track_caller]
fn check_record(record: Progress, expected: &str) {
    assert_eq!(record_text(&record), expected);
    let body = json!({ "metadata": { "uid": "u", "annotations": { "kopf.zalando.org/fn": expected } } });
    assert_eq!(super::record("fn", &body, at(0)), Some(record));
}

#[test]
fn a_record_is_compact_and_leaves_out_what_is_absent() {
    check_record(
        begun(Reason::Create),
        r#"{"started":"2026-11-22T21:48:11.168057+00:00","purpose":"create","retries":0,"success":false,"failure":false}"#,
    );
    check_record(
        Progress { stopped: Some(at(168_057)), retries: 1, success: true, ..begun(Reason::Create) },
        r#"{"started":"2026-11-22T21:48:11.168057+00:00","stopped":"2026-11-22T21:48:11.168057+00:00","purpose":"create","retries":1,"success":true,"failure":false}"#,
    );
    check_record(
        Progress {
            delayed: Some(at(60_000_000)),
            retries: 2,
            message: Some("é no".to_owned()),
            ..begun(Reason::Update)
        },
        r#"{"started":"2026-11-22T21:48:11.168057+00:00","delayed":"2026-11-22T21:49:11.000000+00:00","purpose":"update","retries":2,"success":false,"failure":false,"message":"\u00e9 no"}"#,
    );
    check_record(
        Progress {
            stopped: Some(at(999_999)),
            retries: 3,
            failure: true,
            message: Some("no".to_owned()),
            ..begun(Reason::Delete)
        },
        r#"{"started":"2026-11-22T21:48:11.168057+00:00","stopped":"2026-11-22T21:48:11.999999+00:00","purpose":"delete","retries":3,"success":false,"failure":true,"message":"no"}"#,
    );
}

#[test]
fn a_parent_of_unfinished_sub_handlers_names_them_and_its_error_is_none() {
    check_record(
        Progress {
            delayed: Some(at(168_057)),
            retries: 1,
            message: Some("None".to_owned()),
            subrefs: ["fn/a", "fn/a/x", "fn/b"].map(str::to_owned).to_vec(),
            ..begun(Reason::Create)
        },
        r#"{"started":"2026-11-22T21:48:11.168057+00:00","delayed":"2026-11-22T21:48:11.168057+00:00","purpose":"create","retries":1,"success":false,"failure":false,"message":"None","subrefs":["fn/a","fn/a/x","fn/b"]}"#,
    );
}

#[test]
fn a_record_without_a_purpose_is_of_any() {
    check_record(
        Progress { purpose: None, ..begun(Reason::Create) },
        r#"{"started":"2026-11-22T21:48:11.168057+00:00","retries":0,"success":false,"failure":false}"#,
    );
}

#[test]
fn what_was_seen_is_not_told() {
    let seen = Progress { seen: "0123456789abcdef".parse().ok(), ..begun(Reason::Create) };
    assert_eq!(record_text(&seen), record_text(&begun(Reason::Create)));
}

/// Reads the record of `fn` in a body, and tells how often it was tried and when it began.
#[track_caller]
#[expect(clippy::needless_pass_by_value, reason = "rows read better without ampersands")]
fn check_read(body: Value, expected: Option<(u32, &str)>) {
    let found = record("fn", &body, "2030-01-01T00:00:00Z".parse().unwrap());
    let found = found.map(|record| (record.retries, record.started.to_string()));
    assert_eq!(found, expected.map(|(retries, started)| (retries, started.to_owned())));
}

fn annotated(text: &str) -> Value {
    json!({ "metadata": { "annotations": { "kopf.zalando.org/fn": text } } })
}

#[test]
fn trap_10_naive_moments_are_in_utc_and_garbage_is_absent() {
    check_read(
        annotated(r#"{"started":"2020-02-14T16:58:25.396364","retries":3}"#),
        Some((3, "2020-02-14T16:58:25.396364Z")),
    );
    check_read(annotated(r#"{"started":"2020-02-14T18:58:25+02:00"}"#), Some((0, "2020-02-14T16:58:25Z")));
    for garbage in ["", "garbage", "null", "[]", "7", r#"{"started":7}"#, r#"{"started":"soon"}"#] {
        check_read(annotated(garbage), None);
    }
}

#[test]
fn a_record_without_a_beginning_begins_now_and_unknown_members_are_passed_over() {
    check_read(annotated(r#"{"retries":2,"uid":"v","more":1}"#), Some((2, "2030-01-01T00:00:00Z")));
}

#[test]
fn the_annotation_goes_before_the_status_where_records_were_once() {
    let legacy = json!({ "kopf": { "progress": { "fn": { "started": "2020-01-01T00:00:00", "stopped": null, "retries": 5 } } } });
    check_read(json!({ "status": legacy }), Some((5, "2020-01-01T00:00:00Z")));
    let mut both = annotated(r#"{"started":"2020-01-01T00:00:00Z","retries":6}"#);
    both["status"] = legacy.clone();
    check_read(both, Some((6, "2020-01-01T00:00:00Z")));
    let served = served([handler(On::Create, "fn")]);
    assert_eq!(
        super::legacy(&json!({ "status": legacy }), &served),
        Some(json!({ "status": { "kopf": { "progress": { "fn": null } } } }))
    );
}

#[test]
fn the_newer_key_goes_before_the_older_one() {
    let id = "x".repeat(47);
    let keys = keys(&id, &json!({}));
    let text = |retries: u32| format!(r#"{{"started":"2020-01-01T00:00:00Z","retries":{retries}}}"#);
    let read = |annotations: Value| {
        let body = json!({ "metadata": { "annotations": annotations } });
        record(&id, &body, at(0)).map(|record| record.retries)
    };
    assert_eq!(read(json!({ &keys[0]: text(1), &keys[1]: text(2) })), Some(1));
    assert_eq!(read(json!({ &keys[1]: text(2) })), Some(2));
    assert_eq!(read(json!({ &keys[0]: "null", &keys[1]: text(2) })), Some(2));
}

#[test]
fn records_of_handlers_that_are_not_ours_are_left_alone() {
    let text = r#"{"started":"2020-01-01T00:00:00Z","subrefs":["fn/a"]}"#;
    let body = json!({ "metadata": { "annotations": {
        "kopf.zalando.org/fn": text, "kopf.zalando.org/fn.a": "garbage", "kopf.zalando.org/other": text,
        "kopf.zalando.org/last-handled-configuration": "{}\n", "kopf.zalando.org/touch-dummy": "now",
    } } });
    let served = served([handler(On::Create, "fn")]);
    assert_eq!(present(&body, &served), ["kopf.zalando.org/fn", "kopf.zalando.org/fn.a"]);
    assert_eq!(records(&body, &served, at(0)).len(), 1);
    assert_eq!(touched(&body).as_deref(), Some("kopf.zalando.org/touch-dummy"));
}

/// What differs from a text of what was handled last, which is the framework's unless `fields` are given.
#[track_caller]
#[expect(clippy::needless_pass_by_value, reason = "rows read better without ampersands")]
fn check_compared(text: &str, fields: Option<&[&str]>, watched: &[&str], now: Value, expected: &[&str]) {
    let note = |fields: &[&str]| {
        let fields = Fields { of: mark_of(text), fields: paths(fields) };
        serde_json::to_string(&fields).unwrap()
    };
    let watched = paths(watched);
    let read = handled(text, fields.map(note).as_deref(), &watched, &now).unwrap();
    let diff = read.compare(&now, &watched, "u").diff;
    let places: Vec<String> = diff.0.iter().map(|change| change.path.join(".")).collect();
    assert_eq!(places, expected);
}

#[test]
fn a_changed_list_of_fields_is_no_update() {
    let now = || json!({ "spec": { "x": 1 }, "status": { "phase": "b" } });
    let old = "{\"spec\":{\"x\":1}}\n";
    check_compared(old, None, &["status.phase"], now(), &[]);
    check_compared(old, Some(&[]), &["status.phase"], now(), &[]);
    let old = "{\"spec\":{\"x\":1},\"status\":{\"gone\":1}}\n";
    check_compared(old, None, &["status.phase"], now(), &[]);
    check_compared(old, None, &[], json!({ "spec": { "x": 1 } }), &[]);
}

#[test]
fn a_changed_field_is_one() {
    let now = || json!({ "spec": { "x": 1 }, "status": { "phase": "b" } });
    check_compared(r#"{"spec":{"x":1}}"#, Some(&["status.phase"]), &["status.phase"], now(), &["status"]);
    let old = r#"{"spec":{"x":1},"status":{"phase":"a"}}"#;
    check_compared(old, None, &["status.phase"], now(), &["status.phase"]);
    check_compared(old, None, &["status.phase"], json!({ "spec": { "x": 1 } }), &["status"]);
    check_compared(old, None, &["status.phase"], json!({ "status": { "phase": "a" } }), &["spec"]);
}

#[test]
fn what_the_framework_cannot_read_back_is_not_written() {
    let whole = Handled::new(json!({ "spec": 1 }), vec![], false);
    assert_eq!(handled_texts(&whole), ["{\"spec\":1}\n"]);
    assert!(handled_texts(&Handled { pending: true, ..whole }).is_empty());
    assert!(handled_texts(&Handled::digested(&json!({ "spec": 1 }), &[], "u")).is_empty());
}

#[test]
fn garbage_is_no_essence() {
    for garbage in ["", "x", "null", "[]", "7\n"] {
        assert_eq!(handled(garbage, None, &[], &json!({})), None);
    }
}
