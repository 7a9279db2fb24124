//! Webhooks: the same ones are called by both servers, with the same reviews, and what they answer means the same.

use serde_json::{Value, json};

use super::{check, webhook::patch};

const CONFIGURATIONS: &str = "/apis/admissionregistration.k8s.io/v1/";

/// A webhook that is called at a path, for objects of the test's namespace whose label `to` is its name; `more` goes over
/// what it has otherwise.
#[expect(clippy::needless_pass_by_value, reason = "rows are written in place")]
pub(super) fn hook(name: &str, path: &str, more: Value) -> Value {
    let mut hook = json!({
        "name": format!("{name}.kopf.test"),
        "clientConfig": { "url": format!("$hook{path}"), "caBundle": "$ca" },
        "sideEffects": "None",
        "admissionReviewVersions": ["v1"],
        "timeoutSeconds": 10,
        "rules": [{ "operations": ["*"], "apiGroups": ["*"], "apiVersions": ["*"], "resources": ["*/*"] }],
        "namespaceSelector": { "matchLabels": { "kubernetes.io/metadata.name": "$ns" } },
        "objectSelector": { "matchLabels": { "to": name } },
    });
    for (field, value) in more.as_object().into_iter().flatten() {
        hook[field.as_str()] = value.clone();
    }
    hook
}

/// Rows that are sent while webhooks are configured: `mutating` or `validating` ones.
pub(super) fn with(kind: &str, mut hooks: Vec<Value>, rows: &str) -> String {
    hooks.push(hook("probe", "/deny", Value::Null));
    let configuration = json!({ "metadata": { "name": format!("{kind}-$ns") }, "webhooks": hooks });
    let configurations = format!("{CONFIGURATIONS}{kind}webhookconfigurations");
    let probe = post("probe", "probe", json!(1)).replace("POST rows", "POST rows?dryRun=All");
    format!(
        "POST {configurations} {configuration}\nAWAIT 400 {probe}\n{rows}\nDELETE {configurations}/{kind}-$ns\n"
    )
}

/// The row that makes an object for the webhook `to`.
#[expect(clippy::needless_pass_by_value, reason = "rows are written in place")]
pub(super) fn post(name: &str, to: &str, n: Value) -> String {
    let object = json!({
        "kind": "Row", "apiVersion": "differential.kopf.test/v1",
        "metadata": { "name": name, "labels": { "to": to } }, "spec": { "n": n },
    });
    format!("POST rows {object}")
}

/// A webhook for each path, named after its place, and the rows that make an object for each.
fn one_each(paths: &[String], more: &Value) -> (Vec<Value>, String) {
    let named = paths.iter().enumerate().map(|(index, path)| (format!("h{index}"), path));
    let hooks = named.clone().map(|(name, path)| hook(&name, path, more.clone())).collect();
    let rows: Vec<String> = named.map(|(name, _)| post(&name, &name, json!(1))).collect();
    (hooks, rows.join("\n"))
}

fn paths(paths: &[&str]) -> Vec<String> {
    paths.iter().map(|&path| path.to_owned()).collect()
}

const REFUSALS: [&str; 6] = ["/deny", "/deny-said", "/deny-reason", "/deny-details", "/warn", "/allow"];
const TROUBLES: [&str; 11] = [
    "/uid",
    "/500",
    "/502",
    "/404",
    "/garbage",
    "/text",
    "/absent",
    "/beta",
    "/nameless",
    "/close",
    "/typed",
];

#[tokio::test]
async fn webhooks_refuse_and_warn_in_words_of_their_own() {
    for kind in ["mutating", "validating"] {
        let (hooks, rows) = one_each(&paths(&REFUSALS), &Value::Null);
        check(&with(kind, hooks, &rows)).await;
    }
}

#[tokio::test]
async fn webhooks_that_cannot_be_asked_fail_the_request_or_are_passed_over() {
    for kind in ["mutating", "validating"] {
        let (hooks, rows) = one_each(&paths(&TROUBLES), &Value::Null);
        check(&with(kind, hooks, &rows)).await;
        let (hooks, rows) = one_each(&paths(&TROUBLES), &json!({ "failurePolicy": "Ignore" }));
        check(&with(kind, hooks, &rows)).await;
    }
}

