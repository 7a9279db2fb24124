//! Sets of fields obey the laws of sets, and read and write as the API has them.

use std::collections::BTreeSet;

use expect_test::{Expect, expect};
use proptest::{collection::vec, prelude::*};
use serde_json::{Value, json};

use super::{manager_of, set::Set, step::Step, text};

#[track_caller]
fn check(fields: &Value, expected: &Expect) {
    expected.assert_eq(&text::write(&text::read(fields).unwrap()).to_string());
}

#[test]
fn sets_are_written_in_order_whatever_the_order_they_are_read_in() {
    check(
        &json!({ "f:b": { "f:c": {}, ".": {} }, "f:a": {}, "f:": {} }),
        &expect![[r#"{"f:":{},"f:a":{},"f:b":{".":{},"f:c":{}}}"#]],
    );
    check(
        &json!({ "v:true": {}, "v:\"x\"": {}, "i:2": {}, "v:3": {}, "k:{\"port\":1,\"name\":\"x\"}": { "f:d": {} }, "f:a": {} }),
        &expect![[
            r#"{"f:a":{},"k:{\"name\":\"x\",\"port\":1}":{"f:d":{}},"v:3":{},"v:\"x\"":{},"v:true":{},"i:2":{}}"#
        ]],
    );
    check(&json!({ "v:\"<\"": {} }), &expect![[r#"{"v:\"\\u003c\"":{}}"#]]);
}

#[test]
fn steps_of_unknown_kinds_are_passed_over_and_others_refused() {
    check(&json!({ "x:new": {}, "f:a": { "y:new": {} } }), &expect![[r#"{"f:a":{}}"#]]);
    for wrong in
        [json!({ "f": {} }), json!({ "name": {} }), json!({ "k:1": {} }), json!({ "i:a": {} }), json!(3)]
    {
        assert!(text::read(&wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_client_without_a_name_is_called_by_the_first_word_of_its_user_agent() {
    for (user_agent, manager) in
        [("kubectl/v1.37 (linux)", "kubectl"), ("curl", "curl"), ("", ""), ("a\tb/1", "ab")]
    {
        assert_eq!(manager_of(user_agent), manager);
    }
    assert_eq!(manager_of(&"ä".repeat(100)), "ä".repeat(64));
}

/// Paths of few different steps, so that sets meet.
fn paths() -> impl Strategy<Value = Vec<Vec<u8>>> {
    vec(vec(0_u8..4, 1..4), 0..8)
}

fn step(number: u8) -> Step {
    match number {
        0 => Step::field("a"),
        1 => Step::field("b"),
        2 => Step::key([("k".into(), json!(1))]),
        _ => Step::Item(json!("v")),
    }
}

fn set(paths: &[Vec<u8>]) -> Set {
    let one = |path: &Vec<u8>| {
        let fields = path.iter().rev().fold(json!({}), |below, number| {
            let mut fields = serde_json::Map::new();
            fields.insert(step(*number).text(), below);
            fields.into()
        });
        text::read(&fields).unwrap()
    };
    paths.iter().map(one).fold(Set::default(), |all, one| all.union(&one))
}

/// The same as a plain set of texts.
fn plain(set: &Set) -> BTreeSet<String> {
    set.paths().iter().map(|path| path.iter().map(ToString::to_string).collect()).collect()
}

proptest! {
    #[test]
    fn trees_are_combined_as_plain_sets_of_paths_are(one in paths(), other in paths()) {
        let (one, other) = (set(&one), set(&other));
        let (plain_one, plain_other) = (plain(&one), plain(&other));
        prop_assert_eq!(plain(&one.clone().union(&other)), &plain_one | &plain_other);
        prop_assert_eq!(plain(&one.clone().intersection(&other)), &plain_one & &plain_other);
        prop_assert_eq!(plain(&one.clone().difference(&other)), &plain_one - &plain_other);
        let below = |path: &String| plain_other.iter().any(|other| path.starts_with(other));
        let left: BTreeSet<String> = plain_one.iter().filter(|path| !below(path)).cloned().collect();
        prop_assert_eq!(plain(&one.without(&other)), left);
    }

    #[test]
    fn what_is_written_is_read_again(paths in paths()) {
        let set = set(&paths);
        let written = text::write(&set);
        let read = text::read(&written).unwrap();
        prop_assert_eq!(&read, &set);
        prop_assert_eq!(text::write(&read).to_string(), written.to_string());
    }
}
