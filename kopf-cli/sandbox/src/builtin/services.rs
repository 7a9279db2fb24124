//! The addresses of services, and what of a service goes with its type.

use serde_json::{Map, Value, json};

use super::derived::is_reached;

type Fields = Map<String, Value>;

/// Of an address only that it is one of its own matters: it is made of the uid.
pub(super) fn give_address(spec: &mut Fields, uid: &str) {
    if spec.get("type") == Some(&"ExternalName".into()) {
        return;
    }
    let part = |at: usize| u8::from_str_radix(uid.get(at..at + 2).unwrap_or("1"), 16).unwrap_or(1);
    let address = format!("10.96.{}.{}", part(0), part(2).max(1));
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

/// Leaves a service the address that it was given, where nothing is said of it.
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
    for field in ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"] {
        if let (None, Some(given)) = (spec.get(field), old.get(field)) {
            spec.insert(field.to_owned(), given.clone());
        }
    }
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
        drop_unchanged(
            spec,
            old,
            &["allocateLoadBalancerNodePorts", "loadBalancerClass", "healthCheckNodePort"],
        );
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