#[tokio::test]
async fn webhooks_that_know_older_reviews_are_sent_such() {
    let older = json!({ "admissionReviewVersions": ["v1beta1"] });
    let answers = ["/version", "/tell", "/release", "/uid", "/nameless", "/absent", "/allow", "/warn"];
    let mut answers = paths(&answers);
    answers.push(patch(r#"[{"op":"add","path":"/spec/m","value":1}]"#).replace("/patch", "/patch-untyped"));
    for kind in ["mutating", "validating"] {
        let (mut hooks, rows) = one_each(&answers, &older);
        hooks.push(hook("both", "/version", json!({ "admissionReviewVersions": ["v2", "v1beta1", "v1"] })));
        check(&with(kind, hooks, &format!("{rows}\n{}", post("both", "both", json!(1))))).await;
    }
}

#[tokio::test]
async fn webhooks_that_are_not_there_fail_the_request() {
    let at = |config: Value| json!({ "clientConfig": config });
    let service = |name: &str| json!({ "service": { "namespace": "$ns", "name": name, "path": "/x" }, "caBundle": "$ca" });
    let hooks = vec![
        hook("hang", "/hang", json!({ "timeoutSeconds": 1 })),
        hook("hang-ignored", "/hang", json!({ "timeoutSeconds": 1, "failurePolicy": "Ignore" })),
        hook("nowhere", "", at(json!({ "url": "https://127.0.0.1:1/x", "caBundle": "$ca" }))),
        hook("distrusted", "", at(json!({ "url": "$hook/allow" }))),
        hook("no-service", "", at(service("missing"))),
        hook("no-port", "", at(service("there"))),
    ];
    let service = r#"POST services {"metadata":{"name":"there"},"spec":{"clusterIP":"10.96.0.7","ports":[{"port":8443}]}}"#;
    let names = ["hang", "hang-ignored", "nowhere", "distrusted", "no-service", "no-port"];
    let rows: Vec<String> = names.iter().map(|name| post(name, name, json!(1))).collect();
    check(&with("validating", hooks, &format!("{service}\n{}", rows.join("\n")))).await;
}

#[tokio::test]
async fn webhooks_change_objects_by_patches() {
    let patches = [
        r#"[{"op":"add","path":"/spec/m","value":{"deep":[1]}}]"#,
        "[]",
        "nonsense",
        r#"{"a":1}"#,
        r#"[{"op":"remove","path":"/nope"}]"#,
        r#"[{"op":"bogus","path":"/a"}]"#,
        r#"[{"op":"replace","path":"/metadata/name","value":"renamed"}]"#,
        r#"[{"op":"add","path":"/metadata/uid","value":"11111111-1111-1111-1111-111111111111"}]"#,
        r#"[{"op":"replace","path":"/metadata/namespace","value":"other"}]"#,
        r#"[{"op":"replace","path":"/kind","value":"Other"}]"#,
        r#"[{"op":"replace","path":"/apiVersion","value":"differential.kopf.test/v9"}]"#,
        r#"[{"op":"add","path":"/spec","value":"text"}]"#,
        r#"[{"op":"add","path":"/metadata/annotations","value":{"a":"1"}},{"op":"add","path":"/metadata/finalizers","value":["kopf.test/f"]}]"#,
        r#"[{"op":"test","path":"/spec/n","value":1},{"op":"replace","path":"/spec/n","value":2}]"#,
        r#"[{"op":"test","path":"/spec/n","value":7}]"#,
        r#"[{"op":"replace","path":"/spec/missing","value":7}]"#,
        r#"[{"op":"add","path":"/no/pe","value":7}]"#,
        r#"[{"op":"copy","from":"/spec/n","path":"/spec/copied"},{"op":"move","from":"/spec/n","path":"/spec/moved"}]"#,
    ];
    let mut paths: Vec<String> = patches.iter().map(|operations| patch(operations)).collect();
    for form in ["/patch-untyped", "/patch-typed"] {
        paths.push(patch("[]").replace("/patch", form));
        paths.push(patch(patches[0]).replace("/patch", form));
    }
    let (hooks, rows) = one_each(&paths, &Value::Null);
    check(&with("mutating", hooks, &rows)).await;
    let (hooks, rows) = one_each(&[patch(patches[0]), patch("[]")], &Value::Null);
    check(&with("validating", hooks, &rows)).await;
}

#[tokio::test]
async fn what_webhooks_put_in_is_pruned_and_completed() {
    let hooks = vec![
        hook("spec", &patch(r#"[{"op":"add","path":"/spec","value":{"unknown":1,"size":3}}]"#), Value::Null),
        hook("wrong", &patch(r#"[{"op":"add","path":"/spec/size","value":99}]"#), Value::Null),
    ];
    let rows = r#"
        POST typed?fieldValidation=Strict {"kind":"Typed","apiVersion":"schemas.kopf.test/v1","metadata":{"name":"a","labels":{"to":"spec"}},"spec":{"size":1}}
        POST typed {"kind":"Typed","apiVersion":"schemas.kopf.test/v1","metadata":{"name":"b","labels":{"to":"wrong"}},"spec":{"size":1}}
    "#;
    check(&with("mutating", hooks, rows)).await;
}

#[tokio::test]
async fn webhooks_are_called_in_order_and_again_where_they_want_it() {
    let seen = |name: &str| patch(&format!(r#"[{{"op":"add","path":"/spec/{name}","value":true}}]"#));
    let twice = |name: &str| {
        let when = r#"[{"op":"add","path":"/spec/calls/-","value":"NAME"}]"#.replace("NAME", name);
        patch(&when)
    };
    let chosen = |to: &str, policy: &str| json!({ "objectSelector": { "matchLabels": { "to": to } }, "reinvocationPolicy": policy });
    let hooks = vec![
        hook("a", &twice("a"), chosen("both", "IfNeeded")),
        hook("b", &twice("b"), chosen("both", "IfNeeded")),
        hook("c", &twice("c"), chosen("both", "Never")),
        hook("d", &twice("d"), chosen("alone", "IfNeeded")),
        hook("e", &seen("e"), chosen("labelled", "Never")),
        hook(
            "f",
            &patch(r#"[{"op":"add","path":"/metadata/labels/to","value":"labelled"}]"#),
            chosen("early", "Never"),
        ),
        hook("g", &seen("g"), chosen("labelled", "Never")),
    ];
    let rows = r#"
        POST rows {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"a","labels":{"to":"both"}},"spec":{"calls":[]}}
        POST rows {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"b","labels":{"to":"alone"}},"spec":{"calls":[]}}
        POST rows {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"c","labels":{"to":"early"}},"spec":{"n":1}}
        POST rows {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"d","labels":{"to":"labelled"}},"spec":{"n":1}}
    "#;
    check(&with("mutating", hooks, rows)).await;
}

pub(super) const REQUESTS: &str = r#"
    POST   rows    {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"a","labels":{"to":"NAME"},"uid":"11111111-1111-1111-1111-111111111111","generation":7},"spec":{"n":1},"status":{"n":1}}
    POST+as:bob/system:masters rows {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"b","labels":{"to":"NAME"}}}
    POST   rows?dryRun=All&fieldManager=me&fieldValidation=Strict {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"c","labels":{"to":"NAME"}}}
    POST   rows    {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"d","labels":{"later":"NAME"}},"spec":{"n":1}}
    MERGE  rows/d  {"metadata":{"labels":{"to":"NAME"}},"spec":{"n":2}}
    JSON   rows/d  [{"op":"add","path":"/metadata/labels","value":{"to":"NAME"}}]
    PUT    rows/d  {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"d","labels":{"to":"NAME"},"resourceVersion":"1"},"spec":{"n":3}}
    PUT    rows/d  {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"d","labels":{"to":"NAME"}},"spec":{"n":3}}
    MERGE  rows/d/status {"metadata":{"labels":{"to":"NAME"}},"spec":{"n":33},"status":{"n":3}}
    MERGE  rows/missing {"spec":{"n":1}}
    POST   configmaps {"metadata":{"name":"c","labels":{"to":"NAME"}},"data":{"a":"b"}}
    POST   configmaps {"metadata":{"name":"Not_valid","labels":{"to":"NAME"}},"data":{"a":"b"}}
    PUT    /apis/coordination.k8s.io/v1/namespaces/$ns/leases/l {"metadata":{"name":"l","labels":{"to":"NAME"}},"spec":{"holderIdentity":"x"}}
    POST   /apis/differential.kopf.test/v1/namespaces/missing/rows {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"a","labels":{"to":"NAME"}}}
    MERGE  /api/v1/namespaces/$ns {"metadata":{"labels":{"to":"NAME"}}}
    MERGE  /api/v1/namespaces/$ns {"metadata":{"labels":{"to":null}}}
