//! The table behind the queue: a slot an object, and which of them are ready. No waiting, no clock.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, VecDeque, hash_map::Entry},
    sync::Arc,
};

use bytes::Bytes;
use jiff::Timestamp;
use kopf_core::{
    indexing::Indexing,
    object::{Header, Version},
    registry::Served,
};

use super::{Brought, Key, Memory, Pending, Place, Rest, Sight, Turn};
use crate::{gate, pace::Pace, source::Source};

#[derive(Default)]
pub(super) struct Slots {
    slots: HashMap<Key, Slot>,
    ready: VecDeque<Key>,
    /// Those that would be ready, were the gate open for them.
    parked: VecDeque<Key>,
    gate: Option<gate::State>,
    /// The objects whose turn is under way, and the sources that wait for its end with the same object.
    ///
    /// When what is watched changes, an object is in the watch of old and in the new one for a while.
    busy: HashMap<Box<str>, Vec<u32>>,
    timers: BTreeSet<(Timestamp, Key)>,
    epochs: BTreeMap<u32, u32>,
    sources: BTreeMap<u32, Arc<Source>>,
    /// The sources whose first list is being indexed.
    building: BTreeMap<u32, Building>,
    bytes: usize,
    /// The bytes of waiting events past which they are let go, or waited with.
    limit: usize,
}

/// What is kept of an object. At rest, with nothing to remember, it is this and its key alone.
struct Slot {
    place: Place,
    newest: Option<Version>,
    /// The last list of its source that held it.
    epoch: u32,
    state: State,
    listed: bool,
    handled: bool,
    doubted: bool,
    pace: Pace,
    /// It is counted in what is left to be indexed of its source.
    awaited: bool,
    indexing: Option<Box<Indexing>>,
    more: Option<Box<More>>,
}

/// How far the first list of a source is indexed.
#[derive(Default)]
struct Building {
    /// The objects that have not had a turn.
    left: usize,
    /// The list is complete.
    listed: bool,
}

/// What few objects need.
#[derive(Default)]
struct More {
    pending: VecDeque<Pending>,
    brought: Option<Brought>,
    memory: Memory,
    wake_at: Option<Timestamp>,
    /// It is to be looked at, whatever the events that wait with it say.
    roused: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Rests,
    Ready,
    Busy,
}

/// What follows from the end of a turn.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct After {
    /// How many turns there may be now: of the same object, for this source or another.
    pub(super) ready: usize,
    /// Whether no source has the object any more.
    pub(super) is_unknown: bool,
}

impl Slots {
    /// No objects, and room for so many bytes of waiting events.
    pub(super) fn new(limit: usize) -> Slots {
        Slots { limit, ..Slots::default() }
    }

    pub(super) fn begin_list(&mut self, source: &Arc<Source>) {
        if source.is_over() {
            return;
        }
        self.sources.insert(source.id, source.clone());
        *self.epochs.entry(source.id).or_default() += 1;
        if !source.is_indexed() {
            self.building.entry(source.id).or_default().listed = false;
        }
    }

    /// Whether what waits takes all the room. Where nothing waits there is room for one, however little there is.
    pub(super) fn is_full(&self) -> bool {
        self.bytes > 0 && self.bytes >= self.limit
    }

    /// Takes an event; answers whether its object became ready by it.
    pub(super) fn offer(&mut self, source: &Arc<Source>, header: Header, sight: Sight, raw: Bytes) -> bool {
        if source.is_over() {
            return false;
        }
        let key = Key { source: source.id, uid: header.uid };
        let epoch = self.epochs.get(&source.id).copied().unwrap_or_default();
        let served = source.served();
        let each = served.spies().next().is_some();
        let building = self.building.get_mut(&source.id);
        let slot = self.slots.entry(key.clone()).or_insert_with(|| Slot {
            place: Place {
                namespace: header.namespace.as_deref().map(|it| source.intern(it)),
                name: header.name,
            },
            newest: None,
            epoch,
            state: State::Rests,
            listed: sight == Sight::Listed,
            handled: false,
            doubted: false,
            pace: Pace::default(),
            awaited: building.is_some_and(|building| {
                building.left += 1;
                true
            }),
            indexing: None,
            more: None,
        });
        slot.epoch = epoch;
        if slot.knows(&served, sight, &header.version) {
            return false;
        }
        let more = slot.more.get_or_insert_default();
        if !each {
            self.bytes -= more.pending.drain(..).map(|pending| pending.size()).sum::<usize>();
        }
        let raw = (each || !source.is_indexed() || self.bytes < self.limit).then_some(raw);
        let pending = Pending { sight, version: Some(header.version), raw };
        self.bytes += pending.size();
        more.pending.push_back(pending);
        self.ready(key)
    }

