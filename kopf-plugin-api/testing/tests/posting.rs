//! Kubernetes Events beyond what may be posted: they are counted, and told of once a minute.

mod kit;

use std::time::Duration;

use kopf_plugin_api::prelude::*;
use kopf_plugin_testing::{Effect, Entry, Fault, Operator};

use kit::EXAMPLES;

#[kopf::on::create("zalando.org", "v1", "kopfexamples")]
#[kopf::on::update("zalando.org", "v1", "kopfexamples")]
fn handle() {}

const MINUTE: Duration = Duration::from_secs(60);

/// An operator that may post few Events.
fn operator(burst: u32, per_second: f64) -> Operator {
    let sandbox = kopf_plugin_testing::Sandbox::builder().crd(kit::DEFINITION).settings(|settings| {
        settings.posting.burst = burst;
        settings.posting.per_second = per_second;
    });
    sandbox.start().run(kopf_plugin_testing::plugin!())
}

fn create(operator: &mut Operator, number: usize) {
    for n in 0..number {
        operator.apply(&kit::example(&format!("e-{n}"), &json!({}), &json!({ "n": 0 })).to_string());
    }
    operator.settle();
}

fn is_of_events(entry: &Entry) -> bool {
    entry.is_write() && entry.path.contains("/events")
}

/// How many were told of as dropped, line by line.
fn told(operator: &Operator) -> Vec<usize> {
    let log = operator.log();
    let lines = log.iter().filter_map(|line| {
        let (number, rest) = line.strip_prefix("WARN ")?.split_once(' ')?;
        rest.starts_with("Kubernetes Event").then(|| number.parse().ok())?
    });
    lines.collect()
}

#[test]
fn what_is_beyond_the_budget_is_told_of_once_a_minute_and_each_is_counted_once() {
    let mut operator = operator(10, 0.1);
    create(&mut operator, 40);
    assert_eq!(told(&operator), [0; 0]);
    operator.advance(MINUTE);
    assert_eq!(told(&operator), [35], "half of the budget is for warnings");
    let line = "WARN 35 Kubernetes Events were dropped within 60 s, 0 of them of the type Warning: 35 beyond posting.burst \
                = 10 (half of it is kept for warnings) and posting.per_second = 0.1, which can be raised. With --events \
                warnings there are fewer. What came of handlers is in the log all the same.";
    assert!(operator.log().iter().any(|told| told == line), "{:#?}", operator.log());

    let mut handled = 40;
    for n in 1..=300 {
        operator.patch(EXAMPLES, &kit::place("e-0"), &json!({ "spec": { "n": n } }));
        operator.advance(Duration::from_secs(2));
        handled += 1;
    }
    assert!((9..=11).contains(&told(&operator).len()), "{:?} in ten minutes", told(&operator));
    operator.stop();
    let posted = operator.journal().find(is_of_events).len();
    assert_eq!(
        told(&operator).iter().sum::<usize>() + posted,
        handled,
        "also what was not told of at the end"
    );
    let lines = told(&operator).len();
    assert!(lines <= 12, "{lines}");
}

#[test]
fn what_finds_no_place_to_wait_is_told_of_as_that() {
    let mut operator = operator(10_000, 10_000.0);
    let slow = Fault::new(Effect::Slow(Duration::from_secs(7))).when(is_of_events).always();
    operator.sandbox().faults().add(slow);
    create(&mut operator, 600);
    operator.advance(MINUTE + Duration::from_secs(7));
    assert_eq!(told(&operator), [87], "one is on its way, and 512 wait");
    let log = operator.log();
    let line = log.iter().find(|line| line.contains("Kubernetes Events were dropped")).unwrap();
    assert!(line.contains(": 87 while 512 waited for the API server to take them "), "{line}");
}

#[test]
fn what_is_not_posted_by_the_end_is_told_of() {
    let mut operator = operator(10_000, 10_000.0);
    let slow = Fault::new(Effect::Slow(Duration::from_secs(2))).when(is_of_events).always();
    operator.sandbox().faults().add(slow);
    create(&mut operator, 20);
    operator.stop();
    let log = operator.log();
    let told: Vec<_> = log.iter().filter(|line| line.contains("Kubernetes Event")).collect();
    let posted = operator.journal().find(is_of_events).len();
    let line = format!(
        "WARN The operator ends, and {} Kubernetes Events that waited are not posted. What came of handlers is in the log all the \
         same.",
        20 - posted
    );
    assert_eq!(told, [&line], "{log:#?}");
}

#[test]
fn where_nothing_is_dropped_nothing_is_told() {
    let mut operator = operator(300, 30.0);
    create(&mut operator, 40);
    operator.advance(10 * MINUTE);
    assert_eq!(operator.journal().find(is_of_events).len(), 40);
    operator.stop();
    assert_eq!(told(&operator), [0; 0]);
    assert!(!operator.log().iter().any(|line| line.contains("not posted")), "{:#?}", operator.log());
}
