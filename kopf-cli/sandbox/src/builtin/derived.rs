//! What of an object follows from its other fields, where nothing is said.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Map, Value, json};

use super::{amounts, images, paths, pods};
use crate::{admission, form::at, resources::LIMIT_RANGES};

type Fields = Map<String, Value>;

/// Where a template of pods, or a pod, has its spec.
pub(super) const SPECS_OF_PODS: [&str; 4] =
    ["/spec", "/template/spec", "/spec/template/spec", "/spec/jobTemplate/spec/template/spec"];
const RBAC: &str = "rbac.authorization.k8s.io";

/// Completes an object of the resource `key`, whose defaults are filled in.
pub(super) fn complete(key: &str, fields: &mut Fields) {
    let labels = at(fields.get("spec").unwrap_or(&Value::Null), "template.metadata.labels").clone();
    match key {
        "secrets" => encode_texts(fields),
        key if key.ends_with(admission::GROUP) => admission::complete(key, fields),
        key if key.ends_with("rolebindings.rbac.authorization.k8s.io") => name_groups(fields),
        _ => {}
    }
    if key == "namespaces" && fields.get("status").is_none_or(Value::is_null) {
        fields.insert("status".to_owned(), json!({}));
    }
    if let Some(Value::Object(status)) = fields.get_mut("status") {
        complete_status(key, status);
    }
    if let Some(Value::Object(spec)) = fields.get_mut("spec") {
        complete_spec(key, spec, labels);
    }
    if key == "services" {
        complete_balancing(fields);
    }
    amounts::round(key, fields);
    for pointer in SPECS_OF_PODS {
        if let Some(spec) = paths::get_mut(fields, pointer) {
            choose_pulling(spec);
            fill_volumes(spec);
            amounts::round_of_pods(spec);
        }
    }
}

fn complete_spec(key: &str, spec: &mut Fields, labels: Value) {
    match key {
        "pods" => pods::complete(spec),
        "services" => complete_service(spec),
        "nodes" => complete_ranges(spec),
        "replicationcontrollers"
            if labels.is_object()
                && spec.get("selector").and_then(Value::as_object).is_none_or(Fields::is_empty) =>
        {
            spec.insert("selector".to_owned(), labels);
        }
        "deployments.apps" => {
            rolling(spec, "strategy", &[("maxSurge", json!("25%")), ("maxUnavailable", json!("25%"))]);
        }
        "statefulsets.apps" => {
            let mut rolls = false;
            if let Some(strategy) = spec.get_mut("updateStrategy").and_then(Value::as_object_mut) {
                // Whoever says that it rolls says how, too, or nothing is said of it.
                rolls = strategy.get("type").is_none()
                    || strategy.get("rollingUpdate").is_some_and(Value::is_object);
                strategy.entry("type").or_insert_with(|| "RollingUpdate".into());
            }
            if rolls {
                rolling(spec, "updateStrategy", &[("maxUnavailable", json!(1)), ("partition", json!(0))]);
            }
        }
        "daemonsets.apps" => {
            rolling(spec, "updateStrategy", &[("maxSurge", json!(0)), ("maxUnavailable", json!(1))]);
            // Whoever says how it would roll says so in numbers, though it does not.
            let strategy =
                spec.get_mut("updateStrategy").and_then(|strategy| strategy.get_mut("rollingUpdate"));
            if let Some(Value::Object(strategy)) = strategy {
                for field in ["maxSurge", "maxUnavailable"] {
                    strategy.entry(field).or_insert_with(|| 0.into());
                }
            }
        }
        LIMIT_RANGES => complete_limits(spec),
        "jobs.batch" => {
            if spec.get("completions").is_none() && spec.get("parallelism").is_none() {
                spec.insert("completions".to_owned(), 1.into());
            }
            spec.entry("parallelism").or_insert_with(|| 1.into());
            // Where each index has a limit of its own there is none of all.
            let limit = if spec.contains_key("backoffLimitPerIndex") { i32::MAX } else { 6 };
            spec.entry("backoffLimit").or_insert_with(|| limit.into());
            let counted = spec.get("podFailurePolicy").is_some_and(|policy| !policy.is_null());
            expect_conditions(spec);
            let replaced = if counted { "Failed" } else { "TerminatingOrFailed" };
            spec.entry("podReplacementPolicy").or_insert_with(|| replaced.into());
        }
        "cronjobs.batch" => {
            let job = spec.get_mut("jobTemplate").and_then(|job| job.get_mut("spec")?.as_object_mut());
            job.map(expect_conditions);
        }
        "networkpolicies.networking.k8s.io" => {
            let egress = spec.get("egress").and_then(Value::as_array).is_some_and(|rules| !rules.is_empty());
            let types = if egress { json!(["Ingress", "Egress"]) } else { json!(["Ingress"]) };
            spec.entry("policyTypes").or_insert(types);
        }
        _ => {}
    }
}

