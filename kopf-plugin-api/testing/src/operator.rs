//! An operator under test: a plugin, a sandbox, and a time of their own.
#![expect(clippy::panic, reason = "a test that is wrong is told so by a panic")]

use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock},
    time::Duration,
};

use kopf_core::{handler::Handler, identity::Identity, registry::Registry};
use kopf_loader::{Options, PluginInvoker};
use kopf_plugin_abi::wire::Init;
use kopf_reactor::{
    Activities, Census, Health, Held, Settings,
    activities::{self, Probing},
    cluster::kube::KubeCluster,
    stop,
};
use serde_json::Value;
use tokio::task::JoinHandle;

use crate::{
    log::Log,
    outcomes::Outcomes,
    watched::Watched,
    world::{Plugin, Sandbox},
};

/// After how many seconds of its time an operator that was told to stop has done so, whatever its grace.
const GRACE_S: u64 = 3600;

/// How long, in real time, handlers may take before a test gives up on them.
const PATIENCE: Duration = Duration::from_secs(60);

/// An operator under test. Time stands still but in [`Operator::advance`].
///
/// Its methods panic where a test is wrong: an object that is no YAML, a resource that is not there.
pub struct Operator {
    plugin: Plugin,
    pub(crate) sandbox: Sandbox,
    pub(crate) log: Log,
    pub(crate) outcomes: Outcomes,
    settings: Settings,
    declare: Declare,
    running: Option<Running>,
    beside: BTreeMap<String, Process>,
}

/// Changes what a package's attributes declare.
pub(crate) type Declare = Box<dyn Fn(&mut Vec<Handler>)>;

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
    looks: Arc<OnceLock<(Census, Health)>>,
}

impl Operator {
    /// Runs a plugin on a sandbox of its own that has nothing in it. [`Sandbox::run`] takes one that has.
    ///
    /// # Panics
    ///
    /// If the plugin has no handlers in this program, or some that cannot be served.
    pub fn run(plugin: Plugin) -> Operator {
        Sandbox::builder().start().run(plugin)
    }

    /// Runs a plugin on a sandbox, with settings that a startup handler may change, and with what its attributes declare
    /// changed at each start.
    pub(crate) fn begin(plugin: Plugin, sandbox: Sandbox, settings: Settings, declare: Declare) -> Operator {
        let mut operator = Operator {
            plugin,
            sandbox,
            log: Log::default(),
            outcomes: Outcomes::default(),
            settings,
            declare,
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
        let options = Options {
            level: 5,
            clock: Arc::new(self.sandbox.clock.clone()),
            in_place: true,
            ..Options::default()
        };
        let init = Init { package: Some(self.plugin.package().to_owned()), ..Init::default() };
        let loaded = kopf_loader::adopt(vec![(kopf_plugin_api::testing::root(), init)], &options);
        let mut loaded = loaded.unwrap_or_else(|errors| panic!("{}", lines(&errors)));
        (self.declare)(&mut loaded.handlers);
        let registry = Registry::new(loaded.handlers).unwrap_or_else(|errors| panic!("{}", lines(&errors)));
        let plugins = loaded.invoker;
        let process = self.spawn(
            self.plugin.package(),
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
        let invoker = Arc::new(Watched {
            invoker: plugins,
            clock: self.sandbox.clock.clone(),
            outcomes: self.outcomes.clone(),
        });
        let identity = Identity::new(name).unwrap_or_else(|error| panic!("{error}"));
        let (stopper, stop) = stop::channel();
        let client = self.sandbox.client();
        let clock = Arc::new(self.sandbox.clock.clone());
        let activities = Activities::new(invoker.clone(), clock.clone(), activities);
        let probing = activities.probing(&settings);
        let looks = Arc::new(OnceLock::new());
        let looked = looks.clone();
        let task = self.sandbox.runtime.spawn(async move {
            let settings = activities.start(settings).await?;
            let cluster = Arc::new(KubeCluster::over(client));
            let mut shared = settings.clone();
            (shared.process.grace, _) = activities.share(settings.process.grace);
            let operator = kopf_reactor::Operator::new(cluster, invoker, clock, registry, identity, shared);
            looked.get_or_init(|| (operator.census(), operator.health()));
            operator.run(stop).await;
            activities.stop(&settings).await;
            Ok(())
        });
        Process { stopper, task, probing, looks }
    }

    /// Stops the operator as a signal does: handlers finish, and what they brought is written.
    ///
    /// # Panics
    ///
    /// If it does not run.
    pub fn stop(&mut self) {
        let running = self.running.take().expect("the operator runs");
        self.stop_process(running.process);
        self.sandbox.runtime.block_on(running.plugins.retire());
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
        let ended = self.sandbox.runtime.block_on(process.task).expect("the operator does not panic");
        ended.unwrap_or_else(|error| panic!("the operator has not begun: {error}"));
    }

    fn kill_process(&self, process: Process) {
        process.task.abort();
        // It was cancelled, which is what its end says.
        let _ = self.sandbox.runtime.block_on(process.task);
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
        self.sandbox.runtime.block_on(running.plugins.retire());
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
        let settling = self.sandbox.clock.advance(span);
        let dispatch = self.log.dispatch();
        let _listening = tracing::dispatcher::set_default(&dispatch);
        let settled = self.sandbox.runtime.block_on(async { tokio::time::timeout(PATIENCE, settling).await });
        assert!(
            settled.is_ok(),
            "these handlers have not answered: {}",
            self.sandbox.clock.under_way().join(", ")
        );
    }

    /// What probe handlers answer to somebody who asks `/healthz`, by their ids; or what is wrong.
    ///
    /// # Panics
    ///
    /// If the operator does not run.
    pub fn probe(&mut self) -> Result<Value, Vec<String>> {
        let probing = self.running.as_ref().expect("the operator runs").process.probing.clone();
        let asked = self.sandbox.runtime.spawn(async move { probing.ask().await });
        while !asked.is_finished() {
            self.advance(Duration::from_millis(100));
        }
        let probed = self.sandbox.runtime.block_on(asked).expect("a probe does not panic");
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
        let ended = self.sandbox.runtime.block_on(task).expect("the operator does not panic");
        self.sandbox.runtime.block_on(running.plugins.retire());
        ended.expect_err("a startup handler has failed").to_string()
    }

    /// What the operator keeps in memory of objects by now; nothing before it has begun.
    ///
    /// # Panics
    ///
    /// If it does not run.
    pub fn held(&self) -> Held {
        let running = self.running.as_ref().expect("the operator runs");
        running.process.looks.get().map(|(census, _)| census.held()).unwrap_or_default()
    }

    /// Whether the operator lives, as `/healthz` tells besides what probes say; or what is wrong.
    ///
    /// # Errors
    ///
    /// A sentence for each thing that is wrong.
    ///
    /// # Panics
    ///
    /// If it does not run.
    pub fn live(&self) -> Result<(), Vec<String>> {
        let running = self.running.as_ref().expect("the operator runs");
        running.process.looks.get().map_or(Ok(()), |(_, health)| health.live())
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

fn lines<E: std::fmt::Display>(errors: &[E]) -> String {
    errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}
