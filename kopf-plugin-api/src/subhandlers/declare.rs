//! Functions inside of a handler: what the attribute expands to.

use kopf_plugin_abi::wire::{Options, Wants};

use super::{current::current, list::Waiting, work::Work};
use crate::{__private::Answer, Call, registry::Run};

/// A function inside of a handler: what [`#[kopf::subhandler]`](crate::subhandler) expands to.
pub struct Subhandler {
    /// Its id behind its handler's.
    pub id: &'static str,
    /// Its options.
    pub options: fn() -> Options,
    /// The functions that its options ask. The first is question number one.
    pub questions: &'static [fn(&Call) -> Answer],
    /// The function.
    pub run: Run,
}

impl Subhandler {
    /// Adds it to the call that this thread is at work on. A handler that is called as a mere function, by a test say,
    /// has no sub-handlers.
    pub fn declare(self) {
        let Some(call) = current() else { return };
        let work = match self.run {
            Run::Sync(run) => Work::Sync(Box::new(run)),
            Run::Async(run) => Work::Async(Box::new(run)),
        };
        let Subhandler { id, options, questions, .. } = self;
        call.subs().add(Waiting { id: id.to_owned(), options: options(), questions, work });
    }
}

/// What the arguments of a function inside of a handler want, which the handler must be sent.
pub struct Inner {
    /// The path of the handler's function.
    pub handler: &'static str,
    /// What the arguments want.
    pub wants: Wants,
}

inventory::collect!(Inner);
