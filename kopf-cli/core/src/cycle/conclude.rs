//! Concludes a cycle from the verdicts on its attempts.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{Cause, Conclusion, Finalizer, Finished, Plan, Selected, sight};
use crate::{
    cause::Reason,
    diff::same,
    handler::{Handler, On},
    outcome::Verdict,
    patch,
    registry::Served,
    store::{handled::Handled, progress::Progress},
};

/// When what the handlers of one cycle brought is written. What is not written is repeated after a crash.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Durability {
    /// At the end of the cycle; or at once, when a handler has failed, or handlers so far have taken long.
    #[default]
    Auto,
    /// After each handler.
    Each,
    /// At the end of the cycle.
    Cycle,
}

impl Durability {
    /// Whether a cycle that still has handlers to call is to be written first, after it has `spent` so long; `long` is
    /// what counts as long.
    pub fn is_to_be_written(self, last: &Verdict, spent: Duration, long: Duration) -> bool {
        match self {
            Durability::Auto => !last.progress.success || spent >= long,
            Durability::Each => true,
            Durability::Cycle => false,
        }
    }

    /// Whether what sub-handlers brought is to be written before the next of them is called, `spent` after the first
    /// of them was.
    pub(super) fn holds_back(self, spent: Duration, long: Duration) -> bool {
        match self {
            Durability::Auto => spent >= long,
            Durability::Each => true,
            Durability::Cycle => false,
        }
    }
}

/// Concludes a cycle from the verdicts on its attempts, as far as they were made, and from what handlers want changed.
pub fn conclude(
    mut plan: Plan,
    verdicts: Vec<(Arc<Handler>, Verdict)>,
    patch: Option<Value>,
    served: &Served,
) -> Conclusion {
    let blank = Conclusion { finalizer: plan.finalizer, kept: plan.kept.take(), ..Conclusion::default() };
    match plan.cause {
        Cause::Ignored | Cause::Gone | Cause::Free => blank,
        Cause::Noop if plan.adopt => {
            Conclusion { handled: Some(handled(plan.essence, served, &plan.uid)), ..blank }
        }
        Cause::Noop => blank,
        Cause::Hold => hold(plan, served, blank),
        Cause::Handle(reason) => {
            let mut results = Map::new();
            let mut judged = Judged::new();
            for (handler, verdict) in plan.forbidden.drain(..).chain(verdicts) {
                results.extend(verdict.result.map(|result| (handler.id.clone(), result)));
                judged.insert(handler.id.clone(), (handler, verdict.progress));
            }
            let after = after(&plan, patch.as_ref(), &results, served);
            let mut tally = Tally::count(&plan, &judged);
            if tally.open > 0 || plan.handled.as_ref().is_some_and(|handled| handled.pending) {
                tally.mark(&plan, &judged, after.as_ref());
            }
            let conclusion = Conclusion { results, patch, ..blank };
            match tally.open {
                // It goes once its daemons have ended too.
                0 if reason == Reason::Delete && plan.alive => {
                    go_on(plan, reason, tally, after, served, conclusion)
                }
                0 => finish(plan, reason, tally, after, served, conclusion),
                _ => go_on(plan, reason, tally, after, served, conclusion),
            }
        }
    }
}

/// The object is held back before any handler is called. Where none is, and nothing was handled before, it is handled
/// with the same write.
fn hold(plan: Plan, served: &Served, blank: Conclusion) -> Conclusion {
    if !plan.ours {
        // It is held for its daemons and timers alone: nothing is kept on it that nobody reads.
        return blank;
    }
    if !plan.selected.is_empty() || plan.handled.is_some() {
        return Conclusion { again: true, ..blank };
    }
    Conclusion {
        handled: Some(handled(plan.essence, served, &plan.uid)),
        finished: Some(Finished { reason: Reason::Create, succeeded: 0, failed: 0 }),
        ..blank
    }
}

