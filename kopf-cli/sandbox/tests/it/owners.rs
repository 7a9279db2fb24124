//! Graphs of owners that no cluster would be asked about in a test.

use serde_json::{Value, json};

use crate::client::{CONFIG_MAPS, delete, merge, sandbox};

#[tokio::test]
async fn a_long_chain_of_owners_goes_link_by_link() {
    let sandbox = sandbox();
    let mut owners = Value::Null;
    for link in 0..2_000 {
        let metadata = json!({ "name": format!("x{link}"), "ownerReferences": owners });
        let config_map = json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata });
        let made = sandbox.apply(config_map).unwrap();
        let uid = &made["metadata"]["uid"];
        owners = json!([{
            "apiVersion": "v1", "kind": "ConfigMap", "name": format!("x{link}"), "uid": uid, "blockOwnerDeletion": true,
        }]);
    }
    let before = sandbox.revision();
    let (code, _) = delete(&sandbox, &format!("{CONFIG_MAPS}/x0?propagationPolicy=Foreground")).await;
    assert_eq!(code, 200);
    assert!(sandbox.list("configmaps").is_empty());
    assert_eq!(sandbox.revision() - before, 2 * 2_000 - 1, "each is marked and removed, but for the last");
}

#[tokio::test]
async fn those_who_wait_for_each_other_go_both() {
    let sandbox = sandbox();
    let belonging_to = |name: &str, uid: &Value| json!([{ "apiVersion": "v1", "kind": "ConfigMap", "name": name, "uid": uid, "blockOwnerDeletion": true }]);
    let config_map = |name: &str, owners: Value| json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": name, "ownerReferences": owners } });
    let a = sandbox.apply(config_map("a", Value::Null)).unwrap();
    let b = sandbox.apply(config_map("b", belonging_to("a", &a["metadata"]["uid"]))).unwrap();
    let owners = json!({ "metadata": { "ownerReferences": belonging_to("b", &b["metadata"]["uid"]) } });
    assert_eq!(merge(&sandbox, &format!("{CONFIG_MAPS}/a"), owners).await.0, 200);
    let (code, going) = delete(&sandbox, &format!("{CONFIG_MAPS}/a?propagationPolicy=Foreground")).await;
    assert_eq!((code, &going["metadata"]["finalizers"]), (200, &json!(["foregroundDeletion"])));
    assert!(sandbox.list("configmaps").is_empty());
}
