//! The two halves of a handling cycle: [`plan`] what an event asks for, and [`conclude`] from what came of it.
//!
//! What is compared is always the state that was handled last, kept on the object, with the state now: an event is only
//! the occasion to look. So nothing is lost with an event that is, and nothing is done twice for one that comes twice.

mod conclude;
mod family;
mod lifecycle;
mod plan;
mod sight;

use std::{collections::BTreeMap, sync::Arc};

use jiff::Timestamp;
use serde_json::{Map, Value};

pub use self::{
    conclude::{Durability, conclude},
    family::{Family, Scene, Sub, Turn},
    plan::{plan, spy},
};
use crate::{
    background::Company,
    cause::Reason,
    diff::Diff,
    functions::{Functions, Wanted},
    handler::Handler,
    identity::Identity,
    outcome::Verdict,
    patch,
    question::{Answers, Question},
    registry::Served,
    store::{dialect::Dialect, handled::Handled, progress::Progress},
};

/// What the process remembers of an object.
#[derive(Debug, Clone, Default)]
pub struct Recall {
    /// It was first seen in a listing, not in an event: it may have been handled by an earlier process.
    pub listed: bool,
    /// A cause was handled to its end in this process: resume handlers have had their turn.
    pub handled: bool,
    /// What runs on the object in the background.
    pub company: Company,
    /// What should stand on the object and does not fit there: what the last composed patches left over.
    pub kept: Option<Box<Kept>>,
}

/// State that does not fit on its object, or that the form of the state there has no place for. It is lost with the
/// process.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Kept {
    /// Records by the handler's id.
    pub records: BTreeMap<String, Progress>,
    /// What was handled last.
    pub handled: Option<Handled>,
    /// Records that are on the object, in a form that does not tell what was seen, with what was.
    pub seen: BTreeMap<String, Progress>,
    /// Whether any of it is not on the object for want of room there.
    pub crowded: bool,
}

/// What a sighting amounts to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// No handler is for this object: it is left alone, without a trace.
    Ignored,
    /// The object is gone.
    Gone,
    /// It is being deleted, and we do not hold it.
    Free,
    /// It must be held back from deletion before any handler is called.
    Hold,
    /// Nothing has changed that we know of.
    Noop,
    /// Handlers are to be called.
    Handle(Reason),
}

/// What is to be done about our finalizer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Finalizer {
    /// Nothing.
    #[default]
    Keep,
    /// Put it on.
    Add,
    /// Take it away.
    Remove,
}

/// One attempt to be made.
#[derive(Debug, Clone)]
pub struct Call {
    /// The handler.
    pub handler: Arc<Handler>,
    /// Why; for a spy, nothing but the event.
    pub reason: Option<Reason>,
    /// The record that it begins with.
    pub progress: Progress,
    /// The state that was handled last, or the field in it. Absent on creation, and where only digests are known.
    pub old: Option<Arc<Value>>,
    /// The state now, or the field in it.
    pub new: Option<Arc<Value>>,
    /// Their difference.
    pub diff: Arc<Diff>,
    /// Whether what was handled last is known in full.
    pub old_known: bool,
}

impl Call {
    /// A call for no reason but that the object is there.
    pub fn of(handler: Arc<Handler>, now: Timestamp) -> Call {
        Call {
            handler,
            reason: None,
            progress: Progress::begin(Reason::Create, now),
            old: None,
            new: None,
            diff: Arc::default(),
            old_known: true,
        }
    }
}

/// What is planned with, besides the object.
#[derive(Debug, Clone, Copy)]
pub struct Given<'a> {
    /// The object's resource, and its handlers.
    pub served: &'a Served,
    /// Who we are.
    pub identity: &'a Identity,
    /// What the process remembers of the object.
    pub recall: &'a Recall,
    /// What functions have said of the object as it is.
    pub answers: &'a Answers,
    /// When it is planned.
    pub now: Timestamp,
    /// What lifecycles that leave something to chance choose by.
    pub chance: u64,
}

/// A question that must be answered before there can be a plan.
#[derive(Debug)]
pub struct Asked {
    /// Whose question it is, and the call as it would be made: what a handler may read, a function may.
    pub call: Call,
    /// The question.
    pub question: Question,
}

