//! Pods, and the templates of pods wherever there are some.

use super::{check, check_warnings};

/// Specs of pods that are odd; each is tried as a pod's and as a template's, with `$c` for a container's name and image.
const SPECS: &[&str] = &[
    r#""nodeSelector":{"beta.kubernetes.io/os":"linux"}"#,
    r#""nodeSelector":{"node-role.kubernetes.io/master":""}"#,
    r#""affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"a","operator":"Exists"},{"key":"failure-domain.beta.kubernetes.io/zone","operator":"In","values":["z"]}]}]},"preferredDuringSchedulingIgnoredDuringExecution":[{"weight":1,"preference":{"matchExpressions":[{"key":"beta.kubernetes.io/arch","operator":"In","values":["-x","ok"]}]}}]}}"#,
    r#""topologySpreadConstraints":[{"maxSkew":1,"topologyKey":"failure-domain.beta.kubernetes.io/region","whenUnsatisfiable":"DoNotSchedule"},{"maxSkew":1,"topologyKey":"a","whenUnsatisfiable":"DoNotSchedule","labelSelector":{}}]"#,
    r#""volumes":[{"name":"a","gitRepo":{"repository":"r"}},{"name":"b","rbd":{"monitors":["m"],"image":"i"}},{"name":"c","glusterfs":{"endpoints":"e","path":"p"}},{"name":"d","cephfs":{"monitors":["m"]}},{"name":"e","photonPersistentDisk":{"pdID":"p"}},{"name":"f","scaleIO":{"gateway":"g","system":"s","volumeName":"v","secretRef":{"name":"s"}}},{"name":"g","flocker":{"datasetName":"d"}},{"name":"h","storageos":{"volumeName":"v"}},{"name":"i","quobyte":{"registry":"r:1","volume":"v"}}]"#,
    r#""volumes":[{"name":"a","ephemeral":{"volumeClaimTemplate":{"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1500m"},"limits":{"storage":"2500m"}}}}}}]"#,
    r#""volumes":[{"name":"a","configMap":{"name":"m","items":[{"key":"a","path":"p"},{"key":"b","path":"p/q/"},{"key":"c","path":"pq"},{"key":"d","path":"p"}]}},{"name":"b","secret":{"secretName":"s","items":[{"key":"a","path":"x/y"},{"key":"b","path":"x"}]}},{"name":"c","downwardAPI":{"items":[{"path":"l","fieldRef":{"fieldPath":"metadata.labels"}},{"path":"l/m","fieldRef":{"fieldPath":"metadata.name"}}]}}]"#,
    r#""volumes":[{"name":"a","projected":{"sources":[{"configMap":{"name":"m","items":[{"key":"a","path":"p"}]}},{"secret":{"name":"s","items":[{"key":"a","path":"p"},{"key":"b","path":"q"}]}},{},{"downwardAPI":{"items":[{"path":"q/l","fieldRef":{"fieldPath":"metadata.labels"}}]}},{"serviceAccountToken":{"path":"q"}},{"secret":{"name":"whole"}}]}}]"#,
    r#""hostAliases":[{"ip":"10.0.0.1","hostnames":["a"]},{"ip":"10.0.0.1","hostnames":["b"]},{"ip":"FE80::1","hostnames":["c"]}]"#,
    r#""imagePullSecrets":[{"name":"a"},{"name":"a"},{}]"#,
    r#""terminationGracePeriodSeconds":-1"#,
    r#""affinity":{"podAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[{"topologyKey":"k"}],"preferredDuringSchedulingIgnoredDuringExecution":[{"weight":1,"podAffinityTerm":{"topologyKey":"k"}}]},"podAntiAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[{"topologyKey":"k","labelSelector":{}},{"topologyKey":"k"}]}}"#,
    r#""dnsConfig":{"nameservers":["2001:DB8::1","2001:db8:0:0::2","10.0.0.1"]}"#,
];

