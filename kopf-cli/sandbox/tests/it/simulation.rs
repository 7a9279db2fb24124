//! What workloads come to where they are said to run.

use std::sync::Arc;

use kopf_sandbox::Sandbox;
use serde_json::{Value, json};

use crate::client::Stopped;

fn sandbox() -> Sandbox {
    Sandbox::builder().seed(1).simulate(true).build().unwrap()
}

fn workload(kind: &str, group: &str, spec: &Value) -> Value {
    let mut whole = json!({
        "selector": { "matchLabels": { "app": "web" } },
        "template": {
            "metadata": { "labels": { "app": "web" } },
            "spec": { "containers": [{ "name": "main", "image": "example.org/web:1" }] },
        },
    });
    for (field, value) in spec.as_object().unwrap() {
        whole[field] = value.clone();
    }
    let version = if group.is_empty() { "v1".to_owned() } else { format!("{group}/v1") };
    json!({ "apiVersion": version, "kind": kind, "metadata": { "name": "web" }, "spec": whole })
}

fn status(sandbox: &Sandbox, resource: &str) -> Value {
    sandbox.get(resource, "default", "web").unwrap()["status"].clone()
}

/// The names of all pods, and the phases that they are in.
fn pods(sandbox: &Sandbox) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let pods = sandbox.list("pods").into_iter();
    pods.map(|pod| (text(&pod["metadata"]["name"]), text(&pod["status"]["phase"]))).collect()
}

#[test]
fn the_node_on_which_pods_are_is_there_and_ready() {
    let sandbox = sandbox();
    let pod = json!({ "apiVersion": "v1", "kind": "Pod", "metadata": { "name": "web" },
        "spec": { "containers": [{ "name": "main", "image": "i" }] } });
    sandbox.apply(pod).unwrap();
    let named = sandbox.get("pods", "default", "web").unwrap()["spec"]["nodeName"].clone();
    let node = sandbox.get("nodes", "", named.as_str().unwrap()).unwrap();
    let conditions = &node["status"]["conditions"];
    assert_eq!((&conditions[0]["type"], &conditions[0]["status"]), (&json!("Ready"), &json!("True")));
}

#[test]
fn what_was_kept_without_a_simulation_comes_about_with_one() {
    let bare = Sandbox::builder().seed(1).build().unwrap();
    bare.apply(workload("Deployment", "apps", &json!({ "replicas": 2 }))).unwrap();
    let pod = json!({ "apiVersion": "v1", "kind": "Pod", "metadata": { "name": "alone", "labels": { "app": "web" } },
        "spec": { "containers": [{ "name": "main", "image": "i" }] } });
    bare.apply(pod).unwrap();
    let service = json!({ "apiVersion": "v1", "kind": "Service", "metadata": { "name": "web" },
        "spec": { "selector": { "app": "web" }, "ports": [{ "port": 80 }] } });
    bare.apply(service).unwrap();
    let kept = |sandbox: &Sandbox| {
        let mut text = Vec::new();
        sandbox.snapshot().write(&mut text, true).unwrap();
        text
    };
    let sandbox = Sandbox::builder().seed(1).simulate(true).state(kept(&bare)).build().unwrap();
    assert_eq!(status(&sandbox, "deployments.apps")["availableReplicas"], 2);
    assert!(pods(&sandbox).iter().all(|(_, phase)| phase == "Running"), "{:?}", pods(&sandbox));
    let slices = sandbox.list("endpointslices.discovery.k8s.io");
    assert_eq!(slices[0]["endpoints"].as_array().unwrap().len(), 3);

    let before = sandbox.revision();
    let again = Sandbox::builder().seed(1).simulate(true).state(kept(&sandbox)).build().unwrap();
    assert_eq!(again.revision(), before, "what has come about is left as it is");
}

