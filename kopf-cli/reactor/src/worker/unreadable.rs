//! An object that cannot be read fails alone: it is told of, and our finalizer does not hold it for ever.

use kopf_core::{
    object::{self, Header},
    outcome::Level,
    report::Kind,
};
use serde::Deserialize;
use serde_json::json;

use super::case::Case;
use crate::cluster::{Error, Request};

impl Case<'_> {
    /// Passes over an object whose body cannot be read, and tells of it; lets go of it if it is being deleted.
    pub(super) async fn pass_over(&self, raw: &[u8], error: &object::Error) -> Result<(), Error> {
        let (io, target) = self.parts();
        let now = io.clock.now();
        let line = format!("The object is not handled: {error}");
        if io.complaints.is_due(&format!("unreadable {}", target.uid), now) {
            self.tell(Level::Warn, &line);
            io.mailbox.post(Kind::Warning, "Unreadable", &line, &target.outline(), now);
        }
        if let Ok(header) = Header::read(raw)
            && header.deleting
            && let Some(patch) = release(raw, io.identity.finalizer(), &header)
        {
            io.cluster.send(Request::merge_patch(target.path_to_write(""), &patch)).await?;
            self.tell(
                Level::Error,
                "It was let go without its deletion handlers, for they cannot be called on it.",
            );
        }
        Ok(())
    }
}

/// The patch that takes a finalizer away, if it is there.
fn release(raw: &[u8], finalizer: &str, header: &Header) -> Option<serde_json::Value> {
    #[derive(Deserialize)]
    struct Held {
        metadata: Metadata,
    }
    #[derive(Deserialize)]
    struct Metadata {
        #[serde(default)]
        finalizers: Vec<String>,
    }
    let held: Held = serde_json::from_slice(raw).ok()?;
    let others: Vec<&String> = held.metadata.finalizers.iter().filter(|found| *found != finalizer).collect();
    (others.len() < held.metadata.finalizers.len()).then(
        || json!({ "metadata": { "finalizers": others, "resourceVersion": header.version.to_string() } }),
    )
}
