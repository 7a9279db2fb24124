//! What fields an object may have, and of what types: one form for built-in kinds and for custom ones.
//!
//! [`Types`] is an arena of nodes that refer to each other by number, so that recursive types need nothing special. A
//! [`Shape`] is a place in it, as cheap to pass on as a reference; those who walk an object walk a shape beside it.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::status::Cause;

mod cel_values;
mod custom;
mod declared;
mod defaults;
mod embedded;
mod judging;
mod lists;
mod numbers;
mod parts;
mod patterns;
mod place;
mod prune;
mod rules;
mod texts;
mod types;
mod visiting;

#[cfg(test)]
pub(crate) use cel_values::to_cel;
pub(crate) use cel_values::{dynamic, named_so};
pub(crate) use custom::takes_format;
pub(crate) use declared::{resource as resource_type, tells_all, variables as rule_variables};
pub(crate) use patterns::Pattern;
pub(crate) use place::Place;
pub(crate) use rules::Rule;

/// The number of a node in its [`Types`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct TypeId(u32);

/// All nodes of one schema, or of many that share types.
#[derive(Debug, Default)]
pub(crate) struct Types {
    nodes: Vec<Node>,
    /// Whether any node has rules.
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
        Shape { types: self, id }
    }

    fn node(&self, id: TypeId) -> &Node {
        &self.nodes[id.0 as usize]
    }
}

/// The schema of one kind in one version.
#[derive(Debug, Clone)]
pub(crate) struct Schema {
    types: Arc<Types>,
    root: TypeId,
}

impl Schema {
    pub(crate) fn new(types: Arc<Types>, root: TypeId) -> Self {
        Schema { types, root }
    }

    /// The schema of a custom resource, whose definition has been found valid.
    pub(crate) fn custom(open_api: &Value) -> Self {
        let mut types = Types::default();
        let root = custom::read(&mut types, open_api);
        Schema::new(Arc::new(types), root)
    }

