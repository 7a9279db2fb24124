//! The book: a page for each thing that there is to know, from the first function to an operator in production.
//!
//! # To begin with
//!
//! | page | tells |
//! |---|---|
//! | [the crate](crate) | the tour: attributes, options, arguments, outcomes |
//! | [plugins] | what a plugin is, how it is built, loaded and named; handlers in library crates |
//! | [resources] | which objects a handler is for: how a resource is named |
//! | [filters](crate::filters) | which of these objects, and which changes of them |
//! | [args](crate::args) | what a handler takes |
//!
//! # What happens to a handler
//!
//! | page | tells |
//! |---|---|
//! | [errors] | what is tried again, when, and for how long |
//! | [results] | what a handler returns and changes, and how it comes to be written |
//! | [order] | which handlers of an object are called together, and in which order |
//! | [subhandlers](crate::subhandlers) | parts of a handler with retries and records of their own |
//! | [records] | what is kept on objects, and what is promised by it |
//!
//! # What there is besides handlers
//!
//! | page | tells |
//! |---|---|
//! | [background](crate::background) | daemons and timers |
//! | [index](mod@crate::index) | what is at hand of all objects of a resource |
//! | [state](crate::state) | the memory of an object, what all handlers share, what others have returned |
//! | [activity](crate::activity) | the start, the end, credentials, probes |
//!
//! # What a handler does
//!
//! | page | tells |
//! |---|---|
//! | [client](mod@crate::client) | asks the API server |
//! | [hierarchies](crate::hierarchies) | gives objects an owner |
//! | [events](crate::events) | posts Kubernetes Events |
//! | [logs] | tells what it does |
//! | [time](crate::time) | asks what time it is, and waits |
//!
//! # What is around it
//!
//! | page | tells |
//! |---|---|
//! | [settings] | every number that can be changed, and where |
//! | [testing] | handlers under test, without a cluster and without waiting |
//! | [peers] | several operators of the same objects |
//! | [production] | images, rights, probes, an end |

pub mod errors;
pub mod logs;
pub mod order;
pub mod peers;
pub mod plugins;
pub mod production;
pub mod records;
pub mod resources;
pub mod results;
pub mod settings;
pub mod testing;
