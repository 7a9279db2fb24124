//! A list that grows while a test looks on, and that a test can wait for.

use kopf_control_plane::DEADLINE;
use std::fmt::Debug;
use tokio::sync::watch;

/// What has happened so far, in order.
#[derive(Debug)]
pub(crate) struct Record<T>(watch::Sender<Vec<T>>);

impl<T: Clone + Debug> Record<T> {
    pub(crate) fn new() -> Record<T> {
        Record(watch::Sender::new(Vec::new()))
    }

    /// Appends one entry and returns its position.
    pub(crate) fn push(&self, entry: T) -> usize {
        let mut position = 0;
        self.0.send_modify(|entries| {
            position = entries.len();
            entries.push(entry);
        });
        position
    }

    /// Changes an entry in place.
    pub(crate) fn amend(&self, position: usize, change: impl FnOnce(&mut T)) {
        self.0.send_modify(|entries| change(&mut entries[position]));
    }

    /// All entries so far.
    pub(crate) fn all(&self) -> Vec<T> {
        self.0.borrow().clone()
    }

    /// Waits until the entries are as `wanted` says and returns them; fails the test with `what` after [`DEADLINE`].
    pub(crate) async fn until(&self, what: &str, wanted: impl Fn(&[T]) -> bool) -> Vec<T> {
        let mut reader = self.0.subscribe();
        match tokio::time::timeout(DEADLINE, reader.wait_for(|entries| wanted(entries))).await {
            Ok(entries) => entries.expect("the sender lives in self").clone(),
            Err(_) => panic!("waited {DEADLINE:?} in vain for {what}; so far: {:#?}", self.all()),
        }
    }
}
