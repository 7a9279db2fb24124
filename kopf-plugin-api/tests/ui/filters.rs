use kopf_plugin_api::prelude::*;

#[kopf::on::update("pods", field = "spec.size", value = 5, old = 3)]
fn value_and_old() {}

#[kopf::on::create("pods", value = present)]
fn value_without_field() {}

#[kopf::on::create("pods", wehn = is_wanted)]
fn unknown_option() {}

#[kopf::on::create("pods", when = by_reference)]
fn condition_by_reference() {}

fn by_reference(spec: &Spec) -> bool {
    spec["a"] == 1
}

#[kopf::on::create("pods", when = never_says)]
fn condition_without_answer() {}

fn never_says(spec: Spec) -> String {
    spec.to_string()
}

#[kopf::on::update("pods", old = 1, new = 2)]
fn old_without_field() {}
