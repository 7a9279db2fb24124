//! What both servers refuse, and in which words.

use super::check;

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
