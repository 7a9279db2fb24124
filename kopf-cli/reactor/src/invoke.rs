//! The `Invoker` port: making one attempt of one handler.

use std::{
    any::Any,
    sync::{Arc, OnceLock},
};

use crate::Life;
use futures::future::BoxFuture;
use jiff::Timestamp;
use kopf_core::{
    activity,
    cycle::Call,
    functions::Functions,
    handler::Handler,
    object::Object,
    outcome::{Answer, Failure, FailureKind},
    question::Question,
    registry::Served,
    resource::Resource,
};
use serde_json::Value;

use crate::{Children, Settings, lent::Lent};

/// An object in hand, shared by all attempts that are made on it.
pub struct Subject {
    /// The object.
    pub object: Object,
    /// Whatever an invoker makes of the object once and uses for every attempt.
    pub prepared: OnceLock<Box<dyn Any + Send + Sync>>,
}

impl Subject {
    /// Takes an object in hand.
    pub fn new(object: Object) -> Arc<Subject> {
        Arc::new(Subject { object, prepared: OnceLock::new() })
    }
}

/// One attempt of one handler, with all that the handler may read.
pub struct Attempt {
    /// Which handler, why, and what changed.
    pub call: Call,
    /// The object.
    pub subject: Arc<Subject>,
    /// The resource that it belongs to.
    pub served: Arc<Served>,
    /// What handlers have returned in this cycle so far, by their ids, if this one wants to know: it is not written yet.
    pub results: Option<Value>,
    /// For an event handler: `ADDED`, `MODIFIED`, `DELETED`; `None` for an object that was listed.
    pub event: Option<&'static str>,
    /// When the attempt begins.
    pub now: Timestamp,
    /// Where its sub-handlers take their turns, unless it can have none.
    pub children: Option<Arc<Children>>,
    /// For a daemon or a timer: what it can learn of the world while it runs.
    pub life: Option<Arc<Life>>,
}

/// One attempt of one handler that is about no object.
pub struct Errand {
    /// Which handler, and how often before.
    pub call: activity::Call,
    /// The settings so far, keys with dots.
    pub settings: Value,
    /// When the attempt begins.
    pub now: Timestamp,
}

/// A call that has kept its thread for too long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overdue {
    /// The handler's id.
    pub handler: String,
    /// The object, as `namespace/name`; empty for a handler that is about none.
    pub object: String,
    /// For how many seconds.
    pub seconds: u64,
    /// Whether it stands in for a thread that blocks (a synchronous handler) or one that must not (an asynchronous one
    /// that does not yield).
    pub blocking: bool,
}

/// What a plugin need not keep any longer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forget {
    /// Which of the loaded plugins.
    pub plugin: usize,
    /// The object's uid.
    pub uid: Box<str>,
    /// Only what this handler has put into its index; `None`: all that the plugin keeps of the object.
    pub handler: Option<u32>,
}

/// Makes attempts. The reactor limits how long it waits for them, and drops those that take too long.
pub trait Invoker: Send + Sync + 'static {
    /// Makes an attempt. Dropping the future interrupts an asynchronous handler; a synchronous one goes on to its end, and
    /// its answer is lost. Never panics: a handler's panic is an [`Answer`].
    fn invoke(&self, attempt: Attempt) -> BoxFuture<'static, Answer>;

    /// Runs the functions of an attempt's patch on an object, and answers the object as they leave it. Dropping the future
    /// does not end a function.
    fn transform(&self, functions: &Functions, object: Value) -> BoxFuture<'static, Result<Value, Failure>>;

    /// Makes an attempt of a handler that is about no object. As [`Invoker::invoke`].
    fn perform(&self, errand: Errand) -> BoxFuture<'static, Answer> {
        let message = format!("nobody knows how to call {}", errand.call.handler.id);
        let failure = Failure { kind: FailureKind::Permanent, message, trace: None };
        Box::pin(std::future::ready(Answer { result: Err(failure), patch: None, functions: None }))
    }

    /// Takes what startup handlers have made of the settings.
    fn configure(&self, settings: &Settings) {
        let _ = settings;
    }

    /// Takes what handlers may use of the operator. Called when the operator starts to run, before any attempt.
    fn lend(&self, lent: Lent) {
        drop(lent);
    }

    /// Has a plugin let go of what it keeps of an object. Ends when that is done; later attempts begin anew.
    fn forget(&self, forget: Forget) -> BoxFuture<'static, ()>;

    /// Puts a question that the handler's options ask to the function that answers it: with true or false, or with
    /// whatever else its option takes. It is a synchronous call, and like one it goes on when the future is dropped.
    /// Never panics, either.
    fn ask(&self, attempt: Attempt, question: Question) -> BoxFuture<'static, Answer>;

    /// Puts the question of this number to the function of a handler's selector: whether a resource is one of those that
    /// it is for. Otherwise as [`Invoker::ask`].
    fn choose(&self, handler: Arc<Handler>, number: u32, resource: Resource) -> BoxFuture<'static, Answer>;

    /// Calls that have kept a thread for longer than is sound: to be named, and to fail the health check.
    fn overdue(&self) -> Vec<Overdue> {
        vec![]
    }
}
