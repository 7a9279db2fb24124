//! What is sent, and what is not.

use std::collections::BTreeMap;

use bytes::Bytes;
use jiff::Timestamp;
use serde_json::json;

use super::*;
use crate::{
    cause::Reason,
    functions::Wanted,
    registry::tests::served,
    store::{ANNOTATIONS_LIMIT, STATE_LIMIT, annotations_size, handled::Handled, progress::Progress},
};

fn object(body: &Value) -> Object {
    let mut body = body.clone();
    merge(&mut body, &json!({ "metadata": { "name": "a", "uid": "u", "resourceVersion": "7" } }));
    Object::parse(Bytes::from(body.to_string())).unwrap()
}

fn composed(conclusion: &Conclusion, body: &Value, has_status: bool) -> Patches {
    compose(conclusion, &object(body), &Identity::new("web").unwrap(), &served([]), has_status)
}

/// Tells what is sent to the status and to the object.
#[track_caller]
#[expect(clippy::needless_pass_by_value, reason = "rows read better without ampersands")]
fn check(conclusion: &Conclusion, body: &Value, expected: [Value; 2]) {
    let patches = composed(conclusion, body, true);
    let found = [patches.status, patches.main].map(Option::unwrap_or_default);
    assert_eq!(found, expected);
}

#[track_caller]
#[expect(clippy::needless_pass_by_value, reason = "rows read better without ampersands")]
fn check_reduce(patch: &Value, target: &Value, expected: Option<Value>) {
    assert_eq!(reduce(patch, target), expected, "{patch} on {target}");
}

fn guarded(mut patch: Value) -> Value {
    merge(&mut patch, &json!({ "metadata": { "resourceVersion": "7" } }));
    patch
}

fn wanting(patch: Value) -> Conclusion {
    Conclusion { patch: Some(patch), ..Conclusion::default() }
}

fn record() -> Progress {
    Progress::begin(Reason::Update, Timestamp::UNIX_EPOCH)
}

#[track_caller]
#[expect(clippy::needless_pass_by_value, reason = "rows read better without ampersands")]
fn check_between(before: Value, after: Value, expected: Value) {
    let patch = between(&before, &after);
    assert_eq!(patch.clone().unwrap_or_default(), expected, "from {before} to {after}");
    let mut applied = before;
    patch.iter().for_each(|patch| apply(&mut applied, patch));
    assert!(same(&applied, &after), "{applied} is not {after}");
}

#[test]
fn the_patch_between_two_objects_makes_one_of_the_other() {
    check_between(json!({}), json!({}), Value::Null);
    check_between(json!({ "a": 1 }), json!({ "a": 1.0 }), Value::Null);
    check_between(json!({ "a": 1, "b": 2 }), json!({ "b": 3, "c": 4 }), json!({ "a": null, "b": 3, "c": 4 }));
    check_between(
        json!({ "a": { "b": 1, "c": 2 } }),
        json!({ "a": { "b": 1 } }),
        json!({ "a": { "c": null } }),
    );
    check_between(json!({ "a": { "b": 1 } }), json!({ "a": {} }), json!({ "a": { "b": null } }));
    check_between(json!({ "a": [1, 2] }), json!({ "a": [1] }), json!({ "a": [1] }));
    check_between(json!({ "a": [] }), json!({ "a": { "b": 1 } }), json!({ "a": { "b": 1 } }));
    check_between(json!({ "a": { "b": 1 } }), json!({ "a": 7 }), json!({ "a": 7 }));
    check_between(json!({}), json!({ "a": {}, "b": null }), json!({ "a": {} }));
}

#[test]
fn what_several_handlers_want_is_wanted_together() {
    let functions = || crate::functions::Functions::new(std::sync::Arc::new(()));
    let mut conclusion = Conclusion::default();
    conclusion.want(Some(&json!({ "spec": { "a": 1 }, "status": { "b": 2 } })), None);
    assert_eq!(conclusion.wanted, Wanted::default(), "a merge patch alone is the same for each version");
    conclusion.want(None, Some(functions()));
    conclusion.want(Some(&json!({ "spec": { "a": null } })), Some(functions()));
    assert_eq!(conclusion.wanted.merge, Some(json!({ "spec": { "a": null }, "status": { "b": 2 } })));
    assert_eq!(conclusion.wanted.functions.len(), 2);
    let version = object::Version::new("7");
    assert!(conclusion.wanted.is_to_run(&version));
    conclusion.wanted.made_for = Some(version.clone());
    assert!(!conclusion.wanted.is_to_run(&version));
    assert!(conclusion.wanted.is_to_run(&object::Version::new("8")));
    conclusion.forget_status();
    assert_eq!(conclusion.wanted.merge, Some(json!({ "spec": { "a": null } })));
    assert_eq!(conclusion.wanted.begin(&json!({ "spec": { "a": 1 } })), json!({ "spec": {} }));
}

