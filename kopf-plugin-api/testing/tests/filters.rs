//! Which objects handlers are for: what filters say, and what becomes of functions that fail.

mod kit;

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use futures::executor::block_on;
use kopf_plugin_api::prelude::*;
use kopf_plugin_testing::Operator;

use kit::{EXAMPLES, operator, place};

/// Calls of handlers, by object: tests run side by side, each with objects of its own names.
static CALLS: Mutex<BTreeMap<String, Vec<String>>> = Mutex::new(BTreeMap::new());

fn called(name: &str, what: &str) {
    let mut calls = CALLS.lock().unwrap_or_else(PoisonError::into_inner);
    calls.entry(name.to_owned()).or_default().push(what.to_owned());
}

fn calls(name: &str) -> Vec<String> {
    CALLS.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned().unwrap_or_default()
}

fn is_short(value: Option<&str>) -> bool {
    value.is_some_and(|text| text.len() < 3)
}

#[kopf::on::create("zalando.org", "v1", "kopfexamples", labels = { "text" = any("exact", is_short) })]
fn by_text(name: Name) {
    called(&name, "by_text");
}

#[kopf::on::create("zalando.org", "v1", "kopfexamples",
    annotations = { "a" = not("no"), "b" = |value| value.is_some() })]
fn by_annotation(name: Name) {
    called(&name, "by_annotation");
}

#[kopf::on::create("zalando.org", "v1", "kopfexamples", field = "spec.size", value = 5)]
fn of_size_five(name: Name) {
    called(&name, "of_size_five");
}

#[kopf::on::create("zalando.org", "v1", "kopfexamples", labels = { "sized" = present },
    field = "spec.size", value = absent)]
fn without_size(name: Name) {
    called(&name, "without_size");
}

fn is_large(value: Option<&Value>) -> bool {
    value.and_then(Value::as_u64).is_some_and(|size| size > 100)
}

#[kopf::on::update("zalando.org", "v1", "kopfexamples", field = "spec.count", old = not(is_large), new = is_large)]
fn grown_large(name: Name, old: Old, new: New) {
    called(&name, &format!("grown_large {old} {new}"));
}

#[kopf::on::field("zalando.org", "v1", "kopfexamples", field = "spec.phase", old = "a", new = "b")]
fn from_a_to_b(name: Name) {
    called(&name, "from_a_to_b");
}

#[kopf::on::field("zalando.org", "v1", "kopfexamples", field = "spec.phase", value = "b")]
fn to_or_from_b(name: Name, old: Old, new: New) {
    called(&name, &format!("to_or_from_b {old} {new}"));
}

#[expect(clippy::needless_pass_by_value, reason = "a condition takes what a handler takes")]
fn is_wanted(spec: Spec, name: Name) -> bool {
    spec["wanted"] == true && name.starts_with("when")
}

#[kopf::on::create("zalando.org", "v1", "kopfexamples", labels = { "when" = present },
    when = all(is_wanted, |reason: Reason| reason == Reason::Create))]
fn when_wanted(name: Name) {
    called(&name, "when_wanted");
}

fn saw(name: &Name, what: &str) -> bool {
    called(name, what);
    true
}

/// Functions are asked in order, and no more of them than needed.
#[kopf::on::create("zalando.org", "v1", "kopfexamples", labels = { "asked" = "yes" },
    when = all(|name: Name| saw(&name, "first"), any(|name: Name| saw(&name, "second"), |name: Name| saw(&name, "third"))))]
fn asked(name: Name) {
    called(&name, "asked");
}

#[expect(clippy::panic, reason = "what becomes of that is what is tested")]
fn panics(_: Spec) -> bool {
    panic!("this one cannot tell")
}

#[kopf::on::create("zalando.org", "v1", "kopfexamples", labels = { "broken" = present }, when = panics)]
fn broken(name: Name) {
    called(&name, "broken");
}

