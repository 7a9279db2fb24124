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
        POST   secrets {"metadata":{"name":"a"},"type":"kubernetes.io/dockerconfigjson"}
        POST   secrets {"metadata":{"name":"a"},"type":"kubernetes.io/basic-auth"}
        POST   secrets {"metadata":{"name":"a"},"type":"kubernetes.io/ssh-auth"}
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
        POST   services {"metadata":{"name":"a"},"spec":{"ports":[{"port":80},{"port":81}]}}
        POST   services {"metadata":{"name":"a"},"spec":{"ports":[{"port":80,"name":"a"},{"port":81,"name":"a"}]}}
        POST   services {"metadata":{"name":"a"},"spec":{"ports":[{"port":80,"name":"A_b"}]}}
        POST   services {"metadata":{"name":"a"},"spec":{"ports":[{"port":80,"protocol":"ICMP"}]}}
        POST   services {"metadata":{"name":"a"},"spec":{"type":"Nonsense","ports":[{"port":80}]}}
        POST   services {"metadata":{"name":"a"},"spec":{"sessionAffinity":"Nonsense","ports":[{"port":80}]}}
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
        r#"{"containers":[{"name":"a","image":"i"},{"name":"a","image":"j"}]}"#,
        r#"{"containers":[{"name":"a","image":"i","ports":[{"containerPort":70000,"hostPort":70000}]}]}"#,
        r#"{"containers":[{"name":"a","image":"i","ports":[{"containerPort":80,"protocol":"X"}]}]}"#,
        r#"{"containers":[{"name":"a","image":"i","ports":[{"containerPort":80,"name":"x"},{"containerPort":81,"name":"x"}]}]}"#,
        r#"{"containers":[{"name":"a","image":"i","env":[{"value":"x"}]}]}"#,
        r#"{"containers":[{"name":"a","image":"i"}],"volumes":[{"name":"A_b"},{"name":""}]}"#,
        r#"{"containers":[{"name":"a","image":"i"}],"volumes":[{"name":"v"},{"name":"v"}]}"#,
        r#"{"containers":[{"name":"a","image":"i","imagePullPolicy":"Nonsense"}]}"#,
        r#"{"containers":[{"name":"a","image":"i"}],"restartPolicy":"Nonsense"}"#,
        r#"{"containers":[{"name":"a","image":"i"}],"nodeSelector":{"a b":"c"}}"#,
        r#"{"containers":[{"name":"a","image":"i"}],"hostname":"A_b"}"#,
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
    "#,
    )
    .await;
}

#[tokio::test]
async fn other_kinds_are_valid() {
    check(
        r#"
        POST   /apis/batch/v1/namespaces/$ns/jobs?dryRun=All {"metadata":{"name":"j"},"spec":{"template":{"spec":{"containers":[{"name":"c","image":"c"}]}}}}
        POST   /apis/batch/v1/namespaces/$ns/jobs?dryRun=All {"metadata":{"name":"j"},"spec":{"parallelism":-1,"completions":-1,"backoffLimit":-1,"activeDeadlineSeconds":-1,"ttlSecondsAfterFinished":-1,"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"c"}]}}}}
        POST   /apis/batch/v1/namespaces/$ns/jobs?dryRun=All {"metadata":{"name":"j"},"spec":{"completionMode":"Nonsense","template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"c"}]}}}}
        POST   /apis/batch/v1/namespaces/$ns/cronjobs?dryRun=All {"metadata":{"name":"c"},"spec":{"jobTemplate":{"spec":{"template":{"spec":{"containers":[{"name":"c","image":"c"}]}}}}}}
        POST   persistentvolumeclaims?dryRun=All {"metadata":{"name":"a"}}
        POST   persistentvolumeclaims {"metadata":{"name":"a"},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}
        POST   /apis/networking.k8s.io/v1/namespaces/$ns/ingresses?dryRun=All {"metadata":{"name":"i"}}
        POST   /apis/networking.k8s.io/v1/namespaces/$ns/ingresses?dryRun=All {"metadata":{"name":"i"},"spec":{"rules":[{"host":"A_b","http":{"paths":[{"path":"x","backend":{"service":{"name":"s","port":{}}}}]}}]}}
        POST   /apis/networking.k8s.io/v1/namespaces/$ns/networkpolicies?dryRun=All {"metadata":{"name":"n"},"spec":{"podSelector":{"matchLabels":{"a b":"c"}},"policyTypes":["Nonsense"]}}
        POST   /apis/rbac.authorization.k8s.io/v1/namespaces/$ns/rolebindings?dryRun=All {"metadata":{"name":"r"},"roleRef":{"kind":"Nonsense","name":""},"subjects":[{"kind":"Nonsense","name":"x"},{"kind":"User","name":""},{"kind":"ServiceAccount","name":"s"}]}
        POST   /apis/autoscaling/v2/namespaces/$ns/horizontalpodautoscalers?dryRun=All {"metadata":{"name":"h"},"spec":{"minReplicas":5,"maxReplicas":3,"scaleTargetRef":{"kind":"","name":""}}}
        POST   /apis/autoscaling/v2/namespaces/$ns/horizontalpodautoscalers?dryRun=All {"metadata":{"name":"h"},"spec":{"maxReplicas":0,"scaleTargetRef":{"kind":"D","name":"d"}}}
        POST   /apis/policy/v1/namespaces/$ns/poddisruptionbudgets?dryRun=All {"metadata":{"name":"p"},"spec":{"maxUnavailable":1,"minAvailable":1}}
        POST   /apis/policy/v1/namespaces/$ns/poddisruptionbudgets?dryRun=All {"metadata":{"name":"p"},"spec":{"maxUnavailable":"101%","selector":{"matchLabels":{"a b":"c"}}}}
        POST   /apis/coordination.k8s.io/v1/namespaces/$ns/leases?dryRun=All {"metadata":{"name":"l"},"spec":{"leaseDurationSeconds":0,"leaseTransitions":-1}}
        POST   /apis/apps/v1/namespaces/$ns/controllerrevisions?dryRun=All {"metadata":{"name":"a"},"revision":-1}
    "#,
    )
    .await;
}
