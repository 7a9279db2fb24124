//! Pods stay for as long as their containers may take to end, until whoever runs them says that they have ended.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};

use super::seconds;
use crate::meta;

type Fields = Map<String, Value>;

const MOMENT: &str = "deletionTimestamp";
const PERIOD: &str = "deletionGracePeriodSeconds";

/// What a deletion does to a pod.
#[derive(Debug, PartialEq)]
pub(super) enum Grace {
    /// Its grace is over: it goes as other objects do.
    Over,
    /// It is going already, and nobody may prolong that.
    Pending,
    /// It is marked, and stays for so many seconds.
    Marked(i64),
}

/// Marks a pod that is deleted; `asked` is how many seconds it may stay, where somebody says so.
pub(super) fn mark(metadata: &mut Fields, rest: &Fields, asked: Option<i64>, now: Timestamp) -> Grace {
    // Less than nothing is a second.
    let at_least = |period: i64| if period < 0 { 1 } else { period };
    let asked = asked.map(at_least);
    if meta::deleting(metadata) {
        let left = at_least(metadata.get(PERIOD).and_then(Value::as_i64).unwrap_or_default());
        return if left == 0 { Grace::Over } else { shorten(metadata, left, asked, now) };
    }
    let text =
        |part: &str, field: &str| rest.get(part).and_then(|part| part[field].as_str()).unwrap_or_default();
    let runs =
        !text("spec", "nodeName").is_empty() && !["Failed", "Succeeded"].contains(&text("status", "phase"));
    let usual = || rest.get("spec").and_then(|spec| spec["terminationGracePeriodSeconds"].as_i64());
    let period = if runs { at_least(asked.or_else(usual).unwrap_or_default()) } else { 0 };
    if let Some(generation) =
        metadata.get("generation").and_then(Value::as_i64).filter(|generation| *generation > 0)
    {
        metadata.insert("generation".to_owned(), (generation + 1).into());
    }
    put(metadata, now, period)
}

/// Lets a pod that is going go sooner, but not in the past.
fn shorten(metadata: &mut Fields, left: i64, asked: Option<i64>, now: Timestamp) -> Grace {
    let Some(period) = asked.filter(|asked| *asked < left) else { return Grace::Pending };
    let moment =
        metadata.get(MOMENT).and_then(Value::as_str).and_then(|moment| moment.parse::<Timestamp>().ok());
    let began = moment.map(|moment| later(moment, -left)).unwrap_or(now);
    match later(began, period) < now {
        true => put(metadata, later(now, -period.min(1)), period.min(1)),
        false => put(metadata, began, period),
    }
}

fn put(metadata: &mut Fields, began: Timestamp, period: i64) -> Grace {
    metadata.insert(MOMENT.to_owned(), seconds(later(began, period)).into());
    metadata.insert(PERIOD.to_owned(), period.into());
    Grace::Marked(period)
}

fn later(moment: Timestamp, seconds: i64) -> Timestamp {
    let bound = if seconds < 0 { Timestamp::MIN } else { Timestamp::MAX };
    moment.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(bound)
}

/// Whether an object is going, and nobody is waited for who runs it.
pub(super) fn is_over(metadata: &Fields) -> bool {
    meta::deleting(metadata) && metadata.get(PERIOD).and_then(Value::as_i64).is_none_or(|period| period <= 0)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    /// What becomes of a pod after a minute; of one that is going, how long it had is said, from the beginning on.
    #[track_caller]
    fn check(going: Option<i64>, rest: &Value, asked: Option<i64>, expected: &Grace, moment: i64) {
        let mut metadata = Fields::new();
        going.map(|period| put(&mut metadata, at(0), period));
        let Value::Object(rest) = rest else { panic!("a pod has fields") };
        assert_eq!(mark(&mut metadata, rest, asked, at(60)), *expected);
        let said = metadata.get(MOMENT).and_then(Value::as_str).unwrap_or_default();
        assert_eq!(said, seconds(at(moment)));
    }

    #[test]
    fn a_pod_that_nobody_runs_goes_at_once() {
        let spec = json!({ "terminationGracePeriodSeconds": 30 });
        check(None, &json!({ "spec": spec }), None, &Grace::Marked(0), 60);
        check(None, &json!({ "spec": spec }), Some(9), &Grace::Marked(0), 60);
        let ended = json!({ "spec": { "nodeName": "n" }, "status": { "phase": "Failed" } });
        check(None, &ended, Some(9), &Grace::Marked(0), 60);
    }

    #[test]
    fn a_pod_that_is_run_has_the_time_that_it_wants_or_is_given() {
        let pod = || json!({ "spec": { "nodeName": "n", "terminationGracePeriodSeconds": 30 } });
        check(None, &pod(), None, &Grace::Marked(30), 90);
        check(None, &pod(), Some(9), &Grace::Marked(9), 69);
        check(None, &pod(), Some(0), &Grace::Marked(0), 60);
        check(None, &pod(), Some(-9), &Grace::Marked(1), 61);
        check(None, &pod(), Some(i64::MAX), &Grace::Marked(i64::MAX), Timestamp::MAX.as_second());
    }

    #[test]
    fn the_time_of_a_pod_that_is_going_can_be_made_shorter() {
        let pod = || json!({ "spec": { "nodeName": "n" } });
        check(Some(100), &pod(), None, &Grace::Pending, 100);
        check(Some(100), &pod(), Some(100), &Grace::Pending, 100);
        check(Some(100), &pod(), Some(80), &Grace::Marked(80), 80);
        check(Some(100), &pod(), Some(20), &Grace::Marked(1), 60);
        check(Some(100), &pod(), Some(0), &Grace::Marked(0), 60);
        check(Some(0), &pod(), None, &Grace::Over, 0);
    }
}
