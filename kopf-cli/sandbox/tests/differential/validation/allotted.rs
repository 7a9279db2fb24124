//! Addresses and ports of nodes: services get those alone that nobody else has, and let go of them.

use super::check;

#[tokio::test]
async fn services_get_addresses_that_nobody_has() {
    check(
        r#"
        POST   services {"metadata":{"name":"a"},"spec":{"clusterIP":"10.96.0.20","ports":[{"port":80}]}}
        GET    services?fieldSelector=spec.clusterIP=10.96.0.20
        POST   services {"metadata":{"name":"b"},"spec":{"clusterIP":"10.96.0.20","ports":[{"port":80}]}}
        POST   services {"metadata":{"name":"b"},"spec":{"clusterIP":"10.96.0.20","clusterIPs":["10.96.0.20"],"ports":[{"port":0}]}}
        POST   services {"metadata":{"name":"a"},"spec":{"clusterIP":"10.96.0.20","ports":[{"port":80}]}}
        POST   services {"metadata":{"name":"g"},"spec":{"clusterIP":"10.96.0.1","ports":[{"port":80}]}}
        POST   services?dryRun=All {"metadata":{"name":"b"},"spec":{"clusterIP":"10.96.0.20","ports":[{"port":80}]}}
        POST   services?dryRun=All {"metadata":{"name":"b"},"spec":{"ports":[{"port":80}]}}
        POST   services {"metadata":{"name":"b"},"spec":{"clusterIP":"10.0.0.9","ports":[{"port":80}]}}
        POST   services?dryRun=All {"metadata":{"name":"b"},"spec":{"clusterIP":"10.0.0.9","ports":[{"port":80}]}}
        POST   services {"metadata":{"name":"b"},"spec":{"clusterIP":"10.96.0.0","ports":[{"port":80}]}}
        POST   services {"metadata":{"name":"b"},"spec":{"clusterIP":"10.111.255.255","ports":[{"port":80}]}}
        POST   services?dryRun=All {"metadata":{"name":"b"},"spec":{"clusterIP":"10.111.255.255","ports":[{"port":80}]}}
        PUT    services/b {"metadata":{"name":"b"},"spec":{"clusterIP":"10.96.0.20","ports":[{"port":80}]}}
        APPLY  services/b?fieldManager=m {"apiVersion":"v1","kind":"Service","metadata":{"name":"b"},"spec":{"clusterIP":"10.96.0.20","ports":[{"port":80}]}}
        MERGE  services/a {"spec":{"type":"ExternalName","externalName":"a.b"}}
        PUT    services/b {"metadata":{"name":"b"},"spec":{"clusterIP":"10.96.0.20","ports":[{"port":80}]}}
        MERGE  services/a {"spec":{"type":"ClusterIP","clusterIP":"10.96.0.20","externalName":null}}
        MERGE  services/a?dryRun=All {"spec":{"type":"ClusterIP","clusterIP":"10.96.0.20","externalName":null}}
        MERGE  services/a?dryRun=All {"spec":{"type":"ClusterIP","externalName":null}}
        MERGE  services/a {"spec":{"type":"ClusterIP","clusterIP":"10.96.0.21","externalName":null}}
        PUT    services/a {"metadata":{"name":"a"},"spec":{"ports":[{"port":81}]}}
        GET    services/a
        MERGE  services/a {"spec":{"clusterIP":"10.96.0.22"}}
        DELETE services/b?dryRun=All
        POST   services {"metadata":{"name":"c"},"spec":{"clusterIP":"10.96.0.20","ports":[{"port":80}]}}
        MERGE  services/b {"metadata":{"finalizers":["kopf.test/f"]}}
        DELETE services/b
        POST   services {"metadata":{"name":"c"},"spec":{"clusterIP":"10.96.0.20","ports":[{"port":80}]}}
        MERGE  services/b {"metadata":{"finalizers":null}}
        POST   services {"metadata":{"name":"c"},"spec":{"clusterIP":"10.96.0.20","ports":[{"port":0}]}}
        POST   services {"metadata":{"name":"c"},"spec":{"clusterIP":"10.96.0.20","ports":[{"port":80}]}}
    "#,
    )
    .await;
}

