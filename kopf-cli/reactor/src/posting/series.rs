//! Tells which Events repeat one that was posted lately: they are counted there instead of being posted again.

use std::{borrow::Cow, collections::BTreeMap};

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

/// How long after its last occurrence an Event is still the same one, as for other controllers.
const WITHIN: SignedDuration = SignedDuration::from_mins(6);

/// How many Events are remembered; one more, and the longest past is forgotten.
const REMEMBERED: usize = 1_000;

/// The Events that were posted lately.
#[derive(Debug, Default)]
pub(super) struct Series(BTreeMap<Key, Posted>);

/// What makes two Events the same.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    /// Whom they are about: see [`object`].
    pub(super) object: String,
    /// Their type.
    pub(super) kind: &'static str,
    /// Their reason.
    pub(super) reason: Cow<'static, str>,
    /// Their note.
    pub(super) note: String,
}

/// Which object a reference names: by its uid, or where a plugin has named none, by all that it has.
pub(super) fn object(regarding: &Value) -> String {
    let uid = regarding["uid"].as_str().filter(|uid| !uid.is_empty());
    uid.map_or_else(|| regarding.to_string(), str::to_owned)
}

#[derive(Debug)]
struct Posted {
    path: String,
    count: u32,
    at: Timestamp,
}

impl Series {
    /// Counts an Event that repeats one; answers where that one is, and how often it has occurred by now.
    pub(super) fn repeat(&mut self, key: &Key, now: Timestamp) -> Option<(String, u32)> {
        let posted = self.0.get_mut(key).filter(|posted| now.duration_since(posted.at) < WITHIN)?;
        posted.count = posted.count.saturating_add(1);
        posted.at = now;
        Some((posted.path.clone(), posted.count))
    }

    /// Remembers where an Event is.
    pub(super) fn remember(&mut self, key: Key, path: String, now: Timestamp) {
        if self.0.len() >= REMEMBERED {
            let oldest = self.0.iter().min_by_key(|(_, posted)| posted.at).map(|(key, _)| key.clone());
            oldest.map(|oldest| self.0.remove(&oldest));
        }
        self.0.insert(key, Posted { path, count: 1, at: now });
    }

    /// Forgets an Event that is there no more.
    pub(super) fn forget(&mut self, key: &Key) {
        self.0.remove(key);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn key(note: &str) -> Key {
        Key { object: "uid".to_owned(), kind: "Warning", reason: "Error".into(), note: note.to_owned() }
    }

    #[test]
    fn an_object_is_known_by_its_uid_or_else_by_all_that_is_said_of_it() {
        let named = |name: &str, uid: &str| object(&json!({ "kind": "Pod", "name": name, "uid": uid }));
        assert_eq!(named("a", "u"), named("b", "u"));
        assert_ne!(named("a", ""), named("b", ""));
    }

    #[test]
    fn what_comes_again_within_six_minutes_is_counted() {
        let mut series = Series::default();
        assert_eq!(series.repeat(&key("a"), at(0)), None);
        series.remember(key("a"), "/a".to_owned(), at(0));
        assert_eq!(series.repeat(&key("b"), at(0)), None);
        assert_eq!(series.repeat(&key("a"), at(300)), Some(("/a".to_owned(), 2)));
        assert_eq!(series.repeat(&key("a"), at(600)), Some(("/a".to_owned(), 3)));
        assert_eq!(series.repeat(&key("a"), at(960)), None);
        series.forget(&key("a"));
        assert_eq!(series.repeat(&key("a"), at(600)), None);
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut series = Series::default();
        (0..1_500).for_each(|i| series.remember(key(&i.to_string()), String::new(), at(i)));
        assert_eq!(series.0.len(), REMEMBERED);
        assert!(series.repeat(&key("1499"), at(1499)).is_some());
    }
}
