//! Webhooks and the store: whoever waits for one holds up nobody else, and what is admitted is what is written.

use kopf_sandbox::Sandbox;
use kube::{
    Api, Client,
    api::{DynamicObject, Patch, PatchParams, PostParams},
    core::{ApiResource, GroupVersionKind},
};
use serde_json::{Value, json};

use super::webhook::{self, Hold};

/// Config maps of a sandbox where those with the label `held` wait for a webhook, and all others do not.
fn held(hold: &Hold, kind: &str) -> (Sandbox, Api<DynamicObject>) {
    let webhook = webhook::get();
    let configuration = json!({
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": format!("{kind}WebhookConfiguration"),
        "metadata": { "name": "c" },
        "webhooks": [{
            "name": "a.kopf.test",
            "clientConfig": { "url": format!("{}{}", webhook.url, hold.path()), "caBundle": webhook.ca_bundle },
            "sideEffects": "None",
            "admissionReviewVersions": ["v1"],
            "objectSelector": { "matchLabels": { "held": "yes" } },
            "rules": [{ "operations": ["*"], "apiGroups": [""], "apiVersions": ["v1"], "resources": ["configmaps"] }],
        }],
    });
    let sandbox = Sandbox::builder().seed(1).objects([configuration]).build().unwrap();
    let client = Client::new(sandbox.service(), "default");
    let resource = ApiResource::from_gvk(&GroupVersionKind::gvk("", "v1", "ConfigMap"));
    (sandbox, Api::default_namespaced_with(client, &resource))
}

fn map(name: &str, held: bool) -> DynamicObject {
    let labels = if held { json!({ "held": "yes" }) } else { json!({}) };
    serde_json::from_value(json!({
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": name, "labels": labels }, "data": {},
    }))
    .unwrap()
}

fn data(sandbox: &Sandbox, name: &str) -> Value {
    sandbox.get("configmaps", "default", name).unwrap()["data"].clone()
}

/// Has somebody else write into an object while a webhook is asked about another write to it.
async fn overtake(hold: &Hold, sandbox: &Sandbox, mut there: Value) {
    hold.called().await;
    there["data"] = json!({ "theirs": "1" });
    sandbox.apply(there).unwrap();
    hold.release();
}

#[tokio::test]
async fn a_webhook_that_does_not_answer_holds_up_nobody_else() {
    let hold = Hold::new("others");
    let (sandbox, maps) = held(&hold, "Validating");
    let (waiting, to) = (map("waits", true), PostParams::default());
    let waits = maps.create(&to, &waiting);
    let meanwhile = async {
        hold.called().await;
        maps.create(&PostParams::default(), &map("goes", false)).await.unwrap();
        assert!(sandbox.get("configmaps", "default", "waits").is_none());
        hold.release();
    };
    let (created, ()) = tokio::join!(waits, meanwhile);
    created.unwrap();
    assert!(sandbox.get("configmaps", "default", "waits").is_some());
}

#[tokio::test]
async fn a_patch_that_was_overtaken_while_it_was_reviewed_is_reviewed_again() {
    let hold = Hold::new("again");
    let (sandbox, maps) = held(&hold, "Mutating");
    let there: Value = serde_json::to_value(map("a", true)).unwrap();
    sandbox.apply(there.clone()).unwrap();
    let change = Patch::Merge(json!({ "data": { "mine": "1" } }));
    let how = PatchParams::default();
    let patched = maps.patch("a", &how, &change);
    let meanwhile = async {
        overtake(&hold, &sandbox, there).await;
        hold.called().await;
        hold.release();
    };
    let (patched, ()) = tokio::join!(patched, meanwhile);
    patched.unwrap();
    assert_eq!(data(&sandbox, "a"), json!({ "mine": "1", "theirs": "1" }));
}

#[tokio::test]
async fn a_replacement_that_was_overtaken_while_it_was_reviewed_is_a_conflict() {
    let hold = Hold::new("conflict");
    let (sandbox, maps) = held(&hold, "Validating");
    let there: Value = serde_json::to_value(map("a", true)).unwrap();
    sandbox.apply(there.clone()).unwrap();
    let mut mine = maps.get("a").await.unwrap();
    mine.data["data"] = json!({ "mine": "1" });
    let how = PostParams::default();
    let replaced = maps.replace("a", &how, &mine);
    let (replaced, ()) = tokio::join!(replaced, overtake(&hold, &sandbox, there));
    let refused = replaced.unwrap_err();
    assert!(matches!(&refused, kube::Error::Api(status) if status.is_conflict()), "{refused}");
    assert_eq!(data(&sandbox, "a"), json!({ "theirs": "1" }));
}

#[tokio::test]
async fn what_is_configured_outlives_a_restart_and_ends_with_its_object() {
    let hold = Hold::new("restart");
    let (sandbox, maps) = held(&hold, "Validating");
    sandbox.restart();
    hold.release();
    maps.create(&PostParams::default(), &map("a", true)).await.unwrap();
    hold.called().await;
    sandbox.delete("validatingwebhookconfigurations.admissionregistration.k8s.io", "", "c").unwrap();
    maps.create(&PostParams::default(), &map("b", true)).await.unwrap();
}

#[tokio::test]
async fn a_webhook_behind_a_service_is_found_by_its_endpoints() {
    let webhook = webhook::get();
    let address =
        webhook::outward().expect("endpoints need an address of this machine that is not on the loopback");
    let object = |kind: &str, spec: Value| {
        let mut object = json!({ "apiVersion": "v1", "kind": kind, "metadata": { "name": "hook", "namespace": "default" } });
        for (field, value) in spec.as_object().unwrap() {
            object[field] = value.clone();
        }
        object
    };
    let configuration = json!({
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingWebhookConfiguration",
        "metadata": { "name": "c" },
        "webhooks": [{
            "name": "a.kopf.test",
            "clientConfig": { "service": { "namespace": "default", "name": "hook", "path": "/deny" }, "caBundle": webhook.ca_bundle },
            "sideEffects": "None",
            "admissionReviewVersions": ["v1"],
            "rules": [{ "operations": ["CREATE"], "apiGroups": [""], "apiVersions": ["v1"], "resources": ["configmaps"] }],
        }],
    });
    let (sandbox, maps) = held(&Hold::new("service"), "Validating");
    sandbox.apply(configuration).unwrap();
    let why = async || maps.create(&PostParams::default(), &map("a", false)).await.unwrap_err().to_string();
    assert!(why().await.contains("service \"hook\" not found"), "{}", why().await);
    sandbox.apply(object("Service", json!({ "spec": { "ports": [{ "port": 443 }] } }))).unwrap();
    assert!(why().await.contains("no endpoints available for service \"hook\""), "{}", why().await);
    let subsets = json!([{ "addresses": [{ "ip": address }], "ports": [{ "port": webhook.port }] }]);
    sandbox.apply(object("Endpoints", json!({ "subsets": subsets }))).unwrap();
    assert!(why().await.contains("denied the request"), "{}", why().await);
}
