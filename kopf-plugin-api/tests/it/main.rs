//! Drives the handlers of this file's neighbours through the boundary, as a host does.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::result_large_err,
    reason = "it is all tests, and handlers that fail on purpose"
)]

mod boundary;
mod handlers;
mod host;
mod indexes;
mod lines;
mod made;
mod ui;