    pub(crate) fn shape(&self) -> Shape<'_> {
        self.types.shape(self.root)
    }

    /// Brings an object, but for what all objects have, into the form of the schema: what is unknown goes, and is told of
    /// in `unknown`; what has a default is filled in.
    ///
    /// # Errors
    ///
    /// What cannot be read, and why.
    pub(crate) fn settle(
        &self,
        fields: &mut Map<String, Value>,
        unknown: &mut Vec<String>,
    ) -> Result<(), Cause> {
        let shape = self.shape();
        let mut pruned = Vec::new();
        prune::prune(fields, shape, &mut pruned);
        pruned.sort();
        unknown.append(&mut pruned);
        prune::fields_without_nulls(fields, shape);
        embedded::read(fields, shape, &mut pruned)?;
        pruned.sort();
        unknown.append(&mut pruned);
        defaults::default_fields(fields, shape);
        Ok(())
    }

    /// Takes out what the schema does not know, and the nulls that it does not allow.
    pub(crate) fn prune(&self, fields: &mut Map<String, Value>) {
        prune::prune(fields, self.shape(), &mut Vec::new());
        prune::fields_without_nulls(fields, self.shape());
    }

    /// Fills in what the schema has defaults for, and leaves all else as it is.
    pub(crate) fn fill_in(&self, fields: &mut Map<String, Value>) {
        defaults::default_fields(fields, self.shape());
    }

    /// Brings into form what a configuration has made of an object, whose nulls are meant. What cannot be read is left to be
    /// found at fault.
    pub(crate) fn settle_applied(&self, fields: &mut Map<String, Value>) {
        let (shape, mut unknown) = (self.shape(), Vec::new());
        self.fill_in(fields);
        prune::prune(fields, shape, &mut unknown);
        let _unreadable = embedded::read(fields, shape, &mut unknown);
    }

    /// Reads the metadata of all objects inside of a part of one. What cannot be read stays as it is.
    pub(crate) fn read_embedded(&self, part: &mut Value) {
        let _unreadable = embedded::read_part(part, self.shape());
    }

    /// Whether a value has fields that the schema does not know.
    pub(crate) fn prunes(&self, value: &Value) -> bool {
        let (mut value, mut unknown) = (value.clone(), Vec::new());
        prune::prune_value(&mut value, self.shape(), &mut unknown);
        !unknown.is_empty()
    }

    /// Everything in which a part of an object, at the place `within`, is not as its schema says.
    pub(crate) fn faults_of_a_part(&self, value: &Value, within: &str) -> Vec<Cause> {
        types::type_faults(value, None, self.shape(), Some(within))
    }

    /// Everything in which a part of an object breaks rules: by staying as it is, or else by being new.
    pub(crate) fn broken_rules_of_a_part(&self, value: &Value, place: &Place<'_>) -> Vec<Cause> {
        let judge = |old| judging::judge_part(value, old, self.shape(), place);
        let kept = judge(Some(value));
        if kept.is_empty() { judge(None) } else { kept }
    }

    /// Adds to `causes` everything in which a whole object is not as its schema says.
    ///
    /// What was wrong before and has not been changed is left alone, but for the warnings that this answers with; `old` is
    /// absent on creation. `of_scale` is what is wrong for its scale, which comes behind what is wrong with types.
    pub(crate) fn check(
        &self,
        object: &Value,
        old: Option<&Value>,
        part: Part,
        of_scale: Vec<Cause>,
        causes: &mut Vec<Cause>,
    ) -> Vec<String> {
        let shape = self.shape();
        match part {
            Part::Whole => causes.extend(types::type_faults(object, old, shape, None)),
            Part::Status | Part::Approval => {
                if let Some((status, shape)) = object.get("status").zip(shape.property("status")) {
                    let old = old.and_then(|old| old.get("status"));
                    causes.extend(types::type_faults(status, old, shape, Some("status")));
                }
            }
        }
        causes.extend(of_scale);
        let Value::Object(fields) = object else { return Vec::new() };
        if part == Part::Whole {
            causes.extend(embedded::faults(fields, shape));
        }
        let doubled = lists::list_faults(fields, shape);
        let was_doubled = || {
            let old = old.and_then(Value::as_object);
            old.is_some_and(|old| !lists::list_faults(old, shape).is_empty())
        };
        if !doubled.is_empty() && !was_doubled() {
            causes.extend(doubled);
        }
        if !self.types.ruled {
            return Vec::new();
        }
        if causes.iter().any(|cause| BLOCKING.contains(&cause.reason)) {
            let why = "some validation rules were not checked because the object was invalid; correct the existing \
                       errors to complete validation";
            causes.push(Cause::invalid_value(Place::ROOT.to_string(), &Value::Null, why));
            return Vec::new();
        }
        let judged = judging::judge(object, old, shape);
        causes.extend(judged.causes);
        judged.warnings
    }
}

/// Faults that make a value other than rules may expect.
const BLOCKING: [&str; 5] = [
    "FieldValueNotSupported",
    "FieldValueRequired",
    "FieldValueTooLong",
    "FieldValueTooMany",
    "FieldValueTypeInvalid",
];

/// What of an object is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Whole,
    Status,
    /// The conditions of a status that say whether something is granted.
    Approval,
}

impl Part {
    /// What its path has behind the name of the object.
    pub(crate) fn subresource(self) -> &'static str {
        match self {
            Part::Whole => "",
            Part::Status => "status",
            Part::Approval => "approval",
        }
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

/// A place in a schema: what is known of one field.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape<'a> {
    types: &'a Types,
    id: TypeId,
}

