//! State that is large, secret, or has no room.

use expect_test::expect;
use kopf_core::{handler::On, outcome::FailureKind};
use serde_json::{Value, json};

use super::check;
use crate::kit::{World, changes, fails, in_a_minute, on, on_field, served};

/// Text that no compression makes shorter.
fn noise(length: usize) -> String {
    let mut seed = 7_u64;
    let mut next = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(b'0' + (seed >> 33) as u8 % 75)
    };
    (0..length).map(|_| next()).collect()
}

fn filled(bytes: usize) -> Value {
    json!({ "metadata": { "annotations": { "example.com/filled": "x".repeat(bytes) } } })
}

#[test]
fn secrets_are_kept_as_digests() {
    let handlers = || [on(On::Create, "a"), on(On::Update, "u")];
    let mut world = World::new(handlers());
    world.served = served("Secret", handlers());
    world.body.as_mut().unwrap()["data"] = json!({ "password": "aGVsbG8=" });
    check(
        world.run(),
        expect![[r#"
        create [.: null -> {"spec":{"x":1},"data":{"password":"aGVsbG8="}}] Handler a succeeded.
        All handlers succeeded for creation.
        PATCH object: +mark handled=digests(data,spec)
    "#]],
    );
    world.edit(&json!({ "data": { "password": "d29ybGQ=" } }));
    check(
        world.run(),
        expect![[r#"
        -- edit {"data":{"password":"d29ybGQ="}}
        update [data: null -> {"password":"d29ybGQ="}] (old unknown) Handler u succeeded.
        All handlers succeeded for updating.
        PATCH object: handled=digests(data,spec)
    "#]],
    );
}

#[test]
fn a_large_spec_is_kept_as_digests() {
    let mut world = World::new([
        on(On::Update, "u"),
        on_field(On::Field, "f", "spec.x"),
        on_field(On::Field, "g", "spec.y"),
    ]);
    world.body.as_mut().unwrap()["spec"]["noise"] = noise(300 << 10).into();
    check(
        world.run(),
        expect![[r#"
        create [.: null -> 1] Handler f/spec.x succeeded.
        All handlers succeeded for creation.
        PATCH object: +mark handled=digests(spec,spec.x)
    "#]],
    );
    world.edit(&json!({ "spec": { "y": 2 } }));
    check(
        world.run(),
        expect![[r#"
        -- edit {"spec":{"y":2}}
        update [spec: null -> 310809 bytes] (old unknown) Handler u succeeded.
        update [.: null -> 2] (old unknown) Handler g/spec.y succeeded.
        All handlers succeeded for updating.
        PATCH object: handled=digests(spec,spec.x,spec.y)
    "#]],
    );
    world.edit(&json!({ "spec": { "x": null } }));
    check(
        world.run(),
        expect![[r#"
        -- edit {"spec":{"x":null}}
        update [spec: null -> 310803 bytes] (old unknown) Handler u succeeded.
        update [.: null -> null] (old unknown) Handler f/spec.x succeeded.
        All handlers succeeded for updating.
        PATCH object: handled=digests(spec,spec.y)
    "#]],
    );
}

#[test]
fn a_creation_of_a_large_object_notices_what_changed_until_it_ended() {
    let mut world = World::new([on(On::Create, "a"), on(On::Create, "b"), on(On::Update, "u")])
        .script("a", [changes(json!({ "own": { "y": 1 } }))])
        .script("b", [in_a_minute(), changes(json!({ "own": { "y": 2 } }))]);
    world.body.as_mut().unwrap()["spec"]["noise"] = noise(300 << 10).into();
    check(
        world.turn(),
        expect![[r#"
        create [.: null -> 310812 bytes] Handler a succeeded.
        create [.: null -> 310812 bytes] Handler b failed temporarily: no
        PATCH object: {"own":{"y":1}} +mark a=(1 ok) b=(1 in 60 s) handled=digests(own,spec) pending
        waits 60 s
    "#]],
    );
    world.edit(&json!({ "data": 1 }));
    check(
        world.run(),
        expect![[r#"
        -- edit {"data":1}
        create [.: null -> 310835 bytes] Handler b succeeded.
        All handlers succeeded for creation.
        PATCH object: {"own":{"y":2}} -a -b handled=digests(own,spec)
        update [data: null -> 1] (old unknown) Handler u succeeded.
        All handlers succeeded for updating.
        PATCH object: handled=digests(data,own,spec)
    "#]],
    );
}

#[test]
fn a_field_that_is_watched_anew_is_adopted_by_digests() {
    let mut world = World::new([on(On::Update, "u")]);
    world.body.as_mut().unwrap()["spec"]["noise"] = noise(300 << 10).into();
    world.run();
    world.deploy([on(On::Update, "u"), on_field(On::Field, "f", "spec.x")]);
    world.trace.clear();
    check(
        world.run(),
        expect![[r#"
        PATCH object: handled=digests(spec,spec.x)
    "#]],
    );
    world.edit(&json!({ "spec": { "x": 2 } }));
    check(
        world.run(),
        expect![[r#"
        -- edit {"spec":{"x":2}}
        update [spec: null -> 310803 bytes] (old unknown) Handler u succeeded.
        update [.: null -> 2] (old unknown) Handler f/spec.x succeeded.
        All handlers succeeded for updating.
        PATCH object: handled=digests(spec,spec.x)
    "#]],
    );
}

#[test]
fn little_room_is_used_for_records_first() {
    let mut world = World::new([on(On::Create, "a"), on(On::Update, "u")]).script("a", [in_a_minute()]);
    world.body.as_mut().unwrap()["spec"]["noise"] = noise(7 << 10).into();
    world.edit(&filled(250 << 10));
    world.trace.clear();
    check(
        world.run(),
        expect![[r#"
        create [.: null -> 263313 bytes] Handler a failed temporarily: no
        PATCH object: +mark a=(1 in 60 s) handled=digests(metadata.annotations,spec) pending
        create [.: null -> 263313 bytes] Handler a succeeded.
        All handlers succeeded for creation.
        PATCH object: -a handled=digests(metadata.annotations,spec)
    "#]],
    );
}

#[test]
fn without_room_state_is_kept_in_memory_until_there_is_some() {
    let mut world = World::new([on(On::Create, "a"), on(On::Create, "b"), on(On::Update, "u")])
        .script("a", [fails(FailureKind::Any)])
        .script("u", [fails(FailureKind::Any)]);
    world.edit(&filled((256 << 10) - 30));
    world.trace.clear();
    check(
        world.run(),
        expect![[r#"
        create [.: null -> 262183 bytes] Handler a failed with an exception and will try again in 1.000 seconds: no
        kept in memory
        create [.: null -> 262183 bytes] Handler b succeeded.
        create [.: null -> 262183 bytes] Handler a succeeded.
        All handlers succeeded for creation.
    "#]],
    );
    world.edit(&json!({ "spec": { "x": 2 } }));
    check(
        world.run(),
        expect![[r#"
        -- edit {"spec":{"x":2}}
        update [spec: null -> {"x":2}] (old unknown) Handler u failed with an exception and will try again in 1.000 seconds: no
        update [spec: null -> {"x":2}] (old unknown) Handler u succeeded.
        All handlers succeeded for updating.
    "#]],
    );
    world.edit(&json!({ "metadata": { "annotations": { "example.com/filled": null } } }));
    check(
        world.run(),
        expect![[r#"
        -- edit {"metadata":{"annotations":{"example.com/filled":null}}}
        update [metadata.annotations: null -> null] (old unknown) Handler u succeeded.
        All handlers succeeded for updating.
        PATCH object: +mark handled={"spec":{"x":2}}
    "#]],
    );
    assert_eq!(world.recall.kept, None);
}

#[test]
fn what_was_handled_last_gives_way_to_records() {
    let mut world = World::new([on(On::Create, "a"), on(On::Update, "u")]).script("u", [in_a_minute()]);
    world.body.as_mut().unwrap()["spec"]["noise"] = noise(7 << 10).into();
    world.run();
    let size = kopf_core::store::annotations_size(world.body.as_ref().unwrap());
    world.edit(&filled((256 << 10) - size - 50));
    world.trace.clear();
    check(
        world.run(),
        expect![[r#"
        update [metadata: null -> 254785 bytes] Handler u failed temporarily: no
        PATCH object: handled=digests(spec) u=(1 in 60 s)
        update [metadata.annotations: null -> 254769 bytes] (old unknown) Handler u succeeded.
        All handlers succeeded for updating.
        PATCH object: -u handled=digests(metadata.annotations,spec)
    "#]],
    );
}
