//! What controllers do of themselves: namespaces and definitions that go with all they hold, and the collecting of garbage.

use super::check;

#[tokio::test]
async fn what_belongs_to_nobody_any_more_goes() {
    check(
        r#"
        POST   configmaps {"metadata":{"name":"a"}}
        POST   configmaps {"metadata":{"name":"b","ownerReferences":[{"apiVersion":"v1","kind":"ConfigMap","name":"a","uid":"$uid1"}]}}
        POST   rows       {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"c","ownerReferences":[{"apiVersion":"v1","kind":"ConfigMap","name":"b","uid":"$uid2","controller":true}]}}
        POST   configmaps {"metadata":{"name":"d","ownerReferences":[{"apiVersion":"differential.kopf.test/v1","kind":"Row","name":"c","uid":"$uid3"},{"apiVersion":"v1","kind":"ConfigMap","name":"a","uid":"$uid1"}]}}
        DELETE configmaps/a
        UNTIL  configmaps/b 404
        UNTIL  rows/c       404
        UNTIL  configmaps/d 404
    "#,
    )
    .await;
}

#[tokio::test]
async fn an_owner_that_is_left_is_enough() {
    check(
        r#"
        POST   configmaps {"metadata":{"name":"a"}}
        POST   configmaps {"metadata":{"name":"b"}}
        POST   configmaps {"metadata":{"name":"c","ownerReferences":[{"apiVersion":"v1","kind":"ConfigMap","name":"a","uid":"$uid1"},{"apiVersion":"v1","kind":"ConfigMap","name":"b","uid":"$uid2"}]}}
        DELETE configmaps/a
        UNTIL  configmaps/c !$uid1
        MERGE  configmaps/c {"metadata":{"ownerReferences":null}}
        DELETE configmaps/b
        POST   configmaps {"metadata":{"name":"d","finalizers":["kopf.test/x"],"ownerReferences":[{"apiVersion":"v1","kind":"ConfigMap","name":"c","uid":"$uid3"}]}}
        DELETE configmaps/c
        UNTIL  configmaps/d deletionTimestamp
        MERGE  configmaps/d {"metadata":{"finalizers":null}}
        UNTIL  configmaps/d 404
    "#,
    )
    .await;
}

#[tokio::test]
async fn an_owner_that_is_not_there_owns_nothing() {
    check(
        r#"
        POST   configmaps {"metadata":{"name":"a"}}
        POST   configmaps {"metadata":{"name":"b","ownerReferences":[{"apiVersion":"v1","kind":"ConfigMap","name":"missing","uid":"11111111-1111-1111-1111-111111111111"}]}}
        UNTIL  configmaps/b 404
        POST   configmaps {"metadata":{"name":"c","ownerReferences":[{"apiVersion":"v1","kind":"ConfigMap","name":"a","uid":"22222222-2222-2222-2222-222222222222"}]}}
        UNTIL  configmaps/c 404
        POST   configmaps {"metadata":{"name":"d","ownerReferences":[{"apiVersion":"v1","kind":"Secret","name":"a","uid":"$uid1"}]}}
        UNTIL  configmaps/d 404
        POST   configmaps {"metadata":{"name":"e","ownerReferences":[{"apiVersion":"v1","kind":"Namespace","name":"$ns","uid":"33333333-3333-3333-3333-333333333333"}]}}
        UNTIL  configmaps/e 404
        POST   /api/v1/namespaces/default/configmaps {"metadata":{"name":"$ns"}}
        POST   configmaps {"metadata":{"name":"f","ownerReferences":[{"apiVersion":"v1","kind":"ConfigMap","name":"$ns","uid":"$uid10"}]}}
        UNTIL  configmaps/f 404
        DELETE /api/v1/namespaces/default/configmaps/$ns
        POST   configmaps {"metadata":{"name":"g","ownerReferences":[{"apiVersion":"v1","kind":"Unheard","name":"of","uid":"44444444-4444-4444-4444-444444444444"}]}}
        POST   configmaps {"metadata":{"name":"h","ownerReferences":[{"apiVersion":"v1","kind":"ConfigMap","name":"missing","uid":"44444444-4444-4444-4444-444444444445"}]}}
        UNTIL  configmaps/h 404
        GET    configmaps/g
    "#,
    )
    .await;
}

