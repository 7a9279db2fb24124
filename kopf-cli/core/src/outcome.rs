//! One attempt's result, judged under the handler's error policy and limits.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::{
    backoff::Backoff,
    handler::{Errors, Handler},
    store::progress::Progress,
};

/// What an attempt brought.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// What the handler returned, if anything, or why it failed.
    pub result: Result<Option<Value>, Failure>,
    /// What it wants to be changed on the object: a merge patch. A failure keeps it.
    pub patch: Option<Value>,
}

/// Why an attempt failed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Failure {
    /// What the policy makes of it.
    pub kind: FailureKind,
    /// The error's text.
    pub message: String,
    /// Where a panic happened and how it came there, for the log alone.
    pub trace: Option<String>,
}

/// What the policy makes of a failure.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum FailureKind {
    /// Any error, a panic among them: as the handler's `errors` option says.
    #[default]
    Any,
    /// Tried again, after this long if it is given.
    Temporary(Option<Duration>),
    /// Never tried again.
    Permanent,
}

/// How grave a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Of interest to a developer.
    Debug,
    /// All is well.
    Info,
    /// Survived.
    Warn,
    /// Somebody must act.
    Error,
}

/// A judged attempt.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// The record that follows.
    pub progress: Progress,
    /// The result to be kept, on success.
    pub result: Option<Value>,
    /// The line to be told.
    pub line: String,
    /// How grave it is.
    pub level: Level,
}

/// The largest result that is kept, as JSON.
pub const RESULT_LIMIT: usize = 256 * 1024;

/// What judging depends on besides the attempt.
#[derive(Debug, Clone, Copy)]
pub struct Policy<'a> {
    /// The wait after an error without a delay of its own.
    pub backoff: &'a Backoff,
    /// The chance in it: 0.0 to 1.0, drawn for this attempt.
    pub jitter: f64,
}

/// Judges an attempt that ended at `now`. `before` is the record it began with.
pub fn judge(
    handler: &Handler,
    before: &Progress,
    answer: &Answer,
    policy: Policy<'_>,
    now: Timestamp,
) -> Verdict {
    let id = &handler.id;
    let mut progress =
        Progress { retries: before.retries.saturating_add(1), delayed: None, ..before.clone() };
    let failure = match &answer.result {
        Ok(result) => match too_large(result.as_ref()) {
            None => {
                progress.success = true;
                progress.stopped = Some(now);
                progress.message = None;
                let line = format!("Handler {id} succeeded.");
                return Verdict { progress, result: result.clone(), line, level: Level::Info };
            }
            Some(size) => Failure {
                kind: FailureKind::Permanent,
                message: format!(
                    "its result has {size} bytes, more than the {RESULT_LIMIT} that are kept: return less"
                ),
                trace: None,
            },
        },
        Err(failure) => failure.clone(),
    };
    progress.message = Some(failure.message.clone());
    let message = &failure.message;
    let limits = &handler.limits;
    let any = failure.kind == FailureKind::Any;
    if any && limits.errors == Errors::Ignored {
        progress.success = true;
        progress.stopped = Some(now);
        let line = format!("Handler {id} failed with an exception and will ignore it: {message}");
        return Verdict { progress, result: None, line, level: Level::Error };
    }
    if failure.kind == FailureKind::Permanent || (any && limits.errors == Errors::Permanent) {
        let line = match any {
            true => format!("Handler {id} failed with an exception and will stop now: {message}"),
            false => format!("Handler {id} failed permanently: {message}"),
        };
        return fail(progress, line, now);
    }
    let delay = match failure.kind {
        FailureKind::Temporary(Some(delay)) => delay,
        _ => limits.backoff.unwrap_or_else(|| policy.backoff.delay(before.retries, policy.jitter)),
    };
    let delayed = now.checked_add(SignedDuration::try_from(delay).unwrap_or(SignedDuration::MAX));
    let delayed = delayed.unwrap_or(Timestamp::MAX);
    let kind = if any { "with an exception" } else { "temporarily" };
    if let Some(retries) = limits.retries.filter(|&retries| progress.retries >= retries) {
        let line = match any {
            true => format!(
                "Handler {id} failed {kind} and will stop now (it would exceed {retries} retries on the next attempt): {message}"
            ),
            false => format!("Handler {id} failed {kind} but will exceed {retries} retries: {message}"),
        };
        return fail(progress, line, now);
    }
    if let Some(timeout) = limits.timeout.filter(|&timeout| elapsed(progress.started, delayed) >= timeout) {
        let timeout = timeout.as_secs_f64();
        let line = match any {
            true => format!(
                "Handler {id} failed {kind} and will stop now (it would time out in {timeout} seconds on the next attempt): {message}"
            ),
            false => {
                format!("Handler {id} failed {kind} but will time out after {timeout} seconds: {message}")
            }
        };
        return fail(progress, line, now);
    }
    progress.delayed = Some(delayed);
    let line = match any {
        true => format!(
            "Handler {id} failed {kind} and will try again in {:.3} seconds: {message}",
            delay.as_secs_f64()
        ),
        false => format!("Handler {id} failed {kind}: {message}"),
    };
    Verdict { progress, result: None, line, level: Level::Error }
}

/// Whether the limits forbid an attempt at `now`; then the verdict that stands for it.
pub fn forbid(handler: &Handler, before: &Progress, now: Timestamp) -> Option<Verdict> {
    let id = &handler.id;
    let line = if let Some(retries) = handler.limits.retries.filter(|&retries| before.retries >= retries) {
        format!("Handler {id} has exceeded {retries} retries.")
    } else {
        let runtime = elapsed(before.started, now);
        handler.limits.timeout.filter(|&timeout| before.retries > 0 && runtime >= timeout)?;
        format!("Handler {id} has timed out after {} seconds.", runtime.as_secs_f64())
    };
    let mut progress = before.clone();
    progress.message = Some(line.clone());
    Some(fail(progress, line, now))
}

fn fail(mut progress: Progress, line: String, now: Timestamp) -> Verdict {
    progress.failure = true;
    progress.stopped = Some(now);
    progress.delayed = None;
    Verdict { progress, result: None, line, level: Level::Error }
}

/// The span between two moments; nothing if the second is the earlier one, as after a clock was set back.
pub fn elapsed(since: Timestamp, until: Timestamp) -> Duration {
    Duration::try_from(until.duration_since(since)).unwrap_or_default()
}

fn too_large(result: Option<&Value>) -> Option<usize> {
    let size = result.map_or(0, |result| serde_json::to_string(result).map_or(usize::MAX, |text| text.len()));
    (size > RESULT_LIMIT).then_some(size)
}
