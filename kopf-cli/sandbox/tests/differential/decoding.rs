//! Values of built-in kinds that are not of their fields' types: what is taken, and in which words the rest is refused. A
//! text is read in one way, what a strategic patch or a configuration has made in another.

use super::check;

#[tokio::test]
async fn the_first_fault_of_a_text_is_told() {
    check(
        r#"
        POST   secrets {"metadata":{"name":"a"},"data":{"a":"!","b":1}}
        POST   secrets {"metadata":{"name":"a"},"data":{"b":1,"a":"!"}}
        POST   secrets {"metadata":{"name":"a"},"data":{"b":1},"immutable":"yes"}
        POST   secrets {"metadata":{"name":"a"},"data":{"a":"!"},"immutable":"yes"}
        POST   secrets {"metadata":{"name":"a"},"immutable":"yes","data":{"a":"!"}}
        POST   services {"metadata":{"name":"a"},"spec":{"type":1,"ports":[{"port":"80","targetPort":true}]}}
        POST   services {"metadata":{"name":"a"},"spec":{"ports":[{"port":"80","targetPort":true}]},"bogus":1}
        POST   services {"metadata":{"name":"a"},"spec":{"ports":[{"port":80,"targetPort":1.5}]}}
        POST   services {"metadata":{"name":"a"},"spec":{"ports":[{"port":80,"targetPort":3000000000}]}}
        POST   services {"metadata":{"name":"a"},"spec":{"ports":[{"port":80,"targetPort":{}}]}}
        POST   services {"metadata":{"name":"a"},"spec":{"ports":[{"port":80,"targetPort":[]}]}}
        POST   services?dryRun=All {"metadata":{"name":"a"},"spec":{"clusterIP":"None","ports":[{"port":80,"targetPort":null}]}}
        POST   services {"metadata":{"name":"a"},"spec":{"ports":[{"port":80.0}]}}
        POST   services {"metadata":{"name":"a"},"spec":{"ports":[{"port":80.5}]}}
        POST   services {"metadata":{"name":"a"},"spec":{"ports":[{"port":true}]}}
        YAML   services?dryRun=All metadata: {name: a}\nspec: {clusterIP: None, ports: [{port: 80.0}]}\n
        POST   services {"metadata":{"name":"a"},"spec":{"clusterIP":"None","ports":[{"port":80}]}}
        MERGE  services/a {"spec":{"ports":[{"port":80.0}]}}
        JSON   services/a [{"op":"replace","path":"/spec/ports/0/port","value":80.0}]
        JSON   services/a?dryRun=All [{"op":"test","path":"/spec/ports/0/port","value":80.0}]
        STRATEGIC services/a?dryRun=All {"spec":{"ports":[{"port":80.0}]}}
        POST   configmaps {"metadata":{"name":"b","labels":{"a":1}}}
        POST   configmaps {"metadata":{"name":"b","labels":[]}}
        POST   configmaps {"metadata":{"name":"b","generation":1.0}}
        POST   configmaps {"metadata":{"name":"b","generation":"a"},"data":{"a":1}}
        POST   configmaps {"data":{"a":1},"metadata":{"name":"b","generation":"a"}}
        POST   configmaps {"metadata":{"name":"b","creationTimestamp":1}}
        POST   configmaps {"metadata":{"name":"b","creationTimestamp":"now"}}
        POST   configmaps {"metadata":{"name":"b","ownerReferences":[{"controller":1}]}}
        POST   configmaps {"metadata":{"name":"b","ownerReferences":{}}}
        POST   configmaps {"metadata":{"name":"b","ownerReferences":[null],"finalizers":[null]}}
        POST   configmaps {"metadata":{"name":"b","finalizers":["a b","c/"]}}
        POST   configmaps {"metadata":{"name":"b","managedFields":[{"time":1}]}}
        POST   configmaps {"metadata":{"name":"b","managedFields":[1]}}
        POST   configmaps {"metadata":"b"}
        POST   configmaps?fieldValidation=Strict {"bogus":1,"metadata":{"name":"b","odd":1,"ownerReferences":[{"odd":1}],"managedFields":[{"odd":1}]},"other":1}
        POST   rows {"metadata":{"name":"b","generation":1.0}}
        POST   rows {"metadata":{"name":"b","labels":{"a":1}}}
        POST   services {"metadata":{"name":"a"},"spec":{"ports":[[]]}}
        POST   services {"metadata":{"name":"a"},"spec":{"selector":["a"]}}
        POST   services {"metadata":{"name":"a"},"spec":[]}
        POST   events {"metadata":{"name":"c"},"involvedObject":{"kind":1,"namespace":"$ns"},"firstTimestamp":1}
        POST   events {"metadata":{"name":"c"},"involvedObject":{"kind":1,"namespace":"$ns"},"firstTimestamp":"soon"}
        POST   events {"metadata":{"name":"c"},"involvedObject":{"namespace":"$ns"},"firstTimestamp":{}}
        POST   events {"metadata":{"name":"c"},"involvedObject":{"namespace":"$ns"},"eventTime":true}
        POST   events {"metadata":{"name":"c"},"involvedObject":{"namespace":"$ns"},"eventTime":[]}
        POST   podtemplates {"metadata":{"name":"a"},"template":{"spec":{"hostname":"Pod","containers":[{"name":"c","image":"i:1","resources":{"limits":{"cpu":{}}}}]}}}
        POST   podtemplates {"metadata":{"name":"a"},"template":{"spec":{"hostname":"Pod","containers":[{"name":"c","image":"i:1","resources":{"limits":{"cpu":true}}}]}}}
        POST   podtemplates {"metadata":{"name":"a"},"template":{"spec":{"hostname":1,"containers":[{"name":"c","image":"i:1","resources":{"limits":{"cpu":"much"}}}]}}}
        POST   podtemplates?dryRun=All {"metadata":{"name":"a"},"template":{"spec":{"containers":[{"name":"c","image":"i:1","resources":{"limits":{"cpu":null}}}]}}}
        POST   podtemplates?dryRun=All {"metadata":{"name":"a"},"template":{"spec":{"containers":[{"name":"c","image":"i:1","resources":{"limits":{"cpu":1.5,"memory":2}}}]}}}
        POST   /apis/rbac.authorization.k8s.io/v1/namespaces/$ns/roles {"metadata":{"name":"a"},"rules":{}}
        POST   /apis/apps/v1/namespaces/$ns/controllerrevisions?dryRun=All {"metadata":{"name":"d"},"revision":1,"data":1}
        POST   /apis/apps/v1/namespaces/$ns/controllerrevisions?dryRun=All {"metadata":{"name":"d"},"revision":1,"data":"a"}
        POST   /apis/apps/v1/namespaces/$ns/controllerrevisions?dryRun=All {"metadata":{"name":"d"},"revision":1,"data":["a"]}
        POST   /apis/apps/v1/namespaces/$ns/controllerrevisions?dryRun=All {"metadata":{"name":"d"},"revision":1,"data":null}
        POST   /apis/apps/v1/namespaces/$ns/controllerrevisions?dryRun=All {"metadata":{"name":"d"},"revision":1,"data":{}}
        POST   /apis/apps/v1/namespaces/$ns/controllerrevisions?dryRun=All {"metadata":{"name":"d"},"revision":1,"data":{"a":1.0}}
    "#,
    )
    .await;
}

