//! Texts in messages: in quotes, with what cannot be seen as Go writes it.

use super::check;

/// What is written otherwise in quotes, or could be: letters without a shape of their own, and some with one.
const ODD: &str = r#"a\u0001\u0007\u000b\u001b\u007f\u0085\u00a0\u00ad'\u0301\u0378\u200b\u2028\u202e\u3000\ue000\ufeff\ufffd\ufffe\ud83d\ude00\udb40\udc01\t\n\"\\<&z"#;
/// The same in a path.
const ODD_IN_PATHS: &str = "a%01%07%0B%1B%7F%C2%85%C2%A0%C2%AD'%CC%81%CD%B8%E2%80%8B%E2%80%A8%E2%80%AE%E3%80%80%EE%80%80%EF%BB%BF%EF%BF%BD%EF%BF%BE%F0%9F%98%80%F3%A0%80%81%09%0A%22%5C%3C%26z";

/// Rows in which `~J` and `~P` stand for it.
async fn check_odd(rows: &str) {
    check(&rows.replace("~J", ODD).replace("~P", ODD_IN_PATHS)).await;
}

#[tokio::test]
async fn names_and_metadata_are_quoted_as_in_go() {
    check_odd(
        r#"
        POST   configmaps   {"metadata":{"name":"~J"}}
        POST   configmaps   {"metadata":{"name":"b'","generateName":"~J"}}
        POST   configmaps   {"metadata":{"name":"b'","generateName":"~J-"}}
        POST   configmaps   {"metadata":{"name":"b'","generateName":"B-"}}
        POST   configmaps   {"metadata":{"name":"b'","generateName":"b--"}}
        POST   configmaps   {"metadata":{"name":"b'","generateName":"-"}}
        POST   configmaps   {"metadata":{"name":"b'","generateName":"$long"}}
        POST   services     {"metadata":{"name":"b'","generateName":"1.-"},"spec":{"ports":[{"port":1}]}}
        POST   /apis/rbac.authorization.k8s.io/v1/namespaces/$ns/roles {"metadata":{"name":"b/","generateName":"."}}
        POST   /apis/rbac.authorization.k8s.io/v1/namespaces/$ns/roles {"metadata":{"name":"b/","generateName":"~J%/"}}
        POST   rows         {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"b'","generateName":"B-"}}
        POST   rows         {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"~J"}}
        POST   rows         {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"a","namespace":"~J"}}
        POST   configmaps   {"metadata":{"name":"a","namespace":"~J"}}
        GET    configmaps/~P
        GET    rows/~P
        GET    rows/~P/status
        GET    /api/v1/namespaces/~P/configmaps/a
        GET    /apis/~P/v1/rows
        GET    /apis/differential.kopf.test/~P/rows
        DELETE configmaps/~P
        PUT    configmaps/~P  {"metadata":{"name":"a"}}
        PUT    configmaps/a   {"metadata":{"name":"~J"}}
        PUT    rows/~P        {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"a"}}
        MERGE  rows/~P        {}
        POST   configmaps   {"kind":"~J","metadata":{"name":"b"}}
        POST   configmaps   {"apiVersion":"~J","metadata":{"name":"b"}}
        POST   configmaps   {"apiVersion":"v1","kind":"~J","metadata":{"name":"b"}}
        POST   configmaps   {"apiVersion":"~J","kind":"ConfigMap","metadata":{"name":"b"}}
        POST   configmaps   {"apiVersion":"apps/~J","kind":"ConfigMap","metadata":{"name":"b"}}
        POST   rows         {"kind":"~J","apiVersion":"differential.kopf.test/v1","metadata":{"name":"b"}}
        POST   rows         {"kind":"Row","apiVersion":"~J","metadata":{"name":"b"}}
        POST   configmaps   {"metadata":{"name":"b","labels":{"~J":"x"}}}
        POST   configmaps   {"metadata":{"name":"b","labels":{"x":"~J"}}}
        POST   configmaps   {"metadata":{"name":"b","annotations":{"~J":"x"}}}
        POST   configmaps   {"metadata":{"name":"b","finalizers":["~J"]}}
        POST   rows         {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"b","finalizers":["~J"]}}
        POST   configmaps   {"metadata":{"name":"u","uid":"~J","resourceVersion":"~J"}}
        POST   rows         {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"u","uid":"~J","resourceVersion":"x"}}
        POST   configmaps   {"metadata":{"name":"v","resourceVersion":"0"}}
        POST   configmaps   {"metadata":{"name":"w","resourceVersion":"+5"}}
        POST   configmaps   {"metadata":{"name":"x'","resourceVersion":"5"}}
        POST   configmaps   {"metadata":{"name":"u","resourceVersion":"5"}}
        POST   configmaps?dryRun=All {"metadata":{"name":"y"}}
        POST   configmaps   {"metadata":{"name":"b","creationTimestamp":"~J"}}
        POST   configmaps   {"metadata":{"name":"b","ownerReferences":[{"apiVersion":"~J","kind":"~J","name":"~J","uid":"~J"}]}}
        POST   configmaps   {"metadata":{"name":"b","ownerReferences":[{"apiVersion":"v1","kind":"a","name":"~J","uid":"b","controller":true},{"apiVersion":"v1","kind":"a","name":"c'","uid":"c","controller":true}]}}
        POST   configmaps   {"metadata":{"name":"b","managedFields":[{"manager":"~J","operation":"~J","apiVersion":"v1","fieldsType":"FieldsV1"}]}}
        POST   configmaps   {"metadata":{"name":"b","managedFields":[{"manager":"m","operation":"Update","apiVersion":"v1","fieldsType":"~J"}]}}
        POST   configmaps   {"metadata":{"name":"b","managedFields":[{"manager":"~J","operation":"Update","apiVersion":"~J","fieldsType":"FieldsV1","fieldsV1":{"~J":{}}}]}}
        POST   configmaps   {"metadata":{"name":"b"},"data":{"~J":"x"}}
        POST   configmaps?fieldValidation=Strict {"metadata":{"name":"b"},"~J":"x"}
        POST   configmaps?fieldValidation=Warn   {"metadata":{"name":"c"},"a'\u00a0\u0301":"x","data":{"k":"1","k":"2"}}
        POST   configmaps?fieldValidation=Strict {"metadata":{"name":"b"},"data":{"~J":"1","~J":"2"}}
        POST   rows?fieldValidation=Strict {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"b","~J":1},"~J":1}
        POST   rows?fieldValidation=Strict {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"b"},"spec":{"~J":1,"~J":2}}
        POST   rows?fieldValidation=Warn {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"e"},"a'\u00a0\u0301\"\\":1,"spec":{"a'\u00a0\u0301\"\\":1,"a'\u00a0\u0301\"\\":2}}
        MERGE  rows/e?fieldValidation=Strict {"metadata":{"~J":1},"~J":1}
        POST   rows         {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"d","finalizers":["kopf.test/x"]}}
        DELETE rows/d
        MERGE  rows/d       {"metadata":{"finalizers":["kopf.test/x","kopf.test/~J","kopf.test/\u00a0'"]}}
        MERGE  rows/d       {"metadata":{"finalizers":["kopf.test/x","kopf.test/x'y"]}}
        MERGE  rows/d       {"metadata":{"name":"~J"}}
        MERGE  rows/d       {"kind":"~J"}
        MERGE  rows/d       {"apiVersion":"~J"}
        JSON   rows/d       [{"op":"~J","path":"/spec"}]
        JSON   rows/d       [{"op":"test","path":"/~J","value":1}]
        JSON   rows/d       [{"op":"remove","path":"/~J"}]
        JSON   rows/d       [{"op":"remove","path":"~J"}]
        JSON   rows/d       [{"op":"copy","path":"/a","from":"/~J"}]
        STRATEGIC configmaps/c {"$patch":"~J"}
        STRATEGIC configmaps/c {"data":{"$patch":"~J"}}
        STRATEGIC configmaps/c {"metadata":{"$retainKeys":["~J"],"finalizers":[]}}
        STRATEGIC configmaps/c {"metadata":{"$setElementOrder/finalizers":["~J"],"finalizers":["x"]}}
        MERGE  rows/d       {"metadata":{"finalizers":null}}
    "#,
    )
    .await;
}

