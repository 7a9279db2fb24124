//! Objects that are shared with operators of the Python framework: taken over from one, and left to one.

use expect_test::expect;
use jiff::SignedDuration;
use kopf_core::{
    cycle::Recall,
    handler::{Handler, On},
    store::dialect::Dialect,
};
use serde_json::{Value, json};

use super::check;
use crate::kit::{World, changes, in_a_minute, on, on_field};

/// A world whose operator speaks as those of the framework do.
fn world(handlers: impl IntoIterator<Item = Handler>) -> World {
    let mut world = World::new(handlers);
    world.identity = world.identity.speaking(Dialect::Python);
    world
}

/// Puts annotations of the framework on the object, and forgets what was told so far.
fn leave(world: &mut World, annotations: &Value) {
    let annotations: serde_json::Map<_, _> = annotations
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| (format!("kopf.zalando.org/{name}"), value.clone()))
        .collect();
    world.edit(&json!({ "metadata": { "annotations": annotations } }));
    world.recall = Recall { listed: true, ..Recall::default() };
    world.trace.clear();
}

fn record(purpose: &str, rest: &str) -> String {
    format!(r#"{{"started":"2026-11-22T19:59:00.000000+00:00","purpose":"{purpose}",{rest}}}"#)
}

const SUCCESS: &str =
    r#""stopped":"2026-11-22T19:59:00.000000+00:00","retries":1,"success":true,"failure":false"#;
const DELAYED: &str = r#""delayed":"2026-11-22T20:00:30.000000+00:00","retries":2,"success":false,"failure":false,"message":"no""#;
const OPEN: &str = r#""retries":0,"success":false,"failure":false"#;

#[test]
fn a_creation_is_taken_over_in_the_midst_of_retries() {
    let mut world = world([on(On::Create, "a"), on(On::Create, "b"), on(On::Create, "c")]);
    leave(
        &mut world,
        &json!({
            "a": record("create", SUCCESS), "b": record("create", DELAYED), "c": record("create", OPEN),
            "touch-dummy": "2026-11-22T19:59:00",
        }),
    );
    check(
        world.run(),
        expect![[r#"
        create [.: null -> {"spec":{"x":1}}] Handler c succeeded.
        PATCH object: a=(1 ok) b=(2 in 30 s) c=(1 ok) -touch-dummy
        create [.: null -> {"spec":{"x":1}}] Handler b succeeded.
        All handlers succeeded for creation.
        PATCH object: -a -b -c last-handled-configuration={"spec":{"x":1}}
    "#]],
    );
}

#[test]
fn a_creation_is_left_in_the_midst_of_retries_and_what_changes_until_it_ends_is_an_update() {
    let mut world =
        world([on(On::Create, "a"), on(On::Create, "b"), on(On::Update, "u")]).script("b", [in_a_minute()]);
    check(
        world.turn(),
        expect![[r#"
        create [.: null -> {"spec":{"x":1}}] Handler a succeeded.
        create [.: null -> {"spec":{"x":1}}] Handler b failed temporarily: no
        PATCH object: a=(1 ok) b=(1 in 60 s)
        waits 60 s
    "#]],
    );
    world.edit(&json!({ "spec": { "x": 2 } }));
    check(
        world.run(),
        expect![[r#"
        -- edit {"spec":{"x":2}}
        create [.: null -> {"spec":{"x":2}}] Handler b succeeded.
        All handlers succeeded for creation.
        PATCH object: -a -b last-handled-configuration={"spec":{"x":1}}
        update [spec.x: 1 -> 2] Handler u succeeded.
        All handlers succeeded for updating.
        PATCH object: last-handled-configuration={"spec":{"x":2}}
    "#]],
    );
}

#[test]
fn after_a_restart_a_creation_ends_on_the_state_that_it_finds() {
    let mut world =
        world([on(On::Create, "a"), on(On::Create, "b"), on(On::Update, "u")]).script("b", [in_a_minute()]);
    world.turn();
    world.edit(&json!({ "spec": { "x": 2 } }));
    world.restart();
    world.trace.clear();
    check(
        world.run(),
        expect![[r#"
        create [.: null -> {"spec":{"x":2}}] Handler b succeeded.
        All handlers succeeded for creation.
        PATCH object: -a -b last-handled-configuration={"spec":{"x":2}}
    "#]],
    );
}

#[test]
fn who_ended_on_another_state_shows_as_not_begun() {
    let mut world = world([on(On::Update, "u"), on_field(On::Field, "f", "spec.x")])
        .script("u", [in_a_minute(), in_a_minute()]);
    leave(&mut world, &json!({ "last-handled-configuration": "{\"spec\":{\"x\":0}}\n" }));
    check(
        world.turn(),
        expect![[r#"
            update [spec.x: 0 -> 1] Handler u failed temporarily: no
            PATCH object: u=(1 in 60 s)
            update [.: 0 -> 1] Handler f/spec.x succeeded.
            PATCH object: f.spec.x=(1 ok)
            waits 60 s
        "#]],
    );
    world.edit(&json!({ "spec": { "x": 2 } }));
    world.now += SignedDuration::from_secs(60);
    world.step();
    check(
        &mut world,
        expect![[r#"
            -- edit {"spec":{"x":2}}
            update [spec.x: 0 -> 2] Handler u failed temporarily: no
            PATCH object: f.spec.x=(0 open) u=(2 in 60 s)
        "#]],
    );
    world.restart();
    check(
        world.run(),
        expect![[r#"
            -- restart
            update [.: 0 -> 2] Handler f/spec.x succeeded.
            PATCH object: f.spec.x=(1 ok)
            update [spec.x: 0 -> 2] Handler u succeeded.
            All handlers succeeded for updating.
            PATCH object: -f.spec.x -u last-handled-configuration={"spec":{"x":2}}
        "#]],
    );
}

#[test]
fn what_a_handler_changes_is_no_change_to_be_told_of() {
    let mut world = world([on(On::Create, "a"), on(On::Update, "u")])
        .script("a", [changes(json!({ "spec": { "y": "é" } }))]);
    check(
        world.run(),
        expect![[r#"
        create [.: null -> {"spec":{"x":1}}] Handler a succeeded.
        All handlers succeeded for creation.
        PATCH object: {"spec":{"y":"é"}} last-handled-configuration={"spec":{"x":1,"y":"\u00e9"}}
    "#]],
    );
}

#[test]
fn trap_27_a_deletion_takes_over_and_only_what_it_does_not_need_goes() {
    let mut world =
        world([on(On::Create, "a"), on(On::Delete, "d"), on(On::Delete, "e")]).script("e", [in_a_minute()]);
    leave(
        &mut world,
        &json!({ "a": record("create", DELAYED), "d": record("delete", SUCCESS), "other": record("create", OPEN) }),
    );
    world.edit(&json!({ "metadata": {
        "finalizers": ["kopf.zalando.org/KopfFinalizerMarker"], "deletionTimestamp": "2026-11-22T20:00:00Z",
    } }));
    world.trace.clear();
    check(
        world.run(),
        expect![[r#"
        Creation is superseded by deletion: 0 succeeded; 0 failed; 1 left to the moment.
        delete [.: null -> {"spec":{"x":1}}] Handler e failed temporarily: no
        PATCH object: -a d=(1 ok) e=(1 in 60 s)
        delete [.: null -> {"spec":{"x":1}}] Handler e succeeded.
        All handlers succeeded for deletion.
        PATCH object: {"metadata":{"finalizers":[]}}
        gone
    "#]],
    );
}

#[test]
fn records_of_sub_handlers_stay_as_long_as_that_of_their_parent() {
    let parent = r#""delayed":"2026-11-22T19:59:00.000000+00:00","retries":1,"success":false,"failure":false,"message":"None","subrefs":["a/1","a/2"]"#;
    let mut world = world([on(On::Create, "a"), on(On::Create, "b")]).script("a", [in_a_minute()]);
    leave(
        &mut world,
        &json!({ "a": record("create", parent), "a.1": record("create", SUCCESS), "a.2": record("create", DELAYED) }),
    );
    check(
        world.turn(),
        expect![[r#"
        create [.: null -> {"spec":{"x":1}}] Handler a failed temporarily: no
        PATCH object: a=(2 in 60 s) a.1=(1 ok) a.2=(2 in 30 s)
        create [.: null -> {"spec":{"x":1}}] Handler b succeeded.
        PATCH object: b=(1 ok)
        waits 60 s
    "#]],
    );
    check(
        world.run(),
        expect![[r#"
        create [.: null -> {"spec":{"x":1}}] Handler a succeeded.
        All handlers succeeded for creation.
        PATCH object: -a -a.1 -a.2 -b last-handled-configuration={"spec":{"x":1}}
    "#]],
    );
}

#[test]
fn long_ids_are_written_and_taken_away_under_both_keys() {
    let mut world = world([on(On::Create, &"x".repeat(70))]).script(&"x".repeat(70), [in_a_minute()]);
    check(
        world.run(),
        expect![[r#"
        create [.: null -> {"spec":{"x":1}}] Handler xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx failed temporarily: no
        PATCH object: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx-j8bZbQ=(1 in 60 s) xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx-j8bZbQ=(1 in 60 s)
        create [.: null -> {"spec":{"x":1}}] Handler xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx succeeded.
        All handlers succeeded for creation.
        PATCH object: -xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx-j8bZbQ -xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx-j8bZbQ last-handled-configuration={"spec":{"x":1}}
    "#]],
    );
}

#[test]
fn records_in_the_status_are_read_and_taken_away_in_the_end() {
    let mut world = world([on(On::Create, "a")]).script("a", [in_a_minute()]);
    let legacy = json!({ "a": { "started": "2026-11-22T19:59:00", "retries": 5, "purpose": null } });
    world.edit(&json!({ "status": { "kopf": { "progress": legacy } } }));
    world.trace.clear();
    check(
        world.run(),
        expect![[r#"
        create [.: null -> {"spec":{"x":1}}] Handler a failed temporarily: no
        PATCH object: a=(6 in 60 s)
        create [.: null -> {"spec":{"x":1}}] Handler a succeeded.
        All handlers succeeded for creation.
        PATCH status: {"status":{"kopf":{"progress":{"a":null}}}}
        PATCH object: -a last-handled-configuration={"spec":{"x":1}}
    "#]],
    );
    assert_eq!(world.attempts.iter().map(|attempt| attempt.retries).collect::<Vec<_>>(), [5, 6]);
}

#[test]
fn a_changed_list_of_fields_is_no_update() {
    let status = |field| on_field(On::Field, "f", field);
    let mut world = world([on(On::Update, "u"), status("status.a")]);
    leave(
        &mut world,
        &json!({ "last-handled-configuration": "{\"spec\":{\"x\":1},\"status\":{\"a\":1}}\n" }),
    );
    world.edit(&json!({ "status": { "a": 1, "b": 2 } }));
    world.deploy([on(On::Update, "u"), status("status.a"), status("status.b")]);
    check(
        world.run(),
        expect![[r#"
        -- edit {"status":{"a":1,"b":2}}
        -- restart
        PATCH object: last-handled-configuration={"spec":{"x":1},"status":{"a":1,"b":2}} last-handled-fields={"of":"005c0edaa24420b1","fields":["status.a","status.b"]}
    "#]],
    );
    world.deploy([on(On::Update, "u")]);
    check(
        world.run(),
        expect![[r#"
        -- restart
    "#]],
    );
    world.deploy([on(On::Update, "u"), status("status.a")]);
    world.edit(&json!({ "status": { "a": 3 } }));
    check(
        world.run(),
        expect![[r#"
        -- restart
        -- edit {"status":{"a":3}}
        update [status.a: 1 -> 3] Handler u succeeded.
        update [.: 1 -> 3] Handler f/status.a succeeded.
        All handlers succeeded for updating.
        PATCH object: last-handled-configuration={"spec":{"x":1},"status":{"a":3}} last-handled-fields={"of":"2d04433077f6326d","fields":["status.a"]}
    "#]],
    );
}

#[test]
fn a_large_object_has_no_state_but_in_memory() {
    let mut world = world([on(On::Create, "a"), on(On::Update, "u")]);
    world.edit(&json!({ "spec": { "text": "x".repeat(300 << 10) } }));
    world.trace.clear();
    check(
        world.run(),
        expect![[r#"
        create [.: null -> 307226 bytes] Handler a succeeded.
        All handlers succeeded for creation.
        kept in memory
    "#]],
    );
    world.edit(&json!({ "spec": { "y": 1 } }));
    check(
        world.run(),
        expect![[r#"
        -- edit {"spec":{"y":1}}
        update [spec.y: null -> 1] Handler u succeeded.
        All handlers succeeded for updating.
    "#]],
    );
}
