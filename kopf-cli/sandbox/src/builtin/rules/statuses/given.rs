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
    let made = extended.at("resourceClaimName").text();
    for (statuses, containers) in OF_CONTAINERS {
        let asked = asked(&spec.at(containers), &extended);
        causes.extend(status.at(statuses).each().flat_map(|one| devices(&one, &asked, made)));
    }
    let debugging = status.at(OF_DEBUGGING);
    let devices = debugging.each().map(|one| one.at("allocatedResourcesStatus"));
    let why = "must not be specified in container status";
    causes.extend(devices.filter(|devices| devices.len() > 0).map(|devices| devices.forbidden(why)));
    causes
}

/// What a container asks for, by which its status names devices.
struct Asked<'a> {
    /// Whether that is more than nothing, of each resource.
    resources: HashMap<&'a str, bool>,
    /// Claims, each with what is requested in it or as a whole.
    claims: HashSet<(&'a str, Option<&'a str>)>,
    /// What is requested in the claim that was made for the pod.
    made: HashSet<&'a str>,
}

impl<'a> Asked<'a> {
    fn of(container: &Site<'a>) -> Self {
        let amounts = container.at("resources.requests").entries();
        let claims = container.at("resources.claims").each().map(|claim| {
            let request = claim.at("request").text();
            (claim.at("name").text(), Some(request).filter(|request| !request.is_empty()))
        });
        Asked {
            resources: amounts
                .map(|(name, amount)| (name, Quantity::of(amount.value) != Quantity::ZERO))
                .collect(),
            claims: claims.collect(),
            made: HashSet::new(),
        }
    }

    /// Whether a device is what is asked for, where a claim of that name was made for the pod.
    fn has(&self, device: &str, made: &str) -> bool {
        let Some(claim) = device.strip_prefix(CLAIM) else { return self.resources.contains_key(device) };
        let named = claim.split_once('/').map_or((claim, None), |(name, request)| (name, Some(request)));
        let request = claim.strip_prefix(made).and_then(|rest| rest.strip_prefix('/'));
        self.claims.contains(&named) || request.is_some_and(|request| self.made.contains(request))
    }
}

/// What each container asks for.
fn asked<'a>(containers: &Site<'a>, extended: &Site<'a>) -> HashMap<&'a str, Asked<'a>> {
    let mut asked: HashMap<&str, Asked<'_>> = HashMap::new();
    for container in containers.each() {
        asked.entry(container.at("name").text()).or_insert_with(|| Asked::of(&container));
    }
    for mapping in extended.at("requestMappings").each() {
        let [container, resource, request] =
            ["containerName", "resourceName", "requestName"].map(|field| mapping.at(field).text());
        let known = asked.get_mut(container).filter(|asked| asked.resources.get(resource) == Some(&true));
        if let Some(asked) = known.filter(|_| !request.is_empty()) {
            asked.made.insert(request);
        }
    }
    asked
}

/// The devices that a container was given: those that it asks for. Of one that there is not nothing is known.
fn devices(status: &Site<'_>, asked: &HashMap<&str, Asked<'_>>, made: &str) -> Causes {
    let asked = asked.get(status.at("name").text());
    let mut causes = Vec::new();
    for device in status.at("allocatedResourcesStatus").each() {
        let name = device.at("name");
        if asked.is_some_and(|asked| !asked.has(name.text(), made)) {
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
