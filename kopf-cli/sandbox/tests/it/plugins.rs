//! What a server's own admission gives to what names nothing, and what pods that are refused come to.

use kopf_sandbox::Sandbox;
use serde_json::{Value, json};

use crate::client::*;

const CLASSES: &str = "/apis/scheduling.k8s.io/v1/priorityclasses";
const PODS: &str = "/api/v1/namespaces/default/pods";
const CLAIMS: &str = "/api/v1/namespaces/default/persistentvolumeclaims";
const STORAGE: &str = "/apis/storage.k8s.io/v1/storageclasses";
const INGRESSES: &str = "/apis/networking.k8s.io/v1/namespaces/default/ingresses";
const INGRESS_CLASSES: &str = "/apis/networking.k8s.io/v1/ingressclasses";

fn pod(name: &str, fields: &Value) -> Value {
    let mut spec = json!({ "containers": [{ "name": "main", "image": "i" }] });
    for (field, value) in fields.as_object().unwrap() {
        spec[field] = value.clone();
    }
    json!({ "metadata": { "name": name }, "spec": spec })
}

#[tokio::test]
async fn one_class_of_priority_is_for_all_pods() {
    let sandbox = sandbox();
    let class = |name: &str, value: i64| json!({ "metadata": { "name": name }, "value": value, "globalDefault": true });
    assert_eq!(post(&sandbox, CLASSES, class("all", 5)).await.0, 201);
    let (code, refused) = post(&sandbox, CLASSES, class("more", 6)).await;
    let why = "priorityclasses.scheduling.k8s.io \"more\" is forbidden: PriorityClass all is already marked as default. \
               Only one default can exist";
    assert_eq!((code, refused["message"].as_str().unwrap()), (403, why));
    assert_eq!(
        post(&sandbox, CLASSES, class("all", 5)).await.0,
        403,
        "a second of the same name is refused as a second"
    );
    let (code, made) = post(&sandbox, PODS, pod("a", &json!({}))).await;
    let spec = &made["spec"];
    assert_eq!((code, &spec["priorityClassName"], &spec["priority"]), (201, &json!("all"), &json!(5)));
    let described = json!({ "description": "x" });
    assert_eq!(merge(&sandbox, &format!("{CLASSES}/all"), described).await.0, 200);
    let other = json!({ "metadata": { "name": "other" }, "value": 1 });
    assert_eq!(post(&sandbox, CLASSES, other).await.0, 201);
    let marked = merge(&sandbox, &format!("{CLASSES}/other"), json!({ "globalDefault": true })).await;
    assert_eq!(marked.0, 403);
}

#[tokio::test]
async fn who_names_no_class_is_of_the_newest_for_all() {
    let sandbox = sandbox();
    let claim = |name: &str| {
        let resources = json!({ "requests": { "storage": "1Gi" } });
        json!({ "metadata": { "name": name }, "spec": { "accessModes": ["ReadWriteOnce"], "resources": resources } })
    };
    let ingress = |name: &str| {
        let backend = json!({ "service": { "name": "s", "port": { "number": 80 } } });
        json!({ "metadata": { "name": name }, "spec": { "defaultBackend": backend } })
    };
    let (_, none) = post(&sandbox, CLAIMS, claim("none")).await;
    assert_eq!(none["spec"]["storageClassName"], Value::Null);
    for name in ["b", "a"] {
        let marked = |mark: &str| json!({ "name": name, "annotations": { mark: "true" } });
        let class = json!({ "metadata": marked("storageclass.kubernetes.io/is-default-class"), "provisioner": "x/y" });
        assert_eq!(post(&sandbox, STORAGE, class).await.0, 201);
        let class = json!({ "metadata": marked("ingressclass.kubernetes.io/is-default-class"), "spec": { "controller": "x/y" } });
        assert_eq!(post(&sandbox, INGRESS_CLASSES, class).await.0, 201);
    }
    let (_, some) = post(&sandbox, CLAIMS, claim("some")).await;
    assert_eq!(some["spec"]["storageClassName"], "a", "of the same moment it is the first by name");
    let mut said = claim("said");
    said["spec"]["storageClassName"] = "".into();
    assert_eq!(post(&sandbox, CLAIMS, said).await.1["spec"]["storageClassName"], "");
    let (_, some) = post(&sandbox, INGRESSES, ingress("some")).await;
    assert_eq!(some["spec"]["ingressClassName"], "a");
    let mut said = ingress("said");
    said["metadata"]["annotations"] = json!({ "kubernetes.io/ingress.class": "c" });
    assert_eq!(post(&sandbox, INGRESSES, said).await.1["spec"]["ingressClassName"], Value::Null);
}

