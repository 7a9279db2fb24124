//! Handlers of what every cluster has: pods and config maps, those with a label of ours.

use kopf_plugin_api::prelude::*;

/// Core resources need no group and no version.
#[kopf::on::create("pods", labels = { "team" = present })]
fn pod(labels: Labels, spec: Spec) {
    let team = labels.get("team").unwrap_or_default();
    let containers = spec["containers"].as_array().into_iter().flatten();
    for container in containers {
        info!("Team {team} runs {}", container["image"]);
    }
}

/// A config map has neither spec nor status, so what is to be told of it goes into an annotation. A field's handler is
/// called when the field comes with its object, and when it changes.
#[kopf::on::field("configmaps", field = "data", labels = { "team" = present })]
fn config_map(new: New, patch: Patch) {
    let keys = new.get().and_then(Value::as_object).map_or(0, |data| data.len());
    info!("Configured by {keys} keys");
    patch.set_annotation("example.com/keys", keys.to_string());
}
