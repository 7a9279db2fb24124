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

    /// The same, for who waits for something else, and no longer than this.
    fn limit(&self, span: Duration) -> BoxFuture<'static, ()> {
        self.sleep(span)
    }
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
