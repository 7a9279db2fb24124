//! What is wrong with an object by the commonest rules of its kind.
//!
//! Not everything that a real server checks is checked here. What is: that a Secret's type and the selector of a workload
//! stay as they are, that what is declared immutable is, and that a workload's selector selects its pods.

use serde_json::{Map, Value};

use crate::status::Cause;

type Fields = Map<String, Value>;

/// Workloads whose selector has to select what their template makes.
const SELECTING: [&str; 4] = ["daemonsets.apps", "deployments.apps", "replicasets.apps", "statefulsets.apps"];

/// What is wrong with an object by the commonest rules of its kind; `old` is absent on creation.
pub(crate) fn faults(key: &str, rest: &Fields, old: Option<&Fields>) -> Vec<Cause> {
    let mut causes = Vec::new();
    let null = Value::Null;
    let of = |fields: &'_ Fields, name: &str| fields.get(name).cloned().unwrap_or_default();
    if let ("secrets", Some(old)) = (key, old)
        && of(rest, "type") != of(old, "type")
    {
        causes.push(Cause::invalid_value("type", &of(rest, "type"), "field is immutable"));
    }
    if let ("secrets" | "configmaps", Some(old)) = (key, old)
        && old.get("immutable") == Some(&true.into())
    {
        let why = "field is immutable when `immutable` is set";
        for field in ["immutable", "data", "binaryData"] {
            if of(rest, field) != of(old, field) {
                causes.push(Cause::forbidden(field, why));
            }
        }
    }
    match key {
        "pods" => {
            let containers = rest.get("spec").map_or(&null, |spec| &spec["containers"]);
            causes.extend(container_faults(containers, "spec.containers"));
        }
        "podtemplates" => {
            let containers = rest.get("template").map_or(&null, |template| &template["spec"]["containers"]);
            causes.extend(container_faults(containers, "template.spec.containers"));
        }
        _ => {}
    }
    if SELECTING.contains(&key) {
        let spec = rest.get("spec").unwrap_or(&null);
        let selector = &spec["selector"];
        if selector.is_null() {
            causes.push(Cause::required("spec.selector", ""));
        }
        let labels = &spec["template"]["metadata"]["labels"];
        let wanted = selector["matchLabels"].as_object();
        let differs = |(name, value): (&String, &Value)| labels.get(name) != Some(value);
        if selector.is_null() || wanted.into_iter().flatten().any(differs) {
            let why = "`selector` does not match template `labels`";
            causes.push(Cause::invalid_value("spec.template.metadata.labels", labels, why));
        }
        causes.extend(container_faults(
            &spec["template"]["spec"]["containers"],
            "spec.template.spec.containers",
        ));
        let before = old.and_then(|old| old.get("spec")).map(|spec| &spec["selector"]);
        if before.is_some_and(|before| before != selector) {
            causes.push(Cause::invalid_value("spec.selector", selector, "field is immutable"));
        }
    }
    causes
}

/// What containers have to say of themselves.
fn container_faults(containers: &Value, place: &str) -> Vec<Cause> {
    let Some(containers) = containers.as_array().filter(|containers| !containers.is_empty()) else {
        return vec![Cause::required(place, "")];
    };
    let mut causes = Vec::new();
    for (index, container) in containers.iter().enumerate() {
        for field in ["name", "image"] {
            if container[field].as_str().unwrap_or_default().is_empty() {
                causes.push(Cause::required(format!("{place}[{index}].{field}"), ""));
            }
        }
    }
    causes
}
