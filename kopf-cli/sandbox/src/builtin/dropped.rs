//! Fields that a server drops without a word: of features that it has not switched on, and of others that are no more.

use serde_json::{Map, Value};

use super::{derived::SPECS_OF_PODS, paths};

type Fields = Map<String, Value>;

/// What is dropped from objects, by the keys of their resources: of one feature together; `[]` is each element of a list.
const OWN: &[(&str, &[&str])] = &[
    ("pods", &["status.volumeHealth"]),
    ("pods", &["status.nodeAllocatableResourceClaimStatuses"]),
    (
        "pods",
        &[
            "status.containerStatuses[].volumeMounts[].volumeStatus",
            "status.initContainerStatuses[].volumeMounts[].volumeStatus",
            "status.ephemeralContainerStatuses[].volumeMounts[].volumeStatus",
        ],
    ),
    ("nodes", &["spec.podPreemptionPolicy"]),
    ("persistentvolumeclaims", &["status.healthStatus"]),
    ("csinodes.storage.k8s.io", &["status.storageHealth"]),
    ("jobs.batch", &["spec.scheduling"]),
    ("cronjobs.batch", &["spec.jobTemplate.spec.scheduling"]),
    // Who is to lead is not a question that is answered yet.
    ("leases.coordination.k8s.io", &["spec.strategy"]),
    ("leases.coordination.k8s.io", &["spec.preferredHolder"]),
];
/// What is dropped from the spec of pods, wherever it is.
const OF_PODS: &[&[&str]] = &[&["schedulingGroup"], &["evictionResponders"], &["volumes[].emptyDir.mode"]];
/// Kinds of volumes with files that may be a user's, and of parts of them: a server looks into the first that is there.
const FILES: [&str; 4] = ["secret", "configMap", "downwardAPI", "projected"];
const PARTS: [&str; 6] =
    ["secret", "downwardAPI", "configMap", "serviceAccountToken", "clusterTrustBundle", "podCertificate"];
const CONTAINERS: [&str; 3] = ["containers", "initContainers", "ephemeralContainers"];
/// And from each of their containers.
const OF_CONTAINERS: &[&[&str]] = &[
    &["volumeMounts[].bindMountOptions"],
    &[
        "lifecycle.postStart.httpGet.protocol",
        "lifecycle.preStop.httpGet.protocol",
        "livenessProbe.httpGet.protocol",
        "readinessProbe.httpGet.protocol",
        "startupProbe.httpGet.protocol",
    ],
    &["livenessProbe.grpc.mode", "readinessProbe.grpc.mode", "startupProbe.grpc.mode"],
    &[SIGNAL],
];
const SIGNAL: &str = "lifecycle.stopSignal";

/// Drops what a server does not keep of an object of the resource `key`: what the old one has of a feature goes on being kept.
pub(super) fn drop(key: &str, rest: &mut Fields, old: Option<&Value>) {
    let old = old.unwrap_or(&Value::Null);
    for (_, paths) in OWN.iter().filter(|(known, _)| *known == key) {
        if !paths.iter().any(|path| is_said(old, path)) {
            paths.iter().for_each(|path| drop_at(rest, path));
        }
    }
    // Where endpoints are is told in fields of their own.
    if key == "endpointslices.discovery.k8s.io" && rest.get("endpoints") != old.get("endpoints") {
        drop_at(rest, "endpoints[].deprecatedTopology");
    }
    if let ("persistentvolumeclaims", Some(Value::Object(spec))) = (key, rest.get_mut("spec")) {
        drop_stranger(spec, &old["spec"]);
    }
    for path in SPECS_OF_PODS {
        if let Some(Value::Object(spec)) = paths::get_mut(rest, path) {
            drop_of_pods(spec, old.pointer(path).unwrap_or(&Value::Null));
        }
    }
}

/// The same of the spec of pods.
pub(super) fn drop_of_pods(spec: &mut Fields, old: &Value) {
    for paths in OF_PODS {
        if !paths.iter().any(|path| is_said(old, path)) {
            paths.iter().for_each(|path| drop_at(spec, path));
        }
    }
    if !names_users(old) {
        drop_users(spec, "volumes", &FILES);
    }
    let before = || CONTAINERS.iter().flat_map(|list| old[list].as_array().into_iter().flatten());
    for paths in OF_CONTAINERS {
        if before().any(|container| paths.iter().any(|path| is_said(container, path))) {
            continue;
        }
        for list in CONTAINERS {
            for container in objects(spec, list) {
                match **paths {
                    [SIGNAL] => drop_signal(container),
                    _ => paths.iter().for_each(|path| drop_at(container, path)),
                }
            }
        }
    }
}

/// Whether the spec of a pod says of any files whose they are.
fn names_users(old: &Value) -> bool {
    let Value::Object(spec) = old else { return false };
    let mut volumes = Fields::new();
    volumes.extend(spec.get("volumes").map(|list| ("volumes".to_owned(), list.clone())));
    drop_users(&mut volumes, "volumes", &FILES);
    volumes.get("volumes") != spec.get("volumes")
}

/// Drops whose the files are that are in a list, each of one of these kinds.
fn drop_users(fields: &mut Fields, list: &str, kinds: &[&str]) {
    for source in objects(fields, list) {
        let Some(kind) = kinds.iter().find(|kind| source.contains_key(**kind)) else { continue };
        let Some(Value::Object(files)) = source.get_mut(*kind) else { continue };
        files.shift_remove("defaultUser");
        files.shift_remove("user");
        drop_users(files, "sources", &PARTS);
        objects(files, "items").for_each(|file| drop_at(file, "user"));
    }
}

/// The objects in a list.
fn objects<'a>(fields: &'a mut Fields, list: &str) -> impl Iterator<Item = &'a mut Fields> + use<'a> {
    let items = fields.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten();
    items.filter_map(Value::as_object_mut)
}

/// What is in another namespace cannot be referred to.
fn drop_stranger(claim: &mut Fields, old: &Value) {
    let home = claim.get("dataSourceRef").and_then(|source| source["namespace"].as_str());
    if home.is_some_and(|home| !home.is_empty()) && old["dataSourceRef"].is_null() {
        claim.shift_remove("dataSourceRef");
    }
}

/// Whether there is anything at a path.
fn is_said(value: &Value, path: &str) -> bool {
    let (step, rest) = path.split_once('.').unwrap_or((path, ""));
    match step.strip_suffix("[]") {
        Some(list) => value[list].as_array().into_iter().flatten().any(|item| is_said(item, rest)),
        None if rest.is_empty() => match &value[step] {
            Value::Null => false,
            Value::Array(items) => !items.is_empty(),
            _ => true,
        },
        None => is_said(&value[step], rest),
    }
}

fn drop_at(fields: &mut Fields, path: &str) {
    let Some((step, rest)) = path.split_once('.') else {
        fields.shift_remove(path);
        return;
    };
    match step.strip_suffix("[]") {
        Some(list) => objects(fields, list).for_each(|item| drop_at(item, rest)),
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
        let old = job.clone().into();
        drop("jobs.batch", &mut job, None);
        let left = json!({ "initContainers": [{ "startupProbe": { "grpc": {} } }], "volumes": [{ "emptyDir": {} }] });
        assert_eq!(job["spec"], json!({ "template": { "spec": left } }));
        let Value::Object(mut again) = Value::clone(&old) else { unreachable!("it is an object") };
        drop("jobs.batch", &mut again, Some(&old));
        assert_eq!(again["spec"], old["spec"], "it was there before");
    }
}
