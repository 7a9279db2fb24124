//! Sub-handlers: parts of a handler with an id, retries and a record each.
//!
//! A handler that does several things repeats all of them when one fails. Where each is a sub-handler, those that have
//! succeeded are not repeated, whatever happens to the others or to the operator.
//!
//! # By attribute
//!
//! A function inside of a handler with [`#[kopf::subhandler]`](crate::subhandler) takes arguments by their types and has
//! options, as a handler does. What it returns becomes `status["create_fn/database"]`. Its [filters](crate::filters) may ask
//! functions too, which see what its handler sees; one that has not answered after ten seconds says no, and the handler goes on.
//!
//! ```
//! use kopf_plugin_api::prelude::*;
//!
//! #[kopf::on::create("example.com", "v1", "sites")]
//! async fn create_fn(spec: Spec) -> Outcome<()> {
//!     #[kopf::subhandler(retries = 3, backoff = "10s", when = |spec: Spec| spec["size"].is_u64())]
//!     async fn database(spec: Spec) -> Outcome<Value> {
//!         Ok(json!({ "size": spec["size"] }))
//!     }
//!
//!     if spec["public"] == true {
//!         #[kopf::subhandler]
//!         fn address(name: Name) {
//!             info!("An address for {name}");
//!         }
//!     }
//!     Ok(())
//! }
//! ```
//!
//! # At run time
//!
//! [`Subhandlers`] is an argument, to which closures are added: one for each item of a list, say. What a closure takes
//! is told by its types too, and may be [`Subhandlers`] again, for sub-handlers of its own: as deep as need be. A
//! [`Memo`](crate::state::Memo) it may take where its handler takes one.
//!
//! ```
//! # use kopf_plugin_api::prelude::*;
//! #[kopf::on::create("example.com", "v1", "sites")]
//! async fn create_fn(spec: Spec, subs: Subhandlers) -> Outcome<()> {
//!     for item in spec["items"].as_array().into_iter().flatten() {
//!         let item = item.as_str().unwrap_or_default().to_owned();
//!         let subs = subs.add_async(item.clone(), move |Retry(retry): Retry| async move {
//!             info!("{item}, attempt {retry}");
//!             Ok(())
//!         });
//!         subs.retries(5).backoff(0.5);
//!     }
//!     Ok(())
//! }
//! ```
//!
//! # What happens
//!
//! When the handler has returned, its sub-handlers are called, in their order. [`Subhandlers::execute`], or
//! [`Subhandlers::execute_blocking`] where nothing is asynchronous, calls them before that: with `?` what follows
//! happens when all have ended.
//!
//! A handler whose sub-handlers have not all ended is called again when the next of them is due, from its beginning: so
//! what it does itself should bear being repeated. Sub-handlers that have ended or wait are passed over then. Its own
//! result counts in the end. Such calls do not count against its `retries`, but its `timeout` goes on.
//!
//! - **Failures.** A sub-handler that has failed for good fails no other and not its handler. It is counted where the
//!   operator sums up (`Creation is processed: 2 succeeded; 1 failed.`), and [`Executed::failed`] names it.
//!   `subs.execute().await?.all_succeeded()?` makes it the handler's failure.
//! - **Records.** A success is written when the handler has returned, or when sub-handlers have taken more than a second
//!   so far: then the handler is called again for the rest.
//! - **Lists that change.** Sub-handlers are known by their ids: one that is not there any more is forgotten, and one
//!   that is new is called, at once if the handler has only been waiting.
//! - **Filters.** Those of an attribute are as a handler's, `old` and `new` only within update and field handlers. Around
//!   what is added at run time there is an `if`.
//! - **Ids** have no `/` in them, and none repeats among the sub-handlers of one handler. Else the handler fails for good
//!   once the others have ended, and says which id.
//! - **Threads.** Without `async` a sub-handler may block, whatever its handler may. One that is in the middle of
//!   something cannot be interrupted; it fails when it returns after its `attempt_timeout`.
//! - **The patch** is the handler's.

mod blocking;
mod current;
#[doc(hidden)]
pub mod declare;
mod list;
mod questions;
mod run;
mod work;

use std::{fmt, time::Duration};

use kopf_plugin_abi::wire::{Backoff, Errors, On, Options};
use serde::Serialize;

pub use self::work::{AsyncSubFn, SubFn};
pub(crate) use self::{blocking::block_on, current::within, list::List};
use self::{list::Waiting, work::Work};
use crate::{__private::Answer, Call, Error, FromCall, IntoDelay, Outcome, Wants, permanent};

/// The sub-handlers of a handler, as an argument. See [the module](self).
///
/// A handle: a clone has the same sub-handlers.
#[derive(Clone)]
pub struct Subhandlers(Call);

impl FromCall for Subhandlers {
    // What closures take is known only when they are added.
    const WANTS: Wants = Wants { old: true, new: true, diff: true, results: true, ..Wants::NONE };

    fn from_call(call: &Call) -> Outcome<Self> {
        let registration = call.registration();
        match registration.on {
            On::Create | On::Update | On::Delete | On::Resume | On::Field => Ok(Subhandlers(call.clone())),
            _ => Err(Error::argument(format!(
                "{} has no sub-handlers: create, update, delete, resume and field handlers have",
                registration.id
            ))),
        }
    }
}

