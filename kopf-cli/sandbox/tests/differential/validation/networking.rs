//! Ingresses and policies of networks.

use super::{check, of_group, try_all};

#[tokio::test]
async fn ingresses_lead_somewhere() {
    let rule = |path: &str| format!(r#""spec":{{"rules":[{{"http":{{"paths":[{path}]}}}}]}}"#);
    let backend = r#""backend":{"service":{"name":"s","port":{"number":80}}}"#;
    let mut rows: Vec<String> = [
        "",
        r#""spec":{"defaultBackend":{}}"#,
        r#""spec":{"defaultBackend":{"service":{"name":"","port":{}}}}"#,
        r#""spec":{"defaultBackend":{"service":{"name":"A_b","port":{"name":"x","number":1}}}}"#,
        r#""spec":{"defaultBackend":{"service":{"name":"s","port":{"name":"A--"}},"resource":{"kind":"K","name":"n"}}}"#,
        r#""spec":{"defaultBackend":{"service":{"name":"s","port":{"number":70000}}}}"#,
        r#""spec":{"defaultBackend":{"service":{"name":"1s","port":{"name":"http"}}},"ingressClassName":"x","tls":[{}]}"#,
        r#""spec":{"rules":[{"host":"A_b"},{"host":"1.2.3.4"},{"host":"*.a.b"},{"host":"*.*.b"},{"host":"a.b"}]}"#,
        r#""spec":{"rules":[{"http":{"paths":[]}}]}"#,
        r#""spec":{"rules":[{"http":{"paths":[{"path":"x","backend":{"service":{"name":"s","port":{}}}}]}}]}"#,
        r#""spec":{"rules":[{}],"tls":[{"hosts":["A_b","*.c"],"secretName":"A_b"}],"ingressClassName":"A_b"}"#,
    ]
    .map(str::to_owned)
    .to_vec();
    for path in [
        r#""pathType":"Exact","path":"x""#,
        r#""pathType":"Prefix","path":"""#,
        r#""pathType":"Prefix","path":"/a//b/../c%2f/..""#,
        r#""pathType":"Prefix","path":"/a/""#,
        r#""pathType":"ImplementationSpecific","path":"x""#,
        r#""pathType":"ImplementationSpecific""#,
        r#""pathType":"Nonsense","path":"/""#,
    ] {
        rows.push(rule(&format!("{{{path},{backend}}}")));
    }
    rows.push(rule(r#"{"pathType":"Exact","path":"/","backend":{"resource":{"kind":"","name":""}}}"#));
    rows.push(rule(r#"{"pathType":"Exact","path":"/","backend":{}}"#));
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    try_all(&of_group("networking.k8s.io/v1", "ingresses"), &rows).await;
}

#[tokio::test]
async fn policies_of_networks_name_peers() {
    try_all(
        &of_group("networking.k8s.io/v1", "networkpolicies"),
        &[
            "",
            r#""spec":{"podSelector":{}}"#,
            r#""spec":{"podSelector":{"matchLabels":{"a b":"c"}},"policyTypes":["Nonsense"]}"#,
            r#""spec":{"podSelector":{},"policyTypes":["Ingress","Egress","Ingress"]}"#,
            r#""spec":{"podSelector":{},"ingress":[{"from":[{}],"ports":[{"protocol":"X","port":0},{"port":"A--"},{"port":5,"endPort":4},{"endPort":5},{"port":"http","endPort":5}]}]}"#,
            r#""spec":{"podSelector":{},"egress":[{"to":[{"ipBlock":{"cidr":""}},{"ipBlock":{"cidr":"x"}},{"ipBlock":{"cidr":"10.0.0.1/8"}},{"ipBlock":{"cidr":"010.0.0.0/8"}},{"podSelector":{},"ipBlock":{"cidr":"10.0.0.0/8"}}]}]}"#,
            r#""spec":{"podSelector":{},"egress":[{"to":[{"ipBlock":{"cidr":"10.0.0.0/8","except":["11.0.0.0/16","10.0.0.0/8","x","10.1.0.0/16"]}}]}]}"#,
            r#""spec":{"podSelector":{},"egress":[{},{"to":[{"ipBlock":{"cidr":"::/0","except":["fe80::/10"]}},{"namespaceSelector":{},"podSelector":{"matchExpressions":[{"key":"a","operator":"Exists"}]}}],"ports":[{"port":53,"protocol":"UDP"},{"port":1000,"endPort":2000}]}]}"#,
            r#""spec":{"podSelector":{},"ingress":[{"from":[{"namespaceSelector":{"matchExpressions":[{"key":"a b","operator":"In","values":["c d"]}]}}]}]}"#,
        ],
    )
    .await;
}

#[tokio::test]
async fn classes_of_ingresses_have_a_controller() {
    check(
        r#"
        POST   /apis/networking.k8s.io/v1/ingressclasses?dryRun=All {"metadata":{"name":"$ns"}}
        POST   /apis/networking.k8s.io/v1/ingressclasses?dryRun=All {"metadata":{"name":"$ns"},"spec":{"controller":"x"}}
        POST   /apis/networking.k8s.io/v1/ingressclasses {"metadata":{"name":"$ns"},"spec":{"controller":"x.y/z"}}
        MERGE  /apis/networking.k8s.io/v1/ingressclasses/$ns {"spec":{"controller":"x.y/a"}}
        DELETE /apis/networking.k8s.io/v1/ingressclasses/$ns
    "#,
    )
    .await;
}