/// Answers after an hour of the operator's time, in which its thread does nothing else.
#[expect(clippy::needless_pass_by_value, reason = "a condition takes what a handler takes")]
fn hangs(name: Name) -> bool {
    called(&name, "asked");
    block_on(kopf::time::sleep(Duration::from_secs(3600)));
    true
}

#[kopf::on::create("zalando.org", "v1", "kopfexamples", labels = { "hung" = present }, when = hangs)]
fn hung(name: Name) {
    called(&name, "hung");
}

#[kopf::on::create("zalando.org", "v1", "kopfexamples", labels = { "hung" = present })]
fn beside_hung(name: Name) {
    called(&name, "beside_hung");
}

#[kopf::on::create("zalando.org", "v1", "kopfexamples", labels = { "broken" = present })]
fn sound(name: Name) {
    called(&name, "sound");
}

fn fails(_: Option<&Value>) -> Outcome<bool> {
    Err(Permanent::new("no idea").into())
}

#[kopf::on::event("zalando.org", "v1", "kopfexamples", labels = { "spied" = present }, field = "spec", value = fails)]
fn spy_of_nothing(name: Name) {
    called(&name, "spy_of_nothing");
}

#[kopf::on::event("zalando.org", "v1", "kopfexamples", labels = { "spied" = present },
    field = "status.phase", value = |phase| phase.is_none(), when = |labels: Labels| labels.get("spied") == Some("yes"))]
fn spy(name: Name) {
    called(&name, "spy");
}

#[kopf::on::event("zalando.org", "v1", "kopfexamples", labels = { "mourned" = present },
    when = |event: RawEvent| event.kind() == Some("DELETED"))]
fn mourn(name: Name) {
    called(&name, "mourn");
}

#[kopf::on::delete("zalando.org", "v1", "kopfexamples", when = |spec: Spec| spec["held"] == true)]
fn held(name: Name) {
    called(&name, "held");
}

#[kopf::on::resume("zalando.org", "v1", "kopfexamples", labels = { "resumed" = present }, deleted)]
fn resumed_deleted(name: Name) {
    called(&name, "resumed_deleted");
}

#[kopf::on::resume("zalando.org", "v1", "kopfexamples", labels = { "resumed" = present })]
fn resumed(name: Name) {
    called(&name, "resumed");
}

#[kopf::on::delete("zalando.org", "v1", "kopfexamples", labels = { "resumed" = present })]
fn later(Retry(retry): Retry) -> Outcome<()> {
    match retry {
        0 => Err(Temporary::new("not yet").after(Duration::from_secs(60)).into()),
        _ => Ok(()),
    }
}

fn object(name: &str, labels: &Value, annotations: &Value, spec: &Value) -> Value {
    let mut object = kit::example(name, labels, spec);
    object["metadata"]["annotations"] = annotations.clone();
    object
}

/// Creates an object, and tells who was called.
#[track_caller]
fn check(object: &Value, expected: &[&str]) {
    let mut operator = operator();
    operator.apply(&object.to_string());
    operator.settle();
    let name = object["metadata"]["name"].as_str().unwrap_or_default();
    assert_eq!(calls(name), expected);
    if expected.is_empty() {
        assert_eq!(operator.writes_to(name), [""; 0], "what nobody wants is left without a trace");
    }
}

#[test]
fn labels_are_texts_or_whatever_functions_make_of_them() {
    let text = |name, value| object(name, &json!({ "text": value }), &json!({}), &json!({}));
    check(&text("text-exact", "exact"), &["by_text"]);
    check(&text("text-short", "ab"), &["by_text"]);
    check(&text("text-empty", ""), &["by_text"]);
    check(&text("text-long", "abcd"), &[]);
    check(&object("text-none", &json!({}), &json!({}), &json!({})), &[]);
}

#[test]
fn annotations_may_be_asked_about_by_closures_and_combinators() {
    let annotated = |name, annotations| object(name, &json!({}), &annotations, &json!({}));
    check(&annotated("annotated-yes", json!({ "a": "yes", "b": "" })), &["by_annotation"]);
    check(&annotated("annotated-no", json!({ "a": "no", "b": "" })), &[]);
    check(&annotated("annotated-absent", json!({ "b": "x" })), &["by_annotation"]);
    check(&annotated("annotated-half", json!({ "a": "yes" })), &[]);
}

