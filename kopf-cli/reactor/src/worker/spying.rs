//! Lets the spies see an event.

use std::sync::Arc;

use kopf_core::{
    cycle::{self, Call},
    outcome::Level,
    question::Answers,
};

use super::case::Case;
use crate::{Subject, question, queue::Sight};

impl Case<'_> {
    /// Calls the spies, none of them twice. What they want to be changed is written when all that waits was seen.
    pub(super) async fn spy(&mut self, subject: &Arc<Subject>, sight: Sight) {
        for call in self.spies(subject, sight).await {
            let handler = call.handler.clone();
            let answer = self.attempt(call, subject, sight, None, None).await;
            match answer.result {
                Ok(Some(result)) if !self.is_pruned(&handler) => {
                    self.unsettled().results.insert(handler.id.clone(), result);
                }
                Ok(_) => {}
                Err(failure) => {
                    let line =
                        format!("Handler {} failed and is not tried again: {}", handler.id, failure.message);
                    self.tell(Level::Error, &line);
                    self.tell_trace(&failure);
                }
            }
            if answer.patch.is_some() || answer.functions.is_some() {
                self.unsettled().want(answer.patch.as_ref(), answer.functions);
            }
        }
    }

    /// The spies that an object concerns. Functions that have a say in it are asked first.
    async fn spies(&self, subject: &Arc<Subject>, sight: Sight) -> Vec<Call> {
        let mut answers = Answers::default();
        loop {
            match cycle::spy(&subject.object, &self.served, &answers, self.io.clock.now()) {
                Ok(calls) => return calls,
                Err(open) => {
                    question::ask(self.io, open, subject, &self.served, sight.event(), &mut answers).await;
                }
            }
        }
    }
}
