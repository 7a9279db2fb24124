//! What is wrong with objects of built-in kinds, in the words of a real server.

use super::check;

#[tokio::test]
async fn names_and_keys_are_checked() {
    check(
        r#"
        POST   configmaps {"metadata":{"name":"a"},"data":{"a b":"c","..":"x","ok_1.A-b":"y"}}
        POST   configmaps {"metadata":{"name":"a"},"data":{"k":"v"},"binaryData":{"k":"AA=="}}
        POST   secrets {"metadata":{"name":"a"},"data":{"a/b":"AA=="}}
        POST   secrets {"metadata":{"name":"a"},"type":"kubernetes.io/tls"}
        POST   secrets {"metadata":{"name":"a"},"type":"kubernetes.io/dockerconfigjson","data":{".dockerconfigjson":"bm9uZQ=="}}
        POST   secrets {"metadata":{"name":"a"},"type":"kubernetes.io/dockerconfigjson"}
        POST   secrets {"metadata":{"name":"a"},"type":"kubernetes.io/basic-auth"}
        POST   secrets {"metadata":{"name":"a"},"type":"kubernetes.io/ssh-auth"}
        POST   secrets {"metadata":{"name":"a"},"type":"kubernetes.io/service-account-token"}
        POST   services {"metadata":{"name":"1a"},"spec":{"ports":[{"port":80}]}}
        POST   serviceaccounts {"metadata":{"name":"A"}}
    "#,
    )
    .await;
}

#[tokio::test]
async fn services_have_ports_and_addresses_that_make_sense() {
    check(
        r#"
        POST   services {"metadata":{"name":"a"}}
        POST   services {"metadata":{"name":"a"},"spec":{"ports":[{"port":0}]}}
        POST   services {"metadata":{"name":"a"},"spec":{"ports":[{"port":70000,"targetPort":0}]}}
        POST   services {"metadata":{"name":"a"},"spec":{"ports":[{"port":80},{"port":81}]}}
        POST   services {"metadata":{"name":"a"},"spec":{"ports":[{"port":80,"name":"a"},{"port":81,"name":"a"}]}}
        POST   services {"metadata":{"name":"a"},"spec":{"ports":[{"port":80,"name":"a"},{"port":80,"name":"b"}]}}
        POST   services {"metadata":{"name":"a"},"spec":{"ports":[{"port":80,"name":"A_b"}]}}
        POST   services {"metadata":{"name":"a"},"spec":{"ports":[{"port":80,"protocol":"ICMP"}]}}
        POST   services {"metadata":{"name":"a"},"spec":{"ports":[{"port":80,"targetPort":"Not_A_Port"}]}}
        POST   services {"metadata":{"name":"a"},"spec":{"type":"Nonsense","ports":[{"port":80}]}}
        POST   services {"metadata":{"name":"a"},"spec":{"sessionAffinity":"Nonsense","ports":[{"port":80}]}}
        POST   services {"metadata":{"name":"a"},"spec":{"type":"ExternalName"}}
        POST   services {"metadata":{"name":"a"},"spec":{"clusterIP":"nonsense","ports":[{"port":80}]}}
        POST   services {"metadata":{"name":"a"},"spec":{"selector":{"a b":"c"},"ports":[{"port":80}]}}
        POST   services {"metadata":{"name":"b"},"spec":{"ports":[{"port":80}]}}
        MERGE  services/b {"spec":{"clusterIP":"10.0.0.250"}}
        MERGE  services/b {"spec":{"ports":[]}}
    "#,
    )
    .await;
}

