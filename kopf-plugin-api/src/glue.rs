//! The plugin as its host sees it: the five functions of the boundary, and what they work on.
//!
//! The functions carry no data of their own, so each table has a number, and the plugin behind a table is found by
//! it. A library exports the table with the number 0; a test takes others, see [`crate::testing`].

use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, PoisonError, RwLock},
    task::{Context, Poll},
};

use abi_stable::{
    prefix_type::WithMetadata,
    std_types::{RResult, RVec},
};
use kopf_plugin_abi::{
    v1::{FutureV1, HostV1Ref, InvokeRequest, PluginV1, Reply, op},
    wire::{Done, Failure, FailureKind, Forget, Init, Transform},
};
use serde::Serialize;
use serde_json::Value;

use crate::{
    __private::{Answer, Answering},
    call::Call,
    document::Documents,
    functions::Functions,
    panics::{self, catch},
    registry::{Registry, Run},
    runtime::Lazy,
    scope::Scope,
    state::Kept,
    subhandlers,
    telemetry::Telemetry,
};

/// How many tables there are: one for a library, the others for tests that run at the same time.
pub(crate) const TABLES: usize = 129;

/// A plugin that was started.
pub(crate) struct Plugin {
    pub(crate) registry: Registry,
    pub(crate) runtime: Lazy,
    pub(crate) telemetry: Telemetry,
    pub(crate) client: crate::client::Shared,
    functions: Functions,
    documents: Documents,
    pub(crate) kept: Arc<Kept>,
}

/// The plugin behind each table.
static STARTED: [RwLock<Option<Arc<Plugin>>>; TABLES] = [const { RwLock::new(None) }; TABLES];

fn started(table: usize) -> Option<Arc<Plugin>> {
    STARTED[table].read().unwrap_or_else(PoisonError::into_inner).clone()
}

/// The plugin that this library is, once it is started.
pub(crate) fn exported() -> Option<Arc<Plugin>> {
    started(0)
}

/// The table with this number.
pub(crate) const fn table<const TABLE: usize>() -> WithMetadata<PluginV1> {
    WithMetadata::new(PluginV1 {
        init: init::<TABLE>,
        call: call::<TABLE>,
        call_sync: call_sync::<TABLE>,
        set_level: set_level::<TABLE>,
        control: control::<TABLE>,
    })
}

extern "C" fn init<const TABLE: usize>(host: HostV1Ref, config: RVec<u8>) -> Reply {
    reply(catch(|| start(TABLE, host, &config)).and_then(|started| started))
}

extern "C" fn call<const TABLE: usize>(request: InvokeRequest) -> FutureV1 {
    match catch(|| prepare(TABLE, request)) {
        Ok(Ok((scope, call, Called::Handler(Run::Async(run))))) => {
            FutureV1::new(Guarded { work: Work::Due(run), scope, call })
        }
        Ok(Ok((_, call, _))) => refuse(format!("{} is not asynchronous", call.handler_id())),
        Ok(Err(failure)) | Err(failure) => ready(reply::<Done>(Err(failure))),
    }
}

extern "C" fn call_sync<const TABLE: usize>(request: InvokeRequest) -> Reply {
    let answered = catch(|| match prepare(TABLE, request)? {
        (scope, call, Called::Handler(Run::Sync(run))) => {
            let work = || {
                let answered = subhandlers::within(&call, || run(&call));
                // The list is locked for the question alone.
                let are_left = call.subs().are_left();
                if are_left { subhandlers::block_on(subhandlers::after(&call, answered)) } else { answered }
            };
            Ok(scope.run(|| answer(catch(work), &scope, &call)))
        }
        (scope, call, Called::Question(run)) => Ok(scope.run(|| {
            let answered = catch(|| run(&call));
            // A question changes nothing: nobody would ever ask for these.
            drop(call.patch().take_functions());
            answer(answered, &scope, &call)
        })),
        (_, call, Called::Handler(Run::Async(_))) => {
            Err(unsupported(format!("{} is asynchronous", call.handler_id())))
        }
    });
    answered.and_then(|answered| answered).unwrap_or_else(|failure| reply::<Done>(Err(failure)))
}

