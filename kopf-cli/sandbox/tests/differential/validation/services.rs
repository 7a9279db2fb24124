//! Services: their ports, their addresses, and what of both may change.

use super::{check, check_warnings, try_all};

#[tokio::test]
async fn services_have_ports_and_addresses_that_make_sense() {
    try_all(
        "services",
        &[
            "",
            r#""spec":{"ports":[{"port":0}]}"#,
            r#""spec":{"ports":[{}]}"#,
            r#""spec":{"ports":[{"port":80},{"port":81}]}"#,
            r#""spec":{"ports":[{"port":80,"name":"a"},{"port":81,"name":"a"}]}"#,
            r#""spec":{"ports":[{"port":80,"name":"a"},{"port":80,"name":"b"}]}"#,
            r#""spec":{"ports":[{"port":53,"name":"a"},{"port":53,"name":"b","protocol":"UDP"}]}"#,
            r#""spec":{"ports":[{"port":80,"name":"A_b"}]}"#,
            r#""spec":{"ports":[{"port":80,"protocol":"ICMP"}]}"#,
            r#""spec":{"ports":[{"port":80,"targetPort":"A--b"},{"port":81,"name":"c","targetPort":70000}]}"#,
            r#""spec":{"ports":[{"port":80,"appProtocol":"a b"}]}"#,
            r#""spec":{"ports":[{"port":80,"nodePort":30080}]}"#,
            r#""spec":{"type":"Nonsense","ports":[{"port":80}]}"#,
            r#""spec":{"type":"ExternalName"}"#,
            r#""spec":{"type":"ExternalName","externalName":"A_b"}"#,
            r#""spec":{"type":"ExternalName","externalName":"a.b.","clusterIP":"10.0.0.1"}"#,
            r#""spec":{"type":"ExternalName","externalName":"a.b."}"#,
            r#""spec":{"type":"NodePort","clusterIP":"None","ports":[{"port":80}]}"#,
            r#""spec":{"clusterIP":"None"}"#,
            r#""spec":{"clusterIP":"None","ports":[{"port":80,"targetPort":90}]}"#,
            r#""spec":{"clusterIP":"x","ports":[{"port":80}]}"#,
            r#""spec":{"clusterIP":"x","type":"Nonsense","ports":[{"port":0}]}"#,
            r#""spec":{"ipFamilyPolicy":"Nonsense","ipFamilies":["IPv5"],"type":"Nonsense","ports":[{"port":0}]}"#,
            r#""spec":{"sessionAffinity":"Nonsense","ports":[{"port":80}]}"#,
            r#""spec":{"sessionAffinity":"ClientIP","sessionAffinityConfig":{"clientIP":{"timeoutSeconds":0}},"ports":[{"port":80}]}"#,
            r#""spec":{"sessionAffinityConfig":{"clientIP":{"timeoutSeconds":10}},"ports":[{"port":80}]}"#,
            r#""spec":{"selector":{"a b":"c"},"ports":[{"port":80}]}"#,
            r#""spec":{"externalIPs":["x","127.0.0.1","1.2.3.4","010.1.1.1","ff02::1","ff12::1","ff05::1","::ffff:01.2.3.4","::ffff:127.0.0.1","::ffff:0.0.0.0"],"ports":[{"port":80}]}"#,
            r#""spec":{"loadBalancerSourceRanges":["10.0.0.0/8"],"ports":[{"port":80}]}"#,
            r#""spec":{"loadBalancerClass":"a/b","allocateLoadBalancerNodePorts":true,"ports":[{"port":80}]}"#,
            r#""spec":{"externalTrafficPolicy":"Local","ports":[{"port":80}]}"#,
            r#""spec":{"internalTrafficPolicy":"Nonsense","ports":[{"port":80}]}"#,
            r#""spec":{"trafficDistribution":"Nonsense","ports":[{"port":80}]}"#,
            r#""spec":{"trafficDistribution":"PreferSameZone","ports":[{"port":80}]}"#,
            r#""spec":{"publishNotReadyAddresses":true,"ports":[{"port":80,"targetPort":"http"}],"selector":{}}"#,
        ],
    )
    .await;
}

