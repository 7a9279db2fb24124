//! Lists and watches: what is in them, and which of their options may stand together.

use super::{answer::Answer, check, check_as};

#[tokio::test]
async fn lists_are_filtered_and_paged() {
    check(
        r#"
        POST   rows    {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"a","labels":{"x":"1"}}}
        POST   rows    {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"b","labels":{"x":"2"}}}
        POST   rows    {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"c"}}
        GET    rows
        GET    rows?labelSelector=x%3D1
        GET    rows?labelSelector=x+in+(1,2)
        GET    rows?labelSelector=!x
        GET    rows?labelSelector=x%3D%3D%3D
        GET    rows?fieldSelector=metadata.name%3Db
        GET    rows?fieldSelector=spec.n%3D1
        GET    rows?resourceVersion=0
        GET    rows?resourceVersion=$2&resourceVersionMatch=NotOlderThan
        GET    rows?resourceVersion=word
        GET    rows?resourceVersionMatch=Exact
        GET    rows?resourceVersion=0&resourceVersionMatch=Exact
        GET    rows?sendInitialEvents=true
        GET    rows?continue=nonsense
        DELETE rows?labelSelector=x
        GET    rows
    "#,
    )
    .await;
}

#[tokio::test]
async fn lists_of_all_namespaces_are_in_the_order_of_keys() {
    let row = |home: &str, name: &str| {
        format!(
            r#"POST /apis/differential.kopf.test/v1/namespaces/{home}/rows {{"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{{"name":"{name}","labels":{{"of":"$ns"}}}}}}"#
        )
    };
    let rows = [row("$ns", "b"), row("$ns-a", "a"), row("$ns", "c-d"), row("$ns", "c"), row("$nsa", "a")];
    check(&format!(
        r#"
        POST /api/v1/namespaces {{"metadata":{{"name":"$ns-a"}}}}
        POST /api/v1/namespaces {{"metadata":{{"name":"$nsa"}}}}
        {}
        GET  /apis/differential.kopf.test/v1/rows?labelSelector=of%3D$ns
        GET  /apis/differential.kopf.test/v1/rows?labelSelector=of%3D$ns&resourceVersion=$3&resourceVersionMatch=NotOlderThan
        GET  /apis/differential.kopf.test/v1/rows?labelSelector=of%3D$ns&resourceVersion=$7&resourceVersionMatch=Exact
        DELETE /api/v1/namespaces/$ns-a?dryRun=All
    "#,
        rows.join("\n")
    ))
    .await;
}

#[tokio::test]
async fn who_asks_for_one_object_by_its_name_is_told_of_no_rest() {
    check(
        r#"
        POST   rows    {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"a"}}
        POST   rows    {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"b"}}
        POST   configmaps {"metadata":{"name":"a"}}
        POST   configmaps {"metadata":{"name":"b"}}
        GET    rows?limit=1&fieldSelector=metadata.name%3Da
        GET    configmaps?limit=1&fieldSelector=metadata.name%3Da
        GET    configmaps?limit=1&fieldSelector=metadata.name%3Da,metadata.name!%3Db
        GET    configmaps?limit=1&fieldSelector=metadata.name%3Da,metadata.name%3Db
        GET    configmaps?limit=1&fieldSelector=metadata.name%3Da&labelSelector=x
        GET    configmaps?limit=1&fieldSelector=metadata.name!%3Db
        GET    configmaps?limit=1&fieldSelector=metadata.name%3D
        GET    configmaps?limit=1&fieldSelector=metadata.name%3Da&resourceVersion=$3
        GET    configmaps?limit=1&fieldSelector=metadata.name%3Da&resourceVersion=$3&resourceVersionMatch=Exact
        GET    rows?limit=1&fieldSelector=metadata.name%3Da&resourceVersion=$1
        GET    rows?limit=1&fieldSelector=metadata.name%3Db&resourceVersion=$1
        GET    rows?limit=1&fieldSelector=metadata.name%3Db&resourceVersion=$1&resourceVersionMatch=Exact
        GET    rows?limit=1&fieldSelector=metadata.namespace%3D$ns
        GET    rows?limit=1&fieldSelector=metadata.namespace%3Dother
        GET    /apis/differential.kopf.test/v1/rows?limit=1&fieldSelector=metadata.namespace%3D$ns
        GET    /apis/differential.kopf.test/v1/rows?limit=5&fieldSelector=metadata.namespace%3D$ns,metadata.name%3Da
        GET    /apis/differential.kopf.test/v1/rows?limit=1&fieldSelector=metadata.namespace%3D$ns&continue=$continue19
        GET    /apis/differential.kopf.test/v1/rows?fieldSelector=metadata.namespace%3D$ns,metadata.name%3Da&resourceVersion=$1&resourceVersionMatch=Exact
        GET    /api/v1/namespaces?limit=1&fieldSelector=metadata.name%3Ddefault
    "#,
    )
    .await;
}