    /// Takes what is to be written to an object; answers whether it became ready by it.
    pub(super) fn bring(&mut self, key: &Key, brought: Brought) -> bool {
        let Some(slot) = self.slots.get_mut(key) else { return false };
        let waiting = slot.more.get_or_insert_default().brought.get_or_insert_default();
        waiting.results.extend(brought.results);
        waiting.wanted.add(brought.wanted.merge.as_ref(), None);
        for functions in brought.wanted.functions {
            waiting.wanted.add(None, Some(functions));
        }
        self.ready(key.clone())
    }

    /// Gives an object a turn; answers whether it became ready by it.
    pub(super) fn rouse(&mut self, key: &Key) -> bool {
        let Some(slot) = self.slots.get_mut(key) else { return false };
        slot.more.get_or_insert_default().roused = true;
        self.ready(key.clone())
    }

    /// Makes a resting object ready; answers whether it may have its turn.
    fn ready(&mut self, key: Key) -> bool {
        match self.slots.get_mut(&key) {
            Some(slot) if slot.state == State::Rests => {
                slot.state = State::Ready;
                self.line_up(key)
            }
            _ => false,
        }
    }

    /// Puts an object that is ready where it waits; answers whether it may have its turn.
    fn line_up(&mut self, key: Key) -> bool {
        let source = self.sources.get(&key.source);
        let is_closed =
            |gate: &gate::State| source.is_some_and(|source| gate.is_closed(source.namespace.as_deref()));
        let waits = self.gate.as_ref().is_some_and(is_closed);
        if waits {
            // Others handle it meanwhile, so that what was seen of it is old by the time of its turn.
            if let Some(slot) = self.slots.get_mut(&key) {
                slot.doubted = true;
            }
            self.parked.push_back(key);
        } else {
            self.ready.push_back(key);
        }
        !waits
    }

    /// Takes what the gate is set to; answers how many objects may have their turn now that could not before.
    pub(super) fn pause(&mut self, gate: &gate::State) -> usize {
        self.gate = Some(gate.clone());
        // A permit that is left over of one that is parked does no harm.
        for key in std::mem::take(&mut self.ready) {
            self.line_up(key);
        }
        std::mem::take(&mut self.parked).into_iter().filter(|key| self.line_up(key.clone())).count()
    }

    /// What was not in the list is gone; answers how many became ready by it.
    pub(super) fn complete_list(&mut self, source: &Source) -> usize {
        let epoch = self.epochs.get(&source.id).copied().unwrap_or_default();
        let missing = |(key, slot): (&Key, &mut Slot)| {
            if key.source != source.id || slot.epoch == epoch {
                return None;
            }
            slot.epoch = epoch;
            let more = slot.more.get_or_insert_default();
            more.pending.push_back(Pending { sight: Sight::Deleted, version: None, raw: None });
            Some(key.clone())
        };
        let vanished: Vec<Key> = self.slots.iter_mut().filter_map(missing).collect();
        if let Some(building) = self.building.get_mut(&source.id) {
            building.listed = true;
        }
        vanished.into_iter().filter(|key| self.ready(key.clone())).count()
    }

    pub(super) fn len(&self) -> usize {
        self.slots.len()
    }

    pub(super) fn count(&self, source: &Source) -> usize {
        self.slots.keys().filter(|key| key.source == source.id).count()
    }

