//! Plays the life of an operator, and keeps what the model needs to judge it.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use kopf_core::store::handled::{Handled, State};
use kopf_plugin_testing::{Effect, Entry, Fault, Operator, Sandbox, plugin};
use proptest::test_runner::{TestCaseError, TestCaseResult};
use serde_json::{Map, Value, json};

use crate::{
    model,
    plan::{Plan, Step, Weather, Wrong},
    plugin::Run,
};

pub(crate) const EXAMPLES: &str = "kopfexamples.zalando.org";
pub(crate) const OURS: &str = "kopf-plugin-testing.kopf.dev/";
const THEIRS: &str = "example.com/held";

/// An operator that lives.
pub(crate) struct World {
    pub(crate) plan: Plan,
    pub(crate) run: Arc<Run>,
    pub(crate) operator: Operator,
    pub(crate) runs: bool,
    /// What is known of each object there ever was, by uid.
    pub(crate) lives: BTreeMap<String, Life>,
}

/// What is known of an object.
#[derive(Debug, Clone, Default)]
pub(crate) struct Life {
    /// What was recorded first as handled: what its creation began with.
    pub(crate) began_with: Option<Value>,
    /// It was that before the process that is there now has begun, and nothing was left to be resumed.
    pub(crate) was_handled: bool,
    /// The number of that process.
    pub(crate) process: u32,
    /// All its states between steps.
    pub(crate) states: Vec<Value>,
    /// As it was when it was deleted, had the operator nothing left to do about it then.
    pub(crate) deleted: Option<Value>,
    /// It was changed after that.
    pub(crate) changed_since: bool,
}

/// Plays a plan, and judges it.
pub(crate) fn live(plan: &Plan) -> TestCaseResult {
    let mut world = World::begin(plan);
    let judged = world.play();
    let judged = judged.and_then(|()| match std::mem::take(&mut world.run.told().wrong) {
        wrong if wrong.is_empty() => Ok(()),
        wrong => Err(wrong.join("; ")),
    });
    let log = world.operator.log();
    let run = world.run.clone();
    drop(world);
    run.end();
    judged.map_err(|wrong| TestCaseError::fail(format!("{wrong}\n{}", log.join("\n"))))
}

impl World {
    fn begin(plan: &Plan) -> World {
        let run = Run::begin(plan);
        let handlers = plan.handlers.clone();
        let declare = move |declared: &mut Vec<kopf_core::handler::Handler>| {
            declared.retain_mut(|handler| {
                let name = handler.id.split('/').next().unwrap_or_default().to_owned();
                let drawn = handlers.get(&*name);
                if let Some(drawn) = drawn {
                    drawn.declare(handler);
                }
                drawn.is_some() || ["spy", "show"].contains(&&*name)
            });
        };
        let mut operator = Sandbox::builder().start().run_declared(plugin!(), declare);
        operator.apply(include_str!("../../../../examples/crd.yaml"));
        operator.settle();
        World { plan: plan.clone(), run, operator, runs: true, lives: BTreeMap::new() }
    }

    fn play(&mut self) -> Result<(), String> {
        for step in self.plan.steps.clone() {
            self.step(step);
            self.observe();
        }
        self.operator.sandbox().faults().clear();
        self.begin_process();
        self.wait(1800);
        let writes = self.writes();
        let quiet_from = self.run.told().attempts.len();
        self.wait(200);
        if self.writes() > writes {
            return Err("it writes again and again though nothing changes".to_owned());
        }
        self.show_index();
        model::at_rest(self, quiet_from)?;
        for object in 0..2 {
            self.step(Step::Hold(object, false));
            self.step(Step::Delete(object));
            self.observe();
        }
        self.wait(1800);
        self.show_index();
        model::at_the_end(self)
    }

    fn wait(&mut self, seconds: u64) {
        self.operator.advance(Duration::from_secs(seconds));
        self.observe();
    }

    fn name(&self, object: usize) -> String {
        format!("r{}-{object}", self.run.number)
    }

