//! What is wrong with services: their ports, their addresses, and what of both may change.

use std::{collections::BTreeSet, net::IpAddr};

use serde_json::{Value, json};

use super::containers::PROTOCOLS;
use crate::{
    builtin::{
        checks::{Causes, Check, LABEL, Rule, check},
        derived::is_reached,
        services::{NODE_PORTS, checks_health, needs_ports},
        site::Site,
        texts,
    },
    names::{key_faults, name_faults},
    printed,
    resources::NameRule,
    status::Cause,
};

use Check::{By, Labels, OneOf, Port, PortOrName};

const TYPES: &[&str] = &["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"];
const PORT: &[Rule] = &[
    ("port", Port),
    ("protocol", OneOf(PROTOCOLS)),
    ("targetPort", PortOrName),
    ("appProtocol", Check::Text(key_faults)),
];
const RULES: &[Rule] =
    &[("selector", Labels), ("sessionAffinity", OneOf(&["ClientIP", "None"])), ("", By(affinity))];
const FAMILIES: &[Rule] = &[
    ("ipFamilies[]", OneOf(&["IPv4", "IPv6"])),
    ("ipFamilyPolicy", OneOf(&["PreferDualStack", "RequireDualStack", "SingleStack"])),
];
const AFTER_PORTS: &[Rule] = &[
    ("internalTrafficPolicy", OneOf(&["Cluster", "Local"])),
    ("trafficDistribution", OneOf(&["PreferClose", "PreferSameZone", "PreferSameNode"])),
];
const ONLY_BALANCED: &str = "may only be used when `type` is 'LoadBalancer'";

/// What is wrong with the addresses of a service or, if that is nothing, with its ports of nodes, of which the first is told.
pub(super) fn address_faults(root: &Site<'_>) -> Causes {
    let spec = root.at("spec");
    if spec.at("type").is("ExternalName") {
        return Vec::new();
    }
    let causes = addresses(&spec);
    if !causes.is_empty() || !spec.value.as_object().is_some_and(needs_ports) {
        return causes;
    }
    let known: Vec<&Value> = match spec.before.map(|before| &before["ports"]) {
        Some(Value::Array(ports)) => ports.iter().map(|port| &port["nodePort"]).collect(),
        _ => Vec::new(),
    };
    let numbers = spec.at("ports").each().map(|port| port.at("nodePort")).collect::<Vec<_>>();
    let is_wrong = |number: &Site<'_>| {
        let said = number.number().filter(|said| *said != 0);
        said.is_some_and(|said| !NODE_PORTS.contains(&said)) && !known.contains(&number.value)
    };
    let why = format!(
        "provided port is not in the valid range. The range of valid ports is {}-{}",
        NODE_PORTS.start(),
        NODE_PORTS.end()
    );
    numbers.into_iter().find(is_wrong).map(|number| number.invalid(&why)).into_iter().collect()
}

pub(super) fn service(root: &Site<'_>) -> Causes {
    let spec = root.at("spec");
    let (kind, ports) = (spec.at("type"), spec.at("ports"));
    let mut causes = Vec::new();
    if let Some(before) = spec.before {
        causes.extend(kept_addresses(&spec, before));
        causes.extend(kept_class(&spec, before));
    }
    let headless = is_headless(spec.value);
    if ports.len() == 0 && !headless && !kind.is("ExternalName") {
        causes.push(ports.required(""));
    }
    match kind.text() {
        "LoadBalancer" | "NodePort" if headless => {
            let why = format!("may not be set to 'None' for {} services", kind.text());
            causes.push(Cause::invalid("spec.clusterIPs[0]", "None", &why));
        }
        "ExternalName" => causes.extend(outside(&spec)),
        _ => {}
    }
    causes.extend(port_faults(&ports));
    causes.extend(check(&spec, RULES));
    for address in spec.at("externalIPs").each() {
        let faults = texts::address(address.text());
        let special = if faults.is_empty() { special(address.text()) } else { Vec::new() };
        causes.extend(address.against(faults.into_iter().chain(special)));
    }
    causes.extend(check(&spec, &[("type", OneOf(TYPES))]));
    causes.extend(same_ports(&kind, &ports));
    causes.extend(balancing(&spec));
    causes.extend(check(&spec, AFTER_PORTS));
    causes
}

pub(in crate::builtin) fn is_headless(spec: &Value) -> bool {
    spec["clusterIPs"].as_array().map_or_else(
        || spec["clusterIP"] == "None",
        |addresses| addresses.len() == 1 && addresses[0] == "None",
    )
}

