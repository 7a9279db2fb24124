//! Write a Kubernetes operator as functions with an attribute; kopf runs them.
//!
//! ```
//! use kopf_plugin_api::prelude::*;
//!
//! #[kopf::on::create("zalando.org", "v1", "kopfexamples")]
//! async fn create_fn(spec: Spec) -> Outcome<Value> {
//!     info!("And here we are! Creating: {spec}");
//!     Ok(json!({ "message": "hello world" })) // becomes status.create_fn
//! }
//!
//! #[kopf::on::field("zalando.org", "v1", "kopfexamples", field = "spec.field")]
//! fn field_fn(old: Old, new: New) -> Outcome<()> {
//!     info!("FIELD CHANGED: {old} -> {new}");
//!     Ok(())
//! }
//! ```
//!
//! That is a whole plugin. Its `Cargo.toml` asks for a library that can be loaded, and for this crate:
//!
//! ```toml
//! [lib]
//! crate-type = ["cdylib"]
//!
//! [dependencies]
//! kopf-plugin-api = { path = "../kopf/kopf-plugin-api" }       # where your clone is
//! ```
//!
//! `cargo build`, then `kopf run target/debug/lib<name>.so`; or `kopf run` in the plugin's folder, which does both.
//!
//! This page is the tour; [`guide`] is the table of contents of all pages.
//!
//! # What calls a handler
//!
//! | attribute | called |
//! |---|---|
//! | [`on::event`] | for every event of the watch, without retries and without a record |
//! | [`on::create`] | for an object that is seen for the first time |
//! | [`on::update`] | for a change of an object's essence: all but its status and what is the system's |
//! | [`on::delete`] | for an object that is to be deleted; it is held back until the handler has succeeded |
//! | [`on::resume`] | for an object that was handled before, once after each start of the operator |
//! | [`on::field`] | for a change of one field, its appearance with the object included |
//! | [`index`](mod@index) | for every object and every change of it, before all else: what it returns is kept for others |
//! | [`on::startup`], [`on::cleanup`], [`on::probe`], [`on::login`] | about no object: see [`activity`] |
//! | [`daemon`](macro@daemon) | for an object that is there: it runs for as long as that is so, see [`background`] |
//! | [`timer`](macro@timer) | for an object that is there, again and again, see [`background`] |
//!
//! A function may have several attributes: they share its id. A handler that has succeeded is not called again for
//! the same change; one that was cut off before this was recorded is. So a handler must bear being repeated.
//!
//! The resource is named by one to three strings: `("group", "version", "plural")`, `("group/version", "name")`,
//! `("group", "name")`, `("v1", "name")` for a core resource, `("name")`, `("name.group")`. A name is a plural, a
//! singular, a kind or a short name. Instead of by its name a resource may be told by `kind = "Pod"`, `plural = "pods"`,
//! `singular = "pod"` or `short_name = "po"`; several are by `category = "all"`, by `everything` (but Events), and by
//! `resources = is_ours`, a function of a [`Resource`] that says which. Then the strings, if there are any, are the group
//! and the version: `("zalando.org", "v1", everything)`.
//!
//! # Options
//!
//! | option | means | on |
//! |---|---|---|
//! | `id = "name"` | the handler's id, else the function's name; a key in status and in records | all |
//! | `field = "spec.size"` | only for objects with that field, or for changes of it | all; needed by `field` |
//! | `labels = { "app" = "web", "tier" = present, "old" = absent }` | only for objects with such labels | all |
//! | `annotations = { … }` | only for objects with such annotations | all |
//! | `value = 5` | only where the field is so, before or after a change; else it must be there | all, with `field` |
//! | `old = absent`, `new = "ready"` | only for such a change of the field | `update`, `field` |
//! | `when = is_wanted` | only for objects of which a function says so: see [`filters`] | all |
//! | `retries = 3` | how many attempts in all | all but `event` |
//! | `timeout = "10m"` | how long all attempts may take, since the first began | all but `event` |
//! | `attempt_timeout = "30s"` | how long one attempt may take | all |
//! | `backoff = "10s"` | how long to wait after an error that names no delay | all but `event` |
//! | `backoff = exponential("1s", factor = 2, cap = "10m", jitter = 0.5)` | the same, longer each time, with half of each step left to chance | all but `event` |
//! | `lifecycle = "one-by-one"` | which of the handlers that are due are called before what came of it is written: `"all"`, `"asap"` (the one with the fewest attempts), `"one-by-one"`, `"randomized"`, `"shuffled"` | those of changes: `create` to `field` |
//! | `group = "slow"` | the lifecycle chooses among the handlers of this group alone | the same |
//! | `errors = permanent` | what an error counts as that says nothing itself: `ignored`, `temporary`, `permanent` | all but `event` |
//! | `optional` | do not hold the object back for this handler | `delete` |
//! | `deleted` | also for objects that are being deleted | `resume` |
//! | `interval = "10s"` | how long from the end of one call to the next | `timer` |
//! | `sharp` | the interval counts from the beginning of a call; what has passed by then is left out | `timer` |
//! | `idle = "1m"` | how long the object must not have changed before a call | `timer` |
//! | `initial_delay = "5s"` | how long to wait before the first call, or a function that says so | `daemon`, `timer` |
//! | `cancellation_backoff = "5s"` | how long after it was told to stop it is cancelled | `daemon`, `timer` |
//! | `cancellation_timeout = "30s"` | how long after that it is left alone | `daemon`, `timer` |
//! | `cancellation_polling = "10s"` | how often it is told of while it ends | `daemon`, `timer` |
//! | `param = json!({ "size": 3 })` | a value for the argument [`Param`](args::Param) | all |
//!
//! Functions inside of a handler take `#[kopf::subhandler(…)]` with the same options, but without a resource and a lifecycle.
//!
//! A span of time is a number of seconds (`90`, `0.5`) or text (`"90s"`, `"1m30s"`, `"500ms"`, `"2h"`).
//!
//! # What a handler takes
//!
//! Arguments are told by their types and stand in any order: see [`args`]. What is not asked for is not read.
//!
//! ```
//! use kopf_plugin_api::{prelude::*, serde::Deserialize};
//!
//! #[derive(Deserialize)]
//! #[serde(crate = "kopf::serde")]
//! struct Site {
//!     replicas: u32,
//! }
//!
//! #[kopf::on::update("example.com", "v1", "sites", retries = 5, backoff = "10s")]
//! fn scale(site: TypedSpec<Site>, name: Name, patch: Patch) -> Outcome<u32> {
//!     if site.replicas > 100 {
//!         Err(Permanent::new(format!("{name} cannot have {} replicas", site.replicas)))?;
//!     }
//!     patch.set_label("size", if site.replicas > 10 { "large" } else { "small" });
//!     Ok(site.replicas)
//! }
//! ```
//!
//! # What it returns
//!
//! Nothing, or a `Result`: [`Outcome<T>`] for any `T` that serde can write and any error by `?`. A value other than
//! `()` and null is put into `status.<id>`. An error is tried again, after a growing delay; [`Temporary`] says after
//! which, [`Permanent`] says that it is over. What was put into the [`Patch`](args::Patch) is sent either way. A panic
//! is an error with its place and backtrace; the operator lives on.
//!
//! # What it is put together of
//!
//! A handler that does several things may have a sub-handler for each, with retries and a record of its own: functions
//! inside of it, or closures that are added at run time. See [`subhandlers`].
//!
//! # What runs for as long as an object is there
//!
//! Daemons and timers: see [`background`].
//!
//! # What it remembers
//!
//! [`state`] has the memory of an object, and what all handlers share; [`mod@index`], what is at hand of all objects of a
//! resource.
//!
//! # What it does in the cluster
//!
//! | | |
//! |---|---|
//! | [`client`](mod@client) | the operator's client: objects of any resource, as values or as types |
//! | [`hierarchies`] | children of an object: owners, names, namespaces, labels |
//! | [`events`] | Kubernetes Events about any object |
//! | [`Patch`](args::Patch) | what is to be changed on the object itself, by a merge patch and by functions |
//!
//! # What else there is
//!
//! Lines of `tracing` and `log` reach the operator's output with the object that they are about. An `async` handler has
//! tokio at hand: add the `tokio` crate and use it. [`spawn`] begins a task whose lines stay with the object; [`time`]
//! is the clock that a test can set.
//!
//! A handler without `async` may block; it has a thread to itself. One with `async` must not.
//!
//! Handlers may stand in a library crate. The plugin names it (`use that_crate as _;`, or it is not linked) and itself
//! ([`plugin!`]).

