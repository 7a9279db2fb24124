//! What is wrong with objects of built-in kinds: for each kind its rules, by groups of kinds.
//!
//! Not everything that a real server checks is checked here, but nothing is refused that one takes.

mod access;
mod addresses;
mod annotations;
mod classes;
mod conditions;
mod containers;
mod data;
mod devices;
mod drivers;
mod endpoints;
mod environment;
mod jobs;
mod limits;
mod mounts;
mod namespaces;
mod networking;
mod nodes;
mod others;
mod persistent;
mod placement;
mod pods;
mod probes;
mod projected;
mod registration;
mod resources;
mod scaling;
mod schedule;
mod security;
mod services;
pub(super) mod signing;
mod slices;
mod sources;
mod statuses;
mod storage;
mod together;
mod volumes;
mod windows;
mod workloads;
mod zones;

use serde_json::Value;

pub(super) use addresses::{faults as address_faults, is_headless};
pub(crate) use namespaces::finalizer_faults;

use super::{
    Empties,
    checks::{Check::By, Rule, check},
    declared,
    site::Site,
};
use crate::{
    resources::{API_SERVICES, LIMIT_RANGES},
    status::Cause,
};

/// The rules of kinds, by the keys of their resources.
const KINDS: &[(&str, &[Rule])] = &[
    ("configmaps", &[("", By(data::config_map))]),
    ("secrets", &[("", By(data::secret))]),
    ("services", &[("", By(services::service))]),
    ("endpoints", &[("", By(endpoints::endpoints))]),
    ("endpointslices.discovery.k8s.io", &[("", By(slices::slice))]),
    ("pods", &[("", By(pods::pod))]),
    ("nodes", &[("", By(nodes::node))]),
    ("podtemplates", &[("template", By(pods::template))]),
    ("replicationcontrollers", &[("", By(workloads::replication_controller))]),
    ("deployments.apps", &[("", By(workloads::deployment))]),
    ("replicasets.apps", &[("", By(workloads::replica_set))]),
    ("daemonsets.apps", &[("", By(workloads::daemon_set))]),
    ("statefulsets.apps", &[("", By(workloads::stateful_set))]),
    ("controllerrevisions.apps", workloads::REVISION),
    ("jobs.batch", &[("", By(jobs::job))]),
    ("cronjobs.batch", &[("", By(jobs::cron_job))]),
    ("persistentvolumeclaims", &[("", By(storage::claim))]),
    ("persistentvolumes", &[("", By(persistent::volume))]),
    ("storageclasses.storage.k8s.io", classes::STORAGE),
    ("volumeattributesclasses.storage.k8s.io", classes::ATTRIBUTES),
    ("runtimeclasses.node.k8s.io", &[("", By(classes::runtime))]),
    ("csidrivers.storage.k8s.io", drivers::DRIVER),
    ("csinodes.storage.k8s.io", &[("", By(drivers::node))]),
    ("csistoragecapacities.storage.k8s.io", &[("", By(drivers::capacity))]),
    ("volumeattachments.storage.k8s.io", &[("", By(drivers::attachment))]),
    (LIMIT_RANGES, &[("", By(limits::range))]),
    ("namespaces", &[("spec.finalizers", By(namespaces::finalizers))]),
    ("ingresses.networking.k8s.io", &[("", By(networking::ingress))]),
    ("ingressclasses.networking.k8s.io", &[("", By(networking::class))]),
    ("networkpolicies.networking.k8s.io", &[("", By(networking::policy))]),
    ("horizontalpodautoscalers.autoscaling", &[("", By(scaling::autoscaler))]),
    ("poddisruptionbudgets.policy", &[("", By(scaling::budget))]),
    ("roles.rbac.authorization.k8s.io", &[("", By(access::role))]),
    ("clusterroles.rbac.authorization.k8s.io", &[("", By(access::cluster_role))]),
    ("rolebindings.rbac.authorization.k8s.io", &[("", By(access::binding))]),
    ("clusterrolebindings.rbac.authorization.k8s.io", &[("", By(access::cluster_binding))]),
    (API_SERVICES, &[("", By(registration::api_service))]),
    ("certificatesigningrequests.certificates.k8s.io", &[("", By(signing::request))]),
    ("leases.coordination.k8s.io", others::LEASE),
    ("priorityclasses.scheduling.k8s.io", &[("", By(others::priority))]),
];

/// What is wrong with the status of an object.
pub(crate) fn status_faults(key: &str, object: &Value, old: Option<&Value>) -> Vec<Cause> {
    let rules = statuses::KINDS.iter().find(|(kind, _)| *kind == key);
    rules.map_or_else(Vec::new, |(_, rules)| check(&Site::root(object, old), rules))
}

/// What is wrong with who grants what is asked for.
pub(crate) fn approval_faults(object: &Value, old: Option<&Value>) -> Vec<Cause> {
    signing::approval(&Site::root(object, old))
}

/// What is wrong with an object as a whole, in which `empties` are said to be so; `old` is absent on creation.
pub(crate) fn faults(key: &str, object: &Value, old: Option<&Value>, empties: &Empties) -> Vec<Cause> {
    let Some((_, rules)) = KINDS.iter().find(|(kind, _)| *kind == key) else { return Vec::new() };
    let mut causes = check(&Site::root(object, old).with(empties), rules);
    causes.extend(match (key, old) {
        ("secrets", _) => data::token(object),
        ("jobs.batch", _) => jobs::name(object),
        ("cronjobs.batch", None) => jobs::cron_name(object),
        ("priorityclasses.scheduling.k8s.io", None) => others::priority_name(object),
        _ => Vec::new(),
    });
    declared::last(key, &mut causes);
    causes
}
