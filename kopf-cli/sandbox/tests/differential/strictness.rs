//! Mistakes in bodies and patches of built-in kinds: in which order they are told, and what is shown of what has them.

use super::check;

#[tokio::test]
async fn mistakes_are_told_in_the_order_of_the_text() {
    let deployment = r#"{"odd":{"a":1,"a":{"b":1,"b":2}},"metadata":{"name":"a","labels":{"a":"b","a":"c"}},"spec":{"replicas":1,"bogus":1,"replicas":2,"selector":{"matchLabels":{"a":"c"}},"template":{"metadata":{"labels":{"a":"c"}},"spec":{"nothing":[{"x":1,"x":2}],"containers":[{"name":"c","image":"i:1","image":"i:2","nope":1}],"containers":[{"name":"c","image":"i:3","image":"i:4"}]}}},"odd":1,"metadata":{"name":"a","labels":{"a":"c"}}}"#;
    let managed = r#"{"metadata":{"name":"a","managedFields":[{"manager":"m","manager":"m","operation":"Update","apiVersion":"v1","fieldsType":"FieldsV1","fieldsV1":{"f:data":{},"f:data":{}}}]},"data":{"a":"b","a":"c"},"other":1,"other":2}"#;
    let definition = r#"{"metadata":{"name":"odds.$ns.kopf.test"},"spec":{"group":"$ns.kopf.test","scope":"Namespaced","names":{"plural":"odds","kind":"Odd"},"versions":[{"name":"v1","served":true,"served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object","type":"object","odd":1,"properties":{"a":{"type":"array","items":{"type":"object","type":"object","odd":1}},"b":{"type":"object","x":1,"default":{"x":1,"x":2}},"a":{"type":"integer"}}}}}]}}"#;
    let volume = r#"{"metadata":{"name":"a"},"spec":{"resources":{"requests":{"cpu":"1","cpu":"2"}},"containers":[{"name":"c","image":"i:1","livenessProbe":{"httpGet":{"port":1,"port":"a","odd":1}}}]}}"#;
    let mut rows = String::new();
    for how in ["Strict", "Warn", "Ignore"] {
        let how = format!("?dryRun=All&fieldValidation={how}");
        rows += &format!(
            r#"
            POST /apis/apps/v1/namespaces/$ns/deployments{how} {deployment}
            POST configmaps{how} {managed}
            POST /apis/apiextensions.k8s.io/v1/customresourcedefinitions{how} {definition}
            POST pods{how} {volume}
        "#
        );
    }
    check(&rows).await;
}

#[tokio::test]
async fn scales_are_read_as_strictly() {
    check(
        r#"
        POST /apis/apps/v1/namespaces/$ns/deployments {"metadata":{"name":"a"},"spec":{"replicas":0,"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i:1"}]}}}}
        PUT  /apis/apps/v1/namespaces/$ns/deployments/a/scale?dryRun=All&fieldValidation=Strict {"metadata":{"name":"a","namespace":"$ns"},"odd":{"a":1,"a":2},"spec":{"replicas":0,"bogus":1,"replicas":0}}
        PUT  /apis/apps/v1/namespaces/$ns/deployments/a/scale?dryRun=All {"metadata":{"name":"a","namespace":"$ns"},"odd":{"a":1,"a":2},"spec":{"replicas":0,"bogus":1,"replicas":0}}
        MERGE /apis/apps/v1/namespaces/$ns/deployments/a/scale?dryRun=All&fieldValidation=Strict {"spec":{"replicas":0,"bogus":1}}
    "#,
    )
    .await;
}