/// Containers that say nothing may have as much as any, and are given what they may have, or the least.
fn complete_limits(spec: &mut Fields) {
    let limits = spec.get_mut("limits").and_then(Value::as_array_mut).into_iter().flatten();
    for limit in limits.filter(|limit| limit["type"] == "Container") {
        for (from, to) in [("max", "default"), ("default", "defaultRequest"), ("min", "defaultRequest")] {
            for (name, amount) in limit[from].as_object().cloned().unwrap_or_default() {
                if limit[to].get(&name).is_none() {
                    limit[to][name] = amount;
                }
            }
        }
    }
}

/// Conditions that the failure of a pod is told by are true, where nothing else is said.
fn expect_conditions(spec: &mut Fields) {
    let rules = spec.get_mut("podFailurePolicy").and_then(|policy| policy.get_mut("rules"));
    for rule in rules.and_then(Value::as_array_mut).into_iter().flatten() {
        let conditions = rule.get_mut("onPodConditions").and_then(Value::as_array_mut);
        let statuses = conditions.into_iter().flatten().filter_map(|condition| condition.get_mut("status"));
        statuses.filter(|status| *status == "").for_each(|status| *status = "True".into());
    }
}

/// The range of a node is the first of its ranges; where they differ, it is the only one.
fn complete_ranges(spec: &mut Fields) {
    let first = spec.get("podCIDRs").and_then(|all| all.get(0)).cloned();
    match (spec.get("podCIDR").filter(|range| *range != "" && !range.is_null()).cloned(), first) {
        (Some(range), first) if first.as_ref() != Some(&range) => {
            spec.insert("podCIDRs".to_owned(), json!([range]));
        }
        (None, Some(first)) => {
            spec.insert("podCIDR".to_owned(), first);
        }
        _ => {}
    }
}

fn complete_status(key: &str, status: &mut Fields) {
    let says_nothing = |value: Option<&Value>| value.is_none_or(|value| value.is_null() || *value == "");
    match key {
        "pods" => pods::complete_addresses(status),
        "nodes" => {
            let is_said = |all: &&Value| all.as_object().is_some_and(|all| !all.is_empty());
            if let Some(all) = status.get("capacity").filter(is_said).cloned()
                && status.get("allocatable").filter(is_said).is_none()
            {
                status.insert("allocatable".to_owned(), all);
            }
        }
        "namespaces" if says_nothing(status.get("phase")) => {
            status.insert("phase".to_owned(), "Active".into());
        }
        _ => {}
    }
}

/// Whether a service is reached from outside of the cluster.
pub(super) fn is_reached(spec: &Fields) -> bool {
    match spec.get("type").and_then(Value::as_str) {
        Some("LoadBalancer" | "NodePort") => true,
        Some("ClusterIP") => {
            spec.get("externalIPs").and_then(Value::as_array).is_some_and(|addresses| !addresses.is_empty())
        }
        _ => false,
    }
}

fn complete_service(spec: &mut Fields) {
    for port in spec.get_mut("ports").and_then(Value::as_array_mut).into_iter().flatten() {
        let is_open = port.get("targetPort").is_none_or(|target| *target == 0 || *target == "");
        if let Some(number) = port.get("port").cloned().filter(|_| is_open) {
            port["targetPort"] = number;
        }
    }
    let kind = spec.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
    if kind != "ExternalName" {
        spec.entry("internalTrafficPolicy").or_insert_with(|| "Cluster".into());
    }
    if is_reached(spec) {
        spec.entry("externalTrafficPolicy").or_insert_with(|| "Cluster".into());
    }
    if kind == "LoadBalancer" {
        spec.entry("allocateLoadBalancerNodePorts").or_insert_with(|| true.into());
    }
    if spec.get("sessionAffinity").is_some_and(|affinity| affinity == "None") {
        spec.shift_remove("sessionAffinityConfig");
    }
    if spec.get("sessionAffinity").is_some_and(|affinity| affinity == "ClientIP") {
        let config = spec.entry("sessionAffinityConfig").or_insert_with(|| json!({}));
        if config["clientIP"]["timeoutSeconds"].is_null() {
            config["clientIP"] = json!({ "timeoutSeconds": 10_800 });
        }
    }
}

/// Addresses that a service is balanced by are its own, where nothing else is said.
fn complete_balancing(fields: &mut Fields) {
    let balanced = fields.get("spec").is_some_and(|spec| spec["type"] == "LoadBalancer");
    let Some(status) = fields.get_mut("status").filter(|_| balanced) else { return };
    let Some(ingress) = status.pointer_mut("/loadBalancer/ingress").and_then(Value::as_array_mut) else {
        return;
    };
    for point in ingress.iter_mut().filter_map(Value::as_object_mut) {
        if point.get("ip").is_some_and(|ip| ip != "") {
            point.entry("ipMode").or_insert_with(|| "VIP".into());
        }
    }
}

