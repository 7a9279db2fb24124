//! What a daemon or a timer may ask while it runs: whether it is to stop, and what its object is by now.

use std::{
    fmt,
    future::Future,
    pin::pin,
    task::{Context, Poll},
    time::Duration,
};

use kopf_plugin_abi::{
    v1::{Reply, op},
    wire::{self, Wants},
};
use serde::de::DeserializeOwned;

use super::{Annotations, Body, FromCall, Labels, Meta, Spec, Status};
use crate::{
    Call, Error, Outcome,
    document::{Document, Part},
    scope::{self, Scope},
    time,
};

/// Why a daemon or a timer is to stop, and how far it was brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StopReason {
    /// The object does not match the filters any more.
    FiltersMismatch,
    /// The object is deleted, or is to be.
    ResourceDeleted,
    /// The operator pauses, in favour of another.
    OperatorPausing,
    /// The operator ends.
    OperatorExiting,
    /// It was told to stop. This goes along with one of the reasons above.
    Signalled,
    /// It was to be interrupted, and cannot be: it is a blocking function.
    Cancelled,
    /// Nobody waits for it any more.
    Abandoned,
}

impl StopReason {
    fn parse(text: &str) -> Option<StopReason> {
        Some(match text {
            "filters-mismatch" => StopReason::FiltersMismatch,
            "resource-deleted" => StopReason::ResourceDeleted,
            "operator-pausing" => StopReason::OperatorPausing,
            "operator-exiting" => StopReason::OperatorExiting,
            "daemon-signalled" => StopReason::Signalled,
            "daemon-cancelled" => StopReason::Cancelled,
            "daemon-abandoned" => StopReason::Abandoned,
            // A newer host has more of them.
            _ => return None,
        })
    }
}

/// As in the operator's lines: `resource-deleted`.
impl fmt::Display for StopReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            StopReason::FiltersMismatch => "filters-mismatch",
            StopReason::ResourceDeleted => "resource-deleted",
            StopReason::OperatorPausing => "operator-pausing",
            StopReason::OperatorExiting => "operator-exiting",
            StopReason::Signalled => "daemon-signalled",
            StopReason::Cancelled => "daemon-cancelled",
            StopReason::Abandoned => "daemon-abandoned",
        })
    }
}

/// Whether a daemon or a timer is to stop. Elsewhere it is never set.
///
/// The operator waits for a daemon that takes it, and cancels an asynchronous one that does not; see
/// [`daemon`](macro@crate::daemon).
///
/// ```
/// use std::time::Duration;
///
/// use kopf_plugin_api::prelude::*;
///
/// #[kopf::daemon("example.com", "v1", "sites")]
/// async fn watch_over(name: Name, stopped: Stopped) {
///     while !stopped.wait(Duration::from_secs(60)).await {
///         info!("{name} is there");
///     }
/// }
///
/// #[kopf::daemon("example.com", "v1", "sites")]
/// fn watch_over_blocking(name: Name, stopped: Stopped) {
///     while !stopped.wait_blocking(Duration::from_secs(60)) {
///         info!("{name} is there");
///     }
/// }
/// ```
#[derive(Clone)]
pub struct Stopped(Handle);

/// The object as it is by now, while a daemon or a timer runs. What the other arguments show is the object as it was when
/// the attempt began.
///
/// ```
/// use std::time::Duration;
///
/// use kopf_plugin_api::prelude::*;
///
/// #[kopf::daemon("example.com", "v1", "sites")]
/// async fn follow(latest: Latest, stopped: Stopped) -> Outcome<()> {
///     while !stopped.wait(Duration::from_secs(60)).await {
///         info!("{} replicas by now", latest.spec()?["replicas"]);
///     }
///     Ok(())
/// }
/// ```
///
/// Each look asks the operator, and reads the object anew.
#[derive(Clone)]
pub struct Latest(Handle);

/// How to ask the host about a call, also from a task or a thread of one's own.
#[derive(Clone)]
struct Handle {
    scope: Option<Scope>,
    span: u64,
}

impl Handle {
    fn of(call: &Call) -> Handle {
        Handle { scope: scope::current(), span: call.span() }
    }

    fn body(&self) -> Vec<u8> {
        // It cannot fail: it is a number.
        serde_json::to_vec(&wire::Call { span: self.span }).unwrap_or_default()
    }

    fn ask(&self, operation: u32) -> Option<Reply> {
        let scope = self.scope.as_ref()?;
        Some(scope.plugin.telemetry.output.host().control()(operation, self.body().into()))
    }
}

impl FromCall for Stopped {
    const WANTS: Wants = Wants { stopped: true, ..Wants::NONE };

