//! What a plugin remembers: of each object, and for all of its handlers.
//!
//! All of it lives in the plugin's own memory, with the types that it has there. It ends with the process: what must
//! outlive that belongs on the object, or into another one. No two plugins share any of it, even in one process.
//!
//! # Of an object
//!
//! A handler that takes a [`Memo<T>`] gets the memory of its object: one value of each type `T`, made with [`Default`]
//! when it is first asked for, and dropped when the object is gone from the cluster.
//!
//! ```
//! use kopf_plugin_api::prelude::*;
//!
//! #[derive(Default)]
//! struct Seen {
//!     updates: u32,
//! }
//!
//! #[kopf::on::update("example.com", "v1", "sites")]
//! async fn update_fn(seen: Memo<Seen>) -> Outcome<()> {
//!     seen.lock().updates += 1; // let go of at the end of the line
//!     kopf::time::sleep(std::time::Duration::from_secs(1)).await;
//!     info!("Update number {}.", seen.lock().updates);
//!     Ok(())
//! }
//! ```
//!
//! Handlers of one object run one after another, but an event handler, a daemon or a task of one's own may hold the
//! same memo at the same time, so it is behind a lock. The guard cannot be held across an `.await`: it would not compile.
//! Where that is needed, keep a lock of tokio's in the memo.
//!
//! An operator that only keeps what it can find out again bears every restart. A memo is for what makes it cheaper: a
//! connection, a count, what was asked a moment ago.
//!
//! # For all handlers
//!
//! What is made once, such as the client of another service, is given to [`share`], usually in a startup handler. From
//! then on every handler of the plugin that takes a [`Shared<T>`] of its type gets it.
//!
//! ```
//! use kopf_plugin_api::prelude::*;
//!
//! struct Prices {
//!     url: String,
//! }
//!
//! # fn startup_fn() -> Outcome<()> {
//! kopf::share(Prices { url: "https://prices.example.com".to_owned() });
//! # Ok(())
//! # }
//!
//! #[kopf::on::create("example.com", "v1", "sites")]
//! fn create_fn(prices: Shared<Prices>) {
//!     info!("Asking {}.", prices.url);
//! }
//! ```
//!
//! The memory of an object does not begin as a copy of what is shared: a handler that needs both takes both.
//!
//! # What other handlers have returned
//!
//! The result of a handler is put into the status of its object. A handler that takes [`Results`] finds it there, by the
//! other handler's id, and those that were returned just before for the same cause:
//!
//! ```
//! use kopf_plugin_api::prelude::*;
//!
//! #[kopf::on::create("example.com", "v1", "sites")]
//! fn create_fn() -> Outcome<Value> {
//!     Ok(json!({ "address": "10.0.0.1" }))
//! }
//!
//! #[kopf::on::update("example.com", "v1", "sites")]
//! fn update_fn(results: Results) {
//!     if let Some(created) = results.get("create_fn") {
//!         info!("It was created at {}.", created["address"]);
//!     }
//! }
//! ```

mod kept;
mod memo;
mod results;
mod shared;

pub(crate) use kept::Kept;
pub use memo::Memo;
pub use results::Results;
pub use shared::{Shared, share};
