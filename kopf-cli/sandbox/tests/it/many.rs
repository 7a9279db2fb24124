//! Of one thing an object may have as many as fit into a request: what is compared with each other of them, or told of
//! each, keeps nobody busy.

use std::time::Duration;

use serde_json::{Value, json};

use crate::client::*;

/// How long a thread may be busy with such an object, without optimization: each by each there would be milliards of steps.
const PATIENCE: Duration = Duration::from_secs(15);
const PODS: &str = "/api/v1/namespaces/default/pods";
const STRATEGIC: &str = "application/strategic-merge-patch+json";

fn pod(spec: &Value) -> Value {
    let mut pod =
        json!({ "metadata": { "name": "a" }, "spec": { "containers": [{ "name": "c", "image": "i" }] } });
    let fields = spec.as_object().unwrap().clone();
    pod["spec"].as_object_mut().unwrap().extend(fields);
    pod
}

fn container(field: &str, items: &[Value]) -> Value {
    pod(&json!({ "containers": [{ "name": "c", "image": "i", field: items }] }))
}

fn times(number: usize, item: impl FnMut(usize) -> Value) -> Vec<Value> {
    (0..number).map(item).collect()
}

/// How long this thread has been busy, however many others there are.
fn busy() -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    Duration::from_nanos(told.split(' ').next().unwrap().parse().unwrap())
}

/// Sends an object that is not to be kept, and sees that it is answered.
#[track_caller]
fn check(path: &str, object: &Value, expected: u16) {
    check_last(&[("POST", &format!("{path}?dryRun=All"), object)], expected);
}

/// Sends objects one after another, and sees that each is answered, and the last by a code.
#[track_caller]
fn check_last(requests: &[(&str, &str, &Value)], expected: u16) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let began = busy();
    let (code, answer) = runtime.block_on(async {
        let sandbox = sandbox();
        let mut last = (0, Value::Null);
        for (method, path, object) in requests {
            last = ask(&sandbox, method, path, "application/json", object.to_string()).await;
        }
        last
    });
    let said: String = answer["message"].to_string().chars().take(300).collect();
    assert_eq!(code, expected, "{said}");
    let busy = busy().saturating_sub(began);
    assert!(busy < PATIENCE, "{busy:?}");
}

#[test]
fn files_of_a_volume_may_be_many() {
    let files = |item: fn(usize) -> String| {
        let items = times(40_000, |n| json!({ "key": "k", "path": item(n) }));
        pod(&json!({ "volumes": [{ "name": "v", "configMap": { "name": "m", "items": items } }] }))
    };
    check(PODS, &files(|_| "p".to_owned()), 201);
    check(PODS, &files(|n| format!("p/{n}")), 201);
    check(PODS, &files(|n| "p/".repeat(n % 20) + "p"), 201);
    let long = times(2, |_| json!({ "key": "k", "path": "p/".repeat(400_000) + "p" }));
    check(
        PODS,
        &pod(&json!({ "volumes": [{ "name": "v", "configMap": { "name": "m", "items": long } }] })),
        201,
    );
    let items = times(40_000, |n| json!({ "key": "k", "path": format!("p{n}") }));
    let source = json!({ "configMap": { "name": "m", "items": items } });
    check(PODS, &pod(&json!({ "volumes": [{ "name": "v", "projected": { "sources": [source] } }] })), 201);
}

