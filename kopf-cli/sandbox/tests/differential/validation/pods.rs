//! Pods and their templates.

use super::{check, of_group, try_all};

/// Pods of one container that has these fields.
pub(super) async fn try_containers(rows: &[&str]) {
    let rows: Vec<String> = rows
        .iter()
        .map(|fields| format!(r#""spec":{{"containers":[{{"name":"c","image":"i",{fields}}}],"volumes":[{{"name":"v","emptyDir":{{}}}}]}}"#))
        .collect();
    try_all("pods", &rows.iter().map(String::as_str).collect::<Vec<_>>()).await;
}

/// Pods that have these fields beside a container.
pub(super) async fn try_specs(rows: &[&str]) {
    let rows: Vec<String> = rows
        .iter()
        .map(|fields| format!(r#""spec":{{"containers":[{{"name":"c","image":"i"}}],{fields}}}"#))
        .collect();
    try_all("pods", &rows.iter().map(String::as_str).collect::<Vec<_>>()).await;
}

#[tokio::test]
async fn pods_are_made_of_containers() {
    try_all(
        "pods",
        &[
            r#""spec":{}"#,
            r#""spec":{"containers":[]}"#,
            r#""spec":{"containers":[{}]}"#,
            r#""spec":{"containers":[{"name":"A_b","image":"i"}]}"#,
            r#""spec":{"containers":[{"name":"a","image":" i "}]}"#,
            r#""spec":{"containers":[{"name":"a","image":"i"},{"name":"a","image":"j"}]}"#,
            r#""spec":{"containers":[{"name":"a","image":"i"}],"initContainers":[{"name":"a","image":"j"}]}"#,
            r#""spec":{"containers":[{"name":"a","image":"i"}],"initContainers":[{"name":"b","image":"j","livenessProbe":{"tcpSocket":{"port":1}},"lifecycle":{}}]}"#,
            r#""spec":{"containers":[{"name":"a","image":"i"}],"initContainers":[{"name":"b","image":"j","restartPolicy":"Always","startupProbe":{"tcpSocket":{"port":1}}}]}"#,
            r#""spec":{"containers":[{"name":"a","image":"i"}],"ephemeralContainers":[{"name":"b","image":"j"}]}"#,
            r#""spec":{"containers":[{"name":"a","image":"i","ports":[{"containerPort":1,"hostPort":2}]},{"name":"b","image":"i","ports":[{"containerPort":1,"hostPort":2}]}]}"#,
        ],
    )
    .await;
}

#[tokio::test]
async fn containers_have_ports_and_variables() {
    try_containers(&[
        r#""ports":[{"containerPort":70000,"hostPort":70000}]"#,
        r#""ports":[{"containerPort":80,"protocol":"X"}]"#,
        r#""ports":[{"hostPort":0}]"#,
        r#""ports":[{"containerPort":80,"name":"x"},{"containerPort":81,"name":"x"}]"#,
        r#""ports":[{"containerPort":80,"name":"much-too-long-for-a-port"},{"containerPort":81,"name":"-A--"},{"containerPort":81,"name":"80"}]"#,
        r#""env":[{"value":"x"},{"name":"a=b"},{"name":"a b.C-1"}]"#,
        r#""env":[{"name":"a","value":"x","valueFrom":{"fieldRef":{"fieldPath":"metadata.name"}}}]"#,
        r#""env":[{"name":"a","valueFrom":{}},{"name":"b","valueFrom":{"fieldRef":{"fieldPath":"metadata.name"},"secretKeyRef":{"name":"s","key":"k"}}}]"#,
        r#""env":[{"name":"a","valueFrom":{"fieldRef":{"fieldPath":""}}},{"name":"b","valueFrom":{"fieldRef":{"fieldPath":"spec.nothing"}}}]"#,
        r#""env":[{"name":"a","valueFrom":{"fieldRef":{"fieldPath":"metadata.labels"}}},{"name":"b","valueFrom":{"fieldRef":{"fieldPath":"metadata.labels['a b']"}}}]"#,
        r#""env":[{"name":"a","valueFrom":{"fieldRef":{"fieldPath":"metadata.labels['a']"}}},{"name":"b","valueFrom":{"fieldRef":{"fieldPath":"status.podIP"}}}]"#,
        r#""env":[{"name":"a","valueFrom":{"resourceFieldRef":{"resource":"limits.cpu","divisor":"1m"}}},{"name":"b","valueFrom":{"resourceFieldRef":{"resource":"limits.nothing"}}}]"#,
        r#""env":[{"name":"a","valueFrom":{"resourceFieldRef":{"resource":"limits.cpu","divisor":"2"}}},{"name":"b","valueFrom":{"resourceFieldRef":{"resource":"limits.memory","divisor":"3Mi"}}}]"#,
        r#""env":[{"name":"a","valueFrom":{"configMapKeyRef":{"name":"A_b","key":"a b"}}},{"name":"b","valueFrom":{"secretKeyRef":{"name":"a"}}}]"#,
        r#""env":[{"name":"a","valueFrom":{"configMapKeyRef":{"name":"a","key":"b","optional":true}}}]"#,
        r#""envFrom":[{},{"prefix":"a=","configMapRef":{"name":"A_b"},"secretRef":{"name":"a"}},{"secretRef":{}}]"#,
        r#""envFrom":[{"prefix":"A_","configMapRef":{"name":"a"}},{"secretRef":{"name":"b","optional":true}}]"#,
        r#""imagePullPolicy":"Nonsense""#,
        r#""terminationMessagePolicy":"Nonsense""#,
        r#""restartPolicy":"Nonsense""#,
        r#""restartPolicyRules":[{"action":"Restart","exitCodes":{"operator":"In","values":[1]}}]"#,
        r#""command":[],"args":null,"workingDir":"x","stdin":true,"tty":true"#,
    ])
    .await;
}

#[tokio::test]
async fn containers_mount_volumes() {
    try_containers(&[
        r#""volumeMounts":[{"mountPath":"/x"},{"name":"w","mountPath":"/y"},{"name":"v"}]"#,
        r#""volumeMounts":[{"name":"v","mountPath":"/x"},{"name":"v","mountPath":"/x"}]"#,
        r#""volumeMounts":[{"name":"v","mountPath":"/x","subPath":"/a"},{"name":"v","mountPath":"/y","subPath":"../a"},{"name":"v","mountPath":"/z","subPath":"a","subPathExpr":"b"}]"#,
        r#""volumeMounts":[{"name":"v","mountPath":"/x","mountPropagation":"Bidirectional"},{"name":"v","mountPath":"/y","mountPropagation":"X"}]"#,
        r#""volumeMounts":[{"name":"v","mountPath":"/x","recursiveReadOnly":"Enabled"},{"name":"v","mountPath":"/y","recursiveReadOnly":"X"}]"#,
        r#""volumeMounts":[{"name":"v","mountPath":"x:y"},{"name":"v","mountPath":"/y","subPath":"a/b","readOnly":true}]"#,
        r#""volumeDevices":[{"name":"v","devicePath":"/x"},{"name":"w","devicePath":"/../x"}]"#,
    ])
    .await;
}

#[tokio::test]
async fn containers_are_probed() {
    try_containers(&[
        r#""livenessProbe":{}"#,
        r#""livenessProbe":{"exec":{"command":[]},"successThreshold":2}"#,
        r#""livenessProbe":{"httpGet":{"port":"A--"},"tcpSocket":{"port":1}}"#,
        r#""readinessProbe":{"httpGet":{"port":0,"scheme":"FTP","httpHeaders":[{"name":"a b","value":"x"}]},"periodSeconds":-1,"timeoutSeconds":-1,"initialDelaySeconds":-1,"failureThreshold":-1}"#,
        r#""readinessProbe":{"grpc":{"port":70000},"terminationGracePeriodSeconds":5}"#,
        r#""startupProbe":{"tcpSocket":{"port":"http"},"terminationGracePeriodSeconds":0}"#,
        r#""lifecycle":{"postStart":{},"preStop":{"sleep":{"seconds":100}}}"#,
        r#""lifecycle":{"preStop":{"sleep":{"seconds":10}},"postStart":{"httpGet":{"port":80}}}"#,
        r#""livenessProbe":{"exec":{"command":["a"]}},"readinessProbe":{"httpGet":{"port":"http","path":"x"},"successThreshold":3}"#,
    ])
    .await;
}

#[tokio::test]
async fn containers_ask_for_resources() {
    try_containers(&[
        r#""resources":{"requests":{"cpu":"2"},"limits":{"cpu":"1500m"}}"#,
        r#""resources":{"requests":{"memory":"1Gi"},"limits":{"memory":"1G"}}"#,
        r#""resources":{"requests":{"memory":"1024Mi"},"limits":{"memory":"1Gi"}}"#,
        r#""resources":{"limits":{"cpu":1,"memory":"1.5Gi","ephemeral-storage":"100000k"}}"#,
        r#""resources":{"limits":{"cpu":0.5}}"#,
        r#""resources":{"limits":{"cpu":"-1","memory":"x"}}"#,
        r#""resources":{"limits":{"cpu":"-1"}}"#,
        r#""resources":{"limits":{"disk":"1"}}"#,
        r#""resources":{"limits":{"storage":"1"},"requests":{"a b":"1"}}"#,
        r#""resources":{"limits":{"example.com/gpu":"1500m"}}"#,
        r#""resources":{"requests":{"example.com/gpu":"1"}}"#,
        r#""resources":{"requests":{"example.com/gpu":"1"},"limits":{"example.com/gpu":"2"}}"#,
        r#""resources":{"limits":{"example.com/gpu":1}}"#,
        r#""resources":{"limits":{"memory":"-1"}}"#,
        r#""resources":{"limits":{"hugepages-2Mi":"4Mi","cpu":"1"}}"#,
        r#""resources":{"limits":{"requests.example.com/x":"1","kubernetes.io/batch":"1"}}"#,
        r#""resizePolicy":[{"resourceName":"cpu","restartPolicy":"NotRequired"},{"resourceName":"cpu","restartPolicy":"X"},{"resourceName":"disk","restartPolicy":"NotRequired"}]"#,
        r#""securityContext":{"runAsUser":-1,"runAsGroup":3000000000,"procMount":"X"}"#,
        r#""securityContext":{"seccompProfile":{},"appArmorProfile":{"type":"X"}}"#,
        r#""securityContext":{"seccompProfile":{"type":"Localhost"},"appArmorProfile":{"type":"RuntimeDefault","localhostProfile":"x"}}"#,
        r#""securityContext":{"seccompProfile":{"type":"Localhost","localhostProfile":"/x"},"capabilities":{"add":["ALL"],"drop":["x"]}}"#,
        r#""securityContext":{"runAsNonRoot":true,"readOnlyRootFilesystem":true}"#,
    ])
    .await;
}

#[tokio::test]
async fn pods_have_volumes() {
    try_specs(&[
        r#""volumes":[{"name":"A_b"},{"name":""}]"#,
        r#""volumes":[{"name":"v"},{"name":"v"}]"#,
        r#""volumes":[{"name":"v","emptyDir":{},"hostPath":{"path":"/x"}},{"name":"w","hostPath":{"path":"/../x","type":"X"}}]"#,
        r#""volumes":[{"name":"v","hostPath":{"path":""}},{"name":"w","emptyDir":{"sizeLimit":"-1"}}]"#,
        r#""volumes":[{"name":"v","secret":{}},{"name":"w","configMap":{}},{"name":"x","persistentVolumeClaim":{"claimName":""}}]"#,
        r#""volumes":[{"name":"v","secret":{"secretName":"s","defaultMode":1000,"items":[{"key":"","path":""},{"key":"a","path":"/b"},{"key":"a","path":"..b","mode":-1}]}}]"#,
        r#""volumes":[{"name":"v","downwardAPI":{"items":[{"path":""},{"path":"a","fieldRef":{"fieldPath":"status.podIP"}},{"path":"b","resourceFieldRef":{"resource":"limits.cpu"}}]}}]"#,
        r#""volumes":[{"name":"v","projected":{"sources":[{"secret":{}},{"configMap":{"name":"c","items":[{"key":"a","path":"x"}]}},{"secret":{"name":"s","items":[{"key":"a","path":"x"}]},"configMap":{"name":"c"}},{"serviceAccountToken":{"path":"","expirationSeconds":1}}]}}]"#,
        r#""volumes":[{"name":"v","projected":{"sources":[{"serviceAccountToken":{"path":"t"}},{"downwardAPI":{"items":[{"path":"l","fieldRef":{"fieldPath":"metadata.labels"}}]}},{"configMap":{"name":"c"}}]}}]"#,
        r#""volumes":[{"name":"v","ephemeral":{}},{"name":"w","ephemeral":{"volumeClaimTemplate":{"spec":{}}}}]"#,
        r#""volumes":[{"name":"v","ephemeral":{"volumeClaimTemplate":{"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}}},{"name":"w","csi":{"driver":"a.b"}},{"name":"x","nfs":{"server":"s","path":"p"}}]"#,
        r#""volumes":[{"name":"v","nfs":{"server":"s","path":"/p"}},{"name":"w","hostPath":{"path":"/x","type":"Directory"}},{"name":"x","emptyDir":{"medium":"Memory","sizeLimit":"1.5Gi"}}]"#,
    ])
    .await;
}

#[tokio::test]
async fn pods_say_where_and_how_they_run() {
    try_specs(&[
        r#""restartPolicy":"Nonsense","dnsPolicy":"X""#,
        r#""nodeSelector":{"a b":"c"},"nodeName":"A_b""#,
        r#""hostname":"A_b","subdomain":"a.b""#,
        r#""activeDeadlineSeconds":0"#,
        r#""dnsPolicy":"None""#,
        r#""dnsPolicy":"None","dnsConfig":{}"#,
        r#""dnsConfig":{"nameservers":["x","1.1.1.1","8.8.8.8","9.9.9.9"],"options":[{"value":"x"}]}"#,
        r#""hostAliases":[{"ip":"x","hostnames":["A_b"]},{"ip":"127.0.0.1","hostnames":["a.b"]}]"#,
        r#""tolerations":[{"key":"a b","operator":"X","effect":"Y"},{"operator":"Equal"},{"key":"a","operator":"Exists","value":"x"},{"key":"a","value":"b c"},{"key":"a","tolerationSeconds":1}]"#,
        r#""tolerations":[{"operator":"Exists"},{"key":"a","operator":"Equal","value":"b","effect":"NoSchedule"},{"key":"c","effect":"NoExecute","tolerationSeconds":-1}]"#,
        r#""affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[]},"preferredDuringSchedulingIgnoredDuringExecution":[{"weight":0,"preference":{}}]}}"#,
        r#""affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"a b","operator":"In"},{"key":"a","operator":"Exists","values":["x"]},{"key":"a","operator":"Gt","values":["1","2"]},{"key":"a","operator":"X"}],"matchFields":[{"key":"x","operator":"In","values":["y"]}]}]}}}"#,
        r#""affinity":{"podAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[{"topologyKey":""},{"topologyKey":"a","labelSelector":{"matchExpressions":[{"key":"a","operator":"X"}]},"namespaces":["A"]}]},"podAntiAffinity":{"preferredDuringSchedulingIgnoredDuringExecution":[{"weight":101,"podAffinityTerm":{"topologyKey":"a","matchLabelKeys":["x"]}}]}}"#,
        r#""affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"a","operator":"In","values":["x"]}]}]}},"podAntiAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[{"topologyKey":"kubernetes.io/hostname","labelSelector":{"matchLabels":{"a":"b"}}}]}}"#,
        r#""topologySpreadConstraints":[{"maxSkew":0,"topologyKey":"","whenUnsatisfiable":"X"},{"maxSkew":1,"topologyKey":"a","whenUnsatisfiable":"ScheduleAnyway","minDomains":0},{"maxSkew":1,"topologyKey":"a","whenUnsatisfiable":"ScheduleAnyway","labelSelector":{"matchLabels":{"a b":"c"}}}]"#,
        r#""topologySpreadConstraints":[{"maxSkew":1,"topologyKey":"a","whenUnsatisfiable":"DoNotSchedule","labelSelector":{"matchLabels":{"a":"b"}},"matchLabelKeys":["c"]}]"#,
        r#""securityContext":{"runAsUser":-1,"fsGroup":-1,"supplementalGroups":[-1],"fsGroupChangePolicy":"X","sysctls":[{"name":"","value":""}]}"#,
        r#""securityContext":{"runAsUser":0,"fsGroup":1,"seccompProfile":{"type":"RuntimeDefault"},"sysctls":[{"name":"net.core.somaxconn","value":"1"}]}"#,
        r#""schedulingGates":[{"name":"a b"},{"name":"x"},{"name":"x"}]"#,
        r#""schedulingGates":[{"name":"x"}],"nodeName":"n""#,
        r#""shareProcessNamespace":true,"hostPID":true"#,
        r#""hostUsers":false,"hostIPC":true,"hostPID":true"#,
        r#""imagePullSecrets":[{"name":"x"}],"enableServiceLinks":false,"schedulerName":"x""#,
        r#""readinessGates":[{"conditionType":"a b"}],"os":{"name":"x"}"#,
        r#""hostNetwork":true,"dnsPolicy":"ClusterFirstWithHostNet""#,
        r#""setHostnameAsFQDN":true,"activeDeadlineSeconds":1"#,
    ])
    .await;
}

#[tokio::test]
async fn names_are_counted_in_characters_and_labels_in_bytes() {
    let (label, domain) = ("a".repeat(64), "a".repeat(254));
    let spec = format!(
        r#""hostname":"{label}","subdomain":"{label}","nodeName":"{domain}","priorityClassName":"{domain}","nodeSelector":{{"{label}":"{label}","{domain}/a":"b"}}"#
    );
    try_specs(&[&spec]).await;
    check(&format!(
        r#"
        POST pods?dryRun=All {{"metadata":{{"name":"{domain}"}},"spec":{{"automountServiceAccountToken":false,"containers":[{{"name":"{label}","image":"i"}}]}}}}
        POST services?dryRun=All {{"metadata":{{"name":"{label}"}},"spec":{{"ports":[{{"port":1}}]}}}}
        POST configmaps?dryRun=All {{"metadata":{{"name":"{domain}","labels":{{"{label}":"{label}"}},"annotations":{{"{domain}/a":"b"}}}}}}
        POST /api/v1/namespaces?dryRun=All {{"metadata":{{"name":"{label}"}}}}
        POST /apis/apps/v1/namespaces/$ns/statefulsets?dryRun=All {{"metadata":{{"name":"{label}"}},"spec":{{}}}}
        POST /apis/apps/v1/namespaces/$ns/deployments?dryRun=All {{"metadata":{{"name":"{domain}"}},"spec":{{}}}}
        POST /apis/storage.k8s.io/v1/storageclasses?dryRun=All {{"metadata":{{"name":"{domain}"}},"provisioner":"{label}/{label}"}}
    "#
    ))
    .await;
}

#[tokio::test]
async fn templates_are_checked_as_pods_are() {
    try_all(
        "podtemplates",
        &[
            r#""template":{"metadata":{"labels":{"a b":"c d"},"annotations":{"e f":"g"}},"spec":{"containers":[{"name":"A","image":" i"}]}}"#,
            r#""template":{"spec":{"containers":[{"name":"a","image":"i"}],"restartPolicy":"Never"}}"#,
        ],
    )
    .await;
    try_all(
        &of_group("apps/v1", "deployments"),
        &[
            r#""spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"hostNetwork":true,"containers":[{"name":"a","image":"i","ports":[{"containerPort":80}]},{"name":"a","image":""}],"ephemeralContainers":[{"name":"x","image":"y"}]}}}"#,
        ],
    )
    .await;
}

#[tokio::test]
async fn running_pods_change_in_few_fields() {
    check(
        r#"
        POST   pods {"metadata":{"name":"p"},"spec":{"automountServiceAccountToken":false,"containers":[{"name":"a","image":"i:1"}]}}
        MERGE  pods/p {"metadata":{"labels":{"a":"b"}}}
        STRATEGIC pods/p {"spec":{"containers":[{"name":"a","image":"i:2"}]}}
        STRATEGIC pods/p {"spec":{"containers":[{"name":"a","image":""}]}}
        STRATEGIC pods/p {"spec":{"containers":[{"name":"b","image":"i:2"}]}}
        STRATEGIC pods/p {"spec":{"containers":[{"name":"a","env":[{"name":"x"}]}]}}
        MERGE  pods/p {"spec":{"activeDeadlineSeconds":100}}
        MERGE  pods/p {"spec":{"activeDeadlineSeconds":200}}
        MERGE  pods/p {"spec":{"activeDeadlineSeconds":null}}
        MERGE  pods/p {"spec":{"activeDeadlineSeconds":50}}
        MERGE  pods/p {"spec":{"tolerations":[]}}
        MERGE  pods/p {"spec":{"restartPolicy":"Never"}}
        MERGE  pods/p {"spec":{"schedulingGates":[{"name":"x"}]}}
        MERGE  pods/p {"spec":{"nodeSelector":{"a":"b"}}}
        POST   pods {"metadata":{"name":"g"},"spec":{"automountServiceAccountToken":false,"schedulingGates":[{"name":"x"}],"nodeSelector":{"a":"b"},"containers":[{"name":"a","image":"i:1"}]}}
        MERGE  pods/g {"spec":{"nodeSelector":{"c":"d"}}}
        MERGE  pods/g {"spec":{"nodeSelector":{"a":"e"}}}
        MERGE  pods/g {"spec":{"schedulingGates":null}}
    "#,
    )
    .await;
}

#[tokio::test]
async fn pods_are_of_one_system() {
    let user = |name: &str| format!(r#""securityContext":{{"windowsOptions":{{"runAsUserName":"{name}"}}}}"#);
    let (long, label) = ("a".repeat(105), "a".repeat(63));
    let users =
        ["", r"a\\b\\c", r"\\b", r"a\\", r"..\\b", ". .", "a/b", r"a\u0007", &long, r"a b\\c", r"a_b.c\\d"];
    let longer = format!("{}\\\\b", [&*label; 4].join("."));
    let users: Vec<String> = users.iter().copied().chain([&*longer]).map(user).collect();
    try_specs(&users.iter().map(String::as_str).collect::<Vec<_>>()).await;
    try_specs(&[
        r#""securityContext":{"windowsOptions":{"gmsaCredentialSpecName":"","gmsaCredentialSpec":""}}"#,
        r#""securityContext":{"windowsOptions":{"gmsaCredentialSpecName":"A_b","gmsaCredentialSpec":"x"}}"#,
        r#""securityContext":{"windowsOptions":{"hostProcess":true}}"#,
        r#""securityContext":{"windowsOptions":{"hostProcess":true}},"hostNetwork":true,"initContainers":[{"name":"d","image":"i","securityContext":{"windowsOptions":{"hostProcess":false}}}]"#,
        r#""securityContext":{"windowsOptions":{"hostProcess":true}},"hostNetwork":true,"os":{"name":"windows"}"#,
        r#""securityContext":{"windowsOptions":{"hostProcess":false}},"hostNetwork":true,"os":{"name":"linux"}"#,
        r#""os":{"name":"linux"},"initContainers":[{"name":"d","image":"i","securityContext":{"windowsOptions":{}}}]"#,
        r#""os":{"name":"windows"},"securityContext":{"fsGroup":1,"runAsUser":1,"sysctls":[{"name":"a.b","value":"c"}],"seLinuxOptions":{},"seccompProfile":{"type":"RuntimeDefault"},"appArmorProfile":{"type":"RuntimeDefault"},"fsGroupChangePolicy":"Always","runAsGroup":1,"supplementalGroups":[1],"supplementalGroupsPolicy":"Merge","seLinuxChangePolicy":"Recursive"}"#,
        r#""os":{"name":"windows"},"hostPID":true,"hostIPC":true,"hostUsers":true,"shareProcessNamespace":false,"securityContext":{"runAsNonRoot":true,"supplementalGroups":[1]}"#,
        r#""os":{"name":"windows"},"initContainers":[{"name":"d","image":"i","securityContext":{"runAsNonRoot":true,"runAsUser":1,"runAsGroup":1,"procMount":"Default","privileged":false,"readOnlyRootFilesystem":false,"allowPrivilegeEscalation":true,"capabilities":{},"seLinuxOptions":{},"seccompProfile":{"type":"RuntimeDefault"},"appArmorProfile":{"type":"RuntimeDefault"}}}]"#,
        r#""os":{"name":"windows"},"hostPID":false,"resources":{"limits":{"cpu":"1"}}"#,
        r#""os":{}"#,
        r#""securityContext":{"sysctls":[{"name":"a b","value":""},{"name":"a/b","value":""},{"name":"a/b","value":""},{"name":"net.a","value":""},{"name":"kernel/shm_rmid_forced","value":""}]},"hostNetwork":true,"hostIPC":true"#,
        r#""securityContext":{"sysctls":[{"name":"net.a","value":""},{"name":"kernel.msgmax","value":""},{"name":"fs.mqueue.x","value":""}]},"hostIPC":true"#,
        r#""hostUsers":false,"hostNetwork":true,"initContainers":[{"name":"d","image":"i","volumeDevices":[{"name":"v","devicePath":"/x"}]}],"volumes":[{"name":"v","persistentVolumeClaim":{"claimName":"x"}}]"#,
    ])
    .await;
}

#[tokio::test]
async fn pods_have_claims_of_devices() {
    try_specs(&[
        r#""resourceClaims":[{"name":""},{"name":"A_b","resourceClaimName":"a","resourceClaimTemplateName":"b"},{"name":"a","resourceClaimName":"A_b"},{"name":"a","resourceClaimTemplateName":"A_b"}]"#,
        r#""resourceClaims":[{"name":"a","resourceClaimName":"x"},{"name":"b","resourceClaimTemplateName":"y"}]"#,
        r#""resourceClaims":[{"name":"b","resourceClaimName":"x"},{"name":"a","resourceClaimName":"x"}],"initContainers":[{"name":"d","image":"i","resources":{"claims":[{"name":"a"},{"name":"a"},{"name":"c"},{"name":""},{"name":"b","request":"A_b"},{"name":"b","request":"x"},{"name":"b","request":"x"},{"name":"b"},{"name":"b","request":"y"}]}}]"#,
        r#""initContainers":[{"name":"d","image":"i","resources":{"claims":[{"name":"a"}]}}]"#,
        r#""resourceClaims":[{"name":"a","resourceClaimName":"x"}],"initContainers":[{"name":"d","image":"i","resources":{"claims":[{"name":"a","request":"x"},{"name":"a","request":"y"}]}}]"#,
        r#""overhead":{"cpu":"1"}"#,
    ])
    .await;
}

#[tokio::test]
async fn pods_say_more_of_how_they_run() {
    try_specs(&[
        r#""hostnameOverride":"A_b""#,
        r#""hostnameOverride":"a.b","hostNetwork":true,"setHostnameAsFQDN":true"#,
        r#""hostnameOverride":"a0123456789012345678901234567890123456789012345678901234567890.0123456789""#,
        r#""hostnameOverride":"a.b""#,
        r#""hostnameOverride":"""#,
        r#""imagePullSecrets":[{},{"name":""},{"name":"A_b"}]"#,
        r#""terminationGracePeriodSeconds":-1"#,
        r#""terminationGracePeriodSeconds":0"#,
        r#""initContainers":[{"name":"d","image":"i","restartPolicy":"Always","lifecycle":{"stopSignal":"SIGTERM"}}]"#,
        r#""os":{"name":"linux"},"initContainers":[{"name":"d","image":"i","restartPolicy":"Always","lifecycle":{"stopSignal":"SIGTERM"}},{"name":"e","image":"i","restartPolicy":"Always","lifecycle":{"stopSignal":"SIGX"}}]"#,
        r#""os":{"name":"windows"},"initContainers":[{"name":"d","image":"i","restartPolicy":"Always","lifecycle":{"stopSignal":"SIGTERM"}},{"name":"e","image":"i","restartPolicy":"Always","lifecycle":{"stopSignal":"SIGHUP"}}]"#,
        r#""initContainers":[{"name":"d","image":"i","env":[{"name":"X","valueFrom":{"fileKeyRef":{"volumeName":"v","path":"a","key":"b"}}}]}],"volumes":[{"name":"v","configMap":{"name":"x"}}]"#,
        r#""initContainers":[{"name":"d","image":"i","env":[{"name":"X","valueFrom":{"fileKeyRef":{"volumeName":"w","path":"/a","key":"b=c"}}}]}]"#,
        r#""initContainers":[{"name":"d","image":"i","env":[{"name":"X","valueFrom":{"fileKeyRef":{"volumeName":"v","path":"a","key":"b"}}}]}],"volumes":[{"name":"v","emptyDir":{}}]"#,
        r#""resources":{"requests":{"cpu":"2","memory":"1Gi"},"limits":{"cpu":"1"},"claims":[{"name":"a"}]}"#,
        r#""resources":{"requests":{"disk":"2"},"limits":{"ephemeral-storage":"1","a b":"1"}}"#,
        r#""resources":{"requests":{"cpu":"-1","memory":"-1"}}"#,
        r#""hostAliases":[{"ip":"127.0.0.1"}],"evictionResponders":[]"#,
        r#""initContainers":[{"name":"d","image":"i","restartPolicyRules":[{"action":"X","exitCodes":{"operator":"Y"}},{"action":"Restart"},{"action":"RestartAllContainers","exitCodes":{"operator":"In","values":[1,1]}}],"restartPolicy":"Never"}]"#,
        r#""initContainers":[{"name":"d","image":"i","securityContext":{"procMount":"Unmasked","allowPrivilegeEscalation":false,"capabilities":{"add":["CAP_SYS_ADMIN"]}}}]"#,
    ])
    .await;
    check(
        r#"
        POST replicationcontrollers?dryRun=All {"metadata":{"name":"a"},"spec":{"selector":{"a":"b"},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"terminationGracePeriodSeconds":-1,"hostNetwork":true,"containers":[{"name":"c","image":"i","ports":[{"containerPort":80,"hostPort":81}]}]}}}}
        POST replicationcontrollers?dryRun=All {"metadata":{"name":"a"},"spec":{"selector":{"a":"b"},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"hostNetwork":true,"containers":[{"name":"c","image":"i","ports":[{"containerPort":80}]}]}}}}
    "#,
    )
    .await;
}
