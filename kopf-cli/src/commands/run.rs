//! `kopf run`: puts plugins, an API server and the reactor together, and stays until it is told to stop.

use std::{
    convert::Infallible,
    future::{Future, pending},
    net::SocketAddr,
    path::PathBuf,
    pin::pin,
    sync::Arc,
};

use kopf_core::{handler::Handler, identity::Identity, registry::Registry};
use kopf_loader::{Loaded, Plugin, PluginInvoker};
use kopf_reactor::{
    Activities, Clock, Cluster, Health, Operator, Scope, Settings, Stopper, SystemClock,
    activities::Probing,
    cluster::kube::{self, Access, Places},
    stop,
};

use crate::{
    apply::{
        self,
        manifest::{self, Manifest},
    },
    args,
    commands::{Failure, environment, listen, variables},
    config::{self, Target},
    http::{Server, probes::Probes},
    plugins::{self, Plugins},
    sandbox,
    signals::{Signal, Signals},
    telemetry,
};

/// The most characters that Kubernetes takes as the instance that posts an Event.
const INSTANCE_LIMIT: usize = 128;

/// Runs an operator until a signal stops it, and returns the code to exit with.
///
/// # Errors
///
/// When it cannot begin.
pub fn run(typed: args::Run) -> Result<u8, Failure> {
    let config = config::Run::new(typed, &environment()).map_err(Failure::usage)?;
    config::settings::check_variables(variables()).map_err(Failure::usage)?;
    telemetry::start(config.format, config.verbosity);

    let manifests = manifest::read(&config.manifests).map_err(Failure::failed)?;
    let mut signals = listen()?;
    let mut plugins =
        plugins::load(&config.sources, config.verbosity, &config.settings.settings, &mut signals)?;
    let identity = identity(config.identity.clone(), &plugins.loaded.plugins)?.speaking(config.dialect);
    plugins.registry = plugins
        .registry
        .speaking(config.dialect)
        .map_err(|errors| Failure::usage(plugins::lines(&errors)))?;

    // What watches, waits and posts is one thread's work; objects are handled on the threads of the handlers.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::failed(format!("cannot start the threads of the operator: {error}")))?;
    let ended = runtime.block_on(serve(config, identity, plugins, manifests, signals));
    // A handler that does not return must not keep the process.
    runtime.shutdown_background();
    ended
}

/// Calls the startup handlers, runs the operator, and calls the cleanup handlers.
async fn serve(
    config: config::Run,
    identity: Identity,
    plugins: Plugins,
    manifests: Vec<Manifest>,
    mut signals: Signals,
) -> Result<u8, Failure> {
    let sandbox = match config.target {
        Target::Sandbox => Some(sandbox::serve().await.map_err(Failure::failed)?),
        Target::Cluster { .. } => None,
    };
    let server = match config.http {
        Some(address) => Some(bind(address).await?),
        None => None,
    };
    if let Some(sandbox) = &sandbox {
        telemetry::say(&sandbox.greeting());
        if let Some(warning) = sandbox.warning() {
            tracing::warn!("{warning}.");
        }
    }
    introduce(&plugins);
    if let Scope::Namespaces(patterns) = &config.settings.settings.scope
        && let Some(line) = patterns.misread()
    {
        tracing::warn!("{line}.");
    }

    let Plugins { loaded: Loaded { invoker, activities, .. }, registry } = plugins;
    let activities = Activities::new(invoker.clone(), Arc::new(SystemClock), activities);
    let mut settings = config.settings.settings;
    if settings.posting.reporting_instance.is_empty() {
        settings.posting.reporting_instance = instance(&identity, config.host.as_deref());
    }
    if settings.peering.id.is_empty() {
        settings.peering.id = config::peering::passing(&environment(), SystemClock.now());
    }
    let settings = tokio::select! {
        started = activities.start(settings) => started.map_err(Failure::failed)?,
        signal = signals.next() => return Ok(unbegun(signal)),
    };
    let access = access(config.target, sandbox.as_ref(), &activities, &settings);
    let operation = Operation { identity, invoker, registry, server, manifests };
    let ended = operation.run(access, &activities, &settings, &mut signals).await;
    // Whoever has told it twice to end does not wait for a cleanup.
    let code = match ended {
        Ok(code) if code != 0 => return Ok(code),
        ended => tokio::select! {
            () = activities.stop(&settings) => ended?,
            signal = signals.next() => return Ok(signal.exit_code()),
        },
    };
    if let Some(sandbox) = sandbox {
        sandbox.shut_down().await.map_err(Failure::failed)?;
    }
    Ok(code)
}

