//! The sandbox as its clients see it, without sockets and with them.

#![expect(clippy::unwrap_used, reason = "a test ends where its expectation does")]

mod access;
mod client;
mod deep;
mod faults;
mod hostile;
mod kept_tokens;
mod lingering;
mod many;
mod objects;
mod owned;
mod owners;
mod plugins;
mod simulation;
mod sockets;
mod state;
mod stranded;
mod unchanged;
mod watches;
