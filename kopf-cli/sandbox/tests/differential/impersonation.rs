//! Who may act as whom, by which of the ways there are, and what those are told who may not.

use super::check;

const WHO: &str = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
const RBAC: &str = "/apis/rbac.authorization.k8s.io/v1";

/// An account and its token: two rows.
const ASKER: &str = r#"
    POST serviceaccounts {"metadata":{"name":"asker"}}
    POST serviceaccounts/asker/token {"spec":{}}
"#;

/// The account may act in this way, by these rules, in the whole cluster; the first row behind waits until it may.
fn may(rules: &str) -> String {
    let role =
        r#""roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"asker-$ns"}"#;
    let subject = r#"{"kind":"ServiceAccount","name":"asker","namespace":"$ns"}"#;
    format!(
        r#"
        POST {RBAC}/clusterroles {{"metadata":{{"name":"asker-$ns"}},"rules":[{rules}]}}
        POST {RBAC}/clusterrolebindings {{"metadata":{{"name":"asker-$ns"}},{role},"subjects":[{subject}]}}
        "#
    )
}

/// A rule for things that somebody acts as, by name.
fn rule(verb: &str, group: &str, resource: &str, names: &str) -> String {
    format!(
        r#"{{"verbs":["{verb}"],"apiGroups":["{group}"],"resources":["{resource}"],"resourceNames":[{names}]}}"#
    )
}

/// A rule for what is done in a way: questions who one is, and lists of pods.
fn on(mode: &str) -> String {
    format!(
        r#"{{"verbs":["impersonate-on:{mode}:create"],"apiGroups":["authentication.k8s.io"],"resources":["selfsubjectreviews"]}},{{"verbs":["impersonate-on:{mode}:list"],"apiGroups":[""],"resources":["pods"]}}"#
    )
}

const IDENTITY: &str = "authentication.k8s.io";
const END: &str = r"
    DELETE /apis/rbac.authorization.k8s.io/v1/clusterrolebindings/asker-$ns
    DELETE /apis/rbac.authorization.k8s.io/v1/clusterroles/asker-$ns
";

#[tokio::test]
async fn who_may_act_as_nobody_is_told_of_the_first_way() {
    check(&format!(
        r#"
        {ASKER}
        GET+by:$token2 pods
        GET+by:$token2+as:bob pods
        GET+by:$token2+as:bob/g pods
        GET+by:$token2+as:bob+with:Impersonate-Uid:u pods
        GET+by:$token2+as:bob+with:Impersonate-Extra-Scopes:x pods/a
        GET+by:$token2+as:system:serviceaccount:$ns:other pods
        GET+by:$token2+as:system:serviceaccount:$ns:other/g pods
        GET+by:$token2+as:system:serviceaccount:$ns:other+with:Impersonate-Uid:u pods
        GET+by:$token2+as:system:serviceaccount:N:other pods
        GET+by:$token2+as:system:serviceaccount:n:o_r pods
        GET+by:$token2+as:system:serviceaccount:n:o:r pods
        GET+by:$token2+as:system:node:n pods
        GET+by:$token2+as:system:node:n/g pods
        GET+by:$token2+as:system:node:N_N pods
        GET+by:$token2+as:system:node: pods
        GET+by:$token2+as:system:anonymous pods
        GET+by:$token2+as:bob /healthz
        GET+by:$token2+as:bob /nowhere
        GET+by:$token2+as:bob /apis/missing.kopf.test/v1/things
        GET+by:$token2+as:bob /api/v1/nodes
        GET+by:$token2+as:bob pods?watch=1
        GET+by:$token2+as:bob pods?fieldSelector=metadata.name%3Dx
        MERGE+by:$token2+as:bob rows/a/status {{}}
        DELETE+by:$token2+as:bob pods
        POST+by:$token2+as:bob {WHO} {{}}
        GET+by:nobodys+as:bob pods
        "#
    ))
    .await;
}

