//! Lists that go on where a token says, be it one that no server has given out.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};

use super::check;

/// What tokens are in base64: of the right version first, then those that cannot be read.
const TEXTS: [&str; 34] = [
    r#"{"v":"meta.k8s.io/v1","rv":-1,"start":"b"}"#,
    r#"{"v":"meta.k8s.io/v1","rv":-1,"start":"/b"}"#,
    r#"{"v":"meta.k8s.io/v1","rv":-1,"start":"/"}"#,
    r#"{"v":"meta.k8s.io/v1","rv":-1,"start":"b/c"}"#,
    r#"{"v":"meta.k8s.io/v1","rv":-7,"start":"a\u0000"}"#,
    r#"{"v":"meta.k8s.io/v1","rv":-1,"start":"b","other":[{}]}"#,
    r#"{"RV":-1,"V":"meta.k8s.io/v1","START":"b"}"#,
    r#"{"v":"meta.k8s.io/v1","rv":-1,"start":"//b"}"#,
    r#"{"v":"meta.k8s.io/v1","rv":-1,"start":"../b"}"#,
    r#"{"v":"meta.k8s.io/v1","rv":-1,"start":"b/"}"#,
    r#"{"v":"meta.k8s.io/v1","rv":-1,"start":"b/./c"}"#,
    r#"{"v":"meta.k8s.io/v1","rv":-1}"#,
    r#"{"v":"meta.k8s.io/v1","rv":0,"start":"a"}"#,
    r#"{"v":"meta.k8s.io/v1","rv":null,"start":"a"}"#,
    r#"{"v":"meta.k8s.io/v1"}"#,
    r#"{"v":"meta.k8s.io/v2","rv":5,"start":"a"}"#,
    r#"{"v":"x"}"#,
    "{}",
    "null",
    r#"{"v":1}"#,
    r#"{"v":"meta.k8s.io/v1","rv":-1,"start":1}"#,
    r#"{"rv":"1","v":{},"start":[]}"#,
    r#"{"rv":1.5}"#,
    r#"{"rv":1.0}"#,
    r#"{"rv":9223372036854775808}"#,
    r#"{"rv":true}"#,
    r#"{"v":"meta.k8s.io/v1","rv":-1,"start":"a"} x"#,
    "x",
    "",
    "{",
    "[]",
    "1",
    r#""a""#,
    "true",
];

#[tokio::test]
async fn tokens_are_read_as_they_are_meant() {
    let object = r#""kind":"Row","apiVersion":"differential.kopf.test/v1""#;
    let mut rows = String::new();
    for name in ["a", "b", "c"] {
        rows += &format!("POST rows {{{object},\"metadata\":{{\"name\":\"{name}\"}}}}\n");
    }
    for text in TEXTS {
        rows += &format!("GET rows?continue={}\n", BASE64_URL_SAFE_NO_PAD.encode(text));
    }
    check(&rows).await;
}

#[tokio::test]
async fn tokens_are_made_of_letters() {
    let good = BASE64_URL_SAFE_NO_PAD.encode(TEXTS[0]);
    check(&format!(
        r#"
        POST   rows    {{"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{{"name":"b"}}}}
        GET    rows?continue=nonsense
        GET    rows?continue=a
        GET    rows?continue=a=
        GET    rows?continue=ab==
        GET    rows?continue=abcde
        GET    rows?continue=abcd%0Ae
        GET    rows?continue=abcde%0A
        GET    rows?continue=ab%0Acd%0A
        GET    rows?continue=%0A{good}
        GET    rows?continue={good}=
        GET    rows?continue=a%2Bb
        GET    rows?continue=%20
        GET    rows?continue=a%00b
        GET    rows?continue=%C3%A9
        GET    rows?continue=aaaaaaaaaaaaaaaaaaaaaaaaaaaaa!
        GET    rows?continue=nonsense&resourceVersion=$1
        GET    rows?continue=nonsense&resourceVersion=word
        GET    rows?continue={good}&resourceVersion=word
        GET    rows?continue=nonsense&fieldSelector=metadata.name%3Db
        GET    rows?continue={good}&fieldSelector=metadata.name%3Da
        GET    rows?continue={good}&fieldSelector=metadata.name%3Db
        DELETE rows?continue=nonsense
        GET    configmaps?continue=nonsense
        GET    /apis/rbac.authorization.k8s.io/v1/clusterroles?continue=nonsense
    "#
    ))
    .await;
}
