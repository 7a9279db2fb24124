//! Tokens of service accounts: how one is asked for, what it is bound to, and who it says that somebody is.

use super::check;

const REVIEWS: &str = "/apis/authentication.k8s.io/v1/tokenreviews";

/// Accounts, pods of them on a node and on none, a secret and a node: eight rows.
const BEFORE: &str = r#"
    POST serviceaccounts {"metadata":{"name":"sa"}}
    POST serviceaccounts {"metadata":{"name":"other"}}
    POST /api/v1/nodes {"metadata":{"name":"$ns"}}
    POST secrets {"metadata":{"name":"s"}}
    POST pods {"metadata":{"name":"p"},"spec":{"serviceAccountName":"sa","nodeName":"$ns","containers":[{"name":"c","image":"i"}]}}
    POST pods {"metadata":{"name":"away"},"spec":{"serviceAccountName":"sa","nodeName":"none","containers":[{"name":"c","image":"i"}]}}
    POST pods {"metadata":{"name":"waits"},"spec":{"serviceAccountName":"sa","containers":[{"name":"c","image":"i"}]}}
    POST pods {"metadata":{"name":"others"},"spec":{"serviceAccountName":"other","containers":[{"name":"c","image":"i"}]}}
"#;

/// Rows that ask for tokens with these specs.
fn requests(specs: &[&str]) -> String {
    let row = |spec: &&str| format!("POST serviceaccounts/sa/token {{\"spec\":{spec}}}\n");
    specs.iter().map(row).collect()
}

/// Rows that ask whose these tokens are, and for whom.
fn reviews(specs: &[&str]) -> String {
    specs.iter().map(|spec| format!("POST {REVIEWS} {{\"spec\":{{{spec}}}}}\n")).collect()
}

#[tokio::test]
async fn tokens_are_bound_to_objects_that_are_there() {
    let asked = requests(&[
        r#"{"boundObjectRef":{"kind":"Pod","apiVersion":"v1","name":"p"}}"#,
        r#"{"boundObjectRef":{"kind":"Pod","apiVersion":"v1","name":"p","uid":"$uid5"}}"#,
        r#"{"boundObjectRef":{"kind":"Pod","apiVersion":"v1","name":"p","uid":"other"}}"#,
        r#"{"boundObjectRef":{"kind":"Pod","apiVersion":"v1","name":"away"},"expirationSeconds":3607}"#,
        r#"{"boundObjectRef":{"kind":"Pod","apiVersion":"v1","name":"others"}}"#,
        r#"{"boundObjectRef":{"kind":"Pod","apiVersion":"v1","name":"missing"}}"#,
        r#"{"boundObjectRef":{"kind":"Pod","apiVersion":"v7","name":"p","uid":""}}"#,
        r#"{"boundObjectRef":{"kind":"Pod","name":"p"}}"#,
        r#"{"boundObjectRef":{"kind":"Pod","apiVersion":"a/b/c","name":"p"}}"#,
        r#"{"boundObjectRef":{"kind":"Pod","apiVersion":"apps/v1","name":"p"}}"#,
        r#"{"boundObjectRef":{"kind":"pod","apiVersion":"v1","name":"p"}}"#,
        r#"{"boundObjectRef":{"kind":"Deployment","apiVersion":"apps/v1","name":"d"}}"#,
        r#"{"boundObjectRef":{}}"#,
        r#"{"boundObjectRef":null}"#,
        r#"{"boundObjectRef":{"kind":"Node","apiVersion":"v1","name":"$ns"}}"#,
        r#"{"boundObjectRef":{"kind":"Node","apiVersion":"v1","name":"$ns","uid":"other"}}"#,
        r#"{"boundObjectRef":{"kind":"Node","apiVersion":"v1","name":"missing"}}"#,
        r#"{"boundObjectRef":{"kind":"Node","apiVersion":"v1","name":"a/b"}}"#,
        r#"{"boundObjectRef":{"kind":"Secret","apiVersion":"v1","name":"s"}}"#,
        r#"{"boundObjectRef":{"kind":"Secret","apiVersion":"v1","name":"s","uid":"other"}}"#,
        r#"{"boundObjectRef":{"kind":"Secret","apiVersion":"v1","name":"missing"}}"#,
        r#"{"boundObjectRef":{"kind":"Secret","apiVersion":"v1"}}"#,
        r#"{"boundObjectRef":{"kind":"Secret","apiVersion":"v1","name":".."}}"#,
        r#"{"boundObjectRef":{"kind":"Secret","apiVersion":"v1","name":"a/b%c"}}"#,
    ]);
    check(&format!("{BEFORE}{asked}")).await;
}

