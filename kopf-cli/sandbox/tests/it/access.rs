//! Whom a sandbox knows, what it lets them do, and what it names to them.

use std::sync::Arc;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use http::Request;
use http_body_util::{BodyExt, Full};
use kopf_sandbox::Sandbox;
use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::client::Stopped;

const CONFIG_MAPS: &str = "/api/v1/namespaces/default/configmaps";

/// Asks with these headers.
async fn ask(
    sandbox: &Sandbox,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> (u16, Value) {
    let mut request = Request::builder().method(method).uri(path).header("content-type", "application/json");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Full::from(body.to_owned())).unwrap();
    let response = sandbox.service().oneshot(request).await.unwrap();
    let code = response.status().as_u16();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (code, serde_json::from_slice(&body).unwrap())
}

/// A sandbox with a service account, and a token of it as a header has it.
async fn with_token(rbac: bool) -> (Sandbox, String) {
    let account = json!({ "apiVersion": "v1", "kind": "ServiceAccount", "metadata": { "name": "sa" } });
    let sandbox = Sandbox::builder().rbac(rbac).objects([account]).build().unwrap();
    let path = "/api/v1/namespaces/default/serviceaccounts/sa/token";
    let (code, review) = ask(&sandbox, "POST", path, &[], r#"{"spec":{}}"#).await;
    assert_eq!(code, 201, "{review}");
    let token = format!("Bearer {}", review["status"]["token"].as_str().unwrap());
    (sandbox, token)
}

#[tokio::test]
async fn a_token_is_good_as_long_as_its_account() {
    let (sandbox, token) = with_token(false).await;
    let who = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
    let (_, review) = ask(&sandbox, "POST", who, &[("authorization", &token)], "{}").await;
    assert_eq!(review["status"]["userInfo"]["username"], "system:serviceaccount:default:sa");
    assert_eq!(ask(&sandbox, "GET", CONFIG_MAPS, &[("authorization", &token)], "").await.0, 200);
    assert_eq!(ask(&sandbox, "GET", CONFIG_MAPS, &[("authorization", "Bearer other")], "").await.0, 401);
    for none in ["Bearer ", "Bearer", "", "Basic YTpi"] {
        assert_eq!(
            ask(&sandbox, "GET", CONFIG_MAPS, &[("authorization", none)], "").await.0,
            401,
            "{none:?}"
        );
    }
    sandbox.delete("serviceaccounts", "default", "sa").unwrap();
    assert_eq!(ask(&sandbox, "GET", CONFIG_MAPS, &[("authorization", &token)], "").await.0, 401);
}

#[tokio::test]
async fn a_token_is_reviewed_for_its_audiences() {
    let (sandbox, token) = with_token(false).await;
    let token = token.trim_start_matches("Bearer ");
    let review = |audiences: Value| {
        let spec = json!({ "spec": { "token": token, "audiences": audiences } }).to_string();
        let sandbox = sandbox.clone();
        async move { ask(&sandbox, "POST", "/apis/authentication.k8s.io/v1/tokenreviews", &[], &spec).await.1 }
    };
    let good = review(Value::Null).await;
    assert_eq!(good["status"]["authenticated"], true, "{good}");
    assert_eq!(good["status"]["user"]["username"], "system:serviceaccount:default:sa");
    let other = review(json!(["other"])).await;
    assert_eq!(other["status"]["authenticated"], Value::Null, "{other}");
}

#[tokio::test]
async fn under_rbac_who_has_no_rights_cannot_act_as_another() {
    let (sandbox, token) = with_token(true).await;
    let (code, status) = ask(&sandbox, "GET", CONFIG_MAPS, &[("authorization", &token)], "").await;
    assert_eq!((code, &status["reason"]), (403, &"Forbidden".into()), "{status}");
    let as_admin = [("authorization", token.as_str()), ("impersonate-user", "admin")];
    assert_eq!(ask(&sandbox, "GET", CONFIG_MAPS, &as_admin, "").await.0, 403);
    let group = [("impersonate-user", "somebody"), ("impersonate-group", "system:masters")];
    assert_eq!(ask(&sandbox, "GET", CONFIG_MAPS, &group, "").await.0, 200);
    assert_eq!(
        ask(&sandbox, "GET", CONFIG_MAPS, &[("impersonate-group", "system:masters")], "").await.0,
        400
    );
    let role = sandbox.get("clusterroles.rbac.authorization.k8s.io", "", "admin").unwrap();
    assert!(role["rules"].as_array().unwrap().len() > 20, "it is made of others: {role}");
}

#[tokio::test]
async fn roles_that_are_made_of_each_other_come_to_an_end() {
    let sandbox = Sandbox::builder().build().unwrap();
    let role = |name: &str, made_of: &str, verb: &str| {
        json!({
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole",
            "metadata": { "name": name, "labels": { "is": name } },
            "aggregationRule": { "clusterRoleSelectors": [{ "matchLabels": { "is": made_of } }] },
            "rules": [{ "verbs": [verb], "apiGroups": [""], "resources": ["pods"] }],
        })
    };
    for (name, made_of, verb) in [("a", "b", "get"), ("b", "c", "list"), ("c", "a", "watch")] {
        sandbox.apply(role(name, made_of, verb)).unwrap();
    }
    let rule = json!({ "verbs": ["get"], "apiGroups": [""], "resources": ["nodes"] });
    let plain = json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole",
        "metadata": { "name": "d", "labels": { "is": "b" } }, "rules": [rule],
    });
    sandbox.apply(plain).unwrap();
    for name in ["a", "b", "c"] {
        let role = sandbox.get("clusterroles.rbac.authorization.k8s.io", "", name).unwrap();
        assert_eq!(role["rules"], json!([rule]), "{name}");
    }
}

