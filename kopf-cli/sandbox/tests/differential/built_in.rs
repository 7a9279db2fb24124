//! Built-in resources: discovery names them as a real server does, and their writes follow the rules of each.

use super::check;

#[tokio::test]
async fn group_versions_have_the_same_resources() {
    check(
        r#"
        GET    /apis/batch/v1
        GET    /apis/coordination.k8s.io/v1
        GET    /apis/discovery.k8s.io/v1
        GET    /apis/events.k8s.io/v1
        GET    /apis/node.k8s.io/v1
        GET    /apis/policy/v1
        GET    /apis/rbac.authorization.k8s.io/v1
        GET    /apis/scheduling.k8s.io/v1
        GET    /apis/storage.k8s.io/v1
        GET    /apis/policy
        GET    /apis/storage.k8s.io
    "#,
    )
    .await;
}

#[tokio::test]
async fn an_update_makes_what_is_not_there_only_where_that_is_the_rule() {
    check(
        r#"
        PUT    /apis/rbac.authorization.k8s.io/v1/namespaces/$ns/roles/a {"metadata":{"name":"a"},"rules":[{"verbs":["get"],"apiGroups":[""],"resources":["pods"]}]}
        PUT    /apis/coordination.k8s.io/v1/namespaces/$ns/leases/a {"metadata":{"name":"a"},"spec":{"holderIdentity":"x"}}
        PUT    /apis/coordination.k8s.io/v1/namespaces/$ns/leases/a {"metadata":{"name":"a"},"spec":{"holderIdentity":"y"}}
        PUT    /apis/policy/v1/namespaces/$ns/poddisruptionbudgets/a {"metadata":{"name":"a"},"spec":{"maxUnavailable":1}}
        PUT    /api/v1/namespaces/$ns/configmaps/a {"metadata":{"name":"a"}}
    "#,
    )
    .await;
}
