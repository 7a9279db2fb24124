//! The forms of answers: tables, and metadata alone.

use super::check;

#[tokio::test]
async fn objects_are_shown_as_rows_of_a_table() {
    check(
        r#"
        POST+table  configmaps {"metadata":{"name":"a","labels":{"x":"1"}},"data":{"k":"v"},"binaryData":{"b":"AA=="}}
        POST   configmaps {"metadata":{"name":"b","labels":{"x":"1"}}}
        GET+table configmaps?labelSelector=x
        GET+table configmaps?labelSelector=x&limit=1
        GET+table configmaps?labelSelector=x&includeObject=None
        GET+table configmaps?labelSelector=x&includeObject=Object
        GET+table configmaps?labelSelector=x&includeObject=Metadata
        GET+table configmaps?labelSelector=x&includeObject=Bogus
        GET+table-beta configmaps?labelSelector=x
        GET+table-or-json configmaps?labelSelector=x
        GET+any-or-table configmaps?labelSelector=x
        GET+table configmaps?labelSelector=none
        GET+table configmaps/a
        GET+table configmaps/a?includeObject=Object
        GET+table configmaps/a?includeObject=None
        GET+table configmaps/missing?includeObject=Bogus
        GET+table configmaps/missing
        MERGE+table configmaps/a {"data":{"l":"v"}}
        PUT+table configmaps/a {"metadata":{"name":"a","labels":{"x":"1"}},"data":{"k":"v"}}
        DELETE+table configmaps/b
        DELETE+table configmaps?labelSelector=x
        GET+table /api/v1/configmaps?fieldSelector=metadata.name%3Dnothing
        GET+table /apis/rbac.authorization.k8s.io/v1/namespaces/$ns/roles
        GET+table /api/v1/namespaces/$ns
        GET+table /api/v1/namespaces?fieldSelector=metadata.name%3D$ns&includeObject=None
        GET+unheard-of configmaps
        GET+text configmaps
        GET+second configmaps/a
    "#,
    )
    .await;
}

#[tokio::test]
async fn objects_are_shown_by_their_metadata_alone() {
    check(
        r#"
        POST   configmaps {"metadata":{"name":"a","labels":{"x":"1"}},"data":{"k":"v"}}
        POST   configmaps {"metadata":{"name":"b"}}
        GET+metadata configmaps/a
        GET+metadata-beta configmaps/a
        GET+metadata configmaps
        GET+metadata-list configmaps/a
        GET+metadata-list configmaps?labelSelector=x
        GET+metadata-list-beta configmaps?labelSelector=x
        GET+metadata-list configmaps?labelSelector=nothing
        GET+metadata-list configmaps?labelSelector=x&limit=1
        MERGE+metadata configmaps/a {"data":{"l":"v"}}
        MERGE+metadata-list configmaps/a {"data":{"l":"w"}}
        GET    configmaps/a
        DELETE+metadata configmaps/a
        POST+metadata rows {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"a"},"spec":{"n":1}}
        GET+metadata rows/a
        GET+metadata rows
        GET+metadata-list rows/a
        GET+metadata-list rows
        GET+metadata rows/a/status
        DELETE+metadata rows/a
    "#,
    )
    .await;
}

#[tokio::test]
async fn watches_tell_in_every_form() {
    check(
        r#"
        POST   configmaps {"metadata":{"name":"a","labels":{"x":"1"}},"data":{"k":"v"}}
        POST   configmaps {"metadata":{"name":"b","labels":{"x":"1"}},"data":{"k":"v"}}
        MERGE  configmaps/a {"data":{"l":"v"}}
        MERGE  configmaps/b {"metadata":{"labels":null}}
        DELETE configmaps/a
        GET+table configmaps?watch=true&timeoutSeconds=1&resourceVersion=$1&labelSelector=x
        GET+table configmaps?watch=true&timeoutSeconds=1&resourceVersion=$1&labelSelector=x&includeObject=None
        GET+table configmaps?watch=true&timeoutSeconds=1&resourceVersion=$1&labelSelector=x&includeObject=Object
        GET+table configmaps?watch=true&timeoutSeconds=1&resourceVersion=$1&includeObject=Bogus
        GET+table-beta configmaps?watch=true&timeoutSeconds=1&resourceVersion=$1&labelSelector=x
        GET+metadata configmaps?watch=true&timeoutSeconds=1&resourceVersion=$1&labelSelector=x
        GET+metadata-beta configmaps?watch=true&timeoutSeconds=1&resourceVersion=$1&labelSelector=x
        GET+metadata-list configmaps?watch=true&timeoutSeconds=1&resourceVersion=$1&labelSelector=x
        GET+unheard-of configmaps?watch=true&timeoutSeconds=1
        GET+text configmaps?watch=true&timeoutSeconds=1
        POST   rows {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"a"},"spec":{"n":1}}
        DELETE rows/a
        GET+table rows?watch=true&timeoutSeconds=1&resourceVersion=$1
        GET+metadata rows?watch=true&timeoutSeconds=1&resourceVersion=$1
        GET+metadata-list rows?watch=true&timeoutSeconds=1&resourceVersion=$1
        GET+text rows?watch=true&timeoutSeconds=1
    "#,
    )
    .await;
}

