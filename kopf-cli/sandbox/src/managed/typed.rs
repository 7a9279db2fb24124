//! What a value may be by its schema, as far as ownership of fields goes: which lists and objects are one value, and what
//! tells the items of the others apart.

use std::sync::LazyLock;

use serde_json::{Value, json};

use super::step::Step;
use crate::printed;
use crate::schema::{Additional, Kind, ListType, Schema, Shape, Strategy};

/// How the value at some place is typed.
#[derive(Debug, Clone, Copy)]
pub(super) enum Typed<'a> {
    /// A whole object, whose `metadata` is that of all objects.
    Object(Shape<'a>),
    /// As a schema says; `open` is whether fields may be in it that it does not name.
    As { shape: Shape<'a>, open: bool },
    /// A whole object of whose fields no schema says anything.
    Unknown,
    /// As the value itself is: objects by their fields, lists as a whole.
    Deduced,
    /// As the value itself is, always as a whole.
    Whole,
    /// A text.
    Text,
}

/// What a value may be: one or more of three.
#[derive(Debug, Clone, Copy)]
pub(super) struct Forms<'a> {
    pub(super) scalar: Option<Scalar>,
    pub(super) list: Option<List<'a>>,
    pub(super) map: Option<Fields<'a>>,
}

/// What is neither a list nor an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scalar {
    Any,
    Number,
    Text,
    Boolean,
}

/// A list.
#[derive(Debug, Clone, Copy)]
pub(super) struct List<'a> {
    /// The list is one value.
    pub(super) atomic: bool,
    shape: Option<Shape<'a>>,
    pub(super) items: Typed<'a>,
}

/// An object.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fields<'a> {
    /// The object is one value.
    pub(super) atomic: bool,
    typed: Typed<'a>,
}

/// The metadata of all objects.
static METADATA: LazyLock<Schema> = LazyLock::new(|| {
    let text = json!({ "type": "string" });
    let texts = json!({ "type": "object", "additionalProperties": text });
    let time = json!({ "type": "string", "format": "date-time" });
    let integer = json!({ "type": "integer" });
    let owner = json!({
        "type": "object", "x-kubernetes-map-type": "atomic",
        "properties": {
            "apiVersion": text, "blockOwnerDeletion": { "type": "boolean" }, "controller": { "type": "boolean" },
            "kind": text, "name": text, "uid": text,
        },
    });
    Schema::custom(&json!({
        "type": "object",
        "properties": {
            "annotations": texts, "labels": texts,
            "creationTimestamp": time, "deletionTimestamp": time,
            "deletionGracePeriodSeconds": integer, "generation": integer,
            "finalizers": { "type": "array", "items": text, "x-kubernetes-list-type": "set" },
            "generateName": text, "name": text, "namespace": text, "resourceVersion": text, "selfLink": text,
            "uid": text,
            "managedFields": { "type": "array", "x-kubernetes-list-type": "atomic" },
            "ownerReferences": {
                "type": "array", "items": owner,
                "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["uid"],
            },
        },
    }))
});

impl<'a> Typed<'a> {
    /// What the value may be.
    pub(super) fn forms(self) -> Forms<'a> {
        let nothing = Forms { scalar: None, list: None, map: None };
        let untyped = List { atomic: true, shape: None, items: Typed::Whole };
        match self {
            Typed::Text => Forms { scalar: Some(Scalar::Text), ..nothing },
            Typed::Object(_) | Typed::Unknown => {
                Forms { map: Some(Fields { atomic: false, typed: self }), ..nothing }
            }
            Typed::Deduced | Typed::Whole => {
                let atomic = matches!(self, Typed::Whole);
                let map = Some(Fields { atomic, typed: self });
                Forms { scalar: Some(Scalar::Any), list: Some(untyped), map }
            }
            Typed::As { shape, .. } if shape.name().is_some_and(|name| name.ends_with(".RawExtension")) => {
                Typed::Whole.forms()
            }
            Typed::As { shape, open } => {
                let open = open || shape.preserves_unknown();
                let typed = Typed::As { shape, open };
                let map = Some(Fields { atomic: shape.atomic_map(), typed });
                match shape.kind() {
                    Some(Kind::Object) => Forms { map, ..nothing },
                    Some(Kind::Array) => Forms { list: Some(List::of(shape, open)), ..nothing },
                    Some(Kind::Integer | Kind::Number) => Forms { scalar: Some(Scalar::Number), ..nothing },
                    Some(Kind::Boolean) => Forms { scalar: Some(Scalar::Boolean), ..nothing },
                    Some(Kind::String) => {
                        let plain =
                            matches!(shape.format(), None | Some("" | "byte")) && !shape.formatted_in_vain();
                        Forms { scalar: Some(if plain { Scalar::Text } else { Scalar::Any }), ..nothing }
                    }
                    None => Forms { scalar: Some(Scalar::Any), list: Some(List::of(shape, open)), map },
                }
            }
        }
    }
}

