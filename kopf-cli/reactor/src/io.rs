//! What every task of the operator shares.

use std::{
    collections::BTreeSet,
    hash::{BuildHasher, Hasher, RandomState},
    sync::{Arc, Mutex, PoisonError},
};

use jiff::Timestamp;
use kopf_core::identity::Identity;

use crate::{
    Clock, Cluster, Invoker, Settings,
    background::Tasks,
    complaints::Complaints,
    gate::{Gate, State},
    health::Health,
    peering::Peerings,
    posting::Mailbox,
    queue::Queue,
    source::Source,
};

/// What every task of the operator shares.
pub(crate) struct Io {
    pub(crate) cluster: Arc<dyn Cluster>,
    pub(crate) invoker: Arc<dyn Invoker>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) identity: Arc<Identity>,
    pub(crate) settings: Settings,
    pub(crate) queue: Queue,
    pub(crate) background: Tasks,
    pub(crate) health: Health,
    pub(crate) mailbox: Mailbox,
    pub(crate) complaints: Complaints,
    /// Results that the server drops, by resource and handler: they are not sent again.
    pub(crate) pruned: Pruned,
    /// Where we may work now.
    pub(crate) gate: Gate,
    /// Who decides that.
    pub(crate) peerings: Peerings,
    pub(crate) started_at: Timestamp,
}

impl Io {
    /// Opens and closes the gate, and gives objects their turns accordingly.
    pub(crate) fn set_gate(&self, state: &State) {
        if self.gate.set(state) {
            self.queue.pause(state);
            let is_closed = |source: &Source| state.is_closed(source.namespace.as_deref());
            for key in self.background.pause(is_closed, self.clock.now()) {
                self.queue.wake(&key);
            }
        }
    }
}

/// Results that the server drops.
#[derive(Debug, Default)]
pub(crate) struct Pruned(Mutex<BTreeSet<(String, String)>>);

impl Pruned {
    fn set(&self) -> std::sync::MutexGuard<'_, BTreeSet<(String, String)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Remembers one; answers whether it is new.
    pub(crate) fn add(&self, resource: &str, handler: &str) -> bool {
        self.set().insert((resource.to_owned(), handler.to_owned()))
    }

    pub(crate) fn has(&self, resource: &str, handler: &str) -> bool {
        let set = self.set();
        !set.is_empty() && set.contains(&(resource.to_owned(), handler.to_owned()))
    }

    /// The definition of this name, such as `pods.example.com`, has changed: what was dropped may be kept now.
    pub(crate) fn forget(&self, definition: &str) {
        let is_defined_there = |resource: &str| {
            let (plural, versioned) = resource.split_once('.')?;
            let (_, group) = versioned.split_once('.')?;
            Some(definition.strip_prefix(plural)?.strip_prefix('.')? == group)
        };
        self.set().retain(|(resource, _)| is_defined_there(resource) != Some(true));
    }

    /// Any definition may have changed.
    pub(crate) fn clear(&self) {
        self.set().clear();
    }
}

/// A number by chance, for what must only not be the same everywhere at once.
pub(crate) fn lot() -> u64 {
    RandomState::new().build_hasher().finish()
}

/// A chance from 0.0 to 1.0, of the same kind.
pub(crate) fn chance() -> f64 {
    (lot() >> 11) as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_dropped_is_forgotten_with_its_own_definition_alone() {
        let pruned = Pruned::default();
        let resources = ["kexes.v1.zalando.org", "kexes.v2.zalando.org", "kexes.v1.example.org", "pods.v1"];
        for resource in resources {
            assert!(pruned.add(resource, "fn"));
        }
        pruned.forget("kexes.zalando.org");
        assert_eq!(resources.map(|resource| pruned.has(resource, "fn")), [false, false, true, true]);
    }
}