/// Containers that are odd.
const CONTAINERS: &[&str] = &[
    r#"{"name":"a","image":"i","resources":{"limits":{"memory":"1500m","ephemeral-storage":"100m"},"requests":{"memory":"500m"}}}"#,
    r#"{"name":"a","image":"i","resources":{"requests":{"memory":"10E","ephemeral-storage":"100n"}}}"#,
    r#"{"name":"a","image":"i","env":[{"name":"A","value":"1"},{"name":"A","value":"2"},{"name":"B"},{"name":"B","value":"$(B)"},{"name":"C","value":"1"},{"name":"C","value":"$(C)2"},{"name":"D"},{"name":"D","valueFrom":{"fieldRef":{"fieldPath":"metadata.name"}}}]}"#,
    r#"{"name":"a","image":"i","ports":[{"containerPort":80},{"containerPort":80},{"containerPort":80,"hostPort":81},{"containerPort":80,"protocol":"UDP"},{"containerPort":82,"hostIP":"10.0.0.1","name":"n"}]},{"name":"b","image":"i","ports":[{"containerPort":80},{"containerPort":90,"hostPort":90,"hostIP":"10.0.0.1"},{"containerPort":90,"hostPort":90}]}"#,
    r#"{"name":"a","image":"i","ports":[{"containerPort":80,"name":"http"}]},{"name":"b","image":"i","ports":[{"containerPort":81,"name":"http"}]}"#,
];

