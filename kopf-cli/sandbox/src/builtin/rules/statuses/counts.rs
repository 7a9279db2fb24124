//! What is wrong with the statuses of workloads, which count pods.

use crate::{
    builtin::{
        checks::{Causes, Check::AtLeast, check},
        site::Site,
    },
    status::Cause,
};

pub(super) fn deployment(root: &Site<'_>) -> Causes {
    let status = root.at("status");
    let counts = ["updatedReplicas", "readyReplicas", "availableReplicas"];
    let mut causes = positive(&status, &["observedGeneration", "replicas"]);
    causes.extend(positive(&status, &counts));
    causes.extend(positive(&status, &["unavailableReplicas", "terminatingReplicas"]));
    causes.extend(of_all(&status, &counts, "readyReplicas"));
    causes.extend(collisions(&status));
    causes
}

/// Of a replication controller, too.
pub(super) fn replica_set(root: &Site<'_>) -> Causes {
    let status = root.at("status");
    let counts = ["fullyLabeledReplicas", "readyReplicas", "availableReplicas"];
    let mut causes = positive(&status, &["replicas"]);
    causes.extend(positive(&status, &counts));
    causes.extend(positive(&status, &["observedGeneration", "terminatingReplicas"]));
    causes.extend(of_all(&status, &counts, "readyReplicas"));
    causes
}

pub(super) fn stateful_set(root: &Site<'_>) -> Causes {
    let status = root.at("status");
    let counts = ["readyReplicas", "currentReplicas", "updatedReplicas", "availableReplicas"];
    let mut causes = positive(&status, &["replicas"]);
    causes.extend(positive(&status, &counts));
    causes.extend(positive(&status, &["observedGeneration"]));
    causes.extend(of_all(&status, &counts, "status.readyReplicas"));
    causes.extend(collisions(&status));
    causes
}

pub(super) fn daemon_set(root: &Site<'_>) -> Causes {
    let status = root.at("status");
    let counts = [
        "currentNumberScheduled",
        "numberMisscheduled",
        "desiredNumberScheduled",
        "numberReady",
        "observedGeneration",
        "updatedNumberScheduled",
        "numberAvailable",
        "numberUnavailable",
    ];
    let mut causes = positive(&status, &counts);
    causes.extend(collisions(&status));
    causes
}

fn positive(status: &Site<'_>, counts: &[&str]) -> Causes {
    counts.iter().flat_map(|count| check(&status.at(count), &[("", AtLeast(0))])).collect()
}

fn count(site: &Site<'_>) -> i64 {
    site.number().unwrap_or_default()
}

/// There are no more of some pods than there are pods, nor are more available than are ready.
fn of_all(status: &Site<'_>, counts: &[&str], ready: &str) -> Causes {
    let all = count(&status.at("replicas"));
    let told = |site: Site<'_>, why: &str| Cause::invalid_value(&*site.place, &count(&site).into(), why);
    let over = counts.iter().map(|field| status.at(field)).filter(|site| count(site) > all);
    let mut causes: Causes = over.map(|site| told(site, "cannot be greater than status.replicas")).collect();
    let available = status.at("availableReplicas");
    if count(&available) > count(&status.at("readyReplicas")) {
        causes.push(told(available, &format!("cannot be greater than {ready}")));
    }
    causes
}

/// How often a name was taken, which never becomes less.
fn collisions(status: &Site<'_>) -> Causes {
    let site = status.at("collisionCount");
    let mut causes = check(&site, &[("", AtLeast(0))]);
    let before = site.before.and_then(serde_json::Value::as_i64);
    let less = before.is_some_and(|before| site.number().is_none_or(|now| now < before));
    let why = "cannot be decremented";
    causes.extend(less.then(|| Cause::invalid_value(&*site.place, &count(&site).into(), why)));
    causes
}
