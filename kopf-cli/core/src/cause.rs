//! Names the reason behind a watch event.
//!
//! An event says only *that* an object changed. This says *why* the operator should care.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why handlers are called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Reason {
    /// No state of ours is on the object.
    Create,
    /// The essence differs from the one that was handled last.
    Update,
    /// The object is being deleted, and our finalizer holds it.
    Delete,
    /// This process sees the object for the first time, and nothing has changed since it was handled.
    Resume,
}

impl Reason {
    /// The word in log lines, as in "Creation is processed".
    pub fn title(self) -> &'static str {
        match self {
            Reason::Create => "Creation",
            Reason::Update => "Updating",
            Reason::Delete => "Deletion",
            Reason::Resume => "Resuming",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Reason::Create => "create",
            Reason::Update => "update",
            Reason::Delete => "delete",
            Reason::Resume => "resume",
        })
    }
}
