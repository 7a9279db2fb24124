//! How often an operator writes to the API server: as rarely as can be.

use crate::support::client::{Objects, Resource};
use crate::support::script::End;
use crate::support::server::{Server, on_both_servers};
use crate::support::world::{CHANGES, HOLDS, PLAINS, RESUMES, SIGHTS, World};
use serde_json::json;

on_both_servers!(
    a_creation_takes_one_write_and_a_result_one_more,
    a_change_takes_one_write_and_a_result_one_more,
    a_finalizer_takes_one_write_before_and_a_deletion_one,
    a_result_without_a_status_subresource_takes_no_write_of_its_own,
    a_spy_takes_none,
    a_resume_takes_none_and_a_result_one,
    every_write_says_whose_it_is,
);

/// The writes to an object so far, after an object of the same kind that came later was handled too: by then whatever
/// the operator had to say about the first one is said.
async fn writes(world: &World, resource: Resource, name: &str) -> Vec<String> {
    let sentinel = format!("{name}-sentinel");
    world.objects(resource).create(&sentinel, json!({ "spec": { "n": 0 } })).await;
    world
        .script
        .until("the sentinel to be seen", |attempts| attempts.iter().any(|attempt| attempt.name == sentinel))
        .await;
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

async fn a_finalizer_takes_one_write_before_and_a_deletion_one(server: Server) {
    let (world, objects) = world(server, HOLDS).await;
    let _operator = world.operator();
    objects.create("a", json!({ "spec": { "n": 1 } })).await;
    world.until_handled(HOLDS, "a").await;
    assert_eq!(writes(&world, HOLDS, "a").await, ["PATCH a", "PATCH a"]);

    objects.delete("a").await;
    objects.until_gone("a").await;
    assert_eq!(world.proxy.writes_to("holds/a").len(), 3);
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
    objects.create("a", json!({ "spec": { "n": 1 } })).await;
    world.script.until("the object to be seen", |attempts| attempts.len() == 1).await;
    assert!(writes(&world, SIGHTS, "a").await.is_empty());
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
