//! Spies: functions that see every event of every object, and leave no trace on any.

use kopf_plugin_api::prelude::*;

/// What happened is absent for objects that were there already when the operator began to watch.
#[kopf::on::event("zalando.org", "v1", "kopfexamples")]
fn seen(event: RawEvent, spec: Spec) {
    let what = event.kind().unwrap_or("LISTED");
    info!("{what}, with the field {}", spec["field"]);
}

/// A spy that fails, as spies may: the error is told, and nothing else comes of it.
#[kopf::on::event("zalando.org", "v1", "kopfexamples")]
async fn fails(spec: Spec) -> Outcome<()> {
    let field = spec["field"].as_str().unwrap_or_default();
    let number: u32 = field.parse()?;
    info!("The field is the number {number}");
    Ok(())
}
