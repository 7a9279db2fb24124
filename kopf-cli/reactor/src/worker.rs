//! Handles one object at a time: every event is seen by the spies, and the last one is planned on, called for, concluded
//! and settled.

mod case;
mod unreadable;

use std::{panic::AssertUnwindSafe, time::Duration};

use futures::FutureExt;
use tracing::error;

use self::case::{Case, Sighted};
use crate::{
    clock,
    io::Io,
    queue::{Memory, Rest, Turn},
};

/// How long an object rests after a fault of kopf itself.
const AFTER_A_FAULT: Duration = Duration::from_secs(60);

/// Takes turns until the queue is closed.
pub(crate) async fn work(io: &Io) {
    while let Some(turn) = io.queue.next().await {
        let key = turn.key.clone();
        let place = turn.place.clone();
        let rest = AssertUnwindSafe(handle(io, turn)).catch_unwind().await.unwrap_or_else(|_| {
            error!(object = %place, "Handling has failed by a fault of kopf itself; it begins anew in a minute.");
            Rest::Until(Some(clock::after(io.clock.now(), AFTER_A_FAULT)), Memory::default())
        });
        io.queue.rest(key, rest);
    }
}

/// Writes what could not be written before, as the operator stops: once more, and no longer.
pub(crate) async fn flush(io: &Io, turn: Turn) {
    let (mut case, _) = Case::open(io, turn);
    if let Some(left) = case.memory.unsettled.take()
        && let Ok(Some(subject)) = case.fetch().await
    {
        case.settle(&subject, *left).await;
    }
}

/// Handles an object in its turn.
async fn handle(io: &Io, turn: Turn) -> Rest {
    let wake_at = turn.wake_at;
    let (mut case, pending) = Case::open(io, turn);
    let woken = pending.is_empty() || wake_at.is_some_and(|at| at <= io.clock.now());
    let mut last = None;
    for event in pending {
        let sight = event.sight;
        match case.sight(event).await {
            Sighted::Known => {}
            Sighted::There(subject) => {
                case.spy(&subject, sight).await;
                if !case.knows(&subject.object.header) {
                    // Somebody else has changed it: our own writes are known.
                    case.memory.pace.forgive();
                    last = Some(subject);
                }
            }
            Sighted::Gone(subject) => {
                if let Some(subject) = subject {
                    case.spy(&subject, sight).await;
                }
                return case.gone();
            }
            Sighted::Failed(error) => return case.rest_after(&error),
        }
    }
    // A write that failed waits for its time, whatever happens meanwhile.
    if case.memory.unsettled.is_some() && wake_at.is_some_and(|at| at > io.clock.now()) {
        return case.rest(wake_at);
    }
    match (case.memory.unsettled.take(), last) {
        (Some(left), _) => case.settle_left(*left).await,
        (None, Some(subject)) => case.act(subject).await,
        (None, None) if woken => case.look().await,
        (None, None) => case.rest(wake_at),
    }
}
