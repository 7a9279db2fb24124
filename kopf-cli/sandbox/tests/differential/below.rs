//! What is below objects: their scale, and the logs of pods. And the patches that built-in kinds alone know.

use super::check;

#[tokio::test]
async fn built_in_kinds_are_scaled() {
    check(
        r#"
        POST+metadata /apis/apps/v1/namespaces/$ns/replicasets {"metadata":{"name":"a"},"spec":{"replicas":0,"selector":{"matchLabels":{"a":"b"},"matchExpressions":[{"key":"c","operator":"In","values":["e","d"]}]},"template":{"metadata":{"labels":{"a":"b","c":"d"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}
        GET    /apis/apps/v1/namespaces/$ns/replicasets/a/scale
        GET+table /apis/apps/v1/namespaces/$ns/replicasets/a/scale
        GET+metadata /apis/apps/v1/namespaces/$ns/replicasets/a/scale
        GET    /apis/apps/v1/namespaces/$ns/replicasets/b/scale
        MERGE  /apis/apps/v1/namespaces/$ns/replicasets/a/scale {"spec":{"replicas":-1}}
        MERGE  /apis/apps/v1/namespaces/$ns/replicasets/a/scale {"metadata":{"name":"b"}}
        MERGE  /apis/apps/v1/namespaces/$ns/replicasets/a/scale {"metadata":{"resourceVersion":"1"}}
        MERGE  /apis/apps/v1/namespaces/$ns/replicasets/b/scale {"spec":{"replicas":1}}
        PUT    /apis/apps/v1/namespaces/$ns/replicasets/a/scale {"metadata":{"name":"a","uid":"11111111-1111-1111-1111-111111111111"}}
        PUT    /apis/apps/v1/namespaces/$ns/replicasets/a/scale {"metadata":{}}
        PUT    /apis/apps/v1/namespaces/$ns/replicasets/a/scale {"kind":"Pod","apiVersion":"v1","metadata":{"name":"a"}}
        POST   /apis/apps/v1/namespaces/$ns/replicasets/a/scale {"metadata":{"name":"a"}}
        DELETE /apis/apps/v1/namespaces/$ns/replicasets/a/scale
        GET    /api/v1/namespaces/$ns/configmaps/a/scale
    "#,
    )
    .await;
}

/// A definition of objects that are scaled.
pub(super) const SCALED: &str = r#"{"metadata":{"name":"scaleds.$ns.kopf.test"},"spec":{"group":"$ns.kopf.test","scope":"Namespaced","names":{"plural":"scaleds","kind":"Scaled"},"versions":[{"name":"v1","served":true,"storage":true,"subresources":{"status":{},"scale":{"specReplicasPath":".spec.count","statusReplicasPath":".status.count","labelSelectorPath":".status.selector"}},"schema":{"openAPIV3Schema":{"type":"object","x-kubernetes-preserve-unknown-fields":true}}}]}}"#;

#[tokio::test]
async fn custom_resources_are_scaled_where_their_definition_says() {
    check(&format!(
        r#"
        POST   /apis/apiextensions.k8s.io/v1/customresourcedefinitions {SCALED}
        UNTIL  /apis/$ns.kopf.test/v1/namespaces/$ns/scaleds
        POST   /apis/$ns.kopf.test/v1/namespaces/$ns/scaleds {{"kind":"Scaled","apiVersion":"$ns.kopf.test/v1","metadata":{{"name":"a"}},"spec":{{"count":2}}}}
        MERGE  /apis/$ns.kopf.test/v1/namespaces/$ns/scaleds/a/status {{"status":{{"count":1,"selector":"a=b"}}}}
        GET    /apis/$ns.kopf.test/v1/namespaces/$ns/scaleds/a/scale
        GET+table /apis/$ns.kopf.test/v1/namespaces/$ns/scaleds/a/scale
        MERGE  /apis/$ns.kopf.test/v1/namespaces/$ns/scaleds/a/scale {{"spec":{{"replicas":5}}}}
        JSON   /apis/$ns.kopf.test/v1/namespaces/$ns/scaleds/a/scale [{{"op":"replace","path":"/spec/replicas","value":0}}]
        STRATEGIC /apis/$ns.kopf.test/v1/namespaces/$ns/scaleds/a/scale {{"spec":{{"replicas":5}}}}
        MERGE  /apis/$ns.kopf.test/v1/namespaces/$ns/scaleds/a/scale {{"metadata":{{"resourceVersion":"$4"}},"spec":{{"replicas":6}}}}
        PUT    /apis/$ns.kopf.test/v1/namespaces/$ns/scaleds/a/scale {{"kind":"Scale","apiVersion":"autoscaling/v1","metadata":{{"name":"a"}},"spec":{{"replicas":7}}}}
        GET    /apis/$ns.kopf.test/v1/namespaces/$ns/scaleds/a
        POST   /apis/$ns.kopf.test/v1/namespaces/$ns/scaleds {{"kind":"Scaled","apiVersion":"$ns.kopf.test/v1","metadata":{{"name":"b"}}}}
        GET    /apis/$ns.kopf.test/v1/namespaces/$ns/scaleds/b/scale
        MERGE  /apis/$ns.kopf.test/v1/namespaces/$ns/scaleds/b/scale {{"metadata":{{"labels":null}}}}
        MERGE  /apis/$ns.kopf.test/v1/namespaces/$ns/scaleds/b/scale {{"spec":{{"replicas":3}}}}
        GET    /apis/$ns.kopf.test/v1/namespaces/$ns/scaleds/c/scale
        POST   /apis/$ns.kopf.test/v1/namespaces/$ns/scaleds/a/scale {{"metadata":{{"name":"a"}}}}
        GET    rows/a/scale
        MERGE  /apis/$ns.kopf.test/v1/namespaces/$ns/scaleds/a {{"spec":{{"count":"many"}}}}
        MERGE  /apis/$ns.kopf.test/v1/namespaces/$ns/scaleds/a {{"spec":{{"count":1.5}}}}
        MERGE  /apis/$ns.kopf.test/v1/namespaces/$ns/scaleds/a {{"spec":{{"count":-1}}}}
        MERGE  /apis/$ns.kopf.test/v1/namespaces/$ns/scaleds/a {{"spec":{{"count":3000000000}}}}
        MERGE  /apis/$ns.kopf.test/v1/namespaces/$ns/scaleds/a {{"spec":"none"}}
        MERGE  /apis/$ns.kopf.test/v1/namespaces/$ns/scaleds/a {{"spec":[{{"a":1}}]}}
        MERGE  /apis/$ns.kopf.test/v1/namespaces/$ns/scaleds/a/status {{"status":{{"count":true,"selector":1}}}}
        DELETE /apis/apiextensions.k8s.io/v1/customresourcedefinitions/scaleds.$ns.kopf.test
    "#
    ))
    .await;
}

#[tokio::test]
async fn the_logs_of_pods_that_nobody_runs_are_empty() {
    check(
        r#"
        POST+metadata pods {"metadata":{"name":"p"},"spec":{"containers":[{"name":"a","image":"i"},{"name":"b","image":"i"}]}}
        POST+metadata pods {"metadata":{"name":"q"},"spec":{"containers":[{"name":"a","image":"i"}]}}
        GET    pods/p/log
        GET    pods/p/log?container=a
        GET    pods/p/log?container=x
        GET    pods/p/log?container=a&tailLines=-1
        GET    pods/p/log?container=a&tailLines=word
        GET    pods/p/log?container=a&limitBytes=0
        GET    pods/p/log?container=a&sinceSeconds=1&sinceTime=2026-01-01T00:00:00Z
        GET    pods/p/log?container=a&sinceSeconds=1
        GET    pods/p/log?container=a&sinceTime=2026-01-01T00:00:00Z
        GET    pods/p/log?container=a&sinceTime=2026-01-01T00:00:00.5%2B01:00
        GET    pods/p/log?container=a&sinceTime=
        GET    pods/p/log?container=a&sinceTime=abc
        GET    pods/p/log?container=a&sinceTime=2026-01-01
        GET    pods/p/log?container=a&sinceTime=2026-13-01T00:00:00Z
        GET    pods/p/log?container=a&timestamps=true
        GET    pods/p/log?container=a&timestamps=maybe
        GET    pods/p/log?container=a&stream=Stdout
        GET    pods/q/log
        GET    pods/missing/log
        GET+text pods/q/log
        POST   pods/q/log {}
    "#,
    )
    .await;
}

#[tokio::test]
async fn pods_are_asked_on_nodes_that_are_there() {
    check(
        r#"
        POST+metadata pods {"metadata":{"name":"p"},"spec":{"nodeName":"$ns-n","containers":[{"name":"a","image":"i"},{"name":"b","image":"i"}]}}
        GET    pods/p/log
        GET    pods/p/log?container=a
        GET    pods/p/log?container=a&previous=true
        GET    pods/p/log?container=x
        POST   pods/p/exec?container=a&command=ls
        POST   pods/p/exec?container=x&command=ls
        POST   pods/p/attach?container=a
        POST   pods/p/portforward?ports=80
        POST+metadata /api/v1/nodes {"metadata":{"name":"$ns-n"}}
        GET    pods/p/log?container=a
        POST   pods/p/exec?container=a&command=ls
        POST   pods/p/attach?container=a
        POST   pods/p/portforward
        DELETE+metadata /api/v1/nodes/$ns-n
        GET    pods/p/log?container=a
        DELETE+metadata pods/p?gracePeriodSeconds=0
    "#,
    )
    .await;
}

#[tokio::test]
async fn nothing_is_streamed_to_pods_that_have_no_node() {
    check(
        r#"
        POST+metadata pods {"metadata":{"name":"p"},"spec":{"containers":[{"name":"a","image":"i"},{"name":"b","image":"i"}],"initContainers":[{"name":"i","image":"i"}]}}
        POST+metadata pods {"metadata":{"name":"q"},"spec":{"containers":[{"name":"a","image":"i"}]}}
        POST   pods/q/exec?command=ls
        GET    pods/q/exec?command=ls&stdin=word
        POST   pods/q/exec?container=x
        POST   pods/p/exec
        POST   pods/p/exec?container=i
        POST   pods/missing/exec
        POST   pods/q/exec?dryRun=All
        POST   pods/q/exec/more
        PUT    pods/q/exec {}
        MERGE  pods/q/exec {}
        DELETE pods/q/exec
        GET    pods/p/attach
        GET    pods/p/attach?container=b
        POST   pods/q/attach?resourceVersion=word
        PUT    pods/q/attach {}
        POST   pods/p/portforward
        GET    pods/p/portforward?ports=80,8080&ports=1
        GET    pods/p/portforward?ports=80,word
        GET    pods/p/portforward?ports=80&ports=
        GET    pods/p/portforward?ports=65536
        GET    pods/p/portforward?ports=%2B1
        GET    pods/p/portforward?ports=-1
        POST   pods/missing/portforward
        POST   pods/q/portforward/x
        POST   /api/v1/pods/q/exec
        POST   configmaps/q/exec
        GET+text pods/q/exec
        POST   pods/q/eviction/more {}
    "#,
    )
    .await;
}

#[tokio::test]
async fn nothing_is_passed_on_to_pods_that_have_no_address() {
    check(
        r#"
        POST+metadata pods {"metadata":{"name":"q"},"spec":{"containers":[{"name":"a","image":"i","ports":[{"containerPort":80,"name":"web"}]}]}}
        GET    pods/q/proxy
        GET    pods/q/proxy/
        POST   pods/q/proxy/a/b?x=y {"a":1}
        GET    pods/q:81/proxy
        GET    pods/http:q:web/proxy/status
        GET    pods/:q:/proxy
        GET    pods/ftp:q:1/proxy
        GET    pods/:80/proxy
        GET    pods/a:b:c:d/proxy
        GET    pods/missing/proxy
        GET    pods/missing:80/proxy/x
        GET    pods/q/proxy?dryRun=All
        GET    pods/q/proxy?path=/x
        PUT    pods/q/proxy {}
        MERGE  pods/q/proxy/x {}
        DELETE pods/q/proxy
        OPTIONS pods/q/proxy
        GET+table pods/q/proxy
        GET+text pods/q/proxy
        MERGE  pods/q/status {"status":{"podIP":"127.0.0.1","podIPs":[{"ip":"127.0.0.1"}]}}
        GET    pods/q/proxy
        MERGE  pods/q/status {"status":{"podIP":"169.254.0.1","podIPs":[{"ip":"169.254.0.1"}]}}
        GET    pods/q/proxy
        GET    /api/v1/pods/q/proxy
        GET    /api/v1/namespaces/missing/pods/q/proxy
    "#,
    )
    .await;
}