    pub(crate) fn find(&self, object: usize) -> Option<Value> {
        self.operator.find(EXAMPLES, &format!("default/{}", self.name(object)))
    }

    /// The objects that are there.
    pub(crate) fn objects(&self) -> Vec<Value> {
        (0..2).filter_map(|object| self.find(object)).collect()
    }

    fn writes(&self) -> usize {
        let writes = |entry: &Entry| entry.is_write() && entry.path.contains("/kopfexamples/");
        self.operator.journal().find(writes).len()
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Put(object, change) => self.put(object, &change),
            Step::Delete(object) => self.delete(object),
            Step::Hold(object, held) => self.hold(object, held),
            Step::Wait(seconds) => self.operator.advance(Duration::from_secs(seconds.into())),
            Step::End { kill } => self.end_process(kill),
            Step::Begin => self.begin_process(),
            Step::Fault(wrong, times) => self.operator.sandbox().faults().add(fault(wrong, times)),
            Step::Watches(weather) => {
                let faults = self.operator.sandbox().faults();
                match weather {
                    Weather::Cut => faults.cut_watches(),
                    Weather::Expire => faults.expire_watches(),
                    Weather::Silence => faults.silence_watches(true),
                    Weather::Speak => faults.silence_watches(false),
                }
            }
        }
        self.operator.settle();
    }

    fn put(&mut self, object: usize, change: &Value) {
        let there = self.find(object);
        let name = self.name(object);
        let mut value = there.clone().unwrap_or_else(|| {
            json!({
                "apiVersion": "zalando.org/v1", "kind": "KopfExample",
                "metadata": { "name": name, "namespace": "default" }, "spec": {},
            })
        });
        kopf_core::patch::merge(&mut value, change);
        drop_nulls(&mut value);
        self.operator.sandbox().apply(value).expect("it is a good object");
        if let Some(life) = there.and_then(|value| self.lives.get_mut(&uid(&value))) {
            life.changed_since = true;
        }
    }

    fn delete(&mut self, object: usize) {
        let Some(value) = self.find(object) else { return };
        let is_deleted = !value["metadata"]["deletionTimestamp"].is_null();
        if let Some(life) = self.lives.get_mut(&uid(&value)).filter(|_| !is_deleted) {
            // One that nobody holds goes at once, and who is not there sees nothing of it.
            let held = finalizers(&value).any(|finalizer| finalizer.starts_with(OURS));
            life.deleted = Some(value).filter(|_| held);
            life.changed_since = false;
        }
        self.operator.delete(EXAMPLES, &format!("default/{}", self.name(object)));
    }

    fn hold(&mut self, object: usize, held: bool) {
        let Some(mut value) = self.find(object) else { return };
        if held && !value["metadata"]["deletionTimestamp"].is_null() {
            return;
        }
        let mut all: Vec<String> = finalizers(&value).map(str::to_owned).collect();
        all.retain(|finalizer| finalizer != THEIRS);
        all.extend(held.then(|| THEIRS.to_owned()));
        value["metadata"]["finalizers"] = json!(all);
        // One that is let go of is gone before its status could be applied.
        let _ = self.operator.sandbox().apply(value);
    }

    fn end_process(&mut self, kill: bool) {
        if !std::mem::take(&mut self.runs) {
            return;
        }
        let mut unwritten: BTreeSet<String> =
            self.objects().iter().filter(|value| self.is_unwritten(value)).map(uid).collect();
        // Nor is what came before a handler that is still at work.
        let at_work = self.run.told().tasks.clone();
        unwritten.extend(at_work.into_iter().filter(|(_, count)| *count > 0).map(|(uid, _)| uid));
        let process = self.run.told().process;
        if kill {
            self.operator.kill();
        } else {
            self.operator.stop();
        }
        // What was aborted is dropped by the runtime, which goes on.
        self.operator.settle();
        let mut told = self.run.told();
        // What could not be written is done again: nobody knows of it. A signal gives it one more try, which may fail too.
        for attempt in told.attempts.iter_mut().filter(|attempt| attempt.process == process) {
            attempt.lost |= unwritten.contains(&attempt.uid);
        }
        let alive: usize = told.alive.values().sum();
        if alive > 0 {
            told.wrong.push(format!("{alive} daemons run on after the end of their operator"));
        }
    }

    /// Whether the last that was asked of the server about an object went wrong.
    fn is_unwritten(&self, value: &Value) -> bool {
        let name = value["metadata"]["name"].as_str().unwrap_or_default();
        let of = |entry: &Entry| entry.path.split('/').any(|part| part == name);
        self.operator.journal().find(of).last().is_some_and(|entry| entry.code.is_none_or(|code| code >= 300))
    }

    fn begin_process(&mut self) {
        if std::mem::replace(&mut self.runs, true) {
            return;
        }
        let process = {
            let mut told = self.run.told();
            told.tasks.clear();
            told.process += 1;
            told.process
        };
        // Where a cause has not ended, what it has come to counts, in whichever process.
        let resumed = format!("{OURS}resume_one");
        let is_pending = |value: &Value| handled(value).is_some_and(|handled| handled.pending);
        let is_open = |value: &Value| annotations(value).contains_key(&resumed) || is_pending(value);
        let open: BTreeSet<String> = self.objects().iter().filter(|value| is_open(value)).map(uid).collect();
        for (uid, life) in &mut self.lives {
            life.was_handled = life.began_with.is_some() && !open.contains(uid);
            life.process = process;
        }
        self.operator.resume();
    }

    /// Looks at the objects, as far as the model wants to know them.
    fn observe(&mut self) {
        for value in self.objects() {
            let life = self.lives.entry(uid(&value)).or_default();
            if let (None, Some(State::Whole(essence))) =
                (&life.began_with, handled(&value).map(|handled| handled.state))
            {
                life.began_with = Some(Value::clone(&essence));
            }
            life.states.push(value);
        }
    }

    fn show_index(&mut self) {
        let name = self.name(9);
        let now = self.operator.now().to_string();
        let map = json!({
            "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": name, "namespace": "default" },
            "data": { "now": now },
        });
        self.operator.apply(&map.to_string());
        self.operator.settle();
    }
}

