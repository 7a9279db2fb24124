//! Handlers that fail, and processes that end.

use std::time::Duration;

use expect_test::expect;
use kopf_core::{
    handler::{Errors, Handler, Limits, On},
    outcome::FailureKind,
};
use serde_json::json;

use super::check;
use crate::kit::{World, fails, in_a_minute, on, returns};

#[test]
fn three_handlers_of_which_one_fails_twice() {
    let any = || fails(FailureKind::Any);
    let mut world = World::new(["a", "b", "c"].map(|id| on(On::Create, id))).script("b", [any(), any()]);
    check(
        world.run(),
        expect![[r#"
        create [.: null -> {"spec":{"x":1}}] Handler a succeeded.
        create [.: null -> {"spec":{"x":1}}] Handler b failed with an exception and will try again in 1.000 seconds: no
        PATCH object: +mark a=(1 ok) b=(1 in 1 s) handled={"spec":{"x":1}} pending
        create [.: null -> {"spec":{"x":1}}] Handler c succeeded.
        PATCH object: c=(1 ok)
        create [.: null -> {"spec":{"x":1}}] Handler b failed with an exception and will try again in 2.000 seconds: no
        PATCH object: b=(2 in 2 s)
        create [.: null -> {"spec":{"x":1}}] Handler b succeeded.
        All handlers succeeded for creation.
        PATCH object: -a -b -c handled={"spec":{"x":1}}
    "#]],
    );
}

#[test]
fn a_permanent_failure_ends_the_cause_with_the_others() {
    let mut world =
        World::new(["a", "b"].map(|id| on(On::Create, id))).script("a", [fails(FailureKind::Permanent)]);
    check(
        world.run(),
        expect![[r#"
        create [.: null -> {"spec":{"x":1}}] Handler a failed permanently: no
        PATCH object: +mark a=(1 failed) handled={"spec":{"x":1}} pending
        create [.: null -> {"spec":{"x":1}}] Handler b succeeded.
        Creation is processed: 1 succeeded; 1 failed.
        PATCH object: -a handled={"spec":{"x":1}}
    "#]],
    );
}

#[test]
fn retries_are_counted_over_restarts() {
    let limits = Limits { retries: Some(3), ..Limits::default() };
    let mut world = World::new([Handler { limits, ..on(On::Create, "a") }])
        .script("a", [in_a_minute(), in_a_minute(), in_a_minute(), in_a_minute()]);
    world.turn();
    world.restart();
    check(
        world.run(),
        expect![[r#"
        create [.: null -> {"spec":{"x":1}}] Handler a failed temporarily: no
        PATCH object: +mark a=(1 in 60 s) handled={"spec":{"x":1}} pending
        waits 60 s
        -- restart
        create [.: null -> {"spec":{"x":1}}] Handler a failed temporarily: no
        PATCH object: a=(2 in 60 s)
        create [.: null -> {"spec":{"x":1}}] Handler a failed temporarily but will exceed 3 retries: no
        Creation is processed: 0 succeeded; 1 failed.
        PATCH object: -a handled={"spec":{"x":1}}
    "#]],
    );
}

#[test]
fn the_timeout_is_counted_over_restarts() {
    let limits = Limits { timeout: Some(Duration::from_secs(100)), ..Limits::default() };
    let handlers = || [Handler { limits, ..on(On::Create, "a") }];
    let mut world = World::new(handlers()).script("a", [in_a_minute(), in_a_minute()]);
    world.turn();
    world.restart();
    check(
        world.run(),
        expect![[r#"
        create [.: null -> {"spec":{"x":1}}] Handler a failed temporarily: no
        PATCH object: +mark a=(1 in 60 s) handled={"spec":{"x":1}} pending
        waits 60 s
        -- restart
        create [.: null -> {"spec":{"x":1}}] Handler a failed temporarily but will time out after 100 seconds: no
        Creation is processed: 0 succeeded; 1 failed.
        PATCH object: -a handled={"spec":{"x":1}}
    "#]],
    );

    let mut world = World::new(handlers()).script("a", [in_a_minute()]);
    world.turn();
    world.restart();
    world.now += Duration::from_secs(1_000);
    check(
        world.run(),
        expect![[r#"
        create [.: null -> {"spec":{"x":1}}] Handler a failed temporarily: no
        PATCH object: +mark a=(1 in 60 s) handled={"spec":{"x":1}} pending
        waits 60 s
        -- restart
        Handler a has timed out after 1000 seconds.
        Creation is processed: 0 succeeded; 1 failed.
        PATCH object: -a handled={"spec":{"x":1}}
    "#]],
    );
}

#[test]
fn an_ignored_error_is_a_success() {
    let limits = Limits { errors: Errors::Ignored, ..Limits::default() };
    let mut world =
        World::new([Handler { limits, ..on(On::Create, "a") }]).script("a", [fails(FailureKind::Any)]);
    check(
        world.run(),
        expect![[r#"
        create [.: null -> {"spec":{"x":1}}] Handler a failed with an exception and will ignore it: no
        All handlers succeeded for creation.
        PATCH object: +mark handled={"spec":{"x":1}}
    "#]],
    );
}

#[test]
fn a_result_that_is_too_large_is_a_permanent_failure() {
    let mut world = World::new([on(On::Create, "a")]).script("a", [returns("x".repeat(2 << 20).into())]);
    check(
        world.run(),
        expect![[r#"
        create [.: null -> {"spec":{"x":1}}] Handler a failed permanently: its result has 2097154 bytes, more than the 262144 that are kept: return less
        Creation is processed: 0 succeeded; 1 failed.
        PATCH object: +mark handled={"spec":{"x":1}}
    "#]],
    );
}

#[test]
fn a_process_that_ends_before_the_write_repeats_and_after_it_does_not() {
    let mut world =
        World::new(["a", "b"].map(|id| on(On::Create, id))).script("b", [in_a_minute(), in_a_minute()]);
    world.cycle();
    world.restart();
    check(
        world.turn(),
        expect![[r#"
        create [.: null -> {"spec":{"x":1}}] Handler a succeeded.
        create [.: null -> {"spec":{"x":1}}] Handler b failed temporarily: no
        -- restart
        create [.: null -> {"spec":{"x":1}}] Handler a succeeded.
        create [.: null -> {"spec":{"x":1}}] Handler b failed temporarily: no
        PATCH object: +mark a=(1 ok) b=(1 in 60 s) handled={"spec":{"x":1}} pending
        waits 60 s
    "#]],
    );
    world.restart();
    check(
        world.run(),
        expect![[r#"
        -- restart
        create [.: null -> {"spec":{"x":1}}] Handler b succeeded.
        All handlers succeeded for creation.
        PATCH object: -a -b handled={"spec":{"x":1}}
    "#]],
    );
}

#[test]
fn a_resume_without_result_writes_nothing() {
    let mut world = World::new([on(On::Create, "a"), on(On::Resume, "r")]);
    world.run();
    world.restart();
    check(
        world.run(),
        expect![[r#"
        create [.: null -> {"spec":{"x":1}}] Handler a succeeded.
        All handlers succeeded for creation.
        PATCH object: +mark handled={"spec":{"x":1}}
        -- restart
        resume [] Handler r succeeded.
        All handlers succeeded for resuming.
    "#]],
    );
    check(world.run(), expect![[""]]);
}

#[test]
fn a_resume_with_a_result_writes_that_alone() {
    let mut world = World::new([on(On::Create, "a"), on(On::Resume, "r")]).script("r", [returns(json!(1))]);
    world.run();
    world.restart();
    check(
        world.run(),
        expect![[r#"
        create [.: null -> {"spec":{"x":1}}] Handler a succeeded.
        All handlers succeeded for creation.
        PATCH object: +mark handled={"spec":{"x":1}}
        -- restart
        resume [] Handler r succeeded.
        All handlers succeeded for resuming.
        PATCH status: {"status":{"r":1}}
    "#]],
    );
}

#[test]
fn a_resume_that_fails_is_tried_again_and_joined_by_an_update() {
    let mut world = World::new([on(On::Create, "a"), on(On::Resume, "r"), on(On::Update, "u")])
        .script("r", [in_a_minute(), in_a_minute()]);
    world.run();
    world.restart();
    world.trace.clear();
    check(
        world.turn(),
        expect![[r#"
        resume [] Handler r failed temporarily: no
        PATCH object: r=(1 in 60 s)
        waits 60 s
    "#]],
    );
    world.edit(&json!({ "spec": { "x": 2 } }));
    check(
        world.run(),
        expect![[r#"
        -- edit {"spec":{"x":2}}
        Resuming is superseded by updating: 0 succeeded; 0 failed; 1 left to the moment.
        update [spec.x: 1 -> 2] Handler u succeeded.
        PATCH object: r=(1 in 60 s) u=(1 ok)
        update [spec.x: 1 -> 2] Handler r failed temporarily: no
        PATCH object: r=(2 in 60 s)
        update [spec.x: 1 -> 2] Handler r succeeded.
        All handlers succeeded for updating.
        PATCH object: -r -u handled={"spec":{"x":2}}
    "#]],
    );
}

#[test]
fn a_restart_without_handlers_for_it_writes_nothing() {
    let mut world = World::new([on(On::Create, "a")]);
    world.run();
    world.restart();
    check(
        world.run(),
        expect![[r#"
        create [.: null -> {"spec":{"x":1}}] Handler a succeeded.
        All handlers succeeded for creation.
        PATCH object: +mark handled={"spec":{"x":1}}
        -- restart
    "#]],
    );
}

#[test]
fn trap_27_records_of_a_cause_survive_when_it_takes_over_from_another() {
    let handlers = [on(On::Create, "a"), on(On::Update, "u"), on(On::Update, "v"), on(On::Resume, "r")];
    let mut world = World::new(handlers)
        .script("r", [in_a_minute(), in_a_minute(), in_a_minute()])
        .script("v", [in_a_minute()]);
    world.run();
    world.restart();
    world.turn();
    world.trace.clear();
    world.edit(&json!({ "spec": { "x": 2 } }));
    check(
        world.turn(),
        expect![[r#"
        -- edit {"spec":{"x":2}}
        Resuming is superseded by updating: 0 succeeded; 0 failed; 1 left to the moment.
        update [spec.x: 1 -> 2] Handler u succeeded.
        update [spec.x: 1 -> 2] Handler v failed temporarily: no
        PATCH object: r=(1 in 60 s) u=(1 ok) v=(1 in 60 s)
        waits 60 s
    "#]],
    );
    world.restart();
    check(
        world.run(),
        expect![[r#"
        -- restart
        update [spec.x: 1 -> 2] Handler v succeeded.
        update [spec.x: 1 -> 2] Handler r failed temporarily: no
        PATCH object: r=(2 in 60 s) v=(2 ok)
        update [spec.x: 1 -> 2] Handler r failed temporarily: no
        PATCH object: r=(3 in 60 s)
        update [spec.x: 1 -> 2] Handler r succeeded.
        All handlers succeeded for updating.
        PATCH object: -r -u -v handled={"spec":{"x":2}}
    "#]],
    );
}

#[test]
fn a_resume_that_is_recorded_within_an_update_is_not_repeated_by_the_process_that_ends_it() {
    let mut world = World::new([on(On::Create, "a"), on(On::Resume, "r"), on(On::Update, "u")])
        .script("u", [in_a_minute()]);
    world.run();
    world.restart();
    world.edit(&json!({ "spec": { "x": 2 } }));
    world.trace.clear();
    world.turn();
    world.restart();
    world.now += Duration::from_secs(60);
    world.run();
    world.restart();
    check(
        world.run(),
        expect![[r#"
        update [spec.x: 1 -> 2] Handler r succeeded.
        update [spec.x: 1 -> 2] Handler u failed temporarily: no
        PATCH object: r=(1 ok) u=(1 in 60 s)
        waits 60 s
        -- restart
        update [spec.x: 1 -> 2] Handler u succeeded.
        All handlers succeeded for updating.
        PATCH object: -r -u handled={"spec":{"x":2}}
        -- restart
        resume [] Handler r succeeded.
        All handlers succeeded for resuming.
    "#]],
    );
}
