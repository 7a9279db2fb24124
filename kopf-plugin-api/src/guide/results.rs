//! What a handler returns and changes, and how it comes to be written.
//!
//! ```
//! use kopf_plugin_api::prelude::*;
//!
//! #[kopf::on::create("example.com", "v1", "sites")]
//! fn create_fn(spec: Spec, patch: Patch) -> Outcome<Value> {
//!     patch.set_label("size", if spec["replicas"].as_u64() > Some(10) { "large" } else { "small" });
//!     patch.set_status("phase", "Planned");
//!     Ok(json!({ "address": "10.0.0.1" })) // becomes status.create_fn
//! }
//! ```
//!
//! **A result** goes to `status.<handler id>`: anything that serde can write. `()` and null are none. More than 256 KiB is a
//! failure for good, and nothing of it is written.
//!
//! **A patch** is merged into the object after the handler has returned, also when that has failed. Null takes a field away.
//! What depends on the object as it is when it is written goes into a function, [`Patch::transform`](crate::args::Patch::transform).
//!
//! **What is not in the schema** of the resource is dropped by the API server. One warning says so; declare the field,
//! or set `x-kubernetes-preserve-unknown-fields`.
//!
//! **What a handler changes itself** is no update: its handlers are not called for it. What daemons and timers change is one,
//! and so is what a handler changes with the [client](mod@crate::client), as any program could.
//!
//! # How it is written
//!
//! What the handlers of one cycle bring is written together: one request, two if there is something for the status. What is
//! there already is not sent. A write names the version that it was made for; if somebody was faster, it is made anew on
//! what there is then, and if the API server cannot be reached, it is kept and written as soon as it can. No handler is
//! called again because a write was lost.
//!
//! After a failure, and when handlers have taken more than a second so far, what there is is written at once
//! (`execution.durability`).
