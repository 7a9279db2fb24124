//! What a server's admission plugins give to what is written, and what they refuse.

use super::check;

#[tokio::test]
async fn pods_have_the_priority_of_their_class() {
    check(
        r#"
        POST   /apis/scheduling.k8s.io/v1/priorityclasses {"metadata":{"name":"high-$ns"},"value":1000,"preemptionPolicy":"Never"}
        POST   /apis/scheduling.k8s.io/v1/priorityclasses {"metadata":{"name":"low-$ns"},"value":-5}
        AWAIT 201 POST pods?dryRun=All {"metadata":{"name":"x"},"spec":{"automountServiceAccountToken":false,"priorityClassName":"high-$ns","containers":[{"name":"c","image":"i"}]}}
        AWAIT 201 POST pods?dryRun=All {"metadata":{"name":"x"},"spec":{"automountServiceAccountToken":false,"priorityClassName":"low-$ns","containers":[{"name":"c","image":"i"}]}}
        POST   pods {"metadata":{"name":"a"},"spec":{"automountServiceAccountToken":false,"priorityClassName":"high-$ns","containers":[{"name":"c","image":"i"}]}}
        POST   pods {"metadata":{"name":"b"},"spec":{"automountServiceAccountToken":false,"priorityClassName":"high-$ns","priority":1000,"preemptionPolicy":"Never","containers":[{"name":"c","image":"i"}]}}
        POST   pods {"metadata":{"name":"c"},"spec":{"automountServiceAccountToken":false,"priorityClassName":"high-$ns","priority":5,"containers":[{"name":"c","image":"i"}]}}
        POST   pods {"metadata":{"name":"c"},"spec":{"automountServiceAccountToken":false,"priorityClassName":"high-$ns","preemptionPolicy":"PreemptLowerPriority","containers":[{"name":"c","image":"i"}]}}
        POST   pods {"metadata":{"name":"c"},"spec":{"automountServiceAccountToken":false,"priority":7,"preemptionPolicy":"Never","containers":[{"name":"c","image":"i"}]}}
        POST   pods {"metadata":{"name":"c"},"spec":{"automountServiceAccountToken":false,"preemptionPolicy":"Never","containers":[{"name":"c","image":"i"}]}}
        POST   pods {"metadata":{"name":"c"},"spec":{"automountServiceAccountToken":false,"priority":0,"priorityClassName":"","containers":[{"name":"c","image":"i"}]}}
        POST   pods {"metadata":{"name":"d"},"spec":{"automountServiceAccountToken":false,"priorityClassName":"missing","containers":[{"name":"c","image":"i"}]}}
        POST   pods {"metadata":{"generateName":"d-"},"spec":{"automountServiceAccountToken":false,"priorityClassName":"missing","containers":[{"name":"c","image":"i"}]}}
        POST   pods {"metadata":{},"spec":{"automountServiceAccountToken":false,"priorityClassName":"missing","containers":[{"name":"c","image":"i"}]}}
        POST   pods {"metadata":{"name":"d"},"spec":{"automountServiceAccountToken":false,"priorityClassName":"A_b","containers":[]}}
        POST   pods {"metadata":{"name":"a"},"spec":{"automountServiceAccountToken":false,"priorityClassName":"missing","containers":[{"name":"c","image":"i"}]}}
        APPLY  pods/d?fieldManager=m {"apiVersion":"v1","kind":"Pod","metadata":{"name":"d"},"spec":{"automountServiceAccountToken":false,"priorityClassName":"missing","containers":[{"name":"c","image":"i"}]}}
        APPLY  pods/e?fieldManager=m {"apiVersion":"v1","kind":"Pod","metadata":{"name":"e"},"spec":{"automountServiceAccountToken":false,"priorityClassName":"low-$ns","containers":[{"name":"c","image":"i"}]}}
        POST   pods {"metadata":{"name":"s"},"spec":{"automountServiceAccountToken":false,"priorityClassName":"system-node-critical","containers":[{"name":"c","image":"i"}]}}
        MERGE  pods/a {"spec":{"priority":null,"preemptionPolicy":null},"metadata":{"labels":{"a":"b"}}}
        MERGE  pods/a {"spec":{"priority":3}}
        MERGE  pods/a {"spec":{"priorityClassName":"low-$ns"}}
        MERGE  pods/a {"spec":{"tolerations":[{"key":"x","operator":"Exists"}]}}
        MERGE  pods/a {"spec":{"tolerations":null}}
        POST   /apis/apps/v1/namespaces/$ns/replicasets?dryRun=All {"metadata":{"name":"a"},"spec":{"replicas":0,"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"priorityClassName":"missing","containers":[{"name":"c","image":"i"}]}}}}
    "#,
    )
    .await;
}

#[tokio::test]
async fn classes_of_priority_are_of_users_or_of_the_system() {
    check(
        r#"
        GET    /apis/scheduling.k8s.io/v1/priorityclasses/system-node-critical
        GET    /apis/scheduling.k8s.io/v1/priorityclasses/system-cluster-critical
        DELETE /apis/scheduling.k8s.io/v1/priorityclasses/system-node-critical
        DELETE /apis/scheduling.k8s.io/v1/priorityclasses/system-cluster-critical {"preconditions":{"uid":"11111111-1111-1111-1111-111111111111"}}
        DELETE /apis/scheduling.k8s.io/v1/priorityclasses/system-unknown
        MERGE  /apis/scheduling.k8s.io/v1/priorityclasses/system-node-critical?dryRun=All {"value":5}
        MERGE  /apis/scheduling.k8s.io/v1/priorityclasses/system-node-critical?dryRun=All {"description":"x"}
        POST   /apis/scheduling.k8s.io/v1/priorityclasses?dryRun=All {"metadata":{"name":"system-x"},"value":5}
        POST   /apis/scheduling.k8s.io/v1/priorityclasses?dryRun=All {"metadata":{"name":"system-node-critical"},"value":5}
        POST   /apis/scheduling.k8s.io/v1/priorityclasses?dryRun=All {"metadata":{"name":"system-node-critical"},"value":2000001000}
        POST   /apis/scheduling.k8s.io/v1/priorityclasses?dryRun=All {"metadata":{"name":"system-node-critical"},"value":2000001000,"globalDefault":true}
        POST   /apis/scheduling.k8s.io/v1/priorityclasses?dryRun=All {"metadata":{"name":"system-cluster-critical"},"value":1,"globalDefault":true,"preemptionPolicy":"X"}
        POST   /apis/scheduling.k8s.io/v1/priorityclasses?dryRun=All {"metadata":{"name":"x-$ns"},"value":1000000000}
        POST   /apis/scheduling.k8s.io/v1/priorityclasses?dryRun=All {"metadata":{"name":"x-$ns"},"value":1000000001}
        POST   /apis/scheduling.k8s.io/v1/priorityclasses?dryRun=All {"metadata":{"name":"x-$ns"},"value":5,"globalDefault":true}
        POST   /apis/scheduling.k8s.io/v1/priorityclasses?dryRun=All {"metadata":{"name":"x-$ns"},"globalDefault":true}
    "#,
    )
    .await;
}

#[tokio::test]
async fn pods_have_what_their_class_of_runtimes_says() {
    check(
        r#"
        POST   /apis/node.k8s.io/v1/runtimeclasses {"metadata":{"name":"r-$ns"},"handler":"h","overhead":{"podFixed":{"cpu":"100m","memory":"1Gi"}},"scheduling":{"nodeSelector":{"a":"b","c":"d"},"tolerations":[{"key":"k","operator":"Exists"},{"key":"node.kubernetes.io/not-ready","operator":"Exists","effect":"NoExecute"}]}}
        POST   /apis/node.k8s.io/v1/runtimeclasses {"metadata":{"name":"s-$ns"},"handler":"h"}
        POST   /apis/node.k8s.io/v1/runtimeclasses {"metadata":{"name":"t-$ns"},"handler":"h","overhead":{},"scheduling":{}}
        POST   pods {"metadata":{"name":"a"},"spec":{"automountServiceAccountToken":false,"runtimeClassName":"r-$ns","containers":[{"name":"c","image":"i"}]}}
        POST   pods {"metadata":{"name":"b"},"spec":{"automountServiceAccountToken":false,"runtimeClassName":"r-$ns","overhead":{"cpu":"0.1","memory":"1024Mi"},"containers":[{"name":"c","image":"i"}]}}
        POST   pods {"metadata":{"name":"c"},"spec":{"automountServiceAccountToken":false,"runtimeClassName":"r-$ns","overhead":{"cpu":"0.1"},"containers":[{"name":"c","image":"i"}]}}
        POST   pods {"metadata":{"name":"c"},"spec":{"automountServiceAccountToken":false,"runtimeClassName":"r-$ns","overhead":{},"containers":[{"name":"c","image":"i"}]}}
        POST   pods {"metadata":{"name":"d"},"spec":{"automountServiceAccountToken":false,"runtimeClassName":"s-$ns","overhead":{"cpu":"1"},"containers":[{"name":"c","image":"i"}]}}
        POST   pods {"metadata":{"name":"d"},"spec":{"automountServiceAccountToken":false,"overhead":{"cpu":"1"},"containers":[{"name":"c","image":"i"}]}}
        POST   pods {"metadata":{"name":"d"},"spec":{"automountServiceAccountToken":false,"runtimeClassName":"s-$ns","containers":[{"name":"c","image":"i"}]}}
        POST   pods {"metadata":{"name":"e"},"spec":{"automountServiceAccountToken":false,"runtimeClassName":"t-$ns","containers":[{"name":"c","image":"i"}]}}
        POST   pods {"metadata":{"name":"f"},"spec":{"automountServiceAccountToken":false,"runtimeClassName":"t-$ns","overhead":{"cpu":"1"},"containers":[{"name":"c","image":"i"}]}}
        POST   pods {"metadata":{"name":"f"},"spec":{"automountServiceAccountToken":false,"runtimeClassName":"missing","containers":[{"name":"c","image":"i"}]}}
        POST   pods {"metadata":{"generateName":"f-"},"spec":{"automountServiceAccountToken":false,"runtimeClassName":"missing","containers":[]}}
        POST   pods {"metadata":{"name":"f"},"spec":{"automountServiceAccountToken":false,"runtimeClassName":"r-$ns","nodeSelector":{"a":"x"},"containers":[{"name":"c","image":"i"}]}}
        POST   pods {"metadata":{"name":"f"},"spec":{"automountServiceAccountToken":false,"runtimeClassName":"r-$ns","nodeSelector":{"a":"b","e":"f"},"tolerations":[{"key":"k","operator":"Equal","value":"v","effect":"NoSchedule"},{"key":"l","operator":"Exists"}],"containers":[{"name":"c","image":"i"}]}}
        POST   pods {"metadata":{"name":"g"},"spec":{"automountServiceAccountToken":false,"runtimeClassName":"r-$ns","tolerations":[{"operator":"Exists"}],"containers":[{"name":"c","image":"i"}]}}
        POST   pods {"metadata":{"name":"h"},"spec":{"automountServiceAccountToken":false,"runtimeClassName":"r-$ns","tolerations":[{"key":"node.kubernetes.io/not-ready","operator":"Exists","effect":"NoExecute","tolerationSeconds":5},{"key":"k","value":"v"},{"key":"k","value":"v"}],"containers":[{"name":"c","image":"i"}]}}
        POST   pods {"metadata":{"name":"i"},"spec":{"automountServiceAccountToken":false,"runtimeClassName":"r-$ns","priorityClassName":"missing","overhead":{"cpu":"5"},"containers":[{"name":"c","image":"i"}]}}
        MERGE  pods/a {"metadata":{"labels":{"a":"b"}}}
        DELETE /apis/node.k8s.io/v1/runtimeclasses/r-$ns
        MERGE  pods/a {"metadata":{"labels":{"a":"c"}}}
        POST   /apis/apps/v1/namespaces/$ns/replicasets?dryRun=All {"metadata":{"name":"a"},"spec":{"replicas":0,"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"runtimeClassName":"missing","overhead":{"cpu":"1"},"containers":[{"name":"c","image":"i"}]}}}}
    "#,
    )
    .await;
}

#[tokio::test]
async fn pods_are_those_of_service_accounts() {
    check(
        r#"
        POST   pods {"metadata":{"name":"a"},"spec":{"containers":[{"name":"c","image":"i"}]}}
        GET    pods/a
        POST   pods {"metadata":{"name":"b"},"spec":{"initContainers":[{"name":"i","image":"i","volumeMounts":[{"name":"v","mountPath":"/v"}]}],"containers":[{"name":"c","image":"i"},{"name":"d","image":"i","volumeMounts":[{"name":"v","mountPath":"/var/run/secrets/kubernetes.io/serviceaccount"}]}],"volumes":[{"name":"v","emptyDir":{}}]}}
        POST   pods {"metadata":{"name":"c"},"spec":{"containers":[{"name":"d","image":"i","volumeMounts":[{"name":"v","mountPath":"/var/run/secrets/kubernetes.io/serviceaccount"}]}],"volumes":[{"name":"v","emptyDir":{}}]}}
        POST   pods {"metadata":{"name":"d"},"spec":{"containers":[{"name":"d","image":"i"}],"volumes":[{"name":"kube-api-access-mine","emptyDir":{}}]}}
        POST   pods {"metadata":{"name":"e"},"spec":{"serviceAccountName":"missing","containers":[{"name":"c","image":"i"}]}}
        POST   pods {"metadata":{"name":"e"},"spec":{"serviceAccount":"missing","containers":[{"name":"c","image":"i"}]}}
        POST   pods {"metadata":{"generateName":"e-"},"spec":{"serviceAccountName":"missing","priorityClassName":"missing","containers":[]}}
        POST   pods {"metadata":{"name":"e"},"spec":{"serviceAccountName":"A_b","containers":[{"name":"c","image":"i"}]}}
        POST   pods {"metadata":{"name":"e"},"spec":{"serviceAccountName":"","containers":[{"name":"c","image":"i"}]}}
        POST   serviceaccounts {"metadata":{"name":"sa"},"automountServiceAccountToken":false,"imagePullSecrets":[{"name":"p"},{"name":"q"}]}
        POST   pods {"metadata":{"name":"f"},"spec":{"serviceAccountName":"sa","containers":[{"name":"c","image":"i"}]}}
        POST   pods {"metadata":{"name":"g"},"spec":{"serviceAccountName":"sa","automountServiceAccountToken":true,"containers":[{"name":"c","image":"i"}]}}
        POST   pods {"metadata":{"name":"h"},"spec":{"serviceAccount":"sa","imagePullSecrets":[{"name":"r"}],"containers":[{"name":"c","image":"i"}]}}
        APPLY  pods/i?fieldManager=m {"apiVersion":"v1","kind":"Pod","metadata":{"name":"i"},"spec":{"containers":[{"name":"c","image":"i"}]}}
        APPLY  pods/i?fieldManager=m {"apiVersion":"v1","kind":"Pod","metadata":{"name":"i","labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}
        MERGE  pods/a {"metadata":{"labels":{"a":"b"}}}
        STRATEGIC pods/a {"spec":{"containers":[{"name":"c","image":"j"}]}}
        POST   pods?dryRun=All {"metadata":{"name":"j"},"spec":{"containers":[{"name":"c","image":"i"}]}}
        POST   /api/v1/namespaces {"metadata":{"name":"$ns-sa","labels":{"pod-security.kubernetes.io/enforce":"restricted"}}}
        POST   /api/v1/namespaces/$ns-sa/pods {"metadata":{"name":"a"},"spec":{"serviceAccountName":"missing","containers":[{"name":"c","image":"i"}]}}
        POST   /api/v1/namespaces/$ns-sa/pods {"metadata":{"name":"a"},"spec":{"securityContext":{"runAsNonRoot":true,"seccompProfile":{"type":"RuntimeDefault"}},"containers":[{"name":"c","image":"i","securityContext":{"allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"]}}}]}}
    "#,
    )
    .await;
}

#[tokio::test]
async fn some_pods_may_not_name_what_they_like() {
    check(
        r#"
        POST   serviceaccounts {"metadata":{"name":"strict","annotations":{"kubernetes.io/enforce-mountable-secrets":"true"}},"secrets":[{"name":"s"}],"imagePullSecrets":[{"name":"p"}]}
        POST   pods?dryRun=All {"metadata":{"name":"a"},"spec":{"serviceAccountName":"strict","containers":[{"name":"c","image":"i","env":[{"name":"E","valueFrom":{"secretKeyRef":{"name":"s","key":"k"}}}],"envFrom":[{"secretRef":{"name":"s"}}]}],"volumes":[{"name":"v","secret":{"secretName":"s"}}]}}
        POST   pods {"metadata":{"name":"a"},"spec":{"serviceAccountName":"strict","containers":[{"name":"c","image":"i"}],"volumes":[{"name":"v","secret":{"secretName":"t"}}]}}
        POST   pods {"metadata":{"name":"a"},"spec":{"serviceAccountName":"strict","containers":[{"name":"c","image":"i","env":[{"name":"E","value":"x"},{"name":"F","valueFrom":{"secretKeyRef":{"name":"t","key":"k"}}}]}]}}
        POST   pods {"metadata":{"name":"a"},"spec":{"serviceAccountName":"strict","containers":[{"name":"c","image":"i","envFrom":[{"configMapRef":{"name":"t"}},{"secretRef":{"name":"t"}}]}]}}
        POST   pods {"metadata":{"name":"a"},"spec":{"serviceAccountName":"strict","initContainers":[{"name":"i","image":"i","envFrom":[{"secretRef":{"name":"t"}}]}],"containers":[{"name":"c","image":"i","envFrom":[{"secretRef":{"name":"u"}}]}]}}
        POST   pods {"metadata":{"name":"a"},"spec":{"serviceAccountName":"strict","initContainers":[{"name":"i","image":"i","env":[{"name":"F","valueFrom":{"secretKeyRef":{"name":"t","key":"k"}}}]}],"containers":[{"name":"c","image":"i"}]}}
        POST   pods {"metadata":{"name":"a"},"spec":{"serviceAccountName":"strict","imagePullSecrets":[{"name":"p"},{"name":"q"}],"containers":[{"name":"c","image":"i"}]}}
        POST   pods {"metadata":{"name":"m","annotations":{"kubernetes.io/config.mirror":"x"}},"spec":{"nodeName":"n","containers":[{"name":"c","image":"i"}]}}
        POST   pods {"metadata":{"name":"n","annotations":{"kubernetes.io/config.mirror":"x"}},"spec":{"containers":[{"name":"c","image":"i"}]}}
        POST   pods {"metadata":{"name":"n","annotations":{"kubernetes.io/config.mirror":"x"}},"spec":{"nodeName":"n","containers":[{"name":"c","image":"i"}],"resourceClaims":[{"name":"c","resourceClaimName":"d"},{"name":"e","resourceClaimName":"d"}]}}
        POST   pods {"metadata":{"name":"n","annotations":{"kubernetes.io/config.mirror":"x"}},"spec":{"nodeName":"n","serviceAccountName":"default","containers":[{"name":"c","image":"i"}]}}
        POST   pods {"metadata":{"name":"n","annotations":{"kubernetes.io/config.mirror":"x"}},"spec":{"nodeName":"n","containers":[{"name":"c","image":"i","envFrom":[{"secretRef":{"name":"t"}}]}]}}
        POST   pods {"metadata":{"name":"n","annotations":{"kubernetes.io/config.mirror":"x"}},"spec":{"nodeName":"n","imagePullSecrets":[{"name":"p"}],"containers":[{"name":"c","image":"i"}]}}
        POST   pods {"metadata":{"name":"n","annotations":{"kubernetes.io/config.mirror":"x"}},"spec":{"nodeName":"n","nodeSelector":{"secret":"x"},"containers":[{"name":"c","image":"i"}],"volumes":[{"name":"v","projected":{"sources":[{"serviceAccountToken":{"path":"t"}}]}}]}}
    "#,
    )
    .await;
}

#[tokio::test]
async fn claims_that_wait_do_not_grow() {
    check(
        r#"
        POST   persistentvolumeclaims {"metadata":{"name":"a"},"spec":{"storageClassName":"missing","accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}
        MERGE  persistentvolumeclaims/a?dryRun=All {"spec":{"resources":{"requests":{"storage":"2Gi"}}}}
        MERGE  persistentvolumeclaims/a?dryRun=All {"spec":{"resources":{"requests":{"storage":"1024Mi"}}}}
        MERGE  persistentvolumeclaims/a?dryRun=All {"spec":{"resources":{"requests":{"storage":"512Mi"}}}}
        MERGE  persistentvolumeclaims/a?dryRun=All {"metadata":{"labels":{"a":"b"}}}
    "#,
    )
    .await;
}