/// Annotations that are odd, and what the spec has beside its containers.
const ANNOTATIONS: &[(&str, &str)] = &[
    (
        r#""scheduler.alpha.kubernetes.io/critical-pod":"","security.alpha.kubernetes.io/unsafe-sysctls":"a=b","security.alpha.kubernetes.io/sysctls":"a=b""#,
        "",
    ),
    (
        r#""seccomp.security.alpha.kubernetes.io/pod":"runtime/default","container.seccomp.security.alpha.kubernetes.io/c":"unconfined""#,
        "",
    ),
    (
        r#""seccomp.security.alpha.kubernetes.io/pod":"runtime/default""#,
        r#""securityContext":{"seccompProfile":{"type":"RuntimeDefault"}}"#,
    ),
    (r#""container.apparmor.security.beta.kubernetes.io/c":"runtime/default""#, ""),
    (
        r#""container.apparmor.security.beta.kubernetes.io/c":"localhost/a""#,
        r#""securityContext":{"appArmorProfile":{"type":"RuntimeDefault"}}"#,
    ),
    (
        r#""container.apparmor.security.beta.kubernetes.io/c":"localhost/a""#,
        r#""securityContext":{"appArmorProfile":{"type":"Localhost","localhostProfile":"a"}}"#,
    ),
    (r#""container.apparmor.security.beta.kubernetes.io/c":"unconfined""#, r#""os":{"name":"windows"}"#),
    (r#""container.apparmor.security.beta.kubernetes.io/c":"nonsense""#, ""),
    (r#""container.apparmor.security.beta.kubernetes.io/d":"unconfined""#, ""),
    (r#""container.apparmor.security.beta.kubernetes.io/c":"localhost/ ""#, ""),
    (r#""container.apparmor.security.beta.kubernetes.io/c":"""#, ""),
    (
        r#""seccomp.security.alpha.kubernetes.io/pod":"nonsense","container.seccomp.security.alpha.kubernetes.io/c":"localhost/../x""#,
        "",
    ),
    (
        r#""seccomp.security.alpha.kubernetes.io/pod":"localhost/a""#,
        r#""securityContext":{"seccompProfile":{"type":"RuntimeDefault"}}"#,
    ),
    (
        r#""seccomp.security.alpha.kubernetes.io/pod":"localhost/a""#,
        r#""securityContext":{"seccompProfile":{"type":"Localhost","localhostProfile":"b"}}"#,
    ),
    (r#""kubernetes.io/config.mirror":"x","controller.kubernetes.io/pod-deletion-cost":"01""#, ""),
];

/// Tries each as a pod and as a template.
async fn try_all(odd: impl Iterator<Item = (String, String)>) {
    let rows = odd.map(|(annotations, spec)| {
        format!(
            r#"POST pods?dryRun=All {{"metadata":{{"name":"a","annotations":{{{annotations}}}}},"spec":{{"automountServiceAccountToken":false,{spec}}}}}
            POST podtemplates?dryRun=All {{"metadata":{{"name":"a"}},"template":{{"metadata":{{"annotations":{{{annotations}}}}},"spec":{{{spec}}}}}}}
            "#
        )
    });
    check(&rows.collect::<String>()).await;
}

#[tokio::test]
async fn what_is_old_in_a_pod_is_told() {
    try_all(
        SPECS
            .iter()
            .map(|spec| (String::new(), format!(r#"{spec},"containers":[{{"name":"c","image":"i"}}]"#))),
    )
    .await;
}

#[tokio::test]
async fn what_gets_in_the_way_in_containers_is_told() {
    try_all(CONTAINERS.iter().map(|containers| (String::new(), format!(r#""containers":[{containers}]"#))))
        .await;
    try_all(CONTAINERS.iter().map(|containers| {
        let spec = format!(
            r#""initContainers":[{}],"containers":[{{"name":"c","image":"i","ports":[{{"containerPort":80,"name":"http"}}]}}]"#,
            containers.replace(r#"{"name":""#, r#"{"restartPolicy":"Always","name":""#)
                .replace(r#"ports":[{"restartPolicy":"Always","#, r#"ports":[{"#)
                .replace(r#"{"restartPolicy":"Always","name":"A"#, r#"{"name":"A"#)
                .replace(r#"{"restartPolicy":"Always","name":"B"#, r#"{"name":"B"#)
                .replace(r#"{"restartPolicy":"Always","name":"C"#, r#"{"name":"C"#)
                .replace(r#"{"restartPolicy":"Always","name":"D"#, r#"{"name":"D"#)
        );
        (String::new(), spec)
    }))
    .await;
}

#[tokio::test]
async fn of_too_many_warnings_the_last_are_left_out() {
    let hidden = [(60, 100), (300, 1), (20, 400), (36, 50), (38, 50)].map(|(times, length)| {
        let variable = format!(r#"{{"name":"{}","value":"1"}}"#, "A".repeat(length));
        format!(r#""containers":[{{"name":"c","image":"i","env":[{}]}}]"#, vec![variable; times].join(","))
    });
    let overlapping = [("p", 200), ("p/", 150)].map(|(path, times)| {
        let file = |n| match path {
            "p" => r#"{"key":"a","path":"p"}"#.to_owned(),
            path => format!(r#"{{"key":"a","path":"{path}{n}"}}"#),
        };
        let files: Vec<String> = (0..times).map(file).collect();
        format!(
            r#""volumes":[{{"name":"v","configMap":{{"name":"m","items":[{},{{"key":"a","path":"p"}}]}}}}],"containers":[{{"name":"c","image":"i"}}]"#,
            files.join(",")
        )
    });
    try_all(hidden.into_iter().chain(overlapping).map(|spec| (String::new(), spec))).await;
}

#[tokio::test]
async fn annotations_that_have_become_fields_are_told() {
    try_all(ANNOTATIONS.iter().map(|(annotations, beside)| {
        let comma = if beside.is_empty() { "" } else { "," };
        ((*annotations).to_owned(), format!(r#"{beside}{comma}"containers":[{{"name":"c","image":"i"}}]"#))
    }))
    .await;
}

#[tokio::test]
async fn templates_are_looked_at_where_they_are_new() {
    let mut rows = String::new();
    let odd = r#"{"metadata":{"labels":{"a":"b"}},"spec":{"terminationGracePeriodSeconds":-1,"hostAliases":[{"ip":"FE80::1","hostnames":["c"]}],"restartPolicy":"POLICY","containers":[{"name":"c","image":"i"}]}}"#;
    let selector = r#""selector":{"matchLabels":{"a":"b"}},"#;
    let kinds = [
        ("/apis/apps/v1/namespaces/$ns/deployments", selector, ""),
        ("/apis/apps/v1/namespaces/$ns/replicasets", selector, ""),
        ("/apis/apps/v1/namespaces/$ns/daemonsets", selector, ""),
        (
            "/apis/apps/v1/namespaces/$ns/statefulsets",
            selector,
            r#","revisionHistoryLimit":-1,"volumeClaimTemplates":[{"metadata":{"name":"d"},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1500m"}}}}]"#,
        ),
        ("replicationcontrollers", "", r#","replicas":0"#),
        ("/apis/batch/v1/namespaces/$ns/jobs", "", r#","suspend":true"#),
    ];
    for (path, selector, more) in kinds {
        let never = if path.contains("jobs") { "Never" } else { "Always" };
        let template = odd.replace("POLICY", never);
        for name in ["a.b", "a"] {
            rows += &format!(
                r#"POST {path} {{"metadata":{{"name":"{name}"}},"spec":{{{selector}"template":{template}{more}}}}}"#
            );
            rows += "\n";
        }
        rows += &format!(r#"MERGE {path}/a {{"metadata":{{"labels":{{"x":"y"}}}}}}"#);
        rows += "\n";
        if !path.contains("jobs") {
            rows += &format!(r#"MERGE {path}/a {{"spec":{{"minReadySeconds":1}}}}"#);
            rows += "\n";
            rows += &format!(
                r#"MERGE {path}/a {{"spec":{{"template":{{"spec":{{"terminationGracePeriodSeconds":7,"hostAliases":null}}}}}}}}"#
            );
            rows += "\n";
            rows += &format!(
                r#"STRATEGIC {path}/a?dryRun=All {{"spec":{{"template":{{"spec":{{"imagePullSecrets":[{{"name":""}}]}}}}}}}}"#
            );
            rows += "\n";
            rows += &format!(
                r#"JSON {path}/a [{{"op":"add","path":"/spec/template/spec/hostAliases","value":[{{"ip":"::A","hostnames":["c"]}}]}}]"#
            );
            rows += "\n";
        }
        if !path.contains("jobs") && !path.contains("daemon") {
            rows += &format!(r#"MERGE {path}/a/scale?dryRun=All {{"spec":{{"replicas":2}}}}"#);
            rows += "\n";
        }
        rows += &format!("DELETE {path}/a?dryRun=All\n");
    }
    check_warnings(&rows).await;
}

#[tokio::test]
async fn jobs_of_many_indexes_and_jobs_that_go_are_told() {
    check_warnings(
        r#"
        POST   /apis/batch/v1/namespaces/$ns/jobs?dryRun=All {"metadata":{"name":"a"},"spec":{"suspend":true,"completionMode":"Indexed","completions":100001,"parallelism":10001,"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"i"}]}}}}
        POST   /apis/batch/v1/namespaces/$ns/cronjobs {"metadata":{"name":"a.b"},"spec":{"suspend":true,"schedule":"0 0 1 1 *","jobTemplate":{"spec":{"completionMode":"Indexed","completions":100001,"parallelism":10001,"template":{"spec":{"restartPolicy":"Never","imagePullSecrets":[{"name":"a"},{"name":"a"}],"containers":[{"name":"c","image":"i"}]}}}}}}
        MERGE  /apis/batch/v1/namespaces/$ns/cronjobs/a.b {"spec":{"jobTemplate":{"spec":{"completions":100002}}}}
        MERGE  /apis/batch/v1/namespaces/$ns/cronjobs/a.b {"metadata":{"labels":{"a":"b"}}}
        POST   /apis/batch/v1/namespaces/$ns/jobs {"metadata":{"name":"j"},"spec":{"suspend":true,"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"i"}]}}}}
        DELETE /apis/batch/v1/namespaces/$ns/jobs/j?dryRun=All
        DELETE /apis/batch/v1/namespaces/$ns/jobs/j?dryRun=All&propagationPolicy=Orphan
        DELETE /apis/batch/v1/namespaces/$ns/jobs/j?dryRun=All {"orphanDependents":false}
        DELETE /apis/batch/v1/namespaces/$ns/jobs/none
        DELETE /apis/batch/v1/namespaces/$ns/jobs?dryRun=All
        DELETE /apis/batch/v1/namespaces/$ns/jobs?labelSelector=none
        DELETE /apis/batch/v1/namespaces/$ns/jobs/j
        UNTIL  /apis/batch/v1/namespaces/$ns/jobs/j 404
        POST   pods {"metadata":{"name":"p.q"},"spec":{"automountServiceAccountToken":false,"containers":[{"name":"c","image":"i"}]}}
        MERGE  pods/p.q {"metadata":{"annotations":{"seccomp.security.alpha.kubernetes.io/pod":"unconfined"}}}
        MERGE  pods/p.q {"metadata":{"annotations":{"container.apparmor.security.beta.kubernetes.io/c":"unconfined"}}}
        POST   podtemplates?dryRun=All {"metadata":{"name":"a"},"template":{"spec":{"overhead":{"memory":"1500m","ephemeral-storage":"500m"},"containers":[{"name":"c","image":"i"}]}}}
        POST   pods {"metadata":{"generateName":"p.q-"},"spec":{"automountServiceAccountToken":false,"containers":[{"name":"c"}]}}
        MERGE  pods/p.q/status {"status":{"podIP":"2001:DB8::1","podIPs":[{"ip":"2001:DB8::1"}],"hostIP":"10.0.0.1","hostIPs":[{"ip":"10.0.0.1"}]}}
    "#,
    )
    .await;
}
