//! The life of an object: generations, locks, deletion, and the namespaces it lives in.

use super::{LITTLE_PATIENCE, check, run, sandbox};

#[tokio::test]
async fn a_generation_counts_what_is_wanted() {
    check(
        r#"
        POST   rows    {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"a","generation":5},"spec":{"n":1}}
        MERGE  rows/a  {"metadata":{"labels":{"x":"1"}}}
        MERGE  rows/a  {"spec":{"n":2}}
        MERGE  rows/a/status {"status":{"n":1}}
        MERGE  rows/a/status {"status":{"n":1}}
        PUT    rows/a  {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"a","resourceVersion":"$5","generation":9},"spec":{"n":3}}
        JSON   rows/a  [{"op":"add","path":"/metadata/finalizers","value":["kopf.test/x"]}]
        DELETE rows/a
        MERGE  rows/a  {"spec":{"n":4}}
        POST   bares   {"kind":"Bare","apiVersion":"differential.kopf.test/v1","metadata":{"name":"a"},"spec":{"n":1}}
        MERGE  bares/a {"status":{"n":1}}
        POST   configmaps    {"metadata":{"name":"a"}}
        MERGE  configmaps/a  {"data":{"k":"v"}}
    "#,
    )
    .await;
}

#[tokio::test]
async fn generations_of_built_in_kinds_count_what_is_theirs_to_count() {
    check(
        r#"
        POST   /apis/discovery.k8s.io/v1/namespaces/$ns/endpointslices {"metadata":{"name":"a"},"addressType":"IPv4","endpoints":[{"addresses":["10.1.2.3"]}],"ports":[{"port":80}]}
        MERGE  /apis/discovery.k8s.io/v1/namespaces/$ns/endpointslices/a {"metadata":{"annotations":{"x":"1"}}}
        MERGE  /apis/discovery.k8s.io/v1/namespaces/$ns/endpointslices/a {"metadata":{"labels":{"x":"1"}}}
        POST   /apis/scheduling.k8s.io/v1/priorityclasses {"metadata":{"name":"$ns"},"value":7}
        MERGE  /apis/scheduling.k8s.io/v1/priorityclasses/$ns {"description":"seven"}
        DELETE /apis/scheduling.k8s.io/v1/priorityclasses/$ns
    "#,
    )
    .await;
}

/// Compared are generations alone, and what daemon sets count besides: into all else a cluster's controllers write meanwhile.
#[tokio::test]
async fn generations_of_workloads_count_what_is_theirs_to_count() {
    const COUNTED: &str = "deprecated.daemonset.template.generation";
    const ROWS: &str = r#"
        POST   APPS/deployments {"metadata":{"name":"a"},"spec":{"replicas":0,"selector":{"matchLabels":{"a":"b"}},"template":TEMPLATE}}
        MERGE  APPS/deployments/a {"metadata":{"labels":{"x":"1"}}}
        MERGE  APPS/deployments/a {"metadata":{"annotations":{"x":"1"}}}
        MERGE  APPS/deployments/a {"metadata":{"annotations":{"x":null}}}
        MERGE  APPS/deployments/a/status {"metadata":{"annotations":{"x":"2"}}}
        MERGE  APPS/deployments/a {"spec":{"minReadySeconds":1}}
        POST   APPS/daemonsets {"metadata":{"name":"a","annotations":{"COUNTED":"7"}},"spec":{"selector":{"matchLabels":{"a":"b"}},"template":TEMPLATE}}
        MERGE  APPS/daemonsets/a {"metadata":{"annotations":{"COUNTED":"3"}}}
        MERGE  APPS/daemonsets/a {"spec":{"template":{"metadata":{"annotations":{"x":"1"}}}}}
        POST   APPS/daemonsets {"metadata":{"name":"b","annotations":{"COUNTED":"-7"}},"spec":{"selector":{"matchLabels":{"a":"b"}},"template":TEMPLATE}}
    "#;
    let digest = "0".repeat(64);
    let template = format!(
        r#"{{"metadata":{{"labels":{{"a":"b"}}}},"spec":{{"containers":[{{"name":"c","image":"i:latest@sha256:{digest}"}}]}}}}"#
    );
    let rows = ROWS.replace("TEMPLATE", &template).replace("COUNTED", COUNTED);
    let rows = rows.replace("APPS", "/apis/apps/v1/namespaces/$ns");
    let counted = async |client: kube::Client| {
        let answers = run(&client, &rows, LITTLE_PATIENCE).await;
        let counted = answers.iter().map(|answer| {
            let metadata = &answer.object()["metadata"];
            (metadata["generation"].clone(), metadata["annotations"][COUNTED].clone())
        });
        counted.collect::<Vec<_>>()
    };
    let Some(real) = kopf_control_plane::get().await else { return };
    let expected = counted(kopf_control_plane::connect(&real.kubeconfig).await).await;
    assert!(expected.iter().all(|(generation, _)| generation.is_i64()), "all are taken: {expected:?}");
    let (sandbox, _serving) = sandbox().await;
    assert_eq!(counted(sandbox).await, expected);
}

