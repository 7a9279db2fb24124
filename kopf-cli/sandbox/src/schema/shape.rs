//! Places in schemas, and what is known there: what the node says, or else the one that it refers to.

use serde_json::Value;

use super::{Additional, Kind, Limits, ListType, Node, Rule, Sizes, Strategy, TypeId, Types};

/// A place in a schema: what is known of one field.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape<'a> {
    types: &'a Types,
    pub(super) id: TypeId,
}

impl<'a> Shape<'a> {
    pub(super) fn new(types: &'a Types, id: TypeId) -> Self {
        Shape { types, id }
    }

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

    pub(crate) fn formatted_in_vain(self) -> bool {
        self.nodes().any(|node| node.formatted_in_vain)
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

    pub(crate) fn sizes(self) -> &'a Sizes {
        &self.node().sizes
    }

    pub(crate) fn limits(self) -> Option<&'a Limits> {
        self.nodes().find_map(|node| node.limits.as_deref())
    }

    /// Shapes of the nodes that [`Limits`] names.
    pub(crate) fn among(self, ids: &'a [TypeId]) -> impl ExactSizeIterator<Item = Shape<'a>> {
        ids.iter().map(move |id| self.at(*id))
    }
}
