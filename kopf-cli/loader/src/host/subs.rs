//! Sub-handlers, which take their turns while their handler is at work.

use abi_stable::std_types::RResult;
use jiff::Timestamp;
use kopf_core::{
    cycle::Turn,
    outcome::{Answer, elapsed},
    question::{About, Of, Question},
};
use kopf_plugin_abi::{
    v1::Reply,
    wire::{self, FailureKind},
};

use super::failed;
use crate::{attempt, manifest, spans};

/// Says whether it is a sub-handler's turn.
pub(super) fn begin(body: &[u8]) -> Reply {
    let begin: wire::Begin = match serde_json::from_slice(body) {
        Ok(begin) => begin,
        Err(error) => return unreadable(&error),
    };
    let Some(children) = spans::children(begin.span) else { return nobody() };
    match manifest::sub(&begin.options, &begin.answers) {
        Err(problem) => failed(FailureKind::Arguments, &format!("the sub-handler {}: {problem}", begin.id)),
        Ok(sub) => children.turn(&begin.id, sub).map_or_else(over, said),
    }
}

/// Takes what came of a sub-handler.
pub(super) fn end(body: &[u8]) -> Reply {
    let end: wire::End = match serde_json::from_slice(body) {
        Ok(end) => end,
        Err(error) => return unreadable(&error),
    };
    let Some(children) = spans::children(end.span) else { return nobody() };
    children.ended(&end.id, answer(end.done, end.failure)).map_or_else(over, said)
}

fn answer(done: Option<wire::Done>, failure: Option<wire::Failure>) -> Answer {
    match failure {
        Some(failure) => attempt::failure(failure),
        None => attempt::success(done.unwrap_or_default()),
    }
}

fn said((turn, now): (Turn, Timestamp)) -> Reply {
    let turn = match turn {
        Turn::Due { progress, narrowed } => wire::Turn {
            due: true,
            change: narrowed.map(|call| attempt::change(&call)),
            retry: progress.retries,
            started: progress.started.to_string(),
            runtime_ms: millis(progress.started, now),
            ..wire::Turn::default()
        },
        Turn::Waits(at) => wire::Turn { due_in_ms: Some(millis(now, at)), ..wire::Turn::default() },
        Turn::Ended { failed } => wire::Turn { ended: true, failed, ..wire::Turn::default() },
        Turn::Asks(Question { number, of, about }) => {
            let value = match about {
                About::Object => None,
                About::Value(value) => value,
            };
            let asks = Some(wire::Ask { number, before: of == Of::Before, value });
            wire::Turn { asks, ..wire::Turn::default() }
        }
        Turn::NotFor => wire::Turn { ended: true, ..wire::Turn::default() },
    };
    RResult::ROk(serde_json::to_vec(&turn).unwrap_or_default().into())
}

fn millis(since: Timestamp, until: Timestamp) -> u64 {
    elapsed(since, until).as_millis().try_into().unwrap_or(u64::MAX)
}

fn unreadable(error: &serde_json::Error) -> Reply {
    let message = format!(
        "what is said of a sub-handler cannot be read ({error}); rebuild the plugin with a kopf-plugin-api of this host's version"
    );
    failed(FailureKind::Arguments, &message)
}

fn nobody() -> Reply {
    failed(
        FailureKind::Arguments,
        "there are sub-handlers in handlers of changes alone, while they are at work",
    )
}

fn over() -> Reply {
    failed(FailureKind::Temporary, "the attempt is over, or it is not this sub-handler's turn")
}
