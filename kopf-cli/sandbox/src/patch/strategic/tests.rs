//! Strategic merge patches, and what becomes of what they are applied to.

use serde_json::json;

use super::*;
use crate::schema::{Node, TypeId, Types};

/// A schema with a list of objects by `name`, a set of words, a list that is replaced, and an object that retains keys.
fn types() -> (Types, TypeId) {
    let mut types = Types::default();
    let word = types.add(Node::default());
    let item = types.add(Node::default());
    let merge = || Some(Strategy::Merge);
    let nested = types.add(Node {
        items: Some(item),
        strategy: merge(),
        merge_key: Some("name".into()),
        ..Node::default()
    });
    types.set(item, Node { properties: [("items".into(), nested)].into(), ..Node::default() });
    let set = types.add(Node { items: Some(word), strategy: merge(), ..Node::default() });
    let whole = types.add(Node { items: Some(item), ..Node::default() });
    let root = Node {
        properties: [("items".into(), nested), ("set".into(), set), ("whole".into(), whole)].into(),
        ..Node::default()
    };
    let root = types.add(root);
    (types, root)
}

#[expect(clippy::needless_pass_by_value, reason = "rows are written in place")]
#[track_caller]
fn check(target: Value, patch: Value, expected: Result<Value, u16>) {
    let (types, root) = types();
    let mut result = target;
    let outcome = merge(&mut result, patch.as_object().unwrap().clone(), types.shape(root));
    assert_eq!(outcome.map(|()| result).map_err(|status| status.code), expected);
}

fn items() -> Value {
    json!({ "items": [{ "name": "a", "n": 1 }, { "name": "b", "n": 2 }, { "name": "c" }] })
}

#[test]
fn elements_are_merged_by_their_key() {
    check(
        items(),
        json!({ "items": [{ "name": "b", "n": null, "m": 3 }, { "name": "d" }] }),
        Ok(
            json!({ "items": [{ "name": "a", "n": 1 }, { "name": "b", "m": 3 }, { "name": "d" }, { "name": "c" }] }),
        ),
    );
    check(
        json!({ "items": [{ "name": "a", "items": [{ "name": "x" }] }] }),
        json!({ "items": [{ "name": "a", "items": [{ "name": "y" }] }] }),
        Ok(json!({ "items": [{ "name": "a", "items": [{ "name": "y" }, { "name": "x" }] }] })),
    );
    check(items(), json!({ "items": [{ "n": 1 }] }), Err(500));
}

#[test]
fn elements_come_in_the_order_that_is_said() {
    let order = |names: [&str; 3]| json!(names.map(|name| json!({ "name": name })));
    check(
        items(),
        json!({ "$setElementOrder/items": order(["c", "a", "b"]) }),
        Ok(json!({ "items": [{ "name": "c" }, { "name": "a", "n": 1 }, { "name": "b", "n": 2 }] })),
    );
    check(
        items(),
        json!({ "$setElementOrder/items": order(["d", "c", "b"]), "items": [{ "name": "d" }] }),
        Ok(
            json!({ "items": [{ "name": "d" }, { "name": "a", "n": 1 }, { "name": "c" }, { "name": "b", "n": 2 }] }),
        ),
    );
    let against = json!({ "$setElementOrder/items": order(["a", "b", "c"]), "items": [{ "name": "c" }, { "name": "a" }] });
    check(items(), against, Err(500));
    check(json!({}), json!({ "$setElementOrder/items": order(["a", "b", "c"]) }), Ok(json!({})));
    check(items(), json!({ "$setElementOrder/items": "a" }), Err(500));
    check(items(), json!({ "$setElementOrder/unknown": [] }), Err(500));
}

#[test]
fn elements_go_and_lists_are_replaced_as_it_is_said() {
    check(
        items(),
        json!({ "items": [{ "name": "a", "$patch": "delete" }, { "name": "b", "n": 7 }] }),
        Ok(json!({ "items": [{ "name": "b", "n": 7 }, { "name": "c" }] })),
    );
    check(
        items(),
        json!({ "items": [{ "name": "z" }, { "$patch": "replace" }] }),
        Ok(json!({ "items": [{ "name": "z" }] })),
    );
    check(items(), json!({ "items": [{ "name": "z", "$patch": "merge" }] }), Err(500));
    check(items(), json!({ "items": [{ "name": "z", "$patch": "bogus" }] }), Err(500));
    check(json!({ "whole": [1, 2] }), json!({ "whole": [3] }), Ok(json!({ "whole": [3] })));
}

#[test]
fn words_are_a_set() {
    check(json!({ "set": ["a", "b"] }), json!({ "set": ["c", "a"] }), Ok(json!({ "set": ["c", "a", "b"] })));
    check(
        json!({ "set": ["a", "b", "c"] }),
        json!({ "$deleteFromPrimitiveList/set": ["b"], "$setElementOrder/set": ["c", "a"] }),
        Ok(json!({ "set": ["c", "a"] })),
    );
    check(json!({}), json!({ "$deleteFromPrimitiveList/set": ["b"] }), Ok(json!({})));
    check(json!({ "set": ["a"] }), json!({ "set": [["b"]] }), Err(422));
    check(json!({ "set": ["a"] }), json!({ "set": [{ "name": "b" }] }), Err(500));
}

#[test]
fn only_what_is_retained_stays() {
    check(
        json!({ "old": 1, "both": 1, "kept": 1 }),
        json!({ "$retainKeys": ["both", "kept"], "both": 2, "old": null }),
        Ok(json!({ "both": 2, "kept": 1 })),
    );
    check(json!({}), json!({ "$retainKeys": ["a"], "b": 1 }), Err(400));
    check(json!({}), json!({ "$retainKeys": 1 }), Err(400));
}

#[test]
fn objects_are_merged_replaced_and_emptied() {
    let target = || json!({ "a": { "b": 1, "c": 2 } });
    check(
        target(),
        json!({ "a": { "b": null, "d": { "x": null, "y": 1 } } }),
        Ok(json!({ "a": { "c": 2, "d": { "y": 1 } } })),
    );
    check(target(), json!({ "a": { "$patch": "replace", "z": 1 } }), Ok(json!({ "a": { "z": 1 } })));
    check(target(), json!({ "a": { "$patch": "delete" } }), Ok(json!({ "a": {} })));
    check(target(), json!({ "new": { "$patch": "delete" } }), Ok(target()));
    check(target(), json!({ "a": [1] }), Ok(json!({ "a": [1] })));
    check(target(), json!({ "a": { "$patch": "bogus" } }), Err(500));
}
