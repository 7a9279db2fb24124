//! Whether the defaults of a schema fit the schema that they stand in, and how they are read.

use serde_json::Value;

use super::{expressions::has_type, said};
use crate::{
    printed,
    schema::{Place, Schema},
    status::Cause,
};

/// Everything in which defaults are not what their own schema asks for.
pub(super) fn faults(schema: &Value, place: &Place<'_>) -> Vec<Cause> {
    let mut causes = Vec::new();
    let schemas = (&Schema::custom(schema), &Schema::of_defaults(schema));
    walk(schema, schemas, place, &mut causes);
    causes
}

/// `compiled` is the schema as it is for objects, `typed` for the types of defaults.
fn walk(schema: &Value, (compiled, typed): (&Schema, &Schema), place: &Place<'_>, causes: &mut Vec<Cause>) {
    if let Some(default) = schema.get("default").filter(|default| !default.is_null()) {
        let of_default = place.field("default");
        let at = of_default.to_string();
        if compiled.prunes(default) {
            let shown = printed::bad_value_in_order(default);
            causes.push(Cause::invalid_as_shown(&at, &shown, "must not have unknown fields"));
        }
        let mut faults = compiled.faults_of_embedded(default, &of_default);
        if faults.is_empty() {
            faults = typed.faults_of_a_part(default, &at);
        }
        if faults.is_empty() {
            faults = broken_rules(schema, compiled, default, &of_default);
        }
        causes.extend(faults);
    }
    if let Some((items, typed)) = compiled.items().zip(typed.items()) {
        walk(&schema["items"], (&items, &typed), &place.field("items"), causes);
    }
    let properties = place.field("properties");
    for (name, inner) in schema["properties"].as_object().into_iter().flatten() {
        if let Some((compiled, typed)) = compiled.property(name).zip(typed.property(name)) {
            walk(inner, (&compiled, &typed), &properties.key(name), causes);
        }
    }
}

fn broken_rules(schema: &Value, compiled: &Schema, default: &Value, place: &Place<'_>) -> Vec<Cause> {
    let shape = compiled.shape();
    if !shape.rules().is_empty() && !has_type(shape, shape.embedded()) {
        let why =
            "rule compiler initialization error: failed to convert to declType for CEL validation rules";
        return vec![Cause::invalid(place.to_string(), said(schema, "type"), why)];
    }
    compiled.broken_rules_of_a_part(default, place)
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
    let compiled = Schema::custom(schema);
    read_embedded_by(&compiled, schema);
}

fn read_embedded_by(compiled: &Schema, schema: &mut Value) {
    if let Some(default) = schema.get_mut("default") {
        compiled.read_embedded(default);
    }
    if let (Some(compiled), Some(items)) = (compiled.items(), schema.get_mut("items")) {
        read_embedded_by(&compiled, items);
    }
    let properties = schema.get_mut("properties").and_then(Value::as_object_mut);
    for (name, inner) in properties.into_iter().flatten() {
        if let Some(compiled) = compiled.property(name) {
            read_embedded_by(&compiled, inner);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use serde_json::json;

    use super::*;
    use crate::json::with_stack;

    const LEVELS: usize = 500;

    /// How long it takes to look at the defaults of every level, and to read the schema once.
    fn spent(look: fn(&mut Value)) -> (Duration, Duration) {
        let texts =
            (0..200).map(|n| (format!("t{n}"), json!({ "type": "string", "pattern": r"^[a-z]{1,9}$" })));
        let mut schema = json!({ "type": "object", "properties": Value::Object(texts.collect()) });
        for _ in 0..LEVELS {
            let mut outer = json!({ "type": "object", "x-kubernetes-embedded-resource": true });
            outer["default"] = json!({ "apiVersion": "v1", "kind": "Kind" });
            outer["properties"] = json!({});
            outer["properties"]["a"] = schema;
            schema = outer;
        }
        with_stack(4 * LEVELS, move || {
            let began = Instant::now();
            let compiled = Schema::custom(&schema);
            let once = began.elapsed();
            let began = Instant::now();
            look(&mut schema);
            let spent = began.elapsed();
            drop(compiled);
            (spent, once)
        })
    }

    #[track_caller]
    fn check(look: fn(&mut Value)) {
        // What else the machine does makes it longer, never shorter.
        let (looking, reading): (Vec<_>, Vec<_>) = (0..3).map(|_| spent(look)).unzip();
        let (looking, reading) = (looking.into_iter().min().unwrap(), reading.into_iter().min().unwrap());
        assert!(looking < reading * 20, "{looking:?}, and {reading:?} to read it once");
    }

    #[test]
    fn a_schema_is_read_once_whatever_has_defaults_in_it() {
        check(|schema| assert!(faults(schema, &Place::ROOT).is_empty()));
        check(read_embedded);
    }
}