#[tokio::test]
async fn custom_resources_have_the_columns_that_their_definition_gives_them() {
    check(
        r#"
        POST   /apis/apiextensions.k8s.io/v1/customresourcedefinitions {"metadata":{"name":"shows.$ns.kopf.test"},"spec":{"group":"$ns.kopf.test","scope":"Namespaced","names":{"plural":"shows","kind":"Show"},"versions":[{"name":"v1","served":true,"storage":true,"subresources":{"status":{}},"schema":{"openAPIV3Schema":{"type":"object","x-kubernetes-preserve-unknown-fields":true}},"additionalPrinterColumns":[{"name":"Text","type":"string","jsonPath":".spec.text","description":"Row text"},{"name":"Number","type":"integer","jsonPath":".spec.number","format":"int32","priority":1},{"name":"Fraction","type":"number","jsonPath":".spec.fraction"},{"name":"Flag","type":"boolean","jsonPath":".spec.flag"},{"name":"When","type":"date","jsonPath":".spec.when"},{"name":"Ready","type":"string","jsonPath":".status.conditions[?(@.type==\"Ready\")].status"},{"name":"First","type":"string","jsonPath":".spec.list[0]"},{"name":"Last","type":"integer","jsonPath":".spec.list[-1]"},{"name":"All","type":"string","jsonPath":".spec.list[*]"},{"name":"List","type":"string","jsonPath":".spec.list"},{"name":"Map","type":"string","jsonPath":".spec.map"},{"name":"Deep","type":"string","jsonPath":"..inner"},{"name":"Key","type":"string","jsonPath":".metadata.annotations.a\\.b/c"},{"name":"Union","type":"string","jsonPath":".spec['text','number']"},{"name":"Slice","type":"string","jsonPath":".spec.list[1:]"},{"name":"Literal","type":"string","jsonPath":".spec.text}{\"x\""},{"name":"More","type":"integer","jsonPath":".spec.pairs[?(@.n>1)].n"},{"name":"Not","type":"string","jsonPath":".spec.pairs[?(@.name!='one')].name"},{"name":"Some","type":"string","jsonPath":".spec.pairs[?(@.only)].name"},{"name":"Wild","type":"string","jsonPath":".spec.map.*"},{"name":"Mixed","type":"string","jsonPath":".spec.pairs[?(@.n==\"1\")].name"},{"name":"Age","type":"date","jsonPath":".metadata.creationTimestamp"}]}]}}
        UNTIL  /apis/$ns.kopf.test/v1/namespaces/$ns/shows
        POST   /apis/$ns.kopf.test/v1/namespaces/$ns/shows {"kind":"Show","apiVersion":"$ns.kopf.test/v1","metadata":{"name":"a","annotations":{"a.b/c":"said"}},"spec":{"text":"<t&>","number":7,"fraction":0.5,"flag":true,"when":"2026-01-01T00:00:00Z","list":[1,2,3],"map":{"inner":"x"},"pairs":[{"name":"one","n":1},{"name":"two","n":2,"only":true}]}}
        POST   /apis/$ns.kopf.test/v1/namespaces/$ns/shows {"kind":"Show","apiVersion":"$ns.kopf.test/v1","metadata":{"name":"b"},"spec":{"text":7,"number":1.5,"fraction":3,"flag":"yes","when":"never","list":[],"map":null,"pairs":{}}}
        POST   /apis/$ns.kopf.test/v1/namespaces/$ns/shows {"kind":"Show","apiVersion":"$ns.kopf.test/v1","metadata":{"name":"c"},"spec":{"text":1000000000000000000000000.0,"number":"7","fraction":"x","flag":null,"when":"","list":[{"b":1,"a":"<"}],"map":{"z":{"inner":true}},"pairs":[{"n":"1","name":"text"}]}}
        POST   /apis/$ns.kopf.test/v1/namespaces/$ns/shows {"kind":"Show","apiVersion":"$ns.kopf.test/v1","metadata":{"name":"d"},"spec":{"text":true,"fraction":0.0000001}}
        GET+table /apis/$ns.kopf.test/v1/namespaces/$ns/shows?includeObject=None
        MERGE  /apis/$ns.kopf.test/v1/namespaces/$ns/shows/d/status {"status":{"conditions":[{"type":"Ready","status":"True"}]}}
        GET+table /apis/$ns.kopf.test/v1/namespaces/$ns/shows/d
        GET+table /apis/$ns.kopf.test/v1/namespaces/$ns/shows/d/status
        GET+table-beta /apis/$ns.kopf.test/v1/namespaces/$ns/shows?limit=1
        DELETE /apis/apiextensions.k8s.io/v1/customresourcedefinitions/shows.$ns.kopf.test
    "#,
    )
    .await;
}

