//! Why a request of a handler's came to nothing.

use std::{fmt, time::Duration};

use serde::Deserialize;

/// Why a request came to nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// There is no such object, or no such resource (404).
    NotFound(Status),
    /// The object has been changed since, or another field manager holds a field (409).
    Conflict(Status),
    /// There is an object of that name (409).
    AlreadyExists(Status),
    /// The operator's account may not do that (403).
    Forbidden(Status),
    /// The object is not valid: see [`Status::causes`] (422).
    Invalid(Status),
    /// What was asked for is too long past (410).
    Gone(Status),
    /// The server is busy: see [`Status::retry_after`] (429).
    TooManyRequests(Status),
    /// Any other refusal: a server's fault if the code is 500 or more.
    Refused(Status),
    /// There is no answer: whether the request was carried out is not known.
    Unreachable(String),
    /// It was not sent, for it makes no sense; the text says how to mend it.
    Unsendable(String),
    /// The answer is not what was asked for.
    Decode {
        /// Whose answer, such as `GET /api/v1/pods`.
        what: String,
        /// Which part, and why. Values of Secrets are left out.
        problem: String,
    },
    /// What was waited for did not come about.
    TimedOut {
        /// What was waited for, such as `pods/default/web`.
        what: String,
        /// For how long.
        after: Duration,
    },
}

/// The server's refusal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Status {
    /// The HTTP status.
    pub code: u16,
    /// The machine's word for it, such as `NotFound`.
    pub reason: String,
    /// The text for people.
    pub message: String,
    /// What is wrong, field by field.
    pub causes: Vec<Cause>,
    /// How long the server asks to be left alone.
    pub retry_after: Option<Duration>,
}

/// One of the things that are wrong with an object.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Cause {
    /// The path of the field, such as `spec.replicas`.
    pub field: String,
    /// The machine's word for it, such as `FieldValueRequired`.
    pub reason: String,
    /// The text for people.
    pub message: String,
}

impl Error {
    /// The refusal that a server answered to this, such as `GET /api/v1/pods`.
    pub(crate) fn refused(what: &str, code: u16, retry_after: Option<u64>, body: &str) -> Error {
        let status = Status::read(what, code, retry_after, body);
        match code {
            404 => Error::NotFound(status),
            409 if status.reason == "AlreadyExists" => Error::AlreadyExists(status),
            409 => Error::Conflict(status),
            403 => Error::Forbidden(status),
            422 => Error::Invalid(status),
            410 => Error::Gone(status),
            429 => Error::TooManyRequests(status),
            _ => Error::Refused(status),
        }
    }

    /// What the server said, if it refused.
    pub fn status(&self) -> Option<&Status> {
        match self {
            Error::NotFound(status)
            | Error::Conflict(status)
            | Error::AlreadyExists(status)
            | Error::Forbidden(status)
            | Error::Invalid(status)
            | Error::Gone(status)
            | Error::TooManyRequests(status)
            | Error::Refused(status) => Some(status),
            _ => None,
        }
    }

    /// Whether the same request may succeed later: a handler that fails with it is tried again.
    pub fn is_temporary(&self) -> bool {
        match self {
            Error::Conflict(_)
            | Error::Gone(_)
            | Error::TooManyRequests(_)
            | Error::Unreachable(_)
            | Error::TimedOut { .. } => true,
            // The operator looks for other credentials when its own are refused.
            Error::Refused(status) => status.code >= 500 || matches!(status.code, 401 | 408),
            _ => false,
        }
    }

    /// How long the server asks to be left alone.
    pub fn retry_after(&self) -> Option<Duration> {
        self.status()?.retry_after
    }
}

impl Status {
    fn read(what: &str, code: u16, retry_after: Option<u64>, body: &str) -> Status {
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct Sent {
            reason: String,
            message: String,
            details: Option<Details>,
        }

        #[derive(Default, Deserialize)]
        #[serde(default, rename_all = "camelCase")]
        struct Details {
            causes: Vec<Cause>,
            retry_after_seconds: Option<u64>,
        }

        let Sent { reason, mut message, details } = serde_json::from_str(body).unwrap_or_default();
        if message.is_empty() {
            // A proxy's page, say, or the answer to a path that nobody serves: its beginning is better than nothing.
            let why: String = match body.trim() {
                "" => "the API server does not say why it is refused".to_owned(),
                text => text.chars().take(256).collect(),
            };
            message = format!("{what}: {why}");
        }
        let Details { causes, retry_after_seconds } = details.unwrap_or_default();
        let seconds = retry_after.or(retry_after_seconds.filter(|seconds| *seconds > 0));
        Status { code, reason, message, causes, retry_after: seconds.map(Duration::from_secs) }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}", self.message, self.code)?;
        if !self.reason.is_empty() {
            write!(f, " {}", self.reason)?;
        }
        f.write_str(")")
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Unreachable(text) | Error::Unsendable(text) => f.write_str(text),
            Error::Decode { what, problem } => write!(f, "the answer to {what} cannot be read: {problem}"),
            Error::TimedOut { what, after } => {
                write!(f, "{what} was waited for, in vain for {} seconds", after.as_secs_f64())
            }
            refused => match refused.status() {
                Some(status) => status.fmt(f),
                None => f.write_str("refused"),
            },
        }
    }
}

impl std::error::Error for Error {}
