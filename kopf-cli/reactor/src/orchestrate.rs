//! Starts and stops watches as the cluster's resources come and go.

mod signals;
mod sinks;
mod told;

use std::{
    collections::{BTreeMap, BTreeSet},
    pin::pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use futures::future::{Either, select};
use kopf_core::{
    outcome::Level,
    registry::{Registry, Served},
    resource::Resource,
};
use tokio::task::{AbortHandle, JoinSet};
use tracing::{debug, error, info, warn};

use self::{
    signals::Signals,
    sinks::{Definitions, Namespaces, Objects},
    told::Told,
};
use crate::{
    Scope,
    cluster::Request,
    discover::{self, Discovered},
    health::Pulse,
    io::{Io, chance},
    let_go::let_go,
    peering::{Mode, Spot},
    question,
    source::Source,
    watch,
};

/// Where definitions are watched, so that resources are served as soon as they are there.
const DEFINITIONS: &str = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

/// Where namespaces are watched, so that those which match are served as soon as they are there.
const NAMESPACES: &str = "/api/v1/namespaces";

/// Serves what the registry asks for, for ever.
pub(crate) async fn orchestrate(io: Arc<Io>, registry: &Registry) {
    let signals = Arc::new(Signals::default());
    let mut watches = Watches {
        io: io.clone(),
        signals: signals.clone(),
        tasks: JoinSet::new(),
        running: BTreeMap::new(),
        numbers: 0,
    };
    watches.watch_definitions();
    watches.watch_namespaces();
    // Once the definitions are listed, or cannot be, nothing that is discovered is missed.
    while !signals.are_complete(&io.settings.scope) {
        signals.changed.notified().await;
    }
    let mut told = Told::default();
    let mut discovered = Discovered::default();
    loop {
        let changed = signals.changed.notified();
        if signals.is_stale() {
            discovered = discover_patiently(&io).await;
            retain_silent(watches.served(), &mut discovered);
        }
        let chosen = question::choose(&io, registry, &discovered.resources).await;
        let assignment = registry.assign(&discovered.resources, &chosen);
        told.news(&assignment, &discovered.silent).into_iter().for_each(log);
        told.narrowed(&signals.denied(), io.cluster.default_namespace()).into_iter().for_each(log);
        if signals.blind.load(Ordering::Relaxed) {
            // Which definitions have changed since is not known.
            io.pruned.clear();
        }
        io.peerings.expect(&io, watches.peers(&discovered.resources));
        watches.adjust(assignment.served).await;
        io.health.set_discovered();
        let denied = signals.denied();
        let patient =
            signals.blind.load(Ordering::Relaxed) || !discovered.silent.is_empty() || !denied.is_empty();
        if !patient {
            changed.await;
        } else if let Either::Right(_) =
            select(Box::pin(changed), io.clock.sleep(io.settings.scanning.interval)).await
        {
            ask_again(&io, &signals, denied).await;
            signals.look_again();
        }
    }
}

fn log((level, line): (Level, String)) {
    match level {
        Level::Debug => debug!("{line}"),
        Level::Info => info!("{line}"),
        Level::Warn => warn!("{line}"),
        Level::Error => error!("{line}"),
    }
}

/// Asks whether the whole cluster may be listed by now, where it could not be.
async fn ask_again(io: &Io, signals: &Signals, denied: BTreeMap<String, Resource>) {
    let is_allowed =
        async |path: String| io.cluster.send(Request::get(format!("{path}?limit=1"))).await.is_ok();
    for path in denied.into_keys() {
        if !is_allowed(path).await {
            return;
        }
    }
    if signals.allow() {
        info!("Allowed to list the whole cluster now: serving all of it.");
    }
}

/// Asks for the cluster's resources until they are told.
async fn discover_patiently(io: &Io) -> Discovered {
    let mut failures = 0;
    loop {
        match discover::discover(io.cluster.as_ref()).await {
            Ok(discovered) => {
                if failures > 0 && io.complaints.is_over("discover") {
                    info!("The API server answers.");
                }
                return discovered;
            }
            Err(error) => {
                if io.complaints.is_due("discover", io.clock.now()) {
                    warn!("Cannot learn what the cluster serves, and will try again: {error}");
                } else {
                    debug!("Cannot learn what the cluster serves, and will try again: {error}");
                }
                let delay = io
                    .settings
                    .reconnection()
                    .delay(failures, chance())
                    .max(error.retry_after().unwrap_or_default());
                failures += 1;
                io.clock.sleep(delay).await;
            }
        }
    }
}

/// Of a group that is silent, what is served already counts as served still.
fn retain_silent(served: impl Iterator<Item = Arc<Served>>, discovered: &mut Discovered) {
    for served in served {
        let resource = &served.resource;
        let path = resource.list_path(None);
        let is_it = |found: &Resource| found.name() == resource.name();
        let is_silent = |group: &String| path.strip_prefix(group).is_some_and(|rest| rest.starts_with('/'));
        if discovered.silent.keys().any(is_silent) && !discovered.resources.iter().any(is_it) {
            discovered.resources.push(resource.clone());
        }
    }
}

/// The watches that run.
struct Watches {
    io: Arc<Io>,
    signals: Arc<Signals>,
    /// Every watch; they end with this.
    tasks: JoinSet<()>,
    running: BTreeMap<(String, Option<String>), Running>,
    numbers: u32,
}

struct Running {
    source: Arc<Source>,
    task: AbortHandle,
    pulse: Arc<Pulse>,
}

impl Watches {
    fn watch_definitions(&mut self) {
        let (io, signals) = (self.io.clone(), self.signals.clone());
        // No part of the health: an operator works without knowing what is yet to come.
        let silence = io.settings.watching.inactivity_timeout;
        let pulse = io.health.pulse("custom resource definitions".to_owned(), silence);
        pulse.synced();
        pulse.end();
        self.tasks.spawn(async move {
            let sink = Definitions { io: io.clone(), signals, listed: AtomicBool::new(false) };
            watch::watch(&io, "custom resource definitions", DEFINITIONS, "", &pulse, &sink).await;
        });
    }

    /// Watches which namespaces there are, where that matters.
    fn watch_namespaces(&mut self) {
        let Scope::Namespaces(patterns) = &self.io.settings.scope else { return };
        if patterns.are_names() {
            return;
        }
        let (io, signals, patterns) = (self.io.clone(), self.signals.clone(), patterns.clone());
        let pulse = io.health.pulse("namespaces".to_owned(), io.settings.watching.inactivity_timeout);
        // No part of the health: without knowing of others, an operator serves those that it knows.
        pulse.end();
        self.tasks.spawn(async move {
            let sink = Namespaces { io: io.clone(), signals, patterns, listing: Mutex::default() };
            watch::watch(&io, "namespaces", NAMESPACES, "", &pulse, &sink).await;
        });
    }

    /// What is served by now.
    fn served(&self) -> impl Iterator<Item = Arc<Served>> {
        self.running.values().map(|running| running.source.served())
    }

    /// Starts what is missing and stops what is served no more.
    async fn adjust(&mut self, served: Vec<Served>) {
        let mut wanted: BTreeMap<(String, Option<String>), Served> = BTreeMap::new();
        for served in served {
            for namespace in self.namespaces(&served.resource) {
                wanted.insert((served.resource.name(), namespace), served.clone());
            }
        }
        let stopped: Vec<_> = self.running.extract_if(.., |key, _| !wanted.contains_key(key)).collect();
        let mut stopped_sources = vec![];
        for ((name, namespace), running) in stopped {
            let instead =
                wanted.keys().find(|(other, place)| *other == name && place.is_none() != namespace.is_none());
            match instead {
                Some((_, instead)) => {
                    info!("Watching {name} in {}, and no longer in {}.", place(instead), place(&namespace));
                }
                None => info!("No longer watching {}.", running.source),
            }
            running.task.abort();
            running.pulse.end();
            stopped_sources.push(running.source.id);
            self.io.background.forget_source(&running.source, self.io.clock.now());
            // Before another watch may bring the same objects again.
            for uid in self.io.queue.forget(&running.source) {
                let_go(&self.io, &running.source.served(), &uid).await;
            }
        }
        for (key, served) in wanted {
            let Some(running) = self.running.get(&key) else {
                self.start(key, served);
                continue;
            };
            if *running.source.served() == served {
                continue;
            }
            let (source, pulse, before) =
                (running.source.clone(), running.pulse.clone(), running.source.selection());
            source.replace(served);
            if source.selection() != before {
                // What was left out so far may be wanted now, and only a list tells of it.
                running.task.abort();
                let task = self.watch(&source, &pulse);
                self.running.insert(key, Running { source, task, pulse });
            }
        }
        let kinds: Vec<_> = self.served().map(|served| served.resource.clone()).collect();
        for running in self.running.values() {
            let served = running.source.served();
            let resource = &served.resource;
            let is_same =
                |other: &&Resource| other.plural == resource.plural && other.name() != resource.name();
            running.source.set_shared(kinds.iter().any(|other| is_same(&other)));
        }
        // Not before others have joined in their place: a resource may be served in other namespaces now.
        stopped_sources.into_iter().for_each(|source| self.io.queue.indexes.leave(source));
        self.io.queue.indexes.begin();
    }

    fn start(&mut self, key: (String, Option<String>), served: Served) {
        self.numbers += 1;
        let source = Source::new(self.numbers, served, key.1.clone());
        debug!("Watching {source}.");
        self.io.queue.indexes.join(&source);
        let pulse = self.io.health.pulse(source.to_string(), self.io.settings.watching.inactivity_timeout);
        let task = self.watch(&source, &pulse);
        self.running.insert(key, Running { source, task, pulse });
    }

    fn watch(&mut self, source: &Arc<Source>, pulse: &Arc<Pulse>) -> AbortHandle {
        let (io, signals) = (self.io.clone(), self.signals.clone());
        let sink = Objects { io, source: source.clone(), signals, listed: AtomicBool::new(false) };
        let (io, heart) = (self.io.clone(), pulse.clone());
        self.tasks.spawn(async move { serve(&io, &heart, &sink).await })
    }

    /// Where there may be others who serve the same.
    fn peers(&self, resources: &[Resource]) -> BTreeSet<Spot> {
        if self.io.settings.peering.mode == Mode::Standalone {
            return BTreeSet::new();
        }
        Spot::all(resources, &self.scope())
    }

    /// The namespaces in which a resource is watched; `None` is the whole cluster.
    fn namespaces(&self, resource: &Resource) -> Vec<Option<String>> {
        if resource.namespaced { self.scope() } else { vec![None] }
    }

    /// The namespaces that are served; `None` is the whole cluster.
    fn scope(&self) -> Vec<Option<String>> {
        match &self.io.settings.scope {
            Scope::Cluster => vec![None],
            Scope::Namespaces(patterns) => {
                let mut names = self.signals.namespaces();
                names.extend(patterns.names().map(str::to_owned));
                names.into_iter().map(Some).collect()
            }
            Scope::Default if !self.signals.denied().is_empty() => {
                vec![Some(self.io.cluster.default_namespace().to_owned())]
            }
            Scope::Default => vec![None],
        }
    }
}

/// Where something is watched.
fn place(namespace: &Option<String>) -> String {
    namespace
        .as_ref()
        .map_or("the whole cluster".to_owned(), |namespace| format!("the namespace {namespace}"))
}

/// Watches a source whenever the gate is open for it.
async fn serve(io: &Io, pulse: &Arc<Pulse>, sink: &Objects) {
    let _alone = sink.source.alone().await;
    let (name, path, selection) = (sink.source.to_string(), sink.source.path(), sink.source.selection());
    let (name, path, selection) = (name.as_str(), path.as_str(), selection.as_str());
    io.gate.is_known().await;
    loop {
        if io.gate.is_closed(&sink.source) {
            pulse.rest();
            io.queue.indexes.leave(sink.source.id);
            io.gate.opens(&sink.source).await;
            io.queue.indexes.join(&sink.source);
            pulse.go_on(io.clock.now());
        }
        let watching = pin!(watch(io, name, path, selection, pulse, sink));
        // Whoever goes first sees what happens until then; a list tells afterwards what is left to do.
        select(watching, pin!(io.gate.closes(&sink.source))).await;
    }
}

/// Watches a source; for its indexes alone, until all indexes are complete.
async fn watch(io: &Io, name: &str, path: &str, selection: &str, pulse: &Arc<Pulse>, sink: &Objects) {
    let (indexes, source) = (&io.queue.indexes, &sink.source);
    if !source.is_open() {
        let open = pin!(indexes.open(source));
        if source.is_indexed() {
            pulse.rest();
            open.await;
            pulse.go_on(io.clock.now());
        } else {
            // What its handlers are to see is listed again: to keep all of it until then would take too much room.
            select(pin!(watch::watch(io, name, path, selection, pulse, sink)), open).await;
        }
        source.set_open();
    }
    watch::watch(io, name, path, selection, pulse, sink).await;
}

#[cfg(test)]
mod tests;
