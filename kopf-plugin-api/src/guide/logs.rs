//! How handlers tell what they do.
//!
//! Lines of the macros of `tracing` (`info!`, `warn!`, in the prelude) and of the crate `log` reach the operator's output,
//! each with the object that is being handled:
//!
//! ```
//! use kopf_plugin_api::prelude::*;
//!
//! #[kopf::on::create("example.com", "v1", "sites")]
//! async fn create_fn(spec: Spec) {
//!     info!(replicas = spec["replicas"].as_u64(), "A site is born");
//!     kopf::spawn(async {
//!         debug!("This line is about the same object");
//!     });
//! }
//! ```
//!
//! ```text
//! [2026-11-23 02:56:03.026] INFO  shop  [default/site-1] A site is born
//! ```
//!
//! | | |
//! |---|---|
//! | `-v` | details too: DEBUG, fields of lines, backtraces of panics |
//! | `-q` | warnings and errors alone |
//! | `--log-format json` | an object a line, fields as members |
//!
//! Tasks of `tokio::spawn` are logged without an object; [`spawn`](crate::spawn) keeps it. What goes to standard output by
//! `println!` is not the log's.
//!
//! Lines are for those who run the operator. Who looks at an object sees its status and its [Events](crate::events).
