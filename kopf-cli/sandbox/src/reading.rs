//! Custom resources between their definitions and versions: what is stored is read by the schemas that there are now.
//!
//! A server reads what it has stored by the schema of the version in which it was stored: what that does not know goes, and
//! what it has defaults for is filled in. In another version what is left is shown without what that version does not know;
//! its defaults are for what is sent in it. So is what is sent in another version than the stored one, before it is stored.

use serde_json::Value;

use crate::{
    resources::{Resource, Version, View},
    schema::Shape,
};

/// Makes of an object, as it was stored, what a version shows of it; it goes on to say that it is of the version that is stored.
/// `edition` is the definition by whose schema it is known to be already.
pub(crate) fn read(value: &mut Value, edition: u64, resource: &Resource, version: &Version) {
    if !resource.rules.custom || is_as_read(edition, resource, version) {
        return;
    }
    let Value::Object(fields) = value else { return };
    if edition != resource.edition {
        let said = fields.get("apiVersion").and_then(Value::as_str).unwrap_or_default();
        let stored = resource.versions.iter().find(|version| version.api_version() == said);
        if let Some(schema) = stored.and_then(|stored| stored.schema.as_ref()) {
            schema.prune(fields);
            schema.fill_in(fields);
        }
    }
    if let Some(schema) = &version.schema {
        schema.prune(fields);
    }
    fields.insert("apiVersion".to_owned(), resource.storage().api_version().into());
}

/// Whether objects of a definition are stored as a version shows them.
pub(crate) fn is_as_read(edition: u64, resource: &Resource, version: &Version) -> bool {
    version.storage && edition == resource.edition
}

/// Makes of an object of `view` what is stored of it.
pub(crate) fn write(value: &mut Value, view: &View) {
    let storage = view.resource.storage();
    if let (Some(schema), Value::Object(fields)) = (&storage.schema, value) {
        schema.prune(fields);
    }
}

/// Whether an object may be read otherwise than it is sent by the same definition: it has lost its status, of which there is a
/// default, or a configuration has made nulls in it.
pub(crate) fn may_be_otherwise(value: &Value, resource: &Resource) -> bool {
    let Some(schema) = resource.storage().schema.as_ref().filter(|_| resource.rules.custom) else {
        return false;
    };
    let default = schema.shape().property("status").and_then(Shape::default);
    default.is_some() && value.get("status").is_none() || has_null(value)
}

fn has_null(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.iter().any(has_null),
        Value::Object(fields) => fields.values().any(has_null),
        _ => false,
    }
}

/// How an object is read that is stored, where that is otherwise than it is stored.
pub(crate) fn otherwise(value: &Value, resource: &Resource) -> Option<Value> {
    if !resource.rules.custom {
        return None;
    }
    let mut as_read = value.clone();
    read(&mut as_read, 0, resource, resource.storage());
    (as_read != *value).then_some(as_read)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use serde_json::json;

    use crate::{resources::DEFINITIONS, sandbox::Sandbox, write::Writer};

    fn definition(more: &serde_json::Value) -> serde_json::Value {
        let spec = json!({ "type": "object", "properties": { "color": { "type": "string" } } });
        let mut version = json!({ "name": "v1", "served": true, "storage": true });
        version["schema"] =
            json!({ "openAPIV3Schema": { "type": "object", "properties": { "spec": spec } } });
        if let (Some(version), Some(more)) = (version.as_object_mut(), more.as_object()) {
            version.extend(more.clone());
        }
        json!({
            "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
            "metadata": { "name": "things.kopf.test" },
            "spec": { "group": "kopf.test", "scope": "Cluster", "names": { "plural": "things", "kind": "Thing" }, "versions": [version] },
        })
    }

    #[test]
    fn what_is_under_way_while_its_definition_changes_is_kept_by_the_new_one_or_not_at_all() {
        let defined = definition(&json!({})).to_string();
        let sandbox = Sandbox::builder().seed(1).crd(&defined).unwrap().build().unwrap();
        let view = sandbox.api.store().catalog.view("kopf.test", "v1", "things").unwrap();
        let create = |name: &str| {
            let thing = json!({ "apiVersion": "kopf.test/v1", "kind": "Thing", "metadata": { "name": name }, "spec": { "color": "red" } });
            let mut store = sandbox.api.store();
            let made = Writer::new(&mut store, Timestamp::UNIX_EPOCH).create(&view, "", thing);
            made.map(|_| {
                store.get("things.kopf.test", "", name).unwrap().header.field("spec.color").to_owned()
            })
        };
        assert_eq!(create("before").unwrap(), "");
        sandbox.apply(definition(&json!({ "selectableFields": [{ "jsonPath": ".spec.color" }] }))).unwrap();
        assert_eq!(create("meanwhile").unwrap(), "red");
        sandbox.delete(DEFINITIONS, "", "things.kopf.test").unwrap();
        assert_eq!(create("late").unwrap_err().code, 404);
        sandbox.restart();
    }
}
