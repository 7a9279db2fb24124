//! The table of what runs in the background: who waits for when, who runs, and who is to end. No waiting, no clock.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use jiff::Timestamp;
use kopf_core::{
    background::{self, Company, Delay, Fate, Stage, StopReason, when_idle},
    essence::essence,
    handler::{Handler, On},
    object::{Object, Version},
    registry::Served,
    store::{digest::digest, progress::Progress},
};

use super::{
    life::Life,
    record::{Manners, Notice, Record, Run, Seat, State, Task, What},
};
use crate::{
    queue::{Key, Place},
    source::Source,
};

#[derive(Default)]
pub(super) struct Table {
    records: HashMap<Arc<Key>, Record>,
    alarms: BTreeSet<(Timestamp, Arc<Key>, usize)>,
    running: usize,
    /// Nothing is started any more.
    closed: bool,
}

/// An object that was sighted.
pub(crate) struct Scene<'a> {
    pub(crate) source: &'a Arc<Source>,
    pub(crate) place: &'a Place,
    pub(crate) object: &'a Object,
    pub(crate) served: &'a Served,
    /// What is to run on it.
    pub(crate) wanted: Vec<Arc<Handler>>,
    /// How long those wait first, by their ids, that have a function say so.
    pub(crate) delays: Vec<(String, Duration)>,
}

/// An attempt to be made.
pub(super) struct Start {
    pub(super) key: Arc<Key>,
    pub(super) task: usize,
    pub(super) handler: Arc<Handler>,
    pub(super) source: Arc<Source>,
    pub(super) place: Place,
    pub(super) life: Arc<Life>,
    pub(super) retry: Option<Box<Progress>>,
    pub(super) due: Timestamp,
}

impl Table {
    /// Starts and stops what the object asks for as it is now.
    pub(super) fn adjust(
        &mut self,
        key: &Key,
        scene: &Scene<'_>,
        manners: Manners,
        now: Timestamp,
    ) -> Vec<Notice> {
        let Scene { source, place, object, served, wanted, delays } = scene;
        let key = match self.records.get_key_value(key) {
            Some((key, _)) => key.clone(),
            None if wanted.is_empty() => return vec![],
            None => Arc::new(key.clone()),
        };
        let record = self.records.entry(key.clone()).or_insert_with(|| Record {
            source: (*source).clone(),
            place: (*place).clone(),
            latest: Arc::default(),
            essence: None,
            changed_at: now,
            tasks: vec![],
            paused: false,
            gone: false,
        });
        let has_changed = wanted.iter().any(|handler| handler.on == On::Timer) && {
            let found = digest(&object.header.uid, &essence(&object.body, &served.extra));
            record.essence.replace(found).is_some_and(|known| known != found)
        };
        if has_changed {
            record.changed_at = now;
        }
        for handler in wanted {
            match record.tasks.iter_mut().find(|task| task.handler.id == handler.id) {
                Some(task) if !matches!(task.state, State::Runs(_)) => task.handler = (*handler).clone(),
                Some(_) => {}
                None => record.tasks.push(Task::new((*handler).clone())),
            }
        }
        let reason = match object.header.deleting {
            true => StopReason::ResourceDeleted,
            false => StopReason::FiltersMismatch,
        };
        let mut notices = vec![];
        for number in 0..record.tasks.len() {
            let is_wanted = wanted.iter().any(|handler| handler.id == record.tasks[number].handler.id);
            let mut seat = Seat { key: &key, number, alarms: &mut self.alarms };
            if is_wanted {
                if !self.closed {
                    let changed_at = record.changed_at;
                    record.tasks[number].want(&mut seat, has_changed, changed_at, delays, now);
                }
            } else {
                notices.extend(record.stop(&mut seat, reason, manners, now));
            }
        }
        if record.is_alive() {
            record.latest.see(&object.header.version, &object.raw);
        }
        notices
    }

