//! Drivers of volumes: what they say of themselves, of nodes, and of what is attached.

use super::check;

const STORAGE: &str = "/apis/storage.k8s.io/v1";

/// Creates objects of a resource of storage, each with these fields, and keeps none.
async fn try_all(plural: &str, rows: &[&str]) {
    let rows = rows.iter().map(|fields| {
        let comma = if fields.is_empty() { "" } else { "," };
        format!("POST {STORAGE}/{plural}?dryRun=All {{\"metadata\":{{\"name\":\"$ns\"}}{comma}{fields}}}\n")
    });
    check(&rows.collect::<String>()).await;
}

/// Sends rows in which `HERE` is where drivers are.
async fn send(rows: &str) {
    check(&rows.replace("HERE", STORAGE)).await;
}

#[tokio::test]
async fn drivers_say_what_they_can_do() {
    try_all(
        "csidrivers",
        &[
            "",
            r#""spec":{}"#,
            r#""spec":{"fsGroupPolicy":"X","volumeLifecycleModes":["Persistent","X","Ephemeral","Y"],"nodeAllocatableUpdatePeriodSeconds":9}"#,
            r#""spec":{"fsGroupPolicy":"","volumeLifecycleModes":[]}"#,
            r#""spec":{"tokenRequests":[{"audience":"a"},{"audience":"a","expirationSeconds":1},{"audience":"b","expirationSeconds":599},{"audience":"c","expirationSeconds":4294967297},{"audience":"d","expirationSeconds":600}]}"#,
            r#""spec":{"serviceAccountTokenInSecrets":true}"#,
            r#""spec":{"serviceAccountTokenInSecrets":false,"tokenRequests":[]}"#,
            r#""spec":{"serviceAccountTokenInSecrets":false,"tokenRequests":[{"audience":""}],"preventPodSchedulingIfMissing":true}"#,
            r#""spec":{"attachRequired":null,"podInfoOnMount":true,"nodeAllocatableUpdatePeriodSeconds":10}"#,
        ],
    )
    .await;
    send(
        r#"
        POST   HERE/csidrivers {"metadata":{"name":"$ns"},"spec":{"tokenRequests":[{"audience":"a"}]}}
        MERGE  HERE/csidrivers/$ns {"spec":{"attachRequired":false,"volumeLifecycleModes":["Ephemeral"]}}
        MERGE  HERE/csidrivers/$ns {"spec":{"volumeLifecycleModes":null,"fsGroupPolicy":"File"}}
        MERGE  HERE/csidrivers/$ns {"spec":{"volumeLifecycleModes":["X"],"attachRequired":null,"podInfoOnMount":null,"storageCapacity":null,"seLinuxMount":null}}
        MERGE  HERE/csidrivers/$ns {"spec":{"tokenRequests":[{"audience":"b"}]}}
        MERGE  HERE/csidrivers/$ns {"spec":null}
        DELETE HERE/csidrivers/$ns
    "#,
    )
    .await;
}