"#;

#[tokio::test]
async fn reviews_tell_of_the_request_as_it_came() {
    let hooks = vec![hook("echo", "/echo", Value::Null)];
    // Of built-in kinds the sandbox keeps fields that it does not know, so that an echo there would stay.
    let rows: Vec<&str> = REQUESTS.lines().filter(|row| row.contains(" rows")).collect();
    check(&with("mutating", hooks, &rows.join("\n").replace("NAME", "echo"))).await;
}

#[tokio::test]
async fn reviews_tell_of_what_would_be_written() {
    let hooks = vec![hook("tell", "/tell", Value::Null)];
    check(&with("validating", hooks, &REQUESTS.replace("NAME", "tell"))).await;
}

#[tokio::test]
async fn deletions_can_be_refused_and_not_changed() {
    let rows = r#"
        POST   rows    {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"a","labels":{"to":"tell"}},"spec":{"n":1}}
        DELETE rows/a
        DELETE rows/a  {"propagationPolicy":"Orphan","gracePeriodSeconds":5,"preconditions":{"uid":"$uid3"}}
        DELETE rows/a?propagationPolicy=Background&dryRun=All
        DELETE rows/a  {"preconditions":{"uid":"11111111-1111-1111-1111-111111111111"}}
        DELETE rows/missing
        DELETE rows?labelSelector=to%3Dtell
        GET    rows/a
        MERGE  rows/a  {"metadata":{"labels":{"to":"warn"}}}
        DELETE rows/a?dryRun=All
        DELETE rows?labelSelector=to%3Dwarn
        POST   rows    {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"b","labels":{"to":"change"}}}
        DELETE rows/b
    "#;
    let deletions =
        json!([{ "operations": ["DELETE"], "apiGroups": ["*"], "apiVersions": ["*"], "resources": ["*"] }]);
    let hooks = || {
        vec![
            hook("tell", "/tell", json!({ "rules": deletions })),
            hook("warn", "/warn", json!({ "rules": deletions })),
            hook(
                "change",
                &patch(r#"[{"op":"add","path":"/spec","value":{}}]"#),
                json!({ "rules": deletions }),
            ),
        ]
    };
    check(&with("validating", hooks(), rows)).await;
    check(&with("mutating", hooks(), rows)).await;
}

