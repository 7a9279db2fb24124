//! What an operator keeps in memory of objects by now.

use std::{fmt, sync::Arc};

use crate::io::Io;

/// Counts what an operator keeps in memory of objects, for as long as it is there. Cheap to clone.
#[derive(Clone)]
pub struct Census(Arc<Io>);

/// What an operator keeps in memory of objects by now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Held {
    /// Objects of which anything is kept.
    pub objects: usize,
    /// Objects that have daemons or timers, waiting ones too.
    pub accompanied: usize,
    /// Attempts of daemons and timers that are under way.
    pub running: usize,
}

impl Census {
    pub(crate) fn of(io: Arc<Io>) -> Census {
        Census(io)
    }

    /// Counts.
    pub fn held(&self) -> Held {
        let (accompanied, running) = self.0.background.count();
        Held { objects: self.0.queue.count(), accompanied, running }
    }
}

impl fmt::Debug for Census {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.held().fmt(formatter)
    }
}