#[tokio::test]
async fn lists_come_piece_by_piece() {
    check(
        r#"
        POST   rows    {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"a","labels":{"x":"1"}}}
        POST   rows    {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"b","labels":{"x":"1"}}}
        POST   rows    {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"c"}}
        GET    rows?limit=2
        GET    rows?limit=2&continue=$continue4
        GET    rows?limit=1&labelSelector=x
        GET    rows?limit=3
        GET    rows?limit=0
        GET    rows?limit=-1
        GET    rows?limit=many
        GET    rows?limit=1&resourceVersion=0
        GET    rows?limit=1&resourceVersion=0&continue=$continue6
        GET    rows?limit=1&resourceVersion=0&resourceVersionMatch=NotOlderThan
        GET    rows?limit=1&resourceVersion=$2
        GET    rows?limit=1&resourceVersion=$2&resourceVersionMatch=NotOlderThan
        GET    rows?limit=1&resourceVersion=$2&resourceVersionMatch=Exact
        GET    rows?limit=1&continue=$continue16
        DELETE rows/b
        GET    rows?limit=1&continue=$continue4
        GET    rows?continue=$continue4&resourceVersion=0
        GET    rows?continue=$continue4&resourceVersion=$2
        GET    rows?continue=$continue4&resourceVersion=$2&resourceVersionMatch=Exact
        GET    rows?continue=$continue4&resourceVersionMatch=NotOlderThan
    "#,
    )
    .await;
}

#[tokio::test]
async fn lists_are_of_the_version_that_is_asked_for() {
    check(
        r#"
        POST   rows    {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"a"},"spec":{"n":1}}
        MERGE  rows/a  {"spec":{"n":2}}
        POST   rows    {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"b"}}
        GET    rows?resourceVersion=$1&resourceVersionMatch=Exact
        GET    rows?resourceVersion=$2&resourceVersionMatch=Exact
        GET    rows?resourceVersion=$3&resourceVersionMatch=Exact
        GET    rows?resourceVersion=$1
        GET    rows?resourceVersion=$1&resourceVersionMatch=NotOlderThan
        GET    rows?resourceVersion=1&resourceVersionMatch=NotOlderThan
        GET    rows?resourceVersion=0&resourceVersionMatch=NotOlderThan
        GET    rows?resourceVersionMatch=NotOlderThan
        GET    rows?resourceVersion=$1&resourceVersionMatch=Newest
        GET    rows?resourceVersion=0&resourceVersionMatch=
        GET    rows?resourceVersion=-1
        GET    rows?resourceVersion=9000000000
        GET    rows?resourceVersion=9000000000&resourceVersionMatch=NotOlderThan
        GET    rows?resourceVersion=9000000000&resourceVersionMatch=Exact
        GET    rows/a?resourceVersion=0
        GET    rows/a?resourceVersion=$1
        GET    rows/a?resourceVersion=9000000000
        GET    rows/a?resourceVersion=word
        GET    rows?sendInitialEvents=false
    "#,
    )
    .await;
}

