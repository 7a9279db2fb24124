//! One sighting of an object: its cause, the handlers that the cause calls, and the records that they begin with.

use std::{collections::BTreeMap, sync::Arc};

use jiff::Timestamp;
use serde_json::Value;

use super::{Asked, Call, Cause, Given, Kept};
use crate::{
    background::Company,
    cause::Reason,
    diff::{Diff, diff},
    field::FieldPath,
    filter::View,
    handler::{Handler, On},
    identity::Identity,
    object::Object,
    outcome::{self, Verdict},
    question::{About, Answers, Decision},
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
    /// It as filters look at it.
    view: View<'a>,
    served: &'a Served,
    identity: &'a Identity,
    kept: Option<&'a Kept>,
    answers: &'a Answers,
    now: Timestamp,
    essence: &'a Arc<Value>,
    /// What was handled last; `None` until a creation has ended.
    known: Option<&'a Handled>,
    /// What has changed since.
    comparison: Option<Comparison<'a>>,
    /// What handlers are told that do not take the difference.
    untold: Arc<Diff>,
    /// Whether this process has not handled the object yet, and an earlier one may have.
    initial: bool,
    /// Whether records of ours are on the object or in memory.
    pub(super) traces: bool,
    held: bool,
    company: Company,
}

/// What must be asked first.
type Open = Vec<Asked>;

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

/// A record, on the object or in memory.
pub(super) fn stored(
    id: &str,
    object: &Object,
    identity: &Identity,
    kept: Option<&Kept>,
    now: Timestamp,
) -> Option<Progress> {
    match identity.store().record(id, object, now) {
        Some(record) => {
            let seen = kept.and_then(|kept| kept.seen.get(id)).filter(|seen| seen.is_plainly(&record));
            Some(seen.cloned().unwrap_or(record))
        }
        None => kept?.records.get(id).cloned(),
    }
}

/// The record if it counts for a reason, as one of it.
pub(super) fn still_counts(
    record: Progress,
    on: On,
    reason: Reason,
    seen_now: impl FnOnce() -> Digest,
) -> Option<Progress> {
    let counts = on.keeps_record(record.purpose, reason);
    // A handler that ended on an older state than this has not handled this one.
    let outdated = reason == Reason::Update
        && on != On::Resume
        && record.is_finished()
        && record.seen.is_some_and(|seen| seen != seen_now());
    (counts && !outdated).then_some(Progress { purpose: Some(reason), ..record })
}

