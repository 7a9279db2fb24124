//! The real Kubernetes API server for tests: one for each test program, started here or taken from the environment.
//!
//! [`get`] answers with the control plane, [`client::Resource`] and [`client::Objects`] say in few words what tests do
//! with a server, whichever it is; [`pypi`] has the clients of others.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test says what is wrong by failing"
)]

mod certificates;
pub mod client;
mod leash;
pub mod pypi;
mod running;

use std::time::Duration;

pub use running::{ControlPlane, connect, get, own, own_with, skip};

/// How long a test waits for anything before it fails. Longer than the 70 s after which a silent watch is given up, and
/// long enough for a machine that builds something else at the same time.
pub const DEADLINE: Duration = Duration::from_secs(120);