/// Some handlers have not ended.
fn go_on(
    mut plan: Plan,
    reason: Reason,
    tally: Tally,
    after: Option<Value>,
    served: &Served,
    conclusion: Conclusion,
) -> Conclusion {
    let conclusion = Conclusion { wake_at: tally.wake_at, again: tally.due, ..conclusion };
    if !tally.attempted {
        return conclusion;
    }
    let mut records = std::mem::take(&mut plan.standing);
    records.extend(tally.records);
    if reason == Reason::Update {
        let current = after.as_ref().unwrap_or(&plan.essence);
        open_anew(&mut records, current, &plan, served);
    }
    let handled = match (reason, plan.handled) {
        (Reason::Delete, _) => None,
        // What a creation began with is kept at once: what changes until it ends is an update after it.
        (Reason::Create, None) => {
            let begun = handled(after.map_or(plan.essence, Arc::new), served, &plan.uid);
            Some(Handled { pending: true, ..begun })
        }
        (_, known) => known.zip(after).map(|(known, after)| known.absorb(&plan.essence, &after, &plan.uid)),
    };
    Conclusion { records: Some(records), handled, ..conclusion }
}

/// All handlers have succeeded or failed for good.
fn finish(
    mut plan: Plan,
    reason: Reason,
    tally: Tally,
    after: Option<Value>,
    served: &Served,
    conclusion: Conclusion,
) -> Conclusion {
    let finished = Some(Finished { reason, succeeded: tally.succeeded, failed: tally.failed });
    if reason == Reason::Delete {
        // The object goes, and all that is kept on it: that it can go must not depend on anything else being written.
        return Conclusion { finished, finalizer: Finalizer::Remove, kept: None, ..conclusion };
    }
    let unchanged = after.is_none();
    let mut records = plan.traces.then(BTreeMap::new);
    let (handled, again) = match plan.handled.take() {
        // Handlers of the creation saw what it began with, so that is what was handled.
        Some(begun) if begun.pending => {
            let after = after.map_or_else(|| plan.essence.clone(), Arc::new);
            let begun = begun.absorb(&plan.essence, &after, &plan.uid);
            let standing = std::mem::take(&mut plan.standing);
            let mut fields = of_fields(standing.into_iter().chain(tally.records), served);
            let has_seen_other = |handler: &Arc<Handler>| {
                let record = fields.get(&handler.id);
                record.is_some_and(|it| it.seen != Some(sight::reacts_to(handler, &after, &plan.uid)))
            };
            let again = !begun.compare(&after, &served.fields, &plan.uid).diff.is_empty()
                || served.changing().any(has_seen_other);
            if again {
                open_anew(&mut fields, &after, &plan, served);
                records = Some(fields);
            }
            (Some(Handled { pending: false, ..begun }), again)
        }
        // Nothing has changed, so nothing is written.
        Some(_) if reason == Reason::Resume && unchanged && !plan.adopt => (None, false),
        _ => (Some(handled(after.map_or(plan.essence, Arc::new), served, &plan.uid)), false),
    };
    Conclusion { records, handled, again, finished, ..conclusion }
}

/// What was judged now, by the handler's id: handlers of the cause, and sub-handlers of theirs.
type Judged = BTreeMap<String, (Arc<Handler>, Progress)>;

/// How far the handlers of a cause have come, and their sub-handlers.
#[derive(Default)]
struct Tally {
    records: BTreeMap<String, Progress>,
    succeeded: usize,
    failed: usize,
    open: usize,
    /// Whether any was judged now, and so anything is to be written.
    attempted: bool,
    /// Whether one was not called whose turn it was, because the others were to be written first.
    due: bool,
    /// When the first of those that wait is due.
    wake_at: Option<Timestamp>,
}

impl Tally {
    fn count(plan: &Plan, judged: &Judged) -> Tally {
        let mut tally = Tally { attempted: !judged.is_empty(), ..Tally::default() };
        for Selected { handler, record: before, due } in &plan.selected {
            let verdict = judged.get(&handler.id).map(|(_, record)| record);
            tally.due |= *due && verdict.is_none();
            let Some(record) = verdict.or(before.as_deref()).cloned() else {
                tally.open += 1;
                continue;
            };
            if record.is_finished() {
                tally.ended(&record);
            } else {
                tally.open += 1;
                tally.wake_at = tally.wake_at.into_iter().chain(record.delayed).min();
            }
            tally.subs(&record, plan, judged);
            tally.records.insert(handler.id.clone(), record);
        }
        tally
    }

    fn ended(&mut self, record: &Progress) {
        self.succeeded += usize::from(record.success);
        self.failed += usize::from(!record.success);
    }

