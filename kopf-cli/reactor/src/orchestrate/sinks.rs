//! What watches see goes on from here: objects to the queue, and word of changed definitions to the orchestration.

use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use bytes::Bytes;
use futures::{FutureExt, future::BoxFuture};
use kopf_core::{
    namespaces::Patterns,
    object::{Error as Odd, Header},
};
use tracing::{debug, info, warn};

use super::Signals;
use crate::{Scope, cluster::Error, io::Io, queue::Sight, rights::right, source::Source, watch::Sink};

/// Objects go to the queue.
pub(super) struct Objects {
    pub(super) io: Arc<Io>,
    pub(super) source: Arc<Source>,
    pub(super) signals: Arc<Signals>,
    /// It was listed once, so it may be.
    pub(super) listed: AtomicBool,
}

impl Sink for Objects {
    fn begin(&self) {
        self.io.queue.begin_list(&self.source);
    }

    fn see<'a>(&'a self, sight: Sight, header: Result<Header, Odd>, raw: Bytes) -> BoxFuture<'a, ()> {
        async move {
            match header {
                Ok(header) => {
                    self.io.background.see(&self.source, &header, &raw);
                    self.io.queue.offer(&self.source, header, sight, raw).await;
                }
                Err(error) => {
                    let trouble = format!("odd {}", self.source);
                    if self.io.complaints.is_due(&trouble, self.io.clock.now()) {
                        warn!("An object of {} is passed over: {error}", self.source);
                    }
                }
            }
        }
        .boxed()
    }

    fn complete(&self) {
        self.listed.store(true, Ordering::Relaxed);
        if self.io.complaints.is_over(&self.right()) {
            info!("Allowed to list {} now: its objects are handled.", self.source);
        }
        let count = self.io.queue.complete_list(&self.source);
        debug!("{} has {count} objects.", self.source);
    }

    fn refused(&self, error: &Error) -> bool {
        if error.code().is_some() && self.io.queue.indexes.refused(self.source.id, self.io.clock.now()) {
            let served = self.source.served();
            let ids: Vec<&str> = served.indexers().map(|handler| handler.id.as_str()).collect();
            warn!(
                "Cannot list {}, so handlers are called without what {} would hold of them: {error}",
                self.source,
                ids.join(", ")
            );
        }
        let everywhere = self.source.namespace.is_none() && self.source.served().resource.namespaced;
        let may_narrow = everywhere && self.io.settings.scope == Scope::Default;
        match error.code() {
            // What was allowed before is refused for a while, as by a server that has just started.
            Some(403) if may_narrow && !self.listed.load(Ordering::Relaxed) => {
                // Who orchestrates tells of it, with all else that is refused.
                self.signals.deny(self.source.path(), self.source.served().resource.clone());
                true
            }
            Some(403) => {
                if self.io.complaints.is_due_hourly(&self.right(), self.io.clock.now()) {
                    warn!(
                        "Not allowed to list and watch {}, so that its objects are not handled; allow {}: {error}",
                        self.source,
                        right(&["list", "watch"], &self.source.served().resource)
                    );
                }
                true
            }
            // The resource may be no more.
            Some(404) => {
                self.signals.look_again();
                true
            }
            _ => false,
        }
    }
}

impl Objects {
    /// The right to see them, as it is complained about.
    fn right(&self) -> String {
        format!("right to see {}", self.source)
    }
}

/// A change of definitions makes the orchestration look again.
pub(super) struct Definitions {
    pub(super) io: Arc<Io>,
    pub(super) signals: Arc<Signals>,
    pub(super) listed: AtomicBool,
}

impl Sink for Definitions {
    fn begin(&self) {
        self.listed.store(false, Ordering::Relaxed);
    }

    fn see<'a>(&'a self, _sight: Sight, header: Result<Header, Odd>, _raw: Bytes) -> BoxFuture<'a, ()> {
        if self.listed.load(Ordering::Relaxed) {
            if let Ok(definition) = header {
                self.io.pruned.forget(&definition.name);
            }
            self.signals.look_again();
        }
        futures::future::ready(()).boxed()
    }

    fn complete(&self) {
        self.listed.store(true, Ordering::Relaxed);
        self.signals.blind.store(false, Ordering::Relaxed);
        // What was defined between the last look and this list is seen by nobody else.
        self.io.pruned.clear();
        self.signals.look_again();
    }

    fn refused(&self, error: &Error) -> bool {
        let denied = error.code() == Some(403);
        if self.listed.load(Ordering::Relaxed) && !denied {
            // The watch goes on from where it is, and misses nothing.
            return false;
        }
        if !self.signals.blind.swap(true, Ordering::Relaxed) {
            if denied {
                warn!(
                    "Not allowed to watch custom resource definitions: what is defined later is found within a minute; allow `list` and `watch` of customresourcedefinitions in the API group apiextensions.k8s.io to find it at once"
                );
            }
            self.signals.look_again();
        }
        denied
    }
}

/// Namespaces that match are served.
pub(super) struct Namespaces {
    pub(super) io: Arc<Io>,
    pub(super) signals: Arc<Signals>,
    pub(super) patterns: Patterns,
    /// What a list has shown so far.
    pub(super) listing: Mutex<BTreeSet<String>>,
}

impl Namespaces {
    fn listing(&self) -> std::sync::MutexGuard<'_, BTreeSet<String>> {
        self.listing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sink for Namespaces {
    fn begin(&self) {
        self.listing().clear();
    }

    fn see<'a>(&'a self, sight: Sight, header: Result<Header, Odd>, _raw: Bytes) -> BoxFuture<'a, ()> {
        if let Ok(header) = header
            && self.patterns.matches(&header.name)
        {
            let name = header.name.to_string();
            // One that is going is served until it is gone: objects in it wait for their finalizers.
            match sight {
                Sight::Listed => drop(self.listing().insert(name)),
                Sight::Added | Sight::Modified => self.signals.appear(name),
                Sight::Deleted => self.signals.vanish(&name),
            }
        }
        futures::future::ready(()).boxed()
    }

    fn complete(&self) {
        self.signals.set_namespaces(std::mem::take(&mut *self.listing()));
    }

    fn refused(&self, error: &Error) -> bool {
        if error.code() != Some(403) {
            return false;
        }
        if self.io.complaints.is_due_hourly("namespaces", self.io.clock.now()) {
            let names: Vec<&str> = self.patterns.names().collect();
            let instead = if names.is_empty() {
                "none is".to_owned()
            } else {
                format!("served are {}", names.join(", "))
            };
            warn!(
                "Not allowed to list namespaces, so that those which match are not known, and {instead}; allow `list` and `watch` of \
                 namespaces in the core API group, or give names with -n: {error}"
            );
        }
        self.signals.set_namespaces(BTreeSet::new());
        true
    }
}
