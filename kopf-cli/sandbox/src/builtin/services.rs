//! The addresses and ports that services are given, and what of a service goes with its type.

mod addresses;
mod pool;
mod ports;

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::derived::is_reached;
use crate::status::{About, Cause, Status};

pub(crate) use pool::{SERVER_ADDRESS, Taken};

use pool::Pool;
use ports::OUTSIDE;

type Fields = Map<String, Value>;

/// The label by which slices say whose they are.
pub(crate) const OF_SERVICE: &str = "kubernetes.io/service-name";
/// The resource key of services.
pub(crate) const SERVICES: &str = "services";

/// Why a service cannot have what it wants.
#[derive(Debug)]
enum Refusal {
    Invalid(Vec<Cause>),
    /// The server's trouble with the rest of the cluster.
    Internal(String),
    /// What the server has no reason for.
    Failure(String),
}

/// Leaves a service the addresses and the ports that it was given, gives it those that it lacks, and refuses what it cannot
/// have; `old` is what it was.
pub(crate) fn allot(
    taken: &Taken,
    dry_run: bool,
    about: About<'_>,
    metadata: &Fields,
    rest: &mut Fields,
    old: Option<&Value>,
) -> Result<(), Status> {
    let Some(Value::Object(spec)) = rest.get_mut("spec") else { return Ok(()) };
    let old = old.and_then(|old| old["spec"].as_object());
    let mut pool = Pool::new(taken, dry_run, metadata);
    if let Some(old) = old {
        ports::keep(spec, old);
    }
    spec.retain(|name, value| name != "clusterIP" || value != "");
    addresses::keep(spec, old);
    let allotted = addresses::allot(spec, old, &pool, about.name);
    allotted.and_then(|()| ports::allot(spec, old, &mut pool)).map_err(|why| match why {
        Refusal::Invalid(causes) => Status::invalid(about, causes),
        Refusal::Internal(why) => Status::internal_error(&why),
        Refusal::Failure(why) => Status::failure(why),
    })?;
    if let Some(old) = old {
        drop_useless(rest, old);
    }
    Ok(())
}

/// Whether those that balance a service ask its nodes how it is.
pub(super) fn checks_health(spec: &Fields) -> bool {
    is_of(spec, &["LoadBalancer"]) && text(spec.get("externalTrafficPolicy")) == "Local"
}

/// Whether a service is reached by ports of nodes.
pub(super) fn needs_ports(spec: &Fields) -> bool {
    is_of(spec, &["NodePort"])
        || is_of(spec, &["LoadBalancer"]) && spec.get("allocateLoadBalancerNodePorts") != Some(&false.into())
}

/// Takes from a service what its new type has no use for, unless that was changed as well.
fn drop_useless(rest: &mut Fields, old: &Fields) {
    let Some(Value::Object(spec)) = rest.get_mut("spec") else { return };
    if is_of(spec, &["ExternalName"]) && !is_of(old, &["ExternalName"]) {
        if same(spec, old, "clusterIP") && same(spec, old, "clusterIPs") {
            spec.shift_remove("clusterIP");
            spec.shift_remove("clusterIPs");
        }
        drop_unchanged(spec, old, &["ipFamilies", "ipFamilyPolicy", "internalTrafficPolicy"]);
    }
    let balanced = ["LoadBalancer"];
    if is_of(old, &balanced) && !is_of(spec, &balanced) {
        drop_unchanged(spec, old, &["allocateLoadBalancerNodePorts", "loadBalancerClass"]);
    }
    if checks_health(old) && !checks_health(spec) {
        drop_unchanged(spec, old, &["healthCheckNodePort"]);
    }
    if is_reached(old) && !is_reached(spec) {
        drop_unchanged(spec, old, &["externalTrafficPolicy"]);
    }
    let known: BTreeSet<i64> = ports::node_ports(old).collect();
    let is_known = ports::node_ports(spec).all(|port| known.contains(&port));
    if is_of(old, OUTSIDE) && !is_of(spec, OUTSIDE) && is_known {
        for port in spec.get_mut("ports").and_then(Value::as_array_mut).into_iter().flatten() {
            port.as_object_mut().map(|port| port.shift_remove("nodePort"));
        }
    }
    // Who is not balanced any more has nothing to be balanced by.
    if !is_of(spec, &balanced) {
        rest.insert("status".to_owned(), json!({ "loadBalancer": {} }));
    }
}

fn ports(spec: &Fields) -> impl Iterator<Item = &Value> {
    spec.get("ports").and_then(Value::as_array).into_iter().flatten()
}

fn list(spec: &Fields, field: &str) -> Vec<Value> {
    spec.get(field).and_then(Value::as_array).cloned().unwrap_or_default()
}

fn text(value: Option<&Value>) -> &str {
    value.and_then(Value::as_str).unwrap_or_default()
}

/// A number that is said; 0 says none.
fn number(value: Option<&Value>) -> Option<i64> {
    value.and_then(Value::as_i64).filter(|number| *number != 0)
}

fn is_of(spec: &Fields, types: &[&str]) -> bool {
    spec.get("type").and_then(Value::as_str).is_some_and(|kind| types.contains(&kind))
}

fn same(spec: &Fields, old: &Fields, field: &str) -> bool {
    let nothing = Value::Null;
    spec.get(field).unwrap_or(&nothing) == old.get(field).unwrap_or(&nothing)
}

fn drop_unchanged(spec: &mut Fields, old: &Fields, fields: &[&str]) {
    for field in fields.iter().filter(|field| old.contains_key(**field)) {
        if spec.get(*field) == old.get(*field) {
            spec.shift_remove(*field);
        }
    }
}
