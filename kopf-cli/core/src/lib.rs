//! Every decision of the kopf operator, as pure functions over values.
//!
//! No clock, no environment, no log, no lock, no `async`: a function here takes values and answers values, and `now` is
//! one of them. In reading order:
//!
//! - What is looked at: [`resource`], [`selector`], [`object`], [`field`], [`diff`], [`essence`].
//! - Who we are and what we keep on an object: [`identity`], [`store`], [`cleanup`].
//! - What an author declared: [`handler`], [`filter`], [`question`], [`registry`], [`server_side`]; about no object:
//!   [`activity`].
//! - What happened, what is to be done, and what came of it: [`cause`], [`cycle`], [`outcome`], [`patch`].
//! - What runs beside the cycles: [`background`].
//! - What is told: [`report`]. Who else is there: [`peering`], [`rivals`]. Where we serve: [`namespaces`].

#![forbid(unsafe_code)]

pub mod activity;
pub mod background;
pub mod backoff;
pub mod cause;
pub mod cleanup;
pub mod cycle;
pub mod diff;
pub mod essence;
pub mod field;
pub mod filter;
pub mod functions;
pub mod handler;
pub mod identity;
pub mod indexing;
pub mod namespaces;
pub mod object;
pub mod outcome;
pub mod patch;
pub mod peering;
pub mod question;
pub mod registry;
pub mod report;
pub mod resource;
pub mod rivals;
pub mod selector;
pub mod server_side;
pub mod store;
pub mod throttle;
