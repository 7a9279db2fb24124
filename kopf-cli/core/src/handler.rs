//! One declared handler: what calls it, for which objects, and within which limits.

use std::time::Duration;

use serde_json::Value;

use crate::{cause::Reason, field::FieldPath, filter::Filter, selector::Selector, store::handled::Handled};

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
        }
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
    /// Between attempts, instead of the exponential default.
    pub backoff: Option<Duration>,
    /// What any error counts as.
    pub errors: Errors,
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
    /// What it reads.
    pub wants: Wants,
    /// A value of the author's, handed over with each call.
    pub param: Option<Value>,
    /// The path of the function: attributes of one function share it.
    pub function: String,
    /// The package that declares it.
    pub package: String,
    /// The place of the attribute, as `file:line`.
    pub place: String,
}

impl Handler {
    /// Whether it is for this object by all but change: labels, annotations, and the field being there.
    ///
    /// The field is looked for in what is `new`, and in what was `handled` last: that it was taken away concerns its
    /// handler too. A handler that matches makes the object one of ours; whether it is called now is another question.
    pub fn is_for(&self, body: &Value, handled: Option<&Handled>, new: &Value) -> bool {
        let is_there = |field: &FieldPath| field.get(new).is_some_and(|value| !value.is_null());
        let was_there = |field: &FieldPath| handled.is_some_and(|handled| handled.had(field));
        self.filter.matches(body)
            && self.field.as_ref().is_none_or(|field| is_there(field) || was_there(field))
    }
}

#[cfg(test)]
pub(crate) mod tests;
