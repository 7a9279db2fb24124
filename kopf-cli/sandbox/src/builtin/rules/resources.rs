//! What is wrong with the resources that containers ask for.

use std::collections::HashSet;

use serde_json::json;

use crate::{
    builtin::{
        checks::{Causes, Check, check},
        site::Site,
    },
    names::key_faults,
    quantity::Quantity,
    status::Cause,
};

const OF_CONTAINERS: [&str; 3] = ["cpu", "memory", "ephemeral-storage"];
const LARGE_PAGES: &str = "hugepages-";
const STANDARD: [&str; 20] = [
    "cpu",
    "memory",
    "ephemeral-storage",
    "requests.cpu",
    "requests.memory",
    "requests.ephemeral-storage",
    "limits.cpu",
    "limits.memory",
    "limits.ephemeral-storage",
    "pods",
    "resourcequotas",
    "services",
    "replicationcontrollers",
    "secrets",
    "configmaps",
    "persistentvolumeclaims",
    "storage",
    "requests.storage",
    "services.nodeports",
    "services.loadbalancers",
];

/// Whether a resource is Kubernetes' own.
fn is_native(name: &str) -> bool {
    !name.contains('/') || name.contains("kubernetes.io/")
}

/// Whether it is counted, and not measured.
fn is_counted(name: &str) -> bool {
    let is_extended = !is_native(name)
        && !name.starts_with("requests.")
        && key_faults(&format!("requests.{name}")).is_empty();
    is_extended || STANDARD[9..16].contains(&name) || STANDARD[18..].contains(&name)
}

/// What of a resource can be asked for without being its limit.
pub(super) fn may_be_exceeded(name: &str) -> bool {
    is_native(name) && !name.starts_with(LARGE_PAGES)
}

/// That the name of a resource is wrong, for which a server has a type.
fn wrong(place: &str, name: &str, why: &str) -> Cause {
    Site::root(&name.into(), None).moved(place.to_owned()).invalid_word(why)
}

/// What is wrong with the name of a resource of containers.
pub(super) fn name_faults(place: &str, name: &str) -> Causes {
    let invalid = |why: &str| wrong(place, name, why);
    let mut causes = any_name_faults(place, name);
    if !name.contains('/') {
        if !OF_CONTAINERS.contains(&name) && !name.starts_with(LARGE_PAGES) {
            causes.push(invalid("must be a standard resource for containers"));
        }
    } else if !is_native(name) && !is_counted(name) {
        causes.push(invalid("doesn't follow extended resource name standard"));
    }
    causes
}

pub(super) fn any_name_faults(place: &str, name: &str) -> Causes {
    let mut causes: Causes = key_faults(name).iter().map(|why| wrong(place, name, why)).collect();
    let large = name.starts_with(LARGE_PAGES) || name.starts_with("requests.hugepages-");
    if causes.is_empty() && !name.contains('/') && !STANDARD.contains(&name) && !large {
        causes.push(wrong(place, name, "must be a standard resource type or fully qualified"));
    }
    causes
}

/// What is wrong with the name of a resource that a pod asks for as a whole.
fn pod_name_faults(place: &str, name: &str) -> Causes {
    let causes = any_name_faults(place, name);
    let known = OF_CONTAINERS[..2].contains(&name) || name.starts_with(LARGE_PAGES);
    if known || !causes.is_empty() {
        return causes;
    }
    let known = &["cpu", LARGE_PAGES, "memory"];
    vec![Site::root(&name.into(), None).moved(place.to_owned()).unsupported(known)]
}

/// What is wrong with what a pod asks for as a whole, by itself.
pub(super) fn of_pod(site: &Site<'_>) -> Causes {
    let claims = site.at("claims");
    let mut causes = Vec::new();
    causes.extend(
        claims.is_given().then(|| claims.forbidden("claims may not be set for Resources at pod-level")),
    );
    causes.extend(asked(site, pod_name_faults));
    causes
}

