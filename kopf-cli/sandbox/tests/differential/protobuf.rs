//! An object means the same in protobuf as in JSON: the real server prints it in both forms, and both are sent.

use super::{
    ROWS,
    answer::{Answer, difference},
    check as rows, sandbox,
};
use http::{Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use kopf_control_plane::client::namespace;
use kube::Client;
use serde_json::Value;

const PROTOBUF: &str = "application/vnd.kubernetes.protobuf";
const JSON: &str = "application/json";

async fn send(client: &Client, path: &str, form: &str, accept: &str, body: Vec<u8>) -> (u16, Vec<u8>) {
    let request = Request::builder().method(Method::POST).uri(path);
    let request = request.header(header::CONTENT_TYPE, form).header(header::ACCEPT, accept).body(body.into());
    let response = client.send(request.unwrap()).await.unwrap();
    let code = response.status().as_u16();
    (code, response.into_body().collect().await.unwrap().to_bytes().to_vec())
}

/// An answer without what differs between two writes of one object.
fn masked(answer: &[u8]) -> Value {
    let mut answer: Value = serde_json::from_slice(answer).unwrap_or_default();
    if let Some(metadata) = answer["metadata"].as_object_mut() {
        for field in ["uid", "creationTimestamp", "resourceVersion", "managedFields", "generation"] {
            metadata.shift_remove(field);
        }
    }
    // What a server adds by itself to each template is no part of the binary form.
    let templates = answer.pointer_mut("/spec/volumeClaimTemplates").and_then(Value::as_array_mut);
    for template in templates.into_iter().flatten() {
        if let Some(template) = template.as_object_mut() {
            template.retain(|field, _| !["apiVersion", "kind"].contains(&field.as_str()));
        }
    }
    answer
}

/// An answer of protobuf, for comparison.
fn answer(body: &[u8]) -> Answer {
    Answer::new(StatusCode::CREATED, Vec::new(), PROTOBUF.to_owned(), body).without("\0")
}

/// Has the real server print each object in both forms, and sends both to a sandbox, which is to print it in the same way.
async fn check(rows: &str) {
    let Some(real) = kopf_control_plane::get().await else { return };
    let real = kopf_control_plane::connect(&real.kubeconfig).await;
    let (sandbox, _serving) = sandbox().await;
    let (there, here) = (namespace(&real).await, namespace(&sandbox).await);
    let mut differences = Vec::new();
    for row in rows.lines().map(str::trim).filter(|row| !row.is_empty()) {
        let (path, body) = row.split_once(' ').unwrap();
        let place = |namespace: &str| format!("{}?dryRun=All", path.replace("$ns", namespace));
        let place_there = place(&there);
        let body = body.replace("$ns", &there);
        let ask = |accept| send(&real, &place_there, JSON, accept, body.clone().into_bytes());
        let ((code, binary), (_, text)) = (ask(PROTOBUF).await, ask(JSON).await);
        assert_eq!(code, 201, "{path}: {}", String::from_utf8_lossy(&text));
        // What the server has put into it names the namespace, which is another one here.
        let text = String::from_utf8(text).unwrap().replace(&there, &here);
        let binary = replace(&binary, there.as_bytes(), here.as_bytes());
        let written = send(&sandbox, &place(&here), JSON, PROTOBUF, text.clone().into_bytes()).await;
        let (expected, found) = (answer(&binary), answer(&written.1));
        if expected != found {
            differences.push(format!("{path}\n{}", difference(&expected, &found)));
        }
        let from_binary = send(&sandbox, &place(&here), PROTOBUF, JSON, binary).await;
        let from_text = send(&sandbox, &place(&here), JSON, JSON, text.into_bytes()).await;
        if from_binary.0 != 201 || masked(&from_binary.1) != masked(&from_text.1) {
            let show = |(code, answer): &(u16, Vec<u8>)| format!("{code} {}", masked(answer));
            differences.push(format!(
                "{path}\n  protobuf: {}\n  JSON:     {}",
                show(&from_binary),
                show(&from_text)
            ));
        }
    }
    assert!(differences.is_empty(), "protobuf means something else:\n\n{}", differences.join("\n"));
}

/// Replaces bytes by as many others, so that no length changes.
fn replace(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len(), "names of namespaces are equally long");
    let mut bytes = bytes.to_vec();
    let mut at = 0;
    while at + from.len() <= bytes.len() {
        if &bytes[at..at + from.len()] == from {
            bytes[at..at + from.len()].copy_from_slice(to);
        }
        at += 1;
    }
    bytes
}

