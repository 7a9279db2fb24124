//! Tells something about an object, at a level that is known only then.

use std::fmt::Display;

use kopf_core::outcome::Level;
use tracing::{debug, error, info, warn};

/// Tells a line about an object of a resource.
pub(crate) fn tell(object: &dyn Display, resource: &str, level: Level, line: &str) {
    match level {
        Level::Debug => debug!(%object, %resource, "{line}"),
        Level::Info => info!(%object, %resource, "{line}"),
        Level::Warn => warn!(%object, %resource, "{line}"),
        Level::Error => error!(%object, %resource, "{line}"),
    }
}
