//! What a pod is completed by that its template is not, and the class that its resources put it in.

use serde_json::{Map, Value, json};

use super::{
    warnings::{APP_ARMOR, app_armor, profile},
    whole,
};

use crate::{form::at, quantity::Quantity};

/// How long a path can be that names a profile.
const LONGEST_PATH: usize = 4_095;
/// The resources that a class is told by.
const COUNTED: [&str; 2] = ["cpu", "memory"];
const BEST_EFFORT: &str = "BestEffort";
const BURSTABLE: &str = "Burstable";

/// Completes the spec of a pod: what is limited is asked for, where nothing else is said.
pub(super) fn complete(spec: &mut Map<String, Value>) {
    if spec.get("terminationGracePeriodSeconds").and_then(Value::as_i64).is_some_and(|seconds| seconds < 0) {
        spec.insert("terminationGracePeriodSeconds".to_owned(), 1.into());
    }
    spec.entry("enableServiceLinks").or_insert_with(|| true.into());
    // What it was called before is there, too.
    if let Some(account) = spec.get("serviceAccountName").or_else(|| spec.get("serviceAccount")).cloned() {
        spec.insert("serviceAccountName".to_owned(), account.clone());
        spec.insert("serviceAccount".to_owned(), account);
    }
    let host = spec.get("hostNetwork") == Some(&true.into());
    for field in ["containers", "initContainers"] {
        for container in spec.get_mut(field).and_then(Value::as_array_mut).into_iter().flatten() {
            for port in container.get_mut("ports").and_then(Value::as_array_mut).into_iter().flatten() {
                if host && port.get("hostPort").is_none() {
                    port["hostPort"] = port["containerPort"].clone();
                }
            }
            let Some(limits) = at(container, "resources.limits").as_object().cloned() else { continue };
            let Some(Value::Object(resources)) = container.get_mut("resources") else { continue };
            if let Value::Object(requests) = resources.entry("requests").or_insert_with(|| json!({})) {
                for (name, limit) in limits {
                    requests.entry(name).or_insert(limit);
                }
                requests.sort_keys();
            }
        }
    }
}

/// The address of a pod is the first of its addresses.
pub(super) fn complete_addresses(status: &mut Map<String, Value>) {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
    let all = status.get("podIPs").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let (one, first) = (text(status.get("podIP")), all.first().map(|entry| text(entry.get("ip"))));
    match first {
        Some(first) if one.is_empty() => status.insert("podIP".to_owned(), first.into()),
        Some(first) if first == one => None,
        None if one.is_empty() => None,
        _ => status.insert("podIPs".to_owned(), json!([{ "ip": one }])),
    };
}

/// Gives containers the profiles that annotations name for them; the answer is what is to be warned of.
pub(super) fn arm(metadata: &Map<String, Value>, spec: &mut Map<String, Value>) -> Vec<String> {
    let mut warnings = Vec::new();
    let Some(annotations) = metadata.get("annotations").and_then(Value::as_object) else { return warnings };
    if spec.get("os").is_some_and(|os| os["name"] == "windows") {
        return warnings;
    }
    let of_pod = spec.get("securityContext").map(|context| context["appArmorProfile"].clone());
    for list in ["initContainers", "containers", "ephemeralContainers"] {
        for container in spec.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten() {
            let key = format!("{APP_ARMOR}{}", container["name"].as_str().unwrap_or_default());
            let Some(said) = annotations.get(&key) else { continue };
            if !at(container, "securityContext.appArmorProfile").is_null() {
                continue;
            }
            let meant = profile(said).filter(|meant| {
                let path = meant["localhostProfile"].as_str().unwrap_or_default();
                path.trim() == path && path.len() <= LONGEST_PATH
            });
            if meant.is_some() && meant == of_pod {
                continue;
            }
            warnings.push(app_armor("metadata.annotations", &key));
            if let Some(meant) = meant {
                container["securityContext"]["appArmorProfile"] = meant;
            }
        }
    }
    warnings
}

/// How a pod is treated where resources are short.
pub(super) fn quality(spec: &Map<String, Value>) -> &'static str {
    if whole::is_asked_for(spec) {
        return common(spec.get("resources").into_iter().flat_map(qualities));
    }
    let containers =
        ["containers", "initContainers"].into_iter().filter_map(|field| spec.get(field)?.as_array());
    common(containers.flatten().flat_map(|container| qualities(at(container, "resources"))))
}

/// The classes that each of the resources that count would put a pod in.
fn qualities(resources: &Value) -> impl Iterator<Item = &'static str> {
    COUNTED.iter().map(|name| {
        let [request, limit] = ["requests", "limits"].map(|list| Quantity::of(&resources[list][name]));
        match () {
            () if request != limit => BURSTABLE,
            () if request == Quantity::ZERO => BEST_EFFORT,
            () => "Guaranteed",
        }
    })
}

/// The class that all have in common.
fn common(mut classes: impl Iterator<Item = &'static str>) -> &'static str {
    let first = classes.next().unwrap_or(BEST_EFFORT);
    if classes.all(|class| class == first) { first } else { BURSTABLE }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(resources: &Value, expected: &str) {
        let spec = json!({ "containers": [{ "name": "c", "resources": resources }] });
        let mut spec = spec.as_object().cloned().unwrap();
        complete(&mut spec);
        assert_eq!(quality(&spec), expected, "{resources}");
    }

    #[test]
    fn a_class_is_told_by_what_is_asked_for_and_what_is_limited() {
        check(&json!({}), "BestEffort");
        check(&json!({ "limits": { "example.com/gpu": "1" } }), "BestEffort");
        check(&json!({ "requests": { "cpu": "1" } }), "Burstable");
        check(&json!({ "limits": { "cpu": "1" } }), "Burstable");
        check(&json!({ "limits": { "cpu": "1", "memory": "1Gi" } }), "Guaranteed");
        check(
            &json!({ "limits": { "cpu": "1", "memory": "1Gi" }, "requests": { "cpu": "500m" } }),
            "Burstable",
        );
    }
}
