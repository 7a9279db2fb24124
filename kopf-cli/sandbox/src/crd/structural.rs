//! Whether a schema is structural: each field has a type at its place, and alternatives only narrow it down.

use serde_json::{Map, Value};

use super::said;
use crate::{
    patterns,
    schema::{Pattern, Place},
    status::Cause,
};

/// Where in a schema a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    Root,
    Item,
    Field,
}

/// Everything that keeps a schema from being structural, in order.
pub(super) fn faults(schema: &Value, place: &Place<'_>) -> Vec<Cause> {
    let mut causes = Vec::new();
    node(schema, Level::Root, place, &mut causes);
    complete(schema, Some(schema), &place.to_string(), &place.to_string(), &mut causes);
    causes.sort_by_key(|cause| format!("{}: {}", cause.field, cause.message));
    causes
}

fn node(schema: &Value, level: Level, place: &Place<'_>, causes: &mut Vec<Cause>) {
    let kind = said(schema, "type");
    let flag = |name: &str| schema[name] == true;
    let at = |name: &str| place.field(name).to_string();
    let (embedded, preserves) =
        (flag("x-kubernetes-embedded-resource"), flag("x-kubernetes-preserve-unknown-fields"));
    let int_or_string = flag("x-kubernetes-int-or-string");
    if kind == "array" && !schema["items"].is_object() && !schema["items"].is_array() {
        causes.push(Cause::required(at("items"), "must be specified"));
    }
    if schema["items"].is_object() {
        node(&schema["items"], Level::Item, &place.field("items"), causes);
    }
    let properties = place.field("properties");
    for (name, inner) in fields(schema, "properties") {
        node(inner, Level::Field, &properties.key(name), causes);
    }
    let additional = &schema["additionalProperties"];
    if !additional.is_null() {
        if level == Level::Root {
            causes.push(Cause::forbidden(at("additionalProperties"), "must not be used at the root"));
        }
        if additional.is_object() {
            node(additional, Level::Field, &place.field("additionalProperties"), causes);
        }
        if embedded {
            let why = "must not be used if x-kubernetes-embedded-resource is set";
            causes.push(Cause::forbidden(at("additionalProperties"), why));
        }
    }
    for (name, set) in
        [("x-kubernetes-preserve-unknown-fields", preserves), ("x-kubernetes-embedded-resource", embedded)]
    {
        if int_or_string && set {
            let why = "must be false if x-kubernetes-int-or-string is true";
            causes.push(Cause::invalid_value(at(name), &true.into(), why));
        }
    }
    let usual = int_or_string_alternatives(schema);
    let first_of_all = int_or_string_alternatives(&schema["allOf"][0]);
    values(schema, usual, first_of_all, place, causes);
    if embedded && kind != "object" {
        let why = "must be object if x-kubernetes-embedded-resource is true";
        causes.push(match kind {
            "" => Cause::required(at("type"), why),
            kind => Cause::invalid(at("type"), kind, why),
        });
    } else if kind.is_empty() && !int_or_string && !preserves {
        let why = match level {
            Level::Root => "must not be empty at the root",
            Level::Item => "must not be empty for specified array items",
            Level::Field => "must not be empty for specified object fields",
        };
        causes.push(Cause::required(at("type"), why));
    }
    if level == Level::Root && !["", "object"].contains(&kind) {
        causes.push(Cause::invalid(at("type"), kind, "must be object at the root"));
    }
    let resource = level == Level::Root || embedded;
    for name in ["kind", "apiVersion"] {
        let inner = &schema["properties"][name];
        if resource && inner.is_object() && said(inner, "type") != "string" {
            let place = properties.key(name).field("type").to_string();
            causes.push(Cause::invalid(place, said(inner, "type"), "must be string"));
        }
    }
    if let Value::Object(metadata) = &schema["properties"]["metadata"] {
        let place = properties.key("metadata");
        let kind = metadata.get("type").and_then(Value::as_str).unwrap_or_default();
        if resource && kind != "object" {
            causes.push(Cause::invalid(place.field("type").to_string(), kind, "must be object"));
        }
        if level == Level::Root && !names_alone(metadata) {
            let why = "must not specify anything other than name and generateName, but metadata is implicitly specified";
            causes.push(Cause::forbidden(place.to_string(), why));
        }
    }
    if embedded && !preserves && fields(schema, "properties").next().is_none() {
        let why = "must not be empty if x-kubernetes-embedded-resource is true without \
                   x-kubernetes-preserve-unknown-fields";
        causes.push(Cause::required(at("properties"), why));
    }
}

fn names_alone(metadata: &Map<String, Value>) -> bool {
    metadata.iter().all(|(name, value)| match name.as_str() {
        "type" | "default" => true,
        "properties" => {
            let names = value.as_object().into_iter().flat_map(Map::keys);
            names.into_iter().all(|name| ["name", "generateName"].contains(&name.as_str()))
        }
        _ => false,
    })
}

/// The one form in which alternatives may have types.
fn int_or_string_alternatives(schema: &Value) -> bool {
    schema["anyOf"] == serde_json::json!([{ "type": "integer" }, { "type": "string" }])
}

