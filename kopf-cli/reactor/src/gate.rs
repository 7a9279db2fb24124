//! Where the operator may work now: closed while somebody else goes first, and until it is known whether somebody does.

use kopf_core::peering::Pause;
use tokio::sync::watch;

use crate::source::Source;

/// What the gate is set to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum State {
    /// Nobody has looked yet who else is there: it is closed.
    Unknown,
    /// It is closed where the pause holds.
    Known(Pause),
}

/// The gate.
#[derive(Debug)]
pub(crate) struct Gate(watch::Sender<State>);

impl State {
    /// Whether it is closed for what is watched in a namespace, or in the whole cluster.
    pub(crate) fn is_closed(&self, namespace: Option<&str>) -> bool {
        match self {
            State::Unknown => true,
            State::Known(pause) => pause.holds(namespace),
        }
    }
}

impl Gate {
    /// A gate that nobody has opened yet.
    pub(crate) fn new() -> Gate {
        Gate(watch::Sender::new(State::Unknown))
    }

    /// Sets it; answers whether that is a change.
    pub(crate) fn set(&self, state: &State) -> bool {
        self.0.send_if_modified(|old| {
            let is_changed = old != state;
            old.clone_from(state);
            is_changed
        })
    }

    /// Whether nobody is to work on what comes from the source.
    pub(crate) fn is_closed(&self, source: &Source) -> bool {
        self.0.borrow().is_closed(source.namespace.as_deref())
    }

    /// Ends when it is open for the source.
    pub(crate) async fn opens(&self, source: &Source) {
        self.wait(|state| !state.is_closed(source.namespace.as_deref())).await;
    }

    /// Ends when it is closed for the source.
    pub(crate) async fn closes(&self, source: &Source) {
        self.wait(|state| state.is_closed(source.namespace.as_deref())).await;
    }

    /// Ends when it is known who else is there.
    pub(crate) async fn is_known(&self) {
        self.wait(|state| *state != State::Unknown).await;
    }

    async fn wait(&self, wanted: impl FnMut(&State) -> bool) {
        // The sender is ours, so it does not go away.
        let _ = self.0.subscribe().wait_for(wanted).await;
    }
}
