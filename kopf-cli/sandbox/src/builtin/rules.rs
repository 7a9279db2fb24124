//! What is wrong with an object by the commonest rules of its kind: rows, and what no row can say.
//!
//! Not everything that a real server checks is checked here.

use serde_json::{Map, Value, json};

use super::checks::{Check, find};
use crate::{resources::NameRule, status::Cause};

use Check::{AtLeast, Files, Immutable, Labels, MoreThan, Name, OneOf, Port, Required, Selector, Unique};

type Fields = Map<String, Value>;

/// Workloads whose selector has to select what their template makes.
const SELECTING: [&str; 4] = ["daemonsets.apps", "deployments.apps", "replicasets.apps", "statefulsets.apps"];
/// Where kinds have the spec of pods.
const SPECS_OF_PODS: [(&str, &str); 9] = [
    ("pods", "spec"),
    ("podtemplates", "template.spec"),
    ("replicationcontrollers", "spec.template.spec"),
    ("daemonsets.apps", "spec.template.spec"),
    ("deployments.apps", "spec.template.spec"),
    ("replicasets.apps", "spec.template.spec"),
    ("statefulsets.apps", "spec.template.spec"),
    ("jobs.batch", "spec.template.spec"),
    ("cronjobs.batch", "spec.jobTemplate.spec.template.spec"),
];
/// What secrets of a type have to have.
const CONTENTS: [(&str, &[&str]); 3] = [
    ("kubernetes.io/tls", &["tls.crt", "tls.key"]),
    ("kubernetes.io/dockerconfigjson", &[".dockerconfigjson"]),
    ("kubernetes.io/ssh-auth", &["ssh-privatekey"]),
];
const PROTOCOLS: &[&str] = &["SCTP", "TCP", "UDP"];
const LABEL: Check = Name(NameRule::Label);
const SUBDOMAIN: Check = Name(NameRule::Subdomain);

/// Rules by kinds and paths.
#[rustfmt::skip]
const RULES: &[(&str, &str, Check)] = &[
    ("configmaps", "data", Files),
    ("configmaps", "binaryData", Files),
    ("secrets", "data", Files),
    ("secrets", "type", Immutable),
    ("services", "spec.ports[].port", Port),
    ("services", "spec.ports[].targetPort", Port),
    ("services", "spec.ports[].name", LABEL),
    ("services", "spec.ports[].protocol", OneOf(PROTOCOLS)),
    ("services", "spec.ports", Unique("name")),
    ("services", "spec.selector", Labels),
    ("services", "spec.type", OneOf(&["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"])),
    ("services", "spec.sessionAffinity", OneOf(&["ClientIP", "None"])),
    ("replicationcontrollers", "spec.replicas", AtLeast(0)),
    ("deployments.apps", "spec.replicas", AtLeast(0)),
    ("deployments.apps", "spec.minReadySeconds", AtLeast(0)),
    ("deployments.apps", "spec.revisionHistoryLimit", AtLeast(0)),
    ("deployments.apps", "spec.progressDeadlineSeconds", AtLeast(0)),
    ("deployments.apps", "spec.selector", Selector),
    ("deployments.apps", "spec.strategy.type", OneOf(&["Recreate", "RollingUpdate"])),
    ("replicasets.apps", "spec.replicas", AtLeast(0)),
    ("replicasets.apps", "spec.minReadySeconds", AtLeast(0)),
    ("replicasets.apps", "spec.selector", Selector),
    ("statefulsets.apps", "spec.replicas", AtLeast(0)),
    ("statefulsets.apps", "spec.minReadySeconds", AtLeast(0)),
    ("statefulsets.apps", "spec.selector", Selector),
    ("daemonsets.apps", "spec.minReadySeconds", AtLeast(0)),
    ("daemonsets.apps", "spec.revisionHistoryLimit", AtLeast(0)),
    ("daemonsets.apps", "spec.selector", Selector),
    ("jobs.batch", "spec.parallelism", AtLeast(0)),
    ("jobs.batch", "spec.completions", AtLeast(0)),
    ("jobs.batch", "spec.backoffLimit", AtLeast(0)),
    ("jobs.batch", "spec.activeDeadlineSeconds", AtLeast(0)),
    ("jobs.batch", "spec.ttlSecondsAfterFinished", AtLeast(0)),
    ("jobs.batch", "spec.completionMode", OneOf(&["NonIndexed", "Indexed"])),
    ("jobs.batch", "spec.completionMode", Immutable),
    ("jobs.batch", "spec.selector", Immutable),
    ("cronjobs.batch", "spec.schedule", Required("")),
    ("cronjobs.batch", "spec.startingDeadlineSeconds", AtLeast(0)),
    ("cronjobs.batch", "spec.successfulJobsHistoryLimit", AtLeast(0)),
    ("cronjobs.batch", "spec.failedJobsHistoryLimit", AtLeast(0)),
    ("cronjobs.batch", "spec.concurrencyPolicy", OneOf(&["Allow", "Forbid", "Replace"])),
    ("persistentvolumeclaims", "spec.accessModes[]", OneOf(&["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"])),
    ("ingresses.networking.k8s.io", "spec.rules[].host", SUBDOMAIN),
    ("ingresses.networking.k8s.io", "spec.rules[].http.paths[].pathType", Required("pathType must be specified")),
    ("networkpolicies.networking.k8s.io", "spec.podSelector", Selector),
    ("networkpolicies.networking.k8s.io", "spec.policyTypes[]", OneOf(&["Ingress", "Egress"])),
    ("rolebindings.rbac.authorization.k8s.io", "roleRef.kind", OneOf(&["Role", "ClusterRole"])),
    ("rolebindings.rbac.authorization.k8s.io", "roleRef.name", Required("")),
    ("rolebindings.rbac.authorization.k8s.io", "subjects[].kind", OneOf(&["ServiceAccount", "User", "Group"])),
    ("rolebindings.rbac.authorization.k8s.io", "subjects[].name", Required("")),
    ("clusterrolebindings.rbac.authorization.k8s.io", "roleRef.name", Required("")),
    ("clusterrolebindings.rbac.authorization.k8s.io", "subjects[].name", Required("")),
    ("horizontalpodautoscalers.autoscaling", "spec.scaleTargetRef.kind", Required("")),
    ("horizontalpodautoscalers.autoscaling", "spec.scaleTargetRef.name", Required("")),
    ("poddisruptionbudgets.policy", "spec.selector", Selector),
    ("leases.coordination.k8s.io", "spec.leaseTransitions", AtLeast(0)),
    ("leases.coordination.k8s.io", "spec.leaseDurationSeconds", MoreThan(0)),
    ("controllerrevisions.apps", "revision", AtLeast(0)),
    ("controllerrevisions.apps", "data", Required("data is mandatory")),
];

