//! What policies say is wrong with their expressions by the types of what they are for: both servers say the same.

use serde_json::{Value, json};

use super::check;

const POLICIES: &str = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies";

/// A rule for some resources.
fn rule(groups: &[&str], versions: &[&str], resources: &[&str]) -> Value {
    json!({ "operations": ["*"], "apiGroups": groups, "apiVersions": versions, "resources": resources })
}

/// Policies of these rules and expressions are written, and what they say of themselves is read.
async fn check_policies(policies: &[(&[Value], &[&str])]) {
    let specs = policies.iter().map(|(rules, expressions)| {
        let validations: Vec<Value> =
            expressions.iter().map(|expression| json!({ "expression": expression })).collect();
        json!({ "matchConstraints": { "resourceRules": rules }, "validations": validations })
    });
    check_specs(&specs.collect::<Vec<_>>()).await;
}

async fn check_specs(specs: &[Value]) {
    let rows = specs.iter().enumerate().map(|(index, spec)| {
        let name = format!("typed-{index}-$ns");
        let policy = json!({ "metadata": { "name": name }, "spec": spec });
        format!(
            "POST {POLICIES} {policy}\nUNTIL {POLICIES}/{name} observedGeneration\nGET {POLICIES}/{name}\nDELETE {POLICIES}/{name}"
        )
    });
    check(&rows.collect::<Vec<_>>().join("\n")).await;
}

#[tokio::test]
async fn policies_say_what_is_wrong_with_their_expressions() {
    let pods = rule(&[""], &["v1"], &["pods"]);
    let expressions = [
        "object.metadata.creationTimestamp == 1",
        "object.metadata.foo == 1",
        "object.metadata.labels.x == 1",
        "object.metadata.managedFields[0].fieldsV1.x == 1",
        "object.metadata.managedFields[0].fieldsV1 == 1",
        "object.metadata.generation == 'x'",
        "object.metadata.ownerReferences[0].uid == 1",
        "object.kind == 1 || object.apiVersion == 1",
        "object.spec.containers[0].resources.limits.cpu == 1",
        "object.spec.containers[0].ports[0].containerPort == 'a'",
        "object.spec.containers[0].livenessProbe.httpGet.port == 'a'",
        "object.spec.containers[0].livenessProbe.httpGet.port == 1.5",
        "object.spec.containers.all(c, c.imagePullPolicy == 1)",
        "object.spec.nodeSelector == 1",
        "object.spec.volumes[0].emptyDir.sizeLimit == 1",
        "object.spec.tolerations == 1",
        "object.spec.__namespace__ == 1",
        "object == 1 || object.spec == 1 || object.status == 1",
        "oldObject == object",
        "oldObject == 1 && oldObject.spec.nodeName == 1",
        "namespaceObject.metadata.name == 'x'",
        "has(object.spec.foo)",
        "type(object) == string",
        "true",
    ];
    let autoscalers = rule(&["autoscaling"], &["v2"], &["horizontalpodautoscalers"]);
    let networks = rule(&["networking.k8s.io"], &["v1"], &["networkpolicies"]);
    let definitions = rule(&["apiextensions.k8s.io"], &["v1"], &["customresourcedefinitions"]);
    check_policies(&[
        (&[pods], &expressions),
        (
            &[autoscalers],
            &[
                "object.spec.metrics[0].resource.target.averageValue == 1",
                "object.spec.minReplicas == 1.5",
                "object.spec.metrics[0].resource.target == 1",
            ],
        ),
        (&[networks], &["object.spec.ingress[0].ports[0].port == 1.5", "object.spec.ingress[0].foo == 1"]),
        // Schemas are in schemas: nothing is known of those.
        (
            &[definitions],
            &[
                "object.spec.versions[0].schema.foo == 1",
                "object.spec.versions[0].schema.openAPIV3Schema == 1",
                "object.spec.versions[0].schema.openAPIV3Schema.type == 1",
                "object.spec.versions[0].schema.openAPIV3Schema.default.x == 1",
                "object.spec.versions[0].schema.openAPIV3Schema.items.foo == 1",
                "object.spec.versions[0].schema.openAPIV3Schema.not.type == 1",
                "object.spec.versions[0].schema.openAPIV3Schema.properties.foo == 1",
                "object.spec.versions[0].schema.openAPIV3Schema.properties.foo.type == 1",
                "object.spec.versions[0].schema.openAPIV3Schema.allOf[0].type == 1",
            ],
        ),
    ])
    .await;
}

