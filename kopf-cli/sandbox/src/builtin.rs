//! What built-in kinds are completed by: a table of defaults, and what follows from other fields; and their commonest rules.
//!
//! Not everything that a real server checks is checked here. What is: that a Secret's type and the selector of a workload
//! stay as they are, that what is declared immutable is, and that a workload's selector selects its pods.

mod pods;

use std::{collections::HashMap, sync::LazyLock};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Map, Value, json};

use crate::{admission, schema::Schema, status::Cause};

type Fields = Map<String, Value>;

/// Workloads whose selector has to select what their template makes.
const SELECTING: [&str; 4] = ["daemonsets.apps", "deployments.apps", "replicasets.apps", "statefulsets.apps"];
/// What there is of a status before anybody has written one.
const STATUSES: &str = "
cronjobs.batch: {}
daemonsets.apps: {currentNumberScheduled: 0, desiredNumberScheduled: 0, numberMisscheduled: 0, numberReady: 0}
deployments.apps: {}
jobs.batch: {}
persistentvolumeclaims: {phase: Pending}
replicasets.apps: {replicas: 0}
services: {loadBalancer: {}}
statefulsets.apps: {availableReplicas: 0, replicas: 0}
validatingadmissionpolicies.admissionregistration.k8s.io: {}
";

/// Defaults by kinds; `PODS` stands for a template of pods, `POD` for their spec.
const DEFAULTS: &str = "
secrets: {type: {default: Opaque}}
services:
  spec:
    properties:
      sessionAffinity: {default: None}
      type: {default: ClusterIP}
      internalTrafficPolicy: {default: Cluster}
      ports: {items: {properties: {protocol: {default: TCP}}}}
persistentvolumeclaims: {spec: {properties: {volumeMode: {default: Filesystem}}}}
pods: {spec: POD}
podtemplates: {template: PODS}
deployments.apps:
  spec:
    properties:
      replicas: {default: 1}
      revisionHistoryLimit: {default: 10}
      progressDeadlineSeconds: {default: 600}
      strategy:
        default: {}
        properties: {type: {default: RollingUpdate}}
      template: PODS
statefulsets.apps:
  spec:
    properties:
      replicas: {default: 1}
      revisionHistoryLimit: {default: 10}
      podManagementPolicy: {default: OrderedReady}
      persistentVolumeClaimRetentionPolicy:
        default: {}
        properties: {whenDeleted: {default: Retain}, whenScaled: {default: Retain}}
      updateStrategy:
        default: {}
        properties: {type: {default: RollingUpdate}}
      template: PODS
daemonsets.apps:
  spec:
    properties:
      revisionHistoryLimit: {default: 10}
      updateStrategy:
        default: {}
        properties: {type: {default: RollingUpdate}}
      template: PODS
replicasets.apps: {spec: {properties: {replicas: {default: 1}, template: PODS}}}
jobs.batch: {spec: JOB}
mutatingwebhookconfigurations.admissionregistration.k8s.io:
  webhooks: {items: {properties: HOOK}}
validatingwebhookconfigurations.admissionregistration.k8s.io:
  webhooks: {items: {properties: HOOK}}
validatingadmissionpolicies.admissionregistration.k8s.io:
  spec: {properties: {failurePolicy: {default: Fail}, matchConstraints: {properties: MATCHING}}}
validatingadmissionpolicybindings.admissionregistration.k8s.io:
  spec: {properties: {matchResources: {properties: MATCHING}}}
cronjobs.batch:
  spec:
    properties:
      concurrencyPolicy: {default: Allow}
      suspend: {default: false}
      successfulJobsHistoryLimit: {default: 3}
      failedJobsHistoryLimit: {default: 1}
      jobTemplate: {properties: {metadata: {default: {}}, spec: {properties: {template: PODS}}}}
";
const HOOK: &str = "
failurePolicy: {default: Fail}
matchPolicy: {default: Equivalent}
namespaceSelector: {default: {}}
objectSelector: {default: {}}
timeoutSeconds: {default: 10}
clientConfig: {properties: {service: {properties: {port: {default: 443}}}}}
rules: {items: {properties: {scope: {default: '*'}}}}
";
const MATCHING: &str = "
matchPolicy: {default: Equivalent}
namespaceSelector: {default: {}}
objectSelector: {default: {}}
resourceRules: {items: {properties: {scope: {default: '*'}}}}
excludeResourceRules: {items: {properties: {scope: {default: '*'}}}}
";
const JOB: &str = "
properties:
  backoffLimit: {default: 6}
  completionMode: {default: NonIndexed}
  suspend: {default: false}
  podReplacementPolicy: {default: TerminatingOrFailed}
  template: PODS
