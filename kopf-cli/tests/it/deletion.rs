//! Objects that go: while they are handled, and while nobody looks.

use crate::support::proxy::{Answer, Calls};
use crate::support::script::End;
use crate::support::server::{Server, on_both_servers};
use crate::support::world::{CHANGES, HOLDS, TRIOS, World};
use serde_json::json;

on_both_servers!(
    a_deletion_is_handled_before_the_object_goes,
    an_object_deleted_during_its_creation_goes,
    an_object_held_by_us_and_deleted_during_its_creation_is_released,
    an_object_recreated_while_the_operator_is_down_is_new,
    an_object_recreated_while_the_watch_is_cut_is_new,
);

async fn a_deletion_is_handled_before_the_object_goes(server: Server) {
    let world = World::with(server, &[HOLDS]).await;
    let objects = world.objects(HOLDS);
    let _operator = world.operator();
    objects.create("a", json!({ "spec": { "n": 1 } })).await;
    world.until_handled(HOLDS, "a").await;

    let gate = world.script.hold("release");
    objects.delete("a").await;
    world.script.until("the deletion to be handled", |attempts| attempts.len() == 2).await;
    assert!(objects.get("a").await.is_some());
    gate.open();

    objects.until_gone("a").await;
    let reasons: Vec<_> = world.script.attempts().into_iter().map(|attempt| attempt.reason).collect();
    assert_eq!(reasons, ["create", "delete"]);
}

async fn an_object_deleted_during_its_creation_goes(server: Server) {
    let world = World::with(server, &[TRIOS]).await;
    let objects = world.objects(TRIOS);
    let gate = world.script.hold("first");
    let operator = world.operator();
    objects.create("a", json!({ "spec": { "n": 1 } })).await;
    world.script.until("the creation to be handled", |attempts| attempts.len() == 1).await;

    objects.delete("a").await;
    objects.until_gone("a").await;
    gate.open();

    objects.create("b", json!({ "spec": { "n": 1 } })).await;
    world.until_handled(TRIOS, "b").await;
    assert_eq!(operator.stop().await.code(), Some(0));
    assert!(objects.get("a").await.is_none());
}

async fn an_object_held_by_us_and_deleted_during_its_creation_is_released(server: Server) {
    let world = World::with(server, &[HOLDS]).await;
    let objects = world.objects(HOLDS);
    let gate = world.script.hold("acquire");
    let _operator = world.operator();
    objects.create("a", json!({ "spec": { "n": 1 } })).await;
    world.script.until("the creation to be handled", |attempts| attempts.len() == 1).await;

    objects.delete("a").await;
    gate.open();

    objects.until_gone("a").await;
    let last = world.script.attempts().pop().unwrap();
    assert_eq!((last.handler.as_str(), last.end), ("release", Some(End::Success)));
}

async fn an_object_recreated_while_the_operator_is_down_is_new(server: Server) {
    let world = World::with(server, &[CHANGES]).await;
    let objects = world.objects(CHANGES);
    let operator = world.operator();
    objects.create("a", json!({ "spec": { "n": 1 } })).await;
    world.until_handled(CHANGES, "a").await;
    assert_eq!(operator.stop().await.code(), Some(0));

    objects.delete("a").await;
    objects.until_gone("a").await;
    objects.create("a", json!({ "spec": { "n": 2 } })).await;
    let _operator = world.operator();

    world.until_handled(CHANGES, "a").await;
    created_twice(&world);
}

async fn an_object_recreated_while_the_watch_is_cut_is_new(server: Server) {
    let world = World::with(server, &[CHANGES]).await;
    let objects = world.objects(CHANGES);
    let _operator = world.operator();
    objects.create("a", json!({ "spec": { "n": 1 } })).await;
    world.until_handled(CHANGES, "a").await;

    // The watch ends, and cannot be begun again until the object is another one.
    world.proxy.until_watched("changes").await;
    let mut kept_out =
        world.proxy.on(Calls::matching(|call| call.is_of_all("changes")).first(2), Answer::code(500));
    world.proxy.cut_watches("changes").await;
    objects.delete("a").await;
    objects.until_gone("a").await;
    objects.create("a", json!({ "spec": { "n": 2 } })).await;
    kept_out.reach(2).await;

    world.until_handled(CHANGES, "a").await;
    created_twice(&world);
}

/// Two objects of one name were created, and none was updated.
fn created_twice(world: &World) {
    let attempts = world.script.attempts();
    let handlers: Vec<_> = attempts.iter().map(|attempt| attempt.handler.as_str()).collect();
    assert_eq!(handlers, ["created", "created"]);
    assert_ne!(attempts[0].uid, attempts[1].uid);
}