#[test]
fn what_changes_nothing_is_left_out() {
    let target = json!({ "a": 1, "b": { "c": [1], "d": null }, "e": {} });
    check_reduce(&json!({ "a": 1, "b": { "c": [1] } }), &target, None);
    check_reduce(&json!({ "a": 1.0 }), &target, None);
    check_reduce(&json!({ "a": 2, "b": { "c": [1] } }), &target, Some(json!({ "a": 2 })));
    check_reduce(&json!({ "b": { "c": [1, 2] } }), &target, Some(json!({ "b": { "c": [1, 2] } })));
    check_reduce(&json!({ "x": null, "b": { "d": null, "x": null }, "e": {} }), &target, None);
    check_reduce(&json!({ "a": null }), &target, Some(json!({ "a": null })));
    check_reduce(&json!({ "a": { "x": null } }), &target, Some(json!({ "a": { "x": null } })));
    check_reduce(&json!({ "x": { "y": null } }), &target, None);
    check_reduce(&json!({ "x": { "y": null, "z": 1 } }), &target, Some(json!({ "x": { "z": 1 } })));
    check_reduce(&json!({ "x": {} }), &target, Some(json!({ "x": {} })));
}

#[test]
fn patches_merge_and_nulls_stay() {
    let mut patch = json!({ "a": { "b": 1 }, "c": 1 });
    merge(&mut patch, &json!({ "a": { "d": null }, "c": { "e": 2 }, "f": null }));
    assert_eq!(patch, json!({ "a": { "b": 1, "d": null }, "c": { "e": 2 }, "f": null }));
}

#[test]
fn both_patches_carry_the_version_and_the_status_goes_apart() {
    let conclusion = Conclusion {
        results: [("f".to_owned(), json!(1))].into_iter().collect(),
        ..wanting(json!({ "spec": { "x": 1 }, "status": { "y": 2 } }))
    };
    check(
        &conclusion,
        &json!({}),
        [guarded(json!({ "status": { "y": 2, "f": 1 } })), guarded(json!({ "spec": { "x": 1 } }))],
    );
    check(
        &conclusion,
        &json!({ "spec": { "x": 1 }, "status": { "y": 2, "f": 1 } }),
        [Value::Null, Value::Null],
    );
    let one = composed(&conclusion, &json!({}), false);
    let all = guarded(json!({ "spec": { "x": 1 }, "status": { "y": 2, "f": 1 } }));
    assert_eq!((one.status, one.main), (None, Some(all)));
}

#[test]
fn what_handlers_want_is_taken_for_no_more_than_a_patch() {
    check(&wanting(json!([1])), &json!({}), [Value::Null, Value::Null]);
    check(&wanting(json!("text")), &json!({}), [Value::Null, Value::Null]);
    let version = json!({ "metadata": { "resourceVersion": "1" }, "spec": 1 });
    check(&wanting(version), &json!({}), [Value::Null, guarded(json!({ "spec": 1 }))]);
    check(
        &wanting(json!({ "status": null })),
        &json!({ "status": 1 }),
        [guarded(json!({ "status": null })), Value::Null],
    );
}

#[test]
fn finalizers_come_and_go_and_others_stay() {
    const OURS: &str = "web.kopf.dev/finalizer";
    let on = |finalizers: Value| json!({ "metadata": { "finalizers": finalizers } });
    let sent = |finalizers: Value| [Value::Null, guarded(on(finalizers))];
    let unsent = || [Value::Null, Value::Null];
    let wanted = |finalizer| Conclusion { finalizer, ..Conclusion::default() };
    check(&wanted(Finalizer::Add), &json!({}), sent(json!([OURS])));
    check(&wanted(Finalizer::Add), &on(json!(["x"])), sent(json!(["x", OURS])));
    check(&wanted(Finalizer::Add), &on(json!([OURS])), unsent());
    check(&wanted(Finalizer::Remove), &on(json!([OURS, "x", OURS])), sent(json!(["x"])));
    check(&wanted(Finalizer::Remove), &on(json!(["x"])), unsent());
    check(&wanted(Finalizer::Keep), &on(json!([OURS])), unsent());
    let going = json!({ "metadata": { "deletionTimestamp": "t", "finalizers": ["x"] } });
    check(&wanted(Finalizer::Add), &going, unsent());
    let others = |finalizer| Conclusion { finalizer, ..wanting(on(json!(["y"]))) };
    check(&others(Finalizer::Keep), &on(json!([OURS, "x"])), sent(json!(["y", OURS])));
    check(&others(Finalizer::Remove), &on(json!([OURS, "x"])), sent(json!(["y"])));
}

