//! The sub-handlers of one attempt of a handler: whose turn it is, and what came of them.
//!
//! They are known when the handler names them, one by one, while it is at work. Each has a record of its own, under its
//! handler's id and its own with a slash between, and is judged as any handler.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use jiff::Timestamp;

use super::{
    Call, Given, Recall,
    conclude::Durability,
    sight::{Sight, reacts_to, still_counts, stored},
};
use crate::{
    cause::Reason,
    field::FieldPath,
    filter::{Filter, View},
    handler::{Handler, Limits},
    identity::Identity,
    object::Object,
    outcome::{self, Answer, FailureKind, Policy, Verdict, elapsed},
    question::{Answers, Of, Question},
    registry::Served,
    store::{digest::Digest, progress::Progress},
};

/// What a sub-handler says of itself, besides its id.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sub {
    /// The objects it is for, of those that its handler is for.
    pub filter: Filter,
    /// The field it is for.
    pub field: Option<FieldPath>,
    /// Its limits.
    pub limits: Limits,
    /// What functions have said that it asks: each question by its number, and which state it was about.
    pub answers: Vec<(u32, Of, bool)>,
}

/// What a handler is at work on.
#[derive(Clone, Copy)]
pub struct Scene<'a> {
    /// The object.
    pub object: &'a Object,
    /// What is served of its resource.
    pub served: &'a Served,
    /// Who we are.
    pub identity: &'a Identity,
    /// What the process remembers of the object.
    pub recall: &'a Recall,
}

/// Whether it is a sub-handler's turn.
#[derive(Debug, Clone)]
pub enum Turn {
    /// That depends on what a function says.
    Asks(Question),
    /// It is to be called.
    Due {
        /// The record that it begins with.
        progress: Progress,
        /// With a field of its own: the call, for what has changed there.
        narrowed: Option<Box<Call>>,
    },
    /// It is due then.
    Waits(Timestamp),
    /// It has ended.
    Ended {
        /// It has failed for good.
        failed: bool,
    },
    /// It is not for this object.
    NotFor,
}

/// The sub-handlers of one attempt.
#[derive(Debug)]
pub struct Family {
    parent: Arc<Handler>,
    reason: Reason,
    durability: Durability,
    /// What counts as long.
    long: Duration,
    /// When the first of them was called in this attempt.
    began: Option<Timestamp>,
    members: BTreeMap<String, Member>,
    /// What those react to that have the same field, as it is now.
    digests: BTreeMap<Option<FieldPath>, Digest>,
}

#[derive(Debug)]
struct Member {
    handler: Arc<Handler>,
    /// As it stands.
    record: Progress,
    /// With a field of its own: its call.
    narrowed: Option<Box<Call>>,
    /// What came of it in this attempt.
    verdict: Option<Verdict>,
    /// Its turn is over, whatever its record says: it is not for this object.
    passed: bool,
}

impl Family {
    /// The family of a handler that is called for a reason. `durability` says when what they brought is written, and
    /// `long` what counts as long for that.
    pub fn new(parent: Arc<Handler>, reason: Reason, durability: Durability, long: Duration) -> Family {
        Family {
            parent,
            reason,
            durability,
            long,
            began: None,
            members: BTreeMap::new(),
            digests: BTreeMap::new(),
        }
    }

    /// The id of the handler.
    pub fn id(&self) -> &str {
        &self.parent.id
    }

    /// Whether it is the turn of the sub-handler with this id behind its handler's, and the verdict if its limits forbid
    /// another attempt.
    ///
    /// When those before it have taken long, the others wait until what came of them is written.
    pub fn turn(&mut self, id: &str, sub: Sub, scene: Scene<'_>, now: Timestamp) -> (Turn, Option<&Verdict>) {
        let id = format!("{}/{id}", self.parent.id);
        if !self.members.contains_key(&id) {
            match self.member(&id, sub, scene, now) {
                Ok(member) => drop(self.members.insert(id.clone(), member)),
                Err(question) => return (Turn::Asks(question), None),
            }
        }
        let (durability, long, began) = (self.durability, self.long, self.began);
        let Some(member) = self.members.get_mut(&id) else { return (Turn::NotFor, None) };
        match member.turn(now) {
            Turn::Due { .. }
                if began.is_some_and(|began| durability.holds_back(elapsed(began, now), long)) =>
            {
                (Turn::Waits(now), None)
            }
            Turn::Due { .. } => {
                if let Some(verdict) = outcome::forbid(&member.handler, &member.record, now) {
                    return (Turn::Ended { failed: true }, Some(member.judged(verdict)));
                }
                self.began = began.or(Some(now));
                let (progress, narrowed) = (member.record.clone(), member.narrowed.take());
                (Turn::Due { progress, narrowed }, None)
            }
            turn => (turn, None),
        }
    }

    fn member(&mut self, id: &str, sub: Sub, scene: Scene<'_>, now: Timestamp) -> Result<Member, Question> {
        let Sub { filter, field, limits, answers: said } = sub;
        let mut answers = Answers::default();
        said.into_iter().for_each(|(number, of, answer)| answers.put(&self.parent, number, of, answer));
        let has_field = field.is_some();
        let mut handler = Handler { id: id.to_owned(), filter, field, limits, ..(*self.parent).clone() };
        let is_for = has_field || handler.is_for(View::of(&scene.object.body), &answers)?;
        handler.field = handler.field.or_else(|| self.parent.field.clone());
        let handler = Arc::new(handler);
        let reason = self.reason;
        let kept = scene.recall.kept.as_deref();
        let stored = stored(id, scene.object, scene.identity, kept, now);
        let record = stored
            .and_then(|record| still_counts(record, handler.on, reason, || self.digest(&handler, scene)));
        let record = record.unwrap_or_else(|| Progress::begin(reason, now));
        let narrowed =
            if has_field { narrow(&handler, &record, reason, scene, &answers, now)? } else { None };
        let passed = !is_for || (has_field && narrowed.is_none());
        Ok(Member { handler, record, narrowed, verdict: None, passed })
    }

