//! What other handlers have returned, as an argument.

use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::{Call, Error, FromCall, Outcome, Wants};

/// The results of the object's handlers, as they stand in its status.
///
/// Those of handlers that were called before this one for the same cause are there too, though not written yet. A handler
/// that needs the result of one that has not succeeded says so with a [`Temporary`](crate::Temporary) error, and is called
/// again. A result that the resource's schema does not have is there in the cycle that it came of, and never after.
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
    const WANTS: Wants = Wants { results: true, ..Wants::NONE };

    fn from_call(call: &Call) -> Outcome<Self> {
        let mut status = call.document().status()?;
        if let Some(Value::Object(fresh)) = &call.context()?.results {
            if !status.is_object() {
                status = Arc::new(Value::Object(Map::new()));
            }
            if let Value::Object(known) = Arc::make_mut(&mut status) {
                known.extend(fresh.clone());
            }
        }
        Ok(Results(status))
    }
}