#[test]
fn parts_of_a_pod_may_be_many() {
    check(PODS, &container("env", &times(40_000, |_| json!({ "name": "A", "value": "1" }))), 201);
    check(
        PODS,
        &container("env", &times(40_000, |n| json!({ "name": format!("A{n}"), "value": "$(A)" }))),
        201,
    );
    check(
        PODS,
        &container("ports", &times(10_000, |n| json!({ "containerPort": n + 1, "hostPort": n + 1 }))),
        201,
    );
    check(PODS, &container("ports", &times(10_000, |_| json!({ "containerPort": 1, "hostPort": 1 }))), 422);
    let mounts = |n: usize| json!({ "name": "v", "mountPath": format!("/{n}") });
    check(PODS, &container("volumeMounts", &times(10_000, mounts)), 422);
    let (mounts, devices) = (
        times(10_000, |n| json!({ "name": "v", "mountPath": format!("/{n}") })),
        times(10_000, |n| json!({ "name": "d", "devicePath": format!("/d{n}") })),
    );
    let claim = json!({ "name": "d", "persistentVolumeClaim": { "claimName": "d" } });
    let containers = [json!({ "name": "c", "image": "i", "volumeMounts": mounts, "volumeDevices": devices })];
    check(PODS, &pod(&json!({ "containers": containers, "volumes": [{ "name": "v" }, claim] })), 422);
    let gates = times(30_000, |n| json!({ "name": format!("g{n}") }));
    check(PODS, &pod(&json!({ "schedulingGates": gates })), 201);
    let policies =
        times(20_000, |n| json!({ "resourceName": format!("r{n}"), "restartPolicy": "NotRequired" }));
    check(PODS, &container("resizePolicy", &policies), 422);
    let containers = times(10_000, |n| json!({ "name": format!("c{n}"), "image": "i" }));
    check(PODS, &pod(&json!({ "containers": containers })), 201);
    check(PODS, &pod(&json!({ "volumes": times(10_000, |n| json!({ "name": format!("v{n}") })) })), 201);
    let aliases = times(10_000, |_| json!({ "ip": "10.0.0.1", "hostnames": ["a"] }));
    check(PODS, &pod(&json!({ "hostAliases": aliases })), 201);
    let tolerations = times(10_000, |n| json!({ "key": format!("k{n}"), "operator": "Exists" }));
    check(PODS, &pod(&json!({ "tolerations": tolerations })), 201);
}

#[test]
fn what_changes_may_be_much() {
    let arguments = |of: &str| -> Vec<String> {
        (0..6_000).flat_map(|n| [format!("{of}{n}"), format!("s{}", n % 100)]).collect()
    };
    let running =
        |of: &str| pod(&json!({ "containers": [{ "name": "c", "image": "i", "args": arguments(of) }] }));
    check_last(&[("POST", PODS, &running("a")), ("PUT", &format!("{PODS}/a"), &running("b"))], 422);
}

#[test]
fn a_policy_may_name_much_and_say_much() {
    const POLICIES: &str = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies";
    let policy = |rule: Value, expression: &str, count: usize| {
        let validations = times(count, |_| json!({ "expression": expression }));
        json!({ "metadata": { "name": "a" }, "spec": { "matchConstraints": { "resourceRules": [rule] }, "validations": validations } })
    };
    let rule = |groups: &[Value], versions: &[Value], resources: &[Value]| json!({ "operations": ["*"], "apiGroups": groups, "apiVersions": versions, "resources": resources });
    let names = times(30_000, |n| format!("n{n}").into());
    check_last(&[("POST", POLICIES, &policy(rule(&names, &names, &names), "true", 1))], 201);
    let kinds = [
        "pods",
        "nodes",
        "services",
        "endpoints",
        "events",
        "secrets",
        "namespaces",
        "bindings",
        "configmaps",
    ];
    let ten = || rule(&["".into()], &["v1".into()], &kinds.map(Value::from));
    let faulty = vec!["object.a"; 1_600].join(" || ");
    check_last(&[("POST", POLICIES, &policy(ten(), &faulty, 80))], 201);
    let fine = vec!["object.kind == 'a'"; 4_000].join(" || ");
    check_last(&[("POST", POLICIES, &policy(ten(), &fine, 15))], 201);
}

