//! Objects may be thousands of levels deep, and no stack ends because of them.

use http_body_util::BodyExt;
use kopf_sandbox::Sandbox;

use crate::client::*;

fn nest(depth: usize) -> String {
    format!("{}1{}", r#"{"a":"#.repeat(depth), "}".repeat(depth))
}

fn deep(name: &str, depth: usize) -> String {
    let nest = nest(depth);
    format!(
        r#"{{"apiVersion":"zalando.org/v1","kind":"Plain","metadata":{{"name":"{name}"}},"spec":{nest}}}"#
    )
}

async fn text(sandbox: &Sandbox, method: &str, path: &str, media: &str, body: String) -> (u16, String) {
    let response = send(sandbox, request(method, path, media, body)).await.unwrap();
    let code = response.status().as_u16();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (code, String::from_utf8(body.to_vec()).unwrap())
}

#[track_caller]
fn check(depth: usize, expected: u16) {
    // On the small stack of a test's thread.
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let sandbox = sandbox();
        let (code, said) = text(&sandbox, "POST", PLAINS, "application/json", deep("x", depth)).await;
        assert_eq!(code, expected, "{}", said.chars().take(300).collect::<String>());
        if code != 201 {
            return assert!(said.contains("exceeded max depth"), "{said}");
        }
        for version in ["v1", "v2"] {
            let path = format!("/apis/zalando.org/{version}/plains");
            assert!(
                text(&sandbox, "GET", &format!("{path}/x"), "", String::new()).await.1.contains(&nest(depth))
            );
            assert!(text(&sandbox, "GET", &path, "", String::new()).await.1.contains(&nest(depth)));
            let mut watch = Watch::open(&sandbox, &format!("{path}?watch=1")).await;
            assert!(watch.line().await.unwrap().unwrap().contains(&nest(depth)));
        }
        let path = format!("{PLAINS}/x");
        let label = r#"{"metadata":{"labels":{"a":"b"}}}"#.to_owned();
        let (code, patched) = text(&sandbox, "PATCH", &path, MERGE, label).await;
        assert!(code == 200 && patched.contains(&nest(depth)));
        let (code, _) = text(&sandbox, "PATCH", &path, MERGE, format!(r#"{{"spec":{}}}"#, nest(depth))).await;
        assert_eq!(code, 200);
        // What is applied is compared with all that is there, and belongs to one manager after the other.
        for manager in ["m", "n"] {
            let path = format!("{path}?force=true&fieldManager={manager}");
            let (code, applied) = text(&sandbox, "PATCH", &path, APPLY, deep("x", depth)).await;
            assert!(code == 200 && applied.contains(&nest(depth)) && applied.contains(manager));
        }
        let copy =
            r#"[{"op":"copy","from":"/spec","path":"/again"},{"op":"move","from":"/again","path":"/moved"}]"#;
        assert_eq!(text(&sandbox, "PATCH", &path, JSON, copy.to_owned()).await.0, 200);
        assert_eq!(text(&sandbox, "DELETE", PLAINS, "", String::new()).await.0, 200);
    });
}

#[test]
fn a_hundred_and_thirty_levels_are_fine() {
    check(130, 201);
}

#[test]
fn a_thousand_levels_are_fine() {
    check(1_000, 201);
}

#[test]
fn nine_thousand_levels_are_fine() {
    check(9_000, 201);
}

#[test]
fn twenty_thousand_levels_are_refused() {
    check(20_000, 400);
}

/// Asks for all that tells of a definition with this schema.
#[track_caller]
fn check_described(schema: &str) {
    let definition = format!(
        r#"{{"metadata":{{"name":"deeps.example.org"}},"spec":{{"group":"example.org","scope":"Cluster",
            "names":{{"plural":"deeps","kind":"Deep"}},"versions":[{{"name":"v1","served":true,"storage":true,
            "schema":{{"openAPIV3Schema":{schema}}}}}]}}}}"#
    );
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let sandbox = sandbox();
        let path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
        let (code, said) = text(&sandbox, "POST", path, "application/json", definition).await;
        assert_eq!(code, 201, "{said:.300}");
        for (path, release) in [("/openapi/v2", "v2"), ("/openapi/v3/apis/example.org/v1", "v3")] {
            let (code, document) = text(&sandbox, "GET", path, "", String::new()).await;
            assert!(code == 200 && document.contains("\"org.example.v1.Deep\":"), "{path}");
            let mut message = request("GET", path, "", String::new());
            let accept = format!("application/com.github.proto-openapi.spec.{release}.v1.0+protobuf");
            message.headers_mut().insert(http::header::ACCEPT, accept.parse().unwrap());
            assert_eq!(send(&sandbox, message).await.unwrap().status(), 200, "{path}");
        }
    });
}

