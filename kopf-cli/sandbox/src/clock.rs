//! What time it is, and waiting for it: the port through which a test brings a time of its own.

use std::time::Duration;

use futures::future::BoxFuture;
use jiff::Timestamp;

/// The clock of a sandbox: creation times, bookmarks, watch timeouts and stalls ask nothing else.
pub trait Clock: Send + Sync {
    /// The present moment.
    fn now(&self) -> Timestamp;

    /// Resolves once `deadline` is reached; at once if it is in the past.
    fn sleep_until(&self, deadline: Timestamp) -> BoxFuture<'static, ()>;
}

/// The machine's own clock. Its sleeps need a tokio runtime.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn sleep_until(&self, deadline: Timestamp) -> BoxFuture<'static, ()> {
        let left = Duration::try_from(deadline.duration_since(Timestamp::now())).unwrap_or_default();
        Box::pin(tokio::time::sleep(left))
    }
}