    /// Counts a handler's sub-handlers. It waits for them itself, but that they have failed is no failure of its own.
    fn subs(&mut self, record: &Progress, plan: &Plan, judged: &Judged) {
        for id in &record.subrefs {
            let verdict = judged.get(id).map(|(_, record)| record);
            if let Some(record) = verdict.or_else(|| plan.standing.get(id)) {
                if record.is_finished() {
                    self.ended(record);
                }
                self.records.insert(id.clone(), record.clone());
            }
        }
    }

    /// Marks the records of handlers that have ended with the state that they have handled, and those of handlers that
    /// wait for their sub-handlers with the state that these are of.
    fn mark(&mut self, plan: &Plan, judged: &Judged, after: Option<&Value>) {
        let seen = |handler: &Handler, essence| Some(sight::reacts_to(handler, essence, &plan.uid));
        let is_marked = |record: &&mut Progress| record.is_finished() || record.awaits_others();
        let mut digests = BTreeMap::new();
        for (handler, _) in judged.values() {
            if let Some(record) = self.records.get_mut(&handler.id).filter(is_marked) {
                let digest = || seen(handler, after.unwrap_or(&plan.essence));
                record.seen = *digests.entry(&handler.field).or_insert_with(digest);
            }
        }
        let Some(after) = after else { return };
        for Selected { handler, .. } in &plan.selected {
            let (before, now) = (seen(handler, &plan.essence), seen(handler, after));
            let subs = self.records.get(&handler.id).map(|record| record.subrefs.clone()).unwrap_or_default();
            for id in std::iter::once(&handler.id).chain(&subs).filter(|id| !judged.contains_key(*id)) {
                if let Some(record) = self.records.get_mut(id).filter(|record| record.seen == before) {
                    record.seen = now;
                }
            }
        }
    }
}

/// The records of field handlers at the end of a creation, as an update after it takes them over.
///
/// They react to creations and updates alike: who has seen a newer state than the creation began with is not called for
/// it again, and who has seen one that is no more is called.
fn of_fields(
    records: impl IntoIterator<Item = (String, Progress)>,
    served: &Served,
) -> BTreeMap<String, Progress> {
    let mut records: BTreeMap<String, Progress> = records.into_iter().collect();
    let of_field =
        served.changing().filter(|handler| handler.on == On::Field).map(|handler| handler.id.clone());
    let mut kept = BTreeMap::new();
    let mut ids: Vec<String> = of_field.collect();
    while let Some(id) = ids.pop() {
        if let Some(record) = records.remove(&id) {
            ids.extend(record.subrefs.iter().cloned());
            kept.insert(id, Progress { purpose: Some(Reason::Update), ..record });
        }
    }
    kept
}

/// Shows as not begun which handlers have ended on another state, where records cannot tell that: whoever reads them
/// after this process must not take it that these have handled the present one.
fn open_anew(records: &mut BTreeMap<String, Progress>, current: &Value, plan: &Plan, served: &Served) {
    if plan.dialect.tells_what_was_seen() {
        return;
    }
    for handler in served.changing().filter(|handler| handler.on != On::Resume) {
        let Some(record) = records.get_mut(&handler.id).filter(|record| record.is_finished()) else {
            continue;
        };
        if record.seen.is_some_and(|seen| seen != sight::reacts_to(handler, current, &plan.uid)) {
            *record = Progress::begin(Reason::Update, plan.now);
        }
    }
}

/// The essence as the handlers' own changes leave it, if they change it: what a handler changes itself is no change
/// that it must be told of.
fn after(plan: &Plan, patch: Option<&Value>, results: &Map<String, Value>, served: &Served) -> Option<Value> {
    // Results are in no essence, unless handlers watch the status.
    if patch.is_none() && (results.is_empty() || served.extra.is_empty()) {
        return None;
    }
    let mut own = patch.filter(|patch| patch.is_object()).cloned().unwrap_or_else(|| json!({}));
    if !results.is_empty() {
        patch::merge(&mut own, &json!({ "status": results }));
    }
    let before = &plan.essence;
    let mut after = Value::clone(before);
    patch::merge(&mut after, &patch::reduce(&own, before)?);
    let after = plan.dialect.essence(&after, served);
    (!same(&after, before)).then_some(after)
}

/// The record of an essence as handled, as digests where it must not be copied.
fn handled(essence: Arc<Value>, served: &Served, uid: &str) -> Handled {
    if served.is_secret() {
        Handled::digested(&essence, &served.fields, uid)
    } else {
        Handled::new(essence, served.fields.clone(), false)
    }
}
