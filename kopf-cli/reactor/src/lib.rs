//! Watches, queues, handler calls and patches: what the operator does, as the core decides.
//!
//! Knows no plugin and no command line: it is handed a [`Cluster`], an [`Invoker`] and a [`Clock`].

#![forbid(unsafe_code)]

pub mod clock;
pub mod cluster;
pub mod invoke;

pub use clock::{Clock, SystemClock};
pub use cluster::Cluster;
pub use invoke::{Attempt, Invoker, Subject};
