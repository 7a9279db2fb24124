//! Updates of objects that are checked less than when they were made.

use super::check;

#[tokio::test]
async fn what_cannot_change_is_told_once() {
    let spec = |service: &str, claim: &str| {
        format!(
            r#"{{"metadata":{{"name":"s"}},"spec":{{"serviceName":"{service}","selector":{{"matchLabels":{{"a":"b"}}}},"template":{{"metadata":{{"labels":{{"a":"b"}}}},"spec":{{"containers":[{{"name":"c","image":"i"}}]}}}},"volumeClaimTemplates":[{{"metadata":{{"name":"v","labels":{{"a":"b"}}}},"spec":{claim}}}]}}}}"#
        )
    };
    let claim = r#"{"accessModes":["ReadWriteOnce"],"volumeMode":"Block","storageClassName":"c","resources":{"requests":{"storage":"1Gi"}}}"#;
    let sets = "/apis/apps/v1/namespaces/$ns/statefulsets";
    let mut rows = format!("POST {sets} {}\n", spec("s", claim));
    for (service, claim) in [
        ("A_b", claim),
        ("", claim),
        ("s", r#"{"accessModes":["X"],"resources":{"requests":{"storage":"1Gi"}}}"#),
        ("s", r#"{"storageClassName":"","resources":{"limits":{"storage":"2Gi"}}}"#),
    ] {
        rows += &format!("PUT {sets}/s {}\n", spec(service, claim));
    }
    check(&rows).await;
}

#[tokio::test]
async fn revisions_priorities_and_classes_keep_what_they_are() {
    check(
        r#"
        POST  /apis/apps/v1/namespaces/$ns/controllerrevisions {"metadata":{"name":"r"},"revision":1,"data":{"a":1}}
        PUT   /apis/apps/v1/namespaces/$ns/controllerrevisions/r {"metadata":{"name":"r"},"revision":-1}
        PUT   /apis/apps/v1/namespaces/$ns/controllerrevisions/r {"metadata":{"name":"r"},"revision":2,"data":null}
        PUT   /apis/apps/v1/namespaces/$ns/controllerrevisions/r {"metadata":{"name":"r"},"revision":2,"data":[]}
        PUT   /apis/apps/v1/namespaces/$ns/controllerrevisions/r {"metadata":{"name":"r"},"revision":2,"data":{"a":2}}
        POST  /apis/scheduling.k8s.io/v1/priorityclasses {"metadata":{"name":"$ns"},"value":1,"preemptionPolicy":"Never"}
        MERGE /apis/scheduling.k8s.io/v1/priorityclasses/$ns {"preemptionPolicy":""}
        MERGE /apis/scheduling.k8s.io/v1/priorityclasses/$ns {"preemptionPolicy":"X"}
        MERGE /apis/scheduling.k8s.io/v1/priorityclasses/$ns {"preemptionPolicy":null}
        DELETE /apis/scheduling.k8s.io/v1/priorityclasses/$ns
        POST  /apis/networking.k8s.io/v1/ingressclasses {"metadata":{"name":"$ns"},"spec":{"controller":"a.b/c"}}
        MERGE /apis/networking.k8s.io/v1/ingressclasses/$ns {"spec":{"controller":""}}
        MERGE /apis/networking.k8s.io/v1/ingressclasses/$ns {"spec":{"controller":null}}
        MERGE /apis/networking.k8s.io/v1/ingressclasses/$ns {"spec":null}
        DELETE /apis/networking.k8s.io/v1/ingressclasses/$ns
    "#,
    )
    .await;
}

#[tokio::test]
async fn claims_and_volumes_are_looked_at_again_where_they_may_change() {
    let claim = |from: &str| {
        format!(
            r#"{{"metadata":{{"name":"c"}},"spec":{{"accessModes":["ReadWriteOnce"],"resources":{{"requests":{{"storage":"1Gi"}}}}{from}}}}}"#
        )
    };
    let volume = |required: &str| {
        format!(
            r#"{{"metadata":{{"name":"$ns"}},"spec":{{"capacity":{{"storage":"1Gi"}},"accessModes":["ReadWriteOnce"],"persistentVolumeReclaimPolicy":"Retain","hostPath":{{"path":"/a"}},"nodeAffinity":{{"required":{required}}}}}}}"#
        )
    };
    let term = |said: &str| format!(r#"{{"nodeSelectorTerms":[{{"matchExpressions":[{said}]}}]}}"#);
    let mut rows = format!(
        "POST persistentvolumeclaims {}\n",
        claim(r#","dataSource":{"apiGroup":"a.b","kind":"K","name":"n"}"#)
    );
    for from in [
        r#","dataSource":{"apiGroup":"A_b","kind":"K","name":"n"}"#,
        r#","dataSource":{"apiGroup":"","kind":"K","name":"n"}"#,
        r#","dataSourceRef":{"apiGroup":"A_b","kind":"K","name":"n"}"#,
    ] {
        rows += &format!("PUT persistentvolumeclaims/c {}\n", claim(from));
    }
    rows += &format!(
        "POST /api/v1/persistentvolumes {}\n",
        volume(&term(r#"{"key":"a","operator":"In","values":["b"]}"#))
    );
    for required in [
        term(r#"{"key":"","operator":"In","values":["b"]}"#),
        term(r#"{"key":"c","operator":"In","values":["b"]}"#),
        term(r#"{"key":"a","operator":"Exists"}"#),
        "null".to_owned(),
    ] {
        rows += &format!("PUT /api/v1/persistentvolumes/$ns {}\n", volume(&required));
    }
    check(&rows).await;
}
