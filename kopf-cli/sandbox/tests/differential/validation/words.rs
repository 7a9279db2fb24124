//! Words that are none of those that a server has a type for: it shows them as JSON has them, and texts as Go prints them.

use super::{
    check, creation, of_group,
    pods::{try_containers, try_specs},
};

/// What JSON, or Go, has another way of writing; and what cannot be seen.
const ODD: &str = "<&>\u{a0}é";

const TEMPLATE: &str = r#""selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}"#;
const JOB: &str = r#""template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"i"}]}}"#;

/// The rows with odd words where they have a `W`.
fn odd(rows: &[&str]) -> Vec<String> {
    let rows = rows.iter().map(|row| row.replace('W', ODD));
    rows.map(|row| row.replace("TEMPLATE", TEMPLATE).replace("JOB", JOB)).collect()
}

fn texts(rows: &[String]) -> Vec<&str> {
    rows.iter().map(String::as_str).collect()
}

/// Creates objects at each path with these fields.
async fn try_odd(rows: &[(&str, &[&str])]) {
    let rows = rows.iter().flat_map(|(path, rows)| {
        odd(rows).into_iter().map(|fields| creation(&grouped(path), &fields)).collect::<Vec<_>>()
    });
    check(&rows.collect::<String>()).await;
}

/// `GROUP/VERSION PLURAL` is a path in the namespace.
fn grouped(path: &str) -> String {
    match path.split_once(' ') {
        Some((version, plural)) => of_group(version, plural),
        None => path.to_owned(),
    }
}

#[tokio::test]
async fn odd_words_in_containers_are_shown_as_a_server_shows_them() {
    try_containers(&texts(&odd(&[
        r#""resources":{"limits":{"W":"1"}}"#,
        r#""resources":{"requests":{"W":"1"}}"#,
        r#""resources":{"requests":{"a.b/W":"2"},"limits":{"a.b/W":"1"}}"#,
        r#""resources":{"claims":[{"name":"W"}]}"#,
        r#""resizePolicy":[{"resourceName":"W","restartPolicy":"W"}]"#,
        r#""resizePolicy":[{"resourceName":"cpu","restartPolicy":"W"},{"resourceName":"cpu","restartPolicy":"W"}]"#,
        r#""ports":[{"containerPort":1,"protocol":"W"}]"#,
        r#""ports":[{"containerPort":1,"name":"W"}]"#,
        r#""imagePullPolicy":"W""#,
        r#""terminationMessagePolicy":"W""#,
        r#""restartPolicy":"W""#,
        r#""restartPolicyRules":[{"action":"W"}]"#,
        r#""restartPolicy":"Never","restartPolicyRules":[{"action":"W","exitCodes":{"operator":"W","values":[1]}}]"#,
        r#""livenessProbe":{"httpGet":{"port":1,"scheme":"W"}}"#,
        r#""livenessProbe":{"httpGet":{"port":1,"protocol":"W"}}"#,
        r#""livenessProbe":{"httpGet":{"port":"W","path":"W","host":"W"}}"#,
        r#""livenessProbe":{"httpGet":{"port":1,"httpHeaders":[{"name":"W","value":"W"}]}}"#,
        r#""lifecycle":{"stopSignal":"W"}"#,
        r#""env":[{"name":"A","valueFrom":{"resourceFieldRef":{"resource":"W"}}}]"#,
        r#""env":[{"name":"A","valueFrom":{"fieldRef":{"fieldPath":"W","apiVersion":"W"}}}]"#,
        r#""env":[{"name":"W","valueFrom":{"configMapKeyRef":{"name":"W","key":"W"}}}]"#,
        r#""volumeMounts":[{"name":"v","mountPath":"/a","mountPropagation":"W"}]"#,
        r#""volumeMounts":[{"name":"v","mountPath":"/a","readOnly":true,"recursiveReadOnly":"W"}]"#,
        r#""volumeMounts":[{"name":"W","mountPath":"/a","subPath":"../W"}]"#,
        r#""volumeDevices":[{"name":"W","devicePath":"/W"}]"#,
        r#""securityContext":{"procMount":"W"}"#,
        r#""securityContext":{"seccompProfile":{"type":"W"}}"#,
        r#""securityContext":{"appArmorProfile":{"type":"W"}}"#,
        r#""securityContext":{"capabilities":{"add":["W"]}}"#,
    ])))
    .await;
}