#[test]
fn records_replace_each_other_and_leave_other_annotations_alone() {
    let conclusion = |records: &[&str]| Conclusion {
        records: Some(records.iter().map(|id| ((*id).to_owned(), record())).collect()),
        ..Conclusion::default()
    };
    let text = record().write("u");
    let foreign = record().write("other");
    let body = json!({ "metadata": { "annotations": {
        "web.kopf.dev/a": text, "web.kopf.dev/b": text, "web.kopf.dev/c": foreign, "web.kopf.dev/kopf-managed": "yes",
        "example.com/a": text,
    } } });
    let annotations = |annotations: Value| guarded(json!({ "metadata": { "annotations": annotations } }));
    check(
        &conclusion(&["a", "d"]),
        &body,
        [Value::Null, annotations(json!({ "web.kopf.dev/b": null, "web.kopf.dev/d": text }))],
    );
    check(
        &conclusion(&[]),
        &body,
        [Value::Null, annotations(json!({ "web.kopf.dev/a": null, "web.kopf.dev/b": null }))],
    );
    check(
        &conclusion(&["a"]),
        &json!({}),
        [Value::Null, annotations(json!({ "web.kopf.dev/kopf-managed": "yes", "web.kopf.dev/a": text }))],
    );
}

/// Composes on an object with `others` bytes of annotations, and asserts that the limits are kept.
#[track_caller]
fn check_budget(conclusion: &Conclusion, others: usize, expected: &str) {
    let key = "example.com/filled";
    let body = json!({ "metadata": { "annotations": { key: "x".repeat(others - key.len()) } } });
    let patches = composed(conclusion, &body, true);
    let mut after = body;
    merge(&mut after, &patches.main.unwrap_or_else(|| json!({})));
    let size = annotations_size(&after);
    assert!(size <= ANNOTATIONS_LIMIT && size <= others + STATE_LIMIT, "{size} bytes");
    let written = object::annotation(&after, "web.kopf.dev/last-handled-configuration");
    let written = written.map_or("none", |text| if text.contains("digests") { "digests" } else { "whole" });
    let records = after["metadata"]["annotations"].as_object().unwrap().keys();
    let records = records.filter(|key| key.starts_with("web.kopf.dev/r")).count();
    let unfit = patches.unfit.unwrap_or_default();
    assert_eq!(
        format!(
            "{records} records, {written}; {} and {} unfit",
            unfit.records.len(),
            unfit.handled.iter().count()
        ),
        expected
    );
}

#[test]
fn state_keeps_to_its_budget_and_records_go_first() {
    let handled = |length: usize| {
        let keys: BTreeMap<String, u32> =
            (0..length).map(|number| (format!("{:x}", number * 7_919), 0)).collect();
        Some(Handled::new(json!({ "spec": keys }), vec![], false))
    };
    let records = |count: usize| Some((0..count).map(|number| (format!("r{number}"), record())).collect());
    let small = Conclusion { records: records(2), handled: handled(100), ..Conclusion::default() };
    check_budget(&small, 1_000, "2 records, whole; 0 and 0 unfit");
    check_budget(&small, ANNOTATIONS_LIMIT - 900, "2 records, digests; 0 and 0 unfit");
    check_budget(&small, ANNOTATIONS_LIMIT - 300, "2 records, none; 0 and 1 unfit");
    check_budget(&small, ANNOTATIONS_LIMIT - 200, "1 records, none; 1 and 1 unfit");
    let large = Conclusion { records: records(2), handled: handled(100_000), ..Conclusion::default() };
    check_budget(&large, 1_000, "2 records, digests; 0 and 0 unfit");
    check_budget(&small, ANNOTATIONS_LIMIT - 30, "0 records, none; 2 and 1 unfit");
    let many = Conclusion { records: records(1_000), handled: handled(1), ..Conclusion::default() };
    check_budget(&many, 1_000, "482 records, none; 518 and 1 unfit");
}

#[test]
fn what_is_kept_in_memory_stays_there_until_it_fits() {
    let kept = Kept {
        records: [("r".to_owned(), record())].into_iter().collect(),
        handled: Some(Handled::new(json!({ "spec": 1 }), vec![], false)),
        crowded: true,
        ..Kept::default()
    };
    let conclusion = Conclusion { kept: Some(Box::new(kept.clone())), ..Conclusion::default() };
    let full = json!({ "metadata": { "annotations": { "example.com/filled": "x".repeat(ANNOTATIONS_LIMIT - 30) } } });
    let digested = Handled::digested(&json!({ "spec": 1 }), &[], "u");
    let patches = composed(&conclusion, &full, true);
    assert_eq!((patches.main, patches.unfit), (None, Some(Kept { handled: Some(digested), ..kept.clone() })));
    let patches = composed(&conclusion, &json!({}), true);
    assert!(patches.main.is_some_and(|main| main.to_string().contains("last-handled-configuration")));
    assert_eq!(patches.unfit, Some(Kept { handled: None, ..kept }));
    let cleared = Conclusion { records: Some(BTreeMap::new()), ..conclusion };
    assert_eq!(composed(&cleared, &json!({}), true).unfit, None);
}
