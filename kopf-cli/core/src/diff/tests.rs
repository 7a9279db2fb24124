//! What differs, in which order, and what a field sees of it.

use expect_test::{Expect, expect};
use serde_json::json;

use super::*;

fn text(diff: &Diff) -> String {
    let line = |change: &Change| {
        format!("{} {} {} {}\n", change.operation, change.path.join("/"), change.old, change.new)
    };
    diff.0.iter().map(line).collect()
}

#[track_caller]
#[expect(clippy::needless_pass_by_value, reason = "rows read better without ampersands")]
fn check(old: Value, new: Value, expected: Expect) {
    let found = diff(&old, &new);
    assert_eq!(found.is_empty(), same(&old, &new));
    expected.assert_eq(&text(&found));
}

#[track_caller]
#[expect(clippy::needless_pass_by_value, reason = "rows read better without ampersands")]
fn check_narrow(old: Value, new: Value, field: &str, expected: Expect) {
    let field = FieldPath::parse(field).unwrap();
    let diff = diff(&old, &new);
    expected.assert_eq(&text(&diff.narrow(&field)));
    assert_eq!(diff.touches(&field), !diff.narrow(&field).is_empty());
}

#[test]
fn added_comes_before_removed_before_common_each_by_key() {
    check(
        json!({ "z": 0, "r2": 1, "r1": 1, "common": { "x": 1 }, "same": 1 }),
        json!({ "a2": 2, "common": { "x": 2, "y": 3 }, "z": 1, "a1": 2, "same": 1 }),
        expect![[r#"
            add a1 null 2
            add a2 null 2
            remove r1 1 null
            remove r2 1 null
            add common/y null 3
            change common/x 1 2
            change z 0 1
        "#]],
    );
}

#[test]
fn null_is_absent_at_every_depth() {
    check(Value::Null, Value::Null, expect![""]);
    check(json!({ "a": null }), json!({}), expect![""]);
    check(
        json!({}),
        json!({ "a": { "b": { "c": null } } }),
        expect![[r#"
        add a null {"b":{"c":null}}
    "#]],
    );
    check(json!({ "a": { "b": null } }), json!({ "a": {} }), expect![""]);
    check(json!([{ "a": null }]), json!([{}]), expect![""]);
    check(
        json!([null]),
        json!([]),
        expect![[r#"
        change  [null] []
    "#]],
    );
}

#[test]
fn a_whole_object_comes_and_goes_at_the_root() {
    check(
        Value::Null,
        json!({ "spec": {} }),
        expect![[r#"
        add  null {"spec":{}}
    "#]],
    );
    check(
        json!({ "spec": {} }),
        Value::Null,
        expect![[r#"
        remove  {"spec":{}} null
    "#]],
    );
}

#[test]
fn lists_and_scalars_are_compared_whole() {
    check(
        json!({ "a": [1, { "b": 1 }] }),
        json!({ "a": [1, { "b": 2 }] }),
        expect![[r#"
        change a [1,{"b":1}] [1,{"b":2}]
    "#]],
    );
    check(
        json!({ "a": { "b": 1 } }),
        json!({ "a": "b" }),
        expect![[r#"
        change a {"b":1} "b"
    "#]],
    );
}

#[test]
fn numbers_are_what_they_amount_to_and_no_truth_values() {
    check(json!([1, -1, 0.0, 1e3]), json!([1.0, -1.0, -0.0, 1000]), expect![""]);
    check(
        json!({ "a": 1, "b": 0, "c": 1.5 }),
        json!({ "a": true, "b": false, "c": 1.25 }),
        expect![[r#"
        change a 1 true
        change b 0 false
        change c 1.5 1.25
    "#]],
    );
    // Both are the same float, and yet two numbers.
    check(
        json!(9_007_199_254_740_993_i64),
        json!(9_007_199_254_740_992_i64),
        expect![[r#"
        change  9007199254740993 9007199254740992
    "#]],
    );
    check(
        json!(u64::MAX),
        json!(1e300),
        expect![[r#"
        change  18446744073709551615 1e+300
    "#]],
    );
}

#[test]
fn a_field_sees_what_is_at_it_and_below() {
    let old = || json!({ "spec": { "a": { "x": 1, "y": 1 }, "b": 1 } });
    let new = || json!({ "spec": { "a": { "x": 2, "y": 1 }, "b": 2 } });
    check_narrow(
        old(),
        new(),
        "spec.a",
        expect![[r#"
        change x 1 2
    "#]],
    );
    check_narrow(
        old(),
        new(),
        "spec.b",
        expect![[r#"
        change  1 2
    "#]],
    );
    check_narrow(old(), new(), "spec.a.y", expect![""]);
    check_narrow(old(), new(), "sp", expect![""]);
}

#[test]
fn a_field_sees_into_what_came_or_went_as_a_whole() {
    check_narrow(
        Value::Null,
        json!({ "spec": { "a": 1 } }),
        "spec.a",
        expect![[r#"
        add  null 1
    "#]],
    );
    check_narrow(
        json!({ "spec": { "a": { "x": 1 } } }),
        json!({ "spec": "?" }),
        "spec.a.x",
        expect![[r#"
        remove  1 null
    "#]],
    );
    check_narrow(Value::Null, json!({ "spec": {} }), "spec.a", expect![""]);
}
