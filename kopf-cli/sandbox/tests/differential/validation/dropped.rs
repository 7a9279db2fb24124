//! Fields of features that a server has not switched on: it drops them without a word.

use super::{check, of_group, pods::try_containers, pods::try_specs, try_all};

#[tokio::test]
async fn pods_lose_what_is_not_switched_on() {
    try_specs(&[
        r#""schedulingGroup":{"podGroupName":"x"}"#,
        r#""schedulingGroup":{"podGroupName":"A_b"}"#,
        r#""evictionResponders":[{"name":"a.b/c"}]"#,
        r#""volumes":[{"name":"v","emptyDir":{"mode":511}},{"name":"w","emptyDir":{"mode":-1,"medium":"Memory"}}]"#,
        r#""volumes":[{"name":"v","secret":{"secretName":"s","defaultUser":5,"items":[{"key":"k","path":"p","user":6}]}},{"name":"w","configMap":{"name":"m","defaultUser":-5,"items":[{"key":"k","path":"p","user":6}]}}]"#,
        r#""volumes":[{"name":"v","downwardAPI":{"defaultUser":5,"items":[{"path":"p","user":6,"fieldRef":{"fieldPath":"metadata.name"}}]}},{"name":"w","projected":{"defaultUser":5,"sources":[{"serviceAccountToken":{"path":"t","user":5}},{"secret":{"name":"s","items":[{"key":"k","path":"p","user":6}]}}]}}]"#,
        r#""initContainers":[{"name":"d","image":"i","lifecycle":{"stopSignal":"SIGTERM"}}]"#,
    ])
    .await;
    try_containers(&[
        r#""volumeMounts":[{"name":"v","mountPath":"/x","bindMountOptions":["noexec"]}]"#,
        r#""livenessProbe":{"httpGet":{"port":80,"protocol":"H2C"}},"lifecycle":{"preStop":{"httpGet":{"port":80,"protocol":"X"}}}"#,
        r#""readinessProbe":{"grpc":{"port":80,"mode":"TLS"}},"startupProbe":{"grpc":{"port":80,"mode":"X"}}"#,
    ])
    .await;
}

