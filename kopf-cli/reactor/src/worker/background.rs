//! What a worker has to do with the daemons and timers of the object in its hand.

use std::{sync::Arc, time::Duration};

use kopf_core::{
    background::{self, Company},
    handler::Handler,
    object::Object,
    question::Answers,
};

use super::case::Case;
use crate::{Subject, background::Scene, question, queue::Brought};

impl Case<'_> {
    /// Starts and stops daemons and timers; answers what a plan must know of them. Functions that have a say in it are
    /// asked first.
    pub(super) async fn accompany(&self, subject: &Arc<Subject>) -> Company {
        let Case { io, key, source, place, served, .. } = self;
        if served.background().next().is_none() {
            return Company::default();
        }
        let mut answers = Answers::default();
        let wanted = loop {
            match background::wanted(&subject.object, served, &answers, io.clock.now()) {
                Ok(wanted) => break wanted,
                Err(open) => self.ask(open, subject, &mut answers).await,
            }
        };
        let mut delays = vec![];
        for (handler, number) in io.background.awaited(key, &wanted) {
            delays.push((handler.id.clone(), self.delay(&handler, number, subject).await));
        }
        let scene = Scene { source, place, object: &subject.object, served, wanted, delays };
        io.background.adjust(key, &scene, io.clock.now())
    }

    /// How long a daemon or a timer is to wait, as its function says.
    async fn delay(&self, handler: &Arc<Handler>, number: u32, subject: &Arc<Subject>) -> Duration {
        question::delay(self.io, handler, number, subject, &self.served).await
    }

    /// Takes what daemons and timers have brought: it is written with whatever else waits to be written.
    pub(super) fn take(&mut self, brought: Option<Brought>) {
        let Some(Brought { results, wanted }) = brought else { return };
        let unsettled = self.unsettled();
        unsettled.results.extend(results);
        if wanted.merge.is_some() {
            unsettled.want(wanted.merge.as_ref(), None);
        }
        for functions in wanted.functions {
            unsettled.want(None, Some(functions));
        }
    }

    /// The object as its daemons and timers have it, if that is the newest that is known of it.
    pub(super) fn at_hand(&self) -> Option<Arc<Subject>> {
        let newest = self.memory.newest.as_ref().filter(|_| !self.memory.doubted)?;
        let raw = self.io.background.latest(&self.key, newest)?;
        Object::parse(raw).ok().map(Subject::new)
    }
}
