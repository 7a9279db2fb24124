//! Objects of which nothing is said: what they are completed by, and what is wrong with them then.

use super::{check, of_group, try_all};

#[tokio::test]
async fn workloads_without_a_spec_are_completed_first() {
    let rows = [
        "",
        r#""spec":null"#,
        r#""spec":{}"#,
        r#""spec":{"template":{}}"#,
        r#""spec":{"template":{"spec":{}}}"#,
    ];
    for plural in ["deployments", "replicasets", "daemonsets", "statefulsets"] {
        try_all(&of_group("apps/v1", plural), &rows).await;
    }
    try_all(&of_group("batch/v1", "jobs"), &rows).await;
    try_all("replicationcontrollers", &rows).await;
    let rows = [
        "",
        r#""spec":null"#,
        r#""spec":{}"#,
        r#""spec":{"jobTemplate":{}}"#,
        r#""spec":{"jobTemplate":{"spec":{}}}"#,
        r#""spec":{"jobTemplate":{"spec":{"template":{}}}}"#,
    ];
    try_all(&of_group("batch/v1", "cronjobs"), &rows).await;
    let rows = ["", r#""template":null"#, r#""template":{}"#, r#""template":{"spec":{}}"#];
    try_all("podtemplates", &rows).await;
}

#[tokio::test]
async fn other_objects_without_a_spec_are_completed_first() {
    let rows = ["", r#""spec":null"#, r#""spec":{}"#];
    try_all("services", &rows).await;
    try_all("persistentvolumeclaims", &rows).await;
    try_all("/api/v1/persistentvolumes", &rows).await;
    try_all("/api/v1/nodes", &rows).await;
    try_all(&of_group("autoscaling/v2", "horizontalpodautoscalers"), &rows).await;
    try_all(&of_group("networking.k8s.io/v1", "ingresses"), &rows).await;
    try_all("/apis/networking.k8s.io/v1/ingressclasses", &rows).await;
    try_all(&of_group("networking.k8s.io/v1", "networkpolicies"), &rows).await;
    try_all(&of_group("policy/v1", "poddisruptionbudgets"), &rows).await;
    try_all(&of_group("coordination.k8s.io/v1", "leases"), &rows).await;
    try_all("/apis/storage.k8s.io/v1/csidrivers", &rows).await;
    try_all("/apis/storage.k8s.io/v1/csinodes", &rows).await;
    try_all("/apis/certificates.k8s.io/v1/certificatesigningrequests", &rows).await;
    try_all("/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies", &rows).await;
    try_all("/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings", &rows).await;
    try_all("/apis/apiregistration.k8s.io/v1/apiservices", &rows).await;
    try_all("/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", &["", r#""roleRef":{}"#]).await;
    check("POST pods?dryRun=All {\"metadata\":{\"name\":\"a\"}}\nPOST pods?dryRun=All {\"metadata\":{\"name\":\"a\"},\"spec\":null}\n").await;
}

#[tokio::test]
async fn a_spec_that_is_taken_away_is_completed_again() {
    check(&format!(
        r#"
        POST   {deployments} {{"metadata":{{"name":"a"}},"spec":{{"selector":{{"matchLabels":{{"a":"b"}}}},"template":{{"metadata":{{"labels":{{"a":"b"}}}},"spec":{{"containers":[{{"name":"c","image":"i"}}]}}}}}}}}
        MERGE  {deployments}/a {{"spec":null}}
        JSON   {deployments}/a [{{"op":"remove","path":"/spec"}}]
        MERGE  {deployments}/a {{"spec":{{"template":null}}}}
        PUT    {deployments}/a {{"metadata":{{"name":"a"}}}}
        APPLY  {deployments}/b?fieldManager=m {{"apiVersion":"apps/v1","kind":"Deployment","metadata":{{"name":"b"}}}}
        POST   {jobs} {{"metadata":{{"name":"a"}},"spec":{{"template":{{"spec":{{"restartPolicy":"Never","containers":[{{"name":"c","image":"i"}}]}}}}}}}}
        MERGE  {jobs}/a {{"spec":null}}
        APPLY  {jobs}/b?fieldManager=m {{"apiVersion":"batch/v1","kind":"Job","metadata":{{"name":"b"}}}}
    "#,
        deployments = of_group("apps/v1", "deployments"),
        jobs = of_group("batch/v1", "jobs"),
    ))
    .await;
}