#[test]
fn a_pod_runs_and_is_ready() {
    let sandbox = sandbox();
    let spec = json!({ "initContainers": [{ "name": "first", "image": "i" }], "containers": [{ "name": "main", "image": "i" }] });
    let pod = json!({ "apiVersion": "v1", "kind": "Pod", "metadata": { "name": "web" }, "spec": spec });
    sandbox.apply(pod).unwrap();
    let status = status(&sandbox, "pods");
    assert_eq!(status["phase"], "Running");
    assert_eq!(status["containerStatuses"][0]["ready"], true);
    assert_eq!(status["initContainerStatuses"][0]["state"]["terminated"]["exitCode"], 0);
    let conditions = status["conditions"].as_array().unwrap();
    assert!(conditions.iter().all(|condition| condition["status"] == "True"), "{conditions:?}");
}

#[test]
fn a_deployment_has_the_pods_of_its_latest_template_alone() {
    let sandbox = sandbox();
    sandbox.apply(workload("Deployment", "apps", &json!({ "replicas": 3 }))).unwrap();
    let said = status(&sandbox, "deployments.apps");
    assert_eq!((&said["observedGeneration"], &said["availableReplicas"]), (&json!(1), &json!(3)));
    assert_eq!(pods(&sandbox).len(), 3);
    let before = pods(&sandbox);
    let template = json!({
        "metadata": { "labels": { "app": "web" } },
        "spec": { "containers": [{ "name": "main", "image": "example.org/web:2" }] },
    });
    sandbox.apply(workload("Deployment", "apps", &json!({ "replicas": 2, "template": template }))).unwrap();
    let said = status(&sandbox, "deployments.apps");
    assert_eq!((&said["observedGeneration"], &said["updatedReplicas"]), (&json!(2), &json!(2)));
    assert!(pods(&sandbox).len() == 2 && pods(&sandbox).iter().all(|pod| !before.contains(pod)));
    let sets = sandbox.list("replicasets.apps");
    for (annotation, count) in [("desired-replicas", "2"), ("max-replicas", "3")] {
        let said = sets
            .iter()
            .map(|set| &set["metadata"]["annotations"][format!("deployment.kubernetes.io/{annotation}")]);
        assert!(said.clone().all(|said| said == count), "{annotation}: {:?}", said.collect::<Vec<_>>());
    }
    let revisions =
        sets.iter().map(|set| &set["metadata"]["annotations"]["deployment.kubernetes.io/revision"]);
    assert!(sets.len() == 2 && revisions.collect::<Vec<_>>().contains(&&json!("2")));
    sandbox.delete("deployments.apps", "default", "web").unwrap();
    assert!(pods(&sandbox).is_empty() && sandbox.list("replicasets.apps").is_empty());
}

#[test]
fn a_paused_deployment_keeps_its_pods_and_is_scaled_until_it_goes_on() {
    let sandbox = sandbox();
    let deployment = |image: &str, replicas: u32, paused: bool| {
        let template = json!({
            "metadata": { "labels": { "app": "web" } },
            "spec": { "containers": [{ "name": "main", "image": image }] },
        });
        let spec = json!({ "replicas": replicas, "template": template, "paused": paused });
        sandbox.apply(workload("Deployment", "apps", &spec)).unwrap();
        let said = status(&sandbox, "deployments.apps");
        let conditions = said["conditions"].as_array().cloned().unwrap_or_default();
        let progress = conditions.into_iter().find(|condition| condition["type"] == "Progressing");
        assert_eq!(
            said["observedGeneration"],
            sandbox.get("deployments.apps", "default", "web").unwrap()["metadata"]["generation"]
        );
        (pods(&sandbox), said["updatedReplicas"].as_u64(), progress.unwrap()["reason"].clone())
    };
    let (none, updated, reason) = deployment("a", 2, true);
    assert_eq!((none.len(), updated, reason), (0, None, json!("DeploymentPaused")));
    let (before, updated, reason) = deployment("a", 2, false);
    assert_eq!((before.len(), updated, reason), (2, Some(2), json!("NewReplicaSetAvailable")));
    let (kept, updated, reason) = deployment("b", 2, true);
    assert_eq!((kept, updated, reason), (before.clone(), None, json!("DeploymentPaused")));
    let (scaled, updated, _) = deployment("b", 3, true);
    assert!(scaled.len() == 3 && before.iter().all(|pod| scaled.contains(pod)) && updated.is_none());
    assert_eq!(status(&sandbox, "deployments.apps")["availableReplicas"], 3);
    let (after, updated, reason) = deployment("b", 3, false);
    assert_eq!((after.len(), updated, reason), (3, Some(3), json!("NewReplicaSetAvailable")));
    assert!(!after.iter().any(|pod| scaled.contains(pod)));
}

