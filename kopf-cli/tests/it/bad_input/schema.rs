//! Results that the server drops, for they are not in the schema.

use super::serves_another;
use crate::support::client::{Objects, definitions};
use crate::support::operator::Operator;
use crate::support::proxy::Call;
use crate::support::record::DEADLINE;
use crate::support::script::End;
use crate::support::server::{Server, on_the_real_server};
use crate::support::world::{CHANGES, PROMISES, World};
use kube::api::{Patch, PatchParams, ValidationDirective};
use serde_json::{Value, json};

on_the_real_server!(dropped_results_are_told_once_and_not_sent_until_the_definition_changes);

/// The definition with a status of these properties and no others.
fn definition(properties: &Value) -> Value {
    let mut definition = PROMISES.definition();
    let version = &mut definition["spec"]["versions"][0];
    version["schema"]["openAPIV3Schema"]["properties"]["status"] =
        json!({ "type": "object", "properties": properties });
    definition
}

async fn dropped_results_are_told_once_and_not_sent_until_the_definition_changes(server: Server) {
    PROMISES.register_as(&server.client, &definition(&json!({ "phase": { "type": "string" } }))).await;
    let world = World::with(server, &[CHANGES]).await;
    let objects = world.objects(PROMISES);
    world.script.on("promised", |_| End::Result(json!("hello")));
    let operator = world.operator();
    for name in ["first", "second"] {
        objects.create(name, json!({ "spec": { "n": 1 } })).await;
        let object = world.until_handled(PROMISES, name).await;
        assert_eq!(object.data["status"]["promised"], Value::Null);
    }
    serves_another(&world, "beside").await;
    assert_eq!(world.proxy.writes_to("promises/first").len(), 2);
    assert_eq!(world.proxy.writes_to("promises/second").len(), 1);
    assert_eq!(warnings(&operator), 1);

    let looks =
        |calls: &[Call]| calls.iter().filter(|call| call.path == "/apis" && call.status.is_some()).count();
    let before = looks(&world.proxy.calls());
    let roomy = definition(&json!({ "promised": { "type": "string" } }));
    definitions(&world.client).patch(&PROMISES.definition_name(), json!({ "spec": roomy["spec"] })).await;
    until_known(&objects).await;
    world.proxy.until("the operator to see the new definition", |calls| looks(calls) > before).await;
    objects.create("third", json!({ "spec": { "n": 1 } })).await;

    let object = world.until_handled(PROMISES, "third").await;
    assert_eq!(object.data["status"], json!({ "promised": "hello" }));
    assert_eq!(warnings(&operator), 1);
    PROMISES.unregister(&world.client).await;
}

/// How often the operator has told of what was dropped.
fn warnings(operator: &Operator) -> usize {
    let text = "status.promised is not in the schema of promises.v1.it.kopf.test and was dropped";
    operator.lines().iter().filter(|line| line.contains("WARN") && line.contains(text)).count()
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
