//! Which daemon or timer a plugin asks about: it knows an attempt by its number alone.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use kopf_reactor::Life;

/// The daemons and timers of one host that run.
#[derive(Debug, Default)]
pub(crate) struct Lives(Mutex<HashMap<u64, Arc<Life>>>);

/// One that is known until this is dropped.
pub(crate) struct Lived {
    lives: Arc<Lives>,
    number: u64,
}

impl Lives {
    fn known(&self) -> MutexGuard<'_, HashMap<u64, Arc<Life>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes one known by its number.
    pub(crate) fn enter(self: &Arc<Self>, number: u64, life: Arc<Life>) -> Lived {
        self.known().insert(number, life);
        Lived { lives: self.clone(), number }
    }

    /// The one with this number, if the attempt is one of a daemon or a timer and has not ended.
    pub(crate) fn find(&self, number: u64) -> Option<Arc<Life>> {
        self.known().get(&number).cloned()
    }
}

impl Drop for Lived {
    fn drop(&mut self) {
        let ended = self.lives.known().remove(&self.number);
        drop(ended);
    }
}
