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
            let mut judged = BTreeMap::new();
            for (handler, verdict) in plan.forbidden.drain(..).chain(verdicts) {
                judged.insert(handler.id.clone(), verdict.progress);
                results.extend(verdict.result.map(|result| (handler.id.clone(), result)));
            }
            let after = after(&plan, patch.as_ref(), &results, served);
            let mut tally = Tally::count(&plan, &judged);
            if tally.open > 0 || plan.handled.as_ref().is_some_and(|handled| handled.pending) {
                tally.mark(&plan, &judged, after.as_ref());
            }
            let conclusion = Conclusion { results, patch, ..blank };
            match tally.open {
                0 => finish(plan, reason, tally, after, served, conclusion),
                _ => go_on(plan, reason, tally, after, served, conclusion),
            }
        }
    }
}

/// The object is held back before any handler is called. Where none is, and nothing was handled before, it is handled
/// with the same write.
fn hold(plan: Plan, served: &Served, blank: Conclusion) -> Conclusion {
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
            let begun = handled(after.unwrap_or(plan.essence), served, &plan.uid);
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
            let after = after.unwrap_or_else(|| plan.essence.clone());
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
        _ => (Some(handled(after.unwrap_or(plan.essence), served, &plan.uid)), false),
    };
    Conclusion { records, handled, again, finished, ..conclusion }
}

/// How far the handlers of a cause have come.
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
    fn count(plan: &Plan, judged: &BTreeMap<String, Progress>) -> Tally {
        let mut tally = Tally { attempted: !judged.is_empty(), ..Tally::default() };
        for Selected { handler, record: before, due } in &plan.selected {
            let verdict = judged.get(&handler.id);
            tally.due |= *due && verdict.is_none();
            let Some(record) = verdict.or(before.as_ref()).cloned() else {
                tally.open += 1;
                continue;
            };
            match (record.success, record.failure, record.delayed) {
                (true, _, _) => tally.succeeded += 1,
                (_, true, _) => tally.failed += 1,
                (_, _, delayed) => {
                    tally.open += 1;
                    tally.wake_at = tally.wake_at.into_iter().chain(delayed).min();
                }
            }
            tally.records.insert(handler.id.clone(), record);
        }
        tally
    }

    /// Marks the records of handlers that have ended with the state that they have handled.
    fn mark(&mut self, plan: &Plan, judged: &BTreeMap<String, Progress>, after: Option<&Value>) {
        let seen = |handler: &Handler, essence| Some(sight::reacts_to(handler, essence, &plan.uid));
        for Selected { handler, .. } in &plan.selected {
            let Some(record) = self.records.get_mut(&handler.id).filter(|record| record.is_finished()) else {
                continue;
            };
            if judged.contains_key(&handler.id) {
                record.seen = seen(handler, after.unwrap_or(&plan.essence));
            } else if let Some(after) = after
                && record.seen == seen(handler, &plan.essence)
            {
                record.seen = seen(handler, after);
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
    let is_of_field = |id: &str| served.changing().any(|handler| handler.on == On::Field && handler.id == id);
    let records = records.into_iter().filter(|(id, _)| is_of_field(id));
    records.map(|(id, record)| (id, Progress { purpose: Some(Reason::Update), ..record })).collect()
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
    let mut after = before.clone();
    patch::merge(&mut after, &patch::reduce(&own, before)?);
    let after = plan.dialect.essence(&after, served);
    (!same(&after, before)).then_some(after)
}

/// The record of an essence as handled, as digests where it must not be copied.
fn handled(essence: Value, served: &Served, uid: &str) -> Handled {
    if served.is_secret() {
        Handled::digested(&essence, &served.fields, uid)
    } else {
        Handled::new(essence, served.fields.clone(), false)
    }
}
