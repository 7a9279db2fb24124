//! Owners that an object names twice: they are made one of, with a warning.

use std::collections::HashSet;

use serde_json::Value;

use super::Writer;
use crate::incoming::Incoming;

/// When an object is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moment {
    /// It is as it was sent.
    Sent,
    /// Others have had their say.
    Changed,
}

impl Writer<'_> {
    /// Leaves of owners that are there more than once the first, and warns of the others.
    pub(super) fn unite_owners(&mut self, object: &mut Incoming, moment: Moment) {
        let Some(Value::Array(owners)) = object.metadata.get_mut("ownerReferences") else { return };
        let mut seen = HashSet::new();
        let mut again = Vec::new();
        owners.retain(|owner| {
            let is_new = seen.insert(said(owner));
            if !is_new {
                again.push(owner["uid"].as_str().unwrap_or_default().to_owned());
            }
            is_new
        });
        if again.is_empty() {
            return;
        }
        let after = match moment {
            Moment::Sent => "",
            Moment::Changed => " after mutating admission happens",
        };
        self.strictness.warn(&format!(
            ".metadata.ownerReferences contains duplicate entries{after}; API server dedups owner references in 1.20+, \
             and may reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: {}",
            again.join(", ")
        ));
    }
}

/// All that a reference says: whether it controls and blocks may be left open, which is something else than no.
fn said(owner: &Value) -> ([String; 4], [Option<bool>; 2]) {
    let text = |field: &str| owner[field].as_str().unwrap_or_default().to_owned();
    (
        ["uid", "name", "kind", "apiVersion"].map(text),
        ["controller", "blockOwnerDeletion"].map(|field| owner[field].as_bool()),
    )
}
