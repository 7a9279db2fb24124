use kopf_plugin_api::prelude::*;

#[kopf::on::create("pods")]
fn by_reference(spec: &Spec) {}

#[kopf::on::create("pods")]
fn generic<T>(spec: Typed<T>) {}

#[kopf::on::create("pods")]
fn of_text(namespace: &str, pod: &str) {}

#[kopf::on::create("pods")]
struct Pods;