#[tokio::test]
async fn pods_are_made_of_valid_parts() {
    let mut rows = String::new();
    for spec in [
        r#"{}"#,
        r#"{"containers":[]}"#,
        r#"{"containers":[{}]}"#,
        r#"{"containers":[{"name":"A_b","image":"i"}]}"#,
        r#"{"containers":[{"name":"a","image":" i"}]}"#,
        r#"{"containers":[{"name":"a","image":"i"},{"name":"a","image":"j"}]}"#,
        r#"{"containers":[{"name":"a","image":"i"}],"initContainers":[{"name":"a","image":"j"}]}"#,
        r#"{"containers":[{"name":"a","image":"i","ports":[{"containerPort":0}]}]}"#,
        r#"{"containers":[{"name":"a","image":"i","ports":[{"containerPort":70000,"hostPort":70000}]}]}"#,
        r#"{"containers":[{"name":"a","image":"i","ports":[{"containerPort":80,"protocol":"X"}]}]}"#,
        r#"{"containers":[{"name":"a","image":"i","ports":[{"containerPort":80,"name":"Not_A_Port"}]}]}"#,
        r#"{"containers":[{"name":"a","image":"i","ports":[{"containerPort":80,"name":"x"},{"containerPort":81,"name":"x"}]}]}"#,
        r#"{"containers":[{"name":"a","image":"i","env":[{"value":"x"}]}]}"#,
        r#"{"containers":[{"name":"a","image":"i","env":[{"name":"A=B"}]}]}"#,
        r#"{"containers":[{"name":"a","image":"i","env":[{"name":"A","value":"x","valueFrom":{"fieldRef":{"fieldPath":"metadata.name"}}}]}]}"#,
        r#"{"containers":[{"name":"a","image":"i","env":[{"name":"A","valueFrom":{}}]}]}"#,
        r#"{"containers":[{"name":"a","image":"i","env":[{"name":"A","valueFrom":{"configMapKeyRef":{"name":"m"}}}]}]}"#,
        r#"{"containers":[{"name":"a","image":"i","env":[{"name":"A","valueFrom":{"fieldRef":{"fieldPath":"spec.nonsense"}}}]}]}"#,
        r#"{"containers":[{"name":"a","image":"i","volumeMounts":[{"name":"v","mountPath":"/x"}]}]}"#,
        r#"{"containers":[{"name":"a","image":"i","volumeMounts":[{"name":"","mountPath":""}]}]}"#,
        r#"{"containers":[{"name":"a","image":"i","volumeMounts":[{"name":"v","mountPath":"/x"},{"name":"v","mountPath":"/x"}]}],"volumes":[{"name":"v"}]}"#,
        r#"{"containers":[{"name":"a","image":"i"}],"volumes":[{"name":"A_b"},{"name":""}]}"#,
        r#"{"containers":[{"name":"a","image":"i"}],"volumes":[{"name":"v"},{"name":"v"}]}"#,
        r#"{"containers":[{"name":"a","image":"i"}],"volumes":[{"name":"v","emptyDir":{},"configMap":{"name":"m"}}]}"#,
        r#"{"containers":[{"name":"a","image":"i"}],"volumes":[{"name":"v","configMap":{}},{"name":"w","secret":{}}]}"#,
        r#"{"containers":[{"name":"a","image":"i"}],"volumes":[{"name":"v","persistentVolumeClaim":{"claimName":""}}]}"#,
        r#"{"containers":[{"name":"a","image":"i"}],"volumes":[{"name":"v","hostPath":{"path":""}}]}"#,
        r#"{"containers":[{"name":"a","image":"i","imagePullPolicy":"Nonsense"}]}"#,
        r#"{"containers":[{"name":"a","image":"i"}],"restartPolicy":"Nonsense"}"#,
        r#"{"containers":[{"name":"a","image":"i"}],"dnsPolicy":"Nonsense"}"#,
        r#"{"containers":[{"name":"a","image":"i"}],"serviceAccountName":"A_b"}"#,
        r#"{"containers":[{"name":"a","image":"i"}],"nodeSelector":{"a b":"c"}}"#,
        r#"{"containers":[{"name":"a","image":"i"}],"hostname":"A_b"}"#,
        r#"{"containers":[{"name":"a","image":"i"}],"activeDeadlineSeconds":0}"#,
        r#"{"containers":[{"name":"a","image":"i"}],"terminationGracePeriodSeconds":-1}"#,
        r#"{"containers":[{"name":"a","image":"i"}],"imagePullSecrets":[{}]}"#,
        r#"{"containers":[{"name":"a","image":"i","resources":{"requests":{"cpu":"2"},"limits":{"cpu":"1"}}}]}"#,
        r#"{"containers":[{"name":"a","image":"i","resources":{"requests":{"nonsense":"2"}}}]}"#,
        r#"{"containers":[{"name":"a","image":"i","resources":{"requests":{"cpu":"-2"}}}]}"#,
        r#"{"containers":[{"name":"a","image":"i","resources":{"requests":{"cpu":"nonsense"}}}]}"#,
        r#"{"containers":[{"name":"a","image":"i","livenessProbe":{}}]}"#,
        r#"{"containers":[{"name":"a","image":"i","livenessProbe":{"httpGet":{"port":0}}}]}"#,
        r#"{"containers":[{"name":"a","image":"i","livenessProbe":{"exec":{},"periodSeconds":-1}}]}"#,
        r#"{"containers":[{"name":"a","image":"i"}],"tolerations":[{"operator":"Nonsense","key":"a"},{"key":"a","operator":"Exists","value":"x"}]}"#,
    ] {
        rows += &format!("POST pods?dryRun=All {{\"metadata\":{{\"name\":\"p\"}},\"spec\":{spec}}}\n");
    }
    check(&rows).await;
}

