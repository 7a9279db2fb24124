//! Amounts of resources, which are told apart by thousandths: what is finer is rounded up.

use serde_json::{Map, Value};

use crate::{quantity, resources::LIMIT_RANGES};

/// Where an object has amounts that are its own, by the key of its resource; `[]` is each element of a list.
const OWN: &[(&str, &str)] = &[
    ("pods", "status.resources.limits"),
    ("pods", "status.resources.requests"),
    ("pods", "status.containerStatuses[].allocatedResources"),
    ("pods", "status.containerStatuses[].resources.limits"),
    ("pods", "status.containerStatuses[].resources.requests"),
    ("pods", "status.initContainerStatuses[].allocatedResources"),
    ("pods", "status.initContainerStatuses[].resources.limits"),
    ("pods", "status.initContainerStatuses[].resources.requests"),
    ("pods", "status.ephemeralContainerStatuses[].allocatedResources"),
    ("pods", "status.ephemeralContainerStatuses[].resources.limits"),
    ("pods", "status.ephemeralContainerStatuses[].resources.requests"),
    ("persistentvolumeclaims", "spec.resources.limits"),
    ("persistentvolumeclaims", "spec.resources.requests"),
    ("persistentvolumeclaims", "status.capacity"),
    ("persistentvolumeclaims", "status.allocatedResources"),
    ("persistentvolumes", "spec.capacity"),
    ("statefulsets.apps", "spec.volumeClaimTemplates[].spec.resources.limits"),
    ("statefulsets.apps", "spec.volumeClaimTemplates[].spec.resources.requests"),
    ("statefulsets.apps", "spec.volumeClaimTemplates[].status.capacity"),
    ("statefulsets.apps", "spec.volumeClaimTemplates[].status.allocatedResources"),
    (LIMIT_RANGES, "spec.limits[].max"),
    (LIMIT_RANGES, "spec.limits[].min"),
    (LIMIT_RANGES, "spec.limits[].default"),
    (LIMIT_RANGES, "spec.limits[].defaultRequest"),
    (LIMIT_RANGES, "spec.limits[].maxLimitRequestRatio"),
    ("nodes", "status.capacity"),
    ("nodes", "status.allocatable"),
];
/// Where the spec of pods has some.
const OF_PODS: [&str; 11] = [
    "resources.limits",
    "resources.requests",
    "overhead",
    "containers[].resources.limits",
    "containers[].resources.requests",
    "initContainers[].resources.limits",
    "initContainers[].resources.requests",
    "ephemeralContainers[].resources.limits",
    "ephemeralContainers[].resources.requests",
    "volumes[].ephemeral.volumeClaimTemplate.spec.resources.limits",
    "volumes[].ephemeral.volumeClaimTemplate.spec.resources.requests",
];

/// Rounds the amounts of an object of the resource `key`.
pub(super) fn round(key: &str, fields: &mut Map<String, Value>) {
    for (_, path) in OWN.iter().filter(|(known, _)| *known == key) {
        let (first, rest) = path.split_once('.').unwrap_or((path, ""));
        fields.get_mut(first).into_iter().for_each(|value| round_at(value, rest));
    }
}

/// Rounds the amounts in the spec of pods.
pub(super) fn round_of_pods(spec: &mut Value) {
    OF_PODS.iter().for_each(|path| round_at(spec, path));
}

fn round_at(value: &mut Value, path: &str) {
    if path.is_empty() {
        value.as_object_mut().into_iter().flat_map(Map::values_mut).for_each(quantity::round_up);
        return;
    }
    let (step, rest) = path.split_once('.').unwrap_or((path, ""));
    match step.strip_suffix("[]") {
        Some(list) => {
            let items = value.get_mut(list).and_then(Value::as_array_mut);
            items.into_iter().flatten().for_each(|item| round_at(item, rest));
        }
        None => value.get_mut(step).into_iter().for_each(|below| round_at(below, rest)),
    }
}
