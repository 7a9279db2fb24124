//! Tokens that secrets keep: who presents one, what is noted of that, and what a sandbox without sockets gives.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use base64::{
    Engine,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use http::{Request, header};
use http_body_util::{BodyExt, Full};
use kopf_sandbox::{Builder, Sandbox};
use serde_json::{Value, json};

use crate::client::{Stopped, delete, send};

const WHO: &str = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
/// Several times what is needed where no account has all secrets looked through.
const SOON: Duration = Duration::from_secs(30);
const LAST_USED: &str = "kubernetes.io/legacy-token-last-used";

fn account() -> Value {
    account_called("sa")
}

fn account_called(name: &str) -> Value {
    json!({ "apiVersion": "v1", "kind": "ServiceAccount", "metadata": { "name": name } })
}

fn secret(name: &str) -> Value {
    secret_of("sa", name)
}

fn secret_of(account: &str, name: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/service-account-token",
        "metadata": { "name": name, "annotations": { "kubernetes.io/service-account.name": account } },
    })
}

fn builder() -> Builder {
    Sandbox::builder().service_accounts(true).objects([account(), secret("t")])
}

/// A value of the secret, as text.
fn kept(sandbox: &Sandbox, key: &str) -> Option<String> {
    let secret = sandbox.get("secrets", "default", "t")?;
    Some(String::from_utf8(BASE64_STANDARD.decode(secret["data"][key].as_str()?).unwrap()).unwrap())
}

/// Asks who presents a token: the code, the warning if there is one, and the user.
async fn who(sandbox: &Sandbox, token: &str) -> (u16, Option<String>, Value) {
    let request = Request::post(WHO).header(header::CONTENT_TYPE, "application/json");
    let request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    let response = send(sandbox, request.body(Full::from("{}")).unwrap()).await.unwrap();
    let warning = response.headers().get(header::WARNING).map(|words| words.to_str().unwrap().to_owned());
    let code = response.status().as_u16();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    let review: Value = serde_json::from_slice(&body).unwrap();
    (code, warning, review["status"]["userInfo"].clone())
}

#[tokio::test]
async fn who_presents_a_token_of_a_secret_is_its_account() {
    let sandbox = builder().build().unwrap();
    let token = kept(&sandbox, "token").unwrap();
    let (code, warning, user) = who(&sandbox, &token).await;
    assert_eq!((code, warning), (201, None));
    let uid = sandbox.get("serviceaccounts", "default", "sa").unwrap()["metadata"]["uid"].clone();
    let groups = ["system:serviceaccounts", "system:serviceaccounts:default", "system:authenticated"];
    assert_eq!(user, json!({ "username": "system:serviceaccount:default:sa", "uid": uid, "groups": groups }));
    let said = BASE64_URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
    let expected = format!(
        r#"{{"iss":"kubernetes/serviceaccount","kubernetes.io/serviceaccount/namespace":"default","kubernetes.io/serviceaccount/secret.name":"t","kubernetes.io/serviceaccount/service-account.name":"sa","kubernetes.io/serviceaccount/service-account.uid":{uid},"sub":"system:serviceaccount:default:sa"}}"#
    );
    assert_eq!(String::from_utf8(said).unwrap(), expected);
    sandbox.delete("serviceaccounts", "default", "sa").unwrap();
    assert!(sandbox.get("secrets", "default", "t").is_none(), "it goes with its account");
    assert_eq!(who(&sandbox, &token).await.0, 401);
}

#[tokio::test]
async fn the_day_of_its_last_use_is_noted_once() {
    let clock = Arc::new(Stopped::default());
    let sandbox = builder().clock(Arc::clone(&clock) as _).build().unwrap();
    let token = kept(&sandbox, "token").unwrap();
    let noted = || sandbox.get("secrets", "default", "t").unwrap()["metadata"]["labels"][LAST_USED].clone();
    assert_eq!(noted(), Value::Null);
    who(&sandbox, &token).await;
    assert_eq!(noted(), "2026-01-01");
    let revision = sandbox.revision();
    clock.advance(3_600);
    who(&sandbox, &token).await;
    assert_eq!(sandbox.revision(), revision);
    clock.advance(24 * 3_600);
    who(&sandbox, &token).await;
    assert_eq!(noted(), "2026-01-02");
    assert_eq!(sandbox.revision(), revision + 1);
}

