//! What clients hardly ever send: schemas that are none, scales and deletions of other kinds, and fields that are set to nothing.

use super::{below::SCALED, check};

#[tokio::test]
async fn schemas_are_read_before_they_are_looked_at() {
    let definition = |schema: &str| {
        format!(
            r#"POST /apis/apiextensions.k8s.io/v1/customresourcedefinitions?dryRun=All&fieldValidation=Strict {{"metadata":{{"name":"odds.$ns.kopf.test"}},"spec":{{"group":"$ns.kopf.test","scope":"Namespaced","names":{{"plural":"odds","kind":"Odd"}},"versions":[{{"name":"v1","served":true,"storage":true,"schema":{{"openAPIV3Schema":{{"type":"object","properties":{{"a":{schema}}}}}}}}}]}}}}"#
        )
    };
    let schemas = [
        r#"{"type":"object","additionalProperties":1}"#,
        r#"{"type":"object","additionalProperties":"a"}"#,
        r#"{"type":"object","additionalProperties":[]}"#,
        r#"{"type":"object","additionalProperties":null}"#,
        r#"{"type":"object","additionalProperties":true}"#,
        r#"{"type":"object","additionalProperties":false}"#,
        r#"{"type":"object","additionalProperties":{"type":1}}"#,
        r#"{"type":"object","additionalProperties":{"type":"string","bogus":1}}"#,
        r#"{"type":"object","additionalProperties":{"type":"object","additionalProperties":7}}"#,
        r#"{"type":1,"additionalProperties":1}"#,
        r#"{"type":1,"additionalProperties":{"type":2}}"#,
        r#"{"type":"array","items":{"type":1}}"#,
        r#"{"type":"array","items":{"type":"array","items":{"maximum":"a"}}}"#,
        r#"{"type":"array","items":{"type":"string","bogus":1}}"#,
        r#"{"type":"array","items":[{"type":"string"}]}"#,
        r#"{"type":"array","items":[{"type":1}]}"#,
        r#"{"type":"array","items":[1]}"#,
        r#"{"type":"array","items":[null]}"#,
        r#"{"type":"object","dependencies":{"a":[null]}}"#,
        r#"{"type":"array","items":1}"#,
        r#"{"type":"array","items":"ab"}"#,
        r#"{"type":"array","items":{"type":"string"},"additionalItems":1}"#,
        r#"{"type":"object","dependencies":{"a":1}}"#,
        r#"{"type":"object","dependencies":{"a":["b",1]}}"#,
        r#"{"type":"object","dependencies":{"a":["b"]}}"#,
        r#"{"type":"object","dependencies":{"a":{"type":1}}}"#,
        r#"{"type":"string","default":1}"#,
        r#"{"type":"string","enum":1}"#,
        r#"{"type":"string","enum":["a",1]}"#,
        r#"{"type":"object","properties":{"b":1}}"#,
        r#"{"type":"object","properties":{"b":null}}"#,
        r#"{"type":"object","allOf":[null]}"#,
        r#"{"type":"object","not":1}"#,
        r#"{"type":"object","properties":{"b":{"type":"object","properties":{"c":{"type":1}}}}}"#,
    ];
    check(&schemas.map(|schema| definition(schema) + "\n").concat()).await;
}

