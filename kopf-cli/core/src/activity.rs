//! Handlers that are about no object: when each is called, and what came of all of them.
//!
//! What they have come to is kept in memory alone, for it means nothing to another process.

use std::{fmt, sync::Arc, time::Duration};

use jiff::Timestamp;
use serde_json::Value;

use crate::{
    cause::Reason,
    handler::Limits,
    outcome::{self, Answer, Policy, Verdict},
    store::progress::Progress,
};

/// What calls such handlers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activity {
    /// The operator's start, before anything is asked of the API server.
    Startup,
    /// The operator's end, after everything has stopped.
    Cleanup,
    /// A question after the operator's health.
    Probe,
    /// The need of credentials.
    Login,
}

impl Activity {
    /// The attribute's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Activity::Startup => "startup",
            Activity::Cleanup => "cleanup",
            Activity::Probe => "probe",
            Activity::Login => "login",
        }
    }
}

impl fmt::Display for Activity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One attribute on one function.
#[derive(Debug, Clone, PartialEq)]
pub struct Handler {
    /// Which of the loaded plugins it is from.
    pub plugin: usize,
    /// Its number there.
    pub index: u32,
    /// Its id, under which its result is told.
    pub id: String,
    /// What calls it.
    pub activity: Activity,
    /// Whether it is a future (which can be interrupted) or a call that blocks.
    pub asynchronous: bool,
    /// Its limits.
    pub limits: Limits,
    /// The path of the function.
    pub function: String,
    /// The place of the attribute, as `file:line`.
    pub place: String,
}

/// The handlers of an activity on their way: each is called until it has succeeded, or failed for good.
#[derive(Debug, Clone)]
pub struct Course {
    steps: Vec<Step>,
}

#[derive(Debug, Clone)]
struct Step {
    handler: Arc<Handler>,
    limits: Limits,
    progress: Progress,
    result: Option<Value>,
}

/// A handler that is to be called.
#[derive(Debug, Clone)]
pub struct Call {
    /// Its place in the course, for [`Course::judge`].
    pub place: usize,
    /// The handler.
    pub handler: Arc<Handler>,
    /// Attempts before this one.
    pub retry: u32,
    /// When the first attempt began.
    pub started: Timestamp,
    /// How long this attempt may take.
    pub limit: Duration,
}

impl Course {
    /// Begins. `bound` is how long a handler may be tried whose author set neither `retries` nor `timeout`, for it must
    /// not be tried for ever; and how long one attempt may take without an `attempt_timeout`.
    pub fn begin(handlers: &[Arc<Handler>], bound: Duration, now: Timestamp) -> Course {
        let step = |handler: &Arc<Handler>| {
            let limits = handler.limits;
            let unbounded = limits.retries.is_none() && limits.timeout.is_none();
            // Who asks for a probe waits, and asks again.
            let once = (unbounded && handler.activity == Activity::Probe).then_some(1);
            Step {
                handler: handler.clone(),
                limits: Limits {
                    retries: limits.retries.or(once),
                    timeout: limits.timeout.or(unbounded.then_some(bound)),
                    attempt_timeout: Some(limits.attempt_timeout.or(limits.timeout).unwrap_or(bound)),
                    ..limits
                },
                // No reason of an object's, so none that a record could be of.
                progress: Progress { purpose: None, ..Progress::begin(Reason::Create, now) },
                result: None,
            }
        };
        Course { steps: handlers.iter().map(step).collect() }
    }

    /// The first handler that is to be called now, after those before `place` were looked at.
    pub fn due(&self, place: usize, now: Timestamp) -> Option<Call> {
        let is_due = |step: &Step| step.is_open() && step.progress.delayed.is_none_or(|at| at <= now);
        let (place, step) = self.steps.iter().enumerate().skip(place).find(|(_, step)| is_due(step))?;
        let Step { handler, limits, progress, .. } = step;
        let left =
            limits.timeout.map(|timeout| timeout.saturating_sub(outcome::elapsed(progress.started, now)));
        let limit = limits.attempt_timeout.into_iter().chain(left).min().unwrap_or(Duration::MAX);
        let (retry, started) = (progress.retries, progress.started);
        Some(Call { place, handler: handler.clone(), retry, started, limit })
    }

    /// When a handler is to be called next; `None` once all have ended.
    pub fn wake_at(&self) -> Option<Timestamp> {
        let open = self.steps.iter().filter(|step| step.is_open());
        open.map(|step| step.progress.delayed.unwrap_or(Timestamp::MIN)).min()
    }

    /// Takes the answer to a call. The verdict says what to tell.
    pub fn judge(
        &mut self,
        place: usize,
        answer: &Answer,
        policy: Policy<'_>,
        now: Timestamp,
    ) -> Option<Verdict> {
        let step = self.steps.get_mut(place)?;
        let title = format!("Activity {}", step.handler.id);
        let verdict = outcome::weigh(&title, &step.limits, &step.progress, answer, policy, now);
        step.progress = verdict.progress.clone();
        step.result.clone_from(&verdict.result);
        Some(verdict)
    }

