//! What a plugin declares: its handlers, and what their attributes say.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One attribute on one function.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Declaration {
    /// The handler's id: the function's name or `id = "…"`, without the suffix that a field adds.
    pub id: String,
    /// What calls it.
    pub on: On,
    /// The selector, as written: up to three strings. Empty for what is about no object.
    pub selector: Vec<String>,
    /// What the last string of the selector names.
    #[serde(default)]
    pub select_by: SelectBy,
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
    /// Every event of the watch, before all else: what it returns is what an index holds of the object.
    Index,
    /// An object that is there: it runs for as long as that is so.
    Daemon,
    /// An object that is there, and time.
    Timer,
    /// The operator's start, before anything is watched.
    Startup,
    /// The operator's end, after everything has stopped.
    Cleanup,
    /// A question after the operator's health.
    Probe,
    /// The need of credentials.
    Login,
}

/// What the last string of a selector names.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SelectBy {
    /// A kind, a plural, a singular or a short name.
    #[default]
    Name,
    /// A kind.
    Kind,
    /// A plural.
    Plural,
    /// A singular.
    Singular,
    /// A short name.
    ShortName,
    /// A category: each resource of it is served.
    Category,
    /// Nothing: every resource is served, of the group and the version that the strings name, but Events.
    Everything,
    /// Nothing: the question of this number is put for each resource, of the group and the version that the strings
    /// name, but Events.
    Asked(u32),
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
    /// A memory of the object, which the host says when to [forget](crate::v1::op::FORGET).
    pub memo: bool,
    /// What other handlers have returned in the same cycle.
    pub results: bool,
    /// Of a daemon: whether it hears that it is to stop. One that does not is not waited for.
    pub stopped: bool,
}

impl Wants {
    /// Nothing but the object.
    pub const NONE: Wants =
        Wants { old: false, new: false, diff: false, memo: false, results: false, stopped: false };
}

/// What a question is about, which a function of the plugin answers. See [`crate::v1::InvokeRequest::flags`].
///
/// It takes what a handler takes; where it is about a value, that is [`crate::wire::Context::value`]. The answer is
/// [`crate::wire::Done::result`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Question {
    /// `when`: true or false, about the object.
    When,
    /// Of `labels`, `annotations`, `value`, `old`, `new`: true or false, about a value.
    Value,
    /// A selector's: true or false, about a resource: the object is a [`crate::wire::Resource`].
    Resource,
    /// `initial_delay`: seconds, about the object.
    Delay,
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
    pub backoff: Option<Backoff>,
    /// What an error that is neither temporary nor permanent counts as.
    pub errors: Option<Errors>,
    /// The path of a field, with dots.
    pub field: Option<String>,
    /// What the field must be, in the state that was handled last or in the state now.
    pub value: Option<Match>,
    /// What the field must have been.
    pub old: Option<Match>,
    /// What the field must be now.
    pub new: Option<Match>,
    /// Which labels the object must have.
    pub labels: Vec<(String, Match)>,
    /// Which annotations the object must have.
    pub annotations: Vec<(String, Match)>,
    /// What else must hold: questions about the object, and what combines them.
    pub when: Option<Match>,
    /// Of a deletion handler: do not hold the object back for it.
    pub optional: bool,
    /// Of a resume handler: call it also for an object that is being deleted.
    pub deleted: bool,
    /// Which of the handlers that are due are called in one cycle.
    pub lifecycle: Option<Lifecycle>,
    /// The handlers among which `lifecycle` chooses: those of the same group.
    pub group: Option<String>,
    /// Of a timer: how long from one call to the next.
    pub interval: Option<f64>,
    /// Of a timer: the interval counts from the beginning of a call, not from its end.
    pub sharp: bool,
    /// Of a timer: how long the object must not have changed.
    pub idle: Option<f64>,
    /// Of a daemon or a timer: how long after the object is seen it begins.
    pub initial_delay: Option<Delay>,
    /// Of a daemon: how long it is given to end by itself before it is cancelled.
    pub cancellation_backoff: Option<f64>,
    /// Of a daemon: how long it is given after it was cancelled before it is left alone.
    pub cancellation_timeout: Option<f64>,
    /// Of a daemon: how often it is looked at while it ends.
    pub cancellation_polling: Option<f64>,
    /// A value that is handed to the handler as `Param`.
    pub param: Option<Value>,
}

/// What a value must be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Match {
    /// Equal to this. Labels and annotations are texts.
    Is(Value),
    /// There, with any value.
    Present,
    /// Not there.
    Absent,
    /// What the question of this number answers.
    Asked(u32),
    /// Not this.
    Not(Box<Match>),
    /// All of these.
    All(Vec<Match>),
    /// Any of these.
    Any(Vec<Match>),
    /// None of these.
    None(Vec<Match>),
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

/// How long to wait between attempts.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Backoff {
    /// Always so long.
    Fixed(f64),
    /// Longer each time.
    Exponential {
        /// The first time.
        first: f64,
        /// How many times longer each time.
        factor: f64,
        /// At most so long.
        cap: f64,
        /// How much of it is left to chance: 0.0 to 1.0.
        jitter: f64,
    },
}

/// How long to wait before the first call.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Delay {
    /// So long.
    Fixed(f64),
    /// As long as a question answers.
    Asked {
        /// The question's number.
        asked: u32,
    },
}

/// Which of the handlers that are due are called in one cycle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Lifecycle {
    /// All of them, in the order of their declaration.
    All,
    /// The one with the fewest attempts.
    Asap,
    /// The first.
    OneByOne,
    /// One by chance.
    Randomized,
    /// All of them, in an order by chance.
    Shuffled,
}
