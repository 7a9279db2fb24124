//! Discovery: whole documents, as a real server has them, of what it serves by default and of what is defined.

use std::fmt::Write;

use serde_json::Value;

use super::{answer::is_on_both, check};
use crate::{request::get, sandbox};

/// Every group with its versions.
const GROUPS: [(&str, &[&str]); 21] = [
    ("admissionregistration.k8s.io", &["v1"]),
    ("apiextensions.k8s.io", &["v1"]),
    ("apiregistration.k8s.io", &["v1"]),
    ("apps", &["v1"]),
    ("authentication.k8s.io", &["v1"]),
    ("authorization.k8s.io", &["v1"]),
    ("autoscaling", &["v1", "v2"]),
    ("batch", &["v1"]),
    ("certificates.k8s.io", &["v1"]),
    ("coordination.k8s.io", &["v1"]),
    ("discovery.k8s.io", &["v1"]),
    ("events.k8s.io", &["v1"]),
    ("flowcontrol.apiserver.k8s.io", &["v1"]),
    ("networking.k8s.io", &["v1"]),
    ("node.k8s.io", &["v1"]),
    ("policy", &["v1"]),
    ("rbac.authorization.k8s.io", &["v1"]),
    ("resource.k8s.io", &["v1"]),
    ("scheduling.k8s.io", &["v1"]),
    ("storage.k8s.io", &["v1"]),
    ("storagemigration.k8s.io", &["v1"]),
];

#[tokio::test]
async fn each_document_is_whole() {
    let mut rows = String::from(
        "GET /api\nGET /api/v1\nGET /api/v2\nGET /apis\nGET /apis/nope\nGET /apis/apps/v2\nGET /version\n",
    );
    for (group, versions) in GROUPS {
        writeln!(rows, "GET /apis/{group}").unwrap();
        for version in versions {
            writeln!(rows, "GET /apis/{group}/{version}").unwrap();
        }
    }
    check(&rows).await;
}

#[tokio::test]
async fn the_aggregated_documents_are_whole() {
    check(
        r#"
        AGGREGATED /api
        AGGREGATED /apis
        GET+aggregated-beta /apis
        GET+aggregated-beta-or-json /api
        AGGREGATED /apis/apps
        AGGREGATED /apis/apps/v1
        AGGREGATED /api/v1
    "#,
    )
    .await;
}

#[tokio::test]
async fn the_server_is_well() {
    check(
        r#"
        GET    /healthz
        GET    /livez
        GET    /readyz
        GET    /livez/ping
        GET    /readyz/etcd
        GET    /healthz/log
        GET    /livez/nonsense
        POST   /livez
        DELETE /version
        PUT    /apis/apps/v1 {}
    "#,
    )
    .await;
}

#[tokio::test]
async fn a_resource_that_is_not_there_is_missing_in_the_same_way() {
    check(
        r#"
        GET    /apis/apps/v1/nonsense
        GET    /apis/authorization.k8s.io/v1/nonsense
        GET    /apis/authorization.k8s.io/v1/subjectaccessreviews
        GET    /apis/resource.k8s.io/v1/nonsense
        GET    /apis/resource.k8s.io/v2/nonsense
        GET    /api/v1/namespaces/$ns/serviceaccounts/default/token
        GET    /api/v1/namespaces/$ns/pods/p/nonsense
    "#,
    )
    .await;
}

#[tokio::test]
async fn documents_are_in_the_same_order() {
    let mut paths = vec!["/apis".to_owned(), "/api/v1".to_owned()];
    for (group, versions) in GROUPS {
        paths.extend(versions.iter().map(|version| format!("/apis/{group}/{version}")));
    }
    for path in paths {
        both(&path, |document| {
            let list = if path == "/apis" { &document["groups"] } else { &document["resources"] };
            // What stands for the version that is stored is masked elsewhere: of resources of tests it differs.
            let told = |item: &Value| format!("{} {}", item["name"], item["storageVersionHash"]);
            list.as_array().unwrap().iter().map(told).collect()
        })
        .await;
    }
}

#[tokio::test]
async fn the_index_of_open_api_has_the_same_names() {
    both("/openapi/v3", |index| index["paths"].as_object().unwrap().keys().cloned().collect()).await;
}

/// Fails unless a document names the same on both servers, in the same order; what tests define is left out.
async fn both(path: &str, names: impl Fn(Value) -> Vec<String>) {
    let Some(real) = kopf_control_plane::get().await else { return };
    let real = kopf_control_plane::connect(&real.kubeconfig).await;
    let (sandbox, _serving) = sandbox().await;
    let [expected, found] = [get(&real, path).await, get(&sandbox, path).await].map(|document| {
        let mut names = names(document);
        // The names of documents and of groups have the group at their second step, or are it.
        names.retain(|name| {
            let name = name.split(['"', ' ']).find(|part| !part.is_empty()).unwrap_or_default();
            let group = name.strip_prefix("apis/").unwrap_or(name).split('/').next().unwrap_or_default();
            is_on_both(group) && !group.contains("kopf.test")
        });
        names
    });
    assert!(!expected.is_empty(), "{path}");
    assert_eq!(found, expected, "{path}");
}
