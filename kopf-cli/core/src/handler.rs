//! One declared handler: what calls it, for which objects, and within which limits.

use std::time::Duration;

use serde_json::Value;

use crate::{
    background::Schedule, backoff::Waits, cause::Reason, field::FieldPath, filter::Filter, selector::Selector,
};

/// What calls a handler.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum On {
    /// Every event of the watch, as it comes: a spy. It has no progress and no retries.
    Event,
    /// An object that was not handled before.
    Create,
    /// A change of the essence, or of the handler's field.
    Update,
    /// The deletion.
    Delete,
    /// The first sight of an object that was handled before.
    Resume,
    /// A change of the field, for whatever reason but deletion.
    Field,
    /// Every state of an object, before all else: what it returns is what an index holds of the object.
    Index,
    /// An object that is there: it runs for as long as that is so.
    Daemon,
    /// An object that is there, and time.
    Timer,
}

impl On {
    /// The attribute's name.
    pub fn as_str(self) -> &'static str {
        match self {
            On::Event => "event",
            On::Create => "create",
            On::Update => "update",
            On::Delete => "delete",
            On::Resume => "resume",
            On::Field => "field",
            On::Index => "index",
            On::Daemon => "daemon",
            On::Timer => "timer",
        }
    }

    /// What a line calls it.
    pub fn title(self) -> &'static str {
        match self {
            On::Daemon => "Daemon",
            On::Timer => "Timer",
            _ => "Handler",
        }
    }

    /// Whether it runs beside the cycles, in the background.
    pub fn is_background(self) -> bool {
        matches!(self, On::Daemon | On::Timer)
    }

    /// Whether a success that was recorded for a reason still counts for this kind of handler under another one.
    ///
    /// A resume handler goes on when an update takes the cause over; a field handler serves creations and updates alike.
    /// All others begin anew: the success of an update says nothing about the deletion, even if one function serves both.
    pub fn keeps_record(self, recorded: Option<Reason>, reason: Reason) -> bool {
        recorded.is_none_or(|recorded| recorded == reason || matches!(self, On::Resume | On::Field))
    }
}

/// What an error that is neither temporary nor permanent counts as.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Errors {
    /// A success without a result.
    Ignored,
    /// A failure to be tried again.
    #[default]
    Temporary,
    /// A failure for good.
    Permanent,
}

/// The limits of a handler. Absent means: none, or the operator's default.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Limits {
    /// Attempts in all.
    pub retries: Option<u32>,
    /// All attempts together, since the first began; persisted.
    pub timeout: Option<Duration>,
    /// One attempt.
    pub attempt_timeout: Option<Duration>,
    /// Between attempts, instead of the operator's default.
    pub backoff: Option<Waits>,
    /// What any error counts as.
    pub errors: Errors,
}

/// Which of the handlers that are due are called in one cycle. The others have their turn in the next.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Lifecycle {
    /// All of them, in the order of their declaration.
    #[default]
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

impl Lifecycle {
    /// The word for it in attributes.
    pub fn as_str(self) -> &'static str {
        match self {
            Lifecycle::All => "all",
            Lifecycle::Asap => "asap",
            Lifecycle::OneByOne => "one-by-one",
            Lifecycle::Randomized => "randomized",
            Lifecycle::Shuffled => "shuffled",
        }
    }
}

/// What a handler's arguments ask for besides the object.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Wants {
    /// The state that was handled last.
    pub old: bool,
    /// The state to be handled.
    pub new: bool,
    /// The difference of the two.
    pub diff: bool,
    /// What its plugin remembers of the object, which is to be told when the object is gone.
    pub memo: bool,
    /// What other handlers have returned in the same cycle, which is not written yet.
    pub results: bool,
}

/// One attribute on one function.
#[derive(Debug, Clone, PartialEq)]
pub struct Handler {
    /// Which of the loaded plugins it is from.
    pub plugin: usize,
    /// Its number there.
    pub index: u32,
    /// Its id, under which progress and result are kept: with a field, `function/field`.
    pub id: String,
    /// What calls it.
    pub on: On,
    /// The resources it is for.
    pub selector: Selector,
    /// The objects it is for.
    pub filter: Filter,
    /// The field it is for.
    pub field: Option<FieldPath>,
    /// Whether it is a future (which can be interrupted) or a call that blocks.
    pub asynchronous: bool,
    /// Its limits.
    pub limits: Limits,
    /// Of a deletion handler: objects are not held back for it.
    pub optional: bool,
    /// Of a resume handler: it is also for objects that are being deleted.
    pub deleted: bool,
    /// Which of the handlers that are due are called in one cycle.
    pub lifecycle: Lifecycle,
    /// The handlers among which the lifecycle chooses: those of its plugin with the same lifecycle and the same group.
    pub group: Option<String>,
    /// Of a daemon or a timer: its time.
    pub schedule: Schedule,
    /// What it reads.
    pub wants: Wants,
    /// A value of the author's, handed over with each call.
    pub param: Option<Box<Value>>,
    /// The path of the function: attributes of one function share it.
    pub function: String,
    /// The package that declares it.
    pub package: String,
    /// The place of the attribute, as `file:line`.
    pub place: String,
}

impl Handler {
    /// Whether objects are held back from deletion for it.
    pub fn holds_back(&self) -> bool {
        match self.on {
            On::Delete => !self.optional,
            On::Daemon | On::Timer => true,
            On::Event | On::Create | On::Update | On::Resume | On::Field | On::Index => false,
        }
    }

    /// Whether something is kept on the objects that it is for, which must be written there: state, or our finalizer.
    pub fn keeps_state(&self) -> bool {
        match self.on {
            On::Create | On::Update | On::Delete | On::Resume | On::Field | On::Daemon | On::Timer => true,
            On::Event | On::Index => false,
        }
    }

    /// What a line calls it: `Handler create_fn`, `Timer ping`.
    pub fn called(&self) -> String {
        format!("{} {}", self.on.title(), self.id)
    }
}

#[cfg(test)]
pub(crate) mod tests;
