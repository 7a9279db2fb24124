//! Write a Kubernetes operator as functions with an attribute; kopf runs them.

#[doc(hidden)]
pub mod __private;
pub mod args;
mod call;
mod document;
mod export;
mod glue;
mod outcome;
mod panics;
pub mod prelude;
mod registry;
mod runtime;
mod scope;
mod telemetry;
pub mod testing;
pub mod time;

pub use args::FromCall;
pub use call::Call;
pub use kopf_plugin_abi::wire::Wants;
pub use outcome::{Error, IntoDelay, IntoOutcome, Outcome, Permanent, Temporary, permanent, temporary};
pub use scope::spawn;

pub use {jiff, serde, serde_json, tracing};

/// The attributes: what calls a handler.
pub mod on {
    pub use kopf_plugin_macros::{create, delete, event, field, resume, update};
}
