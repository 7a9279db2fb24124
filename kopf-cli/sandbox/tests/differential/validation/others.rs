//! Classes of runtimes, service accounts, namespaces, Events and policies.

use serde_json::json;

use super::{check, try_all};

const CLASSES: &str = "/apis/node.k8s.io/v1/runtimeclasses";
const POLICIES: &str = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies";

#[tokio::test]
async fn runtimes_have_handlers() {
    let rows = [
        "",
        r#","handler":"""#,
        r#","handler":"A_b""#,
        r#","handler":"a.b""#,
        r#","handler":"a","overhead":{}"#,
        r#","handler":"a","overhead":{"podFixed":{"cpu":"-1","memory":"1.5","nonsense":"1","a.b/c":"1","a b":"1","hugepages-2Mi":"1Mi","storage":"1"}}"#,
        r#","handler":"a","overhead":{"podFixed":{"cpu":"1","memory":"1Gi"}}"#,
        r#","handler":"a","scheduling":{"nodeSelector":{"a b":"c d"},"tolerations":[{"operator":"X"},{"key":"a b","effect":"Y"},{"operator":"Exists","value":"x"},{"tolerationSeconds":1}]}"#,
        r#","handler":"a","scheduling":{"tolerations":[{"key":"a","operator":"Exists"},{"key":"a","operator":"Exists"},{"key":"a","operator":"Exists","effect":"NoExecute","tolerationSeconds":3},{"key":"a","operator":"Exists","effect":"NoExecute","tolerationSeconds":4}]}"#,
        r#","handler":"a","scheduling":{"nodeSelector":{"a":"b"}}"#,
    ];
    let rows = rows
        .map(|fields| format!("POST {CLASSES}?dryRun=All {{\"metadata\":{{\"name\":\"$ns\"}}{fields}}}\n"));
    check(&rows.concat()).await;
    let rows = r#"
        POST   HERE {"metadata":{"name":"$ns"},"handler":"a"}
        MERGE  HERE/$ns {"handler":"b"}
        MERGE  HERE/$ns {"handler":""}
        MERGE  HERE/$ns {"handler":"A_b","scheduling":{"nodeSelector":{"a":"b"}}}
        MERGE  HERE/$ns {"scheduling":{"nodeSelector":{"a":"b"}},"overhead":{"podFixed":{"cpu":"1"}}}
        DELETE HERE/$ns
    "#;
    check(&rows.replace("HERE", CLASSES)).await;
}

#[tokio::test]
async fn accounts_name_secrets() {
    try_all(
        "serviceaccounts",
        &[
            "",
            r#""secrets":[{"name":"a","namespace":"b","kind":"Secret","uid":"x","fieldPath":"p"},{}],"imagePullSecrets":[{},{"name":"A b"}]"#,
            r#""automountServiceAccountToken":false,"secrets":[],"imagePullSecrets":[]"#,
        ],
    )
    .await;
    check(
        r#"
        POST   serviceaccounts {"metadata":{"name":"a"},"secrets":[{"name":"a","kind":"Secret"}]}
        MERGE  serviceaccounts/a?fieldManager=b {"secrets":[{"name":"a","namespace":"n","resourceVersion":"1"},{"name":"c"}]}
        APPLY  serviceaccounts/a?fieldManager=c {"kind":"ServiceAccount","apiVersion":"v1","metadata":{"name":"a"},"secrets":[{"name":"d","kind":"Secret"}]}
        GET    serviceaccounts/a
    "#,
    )
    .await;
}

