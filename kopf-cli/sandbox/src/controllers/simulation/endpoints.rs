//! What services lead to: the pods that they select, told in `EndpointSlice`s and in `Endpoints`, as the controllers of a
//! cluster do.

use std::{collections::BTreeMap, net::Ipv4Addr, sync::Arc};

use serde_json::{Value, json};

use super::{Owner, Task, Tasks, change, expel, triggers};
use crate::{
    builtin::{OF_SERVICE, SERVICES},
    kinds::PODS,
    object::Stored,
    resources::SLICES,
    ring::Event,
    status::Status,
    store::{Place, Store},
    write::Writer,
};

const ENDPOINTS: &str = "endpoints";
/// How many endpoints a slice has at most, and how many addresses `Endpoints` have.
const MOST: usize = 100;
const MOST_ADDRESSES: usize = 1_000;
/// What slices say of who made them.
const MANAGED_BY: (&str, &str) =
    ("endpointslice.kubernetes.io/managed-by", "endpointslice-controller.k8s.io");

/// A pod that a service leads to.
struct Behind {
    pod: Value,
    address: String,
    ready: bool,
    /// Whether it is wanted as if it were ready.
    tolerated: bool,
    going: bool,
}

/// Those that have the same ports, in the order of their addresses.
struct Group {
    ports: Vec<Value>,
    members: Vec<Behind>,
}

/// Looks again at a service that changes, whose pods do, or whose slices or `Endpoints` somebody else has changed.
pub(super) fn notice(tasks: &mut Tasks, store: &Store, change: &Event) {
    let header = &change.object.header;
    let mut look_at = |name: &str| {
        let namespace = header.namespace.clone();
        tasks.add(Task::Run(Place { resource: SERVICES.into(), namespace, name: name.to_owned() }));
    };
    match &*change.resource {
        SERVICES | ENDPOINTS => look_at(&header.name),
        SLICES if is_ours(&change.object) => {
            if let Some(service) = header.labels.get(OF_SERVICE) {
                look_at(service);
            }
        }
        PODS => {
            let states = [Some(&change.object), change.previous.as_ref()];
            for service in store.list(SERVICES, Some(&header.namespace)) {
                if states.into_iter().flatten().any(|pod| selects(&service, pod)) {
                    look_at(&service.header.name);
                }
            }
        }
        _ => {}
    }
}

/// Whether a service leads to a pod.
fn selects(service: &Stored, pod: &Stored) -> bool {
    let selector = &service.header.selector;
    !selector.is_empty() && selector.are_among(&pod.header.labels)
}

fn is_ours(slice: &Stored) -> bool {
    slice.header.labels.get(MANAGED_BY.0).is_some_and(|by| by == MANAGED_BY.1)
}

/// Brings the slices and the `Endpoints` of a service to what its pods are now.
pub(super) fn run(writer: &mut Writer<'_>, place: &Place) -> Result<(), Status> {
    let Some(service) = writer.store.at(place).cloned() else { return forget(writer, place) };
    if service.header.selector.is_empty() {
        return Ok(());
    }
    let owner = Owner { place, value: service.value() };
    let pods = writer.store.list(PODS, Some(&place.namespace));
    let pods = pods.iter().filter(|pod| selects(&service, pod));
    let pods: Vec<(Value, bool)> = pods.map(|pod| (pod.value(), pod.header.deleting)).collect();
    let trigger = writer.store.duties.triggers.note(place, &owner.value, pods.iter().map(|(pod, _)| pod));
    let trigger = trigger.as_deref();
    let behind = pods.into_iter().filter_map(|(pod, going)| Behind::of(&owner.value, pod, going));
    let mut behind: Vec<Behind> = behind.collect();
    behind.sort_by(|one, other| one.address.cmp(&other.address));
    let mut groups: BTreeMap<String, Group> = BTreeMap::new();
    for one in behind {
        let ports = owner.value["spec"]["ports"].as_array().into_iter().flatten();
        let ports: Vec<Value> = ports.filter_map(|port| port_of(&one.pod, port)).collect();
        let called = Value::from(ports.clone()).to_string();
        groups.entry(called).or_insert_with(|| Group { ports, members: Vec::new() }).members.push(one);
    }
    let groups: Vec<Group> = groups.into_values().collect();
    // One is told even where the other cannot be.
    let slices = tell_slices(writer, &owner, &groups, trigger, service.header.deleting);
    tell_endpoints(writer, &owner, &groups, trigger).and(slices)
}

/// Takes the `Endpoints` of a service away that is gone; its slices belong to it, and go with it.
fn forget(writer: &mut Writer<'_>, service: &Place) -> Result<(), Status> {
    writer.store.duties.triggers.forget(service);
    let there = writer.store.get(ENDPOINTS, &service.namespace, &service.name).cloned();
    // Those of somebody else stay.
    match there.filter(|there| there.header.labels.get("endpoints.kubernetes.io/managed-by").is_some()) {
        Some(endpoints) => expel(writer, ENDPOINTS, &endpoints),
        None => Ok(()),
    }
}

