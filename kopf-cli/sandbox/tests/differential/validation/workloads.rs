//! Workloads: what selects, what is selected, and how one follows another; what scales them.

use super::{check, of_group, try_all};

const TEMPLATE: &str =
    r#""template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}"#;
const SELECTOR: &str = r#""selector":{"matchLabels":{"a":"b"}}"#;

/// Workloads of a kind that have a fitting selector and these fields.
async fn try_workloads(plural: &str, rows: &[&str]) {
    let rows: Vec<String> =
        rows.iter().map(|fields| format!(r#""spec":{{{SELECTOR},{TEMPLATE}{fields}}}"#)).collect();
    try_all(&of_group("apps/v1", plural), &rows.iter().map(String::as_str).collect::<Vec<_>>()).await;
}

#[tokio::test]
async fn selectors_select_what_templates_make() {
    for plural in ["deployments", "replicasets", "daemonsets", "statefulsets"] {
        let rows: Vec<String> = [
            "{}".to_owned(),
            format!(r#"{{{TEMPLATE}}}"#),
            format!(r#"{{"selector":{{}},{TEMPLATE}}}"#),
            format!(r#"{{"selector":{{"matchLabels":{{"a":"c"}}}},{TEMPLATE}}}"#),
            format!(r#"{{"selector":{{"matchLabels":{{"a b":"c"}}}},{TEMPLATE}}}"#),
            format!(r#"{{"selector":{{"matchExpressions":[{{"key":"a","operator":"In","values":["b","c"]}}]}},{TEMPLATE}}}"#),
            format!(r#"{{"selector":{{"matchExpressions":[{{"key":"a","operator":"NotIn","values":["b"]}}]}},{TEMPLATE}}}"#),
            format!(r#"{{"selector":{{"matchExpressions":[{{"key":"a","operator":"Is"}},{{"key":"a","operator":"In"}},{{"key":"a","operator":"Exists","values":["b"]}}]}},{TEMPLATE}}}"#),
            format!(r#"{{{SELECTOR},"template":{{"metadata":{{"labels":{{"a":"b"}}}},"spec":{{"restartPolicy":"Never","activeDeadlineSeconds":5,"containers":[{{"name":"c","image":"i"}}]}}}}}}"#),
        ]
        .iter()
        .map(|spec| format!(r#""spec":{spec}"#))
        .collect();
        try_all(&of_group("apps/v1", plural), &rows.iter().map(String::as_str).collect::<Vec<_>>()).await;
    }
}

#[tokio::test]
async fn workloads_have_bounds_and_strategies() {
    try_workloads(
        "deployments",
        &[
            r#","replicas":-1,"minReadySeconds":-1,"revisionHistoryLimit":-1,"progressDeadlineSeconds":-1"#,
            r#","minReadySeconds":600"#,
            r#","strategy":{"type":"Nonsense"}"#,
            r#","strategy":{"type":"Recreate","rollingUpdate":{}}"#,
            r#","strategy":{"type":"Recreate"}"#,
            r#","strategy":{"rollingUpdate":{"maxSurge":0,"maxUnavailable":0}}"#,
            r#","strategy":{"rollingUpdate":{"maxSurge":"0%","maxUnavailable":"101%"}}"#,
            r#","strategy":{"rollingUpdate":{"maxSurge":-1,"maxUnavailable":"x"}}"#,
            r#","strategy":{"rollingUpdate":{"maxSurge":"200%","maxUnavailable":0}}"#,
            r#","paused":true,"replicas":0,"revisionHistoryLimit":0"#,
        ],
    )
    .await;
    try_workloads("replicasets", &[r#","replicas":-1,"minReadySeconds":-1"#, r#","replicas":0"#]).await;
    try_workloads(
        "daemonsets",
        &[
            r#","minReadySeconds":-1,"revisionHistoryLimit":-1"#,
            r#","updateStrategy":{"type":"Nonsense"}"#,
            r#","updateStrategy":{"type":"OnDelete"}"#,
            r#","updateStrategy":{"rollingUpdate":{"maxSurge":1}}"#,
            r#","updateStrategy":{"rollingUpdate":{"maxSurge":1,"maxUnavailable":0}}"#,
            r#","updateStrategy":{"rollingUpdate":{"maxSurge":0,"maxUnavailable":0}}"#,
            r#","updateStrategy":{"rollingUpdate":{"maxSurge":"x","maxUnavailable":"200%"}}"#,
            r#","updateStrategy":{"rollingUpdate":{"maxSurge":0,"maxUnavailable":"5"}}"#,
            r#","updateStrategy":{"rollingUpdate":{"maxSurge":"5","maxUnavailable":1}}"#,
            r#","updateStrategy":{"rollingUpdate":{"maxSurge":"5","maxUnavailable":0}}"#,
        ],
    )
    .await;
    try_workloads(
        "statefulsets",
        &[
            r#","replicas":-1,"minReadySeconds":-1,"serviceName":"A_b","ordinals":{"start":-1}"#,
            r#","podManagementPolicy":"Nonsense""#,
            r#","updateStrategy":{"type":"Nonsense"}"#,
            r#","updateStrategy":{"type":"OnDelete","rollingUpdate":{"partition":1}}"#,
            r#","updateStrategy":{"rollingUpdate":{"partition":-1,"maxUnavailable":0}}"#,
            r#","updateStrategy":{"rollingUpdate":{"partition":3}}"#,
            r#","persistentVolumeClaimRetentionPolicy":{"whenDeleted":"X"}"#,
            r#","volumeClaimTemplates":[{"metadata":{"name":"d"},"spec":{}}]"#,
            r#","volumeClaimTemplates":[{"metadata":{"name":"d"},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}]"#,
        ],
    )
    .await;
    try_all(
        &of_group("apps/v1", "statefulsets"),
        &[
            r#""spec":{"selector":{"matchLabels":{"a":"b"}},"serviceName":"s","template":{"metadata":{"labels":{"a":"b"}},"spec":{"hostname":"A_b","containers":[{"name":"c","image":"i","volumeMounts":[{"name":"d","mountPath":"/d"}]}]}},"volumeClaimTemplates":[{"metadata":{"name":"d"},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}]}"#,
        ],
    )
    .await;
    try_all(
        "replicationcontrollers",
        &[
            "",
            r#""spec":{"replicas":-1,"minReadySeconds":-1,"selector":{"a":"c"},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}"#,
            r#""spec":{"selector":{},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}"#,
            r#""spec":{"selector":{},"template":{"metadata":{"labels":{}},"spec":{"containers":[{"name":"c","image":"i"}]}}}"#,
            r#""spec":{"template":{"metadata":{"labels":{"a":"b"}},"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"i"}]}}}"#,
        ],
    )
    .await;
}

#[tokio::test]
async fn workloads_keep_what_they_select() {
    // What is taken is not sent: controllers answer it, each in its time.
    let mut rows = String::new();
    for plural in ["deployments", "replicasets", "daemonsets", "statefulsets"] {
        let path = of_group("apps/v1", plural);
        let template = TEMPLATE.replace(r#"{"a":"b"}"#, r#"{"a":"b","c":"d"}"#);
        rows += &format!(r#"POST {path} {{"metadata":{{"name":"w"}},"spec":{{{SELECTOR},{template}}}}}"#);
        rows.push('\n');
        rows +=
            &format!(r#"MERGE {path}/w {{"spec":{{"selector":{{"matchLabels":{{"a":null,"c":"d"}}}}}}}}"#);
        rows.push('\n');
    }
    let path = of_group("apps/v1", "statefulsets");
    rows += &format!(r#"MERGE {path}/w {{"spec":{{"serviceName":"x","podManagementPolicy":"Parallel"}}}}"#);
    check(&rows).await;
}

#[tokio::test]
async fn workloads_are_scaled_within_bounds() {
    try_all(
        &of_group("autoscaling/v2", "horizontalpodautoscalers"),
        &[
            r#""spec":{"minReplicas":5,"maxReplicas":3,"scaleTargetRef":{"kind":"","name":""}}"#,
            r#""spec":{"maxReplicas":0,"scaleTargetRef":{"kind":"D","name":"d"}}"#,
            r#""spec":{"maxReplicas":-1,"minReplicas":-1,"scaleTargetRef":{"apiVersion":"a/b/c","kind":"a/b","name":"d"}}"#,
            r#""spec":{"maxReplicas":2,"minReplicas":0,"scaleTargetRef":{"apiVersion":"apps/v1","kind":"D","name":"d"}}"#,
            r#""spec":{"maxReplicas":2,"scaleTargetRef":{"apiVersion":"apps/v1","kind":"D","name":"d"},"metrics":[{"type":"X"},{"type":"Resource"},{"type":"Resource","resource":{"name":"","target":{"type":"X"}}}]}"#,
            r#""spec":{"maxReplicas":2,"scaleTargetRef":{"apiVersion":"apps/v1","kind":"D","name":"d"},"metrics":[{"type":"Pods","pods":{"metric":{"name":""},"target":{"type":"AverageValue"}}},{"type":"External","external":{"metric":{"name":"x"},"target":{"type":"Value","value":"-1"}}},{"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization","averageUtilization":0}}}]}"#,
            r#""spec":{"maxReplicas":2,"scaleTargetRef":{"apiVersion":"apps/v1","kind":"D","name":"d"},"behavior":{"scaleUp":{"stabilizationWindowSeconds":4000,"selectPolicy":"X","policies":[{"type":"X","value":0,"periodSeconds":2000}]}}}"#,
            r#""spec":{"maxReplicas":2,"scaleTargetRef":{"apiVersion":"apps/v1","kind":"D","name":"d"},"metrics":[{"type":"ContainerResource","containerResource":{"name":"cpu","container":"c","target":{"type":"Utilization","averageUtilization":50}}},{"type":"Object","object":{"describedObject":{"kind":"Service","name":"s"},"metric":{"name":"m"},"target":{"type":"Value","value":"1500m"}}}]}"#,
        ],
    )
    .await;
    try_all(
        &of_group("policy/v1", "poddisruptionbudgets"),
        &[
            r#""spec":{"maxUnavailable":1,"minAvailable":1}"#,
            r#""spec":{"maxUnavailable":"101%","selector":{"matchLabels":{"a b":"c"}}}"#,
            r#""spec":{"maxUnavailable":-1}"#,
            r#""spec":{"minAvailable":"x","unhealthyPodEvictionPolicy":"X"}"#,
            r#""spec":{"minAvailable":"50%","unhealthyPodEvictionPolicy":"AlwaysAllow","selector":{}}"#,
            r#""spec":{"maxUnavailable":0}"#,
            "",
        ],
    )
    .await;
}
