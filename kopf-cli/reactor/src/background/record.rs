//! An object with its daemons and timers: what each of them is about, and how it is brought to its end.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use jiff::Timestamp;
use kopf_core::{
    background::{self, Delay, Patience, Stage, StopReason, after, when_idle},
    handler::Handler,
    outcome::elapsed,
    store::{digest::Digest, progress::Progress},
};

use super::life::{Latest, Life};
use crate::{
    queue::{Key, Place},
    source::Source,
};

/// An object on which something runs, or has run.
pub(super) struct Record {
    pub(super) source: Arc<Source>,
    pub(super) place: Place,
    pub(super) latest: Arc<Latest>,
    /// The digest of the essence, where a timer wants to know of changes.
    pub(super) essence: Option<Digest>,
    pub(super) changed_at: Timestamp,
    pub(super) tasks: Vec<Task>,
    /// It is left alone while others go first.
    pub(super) paused: bool,
    pub(super) gone: bool,
}

pub(super) struct Task {
    pub(super) handler: Arc<Handler>,
    pub(super) state: State,
    /// How far it has come, while its last attempt has failed and is to be repeated.
    pub(super) retry: Option<Box<Progress>>,
    pub(super) alarm: Option<Timestamp>,
}

pub(super) enum State {
    /// It is not to be called, unless it is wanted again.
    Off,
    /// It is called at this moment.
    Waits(Timestamp),
    /// It is called after the object has changed.
    AfterChange,
    /// It is called.
    Runs(Run),
    /// It has ended by itself, and is not called any more.
    Over,
}

pub(super) struct Run {
    pub(super) life: Arc<Life>,
    pub(super) due: Timestamp,
    /// Since when it is to stop.
    pub(super) stopping: Option<Timestamp>,
}

/// Something to be told about a daemon or a timer.
pub(super) struct Notice {
    pub(super) source: Arc<Source>,
    pub(super) place: Place,
    pub(super) handler: Arc<Handler>,
    pub(super) what: What,
}

pub(super) enum What {
    /// It was brought so far.
    Reached(Stage),
    /// It has not ended yet, and is looked at again after this.
    StillExiting(Duration),
}

/// How patient the operator is.
#[derive(Clone, Copy)]
pub(super) struct Manners {
    pub(super) patience: Patience,
    pub(super) polling: Duration,
}

/// A task's place, and its alarm.
pub(super) struct Seat<'a> {
    pub(super) key: &'a Arc<Key>,
    pub(super) number: usize,
    pub(super) alarms: &'a mut BTreeSet<(Timestamp, Arc<Key>, usize)>,
}

impl Seat<'_> {
    pub(super) fn set(&mut self, task: &mut Task, at: Option<Timestamp>) {
        if let Some(before) = task.alarm.take() {
            self.alarms.remove(&(before, self.key.clone(), self.number));
        }
        if let Some(at) = at {
            self.alarms.insert((at, self.key.clone(), self.number));
        }
        task.alarm = at;
    }
}

impl Task {
    pub(super) fn new(handler: Arc<Handler>) -> Task {
        Task { handler, state: State::Off, retry: None, alarm: None }
    }

    pub(super) fn is_alive(&self) -> bool {
        matches!(self.state, State::Waits(_) | State::AfterChange | State::Runs(_))
    }

    /// It is to run: it is started if it does not, and hears of changes.
    pub(super) fn want(
        &mut self,
        seat: &mut Seat<'_>,
        has_changed: bool,
        changed_at: Timestamp,
        delays: &[(String, Duration)],
        now: Timestamp,
    ) {
        let schedule = &self.handler.schedule;
        let at = match self.state {
            State::Off => {
                let delay = match schedule.initial_delay {
                    Delay::None => Duration::ZERO,
                    Delay::Fixed(delay) => delay,
                    Delay::Asked(_) => {
                        let said = delays.iter().find(|(id, _)| *id == self.handler.id);
                        said.map(|(_, delay)| *delay).unwrap_or_default()
                    }
                };
                self.retry = None;
                after(now, delay)
            }
            State::Waits(due) if has_changed => due,
            State::AfterChange if has_changed => now,
            State::Waits(_) | State::AfterChange | State::Runs(_) | State::Over => return,
        };
        let at = when_idle(schedule, at, changed_at);
        self.state = State::Waits(at);
        seat.set(self, Some(at));
    }
}

impl Record {
    pub(super) fn is_alive(&self) -> bool {
        self.tasks.iter().any(Task::is_alive)
    }

    pub(super) fn notice(&self, task: &Task, what: What) -> Notice {
        Notice { source: self.source.clone(), place: self.place.clone(), handler: task.handler.clone(), what }
    }

    /// A task is to stop. One that only waits has stopped by that.
    pub(super) fn stop(
        &mut self,
        seat: &mut Seat<'_>,
        reason: StopReason,
        manners: Manners,
        now: Timestamp,
    ) -> Option<Notice> {
        let task = self.tasks.get_mut(seat.number)?;
        match &mut task.state {
            State::Waits(_) | State::AfterChange => {
                task.state = State::Off;
                task.retry = None;
                seat.set(task, None);
                if !self.is_alive() {
                    self.latest.forget();
                }
                None
            }
            State::Runs(run) => {
                run.life.tell(reason);
                if run.stopping.is_some() {
                    return None;
                }
                run.stopping = Some(now);
                self.advance(seat, manners, now)
            }
            State::Off | State::Over => None,
        }
    }

    /// Brings a task that is to stop as far as its time has come.
    pub(super) fn advance(
        &mut self,
        seat: &mut Seat<'_>,
        manners: Manners,
        now: Timestamp,
    ) -> Option<Notice> {
        let task = self.tasks.get_mut(seat.number)?;
        let State::Runs(Run { life, stopping: Some(since), .. }) = &task.state else { return None };
        let age = elapsed(*since, now);
        let (stage, next) = background::stage(&task.handler, &manners.patience, age);
        let is_new = !life.has_reached(stage);
        life.reach(stage);
        let polling = task.handler.schedule.cancellation.polling.unwrap_or(manners.polling);
        let look_at = next.map(|next| after(*since, next).min(after(now, polling.max(LEAST_POLLING))));
        seat.set(task, look_at);
        let what = match look_at {
            _ if is_new => What::Reached(stage),
            Some(at) => What::StillExiting(elapsed(now, at)),
            None => return None,
        };
        let task = &self.tasks[seat.number];
        Some(self.notice(task, what))
    }
}

/// No daemon that ends is looked at more often, whatever it asks for.
const LEAST_POLLING: Duration = Duration::from_secs(1);
