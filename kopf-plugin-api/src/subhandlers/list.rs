//! The sub-handlers of one call: those that wait for their turn, and how those stand that had it.

use std::{
    collections::{BTreeSet, VecDeque},
    time::Duration,
};

use kopf_plugin_abi::wire::{Options, Turn};

use super::{Executed, work::Work};
use crate::{__private::Answer, Call, Error, Outcome, permanent};

/// A sub-handler that waits for its turn.
pub(crate) struct Waiting {
    /// Its id behind its handler's.
    pub(super) id: String,
    pub(super) options: Options,
    /// The functions that its options ask.
    pub(super) questions: &'static [fn(&Call) -> Answer],
    pub(super) work: Work,
}

/// The sub-handlers of one call.
#[derive(Default)]
pub(crate) struct List {
    waiting: VecDeque<Waiting>,
    ids: BTreeSet<String>,
    /// What is wrong with those that are not called.
    refused: Vec<String>,
    /// How many have begun their turn and not ended.
    open: usize,
    /// When the first of those is due.
    due_in: Option<Duration>,
    failed: Vec<String>,
}

impl List {
    /// Takes a sub-handler, unless its id is none or is taken.
    pub(super) fn add(&mut self, waiting: Waiting) {
        let id = &waiting.id;
        if id.is_empty() {
            self.refused.push("a sub-handler has an empty id: give it one".to_owned());
        } else if id.contains('/') {
            let other = id.replace('/', "-");
            self.refused.push(format!(
                "the id `{id}` of a sub-handler has a `/` in it, which stands between the ids of handlers and \
                 sub-handlers: write another, such as `{other}`"
            ));
        } else if !self.ids.insert(id.clone()) {
            self.refused.push(format!(
                "the id `{id}` is taken by two sub-handlers, of which the second is not called: give it another"
            ));
        } else {
            self.waiting.push_back(waiting);
        }
    }

    /// Takes what is wrong with a sub-handler, which is not called.
    pub(super) fn refuse(&mut self, problem: String) {
        self.refused.push(problem);
    }

    /// Whether there is anything that its handler has not asked for, or has not been told.
    pub(crate) fn are_left(&self) -> bool {
        !self.waiting.is_empty() || !self.refused.is_empty() || self.open > 0
    }

    /// The options of one that waits.
    pub(super) fn options(&mut self, id: &str) -> Option<&mut Options> {
        self.waiting.iter_mut().find(|waiting| waiting.id == id).map(|waiting| &mut waiting.options)
    }

    /// The next one: until its turn is [noted](List::note) it counts as one that is due at once.
    pub(super) fn next(&mut self) -> Option<Waiting> {
        let next = self.waiting.pop_front()?;
        self.open += 1;
        Some(next)
    }

    /// Notes how a sub-handler stands after its turn.
    pub(super) fn note(&mut self, id: String, turn: &Turn) {
        if turn.ended {
            self.open = self.open.saturating_sub(1);
            if turn.failed {
                self.failed.push(id);
            }
        } else {
            let due_in = Duration::from_millis(turn.due_in_ms.unwrap_or_default());
            self.due_in = Some(self.due_in.map_or(due_in, |soonest| soonest.min(due_in)));
        }
    }

    /// What came of all of them.
    pub(super) fn executed(&self) -> Outcome<Executed> {
        match &self.refused[..] {
            _ if self.open > 0 => Err(Error::unfinished(self.due_in.unwrap_or_default())),
            [] => Ok(Executed { failed: self.failed.clone() }),
            refused => Err(permanent(refused.join("; "))),
        }
    }
}
