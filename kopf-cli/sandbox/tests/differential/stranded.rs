//! What nobody can read any more, because its definition does not have its version: who else has to do with it, and what
//! becomes of it when it can be read again.
//!
//! No namespace of a server goes meanwhile, and its garbage collector stands still; so these tests have servers of their own.

use serde_json::{Value, json};

use super::{
    check_with,
    defining::{IN_V1, STORES_V2, WITH_V1, with_definitions},
    policies::{policy, probe, row, with},
};

const V2: &str = "own/v2/namespaces/$ns/rows";
/// Says that all is stored in the newer version, and takes the older one away.
const WITHOUT_V1: &str = r#"MERGE  crds/rows.$ns.kopf.test/status {"status":{"storedVersions":["v2"]}}
        JSON   crds/rows.$ns.kopf.test [{"op":"remove","path":"/spec/versions/0"}]
        AWAIT  500 GET own/v2/namespaces/$ns/rows/a"#;

/// Sends rows to a server that no other test has.
async fn check_alone(rows: &str) {
    if let Some(real) = kopf_control_plane::own().await {
        check_with(&real, &with_definitions(rows), |answer| answer).await;
    }
}

#[tokio::test]
async fn no_namespace_goes_while_something_cannot_be_read() {
    check_alone(&format!(
        r#"
        POST   /api/v1/namespaces {{"metadata":{{"name":"$ns-x"}}}}
        POST   /api/v1/namespaces {{"metadata":{{"name":"$ns-y"}}}}
        {IN_V1}
        POST   own/v1/namespaces/$ns-x/rows {{"kind":"Row","apiVersion":"$ns.kopf.test/v1","metadata":{{"name":"a"}}}}
        POST   own/v1/namespaces/$ns-x/rows {{"kind":"Row","apiVersion":"$ns.kopf.test/v1","metadata":{{"name":"b"}}}}
        JSON   crds/rows.$ns.kopf.test {STORES_V2}
        AWAIT  200 GET {V2}/a
        POST   own/v2/namespaces/$ns-x/rows {{"kind":"Row","apiVersion":"$ns.kopf.test/v2","metadata":{{"name":"c","finalizers":["kopf.test/x"]}}}}
        POST   own/v2/namespaces/$ns-y/rows {{"kind":"Row","apiVersion":"$ns.kopf.test/v2","metadata":{{"name":"c"}}}}
        POST   /api/v1/namespaces/$ns-x/configmaps {{"metadata":{{"name":"c"}}}}
        {WITHOUT_V1}
        DELETE /api/v1/namespaces/$ns-x
        DELETE /api/v1/namespaces/$ns-y
        UNTIL  /api/v1/namespaces/$ns-x ContentDeletionFailed AdditionalErrorMsg
        UNTIL  /api/v1/namespaces/$ns-y ContentDeletionFailed AdditionalErrorMsg
        GET    own/v2/namespaces/$ns-x/rows/c
        GET    own/v2/namespaces/$ns-y/rows/c
        GET    /api/v1/namespaces/$ns-x/configmaps/c
        JSON   crds/rows.$ns.kopf.test {WITH_V1}
        UNTIL  own/v2/namespaces/$ns-x/rows/a 404
        UNTIL  own/v2/namespaces/$ns-x/rows/c deletionTimestamp
        MERGE  own/v2/namespaces/$ns-x/rows/c {{"metadata":{{"finalizers":null}}}}
        UNTIL  /api/v1/namespaces/$ns-x 404
        UNTIL  /api/v1/namespaces/$ns-y 404
        GET    own/v2/namespaces/$ns/rows
    "#
    ))
    .await;
}

#[tokio::test]
async fn what_belongs_to_others_is_looked_at_again_when_it_can_be_read() {
    check_alone(&format!(
        r#"
        POST   configmaps {{"metadata":{{"name":"background"}}}}
        {IN_V1}
        POST   own/v1/namespaces/$ns/rows {{"kind":"Row","apiVersion":"$ns.kopf.test/v1","metadata":{{"name":"lost","ownerReferences":[{{"apiVersion":"v1","kind":"ConfigMap","name":"background","uid":"$uid1"}}]}}}}
        JSON   crds/rows.$ns.kopf.test {STORES_V2}
        AWAIT  200 GET {V2}/a
        {WITHOUT_V1}
        DELETE configmaps/background?propagationPolicy=Background
        GET    {V2}/lost
        JSON   crds/rows.$ns.kopf.test {WITH_V1}
        UNTIL  {V2}/lost 404
        GET    {V2}/a
    "#
    ))
    .await;
}