impl<'a> Shape<'a> {
    fn node(self) -> &'a Node {
        self.types.node(self.id)
    }

    /// The node itself, then the one that it refers to.
    fn nodes(self) -> impl Iterator<Item = &'a Node> {
        let node = self.node();
        std::iter::once(node).chain(node.base.map(|base| self.types.node(base)))
    }

    fn at(self, id: TypeId) -> Shape<'a> {
        Shape { types: self.types, id }
    }

    /// What this type, or the one that it refers to, is called, where it is built in and has a name.
    pub(crate) fn name(self) -> Option<&'static str> {
        self.nodes().find_map(|node| node.name)
    }

    pub(crate) fn kind(self) -> Option<Kind> {
        self.nodes().find_map(|node| node.kind)
    }

    pub(crate) fn format(self) -> Option<&'a str> {
        self.nodes().find_map(|node| node.format.as_deref())
    }

    pub(crate) fn nullable(self) -> bool {
        self.nodes().any(|node| node.nullable)
    }

    pub(crate) fn int_or_string(self) -> bool {
        self.nodes().any(|node| node.int_or_string)
    }

    pub(crate) fn preserves_unknown(self) -> bool {
        self.nodes().any(|node| node.preserves_unknown)
    }

    pub(crate) fn embedded(self) -> bool {
        self.nodes().any(|node| node.embedded)
    }

    /// The fields that are named, in alphabetical order.
    pub(crate) fn properties(self) -> impl Iterator<Item = (&'a str, Shape<'a>)> {
        let named = self.nodes().find(|node| !node.properties.is_empty());
        let named = named.into_iter().flat_map(|node| &node.properties);
        named.map(move |(name, id)| (&**name, self.at(*id)))
    }

    /// The field of that name, if it is named.
    pub(crate) fn property(self, name: &str) -> Option<Shape<'a>> {
        self.nodes().find_map(|node| {
            let found = node.properties.binary_search_by(|(known, _)| (**known).cmp(name)).ok()?;
            Some(self.at(node.properties[found].1))
        })
    }

    pub(crate) fn additional(self) -> Additional<Shape<'a>> {
        match self.nodes().map(|node| node.additional).find(|said| *said != Additional::None) {
            None | Some(Additional::None) => Additional::None,
            Some(Additional::Any) => Additional::Any,
            Some(Additional::Of(id)) => Additional::Of(self.at(id)),
        }
    }

    /// What a field of that name is: named, or one of the additional ones.
    pub(crate) fn field(self, name: &str) -> Option<Shape<'a>> {
        self.property(name).or_else(|| match self.additional() {
            Additional::Of(shape) => Some(shape),
            Additional::None | Additional::Any => None,
        })
    }

    pub(crate) fn items(self) -> Option<Shape<'a>> {
        self.nodes().find_map(|node| node.items).map(|id| self.at(id))
    }

    /// `x-kubernetes-list-type`, where it is said.
    pub(crate) fn list_type(self) -> Option<ListType> {
        self.nodes().find_map(|node| node.list)
    }

    /// `x-kubernetes-list-map-keys`
    pub(crate) fn map_keys(self) -> &'a [Box<str>] {
        self.nodes().find(|node| !node.map_keys.is_empty()).map_or(&[], |node| &node.map_keys)
    }

    /// Whether an object is one value: `x-kubernetes-map-type: atomic`.
    pub(crate) fn atomic_map(self) -> bool {
        self.nodes().find_map(|node| node.atomic_map).unwrap_or_default()
    }

    /// `x-kubernetes-patch-merge-key`
    pub(crate) fn merge_key(self) -> Option<&'a str> {
        self.nodes().find_map(|node| node.merge_key.as_deref())
    }

    /// `x-kubernetes-patch-strategy`
    pub(crate) fn strategy(self) -> Option<Strategy> {
        self.nodes().find_map(|node| node.strategy)
    }

    pub(crate) fn default(self) -> Option<&'a Value> {
        self.nodes().find_map(|node| node.default.as_deref())
    }

    pub(crate) fn rules(self) -> &'a [Rule] {
        &self.node().rules
    }

    pub(crate) fn limits(self) -> Option<&'a Limits> {
        self.nodes().find_map(|node| node.limits.as_deref())
    }

    /// Shapes of the nodes that [`Limits`] names.
    pub(crate) fn among(self, ids: &'a [TypeId]) -> impl ExactSizeIterator<Item = Shape<'a>> {
        ids.iter().map(move |id| self.at(*id))
    }
}

#[cfg(test)]
mod random;
#[cfg(test)]
mod tests;
