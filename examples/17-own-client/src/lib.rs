//! A client of one's own: a plugin may bring `kube`, or any other.

use k8s_openapi::api::core::v1::ConfigMap;
use kopf_plugin_api::prelude::*;
use kube::{Api, ResourceExt, api::ListParams};

/// An asynchronous handler has tokio at hand, so `kube` works as in any program. It finds the cluster by itself, with
/// credentials and connections of its own.
#[kopf::on::create("zalando.org", "v1", "kopfexamples")]
async fn create_fn(namespace: Namespace) -> Outcome<Value> {
    let client = kube::Client::try_default().await?;
    let maps: Api<ConfigMap> = Api::namespaced(client, namespace.get().unwrap_or_default());
    let ours = maps.list(&ListParams::default().labels("team=shop")).await?;
    for map in &ours {
        let keys = map.data.as_ref().map_or(0, |data| data.len());
        info!("The config map {} has {keys} keys", map.name_any());
    }
    Ok(json!({ "message": format!("config maps: {}", ours.items.len()) }))
}
