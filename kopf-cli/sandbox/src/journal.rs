//! The journal of requests: who asked for what, and what the answer was.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use bytes::Bytes;
use jiff::Timestamp;

use crate::request::{Path, Query};

/// How many requests are kept.
const MAX_ENTRIES: usize = 10_000;
/// How many bytes of bodies are kept; the oldest bodies go first, their entries stay.
const MAX_BODY_BYTES: usize = 32 * 1024 * 1024;

/// One request, and its answer once there is one.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Entry {
    /// Its number, from 0 on.
    pub number: u64,
    /// When it came, by the sandbox's clock.
    pub at: Timestamp,
    /// `GET`, `PATCH`, …
    pub method: String,
    /// The path, as it was sent.
    pub path: String,
    /// The query, as it was sent; empty if there was none.
    pub query: String,
    /// The `Content-Type` of the body; for a PATCH, the kind of the patch.
    pub content_type: String,
    /// The name of who asked.
    pub user: String,
    /// The `User-Agent`.
    pub user_agent: String,
    /// The body; empty where it was, or was too long ago.
    pub body: Bytes,
    /// The HTTP status code; `None` while there is no answer, and where the connection was cut before it.
    pub code: Option<u16>,
}

impl Entry {
    /// Whether it is a watch of a collection.
    pub fn is_watch(&self) -> bool {
        match Path::parse(&self.path) {
            Path::Resource(path) => {
                path.watch
                    || self.method == "GET" && path.name.is_none() && Query::parse(&self.query).flag("watch")
            }
            _ => false,
        }
    }

    /// Whether it is meant to change something.
    pub fn is_write(&self) -> bool {
        !matches!(self.method.as_str(), "GET" | "HEAD" | "OPTIONS")
    }
}

/// The latest requests of a sandbox. Clones are the same journal.
#[derive(Debug, Clone, Default)]
pub struct Journal(Arc<Mutex<Log>>);

#[derive(Debug, Default)]
struct Log {
    entries: VecDeque<Entry>,
    next: u64,
    body_bytes: usize,
    /// The number of the first entry whose body is kept.
    bodies_from: u64,
}

impl Journal {
    /// All requests that are kept, oldest first.
    pub fn entries(&self) -> Vec<Entry> {
        self.log().entries.iter().cloned().collect()
    }

    /// The requests that `wanted` is true of, oldest first.
    pub fn find(&self, wanted: impl Fn(&Entry) -> bool) -> Vec<Entry> {
        self.log().entries.iter().filter(|entry| wanted(entry)).cloned().collect()
    }

    /// How many requests there were that `wanted` is true of.
    pub fn count(&self, wanted: impl Fn(&Entry) -> bool) -> usize {
        self.log().entries.iter().filter(|entry| wanted(entry)).count()
    }

    /// Forgets all requests; numbers go on.
    pub fn clear(&self) {
        let mut log = self.log();
        log.entries.clear();
        log.body_bytes = 0;
        log.bodies_from = log.next;
    }

    /// Notes a request, and gives it its number.
    pub(crate) fn begin(&self, entry: &mut Entry) {
        let mut log = self.log();
        entry.number = log.next;
        log.next += 1;
        log.body_bytes += entry.body.len();
        log.entries.push_back(entry.clone());
        if log.entries.len() > MAX_ENTRIES
            && let Some(oldest) = log.entries.pop_front()
        {
            log.body_bytes -= oldest.body.len();
        }
        while log.body_bytes > MAX_BODY_BYTES {
            let number = log.bodies_from;
            log.bodies_from += 1;
            if let Some(entry) = log.entry(number) {
                let forgotten = std::mem::take(&mut entry.body).len();
                log.body_bytes -= forgotten;
            }
        }
    }

    /// Notes the answer of a request.
    pub(crate) fn end(&self, number: u64, code: u16) {
        if let Some(entry) = self.log().entry(number) {
            entry.code = Some(code);
        }
    }

    fn log(&self) -> std::sync::MutexGuard<'_, Log> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Log {
    fn entry(&mut self, number: u64) -> Option<&mut Entry> {
        let first = self.entries.front()?.number;
        self.entries.get_mut(usize::try_from(number.checked_sub(first)?).ok()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(journal: &Journal, method: &str, body: Vec<u8>) -> u64 {
        let mut entry = Entry { method: method.to_owned(), body: body.into(), ..Entry::default() };
        journal.begin(&mut entry);
        entry.number
    }

    #[test]
    fn requests_are_found_with_their_answers() {
        let journal = Journal::default();
        let number = note(&journal, "PATCH", b"{}".to_vec());
        note(&journal, "GET", Vec::new());
        journal.end(number, 409);
        let found = journal.find(|entry| entry.code == Some(409));
        assert_eq!((found.len(), found[0].method.as_str()), (1, "PATCH"));
        assert_eq!(journal.count(Entry::is_write), 1);
        journal.clear();
        assert_eq!(journal.entries(), []);
        assert_eq!(note(&journal, "GET", Vec::new()), 2);
    }

    #[test]
    fn the_journal_stays_within_its_bounds() {
        let journal = Journal::default();
        for _ in 0..MAX_ENTRIES + 5 {
            note(&journal, "GET", vec![b' '; 4_000]);
        }
        let entries = journal.entries();
        assert_eq!((entries.len(), entries[0].number), (MAX_ENTRIES, 5));
        let kept: usize = entries.iter().map(|entry| entry.body.len()).sum();
        assert!(kept <= MAX_BODY_BYTES && kept > MAX_BODY_BYTES - 8_000, "{kept}");
    }
}