#[tokio::test]
async fn an_owner_may_be_of_no_namespace() {
    check(
        r#"
        POST   /apis/rbac.authorization.k8s.io/v1/clusterroles {"metadata":{"name":"$ns"},"rules":[{"verbs":["get"],"apiGroups":[""],"resources":["pods"]}]}
        POST   configmaps {"metadata":{"name":"a","ownerReferences":[{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRole","name":"$ns","uid":"$uid1"}]}}
        POST   configmaps {"metadata":{"name":"h","ownerReferences":[{"apiVersion":"v1","kind":"ConfigMap","name":"missing","uid":"44444444-4444-4444-4444-444444444445"}]}}
        UNTIL  configmaps/h 404
        GET    configmaps/a
        DELETE /apis/rbac.authorization.k8s.io/v1/clusterroles/$ns
        UNTIL  configmaps/a 404
    "#,
    )
    .await;
}

#[tokio::test]
async fn what_goes_last_waits_for_those_that_hold_it_back() {
    check(
        r#"
        POST   configmaps {"metadata":{"name":"a"}}
        POST   configmaps {"metadata":{"name":"b","ownerReferences":[{"apiVersion":"v1","kind":"ConfigMap","name":"a","uid":"$uid1","blockOwnerDeletion":true}]}}
        POST   configmaps {"metadata":{"name":"c","ownerReferences":[{"apiVersion":"v1","kind":"ConfigMap","name":"b","uid":"$uid2","blockOwnerDeletion":true}]}}
        POST   configmaps {"metadata":{"name":"d","finalizers":["kopf.test/x"],"ownerReferences":[{"apiVersion":"v1","kind":"ConfigMap","name":"a","uid":"$uid1","blockOwnerDeletion":true}]}}
        POST   configmaps {"metadata":{"name":"e","finalizers":["kopf.test/x"],"ownerReferences":[{"apiVersion":"v1","kind":"ConfigMap","name":"a","uid":"$uid1"}]}}
        DELETE configmaps/a {"propagationPolicy":"Foreground"}
        UNTIL  configmaps/b 404
        UNTIL  configmaps/c 404
        UNTIL  configmaps/d deletionTimestamp
        UNTIL  configmaps/e deletionTimestamp
        GET    configmaps/a
        MERGE  configmaps/d {"metadata":{"finalizers":null}}
        UNTIL  configmaps/a 404
        GET    configmaps/e
        MERGE  configmaps/e {"metadata":{"finalizers":null}}
    "#,
    )
    .await;
}

#[tokio::test]
async fn what_holds_back_may_let_go() {
    check(
        r#"
        POST   configmaps {"metadata":{"name":"a"}}
        POST   configmaps {"metadata":{"name":"b","finalizers":["kopf.test/x"],"ownerReferences":[{"apiVersion":"v1","kind":"ConfigMap","name":"a","uid":"$uid1","blockOwnerDeletion":true}]}}
        POST   configmaps {"metadata":{"name":"c"}}
        POST   configmaps {"metadata":{"name":"d","ownerReferences":[{"apiVersion":"v1","kind":"ConfigMap","name":"a","uid":"$uid1","blockOwnerDeletion":true},{"apiVersion":"v1","kind":"ConfigMap","name":"c","uid":"$uid3"}]}}
        DELETE configmaps/a?propagationPolicy=Foreground
        UNTIL  configmaps/d !$uid1
        UNTIL  configmaps/b deletionTimestamp
        MERGE  configmaps/b {"metadata":{"ownerReferences":[{"apiVersion":"v1","kind":"ConfigMap","name":"a","uid":"$uid1","blockOwnerDeletion":false}]}}
        UNTIL  configmaps/a 404
        MERGE  configmaps/b {"metadata":{"finalizers":null}}
    "#,
    )
    .await;
}

#[tokio::test]
async fn orphans_stay() {
    check(
        r#"
        POST   configmaps {"metadata":{"name":"a"}}
        POST   configmaps {"metadata":{"name":"b","ownerReferences":[{"apiVersion":"v1","kind":"ConfigMap","name":"a","uid":"$uid1","blockOwnerDeletion":true}]}}
        POST   configmaps {"metadata":{"name":"c"}}
        POST   configmaps {"metadata":{"name":"d","ownerReferences":[{"apiVersion":"v1","kind":"ConfigMap","name":"c","uid":"$uid3"},{"apiVersion":"v1","kind":"ConfigMap","name":"a","uid":"$uid1"}]}}
        DELETE configmaps/a {"propagationPolicy":"Orphan"}
        UNTIL  configmaps/a 404
        GET    configmaps/b
        GET    configmaps/d
        DELETE configmaps/c?orphanDependents=true
        UNTIL  configmaps/c 404
        GET    configmaps/d
        POST   configmaps {"metadata":{"name":"e"}}
        DELETE configmaps/e {"orphanDependents":true}
        UNTIL  configmaps/e 404
    "#,
    )
    .await;
}

#[tokio::test]
async fn a_policy_is_a_finalizer_and_follows_the_last_word() {
    check(
        r#"
        POST   configmaps   {"metadata":{"name":"a","finalizers":["kopf.test/x"]}}
        DELETE configmaps/a {"propagationPolicy":"Foreground"}
        UNTIL  configmaps/a !foregroundDeletion
        DELETE configmaps/a {"propagationPolicy":"Orphan"}
        UNTIL  configmaps/a !orphan
        DELETE configmaps/a
        MERGE  configmaps/a {"metadata":{"finalizers":null}}
        POST   configmaps   {"metadata":{"name":"b","finalizers":["orphan"]}}
        DELETE configmaps/b
        UNTIL  configmaps/b 404
        POST   configmaps   {"metadata":{"name":"c","finalizers":["foregroundDeletion"]}}
        DELETE configmaps/c
        UNTIL  configmaps/c 404
        POST   configmaps   {"metadata":{"name":"d","finalizers":["foregroundDeletion"]}}
        DELETE configmaps/d {"propagationPolicy":"Orphan"}
        UNTIL  configmaps/d 404
        POST   configmaps   {"metadata":{"name":"e","finalizers":["foregroundDeletion"]}}
        DELETE configmaps/e {"propagationPolicy":"Background"}
        POST   rows         {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"a"},"spec":{"n":1}}
        DELETE rows         {"propagationPolicy":"Foreground"}
        UNTIL  rows/a       404
        POST   rows         {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"b"}}
        DELETE rows/b?dryRun=All {"propagationPolicy":"Foreground"}
        UNTIL  rows/b       404
        POST   rows         {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"c"}}
        DELETE rows/c?propagationPolicy=Foreground&orphanDependents=true
        DELETE rows/c?propagationPolicy=Foreground {}
    "#,
    )
    .await;
}

#[tokio::test]
async fn a_namespace_goes_after_its_objects() {
    check(
        r#"
        POST   /api/v1/namespaces {"metadata":{"name":"$ns-x"}}
        POST   /api/v1/namespaces/$ns-x/configmaps {"metadata":{"name":"a"}}
        POST   /api/v1/namespaces/$ns-x/secrets {"metadata":{"name":"b","finalizers":["kopf.test/x","kopf.test/y"]},"type":"Opaque"}
        POST   /apis/differential.kopf.test/v1/namespaces/$ns-x/rows {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"c","finalizers":["kopf.test/y"]}}
        DELETE /api/v1/namespaces/$ns-x
        POST   /api/v1/namespaces/$ns-x/configmaps {"metadata":{"name":"d"}}
        POST   /api/v1/namespaces {"metadata":{"name":"$ns-x"}}
        UNTIL  /api/v1/namespaces/$ns-x NamespaceFinalizersRemaining
        GET    /api/v1/namespaces/$ns-x/configmaps/a
        GET    /api/v1/namespaces/$ns-x/secrets/b
        DELETE /api/v1/namespaces/$ns-x
        MERGE  /api/v1/namespaces/$ns-x/secrets/b {"metadata":{"labels":{"still":"changed"}}}
        MERGE  /api/v1/namespaces/$ns-x/secrets/b {"metadata":{"finalizers":null}}
        MERGE  /apis/differential.kopf.test/v1/namespaces/$ns-x/rows/c {"metadata":{"finalizers":null}}
        UNTIL  /api/v1/namespaces/$ns-x 404
    "#,
    )
    .await;
}

