//! Built-in resources: their writes follow the rules of each.

use super::check;

#[tokio::test]
async fn an_update_makes_what_is_not_there_only_where_that_is_the_rule() {
    check(
        r#"
        PUT    /apis/rbac.authorization.k8s.io/v1/namespaces/$ns/roles/a {"metadata":{"name":"a"},"rules":[{"verbs":["get"],"apiGroups":[""],"resources":["pods"]}]}
        PUT    /apis/coordination.k8s.io/v1/namespaces/$ns/leases/a {"metadata":{"name":"a"},"spec":{"holderIdentity":"x"}}
        PUT    /apis/coordination.k8s.io/v1/namespaces/$ns/leases/a {"metadata":{"name":"a"},"spec":{"holderIdentity":"y"}}
        PUT    /apis/policy/v1/namespaces/$ns/poddisruptionbudgets/a {"metadata":{"name":"a"},"spec":{"maxUnavailable":1}}
        PUT    /api/v1/namespaces/$ns/configmaps/a {"metadata":{"name":"a"}}
    "#,
    )
    .await;
}

#[tokio::test]
async fn what_is_no_field_of_a_built_in_kind_goes() {
    check(
        r#"
        POST   configmaps?fieldValidation=Strict {"metadata":{"name":"a","odd":1},"bogus":1,"data":{"a":"b"},"other":{"x":1}}
        POST   configmaps {"metadata":{"name":"a","odd":1},"bogus":1,"data":{"a":"b"},"other":{"x":1}}
        MERGE  configmaps/a?fieldValidation=Strict {"bogus":1}
        MERGE  configmaps/a {"bogus":1}
        JSON   configmaps/a?fieldValidation=Strict [{"op":"add","path":"/bogus","value":1}]
        STRATEGIC configmaps/a?fieldValidation=Strict {"bogus":1}
        POST   configmaps {"metadata":{"name":"b"},"data":{"n":null,"v":"w"},"immutable":null,"binaryData":null}
        POST   podtemplates?fieldValidation=Strict {"metadata":{"name":"a"},"template":{"metadata":{"odd":1,"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i:1"},{"name":"d","image":"i:1","odd":{"x":1}}]}}}
        POST   podtemplates {"metadata":{"name":"a"},"template":{"metadata":{"odd":1,"creationTimestamp":null,"labels":{"a":"b"}},"spec":{"volumes":null,"nodeSelector":null,"containers":[{"name":"c","image":"i:1"},{"name":"d","image":"i:1","odd":{"x":1}}]}}}
        POST   services {"metadata":{"name":"s"},"spec":{"clusterIP":"None","selector":{"a":"b"},"ports":[{"port":80,"odd":true}]}}
    "#,
    )
    .await;
}