#[tokio::test]
async fn expressions_are_looked_at_for_each_kind_that_is_named() {
    let missing = &["object.zz == 1", "object.data == 1", "oldObject.spec.replicas == 1"][..];
    let deployments = || rule(&["apps"], &["v1"], &["deployments"]);
    let many = [
        "pods",
        "configmaps",
        "secrets",
        "nodes",
        "services",
        "endpoints",
        "namespaces",
        "limitranges",
        "podtemplates",
        "serviceaccounts",
        "persistentvolumes",
    ];
    check_policies(&[
        (&[deployments()], missing),
        (
            &[
                deployments(),
                deployments(),
                rule(&["autoscaling"], &["v2", "v1"], &["horizontalpodautoscalers"]),
            ],
            missing,
        ),
        (&[rule(&["apps", ""], &["v2", "v1"], &["pods", "deployments", "pods/status", "nope"])], missing),
        (&[rule(&["apps"], &["v1"], &["Deployment"])], missing),
        (&[rule(&["apps"], &["v1"], &["deploy"])], missing),
        (&[rule(&["events.k8s.io"], &["v1"], &["events"])], missing),
        (&[rule(&[""], &["v1"], &["events"])], missing),
        (&[rule(&[""], &["v1"], &many)], missing),
        (&[rule(&["*"], &["v1"], &["deployments"])], missing),
        (&[rule(&["apps"], &["*"], &["deployments"])], missing),
        (&[rule(&["apps"], &["v1"], &["*"])], missing),
        (&[rule(&["apps"], &["v1"], &["deployments/scale", "*/status"])], missing),
        (&[rule(&["*"], &["v1"], &["deployments"]), rule(&[""], &["v1"], &["configmaps"])], missing),
        // Some that the sandbox has none of.
        (
            &[
                rule(&["resource.k8s.io"], &["v1"], &["resourceclaims"]),
                rule(&[""], &["v1"], &["bindings", "componentstatuses"]),
                rule(&["authorization.k8s.io"], &["v1"], &["subjectaccessreviews"]),
            ],
            missing,
        ),
        (&[rule(&["nope.kopf.test"], &["v1"], &["pods"])], missing),
        // Each rule may name ten, as often as it names them.
        (
            &[
                rule(&[""], &["v1"], &many[..6]),
                rule(
                    &["apps"],
                    &["v1"],
                    &["deployments", "daemonsets", "replicasets", "statefulsets", "controllerrevisions"],
                ),
            ],
            missing,
        ),
        (&[rule(&[""], &["v1"], &["pods"; 10]), deployments()], missing),
        (&[rule(&["", ""], &["v1"; 5], &["pods", "secrets"]), deployments()], missing),
    ])
    .await;
}

