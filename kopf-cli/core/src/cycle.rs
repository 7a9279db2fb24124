//! The two halves of a handling cycle: [`plan`] what an event asks for, and [`conclude`] from what came of it.
//!
//! What is compared is always the state that was handled last, kept on the object, with the state now: an event is only
//! the occasion to look. So nothing is lost with an event that is, and nothing is done twice for one that comes twice.

mod select;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use jiff::Timestamp;
use serde_json::{Map, Value};

use self::select::{Sight, Turn};

use crate::{
    cause::Reason,
    diff::{Diff, diff},
    essence::essence,
    handler::Handler,
    identity::Identity,
    object::{self, Object},
    outcome::Verdict,
    patch,
    registry::Served,
    store::{
        digest::Digest,
        handled::{Handled, State},
        progress::Progress,
    },
};

/// What the process remembers of an object.
#[derive(Debug, Clone, Default)]
pub struct Recall {
    /// It was first seen in a listing, not in an event: it may have been handled by an earlier process.
    pub listed: bool,
    /// A cause was handled to its end in this process: resume handlers have had their turn.
    pub handled: bool,
    /// What should stand on the object and does not fit there.
    pub kept: Option<Box<Kept>>,
}

/// State that does not fit on its object. It is lost with the process.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Kept {
    /// Records by the handler's id.
    pub records: BTreeMap<String, Progress>,
    /// What was handled last.
    pub handled: Option<Handled>,
}

/// What a sighting amounts to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// No handler is for this object: it is left alone, without a trace.
    Ignored,
    /// The object is gone.
    Gone,
    /// It is being deleted, and we do not hold it.
    Free,
    /// It must be held back from deletion before any handler is called.
    Hold,
    /// Nothing has changed that we know of.
    Noop,
    /// Handlers are to be called.
    Handle(Reason),
}

/// What is to be done about our finalizer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Finalizer {
    /// Nothing.
    #[default]
    Keep,
    /// Put it on.
    Add,
    /// Take it away.
    Remove,
}

/// One attempt to be made.
#[derive(Debug, Clone)]
pub struct Call {
    /// The handler.
    pub handler: Arc<Handler>,
    /// Why; for a spy, nothing but the event.
    pub reason: Option<Reason>,
    /// The record that it begins with.
    pub progress: Progress,
    /// The state that was handled last, or the field in it. Absent on creation, and where only digests are known.
    pub old: Option<Value>,
    /// The state now, or the field in it.
    pub new: Option<Value>,
    /// Their difference.
    pub diff: Diff,
    /// Whether what was handled last is known in full.
    pub old_known: bool,
}

/// What a sighting asks for.
#[derive(Debug)]
pub struct Plan {
    /// What it amounts to.
    pub cause: Cause,
    /// The attempts to be made now, in order.
    pub calls: Vec<Call>,
    /// Handlers whose limits forbid another attempt, with the verdict that stands for it.
    pub forbidden: Vec<(Arc<Handler>, Verdict)>,
    finalizer: Finalizer,
    /// Every handler of this cause, with the record it had.
    selected: Vec<(Arc<Handler>, Option<Progress>)>,
    handled: Option<Handled>,
    essence: Value,
    body: Value,
    uid: Box<str>,
    /// Whether records of ours are on the object or in memory.
    traces: bool,
    adopt: bool,
}

/// What came of a cycle, to be applied to the object as it is by then.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Conclusion {
    /// Results by the handler's id.
    pub results: Map<String, Value>,
    /// What handlers want to be changed.
    pub patch: Option<Value>,
    /// The records that are to stand on the object, and no others. `None`: leave them as they are.
    pub records: Option<BTreeMap<String, Progress>>,
    /// What was handled last. `None`: leave it as it is.
    pub handled: Option<Handled>,
    /// What is to be done about our finalizer.
    pub finalizer: Finalizer,
    /// When to look at the object again, though nothing changes by then.
    pub wake_at: Option<Timestamp>,
    /// Whether to plan again at once, on the object as it is after this.
    pub again: bool,
    /// The cause that has ended with this.
    pub finished: Option<Finished>,
}

/// A cause that has ended: every handler of it has succeeded or failed for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Finished {
    /// The cause's reason.
    pub reason: Reason,
    /// How many handlers succeeded.
    pub succeeded: usize,
    /// How many failed.
    pub failed: usize,
}

impl Finished {
    /// The line to be told; nothing where no handler was called.
    pub fn line(&self) -> Option<String> {
        let title = self.reason.title();
        match (self.succeeded, self.failed) {
            (0, 0) => None,
            (_, 0) => Some(format!("All handlers succeeded for {}.", title.to_lowercase())),
            (succeeded, failed) => {
                Some(format!("{title} is processed: {succeeded} succeeded; {failed} failed."))
            }
        }
    }
}

