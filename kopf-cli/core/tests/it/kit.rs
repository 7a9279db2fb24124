//! A reactor and a server without either: an object, handlers with scripted answers, and a trace of all that is done.

use std::{
    collections::{BTreeMap, VecDeque},
    fmt::Write,
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use jiff::Timestamp;
use kopf_core::{
    backoff::Backoff,
    cycle::{self, Call, Conclusion, Durability, Family, Given, Kept, Plan, Recall, Scene, Sub, Turn},
    field::FieldPath,
    handler::{Handler, Lifecycle, Limits, On, Wants},
    identity::Identity,
    object::Object,
    outcome::{Answer, Failure, FailureKind, Policy, Verdict},
    patch::{self, Patches},
    question::Answers,
    registry::{Chosen, Registry, Served},
    resource::Resource,
    selector::Selector,
    store::{ANNOTATIONS_LIMIT, annotations_size, progress::Progress},
};
use serde_json::{Value, json};

use crate::kit::render::Render;

pub(crate) mod render;

/// How many cycles are too many for anything that comes to an end.
const TOO_MANY: usize = 200;

/// Sub-handlers that were judged.
type Judged = Vec<(Arc<Handler>, Verdict)>;

/// Without chance.
const POLICY: Policy<'static> = Policy {
    backoff: &Backoff {
        first: Duration::from_secs(1),
        factor: 2.0,
        limit: Duration::from_mins(10),
        jitter: 1.0,
    },
    jitter: 0.0,
};

/// One operator, one object, and a clock.
pub(crate) struct World {
    pub(crate) identity: Identity,
    pub(crate) served: Served,
    /// The object as the server has it; `None` once it is gone.
    pub(crate) body: Option<Value>,
    pub(crate) recall: Recall,
    pub(crate) now: Timestamp,
    pub(crate) has_status: bool,
    /// What each handler answers, one after the other; then it succeeds without a result.
    pub(crate) scripts: BTreeMap<String, VecDeque<Answer>>,
    /// The sub-handlers of each handler and sub-handler, by its id.
    pub(crate) subs: BTreeMap<String, Vec<(String, Sub)>>,
    /// How long an attempt of each takes; the others take no time.
    pub(crate) takes: BTreeMap<String, Duration>,
    /// What somebody changes while the handlers of the next cycles run.
    pub(crate) meanwhile: VecDeque<Value>,
    /// Every attempt that was made: the handler, the reason, how often it was tried before, and on what.
    pub(crate) attempts: Vec<Attempted>,
    pub(crate) trace: String,
    pub(crate) writes: usize,
}

/// An attempt that was made.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Attempted {
    pub(crate) handler: String,
    pub(crate) reason: String,
    pub(crate) retries: u32,
    pub(crate) body: Value,
    pub(crate) success: bool,
    pub(crate) failure: bool,
}

/// What came of one step.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Step {
    /// There was nothing to do, or it is done.
    Rest,
    /// There is more to do at once.
    Again,
    /// There is more to do by then.
    Until(Timestamp),
}

/// A handler as its attribute alone makes it.
pub(crate) fn on(on: On, id: &str) -> Handler {
    Handler {
        plugin: 0,
        index: 0,
        id: id.to_owned(),
        on,
        selector: Selector::parse(&["kex".to_owned()]).unwrap(),
        filter: kopf_core::filter::Filter::default(),
        field: None,
        asynchronous: true,
        limits: Limits::default(),
        optional: false,
        deleted: false,
        lifecycle: Lifecycle::All,
        group: None,
        schedule: kopf_core::background::Schedule::default(),
        wants: Wants { old: true, new: true, diff: true, ..Wants::default() },
        param: None,
        function: id.to_owned(),
        package: "tests".to_owned(),
        place: "lib.rs:1".to_owned(),
    }
}

/// A handler of a field.
pub(crate) fn on_field(kind: On, id: &str, field: &str) -> Handler {
    Handler { field: Some(path(field)), id: format!("{id}/{field}"), ..on(kind, id) }
}

pub(crate) fn path(text: &str) -> FieldPath {
    FieldPath::parse(text).unwrap()
}

pub(crate) fn returns(result: Value) -> Answer {
    Answer { result: Ok(Some(result)), patch: None, functions: None }
}

pub(crate) fn changes(patch: Value) -> Answer {
    Answer { result: Ok(None), patch: Some(patch), functions: None }
}

pub(crate) fn fails(kind: FailureKind) -> Answer {
    Answer {
        result: Err(Failure { kind, message: "no".to_owned(), trace: None }),
        patch: None,
        functions: None,
    }
}

/// A failure that is tried again in a minute.
pub(crate) fn in_a_minute() -> Answer {
    fails(FailureKind::Temporary(Some(Duration::from_secs(60))))
}

