//! One object in a worker's hand: what is done with it, step by step.

use std::{collections::VecDeque, sync::Arc};

use bytes::Bytes;
use jiff::Timestamp;
use kopf_core::{
    cause::Reason,
    cycle::{Conclusion, Kept},
    handler::Handler,
    indexing::Indexing,
    object::{Header, Object, Version},
    outcome::{self, Level},
    registry::Served,
    report::Kind,
};

use crate::{
    Subject, clock,
    cluster::Error,
    io::Io,
    let_go::let_go,
    queue::{Brought, Key, Memory, Pending, Place, Rest, Sight, Turn},
    rights, rivals,
    settle::{Settled, Target},
    source::Source,
    tell::tell,
};

/// One object in hand.
pub(super) struct Case<'a> {
    pub(super) io: &'a Io,
    pub(super) source: Arc<Source>,
    pub(super) served: Arc<Served>,
    resource: String,
    pub(super) place: Place,
    pub(super) key: Key,
    pub(super) memory: Memory,
}

/// What an event shows.
pub(super) enum Sighted {
    /// What is known already, and nobody wants to see twice.
    Known,
    /// The object.
    There(Arc<Subject>),
    /// The object, which is none of those any more that the watch tells of.
    Left(Arc<Subject>),
    /// That the object is gone, with its last state if it is known.
    Gone(Option<Arc<Subject>>),
    /// Nothing, for the server says that it is gone, before the watch does.
    Missing,
    /// Nothing, for it cannot be fetched.
    Failed(Error),
}

impl<'a> Case<'a> {
    /// Takes an object in hand, with the events that wait.
    pub(super) fn open(io: &'a Io, turn: Turn) -> (Case<'a>, VecDeque<Pending>, Option<Brought>) {
        let served = turn.source.served();
        let resource = served.resource.name();
        let Turn { key, source, place, pending, brought, memory, .. } = turn;
        (Case { io, source, served, resource, place, key, memory }, pending, brought)
    }

