//! What services lead to: the pods that they select, told in `EndpointSlice`s and in `Endpoints`.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::{Map, Value, json};

use super::{NODE, Owner, Task, Tasks, expel};
use crate::{
    builtin::SERVICES,
    kinds::PODS,
    object::Stored,
    ring::Event,
    status::Status,
    store::{Place, Store},
    write::Writer,
};

const SLICES: &str = "endpointslices.discovery.k8s.io";
const ENDPOINTS: &str = "endpoints";
/// How many endpoints a slice has at most.
const MOST: usize = 100;
const MANAGED_BY: (&str, &str) =
    ("endpointslice.kubernetes.io/managed-by", "endpointslice-controller.k8s.io");

/// A pod that a service leads to.
struct Behind {
    pod: Value,
    address: String,
    ready: bool,
    /// The ports of the service, as they are called and numbered there.
    ports: Vec<Value>,
}

/// Looks again at a service that changes, and at those that select a pod which does.
pub(super) fn notice(tasks: &mut Tasks, store: &Store, change: &Event) {
    match &*change.resource {
        SERVICES => tasks.add(Task::Run(Place::of(&change.resource, &change.object))),
        PODS => {
            let states = [Some(&change.object), change.previous.as_ref()];
            for service in store.list(SERVICES, Some(&change.object.header.namespace)) {
                let value = service.value();
                let is_selected = |pod: &Arc<Stored>| selector(&value).is_some_and(|map| selects(map, pod));
                if states.into_iter().flatten().any(is_selected) {
                    tasks.add(Task::Run(Place::of(&SERVICES.into(), &service)));
                }
            }
        }
        _ => {}
    }
}

/// The selector of a service that is led by one.
fn selector(service: &Value) -> Option<&Map<String, Value>> {
    let spec = &service["spec"];
    spec["selector"].as_object().filter(|map| !map.is_empty() && spec["type"] != "ExternalName")
}

fn selects(selector: &Map<String, Value>, pod: &Stored) -> bool {
    selector.iter().all(|(key, value)| pod.header.labels.get(key).is_some_and(|known| known == value))
}

/// Takes the `Endpoints` of a service away that is gone; its slices belong to it, and go with it.
pub(super) fn forget(writer: &mut Writer<'_>, service: &Place) -> Result<(), Status> {
    match writer.store.get(ENDPOINTS, &service.namespace, &service.name).cloned() {
        Some(endpoints) => expel(writer, ENDPOINTS, &endpoints),
        None => Ok(()),
    }
}

/// Brings the slices and the `Endpoints` of a service to what its pods are now.
pub(super) fn run(writer: &mut Writer<'_>, service: &Owner<'_>) -> Result<(), Status> {
    let Some(selector) = selector(&service.value) else { return Ok(()) };
    let pods = writer.store.list(PODS, Some(&service.place.namespace));
    let pods = pods.iter().filter(|pod| !pod.header.deleting && selects(selector, pod));
    let mut behind: Vec<Behind> = pods.filter_map(|pod| Behind::of(&service.value, pod.value())).collect();
    behind.sort_by(|one, other| one.address.cmp(&other.address));
    tell_slices(writer, service, &behind)?;
    tell_endpoints(writer, service, &behind)
}

impl Behind {
    fn of(service: &Value, pod: Value) -> Option<Behind> {
        let status = &pod["status"];
        let over = matches!(status["phase"].as_str(), Some("Succeeded" | "Failed"));
        let address = status["podIP"].as_str().filter(|_| !over)?.to_owned();
        let conditions = status["conditions"].as_array().into_iter().flatten();
        let is_ready = conditions.into_iter().any(|one| one["type"] == "Ready" && one["status"] == "True");
        let ready = is_ready || service["spec"]["publishNotReadyAddresses"] == true;
        let ports = service["spec"]["ports"].as_array().into_iter().flatten();
        let ports = ports.filter_map(|port| port_of(&pod, port)).collect();
        Some(Behind { pod, address, ready, ports })
    }

    fn reference(&self) -> Value {
        let metadata = &self.pod["metadata"];
        json!({ "kind": "Pod", "namespace": metadata["namespace"], "name": metadata["name"], "uid": metadata["uid"] })
    }
}

/// A port of a service as it is on a pod; none where the pod has none of that name.
fn port_of(pod: &Value, port: &Value) -> Option<Value> {
    let target = &port["targetPort"];
    let number = match target.as_str() {
        None => target.as_u64()?,
        Some(name) => {
            let containers = pod["spec"]["containers"].as_array().into_iter().flatten();
            let mut ports = containers.flat_map(|one| one["ports"].as_array().into_iter().flatten());
            let is_named = |one: &&Value| one["name"] == name && one["protocol"] == port["protocol"];
            ports.find(is_named)?["containerPort"].as_u64()?
        }
    };
    let mut found = json!({ "name": port["name"].as_str().unwrap_or_default(), "port": number });
    for field in ["protocol", "appProtocol"] {
        if let Some(said) = port.get(field) {
            found[field] = said.clone();
        }
    }
    Some(found)
}

fn labels(service: &Owner<'_>, managed_by: (&str, &str)) -> Value {
    let mut labels = service.value["metadata"]["labels"].clone();
    labels[managed_by.0] = managed_by.1.into();
    if service.value["spec"]["clusterIP"] == "None" {
        labels["service.kubernetes.io/headless"] = "".into();
    }
    labels
}

