//! What is wrong with statuses, which are looked at where they are written by themselves.

mod balanced;
mod counts;
mod ended;
mod given;
mod indexes;
mod jobs;
mod pods;

pub(super) use indexes::count as count_of_indexes;

use crate::{
    builtin::{
        checks::{Causes, Check, Rule},
        site::Site,
    },
    jsonpath,
    names::key_faults,
    printed::quoted,
    quantity::Quantity,
    resources::API_SERVICES,
    status::Cause,
};

use super::{drivers, nodes, registration, signing};

use Check::{AtLeast, By, Required};

/// The rules of statuses, by the keys of their resources.
pub(super) const KINDS: &[(&str, &[Rule])] = &[
    ("services", &[("", By(balanced::service))]),
    ("ingresses.networking.k8s.io", &[("", By(balanced::ingress))]),
    ("pods", &[("", By(pods::status))]),
    ("namespaces", &[("", By(namespace))]),
    ("nodes", &[("", By(nodes::status))]),
    ("certificatesigningrequests.certificates.k8s.io", &[("", By(signing::status))]),
    ("persistentvolumeclaims", &[("", By(claim))]),
    ("replicationcontrollers", &[("", By(counts::replica_set))]),
    ("replicasets.apps", &[("", By(counts::replica_set))]),
    ("deployments.apps", &[("", By(counts::deployment))]),
    ("statefulsets.apps", &[("", By(counts::stateful_set))]),
    ("daemonsets.apps", &[("", By(counts::daemon_set))]),
    ("jobs.batch", &[("", By(jobs::status))]),
    ("poddisruptionbudgets.policy", BUDGET),
    ("horizontalpodautoscalers.autoscaling", AUTOSCALER),
    (API_SERVICES, registration::STATUS),
    ("volumeattachments.storage.k8s.io", &[("", By(drivers::attachment))]),
    ("validatingadmissionpolicies.admissionregistration.k8s.io", POLICY),
];

/// What is wrong with what a policy says of its expressions.
const POLICY: &[Rule] = &[
    ("status.conditions", By(super::conditions::faults)),
    ("status.typeChecking.expressionWarnings[].warning", Required("")),
    ("status.typeChecking.expressionWarnings[].fieldRef", By(place)),
];
const BUDGET: &[Rule] = &[
    ("status.conditions", By(super::conditions::faults)),
    ("status.disruptionsAllowed", AtLeast(0)),
    ("status.currentHealthy", AtLeast(0)),
    ("status.desiredHealthy", AtLeast(0)),
    ("status.expectedPods", AtLeast(0)),
];
const AUTOSCALER: &[Rule] = &[
    ("status.conditions[].observedGeneration", AtLeast(0)),
    ("status.currentReplicas", AtLeast(0)),
    ("status.desiredReplicas", AtLeast(0)),
];
/// How far a claim can be that grows.
const GROWING: &[&str] = &[
    "ControllerResizeInProgress",
    "ControllerResizeInfeasible",
    "NodeResizeInProgress",
    "NodeResizeInfeasible",
    "NodeResizePending",
];

fn place(site: &Site<'_>) -> Causes {
    match site.text().trim() {
        "" => vec![site.required("")],
        path => {
            let why = jsonpath::parse(path).err().map(|why| format!("invalid JSONPath: {why}"));
            why.map(|why| Cause::invalid(&*site.place, path, &why)).into_iter().collect()
        }
    }
}

fn namespace(root: &Site<'_>) -> Causes {
    let (wanted, is) = if root.at("metadata.deletionTimestamp").is_given() {
        ("Terminating", "is not")
    } else {
        ("Active", "is")
    };
    let phase = root.at("status.phase");
    let why = format!("may only be '{wanted}' if `deletionTimestamp` {is} empty");
    let wrong = !phase.is(wanted);
    wrong.then(|| phase.moved("status.Phase".to_owned()).invalid_word(&why)).into_iter().collect()
}

fn claim(root: &Site<'_>) -> Causes {
    let status = root.at("status");
    let mut causes: Causes =
        status.at("capacity").entries().filter_map(|(_, amount)| negative(&amount)).collect();
    let steps = status.at("allocatedResourceStatuses");
    for (name, step) in steps.entries() {
        causes.extend(resource(&steps.place, name));
        if !GROWING.contains(&step.text()) {
            causes.push(Cause::unsupported_word(&*steps.place, name, GROWING));
        }
    }
    let amounts = status.at("allocatedResources");
    for (name, amount) in amounts.entries() {
        let faults = resource(&amounts.place, name);
        if faults.is_empty() {
            causes.extend(negative(&amount));
        }
        causes.extend(faults);
    }
    causes
}

fn negative(amount: &Site<'_>) -> Option<Cause> {
    let units = Quantity::of(amount.value).units();
    let why = "must be a valid resource quantity";
    (units < 0).then(|| Cause::invalid_value(&*amount.place, &units.into(), why))
}

/// The resources of claims are room, and those of others.
fn resource(place: &str, name: &str) -> Causes {
    let faults = key_faults(name);
    let is_native = !name.contains('/') || name.contains("kubernetes.io/");
    if faults.is_empty() && is_native && name != "storage" {
        return vec![Cause::unsupported(place, &quoted(name), &["storage"])];
    }
    faults.iter().map(|why| Cause::invalid(place, name, why)).collect()
}