#[tokio::test]
async fn services_are_of_families_that_there_are() {
    check(
        r#"
        POST   services {"metadata":{"name":"a"},"spec":{"clusterIP":"fd00::1","ports":[{"port":80}]}}
        POST   services {"metadata":{"name":"a"},"spec":{"clusterIPs":["10.96.0.30"],"ports":[{"port":80}]}}
        POST   services {"metadata":{"name":"a"},"spec":{"clusterIP":"10.96.0.30","clusterIPs":["10.96.0.30","fd00::1"],"ports":[{"port":80}]}}
        POST   services {"metadata":{"name":"a"},"spec":{"clusterIP":"10.96.0.30","clusterIPs":["10.96.0.30","fd00::1"],"ipFamilyPolicy":"PreferDualStack","ports":[{"port":80}]}}
        POST   services {"metadata":{"name":"a"},"spec":{"clusterIP":"10.96.0.30","clusterIPs":["10.96.0.30","10.96.0.31"],"ports":[{"port":80}]}}
        POST   services {"metadata":{"name":"a"},"spec":{"clusterIP":"10.96.0.30","clusterIPs":["10.96.0.30","fd00::1","10.96.0.31"],"ports":[{"port":80}]}}
        POST   services {"metadata":{"name":"a"},"spec":{"clusterIP":"10.96.0.30","clusterIPs":["10.96.0.30","None"],"ports":[{"port":80}]}}
        POST   services {"metadata":{"name":"a"},"spec":{"clusterIP":"None","clusterIPs":["None","10.96.0.30"],"ports":[{"port":80}]}}
        POST   services {"metadata":{"name":"a"},"spec":{"clusterIP":"10.96.0.30","ipFamilies":["IPv6"],"ports":[{"port":80}]}}
        POST   services {"metadata":{"name":"a"},"spec":{"ipFamilies":["IPv6"],"ports":[{"port":80}]}}
        POST   services {"metadata":{"name":"a"},"spec":{"ipFamilies":["IPv4","IPv6"],"ports":[{"port":80}]}}
        POST   services {"metadata":{"name":"a"},"spec":{"ipFamilies":["IPv4","IPv4"],"ports":[{"port":80}]}}
        POST   services {"metadata":{"name":"a"},"spec":{"ipFamilies":["IPv4","IPv6"],"ipFamilyPolicy":"PreferDualStack","ports":[{"port":80}]}}
        POST   services {"metadata":{"name":"a"},"spec":{"ipFamilyPolicy":"RequireDualStack","ports":[{"port":80}]}}
        POST   services {"metadata":{"name":"h"},"spec":{"clusterIP":"None","ipFamilyPolicy":"SingleStack","ports":[{"port":80}]}}
        POST   services {"metadata":{"name":"i"},"spec":{"clusterIP":"None","ipFamilies":["IPv6"],"ports":[{"port":80}]}}
        POST   services {"metadata":{"name":"j"},"spec":{"clusterIP":"None","ipFamilyPolicy":"RequireDualStack","selector":{"a":"b"},"ports":[{"port":80}]}}
        MERGE  services/i {"spec":{"ipFamilyPolicy":"SingleStack"}}
        MERGE  services/h {"spec":{"selector":{"a":"b"}}}
        MERGE  services/h {"spec":{"clusterIP":"10.96.0.32","clusterIPs":["10.96.0.32"]}}
        MERGE  services/h {"spec":{"type":"ExternalName","externalName":"a.b"}}
        POST   services {"metadata":{"name":"p"},"spec":{"ipFamilyPolicy":"PreferDualStack","ports":[{"port":80}]}}
        PUT    services/p {"metadata":{"name":"p"},"spec":{"ports":[{"port":81}]}}
        MERGE  services/p {"spec":{"ipFamilyPolicy":"RequireDualStack"}}
        MERGE  services/p {"spec":{"ipFamilies":["IPv6"]}}
        MERGE  services/p {"spec":{"ipFamilies":["IPv4","IPv6"]}}
        MERGE  services/p {"spec":{"ipFamilyPolicy":"SingleStack"}}
        MERGE  services/p {"spec":{"clusterIP":""}}
        MERGE  services/p {"spec":{"clusterIP":"None"}}
        MERGE  services/p {"spec":{"type":"ExternalName","externalName":"a.b","clusterIP":"10.96.0.33"}}
    "#,
    )
    .await;
}