impl<'a> Forms<'a> {
    /// What is left of the forms when the value is known.
    pub(super) fn of(self, value: &Value) -> Forms<'a> {
        let nothing = Forms { scalar: None, list: None, map: None };
        match value {
            Value::Null => self,
            Value::Array(_) if self.list.is_some() => Forms { list: self.list, ..nothing },
            Value::Object(_) if self.map.is_some() => Forms { map: self.map, ..nothing },
            Value::Bool(_) | Value::Number(_) | Value::String(_) if self.scalar.is_some() => {
                Forms { scalar: self.scalar, ..nothing }
            }
            _ => self,
        }
    }

    /// Whether two that are left of the same forms are the same.
    pub(super) fn same(&self, other: &Forms<'_>) -> bool {
        self.scalar.is_some() == other.scalar.is_some()
            && self.list.is_some() == other.list.is_some()
            && self.map.is_some() == other.map.is_some()
    }
}

impl<'a> List<'a> {
    fn of(shape: Shape<'a>, open: bool) -> Self {
        let merged = matches!(shape.strategy(), Some(Strategy::Merge | Strategy::MergeAndRetainKeys));
        let atomic = match shape.list_type() {
            Some(ListType::Atomic) => true,
            Some(ListType::Set | ListType::Map) => false,
            None => !merged,
        };
        let items = shape.items().map_or(Typed::Whole, |shape| Typed::As { shape, open });
        List { atomic, shape: Some(shape), items }
    }

    fn keys(&self) -> impl Iterator<Item = &'a str> {
        let shape = self.shape;
        let said = shape.map_or(&[][..], Shape::map_keys);
        let merge_key = match shape.map(|shape| (shape.list_type(), shape.merge_key())) {
            Some((None, key)) => key,
            _ => None,
        };
        said.iter().map(|key| &**key).chain(merge_key.filter(|_| said.is_empty()))
    }

    /// What tells an item from the others.
    ///
    /// # Errors
    ///
    /// Why nothing does.
    pub(super) fn step(&self, item: &Value) -> Result<Step, String> {
        let mut keys = self.keys().peekable();
        if keys.peek().is_none() {
            return match item {
                Value::Object(_) => {
                    Err("associative list without keys has an element that's a map type".to_owned())
                }
                Value::Array(_) => Err("not supported: associative list with lists as elements".to_owned()),
                Value::Null => {
                    Err("associative list without keys has an element that's an explicit null".to_owned())
                }
                scalar => Ok(Step::Item(scalar.clone())),
            };
        }
        let fields = match item {
            Value::Object(fields) => fields,
            Value::Null => return Err("associative list with keys may not have a null element".to_owned()),
            _ => return Err("associative list with keys may not have non-map elements".to_owned()),
        };
        let shape = self.shape.and_then(Shape::items);
        let default = |name: &str| shape.and_then(|shape| shape.property(name)).and_then(Shape::default);
        let found: Vec<(Box<str>, Value)> = keys
            .filter_map(|name| {
                let value = fields.get(name).or_else(|| default(name))?;
                Some((name.into(), value.clone()))
            })
            .collect();
        if found.is_empty() {
            return Err(format!(
                "associative list with keys has an element that omits all key fields {} (and doesn't have default \
                 values for any key fields)",
                printed::quoted_list(self.keys())
            ));
        }
        Ok(Step::key(found))
    }
}

impl<'a> Fields<'a> {
    /// How a field is typed, if there may be one of that name, and whether the schema names it.
    pub(super) fn field(&self, name: &str) -> Option<(Typed<'a>, bool)> {
        let metadata = || Typed::As { shape: METADATA.shape(), open: false };
        match (self.typed, name) {
            (Typed::Object(_) | Typed::Unknown, "metadata") => Some((metadata(), true)),
            (Typed::Object(_) | Typed::Unknown, "apiVersion" | "kind") => Some((Typed::Text, true)),
            (Typed::Unknown, _) => Some((Typed::Deduced, true)),
            (Typed::As { shape, .. }, "metadata") if shape.embedded() => Some((metadata(), true)),
            (Typed::As { shape, .. }, "apiVersion" | "kind") if shape.embedded() => Some((Typed::Text, true)),
            (Typed::Object(shape), _) => of_shape(shape, shape.preserves_unknown(), name),
            (Typed::As { shape, open }, _) => of_shape(shape, open, name),
            (typed @ (Typed::Deduced | Typed::Whole), _) => Some((typed, false)),
            (Typed::Text, _) => None,
        }
    }

    /// Whether there are no named fields, and all others are as their values are.
    pub(super) fn deduced(&self) -> bool {
        match self.typed {
            Typed::Deduced => true,
            Typed::As { shape, .. } => {
                shape.properties().next().is_none()
                    && !shape.embedded()
                    && match shape.additional() {
                        Additional::None | Additional::Any => true,
                        Additional::Of(_) => false,
                    }
            }
            Typed::Object(_) | Typed::Unknown | Typed::Whole | Typed::Text => false,
        }
    }
}

fn of_shape<'a>(shape: Shape<'a>, open: bool, name: &str) -> Option<(Typed<'a>, bool)> {
    if let Some(shape) = shape.property(name) {
        return Some((Typed::As { shape, open }, true));
    }
    match shape.additional() {
        Additional::Of(shape) => Some((Typed::As { shape, open }, false)),
        Additional::Any => Some((Typed::Deduced, false)),
        Additional::None => {
            let free = open || (shape.properties().next().is_none() && !shape.embedded());
            free.then_some((Typed::Deduced, false))
        }
    }
}
