//! Which objects filters let through, and what they must ask before they know.

use serde_json::json;

use super::*;
use crate::handler::{On, tests::handler};

fn is(value: impl Into<Value>) -> Match {
    Match::is(value)
}

fn field(text: &str) -> FieldPath {
    FieldPath::parse(text).unwrap()
}

/// Whether a filter lets an object through; else, or if it must ask first, what it says.
fn decide(filter: Filter, view: View<'_>, answers: &[(u32, Of, bool)]) -> Decision {
    let handler = Handler { filter, field: Some(field("spec.x")), ..handler(On::Update, "fn") };
    let mut known = Answers::default();
    for &(number, of, answer) in answers {
        known.note(&handler, &Question { number, of, about: About::Object }, answer);
    }
    all([handler.is_for_change(view, &known), handler.is_for(view, &known)])
}

#[track_caller]
fn check_labels(asked: &[(&str, Match)], expected: bool) {
    let asked: Vec<_> = asked.iter().map(|(key, asked)| ((*key).to_owned(), asked.clone())).collect();
    let values = json!({ "app": "web", "empty": "", "null": null, "odd": 3 });
    let by_labels = Filter { labels: asked.clone(), ..Filter::default() };
    let body = json!({ "metadata": { "labels": values }, "spec": { "x": 1 } });
    assert_eq!(decide(by_labels, View::of(&body), &[]), Ok(expected));
    let by_annotations = Filter { annotations: asked, ..Filter::default() };
    let body = json!({ "metadata": { "annotations": values }, "spec": { "x": 1 } });
    assert_eq!(decide(by_annotations, View::of(&body), &[]), Ok(expected));
}

#[test]
fn all_that_is_asked_of_labels_must_hold() {
    check_labels(&[], true);
    check_labels(&[("app", is("web"))], true);
    check_labels(&[("app", is("db"))], false);
    check_labels(&[("app", is("web")), ("other", Match::Present)], false);
    check_labels(&[("app", is("web")), ("other", Match::Absent)], true);
}

#[test]
fn an_empty_label_is_one_and_null_is_none() {
    check_labels(&[("empty", Match::Present)], true);
    check_labels(&[("empty", Match::Absent)], false);
    check_labels(&[("null", Match::Present)], false);
    check_labels(&[("null", Match::Absent)], true);
    check_labels(&[("odd", Match::Absent)], true);
}

#[test]
fn an_object_without_labels_has_none() {
    let absent = || Filter { labels: vec![("app".to_owned(), Match::Absent)], ..Filter::default() };
    for body in [json!({ "spec": { "x": 1 } }), json!({ "metadata": { "labels": 3 }, "spec": { "x": 1 } })] {
        assert_eq!(decide(absent(), View::of(&body), &[]), Ok(true));
    }
}

#[test]
fn combinators_combine_and_of_nothing_all_and_none_hold() {
    let [web, db] = [is("web"), is("db")];
    check_labels(&[("app", Match::Not(Box::new(db.clone())))], true);
    check_labels(&[("gone", Match::Not(Box::new(db.clone())))], true);
    check_labels(&[("app", Match::Any(vec![db.clone(), web.clone()]))], true);
    check_labels(&[("app", Match::All(vec![Match::Present, web.clone()]))], true);
    check_labels(&[("app", Match::All(vec![db.clone(), web.clone()]))], false);
    check_labels(&[("app", Match::None(vec![db.clone(), Match::Absent]))], true);
    check_labels(&[("app", Match::None(vec![db, web]))], false);
    check_labels(&[("app", Match::All(vec![]))], true);
    check_labels(&[("app", Match::Any(vec![]))], false);
    check_labels(&[("app", Match::None(vec![]))], true);
}

/// Whether a filter lets a change of `spec.x` through, null standing for its absence; `known` says in full or as digests.
#[track_caller]
fn check_change(filter: &Filter, old: &Value, new: &Value, expected: bool) {
    let [before, now] = [old, new].map(|x| json!({ "spec": { "x": x } }));
    let body = json!({ "metadata": { "uid": "u" }, "spec": { "x": new } });
    let fields = vec![field("spec.x")];
    for before in
        [Handled::new(before.clone(), fields.clone(), false), Handled::digested(&before, &fields, "u")]
    {
        let view = View::new(&body, &now, Some(&before));
        assert_eq!(decide(filter.clone(), view, &[]), Ok(expected), "{old} -> {new}");
    }
}