#[tokio::test]
async fn objects_of_built_in_kinds_mean_the_same() {
    check(
        r#"
        /api/v1/namespaces/$ns/configmaps {"metadata":{"name":"a","labels":{"x":""},"annotations":{"y":"z"},"finalizers":["kopf.test/f"],"ownerReferences":[{"apiVersion":"v1","kind":"Pod","name":"p","uid":"u","controller":false}]},"data":{"k":"v","e":""},"binaryData":{"b":"AAH/"},"immutable":false}
        /api/v1/namespaces/$ns/secrets {"metadata":{"name":"a"},"data":{"k":"AAH/"},"type":"kopf.test/t"}
        /api/v1/namespaces/$ns/services {"metadata":{"name":"a"},"spec":{"clusterIP":"10.96.0.40","selector":{"a":"b"},"ports":[{"name":"x","port":80,"targetPort":"web"},{"name":"y","port":81,"targetPort":8081}]}}
        /api/v1/namespaces/$ns/pods {"metadata":{"name":"a"},"spec":{"serviceAccountName":"default","automountServiceAccountToken":false,"securityContext":{"runAsUser":0,"runAsNonRoot":false,"sysctls":[]},"tolerations":[{"key":"k","operator":"Exists","effect":"NoExecute","tolerationSeconds":0}],"containers":[{"name":"c","image":"i","command":["a",""],"env":[{"name":"A","value":"b"},{"name":"B"},{"name":"C","valueFrom":{"configMapKeyRef":{"name":"n","key":"k","optional":false}}},{"name":"D","valueFrom":{"fieldRef":{"fieldPath":"metadata.name"}}}],"envFrom":[{"prefix":"p","configMapRef":{"name":"n"}},{"secretRef":{"name":"s","optional":true}}],"resources":{"requests":{"cpu":"500m","memory":"1Gi"},"limits":{"cpu":"1"}},"livenessProbe":{"httpGet":{"path":"/","port":80,"httpHeaders":[{"name":"h","value":"v"}]},"initialDelaySeconds":0},"readinessProbe":{"exec":{"command":["x"]}},"lifecycle":{"preStop":{"sleep":{"seconds":1}}},"volumeMounts":[{"name":"v","mountPath":"/v"}],"ports":[{"containerPort":80}]}],"volumes":[{"name":"v","emptyDir":{}},{"name":"w","configMap":{"name":"n","items":[{"key":"k","path":"p","mode":0}]}},{"name":"x","projected":{"sources":[{"serviceAccountToken":{"path":"t","expirationSeconds":3600}},{"secret":{"name":"s"}},{"downwardAPI":{"items":[{"path":"l","fieldRef":{"fieldPath":"metadata.labels"}}]}}]}},{"name":"y","csi":{"driver":"d","nodePublishSecretRef":{"name":"s"}}},{"name":"z","persistentVolumeClaim":{"claimName":"c"}}],"affinity":{"nodeAffinity":{"preferredDuringSchedulingIgnoredDuringExecution":[{"weight":1,"preference":{"matchExpressions":[{"key":"k","operator":"In","values":["a"]}]}}]}}}}
        /apis/apps/v1/namespaces/$ns/deployments {"metadata":{"name":"a"},"spec":{"replicas":0,"paused":false,"minReadySeconds":0,"selector":{"matchLabels":{"a":"b"}},"strategy":{"rollingUpdate":{"maxSurge":0,"maxUnavailable":"25%"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}
        /apis/apps/v1/namespaces/$ns/statefulsets {"metadata":{"name":"a"},"spec":{"serviceName":"","selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}},"volumeClaimTemplates":[{"metadata":{"name":"d"},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}]}}
        /apis/apps/v1/namespaces/$ns/controllerrevisions {"metadata":{"name":"a"},"data":{"spec":{"n":1,"l":[null,1.5,"x"]}},"revision":0}
        /apis/batch/v1/namespaces/$ns/cronjobs {"metadata":{"name":"a"},"spec":{"schedule":"0 3 * * *","suspend":false,"jobTemplate":{"spec":{"backoffLimit":0,"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"i"}]}}}}}}
        /apis/rbac.authorization.k8s.io/v1/clusterroles {"metadata":{"name":"protobuf-a"},"rules":[{"verbs":["get"],"nonResourceURLs":["/x"]},{"verbs":["*"],"apiGroups":[""],"resources":["pods"]}]}
        /apis/rbac.authorization.k8s.io/v1/namespaces/$ns/roles {"metadata":{"name":"a"}}
        /apis/rbac.authorization.k8s.io/v1/namespaces/$ns/rolebindings {"metadata":{"name":"a"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"view"}}
        /apis/coordination.k8s.io/v1/namespaces/$ns/leases {"metadata":{"name":"a"},"spec":{"holderIdentity":"h","renewTime":"2026-01-02T03:04:05.000006Z","leaseDurationSeconds":10}}
        /api/v1/namespaces/$ns/events {"metadata":{"name":"a","namespace":"$ns"},"involvedObject":{"kind":"Pod","namespace":"$ns","name":"p"},"firstTimestamp":"2026-01-02T03:04:05Z","count":1,"reason":"R","message":"m","type":"Normal"}
        /apis/apiextensions.k8s.io/v1/customresourcedefinitions {"metadata":{"name":"things.protobuf.test"},"spec":{"group":"protobuf.test","scope":"Namespaced","names":{"plural":"things","kind":"Thing","singular":"thing","listKind":"ThingList"},"versions":[{"name":"v1","served":true,"storage":true,"subresources":{"status":{}},"additionalPrinterColumns":[{"name":"n","type":"integer","jsonPath":".spec.n","priority":0}],"schema":{"openAPIV3Schema":{"type":"object","properties":{"spec":{"type":"object","required":["n"],"x-kubernetes-validations":[{"rule":"self.n > 0"}],"properties":{"n":{"type":"integer","minimum":0,"maximum":10,"default":3},"s":{"type":"string","enum":["a","b"],"pattern":"^[ab]$","maxLength":3},"m":{"type":"object","additionalProperties":{"type":"number"}},"f":{"type":"object","x-kubernetes-preserve-unknown-fields":true},"p":{"x-kubernetes-int-or-string":true},"l":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["k"],"items":{"type":"object","required":["k"],"properties":{"k":{"type":"string"}}}}}}}}}}]}}
        "#,
    )
    .await;
}

#[tokio::test]
async fn custom_resources_are_not_sent_in_protobuf() {
    let (sandbox, _serving) = sandbox().await;
    let namespace = namespace(&sandbox).await;
    ROWS.register(&sandbox).await;
    let path = format!("/apis/differential.kopf.test/v1/namespaces/{namespace}/rows");
    let (code, _) = send(&sandbox, &path, PROTOBUF, JSON, b"k8s\0".to_vec()).await;
    assert_eq!(code, 415);
}

#[tokio::test]
async fn reviews_are_asked_in_protobuf() {
    let (sandbox, _serving) = sandbox().await;
    let path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
    let body = b"k8s\0\x12\x0f\x12\x0d\x0a\x0b\x12\x03get\x2a\x04pods".to_vec();
    let (code, answer) = send(&sandbox, path, PROTOBUF, JSON, body).await;
    let answer: Value = serde_json::from_slice(&answer).unwrap();
    assert_eq!((code, &answer["spec"]["resourceAttributes"]["resource"]), (201, &"pods".into()), "{answer}");
}

#[tokio::test]
async fn evictions_are_asked_in_protobuf() {
    let Some(real) = kopf_control_plane::get().await else { return };
    let real = kopf_control_plane::connect(&real.kubeconfig).await;
    let (sandbox, _serving) = sandbox().await;
    let pod = br#"{"metadata":{"name":"a"},"spec":{"containers":[{"name":"c","image":"i"}]}}"#;
    let said = |version: &str, kind: &str| {
        let said = [b"\x0a", &[u8::try_from(version.len()).unwrap()], version.as_bytes(), b"\x12"].concat();
        let said = [&said, &[u8::try_from(kind.len()).unwrap()][..], kind.as_bytes()].concat();
        [b"k8s\0\x0a", &[u8::try_from(said.len()).unwrap()][..], &said, b"\x12\x05\x0a\x03\x0a\x01a"].concat()
    };
    let bodies = [
        said("policy/v1", "Pod"),
        said("v1", "Eviction"),
        b"k8s\0\x12\x05\x0a\x03\x0a\x01b".to_vec(),
        said("policy/v1", "Eviction"),
        said("policy/v1beta1", "Eviction"),
        b"k8s\0\x12\x05\x0a\x03\x0a\x01a".to_vec(),
    ];
    let mut answers = Vec::new();
    for client in [&real, &sandbox] {
        let home = format!("/api/v1/namespaces/{}/pods", namespace(client).await);
        let mut said = vec![send(client, &home, JSON, JSON, pod.to_vec()).await.0.to_string()];
        for body in &bodies {
            let path = format!("{home}/a/eviction?dryRun=All");
            let (code, answer) = send(client, &path, PROTOBUF, JSON, body.clone()).await;
            said.push(format!("{code} {}", String::from_utf8_lossy(&answer)));
        }
        answers.push(said);
    }
    assert_eq!(answers[1], answers[0]);
}

#[tokio::test]
async fn answers_are_in_protobuf_where_that_is_wanted() {
    rows(
        r#"
        POST+protobuf configmaps {"metadata":{"name":"a","labels":{"x":"1","b":"2"},"annotations":{"y":""}},"data":{"k":"v","a":""},"binaryData":{"b":"AAH/","c":""}}
        GET+protobuf configmaps/a
        GET+protobuf-or-json configmaps/a
        GET+protobuf-if-need-be configmaps/a
        GET+json-or-protobuf configmaps/a
        GET+protobuf configmaps?fieldSelector=metadata.name%3Da
        GET+protobuf configmaps?fieldSelector=metadata.name%3Dnone
        GET+protobuf configmaps?fieldSelector=metadata.name%3Da&watch=true&timeoutSeconds=1
        GET+protobuf-metadata configmaps?fieldSelector=metadata.name%3Da&watch=true&timeoutSeconds=1
        GET+protobuf configmaps/none
        GET+protobuf rows/none
        GET+protobuf-or-json rows/none
        POST+protobuf configmaps {"metadata":{"name":"Not_A_Name"}}
        POST+protobuf configmaps {"metadata":{"name":"a"}}
        GET+protobuf-table configmaps/a
        GET+protobuf-metadata configmaps/a
        GET+protobuf-metadata configmaps
        GET+protobuf-metadata-list configmaps?fieldSelector=metadata.name%3Da
        GET+protobuf-metadata-list configmaps/a
        POST   rows {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"a"},"spec":{"n":1}}
        GET+protobuf rows/a
        GET+protobuf rows
        GET+protobuf-or-json rows/a
        GET+protobuf-or-json rows?watch=true&timeoutSeconds=1
        GET+protobuf-metadata rows/a
        GET+protobuf-metadata-list rows
        GET+protobuf-metadata rows?watch=true&timeoutSeconds=1
        DELETE+protobuf configmaps/a
        GET+protobuf /apis/apps
        GET+protobuf /apis/apps/v1
        GET+protobuf /api/v1
        GET+protobuf /version
        GET+protobuf-or-json /version
        GET+protobuf-metadata /apis/apps
        GET+protobuf /nowhere
        POST+protobuf /apis/authorization.k8s.io/v1/selfsubjectaccessreviews {"spec":{"resourceAttributes":{"verb":"get","resource":"pods"}}}
    "#,
    )
    .await;
}

#[tokio::test]
async fn workloads_and_their_scales_are_in_protobuf() {
    let template = r#"{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"c:1","resources":{"limits":{"cpu":"1500m"}},"ports":[{"containerPort":80}],"livenessProbe":{"httpGet":{"port":"http"}},"env":[{"name":"N","valueFrom":{"fieldRef":{"fieldPath":"metadata.name"}}}]}],"volumes":[{"name":"v","configMap":{"name":"m"}},{"name":"e","emptyDir":{"sizeLimit":"1Gi"}}]}}"#;
    rows(&format!(
        r#"
        POST+protobuf /apis/apps/v1/namespaces/$ns/replicasets {{"metadata":{{"name":"a"}},"spec":{{"replicas":0,"selector":{{"matchLabels":{{"a":"b"}}}},"template":{template}}}}}
        GET+protobuf /apis/apps/v1/namespaces/$ns/replicasets/a/scale
        MERGE+protobuf /apis/apps/v1/namespaces/$ns/replicasets/a/scale {{"spec":{{"replicas":0}}}}
        POST+protobuf /apis/coordination.k8s.io/v1/namespaces/$ns/leases {{"metadata":{{"name":"a"}},"spec":{{"holderIdentity":"x","leaseDurationSeconds":15,"renewTime":"2026-01-02T03:04:05.000006Z"}}}}
    "#
    ))
    .await;
}
