//! What a server warns of in objects of built-in kinds that it takes: what is old, and what does nothing.

mod addresses;
mod certificates;
mod containers;
mod labels;
mod paths;
mod pods;
mod ports;
mod services;
mod storage;
mod webhooks;

use serde_json::Value;

use super::site::Site;
use crate::{names::name_faults, printed::quoted, quantity::Quantity, resources::NameRule, schema::Part};

use addresses::{address, range};
pub(super) use containers::{APP_ARMOR, SECCOMP, SECCOMP_POD, all as containers, app_armor, profile};

type Warnings = Vec<String>;

/// Kinds that have a template of pods: where, and whether pods are called by the name of the object.
const TEMPLATES: &[(&str, &str, bool)] = &[
    ("podtemplates", "template", false),
    ("replicationcontrollers", "spec.template", true),
    ("deployments.apps", "spec.template", true),
    ("replicasets.apps", "spec.template", true),
    ("daemonsets.apps", "spec.template", false),
    ("statefulsets.apps", "spec.template", false),
    ("jobs.batch", "spec.template", true),
    ("cronjobs.batch", "spec.jobTemplate.spec.template", true),
];
const MOUNTABLE: &str = "kubernetes.io/enforce-mountable-secrets";
const INGRESS_CLASS: &str = "kubernetes.io/ingress.class";
/// Beyond so many indexes, of which so many are worked on at once, a job may lose count.
const MOST_INDEXES: i64 = 100_000;
const MOST_AT_ONCE: i64 = 10_000;

/// What is warned of in an object that is written; `old` is absent on creation, and `renewed` is whether it has a new
/// generation.
pub(crate) fn warnings(
    key: &str,
    object: &Value,
    old: Option<&Value>,
    part: Part,
    renewed: bool,
) -> Warnings {
    let root = Site::root(object, old);
    if part != Part::Whole {
        return in_status(key, &root);
    }
    let mut warnings = templates(key, &root, renewed);
    warnings.extend(match key {
        "pods" if old.is_none() => {
            let used = "this is used in the Pod's hostname, which can result in surprising behavior";
            named(&root, used).into_iter().chain(pods::pod(&root, false)).collect()
        }
        "services" => services::service(&root),
        "endpoints" => services::endpoints(&root),
        "endpointslices.discovery.k8s.io" => services::slice(&root),
        "secrets" => certificates::secret(&root),
        "serviceaccounts" => account(&root),
        "nodes" => node(&root),
        "persistentvolumes" => storage::volume(&root),
        "persistentvolumeclaims" => storage::claim(&root),
        "storageclasses.storage.k8s.io" => {
            let keys = root.find("allowedTopologies[].matchLabelExpressions[].key");
            keys.iter().filter_map(labels::key).collect()
        }
        "csistoragecapacities.storage.k8s.io" => labels::selector(&root.at("nodeTopology")),
        "csidrivers.storage.k8s.io" => driver(&root),
        "runtimeclasses.node.k8s.io" => labels::keys_of_all(&root.at("scheduling.nodeSelector")),
        "networkpolicies.networking.k8s.io" => policy(&root),
        "ingresses.networking.k8s.io" => ingress(&root),
        "mutatingwebhookconfigurations.admissionregistration.k8s.io"
        | "validatingwebhookconfigurations.admissionregistration.k8s.io" => webhooks::webhooks(&root),
        _ => Vec::new(),
    });
    warnings
}

/// What is warned of in the templates of pods that an object has, where they are new.
fn templates(key: &str, root: &Site<'_>, renewed: bool) -> Warnings {
    let Some((_, place, names_pods)) = TEMPLATES.iter().find(|(known, ..)| *known == key) else {
        return Vec::new();
    };
    let mut warnings = Vec::new();
    if *names_pods && root.before.is_none() {
        let used = "this is used in Pod names and hostnames, which can result in surprising behavior";
        warnings.extend(named(root, used));
    }
    let template = root.at(place);
    let is_new = match key {
        "daemonsets.apps" => root.before.is_none() || template.is_changed(),
        _ => renewed,
    };
    if is_new && let Some(job) = place.strip_suffix(".template").filter(|_| key.ends_with(".batch")) {
        warnings.extend(job_of_many(&root.at(job)));
    }
    // Of a replication controller that is changed a server looks at what it was.
    let looked_at = match (key, template.before) {
        ("replicationcontrollers", Some(before)) => Site { value: before, ..template },
        _ => template,
    };
    if is_new && looked_at.is_given() {
        warnings.extend(pods::pod(&looked_at, true));
    }
    if key == "statefulsets.apps" {
        warnings.extend(stateful(root));
    }
    warnings
}

