//! How often an operator writes to the API server: as rarely as can be.

use crate::support::operator::NAME;
use crate::support::proxy::Call;
use crate::support::script::{Attempt, End};
use crate::support::server::{Server, on_both_servers};
use crate::support::world::{CHANGES, HOLDS, PLAINS, RESUMES, SIGHTS, World};
use http::{Method, StatusCode};
use kopf_control_plane::client::{Objects, Resource};
use serde_json::json;

on_both_servers!(
    a_creation_takes_one_write_and_a_result_one_more,
    a_change_takes_one_write_and_a_result_one_more,
    a_finalizer_takes_one_write_before_the_first_handler,
    a_deletion_takes_one_write_and_a_result_one_more,
    a_result_without_a_status_subresource_takes_no_write_of_its_own,
    a_spy_takes_none,
    a_resume_takes_none_and_a_result_one,
    kubernetes_events_are_no_writes_to_the_object,
    every_write_says_whose_it_is,
);

/// The writes to an object so far, after an object of the same kind that came later was handled too: by then whatever
/// the operator had to say about the first one is said.
async fn writes(world: &World, resource: Resource, name: &str) -> Vec<String> {
    let sentinel = format!("{name}-sentinel");
    world.objects(resource).create(&sentinel, json!({ "spec": { "n": 0 } })).await;
    world.until_handled(resource, &sentinel).await;
    let calls = world.proxy.writes_to(&format!("{}/{name}", resource.plural));
    calls
        .iter()
        .map(|call| format!("{} {}{}", call.method, name, if call.is_to_status() { "/status" } else { "" }))
        .collect()
}

async fn world(server: Server, resource: Resource) -> (World, Objects) {
    let world = World::with(server, &[resource]).await;
    let objects = world.objects(resource);
    (world, objects)
}

fn result_for(name: &'static str, world: &World, handler: &str) {
    world.script.on(handler, move |attempt| match attempt.name.as_str() {
        seen if seen == name => End::Result(json!({ "message": "hello" })),
        _ => End::Success,
    });
}

async fn a_creation_takes_one_write_and_a_result_one_more(server: Server) {
    let (world, objects) = world(server, CHANGES).await;
    result_for("speaking", &world, "created");
    let _operator = world.operator();
    for name in ["silent", "speaking"] {
        objects.create(name, json!({ "spec": { "n": 1 } })).await;
        world.until_handled(CHANGES, name).await;
    }
    assert_eq!(writes(&world, CHANGES, "silent").await, ["PATCH silent"]);
    assert_eq!(writes(&world, CHANGES, "speaking").await, ["PATCH speaking/status", "PATCH speaking"]);
}

async fn a_change_takes_one_write_and_a_result_one_more(server: Server) {
    let (world, objects) = world(server, CHANGES).await;
    result_for("speaking", &world, "updated");
    let _operator = world.operator();
    for name in ["silent", "speaking"] {
        objects.create(name, json!({ "spec": { "n": 1 } })).await;
        world.until_handled(CHANGES, name).await;
        objects.patch(name, json!({ "spec": { "n": 2 } })).await;
        world.until_handled(CHANGES, name).await;
    }
    let creation = |name| format!("PATCH {name}");
    assert_eq!(writes(&world, CHANGES, "silent").await, [creation("silent"), "PATCH silent".to_owned()]);
    let speaking = ["PATCH speaking/status", "PATCH speaking"].map(str::to_owned);
    assert_eq!(writes(&world, CHANGES, "speaking").await, [&[creation("speaking")], &speaking[..]].concat());
}

async fn a_finalizer_takes_one_write_before_the_first_handler(server: Server) {
    let (world, objects) = world(server, HOLDS).await;
    let gate = world.script.hold("acquire");
    let _operator = world.operator();
    objects.create("a", json!({ "spec": { "n": 1 } })).await;
    world.script.until("the creation to be handled", |attempts| attempts.len() == 1).await;
    let first = world.proxy.writes_to("holds/a");
    assert_eq!(first.len(), 1);
    assert_eq!(first[0].json()["metadata"]["finalizers"], json!(["it.kopf.dev/finalizer"]));

    gate.open();
    world.until_handled(HOLDS, "a").await;
    assert_eq!(writes(&world, HOLDS, "a").await, ["PATCH a", "PATCH a"]);
}