#[tokio::test]
async fn requests_for_tokens_have_rules() {
    let webhook = r#""boundObjectRef":{"kind":"ValidatingWebhookConfiguration","apiVersion":"admissionregistration.k8s.io/v1","name":"w"}"#;
    let mut asked = requests(&[
        r#"{"expirationSeconds":599}"#,
        r#"{"expirationSeconds":600}"#,
        r#"{"expirationSeconds":-1}"#,
        r#"{"expirationSeconds":4294967296}"#,
        r#"{"expirationSeconds":4294967297}"#,
        r#"{"expirationSeconds":"700"}"#,
        r#"{"expirationSeconds":null,"audiences":null}"#,
        r#"{"audiences":[""]}"#,
        r#"{"audiences":[1]}"#,
        r#"{"audiences":["a","a"],"expirationSeconds":700}"#,
        r#"{"attestations":{}}"#,
        r#"{"attestations":{"a":["b"]}}"#,
        r#"{"attestations":{"a":["b"]},"expirationSeconds":1}"#,
        r#"{"attestations":{"a":[]}}"#,
    ]);
    for rest in [
        "",
        r#","expirationSeconds":1"#,
        r#","audiences":["a","b"]"#,
        r#","attestations":{"a":["b"]}"#,
        r#","attestations":{"admissionReviewAPIGroups":[]}"#,
        r#","attestations":{"admissionReviewAPIGroups":["a","b"]}"#,
        r#","attestations":{"admissionReviewAPIGroups":[""]}"#,
        r#","attestations":{"admissionReviewAPIGroups":["A_B"]}"#,
        r#","attestations":{"admissionReviewAPIGroups":["*"]}"#,
        r#","attestations":{"admissionReviewAPIGroups":["apps"]},"audiences":["https://x"]"#,
        r#","attestations":{"admissionReviewAPIGroups":["apps"],"b":["c"]}"#,
    ] {
        asked += &requests(&[&format!("{{{webhook}{rest}}}")]);
    }
    check(&format!(
        r#"
        {BEFORE}{asked}
        POST serviceaccounts/sa/token {{}}
        POST serviceaccounts/sa/token {{"spec":null}}
        POST serviceaccounts/sa/token?dryRun=All {{"spec":{{}}}}
        POST serviceaccounts/sa/token {{"spec":{{}},"status":{{"token":"t"}}}}
        POST serviceaccounts/missing/token {{"spec":{{"expirationSeconds":1}}}}
        "#
    ))
    .await;
}

#[tokio::test]
async fn tokens_say_who_somebody_is() {
    let asked = requests(&[
        "{}",
        r#"{"audiences":["a","b"]}"#,
        r#"{"boundObjectRef":{"kind":"Pod","apiVersion":"v1","name":"p"}}"#,
        r#"{"boundObjectRef":{"kind":"Pod","apiVersion":"v1","name":"away"}}"#,
        r#"{"boundObjectRef":{"kind":"Pod","apiVersion":"v1","name":"waits"}}"#,
        r#"{"boundObjectRef":{"kind":"Node","apiVersion":"v1","name":"$ns"}}"#,
        r#"{"boundObjectRef":{"kind":"Secret","apiVersion":"v1","name":"s"}}"#,
    ]);
    let reviewed = reviews(&[
        r#""token":"$token9""#,
        r#""token":"$token9","audiences":[]"#,
        r#""token":"$token9","audiences":["x"]"#,
        r#""token":"$token9","audiences":["x","https://kubernetes.default.svc"]"#,
        r#""token":"$token10""#,
        r#""token":"$token10","audiences":["b","a","b"]"#,
        r#""token":"$token10","audiences":["c","d"]"#,
        r#""token":"$token11""#,
        r#""token":"$token12""#,
        r#""token":"$token13""#,
        r#""token":"$token14""#,
        r#""token":"$token15""#,
        // What is none, or not whole.
        r#""token":" $token9""#,
        r#""token":" x","audiences":["z"]"#,
        r#""token":"$token9\n""#,
        r#""token":"$token9 behind""#,
        r#""token":"$token9==""#,
        r#""token":"$token9.more""#,
        r#""token":"x.y.z""#,
        r#""token":"e30.e30.e30""#,
        r#""token":"a\nb""#,
        r#""token":"" "#,
        // {"alg":"ES256","kid":"other"}, and {"iss":"https://kubernetes.default.svc"}
        r#""token":"eyJhbGciOiJFUzI1NiIsImtpZCI6Im90aGVyIn0.eyJpc3MiOiJodHRwczovL2t1YmVybmV0ZXMuZGVmYXVsdC5zdmMifQ.AAAA""#,
        // {}, and the same
        r#""token":"e30.eyJpc3MiOiJodHRwczovL2t1YmVybmV0ZXMuZGVmYXVsdC5zdmMifQ.AAAA""#,
        // {"alg":"none"}, and the same
        r#""token":"eyJhbGciOiJub25lIn0.eyJpc3MiOiJodHRwczovL2t1YmVybmV0ZXMuZGVmYXVsdC5zdmMifQ.""#,
        // {"iss":"https://other"}
        r#""token":"e30.eyJpc3MiOiJodHRwczovL290aGVyIn0.AAAA""#,
    ]);
    check(&format!("{BEFORE}{asked}{reviewed}")).await;
}

