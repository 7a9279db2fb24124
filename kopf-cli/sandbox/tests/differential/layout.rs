//! How answers are laid out: on one line for programs, member by member for people.

use http::{Request, header};
use http_body_util::BodyExt;
use kube::Client;
use serde_json::{Value, json};

use super::{
    admission::{REQUESTS, hook, with},
    answer::Answer,
    check, check_as, sandbox,
};

/// The path that is asked for, by which client, and the answer that it accepts.
type Asked = (&'static str, &'static str, &'static str);

/// The code of an answer, its first two bytes and its last one; of what is refused all of it.
async fn layout(client: &Client, (path, agent, accept): Asked) -> (u16, String, String) {
    let request = Request::get(path).header(header::USER_AGENT, agent).header(header::ACCEPT, accept);
    let response = client.send(request.body(Vec::new().into()).unwrap()).await.unwrap();
    let code = response.status().as_u16();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if code != 200 {
        return (code, text(&body), String::new());
    }
    (code, text(&body[..body.len().min(2)]), text(&body[body.len().saturating_sub(1)..]))
}

#[tokio::test]
async fn answers_are_laid_out_for_people() {
    const JSON: &str = "application/json";
    const AGGREGATED: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
    const TABLE: &str = "application/json;as=Table;v=v1;g=meta.k8s.io";
    let rows: &[Asked] = &[
        ("/api/v1/namespaces/default", "curl/8.5.0", "*/*"),
        ("/api/v1/namespaces/default", "kubectl", JSON),
        ("/api/v1/namespaces/default", "Wget/1.21", TABLE),
        ("/api/v1/namespaces/default", "kubectl", "application/json;pretty=1"),
        ("/api/v1/namespaces/default", "kubectl", "application/json;pretty=true"),
        ("/api/v1/namespaces/default?pretty=true", "kubectl", JSON),
        ("/api/v1/namespaces/default?pretty=0", "curl/8.5.0", JSON),
        ("/api/v1/namespaces/default?pretty=maybe", "curl/8.5.0", JSON),
        ("/api/v1/namespaces/default?pretty=", "Mozilla/5.0 (X11; Linux)", JSON),
        ("/api/v1/namespaces?limit=1", "curl/8.5.0", JSON),
        ("/api/v1/namespaces?limit=1", "kubectl", TABLE),
        ("/api/v1/namespaces/nobody", "curl/8.5.0", JSON),
        ("/api/v1/namespaces/nobody", "kubectl", JSON),
        ("/api/v1/namespaces/%3Ca%26b%3E", "kubectl", JSON),
        ("/api/v1/nothing", "curl/8.5.0", JSON),
        ("/nothing", "curl/8.5.0", JSON),
        ("/", "kubectl", JSON),
        ("/version", "kubectl", JSON),
        ("/healthz", "curl/8.5.0", JSON),
        ("/apis", "curl/8.5.0", JSON),
        ("/apis", "kubectl", JSON),
        ("/apis", "curl/8.5.0", AGGREGATED),
        ("/apis", "kubectl", AGGREGATED),
        ("/apis/apps", "kubectl", JSON),
        ("/apis/apps/v1", "curl/8.5.0", JSON),
        ("/openapi/v2", "curl/8.5.0", JSON),
        ("/openapi/v3", "curl/8.5.0", JSON),
        ("/openapi/v3/version", "curl/8.5.0", JSON),
    ];
    let Some(real) = kopf_control_plane::get().await else { return };
    let real = kopf_control_plane::connect(&real.kubeconfig).await;
    let (sandbox, _serving) = sandbox().await;
    let mut differences = Vec::new();
    for row in rows {
        let [expected, found] = [layout(&real, *row).await, layout(&sandbox, *row).await];
        if found != expected {
            differences.push(format!("{row:?}:\n  {expected:?}\n  {found:?}"));
        }
    }
    assert!(differences.is_empty(), "the sandbox differs:\n{}", differences.join("\n"));
}

#[tokio::test]
async fn members_of_custom_resources_are_in_order() {
    let rows = r#"
        POST  rows?fieldManager=m {"metadata":{"name":"a","labels":{"z":"1","b":"2"},"annotations":{"c":"d"},"finalizers":["kopf.test/f"]},"kind":"Row","spec":{"n":1,"z":{"y":1,"x":[{"d":1,"c":2}]},"a":12000000000000000000,"b":1.5e-7,"c":1e20},"apiVersion":"differential.kopf.test/v1"}
        GET   rows/a
        GET   rows
        MERGE rows/a?fieldManager=n {"spec":{"m":1,"b":2},"metadata":{"labels":{"a":"b"}}}
        MERGE rows/a/status {"status":{"z":1,"a":2}}
        APPLY rows/a?fieldManager=o {"spec":{"o":1},"apiVersion":"differential.kopf.test/v1","kind":"Row","metadata":{"name":"a"}}
        GET   rows/a
        MERGE rows/a {"metadata":{"finalizers":null}}
    "#;
    check_as(rows, Answer::in_order).await;
}

#[tokio::test]
async fn members_of_built_in_objects_are_in_the_order_of_their_types() {
    let rows = r#"
        POST  configmaps {"metadata":{"name":"o"}}
        POST  configmaps?fieldManager=m {"data":{"z":"<b>&","a":"1"},"metadata":{"name":"a","labels":{"z":"1","b":"2"},"annotations":{"c":"d"},"finalizers":["kopf.test/f"],"ownerReferences":[{"uid":"$uid1","name":"o","kind":"ConfigMap","apiVersion":"v1","controller":true}]},"kind":"ConfigMap","immutable":false,"binaryData":{"b":"AA=="},"apiVersion":"v1"}
        GET   configmaps/a
        MERGE configmaps/a?fieldManager=n {"data":{"m":"1","b":"2"},"metadata":{"labels":{"a":"b"}}}
        APPLY configmaps/a?fieldManager=o {"data":{"o":"1"},"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"}}
        GET   configmaps/a
        MERGE configmaps/a {"metadata":{"finalizers":null}}
        POST  pods?fieldManager=m {"spec":{"containers":[{"image":"i","name":"c","env":[{"value":"1","name":"E"},{"valueFrom":{"fieldRef":{"fieldPath":"metadata.name"}},"name":"F"}],"ports":[{"containerPort":443,"name":"s"},{"containerPort":80,"name":"h"}],"resources":{"limits":{"memory":"1Gi","cpu":"1"}},"readinessProbe":{"periodSeconds":3,"httpGet":{"port":80,"path":"/"}}}],"volumes":[{"emptyDir":{"sizeLimit":"1Gi","medium":"Memory"},"name":"v"}],"nodeName":"n","tolerations":[{"operator":"Exists","key":"k"}]},"metadata":{"name":"p","labels":{"a":"b"}}}
        MERGE pods/p/status {"status":{"phase":"Running","conditions":[{"status":"True","type":"Ready","reason":"R"}],"containerStatuses":[{"restartCount":1,"ready":true,"name":"c","image":"i","imageID":"","state":{"running":{"startedAt":"2024-01-01T00:00:00Z"}}}]}}
        GET   pods/p
        GET   pods?fieldSelector=metadata.name=p
        POST  services {"spec":{"ports":[{"port":80,"name":"b"},{"protocol":"UDP","port":8,"name":"a"}],"selector":{"z":"1","a":"2"}},"metadata":{"name":"s"}}
        POST  /apis/apps/v1/namespaces/$ns/statefulsets {"spec":{"replicas":0,"volumeClaimTemplates":[{"spec":{"resources":{"requests":{"storage":"1Gi"}},"accessModes":["ReadWriteOnce"]},"metadata":{"name":"v"}}],"template":{"spec":{"containers":[{"image":"i","name":"c"}]},"metadata":{"labels":{"a":"b"}}},"selector":{"matchLabels":{"a":"b"},"matchExpressions":[{"operator":"Exists","key":"a"}]},"serviceName":"s","replicas":0},"metadata":{"name":"s"}}
        GET   /apis/apps/v1/namespaces/$ns/statefulsets/s/scale
        POST  /apis/apps/v1/namespaces/$ns/controllerrevisions {"revision":1,"data":{"z":{"y":1,"x":"<"},"a":2},"metadata":{"name":"c"}}
        POST  /apis/apps/v1/namespaces/$ns/deployments?dryRun=All {"spec":{"template":{"spec":{"containers":[{"image":"i","name":"c"}]},"metadata":{"labels":{"a":"b"}}},"selector":{"matchLabels":{"a":"b"}}},"metadata":{"name":"d"}}
        POST  /apis/batch/v1/namespaces/$ns/jobs?dryRun=All {"spec":{"template":{"spec":{"restartPolicy":"Never","containers":[{"image":"i","name":"c"}]}}},"metadata":{"name":"j"}}
        POST  events {"type":"Normal","reason":"R","message":"m","involvedObject":{"namespace":"$ns","name":"x","kind":"Pod"},"source":{"host":"h","component":"c"},"metadata":{"name":"e"}}
        GET   /apis/events.k8s.io/v1/namespaces/$ns/events/e
        GET   /apis/events.k8s.io/v1/namespaces/$ns/events?fieldSelector=metadata.name=e
        POST  /apis/rbac.authorization.k8s.io/v1/namespaces/$ns/roles {"rules":[{"verbs":["get"],"resources":["pods"],"apiGroups":[""]}],"metadata":{"name":"r"}}
        POST  /apis/networking.k8s.io/v1/namespaces/$ns/ingresses {"spec":{"rules":[{"http":{"paths":[{"pathType":"Prefix","path":"/","backend":{"service":{"port":{"number":80},"name":"s"}}}]},"host":"h"}]},"metadata":{"name":"i"}}
        POST  /apis/autoscaling/v2/namespaces/$ns/horizontalpodautoscalers {"spec":{"maxReplicas":3,"scaleTargetRef":{"name":"d","kind":"Deployment","apiVersion":"apps/v1"}},"metadata":{"name":"h"}}
        GET   pods/none
        POST  pods {"metadata":{"name":"A"},"spec":{}}
        GET+table     pods/p
        GET+metadata  pods/p
        GET+metadata  configmaps/o
        GET+metadata-list pods?fieldSelector=metadata.name=p
        GET+table     pods?includeObject=Object&fieldSelector=metadata.name=p
        GET   pods?watch=1&fieldSelector=metadata.name=p&timeoutSeconds=3&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true
        POST  rows {"metadata":{"finalizers":["kopf.test/f"],"name":"r","labels":{"a":"b"},"annotations":{"c":"d"}},"spec":{"n":1}}
        GET+table     rows/r
        GET+table     rows?includeObject=Object
        GET+metadata  rows/r
        GET+metadata-beta  rows/r
        GET+metadata-list rows
        GET   rows/r/scale
        MERGE rows/r {"metadata":{"finalizers":null}}
        POST  serviceaccounts {"metadata":{"name":"a"}}
        POST  serviceaccounts/a/token {"spec":{"expirationSeconds":1000,"audiences":["a"]}}
        POST  /apis/authentication.k8s.io/v1/tokenreviews {"spec":{"audiences":["a"],"token":"abc"}}
        POST  /apis/authorization.k8s.io/v1/subjectaccessreviews {"spec":{"groups":["g"],"user":"u","resourceAttributes":{"verb":"get","resource":"pods","namespace":"n"}}}
        MERGE configmaps/a {"data":[]}
        MERGE configmaps/a {"data":{"x":1},"immutable":"a"}
        JSON  configmaps/a [{"op":"add","path":"/data/x","value":1}]
        STRATEGIC configmaps/a {"data":{"x":1}}
        MERGE rows/r {"spec":[]}
        MERGE rows/r {"spec":{"n":"a"}}
        GET   /apis/apps/v1
        GET   /apis/apps
        GET   /api
        GET   /api/v1
        AGGREGATED /api
        AGGREGATED /apis
        GET   /apis/differential.kopf.test/v1
        GET   /apis/differential.kopf.test
        GET   /apis
        GET   /version
        POST  /apis/apiextensions.k8s.io/v1/customresourcedefinitions?dryRun=All {"metadata":{"name":"bs.x.kopf.test"},"spec":{"group":"x.kopf.test","names":{"plural":"bs","kind":"B"},"scope":"Namespaced","versions":[{"served":true,"name":"v1","storage":true,"additionalPrinterColumns":[{"type":"string","name":"A","jsonPath":".a"}],"subresources":{"status":{}},"schema":{"openAPIV3Schema":{"type":"object","properties":{"z":{"type":"object","description":"d","default":{"b":1,"a":"<"},"properties":{"b":{"type":"integer","maximum":5,"minimum":1},"a":{"type":"string","enum":["b","a"]}}},"m":{"type":"object","additionalProperties":{"type":"array","items":{"maxLength":5,"type":"string"}}}},"x-kubernetes-validations":[{"rule":"true","message":"m"}],"required":["z"]}}}]}}
        POST  secrets {"stringData":{"a":"b"},"type":"Opaque","metadata":{"name":"s"}}
        POST  /api/v1/namespaces?dryRun=All {"metadata":{"name":"kopf-n"}}
        POST  /api/v1/persistentvolumes?dryRun=All {"spec":{"nfs":{"path":"/","server":"s"},"accessModes":["ReadWriteOnce"],"capacity":{"storage":"1Gi"}},"metadata":{"name":"kopf-v"}}
        POST  /api/v1/nodes?dryRun=All {"spec":{"taints":[{"effect":"NoSchedule","key":"k"}]},"metadata":{"name":"kopf-n"}}
        POST  /apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations?dryRun=All {"webhooks":[{"sideEffects":"None","rules":[{"resources":["pods"],"operations":["CREATE"],"apiVersions":["v1"],"apiGroups":[""]}],"name":"a.b.c","clientConfig":{"url":"https://a.b"},"admissionReviewVersions":["v1"]}],"metadata":{"name":"kopf-w"}}
        POST  /apis/policy/v1/namespaces/$ns/poddisruptionbudgets {"spec":{"selector":{"matchLabels":{"a":"b"}},"minAvailable":1},"metadata":{"name":"b"}}
        POST  /apis/storage.k8s.io/v1/storageclasses?dryRun=All {"provisioner":"p","parameters":{"b":"1","a":"2"},"metadata":{"name":"kopf-c"}}
        POST  /apis/coordination.k8s.io/v1/namespaces/$ns/leases {"spec":{"renewTime":"2024-01-01T00:00:00.000000Z","holderIdentity":"h"},"metadata":{"name":"l"}}
        POST  /apis/discovery.k8s.io/v1/namespaces/$ns/endpointslices {"ports":[{"port":1,"name":"p"}],"endpoints":[{"nodeName":"n","conditions":{"ready":true},"addresses":["1.2.3.4"]}],"addressType":"IPv4","metadata":{"name":"e"}}
        DELETE configmaps/a
        DELETE services/s
    "#;
    check_as(rows, Answer::in_order).await;
}

