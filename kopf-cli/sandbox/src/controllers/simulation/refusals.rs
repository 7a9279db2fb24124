//! What is said of workloads whose pods are refused: in their statuses, and in Events.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{DAEMON_SETS, JOBS, Owner, REPLICATION_CONTROLLERS, STATEFUL_SETS, fnv, status::seen};
use crate::{
    resources::EVENTS,
    schema::Part,
    status::Status,
    write::{Target, Writer, seconds},
};

/// The condition that says so.
pub(super) const FAILURE: &str = "ReplicaFailure";
const REASON: &str = "FailedCreate";
/// How many Events tell of different refusals before another one stands for all that follow.
const APART: u64 = 9;
const TOGETHER: &str = "(combined from similar events): ";

/// Says in an Event that a pod was refused; `name` is that of the pod, where the workload has chosen it.
pub(super) fn post(writer: &mut Writer<'_>, owner: &Owner<'_>, name: Option<&str>, refused: &Status) {
    let message = match name {
        Some(name) => {
            format!("Create Pod {name} in StatefulSet {} failed error: {refused}", owner.name())
        }
        None => format!("Error creating: {refused}"),
    };
    // Nothing depends on it: where an Event cannot be written, there is none.
    let _ = tell(writer, owner, &message);
}

/// Writes another Event, or counts one that says the same.
fn tell(writer: &mut Writer<'_>, owner: &Owner<'_>, message: &str) -> Result<(), Status> {
    let Some(resource) = writer.store.catalog.get(EVENTS).cloned() else { return Ok(()) };
    let (view, namespace) = (resource.stored_view(), &*owner.place.namespace);
    let now = seconds(writer.now);
    for number in 0..=APART {
        let name = format!("{}.{:016x}", owner.name(), number_of(&owner.value, number));
        let said = match number {
            APART => format!("{TOGETHER}{message}"),
            _ => message.to_owned(),
        };
        let Some(known) = writer.store.get(EVENTS, namespace, &name).map(|event| event.value()) else {
            return writer.create(&view, namespace, event(owner, &name, &said, &now)).map(drop);
        };
        if number == APART || known["message"] == said {
            let mut event = known;
            event["count"] = event["count"].as_u64().unwrap_or(1).saturating_add(1).into();
            event["lastTimestamp"] = now.into();
            event["message"] = said.into();
            let target = Target { view: &view, namespace, name: &name };
            return writer.replace(target, Part::Whole, event).map(drop);
        }
    }
    Ok(())
}

fn event(owner: &Owner<'_>, name: &str, message: &str, now: &str) -> Value {
    let metadata = &owner.value["metadata"];
    let component = match &*owner.place.resource {
        JOBS => "job-controller",
        STATEFUL_SETS => "statefulset-controller",
        DAEMON_SETS => "daemonset-controller",
        REPLICATION_CONTROLLERS => "replication-controller",
        _ => "replicaset-controller",
    };
    json!({
        "metadata": { "name": name },
        "involvedObject": {
            "kind": owner.value["kind"], "namespace": metadata["namespace"], "name": metadata["name"],
            "uid": metadata["uid"], "apiVersion": owner.value["apiVersion"],
            "resourceVersion": metadata["resourceVersion"],
        },
        "reason": REASON, "message": message, "type": "Warning", "count": 1,
        "source": { "component": component }, "reportingComponent": component, "reportingInstance": "",
        "firstTimestamp": now, "lastTimestamp": now,
    })
}

/// What tells the Events of a workload from each other, and from those of one of the same name.
fn number_of(owner: &Value, number: u64) -> u64 {
    let uid = owner["metadata"]["uid"].as_str().unwrap_or_default();
    fnv(uid.bytes().chain(number.to_le_bytes()))
}

/// What the status of a replica set says of it: it is what was said first, for as long as it lasts.
pub(super) fn of_replicas(set: &Value, refused: &Status, now: Timestamp) -> Value {
    told(set).cloned().unwrap_or_else(|| {
        json!({
            "type": FAILURE, "status": "True", "lastTransitionTime": seconds(now), "reason": REASON,
            "message": refused.to_string(),
        })
    })
}

/// What is said of it in a status.
pub(super) fn told(workload: &Value) -> Option<&Value> {
    let conditions = workload["status"]["conditions"].as_array().into_iter().flatten();
    conditions.into_iter().find(|condition| condition["type"] == FAILURE)
}

pub(super) fn on_node(set: &Value) -> Value {
    json!({
        "observedGeneration": seen(set), "numberMisscheduled": 0, "desiredNumberScheduled": 1, "currentNumberScheduled": 0,
        "numberReady": 0, "numberUnavailable": 1,
    })
}

pub(super) fn of_job(job: &Value, now: Timestamp) -> Value {
    let now = seconds(now);
    let known = job["status"]["startTime"].as_str().unwrap_or(&now);
    json!({ "startTime": known, "ready": 0, "terminating": 0, "uncountedTerminatedPods": {} })
}
