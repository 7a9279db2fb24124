//! What the server fills in and refuses of metadata.

use expect_test::{Expect, expect};
use serde_json::json;

use super::*;
use crate::resources::Catalog;

#[expect(clippy::needless_pass_by_value, reason = "rows are written in place")]
#[track_caller]
fn check(metadata: Value, expected: Expect) {
    let catalog = Catalog::built_in();
    let view = catalog.view("", "v1", "configmaps").unwrap();
    let said = match read(Some(&metadata)) {
        Err(error) => error,
        Ok(read) => {
            let mut said = Value::from(read.clone()).to_string();
            for cause in faults(&read, &view) {
                let start: String = cause.message.chars().take(60).collect();
                said.push_str(&format!("\n{}: {start}", cause.field));
            }
            said
        }
    };
    expected.assert_eq(&said);
}

#[test]
fn nulls_empties_and_unknown_fields_go() {
    check(
        json!({ "name": "x", "annotations": null, "labels": { "a": null }, "finalizers": [], "bogus": 1, "uid": "" }),
        expect![[r#"{"labels":{"a":""},"name":"x"}"#]],
    );
}

#[test]
fn a_wrong_type_is_named_as_go_names_it() {
    check(
        json!({ "name": 5 }),
        expect!["json: cannot unmarshal number into Go struct field ObjectMeta.name of type string"],
    );
    check(
        json!({ "labels": { "a": 5 } }),
        expect!["json: cannot unmarshal number into Go struct field ObjectMeta.labels of type string"],
    );
    check(json!(5), expect!["json: cannot unmarshal number into Go value of type v1.ObjectMeta"]);
}

#[test]
fn names_labels_and_finalizers_are_checked() {
    check(
        json!({ "name": "B_" }),
        expect![[r#"
            {"name":"B_"}
            metadata.name: Invalid value: "B_": a lowercase RFC 1123 subdomain must con"#]],
    );
    check(
        json!({ "name": "x", "labels": { "a": "!!" }, "finalizers": ["nodomain"] }),
        expect![[r#"
            {"finalizers":["nodomain"],"labels":{"a":"!!"},"name":"x"}
            metadata.labels: Invalid value: "!!": a valid label must be an empty string o
            metadata.finalizers[0]: Invalid value: "nodomain": name is neither a standard finali"#]],
    );
}

#[test]
fn annotations_have_a_budget_together() {
    let over = |size: usize| {
        let metadata = json!({ "name": "x", "annotations": { "k": "v".repeat(size) } });
        let catalog = Catalog::built_in();
        let view = catalog.view("", "v1", "configmaps").unwrap();
        faults(&read(Some(&metadata)).unwrap(), &view).len()
    };
    assert_eq!(over(262_143), 0);
    assert_eq!(over(262_144), 1);
}
