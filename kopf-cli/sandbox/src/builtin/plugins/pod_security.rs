//! Pod security: namespaces say by their labels what pods in them may, and pods that may not are refused or warned of.
//!
//! Where only what is made of a template would be refused that is warned of: workloads are taken.

mod baseline;
mod checks;
mod levels;
mod pod;
mod restricted;

use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
};

use serde_json::Value;

use super::Write;
use crate::{
    builtin::derived::SPECS_OF_PODS,
    kinds::PODS,
    object::{LabelSet, Stored},
    printed,
    resources::NAMESPACES,
    status::Status,
};
use levels::{Level, Policy, Standard};
use pod::{Finding, Pod};

/// The kinds that have a template of pods.
const WORKLOADS: [&str; 8] = [
    "replicationcontrollers",
    "podtemplates",
    "replicasets.apps",
    "deployments.apps",
    "statefulsets.apps",
    "daemonsets.apps",
    "jobs.batch",
    "cronjobs.batch",
];
/// How many pods of a namespace are looked at when it is to enforce something else.
const MOST_PODS: usize = 3_000;
/// How large they may be together, for a server looks at them for a second at most.
const MOST_BYTES: usize = 64 * 1024 * 1024;
/// The lists of containers whose images count.
const CONTAINERS: [&str; 2] = ["containers", "initContainers"];

/// Refuses what may not be written; the answer is what is to be warned of.
pub(super) fn judge(write: &Write<'_>, object: &Value, old: Option<&Value>) -> Result<Vec<String>, Status> {
    match &*write.view.resource.key {
        NAMESPACES => judge_namespace(write, object, old),
        PODS => judge_pod(write, object, old),
        key if WORKLOADS.contains(&key) => Ok(judge_workload(write, object)),
        _ => Ok(Vec::new()),
    }
}

fn judge_namespace(write: &Write<'_>, object: &Value, old: Option<&Value>) -> Result<Vec<String>, Status> {
    let (policy, causes) = Policy::read(&LabelSet::of(object));
    let before = old.map(|old| Policy::read(&LabelSet::of(old)));
    if !causes.is_empty() && before.as_ref().is_none_or(|(_, known)| *known != causes) {
        return Err(Status::invalid(write.view.about_kind(write.name), causes));
    }
    let Some((before, _)) = before else { return Ok(Vec::new()) };
    let (enforce, before) = (policy.enforce, before.enforce);
    let relaxed = enforce.version == before.version && enforce.level <= before.level;
    if enforce.level == Level::Privileged || relaxed {
        return Ok(Vec::new());
    }
    Ok(violations(write, enforce))
}

/// What is warned of where the pods that are there do what a namespace is not to allow any more.
fn violations(write: &Write<'_>, enforce: Standard) -> Vec<String> {
    let mut pods = by_controllers(write.store.list(PODS, Some(write.name)));
    let all = pods.len();
    let mut bytes = 0;
    let is_in_time = |pod: &Arc<Stored>| {
        bytes += pod.bytes.len();
        bytes <= MOST_BYTES
    };
    pods = pods.into_iter().take(MOST_PODS).take_while(is_in_time).collect();
    let mut violations: BTreeMap<String, (String, usize)> = BTreeMap::new();
    for pod in &pods {
        let found = checks::find(enforce, Pod::of(&pod.value()));
        if !found.is_empty() {
            let reasons: Vec<&str> = found.iter().map(|finding| &*finding.reason).collect();
            let name = &pod.header.name;
            let (first, count) = violations.entry(reasons.join(", ")).or_insert_with(|| (name.clone(), 0));
            if name < first {
                first.clone_from(name);
            }
            *count += 1;
        }
    }
    let mut warnings = Vec::new();
    if pods.len() < all {
        let what = "new PodSecurity enforce level only checked against the first";
        warnings.push(format!("{what} {} of {all} existing pods", pods.len()));
    }
    if !violations.is_empty() {
        let what = "violate the new PodSecurity enforce level";
        warnings
            .push(format!("existing pods in namespace {} {what} \"{enforce}\"", printed::quoted(write.name)));
    }
    let named = violations.into_iter().map(|(reasons, (first, count))| match count {
        1 => format!("{first}: {reasons}"),
        2 => format!("{first} (and 1 other pod): {reasons}"),
        _ => format!("{first} (and {} other pods): {reasons}", count - 1),
    });
    let mut named: Vec<String> = named.collect();
    named.sort_unstable();
    warnings.extend(named);
    warnings
}

/// Pods in the order in which they are looked at: first those that stand alone, and one of each controller.
fn by_controllers(pods: Vec<Arc<Stored>>) -> Vec<Arc<Stored>> {
    let mut seen: HashSet<String> = HashSet::new();
    let (mut first, others): (Vec<_>, Vec<_>) = pods.into_iter().partition(|pod| {
        let controller = pod.header.owners.iter().find(|owner| owner.controls);
        controller.is_none_or(|controller| seen.insert(controller.uid.clone()))
    });
    first.extend(others);
    first
}

/// What the namespace of an object says.
fn policy(write: &Write<'_>) -> Policy {
    let home = write.store.get(NAMESPACES, "", write.namespace);
    home.map_or_else(|| Policy::read(&LabelSet::default()), |home| Policy::read(&home.header.labels)).0
}

fn judge_pod(write: &Write<'_>, object: &Value, old: Option<&Value>) -> Result<Vec<String>, Status> {
    let Policy { enforce, warn } = policy(write);
    if old.is_some_and(|old| !is_significant(object, old)) {
        return Ok(Vec::new());
    }
    let pod = Pod::of(object);
    let found = checks::find(enforce, pod);
    if !found.is_empty() {
        let why = format!("violates PodSecurity \"{enforce}\": {}", told(&found));
        return Err(Status::forbidden(write.view.about(write.name), &why));
    }
    Ok(warned(warn, pod))
}

fn judge_workload(write: &Write<'_>, object: &Value) -> Vec<String> {
    let template = SPECS_OF_PODS[1..].iter().find_map(|path| object.pointer(path.strip_suffix("/spec")?));
    let template = template.filter(|template| template.is_object());
    template.map(|template| warned(policy(write).warn, Pod::of(template))).unwrap_or_default()
}

/// What is warned of in a pod, or in a template of pods.
fn warned(warn: Standard, pod: Pod<'_>) -> Vec<String> {
    let found = checks::find(warn, pod);
    let warning =
        (!found.is_empty()).then(|| format!("would violate PodSecurity \"{warn}\": {}", told(&found)));
    warning.into_iter().collect()
}

fn told(findings: &[Finding]) -> String {
    let told = findings.iter().map(|Finding { reason, detail }| format!("{reason} ({detail})"));
    told.collect::<Vec<_>>().join(", ")
}

/// Whether a change of a pod is one that counts: of images, or of which containers there are.
fn is_significant(pod: &Value, old: &Value) -> bool {
    let images = |pod: &Value, list: &str| -> Vec<Value> {
        let containers = pod["spec"][list].as_array().into_iter().flatten();
        containers.map(|container| container["image"].clone()).collect()
    };
    CONTAINERS.iter().any(|list| images(pod, list) != images(old, list))
}

#[cfg(test)]
mod tests;
