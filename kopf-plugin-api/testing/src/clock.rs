//! A time of the test's own: it moves only when it is told to, and only while nothing is under way.
//!
//! The runtime of a test has one thread. Where that is about to park, no task can go on: each waits for a timer of this
//! clock, for a handler on a thread of its own, or for the test. If each handler that is under way has a timer to wait
//! for, time may move. One that waits for something else, with a time limit, counts as such where the test lets time go.

use std::{
    cell::Cell,
    collections::BTreeMap,
    future::poll_fn,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
    time::Duration,
};

use futures::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use kopf_reactor::clock::Pause;

/// The clock of a test. Cheap to clone; all clones are one clock.
#[derive(Clone)]
pub struct VirtualClock(Arc<Mutex<State>>);

struct State {
    now: Timestamp,
    /// How far the test lets time go.
    limit: Timestamp,
    /// Whether it lets time go at all.
    moves: bool,
    timers: BTreeMap<(Timestamp, u64), Alarm>,
    number: u64,
    /// Handlers that have not answered.
    under_way: BTreeMap<u64, Work>,
    test: Test,
}

/// A timer that has not fired.
struct Alarm {
    waker: Waker,
    /// The handler that sleeps until then, itself or in one of its tasks.
    sleeper: Option<u64>,
    is_limit: bool,
}

/// A handler that has not answered.
struct Work {
    what: String,
    /// The timers that it has begun, and that have not fired.
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

impl State {
    /// Lets go of a timer, of whose handler it is not known any more that it sleeps.
    fn end(&mut self, alarm: Alarm) -> Waker {
        if let Some(work) = alarm.sleeper.and_then(|sleeper| self.under_way.get_mut(&sleeper)) {
            *work.timers(alarm.is_limit) -= 1;
        }
        alarm.waker
    }
}

thread_local! {
    /// The handler that is being polled, or begun.
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
                    let alarm = timer.remove();
                    // Its task may be on another thread, and is at work from now on.
                    wakers.push(state.end(alarm));
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
    /// Begins what the handler does, and waits for it. Where it sleeps, time may go on.
    pub(crate) fn over<T: 'static>(
        self,
        begin: impl FnOnce() -> BoxFuture<'static, T>,
    ) -> BoxFuture<'static, T> {
        let mut work = self.named(begin);
        Box::pin(poll_fn(move |context| self.named(|| work.as_mut().poll(context))))
    }

    fn named<R>(&self, work: impl FnOnce() -> R) -> R {
        let before = POLLED.replace(Some(self.1));
        let done = work();
        POLLED.set(before);
        done
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
    /// The handler that sleeps, if it is known from the beginning.
    sleeper: Option<u64>,
    is_limit: bool,
}

impl Timer {
    fn set(clock: &VirtualClock, at: Timestamp) -> BoxFuture<'static, ()> {
        Box::pin(Timer { clock: clock.clone(), at, number: None, sleeper: None, is_limit: false })
    }

    fn end(&mut self, state: &mut State) {
        if let Some(alarm) = self.number.take().and_then(|number| state.timers.remove(&(self.at, number))) {
            state.end(alarm);
        }
    }
}

impl Future for Timer {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let clock = self.clock.clone();
        let mut state = clock.state();
        if state.now >= self.at {
            self.end(&mut state);
            return Poll::Ready(());
        }
        let waker = context.waker().clone();
        if let Some(alarm) = self.number.and_then(|number| state.timers.get_mut(&(self.at, number))) {
            alarm.waker = waker;
            return Poll::Pending;
        }
        let is_limit = self.is_limit;
        let sleeper = self.sleeper.or(POLLED.get()).filter(|sleeper| state.under_way.contains_key(sleeper));
        if let Some(work) = sleeper.and_then(|sleeper| state.under_way.get_mut(&sleeper)) {
            *work.timers(is_limit) += 1;
        }
        state.number += 1;
        let number = state.number;
        self.number = Some(number);
        state.timers.insert((self.at, number), Alarm { waker, sleeper, is_limit });
        // A task on another thread has nothing left to do, and the test's thread may have parked before that.
        if let Test::Waits(test) = &state.test {
            test.wake_by_ref();
        }
        Poll::Pending
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        let clock = self.clock.clone();
        self.end(&mut clock.state());
    }
}

impl kopf_reactor::Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        self.time()
    }

    fn sleep_until(&self, moment: Timestamp) -> BoxFuture<'static, ()> {
        Timer::set(self, moment)
    }

    fn sleeper(&self) -> u64 {
        POLLED.get().unwrap_or_default()
    }

    fn pause(&self, pause: Pause) -> BoxFuture<'static, ()> {
        let at = kopf_reactor::clock::after(self.time(), pause.span);
        let sleeper = Some(pause.sleeper).filter(|sleeper| *sleeper != 0);
        Box::pin(Timer { clock: self.clone(), at, number: None, sleeper, is_limit: pause.is_limit })
    }
}

impl kopf_sandbox::Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        self.time()
    }

    fn sleep_until(&self, deadline: Timestamp) -> BoxFuture<'static, ()> {
        Timer::set(self, deadline)
    }
}
