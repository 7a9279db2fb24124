//! What is wrong with ingresses and with policies of networks.

use serde_json::Value;

use crate::{
    builtin::{
        checks::{Causes, Check, Rule, SUBDOMAIN, check, selector_faults},
        site::Site,
        texts,
    },
    names::name_faults,
    net::addresses,
    resources::NameRule,
    status::Cause,
};

use Check::{By, OneOf, Required, Selector};

/// What a path may not have in it, and what it may not end with.
const SEQUENCES: [&str; 6] = ["//", "/./", "/../", "%2f", "%2F", "\0"];
const SUFFIXES: [&str; 2] = ["/..", "/."];
const OF_INGRESSES: &[Rule] = &[
    ("defaultBackend", By(backend)),
    ("rules[]", By(rule)),
    ("tls[]", By(certificate)),
    ("ingressClassName", By(named)),
];
const OF_POLICIES: &[Rule] = &[
    ("podSelector", Selector),
    ("ingress[]", By(|rule| traffic(rule, "from"))),
    ("egress[]", By(|rule| traffic(rule, "to"))),
];

pub(super) fn ingress(root: &Site<'_>) -> Causes {
    let spec = root.at("spec");
    let mut causes = Vec::new();
    if spec.at("rules").len() == 0 && !spec.at("defaultBackend").is_given() {
        let why = "either `defaultBackend` or `rules` must be specified";
        causes.push(Cause::invalid_value(&*spec.place, spec.at("rules").value, why));
    }
    causes.extend(check(&spec, OF_INGRESSES));
    causes
}

/// What is wrong with a reference to an object of some kind.
fn reference(site: &Site<'_>) -> Causes {
    let group = site.at("apiGroup");
    let mut causes = named(&group);
    for part in [site.at("kind"), site.at("name")] {
        if part.len() == 0 {
            causes.push(part.required(""));
        } else {
            causes.extend(part.against(name_faults(part.text(), NameRule::PathSegment)));
        }
    }
    causes
}

/// What is wrong with where the controller of a class has its parameters.
fn parameters(site: &Site<'_>) -> Causes {
    const SCOPES: &[&str] = &["Cluster", "Namespace"];
    if !site.is_given() {
        return Vec::new();
    }
    let (scope, home) = (site.at("scope"), site.at("namespace"));
    let mut causes = reference(site);
    match scope.text() {
        "Namespace" if !home.is_given() => {
            causes.push(home.required("`parameters.scope` is set to 'Namespace'"));
        }
        "Namespace" => causes.extend(home.against(name_faults(home.text(), NameRule::Label))),
        "Cluster" if home.is_given() => {
            causes.push(home.forbidden("`parameters.scope` is set to 'Cluster'"));
        }
        "Cluster" => {}
        _ => causes.push(scope.unsupported_text(SCOPES)),
    }
    causes
}

fn named(site: &Site<'_>) -> Causes {
    if site.is_given() { site.against(name_faults(site.text(), NameRule::Subdomain)) } else { Vec::new() }
}

fn rule(site: &Site<'_>) -> Causes {
    let host = site.at("host");
    let mut causes = Vec::new();
    if host.len() > 0 {
        if addresses::tolerant(host.text()).is_some() {
            causes.push(host.invalid("must be a DNS name, not an IP address"));
        }
        causes.extend(host.against(texts::host(host.text())));
    }
    let http = site.at("http");
    if http.is_given() {
        causes.extend(check(&http, &[("paths", Required("")), ("paths[]", By(path))]));
    }
    causes
}

fn path(site: &Site<'_>) -> Causes {
    let (kind, path) = (site.at("pathType"), site.at("path"));
    if !kind.is_given() {
        return vec![kind.required("pathType must be specified")];
    }
    let mut causes = Vec::new();
    let mut say = |why: &str| causes.push(Cause::invalid(&*path.place, path.text(), why));
    let text = path.text();
    let absolute = text.starts_with('/');
    match kind.text() {
        "Exact" | "Prefix" => {
            if !absolute {
                say("must be an absolute path");
            }
            for part in SEQUENCES.iter().filter(|part| text.contains(**part)) {
                say(&format!("must not contain '{part}'"));
            }
            for end in SUFFIXES.iter().filter(|end| text.ends_with(**end)) {
                say(&format!("cannot end with '{end}'"));
            }
        }
        "ImplementationSpecific" => {
            if !absolute && !text.is_empty() {
                say("must be an absolute path");
            }
        }
        _ => causes.push(kind.unsupported(&["Exact", "ImplementationSpecific", "Prefix"])),
    }
    causes.extend(backend(&site.at("backend")));
    causes
}

