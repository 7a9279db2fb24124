//! How far a handler has come with an object, as it is kept in an annotation.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

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
    /// What it reacts to, as it was when the handler succeeded.
    pub seen: Option<Digest>,
}

/// The annotation's members.
#[derive(Serialize, Deserialize)]
struct Record {
    started: String,
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
    uid: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seen: Option<String>,
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
            seen: None,
        }
    }

    /// The progress that an annotation of the object `uid` tells of.
    ///
    /// `None` if it is of another object, or cannot be read: then the handler begins anew. A record without a uid is
    /// of any object. Moments without an offset are in UTC.
    pub fn read(annotation: &str, uid: &str) -> Option<Progress> {
        let record: Record = serde_json::from_str(annotation).ok()?;
        if record.uid.is_some_and(|of| of != uid) {
            return None;
        }
        let moment = |text: Option<String>| text.map_or(Some(None), |text| parse(&text).map(Some));
        Some(Progress {
            started: parse(&record.started)?,
            stopped: moment(record.stopped)?,
            delayed: moment(record.delayed)?,
            purpose: record.purpose.as_deref().and_then(purpose),
            retries: record.retries.unwrap_or(0),
            success: record.success.unwrap_or(false),
            failure: record.failure.unwrap_or(false),
            message: record.message,
            seen: record.seen.and_then(|seen| seen.parse().ok()),
        })
    }

    /// The annotation for the object `uid`; an empty uid is left out.
    pub fn write(&self, uid: &str) -> String {
        let record = Record {
            started: format(self.started),
            stopped: self.stopped.map(format),
            delayed: self.delayed.map(format),
            purpose: self.purpose.map(|purpose| purpose.to_string()),
            retries: Some(self.retries),
            success: Some(self.success),
            failure: Some(self.failure),
            message: self.message.as_deref().map(first_line),
            uid: (!uid.is_empty()).then(|| uid.to_owned()),
            seen: self.seen.map(|seen| seen.to_string()),
        };
        serde_json::to_string(&record).expect("a record is made of texts, numbers and booleans")
    }

    /// Whether nothing is left to be done.
    pub fn is_finished(&self) -> bool {
        self.success || self.failure
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
