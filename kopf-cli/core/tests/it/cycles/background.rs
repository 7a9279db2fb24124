//! Objects on which daemons and timers run.

use expect_test::expect;
use kopf_core::{
    background::Company,
    handler::{Handler, On},
};
use serde_json::json;

use super::check;
use crate::kit::{World, on, returns};

const WANTED: Company = Company { holds: true, alive: false };

/// An object as it rests with its daemons running.
fn running(handlers: impl IntoIterator<Item = Handler>) -> World {
    let mut world = World::new(handlers);
    world.recall.company = WANTED;
    world.run();
    world.recall.company.alive = true;
    world.trace.clear();
    world
}

#[test]
fn an_object_with_daemons_and_timers_alone_is_held_and_nothing_else_is_kept_on_it() {
    for kind in [On::Daemon, On::Timer] {
        let mut world = World::new([on(kind, "d")]);
        world.recall.company = WANTED;
        check(
            world.run(),
            expect![[r#"
                PATCH object: {"metadata":{"finalizers":["web.kopf.dev/finalizer"]}}
            "#]],
        );
        world.edit(&json!({ "spec": { "x": 2 } }));
        check(
            world.run(),
            expect![[r#"
                -- edit {"spec":{"x":2}}
            "#]],
        );
    }
}

#[test]
fn an_object_goes_when_its_daemons_have_ended() {
    let mut world = running([on(On::Daemon, "d")]);
    world.delete();
    check(
        world.run(),
        expect![[r#"
        -- delete
    "#]],
    );
    world.recall.company.alive = false;
    check(
        world.run(),
        expect![[r#"
            PATCH object: {"metadata":{"finalizers":[]}}
            gone
        "#]],
    );
}

#[test]
fn deletion_handlers_do_not_wait_for_daemons_and_are_not_called_twice() {
    let handlers = [on(On::Daemon, "d"), on(On::Delete, "bye")];
    let mut world = running(handlers).script("bye", [returns(json!(1))]);
    world.recall.company.holds = false;
    world.delete();
    check(
        world.run(),
        expect![[r#"
        -- delete
        delete [] Handler bye succeeded.
        PATCH status: {"status":{"bye":1}}
        PATCH object: bye=(1 ok)
    "#]],
    );
    check(world.run(), expect![[""]]);
    world.recall.company.alive = false;
    check(
        world.run(),
        expect![[r#"
        All handlers succeeded for deletion.
        PATCH object: {"metadata":{"finalizers":[]}}
        gone
    "#]],
    );
}

#[test]
fn a_daemon_that_has_ended_by_itself_holds_nothing() {
    let mut world = running([on(On::Daemon, "d")]);
    world.recall.company = Company::default();
    check(
        world.run(),
        expect![[r#"
            PATCH object: {"metadata":{"finalizers":[]}}
        "#]],
    );
    world.restart();
    world.recall.company = WANTED;
    check(
        world.run(),
        expect![[r#"
            -- restart
            PATCH object: {"metadata":{"finalizers":["web.kopf.dev/finalizer"]}}
        "#]],
    );
}

#[test]
fn an_object_that_matches_no_more_is_held_until_its_daemons_have_ended() {
    let mut world = running([on(On::Daemon, "d")]);
    world.recall.company = Company { holds: false, alive: true };
    check(world.run(), expect![[""]]);
    world.recall.company = Company::default();
    check(
        world.run(),
        expect![[r#"
            PATCH object: {"metadata":{"finalizers":[]}}
        "#]],
    );
}

#[test]
fn an_object_with_handlers_too_is_held_first_and_handled_then() {
    let mut world = World::new([on(On::Daemon, "d"), on(On::Create, "c")]);
    world.recall.company = WANTED;
    check(
        world.run(),
        expect![[r#"
        PATCH object: {"metadata":{"finalizers":["web.kopf.dev/finalizer"]}}
        create [.: null -> {"spec":{"x":1}}] Handler c succeeded.
        All handlers succeeded for creation.
        PATCH object: +mark handled={"spec":{"x":1}}
    "#]],
    );
}
