//! Expressions that cost too much as they run, and what others come to: both servers stop at the same ones, and say the same.

use serde_json::{Value, json};

use super::{
    check,
    policies::{Policy, policy, probe, row, with},
};

const DEFINITIONS: &str = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
/// What costs most of what one expression may.
const MOST: &str = "lists.range(400).map(a, lists.range(400).map(b, true)).size() > 0";

async fn check_policy(spec: Value) {
    let bindings = [json!({ "validationActions": ["Deny"] })];
    let policies: [Policy; 2] = [policy("costs", spec, &bindings), probe()];
    check(&with(&policies, &row("a", "costs", 1))).await;
}

/// A policy with variables of its own that has to hold.
async fn check_variables(variables: &[(String, String)], holds: &str) {
    let variable = |(name, expression): &(String, String)| json!({ "name": name, "expression": expression });
    let variables: Vec<Value> = variables.iter().map(variable).collect();
    check_policy(json!({ "variables": variables, "validations": [{ "expression": holds }] })).await;
}

async fn check_expression(holds: &str) {
    check_policy(json!({ "validations": [{ "expression": holds }] })).await;
}

#[tokio::test]
async fn an_expression_ends_where_it_costs_too_much() {
    check_expression("lists.range(2000).all(a, lists.range(2000).all(b, true))").await;
    check_expression("lists.range(2000).all(a, lists.range(2000).all(b, true)) || true").await;
    check_expression("lists.range(1000000000).size() > 0").await;
    check_expression(&format!(
        "optional.of(object.metadata.name){}.hasValue()",
        ".optMap(x, x + x)".repeat(10)
    ))
    .await;
}

#[tokio::test]
async fn variables_cost_as_they_are_named() {
    let doubled = |first: &str, times: usize| -> Vec<(String, String)> {
        let mut variables = vec![("v0".to_owned(), first.to_owned())];
        for index in 0..times {
            variables.push((format!("v{}", index + 1), format!("variables.v{index} + variables.v{index}")));
        }
        variables
    };
    check_variables(&doubled("'0123456789'", 10), "size(variables.v10) == 10240").await;
    check_variables(&doubled("'0123456789'", 24), "size(variables.v24) > 0").await;
    check_variables(&doubled("'0123456789'", 24), "size(variables.v3) == 80").await;
    check_variables(&[("a".to_owned(), "object.missing".to_owned())], "variables.a == 1 || true").await;
    check_variables(&[("a".to_owned(), "object.missing".to_owned())], "variables.a == 1").await;
}

#[tokio::test]
async fn all_expressions_of_a_policy_share_what_they_may_cost() {
    let many = |count: usize| vec![json!({ "expression": MOST }); count];
    check_policy(json!({ "validations": many(4) })).await;
    check_policy(json!({ "validations": many(9) })).await;
    check_policy(json!({ "validations": many(9), "failurePolicy": "Ignore" })).await;
    let message = json!({ "expression": "false", "messageExpression": format!("{MOST} ? 'some' : 'none'") });
    check_policy(json!({ "validations": [message] })).await;
    check_policy(json!({ "validations": vec![message; 9] })).await;
}

#[tokio::test]
async fn conditions_may_cost_less() {
    let conditions = |count: usize| -> Vec<Value> {
        (0..count).map(|index| json!({ "name": format!("c{index}"), "expression": MOST })).collect()
    };
    let validations = json!([{ "expression": "false" }]);
    check_policy(json!({ "matchConditions": conditions(2), "validations": validations })).await;
    check_policy(json!({ "matchConditions": conditions(4), "validations": validations })).await;
    check_policy(
        json!({ "matchConditions": conditions(4), "validations": validations, "failurePolicy": "Ignore" }),
    )
    .await;
}

#[tokio::test]
async fn expressions_come_to_what_they_say() {
    let all = [
        "size('aé😀') == 3",
        "string(duration('90s')) == '90s' && string(timestamp(0)) == '1970-01-01T00:00:00Z'",
        "int(timestamp('2026-01-01T00:00:00Z')) == 1767225600 && int(duration('1s')) == 1000000000",
        "bool('true') && string(true) == 'true' && duration('1µs') == duration('1000ns')",
        "type(1) == int && type(type(1)) == type && type('') != int",
        "timestamp('2026-01-01T00:00:00Z').getDayOfWeek('-05:00') == 3",
        "-0x1F == -31 && 7 / -2 == -3 && -7 % 2 == -1",
        "[0.5].filter(x, x > 1.0).sum() + 0.5 == 0.5",
        "!optional.ofNonZeroValue('').hasValue() && optional.ofNonZeroValue(timestamp(0)).hasValue()",
        "url('https://h:8443/a%20b?x=1').getEscapedPath() == '/a%20b' && quantity('1k').isInteger()",
        "ip('::1').isLoopback() && cidr('10.0.0.0/8').containsIP('10.1.2.3')",
        "format.dns1123Label().validate('A').value() == ['']",
        "object.spec.n + object.spec.missing == 1",
        "[1, 2].map(x, x / 0).size() == 2 || [1][5] == 1",
    ];
    let validations: Vec<Value> = all.iter().map(|expression| json!({ "expression": expression })).collect();
    for validation in validations {
        check_policy(json!({ "validations": [validation] })).await;
    }
}

#[tokio::test]
async fn rules_end_where_they_cost_too_much() {
    let loops = "self.map(a, self.map(b, b)).size() > 0";
    let list = |rules: Value| json!({ "type": "array", "maxItems": 500, "items": { "type": "integer" }, "x-kubernetes-validations": rules });
    let message = json!({ "rule": "size(self) < 3", "messageExpression": "string(self.map(a, self.map(b, b)).size())" });
    let schema = json!({
        "type": "object",
        "properties": {
            "one": list(json!([{ "rule": loops }, { "rule": "size(self) < 3" }])),
            "many": list(json!(vec![json!({ "rule": loops }); 20])),
            "message": list(json!([message])),
        },
    });
    let definition = json!({
        "metadata": { "name": "costs.costs.kopf.test" },
        "spec": {
            "group": "costs.kopf.test",
            "scope": "Namespaced",
            "names": { "plural": "costs", "kind": "Cost" },
            "versions": [
                { "name": "v1", "served": true, "storage": true, "schema": { "openAPIV3Schema": schema } },
            ],
        },
    });
    let costs = "/apis/costs.kopf.test/v1/namespaces/$ns/costs";
    let object = |field: &str, items: usize| {
        let object = json!({
            "apiVersion": "costs.kopf.test/v1", "kind": "Cost", "metadata": { "name": "a" }, field: vec![1; items],
        });
        format!("POST {costs}?dryRun=All {object}\n")
    };
    let rows = [
        format!("POST {DEFINITIONS} {definition}\n"),
        format!("AWAIT 200 GET {costs}\n"),
        object("one", 2),
        object("one", 500),
        object("many", 100),
        object("many", 250),
        object("message", 100),
        object("message", 400),
        format!("DELETE {DEFINITIONS}/costs.costs.kopf.test\n"),
    ];
    check(&rows.concat()).await;
}
