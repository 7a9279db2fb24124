//! Evictions: pods that are deleted where their budget allows it.

use super::{
    admission::{hook, with},
    answer::Answer,
    check, check_as,
    webhook::patch,
};
use serde_json::json;

const BUDGETS: &str = "/apis/policy/v1/namespaces/$ns/poddisruptionbudgets";

/// A pod with the label `app`.
fn pod(name: &str, app: &str) -> String {
    format!(
        r#"POST pods {{"metadata":{{"name":"{name}","labels":{{"app":"{app}"}}}},"spec":{{"containers":[{{"name":"c","image":"i"}}]}}}}"#
    )
}

/// A pod that runs, and is ready or is not.
fn runs(name: &str, app: &str, ready: bool) -> String {
    let ready = if ready { "True" } else { "False" };
    let status = format!(
        r#"{{"status":{{"phase":"Running","conditions":[{{"type":"Ready","status":"{ready}","lastTransitionTime":"2026-01-01T00:00:00Z"}}]}}}}"#
    );
    format!("{}\nMERGE pods/{name}/status {status}", pod(name, app))
}

/// A budget for pods with the label `app`, and what is counted for it: by a controller on a cluster, and by the row itself.
fn budget(name: &str, app: &str, spec: &str, counted: [u32; 4]) -> String {
    let spec = format!(r#"{{"selector":{{"matchLabels":{{"app":"{app}"}}}},{spec}}}"#);
    format!(
        "POST {BUDGETS} {{\"metadata\":{{\"name\":\"{name}\"}},\"spec\":{spec}}}\n{}",
        counted_as(name, counted)
    )
}

/// What a controller counts on a cluster, and the row itself in a sandbox.
fn counted_as(name: &str, [expected, current, desired, allowed]: [u32; 4]) -> String {
    let (condition, reason) =
        if allowed > 0 { ("True", "SufficientPods") } else { ("False", "InsufficientPods") };
    let status = json!({ "status": {
        "observedGeneration": 1, "expectedPods": expected, "currentHealthy": current, "desiredHealthy": desired,
        "disruptionsAllowed": allowed, "disruptedPods": null,
        "conditions": [{
            "type": "DisruptionAllowed", "status": condition, "observedGeneration": 1, "reason": reason,
            "message": "", "lastTransitionTime": "2026-01-01T00:00:00Z",
        }],
    } });
    format!(
        "MERGE {BUDGETS}/{name}/status {status}\n\
         UNTIL {BUDGETS}/{name} \"disruptionsAllowed\":{allowed} \"expectedPods\":{expected} \"currentHealthy\":{current}\n"
    )
}

/// The rows, but for what the controllers of a cluster write.
async fn check_counted(rows: &str) {
    check_as(rows, Answer::without_status).await;
}

fn evict(name: &str, rest: &str) -> String {
    format!(r#"POST pods/{name}/eviction {{"metadata":{{"name":"{name}"}}{rest}}}"#)
}

#[tokio::test]
async fn pods_without_a_budget_are_evicted() {
    check(&format!(
        r#"
        {}
        {}
        {}
        POST pods/a/eviction {{}}
        POST pods/a/eviction {{"metadata":{{"name":"b"}}}}
        POST pods/a/eviction {{"metadata":{{"name":"a","namespace":"other"}}}}
        POST pods/a/eviction {{"kind":"Pod","apiVersion":"v1","metadata":{{"name":"a"}}}}
        POST pods/a/eviction {{"kind":"Eviction","apiVersion":"v1","metadata":{{"name":"a"}}}}
        POST pods/a/eviction {{"kind":"Eviction","apiVersion":"policy/v2","metadata":{{"name":"a"}}}}
        POST pods/a/eviction nonsense
        POST pods/a/eviction?fieldValidation=Strict {{"metadata":{{"name":"a"}},"what":1,"deleteOptions":{{"why":2}}}}
        POST pods/a/eviction?dryRun=All {{"metadata":{{"name":"a"}},"what":1}}
        POST pods/a/eviction?dryRun=Some {{"metadata":{{"name":"a"}}}}
        POST pods/missing/eviction {{"metadata":{{"name":"missing"}}}}
        POST /api/v1/namespaces/nowhere/pods/a/eviction {{"metadata":{{"name":"a"}}}}
        POST /api/v1/pods/a/eviction {{"metadata":{{"name":"a"}}}}
        GET pods/a/eviction
        PUT pods/a/eviction {{}}
        MERGE pods/a/eviction {{}}
        DELETE pods/a/eviction
        GET pods/a
        POST pods/a/eviction {{"kind":"Eviction","apiVersion":"policy/v1","metadata":{{"name":"a"}}}}
        GET pods/a
        POST pods/b/eviction {{"kind":"Eviction","apiVersion":"policy/v1beta1","metadata":{{"name":"b"}}}}
        GET pods/b
        POST pods/c/eviction {{"apiVersion":"policy/v1","metadata":{{"name":"c","labels":{{"a":"b"}}}}}}
        GET pods/c
        "#,
        runs("a", "a", true),
        runs("b", "b", false),
        pod("c", "c"),
    ))
    .await;
}

#[tokio::test]
async fn evictions_have_the_options_of_deletions() {
    let held = r#"POST pods {"metadata":{"name":"held","finalizers":["kopf.test/x"]},"spec":{"containers":[{"name":"c","image":"i"}]}}"#;
    check(&format!(
        r#"
        {}
        {}
        {held}
        MERGE pods/held/status {{"status":{{"phase":"Running","conditions":[{{"type":"DisruptionTarget","status":"False","lastTransitionTime":"2026-01-01T00:00:00Z"}}]}}}}
        {}
        GET pods/a
        {}
        {}
        {}
        {}
        {}
        {}
        {}
        {}
        GET pods/a
        {}
        GET pods/a
        {}
        {}
        GET pods/held
        {}
        {}
        {}
        {}
        {}
        GET pods/held
        MERGE pods/held {{"metadata":{{"finalizers":null}}}}
        GET pods/held
        "#,
        runs("a", "a", true),
        pod("b", "b"),
        evict("a", r#","deleteOptions":{"dryRun":["All"]}"#),
        evict("a", r#","deleteOptions":{"dryRun":["Some"]}"#),
        evict("a", r#","deleteOptions":{"dryRun":["All"],"preconditions":{"uid":"other"}}"#),
        evict("a", r#","deleteOptions":{"preconditions":{"uid":"other"}}"#),
        evict("a", r#","deleteOptions":{"preconditions":{"resourceVersion":"1"}}"#),
        evict("a", r#","deleteOptions":{"preconditions":{"resourceVersion":"word","uid":"$uid1"}}"#),
        evict("a", r#","deleteOptions":{"ignoreStoreReadErrorWithClusterBreakingPotential":true}"#),
        evict("a", r#","deleteOptions":{"gracePeriodSeconds":"word"}"#),
        evict("a", r#","deleteOptions":{"dryRun":["Some"]}"#).replace("eviction", "eviction?dryRun=All"),
        evict("a", r#","deleteOptions":{"propagationPolicy":"Sideways","dryRun":[]}"#),
        evict("a", r#","deleteOptions":{"preconditions":{"uid":"$uid1"},"gracePeriodSeconds":0,"propagationPolicy":"Background"}"#),
        evict("b", r#","deleteOptions":{"preconditions":{"resourceVersion":"1"}}"#),
        evict("held", r#","deleteOptions":{"dryRun":["All"]}"#).replace("eviction", "eviction?dryRun=All"),
        evict("held", r#","deleteOptions":{"preconditions":{"resourceVersion":"$5"},"gracePeriodSeconds":5}"#),
        evict("held", ""),
        evict("held", "").replace("eviction", "eviction?dryRun=All"),
        evict("held", r#","deleteOptions":null"#),
    ))
    .await;
}

#[tokio::test]
async fn pods_that_are_idle_need_no_budget() {
    let node = r#"POST pods {"metadata":{"name":"n","labels":{"app":"x"}},"spec":{"nodeName":"$ns","terminationGracePeriodSeconds":100,"containers":[{"name":"c","image":"i"}]}}"#;
    check_counted(&format!(
        "POST /api/v1/nodes {{\"metadata\":{{\"name\":\"$ns\"}}}}\n{node}\n{}\n{}\n{}\n{}\n{}\n{}\nGET pods/n\n{}\n{}\nMERGE pods/ended/status {{\"status\":{{\"phase\":\"Succeeded\"}}}}\n{}\nGET pods/ended\n",
        budget("b", "x", r#""minAvailable":1"#, [1, 0, 1, 0]),
        evict("n", "").replace("eviction", "eviction?dryRun=All"),
        evict("n", r#","deleteOptions":{"gracePeriodSeconds":90}"#),
        "GET pods/n",
        evict("n", r#","deleteOptions":{"gracePeriodSeconds":80}"#),
        evict("n", ""),
        pod("ended", "x"),
        "GET pods/ended",
        evict("ended", ""),
    ))
    .await;
}

#[tokio::test]
async fn evictions_come_and_are_answered_in_all_forms() {
    check(&format!(
        r#"
        {}
        POST+table pods/a/eviction?dryRun=All {{"metadata":{{"name":"a"}}}}
        POST+metadata pods/a/eviction?dryRun=All {{"metadata":{{"name":"a"}}}}
        POST+protobuf pods/a/eviction?dryRun=All {{"metadata":{{"name":"a"}}}}
        POST+protobuf pods/b/eviction?dryRun=All {{"metadata":{{"name":"b"}}}}
        POST+text pods/a/eviction?dryRun=All {{"metadata":{{"name":"a"}}}}
        YAML pods/a/eviction?dryRun=All metadata: {{name: a}}
        YAML pods/a/eviction?dryRun=All&fieldValidation=Strict metadata: {{name: a, x: y}}
        GET pods/a
        "#,
        runs("a", "a", true)
    ))
    .await;
}

#[tokio::test]
async fn nobody_is_evicted_from_a_namespace_that_is_going() {
    let held = r#"POST pods {"metadata":{"name":"held","finalizers":["kopf.test/x"]},"spec":{"containers":[{"name":"c","image":"i"}]}}"#;
    check_as(
        &format!(
            r#"
            {held}
            DELETE /api/v1/namespaces/$ns
            UNTIL /api/v1/namespaces/$ns Terminating
            {}
            {}
            MERGE pods/held {{"metadata":{{"finalizers":null}}}}
            "#,
            evict("held", ""),
            evict("missing", ""),
        ),
        Answer::of_refusals,
    )
    .await;
}

#[tokio::test]
async fn budgets_are_counted_down() {
    check_counted(&format!(
        "{}\n{}\n{}\n{}\n{}\nGET pods/a\nAWAIT 201 {}\nGET pods/a\n{}\nAWAIT needs {}\n{}\nGET pods/b\nGET pods/c\n",
        runs("a", "x", true),
        runs("b", "x", true),
        runs("c", "x", false),
        budget("b", "x", r#""minAvailable":1"#, [3, 2, 1, 1]),
        evict("a", "").replace("eviction", "eviction?dryRun=All"),
        evict("a", ""),
        counted_as("b", [2, 1, 1, 0]),
        evict("b", "").replace("eviction", "eviction?dryRun=All"),
        evict("c", ""),
    ))
    .await;
}

#[tokio::test]
async fn budgets_refuse_what_they_do_not_allow() {
    check_counted(&format!(
        "{}\n{}\n{}\nAWAIT needs {}\n{}\n{}\n{}\n{}\nAWAIT 201 {}\nGET pods/c",
        runs("a", "x", true),
        runs("b", "x", false),
        budget("b", "x", r#""minAvailable":2"#, [2, 1, 2, 0]),
        evict("a", ""),
        evict("b", ""),
        evict("b", r#","deleteOptions":{"dryRun":["All"]}"#),
        runs("c", "y", false),
        budget("c", "y", r#""minAvailable":2,"unhealthyPodEvictionPolicy":"AlwaysAllow""#, [1, 0, 2, 0]),
        evict("c", ""),
    ))
    .await;
}

#[tokio::test]
async fn several_budgets_are_too_many_and_one_without_a_selector_is_of_no_pod() {
    check_counted(&format!(
        "{}\nPOST {BUDGETS} {{\"metadata\":{{\"name\":\"a\"}},\"spec\":{{\"minAvailable\":9}}}}\n{}\n{}\n{}\nDELETE {BUDGETS}/b\nAWAIT 201 {}",
        runs("a", "x", true),
        budget("b", "x", r#""minAvailable":0"#, [1, 1, 0, 1]),
        budget("c", "x", r#""minAvailable":0"#, [1, 1, 0, 1]),
        evict("a", ""),
        evict("a", ""),
    ))
    .await;
}

#[tokio::test]
async fn a_budget_with_an_empty_selector_is_of_all_pods() {
    check_counted(&format!(
        "{}\nPOST {BUDGETS} {{\"metadata\":{{\"name\":\"b\"}},\"spec\":{{\"minAvailable\":1,\"selector\":{{}}}}}}\n{}\nAWAIT needs {}\n\
         MERGE {BUDGETS}/b/status {{\"status\":{{\"disruptionsAllowed\":-1}}}}\nGET pods/a",
        runs("a", "x", true),
        counted_as("b", [1, 1, 1, 0]),
        evict("a", ""),
    ))
    .await;
}

/// Rows that evict while others are asked.
fn reviewed(kind: &str, paths: &[&str]) -> String {
    let resources = json!({ "rules": [
        { "operations": ["*"], "apiGroups": [""], "apiVersions": ["v1"], "resources": ["pods/eviction"] },
        { "operations": ["DELETE"], "apiGroups": [""], "apiVersions": ["v1"], "resources": ["pods"] },
    ] });
    let hooks = paths.iter().enumerate().map(|(n, path)| hook(&format!("h{n}"), path, resources.clone()));
    let evict = |name: &str, n: usize, query: &str, rest: &str| {
        format!(
            r#"POST pods/{name}/eviction{query} {{"metadata":{{"name":"{name}","labels":{{"to":"h{n}"}},"uid":"u"}}{rest}}}"#
        )
    };
    let rows = (0..paths.len()).flat_map(|n| {
        [
            evict("a", n, "?dryRun=All&fieldManager=m", ""),
            evict("a", n, "?dryRun=All", r#","deleteOptions":{"gracePeriodSeconds":5}"#),
            evict("a", n, "", r#","deleteOptions":{"propagationPolicy":"Background"}"#),
            evict("missing", n, "", ""),
        ]
    });
    let rows: Vec<String> = rows.collect();
    let pod = runs("a", "a", true).replace(r#""app":"a""#, r#""app":"a","to":"h0""#);
    with(kind, hooks.collect(), &format!("{pod}\n{}\nGET pods/a", rows.join("\n")))
}

#[tokio::test]
async fn evictions_are_reviewed() {
    let other = patch(r#"[{"op":"replace","path":"/metadata/name","value":"b"}]"#);
    let dry = patch(r#"[{"op":"add","path":"/deleteOptions","value":{"dryRun":["All"]}}]"#);
    check(&reviewed("mutating", &["/tell", "/deny-said", &other, &dry, "/warn"])).await;
    check(&reviewed("validating", &["/tell", "/deny", "/warn"])).await;
}

#[tokio::test]
async fn who_evicts_needs_the_right_to_create_evictions() {
    let rule = r#"{"apiGroups":[""],"resources":["pods/eviction"],"verbs":["create"]}"#;
    check(&format!(
        r#"
        {}
        {}
        POST /apis/rbac.authorization.k8s.io/v1/namespaces/$ns/roles {{"metadata":{{"name":"r"}},"rules":[{rule}]}}
        POST /apis/rbac.authorization.k8s.io/v1/namespaces/$ns/rolebindings {{"metadata":{{"name":"r"}},"roleRef":{{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"r"}},"subjects":[{{"kind":"User","name":"bob-$ns"}}]}}
        AWAIT 404 {}
        {}
        GET pods/a
        "#,
        pod("a", "a"),
        evict("a", "").replace("POST", "POST+as:bob-$ns"),
        evict("missing", "").replace("POST", "POST+as:bob-$ns"),
        evict("a", "").replace("POST", "POST+as:bob-$ns"),
    ))
    .await;
}
