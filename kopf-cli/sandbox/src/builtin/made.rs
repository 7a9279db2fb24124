//! What of an object the server alone decides.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{
    derived::{SPECS_OF_PODS, name_source},
    dropped, paths, pods, whole,
};
use crate::{kinds::TEMPLATES, printed, resources::API_SERVICES, write::seconds};

type Fields = Map<String, Value>;

/// The finalizers that objects are made with.
const PROTECTED: [(&str, &str); 3] = [
    ("persistentvolumeclaims", "kubernetes.io/pvc-protection"),
    ("persistentvolumes", "kubernetes.io/pv-protection"),
    ("volumeattributesclasses.storage.k8s.io", "kubernetes.io/vac-protection"),
];
/// What pods once said in annotations, and say in fields since.
const FORMER: [&str; 4] = [
    "pod.beta.kubernetes.io/init-containers",
    "pod.alpha.kubernetes.io/init-containers",
    "pod.beta.kubernetes.io/init-container-statuses",
    "pod.alpha.kubernetes.io/init-container-statuses",
];
/// The resource key of sets of daemons.
pub(crate) const DAEMON_SETS: &str = "daemonsets.apps";

/// Gives an object what the server decides; `old` is absent on creation. The answer is what is to be warned of.
pub(crate) fn prepare(
    key: &str,
    metadata: &mut Fields,
    rest: &mut Fields,
    old: Option<&Value>,
    now: Timestamp,
) -> Vec<String> {
    if key == "pods" {
        drop_former(metadata);
    }
    for workload in SPECS_OF_PODS.iter().filter_map(|path| path.strip_suffix("/template/spec")) {
        if let Some(Value::Object(metadata)) = paths::get_mut(rest, &format!("{workload}/template/metadata"))
        {
            drop_former(metadata);
        }
    }
    dropped::drop(key, rest, old);
    if let ("persistentvolumeclaims", Some(Value::Object(spec))) = (key, rest.get_mut("spec")) {
        name_source(spec, old.map(|old| &old["spec"]));
    }
    if key == "serviceaccounts" {
        name_secrets(rest);
    }
    match old {
        Some(old) => renew(key, metadata, rest, old),
        None => make(key, metadata, rest, now),
    }
    match (key, rest.get_mut("spec")) {
        ("pods", Some(Value::Object(spec))) if old.is_none() => pods::arm(metadata, spec),
        _ => Vec::new(),
    }
}

/// The secrets of an account are known by their names alone.
fn name_secrets(rest: &mut Fields) {
    let secrets = rest.get_mut("secrets").and_then(Value::as_array_mut);
    for secret in secrets.into_iter().flatten().filter_map(Value::as_object_mut) {
        secret.retain(|field, _| field == "name");
    }
}

/// Takes away annotations of pods that mean nothing any more.
fn drop_former(metadata: &mut Fields) {
    let Some(Value::Object(annotations)) = metadata.get_mut("annotations") else { return };
    annotations.retain(|key, _| !FORMER.contains(&key.as_str()));
    if annotations.is_empty() {
        metadata.shift_remove("annotations");
    }
}

fn renew(key: &str, metadata: &mut Fields, rest: &mut Fields, old: &Value) {
    if key == DAEMON_SETS {
        count_templates(metadata, rest, Some(old));
    }
    if key == "pods" {
        keep_whole(rest, old);
    }
    if key == "nodes"
        && old["spec"]["configSource"].is_null()
        && let Some(Value::Object(spec)) = rest.get_mut("spec")
    {
        spec.shift_remove("configSource");
    }
}

/// Clients may not know of what a pod asks for as a whole, and leave it out.
fn keep_whole(rest: &mut Fields, old: &Value) {
    let whole = &old["spec"]["resources"];
    if let Some(Value::Object(spec)) = rest.get_mut("spec").filter(|_| !whole.is_null()) {
        spec.entry("resources").or_insert_with(|| whole.clone());
    }
}

