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

const TEMPLATE: &str = r#""template":{"metadata":{"labels":{"a":"b"}},"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"i"}]}}"#;

#[tokio::test]
async fn jobs_are_known_by_what_the_server_says() {
    let mut rows = String::new();
    for labels in [r#"{"a":"b"}"#, r#"{"a":"c"}"#, "{}"] {
        rows += &format!(
            "POST /apis/batch/v1/namespaces/$ns/jobs?dryRun=All {{\"metadata\":{{\"name\":\"o\",\"labels\":{labels}}},\"spec\":{{{TEMPLATE}}}}}\n"
        );
    }
    check(&rows).await;
    let labels = |labels: &str| {
        format!(
            r#""spec":{{"template":{{"metadata":{{"labels":{{{labels}}}}},"spec":{{"restartPolicy":"Never","containers":[{{"name":"c","image":"i"}}]}}}}}}"#
        )
    };
    try_all(
        &of_group("batch/v1", "jobs"),
        &[
            &format!(r#""spec":{{"selector":{{"matchLabels":{{"a":"b"}}}},{TEMPLATE}}}"#),
            &format!(r#""spec":{{"selector":{{"matchLabels":{{"c":"d"}}}},{TEMPLATE}}}"#),
            &format!(r#""spec":{{"selector":{{}},{TEMPLATE}}}"#),
            &format!(
                r#""spec":{{"manualSelector":true,"selector":{{"matchLabels":{{"a":"b"}}}},{TEMPLATE}}}"#
            ),
            &labels(r#""job-name":"other""#),
            &labels(r#""batch.kubernetes.io/controller-uid":"other","controller-uid":"another""#),
        ],
    )
    .await;
}

#[tokio::test]
async fn jobs_of_many_indexes_have_bounds() {
    let mut rows = Vec::new();
    for numbers in [
        r#""maxFailedIndexes":100001"#,
        r#""completions":100001"#,
        r#""completions":200000,"maxFailedIndexes":10001,"parallelism":10001"#,
        r#""completions":200000,"maxFailedIndexes":100001"#,
    ] {
        rows.push(format!(
            r#""spec":{{"completions":5,"completionMode":"Indexed","backoffLimitPerIndex":1,{numbers},{TEMPLATE}}}"#
        ));
    }
    rows.push(format!(
        r#""spec":{{"podFailurePolicy":{{"rules":[{{"action":"Ignore","onPodConditions":[{{"type":"A","status":""}}]}}]}},{TEMPLATE}}}"#
    ));
    try_all(&of_group("batch/v1", "jobs"), &rows.iter().map(String::as_str).collect::<Vec<_>>()).await;
    try_all(
        &of_group("batch/v1", "cronjobs"),
        &[&format!(
            r#""spec":{{"schedule":"* * * * *","jobTemplate":{{"spec":{{"podFailurePolicy":{{"rules":[{{"action":"Ignore","onPodConditions":[{{"type":"A","status":""}}]}}]}},{TEMPLATE}}}}}}}"#
        )],
    )
    .await;
}

#[tokio::test]
async fn strategies_are_shown_as_a_server_has_them_inside() {
    let template = r#""selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}"#;
    for (resource, field, other) in [
        ("deployments", "strategy", r#""maxSurge":2"#),
        ("daemonsets", "updateStrategy", r#""maxUnavailable":"10%""#),
        ("statefulsets", "updateStrategy", r#""partition":3"#),
    ] {
        let mut rows = Vec::new();
        for strategy in [
            r#""type":"Odd""#.to_owned(),
            format!(r#""type":"Odd","rollingUpdate":{{{other}}}"#),
            format!(r#""type":"OnDelete","rollingUpdate":{{{other}}}"#),
        ] {
            rows.push(format!(r#""spec":{{{template},"{field}":{{{strategy}}}}}"#));
        }
        let selector = r#""matchLabels":{"a":"b"},"matchExpressions":[{"operator":"In","values":["b"]}]"#;
        rows.push(format!(r#""spec":{{{template},"selector":{{{selector}}}}}"#));
        rows.push(r#""spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{}},"spec":{"containers":[{"name":"c","image":"i"}]}}}"#.to_owned());
        try_all(&of_group("apps/v1", resource), &rows.iter().map(String::as_str).collect::<Vec<_>>()).await;
    }
    let claim = r#"{"metadata":{"name":"v"},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}"#;
    try_all(
        &of_group("apps/v1", "statefulsets"),
        &[&format!(r#""spec":{{{template},"volumeClaimTemplates":[{claim},{claim}]}}"#)],
    )
    .await;
    let mut rows = Vec::new();
    for label in [r#""a b":"c""#, r#""d":"-a""#, r#""d":"e""#] {
        rows.push(format!(
            r#""spec":{{"selector":{{"a":"b",{label}}},"template":{{"metadata":{{"labels":{{"a":"b"}}}},"spec":{{"containers":[{{"name":"c","image":"i"}}]}}}}}}"#
        ));
    }
    try_all("replicationcontrollers", &rows.iter().map(String::as_str).collect::<Vec<_>>()).await;
}

#[tokio::test]
async fn texts_that_are_there_are_looked_at_though_they_are_empty() {
    try_all("services", &[r#""spec":{"clusterIP":"None","ports":[{"port":80,"appProtocol":""}]}"#]).await;
    try_all(
        "endpoints",
        &[
            r#""subsets":[{"addresses":[{"ip":"1.2.3.4","nodeName":""}],"ports":[{"port":80}]}]"#,
            r#""subsets":[{"addresses":[{"ip":"1.2.3.4"}],"ports":[{"port":80,"appProtocol":""}]}]"#,
        ],
    )
    .await;
    try_all(
        &of_group("discovery.k8s.io/v1", "endpointslices"),
        &[r#""addressType":"IPv4","endpoints":[],"ports":[{"port":80,"appProtocol":""}]"#],
    )
    .await;
    let resize = |policy: &str| {
        format!(r#""spec":{{"containers":[{{"name":"c","image":"i","resizePolicy":[{{{policy}}}]}}]}}"#)
    };
    try_all(
        "pods",
        &[
            &resize(""),
            &resize(r#""resourceName":"cpu""#),
            &resize(r#""resourceName":"","restartPolicy":"Odd""#),
            r#""spec":{"serviceAccountName":"a/b","containers":[{"name":"c","image":"i"}]}"#,
            r#""spec":{"serviceAccountName":"a%b/c","containers":[{"name":"c","image":"i"}]}"#,
            r#""spec":{"serviceAccountName":"..","containers":[{"name":"c","image":"i"}]}"#,
        ],
    )
    .await;
    try_all(
        &of_group("coordination.k8s.io/v1", "leases"),
        &[r#""spec":{"acquireTime":"é"}"#, r#""spec":{"renewTime":"\n\"\\"}"#],
    )
    .await;
    try_all(
        &of_group("rbac.authorization.k8s.io/v1", "rolebindings"),
        &[r#""roleRef":{"apiGroup":"","kind":"Role","name":"r"}"#],
    )
    .await;
    check(
        r#"
        POST /apis/scheduling.k8s.io/v1/priorityclasses?dryRun=All {"metadata":{"name":"$ns"},"value":5,"preemptionPolicy":""}
        POST /apis/storage.k8s.io/v1/storageclasses?dryRun=All {"metadata":{"name":"$ns"},"provisioner":"a.b/c","reclaimPolicy":""}
        POST /api/v1/persistentvolumes?dryRun=All {"metadata":{"name":"$ns"},"spec":{"capacity":{},"accessModes":["ReadWriteOnce"],"hostPath":{"path":"/p"}}}
        POST /apis/rbac.authorization.k8s.io/v1/clusterroles?dryRun=All {"metadata":{"name":"$ns"},"aggregationRule":{"clusterRoleSelectors":[{"matchExpressions":[{"key":"a","operator":"In","values":["A_b!"]}]}]}}
        "#,
    )
    .await;
}

#[tokio::test]
async fn faults_of_expressions_are_all_told_with_their_places() {
    let mut rows = String::new();
    let rule = r#""operations":["CREATE"],"apiGroups":["g"],"apiVersions":["v1"],"resources":["things"]"#;
    let policy = |rule: &str, spec: &str| {
        format!(
            "POST {CLUSTER}validatingadmissionpolicies?dryRun=All {{\"metadata\":{{\"name\":\"$ns\"}},\"spec\":{{\"matchConstraints\":{{\"resourceRules\":[{{{rule}}}]}},{spec}}}}}\n"
        )
    };
    for expression in
        ["a b", "é", "'é' b", "1 +", "x + y", "x + xx + x", "[1].all(i, i > y) && x", "true &&\\n  x"]
    {
        rows += &policy(rule, &format!(r#""validations":[{{"expression":"{expression}"}}]"#));
    }
    rows += &policy(
        &format!(r#"{rule},"resourceNames":["n","n"]"#),
        r#""auditAnnotations":[{"key":"k","valueExpression":"'a'"},{"key":"k","valueExpression":"'a'"}]"#,
    );
    rows += &policy(rule, r#""validations":[{"expression":"true","message":"\n"}]"#);
    let hook = |rest: &str| {
        format!(
            "POST {CLUSTER}validatingwebhookconfigurations?dryRun=All {{\"metadata\":{{\"name\":\"$ns\"}},\"webhooks\":[{{\"name\":\"a.b.c\",\"admissionReviewVersions\":[\"v1\"],\"rules\":[{{{rule}}}],{rest}}}]}}\n"
        )
    };
    rows += &hook(r#""sideEffects":"","clientConfig":{"url":"https://x.y/z","caBundle":""}"#);
    rows += &hook(r#""sideEffects":"None","clientConfig":{"url":"https://x.y/z","caBundle":""}"#);
    rows += &hook(r#""sideEffects":"None","clientConfig":{"url":"\n"}"#);
    rows +=
        &hook(r#""sideEffects":"None","clientConfig":{"service":{"name":"s","namespace":"n","path":"é"}}"#);
    check(&rows).await;
}

#[tokio::test]
async fn words_are_shown_as_json_has_them() {
    let words = [
        r#""tolerations":[{"key":"a","operator":"<&>","effect":"<&>"}]"#,
        r#""tolerations":[{"operator":"<&>","effect":"<&>","tolerationSeconds":5},{"operator":"Exists","tolerationSeconds":5},{"value":"x"}]"#,
        r#""affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"a","operator":"<&>"},{"key":"a","operator":"\u0001"}],"matchFields":[{"key":"metadata.name","operator":"<&>","values":["x"]}]}]}}}"#,
        r#""affinity":{"podAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[{"topologyKey":"a","labelSelector":{"matchExpressions":[{"key":"a","operator":"<&>"}]}}]}}"#,
    ];
    let specs = words.map(|words| format!(r#""spec":{{"containers":[{{"name":"c","image":"i"}}],{words}}}"#));
    try_all("pods", &specs.each_ref().map(String::as_str)).await;
}