#[tokio::test]
async fn expressions_name_what_custom_resources_have() {
    let definition = json!({
        "metadata": { "name": "typed.$ns.kopf.test" },
        "spec": {
            "group": "$ns.kopf.test", "scope": "Cluster", "names": { "plural": "typed", "kind": "Typed" },
            "versions": [{
                "name": "v1", "served": true, "storage": true,
                "schema": { "openAPIV3Schema": { "type": "object", "properties": { "spec": {
                    "type": "object",
                    "properties": {
                        "count": { "type": "integer" },
                        "either": { "x-kubernetes-int-or-string": true },
                        "open": { "type": "object", "x-kubernetes-preserve-unknown-fields": true },
                        "any": { "x-kubernetes-preserve-unknown-fields": true },
                        "map": { "type": "object", "additionalProperties": { "type": "integer" } },
                        "when": { "type": "string", "format": "date-time" },
                        "long": { "type": "string", "format": "duration" },
                        "other": {
                            "type": "object", "x-kubernetes-embedded-resource": true,
                            "properties": { "x": { "type": "string" } },
                        },
                        "x-y": { "type": "string" },
                        "list": { "type": "array", "items": { "type": "object", "properties": { "k": { "type": "string" } } } },
                    },
                } } } },
            }],
        },
    });
    let definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    let expressions = [
        "object.zz == 1",
        "object.status == 1",
        "object.kind == 1 || object.metadata.name == 1 || object.metadata.foo == 1",
        "object.metadata.labels == 1 || object.metadata == 1",
        "object.spec.count == 'a'",
        "object.spec.either == 1 || object.spec.either == 1.5",
        "object.spec.open.x == 1",
        "object.spec.open == 1",
        "object.spec.any.x == 1",
        "object.spec.map == 1",
        "object.spec.when == 1",
        "object.spec.long == 1",
        "object.spec.other.foo == 1",
        "object.spec.other.metadata.foo == 1 || object.spec.other.metadata.name == 1",
        "object.spec.other.metadata.labels == 1 || object.spec.other.kind == 1",
        "object.spec.x__dash__y == 1",
        "object.spec.list == 1 || object.spec.list[0].z == 1",
        "object == 1",
    ];
    let validations: Vec<Value> =
        expressions.iter().map(|expression| json!({ "expression": expression })).collect();
    let rules = [rule(&["$ns.kopf.test"], &["v1"], &["typed"])];
    let policy = json!({
        "metadata": { "name": "custom-$ns" },
        "spec": { "matchConstraints": { "resourceRules": rules }, "validations": validations },
    });
    check(&format!(
        "POST {definitions} {definition}\nUNTIL /apis/$ns.kopf.test/v1/typed 200\nAWAIT 200 HEAD /openapi/v3/apis/$ns.kopf.test/v1\n\
         POST {POLICIES} {policy}\nUNTIL {POLICIES}/custom-$ns observedGeneration\nGET {POLICIES}/custom-$ns\n\
         DELETE {POLICIES}/custom-$ns\nDELETE {definitions}/typed.$ns.kopf.test"
    ))
    .await;
}

#[tokio::test]
async fn parameters_variables_and_messages_have_types() {
    let deployments = json!({ "resourceRules": [rule(&["apps"], &["v1"], &["deployments"])] });
    let with = |mut spec: Value| {
        spec["matchConstraints"] = deployments.clone();
        spec
    };
    let own = json!([
        { "name": "a", "expression": "object.spec" },
        { "name": "b", "expression": "object.spec.replicas" },
        { "name": "c", "expression": "object.nope" },
        { "name": "d", "expression": "variables.b" },
        { "name": "e", "expression": "object.metadata.labels" },
    ]);
    let config_map = json!({ "apiVersion": "v1", "kind": "ConfigMap" });
    check_specs(&[
        with(json!({ "validations": [
            { "expression": "true", "messageExpression": "object.spec.foo == 1 ? 'a' : 'b'" },
            { "expression": "object.foo == 1", "messageExpression": "string(object.spec.foo)" },
        ] })),
        with(json!({ "variables": own, "validations": [
            { "expression": "variables.a.b == 1" },
            { "expression": "variables.b == 'x'" },
            { "expression": "variables.c == 'x'" },
            { "expression": "variables.d == 'x'" },
            { "expression": "variables.e.x == 1" },
        ] })),
        with(json!({ "paramKind": config_map, "validations": [
            { "expression": "params.foo == 1" },
            { "expression": "params.data == 1 || params.data.x == 1" },
            { "expression": "params == null" },
        ] })),
        with(json!({ "paramKind": { "apiVersion": "apps/v1", "kind": "ReplicaSet" }, "validations": [
            { "expression": "params.spec.foo == 1 && object.spec.foo == 1" },
        ] })),
        with(json!({ "paramKind": { "apiVersion": "nope.kopf.test/v1", "kind": "None" }, "validations": [
            { "expression": "params.foo == 1" },
        ] })),
        with(json!({
            "validations": [{ "expression": "true" }],
            "auditAnnotations": [{ "key": "a", "valueExpression": "string(object.foo)" }],
            "matchConditions": [{ "name": "b", "expression": "object.foo == 1" }],
        })),
    ])
    .await;
}
