//! When daemons and timers are called, and how they are brought to an end.
//!
//! A daemon is called once and runs for as long as its object is there; a timer is called again and again. Both are told
//! when they are to stop; one that does not is waited for, cancelled, and left alone at last, so that no object is held
//! for ever.

use std::{fmt, sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp};

use crate::{
    cycle::{Asked, Call},
    filter::View,
    handler::{Handler, On},
    object::Object,
    outcome::elapsed,
    question::Answers,
    registry::Served,
    store::progress::Progress,
};

/// What the attribute of a daemon or a timer says of its time.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Schedule {
    /// How long after the object is seen it is called first.
    pub initial_delay: Delay,
    /// Of a timer: how long from one call to the next.
    pub interval: Option<Duration>,
    /// Of a timer: the interval counts from the beginning of a call, not from its end.
    pub sharp: bool,
    /// Of a timer: how long the object must not have changed.
    pub idle: Option<Duration>,
    /// How it is brought to an end.
    pub cancellation: Cancellation,
}

/// How long to wait before the first call.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Delay {
    /// Not at all.
    #[default]
    None,
    /// So long.
    Fixed(Duration),
    /// As long as the plugin answers to the question of this number.
    Asked(u32),
}

/// How a daemon is brought to an end that is told to stop.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cancellation {
    /// How long it is given to end by itself before it is cancelled.
    pub backoff: Option<Duration>,
    /// How long it is given after it was cancelled before it is left alone.
    pub timeout: Option<Duration>,
    /// How often it is looked at while it ends.
    pub polling: Option<Duration>,
    /// Whether it can hear that it is to stop: it takes the flag as an argument.
    pub hears: bool,
}

/// Why a daemon or a timer is to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopReason {
    /// The object is none of its own any more.
    FiltersMismatch,
    /// The object is deleted, or about to be.
    ResourceDeleted,
    /// The operator pauses, in favour of another.
    OperatorPausing,
    /// The operator ends.
    OperatorExiting,
}

/// How far a daemon was brought that is to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// It was told.
    Signalled,
    /// An asynchronous one was interrupted, a synchronous one was told so.
    Cancelled,
    /// It is not waited for any more.
    Abandoned,
}

/// How patient the operator is with daemons that are to stop, where their attributes do not say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// How long one without a `cancellation_backoff` has to hear that it is to stop before it is cancelled.
    pub instant: Duration,
    /// How long one without a `cancellation_timeout` may take in all.
    pub limit: Duration,
}

/// What is known of an object's daemons and timers when a cycle is planned.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Company {
    /// Some are wanted on the object as it is now and have not ended by themselves, so that it must be held back from
    /// deletion.
    pub holds: bool,
    /// Some are there: they run, wait for their time, or have not ended yet though they were told to.
    pub alive: bool,
}

/// What becomes of a daemon or a timer after an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is called again, at this moment.
    Again(Timestamp),
    /// It is called again after the object has changed.
    AfterChange,
    /// It is never called again.
    Over,
}

impl StopReason {
    /// The word on the boundary.
    pub fn as_str(self) -> &'static str {
        match self {
            StopReason::FiltersMismatch => "filters-mismatch",
            StopReason::ResourceDeleted => "resource-deleted",
            StopReason::OperatorPausing => "operator-pausing",
            StopReason::OperatorExiting => "operator-exiting",
        }
    }
}

impl fmt::Display for StopReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Stage {
    /// The word on the boundary.
    pub fn as_str(self) -> &'static str {
        match self {
            Stage::Signalled => "daemon-signalled",
            Stage::Cancelled => "daemon-cancelled",
            Stage::Abandoned => "daemon-abandoned",
        }
    }
}

/// The daemons and timers that are to run on an object as it is now, each id once.
///
/// # Errors
///
/// The questions that must be answered first. There may be others then.
pub fn wanted(
    object: &Object,
    served: &Served,
    answers: &Answers,
    now: Timestamp,
) -> Result<Vec<Arc<Handler>>, Vec<Asked>> {
    let (mut wanted, mut open): (Vec<Arc<Handler>>, _) = (vec![], vec![]);
    let view = View::of(&object.body);
    for handler in served.background().filter(|_| !object.header.deleting) {
        match handler.is_for(view, answers) {
            _ if served.repeats && wanted.iter().any(|earlier| earlier.id == handler.id) => {}
            Ok(true) => wanted.push(handler.clone()),
            Ok(false) => {}
            Err(question) => open.push(Asked { call: Call::of(handler.clone(), now), question }),
        }
    }
    if open.is_empty() { Ok(wanted) } else { Err(open) }
}