#[test]
fn tolerations_of_a_class_may_be_many() {
    let tolerations = times(
        20_000,
        |n| json!({ "key": "a", "operator": "Equal", "value": "b", "effect": format!("e{n}") }),
    );
    let class = json!({ "metadata": { "name": "c" }, "handler": "h", "scheduling": {} });
    let pod = pod(&json!({ "runtimeClassName": "c", "tolerations": tolerations }));
    let classes = "/apis/node.k8s.io/v1/runtimeclasses";
    check_last(&[("POST", classes, &class), ("POST", PODS, &pod)], 422);
}

#[test]
fn parts_of_other_objects_may_be_many() {
    let service = |port: fn(usize) -> Value| json!({ "metadata": { "name": "a" }, "spec": { "ports": times(10_000, port) } });
    let path = "/api/v1/namespaces/default/services";
    check(path, &service(|n| json!({ "name": format!("p{n}"), "port": n + 1 })), 201);
    check(path, &service(|n| json!({ "name": format!("p{n}"), "port": 1 })), 422);
    let mut outside = service(|n| json!({ "name": format!("p{n}"), "port": n + 1 }));
    outside["spec"]["type"] = "NodePort".into();
    check(path, &outside, 201);
    let mut families = service(|_| json!({ "port": 1 }));
    families["spec"] =
        json!({ "ports": [{ "port": 1 }], "ipFamilies": times(40_000, |n| format!("f{n}").into()) });
    check(path, &families, 422);
    let addresses = |of: usize| -> Vec<String> {
        (0..20_000).map(|n| format!("10.{of}.{}.{}", n / 250, n % 250 + 1)).collect()
    };
    let reached = |of: usize| json!({ "metadata": { "name": "a" }, "spec": { "ports": [{ "port": 1 }], "externalIPs": addresses(of) } });
    check_last(&[("POST", path, &reached(1)), ("PUT", &format!("{path}/a"), &reached(2))], 200);
    let rules = times(10_000, |_| json!({ "apiGroups": [""], "resources": ["pods"], "verbs": ["get"] }));
    let path = "/apis/rbac.authorization.k8s.io/v1/clusterroles";
    check(path, &json!({ "metadata": { "name": "a" }, "rules": rules }), 201);
    let owners =
        times(8_000, |n| json!({ "apiVersion": "v1", "kind": "Pod", "name": "p", "uid": format!("u{n}") }));
    check(CONFIG_MAPS, &json!({ "metadata": { "name": "a", "ownerReferences": owners } }), 201);
    let finalizers: Vec<String> = (0..40_000).map(|n| format!("a.b/c{n}")).collect();
    check(CONFIG_MAPS, &json!({ "metadata": { "name": "a", "finalizers": finalizers } }), 201);
}

#[test]
fn faults_may_be_many() {
    let jobs = "/apis/batch/v1/namespaces/default/jobs";
    let template =
        json!({ "spec": { "restartPolicy": "Never", "containers": [{ "name": "c", "image": "i" }] } });
    let mut job = json!({ "metadata": { "name": "a" }, "spec": { "template": template } });
    let created = job.clone();
    job["status"] = json!({ "uncountedTerminatedPods": { "succeeded": times(300_000, |_| "".into()) } });
    check_last(&[("POST", jobs, &created), ("PUT", &format!("{jobs}/a/status"), &job)], 422);
}

#[test]
fn operations_of_a_patch_may_be_many() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let long = format!(
        r#"{{"apiVersion":"zalando.org/v1","kind":"Plain","metadata":{{"name":"a"}},"z":[{}0]}}"#,
        "0,".repeat(700_000)
    );
    let copies = r#"{"op":"copy","from":"/metadata","path":"/y"},"#.repeat(14);
    let tests = r#"{"op":"test","path":"/z/0","value":0},"#.repeat(9_000);
    let there_and_back =
        r#"{"op":"move","from":"/z","path":"/metadata/z"},{"op":"move","from":"/metadata/z","path":"/z"},"#
            .repeat(4_500);
    for (what, operations) in [("tests", copies + &tests), ("moves", there_and_back)] {
        let began = busy();
        let patch = format!("[{}]", operations.trim_end_matches(','));
        let (created, code) = runtime.block_on(async {
            let sandbox = sandbox();
            let created = ask(&sandbox, "POST", PLAINS, "application/json", long.clone()).await.0;
            (created, ask(&sandbox, "PATCH", &format!("{PLAINS}/a"), JSON, patch).await.0)
        });
        assert_eq!((created, code), (201, 200), "{what}");
        let busy = busy().saturating_sub(began);
        assert!(busy < PATIENCE, "{what}: {busy:?}");
    }
}

