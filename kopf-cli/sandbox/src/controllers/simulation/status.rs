//! The statuses of workloads that have come to what they want.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::write::seconds;

/// What a pod comes to; `None` where it has got there.
pub(super) fn of_pod(pod: &Value, now: Timestamp) -> Option<Value> {
    if pod["status"]["phase"] != "Pending" {
        return None;
    }
    let now = seconds(now);
    let owners = pod["metadata"]["ownerReferences"].as_array().into_iter().flatten();
    let done = owners.into_iter().any(|owner| owner["kind"] == "Job");
    let ended = json!({ "terminated": {
        "exitCode": 0, "reason": "Completed", "startedAt": now, "finishedAt": now, "containerID": "sandbox://",
    } });
    let container = |container: &Value, over: bool| {
        let state = if over { ended.clone() } else { json!({ "running": { "startedAt": now } }) };
        json!({
            "name": container["name"], "image": container["image"], "imageID": "", "containerID": "sandbox://",
            "ready": !over || !done, "started": !over, "restartCount": 0, "lastState": {}, "state": state,
        })
    };
    let all = |field: &str, over: bool| {
        let containers = pod["spec"][field].as_array().into_iter().flatten();
        containers.map(|one| container(one, over)).collect::<Vec<_>>()
    };
    let ready = if done { "False" } else { "True" };
    let conditions = [
        ("PodReadyToStartContainers", ready),
        ("Initialized", "True"),
        ("Ready", ready),
        ("ContainersReady", ready),
        ("PodScheduled", "True"),
    ];
    let conditions = conditions.map(|(kind, status)| {
        let mut condition =
            json!({ "type": kind, "status": status, "lastProbeTime": null, "lastTransitionTime": now });
        if done && kind.ends_with("Ready") {
            condition["reason"] = "PodCompleted".into();
        }
        condition
    });
    let address = address_of(pod["metadata"]["uid"].as_str().unwrap_or_default());
    let mut status = json!({
        "phase": if done { "Succeeded" } else { "Running" },
        "conditions": conditions,
        "hostIP": "127.0.0.1", "hostIPs": [{ "ip": "127.0.0.1" }],
        "podIP": address, "podIPs": [{ "ip": address }],
        "startTime": now, "qosClass": pod["status"]["qosClass"],
        "containerStatuses": all("containers", done),
    });
    let before = all("initContainers", true);
    if !before.is_empty() {
        status["initContainerStatuses"] = before.into();
    }
    Some(status)
}

/// Of an address only that it is one of its own matters.
fn address_of(uid: &str) -> String {
    let part =
        |at: usize| uid.get(at..at + 2).and_then(|text| u8::from_str_radix(text, 16).ok()).unwrap_or(1);
    format!("10.244.{}.{}", part(0), part(2).max(1))
}

/// Which generation of an object its status is about: the present one.
pub(super) fn seen(object: &Value) -> Value {
    object["metadata"]["generation"].clone()
}

pub(super) fn of_replicas(set: &Value, count: usize) -> Value {
    let mut status = json!({ "replicas": count, "observedGeneration": seen(set) });
    if set["kind"] == "ReplicaSet" {
        status["terminatingReplicas"] = 0.into();
    }
    if count > 0 {
        for field in ["fullyLabeledReplicas", "readyReplicas", "availableReplicas"] {
            status[field] = count.into();
        }
    }
    status
}

pub(super) fn in_order(set: &Value, count: usize, revision: &str) -> Value {
    let mut status = json!({
        "observedGeneration": seen(set), "replicas": count, "availableReplicas": count, "collisionCount": 0,
        "currentRevision": revision, "updateRevision": revision,
    });
    if count > 0 {
        for field in ["readyReplicas", "currentReplicas", "updatedReplicas"] {
            status[field] = count.into();
        }
    }
    status
}

/// There is one node, and its pod is there.
pub(super) fn on_node(set: &Value) -> Value {
    json!({
        "observedGeneration": seen(set), "numberMisscheduled": 0, "desiredNumberScheduled": 1, "currentNumberScheduled": 1,
        "updatedNumberScheduled": 1, "numberReady": 1, "numberAvailable": 1,
    })
}

pub(super) fn of_job(job: &Value, count: u64, now: Timestamp) -> Value {
    let now = seconds(now);
    let known = job["status"]["startTime"].as_str().unwrap_or(&now);
    let complete = ["SuccessCriteriaMet", "Complete"].map(|kind| {
        json!({
            "type": kind, "status": "True", "lastProbeTime": now, "lastTransitionTime": now,
            "reason": "CompletionsReached", "message": "Reached expected number of succeeded pods",
        })
    });
    let resumed = is_suspended(job).then(|| suspension(false, &now));
    let conditions: Vec<Value> = resumed.into_iter().chain(complete).collect();
    json!({
        "startTime": known, "completionTime": now, "succeeded": count, "ready": 0, "terminating": 0,
        "uncountedTerminatedPods": {}, "conditions": conditions,
    })
}

/// The status of a job that is suspended before it has begun; `None` where that is said.
pub(super) fn of_suspended(job: &Value, now: Timestamp) -> Option<Value> {
    let conditions = [suspension(true, &seconds(now))];
    let status =
        json!({ "ready": 0, "terminating": 0, "uncountedTerminatedPods": {}, "conditions": conditions });
    (!is_suspended(job)).then_some(status)
}

fn is_suspended(job: &Value) -> bool {
    let conditions = job["status"]["conditions"].as_array().into_iter().flatten();
    conditions.into_iter().any(|condition| condition["type"] == "Suspended" && condition["status"] == "True")
}

/// What is said of a job that is suspended, or that goes on.
fn suspension(is_suspended: bool, now: &str) -> Value {
    let (status, reason, message) = match is_suspended {
        true => ("True", "JobSuspended", "Job suspended"),
        false => ("False", "JobResumed", "Job resumed"),
    };
    json!({
        "type": "Suspended", "status": status, "lastProbeTime": now, "lastTransitionTime": now,
        "reason": reason, "message": message,
    })
}
