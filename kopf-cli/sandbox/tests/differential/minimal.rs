//! The smallest object of each built-in kind: what it is completed by, on creation.

use std::fmt::Write;

use super::{answer::Answer, check, check_as};

/// Where objects of a kind are made, and the least that is one. `POD` stands for a template of pods.
#[rustfmt::skip]
const SMALLEST: &[(&str, &str)] = &[
    ("/api/v1/namespaces/$ns/configmaps", "{}"),
    ("/api/v1/namespaces/$ns/endpoints", "{}"),
    ("/api/v1/namespaces/$ns/endpoints", r#"{"subsets":[{"addresses":[{"ip":"10.1.2.3"}],"ports":[{"port":80}]}]}"#),
    ("/api/v1/namespaces/$ns/events", r#"{"involvedObject":{"kind":"Pod","namespace":"$ns","name":"p"}}"#),
    ("/api/v1/namespaces", "{}"),
    ("/api/v1/nodes", "{}"),
    ("/api/v1/nodes", r#"{"spec":{"podCIDR":"10.1.0.0/16","taints":[{"key":"k","effect":"NoSchedule"}]}}"#),
    ("/api/v1/namespaces/$ns/persistentvolumeclaims", r#"{"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}"#),
    ("/api/v1/persistentvolumes", r#"{"spec":{"accessModes":["ReadWriteOnce"],"capacity":{"storage":"1Gi"},"hostPath":{"path":"/x"}}}"#),
    ("/api/v1/namespaces/$ns/pods", r#"{"spec":{"automountServiceAccountToken":false,"containers":[{"name":"c","image":"c"}]}}"#),
    ("/api/v1/namespaces/$ns/pods", r#"{"spec":{"automountServiceAccountToken":false,"hostNetwork":true,"shareProcessNamespace":true,"containers":[{"name":"c","image":"c","ports":[{"containerPort":80}],"resources":{"limits":{"cpu":"1"}},"env":[{"name":"A","valueFrom":{"secretKeyRef":{"name":"s","key":"k"}}}],"lifecycle":{"preStop":{"httpGet":{"port":1}}},"livenessProbe":{"grpc":{"port":1}}}],"volumes":[{"name":"a"},{"name":"b","hostPath":{"path":"/x"}},{"name":"c","projected":{"sources":[{"serviceAccountToken":{"path":"t"}}]}},{"name":"d","iscsi":{"targetPortal":"1.2.3.4","iqn":"iqn.2001-04.com.example:storage","lun":0}},{"name":"f","azureDisk":{"diskName":"d","kind":"Managed","diskURI":"/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/disks/d"}},{"name":"g","ephemeral":{"volumeClaimTemplate":{"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1"}}}}}},{"name":"h","downwardAPI":{"items":[{"path":"p","fieldRef":{"fieldPath":"metadata.name"}}]}}]}}"#),
    ("/api/v1/namespaces/$ns/podtemplates", r#"{"template":POD}"#),
    ("/api/v1/namespaces/$ns/replicationcontrollers", r#"{"spec":{"template":POD}}"#),
    ("/api/v1/namespaces/$ns/secrets", "{}"),
    ("/api/v1/namespaces/$ns/serviceaccounts", "{}"),
    ("/api/v1/namespaces/$ns/services", r#"{"spec":{"ports":[{"port":80}]}}"#),
    ("/api/v1/namespaces/$ns/services", r#"{"spec":{"type":"ExternalName","externalName":"example.com"}}"#),
    ("/api/v1/namespaces/$ns/services", r#"{"spec":{"clusterIP":"None"}}"#),
    ("/api/v1/namespaces/$ns/services", r#"{"spec":{"clusterIP":"None","selector":{"a":"b"}}}"#),
    ("/api/v1/namespaces/$ns/services", r#"{"spec":{"sessionAffinity":"ClientIP","ports":[{"port":80}],"selector":{"a":"b"}}}"#),
    ("/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations", "{}"),
    ("/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations", "{}"),
    ("/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations", r#"{"webhooks":[{"name":"a.b.c","clientConfig":{"service":{"name":"s","namespace":"n"}},"sideEffects":"None","admissionReviewVersions":["v1"]}]}"#),
    ("/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies", r#"{"spec":{"matchConstraints":{"resourceRules":[{"operations":["*"],"apiGroups":["nope.kopf.test"],"apiVersions":["*"],"resources":["*"]}]},"validations":[{"expression":"true"}]}}"#),
    ("/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings", r#"{"spec":{"policyName":"nope","validationActions":["Deny"]}}"#),
    ("/apis/apps/v1/namespaces/$ns/controllerrevisions", r#"{"revision":1,"data":{"a":1}}"#),
    ("/apis/apps/v1/namespaces/$ns/daemonsets", r#"{"spec":{"selector":{"matchLabels":{"a":"b"}},"template":POD}}"#),
    ("/apis/apps/v1/namespaces/$ns/daemonsets", r#"{"spec":{"selector":{"matchLabels":{"a":"b"}},"template":POD,"updateStrategy":{"type":"OnDelete"}}}"#),
    ("/apis/apps/v1/namespaces/$ns/deployments", r#"{"spec":{"selector":{"matchLabels":{"a":"b"}},"template":POD}}"#),
    ("/apis/apps/v1/namespaces/$ns/deployments", r#"{"spec":{"selector":{"matchLabels":{"a":"b"}},"template":POD,"strategy":{"rollingUpdate":{"maxSurge":1}}}}"#),
    ("/apis/apps/v1/namespaces/$ns/replicasets", r#"{"spec":{"selector":{"matchLabels":{"a":"b"}},"template":POD}}"#),
    ("/apis/apps/v1/namespaces/$ns/statefulsets", r#"{"spec":{"selector":{"matchLabels":{"a":"b"}},"template":POD}}"#),
    ("/apis/apps/v1/namespaces/$ns/statefulsets", r#"{"spec":{"serviceName":"s","selector":{"matchLabels":{"a":"b"}},"template":POD,"volumeClaimTemplates":[{"metadata":{"name":"v"},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}]}}"#),
    ("/apis/autoscaling/v2/namespaces/$ns/horizontalpodautoscalers", r#"{"spec":{"scaleTargetRef":{"kind":"Deployment","name":"d","apiVersion":"apps/v1"},"maxReplicas":3}}"#),
    ("/apis/autoscaling/v2/namespaces/$ns/horizontalpodautoscalers", r#"{"spec":{"scaleTargetRef":{"kind":"Deployment","name":"d","apiVersion":"apps/v1"},"maxReplicas":3,"behavior":{"scaleUp":{"policies":[{"type":"Pods","value":1,"periodSeconds":10}]}}}}"#),
    ("/apis/batch/v1/namespaces/$ns/cronjobs", r#"{"spec":{"schedule":"0 3 * * *","jobTemplate":{"spec":{"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"c"}]}}}}}}"#),
    ("/apis/batch/v1/namespaces/$ns/jobs", r#"{"spec":{"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"c"}]}}}}"#),
    ("/apis/batch/v1/namespaces/$ns/jobs", r#"{"spec":{"completionMode":"Indexed","completions":3,"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"c"}]}}}}"#),
    ("/apis/batch/v1/namespaces/$ns/jobs", r#"{"spec":{"parallelism":3,"podFailurePolicy":{"rules":[{"action":"Ignore","onPodConditions":[{"type":"DisruptionTarget"}]}]},"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"c"}]}}}}"#),
    ("/apis/coordination.k8s.io/v1/namespaces/$ns/leases", "{}"),
    ("/apis/discovery.k8s.io/v1/namespaces/$ns/endpointslices", r#"{"addressType":"IPv4","endpoints":[{"addresses":["10.1.2.3"]}],"ports":[{"port":80}]}"#),
    ("/apis/events.k8s.io/v1/namespaces/$ns/events", r#"{"eventTime":"2026-01-02T03:04:05.000006Z","reason":"R","action":"A","type":"Normal","reportingController":"k","reportingInstance":"i","regarding":{"kind":"Pod","namespace":"$ns","name":"p"}}"#),
    ("/apis/networking.k8s.io/v1/ingressclasses", r#"{"spec":{"controller":"kopf.test/c"}}"#),
    ("/apis/networking.k8s.io/v1/ingressclasses", r#"{"spec":{"controller":"kopf.test/c","parameters":{"kind":"K","name":"n"}}}"#),
    ("/apis/networking.k8s.io/v1/namespaces/$ns/ingresses", r#"{"spec":{"defaultBackend":{"service":{"name":"s","port":{"number":80}}}}}"#),
    ("/apis/networking.k8s.io/v1/namespaces/$ns/networkpolicies", r#"{"spec":{"podSelector":{}}}"#),
    ("/apis/networking.k8s.io/v1/namespaces/$ns/networkpolicies", r#"{"spec":{"podSelector":{},"egress":[{"ports":[{"port":80}]}]}}"#),
    ("/apis/node.k8s.io/v1/runtimeclasses", r#"{"handler":"h"}"#),
    ("/apis/policy/v1/namespaces/$ns/poddisruptionbudgets", r#"{"spec":{"maxUnavailable":1}}"#),
    ("/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", r#"{"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"view"},"subjects":[{"kind":"User","name":"u"},{"kind":"ServiceAccount","name":"s","namespace":"n"}]}"#),
    ("/apis/rbac.authorization.k8s.io/v1/clusterroles", "{}"),
    ("/apis/rbac.authorization.k8s.io/v1/namespaces/$ns/rolebindings", r#"{"roleRef":{"kind":"Role","name":"r","apiGroup":"rbac.authorization.k8s.io"}}"#),
    ("/apis/rbac.authorization.k8s.io/v1/namespaces/$ns/roles", "{}"),
    ("/apis/scheduling.k8s.io/v1/priorityclasses", r#"{"value":7}"#),
    ("/apis/storage.k8s.io/v1/csidrivers", "{}"),
    ("/apis/storage.k8s.io/v1/csinodes", r#"{"spec":{"drivers":[]}}"#),
    ("/apis/storage.k8s.io/v1/namespaces/$ns/csistoragecapacities", r#"{"storageClassName":"s"}"#),
    ("/apis/storage.k8s.io/v1/storageclasses", r#"{"provisioner":"kopf.test/p"}"#),
    ("/apis/storage.k8s.io/v1/volumeattachments", r#"{"spec":{"attacher":"kopf.test","nodeName":"n","source":{"persistentVolumeName":"v"}}}"#),
    ("/apis/storage.k8s.io/v1/volumeattributesclasses", r#"{"driverName":"kopf.test/d","parameters":{"a":"b"}}"#),
];
const POD: &str = r#"{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"c"}]}}"#;

#[tokio::test]
async fn the_smallest_object_of_each_kind_is_completed_alike() {
    let mut rows = String::new();
    for (path, object) in SMALLEST {
        writeln!(rows, "POST {path}?dryRun=All {}", with_metadata(object, r#"{"name":"a"}"#)).unwrap();
    }
    check(&rows).await;
}

#[tokio::test]
async fn finalizers_of_some_kinds_need_no_domain() {
    const DEFINITION: &str = r#"{"spec":{"group":"$ns.kopf.test","scope":"Namespaced","names":{"plural":"odds","kind":"Odd"},"versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"}}}]}}"#;
    let mut rows = String::new();
    for (path, object) in SMALLEST {
        let object = with_metadata(object, r#"{"name":"a","finalizers":["plain","-"]}"#);
        writeln!(rows, "POST {path}?dryRun=All {object}").unwrap();
        let object = object.replace(r#","-""#, "");
        writeln!(rows, "POST {path}?dryRun=All {object}").unwrap();
    }
    let definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    let definition = with_metadata(DEFINITION, r#"{"name":"odds.$ns.kopf.test","finalizers":["plain"]}"#);
    writeln!(rows, "POST {definitions}?dryRun=All {definition}").unwrap();
    check_as(&rows, Answer::of_refusals).await;
}

fn with_metadata(object: &str, metadata: &str) -> String {
    let object = object.replace("POD", POD);
    let between = if object == "{}" { "" } else { "," };
    object.replacen('{', &format!(r#"{{"metadata":{metadata}{between}"#), 1)
}