#[doc(hidden)]
pub mod __private;
pub mod activity;
pub mod args;
pub mod background;
mod call;
pub mod client;
mod courier;
mod document;
pub mod events;
mod export;
pub mod filters;
mod functions;
mod glue;
pub mod guide;
pub mod hierarchies;
pub mod index;
mod outcome;
mod output;
mod panics;
pub mod prelude;
mod question;
mod registry;
mod runtime;
mod scope;
pub mod state;
pub mod subhandlers;
mod telemetry;
#[doc(hidden)]
pub mod testing;
pub mod time;

pub use activity::FromActivity;
pub use args::FromCall;
pub use call::Call;
pub use client::client;
pub use kopf_plugin_abi::wire::{Errors, Wants};
pub use kopf_plugin_macros::{daemon, index, timer};
pub use outcome::{Error, IntoDelay, IntoOutcome, Outcome, Permanent, Temporary, permanent, temporary};
pub use question::{Condition, Delaying, Pause, Resource, Truth};
pub use scope::spawn;
pub use state::share;

pub use kopf_plugin_macros::subhandler;

pub use {jiff, serde, serde_json, tracing};

/// The attributes: what calls a handler.
pub mod on {
    pub use kopf_plugin_macros::{
        cleanup, create, delete, event, field, login, probe, resume, startup, update,
    };
}

/// What is said elsewhere is compiled too.
#[cfg(doctest)]
mod documents {
    #[doc = include_str!("../README.md")]
    struct Readme;
    #[doc = include_str!("../MIGRATING.md")]
    struct Migrating;
}
