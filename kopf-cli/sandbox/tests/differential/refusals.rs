//! What both servers refuse, and in which words.

use super::{answer::Answer, check, check_as, check_warnings};

#[tokio::test]
async fn paths_have_their_methods() {
    check(
        r#"
        POST   rows    {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"a"}}
        PUT    rows    {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"a"}}
        MERGE  rows    {"spec":{}}
        POST   rows/a  {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"a"}}
        PUT    configmaps    {"metadata":{"name":"a"}}
        MERGE  configmaps    {"data":{}}
        POST   configmaps/a  {"metadata":{"name":"a"}}
        PUT    /apis/differential.kopf.test/v1/rows {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"a"}}
        POST   /apis/differential.kopf.test/v1/rows {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"a"}}
        DELETE /apis/differential.kopf.test/v1/rows
        POST   /api/v1/configmaps {"metadata":{"name":"a"}}
        DELETE /api/v1/configmaps
        DELETE /api/v1/namespaces
        PUT    /api/v1/namespaces {"metadata":{"name":"a"}}
        POST   /api/v1/namespaces/$ns {"metadata":{"name":"$ns"}}
        GET    /apis/differential.kopf.test/v1/rows/a
        GET    /api/v1/configmaps/a
        GET    /apis/differential.kopf.test/v1/namespaces/$ns/nothing
        GET    /api/v1/namespaces/$ns/nothing
    "#,
    )
    .await;
}

/// Methods that nobody needs, of documents, of what is built in, of custom resources, and of what there is not.
#[tokio::test]
async fn documents_have_their_methods() {
    let paths = [
        "/api",
        "/api/v1",
        "/api/v2",
        "/version",
        "/openapi/v3",
        "/openapi/v3/apis/nothing/v1",
        "/apis/apps/v1",
        "/apis/apps/v2",
        "/apis/apiregistration.k8s.io",
        "/apis/differential.kopf.test",
        "/apis/differential.kopf.test/v1",
        "/apis/differential.kopf.test/v2",
        "/apis/nothing.kopf.test",
        "/apis/nothing.kopf.test/v1",
        "/apis/apps",
        "/nowhere",
        "/logs",
        "/debug",
        "/debug/nothing",
        "/metrics/nothing",
    ];
    let methods = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "MERGE", "DELETE", "TRACE", "BREW"];
    let rows = paths.iter().flat_map(|path| methods.iter().map(move |method| format!("{method} {path}")));
    check_as(&rows.collect::<Vec<_>>().join("\n"), Answer::of_refusals).await;
}

/// The same of those that are other documents here and there, whose codes are compared.
#[tokio::test]
async fn any_method_asks_for_what_has_none() {
    let paths = ["/", "/apis", "/apis/", "/openapi/v3/api/v1", "/openapi/v3/api/v1?hash=other"];
    let methods = ["GET", "HEAD", "OPTIONS", "POST", "DELETE", "TRACE"];
    let rows = paths.iter().flat_map(|path| methods.iter().map(move |method| format!("{method} {path}")));
    check_warnings(&rows.collect::<Vec<_>>().join("\n")).await;
}

#[tokio::test]
async fn the_head_of_a_custom_object_can_be_asked_for_and_of_a_built_in_one_it_cannot() {
    check_warnings(
        r#"
        POST    rows    {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"a"}}
        HEAD    rows
        HEAD    rows/a
        HEAD    rows/b
        HEAD    rows/a/status
        HEAD    /apis/differential.kopf.test/v1/rows
        POST    configmaps    {"metadata":{"name":"a"}}
        HEAD    configmaps
        HEAD    configmaps/a
        HEAD    configmaps/b
        HEAD    pods/b/log
        HEAD    pods/b/exec
        HEAD    pods/b/status
        HEAD    /api/v1/pods
        HEAD    /api/v1/pods/a
        HEAD    /api/v1/nodes
        HEAD    /api/v1/namespaces/$ns
        HEAD    /api/v1/watch/pods?timeoutSeconds=1
        HEAD    /apis/apiregistration.k8s.io/v1/apiservices
        HEAD    /apis/apiextensions.k8s.io/v1/customresourcedefinitions
    "#,
    )
    .await;
}

