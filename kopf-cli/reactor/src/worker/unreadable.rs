//! An object that cannot be read fails alone: it is told of, and our finalizer does not hold it for ever.

use kopf_core::{
    object::{self, Header},
    outcome::Level,
    report::Kind,
};
use serde::Deserialize;
use serde_json::json;

use super::case::Case;
use crate::cluster::Request;

impl Case<'_> {
    /// Tells of an object whose body cannot be read; lets go of it if it is being deleted.
    pub(super) async fn tell_unreadable(&mut self, raw: &[u8], error: &object::Error) {
        let (io, target) = self.parts();
        let now = io.clock.now();
        let line = format!("The object is not handled: {error}");
        if io.complaints.is_due(&format!("unreadable {}", target.uid), now) {
            self.tell(Level::Warn, &line);
            io.mailbox.post(Kind::Warning, "Unreadable", &line, &target.outline(), now);
        }
        let Ok(header) = Header::read(raw) else { return };
        if !header.deleting {
            return;
        }
        if let Some(patch) = release(raw, io.identity.finalizer(), &header) {
            self.tell(
                Level::Error,
                "It is let go without its deletion handlers, for they cannot be called on it.",
            );
            if let Err(error) = io.cluster.send(Request::merge_patch(target.path(), &patch)).await {
                self.tell(Level::Warn, &format!("Our finalizer cannot be taken away: {error}"));
            }
        }
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