#[tokio::test]
async fn scales_of_custom_resources_are_read_as_scales() {
    let object = r#""kind":"Scaled","apiVersion":"$ns.kopf.test/v1""#;
    let path = "/apis/$ns.kopf.test/v1/namespaces/$ns/scaleds";
    let mut rows = format!(
        r#"
        POST   /apis/apiextensions.k8s.io/v1/customresourcedefinitions {SCALED}
        UNTIL  {path}
        POST   {path} {{{object},"metadata":{{"name":"a"}},"spec":{{"count":2}}}}
    "#
    );
    for body in [
        "null",
        "[]",
        "1",
        "nonsense",
        "{",
        r#"{"kind":"Pod","apiVersion":"v1"}"#,
        r#"{"kind":"Row"}"#,
        r#"{"kind":5}"#,
        r#"{"apiVersion":"a/b/c"}"#,
        r#"{"apiVersion":"apps/v1beta1","kind":"Scale"}"#,
        r#"{"apiVersion":"autoscaling/v2","kind":"Scale"}"#,
        r#"{"spec":[]}"#,
        r#"{"spec":{"replicas":"1"}}"#,
        r#"{"metadata":{"name":"a"},"spec":{"replicas":1.5}}"#,
        r#"{"metadata":{"name":"a"},"spec":{"replicas":-1}}"#,
        r#"{"metadata":{"name":"b"},"spec":{"replicas":1}}"#,
        r#"{"metadata":{"name":"a","namespace":"other"},"spec":{"replicas":1}}"#,
        r#"{"metadata":{"name":1},"spec":{"replicas":1}}"#,
        r#"{"metadata":{"name":"a","uid":"11111111-1111-1111-1111-111111111111"},"spec":{"replicas":1}}"#,
        r#"{"metadata":{"name":"a","resourceVersion":"1"},"spec":{"replicas":1}}"#,
        r#"{"metadata":{"name":"a"},"spec":{"replicas":1,"bogus":2}}"#,
        r#"{"metadata":{"name":"a"}}"#,
    ] {
        rows += &format!("PUT {path}/a/scale {body}\n");
    }
    rows += &format!(
        "PUT {path}/a/scale?fieldValidation=Strict {}\n",
        r#"{"metadata":{"name":"a"},"spec":{"bogus":2}}"#
    );
    rows += "DELETE /apis/apiextensions.k8s.io/v1/customresourcedefinitions/scaleds.$ns.kopf.test\n";
    check(&rows).await;
}

#[tokio::test]
async fn patches_may_set_to_nothing_what_an_object_is() {
    let mut rows = r#"
        POST   rows       {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"a"}}
        POST   configmaps {"metadata":{"name":"a"}}
    "#
    .to_owned();
    for path in ["rows/a", "rows/a/status", "configmaps/a"] {
        for patch in [
            r#"{"apiVersion":null}"#,
            r#"{"kind":null}"#,
            r#"{"apiVersion":null,"kind":null}"#,
            r#"{"apiVersion":""}"#,
            r#"{"kind":""}"#,
            r#"{"metadata":null}"#,
            r#"{"metadata":{"name":null}}"#,
            r#"{"metadata":{"namespace":null}}"#,
            r#"{"metadata":{"uid":null}}"#,
            r#"{"metadata":{"creationTimestamp":null,"generation":null}}"#,
        ] {
            rows += &format!("MERGE {path} {patch}\n");
        }
    }
    for patch in [r#"{"apiVersion":null}"#, r#"{"kind":null}"#, r#"{"metadata":null}"#] {
        rows += &format!("STRATEGIC configmaps/a {patch}\n");
    }
    rows += r#"
        JSON   configmaps/a [{"op":"remove","path":"/apiVersion"}]
        JSON   configmaps/a [{"op":"replace","path":"/kind","value":null}]
        JSON   rows/a [{"op":"remove","path":"/apiVersion"}]
        JSON   rows/a [{"op":"replace","path":"/kind","value":null}]
    "#;
    check(&rows).await;
}