/// A cycle that has run for this long is written before its next handler, lest much be repeated after a crash.
pub const DURABLE_AFTER: Duration = Duration::from_secs(1);

/// Plans what an object asks for, as it was sighted at `now`.
pub fn plan(
    object: &Object,
    gone: bool,
    served: &Served,
    identity: &Identity,
    recall: &Recall,
    now: Timestamp,
) -> Plan {
    let body = &object.body;
    let uid = &object.header.uid;
    let essence = essence(body, &served.extra);
    let kept = recall.kept.as_deref();
    let annotation = object::annotation(body, &identity.keys().handled(body));
    let handled = annotation.and_then(|text| Handled::read(text, uid)).or_else(|| kept?.handled.clone());
    let old = match handled.as_ref().map(|handled| &handled.state) {
        Some(State::Whole(old)) => Some(old),
        _ => None,
    };
    let held = object.has_finalizer(identity.finalizer());
    let deleting = object.header.deleting;
    let ours = served.changing().any(|handler| handler.is_for(body, old, &essence));
    let must_hold =
        served.changing().any(|handler| select::holds(handler) && handler.is_for(body, old, &essence));
    let known = handled.as_ref().filter(|handled| !handled.pending);
    let comparison = known.map(|known| known.compare(&essence, &served.fields, uid));
    let creation;
    let diff = match &comparison {
        Some(comparison) => &comparison.diff,
        None => {
            creation = diff(&Value::Null, &essence);
            &creation
        }
    };
    let initial = recall.listed && !recall.handled;
    let cause = match () {
        () if gone => Cause::Gone,
        () if deleting && !held => Cause::Free,
        () if deleting => Cause::Handle(Reason::Delete),
        () if !ours => Cause::Ignored,
        () if must_hold && !held => Cause::Hold,
        () if known.is_none() => Cause::Handle(Reason::Create),
        () if !diff.is_empty() => Cause::Handle(Reason::Update),
        () if initial => Cause::Handle(Reason::Resume),
        () => Cause::Noop,
    };
    let reason = match cause {
        Cause::Handle(reason) => Some(reason),
        // Where nobody is called on creation, the state and the finalizer go in one write.
        Cause::Hold if known.is_none() => Some(Reason::Create),
        _ => None,
    };
    let adopt = known.is_some_and(|known| served.extra.iter().any(|field| !known.fields.contains(field)));
    let finalizer = match cause {
        Cause::Hold => Finalizer::Add,
        Cause::Gone | Cause::Free => Finalizer::Keep,
        _ if held && !must_hold && !deleting => Finalizer::Remove,
        _ => Finalizer::Keep,
    };
    let (mut calls, mut forbidden, mut selected) = (vec![], vec![], vec![]);
    if let Some(reason) = reason {
        let sight =
            Sight { reason, initial, uid, diff, comparison: comparison.as_ref(), essence: &essence, old };
        for handler in select::select(served, body, &sight) {
            let record = sight.record(&handler, body, identity, kept);
            match sight.turn(&handler, record.as_ref(), now) {
                _ if cause == Cause::Hold => {}
                Turn::Due(progress) => calls.push(sight.call(handler.clone(), progress)),
                Turn::Forbidden(verdict) => forbidden.push((handler.clone(), verdict)),
                Turn::Over => {}
            }
            selected.push((handler, record));
        }
    }
    Plan {
        cause,
        finalizer,
        selected,
        traces: identity.has_records(body) || kept.is_some_and(|kept| !kept.records.is_empty()),
        adopt,
        uid: uid.clone(),
        body: if calls.is_empty() { Value::Null } else { body.clone() },
        calls,
        forbidden,
        essence,
        handled,
    }
}

/// The calls that every event makes, whatever it amounts to.
pub fn spy(object: &Object, served: &Served, now: Timestamp) -> Vec<Call> {
    let call = |handler: &Arc<Handler>| Call {
        handler: handler.clone(),
        reason: None,
        progress: Progress::begin(Reason::Create, now),
        old: None,
        new: None,
        diff: Diff::default(),
        old_known: true,
    };
    served.spies().filter(|handler| handler.is_for(&object.body, None, &object.body)).map(call).collect()
}

/// Whether a cycle that still has handlers to call is to be written first.
pub fn is_to_be_written(last: &Verdict, spent: Duration) -> bool {
    !last.progress.success || spent >= DURABLE_AFTER
}

