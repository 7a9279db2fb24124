//! What each argument makes of a call.

use std::fmt::Display;

use abi_stable::std_types::{ROption, RVec};
use kopf_plugin_abi::{
    v1::{Bytes, InvokeRequest},
    wire::{On, Options},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::*;
use crate::{
    document::Documents,
    registry::{Registration, Run},
};

static HANDLER: Registration = Registration {
    package: "tests",
    version: "1.0.0",
    function: "tests::handler",
    file: "tests.rs",
    line: 1,
    column: 1,
    order: [0; 4],
    id: "handler",
    on: On::Update,
    selector: &["things"],
    select_by: kopf_plugin_abi::wire::SelectBy::Name,
    questions: &[],
    wants: Wants { old: true, new: true, diff: true, ..Wants::NONE },
    options: || Options { param: Some(json!({ "size": 3 })), ..Options::default() },
    run: Run::Sync(|_| Ok(None)),
};

/// A call on an object, after another state or none, with what the host says about it.
fn call(object: &Value, old: Option<&Value>, context: &Value) -> Call {
    let bytes = |value: &Value| Bytes::new(value.to_string().into_bytes().into());
    let request = InvokeRequest {
        handler: 0,
        flags: 0,
        span: 7,
        object: bytes(object),
        old: old.map_or(ROption::RNone, |old| ROption::RSome(bytes(old))),
        context: RVec::from(context.to_string().into_bytes()),
    };
    Call::new(&HANDLER, request, &Documents::default(), std::sync::Arc::default())
}

fn thing() -> Value {
    json!({
        "apiVersion": "example.com/v1", "kind": "Thing",
        "metadata": {
            "name": "a", "namespace": "default", "uid": "u-1", "labels": { "app": "web" },
            "annotations": { "example.com/team": "blue" }, "managedFields": [{ "manager": "kubectl" }],
        },
        "spec": { "size": 1, "names": ["x", "y"] },
        "status": { "ready": true },
    })
}

/// An argument as it shows, or what is said where it cannot be taken.
#[track_caller]
fn check<A: FromCall + Display>(call: &Call, expected: &str) {
    let found = A::from_call(call).map_or_else(|error| format!("{error:?}"), |found| found.to_string());
    assert_eq!(found, expected);
}

#[test]
fn parts_of_the_object_show_as_compact_json() {
    let call = call(&thing(), None, &json!({}));
    check::<Body>(&call, &thing().to_string());
    check::<Spec>(&call, r#"{"size":1,"names":["x","y"]}"#);
    check::<Status>(&call, r#"{"ready":true}"#);
    check::<Labels>(&call, r#"{"app":"web"}"#);
    check::<Annotations>(&call, r#"{"example.com/team":"blue"}"#);
    check::<Name>(&call, "a");
    check::<Namespace>(&call, "default");
    check::<Uid>(&call, "u-1");
    let meta = r#"{"name":"a","namespace":"default","uid":"u-1","labels":{"app":"web"},"annotations":{"example.com/team":"blue"}}"#;
    check::<Meta>(&call, meta);
}

#[test]
fn parts_can_be_looked_into() {
    let call = call(&thing(), None, &json!({}));
    assert_eq!(Spec::from_call(&call).unwrap()["names"][1], "y");
    assert_eq!(Labels::from_call(&call).unwrap().get("app"), Some("web"));
    assert_eq!(Annotations::from_call(&call).unwrap().get("other"), None);
    assert!(Name::from_call(&call).unwrap().starts_with('a'));
    assert_eq!(Namespace::from_call(&call).unwrap().get(), Some("default"));
}

#[test]
fn parts_can_be_put_into_results() {
    let call = call(&thing(), Some(&json!(1)), &json!({}));
    let found = json!([
        Spec::from_call(&call).unwrap(),
        Labels::from_call(&call).unwrap(),
        Name::from_call(&call).unwrap(),
        Namespace::from_call(&call).unwrap(),
        Old::from_call(&call).unwrap(),
        Param::from_call(&call).unwrap(),
    ]);
    let expected =
        json!([{ "size": 1, "names": ["x", "y"] }, { "app": "web" }, "a", "default", 1, { "size": 3 }]);
    assert_eq!(found, expected);
}

#[test]
fn what_an_object_does_not_have_is_empty_or_none_or_said() {
    let call = call(&json!({ "kind": "Thing", "metadata": { "labels": null } }), None, &json!({}));
    check::<Spec>(&call, "{}");
    check::<Status>(&call, "{}");
    check::<Labels>(&call, "{}");
    check::<Annotations>(&call, "{}");
    check::<Namespace>(&call, "None");
    check::<Name>(&call, "Arguments: the object has no `metadata.name`");
    check::<Uid>(&call, "Arguments: the object has no `metadata.uid`");
}

#[test]
fn an_odd_object_fails_only_the_arguments_that_look_at_the_odd_part() {
    let odd = json!({ "metadata": { "name": "a", "labels": { "app": 5 } }, "spec": 5 });
    let call = call(&odd, None, &json!({}));
    check::<Name>(&call, "a");
    check::<Spec>(&call, "5");
    check::<Labels>(
        &call,
        "Arguments: `metadata.labels` cannot be read as JSON: invalid type: integer `5`, expected a string at line 1 column 8",
    );
}

#[test]
fn old_and_new_always_extract_and_absent_shows_as_none() {
    let on_creation = call(&thing(), None, &json!({ "new": { "spec": 1 } }));
    check::<Old>(&on_creation, "None");
    check::<New>(&on_creation, r#"{"spec":1}"#);
    let of_field = call(&thing(), Some(&json!("v1")), &json!({ "new": null }));
    check::<Old>(&of_field, r#""v1""#);
    check::<New>(&of_field, "None");
    assert_eq!(Old::from_call(&of_field).unwrap().get(), Some(&json!("v1")));
    assert_eq!(New::from_call(&of_field).unwrap().get(), None);
    check::<Old>(&call(&thing(), Some(&Value::Null), &json!({})), "None");
    check::<New>(&call(&thing(), None, &json!({})), "None");
}

#[test]
fn only_what_is_read_is_wanted() {
    let wants = |old, new, diff| Wants { old, new, diff, ..Wants::NONE };
    assert_eq!(Spec::WANTS, wants(false, false, false));
    assert_eq!(Old::WANTS, wants(true, false, false));
    assert_eq!(New::WANTS, wants(false, true, false));
    assert_eq!(Diff::WANTS, wants(false, false, true));
    assert_eq!(crate::__private::wants(&[Old::WANTS, Spec::WANTS, Diff::WANTS]), wants(true, false, true));
}

#[test]
fn a_diff_is_a_slice_of_differences() {
    let rows = json!([["add", ["spec", "a"], null, 1], ["change", [], 1, 2], ["remove", ["x"], [1], null]]);
    let call = call(&thing(), None, &json!({ "diff": rows }));
    check::<Diff>(&call, &rows.to_string());
    let diff = Diff::from_call(&call).unwrap();
    assert_eq!(
        (diff.len(), diff[0].operation, &*diff[0].path),
        (3, Operation::Add, &["spec".into(), "a".into()][..])
    );
    let unknown = self::call(&thing(), None, &json!({ "diff": [["move", [], null, null]] }));
    check::<Diff>(&unknown, "Arguments: unknown operation `move` in a diff");
}

#[test]
fn the_reason_and_the_event_say_why() {
    for reason in ["create", "update", "delete", "resume"] {
        check::<Reason>(&call(&thing(), None, &json!({ "reason": reason })), reason);
    }
    let event = call(&json!({ "kind": "Thing" }), None, &json!({ "event": "ADDED" }));
    check::<Reason>(&event, "event");
    check::<RawEvent>(&event, r#"{"type":"ADDED","object":{"kind":"Thing"}}"#);
    assert_eq!(RawEvent::from_call(&event).unwrap().kind(), Some("ADDED"));
    let listed = call(&json!({ "kind": "Thing" }), None, &json!({}));
    check::<RawEvent>(&listed, r#"{"type":null,"object":{"kind":"Thing"}}"#);
    let expected = "Arguments: the host gives the reason `vanish`, which this plugin does not know: build it with a \
                    newer kopf-plugin-api";
    check::<Reason>(&call(&thing(), None, &json!({ "reason": "vanish" })), expected);
}

#[test]
fn the_attempt_is_counted_and_timed() {
    let started = "2026-11-22T21:14:06.742Z";
    let context = json!({
        "reason": "update", "retry": 2, "started": started, "runtime_ms": 1500, "old_known": true,
        "resource": { "group": "example.com", "version": "v1", "plural": "things", "kind": "Thing", "namespaced": true },
    });
    let call = call(&thing(), None, &context);
    check::<Retry>(&call, "2");
    check::<Started>(&call, started);
    check::<Runtime>(&call, "1.5s");
    check::<Param>(&call, r#"{"size":3}"#);
    let context = Context::from_call(&call).unwrap();
    let shown = format!(
        "{} {} {} {:?} {} {}/{} {} {} {}",
        context.handler,
        context.reason,
        context.retry,
        context.runtime,
        context.old_known,
        context.group,
        context.version,
        context.plural,
        context.kind,
        context.namespaced
    );
    assert_eq!(shown, "handler update 2 1.5s true example.com/v1 things Thing true");
}

#[test]
fn what_the_host_says_wrongly_is_an_error_of_the_argument_that_reads_it() {
    let call = call(&thing(), None, &json!({ "started": "yesterday" }));
    let error = Started::from_call(&call).unwrap_err().to_string();
    assert!(error.starts_with("the host says that the first attempt began at `yesterday`: "), "{error}");
    let garbage = self::call(&thing(), None, &json!("garbage"));
    let error = Retry::from_call(&garbage).unwrap_err().to_string();
    assert!(error.starts_with("what the host says about the call cannot be read: "), "{error}");
    check::<Name>(&garbage, "a");
}

#[test]
fn typed_arguments_name_the_path_of_what_does_not_fit() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct Thing {
        spec: ThingSpec,
    }
    #[derive(Debug, PartialEq, Deserialize)]
    struct ThingSpec {
        size: u8,
        names: Vec<String>,
    }
    #[derive(Debug, PartialEq, Default, Deserialize)]
    #[serde(default)]
    struct ThingStatus {
        ready: bool,
    }

    let good = call(&thing(), None, &json!({}));
    assert_eq!(Typed::<Thing>::from_call(&good).unwrap().spec.size, 1);
    assert_eq!(TypedSpec::<ThingSpec>::from_call(&good).unwrap().names, ["x", "y"]);
    assert!(TypedStatus::<ThingStatus>::from_call(&good).unwrap().ready);
    let absent = call(&json!({}), None, &json!({}));
    assert!(!TypedStatus::<ThingStatus>::from_call(&absent).unwrap().ready);

    let bad = call(&json!({ "spec": { "size": 1, "names": ["x", 5] } }), None, &json!({}));
    let whole = Typed::<Thing>::from_call(&bad).unwrap_err().to_string();
    assert!(
        whole.starts_with("`spec.names[1]` cannot be read as ") && whole.contains("expected a string"),
        "{whole}"
    );
    let part = TypedSpec::<ThingSpec>::from_call(&bad).unwrap_err().to_string();
    assert!(part.starts_with("`spec.names[1]` cannot be read as "), "{part}");
    let missing = TypedSpec::<ThingSpec>::from_call(&absent).unwrap_err().to_string();
    assert!(
        missing.starts_with("`spec` cannot be read as ") && missing.contains("missing field `size`"),
        "{missing}"
    );
}

#[test]
fn a_patch_is_filled_by_all_its_handles() {
    let call = call(&thing(), None, &json!({}));
    let patch = Patch::from_call(&call).unwrap();
    assert!(patch.is_empty());
    patch.set_spec("size", 2);
    patch.set_spec("names", Value::Null);
    patch.set_status("ready", false);
    patch.set_metadata("finalizers", json!([]));
    patch.set_label("app", "db");
    patch.remove_label("old");
    patch.set_annotation("a/b", "c".to_owned());
    patch.remove_annotation("d");
    patch.merge(
        json!({ "spec": { "size": { "x": 1 }, "more": true }, "metadata": { "labels": { "app": null } } }),
    );
    patch.merge(json!("no object"));
    let expected = r#"{"spec":{"size":{"x":1},"names":null,"more":true},"status":{"ready":false},"metadata":{"finalizers":[],"labels":{"app":null,"old":null},"annotations":{"a/b":"c","d":null}}}"#;
    check::<Patch>(&call, expected);
}