#[tokio::test]
async fn methods_that_stand_for_nothing_have_no_name() {
    check(
        r#"
        POST    rows    {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"a"}}
        OPTIONS rows
        OPTIONS rows/a
        TRACE   rows/b
        BREW    rows/a/status
        OPTIONS rows/a/scale
        OPTIONS /apis/differential.kopf.test/v1/rows
        OPTIONS configmaps
        OPTIONS configmaps/a
        TRACE   configmaps/a
        OPTIONS /api/v1/pods
    "#,
    )
    .await;
}

#[tokio::test]
async fn subresources_that_a_resource_lacks_are_not_found() {
    check(
        r#"
        POST   rows    {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"a"}}
        GET    rows/a/scale
        MERGE  rows/a/scale {"spec":{"replicas":1}}
        PUT    rows/a/scale {"kind":"Scale","apiVersion":"autoscaling/v1","metadata":{"name":"a"}}
        GET    rows/a/other
        GET    rows/a/status/deep
        POST   rows/a/status {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"a"}}
        DELETE rows/a/status
        DELETE rows/a/scale
        GET    rows/b/scale
        GET    bares/a/scale
        POST   configmaps    {"metadata":{"name":"a"}}
        GET    configmaps/a/status
        GET    configmaps/a/scale
        MERGE  configmaps/a/status {"data":{}}
        POST   configmaps/a/status {"metadata":{"name":"a"}}
        DELETE configmaps/a/status
    "#,
    )
    .await;
}

#[tokio::test]
async fn metadata_has_its_rules() {
    check(
        r#"
        POST   rows    {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"a"}}
        MERGE  rows/a  {"metadata":{"annotations":{"not/a/key":"1"}}}
        MERGE  rows/a  {"metadata":{"annotations":{"/key":"1"}}}
        MERGE  rows/a  {"metadata":{"annotations":{"kopf.test/":"1"}}}
        MERGE  rows/a  {"metadata":{"annotations":{"":"1"}}}
        MERGE  rows/a  {"metadata":{"annotations":{"Kopf.Test/Key":"1"}}}
        MERGE  rows/a  {"metadata":{"labels":{"Kopf.Test/Key":"1"}}}
        MERGE  rows/a  {"metadata":{"labels":{"not/a/key":"1"}}}
        MERGE  rows/a  {"metadata":{"labels":{"abcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdefghij":"1"}}}
        MERGE  rows/a  {"metadata":{"labels":{"-abcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdefghij":"1"}}}
        MERGE  rows/a  {"metadata":{"labels":{"x":"-abcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdefghij"}}}
        MERGE  rows/a  {"metadata":{"annotations":{"a":"$long"}}}
        POST   rows    {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"b","annotations":{"a":"$long"}}}
        MERGE  rows/a  {"metadata":{"annotations":{"a":1}}}
        MERGE  rows/a  {"metadata":{"labels":[]}}
        MERGE  rows/a  {"metadata":{"finalizers":["a/b/c"]}}
        MERGE  rows/a  {"metadata":{"finalizers":[""]}}
        MERGE  rows/a  {"metadata":{"finalizers":"kopf.test/x"}}
        MERGE  rows/a  {"metadata":{"finalizers":["kopf.test/x","kopf.test/x"]}}
        MERGE  rows/a  {"metadata":{"finalizers":null}}
        MERGE  rows/a  {"metadata":{"namespace":"other"}}
        MERGE  rows/a  {"metadata":{"creationTimestamp":"2020-01-01T00:00:00Z"}}
        MERGE  rows/a  {"metadata":{"deletionTimestamp":"2020-01-01T00:00:00Z"}}
        MERGE  rows/a  {"metadata":{"ownerReferences":[{"apiVersion":"v1","kind":"ConfigMap","name":"","uid":"1"}]}}
        MERGE  rows/a  {"metadata":{"ownerReferences":[{"apiVersion":"v1","kind":"ConfigMap","name":"c","uid":"1","controller":true},{"apiVersion":"v1","kind":"ConfigMap","name":"d","uid":"2","controller":true}]}}
        MERGE  rows/a  {"metadata":{"ownerReferences":[{"apiVersion":"v1","kind":"Event","name":"c","uid":"1"}]}}
        MERGE  rows/a  {"metadata":{"ownerReferences":[{"apiVersion":"a/b/c","kind":"Event","name":"c","uid":"1"}]}}
        MERGE  rows/a  {"metadata":null}
        POST   configmaps {"metadata":{"name":"a","finalizers":["no-domain"]}}
        POST   configmaps {"metadata":{"name":"a","finalizers":["a/b/c"]}}
        GET    rows/a
    "#,
    )
    .await;
}

