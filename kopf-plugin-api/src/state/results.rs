//! What other handlers have returned, as an argument.

use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{Call, Error, FromCall, Outcome};

/// The results of the object's handlers, as they stand in its status.
///
/// A result is there from the next cycle on: one of a handler that is called in the same cycle, for the same cause, is
/// not written yet. A handler that needs another's result says so with a [`Temporary`](crate::Temporary) error, and is
/// called again. A result that the resource's schema does not have is never there.
#[derive(Debug, Clone)]
pub struct Results(Arc<Value>);

impl Results {
    /// What the handler with this id has returned; nothing if it has not returned anything yet.
    pub fn get(&self, id: &str) -> Option<&Value> {
        self.0.get(id).filter(|result| !result.is_null())
    }

    /// The same as a type of one's own.
    ///
    /// # Errors
    ///
    /// If the result is not of that type: a failure for good, as with an argument that does not fit.
    pub fn read<T: DeserializeOwned>(&self, id: &str) -> Outcome<Option<T>> {
        let read = |result: &Value| {
            T::deserialize(result).map_err(|error| {
                let wanted = std::any::type_name::<T>();
                Error::argument(format!("the result of {id} cannot be read as {wanted}: {error}"))
            })
        };
        self.get(id).map(read).transpose()
    }
}

impl FromCall for Results {
    fn from_call(call: &Call) -> Outcome<Self> {
        call.document().status().map(Results)
    }
}