/// What operations take from the head of a list moves all that is behind, and so it is with members of an object.
#[test]
fn operations_that_move_too_much_are_refused() {
    let list = json!({ "apiVersion": "zalando.org/v1", "kind": "Plain", "metadata": { "name": "a" }, "z": vec![0; 200_000] });
    let mut map = list.clone();
    map["z"] = named(30_000, |_| 0.into());
    for (what, object, operations) in [
        ("elements", &list, times(10_000, |_| json!({ "op": "remove", "path": "/z/0" }))),
        ("members", &map, times(10_000, |n| json!({ "op": "remove", "path": format!("/z/{n}") }))),
    ] {
        check_patch(what, (PLAINS, object), JSON, &operations.into(), 501);
    }
    let operations = times(10_000, |_| json!({ "op": "remove", "path": "/z/-1" }));
    check_patch("elements of the end", (PLAINS, &list), JSON, &operations.into(), 200);
}

#[test]
fn what_a_patch_takes_away_may_be_much() {
    let map = json!({ "metadata": { "name": "a" }, "data": named(30_000, |_| "".into()) });
    let nothing = json!({ "data": named(30_000, |_| Value::Null) });
    check_patch("merge", (CONFIG_MAPS, &map), MERGE, &nothing, 200);
    check_patch("strategic", (CONFIG_MAPS, &map), STRATEGIC, &nothing, 200);
    let finalizers = times(30_000, |n| format!("a.b/{n}").into());
    let held = json!({ "metadata": { "name": "a", "finalizers": finalizers } });
    let released = json!({ "metadata": { "$deleteFromPrimitiveList/finalizers": finalizers } });
    check_patch("finalizers", (CONFIG_MAPS, &held), STRATEGIC, &released, 200);
}

fn named(number: usize, value: impl Fn(usize) -> Value) -> Value {
    Value::Object((0..number).map(|n| (n.to_string(), value(n))).collect())
}

/// Creates an object, patches it, and sees that this is answered soon, and how.
#[track_caller]
fn check_patch(what: &str, (path, object): (&str, &Value), media: &str, patch: &Value, expected: u16) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let began = busy();
    let (created, code, answer) = runtime.block_on(async {
        let sandbox = sandbox();
        let created = ask(&sandbox, "POST", path, "application/json", object.to_string()).await.0;
        let (code, answer) = ask(&sandbox, "PATCH", &format!("{path}/a"), media, patch.to_string()).await;
        (created, code, answer)
    });
    let said: String = answer["message"].to_string().chars().take(300).collect();
    assert_eq!((created, code), (201, expected), "{what}: {said}");
    let busy = busy().saturating_sub(began);
    assert!(busy < PATIENCE, "{what}: {busy:?}");
}