#[tokio::test]
async fn namespaces_are_held_by_names() {
    check(
        r#"
        POST   /api/v1/namespaces?dryRun=All {"metadata":{"name":"$ns-n"},"spec":{"finalizers":["a","kubernetes","a.b/c","A b/c","x/y/z",""]}}
        POST   /api/v1/namespaces?dryRun=All {"metadata":{"name":"$ns-n"},"spec":{"finalizers":["a.b/c","a.b/c"]},"status":{"phase":"Terminating"}}
        POST   /api/v1/namespaces?dryRun=All {"metadata":{"name":"$ns-n"},"spec":{"finalizers":["a.b/c","kubernetes"]}}
        POST   /api/v1/namespaces?dryRun=All {"metadata":{"name":"$ns-n"},"spec":{"finalizers":[]}}
        POST   /api/v1/namespaces {"metadata":{"name":"$ns-n"},"spec":{"finalizers":["a.b/c"]}}
        MERGE  /api/v1/namespaces/$ns-n {"spec":{"finalizers":["a"]}}
        MERGE  /api/v1/namespaces/$ns-n {"spec":{"finalizers":["a.b/d"]},"metadata":{"labels":{"kubernetes.io/metadata.name":"x"}}}
        MERGE  /api/v1/namespaces/$ns-n {"metadata":{"labels":null,"name":"other"}}
        PUT    /api/v1/namespaces/$ns-n/finalize {"metadata":{"name":"$ns-n"},"spec":{"finalizers":["a","A b/c","x/y/z","kubernetes",""]}}
        PUT    /api/v1/namespaces/$ns-n/finalize {"metadata":{"name":"$ns-n"},"spec":{"finalizers":["kubernetes"]}}
        DELETE /api/v1/namespaces/$ns-n
    "#,
    )
    .await;
}

#[tokio::test]
async fn events_tell_of_something() {
    let long = "x".repeat(129);
    let note = "x".repeat(1_025);
    let rows = r#"
        POST events {"metadata":{"name":"a"}}
        POST events {"metadata":{"name":"a"},"involvedObject":{"namespace":"other"}}
        POST events {"metadata":{"name":"a"},"involvedObject":{"namespace":"$ns"},"eventTime":"2020-01-01T00:00:00.000000Z","type":"X"}
        POST events {"metadata":{"name":"a"},"involvedObject":{"namespace":"$ns"},"eventTime":"2020-01-01T00:00:00.000000Z","reportingComponent":"a b","reportingInstance":"LONG","action":"LONG","reason":"LONG","message":"NOTE"}
        POST events {"metadata":{"name":"a"},"involvedObject":{"namespace":"$ns"},"count":-1,"type":"X","series":{"count":1}}
        POST events {"metadata":{"name":"A b"},"involvedObject":{"namespace":"$ns"}}
        MERGE events/a {"involvedObject":{"namespace":"other"}}
        MERGE events/a {"message":"NOTE","type":"Y"}
        POST NEWER {"metadata":{"name":"b"}}
        POST NEWER {"metadata":{"name":"b"},"eventTime":"2020-01-01T00:00:00.000000Z","regarding":{"namespace":"$ns"},"type":"X","deprecatedCount":1,"deprecatedFirstTimestamp":"2020-01-01T00:00:00Z","deprecatedLastTimestamp":"2020-01-01T00:00:00Z","deprecatedSource":{"component":"x","host":"y"},"series":{"count":1}}
        POST NEWER {"metadata":{"name":"b"},"eventTime":"2020-01-01T00:00:00.000000Z","regarding":{"namespace":"$ns"},"type":"Normal","reportingController":"a b","reportingInstance":"LONG","action":"LONG","reason":"LONG","note":"NOTE","deprecatedSource":{"host":"y"}}
        POST NEWER {"metadata":{"name":"b"},"eventTime":"2020-01-01T00:00:00.000000Z","regarding":{"namespace":"$ns"},"type":"Normal","reportingController":"a","reportingInstance":"i","action":"a","reason":"r","series":{"count":2,"lastObservedTime":"2020-01-01T00:00:00.000000Z"}}
        MERGE NEWER/b {"series":{"count":1,"lastObservedTime":null}}
        MERGE NEWER/b {"series":{"count":3}}
        MERGE NEWER/b {"regarding":{"name":"x"},"reason":"s","note":"n","type":"Warning","eventTime":"2021-01-01T00:00:00.000000Z","action":"b","related":{"name":"x"},"reportingController":"b","reportingInstance":"j","deprecatedCount":1,"deprecatedSource":{"host":"x"},"deprecatedFirstTimestamp":"2020-01-01T00:00:00Z","deprecatedLastTimestamp":"2020-01-01T00:00:00Z"}
        MERGE NEWER/b {"eventTime":null,"reportingController":null}
        MERGE NEWER/b {"metadata":{"labels":{"a b":"c"}}}
        MERGE events/b {"metadata":{"labels":{"a b":"c"}}}
        MERGE events/b {"series":{"count":0},"count":3}
        GET   NEWER/b
    "#;
    let rows = rows.replace("NEWER", "/apis/events.k8s.io/v1/namespaces/$ns/events");
    check(&rows.replace("LONG", &long).replace("NOTE", &note)).await;
}

