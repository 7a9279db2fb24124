//! The handlers, one or two of each family. They do what the plan says, and tell what they did.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use kopf_plugin_api::{Call, FromCall, Wants, jiff::Timestamp, prelude::*};

use crate::plan::{Act, Plan};

/// The handlers that may be drawn, by their functions.
pub(crate) const DRAWN: [&str; 18] = [
    "create_one",
    "create_two",
    "update_one",
    "update_two",
    "update_field",
    "field_one",
    "resume_one",
    "delete_one",
    "delete_two",
    "parent_of_create",
    "parent_of_update",
    "parent_of_filters",
    "by_a",
    "daemon_polite",
    "daemon_deaf",
    "timer_blocking",
    "timer_async",
    "spy_writing",
];

/// Sub-handlers: first those of which some are drawn and added, then those that are there with filters of their own.
pub(crate) const SUBS: [&str; 6] =
    ["sub_one", "sub_two", "sub_two/inner", "sub_labelled", "sub_grown", "sub_wanted"];

static RUNS: Mutex<BTreeMap<u64, Arc<Run>>> = Mutex::new(BTreeMap::new());
static NUMBER: AtomicU64 = AtomicU64::new(0);

/// What the handlers of one operator know.
pub(crate) struct Run {
    pub(crate) number: u64,
    plan: Plan,
    told: Mutex<Told>,
    /// Memories of objects that are there.
    pub(crate) memories: AtomicUsize,
    /// Values in the index that are there.
    pub(crate) values: AtomicUsize,
}

/// What the handlers have told.
#[derive(Default)]
pub(crate) struct Told {
    pub(crate) attempts: Vec<Attempt>,
    /// How often each was tried, by object.
    counts: BTreeMap<(String, String), usize>,
    /// Daemons that run, by object.
    pub(crate) alive: BTreeMap<(String, String), usize>,
    /// The index, when it was last shown: which objects are under which key.
    pub(crate) index: BTreeMap<i64, BTreeSet<String>>,
    /// Tasks that run, by object, of those that this process has begun.
    pub(crate) tasks: BTreeMap<String, usize>,
    /// Which process it is.
    pub(crate) process: u32,
    /// What must never be.
    pub(crate) wrong: Vec<String>,
}

/// An attempt that was made.
#[derive(Debug, Clone)]
pub(crate) struct Attempt {
    pub(crate) handler: String,
    pub(crate) uid: String,
    pub(crate) reason: String,
    pub(crate) retry: u32,
    /// When the first attempt began, this one began, and when it acted.
    pub(crate) started: Timestamp,
    pub(crate) began: Timestamp,
    pub(crate) acted: Timestamp,
    /// What was before, and what is now: of the object, or of the field.
    pub(crate) old: Option<Value>,
    pub(crate) new: Option<Value>,
    pub(crate) body: Value,
    pub(crate) act: Act,
    pub(crate) process: u32,
    /// It may not have been recorded before its process was killed.
    pub(crate) lost: bool,
}

impl Run {
    pub(crate) fn begin(plan: &Plan) -> Arc<Run> {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let run = Arc::new(Run {
            number,
            plan: plan.clone(),
            told: Mutex::default(),
            memories: AtomicUsize::new(0),
            values: AtomicUsize::new(0),
        });
        RUNS.lock().unwrap_or_else(PoisonError::into_inner).insert(number, run.clone());
        run
    }

    /// Lets go of it. Its operator is no more.
    pub(crate) fn end(&self) {
        RUNS.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.number);
    }

    pub(crate) fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The run that an object is of, as its name says.
    fn of(name: &str) -> Arc<Run> {
        let number = name.strip_prefix('r').and_then(|rest| rest.split_once('-')).expect("names are ours").0;
        let number: u64 = number.parse().expect("names are ours");
        RUNS.lock().unwrap_or_else(PoisonError::into_inner).get(&number).expect("its operator runs").clone()
    }
}

/// What an attempt knows of itself.
pub(crate) struct Here {
    run: Arc<Run>,
    handler: String,
    uid: String,
    reason: String,
    retry: u32,
    started: Timestamp,
    began: Timestamp,
    old: Option<Value>,
    new: Option<Value>,
    body: Value,
}

impl FromCall for Here {
    const WANTS: Wants = Wants { old: true, new: true, ..Wants::NONE };

    fn from_call(call: &Call) -> Outcome<Self> {
        let context = Context::from_call(call)?;
        Ok(Here {
            run: Run::of(&Name::from_call(call)?),
            handler: context.handler.to_string(),
            uid: Uid::from_call(call)?.to_string(),
            reason: context.reason.to_string(),
            retry: context.retry,
            started: *Started::from_call(call)?,
            began: kopf::time::now(),
            old: Old::from_call(call)?.get().cloned(),
            new: New::from_call(call)?.get().cloned(),
            body: (*Body::from_call(call)?).clone(),
        })
    }
}

