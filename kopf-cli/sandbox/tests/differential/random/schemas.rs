//! Schemas at random, of all that a structural schema may have, and definitions of resources with them.

use super::dice::Dice;
use super::values;
use serde_json::{Map, Value, json};

/// It is of the test alone, as its namespace is.
pub(super) const GROUP: &str = "$ns.kopf.test";
pub(super) const VERSION: &str = "v1";
/// The version that some have beside it, in which lists and objects may be owned as others.
pub(super) const OLDER: &str = "v1beta1";

const DEEPEST: u64 = 3;
const FIELDS: [&str; 4] = ["a", "b", "c", "d"];

/// A resource whose schema follows from a seed.
pub(super) struct Resource {
    pub(super) plural: String,
    pub(super) kind: String,
    /// Whether `/status` is an endpoint of its own.
    pub(super) has_status: bool,
    pub(super) has_older: bool,
    /// What `spec` and `status` are.
    pub(super) schema: Value,
    older: Value,
}

impl Resource {
    pub(super) fn new(seed: u64, dice: &mut Dice) -> Resource {
        let fields = |dice: &mut Dice| {
            let properties: Map<_, _> =
                FIELDS.iter().map(|name| ((*name).to_owned(), any(dice, DEEPEST))).collect();
            json!({ "type": "object", "properties": properties })
        };
        let spec = fields(dice);
        let status = if dice.one_in(2) { spec.clone() } else { fields(dice) };
        let schema = json!({ "type": "object", "properties": { "spec": spec, "status": status } });
        let mut older = schema.clone();
        own_otherwise(dice, &mut older);
        let (has_status, has_older) = (!dice.one_in(3), dice.one_in(3));
        Resource { plural: plural(seed), kind: format!("R{seed}"), has_status, has_older, schema, older }
    }

    pub(super) fn definition(&self) -> Value {
        let version = |name: &str, schema: &Value| {
            let subresources = if self.has_status { json!({ "status": {} }) } else { json!({}) };
            json!({
                "name": name, "served": true, "storage": name == VERSION,
                "schema": { "openAPIV3Schema": schema }, "subresources": subresources,
            })
        };
        let mut versions = vec![version(VERSION, &self.schema)];
        if self.has_older {
            versions.push(version(OLDER, &self.older));
        }
        json!({
            "metadata": { "name": format!("{}.{GROUP}", self.plural) },
            "spec": {
                "group": GROUP, "scope": "Namespaced", "versions": versions,
                "names": { "plural": self.plural, "kind": self.kind },
            },
        })
    }
}

fn plural(seed: u64) -> String {
    format!("r{seed}s")
}

/// What the definition is called that follows from a seed.
pub(super) fn definition_name(seed: u64) -> String {
    format!("{}.{GROUP}", plural(seed))
}

/// The same values, of which others are owned one by one.
fn own_otherwise(dice: &mut Dice, schema: &mut Value) {
    let is_of_scalars =
        schema["items"]["type"].as_str().is_some_and(|kind| kind != "object" && kind != "array");
    let is_map = schema["x-kubernetes-list-type"] == "map";
    if let Some(schema) = schema.as_object_mut().filter(|schema| schema.contains_key("type")) {
        if schema["type"] == "array" && (is_of_scalars || is_map) && dice.one_in(2) {
            schema.remove("x-kubernetes-list-map-keys");
            schema.insert("x-kubernetes-list-type".to_owned(), "atomic".into());
        }
        if schema["type"] == "object" && schema.contains_key("x-kubernetes-map-type") && dice.one_in(2) {
            schema.remove("x-kubernetes-map-type");
        }
    }
    // Defaults and choices are values, and stay.
    let is_schema = |name: &str| !["default", "enum"].contains(&name);
    let fields = schema.as_object_mut().into_iter().flatten();
    fields.filter(|(name, _)| is_schema(name)).for_each(|(_, part)| own_otherwise(dice, part));
}

/// Any schema that is at most so deep.
fn any(dice: &mut Dice, depth: u64) -> Value {
    let mut schema = without_default(dice, depth);
    match dice.below(12) {
        0 => schema["nullable"] = true.into(),
        1 => schema["default"] = values::any(dice, &schema, false),
        2 => {
            schema["default"] = values::any(dice, &schema, false);
            schema["nullable"] = true.into();
        }
        _ => {}
    }
    schema
}

fn without_default(dice: &mut Dice, depth: u64) -> Value {
    match dice.below(if depth == 0 { 5 } else { 20 }) {
        0..5 => scalar(dice),
        5..9 => object(dice, depth),
        9..11 => map(dice, depth),
        11 => free(dice),
        12 => embedded(dice),
        13..15 => list(dice, depth),
        15..17 => set(dice),
        _ => list_by_key(dice, depth),
    }
}

