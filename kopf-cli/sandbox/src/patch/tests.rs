//! What patches make of objects, and which are refused.

use serde_json::json;

use super::*;

#[expect(clippy::needless_pass_by_value, reason = "rows are written in place")]
#[track_caller]
fn merged(target: Value, patch: Value, expected: Value) {
    let mut result = target;
    merge(&mut result, &patch);
    assert_eq!(result, expected);
}

#[expect(clippy::needless_pass_by_value, reason = "rows are written in place")]
#[track_caller]
fn check(target: Value, patch: Value, expected: Result<Value, u16>) {
    let mut result = target;
    let outcome = apply(&mut result, &patch, Reading::Careful).map(|()| result).map_err(|status| status.code);
    assert_eq!(outcome, expected);
}

#[test]
fn a_merge_patch_sets_nests_and_removes() {
    merged(
        json!({ "a": { "b": 1, "c": 2 } }),
        json!({ "a": { "b": null, "d": 3 } }),
        json!({ "a": { "c": 2, "d": 3 } }),
    );
    merged(json!({ "a": 1 }), json!({ "a": { "b": null, "c": {} } }), json!({ "a": { "c": {} } }));
    merged(json!({ "a": [1, 2] }), json!({ "a": [3] }), json!({ "a": [3] }));
}

#[test]
fn a_merge_patch_takes_null_members_out_of_lists_but_not_nulls() {
    let list = || json!([null, { "b": null, "c": [{ "d": null }] }]);
    merged(json!({}), json!({ "a": list() }), json!({ "a": [null, { "c": [{}] }] }));
    merged(json!({ "a": [1] }), json!({ "a": list() }), json!({ "a": [null, { "c": [{}] }] }));
    merged(json!({ "a": {} }), json!({ "a": list() }), json!({ "a": list() }));
}

#[test]
fn a_json_patch_does_its_steps_in_order() {
    check(
        json!({ "a": [1], "b/c": 1 }),
        json!([
            { "op": "test", "path": "/a/0", "value": 1 },
            { "op": "add", "path": "/a/-", "value": 2 },
            { "op": "add", "path": "/a/0", "value": 0 },
            { "op": "move", "from": "/b~1c", "path": "/d" },
            { "op": "copy", "from": "/a/2", "path": "/e" },
            { "op": "remove", "path": "/a/1" },
        ]),
        Ok(json!({ "a": [0, 2], "d": 1, "e": 2 })),
    );
}

#[test]
fn what_does_not_fit_is_422() {
    let target = || json!({ "a": 1, "list": [] });
    check(target(), json!([{ "op": "test", "path": "/a", "value": 2 }]), Err(422));
    check(target(), json!([{ "op": "remove", "path": "/nope" }]), Err(422));
    check(target(), json!([{ "op": "add", "path": "/no/pe", "value": 1 }]), Err(422));
    check(target(), json!([{ "op": "add", "path": "/list/7", "value": 1 }]), Err(422));
    check(target(), json!([{ "op": "bogus", "path": "/a" }]), Err(422));
    check(target(), json!({ "op": "test" }), Err(400));
}

#[test]
fn what_the_server_does_beyond_the_standard() {
    check(json!({}), json!([{ "op": "replace", "path": "/a", "value": 1 }]), Ok(json!({ "a": 1 })));
    check(json!({}), json!([{ "op": "copy", "from": "/a", "path": "/b" }]), Ok(json!({ "b": null })));
    check(json!({}), json!([{ "op": "add", "path": "/a" }]), Ok(json!({ "a": null })));
    check(json!({}), json!([{ "op": "test", "path": "/a" }]), Ok(json!({})));
    check(json!({}), json!([{ "op": "test", "path": "/a/b" }]), Err(422));
    check(json!({}), json!([{ "op": "move", "from": "/a", "path": "/b" }]), Err(422));
    check(json!({ "l": [1, 2] }), json!([{ "op": "remove", "path": "/l/-1" }]), Ok(json!({ "l": [1] })));
    check(
        json!({ "l": [1, 2] }),
        json!([{ "op": "add", "path": "/l/01", "value": 9 }]),
        Ok(json!({ "l": [1, 9, 2] })),
    );
    check(
        json!({ "l": [{}, {}] }),
        json!([{ "op": "add", "path": "/l/-1/a", "value": 1 }, { "op": "add", "path": "/l/00/b", "value": 2 }]),
        Ok(json!({ "l": [{ "b": 2 }, { "a": 1 }] })),
    );
    check(json!({ "l": [{}] }), json!([{ "op": "add", "path": "/l/-2/a", "value": 1 }]), Err(422));
    check(json!({}), json!([{ "op": "add", "path": "", "value": 1 }]), Err(422));
    check(json!({}), json!(null), Ok(json!({})));
    check(json!({}), json!([5]), Err(400));
    check(json!({}), json!([{ "op": 5 }]), Err(400));
}

#[test]
fn copies_cannot_pile_up() {
    let text = "x".repeat(1024 * 1024);
    let copies = |count: usize| {
        let copy = |to: usize| json!({ "op": "copy", "from": "/a", "path": format!("/{to}") });
        (0..count).map(copy).collect::<Value>()
    };
    let mut target = json!({ "a": text });
    assert!(apply(&mut target, &copies(2), Reading::Careful).is_ok());
    check(json!({ "a": text }), copies(3), Err(422));
    let there_and_back = [("/a", "/b/-"), ("/b", "/a/-")];
    let doubling: Value = there_and_back
        .repeat(40)
        .into_iter()
        .map(|(from, to)| json!({ "op": "copy", "from": from, "path": to }))
        .collect();
    check(json!({ "a": ["x"], "b": ["y"] }), doubling, Err(422));
}

#[test]
fn copies_cannot_dig_a_hole() {
    let doubling: Value = (0..16)
        .map(|step| {
            let end = "/a".repeat(10 * (1 << step.min(12)));
            json!({ "op": "copy", "from": "/a", "path": end })
        })
        .collect();
    let patch = json!([{ "op": "copy", "from": "/a", "path": "/a/a/a" }]);
    check(json!({ "a": { "a": {} } }), patch, Ok(json!({ "a": { "a": { "a": { "a": {} } } } })));
    json::with_stack(2 * MAX_DEPTH, || {
        let mut target = json!({ "a": 1 });
        for _ in 0..9 {
            target = json!({ "a": target });
        }
        assert_eq!(apply(&mut target, &doubling, Reading::Careful).map_err(|status| status.code), Err(422));
    });
}
