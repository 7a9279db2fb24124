//! Whether the defaults of a schema fit the schema that they stand in, and how they are read.

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

/// Whether a schema has whole objects inside.
pub(super) fn has_embedded(schema: &Value) -> bool {
    let mut named = schema["properties"].as_object().into_iter().flatten();
    schema.is_object()
        && (schema["x-kubernetes-embedded-resource"] == true
            || has_embedded(&schema["items"])
            || has_embedded(&schema["additionalProperties"])
            || named.any(|(_, inner)| has_embedded(inner)))
}

/// Reads the metadata of objects inside of defaults, as that of any object is read.
pub(super) fn read_embedded(schema: &mut Value) {
    let compiled = schema.get("default").is_some_and(|default| default.is_object() || default.is_array());
    if let Some(compiled) = compiled.then(|| Schema::custom(schema))
        && let Some(default) = schema.get_mut("default")
    {
        compiled.read_embedded(default);
    }
    if let Some(items) = schema.get_mut("items") {
        read_embedded(items);
    }
    let properties = schema.get_mut("properties").and_then(Value::as_object_mut);
    properties.into_iter().flatten().for_each(|(_, inner)| read_embedded(inner));
}
