//! The reactor's `Invoker` over loaded plugins: who runs a handler, and what becomes of one that is let go.

use std::{
    future::Future,
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use abi_stable::std_types::{RResult, RVec};
use futures::{channel::oneshot, future::BoxFuture};
use kopf_core::{
    functions::Functions,
    handler::{Handler, On},
    outcome::{Answer, Failure, FailureKind},
    question::Question,
    resource::Resource,
};
use kopf_plugin_abi::{
    v1::{FutureV1, InvokeRequest, PluginV1Ref, Reply, op},
    wire,
};
use kopf_reactor::{
    Attempt, Forget, Invoker, Settings,
    invoke::{Errand, Overdue},
    lent::Lent,
};
use serde_json::Value;
use tokio::{
    runtime::{Handle, Runtime},
    task::JoinSet,
};

use crate::{
    Options,
    attempt::{self, failed},
    copies::Copies,
    functions::Kept,
    host::{Borrowing, Host},
    pool::Pool,
    running::{Entry, Running},
    spans::{Label, Span},
};

/// Threads that await attempts. With two, one handler that does not yield leaves the others alive.
const ASYNC_THREADS: usize = 2;

/// Threads on which functions answer questions. They are their own, so that no question waits for a handler.
const QUESTION_THREADS: usize = 8;

/// Makes attempts in loaded plugins.
///
/// Synchronous handlers run on threads of a pool, asynchronous ones where their attempts are awaited: that is to be on
/// [`PluginInvoker::runtime`], so that neither can hold up what watches.
pub struct PluginInvoker {
    plugins: Vec<PluginV1Ref>,
    host: Arc<Host>,
    pool: Arc<Pool>,
    questions: Arc<Pool>,
    /// For synchronous daemons, whose number the reactor limits.
    daemons: Arc<Pool>,
    /// Where attempts are awaited.
    runtime: Option<Runtime>,
    running: Arc<Running>,
    stall_ms: AtomicU64,
    /// The files that the plugins were opened from, where backtraces are read.
    copies: Option<Copies>,
}

impl PluginInvoker {
    /// An invoker without plugins.
    ///
    /// # Errors
    ///
    /// When the runtime for asynchronous handlers cannot be started.
    pub(crate) fn new(options: &Options) -> io::Result<PluginInvoker> {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        builder.worker_threads(ASYNC_THREADS).thread_name("kopf-handlers").enable_all();
        let runtime = if options.in_place { None } else { Some(builder.build()?) };
        let handle = runtime.as_ref().map(|runtime| runtime.handle().clone());
        Ok(PluginInvoker {
            plugins: vec![],
            host: Host::new(options.clock.clone(), handle),
            pool: Arc::new(Pool::new(options.sync_threads)),
            questions: Arc::new(Pool::new(QUESTION_THREADS)),
            daemons: Arc::new(Pool::new(usize::MAX)),
            runtime,
            running: Arc::default(),
            stall_ms: AtomicU64::new(options.stall.as_millis().try_into().unwrap_or(u64::MAX)),
            copies: None,
        })
    }

    /// Adds a plugin; handlers name it by its place.
    pub(crate) fn add(&mut self, plugin: PluginV1Ref) {
        self.plugins.push(plugin);
    }

    /// Keeps the files of the plugins for as long as they are called.
    pub(crate) fn keep(&mut self, copies: Option<Copies>) {
        self.copies = copies;
    }

    /// What answers the plugins' requests.
    pub(crate) fn host(&self) -> &Arc<Host> {
        &self.host
    }

    /// The runtime for all that awaits attempts: asynchronous handlers run where they are awaited, and one that does not
    /// yield must not hold up what watches. `None` where the options want none.
    pub fn runtime(&self) -> Option<Handle> {
        self.runtime.as_ref().map(|runtime| runtime.handle().clone())
    }

    /// Tells all plugins the most verbose level that is wanted of them: 1 (error) to 5 (trace).
    pub fn set_level(&self, level: u8) {
        for plugin in &self.plugins {
            self.host.lend(|| plugin.set_level()(level));
        }
    }

    /// Tells all plugins that no call comes any more, and waits until they have let go of what they hold.
    pub async fn retire(&self) {
        for plugin in &self.plugins {
            let retired = self.host.lend(|| plugin.control()(op::RETIRE, RVec::from_slice(b"{}")));
            if let RResult::RErr(error) = retired.await {
                tracing::debug!(error = %String::from_utf8_lossy(&error), "A plugin does not retire.");
            }
        }
    }

    /// How long an asynchronous handler may go on without yielding.
    fn stall(&self) -> Duration {
        Duration::from_millis(self.stall_ms.load(Ordering::Relaxed))
    }

    /// What crosses for an attempt or a question, and to whom.
    fn request(
        &self,
        attempt: &Attempt,
        question: Option<&Question>,
    ) -> Result<(PluginV1Ref, InvokeRequest, Span), String> {
        let handler = &attempt.call.handler;
        let label = Label { object: attempt.subject.object.header.to_string(), handler: handler.id.clone() };
        let span = Span::of(label, attempt.children.clone());
        let plugin = self.plugins.get(handler.plugin);
        let plugin = *plugin.ok_or_else(|| format!("there is no plugin number {}", handler.plugin))?;
        let request = attempt::request(attempt, question, span.number())
            .map_err(|error| format!("the request cannot be written as JSON: {error}"))?;
        Ok((plugin, request, span))
    }

    fn interruptible(
        &self,
        plugin: PluginV1Ref,
        request: InvokeRequest,
        span: Span,
    ) -> BoxFuture<'static, Answer> {
        let borrowing = self.host.begin(&span);
        let functions = Kept::of(plugin, &self.host, &span);
        let entry = self.running.enter(span, false, Some(self.stall()));
        let step = Step::New(plugin, request);
        let future = Interruptible { step, entry, host: self.host.clone(), _borrowing: borrowing };
        Box::pin(async move { attempt::answer(&future.await, functions) })
    }

    /// Awaits an errand on the runtime of attempts, for whoever has it run may be what watches, or answers probes.
    fn away(&self, errand: BoxFuture<'static, Answer>) -> BoxFuture<'static, Answer> {
        let Some(runtime) = &self.runtime else { return errand };
        let mut task = JoinSet::new();
        task.spawn_on(errand, runtime.handle());
        Box::pin(async move {
            match task.join_next().await {
                Some(Ok(answer)) => answer,
                _ => failed(FailureKind::Temporary(None), "the operator is stopping".to_owned()),
            }
        })
    }

    fn blocking(
        &self,
        pool: &Arc<Pool>,
        plugin: PluginV1Ref,
        request: InvokeRequest,
        span: Span,
        limit: Option<Duration>,
    ) -> BoxFuture<'static, Answer> {
        let id = format!("Handler {}", span.label().handler);
        let object = span.label().object.clone();
        let borrowing = self.host.begin(&span);
        let functions = Kept::of(plugin, &self.host, &span);
        let entry = Arc::new(self.running.enter(span, true, limit));
        let (sender, receiver) = oneshot::channel();
        let (host, call) = (self.host.clone(), entry.clone());
        let job = move || {
            let reply = call.on_thread(|| host.lend(|| plugin.call_sync()(request)));
            drop((call, borrowing));
            if sender.send(attempt::answer(&reply, functions)).is_err() {
                tracing::warn!(%object, "{id} has returned after it was given up; its answer is dropped.");
            }
        };
        match pool.run(Box::new(job)) {
            Ok(ticket) => {
                let waiting = Waiting { pool: pool.clone(), ticket, entry, receiver };
                Box::pin(waiting)
            }
            Err(error) => {
                let message = format!("no thread could be started for it: {error}");
                Box::pin(std::future::ready(failed(FailureKind::Temporary(None), message)))
            }
        }
    }
}

