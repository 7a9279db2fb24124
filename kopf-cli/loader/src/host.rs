//! What plugins may ask of the host: the table of functions that each is given.
//!
//! The functions carry no state, so they find it by the thread: the host that makes the call sets itself for as long. A
//! thread that a plugin started itself is answered by the host of the call that it names, or else by the one that was
//! set up last, in a process usually the only one.

mod lent;
mod watches;

mod subs;

use std::{
    cell::RefCell,
    collections::HashMap,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, LazyLock, Mutex, MutexGuard, OnceLock, PoisonError, RwLock, Weak},
    time::Duration,
};

use abi_stable::{
    prefix_type::PrefixTypeTrait,
    std_types::{RResult, RStr, RVec},
};
use futures::FutureExt;
use kopf_plugin_abi::{
    v1::{FutureV1, HostV1, HostV1Ref, Reply, op},
    wire::{self, Call, Failure, FailureKind},
};
use kopf_reactor::{Clock, Life, clock::Pause};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use tokio::{runtime::Handle, task::JoinSet};

use self::lent::Lending;
use crate::{lives::Lives, spans};

/// What requests are answered with.
pub(crate) struct Host {
    clock: Arc<dyn Clock>,
    /// The daemons and timers that ask.
    lives: Arc<Lives>,
    /// Where waiting is done; absent: by whoever waits.
    runtime: Option<Handle>,
    pub(crate) lending: Arc<Lending>,
}

thread_local! {
    static CURRENT: RefCell<Option<Arc<Host>>> = const { RefCell::new(None) };
}

/// A call that has not ended.
struct Begun {
    host: Weak<Host>,
    /// Who sleeps where it sleeps.
    sleeper: u64,
}

/// The calls that have not ended.
static CALLS: LazyLock<Mutex<HashMap<u64, Begun>>> = LazyLock::new(Mutex::default);

fn calls() -> MutexGuard<'static, HashMap<u64, Begun>> {
    CALLS.lock().unwrap_or_else(PoisonError::into_inner)
}

static LATEST: RwLock<Weak<Host>> = RwLock::new(Weak::new());

impl Host {
    pub(crate) fn new(clock: Arc<dyn Clock>, runtime: Option<Handle>) -> Arc<Host> {
        let host = Arc::new(Host { clock, lives: Arc::default(), runtime, lending: Arc::default() });
        *LATEST.write().unwrap_or_else(PoisonError::into_inner) = Arc::downgrade(&host);
        host
    }

    /// Calls into a plugin, whose requests are answered by this host meanwhile.
    pub(crate) fn lend<R>(self: &Arc<Host>, call: impl FnOnce() -> R) -> R {
        let before = CURRENT.replace(Some(self.clone()));
        let result = catch_unwind(AssertUnwindSafe(call));
        CURRENT.set(before);
        result.unwrap_or_else(|payload| std::panic::resume_unwind(payload))
    }

    /// The daemons and timers that may ask for themselves.
    pub(crate) fn lives(&self) -> &Arc<Lives> {
        &self.lives
    }

    /// A call begins; what it borrows goes back when the answer is dropped.
    pub(crate) fn begin(self: &Arc<Host>, span: &spans::Span) -> Borrowing {
        let begun = Begun { host: Arc::downgrade(self), sleeper: self.clock.sleeper() };
        calls().insert(span.number(), begun);
        Borrowing { lending: self.lending.clone(), span: span.number() }
    }

    /// The host of the call that a body names, for a thread that is none of the host's.
    fn named(body: &[u8]) -> Option<Arc<Host>> {
        let Call { span } = serde_json::from_slice(body).ok()?;
        calls().get(&span).and_then(|begun| begun.host.upgrade())
    }

    fn lent() -> Option<Arc<Host>> {
        CURRENT.try_with(|current| current.borrow().clone()).ok().flatten()
    }

    fn answering(body: &[u8]) -> Option<Arc<Host>> {
        Host::lent()
            .or_else(|| Host::named(body))
            .or_else(|| LATEST.read().unwrap_or_else(PoisonError::into_inner).upgrade())
    }

