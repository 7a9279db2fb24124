//! The JSON inside the bytes that cross. Fields are added with a default and never change their meaning.

use serde::{Deserialize, Serialize};
use serde_json::{Value, value::RawValue};

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

/// One attribute on one function.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Declaration {
    /// The handler's id: the function's name or `id = "…"`, without the suffix that a field adds.
    pub id: String,
    /// What calls it.
    pub on: On,
    /// The selector, as written: one to three strings.
    pub selector: Vec<String>,
    /// Whether it is called by `call` (asynchronous) or `call_sync`.
    pub asynchronous: bool,
    /// The function's path: attributes of one function share it. Two functions with one id do not.
    #[serde(default)]
    pub function: String,
    /// The package that declares it.
    #[serde(default)]
    pub package: String,
    /// The place of the attribute.
    #[serde(default)]
    pub file: String,
    /// The place of the attribute.
    #[serde(default)]
    pub line: u32,
    /// What it wants besides the object, so that the host need not make what nobody reads.
    #[serde(default)]
    pub wants: Wants,
    /// Its options.
    #[serde(default)]
    pub options: Options,
}

/// What calls a handler.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum On {
    /// Every event of the watch.
    Event,
    /// An object seen for the first time.
    Create,
    /// A change of the object's essence.
    Update,
    /// The object's deletion.
    Delete,
    /// An object seen for the first time by this process, and handled before.
    Resume,
    /// A change of one field.
    Field,
}

/// What a handler's arguments ask for, besides the object.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Wants {
    /// The state that was handled last.
    pub old: bool,
    /// The state to be handled.
    pub new: bool,
    /// The difference of the two.
    pub diff: bool,
}

/// The options of an attribute. Spans are in seconds.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Options {
    /// How many attempts in all.
    pub retries: Option<u32>,
    /// How long all attempts may take together, since the first began.
    pub timeout: Option<f64>,
    /// How long one attempt may take.
    pub attempt_timeout: Option<f64>,
    /// How long to wait after an error that names no delay of its own.
    pub backoff: Option<f64>,
    /// What an error that is neither temporary nor permanent counts as.
    pub errors: Option<Errors>,
    /// The path of a field, with dots.
    pub field: Option<String>,
    /// Which labels the object must have.
    pub labels: Vec<(String, Match)>,
    /// Which annotations the object must have.
    pub annotations: Vec<(String, Match)>,
    /// Of a deletion handler: do not hold the object back for it.
    pub optional: bool,
    /// A value that is handed to the handler as `Param`.
    pub param: Option<Value>,
}

/// What a label or an annotation must be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Match {
    /// Equal to this text.
    Is(String),
    /// There, with any value.
    Present,
    /// Not there.
    Absent,
}

/// What an error that is neither temporary nor permanent counts as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Errors {
    /// A success without a result.
    Ignored,
    /// A failure to be tried again.
    Temporary,
    /// A failure for good.
    Permanent,
}

/// Host to plugin, with each attempt: why, and how often before.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Context {
    /// `create`, `update`, `delete`, `resume`; empty for an event handler.
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
    /// The resource that the object belongs to.
    pub resource: ResourceName,
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

/// Plugin to host: an attempt that succeeded.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Done {
    /// What the handler returned, unless it was nothing.
    pub result: Option<Value>,
    /// What it put into its `Patch`: a merge patch.
    pub patch: Option<Value>,
}

/// Plugin to host: an attempt that did not succeed.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
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
}
