//! Statuses that are written by themselves keep what whoever writes them leaves out, and what another path decides.

use super::check;

const REQUESTS: &str = "/apis/certificates.k8s.io/v1/certificatesigningrequests";
/// A request for a certificate of a key on the curve P-256.
const ASKED: &str = "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlIR01HNENBUUF3RERFS01BZ0dBMVVFQXd3QmVEQlpNQk1HQnlxR1NNNDlBZ0VHQ0NxR1NNNDlBd0VIQTBJQQpCSnYrZEMzYk9US3kydWhob2RodVhOMWorV0ExeDdxMHJtRFB2RVU2cjNYZWJsN1d4SUhvdGcva1A4WVZXeDZWCjFRYndla0xtR0xJOWhPUmVqcmh6a2R5Z0FEQUtCZ2dxaGtqT1BRUURBZ05JQURCRkFpQk1HQzY5eG5aeERqdjIKQ2hkRk9May9lNWZoamZ0TWFRMG00RzMvZlBOMXFBSWhBSTNKSHhEUjR0a2ZLdUlBeWFKSVU3QUhvU1Z4Q05zawpIMlUwSFJoNnREQlQKLS0tLS1FTkQgQ0VSVElGSUNBVEUgUkVRVUVTVC0tLS0tCg==";