/// Rules of the spec of pods, wherever it is.
#[rustfmt::skip]
const OF_PODS: &[(&str, Check)] = &[
    ("containers[].name", Required("")),
    ("containers[].name", LABEL),
    ("containers[].image", Required("")),
    ("containers", Unique("name")),
    ("containers[].imagePullPolicy", OneOf(&["Always", "IfNotPresent", "Never"])),
    ("containers[].ports[].containerPort", Port),
    ("containers[].ports[].hostPort", Port),
    ("containers[].ports[].protocol", OneOf(PROTOCOLS)),
    ("containers[].ports", Unique("name")),
    ("containers[].env[].name", Required("")),
    ("containers[].volumeMounts[].name", Required("")),
    ("containers[].volumeMounts[].mountPath", Required("")),
    ("initContainers[].name", Required("")),
    ("initContainers[].name", LABEL),
    ("initContainers[].image", Required("")),
    ("initContainers", Unique("name")),
    ("volumes[].name", Required("")),
    ("volumes[].name", LABEL),
    ("volumes", Unique("name")),
    ("serviceAccountName", SUBDOMAIN),
    ("nodeSelector", Labels),
    ("hostname", LABEL),
    ("restartPolicy", OneOf(&["Always", "OnFailure", "Never"])),
];

/// What is wrong with an object; `old` is absent on creation.
pub(crate) fn faults(key: &str, rest: &Fields, old: Option<&Fields>) -> Vec<Cause> {
    let object = Value::from(rest.clone());
    let before = old.map(|old| Value::from(old.clone()));
    let mut causes = Vec::new();
    let checked = |path: &str, check: Check| -> Vec<Cause> {
        let mut causes = Vec::new();
        let known = before.as_ref().map(|before| find(before, path, ""));
        for found in find(&object, path, "") {
            let mut same = known.iter().flatten().filter(|known| known.place == found.place);
            let before = known.as_ref().map(|_| same.next().map_or(&Value::Null, |known| known.value));
            causes.extend(check.faults(&found, before));
        }
        causes
    };
    for (_, path, rule) in RULES.iter().filter(|(kind, ..)| *kind == key) {
        causes.extend(checked(path, *rule));
    }
    for (_, spec) in SPECS_OF_PODS.iter().filter(|(kind, _)| *kind == key) {
        for (path, rule) in OF_PODS {
            causes.extend(checked(&format!("{spec}.{path}"), *rule));
        }
        let containers = find(&object, &format!("{spec}.containers"), "");
        let none = |value: &Value| value.as_array().is_none_or(Vec::is_empty);
        causes.extend(
            containers
                .iter()
                .filter(|found| none(found.value))
                .map(|found| Cause::required(&*found.place, "")),
        );
    }
    causes.extend(of_kind(key, &object, before.as_ref()));
    causes
}

