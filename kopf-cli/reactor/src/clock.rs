//! The `Clock` port: what time it is, and waiting for it.

use std::time::Duration;

use futures::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};

/// Where the operator has its time from. Tests advance one of their own; nothing here asks the runtime's.
pub trait Clock: Send + Sync + 'static {
    /// The moment it is.
    fn now(&self) -> Timestamp;

    /// Ends at the moment, or at once if it has passed.
    fn sleep_until(&self, moment: Timestamp) -> BoxFuture<'static, ()>;

    /// Ends after the span.
    fn sleep(&self, span: Duration) -> BoxFuture<'static, ()> {
        self.sleep_until(after(self.now(), span))
    }

    /// Whose attempt begins on this thread, for a clock that asks whether all of them sleep; zero is nobody's.
    fn sleeper(&self) -> u64 {
        0
    }

    /// Waits for what the code of a handler waits for.
    fn pause(&self, pause: Pause) -> BoxFuture<'static, ()> {
        self.sleep(pause.span)
    }
}

/// A wait of a handler, or of one of its tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pause {
    /// How long it is.
    pub span: Duration,
    /// Whether something else is waited for, and no longer than this.
    pub is_limit: bool,
    /// Whose it is, as [`Clock::sleeper`] has said when the attempt began.
    pub sleeper: u64,
}

/// The moment that lies a span after another; the last one there is, if it lies beyond.
pub fn after(moment: Timestamp, span: Duration) -> Timestamp {
    let span = SignedDuration::try_from(span).unwrap_or(SignedDuration::MAX);
    moment.checked_add(span).unwrap_or(Timestamp::MAX)
}

/// The machine's time.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn sleep_until(&self, moment: Timestamp) -> BoxFuture<'static, ()> {
        let span = Duration::try_from(moment.duration_since(Timestamp::now())).unwrap_or_default();
        Box::pin(tokio::time::sleep(span))
    }
}
