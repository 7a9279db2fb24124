//! What of an object the server alone decides.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{derived::label, pods};
use crate::write::seconds;

type Fields = Map<String, Value>;

/// The finalizers that objects are made with.
const PROTECTED: [(&str, &str); 3] = [
    ("persistentvolumeclaims", "kubernetes.io/pvc-protection"),
    ("persistentvolumes", "kubernetes.io/pv-protection"),
    ("volumeattributesclasses.storage.k8s.io", "kubernetes.io/vac-protection"),
];
/// How often the template of a daemon set has changed, for clients of long ago.
const TEMPLATES: &str = "deprecated.daemonset.template.generation";
const DAEMON_SETS: &str = "daemonsets.apps";

/// Gives an object what the server decides; `old` is absent on creation.
pub(crate) fn prepare(
    key: &str,
    metadata: &mut Fields,
    rest: &mut Fields,
    old: Option<&Value>,
    now: Timestamp,
) {
    if key == DAEMON_SETS {
        count_templates(metadata, rest, old);
    }
    if old.is_some() {
        return;
    }
    if let Some((_, finalizer)) = PROTECTED.iter().find(|(protected, _)| *protected == key) {
        let finalizers = metadata.entry("finalizers").or_insert_with(|| json!([]));
        if let Value::Array(finalizers) = finalizers
            && !finalizers.iter().any(|known| known == finalizer)
        {
            finalizers.push((*finalizer).into());
        }
    }
    let uid = metadata.get("uid").and_then(Value::as_str).unwrap_or_default().to_owned();
    match key {
        "persistentvolumeclaims" => {
            rest.insert("status".to_owned(), json!({ "phase": "Pending" }));
        }
        "persistentvolumes" => {
            let status = json!({ "phase": "Pending", "lastPhaseTransitionTime": seconds(now) });
            rest.insert("status".to_owned(), status);
        }
        "pods" => {
            let quality = rest.get("spec").and_then(Value::as_object).map(pods::quality);
            rest.insert("status".to_owned(), json!({ "phase": "Pending", "qosClass": quality }));
        }
        _ => {}
    }
    let Some(Value::Object(spec)) = rest.get_mut("spec") else {
        if key == "nodes" {
            rest.insert("spec".to_owned(), json!({ "taints": [not_ready()] }));
        }
        return;
    };
    match key {
        "pods" => pods::admit(spec),
        "nodes" => {
            if let Value::Array(taints) = spec.entry("taints").or_insert_with(|| json!([])) {
                taints.push(not_ready());
            }
        }
        "services" => give_address(spec, &uid),
        "jobs.batch" => {
            label_pods(metadata, spec, &uid);
            label(metadata, rest);
        }
        _ => {}
    }
}

fn not_ready() -> Value {
    json!({ "key": "node.kubernetes.io/not-ready", "effect": "NoSchedule" })
}

fn count_templates(metadata: &mut Fields, rest: &Fields, old: Option<&Value>) {
    let template = |spec: Option<&Value>| spec.map(|spec| spec["template"].clone());
    let counted = |annotations: Option<&Value>| {
        let count: Option<i64> = annotations.and_then(|all| all[TEMPLATES].as_str()?.parse().ok());
        count.unwrap_or_default()
    };
    let count = match old {
        // A copy of another goes on from where that one is.
        None => counted(metadata.get("annotations")).max(1),
        Some(old) => {
            let changed = template(old.get("spec")) != template(rest.get("spec"));
            counted(old["metadata"].get("annotations")).wrapping_add(i64::from(changed))
        }
    };
    if let Value::Object(annotations) = metadata.entry("annotations").or_insert_with(|| json!({})) {
        annotations.insert(TEMPLATES.to_owned(), count.to_string().into());
        annotations.sort_keys();
    }
}

/// Of an address only that it is one of its own matters: it is made of the uid.
fn give_address(spec: &mut Fields, uid: &str) {
    if spec.get("type") == Some(&"ExternalName".into()) {
        return;
    }
    let part = |at: usize| u8::from_str_radix(uid.get(at..at + 2).unwrap_or("1"), 16).unwrap_or(1);
    let address = format!("10.96.{}.{}", part(0), part(2).max(1));
    let address = spec.entry("clusterIP").or_insert_with(|| address.into()).clone();
    // Whoever has neither an address nor pods of its own may be of both families.
    let selects =
        spec.get("selector").and_then(Value::as_object).is_some_and(|selector| !selector.is_empty());
    let both = address == "None" && !selects;
    spec.entry("clusterIPs").or_insert_with(|| json!([address]));
    let families = if both { json!(["IPv4", "IPv6"]) } else { json!(["IPv4"]) };
    spec.entry("ipFamilies").or_insert(families);
    let policy = if both { "RequireDualStack" } else { "SingleStack" };
    spec.entry("ipFamilyPolicy").or_insert_with(|| policy.into());
}

/// Leaves a service the address that it was given, where nothing is said of it.
pub(crate) fn keep_address(rest: &mut Fields, old: &Value) {
    let Some(Value::Object(spec)) = rest.get_mut("spec") else { return };
    if spec.get("type") == Some(&"ExternalName".into()) {
        return;
    }
    for field in ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"] {
        if let (None, Some(given)) = (spec.get(field), old["spec"].get(field)) {
            spec.insert(field.to_owned(), given.clone());
        }
    }
}

/// The pods of a job are known by its uid.
fn label_pods(metadata: &Fields, spec: &mut Fields, uid: &str) {
    let manual = spec.get("manualSelector") == Some(&true.into());
    let name = metadata.get("name").cloned().unwrap_or_default();
    if !manual {
        let selector = spec.entry("selector").or_insert_with(|| json!({}));
        if let Value::Object(selector) = selector
            && let Value::Object(labels) = selector.entry("matchLabels").or_insert_with(|| json!({}))
        {
            labels.insert("batch.kubernetes.io/controller-uid".to_owned(), uid.into());
        }
        let template = spec.entry("template").or_insert_with(|| json!({}));
        let labels = &mut template["metadata"]["labels"];
        if labels.is_null() {
            *labels = json!({});
        }
        if let Value::Object(labels) = labels {
            for prefix in ["batch.kubernetes.io/", ""] {
                labels.insert(format!("{prefix}controller-uid"), uid.into());
                labels.insert(format!("{prefix}job-name"), name.clone());
            }
            labels.sort_keys();
        }
    }
}
