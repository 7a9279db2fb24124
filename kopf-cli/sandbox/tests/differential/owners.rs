//! Who owns which fields of built-in kinds: what tells the items of their lists apart, and what is one value.

use super::check;

const POD: &str = r#"{"containers":[{"name":"c","image":"c:1","ports":[{"containerPort":80,"name":"http"}],"env":[{"name":"A","value":"1"},{"name":"B","value":"2"}],"command":["x"],"resources":{"limits":{"cpu":"1"}}},{"name":"d","image":"d"}],"volumes":[{"name":"v","configMap":{"name":"m"}}],"tolerations":[{"key":"k","operator":"Exists"}],"nodeSelector":{"a":"b"}}"#;

#[tokio::test]
async fn workloads_have_containers_by_name_ports_by_number_and_variables_by_name() {
    // Of what has a template, nobody but the tests writes to these.
    let head = r#""kind":"PodTemplate","apiVersion":"v1","metadata":{"name":"w"}"#;
    check(&format!(
        r#"
        POST   podtemplates?fieldManager=one {{"metadata":{{"name":"w","labels":{{"x":"y"}}}},"template":{{"metadata":{{"labels":{{"a":"b"}}}},"spec":{POD}}}}}
        STRATEGIC podtemplates/w?fieldManager=two {{"template":{{"spec":{{"containers":[{{"name":"c","image":"c:2","env":[{{"name":"A","value":"3"}},{{"name":"C","value":"4"}}],"ports":[{{"containerPort":81}}]}}]}}}}}}
        STRATEGIC podtemplates/w?fieldManager=two {{"template":{{"spec":{{"containers":[{{"name":"d","$patch":"delete"}}],"volumes":[{{"name":"v","$patch":"delete"}},{{"name":"e","emptyDir":{{}}}}]}}}}}}
        MERGE  podtemplates/w?fieldManager=three {{"template":{{"spec":{{"nodeSelector":{{"c":"d"}},"tolerations":[{{"key":"l","operator":"Exists"}}]}}}}}}
        APPLY  podtemplates/w?fieldManager=five {{{head},"template":{{"spec":{{"containers":[{{"name":"c","image":"c:3"}}]}}}}}}
        APPLY  podtemplates/w?fieldManager=five&force=true {{{head},"template":{{"spec":{{"containers":[{{"name":"c","image":"c:3"}},{{"name":"e","image":"e"}}]}}}}}}
        APPLY  podtemplates/w?fieldManager=five {{{head},"template":{{"spec":{{"containers":[{{"name":"c","image":"c:3","env":[{{"name":"E","value":"5"}}]}}]}}}}}}
        APPLY  podtemplates/w?fieldManager=six  {{{head},"template":{{"spec":{{"containers":[{{"name":"c","image":"c:3"}}]}}}}}}
        APPLY  podtemplates/w?fieldManager=five {{{head}}}
        APPLY  podtemplates/w?fieldManager=five {{{head}}}
        APPLY  podtemplates/w?fieldManager=six {{{head}}}
        APPLY  podtemplates/w?fieldManager=five {{{head},"template":{{"unknown":1}}}}
        APPLY  podtemplates/w?fieldManager=five {{{head},"template":{{"spec":{{"hostNetwork":"1"}}}}}}
        APPLY  podtemplates/w?fieldManager=five {{{head},"template":{{"spec":{{"terminationGracePeriodSeconds":"1"}}}}}}
        APPLY  podtemplates/w?fieldManager=five {{{head},"template":{{"spec":{{"containers":[{{"image":"c:3"}}]}}}}}}
        APPLY  podtemplates/w?fieldManager=five {{{head},"template":{{"spec":{{"containers":[{{"name":"c"}},{{"name":"c"}}]}}}}}}
        APPLY  podtemplates/v?fieldManager=five {{"kind":"PodTemplate","apiVersion":"v1","metadata":{{"name":"v"}},"template":{{"metadata":{{"labels":{{"a":"b"}}}},"spec":{POD}}}}}
        APPLY  podtemplates/v?fieldManager=five {{"kind":"PodTemplate","apiVersion":"v1","metadata":{{"name":"v"}},"template":{{"metadata":{{"labels":{{"a":"b"}}}},"spec":{POD}}}}}
    "#
    ))
    .await;
}

