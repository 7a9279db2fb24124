//! What is wrong with the status of a pod: its conditions, its claims and its addresses.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::{super::annotations, ended, given};
use crate::{
    builtin::{
        checks::{Causes, SUBDOMAIN, check},
        site::Site,
        texts,
    },
    names::{key_faults, name_faults},
    net::addresses,
    resources::NameRule,
    status::Cause,
};

/// Conditions that are told by everybody.
const KNOWN: [&str; 3] = ["PodScheduled", "Ready", "Initialized"];
const GENERATION: &str = "must be a non-negative integer";

pub(super) fn status(root: &Site<'_>) -> Causes {
    let (spec, status) = (root.at("spec"), root.at("status"));
    let mut causes = annotations::kept(&root.at("metadata.annotations"));
    causes.extend(conditions(&status.at("conditions")));
    causes.extend(nominated(&spec, &status));
    causes.extend(generation(&status));
    let quality = status.at("qosClass");
    causes.extend(quality.is_changed().then(|| quality.invalid("field is immutable")));
    causes.extend(ended::of(&spec, &status.at("containerStatuses"), "containers"));
    causes.extend(ended::of(&spec, &status.at("initContainerStatuses"), "initContainers"));
    causes.extend(claims(&spec, &status.at("resourceClaimStatuses")));
    causes.extend(addresses(&status.at("podIPs")));
    causes.extend(first_address(&status));
    let (host, hosts) = (status.at("hostIP"), status.at("hostIPs"));
    let first = hosts.each().next().map(|entry| entry.at("ip")).filter(|first| first.text() != host.text());
    causes.extend(first.map(|first| first.invalid("must be equal to `hostIP`")));
    causes.extend(addresses(&hosts));
    causes.extend(ended::stay_so(&status.at("ephemeralContainerStatuses"), |_, _| false));
    causes.extend(given::faults(&spec, &status));
    causes
}

fn generation(site: &Site<'_>) -> Option<Cause> {
    let generation = site.at("observedGeneration");
    let wrong = generation.number().is_some_and(|number| number < 0);
    wrong.then(|| generation.invalid(GENERATION))
}

fn conditions(list: &Site<'_>) -> Causes {
    let mut causes = Vec::new();
    for condition in list.each() {
        causes.extend(generation(&condition));
        let kind = condition.at("type");
        if !KNOWN.contains(&kind.text()) {
            // The server writes its name so.
            let kind = kind.moved(format!("{}.Type", condition.place));
            causes.extend(kind.against(key_faults(kind.text())));
        }
    }
    causes
}

/// The node that a pod may come to.
fn nominated(spec: &Site<'_>, status: &Site<'_>) -> Causes {
    let node = status.at("nominatedNodeName");
    if !node.is_changed() || node.len() == 0 {
        return Vec::new();
    }
    let mut causes = check(&node, &[("", SUBDOMAIN)]);
    if spec.at("nodeName").len() > 0 {
        causes.push(node.forbidden("may not be set on pods that are already bound to a node"));
    }
    causes
}

fn claims(spec: &Site<'_>, list: &Site<'_>) -> Causes {
    let known: HashSet<&str> =
        spec.find("resourceClaims[].name").into_iter().map(|name| name.text()).collect();
    let mut causes = Vec::new();
    let mut told = HashSet::new();
    for claim in list.each() {
        let (name, made) = (claim.at("name"), claim.at("resourceClaimName"));
        if !known.contains(name.text()) {
            causes.push(name.invalid("must match the name of an entry in `spec.resourceClaims`"));
        }
        if !told.insert(name.text()) {
            causes.push(name.duplicate());
        }
        if made.is_given() {
            causes.extend(made.against(name_faults(made.text(), NameRule::Subdomain)));
        }
    }
    causes
}

/// One address of each family at the most.
fn addresses(list: &Site<'_>) -> Causes {
    let before = list.before.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let before: HashSet<&str> = before.iter().filter_map(|entry| entry["ip"].as_str()).collect();
    let mut causes = Vec::new();
    let mut families = Vec::new();
    for entry in list.each() {
        let ip = entry.at("ip").text();
        if !before.contains(ip) {
            causes.extend(texts::address(ip).iter().map(|why| Cause::invalid(&*entry.place, ip, why)));
        }
        families.push(addresses::tolerant(ip).map(|address| address.is_ipv4()));
    }
    if list.len() < 2 {
        return causes;
    }
    if let Some(at) = families.iter().position(Option::is_none) {
        let said = list.each().nth(at).map(|entry| entry.at("ip").text()).unwrap_or_default();
        let why = format!("failed to check for dual stack with error:invalid IP[{at}]: {said}");
        causes.push(Cause::internal(&*list.place, &why));
    }
    if list.len() > 2 || families.first() == families.get(1) || families.contains(&None) {
        causes.push(told(list, "may specify no more than one IP for each IP family"));
    }
    causes
}

/// The server shows addresses as it has them inside.
fn told(list: &Site<'_>, why: &str) -> Cause {
    let inside: Vec<Value> = list.each().map(|entry| json!({ "IP": entry.at("ip").text() })).collect();
    let inside = if list.is_given() { inside.into() } else { Value::Null };
    Cause::invalid_value(&*list.place, &inside, why)
}

fn first_address(status: &Site<'_>) -> Option<Cause> {
    let (one, all) = (status.at("podIP"), status.at("podIPs"));
    if (one.len() > 0) != (all.len() > 0) {
        return Some(told(&all, "podIP and podIPs must either both be set or both be unset"));
    }
    let first = all.each().next()?.at("ip");
    (first.text() != one.text()).then(|| first.invalid("must be equal to `podIP`"))
}
