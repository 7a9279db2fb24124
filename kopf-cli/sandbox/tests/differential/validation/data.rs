//! Config maps, secrets, and what else holds no more than what it is told.

use super::{check, of_group, try_all};

#[tokio::test]
async fn config_maps_have_names_of_files() {
    try_all(
        "configmaps",
        &[
            r#""data":{"a b":"c","..":"x",".":"y","..a":"z","ok_1.A-b":"y","":"e"}"#,
            r#""data":{"k":"v"},"binaryData":{"k":"AA==","l/":"AA=="}"#,
            r#""data":{},"binaryData":null"#,
            r#""immutable":true"#,
        ],
    )
    .await;
}

#[tokio::test]
async fn data_may_have_a_mebibyte() {
    let long = |length: usize| "a".repeat(length);
    let (most, half) = (long(1 << 20), long(1 << 19));
    try_all(
        "configmaps",
        &[
            &format!(r#""data":{{"k":"{most}a"}}"#),
            &format!(r#""data":{{"k":"{half}"}},"binaryData":{{"l":"{most}"}}"#),
            &format!(r#""data":{{"k":"{half}","l/":"{half}a"}}"#),
        ],
    )
    .await;
    try_all("secrets", &[&format!(r#""stringData":{{"k":"{most}a","l/":"x"}}"#)]).await;
}

#[tokio::test]
async fn secrets_are_of_types() {
    try_all(
        "secrets",
        &[
            r#""data":{"a/b":"AA=="}"#,
            r#""type":"kubernetes.io/tls""#,
            r#""type":"kubernetes.io/tls","data":{"tls.crt":""}"#,
            r#""type":"kubernetes.io/dockerconfigjson""#,
            r#""type":"kubernetes.io/dockerconfigjson","stringData":{".dockerconfigjson":"{}"}"#,
            r#""type":"kubernetes.io/dockerconfigjson","stringData":{".dockerconfigjson":"x"}"#,
            r#""type":"kubernetes.io/dockerconfigjson","stringData":{".dockerconfigjson":""}"#,
            r#""type":"kubernetes.io/dockerconfigjson","stringData":{".dockerconfigjson":"{\"a\":"}"#,
            r#""type":"kubernetes.io/dockerconfigjson","stringData":{".dockerconfigjson":"[]"}"#,
            r#""type":"kubernetes.io/dockercfg""#,
            r#""type":"kubernetes.io/basic-auth""#,
            r#""type":"kubernetes.io/basic-auth","stringData":{"password":""}"#,
            r#""type":"kubernetes.io/ssh-auth""#,
            r#""type":"kubernetes.io/ssh-auth","data":{"ssh-privatekey":""}"#,
            r#""type":"kubernetes.io/service-account-token""#,
            r#""type":"bootstrap.kubernetes.io/token""#,
            r#""type":"my.own/type","stringData":{"a":"b"}"#,
        ],
    )
    .await;
}

#[tokio::test]
async fn what_is_locked_stays_as_it_is() {
    check(
        r#"
        POST   configmaps {"metadata":{"name":"a"},"data":{"k":"v"},"immutable":true}
        MERGE  configmaps/a {"data":{"k":"w"}}
        MERGE  configmaps/a {"data":{"k":"w"},"binaryData":{"b":"AA=="},"immutable":false}
        MERGE  configmaps/a {"immutable":null}
        MERGE  configmaps/a {"metadata":{"labels":{"a":"b"}}}
        POST   secrets {"metadata":{"name":"a"},"stringData":{"k":"v"},"immutable":true}
        MERGE  secrets/a {"stringData":{"k":"w"}}
        MERGE  secrets/a {"stringData":{"k":"v"}}
        MERGE  secrets/a {"type":"my.own/type"}
        MERGE  secrets/a {"immutable":false,"data":null}
        POST   serviceaccounts {"metadata":{"name":"A"}}
        POST   serviceaccounts {"metadata":{"name":"s"},"secrets":[{"name":"x"}],"imagePullSecrets":[{"name":"y"}]}
        POST   /api/v1/namespaces {"metadata":{"name":"A.b"}}
        POST   /api/v1/namespaces {"metadata":{"name":"a.b"}}
    "#,
    )
    .await;
}

#[tokio::test]
async fn leases_and_classes_of_priority_have_bounds() {
    try_all(
        &of_group("coordination.k8s.io/v1", "leases"),
        &[
            r#""spec":{"leaseDurationSeconds":0,"leaseTransitions":-1}"#,
            r#""spec":{"leaseDurationSeconds":1,"holderIdentity":"","renewTime":"2026-01-01T00:00:00.000000Z"}"#,
            r#""spec":{"preferredHolder":"x"}"#,
            r#""spec":{"strategy":"Nonsense"}"#,
            r#""spec":{"strategy":"OldestEmulationVersion","preferredHolder":"x"}"#,
            "",
        ],
    )
    .await;
    check(
        r#"
        POST   /apis/scheduling.k8s.io/v1/priorityclasses?dryRun=All {"metadata":{"name":"$ns"},"value":2000000000}
        POST   /apis/scheduling.k8s.io/v1/priorityclasses?dryRun=All {"metadata":{"name":"system-$ns"},"value":1}
        POST   /apis/scheduling.k8s.io/v1/priorityclasses?dryRun=All {"metadata":{"name":"$ns"},"value":-5,"preemptionPolicy":"Sometimes"}
        POST   /apis/scheduling.k8s.io/v1/priorityclasses {"metadata":{"name":"$ns"},"value":-5}
        MERGE  /apis/scheduling.k8s.io/v1/priorityclasses/$ns {"value":-6,"preemptionPolicy":"Never"}
        MERGE  /apis/scheduling.k8s.io/v1/priorityclasses/$ns {"description":"less"}
        DELETE /apis/scheduling.k8s.io/v1/priorityclasses/$ns
        POST   /apis/apps/v1/namespaces/$ns/controllerrevisions?dryRun=All {"metadata":{"name":"a"},"revision":-1}
        POST   /apis/apps/v1/namespaces/$ns/controllerrevisions {"metadata":{"name":"a"},"revision":1,"data":{"a":1}}
        MERGE  /apis/apps/v1/namespaces/$ns/controllerrevisions/a {"revision":2}
    "#,
    )
    .await;
}

#[tokio::test]
async fn roles_have_rules_and_bindings_a_role() {
    try_all(
        &of_group("rbac.authorization.k8s.io/v1", "roles"),
        &[
            r#""rules":[{}]"#,
            r#""rules":[{"verbs":["get"],"nonResourceURLs":["/x"]}]"#,
            r#""rules":[{"verbs":["get"],"apiGroups":[""]}]"#,
            r#""rules":[{"verbs":["*"],"apiGroups":["*"],"resources":["*"],"resourceNames":["a"]}]"#,
            r#""rules":null"#,
            "",
        ],
    )
    .await;
    try_all(
        &of_group("rbac.authorization.k8s.io/v1", "rolebindings"),
        &[
            r#""roleRef":{"kind":"Nonsense","name":""},"subjects":[{"kind":"Nonsense","name":"x"},{"kind":"User","name":""},{"kind":"ServiceAccount","name":"s"}]"#,
            r#""roleRef":{"apiGroup":"x","kind":"Role","name":"a/b"}"#,
            r#""roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"a:b"},"subjects":[{"kind":"ServiceAccount","name":"A","apiGroup":"x"},{"kind":"Group","name":"g","apiGroup":"x"}]"#,
            r#""roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"view"},"subjects":[{"kind":"Group","name":"system:authenticated","apiGroup":"rbac.authorization.k8s.io"}]"#,
            "",
        ],
    )
    .await;
    check(
        r#"
        POST   /apis/rbac.authorization.k8s.io/v1/namespaces/$ns/rolebindings {"metadata":{"name":"a"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"a"}}
        MERGE  /apis/rbac.authorization.k8s.io/v1/namespaces/$ns/rolebindings/a {"roleRef":{"name":"b"}}
        MERGE  /apis/rbac.authorization.k8s.io/v1/namespaces/$ns/rolebindings/a {"subjects":[{"kind":"User","name":"x"}]}
        POST   /apis/rbac.authorization.k8s.io/v1/clusterroles?dryRun=All {"metadata":{"name":"$ns"},"rules":[{"verbs":["get"],"nonResourceURLs":["/x"],"resources":["y"]}],"aggregationRule":{}}
        POST   /apis/rbac.authorization.k8s.io/v1/clusterroles?dryRun=All {"metadata":{"name":"$ns"},"aggregationRule":{"clusterRoleSelectors":[{"matchLabels":{"a b":"c"}}]}}
        POST   /apis/rbac.authorization.k8s.io/v1/clusterrolebindings?dryRun=All {"metadata":{"name":"$ns"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":""},"subjects":[{"kind":"ServiceAccount","name":"s"}]}
    "#,
    )
    .await;
}
