use kopf_plugin_api::prelude::*;

#[kopf::on::create("pods", retrys = 3, timeout = "soon", optional)]
fn create_fn() {}

#[kopf::on::event("pods", backoff = 5)]
fn event_fn() {}

#[kopf::on::field("pods")]
fn field_fn() {}

#[kopf::on::delete("a", "b", "c", "d", labels = { "app": "web" }, errors = permanant)]
fn delete_fn() {}

// The function is still there, so that its uses make no errors of their own.
pub fn uses() {
    create_fn();
    delete_fn();
}
