//! Handlers under test, without a cluster and without waiting.
//!
//! The crate `kopf-plugin-testing` runs the handlers of a package on an API server in memory, within `cargo test`, through
//! the boundary that `kopf` itself uses, and in a time of the test's own: a day passes in milliseconds.
//!
//! ```toml
//! [dev-dependencies]
//! kopf-plugin-testing = "0.1"
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
//! `tokio::time` and `std::time` are not. So a daemon waits with [`Stopped::wait`](crate::args::Stopped::wait) or
//! [`kopf::time::sleep`](crate::time::sleep). A handler that is no daemon and waits for time to go on would wait for ever, for
//! time waits for it: it returns a [`Temporary`](crate::Temporary) error with a delay instead, which holds up nobody in
//! production either.
