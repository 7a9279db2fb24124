//! Objects that are new.

use expect_test::expect;
use kopf_core::handler::On;
use serde_json::json;

use super::check;
use crate::kit::{World, changes, in_a_minute, on, on_field, returns};

#[test]
fn a_creation_that_succeeds_is_one_write() {
    let mut world = World::new([on(On::Create, "a"), on(On::Create, "b")]);
    check(
        world.run(),
        expect![[r#"
        create [.: null -> {"spec":{"x":1}}] Handler a succeeded.
        create [.: null -> {"spec":{"x":1}}] Handler b succeeded.
        All handlers succeeded for creation.
        PATCH object: +mark handled={"spec":{"x":1}}
    "#]],
    );
}

#[test]
fn a_result_is_written_first() {
    let mut world = World::new([on(On::Create, "a")]).script("a", [returns(json!({ "message": "hello" }))]);
    check(
        world.run(),
        expect![[r#"
        create [.: null -> {"spec":{"x":1}}] Handler a succeeded.
        All handlers succeeded for creation.
        PATCH status: {"status":{"a":{"message":"hello"}}}
        PATCH object: +mark handled={"spec":{"x":1}}
    "#]],
    );
}

#[test]
fn a_result_is_written_with_the_state_where_there_is_no_status_subresource() {
    let mut world = World::new([on(On::Create, "a")]).script("a", [returns(json!(1))]);
    world.has_status = false;
    check(
        world.run(),
        expect![[r#"
        create [.: null -> {"spec":{"x":1}}] Handler a succeeded.
        All handlers succeeded for creation.
        PATCH object: {"status":{"a":1}} +mark handled={"spec":{"x":1}}
    "#]],
    );
}

#[test]
fn field_handlers_react_to_creation() {
    let handlers = [on_field(On::Field, "f", "spec.x"), on_field(On::Field, "g", "spec.other")];
    check(
        World::new(handlers).run(),
        expect![[r#"
        create [.: null -> 1] Handler f/spec.x succeeded.
        All handlers succeeded for creation.
        PATCH object: +mark handled={"spec":{"x":1}}
    "#]],
    );
}

#[test]
fn an_object_that_nobody_is_called_for_on_creation_is_recorded_as_handled() {
    let mut world = World::new([on(On::Update, "a")]);
    check(
        world.run(),
        expect![[r#"
        PATCH object: +mark handled={"spec":{"x":1}}
    "#]],
    );
}

#[test]
fn the_finalizer_comes_before_the_first_handler() {
    let mut world = World::new([on(On::Create, "a"), on(On::Delete, "d")]);
    check(
        world.run(),
        expect![[r#"
        PATCH object: {"metadata":{"finalizers":["web.kopf.dev/finalizer"]}}
        create [.: null -> {"spec":{"x":1}}] Handler a succeeded.
        All handlers succeeded for creation.
        PATCH object: +mark handled={"spec":{"x":1}}
    "#]],
    );
}

#[test]
fn the_finalizer_and_the_state_are_one_write_where_nobody_is_called() {
    let mut world = World::new([on(On::Delete, "d"), on(On::Resume, "r")]);
    world.recall.listed = true;
    check(
        world.run(),
        expect![[r#"
        PATCH object: {"metadata":{"finalizers":["web.kopf.dev/finalizer"]}} +mark handled={"spec":{"x":1}}
    "#]],
    );
}

#[test]
fn what_changes_during_a_creation_is_an_update_after_it() {
    let mut world = World::new([on(On::Create, "a"), on(On::Create, "b"), on(On::Update, "u")])
        .script("b", [in_a_minute()]);
    check(
        world.turn(),
        expect![[r#"
        create [.: null -> {"spec":{"x":1}}] Handler a succeeded.
        create [.: null -> {"spec":{"x":1}}] Handler b failed temporarily: no
        PATCH object: +mark a=(1 ok) b=(1 in 60 s) handled={"spec":{"x":1}} pending
        waits 60 s
    "#]],
    );
    world.edit(&json!({ "spec": { "x": 2 } }));
    check(
        world.turn(),
        expect![[r#"
        -- edit {"spec":{"x":2}}
        waits 60 s
    "#]],
    );
    world.restart();
    check(
        world.run(),
        expect![[r#"
        -- restart
        create [.: null -> {"spec":{"x":2}}] Handler b succeeded.
        All handlers succeeded for creation.
        PATCH object: -a -b handled={"spec":{"x":1}}
        update [spec.x: 1 -> 2] Handler u succeeded.
        All handlers succeeded for updating.
        PATCH object: handled={"spec":{"x":2}}
    "#]],
    );
}

#[test]
fn what_changes_while_the_only_creation_handler_runs_is_an_update_after_it() {
    let mut world = World::new([on(On::Create, "a"), on(On::Update, "u")]);
    world.meanwhile.push_back(json!({ "spec": { "x": 2 } }));
    check(
        world.run(),
        expect![[r#"
        create [.: null -> {"spec":{"x":1}}] Handler a succeeded.
        All handlers succeeded for creation.
        -- edit {"spec":{"x":2}}
        PATCH object: +mark handled={"spec":{"x":1}}
        update [spec.x: 1 -> 2] Handler u succeeded.
        All handlers succeeded for updating.
        PATCH object: handled={"spec":{"x":2}}
    "#]],
    );
}

#[test]
fn a_creation_whose_object_changes_back_is_followed_by_nothing() {
    let mut world = World::new([on(On::Create, "a"), on(On::Update, "u")]).script("a", [in_a_minute()]);
    world.turn();
    world.edit(&json!({ "spec": { "x": 2 } }));
    world.turn();
    world.edit(&json!({ "spec": { "x": 1 } }));
    check(
        world.run(),
        expect![[r#"
        create [.: null -> {"spec":{"x":1}}] Handler a failed temporarily: no
        PATCH object: +mark a=(1 in 60 s) handled={"spec":{"x":1}} pending
        waits 60 s
        -- edit {"spec":{"x":2}}
        waits 60 s
        -- edit {"spec":{"x":1}}
        create [.: null -> {"spec":{"x":1}}] Handler a succeeded.
        All handlers succeeded for creation.
        PATCH object: -a handled={"spec":{"x":1}}
    "#]],
    );
}

#[test]
fn trap_12_what_handlers_change_themselves_is_no_update() {
    let handlers = || [on(On::Create, "a"), on(On::Create, "b"), on(On::Update, "u")];
    let mut world = World::new(handlers())
        .script("a", [changes(json!({ "spec": { "y": 1 }, "metadata": { "labels": { "l": "1" } } }))]);
    check(
        world.run(),
        expect![[r#"
        create [.: null -> {"spec":{"x":1}}] Handler a succeeded.
        create [.: null -> {"spec":{"x":1}}] Handler b succeeded.
        All handlers succeeded for creation.
        PATCH object: {"spec":{"y":1},"metadata":{"labels":{"l":"1"}}} +mark handled={"spec":{"x":1,"y":1},"metadata":{"labels":{"l":"1"}}}
    "#]],
    );

    let mut world = World::new(handlers())
        .script("a", [changes(json!({ "spec": { "y": 1 } }))])
        .script("b", [in_a_minute(), changes(json!({ "spec": { "z": 1, "gone": null } }))]);
    check(
        world.run(),
        expect![[r#"
        create [.: null -> {"spec":{"x":1}}] Handler a succeeded.
        create [.: null -> {"spec":{"x":1}}] Handler b failed temporarily: no
        PATCH object: {"spec":{"y":1}} +mark a=(1 ok) b=(1 in 60 s) handled={"spec":{"x":1,"y":1}} pending
        create [.: null -> {"spec":{"x":1,"y":1}}] Handler b succeeded.
        All handlers succeeded for creation.
        PATCH object: {"spec":{"z":1}} -a -b handled={"spec":{"x":1,"y":1,"z":1}}
    "#]],
    );
}

#[test]
fn a_result_is_no_update_of_a_watched_status() {
    let mut world = World::new([on(On::Create, "a"), on_field(On::Field, "f", "status")])
        .script("a", [returns(json!(1))]);
    check(
        world.run(),
        expect![[r#"
        create [.: null -> {"spec":{"x":1}}] Handler a succeeded.
        All handlers succeeded for creation.
        PATCH status: {"status":{"a":1}}
        PATCH object: +mark handled={"spec":{"x":1},"status":{"a":1}}
    "#]],
    );
}

#[test]
fn a_field_that_came_and_went_during_a_creation_is_told() {
    let mut world = World::new([on(On::Create, "a"), on_field(On::Field, "f", "spec.y")])
        .script("a", [in_a_minute(), in_a_minute()]);
    world.turn();
    world.edit(&json!({ "spec": { "y": 1 } }));
    world.turn();
    world.edit(&json!({ "spec": { "y": null } }));
    check(
        world.run(),
        expect![[r#"
        create [.: null -> {"spec":{"x":1}}] Handler a failed temporarily: no
        PATCH object: +mark a=(1 in 60 s) handled={"spec":{"x":1}} pending
        waits 60 s
        -- edit {"spec":{"y":1}}
        create [.: null -> 1] Handler f/spec.y succeeded.
        PATCH object: f.spec.y=(1 ok)
        waits 60 s
        -- edit {"spec":{"y":null}}
        create [.: null -> {"spec":{"x":1}}] Handler a failed temporarily: no
        PATCH object: a=(2 in 60 s)
        create [.: null -> {"spec":{"x":1}}] Handler a succeeded.
        All handlers succeeded for creation.
        PATCH object: -a f.spec.y=(1 ok) handled={"spec":{"x":1}}
        update [] Handler f/spec.y succeeded.
        All handlers succeeded for updating.
        PATCH object: -f.spec.y
    "#]],
    );
}

#[test]
fn a_field_that_was_seen_during_a_creation_is_not_told_again() {
    let mut world =
        World::new([on(On::Create, "a"), on_field(On::Field, "f", "spec.y"), on(On::Update, "u")])
            .script("a", [in_a_minute()]);
    world.turn();
    world.edit(&json!({ "spec": { "y": 1 } }));
    check(
        world.run(),
        expect![[r#"
        create [.: null -> {"spec":{"x":1}}] Handler a failed temporarily: no
        PATCH object: +mark a=(1 in 60 s) handled={"spec":{"x":1}} pending
        waits 60 s
        -- edit {"spec":{"y":1}}
        create [.: null -> 1] Handler f/spec.y succeeded.
        PATCH object: f.spec.y=(1 ok)
        create [.: null -> {"spec":{"x":1,"y":1}}] Handler a succeeded.
        All handlers succeeded for creation.
        PATCH object: -a f.spec.y=(1 ok) handled={"spec":{"x":1}}
        update [spec.y: null -> 1] Handler u succeeded.
        All handlers succeeded for updating.
        PATCH object: -f.spec.y handled={"spec":{"x":1,"y":1}}
    "#]],
    );
}
