//! Complains about each trouble once a minute, however often it strikes.

use std::{collections::BTreeMap, sync::Mutex};

use jiff::{SignedDuration, Timestamp};

/// How long a complaint holds.
const ONCE_IN: SignedDuration = SignedDuration::from_secs(60);

/// How many troubles are remembered. One more, and the longest past is forgotten: it may then be told again too early.
const REMEMBERED: usize = 1_000;

/// The troubles that were complained about.
#[derive(Debug, Default)]
pub(crate) struct Complaints(Mutex<BTreeMap<String, Timestamp>>);

impl Complaints {
    /// Whether this trouble is to be told now, or was within the last minute.
    pub(crate) fn is_due(&self, trouble: &str, now: Timestamp) -> bool {
        let Ok(mut told) = self.0.lock() else { return true };
        if told.get(trouble).is_some_and(|at| now.duration_since(*at) < ONCE_IN) {
            return false;
        }
        if told.len() >= REMEMBERED {
            let oldest = told.iter().min_by_key(|(_, at)| **at).map(|(trouble, _)| trouble.clone());
            oldest.map(|oldest| told.remove(&oldest));
        }
        told.insert(trouble.to_owned(), now);
        true
    }

    /// Whether this trouble, now over, was told of.
    pub(crate) fn is_over(&self, trouble: &str) -> bool {
        self.0.lock().is_ok_and(|mut told| told.remove(trouble).is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn a_trouble_is_told_once_a_minute_until_it_is_over() {
        let complaints = Complaints::default();
        assert!(complaints.is_due("a", at(0)));
        assert!(!complaints.is_due("a", at(59)));
        assert!(complaints.is_due("b", at(59)));
        assert!(complaints.is_due("a", at(60)));
        assert!(complaints.is_over("a"));
        assert!(!complaints.is_over("a"));
        assert!(complaints.is_due("a", at(61)));
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let complaints = Complaints::default();
        (0..2_000).for_each(|i| assert!(complaints.is_due(&i.to_string(), at(i))));
        assert_eq!(complaints.0.lock().unwrap().len(), REMEMBERED);
    }
}
