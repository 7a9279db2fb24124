//! The least there is to an operator: one function, called once for each new object.

use kopf_plugin_api::prelude::*;

#[kopf::on::create("zalando.org", "v1", "kopfexamples")]
async fn create_fn(spec: Spec) -> Outcome<Value> {
    info!("And here we are! Creating: {spec}");
    Ok(json!({ "message": "hello world" }))
}
