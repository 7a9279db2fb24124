use kopf_plugin_api::prelude::*;

#[kopf::on::create("pods")]
fn returns_text() -> String {
    String::new()
}

#[kopf::on::create("pods")]
async fn returns_value(spec: Spec) -> Value {
    spec["a"].clone()
}

#[kopf::on::create("pods")]
async fn succeeds() -> Outcome<()> {
    Ok(())
}
