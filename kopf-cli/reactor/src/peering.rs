//! Makes room for operators that go first, and has those wait that go after: over peering objects, as the Python framework
//! does.
//!
//! The orchestration says where there are peering objects ([`Peerings::expect`]); a [`member`] takes part in each and says
//! what it sees there ([`Peerings::see`]). Out of all that follows what the [`gate`](crate::gate) is set to.

mod member;
pub mod outside;
mod sight;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures::future::{join_all, select};
use kopf_core::{
    peering::{self, Pause},
    resource::Resource,
};
use serde_json::{Value, json};
use tokio::{
    sync::Notify,
    task::{AbortHandle, JoinSet},
};
use tracing::{debug, warn};

pub use crate::settings::Peering;
use crate::{
    cluster::{Cluster, Error, Request, Response},
    gate::State,
    io::Io,
};

/// How long the end of an operator may take for taking its records away. Those that stay die by themselves.
const LEAVE_WITHIN: Duration = Duration::from_secs(5);

/// Whether an operator takes part.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Mode {
    /// It has no peers.
    Standalone,
    /// It does where there is a peering object.
    #[default]
    Auto,
    /// It does nothing where there is no peering object.
    Mandatory,
}

/// A place of peers: the resource of a peering object, and the namespace if it is in one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Spot {
    pub(crate) resource: Resource,
    pub(crate) namespace: Option<String>,
}

/// What is known of a spot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Look {
    /// Nothing yet.
    Unknown,
    /// There is no peering object, or none that we may see.
    Missing,
    /// Others go first.
    Closed,
    /// Nobody goes first.
    Open,
}

/// All places of peers.
#[derive(Debug, Default)]
pub(crate) struct Peerings {
    spots: Mutex<BTreeMap<Spot, Look>>,
    joined: Mutex<BTreeSet<Spot>>,
    changed: Notify,
}

impl Spot {
    /// The places for an operator that serves these namespaces, or the whole cluster (`None`).
    pub(crate) fn all(resources: &[Resource], namespaces: &[Option<String>]) -> BTreeSet<Spot> {
        let is_for = |resource: &&Resource, namespace: &Option<String>| {
            let plural = if namespace.is_some() { peering::PLURAL } else { peering::CLUSTER_PLURAL };
            resource.plural == plural
                && resource.namespaced == namespace.is_some()
                && resource.version == "v1"
                && peering::GROUPS.contains(&resource.group.as_str())
        };
        let of = |namespace: &Option<String>| {
            let namespace = namespace.clone();
            let found = resources.iter().filter(|it| is_for(it, &namespace)).cloned().collect::<Vec<_>>();
            found.into_iter().map(move |resource| Spot { resource, namespace: namespace.clone() })
        };
        namespaces.iter().flat_map(of).collect()
    }

    /// Where its peering objects are listed.
    fn list_path(&self) -> String {
        self.resource.list_path(self.namespace.as_deref())
    }

    /// Merges these entries into the status of the peering object of this name.
    async fn write(
        &self,
        cluster: &dyn Cluster,
        name: &str,
        field_manager: &str,
        entries: &Value,
    ) -> Result<Response, Error> {
        let subresource = if self.resource.has_status() { "/status" } else { "" };
        let path = self.resource.object_path(self.namespace.as_deref(), name);
        let path = format!("{path}{subresource}?fieldManager={field_manager}");
        cluster.send(Request::merge_patch(path, &json!({ "status": entries }))).await
    }

    /// The same for the peering object that an operator takes part in.
    async fn write_own(&self, io: &Io, entries: &Value) -> Result<Response, Error> {
        let name = &io.settings.peering.name;
        self.write(io.cluster.as_ref(), name, io.identity.field_manager(), entries).await
    }
}

/// `clusterkopfpeerings.v1.kopf.dev`, and the namespace if it is in one.
impl std::fmt::Display for Spot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.resource.name())?;
        self.namespace.as_ref().map_or(Ok(()), |namespace| write!(f, " in {namespace}"))
    }
}

impl Peerings {
    fn spots(&self) -> MutexGuard<'_, BTreeMap<Spot, Look>> {
        self.spots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn joined(&self) -> MutexGuard<'_, BTreeSet<Spot>> {
        self.joined.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether others can know of us.
    pub(crate) fn has_peers(&self) -> bool {
        !self.joined().is_empty()
    }

