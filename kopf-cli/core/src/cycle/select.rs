//! The handlers that a cause calls, with the records they begin with.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;

use super::{Call, Kept};
use crate::{
    cause::Reason,
    diff::Diff,
    field::FieldPath,
    handler::{Handler, On},
    identity::Identity,
    object,
    outcome::{self, Verdict},
    registry::Served,
    store::{
        digest::{Digest, digest},
        handled::Comparison,
        progress::Progress,
    },
};

/// One sighting, as far as the choice of handlers depends on it.
pub(super) struct Sight<'a> {
    pub(super) reason: Reason,
    pub(super) initial: bool,
    pub(super) uid: &'a str,
    pub(super) diff: &'a Diff,
    pub(super) comparison: Option<&'a Comparison<'a>>,
    pub(super) essence: &'a Value,
    pub(super) old: Option<&'a Value>,
}

/// Whether it is a handler's turn.
pub(super) enum Turn {
    /// It is to be called, and begins with this record.
    Due(Progress),
    /// Its limits forbid another attempt.
    Forbidden(Verdict),
    /// It has ended, or waits for its time.
    Over,
}

/// Whether an object that this handler is for must not vanish without it.
pub(super) fn holds(handler: &Handler) -> bool {
    handler.on == On::Delete && !handler.optional
}

/// The digest of what a handler reacts to: its field, or the whole essence.
pub(super) fn reacts_to(handler: &Handler, essence: &Value, uid: &str) -> Digest {
    let value = match &handler.field {
        Some(field) => field.get(essence).unwrap_or(&Value::Null),
        None => essence,
    };
    digest(uid, value)
}

/// The handlers for a reason, in the order of their declaration, each id once.
pub(super) fn select(served: &Served, body: &Value, sight: &Sight<'_>) -> Vec<Arc<Handler>> {
    let mut selected: Vec<Arc<Handler>> = vec![];
    for handler in served.changing() {
        let called = match (handler.on, sight.reason) {
            (On::Create, Reason::Create) | (On::Delete, Reason::Delete) => true,
            (On::Update, Reason::Update) | (On::Field, Reason::Create | Reason::Update) => {
                sight.changed(handler)
            }
            // An object that changed while nobody looked is resumed and updated.
            (On::Resume, Reason::Resume | Reason::Update) => sight.initial,
            _ => false,
        };
        let first = || selected.iter().all(|earlier| earlier.id != handler.id);
        if called && handler.is_for(body, sight.old, sight.essence) && first() {
            selected.push(handler.clone());
        }
    }
    selected
}

impl Sight<'_> {
    /// Whether the handler's field has changed; without a field, whether anything has.
    fn changed(&self, handler: &Handler) -> bool {
        match &handler.field {
            Some(field) => !self.narrowed(field).is_empty(),
            None => !self.diff.is_empty(),
        }
    }

    fn narrowed(&self, field: &FieldPath) -> Diff {
        match self.comparison {
            Some(comparison) => comparison.narrow(field),
            None => self.diff.narrow(field),
        }
    }

    /// Whether it is a handler's turn at `now`, as its record says.
    pub(super) fn turn(&self, handler: &Handler, record: Option<&Progress>, now: Timestamp) -> Turn {
        let Some(record) = record else { return Turn::Due(Progress::begin(self.reason, now)) };
        if record.is_finished() || record.delayed.is_some_and(|at| at > now) {
            return Turn::Over;
        }
        match outcome::forbid(handler, record, now) {
            Some(verdict) => Turn::Forbidden(verdict),
            None => Turn::Due(record.clone()),
        }
    }

    /// The record that a handler begins with: the one on the object or in memory, if it still counts.
    pub(super) fn record(
        &self,
        handler: &Handler,
        body: &Value,
        identity: &Identity,
        kept: Option<&Kept>,
    ) -> Option<Progress> {
        let annotation = object::annotation(body, &identity.keys().handler(&handler.id, body));
        let record = annotation
            .and_then(|text| Progress::read(text, self.uid))
            .or_else(|| kept?.records.get(&handler.id).cloned())?;
        let counts = handler.on.keeps_record(record.purpose, self.reason);
        // A handler that ended on an older state than this has not handled this one.
        let outdated = self.reason == Reason::Update
            && handler.on != On::Resume
            && record.is_finished()
            && record.seen.is_some_and(|seen| seen != reacts_to(handler, self.essence, self.uid));
        (counts && !outdated).then(|| Progress { purpose: Some(self.reason), ..record })
    }

    /// The attempt to be made of a handler.
    pub(super) fn call(&self, handler: Arc<Handler>, progress: Progress) -> Call {
        let old = self.old.filter(|_| self.reason != Reason::Create);
        let within = |value: Option<&Value>| match &handler.field {
            Some(field) => value.and_then(|value| field.get(value)).cloned(),
            None => value.cloned(),
        };
        Call {
            reason: Some(self.reason),
            progress,
            old: if handler.wants.old { within(old) } else { None },
            new: if handler.wants.new { within(Some(self.essence)) } else { None },
            diff: match &handler.field {
                _ if !handler.wants.diff => Diff::default(),
                Some(field) => self.narrowed(field),
                None => self.diff.clone(),
            },
            old_known: self.comparison.is_none_or(|comparison| comparison.known),
            handler,
        }
    }
}