#[tokio::test]
async fn services_get_ports_of_nodes_that_nobody_has() {
    check(
        r#"
        POST   services {"metadata":{"name":"a"},"spec":{"type":"NodePort","ports":[{"port":80,"nodePort":30010}]}}
        POST   services {"metadata":{"name":"b"},"spec":{"type":"NodePort","ports":[{"port":80,"nodePort":30010}]}}
        POST   services {"metadata":{"name":"a"},"spec":{"type":"NodePort","ports":[{"port":80,"nodePort":30010}]}}
        POST   services {"metadata":{"name":"b"},"spec":{"type":"NodePort","ports":[{"name":"x","port":80,"nodePort":30011},{"name":"y","port":81,"nodePort":30010}]}}
        POST   services?dryRun=All {"metadata":{"name":"b"},"spec":{"type":"NodePort","ports":[{"port":80,"nodePort":30010}]}}
        POST   services?dryRun=All {"metadata":{"name":"b"},"spec":{"type":"NodePort","ports":[{"port":80,"nodePort":80}]}}
        POST   services?dryRun=All {"metadata":{"name":"b"},"spec":{"type":"NodePort","ports":[{"name":"x","port":80,"nodePort":80},{"name":"y","port":81}]}}
        POST   services {"metadata":{"name":"b"},"spec":{"type":"NodePort","ports":[{"port":80,"nodePort":32768}]}}
        POST   services {"metadata":{"name":"b"},"spec":{"type":"NodePort","clusterIP":"10.96.0.1","ports":[{"port":80,"nodePort":30010}]}}
        POST   services {"metadata":{"name":"b"},"spec":{"type":"LoadBalancer","allocateLoadBalancerNodePorts":false,"ports":[{"port":80,"nodePort":30010}]}}
        POST   services {"metadata":{"name":"b"},"spec":{"type":"NodePort","ports":[{"name":"x","port":53,"nodePort":30011},{"name":"y","port":54,"nodePort":30011,"protocol":"UDP"}]}}
        POST   services {"metadata":{"name":"b"},"spec":{"type":"NodePort","ports":[{"name":"x","port":53,"nodePort":30011},{"name":"y","port":53,"nodePort":30012,"protocol":"UDP"}]}}
        POST   services {"metadata":{"name":"c"},"spec":{"type":"NodePort","ports":[{"name":"x","port":53},{"name":"y","port":53,"nodePort":30013,"protocol":"UDP"}]}}
        POST   services {"metadata":{"name":"d"},"spec":{"type":"NodePort","ports":[{"name":"x","port":53,"nodePort":30014},{"name":"y","port":53,"nodePort":30014}]}}
        GET    services/c
        MERGE  services/b {"spec":{"ports":[{"name":"x","port":53,"nodePort":30011},{"name":"y","port":54,"nodePort":30011,"protocol":"UDP"}]}}
        MERGE  services/b {"spec":{"ports":[{"name":"x","port":53,"nodePort":30011},{"name":"y","port":54,"nodePort":30011}]}}
        MERGE  services/b {"spec":{"ports":[{"name":"x","port":53,"nodePort":30010}]}}
        MERGE  services/b?dryRun=All {"spec":{"ports":[{"name":"x","port":53,"nodePort":30010}]}}
        PUT    services/b {"metadata":{"name":"b"},"spec":{"type":"NodePort","ports":[{"port":53,"nodePort":30010}]}}
        PUT    services/b {"metadata":{"name":"b"},"spec":{"type":"NodePort","ports":[{"port":53,"nodePort":30012}]}}
        MERGE  services/a {"spec":{"ports":[{"port":80,"nodePort":30011}]}}
        POST   services {"metadata":{"name":"d"},"spec":{"type":"NodePort","ports":[{"port":80,"nodePort":30010}]}}
        MERGE  services/d {"spec":{"type":"ClusterIP","ports":[{"port":80,"nodePort":30015}]}}
        MERGE  services/d {"spec":{"type":"ClusterIP"}}
        MERGE  services/a {"spec":{"ports":[{"port":80,"nodePort":30010}]}}
        DELETE services/a
        MERGE  services/d {"spec":{"type":"NodePort","ports":[{"port":80,"nodePort":30010}]}}
        JSON   services/d [{"op":"add","path":"/spec/ports/0/nodePort","value":30012}]
        APPLY  services/f?fieldManager=m {"apiVersion":"v1","kind":"Service","metadata":{"name":"f"},"spec":{"type":"NodePort","ports":[{"port":80,"nodePort":30012}]}}
        APPLY  services/f?fieldManager=m {"apiVersion":"v1","kind":"Service","metadata":{"name":"f"},"spec":{"type":"NodePort","ports":[{"port":80,"nodePort":30016}]}}
    "#,
    )
    .await;
}

