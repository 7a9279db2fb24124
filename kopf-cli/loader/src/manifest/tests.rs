//! Which manifests are taken, and what becomes of them.
#![expect(clippy::needless_pass_by_value, reason = "expectations are written in place")]

use expect_test::{Expect, expect};
use serde_json::{Value, json};

use super::*;

/// A manifest with one handler, in which some members are replaced.
fn manifest(changes: Value) -> Vec<u8> {
    let mut handler = json!({
        "id": "fn", "on": "update", "selector": ["x.org", "v1", "things"], "asynchronous": true,
        "function": "p::fn", "package": "p", "file": "src/lib.rs", "line": 7,
    });
    for (key, value) in changes.as_object().unwrap() {
        handler[key] = value.clone();
    }
    json!({ "name": "p", "version": "1.2.3", "rustc": "rustc 1", "handlers": [handler] })
        .to_string()
        .into_bytes()
}

#[track_caller]
fn check(json: &[u8], expected: Expect) {
    let found = match Manifest::read(json).map(|manifest| manifest.handlers(3).map(|(handlers, _)| handlers))
    {
        Ok(Ok(handlers)) => format!("{handlers:#?}\n"),
        Ok(Err(problems)) => problems.iter().map(|problem| format!("{problem}\n")).collect(),
        Err(problem) => format!("{problem}\n"),
    };
    expected.assert_eq(&found);
}

