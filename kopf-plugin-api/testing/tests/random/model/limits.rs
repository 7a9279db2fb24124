//! What limits make of attempts: which one is the last, and that none is made beyond them.

use std::time::Duration;

use kopf_core::{handler::Errors, outcome::elapsed};

use super::Judgement;
use crate::{
    plan::{Act, Drawn},
    plugin::Attempt,
};

/// How long those are at work that are called before another one in the same cycle, which was planned before.
const OTHERS: Duration = Duration::from_secs(3);

/// What the clock of handlers shows nothing of.
const TICK: Duration = Duration::from_millis(1);

/// The limits of a handler or a sub-handler.
pub(super) struct Limits {
    pub(super) retries: Option<u32>,
    pub(super) timeout: Option<Duration>,
    pub(super) errors: Errors,
    /// What an error waits that does not say it itself.
    pub(super) backoff: Duration,
}

impl Limits {
    /// Those of a handler of this name.
    pub(super) fn of(name: &str, drawn: &Drawn) -> Limits {
        Limits {
            retries: drawn.retries,
            timeout: drawn.timeout(name),
            errors: drawn.errors,
            backoff: Duration::from_secs(7),
        }
    }

    /// Whether nothing follows on an attempt, however it is looked at.
    pub(super) fn end(&self, attempt: &Attempt) -> bool {
        let exhausted = self.retries.is_some_and(|retries| attempt.retry + 1 >= retries);
        let is_hopeless = |delay: Duration| {
            let spent = elapsed(attempt.started, attempt.acted) + TICK;
            exhausted || self.timeout.is_some_and(|timeout| spent + delay >= timeout)
        };
        match attempt.act {
            Act::Temporary(delay) => is_hopeless(Duration::from_secs(delay.into())),
            Act::Error | Act::Panic => self.errors != Errors::Temporary || is_hopeless(self.backoff),
            Act::Succeed | Act::Return(_) | Act::Permanent | Act::Change(_) | Act::Transform(_) => true,
        }
    }

    /// Whether another attempt is forbidden by then, if one would follow on this.
    pub(super) fn forbid(&self, attempt: &Attempt, by: &Attempt) -> bool {
        self.timeout.is_some_and(|timeout| elapsed(attempt.started, by.acted) + TICK >= timeout)
    }

    /// No attempt is made beyond the limits.
    pub(super) fn hold(&self, attempts: &[&Attempt]) -> Judgement {
        for attempt in attempts {
            let Attempt { handler, uid, retry, started, began, .. } = attempt;
            hold!(
                self.retries.is_none_or(|retries| *retry < retries),
                "{handler} was tried as {retry} for {uid}"
            );
            let spent = elapsed(*started, *began);
            let is_late = self.timeout.is_some_and(|timeout| spent >= timeout + OTHERS);
            hold!(*retry == 0 || !is_late, "{handler} was tried for {uid} after {spent:?}");
        }
        Ok(())
    }
}
