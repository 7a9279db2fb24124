//! What filters, selectors and lifecycles say, and what is said about wrong ones.

use expect_test::expect;

use super::*;

#[test]
fn every_filter_is_taken() {
    check_options(
        On::Update,
        r#"kind = "Pod", field = "spec.a", old = any("a", 5, -1.5, true, json!([1])), new = not(is_large),
           labels = { "x" = none(absent, |text| text.is_some()) }, when = all(f, |a: Spec, b: Name| true)"#,
        expect![[
            r#"|| __kopf :: Options { field : Some ( ("spec.a")) , labels : :: std :: vec ! [( ("x") , __kopf :: Match :: None (:: std :: vec ! [__kopf :: Match :: Absent , __kopf :: Match :: Asked (2u32)]))] , old : Some (__kopf :: Match :: Any (:: std :: vec ! [__kopf :: Match :: Is (__kopf :: serde_json :: Value :: from ("a")) , __kopf :: Match :: Is (__kopf :: serde_json :: Value :: from (5u64)) , __kopf :: Match :: Is (__kopf :: serde_json :: Value :: from (- 1.5f64)) , __kopf :: Match :: Is (__kopf :: serde_json :: Value :: from (true)) , __kopf :: Match :: Is (__kopf :: serde_json :: Value :: from (json ! ([1])))])) , new : Some (__kopf :: Match :: Not (:: std :: boxed :: Box :: new (__kopf :: Match :: Asked (1u32)))) , when : Some (__kopf :: Match :: All (:: std :: vec ! [__kopf :: Match :: Asked (3u32) , __kopf :: Match :: Asked (4u32)])) , .. :: core :: default :: Default :: default () }"#
        ]],
    );
    check_options(
        On::Field,
        r#""pods", field = "spec.a", value = path::to::f, lifecycle = "one-by-one", group = "slow",
           backoff = exponential("1s", factor = 3, cap = "1m", jitter = 0.5)"#,
        expect![[
            r#"|| __kopf :: Options { backoff : Some (__kopf :: Backoff :: Exponential { first : 1f64 , factor : 3f64 , cap : 60f64 , jitter : 0.5f64 }) , field : Some ( ("spec.a")) , value : Some (__kopf :: Match :: Asked (1u32)) , lifecycle : Some (__kopf :: Lifecycle :: OneByOne) , group : Some ( ("slow")) , .. :: core :: default :: Default :: default () }"#
        ]],
    );
    check_options(
        On::Resume,
        r#"everything, deleted, when = |a: Spec, b: Name| true, id = "x""#,
        expect![
            "|| __kopf :: Options { when : Some (__kopf :: Match :: Asked (1u32)) , deleted : true , .. :: core :: default :: Default :: default () }"
        ],
    );
}

