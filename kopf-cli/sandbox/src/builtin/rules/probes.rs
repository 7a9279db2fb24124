//! What is wrong with what is done to a container while it runs: its probes, and what is called at its beginning and end.

use crate::{
    builtin::{
        checks::{Causes, Check, Rule, check},
        site::Site,
        texts,
    },
    status::Cause,
};

use Check::{AtLeast, By, MoreThan, OneOf, PortOrName, Required};

const PROBE: &[Rule] = &[
    ("initialDelaySeconds", AtLeast(0)),
    ("timeoutSeconds", AtLeast(0)),
    ("periodSeconds", AtLeast(0)),
    ("successThreshold", AtLeast(0)),
    ("failureThreshold", AtLeast(0)),
    ("terminationGracePeriodSeconds", MoreThan(0)),
];
/// What can be done, in the order in which the server looks for it.
const HANDLERS: &[(&str, &[Rule])] = &[
    ("exec", &[("command", Required(""))]),
    (
        "httpGet",
        &[
            ("path", Required("")),
            ("port", PortOrName),
            ("scheme", OneOf(&["HTTP", "HTTPS"])),
            ("", By(headers)),
        ],
    ),
    ("tcpSocket", &[("port", PortOrName)]),
    ("grpc", &[("port", PortOrName)]),
    ("sleep", &[]),
];

fn headers(site: &Site<'_>) -> Causes {
    let place = format!("{}.httpHeaders", site.place);
    let names = site.find("httpHeaders[].name").into_iter().map(|name| name.moved(place.clone()));
    names.flat_map(|name| name.against(texts::header(name.text()))).collect()
}

fn handler(spec: &Site<'_>, site: &Site<'_>) -> Causes {
    let mut causes = Vec::new();
    let mut known = 0;
    for (kind, rules) in HANDLERS {
        let said = site.at(kind);
        if !said.is_given() {
            continue;
        }
        if known > 0 {
            causes.push(said.forbidden("may not specify more than 1 handler type"));
        } else {
            causes.extend(check(&said, rules));
            causes.extend(sleep(spec, &said).filter(|_| *kind == "sleep"));
        }
        known += 1;
    }
    if known == 0 {
        causes.push(site.required("must specify a handler type"));
    }
    causes
}

fn sleep(spec: &Site<'_>, site: &Site<'_>) -> Option<Cause> {
    let grace = spec.at("terminationGracePeriodSeconds").number()?;
    let seconds = site.at("seconds");
    let number = seconds.number().unwrap_or_default();
    let why = format!("must be non-negative and less than terminationGracePeriodSeconds ({grace})");
    let wrong = number < 0 || number > grace;
    wrong.then(|| Cause::invalid_value(&*site.place, &number.into(), &why))
}

/// What is wrong with what is called when a container begins and ends.
pub(super) fn lifecycle(spec: &Site<'_>, container: &Site<'_>) -> Causes {
    let hooks = ["postStart", "preStop"].map(|name| container.at("lifecycle").at(name));
    hooks.iter().filter(|hook| hook.is_given()).flat_map(|hook| handler(spec, hook)).collect()
}

/// What is wrong with the probes of a container.
pub(super) fn probes(spec: &Site<'_>, container: &Site<'_>) -> Causes {
    let mut causes = Vec::new();
    for name in ["livenessProbe", "readinessProbe", "startupProbe"] {
        let probe = container.at(name);
        if !probe.is_given() {
            continue;
        }
        causes.extend(handler(spec, &probe));
        causes.extend(check(&probe, PROBE));
        let grace = probe.at("terminationGracePeriodSeconds");
        let enough = probe.at("successThreshold");
        if name != "readinessProbe" {
            if enough.number() != Some(1) {
                causes.push(enough.invalid("must be 1"));
            }
        } else if grace.is_given() {
            causes.push(grace.invalid("must not be set for readinessProbes"));
        }
    }
    causes
}
