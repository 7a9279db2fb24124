//! What each attribute says, and what is said about a wrong one.

use expect_test::{Expect, expect};

use super::*;

mod filters;

/// The messages about an attribute, on a function that can be a handler.
#[track_caller]
fn check(on: On, attribute: &str, expected: Expect) {
    check_item(on, attribute, "fn handler(spec: Spec) -> Outcome<()> { Ok(()) }", expected);
}

#[expect(clippy::needless_pass_by_value, reason = "rows read better without ampersands")]
#[track_caller]
fn check_item(on: On, attribute: &str, item: &str, expected: Expect) {
    let (tokens, errors) = expand(on, attribute.parse().unwrap(), item.parse().unwrap());
    let item: TokenStream = item.parse().unwrap();
    assert!(tokens.to_string().contains(&item.to_string()), "the item is emitted as it was");
    assert_eq!(
        errors.is_empty(),
        tokens.to_string() != item.to_string(),
        "a registration only without errors"
    );
    let messages: String = errors.iter().map(|error| format!("{error}\n")).collect();
    expected.assert_eq(&messages);
}

/// The options that an attribute makes.
#[expect(clippy::needless_pass_by_value, reason = "rows read better without ampersands")]
#[track_caller]
fn check_options(on: On, attribute: &str, expected: Expect) {
    let mut errors = Vec::new();
    let attribute = attribute::parse(on, attribute.parse().unwrap(), &mut errors);
    assert!(errors.is_empty(), "{errors:?}");
    let tokens = options(&attribute).to_string();
    expected.assert_eq(
        &tokens
            .replace(":: core :: option :: Option :: ", "")
            .replace(":: std :: string :: String :: from", ""),
    );
}

