//! What a handler answers: a result, or an error that says whether to try again.

use std::{fmt, time::Duration};

use kopf_plugin_abi::wire::{Failure, FailureKind};
use serde::Serialize;
use serde_json::Value;

use crate::client;

/// What a handler returns. A value other than `()` and null becomes `status.<handler id>` of the object.
pub type Outcome<T> = Result<T, Error>;

/// Why a handler did not succeed.
///
/// Any error becomes one by `?`. It is tried again, unless the handler's `errors` option says otherwise; an error
/// that is [`Temporary`] or [`Permanent`], or has one of them among its causes, says it itself.
pub struct Error {
    kind: FailureKind,
    message: String,
    delay: Option<Duration>,
}

impl Error {
    /// An error with a text of its own.
    pub fn msg(message: impl fmt::Display) -> Error {
        Error { kind: FailureKind::Error, message: message.to_string(), delay: None }
    }

    /// An argument that the object does not have: a failure for good, for the object does not change by itself.
    pub fn argument(message: impl fmt::Display) -> Error {
        Error { kind: FailureKind::Arguments, message: message.to_string(), delay: None }
    }

    /// Sub-handlers have not all ended.
    pub(crate) fn unfinished(delay: Duration) -> Error {
        let message = "there are unfinished sub-handlers".to_owned();
        Error { kind: FailureKind::Unfinished, message, delay: Some(delay) }
    }

    /// What the host refuses.
    pub(crate) fn of(failure: Failure) -> Error {
        let Failure { kind, message, delay_ms, .. } = failure;
        Error { kind, message, delay: delay_ms.map(Duration::from_millis) }
    }

    pub(crate) fn into_failure(self) -> Failure {
        let delay_ms = self.delay.map(|delay| u64::try_from(delay.as_millis()).unwrap_or(u64::MAX));
        Failure { kind: self.kind, message: self.message, delay_ms, ..Failure::default() }
    }
}

impl<E: std::error::Error + Send + Sync + 'static> From<E> for Error {
    fn from(error: E) -> Error {
        let mut found = Error::msg(chain(&error));
        let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(&error);
        while let Some(error) = cause {
            if let Some(temporary) = error.downcast_ref::<Temporary>() {
                found.kind = FailureKind::Temporary;
                found.delay = temporary.delay;
                break;
            }
            if let Some(refused) = error.downcast_ref::<client::Error>().filter(|error| error.is_temporary())
            {
                found.kind = FailureKind::Temporary;
                found.delay = refused.retry_after();
                break;
            }
            if error.is::<Permanent>() {
                found.kind = FailureKind::Permanent;
                break;
            }
            cause = error.source();
        }
        found
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.kind, self.message)
    }
}

/// The error and its causes, with colons between them. A cause that its error has quoted is not said again.
pub(crate) fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut last = error;
    while let Some(cause) = last.source() {
        let said = cause.to_string();
        if !text.ends_with(&said) {
            text.push_str(": ");
            text.push_str(&said);
        }
        last = cause;
    }
    text
}

/// The handler is to be called again: something is not there yet.
///
/// ```
/// # use kopf_plugin_api::prelude::*;
/// # fn is_there() -> bool { false }
/// fn create_fn() -> Outcome<()> {
///     if !is_there() {
///         return Err(Temporary::new("the database is not there yet").after(10).into());
///     }
///     Ok(())
/// }
/// # assert!(create_fn().is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Temporary {
    message: String,
    delay: Option<Duration>,
}

impl Temporary {
    /// An error to be tried again, after the handler's `backoff`.
    pub fn new(message: impl fmt::Display) -> Temporary {
        Temporary { message: message.to_string(), delay: None }
    }

    /// Says when to try again: a `Duration`, or a number of seconds.
    #[must_use]
    pub fn after(self, delay: impl IntoDelay) -> Temporary {
        Temporary { delay: Some(delay.into_delay()), ..self }
    }
}

/// The handler is not to be called again: trying again would change nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permanent {
    message: String,
}

impl Permanent {
    /// An error for good.
    pub fn new(message: impl fmt::Display) -> Permanent {
        Permanent { message: message.to_string() }
    }
}

impl fmt::Display for Temporary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Display for Permanent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Temporary {}
impl std::error::Error for Permanent {}

/// [`Temporary`] as an [`Error`], for `ok_or_else` and its like: `.ok_or_else(|| temporary("not yet", 10))?`.
pub fn temporary(message: impl fmt::Display, delay: impl IntoDelay) -> Error {
    Temporary::new(message).after(delay).into()
}

/// [`Permanent`] as an [`Error`].
pub fn permanent(message: impl fmt::Display) -> Error {
    Permanent::new(message).into()
}

/// A span of time to wait: a `Duration`, or a number of seconds. What is negative or no number is no wait.
pub trait IntoDelay {
    /// The span.
    fn into_delay(self) -> Duration;
}

impl IntoDelay for Duration {
    fn into_delay(self) -> Duration {
        self
    }
}

impl IntoDelay for u64 {
    fn into_delay(self) -> Duration {
        Duration::from_secs(self)
    }
}

impl IntoDelay for i32 {
    fn into_delay(self) -> Duration {
        Duration::from_secs(u64::try_from(self).unwrap_or(0))
    }
}

impl IntoDelay for f64 {
    fn into_delay(self) -> Duration {
        let longest = Duration::MAX.as_secs_f64();
        if self >= longest { Duration::MAX } else { Duration::try_from_secs_f64(self).unwrap_or_default() }
    }
}

/// What a handler may return: nothing, or a `Result` of anything that serde can write and any error.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not what a kopf handler returns",
    label = "not an outcome",
    note = "write `Outcome<()>`, `Outcome<Value>` or `Outcome<T>` with `T: Serialize`; or return nothing"
)]
pub trait IntoOutcome {
    /// The result as JSON.
    ///
    /// # Errors
    ///
    /// The handler's own; and a permanent one for a result that is not JSON, such as a map whose keys are no text.
    fn into_outcome(self) -> Outcome<Value>;
}

impl IntoOutcome for () {
    fn into_outcome(self) -> Outcome<Value> {
        Ok(Value::Null)
    }
}

impl<T: Serialize, E: Into<Error>> IntoOutcome for Result<T, E> {
    fn into_outcome(self) -> Outcome<Value> {
        let result = self.map_err(Into::into)?;
        serde_json::to_value(result).map_err(|error| permanent(format!("its result is not JSON: {error}")))
    }
}

/// What the glue makes of an outcome: null is no result.
pub type Answer = Outcome<Option<Value>>;

/// The answer of a handler that returned `outcome`.
pub fn answer(outcome: impl IntoOutcome) -> Answer {
    outcome.into_outcome().map(|result| if result.is_null() { None } else { Some(result) })
}

#[cfg(test)]
mod tests;
