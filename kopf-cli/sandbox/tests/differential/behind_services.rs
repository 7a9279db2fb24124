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