#[tokio::test]
async fn volumes_of_two_kinds_lose_the_users_of_the_first() {
    const ABOUT: &str = r#""downwardAPI":{"defaultUser":-1,"items":[{"path":"p","user":-2,"fieldRef":{"fieldPath":"metadata.name"}}]}"#;
    const MAP: &str =
        r#""configMap":{"name":"m","defaultUser":-3,"items":[{"key":"k","path":"p","user":-4}]}"#;
    const SECRET: &str =
        r#""secret":{"secretName":"s","defaultUser":-5,"items":[{"key":"k","path":"p","user":-6}]}"#;
    const PROJECTED: &str =
        r#""projected":{"defaultUser":-7,"sources":[{"serviceAccountToken":{"path":"t","user":-8}}]}"#;
    let volumes = |kinds: &[&str]| format!(r#""volumes":[{{"name":"v",{}}}]"#, kinds.join(","));
    let projected =
        |kinds: &[&str]| volumes(&[&format!(r#""projected":{{"sources":[{{{}}}]}}"#, kinds.join(","))]);
    // Sources have no user for all: a server tells of several unknown fields in any order.
    let named = |kind: &str| {
        let (before, rest) = kind.split_once(r#""defaultUser":"#).unwrap();
        let (_, after) = rest.split_once(',').unwrap();
        format!("{before}{after}").replace("secretName", "name")
    };
    let [about, map, secret] = [ABOUT, MAP, SECRET].map(named);
    const TOKEN: &str = r#""serviceAccountToken":{"path":"t","user":-8}"#;
    const BUNDLE: &str = r#""clusterTrustBundle":{"name":"b","path":"b","user":-9}"#;
    const CERTIFICATE: &str = r#""podCertificate":{"signerName":"a.b/c","keyType":"ED25519","credentialBundlePath":"c","user":-10}"#;
    let specs = [
        volumes(&[ABOUT, MAP]),
        volumes(&[ABOUT, SECRET]),
        volumes(&[MAP, SECRET]),
        volumes(&[MAP, PROJECTED]),
        volumes(&[ABOUT, PROJECTED]),
        volumes(&[r#""emptyDir":{}"#, ABOUT, MAP]),
        volumes(&[ABOUT, MAP]).replace(":-", ":"),
        projected(&[&about, &map, &secret]),
        projected(&[&about, &map]),
        projected(&[&map, TOKEN, BUNDLE, CERTIFICATE]),
        projected(&[TOKEN, BUNDLE]),
        projected(&[BUNDLE, CERTIFICATE]),
        projected(&[TOKEN, CERTIFICATE]),
        projected(&[TOKEN, BUNDLE, CERTIFICATE]).replace(":-", ":"),
    ];
    try_specs(&specs.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let mut rows = r#"POST pods {"metadata":{"name":"a"},"spec":{"automountServiceAccountToken":false,"containers":[{"name":"c","image":"i"}],"volumes":[{"name":"v","configMap":{"name":"m"}},{"name":"w","projected":{"sources":[{"secret":{"name":"s"}}]}}]}}"#.to_owned() + "\n";
    for volumes in specs {
        rows += &format!("STRATEGIC pods/a {{\"spec\":{{{volumes}}}}}\n");
        rows += &format!("MERGE pods/a {{\"spec\":{{{volumes}}}}}\n");
        rows += &format!(
            "STRATEGIC pods/a {{\"spec\":{{{}}}}}\n",
            volumes.replace(r#""name":"v""#, r#""name":"w""#)
        );
    }
    check(&rows).await;
}

#[tokio::test]
async fn templates_lose_what_is_not_switched_on() {
    let spec = r#"{"restartPolicy":"Never","schedulingGroup":{"podGroupName":"x"},"evictionResponders":[{"name":"a.b/c"}],"containers":[{"name":"c","image":"i","livenessProbe":{"grpc":{"port":80,"mode":"TLS"}}}],"volumes":[{"name":"v","emptyDir":{"mode":511}}]}"#;
    let job =
        format!(r#"{{"scheduling":{{"schedulingPolicy":{{"basic":{{}}}}}},"template":{{"spec":{spec}}}}}"#);
    try_all(&of_group("batch/v1", "jobs"), &[&format!(r#""spec":{job}"#)]).await;
    try_all(
        &of_group("batch/v1", "cronjobs"),
        &[&format!(r#""spec":{{"schedule":"* * * * *","jobTemplate":{{"spec":{job}}}}}"#)],
    )
    .await;
    try_all("podtemplates", &[&format!(r#""template":{{"spec":{spec}}}"#)]).await;
    let spec = spec.replace(r#""restartPolicy":"Never","#, "");
    try_all(&of_group("apps/v1", "deployments"), &[&format!(r#""spec":{{"selector":{{"matchLabels":{{"a":"b"}}}},"template":{{"metadata":{{"labels":{{"a":"b"}}}},"spec":{spec}}}}}"#)]).await;
}

#[tokio::test]
async fn what_is_dropped_is_dropped_from_updates_and_owned_nevertheless() {
    check(
        r#"
        POST   pods?fieldManager=m&fieldValidation=Strict {"metadata":{"name":"a"},"spec":{"automountServiceAccountToken":false,"schedulingGroup":{"podGroupName":"x"},"containers":[{"name":"c","image":"i"}],"volumes":[{"name":"v","emptyDir":{"mode":511}}]}}
        GET    pods/a
        MERGE  pods/a?fieldManager=m {"spec":{"schedulingGroup":{"podGroupName":"x"}}}
        MERGE  pods/a?fieldManager=n {"spec":{"evictionResponders":[{"name":"a.b/c"}]}}
        APPLY  pods/a?fieldManager=o {"apiVersion":"v1","kind":"Pod","metadata":{"name":"a","labels":{"a":"b"}},"spec":{"schedulingGroup":{"podGroupName":"y"}}}
        MERGE  pods/a/status {"status":{"volumeHealth":[{"name":"v"}],"nodeAllocatableResourceClaimStatuses":[{"resourceClaimName":"x"}]}}
        MERGE  pods/a/status {"status":{"containerStatuses":[{"name":"c","image":"i","imageID":"","ready":true,"restartCount":0,"volumeMounts":[{"name":"v","mountPath":"/x","volumeStatus":{"image":{"imageRef":"x"}}}]}]}}
        POST   /api/v1/nodes?dryRun=All {"metadata":{"name":"d-$ns"},"spec":{"podPreemptionPolicy":{}}}
        POST   persistentvolumeclaims {"metadata":{"name":"a"},"spec":{"accessModes":["ReadWriteOnce"],"dataSourceRef":{"kind":"PersistentVolumeClaim","name":"x","namespace":"y"},"resources":{"requests":{"storage":"1Gi"}}}}
        POST   persistentvolumeclaims {"metadata":{"name":"b"},"spec":{"accessModes":["ReadWriteOnce"],"dataSource":{"kind":"PersistentVolumeClaim","name":"x"},"dataSourceRef":{"kind":"PersistentVolumeClaim","name":"x","namespace":"y"},"resources":{"requests":{"storage":"1Gi"}}}}
        MERGE  persistentvolumeclaims/a/status {"status":{"healthStatus":{}}}
        POST   persistentvolumeclaims {"metadata":{"name":"c"},"spec":{"accessModes":["ReadWriteOnce"],"dataSourceRef":{"kind":"PersistentVolumeClaim","name":"x","namespace":""},"resources":{"requests":{"storage":"1Gi"}}}}
        POST   persistentvolumeclaims {"metadata":{"name":"d"},"spec":{"accessModes":["ReadWriteOnce"],"dataSourceRef":{"apiGroup":"a.b","kind":"Any","name":"x"},"resources":{"requests":{"storage":"1Gi"}}}}
        JSON   persistentvolumeclaims/d [{"op":"remove","path":"/spec/dataSourceRef"}]
        MERGE  persistentvolumeclaims/d {"spec":{"dataSource":{"apiGroup":"a.b","kind":"Other","name":"x"},"dataSourceRef":null}}
        MERGE  persistentvolumeclaims/a {"spec":{"dataSource":{"apiGroup":"a.b","kind":"Other","name":"x"}}}
    "#,
    )
    .await;
}

#[tokio::test]
async fn custom_resources_lose_nothing() {
    check(
        r#"
        POST   /apis/apiextensions.k8s.io/v1/customresourcedefinitions {"metadata":{"name":"runs.$ns.kopf.test"},"spec":{"group":"$ns.kopf.test","scope":"Namespaced","names":{"plural":"runs","kind":"Run"},"versions":[{"name":"v1","served":true,"storage":true,"subresources":{"status":{}},"schema":{"openAPIV3Schema":{"type":"object","x-kubernetes-preserve-unknown-fields":true}}}]}}
        UNTIL  /apis/$ns.kopf.test/v1/namespaces/$ns/runs
        POST   /apis/$ns.kopf.test/v1/namespaces/$ns/runs {"apiVersion":"$ns.kopf.test/v1","kind":"Run","metadata":{"name":"a"},"spec":{"schedulingGroup":{"a":"b"},"evictionResponders":[1],"volumes":[{"emptyDir":{"mode":5}}],"template":{"metadata":{"annotations":{"pod.beta.kubernetes.io/init-containers":"x"}},"spec":{"containers":[{"lifecycle":{"stopSignal":"SIGTERM"}}]}}}}
        MERGE  /apis/$ns.kopf.test/v1/namespaces/$ns/runs/a {"spec":{"template":{"spec":{"schedulingGroup":{"a":"b"}}}}}
        GET    /apis/$ns.kopf.test/v1/namespaces/$ns/runs/a
        DELETE /apis/apiextensions.k8s.io/v1/customresourcedefinitions/runs.$ns.kopf.test
    "#,
    )
    .await;
}
