use kopf_plugin_api::prelude::*;

#[kopf::on::startup("pods", field = "spec.a")]
fn names_a_resource() {}

#[kopf::on::startup]
fn takes_a_spec(spec: Spec) {}

#[kopf::on::login]
async fn returns_a_value() -> Outcome<Value> {
    Ok(json!({}))
}

#[kopf::on::create("pods")]
fn takes_settings(settings: Settings) {}
