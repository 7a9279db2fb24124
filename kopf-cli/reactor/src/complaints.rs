//! Complains about each trouble once a minute, however often it strikes; about what somebody has to mend once an hour.

use std::{collections::BTreeMap, sync::Mutex};

use jiff::{SignedDuration, Timestamp};

/// How long a complaint holds.
const ONCE_IN: SignedDuration = SignedDuration::from_secs(60);

/// How long a complaint holds about what somebody has to mend, such as a right that is missing.
const HOURLY: SignedDuration = SignedDuration::from_hours(1);

/// How many troubles are remembered. One more, and the longest past is forgotten: it may then be told again too early.
const REMEMBERED: usize = 1_000;

/// The troubles that were complained about.
#[derive(Debug, Default)]
pub(crate) struct Complaints(Mutex<BTreeMap<String, Told>>);

/// When a trouble began, and when it was told of last.
#[derive(Debug, Clone, Copy)]
struct Told {
    since: Timestamp,
    at: Timestamp,
}

impl Complaints {
    /// Whether this trouble is to be told now, or was within the last minute.
    pub(crate) fn is_due(&self, trouble: &str, now: Timestamp) -> bool {
        self.is_due_after(ONCE_IN, trouble, now)
    }

    /// The same for a trouble that lasts until somebody does something about it, and is told once an hour.
    pub(crate) fn is_due_hourly(&self, trouble: &str, now: Timestamp) -> bool {
        self.is_due_after(HOURLY, trouble, now)
    }

    fn is_due_after(&self, span: SignedDuration, trouble: &str, now: Timestamp) -> bool {
        let Ok(mut told) = self.0.lock() else { return true };
        if let Some(told) = told.get_mut(trouble) {
            let is_due = now.duration_since(told.at) >= span;
            if is_due {
                told.at = now;
            }
            return is_due;
        }
        if told.len() >= REMEMBERED {
            let oldest = told.iter().min_by_key(|(_, told)| told.at).map(|(trouble, _)| trouble.clone());
            oldest.map(|oldest| told.remove(&oldest));
        }
        told.insert(trouble.to_owned(), Told { since: now, at: now });
        true
    }

    /// Whether this trouble was told of first so long ago, and is not over.
    pub(crate) fn has_lasted(&self, trouble: &str, span: SignedDuration, now: Timestamp) -> bool {
        let told = self.0.lock().ok().and_then(|told| told.get(trouble).copied());
        told.is_some_and(|told| now.duration_since(told.since) >= span)
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
    fn what_somebody_has_to_mend_is_told_once_an_hour_and_it_is_known_since_when() {
        let complaints = Complaints::default();
        let lasts = |now| complaints.has_lasted("a", SignedDuration::from_secs(60), at(now));
        assert!(!lasts(100));
        assert!(complaints.is_due_hourly("a", at(0)));
        assert!(!complaints.is_due_hourly("a", at(3599)));
        assert!(!lasts(59) && lasts(60));
        assert!(complaints.is_due_hourly("a", at(3600)));
        assert!(lasts(3601));
        assert!(complaints.is_over("a") && !lasts(3601));
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let complaints = Complaints::default();
        (0..2_000).for_each(|i| assert!(complaints.is_due(&i.to_string(), at(i))));
        assert_eq!(complaints.0.lock().unwrap().len(), REMEMBERED);
    }
}
