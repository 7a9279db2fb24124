//! Policies in CEL that admit or refuse: both servers say the same about the same requests.

use serde_json::{Value, json};

use super::check;

const POLICIES: &str = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies";
const BINDINGS: &str = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings";

/// A policy for objects of the test's namespace whose label `to` is its name, bound as the bindings say.
pub(super) struct Policy {
    name: &'static str,
    spec: Value,
    bindings: Vec<Value>,
}

pub(super) fn policy(name: &'static str, spec: Value, bindings: &[Value]) -> Policy {
    Policy { name, spec, bindings: bindings.to_vec() }
}

fn deny() -> [Value; 1] {
    [json!({ "validationActions": ["Deny"] })]
}

/// Constraints that choose no more than the label `to` says.
fn constraints(name: &str) -> Value {
    json!({
        "namespaceSelector": { "matchLabels": { "kubernetes.io/metadata.name": "$ns" } },
        "objectSelector": { "matchLabels": { "to": name } },
        "resourceRules": [
            { "operations": ["*"], "apiGroups": ["*"], "apiVersions": ["*"], "resources": ["*", "*/status"] },
        ],
    })
}

pub(super) fn row(name: &str, to: &str, n: u32) -> String {
    let object = json!({
        "kind": "Row", "apiVersion": "differential.kopf.test/v1",
        "metadata": { "name": name, "labels": { "to": to } }, "spec": { "n": n },
    });
    format!("POST rows {object}")
}

/// Rows that are sent while the policies are in force.
pub(super) fn with(policies: &[Policy], rows: &str) -> String {
    let mut all = String::new();
    for Policy { name, spec, bindings } in policies {
        let mut spec = spec.clone();
        if spec["matchConstraints"].is_null() {
            spec["matchConstraints"] = constraints(name);
        }
        all += &format!(
            "POST {POLICIES} {}\n",
            json!({ "metadata": { "name": format!("{name}-$ns") }, "spec": spec })
        );
        for (index, binding) in bindings.iter().enumerate() {
            let mut binding = binding.clone();
            binding["policyName"] = format!("{name}-$ns").into();
            let binding = json!({ "metadata": { "name": format!("{name}-{index}-$ns") }, "spec": binding });
            all += &format!("POST {BINDINGS} {binding}\n");
        }
    }
    // The latest is in force after all others.
    let probe = row("probe", "probe", 1).replace("POST rows", "POST rows?dryRun=All");
    all += &format!("AWAIT 422 {probe}\n{rows}\n");
    for Policy { name, bindings, .. } in policies {
        all += &format!("DELETE {POLICIES}/{name}-$ns\n");
        for index in 0..bindings.len() {
            all += &format!("DELETE {BINDINGS}/{name}-{index}-$ns\n");
        }
    }
    all
}

/// Who waits until it refuses waits until all before it are in force.
pub(super) fn probe() -> Policy {
    policy("probe", json!({ "validations": [{ "expression": "false" }] }), &deny())
}

/// The policies, and after them one that tells when all are in force; and a row for each.
fn each(mut policies: Vec<Policy>, more: &str) -> String {
    let rows: Vec<String> = policies.iter().map(|policy| row(policy.name, policy.name, 7)).collect();
    policies.push(probe());
    with(&policies, &format!("{}\n{more}", rows.join("\n")))
}