#[test]
fn a_field_is_compared_as_a_value() {
    let sized = |name, labels, spec| object(name, &labels, &json!({}), &spec);
    check(&sized("size-five", json!({}), json!({ "size": 5 })), &["of_size_five"]);
    check(&sized("size-six", json!({}), json!({ "size": 6 })), &[]);
    check(&sized("size-none", json!({ "sized": "" }), json!({})), &["without_size"]);
    check(&sized("size-some", json!({ "sized": "" }), json!({ "size": 1 })), &[]);
}

#[test]
fn what_nobody_wants_is_a_creation_once_somebody_does() {
    let mut operator = operator();
    let plain = object("stealthy", &json!({}), &json!({}), &json!({ "size": 4 }));
    operator.apply(&plain.to_string());
    operator.settle();
    assert_eq!(operator.writes_to("stealthy"), [""; 0]);
    operator.patch(EXAMPLES, &place("stealthy"), &json!({ "spec": { "size": 5 } }));
    operator.settle();
    assert_eq!(calls("stealthy"), ["of_size_five"]);
}

#[test]
fn old_and_new_are_looked_at_apart_and_a_value_in_both() {
    let mut operator = operator();
    let plain = object("changing", &json!({}), &json!({}), &json!({ "size": 5, "count": 5, "phase": "a" }));
    operator.apply(&plain.to_string());
    operator.settle();
    for (count, phase) in [(50, "b"), (500, "c"), (600, "a"), (50, "b"), (50, "a")] {
        operator.patch(EXAMPLES, &place("changing"), &json!({ "spec": { "count": count, "phase": phase } }));
        operator.settle();
    }
    assert_eq!(
        calls("changing"),
        [
            "of_size_five",
            "from_a_to_b",
            r#"to_or_from_b "a" "b""#,
            "grown_large 50 500",
            r#"to_or_from_b "b" "c""#,
            "from_a_to_b",
            r#"to_or_from_b "a" "b""#,
            r#"to_or_from_b "b" "a""#,
        ]
    );
}

#[test]
fn a_condition_of_a_spy_knows_what_happened() {
    let mut operator = operator();
    operator.apply(&object("mourned", &json!({ "mourned": "" }), &json!({}), &json!({})).to_string());
    operator.settle();
    operator.patch(EXAMPLES, &place("mourned"), &json!({ "spec": { "n": 1 } }));
    operator.settle();
    assert_eq!(calls("mourned"), [""; 0]);
    operator.delete(EXAMPLES, &place("mourned"));
    operator.settle();
    assert_eq!(calls("mourned"), ["mourn"]);
}

#[test]
fn conditions_take_what_handlers_take() {
    let wanted =
        |name, wanted| object(name, &json!({ "when": "" }), &json!({}), &json!({ "wanted": wanted }));
    check(&wanted("when-wanted", true), &["when_wanted"]);
    check(&wanted("when-not", false), &[]);
    check(&wanted("not-when", true), &[]);
    check(&object("when-unlabelled", &json!({}), &json!({}), &json!({ "wanted": true })), &[]);
}

#[test]
fn functions_are_asked_in_order_and_only_where_all_else_holds() {
    let asked = |name, label| object(name, &json!({ "asked": label }), &json!({}), &json!({}));
    check(&asked("asked-no", "no"), &[]);
    check(&asked("asked-yes", "yes"), &["first", "second", "asked"]);
}

