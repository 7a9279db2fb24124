//! Every number that can be changed, and where.
//!
//! `kopf settings` lists them all: what each is, where that comes from, and what it does. Each of these goes before those
//! above it:
//!
//! | | |
//! |---|---|
//! | the defaults | made for production |
//! | `kopf.toml` in the working folder, or the file of `--config` | `[watching]`, `inactivity_timeout = "1m30s"` |
//! | the environment | `KOPF_WATCHING_INACTIVITY_TIMEOUT=90` |
//! | `--set` and options that stand for settings | `--set watching.inactivity_timeout=90` |
//! | startup handlers | below |
//!
//! ```
//! use std::time::Duration;
//!
//! use kopf_plugin_api::prelude::*;
//!
//! #[kopf::on::startup]
//! fn configure(settings: Settings) -> Outcome<()> {
//!     if settings.get::<u32>("watching.page_size")? > 100 {
//!         settings.set("watching.page_size", 100)?;
//!     }
//!     settings.set("execution.backoff", Duration::from_secs(5))
//! }
//! ```
//!
//! Spans are numbers of seconds, or text as `"1m30s"` in files and on the command line. A name that is none is an error
//! that proposes the right one, and a value that is none says what is expected.
//!
//! What the plugin itself is to be told comes by its own means: the environment, usually, read once. What is wrong there
//! is best found by a startup handler that fails for good.