#[tokio::test]
async fn places_in_lists_may_be_odd() {
    check(
        r#"
        POST   rows    {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"a"},"spec":{"l":[{"n":1},{"n":2}],"m":{"a/b":{"~":1}}}}
        JSON   rows/a  [{"op":"replace","path":"/spec/l/-1/n","value":3}]
        JSON   rows/a  [{"op":"replace","path":"/spec/l/01/n","value":4}]
        JSON   rows/a  [{"op":"replace","path":"/spec/l/-3/n","value":5}]
        JSON   rows/a  [{"op":"replace","path":"/spec/l/2/n","value":6}]
        JSON   rows/a  [{"op":"replace","path":"/spec/l/-/n","value":7}]
        JSON   rows/a  [{"op":"replace","path":"/spec/l/+1/n","value":8}]
        JSON   rows/a  [{"op":"test","path":"/spec/l/-1/n","value":4}]
        JSON   rows/a  [{"op":"remove","path":"/spec/l/-1/n"}]
        JSON   rows/a  [{"op":"add","path":"/spec/l/-1","value":{"n":9}}]
        JSON   rows/a  [{"op":"add","path":"/spec/l/00/n","value":10}]
        JSON   rows/a  [{"op":"add","path":"/spec/l/-0/n","value":11}]
        JSON   rows/a  [{"op":"replace","path":"/spec/m/a~1b/~0","value":2}]
        JSON   rows/a  [{"op":"add","path":"/spec/l/word/n","value":12}]
        JSON   rows/a  [{"op":"add","path":"spec/l/0/n","value":13}]
        JSON   rows/a  [{"op":"add","path":"/spec//n","value":14}]
        GET    rows/a
    "#,
    )
    .await;
}

