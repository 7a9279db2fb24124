//! Cells of nodes, services, endpoints and ingresses.

use jiff::Timestamp;
use serde_json::Value;

use super::{
    at,
    cells::{conditions, or, some_of},
    items, pick,
};

pub(super) fn node_status(object: &Value, _: Timestamp) -> Value {
    let ready = match conditions(object, "Ready").next_back() {
        Some("True") => "Ready",
        Some(_) => "NotReady",
        None => "Unknown",
    };
    let closed = at(object, "spec.unschedulable") == true;
    if closed { format!("{ready},SchedulingDisabled").into() } else { ready.into() }
}

pub(super) fn node_roles(object: &Value, _: Timestamp) -> Value {
    let labels = at(object, "metadata.labels").as_object();
    let mut roles: Vec<&str> = labels
        .into_iter()
        .flatten()
        .filter_map(|(key, value)| match key.as_str() {
            "kubernetes.io/role" => value.as_str(),
            key => key.strip_prefix("node-role.kubernetes.io/"),
        })
        .filter(|role| !role.is_empty())
        .collect();
    roles.sort_unstable();
    roles.dedup();
    or(&roles.join(","), "<none>").into()
}

fn node_address(object: &Value, kind: &str) -> Value {
    let addresses = items(object, "status.addresses");
    let address = addresses.iter().find(|address| address["type"] == kind);
    address.map_or("<none>", |address| pick(address, "address")).into()
}

pub(super) fn internal_ip(object: &Value, _: Timestamp) -> Value {
    node_address(object, "InternalIP")
}

pub(super) fn external_ip(object: &Value, _: Timestamp) -> Value {
    node_address(object, "ExternalIP")
}

pub(super) fn kernel(object: &Value, _: Timestamp) -> Value {
    let version = or(pick(object, "status.nodeInfo.kernelVersion"), "<unknown>");
    match pick(object, "status.nodeInfo.architecture") {
        "" => version.into(),
        architecture => format!("{version} ({architecture})").into(),
    }
}

pub(super) fn cluster_ip(object: &Value, _: Timestamp) -> Value {
    let first = items(object, "spec.clusterIPs").first().and_then(Value::as_str);
    first.or_else(|| at(object, "spec.clusterIP").as_str()).map_or("<none>", |ip| or(ip, "<none>")).into()
}

fn balanced(object: &Value) -> String {
    let ingress = items(object, "status.loadBalancer.ingress").iter();
    let mut addresses: Vec<&str> =
        ingress.map(|place| or(pick(place, "ip"), pick(place, "hostname"))).collect();
    addresses.retain(|address| !address.is_empty());
    addresses.sort_unstable();
    addresses.dedup();
    addresses.join(",")
}

pub(super) fn load_balancer(object: &Value, _: Timestamp) -> Value {
    balanced(object).into()
}

pub(super) fn external_addresses(object: &Value, _: Timestamp) -> Value {
    let mut addresses: Vec<&str> =
        items(object, "spec.externalIPs").iter().filter_map(Value::as_str).collect();
    let balanced = balanced(object);
    match pick(object, "spec.type") {
        "ClusterIP" | "NodePort" => or(&addresses.join(","), "<none>").into(),
        "LoadBalancer" => {
            if !balanced.is_empty() {
                addresses.insert(0, &balanced);
            }
            or(&addresses.join(","), "<pending>").into()
        }
        "ExternalName" => pick(object, "spec.externalName").into(),
        _ => "<unknown>".into(),
    }
}

pub(super) fn service_ports(object: &Value, _: Timestamp) -> Value {
    let ports: Vec<String> = items(object, "spec.ports")
        .iter()
        .map(|port| {
            let (number, protocol) =
                (port["port"].as_i64().unwrap_or_default(), or(pick(port, "protocol"), "TCP"));
            match port["nodePort"].as_i64().filter(|node| *node > 0) {
                Some(node) => format!("{number}:{node}/{protocol}"),
                None => format!("{number}/{protocol}"),
            }
        })
        .collect();
    or(&ports.join(","), "<none>").into()
}

