//! Threads for handlers that block: a bounded number of them, started when needed and ended when idle.

use std::{
    collections::VecDeque,
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

/// How long a thread waits for work before it ends.
const IDLE: Duration = Duration::from_secs(10);

type Job = Box<dyn FnOnce() + Send>;

/// A bounded number of threads. Those that are idle end when it is dropped; those that run a job end after it.
pub(crate) struct Pool {
    shared: Arc<Shared>,
}

struct Shared {
    state: Mutex<State>,
    work: Condvar,
}

#[derive(Default)]
struct State {
    /// The most threads.
    size: usize,
    queue: VecDeque<(u64, Job)>,
    last: u64,
    started: usize,
    threads: usize,
    idle: usize,
    closed: bool,
}

impl Pool {
    /// At most `size` threads, at least one.
    pub(crate) fn new(size: usize) -> Pool {
        let state = Mutex::new(State { size: size.max(1), ..State::default() });
        Pool { shared: Arc::new(Shared { state, work: Condvar::new() }) }
    }

    /// At most `size` threads from now on, at least one. Those that are more end when they have no work.
    pub(crate) fn resize(&self, size: usize) {
        self.shared.lock().size = size.max(1);
    }

    /// Runs a job as soon as a thread is free. Answers its ticket.
    ///
    /// # Errors
    ///
    /// When there is no thread at all, and none can be started.
    pub(crate) fn run(&self, job: Job) -> io::Result<u64> {
        let mut state = self.shared.lock();
        state.last += 1;
        let ticket = state.last;
        state.queue.push_back((ticket, job));
        if state.queue.len() > state.idle && state.threads < state.size {
            state.started += 1;
            let shared = self.shared.clone();
            let name = format!("kopf-sync-{}", state.started);
            match thread::Builder::new().name(name).spawn(move || shared.work()) {
                Ok(_) => state.threads += 1,
                Err(error) if state.threads == 0 => {
                    state.queue.pop_back();
                    return Err(error);
                }
                Err(_) => {}
            }
        }
        drop(state);
        self.shared.work.notify_one();
        Ok(ticket)
    }

    /// Takes a job back. Answers whether it had not begun.
    pub(crate) fn withdraw(&self, ticket: u64) -> bool {
        let mut state = self.shared.lock();
        let place = state.queue.iter().position(|(queued, _)| *queued == ticket);
        let job = place.and_then(|place| state.queue.remove(place));
        drop(state);
        job.is_some()
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.shared.lock().closed = true;
        self.shared.work.notify_all();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The life of a thread.
    fn work(&self) {
        let mut state = self.lock();
        loop {
            if let Some((_, job)) = state.queue.pop_front() {
                drop(state);
                if let Err(payload) = catch_unwind(AssertUnwindSafe(job)) {
                    // Dropping the payload might panic again.
                    std::mem::forget(payload);
                }
                state = self.lock();
                continue;
            }
            if state.closed {
                break;
            }
            state.idle += 1;
            let (after, waited) = self.work.wait_timeout(state, IDLE).unwrap_or_else(PoisonError::into_inner);
            state = after;
            state.idle -= 1;
            if waited.timed_out() && state.queue.is_empty() {
                break;
            }
        }
        state.threads -= 1;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    /// Lets jobs run on a pool that tell when they begin and wait to be let go; answers who has begun, in order.
    struct Jobs {
        begun: (mpsc::Sender<usize>, mpsc::Receiver<usize>),
        gates: Vec<mpsc::Sender<()>>,
    }

    impl Jobs {
        fn new() -> Jobs {
            Jobs { begun: mpsc::channel(), gates: vec![] }
        }

        fn add(&mut self, pool: &Pool) -> u64 {
            let (gate, wait) = mpsc::channel();
            let (number, begun) = (self.gates.len(), self.begun.0.clone());
            self.gates.push(gate);
            let job = move || {
                begun.send(number).unwrap();
                let _ = wait.recv();
            };
            pool.run(Box::new(job)).unwrap()
        }

        fn next(&self) -> usize {
            self.begun.1.recv().unwrap()
        }
    }

    #[test]
    fn jobs_run_side_by_side_up_to_the_size_and_then_in_turn() {
        let pool = Pool::new(2);
        let mut jobs = Jobs::new();
        let _tickets: Vec<_> = (0..4).map(|_| jobs.add(&pool)).collect();
        let mut first = [jobs.next(), jobs.next()];
        first.sort_unstable();
        assert_eq!(first, [0, 1]);
        assert!(jobs.begun.1.try_recv().is_err());
        jobs.gates[0].send(()).unwrap();
        assert_eq!(jobs.next(), 2);
        jobs.gates[2].send(()).unwrap();
        assert_eq!(jobs.next(), 3);
        assert_eq!(pool.shared.lock().threads, 2);
    }

    #[test]
    fn a_job_that_has_not_begun_can_be_withdrawn() {
        let pool = Pool::new(1);
        let mut jobs = Jobs::new();
        let tickets: Vec<_> = (0..3).map(|_| jobs.add(&pool)).collect();
        assert_eq!(jobs.next(), 0);
        assert!(pool.withdraw(tickets[1]));
        assert!(!pool.withdraw(tickets[0]), "it has begun");
        assert!(!pool.withdraw(tickets[1]), "it is gone");
        jobs.gates[0].send(()).unwrap();
        assert_eq!(jobs.next(), 2);
    }

    #[test]
    fn a_job_that_panics_leaves_its_thread_to_the_next() {
        let pool = Pool::new(1);
        pool.run(Box::new(|| std::panic::resume_unwind(Box::new("quietly")))).unwrap();
        let mut jobs = Jobs::new();
        jobs.add(&pool);
        assert_eq!(jobs.next(), 0);
    }
}