#[tokio::test]
async fn services_keep_what_they_were_given() {
    check(
        r#"
        POST   services {"metadata":{"name":"1a"},"spec":{"ports":[{"port":80}]}}
        POST   services {"metadata":{"name":"A"},"spec":{"ports":[{"port":80}]}}
        POST   services {"metadata":{"name":"b"},"spec":{"ports":[{"port":80}]}}
        MERGE  services/b {"spec":{"clusterIP":"10.0.0.9"}}
        MERGE  services/b {"spec":{"clusterIP":"None"}}
        MERGE  services/b {"spec":{"clusterIP":"x","clusterIPs":["x"],"type":"Nonsense","ports":[]}}
        MERGE  services/b {"spec":{"ports":[]}}
        MERGE  services/b {"spec":{"selector":{"a":"b"}}}
        MERGE  services/b {"spec":{"sessionAffinity":"ClientIP"}}
        MERGE  services/b {"spec":{"clusterIP":null,"clusterIPs":null}}
        MERGE  services/b {"spec":{"type":"ExternalName","externalName":"a.b"}}
        POST   services {"metadata":{"name":"c"},"spec":{"clusterIP":"None"}}
        MERGE  services/c {"spec":{"ports":[{"port":1}]}}
    "#,
    )
    .await;
}

