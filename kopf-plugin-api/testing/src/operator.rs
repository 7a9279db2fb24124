//! An operator under test: a plugin, a sandbox, and a time of their own.
#![expect(clippy::panic, reason = "a test that is wrong is told so by a panic")]

use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock},
    time::Duration,
};

use jiff::Timestamp;
use kopf_core::{handler::Handler, identity::Identity, registry::Registry};
use kopf_loader::{Options, PluginInvoker};
use kopf_plugin_abi::wire::Init;
use kopf_reactor::{
    Activities, Census, Held, Settings,
    activities::{self, Probing},
    cluster::kube::KubeCluster,
    stop,
};
use kopf_sandbox::{Entry, Journal, Sandbox};
use serde_json::Value;
use tokio::{runtime::Runtime, task::JoinHandle};

use crate::{clock::VirtualClock, log::Log, watched::Watched};

/// When a test's time begins, unless it is told otherwise.
const BEGINNING: &str = "2026-01-01T00:00:00Z";

/// After how many seconds of its time an operator that was told to stop has done so, whatever its grace.
const GRACE_S: u64 = 3600;

/// How long, in real time, handlers may take before a test gives up on them.
const PATIENCE: Duration = Duration::from_secs(60);

/// An operator under test. Time stands still but in [`Operator::advance`].
///
/// Its methods panic where a test is wrong: an object that is no YAML, a resource that is not there.
pub struct Operator {
    package: String,
    runtime: Runtime,
    clock: VirtualClock,
    sandbox: Sandbox,
    log: Log,
    settings: Settings,
    declare: Declare,
    running: Option<Running>,
    beside: BTreeMap<String, Process>,
}

/// Changes what a package's attributes declare.
type Declare = Box<dyn Fn(&mut Vec<Handler>)>;

struct Running {
    process: Process,
    registry: Registry,
    plugins: Arc<PluginInvoker>,
}

/// An operator's own task, as a process would be.
struct Process {
    stopper: stop::Stopper,
    task: JoinHandle<Result<(), activities::Error>>,
    probing: Probing,
    census: Arc<OnceLock<Census>>,
}

impl Operator {
    /// Starts the handlers of a package on a sandbox of their own. [`start!`](crate::start) names the package.
    ///
    /// # Panics
    ///
    /// If the package has no handlers in this program, or some that cannot be served.
    pub fn start(package: &str) -> Operator {
        let beginning: Timestamp = BEGINNING.parse().expect("it is a moment");
        let clock = VirtualClock::at(beginning);
        let sandbox = Sandbox::builder().clock(Arc::new(clock.clone())).seed(1).build();
        let sandbox = sandbox.expect("an empty sandbox can be made");
        Operator::start_on(package, sandbox, clock)
    }

    /// Starts the handlers of a package on a sandbox that was made with this clock.
    ///
    /// # Panics
    ///
    /// As [`Operator::start`].
    pub fn start_on(package: &str, sandbox: Sandbox, clock: VirtualClock) -> Operator {
        Operator::start_with(package, sandbox, clock, Settings::default())
    }

    /// Starts the handlers of a package on a sandbox that was made with this clock, with settings that a startup handler
    /// may change.
    ///
    /// # Panics
    ///
    /// As [`Operator::start`].
    pub fn start_with(package: &str, sandbox: Sandbox, clock: VirtualClock, settings: Settings) -> Operator {
        Operator::start_declared(package, sandbox, clock, settings, |_| {})
    }

    /// As [`Operator::start_with`], with what the package's attributes declare changed at each start: for tests of kopf
    /// itself, whose handlers are drawn.
    #[doc(hidden)]
    pub fn start_declared(
        package: &str,
        sandbox: Sandbox,
        clock: VirtualClock,
        settings: Settings,
        declare: impl Fn(&mut Vec<Handler>) + 'static,
    ) -> Operator {
        let parking = clock.clone();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .on_thread_park(move || parking.parks())
            .build()
            .expect("a runtime can be made");
        let package = package.to_owned();
        let mut operator = Operator {
            package,
            runtime,
            clock,
            sandbox,
            log: Log::default(),
            settings,
            declare: Box::new(declare),
            running: None,
            beside: BTreeMap::new(),
        };
        operator.resume();
        operator
    }

    /// Starts the operator again after it was stopped or killed; the sandbox is as it was.
    ///
    /// # Panics
    ///
    /// If it runs, and as [`Operator::start`].
    pub fn resume(&mut self) {
        assert!(self.running.is_none(), "the operator runs already");
        let dispatch = self.log.dispatch();
        let _listening = tracing::dispatcher::set_default(&dispatch);
        let options =
            Options { level: 5, clock: Arc::new(self.clock.clone()), in_place: true, ..Options::default() };
        let init = Init { package: Some(self.package.clone()), ..Init::default() };
        let loaded = kopf_loader::adopt(vec![(kopf_plugin_api::testing::root(), init)], &options);
        let mut loaded = loaded.unwrap_or_else(|errors| panic!("{}", lines(&errors)));
        (self.declare)(&mut loaded.handlers);
        let registry = Registry::new(loaded.handlers).unwrap_or_else(|errors| panic!("{}", lines(&errors)));
        let plugins = loaded.invoker;
        let process = self.spawn(
            &self.package,
            self.settings.clone(),
            plugins.clone(),
            registry.clone(),
            loaded.activities,
        );
        self.running = Some(Running { process, registry, plugins });
        self.settle();
    }

