//! The tests of the whole: the `kopf` binary, real plugins, and API servers, the real one and the sandbox.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test says what is wrong by failing"
)]

mod differential;
mod faults;
mod support;
mod tidy;