#[test]
fn pods_that_go_are_made_again() {
    let sandbox = sandbox();
    sandbox.apply(workload("ReplicaSet", "apps", &json!({ "replicas": 2 }))).unwrap();
    let (gone, _) = pods(&sandbox).remove(0);
    sandbox.delete("pods", "default", &gone).unwrap();
    assert!(pods(&sandbox).len() == 2 && !pods(&sandbox).iter().any(|(name, _)| *name == gone));
    assert_eq!(status(&sandbox, "replicasets.apps")["readyReplicas"], 2);
}

#[test]
fn stateful_and_daemon_sets_are_available() {
    let sandbox = sandbox();
    sandbox.apply(workload("StatefulSet", "apps", &json!({ "replicas": 2, "serviceName": "web" }))).unwrap();
    let names: Vec<String> = pods(&sandbox).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["web-0", "web-1"]);
    let said = status(&sandbox, "statefulsets.apps");
    assert!(said["updatedReplicas"] == 2 && said["currentRevision"] == said["updateRevision"], "{said}");
    sandbox.apply(workload("DaemonSet", "apps", &json!({}))).unwrap();
    assert_eq!(status(&sandbox, "daemonsets.apps")["numberAvailable"], 1);
    assert_eq!(pods(&sandbox).len(), 3);
}

#[test]
fn a_replication_controller_has_its_pods_by_its_own_kind_of_selector() {
    let sandbox = sandbox();
    sandbox
        .apply(workload("ReplicationController", "", &json!({ "replicas": 2, "selector": { "app": "web" } })))
        .unwrap();
    assert_eq!(status(&sandbox, "replicationcontrollers")["readyReplicas"], 2);
    let (name, _) = pods(&sandbox).remove(0);
    assert!(sandbox.delete("pods", "default", &name).is_ok());
    assert_eq!(pods(&sandbox).len(), 2);
}

#[test]
fn a_job_completes() {
    let sandbox = sandbox();
    let template =
        json!({ "spec": { "restartPolicy": "Never", "containers": [{ "name": "main", "image": "i" }] } });
    let job = json!({
        "apiVersion": "batch/v1", "kind": "Job", "metadata": { "name": "web" },
        "spec": { "completions": 2, "template": template },
    });
    sandbox.apply(job).unwrap();
    let said = status(&sandbox, "jobs.batch");
    assert!(said["succeeded"] == 2 && said["conditions"][1]["type"] == "Complete", "{said}");
    assert!(pods(&sandbox).len() == 2 && pods(&sandbox).iter().all(|(_, phase)| phase == "Succeeded"));
}

#[test]
fn a_suspended_job_says_so_and_completes_when_it_goes_on() {
    let sandbox = sandbox();
    let template =
        json!({ "spec": { "restartPolicy": "Never", "containers": [{ "name": "main", "image": "i" }] } });
    let spec = json!({ "suspend": true, "template": template });
    let job = json!({ "apiVersion": "batch/v1", "kind": "Job", "metadata": { "name": "web" }, "spec": spec });
    sandbox.apply(job).unwrap();
    let conditions = || {
        let said = status(&sandbox, "jobs.batch");
        let conditions = said["conditions"].as_array().cloned().unwrap_or_default();
        let said =
            |one: &Value| format!("{} {}", one["type"].as_str().unwrap(), one["status"].as_str().unwrap());
        conditions.iter().map(said).collect::<Vec<_>>()
    };
    assert_eq!(conditions(), ["Suspended True"]);
    assert!(pods(&sandbox).is_empty());
    let mut job = sandbox.get("jobs.batch", "default", "web").unwrap();
    job["spec"]["suspend"] = false.into();
    sandbox.apply(job).unwrap();
    assert_eq!(conditions(), ["Suspended False", "SuccessCriteriaMet True", "Complete True"]);
    assert_eq!(pods(&sandbox).len(), 1);
}