#[test]
fn a_value_is_looked_for_in_both_states() {
    let five = Filter { value: Some(is(5)), ..Filter::default() };
    check_change(&five, &json!(1), &json!(5), true);
    check_change(&five, &json!(5), &json!(1), true);
    check_change(&five, &json!(1), &json!(2), false);
    check_change(&five, &json!(null), &json!(5.0), true);
    let absent = Filter { value: Some(Match::Absent), ..Filter::default() };
    check_change(&absent, &json!(5), &json!(null), true);
    check_change(&absent, &json!(5), &json!(6), false);
}

#[test]
fn without_a_value_the_field_must_be_there_before_or_now() {
    check_change(&Filter::default(), &json!(5), &json!(null), true);
    check_change(&Filter::default(), &json!(null), &json!(5), true);
    check_change(&Filter::default(), &json!(null), &json!(null), false);
}

#[test]
fn old_and_new_look_at_one_state_each() {
    let filter = Filter { old: Some(is("a")), new: Some(is("b")), ..Filter::default() };
    check_change(&filter, &json!("a"), &json!("b"), true);
    check_change(&filter, &json!("b"), &json!("a"), false);
    check_change(&filter, &json!("a"), &json!("c"), false);
    let appears = Filter { old: Some(Match::Absent), ..Filter::default() };
    check_change(&appears, &json!(null), &json!("b"), true);
    check_change(&appears, &json!("a"), &json!("b"), false);
}

#[test]
fn of_what_was_never_handled_there_is_no_old_value() {
    let now = json!({ "spec": { "x": 5 } });
    let new = Filter { old: Some(Match::Absent), ..Filter::default() };
    assert_eq!(decide(new, View::of(&now), &[]), Ok(true));
    let absent = Filter { value: Some(Match::Absent), ..Filter::default() };
    assert_eq!(decide(absent, View::of(&now), &[]), Ok(false));
}

/// The questions that are asked one after the other, as `number:value` with `old` before those about the state before,
/// each answered with yes; and the decision at the end.
#[track_caller]
fn check_questions(filter: &Filter, before: Option<&Handled>, expected: &str) {
    let now = json!({ "metadata": { "labels": { "a": "1" } }, "spec": { "x": 7 } });
    let view = View::new(&now, &now, before);
    let (mut asked, mut answers) = (String::new(), vec![]);
    let decision = loop {
        match decide(filter.clone(), view, &answers) {
            Ok(decision) => break decision,
            Err(question) => {
                let what = match question.about {
                    About::Object => "object".to_owned(),
                    About::Value(value) => value.map_or("absent".to_owned(), |value| value.to_string()),
                };
                let of = if question.of == Of::Before { "old " } else { "" };
                asked += &format!("{}:{of}{what} ", question.number);
                answers.push((question.number, question.of, true));
            }
        }
    };
    assert_eq!(format!("{asked}{decision}"), expected);
}

#[test]
fn functions_are_asked_where_nothing_else_has_decided_and_about_the_object_last() {
    let when = Some(Match::All(vec![Match::Asked(3), Match::Asked(4)]));
    let label = |asked| vec![("a".to_owned(), asked)];
    let filter =
        Filter { labels: label(Match::Asked(1)), value: Some(Match::Asked(2)), when, ..Filter::default() };
    check_questions(&filter, None, r#"1:"1" 2:7 3:object 4:object true"#);
    check_questions(&Filter { labels: label(is("2")), ..filter.clone() }, None, "false");
    let none_or_asked = Match::Any(vec![Match::Present, Match::Asked(1)]);
    check_questions(&Filter { labels: label(none_or_asked), ..filter }, None, "2:7 3:object 4:object true");
}

#[test]
fn a_function_that_says_no_spares_the_others() {
    let filter = Filter { when: Some(Match::Not(Box::new(Match::Asked(2)))), ..Filter::default() };
    let filter = Filter { value: Some(Match::None(vec![Match::Asked(1)])), ..filter };
    check_questions(&filter, None, "1:7 false");
}

#[test]
fn trap_8_a_function_is_asked_about_an_absent_value_as_absent() {
    let filter = Filter { old: Some(Match::Asked(1)), new: Some(Match::Asked(2)), ..Filter::default() };
    check_questions(&filter, None, "2:7 1:old absent true");
    let gone = Filter { labels: vec![("gone".to_owned(), Match::Asked(1))], ..Filter::default() };
    check_questions(&gone, None, "1:absent true");
}

#[test]
fn a_value_that_is_known_by_its_digest_alone_is_asked_about_by_nobody() {
    let before = Handled::digested(&json!({ "spec": { "x": 6 } }), &[field("spec.x")], "");
    let filter = Filter { old: Some(Match::Not(Box::new(Match::Asked(1)))), ..Filter::default() };
    check_questions(&filter, Some(&before), "false");
    let literal = Filter { old: Some(is(6)), ..Filter::default() };
    check_questions(&literal, Some(&before), "true");
}
