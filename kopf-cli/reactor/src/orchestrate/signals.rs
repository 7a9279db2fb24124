//! What makes the orchestration look again, and what it then finds.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use kopf_core::resource::Resource;
use tokio::sync::Notify;

use crate::Scope;

/// What makes the orchestration look again.
#[derive(Default)]
pub(super) struct Signals {
    /// Something is different.
    pub(super) changed: Notify,
    /// Definitions cannot be watched.
    pub(super) blind: AtomicBool,
    /// What the cluster serves may be different.
    stale: AtomicBool,
    /// The lists of the whole cluster that are refused.
    denied: Mutex<BTreeMap<String, Resource>>,
    /// The namespaces that match, once that is known.
    namespaces: Mutex<Option<BTreeSet<String>>>,
}

impl Signals {
    /// What the cluster serves is to be asked for again.
    pub(super) fn look_again(&self) {
        self.stale.store(true, Ordering::Relaxed);
        self.changed.notify_one();
    }

    /// Whether what the cluster serves is to be asked for, which is done then.
    pub(super) fn is_stale(&self) -> bool {
        self.stale.swap(false, Ordering::Relaxed)
    }

    /// Whether all is known that is to be known before anything is served.
    pub(super) fn are_complete(&self, scope: &Scope) -> bool {
        let by_name = !matches!(scope, Scope::Namespaces(patterns) if !patterns.are_names());
        self.stale.load(Ordering::Relaxed) && (by_name || self.seen().is_some())
    }

    fn refusals(&self) -> MutexGuard<'_, BTreeMap<String, Resource>> {
        self.denied.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The lists of the whole cluster that are refused, and of what they are.
    pub(super) fn denied(&self) -> BTreeMap<String, Resource> {
        self.refusals().clone()
    }

    /// A list of the whole cluster is refused.
    pub(super) fn deny(&self, path: String, resource: Resource) {
        self.refusals().insert(path, resource);
        self.look_again();
    }

    /// Nothing is refused any more; answers whether anything was.
    pub(super) fn allow(&self) -> bool {
        !std::mem::take(&mut *self.refusals()).is_empty()
    }

    fn seen(&self) -> MutexGuard<'_, Option<BTreeSet<String>>> {
        self.namespaces.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The namespaces that match.
    pub(super) fn namespaces(&self) -> BTreeSet<String> {
        self.seen().clone().unwrap_or_default()
    }

    /// These are all that match.
    pub(super) fn set_namespaces(&self, found: BTreeSet<String>) {
        let mut seen = self.seen();
        if seen.as_ref() != Some(&found) {
            *seen = Some(found);
            self.changed.notify_one();
        }
    }

    /// There is this one, too.
    pub(super) fn appear(&self, name: String) {
        if self.seen().get_or_insert_default().insert(name) {
            self.changed.notify_one();
        }
    }

    /// This one is no more.
    pub(super) fn vanish(&self, name: &str) {
        if self.seen().get_or_insert_default().remove(name) {
            self.changed.notify_one();
        }
    }
}
