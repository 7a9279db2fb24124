//! What may not change is shown as a server has it inside: the fields of Go, and what nobody has said.

use super::check;

/// A pod with something of everything that may not change.
const POD: &str = r#""automountServiceAccountToken":false,"nodeSelector":{"b":"1","a":"2"},"hostname":"h","dnsPolicy":"None","dnsConfig":{"nameservers":["10.0.0.1"],"options":[{"name":"ndots","value":"2"},{"name":"x"}]},"hostAliases":[{"ip":"10.0.0.2","hostnames":["a"]}],"securityContext":{"runAsUser":1000,"sysctls":[],"seccompProfile":{"type":"RuntimeDefault"}},"affinity":{"nodeAffinity":{"preferredDuringSchedulingIgnoredDuringExecution":[{"weight":1,"preference":{"matchExpressions":[{"key":"k","operator":"In","values":["v"]}]}}]},"podAntiAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[{"topologyKey":"t","labelSelector":{"matchLabels":{"a":"b"}}}]}},"topologySpreadConstraints":[{"maxSkew":1,"topologyKey":"t","whenUnsatisfiable":"ScheduleAnyway","labelSelector":{"matchExpressions":[{"key":"k","operator":"Exists"}]}}],"tolerations":[{"key":"k","operator":"Exists","effect":"NoExecute","tolerationSeconds":5}],"readinessGates":[{"conditionType":"a.b/c"}],"imagePullSecrets":[{"name":"x"}],"volumes":[{"name":"a","configMap":{"name":"c","defaultMode":256,"items":[{"key":"k","path":"p"}]}},{"name":"b","emptyDir":{"sizeLimit":"1Gi"}},{"name":"d","projected":{"sources":[{"downwardAPI":{"items":[{"path":"p","fieldRef":{"fieldPath":"metadata.name"}}]}},{"secret":{"name":"s"}}]}},{"name":"e","ephemeral":{"volumeClaimTemplate":{"metadata":{"labels":{"l":"m"}},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}}},{"name":"f","hostPath":{"path":"/x"}},{"name":"g","csi":{"driver":"a.b"}}],"initContainers":[{"name":"i","image":"i","restartPolicy":"Always"}]"#;
const CONTAINERS: &str = r#""containers":[{"name":"c","image":"c:1","command":["x","y"],"ports":[{"containerPort":80,"name":"http"}],"env":[{"name":"A","value":"1"},{"name":"B","valueFrom":{"fieldRef":{"fieldPath":"status.podIP"}}},{"name":"C","valueFrom":{"secretKeyRef":{"name":"s","key":"k","optional":true}}}],"envFrom":[{"prefix":"P","configMapRef":{"name":"c"}}],"resources":{"limits":{"cpu":"1500m","memory":"1Gi"}},"volumeMounts":[{"name":"a","mountPath":"/a","readOnly":true}],"livenessProbe":{"httpGet":{"port":"http","path":"/"}},"readinessProbe":{"tcpSocket":{"port":80}},"startupProbe":{"exec":{"command":["a"]}},"lifecycle":{"preStop":{"sleep":{"seconds":1}}},"securityContext":{"capabilities":{"add":["NET_ADMIN"]},"privileged":false}},{"name":"d","image":"d","tty":true}]"#;

#[tokio::test]
async fn changes_of_a_pod_are_shown_line_by_line() {
    let strategic = |spec: &str| format!("STRATEGIC pods/p {{\"spec\":{{{spec}}}}}\n");
    let mut rows = format!("POST pods {{\"metadata\":{{\"name\":\"p\"}},\"spec\":{{{POD},{CONTAINERS}}}}}\n");
    for spec in [
        r#""nodeSelector":{"c":"3"}"#,
        r#""hostname":"i","subdomain":"s""#,
        r#""securityContext":{"runAsUser":null,"runAsGroup":7}"#,
        r#""volumes":[{"name":"b","emptyDir":{"medium":"Memory"}},{"name":"n","emptyDir":{}}]"#,
        r#""volumes":[{"name":"a","$patch":"delete"},{"name":"g","$patch":"delete"}]"#,
        r#""containers":[{"name":"c","env":[{"name":"D","value":"<4>"}],"image":"other"}]"#,
        r#""containers":[{"name":"c","env":[{"name":"A","$patch":"delete"},{"name":"C","$patch":"delete"}]},{"name":"d","tty":false,"stdin":true}]"#,
        r#""containers":[{"name":"c","livenessProbe":null,"readinessProbe":{"tcpSocket":{"port":"http"}},"lifecycle":null}]"#,
        r#""containers":[{"name":"c","ports":[{"containerPort":81}],"resources":{"limits":{"cpu":"2"},"requests":{"memory":"1Mi"}}}]"#,
        r#""initContainers":[{"name":"i","args":["a","b","c"],"workingDir":"/"}],"hostAliases":[{"ip":"10.0.0.3","hostnames":["b"]}]"#,
        r#""affinity":{"nodeAffinity":null}"#,
        r#""affinity":null,"dnsConfig":null,"dnsPolicy":"Default","tolerations":null,"topologySpreadConstraints":null,"volumes":null"#,
        r#""terminationGracePeriodSeconds":7,"priority":9,"restartPolicy":"Never","serviceAccountName":"t""#,
    ] {
        rows += &strategic(spec);
    }
    check(&rows).await;
}

