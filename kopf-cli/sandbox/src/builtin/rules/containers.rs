//! What is wrong with the containers of a pod.

use std::collections::BTreeSet;

use super::{devices::Claims, environment, mounts, probes, resources, security, volumes::Volumes};
use crate::{
    builtin::{
        checks::{Causes, Check, LABEL, Rule, check},
        site::Site,
    },
    status::Cause,
};

use Check::{By, OneOf, Required};

/// What containers of all sorts have in common, before the volumes that they mount, and after them.
const BEFORE_MOUNTS: &[Rule] = &[
    ("name", Required("")),
    ("name", LABEL),
    ("image", Required("")),
    ("terminationMessagePolicy", OneOf(&["File", "FallbackToLogsOnError"])),
    ("ports", By(ports)),
    ("env[]", By(environment::variable)),
    ("envFrom", By(environment::sources)),
];
const AFTER_MOUNTS: &[Rule] = &[
    ("imagePullPolicy", OneOf(&["Always", "IfNotPresent", "Never"])),
    ("resources", By(resources::of_container)),
];
pub(super) const PROTOCOLS: &[&str] = &["SCTP", "TCP", "UDP"];
const PORT: &[Rule] =
    &[("containerPort", By(container_port)), ("hostPort", By(host_port)), ("protocol", OneOf(PROTOCOLS))];
/// What a container that ends before others may not have.
const OF_SERVANTS: [&str; 4] = ["lifecycle", "livenessProbe", "readinessProbe", "startupProbe"];

/// All containers of a pod, of whatever sort, looked up as they are asked for.
pub(super) fn all<'a>(spec: &Site<'a>) -> impl Iterator<Item = Site<'a>> + use<'a> {
    let spec = spec.clone();
    let lists = ["initContainers", "containers", "ephemeralContainers"].into_iter();
    lists.flat_map(move |list| spec.at(list).each())
}

/// What is wrong with all containers of a spec that has these volumes and claims.
pub(super) fn faults(spec: &Site<'_>, volumes: &Volumes<'_>, claims: &Claims<'_>) -> Causes {
    let mut causes = Vec::new();
    let (regular, first) = (spec.at("containers"), spec.at("initContainers"));
    if regular.len() == 0 {
        causes.push(regular.required(""));
    }
    let mut names = BTreeSet::new();
    for container in regular.each() {
        causes.extend(common(spec, &container, volumes, claims));
        let name = container.at("name");
        if !names.insert(name.text()) {
            causes.push(name.duplicate());
        }
        causes.extend(probes::lifecycle(spec, &container));
        causes.extend(probes::probes(spec, &container));
        causes.extend(restarts(&container));
    }
    causes.extend(host_ports(regular.each()));
    for container in first.each() {
        causes.extend(common(spec, &container, volumes, claims));
        causes.extend(restarts(&container));
        let name = container.at("name");
        if !names.insert(name.text()) {
            causes.push(name.duplicate());
        }
        causes.extend(host_ports(std::iter::once(container.clone())));
        if container.at("restartPolicy").is("Always") {
            causes.extend(probes::lifecycle(spec, &container));
            causes.extend(probes::probes(spec, &container));
            continue;
        }
        let said = OF_SERVANTS.iter().map(|field| container.at(field)).filter(Site::is_given);
        let why = "may not be set for init containers without restartPolicy=Always";
        causes.extend(said.map(|site| site.forbidden(why)));
    }
    causes
}

fn common(spec: &Site<'_>, container: &Site<'_>, volumes: &Volumes<'_>, claims: &Claims<'_>) -> Causes {
    let mut causes = check(container, BEFORE_MOUNTS);
    causes.extend(mounts::faults(container, volumes));
    causes.extend(check(container, AFTER_MOUNTS));
    causes.extend(claims.faults(&container.at("resources.claims")));
    causes.extend(resources::resizing(spec, &container.at("resizePolicy")));
    causes.extend(security::of_container(spec, &container.at("securityContext")));
    causes
}

fn ports(list: &Site<'_>) -> Causes {
    let mut causes = Vec::new();
    let mut known = BTreeSet::new();
    for port in list.each() {
        let name = port.at("name");
        if name.len() > 0 {
            let faults = check(&port, &[("name", Check::PortOrName)]);
            if faults.is_empty() && !known.insert(name.text()) {
                causes.push(name.duplicate());
            }
            causes.extend(faults);
        }
        causes.extend(check(&port, PORT));
    }
    causes
}

fn container_port(site: &Site<'_>) -> Causes {
    match site.number() {
        None | Some(0) => vec![site.required("")],
        Some(_) => check(site, &[("", Check::Port)]),
    }
}

/// The port 0 is none.
fn host_port(site: &Site<'_>) -> Causes {
    if site.number() == Some(0) { Vec::new() } else { check(site, &[("", Check::Port)]) }
}

/// No two containers can have the same port of their host.
fn host_ports<'a>(containers: impl Iterator<Item = Site<'a>>) -> Causes {
    let mut known = BTreeSet::new();
    let mut causes = Vec::new();
    for port in containers.flat_map(|container| container.find("ports[]")) {
        let Some(number) = port.at("hostPort").number().filter(|number| *number != 0) else { continue };
        let said = format!("{}/{}/{number}", port.at("protocol").text(), port.at("hostIP").text());
        if !known.insert(said.clone()) {
            causes.push(Cause::duplicate(port.at("hostPort").place, &said.into()));
        }
    }
    causes
}

/// A word that has to be said.
fn one_of(site: &Site<'_>, known: &[&str]) -> Option<Cause> {
    (!known.contains(&site.text())).then(|| site.unsupported(known))
}

/// When a container begins anew by itself.
fn restarts(container: &Site<'_>) -> Causes {
    let (policy, rules) = (container.at("restartPolicy"), container.at("restartPolicyRules"));
    let mut causes = Vec::new();
    if !policy.is_given() {
        if rules.len() > 0 {
            causes.push(policy.required("must specify restartPolicy when restart rules are used"));
        }
    } else {
        causes.extend(check(&policy, &[("", OneOf(&["Always", "Never", "OnFailure"]))]));
    }
    let bound = |list: &Site<'_>, most: usize| {
        (list.len() > most).then(|| Cause::too_many(&*list.place, list.len() as u64, most as u64))
    };
    causes.extend(bound(&rules, 20));
    for rule in rules.each() {
        causes.extend(one_of(&rule.at("action"), &["Restart", "RestartAllContainers"]));
        let exits = rule.at("exitCodes");
        if exits.is_given() {
            causes.extend(one_of(&exits.at("operator"), &["In", "NotIn"]));
            causes.extend(bound(&exits.at("values"), 255));
        } else {
            causes.push(exits.required("must be specified"));
        }
    }
    causes
}
