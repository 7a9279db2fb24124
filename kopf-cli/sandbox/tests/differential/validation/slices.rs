//! Slices of endpoints, and the statuses of services: which addresses there can be.

use super::{check, of_group, try_all};

#[tokio::test]
async fn slices_have_addresses_of_one_type() {
    try_all(
        &of_group("discovery.k8s.io/v1", "endpointslices"),
        &[
            "",
            r#""addressType":"IPv4","endpoints":[{"addresses":["10.1.2.3","10.1.2.4"],"conditions":{"ready":true},"hostname":"a","nodeName":"n.a","zone":"z","hints":{"forZones":[{"name":"z"}],"forNodes":[{"name":"n"}]}}],"ports":[{"port":80,"name":"a","appProtocol":"kubernetes.io/h2c"},{"port":81}]"#,
            r#""addressType":"IPv6","endpoints":[{"addresses":["fd00::1"]}]"#,
            r#""addressType":"FQDN","endpoints":[{"addresses":["a.b","a.b."]}]"#,
            r#""addressType":"","endpoints":[{"addresses":["x"]}]"#,
            r#""addressType":"IPv5","endpoints":[{"addresses":["x"]},{"addresses":[]}]"#,
            r#""addressType":"IPv4","endpoints":[{},{"addresses":[]},{"addresses":["x","010.0.0.1","","fd00::1","::ffff:1.2.3.4","0.0.0.0","169.254.0.1","224.0.0.1","127.0.0.1"]}]"#,
            r#""addressType":"IPv6","endpoints":[{"addresses":["x","10.0.0.1","FD00::1","fd00:0::1","::ffff:1.2.3.4","::","::1","fe80::1","ff02::1"]}]"#,
            r#""addressType":"FQDN","endpoints":[{"addresses":["","a","A.b","a..b","a_b.c","-a.b"]}]"#,
            r#""addressType":"IPv4","endpoints":[{"addresses":["10.0.0.1"],"hostname":"A.b","nodeName":"A_"},{"addresses":["10.0.0.1"],"hostname":"","nodeName":""}]"#,
            r#""addressType":"IPv4","endpoints":[{"addresses":["10.0.0.1"],"hints":{"forZones":[{"name":"a"},{"name":"a"},{"name":"a b"},{"name":""}],"forNodes":[{"name":"a"},{"name":"a"},{"name":"A_"},{"name":""}]}}]"#,
            r#""addressType":"IPv4","endpoints":[{"addresses":["10.0.0.1"],"hints":{"forZones":[{"name":"1"},{"name":"2"},{"name":"3"},{"name":"4"},{"name":"5"},{"name":"6"},{"name":"7"},{"name":"8"},{"name":"9"}],"forNodes":[{"name":"1"},{"name":"2"},{"name":"3"},{"name":"4"},{"name":"5"},{"name":"6"},{"name":"7"},{"name":"8"},{"name":"9"}]}}]"#,
            r#""addressType":"IPv4","endpoints":[{"addresses":["10.0.0.1"],"deprecatedTopology":{"a b":"c","topology.kubernetes.io/zone":"z"}}]"#,
            r#""addressType":"IPv4","endpoints":[],"ports":[{"port":0,"name":"A"},{"port":70000,"name":"a"},{"name":"a","protocol":"X","appProtocol":"a b"},{"name":""},{}]"#,
            &many(101, r#""10.0.0.1""#, |list| format!(r#""addressType":"IPv4","endpoints":[{{"addresses":[{list}]}}]"#)),
            &many(1_001, "{}", |list| format!(r#""addressType":"IPv4","endpoints":[{list}]"#)),
        ],
    )
    .await;
}

#[tokio::test]
async fn slices_without_endpoints_or_ports_are_owned_as_they_were_sent() {
    let path = of_group("discovery.k8s.io/v1", "endpointslices");
    let owner = r#"[{"apiVersion":"v1","kind":"Service","name":"s","uid":"11111111-1111-1111-1111-111111111111","controller":true,"blockOwnerDeletion":true}]"#;
    let rows = [
        r#"POST   SLICES {"metadata":{"name":"a"},"addressType":"IPv4","endpoints":[],"ports":[]}"#,
        r#"POST   SLICES {"metadata":{"name":"b"},"addressType":"IPv4"}"#,
        r#"POST   SLICES {"metadata":{"name":"c"},"addressType":"IPv4","endpoints":null,"ports":null}"#,
        r#"POST   SLICES {"metadata":{"name":"d"},"addressType":"IPv4","endpoints":[{"addresses":["10.0.0.1"]}],"ports":[]}"#,
        r#"POST   SLICES {"metadata":{"name":"e"},"addressType":"IPv4","endpoints":[],"ports":[{}]}"#,
        r#"POST   SLICES {"metadata":{"name":"f","labels":{"kubernetes.io/service-name":"s"}},"addressType":"IPv4","endpoints":[{"addresses":["10.0.0.1"],"conditions":{}}]}"#,
        r#"POST   SLICES?dryRun=All {"metadata":{"name":"g","ownerReferences":OWNER},"addressType":"IPv4","endpoints":[],"ports":[]}"#,
        r#"POST   services {"metadata":{"name":"s"},"spec":{"ports":[{"port":80}]}}"#,
        r#"POST   SLICES {"metadata":{"name":"h","ownerReferences":[{"apiVersion":"v1","kind":"Service","name":"s","uid":"$uid8","controller":true,"blockOwnerDeletion":true}]},"addressType":"IPv4","endpoints":[],"ports":[]}"#,
        r#"MERGE  SLICES/a {"endpoints":null}"#,
        r#"MERGE  SLICES/a {"ports":null}"#,
        r#"MERGE  SLICES/h {"ports":[],"metadata":{"ownerReferences":null}}"#,
        r#"PUT    SLICES/b {"metadata":{"name":"b"},"addressType":"IPv4","ports":[]}"#,
        r#"APPLY  SLICES/i?fieldManager=m {"apiVersion":"discovery.k8s.io/v1","kind":"EndpointSlice","metadata":{"name":"i"},"addressType":"IPv4","endpoints":[],"ports":[]}"#,
        r#"APPLY  SLICES/j?fieldManager=m {"apiVersion":"discovery.k8s.io/v1","kind":"EndpointSlice","metadata":{"name":"j"},"addressType":"IPv4"}"#,
        r#"GET+protobuf SLICES/a"#,
        r#"GET    SLICES/b"#,
    ];
    check(&rows.join("\n").replace("SLICES", &path).replace("OWNER", owner)).await;
}

fn many(count: usize, element: &str, fields: fn(&str) -> String) -> String {
    fields(&vec![element; count].join(","))
}

#[tokio::test]
async fn slices_keep_their_type() {
    let path = of_group("discovery.k8s.io/v1", "endpointslices");
    let rows = [
        r#"POST   SLICES {"metadata":{"name":"a"},"addressType":"IPv4","endpoints":[{"addresses":["10.1.2.3"]}],"ports":[{"port":80}]}"#,
        r#"MERGE  SLICES/a {"addressType":"IPv6"}"#,
        r#"MERGE  SLICES/a {"addressType":"IPv6","endpoints":[{"addresses":["fd00::1"]}]}"#,
        r#"MERGE  SLICES/a {"addressType":null}"#,
        r#"MERGE  SLICES/a {"addressType":"X"}"#,
        r#"MERGE  SLICES/a {"endpoints":[{"addresses":["x"]}]}"#,
        r#"MERGE  SLICES/a {"endpoints":[{"addresses":["10.1.2.4"],"nodeName":"n"}]}"#,
        r#"MERGE  SLICES/a {"ports":[{"name":"x"},{"name":"x"}]}"#,
        r#"PUT    SLICES/a {"metadata":{"name":"a"},"addressType":"IPv4","endpoints":[]}"#,
        r#"PUT    SLICES/a {"metadata":{"name":"a"},"endpoints":[]}"#,
        r#"APPLY  SLICES/a?fieldManager=m {"apiVersion":"discovery.k8s.io/v1","kind":"EndpointSlice","metadata":{"name":"a"},"addressType":"IPv4","endpoints":[{"addresses":["0.0.0.0"]}]}"#,
    ];
    check(&rows.join("\n").replace("SLICES", &path)).await;
}

#[tokio::test]
async fn services_are_balanced_by_addresses() {
    check(
        r#"
        POST   services {"metadata":{"name":"c"},"spec":{"ports":[{"port":80}]}}
        MERGE  services/c/status {"status":{"loadBalancer":{"ingress":[{"ip":"10.0.0.1"}]}}}
        MERGE  services/c/status {"status":{"loadBalancer":{"ingress":[]},"conditions":[{"type":"A","status":"True","reason":"R","message":"","lastTransitionTime":"2020-01-01T00:00:00Z"}]}}
        MERGE  services/c/status {"status":{"conditions":[{"type":"a b","status":"X","reason":"","message":"","lastTransitionTime":null}]}}
        POST   services {"metadata":{"name":"l"},"spec":{"type":"LoadBalancer","ports":[{"port":80}]}}
        MERGE  services/l/status {"status":{"loadBalancer":{"ingress":[{"ip":"10.0.0.1"},{"hostname":"a.b"},{"ip":"fd00::1","ipMode":"Proxy","hostname":"c"},{}]}}}
        MERGE  services/l/status {"status":{"loadBalancer":{"ingress":[{"ip":"x"},{"ip":"010.0.0.1"},{"ip":"::ffff:1.2.3.4"},{"ip":"FD00::1"}]}}}
        MERGE  services/l/status {"status":{"loadBalancer":{"ingress":[{"ip":"FD00::1"}]}}}
        MERGE  services/l/status {"status":{"loadBalancer":{"ingress":[{"ipMode":"VIP"},{"ip":"10.0.0.1","ipMode":"X"},{"ip":"10.0.0.1","ipMode":""}]}}}
        MERGE  services/l/status {"status":{"loadBalancer":{"ingress":[{"hostname":"A_b"},{"hostname":"10.0.0.1"},{"hostname":"a.b."}]}}}
        MERGE  services/l/status {"status":{"loadBalancer":{"ingress":[{"ip":"10.0.0.1","ports":[{"port":80,"protocol":"TCP"},{"port":0,"protocol":"X","error":"a b"}]}]}}}
        MERGE  services/l {"spec":{"type":"ClusterIP"}}
        MERGE  services/l/status {"status":{"loadBalancer":{"ingress":[{"ip":"10.0.0.2"}]}}}
        MERGE  services/l {"spec":{"type":"LoadBalancer"},"status":{"loadBalancer":{"ingress":[{"ip":"x"}]}}}
        PUT    services/l/status {"metadata":{"name":"l"},"status":{"loadBalancer":{"ingress":[{"ip":"10.0.0.2"}]}}}
        APPLY  services/l/status?fieldManager=m {"apiVersion":"v1","kind":"Service","metadata":{"name":"l"},"status":{"loadBalancer":{"ingress":[{"ip":"y"}]}}}
    "#,
    )
    .await;
}