impl Here {
    /// Does what the plan says, and tells so.
    fn act(&self, patch: &Patch) -> Outcome<Value> {
        let mut told = self.run.told();
        let function = self
            .handler
            .split_once('/')
            .map_or(&*self.handler, |(parent, sub)| if parent.starts_with("parent") { sub } else { parent });
        let count = told.counts.entry((self.handler.clone(), self.uid.clone())).or_default();
        let act = self
            .run
            .plan
            .acts
            .get(function)
            .and_then(|acts| acts.get(*count))
            .copied()
            .unwrap_or(Act::Succeed);
        *count += 1;
        let attempt = self.attempt(act, told.process);
        told.attempts.push(attempt);
        drop(told);
        match act {
            Act::Succeed => Ok(Value::Null),
            Act::Return(result) => Ok(json!(result)),
            Act::Temporary(delay) => {
                Err(Temporary::new("not yet").after(Duration::from_secs(delay.into())).into())
            }
            Act::Permanent => Err(Permanent::new("never").into()),
            Act::Error => Err(kopf::Error::msg("no")),
            #[expect(clippy::panic, reason = "it is what is tested")]
            Act::Panic => panic!("as was drawn"),
            Act::Change(number) => {
                patch.set_spec("own", number);
                Ok(Value::Null)
            }
            Act::Transform(number) => {
                patch.transform(move |body| body["spec"]["own"] = number.into());
                Ok(Value::Null)
            }
        }
    }

    fn attempt(&self, act: Act, process: u32) -> Attempt {
        Attempt {
            handler: self.handler.clone(),
            uid: self.uid.clone(),
            reason: self.reason.clone(),
            retry: self.retry,
            started: self.started,
            began: self.began,
            acted: kopf::time::now(),
            old: self.old.clone(),
            new: self.new.clone(),
            body: self.body.clone(),
            act,
            process,
            lost: false,
        }
    }

    /// Counts a task while it runs.
    fn task(&self) -> Task {
        let mut told = self.run.told();
        *told.tasks.entry(self.uid.clone()).or_default() += 1;
        Task(self.run.clone(), self.uid.clone(), told.process)
    }

    /// Counts a daemon while it runs.
    fn alive(&self) -> Alive {
        let key = (self.handler.clone(), self.uid.clone());
        let mut told = self.run.told();
        let alive = told.alive.entry(key.clone()).or_default();
        *alive += 1;
        if *alive > 1 {
            told.wrong.push(format!("{} runs twice for {}", key.0, key.1));
        }
        Alive(self.run.clone(), key)
    }

    fn remember(&self, memory: &Memo<Memory>) {
        memory.lock().0.get_or_insert_with(|| Counted::new(self.run.clone(), |run| &run.memories));
    }
}

struct Alive(Arc<Run>, (String, String));

impl Drop for Alive {
    fn drop(&mut self) {
        *self.0.told().alive.entry(self.1.clone()).or_default() -= 1;
    }
}

struct Task(Arc<Run>, String, u32);

impl Drop for Task {
    fn drop(&mut self) {
        let mut told = self.0.told();
        // Those of a process that is no more end in their own time, on a thread of their own.
        if told.process == self.2 {
            *told.tasks.entry(self.1.clone()).or_default() -= 1;
        }
    }
}

/// What is remembered of an object.
#[derive(Default)]
struct Memory(Option<Counted>);

/// Something whose being there is counted.
struct Counted(Arc<Run>, fn(&Run) -> &AtomicUsize);

impl Counted {
    fn new(run: Arc<Run>, counter: fn(&Run) -> &AtomicUsize) -> Counted {
        counter(&run).fetch_add(1, Ordering::Relaxed);
        Counted(run, counter)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.1(&self.0).fetch_sub(1, Ordering::Relaxed);
    }
}

#[expect(clippy::needless_pass_by_value, reason = "functions of filters take what handlers take")]
fn wanted(spec: Spec) -> bool {
    spec["wanted"] == true
}

fn is_more(value: Option<&Value>) -> bool {
    value.and_then(Value::as_i64) > Some(1)
}

macro_rules! handlers {
    ($($on:ident $name:ident $(($($option:tt)*))?;)*) => {$(
        #[kopf::on::$on("zalando.org", "v1", "kopfexamples", when = wanted $(, $($option)*)?)]
        fn $name(here: Here, patch: Patch, memory: Memo<Memory>) -> Outcome<Value> {
            here.remember(&memory);
            here.act(&patch)
        }
    )*};
}

handlers! {
    create create_one;
    update update_one;
    update update_field (field = "spec.a", value = is_more);
    field field_one (field = "spec.b", value = is_more);
    resume resume_one;
    delete delete_one;
    delete delete_two;
}

#[kopf::on::create("zalando.org", "v1", "kopfexamples", when = wanted)]
async fn create_two(here: Here, patch: Patch) -> Outcome<Value> {
    let task = here.task();
    let sleeping = kopf::spawn(async move {
        let _task = task;
        kopf::time::sleep(Duration::from_secs(3)).await;
    });
    sleeping.await?;
    here.act(&patch)
}

#[kopf::on::update("zalando.org", "v1", "kopfexamples", when = wanted)]
async fn update_two(here: Here, patch: Patch) -> Outcome<Value> {
    here.act(&patch)
}

