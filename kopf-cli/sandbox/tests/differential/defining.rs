//! Definitions as they live: whose names are whose, what they say of themselves, and what a change of them changes.

mod deprecated;
mod shown;

use super::{Client, check, sandbox};
use http::{Request, header};
use http_body_util::BodyExt;
use kopf_control_plane::client::{Resource, namespace};
use serde_json::json;
use std::time::Duration;

/// Rows in which `DEFINE plural names` makes a definition of the test's own group, and `crds/` is where it is.
async fn check_definitions(rows: &str) {
    check(&with_definitions(rows)).await;
}

/// The rows as they are sent.
pub(super) fn with_definitions(rows: &str) -> String {
    const PATH: &str = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    let rows = rows.lines().map(|row| {
        let row = row.trim();
        let Some((plural, names)) = row.strip_prefix("DEFINE ").and_then(|row| row.split_once(' ')) else {
            return row.replace("crds/", &format!("{PATH}/")).replace(" own/", " /apis/$ns.kopf.test/") + "\n";
        };
        format!(
            r#"POST {PATH} {{"metadata":{{"name":"{plural}.$ns.kopf.test"}},"spec":{{"group":"$ns.kopf.test","scope":"Namespaced","names":{{"plural":"{plural}",{names}}},"versions":[{{"name":"v1","served":true,"storage":true,"schema":{{"openAPIV3Schema":{{"type":"object"}}}}}}]}}}}{}"#,
            "\n"
        )
    });
    rows.collect()
}

#[tokio::test]
async fn a_name_belongs_to_whoever_had_it_first() {
    check_definitions(
        r#"
        DEFINE firsts "singular":"first","kind":"First","shortNames":["f","g"]
        UNTIL  crds/firsts.$ns.kopf.test InitialNamesAccepted
        DEFINE seconds "singular":"first","kind":"Second"
        UNTIL  crds/seconds.$ns.kopf.test NotAccepted
        DEFINE thirds "singular":"third","kind":"First","shortNames":["x","f","g"]
        UNTIL  crds/thirds.$ns.kopf.test NotAccepted
        DEFINE fourths "singular":"fourth","kind":"FirstList","listKind":"Others"
        UNTIL  crds/fourths.$ns.kopf.test NotAccepted
        DEFINE first "singular":"fifth","kind":"Fifth"
        UNTIL  crds/first.$ns.kopf.test NotAccepted
        DEFINE fifths "singular":"f","kind":"Sixth","listKind":"First"
        UNTIL  crds/fifths.$ns.kopf.test NotAccepted
        GET    own/v1/namespaces/$ns/seconds
        POST   own/v1/namespaces/$ns/seconds {"kind":"Second","apiVersion":"$ns.kopf.test/v1","metadata":{"name":"a"}}
        UNTIL  own/v1 firsts
    "#,
    )
    .await;
}

#[tokio::test]
async fn names_that_are_let_go_of_go_to_those_who_wait() {
    check_definitions(
        r#"
        DEFINE firsts "singular":"first","kind":"First","shortNames":["f"]
        UNTIL  crds/firsts.$ns.kopf.test InitialNamesAccepted
        DEFINE seconds "singular":"second","kind":"Second","shortNames":["f"]
        UNTIL  crds/seconds.$ns.kopf.test NotAccepted
        MERGE  crds/firsts.$ns.kopf.test {"spec":{"names":{"shortNames":["g"],"categories":["all"]}}}
        UNTIL  crds/seconds.$ns.kopf.test InitialNamesAccepted
        GET    crds/firsts.$ns.kopf.test
        UNTIL  own/v1 seconds
        DEFINE thirds "singular":"third","kind":"Second"
        UNTIL  crds/thirds.$ns.kopf.test NotAccepted
        DELETE crds/seconds.$ns.kopf.test
        UNTIL  crds/thirds.$ns.kopf.test InitialNamesAccepted
        UNTIL  own/v1 thirds
        DEFINE fourths "singular":"third","kind":"Fourth"
        UNTIL  crds/fourths.$ns.kopf.test NotAccepted
        DELETE crds/fourths.$ns.kopf.test
        UNTIL  crds/fourths.$ns.kopf.test 404
        MERGE  crds/firsts.$ns.kopf.test {"spec":{"names":{"singular":"third"}}}
        UNTIL  crds/firsts.$ns.kopf.test SingularConflict
        GET    own/v1
        MERGE  crds/firsts.$ns.kopf.test {"spec":{"names":{"singular":"first"}}}
        GET    crds/firsts.$ns.kopf.test
    "#,
    )
    .await;
}

