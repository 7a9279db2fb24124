//! Posts Kubernetes Events, within a budget and never at the expense of the work they tell of.

mod dropped;
mod series;

use std::{borrow::Cow, convert::Infallible};

use jiff::Timestamp;
use kopf_core::report::{self, Budget, Kind, Report, Reporter};
use serde_json::Value;
use tokio::sync::{
    mpsc::{self, error::TrySendError},
    oneshot,
};
use tracing::{debug, warn};

use self::{
    dropped::{Dropped, Why},
    series::{Key, Series},
};
use crate::{
    Events,
    cluster::{Error, Request},
    io::Io,
};

/// How many Events wait before others are dropped that are no warnings: what they tell is in the log too.
const WAITING: usize = 512;
/// How many places more there are for warnings.
const FOR_WARNINGS: usize = WAITING;

/// An Event to be posted.
pub(crate) struct Letter {
    kind: Kind,
    reason: Cow<'static, str>,
    note: String,
    regarding: Value,
    at: Timestamp,
}

/// Takes Events to be posted, and drops those that nobody wants or that are too many.
#[derive(Clone)]
pub(crate) struct Mailbox {
    wanted: Events,
    sender: mpsc::Sender<Letter>,
    dropped: Dropped,
}

/// A mailbox, and where its letters arrive.
pub(crate) fn mailbox(wanted: Events) -> (Mailbox, mpsc::Receiver<Letter>) {
    let (sender, receiver) = mpsc::channel(WAITING + FOR_WARNINGS);
    (Mailbox { wanted, sender, dropped: Dropped::default() }, receiver)
}

impl Mailbox {
    /// Takes an Event about an object.
    pub(crate) fn post(&self, kind: Kind, reason: &'static str, note: &str, body: &Value, at: Timestamp) {
        if self.wants(kind) {
            self.put(kind, reason.into(), note.to_owned(), report::reference(body), at);
        }
    }

    /// Takes an Event of a plugin's, about whatever the [`reference`](report::reference) names. Answers whether there is
    /// anybody still who posts.
    pub(crate) fn post_for_plugin(
        &self,
        kind: Kind,
        reason: String,
        note: String,
        regarding: Value,
        at: Timestamp,
    ) -> bool {
        if !self.wants(kind) {
            return true;
        }
        self.put(kind, reason.into(), note, regarding, at);
        !self.sender.is_closed()
    }

    /// How many Events wait.
    fn waiting(&self) -> usize {
        self.sender.max_capacity() - self.sender.capacity()
    }

    fn wants(&self, kind: Kind) -> bool {
        match self.wanted {
            Events::All => true,
            Events::Warnings => kind == Kind::Warning,
            Events::None => false,
        }
    }

    fn put(&self, kind: Kind, reason: Cow<'static, str>, note: String, regarding: Value, at: Timestamp) {
        // Events about Events would never end.
        if regarding["kind"] != "Event" {
            // A full mailbox drops the letter. One that is closed is no news: the operator has ended.
            let has_place = kind == Kind::Warning || self.sender.capacity() > FOR_WARNINGS;
            let letter = Letter { kind, reason, note, regarding, at };
            let is_full = match has_place {
                true => matches!(self.sender.try_send(letter), Err(TrySendError::Full(_))),
                false => !self.sender.is_closed(),
            };
            if is_full {
                self.dropped.count(kind, Why::Waiting, at);
            }
        }
    }
}

/// Posts what arrives, until there is to be no more: then the mailbox takes nothing new, and what is in it is posted, unless
/// the server cannot be reached.
pub(crate) async fn post(
    io: &Io,
    letters: &mut mpsc::Receiver<Letter>,
    mut no_more: oneshot::Receiver<Infallible>,
) {
    let mut budget = Budget::new(io.settings.posting.burst, io.settings.posting.per_second);
    let mut series = Series::default();
    let mut number = io.clock.now().as_nanosecond() as u64;
    let dropped = &io.mailbox.dropped;
    loop {
        // Who drops a letter finds others here: so the first that is dropped is seen when one of those is taken.
        let due_at = dropped.due_at();
        let letter = tokio::select! {
            // What is due goes first, for letters may never cease to come.
            biased;
            () = io.clock.sleep_until(due_at.unwrap_or(Timestamp::MAX)), if due_at.is_some() => {
                tell_of(dropped, io);
                continue;
            }
            _ = &mut no_more, if !letters.is_closed() => {
                letters.close();
                continue;
            }
            letter = letters.recv() => letter,
        };
        let Some(letter) = letter else { break };
        if !budget.allow(letter.kind, io.clock.now()) {
            dropped.count(letter.kind, Why::Budget, io.clock.now());
            continue;
        }
        number = number.wrapping_add(1);
        if let Err(error) = deliver(io, &mut series, letter, number).await {
            // A namespace that is going takes no new objects; who deleted it knows.
            let is_going =
                error.code() == Some(404) || error.to_string().contains("because it is being terminated");
            let (trouble, now) = (format!("events {:?}", error.code()), io.clock.now());
            match error.code() {
                _ if is_going => debug!("An Event was not posted: {error}"),
                Some(403) if io.complaints.is_due_hourly(&trouble, now) => warn!(
                    "Not allowed to post Events, so this goes on without them; allow `create` and `patch` of events in the API \
                     group events.k8s.io, or say --events none: {error}"
                ),
                Some(403) => debug!("An Event was not posted: {error}"),
                _ if io.complaints.is_due(&trouble, now) => {
                    warn!("Cannot post Events, and goes on without them: {error}");
                }
                _ => debug!("An Event was not posted: {error}"),
            }
            if letters.is_closed() && error.code().is_none() {
                break;
            }
        }
    }
    tell_of_all(io);
}

