//! Kubernetes Events: what `kubectl describe` and `kubectl events` tell of an object.

use kopf_plugin_api::{events, prelude::*};

/// Events are about the object that is handled. They are posted in the background, and a handler that succeeds or fails
/// has one anyway.
#[kopf::on::create("zalando.org", "v1", "kopfexamples")]
fn create_fn(spec: Spec) {
    events::info("Planned", format!("It is to last {}.", spec["duration"]));
    events::warn("Crowded", "There is hardly any room left.");
    let field = spec["field"].as_str().unwrap_or_default();
    if let Err(error) = field.parse::<u32>() {
        // Without a reason of its own an error is called after its type.
        events::exception("", "The field is no number:", &error);
    }
}
