//! Tells whether somebody else writes an operator's own notes: another operator that has its name.

use serde::Deserialize;
use serde_json::{Map, Value, value::RawValue};

use crate::identity::Identity;

/// Whether an object has notes under the operator's prefix that were not there, or were different, before: of an operator
/// that has written none meanwhile.
pub fn have_written(before: &Value, now: &Value, identity: &Identity) -> bool {
    let is_ours = |key: &str| key.strip_prefix(identity.prefix()).is_some_and(|rest| rest.starts_with('/'));
    let of = |body: &Value| body.pointer("/metadata/annotations").and_then(Value::as_object).cloned();
    let before: Map<String, Value> = of(before).unwrap_or_default();
    of(now).unwrap_or_default().iter().any(|(key, value)| is_ours(key) && before.get(key) != Some(value))
}

/// The field managers of other names that have written notes under the operator's prefix, as the object's JSON tells.
pub fn managers(raw: &[u8], identity: &Identity) -> Vec<String> {
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
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Entry<'a> {
        #[serde(default)]
        manager: String,
        #[serde(borrow, rename = "fieldsV1")]
        fields: Option<&'a RawValue>,
    }
    let entries = serde_json::from_slice::<Object<'_>>(raw).map(|object| object.metadata.managed_fields);
    let note = format!("\"f:{}/", identity.prefix());
    let is_theirs = |entry: &Entry<'_>| {
        entry.manager != identity.field_manager()
            && entry.fields.is_some_and(|fields| fields.get().contains(&note))
    };
    entries.unwrap_or_default().into_iter().filter(is_theirs).map(|entry| entry.manager).collect()
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
}