fn add_subs(here: &Here, subs: &Subhandlers) {
    let drawn = here.run.plan.subs.clone();
    let (retries, timeout) = here.run.plan.sub_limits;
    for sub in drawn.iter().filter(|sub| !sub.contains('/')) {
        let inner = drawn.contains(&"sub_two/inner") && *sub == "sub_two";
        let added =
            subs.add(*sub, move |here: Here, patch: Patch, memory: Memo<Memory>, subs: Subhandlers| {
                here.remember(&memory);
                if inner {
                    subs.add_async("inner", |here: Here, patch: Patch| async move { here.act(&patch) });
                }
                here.act(&patch)
            });
        let mut added = added.backoff(3);
        if let Some(retries) = retries {
            added = added.retries(retries);
        }
        if let Some(timeout) = timeout {
            added.timeout(Duration::from_secs(timeout.into()));
        }
    }
}

#[kopf::on::create("zalando.org", "v1", "kopfexamples", when = wanted)]
async fn parent_of_create(
    here: Here,
    patch: Patch,
    _memory: Memo<Memory>,
    subs: Subhandlers,
) -> Outcome<Value> {
    add_subs(&here, &subs);
    here.act(&patch)
}

#[kopf::on::update("zalando.org", "v1", "kopfexamples", when = wanted)]
fn parent_of_update(here: Here, patch: Patch, _memory: Memo<Memory>, subs: Subhandlers) -> Outcome<Value> {
    add_subs(&here, &subs);
    subs.execute_blocking()?;
    here.act(&patch)
}

#[kopf::on::update("zalando.org", "v1", "kopfexamples", when = wanted)]
async fn parent_of_filters(here: Here, patch: Patch) -> Outcome<Value> {
    #[kopf::subhandler(labels = { "l" = "1" }, backoff = 3)]
    fn sub_labelled(here: Here, patch: Patch) -> Outcome<Value> {
        here.act(&patch)
    }
    #[kopf::subhandler(field = "spec.b", new = is_more, backoff = 3)]
    async fn sub_grown(here: Here, patch: Patch) -> Outcome<Value> {
        here.act(&patch)
    }
    #[kopf::subhandler(when = wanted, backoff = 3)]
    fn sub_wanted(here: Here, patch: Patch) -> Outcome<Value> {
        here.act(&patch)
    }
    here.act(&patch)
}

/// Objects by their field `a`, each with what counts that it is held.
#[kopf::index("zalando.org", "v1", "kopfexamples", when = wanted)]
fn by_a(here: Here, spec: Spec, name: Name) -> Option<(i64, Indexed)> {
    let value = Counted::new(here.run, |run| &run.values);
    Some((spec["a"].as_i64()?, Indexed { name: name.to_string(), _counted: value }))
}

struct Indexed {
    name: String,
    _counted: Counted,
}

#[kopf::daemon("zalando.org", "v1", "kopfexamples", when = wanted)]
async fn daemon_polite(here: Here, patch: Patch, memory: Memo<Memory>, stopped: Stopped) -> Outcome<Value> {
    let _alive = here.alive();
    here.remember(&memory);
    let result = here.act(&patch)?;
    while !stopped.wait(Duration::from_secs(60)).await {}
    Ok(result)
}

#[kopf::daemon("zalando.org", "v1", "kopfexamples", when = wanted)]
async fn daemon_deaf(here: Here, patch: Patch) -> Outcome<Value> {
    let _alive = here.alive();
    here.act(&patch)?;
    loop {
        kopf::time::sleep(Duration::from_secs(60)).await;
        if false {
            return Ok(Value::Null);
        }
    }
}

#[kopf::timer("zalando.org", "v1", "kopfexamples", when = wanted, interval = 20)]
fn timer_blocking(here: Here, patch: Patch, memory: Memo<Memory>) -> Outcome<Value> {
    here.remember(&memory);
    here.act(&patch)
}

#[kopf::timer("zalando.org", "v1", "kopfexamples", when = wanted, interval = 20, sharp)]
async fn timer_async(here: Here, patch: Patch) -> Outcome<Value> {
    let _alive = here.alive();
    kopf::time::sleep(Duration::from_secs(5)).await;
    here.act(&patch)
}

#[kopf::on::event("zalando.org", "v1", "kopfexamples", when = wanted)]
fn spy_writing(here: Here, patch: Patch) -> Outcome<Value> {
    here.act(&patch)
}

/// Sees every event of the stream; it is not drawn.
#[kopf::on::event("zalando.org", "v1", "kopfexamples")]
#[expect(clippy::needless_pass_by_value, reason = "handlers take their arguments so")]
fn spy(here: Here) {
    let mut told = here.run.told();
    let attempt = here.attempt(Act::Succeed, told.process);
    told.attempts.push(attempt);
}

/// Shows the index to the test, whenever an object of another resource changes; it is not drawn.
#[kopf::on::event("configmaps")]
fn show(name: Name, index: Index<by_a>) {
    let names = |key: &i64| index.get(key).iter().map(|value| value.name.clone()).collect();
    Run::of(&name).told().index = index.keys().into_iter().map(|key| (key, names(&key))).collect();
}