pub(crate) fn kex(kind: &str) -> Resource {
    Resource {
        group: if kind == "Secret" { String::new() } else { "zalando.org".to_owned() },
        version: "v1".to_owned(),
        plural: "kexes".to_owned(),
        kind: kind.to_owned(),
        singular: "kex".to_owned(),
        short_names: vec![],
        categories: vec![],
        namespaced: true,
        preferred: true,
        verbs: vec![],
        subresources: vec!["status".to_owned()],
    }
}

/// What is served of handlers on one kind.
pub(crate) fn served(kind: &str, handlers: impl IntoIterator<Item = Handler>) -> Served {
    let registry = Registry::new(handlers).unwrap();
    let assignment = registry.assign(&[kex(kind)], &Chosen::default());
    let served = assignment.served.into_iter().next();
    served.unwrap_or_else(|| panic!("no handler is served: {:?}", assignment.unresolved))
}

impl World {
    /// An object that was just created, and the operator `web` that watches it come.
    pub(crate) fn new(handlers: impl IntoIterator<Item = Handler>) -> World {
        World {
            identity: Identity::new("web").unwrap(),
            served: served("KopfExample", handlers),
            body: Some(json!({
                "apiVersion": "zalando.org/v1", "kind": "KopfExample",
                "metadata": { "name": "a", "namespace": "default", "uid": "u1", "resourceVersion": "1" },
                "spec": { "x": 1 },
            })),
            recall: Recall::default(),
            now: "2026-11-22T20:00:00Z".parse().unwrap(),
            has_status: true,
            scripts: BTreeMap::new(),
            subs: BTreeMap::new(),
            takes: BTreeMap::new(),
            meanwhile: VecDeque::new(),
            attempts: vec![],
            trace: String::new(),
            writes: 0,
        }
    }

    pub(crate) fn script(mut self, id: &str, answers: impl IntoIterator<Item = Answer>) -> World {
        self.scripts.entry(id.to_owned()).or_default().extend(answers);
        self
    }

    /// Names the sub-handlers of a handler or a sub-handler.
    pub(crate) fn subs(mut self, id: &str, subs: &[&str]) -> World {
        let subs = subs.iter().map(|sub| ((*sub).to_owned(), Sub::default()));
        self.subs.entry(id.to_owned()).or_default().extend(subs);
        self
    }

    /// Other handlers, as after a deploy.
    pub(crate) fn deploy(&mut self, handlers: impl IntoIterator<Item = Handler>) {
        self.served = served(&self.served.resource.kind, handlers);
        self.restart();
    }

    /// The process ends, and another one begins.
    pub(crate) fn restart(&mut self) {
        self.recall = Recall { listed: true, ..Recall::default() };
        self.tell("-- restart");
    }

    /// Somebody changes the object.
    pub(crate) fn edit(&mut self, patch: &Value) {
        self.tell(format_args!("-- edit {patch}"));
        self.write(patch);
    }

    /// Somebody deletes the object.
    pub(crate) fn delete(&mut self) {
        self.tell("-- delete");
        self.write(&json!({ "metadata": { "deletionTimestamp": "2026-11-22T20:00:00Z" } }));
    }

    pub(crate) fn object(&self) -> Option<Object> {
        Some(Object::parse(Bytes::from(self.body.as_ref()?.to_string())).unwrap())
    }

    /// Handles the object until nothing is left to do, retries too.
    pub(crate) fn run(&mut self) -> &mut World {
        for _ in 0..TOO_MANY {
            match self.step() {
                Step::Rest => return self,
                Step::Again => {}
                Step::Until(at) => self.now = at,
            }
        }
        panic!("this does not end:\n{}", self.trace);
    }

    /// Handles the object until nothing is left to do now.
    pub(crate) fn turn(&mut self) -> &mut World {
        for _ in 0..TOO_MANY {
            match self.step() {
                Step::Again => {}
                Step::Until(at) => {
                    let seconds = at.duration_since(self.now).as_secs();
                    self.tell(format_args!("waits {seconds} s"));
                    return self;
                }
                Step::Rest => return self,
            }
        }
        panic!("this does not end:\n{}", self.trace);
    }

    /// One cycle, and a look at what it left behind.
    pub(crate) fn step(&mut self) -> Step {
        let Some(conclusion) = self.cycle() else { return Step::Rest };
        let disturbed = self.meanwhile.pop_front().map(|edit| self.edit(&edit)).is_some();
        self.settle(&conclusion);
        match conclusion.wake_at {
            _ if conclusion.again || disturbed => Step::Again,
            Some(at) if self.body.is_some() => {
                if at > self.now {
                    self.check_idle();
                }
                Step::Until(at)
            }
            _ => {
                self.check_idle();
                Step::Rest
            }
        }
    }

