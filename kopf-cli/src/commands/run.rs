//! `kopf run`: puts plugins, an API server and the reactor together, and stays until it is told to stop.

use std::{
    convert::Infallible,
    future::{Future, pending},
    net::SocketAddr,
    pin::pin,
    sync::Arc,
};

use kopf_core::{handler::Handler, identity::Identity};
use kopf_loader::{Loaded, Plugin};
use kopf_reactor::{Clock, Cluster, Health, Operator, Stopper, SystemClock, cluster::kube, stop};

use crate::{
    apply::{
        self,
        manifest::{self, Manifest},
    },
    args,
    commands::{Failure, environment, variables},
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
    let mut plugins = plugins::load(&config.sources, config.verbosity, &config.settings.settings)?;
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
    let ended = runtime.block_on(serve(config, identity, plugins, manifests));
    // A handler that does not return must not keep the process.
    runtime.shutdown_background();
    ended
}

/// Finds the API server, brings objects to it, and runs the operator.
async fn serve(
    config: config::Run,
    identity: Identity,
    plugins: Plugins,
    manifests: Vec<Manifest>,
) -> Result<u8, Failure> {
    let mut signals =
        Signals::listen().map_err(|error| Failure::failed(format!("cannot listen to signals: {error}")))?;
    let (cluster, sandbox) = connect(&config.target).await?;
    let server = match config.http {
        Some(address) => Some(bind(address).await?),
        None => None,
    };

    if let Some(sandbox) = &sandbox {
        telemetry::say(&sandbox.greeting());
    }
    introduce(&plugins);
    if let Some(server) = &server {
        tracing::info!("Serving /healthz and /readyz on http://{}.", server.address());
    }

    let Plugins { loaded: Loaded { invoker, .. }, registry } = plugins;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let mut settings = config.settings.settings;
    if settings.posting.reporting_instance.is_empty() {
        settings.posting.reporting_instance = instance(&identity, config.host.as_deref());
    }
    if settings.peering.id.is_empty() {
        settings.peering.id = config::peering::passing(&environment(), clock.now());
    }
    let handlers = invoker.runtime();
    let operator = Operator::new(cluster.clone(), invoker, clock.clone(), registry, identity, settings)
        .handling_on(handlers);
    let probes = probes(server, operator.health());
    let work = async {
        tokio::select! {
            applied = apply::apply(cluster.as_ref(), clock.as_ref(), &manifests) => applied.map_err(Failure::failed)?,
            signal = signals.next() => {
                tracing::info!("Signal {signal} is received. The operator has not begun.");
                return Ok(0);
            }
        }
        let (stopper, stop) = stop::channel();
        Ok(until_stopped(operator.run(stop), async || signals.next().await, &stopper).await)
    };
    let code = tokio::select! {
        ended = work => ended?,
        never = probes => match never {},
    };
    if let (Some(sandbox), 0) = (sandbox, code) {
        sandbox.shut_down().await;
    }
    Ok(code)
}

/// Runs what a command does on a cluster.
pub(super) fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Runtime::new()
        .map_err(|error| Failure::failed(format!("cannot start the threads of the command: {error}")))?;
    runtime.block_on(work)
}

/// The API server, and the sandbox if it is one.
pub(super) async fn connect(target: &Target) -> Result<(Arc<dyn Cluster>, Option<sandbox::Served>), Failure> {
    let (sandbox, cluster) = match target {
        Target::Sandbox => {
            let sandbox = sandbox::serve().await.map_err(Failure::failed)?;
            let cluster = kube::connect(Some(sandbox.kubeconfig()), None).await;
            (Some(sandbox), cluster)
        }
        Target::Cluster { kubeconfig, context } => {
            (None, kube::connect(kubeconfig.as_deref(), context.as_deref()).await)
        }
    };
    Ok((Arc::new(cluster.map_err(Failure::failed)?), sandbox))
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
async fn probes(server: Option<Server>, health: Health) -> Infallible {
    let (live, ready) = (health.clone(), health);
    let probes = Probes { live: Arc::new(move || live.live()), ready: Arc::new(move || ready.ready()) };
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
