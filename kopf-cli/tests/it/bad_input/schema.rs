//! Results that the server drops, for they are not in the schema.

use super::serves_another;
use crate::support::operator::Operator;
use crate::support::proxy::Call;
use crate::support::script::End;
use crate::support::server::{Server, on_the_real_server};
use crate::support::world::{CHANGES, OATHS, PROMISES, World};
use kopf_control_plane::DEADLINE;
use kopf_control_plane::client::{Objects, Resource, definitions};
use kube::api::{Patch, PatchParams, ValidationDirective};
use serde_json::{Value, json};

on_the_real_server!(
    dropped_results_are_told_once_and_not_sent_until_the_definition_changes,
    results_dropped_from_the_object_itself_are_told_once_too,
);

/// The definition with a status of these properties and no others.
fn definition(resource: Resource, properties: &Value) -> Value {
    let mut definition = resource.definition();
    let version = &mut definition["spec"]["versions"][0];
    version["schema"]["openAPIV3Schema"]["properties"]["status"] =
        json!({ "type": "object", "properties": properties });
    definition
}

async fn dropped_results_are_told_once_and_not_sent_until_the_definition_changes(server: Server) {
    let (world, operator) = drops_results(server, PROMISES).await;
    let objects = world.objects(PROMISES);
    assert_eq!(world.proxy.writes_to("promises/first").len(), 2);
    assert_eq!(world.proxy.writes_to("promises/second").len(), 1);

    let is_look = |call: &&Call| call.path == "/apis" && call.status.is_some();
    let before = world.proxy.calls().iter().filter(is_look).count();
    let roomy = definition(PROMISES, &json!({ "promised": { "type": "string" } }));
    definitions(&world.client).patch(&PROMISES.definition_name(), json!({ "spec": roomy["spec"] })).await;
    until_known(&objects).await;
    let has_looked = |calls: &[Call]| calls.iter().filter(is_look).count() > before;
    world.proxy.until("the operator to see the new definition", has_looked).await;
    objects.create("third", json!({ "spec": { "n": 1 } })).await;

    let object = world.until_handled(PROMISES, "third").await;
    assert_eq!(object.data["status"], json!({ "promised": "hello" }));
    assert_eq!(warnings(&operator), 1);
    PROMISES.unregister(&world.client).await;
}

async fn results_dropped_from_the_object_itself_are_told_once_too(server: Server) {
    let (world, _operator) = drops_results(server, OATHS).await;
    assert_eq!(world.proxy.writes_to("oaths/first").len(), 1);
    assert_eq!(world.proxy.writes_to("oaths/second").len(), 1);
    let sent = world.proxy.writes_to("oaths/second").pop().unwrap();
    assert_eq!(sent.json()["status"], Value::Null);
    OATHS.unregister(&world.client).await;
}

/// Handles two objects whose results the server drops, and is told so once.
async fn drops_results(server: Server, resource: Resource) -> (World, Operator) {
    let strict = definition(resource, &json!({ "phase": { "type": "string" } }));
    resource.register_as(&server.client, &strict).await;
    let world = World::with(server, &[CHANGES]).await;
    world.script.on("promised", |_| End::Result(json!("hello")));
    let operator = world.operator();
    for name in ["first", "second"] {
        world.objects(resource).create(name, json!({ "spec": { "n": 1 } })).await;
        let object = world.until_handled(resource, name).await;
        assert_eq!(object.data["status"]["promised"], Value::Null);
        // The answer that tells of it comes after the object is as it will be.
        operator.says("status.promised is not in the schema of").await;
    }
    serves_another(&world, "beside").await;
    assert_eq!(warnings(&operator), 1);
    (world, operator)
}

/// How often the operator has told of what was dropped.
fn warnings(operator: &Operator) -> usize {
    let is_told =
        |line: &&String| line.contains("WARN") && line.contains("status.promised is not in the schema of");
    operator.lines().iter().filter(is_told).count()
}

/// Waits until the server goes by the new definition: for a moment after it was accepted, it does not.
async fn until_known(objects: &Objects) {
    let dry_run = PatchParams {
        dry_run: true,
        field_validation: Some(ValidationDirective::Strict),
        ..PatchParams::default()
    };
    let change = Patch::Merge(json!({ "status": { "promised": "hello" } }));
    let accepted = async { while objects.api.patch_status("first", &dry_run, &change).await.is_err() {} };
    let known = tokio::time::timeout(DEADLINE, accepted).await;
    assert!(known.is_ok(), "the server does not go by the new definition");
}