/// Those that have the same ports share a slice, as far as there is room.
fn tell_slices(writer: &mut Writer<'_>, service: &Owner<'_>, behind: &[Behind]) -> Result<(), Status> {
    let mut labels = labels(service, MANAGED_BY);
    labels["kubernetes.io/service-name"] = service.name().into();
    let mut groups: BTreeMap<String, (Value, Vec<Value>)> = BTreeMap::new();
    for one in behind {
        let ports = Value::from(one.ports.clone());
        let endpoint = json!({
            "addresses": [one.address],
            "conditions": { "ready": one.ready, "serving": one.ready, "terminating": false },
            "nodeName": one.pod["spec"]["nodeName"].as_str().unwrap_or(NODE),
            "targetRef": one.reference(),
        });
        groups.entry(ports.to_string()).or_insert((ports, Vec::new())).1.push(endpoint);
    }
    let groups = groups.into_values();
    let mut wanted: Vec<(Value, Value)> = groups
        .flat_map(|(ports, all)| {
            let ports = if ports == json!([]) { Value::Null } else { ports };
            all.chunks(MOST).map(|some| (ports.clone(), some.into())).collect::<Vec<_>>()
        })
        .collect();
    if wanted.is_empty() {
        wanted.push((Value::Null, Value::Null));
    }
    let mut there = service.own(writer.store, SLICES);
    there.retain(|slice| slice.header.labels.get(MANAGED_BY.0).is_some_and(|by| by == MANAGED_BY.1));
    let mut there = there.into_iter();
    for (ports, endpoints) in wanted {
        let Some(slice) = there.next() else {
            let slice = json!({
                "metadata": { "generateName": format!("{}-", service.name()), "labels": labels },
                "addressType": "IPv4", "endpoints": endpoints, "ports": ports,
            });
            service.make(writer, SLICES, slice, &json!({}))?;
            continue;
        };
        let place = Place::of(&SLICES.into(), &slice);
        Owner { place: &place, value: Value::Null }.change(writer, |value| {
            if value["endpoints"] != endpoints || value["ports"] != ports {
                let generation = value["metadata"]["generation"].as_u64().unwrap_or(1);
                value["metadata"]["generation"] = (generation + 1).into();
            }
            value["metadata"]["labels"] = labels.clone();
            value["endpoints"] = endpoints;
            value["ports"] = ports;
        })?;
    }
    there.try_for_each(|slice| expel(writer, SLICES, &slice))
}

/// Ports that are on the same addresses share a subset.
fn tell_endpoints(writer: &mut Writer<'_>, service: &Owner<'_>, behind: &[Behind]) -> Result<(), Status> {
    let labels = labels(service, ("endpoints.kubernetes.io/managed-by", "endpoint-controller"));
    let address = |one: &&Behind| {
        let node = one.pod["spec"]["nodeName"].as_str().unwrap_or(NODE);
        json!({ "ip": one.address, "nodeName": node, "targetRef": one.reference() })
    };
    let subset = |mut have: Vec<&Behind>, ports: Vec<Value>| {
        let (ready, waiting): (Vec<&Behind>, Vec<&Behind>) = have.drain(..).partition(|one| one.ready);
        let mut subset = json!({});
        for (field, some) in [("addresses", ready), ("notReadyAddresses", waiting)] {
            if !some.is_empty() {
                subset[field] = some.iter().map(address).collect();
            }
        }
        if !ports.is_empty() {
            subset["ports"] = ports.into();
        }
        subset
    };
    let mut ports: Vec<Value> = behind.iter().flat_map(|one| one.ports.iter().cloned()).collect();
    ports.sort_by_key(Value::to_string);
    ports.dedup();
    let mut sets: Vec<(Vec<&Behind>, Vec<Value>)> = Vec::new();
    for port in ports {
        let have: Vec<&Behind> = behind.iter().filter(|one| one.ports.contains(&port)).collect();
        let same = |known: &[&Behind]| {
            known.len() == have.len()
                && known.iter().zip(&have).all(|(one, other)| std::ptr::eq(*one, *other))
        };
        match sets.iter_mut().find(|(known, _)| same(known)) {
            Some((_, ports)) => ports.push(port),
            None => sets.push((have, vec![port])),
        }
    }
    // A service without ports leads to addresses alone.
    if service.value["spec"]["ports"].is_null() && !behind.is_empty() {
        sets.push((behind.iter().collect(), Vec::new()));
    }
    let subsets: Vec<Value> = sets.into_iter().map(|(have, ports)| subset(have, ports)).collect();
    let place = Place { resource: ENDPOINTS.into(), ..service.place.clone() };
    if writer.store.at(&place).is_none() {
        let Some(resource) = writer.store.catalog.get(ENDPOINTS).cloned() else { return Ok(()) };
        let mut endpoints = json!({ "metadata": { "name": service.name(), "labels": labels } });
        if !subsets.is_empty() {
            endpoints["subsets"] = subsets.into();
        }
        return writer.create(&resource.stored_view(), &place.namespace, endpoints).map(drop);
    }
    Owner { place: &place, value: Value::Null }.change(writer, |value| {
        value["metadata"]["labels"] = labels;
        match value.as_object_mut() {
            Some(fields) if subsets.is_empty() => drop(fields.shift_remove("subsets")),
            Some(fields) => drop(fields.insert("subsets".to_owned(), subsets.into())),
            None => {}
        }
    })
}
