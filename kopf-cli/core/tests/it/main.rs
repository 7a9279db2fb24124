//! The core from outside: whole handling cycles on an object that a simulated server keeps, and what always holds.

#![expect(clippy::unwrap_used, clippy::panic, reason = "whatever fails here fails a test")]

mod cycles;
mod kit;
mod promises;
mod values;
