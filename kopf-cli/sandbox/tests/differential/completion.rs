//! Built-in kinds: what they are completed by, and what is refused. What controllers go on to change is not looked at.

use super::check;

#[tokio::test]
async fn secrets_and_config_maps_have_their_rules() {
    check(
        r#"
        POST   secrets    {"metadata":{"name":"a"},"stringData":{"k":"v"},"data":{"l":"dw=="}}
        MERGE  secrets/a  {"stringData":{"k":"w"}}
        MERGE  secrets/a  {"type":"other"}
        MERGE  secrets/a  {"immutable":true}
        MERGE  secrets/a  {"stringData":{"k":"x"}}
        MERGE  secrets/a  {"metadata":{"labels":{"x":"1"}}}
        POST   secrets    {"metadata":{"name":"b"},"type":"kopf.test/own"}
        POST   configmaps {"metadata":{"name":"a"},"data":{"k":"v"},"immutable":true}
        MERGE  configmaps/a {"data":{"k":"w"}}
        MERGE  configmaps/a {"immutable":false}
    "#,
    )
    .await;
}

#[tokio::test]
async fn workloads_are_completed_and_select_their_pods() {
    let template = r#"{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"c:1","ports":[{"containerPort":80}],"livenessProbe":{"httpGet":{"port":80}},"env":[{"name":"N","valueFrom":{"fieldRef":{"fieldPath":"metadata.name"}}}]},{"name":"d","image":"d"}],"volumes":[{"name":"v","configMap":{"name":"m"}},{"name":"s","secret":{"secretName":"s"}}]}}"#;
    let mut rows = String::new();
    for (kinds, group) in [
        ("deployments", r#""replicas":2,"#),
        ("deployments", r#""strategy":{"type":"Recreate"},"#),
        ("replicasets", ""),
        ("statefulsets", r#""serviceName":"s","#),
    ] {
        let path = format!("/apis/apps/v1/namespaces/$ns/{kinds}?dryRun=All");
        for selector in [r#"{"matchLabels":{"a":"b"}}"#, r#"{"matchLabels":{"a":"c"}}"#] {
            rows += &format!(
                "POST {path} {{\"metadata\":{{\"name\":\"w\"}},\"spec\":{{{group}\"selector\":{selector},\"template\":{template}}}}}\n"
            );
        }
    }
    check(&rows).await;
}

#[tokio::test]
async fn services_without_an_address_are_completed() {
    check(
        r#"
        POST   services {"metadata":{"name":"a"},"spec":{"clusterIP":"None","selector":{"a":"b"},"ports":[{"port":80}]}}
        POST   services {"metadata":{"name":"b"},"spec":{"clusterIP":"None","selector":{"a":"b"},"ports":[{"port":80,"name":"x","targetPort":"http"},{"port":53,"name":"y","protocol":"UDP"}]}}
        POST   /apis/batch/v1/namespaces/$ns/cronjobs?dryRun=All {"metadata":{"name":"a"},"spec":{"schedule":"* * * * *","jobTemplate":{"spec":{"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"c"}]}}}}}}
    "#,
    )
    .await;
}
