//! Deployments that are paused: they keep the pods of the template that they had, are scaled, and say so.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{MOST_PODS, revision_of, rolling::may_lack, status::seen};
use crate::{object::Stored, write::seconds};

/// The longest deadline, which stands for none.
const NEVER: i64 = i32::MAX as i64;

/// The set that is scaled while its deployment is paused: the one that has pods; where none has, the one of the present
/// template, or else the latest. Where several have, none is.
pub(super) fn scaled<'a>(
    sets: &'a [Arc<Stored>],
    current: Option<&'a Arc<Stored>>,
) -> Option<&'a Arc<Stored>> {
    let mut active = sets.iter().filter(|set| set.value()["spec"]["replicas"] != 0);
    match (active.next(), active.next()) {
        (Some(_), Some(_)) => None,
        (Some(only), None) => Some(only),
        (None, _) => current.or_else(|| sets.iter().max_by_key(|set| revision_of(set))),
    }
}

/// The status of a paused deployment that is to have so many pods, with these sets; `current` is the one of the present template.
pub(super) fn of_deployment(
    deployment: &Value,
    wanted: u64,
    sets: &[Value],
    current: Option<&Value>,
    now: Timestamp,
) -> Value {
    let sum = |part: &str, field: &str| {
        let counts = sets.iter().map(|set| set[part][field].as_u64().unwrap_or_default().min(MOST_PODS));
        counts.fold(0, u64::saturating_add)
    };
    let available = sum("status", "availableReplicas");
    let mut conditions = deployment["status"]["conditions"].as_array().cloned().unwrap_or_default();
    let deadline = deployment["spec"]["progressDeadlineSeconds"].as_i64();
    if deadline.is_some_and(|deadline| deadline != NEVER) {
        say(&mut conditions, ["Progressing", "Unknown", "DeploymentPaused", "Deployment is paused"], now);
    }
    let is_available = available >= wanted.saturating_sub(may_lack(deployment, wanted));
    let said = match is_available {
        true => ["Available", "True", "MinimumReplicasAvailable", "Deployment has minimum availability."],
        false => [
            "Available",
            "False",
            "MinimumReplicasUnavailable",
            "Deployment does not have minimum availability.",
        ],
    };
    say(&mut conditions, said, now);
    let mut status = json!({
        "observedGeneration": seen(deployment), "terminatingReplicas": 0, "conditions": conditions,
    });
    let counts = [
        ("replicas", sum("status", "replicas")),
        ("updatedReplicas", current.and_then(|set| set["status"]["replicas"].as_u64()).unwrap_or_default()),
        ("readyReplicas", sum("status", "readyReplicas")),
        ("availableReplicas", available),
        ("unavailableReplicas", sum("spec", "replicas").saturating_sub(available)),
    ];
    for (field, count) in counts.into_iter().filter(|(_, count)| *count > 0) {
        status[field] = count.into();
    }
    status
}

/// Says something of a deployment, unless it is said already; `lastTransitionTime` tells since when it is so or not so.
fn say(conditions: &mut Vec<Value>, [kind, status, reason, message]: [&str; 4], now: Timestamp) {
    let known = conditions.iter().position(|condition| condition["type"] == kind);
    let known = known.map(|at| conditions[at].clone());
    if known.as_ref().is_some_and(|known| known["status"] == status && known["reason"] == reason) {
        return;
    }
    let now = json!(seconds(now));
    let since = known.filter(|known| known["status"] == status);
    let since = since.map_or_else(|| now.clone(), |known| known["lastTransitionTime"].clone());
    conditions.retain(|condition| condition["type"] != kind);
    conditions.push(json!({
        "type": kind, "status": status, "lastUpdateTime": now, "lastTransitionTime": since,
        "reason": reason, "message": message,
    }));
}