#[test]
fn a_resource_is_named_by_one_to_three_strings() {
    for selector in [
        r#""zalando.org", "v1", "kopfexamples""#,
        r#""zalando.org/v1", "kopfexamples""#,
        r#""zalando.org", "kopfexamples","#,
        r#""v1", "pods""#,
        r#""", "v1", "pods""#,
        r#""pods""#,
        r#""kopfexamples.v1beta1.zalando.org""#,
    ] {
        check(On::Create, selector, expect![""]);
    }
    check(
        On::Create,
        "",
        expect![[r#"
        name the resource: `#[kopf::on::create("group", "version", "plural")]` or `#[kopf::on::create("pods")]`
    "#]],
    );
    check(
        On::Event,
        r#""a", "b", "c", "d""#,
        expect![[r#"
        a resource is named by one to three strings: `#[kopf::on::event("group", "version", "plural")]`
    "#]],
    );
    check(
        On::Create,
        r#""v1", """#,
        expect![[r#"
        a string that selects the resource is empty
    "#]],
    );
    check(
        On::Create,
        r#""my pods""#,
        expect![[r#"
        the name of a resource has letters, digits, `-` and `.` in it, found ' '
    "#]],
    );
    check(
        On::Create,
        r#""zalando.org/v1/kopfexamples""#,
        expect![[r#"
        the name of a resource has letters, digits, `-` and `.` in it, found '/'
    "#]],
    );
    check(
        On::Create,
        "pods",
        expect![[r#"
            unknown option `pods`, `on::create` takes id, retries, timeout, attempt_timeout, backoff, errors, field, labels, annotations, value, when, lifecycle, group, kind, plural, singular, short_name, category, everything, resources, param
            name the resource: `#[kopf::on::create("group", "version", "plural")]` or `#[kopf::on::create("pods")]`
        "#]],
    );
    check(
        On::Create,
        r#"id = "x", "pods""#,
        expect![[r#"
        the strings that select the resource come before the options
        name the resource: `#[kopf::on::create("group", "version", "plural")]` or `#[kopf::on::create("pods")]`
    "#]],
    );
}

#[test]
fn every_option_is_taken() {
    check_options(
        On::Delete,
        r#""pods", id = "x", retries = 3, timeout = "1m30s", attempt_timeout = 5, backoff = 0, errors = permanent,
           field = "spec.a", labels = { "app" = "web", "tier" = present, "old" = absent }, optional,
           annotations = { "a/b" = "" }, param = json!([1, 2])"#,
        expect![[
            r#"|| __kopf :: Options { retries : Some (3u32) , timeout : Some (90f64) , attempt_timeout : Some (5f64) , backoff : Some (__kopf :: Backoff :: Fixed (0f64)) , errors : Some (__kopf :: Errors :: Permanent) , field : Some ( ("spec.a")) , labels : :: std :: vec ! [( ("app") , __kopf :: Match :: Is (__kopf :: serde_json :: Value :: from ("web"))) , ( ("tier") , __kopf :: Match :: Present) , ( ("old") , __kopf :: Match :: Absent)] , annotations : :: std :: vec ! [( ("a/b") , __kopf :: Match :: Is (__kopf :: serde_json :: Value :: from ("")))] , optional : true , param : Some (__kopf :: param (json ! ([1 , 2]))) , .. :: core :: default :: Default :: default () }"#
        ]],
    );
    check_options(
        On::Create,
        r#""pods", errors = "ignored""#,
        expect![
            "|| __kopf :: Options { errors : Some (__kopf :: Errors :: Ignored) , .. :: core :: default :: Default :: default () }"
        ],
    );
    check_options(
        On::Delete,
        r#""pods", optional = false"#,
        expect!["|| __kopf :: Options { .. :: core :: default :: Default :: default () }"],
    );
}

#[test]
fn a_wrong_option_is_said_with_the_right_one() {
    check(
        On::Create,
        r#""pods", retrys = 3"#,
        expect![[r#"
        unknown option `retrys`, did you mean `retries`?
    "#]],
    );
    check(
        On::Event,
        r#""pods", retries = 3"#,
        expect![[r#"
            `retries` is an option of `on::create`, `on::update`, `on::delete`, `on::resume`, `on::field`, `subhandler`, `index`, `daemon`, `timer`, `on::startup`, `on::cleanup`, `on::probe`, `on::login`, not of `on::event`
        "#]],
    );
    check(
        On::Create,
        r#""pods", optional"#,
        expect![[r#"
        `optional` is an option of `on::delete`, not of `on::create`
    "#]],
    );
    check(
        On::Field,
        r#""pods""#,
        expect![[r#"
        `on::field` needs the path of a field: add `field = "spec.…"`
    "#]],
    );
    check(
        On::Create,
        r#""pods", id = "a", id = "b""#,
        expect![[r#"
        `id` is given twice
    "#]],
    );
    check(
        On::Create,
        r#""pods", retries"#,
        expect![[r#"
        `retries` needs a value, as in `retries = 3`
    "#]],
    );
    check(
        On::Create,
        r#""pods", timeout ="#,
        expect![[r#"
        `timeout` needs a value, as in `timeout = "10m"`
    "#]],
    );
    check(
        On::Create,
        r#""pods", 5"#,
        expect![[r#"
        expected a string that selects the resource, or `option = value`, found `5`
    "#]],
    );
}

#[test]
fn a_wrong_value_is_said_with_what_is_expected() {
    check(
        On::Create,
        r#""pods", retries = "3""#,
        expect![[r#"
        `retries` is a whole number from 1, found `"3"`
    "#]],
    );
    check(
        On::Create,
        r#""pods", retries = 0"#,
        expect![[r#"
        `retries` is a whole number from 1, found `0`
    "#]],
    );
    check(
        On::Create,
        r#""pods", attempt_timeout = 0"#,
        expect![[r#"
        `attempt_timeout` is more than zero, found `0`
    "#]],
    );
    check(
        On::Create,
        r#""pods", backoff = "5min""#,
        expect![[r#"
        `backoff` has the units ms, s, m, h and d, found `min` in "5min"
    "#]],
    );
    check(
        On::Create,
        r#""pods", errors = permanentt"#,
        expect![[r#"
        `errors` is ignored, temporary or permanent, found `permanentt`, did you mean `permanent`?
    "#]],
    );
    check(
        On::Create,
        r#""pods", id = "two words""#,
        expect![[r#"
        `id` has no white space in it, found ' '
    "#]],
    );
    check(
        On::Create,
        r#""pods", id = """#,
        expect![[r#"
        `id` is empty
    "#]],
    );
    check(
        On::Field,
        r#""pods", field = "spec..a""#,
        expect![[r#"
        `field` is a path of names with dots between them, such as "spec.size", found "spec..a"
    "#]],
    );
    check(
        On::Delete,
        r#""pods", optional = yes"#,
        expect![[r#"
        `optional` is true or false, found `yes`
    "#]],
    );
    check(
        On::Create,
        r#""pods", labels = "app""#,
        expect![[r#"
        `labels` is written as `labels = { "key" = "value", "key" = present, "key" = absent }`
    "#]],
    );
    check(
        On::Create,
        r#""pods", labels = { "app": "web" }"#,
        expect![[r#"
        `labels` is written as `labels = { "key" = "value", "key" = present, "key" = absent }`
    "#]],
    );
    check(
        On::Create,
        r#""pods", labels = { "app" = presnt }"#,
        expect![[r#"
            `labels` is text, present, absent, a function, or not(…), all(…), any(…), none(…) of these, did you mean `present`?
        "#]],
    );
    check(
        On::Create,
        r#""pods", annotations = { "a" = "1", "a" = "2" }"#,
        expect![[r#"
        `annotations` has the key "a" twice
    "#]],
    );
}

#[test]
fn all_errors_are_said_at_once() {
    check(
        On::Event,
        r#""", retrys = 3, feild = "x", optional, id = 5"#,
        expect![[r#"
            unknown option `retrys`, and `retries` is an option of `on::create`, `on::update`, `on::delete`, `on::resume`, `on::field`, `subhandler`, `index`, `daemon`, `timer`, `on::startup`, `on::cleanup`, `on::probe`, `on::login`, not of `on::event`
            unknown option `feild`, did you mean `field`?
            `optional` is an option of `on::delete`, not of `on::event`
            `id` is text in quotes, found `5`
            a string that selects the resource is empty
        "#]],
    );
}

#[test]
fn a_handler_is_a_free_function_with_arguments_by_value() {
    let on = On::Create;
    check_item(
        on,
        r#""pods""#,
        "struct Pods;",
        expect![[r#"
        `#[kopf::on::create]` stands on a function
    "#]],
    );
    check_item(
        on,
        r#""pods""#,
        "fn handler(spec: &Spec) {}",
        expect![[r#"
        a handler takes its arguments by value: write `spec: Spec` without the `&`
    "#]],
    );
    check_item(
        on,
        r#""pods""#,
        "unsafe fn handler<T>(&self, x: impl Sized) {}",
        expect![[r#"
        a handler has no generic parameters: write the types themselves
        a handler is a safe function: take `unsafe` away
        a handler is a free function: take `self` away
        a handler has arguments of named types, such as `Spec`
    "#]],
    );
    check_item(on, r#""pods""#, "#[cfg(unix)] async fn handler(_: Spec, mut patch: Patch) {}", expect![""]);
}