/// How far a daemon is to be brought that was told to stop so long ago, and at which age there is more to do.
///
/// An asynchronous one that cannot hear it is cancelled at once: there is nothing to wait for. One with a backoff or a
/// timeout is cancelled after the backoff. One with neither is waited for, up to the limit, and then cancelled and left
/// alone in one.
pub fn stage(handler: &Handler, patience: &Patience, age: Duration) -> (Stage, Option<Duration>) {
    let Cancellation { backoff, timeout, hears, .. } = handler.schedule.cancellation;
    let deaf = handler.asynchronous && !hears;
    let cancelled_at = match (backoff, timeout) {
        (Some(backoff), _) => Some(backoff),
        (None, _) if deaf => Some(Duration::ZERO),
        (None, Some(_)) => Some(patience.instant),
        (None, None) => None,
    };
    let abandoned_at = match (cancelled_at, timeout) {
        (Some(cancelled_at), Some(timeout)) => cancelled_at.saturating_add(timeout),
        (Some(cancelled_at), None) => patience.limit.max(cancelled_at),
        (None, _) => patience.limit,
    };
    match cancelled_at {
        _ if age >= abandoned_at => (Stage::Abandoned, None),
        Some(cancelled_at) if age >= cancelled_at => (Stage::Cancelled, Some(abandoned_at)),
        Some(cancelled_at) => (Stage::Signalled, Some(cancelled_at)),
        None => (Stage::Signalled, Some(abandoned_at)),
    }
}

/// When a timer may be called that was to be called at a moment: not before its object has been idle for long enough.
pub fn when_idle(schedule: &Schedule, at: Timestamp, changed_at: Timestamp) -> Timestamp {
    schedule.idle.map_or(at, |idle| at.max(after(changed_at, idle)))
}

/// What becomes of a daemon or a timer, as the record of its last attempt says. `due` is when that was to begin.
///
/// A timer that has failed for good stops until its object changes: what has failed on an object as it is fails on it
/// again.
pub fn fate(
    handler: &Handler,
    record: &Progress,
    due: Timestamp,
    now: Timestamp,
    changed_at: Timestamp,
) -> Fate {
    let schedule = &handler.schedule;
    let again = |at| Fate::Again(when_idle(schedule, at, changed_at));
    match (handler.on, schedule.interval) {
        _ if !record.is_finished() => again(record.delayed.unwrap_or(now)),
        (On::Timer, _) if record.failure => Fate::AfterChange,
        (On::Timer, Some(interval)) => again(next(interval, schedule.sharp, due, now)),
        (On::Timer, None) if schedule.idle.is_some() => Fate::AfterChange,
        _ => Fate::Over,
    }
}

/// The next call of a timer: an interval after the end of the last one. A sharp one keeps to the multiples of its
/// interval, and skips those that have passed.
fn next(interval: Duration, sharp: bool, due: Timestamp, now: Timestamp) -> Timestamp {
    if !sharp || interval.is_zero() {
        return after(now, interval);
    }
    let into = elapsed(due, now).as_nanos() % interval.as_nanos();
    let into = Duration::from_nanos(u64::try_from(into).unwrap_or(u64::MAX));
    after(now, interval.saturating_sub(into))
}

/// How many calls a sharp timer has missed because the last one took so long.
pub fn missed(schedule: &Schedule, due: Timestamp, now: Timestamp) -> u64 {
    let interval = schedule.interval.filter(|interval| schedule.sharp && !interval.is_zero());
    interval.map_or(0, |interval| {
        u64::try_from(elapsed(due, now).as_nanos() / interval.as_nanos()).unwrap_or(u64::MAX)
    })
}

/// The moment that is a span away, as far as moments go.
pub fn after(moment: Timestamp, span: Duration) -> Timestamp {
    let span = SignedDuration::try_from(span).unwrap_or(SignedDuration::MAX);
    moment.checked_add(span).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests;
