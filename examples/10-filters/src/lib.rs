//! Filters: which objects, and which changes of them, a handler is for.

use kopf_plugin_api::prelude::*;

/// Labels and annotations are a text, `present`, or `absent`.
#[kopf::on::create("zalando.org", "v1", "kopfexamples",
    labels = { "somelabel" = "somevalue" }, annotations = { "someannotation" = present })]
fn labelled() {
    info!("It has the label and the annotation");
}

/// This one is for other objects.
#[kopf::on::create("zalando.org", "v1", "kopfexamples", labels = { "somelabel" = absent })]
fn unlabelled() {
    info!("It has no label");
}

/// A function may say what a value has to be.
#[kopf::on::create("zalando.org", "v1", "kopfexamples", field = "spec.field", value = not(is_number))]
fn named(spec: Spec) {
    info!("Its field is the name {}", spec["field"]);
}

/// `when` asks about the object as a whole: its functions take what a handler takes.
#[kopf::on::create("zalando.org", "v1", "kopfexamples",
    when = all(|name: Name| name.starts_with("kopf-"), |spec: Spec| spec["items"][0].is_string()))]
fn chosen() {
    info!("It is called kopf-something, and has items");
}

/// Of changes, `old` and `new` say which.
#[kopf::on::update("zalando.org", "v1", "kopfexamples", field = "spec.field", old = "value", new = is_number)]
fn became_a_number(old: Old, new: New) {
    info!("Its field was {old} and is {new}");
}

fn is_number(value: Option<&Value>) -> bool {
    value.and_then(Value::as_str).is_some_and(|text| text.parse::<f64>().is_ok())
}