#[test]
fn a_declaration_becomes_a_handler_faithfully() {
    let options = json!({
        "retries": 3, "timeout": 60.0, "attempt_timeout": 0.5, "backoff": 0.0, "errors": "permanent",
        "field": "spec.replicas", "labels": [["app", { "is": "web" }], ["tier", "present"]],
        "annotations": [["skip", "absent"]], "optional": true, "param": { "n": 1 },
        "value": { "not": { "asked": 1 } }, "when": { "all": [{ "asked": 2 }, { "none": [{ "asked": 3 }] }] },
        "lifecycle": "one-by-one", "group": "g",
    });
    let wants = json!({ "old": true, "diff": true });
    check(
        &manifest(json!({ "options": options, "wants": wants })),
        expect![[r#"
            [
                Handler {
                    plugin: 3,
                    index: 0,
                    id: "fn/spec.replicas",
                    on: Update,
                    selector: Selector {
                        written: "x.org/v1/things",
                        group: Some(
                            "x.org",
                        ),
                        version: Some(
                            "v1",
                        ),
                        name: "things",
                        by: Name,
                    },
                    filter: Filter {
                        labels: [
                            (
                                "app",
                                Is(
                                    String("web"),
                                ),
                            ),
                            (
                                "tier",
                                Present,
                            ),
                        ],
                        annotations: [
                            (
                                "skip",
                                Absent,
                            ),
                        ],
                        value: Some(
                            Not(
                                Asked(
                                    1,
                                ),
                            ),
                        ),
                        old: None,
                        new: None,
                        when: Some(
                            All(
                                [
                                    Asked(
                                        2,
                                    ),
                                    None(
                                        [
                                            Asked(
                                                3,
                                            ),
                                        ],
                                    ),
                                ],
                            ),
                        ),
                    },
                    field: Some(
                        FieldPath(
                            [
                                "spec",
                                "replicas",
                            ],
                        ),
                    ),
                    asynchronous: true,
                    limits: Limits {
                        retries: Some(
                            3,
                        ),
                        timeout: Some(
                            60s,
                        ),
                        attempt_timeout: Some(
                            500ms,
                        ),
                        backoff: Some(
                            Same(
                                0ns,
                            ),
                        ),
                        errors: Permanent,
                    },
                    optional: true,
                    deleted: false,
                    lifecycle: OneByOne,
                    group: Some(
                        "g",
                    ),
                    schedule: Schedule {
                        initial_delay: None,
                        interval: None,
                        sharp: false,
                        idle: None,
                        cancellation: Cancellation {
                            backoff: None,
                            timeout: None,
                            polling: None,
                            hears: false,
                        },
                    },
                    wants: Wants {
                        old: true,
                        new: false,
                        diff: true,
                        memo: false,
                        results: false,
                    },
                    param: Some(
                        Object {
                            "n": Number(1),
                        },
                    ),
                    function: "p::fn",
                    package: "p",
                    place: "src/lib.rs:7",
                },
            ]
        "#]],
    );
}

#[test]
fn every_kind_of_handler_is_known() {
    let kinds = [On::Event, On::Create, On::Update, On::Delete, On::Resume, On::Field, On::Daemon, On::Timer];
    let with_field = kinds.map(|kind| (kind, "fn/spec"));
    for (kind, id) in with_field.into_iter().chain([(On::Index, "fn")]) {
        let json = manifest(json!({ "on": kind.as_str(), "options": { "field": "spec" } }));
        let handlers = Manifest::read(&json).unwrap().handlers(0).unwrap().0;
        assert_eq!((handlers[0].on, handlers[0].id.as_str()), (kind, id));
    }
}

#[test]
fn a_plugin_from_before_a_family_existed_loads() {
    // What the first manifests had, and no more: selectors by name, no wants, no options, no place.
    let kinds = ["event", "create", "update", "delete", "resume"];
    let handlers: Vec<Value> = kinds
        .iter()
        .map(|on| json!({ "id": on, "on": on, "selector": ["pods"], "asynchronous": false }))
        .collect();
    let json = json!({ "name": "old", "handlers": handlers, "colour": "of a later revision" }).to_string();
    let (handlers, activities) = Manifest::read(json.as_bytes()).unwrap().handlers(0).unwrap();
    assert!(activities.is_empty());
    let plain = &handlers[0];
    for handler in &handlers {
        let expected =
            Handler { on: handler.on, id: handler.id.clone(), index: handler.index, ..plain.clone() };
        assert_eq!(*handler, expected);
        assert_eq!((handler.wants, &handler.schedule), (Wants::default(), &Schedule::default()));
    }
    assert_eq!(handlers.len(), kinds.len());
}

#[test]
fn handlers_that_cannot_be_served_are_named_with_their_place() {
    check(
        &manifest(json!({ "on": "dream" })),
        expect![[r#"
            handler `fn` (src/lib.rs:7): kopf 0.1.0 does not know the handlers of `dream`; install a newer kopf, or rebuild it with kopf-plugin-api 0.1.0
        "#]],
    );
    check(
        &manifest(json!({ "on": "field" })),
        expect![[r#"
        handler `fn` (src/lib.rs:7): it is called on a change of a field and names none; add field = "spec.…"
    "#]],
    );
    check(
        &manifest(json!({ "id": "" })),
        expect![[r#"
        handler `` (src/lib.rs:7): its id is empty; leave the id out, or write one
    "#]],
    );
    check(
        &manifest(json!({ "selector": [] })),
        expect![[r#"
        handler `fn` (src/lib.rs:7): 0 strings select a resource, but 1 to 3 are expected, such as ("zalando.org", "v1", "kopfexamples")
    "#]],
    );
    check(
        &manifest(json!({ "options": { "field": "spec..a" } })),
        expect![[r#"
        handler `fn` (src/lib.rs:7): the field `spec..a` has an empty step; write keys with single dots between them, such as spec.replicas
    "#]],
    );
    check(
        &manifest(json!({ "options": { "retries": 0 } })),
        expect![[r#"
        handler `fn` (src/lib.rs:7): retries = 0 would never call it; retries counts all attempts, so write 1 or more
    "#]],
    );
    check(
        &manifest(json!({ "options": { "timeout": -1.0 } })),
        expect![[r#"
        handler `fn` (src/lib.rs:7): timeout = -1 is no span of time; write seconds, 0 or more, such as 1.5
    "#]],
    );
    check(
        &manifest(json!({ "options": { "attempt_timeout": 0.0 } })),
        expect![[r#"
        handler `fn` (src/lib.rs:7): attempt_timeout = 0 leaves it no time; write more than 0 seconds
    "#]],
    );
    check(
        &manifest(json!({ "options": { "backoff": 1e300 } })),
        expect![[r#"
        handler `fn` (src/lib.rs:7): backoff = 1000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000 is no span of time; write seconds, 0 or more, such as 1.5
    "#]],
    );
    check(
        &manifest(json!({ "options": { "errors": "loud" } })),
        expect![[r#"
        handler `fn` (src/lib.rs:7): unknown variant `loud`, expected one of `ignored`, `temporary`, `permanent`; rebuild it with a kopf-plugin-api of this host's version
    "#]],
    );
    check(
        &manifest(json!({ "options": { "labels": [["", "present"]] } })),
        expect![[r#"
        handler `fn` (src/lib.rs:7): a label or annotation has an empty key; name one
    "#]],
    );
    check(
        &manifest(json!({ "options": { "labels": [["a", "odd"]] } })),
        expect![[r#"
            handler `fn` (src/lib.rs:7): unknown variant `odd`, expected one of `is`, `present`, `absent`, `asked`, `not`, `all`, `any`, `none`; rebuild it with a kopf-plugin-api of this host's version
        "#]],
    );
}

#[test]
fn a_backoff_may_grow() {
    let backoff = json!({ "first": 1.0, "factor": 3.0, "cap": 60.0, "jitter": 0.5 });
    let json = manifest(json!({ "options": { "backoff": backoff } }));
    let handlers = Manifest::read(&json).unwrap().handlers(0).unwrap();
    let expected =
        Backoff { first: Duration::from_secs(1), factor: 3.0, limit: Duration::from_secs(60), jitter: 0.5 };
    assert_eq!(handlers.0[0].limits.backoff, Some(Waits::Growing(expected)));
}

#[track_caller]
fn check_options(on: &str, options: Value, expected: Expect) {
    check(&manifest(json!({ "on": on, "options": options })), expected);
}

#[test]
fn filters_that_no_object_could_pass_are_refused() {
    check_options(
        "update",
        json!({ "value": "present" }),
        expect![[r#"
        handler `fn` (src/lib.rs:7): `value` is about a field and there is none; add field = "spec.…"
    "#]],
    );
    check_options(
        "update",
        json!({ "field": "a", "value": { "is": 1 }, "new": { "is": 1 } }),
        expect![[r#"
        handler `fn` (src/lib.rs:7): `value` looks at both states, and `old` and `new` at one each; use either
    "#]],
    );
    check_options(
        "create",
        json!({ "field": "a", "old": "absent" }),
        expect![[r#"
        handler `fn` (src/lib.rs:7): `old` and `new` are about a change, which on::update and on::field alone are called for; use value
    "#]],
    );
    check_options(
        "update",
        json!({ "field": "a", "value": { "is": null } }),
        expect![[r#"
        handler `fn` (src/lib.rs:7): `value` is never null, which is absent; write absent
    "#]],
    );
    check_options(
        "update",
        json!({ "labels": [["a", { "is": 3 }]] }),
        expect![[r#"
        handler `fn` (src/lib.rs:7): `labels a` is a text, found 3; write it in quotes
    "#]],
    );
    check_options(
        "update",
        json!({ "when": "present" }),
        expect![[r#"
        handler `fn` (src/lib.rs:7): `when` takes functions alone, which look at the object
    "#]],
    );
    check_options(
        "update",
        json!({ "when": { "asked": 0 } }),
        expect![[r#"
        handler `fn` (src/lib.rs:7): `when` asks question 0, and questions are numbered from 1
    "#]],
    );
}

#[test]
fn a_backoff_that_does_not_grow_sensibly_is_refused() {
    let backoff = |first: f64, factor: f64, cap: f64, jitter: f64| json!({ "backoff": { "first": first, "factor": factor, "cap": cap, "jitter": jitter } });
    check_options(
        "create",
        backoff(1.0, 0.5, 60.0, 1.0),
        expect![[r#"
        handler `fn` (src/lib.rs:7): factor = 0.5 does not let the backoff grow; write 1 or more
    "#]],
    );
    check_options(
        "create",
        backoff(1.0, 2.0, 60.0, 1.5),
        expect![[r#"
        handler `fn` (src/lib.rs:7): jitter = 1.5 is no share; write 0 to 1
    "#]],
    );
    check_options(
        "create",
        backoff(10.0, 2.0, 5.0, 1.0),
        expect![[r#"
        handler `fn` (src/lib.rs:7): cap = 5 is less than the first wait of 10 seconds; write more
    "#]],
    );
    check_options(
        "create",
        backoff(-1.0, 2.0, 5.0, 1.0),
        expect![[r#"
        handler `fn` (src/lib.rs:7): backoff = -1 is no span of time; write seconds, 0 or more, such as 1.5
    "#]],
    );
}

#[test]
fn a_manifest_without_handlers_or_sense_is_refused() {
    check(
        br#"{"name":"p","handlers":[]}"#,
        expect![[r#"
        it declares no handlers; write a function with an attribute such as #[kopf::on::create(…)], and where handlers are in a crate it depends on, `use thatcrate as _;`
    "#]],
    );
    check(
        br#"{"handlers":[{}]}"#,
        expect![[r#"
        its manifest cannot be read (it has no name); rebuild it with a kopf-plugin-api of this host's version
    "#]],
    );
    check(
        b"[]",
        expect![[r#"
            it declares no handlers; write a function with an attribute such as #[kopf::on::create(…)], and where handlers are in a crate it depends on, `use thatcrate as _;`
        "#]],
    );
    check(
        b"\xff",
        expect![[r#"
        its manifest cannot be read (expected value at line 1 column 1); rebuild it with a kopf-plugin-api of this host's version
    "#]],
    );
    check(
        br#"{"name":"p","handlers":[3]}"#,
        expect![[r#"
        handler `` (:null): invalid type: integer `3`, expected struct Declaration; rebuild it with a kopf-plugin-api of this host's version
    "#]],
    );
}