#[tokio::test]
async fn moments_are_kept_as_exactly_as_their_types_are() {
    check(
        r#"
        POST   /apis/coordination.k8s.io/v1/namespaces/$ns/leases {"metadata":{"name":"a"},"spec":{"renewTime":"2020-01-02T03:04:05.123456+02:00","acquireTime":"2020-01-01T00:00:00.000000Z"}}
        GET    /apis/coordination.k8s.io/v1/namespaces/$ns/leases/a
        MERGE  /apis/coordination.k8s.io/v1/namespaces/$ns/leases/a {"spec":{"renewTime":"2020-01-02T03:04:05Z"}}
        MERGE  /apis/coordination.k8s.io/v1/namespaces/$ns/leases/a {"spec":{"renewTime":"2020-01-02T03:04:05.1234567Z"}}
        MERGE  /apis/coordination.k8s.io/v1/namespaces/$ns/leases/a {"spec":{"renewTime":"2020-01-02T03:04:05.123Z"}}
        MERGE  /apis/coordination.k8s.io/v1/namespaces/$ns/leases/a {"spec":{"renewTime":"soon"}}
        MERGE  /apis/coordination.k8s.io/v1/namespaces/$ns/leases/a {"spec":{"renewTime":""}}
        POST   events {"metadata":{"name":"a"},"involvedObject":{"kind":"Pod","name":"p","namespace":"$ns"},"firstTimestamp":"2020-01-02T03:04:05.678901-02:30","lastTimestamp":"2020-02-30T03:04:05Z"}
        POST   events {"metadata":{"name":"a"},"involvedObject":{"kind":"Pod","name":"p","namespace":"$ns"},"firstTimestamp":"2020-01-02T03:04:05.678901-02:30","eventTime":"2020-01-02T23:59:59.999999-02:30"}
        POST   events {"metadata":{"name":"z"},"involvedObject":{"kind":"Pod","name":"p","namespace":"$ns"},"firstTimestamp":"9999-12-31T23:59:59Z","lastTimestamp":"9999-12-31T22:00:00-01:59","eventTime":"9999-12-31T23:59:59.999999Z"}
        GET+table events/z
        GET+protobuf events/z
        POST   events {"metadata":{"name":"y"},"involvedObject":{"kind":"Pod","name":"p","namespace":"$ns"},"firstTimestamp":"0000-01-01T00:00:00Z","lastTimestamp":"9999-12-30T23:59:59Z"}
        GET+protobuf events/y
        POST   events {"metadata":{"name":"b"},"involvedObject":{"kind":"Pod","name":"p","namespace":"$ns"},"firstTimestamp":"2020-13-02T03:04:05Z"}
        POST   events {"metadata":{"name":"b"},"involvedObject":{"kind":"Pod","name":"p","namespace":"$ns"},"firstTimestamp":"2020-01-02T24:04:05Z"}
        POST   events {"metadata":{"name":"b"},"involvedObject":{"kind":"Pod","name":"p","namespace":"$ns"},"firstTimestamp":"2020-01-02T3:04:05Z"}
        POST   events {"metadata":{"name":"c"},"involvedObject":{"kind":"Pod","name":"p","namespace":"$ns"},"firstTimestamp":"2020-01-02T03:04:05"}
        POST   events {"metadata":{"name":"c"},"involvedObject":{"kind":"Pod","name":"p","namespace":"$ns"},"firstTimestamp":"2020-01-02T03:04:05Z "}
        POST   events {"metadata":{"name":"c"},"involvedObject":{"kind":"Pod","name":"p","namespace":"$ns"},"firstTimestamp":"2020-01-02 03:04:05Z"}
        POST   events {"metadata":{"name":"c"},"involvedObject":{"kind":"Pod","name":"p","namespace":"$ns"},"firstTimestamp":1}
        POST   events {"metadata":{"name":"c"},"involvedObject":{"kind":"Pod","name":"p","namespace":"$ns"},"firstTimestamp":"2020-01-02T03:04:05,5+24:60"}
        POST   events {"metadata":{"name":"c"},"involvedObject":{"kind":"Pod","name":"p","namespace":"$ns"},"firstTimestamp":"2020-01-02T03:04:05+25:00"}
        POST   events {"metadata":{"name":"c"},"involvedObject":{"kind":"Pod","name":"p","namespace":"$ns"},"firstTimestamp":"2020-01-02T03:04:05+25:61"}
        POST   events {"metadata":{"name":"c"},"involvedObject":{"kind":"Pod","name":"p","namespace":"$ns"},"firstTimestamp":"2020-01-02T03:04:05x00:61"}
        POST   events {"metadata":{"name":"c"},"involvedObject":{"kind":"Pod","name":"p","namespace":"$ns"},"firstTimestamp":"2020-01-02T03:04:05x00:60"}
        POST   events {"metadata":{"name":"c"},"involvedObject":{"kind":"Pod","name":"p","namespace":"$ns"},"firstTimestamp":"2020-01-02T03:04:05+2a:61"}
        POST   events {"metadata":{"name":"c"},"involvedObject":{"kind":"Pod","name":"p","namespace":"$ns"},"firstTimestamp":"2020-01-02T03:04:05+25:6"}
        POST   events {"metadata":{"name":"c"},"involvedObject":{"kind":"Pod","name":"p","namespace":"$ns"},"firstTimestamp":"2020-01-02T03:04:05.+0100"}
        MERGE  /apis/coordination.k8s.io/v1/namespaces/$ns/leases/a {"spec":{"renewTime":"2020-01-02T03:04:05,+12345Z"}}
        MERGE  /apis/coordination.k8s.io/v1/namespaces/$ns/leases/a {"spec":{"renewTime":"2020-01-02T03:04:05.-12345Z"}}
        MERGE  /apis/coordination.k8s.io/v1/namespaces/$ns/leases/a {"spec":{"renewTime":"2020-01-02T03:04:05.-00000Z"}}
        MERGE  /apis/coordination.k8s.io/v1/namespaces/$ns/leases/a {"spec":{"renewTime":"2020-01-02T03:04:05.1234é5Z"}}
        MERGE  /apis/coordination.k8s.io/v1/namespaces/$ns/leases/a {"spec":{"renewTime":"2020-01-02T03:04:05.12345"}}
        POST   configmaps {"metadata":{"name":"a","creationTimestamp":"now"}}
        POST   configmaps {"metadata":{"name":"a","creationTimestamp":"2020-01-02T03:04:60Z"}}
    "#,
    )
    .await;
}

