//! Handlers with sub-handlers: whose turn it is, what is recorded, and what is counted.

use std::time::Duration;

use expect_test::expect;
use kopf_core::{
    handler::{Handler, Limits, On},
    outcome::FailureKind,
};
use serde_json::json;

use super::check;
use crate::kit::{World, changes, fails, in_a_minute, on, on_field, path, returns};

#[test]
fn what_ends_at_once_leaves_no_trace() {
    let mut world = World::new([on(On::Create, "a")])
        .subs("a", &["b", "c"])
        .script("a", [returns(json!(0))])
        .script("a/b", [returns(json!(1))]);
    check(
        world.run(),
        expect![[r#"
          Handler a/b succeeded.
          Handler a/c succeeded.
        create [.: null -> {"spec":{"x":1}}] Handler a succeeded.
        All handlers succeeded for creation.
        PATCH status: {"status":{"a/b":1,"a":0}}
        PATCH object: +mark handled={"spec":{"x":1}}
    "#]],
    );
}

#[test]
fn a_handler_is_called_again_until_its_sub_handlers_have_ended() {
    let mut world = World::new([on(On::Create, "a"), on(On::Create, "z")])
        .subs("a", &["b", "c"])
        .script("a", [returns(json!(0))])
        .script("a/b", [returns(json!(1))])
        .script("a/c", [in_a_minute(), fails(FailureKind::Permanent)]);
    check(
        world.run(),
        expect![[r#"
          Handler a/b succeeded.
          Handler a/c failed temporarily: no
        create [.: null -> {"spec":{"x":1}}] Handler a has unfinished sub-handlers. Will retry soon.
        PATCH status: {"status":{"a/b":1}}
        PATCH object: +mark a=(1 in 60 s, 1 waits) a.b=(1 ok) a.c=(1 in 60 s) handled={"spec":{"x":1}} pending
        create [.: null -> {"spec":{"x":1}}] Handler z succeeded.
        PATCH object: z=(1 ok)
          Handler a/c failed permanently: no
        create [.: null -> {"spec":{"x":1}}] Handler a succeeded.
        Creation is processed: 3 succeeded; 1 failed.
        PATCH status: {"status":{"a":0}}
        PATCH object: -a -a.b -a.c -z handled={"spec":{"x":1}}
    "#]],
    );
}

#[test]
fn sub_handlers_of_sub_handlers_are_found_by_their_outermost_handler() {
    let mut world = World::new([on(On::Create, "a")])
        .subs("a", &["b", "c"])
        .subs("a/b", &["d"])
        .script("a/b/d", [in_a_minute()]);
    world.turn();
    world.restart();
    check(
        world.run(),
        expect![[r#"
          Handler a/b/d failed temporarily: no
          Handler a/b has unfinished sub-handlers. Will retry soon.
          Handler a/c succeeded.
        create [.: null -> {"spec":{"x":1}}] Handler a has unfinished sub-handlers. Will retry soon.
        PATCH object: +mark a=(1 in 60 s, 1 waits) a.b=(1 in 60 s, 1 waits) a.b.d=(1 in 60 s) a.c=(1 ok) handled={"spec":{"x":1}} pending
        waits 60 s
        -- restart
          Handler a/b/d succeeded.
          Handler a/b succeeded.
        create [.: null -> {"spec":{"x":1}}] Handler a succeeded.
        All handlers succeeded for creation.
        PATCH object: -a -a.b -a.b.d -a.c handled={"spec":{"x":1}}
    "#]],
    );
}

#[test]
fn waiting_for_sub_handlers_does_not_count_against_retries() {
    let limits = Limits { retries: Some(1), ..Limits::default() };
    let mut world = World::new([Handler { limits, ..on(On::Create, "a") }])
        .subs("a", &["b"])
        .script("a/b", [in_a_minute(), in_a_minute()])
        .script("a", [in_a_minute()]);
    check(
        world.run(),
        expect![[r#"
          Handler a/b failed temporarily: no
        create [.: null -> {"spec":{"x":1}}] Handler a has unfinished sub-handlers. Will retry soon.
        PATCH object: +mark a=(1 in 60 s, 1 waits) a.b=(1 in 60 s) handled={"spec":{"x":1}} pending
          Handler a/b failed temporarily: no
        create [.: null -> {"spec":{"x":1}}] Handler a has unfinished sub-handlers. Will retry soon.
        PATCH object: a=(2 in 60 s, 2 waits) a.b=(2 in 60 s)
          Handler a/b succeeded.
        create [.: null -> {"spec":{"x":1}}] Handler a failed temporarily but will exceed 1 retries: no
        Creation is processed: 1 succeeded; 1 failed.
        PATCH object: -a -a.b handled={"spec":{"x":1}}
    "#]],
    );
}

#[test]
fn a_timeout_is_not_waited_for() {
    let limits = Limits { timeout: Some(Duration::from_secs(90)), ..Limits::default() };
    let mut world = World::new([Handler { limits, ..on(On::Create, "a") }])
        .subs("a", &["b"])
        .script("a/b", [in_a_minute(), in_a_minute()]);
    check(
        world.run(),
        expect![[r#"
          Handler a/b failed temporarily: no
        create [.: null -> {"spec":{"x":1}}] Handler a has unfinished sub-handlers. Will retry soon.
        PATCH object: +mark a=(1 in 60 s, 1 waits) a.b=(1 in 60 s) handled={"spec":{"x":1}} pending
          Handler a/b failed temporarily: no
        create [.: null -> {"spec":{"x":1}}] Handler a has unfinished sub-handlers but will time out after 90 seconds.
        Creation is processed: 0 succeeded; 1 failed.
        PATCH object: -a -a.b handled={"spec":{"x":1}}
    "#]],
    );
}

#[test]
fn limits_of_sub_handlers_are_their_own() {
    let mut world = World::new([on(On::Create, "a")]).subs("a", &["b", "c"]);
    world.subs.get_mut("a").unwrap()[0].1.limits.retries = Some(2);
    let mut world = world.script("a/b", [in_a_minute(), in_a_minute(), in_a_minute()]);
    check(
        world.run(),
        expect![[r#"
          Handler a/b failed temporarily: no
          Handler a/c succeeded.
        create [.: null -> {"spec":{"x":1}}] Handler a has unfinished sub-handlers. Will retry soon.
        PATCH object: +mark a=(1 in 60 s, 1 waits) a.b=(1 in 60 s) a.c=(1 ok) handled={"spec":{"x":1}} pending
          Handler a/b failed temporarily but will exceed 2 retries: no
        create [.: null -> {"spec":{"x":1}}] Handler a succeeded.
        Creation is processed: 2 succeeded; 1 failed.
        PATCH object: -a -a.b -a.c handled={"spec":{"x":1}}
    "#]],
    );
}

#[test]
fn a_sub_handler_that_is_not_for_the_object_is_passed_over() {
    let mut world = World::new([on(On::Create, "a")]).subs("a", &["b", "c"]);
    world.subs.get_mut("a").unwrap()[0].1.filter.labels =
        vec![("no".to_owned(), kopf_core::filter::Match::Present)];
    check(
        world.run(),
        expect![[r#"
          Handler a/c succeeded.
        create [.: null -> {"spec":{"x":1}}] Handler a succeeded.
        All handlers succeeded for creation.
        PATCH object: +mark handled={"spec":{"x":1}}
    "#]],
    );
}

#[test]
fn a_change_during_an_update_calls_those_that_have_seen_the_older_state() {
    let mut world = World::new([on(On::Create, "z"), on(On::Update, "a")])
        .subs("a", &["b", "c"])
        .script("a/c", [in_a_minute()]);
    world.run();
    world.edit(&json!({ "spec": { "x": 2 } }));
    world.turn();
    world.edit(&json!({ "spec": { "x": 3 } }));
    check(
        world.run(),
        expect![[r#"
        create [.: null -> {"spec":{"x":1}}] Handler z succeeded.
        All handlers succeeded for creation.
        PATCH object: +mark handled={"spec":{"x":1}}
        -- edit {"spec":{"x":2}}
          Handler a/b succeeded.
          Handler a/c failed temporarily: no
        update [spec.x: 1 -> 2] Handler a has unfinished sub-handlers. Will retry soon.
        PATCH object: a=(1 in 60 s, 1 waits) a.b=(1 ok) a.c=(1 in 60 s)
        waits 60 s
        -- edit {"spec":{"x":3}}
          Handler a/b succeeded.
        update [spec.x: 1 -> 3] Handler a has unfinished sub-handlers. Will retry soon.
        PATCH object: a=(2 in 60 s, 2 waits) a.b=(1 ok)
          Handler a/c succeeded.
        update [spec.x: 1 -> 3] Handler a succeeded.
        All handlers succeeded for updating.
        PATCH object: -a -a.b -a.c handled={"spec":{"x":3}}
    "#]],
    );
}

#[test]
fn what_others_change_by_themselves_does_not_repeat_a_sub_handler() {
    let mut world = World::new([on(On::Create, "z"), on(On::Update, "a"), on(On::Update, "y")])
        .subs("a", &["b", "c"])
        .script("a/c", [in_a_minute()])
        .script("y", [changes(json!({ "spec": { "y": 1 } }))]);
    world.run();
    world.edit(&json!({ "spec": { "x": 2 } }));
    check(
        world.run(),
        expect![[r#"
        create [.: null -> {"spec":{"x":1}}] Handler z succeeded.
        All handlers succeeded for creation.
        PATCH object: +mark handled={"spec":{"x":1}}
        -- edit {"spec":{"x":2}}
          Handler a/b succeeded.
          Handler a/c failed temporarily: no
        update [spec.x: 1 -> 2] Handler a has unfinished sub-handlers. Will retry soon.
        PATCH object: a=(1 in 60 s, 1 waits) a.b=(1 ok) a.c=(1 in 60 s)
        update [spec.x: 1 -> 2] Handler y succeeded.
        PATCH object: {"spec":{"y":1}} a=(1 in 60 s, 1 waits) a.b=(1 ok) handled={"spec":{"x":1,"y":1}} y=(1 ok)
          Handler a/c succeeded.
        update [spec.x: 1 -> 2] Handler a succeeded.
        All handlers succeeded for updating.
        PATCH object: -a -a.b -a.c -y handled={"spec":{"x":2,"y":1}}
    "#]],
    );
}

#[test]
fn a_list_that_shrinks_is_not_waited_for() {
    let mut world = World::new([on(On::Update, "a")]).subs("a", &["b", "c"]).script("a/c", [in_a_minute()]);
    world.run();
    world.edit(&json!({ "spec": { "x": 2 } }));
    world.turn();
    world.subs.get_mut("a").unwrap().pop();
    world.edit(&json!({ "spec": { "x": 3 } }));
    check(
        world.run(),
        expect![[r#"
        PATCH object: +mark handled={"spec":{"x":1}}
        -- edit {"spec":{"x":2}}
          Handler a/b succeeded.
          Handler a/c failed temporarily: no
        update [spec.x: 1 -> 2] Handler a has unfinished sub-handlers. Will retry soon.
        PATCH object: a=(1 in 60 s, 1 waits) a.b=(1 ok) a.c=(1 in 60 s)
        waits 60 s
        -- edit {"spec":{"x":3}}
          Handler a/b succeeded.
        update [spec.x: 1 -> 3] Handler a succeeded.
        All handlers succeeded for updating.
        PATCH object: -a -a.b -a.c handled={"spec":{"x":3}}
    "#]],
    );
}

#[test]
fn a_deletion_takes_over_and_begins_anew() {
    let both = [on(On::Create, "a"), on(On::Delete, "a")];
    let mut world = World::new(both).subs("a", &["b", "c"]).script("a/c", [in_a_minute()]);
    world.turn();
    world.delete();
    check(
        world.run(),
        expect![[r#"
        PATCH object: {"metadata":{"finalizers":["web.kopf.dev/finalizer"]}}
          Handler a/b succeeded.
          Handler a/c failed temporarily: no
        create [.: null -> {"spec":{"x":1}}] Handler a has unfinished sub-handlers. Will retry soon.
        PATCH object: +mark a=(1 in 60 s, 1 waits) a.b=(1 ok) a.c=(1 in 60 s) handled={"spec":{"x":1}} pending
        waits 60 s
        -- delete
        Creation is superseded by deletion: 1 succeeded; 0 failed; 2 left to the moment.
          Handler a/b succeeded.
          Handler a/c succeeded.
        delete [.: null -> {"spec":{"x":1}}] Handler a succeeded.
        All handlers succeeded for deletion.
        PATCH object: {"metadata":{"finalizers":[]}}
        gone
    "#]],
    );
}

#[test]
fn sub_handlers_of_a_field_handler_go_with_it_from_a_creation_into_an_update() {
    let mut world = World::new([on_field(On::Field, "f", "spec.x"), on(On::Create, "z")])
        .subs("f/spec.x", &["b"])
        .script("z", [in_a_minute()]);
    world.turn();
    world.edit(&json!({ "spec": { "y": 1 } }));
    check(
        world.run(),
        expect![[r#"
          Handler f/spec.x/b succeeded.
        create [.: null -> 1] Handler f/spec.x succeeded.
        create [.: null -> {"spec":{"x":1}}] Handler z failed temporarily: no
        PATCH object: +mark f.spec.x=(1 ok) f.spec.x.b=(1 ok) handled={"spec":{"x":1}} pending z=(1 in 60 s)
        waits 60 s
        -- edit {"spec":{"y":1}}
        create [.: null -> {"spec":{"x":1,"y":1}}] Handler z succeeded.
        All handlers succeeded for creation.
        PATCH object: f.spec.x=(1 ok) f.spec.x.b=(1 ok) -z handled={"spec":{"x":1}}
        All handlers succeeded for updating.
        PATCH object: -f.spec.x -f.spec.x.b handled={"spec":{"x":1,"y":1}}
    "#]],
    );
}

#[test]
fn a_sub_handler_with_a_field_is_called_for_what_changes_there() {
    let mut world = World::new([on(On::Create, "z"), on(On::Update, "a")]).subs("a", &["b", "c"]);
    world.subs.get_mut("a").unwrap()[0].1.field = Some(path("spec.x"));
    world.run();
    world.edit(&json!({ "spec": { "y": 1 } }));
    world.run();
    world.edit(&json!({ "spec": { "x": 2 } }));
    check(
        world.run(),
        expect![[r#"
        create [.: null -> {"spec":{"x":1}}] Handler z succeeded.
        All handlers succeeded for creation.
        PATCH object: +mark handled={"spec":{"x":1}}
        -- edit {"spec":{"y":1}}
          Handler a/c succeeded.
        update [spec.y: null -> 1] Handler a succeeded.
        All handlers succeeded for updating.
        PATCH object: handled={"spec":{"x":1,"y":1}}
        -- edit {"spec":{"x":2}}
          [.: 1 -> 2]
          Handler a/b succeeded.
          Handler a/c succeeded.
        update [spec.x: 1 -> 2] Handler a succeeded.
        All handlers succeeded for updating.
        PATCH object: handled={"spec":{"x":2,"y":1}}
    "#]],
    );
}

#[test]
fn slow_sub_handlers_are_recorded_before_the_next_is_called() {
    let mut world = World::new([on(On::Create, "a")]).subs("a", &["b", "c", "d"]);
    world.takes = ["a/b", "a/c", "a/d"].map(|id| (id.to_owned(), Duration::from_millis(600))).into();
    check(
        world.run(),
        expect![[r#"
          Handler a/b succeeded.
          Handler a/c succeeded.
        create [.: null -> {"spec":{"x":1}}] Handler a has unfinished sub-handlers. Will retry soon.
        PATCH object: +mark a=(1 in 0 s, 1 waits) a.b=(1 ok) a.c=(1 ok) handled={"spec":{"x":1}} pending
          Handler a/d succeeded.
        create [.: null -> {"spec":{"x":1}}] Handler a succeeded.
        All handlers succeeded for creation.
        PATCH object: -a -a.b -a.c handled={"spec":{"x":1}}
    "#]],
    );
}

#[test]
fn what_is_called_again_for_the_rest_keeps_what_is_recorded_over_restarts() {
    let mut world = World::new([on(On::Create, "a")]).subs("a", &["b", "c"]);
    world.takes.insert("a/b".to_owned(), Duration::from_secs(5));
    world.step();
    world.restart();
    check(
        world.run(),
        expect![[r#"
          Handler a/b succeeded.
        create [.: null -> {"spec":{"x":1}}] Handler a has unfinished sub-handlers. Will retry soon.
        PATCH object: +mark a=(1 in 0 s, 1 waits) a.b=(1 ok) handled={"spec":{"x":1}} pending
        -- restart
          Handler a/c succeeded.
        create [.: null -> {"spec":{"x":1}}] Handler a succeeded.
        All handlers succeeded for creation.
        PATCH object: -a -a.b handled={"spec":{"x":1}}
    "#]],
    );
}
