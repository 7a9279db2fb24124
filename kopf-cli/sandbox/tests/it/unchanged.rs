//! What a write does not change is not written.

use serde_json::json;

use crate::client::*;

#[tokio::test]
async fn a_write_that_changes_nothing_makes_no_version() {
    let sandbox = sandbox();
    let (_, made) = post(&sandbox, KEX, example("x")).await;
    let path = format!("{KEX}/x");
    assert_eq!(merge(&sandbox, &path, json!({ "spec": { "a": 1 } })).await, (200, made.clone()));
    assert_eq!(put(&sandbox, &path, made.clone()).await, (200, made.clone()));
    assert_eq!(merge(&sandbox, &path, json!({ "status": { "dropped": 1 } })).await, (200, made.clone()));
    assert_eq!(made["metadata"]["resourceVersion"], sandbox.revision().to_string());
    // It is another number until it is stored.
    let (_, counted) = merge(&sandbox, &path, json!({ "spec": { "a": 1.0 } })).await;
    assert_eq!((&counted["metadata"]["generation"], &counted["spec"]), (&json!(2), &made["spec"]));
}

/// The rows are paths of collections and what else than its name an object there says.
#[tokio::test]
async fn a_write_that_changes_nothing_of_a_built_in_object_makes_no_version() {
    let sandbox = sandbox();
    let pod = json!({ "containers": [{ "name": "c", "image": "i", "ports": [{ "containerPort": 80 }] }] });
    let template = json!({ "metadata": { "labels": { "l": "1" } }, "spec": pod });
    let selector = json!({ "matchLabels": { "l": "1" } });
    let workload = json!({ "selector": selector, "template": template });
    let once =
        json!({ "template": { "spec": { "restartPolicy": "Never", "containers": pod["containers"] } } });
    let rule = json!({ "verbs": ["get"], "apiGroups": [""], "resources": ["pods"] });
    let claim =
        json!({ "accessModes": ["ReadWriteOnce"], "resources": { "requests": { "storage": "1Gi" } } });
    for (path, object) in [
        ("/api/v1/namespaces", json!({})),
        ("/api/v1/nodes", json!({})),
        (CONFIG_MAPS, json!({ "data": { "b": "1", "a": "2" } })),
        ("/api/v1/namespaces/default/secrets", json!({ "stringData": { "b": "1" } })),
        ("/api/v1/namespaces/default/services", json!({ "spec": { "ports": [{ "port": 80 }] } })),
        ("/api/v1/namespaces/default/serviceaccounts", json!({})),
        ("/api/v1/namespaces/default/persistentvolumeclaims", json!({ "spec": claim })),
        ("/api/v1/namespaces/default/pods", json!({ "spec": pod })),
        ("/apis/apps/v1/namespaces/default/deployments", json!({ "spec": workload })),
        ("/apis/batch/v1/namespaces/default/jobs", json!({ "spec": once })),
        (
            "/apis/batch/v1/namespaces/default/cronjobs",
            json!({ "spec": { "schedule": "@daily", "jobTemplate": { "spec": once } } }),
        ),
        ("/apis/rbac.authorization.k8s.io/v1/clusterroles", json!({ "rules": [rule] })),
        (
            "/apis/coordination.k8s.io/v1/namespaces/default/leases",
            json!({ "spec": { "holderIdentity": "me" } }),
        ),
        (
            "/apis/networking.k8s.io/v1/namespaces/default/networkpolicies",
            json!({ "spec": { "podSelector": {} } }),
        ),
        (
            "/apis/policy/v1/namespaces/default/poddisruptionbudgets",
            json!({ "spec": { "selector": selector } }),
        ),
        ("/apis/storage.k8s.io/v1/storageclasses", json!({ "provisioner": "a/b" })),
    ] {
        let mut object = object;
        object["metadata"] = json!({ "name": "x", "labels": { "l": "1" } });
        let (code, made) = post(&sandbox, path, object.clone()).await;
        assert_eq!(code, 201, "{path}: {made}");
        let path = format!("{path}/x");
        assert_eq!(put(&sandbox, &path, made.clone()).await, (200, made.clone()), "{path}");
        for media in [MERGE, "application/strategic-merge-patch+json"] {
            let patched = ask(&sandbox, "PATCH", &path, media, object.to_string()).await;
            assert_eq!(patched, (200, made.clone()), "{path} {media}");
        }
        object["apiVersion"] = made["apiVersion"].clone();
        object["kind"] = made["kind"].clone();
        let apply = format!("{path}?fieldManager=me&force=true");
        let (code, applied) =
            ask(&sandbox, "PATCH", &apply, "application/apply-patch+yaml", object.to_string()).await;
        assert_eq!(code, 200, "{path}: {applied}");
        let again = ask(&sandbox, "PATCH", &apply, "application/apply-patch+yaml", object.to_string()).await;
        assert_eq!(again, (200, applied), "{path}");
    }
}
