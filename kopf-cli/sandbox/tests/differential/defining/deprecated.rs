//! Versions that nobody should use any more: whoever asks for one is warned.

use super::check_definitions;

const VERSIONS: &str = r#"[
    {"name":"v1alpha1","served":true,"storage":false,"deprecated":true,"schema":{"openAPIV3Schema":{"type":"object"}}},
    {"name":"v1beta1","served":true,"storage":false,"deprecated":true,"deprecationWarning":"say \"v1\", \\é","schema":{"openAPIV3Schema":{"type":"object"}},"subresources":{"status":{}}},
    {"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"}}},
    {"name":"v2","served":false,"storage":false,"schema":{"openAPIV3Schema":{"type":"object"}}},
    {"name":"v3","served":true,"storage":false,"deprecated":true,"schema":{"openAPIV3Schema":{"type":"object"}}},
    {"name":"odd","served":true,"storage":false,"deprecated":true,"schema":{"openAPIV3Schema":{"type":"object"}}}
]"#;

#[tokio::test]
async fn whoever_asks_for_a_version_that_is_deprecated_is_warned() {
    let versions = VERSIONS.replace('\n', "");
    let mut rows = format!(
        r#"
        DEFINE rows "singular":"row","kind":"Row"
        UNTIL  crds/rows.$ns.kopf.test InitialNamesAccepted
        MERGE  crds/rows.$ns.kopf.test {{"spec":{{"versions":{versions}}}}}
        AWAIT  200 GET own/v3/namespaces/$ns/rows
        AWAIT  200 GET own/odd/namespaces/$ns/rows
        GET    own/v1/namespaces/$ns/rows
        GET    own/v2/namespaces/$ns/rows
        GET    own/v3/namespaces/$ns/rows
        GET    own/v3
        GET    own/v1alpha1/rows/a
        GET    own/v1alpha1/namespaces/$ns/rows
    "#
    );
    for version in ["v1beta1", "odd"] {
        let (path, of) = (format!("own/{version}/namespaces/$ns/rows"), format!("$ns.kopf.test/{version}"));
        rows += &format!(
            r#"
            GET    {path}/a
            POST   {path} {{"kind":"Row","apiVersion":"{of}","metadata":{{"name":"a"}},"odd":1}}
            POST   {path} {{"kind":"Row"}}
            POST   {path} {{
            GET    {path}
            GET    {path}/a
            GET+table {path}
            GET    {path}?watch=true&timeoutSeconds=1
            GET    {path}?limit=x
            MERGE  {path}/a {{"metadata":{{"labels":{{"a":"b"}}}}}}
            MERGE  {path}/a {{"metadata":{{"labels":{{"a":"b"}}}}}}
            APPLY  {path}/a?fieldManager=m {{"kind":"Row","apiVersion":"{of}","metadata":{{"name":"a"}}}}
            GET    {path}/a/status
            GET    {path}/a/scale
            GET    {path}/a/odd
            POST   {path}/a {{}}
            DELETE {path}/a
            DELETE {path}
            GET+as:nobody {path}
        "#
        );
    }
    check_definitions(&rows).await;
}