#[tokio::test]
async fn workloads_are_owned_by_who_makes_them() {
    let mut rows = String::new();
    for (plural, kind, more) in [
        (
            "deployments",
            "Deployment",
            r#""replicas":2,"strategy":{"type":"RollingUpdate","rollingUpdate":{"maxSurge":1}},"#,
        ),
        ("replicasets", "ReplicaSet", ""),
        ("statefulsets", "StatefulSet", r#""serviceName":"s","#),
    ] {
        let object = format!(
            r#"{{"kind":"{kind}","apiVersion":"apps/v1","metadata":{{"name":"w"}},"spec":{{{more}"selector":{{"matchLabels":{{"a":"b"}}}},"template":{{"metadata":{{"labels":{{"a":"b"}}}},"spec":{POD}}}}}}}"#
        );
        let path = format!("/apis/apps/v1/namespaces/$ns/{plural}");
        rows += &format!("POST {path}?dryRun=All&fieldManager=one {object}\n");
        rows += &format!("APPLY {path}/w?dryRun=All&fieldManager=one {object}\n");
    }
    check(&rows).await;
}

#[tokio::test]
async fn pods_services_and_what_they_need_have_lists_of_their_own_kinds() {
    check(&format!(
        r#"
        POST   configmaps?fieldManager=one {{"metadata":{{"name":"owner"}}}}
        POST+metadata pods?fieldManager=one {{"metadata":{{"name":"p","finalizers":["kopf.test/a","kopf.test/b"],"ownerReferences":[{{"apiVersion":"v1","kind":"ConfigMap","name":"owner","uid":"$uid1"}}]}},"spec":{POD}}}
        MERGE+metadata pods/p?fieldManager=two {{"metadata":{{"finalizers":["kopf.test/b"],"labels":{{"x":"y"}}}}}}
        STRATEGIC+metadata pods/p?fieldManager=two {{"spec":{{"containers":[{{"name":"c","image":"c:2"}}]}}}}
        MERGE+metadata pods/p/status?fieldManager=three {{"status":{{"phase":"Running","conditions":[{{"type":"Ready","status":"True"}}],"podIP":"10.0.0.9","podIPs":[{{"ip":"10.0.0.9"}}]}}}}
        MERGE+metadata pods/p/status?fieldManager=four {{"status":{{"conditions":[{{"type":"Ready","status":"True"}},{{"type":"Other","status":"True"}}]}}}}
        POST+metadata services?fieldManager=one {{"metadata":{{"name":"s"}},"spec":{{"clusterIP":"None","selector":{{"a":"b"}},"ports":[{{"port":80,"name":"x"}},{{"port":53,"name":"y","protocol":"UDP"}}]}}}}
        MERGE+metadata services/s?fieldManager=two {{"spec":{{"selector":{{"c":"d"}}}}}}
        APPLY+metadata services/s?fieldManager=three {{"kind":"Service","apiVersion":"v1","metadata":{{"name":"s"}},"spec":{{"ports":[{{"port":80,"name":"x","targetPort":8080}}]}}}}
        APPLY+metadata services/s?fieldManager=three&force=true {{"kind":"Service","apiVersion":"v1","metadata":{{"name":"s"}},"spec":{{"ports":[{{"port":80,"name":"z"}}],"selector":{{"e":"f"}}}}}}
        POST   serviceaccounts?fieldManager=one {{"metadata":{{"name":"sa"}},"imagePullSecrets":[{{"name":"a"}}],"secrets":[{{"name":"b"}}]}}
        MERGE  serviceaccounts/sa?fieldManager=two {{"imagePullSecrets":[{{"name":"a"}},{{"name":"c"}}],"secrets":[{{"name":"b"}},{{"name":"d"}}]}}
        POST   secrets?fieldManager=one {{"metadata":{{"name":"x"}},"stringData":{{"k":"v"}},"data":{{"l":"dw=="}}}}
        MERGE  secrets/x?fieldManager=two {{"stringData":{{"k":"w"}}}}
        APPLY  secrets/x?fieldManager=three {{"kind":"Secret","apiVersion":"v1","metadata":{{"name":"x"}},"stringData":{{"m":"w"}}}}
        APPLY  secrets/x?fieldManager=three {{"kind":"Secret","apiVersion":"v1","metadata":{{"name":"x"}},"data":{{"k":"dw=="}}}}
        APPLY  configmaps/c?fieldManager=one {{"kind":"ConfigMap","apiVersion":"v1","metadata":{{"name":"c"}},"data":{{"k":1}}}}
        APPLY  configmaps/c?fieldManager=one {{"kind":"ConfigMap","apiVersion":"v1","metadata":{{"name":"c"}},"binaryData":{{"k":"AAA="}},"immutable":true}}
        APPLY  configmaps/c?fieldManager=one {{"kind":"ConfigMap","apiVersion":"v1","metadata":{{"name":"c"}},"bogus":{{"k":"AAA="}}}}
    "#
    ))
    .await;
}

#[tokio::test]
async fn owners_that_are_there_twice_are_made_one_of() {
    let owner = r#"{"apiVersion":"v1","kind":"ConfigMap","name":"owner","uid":"$uid1","controller":true}"#;
    let open = r#"{"apiVersion":"v1","kind":"ConfigMap","name":"owner","uid":"$uid1"}"#;
    let no = r#"{"apiVersion":"v1","kind":"ConfigMap","name":"owner","uid":"$uid1","controller":false}"#;
    let other =
        r#"{"apiVersion":"v1","kind":"ConfigMap","name":"other","uid":"$uid2","blockOwnerDeletion":true}"#;
    let row = r#""kind":"Row","apiVersion":"differential.kopf.test/v1""#;
    let map = r#""kind":"ConfigMap","apiVersion":"v1""#;
    let mut rows = r#"
        POST   configmaps {"metadata":{"name":"owner"}}
        POST   configmaps {"metadata":{"name":"other"}}
    "#
    .to_owned();
    for (plural, kind) in [("configmaps", map), ("rows", row)] {
        rows += &format!(
            r#"
        POST   {plural}?fieldManager=m {{{kind},"metadata":{{"name":"a","ownerReferences":[{owner},{owner}]}}}}
        POST   {plural}?fieldManager=m {{{kind},"metadata":{{"name":"b","ownerReferences":[{other},{owner},{other},{owner},{other}]}}}}
        POST   {plural}?fieldManager=m {{{kind},"metadata":{{"name":"c","ownerReferences":[{open},{no},{open}]}}}}
        POST   {plural}?fieldManager=m {{{kind},"metadata":{{"name":"d","ownerReferences":[{owner},{no}]}}}}
        POST   {plural}?fieldManager=m {{{kind},"metadata":{{"name":"Not_valid","ownerReferences":[{owner},{owner}]}}}}
        POST   {plural}?fieldManager=m&fieldValidation=Strict {{{kind},"metadata":{{"name":"e","ownerReferences":[{owner},{owner}]}}}}
        PUT    {plural}/a?fieldManager=m {{{kind},"metadata":{{"name":"a","ownerReferences":[{other},{other}]}}}}
        PUT    {plural}/missing?fieldManager=m {{{kind},"metadata":{{"name":"missing","ownerReferences":[{other},{other}]}}}}
        MERGE  {plural}/a?fieldManager=m {{"metadata":{{"ownerReferences":[{owner},{other},{owner}]}}}}
        JSON   {plural}/a?fieldManager=m [{{"op":"add","path":"/metadata/ownerReferences/-","value":{owner}}}]
        APPLY  {plural}/a?fieldManager=n {{{kind},"metadata":{{"name":"a","ownerReferences":[{owner},{owner}]}}}}
        APPLY  {plural}/f?fieldManager=n {{{kind},"metadata":{{"name":"f","ownerReferences":[{owner},{owner}]}}}}
        GET    {plural}/a
    "#
        );
    }
    rows += &format!(
        r#"
        STRATEGIC configmaps/a?fieldManager=m {{"metadata":{{"ownerReferences":[{owner},{owner}]}}}}
        PUT    /apis/coordination.k8s.io/v1/namespaces/$ns/leases/a?fieldManager=m {{"metadata":{{"name":"a","ownerReferences":[{owner},{owner}]}}}}
        MERGE  rows/a/status?fieldManager=m {{"metadata":{{"ownerReferences":[{owner},{owner}]}},"status":{{"n":1}}}}
    "#
    );
    check(&rows).await;
}

#[tokio::test]
async fn other_built_in_kinds_have_their_owners() {
    check(
        r#"
        POST   /apis/rbac.authorization.k8s.io/v1/namespaces/$ns/roles?fieldManager=one {"metadata":{"name":"a"},"rules":[{"verbs":["get"],"apiGroups":[""],"resources":["pods"]}]}
        MERGE  /apis/rbac.authorization.k8s.io/v1/namespaces/$ns/roles/a?fieldManager=two {"rules":[{"verbs":["get","list"],"apiGroups":[""],"resources":["pods"]}]}
        POST   /apis/rbac.authorization.k8s.io/v1/namespaces/$ns/rolebindings?fieldManager=one {"metadata":{"name":"a"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"a"},"subjects":[{"kind":"ServiceAccount","name":"x","namespace":"$ns"}]}
        PUT    /apis/coordination.k8s.io/v1/namespaces/$ns/leases/a?fieldManager=one {"metadata":{"name":"a"},"spec":{"holderIdentity":"x","leaseDurationSeconds":3}}
        MERGE  /apis/coordination.k8s.io/v1/namespaces/$ns/leases/a?fieldManager=two {"spec":{"holderIdentity":"y"}}
        POST   /apis/events.k8s.io/v1/namespaces/$ns/events?fieldManager=one {"metadata":{"name":"e"},"eventTime":"2026-01-02T03:04:05.000006Z","reason":"Success","type":"Normal","action":"Handle","note":"done","reportingController":"kopf","reportingInstance":"it","regarding":{"kind":"Row","name":"a","namespace":"$ns"}}
        POST   events?fieldManager=one {"metadata":{"name":"f"},"reason":"Success","type":"Normal","message":"done","source":{"component":"kopf"},"involvedObject":{"kind":"Row","name":"a","namespace":"$ns"},"count":1}
        MERGE  events/f?fieldManager=two {"count":2}
        POST+metadata /apis/networking.k8s.io/v1/namespaces/$ns/ingresses?fieldManager=one {"metadata":{"name":"i"},"spec":{"rules":[{"host":"h","http":{"paths":[{"path":"/","pathType":"Prefix","backend":{"service":{"name":"s","port":{"number":80}}}}]}}]}}
        MERGE+metadata /api/v1/namespaces/$ns?fieldManager=two {"metadata":{"labels":{"x":"y"},"annotations":{"a":"b"}}}
        POST   /apis/apiextensions.k8s.io/v1/customresourcedefinitions?fieldManager=one {"metadata":{"name":"owns.$ns.kopf.test"},"spec":{"group":"$ns.kopf.test","scope":"Namespaced","names":{"plural":"owns","kind":"Own"},"versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"}}}]}}
        UNTIL  /apis/$ns.kopf.test/v1/namespaces/$ns/owns
        MERGE  /apis/apiextensions.k8s.io/v1/customresourcedefinitions/owns.$ns.kopf.test?fieldManager=two {"spec":{"versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object","properties":{"spec":{"type":"object"}}}}}]}}
        APPLY  /apis/apiextensions.k8s.io/v1/customresourcedefinitions/owns.$ns.kopf.test?fieldManager=three {"kind":"CustomResourceDefinition","apiVersion":"apiextensions.k8s.io/v1","metadata":{"name":"owns.$ns.kopf.test","labels":{"l":"m"}}}
        DELETE /apis/apiextensions.k8s.io/v1/customresourcedefinitions/owns.$ns.kopf.test
    "#,
    )
    .await;
}

