//! Runs a kopf plugin against a Kubernetes API server in memory, inside `cargo test`.
//!
//! No cluster, no sockets, no waiting: the API server is a [`Sandbox`] in the test's own thread, the plugin's handlers
//! are those that are linked into the test, called through the same boundary as from a file, and time is the test's own.
//!
//! ```no_run
//! # const DEFINITION: &str = "";
//! # const OBJECT: &str = "";
//! let mut operator = kopf_plugin_testing::start!();
//! operator.apply(DEFINITION);
//! operator.apply(OBJECT);
//! operator.settle();
//! let object = operator.get("kopfexamples.zalando.org", "default/kopf-example-1");
//! assert_eq!(object["status"]["create_fn"]["message"], "hello world");
//! ```

#![forbid(unsafe_code)]

mod clock;
mod log;
mod operator;
mod watched;

pub use clock::VirtualClock;
pub use kopf_core::namespaces;
pub use kopf_reactor::{Events, Held, Scope, Settings, peering};
pub use kopf_sandbox as sandbox;
pub use kopf_sandbox::{Entry, Journal, Sandbox};
pub use operator::Operator;

/// Starts the handlers of the package that calls this, on a sandbox of their own: an [`Operator`].
#[macro_export]
macro_rules! start {
    () => {
        $crate::Operator::start(env!("CARGO_PKG_NAME"))
    };
}
