//! Who may do what, and the reviews that tell.

use super::check;

#[tokio::test]
async fn who_has_no_rights_is_told_what_it_may_not() {
    check(
        r#"
        GET+as:bob    configmaps
        GET+as:bob    configmaps/a
        GET+as:bob    configmaps?watch=1
        POST+as:bob   configmaps {"metadata":{"name":"a"}}
        PUT+as:bob    configmaps/a {"metadata":{"name":"a"}}
        MERGE+as:bob  configmaps/a {}
        DELETE+as:bob configmaps/a
        DELETE+as:bob configmaps
        MERGE+as:bob  rows/a/status {}
        GET+as:bob    /api/v1/nodes
        GET+as:bob    /api/v1/namespaces/$ns
        GET+as:bob    /apis/apps/v1/namespaces/$ns/deployments/a/scale
        GET+as:bob    /apis/missing.kopf.test/v1/things
        GET+as:bob    /nowhere
        GET+as:bob    /healthz
        GET+as:bob    /apis/differential.kopf.test
        GET+as:system:anonymous /api
        GET+as:system:anonymous /healthz
        GET+as:system:serviceaccount:$ns:someone configmaps
    "#,
    )
    .await;
}

#[tokio::test]
async fn rights_are_given_by_bindings() {
    check(
        r#"
        POST   /apis/rbac.authorization.k8s.io/v1/namespaces/$ns/roles {"metadata":{"name":"r"},"rules":[{"verbs":["get","list"],"apiGroups":[""],"resources":["configmaps"]},{"verbs":["get"],"apiGroups":[""],"resources":["secrets"],"resourceNames":["only"]},{"verbs":["patch"],"apiGroups":["*"],"resources":["*/status"]}]}
        POST   /apis/rbac.authorization.k8s.io/v1/namespaces/$ns/rolebindings {"metadata":{"name":"b"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"r"},"subjects":[{"kind":"User","apiGroup":"rbac.authorization.k8s.io","name":"bob-$ns"},{"kind":"ServiceAccount","name":"sa","namespace":"$ns"}]}
        POST   rows {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"a"}}
        UNTIL+as:bob-$ns configmaps/a 404
        GET+as:bob-$ns   /api/v1/configmaps
        GET+as:bob-$ns   secrets/only
        GET+as:bob-$ns   secrets/other
        MERGE+as:bob-$ns rows/a/status {"status":{"n":1}}
        MERGE+as:bob-$ns rows/a {"spec":{"n":1}}
        GET+as:system:serviceaccount:$ns:sa secrets/only
        POST   /apis/rbac.authorization.k8s.io/v1/clusterrolebindings {"metadata":{"name":"$ns"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"view"},"subjects":[{"kind":"User","apiGroup":"rbac.authorization.k8s.io","name":"bob-$ns"}]}
        UNTIL+as:bob-$ns /api/v1/pods?fieldSelector=metadata.name%3Dnone 200
        GET+as:bob-$ns   secrets/other
        POST   /apis/authorization.k8s.io/v1/subjectaccessreviews {"spec":{"user":"bob-$ns","resourceAttributes":{"verb":"list","resource":"pods"}}}
        POST   /apis/authorization.k8s.io/v1/subjectaccessreviews {"spec":{"user":"bob-$ns","resourceAttributes":{"verb":"get","resource":"secrets","name":"only","namespace":"$ns"}}}
        POST   /apis/authorization.k8s.io/v1/subjectaccessreviews {"spec":{"user":"system:serviceaccount:$ns:sa","resourceAttributes":{"verb":"get","resource":"secrets","name":"only","namespace":"$ns"}}}
        DELETE /apis/rbac.authorization.k8s.io/v1/clusterrolebindings/$ns
    "#,
    )
    .await;
}

