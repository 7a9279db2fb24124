//! Volumes of all kinds: those of pods, and those that are there by themselves.

use super::{check, check_warnings, pods::try_specs};

/// Pods with volumes, each row the kinds of them.
async fn try_volumes(rows: &[&[&str]]) {
    let volumes = |kinds: &[&str]| {
        let named = kinds.iter().enumerate().map(|(n, kind)| format!(r#"{{"name":"v{n}",{kind}}}"#));
        format!(r#""volumes":[{}]"#, named.collect::<Vec<_>>().join(","))
    };
    let rows: Vec<String> = rows.iter().map(|kinds| volumes(kinds)).collect();
    try_specs(&rows.iter().map(String::as_str).collect::<Vec<_>>()).await;
}

/// Volumes that have these fields beside a capacity.
async fn try_persistent(rows: &[&str]) {
    let common = r#""accessModes":["ReadWriteOnce"],"capacity":{"storage":"1Gi"}"#;
    let rows = rows.iter().map(|fields| {
        format!(
            "POST /api/v1/persistentvolumes?dryRun=All {{\"metadata\":{{\"name\":\"$ns\"}},\"spec\":{{{common},{fields}}}}}\n"
        )
    });
    check(&rows.collect::<String>()).await;
}

#[tokio::test]
async fn disks_of_clouds_are_named() {
    try_volumes(&[
        &[r#""gcePersistentDisk":{"pdName":""}"#, r#""gcePersistentDisk":{"pdName":"a","partition":256}"#],
        &[r#""awsElasticBlockStore":{"volumeID":""}"#, r#""awsElasticBlockStore":{"volumeID":"a","partition":-1}"#],
        &[r#""gcePersistentDisk":{"pdName":"a","partition":255}"#, r#""awsElasticBlockStore":{"volumeID":"a","partition":0}"#],
        &[r#""azureFile":{}"#, r#""azureFile":{"secretName":"A_b","shareName":"x"}"#],
        &[r#""azureDisk":{}"#, r#""azureDisk":{"diskName":"a","diskURI":"b"}"#],
        &[r#""azureDisk":{"diskName":"a","diskURI":"x","cachingMode":"X","kind":"Y"}"#, r#""azureDisk":{"diskName":"a","diskURI":"x","kind":"Managed"}"#],
        &[r#""azureDisk":{"diskName":"a","diskURI":"/subscriptions/x","kind":"Managed","cachingMode":"ReadOnly"}"#, r#""azureDisk":{"diskName":"a","diskURI":"https://x","kind":"Dedicated"}"#],
        &[r#""vsphereVolume":{"volumePath":""}"#, r#""photonPersistentDisk":{"pdID":""}"#, r#""portworxVolume":{"volumeID":""}"#],
        &[r#""vsphereVolume":{"volumePath":"a"}"#, r#""photonPersistentDisk":{"pdID":"a"}"#, r#""portworxVolume":{"volumeID":"a"}"#],
        &[r#""cinder":{}"#, r#""cinder":{"volumeID":"a","secretRef":{}}"#, r#""cinder":{"volumeID":"a","secretRef":{"name":"b"}}"#],
        &[r#""scaleIO":{"gateway":"","system":""}"#, r#""scaleIO":{"gateway":"a","system":"b","secretRef":null}"#, r#""scaleIO":{"gateway":"a","system":"b","volumeName":"c","secretRef":{"name":""}}"#],
        &[r#""storageos":{}"#, r#""storageos":{"volumeName":"A_b","volumeNamespace":"A_b","secretRef":{}}"#, r#""storageos":{"volumeName":"a","volumeNamespace":"b"}"#],
    ])
    .await;
}

#[tokio::test]
async fn volumes_of_networks_are_found() {
    try_volumes(&[
        &[r#""gitRepo":{"repository":"","directory":"/a/../b"}"#, r#""gitRepo":{"repository":"x","directory":"a"}"#],
        &[r#""iscsi":{"targetPortal":"","iqn":"","lun":256}"#],
        &[r#""iscsi":{"targetPortal":"a","iqn":"x","lun":-1,"chapAuthDiscovery":true}"#, r#""iscsi":{"targetPortal":"a","iqn":"iqn.x","lun":0}"#, r#""iscsi":{"targetPortal":"a","iqn":"eui.x","lun":0}"#, r#""iscsi":{"targetPortal":"a","iqn":"naa.x","lun":0}"#],
        &[r#""iscsi":{"targetPortal":"a","iqn":"iqn.2001-04.com.example:storage","lun":1,"initiatorName":"x"}"#, r#""iscsi":{"targetPortal":"a","iqn":"eui.0123456789abcdef","lun":1,"initiatorName":"iqn"}"#],
        &[r#""iscsi":{"targetPortal":"a.host.with.a.name.that.is.much.longer.than.names.should.ever.be.said","iqn":"naa.62004567BA64678D0123456789ABCDEF","lun":1,"initiatorName":"iqn.2001-04.com.example:x,y"}"#],
        &[r#""iscsi":{"targetPortal":"a","iqn":"iqn.2001-04.com.example:storage","lun":1,"chapAuthSession":true,"secretRef":{}}"#],
        &[r#""nfs":{"server":"","path":""}"#, r#""nfs":{"server":"a","path":"b"}"#, r#""nfs":{"server":"a","path":"/b/../c"}"#],
        &[r#""glusterfs":{"endpoints":"","path":""}"#, r#""glusterfs":{"endpoints":"a","path":"b"}"#],
        &[r#""flocker":{}"#, r#""flocker":{"datasetName":"a/b","datasetUUID":"c"}"#, r#""flocker":{"datasetUUID":"c"}"#],
        &[r#""rbd":{"monitors":[],"image":""}"#, r#""rbd":{"monitors":["a"],"image":"b"}"#],
        &[r#""cephfs":{"monitors":[]}"#, r#""cephfs":{"monitors":["a"]}"#, r#""emptyDir":{},"cephfs":{"monitors":[]},"downwardAPI":{}"#],
        &[r#""quobyte":{"registry":"","volume":""}"#, r#""quobyte":{"registry":"a","volume":"b"}"#, r#""quobyte":{"registry":"a:1,b,[::1]:2,::1:3,a:","volume":"b"}"#],
        &[r#""quobyte":{"registry":"a:1","volume":"b","tenant":"0123456789012345678901234567890123456789012345678901234567890123456789"}"#],
        &[r#""fc":{}"#, r#""fc":{"targetWWNs":["a"],"wwids":["b"]}"#, r#""fc":{"targetWWNs":["a"],"lun":256}"#, r#""fc":{"wwids":["a"]}"#, r#""fc":{"targetWWNs":["a"],"lun":0}"#],
        &[r#""flexVolume":{"driver":""}"#, r#""flexVolume":{"driver":"a/b","options":{"kubernetes.io/x":"y"}}"#, r#""flexVolume":{"driver":"a/b","options":{"a.K8S.io":"y"}}"#, r#""flexVolume":{"driver":"a/b","options":{"x":"y"}}"#],
        &[r#""csi":{"driver":""}"#, r#""csi":{"driver":"A.b","nodePublishSecretRef":{}}"#, r#""csi":{"driver":"a_b","nodePublishSecretRef":{"name":"A_b"}}"#],
        &[r#""csi":{"driver":"a.0123456789012345678901234567890123456789012345678901234567890123456789"}"#],
        &[r#""gcePersistentDisk":{"pdName":"a"},"awsElasticBlockStore":{"volumeID":""}"#, r#""hostPath":{"path":"","type":"X"}"#, r#""hostPath":{"path":"a/..b","type":""}"#],
        &[r#""emptyDir":{"medium":"X"}"#, r#""image":{}"#, r#""image":{"reference":"a","pullPolicy":"X"}"#, r#""image":{"reference":"a:1"}"#],
    ])
    .await;
}

#[tokio::test]
async fn volumes_are_projected_from_all_sources() {
    let wrap =
        |sources: &&str| format!(r#""volumes":[{{"name":"v","projected":{{"sources":[{sources}]}}}}]"#);
    let rows = [
        r#"{"clusterTrustBundle":{"path":""}},{}"#,
        r#"{"clusterTrustBundle":{"path":"a","name":"","labelSelector":{}}}"#,
        r#"{"clusterTrustBundle":{"path":"/a","name":"a","signerName":"b"}}"#,
        r#"{"clusterTrustBundle":{"path":"..a","name":"A_b"}}"#,
        r#"{"clusterTrustBundle":{"path":"a","name":"a.b:c:d"}},{"clusterTrustBundle":{"path":"a","name":"a.b:c:D"}},{"clusterTrustBundle":{"path":"b","name":":a"}}"#,
        r#"{"clusterTrustBundle":{"path":"a","signerName":"","labelSelector":{"matchLabels":{"a b":"c"}}}}"#,
        r#"{"clusterTrustBundle":{"path":"a","signerName":"a/b/c"}},{"clusterTrustBundle":{"path":"b","signerName":"a/b"}},{"clusterTrustBundle":{"path":"c","signerName":"A.b/C"}}"#,
        r#"{"clusterTrustBundle":{"path":"a","signerName":"a.b/c","labelSelector":{}}},{"clusterTrustBundle":{"path":"b","name":"x","optional":true}}"#,
        r#"{"podCertificate":{}}"#,
        r#"{"podCertificate":{"signerName":"a.b/c","keyType":"X","maxExpirationSeconds":1}}"#,
        r#"{"podCertificate":{"signerName":"a.b/c","keyType":"ED25519","maxExpirationSeconds":10000000,"credentialBundlePath":"/a","keyPath":"..b","certificateChainPath":"../c"}}"#,
        r#"{"podCertificate":{"signerName":"kubernetes.io/c","keyType":"RSA3072","maxExpirationSeconds":100000,"credentialBundlePath":"a","keyPath":"a","certificateChainPath":"a"}}"#,
        r#"{"podCertificate":{"signerName":"a.b/c","keyType":"ECDSAP256","credentialBundlePath":"a","userAnnotations":{"a":"b"}}}"#,
        r#"{"podCertificate":{"signerName":"a.b/c","keyType":"ECDSAP256","credentialBundlePath":"a","userAnnotations":{"A.b/c":"b","/x":"y"}}}"#,
        r#"{"podCertificate":{"signerName":"a.b/c","keyType":"ECDSAP256","credentialBundlePath":"a","userAnnotations":{"a.b/c":"b"}}},{"secret":{"name":"s","items":[{"key":"k","path":"a"}]}}"#,
        r#"{"podCertificate":{"signerName":"a.b/c","keyType":"ECDSAP521","keyPath":"a"},"clusterTrustBundle":{"path":"b","name":"x"}}"#,
        r#"{"serviceAccountToken":{"path":"/a","expirationSeconds":100}},{"serviceAccountToken":{"path":"a"}},{"configMap":{"name":"c","items":[{"key":"k","path":"a"}]}}"#,
        r#"{"configMap":{"name":"c","items":[{"key":"k","path":"a"}]}},{"downwardAPI":{"items":[{"path":"a"}]}}"#,
    ];
    let rows: Vec<String> = rows.iter().map(wrap).collect();
    try_specs(&rows.iter().map(String::as_str).collect::<Vec<_>>()).await;
}

#[tokio::test]
async fn claims_that_go_with_a_pod_have_its_name() {
    let claim = r#""ephemeral":{"volumeClaimTemplate":{"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}}"#;
    try_volumes(&[&[claim, r#""persistentVolumeClaim":{"claimName":"a-v0"}"#]]).await;
    let long = "a".repeat(252);
    check(&format!(
        r#"
        POST pods?dryRun=All {{"metadata":{{"name":"{long}"}},"spec":{{"automountServiceAccountToken":false,"containers":[{{"name":"c","image":"i"}}],"volumes":[{{"name":"v0",{claim}}}]}}}}
        POST pods?dryRun=All {{"metadata":{{"name":"a"}},"spec":{{"automountServiceAccountToken":false,"containers":[{{"name":"c","image":"i"}}],"volumes":[{{"name":"v0","ephemeral":{{"volumeClaimTemplate":{{"metadata":{{"annotations":{{"a b":"c"}}}},"spec":{{}}}}}}}}]}}}}
    "#
    ))
    .await;
}

#[tokio::test]
async fn volumes_that_are_there_are_of_all_kinds() {
    try_persistent(&[
        r#""gcePersistentDisk":{"pdName":"","partition":256}"#,
        r#""gcePersistentDisk":{"pdName":"a"},"awsElasticBlockStore":{"volumeID":""},"flexVolume":{"driver":""}"#,
        r#""flexVolume":{"driver":"a/b","options":{"kubernetes.io/x":"y"}},"nfs":{"server":"a","path":"b"}"#,
        r#""awsElasticBlockStore":{"volumeID":"","partition":-1}"#,
        r#""glusterfs":{"endpoints":"","path":"","endpointsNamespace":""}"#,
        r#""glusterfs":{"endpoints":"a","path":"b","endpointsNamespace":"A_b"}"#,
        r#""glusterfs":{"endpoints":"a","path":"b","endpointsNamespace":"c"}"#,
        r#""flocker":{"datasetName":"a/b","datasetUUID":"c"}"#,
        r#""nfs":{"server":"a","path":"b"}"#,
        r#""rbd":{"monitors":[],"image":""}"#,
        r#""rbd":{"monitors":["a"],"image":"b"},"cephfs":{"monitors":["a"]}"#,
        r#""quobyte":{"registry":"a","volume":""}"#,
        r#""cephfs":{"monitors":[]}"#,
        r#""iscsi":{"targetPortal":"","iqn":"x","lun":256,"chapAuthDiscovery":true,"initiatorName":"x"}"#,
        r#""iscsi":{"targetPortal":"a.host.with.a.name.that.is.much.longer.than.names.should.ever.be.said","iqn":"eui.0123456789abcdef","lun":2,"secretRef":{},"initiatorName":"iqn.2001-04.com.example:x"}"#,
        r#""iscsi":{"targetPortal":"a","iqn":"iqn.2001-04.com.example:x","lun":2}"#,
        r#""cinder":{"volumeID":"","secretRef":{}}"#,
        r#""cinder":{"volumeID":"a","secretRef":{"name":"b"}}"#,
        r#""fc":{"targetWWNs":["a"]}"#,
        r#""azureFile":{"secretName":"","shareName":"","secretNamespace":""}"#,
        r#""azureFile":{"secretName":"a","shareName":"b","secretNamespace":"A_b"}"#,
        r#""azureFile":{"secretName":"a","shareName":"b"}"#,
        r#""vsphereVolume":{"volumePath":""}"#,
        r#""photonPersistentDisk":{"pdID":""}"#,
        r#""portworxVolume":{"volumeID":""}"#,
        r#""azureDisk":{"diskName":"","diskURI":""}"#,
        r#""scaleIO":{"gateway":"","system":"","secretRef":null}"#,
        r#""scaleIO":{"gateway":"a","system":"b","volumeName":"c","secretRef":{}}"#,
        r#""storageos":{"volumeName":"","secretRef":{}}"#,
        r#""storageos":{"volumeName":"a","volumeNamespace":"B","secretRef":{"name":"a"}}"#,
        r#""csi":{"driver":"a_b","volumeHandle":"","controllerPublishSecretRef":{},"nodeStageSecretRef":{},"nodePublishSecretRef":{"name":"A_b","namespace":"A_b"},"controllerExpandSecretRef":{"name":"a"},"nodeExpandSecretRef":{"namespace":"a"}}"#,
        r#""csi":{"driver":"A.b","volumeHandle":"x","controllerPublishSecretRef":{"name":"a","namespace":"b"}},"volumeAttributesClassName":"c""#,
        r#""csi":{"driver":"a.b","volumeHandle":"x"},"volumeAttributesClassName":"""#,
        r#""hostPath":{"path":"/x"},"volumeAttributesClassName":"A_b""#,
        r#""hostPath":{"path":"","type":"X"}"#,
        r#""hostPath":{"path":"/x/..","type":"X"},"persistentVolumeReclaimPolicy":"Recycle""#,
        r#""hostPath":{"path":"//"},"persistentVolumeReclaimPolicy":"Recycle""#,
        r#""local":{"path":""}"#,
        r#""local":{"path":"/../x"},"nodeAffinity":{}"#,
        r#""local":{"path":"/x"},"nodeAffinity":{"required":{"nodeSelectorTerms":[]}}"#,
        r#""local":{"path":"/x","fsType":""},"nodeAffinity":{"required":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"a","operator":"In","values":["b"]}]}]}}"#,
        r#""local":{"path":"/x"},"nodeAffinity":{"required":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"a","operator":"In","values":["b c"]}]}]}}"#,
        r#""capacity":{"storage":"1","cpu":"-1","a":"0"},"hostPath":{"path":"/x"}"#,
    ])
    .await;
}

#[tokio::test]
async fn volumes_that_are_there_keep_where_they_are() {
    // A cluster has looked at what there is meanwhile, so that what is taken is not compared.
    check_warnings(
        r#"
        POST   /api/v1/persistentvolumes {"metadata":{"name":"$ns"},"spec":{"accessModes":["ReadWriteOnce"],"capacity":{"storage":"1Gi"},"csi":{"driver":"a.b","volumeHandle":"x"},"claimRef":{"namespace":"$ns","name":"none"}}}
        MERGE  /api/v1/persistentvolumes/$ns?dryRun=All {"spec":{"csi":{"controllerExpandSecretRef":{"name":"a","namespace":"b"}}}}
        MERGE  /api/v1/persistentvolumes/$ns?dryRun=All {"spec":{"csi":{"nodeExpandSecretRef":{"name":"a","namespace":"b"}}}}
        MERGE  /api/v1/persistentvolumes/$ns {"spec":{"volumeAttributesClassName":"a","nodeAffinity":{"required":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"beta.kubernetes.io/os","operator":"In","values":["b"]}]}]}}}}
        MERGE  /api/v1/persistentvolumes/$ns?dryRun=All {"spec":{"volumeAttributesClassName":"b"}}
        MERGE  /api/v1/persistentvolumes/$ns?dryRun=All {"spec":{"nodeAffinity":{"required":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"kubernetes.io/os","operator":"In","values":["b"]}]}]}}}}
        DELETE /api/v1/persistentvolumes/$ns?gracePeriodSeconds=0
    "#,
    )
    .await;
    check(
        r#"
        POST   /api/v1/persistentvolumes {"metadata":{"name":"$ns"},"spec":{"accessModes":["ReadWriteOnce"],"capacity":{"storage":"1Gi"},"csi":{"driver":"a.b","volumeHandle":"x","controllerExpandSecretRef":{"name":"a","namespace":"b"}},"volumeAttributesClassName":"a","nodeAffinity":{"required":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"a","operator":"In","values":["b"]}]}]}}}}
        MERGE  /api/v1/persistentvolumes/$ns {"spec":{"csi":{"controllerExpandSecretRef":null,"fsType":"x"}}}
        MERGE  /api/v1/persistentvolumes/$ns {"spec":{"volumeAttributesClassName":null}}
        MERGE  /api/v1/persistentvolumes/$ns {"spec":{"nodeAffinity":null}}
        MERGE  /api/v1/persistentvolumes/$ns {"spec":{"nodeAffinity":{"required":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"a","operator":"In","values":["c"]}]}]}}}}
        MERGE  /api/v1/persistentvolumes/$ns {"spec":{"nodeAffinity":{"required":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"failure-domain.beta.kubernetes.io/zone","operator":"In","values":["b"]}]}]}}}}
        MERGE  /api/v1/persistentvolumes/$ns {"spec":{"volumeMode":"Block"}}
    "#,
    )
    .await;
    check_warnings("DELETE /api/v1/persistentvolumes/$ns?gracePeriodSeconds=0").await;
}