/// What is wrong with an amount of a resource.
pub(super) fn amount_faults(site: &Site<'_>, name: &str) -> Causes {
    let amount = Quantity::of(site.value);
    let mut causes = Vec::new();
    if amount.is_negative() {
        causes.push(site.invalid("must be greater than or equal to 0"));
    }
    if is_counted(name) && !amount.is_whole() {
        causes.push(site.invalid("must be an integer"));
    }
    causes
}

/// What is wrong with the requests and limits of a container.
pub(super) fn of_container(site: &Site<'_>) -> Causes {
    asked(site, name_faults)
}

/// What runs beside a pod is checked as if it were the limits of a container, and told of as such.
pub(super) fn beside(overhead: &Site<'_>) -> Causes {
    let limits = json!({ "limits": overhead.value });
    of_container(&Site::root(&limits, None).moved(overhead.place.clone()))
}

fn asked(site: &Site<'_>, name_faults: fn(&str, &str) -> Causes) -> Causes {
    let (limits, requests) = (site.at("limits"), site.at("requests"));
    let mut causes = Vec::new();
    for (name, limit) in limits.entries() {
        causes.extend(name_faults(&limit.place, name));
        causes.extend(amount_faults(&limit, name));
        causes.extend(page_fault(&limit, name));
    }
    for (name, request) in requests.entries() {
        causes.extend(name_faults(&request.place, name));
        causes.extend(amount_faults(&request, name));
        let limit = &limits.value[name];
        let said = |why: &str| {
            let why = format!("{why} {name} limit of {}", limit.as_str().unwrap_or_default());
            Cause::invalid(&*requests.place, request.text(), &why)
        };
        let compared = Quantity::of(request.value).cmp(&Quantity::of(limit));
        if limit.is_null() {
            if !may_be_exceeded(name) {
                causes.push(limits.required("Limit must be set for non overcommitable resources"));
            }
        } else if compared.is_ne() && !may_be_exceeded(name) {
            causes.push(said("must be equal to"));
        } else if compared.is_gt() {
            causes.push(said("must be less than or equal to"));
        }
        causes.extend(page_fault(&request, name));
    }
    let names = || limits.entries().chain(requests.entries()).map(|(name, _)| name);
    if names().any(|name| name.starts_with(LARGE_PAGES))
        && !names().any(|name| OF_CONTAINERS[..2].contains(&name))
    {
        causes.push(site.forbidden("HugePages require cpu or memory"));
    }
    causes
}

/// Large pages are asked for whole.
fn page_fault(site: &Site<'_>, name: &str) -> Option<Cause> {
    let size = name.strip_prefix(LARGE_PAGES)?;
    let size = Quantity::of(&size.into());
    let fine =
        size.is_positive() && size.is_whole() && Quantity::of(site.value).units() % size.units().max(1) == 0;
    let why = format!("{} is not positive integer multiple of {name}", site.text());
    (!fine).then(|| site.invalid(&why))
}

/// What is wrong with how a container takes other resources while it runs.
pub(super) fn resizing(spec: &Site<'_>, list: &Site<'_>) -> Causes {
    let mut causes = Vec::new();
    let mut known = HashSet::new();
    for policy in list.each() {
        let name = policy.at("resourceName");
        if !known.insert(name.text()) {
            causes.push(name.clone().moved(policy.place.clone()).duplicate_word());
        }
        let restart = policy.at("restartPolicy").moved(list.place.clone());
        let name = name.moved(list.place.clone());
        let known: [(_, &[&str]); 2] =
            [(&name, &["cpu", "memory"]), (&restart, &["NotRequired", "RestartContainer"])];
        for (said, known) in known {
            match said.len() {
                0 => causes.push(said.required("")),
                _ => causes.extend(check(said, &[("", Check::OneOf(known))])),
            }
        }
        if spec.at("restartPolicy").is("Never") && !restart.is("NotRequired") {
            causes.push(restart.invalid_word("must be 'NotRequired' when pod `restartPolicy` is 'Never'"));
        }
    }
    causes
}