impl<'a> Sight<'a> {
    pub(super) fn new(
        object: &'a Object,
        given: &Given<'a>,
        handled: Option<&'a Handled>,
        essence: &'a Arc<Value>,
    ) -> Sight<'a> {
        let Given { served, identity, recall, answers, now, .. } = *given;
        let known = handled.filter(|handled| !handled.pending);
        let kept = recall.kept.as_deref();
        Sight {
            object,
            view: View::new(&object.body, essence, known),
            served,
            identity,
            kept,
            answers,
            now,
            essence,
            known,
            comparison: known.map(|known| known.compare(essence, &served.fields, &object.header.uid)),
            untold: Arc::default(),
            initial: recall.listed && !recall.handled,
            traces: identity.store().has_records(&object.body, served)
                || kept.is_some_and(|kept| !kept.records.is_empty()),
            company: recall.company,
            held: object.has_finalizer(identity.finalizer()),
        }
    }

    /// What the sighting amounts to.
    pub(super) fn cause(&self) -> Result<Cause, Open> {
        Ok(match () {
            () if self.object.header.deleting && !self.held => Cause::Free,
            () if self.object.header.deleting => Cause::Handle(Reason::Delete),
            // Before functions are asked whether anybody wants the object: there is nothing to be done about it.
            () if self.is_at_rest()? => Cause::Noop,
            () if !self.held && self.company.holds => Cause::Hold,
            () if !self.is_ours()? => Cause::Ignored,
            () if !self.held && self.must_hold()? => Cause::Hold,
            () if self.is_new() => Cause::Handle(Reason::Create),
            () if self.is_changed()? => Cause::Handle(Reason::Update),
            () if self.initial => Cause::Handle(Reason::Resume),
            () => Cause::Noop,
        })
    }

    /// Whether the object is as it was left.
    fn is_at_rest(&self) -> Result<bool, Open> {
        let awaited = self.is_new() || self.initial || self.must_adopt();
        Ok(!awaited && !self.is_changed()? && (self.held || !self.must_hold()?))
    }

    /// Whether a handler demands that the object be held back from deletion.
    fn must_hold(&self) -> Result<bool, Open> {
        // An optional deletion handler holds no object back. It runs where our finalizer is there for another reason:
        // who declares it so prefers an object that goes at once to a deletion that is always noticed.
        let asks =
            |handler: &Arc<Handler>| if handler.holds_back() { self.is_for(handler) } else { Ok(false) };
        Ok(self.company.holds || self.any(asks)?)
    }

    /// Whether no creation has ended on the object.
    pub(super) fn is_new(&self) -> bool {
        self.known.is_none()
    }

    /// Whether our finalizer is on the object and no handler demands it.
    pub(super) fn is_held_in_vain(&self) -> Result<bool, Open> {
        Ok(self.held && !self.company.alive && !self.must_hold()?)
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
    pub(super) fn select(&self, reason: Reason) -> Result<Vec<Arc<Handler>>, Open> {
        let mut selected: Vec<Arc<Handler>> = vec![];
        let mut open = vec![];
        for handler in self.served.changing() {
            if self.served.repeats && selected.iter().any(|earlier| earlier.id == handler.id) {
                continue;
            }
            match self.is_called(handler, reason) {
                Ok(true) => selected.push(handler.clone()),
                Ok(false) => {}
                Err(question) => open.push(*question),
            }
        }
        if open.is_empty() { Ok(selected) } else { Err(open) }
    }

    /// Whether a handler is called for a reason.
    pub(super) fn is_called(&self, handler: &Arc<Handler>, reason: Reason) -> Result<bool, Box<Asked>> {
        let called = match (handler.on, reason) {
            (On::Create, Reason::Create) | (On::Delete, Reason::Delete) => true,
            (On::Update | On::Field, Reason::Update) if self.is_under_way(handler)? => return Ok(true),
            (On::Update, Reason::Update) => self.has_changed_for(handler),
            // Creation is a change of the field too, from nothing; on deletion a field is let go of with the object.
            (On::Field, Reason::Create | Reason::Update) => self.has_changed_for(handler),
            // An object that changed while nobody looked is resumed and updated.
            (On::Resume, Reason::Resume | Reason::Update) => self.initial,
            (On::Resume, Reason::Delete) => self.initial && handler.deleted,
            _ => false,
        };
        let changed = || self.asked(handler, handler.is_for_change(self.view, self.answers));
        Ok(called && changed()? && self.is_for(handler)?)
    }

    fn is_for(&self, handler: &Arc<Handler>) -> Result<bool, Box<Asked>> {
        self.asked(handler, handler.is_for(self.view, self.answers))
    }

    /// A decision, with the call that a function is asked about.
    fn asked(&self, handler: &Arc<Handler>, decision: Decision) -> Result<bool, Box<Asked>> {
        decision.map_err(|question| {
            let begun = || Progress::begin(Reason::Create, self.now);
            let call = match question.about {
                About::Object => self.call(handler.clone(), begun(), self.occasion()),
                About::Value(_) => Call::of(handler.clone(), self.now),
            };
            Box::new(Asked { call, question })
        })
    }

    /// Why the object would be handled, if any handler is for it.
    fn occasion(&self) -> Option<Reason> {
        let differs = || self.comparison.as_ref().is_some_and(|comparison| !comparison.diff.is_empty());
        match () {
            () if self.object.header.deleting => Some(Reason::Delete),
            () if self.is_new() => Some(Reason::Create),
            () if differs() => Some(Reason::Update),
            () if self.initial => Some(Reason::Resume),
            () => None,
        }
    }

    /// Whether a handler is for this object, or has begun to handle a change of it.
    pub(super) fn is_ours(&self) -> Result<bool, Open> {
        self.any(|handler| Ok(self.is_for(handler)? || self.is_under_way(handler)?))
    }

    /// Whether anything is to be handled as an update.
    fn is_changed(&self) -> Result<bool, Open> {
        let differs = self.comparison.as_ref().is_none_or(|comparison| !comparison.diff.is_empty());
        Ok(differs || self.any(|handler| self.is_under_way(handler))?)
    }

    /// Whether it holds of any of the handlers. One of which it does decides, whatever is to be asked about the others.
    fn any(&self, holds: impl Fn(&Arc<Handler>) -> Result<bool, Box<Asked>>) -> Result<bool, Open> {
        let mut open = vec![];
        for handler in self.served.changing() {
            match holds(handler) {
                Ok(true) => return Ok(true),
                Ok(false) => {}
                Err(question) => open.push(*question),
            }
        }
        if open.is_empty() { Ok(false) } else { Err(open) }
    }

    /// Whether a handler was called for an update that has not ended. Then it is called for whatever came of the
    /// object since, also where that is what it was before the update.
    fn is_under_way(&self, handler: &Arc<Handler>) -> Result<bool, Box<Asked>> {
        let has_begun = self.traces
            && self.known.is_some()
            && matches!(handler.on, On::Update | On::Field)
            && self.stored(handler).is_some_and(|record| record.purpose == Some(Reason::Update));
        Ok(has_begun && self.asked(handler, handler.is_still_for(self.view, self.answers))?)
    }

    /// Whether the handler's field has changed; without a field, whether anything has.
    fn has_changed_for(&self, handler: &Handler) -> bool {
        match &handler.field {
            Some(field) => match &self.comparison {
                Some(comparison) => comparison.touches(field),
                None => field.get(self.essence).is_some_and(|value| !value.is_null()),
            },
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
        self.stored_of(&handler.id)
    }

    fn stored_of(&self, id: &str) -> Option<Progress> {
        // Most objects have none, and each is looked for under a key that has to be made first.
        let looked_for = || stored(id, self.object, self.identity, self.kept, self.now);
        self.traces.then(looked_for).flatten()
    }

    /// The record that a handler begins with, if it has one that still counts.
    pub(super) fn record(&self, handler: &Handler, reason: Reason) -> Option<Progress> {
        let seen = || reacts_to(handler, self.essence, &self.object.header.uid);
        still_counts(self.stored(handler)?, handler.on, reason, seen)
    }

    /// The records of this cause as they stand, also of handlers that are not selected now and of those that ended on
    /// an older state. They stay until they are replaced or the cause ends: the object may come back to what they are
    /// of, and then nobody must be called twice or forgotten. Records of sub-handlers stand beside those of their
    /// handlers.
    pub(super) fn standing(&self, reason: Reason) -> BTreeMap<String, Progress> {
        let handlers = self.served.changing().filter(|_| self.traces);
        let records = handlers.filter_map(|handler| Some((handler.id.clone(), self.stored(handler)?)));
        let of_cause = |record: &Progress| record.purpose == Some(reason);
        let mut standing: BTreeMap<String, Progress> =
            records.filter(|(_, record)| of_cause(record)).collect();
        let subs: Vec<String> = standing.values().flat_map(|record| record.subrefs.iter().cloned()).collect();
        for id in subs {
            if let Some(record) = self.stored_of(&id).filter(of_cause) {
                standing.entry(id).or_insert(record);
            }
        }
        standing
    }

    /// Whether it is a handler's turn now, as its record says.
    pub(super) fn turn(&self, handler: &Handler, record: Option<&Progress>, reason: Reason) -> Turn {
        let now = self.now;
        let begun = || Progress::begin(reason, now);
        let record = match record {
            Some(record) if record.is_finished() => return Turn::Over,
            Some(record)
                if record.delayed.is_some_and(|at| at > now) && !self.is_overtaken(handler, record) =>
            {
                return Turn::Over;
            }
            record => record.cloned().unwrap_or_else(begun),
        };
        match outcome::forbid(handler, &record, now) {
            Some(verdict) => Turn::Forbidden(verdict),
            None => Turn::Due(record),
        }
    }

    /// Whether a handler waits for sub-handlers that it made of another state than this: there may be others by now.
    fn is_overtaken(&self, handler: &Handler, record: &Progress) -> bool {
        record.awaits_others()
            && (record.seen)
                .is_some_and(|seen| seen != reacts_to(handler, self.essence, &self.object.header.uid))
    }

    /// The attempt to be made of a handler.
    pub(super) fn call(&self, handler: Arc<Handler>, progress: Progress, reason: Option<Reason>) -> Call {
        let within = |value: Option<&Arc<Value>>| match &handler.field {
            Some(field) => value.and_then(|value| field.get(value)).cloned().map(Arc::new),
            None => value.cloned(),
        };
        let old = self.comparison.as_ref().and_then(|comparison| comparison.old);
        Call {
            reason,
            progress,
            old: if handler.wants.old { within(old) } else { None },
            new: if handler.wants.new { within(Some(self.essence)) } else { None },
            diff: match (&handler.field, &self.comparison) {
                _ if !handler.wants.diff => self.untold.clone(),
                (Some(field), _) => self.narrowed(field).into(),
                (None, Some(comparison)) => comparison.diff.clone(),
                (None, None) => diff(&Value::Null, self.essence).into(),
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
        let mut records = self.identity.store().records(self.object, self.served, self.now);
        records.extend(self.kept.into_iter().flat_map(|kept| kept.records.values().cloned()));
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
