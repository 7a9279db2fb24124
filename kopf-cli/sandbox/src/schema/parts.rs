//! Schemas of parts of what a schema is of: the same types, seen from another of them.

use std::sync::Arc;

use super::{Schema, Shape};

impl Schema {
    /// The schema of the items of a list.
    pub(crate) fn items(&self) -> Option<Schema> {
        self.shape().items().map(|items| self.of(items))
    }

    /// The schema of a field that is named.
    pub(crate) fn property(&self, name: &str) -> Option<Schema> {
        self.shape().property(name).map(|property| self.of(property))
    }

    fn of(&self, part: Shape<'_>) -> Schema {
        Schema::new(Arc::clone(&self.types), part.id)
    }
}
