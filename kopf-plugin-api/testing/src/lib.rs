//! Runs a kopf plugin against a Kubernetes API server in memory, inside `cargo test`.
//!
//! No cluster, no sockets, no waiting: the API server is a [`Sandbox`] in the test's own thread, the plugin's handlers
//! are those that are linked into the test, called through the same boundary as from a file, and time is the test's own.
//!
//! ```no_run
//! use kopf_plugin_testing::{Sandbox, plugin};
//! # use serde_json::json;
//! # const DEFINITION: &str = "";
//! # const OBJECT: &str = "";
//!
//! let mut operator = Sandbox::builder().crd(DEFINITION).objects(OBJECT).start().run(plugin!());
//! let hello = json!({ "status": { "create_fn": { "message": "hello world" } } });
//! operator.expect("kopfexamples.zalando.org", "default/kopf-example-1", &hello);
//! operator.expect_outcomes("create_fn", &["default/kopf-example-1 succeeded"]);
//! operator.advance(std::time::Duration::from_secs(86_400));
//! assert_eq!(operator.writes_to("kopf-example-1").len(), 2, "and it is quiet for a day");
//! ```
//!
//! Trouble comes on demand: [`Faults`] has the API server refuse, stall, cut, forget and restart.

#![forbid(unsafe_code)]

mod access;
mod clock;
mod expect;
mod log;
mod operator;
mod outcomes;
mod watched;
mod world;

pub use clock::VirtualClock;
pub use kopf_core::namespaces;
pub use kopf_reactor::{Events, Held, Scope, Settings, peering};
pub use kopf_sandbox as sandbox;
pub use kopf_sandbox::{Effect, Entry, Fault, Faults, Journal};
pub use operator::Operator;
pub use world::{Builder, Plugin, Sandbox};

/// The handlers of the package that calls this: a [`Plugin`].
#[macro_export]
macro_rules! plugin {
    () => {
        $crate::Plugin::of(env!("CARGO_PKG_NAME"))
    };
}

/// Runs the handlers of the package that calls this on a sandbox that has nothing in it: an [`Operator`].
#[macro_export]
macro_rules! start {
    () => {
        $crate::Operator::run($crate::plugin!())
    };
}