    /// Plans, calls and concludes; `None` where there is nothing to do.
    pub(crate) fn cycle(&mut self) -> Option<Conclusion> {
        let object = self.object()?;
        let mut plan = self.plan(&object);
        if plan.is_idle() {
            return None;
        }
        for line in plan.superseded.iter().chain(plan.forbidden.iter().map(|(_, verdict)| &verdict.line)) {
            writeln!(self.trace, "{line}").unwrap();
        }
        let mut verdicts = vec![];
        let mut wanted: Option<Value> = None;
        for call in std::mem::take(&mut plan.calls) {
            let (subs, verdict, change) = self.attempt(&call, &object);
            if let Some(change) = change {
                patch::merge(wanted.get_or_insert_with(|| json!({})), &change);
            }
            verdicts.extend(subs);
            verdicts.push((call.handler, verdict));
            let is_to_be_written =
                |verdict| Durability::Auto.is_to_be_written(verdict, Duration::ZERO, Duration::from_secs(1));
            let is_to_be_written = verdicts.iter().any(|(_, verdict)| is_to_be_written(verdict));
            if is_to_be_written {
                break;
            }
        }
        let conclusion = cycle::conclude(plan, verdicts, wanted, &self.served);
        if let Some(line) = conclusion.finished.and_then(|finished| finished.line()) {
            self.tell(line);
        }
        Some(conclusion)
    }

    /// Writes what a cycle came to.
    pub(crate) fn settle(&mut self, conclusion: &Conclusion) {
        if let Some(patches) = self.compose(conclusion) {
            for (path, patch) in [("status", &patches.status), ("object", &patches.main)] {
                if let Some(patch) = patch {
                    self.send(path, patch);
                }
            }
            let is_crowded = |kept: &Kept| kept.crowded;
            let was_crowded = self.recall.kept.as_deref().is_some_and(is_crowded);
            if patches.unfit.as_ref().is_some_and(is_crowded) && !was_crowded {
                self.tell("kept in memory");
            }
            self.recall.kept = patches.unfit.map(Box::new);
        }
        self.recall.handled |= conclusion.finished.is_some();
    }

    /// Writes the results of a cycle, and nothing more.
    pub(crate) fn settle_status(&mut self, conclusion: &Conclusion) {
        if let Some(Patches { status: Some(patch), .. }) = self.compose(conclusion) {
            self.send("status", &patch);
        }
    }

    pub(crate) fn compose(&self, conclusion: &Conclusion) -> Option<Patches> {
        Some(patch::compose(conclusion, &self.object()?, &self.identity, &self.served, self.has_status))
    }

    /// What the world plans with.
    pub(crate) fn given<'a>(&'a self, answers: &'a Answers) -> Given<'a> {
        let World { served, identity, recall, now, .. } = self;
        Given { served, identity, recall, answers, now: *now, chance: 0 }
    }

    fn plan(&self, object: &Object) -> Plan {
        let answers = Answers::default();
        let given = self.given(&answers);
        cycle::plan(object, false, &given).expect("these handlers ask nothing")
    }

    fn attempt(&mut self, call: &Call, object: &Object) -> (Judged, Verdict, Option<Value>) {
        let id = call.handler.id.clone();
        let reason = call.reason.unwrap();
        let mut family = Family::new(call.handler.clone(), reason, Durability::Auto, Duration::from_secs(1));
        let mut change = None;
        let mut answer = self.answer(&id, "", &mut family, object, &mut change);
        let (subs, verdict) = family.conclude(&call.progress, &mut answer, POLICY, self.now);
        writeln!(self.trace, "{reason} {} {}", Render::call(call), verdict.line).unwrap();
        self.attempted(&id, &reason.to_string(), &call.progress, &verdict, object);
        (subs, verdict, merged_in(change, answer.patch))
    }

    /// What a handler or a sub-handler answers once its sub-handlers have had their turns.
    fn answer(
        &mut self,
        id: &str,
        path: &str,
        family: &mut Family,
        object: &Object,
        change: &mut Option<Value>,
    ) -> Answer {
        let mut open = false;
        for (name, sub) in self.subs.get(id).cloned().unwrap_or_default() {
            let path = if path.is_empty() { name.clone() } else { format!("{path}/{name}") };
            open |= self.take_turn(&format!("{id}/{name}"), &path, sub, family, object, change);
        }
        if open {
            return fails(FailureKind::Unfinished(Duration::ZERO));
        }
        self.now += self.takes.get(id).copied().unwrap_or_default();
        let answer = self.scripts.get_mut(id).and_then(VecDeque::pop_front);
        answer.unwrap_or(Answer { result: Ok(None), patch: None, functions: None })
    }

