//! Counts Events that are dropped, and tells of them in one line a minute.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use kopf_core::report::Kind;

use super::{FOR_WARNINGS, WAITING};
use crate::{Events, settings::Posting};

/// How long Events are counted before they are told of.
const PERIOD: SignedDuration = SignedDuration::from_mins(1);

/// Why an Event is dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    /// The budget does not allow it.
    Budget,
    /// Too many wait already.
    Waiting,
}

/// The Events that were dropped and not told of yet. Cheap to clone; all clones are one.
#[derive(Debug, Clone, Default)]
pub(super) struct Dropped(Arc<Mutex<Counts>>);

#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    /// When the first of them was dropped.
    since: Option<Timestamp>,
    beyond_budget: u64,
    waiting: u64,
    warnings: u64,
}

impl Dropped {
    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts one.
    pub(super) fn count(&self, kind: Kind, why: Why, now: Timestamp) {
        let mut counts = self.counts();
        counts.since.get_or_insert(now);
        match why {
            Why::Budget => counts.beyond_budget += 1,
            Why::Waiting => counts.waiting += 1,
        }
        counts.warnings += u64::from(kind == Kind::Warning);
    }

    /// When they are to be told of, if there are any.
    pub(super) fn due_at(&self) -> Option<Timestamp> {
        let since = self.counts().since?;
        Some(since.checked_add(PERIOD).unwrap_or(Timestamp::MAX))
    }

    /// What is to be told of those that there are; from here on others are counted.
    pub(super) fn take(&self, settings: &Posting, now: Timestamp) -> Option<String> {
        let counts = std::mem::take(&mut *self.counts());
        Some(line(&counts, settings, now.duration_since(counts.since?)))
    }
}

fn line(counts: &Counts, settings: &Posting, span: SignedDuration) -> String {
    let Counts { beyond_budget, waiting, warnings, .. } = *counts;
    let all = beyond_budget + waiting;
    let events = if all == 1 { "Event was" } else { "Events were" };
    let seconds = span.as_secs().max(1);
    let mut reasons = vec![];
    if beyond_budget > 0 {
        let Posting { burst, per_second, .. } = settings;
        reasons.push(format!(
            "{beyond_budget} beyond posting.burst = {burst} (half of it is kept for warnings) and posting.per_second = \
             {per_second}, which can be raised"
        ));
    }
    if waiting > 0 {
        let (places, more) = match settings.events {
            Events::All => (WAITING, " (and as many warnings find a place)"),
            Events::Warnings | Events::None => (WAITING + FOR_WARNINGS, ""),
        };
        reasons.push(format!(
            "{waiting} while {places} waited for the API server to take them{more}, which is slow or cannot be reached"
        ));
    }
    let fewer = match settings.events {
        Events::All => " With --events warnings there are fewer.",
        Events::Warnings | Events::None => "",
    };
    format!(
        "{all} Kubernetes {events} dropped within {seconds} s, {warnings} of them of the type Warning: {}.{fewer} What came \
         of handlers is in the log all the same.",
        reasons.join("; ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[track_caller]
    fn check(drops: &[(Kind, Why)], events: Events, span: i64, expected: &str) {
        let dropped = Dropped::default();
        for (kind, why) in drops {
            dropped.count(*kind, *why, at(0));
        }
        let settings = Posting { events, ..Posting::default() };
        assert_eq!(dropped.take(&settings, at(span)).unwrap_or_default(), expected);
    }

    #[test]
    fn how_many_were_dropped_is_told_with_the_limit_and_what_to_do() {
        check(&[], Events::All, 60, "");
        check(
            &[(Kind::Normal, Why::Budget), (Kind::Warning, Why::Budget), (Kind::Normal, Why::Waiting)],
            Events::All,
            60,
            "3 Kubernetes Events were dropped within 60 s, 1 of them of the type Warning: 2 beyond posting.burst = 300 (half \
             of it is kept for warnings) and posting.per_second = 30, which can be raised; 1 while 512 waited for the API server to take \
             them (and as many warnings find a place), which is slow or cannot be reached. With --events warnings there are fewer. What came of handlers is in the log all \
             the same.",
        );
        check(
            &[(Kind::Warning, Why::Waiting)],
            Events::Warnings,
            0,
            "1 Kubernetes Event was dropped within 1 s, 1 of them of the type Warning: 1 while 1024 waited for the API server \
             to take them, which is slow or cannot be reached. What came of handlers is in the log all the same.",
        );
    }

    #[test]
    fn what_is_dropped_within_a_minute_is_told_of_together() {
        let dropped = Dropped::default();
        assert_eq!(dropped.due_at(), None);
        for second in 5..50 {
            dropped.count(Kind::Normal, Why::Budget, at(second));
            assert_eq!(dropped.due_at(), Some(at(65)));
        }
        assert!(dropped.take(&Posting::default(), at(65)).is_some_and(|line| line.starts_with("45 ")));
        assert_eq!((dropped.due_at(), dropped.take(&Posting::default(), at(66))), (None, None));
        dropped.count(Kind::Normal, Why::Budget, at(70));
        assert_eq!(dropped.due_at(), Some(at(130)));
    }
}
