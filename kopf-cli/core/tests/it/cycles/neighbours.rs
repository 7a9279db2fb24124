//! What others leave on objects: other operators, other objects' state, and garbage.

use expect_test::expect;
use kopf_core::{handler::On, identity::Identity};
use serde_json::json;

use super::check;
use crate::kit::{World, on, returns};

#[test]
fn two_operators_on_one_object_do_not_wake_each_other() {
    let mut world = World::new([on(On::Create, "a"), on(On::Update, "u"), on(On::Delete, "d")]);
    world.run();
    let web = world.recall.clone();
    world.identity = Identity::new("db").unwrap();
    world.recall = kopf_core::cycle::Recall::default();
    check(
        world.run(),
        expect![[r#"
        PATCH object: {"metadata":{"finalizers":["web.kopf.dev/finalizer"]}}
        create [.: null -> {"spec":{"x":1}}] Handler a succeeded.
        All handlers succeeded for creation.
        PATCH object: +mark handled={"spec":{"x":1}}
        PATCH object: {"metadata":{"finalizers":["web.kopf.dev/finalizer","db.kopf.dev/finalizer"]}}
        create [.: null -> {"spec":{"x":1}}] Handler a succeeded.
        All handlers succeeded for creation.
        PATCH object: +mark handled={"spec":{"x":1}}
    "#]],
    );
    world.identity = Identity::new("web").unwrap();
    world.recall = web;
    check(world.run(), expect![[""]]);
}

#[test]
fn the_state_of_the_python_framework_is_no_change() {
    let mut world = World::new([on(On::Create, "a"), on(On::Update, "u")]);
    world.run();
    world.trace.clear();
    world.edit(&json!({ "metadata": { "annotations": {
        "kopf.zalando.org/last-handled-configuration": "{}\n",
        "kopf.zalando.org/create_fn": "{}",
        "my-operator.example.com/kopf-managed": "yes",
        "my-operator.example.com/create_fn": "{}",
    }, "finalizers": ["kopf.zalando.org/KopfFinalizerMarker"] } }));
    check(
        world.run(),
        expect![[r#"
        -- edit {"metadata":{"annotations":{"kopf.zalando.org/last-handled-configuration":"{}\n","kopf.zalando.org/create_fn":"{}","my-operator.example.com/kopf-managed":"yes","my-operator.example.com/create_fn":"{}"},"finalizers":["kopf.zalando.org/KopfFinalizerMarker"]}}
    "#]],
    );
}

#[test]
fn a_copied_manifest_is_a_new_object() {
    let mut world = World::new([on(On::Create, "a"), on(On::Update, "u"), on(On::Delete, "d")]);
    world.run();
    world.edit(&json!({ "metadata": { "uid": "u2", "name": "copy" } }));
    world.recall = kopf_core::cycle::Recall::default();
    world.trace.clear();
    check(
        world.run(),
        expect![[r#"
        create [.: null -> {"spec":{"x":1}}] Handler a succeeded.
        All handlers succeeded for creation.
        PATCH object: handled={"spec":{"x":1}}
    "#]],
    );
}

#[test]
fn trap_10_garbage_in_our_annotations_counts_as_absent() {
    let mut world = World::new([on(On::Create, "a"), on(On::Update, "u")]).script("a", [returns(json!(1))]);
    world.edit(&json!({ "metadata": { "annotations": {
        "web.kopf.dev/a": "not json", "web.kopf.dev/last-handled-configuration": "[[[", "web.kopf.dev/u": "{\"started\":7}",
    } } }));
    check(
        world.run(),
        expect![[r#"
        -- edit {"metadata":{"annotations":{"web.kopf.dev/a":"not json","web.kopf.dev/last-handled-configuration":"[[[","web.kopf.dev/u":"{\"started\":7}"}}}
        create [.: null -> {"spec":{"x":1}}] Handler a succeeded.
        All handlers succeeded for creation.
        PATCH status: {"status":{"a":1}}
        PATCH object: +mark handled={"spec":{"x":1}}
    "#]],
    );
}

#[test]
fn trap_10_moments_without_an_offset_are_in_utc() {
    let mut world = World::new([on(On::Create, "a")]);
    let record =
        r#"{"started":"2026-11-22T19:59:00","delayed":"2026-11-22T20:00:30","purpose":"create","retries":2}"#;
    world.edit(&json!({ "metadata": { "annotations": { "web.kopf.dev/a": record } } }));
    world.trace.clear();
    check(
        world.turn(),
        expect![[r#"
        waits 30 s
    "#]],
    );
    check(
        world.run(),
        expect![[r#"
        create [.: null -> {"spec":{"x":1}}] Handler a succeeded.
        All handlers succeeded for creation.
        PATCH object: -a +mark handled={"spec":{"x":1}}
    "#]],
    );
    assert_eq!(world.attempts[0].retries, 2);
}

#[test]
fn trap_11_an_id_of_any_characters_is_kept() {
    let id = "lambda:/home/me/op.rs:12 é";
    let mut world =
        World::new([on(On::Create, id)]).script(id, [crate::kit::in_a_minute(), returns(json!({ "é": 1 }))]);
    check(
        world.run(),
        expect![[r#"
        create [.: null -> {"spec":{"x":1}}] Handler lambda:/home/me/op.rs:12 é failed temporarily: no
        PATCH object: +mark lambda_.home.me.op.rs_12__-i2nhpA=(1 in 60 s) handled={"spec":{"x":1}} pending
        create [.: null -> {"spec":{"x":1}}] Handler lambda:/home/me/op.rs:12 é succeeded.
        All handlers succeeded for creation.
        PATCH status: {"status":{"lambda:/home/me/op.rs:12 é":{"é":1}}}
        PATCH object: -lambda_.home.me.op.rs_12__-i2nhpA handled={"spec":{"x":1}}
    "#]],
    );
}
