//! What is wrong with the addresses of services and the families that they are of, and what of both may change.

use std::collections::HashSet;

use serde_json::Value;

use crate::{
    builtin::{
        checks::{Causes, Check::OneOf, Rule, check},
        site::Site,
        texts,
    },
    net::{addresses, is_link_local, is_link_local_multicast},
    status::Cause,
};

const FAMILIES: &[Rule] = &[
    ("ipFamilies[]", OneOf(&["IPv4", "IPv6"])),
    ("ipFamilyPolicy", OneOf(&["PreferDualStack", "RequireDualStack", "SingleStack"])),
];
const KEPT: &str = "may not change once set";

pub(in crate::builtin) fn is_headless(spec: &Value) -> bool {
    spec["clusterIPs"].as_array().is_some_and(|addresses| addresses.len() == 1 && addresses[0] == "None")
}

/// What is wrong with the addresses of a service by themselves.
pub(in crate::builtin) fn faults(spec: &Site<'_>) -> Causes {
    if spec.at("type").is("ExternalName") {
        return Vec::new();
    }
    let mut causes = Vec::new();
    let (first, list) = (spec.at("clusterIP"), spec.at("clusterIPs"));
    if first.len() == 0 && list.len() > 0 {
        causes.push(list.invalid("must be empty when `clusterIP` is not specified"));
    } else if first.len() > 0 && list.len() == 0 {
        causes.push(list.required(""));
    } else if first.len() > 0 && list.value[0] != *first.value {
        causes.push(list.invalid("first value must match `clusterIP`"));
    }
    causes.extend(check(spec, FAMILIES));
    let mut known = HashSet::new();
    for family in spec.at("ipFamilies").each() {
        if !known.insert(family.text().to_owned()) {
            causes.push(family.duplicate());
        }
    }
    let before = list.before.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let mut wrong = Vec::new();
    for (at, address) in list.each().enumerate() {
        if at == 0 && address.is("None") {
            wrong.extend((list.len() > 1).then(|| list.invalid("'None' must be the first and only value")));
        } else if !before.contains(address.value) {
            wrong.extend(address.against(texts::address(address.text())));
        }
    }
    let too_many = (list.len() > 2).then(|| list.invalid("may only hold up to 2 values"));
    let are_wrong = !wrong.is_empty();
    causes.extend(wrong.into_iter().chain(too_many));
    if !are_wrong {
        causes.extend(of_families(&list, &spec.at("ipFamilies")));
    }
    causes
}

/// Addresses are of the families that they are said to be of, one of each.
fn of_families(list: &Site<'_>, families: &Site<'_>) -> Causes {
    let mut causes = Vec::new();
    let is_second = |address: &Site<'_>| address.text().contains(':');
    let seconds = list.each().filter(is_second).count();
    if list.len() > 1 && (seconds == 0 || list.len() - seconds == 0) {
        causes.push(list.invalid("may specify no more than one IP for each IP family"));
    }
    for (at, (address, family)) in list.each().zip(families.each()).enumerate() {
        let is_other = family.is("IPv4") && is_second(&address) || family.is("IPv6") && !is_second(&address);
        if is_other && !address.is("None") {
            let why = format!("expected an {} value as indicated by `ipFamilies[{at}]`", family.text());
            causes.push(address.invalid(&why));
        }
    }
    causes
}

/// What a service was given it keeps, as long as it has an address at all.
pub(super) fn kept(spec: &Site<'_>, before: &Value) -> Causes {
    let outside = |spec: &Value| spec["type"] == "ExternalName";
    let (was_headless, headless) = (is_headless(before), is_headless(spec.value));
    if outside(before) || outside(spec.value) || was_headless && headless {
        return Vec::new();
    }
    let mut causes = kept_addresses(spec, before);
    if !was_headless && !headless {
        causes.extend(kept_families(spec, before));
    }
    causes
}

fn kept_addresses(spec: &Site<'_>, before: &Value) -> Causes {
    let (then, now) = (list(&before["clusterIPs"]), list(&spec.value["clusterIPs"]));
    let whole = spec.at("clusterIPs");
    let invalid = |at: usize, why: &str| whole.clone().moved(format!("{}[{at}]", whole.place)).invalid(why);
    if then.len() == now.len() {
        return (0..then.len()).filter(|at| then[*at] != now[*at]).map(|at| invalid(at, KEPT)).collect();
    }
    let mut causes = Vec::new();
    if now.is_empty() {
        causes.push(invalid(0, "primary clusterIP can not be unset"));
    } else if !then.is_empty() && then[0] != now[0] {
        causes.push(invalid(0, KEPT));
    }
    causes.extend(released(spec, then, now, "clusterIP"));
    causes
}

fn kept_families(spec: &Site<'_>, before: &Value) -> Causes {
    let (then, now) = (list(&before["ipFamilies"]), list(&spec.value["ipFamilies"]));
    let invalid = |field: &str, why: &str| spec.at(field).moved("spec.ipFamilies[0]".to_owned()).invalid(why);
    if then.len() == now.len() {
        let changed = then.iter().zip(now).filter(|(then, now)| then != now);
        return changed.map(|_| invalid("ipFamilies", KEPT)).collect();
    }
    let mut causes = Vec::new();
    if !then.is_empty() && !now.is_empty() && then[0] != now[0] {
        causes.push(invalid("clusterIPs", KEPT));
    }
    causes.extend(released(spec, then, now, "ipFamily"));
    causes
}

fn released(spec: &Site<'_>, then: &[Value], now: &[Value], what: &str) -> Option<Cause> {
    let policy = spec.at("ipFamilyPolicy");
    let why = format!("must be set to 'SingleStack' when releasing the secondary {what}");
    let is_wrong = then.len() > now.len() && now.len() == 1 && !policy.is("SingleStack");
    is_wrong.then(|| policy.invalid(&why))
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// Why an address cannot be one that is known outside.
pub(super) fn special(text: &str) -> Vec<String> {
    // One of IPv4 is what it is, however it is written.
    let why = match addresses::tolerant(text).map(|address| address.to_canonical()) {
        Some(address) if address.is_unspecified() => format!("may not be unspecified ({text})"),
        Some(address) if address.is_loopback() => {
            "may not be in the loopback range (127.0.0.0/8, ::1/128)".to_owned()
        }
        Some(address) if is_link_local(address) => LINK.to_owned(),
        Some(address) if is_link_local_multicast(address) => CAST.to_owned(),
        _ => return Vec::new(),
    };
    vec![why]
}

const LINK: &str = "may not be in the link-local range (169.254.0.0/16, fe80::/10)";
const CAST: &str = "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)";
