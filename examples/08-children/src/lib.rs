//! Children: a config map that is made for each object, and goes with it.

use kopf_plugin_api::{
    client::Error,
    hierarchies::{self, Options},
    prelude::*,
};

/// `adopt` makes the object that is handled the owner of the child, and gives the child its namespace, its labels and,
/// with `strict`, its very name. A handler may be called twice; the second time the child is there.
#[kopf::on::create("zalando.org", "v1", "kopfexamples")]
async fn create_fn(client: Client, spec: Spec) -> Outcome<Value> {
    let mut child = json!({
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "data": { "duration": spec["duration"] },
    });
    hierarchies::adopt(&mut child, &Options::new().strict())?;
    match client.resource("v1", "configmaps").create(&child).await {
        Ok(_) | Err(Error::AlreadyExists(_)) => {
            info!("Its child has the labels {}", child["metadata"]["labels"]);
            Ok(json!({ "message": "a child is born" }))
        }
        Err(error) => Err(error.into()),
    }
}