#[tokio::test]
async fn groups_of_the_community_are_approved_of() {
    check(
        r#"
        POST   /apis/apiextensions.k8s.io/v1/customresourcedefinitions {"metadata":{"name":"rows.$ns.k8s.io"},"spec":{"group":"$ns.k8s.io","scope":"Namespaced","names":{"plural":"rows","kind":"Row"},"versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"}}}]}}
        POST   /apis/apiextensions.k8s.io/v1/customresourcedefinitions {"metadata":{"name":"rows.$ns.kubernetes.io","annotations":{"api-approved.kubernetes.io":"by me"}},"spec":{"group":"$ns.kubernetes.io","scope":"Namespaced","names":{"plural":"rows","kind":"Row"},"versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"}}}]}}
        POST   /apis/apiextensions.k8s.io/v1/customresourcedefinitions {"metadata":{"name":"rows.$ns.k8s.io","annotations":{"api-approved.kubernetes.io":"https://github.com/kubernetes/kubernetes/pull/1"}},"spec":{"group":"$ns.k8s.io","scope":"Namespaced","names":{"plural":"rows","kind":"Row"},"versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"}}}]}}
        UNTIL  /apis/apiextensions.k8s.io/v1/customresourcedefinitions/rows.$ns.k8s.io InitialNamesAccepted ApprovedAnnotation
        MERGE  /apis/apiextensions.k8s.io/v1/customresourcedefinitions/rows.$ns.k8s.io {"metadata":{"annotations":{"api-approved.kubernetes.io":null}}}
        MERGE  /apis/apiextensions.k8s.io/v1/customresourcedefinitions/rows.$ns.k8s.io {"metadata":{"annotations":{"api-approved.kubernetes.io":"unapproved, for a test"}}}
        UNTIL  /apis/apiextensions.k8s.io/v1/customresourcedefinitions/rows.$ns.k8s.io UnapprovedAnnotation
    "#,
    )
    .await;
}

#[tokio::test]
async fn versions_come_and_go() {
    check_definitions(
        r#"
        DEFINE rows "singular":"row","kind":"Row"
        UNTIL  crds/rows.$ns.kopf.test InitialNamesAccepted
        AWAIT  201 POST own/v1/namespaces/$ns/rows {"kind":"Row","apiVersion":"$ns.kopf.test/v1","metadata":{"name":"a"},"spec":{"n":1}}
        MERGE  crds/rows.$ns.kopf.test {"spec":{"scope":"Cluster"}}
        MERGE  crds/rows.$ns.kopf.test {"spec":{"names":{"kind":"Other"}}}
        MERGE  crds/rows.$ns.kopf.test {"spec":{"versions":[{"name":"v2","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"}}}]}}
        JSON   crds/rows.$ns.kopf.test [{"op":"replace","path":"/spec/versions/0/storage","value":false},{"op":"add","path":"/spec/versions/-","value":{"name":"v2","served":true,"storage":true,"subresources":{"status":{}},"schema":{"openAPIV3Schema":{"type":"object","x-kubernetes-preserve-unknown-fields":true}}}}]
        AWAIT  200 GET own/v2/namespaces/$ns/rows/a
        GET    own/v1/namespaces/$ns/rows/a/status
        AWAIT  200 GET own/v2/namespaces/$ns/rows/a/status
        JSON   crds/rows.$ns.kopf.test [{"op":"remove","path":"/spec/versions/0"}]
        MERGE  crds/rows.$ns.kopf.test/status {"status":{"storedVersions":["v2"]}}
        JSON   crds/rows.$ns.kopf.test [{"op":"remove","path":"/spec/versions/0"}]
        AWAIT  404 GET own/v1/namespaces/$ns/rows/a
        AWAIT  500 GET own/v2/namespaces/$ns/rows/a
        JSON   crds/rows.$ns.kopf.test [{"op":"remove","path":"/spec/versions/0/subresources"}]
        AWAIT  404 GET own/v2/namespaces/$ns/rows/a/status
        MERGE  crds/rows.$ns.kopf.test/status {"status":{"storedVersions":["v2","v7"]}}
        MERGE  crds/rows.$ns.kopf.test {"metadata":{"labels":{"l":"1"}}}
        MERGE  crds/rows.$ns.kopf.test/status {"status":{"acceptedNames":{"singular":"Not A Name"}}}
        MERGE  crds/rows.$ns.kopf.test/status {"status":{"storedVersions":[]}}
        JSON   crds/rows.$ns.kopf.test [{"op":"add","path":"/spec/versions/0","value":{"name":"v1","served":true,"storage":false,"schema":{"openAPIV3Schema":{"type":"object"}}}}]
        AWAIT  200 GET own/v2/namespaces/$ns/rows/a
    "#,
    )
    .await;
}

