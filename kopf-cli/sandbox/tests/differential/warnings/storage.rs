//! Volumes, claims, classes, and nodes.

use super::{check, check_warnings};

#[tokio::test]
async fn what_is_old_in_volumes_and_nodes_is_told() {
    let sources = [
        r#""rbd":{"monitors":["m"],"image":"i"}"#,
        r#""cephfs":{"monitors":["m"]}"#,
        r#""glusterfs":{"endpoints":"e","path":"p"}"#,
        r#""photonPersistentDisk":{"pdID":"p"}"#,
        r#""storageos":{"volumeName":"v"}"#,
        r#""scaleIO":{"gateway":"g","system":"s","volumeName":"v","secretRef":{"name":"s","namespace":"n"}}"#,
        r#""hostPath":{"path":"/a"},"persistentVolumeReclaimPolicy":"Recycle""#,
        r#""hostPath":{"path":"/a"},"nodeAffinity":{"required":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"beta.kubernetes.io/os","operator":"Exists"}]}]}}"#,
    ];
    let mut rows = String::new();
    for source in sources {
        rows += &format!(
            "POST /api/v1/persistentvolumes?dryRun=All {{\"metadata\":{{\"name\":\"$ns\"}},\"spec\":{{\"capacity\":{{\"storage\":\"1\"}},\"accessModes\":[\"ReadWriteOnce\"],{source}}}}}\n"
        );
    }
    rows += r#"
        POST   /api/v1/persistentvolumes?dryRun=All {"metadata":{"name":"$ns","annotations":{"volume.beta.kubernetes.io/storage-class":"c","volume.beta.kubernetes.io/mount-options":"ro"}},"spec":{"capacity":{"storage":"1"},"accessModes":["ReadWriteOnce"],"nfs":{"server":"s","path":"/p"}}}
        POST   persistentvolumeclaims {"metadata":{"name":"c","annotations":{"volume.beta.kubernetes.io/storage-class":"c"}},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1500m"},"limits":{"storage":"2500m"}}}}
        MERGE  persistentvolumeclaims/c {"metadata":{"labels":{"a":"b"}}}
        POST   /apis/storage.k8s.io/v1/storageclasses?dryRun=All {"metadata":{"name":"$ns"},"provisioner":"p","allowedTopologies":[{"matchLabelExpressions":[{"key":"beta.kubernetes.io/os","values":["a"]}]}]}
        POST   /apis/storage.k8s.io/v1/namespaces/$ns/csistoragecapacities?dryRun=All {"metadata":{"name":"c"},"storageClassName":"s","nodeTopology":{"matchExpressions":[{"key":"beta.kubernetes.io/os","operator":"Exists"}],"matchLabels":{"beta.kubernetes.io/arch":"a"}}}
        POST   /apis/storage.k8s.io/v1/csidrivers {"metadata":{"name":"$ns"},"spec":{"tokenRequests":[{"audience":"a"}]}}
        MERGE  /apis/storage.k8s.io/v1/csidrivers/$ns {"metadata":{"labels":{"a":"b"}}}
        MERGE  /apis/storage.k8s.io/v1/csidrivers/$ns {"spec":{"tokenRequests":[{"audience":"b"}]}}
        DELETE /apis/storage.k8s.io/v1/csidrivers/$ns
        POST   /apis/node.k8s.io/v1/runtimeclasses?dryRun=All {"metadata":{"name":"$ns"},"handler":"h","scheduling":{"nodeSelector":{"beta.kubernetes.io/os":"a"}}}
        POST   /api/v1/nodes?dryRun=All {"metadata":{"name":"$ns"},"spec":{"externalID":"x","podCIDR":"2001:DB8::/64","configSource":{"configMap":{"namespace":"a","name":"b","kubeletConfigKey":"c"}}}}
    "#;
    check(&rows).await;
    // Controllers have a hand in nodes.
    check_warnings(
        r#"
        POST   /api/v1/nodes {"metadata":{"name":"$ns","annotations":{"node.alpha.kubernetes.io/ttl":"0"}}}
        MERGE  /api/v1/nodes/$ns?dryRun=All {"spec":{"configSource":{"configMap":{"namespace":"a","name":"b","kubeletConfigKey":"c"}}}}
        DELETE /api/v1/nodes/$ns
    "#,
    )
    .await;
}