#[tokio::test]
async fn values_of_other_types_are_refused() {
    check(
        r#"
        POST   configmaps {"metadata":{"name":"a"},"data":{"a":"b"}}
        POST   configmaps {"metadata":{"name":"b"},"data":{"a":1}}
        POST   configmaps {"metadata":{"name":"b"},"data":["a"]}
        POST   configmaps {"metadata":{"name":"b"},"immutable":"yes"}
        MERGE  configmaps/a {"data":{"a":1}}
        MERGE  configmaps/a {"data":"a"}
        MERGE  configmaps/a {"immutable":"yes"}
        POST   podtemplates {"metadata":{"name":"a"},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i:1"}]}}}
        MERGE  podtemplates/a {"template":{"spec":{"terminationGracePeriodSeconds":"1"}}}
        MERGE  podtemplates/a {"template":{"spec":{"terminationGracePeriodSeconds":1.5}}}
        MERGE  podtemplates/a {"template":{"spec":{"hostNetwork":1}}}
        MERGE  podtemplates/a {"template":{"spec":{"containers":{}}}}
        MERGE  podtemplates/a {"template":{"spec":{"containers":["c"]}}}
        MERGE  podtemplates/a {"template":{"metadata":{"labels":{"a":1}}}}
        MERGE  podtemplates/a {"template":{"spec":{"containers":[{"name":"c","image":"i:1","ports":[{"containerPort":3000000000}]}]}}}
        POST   services {"metadata":{"name":"s"},"spec":{"clusterIP":"None","ports":[{"port":"80"}]}}
        POST   services {"metadata":{"name":"s"},"spec":{"clusterIP":"None","ports":[{"port":80,"targetPort":true}]}}
        POST   /apis/apps/v1/namespaces/$ns/deployments {"metadata":{"name":"d"},"spec":{"replicas":"1"}}
        POST   /apis/apps/v1/namespaces/$ns/deployments {"metadata":{"name":"d"},"spec":1}
    "#,
    )
    .await;
}

#[tokio::test]
async fn bytes_are_written_in_base64() {
    check(
        r#"
        POST   secrets {"metadata":{"name":"a"},"data":{"k":"no base64!"}}
        POST   secrets {"metadata":{"name":"a"},"data":{"k":"A"}}
        POST   secrets {"metadata":{"name":"a"},"data":{"k":"AA"}}
        POST   secrets {"metadata":{"name":"a"},"data":{"k":"AAA"}}
        POST   secrets {"metadata":{"name":"a"},"data":{"k":"AA="}}
        POST   secrets {"metadata":{"name":"a"},"data":{"k":"AA=A"}}
        POST   secrets {"metadata":{"name":"a"},"data":{"k":"AA==A"}}
        POST   secrets {"metadata":{"name":"a"},"data":{"k":"AA==AA=="}}
        POST   secrets {"metadata":{"name":"a"},"data":{"k":"A==="}}
        POST   secrets {"metadata":{"name":"a"},"data":{"k":"===="}}
        POST   secrets {"metadata":{"name":"a"},"data":{"k":"AAAA-_=="}}
        POST   secrets {"metadata":{"name":"a"},"data":{"k":"AAAAé"}}
        POST   secrets {"metadata":{"name":"b"},"data":{"k":"AB==","l":"A\nA=\r\n=\n","m":"AAF=","n":null,"o":""}}
        POST   secrets {"metadata":{"name":"c"},"data":{"a":"!","b":"AA*A"}}
        POST   secrets {"metadata":{"name":"c"},"data":{"a":1}}
        POST   secrets {"metadata":{"name":"c"},"data":{"a":{}}}
        POST   secrets {"metadata":{"name":"c"},"data":{"a":"!"},"bogus":1}
        POST   secrets?fieldValidation=Strict {"metadata":{"name":"c"},"data":{"a":"!"},"bogus":1}
        POST   secrets {"metadata":{"name":"c"},"data":{"a":"!"},"stringData":{"a":"b"}}
        YAML   secrets metadata: {name: yaml}\ndata: {a: "AB=="}\n
        YAML   secrets metadata: {name: z}\ndata: {a: "!"}\n
        PUT    secrets/b {"metadata":{"name":"b"},"data":{"k":"AB=="}}
        PUT    secrets/b {"metadata":{"name":"b"},"data":{"k":"A?"}}
        MERGE  secrets/b {"data":{"k":"A?"}}
        STRATEGIC secrets/b {"data":{"k":"A?"}}
        JSON   secrets/b [{"op":"add","path":"/data/k","value":"A?"}]
        APPLY  secrets/b?fieldManager=m&force=true {"kind":"Secret","apiVersion":"v1","metadata":{"name":"b"},"data":{"k":"A?"}}
        APPLY  secrets/new?fieldManager=m {"kind":"Secret","apiVersion":"v1","metadata":{"name":"new"},"data":{"k":"A?"}}
        APPLY  secrets/new?fieldManager=m {"kind":"Secret","apiVersion":"v1","metadata":{"name":"new"},"data":{"k":"AB==","l":null,"m":"A\nA=="}}
        MERGE  secrets/b {"data":{"k":"AB=="}}
        MERGE  secrets/b {"data":{"k":"AA\n=="}}
        STRATEGIC secrets/b {"data":{"k":"AB=="}}
        POST   configmaps {"metadata":{"name":"a"},"binaryData":{"k":"A?"}}
        POST   configmaps {"metadata":{"name":"a"},"binaryData":{"k":"AB==","l":null}}
        APPLY  configmaps/new?fieldManager=m {"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"new"},"binaryData":{"k":"A?"}}
        POST   /apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations?dryRun=All {"metadata":{"name":"a"},"webhooks":[{"name":"a.b.c","sideEffects":"None","admissionReviewVersions":["v1"],"clientConfig":{"url":"https://x.y","caBundle":"?"}}]}
        POST   /apis/certificates.k8s.io/v1/certificatesigningrequests?dryRun=All {"metadata":{"name":"a"},"spec":{"signerName":"a/b","request":"?","usages":["digital signature"]}}
    "#,
    )
    .await;
}

#[tokio::test]
async fn nulls_in_lists_are_items_that_say_nothing() {
    check(
        r#"
        POST   pods?dryRun=All {"metadata":{"name":"a"},"spec":{"automountServiceAccountToken":false,"containers":[null]}}
        POST   pods?dryRun=All {"metadata":{"name":"a"},"spec":{"automountServiceAccountToken":false,"containers":[{"name":"a","image":"i","args":["a",null],"env":[null,{"name":"X"}],"ports":[null]}]}}
        POST   pods?dryRun=All {"metadata":{"name":"a"},"spec":{"automountServiceAccountToken":false,"containers":[{"name":"a","image":"i","args":["a",null]}],"tolerations":[null]}}
        POST   services?dryRun=All {"metadata":{"name":"a"},"spec":{"ports":[null]}}
        POST   services?dryRun=All {"metadata":{"name":"a"},"spec":{"clusterIP":"None","externalIPs":[null],"ports":[{"port":1}]}}
        POST   /apis/rbac.authorization.k8s.io/v1/namespaces/$ns/roles?dryRun=All {"metadata":{"name":"a"},"rules":[null]}
        POST   /apis/rbac.authorization.k8s.io/v1/namespaces/$ns/roles?dryRun=All {"metadata":{"name":"a"},"rules":[{"verbs":[null],"apiGroups":[null],"resources":["x"]}]}
        POST   serviceaccounts?dryRun=All {"metadata":{"name":"a"},"secrets":[null,{"name":"a"}],"imagePullSecrets":[null]}
        POST   /apis/apps/v1/namespaces/$ns/deployments?dryRun=All {"metadata":{"name":"a"},"spec":{"selector":{"matchLabels":{"a":"b"},"matchExpressions":[null]},"template":{"metadata":{"labels":{"a":"b"},"finalizers":[null],"ownerReferences":[null]},"spec":{"containers":[{"name":"a","image":"i"}]}}}}
        MERGE  serviceaccounts/default {"secrets":[null]}
    "#,
    )
    .await;
}

#[tokio::test]
async fn templates_have_metadata_of_their_own() {
    check(
        r#"
        POST   /apis/apps/v1/namespaces/$ns/deployments?dryRun=All {"metadata":{"name":"a"},"spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"},"name":"x","namespace":"y","generation":3,"creationTimestamp":"2020-01-01T00:00:00Z","uid":"z","resourceVersion":"5","managedFields":[],"selfLink":"s","deletionGracePeriodSeconds":3},"spec":{"containers":[{"name":"a","image":"i"}]}}}}
        POST   /apis/apps/v1/namespaces/$ns/statefulsets?dryRun=All {"metadata":{"name":"a"},"spec":{"serviceName":"s","selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"a","image":"i"}]}},"volumeClaimTemplates":[{"metadata":{"name":"c","namespace":"y","creationTimestamp":null},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}]}}
        POST   /apis/batch/v1/namespaces/$ns/cronjobs?dryRun=All {"metadata":{"name":"a"},"spec":{"schedule":"* * * * *","jobTemplate":{"metadata":{"name":"x","labels":null,"annotations":{}},"spec":{"template":{"metadata":{"annotations":{},"labels":{}},"spec":{"restartPolicy":"Never","containers":[{"name":"a","image":"i"}]}}}}}}
        POST   podtemplates?dryRun=All {"metadata":{"name":"a"},"template":{"metadata":{"name":null,"annotations":{"a":null}},"spec":{"containers":[{"name":"a","image":"i"}]}}}
        POST   pods?dryRun=All {"metadata":{"name":"a"},"spec":{"automountServiceAccountToken":false,"containers":[{"name":"a","image":"i"}],"volumes":[{"name":"v","ephemeral":{"volumeClaimTemplate":{"metadata":{"labels":{"a":"b"}},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}}}]}}
    "#,
    )
    .await;
}

