//! Resources that come and go while an operator runs.

use crate::support::proxy::Call;
use crate::support::script::called;
use crate::support::server::{Server, on_both_servers};
use crate::support::world::{CHANGELINGS, LATECOMERS, PARTINGS, RETURNS, World};
use kopf_control_plane::client::definitions;
use serde_json::json;
use std::time::Duration;

/// How long a server may take to tell what it serves by now.
const PATIENCE: Duration = Duration::from_secs(60);

on_both_servers!(
    a_resource_defined_late_is_served,
    a_resource_defined_again_is_served_again,
    an_object_whose_handler_runs_waits_for_it_in_another_version,
    an_object_whose_definition_is_deleted_is_handled_to_its_end,
);

async fn a_resource_defined_late_is_served(server: Server) {
    let world = World::with(server, &[]).await;
    let operator = world.operator();
    operator.says("Not in the cluster, and served as soon as they are: ").await;

    LATECOMERS.register(&world.client).await;
    world.objects(LATECOMERS).create("a", json!({ "spec": { "n": 1 } })).await;

    world.until_handled(LATECOMERS, "a").await;
    operator.says("In the cluster by now, and served: ").await;
    // A cluster that is there before and after should be as it was.
    LATECOMERS.unregister(&world.client).await;
}

async fn a_resource_defined_again_is_served_again(server: Server) {
    let world = World::with(server, &[RETURNS]).await;
    let _operator = world.operator();
    world.objects(RETURNS).create("a", json!({ "spec": { "n": 1 } })).await;
    world.until_handled(RETURNS, "a").await;

    RETURNS.unregister(&world.client).await;
    RETURNS.register(&world.client).await;
    world.objects(RETURNS).create("a", json!({ "spec": { "n": 2 } })).await;

    world.until_handled(RETURNS, "a").await;
    let seen: Vec<_> = world.script.attempts().into_iter().map(|attempt| attempt.spec["n"].clone()).collect();
    assert_eq!(seen, [json!(1), json!(2)]);
    RETURNS.unregister(&world.client).await;
}

async fn an_object_whose_handler_runs_waits_for_it_in_another_version(server: Server) {
    let world = World::with(server, &[CHANGELINGS]).await;
    let gate = world.script.hold("arrived");
    let _operator = world.operator();
    world.objects(CHANGELINGS).create("a", json!({ "spec": { "n": 1 } })).await;
    world.script.until("the creation to be handled", |attempts| attempts.len() == 1).await;

    // The operator watches it in the newer version from now on, and sees it there first.
    let mut definition = CHANGELINGS.definition();
    let mut newer = definition["spec"]["versions"][0].clone();
    (newer["name"], newer["storage"]) = (json!("v2"), json!(false));
    definition["spec"]["versions"].as_array_mut().unwrap().push(newer);
    definitions(&world.client).patch(&CHANGELINGS.definition_name(), definition).await;
    let is_of_newer = |path: &str| path.starts_with("/apis/versions.kopf.test/v2/");
    let watched = "the newer version to be watched";
    world.proxy.until(watched, |calls| calls.iter().any(|it| it.is_watch() && is_of_newer(&it.path))).await;
    world.objects(CHANGELINGS).create("b", json!({ "spec": { "n": 1 } })).await;
    world.script.until("the next creation to be handled", |attempts| attempts.len() == 2).await;
    gate.open();

    for name in ["a", "b"] {
        world.until_handled(CHANGELINGS, name).await;
        assert_eq!(world.script.calls_on(name), [called("arrived", 1)]);
    }
    // A cluster that is there before and after should be as it was.
    CHANGELINGS.unregister(&world.client).await;
}

/// A server tells of no verb that writes by then, and takes patches: without them nothing would ever go.
async fn an_object_whose_definition_is_deleted_is_handled_to_its_end(server: Server) {
    let world = World::with(server, &[PARTINGS]).await;
    let (objects, definitions) = (world.objects(PARTINGS), definitions(&world.client));
    let gate = world.script.hold("departed");
    let _operator = world.operator();
    objects.create("a", json!({ "spec": { "n": 1 } })).await;
    objects.until("a", "held", |object| object.metadata.finalizers.is_some()).await;

    definitions.delete(&PARTINGS.definition_name()).await;
    world.script.until("the deletion to be handled", |attempts| attempts.len() == 1).await;
    let writes = async || {
        let served = world.client.list_api_group_resources("it.kopf.test/v1").await.unwrap().resources;
        served.iter().any(|one| one.name == "partings" && one.verbs.iter().any(|verb| verb == "patch"))
    };
    tokio::time::timeout(PATIENCE, async { while writes().await {} }).await.expect("discovery to tell of it");
    let looks = |calls: &[Call]| calls.iter().filter(|it| it.path == "/apis" && it.status.is_some()).count();
    let before = looks(&world.proxy.calls());
    definitions.patch(&PARTINGS.definition_name(), json!({ "metadata": { "labels": { "a": "b" } } })).await;
    world.proxy.until("the operator to have looked again", |calls| looks(calls) > before).await;
    gate.open();

    definitions.until_gone(&PARTINGS.definition_name()).await;
    assert_eq!(world.script.calls_on("a"), [called("departed", 1)]);
}
