//! Handlers as attributes without options make them, and which objects handlers are for.

use serde_json::json;

use super::*;
use crate::filter::Match;

/// A handler of `kex`.
pub(crate) fn handler(on: On, id: &str) -> Handler {
    Handler {
        plugin: 0,
        index: 0,
        id: id.to_owned(),
        on,
        selector: Selector::parse(&["kex".to_owned()]).unwrap(),
        filter: Filter::default(),
        field: None,
        asynchronous: false,
        limits: Limits::default(),
        optional: false,
        wants: Wants::default(),
        param: None,
        function: id.to_owned(),
        package: "minimal".to_owned(),
        place: "lib.rs:1".to_owned(),
    }
}

/// Tells for which objects a handler of `spec.x` on objects with the label `l` is.
#[track_caller]
fn check(old: &Value, new: &Value, expected: [bool; 2]) {
    let field = FieldPath::parse("spec.x").unwrap();
    let labels = vec![("l".to_owned(), Match::Present)];
    let handler = Handler {
        field: Some(field.clone()),
        filter: Filter { labels, ..Filter::default() },
        ..handler(On::Field, "f")
    };
    let whole = Handled::new(old.clone(), vec![field.clone()], false);
    let digested = Handled::digested(old, &[field], "u");
    let body = json!({ "metadata": { "labels": { "l": "1" } } });
    for handled in [whole, digested] {
        let found = [None, Some(&handled)].map(|handled| handler.is_for(&body, handled, new));
        assert_eq!(found, expected);
        assert!(!handler.is_for(&json!({}), Some(&handled), new), "without the label it is for none");
    }
}

#[test]
fn a_field_concerns_its_handler_while_it_is_there_and_when_it_is_taken_away() {
    let [with, without] = [json!({ "spec": { "x": 1 } }), json!({ "spec": { "y": 1 } })];
    check(&without, &with, [true, true]);
    check(&with, &without, [false, true]);
    check(&without, &without, [false, false]);
    check(&without, &json!({ "spec": { "x": null } }), [false, false]);
}

#[test]
fn a_record_of_another_cause_counts_for_resume_and_field_handlers_alone() {
    let keeps = |on: On, recorded, reason| on.keeps_record(recorded, reason);
    assert!(keeps(On::Update, Some(Reason::Update), Reason::Update));
    assert!(keeps(On::Update, None, Reason::Update));
    assert!(!keeps(On::Update, Some(Reason::Create), Reason::Update));
    assert!(!keeps(On::Delete, Some(Reason::Update), Reason::Delete));
    assert!(keeps(On::Resume, Some(Reason::Resume), Reason::Update));
    assert!(keeps(On::Field, Some(Reason::Create), Reason::Update));
}
