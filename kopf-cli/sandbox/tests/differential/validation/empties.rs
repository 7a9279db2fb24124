//! Lists and maps that are empty, where that is more than nothing.

use super::{check, of_group, pods::try_specs, try_all};

#[tokio::test]
async fn what_is_empty_in_a_pod_may_be_too_much() {
    try_specs(&[
        r#""overhead":{}"#,
        r#""overhead":null"#,
        r#""os":{"name":"windows"},"securityContext":{"supplementalGroups":[]}"#,
        r#""os":{"name":"windows"},"overhead":{},"securityContext":{"sysctls":[],"supplementalGroups":[]}"#,
        r#""os":{"name":"windows"},"securityContext":{"supplementalGroups":null}"#,
        r#""securityContext":{"supplementalGroups":[]}"#,
        r#""resources":{"claims":[]}"#,
        r#""resources":{"claims":[],"requests":{},"limits":{}}"#,
        r#""resources":{"claims":null}"#,
        r#""os":{"name":"windows"},"resources":{"claims":[]}"#,
    ])
    .await;
}

#[tokio::test]
async fn what_is_empty_in_a_template_is_the_same() {
    try_all(
        &of_group("apps/v1", "deployments"),
        &[
            r#""spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"overhead":{},"containers":[{"name":"c","image":"i"}]}}}"#,
            r#""spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"resources":{"claims":[]},"containers":[{"name":"c","image":"i"}]}}}"#,
            r#""spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"os":{"name":"windows"},"securityContext":{"supplementalGroups":[]},"containers":[{"name":"c","image":"i"}]}}}"#,
        ],
    )
    .await;
}

#[tokio::test]
async fn what_is_empty_is_not_kept() {
    check(
        r#"
        POST   pods {"metadata":{"name":"a"},"spec":{"automountServiceAccountToken":false,"os":{"name":"windows"},"nodeSelector":{},"securityContext":{},"containers":[{"name":"c","image":"i","command":[]}]}}
        GET    pods/a
        MERGE  pods/a {"spec":{"securityContext":{"supplementalGroups":[]}}}
        MERGE  pods/a {"spec":{"overhead":{}}}
        MERGE  pods/a {"spec":{"tolerations":[{"key":"k","operator":"Exists"}]},"metadata":{"labels":{"a":"b"}}}
        APPLY  pods/b?fieldManager=m {"apiVersion":"v1","kind":"Pod","metadata":{"name":"b"},"spec":{"automountServiceAccountToken":false,"overhead":{},"containers":[{"name":"c","image":"i"}]}}
        APPLY  pods/b?fieldManager=m {"apiVersion":"v1","kind":"Pod","metadata":{"name":"b"},"spec":{"automountServiceAccountToken":false,"securityContext":{"supplementalGroups":[]},"containers":[{"name":"c","image":"i"}]}}
        JSON   pods/b [{"op":"add","path":"/spec/overhead","value":{}}]
        MERGE  pods/a/status {"status":{"resourceClaimStatuses":[]}}
    "#,
    )
    .await;
}

#[tokio::test]
async fn what_a_pod_has_of_devices_is_taken_away_by_an_empty_list() {
    check(
        r#"
        POST   pods {"metadata":{"name":"a"},"spec":{"automountServiceAccountToken":false,"resourceClaims":[{"name":"x","resourceClaimName":"y"}],"containers":[{"name":"c","image":"i"}]}}
        MERGE  pods/a/status {"status":{"resourceClaimStatuses":[{"name":"x","resourceClaimName":"z"}]}}
        MERGE  pods/a/status {"status":{"resourceClaimStatuses":null}}
        MERGE  pods/a/status {"status":{"resourceClaimStatuses":[],"nodeAllocatableResourceClaimStatuses":[]}}
        GET    pods/a
    "#,
    )
    .await;
}

#[tokio::test]
async fn a_claim_that_is_bound_may_ask_for_nothing() {
    check(
        r#"
        POST   persistentvolumeclaims {"metadata":{"name":"a"},"spec":{"storageClassName":"missing","accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}
        MERGE  persistentvolumeclaims/a {"spec":{"resources":{"requests":null}}}
        JSON   persistentvolumeclaims/a [{"op":"replace","path":"/spec/resources/requests","value":{}}]
        MERGE  persistentvolumeclaims/a/status {"status":{"phase":"Bound","capacity":{"storage":"1Gi"}}}
        MERGE  persistentvolumeclaims/a {"spec":{"resources":{"requests":null}}}
        JSON   persistentvolumeclaims/a [{"op":"replace","path":"/spec/resources/requests","value":{}}]
        JSON   persistentvolumeclaims/a [{"op":"replace","path":"/spec/resources","value":{}}]
    "#,
    )
    .await;
}
