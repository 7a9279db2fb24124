//! What the tests of the whole do with bytes, for the fuzz targets: each has a use for a part of it.
#![allow(dead_code)]

#[path = "../tests/it/hostile/choices.rs"]
mod choices;
#[path = "../tests/it/hostile/judge.rs"]
mod judge;
#[path = "../tests/it/hostile/messages.rs"]
mod messages;
#[path = "../tests/it/hostile/requests.rs"]
mod requests;
#[path = "../tests/it/hostile/targets.rs"]
pub(crate) mod targets;