#[tokio::test]
async fn webhooks_are_asked_about_what_their_rules_name() {
    let rule = |operations: &[&str], groups: &[&str], versions: &[&str], resources: &[&str], scope: &str| {
        json!({ "rules": [{
            "operations": operations, "apiGroups": groups, "apiVersions": versions, "resources": resources, "scope": scope,
        }] })
    };
    let group = "differential.kopf.test";
    let hooks = vec![
        hook("create", "/deny", rule(&["CREATE"], &[group], &["v1"], &["rows"], "*")),
        hook("update", "/deny", rule(&["UPDATE"], &["*"], &["*"], &["*"], "Namespaced")),
        hook("status", "/deny", rule(&["UPDATE"], &[group], &["v1"], &["rows/status"], "*")),
        hook("all-status", "/deny", rule(&["UPDATE"], &["*"], &["*"], &["*/status"], "*")),
        hook("below", "/deny", rule(&["UPDATE"], &[group], &["*"], &["rows/*"], "*")),
        hook("cluster", "/deny", rule(&["*"], &["*"], &["*"], &["*/*"], "Cluster")),
        hook("version", "/deny", rule(&["*"], &[group], &["v2"], &["*"], "*")),
        hook("group", "/deny", rule(&["*"], &[""], &["v1"], &["*"], "*")),
        hook("connect", "/deny", rule(&["CONNECT"], &["*"], &["*"], &["*/*"], "*")),
    ];
    let names =
        ["create", "update", "status", "all-status", "below", "cluster", "version", "group", "connect"];
    let each = names.map(|name| {
        let label = json!({ "metadata": { "labels": { "to": name } } });
        format!(
            "{}\n{}\nMERGE rows/{name}-later {label}\nMERGE rows/{name}-later/status {label}\n\
             POST configmaps {{\"metadata\":{{\"name\":\"{name}\",\"labels\":{{\"to\":\"{name}\"}}}}}}",
            post(name, name, json!(1)),
            post(&format!("{name}-later"), "nobody", json!(1)),
        )
    });
    check(&with("validating", hooks, &each.join("\n"))).await;
}