/// Runs what a command does on a cluster.
pub(super) fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Runtime::new()
        .map_err(|error| Failure::failed(format!("cannot start the threads of the command: {error}")))?;
    runtime.block_on(work)
}

/// A signal has come before there was anything to stop.
fn unbegun(signal: Signal) -> u8 {
    tracing::info!("Signal {signal} is received. The operator has not begun.");
    0
}

/// What is put together to an operator.
struct Operation {
    identity: Identity,
    invoker: Arc<PluginInvoker>,
    registry: Registry,
    server: Option<Server>,
    manifests: Vec<Manifest>,
}

impl Operation {
    /// Finds the API server, brings objects to it, and runs the operator until a signal stops it.
    async fn run(
        self,
        access: Access,
        activities: &Activities,
        settings: &Settings,
        signals: &mut Signals,
    ) -> Result<u8, Failure> {
        let Operation { identity, invoker, registry, server, manifests } = self;
        // To log in may take a program, or a handler, that never returns.
        let connected = tokio::select! {
            connected = kube::connect(access, &settings.networking) => connected,
            signal = signals.next() => return Ok(unbegun(signal)),
        };
        let cluster: Arc<dyn Cluster> = Arc::new(connected.map_err(Failure::failed)?);
        if let Some(server) = &server {
            tracing::info!("Serving /healthz and /readyz on http://{}.", server.address());
        }
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let mut settings = settings.clone();
        (settings.process.grace, _) = activities.share(settings.process.grace);
        let probing = activities.probing(&settings);
        let handlers = invoker.runtime();
        let operator = Operator::new(cluster.clone(), invoker, clock.clone(), registry, identity, settings)
            .handling_on(handlers);
        let probes = probes(server, operator.health(), probing);
        let work = async {
            tokio::select! {
                applied = apply::apply(cluster.as_ref(), clock.as_ref(), &manifests) => {
                    applied.map_err(Failure::failed)?.iter().for_each(|warning| telemetry::warn(warning));
                }
                signal = signals.next() => return Ok(unbegun(signal)),
            }
            let (stopper, stop) = stop::channel();
            Ok(until_stopped(operator.run(stop), async || signals.next().await, &stopper).await)
        };
        tokio::select! {
            ended = work => ended,
            never = probes => match never {},
        }
    }
}

/// Where the API server is found: what was asked for, unless login handlers say it.
fn access(
    target: Target,
    sandbox: Option<&sandbox::Served>,
    activities: &Activities,
    settings: &Settings,
) -> Access {
    match (target, sandbox) {
        (_, Some(sandbox)) => of_sandbox(sandbox),
        (Target::Cluster { kubeconfig: None, context: None }, _) if activities.logs_in() => {
            let (activities, settings) = (activities.clone(), settings.clone());
            Access::Login(Box::new(move || {
                let (activities, settings) = (activities.clone(), settings.clone());
                Box::pin(async move { activities.login(&settings).await.map_err(|error| error.to_string()) })
            }))
        }
        (Target::Cluster { kubeconfig, context }, _) => of_cluster(kubeconfig, context),
        (Target::Sandbox, None) => of_cluster(None, None),
    }
}

/// As the file says that was asked for, else as is found where kubectl looks too.
pub(super) fn of_cluster(kubeconfig: Option<PathBuf>, context: Option<String>) -> Access {
    match kubeconfig {
        Some(file) => Access::Kubeconfig { file, context },
        None => Access::Places { places: Places::of(&environment()), context },
    }
}

fn of_sandbox(sandbox: &sandbox::Served) -> Access {
    Access::Kubeconfig { file: sandbox.kubeconfig().to_owned(), context: None }
}

async fn bind(address: SocketAddr) -> Result<Server, Failure> {
    let failed = |error| Failure::failed(format!("cannot serve the probes at {address}: {error}"));
    Server::bind(address).await.map_err(failed)
}

