//! Objects that are odd and that a real server takes: the worse fault is to refuse one.

use super::check;

#[tokio::test]
async fn quantities_are_shown_in_their_shortest_form() {
    let amounts = [
        "1",
        "1000m",
        "1500m",
        "1.5",
        "0.5",
        "0.1",
        "1.500",
        "100000",
        "1e3",
        "12e1",
        "1E2",
        "1k",
        "1Ki",
        "1024Ki",
        "1.5Gi",
        "0.5Ki",
        "0",
        "0Gi",
        "+1",
        "007",
        ".5",
        "1.",
        "9E",
        "123456789123456789",
        "1Pi",
        "0.5Pi",
        "128974848",
        "8Mi",
        "1000000Ki",
    ];
    let rows = amounts.map(|amount| {
        format!(
            r#"POST pods?dryRun=All {{"metadata":{{"name":"p"}},"spec":{{"automountServiceAccountToken":false,"containers":[{{"name":"a","image":"i","resources":{{"limits":{{"cpu":"{amount}"}}}}}}]}}}}"#
        )
    });
    check(&rows.join("\n")).await;
}

#[tokio::test]
async fn odd_objects_are_taken() {
    check(
        r#"
        POST pods?dryRun=All {"metadata":{"name":"p"},"spec":{"automountServiceAccountToken":false,"containers":[{"name":"a","image":"i","ports":[{"containerPort":80}],"env":[{"name":"A"},{"name":"1","value":"$(A)"}]}]}}
        POST pods?dryRun=All {"metadata":{"name":"p"},"spec":{"automountServiceAccountToken":false,"containers":[{"name":"a","image":"i","ports":[{"containerPort":53,"hostPort":53,"protocol":"UDP"},{"containerPort":53,"hostPort":53}]}]}}
        POST pods?dryRun=All {"metadata":{"name":"p"},"spec":{"automountServiceAccountToken":false,"volumes":[{"name":"v"}],"containers":[{"name":"a","image":"i","volumeMounts":[{"name":"v","mountPath":"relative","subPath":"..a"}]},{"name":"b","image":"i","volumeMounts":[{"name":"v","mountPath":"relative"}]}]}}
        POST pods?dryRun=All {"metadata":{"name":"p"},"spec":{"automountServiceAccountToken":false,"containers":[{"name":"a","image":"i"}],"initContainers":[{"name":"b","image":"i","restartPolicy":"Always","lifecycle":{"postStart":{"exec":{"command":["x"]}}},"readinessProbe":{"exec":{"command":["x"]}}}]}}
        POST pods?dryRun=All {"metadata":{"name":"p"},"spec":{"automountServiceAccountToken":false,"restartPolicy":"Never","terminationGracePeriodSeconds":0,"containers":[{"name":"a","image":"i","resources":{"requests":{"cpu":"0"},"limits":{"cpu":"0"}}}]}}
        POST pods?dryRun=All {"metadata":{"name":"p"},"spec":{"automountServiceAccountToken":false,"securityContext":{"runAsUser":65534,"windowsOptions":null},"nodeSelector":{},"tolerations":[{"operator":"Exists","effect":"NoExecute"}],"containers":[{"name":"a","image":"i","securityContext":{"allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"]},"seccompProfile":{"type":"Localhost","localhostProfile":"a/b.json"}}}]}}
        POST pods?dryRun=All {"metadata":{"name":"p"},"spec":{"automountServiceAccountToken":false,"os":{"name":"linux"},"dnsConfig":{"searches":["a.b",".","_x.y."],"options":[{"name":"ndots","value":"5"}]},"containers":[{"name":"a","image":"i"}]}}
        POST configmaps?dryRun=All {"metadata":{"name":"a","labels":{"a":"","b.c/D":"E_f"},"annotations":{"A/b":"\u0000x"}},"data":{"-":"","_.":"x","a..b":"y"}}
        POST services?dryRun=All {"metadata":{"name":"0"},"spec":{"clusterIP":"None","selector":null,"ports":[]}}
        POST services?dryRun=All {"metadata":{"name":"a"},"spec":{"ports":[{"port":1,"targetPort":"a-1","appProtocol":"kubernetes.io/h2c","name":"0"}],"sessionAffinity":"ClientIP"}}
        POST services?dryRun=All {"metadata":{"name":"a"},"spec":{"type":"ExternalName","externalName":"example.com","ports":[{"port":80}],"selector":{"a":"b"}}}
        POST /apis/apps/v1/namespaces/$ns/deployments?dryRun=All {"metadata":{"name":"a"},"spec":{"replicas":0,"selector":{"matchExpressions":[{"key":"a","operator":"Exists"},{"key":"c","operator":"DoesNotExist"}]},"template":{"metadata":{"labels":{"a":""}},"spec":{"containers":[{"name":"a","image":"i"}]}},"strategy":{"rollingUpdate":{"maxSurge":"1000%","maxUnavailable":"0%"}}}}
        POST /apis/apps/v1/namespaces/$ns/statefulsets?dryRun=All {"metadata":{"name":"s"},"spec":{"serviceName":"","selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"subdomain":"A_b","containers":[{"name":"a","image":"i"}]}}}}
        POST /apis/batch/v1/namespaces/$ns/jobs?dryRun=All {"metadata":{"name":"j"},"spec":{"template":{"spec":{"restartPolicy":"OnFailure","containers":[{"name":"c","image":"i"}]}},"backoffLimit":0,"completions":5,"parallelism":10}}
        POST /apis/networking.k8s.io/v1/namespaces/$ns/ingresses?dryRun=All {"metadata":{"name":"i"},"spec":{"rules":[{"host":"*.a","http":{"paths":[{"pathType":"ImplementationSpecific","backend":{"service":{"name":"s","port":{"name":"http"}}}}]}},{}],"tls":[{"secretName":"s"}]}}
        POST /apis/networking.k8s.io/v1/namespaces/$ns/networkpolicies?dryRun=All {"metadata":{"name":"n"},"spec":{"podSelector":{},"ingress":[{}],"egress":[]}}
        POST /apis/policy/v1/namespaces/$ns/poddisruptionbudgets?dryRun=All {"metadata":{"name":"p"},"spec":{"minAvailable":"0%"}}
        POST /apis/rbac.authorization.k8s.io/v1/namespaces/$ns/rolebindings?dryRun=All {"metadata":{"name":"a:b"},"roleRef":{"kind":"ClusterRole","name":"system:x","apiGroup":"rbac.authorization.k8s.io"},"subjects":[{"kind":"ServiceAccount","name":"default"},{"kind":"User","name":"a@b c","apiGroup":"rbac.authorization.k8s.io"}]}
        POST endpoints?dryRun=All {"metadata":{"name":"e"},"subsets":[{"addresses":[{"ip":"10.0.0.1"}],"ports":[{"port":80}]}]}
    "#,
    )
    .await;
}
