//! Services, and what they lead to.

use super::check;

#[tokio::test]
async fn what_services_have_in_vain_is_told() {
    let specs = [
        r#""clusterIP":"None","sessionAffinity":"ClientIP","externalIPs":["1.2.3.4"]"#,
        r#""clusterIP":"None","loadBalancerIP":"1.2.3.4""#,
        r#""externalIPs":["2001:DB8::1","1.2.3.4"],"externalName":"a.b""#,
        r#""type":"ExternalName","externalName":"a.b","externalIPs":["1.2.3.4"]"#,
        r#""type":"LoadBalancer","allocateLoadBalancerNodePorts":false,"loadBalancerIP":"010.1.2.3","loadBalancerSourceRanges":["2001:DB8::/32","10.0.0.0/8"," 10.0.0.0/8 "]"#,
        r#""type":"LoadBalancer","allocateLoadBalancerNodePorts":false,"loadBalancerIP":"::ffff:1.2.3.4""#,
        r#""type":"LoadBalancer","allocateLoadBalancerNodePorts":false,"loadBalancerIP":"nonsense""#,
        r#""trafficDistribution":"PreferClose""#,
        r#""externalName":"a.b""#,
    ];
    let mut rows = String::new();
    for spec in specs {
        rows += &format!(
            "POST services?dryRun=All {{\"metadata\":{{\"name\":\"a\",\"annotations\":{{\"service.kubernetes.io/topology-aware-hints\":\"auto\"}}}},\"spec\":{{\"ports\":[{{\"port\":80}}],{spec}}}}}\n"
        );
    }
    rows += r#"
        POST   services {"metadata":{"name":"a"},"spec":{"ports":[{"port":80}],"externalIPs":["1.2.3.4"]}}
        MERGE  services/a {"metadata":{"labels":{"a":"b"}}}
        PUT    services/b {"metadata":{"name":"b"},"spec":{"ports":[{"port":80}],"externalIPs":["1.2.3.4"]}}
        APPLY  services/c?fieldManager=m {"apiVersion":"v1","kind":"Service","metadata":{"name":"c"},"spec":{"ports":[{"port":80}],"externalIPs":["1.2.3.4"]}}
        POST   services {"metadata":{"name":"l"},"spec":{"type":"LoadBalancer","allocateLoadBalancerNodePorts":false,"ports":[{"port":80}]}}
        MERGE  services/l/status {"status":{"loadBalancer":{"ingress":[{"ip":"2001:DB8::1"},{"hostname":"h"}]}}}
        MERGE  services/l {"spec":{"type":"ClusterIP"}}
        POST   endpoints?dryRun=All {"metadata":{"name":"e"},"subsets":[{"addresses":[{"ip":"2001:DB8::1"}],"notReadyAddresses":[{"ip":"2001:db8::0:2"}],"ports":[{"port":80}]}]}
        POST   endpoints {"metadata":{"name":"e"},"subsets":[{"addresses":[{"ip":"10.0.0.1"}],"ports":[{"port":80}]}]}
        MERGE  endpoints/e {"subsets":[{"addresses":[{"ip":"2001:DB8::1"}]}]}
        MERGE  endpoints/e {"metadata":{"labels":{"endpoints.kubernetes.io/managed-by":"endpoint-controller"}}}
        GET    endpoints/none
        GET    endpoints?limit=x
        POST   /apis/discovery.k8s.io/v1/namespaces/$ns/endpointslices {"metadata":{"name":"s"},"addressType":"FQDN","endpoints":[{"addresses":["a.b"]}]}
        MERGE  /apis/discovery.k8s.io/v1/namespaces/$ns/endpointslices/s {"metadata":{"labels":{"a":"b"}}}
        MERGE  /apis/discovery.k8s.io/v1/namespaces/$ns/endpointslices/t {"metadata":{"labels":{"a":"b"}}}
        POST   /apis/networking.k8s.io/v1/namespaces/$ns/networkpolicies {"metadata":{"name":"n"},"spec":{"podSelector":{},"ingress":[{"from":[{"ipBlock":{"cidr":"2001:DB8::/32","except":["2001:DB8:1::/48"]}}]}],"egress":[{"to":[{"podSelector":{}},{"ipBlock":{"cidr":"2001:DB8::/32"}}]}]}}
        MERGE  /apis/networking.k8s.io/v1/namespaces/$ns/networkpolicies/n {"metadata":{"labels":{"a":"b"}}}
        POST   /apis/networking.k8s.io/v1/namespaces/$ns/ingresses {"metadata":{"name":"i","annotations":{"kubernetes.io/ingress.class":"c"}},"spec":{"defaultBackend":{"service":{"name":"s","port":{"number":80}}}}}
        MERGE  /apis/networking.k8s.io/v1/namespaces/$ns/ingresses/i {"metadata":{"labels":{"a":"b"}}}
        MERGE  /apis/networking.k8s.io/v1/namespaces/$ns/ingresses/i/status {"status":{"loadBalancer":{"ingress":[{"ip":"2001:DB8::1"}]}}}
    "#;
    check(&rows).await;
}