/// What a volume is filled from is said in two fields, of which the older knows two kinds alone. Whatever a claim said before
/// goes on being known; `old` is absent on creation.
pub(super) fn name_source(spec: &mut Fields, old: Option<&Value>) {
    let known = |source: &Value| {
        let group = source["apiGroup"].as_str().unwrap_or_default();
        let kind = source["kind"].as_str().unwrap_or_default();
        matches!((group, kind), ("", "PersistentVolumeClaim") | ("snapshot.storage.k8s.io", "VolumeSnapshot"))
    };
    // Whoever names both means what they say.
    let is_alone = spec.get("dataSourceRef").is_none_or(Value::is_null);
    let was_said = |field| old.is_some_and(|old| !old[field].is_null());
    let is_new = !was_said("dataSource") && !was_said("dataSourceRef");
    if is_new && is_alone && spec.get("dataSource").is_some_and(|source| !known(source)) {
        spec.shift_remove("dataSource");
    }
    let homeless = spec
        .get("dataSourceRef")
        .is_none_or(|source| source["namespace"].as_str().unwrap_or_default().is_empty());
    match (spec.get("dataSource").cloned(), spec.get("dataSourceRef").cloned()) {
        (Some(source), None) => {
            spec.insert("dataSourceRef".to_owned(), source);
        }
        (None, Some(mut source)) if homeless => {
            source.as_object_mut().map(|source| source.shift_remove("namespace"));
            spec.insert("dataSource".to_owned(), source);
        }
        _ => {}
    }
}

/// Gives what makes pods the labels of its pods, where it has none of its own.
pub(crate) fn label(metadata: &mut Fields, rest: &Fields) {
    let labels = at(rest.get("spec").unwrap_or(&Value::Null), "template.metadata.labels");
    let has_own = |own: &Value| own.as_object().is_some_and(|own| !own.is_empty());
    if !metadata.get("labels").is_some_and(has_own) && labels.is_object() {
        metadata.insert("labels".to_owned(), labels.clone());
    }
}

/// Subjects are of the group that their kind is of, and roles of theirs.
fn name_groups(fields: &mut Fields) {
    if let Some(group) = fields.get_mut("roleRef").and_then(|role| role.get_mut("apiGroup"))
        && group == ""
    {
        *group = RBAC.into();
    }
    for subject in fields.get_mut("subjects").and_then(Value::as_array_mut).into_iter().flatten() {
        if subject.get("apiGroup").is_none()
            && ["User", "Group"].contains(&subject["kind"].as_str().unwrap_or_default())
        {
            subject["apiGroup"] = RBAC.into();
        }
    }
}

fn rolling(spec: &mut Fields, field: &str, defaults: &[(&str, Value)]) {
    let Some(Value::Object(strategy)) = spec.get_mut(field) else { return };
    if strategy.get("type") != Some(&"RollingUpdate".into()) {
        return;
    }
    if let Value::Object(rolling) = strategy.entry("rollingUpdate").or_insert_with(|| json!({})) {
        for (name, value) in defaults {
            rolling.entry(*name).or_insert_with(|| value.clone());
        }
    }
}

/// `stringData` is for writing alone: it becomes `data`.
fn encode_texts(fields: &mut Fields) {
    let Some(Value::Object(texts)) = fields.shift_remove("stringData") else { return };
    if texts.is_empty() {
        return;
    }
    if let Value::Object(data) = fields.entry("data").or_insert_with(|| json!({})) {
        for (name, text) in texts {
            data.insert(name, STANDARD.encode(text.as_str().unwrap_or_default()).into());
        }
        data.sort_keys();
    }
}

/// A volume of which nothing is said is an empty folder.
fn fill_volumes(spec: &mut Value) {
    let volumes = spec.get_mut("volumes").and_then(Value::as_array_mut);
    for volume in volumes.into_iter().flatten().filter_map(Value::as_object_mut) {
        if volume.keys().all(|field| field == "name") {
            volume.insert("emptyDir".to_owned(), json!({}));
        }
        if let Some(Value::Object(image)) = volume.get_mut("image") {
            let policy = pulling(image.get("reference").unwrap_or(&Value::Null));
            image.entry("pullPolicy").or_insert_with(|| policy.into());
        }
    }
}

fn choose_pulling(spec: &mut Value) {
    for field in ["containers", "initContainers", "ephemeralContainers"] {
        for container in spec.get_mut(field).and_then(Value::as_array_mut).into_iter().flatten() {
            if container.get("imagePullPolicy").is_some() || !container.is_object() {
                continue;
            }
            container["imagePullPolicy"] = pulling(&container["image"]).into();
        }
    }
}

/// Images without a version, or of the latest one, are pulled always.
fn pulling(image: &Value) -> &'static str {
    let always = images::is_pulled_always(image.as_str().unwrap_or_default());
    if always { "Always" } else { "IfNotPresent" }
}
