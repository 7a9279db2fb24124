//! What is asked of a moment that has been forgotten: 410, and how to go on.
//!
//! A server forgets by and by, and with it all that others have been told; so this one is the test's own, and in haste.

use super::{builder, compare, defining::with_definitions};

#[tokio::test]
async fn what_has_been_forgotten_is_asked_for_in_vain() {
    let Some(real) = kopf_control_plane::own_with(&["--etcd-compaction-interval=1s"]).await else { return };
    const ROWS: &str = "own/v1/namespaces/$ns/rows";
    let object = |name: &str| {
        format!(
            r#"POST {ROWS} {{"kind":"Row","apiVersion":"$ns.kopf.test/v1","metadata":{{"name":"{name}"}}}}"#
        )
    };
    let (a, b, c, d) = (object("a"), object("b"), object("c"), object("d"));
    // Another definition has another cache, which remembers nothing.
    let rows = format!(
        r#"
        DEFINE rows "singular":"row","kind":"Row"
        UNTIL  crds/rows.$ns.kopf.test InitialNamesAccepted
        AWAIT  201 {a}
        {b}
        {c}
        GET    {ROWS}?limit=1
        GET    {ROWS}?limit=2
        GET    /apis/$ns.kopf.test/v1/rows?limit=1
        JSON   crds/rows.$ns.kopf.test [{{"op":"add","path":"/spec/versions/0/additionalPrinterColumns","value":[{{"name":"N","type":"string","jsonPath":".metadata.name"}}]}}]
        {d}
        DELETE {ROWS}/b
        AWAIT  410 GET {ROWS}?limit=1&continue=$continue6
        AWAIT  Expired GET {ROWS}?watch=true&timeoutSeconds=1&resourceVersion=$4
        GET    {ROWS}?continue=$continue6
        GET    {ROWS}?limit=1&continue=$continue7
        GET    /apis/$ns.kopf.test/v1/rows?limit=1&continue=$continue8
        GET    {ROWS}?resourceVersion=$4&resourceVersionMatch=Exact
        GET    {ROWS}?limit=1&resourceVersion=$4&resourceVersionMatch=Exact
        GET    {ROWS}?labelSelector=x&resourceVersion=$4&resourceVersionMatch=Exact
        GET    {ROWS}?fieldSelector=metadata.name%3Da&limit=1&resourceVersion=$4&resourceVersionMatch=Exact
        GET    {ROWS}?resourceVersion=$4&resourceVersionMatch=NotOlderThan
        GET    {ROWS}?resourceVersion=$4
        GET    {ROWS}?limit=1&resourceVersion=$4
        GET    {ROWS}/a?resourceVersion=$4
        GET    {ROWS}?limit=1&continue=$continue12
        GET    {ROWS}?limit=5&continue=$continue25
        GET    {ROWS}?continue=$continue15
        GET    /apis/$ns.kopf.test/v1/rows?continue=$continue16
        GET+table {ROWS}?limit=1&continue=$continue6
        GET+metadata-list {ROWS}?limit=1&continue=$continue6
        GET    {ROWS}?watch=true&timeoutSeconds=1&resourceVersion=$4&allowWatchBookmarks=true
        GET+table {ROWS}?watch=true&timeoutSeconds=1&resourceVersion=$4
        GET+metadata {ROWS}?watch=true&timeoutSeconds=1&resourceVersion=$4
        GET    {ROWS}?watch=true&timeoutSeconds=1&resourceVersion=$4&resourceVersionMatch=NotOlderThan&sendInitialEvents=true
        DELETE {ROWS}?resourceVersion=$4&resourceVersionMatch=Exact
        DELETE {ROWS}?limit=1&continue=$continue6
        GET    {ROWS}
    "#
    );
    compare(&real, builder().history(2, 1_000_000), &with_definitions(&rows), |answer| answer).await;
}