#[tokio::test]
async fn services_lead_to_addresses() {
    check(
        r#"
        POST   endpoints?dryRun=All {"metadata":{"name":"e"},"subsets":[{"ports":[{"port":80}]},{}]}
        POST   endpoints?dryRun=All {"metadata":{"name":"e"},"subsets":[{"addresses":[{"ip":"x"},{"ip":"010.0.0.1"},{"ip":"0.0.0.0","hostname":"A","nodeName":"B_"}],"notReadyAddresses":[{"ip":"169.254.0.1"},{"ip":"127.0.0.1"},{"ip":"::1"}],"ports":[{"port":0,"name":"A_"},{"port":80,"protocol":"X","appProtocol":"a b"}]}]}
        POST   endpoints?dryRun=All {"metadata":{"name":"e"},"subsets":[{"addresses":[{"ip":"ff02::1"},{"ip":"ff12::1"},{"ip":"ff05::1"},{"ip":"::ffff:01.2.3.4"},{"ip":"::ffff:127.0.0.1"},{"ip":"::ffff:0.0.0.0"},{"ip":"::ffff:169.254.0.1"},{"ip":"::ffff:224.0.0.1"}],"ports":[{"port":80}]}]}
        POST   endpoints {"metadata":{"name":"e"},"subsets":[{"notReadyAddresses":[{"ip":"10.0.0.1"}]}]}
        MERGE  endpoints/e {"subsets":[{"addresses":[{"ip":"10.0.0.1"}],"ports":[{"port":70000}]}]}
        MERGE  endpoints/e {"subsets":null}
        POST   services {"metadata":{"name":"A.b","labels":{"a b":"c"}},"spec":{"clusterIP":"x","ports":[{"port":0}]}}
        POST   services {"metadata":{"name":"A.b","labels":{"a b":"c"}},"spec":{"ports":[{"port":0}]}}
        POST   /api/v1/persistentvolumes?dryRun=All {"metadata":{"name":"$ns","annotations":{"volume.beta.kubernetes.io/mount-options":"ro"}},"spec":{"capacity":{"storage":"1"},"accessModes":["ReadWriteOnce"],"hostPath":{"path":"/a"}}}
        POST   podtemplates?dryRun=All {"metadata":{"name":"p"},"template":{"spec":{"volumes":[{"name":"v","ephemeral":{"volumeClaimTemplate":{"metadata":{"name":"x","uid":"u","finalizers":["a/b"],"labels":{"a":"b"},"annotations":{"c":"d"}},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1"}}}}}}],"containers":[{"name":"c","image":"i"}]}}}
    "#,
    )
    .await;
}

#[tokio::test]
async fn services_are_given_ports_of_nodes() {
    check(
        r#"
        POST   services {"metadata":{"name":"n"},"spec":{"type":"NodePort","clusterIP":"","ports":[{"name":"a","port":80},{"name":"b","port":81,"nodePort":0}]}}
        PUT    services/n {"metadata":{"name":"n"},"spec":{"type":"NodePort","ports":[{"name":"a","port":80},{"name":"c","port":81}]}}
        MERGE  services/n {"spec":{"type":"ClusterIP"}}
        MERGE  services/n {"spec":{"type":"LoadBalancer","externalTrafficPolicy":"Local"}}
        MERGE  services/n {"spec":{"externalTrafficPolicy":"Cluster"}}
        MERGE  services/n {"spec":{"allocateLoadBalancerNodePorts":false,"ports":[{"name":"d","port":90}]}}
        POST   services {"metadata":{"name":"l"},"spec":{"type":"LoadBalancer","ports":[{"port":80}]}}
        POST   services {"metadata":{"name":"m"},"spec":{"type":"LoadBalancer","allocateLoadBalancerNodePorts":false,"ports":[{"port":80}]}}
        POST   services?dryRun=All {"metadata":{"name":"h"},"spec":{"type":"LoadBalancer","externalTrafficPolicy":"Local","ports":[{"port":80}]}}
        POST   services {"metadata":{"name":"x"},"spec":{"type":"NodePort","ports":[{"port":80,"nodePort":80}]}}
        POST   services {"metadata":{"name":"x"},"spec":{"type":"NodePort","ports":[{"port":0,"nodePort":80}]}}
        MERGE  services/l {"spec":{"ports":[{"port":80,"nodePort":40000}]}}
        POST   services {"metadata":{"name":"e"},"spec":{"type":"ExternalName","externalName":"a.b"}}
        MERGE  services/e {"spec":{"type":"ClusterIP","externalName":null,"ports":[{"port":80}]}}
        GET    services/e
    "#,
    )
    .await;
}

#[tokio::test]
async fn services_say_by_annotations_whence_they_are_reached() {
    let service = |annotations: &str, kind: &str| {
        format!(
            r#"{{"metadata":{{"name":"a","annotations":{{{annotations}}}}},"spec":{{"type":"{kind}","externalTrafficPolicy":null,"ports":[{{"port":80}}]}}}}"#
        )
    };
    let ranges = |said: &str| format!(r#""service.beta.kubernetes.io/load-balancer-source-ranges":"{said}""#);
    let hints = |mode: &str, former: &str| {
        format!(
            r#""service.kubernetes.io/topology-mode":"{mode}","service.kubernetes.io/topology-aware-hints":"{former}""#
        )
    };
    let mut rows = Vec::new();
    for said in ["10.0.0.0/8", "", " ", " 10.0.0.0/8 , fd00::/8 ", "x,,10.0.0.1/8", "010.0.0.0/8"] {
        rows.push(format!("POST services?dryRun=All {}", service(&ranges(said), "LoadBalancer")));
    }
    rows.push(format!("POST services?dryRun=All {}", service(&ranges("x"), "ClusterIP")));
    rows.push(format!("POST services?dryRun=All {}", service(&hints("Auto", "auto"), "ClusterIP")));
    rows.push(format!("POST services?dryRun=All {}", service(&hints("Auto", "Auto"), "ClusterIP")));
    rows.push(format!("POST services {}", service(&ranges("10.0.0.0/8"), "LoadBalancer")));
    rows.push(format!("MERGE services/a {{\"metadata\":{{\"annotations\":{{{}}}}}}}", ranges("x")));
    rows.push(
        r#"MERGE services/a?dryRun=All {"spec":{"type":"ClusterIP","allocateLoadBalancerNodePorts":null}}"#
            .to_owned(),
    );
    check_warnings(&rows.join("\n")).await;
    rows.retain(|row| !row.contains("LoadBalancer"));
    check(&rows.join("\n")).await;
}
