//! Reads the schemas of built-in types, which refer to each other by name.

use std::{collections::HashMap, sync::Arc};

use serde_json::Value;

use super::schemas::{Entry, entry};
use crate::schema::{Additional, Kind, ListType, Node, Schema, Shape, Strategy, TypeId, Types};

/// What a reference begins with.
const REFERENCE: &str = "#/components/schemas/";

/// What fields values of a type have. It is read when it is first asked for, with all that it refers to.
pub(super) fn shape(entry: &'static Entry) -> Shape<'static> {
    entry.types.get_or_init(|| Reading::default().whole(entry)).shape()
}

/// Types on the way from one to all that it refers to.
#[derive(Default)]
struct Reading {
    types: Types,
    known: HashMap<&'static str, TypeId>,
    open: Vec<(TypeId, &'static Entry)>,
}

impl Reading {
    fn whole(mut self, entry: &'static Entry) -> Schema {
        let root = self.named(entry);
        while let Some((id, entry)) = self.open.pop() {
            let node = Node { name: Some(entry.name), ..self.node(entry.schema()) };
            self.types.set(id, node);
        }
        Schema::new(Arc::new(self.types), root)
    }

    /// The place of a type with a name, which is read later, for it may refer to itself.
    fn named(&mut self, entry: &'static Entry) -> TypeId {
        *self.known.entry(entry.name).or_insert_with(|| {
            let id = self.types.add(Node::default());
            self.open.push((id, entry));
            id
        })
    }

    fn referred(&mut self, schema: &Value) -> Option<TypeId> {
        let name = schema["$ref"].as_str()?.strip_prefix(REFERENCE)?;
        Some(self.named(entry(name)?))
    }

    /// The type that a schema names or, where it says more, a node of its own.
    fn read(&mut self, schema: &Value) -> TypeId {
        if let Some(named) = self.referred(schema) {
            return named;
        }
        let node = self.node(schema);
        self.types.add(node)
    }

    fn node(&mut self, schema: &Value) -> Node {
        let text = |name: &str| schema[name].as_str();
        let base = self.referred(&schema["allOf"][0]);
        let properties = schema["properties"].as_object().into_iter().flatten();
        let mut properties: Vec<(Box<str>, TypeId)> =
            properties.map(|(name, schema)| (name.as_str().into(), self.read(schema))).collect();
        properties.sort();
        let merges = text("x-kubernetes-patch-strategy").unwrap_or_default();
        let (merge, retain) = (merges.contains("merge"), merges.contains("retainKeys"));
        Node {
            base,
            kind: text("type").and_then(Kind::parse),
            format: text("format").map(Box::from),
            int_or_string: text("format") == Some("int-or-string"),
            properties: properties.into(),
            additional: match &schema["additionalProperties"] {
                Value::Bool(true) => Additional::Any,
                schema @ Value::Object(_) => Additional::Of(self.read(schema)),
                _ => Additional::None,
            },
            items: schema["items"].is_object().then(|| self.read(&schema["items"])),
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
}
