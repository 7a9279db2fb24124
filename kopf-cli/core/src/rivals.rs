//! Tells whether somebody else writes an operator's own notes: another operator that has its name.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    num::NonZeroU64,
};

use serde::Deserialize;
use serde_json::{Map, Value, value::RawValue};

use crate::{identity::Identity, object, store::dialect::Dialect};

/// Whether an object has notes under the operator's prefix that were not there, or were different, before: of an operator
/// that has written none meanwhile.
pub fn have_written(before: &Value, now: &Value, identity: &Identity) -> bool {
    let is_ours = |key: &str| key.strip_prefix(identity.prefix()).is_some_and(|rest| rest.starts_with('/'));
    let of = |body: &Value| body.pointer("/metadata/annotations").and_then(Value::as_object).cloned();
    let before: Map<String, Value> = of(before).unwrap_or_default();
    of(now).unwrap_or_default().iter().any(|(key, value)| is_ours(key) && before.get(key) != Some(value))
}

/// What is noted as handled last in an object, or in a patch for one, to compare with.
pub fn note(from: &Value, object: &Value, identity: &Identity) -> Option<NonZeroU64> {
    let text = object::annotation(from, &key(object, identity))?;
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    Some(NonZeroU64::new(hasher.finish()).unwrap_or(NonZeroU64::MIN))
}

/// The field manager that has noted it, as the object's JSON tells, where that is an operator which takes these notes for its
/// own: one of this name, or of any where the notes are those of all operators of the Python framework.
pub fn noted_by(raw: &[u8], object: &Value, identity: &Identity) -> Option<String> {
    let note = format!("\"f:{}\"", key(object, identity));
    let is_operator = |manager: &str| match identity.dialect() {
        Dialect::Own => manager == identity.field_manager(),
        // Ours are called after their names, the framework's after their program.
        Dialect::Python => manager == "kopf" || manager.ends_with(".kopf.dev"),
    };
    let mut entries = entries(raw).into_iter();
    entries.find(|entry| is_operator(&entry.manager) && entry.has(&note)).map(|entry| entry.manager)
}

/// The annotation that tells what was handled last.
fn key(object: &Value, identity: &Identity) -> String {
    identity.store().handled_keys(object).swap_remove(0)
}

/// The field managers of other names that have written notes under the operator's prefix, as the object's JSON tells.
pub fn managers(raw: &[u8], identity: &Identity) -> Vec<String> {
    let note = format!("\"f:{}/", identity.prefix());
    let is_theirs = |entry: &Entry<'_>| entry.manager != identity.field_manager() && entry.has(&note);
    entries(raw).into_iter().filter(is_theirs).map(|entry| entry.manager).collect()
}

/// What somebody has written, as objects tell.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry<'a> {
    #[serde(default)]
    manager: String,
    #[serde(borrow, rename = "fieldsV1")]
    fields: Option<&'a RawValue>,
}

impl Entry<'_> {
    fn has(&self, note: &str) -> bool {
        self.fields.is_some_and(|fields| fields.get().contains(note))
    }
}

fn entries(raw: &[u8]) -> Vec<Entry<'_>> {
    #[derive(Deserialize)]
    struct Object<'a> {
        #[serde(borrow)]
        metadata: Metadata<'a>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Metadata<'a> {
        #[serde(borrow, default)]
        managed_fields: Vec<Entry<'a>>,
    }
    serde_json::from_slice::<Object<'_>>(raw).map(|object| object.metadata.managed_fields).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(before: Value, now: Value, expected: bool) {
        let object = |annotations| json!({ "metadata": { "annotations": annotations } });
        let identity = Identity::new("web").unwrap();
        assert_eq!(have_written(&object(before), &object(now), &identity), expected);
    }

    #[test]
    fn notes_that_are_new_or_different_are_a_rivals() {
        check(json!(null), json!({ "web.kopf.dev/fn": "1" }), true);
        check(json!({ "web.kopf.dev/fn": "1" }), json!({ "web.kopf.dev/fn": "2" }), true);
        check(json!({ "web.kopf.dev/fn": "1" }), json!({ "web.kopf.dev/fn": "1", "a": "b" }), false);
        check(json!({ "web.kopf.dev/fn": "1" }), json!(null), false);
        check(json!({}), json!({ "other.kopf.dev/fn": "1", "web.kopf.devil/fn": "1" }), false);
    }

    #[test]
    fn a_rival_is_named_where_the_fields_managers_tell() {
        let entry = |manager: &str, key: &str| {
            let fields = json!({ "f:metadata": { "f:annotations": { key: {} } } });
            json!({ "manager": manager, "fieldsV1": fields })
        };
        let entries = [
            entry("web.kopf.dev", "f:web.kopf.dev/fn"),
            entry("old-kopf", "f:web.kopf.dev/fn"),
            entry("kubectl", "f:note"),
            json!({ "manager": "odd" }),
        ];
        let object = json!({ "metadata": { "managedFields": entries } }).to_string();
        let identity = Identity::new("web").unwrap();
        assert_eq!(managers(object.as_bytes(), &identity), ["old-kopf"]);
        assert_eq!(managers(b"{}", &identity), Vec::<String>::new());
    }

    #[test]
    fn a_note_is_an_operators_where_its_field_manager_is() {
        let check = |manager: &str, key: &str, own: bool, compatible: bool| {
            for (dialect, prefix, expected) in
                [(Dialect::Own, "web.kopf.dev", own), (Dialect::Python, "kopf.zalando.org", compatible)]
            {
                let key = format!("f:{prefix}/{key}");
                let fields = json!({ "f:metadata": { "f:annotations": { key: {} } } });
                let entries = json!([{ "manager": manager, "fieldsV1": fields }]);
                let object = json!({ "metadata": { "managedFields": entries } });
                let identity = Identity::new("web").unwrap().speaking(dialect);
                let noted_by = noted_by(object.to_string().as_bytes(), &object, &identity);
                assert_eq!(noted_by.as_deref(), expected.then_some(manager), "{object}");
            }
        };
        check("web.kopf.dev", "last-handled-configuration", true, true);
        check("other.kopf.dev", "last-handled-configuration", false, true);
        check("kopf", "last-handled-configuration", false, true);
        check("kubectl-replace", "last-handled-configuration", false, false);
        check("web.kopf.dev", "last-handled", false, false);
    }

    #[test]
    fn notes_are_compared_by_what_was_handled_last() {
        let identity = Identity::new("web").unwrap();
        let note = |annotations| {
            let object = json!({ "metadata": { "annotations": annotations } });
            note(&object, &object, &identity)
        };
        let [first, second] =
            ["1", "2"].map(|text| note(json!({ "web.kopf.dev/last-handled-configuration": text })));
        assert!(first.is_some() && first != second);
        assert_eq!(
            note(json!({ "web.kopf.dev/last-handled-configuration": "1", "web.kopf.dev/fn": "3" })),
            first
        );
        assert_eq!(note(json!({ "web.kopf.dev/fn": "3" })), None);
    }
}