    /// The handlers that have not ended.
    pub fn open(&self) -> impl Iterator<Item = &Handler> {
        self.steps.iter().filter(|step| step.is_open()).map(|step| step.handler.as_ref())
    }

    /// The handlers that have failed for good, each with its error.
    pub fn failures(&self) -> impl Iterator<Item = (&Handler, &str)> {
        let failed = self.steps.iter().filter(|step| step.progress.failure);
        failed.map(|step| (step.handler.as_ref(), step.progress.message.as_deref().unwrap_or_default()))
    }

    /// What the handlers have returned that have succeeded.
    pub fn results(self) -> impl Iterator<Item = (Arc<Handler>, Value)> {
        self.steps.into_iter().filter_map(|step| Some((step.handler, step.result?)))
    }
}

impl Step {
    fn is_open(&self) -> bool {
        !self.progress.success && !self.progress.failure
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        backoff::Backoff,
        outcome::{Failure, FailureKind},
    };

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn handler(id: &str, limits: Limits) -> Arc<Handler> {
        Arc::new(Handler {
            plugin: 0,
            index: 0,
            id: id.to_owned(),
            activity: Activity::Startup,
            asynchronous: true,
            limits,
            function: id.to_owned(),
            place: String::new(),
        })
    }

    fn answer(result: Result<Value, FailureKind>) -> Answer {
        let failure = |kind| Failure { kind, message: "no".to_owned(), trace: None };
        Answer { result: result.map(Some).map_err(failure), patch: None, functions: None }
    }

    /// Plays a course whose handlers always answer the same, with a backoff of a second that doubles; each call as
    /// `second:id`, then what failed.
    #[track_caller]
    fn check(handlers: &[(&str, Limits, Result<Value, FailureKind>)], expected: &str) {
        let all: Vec<_> = handlers.iter().map(|(id, limits, _)| handler(id, *limits)).collect();
        let mut course = Course::begin(&all, Duration::from_secs(10), at(0));
        let mut played = vec![];
        while let Some(now) = course.wake_at().map(|at_least| at_least.max(at(0))) {
            let mut place = 0;
            while let Some(call) = course.due(place, now) {
                played.push(format!("{}:{}", now.as_second(), call.handler.id));
                let policy = Policy { backoff: &Backoff::default(), jitter: 0.0 };
                course.judge(call.place, &answer(handlers[call.place].2.clone()), policy, now).unwrap();
                place = call.place + 1;
            }
        }
        played.extend(course.failures().map(|(handler, error)| format!("{}: {error}", handler.id)));
        played.extend(course.results().map(|(handler, result)| format!("{}={result}", handler.id)));
        assert_eq!(played.join(" "), expected);
    }

    const NONE: Limits = Limits {
        retries: None,
        timeout: None,
        attempt_timeout: None,
        backoff: None,
        errors: crate::handler::Errors::Temporary,
    };

    #[test]
    fn all_handlers_are_called_in_one_pass_and_each_once() {
        check(&[("a", NONE, Ok(json!(1))), ("b", NONE, Ok(json!(null)))], "0:a 0:b a=1 b=null");
    }

    #[test]
    fn trap_29_a_handler_without_limits_is_not_tried_for_ever() {
        check(
            &[("a", NONE, Err(FailureKind::Any)), ("b", NONE, Ok(json!(1)))],
            "0:a 0:b 1:a 3:a 7:a a: no b=1",
        );
        let once = Limits { retries: Some(1), ..NONE };
        check(&[("a", once, Err(FailureKind::Any))], "0:a a: no");
        let often = Limits { retries: Some(5), ..NONE };
        check(&[("a", often, Err(FailureKind::Any))], "0:a 1:a 3:a 7:a 15:a a: no");
    }

    #[test]
    fn a_failure_for_good_ends_its_handler_alone() {
        check(&[("a", NONE, Err(FailureKind::Permanent)), ("b", NONE, Ok(json!(1)))], "0:a 0:b a: no b=1");
    }

    #[test]
    fn an_attempt_has_the_time_that_is_left_at_most() {
        let limit = |limits: Limits, now: i64| {
            let course = Course::begin(&[handler("a", limits)], Duration::from_secs(10), at(0));
            course.due(0, at(now)).unwrap().limit.as_secs()
        };
        assert_eq!(limit(NONE, 0), 10);
        assert_eq!(limit(NONE, 7), 3);
        assert_eq!(limit(Limits { attempt_timeout: Some(Duration::from_secs(2)), ..NONE }, 0), 2);
        assert_eq!(limit(Limits { timeout: Some(Duration::from_secs(60)), ..NONE }, 0), 60);
        assert_eq!(limit(Limits { retries: Some(2), ..NONE }, 7), 10);
    }
}
