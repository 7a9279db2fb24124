//! Objects that change.

use expect_test::expect;
use kopf_core::{
    filter::{Filter, Match},
    handler::{Handler, On},
    outcome::FailureKind,
};
use serde_json::json;

use super::check;
use crate::kit::{World, changes, fails, in_a_minute, on, on_field};

fn handled(handlers: impl IntoIterator<Item = Handler>) -> World {
    let mut world = World::new(handlers);
    world.run();
    world.trace.clear();
    world
}

fn labelled(handler: Handler) -> Handler {
    let filter = Filter { labels: vec![("app".to_owned(), Match::is("web"))], ..Filter::default() };
    Handler { filter, ..handler }
}

#[test]
fn an_update_is_one_write_and_fields_react_to_their_own() {
    let mut world = handled([
        on(On::Update, "u"),
        on_field(On::Update, "v", "spec.y"),
        on_field(On::Field, "f", "spec.x"),
        on_field(On::Field, "g", "spec.y"),
    ]);
    world.edit(&json!({ "spec": { "x": 2 } }));
    check(
        world.run(),
        expect![[r#"
        -- edit {"spec":{"x":2}}
        update [spec.x: 1 -> 2] Handler u succeeded.
        update [.: 1 -> 2] Handler f/spec.x succeeded.
        All handlers succeeded for updating.
        PATCH object: handled={"spec":{"x":2}}
    "#]],
    );
    world.edit(&json!({ "spec": { "x": null, "y": { "z": 1 } } }));
    check(
        world.run(),
        expect![[r#"
        -- edit {"spec":{"x":null,"y":{"z":1}}}
        update [spec.y: null -> {"z":1}, spec.x: 2 -> null] Handler u succeeded.
        update [.: null -> {"z":1}] Handler v/spec.y succeeded.
        update [.: 2 -> null] Handler f/spec.x succeeded.
        update [.: null -> {"z":1}] Handler g/spec.y succeeded.
        All handlers succeeded for updating.
        PATCH object: handled={"spec":{"y":{"z":1}}}
    "#]],
    );
}

#[test]
fn status_and_system_metadata_are_no_change() {
    let mut world = handled([on(On::Update, "u")]);
    world.edit(&json!({ "status": { "phase": "Up" }, "metadata": { "generation": 3, "managedFields": [] } }));
    check(
        world.run(),
        expect![[r#"
        -- edit {"status":{"phase":"Up"},"metadata":{"generation":3,"managedFields":[]}}
    "#]],
    );
}

#[test]
fn an_update_that_ended_on_an_older_state_is_called_again_for_the_newer_one() {
    let mut world = handled([on(On::Update, "a"), on(On::Update, "b"), on_field(On::Field, "f", "spec.y")])
        .script("b", [in_a_minute()]);
    world.edit(&json!({ "spec": { "x": 2, "y": 1 } }));
    world.turn();
    world.edit(&json!({ "spec": { "x": 3 } }));
    world.restart();
    check(
        world.run(),
        expect![[r#"
        -- edit {"spec":{"x":2,"y":1}}
        update [spec.y: null -> 1, spec.x: 1 -> 2] Handler a succeeded.
        update [spec.y: null -> 1, spec.x: 1 -> 2] Handler b failed temporarily: no
        PATCH object: a=(1 ok) b=(1 in 60 s)
        update [.: null -> 1] Handler f/spec.y succeeded.
        PATCH object: f.spec.y=(1 ok)
        waits 60 s
        -- edit {"spec":{"x":3}}
        -- restart
        update [spec.y: null -> 1, spec.x: 1 -> 3] Handler a succeeded.
        PATCH object: a=(1 ok)
        update [spec.y: null -> 1, spec.x: 1 -> 3] Handler b succeeded.
        All handlers succeeded for updating.
        PATCH object: -a -b -f.spec.y handled={"spec":{"x":3,"y":1}}
    "#]],
    );
}

#[test]
fn a_handler_that_failed_for_good_on_an_older_state_is_called_again_for_the_newer_one() {
    let mut world = handled([on(On::Update, "a"), on(On::Update, "b")])
        .script("a", [fails(FailureKind::Permanent)])
        .script("b", [in_a_minute()]);
    world.edit(&json!({ "spec": { "x": 2 } }));
    world.turn();
    world.edit(&json!({ "spec": { "x": 3 } }));
    check(
        world.run(),
        expect![[r#"
        -- edit {"spec":{"x":2}}
        update [spec.x: 1 -> 2] Handler a failed permanently: no
        PATCH object: a=(1 failed)
        update [spec.x: 1 -> 2] Handler b failed temporarily: no
        PATCH object: b=(1 in 60 s)
        waits 60 s
        -- edit {"spec":{"x":3}}
        update [spec.x: 1 -> 3] Handler a succeeded.
        PATCH object: a=(1 ok)
        update [spec.x: 1 -> 3] Handler b succeeded.
        All handlers succeeded for updating.
        PATCH object: -a -b handled={"spec":{"x":3}}
    "#]],
    );
}

#[test]
fn a_change_that_is_taken_back_while_it_is_handled_is_handled_too() {
    let mut world = handled([on(On::Update, "a"), on(On::Update, "b"), on_field(On::Field, "f", "spec.y")])
        .script("b", [in_a_minute()]);
    world.edit(&json!({ "spec": { "x": 2, "y": 1 } }));
    world.turn();
    world.edit(&json!({ "spec": { "x": 1, "y": null } }));
    check(
        world.run(),
        expect![[r#"
        -- edit {"spec":{"x":2,"y":1}}
        update [spec.y: null -> 1, spec.x: 1 -> 2] Handler a succeeded.
        update [spec.y: null -> 1, spec.x: 1 -> 2] Handler b failed temporarily: no
        PATCH object: a=(1 ok) b=(1 in 60 s)
        update [.: null -> 1] Handler f/spec.y succeeded.
        PATCH object: f.spec.y=(1 ok)
        waits 60 s
        -- edit {"spec":{"x":1,"y":null}}
        update [] Handler a succeeded.
        update [] Handler f/spec.y succeeded.
        PATCH object: a=(1 ok) f.spec.y=(1 ok)
        update [] Handler b succeeded.
        All handlers succeeded for updating.
        PATCH object: -a -b -f.spec.y
    "#]],
    );
}

#[test]
fn a_change_that_is_taken_back_is_not_forgotten_while_others_fail() {
    let mut world = handled([on(On::Update, "a"), on_field(On::Update, "f", "spec.y")])
        .script("a", [in_a_minute(), in_a_minute()]);
    world.edit(&json!({ "spec": { "y": 1 } }));
    world.turn();
    world.now += std::time::Duration::from_secs(60);
    world.edit(&json!({ "spec": { "y": null } }));
    check(
        world.run(),
        expect![[r#"
        -- edit {"spec":{"y":1}}
        update [spec.y: null -> 1] Handler a failed temporarily: no
        PATCH object: a=(1 in 60 s)
        update [.: null -> 1] Handler f/spec.y succeeded.
        PATCH object: f.spec.y=(1 ok)
        waits 60 s
        -- edit {"spec":{"y":null}}
        update [] Handler a failed temporarily: no
        PATCH object: a=(2 in 60 s)
        update [] Handler f/spec.y succeeded.
        PATCH object: f.spec.y=(1 ok)
        update [] Handler a succeeded.
        All handlers succeeded for updating.
        PATCH object: -a -f.spec.y
    "#]],
    );
}

#[test]
fn a_change_that_is_taken_back_before_anybody_was_called_is_none() {
    let mut world = handled([on(On::Update, "a")]);
    world.edit(&json!({ "spec": { "x": 2 } }));
    world.edit(&json!({ "spec": { "x": 1 } }));
    check(
        world.run(),
        expect![[r#"
        -- edit {"spec":{"x":2}}
        -- edit {"spec":{"x":1}}
    "#]],
    );
}

#[test]
fn a_conflict_keeps_the_outcome_and_the_change_is_handled_next() {
    let mut world = handled([on(On::Update, "a")]);
    world.edit(&json!({ "spec": { "x": 2 } }));
    world.meanwhile.push_back(json!({ "spec": { "x": 3 } }));
    check(
        world.run(),
        expect![[r#"
        -- edit {"spec":{"x":2}}
        update [spec.x: 1 -> 2] Handler a succeeded.
        All handlers succeeded for updating.
        -- edit {"spec":{"x":3}}
        PATCH object: handled={"spec":{"x":2}}
        update [spec.x: 2 -> 3] Handler a succeeded.
        All handlers succeeded for updating.
        PATCH object: handled={"spec":{"x":3}}
    "#]],
    );
}

#[test]
fn trap_12_own_changes_do_not_call_those_again_who_have_ended() {
    let mut world = handled([on(On::Update, "a"), on(On::Update, "b"), on_field(On::Field, "f", "spec.y")])
        .script("a", [changes(json!({ "spec": { "y": 1 } }))])
        .script("b", [in_a_minute(), changes(json!({ "spec": { "z": 1 } }))]);
    world.edit(&json!({ "spec": { "x": 2 } }));
    check(
        world.run(),
        expect![[r#"
        -- edit {"spec":{"x":2}}
        update [spec.x: 1 -> 2] Handler a succeeded.
        update [spec.x: 1 -> 2] Handler b failed temporarily: no
        PATCH object: {"spec":{"y":1}} a=(1 ok) b=(1 in 60 s) handled={"spec":{"x":1,"y":1}}
        update [spec.x: 1 -> 2] Handler b succeeded.
        All handlers succeeded for updating.
        PATCH object: {"spec":{"z":1}} -a -b handled={"spec":{"x":2,"y":1,"z":1}}
    "#]],
    );
}

#[test]
fn trap_12_what_a_resume_handler_changes_is_no_update() {
    let mut world = handled([on(On::Resume, "r"), on(On::Update, "u")])
        .script("r", [changes(json!({ "spec": { "y": 1 } }))]);
    world.restart();
    check(
        world.run(),
        expect![[r#"
        -- restart
        resume [] Handler r succeeded.
        All handlers succeeded for resuming.
        PATCH object: {"spec":{"y":1}} handled={"spec":{"x":1,"y":1}}
    "#]],
    );
}

#[test]
fn trap_12_a_handler_may_take_the_change_back_itself() {
    let mut world = handled([on(On::Update, "a"), on(On::Update, "b")])
        .script("a", [changes(json!({ "spec": { "x": 1 } }))])
        .script("b", [in_a_minute()]);
    world.edit(&json!({ "spec": { "x": 2 } }));
    check(
        world.run(),
        expect![[r#"
        -- edit {"spec":{"x":2}}
        update [spec.x: 1 -> 2] Handler a succeeded.
        update [spec.x: 1 -> 2] Handler b failed temporarily: no
        PATCH object: {"spec":{"x":1}} a=(1 ok) b=(1 in 60 s)
        update [] Handler b succeeded.
        All handlers succeeded for updating.
        PATCH object: -a -b
    "#]],
    );
}

#[test]
fn a_label_brings_an_object_in_and_takes_it_out() {
    let mut world = World::new([labelled(on(On::Create, "a")), labelled(on(On::Delete, "d"))]);
    check(world.run(), expect![[""]]);
    world.edit(&json!({ "metadata": { "labels": { "app": "web" } } }));
    check(
        world.run(),
        expect![[r#"
        -- edit {"metadata":{"labels":{"app":"web"}}}
        PATCH object: {"metadata":{"finalizers":["web.kopf.dev/finalizer"]}}
        create [.: null -> {"spec":{"x":1},"metadata":{"labels":{"app":"web"}}}] Handler a succeeded.
        All handlers succeeded for creation.
        PATCH object: +mark handled={"spec":{"x":1},"metadata":{"labels":{"app":"web"}}}
    "#]],
    );
    world.edit(&json!({ "metadata": { "labels": { "app": "db" } } }));
    check(
        world.run(),
        expect![[r#"
        -- edit {"metadata":{"labels":{"app":"db"}}}
        PATCH object: {"metadata":{"finalizers":[]}}
    "#]],
    );
    world.edit(&json!({ "metadata": { "labels": { "app": "web" } } }));
    check(
        world.run(),
        expect![[r#"
        -- edit {"metadata":{"labels":{"app":"web"}}}
        PATCH object: {"metadata":{"finalizers":["web.kopf.dev/finalizer"]}}
    "#]],
    );
}

#[test]
fn the_finalizer_goes_when_a_deploy_has_no_use_for_it_and_comes_when_one_has() {
    let mut world = handled([on(On::Create, "a"), on(On::Delete, "d")]);
    world.deploy([on(On::Create, "a")]);
    check(
        world.run(),
        expect![[r#"
        -- restart
        PATCH object: {"metadata":{"finalizers":[]}}
    "#]],
    );
    world.deploy([on(On::Create, "a"), on(On::Delete, "d")]);
    check(
        world.run(),
        expect![[r#"
        -- restart
        PATCH object: {"metadata":{"finalizers":["web.kopf.dev/finalizer"]}}
    "#]],
    );
}

#[test]
fn a_path_that_handlers_begin_to_watch_is_adopted_with_one_write() {
    let mut world = handled([on(On::Create, "a")]);
    world.edit(&json!({ "status": { "phase": "Up" } }));
    world.deploy([on(On::Create, "a"), on(On::Update, "u"), on_field(On::Field, "f", "status.phase")]);
    check(
        world.run(),
        expect![[r#"
        -- edit {"status":{"phase":"Up"}}
        -- restart
        PATCH object: handled={"spec":{"x":1},"status":{"phase":"Up"}}
    "#]],
    );
    world.edit(&json!({ "status": { "phase": "Down" } }));
    check(
        world.run(),
        expect![[r#"
        -- edit {"status":{"phase":"Down"}}
        update [status.phase: "Up" -> "Down"] Handler u succeeded.
        update [.: "Up" -> "Down"] Handler f/status.phase succeeded.
        All handlers succeeded for updating.
        PATCH object: handled={"spec":{"x":1},"status":{"phase":"Down"}}
    "#]],
    );
}

#[test]
fn a_spy_wakes_nobody_with_what_it_watches() {
    let mut world = handled([on(On::Update, "u"), on_field(On::Event, "e", "status.phase")]);
    world.edit(&json!({ "status": { "phase": "Up" } }));
    check(
        world.run(),
        expect![[r#"
        -- edit {"status":{"phase":"Up"}}
    "#]],
    );
}
