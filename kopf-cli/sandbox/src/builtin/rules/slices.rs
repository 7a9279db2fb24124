//! What is wrong with slices of endpoints: their addresses, which are of one type, their ports, and whom they are meant for.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{addresses::special, containers::PROTOCOLS};
use crate::{
    builtin::{
        checks::{
            Causes,
            Check::{OneOf, Required, Said},
            LABEL, Rule, check,
        },
        site::Site,
        texts,
    },
    names::{key_faults, label_value_faults, name_faults},
    net::addresses,
    resources::NameRule,
    status::Cause,
};

const TYPES: &[&str] = &["FQDN", "IPv4", "IPv6"];
const MOST_ENDPOINTS: usize = 1_000;
const MOST_ADDRESSES: usize = 100;
const MOST_PORTS: usize = 20_000;
const MOST_HINTS: usize = 8;

const PORT: &[Rule] = &[("protocol", OneOf(PROTOCOLS)), ("appProtocol", Said(key_faults))];

pub(super) fn slice(root: &Site<'_>) -> Causes {
    let kind = root.at("addressType");
    let mut causes = Causes::new();
    if kind.is_changed() {
        causes.push(Cause::invalid_value(&*kind.place, &Value::Null, "field is immutable"));
    }
    let type_rule = if kind.len() == 0 { Required("") } else { OneOf(TYPES) };
    causes.extend(check(&kind, &[("", type_rule)]));
    causes.extend(ports(&root.at("ports")));
    let endpoints = root.at("endpoints");
    // Those that are as they were are left alone.
    if root.before.is_some() && !endpoints.is_changed() {
        return causes;
    }
    for addresses in endpoints.each().map(|endpoint| endpoint.at("addresses")) {
        causes.extend(check(&addresses, &[("", Required(""))]));
        causes.extend(too_many(&addresses, MOST_ADDRESSES));
    }
    match too_many(&endpoints, MOST_ENDPOINTS) {
        Some(cause) => causes.push(cause),
        None => causes.extend(endpoints.each().flat_map(|endpoint| of_endpoint(&endpoint, kind.text()))),
    }
    causes
}

fn of_endpoint(endpoint: &Site<'_>, kind: &str) -> Causes {
    let addresses = endpoint.at("addresses");
    let mut causes = Causes::new();
    for address in addresses.each() {
        causes.extend(match kind {
            "IPv4" | "IPv6" => of_family(&addresses, &address, kind),
            "FQDN" => domain(&address),
            _ => Vec::new(),
        });
    }
    let (node, host) = (endpoint.at("nodeName"), endpoint.at("hostname"));
    if node.is_given() {
        causes.extend(node.against(node_faults(node.text())));
    }
    if host.is_given() {
        causes.extend(host.against(name_faults(host.text(), NameRule::Label)));
    }
    let (zones, nodes) = (endpoint.at("hints.forZones"), endpoint.at("hints.forNodes"));
    match too_many(&zones, MOST_HINTS) {
        Some(cause) => causes.push(cause),
        None => {
            causes.extend(of_hints(&zones, label_value_faults));
            causes.extend(
                too_many(&nodes, MOST_HINTS)
                    .map_or_else(|| of_hints(&nodes, node_faults), |cause| vec![cause]),
            );
        }
    }
    causes
}

fn of_family(list: &Site<'_>, address: &Site<'_>, kind: &str) -> Causes {
    let text = address.text();
    let mut causes = address.against(texts::address(text));
    let Some(parsed) = addresses::tolerant(text).filter(|_| causes.is_empty()) else { return causes };
    if kind == "IPv6" && parsed.to_string() != text {
        return vec![address.invalid(&format!("must be in canonical form ({:?})", parsed.to_string()))];
    }
    if parsed.is_ipv4() != (kind == "IPv4") {
        causes.push(Cause::invalid(&*list.place, text, &format!("must be an {kind} address")));
    }
    causes.extend(address.against(special(text)));
    causes
}

/// A name of at least two parts, with a dot behind it or not.
fn domain(address: &Site<'_>) -> Causes {
    let name = address.text().strip_suffix('.').unwrap_or(address.text());
    let invalid = |said: &str, why: &str| vec![Cause::invalid(&*address.place, said, why)];
    let of_whole = name_faults(name, NameRule::Subdomain);
    let wrong_part = || {
        let parts = name.split('.').map(|part| (part, name_faults(part, NameRule::Label)));
        parts.into_iter().find(|(_, faults)| !faults.is_empty())
    };
    if address.len() == 0 {
        vec![address.required("")]
    } else if !of_whole.is_empty() {
        invalid(name, &of_whole.join(","))
    } else if !name.contains('.') {
        invalid(name, "should be a domain with at least two segments separated by dots")
    } else {
        wrong_part().map_or_else(Vec::new, |(part, faults)| invalid(part, &faults.join(",")))
    }
}

fn ports(ports: &Site<'_>) -> Causes {
    if let Some(cause) = too_many(ports, MOST_PORTS) {
        return vec![cause];
    }
    let mut known = BTreeSet::new();
    let mut causes = Causes::new();
    for port in ports.each() {
        let name = port.at("name");
        causes.extend(check(&name, &[("", LABEL)]));
        causes.extend(twice(&name, &mut known));
        causes.extend(check(&port, PORT));
    }
    causes
}

/// What is wrong with a name that others have before it.
fn twice<'a>(name: &Site<'a>, known: &mut BTreeSet<&'a str>) -> Option<Cause> {
    (!known.insert(name.text())).then(|| Cause::duplicate(&*name.place, &name.text().into()))
}

fn of_hints(hints: &Site<'_>, faults: fn(&str) -> Vec<String>) -> Causes {
    let mut known = BTreeSet::new();
    let mut causes = Causes::new();
    for name in hints.each().map(|hint| hint.at("name")) {
        causes.extend(name.against(faults(name.text())));
        causes.extend(twice(&name, &mut known));
    }
    causes
}

fn node_faults(name: &str) -> Vec<String> {
    name_faults(name, NameRule::Subdomain)
}

fn too_many(list: &Site<'_>, most: usize) -> Option<Cause> {
    let (found, limit) = (list.len(), most as u64);
    (found > most).then(|| Cause::too_many(&*list.place, found as u64, limit))
}
