//! The real control plane, started as the tests start it.
#![allow(dead_code, reason = "the tests need more of these files than this")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "what they do not expect, they tell so"
)]

#[path = "../../tests/it/support/certificates.rs"]
mod certificates;
#[path = "../../tests/it/support/control_plane.rs"]
mod control_plane;
#[path = "../../tests/it/support/leash.rs"]
mod leash;
#[path = "../../tests/it/support/record.rs"]
mod record;

pub(crate) use control_plane::get;
