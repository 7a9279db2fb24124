//! The life of an object: created, changed, deleted.

use kopf_plugin_api::prelude::*;

#[kopf::on::create("zalando.org", "v1", "kopfexamples")]
async fn create_1(labels: Labels) -> Outcome<Value> {
    info!("Creating, labelled {labels}");
    Ok(json!({ "items": 2 }))
}

/// Handlers of one cause are called one after another, as they stand in the file.
#[kopf::on::create("zalando.org", "v1", "kopfexamples")]
fn create_2(name: Name, patch: Patch) {
    info!("Creating {name} some more");
    patch.set_label("created-by", "create_2");
}

/// Knows each difference between what was handled last and what is there now.
#[kopf::on::update("zalando.org", "v1", "kopfexamples")]
fn update_fn(diff: Diff) {
    for change in diff.iter() {
        info!("{} {}: {} -> {}", change.operation, change.path.join("."), change.old, change.new);
    }
}

/// Is called for one field: when it comes with its object, when it changes, and when it goes.
#[kopf::on::field("zalando.org", "v1", "kopfexamples", field = "spec.field")]
fn field_fn(old: Old, new: New) {
    info!("The field was {old} and is {new}");
}

/// The object stays until this has succeeded.
#[kopf::on::delete("zalando.org", "v1", "kopfexamples")]
async fn delete_fn(status: Status) -> Outcome<()> {
    info!("Cleaning up after {} items", status["create_1"]["items"]);
    Ok(())
}