extern "C" fn set_level<const TABLE: usize>(level: u8) {
    // There is nobody to tell of a panic; the hook has said what there is to say.
    drop(catch(|| {
        if let Some(plugin) = started(TABLE) {
            plugin.telemetry.set_level(level);
        }
    }));
}

extern "C" fn control<const TABLE: usize>(operation: u32, body: RVec<u8>) -> FutureV1 {
    match operation {
        op::RETIRE => ready(reply(catch(|| retire(TABLE)).map(|()| serde_json::Map::new()))),
        op::FORGET => ready(reply(catch(|| forget(TABLE, &body)).and_then(|forgotten| forgotten))),
        op::TRANSFORM => ready(reply(catch(|| transform(TABLE, &body)).and_then(|done| done))),
        op::ADMIT => refuse(
            concat!(
                "this plugin reviews no admissions: kopf-plugin-api ",
                env!("CARGO_PKG_VERSION"),
                " has no handlers for them"
            )
            .to_owned(),
        ),
        other => refuse(format!("operation {other} is not known to this plugin")),
    }
}

fn start(table: usize, host: HostV1Ref, config: &[u8]) -> Result<impl Serialize + use<>, Box<Failure>> {
    let config: Init = serde_json::from_slice(config)
        .map_err(|error| unsupported(format!("what the host says at the start cannot be read: {error}")))?;
    let registry = Registry::linked(config.package.as_deref())
        .map_err(|message| failed(FailureKind::Permanent, message))?;
    let manifest = registry.manifest();
    let refused = || unsupported("the plugin is started already: take another copy of it".into());
    if started(table).is_some() {
        return Err(refused());
    }
    panics::install_hook();
    // A host that says nothing of a level wants the usual lines.
    let level = if config.level == 0 { 3 } else { config.level };
    let telemetry = Telemetry::start(host, level, registry.name, table == 0);
    let plugin = Plugin {
        registry,
        runtime: Lazy::default(),
        telemetry,
        client: crate::client::Shared::default(),
        functions: Functions::default(),
        documents: Documents::default(),
        kept: Arc::default(),
    };
    // The lock is taken for this alone: the hook of a panic under it would wait for it.
    let mut slot = STARTED[table].write().unwrap_or_else(PoisonError::into_inner);
    if slot.is_some() {
        return Err(refused());
    }
    *slot = Some(Arc::new(plugin));
    Ok(manifest)
}

/// Runs the functions of a patch on an object, or lets go of them.
fn transform(table: usize, body: &[u8]) -> Result<Value, Box<Failure>> {
    let plugin = started(table).ok_or_else(|| unsupported("the plugin is not started, or retired".into()))?;
    let Transform { span, object } = serde_json::from_slice(body)
        .map_err(|_| failed(FailureKind::Arguments, "what is to be transformed cannot be read".into()))?;
    let scope = Scope { span, ..Scope::of_plugin(plugin) };
    match object {
        Some(object) => scope.run(|| scope.plugin.functions.run(span, object)),
        None => scope.run(|| {
            scope.plugin.functions.let_go(span);
            Ok(Value::Object(serde_json::Map::new()))
        }),
    }
}

fn retire(table: usize) {
    let plugin = STARTED[table].write().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(plugin) = plugin {
        plugin.runtime.retire();
        crate::testing::give_back(table);
    }
}

/// Lets go of what is kept of an object. What is dropped by it is an author's, so that is done within the plugin's scope.
fn forget(table: usize, body: &[u8]) -> Result<serde_json::Map<String, Value>, Box<Failure>> {
    let forget: Forget = serde_json::from_slice(body)
        .map_err(|error| unsupported(format!("what is to be forgotten cannot be read: {error}")))?;
    let plugin = started(table).ok_or_else(|| unsupported("the plugin is not started, or retired".into()))?;
    let kept = plugin.kept.clone();
    Scope::of_plugin(plugin).run(|| kept.forget(&forget));
    Ok(serde_json::Map::new())
}

/// What of a handler a request calls.
enum Called {
    Handler(Run),
    /// A function that its options ask.
    Question(fn(&Call) -> Answer),
}