#[tokio::test]
async fn policies_refuse_what_their_expressions_do_not_hold_for() {
    let valid = |validations: Value| json!({ "validations": validations });
    let small = "object.spec.n < 3";
    let policies = vec![
        policy("plain", valid(json!([{ "expression": small }])), &deny()),
        policy(
            "said",
            valid(json!([{ "expression": small, "message": "too big", "reason": "Forbidden" }])),
            &deny(),
        ),
        policy("large", valid(json!([{ "expression": small, "reason": "RequestEntityTooLarge" }])), &deny()),
        policy("spaced", valid(json!([{ "expression": "  object.spec.n   < 3\n && true " }])), &deny()),
        policy(
            "composed",
            json!({
                "variables": [{ "name": "x", "expression": "'a variable'" }, { "name": "y", "expression": "variables.x + '!'" }],
                "validations": [{ "expression": small, "messageExpression": "'n is ' + string(object.spec.n) + ' and ' + variables.y" }],
            }),
            &deny(),
        ),
        policy(
            "miscomposed",
            valid(
                json!([{ "expression": small, "message": "m", "messageExpression": "object.spec.missing + ''" }]),
            ),
            &deny(),
        ),
        policy("lost", valid(json!([{ "expression": "object.spec.missing < 3" }])), &deny()),
        policy(
            "ignored",
            json!({ "failurePolicy": "Ignore", "validations": [{ "expression": "object.spec.missing < 3" }] }),
            &deny(),
        ),
        policy(
            "lazy",
            json!({
                "variables": [{ "name": "bad", "expression": "object.spec.missing + 1" }],
                "validations": [{ "expression": "!has(object.spec.missing) || variables.bad > 1" }],
            }),
            &deny(),
        ),
        policy(
            "broken",
            json!({
                "variables": [{ "name": "bad", "expression": "object.spec.missing" }],
                "validations": [{ "expression": "variables.bad < 3" }],
            }),
            &deny(),
        ),
        policy(
            "several",
            valid(
                json!([{ "expression": small, "message": "one" }, { "expression": "object.spec.n < 2", "message": "two" }]),
            ),
            &deny(),
        ),
        policy(
            "warned",
            valid(json!([{ "expression": small, "message": "w" }])),
            &[json!({ "validationActions": ["Warn", "Audit"] })],
        ),
        policy(
            "twofold",
            valid(json!([{ "expression": small, "message": "w" }])),
            &[json!({ "validationActions": ["Deny"] }), json!({ "validationActions": ["Warn"] })],
        ),
        policy(
            "audited",
            json!({
                "validations": [{ "expression": "true" }], "auditAnnotations": [{ "key": "a", "valueExpression": "'x'" }],
            }),
            &[json!({ "validationActions": ["Audit"] })],
        ),
        policy("shallow", valid(json!([{ "expression": "object.spec.n.deep == 1" }])), &deny()),
        policy("nothing", valid(json!([{ "expression": "oldObject.spec.n == 1" }])), &deny()),
        policy(
            "asked",
            valid(json!([{ "expression": "has(object.spec.n.deep) || has(oldObject.spec)" }])),
            &deny(),
        ),
        policy("unbound", valid(json!([{ "expression": "false" }])), &[]),
    ];
    check(&each(policies, "")).await;
}

#[tokio::test]
async fn policies_see_the_request_and_what_was() {
    let says = |expression: &str| json!({ "validations": [{ "expression": "false", "messageExpression": expression }] });
    let policies = vec![
        policy(
            "request",
            says(
                "request.operation + ' ' + request.name + ' ' + request.kind.kind + ' ' + request.resource.resource + ' ' + request.namespace",
            ),
            &deny(),
        ),
        policy("namespace", says("namespaceObject.metadata.name + ' ' + object.metadata.namespace"), &deny()),
        policy(
            "before",
            json!({ "validations": [{ "expression": "oldObject == null || oldObject.spec.n == object.spec.n", "message": "n stays" }] }),
            &deny(),
        ),
        policy(
            "kept",
            json!({ "validations": [{ "expression": "request.operation != 'DELETE'", "message": "stays" }] }),
            &deny(),
        ),
        policy(
            "functions",
            says(
                "string(object.spec.n + 1) + ' ' + string(size(object.metadata.name)) + ' ' + ['a', 'b'].join('-') + ' ' + 'x'.upperAscii()",
            ),
            &deny(),
        ),
    ];
    let rows = r#"
        MERGE  rows/before {"spec":{"n":8}}
        MERGE  rows/before {"metadata":{"annotations":{"a":"1"}}}
        MERGE  rows/before/status {"status":{"n":8}}
        DELETE rows/kept
        DELETE rows?labelSelector=to%3Dkept
        MERGE  rows/kept {"metadata":{"labels":{"to":"nobody"}}}
        DELETE rows/kept
        POST   configmaps {"metadata":{"name":"c","labels":{"to":"namespace"}}}
    "#;
    check(&each(policies, rows)).await;
}

