//! Loads real libraries and calls what is in them.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::needless_pass_by_value,
    reason = "it is all tests, and expectations are written in place"
)]

mod adopted;
mod background;
mod calls;
mod fixtures;
mod lent;
mod lines;
mod operations;
mod overdue;
mod panics;
mod refusals;
mod stage;
mod subs;
mod tap;
