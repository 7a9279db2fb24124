//! The addresses and ports that services are given, and what of a service goes with its type.

use std::ops::RangeInclusive;

use serde_json::{Map, Value, json};

use super::derived::is_reached;

type Fields = Map<String, Value>;

/// The ports that nodes have for services.
pub(super) const NODE_PORTS: RangeInclusive<i64> = 30_000..=32_767;

/// Gives a service the address and the ports that it lacks. Of either it only matters that they are its own: they are made of
/// its uid.
pub(super) fn give(spec: &mut Fields, uid: &str) {
    give_address(spec, uid);
    give_ports(spec, uid);
}

fn give_address(spec: &mut Fields, uid: &str) {
    if spec.get("type") == Some(&"ExternalName".into()) {
        return;
    }
    let part = |at: usize| u8::from_str_radix(uid.get(at..at + 2).unwrap_or("1"), 16).unwrap_or(1);
    let address = format!("10.96.{}.{}", part(0), part(2).max(1));
    spec.retain(|name, value| name != "clusterIP" || value != "");
    let address = spec.entry("clusterIP").or_insert_with(|| address.into()).clone();
    // Whoever has neither an address nor pods of its own may be of both families.
    let selects =
        spec.get("selector").and_then(Value::as_object).is_some_and(|selector| !selector.is_empty());
    let both = address == "None" && !selects;
    spec.entry("clusterIPs").or_insert_with(|| json!([address]));
    let families = if both { json!(["IPv4", "IPv6"]) } else { json!(["IPv4"]) };
    spec.entry("ipFamilies").or_insert(families);
    let policy = if both { "RequireDualStack" } else { "SingleStack" };
    spec.entry("ipFamilyPolicy").or_insert_with(|| policy.into());
}

fn give_ports(spec: &mut Fields, uid: &str) {
    let checks_health = checks_health(spec);
    let mut used: Vec<i64> = ports(spec).filter_map(|port| port["nodePort"].as_i64()).collect();
    let first = uid.get(..8).and_then(|part| i64::from_str_radix(part, 16).ok()).unwrap_or_default();
    let mut next = || {
        let count = NODE_PORTS.end() - NODE_PORTS.start() + 1;
        let free = (first..).map(|number| NODE_PORTS.start() + number % count);
        let number =
            free.take(used.len() + 1).find(|number| !used.contains(number)).unwrap_or(*NODE_PORTS.end());
        used.push(number);
        number
    };
    let is_missing = |number: Option<&Value>| number.is_none_or(|number| number.as_i64() == Some(0));
    if needs_ports(spec) {
        for port in spec.get_mut("ports").and_then(Value::as_array_mut).into_iter().flatten() {
            if is_missing(port.get("nodePort")) {
                port["nodePort"] = next().into();
            }
        }
    }
    if checks_health && is_missing(spec.get("healthCheckNodePort")) {
        spec.insert("healthCheckNodePort".to_owned(), next().into());
    }
}

/// Whether those that balance a service ask its nodes how it is.
pub(super) fn checks_health(spec: &Fields) -> bool {
    is_of(spec, &["LoadBalancer"]) && spec.get("externalTrafficPolicy") == Some(&"Local".into())
}

fn ports(spec: &Fields) -> impl Iterator<Item = &Value> {
    spec.get("ports").and_then(Value::as_array).into_iter().flatten()
}

/// Whether a service is reached by ports of nodes.
pub(super) fn needs_ports(spec: &Fields) -> bool {
    is_of(spec, &["NodePort"])
        || is_of(spec, &["LoadBalancer"]) && spec.get("allocateLoadBalancerNodePorts") != Some(&false.into())
}