#[tokio::test]
async fn policies_ask_who_may_do_what() {
    let valid = |expression: &str| json!({ "validations": [{ "expression": expression, "message": "no" }] });
    let account = "authorizer.serviceAccount('$ns', 'sa')";
    let policies = vec![
        policy(
            "mine",
            valid("!authorizer.group('').resource('secrets').namespace('$ns').check('get').allowed()"),
            &deny(),
        ),
        policy("path", valid("!authorizer.path('/healthz').check('get').allowed()"), &deny()),
        policy("itself", valid("!authorizer.requestResource.check('delete').allowed()"), &deny()),
        policy(
            "theirs",
            valid(&format!(
                "{account}.group('').resource('pods').subresource('log').namespace('$ns').name('x').check('list').allowed()"
            )),
            &deny(),
        ),
        policy(
            "public",
            valid(&format!(
                "!({account}.path('/version').check('get').reason().contains('system:public-info-viewer'))"
            )),
            &deny(),
        ),
        policy(
            "fine",
            valid(&format!(
                "!{account}.path('/metrics').check('get').errored() && {account}.path('/x').check('get').error() == ''"
            )),
            &deny(),
        ),
        policy(
            "when",
            json!({
                "matchConditions": [{ "name": "c", "expression": "authorizer.group('').resource('nodes').check('get').allowed()" }],
                "validations": [{ "expression": "false" }],
            }),
            &deny(),
        ),
        policy(
            "variable",
            json!({
                "variables": [{ "name": "may", "expression": "authorizer.group('apps').resource('deployments').check('create').allowed()" }],
                "validations": [{ "expression": "!variables.may" }],
            }),
            &deny(),
        ),
    ];
    check(&each(policies, "")).await;
}

