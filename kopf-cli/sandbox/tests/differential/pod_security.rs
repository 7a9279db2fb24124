//! Namespaces say by their labels what pods in them may.

use super::{check, check_warnings};
use std::fmt::Write;

/// The versions in which checks have changed, each with the one before it.
const VERSIONS: [&str; 20] = [
    "v1.0", "v1.7", "v1.8", "v1.18", "v1.19", "v1.21", "v1.22", "v1.23", "v1.24", "v1.25", "v1.26", "v1.27",
    "v1.29", "v1.31", "v1.32", "v1.34", "v1.35", "v1.36", "v1.37", "latest",
];

/// Makes pods of these specs, none of them to stay, where each level of these versions is warned of.
async fn try_specs(versions: &[&str], specs: &[&str]) {
    let mut rows = String::new();
    for (number, version) in versions.iter().enumerate() {
        for level in ["baseline", "restricted"] {
            let namespace = format!("$ns-{number}-{level}");
            let labels = format!(
                r#""pod-security.kubernetes.io/warn":"{level}","pod-security.kubernetes.io/warn-version":"{version}""#
            );
            writeln!(
                rows,
                r#"POST /api/v1/namespaces {{"metadata":{{"name":"{namespace}","labels":{{{labels}}}}}}}"#
            )
            .unwrap();
            for spec in specs {
                let path = format!("/api/v1/namespaces/{namespace}/pods?dryRun=All");
                let (annotations, spec) = spec.split_once(" | ").unwrap_or(("", spec));
                let metadata = format!(r#"{{"name":"a","annotations":{{{annotations}}}}}"#);
                let spec = format!(r#"{{"automountServiceAccountToken":false,{spec}}}"#);
                writeln!(rows, r#"POST {path} {{"metadata":{metadata},"spec":{spec}}}"#).unwrap();
            }
        }
    }
    check(&rows).await;
}

#[tokio::test]
async fn each_version_finds_in_pods_what_it_knows_of() {
    try_specs(
        &VERSIONS,
        &[
            r#""containers":[{"name":"c","image":"i"}]"#,
            r#""hostNetwork":true,"hostPID":true,"hostIPC":true,"containers":[{"name":"c","image":"i","ports":[{"containerPort":80},{"containerPort":8080,"hostPort":8080}]}]"#,
            r#""hostUsers":false,"containers":[{"name":"c","image":"i","securityContext":{"procMount":"Unmasked","runAsUser":0,"runAsNonRoot":false}}]"#,
            r#""os":{"name":"windows"},"containers":[{"name":"c","image":"i"},{"name":"d","image":"i","securityContext":{"windowsOptions":{"runAsUserName":"x"}}}]"#,
            r#""securityContext":{"sysctls":[{"name":"net.ipv4.ip_local_reserved_ports","value":"1"},{"name":"net.ipv4.tcp_fin_timeout","value":"1"},{"name":"net.ipv4.tcp_rmem","value":"1"},{"name":"net.ipv4.tcp_notsent_lowat","value":"1"},{"name":"kernel.msgmax","value":"1"}]},"containers":[{"name":"c","image":"i"}]"#,
            r#""securityContext":{"seLinuxOptions":{"type":"container_engine_t"}},"containers":[{"name":"c","image":"i","securityContext":{"seLinuxOptions":{"type":"t","user":"u","role":"r"}}}]"#,
            r#""securityContext":{"seccompProfile":{"type":"Unconfined"},"appArmorProfile":{"type":"Unconfined"}},"containers":[{"name":"c","image":"i"}]"#,
            r#""seccomp.security.alpha.kubernetes.io/pod":"unconfined","container.seccomp.security.alpha.kubernetes.io/c":"x" | "containers":[{"name":"c","image":"i"}]"#,
            r#""containers":[{"name":"c","image":"i","livenessProbe":{"httpGet":{"port":1,"host":"b"}},"lifecycle":{"preStop":{"tcpSocket":{"port":1,"host":"a"}}}}],"initContainers":[{"name":"d","image":"i","restartPolicy":"Always","startupProbe":{"tcpSocket":{"port":1,"host":"a"}}}]"#,
            r#""securityContext":{"runAsNonRoot":true,"runAsUser":1,"seccompProfile":{"type":"RuntimeDefault"}},"containers":[{"name":"c","image":"i","securityContext":{"allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"],"add":["NET_BIND_SERVICE"]}}}]"#,
            r#""containers":[{"name":"c","image":"i","securityContext":{"capabilities":{"add":["SYS_ADMIN","KILL","NET_RAW"]}}},{"name":"d","image":"i","securityContext":{"capabilities":{"add":["NET_RAW"],"drop":["ALL"]}}}]"#,
            r#""containers":[{"name":"c","image":"i"}],"volumes":[{"name":"a","hostPath":{"path":"/"}},{"name":"b","nfs":{"server":"s","path":"/"}},{"name":"e","emptyDir":{}}]"#,
        ],
    )
    .await;
}

#[tokio::test]
async fn each_level_finds_in_pods_what_they_may_not() {
    try_specs(
        &["latest"],
        &[
            r#""hostNetwork":true,"containers":[{"name":"c","image":"i"}]"#,
            r#""hostPID":true,"containers":[{"name":"c","image":"i"}]"#,
            r#""containers":[{"name":"c","image":"i","ports":[{"containerPort":80,"hostPort":9}]},{"name":"d","image":"i","ports":[{"containerPort":81,"hostPort":10},{"containerPort":82,"hostPort":80}]}]"#,
            r#""containers":[{"name":"c","image":"i","securityContext":{"privileged":true}}],"initContainers":[{"name":"d","image":"i","securityContext":{"privileged":true}}]"#,
            r#""containers":[{"name":"c","image":"i","securityContext":{"privileged":false,"procMount":"Default"}}]"#,
            r#""securityContext":{"seLinuxOptions":{"user":"u"}},"containers":[{"name":"c","image":"i","securityContext":{"seLinuxOptions":{}}}]"#,
            r#""containers":[{"name":"c","image":"i","securityContext":{"seLinuxOptions":{"type":"a"}}},{"name":"d","image":"i","securityContext":{"seLinuxOptions":{"type":"b","role":"r"}}}]"#,
            r#""securityContext":{"appArmorProfile":{"type":"Unconfined"}},"containers":[{"name":"c","image":"i","securityContext":{"appArmorProfile":{"type":"Unconfined"}}}]"#,
            r#""container.apparmor.security.beta.kubernetes.io/c":"unconfined" | "containers":[{"name":"c","image":"i"}]"#,
            r#""container.apparmor.security.beta.kubernetes.io/c":"runtime/default" | "containers":[{"name":"c","image":"i"}]"#,
            r#""container.apparmor.security.beta.kubernetes.io/c":"unconfined","container.apparmor.security.beta.kubernetes.io/d":"localhost/x" | "containers":[{"name":"c","image":"i"},{"name":"d","image":"i"}]"#,
            r#""securityContext":{"runAsNonRoot":true},"containers":[{"name":"c","image":"i","securityContext":{"runAsNonRoot":false}},{"name":"d","image":"i"}]"#,
            r#""securityContext":{"runAsNonRoot":false},"containers":[{"name":"c","image":"i","securityContext":{"runAsNonRoot":false}},{"name":"d","image":"i"}]"#,
            r#""securityContext":{"runAsUser":0},"containers":[{"name":"c","image":"i","securityContext":{"runAsNonRoot":true,"runAsUser":0}},{"name":"d","image":"i","securityContext":{"runAsUser":1}}]"#,
            r#""containers":[{"name":"c","image":"i","securityContext":{"seccompProfile":{"type":"Unconfined"}}},{"name":"d","image":"i","securityContext":{"seccompProfile":{"type":"Localhost","localhostProfile":"p"}}},{"name":"e","image":"i"}]"#,
            r#""securityContext":{"seccompProfile":{"type":"Unconfined"}},"containers":[{"name":"c","image":"i","securityContext":{"seccompProfile":{"type":"RuntimeDefault"}}}]"#,
            r#""securityContext":{"windowsOptions":{"hostProcess":true}},"hostNetwork":true,"os":{"name":"windows"},"containers":[{"name":"c","image":"i","securityContext":{"windowsOptions":{"hostProcess":true}}}]"#,
            r#""containers":[{"name":"c","image":"i","securityContext":{"capabilities":{}}},{"name":"d","image":"i","securityContext":{"capabilities":{"drop":["all"]}}}]"#,
            r#""containers":[{"name":"c","image":"i","readinessProbe":{"httpGet":{"port":1,"host":"h"}}}]"#,
            r#""containers":[{"name":"c","image":"i","livenessProbe":{"tcpSocket":{"port":1,"host":"h"}},"readinessProbe":{"grpc":{"port":1}}},{"name":"b","image":"i","lifecycle":{"postStart":{"httpGet":{"port":1,"host":"g"}},"preStop":{"httpGet":{"port":1,"host":""}}}}]"#,
            r#""containers":[{"name":"c","image":"i"}],"volumes":[{"name":"a","configMap":{"name":"x"}},{"name":"b","csi":{"driver":"d"}},{"name":"d","ephemeral":{"volumeClaimTemplate":{"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1"}}}}}},{"name":"e","image":{"reference":"r"}},{"name":"f","persistentVolumeClaim":{"claimName":"x"}},{"name":"g","projected":{"sources":[]}},{"name":"h","secret":{"secretName":"x"}},{"name":"i","downwardAPI":{}},{"name":"j"}]"#,
            r#""containers":[{"name":"c","image":"i"}],"volumes":[{"name":"a","gcePersistentDisk":{"pdName":"p"}},{"name":"b","awsElasticBlockStore":{"volumeID":"v"}},{"name":"c","gitRepo":{"repository":"r"}},{"name":"d","iscsi":{"targetPortal":"1.1.1.1","iqn":"iqn.2001-04.com.example:x","lun":0}},{"name":"e","rbd":{"monitors":["m"],"image":"i"}},{"name":"f","cephfs":{"monitors":["m"]}},{"name":"g","hostPath":{"path":"/a"}},{"name":"h","hostPath":{"path":"/b"}}]"#,
        ],
    )
    .await;
}

#[tokio::test]
async fn pods_are_refused_where_a_level_is_enforced() {
    check(
        r#"
        POST   /api/v1/namespaces {"metadata":{"name":"$ns-b","labels":{"pod-security.kubernetes.io/enforce":"baseline"}}}
        POST   /api/v1/namespaces {"metadata":{"name":"$ns-r","labels":{"pod-security.kubernetes.io/enforce":"restricted","pod-security.kubernetes.io/enforce-version":"v1.30"}}}
        POST   /api/v1/namespaces {"metadata":{"name":"$ns-w","labels":{"pod-security.kubernetes.io/enforce":"baseline","pod-security.kubernetes.io/warn":"restricted","pod-security.kubernetes.io/audit":"restricted"}}}
        POST   /api/v1/namespaces {"metadata":{"name":"$ns-s","labels":{"pod-security.kubernetes.io/enforce":"restricted","pod-security.kubernetes.io/warn":"privileged"}}}
        POST   /api/v1/namespaces/$ns-b/pods {"metadata":{"name":"a"},"spec":{"automountServiceAccountToken":false,"containers":[{"name":"c","image":"i"}]}}
        POST   /api/v1/namespaces/$ns-b/pods {"metadata":{"name":"b"},"spec":{"automountServiceAccountToken":false,"hostNetwork":true,"containers":[{"name":"c","image":"i","securityContext":{"privileged":true}}]}}
        POST   /api/v1/namespaces/$ns-b/pods {"metadata":{"name":"a"},"spec":{"automountServiceAccountToken":false,"hostPID":true,"containers":[{"name":"c","image":"i"}]}}
        POST   /api/v1/namespaces/$ns-b/pods {"metadata":{"name":"A_b"},"spec":{"automountServiceAccountToken":false,"hostPID":true,"containers":[{"name":"c","image":"i"}]}}
        POST   /api/v1/namespaces/$ns-b/pods?dryRun=All {"metadata":{"name":"b"},"spec":{"automountServiceAccountToken":false,"hostPID":true,"containers":[{"name":"c","image":"i"}]}}
        APPLY  /api/v1/namespaces/$ns-b/pods/b?fieldManager=m {"apiVersion":"v1","kind":"Pod","metadata":{"name":"b"},"spec":{"automountServiceAccountToken":false,"hostIPC":true,"containers":[{"name":"c","image":"i"}]}}
        PUT    /api/v1/namespaces/$ns-b/pods/b {"metadata":{"name":"b"},"spec":{"automountServiceAccountToken":false,"hostIPC":true,"containers":[{"name":"c","image":"i"}]}}
        GET    /api/v1/namespaces/$ns-b/pods/b
        POST   /api/v1/namespaces/$ns-r/pods {"metadata":{"name":"a"},"spec":{"automountServiceAccountToken":false,"containers":[{"name":"c","image":"i"}]}}
        POST   /api/v1/namespaces/$ns-r/pods {"metadata":{"name":"a"},"spec":{"automountServiceAccountToken":false,"hostUsers":false,"containers":[{"name":"c","image":"i"},{"name":"d","image":"i"}]}}
        POST   /api/v1/namespaces/$ns-r/pods {"metadata":{"name":"a"},"spec":{"automountServiceAccountToken":false,"securityContext":{"runAsNonRoot":true,"seccompProfile":{"type":"RuntimeDefault"}},"containers":[{"name":"c","image":"i","securityContext":{"allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"]}}}]}}
        POST   /api/v1/namespaces/$ns-w/pods {"metadata":{"name":"a"},"spec":{"automountServiceAccountToken":false,"containers":[{"name":"c","image":"i"}]}}
        POST   /api/v1/namespaces/$ns-w/pods {"metadata":{"name":"b"},"spec":{"automountServiceAccountToken":false,"hostPID":true,"containers":[{"name":"c","image":"i"}]}}
        POST   /api/v1/namespaces/$ns-s/pods {"metadata":{"name":"a"},"spec":{"automountServiceAccountToken":false,"containers":[{"name":"c","image":"i"}]}}
        POST   /apis/apps/v1/namespaces/$ns-s/replicasets {"metadata":{"name":"a"},"spec":{"replicas":0,"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"hostPID":true,"containers":[{"name":"c","image":"i"}]}}}}
    "#,
    )
    .await;
}

#[tokio::test]
async fn updates_are_looked_at_where_they_change_images() {
    check(
        r#"
        POST   /api/v1/namespaces {"metadata":{"name":"$ns-u"}}
        POST   /api/v1/namespaces/$ns-u/pods {"metadata":{"name":"a"},"spec":{"automountServiceAccountToken":false,"hostPID":true,"initContainers":[{"name":"i","image":"i"}],"containers":[{"name":"c","image":"i"}]}}
        POST   /api/v1/namespaces/$ns-u/pods {"metadata":{"name":"b"},"spec":{"automountServiceAccountToken":false,"containers":[{"name":"c","image":"i"}]}}
        MERGE  /api/v1/namespaces/$ns-u {"metadata":{"labels":{"pod-security.kubernetes.io/enforce":"baseline"}}}
        AWAIT  403 POST /api/v1/namespaces/$ns-u/pods?dryRun=All {"metadata":{"name":"x"},"spec":{"automountServiceAccountToken":false,"hostPID":true,"containers":[{"name":"c","image":"i"}]}}
        MERGE  /api/v1/namespaces/$ns-u/pods/a {"metadata":{"labels":{"a":"b"}}}
        MERGE  /api/v1/namespaces/$ns-u/pods/a {"spec":{"activeDeadlineSeconds":5}}
        STRATEGIC /api/v1/namespaces/$ns-u/pods/a {"spec":{"containers":[{"name":"c","image":"j"}]}}
        STRATEGIC /api/v1/namespaces/$ns-u/pods/a {"spec":{"initContainers":[{"name":"i","image":"j"}]}}
        STRATEGIC /api/v1/namespaces/$ns-u/pods/b {"spec":{"containers":[{"name":"c","image":"j"}]}}
        MERGE  /api/v1/namespaces/$ns-u/pods/a/status {"status":{"reason":"x"}}
        MERGE  /api/v1/namespaces/$ns-u {"metadata":{"labels":{"pod-security.kubernetes.io/enforce":"privileged"}}}
        AWAIT  201 POST /api/v1/namespaces/$ns-u/pods?dryRun=All {"metadata":{"name":"x"},"spec":{"automountServiceAccountToken":false,"hostPID":true,"containers":[{"name":"c","image":"i"}]}}
        STRATEGIC /api/v1/namespaces/$ns-u/pods/a {"spec":{"containers":[{"name":"c","image":"j"}]}}
    "#,
    )
    .await;
}

#[tokio::test]
async fn workloads_are_taken_and_warned_of() {
    check(
        r#"
        POST   /api/v1/namespaces {"metadata":{"name":"$ns-d","labels":{"pod-security.kubernetes.io/enforce":"baseline"}}}
        POST   /apis/apps/v1/namespaces/$ns-d/deployments {"metadata":{"name":"a"},"spec":{"replicas":0,"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"hostNetwork":true,"containers":[{"name":"c","image":"i","ports":[{"containerPort":80}]}]}}}}
        POST   /apis/apps/v1/namespaces/$ns-d/deployments {"metadata":{"name":"b"},"spec":{"replicas":0,"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}
        POST   /apis/apps/v1/namespaces/$ns-d/statefulsets?dryRun=All {"metadata":{"name":"a"},"spec":{"replicas":0,"serviceName":"s","selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"hostPID":true,"containers":[{"name":"c","image":"i"}]}}}}
        POST   /apis/apps/v1/namespaces/$ns-d/daemonsets?dryRun=All {"metadata":{"name":"a"},"spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"hostPID":true,"containers":[{"name":"c","image":"i"}]}}}}
        POST   /apis/apps/v1/namespaces/$ns-d/replicasets?dryRun=All {"metadata":{"name":"a"},"spec":{"replicas":0,"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"hostPID":true,"containers":[{"name":"c","image":"i"}]}}}}
        POST   /apis/batch/v1/namespaces/$ns-d/jobs?dryRun=All {"metadata":{"name":"a"},"spec":{"template":{"spec":{"restartPolicy":"Never","hostPID":true,"containers":[{"name":"c","image":"i"}]}}}}
        POST   /apis/batch/v1/namespaces/$ns-d/cronjobs?dryRun=All {"metadata":{"name":"a"},"spec":{"schedule":"@daily","jobTemplate":{"spec":{"template":{"spec":{"restartPolicy":"Never","hostPID":true,"containers":[{"name":"c","image":"i"}]}}}}}}
        POST   /api/v1/namespaces/$ns-d/podtemplates?dryRun=All {"metadata":{"name":"a"},"template":{"spec":{"hostPID":true,"containers":[{"name":"c","image":"i"}]}}}
        POST   /api/v1/namespaces/$ns-d/replicationcontrollers?dryRun=All {"metadata":{"name":"a"},"spec":{"replicas":0,"selector":{"a":"b"},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"hostPID":true,"containers":[{"name":"c","image":"i"}]}}}}
        POST   /apis/apps/v1/namespaces/$ns-d/deployments?dryRun=All {"metadata":{"name":"c"},"spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"c"}},"spec":{"hostPID":true,"containers":[{"name":"c","image":"i"}]}}}}
    "#,
    )
    .await;
}

#[tokio::test]
async fn changes_of_workloads_are_warned_of_too() {
    check_warnings(
        r#"
        POST   /api/v1/namespaces {"metadata":{"name":"$ns-d","labels":{"pod-security.kubernetes.io/warn":"baseline"}}}
        POST   /apis/apps/v1/namespaces/$ns-d/deployments {"metadata":{"name":"a"},"spec":{"replicas":0,"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"hostNetwork":true,"containers":[{"name":"c","image":"i","ports":[{"containerPort":80}]}]}}}}
        MERGE  /apis/apps/v1/namespaces/$ns-d/deployments/a?dryRun=All {"metadata":{"labels":{"x":"y"}}}
        MERGE  /apis/apps/v1/namespaces/$ns-d/deployments/a/scale?dryRun=All {"spec":{"replicas":0}}
        MERGE  /apis/apps/v1/namespaces/$ns-d/deployments/a/status?dryRun=All {"status":{"conditions":[]}}
    "#,
    )
    .await;
}

#[tokio::test]
async fn labels_of_namespaces_are_checked_and_pods_that_are_there_told() {
    check(
        r#"
        POST   /api/v1/namespaces {"metadata":{"name":"$ns-x","labels":{"pod-security.kubernetes.io/enforce":"strict"}}}
        POST   /api/v1/namespaces {"metadata":{"name":"$ns-x","labels":{"pod-security.kubernetes.io/enforce":"","pod-security.kubernetes.io/enforce-version":"1.30","pod-security.kubernetes.io/audit":"Baseline","pod-security.kubernetes.io/audit-version":"v1.030","pod-security.kubernetes.io/warn":"x","pod-security.kubernetes.io/warn-version":"v2.1"}}}
        POST   /api/v1/namespaces {"metadata":{"name":"$ns-x","labels":{"pod-security.kubernetes.io/warn-version":"v1.99999999999999999999"}}}
        POST   /api/v1/namespaces {"metadata":{"name":"$ns-x","labels":{"pod-security.kubernetes.io/enforce":"a b"}}}
        POST   /api/v1/namespaces {"metadata":{"name":"$ns-x","labels":{"pod-security.kubernetes.io/enforce":"privileged","pod-security.kubernetes.io/enforce-version":"v1.999","pod-security.kubernetes.io/other":"x"}}}
        MERGE  /api/v1/namespaces/$ns-x {"metadata":{"labels":{"pod-security.kubernetes.io/warn":"none"}}}
        POST   /api/v1/namespaces/$ns-x/pods {"metadata":{"name":"good"},"spec":{"automountServiceAccountToken":false,"securityContext":{"runAsNonRoot":true,"seccompProfile":{"type":"RuntimeDefault"}},"containers":[{"name":"c","image":"i","securityContext":{"allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"]}}}]}}
        POST   /api/v1/namespaces/$ns-x/pods {"metadata":{"name":"b"},"spec":{"automountServiceAccountToken":false,"hostPID":true,"containers":[{"name":"c","image":"i"}]}}
        POST   /api/v1/namespaces/$ns-x/pods {"metadata":{"name":"a"},"spec":{"automountServiceAccountToken":false,"hostPID":true,"containers":[{"name":"c","image":"i"}]}}
        POST   /api/v1/namespaces/$ns-x/pods {"metadata":{"name":"d"},"spec":{"automountServiceAccountToken":false,"hostPID":true,"containers":[{"name":"c","image":"i"}]}}
        POST   /api/v1/namespaces/$ns-x/pods {"metadata":{"name":"p"},"spec":{"automountServiceAccountToken":false,"hostPID":true,"containers":[{"name":"c","image":"i","securityContext":{"privileged":true}}]}}
        POST   /api/v1/namespaces/$ns-x/pods {"metadata":{"name":"o"},"spec":{"automountServiceAccountToken":false,"hostPID":true,"containers":[{"name":"c","image":"i","securityContext":{"privileged":true}}]}}
        POST   /api/v1/namespaces/$ns-x/pods {"metadata":{"name":"q"},"spec":{"automountServiceAccountToken":false,"containers":[{"name":"c","image":"i"}]}}
        GET    /api/v1/namespaces/$ns-x/pods/q
        GET    /api/v1/namespaces/$ns-x/pods/q
        MERGE  /api/v1/namespaces/$ns-x?dryRun=All {"metadata":{"labels":{"pod-security.kubernetes.io/enforce":"baseline"}}}
        MERGE  /api/v1/namespaces/$ns-x?dryRun=All {"metadata":{"labels":{"pod-security.kubernetes.io/enforce":"restricted","pod-security.kubernetes.io/enforce-version":"latest"}}}
        MERGE  /api/v1/namespaces/$ns-x?dryRun=All {"metadata":{"labels":{"pod-security.kubernetes.io/enforce":"restricted","pod-security.kubernetes.io/enforce-version":"v1.7"}}}
        MERGE  /api/v1/namespaces/$ns-x?dryRun=All {"metadata":{"labels":{"pod-security.kubernetes.io/warn":"restricted","pod-security.kubernetes.io/audit":"restricted"}}}
        MERGE  /api/v1/namespaces/$ns-x {"metadata":{"labels":{"pod-security.kubernetes.io/enforce":"restricted"}}}
        MERGE  /api/v1/namespaces/$ns-x?dryRun=All {"metadata":{"labels":{"pod-security.kubernetes.io/enforce":"baseline"}}}
        MERGE  /api/v1/namespaces/$ns-x?dryRun=All {"metadata":{"labels":{"pod-security.kubernetes.io/enforce":"baseline","pod-security.kubernetes.io/enforce-version":"v1.20"}}}
        MERGE  /api/v1/namespaces/$ns-x?dryRun=All {"metadata":{"labels":{"a":"b"}}}
        MERGE  /api/v1/namespaces/$ns-x/status?dryRun=All {"metadata":{"labels":{"pod-security.kubernetes.io/enforce":"x"}}}
        MERGE  /api/v1/namespaces/$ns-x {"metadata":{"labels":{"pod-security.kubernetes.io/enforce":"x"}}}
        APPLY  /api/v1/namespaces/$ns-x?fieldManager=m&force=true {"apiVersion":"v1","kind":"Namespace","metadata":{"name":"$ns-x","labels":{"pod-security.kubernetes.io/enforce":"baseline","pod-security.kubernetes.io/enforce-version":"v1.33"}}}
        MERGE  /api/v1/namespaces/$ns-x?dryRun=All {"metadata":{"labels":{"pod-security.kubernetes.io/enforce-version":"latest"}}}
    "#,
    )
    .await;
}