    fn request(&self, operation: u32, body: &[u8]) -> FutureV1 {
        match operation {
            op::NOW => ready(self.now()),
            op::SLEEP => match serde_json::from_slice(body) {
                Ok(sleep) => self.sleep(sleep),
                Err(_) => ready(failed(FailureKind::Arguments, "the body of SLEEP is not {\"ms\": n}")),
            },
            op::KUBERNETES => self.lending.kubernetes(body),
            op::WATCH => self.lending.watch(body),
            op::STOPPING => match call(body) {
                Ok(call) => self.until_stopping(call),
                Err(failure) => ready(failure),
            },
            other => ready(unsupported(other)),
        }
    }

    fn sleep(&self, Sleep { ms, is_limit, span }: Sleep) -> FutureV1 {
        let sleeper = calls().get(&span).map_or(0, |begun| begun.sleeper);
        let pause = Pause { span: Duration::from_millis(ms), is_limit, sleeper };
        let Some(runtime) = &self.runtime else {
            return FutureV1::new(self.clock.pause(pause).map(|()| reply(&json!({}))));
        };
        // Whoever awaits this may be a thread of the plugin's, where a clock that needs our runtime does not find it.
        let clock = self.clock.clone();
        spawned(runtime, async move {
            clock.pause(pause).await;
            reply(&json!({}))
        })
    }

    /// Waits until a daemon is to stop: for ever, if it has ended or is none.
    fn until_stopping(&self, call: Call) -> FutureV1 {
        let life = self.lives.find(call.span);
        FutureV1::new(async move {
            match life {
                Some(life) => {
                    life.clone().stopped().await;
                    stopping_of(&life)
                }
                None => std::future::pending().await,
            }
        })
    }

    /// What a daemon or a timer asks, and is answered at once.
    fn control(&self, operation: u32, body: &[u8]) -> Reply {
        let life = |body| call(body).map(|call| self.lives.find(call.span));
        match operation {
            op::NOW => self.now(),
            op::POST => self.lending.post(body),
            op::BEGIN => subs::begin(body),
            op::END => subs::end(body),
            op::STOPPING => match life(body) {
                Ok(Some(life)) => stopping_of(&life),
                Ok(None) => reply(&wire::Stopping::default()),
                Err(failure) => failure,
            },
            op::LATEST => match life(body) {
                Ok(Some(life)) => RResult::ROk(RVec::from_slice(&life.latest())),
                Ok(None) => failed(FailureKind::Arguments, "the call is of no daemon and no timer that runs"),
                Err(failure) => failure,
            },
            other => unsupported(other),
        }
    }

    fn now(&self) -> Reply {
        reply(&json!({ "unix_ms": self.clock.now().as_millisecond() }))
    }
}

/// The body of `SLEEP`.
#[derive(Deserialize)]
struct Sleep {
    ms: u64,
    #[serde(default, rename = "limit")]
    is_limit: bool,
    #[serde(default)]
    span: u64,
}

/// What a call borrows of the host, until this is dropped.
pub(crate) struct Borrowing {
    lending: Arc<Lending>,
    span: u64,
}

impl Drop for Borrowing {
    fn drop(&mut self) {
        calls().remove(&self.span);
        self.lending.end(self.span);
    }
}

const PANICKED: &str = "the host panicked while it served this request";

/// The table.
pub(crate) fn table() -> HostV1Ref {
    static TABLE: OnceLock<HostV1Ref> = OnceLock::new();
    *TABLE.get_or_init(|| HostV1 { log, request, control }.leak_into_prefix())
}

// Each function catches its own panics: one that left it would end the process.

extern "C" fn log(level: u8, target: RStr<'_>, file: RStr<'_>, line: u32, span: u64, fields: RStr<'_>) {
    guarded(|| (), || tell(level, target.as_str(), file.as_str(), line, span, fields.as_str()));
}