pub(crate) fn uid(value: &Value) -> String {
    value["metadata"]["uid"].as_str().unwrap_or_default().to_owned()
}

/// What an object says was handled last.
pub(crate) fn handled(value: &Value) -> Option<Handled> {
    let text = value["metadata"]["annotations"][format!("{OURS}last-handled-configuration")].as_str()?;
    Handled::read(text, &uid(value), &Arc::default())
}

pub(crate) fn finalizers(value: &Value) -> impl Iterator<Item = &str> {
    value["metadata"]["finalizers"].as_array().into_iter().flatten().filter_map(Value::as_str)
}

pub(crate) fn annotations(value: &Value) -> Map<String, Value> {
    value["metadata"]["annotations"].as_object().cloned().unwrap_or_default()
}

fn fault(wrong: Wrong, times: u32) -> Fault {
    let writes = |entry: &Entry| entry.method == "PATCH" && entry.path.contains("/kopfexamples/");
    let reads = |entry: &Entry| entry.method == "GET" && entry.path.contains("/kopfexamples");
    let fault = |effect| Fault::new(effect).times(times);
    match wrong {
        Wrong::Conflict => fault(Effect::Conflict).when(writes),
        Wrong::Internal => fault(Effect::InternalError).when(writes),
        Wrong::Cut => fault(Effect::Cut).when(writes),
        Wrong::LostAnswer => fault(Effect::LostAnswer).when(writes),
        Wrong::TooMany => fault(Effect::TooManyRequests { retry_after: 5 }).when(writes),
        Wrong::Stall => fault(Effect::Stall(Duration::from_secs(20))).when(writes),
        Wrong::Reading => fault(Effect::Unavailable).when(reads),
    }
}

fn drop_nulls(value: &mut Value) {
    if let Value::Object(members) = value {
        members.retain(|_, member| !member.is_null());
        members.values_mut().for_each(drop_nulls);
    }
}