/// A name that is no part of a name of a host.
fn named(root: &Site<'_>, used: &str) -> Option<String> {
    let name = root.at("metadata.name");
    let faults = name_faults(name.text(), NameRule::Label);
    let told = || format!("{}: {used}; a DNS label is recommended: [{}]", name.place, faults.join(" "));
    (!faults.is_empty()).then(told)
}

fn job_of_many(spec: &Site<'_>) -> Option<String> {
    let more = |field: &str, most: i64| spec.at(field).number().is_some_and(|number| number > most);
    let many = spec.at("completionMode").is("Indexed")
        && more("completions", MOST_INDEXES)
        && more("parallelism", MOST_AT_ONCE);
    let why = "In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes \
        might not be able to track completedIndexes when a big number of indexes fail";
    many.then(|| format!("{}: {why}", spec.place))
}

fn stateful(root: &Site<'_>) -> Warnings {
    let claims = root.at("spec.volumeClaimTemplates").each();
    let mut warnings: Warnings = claims
        .flat_map(|claim| {
            // A server calls the place otherwise when the object is made than when it is changed.
            let place =
                if root.before.is_some() { format!("{}.Spec", claim.place) } else { claim.place.clone() };
            storage::claimed(&claim.at("spec").moved(place))
        })
        .collect();
    let limit = root.at("spec.revisionHistoryLimit");
    if limit.number().is_some_and(|limit| limit < 0) {
        let why = "a negative value retains all historical revisions; a value >= 0 is recommended";
        warnings.push(format!("{}: {why}", limit.place));
    }
    warnings
}

/// An amount of bytes that is not whole.
fn not_whole(amounts: &Site<'_>, resource: &str) -> Option<String> {
    let amount = amounts.value.get(resource).filter(|amount| !Quantity::of(amount).is_whole())?;
    let said = quoted(amount.as_str().unwrap_or_default());
    Some(format!(
        "{}[{resource}]: fractional byte value {said} is invalid, must be an integer",
        amounts.place
    ))
}

fn in_status(key: &str, root: &Site<'_>) -> Warnings {
    let found = match key {
        "pods" => [root.find("status.podIPs[].ip"), root.find("status.hostIPs[].ip")].concat(),
        "services" | "ingresses.networking.k8s.io" => {
            let balanced = root.find("status.loadBalancer.ingress[]");
            // What is said of the address is told of what it is of.
            balanced.iter().map(|site| site.at("ip").moved(site.place.clone())).collect()
        }
        _ => Vec::new(),
    };
    found.iter().flat_map(address).collect()
}

fn account(root: &Site<'_>) -> Warnings {
    let annotations = root.at("metadata.annotations");
    let has = |annotations: Option<&Value>| annotations.is_some_and(|all| all.get(MOUNTABLE).is_some());
    let why = "deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets";
    let is_new = has(Some(annotations.value)) && !has(annotations.before);
    is_new.then(|| format!("{}[{MOUNTABLE}]: {why}", annotations.place)).into_iter().collect()
}

fn node(root: &Site<'_>) -> Warnings {
    let spec = root.at("spec");
    let outside = spec.at("externalID");
    let mut warnings = Vec::new();
    if outside.len() > 0 {
        let why = "this field is deprecated, and is unused by Kubernetes";
        warnings.push(format!("{}: {why}", outside.place));
    }
    warnings.extend(spec.at("podCIDRs").each().flat_map(|it| range(&it)));
    warnings
}

fn driver(root: &Site<'_>) -> Warnings {
    let (tokens, secrets) = (root.at("spec.tokenRequests"), root.at("spec.serviceAccountTokenInSecrets"));
    let is_new = root.before.is_none() || tokens.is_changed();
    let why = "if supported by this CSI driver, set to true to prevent possible logging of tokens in volume attributes";
    let leaks = is_new && tokens.len() > 0 && !secrets.is_given();
    leaks.then(|| format!("{} is unset; {why}", secrets.place)).into_iter().collect()
}

fn policy(root: &Site<'_>) -> Warnings {
    let spec = root.at("spec");
    let blocks = [spec.find("ingress[].from[].ipBlock"), spec.find("egress[].to[].ipBlock")].concat();
    let blocks = blocks.iter().filter(|block| block.is_given());
    blocks
        .flat_map(|block| [block.find("cidr"), block.find("except[]")].concat())
        .flat_map(|it| range(&it))
        .collect()
}

fn ingress(root: &Site<'_>) -> Warnings {
    let said = root.at("metadata.annotations").value.get(INGRESS_CLASS).is_some();
    let old = root.before.is_none() && said && !root.at("spec.ingressClassName").is_given();
    let why = format!(
        "annotation {} is deprecated, please use 'spec.ingressClassName' instead",
        quoted(INGRESS_CLASS)
    );
    old.then_some(why).into_iter().collect()
}