";
const POD: &str = "
properties:
  dnsPolicy: {default: ClusterFirst}
  restartPolicy: {default: Always}
  schedulerName: {default: default-scheduler}
  securityContext: {default: {}}
  terminationGracePeriodSeconds: {default: 30}
  containers: {items: CONTAINER}
  initContainers: {items: CONTAINER}
  volumes:
    items:
      properties:
        configMap: {properties: {defaultMode: {default: 420}}}
        downwardAPI: {properties: {defaultMode: {default: 420}}}
        hostPath: {properties: {type: {default: ''}}}
        projected: {properties: {defaultMode: {default: 420}}}
        secret: {properties: {defaultMode: {default: 420}}}
";
const CONTAINER: &str = "
properties:
  resources: {default: {}}
  terminationMessagePath: {default: /dev/termination-log}
  terminationMessagePolicy: {default: File}
  ports: {items: {properties: {protocol: {default: TCP}}}}
  livenessProbe: PROBE
  readinessProbe: PROBE
  startupProbe: PROBE
  env: {items: {properties: {valueFrom: {properties: {fieldRef: {properties: {apiVersion: {default: v1}}}}}}}}
";
const PROBE: &str = "
properties:
  failureThreshold: {default: 3}
  periodSeconds: {default: 10}
  successThreshold: {default: 1}
  timeoutSeconds: {default: 1}
  httpGet: {properties: {path: {default: /}, scheme: {default: HTTP}}}
";

static SCHEMAS: LazyLock<HashMap<String, Schema>> = LazyLock::new(|| {
    let Value::Object(kinds) = expand(read(DEFAULTS)) else { return HashMap::new() };
    let schemas = kinds.into_iter().map(|(key, properties)| {
        (key, Schema::custom(&json!({ "type": "object", "properties": properties })))
    });
    schemas.collect()
});

static STATUS_OF: LazyLock<Value> = LazyLock::new(|| read(STATUSES));

fn read(yaml: &str) -> Value {
    serde_saphyr::from_str(yaml).expect("a test reads it")
}

/// Puts what words stand for in their place.
fn expand(value: Value) -> Value {
    match value {
        Value::String(word) => match word.as_str() {
            "PODS" => json!({ "properties": { "metadata": { "default": {} }, "spec": expand(read(POD)) } }),
            "POD" => expand(read(POD)),
            "JOB" => expand(read(JOB)),
            "CONTAINER" => expand(read(CONTAINER)),
            "PROBE" => read(PROBE),
            "HOOK" => read(HOOK),
            "MATCHING" => read(MATCHING),
            _ => word.into(),
        },
        Value::Object(fields) => {
            fields.into_iter().map(|(name, value)| (name, expand(value))).collect::<Fields>().into()
        }
        other => other,
    }
}

