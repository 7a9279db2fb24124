//! One sighting of an object: its cause, the handlers that the cause calls, and the records that they begin with.

use std::{collections::BTreeMap, sync::Arc};

use jiff::Timestamp;
use serde_json::Value;

use super::{Call, Cause, Kept, Recall};
use crate::{
    cause::Reason,
    diff::{Diff, diff},
    field::FieldPath,
    handler::{Handler, On},
    identity::Identity,
    object::{self, Object},
    outcome::{self, Verdict},
    registry::Served,
    store::{
        digest::{Digest, digest},
        handled::{Comparison, Handled, State},
        progress::Progress,
    },
};

/// An object beside what was handled last.
pub(super) struct Sight<'a> {
    object: &'a Object,
    served: &'a Served,
    identity: &'a Identity,
    kept: Option<&'a Kept>,
    essence: &'a Value,
    /// What was handled last; `None` until a creation has ended.
    known: Option<&'a Handled>,
    /// What has changed since.
    comparison: Option<Comparison<'a>>,
    /// Whether this process has not handled the object yet, and an earlier one may have.
    initial: bool,
    /// Whether records of ours are on the object or in memory.
    pub(super) traces: bool,
    held: bool,
    must_hold: bool,
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

/// The digest of what a handler reacts to: its field, or the whole essence.
pub(super) fn reacts_to(handler: &Handler, essence: &Value, uid: &str) -> Digest {
    let value = match &handler.field {
        Some(field) => field.get(essence).unwrap_or(&Value::Null),
        None => essence,
    };
    digest(uid, value)
}