fn make(key: &str, metadata: &mut Fields, rest: &mut Fields, now: Timestamp) {
    if key == DAEMON_SETS {
        count_templates(metadata, rest, None);
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
        API_SERVICES => {
            let available = json!({
                "type": "Available",
                "status": "True",
                "lastTransitionTime": seconds(now),
                "reason": "Local",
                "message": "Local APIServices are always available",
            });
            rest.insert("status".to_owned(), json!({ "conditions": [available] }));
        }
        "persistentvolumeclaims" => {
            rest.insert("status".to_owned(), json!({ "phase": "Pending" }));
        }
        "persistentvolumes" => {
            let status = json!({ "phase": "Pending", "lastPhaseTransitionTime": seconds(now) });
            rest.insert("status".to_owned(), status);
        }
        "pods" => {
            if let Some(Value::Object(spec)) = rest.get_mut("spec") {
                whole::complete(spec);
            }
            let quality = rest.get("spec").and_then(Value::as_object).map(pods::quality);
            let mut status = json!({ "phase": "Pending", "qosClass": quality });
            let gates = rest.get("spec").map(|spec| &spec["schedulingGates"]).and_then(Value::as_array);
            if gates.is_some_and(|gates| !gates.is_empty()) {
                status["conditions"] = json!([{
                    "type": "PodScheduled",
                    "status": "False",
                    "lastProbeTime": null,
                    "lastTransitionTime": seconds(now),
                    "reason": "SchedulingGated",
                    "message": "Scheduling is blocked due to non-empty scheduling gates",
                }]);
            }
            rest.insert("status".to_owned(), status);
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
        "nodes" => {
            // Nodes are configured from there no more.
            spec.shift_remove("configSource");
            if let Value::Array(taints) = spec.entry("taints").or_insert_with(|| json!([])) {
                let is_one =
                    |taint: &Value| ["key", "effect"].iter().all(|field| taint[field] == not_ready()[field]);
                if !taints.iter().any(is_one) {
                    taints.push(not_ready());
                }
            }
        }
        "jobs.batch" => {
            label_pods(metadata, spec, &uid);
        }
        _ => {}
    }
}

fn not_ready() -> Value {
    json!({ "key": "node.kubernetes.io/not-ready", "effect": "NoSchedule" })
}

/// How often the template has changed, as the annotations of a daemon set have it.
fn counted(annotations: Option<&Value>) -> i64 {
    let count: Option<i64> = annotations.and_then(|all| all[TEMPLATES].as_str()?.parse().ok());
    count.unwrap_or_default()
}

/// Why an object of the resource `key` cannot be read for the sake of its metadata: of daemon sets it has to be told how often
/// their template has changed.
pub(crate) fn unreadable(key: &str, metadata: &Fields) -> Option<String> {
    let said = metadata.get("annotations").filter(|_| key == DAEMON_SETS)?[TEMPLATES].as_str()?;
    said.parse::<i64>()
        .is_err()
        .then(|| format!("strconv.ParseInt: parsing {}: invalid syntax", printed::quoted(said)))
}

/// Has a daemon set say how often its template has changed, which is never where nothing is said: a server keeps it elsewhere, and
/// shows it like that.
pub(crate) fn say_templates(metadata: &mut Fields) {
    let count = counted(metadata.get("annotations"));
    if let Value::Object(annotations) = metadata.entry("annotations").or_insert_with(|| json!({})) {
        annotations.insert(TEMPLATES.to_owned(), count.to_string().into());
    }
}

/// Takes it away again, where metadata is shown alone.
pub(crate) fn hide_templates(metadata: &mut Value) {
    let annotations = metadata.get_mut("annotations").and_then(Value::as_object_mut);
    let none_are_left = annotations.is_some_and(|annotations| {
        annotations.shift_remove(TEMPLATES);
        annotations.is_empty()
    });
    if let (Value::Object(metadata), true) = (metadata, none_are_left) {
        metadata.shift_remove("annotations");
    }
}

fn count_templates(metadata: &mut Fields, rest: &Fields, old: Option<&Value>) {
    let template = |spec: Option<&Value>| spec.map(|spec| spec["template"].clone());
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

/// The pods of a job are known by its uid, but for those that are said to be known by something else.
fn label_pods(metadata: &Fields, spec: &mut Fields, uid: &str) {
    let manual = spec.get("manualSelector") == Some(&true.into());
    let name = metadata.get("name").cloned().unwrap_or_default();
    if !manual {
        let selector = spec.entry("selector").or_insert_with(|| json!({}));
        if let Value::Object(selector) = selector
            && let Value::Object(labels) = selector.entry("matchLabels").or_insert_with(|| json!({}))
        {
            labels.entry("batch.kubernetes.io/controller-uid").or_insert_with(|| uid.into());
        }
        let template = spec.entry("template").or_insert_with(|| json!({}));
        let labels = &mut template["metadata"]["labels"];
        if labels.is_null() {
            *labels = json!({});
        }
        if let Value::Object(labels) = labels {
            for prefix in ["batch.kubernetes.io/", ""] {
                labels.entry(format!("{prefix}controller-uid")).or_insert_with(|| uid.into());
                labels.entry(format!("{prefix}job-name")).or_insert_with(|| name.clone());
            }
            labels.sort_keys();
        }
    }
}
