//! What is wrong with services: their ports, their addresses, and what of both may change.

use std::collections::{BTreeSet, HashSet};

use serde_json::{Value, json};

use super::{
    addresses::{self, is_headless, special},
    containers::PROTOCOLS,
};
use crate::{
    builtin::{
        checks::{Causes, Check, LABEL, Rule, check},
        derived::is_reached,
        services::checks_health,
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
    ("port", By(said)),
    ("port", Port),
    ("protocol", OneOf(PROTOCOLS)),
    ("targetPort", By(said)),
    ("targetPort", PortOrName),
    ("appProtocol", Check::Said(key_faults)),
];
const RULES: &[Rule] =
    &[("selector", Labels), ("sessionAffinity", OneOf(&["ClientIP", "None"])), ("", By(affinity))];
const AFTER_PORTS: &[Rule] =
    &[("internalTrafficPolicy", OneOf(&["Cluster", "Local"])), ("trafficDistribution", By(distribution))];
const ONLY_BALANCED: &str = "may only be used when `type` is 'LoadBalancer'";

pub(super) fn service(root: &Site<'_>) -> Causes {
    let spec = root.at("spec");
    let (kind, ports) = (spec.at("type"), spec.at("ports"));
    let mut causes = Vec::new();
    if let Some(before) = spec.before {
        causes.extend(addresses::kept(&spec, before));
        causes.extend(kept_class(&spec, before));
    }
    let annotations = root.at("metadata.annotations");
    causes.extend(topology(&annotations));
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
    causes.extend(addresses::faults(&spec));
    let outside = spec.at("externalIPs");
    let were_there = before(&outside);
    for address in outside.each() {
        // What was taken once stays.
        let stays = were_there.contains(address.text());
        let faults = if stays { Vec::new() } else { texts::address(address.text()) };
        let special = if faults.is_empty() { special(address.text()) } else { Vec::new() };
        causes.extend(address.against(faults.into_iter().chain(special)));
    }
    causes.extend(check(&spec, &[("type", OneOf(TYPES))]));
    causes.extend(same_ports(&kind, &ports));
    causes.extend(balancing(&spec, &annotations));
    causes.extend(check(&spec, AFTER_PORTS));
    causes
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
        causes.extend(check(&port, PORT));
    }
    causes
}

/// A port that is not said is the port 0.
fn said(port: &Site<'_>) -> Causes {
    let why = "must be between 1 and 65535, inclusive";
    let nothing = (!port.is_given()).then(|| Cause::invalid_value(&*port.place, &0.into(), why));
    nothing.into_iter().collect()
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

/// How traffic is spread, for which a server has no type.
fn distribution(site: &Site<'_>) -> Causes {
    const KNOWN: &[&str] = &["PreferClose", "PreferSameZone", "PreferSameNode"];
    let is_unknown = site.value.is_string() && !KNOWN.contains(&site.text());
    is_unknown.then(|| site.unsupported_text(KNOWN)).into_iter().collect()
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

/// How the topology of nodes is regarded was once said otherwise.
fn topology(annotations: &Site<'_>) -> Option<Cause> {
    const MODE: &str = "service.kubernetes.io/topology-mode";
    const FORMER: &str = "service.kubernetes.io/topology-aware-hints";
    let said = |key| annotations.entries().find(|(name, _)| *name == key).map(|(_, site)| site);
    let (mode, former) = (said(MODE)?, said(FORMER)?);
    let why = format!("must match annotations[{FORMER}] when both are specified");
    (mode.value != former.value).then(|| mode.invalid(&why))
}

/// Whence a service is reached that is balanced, which an annotation says where no field does.
fn sources(spec: &Site<'_>, annotations: &Site<'_>, is_balanced: bool) -> Causes {
    const FORMER: &str = "service.beta.kubernetes.io/load-balancer-source-ranges";
    // The server writes its name so.
    let ranges =
        spec.at("loadBalancerSourceRanges").moved(format!("{}.LoadBalancerSourceRanges", spec.place));
    let wrong = |place: &str, said: &str| -> Causes {
        texts::range(said).iter().map(|why| Cause::invalid(place, said, why)).collect()
    };
    let mut causes = Vec::new();
    if ranges.len() > 0 {
        causes.extend((!is_balanced).then(|| ranges.forbidden(ONLY_BALANCED)));
        let were_there = before(&ranges);
        for range in ranges.each().filter(|range| !were_there.contains(range.text())) {
            causes.extend(wrong(&range.place, range.text().trim()));
        }
    } else if let Some((_, former)) = annotations.entries().find(|(name, _)| *name == FORMER) {
        causes.extend((!is_balanced).then(|| former.forbidden(ONLY_BALANCED)));
        let said = former.text().trim();
        if !said.is_empty() && (former.before.is_none() || former.is_changed()) {
            causes.extend(said.split(',').flat_map(|range| wrong(&former.place, range.trim())));
        }
    }
    causes
}

/// What only a service has that is balanced, or reached from outside.
fn balancing(spec: &Site<'_>, annotations: &Site<'_>) -> Causes {
    let mut causes = Vec::new();
    let is_balanced = spec.at("type").is("LoadBalancer");
    causes.extend(sources(spec, annotations, is_balanced));
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
        causes.push(policy.invalid_word("may only be set for externally-accessible services"));
    } else if is_reached {
        causes.extend(check(&policy, &[("", OneOf(&["Cluster", "Local"]))]));
    }
    let health = spec.at("healthCheckNodePort");
    let needs = |spec: &Value| spec.as_object().is_some_and(checks_health);
    let is_checked = needs(spec.value);
    causes.extend(check(&health, &[("", Port)]).into_iter().filter(|_| is_checked));
    if is_checked && spec.before.is_some_and(needs) && health.is_changed() {
        causes.push(health.forbidden("field is immutable"));
    }
    if health.number().is_some_and(|number| number != 0) && !is_checked {
        let why = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
        causes.push(health.invalid(why));
    }
    causes
}

/// The texts of a list as it was before.
fn before<'a>(list: &Site<'a>) -> HashSet<&'a str> {
    list.before.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
}

fn kept_class(spec: &Site<'_>, before: &Value) -> Causes {
    let class = spec.at("loadBalancerClass");
    let both = before["type"] == "LoadBalancer" && spec.at("type").is("LoadBalancer");
    (both && class.is_changed()).then(|| class.invalid("may not change once set")).into_iter().collect()
}