    /// Those of the wanted that do not run yet and have a function say how long to wait, with its number.
    pub(super) fn awaited(&self, key: &Key, wanted: &[Arc<Handler>]) -> Vec<(Arc<Handler>, u32)> {
        let record = self.records.get(key);
        let runs = |handler: &Handler| {
            let mut tasks = record.into_iter().flat_map(|record| &record.tasks);
            tasks.any(|task| task.handler.id == handler.id && !matches!(task.state, State::Off))
        };
        let asks = |handler: &Arc<Handler>| match handler.schedule.initial_delay {
            Delay::Asked(number) if !runs(handler) => Some((handler.clone(), number)),
            _ => None,
        };
        wanted.iter().filter_map(asks).collect()
    }

    /// Takes a newer state of an object on which something runs.
    pub(super) fn see(&self, key: &Key, version: &Version, raw: &Bytes) {
        if let Some(record) = self.records.get(key).filter(|record| record.is_alive()) {
            record.latest.see(version, raw);
        }
    }

    /// The bytes of this version of an object, if it is the newest and something runs there.
    pub(super) fn latest(&self, key: &Key, version: &Version) -> Option<Bytes> {
        self.records.get(key)?.latest.of(version)
    }

    /// What a cycle must know of an object on which these are wanted.
    pub(super) fn company(&self, key: &Key, wanted: &[Arc<Handler>]) -> Company {
        let record = self.records.get(key);
        let tasks = || record.into_iter().flat_map(|record| &record.tasks);
        let is_over = |handler: &Arc<Handler>| {
            tasks().any(|task| task.handler.id == handler.id && matches!(task.state, State::Over))
        };
        Company { holds: !wanted.iter().all(is_over), alive: record.is_some_and(Record::is_alive) }
    }

    /// The object is no more.
    pub(super) fn forget(&mut self, key: &Key, manners: Manners, now: Timestamp) -> Vec<Notice> {
        let Some((key, _)) = self.records.get_key_value(key) else { return vec![] };
        let key = key.clone();
        let notices = self.stop(&key, StopReason::ResourceDeleted, manners, now);
        if let Some(record) = self.records.get_mut(&key) {
            record.gone = true;
            if !record.is_alive() {
                self.records.remove(&key);
            }
        }
        notices
    }

    /// The source is served no more.
    pub(super) fn forget_source(&mut self, source: &Source, manners: Manners, now: Timestamp) -> Vec<Notice> {
        let keys: Vec<_> = self.records.keys().filter(|key| key.source == source.id).cloned().collect();
        keys.iter().flat_map(|key| self.forget(key, manners, now)).collect()
    }

    /// Stops all, and starts nothing more: the operator ends.
    pub(super) fn close(&mut self, manners: Manners, now: Timestamp) -> Vec<Notice> {
        self.closed = true;
        let keys: Vec<_> = self.records.keys().cloned().collect();
        keys.iter().flat_map(|key| self.stop(key, StopReason::OperatorExiting, manners, now)).collect()
    }

    /// Stops what runs on objects of the sources that are closed; answers the objects of the others, where things may
    /// have to be started again.
    pub(super) fn pause(
        &mut self,
        is_closed: impl Fn(&Source) -> bool,
        manners: Manners,
        now: Timestamp,
    ) -> (Vec<Arc<Key>>, Vec<Notice>) {
        let (mut awake, mut notices) = (vec![], vec![]);
        let closed = |record: &Record| is_closed(&record.source);
        let keys: Vec<_> = self.records.iter().map(|(key, record)| (key.clone(), closed(record))).collect();
        for (key, closed) in keys {
            if closed {
                notices.extend(self.stop(&key, StopReason::OperatorPausing, manners, now));
            }
            let Some(record) = self.records.get_mut(&key) else { continue };
            if std::mem::replace(&mut record.paused, closed) && !closed {
                awake.push(key);
            }
        }
        (awake, notices)
    }

