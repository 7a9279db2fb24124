//! What is wrong with what the status of a pod says that its containers were given: devices, and users.

use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};

use crate::{
    builtin::{
        checks::{Causes, Check, Rule, check},
        site::Site,
    },
    names::name_faults,
    quantity::Quantity,
    resources::NameRule,
    status::Cause,
};

use Check::Within;

const HEALTH: &[&str] = &["Healthy", "Unhealthy", "Unknown"];
const LONGEST_MESSAGE: usize = 1_024;
const CLAIM: &str = "claim:";
const NO_CLAIM: &str = "must match one of the container's resource claims as 'claim:<claimName>/<requestName>' when \
    container.resources.claims[*].request is set or 'claim:<claimName>' when it is empty";
const NO_REQUEST: &str = "must match one of the container's resource requests";
const NO_NAME: &str = "must match the extended resource name of an entry in spec.initContainers.resources.requests or \
    spec.containers.resources.requests";
const NO_CONTAINER: &str =
    "must match the name of an entry in spec.initContainers.name or spec.containers.name";
const OF_USERS: &[Rule] = &[
    ("uid", Within(0, u32::MAX as i64)),
    ("gid", Within(0, i32::MAX as i64)),
    ("supplementalGroups[]", Within(0, i32::MAX as i64)),
];
/// The statuses of containers, and the containers that they are of.
const OF_CONTAINERS: [(&str, &str); 2] =
    [("containerStatuses", "containers"), ("initContainerStatuses", "initContainers")];
const OF_DEBUGGING: &str = "ephemeralContainerStatuses";

pub(super) fn faults(spec: &Site<'_>, status: &Site<'_>) -> Causes {
    let extended = status.at("extendedResourceClaimStatus");
    let mut causes = extended_faults(spec, &extended);
    for (statuses, _) in OF_CONTAINERS {
        causes.extend(users(spec, &status.at(statuses)));
    }
    causes.extend(users(spec, &status.at(OF_DEBUGGING)));
    for (statuses, containers) in OF_CONTAINERS {
        let known = known(&spec.at(containers), &extended);
        causes.extend(status.at(statuses).each().flat_map(|one| devices(&one, &known)));
    }
    let debugging = status.at(OF_DEBUGGING);
    let devices = debugging.each().map(|one| one.at("allocatedResourcesStatus"));
    let why = "must not be specified in container status";
    causes.extend(devices.filter(|devices| devices.len() > 0).map(|devices| devices.forbidden(why)));
    causes
}

/// What each container asks for, by the names that its status tells of it.
fn known<'a>(containers: &Site<'a>, extended: &Site<'_>) -> HashMap<&'a str, HashSet<String>> {
    let mut known: HashMap<&str, HashSet<String>> = HashMap::new();
    let mut requests: HashMap<&str, &Value> = HashMap::new();
    for container in containers.each() {
        let name = container.at("name").text();
        if known.contains_key(name) {
            continue;
        }
        let asked = container.at("resources.requests");
        let claimed = container.at("resources.claims").each().map(|claim| {
            let (name, request) = (claim.at("name").text(), claim.at("request").text());
            if request.is_empty() { format!("{CLAIM}{name}") } else { format!("{CLAIM}{name}/{request}") }
        });
        let names = asked.entries().map(|(name, _)| name).filter(|name| !name.starts_with(CLAIM));
        known.insert(name, names.map(str::to_owned).chain(claimed).collect());
        requests.insert(name, asked.value);
    }
    let claim = extended.at("resourceClaimName");
    for mapping in extended.at("requestMappings").each() {
        let container = mapping.at("containerName").text();
        let amount = requests.get(container).map(|asked| &asked[mapping.at("resourceName").text()]);
        let request = mapping.at("requestName").text();
        let is_asked_for = amount.is_some_and(|amount| Quantity::of(amount) != Quantity::ZERO);
        if let Some(names) = known.get_mut(container).filter(|_| is_asked_for && !request.is_empty()) {
            names.insert(format!("{CLAIM}{}/{request}", claim.text()));
        }
    }
    known
}

/// The devices that a container was given: those that it asks for. Of one that there is not nothing is known.
fn devices(status: &Site<'_>, known: &HashMap<&str, HashSet<String>>) -> Causes {
    let mut causes = Vec::new();
    for device in status.at("allocatedResourcesStatus").each() {
        let name = device.at("name");
        if known.get(status.at("name").text()).is_some_and(|known| !known.contains(name.text())) {
            let why = if name.text().starts_with(CLAIM) { NO_CLAIM } else { NO_REQUEST };
            causes.push(Cause::invalid(&*name.place, name.text(), why));
        }
        let mut told = HashSet::new();
        for resource in device.at("resources").each() {
            let (health, message) = (resource.at("health"), resource.at("message"));
            if !HEALTH.contains(&health.text()) {
                causes.push(health.unsupported(HEALTH));
            }
            match message.len() {
                0 if message.is_given() => causes.push(message.required("must be non-empty if specified")),
                length if length > LONGEST_MESSAGE => {
                    causes.push(Cause::too_long(&*message.place, LONGEST_MESSAGE as u64));
                }
                _ => {}
            }
            let id = resource.at("resourceID");
            if !told.insert(id.text()) {
                causes.push(Cause::duplicate(&*id.place, &json!(id.text())));
            }
        }
    }
    causes
}

/// The claim that was made for a pod, and which request in it is for which of what containers ask for.
fn extended_faults(spec: &Site<'_>, status: &Site<'_>) -> Causes {
    if !status.is_given() {
        return Vec::new();
    }
    let lists = ["initContainers", "containers"].map(|list| spec.at(list));
    let containers: HashMap<&str, &Value> = lists
        .iter()
        .flat_map(Site::each)
        .map(|container| (container.at("name").text(), container.at("resources.requests").value))
        .collect();
    let mappings = status.at("requestMappings");
    let mut causes = Vec::new();
    if mappings.len() == 0 {
        causes.push(mappings.required("at least one request mapping is required"));
    }
    let mut told = HashSet::new();
    for mapping in mappings.each() {
        let [container, resource, request] =
            ["containerName", "resourceName", "requestName"].map(|field| mapping.at(field));
        match containers.get(container.text()) {
            None => causes.push(Cause::invalid(&*container.place, container.text(), NO_CONTAINER)),
            Some(asked) if asked.get(resource.text()).is_none() => {
                causes.push(Cause::invalid(&*resource.place, resource.text(), NO_NAME));
            }
            Some(_) => {}
        }
        let place = format!("{}.requestName", status.place);
        let why = name_faults(request.text(), NameRule::Label);
        causes.extend(why.iter().map(|why| Cause::invalid(&*place, request.text(), why)));
        let fields = [container, resource, request];
        if !told.insert(fields.each_ref().map(|field| field.text())) {
            let twice = fields.iter().map(|field| Cause::duplicate(&*field.place, &json!(field.text())));
            causes.extend(twice);
        }
    }
    let name = status.at("resourceClaimName");
    match name.text() {
        "" => causes.push(name.required("")),
        said => causes.extend(name.against(name_faults(said, NameRule::Subdomain))),
    }
    causes
}

/// The users that containers run as.
fn users(spec: &Site<'_>, statuses: &Site<'_>) -> Causes {
    let system = spec.at("os.name");
    let users = statuses.each().map(|status| status.at("user.linux")).filter(Site::is_given);
    let faults = |user: Site<'_>| match system.text() {
        "windows" => vec![user.forbidden("cannot be set for a windows pod")],
        "" | "linux" => check(&user, OF_USERS),
        _ => Vec::new(),
    };
    users.flat_map(faults).collect()
}