#[tokio::test]
async fn deletions_are_sent_with_options_of_deletions() {
    let mut rows = r#"
        POST   rows       {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"a","finalizers":["kopf.test/x"]}}
        POST   configmaps {"metadata":{"name":"a","finalizers":["kopf.test/x"]}}
    "#
    .to_owned();
    for path in ["configmaps/a?", "rows/a?", "configmaps?fieldSelector=metadata.name%3Da&", "rows?"] {
        for body in [
            r#"{"kind":"Status","apiVersion":"v1"}"#,
            r#"{"kind":"Status"}"#,
            r#"{"kind":"Pod","apiVersion":"v1"}"#,
            r#"{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"a"}}"#,
            r#"{"kind":"Deployment","apiVersion":"apps/v1"}"#,
            r#"{"kind":"DeleteOptions","apiVersion":"v2"}"#,
            r#"{"kind":"DeleteOptions","apiVersion":"apps/v1"}"#,
            r#"{"kind":"DeleteOptions","apiVersion":"nowhere/v1"}"#,
            r#"{"kind":"DeleteOptions","apiVersion":"meta.k8s.io/v1"}"#,
            r#"{"kind":"DeleteOptions","apiVersion":"a/b/c"}"#,
            r#"{"kind":"CreateOptions","apiVersion":"v1"}"#,
            r#"{"kind":"UpdateOptions"}"#,
            r#"{"kind":"PatchOptions"}"#,
            r#"{"kind":"GetOptions"}"#,
            r#"{"kind":"ListOptions","apiVersion":"meta.k8s.io/v1"}"#,
            r#"{"kind":"WatchEvent"}"#,
            r#"{"kind":"APIVersions"}"#,
            r#"{"kind":"APIGroup","apiVersion":"v1"}"#,
            r#"{"kind":"APIGroupList"}"#,
            r#"{"kind":"APIResourceList"}"#,
            r#"{"kind":"DeleteOptions"}"#,
            r#"{"apiVersion":"v1"}"#,
            r#"{"kind":"DeleteOptions","apiVersion":"v1","metadata":{"name":"a"}}"#,
            "null",
        ] {
            rows += &format!("DELETE {path}dryRun=All {body}\n");
        }
    }
    check(&rows).await;
}

#[tokio::test]
async fn annotations_that_have_once_been_fields_are_still_read() {
    const TOLERATIONS: &str = "scheduler.alpha.kubernetes.io/tolerations";
    let mut rows = String::new();
    for said in [
        "",
        "[]",
        "null",
        "x",
        "{}",
        "[1]",
        "1",
        r#"[{\"key\":\"a\",\"operator\":\"Exists\"}]"#,
        r#"[{\"Key\":\"a\",\"OPERATOR\":\"Equal\",\"value\":\"b c\"}]"#,
        r#"[{\"key\":\"a b\"}]"#,
        r#"[{\"operator\":\"Equal\"}]"#,
        r#"[{\"key\":\"a\",\"operator\":\"Sometimes\"}]"#,
        r#"[{\"key\":\"a\",\"effect\":\"Sometimes\"}]"#,
        r#"[{\"key\":\"a\",\"tolerationSeconds\":5}]"#,
        r#"[{\"key\":\"a\",\"effect\":\"NoExecute\",\"tolerationSeconds\":\"5\"}]"#,
        r#"[{\"key\":\"a\",\"effect\":\"NoExecute\",\"tolerationSeconds\":1.5}]"#,
        r#"[{\"key\":1}]"#,
        r#"[{\"key\":\"a\"},{\"operator\":\"Exists\",\"value\":\"v\"}]"#,
        "[{",
    ] {
        rows += &format!(
            r#"POST+metadata pods?dryRun=All {{"metadata":{{"name":"p","annotations":{{"{TOLERATIONS}":"{said}"}}}},"spec":{{"automountServiceAccountToken":false,"containers":[{{"name":"c","image":"c"}}]}}}}"#
        );
        rows.push('\n');
    }
    for (key, said) in [
        ("scheduler.alpha.kubernetes.io/affinity", "{}"),
        ("scheduler.alpha.kubernetes.io/critical-pod", ""),
        ("scheduler.alpha.kubernetes.io/name", "x"),
        ("scheduler.alpha.kubernetes.io/preferAvoidPods", "x"),
        ("pod.beta.kubernetes.io/init-containers", "[]"),
        ("security.alpha.kubernetes.io/sysctls", "a=b"),
        ("volume.beta.kubernetes.io/storage-class", "x"),
    ] {
        rows += &format!(
            r#"POST+metadata pods?dryRun=All {{"metadata":{{"name":"p","annotations":{{"{key}":"{said}"}}}},"spec":{{"automountServiceAccountToken":false,"containers":[{{"name":"c","image":"c"}}]}}}}"#
        );
        rows.push('\n');
    }
    rows += &format!(
        r#"
        POST   podtemplates?dryRun=All {{"metadata":{{"name":"p"}},"template":{{"metadata":{{"annotations":{{"pod.beta.kubernetes.io/init-containers":"[]","a":"b"}}}},"spec":{{"containers":[{{"name":"c","image":"c"}}]}}}}}}
        POST   podtemplates?dryRun=All {{"metadata":{{"name":"p"}},"template":{{"metadata":{{"annotations":{{"{TOLERATIONS}":"[1]"}}}},"spec":{{"containers":[{{"name":"c","image":"c"}}]}}}}}}
        POST   podtemplates?dryRun=All {{"metadata":{{"name":"p"}},"template":{{"metadata":{{"annotations":{{"{TOLERATIONS}":"[{{\"key\":\"a b\"}}]"}}}},"spec":{{"containers":[{{"name":"c","image":"c"}}]}}}}}}
    "#
    );
    check(&rows).await;
}

