//! `APIService`s: which versions of which groups are served here, and that others cannot be said to be served elsewhere.

use super::check;

const PATH: &str = "/apis/apiregistration.k8s.io/v1/apiservices";

async fn check_registered(rows: &str) {
    check(&rows.replace("SERVICES", PATH)).await;
}

#[tokio::test]
async fn built_in_groups_are_registered_from_the_start() {
    check_registered(
        r#"
        GET        SERVICES?labelSelector=kube-aggregator.kubernetes.io/automanaged=onstart
        GET+table  SERVICES?labelSelector=kube-aggregator.kubernetes.io/automanaged=onstart
        GET        SERVICES/v1.
        GET        SERVICES/v1.apps
        GET+table  SERVICES/v2.autoscaling
        GET        SERVICES/v1.apiregistration.k8s.io
        GET        SERVICES/v1.apps/status
        GET        SERVICES?fieldSelector=metadata.name=v1.batch
        MERGE      SERVICES/v1.batch?dryRun=All {"metadata":{"labels":{"a":"b"}}}
        MERGE      SERVICES/v1.batch?dryRun=All {"spec":{"groupPriorityMinimum":0}}
        DELETE     SERVICES/v1.batch?dryRun=All
        "#,
    )
    .await;
}

#[tokio::test]
async fn registrations_have_rules() {
    check_registered(
        r#"
        POST   SERVICES {"metadata":{"name":"v1.$ns.kopf.test"},"spec":{"group":"$ns.kopf.test","version":"v1","groupPriorityMinimum":1000,"versionPriority":15}}
        GET    SERVICES/v1.$ns.kopf.test
        POST   SERVICES {"metadata":{"name":"v1.$ns.kopf.test"},"spec":{"group":"$ns.kopf.test","version":"v1","groupPriorityMinimum":1000,"versionPriority":15}}
        POST   SERVICES?dryRun=All {"metadata":{"name":"x"}}
        POST   SERVICES?dryRun=All {"metadata":{"name":"x"},"spec":{}}
        POST   SERVICES?dryRun=All {"metadata":{"name":"a/b"},"spec":{"group":"A_b","version":"V1","groupPriorityMinimum":20001,"versionPriority":1001}}
        POST   SERVICES?dryRun=All {"metadata":{"name":"v2."},"spec":{"version":"v2","groupPriorityMinimum":-1,"versionPriority":-1}}
        POST   SERVICES?dryRun=All {"metadata":{"name":"g","generateName":"g-"},"spec":{"group":"a.b","version":"v1","groupPriorityMinimum":1,"versionPriority":1}}
        POST   SERVICES?dryRun=All {"metadata":{"name":"v1.a.b"},"spec":{"group":"a.b","version":"v1","groupPriorityMinimum":1,"versionPriority":1,"insecureSkipTLSVerify":true}}
        POST   SERVICES?dryRun=All {"metadata":{"name":"v1.a.b"},"spec":{"group":"a.b","version":"v1","groupPriorityMinimum":1,"versionPriority":1,"caBundle":"eHl6"}}
        POST   SERVICES?dryRun=All {"metadata":{"name":"v1.a.b"},"spec":{"group":"a.b","version":"v1","groupPriorityMinimum":1,"versionPriority":1},"status":{"conditions":[{"type":"Available","status":"False"}]}}
        PUT    SERVICES/v1.$ns.kopf.test {"metadata":{"name":"v1.$ns.kopf.test"},"spec":{"group":"$ns.kopf.test","version":"v1","groupPriorityMinimum":1000,"versionPriority":20}}
        PUT    SERVICES/v9.$ns.kopf.test {"metadata":{"name":"v9.$ns.kopf.test"},"spec":{"group":"$ns.kopf.test","version":"v9","groupPriorityMinimum":1000,"versionPriority":20}}
        MERGE  SERVICES/v1.$ns.kopf.test {"spec":{"versionPriority":20}}
        MERGE  SERVICES/v1.$ns.kopf.test {"spec":{"version":"v2"}}
        MERGE  SERVICES/v1.$ns.kopf.test?dryRun=All {"metadata":{"labels":{"x":"y"},"finalizers":["kopf.test/f"]}}
        MERGE  SERVICES/v1.$ns.kopf.test/status?dryRun=All {"metadata":{"labels":{"x":"y"},"annotations":{"x":"y"},"finalizers":["kopf.test/f"]},"spec":{"versionPriority":1},"status":{"conditions":[{"type":"Other","status":"False"}]}}
        MERGE  SERVICES/v1.$ns.kopf.test/status {"status":{"conditions":[{"type":"Other","status":"X"}]}}
        APPLY  SERVICES/v1.$ns.kopf.test?fieldManager=m&dryRun=All {"apiVersion":"apiregistration.k8s.io/v1","kind":"APIService","metadata":{"name":"v1.$ns.kopf.test"},"spec":{"group":"$ns.kopf.test","version":"v1","groupPriorityMinimum":1000,"versionPriority":20}}
        STRATEGIC SERVICES/v1.$ns.kopf.test {"spec":{"versionPriority":30}}
        DELETE SERVICES/v1.$ns.kopf.test
        GET    SERVICES/v1.$ns.kopf.test
        "#,
    )
    .await;
}