#[tokio::test]
async fn odd_words_in_pods_are_shown_as_a_server_shows_them() {
    try_specs(&texts(&odd(&[
        r#""restartPolicy":"W""#,
        r#""dnsPolicy":"W""#,
        r#""preemptionPolicy":"W""#,
        r#""overhead":{"W":"1"}"#,
        r#""resources":{"limits":{"W":"1"}}"#,
        r#""os":{"name":"W"}"#,
        r#""hostname":"W","subdomain":"W""#,
        r#""nodeName":"W""#,
        r#""schedulerName":"W""#,
        r#""priorityClassName":"W""#,
        r#""runtimeClassName":"W""#,
        r#""nodeSelector":{"W":"W"}"#,
        r#""schedulingGates":[{"name":"W"}]"#,
        r#""readinessGates":[{"conditionType":"W"}]"#,
        r#""imagePullSecrets":[{"name":"W"}]"#,
        r#""resourceClaims":[{"name":"W"}]"#,
        r#""securityContext":{"fsGroupChangePolicy":"W"}"#,
        r#""securityContext":{"seLinuxChangePolicy":"W"}"#,
        r#""securityContext":{"supplementalGroupsPolicy":"W"}"#,
        r#""securityContext":{"seccompProfile":{"type":"W"}}"#,
        r#""securityContext":{"appArmorProfile":{"type":"Localhost","localhostProfile":"W "}}"#,
        r#""securityContext":{"sysctls":[{"name":"W","value":"W"}]}"#,
        r#""tolerations":[{"key":"W","operator":"W","effect":"W"}]"#,
        r#""tolerations":[{"key":"W","operator":"Exists","value":"W"}]"#,
        r#""topologySpreadConstraints":[{"maxSkew":1,"topologyKey":"W","whenUnsatisfiable":"W","nodeAffinityPolicy":"W","nodeTaintsPolicy":"W"}]"#,
        r#""topologySpreadConstraints":[{"maxSkew":1,"topologyKey":"a","whenUnsatisfiable":"W"},{"maxSkew":1,"topologyKey":"a","whenUnsatisfiable":"W"}]"#,
        r#""affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"W","operator":"W","values":["W"]}],"matchFields":[{"key":"W","operator":"W","values":["W"]}]}]}}}"#,
        r#""affinity":{"podAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[{"topologyKey":"W","namespaces":["W"],"labelSelector":{"matchExpressions":[{"key":"W","operator":"W"}]}}]}}"#,
        r#""dnsConfig":{"nameservers":["W"],"searches":["W"],"options":[{"name":"W"}]}"#,
        r#""hostAliases":[{"ip":"W","hostnames":["W"]}]"#,
        r#""volumes":[{"name":"W","emptyDir":{}}]"#,
        r#""volumes":[{"name":"v","emptyDir":{"medium":"W"}}]"#,
        r#""volumes":[{"name":"v","hostPath":{"path":"/W","type":"W"}}]"#,
        r#""volumes":[{"name":"v","azureDisk":{"diskName":"d","diskURI":"W","cachingMode":"W","kind":"W"}}]"#,
        r#""volumes":[{"name":"v","azureDisk":{"diskName":"d","diskURI":"W","kind":"Managed"}}]"#,
        r#""volumes":[{"name":"v","downwardAPI":{"items":[{"path":"W/..","fieldRef":{"fieldPath":"W"}},{"path":"b","resourceFieldRef":{"resource":"W","containerName":"W"}}]}}]"#,
        r#""volumes":[{"name":"v","projected":{"sources":[{"podCertificate":{"signerName":"W","keyType":"W"}}]}}]"#,
        r#""volumes":[{"name":"v","ephemeral":{"volumeClaimTemplate":{"spec":{"accessModes":["W"],"volumeMode":"W","resources":{"requests":{"W":"1"}}}}}}]"#,
        r#""volumes":[{"name":"v","image":{"reference":"W","pullPolicy":"W"}}]"#,
        r#""volumes":[{"name":"v","scaleIO":{"gateway":"W","system":"W","volumeName":"W","storageMode":"W"}}]"#,
    ])))
    .await;
}

