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
        let of_default = place.field("default");
        let at = of_default.to_string();
        let compiled = Schema::custom(schema);
        if compiled.prunes(default) {
            causes.push(Cause::invalid_value(&at, default, "must not have unknown fields"));
        }
        let faults = compiled.faults_of_a_part(default, &at);
        causes.extend(match faults.as_slice() {
            [] => compiled.broken_rules_of_a_part(default, &of_default),
            _ => faults,
        });
    }
    if schema["items"].is_object() {
        walk(&schema["items"], &place.field("items"), causes);
    }
    let properties = place.field("properties");
    for (name, inner) in schema["properties"].as_object().into_iter().flatten() {
        walk(inner, &properties.key(name), causes);
    }
}
