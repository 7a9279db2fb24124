//! Objects that go.

use expect_test::expect;
use kopf_core::{
    cycle::{self, Cause},
    handler::{Handler, On},
    outcome::FailureKind,
    question::Answers,
};
use serde_json::json;

use super::check;
use crate::kit::{World, changes, fails, in_a_minute, on, on_field, returns};

fn handled(handlers: impl IntoIterator<Item = Handler>) -> World {
    let mut world = World::new(handlers);
    world.run();
    world.trace.clear();
    world
}

#[test]
fn a_deletion_is_one_write() {
    let mut world = handled([on(On::Delete, "d"), on_field(On::Field, "f", "spec.x")]);
    world.delete();
    check(
        world.run(),
        expect![[r#"
        -- delete
        delete [] Handler d succeeded.
        All handlers succeeded for deletion.
        PATCH object: {"metadata":{"finalizers":[]}}
        gone
    "#]],
    );
}

#[test]
fn a_result_of_a_deletion_is_one_more() {
    let mut world = handled([on(On::Delete, "d")]).script("d", [returns(json!(1))]);
    world.edit(&json!({ "metadata": { "finalizers": ["web.kopf.dev/finalizer", "other/one"] } }));
    world.delete();
    check(
        world.run(),
        expect![[r#"
        -- edit {"metadata":{"finalizers":["web.kopf.dev/finalizer","other/one"]}}
        -- delete
        delete [] Handler d succeeded.
        All handlers succeeded for deletion.
        PATCH status: {"status":{"d":1}}
        PATCH object: {"metadata":{"finalizers":["other/one"]}}
    "#]],
    );
}

#[test]
fn a_deletion_that_fails_for_good_lets_the_object_go() {
    let mut world =
        handled([on(On::Delete, "d")]).script("d", [in_a_minute(), fails(FailureKind::Permanent)]);
    world.delete();
    check(
        world.run(),
        expect![[r#"
        -- delete
        delete [] Handler d failed temporarily: no
        PATCH object: d=(1 in 60 s)
        delete [] Handler d failed permanently: no
        Deletion is processed: 0 succeeded; 1 failed.
        PATCH object: {"metadata":{"finalizers":[]}}
        gone
    "#]],
    );
}

#[test]
fn a_deletion_interrupts_a_creation() {
    let mut world = World::new([on(On::Create, "a"), on(On::Create, "b"), on(On::Delete, "d")])
        .script("b", [in_a_minute()])
        .script("d", [in_a_minute()]);
    world.turn();
    world.trace.clear();
    world.delete();
    check(
        world.run(),
        expect![[r#"
        -- delete
        Creation is superseded by deletion: 1 succeeded; 0 failed; 1 left to the moment.
        delete [.: null -> {"spec":{"x":1}}] Handler d failed temporarily: no
        PATCH object: -a -b d=(1 in 60 s)
        delete [.: null -> {"spec":{"x":1}}] Handler d succeeded.
        All handlers succeeded for deletion.
        PATCH object: {"metadata":{"finalizers":[]}}
        gone
    "#]],
    );
}

#[test]
fn an_object_that_is_deleted_while_it_is_to_be_held_back_is_let_go() {
    let mut world = World::new([on(On::Create, "a"), on(On::Delete, "d")]);
    world.edit(&json!({ "metadata": { "finalizers": ["other/one"] } }));
    world.meanwhile.push_back(json!({ "metadata": { "deletionTimestamp": "2026-11-22T20:00:00Z" } }));
    check(
        world.run(),
        expect![[r#"
        -- edit {"metadata":{"finalizers":["other/one"]}}
        -- edit {"metadata":{"deletionTimestamp":"2026-11-22T20:00:00Z"}}
    "#]],
    );
}

#[test]
fn an_object_that_is_deleted_before_it_was_seen_is_left_alone() {
    let mut world = World::new([on(On::Create, "a"), on(On::Delete, "d")]);
    world.edit(&json!({ "metadata": { "finalizers": ["other/one"] } }));
    world.delete();
    check(
        world.run(),
        expect![[r#"
        -- edit {"metadata":{"finalizers":["other/one"]}}
        -- delete
    "#]],
    );
    let object = world.object().unwrap();
    let answers = Answers::default();
    let causes = [false, true].map(|gone| cycle::plan(&object, gone, &world.given(&answers)).unwrap().cause);
    assert_eq!(causes, [Cause::Free, Cause::Gone]);
}

#[test]
fn handlers_may_want_other_finalizers_but_ours_is_not_their_business() {
    let mut world = World::new([on(On::Create, "a"), on(On::Delete, "d")])
        .script("a", [changes(json!({ "metadata": { "finalizers": ["other/one"] } }))])
        .script("d", [changes(json!({ "metadata": { "finalizers": null } }))]);
    check(
        world.run(),
        expect![[r#"
        PATCH object: {"metadata":{"finalizers":["web.kopf.dev/finalizer"]}}
        create [.: null -> {"spec":{"x":1}}] Handler a succeeded.
        All handlers succeeded for creation.
        PATCH object: {"metadata":{"finalizers":["other/one","web.kopf.dev/finalizer"]}} +mark handled={"spec":{"x":1}}
    "#]],
    );
    world.delete();
    check(
        world.run(),
        expect![[r#"
        -- delete
        delete [] Handler d succeeded.
        All handlers succeeded for deletion.
        PATCH object: {"metadata":{"finalizers":[]}}
        gone
    "#]],
    );
}

#[test]
fn trap_4_optional_deletion_handlers_run_where_the_object_is_held_for_another_reason() {
    let optional = || Handler { optional: true, ..on(On::Delete, "o") };
    let mut world = handled([optional()]);
    world.delete();
    check(
        world.run(),
        expect![[r#"
        -- delete
        gone
    "#]],
    );
    let mut world = handled([optional(), on(On::Delete, "d")]);
    world.delete();
    check(
        world.run(),
        expect![[r#"
        -- delete
        delete [] Handler o succeeded.
        delete [] Handler d succeeded.
        All handlers succeeded for deletion.
        PATCH object: {"metadata":{"finalizers":[]}}
        gone
    "#]],
    );
}

#[test]
fn trap_5_field_handlers_are_not_called_on_deletion() {
    let mut world = handled([on_field(On::Field, "f", "spec.x"), on(On::Delete, "d")]);
    world.edit(&json!({ "spec": { "x": 2 } }));
    world.delete();
    check(
        world.run(),
        expect![[r#"
        -- edit {"spec":{"x":2}}
        -- delete
        delete [spec.x: 1 -> 2] Handler d succeeded.
        All handlers succeeded for deletion.
        PATCH object: {"metadata":{"finalizers":[]}}
        gone
    "#]],
    );
}