#[tokio::test]
async fn whoever_acts_as_somebody_says_their_name() {
    check(&format!(
        r#"
        {ASKER}
        GET+with:Impersonate-Uid:u pods
        GET+with:Impersonate-Group:g pods
        GET+with:Impersonate-Group:g+with:Impersonate-Group:"h" pods
        GET+with:Impersonate-Group: pods
        GET+with:Impersonate-Extra-A:x pods
        GET+with:Impersonate-Extra-B:x+with:Impersonate-Extra-Acme.com%2FA:y+with:Impersonate-Extra-B:z+with:Impersonate-Uid:\ pods
        GET+with:Impersonate-Extra-%zz%41:x pods
        GET+with:Impersonate-Extra-:x pods
        GET+by:$token2+with:Impersonate-Uid:u pods
        GET+with:Impersonate-User: pods
        GET+with:Impersonate-Uid: pods
        POST+as:bob+with:Impersonate-User:carl {WHO} {{}}
        POST+as:bob+with:Impersonate-Uid:u+with:Impersonate-Uid:v {WHO} {{}}
        POST+as:bob+with:Impersonate-Extra-Scopes:a+with:Impersonate-Extra-Scopes:b {WHO} {{}}
        POST+as:bob+with:Impersonate-Extra-Acme.com%2Fx:y {WHO} {{}}
        POST+as:bob+with:Impersonate-Extra-%41:y+with:Impersonate-Extra-A:z {WHO} {{}}
        POST+as:bob+with:Impersonate-Extra-50%:y {WHO} {{}}
        POST+as:bob+with:Impersonate-Group: {WHO} {{}}
        POST+as:bob/system:authenticated {WHO} {{}}
        POST+as:system:serviceaccount:$ns:sa+with:Impersonate-Uid:z {WHO} {{}}
        POST+as:system:serviceaccount:$ns:sa/g {WHO} {{}}
        POST+as:system:anonymous/g {WHO} {{}}
        POST+as:system:anonymous/system:authenticated {WHO} {{}}
        POST+as:bob/system:unauthenticated {WHO} {{}}
        GET+as:a<b>&"c" pods
        GET+as:a<b>&"c" /nowhere
        "#
    ))
    .await;
}

