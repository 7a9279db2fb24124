//! The operator's client in the hands of a plugin, on real sockets.

use crate::support::server::{Server, on_both_servers};
use crate::support::world::{LOANS, World};
use k8s_openapi::api::core::v1::ConfigMap;
use kube::api::{Api, Patch, PatchParams};
use serde_json::{Value, json};

on_both_servers!(
    a_change_is_waited_for,
    lists_are_merged_by_their_keys,
    an_object_is_deleted_after_its_dependents,
    a_field_of_another_manager_is_a_conflict_until_it_is_taken,
    a_pending_pod_has_an_empty_log_and_none_of_a_container_that_is_not_there,
);

/// What the handler that does this returns.
async fn came_of(world: &World, what: &str) -> Value {
    let _operator = world.operator();
    let objects = world.objects(LOANS);
    objects.create(what, json!({ "spec": { "do": what } })).await;
    let object = objects.until(what, "handled", |object| object.data["status"]["lent"].is_object()).await;
    object.data["status"]["lent"].clone()
}

async fn a_change_is_waited_for(server: Server) {
    let world = World::with(server, &[LOANS]).await;
    assert_eq!(came_of(&world, "wait").await, json!({ "phase": "done" }));
}

async fn a_field_of_another_manager_is_a_conflict_until_it_is_taken(server: Server) {
    let world = World::with(server, &[LOANS]).await;
    let maps: Api<ConfigMap> = Api::namespaced(world.client.clone(), &world.namespace);
    let theirs = json!({
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "held" }, "data": { "a": "theirs", "b": "theirs" },
    });
    maps.patch("held", &PatchParams::apply("them"), &Patch::Apply(&theirs)).await.unwrap();
    assert_eq!(
        came_of(&world, "apply").await,
        json!({
            "refused": ".data.a", "data": { "a": "ours", "b": "theirs" }, "managers": ["it.kopf.dev", "them"],
        })
    );
}

async fn lists_are_merged_by_their_keys(server: Server) {
    let world = World::with(server, &[LOANS]).await;
    assert_eq!(came_of(&world, "merge").await, json!({ "images": ["a", "c"], "labels": { "seen": "yes" } }));
}

async fn a_pending_pod_has_an_empty_log_and_none_of_a_container_that_is_not_there(server: Server) {
    let world = World::with(server, &[LOANS]).await;
    assert_eq!(
        came_of(&world, "log").await,
        json!({ "log": "", "other": 400, "warnings": 1, "invalid": 422, "field": "spec.containers" })
    );
}

async fn an_object_is_deleted_after_its_dependents(server: Server) {
    let world = World::with(server, &[LOANS]).await;
    assert_eq!(
        came_of(&world, "delete").await,
        json!({ "conflict": true, "finalizers": ["foregroundDeletion"] })
    );
}