async fn a_deletion_takes_one_write_and_a_result_one_more(server: Server) {
    let (world, objects) = world(server, HOLDS).await;
    result_for("speaking", &world, "release");
    let _operator = world.operator();
    for name in ["silent", "speaking"] {
        objects.create(name, json!({ "spec": { "n": 1 } })).await;
        world.until_handled(HOLDS, name).await;
        objects.delete(name).await;
        objects.until_gone(name).await;
    }
    assert_eq!(writes(&world, HOLDS, "silent").await[2..], ["PATCH silent"]);
    assert_eq!(writes(&world, HOLDS, "speaking").await[2..], ["PATCH speaking/status", "PATCH speaking"]);
}

async fn a_result_without_a_status_subresource_takes_no_write_of_its_own(server: Server) {
    let (world, objects) = world(server, PLAINS).await;
    result_for("a", &world, "noted");
    let _operator = world.operator();
    objects.create("a", json!({ "spec": { "n": 1 } })).await;
    let object = world.until_handled(PLAINS, "a").await;
    assert_eq!(object.data["status"], json!({ "noted": { "message": "hello" } }));
    assert_eq!(writes(&world, PLAINS, "a").await, ["PATCH a"]);
}

async fn a_spy_takes_none(server: Server) {
    let (world, objects) = world(server, SIGHTS).await;
    let _operator = world.operator();
    for name in ["a", "b"] {
        objects.create(name, json!({ "spec": { "n": 1 } })).await;
        let is_seen = |attempts: &[Attempt]| attempts.iter().any(|attempt| attempt.name == name);
        world.script.until("the object to be seen", is_seen).await;
    }
    assert!(!world.proxy.calls().iter().any(Call::is_write));
}

async fn a_resume_takes_none_and_a_result_one(server: Server) {
    let (world, objects) = world(server, RESUMES).await;
    result_for("speaking", &world, "resumed");
    let operator = world.operator();
    for name in ["silent", "speaking"] {
        objects.create(name, json!({ "spec": { "n": 1 } })).await;
        world.until_handled(RESUMES, name).await;
    }
    assert_eq!(operator.stop().await.code(), Some(0));
    let before = ["silent", "speaking"].map(|name| world.proxy.writes_to(&format!("resumes/{name}")).len());

    let operator = world.operator();
    world.script.until("both to be resumed", |attempts| attempts.len() == 2).await;
    objects.until("speaking", "with a result", |object| !object.data["status"]["resumed"].is_null()).await;
    // What it has to write it has written when it has stopped.
    assert_eq!(operator.stop().await.code(), Some(0));

    let after = ["silent", "speaking"].map(|name| world.proxy.writes_to(&format!("resumes/{name}")).len());
    assert_eq!(after, [before[0], before[1] + 1]);
}

async fn kubernetes_events_are_no_writes_to_the_object(server: Server) {
    let (world, objects) = world(server, CHANGES).await;
    let _operator = world.operator_with(NAME, &world.script, &["--events", "all"]);
    objects.create("a", json!({ "spec": { "n": 1 } })).await;
    world.until_handled(CHANGES, "a").await;

    let is_event = |call: &&Call| call.method == Method::POST && call.path.ends_with("/events");
    let calls = world
        .proxy
        .until("an Event to be posted", |calls| {
            calls.iter().find(is_event).is_some_and(|event| event.status.is_some())
        })
        .await;
    let event = calls.iter().find(is_event).unwrap();
    assert_eq!(event.status.unwrap(), StatusCode::CREATED, "{event}");
    assert_eq!(event.json()["note"], "Handler created succeeded.");
    assert_eq!(event.json()["regarding"]["name"], "a");
    assert_eq!(writes(&world, CHANGES, "a").await, ["PATCH a"]);
}

async fn every_write_says_whose_it_is(server: Server) {
    let (world, objects) = world(server, HOLDS).await;
    world.script.on("acquire", |_| End::Result(json!({ "message": "hello" })));
    let _operator = world.operator();
    objects.create("a", json!({ "spec": { "n": 1 } })).await;
    world.until_handled(HOLDS, "a").await;
    objects.delete("a").await;
    objects.until_gone("a").await;

    for call in world.proxy.writes_to("holds/a") {
        assert_eq!(call.content_type, "application/merge-patch+json", "{call}");
        assert!(call.query.contains("fieldManager=it.kopf.dev"), "{call}");
        assert!(call.user_agent.starts_with("kopf/"), "{:?}", call.user_agent);
    }
}