#[tokio::test]
async fn selectors_choose_by_labels_and_fields() {
    check(
        r#"
        POST   rows    {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"a","labels":{"x":"1","kopf.test/y":"z"}}}
        POST   rows    {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"b","labels":{"x":"20"}}}
        POST   rows    {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"c"}}
        GET    rows?labelSelector=x
        GET    rows?labelSelector=x,!kopf.test/y
        GET    rows?labelSelector=x%3D%3D1,kopf.test/y%3Dz
        GET    rows?labelSelector=x!%3D1
        GET    rows?labelSelector=x+notin+(1,3)
        GET    rows?labelSelector=x%3E5
        GET    rows?labelSelector=x%3C5
        GET    rows?labelSelector=x%3Eword
        GET    rows?labelSelector=x+in+()
        GET    rows?labelSelector=x+in+(,1)
        GET    rows?labelSelector=x+in+1
        GET    rows?labelSelector=-x-
        GET    rows?labelSelector=x%3D-1-
        GET    rows?labelSelector=,
        GET    rows?labelSelector=x,
        GET    rows?labelSelector=x%3D
        GET    rows?fieldSelector=metadata.name%3Da,metadata.namespace%3D$ns
        GET    rows?fieldSelector=metadata.name!%3Da
        GET    rows?fieldSelector=metadata.name%3D%3Da
        GET    rows?fieldSelector=metadata.namespace%3Dother
        GET    rows?fieldSelector=metadata.name
        GET    rows?fieldSelector=metadata.uid%3Da
        GET    rows?fieldSelector=metadata.name%3Da&labelSelector=x%3D20
        GET    configmaps?fieldSelector=data.k%3Dv
        GET    /api/v1/namespaces?fieldSelector=metadata.name%3D$ns
        GET    /apis/differential.kopf.test/v1/rows?fieldSelector=metadata.namespace%3D$ns
    "#,
    )
    .await;
}

#[tokio::test]
async fn watches_bring_what_happened_since() {
    check(
        r#"
        POST   rows    {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"a","labels":{"x":"1"}}}
        MERGE  rows/a  {"spec":{"n":2}}
        MERGE  rows/a  {"metadata":{"labels":{"x":"2"}}}
        POST   rows    {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"b"}}
        DELETE rows/b
        GET    rows?watch=true&timeoutSeconds=1&resourceVersion=$1
        GET    rows?watch=1&timeoutSeconds=1&resourceVersion=$1&labelSelector=x%3D1
        GET    rows?watch=True&timeoutSeconds=1&resourceVersion=0
        GET    rows?watch=true&timeoutSeconds=1&resourceVersion=$4&fieldSelector=metadata.name%3Db
        GET    rows?watch=true&timeoutSeconds=1&resourceVersion=1
        GET    rows?watch=true&timeoutSeconds=1&resourceVersion=word
        GET    rows?watch=true&timeoutSeconds=1&resourceVersionMatch=NotOlderThan
        GET    rows?watch=true&timeoutSeconds=1&sendInitialEvents=true
        GET    rows?watch=true&timeoutSeconds=3&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true
    "#,
    )
    .await;
}

#[tokio::test]
async fn watches_begin_where_they_are_told_to() {
    check(
        r#"
        POST   rows    {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"a","labels":{"x":"1"}}}
        POST   rows    {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"b"}}
        MERGE  rows/a  {"metadata":{"labels":{"x":"2"}}}
        GET    rows?watch=true&timeoutSeconds=1
        GET    rows?watch=true&timeoutSeconds=1&resourceVersion=0
        GET    rows?watch=true&timeoutSeconds=1&resourceVersion=0&labelSelector=x%3D2
        GET    rows?watch=true&timeoutSeconds=1&resourceVersion=$2
        GET    rows?watch=true&timeoutSeconds=1&resourceVersion=$3
        GET    rows?watch=true&timeoutSeconds=1&resourceVersion=$2&labelSelector=x%3D2
        GET    rows?watch=true&timeoutSeconds=1&resourceVersion=$1&fieldSelector=metadata.name%3Da
        GET    rows?watch=true&timeoutSeconds=1&fieldSelector=spec.n%3D1
        GET    rows?watch=true&timeoutSeconds=1&labelSelector=x+in+1
        GET    rows?watch=true&timeoutSeconds=word
        GET    rows/a?watch=true&timeoutSeconds=1
        GET    rows?watch=true&timeoutSeconds=1&limit=1
        GET    rows?watch=true&timeoutSeconds=1&continue=nonsense
        GET    rows?watch=true&timeoutSeconds=1&resourceVersion=-1
        GET    /apis/differential.kopf.test/v1/rows?watch=true&timeoutSeconds=1&resourceVersion=$1&fieldSelector=metadata.namespace%3D$ns
    "#,
    )
    .await;
}