#[tokio::test]
async fn a_deletion_may_have_conditions() {
    check(
        r#"
        POST   rows    {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"a","finalizers":["kopf.test/x"]}}
        DELETE rows/a  {"preconditions":{"uid":"11111111-1111-1111-1111-111111111111"}}
        DELETE rows/a  {"preconditions":{"uid":"$uid1","resourceVersion":"1"}}
        DELETE rows/a  {"preconditions":{"uid":"$uid1","resourceVersion":"$1"},"propagationPolicy":"Background"}
        DELETE rows/a  {"preconditions":{"resourceVersion":"$1"}}
        DELETE rows/a?propagationPolicy=Background
        DELETE rows/a?propagationPolicy=Sideways
        DELETE rows/a  {"propagationPolicy":"Sideways"}
        DELETE rows/a  {"propagationPolicy":"Background","orphanDependents":false}
        DELETE rows/a  {"gracePeriodSeconds":0}
        DELETE rows/a  {"gracePeriodSeconds":-1}
        DELETE rows/a  {"kind":"DeleteOptions","apiVersion":"v1"}
        DELETE rows/a  {"kind":"DeleteOptions","apiVersion":"meta.k8s.io/v1"}
        DELETE rows/a  {"kind":"Row","apiVersion":"differential.kopf.test/v1"}
        DELETE rows/a  {"dryRun":["All"]}
        DELETE rows/a  {"dryRun":["Some"]}
        DELETE rows/a?dryRun=Some
        DELETE rows/a  nonsense
        PUT    rows/a  {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"a","resourceVersion":"$4"},"spec":{"n":1}}
        GET    rows/a
        POST   rows    {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"a"}}
        POST   rows    {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"b"}}
        DELETE rows/b?dryRun=All
        GET    rows/b
        DELETE rows?labelSelector=x+in+1
        DELETE rows    {"preconditions":{"uid":"$uid1"}}
        DELETE rows
        GET    rows
    "#,
    )
    .await;
}

#[tokio::test]
async fn what_is_going_is_watched_to_its_end() {
    check(
        r#"
        POST   rows    {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"a","finalizers":["kopf.test/x"]},"spec":{"n":1}}
        DELETE rows/a
        MERGE  rows/a/status {"status":{"n":1}}
        MERGE  rows/a  {"metadata":{"annotations":{"a":"1"}}}
        PUT    rows/a  {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"a","resourceVersion":"$4"},"spec":{"n":2}}
        MERGE  rows/a  {"metadata":{"finalizers":[]},"spec":{"n":3}}
        MERGE  rows/a  {"metadata":{"finalizers":[]}}
        GET    rows?watch=true&timeoutSeconds=1&resourceVersion=$1
        POST   rows    {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"b","finalizers":["kopf.test/x"]}}
        DELETE rows
        MERGE  rows/b  {"metadata":{"finalizers":null}}
        POST   rows    {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"b"}}
        DELETE rows/b  {"preconditions":{"uid":"$uid9"}}
        GET    rows?watch=true&timeoutSeconds=1&resourceVersion=$9
    "#,
    )
    .await;
}

#[tokio::test]
async fn dry_runs_answer_and_write_nothing() {
    check(
        r#"
        POST   rows?dryRun=All {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"a"}}
        GET    rows/a
        POST   rows    {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"a"},"spec":{"n":1}}
        POST   rows?dryRun=All {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"a"}}
        MERGE  rows/a?dryRun=All {"spec":{"n":2}}
        PUT    rows/a?dryRun=All {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"a","resourceVersion":"$3"},"spec":{"n":3}}
        MERGE  rows/a/status?dryRun=All {"status":{"n":2}}
        MERGE  rows/a?dryRun=Some {"spec":{"n":2}}
        GET    rows/a
    "#,
    )
    .await;
}

#[tokio::test]
async fn namespaces_are_objects_too() {
    check(
        r#"
        GET    /api/v1/namespaces/$ns
        MERGE  /api/v1/namespaces/$ns {"metadata":{"labels":{"x":"1"}}}
        MERGE  /api/v1/namespaces/$ns {"metadata":{"labels":{"kubernetes.io/metadata.name":"other"}}}
        POST   /api/v1/namespaces {"metadata":{"name":"$ns"}}
        POST   /api/v1/namespaces {"metadata":{"name":"Not.A.Name"}}
        POST   /api/v1/namespaces {"metadata":{"name":"dotted.name"}}
        GET    /api/v1/namespaces/missing
        DELETE /api/v1/namespaces/missing
        DELETE /api/v1/namespaces/default
        GET    /api/v1/namespaces/missing/configmaps
        GET    /api/v1/namespaces/missing/configmaps/a
        POST   /api/v1/namespaces/missing/configmaps {"metadata":{"name":"a"}}
        DELETE /api/v1/namespaces/missing/configmaps
        POST   configmaps {"metadata":{"name":"a","namespace":"other"}}
        POST   configmaps {"metadata":{"generateName":"a-","name":"b"}}
    "#,
    )
    .await;
}

