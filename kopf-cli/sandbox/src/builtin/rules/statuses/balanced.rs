//! What is wrong with the addresses by which services and ingresses are balanced.

use std::collections::HashSet;

use serde_json::Value;

use crate::{
    builtin::{
        checks::{Causes, Check::OneOf, SUBDOMAIN, check},
        site::Site,
        texts,
    },
    net::addresses,
    status::Cause,
};

pub(in super::super) fn service(root: &Site<'_>) -> Causes {
    let points = root.at("status.loadBalancer.ingress");
    if points.len() > 0 && !root.at("spec.type").is("LoadBalancer") {
        return vec![points.forbidden("may only be used when `spec.type` is 'LoadBalancer'")];
    }
    let known = known(&points);
    let mut causes = Vec::new();
    for point in points.each() {
        causes.extend(address(&point, &known));
        causes.extend(mode(&point));
        causes.extend(host(&point));
    }
    causes
}

pub(in super::super) fn ingress(root: &Site<'_>) -> Causes {
    let points = root.at("status.loadBalancer.ingress");
    let known = known(&points);
    points.each().flat_map(|point| [address(&point, &known), host(&point)].concat()).collect()
}

/// What was taken once stays.
fn known<'a>(points: &Site<'a>) -> HashSet<&'a str> {
    let before = points.before.and_then(Value::as_array).into_iter().flatten();
    before.filter_map(|point| point["ip"].as_str()).collect()
}

fn address(point: &Site<'_>, known: &HashSet<&str>) -> Causes {
    let ip = point.at("ip");
    if ip.len() == 0 || known.contains(ip.text()) {
        Vec::new()
    } else {
        ip.against(texts::address(ip.text()))
    }
}

fn mode(point: &Site<'_>) -> Causes {
    let (ip, mode) = (point.at("ip"), point.at("ipMode"));
    if !mode.is_given() && ip.len() > 0 {
        vec![mode.required("must be specified when `ip` is set")]
    } else if mode.is_given() && ip.len() == 0 {
        vec![mode.forbidden("may not be specified when `ip` is not set")]
    } else {
        check(&mode, &[("", OneOf(&["Proxy", "VIP"]))])
    }
}

fn host(point: &Site<'_>) -> Causes {
    let host = point.at("hostname");
    let mut causes = check(&host, &[("", SUBDOMAIN)]);
    if addresses::tolerant(host.text()).is_some() {
        causes.push(Cause::invalid(&*host.place, host.text(), "must be a DNS name, not an IP address"));
    }
    causes
}
