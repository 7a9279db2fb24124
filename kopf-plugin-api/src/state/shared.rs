//! What all handlers of a plugin have in common, as an argument.

use std::{any::type_name, fmt, ops::Deref, sync::Arc};

use crate::{Call, Error, FromCall, Outcome, scope};

/// A value that was given to [`share`]. A handle: a clone is the same value.
///
/// To change it, put a lock, an atomic number or another type with an inside of its own into it.
pub struct Shared<T>(Arc<T>);

/// Gives a value to all handlers of the plugin that ask for a [`Shared`] of its type, in place of the last one of that
/// type. A handler that runs already keeps what it has.
///
/// # Panics
///
/// Outside of a handler and its tasks, where it is not known which plugin is meant.
pub fn share<T: Send + Sync + 'static>(value: T) {
    let scope = scope::current().expect("kopf::share is called in a handler, or in a task that it has begun");
    scope.plugin.kept.share(value);
}

impl<T: Send + Sync + 'static> FromCall for Shared<T> {
    fn from_call(call: &Call) -> Outcome<Self> {
        call.kept().shared().map(Shared).ok_or_else(|| {
            let wanted = type_name::<T>();
            Error::argument(format!(
                "no {wanted} is shared in this plugin; call kopf::share(…) with one in a startup handler"
            ))
        })
    }
}

impl<T> Deref for Shared<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Shared(self.0.clone())
    }
}

impl<T: fmt::Debug> fmt::Debug for Shared<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
