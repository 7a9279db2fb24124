//! What has changed, and why the handler is called.

use std::{fmt, ops::Deref, sync::Arc};

use kopf_plugin_abi::wire::Wants;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use super::{Body, FromCall, Shown};
use crate::{Call, Error, Outcome};

macro_rules! states {
    ($($(#[$doc:meta])* $name:ident: $wants:ident = $read:expr;)*) => {$(
        $(#[$doc])*
        ///
        /// The object's essence: what is neither status nor the system's; or, for a handler with `field`, that field.
        /// Absent shows as `None`, anything else as compact JSON.
        #[derive(Debug, Clone, PartialEq)]
        pub struct $name(Option<Arc<Value>>);

        impl $name {
            /// The state, unless it is absent.
            pub fn get(&self) -> Option<&Value> {
                self.0.as_deref()
            }
        }

        impl FromCall for $name {
            const WANTS: Wants = Wants { $wants: true, ..Wants::NONE };

            fn from_call(call: &Call) -> Outcome<Self> {
                let read: fn(&Call) -> Outcome<Option<Arc<Value>>> = $read;
                Ok($name(read(call)?.filter(|value| !value.is_null())))
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                self.get().serialize(serializer)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                Shown(self.get()).fmt(f)
            }
        }
    )*};
}

states! {
    /// The state that was handled last; absent on a creation.
    Old: old = |call| match call.narrowed() {
        Some(change) => Ok(change.old.clone().map(Arc::new)),
        None => call.old().map(|old| old.whole()).transpose(),
    };
    /// The state to be handled; absent for a field that was removed.
    New: new = |call| {
        if let Some(change) = call.narrowed() {
            return Ok(change.new.clone().map(Arc::new));
        }
        let Some(new) = &call.context()?.new else { return Ok(None) };
        let read = serde_json::from_str(new.get());
        read.map(Some).map_err(|error| Error::argument(format!("the new state cannot be read: {error}")))
    };
}

/// The differences between [`Old`] and [`New`]: a slice of [`Difference`].
///
/// Shows as `[["change",["spec","size"],1,2]]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Diff(Arc<[Difference]>);

/// One difference.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Difference {
    /// What was done.
    pub operation: Operation,
    /// Where: the names from the top. Empty for the state as a whole.
    pub path: Vec<String>,
    /// What was there; null if nothing.
    pub old: Value,
    /// What is there; null if nothing.
    pub new: Value,
}

/// What was done to a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Operation {
    /// It was not there.
    Add,
    /// It was another.
    Change,
    /// It is not there any more.
    Remove,
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Operation::Add => "add",
            Operation::Change => "change",
            Operation::Remove => "remove",
        })
    }
}

impl FromCall for Diff {
    const WANTS: Wants = Wants { diff: true, ..Wants::NONE };

    fn from_call(call: &Call) -> Outcome<Self> {
        let read = |(operation, path, old, new): &(String, Vec<String>, Value, Value)| {
            let operation = match operation.as_str() {
                "add" => Operation::Add,
                "change" => Operation::Change,
                "remove" => Operation::Remove,
                other => return Err(Error::argument(format!("unknown operation `{other}` in a diff"))),
            };
            Ok(Difference { operation, path: path.clone(), old: old.clone(), new: new.clone() })
        };
        let diff = match call.narrowed() {
            Some(change) => &change.diff,
            None => &call.context()?.diff,
        };
        diff.iter().map(read).collect::<Outcome<Vec<_>>>().map(|found| Diff(found.into()))
    }
}

impl Deref for Diff {
    type Target = [Difference];

    fn deref(&self) -> &[Difference] {
        &self.0
    }
}

impl fmt::Display for Diff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let row = |found: &Difference| json!([found.operation.to_string(), found.path, found.old, found.new]);
        Value::from_iter(self.iter().map(row)).fmt(f)
    }
}

/// Why the handler is called. Shows as `create`, `update` and so on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// The object is seen for the first time.
    Create,
    /// The object's essence has changed.
    Update,
    /// The object is to be deleted.
    Delete,
    /// The object was handled before this process began.
    Resume,
    /// An event came: the reason of every `on::event` handler.
    Event,
}

impl FromCall for Reason {
    fn from_call(call: &Call) -> Outcome<Self> {
        Ok(match call.context()?.reason.as_str() {
            "create" => Reason::Create,
            "update" => Reason::Update,
            "delete" => Reason::Delete,
            "resume" => Reason::Resume,
            "" => Reason::Event,
            other => {
                return Err(Error::argument(format!(
                    "the host gives the reason `{other}`, which this plugin does not know: build it with a newer \
                     kopf-plugin-api"
                )));
            }
        })
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Reason::Create => "create",
            Reason::Update => "update",
            Reason::Delete => "delete",
            Reason::Resume => "resume",
            Reason::Event => "event",
        })
    }
}

/// The event of the watch. Shows as `{"type":…,"object":…}`.
#[derive(Debug, Clone, PartialEq)]
pub struct RawEvent {
    kind: Option<Arc<str>>,
    object: Body,
}

impl RawEvent {
    /// `ADDED`, `MODIFIED` or `DELETED`; absent for an object that was listed when the watch began, and for handlers
    /// of causes, which are not called for one event.
    pub fn kind(&self) -> Option<&str> {
        self.kind.as_deref()
    }

    /// The object.
    pub fn object(&self) -> &Value {
        &self.object
    }
}

impl FromCall for RawEvent {
    fn from_call(call: &Call) -> Outcome<Self> {
        let kind = call.context()?.event.as_deref().map(Into::into);
        Ok(RawEvent { kind, object: Body::from_call(call)? })
    }
}

impl fmt::Display for RawEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = json!(self.kind());
        write!(f, r#"{{"type":{kind},"object":{}}}"#, self.object)
    }
}