#[tokio::test]
async fn an_empty_namespace_goes_too() {
    check(
        r#"
        POST   /api/v1/namespaces {"metadata":{"name":"$ns-x","finalizers":["kopf.test/x"]}}
        DELETE /api/v1/namespaces/$ns-x
        UNTIL  /api/v1/namespaces/$ns-x "spec":{}
        POST   /api/v1/namespaces/$ns-x/configmaps {"metadata":{"name":"a"}}
        MERGE  /api/v1/namespaces/$ns-x {"metadata":{"finalizers":null}}
        UNTIL  /api/v1/namespaces/$ns-x 404
        POST   /api/v1/namespaces {"metadata":{"name":"$ns-y"}}
        DELETE /api/v1/namespaces/$ns-y?dryRun=All
        DELETE /api/v1/namespaces/$ns-y
        UNTIL  /api/v1/namespaces/$ns-y 404
        GET    /api/v1/namespaces?watch=true&timeoutSeconds=1&resourceVersion=$7&fieldSelector=metadata.name%3D$ns-y
    "#,
    )
    .await;
}

#[tokio::test]
async fn a_definition_goes_after_its_objects() {
    check(
        r#"
        POST   /apis/apiextensions.k8s.io/v1/customresourcedefinitions {"metadata":{"name":"steps.$ns.kopf.test"},"spec":{"group":"$ns.kopf.test","scope":"Namespaced","names":{"plural":"steps","kind":"Step"},"versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"}}}]}}
        UNTIL  /apis/$ns.kopf.test/v1 steps
        UNTIL  /apis/$ns.kopf.test/v1/namespaces/$ns/steps 200
        POST   /apis/$ns.kopf.test/v1/namespaces/$ns/steps {"kind":"Step","apiVersion":"$ns.kopf.test/v1","metadata":{"name":"a"}}
        POST   /apis/$ns.kopf.test/v1/namespaces/$ns/steps {"kind":"Step","apiVersion":"$ns.kopf.test/v1","metadata":{"name":"b","finalizers":["kopf.test/x"]}}
        DELETE /apis/apiextensions.k8s.io/v1/customresourcedefinitions/steps.$ns.kopf.test {"propagationPolicy":"Foreground"}
        UNTIL  /apis/$ns.kopf.test/v1/namespaces/$ns/steps/b deletionTimestamp
        UNTIL  /apis/$ns.kopf.test/v1/namespaces/$ns/steps/a 404
        UNTIL  /apis/apiextensions.k8s.io/v1/customresourcedefinitions/steps.$ns.kopf.test InstanceDeletionInProgress
        UNTIL  /apis/$ns.kopf.test/v1 !create
        POST   /apis/$ns.kopf.test/v1/namespaces/$ns/steps {"kind":"Step","apiVersion":"$ns.kopf.test/v1","metadata":{"name":"c"}}
        MERGE  /apis/$ns.kopf.test/v1/namespaces/$ns/steps/b {"metadata":{"labels":{"still":"changed"}}}
        DELETE /apis/apiextensions.k8s.io/v1/customresourcedefinitions/steps.$ns.kopf.test
        MERGE  /apis/$ns.kopf.test/v1/namespaces/$ns/steps/b {"metadata":{"finalizers":null}}
        UNTIL  /apis/apiextensions.k8s.io/v1/customresourcedefinitions/steps.$ns.kopf.test 404
        UNTIL  /apis/$ns.kopf.test/v1 404
        GET    /apis/$ns.kopf.test/v1/namespaces/$ns/steps/b
    "#,
    )
    .await;
}