#[tokio::test]
async fn policies_are_for_what_their_constraints_and_conditions_choose() {
    let when = |conditions: Value, policy: &str| json!({ "failurePolicy": policy, "matchConditions": conditions, "validations": [{ "expression": "false", "message": "held" }] });
    let choosing = |name: &str, field: &str, value: Value| {
        let mut constraints = constraints(name);
        constraints[field] = value;
        json!({ "matchConstraints": constraints, "validations": [{ "expression": "false" }] })
    };
    let rule = |names: &[&str]| {
        let mut rule = json!({
            "operations": ["CREATE"], "apiGroups": ["differential.kopf.test"], "apiVersions": ["v1"], "resources": ["rows"],
        });
        if !names.is_empty() {
            rule["resourceNames"] = json!(names);
        }
        json!([rule])
    };
    let policies = vec![
        policy("big", when(json!([{ "name": "c", "expression": "object.spec.n > 5" }]), "Fail"), &deny()),
        policy("small", when(json!([{ "name": "c", "expression": "object.spec.n < 5" }]), "Fail"), &deny()),
        policy(
            "lost",
            when(json!([{ "name": "c", "expression": "object.spec.missing < 5" }]), "Fail"),
            &deny(),
        ),
        policy(
            "ignored",
            when(json!([{ "name": "c", "expression": "object.spec.missing < 5" }]), "Ignore"),
            &deny(),
        ),
        policy("named", choosing("named", "resourceRules", rule(&["named"])), &deny()),
        policy("misnamed", choosing("misnamed", "resourceRules", rule(&["other"])), &deny()),
        policy("excluded", choosing("excluded", "excludeResourceRules", rule(&[])), &deny()),
        policy(
            "elsewhere",
            json!({ "validations": [{ "expression": "false" }] }),
            &[
                json!({ "validationActions": ["Deny"], "matchResources": { "namespaceSelector": { "matchLabels": { "no": "such" } } } }),
                json!({ "validationActions": ["Deny"], "matchResources": { "resourceRules": [
                { "operations": ["UPDATE"], "apiGroups": ["*"], "apiVersions": ["*"], "resources": ["rows"] },
            ] } }),
            ],
        ),
    ];
    check(&each(policies, r#"MERGE rows/elsewhere {"spec":{"n":8}}"#)).await;
}

#[tokio::test]
async fn policies_have_parameters() {
    let max = json!([{ "expression": "object.spec.n < int(params.data.max)", "messageExpression": "'at most ' + params.data.max" }]);
    // Of several that are broken a server tells any.
    let either = json!([{ "expression": "object.spec.n < int(params.data.max)", "message": "too many" }]);
    let maps = json!({ "apiVersion": "v1", "kind": "ConfigMap" });
    let with_params = |validations: &Value| json!({ "paramKind": maps, "validations": validations });
    let bound = |reference: Value| [json!({ "validationActions": ["Deny"], "paramRef": reference })];
    let there = json!([{ "expression": "params != null", "message": "no params" }]);
    let policies = vec![
        policy(
            "named",
            with_params(&max),
            &bound(json!({ "name": "max", "namespace": "$ns", "parameterNotFoundAction": "Deny" })),
        ),
        policy(
            "here",
            with_params(&max),
            &bound(json!({ "name": "max", "parameterNotFoundAction": "Deny" })),
        ),
        policy(
            "chosen",
            with_params(&either),
            &bound(
                json!({ "selector": { "matchLabels": { "max": "yes" } }, "parameterNotFoundAction": "Allow" }),
            ),
        ),
        policy(
            "denied",
            with_params(&there),
            &bound(json!({ "name": "none", "parameterNotFoundAction": "Deny" })),
        ),
        policy(
            "allowed",
            with_params(&there),
            &bound(json!({ "name": "none", "parameterNotFoundAction": "Allow" })),
        ),
        policy("without", with_params(&there), &deny()),
        policy(
            "unknown",
            json!({ "paramKind": { "apiVersion": "no.kopf.test/v1", "kind": "None" }, "validations": there }),
            &bound(json!({ "name": "none", "parameterNotFoundAction": "Allow" })),
        ),
        policy(
            "nothing",
            json!({ "paramKind": { "apiVersion": "v1", "kind": "Nothing" }, "validations": there }),
            &bound(json!({ "name": "none", "parameterNotFoundAction": "Allow" })),
        ),
        policy(
            "unbound",
            json!({ "paramKind": { "apiVersion": "no.kopf.test/v1", "kind": "None" }, "validations": there }),
            &[],
        ),
    ];
    let maps = r#"
        POST configmaps {"metadata":{"name":"max","labels":{"max":"yes"}},"data":{"max":"5"}}
        POST configmaps {"metadata":{"name":"other","labels":{"max":"yes"}},"data":{"max":"8"}}
    "#;
    let more = format!(
        "{}\n{}\n{}",
        row("fits", "named", 4),
        row("fits-one", "chosen", 6),
        row("fits-both", "chosen", 4)
    );
    check(&format!("{maps}{}", each(policies, &more))).await;
}

#[tokio::test]
async fn policies_refuse_what_the_audit_log_cannot_be_told() {
    let annotated = |expression: &str| json!([{ "key": "some", "valueExpression": expression }]);
    let only = |expression: &str| json!({ "auditAnnotations": annotated(expression) });
    let audit = [json!({ "validationActions": ["Audit", "Warn"] })];
    let failing = "object.spec.missing";
    let policies = vec![
        policy("told", only("'n is ' + string(object.spec.n)"), &deny()),
        policy("untold", only("object.spec.n > 100 ? 'many' : null"), &deny()),
        policy("failing", only(failing), &audit),
        policy("number", only("object.spec.n"), &audit),
        policy(
            "ignored",
            json!({ "failurePolicy": "Ignore", "auditAnnotations": annotated(failing) }),
            &deny(),
        ),
        policy(
            "both",
            json!({ "validations": [{ "expression": "false" }], "auditAnnotations": annotated(failing) }),
            &audit,
        ),
        policy(
            "composed",
            json!({
                "variables": [{ "name": "x", "expression": "object.spec.missing" }],
                "auditAnnotations": annotated("variables.x"),
            }),
            &deny(),
        ),
        policy(
            "reasoned",
            json!({ "validations": [{ "expression": "object.spec.missing == 1\n", "reason": "Forbidden" }] }),
            &deny(),
        ),
        policy(
            "homeless",
            json!({
                "matchConditions": [{ "name": "c", "expression": "namespaceObject == null" }],
                "validations": [{ "expression": "namespaceObject.metadata.name == 'x'" }],
            }),
            &deny(),
        ),
    ];
    check(&each(policies, "")).await;
}

#[tokio::test]
async fn policies_say_which_generation_is_in_force() {
    let spec =
        json!({ "matchConstraints": constraints("nobody"), "validations": [{ "expression": "true" }] });
    let policy = json!({ "metadata": { "name": "observed-$ns" }, "spec": spec });
    check(&format!(
        r#"
        POST  {POLICIES} {policy}
        UNTIL {POLICIES}/observed-$ns "observedGeneration":1
        MERGE {POLICIES}/observed-$ns {{"spec":{{"failurePolicy":"Ignore"}}}}
        UNTIL {POLICIES}/observed-$ns "observedGeneration":2
        MERGE {POLICIES}/observed-$ns {{"metadata":{{"labels":{{"a":"b"}}}}}}
        GET   {POLICIES}/observed-$ns/status
        DELETE {POLICIES}/observed-$ns
    "#
    ))
    .await;
}

#[tokio::test]
async fn policies_have_rules() {
    let valid =
        |validation: Value| json!({ "matchConstraints": constraints("x"), "validations": [validation] });
    let noted = |value: &str| json!({ "matchConstraints": constraints("x"), "auditAnnotations": [{ "key": "k", "valueExpression": value }] });
    let specs = [
        valid(json!({ "expression": "object.spec.n < 3" })),
        json!({}),
        json!({ "matchConstraints": constraints("x"), "validations": [] }),
        json!({ "matchConstraints": {}, "validations": [{ "expression": "true" }] }),
        valid(json!({ "expression": "nothing.spec" })),
        valid(json!({ "expression": "params.x" })),
        valid(json!({ "expression": "object.spec.n" })),
        valid(json!({ "expression": "1 + 1" })),
        valid(json!({ "expression": "true", "messageExpression": "1" })),
        valid(json!({ "expression": "true", "messageExpression": " \n" })),
        valid(json!({ "expression": "true", "messageExpression": "" })),
        noted("0"),
        noted("null"),
        noted("object.spec.n"),
        valid(
            json!({ "expression": "true", "messageExpression": "authorizer.path('/x').check('get').reason()" }),
        ),
        valid(json!({ "expression": "true", "message": "a\nb" })),
        valid(json!({ "expression": "true", "reason": "Nope" })),
        json!({
            "matchConstraints": constraints("x"), "validations": [{ "expression": "true" }], "failurePolicy": "X",
            "variables": [{ "name": "1x", "expression": "true" }, { "name": "a", "expression": "true" }, { "name": "a", "expression": "nope" }],
            "matchConditions": [{ "name": "bad name!", "expression": "" }],
        }),
    ];
    let bindings = [
        json!({ "policyName": "x", "validationActions": ["Deny", "Audit"] }),
        json!({}),
        json!({ "policyName": "x", "validationActions": ["Deny", "Warn", "Deny", "Other"], "paramRef": {} }),
        json!({ "policyName": "x", "validationActions": ["Deny"], "paramRef": { "name": "x", "selector": {}, "parameterNotFoundAction": "X" } }),
        json!({ "policyName": "x", "validationActions": ["Deny"], "matchResources": { "matchPolicy": "X", "objectSelector": { "matchExpressions": [{ "key": "a", "operator": "In" }] } } }),
    ];
    let mut rows = String::new();
    for (path, specs) in [(POLICIES, &specs[..]), (BINDINGS, &bindings[..])] {
        for spec in specs {
            rows += &format!(
                "POST {path}?dryRun=All {}\n",
                json!({ "metadata": { "name": "p-$ns" }, "spec": spec })
            );
        }
    }
    check(&rows).await;
}