#[tokio::test]
async fn users_are_acted_as_by_the_rights_to_them_and_to_what_is_done() {
    let user_info = |resource: &str, names: &str| rule("impersonate:user-info", IDENTITY, resource, names);
    let rules = [
        on("user-info"),
        user_info("users", r#""carl","system:anonymous","system:node:N""#),
        user_info("groups", r#""g","system:authenticated","system:unauthenticated","system:masters","""#),
        user_info("uids", r#""u""#),
        user_info("userextras/acme.com/x", r#""y","z","""#),
        r#"{"verbs":["impersonate-on:user-info:get"],"nonResourceURLs":["/healthz"]}"#.to_owned(),
    ];
    check(&format!(
        r#"
        {ASKER}{}
        AWAIT 201 POST+by:$token2+as:carl {WHO} {{}}
        GET+by:$token2+as:carl pods
        GET+by:$token2+as:carl configmaps
        GET+by:$token2+as:carl pods/a
        GET+by:$token2+as:carl /healthz
        GET+by:$token2+as:carl /livez
        GET+by:$token2+as:bob pods
        POST+by:$token2+as:carl/g {WHO} {{}}
        POST+by:$token2+as:carl/h {WHO} {{}}
        POST+by:$token2+as:carl/system:masters {WHO} {{}}
        POST+by:$token2+as:carl+with:Impersonate-Group: {WHO} {{}}
        POST+by:$token2+as:carl/g+with:Impersonate-Group:g+with:Impersonate-Group:g+with:Impersonate-Group:h {WHO} {{}}
        POST+by:$token2+as:carl/system:unauthenticated {WHO} {{}}
        POST+by:$token2+as:carl+with:Impersonate-Uid:u {WHO} {{}}
        POST+by:$token2+as:carl+with:Impersonate-Uid:v {WHO} {{}}
        POST+by:$token2+as:carl+with:Impersonate-Extra-Acme.com%2Fx:y+with:Impersonate-Extra-Acme.com%2Fx:z {WHO} {{}}
        POST+by:$token2+as:carl+with:Impersonate-Extra-Acme.com%2Fx:other {WHO} {{}}
        POST+by:$token2+as:carl+with:Impersonate-Extra-Acme.com%2Fx: {WHO} {{}}
        POST+by:$token2+as:carl+with:Impersonate-Extra-Acme.com%2Fy:y {WHO} {{}}
        POST+by:$token2+as:carl+with:Impersonate-Extra-Scopes:y {WHO} {{}}
        POST+by:$token2+as:carl+with:Impersonate-Extra-:y {WHO} {{}}
        POST+by:$token2+as:carl+with:Impersonate-Extra-Acme.com%2F%41:y {WHO} {{}}
        POST+by:$token2+as:carl+with:Impersonate-Extra-Acme_com%2F%22:y {WHO} {{}}
        POST+by:$token2+as:system:anonymous {WHO} {{}}
        POST+by:$token2+as:system:anonymous/system:authenticated {WHO} {{}}
        POST+by:$token2+as:system:node:N {WHO} {{}}
        POST+by:$token2+as:system:node:n {WHO} {{}}
        POST+by:$token2+as:system:serviceaccount:$ns:asker {WHO} {{}}
        {END}
        "#,
        may(&rules.join(","))
    ))
    .await;
}

#[tokio::test]
async fn of_many_groups_and_extras_it_is_asked_first_whether_all_are_fine() {
    let rules = [
        on("user-info"),
        rule("impersonate:user-info", IDENTITY, "users", ""),
        rule("impersonate:user-info", IDENTITY, "groups", r#""*","a""#),
        rule("impersonate:user-info", IDENTITY, "userextras/*", r#""*""#),
        rule("impersonate:user-info", IDENTITY, "userextras/a.b/c", r#""d""#),
    ];
    let groups = |names: &str| {
        let header = |name: char| format!("+with:Impersonate-Group:{name}");
        names.chars().map(header).collect::<String>()
    };
    let extras = |values: &str| {
        let header = |value: char| format!("+with:Impersonate-Extra-A.b%2Fc:{value}");
        values.chars().map(header).collect::<String>()
    };
    let rows = [groups("a"), groups("abc"), groups("abcd"), extras("d"), extras("def"), extras("defg")];
    let rows = rows.map(|headers| format!("POST+by:$token2+as:carl{headers} {WHO} {{}}\n")).concat();
    check(&format!(
        "{ASKER}{}\nAWAIT 201 POST+by:$token2+as:carl {WHO} {{}}\n{rows}{END}",
        may(&rules.join(","))
    ))
    .await;
}

#[tokio::test]
async fn nodes_and_service_accounts_are_acted_as_by_rights_of_their_own() {
    let rules = [
        on("arbitrary-node"),
        on("serviceaccount"),
        rule("impersonate:arbitrary-node", IDENTITY, "nodes", r#""n1""#),
        rule("impersonate:serviceaccount", IDENTITY, "serviceaccounts", r#""sa1""#),
    ];
    check(&format!(
        r#"
        {ASKER}{}
        AWAIT 201 POST+by:$token2+as:system:node:n1 {WHO} {{}}
        GET+by:$token2+as:system:node:n1 pods
        GET+by:$token2+as:system:node:n1 configmaps
        GET+by:$token2+as:system:node:n2 pods
        GET+by:$token2+as:system:node:n1+with:Impersonate-Uid:u pods
        GET+by:$token2+as:system:node:n1/system:nodes pods
        GET+by:$token2+as:bob pods
        POST+by:$token2+as:system:serviceaccount:$ns:sa1 {WHO} {{}}
        GET+by:$token2+as:system:serviceaccount:$ns:sa1 pods
        GET+by:$token2+as:system:serviceaccount:$ns:sa2 pods
        GET+by:$token2+as:system:serviceaccount:$ns:sa1 configmaps
        GET+by:$token2+as:system:serviceaccount:$ns:sa1/g pods
        {END}
        "#,
        may(&rules.join(","))
    ))
    .await;
}

#[tokio::test]
async fn pods_act_as_the_node_that_they_are_on() {
    let rules = [on("associated-node"), rule("impersonate:associated-node", IDENTITY, "nodes", r#""*""#)];
    let first = on("associated-node");
    check(&format!(
        r#"
        {ASKER}
        POST /api/v1/nodes {{"metadata":{{"name":"$ns"}}}}
        POST pods {{"metadata":{{"name":"p"}},"spec":{{"serviceAccountName":"asker","nodeName":"$ns","containers":[{{"name":"c","image":"i"}}]}}}}
        POST serviceaccounts/asker/token {{"spec":{{"boundObjectRef":{{"kind":"Pod","apiVersion":"v1","name":"p"}}}}}}
        AWAIT associated GET+by:$token5+as:system:node:$ns pods
        {}
        AWAIT impersonate:associated-node GET+by:$token5+as:system:node:$ns pods
        JSON {RBAC}/clusterroles/asker-$ns [{{"op":"replace","path":"/rules","value":[{}]}}]
        AWAIT 201 POST+by:$token5+as:system:node:$ns {WHO} {{}}
        GET+by:$token5+as:system:node:$ns pods
        GET+by:$token5+as:system:node:$ns configmaps
        GET+by:$token5+as:system:node:$ns/g pods
        GET+by:$token5+as:system:node:other pods
        GET+by:$token2+as:system:node:$ns pods
        DELETE /api/v1/nodes/$ns
        {END}
        "#,
        may(&first),
        rules.join(",")
    ))
    .await;
}

#[tokio::test]
async fn the_old_right_holds_for_all_that_is_done_and_is_then_tried_first() {
    let rules = [
        rule("impersonate", "", "users", r#""bob","system:node:n","dan""#),
        rule("impersonate", "", "groups", r#""g","system:masters""#),
        rule("impersonate", "", "serviceaccounts", r#""sa1""#),
        rule("impersonate", IDENTITY, "uids", r#""u""#),
        rule("impersonate", IDENTITY, "userextras/scopes", r#""x""#),
        on("user-info"),
        rule("impersonate:user-info", IDENTITY, "users", r#""carl""#),
    ];
    check(&format!(
        r#"
        {ASKER}{}
        AWAIT 201 POST+by:$token2+as:bob {WHO} {{}}
        GET+by:$token2+as:bob configmaps
        GET+by:$token2+as:eve configmaps
        POST+by:$token2+as:bob/g {WHO} {{}}
        POST+by:$token2+as:bob/h {WHO} {{}}
        POST+by:$token2+as:bob/system:masters {WHO} {{}}
        POST+by:$token2+as:system:node:n {WHO} {{}}
        POST+by:$token2+as:system:node:m {WHO} {{}}
        POST+by:$token2+as:system:serviceaccount:$ns:sa1 {WHO} {{}}
        POST+by:$token2+as:system:serviceaccount:$ns:sa1/g {WHO} {{}}
        POST+by:$token2+as:system:serviceaccount:$ns:sa2 {WHO} {{}}
        POST+by:$token2+as:bob+with:Impersonate-Uid:u {WHO} {{}}
        POST+by:$token2+as:bob+with:Impersonate-Uid:v {WHO} {{}}
        POST+by:$token2+as:bob+with:Impersonate-Extra-Scopes:x {WHO} {{}}
        POST+by:$token2+as:bob+with:Impersonate-Extra-Scopes:y {WHO} {{}}
        POST+by:$token2+as:carl {WHO} {{}}
        GET+by:$token2+as:eve pods
        GET+by:$token2+as:carl configmaps
        POST+by:$token2+as:dan {WHO} {{}}
        GET+by:$token2+as:eve pods
        {END}
        "#,
        may(&rules.join(","))
    ))
    .await;
}