#[tokio::test]
async fn a_column_that_cannot_be_read_ends_the_columns() {
    check(
        r#"
        POST   /apis/apiextensions.k8s.io/v1/customresourcedefinitions {"metadata":{"name":"shows.$ns.kopf.test"},"spec":{"group":"$ns.kopf.test","scope":"Namespaced","names":{"plural":"shows","kind":"Show"},"versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object","x-kubernetes-preserve-unknown-fields":true}},"additionalPrinterColumns":[{"name":"Good","type":"string","jsonPath":".spec.text"},{"name":"Bad","type":"string","jsonPath":".spec.list["},{"name":"Good again","type":"string","jsonPath":".spec.text"}]},{"name":"v2","served":true,"storage":false,"schema":{"openAPIV3Schema":{"type":"object","x-kubernetes-preserve-unknown-fields":true}}}]}}
        UNTIL  /apis/$ns.kopf.test/v1/namespaces/$ns/shows
        POST   /apis/$ns.kopf.test/v1/namespaces/$ns/shows {"kind":"Show","apiVersion":"$ns.kopf.test/v1","metadata":{"name":"a"},"spec":{"text":"t"}}
        GET+table /apis/$ns.kopf.test/v1/namespaces/$ns/shows?includeObject=None
        GET+table /apis/$ns.kopf.test/v2/namespaces/$ns/shows?includeObject=Object
        DELETE /apis/apiextensions.k8s.io/v1/customresourcedefinitions/shows.$ns.kopf.test
    "#,
    )
    .await;
}

#[tokio::test]
async fn built_in_resources_have_columns_of_their_own() {
    check(
        r#"
        POST   secrets {"metadata":{"name":"a"},"type":"Opaque","data":{"k":"dg=="}}
        GET+table secrets/a?includeObject=None
        POST   serviceaccounts {"metadata":{"name":"a"}}
        GET+table serviceaccounts/a?includeObject=None
        POST   /apis/coordination.k8s.io/v1/namespaces/$ns/leases {"metadata":{"name":"a"},"spec":{"holderIdentity":"me"}}
        GET+table /apis/coordination.k8s.io/v1/namespaces/$ns/leases/a?includeObject=None
        POST   /apis/rbac.authorization.k8s.io/v1/namespaces/$ns/roles {"metadata":{"name":"a"},"rules":[{"apiGroups":[""],"resources":["pods"],"verbs":["get"]}]}
        GET+table /apis/rbac.authorization.k8s.io/v1/namespaces/$ns/roles?includeObject=None
        POST   /apis/rbac.authorization.k8s.io/v1/namespaces/$ns/rolebindings {"metadata":{"name":"a"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"a"},"subjects":[{"kind":"User","name":"u","apiGroup":"rbac.authorization.k8s.io"},{"kind":"Group","name":"g","apiGroup":"rbac.authorization.k8s.io"},{"kind":"ServiceAccount","name":"s","namespace":"n"}]}
        GET+table /apis/rbac.authorization.k8s.io/v1/namespaces/$ns/rolebindings?includeObject=None
        POST   events {"metadata":{"name":"e"},"reason":"Why","type":"Normal","message":" said ","count":3,"firstTimestamp":"2026-01-02T03:04:05Z","lastTimestamp":"2026-01-02T03:04:06Z","source":{"component":"c","host":"h"},"involvedObject":{"kind":"Row","name":"a","namespace":"$ns","fieldPath":"spec"}}
        GET+table events?includeObject=None
        GET+table /apis/events.k8s.io/v1/namespaces/$ns/events?includeObject=None
        GET+table /apis/apiextensions.k8s.io/v1/customresourcedefinitions/rows.differential.kopf.test?includeObject=None
        GET+table /api/v1/nodes?labelSelector=of%3D$ns
    "#,
    )
    .await;
}