#[tokio::test]
async fn built_in_objects_live_by_rules_of_their_own() {
    check(
        r#"
        POST   configmaps    {"metadata":{"name":"a"},"data":{"k":"v"}}
        PUT    configmaps/a  {"metadata":{"name":"a"},"data":{"k":"w"}}
        PUT    configmaps/a  {"metadata":{"name":"a","resourceVersion":"$1"},"data":{"k":"x"}}
        PUT    configmaps/b  {"metadata":{"name":"b"}}
        MERGE  configmaps/a  {"metadata":{"resourceVersion":"$1"},"data":{"k":"y"}}
        JSON   configmaps/a  [{"op":"test","path":"/metadata/resourceVersion","value":"$1"},{"op":"remove","path":"/data"}]
        DELETE configmaps/a  {"preconditions":{"resourceVersion":"$1"}}
        DELETE configmaps?labelSelector=x
        DELETE configmaps/a
        GET    configmaps?watch=true&timeoutSeconds=1&resourceVersion=$1&fieldSelector=metadata.name%3Da
        POST   secrets       {"metadata":{"name":"a"},"type":"Opaque","data":{"k":"dg=="}}
        GET    secrets?fieldSelector=metadata.name%3Da
        GET    secrets?fieldSelector=type%3DOther
        DELETE secrets/a
        PUT    /apis/coordination.k8s.io/v1/namespaces/$ns/leases/a {"metadata":{"name":"a"},"spec":{"holderIdentity":"x"}}
        PUT    /apis/coordination.k8s.io/v1/namespaces/$ns/leases/a {"metadata":{"name":"a","resourceVersion":"1"},"spec":{"holderIdentity":"y"}}
        DELETE /apis/coordination.k8s.io/v1/namespaces/$ns/leases/a
    "#,
    )
    .await;
}

#[tokio::test]
async fn pods_have_time_to_go() {
    let pod = |name: &str, more: &str| {
        format!(
            r#"POST pods {{"metadata":{{"name":"{name}"}},"spec":{{"automountServiceAccountToken":false,"containers":[{{"name":"c","image":"i"}}]{more}}}}}"#
        )
    };
    let [unscheduled, scheduled, quick, held] = [
        pod("a", ""),
        pod("b", r#","nodeName":"$ns""#),
        pod("c", r#","nodeName":"$ns","terminationGracePeriodSeconds":0"#),
        pod("d", r#","nodeName":"$ns""#),
    ];
    check(&format!(
        r#"
        {unscheduled}
        DELETE pods/a?dryRun=All
        DELETE pods/a
        GET    pods?watch=true&timeoutSeconds=1&resourceVersion=$1
        POST   /api/v1/nodes {{"metadata":{{"name":"$ns"}}}}
        {scheduled}
        DELETE pods/b?dryRun=All
        DELETE pods/b
        GET    pods/b
        DELETE pods/b?gracePeriodSeconds=40
        DELETE pods/b {{"gracePeriodSeconds":10}}
        MERGE  pods/b {{"metadata":{{"labels":{{"x":"y"}}}}}}
        DELETE pods/b?gracePeriodSeconds=0
        GET    pods?watch=true&timeoutSeconds=1&resourceVersion=$6
        {quick}
        DELETE pods/c
        GET    pods/c
        {held}
        MERGE  pods/d {{"metadata":{{"finalizers":["kopf.test/held"]}}}}
        DELETE pods/d?propagationPolicy=Background
        MERGE  pods/d {{"metadata":{{"finalizers":null}}}}
        GET    pods/d
        DELETE pods?gracePeriodSeconds=0
        GET    pods
        DELETE /api/v1/nodes/$ns
    "#
    ))
    .await;
}
