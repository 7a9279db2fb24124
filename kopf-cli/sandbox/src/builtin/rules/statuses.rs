//! What is wrong with statuses: the addresses by which a service is balanced.

use std::collections::HashSet;

use serde_json::Value;

use crate::{
    builtin::{
        checks::{Causes, Check::OneOf, SUBDOMAIN, check},
        site::Site,
        texts,
    },
    status::Cause,
};

pub(super) fn service(root: &Site<'_>) -> Causes {
    let points = root.at("status.loadBalancer.ingress");
    if points.len() > 0 && !root.at("spec.type").is("LoadBalancer") {
        return vec![points.forbidden("may only be used when `spec.type` is 'LoadBalancer'")];
    }
    let before = points.before.and_then(Value::as_array).into_iter().flatten();
    let known: HashSet<&str> = before.filter_map(|point| point["ip"].as_str()).collect();
    points.each().flat_map(|point| ingress(&point, &known)).collect()
}

fn ingress(point: &Site<'_>, known: &HashSet<&str>) -> Causes {
    let (ip, mode, host) = (point.at("ip"), point.at("ipMode"), point.at("hostname"));
    let mut causes = Causes::new();
    // What was taken once stays.
    if ip.len() > 0 && !known.contains(ip.text()) {
        causes.extend(ip.against(texts::address(ip.text())));
    }
    if !mode.is_given() && ip.len() > 0 {
        causes.push(mode.required("must be specified when `ip` is set"));
    } else if mode.is_given() && ip.len() == 0 {
        causes.push(mode.forbidden("may not be specified when `ip` is not set"));
    } else {
        causes.extend(check(&mode, &[("", OneOf(&["Proxy", "VIP"]))]));
    }
    causes.extend(check(&host, &[("", SUBDOMAIN)]));
    if texts::address_of(host.text()).is_some() {
        causes.push(Cause::invalid(&*host.place, host.text(), "must be a DNS name, not an IP address"));
    }
    causes
}
