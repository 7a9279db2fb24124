//! Reads the `openAPIV3Schema` of a custom resource definition.

use serde_json::{Map, Value};

use super::{Additional, Kind, Limits, ListType, Node, Pattern, Rule, Sizes, TypeId, Types};
use crate::formats;

/// What a schema is read for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    Objects,
    /// The types of defaults: whatever their type is, a format has to do with it, and nobody asks which one of two types it is.
    Defaults,
}

/// Adds a schema's nodes to `types`, and answers its root. What is not of the form that definitions have is passed over.
pub(super) fn read(types: &mut Types, whole: &Value, purpose: Purpose) -> TypeId {
    let empty = Map::new();
    let schema = whole.as_object().unwrap_or(&empty);
    let text = |name: &str| schema.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let flag = |name: &str| schema.get(name).and_then(Value::as_bool);
    let kind = text("type").and_then(Kind::parse);
    let of_objects = purpose == Purpose::Objects;
    let int_or_string = of_objects && flag("x-kubernetes-int-or-string").unwrap_or_default();
    // What may be of two types is of no type that a format could be about, but for texts.
    let formatted = kind.filter(|_| !int_or_string);
    let said = text("format");
    let format = said.filter(|format| !of_objects || takes_format(formatted, format));
    let node = Node {
        name: None,
        base: None,
        kind,
        format: format.map(Box::from),
        formatted_in_vain: said.is_some() && format.is_none(),
        nullable: flag("nullable").unwrap_or_default(),
        int_or_string,
        preserves_unknown: flag("x-kubernetes-preserve-unknown-fields").unwrap_or_default(),
        embedded: flag("x-kubernetes-embedded-resource").unwrap_or_default(),
        properties: properties(types, schema, purpose),
        additional: match schema.get("additionalProperties") {
            Some(Value::Bool(true)) => Additional::Any,
            Some(schema @ Value::Object(_)) => Additional::Of(read(types, schema, purpose)),
            _ => Additional::None,
        },
        items: schema.get("items").filter(|items| items.is_object()).map(|items| read(types, items, purpose)),
        list: match text("x-kubernetes-list-type") {
            Some("atomic") => Some(ListType::Atomic),
            Some("set") => Some(ListType::Set),
            Some("map") => Some(ListType::Map),
            _ => None,
        },
        map_keys: texts(schema.get("x-kubernetes-list-map-keys")),
        atomic_map: text("x-kubernetes-map-type").map(|said| said == "atomic"),
        merge_key: None,
        strategy: None,
        default: schema.get("default").cloned().map(Box::new),
        limits: limits(types, schema, purpose),
        rules: if of_objects { rules(whole) } else { Box::default() },
        sizes: Sizes::default(),
    };
    types.add(node)
}

fn properties(types: &mut Types, schema: &Map<String, Value>, purpose: Purpose) -> Box<[(Box<str>, TypeId)]> {
    let named = schema.get("properties").and_then(Value::as_object);
    let read = |(name, schema): (&String, &Value)| (name.as_str().into(), read(types, schema, purpose));
    let named = named.into_iter().flatten().map(read);
    let mut named: Vec<(Box<str>, TypeId)> = named.collect();
    named.sort();
    named.into()
}

fn limits(types: &mut Types, schema: &Map<String, Value>, purpose: Purpose) -> Option<Box<Limits>> {
    const SAID: [&str; 19] = [
        "required",
        "enum",
        "pattern",
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "multipleOf",
        "minLength",
        "maxLength",
        "minItems",
        "maxItems",
        "minProperties",
        "maxProperties",
        "uniqueItems",
        "allOf",
        "anyOf",
        "oneOf",
        "not",
    ];
    if !SAID.iter().any(|name| schema.contains_key(*name)) {
        return None;
    }
    let number = |name: &str| schema.get(name).and_then(Value::as_f64);
    let count = |name: &str| schema.get(name).and_then(Value::as_u64);
    let flag = |name: &str| schema.get(name) == Some(&Value::Bool(true));
    let mut several = |name: &str| -> Box<[TypeId]> {
        let schemas = schema.get(name).and_then(Value::as_array).into_iter().flatten();
        schemas.map(|schema| read(types, schema, purpose)).collect()
    };
    let (all_of, any_of, one_of) = (several("allOf"), several("anyOf"), several("oneOf"));
    let enumeration = schema.get("enum").and_then(Value::as_array).filter(|values| !values.is_empty());
    let pattern = schema.get("pattern").and_then(Value::as_str).filter(|pattern| !pattern.is_empty());
    Some(Box::new(Limits {
        required: texts(schema.get("required")),
        enumeration: enumeration.map(|values| values.as_slice().into()),
        // A definition with a pattern that is none has been refused.
        pattern: pattern.and_then(|pattern| Pattern::read(pattern).ok()),
        minimum: number("minimum"),
        maximum: number("maximum"),
        exclusive_minimum: flag("exclusiveMinimum"),
        exclusive_maximum: flag("exclusiveMaximum"),
        multiple_of: number("multipleOf"),
        min_length: count("minLength"),
        max_length: count("maxLength"),
        min_items: count("minItems"),
        max_items: count("maxItems"),
        min_properties: count("minProperties"),
        max_properties: count("maxProperties"),
        unique_items: flag("uniqueItems"),
        all_of,
        any_of,
        one_of,
        not: schema.get("not").filter(|not| not.is_object()).map(|not| read(types, not, purpose)),
    }))
}

fn rules(schema: &Value) -> Box<[Rule]> {
    let rules = schema["x-kubernetes-validations"].as_array();
    // A definition with a rule that cannot be read has been refused.
    rules.into_iter().flatten().filter_map(|rule| Rule::read(rule, schema)).collect()
}

/// Whether a format says anything about values of a type; others are passed over.
pub(crate) fn takes_format(kind: Option<Kind>, format: &str) -> bool {
    match kind {
        None | Some(Kind::String) => formats::find(format).is_some(),
        Some(Kind::Integer) => ["int32", "int64"].contains(&format),
        Some(Kind::Number) => ["float", "double"].contains(&format),
        _ => false,
    }
}

fn texts(list: Option<&Value>) -> Box<[Box<str>]> {
    let list = list.and_then(Value::as_array).into_iter().flatten();
    list.filter_map(Value::as_str).map(Box::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_says_nothing_about_values_of_other_types() {
        assert!(takes_format(Some(Kind::String), "date") && takes_format(None, "date"));
        assert!(takes_format(Some(Kind::Integer), "int32") && takes_format(Some(Kind::Number), "float"));
        assert!(!takes_format(Some(Kind::String), "int32") && !takes_format(Some(Kind::Integer), "date"));
        assert!(!takes_format(Some(Kind::String), "fancy") && !takes_format(Some(Kind::Object), "date"));
    }
}