#[test]
fn a_function_that_fails_says_no_and_is_told_of_once_a_minute() {
    let mut operator = operator();
    for name in ["broken-a", "broken-b"] {
        let broken = object(name, &json!({ "broken": "" }), &json!({}), &json!({}));
        operator.apply(&broken.to_string());
        operator.settle();
        assert_eq!(calls(name), ["sound"]);
    }
    let told = |operator: &Operator| {
        let lines = operator.log();
        lines.iter().filter(|line| line.starts_with("WARN") && line.contains("handler broken (")).count()
    };
    assert_eq!(told(&operator), 1, "{:#?}", operator.log());
    operator.advance(Duration::from_secs(60));
    operator.patch(EXAMPLES, &place("broken-a"), &json!({ "spec": { "other": 1 } }));
    operator.settle();
    assert!(operator.log().iter().any(|line| line.contains("this one cannot tell")));
}

#[test]
fn a_function_that_hangs_says_no_after_ten_seconds_and_holds_nobody_else_up() {
    let mut operator = operator();
    let create = |operator: &mut Operator, name, labels| {
        operator.apply(&object(name, &labels, &json!({}), &json!({})).to_string());
        operator.settle();
    };
    create(&mut operator, "hung", json!({ "hung": "" }));
    operator.advance(Duration::from_secs(9));
    assert_eq!(calls("hung"), ["asked"]);
    create(&mut operator, "unhung", json!({ "text": "exact" }));
    assert_eq!(calls("unhung"), ["by_text"], "functions of others are asked meanwhile");

    operator.advance(Duration::from_secs(1));
    assert_eq!(calls("hung"), ["asked", "beside_hung"]);
    let told = "A filter of handler hung (";
    let lines: Vec<_> = operator.log().into_iter().filter(|line| line.contains(told)).collect();
    assert!(matches!(&lines[..], [line] if line.starts_with("WARN")), "{lines:?}");
    assert!(lines[0].ends_with("there is no answer after 10 seconds"), "{lines:?}");

    // What it says in the end comes too late.
    operator.advance(Duration::from_secs(3600));
    operator.stop();
    assert_eq!(calls("hung"), ["asked", "beside_hung"]);
}

#[test]
fn spies_have_filters_on_the_object_as_it_is() {
    let spied = |name, label| object(name, &json!({ "spied": label }), &json!({}), &json!({}));
    check(&spied("spied-yes", "yes"), &["spy"]);
    check(&spied("spied-no", "no"), &[]);
}

#[test]
fn an_object_is_held_back_only_while_its_deletion_handler_wants_it() {
    let mut operator = operator();
    let plain = object("held", &json!({}), &json!({}), &json!({ "held": false }));
    operator.apply(&plain.to_string());
    operator.settle();
    let finalizers =
        |operator: &Operator| operator.get(EXAMPLES, "default/held")["metadata"]["finalizers"].clone();
    assert_eq!(finalizers(&operator), Value::Null);
    operator.patch(EXAMPLES, "default/held", &json!({ "spec": { "held": true } }));
    operator.settle();
    assert_eq!(finalizers(&operator), json!(["kopf-plugin-testing.kopf.dev/finalizer"]));
    operator.patch(EXAMPLES, "default/held", &json!({ "spec": { "held": false } }));
    operator.settle();
    assert!(finalizers(&operator).as_array().is_none_or(Vec::is_empty));
    operator.patch(EXAMPLES, "default/held", &json!({ "spec": { "held": true } }));
    operator.settle();
    operator.delete(EXAMPLES, "default/held");
    operator.settle();
    assert_eq!(operator.find(EXAMPLES, "default/held"), None);
    assert_eq!(calls("held"), ["held"]);
}

#[test]
fn a_resume_handler_is_called_for_a_deletion_if_it_asks_for_that() {
    let mut operator = operator();
    let plain = object("resumed", &json!({ "resumed": "" }), &json!({}), &json!({}));
    operator.apply(&plain.to_string());
    operator.settle();
    operator.delete(EXAMPLES, "default/resumed");
    operator.settle();
    assert_eq!(calls("resumed"), [""; 0]);
    operator.kill();
    operator.resume();
    operator.advance(Duration::from_secs(60));
    assert_eq!(calls("resumed"), ["resumed_deleted"]);
    assert_eq!(operator.find(EXAMPLES, "default/resumed"), None);
}
