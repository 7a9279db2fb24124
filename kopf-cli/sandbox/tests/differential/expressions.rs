//! Expressions in CEL whose names, types or patterns are wrong: both servers refuse the same ones, in the same words.

use serde_json::{Value, json};

use super::check;

const DEFINITIONS: &str = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const POLICIES: &str = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies";
const WEBHOOKS: &str = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations";

/// Sends a definition whose objects have fields of all types, with each of the expressions as a rule.
async fn check_rules(expressions: &str) {
    let rules: Vec<Value> = lines(expressions).map(|rule| json!({ "rule": rule, "message": "no" })).collect();
    // One refusal can tell of many.
    let rows: String = rules.chunks(8).map(|rules| definition(&json!(rules))).collect();
    check(&rows).await;
}

fn lines(text: &str) -> impl Iterator<Item = String> {
    text.lines().map(|line| line.trim().replace("\\n", "\n")).filter(|line| !line.is_empty())
}

fn definition(rules: &Value) -> String {
    let of = |kind: &str| json!({ "type": kind });
    let properties = json!({
        "i": of("integer"), "n": of("number"), "s": of("string"), "b": of("boolean"),
        "bytes": { "type": "string", "format": "byte" },
        "span": { "type": "string", "format": "duration" },
        "time": { "type": "string", "format": "date-time" },
        "numbers": { "type": "array", "maxItems": 5, "items": of("integer") },
        "texts": { "type": "array", "maxItems": 5, "items": { "type": "string", "maxLength": 5 } },
        "map": { "type": "object", "maxProperties": 5, "additionalProperties": { "type": "string", "maxLength": 5 } },
        "objects": { "type": "array", "maxItems": 5, "items": { "type": "object", "properties": { "x": of("integer") } } },
        "object": { "type": "object", "properties": { "x": of("integer"), "a-b": of("string"), "namespace": of("string") } },
        "unknown": { "x-kubernetes-preserve-unknown-fields": true },
        "either": { "x-kubernetes-int-or-string": true },
        "whole": { "type": "object", "x-kubernetes-embedded-resource": true, "x-kubernetes-preserve-unknown-fields": true },
    });
    let schema = json!({
        "type": "object",
        "properties": { "spec": { "type": "object", "properties": properties, "x-kubernetes-validations": rules } },
    });
    let definition = json!({
        "metadata": { "name": "wrongs.expressions.kopf.test" },
        "spec": {
            "group": "expressions.kopf.test",
            "scope": "Namespaced",
            "names": { "plural": "wrongs", "kind": "Wrong" },
            "versions": [
                { "name": "v1", "served": true, "storage": true, "schema": { "openAPIV3Schema": schema } },
            ],
        },
    });
    format!("POST {DEFINITIONS}?dryRun=All {definition}\n")
}

#[tokio::test]
async fn rules_name_what_there_is() {
    check_rules(
        r"
        self.nothing > 1
        has(self.nothing)
        self.objects.all(o, o.y > 1)
        self.object.a__dash__b == 'x' && self.object.namespace == self.object.__namespace__
        self.object.a-b == 'x'
        self.unknown == 1
        self.whole.metadata.name == 'x' && self.whole.kind == 'X'
        self.whole.metadata.labels == {}

        nothing == 1
        nothing(1)
        self.i.nothing()
        self.numbers.all(n, m > 1)
        self.numbers.all(n, n > 1) && n > 1
        lists.nothing(1) == []
        format.nothing().validate(self.s).hasValue()
        math.greatest(1, 2) == 2

        self.i.x == 1
        self.texts.x == 'a'
        self.either.x == 1
        .self.i > 1 && .i > 1
        Nothing{} == self.object
        string{} == ''
        url('http://x').nothing == 1
        self.?i.hasValue() && self.?nothing.hasValue()
        ",
    )
    .await;
}