/// What no row can say.
fn of_kind(key: &str, object: &Value, old: Option<&Value>) -> Vec<Cause> {
    match key {
        "configmaps" | "secrets" => of_data(key, object, old),
        "services" => of_services(object, old),
        "jobs.batch" => of_jobs(object, "spec.template.spec.restartPolicy"),
        "cronjobs.batch" => {
            let mut causes = of_jobs(object, "spec.jobTemplate.spec.template.spec.restartPolicy");
            causes.extend(schedule_fault(object["spec"]["schedule"].as_str().unwrap_or_default()));
            causes
        }
        "persistentvolumeclaims" => of_claims(object, old),
        "ingresses.networking.k8s.io" => {
            let spec = &object["spec"];
            let said = !spec["defaultBackend"].is_null()
                || spec["rules"].as_array().is_some_and(|rules| !rules.is_empty());
            let why = "either `defaultBackend` or `rules` must be specified";
            if said { Vec::new() } else { vec![Cause::invalid_value("spec", &Value::Null, why)] }
        }
        "horizontalpodautoscalers.autoscaling" => of_autoscalers(&object["spec"]),
        "poddisruptionbudgets.policy" => of_budgets(&object["spec"]),
        key if SELECTING.contains(&key) => of_workloads(object, old),
        _ => Vec::new(),
    }
}

fn of_data(key: &str, object: &Value, old: Option<&Value>) -> Vec<Cause> {
    let mut causes = Vec::new();
    if let Some(old) = old.filter(|old| old["immutable"] == true) {
        let why = "field is immutable when `immutable` is set";
        for field in ["immutable", "data", "binaryData"] {
            if object[field] != old[field] {
                causes.push(Cause::forbidden(field, why));
            }
        }
    }
    if key == "configmaps" {
        for name in object["data"].as_object().into_iter().flat_map(Map::keys) {
            if object["binaryData"].get(name).is_some() {
                let why = "duplicate of key present in binaryData";
                causes.push(Cause::invalid(format!("data[{name}]"), name, why));
            }
        }
        return causes;
    }
    let kind = object["type"].as_str().unwrap_or_default();
    let has = |name: &str| !object["data"][name].is_null();
    let missing = |name: &str| Cause::required(format!("data[{name}]"), "");
    let wanted = CONTENTS.iter().filter(|(known, _)| *known == kind).flat_map(|(_, wanted)| *wanted);
    causes.extend(wanted.filter(|name| !has(name)).map(|name| missing(name)));
    if kind == "kubernetes.io/basic-auth" && !has("username") && !has("password") {
        causes.extend(["username", "password"].map(missing));
    }
    causes
}

fn of_services(object: &Value, old: Option<&Value>) -> Vec<Cause> {
    let spec = &object["spec"];
    let ports = spec["ports"].as_array().map_or(&[][..], Vec::as_slice);
    let mut causes = Vec::new();
    if ports.is_empty() && spec["clusterIP"] != "None" && spec["type"] != "ExternalName" {
        causes.push(Cause::required("spec.ports", ""));
    }
    for (at, port) in ports.iter().enumerate() {
        if ports.len() > 1 && port["name"].as_str().unwrap_or_default().is_empty() {
            causes.push(Cause::required(format!("spec.ports[{at}].name"), ""));
        }
    }
    let address = |spec: &Value| spec["clusterIP"].as_str().unwrap_or_default().to_owned();
    let outside = |spec: &Value| spec["type"] == "ExternalName";
    if let Some(old) = old.map(|old| &old["spec"]).filter(|old| !outside(old) && !outside(spec))
        && !address(old).is_empty()
        && address(old) != address(spec)
    {
        let value = json!([address(spec)]);
        causes.push(Cause::invalid_value("spec.clusterIPs[0]", &value, "may not change once set"));
    }
    causes
}