#[tokio::test]
async fn signals_to_stop_by_are_not_kept() {
    check(
        r#"
        POST   pods?dryRun=All {"metadata":{"name":"a"},"spec":{"automountServiceAccountToken":false,"containers":[{"name":"a","image":"i","lifecycle":{"stopSignal":"SIGUSR1"}}]}}
        POST   pods?dryRun=All {"metadata":{"name":"a"},"spec":{"os":{"name":"linux"},"automountServiceAccountToken":false,"containers":[{"name":"a","image":"i","lifecycle":{"stopSignal":"SIGUSR1"}}]}}
        POST   pods?dryRun=All {"metadata":{"name":"a"},"spec":{"os":{"name":"linux"},"automountServiceAccountToken":false,"containers":[{"name":"a","image":"i","lifecycle":{"stopSignal":"SIGODD"}}]}}
        POST   pods?dryRun=All {"metadata":{"name":"a"},"spec":{"os":{"name":"windows"},"automountServiceAccountToken":false,"containers":[{"name":"a","image":"i","lifecycle":{"stopSignal":"SIGUSR1"}}]}}
        POST   podtemplates?dryRun=All {"metadata":{"name":"a"},"template":{"spec":{"containers":[{"name":"a","image":"i","lifecycle":{"stopSignal":"SIGUSR1"}}]}}}
    "#,
    )
    .await;
}