#[tokio::test]
async fn bytes_may_be_lists_of_numbers() {
    check(
        r#"
        POST   secrets?dryRun=All {"metadata":{"name":"a"},"data":{"a":[104,105,null],"b":[]}}
        POST   secrets {"metadata":{"name":"a"},"data":{"a":[300]}}
        POST   secrets {"metadata":{"name":"a"},"data":{"a":[-1]}}
        POST   secrets {"metadata":{"name":"a"},"data":{"a":[1.5]}}
        POST   secrets {"metadata":{"name":"a"},"data":{"a":["a"]}}
        POST   secrets {"metadata":{"name":"a"},"data":{"a":[[]]}}
        POST   secrets {"metadata":{"name":"a"},"data":{"a":true}}
        POST   secrets {"metadata":{"name":"a"},"data":{"a":""}}
        STRATEGIC secrets/a?dryRun=All {"data":{"a":[104,105]}}
        STRATEGIC secrets/a?dryRun=All {"data":{"a":[360,-1]}}
        STRATEGIC secrets/a {"data":{"a":["a"]}}
        STRATEGIC secrets/a {"data":{"a":1}}
        STRATEGIC secrets/a {"data":{"a":true}}
        STRATEGIC secrets/a {"data":{"a":{}}}
        STRATEGIC secrets/a {"data":{"a":"A?"}}
        APPLY  secrets/a?fieldManager=m {"kind":"Secret","apiVersion":"v1","metadata":{"name":"a"},"data":{"a":[104]}}
        APPLY  secrets/a?fieldManager=m {"kind":"Secret","apiVersion":"v1","metadata":{"name":"a"},"data":{"a":1}}
        POST   /apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations?dryRun=All {"metadata":{"name":"a"},"webhooks":[{"name":"a.b.c","sideEffects":"None","admissionReviewVersions":["v1"],"clientConfig":{"url":"https://x.y","caBundle":[1]}}]}
        POST   /apis/apiextensions.k8s.io/v1/customresourcedefinitions {"metadata":{"name":"as.b.c"},"spec":{"group":"b.c","scope":"Cluster","names":{"plural":"as","kind":"A"},"conversion":{"strategy":"Webhook","webhook":{"conversionReviewVersions":["v1"],"clientConfig":{"url":"https://x.y","caBundle":"?"}}},"versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"}}}]}}
    "#,
    )
    .await;
}