#[tokio::test]
async fn reviews_say_who_may_what() {
    check(
        r#"
        POST        /apis/authorization.k8s.io/v1/selfsubjectaccessreviews {"spec":{"resourceAttributes":{"verb":"list","resource":"pods","namespace":"$ns"}}}
        POST+as:bob /apis/authorization.k8s.io/v1/selfsubjectaccessreviews {"spec":{"resourceAttributes":{"verb":"list","resource":"pods","namespace":"$ns"}}}
        POST+as:bob /apis/authorization.k8s.io/v1/selfsubjectaccessreviews {"spec":{"nonResourceAttributes":{"path":"/openapi","verb":"get"}}}
        POST        /apis/authorization.k8s.io/v1/selfsubjectaccessreviews {"spec":{}}
        POST        /apis/authorization.k8s.io/v1/selfsubjectaccessreviews {"spec":{"nonResourceAttributes":{"path":"/healthz","verb":"get"},"resourceAttributes":{"verb":"get"}}}
        GET         /apis/authorization.k8s.io/v1/selfsubjectaccessreviews
        POST        /apis/authorization.k8s.io/v1/subjectaccessreviews {"spec":{"user":"bob","groups":["system:masters"],"resourceAttributes":{"verb":"list","resource":"pods"}}}
        POST        /apis/authorization.k8s.io/v1/subjectaccessreviews {"spec":{"resourceAttributes":{"verb":"list","resource":"pods"}}}
        POST+as:bob /apis/authorization.k8s.io/v1/subjectaccessreviews {"spec":{"user":"bob","resourceAttributes":{"verb":"list","resource":"pods"}}}
        POST        /apis/authorization.k8s.io/v1/namespaces/$ns/localsubjectaccessreviews {"metadata":{"namespace":"$ns"},"spec":{"user":"bob","resourceAttributes":{"verb":"list","resource":"pods","namespace":"$ns"}}}
        POST        /apis/authorization.k8s.io/v1/namespaces/$ns/localsubjectaccessreviews {"metadata":{"namespace":"$ns"},"spec":{"user":"bob","resourceAttributes":{"verb":"list","resource":"pods","namespace":"other"}}}
        POST        /apis/authorization.k8s.io/v1/namespaces/$ns/localsubjectaccessreviews {"metadata":{"namespace":"$ns"},"spec":{"user":"bob","nonResourceAttributes":{"path":"/x","verb":"get"}}}
        POST        /apis/authorization.k8s.io/v1/selfsubjectrulesreviews {"spec":{}}
        POST+as:bob /apis/authentication.k8s.io/v1/selfsubjectreviews {}
        POST+as:system:serviceaccount:$ns:sa /apis/authentication.k8s.io/v1/selfsubjectreviews {}
        POST+as:system:anonymous /apis/authentication.k8s.io/v1/selfsubjectreviews {}
        POST        /apis/authentication.k8s.io/v1/tokenreviews {"spec":{"token":"nobody's"}}
        POST        /apis/authentication.k8s.io/v1/tokenreviews {"spec":{}}
    "#,
    )
    .await;
}

#[tokio::test]
async fn service_accounts_are_given_tokens() {
    check(
        r#"
        POST   serviceaccounts          {"metadata":{"name":"sa"}}
        POST   serviceaccounts/sa/token {"spec":{}}
        POST   serviceaccounts/sa/token {"spec":{"audiences":["a","b"],"expirationSeconds":700}}
        POST   serviceaccounts/sa/token {"spec":{"expirationSeconds":10}}
        POST   serviceaccounts/of/token {"spec":{}}
        GET    serviceaccounts/sa/token
    "#,
    )
    .await;
}