/// Awaits the operator's end, and returns the code to exit with. The first signal tells the operator to stop, after the
/// second one nothing is waited for.
async fn until_stopped(
    operator: impl Future<Output = ()>,
    mut next_signal: impl AsyncFnMut() -> Signal,
    stopper: &Stopper,
) -> u8 {
    let mut operator = pin!(operator);
    tokio::select! {
        () = &mut operator => return 0,
        signal = next_signal() => tracing::info!("Signal {signal} is received. Operator is stopping."),
    }
    stopper.stop();
    tokio::select! {
        () = operator => 0,
        signal = next_signal() => {
            tracing::warn!("Signal {signal} is received again. Ending at once.");
            signal.exit_code()
        }
    }
}

/// Serves the probes, if that is asked for.
async fn probes(server: Option<Server>, health: Health, probing: Probing) -> Infallible {
    let (live, ready) = (health.clone(), health);
    let probes = Probes {
        live: Arc::new(move || live.live()),
        ready: Arc::new(move || ready.ready()),
        asked: Arc::new(move || {
            let probing = probing.clone();
            Box::pin(async move { probing.ask().await })
        }),
    };
    match server {
        Some(server) => server.serve(probes).await,
        None => pending().await,
    }
}

/// Who the operator is: who it was told to be, or its only plugin.
fn identity(told: Option<Identity>, plugins: &[Plugin]) -> Result<Identity, Failure> {
    match (told, plugins) {
        (Some(identity), _) => Ok(identity),
        (None, [plugin]) => Identity::new(&plugin.name).map_err(Failure::usage),
        (None, plugins) => Err(Failure::usage(config::Error::Nameless { plugins: plugins.len() })),
    }
}

/// Who posts Kubernetes Events: the operator, and where it runs.
fn instance(identity: &Identity, host: Option<&str>) -> String {
    let instance = [Some(identity.name()), host].into_iter().flatten().collect::<Vec<_>>().join("-");
    instance.chars().take(INSTANCE_LIMIT).collect()
}

fn introduce(plugins: &Plugins) {
    for (number, plugin) in plugins.loaded.plugins.iter().enumerate() {
        let handlers = plugins
            .registry
            .handlers()
            .iter()
            .map(AsRef::as_ref)
            .filter(|handler: &&Handler| handler.plugin == number);
        tracing::info!("Loaded {}", plugins::introduce(plugin, handlers));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_instance(host: Option<&str>, expected: &str) {
        assert_eq!(instance(&Identity::new("minimal").unwrap(), host), expected);
    }

    #[test]
    fn the_instance_is_the_operator_and_its_pod() {
        check_instance(None, "minimal");
        check_instance(Some("pod-1"), "minimal-pod-1");
        check_instance(Some(&"x".repeat(200)), &format!("minimal-{}", "x".repeat(120)));
    }

    #[track_caller]
    fn check_identity(told: Option<&str>, packages: &[&str], expected: &str) {
        let plugin = |name: &&str| Plugin {
            name: (*name).to_owned(),
            version: "0.1.0".into(),
            path: "l.so".into(),
            rustc: "1.95.0".into(),
            handlers: 1,
        };
        let plugins: Vec<_> = packages.iter().map(plugin).collect();
        let found = match identity(told.map(|name| Identity::new(name).unwrap()), &plugins) {
            Ok(identity) => identity.name().to_owned(),
            Err(failure) => format!("exit {}: {failure}", failure.exit_code()),
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn an_operator_is_called_as_told_or_like_its_only_plugin() {
        check_identity(None, &["pod_defaults"], "pod-defaults");
        check_identity(Some("x"), &["a", "b"], "x");
        check_identity(
            None,
            &["a", "b"],
            "exit 2: 2 plugins run as one operator, which needs a name; give it one with --name",
        );
        check_identity(
            None,
            &["Shouting"],
            "exit 2: the operator's name `Shouting` has `S` in it, but a name is made of a-z, 0-9 and `-`; give another with --name",
        );
    }

    #[tokio::test]
    async fn the_first_signal_stops_and_the_second_one_ends() {
        let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel();
        let mut next = async || receiver.recv().await.expect("the sender is there");

        let (stopper, mut stop) = stop::channel();
        sender.send(Signal::Interrupt).unwrap();
        assert_eq!(until_stopped(async move { stop.told().await }, &mut next, &stopper).await, 0);

        let (stopper, mut stop) = stop::channel();
        sender.send(Signal::Interrupt).unwrap();
        let hangs = async {
            stop.told().await;
            sender.send(Signal::Terminate).unwrap();
            pending().await
        };
        assert_eq!(until_stopped(hangs, &mut next, &stopper).await, 143);
    }
}
