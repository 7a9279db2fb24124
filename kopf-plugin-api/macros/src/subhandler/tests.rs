//! What is taken out of a handler's body, what is put there, and what is said about a wrong one.

use expect_test::{Expect, expect};

use super::*;

/// What becomes of a body: the ids that are declared in it, in their order, and all messages.
#[track_caller]
fn check(on: On, body: &str, expected: Expect) {
    check_of(on, "", body, expected);
}

/// The same, of a handler with more attributes.
#[expect(clippy::needless_pass_by_value, reason = "rows read better without ampersands")]
#[track_caller]
fn check_of(on: On, others: &str, body: &str, expected: Expect) {
    let mut function: ItemFn = syn::parse_str(&format!("{others} fn handler() {body}")).unwrap();
    let mut errors = Vec::new();
    let found = take(on, &mut function, &mut errors);
    let tokens = function.to_token_stream().to_string();
    assert_eq!(found, tokens.contains("__kopf") || !errors.is_empty(), "{tokens}");
    assert!(!tokens.contains("# [kopf :: subhandler"), "the attributes are gone: {tokens}");
    let ids = tokens.split("__kopf :: Subhandler { id : ").skip(1);
    let ids = ids.map(|rest| rest.split(" , ").next().unwrap_or_default().trim_matches('"').to_owned());
    let told = ids.chain(errors.iter().map(ToString::to_string)).collect::<Vec<_>>().join("\n");
    expected.assert_eq(&told);
}

#[test]
fn functions_with_the_attribute_are_declared_where_they_stand() {
    check(On::Create, "{ fn helper() {} }", expect![""]);
    check(
        On::Create,
        r#"{
            #[kopf::subhandler] fn first() {}
            if true { #[kopf_plugin_api::subhandler(id = "second", retries = 3)] async fn other(spec: Spec) {} }
            for _ in 0..1 { let work = async { #[subhandler()] fn third() {} }; }
        }"#,
        expect![[r#"
            first
            second
            third"#]],
    );
}

#[test]
fn sub_handlers_have_sub_handlers() {
    check(
        On::Field,
        "{
            #[kopf::subhandler] fn one() {
                #[kopf::subhandler] async fn two() { #[kopf::subhandler] fn three() {} }
            }
        }",
        expect![[r#"
            three
            two
            one"#]],
    );
}

#[test]
fn a_wrong_option_or_id_is_said() {
    check(
        On::Create,
        r#"{ #[kopf::subhandler("pods")] fn first() {} }"#,
        expect!["a sub-handler names no resource, for it is for the objects of its handler: take it away"],
    );
    check(
        On::Create,
        r#"{ #[kopf::subhandler(id = "a/b")] fn first() {} }"#,
        expect![[r#"the id of a sub-handler has no `/` in it, as that stands between ids: found "a/b""#]],
    );
    check(
        On::Create,
        "{ #[kopf::subhandler(optional)] fn first() {} }",
        expect!["`optional` is an option of `on::delete`, not of `subhandler`"],
    );
    check(
        On::Create,
        "{ #[kopf::subhandler(retrys = 3)] fn first(spec: &Spec) {} }",
        expect![[r#"
        unknown option `retrys`, did you mean `retries`?
        a handler takes its arguments by value: write `spec: Spec` without the `&`"#]],
    );
    check(
        On::Create,
        "{ #[kopf::subhandler(nonsense = 3)] fn first() {} }",
        expect![
            "unknown option `nonsense`, `subhandler` takes id, retries, timeout, attempt_timeout, backoff, errors, field, labels, annotations, value, old, new, when, param"
        ],
    );
}

#[test]
fn filters_may_ask_functions() {
    check(
        On::Create,
        r#"{
            #[kopf::subhandler(labels = { "a" = is_good }, when = |spec: Spec| spec["b"].is_null())] fn first() {}
        }"#,
        expect!["first"],
    );
}

#[test]
fn a_handler_without_records_has_no_sub_handlers() {
    check(
        On::Event,
        "{ #[kopf::subhandler] fn first() {} }",
        expect!["`on::event` has no sub-handlers: those of changes have, such as `on::create`"],
    );
}

#[test]
fn what_was_before_is_asked_about_where_there_is_a_change() {
    let body = r#"{ #[kopf::subhandler(field = "spec.a", old = 1, new = absent)] fn first() {} }"#;
    let none = || {
        expect![
            "`old` and `new` are about a change, which `on::update` and `on::field` alone are called for, and this sub-handler is in none of them: write `value`"
        ]
    };
    check(On::Update, body, expect!["first"]);
    check(On::Field, body, expect!["first"]);
    check(On::Delete, body, none());
    check_of(On::Create, "#[kopf::on::resume(\"pods\")]", body, none());
    check_of(On::Create, "#[kopf::on::update(\"pods\")]", body, expect!["first"]);
}
