//! Holds handlers back until every index has been told of all objects that are there.
//!
//! Open once all indexed sources that were found at the start are listed and indexed, and then for ever: what comes later
//! waits for its own first list alone. A source that may not be listed is waited for a while.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jiff::Timestamp;
use kopf_core::outcome::elapsed;
use tokio::sync::Notify;

use crate::source::Source;

/// How long a source whose list is refused is waited for: a server that has just started may refuse at first.
const PATIENCE: Duration = Duration::from_secs(60);

/// Which sources are still to be indexed as a whole.
#[derive(Default)]
pub(crate) struct Indexes {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Default)]
struct State {
    /// By the source's number: since when its list is refused, if it is.
    awaited: BTreeMap<u32, Option<Timestamp>>,
    /// The sources of the start are all known.
    begun: bool,
    open: bool,
}

impl Indexes {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A source is served from now on.
    pub(crate) fn join(&self, source: &Source) {
        if !source.is_indexed() {
            self.state().awaited.entry(source.id).or_default();
        }
    }

    /// All sources that are there have joined or left.
    pub(crate) fn begin(&self) {
        self.change(|state| state.begun = true);
    }

    /// A source is indexed as a whole, or not served for now.
    pub(crate) fn leave(&self, source: u32) {
        self.change(|state| {
            state.awaited.remove(&source);
        });
    }

    /// A source's list is refused; answers whether it is waited for no longer by that.
    pub(crate) fn refused(&self, source: u32, now: Timestamp) -> bool {
        let given_up = match self.state().awaited.get_mut(&source) {
            Some(since) => elapsed(*since.get_or_insert(now), now) >= PATIENCE,
            None => false,
        };
        if given_up {
            self.leave(source);
        }
        given_up
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        let mut state = self.state();
        change(&mut state);
        state.open |= state.begun && state.awaited.is_empty();
        drop(state);
        self.changed.notify_waiters();
    }

    /// Whether handlers of a source may be called.
    pub(crate) fn are_open(&self, source: &Source) -> bool {
        let state = self.state();
        state.open && !state.awaited.contains_key(&source.id)
    }

    /// Waits until they may.
    pub(crate) async fn open(&self, source: &Source) {
        loop {
            let changed = self.changed.notified();
            if self.are_open(source) {
                return;
            }
            changed.await;
        }
    }
}

#[cfg(test)]
mod tests;
