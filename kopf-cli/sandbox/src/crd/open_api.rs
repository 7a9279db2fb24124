//! What schemas of definitions may say, and what has to stand together in them.

use serde_json::Value;

use super::{
    cost::{Costs, Times},
    expressions::At,
    said,
};
use crate::{
    cel, printed,
    schema::{Additional, Place, Schema, Shape, field_path},
    status::Cause,
};

const TYPES: [&str; 6] = ["array", "boolean", "integer", "number", "object", "string"];
const REASONS: [&str; 4] =
    ["FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"];
const META: [&str; 3] = ["metadata", "kind", "apiVersion"];

/// Everything that is wrong with a schema; rules are compiled where `structural`.
pub(super) fn faults(schema: &Value, place: &Place<'_>, structural: bool) -> Vec<Cause> {
    let compiled = structural.then(|| Schema::custom(schema));
    let mut walk = Walk::default();
    let around = Around {
        root: true,
        no_default: None,
        in_metadata: false,
        uncorrelated: None,
        shape: compiled.as_ref().map(|schema| (schema.shape(), true)),
        times: Times::ONCE,
    };
    walk.node(schema, place, &around);
    walk.faults.extend(walk.rule_faults);
    walk.faults.extend(walk.costs.faults(place));
    walk.faults
}

/// What the places around a node have to say about it.
#[derive(Clone)]
struct Around<'a> {
    root: bool,
    /// Why there may be no default, if so.
    no_default: Option<String>,
    in_metadata: bool,
    /// The outermost place below which values cannot be compared with what they were.
    uncorrelated: Option<String>,
    /// What rules see here, and whether it is a whole resource; absent where there may be no rules.
    shape: Option<(Shape<'a>, bool)>,
    /// How often there may be such a value.
    times: Times,
}

impl Around<'_> {
    /// The same for what is in a value.
    fn within(&self) -> Self {
        let times = self.shape.map_or(self.times, |(shape, _)| self.times.within(shape));
        Around { root: false, times, ..self.clone() }
    }
}

#[derive(Default)]
struct Walk {
    faults: Vec<Cause>,
    rule_faults: Vec<Cause>,
    costs: Costs,
}

impl Walk {
    fn node(&mut self, schema: &Value, place: &Place<'_>, around: &Around<'_>) {
        let (before, root) = (self.faults.len(), around.root);
        self.keywords(schema, place, around);
        let additional = &schema["additionalProperties"];
        let properties = schema["properties"].as_object().filter(|fields| !fields.is_empty());
        if properties.is_some() && (*additional == Value::Bool(false) || additional.is_object()) {
            let why = "additionalProperties and properties are mutual exclusive";
            self.faults.push(Cause::forbidden(place.field("additionalProperties").to_string(), why));
        }
        if additional.is_object() {
            let mut around = around.within();
            if around.in_metadata {
                around.no_default =
                    Some("inside additionalProperties applying to object metadata".to_owned());
            }
            around.shape = around.shape.and_then(|(shape, _)| match shape.additional() {
                Additional::Of(shape) => ruled(Some(shape)),
                Additional::Any | Additional::None => None,
            });
            self.node(additional, &place.field("additionalProperties"), &around);
        }
        let place_of_properties = place.field("properties");
        for (name, schema_of_field) in properties.into_iter().flatten() {
            let mut around = around.within();
            let resource = root || schema["x-kubernetes-embedded-resource"] == true;
            if resource && META.contains(&name.as_str()) {
                around.in_metadata = true;
                if root {
                    around.no_default = Some(format!("in top-level {name}"));
                }
            }
            around.shape = around.shape.and_then(|(shape, _)| ruled(shape.property(name)));
            self.node(schema_of_field, &place_of_properties.key(name), &around);
        }
        let unruled = Around { root: false, shape: None, ..around.clone() };
        if schema["not"].is_object() {
            self.node(&schema["not"], &place.field("not"), &unruled);
        }
        for name in ["allOf", "oneOf", "anyOf"] {
            let place = place.field(name);
            for (index, schema) in schema[name].as_array().into_iter().flatten().enumerate() {
                self.node(schema, &place.index(index), &unruled);
            }
        }
        if schema["items"].is_object() {
            let mut around = around.within();
            if said(schema, "x-kubernetes-list-type") != "map" {
                around.uncorrelated.get_or_insert_with(|| place.to_string());
            }
            around.shape = around.shape.and_then(|(shape, _)| ruled(shape.items()));
            self.node(&schema["items"], &place.field("items"), &around);
        }
        self.lists_and_maps(schema, place);
        self.rules(schema, place, around, self.faults.len() == before);
    }

