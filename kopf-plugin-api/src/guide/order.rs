//! Which handlers of an object are called together, and in which order.
//!
//! All handlers that are due for a change are called in one cycle, one after another, in the order of the source and of the
//! plugins on the command line. What came of them is written at its end. One that waits for its next attempt holds up no
//! other.
//!
//! Where that is not wanted, `lifecycle` says which of those that are due are called before a write:
//!
//! | `lifecycle` | called |
//! |---|---|
//! | `"all"` | all, in their order: without it, that is how it is |
//! | `"one-by-one"` | the first |
//! | `"asap"` | the one with the fewest attempts |
//! | `"randomized"` | one, by chance |
//! | `"shuffled"` | all, in an order of chance |
//!
//! The others are due still: their cycle follows at once. A lifecycle chooses among those handlers of the object that have
//! the same, and with `group` among those of the group:
//!
//! ```
//! use kopf_plugin_api::prelude::*;
//!
//! #[kopf::on::create("example.com", "v1", "sites", lifecycle = "one-by-one", group = "expensive")]
//! fn database(name: Name) {
//!     info!("A database for {name}");
//! }
//!
//! #[kopf::on::create("example.com", "v1", "sites", lifecycle = "one-by-one", group = "expensive")]
//! fn machine(name: Name) {
//!     info!("A machine for {name}, after its database was written down");
//! }
//! ```
//!
//! # Which come first
//!
//! For each event of an object: [indexes](mod@crate::index), then `on::event` handlers, then daemons and timers are
//! started and stopped, then the handlers of its change. Before the first handler of any object all indexes are whole.
//! Handlers of one object never run beside each other, except for daemons and timers.
//!
//! An object that changes while its handlers are at work is an update afterwards, for those that had ended. One that is to
//! be deleted meanwhile is deleted: what was left of the other change is left out, and a line says so.