#[tokio::test]
async fn what_a_patch_has_made_is_converted() {
    check(
        r#"
        POST   configmaps {"metadata":{"name":"a"}}
        STRATEGIC configmaps/a {"data":{"a":1}}
        STRATEGIC configmaps/a {"data":{"a":1.5}}
        STRATEGIC configmaps/a {"data":{"a":true}}
        STRATEGIC configmaps/a {"data":{"a":{}}}
        STRATEGIC configmaps/a {"data":{"a":[]}}
        STRATEGIC configmaps/a {"data":["a"]}
        STRATEGIC configmaps/a {"data":"a"}
        STRATEGIC configmaps/a {"immutable":"yes"}
        STRATEGIC configmaps/a {"immutable":1}
        STRATEGIC configmaps/a {"metadata":{"labels":{"a":1}}}
        STRATEGIC configmaps/a {"metadata":{"generation":"a"}}
        STRATEGIC configmaps/a {"metadata":{"creationTimestamp":1}}
        STRATEGIC configmaps/a {"metadata":{"creationTimestamp":"now"}}
        STRATEGIC configmaps/a {"metadata":1}
        STRATEGIC configmaps/a {"metadata":{"finalizers":{"a":1}}}
        POST   podtemplates {"metadata":{"name":"a"},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i:1"}]}}}
        STRATEGIC podtemplates/a {"template":{"spec":{"terminationGracePeriodSeconds":"1"}}}
        STRATEGIC podtemplates/a {"template":{"spec":{"terminationGracePeriodSeconds":1.5}}}
        STRATEGIC podtemplates/a?dryRun=All {"template":{"spec":{"terminationGracePeriodSeconds":5.0}}}
        STRATEGIC podtemplates/a {"template":{"spec":{"terminationGracePeriodSeconds":true}}}
        STRATEGIC podtemplates/a {"template":{"spec":{"hostNetwork":1}}}
        STRATEGIC podtemplates/a {"template":{"spec":{"hostNetwork":"yes"}}}
        STRATEGIC podtemplates/a {"template":{"spec":{"securityContext":"a"}}}
        STRATEGIC podtemplates/a {"template":{"spec":{"securityContext":{"runAsUser":"a"}}}}
        STRATEGIC podtemplates/a {"template":{"spec":{"nodeSelector":1}}}
        STRATEGIC podtemplates/a {"template":{"spec":{"hostAliases":1}}}
        STRATEGIC podtemplates/a {"template":{"spec":{"priority":3000000000}}}
        STRATEGIC podtemplates/a {"template":{"spec":{"dnsPolicy":true}}}
        STRATEGIC podtemplates/a {"template":{"spec":{"containers":[{"name":"c","resources":{"limits":{"cpu":"much"}}}]}}}
        STRATEGIC podtemplates/a {"template":{"spec":{"containers":[{"name":"c","resources":{"limits":{"cpu":true}}}]}}}
        STRATEGIC podtemplates/a {"template":{"spec":{"containers":[{"name":"c","resources":{"limits":{"cpu":{}}}}]}}}
        STRATEGIC podtemplates/a?dryRun=All {"template":{"spec":{"containers":[{"name":"c","resources":{"limits":{"cpu":2}}}]}}}
        STRATEGIC podtemplates/a {"template":{"spec":{"containers":[{"name":"c","livenessProbe":{"httpGet":{"port":true}}}]}}}
        STRATEGIC podtemplates/a {"template":{"spec":{"containers":[{"name":"c","livenessProbe":{"httpGet":{"port":1.5}}}]}}}
        STRATEGIC podtemplates/a {"template":{"spec":{"containers":[{"name":"c","livenessProbe":{"httpGet":{"port":{}}}}]}}}
        STRATEGIC podtemplates/a {"template":{"spec":{"containers":[{"name":"c","args":[1]}]}}}
        STRATEGIC podtemplates/a {"template":{"spec":{"containers":[{"name":"c","args":"a"}]}}}
        STRATEGIC podtemplates/a?dryRun=All {"template":{"spec":{"containers":[{"name":"c","args":["a",null]}]}}}
        STRATEGIC podtemplates/a {"template":{"metadata":{"creationTimestamp":1}}}
        STRATEGIC podtemplates/a {"template":{"metadata":{"creationTimestamp":"now"}}}
        STRATEGIC podtemplates/a {"template":{"metadata":{"labels":{"a":1}}}}
        STRATEGIC podtemplates/a {"template":{"spec":{"containers":[{"name":"c","bogus":1,"args":[1]}]}}}
        POST   /apis/coordination.k8s.io/v1/namespaces/$ns/leases {"metadata":{"name":"a"},"spec":{"holderIdentity":"x"}}
        STRATEGIC /apis/coordination.k8s.io/v1/namespaces/$ns/leases/a {"spec":{"renewTime":"soon"}}
        STRATEGIC /apis/coordination.k8s.io/v1/namespaces/$ns/leases/a {"spec":{"renewTime":[]}}
        STRATEGIC /apis/coordination.k8s.io/v1/namespaces/$ns/leases/a {"spec":{"leaseDurationSeconds":4294967297}}
    "#,
    )
    .await;
}

#[tokio::test]
async fn what_a_configuration_has_made_is_converted() {
    check(
        r#"
        APPLY  podtemplates/a?fieldManager=m {"kind":"PodTemplate","apiVersion":"v1","metadata":{"name":"a"},"template":{"spec":{"terminationGracePeriodSeconds":1.5,"containers":[{"name":"c","image":"i:1"}]}}}
        APPLY  podtemplates/a?fieldManager=m {"kind":"PodTemplate","apiVersion":"v1","metadata":{"name":"a"},"template":{"spec":{"priority":3000000000,"containers":[{"name":"c","image":"i:1"}]}}}
        APPLY  podtemplates/a?fieldManager=m {"kind":"PodTemplate","apiVersion":"v1","metadata":{"name":"a"},"template":{"spec":{"priority":"a","containers":[{"name":"c","image":"i:1"}]}}}
        APPLY  podtemplates/a?fieldManager=m {"kind":"PodTemplate","apiVersion":"v1","metadata":{"name":"a"},"template":{"metadata":{"creationTimestamp":"now"},"spec":{"containers":[{"name":"c","image":"i:1"}]}}}
        APPLY  podtemplates/a?fieldManager=m {"kind":"PodTemplate","apiVersion":"v1","metadata":{"name":"a"},"template":{"spec":{"containers":[{"name":"c","image":"i:1","resources":{"limits":{"cpu":"much"}}}]}}}
        APPLY  podtemplates/a?fieldManager=m {"kind":"PodTemplate","apiVersion":"v1","metadata":{"name":"a"},"template":{"spec":{"containers":[{"name":"c","image":"i:1","livenessProbe":{"httpGet":{"port":1.5}}}]}}}
        APPLY  podtemplates/a?fieldManager=m {"kind":"PodTemplate","apiVersion":"v1","metadata":{"name":"a"},"template":{"spec":{"containers":[{"name":"c","image":"i:1","livenessProbe":{"httpGet":{"port":true}}}]}}}
        APPLY  configmaps/a?fieldManager=m {"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"a","creationTimestamp":"now"}}
        APPLY  configmaps/a?fieldManager=m {"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"a","generation":1.5}}
        APPLY  /apis/coordination.k8s.io/v1/namespaces/$ns/leases/a?fieldManager=m {"kind":"Lease","apiVersion":"coordination.k8s.io/v1","metadata":{"name":"a"},"spec":{"renewTime":"soon"}}
        APPLY  rows/a?fieldManager=m {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"a","creationTimestamp":"now"}}
        APPLY  rows/a?fieldManager=m {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"a","generation":1.5}}
    "#,
    )
    .await;
}