/// A service that is but a name has no address.
fn outside(spec: &Site<'_>) -> Causes {
    let mut causes = Vec::new();
    let addresses = spec.at("clusterIPs");
    if addresses.len() > 0 || spec.at("clusterIP").len() > 0 {
        causes.push(addresses.forbidden("may not be set for ExternalName services"));
    }
    for field in ["ipFamilies", "ipFamilyPolicy"] {
        if spec.at(field).len() > 0 {
            causes.push(spec.at(field).forbidden("may not be set for ExternalName services"));
        }
    }
    let name = spec.at("externalName");
    let said = name.text().strip_suffix('.').unwrap_or(name.text());
    if said.is_empty() {
        causes.push(name.required(""));
    } else {
        let why = name_faults(said, NameRule::Subdomain);
        causes.extend(why.iter().map(|why| Cause::invalid(&*name.place, said, why)));
    }
    causes
}

fn port_faults(ports: &Site<'_>) -> Causes {
    let mut causes = Vec::new();
    let mut known = BTreeSet::new();
    for port in ports.each() {
        let name = port.at("name");
        if name.len() == 0 {
            causes.extend((ports.len() > 1).then(|| name.required("")));
        } else {
            causes.extend(check(&name, &[("", LABEL)]));
            if !known.insert(name.text()) {
                causes.push(name.duplicate());
            }
        }
        // A port that is not said is the port 0.
        for field in ["port", "targetPort"].map(|field| port.at(field)).iter().filter(|site| !site.is_given())
        {
            let why = "must be between 1 and 65535, inclusive";
            causes.push(Cause::invalid_value(&*field.place, &0.into(), why));
        }
        causes.extend(check(&port, PORT));
    }
    causes
}

/// No two ports can be the same, nor can they be the same of a node.
fn same_ports(kind: &Site<'_>, ports: &Site<'_>) -> Causes {
    let mut causes = Vec::new();
    let node = |port: &Site<'_>| port.at("nodePort").number().filter(|number| *number != 0);
    if kind.is("ClusterIP") {
        for port in ports.each().filter(|port| node(port).is_some()) {
            causes.push(port.at("nodePort").forbidden("may not be used when `type` is 'ClusterIP'"));
        }
    }
    let mut known = BTreeSet::new();
    for port in ports.each() {
        let Some(number) = node(&port) else { continue };
        if !known.insert((port.at("protocol").text(), number)) {
            causes.push(Cause::duplicate(port.at("nodePort").place, &number.into()));
        }
    }
    let mut known = BTreeSet::new();
    for port in ports.each() {
        let (protocol, number) = (port.at("protocol").text(), port.at("port").number().unwrap_or_default());
        if !known.insert((protocol, number)) {
            let said = json!({
                "Name": "", "Protocol": protocol, "AppProtocol": null, "Port": number, "TargetPort": 0, "NodePort": 0,
            });
            causes.push(Cause {
                reason: "FieldValueDuplicate",
                message: format!("Duplicate value: {}", printed::bad_value(&said)),
                field: port.place,
            });
        }
    }
    causes
}

