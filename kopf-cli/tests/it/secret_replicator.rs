//! The plugin `secret-replicator` on the real server, with the rights of its manifest and no others.

use crate::support::operator::Operator;
use crate::support::plugin;
use crate::support::server::{Server, on_the_real_server};
use http::Request;
use kopf_control_plane::client::{Objects, namespace};
use kopf_control_plane::{DEADLINE, connect};
use kube::Client;
use kube::api::{DynamicObject, ListParams};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;

on_the_real_server!(it_copies_renews_refuses_and_takes_away);

const NAME: &str = "registry";
/// `one`, `two` and `theirs`, as Secrets have them.
const ONE: &str = "b25l";
const TWO: &str = "dHdv";
const THEIRS: &str = "dGhlaXJz";

async fn it_copies_renews_refuses_and_takes_away(server: Server) {
    let client = &server.client;
    let home = namespace(client).await;
    let [shop, team, late] = ["shop", "team", "late"].map(|name| format!("{home}-{name}"));
    create_namespace(client, &shop).await;
    create_namespace(client, &team).await;
    secrets(client, &team).create(NAME, json!({ "data": { "password": THEIRS } })).await;
    let folder = tempfile::tempdir().unwrap();
    let operator = operator(&account(client, &home, folder.path()).await);

    let source = secrets(client, &home);
    let mark = json!({ "annotations": { "secret-replicator/to": format!("{home}-*") } });
    source.create(NAME, json!({ "metadata": mark, "data": { "password": ONE } })).await;
    let copies = secrets(client, &shop);
    let first = copies.until(NAME, "copied", |copy| has(copy, ONE)).await;
    operator
        .says(&format!("Secret {NAME} of {home} is not copied: {team} has a Secret {NAME} that is no copy"))
        .await;
    until_told(client, &home, "NotCopied").await;

    create_namespace(client, &late).await;
    secrets(client, &late).until(NAME, "brought to a new namespace", |copy| has(copy, ONE)).await;
    source.patch(NAME, json!({ "data": { "password": TWO } })).await;
    let renewed = copies.until(NAME, "renewed", |copy| has(copy, TWO)).await;
    assert_eq!(renewed.metadata.uid, first.metadata.uid, "it is changed in place");
    copies.patch(NAME, json!({ "data": { "password": THEIRS, "more": THEIRS } })).await;
    copies.until(NAME, "as its source", |copy| has(copy, TWO)).await;
    copies.delete(NAME).await;
    copies.until(NAME, "there again", |copy| has(copy, TWO) && copy.metadata.uid != first.metadata.uid).await;

    source.delete(NAME).await;
    for namespace in [&shop, &late, &home] {
        secrets(client, namespace).until_gone(NAME).await;
    }
    assert!(
        has(&secrets(client, &team).get(NAME).await.unwrap(), THEIRS),
        "what is no copy was never touched"
    );
    let said = operator.lines().join("\n");
    for secret in [ONE, TWO, THEIRS] {
        assert!(!said.contains(secret), "{secret} is told:\n{said}");
    }
    assert_eq!(operator.stop().await.code(), Some(0));
}

fn secrets(client: &Client, namespace: &str) -> Objects {
    Objects::of(client, "v1", "Secret", "secrets", Some(namespace))
}

/// Whether a Secret holds this password and nothing else.
fn has(secret: &DynamicObject, password: &str) -> bool {
    secret.data["data"] == json!({ "password": password })
}

async fn create_namespace(client: &Client, name: &str) {
    Objects::of(client, "v1", "Namespace", "namespaces", None).create(name, json!({})).await;
}

/// Runs the plugin for the whole cluster, as its manifest does.
fn operator(kubeconfig: &Path) -> Operator {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kopf"));
    command.arg("run").arg(plugin::build("secret-replicator"));
    command.args(["--all-namespaces", "--standalone", "--verbose"]).env("KUBECONFIG", kubeconfig);
    Operator::spawn(command.into())
}

/// An account with the rights of the manifest, as a kubeconfig.
async fn account(client: &Client, namespace: &str, folder: &Path) -> PathBuf {
    let manifest = include_str!("../../../plugins/secret-replicator/deploy.yaml");
    let documents: Vec<Value> = serde_saphyr::from_multiple(manifest).unwrap();
    let role = documents.into_iter().find(|document| document["kind"] == "ClusterRole").unwrap();
    let rbac = |kind, plural| Objects::of(client, "rbac.authorization.k8s.io/v1", kind, plural, None);
    rbac("ClusterRole", "clusterroles").create(namespace, json!({ "rules": role["rules"] })).await;
    let binding = json!({
        "roleRef": { "apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": namespace },
        "subjects": [{ "kind": "ServiceAccount", "name": "operator", "namespace": namespace }],
    });
    rbac("ClusterRoleBinding", "clusterrolebindings").create(namespace, binding).await;
    Objects::of(client, "v1", "ServiceAccount", "serviceaccounts", Some(namespace))
        .create("operator", json!({}))
        .await;
    let asked = Request::post(format!("/api/v1/namespaces/{namespace}/serviceaccounts/operator/token"))
        .header(http::header::CONTENT_TYPE, "application/json")
        .body(br#"{"apiVersion":"authentication.k8s.io/v1","kind":"TokenRequest","spec":{}}"#.to_vec());
    let answer: Value = client.request(asked.unwrap()).await.unwrap();

    let running = kopf_control_plane::get().await.expect("the server runs");
    let mut kubeconfig = serde_json::to_value(&running.kubeconfig).unwrap();
    for user in kubeconfig["users"].as_array_mut().unwrap() {
        user["user"] = json!({ "token": answer["status"]["token"] });
    }
    let path = folder.join("kubeconfig");
    std::fs::write(&path, kubeconfig.to_string()).unwrap();
    // A right is known a moment after it was given.
    let own = connect(&serde_json::from_value(kubeconfig).unwrap()).await;
    let namespaces = Objects::of(&own, "v1", "Namespace", "namespaces", None);
    until(async || namespaces.api.list(&ListParams::default()).await.is_ok()).await;
    path
}

/// Waits for an Event with this reason, whose name nobody knows.
async fn until_told(client: &Client, namespace: &str, reason: &str) {
    let events = Objects::of(client, "events.k8s.io/v1", "Event", "events", Some(namespace));
    until(async || {
        let listed = events.api.list(&ListParams::default()).await.unwrap();
        listed.items.iter().any(|event| event.data["reason"] == reason)
    })
    .await;
}

/// Asks again and again: there is nothing to watch for.
async fn until(holds: impl AsyncFn() -> bool) {
    let waiting = async { while !holds().await {} };
    tokio::time::timeout(DEADLINE, waiting).await.expect("it was waited for in vain");
}
