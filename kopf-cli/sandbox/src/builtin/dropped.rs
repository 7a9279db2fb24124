//! Fields that a server drops without a word: of features that it has not switched on, and of others that are no more.

use serde_json::{Map, Value};

use super::derived::SPECS_OF_PODS;

type Fields = Map<String, Value>;

/// What is dropped from objects, by the keys of their resources; `[]` is each element of a list.
const OWN: &[(&str, &str)] = &[
    ("pods", "status.volumeHealth"),
    ("pods", "status.nodeAllocatableResourceClaimStatuses"),
    ("pods", "status.containerStatuses[].volumeMounts[].volumeStatus"),
    ("pods", "status.initContainerStatuses[].volumeMounts[].volumeStatus"),
    ("pods", "status.ephemeralContainerStatuses[].volumeMounts[].volumeStatus"),
    ("nodes", "spec.podPreemptionPolicy"),
    ("persistentvolumeclaims", "status.healthStatus"),
    ("csinodes.storage.k8s.io", "status.storageHealth"),
    ("jobs.batch", "spec.scheduling"),
    ("cronjobs.batch", "spec.jobTemplate.spec.scheduling"),
    // Who is to lead is not a question that is answered yet.
    ("leases.coordination.k8s.io", "spec.strategy"),
    ("leases.coordination.k8s.io", "spec.preferredHolder"),
    // Where endpoints are is told in fields of their own.
    ("endpointslices.discovery.k8s.io", "endpoints[].deprecatedTopology"),
];
/// What is dropped from the spec of pods, wherever it is.
const OF_PODS: [&str; 16] = [
    "schedulingGroup",
    "evictionResponders",
    "volumes[].emptyDir.mode",
    "volumes[].secret.defaultUser",
    "volumes[].secret.items[].user",
    "volumes[].configMap.defaultUser",
    "volumes[].configMap.items[].user",
    "volumes[].downwardAPI.defaultUser",
    "volumes[].downwardAPI.items[].user",
    "volumes[].projected.defaultUser",
    "volumes[].projected.sources[].secret.items[].user",
    "volumes[].projected.sources[].configMap.items[].user",
    "volumes[].projected.sources[].downwardAPI.items[].user",
    "volumes[].projected.sources[].serviceAccountToken.user",
    "volumes[].projected.sources[].clusterTrustBundle.user",
    "volumes[].projected.sources[].podCertificate.user",
];
const CONTAINERS: [&str; 3] = ["containers", "initContainers", "ephemeralContainers"];
/// And from each of their containers.
const OF_CONTAINERS: [&str; 9] = [
    "volumeMounts[].bindMountOptions",
    "lifecycle.postStart.httpGet.protocol",
    "lifecycle.preStop.httpGet.protocol",
    "livenessProbe.httpGet.protocol",
    "livenessProbe.grpc.mode",
    "readinessProbe.httpGet.protocol",
    "readinessProbe.grpc.mode",
    "startupProbe.httpGet.protocol",
    "startupProbe.grpc.mode",
];

/// Drops what a server does not keep of an object of the resource `key`.
pub(super) fn drop(key: &str, rest: &mut Fields) {
    for (_, path) in OWN.iter().filter(|(known, _)| *known == key) {
        drop_at(rest, path);
    }
    for path in SPECS_OF_PODS {
        let mut steps = path.split('/').skip(1);
        let first = steps.next().and_then(|name| rest.get_mut(name));
        let spec = steps.fold(first, |value, name| value.and_then(|value| value.get_mut(name)));
        let Some(Value::Object(spec)) = spec else { continue };
        OF_PODS.iter().for_each(|path| drop_at(spec, path));
        for list in CONTAINERS {
            for container in spec.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten() {
                let Value::Object(container) = container else { continue };
                OF_CONTAINERS.iter().for_each(|path| drop_at(container, path));
                drop_signal(container);
            }
        }
    }
}

fn drop_at(fields: &mut Fields, path: &str) {
    let Some((step, rest)) = path.split_once('.') else {
        fields.shift_remove(path);
        return;
    };
    match step.strip_suffix("[]") {
        Some(list) => {
            let items = fields.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten();
            items.filter_map(Value::as_object_mut).for_each(|item| drop_at(item, rest));
        }
        None => {
            if let Some(Value::Object(below)) = fields.get_mut(step) {
                drop_at(below, rest);
            }
        }
    }
}

/// How a container wants to be stopped; where it says nothing else of its life, that is nothing.
fn drop_signal(container: &mut Fields) {
    let Some(Value::Object(lifecycle)) = container.get_mut("lifecycle") else { return };
    if lifecycle.shift_remove("stopSignal").is_some() && lifecycle.is_empty() {
        container.shift_remove("lifecycle");
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_dropped_is_dropped_wherever_it_is() {
        let container = json!({ "lifecycle": { "stopSignal": "SIGTERM" }, "startupProbe": { "grpc": { "mode": "TLS" } } });
        let spec = json!({ "schedulingGroup": {}, "initContainers": [container], "volumes": [{ "emptyDir": { "mode": 5 } }] });
        let Value::Object(mut job) = json!({ "spec": { "scheduling": {}, "template": { "spec": spec } } })
        else {
            unreachable!("it is an object")
        };
        drop("jobs.batch", &mut job);
        let left = json!({ "initContainers": [{ "startupProbe": { "grpc": {} } }], "volumes": [{ "emptyDir": {} }] });
        assert_eq!(job["spec"], json!({ "template": { "spec": left } }));
    }
}