impl Subhandlers {
    /// Adds a sub-handler, which may block.
    pub fn add<Args, F: SubFn<Args>>(&self, id: impl Into<String>, work: F) -> Added<'_> {
        self.put(id.into(), F::WANTS, Work::Sync(Box::new(move |call| work.call(call))))
    }

    /// Adds an asynchronous sub-handler.
    pub fn add_async<Args, F: AsyncSubFn<Args>>(&self, id: impl Into<String>, work: F) -> Added<'_> {
        self.put(id.into(), F::WANTS, Work::Async(Box::new(move |call| work.call(call))))
    }

    fn put(&self, id: String, wants: Wants, work: Work) -> Added<'_> {
        // Of what is not remembered as far as the host knows, nobody would ever let go.
        if wants.memo && !self.0.registration().all_wants().memo {
            self.0.subs().refuse(format!(
                "the sub-handler `{id}` takes a Memo and the handler {} does not: give the handler an argument of that type",
                self.0.registration().id
            ));
        } else {
            self.0.subs().add(Waiting { id: id.clone(), options: Options::default(), questions: &[], work });
        }
        Added { call: &self.0, id }
    }

    /// Calls the sub-handlers that were added and not called yet, those whose time has come.
    ///
    /// # Errors
    ///
    /// While some have not ended, an error that the handler passes on by `?`: it is no failure, and makes that it is
    /// called again when the next of them is due. A permanent one for ids that cannot be.
    pub async fn execute(&self) -> Outcome<Executed> {
        loop {
            let Some(waiting) = self.0.subs().next() else { break };
            let id = waiting.id.clone();
            // A sub-handler may have sub-handlers: a future of its own kind would be without end.
            let turn = Box::pin(run::take_turn(&self.0, waiting)).await?;
            self.0.subs().note(id, &turn);
        }
        self.0.subs().executed()
    }

    /// [`Subhandlers::execute`] for a handler without `async`: it blocks its thread meanwhile.
    ///
    /// # Errors
    ///
    /// As [`Subhandlers::execute`].
    pub fn execute_blocking(&self) -> Outcome<Executed> {
        block_on(self.execute())
    }
}

impl fmt::Debug for Subhandlers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Subhandlers").field(&self.0.handler_id()).finish()
    }
}

/// A sub-handler that was added: its options, as those of an attribute.
#[derive(Clone)]
pub struct Added<'a> {
    call: &'a Call,
    id: String,
}

impl Added<'_> {
    /// How many attempts in all; zero counts as one.
    pub fn retries(self, retries: u32) -> Self {
        self.with(|options| options.retries = Some(retries.max(1)))
    }

    /// How long all attempts may take, since the first began.
    pub fn timeout(self, span: impl IntoDelay) -> Self {
        self.with(|options| options.timeout = Some(at_least_a_little(span)))
    }

    /// How long one attempt may take.
    pub fn attempt_timeout(self, span: impl IntoDelay) -> Self {
        self.with(|options| options.attempt_timeout = Some(at_least_a_little(span)))
    }

    /// How long to wait after an error that names no delay.
    pub fn backoff(self, delay: impl IntoDelay) -> Self {
        self.with(|options| options.backoff = Some(Backoff::Fixed(delay.into_delay().as_secs_f64())))
    }

    /// The same, `factor` times longer with each attempt, up to the `cap`; `jitter` is the share of each step that is left
    /// to chance. A factor below 1 counts as 1, and a cap below the first wait as that.
    pub fn exponential_backoff(
        self,
        first: impl IntoDelay,
        factor: f64,
        cap: impl IntoDelay,
        jitter: f64,
    ) -> Self {
        let first = at_least_a_little(first);
        let cap = cap.into_delay().as_secs_f64().max(first);
        let (factor, jitter) = (within_bounds(factor, 1.0, 1_000.0), within_bounds(jitter, 0.0, 1.0));
        self.with(|options| options.backoff = Some(Backoff::Exponential { first, factor, cap, jitter }))
    }

    /// What an error counts as that says nothing itself.
    pub fn errors(self, errors: Errors) -> Self {
        self.with(|options| options.errors = Some(errors))
    }

    /// A value for the argument [`Param`](crate::args::Param). What cannot be written as JSON is null.
    pub fn param(self, value: impl Serialize) -> Self {
        self.with(|options| options.param = Some(crate::__private::param(value)))
    }

    fn with(self, set: impl FnOnce(&mut Options)) -> Self {
        // One that was refused for its id, or was called already, has no options any more.
        if let Some(options) = self.call.subs().options(&self.id) {
            set(options);
        }
        self
    }
}

/// A limit of nothing would leave no time.
fn at_least_a_little(span: impl IntoDelay) -> f64 {
    span.into_delay().max(Duration::from_millis(1)).as_secs_f64()
}

/// The number, or the bound that is nearest to it; of what is no number, the lower one.
fn within_bounds(number: f64, least: f64, most: f64) -> f64 {
    if number.is_nan() { least } else { number.clamp(least, most) }
}

/// What came of sub-handlers that have all ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Executed {
    /// The ids, behind their handler's, of those that have failed for good. The others have succeeded, or are not for
    /// this object.
    pub failed: Vec<String>,
}

impl Executed {
    /// Makes the failure of any sub-handler that of the handler.
    ///
    /// # Errors
    ///
    /// A permanent one if any has failed for good.
    pub fn all_succeeded(&self) -> Outcome<()> {
        match &self.failed[..] {
            [] => Ok(()),
            failed => Err(permanent(format!("these sub-handlers have failed: {}", failed.join(", ")))),
        }
    }
}

/// Calls what sub-handlers a call has that were not called, after its handler has answered.
pub(crate) async fn after(call: &Call, answer: Answer) -> Answer {
    let result = answer?;
    if call.subs().are_left() {
        Subhandlers(call.clone()).execute().await?;
    }
    Ok(result)
}
