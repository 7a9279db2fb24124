//! The JSON inside the bytes that cross. Fields are added with a default and never change their meaning.

mod declaration;
mod request;
mod shown;

use serde::{Deserialize, Serialize};
use serde_json::{Value, value::RawValue};

pub use self::{
    declaration::{
        Backoff, Declaration, Delay, Errors, Lifecycle, Match, On, Options, Question, SelectBy, Wants,
    },
    request::{
        Answered, Ask, Begin, Call, End, FieldChange, Forget, Post, Request, Response, Stopping, Transform,
        Turn, Watch, Watched,
    },
};

/// Host to plugin, once: how to start.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Init {
    /// The host's version.
    pub host: String,
    /// The most verbose level that the host wants: 1 (error) to 5 (trace).
    pub level: u8,
    /// Only handlers of this package, as a test binary may hold several plugins. Absent: all.
    pub package: Option<String>,
}

/// Plugin to host, once: what there is.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Manifest {
    /// The plugin's package name.
    pub name: String,
    /// The plugin's package version.
    pub version: String,
    /// The compiler that made it.
    pub rustc: String,
    /// The handlers, in the order of their declaration. A handler's place here is its number in a call.
    pub handlers: Vec<Declaration>,
}

/// Host to plugin, with each attempt: why, and how often before.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Context {
    /// `create`, `update`, `delete`, `resume`; empty for all that no cause calls.
    pub reason: String,
    /// For an event handler: `ADDED`, `MODIFIED`, `DELETED`; absent for an object that was listed.
    pub event: Option<String>,
    /// Attempts before this one.
    pub retry: u32,
    /// When the first attempt began, RFC 3339.
    pub started: String,
    /// How long ago that was, in milliseconds.
    pub runtime_ms: u64,
    /// Whether what was handled last is known. If not, `old` is absent though there was one, and `diff` names the
    /// changed top-level fields alone.
    pub old_known: bool,
    /// The state to be handled, if wanted: the essence, or the field's value.
    pub new: Option<Box<RawValue>>,
    /// `[operation, path, old, new]` for each difference, if wanted.
    pub diff: Vec<(String, Vec<String>, Value, Value)>,
    /// What handlers have returned in this cycle so far, by their ids, if wanted: it is in no status yet.
    pub results: Option<Value>,
    /// The resource that the object belongs to.
    pub resource: ResourceName,
    /// For a question about a value: the value; absent if the object has none.
    pub value: Option<Box<RawValue>>,
    /// For a handler that is about no object: the settings so far, an object of keys with dots.
    pub settings: Option<Box<RawValue>>,
}

/// The name of a resource.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ResourceName {
    /// Empty for the core group.
    pub group: String,
    /// Such as `v1`.
    pub version: String,
    /// Such as `pods`.
    pub plural: String,
    /// Such as `Pod`.
    pub kind: String,
    /// Whether its objects live in namespaces.
    pub namespaced: bool,
}

/// A resource as discovery tells it: what a question about a resource is put with.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Resource {
    /// Empty for the core group.
    pub group: String,
    /// Such as `v1`.
    pub version: String,
    /// Such as `pods`.
    pub plural: String,
    /// Such as `Pod`.
    pub kind: String,
    /// Such as `pod`.
    pub singular: String,
    /// Abbreviations, such as `po`.
    pub short_names: Vec<String>,
    /// Sets of resources that it belongs to, such as `all`.
    pub categories: Vec<String>,
    /// Whether its objects live in namespaces.
    pub namespaced: bool,
    /// Whether this version is the preferred one of its group.
    pub preferred: bool,
    /// What can be done with it, such as `list` and `watch`.
    pub verbs: Vec<String>,
    /// Such as `status`.
    pub subresources: Vec<String>,
}

/// Plugin to host: an attempt that succeeded.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Done {
    /// What the handler returned, unless it was nothing.
    pub result: Option<Value>,
    /// What it put into its `Patch`: a merge patch.
    pub patch: Option<Value>,
    /// Whether it put functions into its `Patch`, which the host has run by [`crate::v1::op::TRANSFORM`].
    pub transforms: bool,
    /// Of a startup handler: the settings that it changes, keys with dots.
    pub settings: Option<Value>,
}

/// What a login handler returns: where the API server is, and who the operator is to it. It has secrets in it, so it is
/// not shown.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Credentials {
    /// The server's address.
    pub server: String,
    /// The certificates that the server's is checked against, PEM.
    pub ca: Option<String>,
    /// Whether it is not checked at all.
    pub insecure: bool,
    /// A bearer token.
    pub token: Option<String>,
    /// A name, for basic authentication.
    pub username: Option<String>,
    /// Its password.
    pub password: Option<String>,
    /// A certificate, PEM.
    pub client_certificate: Option<String>,
    /// Its key, PEM.
    pub client_key: Option<String>,
    /// The namespace to serve where the whole cluster may not be.
    pub namespace: Option<String>,
    /// The address of a proxy on the way.
    pub proxy: Option<String>,
    /// When they are worth nothing any more, RFC 3339.
    pub expires: Option<String>,
    /// The highest goes first.
    pub priority: i32,
}

/// Plugin to host: an attempt that did not succeed.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Failure {
    /// What kind.
    pub kind: FailureKind,
    /// The error's text, its causes after colons.
    pub message: String,
    /// Of a temporary failure: when to try again.
    pub delay_ms: Option<u64>,
    /// Of a panic: file, line and column.
    pub location: Option<String>,
    /// Of a panic.
    pub backtrace: Option<String>,
    /// What the handler put into its `Patch` before it failed.
    pub patch: Option<Value>,
    /// As in [`Done::transforms`].
    pub transforms: bool,
}

/// The kinds of failure.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FailureKind {
    /// Any error: the handler's `errors` option says what it counts as.
    #[default]
    Error,
    /// To be tried again.
    Temporary,
    /// Not to be tried again.
    Permanent,
    /// The handler panicked: counts as `Error`.
    Panic,
    /// An argument could not be made from the object: counts as `Permanent`, for the object will not change by itself.
    Arguments,
    /// The operation is not known to the side that was asked.
    Unsupported,
    /// Of a handler whose sub-handlers have not all ended: it is called again when the next of them is due.
    Unfinished,
}