/// Leaves a service the ports of nodes that it was given under the same names, where nothing is said of them.
fn keep_ports(spec: &mut Fields, old: &Fields) {
    if !needs_ports(spec) || !needs_ports(old) {
        return;
    }
    let given = |spec: &Fields| ports(spec).filter_map(|port| port["nodePort"].as_i64()).collect::<Vec<_>>();
    let taken = given(spec);
    for port in spec.get_mut("ports").and_then(Value::as_array_mut).into_iter().flatten() {
        let before = ports(old).filter(|before| before["name"] == port["name"]).last();
        let number = before.and_then(|before| before["nodePort"].as_i64());
        if let Some(number) = number.filter(|number| *number != 0 && !taken.contains(number))
            && port["nodePort"].as_i64().unwrap_or_default() == 0
        {
            port["nodePort"] = number.into();
        }
    }
}

/// Leaves a service the address and the ports that it was given, where nothing is said of them.
pub(crate) fn keep_address(rest: &mut Fields, old: &Value) {
    let (Some(Value::Object(spec)), Some(old)) = (rest.get_mut("spec"), old["spec"].as_object()) else {
        return;
    };
    if is_of(spec, &["ExternalName"]) {
        return;
    }
    let is_changed = spec.contains_key("clusterIP") && spec.get("clusterIP") != old.get("clusterIP");
    if is_changed && same(spec, old, "clusterIPs") {
        let address = spec.get("clusterIP").cloned();
        match address.filter(|address| address != "") {
            Some(address) => spec.insert("clusterIPs".to_owned(), json!([address])),
            None => spec.shift_remove("clusterIPs"),
        };
    }
    for field in ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy", "healthCheckNodePort"] {
        let is_wanted = field != "healthCheckNodePort" || checks_health(spec);
        if let (None, Some(given), true) = (spec.get(field), old.get(field), is_wanted) {
            spec.insert(field.to_owned(), given.clone());
        }
    }
    keep_ports(spec, old);
}

/// Takes from a service what its new type has no use for, unless that was changed as well.
pub(super) fn drop_useless(rest: &mut Fields, old: &Value) {
    let (Some(Value::Object(spec)), Some(old)) = (rest.get_mut("spec"), old["spec"].as_object()) else {
        return;
    };
    if is_of(spec, &["ExternalName"]) && !is_of(old, &["ExternalName"]) {
        if same(spec, old, "clusterIP") && same(spec, old, "clusterIPs") {
            spec.shift_remove("clusterIP");
            spec.shift_remove("clusterIPs");
        }
        drop_unchanged(spec, old, &["ipFamilies", "ipFamilyPolicy", "internalTrafficPolicy"]);
    }
    let (balanced, outside) = (["LoadBalancer"], ["LoadBalancer", "NodePort"]);
    if is_of(old, &balanced) && !is_of(spec, &balanced) {
        drop_unchanged(spec, old, &["allocateLoadBalancerNodePorts", "loadBalancerClass"]);
    }
    if checks_health(old) && !checks_health(spec) {
        drop_unchanged(spec, old, &["healthCheckNodePort"]);
    }
    if is_reached(old) && !is_reached(spec) {
        drop_unchanged(spec, old, &["externalTrafficPolicy"]);
    }
    if is_of(old, &outside) && !is_of(spec, &outside) {
        for port in spec.get_mut("ports").and_then(Value::as_array_mut).into_iter().flatten() {
            port.as_object_mut().map(|port| port.shift_remove("nodePort"));
        }
    }
    // Who is not balanced any more has nothing to be balanced by.
    if !is_of(spec, &balanced) {
        rest.insert("status".to_owned(), json!({ "loadBalancer": {} }));
    }
}

fn is_of(spec: &Fields, types: &[&str]) -> bool {
    spec.get("type").and_then(Value::as_str).is_some_and(|kind| types.contains(&kind))
}

fn same(spec: &Fields, old: &Fields, field: &str) -> bool {
    let nothing = Value::Null;
    spec.get(field).unwrap_or(&nothing) == old.get(field).unwrap_or(&nothing)
}

fn drop_unchanged(spec: &mut Fields, old: &Fields, fields: &[&str]) {
    for field in fields.iter().filter(|field| old.contains_key(**field)) {
        if spec.get(*field) == old.get(*field) {
            spec.shift_remove(*field);
        }
    }
}