    /// Forgets the objects of a source; answers the uids of those that no other source has.
    pub(super) fn forget(&mut self, source: &Source) -> Vec<Box<str>> {
        // Its watch may have a page in hand still, whose objects would be kept for ever.
        source.set_over();
        self.sources.remove(&source.id);
        self.epochs.remove(&source.id);
        self.building.remove(&source.id);
        let forgotten = self.slots.extract_if(|key, _| key.source == source.id);
        let mut forgotten: Vec<Box<str>> = forgotten.map(|(key, _)| key.uid).collect();
        self.ready.retain(|key| key.source != source.id);
        self.parked.retain(|key| key.source != source.id);
        self.timers.retain(|(_, key)| key.source != source.id);
        let sizes = self.slots.values().filter_map(|slot| slot.more.as_ref());
        self.bytes = sizes.flat_map(|more| &more.pending).map(Pending::size).sum();
        forgotten.retain(|uid| !self.has(uid));
        forgotten
    }

    /// Whether any source has an object.
    fn has(&self, uid: &str) -> bool {
        self.sources.keys().any(|&source| self.slots.contains_key(&Key { source, uid: uid.into() }))
    }

    pub(super) fn take(&mut self) -> Option<Turn> {
        let key = self.ready.pop_front()?;
        if let (Some(waiting), Some(slot)) = (self.busy.get_mut(&key.uid), self.slots.get_mut(&key)) {
            // What this source has seen is old when the turn of the other one has ended.
            slot.doubted = true;
            waiting.push(key.source);
            return None;
        }
        self.turn(key)
    }

    /// The turns of resting objects whose conclusions are not written yet.
    pub(super) fn unsettled(&mut self) -> Vec<Turn> {
        let is_left = |more: &More| more.memory.unsettled.is_some() || more.brought.is_some();
        let left = |slot: &Slot| slot.more.as_deref().is_some_and(is_left);
        let unsettled = self.slots.iter().filter(|(_, slot)| slot.state != State::Busy && left(slot));
        let keys: Vec<Key> = unsettled.map(|(key, _)| key.clone()).collect();
        keys.into_iter().filter_map(|key| self.turn(key)).collect()
    }

    fn turn(&mut self, key: Key) -> Option<Turn> {
        let slot = self.slots.get_mut(&key)?;
        let source = self.sources.get(&key.source)?.clone();
        let Entry::Vacant(vacant) = self.busy.entry(key.uid.clone()) else { return None };
        vacant.insert(vec![]);
        slot.state = State::Busy;
        let mut more = slot.more.take().map(|more| *more).unwrap_or_default();
        self.bytes -= more.pending.iter().map(Pending::size).sum::<usize>();
        if let Some(at) = more.wake_at {
            self.timers.remove(&(at, key.clone()));
        }
        more.memory.newest = slot.newest.clone();
        more.memory.recall.listed = slot.listed;
        more.memory.recall.handled = slot.handled;
        more.memory.doubted = slot.doubted;
        more.memory.pace = slot.pace;
        more.memory.indexing = slot.indexing.take().map(|indexing| *indexing);
        let place = slot.place.clone();
        let More { pending, brought, memory, wake_at, roused } = more;
        Some(Turn { key, source, place, pending, brought, memory, wake_at, roused })
    }

    /// Ends a turn.
    pub(super) fn rest(&mut self, key: Key, rest: Rest) -> After {
        self.has_had_turn(&key);
        let waiting = self.busy.remove(&key.uid).into_iter().flatten();
        let waiting: Vec<Key> = waiting.map(|source| Key { source, uid: key.uid.clone() }).collect();
        let mut after = self.lay_down(key, rest);
        for key in waiting {
            // Its source may have been forgotten meanwhile.
            if self.slots.contains_key(&key) {
                after.ready += usize::from(self.line_up(key));
            }
        }
        after
    }