#[tokio::test]
async fn a_built_in_group_whose_registration_is_gone_is_served_and_not_named() {
    let sandbox = Sandbox::builder().build().unwrap();
    let is_named = async || {
        let (_, groups) = ask(&sandbox, "GET", "/apis", &[], "").await;
        groups["groups"].as_array().unwrap().iter().any(|group| group["name"] == "apps")
    };
    assert!(is_named().await);
    sandbox.delete("apiservices.apiregistration.k8s.io", "", "v1.apps").unwrap();
    assert!(!is_named().await);
    for path in ["/apis/apps", "/apis/apps/v1", "/apis/apps/v1/deployments"] {
        assert_eq!(ask(&sandbox, "GET", path, &[], "").await.0, 200, "{path}");
    }
}

const WHO: &str = "/apis/authentication.k8s.io/v1/selfsubjectreviews";

#[tokio::test]
async fn who_presents_a_token_is_known_by_it_and_by_what_it_is_bound_to() {
    let (sandbox, _) = with_token(false).await;
    let pod =
        json!({ "serviceAccountName": "sa", "nodeName": "n", "containers": [{ "name": "c", "image": "i" }] });
    let pod = json!({ "apiVersion": "v1", "kind": "Pod", "metadata": { "name": "p" }, "spec": pod });
    let uid = sandbox.apply(pod).unwrap()["metadata"]["uid"].clone();
    let path = "/api/v1/namespaces/default/serviceaccounts/sa/token";
    let spec = r#"{"spec":{"boundObjectRef":{"kind":"Pod","apiVersion":"v1","name":"p"}}}"#;
    let (_, review) = ask(&sandbox, "POST", path, &[], spec).await;
    let token = format!("bearer {}", review["status"]["token"].as_str().unwrap());
    let (_, review) = ask(&sandbox, "POST", WHO, &[("authorization", &token)], "{}").await;
    let extra = &review["status"]["userInfo"]["extra"];
    assert_eq!(extra["authentication.kubernetes.io/pod-uid"], json!([uid]));
    assert_eq!(extra["authentication.kubernetes.io/node-name"], json!(["n"]));
    let id = extra["authentication.kubernetes.io/credential-id"][0].as_str().unwrap();
    assert!(id.starts_with("JTI="), "{id}");
}