#[tokio::test]
async fn versions_of_definitions_are_registered_while_they_are_served() {
    let definition = |plural: &str, kind: &str, versions: &str| {
        format!(
            r#"POST /apis/apiextensions.k8s.io/v1/customresourcedefinitions {{"metadata":{{"name":"{plural}.$ns.kopf.test"}},"spec":{{"group":"$ns.kopf.test","scope":"Namespaced","names":{{"plural":"{plural}","kind":"{kind}"}},"versions":[{versions}]}}}}"#
        )
    };
    let version = |name: &str, served: bool, stored: bool| {
        format!(
            r#"{{"name":"{name}","served":{served},"storage":{stored},"schema":{{"openAPIV3Schema":{{"type":"object"}}}}}}"#
        )
    };
    let both = format!("{},{}", version("v1", true, true), version("v2", true, false));
    let rows = [
        definition("rows", "Row", &version("v1", true, true)),
        "UNTIL SERVICES/v1.$ns.kopf.test Available".to_owned(),
        "GET+table SERVICES/v1.$ns.kopf.test".to_owned(),
        definition("lines", "Line", &both),
        "UNTIL SERVICES/v2.$ns.kopf.test Available".to_owned(),
        r#"MERGE SERVICES/v2.$ns.kopf.test {"metadata":{"annotations":{"a":"b"}}}"#.to_owned(),
        "DELETE SERVICES/v2.$ns.kopf.test".to_owned(),
        "UNTIL SERVICES/v2.$ns.kopf.test Available".to_owned(),
        format!(
            r#"MERGE /apis/apiextensions.k8s.io/v1/customresourcedefinitions/lines.$ns.kopf.test {{"spec":{{"versions":[{},{}]}}}}"#,
            version("v1", true, true),
            version("v2", false, false)
        ),
        "UNTIL SERVICES/v2.$ns.kopf.test 404".to_owned(),
        "DELETE /apis/apiextensions.k8s.io/v1/customresourcedefinitions/rows.$ns.kopf.test".to_owned(),
        "UNTIL /apis/apiextensions.k8s.io/v1/customresourcedefinitions/rows.$ns.kopf.test 404".to_owned(),
        "GET SERVICES/v1.$ns.kopf.test".to_owned(),
        "DELETE /apis/apiextensions.k8s.io/v1/customresourcedefinitions/lines.$ns.kopf.test".to_owned(),
        "UNTIL SERVICES/v1.$ns.kopf.test 404".to_owned(),
    ];
    check_registered(&rows.join("\n")).await;
}
