//! What Events look like, and which are dropped.

use expect_test::expect;

use super::*;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

/// The Event about an object of this name and namespace, as an API server gets it.
fn about(regarding: &Value, reason: &str, note: &str, instance: &str, suffix: &str) -> Value {
    event(
        &Report { kind: Kind::Normal, reason, note, regarding },
        Reporter { component: "", instance },
        suffix,
        at(1_000_000_000),
    )
}

#[test]
fn an_event_has_all_that_api_servers_require() {
    let body = json!({
        "apiVersion": "zalando.org/v1", "kind": "KopfExample", "spec": { "a": 1 },
        "metadata": { "name": "x", "namespace": "ns", "uid": "u", "labels": {} },
    });
    let event = about(&reference(&body), "Success", "Handler create_fn succeeded.", "op/pod-1", "17f3");
    expect![[r#"
        {
          "apiVersion": "events.k8s.io/v1",
          "kind": "Event",
          "metadata": {
            "name": "x.17f3",
            "namespace": "ns"
          },
          "type": "Normal",
          "reason": "Success",
          "action": "Handle",
          "note": "Handler create_fn succeeded.",
          "regarding": {
            "apiVersion": "zalando.org/v1",
            "kind": "KopfExample",
            "namespace": "ns",
            "name": "x",
            "uid": "u"
          },
          "reportingController": "kopf",
          "reportingInstance": "op/pod-1",
          "eventTime": "2001-09-09T01:46:40.000000Z"
        }"#]]
    .assert_eq(&serde_json::to_string_pretty(&event).unwrap());
}

#[test]
fn nothing_is_empty_or_too_long() {
    let event = about(&json!({}), "", &"é".repeat(600), "", "");
    assert_eq!(event["metadata"], json!({ "name": "kopf", "namespace": "default" }));
    assert_eq!((&event["reason"], &event["reportingInstance"]), (&json!("Normal"), &json!("kopf")));
    assert_eq!(event["note"], json!("é".repeat(512)));
    let event = about(&json!({}), &"r".repeat(200), &format!("a{}", "é".repeat(600)), &"i".repeat(200), "s");
    assert_eq!(
        (&event["reason"], &event["reportingInstance"]),
        (&json!("r".repeat(128)), &json!("i".repeat(128)))
    );
    assert_eq!(event["note"], json!(format!("a{}", "é".repeat(511))));
}

#[track_caller]
fn check_name(object: &str, suffix: &str, expected: &str) {
    assert_eq!(about(&json!({ "name": object }), "r", "n", "i", suffix)["metadata"]["name"], json!(expected));
}

#[test]
fn a_name_is_a_subdomain_whatever_the_object_is_called() {
    check_name("system:Node", "1", "system-node.1");
    check_name("a..-b-.é", "1", "a.b.1");
    check_name("-", "A", "a");
    check_name(&"x".repeat(253), "12345678", &format!("{}.12345678", "x".repeat(244)));
    check_name(&format!("{}-y", "x".repeat(243)), "12345678", &format!("{}.12345678", "x".repeat(243)));
    check_name("x", &"s".repeat(300), &"s".repeat(253));
}

#[test]
fn a_series_counts_and_says_when() {
    let expected = json!({ "series": { "count": 3, "lastObservedTime": "1970-01-01T00:00:01.000000Z" } });
    assert_eq!(series(3, at(1)), expected);
}

#[test]
fn successes_are_dropped_first_and_warnings_last() {
    let mut budget = Budget::new(10, 1.0);
    let mut sent = |kind, count, second| (0..count).filter(|_| budget.allow(kind, at(second))).count();
    assert_eq!(sent(Kind::Normal, 20, 0), 5);
    assert_eq!(sent(Kind::Warning, 20, 0), 5);
    assert_eq!(sent(Kind::Warning, 20, 2), 2);
    assert_eq!(sent(Kind::Normal, 20, 7), 0);
    assert_eq!(sent(Kind::Normal, 20, 8), 1);
    assert_eq!(sent(Kind::Normal, 20, 1_000), 5);
}

#[test]
fn a_budget_of_one_is_for_successes_too() {
    let mut budget = Budget::new(1, 1.0);
    assert!(budget.allow(Kind::Normal, at(0)));
    assert!(!budget.allow(Kind::Warning, at(0)));
    assert!(budget.allow(Kind::Warning, at(1)));
}

#[test]
fn a_clock_that_was_set_back_fills_nothing() {
    let mut budget = Budget::new(1, 1.0);
    assert!(budget.allow(Kind::Warning, at(100)));
    assert!(!budget.allow(Kind::Warning, at(50)));
    assert!(!budget.allow(Kind::Warning, at(100)));
    assert!(budget.allow(Kind::Warning, at(101)));
}