#[tokio::test]
async fn what_was_stored_in_a_version_that_is_no_more_cannot_be_read() {
    const ROWS: &str = "own/v2/namespaces/$ns/rows";
    check_definitions(&format!(
        r#"
        DEFINE rows "singular":"row","kind":"Row"
        UNTIL  crds/rows.$ns.kopf.test InitialNamesAccepted
        AWAIT  201 POST own/v1/namespaces/$ns/rows {{"kind":"Row","apiVersion":"$ns.kopf.test/v1","metadata":{{"name":"a"}}}}
        POST   own/v1/namespaces/$ns/rows {{"kind":"Row","apiVersion":"$ns.kopf.test/v1","metadata":{{"name":"c"}}}}
        JSON   crds/rows.$ns.kopf.test [{{"op":"replace","path":"/spec/versions/0/storage","value":false}},{{"op":"add","path":"/spec/versions/-","value":{{"name":"v2","served":true,"storage":true,"subresources":{{"status":{{}},"scale":{{"specReplicasPath":".spec.n","statusReplicasPath":".status.n"}}}},"schema":{{"openAPIV3Schema":{{"type":"object","properties":{{"spec":{{"type":"object","properties":{{"n":{{"type":"integer"}}}}}}}}}}}}}}}}]
        AWAIT  200 GET {ROWS}/a
        AWAIT  201 POST {ROWS} {{"kind":"Row","apiVersion":"$ns.kopf.test/v2","metadata":{{"name":"b","labels":{{"l":"b"}}}}}}
        MERGE  crds/rows.$ns.kopf.test/status {{"status":{{"storedVersions":["v2"]}}}}
        JSON   crds/rows.$ns.kopf.test [{{"op":"remove","path":"/spec/versions/0"}}]
        AWAIT  404 GET own/v1/namespaces/$ns/rows/a
        AWAIT  500 GET {ROWS}/a
        GET    {ROWS}/a?resourceVersion=0
        GET+table {ROWS}/a
        GET    {ROWS}/a/status
        GET    {ROWS}/a/scale
        GET    {ROWS}/b
        AWAIT  unspecified GET {ROWS}
        GET    {ROWS}?resourceVersion=0
        GET    {ROWS}?labelSelector=l%3Db
        GET    {ROWS}?fieldSelector=metadata.name%3Db
        GET    own/v2/rows
        GET    own/v2/namespaces/default/rows
        GET    {ROWS}?limit=1
        GET    {ROWS}?limit=2
        GET    {ROWS}?limit=1&resourceVersion=0
        GET    own/v2/namespaces/default/rows?limit=1
        GET    {ROWS}?limit=1&labelSelector=l%3Db
        GET    {ROWS}?watch=true&timeoutSeconds=1
        GET    {ROWS}?watch=true&timeoutSeconds=1&resourceVersion=0
        POST   {ROWS} {{"kind":"Row","apiVersion":"$ns.kopf.test/v2","metadata":{{"name":"a"}}}}
        PUT    {ROWS}/a {{"kind":"Row","apiVersion":"$ns.kopf.test/v2","metadata":{{"name":"a","resourceVersion":"1"}}}}
        PUT    {ROWS}/a {{"kind":"Row","apiVersion":"$ns.kopf.test/v2","metadata":{{"name":"x"}}}}
        PUT    {ROWS}/a/status {{"kind":"Row","apiVersion":"$ns.kopf.test/v2","metadata":{{"name":"a"}}}}
        MERGE  {ROWS}/a {{"spec":{{"n":1}}}}
        MERGE  {ROWS}/a/status {{"status":{{"n":1}}}}
        MERGE  {ROWS}/a/scale {{"spec":{{"replicas":1}}}}
        APPLY  {ROWS}/a?fieldManager=m {{"kind":"Row","apiVersion":"$ns.kopf.test/v2","metadata":{{"name":"a"}}}}
        DELETE {ROWS}/a
        DELETE {ROWS}/a {{"preconditions":{{"uid":"x"}}}}
        DELETE {ROWS}/a?dryRun=All
        DELETE {ROWS}?labelSelector=l%3Db
        DELETE {ROWS}
        DELETE crds/rows.$ns.kopf.test
        UNTIL  crds/rows.$ns.kopf.test InstanceDeletionFailed
        GET    {ROWS}/a
        JSON+metadata crds/rows.$ns.kopf.test {WITH_V1}
        UNTIL  crds/rows.$ns.kopf.test 404
    "#
    ))
    .await;
}

