//! Knows which calls are on a thread of the host's right now, and for how long.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use kopf_reactor::invoke::Overdue;

use crate::spans::Span;

/// The calls of one invoker that have not ended.
#[derive(Default)]
pub(crate) struct Running {
    calls: Mutex<HashMap<u64, Call>>,
}

struct Call {
    span: Span,
    blocking: bool,
    /// How long it may keep a thread.
    limit: Option<Duration>,
    /// Since when it keeps a thread, if it does.
    since: Option<Instant>,
    /// Nobody waits for it any more.
    abandoned: bool,
}

/// A call that is known until this is dropped.
pub(crate) struct Entry {
    running: Arc<Running>,
    number: u64,
}

impl Running {
    /// Makes a call known.
    pub(crate) fn enter(self: &Arc<Self>, span: Span, blocking: bool, limit: Option<Duration>) -> Entry {
        let number = span.number();
        self.lock().insert(number, Call { span, blocking, limit, since: None, abandoned: false });
        Entry { running: self.clone(), number }
    }

    /// The calls that keep a thread beyond their limit, and those that nobody waits for.
    pub(crate) fn overdue(&self) -> Vec<Overdue> {
        let calls = self.lock();
        let mut overdue: Vec<_> = calls.values().filter_map(Call::overdue).collect();
        drop(calls);
        overdue.sort_by(|a, b| b.seconds.cmp(&a.seconds).then_with(|| a.handler.cmp(&b.handler)));
        overdue
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<u64, Call>> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Call {
    fn overdue(&self) -> Option<Overdue> {
        let kept = self.since?.elapsed();
        let label = self.span.label();
        (self.abandoned || self.limit.is_some_and(|limit| kept > limit)).then(|| Overdue {
            handler: label.handler.clone(),
            object: label.object.clone(),
            seconds: kept.as_secs(),
            blocking: self.blocking,
        })
    }
}

impl Entry {
    /// Makes a call on this thread.
    pub(crate) fn on_thread<R>(&self, call: impl FnOnce() -> R) -> R {
        self.change(|entry| entry.since = Some(Instant::now()));
        let result = call();
        self.change(|entry| entry.since = None);
        result
    }

    /// Says that nobody waits for the call any more.
    pub(crate) fn abandon(&self) {
        self.change(|entry| entry.abandoned = true);
    }

    fn change(&self, change: impl FnOnce(&mut Call)) {
        if let Some(call) = self.running.lock().get_mut(&self.number) {
            change(call);
        }
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        let ended = self.running.lock().remove(&self.number);
        // The span locks a table of its own.
        drop(ended);
    }
}