#[tokio::test]
async fn running_pods_change_in_few_fields() {
    check(
        r#"
        POST   pods {"metadata":{"name":"p"},"spec":{"automountServiceAccountToken":false,"containers":[{"name":"a","image":"i:1"}]}}
        MERGE  pods/p {"metadata":{"labels":{"a":"b"}}}
        STRATEGIC pods/p {"spec":{"containers":[{"name":"a","image":"i:2"}]}}
        STRATEGIC pods/p {"spec":{"containers":[{"name":"b","image":"i:2"}]}}
        STRATEGIC pods/p {"spec":{"containers":[{"name":"a","env":[{"name":"A","value":"b"}]}]}}
        MERGE  pods/p {"spec":{"restartPolicy":"Never"}}
        MERGE  pods/p {"spec":{"activeDeadlineSeconds":10}}
        MERGE  pods/p {"spec":{"activeDeadlineSeconds":20}}
    "#,
    )
    .await;
}

#[tokio::test]
async fn workloads_are_valid_and_keep_their_selectors() {
    let template = r#"{"metadata":{"labels":{"a":"b"}},"spec":{"automountServiceAccountToken":false,"containers":[{"name":"c","image":"c:1"}]}}"#;
    let mut rows = String::new();
    for kinds in ["deployments", "replicasets", "statefulsets", "daemonsets"] {
        let path = format!("/apis/apps/v1/namespaces/$ns/{kinds}");
        for spec in [
            r#""selector":{"matchLabels":{"a":"b"}}"#.to_owned(),
            format!(r#""template":{template}"#),
            format!(r#""selector":{{}},"template":{template}"#),
            format!(r#""replicas":-1,"minReadySeconds":-1,"revisionHistoryLimit":-1,"selector":{{"matchLabels":{{"a":"b"}}}},"template":{template}"#),
            format!(r#""selector":{{"matchLabels":{{"a":"b"}},"matchExpressions":[{{"key":"a","operator":"Nonsense"}}]}},"template":{template}"#),
            r#""selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"restartPolicy":"Never","containers":[{"name":"A_b","image":"c:1"}]}}"#.to_owned(),
        ] {
            let spec = if kinds == "daemonsets" { spec.replace(r#""replicas":-1,"#, "") } else { spec };
            rows += &format!("POST {path}?dryRun=All {{\"metadata\":{{\"name\":\"w\"}},\"spec\":{{{spec}}}}}\n");
        }
        rows += &format!(
            "POST {path} {{\"metadata\":{{\"name\":\"w\"}},\"spec\":{{\"selector\":{{\"matchLabels\":{{\"a\":\"b\"}}}},\"template\":{template}}}}}\n"
        );
        rows += &format!(
            "MERGE+metadata {path}/w {{\"spec\":{{\"selector\":{{\"matchLabels\":{{\"x\":\"y\"}}}}}}}}\n"
        );
        rows += &format!(
            "MERGE+metadata {path}/w {{\"spec\":{{\"serviceName\":\"other\",\"podManagementPolicy\":\"Parallel\"}}}}\n"
        );
    }
    rows += &format!(
        "POST /apis/apps/v1/namespaces/$ns/deployments?dryRun=All {{\"metadata\":{{\"name\":\"w\"}},\"spec\":{{\"strategy\":{{\"type\":\"Nonsense\"}},\"progressDeadlineSeconds\":0,\"selector\":{{\"matchLabels\":{{\"a\":\"b\"}}}},\"template\":{template}}}}}\n"
    );
    rows += &format!(
        "POST /apis/apps/v1/namespaces/$ns/deployments?dryRun=All {{\"metadata\":{{\"name\":\"w\"}},\"spec\":{{\"strategy\":{{\"type\":\"Recreate\",\"rollingUpdate\":{{}}}},\"selector\":{{\"matchLabels\":{{\"a\":\"b\"}}}},\"template\":{template}}}}}\n"
    );
    rows += &format!(
        "POST /apis/apps/v1/namespaces/$ns/deployments?dryRun=All {{\"metadata\":{{\"name\":\"w\"}},\"spec\":{{\"strategy\":{{\"rollingUpdate\":{{\"maxSurge\":0,\"maxUnavailable\":0}}}},\"selector\":{{\"matchLabels\":{{\"a\":\"b\"}}}},\"template\":{template}}}}}\n"
    );
    check(&rows).await;
}

#[tokio::test]
async fn other_kinds_are_valid() {
    check(
        r#"
        POST   /apis/batch/v1/namespaces/$ns/jobs?dryRun=All {"metadata":{"name":"j"},"spec":{"template":{"spec":{"containers":[{"name":"c","image":"c"}]}}}}
        POST   /apis/batch/v1/namespaces/$ns/jobs?dryRun=All {"metadata":{"name":"j"},"spec":{"parallelism":-1,"completions":-1,"backoffLimit":-1,"activeDeadlineSeconds":-1,"ttlSecondsAfterFinished":-1,"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"c"}]}}}}
        POST   /apis/batch/v1/namespaces/$ns/jobs?dryRun=All {"metadata":{"name":"j"},"spec":{"completionMode":"Indexed","template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"c"}]}}}}
        POST   /apis/batch/v1/namespaces/$ns/jobs?dryRun=All {"metadata":{"name":"j"},"spec":{"completionMode":"Nonsense","template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"c"}]}}}}
        POST   /apis/batch/v1/namespaces/$ns/cronjobs?dryRun=All {"metadata":{"name":"c"},"spec":{"schedule":"nonsense","concurrencyPolicy":"Nonsense","startingDeadlineSeconds":-1,"jobTemplate":{"spec":{"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"c"}]}}}}}}
        POST   /apis/batch/v1/namespaces/$ns/cronjobs?dryRun=All {"metadata":{"name":"c"},"spec":{"jobTemplate":{"spec":{"template":{"spec":{"containers":[{"name":"c","image":"c"}]}}}}}}
        POST   persistentvolumeclaims?dryRun=All {"metadata":{"name":"a"}}
        POST   persistentvolumeclaims?dryRun=All {"metadata":{"name":"a"},"spec":{"accessModes":["Nonsense"],"resources":{"requests":{"storage":"0"}}}}
        POST   persistentvolumeclaims {"metadata":{"name":"a"},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}
        MERGE  persistentvolumeclaims/a {"spec":{"accessModes":["ReadWriteMany"]}}
        POST   /apis/networking.k8s.io/v1/namespaces/$ns/ingresses?dryRun=All {"metadata":{"name":"i"}}
        POST   /apis/networking.k8s.io/v1/namespaces/$ns/ingresses?dryRun=All {"metadata":{"name":"i"},"spec":{"rules":[{"host":"A_b","http":{"paths":[{"path":"x","backend":{"service":{"name":"s","port":{}}}}]}}]}}
        POST   /apis/networking.k8s.io/v1/namespaces/$ns/networkpolicies?dryRun=All {"metadata":{"name":"n"},"spec":{"podSelector":{"matchLabels":{"a b":"c"}},"policyTypes":["Nonsense"]}}
        POST   /apis/rbac.authorization.k8s.io/v1/namespaces/$ns/roles?dryRun=All {"metadata":{"name":"r"},"rules":[{"verbs":[],"apiGroups":[""],"resources":["pods"]},{"verbs":["get"]},{"verbs":["get"],"nonResourceURLs":["/x"]}]}
        POST   /apis/rbac.authorization.k8s.io/v1/namespaces/$ns/rolebindings?dryRun=All {"metadata":{"name":"r"},"roleRef":{"kind":"Nonsense","name":""},"subjects":[{"kind":"Nonsense","name":"x"},{"kind":"User","name":""},{"kind":"ServiceAccount","name":"s"}]}
        POST   /apis/autoscaling/v2/namespaces/$ns/horizontalpodautoscalers?dryRun=All {"metadata":{"name":"h"},"spec":{"minReplicas":5,"maxReplicas":3,"scaleTargetRef":{"kind":"","name":""}}}
        POST   /apis/autoscaling/v2/namespaces/$ns/horizontalpodautoscalers?dryRun=All {"metadata":{"name":"h"},"spec":{"maxReplicas":0,"scaleTargetRef":{"kind":"D","name":"d"}}}
        POST   /apis/policy/v1/namespaces/$ns/poddisruptionbudgets?dryRun=All {"metadata":{"name":"p"},"spec":{"maxUnavailable":1,"minAvailable":1}}
        POST   /apis/policy/v1/namespaces/$ns/poddisruptionbudgets?dryRun=All {"metadata":{"name":"p"},"spec":{"maxUnavailable":"101%","selector":{"matchLabels":{"a b":"c"}}}}
        POST   /apis/coordination.k8s.io/v1/namespaces/$ns/leases?dryRun=All {"metadata":{"name":"l"},"spec":{"leaseDurationSeconds":0,"leaseTransitions":-1}}
        POST   /apis/apps/v1/namespaces/$ns/controllerrevisions?dryRun=All {"metadata":{"name":"a"},"revision":-1}
        POST   /apis/storage.k8s.io/v1/storageclasses?dryRun=All {"metadata":{"name":"a"}}
        POST   /apis/scheduling.k8s.io/v1/priorityclasses?dryRun=All {"metadata":{"name":"a"},"value":2000000000}
    "#,
    )
    .await;
}
