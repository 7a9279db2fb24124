//! Volumes, claims of them, and their classes.

use super::{check, try_all};

#[tokio::test]
async fn claims_ask_for_room() {
    try_all(
        "persistentvolumeclaims",
        &[
            "",
            r#""spec":{"accessModes":["Nonsense","ReadWriteOncePod","ReadWriteOnce"],"resources":{"requests":{"storage":"0"}}}"#,
            r#""spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"-1Gi"}}}"#,
            r#""spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"lots"}}}"#,
            r#""spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1024Mi"}},"storageClassName":"","volumeMode":"Block"}"#,
            r#""spec":{"accessModes":["ReadWriteMany"],"resources":{"requests":{"storage":1.5}},"storageClassName":"A_b","volumeMode":"X","selector":{"matchLabels":{"a b":"c"}}}"#,
            r#""spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}},"dataSource":{"kind":"X","name":""}}"#,
            r#""spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}},"dataSource":{"apiGroup":"snapshot.storage.k8s.io","kind":"VolumeSnapshot","name":"x"}}"#,
        ],
    )
    .await;
    check(
        r#"
        POST   persistentvolumeclaims {"metadata":{"name":"a"},"spec":{"accessModes":["ReadWriteOnce"],"storageClassName":"none","resources":{"requests":{"storage":"1Gi"}}}}
        MERGE  persistentvolumeclaims/a {"spec":{"accessModes":["ReadOnlyMany"]}}
        MERGE  persistentvolumeclaims/a {"spec":{"resources":{"requests":{"storage":"2Gi"}}}}
        MERGE  persistentvolumeclaims/a {"spec":{"storageClassName":"other"}}
        MERGE  persistentvolumeclaims/a {"spec":{"volumeMode":"Block"}}
        MERGE  persistentvolumeclaims/a {"spec":{"resources":{"requests":{"storage":"1024Mi"}}}}
    "#,
    )
    .await;
}

#[tokio::test]
async fn volumes_are_of_one_kind() {
    let rows = [
        "",
        r#","spec":{"accessModes":["Nonsense"],"capacity":{"storage":"0"},"hostPath":{"path":"/../x"},"nfs":{"server":"s","path":"/p"}}"#,
        r#","spec":{"accessModes":["ReadWriteOnce"],"capacity":{"cpu":"1"},"csi":{}}"#,
        r#","spec":{"accessModes":["ReadWriteOnce"],"capacity":{"storage":"-1"},"local":{"path":"/x"}}"#,
        r#","spec":{"accessModes":["ReadWriteOnce"],"capacity":{"storage":"1Gi"},"hostPath":{"path":"/"},"persistentVolumeReclaimPolicy":"Recycle","storageClassName":"A_b","volumeMode":"X"}"#,
        r#","spec":{"accessModes":["ReadWriteOnce"],"capacity":{"storage":"1Gi"},"hostPath":{"path":"/x"},"persistentVolumeReclaimPolicy":"Nonsense","nodeAffinity":{}}"#,
        r#","spec":{"accessModes":["ReadWriteOnce"],"capacity":{"storage":"1Gi"},"csi":{"driver":"a.b","volumeHandle":"x"},"mountOptions":["a"]}"#,
    ];
    let rows = rows.map(|fields| {
        format!("POST /api/v1/persistentvolumes?dryRun=All {{\"metadata\":{{\"name\":\"$ns\"}}{fields}}}\n")
    });
    check(&rows.concat()).await;
    check(
        r#"
        POST   /apis/storage.k8s.io/v1/storageclasses?dryRun=All {"metadata":{"name":"$ns"}}
        POST   /apis/storage.k8s.io/v1/storageclasses?dryRun=All {"metadata":{"name":"$ns"},"provisioner":"a b","reclaimPolicy":"X","volumeBindingMode":"Y"}
        POST   /apis/storage.k8s.io/v1/storageclasses {"metadata":{"name":"$ns"},"provisioner":"kopf.test/x"}
        MERGE  /apis/storage.k8s.io/v1/storageclasses/$ns {"provisioner":"kopf.test/y","reclaimPolicy":"Retain","parameters":{"a":"b"},"volumeBindingMode":"WaitForFirstConsumer"}
        MERGE  /apis/storage.k8s.io/v1/storageclasses/$ns {"allowVolumeExpansion":true}
        DELETE /apis/storage.k8s.io/v1/storageclasses/$ns
    "#,
    )
    .await;
}
