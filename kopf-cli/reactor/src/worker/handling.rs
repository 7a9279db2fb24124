//! Handling an object in hand: what it asks for is planned, handlers are called, and what follows is concluded.

use std::{sync::Arc, time::Duration};

use kopf_core::{
    cause::Reason,
    cycle::{self, Asked, Call, Cause, Conclusion, Family, Finalizer, Given},
    functions::Wanted,
    handler::Handler,
    outcome::{self, Level, Policy, Verdict},
    question::Answers,
    report::Kind,
};
use serde_json::{Map, Value};

use super::case::Case;
use crate::{
    Attempt, Children, Subject,
    attempt::attempt,
    io::{Io, chance, lot},
    question,
    queue::Sight,
    transform,
};

impl Case<'_> {
    /// Plans what the object asks for. Functions that have a say in it are asked first.
    pub(super) async fn plan(&self, subject: &Arc<Subject>) -> cycle::Plan {
        let mut answers = Answers::default();
        loop {
            let given = Given {
                served: &self.served,
                identity: &self.io.identity,
                recall: &self.memory.recall,
                answers: &answers,
                now: self.io.clock.now(),
                chance: lot(),
            };
            match cycle::plan(&subject.object, false, &given) {
                Ok(plan) => return plan,
                Err(open) => self.ask(open, subject, &mut answers).await,
            }
        }
    }

    pub(super) async fn ask(&self, open: Vec<Asked>, subject: &Arc<Subject>, answers: &mut Answers) {
        question::ask(self.io, open, subject, &self.served, None, answers).await;
    }

    /// Calls the handlers of a plan, in order, as far as they go before something must be written.
    pub(super) async fn carry_out(&mut self, mut plan: cycle::Plan, subject: &Arc<Subject>) -> Conclusion {
        match plan.cause {
            Cause::Handle(reason) if !plan.calls.is_empty() => {
                self.tell(Level::Debug, &format!("{} is in progress.", reason.title()));
            }
            Cause::Hold => {
                self.tell(Level::Debug, "Adding the finalizer, thus preventing the actual deletion.")
            }
            _ => {}
        }
        if let Some(line) = &plan.superseded {
            self.tell(Level::Info, line);
        }
        for (_, verdict) in &plan.forbidden {
            self.tell_verdict(verdict, subject);
        }
        let began = self.io.clock.now();
        let (execution, backoff) = (&self.io.settings.execution, self.io.settings.backoff());
        let mut verdicts: Vec<(Arc<Handler>, Verdict)> = vec![];
        let mut wanted = Wanted::default();
        let mut results = Map::new();
        for call in std::mem::take(&mut plan.calls) {
            let (handler, before) = (call.handler.clone(), call.progress.clone());
            self.tell(Level::Debug, &format!("Handler {} is invoked.", handler.id));
            let children = call.reason.map(|reason| self.children(&handler, reason, subject));
            let earlier = (handler.wants.results && !results.is_empty()).then(|| results.clone().into());
            let mut answer = self.attempt(call, subject, Sight::Modified, children.clone(), earlier).await;
            let now = self.io.clock.now();
            let policy = Policy { backoff: &backoff, jitter: chance() };
            let family = children.and_then(|children| children.close());
            let (subs, mut verdict) = match family {
                Some(family) => family.conclude(&before, &mut answer, policy, now),
                None => (vec![], outcome::judge(&handler, &before, &answer, policy, now)),
            };
            let mut stop = false;
            for (sub, mut verdict) in subs {
                if self.is_pruned(&sub) {
                    verdict.result = None;
                }
                self.post_verdict(&verdict, subject);
                results.extend(verdict.result.clone().map(|result| (sub.id.clone(), result)));
                stop |=
                    execution.durability.is_to_be_written(&verdict, Duration::ZERO, execution.durable_after);
                verdicts.push((sub, verdict));
            }
            if self.is_pruned(&handler) {
                verdict.result = None;
            }
            self.tell_verdict(&verdict, subject);
            results.extend(verdict.result.clone().map(|result| (handler.id.clone(), result)));
            if let Err(failure) = &answer.result {
                self.tell_trace(failure);
            }
            wanted.add(answer.patch.as_ref(), answer.functions);
            let spent = outcome::elapsed(began, now);
            stop |= execution.durability.is_to_be_written(&verdict, spent, execution.durable_after);
            verdicts.push((handler, verdict));
            if stop || self.io.gate.is_closed(&self.source) {
                break;
            }
        }
        let is_deletion = plan.cause == Cause::Handle(Reason::Delete);
        let conclusion = match wanted.functions.is_empty() {
            true => cycle::conclude(plan, verdicts, wanted.merge, &self.served),
            false => {
                // They run before it is concluded: what a handler changes itself is no change that it must be told of.
                let patch = transform::patch(self.io, &self.place, &subject.object, &mut wanted).await;
                Conclusion { wanted, ..cycle::conclude(plan, verdicts, patch, &self.served) }
            }
        };
        if let Some(line) = conclusion.finished.and_then(|finished| finished.line()) {
            self.tell(Level::Info, &line);
        }
        if conclusion.finalizer == Finalizer::Remove {
            let why = match is_deletion {
                true => "thus allowing the actual deletion",
                false => "as there are no handlers requiring it",
            };
            self.tell(Level::Debug, &format!("Removing the finalizer, {why}."));
        }
        conclusion
    }

    pub(super) async fn attempt(
        &self,
        call: Call,
        subject: &Arc<Subject>,
        sight: Sight,
        children: Option<Arc<Children>>,
        results: Option<Value>,
    ) -> outcome::Answer {
        // A cause is of no single event.
        let event = if call.reason.is_some() { None } else { sight.event() };
        let Io { invoker, clock, .. } = self.io;
        let (subject, served, now) = (subject.clone(), self.served.clone(), clock.now());
        let made = Attempt { call, subject, served, results, event, now, children, life: None };
        attempt(invoker.as_ref(), clock.as_ref(), made).await
    }

    /// Where the sub-handlers of an attempt take their turns.
    fn children(&self, handler: &Arc<Handler>, reason: Reason, subject: &Arc<Subject>) -> Arc<Children> {
        let execution = &self.io.settings.execution;
        let family = Family::new(handler.clone(), reason, execution.durability, execution.durable_after);
        let Io { identity, clock, settings, .. } = self.io;
        let (subject, served, recall) = (subject.clone(), self.served.clone(), self.memory.recall.clone());
        Children::new(family, subject, served, identity.clone(), recall, settings.backoff(), clock.clone())
    }

    fn tell_verdict(&self, verdict: &Verdict, subject: &Arc<Subject>) {
        self.tell(verdict.level, &verdict.line);
        self.post_verdict(verdict, subject);
    }

    fn post_verdict(&self, verdict: &Verdict, subject: &Arc<Subject>) {
        let (kind, reason) = match verdict.level {
            // Waiting is nothing to be told of.
            Level::Debug => return,
            Level::Info => (Kind::Normal, "Success"),
            Level::Warn | Level::Error => (Kind::Warning, "Error"),
        };
        self.io.mailbox.post(kind, reason, &verdict.line, &subject.object.body, self.io.clock.now());
    }
}