/// Completes an object of the resource `key` as it is read.
pub(crate) fn complete(key: &str, fields: &mut Fields) {
    if let Some(schema) = SCHEMAS.get(key) {
        schema.fill_in(fields);
    }
    let spec = fields.get_mut("spec").and_then(Value::as_object_mut);
    match (key, spec) {
        ("secrets", _) => encode_texts(fields),
        ("pods", Some(spec)) => pods::complete(spec),
        ("services", Some(spec)) => {
            for port in spec.get_mut("ports").and_then(Value::as_array_mut).into_iter().flatten() {
                if let Some(number) = port.get("port").cloned().filter(|_| port.get("targetPort").is_none()) {
                    port["targetPort"] = number;
                }
            }
            if spec.get("type") == Some(&"LoadBalancer".into()) {
                spec.entry("allocateLoadBalancerNodePorts").or_insert_with(|| true.into());
            }
        }
        ("deployments.apps", Some(spec)) => {
            rolling(spec, "strategy", &[("maxSurge", json!("25%")), ("maxUnavailable", json!("25%"))])
        }
        ("statefulsets.apps", Some(spec)) => {
            rolling(spec, "updateStrategy", &[("maxUnavailable", json!(1)), ("partition", json!(0))])
        }
        ("daemonsets.apps", Some(spec)) => {
            rolling(spec, "updateStrategy", &[("maxSurge", json!(0)), ("maxUnavailable", json!(1))]);
        }
        (key, None) if key.ends_with(admission::GROUP) => admission::complete(key, fields),
        ("jobs.batch", Some(spec)) => {
            let indexed = spec.get("completionMode") == Some(&"Indexed".into());
            if !indexed && spec.get("completions").is_none() && spec.get("parallelism").is_none() {
                spec.insert("completions".to_owned(), 1.into());
            }
            spec.entry("parallelism").or_insert_with(|| 1.into());
        }
        _ => {}
    }
    for pointer in ["/spec", "/template/spec", "/spec/template/spec", "/spec/jobTemplate/spec/template/spec"]
    {
        let mut path = pointer.split('/').skip(1);
        let first = path.next().and_then(|name| fields.get_mut(name));
        let found = path.try_fold(first, |value, name| Some(value?.get_mut(name)));
        if let Some(Some(spec)) = found {
            choose_pulling(spec);
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

/// Images without a version, or of the latest one, are pulled always.
fn choose_pulling(spec: &mut Value) {
    for field in ["containers", "initContainers"] {
        for container in spec.get_mut(field).and_then(Value::as_array_mut).into_iter().flatten() {
            if container.get("imagePullPolicy").is_some() || !container.is_object() {
                continue;
            }
            let image = container["image"].as_str().unwrap_or_default();
            let last = image.rsplit('/').next().unwrap_or_default();
            let tag = last.split_once(':').map_or("latest", |(_, tag)| tag);
            let always = tag == "latest" && !last.contains('@');
            container["imagePullPolicy"] = if always { "Always" } else { "IfNotPresent" }.into();
        }
    }
}

/// Gives a new object what the server alone decides.
pub(crate) fn prepare(key: &str, metadata: &Fields, rest: &mut Fields) {
    if let Some(status) = STATUS_OF.get(key) {
        rest.insert("status".to_owned(), status.clone());
    }
    let uid = metadata.get("uid").and_then(Value::as_str).unwrap_or_default().to_owned();
    let name = metadata.get("name").cloned().unwrap_or_default();
    let Some(Value::Object(spec)) = rest.get_mut("spec") else { return };
    match key {
        "services" if spec.get("type") != Some(&"ExternalName".into()) => {
            // Of an address only that it is one of its own matters: it is made of the uid.
            let part = |at: usize| u8::from_str_radix(uid.get(at..at + 2).unwrap_or("1"), 16).unwrap_or(1);
            let address = format!("10.96.{}.{}", part(0), part(2).max(1));
            let address = spec.entry("clusterIP").or_insert_with(|| address.into()).clone();
            spec.entry("clusterIPs").or_insert_with(|| json!([address]));
            spec.entry("ipFamilies").or_insert_with(|| json!(["IPv4"]));
            spec.entry("ipFamilyPolicy").or_insert_with(|| "SingleStack".into());
        }
        "jobs.batch"
            if spec.get("selector").is_none() && spec.get("manualSelector") != Some(&true.into()) =>
        {
            spec.insert(
                "selector".to_owned(),
                json!({ "matchLabels": { "batch.kubernetes.io/controller-uid": uid } }),
            );
            let Some(Value::Object(template)) = spec.get_mut("template") else { return };
            let Value::Object(metadata) = template.entry("metadata").or_insert_with(|| json!({})) else {
                return;
            };
            let Value::Object(labels) = metadata.entry("labels").or_insert_with(|| json!({})) else { return };
            for prefix in ["batch.kubernetes.io/", ""] {
                labels.insert(format!("{prefix}controller-uid"), uid.clone().into());
                labels.insert(format!("{prefix}job-name"), name.clone());
            }
            labels.sort_keys();
        }
        _ => {}
    }
}

/// The status of a pod that nobody has seen yet.
pub(crate) fn status_of_pod(pod: &Fields) -> Value {
    let quality = pod.get("spec").and_then(Value::as_object).map(pods::quality);
    json!({ "phase": "Pending", "qosClass": quality })
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deployment_is_completed_down_to_its_containers() {
        let deployment = json!({ "spec": { "template": { "spec": { "containers": [
            { "name": "a", "image": "a:1" }, { "name": "b", "image": "r.io:5000/b" },
        ] } } } });
        let Value::Object(mut fields) = deployment else { unreachable!("it is an object") };
        complete("deployments.apps", &mut fields);
        let spec = &fields["spec"];
        assert_eq!(spec["replicas"], 1);
        assert_eq!(spec["strategy"]["rollingUpdate"]["maxSurge"], "25%");
        let containers = &spec["template"]["spec"]["containers"];
        assert_eq!(containers[0]["imagePullPolicy"], "IfNotPresent");
        assert_eq!(containers[1]["imagePullPolicy"], "Always");
        assert_eq!(containers[0]["terminationMessagePolicy"], "File");
        let once = fields.clone();
        complete("deployments.apps", &mut fields);
        assert_eq!(fields, once, "what is complete stays as it is");
    }

    #[test]
    fn texts_of_a_secret_become_its_data() {
        let Value::Object(mut fields) = json!({ "data": { "b": "eA==" }, "stringData": { "a": "v" } }) else {
            unreachable!("it is an object")
        };
        complete("secrets", &mut fields);
        assert_eq!(Value::from(fields), json!({ "data": { "a": "dg==", "b": "eA==" }, "type": "Opaque" }));
    }
}
