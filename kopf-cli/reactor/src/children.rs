//! Where the sub-handlers of one attempt take their turns, from whichever thread they run on.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use kopf_core::{
    backoff::Backoff,
    cycle::{Family, Recall, Scene, Sub, Turn},
    identity::Identity,
    outcome::{Answer, Level, Policy, Verdict},
    registry::Served,
};
use tracing::{Dispatch, debug, dispatcher, error, info, warn};

use crate::{Clock, Subject, io::chance};

/// The sub-handlers of one attempt. Nothing is read or kept before the first of them is named.
pub struct Children {
    /// Gone when the attempt is over.
    family: Mutex<Option<Family>>,
    subject: Arc<Subject>,
    served: Arc<Served>,
    identity: Arc<Identity>,
    recall: Recall,
    backoff: Backoff,
    clock: Arc<dyn Clock>,
    /// Where lines go: a plugin's thread may have another subscriber.
    lines: Dispatch,
}

impl Children {
    /// Where the sub-handlers of an attempt on an object take their turns, as `recall` and `backoff` have it for it.
    pub fn new(
        family: Family,
        subject: Arc<Subject>,
        served: Arc<Served>,
        identity: Arc<Identity>,
        recall: Recall,
        backoff: Backoff,
        clock: Arc<dyn Clock>,
    ) -> Arc<Children> {
        let lines = dispatcher::get_default(Dispatch::clone);
        let family = Mutex::new(Some(family));
        Arc::new(Children { family, subject, served, identity, recall, backoff, clock, lines })
    }

    /// Whether it is the turn of the sub-handler with this id behind its handler's, and the time that it is.
    ///
    /// Absent when the attempt is over.
    pub fn turn(&self, id: &str, sub: Sub) -> Option<(Turn, Timestamp)> {
        let now = self.clock.now();
        let mut family = self.family();
        let family = family.as_mut()?;
        let scene = Scene {
            object: &self.subject.object,
            served: &self.served,
            identity: &self.identity,
            recall: &self.recall,
        };
        let (turn, verdict) = family.turn(id, sub, scene, now);
        if let Some(verdict) = verdict {
            self.tell(verdict.level, &verdict.line);
        }
        if let Turn::Due { .. } = turn {
            self.tell(Level::Debug, &format!("Handler {}/{id} is invoked.", family.id()));
        }
        Some((turn, now))
    }

    /// Takes what came of a sub-handler whose turn it was, and says when it is due again.
    ///
    /// Absent when the attempt is over, or it was not its turn.
    pub fn ended(&self, id: &str, mut answer: Answer) -> Option<(Turn, Timestamp)> {
        let now = self.clock.now();
        let policy = Policy { backoff: &self.backoff, jitter: chance() };
        let mut family = self.family();
        let (turn, verdict) = family.as_mut()?.judge(id, &mut answer, policy, now)?;
        self.tell_verdict(verdict, &answer);
        Some((turn, now))
    }

    /// Ends the attempt: what is still at work on a sub-handler has nobody to tell of it.
    pub fn close(&self) -> Option<Family> {
        self.family().take()
    }

    fn family(&self) -> MutexGuard<'_, Option<Family>> {
        self.family.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell_verdict(&self, verdict: &Verdict, answer: &Answer) {
        self.tell(verdict.level, &verdict.line);
        if let Err(failure) = &answer.result
            && let Some(trace) = &failure.trace
        {
            self.tell(Level::Debug, trace);
        }
    }

    fn tell(&self, level: Level, line: &str) {
        let object = &self.subject.object.header;
        let resource = self.served.resource.name();
        dispatcher::with_default(&self.lines, || match level {
            Level::Debug => debug!(%object, %resource, "{line}"),
            Level::Info => info!(%object, %resource, "{line}"),
            Level::Warn => warn!(%object, %resource, "{line}"),
            Level::Error => error!(%object, %resource, "{line}"),
        });
    }
}
