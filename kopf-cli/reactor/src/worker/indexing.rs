//! Shows an object to the indexes, before anything else is done about it.

use std::sync::Arc;

use kopf_core::{
    handler::Handler,
    indexing::Plan,
    object::Version,
    outcome::{self, Level, Policy},
    question::Answers,
};

use super::case::Case;
use crate::{Forget, Subject, io::chance, queue::Sight};

impl Case<'_> {
    /// Calls the index functions that an object concerns as it is, and has those let go of it that it does not.
    pub(super) async fn index(&mut self, subject: &Arc<Subject>) {
        if self.served.indexers().next().is_none() {
            return;
        }
        let mut indexing = self.memory.indexing.take().unwrap_or_default();
        let Plan { calls, dropped } = {
            let mut answers = Answers::default();
            loop {
                match indexing.plan(&subject.object, &self.served, &answers, self.io.clock.now()) {
                    Ok(plan) => break plan,
                    Err(open) => self.ask(open, subject, &mut answers).await,
                }
            }
        };
        for handler in dropped {
            indexing.drop(&handler);
            self.unindex(&handler).await;
        }
        for call in calls {
            let (handler, before) = (call.handler.clone(), call.progress.clone());
            let answer = self.attempt(call, subject, Sight::Listed, None, None).await;
            let backoff = self.io.settings.backoff();
            let policy = Policy { backoff: &backoff, jitter: chance() };
            let verdict = outcome::judge(&handler, &before, &answer, policy, self.io.clock.now());
            match &answer.result {
                // It is called for every object, so that it goes well is not worth a line.
                Ok(_) => {}
                Err(failure) => {
                    self.tell(verdict.level, &verdict.line);
                    self.tell_trace(failure);
                }
            }
            if indexing.conclude(&handler, &verdict) {
                self.unindex(&handler).await;
            }
            if answer.patch.is_some() || answer.functions.is_some() {
                let line = format!("What index {} puts into its Patch is not written.", handler.id);
                let due = self.io.complaints.is_due(&line, self.io.clock.now());
                self.tell(if due { Level::Warn } else { Level::Debug }, &line);
            }
        }
        indexing.seen(&subject.object.header.version);
        self.memory.indexing = Some(indexing);
    }

    /// Whether only indexes may see the object yet, for others are not complete. A list brings it again afterwards.
    pub(super) fn is_held_back(&self) -> bool {
        !self.source.is_open()
    }

    /// Whether a version has been shown to all indexes.
    pub(super) fn is_indexed(&self, version: &Version) -> bool {
        self.served.indexers().next().is_none()
            || self.memory.indexing.as_ref().is_some_and(|indexing| indexing.covers(version))
    }

    /// Has all indexes let go of the object, which is gone.
    pub(super) async fn unindex_all(&mut self) {
        if self.memory.indexing.take().is_some() {
            let indexers: Vec<_> = self.served.indexers().cloned().collect();
            for handler in indexers {
                self.unindex(&handler).await;
            }
        }
    }

    async fn unindex(&self, handler: &Handler) {
        let forget =
            Forget { plugin: handler.plugin, uid: self.key.uid.clone(), handler: Some(handler.index) };
        self.io.invoker.forget(forget).await;
    }
}