#[tokio::test]
async fn odd_words_of_services_and_networks_are_shown_as_a_server_shows_them() {
    try_odd(&[
    ("services", &[
        r#""spec":{"type":"W","ports":[{"port":1}]}"#,
        r#""spec":{"sessionAffinity":"W","ports":[{"port":1}]}"#,
        r#""spec":{"ports":[{"port":1,"protocol":"W","name":"W","appProtocol":"W","targetPort":"W"}]}"#,
        r#""spec":{"ports":[{"port":1,"protocol":"W","name":"a"},{"port":1,"protocol":"W","name":"a"}]}"#,
        r#""spec":{"type":"NodePort","externalTrafficPolicy":"W","ports":[{"port":1}]}"#,
        r#""spec":{"externalTrafficPolicy":"W","ports":[{"port":1}]}"#,
        r#""spec":{"internalTrafficPolicy":"W","ports":[{"port":1}]}"#,
        r#""spec":{"trafficDistribution":"W","ports":[{"port":1}]}"#,
        r#""spec":{"ipFamilies":["W"],"ports":[{"port":1}]}"#,
        r#""spec":{"ipFamilyPolicy":"W","ports":[{"port":1}]}"#,
        r#""spec":{"type":"ExternalName","externalName":"W"}"#,
        r#""spec":{"clusterIP":"W","ports":[{"port":1}]}"#,
        r#""spec":{"type":"LoadBalancer","loadBalancerClass":"W","loadBalancerSourceRanges":["W"],"ports":[{"port":1}]}"#,
        r#""spec":{"externalIPs":["W"],"selector":{"W":"W"},"ports":[{"port":1}]}"#,
    ]),
    ("endpoints", &[
            r#""subsets":[{"addresses":[{"ip":"1.2.3.4"}],"ports":[{"port":1,"protocol":"W","name":"W"}]}]"#,
            r#""subsets":[{"addresses":[{"ip":"W","hostname":"W","nodeName":"W"}],"ports":[{"port":1}]}]"#,
        ]),
    ("discovery.k8s.io/v1 endpointslices", &[
        r#""addressType":"W","endpoints":[]"#,
        r#""addressType":"IPv4","endpoints":[{"addresses":["W"]}],"ports":[{"name":"W","protocol":"W","appProtocol":"W"}]"#,
    ]),
    ("networking.k8s.io/v1 networkpolicies", &[
        r#""spec":{"podSelector":{},"policyTypes":["W"]}"#,
        r#""spec":{"podSelector":{"matchLabels":{"W":"W"}},"ingress":[{"ports":[{"protocol":"W","port":"W"}],"from":[{"ipBlock":{"cidr":"W","except":["W"]}}]}]}"#,
    ]),
    ("networking.k8s.io/v1 ingresses", &[
        r#""spec":{"rules":[{"host":"W","http":{"paths":[{"path":"/W","pathType":"W","backend":{"service":{"name":"W","port":{"name":"W"}}}}]}}]}"#,
        r#""spec":{"ingressClassName":"W","tls":[{"hosts":["W"]}],"defaultBackend":{"resource":{"kind":"W","name":"W","apiGroup":"W"}}}"#,
    ]),
    ("/apis/networking.k8s.io/v1/ingressclasses", &[r#""spec":{"controller":"W","parameters":{"kind":"W","name":"W","scope":"W"}}"#]),
    ])
    .await;
}

#[tokio::test]
async fn odd_words_of_volumes_and_limits_are_shown_as_a_server_shows_them() {
    try_odd(&[
    ("limitranges", &[
        r#""spec":{"limits":[{"type":"W"}]}"#,
        r#""spec":{"limits":[{"type":"W","max":{"W":"1"}}]}"#,
        r#""spec":{"limits":[{"type":"Container","max":{"W":"1"},"min":{"W":"2"},"default":{"W":"3"},"defaultRequest":{"W":"4"},"maxLimitRequestRatio":{"W":"0"}}]}"#,
        r#""spec":{"limits":[{"type":"W"},{"type":"W"}]}"#,
        r#""spec":{"limits":[{"type":"Pod","default":{"W":"1"}}]}"#,
        r#""spec":{"limits":[{"type":"PersistentVolumeClaim","max":{"W":"1"}}]}"#,
    ]),
    ("/api/v1/persistentvolumes", &[
        r#""spec":{"capacity":{"W":"1"},"accessModes":["W"],"hostPath":{"path":"/a"},"persistentVolumeReclaimPolicy":"W","volumeMode":"W","storageClassName":"W"}"#,
        r#""spec":{"capacity":{"storage":"1","W":"1"},"accessModes":["ReadWriteOnce"],"hostPath":{"path":"/a","type":"W"},"mountOptions":["W"]}"#,
        r#""spec":{"capacity":{"storage":"1"},"accessModes":["ReadWriteOnce","ReadWriteOncePod"],"csi":{"driver":"W","volumeHandle":"W"}}"#,
    ]),
    ("persistentvolumeclaims", &[
        r#""spec":{"accessModes":["W"],"volumeMode":"W","resources":{"requests":{"W":"1"}}}"#,
        r#""spec":{"accessModes":["ReadWriteOnce"],"storageClassName":"W","volumeName":"W","resources":{"requests":{"storage":"1","W":"1"},"limits":{"W":"1"}},"dataSource":{"kind":"W","name":"W","apiGroup":"W"}}"#,
    ]),
    ("/apis/storage.k8s.io/v1/storageclasses", &[
        r#""provisioner":"W","reclaimPolicy":"W","volumeBindingMode":"W""#,
        r#""provisioner":"a","allowedTopologies":[{"matchLabelExpressions":[{"key":"W","values":["W"]}]}],"parameters":{"":"W"}"#,
    ]),
    ("/apis/storage.k8s.io/v1/csidrivers", &[
            r#""spec":{"fsGroupPolicy":"W","volumeLifecycleModes":["W"]}"#,
            r#""spec":{"tokenRequests":[{"audience":"W"},{"audience":"W"}]}"#,
        ]),
    ("/apis/node.k8s.io/v1/runtimeclasses", &[
        r#""handler":"W","overhead":{"podFixed":{"W":"1"}}"#,
        r#""handler":"a","scheduling":{"nodeSelector":{"W":"W"},"tolerations":[{"key":"W","operator":"W","effect":"W"}]}"#,
    ]),
    ("/apis/scheduling.k8s.io/v1/priorityclasses", &[r#""value":1,"preemptionPolicy":"W""#]),
    ("/api/v1/nodes", &[
        r#""spec":{"taints":[{"key":"W","value":"W","effect":"W"}],"podCIDRs":["W"],"providerID":"W"}"#,
        r#""spec":{"taints":[{"key":"a","effect":"NoExecute"},{"key":"a","effect":"NoExecute","value":"W"}]}"#,
    ]),
    ])
    .await;
}

#[tokio::test]
async fn odd_words_of_workloads_are_shown_as_a_server_shows_them() {
    try_odd(&[
    ("apps/v1 deployments", &[
        r#""spec":{"strategy":{"type":"W"},TEMPLATE}"#,
        r#""spec":{"strategy":{"rollingUpdate":{"maxSurge":"W","maxUnavailable":"W"}},TEMPLATE}"#,
        r#""spec":{"selector":{"matchExpressions":[{"key":"W","operator":"W","values":["W"]}]},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"restartPolicy":"W","containers":[{"name":"c","image":"i"}]}}}"#,
    ]),
    ("apps/v1 statefulsets", &[
        r#""spec":{"podManagementPolicy":"W","serviceName":"W",TEMPLATE}"#,
        r#""spec":{"updateStrategy":{"type":"W"},TEMPLATE}"#,
        r#""spec":{"persistentVolumeClaimRetentionPolicy":{"whenDeleted":"W","whenScaled":"W"},TEMPLATE}"#,
        r#""spec":{"volumeClaimTemplates":[{"metadata":{"name":"W"},"spec":{"accessModes":["W"]}}],TEMPLATE}"#,
    ]),
    ("apps/v1 daemonsets", &[r#""spec":{"updateStrategy":{"type":"W"},TEMPLATE}"#]),
    ("batch/v1 jobs", &[
        r#""spec":{"completionMode":"W",JOB}"#,
        r#""spec":{"podReplacementPolicy":"W",JOB}"#,
        r#""spec":{"managedBy":"W",JOB}"#,
        r#""spec":{"podFailurePolicy":{"rules":[{"action":"W","onExitCodes":{"operator":"W","values":[1],"containerName":"W"}}]},JOB}"#,
        r#""spec":{"podFailurePolicy":{"rules":[{"action":"Ignore","onPodConditions":[{"type":"W","status":"W"}]}]},JOB}"#,
        r#""spec":{"completionMode":"Indexed","completions":1,"successPolicy":{"rules":[{"succeededIndexes":"W"}]},JOB}"#,
        r#""spec":{"template":{"spec":{"restartPolicy":"W","containers":[{"name":"c","image":"i"}]}}}"#,
    ]),
    ("batch/v1 cronjobs", &[
        r#""spec":{"schedule":"W","timeZone":"W","concurrencyPolicy":"W","jobTemplate":{"spec":{JOB}}}"#,
    ]),
    ("policy/v1 poddisruptionbudgets", &[r#""spec":{"unhealthyPodEvictionPolicy":"W","minAvailable":"W"}"#]),
    ("autoscaling/v2 horizontalpodautoscalers", &[
        r#""spec":{"maxReplicas":1,"scaleTargetRef":{"kind":"W","name":"W","apiVersion":"W/W/W"}}"#,
        r#""spec":{"maxReplicas":1,"scaleTargetRef":{"kind":"a","name":"a"},"metrics":[{"type":"W"}]}"#,
        r#""spec":{"maxReplicas":1,"scaleTargetRef":{"kind":"a","name":"a"},"metrics":[{"type":"Resource","resource":{"name":"W","target":{"type":"W","averageUtilization":1}}}]}"#,
        r#""spec":{"maxReplicas":1,"scaleTargetRef":{"kind":"a","name":"a"},"metrics":[{"type":"ContainerResource","containerResource":{"name":"W","container":"W","target":{"type":"W","averageUtilization":1}}}]}"#,
        r#""spec":{"maxReplicas":1,"scaleTargetRef":{"kind":"a","name":"a"},"behavior":{"scaleUp":{"selectPolicy":"W","policies":[{"type":"W","value":1,"periodSeconds":1}]}}}"#,
        r#""spec":{"maxReplicas":1,"scaleTargetRef":{"kind":"a","name":"a"},"metrics":[{"type":"External","external":{"metric":{"name":"W/"},"target":{"type":"W","value":"1"}}}]}"#,
    ]),
    ])
    .await;
}

#[tokio::test]
async fn odd_words_of_other_kinds_are_shown_as_a_server_shows_them() {
    try_odd(&[
    ("rbac.authorization.k8s.io/v1 rolebindings", &[
        r#""roleRef":{"apiGroup":"W","kind":"W","name":"W"},"subjects":[{"kind":"W","name":"W","apiGroup":"W"},{"kind":"User","name":"W","apiGroup":"W"},{"kind":"ServiceAccount","name":"W","namespace":"W","apiGroup":"W"}]"#,
    ]),
    ("coordination.k8s.io/v1 leases", &[r#""spec":{"strategy":"W","preferredHolder":"W","holderIdentity":"W"}"#]),
    ("/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations", &[
        r#""webhooks":[{"name":"a.b.c","clientConfig":{"url":"https://W"},"sideEffects":"W","failurePolicy":"W","matchPolicy":"W","admissionReviewVersions":["W"],"rules":[{"operations":["W"],"apiGroups":["W"],"apiVersions":["W"],"resources":["W/W"],"scope":"W"}]}]"#,
        r#""webhooks":[{"name":"W","clientConfig":{"service":{"name":"W","namespace":"W","path":"/W//W"}},"sideEffects":"None","admissionReviewVersions":["v1"],"matchConditions":[{"name":"W","expression":"true"}]}]"#,
    ]),
    ("/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations", &[
        r#""webhooks":[{"name":"a.b.c","clientConfig":{"url":"https://a"},"sideEffects":"None","reinvocationPolicy":"W","admissionReviewVersions":["v1"]}]"#,
    ]),
    ("/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies", &[
        r#""spec":{"failurePolicy":"W","matchConstraints":{"matchPolicy":"W","resourceRules":[{"operations":["W"],"apiGroups":[""],"apiVersions":["v1"],"resources":["pods"],"scope":"W"}]},"validations":[{"expression":"true","reason":"W"}]}"#,
    ]),
    ("/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings", &[
        r#""spec":{"policyName":"W","validationActions":["W"],"paramRef":{"name":"W","parameterNotFoundAction":"W"}}"#,
        r#""spec":{"policyName":"a","validationActions":["Deny","Warn","Deny","W"],"matchResources":{"matchPolicy":"W"}}"#,
    ]),
    ("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", &[
        r#""spec":{"group":"W","scope":"W","names":{"plural":"W","kind":"W"},"conversion":{"strategy":"W"},"versions":[{"name":"W","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"W","properties":{"W":{"type":"object","x-kubernetes-list-type":"W","x-kubernetes-map-type":"W"}}}}}]}"#,
    ]),
    ("secrets", &[
            r#""type":"W""#,
            r#""type":"kubernetes.io/dockerconfigjson","stringData":{".dockerconfigjson":"W"}"#,
            r#""stringData":{"W":"W"}"#,
        ]),
    ("/apis/apiregistration.k8s.io/v1/apiservices", &[
        r#""spec":{"group":"W","version":"W","groupPriorityMinimum":1,"versionPriority":1}"#,
    ]),
    ("/api/v1/namespaces", &[r#""spec":{"finalizers":["W"]}"#]),
    ])
    .await;
}
