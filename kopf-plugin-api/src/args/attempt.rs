//! Which attempt it is, and what goes with the handler.

use std::{fmt, ops::Deref, sync::Arc, time::Duration};

use jiff::Timestamp;
use serde::{Serialize, Serializer};
use serde_json::Value;

use super::{FromCall, Reason};
use crate::{Call, Error, Outcome};

/// How many attempts there were before this one: zero at first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Retry(pub u32);

impl FromCall for Retry {
    fn from_call(call: &Call) -> Outcome<Self> {
        Ok(Retry(call.retry()?))
    }
}

impl fmt::Display for Retry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// When the first attempt began, possibly in an earlier process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Started(pub Timestamp);

impl FromCall for Started {
    fn from_call(call: &Call) -> Outcome<Self> {
        let text = call.started()?;
        let read = text.parse().map_err(|error| {
            Error::argument(format!("the host says that the first attempt began at `{text}`: {error}"))
        });
        read.map(Started)
    }
}

impl Deref for Started {
    type Target = Timestamp;

    fn deref(&self) -> &Timestamp {
        &self.0
    }
}

impl fmt::Display for Started {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// How long ago the first attempt began. Shows as `1.5s`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Runtime(pub Duration);

impl FromCall for Runtime {
    fn from_call(call: &Call) -> Outcome<Self> {
        Ok(Runtime(call.runtime()?))
    }
}

impl Deref for Runtime {
    type Target = Duration;

    fn deref(&self) -> &Duration {
        &self.0
    }
}

impl fmt::Display for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

/// The value of the attribute's `param` option; null without one. So one function can serve several attributes.
#[derive(Debug, Clone, PartialEq)]
pub struct Param(Arc<Value>);

impl FromCall for Param {
    fn from_call(call: &Call) -> Outcome<Self> {
        Ok(Param(Arc::new(call.param().unwrap_or_default())))
    }
}

impl Deref for Param {
    type Target = Value;

    fn deref(&self) -> &Value {
        &self.0
    }
}

impl Serialize for Param {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (*self.0).serialize(serializer)
    }
}

impl fmt::Display for Param {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The call as a whole: which handler it is of, on which resource, and which attempt it is.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Context {
    /// The id of the handler, without the suffix that a field adds; of a sub-handler `handler/sub-handler`.
    pub handler: Arc<str>,
    /// Why it is called.
    pub reason: Reason,
    /// How many attempts there were before this one.
    pub retry: u32,
    /// How long ago the first attempt began.
    pub runtime: Duration,
    /// Whether what was handled last is known. If not, [`Old`](super::Old) is absent though there was one, and
    /// [`Diff`](super::Diff) names the changed top-level fields alone.
    pub old_known: bool,
    /// The resource's group, empty for the core group.
    pub group: Arc<str>,
    /// The resource's version, such as `v1`.
    pub version: Arc<str>,
    /// The resource's name, such as `pods`.
    pub plural: Arc<str>,
    /// The resource's kind, such as `Pod`.
    pub kind: Arc<str>,
    /// Whether the resource's objects live in namespaces.
    pub namespaced: bool,
}

impl FromCall for Context {
    fn from_call(call: &Call) -> Outcome<Self> {
        let sent = call.context()?;
        let resource = &sent.resource;
        Ok(Context {
            handler: call.handler_id().into(),
            reason: Reason::from_call(call)?,
            retry: call.retry()?,
            runtime: call.runtime()?,
            old_known: sent.old_known,
            group: resource.group.as_str().into(),
            version: resource.version.as_str().into(),
            plural: resource.plural.as_str().into(),
            kind: resource.kind.as_str().into(),
            namespaced: resource.namespaced,
        })
    }
}