impl Invoker for PluginInvoker {
    fn invoke(&self, mut attempt: Attempt) -> BoxFuture<'static, Answer> {
        let life = attempt.life.take();
        let handler = &attempt.call.handler;
        let (plugin, request, mut span) = match self.request(&attempt, None) {
            Ok(opened) => opened,
            Err(message) => return refuse(message),
        };
        span.lived = life.map(|life| self.host.lives().enter(span.number(), life));
        if handler.asynchronous {
            self.interruptible(plugin, request, span)
        } else {
            let pool = if handler.on == On::Daemon { &self.daemons } else { &self.pool };
            self.blocking(pool, plugin, request, span, handler.limits.attempt_timeout)
        }
    }

    fn ask(&self, attempt: Attempt, question: Question) -> BoxFuture<'static, Answer> {
        match self.request(&attempt, Some(&question)) {
            Ok((plugin, request, span)) => {
                self.blocking(&self.questions, plugin, request, span, Some(self.stall()))
            }
            Err(message) => refuse(message),
        }
    }

    fn transform(&self, functions: &Functions, object: Value) -> BoxFuture<'static, Result<Value, Failure>> {
        let (sender, receiver) = oneshot::channel();
        let job = match Kept::job(functions, object, self.stall(), &self.running) {
            Ok(job) => job,
            Err(failure) => return Box::pin(std::future::ready(Err(failure))),
        };
        let unrun = |message: String| Failure { message, ..Failure::default() };
        match self.pool.run(Box::new(move || drop(sender.send(job())))) {
            Ok(_) => Box::pin(async move {
                receiver.await.unwrap_or_else(|_| Err(unrun("the operator is stopping".to_owned())))
            }),
            Err(error) => Box::pin(std::future::ready(Err(unrun(format!(
                "no thread could be started for it: {error}"
            ))))),
        }
    }

    fn lend(&self, lent: Lent) {
        self.host.lending.take(lent);
    }

    fn forget(&self, forget: Forget) -> BoxFuture<'static, ()> {
        let Forget { plugin, uid, handler } = forget;
        let Some(&plugin) = self.plugins.get(plugin) else { return Box::pin(std::future::ready(())) };
        let body = serde_json::to_vec(&wire::Forget { uid: uid.into(), handler });
        let host = self.host.clone();
        Box::pin(async move {
            let Ok(body) = body else { return };
            if let RResult::RErr(error) = host.lend(|| plugin.control()(op::FORGET, body.into())).await {
                tracing::debug!(error = %String::from_utf8_lossy(&error), "A plugin does not forget an object.");
            }
        })
    }

    fn choose(&self, handler: Arc<Handler>, number: u32, resource: Resource) -> BoxFuture<'static, Answer> {
        let span = Span::open(Label { object: resource.name(), handler: handler.id.clone() });
        let request = attempt::choice(&handler, number, &resource, span.number());
        match (self.plugins.get(handler.plugin), request) {
            (Some(&plugin), Ok(request)) => {
                self.blocking(&self.questions, plugin, request, span, Some(self.stall()))
            }
            (None, _) => refuse(format!("there is no plugin number {}", handler.plugin)),
            (_, Err(error)) => refuse(format!("the request cannot be written as JSON: {error}")),
        }
    }

    fn perform(&self, errand: Errand) -> BoxFuture<'static, Answer> {
        let handler = &errand.call.handler;
        let label = Label { object: String::new(), handler: handler.id.clone() };
        let span = Span::open(label);
        let refused = |message| Box::pin(std::future::ready(failed(FailureKind::Permanent, message)));
        let Some(&plugin) = self.plugins.get(handler.plugin) else {
            return refused(format!("there is no plugin number {}", handler.plugin));
        };
        match attempt::errand(&errand, span.number()) {
            Err(error) => refused(format!("the request cannot be written as JSON: {error}")),
            Ok(request) if handler.asynchronous => self.away(self.interruptible(plugin, request, span)),
            Ok(request) => self.blocking(&self.pool, plugin, request, span, Some(errand.call.limit)),
        }
    }

    fn configure(&self, settings: &Settings) {
        self.pool.resize(settings.execution.concurrency);
        let stall = settings.execution.stall.as_millis().try_into().unwrap_or(u64::MAX);
        self.stall_ms.store(stall, Ordering::Relaxed);
    }

    fn overdue(&self) -> Vec<Overdue> {
        self.running.overdue()
    }
}