    fn from_call(call: &Call) -> Outcome<Self> {
        Ok(Stopped(Handle::of(call)))
    }
}

impl Stopped {
    /// Whether it is to stop.
    pub fn is_set(&self) -> bool {
        self.told().is_some_and(|told| !told.reasons.is_empty())
    }

    /// Why it is to stop; nothing if it is not.
    pub fn reason(&self) -> Option<StopReason> {
        self.reasons().first().copied()
    }

    /// All reasons to stop, and how far it was brought.
    pub fn reasons(&self) -> Vec<StopReason> {
        let told = self.told().unwrap_or_default();
        told.reasons.iter().filter_map(|reason| StopReason::parse(reason)).collect()
    }

    fn told(&self) -> Option<wire::Stopping> {
        serde_json::from_slice(&self.0.ask(op::STOPPING)?.into_result().ok()?).ok()
    }

    /// Waits until it is to stop, at most so long on the host's clock ([`Duration::MAX`]: for as long as it takes). Answers
    /// whether it is to stop.
    ///
    /// May be dropped and begun anew at any time.
    pub async fn wait(&self, span: Duration) -> bool {
        if self.is_set() {
            return true;
        }
        let Some(scope) = &self.0.scope else {
            time::sleep(span).await;
            return false;
        };
        let host = scope.plugin.telemetry.output.host();
        let mut stopping = pin!(host.request()(op::STOPPING, self.0.body().into()));
        let stopped = std::future::poll_fn(|context| stopping.as_mut().poll(context).map(drop));
        time::timeout(span, stopped).await.is_ok() || self.is_set()
    }

    /// As [`Stopped::wait`], for a function that is not `async`: it keeps the thread.
    pub fn wait_blocking(&self, span: Duration) -> bool {
        block_on(self.wait(span))
    }
}

impl fmt::Debug for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Stopped").field(&self.reasons()).finish()
    }
}

impl FromCall for Latest {
    fn from_call(call: &Call) -> Outcome<Self> {
        Ok(Latest(Handle::of(call)))
    }
}

impl Latest {
    /// The whole object.
    ///
    /// # Errors
    ///
    /// As all of these: outside of a daemon and a timer, after its end, or where the object cannot be read.
    pub fn object(&self) -> Outcome<Body> {
        Body::of(&self.document()?)
    }

    /// Its `spec`, empty if absent.
    ///
    /// # Errors
    ///
    /// As [`Latest::object`].
    pub fn spec(&self) -> Outcome<Spec> {
        Spec::of(&self.document()?)
    }

    /// Its `status`, empty if absent.
    ///
    /// # Errors
    ///
    /// As [`Latest::object`].
    pub fn status(&self) -> Outcome<Status> {
        Status::of(&self.document()?)
    }

    /// Its `metadata`.
    ///
    /// # Errors
    ///
    /// As [`Latest::object`].
    pub fn meta(&self) -> Outcome<Meta> {
        Meta::of(&self.document()?)
    }

    /// Its labels.
    ///
    /// # Errors
    ///
    /// As [`Latest::object`].
    pub fn labels(&self) -> Outcome<Labels> {
        Labels::of(&self.document()?)
    }

    /// Its annotations.
    ///
    /// # Errors
    ///
    /// As [`Latest::object`].
    pub fn annotations(&self) -> Outcome<Annotations> {
        Annotations::of(&self.document()?)
    }

    /// The whole object as a type of one's own.
    ///
    /// # Errors
    ///
    /// As [`Latest::object`], and where the object is not of that type.
    pub fn typed<T: DeserializeOwned>(&self) -> Outcome<T> {
        self.document()?.typed(Part::Whole)
    }

    fn document(&self) -> Outcome<Document> {
        let told = self.0.ask(op::LATEST).and_then(|reply| reply.into_result().ok());
        let nobody = || {
            Error::argument(
                "what the object is by now is known in a daemon and a timer alone, while they run",
            )
        };
        told.map(|bytes| Document::new(abi_stable::std_types::RArc::new(bytes))).ok_or_else(nobody)
    }
}

impl fmt::Debug for Latest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Latest").field(&self.object().ok()).finish()
    }
}

/// Polls a future on this thread, which parks in between.
fn block_on<F: Future>(future: F) -> F::Output {
    struct Unpark(std::thread::Thread);

    impl std::task::Wake for Unpark {
        fn wake(self: std::sync::Arc<Self>) {
            self.0.unpark();
        }
    }

    let waker = std::sync::Arc::new(Unpark(std::thread::current())).into();
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(output) => return output,
            Poll::Pending => std::thread::park(),
        }
    }
}