#[tokio::test]
async fn nodes_have_drivers() {
    let long = "x".repeat(257);
    let of_a_long_one = format!(r#""spec":{{"drivers":[{{"name":"a.b","nodeID":"{long}"}}]}}"#);
    let of_a_long_name = format!(r#""spec":{{"drivers":[{{"name":"{long}","nodeID":"a"}}]}}"#);
    try_all(
        "csinodes",
        &[
            "",
            r#""spec":{}"#,
            r#""spec":{"drivers":null}"#,
            r#""spec":{"drivers":[{}]}"#,
            r#""spec":{"drivers":[{"name":"A_b","nodeID":"","allocatable":{"count":-1},"topologyKeys":["","a b","c","c"]}]}"#,
            r#""spec":{"drivers":[{"name":"a","nodeID":"x"},{"name":"a","nodeID":"y","allocatable":{"count":3}}]}"#,
            r#""spec":{"drivers":[{"name":"a","nodeID":"x","allocatable":{},"topologyKeys":[]}]},"status":{"storageHealth":[{"name":"a"}]}"#,
            &of_a_long_one,
            &of_a_long_name,
        ],
    )
    .await;
    send(
        r#"
        POST   HERE/csinodes {"metadata":{"name":"$ns"},"spec":{"drivers":[{"name":"a","nodeID":"x"},{"name":"b","nodeID":"y","topologyKeys":["c"]}]}}
        MERGE  HERE/csinodes/$ns {"spec":{"drivers":[{"name":"a","nodeID":"z"},{"name":"b","nodeID":"y","allocatable":{"count":1},"topologyKeys":["c","d"]}]}}
        MERGE  HERE/csinodes/$ns {"spec":{"drivers":[{"name":"a","nodeID":"x","allocatable":{"count":1}},{"name":"c","nodeID":"y"}]}}
        MERGE  HERE/csinodes/$ns {"spec":{"drivers":[{"name":"a","nodeID":"x","allocatable":{"count":-2}}]}}
        MERGE  HERE/csinodes/$ns {"spec":{"drivers":null}}
        GET    HERE/csinodes/$ns/status
        MERGE  HERE/csinodes/$ns/status {"status":{"storageHealth":[{"name":"a"}]}}
        DELETE HERE/csinodes/$ns
    "#,
    )
    .await;
}

#[tokio::test]
async fn room_is_told_by_class_and_topology() {
    let rows = [
        "",
        r#","storageClassName":"""#,
        r#","storageClassName":"A_b","capacity":"-1Gi","maximumVolumeSize":"-1""#,
        r#","storageClassName":"a","nodeTopology":{"matchLabels":{"a b":"c d"},"matchExpressions":[{"key":"x","operator":"In"},{"key":"y","operator":"Z"}]}"#,
        r#","storageClassName":"a","nodeTopology":{"matchLabels":{"a":"b"}},"capacity":"1024Mi""#,
        r#","storageClassName":"a","capacity":"lots""#,
    ];
    let here = format!("{STORAGE}/namespaces/$ns/csistoragecapacities");
    let rows =
        rows.map(|fields| format!("POST {here}?dryRun=All {{\"metadata\":{{\"name\":\"a\"}}{fields}}}\n"));
    check(&rows.concat()).await;
    let rows = r#"
        POST   HERE {"metadata":{"name":"a"},"storageClassName":"a","nodeTopology":{"matchLabels":{"b":"c"},"matchExpressions":[{"key":"x","operator":"Exists"}]}}
        MERGE  HERE/a {"storageClassName":"b","nodeTopology":{"matchLabels":{"a":"c"}}}
        MERGE  HERE/a {"storageClassName":null,"nodeTopology":null}
        MERGE  HERE/a {"capacity":"1Gi","maximumVolumeSize":"2Gi"}
        MERGE  HERE/a {"capacity":"-0.5"}
        DELETE HERE/a
    "#;
    check(&rows.replace("HERE", &here)).await;
}

#[tokio::test]
async fn volumes_are_attached_to_nodes() {
    let long = "x".repeat(64);
    let of_a_long_name =
        format!(r#""spec":{{"attacher":"{long}","nodeName":"a","source":{{"persistentVolumeName":"a"}}}}"#);
    let inline = |fields: &str| {
        format!(r#""spec":{{"attacher":"a.b","nodeName":"n","source":{{"inlineVolumeSpec":{{{fields}}}}}}}"#)
    };
    let csi = r#""csi":{"driver":"a.b","volumeHandle":"x"}"#;
    let modes = r#""accessModes":["ReadWriteOnce"]"#;
    let inlines = [
        inline(""),
        inline(csi),
        inline(&format!("{csi},{modes}")),
        inline(&format!(
            r#"{csi},{modes},"claimRef":{{"name":"c"}},"capacity":{{"storage":"1Gi"}},"persistentVolumeReclaimPolicy":"Delete","nodeAffinity":{{"required":{{"nodeSelectorTerms":[]}}}},"storageClassName":"a","volumeMode":"Block","volumeAttributesClassName":"a""#
        )),
        inline(&format!(
            r#"{csi},{modes},"persistentVolumeReclaimPolicy":"Retain","volumeMode":"Filesystem""#
        )),
        inline(&format!(r#"{modes},"hostPath":{{"path":"/x"}}"#)),
        inline(&format!(
            r#"{modes},"csi":{{"driver":"","volumeHandle":"","nodeStageSecretRef":{{"name":"s"}},"controllerPublishSecretRef":{{}}}}"#
        )),
        inline(&format!(r#"{csi},"accessModes":["X"],"mountOptions":["a"]"#)),
    ];
    let mut rows = vec![
        "",
        r#""spec":{}"#,
        r#""spec":{"attacher":"A_b","nodeName":"A_b","source":{"persistentVolumeName":""}}"#,
        r#""spec":{"attacher":"A.b","nodeName":"n","source":{"persistentVolumeName":"A_b"}}"#,
        r#""spec":{"attacher":"a.b","nodeName":"","source":{}}"#,
        r#""spec":{"attacher":"a.b","nodeName":"n","source":{"persistentVolumeName":"p","inlineVolumeSpec":{}}}"#,
        r#""spec":{"attacher":"a.b","nodeName":"n","source":{"persistentVolumeName":"p"}},"status":{"attached":true}"#,
        &of_a_long_name,
    ];
    rows.extend(inlines.iter().map(String::as_str));
    try_all("volumeattachments", &rows).await;
    let message = "x".repeat(1_025);
    let rows = r#"
        POST   HERE/volumeattachments {"metadata":{"name":"$ns"},"spec":{"attacher":"a.b","nodeName":"n","source":{"persistentVolumeName":"p"}}}
        MERGE  HERE/volumeattachments/$ns {"spec":{"nodeName":"m"}}
        MERGE  HERE/volumeattachments/$ns {"spec":{"attacher":"A_","nodeName":"","source":{"persistentVolumeName":null}}}
        MERGE  HERE/volumeattachments/$ns {"spec":null}
        MERGE  HERE/volumeattachments/$ns {"status":{"attached":true}}
        MERGE  HERE/volumeattachments/$ns/status {"status":{"attached":true,"attachmentMetadata":{"a":"b"},"attachError":{"message":"m","errorCode":-1},"detachError":{"message":"MESSAGE"}}}
        MERGE  HERE/volumeattachments/$ns/status {"status":{"attached":true,"attachmentMetadata":{"a":"b"},"attachError":{"message":"m","errorCode":1,"time":"2020-01-01T00:00:00Z"}}}
        MERGE  HERE/volumeattachments/$ns/status {"metadata":{"labels":{"a":"b"}},"spec":{"nodeName":"m"},"status":null}
        MERGE  HERE/volumeattachments/$ns {"metadata":{"labels":{"a":"b"}}}
        DELETE HERE/volumeattachments/$ns
    "#;
    send(&rows.replace("MESSAGE", &message)).await;
}

#[tokio::test]
async fn volumes_are_altered_by_classes() {
    let many: Vec<String> = (0..513).map(|n| format!(r#""k{n}":"v""#)).collect();
    let many = format!(r#""driverName":"a.b","parameters":{{{}}}"#, many.join(","));
    let large = format!(r#""driverName":"a.b","parameters":{{"a":"{}"}}"#, "x".repeat(256 * 1024));
    try_all(
        "volumeattributesclasses",
        &[
            "",
            r#""driverName":"a.b""#,
            r#""driverName":"A b","parameters":{}"#,
            r#""driverName":"A.B/c","parameters":{"":"a"}"#,
            &many,
            &large,
        ],
    )
    .await;
    try_all(
        "storageclasses",
        &[
            &many.replace("driverName", "provisioner"),
            &large.replace("driverName", "provisioner"),
            r#""provisioner":"a.b","parameters":{"":"a"}"#,
            r#""provisioner":"a.b","allowedTopologies":[{},{"matchLabelExpressions":[{"key":"a b"},{"key":"c","values":["x","x"]},{"key":"c","values":["y"]}]},{"matchLabelExpressions":[{"key":"d","values":["x"]}]},{"matchLabelExpressions":[{"key":"d","values":["x"]}]}]"#,
            r#""provisioner":"a.b","allowedTopologies":[{"matchLabelExpressions":[{"key":"d","values":["x","y"]}]},{"matchLabelExpressions":[{"key":"d","values":["y","x"]}]}]"#,
        ],
    )
    .await;
    send(
        r#"
        POST   HERE/volumeattributesclasses {"metadata":{"name":"$ns"},"driverName":"a.b","parameters":{"a":"b"}}
        MERGE  HERE/volumeattributesclasses/$ns {"driverName":"a.c","parameters":{"a":"c"}}
        MERGE  HERE/volumeattributesclasses/$ns {"driverName":"","parameters":null}
        MERGE  HERE/volumeattributesclasses/$ns {"metadata":{"labels":{"a":"b"}}}
        DELETE HERE/volumeattributesclasses/$ns
    "#,
    )
    .await;
}
