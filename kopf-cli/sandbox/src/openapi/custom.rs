//! Schemas of custom resources and of their lists, as documents of either release have them.

use serde_json::{Value, json};

use super::{
    REFERENCE,
    definitions::{DEFINITIONS, structural},
    group_version_kind, name_of_custom,
    unfolded::unfolded,
};
use crate::protobuf::open_api::Release;

const OBJECT_META: &str = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";
const LIST_META: &str = "io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta";
pub(super) const PRESERVE: &str = "x-kubernetes-preserve-unknown-fields";

/// The schemas of a custom resource in a version, and of its lists, with their names.
pub(super) fn schemas(release: Release, definition: &Value, version: &Value) -> [(String, Value); 2] {
    let spec = &definition["spec"];
    let text = |value: &'_ Value| value.as_str().unwrap_or_default().to_owned();
    let own = (&*text(&spec["group"]), &*text(&version["name"]));
    let (kind, list_kind) = (text(&spec["names"]["kind"]), text(&spec["names"]["listKind"]));
    let name = name_of_custom(own, &kind);
    let schema = &version["schema"]["openAPIV3Schema"];
    let mut object = match release {
        _ if !schema.is_object() => json!({ "type": "object" }),
        // Whatever is named would be all that there may be.
        Release::Two if schema[PRESERVE] == true => json!({ "type": "object" }),
        Release::Two => with_common(release, structural(schema), OBJECT_META),
        Release::Three => with_common(release, unfolded(schema), OBJECT_META),
    };
    let mut list = json!({ "type": "object", "required": ["items"] });
    list["properties"] = json!({ "items": { "type": "array", "items": reference(release, &name) } });
    let mut list = with_common(release, list, LIST_META);
    let selectable = version["selectableFields"].as_array().into_iter().flatten();
    let selectable = selectable.map(|field| {
        let path = text(&field["jsonPath"]);
        json!({ "fieldPath": path.strip_prefix('.').unwrap_or(&path) })
    });
    let selectable: Vec<Value> = selectable.collect();
    for (schema, kind) in [(&mut object, &kind), (&mut list, &list_kind)] {
        schema["x-kubernetes-group-version-kind"] = json!([group_version_kind(own, kind)]);
        if !selectable.is_empty() {
            schema["x-kubernetes-selectable-fields"] = json!(selectable);
        }
    }
    [(name, object), (name_of_custom(own, &list_kind), list)]
}

/// Tells of what has to be in an object that is inside another.
pub(super) fn embed(release: Release, schema: &mut Value) {
    *schema = with_common(release, schema.take(), OBJECT_META);
    let mut required = schema["required"].as_array().cloned().unwrap_or_default();
    for field in ["kind", "apiVersion"] {
        if !required.iter().any(|known| known == field) {
            required.push(field.into());
        }
    }
    schema["required"] = required.into();
}

/// A schema with the fields that all objects have.
fn with_common(release: Release, mut schema: Value, meta: &str) -> Value {
    for field in ["apiVersion", "kind"] {
        schema["properties"][field] = json!({ "type": "string" });
    }
    // It is described, which in the newer release a reference cannot be.
    schema["properties"]["metadata"] = match release {
        Release::Two => reference(release, meta),
        Release::Three => json!({ "allOf": [reference(release, meta)] }),
    };
    schema
}

fn reference(release: Release, name: &str) -> Value {
    let place = match release {
        Release::Two => DEFINITIONS,
        Release::Three => REFERENCE,
    };
    json!({ "$ref": format!("{place}{name}") })
}
