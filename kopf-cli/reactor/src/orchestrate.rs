//! Starts and stops watches as the cluster's resources come and go.

mod signals;
mod sinks;

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
    registry::{Assignment, Registry, Served},
    resource::Resource,
};
use tokio::task::{AbortHandle, JoinSet};
use tracing::{debug, error, info, warn};

use self::{
    signals::Signals,
    sinks::{Definitions, Namespaces, Objects},
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
    rights::right,
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
        told.tell(&assignment, &discovered);
        told.narrow(&signals.denied(), io.cluster.default_namespace());
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

/// What was told already, so that it is told once.
#[derive(Default)]
struct Told {
    unresolved: Vec<String>,
    ambiguous: Vec<(String, Vec<String>)>,
    refused: usize,
    unwatchable: Vec<String>,
    unpatchable: BTreeMap<String, Vec<String>>,
    silent: Vec<String>,
    denied: BTreeSet<String>,
}

/// What of some texts is not among others.
fn without<'a>(texts: &'a [String], others: &[String]) -> Vec<&'a str> {
    texts.iter().filter(|text| !others.contains(text)).map(String::as_str).collect()
}

impl Told {
    /// Tells of lists of the whole cluster that are refused, and of the namespace that is served instead.
    fn narrow(&mut self, denied: &BTreeMap<String, Resource>, namespace: &str) {
        let fresh: Vec<_> = denied.iter().filter(|(path, _)| !self.denied.contains(*path)).collect();
        if !fresh.is_empty() {
            let names: Vec<String> = fresh.iter().map(|(_, resource)| resource.name()).collect();
            let rights: Vec<String> =
                fresh.iter().map(|(_, resource)| right(&["list", "watch"], resource)).collect();
            warn!(
                "Not allowed to list {} in the whole cluster: serving the namespace {namespace} alone, until that is allowed; allow \
                 {} cluster-wide, or name the namespaces with -n",
                names.join(", "),
                rights.join(", ")
            );
        }
        self.denied = denied.keys().cloned().collect();
    }

    fn tell(&mut self, assignment: &Assignment, discovered: &Discovered) {
        if assignment.unresolved != self.unresolved {
            let absent = without(&assignment.unresolved, &self.unresolved);
            if !absent.is_empty() {
                let selectors = absent.join(", ");
                warn!("Not in the cluster, and served as soon as they are: {selectors}. Create their CRDs.");
            }
            let mut found = without(&self.unresolved, &assignment.unresolved);
            found.retain(|selector| assignment.ambiguous.iter().all(|(ambiguous, _)| ambiguous != *selector));
            if !found.is_empty() {
                info!("In the cluster by now, and served: {}.", found.join(", "));
            }
            self.unresolved.clone_from(&assignment.unresolved);
        }
        if assignment.ambiguous != self.ambiguous {
            self.ambiguous.clone_from(&assignment.ambiguous);
            for (selector, names) in &self.ambiguous {
                warn!(
                    "{selector} may mean {}, so none is served: name the group and the version.",
                    names.join(" or ")
                );
            }
        }
        if assignment.unwatchable != self.unwatchable {
            self.unwatchable.clone_from(&assignment.unwatchable);
            if !self.unwatchable.is_empty() {
                warn!("Left out, for they cannot be listed and watched: {}.", self.unwatchable.join(", "));
            }
        }
        if assignment.unpatchable != self.unpatchable {
            self.unpatchable.clone_from(&assignment.unpatchable);
            for (resource, handlers) in &self.unpatchable {
                warn!(
                    "{resource} cannot be patched, and so these handlers are left out for it, which keep state on objects: {}.",
                    handlers.join(", ")
                );
            }
        }
        if assignment.refused.len() != self.refused {
            self.refused = assignment.refused.len();
            for refused in &assignment.refused {
                error!("A handler is left out: {refused}");
            }
        }
        for (group, error) in &discovered.silent {
            if !self.silent.contains(group) {
                warn!("An API group does not answer, and is asked again each minute: {group}: {error}");
            }
        }
        self.silent = discovered.silent.keys().cloned().collect();
    }
}

#[cfg(test)]
mod tests;
