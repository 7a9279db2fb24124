//! A time of the test's own: it moves only when it is told to, and only while nothing is under way.
//!
//! The runtime of a test has one thread. Where that is about to park, no task can go on: each waits for a timer of this
//! clock, for a handler on a thread of its own, or for the test. If each handler that is under way has a timer to wait
//! for, time may move. One that waits for something else, with a time limit, counts as such where the test lets time go.

use std::{
    cell::Cell,
    collections::BTreeMap,
    future::poll_fn,
    pin::{Pin, pin},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
    time::Duration,
};

use futures::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};

/// The clock of a test. Cheap to clone; all clones are one clock.
#[derive(Clone)]
pub struct VirtualClock(Arc<Mutex<State>>);

struct State {
    now: Timestamp,
    /// How far the test lets time go.
    limit: Timestamp,
    /// Whether it lets time go at all.
    moves: bool,
    timers: BTreeMap<(Timestamp, u64), Waker>,
    number: u64,
    /// Handlers that have not answered.
    under_way: BTreeMap<u64, Work>,
    test: Test,
}

/// A handler that has not answered.
struct Work {
    what: String,
    /// The timers that it has begun, and that have not ended.
    sleeps: usize,
    /// Those with which it waits for something else, and no longer than that.
    limits: usize,
}

impl Work {
    /// Whether it waits for time: for what a time limit is set to, only where the test lets time go.
    fn is_asleep(&self, moves: bool) -> bool {
        self.sleeps > 0 || (moves && self.limits > 0)
    }

    fn timers(&mut self, are_limits: bool) -> &mut usize {
        if are_limits { &mut self.limits } else { &mut self.sleeps }
    }
}

thread_local! {
    /// The handler that is being polled.
    static POLLED: Cell<Option<u64>> = const { Cell::new(None) };
}

/// What the test does.
enum Test {
    /// Something else than to wait for this clock.
    Elsewhere,
    /// It waits until nothing is under way and time has come to its limit.
    Waits(Waker),
    /// It may go on.
    Settled,
}

impl VirtualClock {
    /// A clock that stands at a moment.
    pub fn at(now: Timestamp) -> VirtualClock {
        let state = State {
            now,
            limit: now,
            moves: false,
            timers: BTreeMap::new(),
            number: 0,
            under_way: BTreeMap::new(),
            test: Test::Elsewhere,
        };
        VirtualClock(Arc::new(Mutex::new(state)))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The moment it is.
    pub fn time(&self) -> Timestamp {
        self.state().now
    }

    /// The handlers that have not answered, as `handler of object`.
    pub fn under_way(&self) -> Vec<String> {
        self.state().under_way.values().map(|work| work.what.clone()).collect()
    }

    /// Lets time go on for a span, timer by timer, and ends once nothing is left to do by then.
    pub(crate) fn advance(&self, span: Duration) -> Settling {
        let mut state = self.state();
        state.moves = !span.is_zero();
        let span = SignedDuration::try_from(span).unwrap_or(SignedDuration::MAX);
        state.limit = state.now.checked_add(span).unwrap_or(Timestamp::MAX);
        Settling(self.clone())
    }

    /// Counts a handler as under way until the guard is dropped.
    pub(crate) fn begin(&self, what: String) -> UnderWay {
        let mut state = self.state();
        state.number += 1;
        let number = state.number;
        state.under_way.insert(number, Work { what, sleeps: 0, limits: 0 });
        UnderWay(self.clone(), number)
    }

    /// The test's thread is about to park: no task can go on by itself.
    pub(crate) fn parks(&self) {
        let mut wakers = vec![];
        let mut state = self.state();
        let is_at_work = state.under_way.values().any(|work| !work.is_asleep(state.moves));
        if is_at_work || !matches!(state.test, Test::Waits(_)) {
            return;
        }
        let next = state.timers.first_key_value().map(|((at, _), _)| *at);
        match next.filter(|at| *at <= state.limit) {
            Some(at) => {
                state.now = state.now.max(at);
                while let Some(timer) = state.timers.first_entry().filter(|timer| timer.key().0 <= at) {
                    wakers.push(timer.remove());
                }
            }
            None => {
                state.now = state.limit;
                if let Test::Waits(waker) = std::mem::replace(&mut state.test, Test::Settled) {
                    wakers.push(waker);
                }
            }
        }
        drop(state);
        wakers.into_iter().for_each(Waker::wake);
    }
}

/// A handler that has not answered.
pub(crate) struct UnderWay(VirtualClock, u64);

impl UnderWay {
    /// Waits for what the handler does. Where it sleeps, time may go on.
    pub(crate) async fn over<T>(self, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        poll_fn(|context| {
            let before = POLLED.replace(Some(self.1));
            let polled = work.as_mut().poll(context);
            POLLED.set(before);
            polled
        })
        .await
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.state().under_way.remove(&self.1);
    }
}

/// Ends once nothing is under way, and time has come to where the test lets it.
pub(crate) struct Settling(VirtualClock);

impl Future for Settling {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut state = self.0.state();
        if matches!(state.test, Test::Settled) {
            state.test = Test::Elsewhere;
            return Poll::Ready(());
        }
        state.test = Test::Waits(context.waker().clone());
        Poll::Pending
    }
}

/// A timer.
struct Timer {
    clock: VirtualClock,
    at: Timestamp,
    number: Option<u64>,
    /// The handler that sleeps.
    sleeper: Option<u64>,
    is_limit: bool,
}

impl Timer {
    fn set(clock: &VirtualClock, at: Timestamp, is_limit: bool) -> BoxFuture<'static, ()> {
        Box::pin(Timer { clock: clock.clone(), at, number: None, sleeper: None, is_limit })
    }

    fn end(&mut self) {
        let mut state = self.clock.state();
        if let Some(number) = self.number.take() {
            state.timers.remove(&(self.at, number));
        }
        if let Some(work) = self.sleeper.take().and_then(|sleeper| state.under_way.get_mut(&sleeper)) {
            *work.timers(self.is_limit) -= 1;
        }
    }
}

impl Future for Timer {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let clock = self.clock.clone();
        let mut state = clock.state();
        if state.now >= self.at {
            drop(state);
            self.end();
            return Poll::Ready(());
        }
        if self.number.is_none()
            && let Some((polled, work)) =
                POLLED.get().and_then(|polled| Some((polled, state.under_way.get_mut(&polled)?)))
        {
            *work.timers(self.is_limit) += 1;
            self.sleeper = Some(polled);
        }
        let number = *self.number.get_or_insert_with(|| {
            state.number += 1;
            state.number
        });
        state.timers.insert((self.at, number), context.waker().clone());
        Poll::Pending
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        self.end();
    }
}

impl kopf_reactor::Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        self.time()
    }

    fn sleep_until(&self, moment: Timestamp) -> BoxFuture<'static, ()> {
        Timer::set(self, moment, false)
    }

    fn limit(&self, span: Duration) -> BoxFuture<'static, ()> {
        Timer::set(self, kopf_reactor::clock::after(self.time(), span), true)
    }
}

impl kopf_sandbox::Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        self.time()
    }

    fn sleep_until(&self, deadline: Timestamp) -> BoxFuture<'static, ()> {
        Timer::set(self, deadline, false)
    }
}
