//! How far a handler has come with an object, as it is kept in an annotation.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::cause::Reason;
use crate::store::digest::Digest;

/// The most characters of an error's text that are kept.
const MESSAGE_LIMIT: usize = 256;

/// How far a handler has come. Moments are kept to the microsecond.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// When the handler was first selected.
    pub started: Timestamp,
    /// When it succeeded, or failed for good.
    pub stopped: Option<Timestamp>,
    /// Before when it is not tried again.
    pub delayed: Option<Timestamp>,
    /// What it was selected for; anything if absent.
    pub purpose: Option<Reason>,
    /// How often it was tried.
    pub retries: u32,
    /// Whether it succeeded.
    pub success: bool,
    /// Whether it failed for good.
    pub failure: bool,
    /// The text of its last error, of which the first line is kept, up to 256 characters.
    pub message: Option<String>,
    /// The ids of all its sub-handlers and of theirs, sorted: their records are found by them.
    pub subrefs: Vec<String>,
    /// How many of the tries have ended with nothing but sub-handlers to be waited for: they count against no limit.
    pub waits: u32,
    /// What it reacts to, as it was when the handler succeeded or began to wait for its sub-handlers.
    pub seen: Option<Digest>,
}

/// The annotation's members.
#[derive(Serialize, Deserialize)]
struct Record {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    started: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    stopped: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    delayed: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    purpose: Option<String>,
    #[serde(default)]
    retries: Option<u32>,
    #[serde(default)]
    success: Option<bool>,
    #[serde(default)]
    failure: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    subrefs: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    uid: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seen: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    waits: Option<u32>,
}

impl Progress {
    /// The progress of a handler that is selected for `purpose` and has not been tried.
    pub fn begin(purpose: Reason, now: Timestamp) -> Progress {
        Progress {
            started: now,
            stopped: None,
            delayed: None,
            purpose: Some(purpose),
            retries: 0,
            success: false,
            failure: false,
            message: None,
            subrefs: vec![],
            waits: 0,
            seen: None,
        }
    }

    /// The progress that an annotation of the object `uid` tells of.
    ///
    /// `None` if it is of another object, or cannot be read: then the handler begins anew. A record without a uid is
    /// of any object. Moments without an offset are in UTC.
    pub fn read(annotation: &str, uid: &str) -> Option<Progress> {
        let record: Record = serde_json::from_str(annotation).ok()?;
        if record.uid.as_deref().is_some_and(|of| of != uid) {
            return None;
        }
        record.progress(None)
    }

    /// The progress that the members of a record tell of, whatever object it is of. One without a beginning begins
    /// `now`.
    pub(super) fn read_of_any(members: Value, now: Timestamp) -> Option<Progress> {
        // A list would be taken for members in order.
        let record: Record = serde_json::from_value(Some(members).filter(Value::is_object)?).ok()?;
        record.progress(Some(now))
    }

    /// The annotation for the object `uid`; an empty uid is left out.
    pub fn write(&self, uid: &str) -> String {
        let record = Record {
            uid: (!uid.is_empty()).then(|| uid.to_owned()),
            seen: self.seen.map(|seen| seen.to_string()),
            waits: (self.waits > 0).then_some(self.waits),
            ..self.record()
        };
        record.text()
    }

    /// The record without what is in it for this operator alone: of which object it is, what was seen, and what was
    /// waited for.
    pub(super) fn plain(&self) -> String {
        self.record().text()
    }

    /// Whether the other one is the same but for what is in it for this operator alone.
    pub fn is_plainly(&self, other: &Progress) -> bool {
        self.plain() == other.plain()
    }

    fn record(&self) -> Record {
        Record {
            started: Some(format(self.started)),
            stopped: self.stopped.map(format),
            delayed: self.delayed.map(format),
            purpose: self.purpose.map(|purpose| purpose.to_string()),
            retries: Some(self.retries),
            success: Some(self.success),
            failure: Some(self.failure),
            message: self.message.as_deref().map(first_line),
            subrefs: (!self.subrefs.is_empty()).then(|| self.subrefs.clone()),
            uid: None,
            seen: None,
            waits: None,
        }
    }

    /// Whether nothing is left to be done.
    pub fn is_finished(&self) -> bool {
        self.success || self.failure
    }

    /// Whether it is for its sub-handlers alone that it waits: a failure of its own has a message.
    pub fn awaits_others(&self) -> bool {
        !self.is_finished() && self.delayed.is_some() && self.message.is_none()
    }

    /// How many tries count against its limits.
    pub fn tries(&self) -> u32 {
        self.retries.saturating_sub(self.waits)
    }
}

impl Record {
    /// What it tells, if all of it can be read. One without a beginning begins at `started`, if at all.
    fn progress(self, started: Option<Timestamp>) -> Option<Progress> {
        let moment = |text: Option<String>| text.map_or(Some(None), |text| parse(&text).map(Some));
        Some(Progress {
            started: moment(self.started)?.or(started)?,
            stopped: moment(self.stopped)?,
            delayed: moment(self.delayed)?,
            purpose: self.purpose.as_deref().and_then(purpose),
            retries: self.retries.unwrap_or(0),
            success: self.success.unwrap_or(false),
            failure: self.failure.unwrap_or(false),
            message: self.message,
            subrefs: self.subrefs.unwrap_or_default(),
            waits: self.waits.unwrap_or(0),
            seen: self.seen.and_then(|seen| seen.parse().ok()),
        })
    }

    fn text(&self) -> String {
        serde_json::to_string(self).expect("a record is made of texts, numbers and booleans")
    }
}

/// The first line of an error's text, up to 256 characters.
fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().chars().take(MESSAGE_LIMIT).collect()
}

fn format(moment: Timestamp) -> String {
    moment.strftime("%Y-%m-%dT%H:%M:%S%.6f+00:00").to_string()
}

fn parse(text: &str) -> Option<Timestamp> {
    let naive = || text.parse::<DateTime>().ok()?.to_zoned(TimeZone::UTC).ok();
    text.parse().ok().or_else(|| naive().map(|moment| moment.timestamp()))
}

fn purpose(text: &str) -> Option<Reason> {
    [Reason::Create, Reason::Update, Reason::Delete, Reason::Resume]
        .into_iter()
        .find(|reason| reason.to_string() == text)
}

#[cfg(test)]
mod tests;