/// Makes an object in a version.
pub(super) const IN_V1: &str = r#"DEFINE rows "singular":"row","kind":"Row"
        UNTIL  crds/rows.$ns.kopf.test InitialNamesAccepted
        AWAIT  201 POST own/v1/namespaces/$ns/rows {"kind":"Row","apiVersion":"$ns.kopf.test/v1","metadata":{"name":"a"}}"#;
/// What has the older version be there again: while there is an object anywhere that cannot be read, no namespace of a server
/// goes, and others wait for theirs.
pub(super) const WITH_V1: &str = r#"[{"op":"add","path":"/spec/versions/0","value":{"name":"v1","served":true,"storage":false,"schema":{"openAPIV3Schema":{"type":"object"}}}}]"#;
/// What makes another version the one that is stored.
pub(super) const STORES_V2: &str = r#"[{"op":"replace","path":"/spec/versions/0/storage","value":false},{"op":"add","path":"/spec/versions/-","value":{"name":"v2","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"}}}}]"#;

#[tokio::test]
async fn what_is_said_again_is_brought_into_the_version_that_is_stored() {
    const ROWS: &str = "own/v2/namespaces/$ns/rows";
    check_definitions(&format!(
        r#"
        {IN_V1}
        POST   own/v1/namespaces/$ns/rows {{"kind":"Row","apiVersion":"$ns.kopf.test/v1","metadata":{{"name":"b"}}}}
        JSON   crds/rows.$ns.kopf.test {STORES_V2}
        AWAIT  200 GET {ROWS}/a
        MERGE  {ROWS}/a {{}}
        MERGE  crds/rows.$ns.kopf.test/status {{"status":{{"storedVersions":["v2"]}}}}
        JSON   crds/rows.$ns.kopf.test [{{"op":"remove","path":"/spec/versions/0"}}]
        AWAIT  500 GET {ROWS}/b
        GET    {ROWS}/a
        JSON   crds/rows.$ns.kopf.test {WITH_V1}
        AWAIT  200 GET {ROWS}/b
    "#
    ))
    .await;
}

#[tokio::test]
async fn what_could_not_be_read_can_be_when_its_version_is_there_again() {
    const ROWS: &str = "own/v2/namespaces/$ns/rows";
    check_definitions(&format!(
        r#"
        {IN_V1}
        JSON   crds/rows.$ns.kopf.test {STORES_V2}
        AWAIT  200 GET {ROWS}/a
        MERGE  crds/rows.$ns.kopf.test/status {{"status":{{"storedVersions":["v2"]}}}}
        JSON   crds/rows.$ns.kopf.test [{{"op":"remove","path":"/spec/versions/0"}}]
        AWAIT  500 GET {ROWS}/a
        JSON   crds/rows.$ns.kopf.test [{{"op":"add","path":"/spec/versions/0","value":{{"name":"v1","served":false,"storage":false,"schema":{{"openAPIV3Schema":{{"type":"object"}}}}}}}}]
        AWAIT  200 GET {ROWS}/a
        AWAIT  200 GET {ROWS}
        MERGE  {ROWS}/a {{"metadata":{{"labels":{{"l":"1"}}}}}}
        DELETE {ROWS}/a
    "#
    ))
    .await;
}

