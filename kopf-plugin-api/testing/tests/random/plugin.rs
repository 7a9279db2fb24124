//! The handlers, one or two of each family. They do what the plan says, and tell what they did.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use kopf_plugin_api::{Call, FromCall, prelude::*};

use crate::plan::{Act, Plan};

/// The handlers that may be drawn, by their functions.
pub(crate) const DRAWN: [&str; 17] = [
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
    "by_a",
    "daemon_polite",
    "daemon_deaf",
    "timer_blocking",
    "timer_async",
    "spy_writing",
];

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
    body: Value,
}

impl FromCall for Here {
    fn from_call(call: &Call) -> Outcome<Self> {
        let context = Context::from_call(call)?;
        Ok(Here {
            run: Run::of(&Name::from_call(call)?),
            handler: context.handler.to_string(),
            uid: Uid::from_call(call)?.to_string(),
            reason: context.reason.to_string(),
            retry: context.retry,
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
        let attempt = Attempt {
            handler: self.handler.clone(),
            uid: self.uid.clone(),
            reason: self.reason.clone(),
            retry: self.retry,
            body: self.body.clone(),
            act,
            process: told.process,
            lost: false,
        };
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
    update update_field (field = "spec.a");
    field field_one (field = "spec.b");
    resume resume_one;
    delete delete_one;
    delete delete_two;
}

#[kopf::on::create("zalando.org", "v1", "kopfexamples", when = wanted)]
async fn create_two(here: Here, patch: Patch) -> Outcome<Value> {
    kopf::time::sleep(Duration::ZERO).await;
    here.act(&patch)
}

#[kopf::on::update("zalando.org", "v1", "kopfexamples", when = wanted)]
async fn update_two(here: Here, patch: Patch) -> Outcome<Value> {
    here.act(&patch)
}

fn add_subs(here: &Here, subs: &Subhandlers) {
    let drawn = here.run.plan.subs.clone();
    for sub in drawn.iter().filter(|sub| !sub.contains('/')) {
        let inner = drawn.contains(&"sub_two/inner") && *sub == "sub_two";
        subs.add(*sub, move |here: Here, patch: Patch, subs: Subhandlers| {
            if inner {
                subs.add_async("inner", |here: Here, patch: Patch| async move { here.act(&patch) });
            }
            here.act(&patch)
        })
        .backoff(3);
    }
}

#[kopf::on::create("zalando.org", "v1", "kopfexamples", when = wanted)]
async fn parent_of_create(here: Here, patch: Patch, subs: Subhandlers) -> Outcome<Value> {
    add_subs(&here, &subs);
    here.act(&patch)
}

#[kopf::on::update("zalando.org", "v1", "kopfexamples", when = wanted)]
fn parent_of_update(here: Here, patch: Patch, subs: Subhandlers) -> Outcome<Value> {
    add_subs(&here, &subs);
    subs.execute_blocking()?;
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
async fn daemon_polite(here: Here, patch: Patch, stopped: Stopped) -> Outcome<Value> {
    let _alive = here.alive();
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
fn spy(here: Here, memory: Memo<Memory>) {
    here.remember(&memory);
    let process = here.run.told().process;
    let Here { run, handler, uid, reason, retry, body } = here;
    let attempt = Attempt { handler, uid, reason, retry, body, act: Act::Succeed, process, lost: false };
    run.told().attempts.push(attempt);
}

/// Shows the index to the test, whenever an object of another resource changes; it is not drawn.
#[kopf::on::event("configmaps")]
fn show(name: Name, index: Index<by_a>) {
    let names = |key: &i64| index.get(key).iter().map(|value| value.name.clone()).collect();
    Run::of(&name).told().index = index.keys().into_iter().map(|key| (key, names(&key))).collect();
}
