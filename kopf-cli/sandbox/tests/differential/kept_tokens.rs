//! Tokens of service accounts that are kept in secrets: who is given one, how long it is good, and when the secret goes.

use super::check;

const REVIEWS: &str = "/apis/authentication.k8s.io/v1/tokenreviews";

/// A row that makes a secret of the type, of the account `sa`; `rest` are other fields.
fn secret(name: &str, rest: &str) -> String {
    let metadata =
        format!(r#"{{"name":"{name}","annotations":{{"kubernetes.io/service-account.name":"sa"}}}}"#);
    format!(r#"POST secrets {{"metadata":{metadata},"type":"kubernetes.io/service-account-token"{rest}}}"#)
}

/// A row that asks whose a token is; `rest` are other fields.
fn review(token: &str, rest: &str) -> String {
    format!(r#"POST {REVIEWS} {{"spec":{{"token":"{token}"{rest}}}}}"#)
}

#[tokio::test]
async fn secrets_are_given_the_token_of_the_account_that_they_name() {
    let (made, whose) = (secret("t", ""), review("$token3", ""));
    let (dry, locked) =
        (secret("d", "").replacen("secrets", "secrets?dryRun=All", 1), secret("l", r#","immutable":true"#));
    let (for_others, for_both) = (
        review("$token3", r#","audiences":["x"]"#),
        review("$token3", r#","audiences":["x","https://kubernetes.default.svc"]"#),
    );
    check(&format!(
        r#"
        POST   serviceaccounts {{"metadata":{{"name":"sa"}}}}
        {made}
        UNTIL  secrets/t service-account.uid
        {dry}
        {locked}
        {whose}
        GET    secrets/t
        {for_others}
        {for_both}
        {whose}
        GET+table secrets/t
        GET    secrets/d
        GET    secrets/l
        "#
    ))
    .await;
}

#[tokio::test]
async fn what_is_taken_away_of_a_token_comes_back() {
    let (made, first, second) = (secret("t", ""), review("$token3", ""), review("$token6", ""));
    let filled = secret("f", r#","stringData":{"token":"x","namespace":"other","ca.crt":"y"}"#);
    check(&format!(
        r#"
        POST   serviceaccounts {{"metadata":{{"name":"sa"}}}}
        {made}
        UNTIL  secrets/t service-account.uid
        {first}
        MERGE  secrets/t {{"data":{{"token":null}}}}
        UNTIL  secrets/t "token":
        {second}
        AWAIT "error": {first}
        MERGE  secrets/t {{"metadata":{{"annotations":{{"kubernetes.io/service-account.uid":null}}}}}}
        GET    secrets/t
        MERGE  secrets/t {{"data":{{"ca.crt":"eA==","namespace":"b3RoZXI="}}}}
        UNTIL  secrets/t !eA==
        MERGE  secrets/t {{"data":null}}
        UNTIL  secrets/t ca.crt
        {filled}
        UNTIL  secrets/f service-account.uid
        MERGE  secrets/t {{"metadata":{{"annotations":{{"kubernetes.io/service-account.name":null}}}}}}
        MERGE  secrets/t {{"metadata":{{"annotations":{{"kubernetes.io/service-account.uid":"other"}}}}}}
        UNTIL  secrets/t 404
        MERGE  secrets/f {{"metadata":{{"annotations":{{"kubernetes.io/service-account.name":"default"}}}}}}
        UNTIL  secrets/f 404
        "#
    ))
    .await;
}

#[tokio::test]
async fn secrets_go_with_the_account_that_they_name() {
    let early = secret("e", "");
    let (made, locked) = (secret("t", ""), secret("l", r#","immutable":true"#));
    let held = secret("h", "").replacen(r#""name":"h""#, r#""name":"h","finalizers":["kopf.test/held"]"#, 1);
    check(&format!(
        r#"
        {early}
        UNTIL  secrets/e 404
        POST   serviceaccounts {{"metadata":{{"name":"sa"}}}}
        POST   serviceaccounts {{"metadata":{{"name":"other"}}}}
        {made}
        {held}
        {locked}
        POST   secrets {{"metadata":{{"name":"o","annotations":{{"kubernetes.io/service-account.name":"sa"}}}}}}
        UNTIL  secrets/t service-account.uid
        UNTIL  secrets/h service-account.uid
        DELETE serviceaccounts/other
        DELETE serviceaccounts/sa
        UNTIL  secrets/t 404
        UNTIL  secrets/l 404
        UNTIL  secrets/h deletionTimestamp
        GET    secrets/o
        POST   serviceaccounts {{"metadata":{{"name":"sa"}}}}
        MERGE  secrets/h {{"metadata":{{"finalizers":null}}}}
        UNTIL  secrets/h 404
        "#
    ))
    .await;
}

#[tokio::test]
async fn accounts_name_no_secret_whose_token_is_gone() {
    let (first, second) = (secret("t", ""), secret("u", ""));
    check(&format!(
        r#"
        POST   serviceaccounts {{"metadata":{{"name":"sa"}}}}
        {first}
        {second}
        POST   secrets {{"metadata":{{"name":"o","annotations":{{"kubernetes.io/service-account.name":"sa"}}}}}}
        UNTIL  secrets/t service-account.uid
        UNTIL  secrets/u service-account.uid
        MERGE  serviceaccounts/sa {{"secrets":[{{"name":"t"}},{{"name":"o"}},{{"name":"u"}},{{"name":"never"}}]}}
        DELETE secrets/t
        UNTIL  serviceaccounts/sa !{{"name":"t"}}
        DELETE secrets/o
        MERGE  serviceaccounts/sa {{"secrets":[{{"name":"u"}}]}}
        DELETE secrets/u
        UNTIL  serviceaccounts/sa !"secrets":
        "#
    ))
    .await;
}

#[tokio::test]
async fn tokens_that_are_kept_end_with_what_keeps_them() {
    let (made, held, taken, marked) = (secret("t", ""), secret("h", ""), secret("d", ""), secret("m", ""));
    let [first, second, third, fourth] = [6, 7, 8, 9].map(|row| review(&format!("$token{row}"), ""));
    check(&format!(
        r#"
        POST   serviceaccounts {{"metadata":{{"name":"sa"}}}}
        {made}
        {held}
        {taken}
        {marked}
        UNTIL  secrets/t service-account.uid
        UNTIL  secrets/h service-account.uid
        UNTIL  secrets/d service-account.uid
        UNTIL  secrets/m service-account.uid
        MERGE  secrets/m {{"metadata":{{"labels":{{"kubernetes.io/legacy-token-invalid-since":"2020-01-01"}}}}}}
        UNTIL  secrets/m invalid-since
        AWAIT "error": {fourth}
        GET    secrets/m
        {first}
        MERGE  secrets/h {{"metadata":{{"finalizers":["kopf.test/held"]}}}}
        DELETE secrets/h
        AWAIT "error": {second}
        MERGE  secrets/h {{"metadata":{{"finalizers":null}}}}
        POST   secrets {{"metadata":{{"name":"h"}},"stringData":{{"token":"$token7"}}}}
        AWAIT "authenticated":true {second}
        GET    secrets/h
        MERGE  serviceaccounts/sa {{"metadata":{{"finalizers":["kopf.test/held"]}}}}
        DELETE serviceaccounts/sa
        AWAIT deleted {second}
        MERGE  serviceaccounts/sa {{"metadata":{{"finalizers":null}}}}
        UNTIL  serviceaccounts/sa 404
        AWAIT found {second}
        UNTIL  secrets/d 404
        AWAIT "error": {third}
        POST   serviceaccounts {{"metadata":{{"name":"sa"}}}}
        AWAIT claim {second}
        AWAIT "error": {first}
        "#
    ))
    .await;
}

#[tokio::test]
async fn tokens_that_nobody_has_signed_are_of_nobody() {
    // {"iss":"kubernetes/serviceaccount"}
    let said = "eyJpc3MiOiJrdWJlcm5ldGVzL3NlcnZpY2VhY2NvdW50In0";
    // {"alg":"ES256","kid":"other"}, {} and {"alg":"none"}
    let heads = ["eyJhbGciOiJFUzI1NiIsImtpZCI6Im90aGVyIn0", "e30", "eyJhbGciOiJub25lIn0"];
    let rows = heads.map(|head| review(&format!("{head}.{said}.AAAA"), ""));
    check(&rows.join("\n")).await;
}