/// An attempt that cannot be made.
fn refuse(message: String) -> BoxFuture<'static, Answer> {
    Box::pin(std::future::ready(failed(FailureKind::Permanent, message)))
}

impl Drop for PluginInvoker {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // A handler that does not yield must not hold up the end, and a runtime must not be waited for in another.
            runtime.shutdown_background();
        }
    }
}

/// A plugin's future, whose host is known and whose time on the thread is watched, in each poll and in its end.
struct Interruptible {
    step: Step,
    entry: Entry,
    host: Arc<Host>,
    _borrowing: Borrowing,
}

enum Step {
    New(PluginV1Ref, InvokeRequest),
    Begun(FutureV1),
    Ended,
}

impl Future for Interruptible {
    type Output = Reply;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Reply> {
        let Interruptible { step, entry, host, .. } = self.get_mut();
        entry.on_thread(|| {
            host.lend(|| {
                let mut future = match std::mem::replace(step, Step::Ended) {
                    Step::New(plugin, request) => plugin.call()(request),
                    Step::Begun(future) => future,
                    Step::Ended => return Poll::Pending,
                };
                let polled = Pin::new(&mut future).poll(context);
                if polled.is_pending() {
                    *step = Step::Begun(future);
                }
                polled
            })
        })
    }
}

impl Drop for Interruptible {
    fn drop(&mut self) {
        let Interruptible { step, entry, host, .. } = self;
        entry.on_thread(|| host.lend(|| *step = Step::Ended));
    }
}

/// A blocking call that somebody waits for.
struct Waiting {
    pool: Arc<Pool>,
    ticket: u64,
    entry: Arc<Entry>,
    receiver: oneshot::Receiver<Answer>,
}

impl Future for Waiting {
    type Output = Answer;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Answer> {
        Pin::new(&mut self.receiver).poll(context).map(|answer| match answer {
            Ok(answer) => answer,
            Err(oneshot::Canceled) => {
                failed(FailureKind::Temporary(None), "the operator is stopping".to_owned())
            }
        })
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if !self.pool.withdraw(self.ticket) {
            self.entry.abandon();
        }
    }
}
