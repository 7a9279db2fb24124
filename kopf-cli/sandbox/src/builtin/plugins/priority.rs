//! Priority: pods are given that of their class, or of the class for all.

use serde_json::{Map, Value, json};

use super::Write;
use crate::status::Status;

/// The resource key of classes.
pub(crate) const CLASSES: &str = "priorityclasses.scheduling.k8s.io";
/// What is to be said by nobody but by the class.
const FIELDS: [&str; 2] = ["priority", "preemptionPolicy"];
/// The classes that every cluster has: what they are worth, and whom they are for.
pub(crate) const SYSTEM: [(&str, i64, &str); 2] = [
    (
        "system-node-critical",
        2_000_001_000,
        "Used for system critical pods that must not be moved from their current node.",
    ),
    (
        "system-cluster-critical",
        2_000_000_000,
        "Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.",
    ),
];

/// The classes that are there from the start.
pub(crate) fn classes() -> impl Iterator<Item = Value> {
    SYSTEM.iter().map(|(name, value, description)| {
        json!({
            "apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": { "name": name },
            "value": value, "description": description,
        })
    })
}

/// Gives a new pod its priority.
pub(super) fn admit(write: &Write<'_>, spec: &mut Map<String, Value>) -> Result<(), Status> {
    let name = spec.get("priorityClassName").and_then(Value::as_str).unwrap_or_default();
    let class = match name {
        "" => for_all(write),
        name => match write.store.get(CLASSES, "", name) {
            Some(class) => Some(class.value()),
            None => return Err(write.forbidden(&format!("no PriorityClass with name {name} was found"))),
        },
    };
    let computed = match class {
        Some(class) => {
            spec.insert("priorityClassName".to_owned(), class["metadata"]["name"].clone());
            [class["value"].as_i64().unwrap_or_default().into(), class["preemptionPolicy"].clone()]
        }
        None => [0.into(), "PreemptLowerPriority".into()],
    };
    for (field, computed) in FIELDS.into_iter().zip(computed) {
        let said = spec.get(field).filter(|said| !said.is_null());
        if let Some(said) = said.filter(|said| **said != computed && !computed.is_null()) {
            let what = if field == "priority" {
                "integer value of priority"
            } else {
                "string value of PreemptionPolicy"
            };
            let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let (said, computed) = (plain(said), plain(&computed));
            return Err(write.forbidden(&format!(
                "the {what} ({said}) must not be provided in pod spec; priority admission controller computed \
                 {computed} from the given PriorityClass name"
            )));
        }
        if !computed.is_null() {
            spec.insert(field.to_owned(), computed);
        }
    }
    Ok(())
}

/// Leaves a pod the priority that it was given, where an update does not say it.
pub(super) fn keep(spec: &mut Map<String, Value>, old: &Value) {
    for field in FIELDS {
        if let Some(given) = old["spec"].get(field) {
            spec.entry(field).or_insert_with(|| given.clone());
        }
    }
}

/// The class of all pods that have none: of several the least.
fn for_all(write: &Write<'_>) -> Option<Value> {
    // Most are not, which can be told without reading them.
    let classes =
        write.store.list(CLASSES, None).into_iter().filter(|class| class.has(r#""globalDefault":true"#));
    let meant = classes.map(|class| class.value()).filter(|class| class["globalDefault"] == true);
    meant.min_by_key(|class| class["value"].as_i64())
}

/// Refuses a second class for all pods.
pub(super) fn judge(write: &Write<'_>, class: &Value, old: Option<&Value>) -> Result<(), Status> {
    let known = if class["globalDefault"] == true { for_all(write) } else { None };
    let Some(known) = known.map(|known| known["metadata"]["name"].clone()) else { return Ok(()) };
    if old.is_some() && known == class["metadata"]["name"] {
        return Ok(());
    }
    let name = known.as_str().unwrap_or_default();
    let why = format!("PriorityClass {name} is already marked as default. Only one default can exist");
    Err(write.forbidden(&why))
}