#[tokio::test]
async fn definitions_have_their_rules() {
    check(
        r#"
        POST   /apis/apiextensions.k8s.io/v1/customresourcedefinitions {"metadata":{"name":"wrongs.kopf.test"},"spec":{"group":"kopf.test","scope":"Namespaced","names":{"plural":"wrongs","kind":"Wrong"},"versions":[]}}
        POST   /apis/apiextensions.k8s.io/v1/customresourcedefinitions {"metadata":{"name":"wrongs.kopf.test"},"spec":{"group":"kopf.test","scope":"Namespaced","names":{"plural":"wrongs","kind":"Wrong"}}}
        POST   /apis/apiextensions.k8s.io/v1/customresourcedefinitions {"metadata":{"name":"wrongs.kopf.test"},"spec":{"group":"kopf.test","scope":"Namespaced","names":{"plural":"wrongs","kind":"Wrong"},"versions":[{"name":"v1","served":true,"storage":true}]}}
        POST   /apis/apiextensions.k8s.io/v1/customresourcedefinitions {"metadata":{"name":"wrongs.kopf.test"},"spec":{"group":"kopf.test","scope":"Galaxy","names":{"plural":"wrongs","kind":"Wrong"},"versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"}}}]}}
    "#,
    )
    .await;
}

#[tokio::test]
async fn events_of_the_newer_group_are_complete() {
    check(
        r#"
        POST   /apis/events.k8s.io/v1/namespaces/$ns/events {"metadata":{"name":"e"},"reason":"Success","type":"Normal","action":"Handle","note":"done","reportingController":"kopf","reportingInstance":"it","regarding":{"kind":"Row","name":"a","namespace":"$ns"}}
        POST   /apis/events.k8s.io/v1/namespaces/$ns/events {"metadata":{"name":"e"},"eventTime":"2026-01-02T03:04:05.000006Z","reason":"Success","type":"Normal","action":"Handle","note":"done","reportingController":"kopf","reportingInstance":"it"}
        POST   /apis/events.k8s.io/v1/namespaces/$ns/events {"metadata":{"name":"elsewhere"},"eventTime":"2026-01-02T03:04:05.000006Z","reason":"Success","type":"Normal","action":"Handle","note":"done","reportingController":"kopf","reportingInstance":"it","regarding":{"kind":"Row","name":"a","namespace":"other"}}
        POST   /apis/events.k8s.io/v1/namespaces/$ns/events {"metadata":{"name":"e"},"eventTime":"2026-01-02T03:04:05.000006Z","regarding":{"kind":"Row","name":"a","namespace":"$ns"}}
        POST   /apis/events.k8s.io/v1/namespaces/$ns/events {"metadata":{"name":"e"},"eventTime":"2026-01-02T03:04:05.000006Z","reason":"Success","type":"Odd","action":"Handle","note":"done","reportingController":"not a name","reportingInstance":"it","deprecatedCount":2,"series":{"count":1},"regarding":{"kind":"Row","name":"a","namespace":"$ns"}}
        POST   /apis/events.k8s.io/v1/namespaces/$ns/events {"metadata":{"name":"e"},"eventTime":"2026-01-02T03:04:05.000006Z","reason":"Success","type":"Normal","action":"Handle","note":"$long","reportingController":"kopf","reportingInstance":"$long","regarding":{"kind":"Row","name":"a","namespace":"$ns"}}
        POST   /apis/events.k8s.io/v1/namespaces/$ns/events {"metadata":{"name":"e"},"eventTime":"2026-01-02T03:04:05.000006Z","reason":"Success","type":"Normal","action":"Handle","note":"done","reportingController":"kopf","reportingInstance":"it","regarding":{"kind":"Row","name":"a","namespace":"$ns"}}
        MERGE  /apis/events.k8s.io/v1/namespaces/$ns/events/e {"series":{"count":2,"lastObservedTime":"2026-01-02T03:05:05.000006Z"}}
        MERGE  /apis/events.k8s.io/v1/namespaces/$ns/events/e {"series":{"count":1,"lastObservedTime":"2026-01-02T03:05:05.000006Z"}}
        MERGE  /apis/events.k8s.io/v1/namespaces/$ns/events/e {"note":"other"}
        MERGE  /apis/events.k8s.io/v1/namespaces/$ns/events/e {"regarding":{"name":"b"},"type":"Warning"}
        POST   events {"metadata":{"name":"f"},"reason":"Success","involvedObject":{"kind":"Row","name":"a","namespace":"$ns"}}
        POST   events {"metadata":{"name":"g"},"reason":"Success","involvedObject":{"kind":"Row","name":"a","namespace":"other"}}
        POST   events {"metadata":{"name":"g"},"reason":"Success","involvedObject":{"kind":"Row","name":"a"}}
        POST   events {"metadata":{"name":"g"}}
        POST   events {"metadata":{"name":"g"},"eventTime":"2026-01-02T03:04:05.000006Z","involvedObject":{"kind":"Row","name":"a","namespace":"$ns"}}
    "#,
    )
    .await;
}