#[test]
fn pods_that_are_refused_are_told_of_until_they_are_made() {
    let sandbox = sandbox();
    let home = |level: &str, round: usize| {
        let labels = json!({ "pod-security.kubernetes.io/enforce": level, "round": round.to_string() });
        let metadata = json!({ "name": "default", "labels": labels });
        sandbox.apply(json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": metadata })).unwrap();
    };
    home("baseline", 0);
    let template = json!({
        "metadata": { "labels": { "app": "web" } },
        "spec": { "hostPID": true, "containers": [{ "name": "main", "image": "i" }] },
    });
    let part =
        json!({ "rollingUpdate": { "maxUnavailable": "50%", "maxSurge": 1 }, "type": "RollingUpdate" });
    let spec = json!({ "replicas": 2, "template": template, "strategy": part });
    sandbox.apply(workload("Deployment", "apps", &spec)).unwrap();
    sandbox.apply(workload("DaemonSet", "apps", &json!({ "template": template }))).unwrap();
    let condition = |kind: &str| {
        let said = status(&sandbox, "deployments.apps");
        let conditions = said["conditions"].as_array().cloned().unwrap_or_default();
        conditions.into_iter().find(|condition| condition["type"] == kind).unwrap_or_default()
    };
    assert_eq!(condition("ReplicaFailure")["reason"], "FailedCreate");
    assert_eq!(condition("Available")["status"], "False");
    assert_eq!(condition("Progressing")["reason"], "NewReplicaSetCreated");
    assert_eq!(status(&sandbox, "deployments.apps")["unavailableReplicas"], 2);
    assert_eq!(status(&sandbox, "daemonsets.apps")["numberUnavailable"], 1);
    // However often they are tried, few Events tell of it.
    (1..20).for_each(|round| home("baseline", round));
    let events = sandbox.list("events");
    let of_kind = |kind: &str| {
        events.iter().filter(|event| event["involvedObject"]["kind"] == kind).collect::<Vec<_>>()
    };
    assert_eq!((of_kind("ReplicaSet").len(), of_kind("DaemonSet").len()), (10, 10));
    let said =
        |event: &&Value| event["message"].as_str().unwrap().starts_with("(combined from similar events): ");
    let combined = of_kind("DaemonSet").into_iter().find(said).unwrap();
    assert!(combined["count"].as_u64().unwrap() > 5, "{combined}");
    home("privileged", 20);
    assert_eq!(condition("ReplicaFailure"), Value::Null);
    assert_eq!(condition("Available")["status"], "True");
    assert_eq!(condition("Progressing")["reason"], "NewReplicaSetAvailable");
    assert_eq!(status(&sandbox, "daemonsets.apps")["numberAvailable"], 1);
}

#[test]
fn a_workload_has_at_most_so_many_pods() {
    let sandbox = sandbox();
    sandbox.apply(workload("ReplicaSet", "apps", &json!({ "replicas": 1_000_000 }))).unwrap();
    assert_eq!(pods(&sandbox).len(), 200);
}

#[test]
fn a_deployment_that_wants_more_pods_than_there_may_be_is_available_with_those_paused_or_not() {
    let sandbox = sandbox();
    for paused in [false, true, false] {
        sandbox.apply(workload("Deployment", "apps", &json!({ "replicas": 300, "paused": paused }))).unwrap();
        let said = status(&sandbox, "deployments.apps");
        let conditions = said["conditions"].as_array().unwrap();
        let available = conditions.iter().find(|condition| condition["type"] == "Available").unwrap();
        assert_eq!(available["status"], "True", "paused: {paused}");
        assert_eq!((&said["availableReplicas"], &said["unavailableReplicas"]), (&json!(200), &Value::Null));
    }
    let set = sandbox.list("replicasets.apps").remove(0);
    let told =
        |annotation: &str| &set["metadata"]["annotations"][format!("deployment.kubernetes.io/{annotation}")];
    assert_eq!((told("desired-replicas"), told("max-replicas")), (&json!("300"), &json!("375")));
}

#[test]
fn nothing_runs_where_nobody_said_so() {
    let sandbox = Sandbox::builder().seed(1).build().unwrap();
    sandbox.apply(workload("Deployment", "apps", &json!({ "replicas": 3 }))).unwrap();
    assert!(pods(&sandbox).is_empty());
}

fn service(spec: &Value) -> Value {
    json!({ "apiVersion": "v1", "kind": "Service", "metadata": { "name": "web", "labels": { "of": "web" } }, "spec": spec })
}

/// Where the service's slices lead: addresses, and the numbers of ports.
fn led_to(sandbox: &Sandbox) -> Vec<(usize, Vec<i64>)> {
    let slices = sandbox.list("endpointslices.discovery.k8s.io").into_iter();
    let slices = slices.filter(|slice| slice["metadata"]["labels"]["kubernetes.io/service-name"] == "web");
    let slices = slices.map(|slice| {
        let ports = slice["ports"].as_array().into_iter().flatten();
        (
            slice["endpoints"].as_array().map_or(0, Vec::len),
            ports.map(|port| port["port"].as_i64().unwrap()).collect(),
        )
    });
    slices.collect()
}

#[test]
fn services_lead_to_the_pods_that_they_select() {
    let sandbox = sandbox();
    let ports = json!([{ "name": "http", "port": 80, "targetPort": "web" }, { "name": "admin", "port": 81 }]);
    sandbox.apply(service(&json!({ "selector": { "app": "web" }, "ports": ports }))).unwrap();
    assert_eq!(led_to(&sandbox), [(0, vec![])]);
    assert!(sandbox.get("endpoints", "default", "web").unwrap()["subsets"].is_null());

    let container =
        json!({ "name": "main", "image": "i", "ports": [{ "name": "web", "containerPort": 8080 }] });
    let template =
        json!({ "metadata": { "labels": { "app": "web" } }, "spec": { "containers": [container] } });
    let deployment = workload("Deployment", "apps", &json!({ "replicas": 3, "template": template }));
    sandbox.apply(deployment.clone()).unwrap();
    assert_eq!(led_to(&sandbox), [(3, vec![8080, 81])]);
    let endpoints = sandbox.get("endpoints", "default", "web").unwrap();
    let subset = &endpoints["subsets"][0];
    assert_eq!(endpoints["subsets"].as_array().unwrap().len(), 1);
    assert_eq!(subset["addresses"].as_array().unwrap().len(), 3);
    assert_eq!(subset["ports"].as_array().unwrap().len(), 2);
    assert_eq!(endpoints["metadata"]["labels"]["of"], "web");

    let one = json!({ "apiVersion": "v1", "kind": "Pod", "metadata": { "name": "one", "labels": { "app": "web" } },
        "spec": { "containers": [{ "name": "main", "image": "i" }] } });
    sandbox.apply(one).unwrap();
    let mut led = led_to(&sandbox);
    led.sort_unstable();
    assert_eq!(
        led,
        [(1, vec![81]), (3, vec![8080, 81])],
        "those without the port share no slice with the others"
    );

    let mut fewer = deployment;
    fewer["spec"]["replicas"] = 0.into();
    sandbox.apply(fewer).unwrap();
    assert_eq!(led_to(&sandbox), [(1, vec![81])]);
}

#[test]
fn what_leads_somewhere_tells_what_its_change_came_from() {
    let clock = Arc::new(Stopped::default());
    let sandbox = Sandbox::builder().seed(1).simulate(true).clock(Arc::clone(&clock) as _).build().unwrap();
    let told = || {
        let slices = sandbox.list("endpointslices.discovery.k8s.io").into_iter();
        let all = slices.chain(sandbox.get("endpoints", "default", "web"));
        let mut moments = all.map(|one| {
            let moment = &one["metadata"]["annotations"]["endpoints.kubernetes.io/last-change-trigger-time"];
            moment.as_str().unwrap_or_default().to_owned()
        });
        let (slice, endpoints) = (moments.next().unwrap(), moments.next().unwrap());
        assert_eq!(slice, endpoints);
        slice
    };
    sandbox.apply(service(&json!({ "selector": { "app": "web" }, "ports": [{ "port": 80 }] }))).unwrap();
    assert_eq!(told(), "2026-01-01T00:00:00Z", "the service is new");
    clock.advance(5);
    sandbox.apply(workload("ReplicaSet", "apps", &json!({ "replicas": 2 }))).unwrap();
    assert_eq!(told(), "2026-01-01T00:00:05Z", "pods are ready");
    clock.advance(5);
    sandbox.apply(json!({ "apiVersion": "v1", "kind": "Service", "metadata": { "name": "web", "annotations": { "a": "b" } },
        "spec": { "selector": { "app": "web" }, "ports": [{ "port": 80 }] } })).unwrap();
    assert_eq!(told(), "", "the labels are others, and of that nothing tells the moment");
    sandbox.apply(workload("ReplicaSet", "apps", &json!({ "replicas": 3 }))).unwrap();
    assert_eq!(told(), "2026-01-01T00:00:10Z", "one more is ready");
    sandbox.apply(workload("ReplicaSet", "apps", &json!({ "replicas": 1 }))).unwrap();
    assert_eq!(told(), "", "of those that are gone nothing is known");
}

#[test]
fn a_service_that_is_deleted_takes_what_led_from_it_along() {
    let sandbox = sandbox();
    sandbox.apply(service(&json!({ "selector": { "app": "web" }, "ports": [{ "port": 80 }] }))).unwrap();
    sandbox.delete("services", "default", "web").unwrap();
    assert_eq!(led_to(&sandbox), []);
    assert!(sandbox.get("endpoints", "default", "web").is_none());
}

#[test]
fn slices_and_endpoints_that_somebody_takes_away_or_changes_come_back() {
    let sandbox = sandbox();
    sandbox.apply(service(&json!({ "selector": { "app": "web" }, "ports": [{ "port": 80 }] }))).unwrap();
    let slices = || sandbox.list("endpointslices.discovery.k8s.io");
    let name = slices().iter().find_map(|slice| {
        let ours = slice["metadata"]["labels"]["kubernetes.io/service-name"] == "web";
        ours.then(|| slice["metadata"]["name"].as_str().unwrap().to_owned())
    });
    sandbox.delete("endpointslices.discovery.k8s.io", "default", &name.unwrap()).unwrap();
    sandbox.delete("endpoints", "default", "web").unwrap();
    assert_eq!(led_to(&sandbox), [(0, vec![])]);
    let mut endpoints = sandbox.get("endpoints", "default", "web").unwrap();
    endpoints["subsets"] = json!([{ "addresses": [{ "ip": "10.9.9.9" }], "ports": [{ "port": 1 }] }]);
    sandbox.apply(endpoints).unwrap();
    assert!(sandbox.get("endpoints", "default", "web").unwrap()["subsets"].is_null());
}

#[test]
fn one_pod_more_changes_one_slice() {
    let sandbox = sandbox();
    sandbox.apply(service(&json!({ "selector": { "app": "web" }, "ports": [{ "port": 80 }] }))).unwrap();
    sandbox.apply(workload("ReplicaSet", "apps", &json!({ "replicas": 199 }))).unwrap();
    let generations = || {
        let slices = sandbox.list("endpointslices.discovery.k8s.io").into_iter();
        let ours = slices.filter(|slice| slice["metadata"]["labels"]["kubernetes.io/service-name"] == "web");
        ours.map(|slice| slice["metadata"]["generation"].as_i64().unwrap()).sum::<i64>()
    };
    assert_eq!(led_to(&sandbox).iter().map(|(endpoints, _)| endpoints).sum::<usize>(), 199);
    let before = generations();
    sandbox.apply(workload("ReplicaSet", "apps", &json!({ "replicas": 200 }))).unwrap();
    assert_eq!(led_to(&sandbox).len(), 2);
    assert!(generations() <= before + 2, "{} after {before}", generations());
}
