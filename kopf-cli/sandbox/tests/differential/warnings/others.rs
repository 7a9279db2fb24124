//! Secrets, accounts, webhooks and definitions.

use super::{check, check_warnings};

#[tokio::test]
async fn certificates_that_are_none_are_told() {
    let one = "-----BEGIN CERTIFICATE-----\\nAAAA\\n-----END CERTIFICATE-----\\n";
    let key = "-----BEGIN PRIVATE KEY-----\\nAAAA\\n-----END PRIVATE KEY-----\\n";
    let odd = "-----BEGIN ODD-----\\nAAAA\\n-----END ODD-----\\n";
    let mut rows = String::new();
    for (certificate, key) in [
        ("x", "y"),
        ("", ""),
        (key, one),
        (odd, key),
        (&format!("{odd}{odd}"), key),
        (one, "y"),
        (one, one),
        (one, odd),
        (one, key),
        (&format!("text\\n{odd}{one}"), &format!("{one}{key}")),
    ] {
        rows += &format!(
            "POST secrets?dryRun=All {{\"metadata\":{{\"name\":\"s\"}},\"type\":\"kubernetes.io/tls\",\"stringData\":{{\"tls.crt\":\"{certificate}\",\"tls.key\":\"{key}\"}}}}\n"
        );
    }
    rows += r#"
        POST   secrets {"metadata":{"name":"s"},"type":"kubernetes.io/tls","stringData":{"tls.crt":"x","tls.key":"y"}}
        MERGE  secrets/s {"metadata":{"labels":{"a":"b"}}}
        POST   serviceaccounts {"metadata":{"name":"s","annotations":{"kubernetes.io/enforce-mountable-secrets":"true"}}}
        MERGE  serviceaccounts/s {"metadata":{"labels":{"a":"b"}}}
        POST   /apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations {"metadata":{"name":"$ns"},"webhooks":[{"name":"a.b.c","clientConfig":{"url":"https://127.0.0.1:1/"},"sideEffects":"None","admissionReviewVersions":["v1"],"namespaceSelector":{"matchLabels":{"no":"where"}},"failurePolicy":"Ignore","rules":[{"apiGroups":["authorization.k8s.io","authentication.k8s.io",""],"apiVersions":["v1"],"resources":["tokenreviews","subjectaccessreviews","pods/eviction","pods","subjectaccessreviews"],"operations":["CREATE"]},{"apiGroups":["*"],"apiVersions":["v1"],"resources":["tokenreviews"],"operations":["CREATE"]}]}]}
        MERGE  /apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/$ns {"metadata":{"labels":{"a":"b"}}}
        DELETE /apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/$ns
        POST   /apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations?dryRun=All {"metadata":{"name":"a.static.k8s.io"}}
        POST   /apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations?dryRun=All {"metadata":{"name":"a.static.k8s.io"}}
        POST   /apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings?dryRun=All {"metadata":{"name":"a.static.k8s.io"},"spec":{"policyName":"p","validationActions":["Deny"]}}
    "#;
    check(&rows).await;
}

#[tokio::test]
async fn formats_that_nobody_knows_are_told() {
    let mut rows = String::new();
    let field =
        |what: &str| format!(r#"{{"type":"object","properties":{{"a":{what},"b":{{"type":"string"}}}}}}"#);
    for what in [
        r#"{"type":"string","format":"nonsense"}"#,
        r#"{"type":"string","format":"k8s-short-name"}"#,
        r#"{"type":"string","format":"date-time"}"#,
        r#"{"type":"integer","format":"int16"}"#,
        r#"{"type":"object","format":"date"}"#,
        r#"{"type":"array","items":{"type":"object","format":"odd","additionalProperties":{"type":"string","format":"odder"}}}"#,
        r#"{"type":"array","x-kubernetes-list-type":"set","items":{"type":"object","x-kubernetes-map-type":"atomic"}}"#,
        r#"{"type":"array","x-kubernetes-list-type":"set","items":{"type":"array","x-kubernetes-list-type":"atomic","items":{"type":"string"}}}"#,
    ] {
        let schema = field(what);
        rows += &format!(
            r#"POST /apis/apiextensions.k8s.io/v1/customresourcedefinitions?dryRun=All {{"metadata":{{"name":"odds.$ns.kopf.test"}},"spec":{{"group":"$ns.kopf.test","scope":"Namespaced","names":{{"plural":"odds","kind":"Odd"}},"versions":[{{"name":"v1","served":true,"storage":true,"schema":{{"openAPIV3Schema":{schema}}}}}]}}}}"#
        );
        rows += "\n";
    }
    let (known, more) =
        (field(r#"{"type":"string","format":"odd"}"#), field(r#"{"type":"string","format":"odder"}"#));
    for (verb, schema) in [("POST", &known), ("MERGE", &known), ("MERGE", &more)] {
        let name = if verb == "POST" { "" } else { "/odds.$ns.kopf.test" };
        rows += &format!(
            r#"{verb} /apis/apiextensions.k8s.io/v1/customresourcedefinitions{name} {{"metadata":{{"name":"odds.$ns.kopf.test","labels":{{"a":"b"}}}},"spec":{{"group":"$ns.kopf.test","scope":"Namespaced","names":{{"plural":"odds","kind":"Odd"}},"versions":[{{"name":"v1","served":true,"storage":true,"schema":{{"openAPIV3Schema":{schema}}}}}]}}}}"#
        );
        rows += "\n";
    }
    rows += "DELETE /apis/apiextensions.k8s.io/v1/customresourcedefinitions/odds.$ns.kopf.test?dryRun=All\n";
    check_warnings(&rows).await;
}