    fn keywords(&mut self, schema: &Value, place: &Place<'_>, around: &Around<'_>) {
        let at = |name: &str| place.field(name).to_string();
        let kind = said(schema, "type");
        if !kind.is_empty() && !TYPES.contains(&kind) {
            self.faults.push(Cause::unsupported(at("type"), &printed::quoted(kind), &TYPES));
        }
        if let (Some(_), Some(reason)) = (schema.get("default"), &around.no_default) {
            self.faults.push(Cause::forbidden(at("default"), &format!("must not be set {reason}")));
        }
        for name in ["id", "additionalItems", "patternProperties", "definitions", "dependencies", "$ref"] {
            let set = match &schema[name] {
                Value::Null => false,
                Value::String(text) => !text.is_empty() || name == "$ref",
                Value::Object(fields) => !fields.is_empty() || name == "additionalItems",
                _ => true,
            };
            if set {
                self.faults.push(Cause::forbidden(at(name), &format!("{name} is not supported")));
            }
        }
        if kind == "null" {
            let why = "type cannot be set to null, use nullable as an alternative";
            self.faults.push(Cause::forbidden(at("type"), why));
        }
        if schema["items"].as_array().is_some_and(|items| !items.is_empty()) {
            self.faults.push(Cause::forbidden(at("items"), "items must be a schema object and not an array"));
        }
        if around.in_metadata && schema["x-kubernetes-embedded-resource"] == true {
            let why = "must not be used inside of resource meta";
            self.faults.push(Cause::forbidden(at("x-kubernetes-embedded-resource"), why));
        }
        if schema["uniqueItems"] == true {
            let why = "uniqueItems cannot be set to true since the runtime complexity becomes quadratic";
            self.faults.push(Cause::forbidden(at("uniqueItems"), why));
        }
    }

    fn lists_and_maps(&mut self, schema: &Value, place: &Place<'_>) {
        let at = |name: &str| place.field(name).to_string();
        let kind = said(schema, "type");
        let mut add = |cause| self.faults.push(cause);
        let preserves = "x-kubernetes-preserve-unknown-fields";
        if schema[preserves] == false {
            add(Cause::invalid_value(at(preserves), &false.into(), "must be true or undefined"));
        }
        let (map_type, list_type) =
            (said(schema, "x-kubernetes-map-type"), said(schema, "x-kubernetes-list-type"));
        for (said, name, wanted) in
            [(map_type, "x-kubernetes-map-type", "object"), (list_type, "x-kubernetes-list-type", "array")]
        {
            if !said.is_empty() && kind != wanted {
                let why = format!("must be {wanted} if {name} is specified");
                add(match kind {
                    "" => Cause::required(at("type"), &why),
                    kind => Cause::invalid(at("type"), kind, &why),
                });
            }
        }
        if !["", "atomic", "granular"].contains(&map_type) {
            let known = ["atomic", "granular"];
            add(Cause::unsupported(at("x-kubernetes-map-type"), &printed::quoted(map_type), &known));
        }
        let items = &schema["items"];
        let of_items = place.field("items");
        if list_type == "set" && kind == "array" {
            let why = "must be atomic as item of a list with x-kubernetes-list-type=set";
            let said_of_items = said(items, "x-kubernetes-list-type");
            match said(items, "type") {
                "array" if !["", "atomic"].contains(&said_of_items) => {
                    let place = of_items.field("x-kubernetes-list-type").to_string();
                    add(Cause::invalid(place, said_of_items, why));
                }
                "object" if said(items, "x-kubernetes-map-type") != "atomic" => {
                    let place = of_items.field("x-kubernetes-map-type").to_string();
                    add(Cause::invalid_value(place, &items["x-kubernetes-list-type"], why));
                }
                _ => {}
            }
        }
        if !["", "atomic", "set", "map"].contains(&list_type) {
            let known = ["atomic", "set", "map"];
            add(Cause::unsupported(at("x-kubernetes-list-type"), &printed::quoted(list_type), &known));
        }
        let no_keys = Vec::new();
        let keys = schema["x-kubernetes-list-map-keys"].as_array().unwrap_or(&no_keys);
        if !keys.is_empty() && list_type != "map" {
            let why = "must be map if x-kubernetes-list-map-keys is non-empty";
            add(match list_type {
                "" => Cause::required(at("x-kubernetes-list-type"), why),
                said => Cause::invalid(at("x-kubernetes-list-type"), said, why),
            });
        }
        if list_type == "map" {
            if keys.is_empty() {
                let why = "must not be empty if x-kubernetes-list-type is map";
                add(Cause::required(at("x-kubernetes-list-map-keys"), why));
            }
            if items.is_null() {
                add(Cause::required(at("items"), "must have a schema if x-kubernetes-list-type is map"));
            } else if said(items, "type") == "object" {
                self.keys(schema, items, keys, place);
            } else {
                let why = "must be object if parent array's x-kubernetes-list-type is map";
                add(Cause::invalid(of_items.field("type").to_string(), said(items, "type"), why));
            }
        }
        if ["set", "map"].contains(&list_type) && items["nullable"] == true {
            let why = format!("cannot be nullable when x-kubernetes-list-type is {list_type}");
            self.faults.push(Cause::forbidden(of_items.field("nullable").to_string(), &why));
        }
        if list_type == "map" && said(items, "type") == "object" {
            self.said_keys(items, keys, place);
        }
    }