/// Tells, as the operator ends, of what was dropped, and of what waits and is posted no more.
pub(crate) fn tell_of_all(io: &Io) {
    tell_of(&io.mailbox.dropped, io);
    let left = match io.mailbox.waiting() {
        0 => return,
        1 => "1 Kubernetes Event that waited is".to_owned(),
        waiting => format!("{waiting} Kubernetes Events that waited are"),
    };
    warn!("The operator ends, and {left} not posted. What came of handlers is in the log all the same.");
}

fn tell_of(dropped: &Dropped, io: &Io) {
    if let Some(line) = dropped.take(&io.settings.posting, io.clock.now()) {
        warn!("{line}");
    }
}

/// Posts an Event, or counts it where it was posted before.
async fn deliver(io: &Io, series: &mut Series, letter: Letter, number: u64) -> Result<(), Error> {
    let Letter { kind, reason, note, regarding, at } = letter;
    let report = Report { kind, reason: &reason, note: &note, regarding: &regarding };
    let settings = &io.settings.posting;
    let reporter =
        Reporter { component: &settings.reporting_component, instance: &settings.reporting_instance };
    let event = report::event(&report, reporter, &format!("{number:x}"), at);
    let key = Key { object: series::object(&regarding), kind: kind.as_str(), reason, note };
    if let Some((path, count)) = series.repeat(&key, at) {
        match io.cluster.send(Request::merge_patch(path, &report::series(count, at))).await {
            // It may have expired, as Events do after an hour.
            Err(error) if error.code() == Some(404) => series.forget(&key),
            counted => return counted.map(drop),
        }
    }
    let text = |value: &Value| value.as_str().unwrap_or("default").to_owned();
    let path = format!("/apis/events.k8s.io/v1/namespaces/{}/events", text(&event["metadata"]["namespace"]));
    io.cluster.send(Request::post(&path, &event)).await?;
    series.remember(key, format!("{path}/{}", text(&event["metadata"]["name"])), at);
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::settings::Posting;

    /// How many of four Events are taken: one of each type, of the operator's and of a plugin's.
    #[track_caller]
    fn check(wanted: Events, regarding: &Value, expected: usize) {
        let (mailbox, letters) = mailbox(wanted);
        for kind in [Kind::Normal, Kind::Warning] {
            mailbox.post(kind, "Reason", "note", regarding, Timestamp::UNIX_EPOCH);
            let (reason, note) = ("Reason".to_owned(), "note".to_owned());
            mailbox.post_for_plugin(kind, reason, note, regarding.clone(), Timestamp::UNIX_EPOCH);
        }
        assert_eq!(letters.len(), expected, "{wanted:?}");
    }

    /// The trap of a function that posted although posting was off.
    #[test]
    fn trap_22_what_is_not_wanted_is_not_posted_whoever_asks() {
        let pod = json!({ "kind": "Pod" });
        check(Events::All, &pod, 4);
        check(Events::Warnings, &pod, 2);
        check(Events::None, &pod, 0);
    }

    #[test]
    fn there_are_no_events_about_events() {
        check(Events::All, &json!({ "kind": "Event" }), 0);
    }

    #[test]
    fn what_is_too_much_is_dropped_and_warnings_last() {
        let (mailbox, letters) = mailbox(Events::All);
        let post_beyond = |kind, places| {
            for _ in 0..places + 10 {
                mailbox.post(kind, "Reason", "note", &json!({}), Timestamp::UNIX_EPOCH);
            }
        };
        post_beyond(Kind::Normal, WAITING);
        assert_eq!(letters.len(), WAITING);
        post_beyond(Kind::Warning, FOR_WARNINGS);
        assert_eq!(letters.len(), WAITING + FOR_WARNINGS);
        let told = mailbox.dropped.take(&Posting::default(), Timestamp::UNIX_EPOCH).unwrap();
        let expected = "20 Kubernetes Events were dropped within 1 s, 10 of them of the type Warning";
        assert!(told.starts_with(expected), "{told}");
        drop(letters);
        mailbox.post(Kind::Normal, "Reason", "note", &json!({}), Timestamp::UNIX_EPOCH);
        assert_eq!(mailbox.dropped.due_at(), None, "it is told otherwise that the operator has ended");
    }
}
