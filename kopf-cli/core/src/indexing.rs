//! Decides which index functions are called for an object, and whether what their indexes hold of it may stay.
//!
//! An index is built of objects as they are, so a version that was indexed is not indexed twice. What is held where, and
//! which functions have failed, is remembered in the process alone: the index itself is no older.

use std::sync::Arc;

use jiff::Timestamp;

use crate::{
    cycle::{Asked, Call},
    filter::View,
    handler::Handler,
    object::{Object, Version},
    outcome::Verdict,
    question::Answers,
    registry::Served,
    store::progress::Progress,
};

/// A handler: its plugin, and its number there.
type Place = (usize, u32);

/// What is remembered of the indexing of one object.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Indexing {
    /// The version that was indexed last.
    version: Option<Version>,
    /// The functions that have put something in, or may have.
    held: Vec<Place>,
    /// The records of those that have failed, for good or for a while.
    failed: Vec<(Place, Progress)>,
}

/// What a sighting of an object asks of its indexes.
#[derive(Debug, Default)]
pub struct Plan {
    /// The calls to be made, in the order of declaration.
    pub calls: Vec<Call>,
    /// The functions that the object does not concern any more: what they have put in goes.
    pub dropped: Vec<Arc<Handler>>,
}

impl Indexing {
    /// Plans what an object asks of the index functions that serve it.
    ///
    /// # Errors
    ///
    /// The questions that must be answered first.
    pub fn plan(
        &self,
        object: &Object,
        served: &Served,
        answers: &Answers,
        now: Timestamp,
    ) -> Result<Plan, Vec<Asked>> {
        let (mut plan, mut open) = (Plan::default(), vec![]);
        for handler in served.indexers() {
            let failed = self.failed.iter().find(|(failed, _)| *failed == place(handler));
            let waits = |record: &Progress| record.is_finished() || record.delayed.is_some_and(|at| at > now);
            let is_done = match failed {
                Some((_, record)) => waits(record),
                None => self.covers(&object.header.version),
            };
            if is_done {
                continue;
            }
            match handler.is_for(View::of(&object.body), answers) {
                Ok(true) => {
                    let call = Call::of(handler.clone(), now);
                    let progress = failed.map_or_else(|| call.progress.clone(), |(_, record)| record.clone());
                    plan.calls.push(Call { progress, ..call });
                }
                Ok(false) if self.held.contains(&place(handler)) => plan.dropped.push(handler.clone()),
                Ok(false) => {}
                Err(question) => open.push(Asked { call: Call::of(handler.clone(), now), question }),
            }
        }
        if open.is_empty() { Ok(plan) } else { Err(open) }
    }

    /// Takes what came of a call; answers whether what its index holds of the object is to go.
    pub fn conclude(&mut self, handler: &Handler, verdict: &Verdict) -> bool {
        self.failed.retain(|(failed, _)| *failed != place(handler));
        if verdict.progress.success {
            // After an error that is ignored, what was put in before stays.
            if !self.held.contains(&place(handler)) {
                self.held.push(place(handler));
            }
            return false;
        }
        self.failed.push((place(handler), verdict.progress.clone()));
        self.held.retain(|held| *held != place(handler));
        true
    }

    /// Notes that a function's index holds nothing of the object any more.
    pub fn drop(&mut self, handler: &Handler) {
        self.held.retain(|held| *held != place(handler));
        // It may concern the object again, and then begins anew, unless it has failed for good.
        self.failed.retain(|(failed, record)| *failed != place(handler) || record.is_finished());
    }

    /// Notes that a version was indexed.
    pub fn seen(&mut self, version: &Version) {
        self.version = Some(version.clone());
    }

    /// Whether a version, or a newer one, was indexed.
    pub fn covers(&self, version: &Version) -> bool {
        self.version.as_ref().is_some_and(|seen| version.is_covered_by(seen) == Some(true))
    }

    /// When a function that has failed is to be called again.
    pub fn wake_at(&self) -> Option<Timestamp> {
        self.failed
            .iter()
            .filter(|(_, record)| !record.is_finished())
            .filter_map(|(_, record)| record.delayed)
            .min()
    }
}

fn place(handler: &Handler) -> Place {
    (handler.plugin, handler.index)
}

#[cfg(test)]
mod tests;