fn prepare(table: usize, request: InvokeRequest) -> Result<(Scope, Call, Called), Box<Failure>> {
    let plugin = started(table).ok_or_else(|| unsupported("the plugin is not started, or retired".into()))?;
    let handler = usize::try_from(request.handler).ok().and_then(|place| plugin.registry.handlers.get(place));
    let handler = *handler.ok_or_else(|| unsupported(format!("there is no handler {}", request.handler)))?;
    let called = match request.flags {
        0 => Called::Handler(handler.run),
        number => {
            let place = usize::try_from(number - 1).ok();
            let question = place.and_then(|place| handler.questions.get(place));
            let unknown = || unsupported(format!("{} asks no question {number}", handler.id));
            Called::Question(*question.ok_or_else(unknown)?)
        }
    };
    let span = request.span;
    let call = Call::new(handler, request, &plugin.documents, plugin.kept.clone());
    let scope = Scope { span, plugin, call: Some(call.clone()) };
    Ok((scope, call, called))
}

/// A handler's future: polled and dropped within its scope, and with its panics caught.
struct Guarded {
    work: Work,
    scope: Scope,
    call: Call,
}

enum Work {
    Due(fn(Call) -> Answering),
    Begun(Answering),
    Over,
}

impl Future for Guarded {
    type Output = Reply;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Reply> {
        let Guarded { work, scope, call } = &mut *self;
        scope.run(|| {
            let polled = catch(|| {
                if let Work::Due(run) = *work {
                    *work = Work::Begun(subhandlers::within(call, || run(call.clone())));
                }
                loop {
                    let Work::Begun(future) = work else { return Poll::Pending };
                    match subhandlers::within(call, || future.as_mut().poll(context)) {
                        Poll::Ready(Ok(result)) if call.subs().are_left() => {
                            let call = call.clone();
                            let rest = async move { subhandlers::after(&call, Ok(result)).await };
                            *work = Work::Begun(Box::pin(rest));
                        }
                        polled => return polled,
                    }
                }
            });
            let answered = match polled {
                Ok(Poll::Pending) => return Poll::Pending,
                Ok(Poll::Ready(answered)) => Ok(answered),
                Err(panic) => Err(panic),
            };
            let over = std::mem::replace(work, Work::Over);
            let dropped = catch(|| drop(over));
            Poll::Ready(answer(answered.and_then(|answered| dropped.map(|()| answered)), scope, call))
        })
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        let work = std::mem::replace(&mut self.work, Work::Over);
        // A panic here has been logged by the hook, and nobody waits for an answer any more.
        self.scope.run(|| drop(catch(|| (drop(work), self.call.let_go()))));
    }
}

/// The reply to an attempt. What the handler has put into its patch goes along, whatever became of it.
fn answer(answered: Result<Answer, Box<Failure>>, scope: &Scope, call: &Call) -> Reply {
    let patch = call.patch().merge_part();
    let transforms = scope.plugin.functions.keep(scope.span, call.patch().take_functions());
    let answered = answered.and_then(|answer| answer.map_err(|error| Box::new(error.into_failure())));
    call.let_go();
    reply(match answered {
        Ok(result) => {
            let settings = call.settings().changes();
            Ok(Done { result, patch, transforms, settings })
        }
        Err(failure) => Err(Box::new(Failure { patch, transforms, ..*failure })),
    })
}

fn failed(kind: FailureKind, message: String) -> Box<Failure> {
    Box::new(Failure { kind, message, ..Failure::default() })
}

fn unsupported(message: String) -> Box<Failure> {
    failed(FailureKind::Unsupported, message)
}

fn refuse(message: String) -> FutureV1 {
    ready(reply::<Done>(Err(unsupported(message))))
}

fn ready(reply: Reply) -> FutureV1 {
    FutureV1::new(std::future::ready(reply))
}

fn reply<T: Serialize>(answer: Result<T, Box<Failure>>) -> Reply {
    // Neither can fail: both are made of text, numbers and JSON.
    match answer {
        Ok(done) => RResult::ROk(serde_json::to_vec(&done).unwrap_or_default().into()),
        Err(failure) => RResult::RErr(serde_json::to_vec(&failure).unwrap_or_default().into()),
    }
}