#[tokio::test]
async fn what_pods_that_wait_may_change_is_not_shown() {
    let pod = |name: &str, more: &str| {
        format!(
            r#"POST pods {{"metadata":{{"name":"{name}"}},"spec":{{"automountServiceAccountToken":false,{more}"schedulingGates":[{{"name":"x.y/z"}}],"containers":[{{"name":"c","image":"c"}}]}}}}"#
        )
    };
    let terms = |value: &str| {
        format!(
            r#""nodeAffinity":{{"requiredDuringSchedulingIgnoredDuringExecution":{{"nodeSelectorTerms":[{{"matchExpressions":[{{"key":"k","operator":"In","values":["{value}"]}}]}}]}}}}"#
        )
    };
    let others = r#""podAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[{"topologyKey":"t","labelSelector":{"matchLabels":{"a":"b"}}}]}"#;
    let (bare, near) = (pod("a", ""), pod("b", &format!(r#""affinity":{{{}}},"#, terms("v"))));
    check(&format!(
        r#"
        {bare}
        MERGE  pods/a {{"spec":{{"nodeSelector":{{"a":"b"}},"hostname":"h"}}}}
        MERGE  pods/a {{"spec":{{"affinity":{{{others}}}}}}}
        MERGE  pods/a {{"spec":{{"affinity":{{{others},{0}}}}}}}
        MERGE  pods/a?dryRun=All {{"spec":{{"affinity":{{{0}}}}}}}
        MERGE  pods/a?dryRun=All {{"spec":{{"affinity":{{{0}}},"hostname":"h"}}}}
        {near}
        MERGE  pods/b {{"spec":{{"affinity":{{{1}}}}}}}
        MERGE  pods/b {{"spec":{{"affinity":{{{others}}}}}}}
        MERGE  pods/b {{"spec":{{"affinity":null}}}}
        MERGE  pods/b {{"spec":{{"affinity":{{{1}}},"hostname":"h"}}}}
    "#,
        terms("v"),
        terms("w"),
    ))
    .await;
}

#[tokio::test]
async fn changes_of_claims_and_volumes_are_shown_line_by_line() {
    check(
        r#"
        POST   persistentvolumeclaims {"metadata":{"name":"a"},"spec":{"accessModes":["ReadWriteOnce","ReadOnlyMany"],"storageClassName":"none","selector":{"matchLabels":{"b":"c","a":"d"},"matchExpressions":[{"key":"k","operator":"Exists"}]},"resources":{"requests":{"storage":"1Gi"}}}}
        MERGE  persistentvolumeclaims/a {"spec":{"accessModes":["ReadWriteMany"],"selector":null}}
        MERGE  persistentvolumeclaims/a {"spec":{"volumeName":"v","resources":{"limits":{"storage":"3Gi"}}}}
        MERGE  persistentvolumeclaims/a {"spec":{"dataSource":{"kind":"PersistentVolumeClaim","name":"b"}}}
        MERGE  persistentvolumeclaims/a {"spec":{"dataSourceRef":{"apiGroup":"a.b","kind":"C","name":"b"}}}
        MERGE  persistentvolumeclaims/a {"spec":{"volumeAttributesClassName":"x"}}
        POST   /api/v1/persistentvolumes {"metadata":{"name":"$ns"},"spec":{"accessModes":["ReadWriteOnce"],"storageClassName":"none","capacity":{"storage":"1Gi"},"csi":{"driver":"a.b","volumeHandle":"x","volumeAttributes":{"z":"1","y":"<2>"}}}}
        MERGE  /api/v1/persistentvolumes/$ns {"spec":{"csi":{"volumeHandle":"y","fsType":"ext4","readOnly":true}}}
        MERGE  /api/v1/persistentvolumes/$ns {"spec":{"csi":{"volumeAttributes":null,"nodeStageSecretRef":{"name":"a","namespace":"b"}}}}
        MERGE  /api/v1/persistentvolumes/$ns {"spec":{"csi":null,"nfs":{"server":"s","path":"/p"}}}
        MERGE  /api/v1/persistentvolumes/$ns {"spec":{"volumeMode":"Block"}}
        DELETE+metadata /api/v1/persistentvolumes/$ns
    "#,
    )
    .await;
}

#[tokio::test]
async fn volumes_of_all_kinds_are_shown() {
    let iscsi = r#""iscsi":{"targetPortal":"1.2.3.4","iqn":"iqn.2001-04.com.example:storage","lun":0,"portals":["1.2.3.5"],"chapAuthDiscovery":true,"chapAuthSession":true,"secretRef":{"name":"x"}}"#;
    let rbd = r#""rbd":{"monitors":["a","b"],"image":"i","pool":"p","user":"u"}"#;
    let glusterfs = r#""glusterfs":{"endpoints":"e","path":"p"}"#;
    let disk = r#""azureDisk":{"diskName":"d","kind":"Managed","diskURI":"/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/disks/d"}"#;
    let mut rows = format!(
        r#"
        POST   pods {{"metadata":{{"name":"v"}},"spec":{{"automountServiceAccountToken":false,"containers":[{{"name":"c","image":"i"}}],"volumes":[{{"name":"a",{iscsi}}},{{"name":"b",{rbd}}},{{"name":"c",{glusterfs}}},{{"name":"d",{disk}}}]}}}}
        MERGE  pods/v {{"spec":{{"hostname":"h"}}}}
        MERGE  pods/v {{"spec":{{"volumes":null}}}}
    "#
    );
    for (index, kind) in [iscsi, rbd, glusterfs, disk].iter().enumerate() {
        rows += &format!(
            r#"
            POST   /api/v1/persistentvolumes {{"metadata":{{"name":"$ns-{index}"}},"spec":{{"accessModes":["ReadWriteOnce"],"storageClassName":"none","capacity":{{"storage":"1Gi"}},{kind}}}}}
            MERGE  /api/v1/persistentvolumes/$ns-{index} {{"spec":{{"nfs":{{"server":"s","path":"/p"}}}}}}
            DELETE+metadata /api/v1/persistentvolumes/$ns-{index}
        "#
        );
    }
    check(&rows).await;
}

#[tokio::test]
async fn what_is_said_to_be_empty_is_shown_so() {
    let json = |changes: &[(&str, &str)]| {
        let change =
            |(path, value): &(&str, &str)| format!(r#"{{"op":"add","path":"/spec/{path}","value":{value}}}"#);
        let changes: Vec<String> = changes.iter().map(change).collect();
        format!("JSON pods/p?dryRun=All [{}]\n", changes.join(","))
    };
    let mut rows = format!("POST pods {{\"metadata\":{{\"name\":\"p\"}},\"spec\":{{{POD},{CONTAINERS}}}}}\n");
    let changed = ("hostname", r#""i""#);
    for changes in [
        &[("containers/1/args", "[]"), changed][..],
        &[("containers/1/args", "[]")],
        &[("containers/1/env", "[]"), ("containers/1/resources", r#"{"limits":{}}"#), changed],
        &[("containers/1/resources", r#"{"limits":{},"claims":[]}"#), ("overhead", "{}"), changed],
        &[("nodeSelector", "{}"), ("imagePullSecrets", "[]")],
        &[("tolerations", "[]"), ("schedulingGates", "[]"), changed],
        &[("initContainers", "[]")],
        &[("volumes", "[]")],
        &[("ephemeralContainers", "[]"), ("resourceClaims", "[]"), ("evictionResponders", "[]"), changed],
        &[("initContainers/0/ports", "[]"), ("initContainers/0/volumeMounts", "[]"), changed],
        &[("securityContext/sysctls", "[]"), ("securityContext/supplementalGroups", "[]"), changed],
        &[("securityContext", "{}"), ("dnsConfig", r#"{"nameservers":["10.0.0.1"],"searches":[]}"#)],
        &[("affinity", "{}")],
        &[("affinity", r#"{"podAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[]}}"#)],
        &[("volumes/0/configMap/items", "[]"), ("volumes/5/csi/volumeAttributes", "{}")],
        &[(
            "volumes/3/ephemeral/volumeClaimTemplate/metadata",
            r#"{"labels":{},"annotations":{},"finalizers":[]}"#,
        )],
        &[("containers/1/securityContext", r#"{"capabilities":{"add":[],"drop":[]}}"#)],
        &[("containers/1/lifecycle", r#"{"preStop":{"exec":{"command":[]}}}"#)],
        &[("topologySpreadConstraints/0/labelSelector/matchLabels", "{}"), changed],
        &[("topologySpreadConstraints/0/matchLabelKeys", "[]"), changed],
    ] {
        rows += &json(changes);
    }
    rows += r#"
        POST   pods {"metadata":{"name":"g"},"spec":{"automountServiceAccountToken":false,"schedulingGates":[{"name":"x.y/z"}],"containers":[{"name":"c","image":"i"}]}}
        MERGE  pods/g {"spec":{"nodeSelector":{},"hostname":"h"}}
        MERGE  pods/g {"spec":{"affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{"matchExpressions":[]}]}}},"hostname":"h"}}
        MERGE  pods/g {"spec":{"nodeSelector":{"a":"b"},"affinity":{"nodeAffinity":{"preferredDuringSchedulingIgnoredDuringExecution":[]}},"hostname":"h"}}
        STRATEGIC pods/g {"spec":{"nodeSelector":{},"hostname":"h","containers":[{"name":"c","command":[]}]}}
        MERGE  pods/g {"spec":{"activeDeadlineSeconds":-1,"overhead":{"a":"1"}}}
        MERGE  pods/g {"spec":{"overhead":{"a":"1"}}}
        MERGE  pods/g {"spec":{"restartPolicy":"<a>","os":{"name":"<b>"}}}
        MERGE  pods/g {"spec":{"containers":[{"name":"c","image":"c","restartPolicy":"Never","restartPolicyRules":[{},{"exitCodes":{"values":[1]}}]}]}}
        MERGE  pods/g {"spec":{"ephemeralContainers":[{"name":"d","image":"d"}]}}
        MERGE  pods/g {"spec":{"volumes":[{"name":"v","ephemeral":{"volumeClaimTemplate":{}}}]}}
        STRATEGIC pods/g {"spec":{"containers":[{"image":"c","env":[{"name":"A"}],"tty":true}]}}
        POST   persistentvolumeclaims {"metadata":{"name":"a"},"spec":{"accessModes":["ReadWriteOnce"],"storageClassName":"none","resources":{"requests":{"storage":"1Gi"}}}}
        MERGE  persistentvolumeclaims/a {"spec":{"selector":{"matchLabels":{},"matchExpressions":[]},"resources":{"limits":{}}}}
        JSON   persistentvolumeclaims/a [{"op":"replace","path":"/spec/resources/requests","value":{}},{"op":"add","path":"/spec/selector","value":{}}]
        JSON   persistentvolumeclaims/a [{"op":"add","path":"/spec/resources/limits","value":{}},{"op":"add","path":"/spec/selector","value":{}}]
        POST   /api/v1/persistentvolumes {"metadata":{"name":"$ns"},"spec":{"accessModes":["ReadWriteOnce"],"storageClassName":"none","capacity":{"storage":"1Gi"},"csi":{"driver":"a.b","volumeHandle":"x"}}}
        MERGE  /api/v1/persistentvolumes/$ns {"spec":{"csi":{"volumeAttributes":{},"fsType":"x"}}}
        DELETE+metadata /api/v1/persistentvolumes/$ns
    "#;
    check(&rows).await;
}

#[tokio::test]
async fn templates_and_policies_of_jobs_are_shown_whole() {
    const JOBS: &str = "/apis/batch/v1/namespaces/$ns/jobs";
    let pod = format!(r#"{POD},"restartPolicy":"Never",{CONTAINERS}"#);
    let policies = r#""completionMode":"Indexed","completions":3,"podFailurePolicy":{"rules":[{"action":"FailJob","onExitCodes":{"containerName":"c","operator":"In","values":[1,2]}},{"action":"Ignore","onPodConditions":[{"type":"DisruptionTarget"}]}]},"successPolicy":{"rules":[{"succeededCount":1}]}"#;
    let template = format!(
        r#""template":{{"metadata":{{"labels":{{"l":"m"}},"annotations":{{"b":"<","a":"c"}}}},"spec":{{{pod}}}}}"#
    );
    check(&format!(
        r#"
        POST   {JOBS} {{"metadata":{{"name":"j"}},"spec":{{"managedBy":"kopf.test/nobody",{policies},{template}}}}}
        MERGE  {JOBS}/j {{"spec":{{"template":{{"spec":{{"hostname":"i"}}}}}}}}
        MERGE  {JOBS}/j {{"spec":{{"template":{{"metadata":{{"labels":{{"n":"o"}}}}}}}}}}
        MERGE  {JOBS}/j {{"spec":{{"podFailurePolicy":{{"rules":[{{"action":"Count","onPodConditions":[{{"type":"X","status":"False"}}]}}]}}}}}}
        MERGE  {JOBS}/j {{"spec":{{"podFailurePolicy":null}}}}
        MERGE  {JOBS}/j {{"spec":{{"successPolicy":{{"rules":[{{"succeededIndexes":"0-1"}}]}}}}}}
        MERGE  {JOBS}/j {{"spec":{{"successPolicy":null}}}}
    "#
    ))
    .await;
}