/// What a sighting asks for.
#[derive(Debug)]
pub struct Plan {
    /// What it amounts to.
    pub cause: Cause,
    /// The attempts to be made now, in order.
    pub calls: Vec<Call>,
    /// Handlers whose limits forbid another attempt, with the verdict that stands for it.
    pub forbidden: Vec<(Arc<Handler>, Verdict)>,
    /// The line to be told where this cause takes over from one that has not ended.
    pub superseded: Option<String>,
    finalizer: Finalizer,
    /// Every handler of this cause.
    selected: Vec<Selected>,
    /// The records of this cause as they stand.
    standing: BTreeMap<String, Progress>,
    /// What was handled last, or what a creation began with.
    handled: Option<Handled>,
    /// What is handled now.
    essence: Arc<Value>,
    uid: Box<str>,
    dialect: Dialect,
    now: Timestamp,
    /// Whether any handler of causes is for the object.
    ours: bool,
    /// Whether daemons or timers of the object have not ended.
    alive: bool,
    /// Whether records of ours are on the object or in memory.
    traces: bool,
    /// Whether what was handled last is to be written anew, for the fields that handlers watch by now.
    adopt: bool,
    kept: Option<Box<Kept>>,
}

/// A handler of a cause.
#[derive(Debug)]
struct Selected {
    handler: Arc<Handler>,
    /// The record that it had.
    record: Option<Box<Progress>>,
    /// Whether it is to be called now.
    due: bool,
}

/// What came of a cycle, to be applied to the object as it is by then.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Conclusion {
    /// Results by the handler's id.
    pub results: Map<String, Value>,
    /// What handlers want to be changed, by functions too, of the object as it was when they ran last.
    pub patch: Option<Value>,
    /// What is wanted if it is another one by then: without functions that is the patch itself, and this is empty.
    pub wanted: Wanted,
    /// The records that are to stand on the object, and no others. `None`: leave them as they are.
    pub records: Option<BTreeMap<String, Progress>>,
    /// What was handled last. `None`: leave it as it is.
    pub handled: Option<Handled>,
    /// What is to be done about our finalizer.
    pub finalizer: Finalizer,
    /// When to look at the object again, though nothing changes by then: when the first retry is due.
    pub wake_at: Option<Timestamp>,
    /// Whether to plan again at once, on the object as it is after this. Then `wake_at` does not count.
    pub again: bool,
    /// The cause that has ended with this.
    pub finished: Option<Finished>,
    /// What is kept in memory so far.
    pub kept: Option<Box<Kept>>,
}

/// A cause that has ended: every handler of it has succeeded or failed for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Finished {
    /// The cause's reason.
    pub reason: Reason,
    /// How many handlers succeeded.
    pub succeeded: usize,
    /// How many failed.
    pub failed: usize,
}

impl Conclusion {
    /// Adds what one more handler wants to be changed.
    pub fn want(&mut self, merge: Option<&Value>, functions: Option<Functions>) {
        if functions.is_some() && self.wanted.functions.is_empty() {
            self.wanted.merge = self.patch.clone();
        }
        if let Some(merge) = merge {
            patch::merge(self.patch.get_or_insert_with(|| Value::Object(Map::new())), merge);
        }
        if functions.is_some() || !self.wanted.functions.is_empty() {
            self.wanted.add(merge, functions);
        }
    }

    /// The results, and what handlers want of the status, stand on the object, or cannot: they are not sent again.
    pub fn forget_status(&mut self) {
        self.results.clear();
        if let Some(Value::Object(patch)) = &mut self.patch {
            patch.remove("status");
        }
        self.wanted.forget_status();
    }
}

impl Plan {
    /// Whether there is nothing to call and nothing to write.
    pub fn is_idle(&self) -> bool {
        match self.cause {
            Cause::Gone | Cause::Free => true,
            Cause::Noop => self.finalizer == Finalizer::Keep && !self.adopt,
            Cause::Ignored => self.finalizer == Finalizer::Keep,
            Cause::Hold | Cause::Handle(_) => false,
        }
    }
}

impl Finished {
    /// The line to be told; nothing where no handler was called.
    pub fn line(&self) -> Option<String> {
        let title = self.reason.title();
        match (self.succeeded, self.failed) {
            (0, 0) => None,
            (_, 0) => Some(format!("All handlers succeeded for {}.", title.to_lowercase())),
            (succeeded, failed) => {
                Some(format!("{title} is processed: {succeeded} succeeded; {failed} failed."))
            }
        }
    }
}
