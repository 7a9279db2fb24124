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
    pods::drop_signals(rest);
    if key == DAEMON_SETS {
        count_templates(metadata, rest, old);
    }
    if let Some(old) = old {
        if let ("pods", Some(Value::Object(spec))) = (key, rest.get_mut("spec"))
            && spec.get("tolerations") != old["spec"].get("tolerations")
        {
            pods::tolerate(spec);
        }
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

/// Leaves a service the address that it was given, where nothing is said of it, and takes from it what its new type has no use
/// for, unless that was changed as well.
pub(crate) fn keep_address(rest: &mut Fields, old: &Value) {
    let (Some(Value::Object(spec)), Some(old)) = (rest.get_mut("spec"), old["spec"].as_object()) else {
        return;
    };
    let nothing = Value::Null;
    let is_of = |spec: &Fields, types: &[&str]| {
        spec.get("type").and_then(Value::as_str).is_some_and(|kind| types.contains(&kind))
    };
    let same = |spec: &Fields, field: &str| {
        spec.get(field).unwrap_or(&nothing) == old.get(field).unwrap_or(&nothing)
    };
    if !is_of(spec, &["ExternalName"]) {
        if spec.get("clusterIP") != old.get("clusterIP")
            && spec.get("clusterIP").is_some()
            && same(spec, "clusterIPs")
        {
            let address = spec.get("clusterIP").cloned();
            match address.filter(|address| address != "") {
                Some(address) => spec.insert("clusterIPs".to_owned(), json!([address])),
                None => spec.shift_remove("clusterIPs"),
            };
        }
        for field in ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"] {
            if let (None, Some(given)) = (spec.get(field), old.get(field)) {
                spec.insert(field.to_owned(), given.clone());
            }
        }
    } else if !is_of(old, &["ExternalName"]) {
        if same(spec, "clusterIP") && same(spec, "clusterIPs") {
            spec.shift_remove("clusterIP");
            spec.shift_remove("clusterIPs");
        }
        drop_unchanged(spec, old, &["ipFamilies", "ipFamilyPolicy", "internalTrafficPolicy"]);
    }
    let (balanced, outside) = (["LoadBalancer"], ["LoadBalancer", "NodePort"]);
    if is_of(old, &balanced) && !is_of(spec, &balanced) {
        drop_unchanged(
            spec,
            old,
            &["allocateLoadBalancerNodePorts", "loadBalancerClass", "healthCheckNodePort"],
        );
    }
    if is_of(old, &outside) && !is_of(spec, &outside) {
        drop_unchanged(spec, old, &["externalTrafficPolicy"]);
        for port in spec.get_mut("ports").and_then(Value::as_array_mut).into_iter().flatten() {
            port.as_object_mut().map(|port| port.shift_remove("nodePort"));
        }
    }
}

fn drop_unchanged(spec: &mut Fields, old: &Fields, fields: &[&str]) {
    for field in fields.iter().filter(|field| old.contains_key(**field)) {
        if spec.get(*field) == old.get(*field) {
            spec.shift_remove(*field);
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
