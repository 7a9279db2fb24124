//! Whether the defaults of a schema fit the schema that they stand in.

use serde_json::Value;

use crate::{
    schema::{Place, Schema},
    status::Cause,
};

/// Everything in which defaults are not what their own schema asks for.
pub(super) fn faults(schema: &Value, place: &Place<'_>) -> Vec<Cause> {
    let mut causes = Vec::new();
    walk(schema, place, &mut causes);
    causes
}

fn walk(schema: &Value, place: &Place<'_>, causes: &mut Vec<Cause>) {
    if let Some(default) = schema.get("default").filter(|default| !default.is_null()) {
        let at = place.field("default").to_string();
        let compiled = Schema::custom(schema);
        if compiled.prunes(default) {
            causes.push(Cause::invalid_value(&at, default, "must not have unknown fields"));
        }
        causes.extend(compiled.faults_of_a_part(default, &at));
    }
    if schema["items"].is_object() {
        walk(&schema["items"], &place.field("items"), causes);
    }
    let properties = place.field("properties");
    for (name, inner) in schema["properties"].as_object().into_iter().flatten() {
        walk(inner, &properties.key(name), causes);
    }
}