extern "C" fn request(operation: u32, body: RVec<u8>) -> FutureV1 {
    let answer =
        || Host::answering(&body).map_or_else(|| ready(stopping()), |host| host.request(operation, &body));
    guarded(|| ready(failed(FailureKind::Panic, PANICKED)), answer)
}

extern "C" fn control(operation: u32, body: RVec<u8>) -> Reply {
    guarded(
        || failed(FailureKind::Panic, PANICKED),
        || Host::answering(&body).map_or_else(stopping, |host| host.control(operation, &body)),
    )
}

fn guarded<R>(otherwise: impl FnOnce() -> R, call: impl FnOnce() -> R) -> R {
    catch_unwind(AssertUnwindSafe(call)).unwrap_or_else(|payload| {
        // Dropping the payload might panic again.
        std::mem::forget(payload);
        otherwise()
    })
}

/// Gives a line of a plugin to the host's subscriber. A callsite has one level, hence five of them.
fn tell(level: u8, target: &str, file: &str, line: u32, span: u64, fields: &str) {
    let (message, fields) = match serde_json::from_str::<Map<String, Value>>(fields) {
        Ok(mut fields) => (fields.shift_remove("message"), fields),
        Err(_) => (Some(Value::from(fields)), Map::new()),
    };
    let message = match message {
        Some(Value::String(text)) => text,
        Some(other) => other.to_string(),
        None => String::new(),
    };
    let fields = (!fields.is_empty()).then(|| tracing::field::display(Value::from(fields)));
    let label = spans::find(span);
    // A handler that is about no object has none.
    let object = label.as_ref().map(|label| &label.object).filter(|object| !object.is_empty());
    let object = object.map(tracing::field::display);
    let place = format_args!("{file}:{line}");
    macro_rules! event {
        ($level:ident) => {
            tracing::event!(
                target: "kopf_plugin",
                tracing::Level::$level,
                object,
                origin = target,
                %place,
                fields,
                "{message}"
            )
        };
    }
    match level {
        0 | 1 => event!(ERROR),
        2 => event!(WARN),
        3 => event!(INFO),
        4 => event!(DEBUG),
        _ => event!(TRACE),
    }
}

/// Does something on a runtime, for whoever awaits it, wherever that is. Dropped, it is interrupted.
fn spawned(runtime: &Handle, work: impl Future<Output = Reply> + Send + 'static) -> FutureV1 {
    let mut task = JoinSet::new();
    task.spawn_on(work, runtime);
    FutureV1::new(async move {
        match task.join_next().await {
            Some(Ok(reply)) => reply,
            _ => stopping(),
        }
    })
}

/// Which call an operation is about.
fn call(body: &[u8]) -> Result<Call, Reply> {
    serde_json::from_slice(body)
        .map_err(|_| failed(FailureKind::Arguments, "the body names no call: {\"span\": n}"))
}

fn stopping_of(life: &Life) -> Reply {
    let reasons = life.reasons().into_iter().map(str::to_owned).collect();
    reply(&wire::Stopping { reasons })
}

fn ready(reply: Reply) -> FutureV1 {
    FutureV1::new(std::future::ready(reply))
}

fn reply(answer: &impl Serialize) -> Reply {
    // It cannot fail: what is answered is made of text, numbers and JSON.
    RResult::ROk(serde_json::to_vec(answer).unwrap_or_default().into())
}

fn failed(kind: FailureKind, message: &str) -> Reply {
    let failure = Failure { kind, message: message.to_owned(), ..Failure::default() };
    RResult::RErr(serde_json::to_vec(&failure).unwrap_or_default().into())
}

fn unsupported(operation: u32) -> Reply {
    let message = match operation {
        op::RETIRE | op::FORGET | op::TRANSFORM | op::ADMIT => {
            format!("operation {operation} is one that hosts ask of plugins, not plugins of hosts")
        }
        _ => format!("this host does not know operation {operation}"),
    };
    failed(FailureKind::Unsupported, &message)
}

fn stopping() -> Reply {
    failed(FailureKind::Temporary, "the host is stopping")
}
