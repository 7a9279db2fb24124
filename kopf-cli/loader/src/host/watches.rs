//! The watches that plugins have open: numbered, few, and closed with the calls that they belong to.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use kopf_reactor::cluster::Lines;

use crate::spans;

/// How many watches one call may have open. Each is a connection that the operator shares.
const PER_CALL: usize = 16;

/// How many there may be of all calls, and of tasks that outlive theirs.
const IN_ALL: usize = 256;

/// Watches whose next event nobody waits for right now.
#[derive(Default)]
pub(super) struct Watches(Mutex<State>);

#[derive(Default)]
struct State {
    last: u64,
    open: HashMap<u64, (u64, Lines)>,
}

impl Watches {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a call may begin one more.
    pub(super) fn check(&self, span: u64) -> Result<(), String> {
        let state = self.state();
        let of_call = state.open.values().filter(|(owner, _)| span != 0 && *owner == span).count();
        match (of_call >= PER_CALL, state.open.len() >= IN_ALL) {
            (true, _) => Err(format!(
                "{PER_CALL} watches of this call are open, which is all that one may have: end some"
            )),
            (_, true) => {
                Err(format!("{IN_ALL} watches of handlers are open, which is all there may be: end some"))
            }
            (false, false) => Ok(()),
        }
    }

    /// Keeps a watch until it is gone on with, or its call ends. Answers its number; zero if its call has ended already.
    pub(super) fn keep(&self, number: Option<u64>, span: u64, lines: Lines) -> u64 {
        if span != 0 && !spans::is_live(span) {
            return 0;
        }
        let mut state = self.state();
        let number = number.unwrap_or_else(|| {
            state.last += 1;
            state.last
        });
        state.open.insert(number, (span, lines));
        number
    }

    /// Takes a watch out, to go on with it or to let go of it.
    pub(super) fn take(&self, number: u64) -> Result<(u64, Lines), String> {
        let taken = self.state().open.remove(&number);
        taken.ok_or_else(|| format!("there is no watch {number}: its call has ended, or it is waited for"))
    }

    /// Closes what a call has left open.
    pub(super) fn close_all_of(&self, span: u64) {
        let mut state = self.state();
        let closed: Vec<_> = state.open.extract_if(|_, (owner, _)| *owner == span).collect();
        drop(state);
        // A connection is closed outside of the lock.
        drop(closed);
    }
}

#[cfg(test)]
mod tests {
    use futures::{StreamExt, stream};

    use super::*;
    use crate::spans::{Label, Span};

    fn call() -> Span {
        Span::open(Label { object: "n/o".to_owned(), handler: "h".to_owned() })
    }

    fn lines() -> Lines {
        stream::pending().boxed()
    }

    #[test]
    fn a_watch_ends_with_its_call() {
        let (watches, first, second) = (Watches::default(), call(), call());
        let of_first = watches.keep(None, first.number(), lines());
        let of_second = watches.keep(None, second.number(), lines());
        watches.close_all_of(first.number());
        assert!(watches.take(of_first).is_err());
        assert!(watches.take(of_second).is_ok());
        assert!(watches.take(of_second).is_err(), "it is waited for");
        let ended = second.number();
        drop(second);
        assert_eq!(watches.keep(Some(of_second), ended, lines()), 0);
    }

    #[test]
    fn a_call_has_few_watches() {
        let (watches, call) = (Watches::default(), call());
        for _ in 0..PER_CALL {
            watches.check(call.number()).unwrap();
            watches.keep(None, call.number(), lines());
        }
        assert!(watches.check(call.number()).unwrap_err().contains("end some"));
        assert!(watches.check(0).is_ok());
        (PER_CALL..IN_ALL).for_each(|_| assert_ne!(watches.keep(None, 0, lines()), 0));
        assert!(watches.check(0).is_err());
    }
}