    /// Takes a sub-handler through its turn; answers whether it has to be waited for.
    fn take_turn(
        &mut self,
        id: &str,
        path: &str,
        sub: Sub,
        family: &mut Family,
        object: &Object,
        change: &mut Option<Value>,
    ) -> bool {
        let (served, identity) = (self.served.clone(), self.identity.clone());
        let recall = self.recall.clone();
        let scene = Scene { object, served: &served, identity: &identity, recall: &recall };
        let (turn, verdict) = family.turn(path, sub, scene, self.now);
        if let Some(verdict) = verdict {
            writeln!(self.trace, "  {}", verdict.line).unwrap();
        }
        let Turn::Due { progress: before, narrowed } = turn else { return matches!(turn, Turn::Waits(_)) };
        if let Some(call) = narrowed {
            writeln!(self.trace, "  {}", Render::call(&call)).unwrap();
        }
        let mut answer = self.answer(id, path, family, object, change);
        let (turn, verdict) = family.judge(path, &mut answer, POLICY, self.now).unwrap();
        writeln!(self.trace, "  {}", verdict.line).unwrap();
        let verdict = verdict.clone();
        self.attempted(id, "", &before, &verdict, object);
        *change = merged_in(change.take(), answer.patch);
        matches!(turn, Turn::Waits(_))
    }

    fn attempted(&mut self, id: &str, reason: &str, before: &Progress, verdict: &Verdict, object: &Object) {
        self.attempts.push(Attempted {
            handler: id.to_owned(),
            reason: reason.to_owned(),
            retries: before.retries,
            body: object.body.clone(),
            success: verdict.progress.success,
            failure: verdict.progress.failure,
        });
    }

    /// What the operator sends: guarded by the version that it was made for, and not in vain.
    fn send(&mut self, path: &str, patch: &Value) {
        let before = self.body.clone().expect("what is gone is not written to");
        let uid = before["metadata"]["uid"].as_str().unwrap();
        let line = Render { identity: &self.identity, now: self.now, uid }.patch(patch);
        self.tell(format_args!("PATCH {path}: {line}"));
        assert!(patch["metadata"]["resourceVersion"].is_string(), "it is guarded: {patch}");
        let mut patch = patch.clone();
        patch["metadata"].as_object_mut().unwrap().remove("resourceVersion");
        assert_ne!(merged(&before, &patch), before, "it changes something: {patch}");
        self.writes += 1;
        self.write(&patch);
    }

    fn write(&mut self, patch: &Value) {
        let Some(before) = &self.body else { return };
        let mut body = merged(before, patch);
        let version: u64 = before["metadata"]["resourceVersion"].as_str().unwrap().parse().unwrap();
        body["metadata"]["resourceVersion"] = Value::from((version + 1).to_string());
        assert!(annotations_size(&body) <= ANNOTATIONS_LIMIT, "the annotations are within their limit");
        let is_held = kopf_core::object::finalizers(&body).next().is_some();
        let is_gone = body["metadata"].get("deletionTimestamp").is_some() && !is_held;
        if is_gone {
            self.tell("gone");
        }
        self.body = (!is_gone).then_some(body);
    }

    /// A conclusion that was written is followed by its own event, and that plans nothing.
    pub(crate) fn check_idle(&self) {
        let Some(object) = self.object() else { return };
        let plan = self.plan(&object);
        assert!(plan.calls.is_empty() && plan.forbidden.is_empty(), "called again: {plan:?}\n{}", self.trace);
        let conclusion = cycle::conclude(plan, vec![], None, &self.served);
        let patches = self.compose(&conclusion).unwrap_or_default();
        assert_eq!((&patches.status, &patches.main), (&None, &None), "written again:\n{}", self.trace);
    }

    pub(crate) fn tell(&mut self, line: impl std::fmt::Display) {
        writeln!(self.trace, "{line}").unwrap();
    }
}

/// One merge patch after another.
fn merged_in(first: Option<Value>, second: Option<Value>) -> Option<Value> {
    let Some(second) = second else { return first };
    let mut both = first.unwrap_or_else(|| json!({}));
    patch::merge(&mut both, &second);
    Some(both)
}

/// A merge patch applied as RFC 7386 has it.
pub(crate) fn merged(target: &Value, patch: &Value) -> Value {
    let Value::Object(members) = patch else { return patch.clone() };
    let mut merged_members = target.as_object().cloned().unwrap_or_default();
    for (key, value) in members {
        if value.is_null() {
            merged_members.shift_remove(key);
        } else {
            let before = merged_members.get(key).cloned().unwrap_or(Value::Null);
            merged_members.insert(key.clone(), merged(&before, value));
        }
    }
    Value::Object(merged_members)
}
