//! The memory of an object, as an argument.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::{Call, Error, FromCall, Outcome, Wants};

/// The memory of an object: a value of type `T`, the same one in each handler of the plugin that asks for it.
///
/// See [`state`](crate::state) for when it is made and when it is dropped. A handle: a clone is the same memory. Without
/// an object, as in a startup handler, there is none.
pub struct Memo<T>(Arc<Mutex<T>>);

impl<T> Memo<T> {
    /// The value, to be read and changed until the guard is dropped. Waits for whoever holds it, so it must not be taken
    /// twice at a time. After a handler has panicked with it, the value is as that handler left it.
    pub fn lock(&self) -> MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: Default + Send + 'static> FromCall for Memo<T> {
    const WANTS: Wants = Wants { memo: true, ..Wants::NONE };

    fn from_call(call: &Call) -> Outcome<Self> {
        match call.document().uid()? {
            Some(uid) if !uid.is_empty() => Ok(Memo(call.kept().memo(&uid))),
            // Objects without one would share a memory that nobody lets go of.
            _ => Err(Error::argument(
                "a Memo is the memory of an object, and there is none with a `metadata.uid` in this call; what all \
                 handlers are to have is a Shared",
            )),
        }
    }
}

impl<T> Clone for Memo<T> {
    fn clone(&self) -> Self {
        Memo(self.0.clone())
    }
}

impl<T: fmt::Debug> fmt::Debug for Memo<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