impl Behind {
    fn of(service: &Value, pod: Value, going: bool) -> Option<Behind> {
        let status = &pod["status"];
        let over = matches!(status["phase"].as_str(), Some("Succeeded" | "Failed"));
        let address = status["podIP"].as_str().filter(|_| !over)?.to_owned();
        // Addresses that endpoints cannot have lead nowhere.
        let known: Ipv4Addr = address.parse().ok()?;
        if known.is_loopback() || known.is_link_local() || known.is_multicast() || known.is_unspecified() {
            return None;
        }
        let mut conditions = status["conditions"].as_array().into_iter().flatten();
        let ready = conditions.any(|one| one["type"] == "Ready" && one["status"] == "True");
        let tolerated = service["spec"]["publishNotReadyAddresses"] == true;
        Some(Behind { pod, address, ready, tolerated, going })
    }

    fn uid(&self) -> &str {
        self.pod["metadata"]["uid"].as_str().unwrap_or_default()
    }

    /// What all that leads to it says of it: where it is, and what it is.
    fn described(&self, service: &str, mut place: Value) -> Value {
        let (metadata, spec) = (&self.pod["metadata"], &self.pod["spec"]);
        if let Some(node) = spec["nodeName"].as_str() {
            place["nodeName"] = node.into();
        }
        if spec["hostname"].is_string() && spec["subdomain"] == service {
            place["hostname"] = spec["hostname"].clone();
        }
        place["targetRef"] = json!({
            "kind": "Pod", "namespace": metadata["namespace"], "name": metadata["name"], "uid": metadata["uid"],
        });
        place
    }

    fn endpoint(&self, service: &str) -> Value {
        let ready = self.tolerated || self.ready && !self.going;
        let conditions = json!({ "ready": ready, "serving": self.ready, "terminating": self.going });
        self.described(service, json!({ "addresses": [self.address], "conditions": conditions }))
    }
}