#[test]
fn a_resource_may_be_named_otherwise() {
    for selector in [
        r#"kind = "Pod""#,
        r#""v1", plural = "pods""#,
        r#""zalando.org", "v1", singular = "kopfexample""#,
        r#"short_name = "kex""#,
        r#"category = "all""#,
        "everything",
        r#""zalando.org", "v1", everything"#,
        r#""zalando.org/v1", everything"#,
        "resources = is_ours",
        r#""", "v1", resources = |resource| resource.namespaced"#,
    ] {
        check(On::Event, selector, expect![""]);
    }
    check(
        On::Event,
        r#"kind = "Pod", plural = "pods""#,
        expect![[r#"
        `plural` and another option both say which resource is meant: one of them is enough
    "#]],
    );
    check(
        On::Event,
        r#""a", "b", "c", everything"#,
        expect![[r#"
        with an option that says which resource is meant, the strings are its group and its version
    "#]],
    );
    check(
        On::Event,
        r#""a", "b", "c", kind = "Pod""#,
        expect![[r#"
        with an option that says which resource is meant, the strings are its group and its version
    "#]],
    );
}

#[test]
fn options_that_do_not_go_together_are_said() {
    check(
        On::Update,
        r#""pods", field = "spec.a", value = 1, old = 2, new = 3"#,
        expect![[r#"
        `value` looks at the field before and after a change, `old` at one of both: write `value`, or `old` and `new`
        `value` looks at the field before and after a change, `new` at one of both: write `value`, or `old` and `new`
    "#]],
    );
    check(
        On::Create,
        r#""pods", value = present"#,
        expect![[r#"
        `value` is about a field: add `field = "spec.…"`
    "#]],
    );
    check(
        On::Update,
        r#""pods", old = absent, new = present"#,
        expect![[r#"
        `old` is about a field: add `field = "spec.…"`
        `new` is about a field: add `field = "spec.…"`
    "#]],
    );
    check(
        On::Create,
        r#""pods", field = "spec.a", old = absent"#,
        expect![[r#"
            `old` is an option of `on::update`, `on::field`, `subhandler`, not of `on::create`
        "#]],
    );
    check(
        On::Create,
        r#""pods", group = "g""#,
        expect![[r#"
        `group` is of the handlers among which a lifecycle chooses: add `lifecycle = "asap"` or another
    "#]],
    );
    check(
        On::Create,
        r#""pods", deleted"#,
        expect![[r#"
        `deleted` is an option of `on::resume`, not of `on::create`
    "#]],
    );
}

#[test]
fn a_wrong_filter_is_said_with_what_may_be_written() {
    check(
        On::Create,
        r#""pods", field = "a", value = presnt"#,
        expect![[r#"
        `value` is a literal, present, absent, a function, or not(…), all(…), any(…), none(…) of these, did you mean `present`?
    "#]],
    );
    check(
        On::Create,
        r#""pods", field = "a", value = null"#,
        expect![[r#"
        a value that is not there is absent: write `value = absent`
    "#]],
    );
    check(
        On::Create,
        r#""pods", field = "a", value = nto(5)"#,
        expect![[r#"
        `value` is a literal, present, absent, a function, or not(…), all(…), any(…), none(…) of these, found `nto(…)`
    "#]],
    );
    check(
        On::Create,
        r#""pods", field = "a", value = not(1, 2)"#,
        expect![[r#"
        `not(…)` takes one, found 2: use none(…) for several
    "#]],
    );
    check(
        On::Create,
        r#""pods", field = "a", value = [1]"#,
        expect![[r#"
        `value` is a literal, present, absent, a function, or not(…), all(…), any(…), none(…) of these, found `[1]`
    "#]],
    );
    check(
        On::Create,
        r#""pods", labels = { "a" = 5 }"#,
        expect![[r#"
        `labels` is text, present, absent, a function, or not(…), all(…), any(…), none(…) of these, found `5`
    "#]],
    );
    check(
        On::Create,
        r#""pods", when = "always""#,
        expect![[r#"
        `when` is a function, or not(…), all(…), any(…), none(…) of functions, found `"always"`
    "#]],
    );
    check(
        On::Create,
        r#""pods", when = all(f, present, true)"#,
        expect![[r#"
        `when` is a function, or not(…), all(…), any(…), none(…) of functions, found `true`
    "#]],
    );
}

#[test]
fn a_wrong_lifecycle_or_backoff_is_said() {
    check(
        On::Create,
        r#""pods", lifecycle = "one-by-two""#,
        expect![[r#"
        `lifecycle` is "all", "asap", "one-by-one", "randomized" or "shuffled", found `one-by-two`
    "#]],
    );
    check(
        On::Create,
        r#""pods", lifecycle = chaos"#,
        expect![[r#"
        `lifecycle` is "all", "asap", "one-by-one", "randomized" or "shuffled", found `chaos`
    "#]],
    );
    check(
        On::Create,
        r#""pods", backoff = exponential()"#,
        expect![[r#"
        `backoff` is a span of time, or `exponential("1s", factor = 2, cap = "10m", jitter = 0.5)`, found `exponential ()`
    "#]],
    );
    check(
        On::Create,
        r#""pods", backoff = linear("1s")"#,
        expect![[r#"
        `backoff` is a span of time, or `exponential("1s", factor = 2, cap = "10m", jitter = 0.5)`, found `linear`
    "#]],
    );
    check(
        On::Create,
        r#""pods", backoff = exponential("1s", factor = 0.5)"#,
        expect![[r#"
        `backoff` has a `factor` that is a number from 1 to 1000, found `0.5`
    "#]],
    );
    check(
        On::Create,
        r#""pods", backoff = exponential("1s", steps = 3)"#,
        expect![[r#"
        `backoff` is a span of time, or `exponential("1s", factor = 2, cap = "10m", jitter = 0.5)`, found `steps = 3`
    "#]],
    );
    check(
        On::Create,
        r#""pods", backoff = exponential("1m", cap = "1s")"#,
        expect![[r#"
        `backoff` has a `cap` of 1 seconds, less than its first wait of 60
    "#]],
    );
}