#[tokio::test]
async fn who_presents_a_token_that_its_account_names_is_warned() {
    let sandbox = builder().build().unwrap();
    let token = kept(&sandbox, "token").unwrap();
    let mut account = account();
    account["secrets"] = json!([{ "name": "t" }]);
    sandbox.apply(account).unwrap();
    let (code, warning, _) = who(&sandbox, &token).await;
    let words = "Use tokens from the TokenRequest API or manually created secret-based tokens instead of auto-generated \
                 secret-based tokens.";
    assert_eq!((code, warning), (201, Some(format!("299 - \"{words}\""))));
}

#[tokio::test]
async fn a_secret_has_the_authority_of_the_server_that_is_there() {
    let sandbox = builder().build().unwrap();
    let (token, namespace) = (kept(&sandbox, "token").unwrap(), kept(&sandbox, "namespace"));
    assert_eq!((kept(&sandbox, "ca.crt"), namespace.as_deref()), (None, Some("default")));
    for _ in 0..2 {
        let _server = sandbox.serve("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let map = sandbox.get("configmaps", "default", "kube-root-ca.crt").unwrap();
        assert_eq!(kept(&sandbox, "ca.crt").as_deref(), map["data"]["ca.crt"].as_str());
    }
    assert_eq!(kept(&sandbox, "token").unwrap(), token, "a token that is there stays");
}

#[tokio::test]
async fn without_service_accounts_no_secret_is_given_a_token() {
    let sandbox = builder().service_accounts(false).objects([secret("u")]).build().unwrap();
    assert_eq!(kept(&sandbox, "token"), None);
    sandbox.delete("serviceaccounts", "default", "sa").unwrap();
    assert_eq!(sandbox.list("secrets").len(), 2);
}

#[tokio::test]
async fn a_token_that_is_kept_stays_good_where_the_state_is() {
    let before = builder().build().unwrap();
    let token = kept(&before, "token").unwrap();
    let mut text = Vec::new();
    before.snapshot().write(&mut text, true).unwrap();
    let after = Sandbox::builder().state(text).build().unwrap();
    assert_eq!(who(&after, &token).await.0, 201);
}

#[tokio::test]
async fn a_secret_goes_with_the_account_that_it_names_last() {
    let [sa, other] = ["sa", "other"].map(account_called);
    let sandbox =
        Sandbox::builder().service_accounts(true).objects([sa, other, secret("t")]).build().unwrap();
    let mut moved = sandbox.get("secrets", "default", "t").unwrap();
    let annotations = json!({ "kubernetes.io/service-account.name": "other" });
    moved["metadata"]["annotations"] = annotations;
    sandbox.apply(moved).unwrap();
    sandbox.delete("serviceaccounts", "default", "sa").unwrap();
    assert!(sandbox.get("secrets", "default", "t").is_some());
    sandbox.restart();
    sandbox.delete("serviceaccounts", "default", "other").unwrap();
    assert!(sandbox.get("secrets", "default", "t").is_none());
}

#[tokio::test]
async fn many_accounts_go_with_their_secrets() {
    const MANY: usize = 3_000;
    let objects = (0..MANY).flat_map(|n| {
        let account = format!("sa{n}");
        [account_called(&account), secret_of(&account, &format!("t{n}"))]
    });
    let sandbox = Sandbox::builder().service_accounts(true).objects(objects).build().unwrap();
    assert_eq!(sandbox.list("secrets").len(), MANY);
    let began = Instant::now();
    let (code, _) = delete(&sandbox, "/api/v1/namespaces/default/serviceaccounts").await;
    assert_eq!((code, sandbox.list("secrets").len()), (200, 0));
    assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
}
