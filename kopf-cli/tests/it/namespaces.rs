//! Namespaces that go with objects in them.

use crate::support::command::kopf;
use crate::support::operator::NAME;
use crate::support::server::{Server, on_both_servers};
use crate::support::world::{HOLDS, World};
use k8s_openapi::api::core::v1::Namespace;
use kube::api::{Api, DeleteParams};
use serde_json::json;

on_both_servers!(a_namespace_goes_with_its_objects);

#[tokio::test(flavor = "multi_thread")]
async fn a_negation_beside_another_namespace_is_told_of_at_the_start() {
    let world = World::with(Server::sandbox().await, &[HOLDS]).await;
    let negation = ["--namespace", "!other-*"];
    let operator = world.operator_with(NAME, &world.script, &negation);
    let served = format!(
        "Several -n are alternatives, so -n '!other-*' serves every namespace that it does not leave out, whatever -n {} \
         says; to leave that out of the others, write -n {0}.",
        world.namespace
    );
    let told = operator.says(&served).await;
    assert!(told.contains("WARN"), "{told}");

    let cleanup = kopf(&world, &["cleanup", "--name", "nobody", "--namespace", "!other-*"]).await;
    assert_eq!((cleanup.code, cleanup.errors), (Some(0), format!("{served}\n")));
}

async fn a_namespace_goes_with_its_objects(server: Server) {
    if !server.has_controllers().await {
        return kopf_control_plane::skip("no kube-controller-manager: it has to lie beside kube-apiserver");
    }
    let world = World::with(server, &[HOLDS]).await;
    let _operator = world.operator();
    for name in ["a", "b", "c"] {
        world.objects(HOLDS).create(name, json!({ "spec": { "n": 1 } })).await;
        world.until_handled(HOLDS, name).await;
    }

    let namespaces: Api<Namespace> = Api::all(world.client.clone());
    namespaces.delete(&world.namespace, &DeleteParams::default()).await.unwrap();

    for name in ["a", "b", "c"] {
        world.objects(HOLDS).until_gone(name).await;
    }
    let released = world.script.attempts().iter().filter(|attempt| attempt.handler == "release").count();
    assert_eq!(released, 3);
}