fn scalar(dice: &mut Dice) -> Value {
    let kinds = [
        json!({ "type": "integer" }),
        json!({ "type": "integer", "minimum": 0, "maximum": 2 }),
        json!({ "type": "integer", "format": "int32", "enum": [0, 1] }),
        json!({ "type": "number" }),
        json!({ "type": "boolean" }),
        json!({ "type": "string" }),
        json!({ "type": "string", "maxLength": 1 }),
        json!({ "type": "string", "enum": ["a", "b"] }),
        json!({ "type": "string", "pattern": "^[a-c]?$" }),
        json!({ "x-kubernetes-int-or-string": true }),
        json!({ "x-kubernetes-preserve-unknown-fields": true }),
    ];
    // What is plain is common.
    if dice.one_in(2) {
        json!({ "type": dice.one_of(&["integer", "string", "boolean"]) })
    } else {
        dice.one_of(&kinds).clone()
    }
}

fn object(dice: &mut Dice, depth: u64) -> Value {
    let many = 1 + dice.below(3);
    let names = dice.some_of(&FIELDS, many);
    let properties: Map<_, _> = names.iter().map(|name| ((*name).to_owned(), any(dice, depth - 1))).collect();
    let mut schema = json!({ "type": "object", "properties": properties });
    if dice.one_in(6) {
        schema["required"] = json!([names[0]]);
    }
    match dice.below(12) {
        0 | 1 => schema["x-kubernetes-map-type"] = "atomic".into(),
        2 => schema["x-kubernetes-map-type"] = "granular".into(),
        3 => schema["x-kubernetes-preserve-unknown-fields"] = true.into(),
        4 => schema["maxProperties"] = 2.into(),
        _ => {}
    }
    schema
}

fn map(dice: &mut Dice, depth: u64) -> Value {
    let mut schema = json!({ "type": "object" });
    schema["additionalProperties"] = if dice.one_in(8) { true.into() } else { any(dice, depth - 1) };
    match dice.below(8) {
        0 | 1 => schema["x-kubernetes-map-type"] = "atomic".into(),
        2 => schema["x-kubernetes-map-type"] = "granular".into(),
        3 => schema["maxProperties"] = 2.into(),
        _ => {}
    }
    schema
}

fn free(dice: &mut Dice) -> Value {
    let mut schema = json!({ "type": "object", "x-kubernetes-preserve-unknown-fields": true });
    if dice.one_in(4) {
        schema["x-kubernetes-map-type"] = "atomic".into();
    }
    schema
}

fn embedded(dice: &mut Dice) -> Value {
    let mut schema = json!({ "type": "object", "x-kubernetes-embedded-resource": true });
    if dice.one_in(2) {
        schema["properties"] = json!({ "a": scalar(dice) });
    } else {
        schema["x-kubernetes-preserve-unknown-fields"] = true.into();
    }
    schema
}

fn list(dice: &mut Dice, depth: u64) -> Value {
    let mut schema = json!({ "type": "array", "items": any(dice, depth - 1) });
    match dice.below(6) {
        0 => schema["x-kubernetes-list-type"] = "atomic".into(),
        1 => schema["minItems"] = 1.into(),
        2 => schema["maxItems"] = 3.into(),
        _ => {}
    }
    schema
}

fn set(dice: &mut Dice) -> Value {
    let items = match dice.below(8) {
        0 => json!({ "type": "array", "x-kubernetes-list-type": "atomic", "items": { "type": "integer" } }),
        1 => json!({
            "type": "object", "x-kubernetes-map-type": "atomic", "properties": { "a": { "type": "integer" } },
        }),
        2 => json!({ "type": "number" }),
        _ => json!({ "type": dice.one_of(&["string", "integer", "boolean"]) }),
    };
    json!({ "type": "array", "x-kubernetes-list-type": "set", "items": items })
}

/// A list whose items have a key, of one field or two, each required or with a default.
fn list_by_key(dice: &mut Dice, depth: u64) -> Value {
    let many = 1 + dice.below(2);
    let keys = dice.some_of(&["k", "l"], many);
    let mut item = json!({ "type": "object", "properties": {} });
    let mut required = Vec::new();
    for key in &keys {
        let kind = *dice.one_of(&["string", "integer", "boolean"]);
        let mut field = json!({ "type": kind });
        if dice.one_in(2) {
            required.push(*key);
        } else {
            field["default"] = values::any(dice, &field, false);
        }
        item["properties"][key] = field;
    }
    let many = 1 + dice.below(3);
    for name in dice.some_of(&FIELDS, many) {
        item["properties"][name] = any(dice, depth - 1);
    }
    if !required.is_empty() {
        item["required"] = required.into();
    }
    if dice.one_in(6) {
        item["x-kubernetes-map-type"] = (*dice.one_of(&["atomic", "granular"])).into();
    }
    json!({
        "type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": keys, "items": item,
    })
}
