//! Handles one object at a time: every event is seen by the spies, and the last one is planned on, called for, concluded
//! and settled.

mod background;
mod case;
mod handling;
mod indexing;
mod spying;
mod unreadable;

use std::{panic::AssertUnwindSafe, time::Duration};

use futures::FutureExt;
use kopf_core::outcome::Level;
use tracing::error;

use self::case::{Case, Next, Sighted};
use crate::{
    clock,
    io::Io,
    let_go::let_go,
    queue::{Memory, Rest, Turn},
};

/// How long an object rests after a fault of kopf itself.
const AFTER_A_FAULT: Duration = Duration::from_secs(60);

/// Takes turns until the queue is closed.
pub(crate) async fn work(io: &Io) {
    while let Some(turn) = io.queue.next().await {
        let (key, source) = (turn.key.clone(), turn.source.clone());
        let place = turn.place.clone();
        let rest = AssertUnwindSafe(handle(io, turn)).catch_unwind().await.unwrap_or_else(|_| {
            error!(object = %place, "Handling has failed by a fault of kopf itself; it begins anew in a minute.");
            Rest::Until(Some(clock::after(io.clock.now(), AFTER_A_FAULT)), Memory::default())
        });
        let uid = key.uid.clone();
        if io.queue.rest(key, rest) {
            // What its handlers have remembered since would never be let go of.
            let_go(io, &source.served(), &uid).await;
        }
    }
}

/// Writes what could not be written before, as the operator stops: once more, and no longer.
pub(crate) async fn flush(io: &Io, turn: Turn) {
    let (mut case, _, brought) = Case::open(io, turn);
    case.take(brought);
    let Some(left) = case.memory.unsettled.take() else { return };
    // No loop goes on after the end, so none is slowed down.
    case.memory.pace.forgive();
    let error = match case.fetch().await {
        Sighted::There(subject) => match case.settle(&subject, *left).await {
            Next::Later(error) => error,
            Next::Again(_) | Next::Rest(_) => return,
        },
        Sighted::Failed(error) => error,
        Sighted::Known | Sighted::Left(_) | Sighted::Gone(_) | Sighted::Missing => return,
    };
    let line = format!(
        "What came of its handlers is not written, so they are called again after the next start: {error}"
    );
    let due = io.complaints.is_due("flush", io.clock.now());
    case.tell(if due { Level::Warn } else { Level::Debug }, &line);
}

/// Handles an object in its turn.
async fn handle(io: &Io, turn: Turn) -> Rest {
    let (wake_at, roused) = (turn.wake_at, turn.roused);
    let now = io.clock.now();
    let (mut case, pending, brought) = Case::open(io, turn);
    // A write that failed waits for its time, whatever happens meanwhile.
    let waits = case.memory.unsettled.is_some() && wake_at.is_some_and(|at| at > now);
    case.take(brought);
    let mut look = pending.is_empty() || wake_at.is_some_and(|at| at <= now);
    let (mut newest, mut is_new, mut failed, mut has_left) = (None, false, None, false);
    for event in pending {
        let sight = event.sight;
        has_left = false;
        match case.sight(event).await {
            Sighted::Left(subject) => {
                case.index(&subject).await;
                if case.is_held_back() {
                    continue;
                }
                has_left = true;
                is_new = true;
                newest = Some(subject);
            }
            Sighted::Known | Sighted::Missing => {}
            Sighted::There(subject) => {
                case.index(&subject).await;
                if case.is_held_back() {
                    continue;
                }
                case.spy(&subject, sight).await;
                let version = &subject.object.header.version;
                match case.memory.is_news(version) {
                    Some(true) => {
                        // Somebody else has changed it: our own writes are known.
                        case.memory.pace.forgive();
                        case.look_for_rivals(&subject, sight);
                        is_new = true;
                        newest = Some(subject);
                    }
                    Some(false) if case.memory.newest.as_ref() == Some(version) => newest = Some(subject),
                    Some(false) => {}
                    None => {
                        look = true;
                        newest = None;
                    }
                }
            }
            Sighted::Gone(subject) => {
                case.unindex_all().await;
                if let Some(subject) = subject.filter(|_| !case.is_held_back()) {
                    case.spy(&subject, sight).await;
                }
                return case.gone().await;
            }
            Sighted::Failed(error) => failed = Some(error),
        }
    }
    if waits {
        return case.rest(wake_at);
    }
    if roused {
        // An event that came with it may be no news, such as our own write.
        is_new |= newest.is_some();
        look |= newest.is_none();
    }
    let rest = match (case.memory.unsettled.take(), newest, failed) {
        (Some(left), newest, _) => case.settle_left(*left, newest).await,
        _ if look => case.look().await,
        (None, Some(subject), _) if is_new => case.act(subject).await,
        (None, _, Some(error)) => case.rest_after(&error),
        (None, _, None) => case.rest(wake_at),
    };
    match rest {
        // Nothing more is heard of it, until it comes back as if it were new.
        Rest::Until(None, memory) if has_left && memory.unsettled.is_none() => Rest::Gone,
        rest => rest,
    }
}
