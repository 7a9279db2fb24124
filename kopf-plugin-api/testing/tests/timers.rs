//! Timers: when they are called, to the second, in a time of the test's own.

mod kit;

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use kopf_plugin_api::{jiff::Timestamp, prelude::*};
use kopf_plugin_testing::Operator;

use kit::{EXAMPLES, place};

/// The seconds at which timers were called, by object: tests run side by side, each with an object of its own name.
static TICKS: Mutex<BTreeMap<String, Vec<i64>>> = Mutex::new(BTreeMap::new());

fn tick(name: &Name) -> usize {
    let beginning: Timestamp = "2026-01-01T00:00:00Z".parse().expect("it is a moment");
    let second = kopf::time::now().duration_since(beginning).as_secs();
    let mut ticks = TICKS.lock().unwrap_or_else(PoisonError::into_inner);
    let ticks = ticks.entry(name.to_string()).or_default();
    ticks.push(second);
    ticks.len()
}

fn ticks(name: &str) -> Vec<i64> {
    TICKS.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned().unwrap_or_default()
}

#[kopf::timer("zalando.org", "v1", "kopfexamples", labels = { "timer" = "plain" }, interval = 10)]
async fn plain(name: Name) {
    tick(&name);
    kopf::time::sleep(Duration::from_secs(3)).await;
}

#[kopf::timer("zalando.org", "v1", "kopfexamples", labels = { "timer" = "sharp" }, interval = 10, sharp)]
async fn sharp(name: Name) {
    if tick(&name) == 1 {
        kopf::time::sleep(Duration::from_secs(25)).await;
    }
}

#[kopf::timer("zalando.org", "v1", "kopfexamples", labels = { "timer" = "late" }, interval = 10,
    initial_delay = |spec: Spec| spec["delay"].as_f64().unwrap_or_default())]
fn late(name: Name) {
    tick(&name);
}

#[kopf::timer("zalando.org", "v1", "kopfexamples", labels = { "timer" = "once" }, initial_delay = "1m")]
fn once(name: Name) {
    tick(&name);
}

#[kopf::timer("zalando.org", "v1", "kopfexamples", labels = { "timer" = "idle" }, interval = 10, idle = 30)]
fn idle(name: Name) -> Outcome<usize> {
    Ok(tick(&name))
}

#[kopf::timer("zalando.org", "v1", "kopfexamples", labels = { "timer" = "calm" }, idle = 30)]
fn calm(name: Name) {
    tick(&name);
}

#[kopf::timer("zalando.org", "v1", "kopfexamples", labels = { "timer" = "failing" }, interval = 100)]
fn failing(name: Name, Retry(retry): Retry) -> Outcome<()> {
    tick(&name);
    match retry {
        0 | 1 => Err(Temporary::new("not yet").after(5).into()),
        _ => Ok(()),
    }
}

#[kopf::timer("zalando.org", "v1", "kopfexamples", labels = { "timer" = "hopeless" }, interval = 10)]
fn hopeless(name: Name) -> Outcome<()> {
    tick(&name);
    Err(Permanent::new("never").into())
}

#[kopf::timer("zalando.org", "v1", "kopfexamples", labels = { "timer" = "counting" }, interval = 60)]
fn counting(name: Name, patch: Patch) -> Outcome<usize> {
    let count = tick(&name);
    patch.set_label("parity", if count.is_multiple_of(2) { "even" } else { "odd" });
    Ok(count)
}

