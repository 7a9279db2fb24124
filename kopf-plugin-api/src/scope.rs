//! Whose work a thread is doing: which plugin's, and on which of the host's attempts.
//!
//! One process may hold several plugins of one copy of this crate, when they are linked into a test. So nothing asks
//! for "the" host: a line, a panic and a task belong to the scope that they come from.

use std::{
    cell::RefCell,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use tokio::task::JoinHandle;
use tracing::Instrument;

use crate::{call::Call, glue::Plugin};

thread_local! {
    static CURRENT: RefCell<Option<Scope>> = const { RefCell::new(None) };
}

/// A plugin at work, on an attempt.
#[derive(Clone)]
pub(crate) struct Scope {
    pub(crate) plugin: Arc<Plugin>,
    /// The host's number for the attempt; zero outside of one.
    pub(crate) span: u64,
    /// The attempt.
    pub(crate) call: Option<Call>,
}

/// The scope of this thread; outside of any, that of the plugin that this library is, if it is one.
pub(crate) fn current() -> Option<Scope> {
    // The thread may be ending, or be in the middle of a change of scope.
    let entered = CURRENT.try_with(|current| current.try_borrow().ok().and_then(|current| current.clone()));
    entered.ok().flatten().or_else(|| crate::glue::exported().map(Scope::of_plugin))
}

impl Scope {
    /// A plugin at work on nothing in particular.
    pub(crate) fn of_plugin(plugin: Arc<Plugin>) -> Scope {
        Scope { plugin, span: 0, call: None }
    }

    /// Does something within the scope: with its lines, its tokio, and its name for panics.
    pub(crate) fn run<R>(&self, work: impl FnOnce() -> R) -> R {
        struct Restore(Option<Scope>);

        impl Drop for Restore {
            fn drop(&mut self) {
                let previous = self.0.take();
                let left = CURRENT.try_with(|current| current.replace(previous));
                drop(left);
            }
        }

        let _restore = Restore(CURRENT.with(|current| current.replace(Some(self.clone()))));
        let tokio = self.plugin.runtime.handle(&self.plugin);
        let _entered = tokio.as_ref().map(|tokio| tokio.enter());
        self.plugin.telemetry.run(work)
    }

    /// Makes this thread one of the plugin's, until it ends.
    pub(crate) fn adopt_thread(self) {
        self.plugin.telemetry.adopt_thread();
        CURRENT.with(|current| current.replace(Some(self)));
    }
}

/// A future that is polled and dropped within a scope.
struct Scoped<F> {
    future: Option<Pin<Box<F>>>,
    scope: Option<Scope>,
}

impl<F: Future> Future for Scoped<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let Scoped { future, scope } = &mut *self;
        let Some(future) = future else { return Poll::Pending };
        match scope {
            Some(scope) => scope.run(|| future.as_mut().poll(context)),
            None => future.as_mut().poll(context),
        }
    }
}

impl<F> Drop for Scoped<F> {
    fn drop(&mut self) {
        let future = self.future.take();
        match &self.scope {
            Some(scope) => scope.run(|| drop(future)),
            None => drop(future),
        }
    }
}

/// Runs a future as a task of the plugin's own runtime; what it logs stays with the object that is being handled.
///
/// `tokio::spawn` works as well, but its lines name no object.
///
/// # Panics
///
/// Outside of a handler and its tasks, where there is no runtime. A panic inside the future ends the task, is logged,
/// and is an error of the handle.
pub fn spawn<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    let scope = current();
    let tokio = scope.as_ref().and_then(|scope| scope.plugin.runtime.handle(&scope.plugin));
    let task = Scoped { future: Some(Box::pin(future.in_current_span())), scope };
    match tokio {
        Some(tokio) => tokio.spawn(task),
        None => tokio::spawn(task),
    }
}
