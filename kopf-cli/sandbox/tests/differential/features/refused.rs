//! What the sandbox does not do: each is asked for, and must be refused by its name.

use http::{Request, header};
use http_body_util::BodyExt;

use crate::sandbox;

/// Something that a real server has.
pub(super) struct Refused {
    pub(super) feature: &'static str,
    /// The verb and the path.
    request: (&'static str, &'static str),
    /// `Accept`, where it matters.
    accept: &'static str,
    /// `Content-Type` and body, where there is one.
    body: Option<(&'static str, &'static str)>,
    pub(super) code: u16,
    /// What the message says.
    pub(super) words: &'static str,
}

const fn refused(
    feature: &'static str,
    verb: &'static str,
    path: &'static str,
    words: &'static str,
) -> Refused {
    Refused { feature, request: (verb, path), accept: "application/json", body: None, code: 501, words }
}

const DEFINITIONS: &str = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const BEHIND: &str = r#"{"metadata":{"name":"v1.behind.kopf.test"},"spec":{"group":"behind.kopf.test","version":"v1","groupPriorityMinimum":1000,"versionPriority":15,"service":{"namespace":"default","name":"behind"}}}"#;
const CONVERTED: &str = r#"{"metadata":{"name":"rows.conversion.kopf.test"},"spec":{"group":"conversion.kopf.test","scope":"Namespaced","names":{"plural":"rows","kind":"Row"},"conversion":{"strategy":"Webhook","webhook":{"conversionReviewVersions":["v1"],"clientConfig":{"url":"https://localhost/"}}},"versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"}}}]}}"#;
const INSIDE: &str = r#"{"apiVersion":null,"name":"p"}"#;
const BUILT_IN: &str = r#"{"metadata":{"name":"rows.networking.k8s.io","annotations":{"api-approved.kubernetes.io":"unapproved"}},"spec":{"group":"networking.k8s.io","scope":"Namespaced","names":{"plural":"rows","kind":"Row"},"versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"}}}]}}"#;

#[rustfmt::skip]
pub(super) const REFUSED: &[Refused] = &[
    refused("`kubectl exec`, where the pod has a node: commands in containers", "POST", "/api/v1/namespaces/default/pods/p/exec?command=ls", "the subresource pods/exec"),
    refused("`kubectl attach`, likewise", "POST", "/api/v1/namespaces/default/pods/p/attach", "the subresource pods/attach"),
    refused("`kubectl port-forward`, likewise", "POST", "/api/v1/namespaces/default/pods/p/portforward", "the subresource pods/portforward"),
    refused("`kubectl debug`: ephemeral containers", "GET", "/api/v1/namespaces/default/pods/p/ephemeralcontainers", "the subresource pods/ephemeralcontainers"),
    refused("proxying to pods that have an address", "GET", "/api/v1/namespaces/default/pods/p/proxy/x", "the subresource pods/proxy"),
    refused("proxying to services", "GET", "/api/v1/namespaces/default/services/s/proxy", "the subresource services/proxy"),
    refused("proxying to nodes", "GET", "/api/v1/nodes/n/proxy", "the subresource nodes/proxy"),
    refused("metrics", "GET", "/metrics", "the document /metrics"),
    refused("`MutatingAdmissionPolicy`", "POST", "/apis/admissionregistration.k8s.io/v1/mutatingadmissionpolicies", "the resource mutatingadmissionpolicies"),
    refused("`ResourceQuota`", "POST", "/api/v1/namespaces/default/resourcequotas", "the resource resourcequotas"),
    refused("claims of devices (`resource.k8s.io`)", "POST", "/apis/resource.k8s.io/v1/namespaces/default/resourceclaims", "the resource resourceclaims"),
    refused("priority and fairness (`flowcontrol.apiserver.k8s.io`)", "POST", "/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas", "the resource flowschemas"),
    refused("`ServiceCIDR`, `IPAddress`", "POST", "/apis/networking.k8s.io/v1/servicecidrs", "the resource servicecidrs"),
    refused("`ClusterTrustBundle`, `PodCertificateRequest`", "POST", "/apis/certificates.k8s.io/v1/clustertrustbundles", "the resource clustertrustbundles"),
    refused("`StorageVersionMigration`", "POST", "/apis/storagemigration.k8s.io/v1/storageversionmigrations", "the resource storageversionmigrations"),
    refused("autoscalers in `autoscaling/v1`", "GET", "/apis/autoscaling/v1/horizontalpodautoscalers", "the resource horizontalpodautoscalers"),
    refused("`ComponentStatus`", "GET", "/api/v1/componentstatuses", "the resource componentstatuses"),
    refused("deletions of what cannot be read", "DELETE", "/api/v1/namespaces/default/pods/p?ignoreStoreReadErrorWithClusterBreakingPotential=true", "deletions with ignoreStoreReadErrorWithClusterBreakingPotential"),
    refused("bindings of pods to nodes", "POST", "/api/v1/namespaces/default/pods/p/binding", "the subresource pods/binding"),
    Refused { body: Some(("application/json", BEHIND)), ..refused("API servers behind this one (`spec.service` of an `APIService`)", "POST", "/apis/apiregistration.k8s.io/v1/apiservices", "API servers behind this one") },
    Refused { body: Some(("application/json", CONVERTED)), ..refused("conversion of custom resources by webhooks", "POST", DEFINITIONS, "conversion webhooks") },
    Refused { body: Some(("application/json", BUILT_IN)), ..refused("definitions in groups that are built in", "POST", DEFINITIONS, "definitions in the built-in group networking.k8s.io") },
    Refused { body: Some(("application/merge-patch+json", INSIDE)), ..refused("patches of built-in objects that take their `apiVersion` away and name fields as a server has them inside (`name`, `Data`)", "PATCH", "/api/v1/namespaces/default/pods/p", "patches that take the apiVersion of an object away and name fields as a server has them inside") },
    Refused { body: Some(("application/cbor", "\u{0}")), ..refused("bodies in CBOR", "POST", "/api/v1/namespaces/default/configmaps", "request bodies in application/cbor") },
    Refused { accept: "application/cbor", code: 406, ..refused("answers in CBOR", "GET", "/api/v1/namespaces/default/configmaps", "Available representations: application/json") },
    Refused { accept: "application/yaml", ..refused("answers in YAML, where nothing else is accepted", "GET", "/api/v1/namespaces/default/configmaps", "answers in application/yaml") },
];