#[tokio::test]
async fn what_is_rare_is_shown_in_tables_too() {
    check(
        r#"
        POST   /apis/storage.k8s.io/v1/namespaces/$ns/csistoragecapacities {"metadata":{"name":"a"},"storageClassName":"c","capacity":"1Gi"}
        GET+table /apis/storage.k8s.io/v1/namespaces/$ns/csistoragecapacities?includeObject=None&labelSelector=none
        DELETE+table /apis/storage.k8s.io/v1/namespaces/$ns/csistoragecapacities/a?dryRun=All
        POST   /apis/networking.k8s.io/v1/namespaces/$ns/ingresses {"metadata":{"name":"a"},"spec":{"defaultBackend":{"service":{"name":"s","port":{"number":80}}},"rules":[{},{"host":"a.x"},{"host":"b.x"},{"host":"c.x"}]}}
        POST   /apis/networking.k8s.io/v1/namespaces/$ns/ingresses {"metadata":{"name":"b"},"spec":{"defaultBackend":{"service":{"name":"s","port":{"number":80}}},"rules":[{},{},{},{"host":"a.x"}]}}
        POST   /apis/networking.k8s.io/v1/namespaces/$ns/ingresses {"metadata":{"name":"c"},"spec":{"defaultBackend":{"service":{"name":"s","port":{"number":80}}},"rules":[{"host":"a.x"},{},{},{}]}}
        POST   /apis/networking.k8s.io/v1/namespaces/$ns/ingresses {"metadata":{"name":"d"},"spec":{"defaultBackend":{"service":{"name":"s","port":{"number":80}}},"rules":[{"host":"a.x"},{"host":"b.x"},{"host":"c.x"},{},{"host":"d.x"}]}}
        POST   /apis/networking.k8s.io/v1/namespaces/$ns/ingresses {"metadata":{"name":"e"},"spec":{"defaultBackend":{"service":{"name":"s","port":{"number":80}}}}}
        GET+table /apis/networking.k8s.io/v1/namespaces/$ns/ingresses?includeObject=None
        POST   /apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings {"metadata":{"name":"$ns"},"spec":{"policyName":"none.$ns","validationActions":["Deny"],"paramRef":{"selector":{"matchLabels":{"b":"1","a":"2"},"matchExpressions":[{"key":"k","operator":"In","values":["x","y"]}]},"parameterNotFoundAction":"Deny"}}}
        GET+table /apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings/$ns?includeObject=None
        DELETE /apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings/$ns
        GET+table /apis/networking.k8s.io/v1/ingressclasses?labelSelector=none
        GET+table /apis/storage.k8s.io/v1/volumeattachments?labelSelector=none
        GET+table /apis/apiextensions.k8s.io/v1/customresourcedefinitions?labelSelector=none
        GET+table /apis/apiextensions.k8s.io/v1/customresourcedefinitions/rows.differential.kopf.test/status
        GET+table-or-json /apis/apiextensions.k8s.io/v1/customresourcedefinitions/rows.differential.kopf.test/status
        GET+table /apis/apiregistration.k8s.io/v1/apiservices/v1.apps/status
        POST   persistentvolumeclaims {"metadata":{"name":"a"},"spec":{"accessModes":["ReadWriteOnce"],"storageClassName":"none","volumeAttributesClassName":"","resources":{"requests":{"storage":"1Gi"}}}}
        GET+table persistentvolumeclaims/a?includeObject=None
        POST   /api/v1/nodes {"metadata":{"name":"$ns"},"status":{"conditions":[{"type":"Ready","status":"True"},{"type":"Ready","status":"False"}]}}
        GET+table /api/v1/nodes/$ns?includeObject=None
        DELETE /api/v1/nodes/$ns
        POST+table configmaps?dryRun=All {"metadata":{"name":"a"}}
        POST   configmaps {"metadata":{"name":"a","labels":{"x":"1"}}}
        GET+table configmaps?watch=true&timeoutSeconds=3&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&labelSelector=x&includeObject=None
        POST   /apis/rbac.authorization.k8s.io/v1/namespaces/$ns/roles {"metadata":{"name":"a","labels":{"x":"1"}}}
        GET+table /apis/rbac.authorization.k8s.io/v1/namespaces/$ns/roles?watch=true&timeoutSeconds=3&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&labelSelector=x&includeObject=None
        GET+table /apis/apiregistration.k8s.io/v1/apiservices?watch=true&timeoutSeconds=1&fieldSelector=metadata.name%3Dv1.apps&includeObject=None
    "#,
    )
    .await;
}