#[tokio::test]
async fn what_belongs_to_a_kind_that_was_not_there_is_looked_at_when_it_is() {
    check_alone(
        r#"
        POST   configmaps {"metadata":{"name":"a","ownerReferences":[{"apiVersion":"$ns.kopf.test/v1","kind":"Row","name":"a","uid":"11111111-1111-1111-1111-111111111111"}]}}
        GET    configmaps/a
        DEFINE rows "singular":"row","kind":"Row"
        UNTIL  crds/rows.$ns.kopf.test InitialNamesAccepted
        UNTIL  configmaps/a 404
    "#,
    )
    .await;
}

#[tokio::test]
async fn policies_see_as_parameters_what_could_be_read_last() {
    let valid = json!([{
        "expression": "object.spec.n < int(params.metadata.labels.max)",
        "messageExpression": "'at most ' + params.metadata.labels.max + ' by ' + params.apiVersion",
    }]);
    let with_kind = |version: &str| json!({ "paramKind": { "apiVersion": format!("$ns.kopf.test/{version}"), "kind": "Row" }, "validations": valid });
    let bound = |reference: Value| [json!({ "validationActions": ["Deny"], "paramRef": reference })];
    let named = |name: &str, absent: &str| bound(json!({ "name": name, "parameterNotFoundAction": absent }));
    let first = [
        policy("old", with_kind("v1"), &named("a", "Deny")),
        policy("new", with_kind("v2"), &named("a", "Deny")),
        policy(
            "chosen",
            with_kind("v2"),
            &bound(
                json!({ "selector": { "matchLabels": { "max": "6" } }, "parameterNotFoundAction": "Deny" }),
            ),
        ),
        policy("later", with_kind("v2"), &named("c", "Deny")),
        policy("allowed", with_kind("v2"), &named("none", "Allow")),
        probe(),
    ];
    let names = ["old", "new", "chosen", "later", "allowed"];
    let ask = |suffix: &str| names.map(|name| row(&format!("{name}{suffix}"), name, 7)).join("\n");
    // A server looks only now and then which kinds there are.
    let ask_late = row("late", "late", 7).replace("POST rows", "AWAIT synced POST rows?dryRun=All");
    let late = with(&[policy("late", with_kind("v3"), &named("a", "Allow"))], &ask_late);
    let rows = format!(
        r#"
        {before}
        MERGE  crds/rows.$ns.kopf.test/status {{"status":{{"storedVersions":["v2"]}}}}
        JSON   crds/rows.$ns.kopf.test [{{"op":"replace","path":"/spec/versions/0/name","value":"v3"}}]
        AWAIT  500 GET {V2}/a
        POST   {V2} {{"kind":"Row","apiVersion":"$ns.kopf.test/v2","metadata":{{"name":"c","labels":{{"max":"3"}}}}}}
        {again}
        {late}
        JSON   crds/rows.$ns.kopf.test [{{"op":"replace","path":"/spec/versions/0/name","value":"v1"}}]
        AWAIT  200 GET own/v1/namespaces/$ns/rows/a
        DELETE crds/rows.$ns.kopf.test
        UNTIL  crds/rows.$ns.kopf.test 404
    "#,
        before = ask("-before"),
        again = ask("-again"),
    );
    check_alone(&format!(
        r#"
        DEFINE rows "singular":"row","kind":"Row"
        UNTIL  crds/rows.$ns.kopf.test InitialNamesAccepted
        AWAIT  201 POST own/v1/namespaces/$ns/rows {{"kind":"Row","apiVersion":"$ns.kopf.test/v1","metadata":{{"name":"a","labels":{{"max":"5"}}}}}}
        JSON   crds/rows.$ns.kopf.test {STORES_V2}
        AWAIT  200 GET {V2}/a
        AWAIT  201 POST {V2} {{"kind":"Row","apiVersion":"$ns.kopf.test/v2","metadata":{{"name":"b","labels":{{"max":"6"}}}}}}
        {}
    "#,
        with(&first, &rows)
    ))
    .await;
}