impl<'a> Sight<'a> {
    pub(super) fn new(
        object: &'a Object,
        served: &'a Served,
        identity: &'a Identity,
        recall: &'a Recall,
        handled: Option<&'a Handled>,
        essence: &'a Value,
    ) -> Sight<'a> {
        let known = handled.filter(|handled| !handled.pending);
        let kept = recall.kept.as_deref();
        // An optional deletion handler holds no object back. It runs where our finalizer is there for another reason:
        // who declares it so prefers an object that goes at once to a deletion that is always noticed.
        let holds = |handler: &Handler| handler.on == On::Delete && !handler.optional;
        Sight {
            object,
            served,
            identity,
            kept,
            essence,
            known,
            comparison: known.map(|known| known.compare(essence, &served.fields, &object.header.uid)),
            initial: recall.listed && !recall.handled,
            traces: identity.has_records(&object.body) || kept.is_some_and(|kept| !kept.records.is_empty()),
            held: object.has_finalizer(identity.finalizer()),
            must_hold: (served.changing())
                .any(|handler| holds(handler) && handler.is_for(&object.body, known, essence)),
        }
    }

    /// What the sighting amounts to.
    pub(super) fn cause(&self) -> Cause {
        let deleting = self.object.header.deleting;
        match () {
            () if deleting && !self.held => Cause::Free,
            () if deleting => Cause::Handle(Reason::Delete),
            () if !self.is_ours() => Cause::Ignored,
            () if self.must_hold && !self.held => Cause::Hold,
            () if self.is_new() => Cause::Handle(Reason::Create),
            () if self.is_changed() => Cause::Handle(Reason::Update),
            () if self.initial => Cause::Handle(Reason::Resume),
            () => Cause::Noop,
        }
    }

    /// Whether no creation has ended on the object.
    pub(super) fn is_new(&self) -> bool {
        self.known.is_none()
    }

    /// Whether our finalizer is on the object and no handler demands it.
    pub(super) fn is_held_in_vain(&self) -> bool {
        self.held && !self.must_hold
    }

    /// Whether handlers watch fields of which the record of what was handled last does not know. They are adopted as
    /// they are: a deploy is no update of every object.
    pub(super) fn must_adopt(&self) -> bool {
        self.known.is_some_and(|known| {
            let watched = match known.state {
                State::Whole(_) => &self.served.extra,
                State::Digests(_) => &self.served.fields,
            };
            watched.iter().any(|field| !known.fields.contains(field))
        })
    }

    /// The handlers for a reason, in the order of their declaration, each id once.
    pub(super) fn select(&self, reason: Reason) -> Vec<Arc<Handler>> {
        let mut selected: Vec<Arc<Handler>> = vec![];
        for handler in self.served.changing() {
            let first = || selected.iter().all(|earlier| earlier.id != handler.id);
            if self.is_called(handler, reason) && first() {
                selected.push(handler.clone());
            }
        }
        selected
    }

    fn is_called(&self, handler: &Handler, reason: Reason) -> bool {
        let called = match (handler.on, reason) {
            (On::Create, Reason::Create) | (On::Delete, Reason::Delete) => true,
            (On::Update, Reason::Update) if self.is_under_way(handler) => return true,
            (On::Field, Reason::Update) if self.is_under_way(handler) => return true,
            (On::Update, Reason::Update) => self.has_changed_for(handler),
            // Creation is a change of the field too, from nothing; on deletion a field is let go of with the object.
            (On::Field, Reason::Create | Reason::Update) => self.has_changed_for(handler),
            // An object that changed while nobody looked is resumed and updated.
            (On::Resume, Reason::Resume | Reason::Update) => self.initial,
            _ => false,
        };
        called && self.is_for(handler)
    }

    fn is_for(&self, handler: &Handler) -> bool {
        handler.is_for(&self.object.body, self.known, self.essence)
    }

    /// Whether a handler is for this object, or has begun to handle a change of it.
    fn is_ours(&self) -> bool {
        self.served.changing().any(|handler| self.is_for(handler) || self.is_under_way(handler))
    }

    /// Whether anything is to be handled as an update.
    fn is_changed(&self) -> bool {
        self.comparison.as_ref().is_none_or(|comparison| !comparison.diff.is_empty())
            || self.served.changing().any(|handler| self.is_under_way(handler))
    }

    /// Whether a handler was called for an update that has not ended. Then it is called for whatever came of the
    /// object since, also where that is what it was before the update.
    fn is_under_way(&self, handler: &Handler) -> bool {
        self.traces
            && self.known.is_some()
            && matches!(handler.on, On::Update | On::Field)
            && handler.filter.matches(&self.object.body)
            && self.stored(handler).is_some_and(|record| record.purpose == Some(Reason::Update))
    }

    /// Whether the handler's field has changed; without a field, whether anything has.
    fn has_changed_for(&self, handler: &Handler) -> bool {
        match &handler.field {
            Some(field) => !self.narrowed(field).is_empty(),
            None => self.comparison.as_ref().is_none_or(|comparison| !comparison.diff.is_empty()),
        }
    }

    fn narrowed(&self, field: &FieldPath) -> Diff {
        match &self.comparison {
            Some(comparison) => comparison.narrow(field),
            None => diff(&Value::Null, field.get(self.essence).unwrap_or(&Value::Null)),
        }
    }

    /// A handler's record, on the object or in memory.
    fn stored(&self, handler: &Handler) -> Option<Progress> {
        let body = &self.object.body;
        let annotation = object::annotation(body, &self.identity.keys().handler(&handler.id, body));
        annotation
            .and_then(|text| Progress::read(text, &self.object.header.uid))
            .or_else(|| self.kept?.records.get(&handler.id).cloned())
    }

    /// The record that a handler begins with, if it has one that still counts.
    pub(super) fn record(&self, handler: &Handler, reason: Reason) -> Option<Progress> {
        let record = self.stored(handler)?;
        let counts = handler.on.keeps_record(record.purpose, reason);
        // A handler that ended on an older state than this has not handled this one.
        let outdated = reason == Reason::Update
            && handler.on != On::Resume
            && record.is_finished()
            && (record.seen)
                .is_some_and(|seen| seen != reacts_to(handler, self.essence, &self.object.header.uid));
        (counts && !outdated).then_some(Progress { purpose: Some(reason), ..record })
    }

    /// The records of this cause as they stand, also of handlers that are not selected now and of those that ended on
    /// an older state. They stay until they are replaced or the cause ends: the object may come back to what they are
    /// of, and then nobody must be called twice or forgotten.
    pub(super) fn standing(&self, reason: Reason) -> BTreeMap<String, Progress> {
        let handlers = self.served.changing().filter(|_| self.traces);
        let records = handlers.filter_map(|handler| Some((handler.id.clone(), self.stored(handler)?)));
        records.filter(|(_, record)| record.purpose == Some(reason)).collect()
    }

    /// Whether it is a handler's turn at `now`, as its record says.
    pub(super) fn turn(
        &self,
        handler: &Handler,
        record: Option<&Progress>,
        reason: Reason,
        now: Timestamp,
    ) -> Turn {
        let begun = || Progress::begin(reason, now);
        let record = match record {
            Some(record) if record.is_finished() => return Turn::Over,
            Some(record) if record.delayed.is_some_and(|at| at > now) => return Turn::Over,
            record => record.cloned().unwrap_or_else(begun),
        };
        match outcome::forbid(handler, &record, now) {
            Some(verdict) => Turn::Forbidden(verdict),
            None => Turn::Due(record),
        }
    }

    /// The attempt to be made of a handler.
    pub(super) fn call(&self, handler: Arc<Handler>, progress: Progress, reason: Reason) -> Call {
        let within = |value: Option<&Value>| match &handler.field {
            Some(field) => value.and_then(|value| field.get(value)).cloned(),
            None => value.cloned(),
        };
        let old = self.comparison.as_ref().and_then(|comparison| comparison.old);
        Call {
            reason: Some(reason),
            progress,
            old: if handler.wants.old { within(old) } else { None },
            new: if handler.wants.new { within(Some(self.essence)) } else { None },
            diff: match (&handler.field, &self.comparison) {
                _ if !handler.wants.diff => Diff::default(),
                (Some(field), _) => self.narrowed(field),
                (None, Some(comparison)) => comparison.diff.clone(),
                (None, None) => diff(&Value::Null, self.essence),
            },
            old_known: self.comparison.as_ref().is_none_or(|comparison| comparison.known),
            handler,
        }
    }

    /// The line that tells of the cause that this one takes over from.
    pub(super) fn superseded(&self, reason: Reason) -> Option<String> {
        if !self.traces {
            return None;
        }
        let (body, uid) = (&self.object.body, &self.object.header.uid);
        let on_object = self.identity.records(body);
        let on_object = on_object
            .filter_map(|key| object::annotation(body, key).and_then(|text| Progress::read(text, uid)));
        let in_memory = self.kept.into_iter().flat_map(|kept| kept.records.values().cloned());
        let records: Vec<Progress> = on_object.chain(in_memory).collect();
        let former = records.iter().filter_map(|record| record.purpose).find(|purpose| *purpose != reason)?;
        let count = |counts: fn(&Progress) -> bool| {
            records.iter().filter(|record| record.purpose == Some(former) && counts(record)).count()
        };
        Some(format!(
            "{} is superseded by {}: {} succeeded; {} failed; {} left to the moment.",
            former.title(),
            reason.title().to_lowercase(),
            count(|record| record.success),
            count(|record| record.failure),
            count(|record| !record.is_finished()),
        ))
    }
}
