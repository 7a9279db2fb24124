//! Values that are odd in one place of an object that is fine: those that a sweep over all fields has found to be told otherwise.

use super::{check, of_group, try_all};

const CLUSTER: &str = "/apis/admissionregistration.k8s.io/v1/";

#[tokio::test]
async fn what_is_empty_is_filled_in_as_if_nothing_was_said() {
    try_all(
        "pods",
        &[
            r#""spec":{"containers":[{"name":"c","image":"i:1","imagePullPolicy":"","ports":[{"containerPort":80,"protocol":""}],"livenessProbe":{"httpGet":{"path":"","port":80,"scheme":""},"timeoutSeconds":0,"periodSeconds":0,"successThreshold":0,"failureThreshold":0}}]}"#,
            r#""spec":{"restartPolicy":"","dnsPolicy":"","containers":[{"name":"c","image":"i","terminationMessagePath":"","env":[{"name":"a","valueFrom":{"fieldRef":{"apiVersion":"","fieldPath":"metadata.name"}}}]}]}"#,
            r#""spec":{"volumes":[{"name":"v","image":{"reference":"i","pullPolicy":""}},{"name":"w","iscsi":{"targetPortal":"1.2.3.4","iqn":"iqn.2001-04.com.example:x","lun":0,"iscsiInterface":""}}],"containers":[{"name":"c","image":"i"}]}"#,
        ],
    )
    .await;
    try_all("secrets", &[r#""type":"""#]).await;
    try_all(
        "services",
        &[
            r#""spec":{"type":"","sessionAffinity":"","clusterIP":"None","ports":[{"port":80,"protocol":"","targetPort":0}]}"#,
            r#""spec":{"clusterIP":"None","ports":[{"port":80,"targetPort":""}]}"#,
            r#""spec":{"clusterIP":"None","sessionAffinity":"ClientIP","sessionAffinityConfig":{"clientIP":{}},"ports":[{"port":80}]}"#,
            r#""spec":{"clusterIP":"None","sessionAffinity":"ClientIP","sessionAffinityConfig":{},"ports":[{"port":80}]}"#,
        ],
    )
    .await;
    let template = r#""selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}"#;
    try_all(
        &of_group("apps/v1", "statefulsets"),
        &[
            &format!(r#""spec":{{{template},"updateStrategy":{{"type":"RollingUpdate"}}}}"#),
            &format!(
                r#""spec":{{{template},"updateStrategy":{{"type":"RollingUpdate","rollingUpdate":{{}}}}}}"#
            ),
            &format!(r#""spec":{{{template},"updateStrategy":{{"type":""}},"podManagementPolicy":""}}"#),
        ],
    )
    .await;
    try_all(
        &of_group("autoscaling/v2", "horizontalpodautoscalers"),
        &[r#""spec":{"scaleTargetRef":{"apiVersion":"apps/v1","kind":"Deployment","name":"d"},"maxReplicas":5,"behavior":{"scaleUp":null}}"#],
    )
    .await;
}

#[tokio::test]
async fn images_that_are_none_are_not_pulled_always() {
    let images = [
        "A_b!",
        "-a",
        "a b",
        "é",
        "UPPER",
        "a",
        "a/b",
        "r.io:5000/b",
        "A.io/b",
        "a:",
        "a:1",
        "a:latest",
        "a:b:c",
        "a@sha256:0000000000000000000000000000000000000000000000000000000000000000",
        "a@sha256:0",
        "a:latest@sha256:0000000000000000000000000000000000000000000000000000000000000000",
        "a:latest@sha256:00000000000000000000000000000000",
        "a:latest@md5:00000000000000000000000000000000",
        "docker.io/a",
        "a//b",
        "/a",
        "0123456789012345678901234567890123456789012345678901234567890123",
        "localhost/a",
        "[::1]:5000/a",
        "a__b",
        "a___b",
    ];
    let rows = images.map(|image| format!(r#""spec":{{"containers":[{{"name":"c","image":"{image}"}}]}}"#));
    try_all("pods", &rows.each_ref().map(String::as_str)).await;
}

#[tokio::test]
async fn pods_have_profiles_domains_and_paths() {
    let with = |context: &str| {
        format!(r#""spec":{{"containers":[{{"name":"c","image":"i:1","securityContext":{{{context}}}}}]}}"#)
    };
    let mut rows: Vec<String> = [
        r#""seccompProfile":{"type":"Odd","localhostProfile":"p"}"#,
        r#""seccompProfile":{"type":"RuntimeDefault","localhostProfile":"p"}"#,
        r#""appArmorProfile":{"type":"Odd","localhostProfile":"p"}"#,
        r#""appArmorProfile":{"type":"","localhostProfile":"p"}"#,
        r#""appArmorProfile":{"type":"RuntimeDefault","localhostProfile":"p"}"#,
        r#""appArmorProfile":{"type":"Localhost","localhostProfile":""}"#,
        r#""appArmorProfile":{"type":"Localhost","localhostProfile":" p"}"#,
        r#""appArmorProfile":{"type":"Localhost","localhostProfile":" "}"#,
    ]
    .iter()
    .map(|context| with(context))
    .collect();
    for search in ["a.b", "_a.b_c", "a.b.", ".", "..", "", "A", "-a", "a b", "a_", &"x".repeat(300)] {
        rows.push(format!(
            r#""spec":{{"dnsConfig":{{"searches":["{search}"]}},"containers":[{{"name":"c","image":"i:1"}}]}}"#
        ));
    }
    for path in ["..", "../a", "..a", "a/.."] {
        rows.push(format!(
            r#""spec":{{"volumes":[{{"name":"v","configMap":{{"name":"m","items":[{{"key":"k","path":"{path}"}}]}}}}],"containers":[{{"name":"c","image":"i:1"}}]}}"#
        ));
    }
    try_all("pods", &rows.iter().map(String::as_str).collect::<Vec<_>>()).await;
}

#[tokio::test]
async fn indexes_that_are_enough_are_listed() {
    let mut rows = Vec::new();
    for rule in [
        r#""succeededIndexes":"0-1","succeededCount":1"#,
        r#""succeededIndexes":"0-1","succeededCount":3"#,
        r#""succeededIndexes":"-a","succeededCount":1"#,
        r#""succeededIndexes":"""#,
        r#""succeededIndexes":"0,0""#,
        r#""succeededIndexes":"2-1""#,
        r#""succeededIndexes":"1-2-3""#,
        r#""succeededIndexes":"9""#,
        r#""succeededCount":9"#,
        "",
    ] {
        for mode in [r#""Indexed""#, r#""""#, r#""NonIndexed""#] {
            rows.push(format!(
                r#""spec":{{"completions":5,"completionMode":{mode},"successPolicy":{{"rules":[{{{rule}}}]}},"template":{{"spec":{{"restartPolicy":"Never","containers":[{{"name":"c","image":"i"}}]}}}}}}"#
            ));
        }
    }
    try_all(&of_group("batch/v1", "jobs"), &rows.iter().map(String::as_str).collect::<Vec<_>>()).await;
}

#[tokio::test]
async fn references_name_kinds_and_names() {
    let mut ingresses = Vec::new();
    for resource in [
        r#""apiGroup":"","kind":"K","name":"n""#,
        r#""apiGroup":"a/b","kind":"a/b","name":"..""#,
        r#""kind":"","name":"""#,
        r#""apiGroup":"g.io","kind":"K","name":"a%b""#,
    ] {
        ingresses.push(format!(r#""spec":{{"defaultBackend":{{"resource":{{{resource}}}}}}}"#));
    }
    try_all(
        &of_group("networking.k8s.io/v1", "ingresses"),
        &ingresses.iter().map(String::as_str).collect::<Vec<_>>(),
    )
    .await;
    let mut rows = String::new();
    for parameters in [
        r#""kind":"K","name":"n""#,
        r#""kind":"K","name":"n","scope":"Odd""#,
        r#""kind":"K","name":"n","scope":"","namespace":"n""#,
        r#""kind":"K","name":"n","scope":"Namespace""#,
        r#""kind":"K","name":"n","scope":"Namespace","namespace":"A_b""#,
        r#""kind":"K","name":"n","scope":"Namespace","namespace":"""#,
        r#""kind":"K","name":"n","scope":"Cluster","namespace":"n""#,
        r#""apiGroup":"-","kind":"a/b","name":".""#,
        "",
    ] {
        rows += &format!(
            "POST /apis/networking.k8s.io/v1/ingressclasses?dryRun=All {{\"metadata\":{{\"name\":\"$ns\"}},\"spec\":{{\"controller\":\"a.b/c\",\"parameters\":{{{parameters}}}}}}}\n"
        );
    }
    check(&rows).await;
    let claim = r#""accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}"#;
    let snapshot = r#""apiGroup":"snapshot.storage.k8s.io","kind":"VolumeSnapshot","name":"s""#;
    let rows = [
        format!(r#""spec":{{{claim},"dataSource":{{{snapshot}}},"dataSourceRef":{{{snapshot}}}}}"#),
        format!(
            r#""spec":{{{claim},"dataSource":{{"apiGroup":"x","kind":"K","name":"s"}},"dataSourceRef":{{{snapshot}}}}}"#
        ),
        format!(
            r#""spec":{{{claim},"dataSource":{{"apiGroup":"-a","kind":"","name":""}},"dataSourceRef":{{{snapshot}}}}}"#
        ),
        format!(r#""spec":{{{claim},"dataSource":{{"apiGroup":"x","kind":"K","name":"s"}}}}"#),
        format!(r#""spec":{{{claim},"dataSourceRef":{{"apiGroup":"x","kind":"K","name":"s"}}}}"#),
    ];
    try_all("persistentvolumeclaims", &rows.each_ref().map(String::as_str)).await;
}

#[tokio::test]
async fn what_configures_admission_is_looked_at_closely() {
    let hook = |rest: &str| {
        format!(
            "POST {CLUSTER}validatingwebhookconfigurations?dryRun=All {{\"metadata\":{{\"name\":\"$ns\"}},\"webhooks\":[{{\"name\":\"a.b.c\",\"sideEffects\":\"None\",\"rules\":[{{\"operations\":[\"CREATE\"],\"apiGroups\":[\"g\"],\"apiVersions\":[\"v1\"],\"resources\":[\"things\"]}}],{rest}}}]}}\n"
        )
    };
    let mut rows = String::new();
    let url = r#""clientConfig":{"url":"https://x.y/z"}"#;
    for versions in [r#"[""]"#, r#"["-a"]"#, r#"["v2"]"#, r#"["v2","v2"]"#, r#"["v1","v1"]"#, "[]"] {
        rows += &hook(&format!(r#""admissionReviewVersions":{versions},{url}"#));
    }
    for service in [r#""name":"","namespace":"n""#, r#""name":"s","namespace":"""#, ""] {
        rows +=
            &hook(&format!(r#""admissionReviewVersions":["v1"],"clientConfig":{{"service":{{{service}}}}}"#));
    }
    for values in [r#"["A_b!"]"#, r#"["a/b","-"]"#, r#"[""]"#] {
        rows += &hook(&format!(
            r#""admissionReviewVersions":["v1"],{url},"objectSelector":{{"matchExpressions":[{{"key":"k","operator":"NotIn","values":{values}}}]}}"#
        ));
    }
    let policy = |spec: &str| {
        format!(
            "POST {CLUSTER}validatingadmissionpolicies?dryRun=All {{\"metadata\":{{\"name\":\"$ns\"}},\"spec\":{{\"matchConstraints\":{{\"resourceRules\":[{{\"operations\":[\"CREATE\"],\"apiGroups\":[\"g\"],\"apiVersions\":[\"v1\"],\"resources\":[\"things\"]}}]}},{spec}}}}}\n"
        )
    };
    let validation = r#""validations":[{"expression":"true"}]"#;
    for kind in ["a/b/c", "-a", "g.io/", "-/v1", "G/V", "v1"] {
        rows += &policy(&format!(r#""paramKind":{{"apiVersion":"{kind}","kind":"K"}},{validation}"#));
        rows += &policy(&format!(r#""paramKind":{{"apiVersion":"v1","kind":"{kind}"}},{validation}"#));
    }
    rows += &policy(r#""validations":[{"expression":""}]"#);
    rows += &policy(r#""validations":[{}]"#);
    rows += &policy(&format!(r#""variables":[{{"name":"v","expression":" "}}],{validation}"#));
    rows += &policy(&format!(r#""variables":[{{"name":" ","expression":"1"}}],{validation}"#));
    rows += &policy(r#""auditAnnotations":[{"key":"k","valueExpression":""}]"#);
    rows += &policy(r#""auditAnnotations":[{"key":"k/l","valueExpression":"'a'"}]"#);
    rows += &policy(r#""auditAnnotations":[{"key":"a b","valueExpression":"'a'"}]"#);
    for spec in [
        r#""policyName":"A_b!""#,
        r#""policyName":"p","paramRef":{"name":"a/b","parameterNotFoundAction":"Allow"}"#,
        r#""policyName":"p","matchResources":{"resourceRules":[{"operations":["CREATE"],"apiGroups":["g"],"apiVersions":["v1"],"resources":["things"],"resourceNames":["a/b",".."]}]}"#,
    ] {
        rows += &format!(
            "POST {CLUSTER}validatingadmissionpolicybindings?dryRun=All {{\"metadata\":{{\"name\":\"$ns\"}},\"spec\":{{\"validationActions\":[\"Deny\"],{spec}}}}}\n"
        );
    }
    check(&rows).await;
}