    fn stop(&mut self, key: &Arc<Key>, reason: StopReason, manners: Manners, now: Timestamp) -> Vec<Notice> {
        let Some(record) = self.records.get_mut(key) else { return vec![] };
        let numbers = 0..record.tasks.len();
        let stop = |number| {
            let mut seat = Seat { key, number, alarms: &mut self.alarms };
            record.stop(&mut seat, reason, manners, now)
        };
        numbers.filter_map(stop).collect()
    }

    /// When the next alarm is.
    pub(super) fn next_alarm(&self) -> Option<Timestamp> {
        self.alarms.first().map(|(at, _, _)| *at)
    }

    /// Takes the alarms that are due: who is to be called, and what is to be told.
    pub(super) fn due(&mut self, manners: Manners, now: Timestamp) -> (Vec<Start>, Vec<Notice>) {
        let (mut starts, mut notices) = (vec![], vec![]);
        while self.alarms.first().is_some_and(|(at, _, _)| *at <= now) {
            let Some((_, key, number)) = self.alarms.pop_first() else { break };
            let Some(record) = self.records.get_mut(&key) else { continue };
            let Some(task) = record.tasks.get_mut(number) else { continue };
            task.alarm = None;
            match task.state {
                State::Waits(due) => {
                    let life = Life::new(record.latest.clone());
                    task.state = State::Runs(Run { life: life.clone(), due, stopping: None });
                    self.running += 1;
                    starts.push(Start {
                        handler: task.handler.clone(),
                        source: record.source.clone(),
                        place: record.place.clone(),
                        retry: task.retry.take(),
                        task: number,
                        key,
                        life,
                        due,
                    });
                }
                State::Runs(_) => {
                    let mut seat = Seat { key: &key, number, alarms: &mut self.alarms };
                    notices.extend(record.advance(&mut seat, manners, now));
                }
                State::Off | State::AfterChange | State::Over => {}
            }
        }
        (starts, notices)
    }

    /// An attempt has ended: with a record, or by being cancelled. Answers whether its object is to be looked at.
    pub(super) fn finished(
        &mut self,
        key: &Arc<Key>,
        number: usize,
        progress: Option<Progress>,
        now: Timestamp,
    ) -> bool {
        let Some(record) = self.records.get_mut(key) else { return false };
        let changed_at = record.changed_at;
        let Some(task) = record.tasks.get_mut(number) else { return false };
        let State::Runs(Run { due, stopping, .. }) = task.state else { return false };
        self.running -= 1;
        let mut seat = Seat { key, number, alarms: &mut self.alarms };
        seat.set(task, None);
        task.state = State::Off;
        if let (Some(progress), None) = (progress, stopping) {
            match background::fate(&task.handler, &progress, due, now, changed_at) {
                Fate::Again(at) => {
                    task.retry = (!progress.is_finished()).then(|| Box::new(progress));
                    task.state = State::Waits(at);
                    seat.set(task, Some(at));
                }
                // It may have changed while the attempt was made.
                Fate::AfterChange if changed_at > due => {
                    let at = when_idle(&task.handler.schedule, now, changed_at);
                    task.state = State::Waits(at);
                    seat.set(task, Some(at));
                }
                Fate::AfterChange => task.state = State::AfterChange,
                Fate::Over => task.state = State::Over,
            }
        }
        let ended = matches!(task.state, State::Off | State::Over);
        if !record.is_alive() {
            record.latest.forget();
            if record.gone {
                self.records.remove(key);
                return false;
            }
        }
        ended
    }

    /// The objects that have any, and the attempts that are under way.
    pub(super) fn count(&self) -> (usize, usize) {
        (self.records.len(), self.running)
    }

    /// Whether anything runs.
    pub(super) fn is_running(&self) -> bool {
        self.running > 0
    }

    /// Leaves alone whatever runs; answers what that was.
    pub(super) fn abandon(&mut self) -> Vec<Notice> {
        let all = self.records.values().flat_map(|record| {
            record.tasks.iter().filter_map(|task| {
                let State::Runs(run) = &task.state else { return None };
                run.life.reach(Stage::Abandoned);
                Some(record.notice(task, What::Reached(Stage::Abandoned)))
            })
        });
        all.collect()
    }
}