#[tokio::test]
async fn rules_call_functions_with_what_they_are_for() {
    check_rules(
        r"
        self.i + 'a' == 'b'
        self.i == 'a' || self.i == 1.0 || self.n < 1
        self.i && !self.s
        self.b ? self.i == 1 : 'x'
        self.i in self.texts
        self.map[1] == 'x' || self.numbers['x'] == 1
        self.object == self.objects[0]
        self.time + self.time > self.time

        self.s.contains(1)
        self.s.size(1) == 1
        size(self.i) == 1
        self.numbers.join(',') == ''
        self.objects.isSorted()
        sets.contains(self.texts, [1])
        quantity(self.i).isLessThan(quantity('1'))
        ip(self.s).family() == '4' && cidr(self.s).containsIP(1)

        self.texts.transformList(i, t, i + t) == []
        self.map.all(k, v, k > 1)
        self.map.transformMapEntry(k, v, v) == {}
        self.i.all(x, x)
        self.numbers.map(n, [n]).all(l, l[0] == 'a')
        self.?s.orValue(1) == 'a'
        self.map[?'x'].optMap(v, v + 1).hasValue()
        self.objects.sortBy(o, o.y) == []

        [1, 'a'] == [1]
        {'a': 1, 'b': 'c'} == {}
        [?self.i] == []
        type(self.i) == int && type(self.either) == string
        timestamp == 1 || duration(1) == self.span
        semver(self.s).major() == 'x' && isSemver(self.s, 1)
        self.s == null || self.span == null
        self.i > 1 &&\n  self.s > 2 ||\n\tself.s == 'é' + 1
        ",
    )
    .await;
}

#[tokio::test]
async fn rules_come_to_true_or_false() {
    check_rules(
        r"
        self.i
        net.IP
        type(self.unknown) == net.IP || type(self.unknown) == net.CIDR || type(self.unknown) == optional_type
        self.either
        null
        [true]
        self.?b
        self.b ? 1 : 2
        ",
    )
    .await;
    let messages = [
        json!({ "rule": "self.i > 1", "messageExpression": "self.i" }),
        json!({ "rule": "self.i > 1", "messageExpression": "self.nothing" }),
        json!({ "rule": "self.i > 1", "messageExpression": "self.s + 1" }),
        json!({ "rule": "self.i > 1", "messageExpression": "self.s + string(self.i)" }),
        json!({ "rule": "self.nothing > 1", "messageExpression": "self.nothing" }),
        json!({ "rule": "  self.nothing > 1", "optionalOldSelf": true }),
        json!({ "rule": "oldSelf.i > self.i" }),
        json!({ "rule": "oldSelf.i > self.i", "optionalOldSelf": true }),
        json!({ "rule": "oldSelf.i.orValue(1) > self.i", "optionalOldSelf": true }),
    ];
    check(&messages.into_iter().map(|rule| definition(&json!([rule]))).collect::<String>()).await;
}

#[tokio::test]
async fn what_is_written_out_in_rules_is_right() {
    check_rules(
        r"
        self.span > duration('1x') || self.span > duration('')
        self.span > duration('-1.5h3m') || self.span > duration('.5s')
        self.time > timestamp('2026-01-01') || self.time > timestamp('2026-13-01T00:00:00Z')
        self.time > timestamp('2026-01-01T00:00:00+02:00') && self.time < timestamp('9999-12-31T23:59:59Z')
        self.s.matches('[') || self.s.matches('a{1001}') || self.s.matches('(?!a)')
        self.s.matches('^[a-z]([-a-z0-9]*[a-z0-9])?$') && self.s.matches('a{,5}')
        self.s.matches('^[^[]+$') && self.s.matches('[[]') && self.s.matches(r'\012') && self.s.matches('a')
        '%d %s %d'.format([1, 'a', 'b']) == ''
        '%q'.format([1]) == '' || '%s'.format([1, 2]) == '' || '%s %s'.format([1]) == ''

        '%s'.format([self.object]) == '' || '%.2f'.format([1]) == '' || '%.'.format([1.0]) == ''
        self.numbers.all(1, true)
        self.numbers.map(self.i, true) == []
        self.map.all(k, k, true)
        has(self.numbers[0])
        self.?i.optMap(1, 2).hasValue()
        ",
    )
    .await;
}