fn of_jobs(object: &Value, path: &str) -> Vec<Cause> {
    let policies = find(object, path, "").into_iter();
    let ending = |policy: &Value| policy == "OnFailure" || policy == "Never";
    let why = r#"valid values: "OnFailure", "Never""#;
    policies.filter(|found| !ending(found.value)).map(|found| Cause::required(found.place, why)).collect()
}

fn schedule_fault(schedule: &str) -> Option<Cause> {
    let fields = schedule.split_whitespace().count();
    let named = schedule.is_empty() || schedule.starts_with('@');
    (fields != 5 && !named).then(|| {
        let why = format!("expected exactly 5 fields, found {fields}: [{schedule}]");
        Cause::invalid("spec.schedule", schedule, &why)
    })
}

fn of_claims(object: &Value, old: Option<&Value>) -> Vec<Cause> {
    let spec = &object["spec"];
    let mut causes = Vec::new();
    if spec["accessModes"].as_array().is_none_or(Vec::is_empty) {
        causes.push(Cause::required("spec.accessModes", "at least 1 access mode is required"));
    }
    match &spec["resources"]["requests"]["storage"] {
        Value::Null => causes.push(Cause::required("spec.resources[storage]", "")),
        zero if *zero == "0" => {
            causes.push(Cause::invalid_value("spec.resources[storage]", zero, "must be greater than zero"));
        }
        _ => {}
    }
    let kept = |spec: &Value| {
        let mut spec = spec.clone();
        if let Value::Object(fields) = &mut spec {
            // Those are set by whoever binds the claim.
            for field in ["resources", "volumeAttributesClassName", "volumeName"] {
                fields.shift_remove(field);
            }
        }
        spec
    };
    if old.is_some_and(|old| kept(&old["spec"]) != kept(spec)) {
        let why = "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims";
        causes.push(Cause::forbidden("spec", why));
    }
    causes
}

fn of_autoscalers(spec: &Value) -> Vec<Cause> {
    let mut causes = Vec::new();
    let number = |name: &str| spec[name].as_i64().unwrap_or_default();
    if number("maxReplicas") == 0 {
        causes.push(Cause::required("spec.maxReplicas", ""));
    }
    if number("maxReplicas") < number("minReplicas") {
        let why = "must be greater than or equal to `minReplicas`";
        causes.push(Cause::invalid_value("spec.maxReplicas", &number("maxReplicas").into(), why));
    }
    let target = &spec["scaleTargetRef"];
    let version = target["apiVersion"].as_str().unwrap_or_default();
    if !version.contains('/') && target["kind"] != "ReplicationController" {
        let why = "apiVersion must specify API group";
        causes.push(Cause::invalid("spec.scaleTargetRef.apiVersion", version, why));
    }
    causes
}

fn of_budgets(spec: &Value) -> Vec<Cause> {
    let mut causes = Vec::new();
    if !spec["minAvailable"].is_null() && !spec["maxUnavailable"].is_null() {
        let shown = json!({
            "MinAvailable": spec["minAvailable"],
            "Selector": spec["selector"],
            "MaxUnavailable": spec["maxUnavailable"],
            "UnhealthyPodEvictionPolicy": spec["unhealthyPodEvictionPolicy"],
        });
        causes.push(Cause::invalid_value(
            "spec",
            &shown,
            "minAvailable and maxUnavailable cannot be both set",
        ));
    }
    for field in ["minAvailable", "maxUnavailable"] {
        let text = spec[field].as_str().unwrap_or_default();
        if text.strip_suffix('%').and_then(|number| number.parse().ok()).is_some_and(|share: u32| share > 100)
        {
            causes.push(Cause::invalid(format!("spec.{field}"), text, "must not be greater than 100%"));
        }
    }
    causes
}

fn of_workloads(object: &Value, old: Option<&Value>) -> Vec<Cause> {
    let mut causes = Vec::new();
    let spec = &object["spec"];
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
    let policy = spec["template"]["spec"]["restartPolicy"].as_str().unwrap_or("Always");
    if ["OnFailure", "Never"].contains(&policy) {
        causes.push(Cause::unsupported(
            "spec.template.spec.restartPolicy",
            &format!("{policy:?}"),
            &["Always"],
        ));
    }
    if old.is_some_and(|old| old["spec"]["selector"] != *selector) {
        causes.push(Cause::invalid_value("spec.selector", selector, "field is immutable"));
    }
    causes
}
