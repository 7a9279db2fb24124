//! What paths mean, and what is done at them.

use serde_json::json;

use super::*;

fn path(text: &str) -> FieldPath {
    FieldPath::parse(text).unwrap()
}

/// The steps that a text means, or why it means none.
#[track_caller]
fn check(text: &str, expected: Result<&[&str], &str>) {
    let found = FieldPath::parse(text);
    if let Ok(path) = &found {
        assert_eq!(path.to_string(), text);
        assert_eq!(serde_json::from_value(json!(text)).ok().as_ref(), Some(path));
        assert_eq!(serde_json::to_value(path).ok(), Some(json!(text)));
    } else {
        assert!(serde_json::from_value::<FieldPath>(json!(text)).is_err());
    }
    let expected = expected.map(|steps| steps.iter().map(|&step| step.to_owned()).collect());
    assert_eq!(found.map(|path| path.0).map_err(|error| error.to_string()), expected.map_err(str::to_owned));
}

#[test]
fn dots_part_steps_and_backslashes_keep_dots() {
    check("spec", Ok(&["spec"]));
    check("spec.a-b.c", Ok(&["spec", "a-b", "c"]));
    check(r"metadata.annotations.example\.com/x", Ok(&["metadata", "annotations", "example.com/x"]));
    check(r"a\\.b", Ok(&[r"a\", "b"]));
}

#[test]
fn what_is_no_path_is_refused() {
    let empty = |path: &str| {
        format!(
            "the field `{path}` has an empty step; write keys with single dots between them, such as spec.replicas"
        )
    };
    check("", Err(&empty("")));
    check(".spec", Err(&empty(".spec")));
    check("spec..a", Err(&empty("spec..a")));
    check("spec.", Err(&empty("spec.")));
    let escape = |path: &str| {
        format!(
            r"the field `{path}` has a backslash that escapes nothing; write `\.` for a dot in a key and `\\` for a backslash"
        )
    };
    check(r"a\b", Err(&escape(r"a\b")));
    check(r"a\", Err(&escape(r"a\")));
    check(&vec!["a"; 101].join("."), Err("the field has 101 steps, at most 100 are possible"));
}

#[test]
fn a_path_leads_through_mappings_only() {
    let value = json!({ "a": { "b": [1], "c": null } });
    assert_eq!(path("a.b").get(&value), Some(&json!([1])));
    assert_eq!(path("a.c").get(&value), Some(&Value::Null));
    assert_eq!(path("a.b.0").get(&value), None);
    assert_eq!(path("a.x.y").get(&value), None);
}

#[test]
fn setting_makes_the_way() {
    let set = |mut value: Value, at: &str| {
        path(at).set(&mut value, json!(1));
        value
    };
    assert_eq!(set(json!({}), "a.b"), json!({ "a": { "b": 1 } }));
    assert_eq!(set(json!({ "a": { "c": 2 } }), "a.b"), json!({ "a": { "c": 2, "b": 1 } }));
    assert_eq!(set(json!({ "a": "scalar" }), "a.b"), json!({ "a": { "b": 1 } }));
    assert_eq!(set(Value::Null, "a"), json!({ "a": 1 }));
}

#[test]
fn removing_leaves_no_empty_parents_of_its_own_making() {
    let remove = |mut value: Value, at: &str| {
        path(at).remove(&mut value);
        value
    };
    assert_eq!(remove(json!({ "a": { "b": { "c": 1 } } }), "a.b.c"), json!({}));
    assert_eq!(remove(json!({ "a": { "b": { "c": 1 }, "d": 2 } }), "a.b.c"), json!({ "a": { "d": 2 } }));
    assert_eq!(remove(json!({ "a": { "b": {} } }), "a.b.c"), json!({ "a": { "b": {} } }));
    assert_eq!(remove(json!({ "a": [1] }), "a.0"), json!({ "a": [1] }));
    let kept = remove(json!({ "x": 1, "a": 1, "y": 1, "z": 1 }), "x");
    assert_eq!(kept.to_string(), r#"{"a":1,"y":1,"z":1}"#, "the others keep their order");
}

#[test]
fn a_path_covers_itself_and_what_is_below() {
    assert!(path("a.b").covers(&path("a.b")) && path("a").covers(&path("a.b.c")));
    assert!(!path("a.b").covers(&path("a")) && !path("a").covers(&path("ab")));
}