#[tokio::test]
async fn what_is_not_there_is_refused_by_its_name() {
    let (client, _serving) = sandbox().await;
    let node =
        r#"{"metadata":{"name":"n"},"status":{"addresses":[{"type":"InternalIP","address":"127.0.0.1"}]}}"#;
    let pod = r#"{"metadata":{"name":"p"},"spec":{"nodeName":"n","containers":[{"name":"c","image":"i"}]}}"#;
    for (path, object) in [("/api/v1/nodes", node), ("/api/v1/namespaces/default/pods", pod)] {
        let request = Request::post(path).header(header::CONTENT_TYPE, "application/json");
        client.request::<serde_json::Value>(request.body(object.into()).unwrap()).await.unwrap();
    }
    let address = r#"{"status":{"podIPs":[{"ip":"10.0.0.1"}]}}"#;
    let request = Request::patch("/api/v1/namespaces/default/pods/p/status");
    let request = request.header(header::CONTENT_TYPE, "application/merge-patch+json");
    client.request::<serde_json::Value>(request.body(address.into()).unwrap()).await.unwrap();
    let mut wrong = Vec::new();
    for row in REFUSED {
        let (verb, path) = row.request;
        let (media, body) = row.body.unwrap_or(("application/json", ""));
        let request = Request::builder().method(verb).uri(path).header(header::ACCEPT, row.accept);
        let request = request.header(header::CONTENT_TYPE, media).body(body.as_bytes().to_vec().into());
        let answer = client.send(request.unwrap()).await.unwrap();
        let code = answer.status().as_u16();
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        let status: serde_json::Value = serde_json::from_slice(&body).unwrap_or_default();
        let message = status["message"].as_str().unwrap_or_default();
        if code != row.code || status["kind"] != "Status" || !message.contains(row.words) {
            wrong.push(format!("{}: {verb} {path}: {code} {}", row.feature, String::from_utf8_lossy(&body)));
        }
    }
    assert!(wrong.is_empty(), "not refused as told:\n{}", wrong.join("\n"));
}