#[tokio::test]
async fn options_and_selectors_are_quoted_as_in_go() {
    check_odd(
        r#"
        POST   rows    {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"a"}}
        GET    rows?labelSelector=~P
        GET    rows?labelSelector=x%3D~P
        GET    rows?labelSelector=x%3Da'b
        GET    rows?labelSelector=x%20in%20(a'%C2%A0,b)
        GET    rows?labelSelector=x%20in%20(a'%C2%A0,b%01)
        GET    rows?labelSelector=x%3Ea'%CC%81
        GET    rows?labelSelector=x%3E-5
        GET    rows?labelSelector=x%3C99999999999999999999
        GET    rows?labelSelector=x%20in%20(b',a',b',)
        GET    rows?labelSelector=x%3D-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
        GET    rows?labelSelector=-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
        GET    rows?labelSelector=-a/-b
        GET    rows?labelSelector=%0Bx%0C
        GET    rows?labelSelector=%09x%0D%0A
        GET    rows?labelSelector=x'%01
        GET    rows?labelSelector=!x'%CC%81
        GET    rows?labelSelector=x!%3D%F0%9F%98%80'
        GET    rows?fieldSelector=~P
        GET    rows?fieldSelector=~P%3Da
        GET    rows?fieldSelector=a'%CC%81%3Da
        GET    rows?fieldSelector=metadata.name%3D~P
        GET    rows?fieldSelector=metadata.name%3Da'%CC%81%5C
        GET    pods?fieldSelector=spec.nodeName%3D~P
        GET    pods?fieldSelector=a'%CC%81%3Da
        GET    rows?resourceVersion=~P
        GET    rows?resourceVersion=1&resourceVersionMatch=~P
        GET    rows?watch=true&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=~P
        GET    rows?watch=true&resourceVersion=~P
        GET    rows/a?resourceVersion=~P
        GET    rows?limit=~P
        GET    rows?limit=99999999999999999999
        GET    rows?timeoutSeconds=-99999999999999999999
        GET    rows?timeoutSeconds=~P
        GET    rows?continue=~P
        GET    rows?sendInitialEvents=~P
        GET    configmaps?limit=~P
        GET+table rows?includeObject=~P
        GET+table configmaps?includeObject=~P
        POST   configmaps?dryRun=~P              {"metadata":{"name":"b"}}
        POST   configmaps?fieldManager=~P        {"metadata":{"name":"b"}}
        POST   configmaps?fieldManager=a'%CC%81b {"metadata":{"name":"b"}}
        POST   configmaps?fieldValidation=~P     {"metadata":{"name":"b"}}
        POST   rows?dryRun=~P                    {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"b"}}
        DELETE rows/a?dryRun=~P
        DELETE rows/a?gracePeriodSeconds=~P
        DELETE rows/a?gracePeriodSeconds=99999999999999999999
        DELETE configmaps/a?gracePeriodSeconds=~P
        DELETE rows?gracePeriodSeconds=~P
        DELETE rows/a?propagationPolicy=~P
        DELETE rows/a  {"propagationPolicy":"~J"}
        DELETE configmaps/b {"propagationPolicy":"~J"}
        DELETE configmaps/b {"kind":"~J","apiVersion":"v1"}
        DELETE configmaps/b {"kind":"DeleteOptions","apiVersion":"~J"}
        DELETE configmaps/b {"preconditions":{"uid":"~J"}}
        DELETE configmaps/b {"preconditions":{"resourceVersion":"~J"}}
        DELETE configmaps/b {"dryRun":["~J"]}
        DELETE rows/a  {"preconditions":{"uid":"~J"}}
        DELETE rows/a  {"kind":"~J"}
        APPLY  configmaps/d?fieldManager=it's {"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"d"},"data":{"k":"1"}}
        APPLY  configmaps/d?fieldManager=%F0%9F%98%80%C2%BD {"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"d"},"data":{"k":"2"}}
        APPLY  configmaps/d?fieldManager=%CC%81&force=true {"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"d"},"data":{"k":"3"}}
        APPLY  configmaps/d?fieldManager=other {"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"d"},"data":{"k":"4"}}
        APPLY  configmaps/d?fieldManager=other {"apiVersion":"v1","kind":"~J","metadata":{"name":"d"}}
        APPLY  configmaps/d?fieldManager=other {"apiVersion":"~J","kind":"ConfigMap","metadata":{"name":"d"}}
        APPLY  configmaps/d?fieldManager=other {"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"~J"}}
        APPLY  configmaps/d?fieldManager=other {"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"d"},"~J":1}
        APPLY  configmaps/d?fieldManager=other {"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"d"},"data":{"~J":[{"~J":"x"}]}}
        APPLY  configmaps/d?fieldManager=other&force=~P {"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"d"}}
        APPLY  rows/d?fieldManager=it's {"apiVersion":"differential.kopf.test/v1","kind":"Row","metadata":{"name":"d"},"spec":{"~J":1}}
        APPLY  rows/d?fieldManager=other {"apiVersion":"differential.kopf.test/v1","kind":"Row","metadata":{"name":"d"},"spec":{"~J":2}}
        APPLY  rows/d/status?fieldManager=it's {"apiVersion":"differential.kopf.test/v1","kind":"Row","metadata":{"name":"d"},"status":{"n":1}}
        APPLY  rows/d/status?fieldManager=other {"apiVersion":"differential.kopf.test/v1","kind":"Row","metadata":{"name":"d"},"status":{"n":2}}
    "#,
    )
    .await;
}

#[tokio::test]
async fn what_kinds_refuse_is_quoted_as_in_go() {
    check_odd(
        r#"
        POST   pods      {"metadata":{"name":"p"},"spec":{"containers":[{"name":"~J","image":"i"}]}}
        POST   pods      {"metadata":{"name":"p"},"spec":{"restartPolicy":"~J","dnsPolicy":"~J","containers":[{"name":"c","image":"i","imagePullPolicy":"~J","env":[{"name":"~J"}],"ports":[{"containerPort":1,"protocol":"~J"}]}]}}
        POST   pods      {"metadata":{"name":"p"},"spec":{"serviceAccountName":"~J","containers":[{"name":"c","image":"i"}]}}
        POST   pods      {"metadata":{"name":"p"},"spec":{"priorityClassName":"~J","containers":[{"name":"c","image":"i"}]}}
        POST   pods      {"metadata":{"name":"p"},"spec":{"runtimeClassName":"~J","containers":[{"name":"c","image":"i"}]}}
        POST   pods      {"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"i","resources":{"requests":{"~J":"1"}}}]}}
        POST   pods      {"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"i","resources":{"requests":{"cpu":"~J"}}}]}}
        POST   pods      {"metadata":{"name":"p"},"spec":{"automountServiceAccountToken":false,"containers":[{"name":"c","image":"i"}]}}
        GET    pods/p/log?container=~P
        GET    pods/p/log?previous=true
        GET    pods/p/log?limitBytes=~P
        GET    pods/p/log?stream=~P
        POST   pods/p/portforward?ports=~P
        POST   pods/p/exec?container=~P
        POST   services  {"metadata":{"name":"s"},"spec":{"clusterIP":"~J","ports":[{"port":1}]}}
        POST   services  {"metadata":{"name":"s"},"spec":{"type":"~J","ports":[{"port":1,"name":"~J"}]}}
        POST   services  {"metadata":{"name":"s"},"spec":{"type":"ExternalName","externalName":"~J"}}
        POST   services  {"metadata":{"name":"s"},"spec":{"ipFamilies":["~J"],"externalIPs":["~J"],"ports":[{"port":1}]}}
        POST   /apis/batch/v1/namespaces/$ns/cronjobs {"metadata":{"name":"c"},"spec":{"schedule":"@every ~J","jobTemplate":{"spec":{"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"i"}]}}}}}}
        POST   /apis/batch/v1/namespaces/$ns/cronjobs {"metadata":{"name":"c"},"spec":{"schedule":"@every 1\u00a0'\u007f","jobTemplate":{"spec":{"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"i"}]}}}}}}
        POST   /apis/batch/v1/namespaces/$ns/cronjobs {"metadata":{"name":"c"},"spec":{"schedule":"a'\u0301\u0001 * * * *","jobTemplate":{"spec":{"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"i"}]}}}}}}
        POST   /apis/batch/v1/namespaces/$ns/cronjobs {"metadata":{"name":"c"},"spec":{"schedule":"* * * * *","timeZone":"~J","concurrencyPolicy":"~J","jobTemplate":{"spec":{"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"i"}]}}}}}}
        POST   /apis/apps/v1/namespaces/$ns/daemonsets {"metadata":{"name":"d","annotations":{"deprecated.daemonset.template.generation":"~J"}},"spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}
        POST   /apis/apps/v1/namespaces/$ns/deployments {"metadata":{"name":"d"},"spec":{"selector":{"matchLabels":{"~J":"b"},"matchExpressions":[{"key":"x","operator":"~J","values":["~J"]}]},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}
        POST   serviceaccounts/default/token {"spec":{"audiences":["~J"],"boundObjectRef":{"kind":"~J","apiVersion":"v1","name":"x"}}}
        POST   serviceaccounts/default/token {"spec":{"boundObjectRef":{"kind":"Pod","apiVersion":"v1","name":"~J"}}}
        POST   serviceaccounts/default/token {"spec":{"boundObjectRef":{"kind":"Pod","apiVersion":"v1","name":"p","uid":"~J"}}}
        POST   serviceaccounts/~P/token {"spec":{}}
        POST   /apis/authentication.k8s.io/v1/tokenreviews {"spec":{"token":"~J","audiences":["~J"]}}
        POST   namespaces  {"metadata":{"name":"~J"}}
        POST   /api/v1/namespaces {"metadata":{"name":"a","labels":{"pod-security.kubernetes.io/enforce":"~J","pod-security.kubernetes.io/enforce-version":"~J"}}}
        POST   secrets   {"metadata":{"name":"s"},"type":"kubernetes.io/dockerconfigjson","data":{".dockerconfigjson":"eHg="}}
        POST   secrets   {"metadata":{"name":"s"},"data":{"a":"~J"}}
        POST   endpoints {"metadata":{"name":"e"},"subsets":[{"addresses":[{"ip":"~J"}],"ports":[{"port":1}]}]}
        POST   events    {"metadata":{"name":"e"},"involvedObject":{"namespace":"~J"}}
        POST   configmaps {"metadata":{"name":"a"},"data":{"a":7}}
        POST   configmaps {"metadata":{"name":"a"},"immutable":"~J"}
        POST   /apis/certificates.k8s.io/v1/certificatesigningrequests {"metadata":{"name":"$ns"},"spec":{"request":"~J","signerName":"~J","usages":["~J"]}}
        POST   /apis/storage.k8s.io/v1/storageclasses {"metadata":{"name":"$ns"},"provisioner":"~J","reclaimPolicy":"~J"}
    "#,
    )
    .await;
}

#[tokio::test]
async fn rights_are_quoted_as_in_go() {
    check_odd(
        r#"
        POST /apis/rbac.authorization.k8s.io/v1/namespaces/$ns/roles {"metadata":{"name":"r'\u0301\u0001"},"rules":[{"apiGroups":[""],"resources":["pods"],"verbs":["get"]}]}
        POST /apis/rbac.authorization.k8s.io/v1/namespaces/$ns/rolebindings {"metadata":{"name":"b'\u0301\u0001"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"r'\u0301\u0001"},"subjects":[{"kind":"User","name":"~J","apiGroup":"rbac.authorization.k8s.io"},{"kind":"Group","name":"g'\u0301\u0001","apiGroup":"rbac.authorization.k8s.io"}]}
        POST /apis/rbac.authorization.k8s.io/v1/namespaces/$ns/rolebindings {"metadata":{"name":"lost"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"x'\u0301\u0001"},"subjects":[{"kind":"User","name":"~J","apiGroup":"rbac.authorization.k8s.io"},{"kind":"User","name":"u","apiGroup":"rbac.authorization.k8s.io"}]}
        AWAIT RBAC: POST /apis/authorization.k8s.io/v1/subjectaccessreviews {"spec":{"user":"u","resourceAttributes":{"verb":"get","resource":"pods","namespace":"$ns"}}}
        AWAIT "allowed":true POST /apis/authorization.k8s.io/v1/subjectaccessreviews {"spec":{"user":"~J","resourceAttributes":{"verb":"get","resource":"pods","namespace":"$ns"}}}
        POST /apis/authorization.k8s.io/v1/subjectaccessreviews {"spec":{"user":"u","groups":["g'\u0301\u0001"],"resourceAttributes":{"verb":"get","resource":"pods","namespace":"$ns"}}}
        POST /apis/authorization.k8s.io/v1/subjectaccessreviews {"spec":{"user":"~J","resourceAttributes":{"verb":"~J","resource":"~J","namespace":"$ns"}}}
        GET+as:u  configmaps/~P
        GET+as:u  /~P
        GET+as:u  /apis/~P/v1/things
        GET+as:u'x/g'y  pods/a'%C2%A0
        POST /apis/rbac.authorization.k8s.io/v1/namespaces/$ns/roles {"metadata":{"name":"may"},"rules":[{"apiGroups":["rbac.authorization.k8s.io"],"resources":["roles","rolebindings"],"verbs":["create"]}]}
        POST /apis/rbac.authorization.k8s.io/v1/namespaces/$ns/rolebindings {"metadata":{"name":"may"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"may"},"subjects":[{"kind":"User","name":"m'n","apiGroup":"rbac.authorization.k8s.io"}]}
        AWAIT 403 POST+as:m'n/g'h /apis/rbac.authorization.k8s.io/v1/namespaces/$ns/roles {"metadata":{"name":"more"},"rules":[{"apiGroups":["~J"],"resources":["~J"],"resourceNames":["~J"],"verbs":["~J"]}]}
        POST+as:m'n /apis/rbac.authorization.k8s.io/v1/namespaces/$ns/rolebindings {"metadata":{"name":"y"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"~J","name":"~J"}}
        POST+as:m'n /apis/rbac.authorization.k8s.io/v1/namespaces/$ns/rolebindings {"metadata":{"name":"y"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"~J"}}
        POST /apis/rbac.authorization.k8s.io/v1/namespaces/$ns/rolebindings {"metadata":{"name":"y"},"roleRef":{"apiGroup":"~J","kind":"~J","name":"r"},"subjects":[{"kind":"~J","name":"r"}]}
    "#,
    )
    .await;
}

#[tokio::test]
async fn schemas_are_quoted_as_in_go() {
    check_odd(
        r#"
        POST  /apis/apiextensions.k8s.io/v1/customresourcedefinitions {"metadata":{"name":"odds.$ns.kopf.test"},"spec":{"group":"$ns.kopf.test","scope":"Namespaced","names":{"plural":"odds","kind":"Odd"},"versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object","properties":{"spec":{"type":"object","properties":{"mail'\u0301":{"type":"string","format":"email"},"one":{"type":"string","enum":["it's","\u0301\u00a0\u0001"]},"any'\u0301":{"type":"integer","anyOf":[{"minimum":5},{"maximum":2}]},"pattern":{"type":"string","pattern":"^'\u00a0$"},"list":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["k'\u0301"],"items":{"type":"object","required":["k'\u0301"],"properties":{"k'\u0301":{"type":"string"}}}},"set":{"type":"array","x-kubernetes-list-type":"set","items":{"type":"string"}}}}}}}}]}}
        UNTIL /apis/apiextensions.k8s.io/v1/customresourcedefinitions/odds.$ns.kopf.test InitialNamesAccepted
        UNTIL /apis/$ns.kopf.test/v1/namespaces/$ns/odds
        POST  /apis/$ns.kopf.test/v1/namespaces/$ns/odds {"kind":"Odd","apiVersion":"$ns.kopf.test/v1","metadata":{"name":"a"},"spec":{"mail'\u0301":"~J"}}
        POST  /apis/$ns.kopf.test/v1/namespaces/$ns/odds {"kind":"Odd","apiVersion":"$ns.kopf.test/v1","metadata":{"name":"a"},"spec":{"one":"~J"}}
        POST  /apis/$ns.kopf.test/v1/namespaces/$ns/odds {"kind":"Odd","apiVersion":"$ns.kopf.test/v1","metadata":{"name":"a"},"spec":{"any'\u0301":3}}
        POST  /apis/$ns.kopf.test/v1/namespaces/$ns/odds {"kind":"Odd","apiVersion":"$ns.kopf.test/v1","metadata":{"name":"a"},"spec":{"any'\u0301":"~J"}}
        POST  /apis/$ns.kopf.test/v1/namespaces/$ns/odds {"kind":"Odd","apiVersion":"$ns.kopf.test/v1","metadata":{"name":"a"},"spec":{"pattern":"~J"}}
        POST  /apis/$ns.kopf.test/v1/namespaces/$ns/odds {"kind":"Odd","apiVersion":"$ns.kopf.test/v1","metadata":{"name":"a"},"spec":{"list":[{}]}}
        POST  /apis/$ns.kopf.test/v1/namespaces/$ns/odds {"kind":"Odd","apiVersion":"$ns.kopf.test/v1","metadata":{"name":"a"},"spec":{"list":[{"k'\u0301":"~J"},{"k'\u0301":"~J"}]}}
        POST  /apis/$ns.kopf.test/v1/namespaces/$ns/odds {"kind":"Odd","apiVersion":"$ns.kopf.test/v1","metadata":{"name":"a"},"spec":{"set":["~J","~J"]}}
        APPLY /apis/$ns.kopf.test/v1/namespaces/$ns/odds/b?fieldManager=m {"kind":"Odd","apiVersion":"$ns.kopf.test/v1","metadata":{"name":"b"},"spec":{"list":[{}]}}
        APPLY /apis/$ns.kopf.test/v1/namespaces/$ns/odds/b?fieldManager=m {"kind":"Odd","apiVersion":"$ns.kopf.test/v1","metadata":{"name":"b"},"spec":{"list":[{"k'\u0301":"~J"}],"set":["~J"]}}
        APPLY /apis/$ns.kopf.test/v1/namespaces/$ns/odds/b?fieldManager=n {"kind":"Odd","apiVersion":"$ns.kopf.test/v1","metadata":{"name":"b"},"spec":{"list":[{"k'\u0301":"~J"},{"k'\u0301":"~J"}]}}
        APPLY /apis/$ns.kopf.test/v1/namespaces/$ns/odds/b?fieldManager=n {"kind":"Odd","apiVersion":"$ns.kopf.test/v1","metadata":{"name":"b"},"spec":{"one":["~J",{"~J":1.5}]}}
        GET   /apis/$ns.kopf.test/v1/namespaces/$ns/odds/~P
        POST  /apis/apiextensions.k8s.io/v1/customresourcedefinitions {"metadata":{"name":"y.$ns.k8s.io","annotations":{"api-approved.kubernetes.io":"unapproved ~J"}},"spec":{"group":"$ns.k8s.io","scope":"~J","names":{"plural":"y","kind":"~J","singular":"~J","shortNames":["~J"]},"versions":[{"name":"~J","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"~J","pattern":"~J(","x-kubernetes-list-type":"~J","properties":{"~J":{"type":"string","format":"~J"}}}}}]}}
    "#,
    )
    .await;
}