#[tokio::test]
async fn webhooks_are_asked_where_their_selectors_and_conditions_choose() {
    let when = |conditions: &[&str], policy: &str| {
        let all = conditions.iter().enumerate();
        let all: Vec<Value> =
            all.map(|(n, text)| json!({ "name": format!("c{n}"), "expression": text })).collect();
        json!({ "matchConditions": all, "failurePolicy": policy })
    };
    let anywhere = |keys: Value| json!({ "namespaceSelector": { "matchExpressions": [keys] } });
    let hooks = vec![
        hook("big", "/deny", when(&["object.spec.n > 5", "request.operation == 'CREATE'"], "Fail")),
        hook("lost", "/deny", when(&["object.spec.missing > 5"], "Fail")),
        hook("ignored", "/deny", when(&["object.spec.missing > 5"], "Ignore")),
        hook("mixed", "/deny", when(&["object.spec.missing > 5", "false"], "Fail")),
        hook("both-lost", "/deny", when(&["object.spec.missing > 5", "oldObject.spec.n == 1"], "Fail")),
        hook(
            "asked-by",
            "/deny",
            when(&["request.userInfo.username.startsWith('bob') || !has(request.name)"], "Fail"),
        ),
        hook(
            "away",
            "/deny",
            anywhere(json!({ "key": "kubernetes.io/metadata.name", "operator": "In", "values": ["other"] })),
        ),
        hook(
            "unlabelled",
            "/deny",
            json!({ "objectSelector": { "matchExpressions": [
            { "key": "to", "operator": "In", "values": ["unlabelled", "nobody"] }, { "key": "never", "operator": "DoesNotExist" },
        ] } }),
        ),
    ];
    let names = ["big", "lost", "ignored", "mixed", "both-lost", "asked-by", "away", "unlabelled"];
    let mut rows: Vec<String> = names.iter().map(|name| post(name, name, json!(1))).collect();
    rows.push(post("bigger", "big", json!(7)));
    rows.push(post("nobody", "nobody", json!(7)));
    rows.push(post("somebody", "somebody", json!(7)));
    // The old labels count too.
    rows.push(r#"POST rows {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"old","labels":{"to":"nobody","never":"x"}}}"#.to_owned());
    rows.push(r#"MERGE rows/old {"metadata":{"labels":{"never":null}}}"#.to_owned());
    check(&with("validating", hooks, &rows.join("\n"))).await;
}

#[tokio::test]
async fn webhooks_see_objects_in_the_version_that_they_know() {
    let anything = json!({ "type": "object", "x-kubernetes-preserve-unknown-fields": true });
    let schema = json!({ "openAPIV3Schema": { "type": "object", "properties": { "spec": anything } } });
    let versions = ["v1", "v2"].map(
        |version| json!({ "name": version, "served": true, "storage": version == "v1", "schema": schema }),
    );
    let definition = json!({
        "metadata": { "name": "twins.$ns.kopf.test" },
        "spec": {
            "group": "$ns.kopf.test", "scope": "Namespaced", "names": { "plural": "twins", "kind": "Twin" },
            "versions": versions,
        },
    });
    let rules = json!([{ "operations": ["*"], "apiGroups": ["$ns.kopf.test"], "apiVersions": ["v2"], "resources": ["twins"] }]);
    let hooks = vec![
        hook("echo", "/echo", json!({ "rules": rules })),
        hook("exact", "/echo", json!({ "rules": rules, "matchPolicy": "Exact" })),
    ];
    let twin = |version: &str, name: &str, to: &str| {
        let twin = json!({
            "kind": "Twin", "apiVersion": format!("$ns.kopf.test/{version}"),
            "metadata": { "name": name, "labels": { "to": to } }, "spec": { "n": 1 },
        });
        format!("POST /apis/$ns.kopf.test/{version}/namespaces/$ns/twins {twin}")
    };
    let rows = [
        twin("v1", "a", "echo"),
        twin("v2", "b", "echo"),
        twin("v1", "c", "exact"),
        twin("v2", "d", "exact"),
    ];
    let definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    let rows = format!(
        "POST {definitions} {definition}\nUNTIL /apis/$ns.kopf.test/v2/namespaces/$ns/twins 200\n{}\nDELETE {definitions}/twins.$ns.kopf.test",
        rows.join("\n")
    );
    check(&with("mutating", hooks, &rows)).await;
}

#[tokio::test]
async fn scales_are_reviewed_as_such() {
    let deployment = r#"POST /apis/apps/v1/namespaces/$ns/deployments {"metadata":{"name":"d","labels":{"to":"nobody"}},"spec":{"replicas":0,"paused":true,"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}"#;
    let scaled = json!({ "objectSelector": {}, "rules": [
        { "operations": ["UPDATE"], "apiGroups": ["apps"], "apiVersions": ["v1"], "resources": ["deployments/scale"] },
    ] });
    let rows = format!(
        "{deployment}\nMERGE /apis/apps/v1/namespaces/$ns/deployments/d/scale {{\"spec\":{{\"replicas\":2}}}}\n\
         UNTIL /apis/apps/v1/namespaces/$ns/deployments/d/scale 200"
    );
    check(&with("validating", vec![hook("scaled", "/deny", scaled.clone())], &rows)).await;
    let change = patch(r#"[{"op":"replace","path":"/spec/replicas","value":1}]"#);
    check(&with("mutating", vec![hook("scaled", &change, scaled)], &rows)).await;
}

#[tokio::test]
async fn webhooks_are_configured_by_rules() {
    let with = |changes: Value| {
        let mut hook = hook("a", "/x", changes);
        let Value::Object(fields) = &mut hook else { unreachable!("a webhook is an object") };
        fields.retain(|_, value| !value.is_null());
        hook
    };
    let rule = |changes: Value| {
        let mut rule = json!({ "operations": ["CREATE"], "apiGroups": [""], "apiVersions": ["v1"], "resources": ["pods"] });
        for (field, value) in changes.as_object().into_iter().flatten() {
            rule[field.as_str()] = value.clone();
        }
        with(json!({ "rules": [rule] }))
    };
    let at = |config: Value| with(json!({ "clientConfig": config }));
    let when = |conditions: Value| with(json!({ "matchConditions": conditions }));
    let hooks = [
        with(json!({})),
        with(json!({ "name": "short" })),
        with(json!({ "name": null })),
        with(json!({ "name": "A.b.c" })),
        at(json!({})),
        at(json!({ "url": "https://x/", "service": { "name": "s", "namespace": "n" } })),
        at(json!({ "url": "http://x/" })),
        at(json!({ "url": "https:///p" })),
        at(json!({ "url": "https://u:p@x/?a=b#f" })),
        at(json!({ "url": "" })),
        at(json!({ "service": { "name": "s", "namespace": "n", "path": "/x", "port": 8443 } })),
        at(json!({ "service": { "name": "s", "namespace": "n" } })),
        at(json!({ "service": { "port": 0, "path": "x//y" } })),
        with(json!({ "sideEffects": null })),
        with(json!({ "sideEffects": "Some" })),
        with(json!({ "admissionReviewVersions": null })),
        with(json!({ "admissionReviewVersions": ["v9"] })),
        with(json!({ "admissionReviewVersions": ["v1", "v1", "Bad Name"] })),
        with(json!({ "timeoutSeconds": 0 })),
        with(json!({ "timeoutSeconds": 31 })),
        with(json!({ "failurePolicy": "X", "matchPolicy": "X" })),
        with(json!({ "rules": null })),
        rule(json!({ "operations": [], "apiGroups": [], "apiVersions": [], "resources": [] })),
        rule(
            json!({ "operations": ["*", "CREATE"], "apiGroups": ["*", "a"], "apiVersions": ["*", "v1"], "resources": ["*", "pods"] }),
        ),
        rule(json!({ "operations": ["POST"], "apiVersions": [""], "scope": "X" })),
        rule(json!({ "resources": ["pods/*", "pods/status", "*/status", "*/*", "", "a/b/c"] })),
        with(json!({ "objectSelector": { "matchLabels": { "-a": "b" }, "matchExpressions": [
            { "key": "x", "operator": "Foo" }, { "key": "y", "operator": "In" }, { "key": "y", "operator": "Exists", "values": ["x"] },
        ] } })),
        when(json!([{ "name": "a", "expression": "object.x > 1" }, { "name": "a", "expression": "nope" }])),
        when(json!([{ "name": "", "expression": "" }, { "name": "b c", "expression": "1" }])),
        when(json!([{ "name": "a", "expression": "variables.x" }])),
        when(json!([{ "name": "a", "expression": "object.x" }])),
    ];
    let mut rows = String::new();
    for kind in ["mutating", "validating"] {
        let path = format!("{CONFIGURATIONS}{kind}webhookconfigurations?dryRun=All");
        for hook in &hooks {
            let configuration = json!({ "metadata": { "name": "c-$ns" }, "webhooks": [hook] });
            rows += &format!("POST {path} {configuration}\n");
        }
        let twice = json!({ "metadata": { "name": "c-$ns" }, "webhooks": [hooks[0], hooks[0]] });
        rows += &format!("POST {path} {twice}\n");
    }
    let mutating = format!("POST {CONFIGURATIONS}mutatingwebhookconfigurations?dryRun=All");
    let again =
        json!({ "metadata": { "name": "c-$ns" }, "webhooks": [with(json!({ "reinvocationPolicy": "X" }))] });
    rows += &format!("{mutating} {again}\n{mutating} {}\n", json!({ "metadata": { "name": "c-$ns" } }));
    check(&rows).await;
}

#[tokio::test]
async fn configurations_live_as_other_objects_do() {
    let all = format!("{CONFIGURATIONS}validatingwebhookconfigurations");
    let one = format!("{all}/c-$ns");
    let configuration =
        json!({ "metadata": { "name": "c-$ns" }, "webhooks": [hook("a", "/allow", Value::Null)] });
    check(&format!(
        "POST {all} {configuration}\nGET {one}\nGET+table {one}\n\
         STRATEGIC {one} {{\"webhooks\":[{{\"name\":\"a.kopf.test\",\"timeoutSeconds\":3}}]}}\n\
         MERGE {one} {{\"webhooks\":[]}}\nMERGE {one} {{\"metadata\":{{\"labels\":{{\"a\":\"b\"}}}}}}\nDELETE {one}\nGET {one}"
    ))
    .await;
}