#[tokio::test]
async fn watches_refuse_options_that_contradict_each_other() {
    check(
        r#"
        POST   rows    {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"a"}}
        GET    rows?watch=true&timeoutSeconds=1&sendInitialEvents=false&resourceVersionMatch=NotOlderThan
        GET    rows?watch=true&timeoutSeconds=1&sendInitialEvents=false&resourceVersion=$1&resourceVersionMatch=NotOlderThan
        GET    rows?watch=true&timeoutSeconds=1&sendInitialEvents=true&resourceVersion=$1&resourceVersionMatch=NotOlderThan
        GET    rows?watch=true&timeoutSeconds=1&sendInitialEvents=true&resourceVersion=0&resourceVersionMatch=NotOlderThan
        GET    rows?watch=true&timeoutSeconds=1&sendInitialEvents=true&resourceVersion=$1
        GET    rows?watch=true&timeoutSeconds=1&sendInitialEvents=true&resourceVersion=$1&resourceVersionMatch=Exact
        GET    rows?watch=true&timeoutSeconds=1&resourceVersion=$1&resourceVersionMatch=Exact
        GET    rows?watch=true&timeoutSeconds=1&resourceVersion=$1&resourceVersionMatch=NotOlderThan
        GET    rows?watch=true&timeoutSeconds=1&resourceVersion=$1&resourceVersionMatch=NotOlderThan&sendInitialEvents=true&continue=x
        GET    rows?watch=true&timeoutSeconds=1&sendInitialEvents=maybe&resourceVersionMatch=NotOlderThan
    "#,
    )
    .await;
}

/// All combinations, those of lists that are wrong and those that are not.
#[tokio::test]
async fn lists_refuse_options_in_the_order_of_the_server() {
    let mut rows = vec![
        r#"POST configmaps {"metadata":{"name":"a"}}"#.to_owned(),
        r#"POST configmaps {"metadata":{"name":"b"}}"#.to_owned(),
        "GET configmaps?limit=1".to_owned(),
    ];
    for version in ["", "resourceVersion=0", "resourceVersion=$2", "resourceVersion=word"] {
        for matching in ["", "Exact", "NotOlderThan", "Other"] {
            for token in ["", "continue=$continue3", "continue=junk"] {
                for initial in ["", "sendInitialEvents=true", "sendInitialEvents=false"] {
                    let matching = format!("resourceVersionMatch={matching}");
                    rows.push(format!("GET configmaps?limit=1&{version}&{matching}&{token}&{initial}"));
                }
            }
        }
    }
    check_as(&rows.join("\n"), Answer::of_refusals).await;
}

/// The same of watches, but for those that begin.
#[tokio::test]
async fn watches_refuse_options_in_the_order_of_the_server() {
    let mut rows = Vec::new();
    for version in ["", "resourceVersion=0", "resourceVersion=5", "resourceVersion=word"] {
        for matching in ["Exact", "Other"] {
            for token in ["", "continue=junk"] {
                for initial in ["", "sendInitialEvents=true", "sendInitialEvents=false"] {
                    let matching = format!("resourceVersionMatch={matching}");
                    rows.push(format!("GET rows?watch=1&{version}&{matching}&{token}&{initial}"));
                }
            }
        }
    }
    check_as(&rows.join("\n"), Answer::of_refusals).await;
}

#[tokio::test]
async fn the_bookmark_that_ends_what_there_was_is_an_object_that_says_nothing() {
    let rows = [
        "rows",
        "/api/v1/nodes",
        "pods",
        "/apis/apiregistration.k8s.io/v1/apiservices",
        "/apis/apps/v1/controllerrevisions",
        "/apis/apps/v1/daemonsets",
        "/apis/apps/v1/deployments",
        "/apis/autoscaling/v2/horizontalpodautoscalers",
        "/apis/events.k8s.io/v1/events",
    ];
    let rows = rows.map(|path| {
        format!(
            "GET {path}?watch=true&timeoutSeconds=3&labelSelector=kopf.test/none&sendInitialEvents=true\
             &resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true\n"
        )
    });
    check(&rows.concat()).await;
}