#[tokio::test]
async fn a_scale_is_owned_as_its_object_is() {
    let definition = super::below::SCALED;
    let path = "/apis/$ns.kopf.test/v1/namespaces/$ns/scaleds";
    let object = r#""kind":"Scaled","apiVersion":"$ns.kopf.test/v1""#;
    let scale = r#""kind":"Scale","apiVersion":"autoscaling/v1","metadata":{"name":"a"}"#;
    check(&format!(
        r#"
        POST   /apis/apiextensions.k8s.io/v1/customresourcedefinitions {definition}
        UNTIL  /apis/$ns.kopf.test/v1/namespaces/$ns/scaleds
        POST   {path}?fieldManager=one {{{object},"metadata":{{"name":"a"}},"spec":{{"count":2,"other":1}}}}
        MERGE  {path}/a/scale?fieldManager=two {{"spec":{{"replicas":2}}}}
        GET    {path}/a
        PUT    {path}/a/scale?fieldManager=two {{{scale},"spec":{{"replicas":3}},"status":{{"replicas":7}}}}
        GET    {path}/a
        MERGE  {path}/a?fieldManager=three {{"spec":{{"count":4}}}}
        JSON   {path}/a/scale?fieldManager=two [{{"op":"replace","path":"/spec/replicas","value":0}}]
        GET    {path}/a
        APPLY  {path}/a/scale?fieldManager=three {{{scale},"spec":{{"replicas":1}}}}
        GET    {path}/a
        MERGE  {path}/a?fieldManager=three {{"spec":{{"count":4}}}}
        APPLY  {path}/a/scale?fieldManager=four {{{scale},"spec":{{"replicas":4}}}}
        GET    {path}/a
        APPLY  {path}/a/scale?fieldManager=four {{{scale},"spec":{{"replicas":2}}}}
        APPLY  {path}/a/scale?fieldManager=four&force=true {{{scale},"spec":{{"replicas":2}}}}
        GET    {path}/a
        APPLY  {path}/a/scale?fieldManager=four {{{scale},"spec":{{"replicas":2}}}}
        APPLY  {path}/a/scale?fieldManager=four {{{scale},"spec":{{"replicas":2,"unknown":1}}}}
        APPLY  {path}/a/scale?fieldManager=four {{{object},"metadata":{{"name":"a"}}}}
        APPLY  {path}/a/scale {{{scale}}}
        APPLY  {path}/b?fieldManager=one {{{object},"metadata":{{"name":"b"}},"spec":{{"count":2}}}}
        MERGE  {path}/b/scale?fieldManager=two {{"metadata":{{"name":"b"}}}}
        GET    {path}/b
        APPLY  {path}/b?fieldManager=one {{{object},"metadata":{{"name":"b"}}}}
        APPLY  {path}/b/scale?fieldManager=one {{"kind":"Scale","apiVersion":"autoscaling/v1","metadata":{{"name":"b"}},"spec":{{"replicas":1}}}}
        DELETE /apis/apiextensions.k8s.io/v1/customresourcedefinitions/scaleds.$ns.kopf.test
    "#
    ))
    .await;
}