/// What a refusal of a patch says, without versions, uids and times.
async fn refusal(client: &Client, media: &str, patch: &str) -> String {
    let path = "/api/v1/namespaces/default/configmaps/refused-patches";
    let request = Request::patch(path).header(header::CONTENT_TYPE, media);
    let response = client.send(request.body(patch.as_bytes().to_vec().into()).unwrap()).await.unwrap();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    let said: Value = serde_json::from_slice(&body).unwrap();
    let mut text = said["message"].as_str().unwrap().to_owned();
    for field in ["uid", "resourceVersion", "creationTimestamp", "time"] {
        let begin = format!(r#"\"{field}\":\""#);
        let pieces: Vec<String> = text
            .split(&begin)
            .enumerate()
            .map(|(index, piece)| match piece.split_once(r#"\""#) {
                Some((_, rest)) if index > 0 => format!(r#"SET\"{rest}"#),
                _ => piece.to_owned(),
            })
            .collect();
        text = pieces.join(&begin);
    }
    text
}

#[tokio::test]
async fn objects_that_patches_would_have_made_are_told_in_the_order_in_which_they_were_read() {
    const MERGE: &str = "application/merge-patch+json";
    const JSON: &str = "application/json-patch+json";
    let made = r#"{"immutable":false,"data":{"z":"<b>","a":"1"},"metadata":{"name":"refused-patches","labels":{"z":"1","b":"2"},"annotations":{"c":"d"}}}"#;
    let rows = [
        (MERGE, r#"{"data":{"x":1}}"#),
        (MERGE, r#"{"immutable":[{"z":1,"a":2}],"metadata":{"labels":{"a":"b"}}}"#),
        (MERGE, r#"{"immutable":{"z":1,"a":2}}"#),
        (MERGE, r#"{"immutable":1,"data":[]}"#),
        (JSON, r#"[{"op":"add","path":"/immutable","value":{"z":1,"a":2}}]"#),
    ];
    let Some(real) = kopf_control_plane::get().await else { return };
    let real = kopf_control_plane::connect(&real.kubeconfig).await;
    let (sandbox, _serving) = sandbox().await;
    let mut differences = Vec::new();
    for client in [&real, &sandbox] {
        let request = Request::post("/api/v1/namespaces/default/configmaps?fieldManager=m");
        let request = request.header(header::CONTENT_TYPE, "application/json");
        let response = client.send(request.body(made.as_bytes().to_vec().into()).unwrap()).await.unwrap();
        assert_eq!(response.status().as_u16(), 201);
    }
    for (media, patch) in rows {
        let [expected, found] = [refusal(&real, media, patch).await, refusal(&sandbox, media, patch).await];
        if found != expected {
            differences.push(format!("{patch}:\n  {expected}\n  {found}"));
        }
    }
    assert!(differences.is_empty(), "the sandbox differs:\n{}", differences.join("\n"));
}

#[tokio::test]
async fn numbers_are_kept_digit_by_digit() {
    check(
        r#"
        POST  rows {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"a"},"spec":{"f":[907.3038322028689,481.83792520110524,0.1,5e-324,1.7976931348623157e308,9007199254740993.0]}}
        GET   rows/a
        MERGE rows/a {"spec":{"f":[432.95284981322555]}}
        APPLY rows/a?fieldManager=m {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"a"},"spec":{"g":907.3038322028689}}
    "#,
    )
    .await;
}

#[tokio::test]
async fn reviews_have_their_members_in_the_order_of_their_types() {
    let hooks = vec![hook("order", "/order", Value::Null)];
    let more = r#"
    POST   services {"spec":{"ports":[{"targetPort":1,"port":80,"name":"x"}],"clusterIP":"None"},"metadata":{"labels":{"to":"order","a":"<b>"},"name":"s"},"kind":"Service","apiVersion":"v1"}
    POST   pods {"spec":{"containers":[{"image":"i","env":[{"value":"1","name":"A"}],"name":"c"}],"serviceAccountName":"x","automountServiceAccountToken":false},"metadata":{"labels":{"to":"order"},"name":"p"}}
    POST   /apis/apps/v1/namespaces/$ns/statefulsets {"spec":{"volumeClaimTemplates":[{"spec":{"resources":{"requests":{"storage":"1Gi"}},"accessModes":["ReadWriteOnce"]},"metadata":{"name":"v"}}],"template":{"spec":{"containers":[{"image":"i","name":"c"}]},"metadata":{"labels":{"a":"b"}}},"serviceName":"s","selector":{"matchLabels":{"a":"b"}}},"metadata":{"labels":{"to":"order"},"name":"s"}}
    POST   rows {"spec":{"z":{"b":1,"a":"<"},"n":1},"a":1,"B":2,"metadata":{"name":"z","labels":{"to":"order"}},"kind":"Row","apiVersion":"differential.kopf.test/v1"}
    POST   configmaps {"metadata":{"name":"e"},"data":{"z":"1","a":"2"}}
    STRATEGIC configmaps/e?fieldManager=m {"metadata":{"labels":{"to":"order"}}}
    JSON   configmaps/e?fieldManager=m [{"op":"add","path":"/metadata/labels","value":{"to":"order"}}]
    APPLY  configmaps/e?fieldManager=m {"metadata":{"labels":{"to":"order"},"name":"e"},"data":{"y":"1"},"kind":"ConfigMap","apiVersion":"v1"}
    POST   configmaps {"metadata":{"name":"f","labels":{"later":"order"}},"data":{"z":"1","a":"2"}}
    "#;
    let rows = REQUESTS.replace("NAME", "order") + more;
    check(&with("validating", hooks, &rows)).await;
}

#[tokio::test]
async fn custom_resources_may_be_called_as_what_is_built_in() {
    let rows = r#"
        POST   /apis/apiextensions.k8s.io/v1/customresourcedefinitions {"metadata":{"name":"rows.$ns.kopf.test"},"spec":{"group":"$ns.kopf.test","scope":"Namespaced","names":{"plural":"rows","kind":"PatchOptions"},"versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object","x-kubernetes-preserve-unknown-fields":true}}}]}}
        UNTIL  /apis/$ns.kopf.test/v1/namespaces/$ns/rows 200
        POST   /apis/$ns.kopf.test/v1/namespaces/$ns/rows {"spec":{"z":1,"n":1},"dryRun":["All"],"a":1,"force":true,"metadata":{"name":"z","labels":{"to":"order"}},"kind":"PatchOptions","apiVersion":"$ns.kopf.test/v1"}
    "#;
    check(&with("validating", vec![hook("order", "/order", Value::Null)], rows)).await;
}

#[tokio::test]
async fn reviews_of_deletions_have_their_options_in_order() {
    let hooks = vec![hook(
        "order",
        "/order",
        json!({ "rules": [{ "operations": ["DELETE"], "apiGroups": ["*"], "apiVersions": ["*"], "resources": ["*/*"] }] }),
    )];
    let rows = r#"
        POST   rows {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"a","labels":{"to":"order"}},"spec":{"z":1,"n":1}}
        POST   configmaps {"metadata":{"name":"a","labels":{"to":"order"}},"data":{"z":"1","a":"2"}}
        DELETE rows/a {"propagationPolicy":"Foreground","preconditions":{"uid":"$uid3"},"gracePeriodSeconds":5}
        DELETE configmaps/a {"dryRun":["All"],"propagationPolicy":"Background"}
        DELETE configmaps/a?gracePeriodSeconds=3
        DELETE configmaps?labelSelector=to%3Dorder
    "#;
    // The one that probes whether hooks are called yet makes an object.
    let mut hooks = hooks;
    hooks.push(hook("late", "/allow", Value::Null));
    check(&with("validating", hooks, rows)).await;
}