    /// How the operator works from its next start on.
    pub fn settings(&mut self) -> &mut Settings {
        &mut self.settings
    }

    /// Starts a second operator of the same handlers, under a name and with settings of its own. It ends with the first.
    ///
    /// # Panics
    ///
    /// If the first does not run, or the name is none.
    pub fn start_beside(&mut self, name: &str, settings: Settings) {
        let first = self.running.as_ref().expect("the operator runs");
        let process = self.spawn(name, settings, first.plugins.clone(), first.registry.clone(), vec![]);
        self.beside.insert(name.to_owned(), process);
        self.settle();
    }

    /// Stops a second operator as a signal does.
    ///
    /// # Panics
    ///
    /// If there is none of this name.
    pub fn stop_beside(&mut self, name: &str) {
        let process = self.beside.remove(name).expect("an operator of this name runs");
        self.stop_process(process);
    }

    /// Ends a second operator at once, as a crash does.
    ///
    /// # Panics
    ///
    /// If there is none of this name.
    pub fn kill_beside(&mut self, name: &str) {
        let process = self.beside.remove(name).expect("an operator of this name runs");
        self.kill_process(process);
    }

    fn spawn(
        &self,
        name: &str,
        settings: Settings,
        plugins: Arc<PluginInvoker>,
        registry: Registry,
        activities: Vec<kopf_core::activity::Handler>,
    ) -> Process {
        let invoker = Arc::new(Watched { invoker: plugins, clock: self.clock.clone() });
        let identity = Identity::new(name).unwrap_or_else(|error| panic!("{error}"));
        let (stopper, stop) = stop::channel();
        let client = self.client();
        let clock = Arc::new(self.clock.clone());
        let activities = Activities::new(invoker.clone(), clock.clone(), activities);
        let probing = activities.probing(&settings);
        let census = Arc::new(OnceLock::new());
        let counted = census.clone();
        let task = self.runtime.spawn(async move {
            let settings = activities.start(settings).await?;
            let cluster = Arc::new(KubeCluster::over(client));
            let mut shared = settings.clone();
            (shared.process.grace, _) = activities.share(settings.process.grace);
            let operator = kopf_reactor::Operator::new(cluster, invoker, clock, registry, identity, shared);
            counted.get_or_init(|| operator.census());
            operator.run(stop).await;
            activities.stop(&settings).await;
            Ok(())
        });
        Process { stopper, task, probing, census }
    }

    /// Stops the operator as a signal does: handlers finish, and what they brought is written.
    ///
    /// # Panics
    ///
    /// If it does not run.
    pub fn stop(&mut self) {
        let running = self.running.take().expect("the operator runs");
        self.stop_process(running.process);
        self.runtime.block_on(running.plugins.retire());
    }

    /// Lets time go on, where a request or a handler waits for it, for no longer than any grace.
    fn stop_process(&mut self, process: Process) {
        process.stopper.stop();
        self.settle();
        for _ in 0..GRACE_S {
            if !process.task.is_finished() {
                self.advance(Duration::from_secs(1));
            }
        }
        assert!(process.task.is_finished(), "the operator does not stop");
        let ended = self.runtime.block_on(process.task).expect("the operator does not panic");
        ended.unwrap_or_else(|error| panic!("the operator has not begun: {error}"));
    }

    fn kill_process(&self, process: Process) {
        process.task.abort();
        // It was cancelled, which is what its end says.
        let _ = self.runtime.block_on(process.task);
    }

    /// Ends the operator at once, as a crash does. Nothing is written.
    ///
    /// # Panics
    ///
    /// If it does not run.
    pub fn kill(&mut self) {
        let running = self.running.take().expect("the operator runs");
        self.end(running);
    }

    /// Ends the operator, and lets go of its plugin.
    fn end(&self, running: Running) {
        self.kill_process(running.process);
        self.runtime.block_on(running.plugins.retire());
    }

    /// Creates or replaces the objects of a YAML or JSON text, as somebody else than the operator.
    ///
    /// # Panics
    ///
    /// If the text is neither, or the API server refuses an object.
    pub fn apply(&mut self, manifests: &str) {
        let documents: Vec<Value> =
            serde_saphyr::from_multiple(manifests).unwrap_or_else(|error| panic!("not YAML: {error}"));
        for document in documents {
            self.sandbox.apply(document).unwrap_or_else(|status| panic!("{status}"));
        }
    }

    /// Merges a patch into an object, as somebody else than the operator.
    ///
    /// # Panics
    ///
    /// If there is no such object.
    pub fn patch(&mut self, resource: &str, object: &str, patch: &Value) {
        let mut value = self.get(resource, object);
        kopf_core::patch::merge(&mut value, patch);
        drop_nulls(&mut value);
        self.sandbox.apply(value).unwrap_or_else(|status| panic!("{status}"));
    }