#[tokio::test]
async fn who_finalizes_and_scales_owns_what_is_finalized_and_scaled() {
    check(
        r#"
        POST   /api/v1/namespaces?fieldManager=one {"metadata":{"name":"$ns-f"}}
        PUT    /api/v1/namespaces/$ns-f/finalize?fieldManager=two {"metadata":{"name":"$ns-f","labels":{"x":"y"}},"spec":{"finalizers":["kubernetes"]}}
        GET    /api/v1/namespaces/$ns-f
        PUT    /api/v1/namespaces/$ns-f/finalize?fieldManager=two {"metadata":{"name":"$ns-f"},"spec":{"finalizers":["kubernetes","d.e/f"]}}
        PUT    /api/v1/namespaces/$ns-f/finalize {"metadata":{"name":"$ns-f"},"spec":{}}
        GET    /api/v1/namespaces/$ns-f
        DELETE /api/v1/namespaces/$ns-f
        POST   /apis/apps/v1/namespaces/$ns/replicasets?fieldManager=one {"metadata":{"name":"a"},"spec":{"replicas":0,"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"a","image":"i"}]}}}}
        MERGE  /apis/apps/v1/namespaces/$ns/replicasets/a/scale?fieldManager=two {"spec":{"replicas":0}}
        PUT    /apis/apps/v1/namespaces/$ns/replicasets/a/scale?fieldManager=three {"metadata":{"name":"a"},"spec":{"replicas":0}}
        GET    /apis/apps/v1/namespaces/$ns/replicasets/a/scale
        APPLY  /api/v1/namespaces/$ns?fieldManager=three {"kind":"Namespace","apiVersion":"v1","metadata":{"name":"$ns"},"spec":{"finalizers":["a.b/c"]}}
        MERGE  /api/v1/namespaces/$ns?fieldManager=four {"spec":{"finalizers":["a.b/d"]}}
    "#,
    )
    .await;
}

#[tokio::test]
async fn daemon_sets_have_an_annotation_of_whoever_writes_them() {
    const SETS: &str = "/apis/apps/v1/namespaces/$ns/daemonsets";
    const TEMPLATES: &str = "deprecated.daemonset.template.generation";
    let head =
        |name: &str| format!(r#""kind":"DaemonSet","apiVersion":"apps/v1","metadata":{{"name":"{name}"}}"#);
    let spec = |image: &str| {
        format!(
            r#""spec":{{"selector":{{"matchLabels":{{"a":"b"}}}},"template":{{"metadata":{{"labels":{{"a":"b"}}}},"spec":{{"containers":[{{"name":"c","image":"{image}"}}]}}}}}}"#
        )
    };
    let (a, b, first, second) = (head("a"), head("b"), spec("i:1"), spec("i:2"));
    check(&format!(
        r#"
        POST+metadata {SETS}?fieldManager=one {{{a},{first}}}
        MERGE+metadata {SETS}/a?fieldManager=two {{"metadata":{{"labels":{{"l":"m"}}}}}}
        MERGE+metadata {SETS}/a?fieldManager=two {{"metadata":{{"annotations":{{"x":"y"}}}}}}
        STRATEGIC+metadata {SETS}/a?fieldManager=three {{"spec":{{"template":{{"spec":{{"containers":[{{"name":"c","image":"i:2"}}]}}}}}}}}
        MERGE+metadata {SETS}/a?fieldManager=four {{"metadata":{{"annotations":{{"{TEMPLATES}":"7"}}}}}}
        MERGE+metadata {SETS}/a?fieldManager=four {{"metadata":{{"annotations":{{"{TEMPLATES}":null}}}}}}
        PUT+metadata {SETS}/a?fieldManager=five {{{a},{second}}}
        MERGE+metadata {SETS}/a/status?fieldManager=six {{"status":{{"collisionCount":1}}}}
        APPLY+metadata {SETS}/a?fieldManager=seven {{{a},{second}}}
        APPLY+metadata {SETS}/a?fieldManager=seven&force=true {{{a},{first}}}
        APPLY+metadata {SETS}/b?fieldManager=one {{{b},{first}}}
        APPLY+metadata {SETS}/b?fieldManager=two {{{b},{second}}}
        APPLY+metadata {SETS}/b?fieldManager=one {{{b},{second}}}
        MERGE+metadata {SETS}/b?fieldManager=three {{"metadata":{{"labels":{{"l":"m"}}}}}}
        POST+metadata {SETS}?fieldManager=one {{"kind":"DaemonSet","apiVersion":"apps/v1","metadata":{{"name":"c","annotations":{{"{TEMPLATES}":"5"}}}},{first}}}
        POST+metadata {SETS}?fieldManager=one {{"kind":"DaemonSet","apiVersion":"apps/v1","metadata":{{"name":"d","annotations":{{"{TEMPLATES}":"five"}}}},{first}}}
    "#
    ))
    .await;
}

#[tokio::test]
async fn claims_are_owned_as_they_are_completed() {
    let head = |name: &str| {
        format!(r#""kind":"PersistentVolumeClaim","apiVersion":"v1","metadata":{{"name":"{name}"}}"#)
    };
    let spec = r#""accessModes":["ReadWriteOnce"],"storageClassName":"none","resources":{"requests":{"storage":"1Gi"}}"#;
    let source = r#""dataSource":{"kind":"PersistentVolumeClaim","name":"a"}"#;
    let (a, b, c) = (head("a"), head("b"), head("c"));
    let held = a.replace(r#""name":"a""#, r#""name":"a","finalizers":["kubernetes.io/pvc-protection"]"#);
    check(&format!(
        r#"
        POST+metadata persistentvolumeclaims?fieldManager=one {{{a},"spec":{{{spec}}}}}
        MERGE+metadata persistentvolumeclaims/a?fieldManager=two {{"metadata":{{"labels":{{"l":"m"}}}}}}
        PUT+metadata persistentvolumeclaims/a?fieldManager=three {{{held},"spec":{{{spec},"volumeMode":"Filesystem"}}}}
        MERGE+metadata persistentvolumeclaims/a?fieldManager=three {{"spec":{{"volumeName":"v"}}}}
        APPLY+metadata persistentvolumeclaims/a?fieldManager=four {{{a},"spec":{{{spec}}}}}
        POST+metadata persistentvolumeclaims?fieldManager=one {{{b},"spec":{{{spec},{source}}}}}
        MERGE+metadata persistentvolumeclaims/b?fieldManager=two {{"metadata":{{"labels":{{"l":"m"}}}}}}
        APPLY+metadata persistentvolumeclaims/c?fieldManager=one {{{c},"spec":{{{spec},{source}}}}}
        APPLY+metadata persistentvolumeclaims/c?fieldManager=one {{{c},"spec":{{{spec},{source}}}}}
        MERGE+metadata persistentvolumeclaims/c/status?fieldManager=two {{"status":{{"capacity":{{"storage":"1Gi"}}}}}}
    "#
    ))
    .await;
}

#[tokio::test]
async fn kinds_of_which_a_schema_tells_little_have_their_owners() {
    const REVISIONS: &str = "/apis/apps/v1/namespaces/$ns/controllerrevisions";
    const LEASES: &str = "/apis/coordination.k8s.io/v1/namespaces/$ns/leases";
    const NODES: &str = "/apis/storage.k8s.io/v1/csinodes";
    let revision = r#""kind":"ControllerRevision","apiVersion":"apps/v1""#;
    let lease = r#""kind":"Lease","apiVersion":"coordination.k8s.io/v1""#;
    let node = r#""kind":"CSINode","apiVersion":"storage.k8s.io/v1""#;
    check(&format!(
        r#"
        POST   {REVISIONS}?fieldManager=one {{{revision},"metadata":{{"name":"a"}},"revision":1,"data":{{"a":{{"b":[1]}}}}}}
        MERGE  {REVISIONS}/a?fieldManager=two {{"revision":2}}
        MERGE  {REVISIONS}/a?fieldManager=three {{"metadata":{{"labels":{{"l":"m"}}}}}}
        APPLY  {REVISIONS}/a?fieldManager=four {{{revision},"metadata":{{"name":"a"}},"revision":2,"data":{{"a":{{"b":[1]}}}}}}
        APPLY  {REVISIONS}/a?fieldManager=four {{{revision},"metadata":{{"name":"a"}},"revision":3}}
        APPLY  {REVISIONS}/b?fieldManager=four {{{revision},"metadata":{{"name":"b"}},"revision":1,"data":{{"x":1,"y":{{"z":null}}}}}}
        POST   {REVISIONS}?fieldManager=one {{{revision},"metadata":{{"name":"c"}},"revision":0}}
        POST   {REVISIONS}?fieldManager=one {{{revision},"metadata":{{"name":"d"}},"revision":0,"data":{{}}}}
        PUT    {REVISIONS}/a?fieldManager=five {{{revision},"metadata":{{"name":"a"}},"revision":9,"data":{{"a":{{"b":[1]}}}}}}
        POST   {LEASES}?fieldManager=one {{{lease},"metadata":{{"name":"a"}},"spec":{{"holderIdentity":"x","leaseDurationSeconds":3,"acquireTime":"2026-01-02T03:04:05.000006Z"}}}}
        MERGE  {LEASES}/a?fieldManager=two {{"spec":{{"renewTime":"2026-01-02T03:04:06.000000Z","leaseTransitions":1}}}}
        MERGE  {LEASES}/a?fieldManager=two {{"spec":{{"holderIdentity":null}}}}
        PUT    {LEASES}/a?fieldManager=three {{{lease},"metadata":{{"name":"a"}},"spec":{{"holderIdentity":"y"}}}}
        APPLY  {LEASES}/a?fieldManager=four {{{lease},"metadata":{{"name":"a"}},"spec":{{"holderIdentity":"z"}}}}
        APPLY  {LEASES}/a?fieldManager=four&force=true {{{lease},"metadata":{{"name":"a"}},"spec":{{"holderIdentity":"z","renewTime":"2026-01-02T03:04:07.000000Z"}}}}
        APPLY  {LEASES}/b?fieldManager=four {{{lease},"metadata":{{"name":"b"}},"spec":{{"leaseDurationSeconds":1}}}}
        POST   {LEASES}?fieldManager=one {{{lease},"metadata":{{"name":"c"}}}}
        PUT    {LEASES}/d?fieldManager=one {{{lease},"metadata":{{"name":"d"}},"spec":{{"holderIdentity":"y"}}}}
        POST   {NODES}?fieldManager=one {{{node},"metadata":{{"name":"$ns"}},"spec":{{"drivers":[{{"name":"x.kopf.test","nodeID":"n","topologyKeys":["k"]}}]}}}}
        MERGE  {NODES}/$ns?fieldManager=two {{"metadata":{{"labels":{{"l":"m"}}}}}}
        STRATEGIC {NODES}/$ns?fieldManager=two {{"spec":{{"drivers":[{{"name":"y.kopf.test","nodeID":"n","allocatable":{{"count":3}}}}]}}}}
        APPLY  {NODES}/$ns?fieldManager=three {{{node},"metadata":{{"name":"$ns"}},"spec":{{"drivers":[{{"name":"z.kopf.test","nodeID":"n"}}]}}}}
        DELETE {NODES}/$ns
        POST   {NODES}?fieldManager=one {{{node},"metadata":{{"name":"$ns"}},"spec":{{"drivers":[]}}}}
        DELETE {NODES}/$ns
        POST   {NODES}?fieldManager=one {{{node},"metadata":{{"name":"$ns"}},"spec":{{"drivers":null}}}}
        DELETE {NODES}/$ns
    "#
    ))
    .await;
}

#[tokio::test]
async fn roles_of_a_cluster_are_owned_by_who_writes_them() {
    const ROLES: &str = "/apis/rbac.authorization.k8s.io/v1/clusterroles";
    const BINDINGS: &str = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings";
    let role =
        r#""kind":"ClusterRole","apiVersion":"rbac.authorization.k8s.io/v1","metadata":{"name":"$ns"}"#;
    let binding = r#""kind":"ClusterRoleBinding","apiVersion":"rbac.authorization.k8s.io/v1","metadata":{"name":"$ns"}"#;
    let rule = |verb: &str| format!(r#"{{"verbs":["{verb}"],"apiGroups":[""],"resources":["pods"]}}"#);
    let (get, list) = (rule("get"), rule("list"));
    let reference = r#""roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"$ns"}"#;
    check(&format!(
        r#"
        POST   {ROLES}?fieldManager=one {{{role},"rules":[{get}]}}
        MERGE  {ROLES}/$ns?fieldManager=two {{"rules":[{get},{list}]}}
        MERGE  {ROLES}/$ns?fieldManager=two {{"metadata":{{"labels":{{"l":"m"}}}}}}
        APPLY  {ROLES}/$ns?fieldManager=three {{{role},"rules":[{list}]}}
        APPLY  {ROLES}/$ns?fieldManager=three&force=true {{{role},"rules":[{list}]}}
        PUT    {ROLES}/$ns?fieldManager=four {{{role},"rules":[]}}
        PUT    {ROLES}/$ns?fieldManager=four {{{role},"rules":null}}
        POST   {BINDINGS}?fieldManager=one {{{binding},{reference},"subjects":[{{"kind":"ServiceAccount","name":"x","namespace":"$ns"}}]}}
        MERGE  {BINDINGS}/$ns?fieldManager=two {{"subjects":[{{"kind":"User","name":"x"}}]}}
        APPLY  {BINDINGS}/$ns?fieldManager=three {{{binding},{reference},"subjects":[{{"kind":"User","name":"y"}}]}}
        APPLY  {BINDINGS}/$ns?fieldManager=three&force=true {{{binding},{reference},"subjects":[{{"kind":"User","name":"y"}}]}}
        PUT    {BINDINGS}/$ns?fieldManager=four {{{binding},{reference}}}
        DELETE {BINDINGS}/$ns
        DELETE {ROLES}/$ns
        POST   {ROLES}?fieldManager=one {{{role},"rules":null}}
        DELETE {ROLES}/$ns
        POST   {ROLES}?fieldManager=one {{{role},"rules":[]}}
        MERGE  {ROLES}/$ns?fieldManager=two {{"rules":[]}}
        DELETE {ROLES}/$ns
    "#
    ))
    .await;
}
