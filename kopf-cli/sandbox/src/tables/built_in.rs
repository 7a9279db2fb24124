//! Reads the schemas of built-in types, which refer to each other by name.

use std::{collections::BTreeMap, sync::LazyLock};

use serde_json::Value;

use super::schemas;
use crate::schema::{Additional, Kind, ListType, Node, Shape, Strategy, TypeId, Types};

/// What a reference begins with.
const REFERENCE: &str = "#/components/schemas/";

struct Read {
    types: Types,
    names: BTreeMap<&'static str, TypeId>,
    of_ids: BTreeMap<TypeId, &'static str>,
}

static READ: LazyLock<Read> = LazyLock::new(|| {
    let mut types = Types::default();
    let names: BTreeMap<&'static str, TypeId> =
        schemas().keys().map(|name| (name.as_str(), types.add(Node::default()))).collect();
    for (name, schema) in schemas() {
        let node = node(&mut types, &names, schema);
        if let Some(id) = names.get(name.as_str()) {
            types.set(*id, node);
        }
    }
    let of_ids = names.iter().map(|(name, id)| (*id, *name)).collect();
    Read { types, names, of_ids }
});

/// What fields values of the type of that name have.
pub(super) fn shape(name: &str) -> Option<Shape<'static>> {
    READ.names.get(name).map(|id| READ.types.shape(*id))
}

/// The name of the type that a place is of, if it has one.
pub(super) fn name(shape: Shape<'static>) -> Option<&'static str> {
    READ.of_ids.get(&shape.named_id()).copied()
}

/// The type that a schema names or, where it says more, a node of its own.
fn read(types: &mut Types, names: &BTreeMap<&'static str, TypeId>, schema: &Value) -> TypeId {
    let said = schema["$ref"].as_str().and_then(|name| names.get(name.strip_prefix(REFERENCE)?));
    if let Some(known) = said {
        return *known;
    }
    let node = node(types, names, schema);
    types.add(node)
}

fn node(types: &mut Types, names: &BTreeMap<&'static str, TypeId>, schema: &Value) -> Node {
    let text = |name: &str| schema[name].as_str();
    let base = schema["allOf"][0]["$ref"].as_str().and_then(|name| names.get(name.strip_prefix(REFERENCE)?));
    let properties = schema["properties"].as_object().into_iter().flatten();
    let mut properties: Vec<(Box<str>, TypeId)> =
        properties.map(|(name, schema)| (name.as_str().into(), read(types, names, schema))).collect();
    properties.sort();
    let merges = text("x-kubernetes-patch-strategy").unwrap_or_default();
    let (merge, retain) = (merges.contains("merge"), merges.contains("retainKeys"));
    Node {
        base: base.copied(),
        kind: text("type").and_then(Kind::parse),
        format: text("format").map(Box::from),
        int_or_string: text("format") == Some("int-or-string"),
        properties: properties.into(),
        additional: match &schema["additionalProperties"] {
            Value::Bool(true) => Additional::Any,
            schema @ Value::Object(_) => Additional::Of(read(types, names, schema)),
            _ => Additional::None,
        },
        items: schema["items"].is_object().then(|| read(types, names, &schema["items"])),
        list: match text("x-kubernetes-list-type") {
            Some("atomic") => Some(ListType::Atomic),
            Some("set") => Some(ListType::Set),
            Some("map") => Some(ListType::Map),
            _ => None,
        },
        map_keys: schema["x-kubernetes-list-map-keys"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|key| key.as_str().map(Box::from))
            .collect(),
        atomic_map: text("x-kubernetes-map-type").map(|said| said == "atomic"),
        merge_key: text("x-kubernetes-patch-merge-key").map(Box::from),
        strategy: match (merge, retain) {
            (true, true) => Some(Strategy::MergeAndRetainKeys),
            (true, false) => Some(Strategy::Merge),
            (false, true) => Some(Strategy::RetainKeys),
            (false, false) => (merges == "replace").then_some(Strategy::Replace),
        },
        default: schema.get("default").cloned().map(Box::new),
        ..Node::default()
    }
}
