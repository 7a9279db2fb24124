//! The nodes of schemas: what each says of a field, and the arena that they are in.

use serde_json::Value;

use super::{Pattern, Rule, Shape, Sizes};

/// The number of a node in its [`Types`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct TypeId(u32);

/// All nodes of one schema, or of many that share types.
#[derive(Debug, Default)]
pub(crate) struct Types {
    nodes: Vec<Node>,
    ruled: bool,
}

impl Types {
    /// Adds a node; one that others have to refer to before it is known is added empty, and [set](Types::set) later.
    pub(crate) fn add(&mut self, node: Node) -> TypeId {
        let id = TypeId(u32::try_from(self.nodes.len()).expect("bodies are too small for so many nodes"));
        self.ruled |= !node.rules.is_empty();
        self.nodes.push(node);
        id
    }

    pub(crate) fn set(&mut self, id: TypeId, node: Node) {
        self.nodes[id.0 as usize] = node;
    }

    pub(crate) fn shape(&self, id: TypeId) -> Shape<'_> {
        Shape::new(self, id)
    }

    /// Whether any node has rules.
    pub(super) fn have_rules(&self) -> bool {
        self.ruled
    }

    pub(super) fn node(&self, id: TypeId) -> &Node {
        &self.nodes[id.0 as usize]
    }
}

/// What a field is said to be, as the schema has it; absent is what the schema does not say.
#[derive(Debug, Default)]
pub(crate) struct Node {
    /// What a type that is built in is called.
    pub(crate) name: Option<&'static str>,
    /// The node that this one refers to: what is not said here is looked up there (once, not further).
    pub(crate) base: Option<TypeId>,
    pub(crate) kind: Option<Kind>,
    pub(crate) format: Option<Box<str>>,
    /// A format is said that says nothing about values of the type: only owners of fields mind it.
    pub(crate) formatted_in_vain: bool,
    pub(crate) nullable: bool,
    pub(crate) int_or_string: bool,
    pub(crate) preserves_unknown: bool,
    /// A whole object with `apiVersion`, `kind` and `metadata` of its own.
    pub(crate) embedded: bool,
    /// In alphabetical order.
    pub(crate) properties: Box<[(Box<str>, TypeId)]>,
    pub(crate) additional: Additional<TypeId>,
    pub(crate) items: Option<TypeId>,
    pub(crate) list: Option<ListType>,
    pub(crate) map_keys: Box<[Box<str>]>,
    pub(crate) atomic_map: Option<bool>,
    pub(crate) merge_key: Option<Box<str>>,
    pub(crate) strategy: Option<Strategy>,
    pub(crate) default: Option<Box<Value>>,
    /// What values have to fulfil beyond their type.
    pub(crate) limits: Option<Box<Limits>>,
    /// `x-kubernetes-validations`
    pub(crate) rules: Box<[Rule]>,
    pub(crate) sizes: Sizes,
}

/// The JSON type of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Object,
    Array,
    String,
    Integer,
    Number,
    Boolean,
}

impl Kind {
    pub(crate) fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "object" => Kind::Object,
            "array" => Kind::Array,
            "string" => Kind::String,
            "integer" => Kind::Integer,
            "number" => Kind::Number,
            "boolean" => Kind::Boolean,
            _ => return None,
        })
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Kind::Object => "object",
            Kind::Array => "array",
            Kind::String => "string",
            Kind::Integer => "integer",
            Kind::Number => "number",
            Kind::Boolean => "boolean",
        }
    }
}

/// What fields an object may have besides those that are named.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Additional<T> {
    #[default]
    None,
    /// Any, of any type.
    Any,
    Of(T),
}

/// What the items of a list are told apart by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ListType {
    /// The list is one value.
    Atomic,
    Set,
    Map,
}

/// How a strategic merge patch treats a list or an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Strategy {
    Merge,
    Replace,
    RetainKeys,
    MergeAndRetainKeys,
}

/// What a value has to fulfil beyond its type.
#[derive(Debug, Default)]
pub(crate) struct Limits {
    pub(crate) required: Box<[Box<str>]>,
    pub(crate) enumeration: Option<Box<[Value]>>,
    pub(crate) pattern: Option<Pattern>,
    pub(crate) minimum: Option<f64>,
    pub(crate) maximum: Option<f64>,
    pub(crate) exclusive_minimum: bool,
    pub(crate) exclusive_maximum: bool,
    pub(crate) multiple_of: Option<f64>,
    pub(crate) min_length: Option<u64>,
    pub(crate) max_length: Option<u64>,
    pub(crate) min_items: Option<u64>,
    pub(crate) max_items: Option<u64>,
    pub(crate) min_properties: Option<u64>,
    pub(crate) max_properties: Option<u64>,
    pub(crate) unique_items: bool,
    pub(crate) all_of: Box<[TypeId]>,
    pub(crate) any_of: Box<[TypeId]>,
    pub(crate) one_of: Box<[TypeId]>,
    pub(crate) not: Option<TypeId>,
}
