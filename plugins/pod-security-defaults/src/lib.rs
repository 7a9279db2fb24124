//! Gives namespaces the Pod Security labels that they lack, and gives them back when someone removes them.
//!
//! - `config`: what the environment asks for.
//! - `labels`: which labels a namespace lacks.

mod config;
mod labels;

use std::sync::LazyLock;

use config::Config;
use kopf_plugin_api::prelude::*;

static CONFIG: LazyLock<Result<Config, config::Error>> =
    LazyLock::new(|| Config::new(&|variable| std::env::var(variable).ok()));

/// A namespace is looked at when it comes, when it changes, and once after each start: so a new configuration reaches
/// those that are there already.
#[kopf::on::create("v1", "namespaces")]
#[kopf::on::update("v1", "namespaces")]
#[kopf::on::resume("v1", "namespaces")]
fn set_defaults(name: Name, labels: Labels, reason: Reason, patch: Patch) -> Outcome<()> {
    // The environment stays as it is until the operator is started anew, and then every namespace is resumed.
    let config = CONFIG.as_ref().map_err(Permanent::new)?;
    if config.exempts(&name, &labels) {
        debug!("Exempt.");
        return Ok(());
    }
    let missing = labels::missing(config, &labels);
    if missing.is_empty() {
        return Ok(());
    }
    let done = if reason == Reason::Update { "put back" } else { "set" };
    let shown: Vec<String> = missing.iter().map(|(name, value)| format!("{name}={value}")).collect();
    info!("Labels are missing and {done}: {}", shown.join(", "));
    for (name, value) in missing {
        patch.set_label(&labels::key(&name), value);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
