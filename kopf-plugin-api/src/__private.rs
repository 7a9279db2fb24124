//! What the attributes expand to. No part of the interface: it changes with the macros.

use std::{future::Future, pin::Pin};

use serde::Serialize;
use serde_json::Value;

pub use inventory;
pub use kopf_plugin_abi::wire::{Backoff, Delay, Errors, Lifecycle, Match, On, Options, SelectBy};
pub use serde_json;

use crate::Wants;
pub use crate::{
    activity::{FromActivity, login},
    args::FromCall,
    call::Call,
    index::{ByJson, BySize, ByText, Definition, Scales, file},
    outcome::{Answer, answer},
    question::{ask_delay, ask_object, ask_resource, ask_text, ask_value, delay_wants, wants_of},
    registry::{Main, Registration, Run},
    subhandlers::declare::{Inner, Subhandler},
};

/// An asynchronous handler at work.
pub type Answering = Pin<Box<dyn Future<Output = Answer> + Send>>;

/// What all arguments want together.
pub const fn wants(all: &[Wants]) -> Wants {
    let mut sum = Wants::NONE;
    let mut place = 0;
    while place < all.len() {
        sum.old |= all[place].old;
        sum.new |= all[place].new;
        sum.diff |= all[place].diff;
        sum.memo |= all[place].memo;
        sum.results |= all[place].results;
        sum.stopped |= all[place].stopped;
        place += 1;
    }
    sum
}

/// The value of a `param` option. What cannot be written as JSON is null.
pub fn param(value: impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}