/// A port of a service as it is on a pod; none where the pod has none of that name.
fn port_of(pod: &Value, port: &Value) -> Option<Value> {
    let target = &port["targetPort"];
    let number = match target.as_str() {
        None => target.as_u64()?,
        Some(name) => {
            let all = |field: &str| pod["spec"][field].as_array().into_iter().flatten();
            let sidecars = all("initContainers").filter(|one| one["restartPolicy"] == "Always");
            let containers = all("containers").chain(sidecars);
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

/// Those that have the same ports share slices, and stay in the slice in which they are.
fn tell_slices(
    writer: &mut Writer<'_>,
    service: &Owner<'_>,
    groups: &[Group],
    trigger: Option<&str>,
    going: bool,
) -> Result<(), Status> {
    let mut labels = labels(service, MANAGED_BY);
    labels[OF_SERVICE] = service.name().into();
    let there = service.own(writer.store, SLICES).into_iter().filter(|slice| is_ours(slice));
    let mut there: Vec<(Arc<Stored>, Value)> = there.map(|slice| (slice.clone(), slice.value())).collect();
    let mut wanted: Vec<(Option<Arc<Stored>>, Value, Vec<Value>)> = Vec::new();
    for group in groups {
        let ports = if group.ports.is_empty() { Value::Null } else { group.ports.clone().into() };
        let mut members: BTreeMap<&str, &Behind> = group.members.iter().map(|one| (one.uid(), one)).collect();
        let (same, others) = there.into_iter().partition(|(_, slice)| slice["ports"] == ports);
        there = others;
        let mut filled = Vec::new();
        for (stored, slice) in same {
            let named = slice["endpoints"].as_array().into_iter().flatten();
            let kept = named.filter_map(|one| members.remove(one["targetRef"]["uid"].as_str()?));
            filled.push((stored, kept.map(|one| one.endpoint(service.name())).collect::<Vec<_>>()));
        }
        let left = group.members.iter().filter(|one| members.contains_key(one.uid()));
        let mut left = left.map(|one| one.endpoint(service.name()));
        for (stored, mut endpoints) in filled {
            endpoints.extend(left.by_ref().take(MOST.saturating_sub(endpoints.len())));
            wanted.push((Some(stored), ports.clone(), endpoints));
        }
        let left: Vec<Value> = left.collect();
        wanted.extend(left.chunks(MOST).map(|some| (None, ports.clone(), some.to_vec())));
    }
    // A service always has a slice, if only one that leads nowhere.
    let leads = wanted.iter().any(|(_, _, endpoints)| !endpoints.is_empty());
    if !leads {
        wanted = vec![(wanted.into_iter().find_map(|(stored, ..)| stored), Value::Null, Vec::new())];
    }
    let mut free = there.into_iter().map(|(stored, _)| stored);
    for (stored, ports, endpoints) in wanted {
        match stored.or_else(|| free.next()) {
            Some(slice) if endpoints.is_empty() && leads => expel(writer, SLICES, &slice)?,
            Some(slice) => change_slice(writer, &slice, &labels, &ports, endpoints, trigger)?,
            None if going => {}
            None => {
                let endpoints = if endpoints.is_empty() { Value::Null } else { endpoints.into() };
                let mut slice = json!({
                    "metadata": { "generateName": format!("{}-", service.name()), "labels": labels },
                    "addressType": "IPv4", "endpoints": endpoints, "ports": ports,
                });
                triggers::mark(&mut slice, trigger);
                service.make(writer, SLICES, slice, &json!({}))?;
            }
        }
    }
    free.try_for_each(|slice| expel(writer, SLICES, &slice))
}

fn change_slice(
    writer: &mut Writer<'_>,
    slice: &Stored,
    labels: &Value,
    ports: &Value,
    endpoints: Vec<Value>,
    trigger: Option<&str>,
) -> Result<(), Status> {
    let endpoints = if endpoints.is_empty() { Value::Null } else { endpoints.into() };
    let place = Place::of(&SLICES.into(), slice);
    change(writer, &place, |value| {
        let leads_elsewhere = value["endpoints"] != endpoints || value["ports"] != *ports;
        if leads_elsewhere {
            let generation = value["metadata"]["generation"].as_u64().unwrap_or(1);
            value["metadata"]["generation"] = (generation + 1).into();
        }
        if leads_elsewhere || value["metadata"]["labels"] != *labels {
            triggers::mark(value, trigger);
        }
        value["metadata"]["labels"] = labels.clone();
        value["endpoints"] = endpoints;
        value["ports"] = ports.clone();
    })
}

/// The subsets of `Endpoints`: ports that are on the same addresses share one.
fn subsets(service: &Owner<'_>, groups: &[Group]) -> Vec<Value> {
    let mut ports: BTreeMap<String, (&Value, Vec<usize>)> = BTreeMap::new();
    for (index, group) in groups.iter().enumerate() {
        for port in &group.ports {
            ports.entry(port.to_string()).or_insert((port, Vec::new())).1.push(index);
        }
    }
    let mut sets: BTreeMap<Vec<usize>, Vec<&Value>> = BTreeMap::new();
    for (port, having) in ports.into_values() {
        sets.entry(having).or_default().push(port);
    }
    // A service without ports leads to addresses alone.
    if service.value["spec"]["ports"].is_null() {
        sets.insert((0..groups.len()).collect(), Vec::new());
    }
    let mut room = MOST_ADDRESSES;
    let subset = |(having, ports): (Vec<usize>, Vec<&Value>)| {
        let members = having.into_iter().flat_map(|index| &groups[index].members);
        let mut members: Vec<&Behind> = members.filter(|one| one.tolerated || !one.going).collect();
        members.sort_by(|one, other| one.address.cmp(&other.address));
        members.truncate(room);
        room -= members.len();
        let address = |one: &&Behind| one.described(service.name(), json!({ "ip": one.address }));
        let (ready, waiting): (Vec<_>, Vec<_>) = members.iter().partition(|one| one.ready || one.tolerated);
        let mut subset = json!({});
        for (field, some) in [("addresses", ready), ("notReadyAddresses", waiting)] {
            if !some.is_empty() {
                subset[field] = some.iter().map(address).collect();
            }
        }
        if !ports.is_empty() {
            subset["ports"] = ports.into_iter().cloned().collect();
        }
        (!members.is_empty()).then_some(subset)
    };
    sets.into_iter().filter_map(subset).collect()
}

fn tell_endpoints(
    writer: &mut Writer<'_>,
    service: &Owner<'_>,
    groups: &[Group],
    trigger: Option<&str>,
) -> Result<(), Status> {
    let labels = labels(service, ("endpoints.kubernetes.io/managed-by", "endpoint-controller"));
    let subsets = subsets(service, groups);
    let place = Place { resource: ENDPOINTS.into(), ..service.place.clone() };
    if writer.store.at(&place).is_none() {
        let Some(resource) = writer.store.catalog.get(ENDPOINTS).cloned() else { return Ok(()) };
        let mut endpoints = json!({ "metadata": { "name": service.name(), "labels": labels } });
        if !subsets.is_empty() {
            endpoints["subsets"] = subsets.into();
        }
        triggers::mark(&mut endpoints, trigger);
        return writer.create(&resource.stored_view(), &place.namespace, endpoints).map(drop);
    }
    change(writer, &place, |value| {
        let known = value["subsets"].as_array().map_or(&[][..], Vec::as_slice);
        if known == subsets && value["metadata"]["labels"] == labels {
            return;
        }
        triggers::mark(value, trigger);
        value["metadata"]["labels"] = labels;
        match value.as_object_mut() {
            Some(fields) if subsets.is_empty() => drop(fields.shift_remove("subsets")),
            Some(fields) => drop(fields.insert("subsets".to_owned(), subsets.into())),
            None => {}
        }
    })
}