    fn lay_down(&mut self, key: Key, rest: Rest) -> After {
        let rests = After::default();
        let (wake_at, mut memory) = match rest {
            Rest::Until(wake_at, memory) => (wake_at, memory),
            // Events that came meanwhile are of an object that is there after all.
            Rest::Gone if self.slots.get(&key).is_some_and(Slot::has_events) => (None, Memory::default()),
            Rest::Gone => {
                self.slots.remove(&key);
                return rests;
            }
        };
        let Some(slot) = self.slots.get_mut(&key) else {
            return After { is_unknown: !self.has(&key.uid), ..rests };
        };
        slot.state = State::Rests;
        slot.newest.clone_from(&memory.newest);
        slot.handled = memory.recall.handled;
        slot.doubted = memory.doubted;
        slot.pace = memory.pace;
        slot.indexing = memory.indexing.take().map(Box::new);
        // An event that came during the turn may be the echo of what the turn has written: no turn for it alone.
        let served = self.sources.get(&key.source).map(|source| source.served());
        if let Some(served) = served
            && slot.more.as_ref().is_some_and(|more| more.is_known_to(slot, &served))
        {
            let more = slot.more.take().unwrap_or_default();
            self.bytes -= more.pending.iter().map(Pending::size).sum::<usize>();
        }
        let has_more = memory.recall.kept.is_some() || memory.unsettled.is_some() || wake_at.is_some();
        match &mut slot.more {
            Some(more) => {
                more.memory = memory;
                more.wake_at = wake_at;
                return After { ready: usize::from(self.ready(key)), ..rests };
            }
            None if has_more || memory.throttle != Default::default() => {
                slot.more = Some(Box::new(More { memory, wake_at, ..More::default() }));
            }
            None => {}
        }
        if let Some(at) = wake_at {
            self.timers.insert((at, key));
        }
        rests
    }

    /// An object of a first list is indexed, or cannot be.
    fn has_had_turn(&mut self, key: &Key) {
        let awaited = self.slots.get_mut(key).is_some_and(|slot| std::mem::take(&mut slot.awaited));
        if let Some(building) = self.building.get_mut(&key.source).filter(|_| awaited) {
            building.left -= 1;
        }
    }

    /// A source of which nothing is left to be indexed, once.
    pub(super) fn take_indexed(&mut self) -> Option<Arc<Source>> {
        let is_done = |building: &Building| building.listed && building.left == 0;
        let (&source, _) = self.building.iter().find(|(_, building)| is_done(building))?;
        self.building.remove(&source);
        self.sources.get(&source).cloned()
    }

    /// Makes objects ready whose time has come; answers how many.
    pub(super) fn wake(&mut self, now: Timestamp) -> usize {
        let mut due = 0;
        while self.timers.first().is_some_and(|(at, _)| *at <= now) {
            if let Some((_, key)) = self.timers.pop_first() {
                // One that is ready already takes its time along, lest an event that is no news swallow it.
                if let Some(slot) = self.slots.get_mut(&key).filter(|slot| slot.state == State::Rests) {
                    slot.more.get_or_insert_default().wake_at = None;
                    due += usize::from(self.ready(key));
                }
            }
        }
        due
    }

    pub(super) fn next_wake(&self) -> Option<Timestamp> {
        self.timers.first().map(|(at, _)| *at)
    }
}

impl Slot {
    fn has_events(&self) -> bool {
        self.more.as_ref().is_some_and(|more| !more.pending.is_empty())
    }

    /// Whether an event is no news to anybody: a list's second sight of a version, or the echo of our own write.
    fn knows(&self, served: &Served, sight: Sight, version: &Version) -> bool {
        let is_seen = self.newest.as_ref().is_some_and(|newest| version.is_covered_by(newest) == Some(true));
        let is_indexed = || {
            served.indexers().next().is_none()
                || self.indexing.as_ref().is_some_and(|indexing| indexing.covers(version))
        };
        let wants_each = || served.spies().next().is_some();
        is_seen && sight != Sight::Deleted && is_indexed() && (sight == Sight::Listed || !wants_each())
    }
}

impl More {
    /// Whether it holds nothing but events that are no news by now.
    fn is_known_to(&self, slot: &Slot, served: &Served) -> bool {
        let is_known = |pending: &Pending| {
            pending.version.as_ref().is_some_and(|version| slot.knows(served, pending.sight, version))
        };
        !self.roused && self.brought.is_none() && self.pending.iter().all(is_known)
    }
}

impl Pending {
    fn size(&self) -> usize {
        self.raw.as_ref().map_or(0, Bytes::len)
    }
}

#[cfg(test)]
mod tests;
