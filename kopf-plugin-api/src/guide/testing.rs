//! Handlers under test, without a cluster and without waiting.
//!
//! The crate `kopf-plugin-testing` runs the handlers of a package on an API server in memory, within `cargo test`, through
//! the boundary that `kopf` itself uses, and in a time of the test's own: a day passes in milliseconds.
//!
//! ```toml
//! [dev-dependencies]
//! kopf-plugin-testing = { path = "../kopf/kopf-plugin-api/testing" }       # where your clone is
//! ```
//!
//! Its documentation has the tour, and each example of the repository that has a `src/lib.rs` with tests shows one:
//! `examples/01-minimal` the least, `examples/13-daemons` and `examples/14-timers` those of time, `plugins/secret-replicator`
//! those of an operator that is to be relied on.
//!
//! What can be tested without all that is best a function of its own that takes values and answers values; a handler then
//! is what brings them together.
//!
//! # Time
//!
//! It stands still but in `advance`, and while a handler is at work. [`kopf::time`](crate::time) is that time;
//! `tokio::time` and `std::time` are not. So who waits does it with [`kopf::time::sleep`](crate::time::sleep), or in a daemon with
//! [`Stopped::wait`](crate::args::Stopped::wait): where all handlers that are under way sleep, time goes on. One that waits for
//! something else with a time limit ([`kopf::time::timeout`](crate::time::timeout), an object that is waited for) is at work for
//! `settle`, and in `advance` it waits for time. What a task of [`kopf::spawn`](crate::spawn) waits for, its handler does, whatever it
//! is at work on besides.
//!
//! One thing is not as it is outside of a test. That a task of a handler is at work, on another thread, is not known of it.
//! So where a handler waits for its task with a time limit, `advance` may let the limit pass while the task has not had the
//! time to do its work: what is measured then is not how long that takes. Let such a task sleep for as long as the work is
//! to take, or wait for it without a limit. The options `timeout` and `attempt_timeout` have nothing of this: with them time
//! stands still until the handler has answered, or sleeps.
