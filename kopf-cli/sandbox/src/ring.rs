//! The history of changes that watches and old lists are served from: bounded, and really gone beyond the bound.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use bytes::Bytes;

use crate::{
    object::{Stored, with_revision},
    resources::View,
};

/// How much history is kept.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    pub(crate) events: usize,
    pub(crate) bytes: usize,
}

/// What a watch says of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Said {
    Added,
    Modified,
    Deleted,
    /// `DELETED`, but of an object that lives on outside the selector.
    Left,
}

impl Said {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Said::Added => "ADDED",
            Said::Modified => "MODIFIED",
            Said::Deleted | Said::Left => "DELETED",
        }
    }
}

/// What is said, by which definition of the resource, and in which of its versions.
type Told = (Said, u64, usize);

/// One change of one object.
#[derive(Debug)]
pub(crate) struct Event {
    /// The key of the resource.
    pub(crate) resource: Arc<str>,
    /// The object after the change; for a removal, as it was, with the version of the removal.
    pub(crate) object: Arc<Stored>,
    /// The object before the change.
    pub(crate) previous: Option<Arc<Stored>>,
    pub(crate) removal: bool,
    /// Frames that some watcher has asked for: encoded once, shared by all.
    frames: Mutex<Vec<(Told, Bytes)>>,
}

impl Event {
    pub(crate) fn new(
        resource: Arc<str>,
        object: Arc<Stored>,
        previous: Option<Arc<Stored>>,
        removal: bool,
    ) -> Self {
        Event { resource, object, previous, removal, frames: Mutex::default() }
    }

    /// The line of a watch that says so, in the version of `view`.
    pub(crate) fn frame(&self, said: Said, view: &View) -> Bytes {
        let mut frames = self.frames.lock().unwrap_or_else(PoisonError::into_inner);
        let as_told = (said, view.resource.edition, view.index());
        if let Some((_, frame)) = frames.iter().find(|(known, _)| *known == as_told) {
            return frame.clone();
        }
        let frame = frame(said.word(), &self.shown(said, view));
        frames.push((as_told, frame.clone()));
        frame
    }

    /// How deep what is told is in the version of `view`, at most.
    pub(crate) fn depth(&self, view: &View) -> usize {
        let before = self.previous.as_ref().map_or(0, |previous| previous.depth(view));
        self.object.depth(view).max(before)
    }

    /// The object that is told of, in the version of `view`.
    pub(crate) fn shown(&self, said: Said, view: &View) -> Bytes {
        match (&self.previous, said) {
            (Some(previous), Said::Left) => with_revision(previous, self.object.header.revision, view),
            _ => self.object.shown(view),
        }
    }
}

/// A line of a watch. The type stands first: clients that keep the object raw need it so.
pub(crate) fn frame(word: &str, object: &[u8]) -> Bytes {
    let mut frame = Vec::with_capacity(object.len() + 40);
    frame.extend_from_slice(br#"{"type":""#);
    frame.extend_from_slice(word.as_bytes());
    frame.extend_from_slice(br#"","object":"#);
    frame.extend_from_slice(object);
    frame.extend_from_slice(b"}\n");
    frame.into()
}

/// The latest changes, oldest first. Each revision is one change, so that a revision's place is arithmetic.
#[derive(Debug)]
pub(crate) struct Ring {
    bounds: Bounds,
    events: VecDeque<Arc<Event>>,
    bytes: usize,
    /// The newest revision whose event is not kept.
    compacted: u64,
}

impl Ring {
    pub(crate) fn new(bounds: Bounds, revision: u64) -> Self {
        Ring { bounds, events: VecDeque::new(), bytes: 0, compacted: revision }
    }

    /// How much is kept.
    pub(crate) fn bounds(&self) -> Bounds {
        self.bounds
    }

    /// The newest revision that a watch can no longer start after.
    pub(crate) fn compacted(&self) -> u64 {
        self.compacted
    }

    pub(crate) fn push(&mut self, event: Arc<Event>) {
        self.bytes += event.object.bytes.len();
        self.events.push_back(event);
        while self.events.len() > self.bounds.events || self.bytes > self.bounds.bytes {
            if !self.forget_oldest() {
                break;
            }
        }
    }

    /// Forgets all history.
    pub(crate) fn compact(&mut self) {
        while self.forget_oldest() {}
    }

    fn forget_oldest(&mut self) -> bool {
        let Some(event) = self.events.pop_front() else { return false };
        self.bytes -= event.object.bytes.len();
        self.compacted = event.object.header.revision;
        true
    }

    /// The changes after `revision`; `None` where some of them are forgotten.
    pub(crate) fn after(&self, revision: u64) -> Option<impl DoubleEndedIterator<Item = &Arc<Event>>> {
        let skip = usize::try_from(revision.checked_sub(self.compacted)?).unwrap_or(usize::MAX);
        Some(self.events.range(skip.min(self.events.len())..))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::resources::Catalog;

    fn ring(bounds: Bounds, changes: u64) -> Ring {
        let view = Catalog::built_in().view("", "v1", "configmaps").unwrap();
        let mut ring = Ring::new(bounds, 100);
        for revision in 101..101 + changes {
            let object =
                Arc::new(Stored::new(&view.resource, &json!({ "metadata": { "name": "x" } }), revision));
            ring.push(Arc::new(Event::new(Arc::clone(&view.resource.key), object, None, false)));
        }
        ring
    }

    #[track_caller]
    fn check(ring: &Ring, after: u64, expected: Option<&[u64]>) {
        let found =
            ring.after(after).map(|events| events.map(|e| e.object.header.revision).collect::<Vec<_>>());
        assert_eq!(found.as_deref(), expected, "after {after}");
    }

    #[test]
    fn what_is_kept_is_told_from_any_revision_on() {
        let ring = ring(Bounds { events: 10, bytes: 10_000 }, 3);
        check(&ring, 100, Some(&[101, 102, 103]));
        check(&ring, 102, Some(&[103]));
        check(&ring, 103, Some(&[]));
        check(&ring, 999, Some(&[]));
        check(&ring, 99, None);
    }

    #[test]
    fn beyond_either_bound_history_is_gone() {
        check(&ring(Bounds { events: 2, bytes: 10_000 }, 5), 103, Some(&[104, 105]));
        check(&ring(Bounds { events: 2, bytes: 10_000 }, 5), 102, None);
        check(&ring(Bounds { events: 10, bytes: 60 }, 5), 102, None);
    }

    #[test]
    fn compaction_forgets_all_but_the_present() {
        let mut ring = ring(Bounds { events: 10, bytes: 10_000 }, 3);
        ring.compact();
        assert_eq!(ring.compacted(), 103);
        check(&ring, 103, Some(&[]));
        check(&ring, 102, None);
    }
}