    /// Deletes an object, as somebody else than the operator. One with finalizers is only marked.
    ///
    /// # Panics
    ///
    /// If there is no such object.
    pub fn delete(&mut self, resource: &str, object: &str) {
        let (namespace, name) = split(object);
        self.sandbox.delete(resource, namespace, name).unwrap_or_else(|status| panic!("{status}"));
    }

    /// An object as it is now. The resource is the plural with its group (`kopfexamples.zalando.org`, `configmaps`), the
    /// object is `namespace/name`, or a name.
    ///
    /// # Panics
    ///
    /// If there is no such object; [`Operator::find`] does not.
    #[track_caller]
    pub fn get(&self, resource: &str, object: &str) -> Value {
        self.find(resource, object).unwrap_or_else(|| panic!("there is no {object} among the {resource}"))
    }

    /// An object as it is now, if it is there.
    pub fn find(&self, resource: &str, object: &str) -> Option<Value> {
        let (namespace, name) = split(object);
        self.sandbox.get(resource, namespace, name)
    }

    /// Lets the operator do all that there is to do without time going on.
    ///
    /// # Panics
    ///
    /// If a handler does not answer within a minute of real time.
    pub fn settle(&mut self) {
        self.advance(Duration::ZERO);
    }

    /// Lets time go on for a span, and the operator do all that there is to do until then: a day takes milliseconds.
    ///
    /// # Panics
    ///
    /// If a handler does not answer within a minute of real time.
    pub fn advance(&mut self, span: Duration) {
        let settling = self.clock.advance(span);
        let dispatch = self.log.dispatch();
        let _listening = tracing::dispatcher::set_default(&dispatch);
        let settled = self.runtime.block_on(async { tokio::time::timeout(PATIENCE, settling).await });
        assert!(settled.is_ok(), "these handlers have not answered: {}", self.clock.under_way().join(", "));
    }

    /// What probe handlers answer to somebody who asks `/healthz`, by their ids; or what is wrong.
    ///
    /// # Panics
    ///
    /// If the operator does not run.
    pub fn probe(&mut self) -> Result<Value, Vec<String>> {
        let probing = self.running.as_ref().expect("the operator runs").process.probing.clone();
        let asked = self.runtime.spawn(async move { probing.ask().await });
        while !asked.is_finished() {
            self.advance(Duration::from_millis(100));
        }
        let probed = self.runtime.block_on(asked).expect("a probe does not panic");
        if probed.failed.is_empty() { Ok(probed.values.into()) } else { Err(probed.failed) }
    }

    /// Why the operator has not begun, if a startup handler has failed for good.
    ///
    /// # Panics
    ///
    /// If it runs, or was stopped.
    pub fn failure(&mut self) -> String {
        let running = self.running.take().expect("the operator was started");
        let task = running.process.task;
        assert!(task.is_finished(), "the operator runs");
        let ended = self.runtime.block_on(task).expect("the operator does not panic");
        self.runtime.block_on(running.plugins.retire());
        ended.expect_err("a startup handler has failed").to_string()
    }

    /// What the operator keeps in memory of objects by now; nothing before it has begun.
    ///
    /// # Panics
    ///
    /// If it does not run.
    pub fn held(&self) -> Held {
        let running = self.running.as_ref().expect("the operator runs");
        running.process.census.get().map(Census::held).unwrap_or_default()
    }

    /// The moment it is for the operator.
    pub fn now(&self) -> Timestamp {
        self.clock.time()
    }

    /// Every request that the operator made, with its answer's status.
    pub fn journal(&self) -> &Journal {
        self.sandbox.journal()
    }

    /// The operator's writes to the object of this name, in order: `PATCH /…/name`.
    pub fn writes_to(&self, name: &str) -> Vec<String> {
        let wanted = |entry: &Entry| entry.is_write() && entry.path.split('/').any(|part| part == name);
        let writes = self.journal().find(wanted);
        writes.iter().map(|entry| format!("{} {}", entry.method, entry.path)).collect()
    }

    /// What the operator and its plugin told, in order: `INFO [default/kopf-example-1] Handler create_fn succeeded.`
    pub fn log(&self) -> Vec<String> {
        self.log.lines()
    }

    /// The API server: faults, history, direct access.
    pub fn sandbox(&self) -> &Sandbox {
        &self.sandbox
    }

    /// A client of the API server, without sockets.
    pub fn client(&self) -> kube::Client {
        let _inside = self.runtime.enter();
        kube::Client::new(self.sandbox.service(), "default")
    }
}

impl Drop for Operator {
    fn drop(&mut self) {
        for process in std::mem::take(&mut self.beside).into_values() {
            self.kill_process(process);
        }
        if let Some(running) = self.running.take() {
            self.end(running);
        }
    }
}

fn split(object: &str) -> (&str, &str) {
    object.split_once('/').unwrap_or(("", object))
}

fn lines<E: std::fmt::Display>(errors: &[E]) -> String {
    errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

fn drop_nulls(value: &mut Value) {
    if let Value::Object(members) = value {
        members.retain(|_, member| !member.is_null());
        members.values_mut().for_each(drop_nulls);
    }
}