#[tokio::test]
async fn questions_have_metadata_as_objects_have() {
    let access = "/apis/authorization.k8s.io/v1";
    let identity = "/apis/authentication.k8s.io/v1";
    let metadata =
        r#""metadata":{"name":"a","labels":{"a":"b"},"uid":"u","creationTimestamp":"2020-01-01T00:00:00Z"}"#;
    let asked = r#""user":"x","resourceAttributes":{"namespace":"$ns","verb":"get","resource":"pods"}"#;
    let mut rows = String::new();
    for (path, metadata, spec) in [
        (format!("{access}/selfsubjectaccessreviews"), metadata, r#""resourceAttributes":{"verb":"get"}"#),
        (
            format!("{access}/selfsubjectaccessreviews"),
            r#""metadata":{"managedFields":[{"manager":"x","operation":"Update","apiVersion":"v1","fieldsType":"FieldsV1","fieldsV1":{}}]}"#,
            r#""resourceAttributes":{"verb":"get"}"#,
        ),
        (
            format!("{access}/selfsubjectaccessreviews"),
            r#""metadata":{"resourceVersion":"5","annotations":{"a":"b"},"finalizers":["f"],"generateName":"g"}"#,
            r#""nonResourceAttributes":{"path":"/","verb":"get"},"resourceAttributes":{"verb":"get"}"#,
        ),
        (format!("{access}/subjectaccessreviews"), metadata, r#""extra":{"a":["b"]}"#),
        (
            format!("{access}/subjectaccessreviews"),
            r#""status":{"allowed":true}"#,
            r#""user":"x","uid":"i","groups":["g"],"extra":{"a":["b"]},"nonResourceAttributes":{"path":"/x","verb":"get"}"#,
        ),
        (format!("{access}/subjectaccessreviews?fieldManager=m&dryRun=All"), r#""bogus":1"#, asked),
        (format!("{access}/subjectaccessreviews?fieldValidation=Strict"), r#""bogus":1"#, asked),
        (format!("{access}/subjectaccessreviews?dryRun=Some"), r#""bogus":1"#, asked),
        (
            format!("{access}/subjectaccessreviews"),
            r#""kind":"Other","apiVersion":"authorization.k8s.io/v1""#,
            asked,
        ),
        (format!("{access}/subjectaccessreviews"), r#""metadata":{}"#, r#""user":1"#),
        (format!("{access}/namespaces/$ns/localsubjectaccessreviews"), metadata, asked),
        (format!("{access}/namespaces/$ns/localsubjectaccessreviews"), r#""metadata":{}"#, asked),
        (
            format!("{access}/namespaces/$ns/localsubjectaccessreviews"),
            r#""metadata":{"namespace":"other"}"#,
            asked,
        ),
        (format!("{access}/selfsubjectrulesreviews"), metadata, ""),
        (format!("{identity}/tokenreviews"), metadata, r#""token":"x""#),
        ("serviceaccounts/sa/token".to_owned(), metadata, ""),
        ("serviceaccounts/sa/token".to_owned(), r#""metadata":{"name":"sa","uid":"u"}"#, ""),
        ("serviceaccounts/sa/token".to_owned(), r#""metadata":{"namespace":"other"}"#, ""),
        (
            "serviceaccounts/sa/token?fieldManager=m".to_owned(),
            r#""metadata":{"name":"sa","labels":{"a":"b"},"annotations":{"c":"d"}}"#,
            r#""audiences":["a"]"#,
        ),
    ] {
        rows += &format!("POST {path} {{{metadata},\"spec\":{{{spec}}}}}\n");
    }
    rows += &format!("POST+as:bob {identity}/selfsubjectreviews {{\"metadata\":{{\"name\":\"a\"}}}}\n");
    check(&format!("POST serviceaccounts {{\"metadata\":{{\"name\":\"sa\"}}}}\n{rows}YAML {access}/selfsubjectaccessreviews spec: {{resourceAttributes: {{verb: get}}}}")).await;
}

#[tokio::test]
async fn who_is_bound_to_a_role_that_is_not_there_is_told_of_it() {
    check(
        r#"
        POST   /apis/rbac.authorization.k8s.io/v1/clusterrolebindings {"metadata":{"name":"lost-$ns"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"nowhere-$ns"},"subjects":[{"kind":"User","apiGroup":"rbac.authorization.k8s.io","name":"lost-$ns"}]}
        UNTIL  /api/v1/namespaces/$ns/serviceaccounts/default
        POST   /apis/rbac.authorization.k8s.io/v1/namespaces/$ns/rolebindings {"metadata":{"name":"lost"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"nowhere"},"subjects":[{"kind":"User","apiGroup":"rbac.authorization.k8s.io","name":"lost-$ns"}]}
        UNTIL+as:lost-$ns configmaps [clusterrole.rbac
        GET+as:lost-$ns configmaps
        GET+as:lost-$ns /api/v1/configmaps
        GET+as:lost-$ns /metrics
        POST+as:lost-$ns /apis/authorization.k8s.io/v1/selfsubjectaccessreviews {"spec":{"resourceAttributes":{"verb":"get","resource":"pods","namespace":"$ns"}}}
        POST   /apis/authorization.k8s.io/v1/subjectaccessreviews {"spec":{"user":"lost-$ns","nonResourceAttributes":{"verb":"get","path":"/metrics"}}}
        POST   /apis/rbac.authorization.k8s.io/v1/namespaces/$ns/roles {"metadata":{"name":"maker"},"rules":[{"verbs":["create","get"],"apiGroups":["rbac.authorization.k8s.io"],"resources":["roles"]}]}
        POST   /apis/rbac.authorization.k8s.io/v1/namespaces/$ns/rolebindings {"metadata":{"name":"maker"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"maker"},"subjects":[{"kind":"User","apiGroup":"rbac.authorization.k8s.io","name":"lost-$ns"}]}
        UNTIL+as:lost-$ns /apis/rbac.authorization.k8s.io/v1/namespaces/$ns/roles/maker 200
        POST+as:lost-$ns /apis/rbac.authorization.k8s.io/v1/namespaces/$ns/roles {"metadata":{"name":"more"},"rules":[{"verbs":["get"],"apiGroups":[""],"resources":["nodes"]}]}
        DELETE /apis/rbac.authorization.k8s.io/v1/clusterrolebindings/lost-$ns
    "#,
    )
    .await;
}

#[tokio::test]
async fn whoever_opens_a_stream_needs_the_right_to_create_one() {
    check(
        r#"
        POST   /apis/rbac.authorization.k8s.io/v1/namespaces/$ns/roles {"metadata":{"name":"opener"},"rules":[{"verbs":["get"],"apiGroups":[""],"resources":["pods/exec","pods/attach"]},{"verbs":["create"],"apiGroups":[""],"resources":["pods/attach"]}]}
        POST   /apis/rbac.authorization.k8s.io/v1/namespaces/$ns/rolebindings {"metadata":{"name":"opener"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"opener"},"subjects":[{"kind":"User","apiGroup":"rbac.authorization.k8s.io","name":"opener"}]}
        UNTIL+as:opener pods/missing/attach 404
        GET+as:opener  pods/missing/exec
        POST+as:opener pods/missing/exec
        GET+as:opener  pods/missing/exec?dryRun=All
        POST+as:opener pods/missing/attach
        GET+as:opener  pods/missing/portforward
    "#,
    )
    .await;
}

#[tokio::test]
async fn nobody_gives_rights_that_they_lack() {
    check(
        r#"
        POST   /apis/rbac.authorization.k8s.io/v1/clusterroles {"metadata":{"name":"writer-$ns"},"rules":[{"verbs":["*"],"apiGroups":["rbac.authorization.k8s.io"],"resources":["roles","rolebindings","clusterroles","clusterrolebindings"]},{"verbs":["get","list"],"apiGroups":[""],"resources":["configmaps","pods/log"]},{"verbs":["get"],"nonResourceURLs":["/metrics/*"]}]}
        POST   /apis/rbac.authorization.k8s.io/v1/clusterroles {"metadata":{"name":"plain-$ns"},"rules":[{"verbs":["create","update","patch","get"],"apiGroups":["rbac.authorization.k8s.io"],"resources":["roles","rolebindings","clusterroles","clusterrolebindings"]},{"verbs":["get","list"],"apiGroups":[""],"resources":["configmaps","pods/log"]},{"verbs":["get"],"apiGroups":[""],"resources":["secrets"],"resourceNames":["one","two"]},{"verbs":["get"],"nonResourceURLs":["/metrics/*"]}]}
        POST   /apis/rbac.authorization.k8s.io/v1/clusterrolebindings {"metadata":{"name":"writer-$ns"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"writer-$ns"},"subjects":[{"kind":"User","apiGroup":"rbac.authorization.k8s.io","name":"writer-$ns"}]}
        POST   /apis/rbac.authorization.k8s.io/v1/clusterrolebindings {"metadata":{"name":"plain-$ns"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"plain-$ns"},"subjects":[{"kind":"User","apiGroup":"rbac.authorization.k8s.io","name":"plain-$ns"}]}
        UNTIL+as:plain-$ns configmaps?fieldSelector=metadata.name%3Dnone 200
        UNTIL+as:writer-$ns configmaps?fieldSelector=metadata.name%3Dnone 200
        POST+as:plain-$ns /apis/rbac.authorization.k8s.io/v1/namespaces/$ns/roles {"metadata":{"name":"fine"},"rules":[{"verbs":["get"],"apiGroups":[""],"resources":["configmaps"]},{"verbs":["get"],"apiGroups":[""],"resources":["secrets"],"resourceNames":["two"]}]}
        POST+as:plain-$ns /apis/rbac.authorization.k8s.io/v1/namespaces/$ns/roles {"metadata":{"name":"more"},"rules":[{"verbs":["watch","get","delete"],"apiGroups":["","apps"],"resources":["configmaps","*/log"]},{"verbs":["get"],"apiGroups":[""],"resources":["secrets"]}]}
        POST+as:plain-$ns /apis/rbac.authorization.k8s.io/v1/namespaces/$ns/roles {"metadata":{"name":"more"},"rules":[{"verbs":["get","list"],"apiGroups":[""],"resources":["secrets"],"resourceNames":["one","three"]},{"verbs":["*"],"apiGroups":["*"],"resources":["*"]}]}
        POST+as:plain-$ns /apis/rbac.authorization.k8s.io/v1/clusterroles {"metadata":{"name":"urls-$ns"},"rules":[{"verbs":["get","post"],"nonResourceURLs":["/metrics/a","/healthz"]}]}
        POST+as:plain-$ns /apis/rbac.authorization.k8s.io/v1/clusterroles {"metadata":{"name":"all-$ns"},"aggregationRule":{"clusterRoleSelectors":[{"matchLabels":{"a":"b"}}]}}
        POST+as:writer-$ns /apis/rbac.authorization.k8s.io/v1/clusterroles {"metadata":{"name":"all-$ns"},"aggregationRule":{"clusterRoleSelectors":[{"matchLabels":{"no":"such"}}]}}
        PUT+as:plain-$ns  /apis/rbac.authorization.k8s.io/v1/namespaces/$ns/roles/made {"metadata":{"name":"made"},"rules":[{"verbs":["get"],"apiGroups":[""],"resources":["nodes"]}]}
        MERGE+as:plain-$ns /apis/rbac.authorization.k8s.io/v1/namespaces/$ns/roles/fine {"rules":[{"verbs":["get"],"apiGroups":[""],"resources":["nodes"]}]}
        MERGE+as:plain-$ns /apis/rbac.authorization.k8s.io/v1/namespaces/$ns/roles/fine {"metadata":{"labels":{"a":"b"}}}
        MERGE+as:plain-$ns /apis/rbac.authorization.k8s.io/v1/namespaces/$ns/roles/fine {"rules":[]}
        APPLY+as:plain-$ns /apis/rbac.authorization.k8s.io/v1/namespaces/$ns/roles/applied?fieldManager=m {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"Role","metadata":{"name":"applied"},"rules":[{"verbs":["get"],"apiGroups":[""],"resources":["nodes"]}]}
        POST+as:writer-$ns /apis/rbac.authorization.k8s.io/v1/namespaces/$ns/roles {"metadata":{"name":"nodes"},"rules":[{"verbs":["get"],"apiGroups":[""],"resources":["nodes"]}]}
        MERGE+as:plain-$ns /apis/rbac.authorization.k8s.io/v1/namespaces/$ns/roles/nodes {"metadata":{"finalizers":["kopf.test/held"]}}
        MERGE+as:plain-$ns /apis/rbac.authorization.k8s.io/v1/namespaces/$ns/roles/nodes {"metadata":{"finalizers":[]}}
        POST+as:plain-$ns /apis/rbac.authorization.k8s.io/v1/namespaces/$ns/rolebindings {"metadata":{"name":"fine"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"fine"},"subjects":[]}
        POST+as:plain-$ns /apis/rbac.authorization.k8s.io/v1/namespaces/$ns/rolebindings {"metadata":{"name":"nodes"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"nodes"},"subjects":[]}
        POST+as:writer-$ns /apis/rbac.authorization.k8s.io/v1/namespaces/$ns/rolebindings {"metadata":{"name":"nodes"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"nodes"},"subjects":[]}
        POST+as:plain-$ns /apis/rbac.authorization.k8s.io/v1/namespaces/$ns/rolebindings {"metadata":{"name":"none"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"none-$ns"},"subjects":[]}
        POST+as:plain-$ns /apis/rbac.authorization.k8s.io/v1/clusterrolebindings {"metadata":{"name":"admin-$ns"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"cluster-admin"},"subjects":[]}
        POST+as:writer-$ns /apis/rbac.authorization.k8s.io/v1/clusterrolebindings?dryRun=All {"metadata":{"name":"admin-$ns"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"cluster-admin"},"subjects":[]}
        MERGE+as:plain-$ns /apis/rbac.authorization.k8s.io/v1/namespaces/$ns/rolebindings/nodes {"subjects":[{"kind":"User","apiGroup":"rbac.authorization.k8s.io","name":"x"}]}
        DELETE /apis/rbac.authorization.k8s.io/v1/clusterrolebindings/writer-$ns
        DELETE /apis/rbac.authorization.k8s.io/v1/clusterrolebindings/plain-$ns
    "#,
    )
    .await;
}

#[tokio::test]
async fn cluster_roles_are_made_of_others() {
    check(
        r#"
        POST   /apis/rbac.authorization.k8s.io/v1/clusterroles {"metadata":{"name":"b-$ns","labels":{"to":"$ns"}},"rules":[{"verbs":["get"],"apiGroups":[""],"resources":["pods"]},{"verbs":["list"],"apiGroups":[""],"resources":["pods"]}]}
        POST   /apis/rbac.authorization.k8s.io/v1/clusterroles {"metadata":{"name":"all-$ns"},"aggregationRule":{"clusterRoleSelectors":[{"matchExpressions":[{"key":"also","operator":"In","values":["$ns","other"]}]},{"matchLabels":{"to":"$ns"}}]},"rules":[{"verbs":["get"],"apiGroups":[""],"resources":["nodes"]}]}
        UNTIL  /apis/rbac.authorization.k8s.io/v1/clusterroles/all-$ns pods
        POST   /apis/rbac.authorization.k8s.io/v1/clusterroles {"metadata":{"name":"c-$ns","labels":{"also":"$ns"}},"rules":[{"verbs":["list"],"apiGroups":[""],"resources":["pods"]},{"verbs":["get"],"apiGroups":[""],"resources":["secrets"]}]}
        UNTIL  /apis/rbac.authorization.k8s.io/v1/clusterroles/all-$ns secrets
        DELETE /apis/rbac.authorization.k8s.io/v1/clusterroles/b-$ns
    "#,
    )
    .await;
}

#[tokio::test]
async fn the_roles_of_every_cluster_are_there() {
    check(
        r#"
        GET    /apis/rbac.authorization.k8s.io/v1/clusterroles/cluster-admin
        GET    /apis/rbac.authorization.k8s.io/v1/clusterroles/admin
        GET    /apis/rbac.authorization.k8s.io/v1/clusterroles/edit
        GET    /apis/rbac.authorization.k8s.io/v1/clusterroles/view
        GET    /apis/rbac.authorization.k8s.io/v1/clusterroles/system:aggregate-to-edit
        GET    /apis/rbac.authorization.k8s.io/v1/clusterroles/system:discovery
        GET    /apis/rbac.authorization.k8s.io/v1/clusterroles/system:basic-user
        GET    /apis/rbac.authorization.k8s.io/v1/clusterroles/system:public-info-viewer
        GET    /apis/rbac.authorization.k8s.io/v1/clusterroles/system:auth-delegator
        GET    /apis/rbac.authorization.k8s.io/v1/clusterroles/system:monitoring
        GET    /apis/rbac.authorization.k8s.io/v1/clusterrolebindings/cluster-admin
        GET    /apis/rbac.authorization.k8s.io/v1/clusterrolebindings/system:discovery
        GET    /apis/rbac.authorization.k8s.io/v1/clusterrolebindings/system:monitoring
        GET    /apis/rbac.authorization.k8s.io/v1/clusterroles?labelSelector=kubernetes.io/bootstrapping=rbac-defaults
        GET    /apis/rbac.authorization.k8s.io/v1/clusterrolebindings?labelSelector=kubernetes.io/bootstrapping=rbac-defaults
        GET    /apis/rbac.authorization.k8s.io/v1/roles?labelSelector=kubernetes.io/bootstrapping=rbac-defaults
        GET    /apis/rbac.authorization.k8s.io/v1/rolebindings?labelSelector=kubernetes.io/bootstrapping=rbac-defaults
    "#,
    )
    .await;
}

#[tokio::test]
async fn reviews_may_ask_by_selectors() {
    check(
        r#"
        POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews {"spec":{"resourceAttributes":{"verb":"list","resource":"pods","fieldSelector":{"rawSelector":"a=b"}}}}
        POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews {"spec":{"resourceAttributes":{"verb":"list","resource":"pods","fieldSelector":{"rawSelector":"a=="}}}}
        POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews {"spec":{"resourceAttributes":{"verb":"list","resource":"pods","labelSelector":{"rawSelector":"a in (b"}}}}
        POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews {"spec":{"resourceAttributes":{"verb":"list","resource":"pods","labelSelector":{}}}}
        POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews {"spec":{"resourceAttributes":{"verb":"list","resource":"pods","fieldSelector":{}}}}
        POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews {"spec":{"resourceAttributes":{"verb":"list","resource":"pods","labelSelector":{"requirements":[{"key":"a","operator":"In","values":["b"]}]}}}}
        POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews {"spec":{"resourceAttributes":{"verb":"list","resource":"pods","labelSelector":{"rawSelector":"a","requirements":[{"key":"a","operator":"In","values":["b"]}]}}}}
        POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews {"spec":{"resourceAttributes":{"verb":"list","resource":"pods","fieldSelector":{"rawSelector":"a","requirements":[{"key":"a","operator":"In","values":["b"]}]}}}}
        POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews {"spec":{"resourceAttributes":{"verb":"list","resource":"pods","labelSelector":{"requirements":[{"key":"","operator":"In","values":["b"]},{"key":"a","operator":"Odd"},{"key":"a","operator":"In"},{"key":"a","operator":"Exists","values":["x"]},{"key":"a","operator":"NotIn","values":["b c"]}]}}}}
        POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews {"spec":{"resourceAttributes":{"verb":"list","resource":"pods","fieldSelector":{"requirements":[{"key":"","operator":"In","values":["b"]},{"key":"a","operator":"Odd"},{"key":"a","operator":"In"},{"key":"a","operator":"Exists","values":["x"]},{"key":"a","operator":"NotIn","values":["b","c"]}]}}}}
        POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews {"spec":{"resourceAttributes":{"verb":"list","resource":"pods","fieldSelector":{"requirements":[{"key":"a","operator":"Odd"}]}}}}
        POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews {"spec":{"resourceAttributes":{"verb":"list","resource":"pods","labelSelector":{"requirements":[{"key":"a","operator":"Odd"},{"key":"a","operator":"Exists"}]},"fieldSelector":{"requirements":[{"key":"a","operator":"Exists"},{"key":"a","operator":"In","values":["b"]},{"key":"a","operator":"In","values":["b","c"]}]}}}}
        POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews {"spec":{"resourceAttributes":{"verb":"list","resource":"pods","fieldSelector":{"rawSelector":"a"}}}}
        POST+as:bob /apis/authorization.k8s.io/v1/selfsubjectaccessreviews {"spec":{"resourceAttributes":{"verb":"list","resource":"pods","fieldSelector":{"requirements":[{"key":"metadata.name","operator":"In","values":["b"]}]}}}}
        POST /apis/authorization.k8s.io/v1/subjectaccessreviews {"spec":{"user":"bob","resourceAttributes":{"verb":"list","resource":"pods","fieldSelector":{}}}}
        POST /apis/authorization.k8s.io/v1/subjectaccessreviews {"spec":{"user":"bob","resourceAttributes":{"verb":"list","resource":"pods","labelSelector":{"rawSelector":"a=b"}}}}
        POST /apis/authorization.k8s.io/v1/namespaces/$ns/localsubjectaccessreviews {"metadata":{"namespace":"$ns"},"spec":{"user":"bob","resourceAttributes":{"verb":"list","resource":"pods","namespace":"$ns","labelSelector":{}}}}
    "#,
    )
    .await;
}