fn values(schema: &Value, skip_any_of: bool, skip_first: bool, place: &Place<'_>, causes: &mut Vec<Cause>) {
    for name in ["anyOf", "allOf", "oneOf"] {
        let place = place.field(name);
        for (index, inner) in schema[name].as_array().into_iter().flatten().enumerate() {
            if name == "anyOf" && skip_any_of {
                continue;
            }
            let skip = name == "allOf" && index == 0 && skip_first;
            nested(inner, skip, &place.index(index), causes);
        }
    }
    if schema["not"].is_object() {
        nested(&schema["not"], false, &place.field("not"), causes);
    }
    let pattern = said(schema, "pattern");
    // What only our own engine does not take is told in its words.
    let unread = || Pattern::read(pattern).err().map(|why| why.to_string());
    if let Some(fault) = patterns::fault(pattern).or_else(unread) {
        let why = format!("must be a valid regular expression, but isn't: {fault}");
        causes.push(Cause::invalid(place.field("pattern").to_string(), pattern, &why));
    }
}

fn nested(schema: &Value, skip_any_of: bool, place: &Place<'_>, causes: &mut Vec<Cause>) {
    values(schema, skip_any_of, false, place, causes);
    if schema["items"].is_object() {
        nested(&schema["items"], false, &place.field("items"), causes);
    }
    let properties = place.field("properties");
    for (name, inner) in fields(schema, "properties") {
        nested(inner, false, &properties.key(name), causes);
    }
    const FORBIDDEN: [(&str, &str); 12] = [
        ("type", "must be empty to be structural"),
        ("additionalProperties", "must be undefined to be structural"),
        ("default", "must be undefined to be structural"),
        ("title", "must be empty to be structural"),
        ("description", "must be empty to be structural"),
        ("nullable", "must be false to be structural"),
        ("x-kubernetes-preserve-unknown-fields", "must be false to be structural"),
        ("x-kubernetes-embedded-resource", "must be false to be structural"),
        ("x-kubernetes-int-or-string", "must be false to be structural"),
        ("x-kubernetes-list-map-keys", "must be empty to be structural"),
        ("x-kubernetes-list-type", "must be undefined to be structural"),
        ("x-kubernetes-map-type", "must be undefined to be structural"),
    ];
    for (name, why) in FORBIDDEN {
        let empty = match &schema[name] {
            Value::Null => true,
            Value::Bool(set) => !set,
            Value::String(text) => text.is_empty() && name != "default",
            Value::Array(items) => items.is_empty() && name != "default",
            _ => false,
        };
        if !empty {
            causes.push(Cause::forbidden(place.field(name).to_string(), why));
        }
    }
    if schema["x-kubernetes-validations"].as_array().is_some_and(|rules| !rules.is_empty()) {
        let place = place.field("x-kubernetes-validations").to_string();
        causes.push(Cause::forbidden(place, "must be empty to be structural"));
    }
    if schema["properties"]["metadata"].is_object() {
        let place = properties.key("metadata").to_string();
        causes.push(Cause::forbidden(place, "must not be specified in a nested context"));
    }
}

/// What alternatives speak of has to be there outside of them.
fn complete(values: &Value, spine: Option<&Value>, spine_place: &str, place: &str, causes: &mut Vec<Cause>) {
    for name in ["not", "allOf", "anyOf", "oneOf"] {
        let alternatives = match &values[name] {
            Value::Array(alternatives) => alternatives.iter().enumerate().collect(),
            alternative @ Value::Object(_) => vec![(usize::MAX, alternative)],
            _ => continue,
        };
        for (index, alternative) in alternatives {
            let place = if index == usize::MAX {
                format!("{place}.{name}")
            } else {
                format!("{place}.{name}[{index}]")
            };
            alternative_complete(alternative, spine, spine_place, &place, causes);
        }
    }
}

fn alternative_complete(
    values: &Value,
    spine: Option<&Value>,
    spine_place: &str,
    place: &str,
    causes: &mut Vec<Cause>,
) {
    let Some(spine) = spine else {
        causes.push(Cause::required(spine_place, &format!("because it is defined in {place}")));
        return;
    };
    complete(values, Some(spine), spine_place, place, causes);
    if values["items"].is_object() {
        let inner = Some(&spine["items"]).filter(|items| items.is_object());
        let (spine_place, place) = (format!("{spine_place}.items"), format!("{place}.items"));
        alternative_complete(&values["items"], inner, &spine_place, &place, causes);
    }
    for (name, inner) in fields(values, "properties") {
        let known = spine["properties"].get(name);
        let below = format!("properties[{name}]");
        let (spine_place, place) = (format!("{spine_place}.{below}"), format!("{place}.{below}"));
        alternative_complete(inner, known, &spine_place, &place, causes);
    }
}

fn fields<'a>(schema: &'a Value, name: &str) -> impl Iterator<Item = (&'a String, &'a Value)> + use<'a> {
    schema.get(name).and_then(Value::as_object).into_iter().flatten()
}
