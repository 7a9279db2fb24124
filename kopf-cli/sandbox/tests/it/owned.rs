//! Objects that are owned by thousands cost what their size does.

use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

use crate::client::*;

/// Owners, as many as an object has room for.
const MANY: usize = 9_000;
/// Several times what is needed, and less than it took where each owner was compared with each other.
const SOON: Duration = Duration::from_secs(30);

fn fields(count: usize) -> Map<String, Value> {
    (0..count).map(|index| (format!("k{index}"), "v".into())).collect()
}

async fn check(operation: &str, left: usize) {
    let sandbox = sandbox();
    let entry = |index: usize| {
        let fields = json!({ "f:data": { format!("f:k{index}"): {} } });
        json!({
            "manager": format!("m{index}"), "operation": operation, "apiVersion": "v1",
            "fieldsType": "FieldsV1", "fieldsV1": fields,
        })
    };
    let entries: Vec<Value> = (0..MANY).map(entry).collect();
    let body = json!({ "metadata": { "name": "a", "managedFields": entries } });
    let path = format!("{CONFIG_MAPS}/a");
    let began = Instant::now();
    let (code, made) = post(&sandbox, CONFIG_MAPS, body).await;
    let owners = made["metadata"]["managedFields"].as_array().map_or(0, Vec::len);
    assert_eq!((code, owners), (201, left), "{operation}");
    assert_eq!(merge(&sandbox, &path, json!({ "data": fields(MANY / 2) })).await.0, 200);
    assert_eq!(merge(&sandbox, &path, json!({ "data": null })).await.0, 200);
    let configuration = json!({ "apiVersion": "v1", "kind": "ConfigMap", "data": fields(MANY / 2) });
    let applied = format!("{path}?fieldManager=m1&force=true");
    let media = "application/apply-patch+yaml";
    assert_eq!(ask(&sandbox, "PATCH", &applied, media, configuration.to_string()).await.0, 200);
    assert!(began.elapsed() < SOON, "{operation}: {:?}", began.elapsed());
}

#[tokio::test]
async fn thousands_who_apply_are_no_trouble() {
    check("Apply", MANY).await;
}

#[tokio::test]
async fn thousands_who_update_become_ten() {
    check("Update", 10).await;
}