#[tokio::test]
async fn columns_read_what_go_reads() {
    check(
        r#"
        POST   /apis/apiextensions.k8s.io/v1/customresourcedefinitions {"metadata":{"name":"shows.$ns.kopf.test"},"spec":{"group":"$ns.kopf.test","scope":"Namespaced","names":{"plural":"shows","kind":"Show"},"versions":[{"name":"v1","served":true,"storage":true,"subresources":{"scale":{"specReplicasPath":".spec.replicas","statusReplicasPath":".status.replicas"}},"schema":{"openAPIV3Schema":{"type":"object","x-kubernetes-preserve-unknown-fields":true}},"additionalPrinterColumns":[{"name":"Large","type":"string","jsonPath":".spec.large"},{"name":"Unquoted","type":"string","jsonPath":".spec.list[?(@.name==one)].n"},{"name":"Single","type":"string","jsonPath":".spec.list[?(@.name=\"one\")].n"},{"name":"Word","type":"string","jsonPath":".spec word"},{"name":"Empty","type":"integer","jsonPath":".spec.groups[*].items[*].n"},{"name":"Beyond","type":"integer","jsonPath":".spec.list[?(@.of[5])].n"},{"name":"Lines","type":"string","jsonPath":".spec.lines"},{"name":"Whole","type":"integer","jsonPath":".spec.whole"},{"name":"Zero","type":"date","jsonPath":".spec.zero"},{"name":"Loose","type":"date","jsonPath":".spec.loose"},{"name":"Leap","type":"date","jsonPath":".spec.leap"},{"name":"Hour","type":"date","jsonPath":".spec.hour"},{"name":"Old","type":"date","jsonPath":".spec.old"},{"name":"Plus","type":"string","jsonPath":".spec.list[+1]"},{"name":"After","type":"string","jsonPath":".spec.large"}]},{"name":"v2","served":true,"storage":false,"schema":{"openAPIV3Schema":{"type":"object","x-kubernetes-preserve-unknown-fields":true}},"additionalPrinterColumns":[{"name":"Large","type":"string","jsonPath":".spec.large"},{"name":"Open","type":"string","jsonPath":".spec.list[?(@.n==)].n"},{"name":"After","type":"string","jsonPath":".spec.large"}]}]}}
        UNTIL  /apis/$ns.kopf.test/v1/namespaces/$ns/shows
        POST   /apis/$ns.kopf.test/v1/namespaces/$ns/shows {"kind":"Show","apiVersion":"$ns.kopf.test/v1","metadata":{"name":"a"},"spec":{"replicas":0,"large":1234567.5,"list":[{"name":"one","n":1,"of":[1]}],"groups":[{"items":[]},{"items":[{"n":80}]}],"lines":["\u2028<"],"whole":1e16,"zero":"0001-01-01T00:00:00Z","loose":"2026-01-01 00:00:00Z","leap":"2026-01-01T00:00:60Z","hour":"2026-01-01T1:00:00Z","old":"1600-01-01T00:00:00Z"}}
        GET+table /apis/$ns.kopf.test/v1/namespaces/$ns/shows?includeObject=None
        GET+table /apis/$ns.kopf.test/v2/namespaces/$ns/shows?includeObject=None
        GET+table /apis/$ns.kopf.test/v1/namespaces/$ns/shows/a/scale?includeObject=None
        MERGE+table /apis/$ns.kopf.test/v1/namespaces/$ns/shows/a/scale?includeObject=None {"spec":{"replicas":2}}
        DELETE /apis/apiextensions.k8s.io/v1/customresourcedefinitions/shows.$ns.kopf.test
    "#,
    )
    .await;
}