fn affinity(spec: &Site<'_>) -> Causes {
    let config = spec.at("sessionAffinityConfig");
    match spec.at("sessionAffinity").text() {
        "None" if config.is_given() => {
            vec![config.forbidden("must not be set when session affinity is None")]
        }
        "ClientIP" => {
            let seconds = config.at("clientIP.timeoutSeconds");
            let missing = [&config, &config.at("clientIP"), &seconds]
                .into_iter()
                .find(|site| !site.is_given())
                .cloned();
            if let Some(missing) = missing {
                return vec![missing.required("when session affinity type is ClientIP")];
            }
            let wrong = seconds.number().is_some_and(|number| !(1..=86_400).contains(&number));
            wrong.then(|| seconds.invalid("must be greater than 0 and less than 86400")).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

fn addresses(spec: &Site<'_>) -> Causes {
    let mut causes = Vec::new();
    let list = spec.at("clusterIPs");
    let first = spec.at("clusterIP");
    if first.len() > 0 && list.len() > 0 && list.value[0] != *first.value {
        causes.push(list.invalid("first value must match `clusterIP`"));
    }
    causes.extend(check(spec, FAMILIES));
    let mut known = Vec::new();
    for family in spec.at("ipFamilies").each() {
        if known.contains(&family.text()) {
            causes.push(family.duplicate());
        }
        known.push(family.text());
    }
    let before: &[Value] =
        spec.before.and_then(|before| before["clusterIPs"].as_array()).map_or(&[], Vec::as_slice);
    let said: Vec<Value> = match list.value.as_array() {
        Some(list) => list.clone(),
        None if first.len() > 0 => vec![first.value.clone()],
        None => Vec::new(),
    };
    for (at, address) in said.iter().enumerate() {
        let text = address.as_str().unwrap_or_default();
        let place = format!("{}[{at}]", list.place);
        if at == 0 && text == "None" {
            if said.len() > 1 {
                causes.push(list.invalid("'None' must be the first and only value"));
            }
        } else if !before.contains(address) {
            causes.extend(texts::address(text).iter().map(|why| Cause::invalid(&*place, text, why)));
        }
    }
    if said.len() > 2 {
        causes.push(list.invalid("may only hold up to 2 values"));
    }
    causes
}

/// Why an address cannot be one that is known outside.
pub(super) fn special(text: &str) -> Vec<String> {
    let why = match texts::address_of(text) {
        Some(address) if address.is_unspecified() => format!("may not be unspecified ({text})"),
        Some(address) if address.is_loopback() => {
            "may not be in the loopback range (127.0.0.0/8, ::1/128)".to_owned()
        }
        Some(IpAddr::V4(address)) if address.is_link_local() => LINK.to_owned(),
        Some(IpAddr::V6(address)) if address.segments()[0] & 0xffc0 == 0xfe80 => LINK.to_owned(),
        Some(IpAddr::V4(address)) if address.octets()[..3] == [224, 0, 0] => CAST.to_owned(),
        Some(IpAddr::V6(address)) if address.segments()[0] == 0xff02 => CAST.to_owned(),
        _ => return Vec::new(),
    };
    vec![why]
}

const LINK: &str = "may not be in the link-local range (169.254.0.0/16, fe80::/10)";
const CAST: &str = "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)";

/// What only a service has that is balanced, or reached from outside.
fn balancing(spec: &Site<'_>) -> Causes {
    let mut causes = Vec::new();
    let is_balanced = spec.at("type").is("LoadBalancer");
    let ranges = spec.at("loadBalancerSourceRanges");
    if ranges.len() > 0 {
        // The server writes its name so.
        let place = format!("{}.LoadBalancerSourceRanges", spec.place);
        let ranges = ranges.moved(place);
        causes.extend((!is_balanced).then(|| ranges.forbidden(ONLY_BALANCED)));
        for range in ranges.each() {
            let said = range.text().trim();
            causes.extend(texts::range(said).iter().map(|why| Cause::invalid(&*range.place, said, why)));
        }
    }
    let nodes = spec.at("allocateLoadBalancerNodePorts");
    causes.extend((nodes.is_given() && !is_balanced).then(|| nodes.forbidden(ONLY_BALANCED)));
    let class = spec.at("loadBalancerClass");
    if class.is_given() && !is_balanced {
        causes.push(class.forbidden(ONLY_BALANCED));
    } else if class.is_given() {
        causes.extend(class.against(key_faults(class.text())));
    }
    let policy = spec.at("externalTrafficPolicy");
    let is_reached = spec.value.as_object().is_some_and(is_reached);
    if policy.len() > 0 && !is_reached {
        causes.push(policy.invalid("may only be set for externally-accessible services"));
    } else if is_reached {
        causes.extend(check(&policy, &[("", OneOf(&["Cluster", "Local"]))]));
    }
    let health = spec.at("healthCheckNodePort");
    let is_checked = spec.value.as_object().is_some_and(checks_health);
    if health.number().is_some_and(|number| number != 0) && !is_checked {
        let why = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
        causes.push(health.invalid(why));
    }
    causes
}

/// What a service was given it keeps, as long as it has an address at all.
fn kept_addresses(spec: &Site<'_>, before: &Value) -> Causes {
    let list = |spec: &Value| spec["clusterIPs"].as_array().cloned().unwrap_or_default();
    let (then, now) = (list(before), list(spec.value));
    let outside = |spec: &Value| spec["type"] == "ExternalName";
    if outside(before) || outside(spec.value) || (is_headless(before) && is_headless(spec.value)) {
        return Vec::new();
    }
    let invalid = |at: usize, why: &str| {
        Cause::invalid_value(format!("spec.clusterIPs[{at}]"), &now.clone().into(), why)
    };
    let changed = |at: usize| invalid(at, "may not change once set");
    if then.len() == now.len() {
        return (0..then.len()).filter(|at| then[*at] != now[*at]).map(changed).collect();
    }
    let mut causes = Vec::new();
    if now.is_empty() {
        causes.push(invalid(0, "primary clusterIP can not be unset"));
    } else if !then.is_empty() && then[0] != now[0] {
        causes.push(changed(0));
    }
    let policy = spec.at("ipFamilyPolicy");
    if then.len() > now.len() && now.len() == 1 && !policy.is("SingleStack") {
        causes.push(policy.invalid("must be set to 'SingleStack' when releasing the secondary clusterIP"));
    }
    causes
}

fn kept_class(spec: &Site<'_>, before: &Value) -> Causes {
    let class = spec.at("loadBalancerClass");
    let both = before["type"] == "LoadBalancer" && spec.at("type").is("LoadBalancer");
    (both && class.is_changed()).then(|| class.invalid("may not change once set")).into_iter().collect()
}