const MADE: &str = r#"
        POST  configmaps {"metadata":{"name":"a","labels":{"a":"b"}},"data":{"k":"v"}}
        POST  rows {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"a"},"spec":{"n":1}}
        POST  podtemplates {"metadata":{"name":"t"},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i:1","env":[{"name":"A","value":"1"}]},{"name":"d","image":"i:1"}]}}}
"#;

#[tokio::test]
async fn refusals_show_what_a_patch_made_with_what_is_unknown() {
    let mut rows = MADE.to_owned();
    for how in ["Strict", "Warn", "Ignore"] {
        rows += &format!(
            r#"
            MERGE configmaps/a?dryRun=All&fieldValidation={how} {{"bogus":{{"x":1}},"data":{{"k":"w"}}}}
            MERGE configmaps/a?dryRun=All&fieldValidation={how} {{"bogus":{{"x":1}},"data":{{"k":5}}}}
            MERGE configmaps/a?dryRun=All&fieldValidation={how} {{"metadata":{{"odd":1,"labels":{{"a":null,"c":"d"}}}}}}
            JSON  configmaps/a?dryRun=All&fieldValidation={how} [{{"op":"add","path":"/bogus","value":{{"x":1}}}}]
            JSON  configmaps/a?dryRun=All&fieldValidation={how} [{{"op":"add","path":"/bogus","value":{{"x":1}}}},{{"op":"add","path":"/data","value":1}}]
            MERGE rows/a?dryRun=All&fieldValidation={how} {{"metadata":{{"odd":1}},"spec":{{"n":2}}}}
            JSON  rows/a?dryRun=All&fieldValidation={how} [{{"op":"add","path":"/metadata/odd","value":1}}]
            MERGE rows/a?dryRun=All&fieldValidation={how} {{"metadata":{{"odd":1,"labels":5}}}}
            MERGE podtemplates/t?dryRun=All&fieldValidation={how} {{"template":{{"spec":{{"bogus":1,"nodeName":null,"containers":[{{"name":"c","image":"i:1","odd":null,"even":2}}]}}}}}}
        "#
        );
    }
    check(&rows).await;
}

#[tokio::test]
async fn unknown_fields_of_strategic_patches_are_told_as_they_are_and_in_order() {
    let mut rows = MADE.to_owned();
    for how in ["Strict", "Warn", "Ignore"] {
        rows += &format!(
            r#"
            STRATEGIC configmaps/a?dryRun=All&fieldValidation={how} {{"z":1,"a\"b":1,"ä<>\n\\":1,"metadata":{{"odd":1}},"data":{{"k":"w"}}}}
            STRATEGIC podtemplates/t?dryRun=All&fieldValidation={how} {{"template":{{"spec":{{"bogus":1,"containers":[{{"name":"d","z":1,"odd":2}},{{"name":"c","odd":{{"x":1}}}}]}}}}}}
            STRATEGIC configmaps/a?dryRun=All&fieldValidation={how} {{"data":{{"k":"w","k":"x"}},"z":1}}
        "#
        );
    }
    check(&rows).await;
}

#[tokio::test]
async fn refusals_of_strategic_patches_show_what_is_left_of_them() {
    let patches = [
        r#"{"template":{"spec":{"containers":[{"name":"c","image":5}]}}}"#,
        r#"{"template":{"spec":{"$setElementOrder/containers":[{"name":"c"},{"name":"d"}],"containers":[{"name":"c","image":5}]}}}"#,
        r#"{"template":{"spec":{"$setElementOrder/containers":[{"name":"c"},{"name":"d"}],"containers":[{"name":"c","image":"i","$setElementOrder/env":[{"name":"A"}],"env":[{"name":"A","value":5}]}]}}}"#,
        r#"{"template":{"spec":{"$setElementOrder/containers":[{"name":"d"},{"name":"c"}],"hostname":5}}}"#,
        r#"{"template":{"spec":{"containers":[{"name":"e","image":5},{"name":"e","image":6,"tty":true}]}}}"#,
        r#"{"template":{"spec":{"containers":[{"name":"c","$patch":"delete"},{"name":"e","image":5}]}}}"#,
        r#"{"template":{"spec":{"containers":[{"$patch":"replace"},{"name":"e","image":5}]}}}"#,
        r#"{"template":{"spec":{"$retainKeys":["containers","hostname"],"hostname":5}}}"#,
        r#"{"template":{"metadata":{"labels":{"a":5,"b":null}},"spec":{"$patch":"replace","hostname":5}}}"#,
        r#"{"template":{"spec":{"$deleteFromPrimitiveList/x":["a"],"hostname":5,"nodeSelector":{"a":"b"}}}}"#,
        r#"{"$setElementOrder/x":["a"]}"#,
    ];
    let mut rows = MADE.to_owned();
    for how in ["Strict", "Ignore"] {
        for patch in patches {
            rows += &format!("STRATEGIC podtemplates/t?dryRun=All&fieldValidation={how} {patch}\n");
        }
    }
    check(&rows).await;
}
