//! How an object is read part by part, and what is said where it cannot be.

use serde_json::json;

use super::*;

fn document(text: &str) -> Document {
    Document::new(Bytes::new(text.as_bytes().to_vec().into()))
}

/// A text in as many brackets.
fn nested(levels: usize) -> String {
    format!("{}{}", "[".repeat(levels), "]".repeat(levels))
}

#[track_caller]
fn check<T: fmt::Debug>(found: Outcome<T>, expected: &str) {
    assert_eq!(found.map_or_else(|error| format!("{error:?}"), |found| format!("{found:?}")), expected);
}

#[test]
fn a_part_that_is_nested_too_deep_fails_alone() {
    for levels in [130, 1_000, 9_000] {
        let deep = nested(levels);
        let text = format!(
            r#"{{"metadata":{{"name":"a","labels":{{"b":"c"}},"managedFields":{deep}}},"spec":{deep},"status":{{"d":1}}}}"#
        );
        let document = document(&text);
        let expected = |part: &str| {
            format!(
                "Arguments: {part} is nested deeper than the 127 levels that can be read; `Typed` with a type that \
                 leaves the deep part out can read the rest"
            )
        };
        check(document.name(), r#"Some("a")"#);
        check(document.labels(), r#"{"b": "c"}"#);
        check(document.meta().map(|meta| meta.to_string()), r#""{\"name\":\"a\",\"labels\":{\"b\":\"c\"}}""#);
        check(document.status().map(|status| status.to_string()), r#""{\"d\":1}""#);
        check(document.spec(), &expected("`spec`"));
        check(document.whole(), &expected("the object"));
        check(document.typed::<Value>(Part::Spec), &expected("`spec`"));
        check(document.typed::<Value>(Part::Whole), &expected("the object"));

        #[derive(Debug, Deserialize)]
        struct Shallow {
            status: Value,
        }
        check(
            document.typed::<Shallow>(Part::Whole).map(|shallow| shallow.status.to_string()),
            r#""{\"d\":1}""#,
        );
    }
}

#[test]
fn what_is_no_object_is_said() {
    check(
        document("[]").name(),
        "Arguments: the object cannot be read as JSON: invalid length 0, expected an object at line 1 column 2",
    );
    let cut = document(r#"{"metadata":{"na"#);
    check(
        cut.name(),
        "Arguments: the object cannot be read as JSON: EOF while parsing a string at line 1 column 16",
    );
    check(
        cut.spec(),
        "Arguments: the object cannot be read as JSON: EOF while parsing a string at line 1 column 16",
    );
}

#[test]
fn each_part_is_read_once_for_all_handlers_of_an_object() {
    let documents = Documents::default();
    let bytes = Bytes::new(json!({ "spec": { "a": 1 } }).to_string().into_bytes().into());
    let first = documents.of(bytes.clone());
    let second = documents.of(bytes.clone());
    assert!(Arc::ptr_eq(&first, &second));
    assert!(Arc::ptr_eq(&first.spec().unwrap(), &second.spec().unwrap()));
    let equal = documents.of(Bytes::new(bytes.to_vec().into()));
    assert!(!Arc::ptr_eq(&first, &equal), "equal bytes at another address are another object");
}

#[test]
fn only_the_last_few_objects_are_kept() {
    let documents = Documents::default();
    let first = documents.of(Bytes::new(b"{}".to_vec().into()));
    for _ in 0..100 {
        documents.of(Bytes::new(b"{}".to_vec().into()));
    }
    assert_eq!(documents.0.lock().unwrap().len(), Documents::KEPT);
    assert_eq!(Arc::strong_count(&first), 1, "an older one is let go");
}