#[tokio::test]
async fn tokens_end_with_what_they_are_bound_to() {
    let asked = requests(&[
        r#"{"boundObjectRef":{"kind":"Pod","apiVersion":"v1","name":"p"}}"#,
        r#"{"boundObjectRef":{"kind":"Node","apiVersion":"v1","name":"$ns"}}"#,
        r#"{"boundObjectRef":{"kind":"Secret","apiVersion":"v1","name":"s"}}"#,
        r#"{"boundObjectRef":{"kind":"Pod","apiVersion":"v1","name":"waits"}}"#,
        r#"{"boundObjectRef":{"kind":"Secret","apiVersion":"v1","name":"t"}}"#,
        "{}",
    ]);
    check(&format!(
        r#"
        POST   secrets {{"metadata":{{"name":"t"}}}}
        {BEFORE}{asked}
        POST   serviceaccounts/other/token {{"spec":{{}}}}
        DELETE /api/v1/nodes/$ns
        DELETE secrets/s
        DELETE pods/waits?gracePeriodSeconds=0
        POST {REVIEWS} {{"spec":{{"token":"$token10"}}}}
        AWAIT "error": POST {REVIEWS} {{"spec":{{"token":"$token11"}}}}
        AWAIT "error": POST {REVIEWS} {{"spec":{{"token":"$token12"}}}}
        AWAIT "error": POST {REVIEWS} {{"spec":{{"token":"$token13"}}}}
        POST   /api/v1/nodes {{"metadata":{{"name":"$ns"}}}}
        POST   secrets {{"metadata":{{"name":"s"}}}}
        POST   pods {{"metadata":{{"name":"waits"}},"spec":{{"containers":[{{"name":"c","image":"i"}}]}}}}
        POST {REVIEWS} {{"spec":{{"token":"$token11"}}}}
        POST {REVIEWS} {{"spec":{{"token":"$token12"}}}}
        POST {REVIEWS} {{"spec":{{"token":"$token13"}}}}
        MERGE  secrets/t {{"metadata":{{"finalizers":["kopf.test/held"]}}}}
        DELETE secrets/t
        AWAIT "error": POST {REVIEWS} {{"spec":{{"token":"$token14"}}}}
        DELETE serviceaccounts/sa
        AWAIT "error": POST {REVIEWS} {{"spec":{{"token":"$token15"}}}}
        POST   serviceaccounts {{"metadata":{{"name":"sa"}}}}
        POST {REVIEWS} {{"spec":{{"token":"$token15"}}}}
        MERGE  serviceaccounts/other {{"metadata":{{"finalizers":["kopf.test/held"]}}}}
        DELETE serviceaccounts/other
        AWAIT "error": POST {REVIEWS} {{"spec":{{"token":"$token16"}}}}
        MERGE  secrets/t {{"metadata":{{"finalizers":[]}}}}
        MERGE  serviceaccounts/other {{"metadata":{{"finalizers":[]}}}}
        DELETE /api/v1/nodes/$ns
        "#
    ))
    .await;
}

#[tokio::test]
async fn others_find_the_keys_that_tokens_are_checked_by() {
    check(
        r#"
        GET      /.well-known/openid-configuration
        GET      /.well-known/openid-configuration/
        GET+text /.well-known/openid-configuration
        POST     /.well-known/openid-configuration {}
        GET      /.well-known
        GET      /openid/v1/jwks
        GET      /openid/v1
        GET+text /openid/v1/jwks
        POST     /openid/v1/jwks {}
        GET+as:bob /openid/v1/jwks
        GET+as:bob /.well-known/openid-configuration
        GET+as:system:serviceaccount:$ns:sa /openid/v1/jwks
        GET+as:system:serviceaccount:$ns:sa /.well-known/openid-configuration
    "#,
    )
    .await;
}