#[test]
fn yaml_may_say_one_thing_very_often() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let long = "k".repeat(100_000);
    let deep_key = |inner: &str| format!("? {}{inner}{}\n: 1", "[".repeat(9_990), "]".repeat(9_990));
    for (what, text, expected) in [
        ("values", format!("a: [{}]", "1,".repeat(500_000)), 201),
        ("maps", format!("a: [{}]", "{a},".repeat(300_000)), 201),
        ("equal keys", "a: 1\n".repeat(300_000), 201),
        ("other keys", (0..300_000).map(|n| format!("{n}: 1\n")).collect(), 201),
        ("aliases of lists", format!("a: &a [{}]\nb: [{}]", "1,".repeat(50), "*a,".repeat(6_000)), 201),
        ("aliases of a long text", format!("a: &a {long}\nb: [{}]", "*a,".repeat(900_000)), 400),
        ("keys that are a long text", format!("a: &a {long}\nb: {{{}}}", "*a : 1,".repeat(400_000)), 400),
        ("maps that take in another", format!("a: &a {{a: 1}}\nb: {{{}}}", "<<: *a,".repeat(300_000)), 201),
        ("anchors", (0..200_000).map(|n| format!("- &x{n}\n")).collect(), 400),
        ("tags", format!("a: [{}]", "!!str ,".repeat(400_000)), 201),
        ("a deep key of a long text", deep_key(&format!("\"{}\"", "k".repeat(2_800_000))), 400),
        ("a deep key of many aliases", format!("a: &a {}\n{}", long, deep_key(&"*a,".repeat(160))), 400),
        ("keys that are asked for", "? ".repeat(1_400_000), 400),
        ("blanks", format!("a: b{}c", " ".repeat(2_800_000)), 201),
        ("breaks", format!("a: b{} c", "\n".repeat(2_800_000)), 201),
        ("quotes", format!("a: '{}'", "''".repeat(1_400_000)), 201),
    ] {
        let body = format!("{text}\nmetadata: {{name: a}}\n");
        let began = busy();
        let (code, answer) = runtime.block_on(async {
            let path = "/api/v1/namespaces/default/configmaps?dryRun=All";
            ask(&sandbox(), "POST", path, "application/yaml", body).await
        });
        let said: String = answer["message"].to_string().chars().take(300).collect();
        assert_eq!(code, expected, "{what}: {said}");
        let busy = busy().saturating_sub(began);
        assert!(busy < PATIENCE, "{what}: {busy:?}");
    }
}

#[test]
fn ports_of_services_may_be_many() {
    let sandbox = kopf_sandbox::Sandbox::builder().simulate(true).build().unwrap();
    let ports = times(1_000, |n| json!({ "name": format!("p{n}"), "port": n + 1 }));
    let service = json!({ "selector": { "a": "b" }, "ports": ports });
    sandbox
        .apply(json!({ "apiVersion": "v1", "kind": "Service", "metadata": { "name": "a" }, "spec": service }))
        .unwrap();
    let began = busy();
    for n in 0..15 {
        let mut pod = pod(&json!({}));
        pod["apiVersion"] = "v1".into();
        pod["kind"] = "Pod".into();
        pod["metadata"] = json!({ "name": format!("p{n}"), "labels": { "a": "b" } });
        sandbox.apply(pod).unwrap();
    }
    let busy = busy().saturating_sub(began);
    assert!(busy < PATIENCE, "{busy:?}");
}

#[test]
fn containers_that_pods_add_up_may_be_many() {
    let mut spec = json!({ "resources": { "limits": { "cpu": "1" } } });
    spec["initContainers"] = times(8_000, |n| {
        let limits = json!({ format!("hugepages-{n}"): "1" });
        json!({ "name": n.to_string(), "restartPolicy": "Always", "resources": { "limits": limits } })
    })
    .into();
    check(PODS, &pod(&spec), 422);
}

#[test]
fn amounts_may_be_long_where_they_are_added_up_and_compared() {
    let long = "9".repeat(1_400_000);
    let containers = |amount: fn(usize) -> &'static str| {
        times(25_000, |n| {
            let amounts = json!({ "cpu": amount(n) });
            json!({ "name": format!("c{n}"), "image": "i", "resources": { "limits": amounts } })
        })
    };
    let pod = |containers: Vec<Value>, limit: &str| {
        pod(&json!({ "containers": containers, "resources": { "limits": { "cpu": limit } } }))
    };
    check(PODS, &pod(containers(|_| "1"), &format!("-{long}")), 422);
    let mut first = containers(|_| "1");
    first[0]["resources"]["limits"]["cpu"] = long.into();
    check(PODS, &pod(first, "1"), 422);
}

