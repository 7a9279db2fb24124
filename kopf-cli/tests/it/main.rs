//! The tests of the whole: the `kopf` binary, real plugins, and API servers, the real one and the sandbox.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test says what is wrong by failing"
)]

mod bad_input;
mod building;
mod cleanup;
mod compat;
mod credentials;
mod definitions;
mod deletion;
mod examples;
mod families;
mod handling;
mod killing;
mod lent;
mod migrating;
mod namespaces;
mod neighbours;
mod outside;
mod peering;
mod proxying;
mod rights;
mod sandbox;
mod secret_replicator;
mod stopping;
mod support;
mod tidy;
mod trouble;
mod writes;