pub(super) fn endpoints(object: &Value, _: Timestamp) -> Value {
    let mut places = Vec::new();
    for subset in items(object, "subsets") {
        let addresses = || items(subset, "addresses").iter().map(|address| pick(address, "ip"));
        let ports = items(subset, "ports");
        if ports.is_empty() {
            places.extend(addresses().map(str::to_owned));
        }
        for port in ports {
            let port = port["port"].as_i64().unwrap_or_default();
            places.extend(
                addresses().map(|ip| {
                    if ip.contains(':') { format!("[{ip}]:{port}") } else { format!("{ip}:{port}") }
                }),
            );
        }
    }
    // A service that has subsets without addresses shows nothing at all.
    let nothing = if items(object, "subsets").is_empty() { "<none>" } else { "" };
    some_of(&places, 3, ",", nothing)
}

pub(super) fn slice_ports(object: &Value, _: Timestamp) -> Value {
    let ports: Vec<String> = items(object, "ports")
        .iter()
        .map(|port| match (port["port"].as_i64(), port["name"].as_str()) {
            (Some(number), _) => number.to_string(),
            (None, Some(name)) => name.to_owned(),
            (None, None) => "*".to_owned(),
        })
        .collect();
    some_of(&ports, 3, ",", "<unset>")
}

pub(super) fn slice_endpoints(object: &Value, _: Timestamp) -> Value {
    let addresses: Vec<String> = items(object, "endpoints")
        .iter()
        .flat_map(|endpoint| items(endpoint, "addresses"))
        .filter_map(|address| address.as_str().map(str::to_owned))
        .collect();
    some_of(&addresses, 3, ",", "<unset>")
}

pub(super) fn hosts(object: &Value, _: Timestamp) -> Value {
    const MOST: usize = 3;
    let rules = items(object, "spec.rules");
    let named: Vec<(usize, &str)> = rules
        .iter()
        .map(|rule| pick(rule, "host"))
        .enumerate()
        .filter(|(_, host)| !host.is_empty())
        .collect();
    let shown: Vec<&str> = named.iter().take(MOST).map(|(_, host)| *host).collect();
    // What follows the last one that is shown is told of, with or without a name.
    let is_cut = named.get(MOST - 1).is_some_and(|(place, _)| place + 1 < rules.len());
    match shown.join(",") {
        shown if shown.is_empty() => "*".into(),
        shown if is_cut => format!("{shown} + {} more...", rules.len() - MOST).into(),
        shown => shown.into(),
    }
}

pub(super) fn ingress_ports(object: &Value, _: Timestamp) -> Value {
    if items(object, "spec.tls").is_empty() { "80" } else { "80, 443" }.into()
}

pub(super) fn ingress_class_name(object: &Value, _: Timestamp) -> Value {
    let name = pick(object, "metadata.name");
    let default = at(object, "metadata.annotations")["ingressclass.kubernetes.io/is-default-class"] == "true";
    if default { format!("{name} (default)").into() } else { name.into() }
}

pub(super) fn parameters(object: &Value, _: Timestamp) -> Value {
    let parameters = at(object, "spec.parameters");
    if !parameters.is_object() {
        return "<none>".into();
    }
    let group = parameters["apiGroup"].as_str().map_or(String::new(), |group| format!(".{group}"));
    format!("{}{group}/{}", pick(parameters, "kind"), pick(parameters, "name")).into()
}

pub(super) fn parent_ref(object: &Value, _: Timestamp) -> Value {
    let parent = at(object, "spec.parentRef");
    if !parent.is_object() {
        return "<none>".into();
    }
    let part = |field: &str, before: char| match pick(parent, field) {
        "" => String::new(),
        said => format!("{before}{said}"),
    };
    let resource = format!("{}{}", pick(parent, "resource"), part("group", '.')).to_lowercase();
    format!("{resource}{}/{}", part("namespace", '/'), pick(parent, "name")).into()
}

pub(super) fn cidrs(object: &Value, _: Timestamp) -> Value {
    items(object, "spec.cidrs").iter().filter_map(Value::as_str).collect::<Vec<_>>().join(",").into()
}
