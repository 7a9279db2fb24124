//! One attempt's result, judged under the handler's error policy and limits.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use crate::{
    background::after,
    backoff::{Backoff, Waits},
    functions::Functions,
    handler::{Errors, Handler, Limits},
    store::progress::Progress,
};

/// What an attempt brought.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// What the handler returned, if anything, or why it failed.
    pub result: Result<Option<Value>, Failure>,
    /// What it wants to be changed on the object, a merge patch, which a failure keeps; of a startup handler: settings.
    pub patch: Option<Value>,
    /// Functions that change the object after that. A failure keeps them.
    pub functions: Option<Functions>,
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
    /// None of its own: sub-handlers have not ended, and the next of them is due after this long.
    Unfinished(Duration),
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
    weigh(&handler.called(), &handler.limits, before, answer, policy, now)
}

/// [`judge`], for whoever has these limits; `title` is what its lines begin with.
pub fn weigh(
    title: &str,
    limits: &Limits,
    before: &Progress,
    answer: &Answer,
    policy: Policy<'_>,
    now: Timestamp,
) -> Verdict {
    let progress = Progress { retries: before.retries.saturating_add(1), delayed: None, ..before.clone() };
    let failure = match &answer.result {
        Ok(result) => match too_large(result.as_ref()) {
            Some(failure) => failure,
            None => {
                let line = format!("{title} succeeded.");
                let progress = Progress { message: None, ..progress };
                return Verdict {
                    result: result.clone(),
                    level: Level::Info,
                    ..succeed(progress, line, now)
                };
            }
        },
        Err(failure) => failure.clone(),
    };
    let Failure { kind, message, .. } = failure;
    let progress = Progress { message: Some(message.clone()), ..progress };
    let line = |what: &str| format!("{title} failed {what}: {message}");
    match (kind, limits.errors) {
        (FailureKind::Any, Errors::Ignored) => {
            succeed(progress, line("with an exception and will ignore it"), now)
        }
        (FailureKind::Any, Errors::Permanent) => {
            fail(progress, line("with an exception and will stop now"), now)
        }
        (FailureKind::Unfinished(delay), _) => wait(title, limits, progress, after(now, delay), now),
        (FailureKind::Permanent, _) => fail(progress, line("permanently"), now),
        (FailureKind::Any, Errors::Temporary) | (FailureKind::Temporary(_), _) => {
            let delay = match kind {
                FailureKind::Temporary(Some(delay)) => delay,
                _ => {
                    let waits = limits.backoff.unwrap_or(Waits::Growing(*policy.backoff));
                    waits.delay(before.tries(), policy.jitter)
                }
            };
            let next_at = after(now, delay);
            let is_any = kind == FailureKind::Any;
            if let Some(what) = hopeless(limits, &progress, next_at, is_any) {
                return fail(progress, line(&what), now);
            }
            let line = match is_any {
                true => line(&format!(
                    "with an exception and will try again in {:.3} seconds",
                    delay.as_secs_f64()
                )),
                false => line("temporarily"),
            };
            let progress = Progress { delayed: Some(next_at), ..progress };
            Verdict { progress, result: None, line, level: Level::Error }
        }
    }
}

/// The verdict on an attempt that has ended with sub-handlers to be waited for. It is no failure, and so its `retries`
/// allow as many as there are; what its `timeout` would forbid by then is not waited for.
fn wait(title: &str, limits: &Limits, progress: Progress, next_at: Timestamp, now: Timestamp) -> Verdict {
    let is_late = |timeout: &Duration| elapsed(progress.started, next_at) >= *timeout;
    if let Some(timeout) = limits.timeout.filter(is_late) {
        let timeout = timeout.as_secs_f64();
        let line = format!("{title} has unfinished sub-handlers but will time out after {timeout} seconds.");
        return fail(Progress { message: Some(line.clone()), ..progress }, line, now);
    }
    let waits = progress.waits.saturating_add(1);
    Verdict {
        progress: Progress { waits, message: None, delayed: Some(next_at), ..progress },
        result: None,
        line: format!("{title} has unfinished sub-handlers. Will retry soon."),
        level: Level::Debug,
    }
}

/// How an attempt failed, if the limits forbid the next one at `next_at` already: then it is not waited for.
fn hopeless(limits: &Limits, progress: &Progress, next_at: Timestamp, is_any: bool) -> Option<String> {
    if let Some(retries) = limits.retries.filter(|&retries| progress.tries() >= retries) {
        return Some(match is_any {
            true => format!(
                "with an exception and will stop now (it would exceed {retries} retries on the next attempt)"
            ),
            false => format!("temporarily but will exceed {retries} retries"),
        });
    }
    let timeout = limits.timeout.filter(|&timeout| elapsed(progress.started, next_at) >= timeout)?;
    let timeout = timeout.as_secs_f64();
    Some(match is_any {
        true => format!(
            "with an exception and will stop now (it would time out in {timeout} seconds on the next attempt)"
        ),
        false => format!("temporarily but will time out after {timeout} seconds"),
    })
}

/// Whether the limits forbid an attempt at `now`; then the verdict that stands for it.
pub fn forbid(handler: &Handler, before: &Progress, now: Timestamp) -> Option<Verdict> {
    let line = if let Some(retries) = handler.limits.retries.filter(|&retries| before.tries() >= retries) {
        format!("{} has exceeded {retries} retries.", handler.called())
    } else {
        let runtime = elapsed(before.started, now);
        handler.limits.timeout.filter(|&timeout| before.retries > 0 && runtime >= timeout)?;
        format!("{} has timed out after {} seconds.", handler.called(), runtime.as_secs_f64())
    };
    let mut progress = before.clone();
    progress.message = Some(line.clone());
    Some(fail(progress, line, now))
}

fn succeed(progress: Progress, line: String, now: Timestamp) -> Verdict {
    let progress = Progress { success: true, stopped: Some(now), ..progress };
    Verdict { progress, result: None, line, level: Level::Error }
}

fn fail(progress: Progress, line: String, now: Timestamp) -> Verdict {
    let progress = Progress { failure: true, stopped: Some(now), delayed: None, ..progress };
    Verdict { progress, result: None, line, level: Level::Error }
}

/// The span between two moments; nothing if the second is the earlier one, as after a clock was set back.
pub fn elapsed(since: Timestamp, until: Timestamp) -> Duration {
    Duration::try_from(until.duration_since(since)).unwrap_or_default()
}

/// What becomes of a result that is too large to be kept.
fn too_large(result: Option<&Value>) -> Option<Failure> {
    let size = result.map_or(0, |result| result.to_string().len());
    (size > RESULT_LIMIT).then(|| Failure {
        kind: FailureKind::Permanent,
        message: format!(
            "its result has {size} bytes, more than the {RESULT_LIMIT} that are kept: return less"
        ),
        trace: None,
    })
}

#[cfg(test)]
mod tests;