#[tokio::test]
async fn a_token_is_good_a_minute_longer_than_it_says() {
    let clock = Arc::new(Stopped::default());
    let account = json!({ "apiVersion": "v1", "kind": "ServiceAccount", "metadata": { "name": "sa" } });
    let sandbox = Sandbox::builder().clock(Arc::clone(&clock) as _).objects([account]).build().unwrap();
    let path = "/api/v1/namespaces/default/serviceaccounts/sa/token";
    let (_, review) = ask(&sandbox, "POST", path, &[], r#"{"spec":{"expirationSeconds":600}}"#).await;
    let token = review["status"]["token"].as_str().unwrap().to_owned();
    let header = format!("Bearer {token}");
    clock.advance(660);
    assert_eq!(ask(&sandbox, "GET", CONFIG_MAPS, &[("authorization", &header)], "").await.0, 200);
    clock.advance(1);
    assert_eq!(ask(&sandbox, "GET", CONFIG_MAPS, &[("authorization", &header)], "").await.0, 401);
    let spec = json!({ "spec": { "token": token } }).to_string();
    let (_, review) = ask(&sandbox, "POST", "/apis/authentication.k8s.io/v1/tokenreviews", &[], &spec).await;
    let error = "[invalid bearer token, service account token has expired]";
    assert_eq!(review["status"], json!({ "user": {}, "error": error }));
}

#[tokio::test]
async fn tokens_stay_good_where_the_state_is_kept() {
    let (before, token) = with_token(false).await;
    let good = |sandbox: Sandbox| {
        let token = token.clone();
        async move { ask(&sandbox, "GET", CONFIG_MAPS, &[("authorization", &token)], "").await.0 }
    };
    before.restart();
    assert_eq!(good(before.clone()).await, 200);
    let mut text = Vec::new();
    before.snapshot().write(&mut text, false).unwrap();
    assert_eq!(good(Sandbox::builder().state(text.clone()).build().unwrap()).await, 200);
    // A state of before there was a key, with the account, and one with a key that is none.
    let text = String::from_utf8(text).unwrap();
    let (head, rest) = text.split_once('\n').unwrap();
    let mut head: Value = serde_json::from_str(head).unwrap();
    head.as_object_mut().unwrap().remove("signingKey").unwrap();
    let other = Sandbox::builder().state(format!("{head}\n{rest}").into()).build().unwrap();
    assert_eq!(good(other).await, 401);
    head["signingKey"] = "AAAA".into();
    assert!(Sandbox::builder().state(format!("{head}\n{rest}").into()).build().is_err());
}

#[tokio::test]
async fn tokens_are_checked_by_the_keys_that_are_told() {
    let (sandbox, token) = with_token(false).await;
    let token = token.trim_start_matches("Bearer ");
    let told = [("accept", "application/jwk-set+json"), ("host", "here:1")];
    let (_, keys) = ask(&sandbox, "GET", "/openid/v1/jwks", &told, "").await;
    let key = &keys["keys"][0];
    let (said, signature) = token.rsplit_once('.').unwrap();
    let bytes = |text: &str| BASE64_URL_SAFE_NO_PAD.decode(text).unwrap();
    let head: Value = serde_json::from_slice(&bytes(said.split('.').next().unwrap())).unwrap();
    assert_eq!((&head["kid"], &head["alg"]), (&key["kid"], &key["alg"]));
    let [x, y] = ["x", "y"].map(|axis| bytes(key[axis].as_str().unwrap()));
    let point = [vec![4], x, y].concat();
    let public = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point);
    public.verify(said.as_bytes(), &bytes(signature)).unwrap();
    let (_, told) =
        ask(&sandbox, "GET", "/.well-known/openid-configuration", &[("host", "here:1")], "").await;
    assert_eq!(told["jwks_uri"], "https://here:1/openid/v1/jwks");
    assert_eq!(told["id_token_signing_alg_values_supported"], json!([key["alg"]]));
}

#[tokio::test]
async fn the_tokens_of_a_kubeconfig_are_reviewed_too() {
    let sandbox = Sandbox::builder().build().unwrap();
    let server = sandbox.serve("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let token = server.kubeconfig().lines().find_map(|line| line.trim().strip_prefix("token: ")).unwrap();
    for (audience, user) in
        [(None, "admin"), (Some("https://kubernetes.default.svc"), "admin"), (Some("x"), "")]
    {
        let spec = json!({ "spec": { "token": token, "audiences": Vec::from_iter(audience) } }).to_string();
        let (_, review) =
            ask(&sandbox, "POST", "/apis/authentication.k8s.io/v1/tokenreviews", &[], &spec).await;
        assert_eq!(review["status"]["user"]["username"].as_str().unwrap_or_default(), user, "{review}");
    }
}

#[tokio::test]
async fn a_review_of_rules_tells_which_roles_are_not_there() {
    let bound = |home: Option<&str>, kind: &str, role: &str| {
        let group = "rbac.authorization.k8s.io";
        json!({
            "apiVersion": format!("{group}/v1"), "kind": if home.is_some() { "RoleBinding" } else { "ClusterRoleBinding" },
            "metadata": { "name": role, "namespace": home }, "roleRef": { "apiGroup": group, "kind": kind, "name": role },
            "subjects": [{ "apiGroup": group, "kind": "User", "name": "ann" }],
        })
    };
    let bindings = [bound(None, "ClusterRole", "wide"), bound(Some("default"), "Role", "near")];
    let sandbox = Sandbox::builder().rbac(true).objects(bindings).build().unwrap();
    let review = async |namespace: &str| {
        let question = json!({ "spec": { "namespace": namespace } }).to_string();
        let path = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews";
        let (code, review) = ask(&sandbox, "POST", path, &[("impersonate-user", "ann")], &question).await;
        assert_eq!(code, 201, "{review}");
        review["status"]["evaluationError"].as_str().unwrap().to_owned()
    };
    let wide = r#"clusterrole.rbac.authorization.k8s.io "wide" not found"#;
    assert_eq!(review("elsewhere").await, wide);
    let near = r#"role.rbac.authorization.k8s.io "near" not found"#;
    assert_eq!(review("default").await, format!("[{wide}, {near}]"));
}