#[tokio::test]
async fn namespaces_are_let_go_of_by_whoever_holds_them() {
    check(
        r#"
        POST   /api/v1/namespaces {"metadata":{"name":"$ns-f"}}
        GET    /api/v1/namespaces/$ns-f/finalize
        MERGE  /api/v1/namespaces/$ns-f/finalize {}
        POST   /api/v1/namespaces/$ns-f/finalize {}
        PUT    /api/v1/namespaces/$ns-f/finalize {"metadata":{"name":"$ns-f"},"spec":{"finalizers":["kubernetes","kopf.test/x"]}}
        PUT    /api/v1/namespaces/$ns-f/finalize {"metadata":{"name":"$ns-f"},"spec":{"finalizers":["unqualified"]}}
        PUT    /api/v1/namespaces/$ns-f/finalize {"metadata":{"name":"$ns-f","resourceVersion":"1"},"spec":{"finalizers":[]}}
        PUT    /api/v1/namespaces/$ns-f/finalize {"metadata":{"name":"$ns-f","labels":{"a":"b"}},"spec":{"finalizers":["kopf.test/x"]},"status":{"phase":"Terminating"}}
        PUT    /api/v1/namespaces/$ns-f/finalize {"metadata":{"name":"other"},"spec":{"finalizers":[]}}
        PUT    /api/v1/namespaces/$ns-none/finalize {"metadata":{"name":"$ns-none"},"spec":{"finalizers":[]}}
        DELETE /api/v1/namespaces/$ns-f
        PUT    /api/v1/namespaces/$ns-f/finalize {"metadata":{"name":"$ns-f"},"spec":{"finalizers":[]}}
        GET    /api/v1/namespaces/$ns-f
    "#,
    )
    .await;
}

#[tokio::test]
async fn each_namespace_has_a_service_account_and_the_servers_authority() {
    check(
        r#"
        UNTIL  serviceaccounts/default 200
        DELETE serviceaccounts/default
        UNTIL  serviceaccounts/default 200
        UNTIL  configmaps/kube-root-ca.crt 200
        DELETE configmaps/kube-root-ca.crt
        UNTIL  configmaps/kube-root-ca.crt 200
        MERGE  configmaps/kube-root-ca.crt {"data":{"ca.crt":"none"}}
        UNTIL  configmaps/kube-root-ca.crt BEGIN
    "#,
    )
    .await;
}

#[tokio::test]
async fn one_service_is_that_of_the_server() {
    check(
        r#"
        GET+table /api/v1/namespaces/default/services/kubernetes?includeObject=Metadata
        MERGE  /api/v1/namespaces/default/services/kubernetes?dryRun=All {"spec":{"clusterIP":"10.96.0.9"}}
        POST   /api/v1/namespaces/default/services {"metadata":{"name":"kubernetes"}}
        GET    /api/v1/namespaces/default/endpoints/kubernetes
        GET+table /api/v1/namespaces/default/services?fieldSelector=spec.clusterIP%3D10.96.0.1
    "#,
    )
    .await;
}
