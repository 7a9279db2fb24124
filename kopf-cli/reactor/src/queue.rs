//! The objects that are known, and the events that wait for a worker: one worker an object at a time,
//! also where two sources have it.
//!
//! An object at rest is a header; its bytes are here only while an event waits. Where nobody wants to see each event,
//! the last one is enough. Past a budget of bytes even that is let go, and the object is fetched when its turn comes;
//! where each event counts, the watch waits instead.

mod slots;

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use jiff::Timestamp;
use kopf_core::{
    cycle::{Conclusion, Recall},
    functions::Wanted,
    indexing::Indexing,
    object::{Header, Version},
    throttle::Throttle,
};
use serde_json::{Map, Value};
use tokio::sync::{Notify, Semaphore};

use self::slots::Slots;
use crate::{Clock, gate, indexes::Indexes, pace::Pace, rivals::Note, source::Source};

/// What a watch saw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sight {
    /// In a list.
    Listed,
    /// An `ADDED` event.
    Added,
    /// A `MODIFIED` event.
    Modified,
    /// A `DELETED` event, or missing from a list.
    Deleted,
}

impl Sight {
    /// The type of the event.
    pub(crate) fn event(self) -> Option<&'static str> {
        match self {
            Sight::Listed => None,
            Sight::Added => Some("ADDED"),
            Sight::Modified => Some("MODIFIED"),
            Sight::Deleted => Some("DELETED"),
        }
    }
}

/// An event that waits.
#[derive(Debug)]
pub(crate) struct Pending {
    /// What was seen.
    pub(crate) sight: Sight,
    /// Which version; `None` where only a list has told that the object is no more.
    pub(crate) version: Option<Version>,
    /// The object's bytes, unless they were let go or never came.
    pub(crate) raw: Option<Bytes>,
}

/// Which object: the source's number, and the uid.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Key {
    pub(crate) source: u32,
    pub(crate) uid: Box<str>,
}

/// Where an object is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) namespace: Option<Arc<str>>,
    pub(crate) name: Box<str>,
}

/// `namespace/name`, or the name of an object without a namespace.
impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(namespace) = &self.namespace {
            write!(f, "{namespace}/")?;
        }
        f.write_str(&self.name)
    }
}

/// What is remembered of an object between two turns of a worker, besides its events.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    /// The newest version that was seen, in an event or in the answer to a write.
    pub(crate) newest: Option<Version>,
    /// What the core wants to know again.
    pub(crate) recall: Recall,
    /// What was concluded and is not written yet.
    pub(crate) unsettled: Option<Box<Conclusion>>,
    /// The back-off after errors of ours.
    pub(crate) throttle: Throttle,
    /// How often we write.
    pub(crate) pace: Pace,
    /// The server has said that the object is gone, and the watch has not yet: what it still tells may be older.
    pub(crate) doubted: bool,
    /// What indexes hold of it.
    pub(crate) indexing: Option<Indexing>,
    /// What is noted on it as handled last.
    pub(crate) note: Note,
}

impl Memory {
    /// Whether this version is newer than all that was seen; `None` where only the server can tell.
    pub(crate) fn is_news(&self, version: &Version) -> Option<bool> {
        let Some(newest) = &self.newest else { return (!self.doubted).then_some(true) };
        match version.is_covered_by(newest) {
            Some(true) => Some(false),
            Some(false) if !self.doubted => Some(true),
            _ => None,
        }
    }
}

/// What a daemon or a timer has brought, to be written to its object.
#[derive(Debug, Default)]
pub(crate) struct Brought {
    /// Results by the handler's id.
    pub(crate) results: Map<String, Value>,
    /// What it wants to be changed.
    pub(crate) wanted: Wanted,
}

/// A worker's turn with an object.
#[derive(Debug)]
pub(crate) struct Turn {
    pub(crate) key: Key,
    pub(crate) source: Arc<Source>,
    pub(crate) place: Place,
    /// The events that waited. None, where the object's time has come.
    pub(crate) pending: VecDeque<Pending>,
    /// What daemons and timers have brought meanwhile.
    pub(crate) brought: Option<Brought>,
    pub(crate) memory: Memory,
    /// When the object would have had its turn, had nothing happened.
    pub(crate) wake_at: Option<Timestamp>,
    /// Whether the object is to be looked at, though no event may be news.
    pub(crate) roused: bool,
}

/// How a turn ended.
#[derive(Debug)]
pub(crate) enum Rest {
    /// The object is no more.
    Gone,
    /// The object rests until an event, or until then.
    Until(Option<Timestamp>, Memory),
}

