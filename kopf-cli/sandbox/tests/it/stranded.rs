//! What cannot be read any more keeps namespaces from going, until it can be or is gone.

use kopf_sandbox::Sandbox;
use serde_json::{Value, json};

use crate::client::*;

const DEFINITION: &str = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/kopfexamples.zalando.org";

/// Has the definition have these versions, of which the last is stored.
async fn define(sandbox: &Sandbox, versions: &[&str]) {
    let schema =
        json!({ "openAPIV3Schema": { "type": "object", "x-kubernetes-preserve-unknown-fields": true } });
    let version = |name: &&str| json!({ "name": name, "served": true, "storage": versions.ends_with(&[*name]), "schema": schema });
    let versions: Vec<Value> = versions.iter().map(version).collect();
    let (code, defined) = merge(sandbox, DEFINITION, json!({ "spec": { "versions": versions } })).await;
    assert_eq!(code, 200, "{defined}");
}

/// A namespace that is going, while there is an object in `home` that cannot be read.
async fn going_while_something_cannot_be_read(home: &str) -> Sandbox {
    let sandbox = sandbox();
    sandbox.apply(json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": "n" } })).unwrap();
    post(&sandbox, &format!("/apis/zalando.org/v1/namespaces/{home}/kopfexamples"), example("x")).await;
    define(&sandbox, &["v1", "v2"]).await;
    let stored = json!({ "status": { "storedVersions": ["v2"] } });
    assert_eq!(merge(&sandbox, &format!("{DEFINITION}/status"), stored).await.0, 200);
    define(&sandbox, &["v2"]).await;
    delete(&sandbox, "/api/v1/namespaces/n").await;
    assert_eq!(get(&sandbox, "/api/v1/namespaces/n").await.0, 200);
    sandbox
}

#[tokio::test]
async fn a_namespace_goes_when_what_is_in_it_can_be_read_again() {
    let sandbox = going_while_something_cannot_be_read("n").await;
    define(&sandbox, &["v1", "v2"]).await;
    assert_eq!(get(&sandbox, "/api/v1/namespaces/n").await.0, 404);
}

#[tokio::test]
async fn a_namespace_goes_when_the_definition_of_what_cannot_be_read_is_gone() {
    let sandbox = going_while_something_cannot_be_read("default").await;
    assert_eq!(delete(&sandbox, DEFINITION).await.0, 200);
    assert_eq!(get(&sandbox, "/api/v1/namespaces/n").await.0, 200);
    merge(&sandbox, DEFINITION, json!({ "metadata": { "finalizers": null } })).await;
    assert_eq!(get(&sandbox, DEFINITION).await.0, 404);
    assert_eq!(get(&sandbox, "/api/v1/namespaces/n").await.0, 404);
}
