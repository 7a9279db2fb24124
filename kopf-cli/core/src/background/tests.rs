//! When timers are called, and how far daemons are brought, to the second.

use super::*;
use crate::{cause::Reason, handler::tests::handler};

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap()
}

fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// The stages of a daemon, and the ages at which they begin.
#[track_caller]
fn check_stages(
    asynchronous: bool,
    hears: bool,
    asked: (Option<u64>, Option<u64>),
    expected: &[(u64, Stage)],
) {
    let (backoff, timeout) = (asked.0.map(secs), asked.1.map(secs));
    let cancellation = Cancellation { backoff, timeout, polling: None, hears };
    let schedule = Schedule { cancellation, ..Schedule::default() };
    let daemon = Handler { asynchronous, schedule, ..handler(On::Daemon, "d") };
    let patience = Patience { instant: secs(1), limit: secs(600) };
    let (mut age, mut found) = (Duration::ZERO, vec![]);
    loop {
        let (reached, next) = stage(&daemon, &patience, age);
        found.push((age.as_secs(), reached));
        match next {
            Some(next) => {
                assert!(next > age, "it goes on");
                age = next;
            }
            None => break,
        }
    }
    assert_eq!(found, expected);
}

#[test]
fn a_daemon_is_told_then_cancelled_then_left_alone() {
    use Stage::{Abandoned, Cancelled, Signalled};
    for asynchronous in [false, true] {
        let check = |asked, expected: &[_]| check_stages(asynchronous, true, asked, expected);
        check((Some(5), Some(10)), &[(0, Signalled), (5, Cancelled), (15, Abandoned)]);
        check((None, Some(10)), &[(0, Signalled), (1, Cancelled), (11, Abandoned)]);
        check((Some(0), Some(0)), &[(0, Abandoned)]);
        check((Some(5), None), &[(0, Signalled), (5, Cancelled), (600, Abandoned)]);
        check((Some(700), None), &[(0, Signalled), (700, Abandoned)]);
        check((None, None), &[(0, Signalled), (600, Abandoned)]);
    }
}

#[test]
fn an_asynchronous_daemon_that_cannot_hear_is_cancelled_at_once() {
    use Stage::{Abandoned, Cancelled, Signalled};
    check_stages(true, false, (None, None), &[(0, Cancelled), (600, Abandoned)]);
    check_stages(true, false, (Some(5), Some(5)), &[(0, Signalled), (5, Cancelled), (10, Abandoned)]);
    check_stages(false, false, (None, None), &[(0, Signalled), (600, Abandoned)]);
}

#[derive(Clone, Copy)]
struct Timer {
    interval: Option<u64>,
    sharp: bool,
    idle: Option<u64>,
}

const PLAIN: Timer = Timer { interval: Some(10), sharp: false, idle: None };

/// What becomes of a timer that was due at 100 and ended at `now`, on an object that changed at `changed`.
#[track_caller]
fn check(timer: Timer, (now, changed): (i64, i64), expected: Fate) {
    check_after(timer, (now, changed), |record| Progress { success: true, ..record }, expected);
}

#[track_caller]
fn check_after(
    timer: Timer,
    (now, changed): (i64, i64),
    ends: impl Fn(Progress) -> Progress,
    expected: Fate,
) {
    let schedule = Schedule {
        interval: timer.interval.map(secs),
        sharp: timer.sharp,
        idle: timer.idle.map(secs),
        ..Schedule::default()
    };
    let timer = Handler { schedule, ..handler(On::Timer, "t") };
    let record = ends(Progress::begin(Reason::Create, at(100)));
    assert_eq!(fate(&timer, &record, at(100), at(now), at(changed)), expected);
}

#[test]
fn an_interval_counts_from_the_end_of_a_call() {
    check(PLAIN, (100, 0), Fate::Again(at(110)));
    check(PLAIN, (103, 0), Fate::Again(at(113)));
    check(PLAIN, (125, 0), Fate::Again(at(135)));
}

#[test]
fn a_sharp_interval_counts_from_the_beginning_and_skips_what_has_passed() {
    let sharp = Timer { sharp: true, ..PLAIN };
    check(sharp, (100, 0), Fate::Again(at(110)));
    check(sharp, (103, 0), Fate::Again(at(110)));
    check(sharp, (110, 0), Fate::Again(at(120)));
    check(sharp, (125, 0), Fate::Again(at(130)));
    let schedule = Schedule { interval: Some(secs(10)), sharp: true, ..Schedule::default() };
    let left_out = [103, 109, 110, 125].map(|now| missed(&schedule, at(100), at(now)));
    assert_eq!(left_out, [0, 0, 1, 2]);
}

#[test]
fn an_idle_timer_waits_until_its_object_has_not_changed_for_so_long() {
    let idle = Timer { idle: Some(30), ..PLAIN };
    check(idle, (100, 0), Fate::Again(at(110)));
    check(idle, (100, 95), Fate::Again(at(125)));
    check(Timer { interval: None, ..idle }, (100, 95), Fate::AfterChange);
}

#[test]
fn a_timer_without_an_interval_is_called_once() {
    check(Timer { interval: None, ..PLAIN }, (100, 0), Fate::Over);
}

#[test]
fn a_failure_is_repeated_after_its_delay_whatever_the_interval() {
    let delayed = |record| Progress { delayed: Some(at(160)), retries: 1, ..record };
    check_after(PLAIN, (100, 0), delayed, Fate::Again(at(160)));
    check_after(Timer { idle: Some(30), ..PLAIN }, (100, 140), delayed, Fate::Again(at(170)));
}

#[test]
fn trap_6_a_timer_that_has_failed_for_good_stops_until_its_object_changes() {
    let failed = |record| Progress { failure: true, ..record };
    check_after(PLAIN, (100, 0), failed, Fate::AfterChange);
    check_after(Timer { interval: None, ..PLAIN }, (100, 0), failed, Fate::AfterChange);
}

#[test]
fn moments_and_spans_beyond_all_measure_do_no_harm() {
    assert_eq!(after(at(0), Duration::MAX), Timestamp::MAX);
    assert_eq!(next(Duration::MAX, true, at(0), at(5)), Timestamp::MAX);
    assert_eq!(next(Duration::from_nanos(1), true, Timestamp::MIN, Timestamp::MAX), Timestamp::MAX);
    assert_eq!(next(secs(10), true, at(100), at(90)), at(100), "a clock that was set back");
}
