use kopf_plugin_api::prelude::*;

#[kopf::on::create("pods")]
fn takes_text(spec: Spec, name: String) {}

#[kopf::on::create("pods")]
async fn takes_value(old: Value) {}
