//! Webhooks behind services that lead elsewhere: who is there shows a certificate of the service.

use serde_json::json;

use super::{
    admission::{hook, post, with},
    check, webhook,
};

#[tokio::test]
async fn a_webhook_is_where_the_name_of_its_service_leads() {
    let service =
        json!({ "namespace": "default", "name": "hook", "port": webhook::get().port, "path": "/deny" });
    let hooks = vec![hook("a", "", json!({ "clientConfig": { "service": service, "caBundle": "$ca" } }))];
    let rows = with("validating", hooks, &post("a", "a", json!(1)));
    let services = "/api/v1/namespaces/default/services";
    let leads = r#"{"metadata":{"name":"hook"},"spec":{"type":"ExternalName","externalName":"localhost"}}"#;
    check(&format!("POST {services} {leads}\n{rows}DELETE {services}/hook")).await;
}

#[tokio::test]
async fn a_service_that_leads_nowhere_or_to_a_stranger_is_told_of() {
    let service = |name: &str| json!({ "namespace": "$ns", "name": name, "port": webhook::get().port });
    for (name, spec) in [
        ("headless", r#"{"clusterIP":"None","ports":[{"port":443}]}"#),
        ("stranger", r#"{"type":"ExternalName","externalName":"localhost"}"#),
    ] {
        let config = json!({ "service": service(name), "caBundle": "$ca" });
        let hooks = vec![hook("a", "", json!({ "clientConfig": config }))];
        let rows = with("validating", hooks, &post("a", "a", json!(1)));
        check(&format!("POST services {{\"metadata\":{{\"name\":\"{name}\"}},\"spec\":{spec}}}\n{rows}"))
            .await;
    }
}