#[tokio::test]
async fn what_is_no_selector_is_told_word_by_word() {
    check(
        r#"
        GET    configmaps?labelSelector=%2C
        GET    configmaps?labelSelector=a%2C
        GET    configmaps?labelSelector=a%2C%2Cb
        GET    configmaps?labelSelector=%21
        GET    configmaps?labelSelector=%21%21a
        GET    configmaps?labelSelector=%21a%20b
        GET    configmaps?labelSelector=a%20b
        GET    configmaps?labelSelector=x%3D
        GET    configmaps?labelSelector=x%3D%3D
        GET    configmaps?labelSelector=x%3D%3D%3D
        GET    configmaps?labelSelector=x%3Dy%3Dz
        GET    configmaps?labelSelector=x%21%3D
        GET    configmaps?labelSelector=x%21
        GET    configmaps?labelSelector=x%3Dy%2C
        GET    configmaps?labelSelector=x%3D%2Cy
        GET    configmaps?labelSelector=x%20in
        GET    configmaps?labelSelector=x%20in%20a
        GET    configmaps?labelSelector=x%20in%20%28
        GET    configmaps?labelSelector=x%20in%20%28%29
        GET    configmaps?labelSelector=x%20in%20%28b
        GET    configmaps?labelSelector=x%20in%20%28b%2C
        GET    configmaps?labelSelector=x%20in%20%28b%2Cc
        GET    configmaps?labelSelector=x%20in%20%28b%20c%29
        GET    configmaps?labelSelector=x%20in%20%28%2C%29
        GET    configmaps?labelSelector=x%20in%20%28b%2C%2Cc%29
        GET    configmaps?labelSelector=x%20in%20%28b%29%29
        GET    configmaps?labelSelector=x%20in%20%28%28b%29%29
        GET    configmaps?labelSelector=x%20notin
        GET    configmaps?labelSelector=x%20notin%20%28%29
        GET    configmaps?labelSelector=x%20notin%20%28b
        GET    configmaps?labelSelector=%28
        GET    configmaps?labelSelector=%28x%29
        GET    configmaps?labelSelector=x%3E
        GET    configmaps?labelSelector=x%3E1
        GET    configmaps?labelSelector=x%3Ea
        GET    configmaps?labelSelector=x%3C2%2Cy
        GET    configmaps?labelSelector=x%3E1.5
        GET    configmaps?labelSelector=%3D
        GET    configmaps?labelSelector=%3Dx
        GET    configmaps?labelSelector=%3D%3Dx
        GET    configmaps?labelSelector=%21%3Dx
        GET    configmaps?labelSelector=in
        GET    configmaps?labelSelector=in%20in%20%28in%29
        GET    configmaps?labelSelector=x%20y%20z
        GET    configmaps?labelSelector=a%20b%2Fc
        GET    configmaps?labelSelector=A_b%24
        GET    configmaps?labelSelector=%24
        GET    configmaps?labelSelector=a%2Fb%2Fc
        GET    configmaps?labelSelector=x%3D%24
        GET    configmaps?labelSelector=x%20in%20%28%24%2C%25%29
        GET    configmaps?labelSelector=x%21%3D-
        GET    configmaps?labelSelector=a%3Db%2C%21
        GET    configmaps?labelSelector=a%3Db%2C%3Dc
        GET    configmaps?labelSelector=%C3%A9
        GET    configmaps?labelSelector=x%3D%C3%A9
        GET    configmaps?labelSelector=%3E
        GET    configmaps?labelSelector=%3Ca
        GET    configmaps?labelSelector=x%3E%3C1
    "#,
    )
    .await;
}