    /// Whether others know of us there.
    fn has_joined(&self, spot: &Spot) -> bool {
        self.joined().contains(spot)
    }

    /// These are the places of peers now. Where one is new, nothing is begun before it was looked at.
    pub(crate) fn expect(&self, io: &Io, wanted: BTreeSet<Spot>) {
        let Peering { mode, name, .. } = &io.settings.peering;
        if *mode == Mode::Mandatory && wanted.is_empty() && io.complaints.is_due("peering", io.clock.now()) {
            warn!(
                "The peering {name} is to be taken part in, and the cluster has no definition of peerings: nothing is done until \
                 there is one (examples/peering.yaml has it)"
            );
        }
        let mut spots = self.spots();
        spots.retain(|spot, _| wanted.contains(spot));
        for spot in wanted {
            spots.entry(spot).or_insert(Look::Unknown);
        }
        io.set_gate(&state(*mode, &spots));
        self.changed.notify_one();
    }

    /// This is what is known of a place now.
    fn see(&self, io: &Io, spot: &Spot, look: Look) {
        let mut spots = self.spots();
        if let Some(known) = spots.get_mut(spot) {
            *known = look;
            io.set_gate(&state(io.settings.peering.mode, &spots));
        }
    }
}

/// What the gate is set to by what is known.
fn state(mode: Mode, spots: &BTreeMap<Spot, Look>) -> State {
    if !spots.is_empty() && spots.values().all(|look| *look == Look::Unknown) {
        return State::Unknown;
    }
    let mut by_namespace: BTreeMap<Option<&String>, Vec<Look>> = BTreeMap::new();
    for (spot, look) in spots {
        by_namespace.entry(spot.namespace.as_ref()).or_default().push(*look);
    }
    // Peers of the groups of today and of old count alike; it is enough that one of the two objects is there.
    let is_closed = |looks: &[Look]| {
        let waits = looks.iter().any(|look| matches!(look, Look::Unknown | Look::Closed));
        waits || (mode == Mode::Mandatory && !looks.contains(&Look::Open))
    };
    let closed: Vec<_> = by_namespace.into_iter().filter(|(_, looks)| is_closed(looks)).collect();
    let nowhere = mode == Mode::Mandatory && spots.is_empty();
    State::Known(Pause {
        everywhere: nowhere || closed.iter().any(|(namespace, _)| namespace.is_none()),
        namespaces: closed.into_iter().filter_map(|(namespace, _)| namespace.cloned()).collect(),
    })
}

/// Takes part in every place of peers, for ever.
pub(crate) async fn take_part(io: Arc<Io>) {
    let mut members = JoinSet::new();
    let mut running: BTreeMap<Spot, AbortHandle> = BTreeMap::new();
    loop {
        let wanted: BTreeSet<Spot> = io.peerings.spots().keys().cloned().collect();
        let gone: Vec<Spot> = running.keys().filter(|spot| !wanted.contains(spot)).cloned().collect();
        for spot in gone {
            running.remove(&spot).inspect(AbortHandle::abort);
            leave(&io, spot).await;
        }
        for spot in wanted {
            running.entry(spot.clone()).or_insert_with(|| {
                let io = io.clone();
                members.spawn(async move { member::take_part(&io, spot).await })
            });
        }
        io.peerings.changed.notified().await;
    }
}

/// Takes our records away everywhere, as the last thing that an operator does.
pub(crate) async fn leave_all(io: &Io) {
    let joined = io.peerings.joined().clone();
    if !joined.is_empty() {
        let leaving = join_all(joined.into_iter().map(|spot| leave(io, spot)));
        drop(select(Box::pin(leaving), io.clock.sleep(LEAVE_WITHIN)).await);
    }
}

async fn leave(io: &Io, spot: Spot) {
    if !io.peerings.joined().remove(&spot) {
        return;
    }
    let id = io.settings.peering.id.clone();
    if let Err(error) = spot.write_own(io, &json!({ id: null })).await {
        debug!("Our record in {spot} is left to die by itself: {error}");
    }
}

#[cfg(test)]
mod tests;