    fn digest(&mut self, handler: &Handler, scene: Scene<'_>) -> Digest {
        let digest = || {
            let essence = scene.identity.dialect().essence(&scene.object.body, scene.served);
            reacts_to(handler, &essence, &scene.object.header.uid)
        };
        *self.digests.entry(handler.field.clone()).or_insert_with(digest)
    }

    /// Judges an attempt of a sub-handler that ended at `now`; nothing if it was not its turn.
    pub fn judge(
        &mut self,
        id: &str,
        answer: &mut Answer,
        policy: Policy<'_>,
        now: Timestamp,
    ) -> Option<(Turn, &Verdict)> {
        let id = format!("{}/{id}", self.parent.id);
        self.set_delay(&id, answer, now);
        let subrefs = self.subrefs(&id);
        let member = self.members.get_mut(&id).filter(|member| !member.record.is_finished())?;
        let mut verdict = outcome::judge(&member.handler, &member.record, answer, policy, now);
        add(&mut verdict.progress.subrefs, subrefs);
        let verdict = member.judged(verdict);
        let turn = match &verdict.progress {
            progress if progress.is_finished() => Turn::Ended { failed: progress.failure },
            progress => Turn::Waits(progress.delayed.unwrap_or(now)),
        };
        Some((turn, verdict))
    }

    /// Puts the moment at which the next sub-handler is due in the place of what a handler knows of it.
    fn set_delay(&self, id: &str, answer: &mut Answer, now: Timestamp) {
        let Err(failure) = &mut answer.result else { return };
        let next_at = || self.below(id).filter_map(|(_, member)| member.next_at(now)).min();
        if let FailureKind::Unfinished(delay) = &mut failure.kind
            && let Some(next_at) = next_at()
        {
            *delay = Duration::try_from(next_at.duration_since(now)).unwrap_or_default();
        }
    }

    /// The sub-handlers of the handler with this id, and theirs.
    fn below<'a>(&'a self, id: &str) -> impl Iterator<Item = (&'a String, &'a Member)> {
        let prefix = format!("{id}/");
        self.members.range(prefix.clone()..).take_while(move |(id, _)| id.starts_with(&prefix))
    }

    fn subrefs(&self, id: &str) -> Vec<String> {
        self.below(id).filter(|(_, member)| !member.passed).map(|(id, _)| id.clone()).collect()
    }

    /// Judges the attempt of the handler itself, with all that came of its sub-handlers; theirs come first.
    pub fn conclude(
        self,
        before: &Progress,
        answer: &mut Answer,
        policy: Policy<'_>,
        now: Timestamp,
    ) -> (Vec<(Arc<Handler>, Verdict)>, Verdict) {
        let parent = self.parent.clone();
        self.set_delay(&parent.id, answer, now);
        let mut verdict = outcome::judge(&parent, before, answer, policy, now);
        add(&mut verdict.progress.subrefs, self.subrefs(&parent.id));
        let verdicts =
            self.members.into_values().filter_map(|member| Some((member.handler, member.verdict?))).collect();
        (verdicts, verdict)
    }
}

impl Member {
    fn turn(&self, now: Timestamp) -> Turn {
        let record = &self.record;
        match record.delayed {
            _ if self.passed => Turn::NotFor,
            _ if record.is_finished() => Turn::Ended { failed: record.failure },
            Some(at) if at > now => Turn::Waits(at),
            _ => Turn::Due { progress: record.clone(), narrowed: None },
        }
    }

    fn next_at(&self, now: Timestamp) -> Option<Timestamp> {
        match self.turn(now) {
            Turn::Due { .. } => Some(now),
            Turn::Waits(at) => Some(at),
            Turn::Ended { .. } | Turn::NotFor | Turn::Asks(_) => None,
        }
    }

    fn judged(&mut self, verdict: Verdict) -> &Verdict {
        self.record = verdict.progress.clone();
        self.verdict.insert(verdict)
    }
}

/// The call of a sub-handler with a field of its own; nothing where it is not called for what has changed there.
fn narrow(
    handler: &Arc<Handler>,
    record: &Progress,
    reason: Reason,
    scene: Scene<'_>,
    answers: &Answers,
    now: Timestamp,
) -> Result<Option<Box<Call>>, Question> {
    let Scene { object, served, identity, recall } = scene;
    let essence = Arc::new(identity.dialect().essence(&object.body, served));
    let kept = || recall.kept.as_ref()?.handled.clone();
    let handled = identity.store().handled(object, served, &essence).or_else(kept);
    let given = Given { served, identity, recall, answers, now, chance: 0 };
    let sight = Sight::new(object, &given, handled.as_ref(), &essence);
    let called = sight.is_called(handler, reason).map_err(|asked| asked.question)?;
    Ok(called.then(|| Box::new(sight.call(handler.clone(), record.clone(), Some(reason)))))
}

/// Adds ids to sorted ones.
fn add(subrefs: &mut Vec<String>, ids: Vec<String>) {
    subrefs.extend(ids);
    subrefs.sort();
    subrefs.dedup();
}