/// The queue.
pub(crate) struct Queue {
    slots: Mutex<Slots>,
    ready: Semaphore,
    space: Notify,
    timers: Notify,
    /// Which sources are indexed as a whole.
    pub(crate) indexes: Indexes,
}

impl Queue {
    /// A queue that keeps so many bytes of waiting events.
    pub(crate) fn new(waiting_bytes: usize) -> Queue {
        Queue {
            slots: Mutex::new(Slots::new(waiting_bytes)),
            ready: Semaphore::new(0),
            space: Notify::new(),
            timers: Notify::new(),
            indexes: Indexes::default(),
        }
    }

    fn slots(&self) -> MutexGuard<'_, Slots> {
        // Nothing in there panics between two steps that belong together.
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A list of the source begins.
    pub(crate) fn begin_list(&self, source: &Arc<Source>) {
        self.slots().begin_list(source);
    }

    /// Takes what the source's watch saw. Where each event counts, and until all is indexed, this waits for room.
    pub(crate) async fn offer(&self, source: &Arc<Source>, header: Header, sight: Sight, raw: Bytes) {
        loop {
            let space = self.space.notified();
            let waits = !source.is_indexed() || source.served().spies().next().is_some();
            if !(waits && self.slots().is_full()) {
                break;
            }
            space.await;
        }
        if self.slots().offer(source, header, sight, raw) {
            self.ready.add_permits(1);
        }
    }

    /// The source's list is complete: what it does not hold is gone. Answers how many objects there are.
    pub(crate) fn complete_list(&self, source: &Arc<Source>) -> usize {
        let mut slots = self.slots();
        let vanished = slots.complete_list(source);
        self.ready.add_permits(vanished);
        self.leave(slots.take_indexed());
        slots.count(source)
    }

    /// Gives turns where the gate is open, and keeps what waits elsewhere.
    pub(crate) fn pause(&self, gate: &gate::State) {
        let ready = self.slots().pause(gate);
        self.ready.add_permits(ready);
    }

    /// Forgets all objects of a source that is served no more; answers the uids of those that no other source has.
    pub(crate) fn forget(&self, source: &Source) -> Vec<Box<str>> {
        let forgotten = self.slots().forget(source);
        self.space.notify_waiters();
        forgotten
    }

    /// The next turn; `None` once the queue is closed.
    pub(crate) async fn next(&self) -> Option<Turn> {
        loop {
            self.ready.acquire().await.ok()?.forget();
            // A permit is left over where its object was forgotten meanwhile.
            if let Some(turn) = self.slots().take() {
                self.space.notify_waiters();
                return Some(turn);
            }
        }
    }

    /// Ends a turn; answers whether nothing is known of the object any more, for its source was forgotten meanwhile.
    pub(crate) fn rest(&self, key: Key, rest: Rest) -> bool {
        let wakes = matches!(rest, Rest::Until(Some(_), _));
        let mut slots = self.slots();
        let after = slots.rest(key, rest);
        self.leave(slots.take_indexed());
        drop(slots);
        self.ready.add_permits(after.ready);
        // Events that are no news by now have made room.
        self.space.notify_waiters();
        if wakes {
            self.timers.notify_one();
        }
        after.is_unknown
    }

    /// A source is indexed as a whole.
    fn leave(&self, indexed: Option<Arc<Source>>) {
        if let Some(source) = indexed {
            source.set_indexed();
            self.indexes.leave(source.id);
        }
    }

    /// Takes what is to be written to an object in its turn. Nothing is written to an object that is no more.
    pub(crate) fn bring(&self, key: &Key, brought: Brought) {
        if self.slots().bring(key, brought) {
            self.ready.add_permits(1);
        }
    }

    /// Gives an object a turn, though nothing has happened to it.
    pub(crate) fn wake(&self, key: &Key) {
        if self.slots().rouse(key) {
            self.ready.add_permits(1);
        }
    }

    /// Gives objects their turn when their time has come, for ever.
    pub(crate) async fn tick(&self, clock: &dyn Clock) {
        loop {
            let due = self.slots().wake(clock.now());
            self.ready.add_permits(due);
            let next = self.slots().next_wake();
            let changed = self.timers.notified();
            match next {
                Some(at) => drop(futures::future::select(clock.sleep_until(at), Box::pin(changed)).await),
                None => changed.await,
            }
        }
    }

    /// The turns of objects whose conclusions are not written yet.
    pub(crate) fn unsettled(&self) -> Vec<Turn> {
        self.slots().unsettled()
    }

    /// The objects of which anything is kept.
    pub(crate) fn count(&self) -> usize {
        self.slots().len()
    }

    /// Gives no more turns. Those that are under way may end.
    pub(crate) fn close(&self) {
        self.ready.close();
    }
}
