//! Which fields of `metadata` the API does not know.

use serde_json::Value;

const KNOWN: [&str; 15] = [
    "annotations",
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "finalizers",
    "generateName",
    "generation",
    "labels",
    "managedFields",
    "name",
    "namespace",
    "ownerReferences",
    "resourceVersion",
    "selfLink",
    "uid",
];
const OF_OWNERS: [&str; 6] = ["apiVersion", "blockOwnerDeletion", "controller", "kind", "name", "uid"];
const OF_MANAGERS: [&str; 7] =
    ["apiVersion", "fieldsType", "fieldsV1", "manager", "operation", "subresource", "time"];

/// Adds the places of unknown fields to `unknown`; `place` is that of the metadata.
pub(crate) fn unknown_fields(metadata: &Value, place: &str, unknown: &mut Vec<String>) {
    let Value::Object(fields) = metadata else { return };
    for (name, value) in fields {
        let known: &[&str] = match name.as_str() {
            "ownerReferences" => &OF_OWNERS,
            "managedFields" => &OF_MANAGERS,
            name if KNOWN.contains(&name) => continue,
            _ => {
                unknown.push(format!("{place}.{name}"));
                continue;
            }
        };
        for (index, item) in value.as_array().into_iter().flatten().enumerate() {
            let names = item.as_object().into_iter().flat_map(|fields| fields.keys());
            let others = names.filter(|name| !known.contains(&name.as_str()));
            unknown.extend(others.map(|other| format!("{place}.{name}[{index}].{other}")));
        }
    }
}