fn backend(site: &Site<'_>) -> Causes {
    let (service, resource) = (site.at("service"), site.at("resource"));
    let said = |why: &str| vec![Cause::invalid(&*site.place, "", why)];
    match (service.is_given(), resource.is_given()) {
        (true, true) => said("cannot set both resource and service backends"),
        (false, true) => reference(&resource),
        (true, false) => {
            let name = service.at("name");
            let mut causes = Vec::new();
            if name.len() == 0 {
                causes.push(name.required(""));
            } else {
                causes.extend(name.against(name_faults(name.text(), NameRule::Label)));
            }
            let (called, number) = (service.at("port.name"), service.at("port.number"));
            let numbered = number.number().is_some_and(|number| number != 0);
            match (called.len() > 0, numbered) {
                (true, true) => causes.extend(said("cannot set both port name & port number")),
                (true, false) => causes.extend(called.against(texts::port_name(called.text()))),
                (false, true) => causes.extend(check(&number, &[("", Check::Port)])),
                (false, false) => causes.push(site.required("port name or number is required")),
            }
            causes
        }
        // A default one need not be there at all.
        (false, false) if site.place == "spec.defaultBackend" && !site.is_given() => Vec::new(),
        (false, false) => said("resource or service backend is required"),
    }
}

fn certificate(site: &Site<'_>) -> Causes {
    let hosts = site.at("hosts");
    let mut causes: Causes = hosts.each().flat_map(|host| host.against(texts::host(host.text()))).collect();
    causes.extend(check(site, &[("secretName", SUBDOMAIN)]));
    causes
}

/// What is wrong with a class of ingresses.
pub(super) fn class(root: &Site<'_>) -> Causes {
    let controller = root.at("spec.controller");
    let mut causes = Vec::new();
    if controller.is_changed() {
        causes.push(Cause::invalid(&*controller.place, controller.text(), "field is immutable"));
    }
    if controller.len() > 250 {
        causes.push(Cause::too_long(&*controller.place, 250));
    }
    if controller.len() == 0 {
        causes.push(controller.required(""));
    } else if !controller
        .text()
        .split_once('/')
        .is_some_and(|(domain, path)| !domain.is_empty() && !path.is_empty())
    {
        causes.push(controller.invalid("must be a domain-prefixed path (such as \"acme.io/foo\")"));
    }
    causes.extend(parameters(&root.at("spec.parameters")));
    causes
}

/// What is wrong with a policy of networks.
pub(super) fn policy(root: &Site<'_>) -> Causes {
    const TYPES: &[&str] = &["Ingress", "Egress"];
    let spec = root.at("spec");
    let mut causes = check(&spec, OF_POLICIES);
    let types = spec.at("policyTypes");
    if types.len() > 2 {
        causes.push(types.invalid("may not specify more than two policyTypes"));
        return causes;
    }
    causes.extend(types.each().flat_map(|kind| check(&kind, &[("", OneOf(TYPES))])));
    causes
}

fn traffic(rule: &Site<'_>, peers: &str) -> Causes {
    let mut causes: Causes = rule.at("ports").each().flat_map(|port| port_faults(&port)).collect();
    for peer in rule.at(peers).each() {
        let (pods, homes, block) = (peer.at("podSelector"), peer.at("namespaceSelector"), peer.at("ipBlock"));
        causes.extend(selector_faults(&pods));
        causes.extend(selector_faults(&homes));
        if block.is_given() {
            causes.extend(block_faults(&block));
        }
        let others = pods.is_given() || homes.is_given();
        match (block.is_given(), others) {
            (false, false) => causes.push(peer.required("must specify a peer")),
            (true, true) => causes.push(peer.forbidden("may not specify both ipBlock and another peer")),
            _ => {}
        }
    }
    causes
}

fn port_faults(site: &Site<'_>) -> Causes {
    let (port, end) = (site.at("port"), site.at("endPort"));
    let mut causes = check(site, &[("protocol", OneOf(&["TCP", "UDP", "SCTP"]))]);
    match port.value {
        Value::Null if end.is_given() => {
            causes.push(end.invalid("may not be specified when `port` is not specified"));
        }
        Value::String(_) => {
            if end.is_given() {
                causes.push(end.invalid("may not be specified when `port` is non-numeric"));
            }
            causes.extend(check(&port, &[("", Check::PortOrName)]));
        }
        _ => {
            causes.extend(check(&port, &[("", Check::PortOrName)]));
            if let (Some(first), Some(last)) = (port.number(), end.number()) {
                if last < first {
                    causes.push(end.invalid("must be greater than or equal to `port`"));
                }
                causes.extend(check(&end, &[("", Check::Port)]));
            }
        }
    }
    causes
}

fn block_faults(site: &Site<'_>) -> Causes {
    let range = site.at("cidr");
    if range.len() == 0 {
        return vec![range.required("")];
    }
    let mut causes = range.against(texts::range(range.text()));
    let Some(outer) = addresses::tolerant_range(range.text()) else { return causes };
    for except in site.at("except").each() {
        causes.extend(except.against(texts::range(except.text())));
        if addresses::tolerant_range(except.text()).is_some_and(|inner| !texts::contains(outer, inner)) {
            causes.push(except.invalid("must be a strict subset of `cidr`"));
        }
    }
    causes
}
