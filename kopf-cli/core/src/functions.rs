//! Functions that handlers put into their patches: what they change depends on the object as it is when it is written.

use std::{any::Any, fmt, sync::Arc};

use serde_json::Value;

use crate::{object::Version, patch};

/// The functions of one attempt's patch. Whoever made the attempt keeps them until the last clone of this is dropped.
#[derive(Clone)]
pub struct Functions(Arc<dyn Any + Send + Sync>);

impl Functions {
    /// Functions, as whoever keeps them knows them.
    pub fn new(kept: Arc<dyn Any + Send + Sync>) -> Functions {
        Functions(kept)
    }

    /// What they were made of.
    pub fn kept(&self) -> &(dyn Any + Send + Sync) {
        &*self.0
    }
}

impl fmt::Debug for Functions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Functions")
    }
}

impl PartialEq for Functions {
    fn eq(&self, other: &Functions) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// What handlers want to be changed: a merge patch, and functions that run on what it makes of the object.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Wanted {
    /// The merge patch.
    pub merge: Option<Value>,
    /// The functions, in order.
    pub functions: Vec<Functions>,
    /// The version of the object that their patch was made for.
    pub made_for: Option<Version>,
}

impl Wanted {
    /// Adds what one more handler wants.
    pub fn add(&mut self, merge: Option<&Value>, functions: Option<Functions>) {
        if let Some(merge) = merge {
            patch::merge(self.merge.get_or_insert_with(|| Value::Object(serde_json::Map::new())), merge);
            self.made_for = None;
        }
        if let Some(functions) = functions {
            self.functions.push(functions);
            self.made_for = None;
        }
    }

    /// Whether the functions are to run before anything is written to an object of this version.
    pub fn is_to_run(&self, version: &Version) -> bool {
        !self.functions.is_empty() && self.made_for.as_ref() != Some(version)
    }

    /// The object as the merge patch leaves it, on which the functions begin.
    pub fn begin(&self, body: &Value) -> Value {
        let mut begun = body.clone();
        if let Some(merge) = &self.merge {
            patch::apply(&mut begun, merge);
        }
        begun
    }

    /// What is wanted of the status stands there: it is not wanted any more. Functions that want it see that themselves.
    pub fn forget_status(&mut self) {
        if let Some(Value::Object(merge)) = &mut self.merge {
            merge.remove("status");
        }
    }
}