    fn keys(&mut self, schema: &Value, items: &Value, keys: &[Value], place: &Place<'_>) {
        let all = &schema["x-kubernetes-list-map-keys"];
        let field = place.field("x-kubernetes-list-map-keys").to_string();
        let of_items = place.field("items");
        let of_properties = of_items.field("properties");
        for (index, key) in keys.iter().enumerate() {
            let name = key.as_str().unwrap_or_default();
            let at = of_properties.key(name);
            let property = &items["properties"][name];
            if !property.is_object() {
                let why = "entries must all be names of item properties";
                self.faults.push(Cause::invalid_value(field.clone(), all, why));
            } else if ["array", "object"].contains(&said(property, "type")) {
                let why = "must be a scalar type if parent array's x-kubernetes-list-type is map";
                let place = at.field("type").to_string();
                self.faults.push(Cause::invalid(place, said(items, "type"), why));
            }
            if keys[..index].contains(key) {
                self.faults.push(Cause::invalid_value(
                    field.clone(),
                    all,
                    "must not contain duplicate entries",
                ));
            }
        }
    }

    /// Keys are said of each item, and not to be null.
    fn said_keys(&mut self, items: &Value, keys: &[Value], place: &Place<'_>) {
        let of_items = place.field("items");
        let of_properties = of_items.field("properties");
        let required = items["required"].as_array();
        for key in keys {
            let name = key.as_str().unwrap_or_default();
            let at = of_properties.key(name);
            let property = &items["properties"][name];
            if !property.is_object() {
                continue;
            }
            if !required.is_some_and(|required| required.contains(key)) && property.get("default").is_none() {
                let why = "this property is in x-kubernetes-list-map-keys, so it must have a default or be a \
                           required property";
                self.faults.push(Cause::required(at.field("default").to_string(), why));
            }
            if property["nullable"] == true {
                let why = "this property is in x-kubernetes-list-map-keys, so it cannot be nullable";
                self.faults.push(Cause::forbidden(at.field("nullable").to_string(), why));
            }
        }
    }

    fn rules(&mut self, schema: &Value, place: &Place<'_>, around: &Around<'_>, sound: bool) {
        let place = place.field("x-kubernetes-validations");
        let rules = schema["x-kubernetes-validations"].as_array();
        let before = self.faults.len();
        for (index, rule) in rules.into_iter().flatten().enumerate() {
            self.rule_texts(schema, rule, &place.index(index));
        }
        let Some(rules) = rules.filter(|_| sound && self.faults.len() == before) else { return };
        if let Some((shape, resource)) = around.shape {
            let at =
                At { shape, resource, times: around.times, uncorrelated: around.uncorrelated.as_deref() };
            let faults = cel::with_room(|| at.faults(rules, &place, &mut self.costs));
            self.rule_faults.extend(faults);
        }
    }

    fn rule_texts(&mut self, schema: &Value, rule: &Value, place: &Place<'_>) {
        let at = |name: &str| place.field(name).to_string();
        let mut add = |cause| self.faults.push(cause);
        let lines = |text: &str| text.contains(['\n', '\r']);
        let (source, message) = (said(rule, "rule").trim(), said(rule, "message"));
        if source.is_empty() {
            add(Cause::required(at("rule"), "rule is not specified"));
        } else if !message.is_empty() && message.trim().is_empty() {
            add(Cause::invalid(at("message"), message, "must be non-empty if specified"));
        } else if lines(message.trim()) {
            add(Cause::invalid(at("message"), message, "must not contain line breaks"));
        } else if lines(source) && message.is_empty() {
            add(Cause::required(at("message"), "message must be specified if rule contains line breaks"));
        }
        let expression = said(rule, "messageExpression");
        if !expression.is_empty() && expression.trim().is_empty() {
            add(Cause::required(at("messageExpression"), "messageExpression must be non-empty if specified"));
        }
        if let Some(reason) = rule["reason"].as_str().filter(|reason| !REASONS.contains(reason)) {
            add(Cause::unsupported(at("reason"), &printed::quoted(reason), &REASONS));
        }
        let path = said(rule, "fieldPath");
        if path.is_empty() {
            return;
        }
        if path.trim().is_empty() {
            add(Cause::invalid(at("fieldPath"), path, "must be non-empty if specified"));
        }
        if lines(path) {
            add(Cause::invalid(at("fieldPath"), path, "must not contain line breaks"));
        }
        if field_path::find(schema, path).is_err() {
            add(Cause::invalid(at("fieldPath"), path, "must be a valid path"));
        }
    }
}

/// A place where rules may stand, and whether it is a whole resource.
fn ruled(shape: Option<Shape<'_>>) -> Option<(Shape<'_>, bool)> {
    shape.map(|shape| (shape, shape.embedded()))
}