#[tokio::test]
async fn policies_tell_of_themselves() {
    let rows = r#"
        POST   HERE {"metadata":{"name":"$ns.x"},"spec":{"failurePolicy":"Ignore","matchConstraints":{"resourceRules":[{"apiGroups":["kopf.test"],"apiVersions":["v1"],"operations":["CREATE"],"resources":["x"]}]},"validations":[{"expression":"true"}]}}
        UNTIL  HERE/$ns.x observedGeneration
        MERGE  HERE/$ns.x/status {"status":{"conditions":[{"type":"a b","status":"X"},{"type":"A","status":"True","reason":"a b","lastTransitionTime":"2020-01-01T00:00:00Z","message":"m"},{"type":"A","status":"False","reason":"R","lastTransitionTime":"2020-01-01T00:00:00Z","message":"","observedGeneration":-1}]}}
        MERGE  HERE/$ns.x/status {"status":{"typeChecking":{"expressionWarnings":[{"fieldRef":"","warning":""},{"fieldRef":"spec.x","warning":"w"},{"fieldRef":"a b","warning":"w"}]}}}
        MERGE  HERE/$ns.x/status {"status":{"conditions":[{"type":"A","status":"True","reason":"R","lastTransitionTime":"2020-01-01T00:00:00Z","message":"m"}]}}
        DELETE HERE/$ns.x
    "#;
    check(&rows.replace("HERE", POLICIES)).await;
}

#[tokio::test]
async fn policies_tell_where_their_expressions_are() {
    let places = [
        ".spec.validations[0].expression",
        "  spec.x\u{a0}",
        "-",
        "+5.5.5",
        "99999999999999999999",
        &"1".repeat(400),
        ".a[",
        ".a[x]",
        ".a[-]",
        ".a[0:+1]",
        ".a[1:2:3:4]",
        ".a[99999999999999999999]",
        ".a[0,'b',*]",
        ".a['b','c\nd']",
        ".a['b.c']",
        ".a['[']",
        ".a[\"b\"]",
        "....",
        "..a..*",
        ".a[?(@.b==1]",
        ".a[?(@.b==1)",
        ".a[?(@.b==1)].c",
        ".a[?(@.b=='x)')].c",
        ".a[?(@.b=='x)].c",
        ".a[?(@.b==)]",
        ".a[?(@.b=)]",
        ".a[?(==1)]",
        ".a[?()]",
        ".a[?(@.b==1\n)]",
        "'a",
        "'\\q'",
        "'\\'",
        "\"\\x41\\101\\u00fc\"",
        "\"\\ud800\"",
        "\"\\'\"",
        "'\\400'",
        "range .a",
        ".a}{.b",
        ".a}{%",
        ".a}b{",
        ".a}{[",
        ".a{",
        ".a\\",
        ".a\\ b",
        "%",
        "\u{1}",
        "\u{a0}.a\u{a0}b",
        "a\u{2028}b",
        "a \u{2028}b",
        "\t.a",
        ".a\t.b",
        ".a\n.b",
        "ü.ß",
        "..ü",
        "٣",
        "x٣",
        "😀",
        "(",
        ",",
        "true.a",
        "a=b",
        ".a[ 0 ]",
        ".a[ 0 , 1 ]",
        ".a[0,]",
        ".a[\t0,1]",
        "a[?(b]",
        "$.a@.b$",
        "'a'\"b\"",
        "'a\nb'",
    ];
    let warnings: Vec<_> =
        places.iter().map(|place| json!({ "fieldRef": place, "warning": "w" }).to_string()).collect();
    let warnings = warnings.join(",");
    let rows = format!(
        r#"
        POST   HERE {{"metadata":{{"name":"$ns.y"}},"spec":{{"failurePolicy":"Ignore","matchConstraints":{{"resourceRules":[{{"apiGroups":["kopf.test"],"apiVersions":["v1"],"operations":["CREATE"],"resources":["x"]}}]}},"validations":[{{"expression":"true"}}]}}}}
        UNTIL  HERE/$ns.y observedGeneration
        MERGE  HERE/$ns.y/status {{"status":{{"typeChecking":{{"expressionWarnings":[{warnings}]}}}}}}
        DELETE HERE/$ns.y
    "#
    );
    check(&rows.replace("HERE", POLICIES)).await;
}