#[tokio::test]
async fn patches_of_scales_make_scales() {
    let path = "/apis/$ns.kopf.test/v1/namespaces/$ns/scaleds";
    let mut rows = format!(
        r#"
        POST   /apis/apiextensions.k8s.io/v1/customresourcedefinitions {SCALED}
        UNTIL  {path}
        POST   {path} {{"kind":"Scaled","apiVersion":"$ns.kopf.test/v1","metadata":{{"name":"a"}},"spec":{{"count":2}}}}
        POST   replicationcontrollers {{"metadata":{{"name":"a"}},"spec":{{"replicas":0,"selector":{{"a":"b"}},"template":{{"metadata":{{"labels":{{"a":"b"}}}},"spec":{{"containers":[{{"name":"c","image":"c"}}]}}}}}}}}
    "#
    );
    let scales = [format!("{path}/a/scale"), "replicationcontrollers/a/scale".to_owned()];
    for scale in &scales {
        // Nobody makes pods of what is not written.
        for validation in
            ["?dryRun=All", "?dryRun=All&fieldValidation=Strict", "?dryRun=All&fieldValidation=Ignore"]
        {
            // Of a version that there is not, nothing is known.
            let other = r#"{"apiVersion":"differential.kopf.test/v9","spec":{"a":1},"bogus":2,"metadata":{"bogus":3}}"#;
            if path.starts_with("rows") {
                rows += &format!("MERGE {path}{validation} {other}\n");
            }
            for patch in [
                "null",
                "[]",
                "1",
                "nonsense",
                "{",
                "{}",
                r#"{"spec":[]}"#,
                r#"{"spec":"a"}"#,
                r#"{"spec":null}"#,
                r#"{"spec":{"replicas":"1"}}"#,
                r#"{"spec":{"replicas":1.5}}"#,
                r#"{"spec":{"replicas":2.0}}"#,
                r#"{"spec":{"replicas":5000000000}}"#,
                r#"{"spec":{"replicas":[]}}"#,
                r#"{"spec":{"replicas":-1}}"#,
                r#"{"spec":{"replicas":null}}"#,
                r#"{"spec":{"replicas":2,"replicas":2}}"#,
                r#"{"spec":{"bogus":1}}"#,
                r#"{"bogus":1}"#,
                r#"{"kind":"Row"}"#,
                r#"{"kind":5}"#,
                r#"{"kind":null}"#,
                r#"{"kind":""}"#,
                r#"{"apiVersion":null}"#,
                r#"{"apiVersion":null,"kind":null}"#,
                r#"{"apiVersion":null,"kind":5}"#,
                r#"{"apiVersion":"apps/v1"}"#,
                r#"{"apiVersion":"autoscaling/v2"}"#,
                r#"{"apiVersion":"a/b/c"}"#,
                r#"{"apiVersion":["a"]}"#,
                r#"{"metadata":null}"#,
                r#"{"metadata":[]}"#,
                r#"{"metadata":{"name":"b"}}"#,
                r#"{"metadata":{"name":null}}"#,
                r#"{"metadata":{"name":1}}"#,
                r#"{"metadata":{"namespace":"other"}}"#,
                r#"{"metadata":{"namespace":null}}"#,
                r#"{"metadata":{"uid":"11111111-1111-1111-1111-111111111111"}}"#,
                r#"{"metadata":{"uid":null}}"#,
                r#"{"metadata":{"resourceVersion":"1"}}"#,
                r#"{"metadata":{"resourceVersion":"x"}}"#,
                r#"{"metadata":{"resourceVersion":1}}"#,
                r#"{"metadata":{"resourceVersion":null}}"#,
                r#"{"metadata":{"creationTimestamp":"x"}}"#,
                r#"{"metadata":{"labels":{"a":1}}}"#,
                r#"{"status":{"replicas":"x"}}"#,
                r#"{"status":{"replicas":7,"selector":"a=b"}}"#,
                r#"{"status":null}"#,
            ] {
                rows += &format!("MERGE {scale}{validation} {patch}\n");
                if patch.contains("replicas") || patch.contains("kind") {
                    rows += &format!("STRATEGIC {scale}{validation} {patch}\n");
                }
            }
            for patch in [
                "null",
                "{}",
                "[]",
                "[1]",
                "1",
                "nonsense",
                r#"[{"op":"replace","path":"/spec/replicas","value":3}]"#,
                r#"[{"op":"replace","path":"/spec/replicas","value":"3"}]"#,
                r#"[{"op":"replace","path":"/spec/replicas","value":2,"value":2}]"#,
                r#"[{"op":"remove","path":"/spec/replicas"}]"#,
                r#"[{"op":"remove","path":"/spec"}]"#,
                r#"[{"op":"add","path":"/spec/bogus","value":1}]"#,
                r#"[{"op":"replace","path":"/spec","value":[]}]"#,
                r#"[{"op":"replace","path":"/spec","value":null}]"#,
                r#"[{"op":"remove","path":"/kind"}]"#,
                r#"[{"op":"remove","path":"/apiVersion"}]"#,
                r#"[{"op":"replace","path":"/kind","value":"Row"}]"#,
                r#"[{"op":"replace","path":"/kind","value":5}]"#,
                r#"[{"op":"replace","path":"/kind","value":null}]"#,
                r#"[{"op":"remove","path":"/metadata"}]"#,
                r#"[{"op":"remove","path":"/nothing"}]"#,
                r#"[{"op":"test","path":"/spec/replicas","value":9}]"#,
                r#"[{"op":"replace","path":"","value":{}}]"#,
                r#"[{"op":"replace","path":"","value":[]}]"#,
                r#"[{"op":"replace","path":"","value":1}]"#,
                r#"[{"op":"replace","path":"","value":null}]"#,
                r#"[{"op":"remove","path":""}]"#,
                r#"[{"op":"add","path":"","value":{"kind":"Scale","apiVersion":"autoscaling/v1","metadata":{"name":"a"},"spec":{"replicas":2}}}]"#,
            ] {
                rows += &format!("JSON {scale}{validation} {patch}\n");
            }
        }
        for (name, said) in [
            ("resourceVersion", r#""x""#),
            ("resourceVersion", r#""-1""#),
            ("resourceVersion", r#""1.5""#),
            ("resourceVersion", r#""99999999999999999999999""#),
            ("resourceVersion", r#""0""#),
            ("resourceVersion", r#"" ""#),
            ("resourceVersion", r#""01""#),
            ("resourceVersion", "1"),
            ("uid", r#""x""#),
        ] {
            rows += &format!(
                r#"PUT {scale}?dryRun=All {{"metadata":{{"name":"a","{name}":{said}}},"spec":{{"replicas":2}}}}"#
            );
            rows.push('\n');
        }
    }
    rows += "DELETE /apis/apiextensions.k8s.io/v1/customresourcedefinitions/scaleds.$ns.kopf.test\n";
    check(&rows).await;
}

#[tokio::test]
async fn patches_that_are_read_strictly_may_take_nothing_away() {
    let mut rows = r#"
        POST   rows       {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"a"}}
        POST   configmaps {"metadata":{"name":"a"}}
        POST   secrets    {"metadata":{"name":"a"}}
        POST   services   {"metadata":{"name":"a"},"spec":{"ports":[{"port":80}]}}
    "#
    .to_owned();
    for path in ["rows/a", "rows/a/status", "configmaps/a", "secrets/a", "services/a", "services/a/status"] {
        for validation in ["", "?fieldValidation=Strict", "?fieldValidation=Warn", "?fieldValidation=Ignore"]
        {
            // Of a version that there is not, nothing is known.
            let other = r#"{"apiVersion":"differential.kopf.test/v9","spec":{"a":1},"bogus":2,"metadata":{"bogus":3}}"#;
            if path.starts_with("rows") {
                rows += &format!("MERGE {path}{validation} {other}\n");
            }
            for patch in [
                "null",
                "[]",
                "1",
                r#"{"apiVersion":null}"#,
                r#"{"kind":null}"#,
                r#"{"apiVersion":null,"kind":null}"#,
                r#"{"apiVersion":null,"kind":5}"#,
                r#"{"apiVersion":5,"kind":null}"#,
                r#"{"apiVersion":5}"#,
                r#"{"kind":5}"#,
                r#"{"kind":[]}"#,
                r#"{"kind":{"a":1}}"#,
                r#"{"apiVersion":""}"#,
                r#"{"kind":""}"#,
                r#"{"apiVersion":"v9"}"#,
                r#"{"apiVersion":"a/b/c"}"#,
                r#"{"kind":"Other"}"#,
                r#"{"kind":"Other","apiVersion":"v9"}"#,
                r#"{"kind":"Other","metadata":{"name":"b"}}"#,
                r#"{"kind":"Other","apiVersion":null}"#,
                r#"{"kind":"Other","spec":{"bogus":1},"status":{"bogus":1}}"#,
                r#"{"apiVersion":null,"bogus":1}"#,
                r#"{"kind":null,"bogus":1,"bogus":2}"#,
                r#"{"kind":5,"bogus":1,"bogus":2}"#,
                r#"{"kind":null,"metadata":5}"#,
                r#"{"apiVersion":null,"metadata":{"bogus":1}}"#,
                r#"{"metadata":null}"#,
                r#"{"metadata":5}"#,
            ] {
                rows += &format!("MERGE {path}{validation} {patch}\n");
                if path != "rows/a" {
                    rows += &format!("STRATEGIC {path}{validation} {patch}\n");
                }
            }
            for patch in [
                r#"[{"op":"remove","path":"/apiVersion"}]"#,
                r#"[{"op":"remove","path":"/kind"}]"#,
                r#"[{"op":"replace","path":"/kind","value":null}]"#,
                r#"[{"op":"replace","path":"/kind","value":5}]"#,
                r#"[{"op":"replace","path":"","value":[]}]"#,
                r#"[{"op":"replace","path":"","value":1}]"#,
                r#"[{"op":"replace","path":"","value":"a"}]"#,
                r#"[{"op":"replace","path":"","value":null}]"#,
                r#"[{"op":"replace","path":"","value":{}}]"#,
                r#"[{"op":"add","path":"","value":[1]}]"#,
                r#"[{"op":"add","path":"","value":true}]"#,
                r#"[{"op":"remove","path":""}]"#,
                "[null]",
                r#"[{"op":null,"path":"/a"}]"#,
                r#"[{"op":5,"path":"/a"}]"#,
                r#"[{"op":"replace","path":"","value":[]},{"op":"add","path":"/0","value":{"b":1}}]"#,
                r#"[{"op":"replace","path":"","value":[1]},{"op":"test","path":"","value":[1]}]"#,
                r#"[{"op":"move","from":"","path":"/a"}]"#,
                r#"[{"op":"copy","from":"/metadata","path":""}]"#,
                r#"[{"op":"test","path":"","value":1}]"#,
                r#"[{"op":"replace","path":"/","value":1}]"#,
            ] {
                rows += &format!("JSON {path}{validation} {patch}\n");
            }
        }
    }
    check(&rows).await;
}
