//! The bodies and answers of operations.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Done, Failure, Options};

/// Names the call that an operation is about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Call {
    /// The host's number for the attempt: `span` of its request.
    pub span: u64,
}

/// An object of which nothing is to be kept any more.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Forget {
    /// The object's uid.
    pub uid: String,
    /// Only what this handler has put into its index; absent: all, and the memory of the object.
    pub handler: Option<u32>,
}

/// Why a daemon is to stop.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Stopping {
    /// `filters-mismatch`, `resource-deleted`, `operator-pausing`, `operator-exiting`, `daemon-signalled`,
    /// `daemon-cancelled`, `daemon-abandoned`; empty if it is not to stop.
    pub reasons: Vec<String>,
}

/// A sub-handler that is there.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Begin {
    /// The call of the handler that it is in.
    pub span: u64,
    /// Its id behind those of the handlers that it is in, with slashes between them, without the id of the outermost.
    pub id: String,
    /// Its options.
    pub options: Options,
    /// What the questions in them were answered so far.
    pub answers: Vec<Answered>,
}

/// A question of a sub-handler's options that its plugin has answered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Answered {
    /// Its number among those of the sub-handler, from 1.
    pub number: u32,
    /// Whether it was about the state that was handled last.
    pub before: bool,
    /// The answer.
    pub answer: bool,
}

/// A question of a sub-handler's options that must be answered before it is known whether it is its turn.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Ask {
    /// Its number among those of the sub-handler, from 1.
    pub number: u32,
    /// Whether it is about the state that was handled last.
    pub before: bool,
    /// The value that it is about: absent if there is none, or it is about the object.
    pub value: Option<Value>,
}

/// Whether it is a sub-handler's turn.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Turn {
    /// Whether it is to be called now.
    pub due: bool,
    /// Whether it has ended: with success, for good without, or because it is not for this object.
    pub ended: bool,
    /// Whether it has failed for good.
    pub failed: bool,
    /// When it is due otherwise: in so many milliseconds.
    pub due_in_ms: Option<u64>,
    /// Attempts before this one.
    pub retry: u32,
    /// When the first attempt began, RFC 3339.
    pub started: String,
    /// How long ago that was, in milliseconds.
    pub runtime_ms: u64,
    /// What must be answered first: the same is to be begun once more then, with one more answer.
    pub asks: Option<Ask>,
    /// With a field of its own: what has changed there. Absent: what has changed for its handler.
    pub change: Option<FieldChange>,
}

/// What has changed in the field of a sub-handler.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct FieldChange {
    /// As it was handled last, if anything inside of the handler wants it.
    pub old: Option<Value>,
    /// As it is to be handled.
    pub new: Option<Value>,
    /// As in [`super::Context::diff`].
    pub diff: Vec<(String, Vec<String>, Value, Value)>,
}

/// What came of a sub-handler.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub struct End {
    /// The call of the handler that it is in.
    pub span: u64,
    /// As in [`Begin::id`].
    pub id: String,
    /// Its success.
    pub done: Option<Done>,
    /// Or its failure.
    pub failure: Option<Failure>,
}

/// A Kubernetes Event to be posted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Post {
    /// The call that posts it; zero: none.
    pub span: u64,
    /// `Normal` or `Warning`.
    #[serde(rename = "type")]
    pub kind: String,
    /// A word in camel case, such as `Created`.
    pub reason: String,
    /// The text.
    pub note: String,
    /// What it is about: `apiVersion`, `kind`, `name`, `uid`, `namespace`.
    pub regarding: Value,
}

/// An object that the functions of a handler's patch are to change.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Transform {
    /// The call that has made the functions.
    pub span: u64,
    /// The object as it is now; absent: the functions are not needed any more.
    pub object: Option<Value>,
}

/// A request to the Kubernetes API server.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Request {
    /// The call that sends it; zero: none.
    pub span: u64,
    /// Such as `GET`.
    pub method: String,
    /// Path and query, such as `/api/v1/namespaces/default/pods?limit=500`.
    pub path: String,
    /// Such as `application/json`; absent without a body.
    pub content_type: Option<String>,
    /// Absent: as the host does by default.
    pub accept: Option<String>,
    /// The text of the body.
    pub body: Option<String>,
}

/// What the API server answered.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Response {
    /// The status code.
    pub code: u16,
    /// The texts of `Warning` headers.
    pub warnings: Vec<String>,
    /// How many seconds the server asks for before another try.
    pub retry_after: Option<u64>,
    /// The text of the body.
    pub body: String,
}

/// A watch, to be begun or gone on with.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Watch {
    /// The call that begins it, with which it ends; zero: of none.
    pub span: u64,
    /// The number of a watch that was begun; absent: begin one.
    pub watch: Option<u64>,
    /// To begin: path and query, with `watch=true` in it.
    pub path: Option<String>,
    /// Let go of the watch.
    pub end: bool,
}

/// The next event of a watch.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Watched {
    /// The watch's number.
    pub watch: u64,
    /// The line of the stream; absent if the stream has ended.
    pub event: Option<Value>,
}