#[tokio::test]
async fn fields_can_be_made_selectable_and_columns_shown() {
    check_definitions(
        r#"
        DEFINE rows "singular":"row","kind":"Row"
        UNTIL  crds/rows.$ns.kopf.test InitialNamesAccepted
        AWAIT  400 GET own/v1/namespaces/$ns/rows?fieldSelector=spec.color%3Dred
        MERGE  crds/rows.$ns.kopf.test {"spec":{"versions":[{"name":"v1","served":true,"storage":true,"selectableFields":[{"jsonPath":".spec.color"},{"jsonPath":".spec.n"},{"jsonPath":".spec.on"}],"additionalPrinterColumns":[{"name":"Color","type":"string","jsonPath":".spec.color"}],"schema":{"openAPIV3Schema":{"type":"object","properties":{"spec":{"type":"object","properties":{"color":{"type":"string"},"n":{"type":"integer"},"on":{"type":"boolean"}}}}}}}]}}
        AWAIT  200 GET own/v1/namespaces/$ns/rows?fieldSelector=spec.color%3Dred
        POST   own/v1/namespaces/$ns/rows {"kind":"Row","apiVersion":"$ns.kopf.test/v1","metadata":{"name":"a"},"spec":{"color":"red","n":1,"on":true}}
        POST   own/v1/namespaces/$ns/rows {"kind":"Row","apiVersion":"$ns.kopf.test/v1","metadata":{"name":"b"},"spec":{"color":"blue"}}
        POST   own/v1/namespaces/$ns/rows {"kind":"Row","apiVersion":"$ns.kopf.test/v1","metadata":{"name":"c"}}
        GET    own/v1/namespaces/$ns/rows?fieldSelector=spec.color%3Dred
        GET    own/v1/namespaces/$ns/rows?fieldSelector=spec.color%21%3Dred
        GET    own/v1/namespaces/$ns/rows?fieldSelector=spec.color%3D
        GET    own/v1/namespaces/$ns/rows?fieldSelector=spec.n%3D1,spec.on%3Dtrue
        GET    own/v1/namespaces/$ns/rows?fieldSelector=spec.other%3D1
        GET+table own/v1/namespaces/$ns/rows
        GET    own/v1/namespaces/$ns/rows?watch=true&timeoutSeconds=1&resourceVersion=0&fieldSelector=spec.color%3Dblue
    "#,
    )
    .await;
}

/// How long a watch that has no reason to go on may go on.
const LAST_WORDS: Duration = Duration::from_secs(60);

/// Watches a resource that is defined anew meanwhile, and waits for the end of the watch.
async fn watch_what_changes(client: &Client) {
    let namespace = namespace(client).await;
    let group: &str = Box::leak(format!("{namespace}.kopf.test").into_boxed_str());
    let rows = Resource { group, kind: "Row", plural: "rows", has_status: false };
    rows.register(client).await;
    let path = format!("/apis/{group}/v1/rows?watch=true&timeoutSeconds=300");
    let watch = Request::get(path).body(Vec::new().into()).unwrap();
    let watch = client.send(watch).await.unwrap();
    let change = json!({ "spec": { "names": { "shortNames": ["r"] } } });
    let path = format!("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/rows.{group}");
    let change = Request::patch(path)
        .header(header::CONTENT_TYPE, "application/merge-patch+json")
        .body(change.to_string().into_bytes());
    client.request::<serde_json::Value>(change.unwrap()).await.unwrap();
    let end = tokio::time::timeout(LAST_WORDS, watch.into_body().collect()).await;
    end.expect("the watch ends when its resource has changed").unwrap();
}

#[tokio::test]
async fn a_watch_ends_when_its_resource_is_defined_otherwise() {
    let Some(real) = kopf_control_plane::get().await else { return };
    watch_what_changes(&kopf_control_plane::connect(&real.kubeconfig).await).await;
    let (client, _serving) = sandbox().await;
    watch_what_changes(&client).await;
}