#[tokio::test]
async fn pods_keep_what_a_status_leaves_out() {
    let pod = |name: &str| {
        format!(
            r#"{{"metadata":{{"name":"{name}"}},"spec":{{"automountServiceAccountToken":false,"containers":[{{"name":"c","image":"i","resources":{{"requests":{{"cpu":"1"}}}}}}],"resourceClaims":[{{"name":"x","resourceClaimTemplateName":"t"}}]}}}}"#
        )
    };
    let status = |said: &str| format!(r#"PUT pods/p/status {{"metadata":{{"name":"p"}},"status":{said}}}"#);
    let condition =
        |kind: &str, more: &str| format!(r#"{{"type":"kopf.test/{kind}","status":"True"{more}}}"#);
    let (two, three) = (r#","observedGeneration":2"#, r#","observedGeneration":3"#);
    let (x, y) = (condition("x", two), condition("x", three));
    let (x_again, z) = (condition("x", ""), condition("z", ""));
    let rows = [
        format!("POST pods {}", pod("p")),
        r#"PUT pods/p/status {"metadata":{"name":"p"}}"#.to_owned(),
        status(r#"{"phase":"Running"}"#),
        status(r#"{"phase":"Running","qosClass":""}"#),
        status(r#"{"phase":"Running","qosClass":"BestEffort"}"#),
        status(r#"{"resourceClaimStatuses":[{"name":"x","resourceClaimName":"a"}],"observedGeneration":1}"#),
        status(r#"{"phase":"Pending","observedGeneration":0}"#),
        status(&format!(r#"{{"conditions":[{x},{y},{z}]}}"#)),
        status(&format!(r#"{{"conditions":[{z},{x_again},{x_again},{x_again}]}}"#)),
        status(&format!(r#"{{"conditions":[{y}]}}"#)),
        "GET pods/p".to_owned(),
        r#"MERGE pods/p/status {"status":null}"#.to_owned(),
        r#"MERGE pods/p/status {"status":{"qosClass":null,"phase":"Running"}}"#.to_owned(),
        r#"APPLY pods/p/status?fieldManager=m {"kind":"Pod","apiVersion":"v1","metadata":{"name":"p"},"status":{"message":"m"}}"#
            .to_owned(),
        "GET pods/p".to_owned(),
    ];
    check(&rows.join("\n")).await;
}

#[tokio::test]
async fn namespaces_are_active_where_nothing_is_said() {
    check(
        r#"
        POST /api/v1/namespaces {"metadata":{"name":"$ns-k"}}
        PUT  /api/v1/namespaces/$ns-k/status {"metadata":{"name":"$ns-k"}}
        PUT  /api/v1/namespaces/$ns-k/status {"metadata":{"name":"$ns-k"},"status":null}
        PUT  /api/v1/namespaces/$ns-k/status {"metadata":{"name":"$ns-k"},"status":{}}
        MERGE /api/v1/namespaces/$ns-k/status {"status":null}
        PUT  /api/v1/namespaces/$ns-k {"metadata":{"name":"$ns-k","labels":{"a":"b"}}}
        GET  /api/v1/namespaces/$ns-k
        DELETE /api/v1/namespaces/$ns-k
    "#,
    )
    .await;
}

/// Asks for a certificate, sends rows of it, and lets go of it.
async fn try_all(rows: &[String]) {
    let rows: Vec<String> = rows.iter().map(|row| row.replace("REQUESTS", REQUESTS)).collect();
    check(&format!(
        "POST+as:x/system:masters {REQUESTS} {{\"metadata\":{{\"name\":\"$ns\"}},\"spec\":{{\"request\":\"{ASKED}\",\"signerName\":\"kopf.test/x\",\"usages\":[\"client auth\"]}}}}\n{}\nDELETE {REQUESTS}/$ns",
        rows.join("\n")
    ))
    .await;
}

fn condition(kind: &str, more: &str) -> String {
    format!(r#"{{"type":"{kind}","status":"True"{more}}}"#)
}

fn conditions(all: &[String]) -> String {
    format!(r#"{{"status":{{"conditions":[{}]}}}}"#, all.join(","))
}

#[tokio::test]
async fn certificates_are_granted() {
    let (approved, denied) = (condition("Approved", ""), condition("Denied", ""));
    let other =
        condition("Approved", r#","reason":"R","message":"m","lastUpdateTime":"2020-01-01T00:00:00Z""#);
    let put = |name: &str, rest: &str| {
        format!(r#"PUT REQUESTS/$ns/approval?fieldManager=one {{"metadata":{{"name":"{name}"}},{rest}}}"#)
    };
    try_all(&[
        "GET REQUESTS/$ns/approval".to_owned(),
        "GET+table REQUESTS/$ns/approval".to_owned(),
        "GET REQUESTS/none/approval".to_owned(),
        "GET REQUESTS/$ns/approval/x".to_owned(),
        "POST REQUESTS/$ns/approval {}".to_owned(),
        "DELETE REQUESTS/$ns/approval".to_owned(),
        "GET configmaps/a/approval".to_owned(),
        format!("MERGE REQUESTS/$ns/approval?dryRun=All {}", conditions(&[approved.clone(), denied.clone()])),
        format!("MERGE REQUESTS/$ns/approval?dryRun=All {}", conditions(std::slice::from_ref(&denied))),
        format!("MERGE REQUESTS/$ns/approval {}", conditions(&[condition("", ""), condition("Approved", "").replace("True", "False")])),
        format!("MERGE REQUESTS/none/approval {}", conditions(std::slice::from_ref(&approved))),
        put("a", r#""status":{}"#),
        put("$ns", r#""spec":{"signerName":"kopf.test/y"},"status":{"certificate":"eA=="}"#),
        put("$ns", &format!(r#""status":{{"conditions":[{approved}]}}"#)),
        "GET REQUESTS/$ns".to_owned(),
        "GET+table REQUESTS/$ns".to_owned(),
        r#"MERGE REQUESTS/$ns?fieldManager=five {"metadata":{"labels":{"a":"b"}},"spec":{"usages":["server auth"],"username":"y"}}"#.to_owned(),
        format!("MERGE REQUESTS/$ns/approval?fieldManager=two {}", conditions(std::slice::from_ref(&other))),
        format!("MERGE REQUESTS/$ns/approval {}", conditions(std::slice::from_ref(&denied))),
        put("$ns", r#""status":{}"#),
        format!("STRATEGIC REQUESTS/$ns/approval?fieldManager=three {}", conditions(std::slice::from_ref(&approved))),
        format!(r#"APPLY REQUESTS/$ns/approval?fieldManager=four {{"kind":"CertificateSigningRequest","apiVersion":"certificates.k8s.io/v1","metadata":{{"name":"$ns"}},"status":{{"conditions":[{}]}}}}"#, condition("kopf.test", "")),
        "GET REQUESTS/$ns".to_owned(),
    ])
    .await;
}

#[tokio::test]
async fn who_signs_leaves_what_was_decided() {
    let approved = condition("Approved", r#","reason":"R""#);
    let (other, mine) = (condition("Approved", r#","reason":"S""#), condition("kopf.test", ""));
    let dated = condition("kopf.test", r#","lastTransitionTime":"2020-01-01T00:00:00Z""#);
    let with = |path: &str, all: &[&String]| {
        let all: Vec<String> = all.iter().map(|one| (*one).clone()).collect();
        format!("MERGE REQUESTS/$ns/{path}?fieldManager=one {}", conditions(&all))
    };
    try_all(&[
        with("status", &[&mine, &mine]),
        with("status", &[&dated]),
        with("status", &[&mine]),
        with("status", &[&approved, &mine]),
        with("approval", &[&approved, &mine]),
        with("status", &[&mine, &other]),
        with("status", &[&mine]),
        r#"PUT REQUESTS/$ns/status {"metadata":{"name":"$ns"}}"#.to_owned(),
        "GET REQUESTS/$ns".to_owned(),
    ])
    .await;
}

#[tokio::test]
async fn certificates_are_granted_by_whom_their_signer_lets() {
    let role = |verb: &str, signer: &str| {
        format!(
            r#"POST /apis/rbac.authorization.k8s.io/v1/clusterroles {{"metadata":{{"name":"$ns-{verb}"}},"rules":[{{"apiGroups":["certificates.k8s.io"],"resources":["certificatesigningrequests/approval","certificatesigningrequests/status"],"verbs":["update","patch"]}},{{"apiGroups":["certificates.k8s.io"],"resources":["signers"],"resourceNames":["{signer}"],"verbs":["{verb}"]}}]}}"#
        )
    };
    let bind = |verb: &str| {
        format!(
            r#"POST /apis/rbac.authorization.k8s.io/v1/clusterrolebindings {{"metadata":{{"name":"$ns-{verb}"}},"roleRef":{{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"$ns-{verb}"}},"subjects":[{{"kind":"User","name":"$ns-{verb}","apiGroup":"rbac.authorization.k8s.io"}}]}}"#
        )
    };
    let (approved, mine) =
        (conditions(&[condition("Approved", "")]), conditions(&[condition("kopf.test", "")]));
    let gone = |verb: &str| {
        ["clusterrolebindings", "clusterroles"]
            .map(|plural| format!("DELETE /apis/rbac.authorization.k8s.io/v1/{plural}/$ns-{verb}"))
    };
    let rows = vec![
        role("sign", "kopf.test/*"),
        bind("sign"),
        role("approve", "kopf.test/x"),
        bind("approve"),
        r#"AWAIT 200 MERGE+as:$ns-sign REQUESTS/$ns/status {"metadata":{"labels":{"a":"b"}}}"#.to_owned(),
        r#"AWAIT 200 MERGE+as:$ns-approve REQUESTS/$ns/status {"metadata":{"labels":{"a":"b"}}}"#.to_owned(),
        format!("MERGE+as:$ns-approve REQUESTS/$ns/status {mine}"),
        format!("MERGE+as:$ns-sign REQUESTS/$ns/status {mine}"),
        format!("MERGE+as:$ns-sign REQUESTS/$ns/approval {approved}"),
        format!("MERGE+as:$ns-approve REQUESTS/$ns/approval {approved}"),
    ];
    let rows: Vec<String> = rows.into_iter().chain(gone("sign")).chain(gone("approve")).collect();
    try_all(&rows).await;
}
