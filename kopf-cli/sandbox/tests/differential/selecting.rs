//! What objects of built-in kinds can be chosen by, besides their labels.

use super::{answer::Answer, check, check_as, request, sandbox};

/// What some kind can be chosen by, and what none can.
const LABELS: [&str; 45] = [
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.nodeName",
    "spec.host",
    "spec.restartPolicy",
    "spec.schedulerName",
    "spec.serviceAccountName",
    "spec.hostNetwork",
    "status.phase",
    "status.podIP",
    "status.podIPs",
    "status.nominatedNodeName",
    "spec.unschedulable",
    "type",
    "spec.clusterIP",
    "spec.type",
    "status.replicas",
    "status.successful",
    "spec.signerName",
    "spec.podName",
    "spec.driver",
    "spec.pool.name",
    "involvedObject.kind",
    "involvedObject.namespace",
    "involvedObject.name",
    "involvedObject.uid",
    "involvedObject.apiVersion",
    "involvedObject.resourceVersion",
    "involvedObject.fieldPath",
    "reason",
    "reportingComponent",
    "source",
    "regarding.kind",
    "regarding.namespace",
    "regarding.name",
    "regarding.uid",
    "regarding.apiVersion",
    "regarding.resourceVersion",
    "regarding.fieldPath",
    "reportingController",
    "name",
    "data",
    "Wh%22t%5C",
    "",
];

/// The paths of all built-in resources that can be listed, but for those that the sandbox has not.
async fn lists() -> Vec<String> {
    let (client, _serving) = sandbox().await;
    let mut versions = vec!["/api/v1".to_owned()];
    for group in request::get(&client, "/apis").await["groups"].as_array().unwrap() {
        for version in group["versions"].as_array().unwrap() {
            versions.push(format!("/apis/{}", version["groupVersion"].as_str().unwrap()));
        }
    }
    let mut lists = Vec::new();
    for version in versions.into_iter().filter(|version| version != "/apis/autoscaling/v1") {
        let document = request::get(&client, &version).await;
        for resource in document["resources"].as_array().unwrap() {
            let can_be_listed = resource["verbs"].as_array().unwrap().iter().any(|verb| verb == "list");
            let name = resource["name"].as_str().unwrap();
            if can_be_listed && name != "componentstatuses" {
                lists.push(format!("{version}/{name}"));
            }
        }
    }
    lists
}

/// Each list by each label: either that chooses nothing, or it is refused.
#[tokio::test]
async fn each_kind_is_chosen_by_its_own_fields() {
    let lists = lists().await;
    assert!(lists.len() > 50, "{lists:?}");
    let rows = lists
        .iter()
        .flat_map(|list| LABELS.iter().map(move |label| format!("GET {list}?fieldSelector={label}%3Dzz")));
    check_as(&rows.collect::<Vec<_>>().join("\n"), Answer::of_refusals).await;
}

#[tokio::test]
async fn objects_are_chosen_by_values_that_they_do_not_say() {
    check(
        r#"
        POST   pods    {"metadata":{"name":"a"},"spec":{"containers":[{"name":"c","image":"i"}]}}
        POST   pods    {"metadata":{"name":"b"},"spec":{"hostNetwork":true,"nodeName":"n","containers":[{"name":"c","image":"i"}]}}
        GET    pods?fieldSelector=spec.hostNetwork%3Dtrue
        GET    pods?fieldSelector=spec.hostNetwork%3Dfalse
        GET    pods?fieldSelector=spec.hostNetwork!%3Dtrue
        GET    pods?fieldSelector=spec.hostNetwork%3D
        GET    pods?fieldSelector=spec.host%3Dn
        GET    pods?fieldSelector=status.podIPs%3D
        GET    pods?fieldSelector=status.podIPs%3D10.0.0.1
        POST   replicationcontrollers {"metadata":{"name":"a"},"spec":{"replicas":0,"selector":{"a":"b"},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}
        GET+table replicationcontrollers?fieldSelector=status.replicas%3D0&includeObject=None
        GET    replicationcontrollers?fieldSelector=status.replicas!%3D0
        POST   /apis/batch/v1/namespaces/$ns/jobs {"metadata":{"name":"a"},"spec":{"suspend":true,"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"i"}]}}}}
        GET    /apis/batch/v1/namespaces/$ns/jobs?fieldSelector=status.successful!%3D0
        GET    /apis/batch/v1/namespaces/$ns/jobs?fieldSelector=status.successful%3D
        POST   events  {"metadata":{"name":"e","namespace":"$ns"},"involvedObject":{"namespace":"$ns","kind":"Pod"},"source":{"component":"s"},"reportingComponent":"r","reportingInstance":"i"}
        POST   events  {"metadata":{"name":"f","namespace":"$ns"},"involvedObject":{"namespace":"$ns"},"reportingComponent":"r"}
        GET    events?fieldSelector=source%3Ds
        GET    events?fieldSelector=source%3Dr
        GET    events?fieldSelector=reportingComponent%3Dr
        GET    /apis/events.k8s.io/v1/namespaces/$ns/events?fieldSelector=reportingController%3Dr
        GET    /apis/events.k8s.io/v1/namespaces/$ns/events?fieldSelector=regarding.kind%3DPod
        GET    /apis/rbac.authorization.k8s.io/v1/clusterroles?fieldSelector=metadata.namespace%3D,metadata.name%3Dview
        GET    /apis/rbac.authorization.k8s.io/v1/clusterroles?fieldSelector=metadata.namespace%3D$ns
        GET    /apis/rbac.authorization.k8s.io/v1/clusterroles?fieldSelector=metadata.namespace%3D$ns&limit=1
        GET    /apis/rbac.authorization.k8s.io/v1/clusterroles?fieldSelector=metadata.namespace!%3D$ns,metadata.name%3Dview
        GET    pods?watch=true&timeoutSeconds=1&fieldSelector=spec.hostNetwork%3Dfalse,metadata.name%3Da,status.podIPs%3D
    "#,
    )
    .await;
}

#[tokio::test]
async fn terms_are_read_in_order_and_their_values_may_be_escaped() {
    check(
        r#"
        POST   secrets {"metadata":{"name":"a"},"type":"x\\,y=z"}
        POST   secrets {"metadata":{"name":"b"},"type":"x,y=z"}
        GET    secrets?fieldSelector=type%3Dx%5C%5C%5C,y%5C%3Dz
        GET    secrets?fieldSelector=type%3Dx%5C,y%5C%3Dz
        GET    secrets?fieldSelector=type%3Dx%3Dy
        GET    secrets?fieldSelector=type%3D%3D%3Dy
        GET    secrets?fieldSelector=type%3Dx%5Cy
        GET    secrets?fieldSelector=type%3Dx%5C
        GET    secrets?fieldSelector=type!x%3Dy
        GET    secrets?fieldSelector=type!%3Dx%3Dy
        GET    secrets?fieldSelector=zz%3D1,aa%3D1
        GET    secrets?fieldSelector=zz,aa
        GET    secrets?fieldSelector=aa%3D1,zz
        GET    secrets?fieldSelector=,,type%3Dx,
        GET    secrets?fieldSelector=aa%3D1&sendInitialEvents=true
        GET    secrets?fieldSelector=aa&sendInitialEvents=true
        GET    rows?fieldSelector=aa%3D1&resourceVersionMatch=Exact
        DELETE rows?fieldSelector=aa%3D1&resourceVersionMatch=Exact
    "#,
    )
    .await;
}
