//! Custom resources between their definitions and versions: what is stored is read by the schemas that there are now.
//!
//! A server reads what it has stored by the schema of the version in which it was stored: what that does not know goes, and
//! what it has defaults for is filled in. In another version what is left is shown without what that version does not know;
//! its defaults are for what is sent in it. So is what is sent in another version than the stored one, before it is stored.

use serde_json::Value;

use crate::resources::{Resource, Version, View};

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

/// How an object is read that is stored, where that is otherwise than it is stored.
pub(crate) fn otherwise(value: &Value, resource: &Resource) -> Option<Value> {
    if !resource.rules.custom {
        return None;
    }
    let mut as_read = value.clone();
    read(&mut as_read, 0, resource, resource.storage());
    (as_read != *value).then_some(as_read)
}