#[test]
fn requests_in_a_claim_with_a_long_name_may_be_many() {
    let containers = [json!({ "name": "c", "image": "i", "resources": { "limits": { "a.b/c": "1" } } })];
    let created = pod(&json!({ "containers": containers }));
    let mut told = created.clone();
    let mappings = times(
        22_000,
        |n| json!({ "containerName": "c", "resourceName": "a.b/c", "requestName": format!("r{n}") }),
    );
    told["status"] = json!({ "extendedResourceClaimStatus":
        { "resourceClaimName": "a".repeat(1_400_000), "requestMappings": mappings } });
    check_last(&[("POST", PODS, &created), ("PUT", &format!("{PODS}/a/status"), &told)], 422);
}

#[test]
fn a_refusal_tells_so_much_and_no_more() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let nothing = times(900_000, |_| "".into());
    let driver = json!({ "name": "d", "nodeID": "n", "topologyKeys": nothing });
    for (path, object) in [
        (PODS, pod(&json!({ "dnsConfig": { "searches": nothing } }))),
        (
            "/apis/storage.k8s.io/v1/csinodes",
            json!({ "metadata": { "name": "a" }, "spec": { "drivers": [driver] } }),
        ),
        ("/api/v1/namespaces", json!({ "metadata": { "name": "a" }, "spec": { "finalizers": nothing } })),
    ] {
        let began = busy();
        let (code, answer) = runtime
            .block_on(async { ask(&sandbox(), "POST", path, "application/json", object.to_string()).await });
        assert_eq!(code, 422, "{path}");
        assert!(answer.to_string().len() < 40 * 1024 * 1024, "{path}");
        let busy = busy().saturating_sub(began);
        assert!(busy < PATIENCE, "{path}: {busy:?}");
    }
}

#[test]
fn audiences_of_a_token_and_rules_of_a_role_may_be_many() {
    let names = |letter: char, number: usize| times(number, |n| format!("{letter}{n}").into());
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let began = busy();
    let reviewed = runtime.block_on(async {
        let sandbox = sandbox();
        let account = json!({ "metadata": { "name": "sa" } });
        post(&sandbox, "/api/v1/namespaces/default/serviceaccounts", account).await;
        let asked = json!({ "spec": { "audiences": names('a', 100_000) } });
        let (_, given) = post(&sandbox, "/api/v1/namespaces/default/serviceaccounts/sa/token", asked).await;
        let question =
            json!({ "spec": { "token": given["status"]["token"], "audiences": names('b', 100_000) } });
        post(&sandbox, "/apis/authentication.k8s.io/v1/tokenreviews", question).await.1
    });
    assert!(reviewed["status"]["error"].as_str().unwrap().contains("is invalid for the target audiences"));
    let group = "rbac.authorization.k8s.io";
    let rule = |n| json!({ "apiGroups": [""], "resources": [format!("r{n}")], "verbs": ["get"] });
    let role = json!({ "apiVersion": format!("{group}/v1"), "kind": "ClusterRole", "metadata": { "name": "wide" },
        "rules": times(24_000, rule) });
    let binding = json!({ "apiVersion": format!("{group}/v1"), "kind": "ClusterRoleBinding", "metadata": { "name": "wide" },
        "roleRef": { "apiGroup": group, "kind": "ClusterRole", "name": "wide" },
        "subjects": [{ "apiGroup": group, "kind": "Group", "name": "system:masters" }] });
    let sandbox = kopf_sandbox::Sandbox::builder().rbac(true).objects([role, binding]).build().unwrap();
    let question = json!({ "spec": { "namespace": "default" } });
    let path = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews";
    let (code, review) = runtime.block_on(post(&sandbox, path, question));
    let rules = review["status"]["resourceRules"].as_array().unwrap().len();
    assert!(code == 201 && rules > 24_000, "{code}: {rules}");
    let busy = busy().saturating_sub(began);
    assert!(busy < 2 * PATIENCE, "{busy:?}");
}