/// An operator on a sandbox that has an object for a timer.
fn operator(name: &str, timer: &str) -> Operator {
    let mut operator = kit::operator();
    let object = kit::example(name, &json!({ "timer": timer }), &json!({ "delay": 7 }));
    operator.apply(&object.to_string());
    operator.settle();
    operator
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// When a timer is called within a span.
#[track_caller]
fn check(timer: &str, span: u64, expected: &[i64]) -> Operator {
    let name = format!("check-{timer}");
    let mut operator = operator(&name, timer);
    operator.advance(seconds(span));
    assert_eq!(ticks(&name), expected);
    operator
}

#[test]
fn an_interval_counts_from_the_end_of_a_call() {
    check("plain", 40, &[0, 13, 26, 39]);
}

#[test]
fn a_sharp_interval_counts_from_the_beginning_and_what_is_missed_is_told_of() {
    let operator = check("sharp", 50, &[0, 30, 40, 50]);
    let warned = operator
        .log()
        .into_iter()
        .filter(|line| line.contains(" Timer ") && line.starts_with("WARN"))
        .collect::<Vec<_>>();
    let line = "WARN [default/check-sharp] Timer sharp is slower than its interval of 10s, so 2 of its calls were left \
                out: make the interval longer, or the handler faster";
    assert_eq!(warned, [line]);
}

#[test]
fn a_function_says_when_the_first_call_is() {
    check("late", 30, &[7, 17, 27]);
}

#[test]
fn a_timer_without_an_interval_is_called_once() {
    let mut operator = check("once", 600, &[60]);
    operator.delete(EXAMPLES, &place("check-once"));
    operator.settle();
    assert_eq!(operator.find(EXAMPLES, &place("check-once")), None);
}

/// Trap 23: each event counted as a change where no handler is for changes, also that of the timer's own result.
#[test]
fn trap_23_an_idle_timer_waits_after_changes_alone_and_its_own_results_are_none() {
    let mut operator = check("idle", 45, &[30, 40]);
    operator.patch(EXAMPLES, &place("check-idle"), &json!({ "spec": { "field": "other" } }));
    operator.advance(seconds(45));
    assert_eq!(ticks("check-idle"), [30, 40, 75, 85]);
    operator.patch(EXAMPLES, &place("check-idle"), &json!({ "status": { "other": 1 } }));
    operator.advance(seconds(10));
    assert_eq!(ticks("check-idle"), [30, 40, 75, 85, 95]);
}

#[test]
fn a_timer_with_idle_alone_is_called_once_for_each_time_of_calm() {
    let mut operator = check("calm", 300, &[30]);
    operator.patch(EXAMPLES, &place("check-calm"), &json!({ "spec": { "field": "other" } }));
    operator.advance(seconds(300));
    assert_eq!(ticks("check-calm"), [30, 330]);
}

#[test]
fn a_failure_is_repeated_after_its_delay_and_then_the_interval_counts() {
    check("failing", 220, &[0, 5, 10, 110, 115, 120, 220]);
}

/// Trap 6: a timer that had failed for good kept ticking.
#[test]
fn trap_6_a_timer_that_has_failed_for_good_stops_until_its_object_changes() {
    let mut operator = check("hopeless", 300, &[0]);
    assert!(operator.log().iter().any(|line| line.ends_with("Timer hopeless failed permanently: never")));
    operator.patch(EXAMPLES, &place("check-hopeless"), &json!({ "spec": { "field": "other" } }));
    operator.advance(seconds(300));
    assert_eq!(ticks("check-hopeless"), [0, 300]);
}

#[test]
fn results_and_patches_of_each_call_are_written() {
    let mut operator = check("counting", 60, &[0, 60]);
    let object = operator.get(EXAMPLES, &place("check-counting"));
    assert_eq!(
        (&object["status"]["counting"], &object["metadata"]["labels"]["parity"]),
        (&json!(2), &json!("even"))
    );
    let writes = operator.writes_to("check-counting").len();
    operator.advance(seconds(60));
    assert_eq!(operator.writes_to("check-counting").len(), writes + 2, "the status and the label");
}

#[test]
fn a_day_of_ticks_passes_at_once_and_writes_nothing_that_is_there_already() {
    let mut operator = operator("day", "late");
    operator.advance(seconds(86_400));
    assert_eq!(ticks("day").len(), 8_640);
    assert_eq!(operator.writes_to("day").len(), 1, "the finalizer");
}

#[test]
fn no_call_comes_after_the_deletion() {
    let mut operator = operator("deleted", "late");
    operator.advance(seconds(20));
    operator.delete(EXAMPLES, &place("deleted"));
    operator.advance(seconds(100));
    assert_eq!((ticks("deleted"), operator.find(EXAMPLES, &place("deleted"))), (vec![7, 17], None));
}