#[tokio::test]
async fn policies_and_conditions_name_what_there_is() {
    let rows = lines(
        r"
        request.nothing == 'x'
        request.userInfo.groups.exists(g, g == 1)
        request.userInfo.extra['x'] == 'y'
        request.kind.group + 1 == 'x'
        request.dryRun == 'x'
        request.options.x.y == 1
        request.requestResource.resource == 1
        namespaceObject.metadata.labels['x'] == 1
        namespaceObject.metadata.nothing == 'x'
        namespaceObject.status.conditions.all(c, c.lastTransitionTime == 'x')
        namespaceObject.metadata.name == 'x'
        object.x.y.z == 1 && oldObject == null
        object.x
        object.x + 1
        params.x == 1
        variables.a == 1
        authorizer.group('').resource('pods').check('get').allowed()
        authorizer.group('').resource('pods').check(1).allowed()
        authorizer.group('').check('get').allowed()
        authorizer.path('/x').check('get').nothing()
        authorizer.requestResource.check('get').reason() == 1
        authorizer.requestResource.nothing == 1
        authorizer.serviceAccount('a').path('/').check('get').allowed()
        object.items.all(i, i)
        'a' + 1 == object.x
        nothing
        ",
    );
    let constraints = json!({ "resourceRules": [
        { "operations": ["*"], "apiGroups": ["*"], "apiVersions": ["*"], "resources": ["*"] },
    ] });
    let mut all = String::new();
    for expression in rows {
        let condition = json!([{ "name": "a", "expression": format!(" {expression}") }]);
        let spec = json!({
            "matchConstraints": constraints,
            "matchConditions": condition,
            "validations": [{ "expression": format!(" {expression}"), "messageExpression": format!(" {expression}") }],
            "auditAnnotations": [{ "key": "k", "valueExpression": format!(" {expression}") }],
        });
        let policy = json!({ "metadata": { "name": "p-$ns" }, "spec": spec });
        all += &format!("POST {POLICIES}?dryRun=All {policy}\n");
        let hook = json!({
            "name": "a.kopf.test", "clientConfig": { "url": "https://localhost/" }, "sideEffects": "None",
            "admissionReviewVersions": ["v1"], "matchConditions": condition,
        });
        let hooks = json!({ "metadata": { "name": "h-$ns" }, "webhooks": [hook] });
        all += &format!("POST {WEBHOOKS}?dryRun=All {hooks}\n");
    }
    check(&all).await;
}

#[tokio::test]
async fn variables_of_policies_have_types() {
    let variables = json!([
        { "name": "n", "expression": "1" },
        { "name": "list", "expression": "[variables.n, 2]" },
        { "name": "map", "expression": "{'a': request.kind}" },
        { "name": "maybe", "expression": "optional.of(1)" },
        { "name": "wrong", "expression": "variables.later + 1" },
        { "name": "later", "expression": "'x' + 1" },
        { "name": "any", "expression": "object.x" },
    ]);
    let expressions = lines(
        r"
        variables.n > 1 && variables.list[0] == 1
        variables.n == 'a'
        variables.list.all(x, x == 'a')
        variables.map['a'].nothing == 1
        variables.maybe + 1 == 2
        variables.wrong.x == 1 && variables.any.y == 2
        variables.nothing == 1
        ",
    );
    let constraints = json!({ "resourceRules": [
        { "operations": ["*"], "apiGroups": ["*"], "apiVersions": ["*"], "resources": ["*"] },
    ] });
    let validations: Vec<Value> = expressions.map(|expression| json!({ "expression": expression })).collect();
    let spec = json!({ "matchConstraints": constraints, "variables": variables, "validations": validations });
    let policy = json!({ "metadata": { "name": "p-$ns" }, "spec": spec });
    check(&format!("POST {POLICIES}?dryRun=All {policy}\n")).await;
}
