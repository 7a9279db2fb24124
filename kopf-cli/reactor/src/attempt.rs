//! Makes one attempt, and waits for it no longer than its handler allows.

use std::time::Duration;

use futures::future::{Either, select};
use kopf_core::outcome::{Answer, Failure, FailureKind};
use tracing::{info, warn};

use crate::{Attempt, Clock, Invoker};

/// Makes one attempt of a handler.
///
/// A future that takes too long is dropped, which ends it. A synchronous call cannot be ended: nothing else of its object
/// begins before it has returned, and then its answer is dropped, for the attempt has failed long ago.
pub(crate) async fn attempt(invoker: &dyn Invoker, clock: &dyn Clock, attempt: Attempt) -> Answer {
    let handler = attempt.call.handler.clone();
    // A daemon waits for long, and keeps no object meanwhile.
    let Some(limit) = handler.limits.attempt_timeout else { return invoker.invoke(attempt).await };
    let object = attempt.subject.object.header.to_string();
    let running = invoker.invoke(attempt);
    match select(running, clock.sleep(limit)).await {
        Either::Left((answer, _)) => answer,
        Either::Right(((), running)) if handler.asynchronous => {
            drop(running);
            timed_out(limit, "was interrupted")
        }
        Either::Right(((), running)) => {
            let id = handler.called();
            warn!(%object, "{id} is overdue: it has not returned after {limit:?} and cannot be interrupted.");
            running.await;
            info!(%object, "{id} has returned at last; its answer comes too late and is dropped.");
            timed_out(limit, "returned too late")
        }
    }
}

fn timed_out(limit: Duration, what: &str) -> Answer {
    let message = format!("the attempt took longer than {limit:?} and {what}");
    Answer {
        result: Err(Failure { kind: FailureKind::Any, message, trace: None }),
        patch: None,
        functions: None,
    }
}

#[cfg(test)]
mod tests;