    fn target(&self) -> Target<'_> {
        Target { io: self.io, source: &self.source, place: &self.place, uid: &self.key.uid }
    }

    /// Looks at an event.
    pub(super) async fn sight(&mut self, pending: Pending) -> Sighted {
        let gone = pending.sight == Sight::Deleted;
        if gone && self.is_selected() {
            return self.left(pending.raw).await;
        }
        let raw = match pending.raw {
            Some(raw) if gone => return Sighted::Gone(Object::parse(raw).ok().map(Subject::new)),
            Some(raw) => raw,
            None if gone => return Sighted::Gone(Some(self.remembered())),
            None => return self.fetch().await,
        };
        // The echo of our own write is news to spies and indexes alone.
        let may_be_known = self.memory.newest.is_some() && self.served.spies().next().is_none();
        let is_known = |version| self.memory.is_news(version) == Some(false) && self.is_indexed(version);
        if may_be_known && pending.version.as_ref().is_some_and(is_known) {
            return Sighted::Known;
        }
        self.read(raw).await
    }

    /// Whether the watch tells of a part of the objects alone: then one that leaves it looks like one that is deleted.
    fn is_selected(&self) -> bool {
        self.served.server_side().is_some()
    }

    /// Looks at what a deletion is that may be none.
    async fn left(&mut self, raw: Option<Bytes>) -> Sighted {
        match self.fetch().await {
            Sighted::There(subject) => Sighted::Left(subject),
            Sighted::Missing => {
                let last = raw.and_then(|raw| Object::parse(raw).ok()).map(Subject::new);
                Sighted::Gone(Some(last.unwrap_or_else(|| self.remembered())))
            }
            other => other,
        }
    }

    /// Looks at the object as it is now.
    pub(super) async fn fetch(&mut self) -> Sighted {
        match self.target().fetch().await {
            Ok(Some(raw)) => {
                self.memory.doubted = false;
                self.read(raw).await
            }
            Ok(None) => {
                self.memory.doubted = true;
                Sighted::Missing
            }
            Err(error) => Sighted::Failed(error),
        }
    }

    async fn read(&mut self, raw: Bytes) -> Sighted {
        match Object::parse(raw.clone()) {
            Ok(object) => Sighted::There(Subject::new(object)),
            Err(error) => match self.pass_over(&raw, &error).await {
                Ok(()) => Sighted::Known,
                Err(error) => Sighted::Failed(error),
            },
        }
    }

    /// The object as a deletion shows it that only a list has told of: where it was, and no more.
    fn remembered(&self) -> Arc<Subject> {
        let body = self.target().outline();
        let header = Header {
            uid: self.key.uid.clone(),
            namespace: self.place.namespace.as_deref().map(Into::into),
            name: self.place.name.clone(),
            version: Version::new(""),
            deleting: true,
        };
        Subject::new(Object { header, raw: Bytes::from(body.to_string()), body })
    }

    /// What is still to be written, to which more is added.
    pub(super) fn unsettled(&mut self) -> &mut Conclusion {
        let kept = &self.memory.recall.kept;
        let nothing = || Box::new(Conclusion { kept: kept.clone(), ..Conclusion::default() });
        self.memory.unsettled.get_or_insert_with(nothing)
    }

    /// The object is gone, and with it what plugins remember of it.
    pub(super) async fn gone(self) -> Rest {
        self.io.background.forget(&self.key, self.io.clock.now());
        self.tell(Level::Debug, "Deleted, really deleted, and we are notified.");
        let_go(self.io, &self.served, &self.key.uid).await;
        Rest::Gone
    }

    /// Rests until something happens, or until then.
    pub(super) fn rest(self, wake_at: Option<Timestamp>) -> Rest {
        let index_at = self.memory.indexing.as_ref().and_then(Indexing::wake_at);
        Rest::Until(wake_at.into_iter().chain(index_at).min(), self.memory)
    }

    /// Rests after the server could not be asked or written to.
    pub(super) fn rest_after(mut self, error: &Error) -> Rest {
        let pause = self.memory.throttle.fail().max(error.retry_after().unwrap_or_default());
        let (now, complaints) = (self.io.clock.now(), &self.io.complaints);
        let (line, due) = match error.code() {
            Some(403) => (
                format!(
                    "Not allowed to get or patch objects of {}, so what handlers did is kept in memory until it can be \
                     written; allow {}: {error}",
                    self.resource,
                    rights::to_write(&self.served.resource)
                ),
                complaints.is_due_hourly(&rights::trouble(&self.resource), now),
            ),
            code => (
                format!(
                    "The API server does not take what is to be written, or does not answer; it is tried again in {pause:?}: {error}"
                ),
                match code {
                    Some(code) => complaints.is_due(&format!("write {} {code}", self.resource), now),
                    None => complaints.is_due("write", now),
                },
            ),
        };
        self.tell(if due { Level::Warn } else { Level::Debug }, &line);
        let wake_at = clock::after(now, pause);
        self.rest(Some(wake_at))
    }

    /// Looks at the object because its time has come.
    pub(super) async fn look(mut self) -> Rest {
        let sighted = match self.at_hand() {
            Some(subject) => Sighted::There(subject),
            None => self.fetch().await,
        };
        match sighted {
            Sighted::There(subject) => {
                self.index(&subject).await;
                if self.is_held_back() {
                    return self.rest(None);
                }
                self.act(subject).await
            }
            Sighted::Failed(error) => self.rest_after(&error),
            // The watch may have said so already, when the server could not be asked.
            Sighted::Missing if self.is_selected() => self.gone().await,
            Sighted::Known | Sighted::Left(_) | Sighted::Gone(_) | Sighted::Missing => self.rest(None),
        }
    }

    /// Writes what is not written yet, to the object in hand or else as it is now, and goes on from there.
    pub(super) async fn settle_left(mut self, mut left: Conclusion, newest: Option<Arc<Subject>>) -> Rest {
        let sighted = match newest.or_else(|| self.at_hand()) {
            Some(subject) => Sighted::There(subject),
            None => self.fetch().await,
        };
        let subject = match sighted {
            Sighted::There(subject) => subject,
            Sighted::Failed(error) => {
                self.memory.unsettled = Some(Box::new(left));
                return self.rest_after(&error);
            }
            Sighted::Known | Sighted::Left(_) | Sighted::Gone(_) | Sighted::Missing => {
                return self.rest(None);
            }
        };
        left.again = true;
        self.index(&subject).await;
        match self.settle(&subject, left).await {
            Next::Again(subject) => self.act(subject).await,
            Next::Rest(wake_at) => self.rest(wake_at),
            Next::Later(error) => self.rest_after(&error),
        }
    }

    /// Handles the object as it is: plans, calls, concludes, settles, until there is nothing left to do now.
    pub(super) async fn act(mut self, mut subject: Arc<Subject>) -> Rest {
        loop {
            self.memory.newest = Some(subject.object.header.version.clone());
            if self.io.gate.is_closed(&self.source) {
                // Others go first from now on. What is left to do is seen when they have ended.
                self.memory.doubted = true;
                let now = self.io.clock.now();
                return self.rest(Some(now));
            }
            self.memory.recall.company = self.accompany(&subject).await;
            let plan = self.plan(&subject).await;
            if plan.is_idle() {
                self.memory.throttle.succeed();
                return self.rest(None);
            }
            let conclusion = self.carry_out(plan, &subject).await;
            match self.settle(&subject, conclusion).await {
                Next::Again(fresh) => subject = fresh,
                Next::Rest(wake_at) => return self.rest(wake_at),
                Next::Later(error) => return self.rest_after(&error),
            }
        }
    }

    /// Writes a conclusion, and says what comes next.
    pub(super) async fn settle(&mut self, subject: &Arc<Subject>, conclusion: Conclusion) -> Next {
        if let Some(pause) =
            self.memory.pace.pause(self.io.clock.now(), self.io.settings.execution.loop_writes)
        {
            self.tell_loop();
            self.memory.unsettled = Some(Box::new(conclusion));
            return Next::Rest(Some(pause));
        }
        let (again, wake_at) = (conclusion.again, conclusion.wake_at);
        let finished = conclusion.finished;
        match self.target().settle(subject, conclusion).await {
            Settled::Gone => {
                self.memory.doubted = true;
                Next::Rest(None)
            }
            Settled::Later(left, error) => {
                self.memory.unsettled = Some(left);
                // Perhaps it was written, and the answer was lost.
                self.memory.note = None;
                Next::Later(error)
            }
            Settled::Written { version, fresh, kept, note } => {
                self.memory.throttle.succeed();
                self.memory.recall.handled |= finished.is_some();
                self.memory.note = note.or(self.memory.note);
                let is_crowded = |kept: &Kept| kept.crowded;
                let was_crowded = self.memory.recall.kept.as_deref().is_some_and(is_crowded);
                if kept.as_ref().is_some_and(is_crowded) && !was_crowded {
                    self.tell_unfit(subject);
                }
                self.memory.recall.kept = kept.map(Box::new);
                if version.is_some() {
                    self.memory.newest = version;
                    self.memory.pace.count(self.io.clock.now());
                }
                if finished.is_some_and(|finished| finished.reason == Reason::Delete) {
                    return Next::Rest(None);
                }
                match fresh.and_then(|raw| Object::parse(raw).ok()).map(Subject::new) {
                    Some(fresh) => Next::Again(fresh),
                    // Nothing was written, so the object in hand is still the one that is there.
                    None if again => Next::Again(subject.clone()),
                    None => Next::Rest(wake_at),
                }
            }
        }
    }

    /// Whether an event is of another operator's making that has this one's name. A list tells of what happened while
    /// nobody looked.
    pub(super) fn look_for_rivals(&mut self, subject: &Subject, sight: Sight) {
        let known = if sight == Sight::Modified { self.memory.note } else { None };
        self.memory.note = rivals::look(self.io, &self.source, &self.place, known, &subject.object);
    }

    pub(super) fn is_pruned(&self, handler: &Handler) -> bool {
        self.io.pruned.has(&self.resource, &handler.id)
    }

    pub(super) fn tell_trace(&self, failure: &outcome::Failure) {
        if let Some(trace) = &failure.trace {
            self.tell(Level::Debug, trace);
        }
    }

    fn tell_unfit(&self, subject: &Arc<Subject>) {
        let line = "What is to be remembered of this object does not fit into its annotations (262144 bytes in all); \
                    it is kept in memory and lost with the process: make room there";
        self.tell(Level::Warn, line);
        self.io.mailbox.post(Kind::Warning, "StateTooLarge", line, &subject.object.body, self.io.clock.now());
    }

    fn tell_loop(&self) {
        let due = self.io.complaints.is_due(&format!("loop {}", self.key.uid), self.io.clock.now());
        let line = "This operator writes to the object again and again although nobody else changes it, so it waits for a \
                    minute: look for a handler that is woken by its own patch";
        self.tell(if due { Level::Warn } else { Level::Debug }, line);
    }

    /// Tells something about this object.
    pub(super) fn tell(&self, level: Level, line: &str) {
        tell(&self.place, &self.resource, level, line);
    }

    pub(super) fn parts(&self) -> (&Io, Target<'_>) {
        (self.io, self.target())
    }
}

/// What follows on a write.
pub(super) enum Next {
    /// Planning again, on this.
    Again(Arc<Subject>),
    /// Rest, until then if there is a time.
    Rest(Option<Timestamp>),
    /// Another try, for it could not be written.
    Later(Error),
}
