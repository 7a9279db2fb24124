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

#[tokio::test]
async fn types_are_called_as_go_calls_them() {
    check(
        r#"
        POST   pods {"metadata":{"name":"a"},"spec":{"containers":[{"name":"a","image":"i","imagePullPolicy":1}],"restartPolicy":{}}}
        POST   pods {"metadata":{"name":"a"},"spec":{"containers":[{"name":"a","image":"i","ports":[{"containerPort":1,"protocol":1}]}]}}
        POST   pods {"metadata":{"name":"a"},"spec":{"dnsPolicy":1,"containers":[]}}
        POST   pods {"metadata":{"name":"a"},"spec":{"containers":[{"name":"a","resources":{"limits":[]}}]}}
        POST   pods {"metadata":{"name":"a"},"spec":{"containers":[{"name":"a","resources":{"limits":{"cpu":[]}}}]}}
        POST   pods {"metadata":{"name":"a"},"spec":{"overhead":1}}
        POST   pods {"metadata":{"name":"a"},"spec":{"tolerations":[{"operator":true,"effect":1}]}}
        POST   pods {"metadata":{"name":"a"},"spec":{"containers":[{"name":"a","securityContext":{"capabilities":{"add":"NET_ADMIN"}}}]}}
        POST   pods {"metadata":{"name":"a"},"spec":{"containers":[{"name":"a","securityContext":{"capabilities":{"add":[1]}}}]}}
        POST   pods {"metadata":{"name":"a"},"spec":{"topologySpreadConstraints":[{"whenUnsatisfiable":{}}]}}
        POST   pods {"metadata":{"name":"a","uid":1}}
        POST   pods {"metadata":{"name":"a","ownerReferences":[{"uid":1}]}}
        POST   pods {"metadata":{"name":"a","managedFields":[{"operation":1}]}}
        POST   pods {"metadata":{"name":"a"},"spec":{"affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{"matchExpressions":[{"operator":1}]}]}}}}}
        POST   pods {"metadata":{"name":"a"},"spec":{"affinity":{"podAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[{"labelSelector":{"matchExpressions":[{"operator":1}]}}]}}}}
        POST   secrets {"metadata":{"name":"a"},"type":1}
        POST   services {"metadata":{"name":"a"},"spec":{"type":1}}
        POST   services {"metadata":{"name":"a"},"spec":{"ipFamilies":"IPv4"}}
        POST   services {"metadata":{"name":"a"},"spec":{"ipFamilies":[4]}}
        POST   services {"metadata":{"name":"a"},"spec":{"ports":[{"protocol":6}]}}
        POST   services {"metadata":{"name":"a"},"spec":{"internalTrafficPolicy":1}}
        POST   services {"metadata":{"name":"a"},"spec":{"clusterIPs":"None"}}
        POST   endpoints {"metadata":{"name":"a"},"subsets":[{"ports":[{"protocol":1}]}]}
        POST   persistentvolumeclaims {"metadata":{"name":"a"},"spec":{"accessModes":"ReadWriteOnce"}}
        POST   persistentvolumeclaims {"metadata":{"name":"a"},"spec":{"accessModes":[1]}}
        POST   persistentvolumeclaims {"metadata":{"name":"a"},"spec":{"resources":{"requests":"1Gi"}}}
        POST   persistentvolumeclaims {"metadata":{"name":"a"},"status":{"allocatedResourceStatuses":[]}}
        POST   persistentvolumeclaims {"metadata":{"name":"a"},"status":{"allocatedResourceStatuses":{"storage":1}}}
        POST   events {"metadata":{"name":"a"},"involvedObject":{"uid":1}}
        POST   serviceaccounts {"metadata":{"name":"a"},"secrets":[{"uid":1}]}
        POST   /api/v1/namespaces {"metadata":{"name":"a"},"spec":{"finalizers":"a"}}
        POST   /api/v1/namespaces {"metadata":{"name":"a"},"spec":{"finalizers":[1]}}
        POST   /api/v1/nodes {"metadata":{"name":"a"},"spec":{"taints":[{"effect":1}]}}
        POST   /api/v1/nodes {"metadata":{"name":"a"},"status":{"capacity":[]}}
        POST   /api/v1/nodes {"metadata":{"name":"a"},"status":{"volumesInUse":[1]}}
        POST   /api/v1/nodes {"metadata":{"name":"a"},"status":{"daemonEndpoints":{"kubeletEndpoint":{"Port":"1"}}}}
    "#,
    )
    .await;
}

#[tokio::test]
async fn structs_on_the_way_to_a_field_are_told_of() {
    check(
        r#"
        POST   pods {"metadata":{"name":"a"},"spec":{"containers":[{"name":"a","readinessProbe":{"httpGet":{"port":80,"scheme":1}}}]}}
        POST   pods {"metadata":{"name":"a"},"spec":{"containers":[{"name":"a","readinessProbe":{"httpGet":1}}]}}
        POST   pods {"metadata":{"name":"a"},"spec":{"containers":[{"name":"a","livenessProbe":{"exec":{"command":"a"}}}]}}
        POST   pods {"metadata":{"name":"a"},"spec":{"containers":[{"name":"a","startupProbe":{"tcpSocket":{"port":[]}}}]}}
        POST   pods {"metadata":{"name":"a"},"spec":{"containers":[{"name":"a","startupProbe":{"grpc":{"port":"a"},"periodSeconds":"1"}}]}}
        POST   pods {"metadata":{"name":"a"},"spec":{"containers":[{"name":"a","lifecycle":{"preStop":{"httpGet":{"scheme":1}}}}]}}
        POST   pods {"metadata":{"name":"a"},"spec":{"containers":[{"name":"a","lifecycle":{"postStart":{"sleep":{"seconds":"1"}},"stopSignal":1}}]}}
        POST   pods {"metadata":{"name":"a"},"spec":{"containers":[{"name":"a","env":[{"valueFrom":{"secretKeyRef":{"name":1}}}]}]}}
        POST   pods {"metadata":{"name":"a"},"spec":{"containers":[{"name":"a","env":[{"valueFrom":{"configMapKeyRef":{"key":1}}}]}]}}
        POST   pods {"metadata":{"name":"a"},"spec":{"containers":[{"name":"a","envFrom":[{"configMapRef":{"name":[]}}]}]}}
        POST   pods {"metadata":{"name":"a"},"spec":{"imagePullSecrets":[{"name":1}]}}
        POST   pods {"metadata":{"name":"a"},"spec":{"ephemeralContainers":[{"imagePullPolicy":1,"targetContainerName":1}]}}
        POST   pods {"metadata":{"name":"a"},"spec":{"ephemeralContainers":[{"targetContainerName":1}]}}
        POST   pods {"metadata":{"name":"a"},"spec":{"volumes":[{"name":1}]}}
        POST   pods {"metadata":{"name":"a"},"spec":{"volumes":[{"emptyDir":{"medium":1,"sizeLimit":[]}}]}}
        POST   pods {"metadata":{"name":"a"},"spec":{"volumes":[{"hostPath":{"type":1}}]}}
        POST   pods {"metadata":{"name":"a"},"spec":{"volumes":[{"configMap":{"name":1}}]}}
        POST   pods {"metadata":{"name":"a"},"spec":{"volumes":[{"secret":{"items":[{"mode":"a"}]}}]}}
        POST   pods {"metadata":{"name":"a"},"spec":{"volumes":[{"projected":{"sources":[{"secret":{"name":1}}]}}]}}
        POST   pods {"metadata":{"name":"a"},"spec":{"volumes":[{"ephemeral":{"volumeClaimTemplate":{"spec":{"volumeMode":1}}}}]}}
        POST   pods {"metadata":{"name":"a"},"spec":{"volumes":[{"csi":{"volumeAttributes":{"a":1}}}]}}
        POST   pods {"metadata":{"name":"a"},"spec":{"volumes":[{"nfs":[]}]}}
        POST   /api/v1/persistentvolumes {"metadata":{"name":"a"},"spec":{"hostPath":{"path":1}}}
        POST   /api/v1/persistentvolumes {"metadata":{"name":"a"},"spec":{"csi":{"readOnly":"no"},"volumeMode":1}}
        POST   /api/v1/persistentvolumes {"metadata":{"name":"a"},"spec":{"accessModes":{},"capacity":[]}}
        POST   /apis/apps/v1/namespaces/$ns/statefulsets {"metadata":{"name":"d"},"spec":{"volumeClaimTemplates":[{"kind":1}]}}
        POST   /apis/networking.k8s.io/v1/namespaces/$ns/ingresses {"metadata":{"name":"d"},"spec":{"rules":[{"http":{"paths":{}}}]}}
        POST   /apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations {"metadata":{"name":"d"},"webhooks":[{"rules":[{"apiGroups":[1]}]}]}
        POST   /apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies {"metadata":{"name":"d"},"spec":{"matchConstraints":{"resourceRules":[{"operations":[1]}]}}}
        POST   /apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies {"metadata":{"name":"d"},"spec":{"matchConstraints":{"resourceRules":[{"scope":1}]}}}
        POST   /apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies {"metadata":{"name":"d"},"spec":{"matchConstraints":{"resourceRules":[{"resourceNames":{}}]}}}
    "#,
    )
    .await;
}

#[tokio::test]
async fn types_of_every_group_are_called_as_go_calls_them() {
    check(
        r#"
        POST   /apis/apps/v1/namespaces/$ns/deployments {"metadata":{"name":"d"},"spec":{"strategy":{"type":1},"replicas":1e0}}
        POST   /apis/apps/v1/namespaces/$ns/deployments {"metadata":{"name":"d"},"spec":{"template":{"spec":{"restartPolicy":1}}}}
        POST   /apis/apps/v1/namespaces/$ns/statefulsets {"metadata":{"name":"d"},"spec":{"podManagementPolicy":1}}
        POST   /apis/apps/v1/namespaces/$ns/statefulsets {"metadata":{"name":"d"},"spec":{"persistentVolumeClaimRetentionPolicy":{"whenScaled":1}}}
        POST   /apis/apps/v1/namespaces/$ns/daemonsets {"metadata":{"name":"d"},"spec":{"updateStrategy":{"type":1}}}
        POST   /apis/batch/v1/namespaces/$ns/jobs {"metadata":{"name":"d"},"spec":{"completionMode":1}}
        POST   /apis/batch/v1/namespaces/$ns/jobs {"metadata":{"name":"d"},"spec":{"podFailurePolicy":{"rules":[{"action":1}]}}}
        POST   /apis/batch/v1/namespaces/$ns/jobs {"metadata":{"name":"d"},"status":{"uncountedTerminatedPods":{"failed":"a"}}}
        POST   /apis/batch/v1/namespaces/$ns/jobs {"metadata":{"name":"d"},"status":{"uncountedTerminatedPods":{"failed":[1]}}}
        POST   /apis/batch/v1/namespaces/$ns/cronjobs {"metadata":{"name":"d"},"spec":{"concurrencyPolicy":1}}
        POST   /apis/batch/v1/namespaces/$ns/cronjobs {"metadata":{"name":"d"},"spec":{"jobTemplate":{"spec":{"template":{"spec":{"containers":[{"imagePullPolicy":1}]}}}}}}
        POST   /apis/rbac.authorization.k8s.io/v1/namespaces/$ns/rolebindings {"metadata":{"name":"d"},"subjects":[{"kind":1}]}
        POST   /apis/rbac.authorization.k8s.io/v1/clusterroles {"metadata":{"name":"d"},"aggregationRule":{"clusterRoleSelectors":[{"matchLabels":{"a":1}}]}}
        POST   /apis/networking.k8s.io/v1/namespaces/$ns/ingresses {"metadata":{"name":"d"},"spec":{"rules":[{"http":{"paths":[{"pathType":1}]}}]}}
        POST   /apis/networking.k8s.io/v1/namespaces/$ns/networkpolicies {"metadata":{"name":"d"},"spec":{"policyTypes":"Ingress"}}
        POST   /apis/networking.k8s.io/v1/namespaces/$ns/networkpolicies {"metadata":{"name":"d"},"spec":{"policyTypes":[1]}}
        POST   /apis/networking.k8s.io/v1/namespaces/$ns/networkpolicies {"metadata":{"name":"d"},"spec":{"ingress":[{"ports":[{"protocol":1}]}]}}
        POST   /apis/networking.k8s.io/v1/ingressclasses {"metadata":{"name":"d"},"spec":{"parameters":{"scope":1}}}
        POST   /apis/autoscaling/v2/namespaces/$ns/horizontalpodautoscalers {"metadata":{"name":"d"},"spec":{"metrics":[{"type":1}]}}
        POST   /apis/autoscaling/v2/namespaces/$ns/horizontalpodautoscalers {"metadata":{"name":"d"},"spec":{"metrics":[{"resource":{"name":1}}]}}
        POST   /apis/autoscaling/v2/namespaces/$ns/horizontalpodautoscalers {"metadata":{"name":"d"},"spec":{"metrics":[{"resource":{"target":{"averageValue":true}}}]}}
        POST   /apis/autoscaling/v2/namespaces/$ns/horizontalpodautoscalers {"metadata":{"name":"d"},"spec":{"behavior":{"scaleDown":{"selectPolicy":1}}}}
        POST   /apis/policy/v1/namespaces/$ns/poddisruptionbudgets {"metadata":{"name":"d"},"spec":{"unhealthyPodEvictionPolicy":1}}
        POST   /apis/policy/v1/namespaces/$ns/poddisruptionbudgets {"metadata":{"name":"d"},"status":{"disruptedPods":[]}}
        POST   /apis/policy/v1/namespaces/$ns/poddisruptionbudgets {"metadata":{"name":"d"},"status":{"disruptedPods":{"a":1}}}
        POST   /apis/storage.k8s.io/v1/storageclasses {"metadata":{"name":"d"},"provisioner":"a.b/c","reclaimPolicy":1}
        POST   /apis/storage.k8s.io/v1/storageclasses {"metadata":{"name":"d"},"provisioner":"a.b/c","volumeBindingMode":1}
        POST   /apis/storage.k8s.io/v1/csidrivers {"metadata":{"name":"d"},"spec":{"fsGroupPolicy":1}}
        POST   /apis/storage.k8s.io/v1/csidrivers {"metadata":{"name":"d"},"spec":{"volumeLifecycleModes":["a",1]}}
        POST   /apis/storage.k8s.io/v1/namespaces/$ns/csistoragecapacities {"metadata":{"name":"d"},"capacity":[]}
        POST   /apis/certificates.k8s.io/v1/certificatesigningrequests {"metadata":{"name":"d"},"spec":{"usages":1}}
        POST   /apis/certificates.k8s.io/v1/certificatesigningrequests {"metadata":{"name":"d"},"spec":{"usages":[1]}}
        POST   /apis/certificates.k8s.io/v1/certificatesigningrequests {"metadata":{"name":"d"},"spec":{"extra":[]}}
        POST   /apis/certificates.k8s.io/v1/certificatesigningrequests {"metadata":{"name":"d"},"spec":{"extra":{"a":1}}}
        POST   /apis/certificates.k8s.io/v1/certificatesigningrequests {"metadata":{"name":"d"},"spec":{"extra":{"a":[1]}}}
        POST   /apis/certificates.k8s.io/v1/certificatesigningrequests {"metadata":{"name":"d"},"spec":{"request":1}}
        POST   /apis/coordination.k8s.io/v1/namespaces/$ns/leases {"metadata":{"name":"d"},"spec":{"strategy":1}}
        POST   /apis/coordination.k8s.io/v1/namespaces/$ns/leases {"metadata":{"name":"d"},"spec":{"leaseTransitions":"1"}}
        POST   /apis/discovery.k8s.io/v1/namespaces/$ns/endpointslices {"metadata":{"name":"d"},"addressType":1}
        POST   /apis/discovery.k8s.io/v1/namespaces/$ns/endpointslices {"metadata":{"name":"d"},"addressType":"IPv4","ports":[{"protocol":1}]}
        POST   /apis/discovery.k8s.io/v1/namespaces/$ns/endpointslices {"metadata":{"name":"d"},"addressType":"IPv4","endpoints":[{"conditions":{"ready":1},"hints":{"forZones":1}}]}
        POST   /apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations {"metadata":{"name":"d"},"webhooks":[{"failurePolicy":1,"sideEffects":1}]}
        POST   /apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations {"metadata":{"name":"d"},"webhooks":[{"rules":[{"operations":"*"}]}]}
        POST   /apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies {"metadata":{"name":"d"},"spec":{"validations":[{"reason":1}]}}
        POST   /apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings {"metadata":{"name":"d"},"spec":{"validationActions":[1]}}
        POST   /apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings {"metadata":{"name":"d"},"spec":{"paramRef":{"parameterNotFoundAction":1}}}
        POST   /apis/apiextensions.k8s.io/v1/customresourcedefinitions {"metadata":{"name":"d"},"spec":{"scope":1}}
        POST   /apis/apiextensions.k8s.io/v1/customresourcedefinitions {"metadata":{"name":"d"},"spec":{"conversion":{"strategy":1}}}
        POST   /apis/apiextensions.k8s.io/v1/customresourcedefinitions {"metadata":{"name":"d"},"spec":{"versions":[{"schema":{"openAPIV3Schema":{"x-kubernetes-validations":{}}}}]}}
        POST   /apis/apiextensions.k8s.io/v1/customresourcedefinitions {"metadata":{"name":"d"},"spec":{"versions":[{"schema":{"openAPIV3Schema":{"x-kubernetes-validations":[{"reason":1}]}}}]}}
        POST   /apis/apiextensions.k8s.io/v1/customresourcedefinitions {"metadata":{"name":"d"},"spec":{"versions":[{"schema":{"openAPIV3Schema":{"properties":{"a":{"type":1}}}}}]}}
        POST   /apis/apiextensions.k8s.io/v1/customresourcedefinitions {"metadata":{"name":"d"},"spec":{"versions":[{"schema":{"openAPIV3Schema":{"minimum":"a"}}}]}}
        POST   /apis/apiextensions.k8s.io/v1/customresourcedefinitions {"metadata":{"name":"d"},"spec":{"versions":[{"schema":{"openAPIV3Schema":{"definitions":[]}}}]}}
        POST   /apis/scheduling.k8s.io/v1/priorityclasses {"metadata":{"name":"d"},"value":1,"preemptionPolicy":1}
        POST   /apis/node.k8s.io/v1/runtimeclasses {"metadata":{"name":"d"},"handler":"h","overhead":{"podFixed":[]}}
        POST   /apis/events.k8s.io/v1/namespaces/$ns/events {"metadata":{"name":"d"},"regarding":{"uid":1}}
        POST   /apis/events.k8s.io/v1/namespaces/$ns/events {"metadata":{"name":"d"},"series":{"count":"1"}}
    "#,
    )
    .await;
}

#[tokio::test]
async fn what_is_converted_has_types_of_the_same_names() {
    check(
        r#"
        POST   configmaps {"metadata":{"name":"a"}}
        STRATEGIC configmaps/a {"metadata":{"ownerReferences":[{"uid":1}]}}
        STRATEGIC configmaps/a {"metadata":{"ownerReferences":[{"uid":true}]}}
        STRATEGIC configmaps/a {"metadata":{"uid":1}}
        POST   podtemplates {"metadata":{"name":"a"},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i:1"}]}}}
        STRATEGIC podtemplates/a {"template":{"spec":{"dnsPolicy":1}}}
        STRATEGIC podtemplates/a {"template":{"spec":{"dnsPolicy":1.5}}}
        STRATEGIC podtemplates/a {"template":{"spec":{"dnsPolicy":{}}}}
        STRATEGIC podtemplates/a {"template":{"spec":{"containers":[{"name":"c","imagePullPolicy":1}]}}}
        STRATEGIC podtemplates/a {"template":{"spec":{"containers":[{"name":"c","readinessProbe":{"httpGet":{"scheme":1}}}]}}}
        STRATEGIC podtemplates/a {"template":{"spec":{"containers":[{"name":"c","securityContext":{"capabilities":{"add":[1]}}}]}}}
        STRATEGIC podtemplates/a {"template":{"spec":{"containers":[{"name":"c","resources":{"limits":[]}}]}}}
        STRATEGIC podtemplates/a {"template":{"spec":{"volumes":[{"name":"a","emptyDir":{"medium":1}}]}}}
        STRATEGIC /api/v1/namespaces/$ns {"spec":{"finalizers":[1]}}
        APPLY  podtemplates/a?fieldManager=m {"kind":"PodTemplate","apiVersion":"v1","metadata":{"name":"a"},"template":{"spec":{"dnsPolicy":1,"containers":[{"name":"c","image":"i:1"}]}}}
    "#,
    )
    .await;
}

#[tokio::test]
async fn what_a_body_says_it_is_is_read_first() {
    check(
        r#"
        POST   configmaps {"kind":5}
        POST   configmaps {"apiVersion":[]}
        POST   configmaps null
        POST   configmaps true
        POST   configmaps {"apiVersion":"a/b/c","metadata":{"name":"a"}}
        POST   configmaps {"kind":"Pod","apiVersion":"v1","metadata":{"name":"a"}}
        POST   configmaps {"kind":"Row","metadata":{"name":"a"}}
        POST   configmaps {"apiVersion":"apps/v1","metadata":{"name":"a"}}
        POST   configmaps {"kind":"ConfigMap","apiVersion":"v2","metadata":{"name":"a"}}
        POST   rows       {"kind":5}
        POST   rows       {"kind":"Row"}
        POST   rows       {"apiVersion":"differential.kopf.test/v1"}
        POST   rows       {"kind":"Row","apiVersion":"a/b/c"}
        YAML   rows       metadata: {name: a}
        YAML   configmaps kind: 5
        YAML   configmaps - 1
        YAML   configmaps a: [
        POST   /apis/apps/v1/namespaces/$ns/deployments {"kind":"Pod","apiVersion":"v1","metadata":{"name":"a"}}
        POST   /apis/apps/v1/namespaces/$ns/deployments {"kind":"Deployment","apiVersion":"apps/v1beta1","metadata":{"name":"a"}}
        POST   /apis/rbac.authorization.k8s.io/v1/clusterroles {"kind":"Role","apiVersion":"rbac.authorization.k8s.io/v1","metadata":{"name":"a"}}
        POST   /apis/apiextensions.k8s.io/v1/customresourcedefinitions {"kind":"Role","apiVersion":"rbac.authorization.k8s.io/v1","metadata":{"name":"a"}}
        POST   /apis/events.k8s.io/v1/namespaces/$ns/events {"kind":"Event","apiVersion":"v1","metadata":{"name":"a"}}
        POST   configmaps {"metadata":{"name":"a"}}
        MERGE  configmaps/a {"kind":5}
        MERGE  configmaps/a {"kind":"Pod"}
        MERGE  configmaps/a {"kind":"Row"}
        MERGE  configmaps/a {"kind":null}
        STRATEGIC configmaps/a {"kind":"Pod"}
        STRATEGIC configmaps/a {"apiVersion":5}
        APPLY  configmaps/a?fieldManager=m [1]
        APPLY  configmaps/a?fieldManager=m {"kind":
        APPLY  configmaps/a?fieldManager=m a: b: c
        POST   rows {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"a"}}
        MERGE  rows/a {"kind":null}
        JSON   rows/a [{"op":"remove","path":"/kind"}]
        MERGE  rows/a {"apiVersion":5}
        POST   replicationcontrollers {"metadata":{"name":"x"},"spec":{"replicas":0,"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}
        PUT    replicationcontrollers/x/scale {"kind":"Pod","apiVersion":"v1"}
        PUT    replicationcontrollers/x/scale {"kind":"Row"}
        PUT    replicationcontrollers/x/scale {"kind":5}
        PUT    replicationcontrollers/x/scale null
        PUT    replicationcontrollers/x/scale {"spec":[]}
        PUT    replicationcontrollers/x/scale {"metadata":{"name":"x"},"spec":{"replicas":1.5}}
        DELETE configmaps/a {"kind":"Row"}
        DELETE configmaps/a {"kind":5}
        DELETE configmaps/a []
        DELETE configmaps/a nonsense
        DELETE configmaps/a {"gracePeriodSeconds":"a"}
        DELETE configmaps/a {"propagationPolicy":1}
        DELETE configmaps/a {"preconditions":{"uid":1}}
        DELETE configmaps/a {"preconditions":[]}
        DELETE configmaps/a {"dryRun":"All"}
        DELETE configmaps/a {"bogus":1}
    "#,
    )
    .await;
}