impl Plan {
    /// Whether there is nothing to call and nothing to write.
    pub fn is_idle(&self) -> bool {
        matches!(self.cause, Cause::Gone | Cause::Free)
            || (matches!(self.cause, Cause::Noop | Cause::Ignored)
                && self.finalizer == Finalizer::Keep
                && !self.adopt)
    }

    /// The digest of what a handler reacts to, as it is now.
    fn seen(&self, handler: &Handler) -> Digest {
        select::reacts_to(handler, &self.essence, &self.uid)
    }
}

/// Concludes a cycle from the verdicts on its attempts, as far as they were made, and from what handlers want changed.
pub fn conclude(
    plan: Plan,
    verdicts: Vec<(Arc<Handler>, Verdict)>,
    patch: Option<Value>,
    served: &Served,
) -> Conclusion {
    let mut conclusion = Conclusion { finalizer: plan.finalizer, patch, ..Conclusion::default() };
    let reason = match plan.cause {
        Cause::Handle(reason) => reason,
        Cause::Hold => {
            conclusion.again = true;
            if plan.selected.is_empty() && plan.handled.is_none() {
                conclusion.handled = Some(handled_as(served, plan.essence, false, &plan.uid));
                conclusion.again = false;
            }
            return conclusion;
        }
        Cause::Noop if plan.adopt => {
            conclusion.handled = Some(handled_as(served, plan.essence, false, &plan.uid));
            return conclusion;
        }
        _ => return conclusion,
    };
    let mut records: BTreeMap<String, Progress> = BTreeMap::new();
    let mut wake_at: Option<Timestamp> = None;
    let (mut succeeded, mut failed, mut open) = (0, 0, 0);
    let attempted = !verdicts.is_empty() || !plan.forbidden.is_empty();
    for (handler, before) in &plan.selected {
        let concluded = verdicts.iter().chain(&plan.forbidden).find(|(judged, _)| judged.id == handler.id);
        let record = concluded.map(|(_, verdict)| {
            let mut record = verdict.progress.clone();
            if record.is_finished() {
                record.seen = Some(plan.seen(handler));
            }
            record
        });
        match record.as_ref().or(before.as_ref()) {
            Some(record) if record.success => succeeded += 1,
            Some(record) if record.failure => failed += 1,
            unfinished => {
                open += 1;
                let at = unfinished.and_then(|record| record.delayed).unwrap_or(Timestamp::MIN);
                wake_at = Some(wake_at.map_or(at, |earlier| earlier.min(at)));
            }
        }
        if let Some(record) = record.or_else(|| before.clone()) {
            records.insert(handler.id.clone(), record);
        }
    }
    for (handler, verdict) in verdicts {
        if let Some(result) = verdict.result {
            conclusion.results.insert(handler.id.clone(), result);
        }
    }
    let begun = plan.handled.as_ref().is_some_and(|handled| handled.pending);
    if open > 0 {
        conclusion.wake_at = wake_at;
        if attempted {
            conclusion.records = Some(records);
            // What a creation began with is kept at once: what changes until it ends is an update after it.
            if reason == Reason::Create && !begun {
                conclusion.handled = Some(handled_as(served, plan.essence, true, &plan.uid));
            }
            // Some were not called because this was to be written first.
            conclusion.again = wake_at == Some(Timestamp::MIN);
        }
        return conclusion;
    }
    conclusion.finished = Some(Finished { reason, succeeded, failed });
    if reason == Reason::Delete {
        conclusion.finalizer = Finalizer::Remove;
        return conclusion;
    }
    conclusion.records = plan.traces.then(BTreeMap::new);
    let now_handled = match &conclusion.patch {
        // What a handler changes itself is no change that it must be told of.
        Some(patch) if !plan.body.is_null() => {
            let mut body = plan.body;
            patch::merge(&mut body, patch);
            essence(&body, &served.extra)
        }
        _ => plan.essence,
    };
    match plan.handled {
        Some(first) if first.pending => {
            // Whoever succeeded early saw the state that the creation began with.
            conclusion.again = !first.compare(&now_handled, &served.fields, &plan.uid).diff.is_empty();
            conclusion.handled = Some(Handled { pending: false, ..first });
        }
        Some(_) if reason == Reason::Resume && !plan.adopt => {}
        _ => conclusion.handled = Some(handled_as(served, now_handled, false, &plan.uid)),
    }
    conclusion
}

/// The record of an essence, as a digest where it must not be copied.
fn handled_as(served: &Served, essence: Value, pending: bool, uid: &str) -> Handled {
    let mut handled = match served.is_secret() {
        true => Handled::digested(&essence, &served.fields, uid),
        false => Handled::new(essence, served.fields.clone(), false),
    };
    handled.pending = pending;
    handled
}