#[tokio::test]
async fn claims_grow_where_they_are_bound_and_their_class_allows_it() {
    let sandbox = sandbox();
    let class = |name: &str, grows: bool| json!({ "metadata": { "name": name }, "provisioner": "x/y", "allowVolumeExpansion": grows });
    for (name, grows) in [("fixed", false), ("growing", true)] {
        post(&sandbox, STORAGE, class(name, grows)).await;
        let resources = json!({ "requests": { "storage": "1Gi" } });
        let spec =
            json!({ "accessModes": ["ReadWriteOnce"], "resources": resources, "storageClassName": name });
        post(&sandbox, CLAIMS, json!({ "metadata": { "name": name }, "spec": spec })).await;
        merge(&sandbox, &format!("{CLAIMS}/{name}/status"), json!({ "status": { "phase": "Bound" } })).await;
    }
    let more = json!({ "spec": { "resources": { "requests": { "storage": "2Gi" } } } });
    let (code, refused) = merge(&sandbox, &format!("{CLAIMS}/fixed"), more.clone()).await;
    let why = "persistentvolumeclaims \"fixed\" is forbidden: only dynamically provisioned pvc can be resized and the \
               storageclass that provisions the pvc must support resize";
    assert_eq!((code, refused["message"].as_str().unwrap()), (403, why));
    assert_eq!(merge(&sandbox, &format!("{CLAIMS}/growing"), more).await.0, 200);
}

#[test]
fn without_service_accounts_a_pod_may_name_any_and_has_no_token() {
    let sandbox = Sandbox::builder().build().unwrap();
    let mut pod = pod("a", &json!({ "serviceAccountName": "missing" }));
    (pod["apiVersion"], pod["kind"]) = ("v1".into(), "Pod".into());
    assert_eq!(sandbox.apply(pod).unwrap()["spec"]["volumes"], Value::Null);
}

#[tokio::test]
async fn of_very_many_pods_one_of_each_controller_is_looked_at_first() {
    let sandbox = sandbox();
    let of_kind = |kind: &str, mut object: Value| {
        (object["apiVersion"], object["kind"]) = ("v1".into(), kind.into());
        sandbox.apply(object).unwrap()
    };
    let make = |name: String, fields: Value, controller: Option<&Value>| {
        let mut pod = pod(&name, &fields);
        if let Some(controller) = controller {
            pod["metadata"]["ownerReferences"] = json!([{ "apiVersion": "v1", "kind": "ConfigMap", "controller": true,
                "name": controller["metadata"]["name"], "uid": controller["metadata"]["uid"] }]);
        }
        of_kind("Pod", pod);
    };
    let [usual, rare] =
        ["usual", "rare"].map(|name| of_kind("ConfigMap", json!({ "metadata": { "name": name } })));
    for number in 0..3_001 {
        make(format!("a{number:04}"), json!({ "hostNetwork": true }), Some(&usual));
    }
    for name in ["b0", "b1"] {
        make(
            name.to_owned(),
            json!({ "volumes": [{ "name": "v", "hostPath": { "path": "/" } }] }),
            Some(&rare),
        );
    }
    make("c".to_owned(), json!({ "hostNetwork": true }), None);
    let labels = json!({ "metadata": { "labels": { "pod-security.kubernetes.io/enforce": "baseline" } } });
    let change =
        request("PATCH", "/api/v1/namespaces/default", "application/merge-patch+json", labels.to_string());
    let answer = send(&sandbox, change).await.unwrap();
    let warnings = answer.headers().get_all("warning").into_iter();
    let warnings = warnings.map(|warning| warning.to_str().unwrap().replace("\\\"", "'"));
    let expected = [
        "new PodSecurity enforce level only checked against the first 3000 of 3004 existing pods",
        "existing pods in namespace 'default' violate the new PodSecurity enforce level 'baseline:latest'",
        "a0000 (and 2998 other pods): host namespaces",
        "b0: hostPath volumes",
    ];
    let expected = expected.map(|warning| format!("299 - \"{warning}\""));
    assert_eq!(warnings.collect::<Vec<_>>(), expected);
}

#[test]
fn a_deployment_waits_for_what_its_pods_lack() {
    let sandbox = Sandbox::builder().simulate(true).service_accounts(true).build().unwrap();
    let spec = json!({ "serviceAccountName": "web", "priorityClassName": "high", "hostPID": true,
        "containers": [{ "name": "main", "image": "i" }] });
    let template = json!({ "metadata": { "labels": { "app": "web" } }, "spec": spec });
    let spec =
        json!({ "replicas": 2, "selector": { "matchLabels": { "app": "web" } }, "template": template });
    let home = |level: &str| {
        json!({ "apiVersion": "v1", "kind": "Namespace",
            "metadata": { "name": "web", "labels": { "pod-security.kubernetes.io/enforce": level } } })
    };
    let metadata = json!({ "name": "web", "namespace": "web" });
    sandbox.apply(home("baseline")).unwrap();
    sandbox
        .apply(json!({ "apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": spec }))
        .unwrap();
    let available = || {
        let deployment = sandbox.get("deployments.apps", "web", "web").unwrap();
        (sandbox.list("pods").len(), deployment["status"]["availableReplicas"].as_u64().unwrap_or_default())
    };
    assert_eq!(available(), (0, 0));
    sandbox.apply(json!({ "apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata })).unwrap();
    assert_eq!(available(), (0, 0));
    let class = json!({ "apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": { "name": "high" }, "value": 5 });
    sandbox.apply(class).unwrap();
    assert_eq!(available(), (0, 0));
    sandbox.apply(home("privileged")).unwrap();
    assert_eq!(available(), (2, 2));
}