#[test]
fn schemas_of_thousands_of_levels_are_described() {
    for (inner, ends) in [
        (r#"{"type":"object","properties":{"a":"#, "}}"),
        (r#"{"type":"object","additionalProperties":"#, "}"),
        (r#"{"type":"array","items":"#, "}"),
    ] {
        let schema = format!(r#"{}{{"type":"object"}}{}"#, inner.repeat(4_000), ends.repeat(4_000));
        check_described(&format!(r#"{{"type":"object","properties":{{"a":{schema}}}}}"#));
    }
    let logic = format!(r#"{}{{}}{}"#, r#"{"not":{"anyOf":["#.repeat(2_000), "]}}".repeat(2_000));
    check_described(&format!(r#"{{"type":"object","allOf":[{logic}]}}"#));
}

#[test]
fn what_schemas_show_may_be_thousands_of_levels_deep() {
    let nest = nest(4_000);
    let open = r#""type":"object","x-kubernetes-preserve-unknown-fields":true"#;
    check_described(&format!(
        r#"{{"type":"object","properties":{{"a":{{{open},"default":{nest}}},"b":{{{open},"enum":[{nest}]}},"c":{{{open},"example":{nest}}}}}}}"#
    ));
}

#[test]
fn defaults_that_come_later_may_be_thousands_of_levels_deep() {
    const DEFINITION: &str = r#"{"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"things.kopf.test"},"spec":{"group":"kopf.test","scope":"Cluster","names":{"plural":"things","kind":"Thing"},"versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object","properties":{"spec":{"type":"object","x-kubernetes-preserve-unknown-fields":true}}}}}]}}"#;
    const THINGS: &str = "/apis/kopf.test/v1/things";
    // On the small stack of a test's thread.
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let sandbox = Sandbox::builder().seed(1).crd(DEFINITION).unwrap().build().unwrap();
        let thing = r#"{"apiVersion":"kopf.test/v1","kind":"Thing","metadata":{"name":"a"}}"#.to_owned();
        assert_eq!(text(&sandbox, "POST", THINGS, "application/json", thing).await.0, 201);
        let default = "/spec/versions/0/schema/openAPIV3Schema/properties/spec/default";
        let added = format!(r#"[{{"op":"add","path":"{default}","value":{}}}]"#, nest(9_000));
        let path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/things.kopf.test";
        let (code, said) = text(&sandbox, "PATCH", path, "application/json-patch+json", added).await;
        assert_eq!(code, 200, "{}", said.chars().take(300).collect::<String>());
        for _ in 0..2 {
            for path in [format!("{THINGS}/a"), THINGS.to_owned()] {
                for media in ["", "application/json;as=Table;v=v1;g=meta.k8s.io"] {
                    let asked =
                        http::Request::get(&path).header("accept", media).body(Default::default()).unwrap();
                    assert_eq!(send(&sandbox, asked).await.unwrap().status(), 200, "{path} {media}");
                }
            }
            assert!(text(&sandbox, "GET", THINGS, "", String::new()).await.1.contains(&nest(9_000)));
            let mut watch = Watch::open(&sandbox, &format!("{THINGS}?watch=1")).await;
            assert!(watch.line().await.unwrap().unwrap().contains(&nest(9_000)));
            sandbox.restart();
        }
        let label = r#"{"metadata":{"labels":{"a":"b"}}}"#.to_owned();
        let (code, patched) = text(&sandbox, "PATCH", &format!("{THINGS}/a"), MERGE, label).await;
        assert!(code == 200 && patched.contains(&nest(9_000)));
    });
}

#[tokio::test]
async fn a_token_of_a_list_may_be_deep() {
    use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
    let sandbox = sandbox();
    for token in [nest(7_000), format!("{}{}", "[".repeat(9_000), "]".repeat(9_000))] {
        let path = format!("{PLAINS}?continue={}", BASE64_URL_SAFE_NO_PAD.encode(token));
        assert_eq!(text(&sandbox, "GET", &path, "", String::new()).await.0, 400);
    }
}

#[tokio::test]
async fn patches_and_options_are_no_way_around_the_limit() {
    let sandbox = sandbox();
    text(&sandbox, "POST", PLAINS, "application/json", deep("x", 1)).await;
    let path = format!("{PLAINS}/x");
    for (method, media, body) in [
        ("PATCH", MERGE, nest(20_000)),
        ("PATCH", MERGE, format!(r#"{{"spec":{}}}"#, nest(10_000))),
        ("PATCH", JSON, format!("{}{}", "[".repeat(20_000), "]".repeat(20_000))),
        (
            "PATCH",
            JSON,
            format!(
                r#"[{{"op":"add","path":"/spec/b","value":{{}}}},{{"op":"add","path":"/spec/b/c","value":{}}}]"#,
                nest(9_998)
            ),
        ),
        ("PUT", "application/json", nest(20_000)),
        ("POST", "application/yaml", format!("{}{}", "[".repeat(20_000), "]".repeat(20_000))),
        ("DELETE", "application/json", nest(20_000)),
    ] {
        let path = if method == "POST" { PLAINS } else { &path };
        let (code, said) = text(&sandbox, method, path, media, body).await;
        assert!((400..=422).contains(&code), "{method} {media}: {code} {said:.200}");
    }
    assert_eq!(text(&sandbox, "GET", &path, "", String::new()).await.0, 200);
}

#[test]
fn policies_look_at_what_is_nine_thousand_levels_deep() {
    let of = |name: &str, spec: serde_json::Value| {
        let kind = format!("ValidatingAdmissionPolicy{name}");
        let api_version = "admissionregistration.k8s.io/v1";
        serde_json::json!({ "apiVersion": api_version, "kind": kind, "metadata": { "name": "p" }, "spec": spec })
    };
    let rules = [serde_json::json!({
        "apiGroups": ["zalando.org"], "apiVersions": ["*"], "operations": ["*"], "resources": ["*"],
    })];
    let policy = of(
        "",
        serde_json::json!({
            "matchConstraints": { "resourceRules": rules },
            "validations": [{ "expression": "request.operation != 'UPDATE' || object.spec == oldObject.spec" }],
        }),
    );
    let binding = of("Binding", serde_json::json!({ "policyName": "p", "validationActions": ["Deny"] }));
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let sandbox = sandbox();
        sandbox.apply(policy).unwrap();
        sandbox.apply(binding).unwrap();
        let made = text(&sandbox, "POST", PLAINS, "application/json", deep("x", 9_000)).await;
        assert_eq!(made.0, 201);
        let path = format!("{PLAINS}/x");
        let label = r#"{"metadata":{"labels":{"a":"b"}}}"#.to_owned();
        assert_eq!(text(&sandbox, "PATCH", &path, MERGE, label).await.0, 200);
        let change = r#"{"spec":{"b":1}}"#.to_owned();
        let (code, said) = text(&sandbox, "PATCH", &path, MERGE, change).await;
        assert!(code == 422 && said.contains("denied request"), "{code} {said}");
    });
}

#[test]
fn built_in_objects_may_be_deep_where_nobody_looks_for_it() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let sandbox = Sandbox::builder().rbac(true).build().unwrap();
        let deep = format!(
            r#""managedFields":[{{"manager":"m","operation":"Update","apiVersion":"v1","time":"2026-01-01T00:00:00Z","fieldsType":"FieldsV1","fieldsV1":{}}}]"#,
            nest(9_000)
        );
        let rows = [
            ("apiregistration.k8s.io", "apiservices", "v1.deep.kopf.test", r#""spec":{"group":"deep.kopf.test","version":"v1","groupPriorityMinimum":1,"versionPriority":1}"#),
            ("storage.k8s.io", "storageclasses", "deep", r#""provisioner":"x""#),
            ("rbac.authorization.k8s.io", "clusterrolebindings", "deep", r#""roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"view"},"subjects":[{"kind":"User","apiGroup":"rbac.authorization.k8s.io","name":"u"}]"#),
        ];
        for (group, plural, name, fields) in rows {
            let body = format!(r#"{{"metadata":{{"name":"{name}",{deep}}},{fields}}}"#);
            let path = format!("/apis/{group}/v1/{plural}");
            let (code, said) = text(&sandbox, "POST", &path, "application/json", body).await;
            assert_eq!(code, 201, "{plural}: {}", said.chars().take(300).collect::<String>());
        }
        for path in ["/", "/apis", "/apis/deep.kopf.test", "/openapi/v3", "/version"] {
            assert_eq!(text(&sandbox, "GET", path, "", String::new()).await.0, 200, "{path}");
        }
        let table = http::Request::get("/apis/storage.k8s.io/v1/storageclasses")
            .header("accept", "application/json;as=Table;v=v1;g=meta.k8s.io")
            .body(String::new().into())
            .unwrap();
        assert_eq!(send(&sandbox, table).await.unwrap().status(), 200);
    });
}
