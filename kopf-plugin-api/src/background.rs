//! Daemons and timers: what runs for as long as an object is there.
//!
//! A [`daemon`](macro@crate::daemon) is called once for each object, and may go on for as long as the object is there. A
//! [`timer`](macro@crate::timer) is called for each object again and again. Both run beside the object's other handlers, and
//! both hold the object back from deletion until they have ended.
//!
//! ```
//! use std::time::Duration;
//!
//! use kopf_plugin_api::prelude::*;
//!
//! #[kopf::daemon("example.com", "v1", "sites", labels = { "watched" = present })]
//! async fn watch_over(latest: Latest, stopped: Stopped, patch: Patch) -> Outcome<()> {
//!     while !stopped.wait(Duration::from_secs(60)).await {
//!         info!("{} replicas by now", latest.spec()?["replicas"]);
//!     }
//!     patch.set_annotation("example.com/watched", "no more");
//!     Ok(())
//! }
//!
//! #[kopf::timer("example.com", "v1", "sites", interval = "1m", idle = "10s",
//!     initial_delay = |spec: Spec| spec["delay"].as_f64().unwrap_or(5.0))]
//! fn count(spec: Spec) -> Outcome<u64> {
//!     Ok(spec["replicas"].as_u64().unwrap_or_default())
//! }
//! ```
//!
//! # When they start and stop
//!
//! They start with the first sight of an object that their filters match, after each start of the operator too, and stop when
//! the filters match no more, when the object is deleted, and when the operator pauses or ends. An object that matches again
//! has them started again. A daemon that has returned, or has failed for good, is not called again for that object in the same
//! process.
//!
//! # How a daemon ends
//!
//! It is told by [`Stopped`](crate::args::Stopped), and has time to put things in order: its result and its patch are still
//! written. After `cancellation_backoff` it is cancelled: an `async` one is dropped where it waits, another one is told by
//! [`StopReason::Cancelled`](crate::args::StopReason) and no more. After another `cancellation_timeout` it is left alone, with
//! a warning, and holds its object no longer. With a timeout and no backoff it has a second before it is cancelled. With
//! neither it may take ten minutes in all. These are the settings `background.instant_exit_timeout` and
//! `background.cancellation_limit`.
//!
//! An `async` daemon that does not take `Stopped` cannot hear it, and is dropped at once. So this is a whole daemon:
//!
//! ```
//! use std::time::Duration;
//!
//! use kopf_plugin_api::prelude::*;
//!
//! #[kopf::daemon("example.com", "v1", "sites")]
//! async fn tick(name: Name) {
//!     loop {
//!         info!("{name} is there");
//!         kopf::time::sleep(Duration::from_secs(60)).await;
//!     }
//! }
//! ```
//!
//! One without `async` keeps a thread, and must take the flag; a loop without it, and without a way out, does not compile:
//!
//! ```compile_fail
//! use kopf_plugin_api::prelude::*;
//!
//! #[kopf::daemon("example.com", "v1", "sites")]
//! fn tick(name: Name) {
//!     loop {
//!         info!("{name} is there");
//!     }
//! }
//! ```
//!
//! Of such daemons 256 run at a time (`background.sync_daemons`); others wait until one ends. `async` ones cost what their
//! futures cost, and the bytes of the object.
//!
//! # When a timer is called
//!
//! | options | the next call is |
//! |---|---|
//! | `interval` | so long after the end of this one |
//! | `interval`, `sharp` | at the next multiple of the interval since the beginning of this one |
//! | `idle` with an interval | then, but not before the object has been unchanged for so long |
//! | `idle` alone | that long after the next change of the object |
//! | neither | never: it is called once |
//!
//! A change is one that update handlers would see: not of the status, and not of what an operator keeps in annotations. An
//! error is tried again after its delay, and then the interval counts. A timer that fails for good stops until its object
//! changes. No call begins before the last one has ended; a sharp timer that is faster than its handler leaves calls out, with
//! a warning.
//!
//! # What they bring
//!
//! Results go to `status.<id>`, what is put into [`Patch`](crate::args::Patch) is written, each after the call has ended. That a
//! spec is changed so is an update for other handlers. How often a call has failed is kept in memory: a new start of the
//! operator begins anew.