#[tokio::test]
async fn services_are_asked_for_their_health_by_a_port_of_their_own() {
    check(
        r#"
        POST   services {"metadata":{"name":"n"},"spec":{"type":"NodePort","ports":[{"port":80,"nodePort":30050}]}}
        POST   services {"metadata":{"name":"a"},"spec":{"type":"LoadBalancer","externalTrafficPolicy":"Local","healthCheckNodePort":30050,"ports":[{"port":80}]}}
        POST   services {"metadata":{"name":"a"},"spec":{"type":"LoadBalancer","externalTrafficPolicy":"Local","healthCheckNodePort":80,"ports":[{"port":80}]}}
        POST   services?dryRun=All {"metadata":{"name":"a"},"spec":{"type":"LoadBalancer","externalTrafficPolicy":"Local","healthCheckNodePort":80,"ports":[{"port":80}]}}
        POST   services?dryRun=All {"metadata":{"name":"a"},"spec":{"type":"LoadBalancer","externalTrafficPolicy":"Local","healthCheckNodePort":70000,"ports":[{"port":80}]}}
        POST   services?dryRun=All {"metadata":{"name":"a"},"spec":{"type":"LoadBalancer","externalTrafficPolicy":"Local","healthCheckNodePort":30050,"ports":[{"port":80}]}}
        POST   services {"metadata":{"name":"a"},"spec":{"type":"LoadBalancer","externalTrafficPolicy":"Local","healthCheckNodePort":30051,"ports":[{"port":80,"nodePort":30051}]}}
        POST   services {"metadata":{"name":"a"},"spec":{"type":"LoadBalancer","externalTrafficPolicy":"Local","healthCheckNodePort":30051,"ports":[{"port":80}]}}
        POST   services {"metadata":{"name":"b"},"spec":{"type":"NodePort","ports":[{"port":80,"nodePort":30051}]}}
        MERGE  services/a {"spec":{"healthCheckNodePort":30052}}
        MERGE  services/a {"spec":{"healthCheckNodePort":null}}
        MERGE  services/a {"spec":{"ports":[{"port":80,"nodePort":30051}]}}
        PUT    services/a {"metadata":{"name":"a"},"spec":{"type":"LoadBalancer","externalTrafficPolicy":"Local","ports":[{"port":80}]}}
        MERGE  services/a {"spec":{"externalTrafficPolicy":"Cluster","healthCheckNodePort":30053}}
        MERGE  services/a {"spec":{"externalTrafficPolicy":"Cluster"}}
        POST   services {"metadata":{"name":"b"},"spec":{"type":"NodePort","ports":[{"port":80,"nodePort":30051}]}}
        MERGE  services/a {"spec":{"externalTrafficPolicy":"Local","healthCheckNodePort":30051}}
        MERGE  services/a {"spec":{"externalTrafficPolicy":"Local","healthCheckNodePort":30052}}
        DELETE services/a
        MERGE  services/b {"spec":{"ports":[{"port":80,"nodePort":30052}]}}
    "#,
    )
    .await;
}
