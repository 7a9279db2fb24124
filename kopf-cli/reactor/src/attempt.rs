//! Makes one attempt, and waits for it no longer than its handler allows.

use std::{sync::Arc, time::Duration};

use futures::future::{Either, select};
use kopf_core::{
    cycle::Call,
    outcome::{Answer, Failure, FailureKind},
    registry::Served,
};
use tracing::{info, warn};

use crate::{Attempt, Children, Clock, Invoker, Subject};

/// Makes one attempt of a handler.
///
/// A future that takes too long is dropped, which ends it. A synchronous call cannot be ended: nothing else of its object
/// begins before it has returned, and then its answer is dropped, for the attempt has failed long ago.
pub(crate) async fn attempt(
    invoker: &dyn Invoker,
    clock: &dyn Clock,
    call: Call,
    subject: &Arc<Subject>,
    served: &Arc<Served>,
    event: Option<&'static str>,
    children: Option<Arc<Children>>,
) -> Answer {
    let handler = call.handler.clone();
    let attempt =
        Attempt { call, subject: subject.clone(), served: served.clone(), event, now: clock.now(), children };
    let running = invoker.invoke(attempt);
    let Some(limit) = handler.limits.attempt_timeout else { return running.await };
    match select(running, clock.sleep(limit)).await {
        Either::Left((answer, _)) => answer,
        Either::Right(((), running)) if handler.asynchronous => {
            drop(running);
            timed_out(limit, "was interrupted")
        }
        Either::Right(((), running)) => {
            let (id, object) = (&handler.id, &subject.object.header);
            warn!(%object, "Handler {id} is overdue: it has not returned after {limit:?} and cannot be interrupted.");
            running.await;
            info!(%object, "Handler {id} has returned at last; its answer comes too late and is dropped.");
            timed_out(limit, "returned too late")
        }
    }
}

fn timed_out(limit: Duration, what: &str) -> Answer {
    let message = format!("the attempt took longer than {} seconds and {what}", limit.as_secs_f64());
    Answer {
        result: Err(Failure { kind: FailureKind::Any, message, trace: None }),
        patch: None,
        functions: None,
    }
}

#[cfg(test)]
mod tests;
