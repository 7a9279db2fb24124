//! SIGINT and SIGTERM: the first one stops a command, or the operator that it runs; the second one ends the process, as does one
//! that comes while the first one has not been taken yet, or when the command has ended and something holds the process still.

use std::{fmt, future::Future, io, mem, panic, thread};

use tokio::{
    runtime,
    signal::unix::{self, SignalKind},
    sync::{mpsc, oneshot},
    task,
};

/// A signal that means: stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// Ctrl-C.
    Interrupt,
    /// What Kubernetes sends first.
    Terminate,
}

impl Signal {
    /// The exit code of a process that such a signal ends: 128 and the signal's number, as shells have it.
    pub fn exit_code(self) -> u8 {
        match self {
            Signal::Interrupt => 130,
            Signal::Terminate => 143,
        }
    }

    /// Whether a process with this exit code was ended by such a signal.
    pub fn is_exit_code(code: u8) -> bool {
        [Signal::Interrupt, Signal::Terminate].iter().any(|signal| signal.exit_code() == code)
    }
}

impl fmt::Display for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Signal::Interrupt => "SIGINT",
            Signal::Terminate => "SIGTERM",
        })
    }
}

/// Hears the signals, which end the process at once no longer.
///
/// A thread of its own does: a command has one runtime after another, and calls what blocks in between, and no signal that
/// comes meanwhile is to be lost. So a command listens once, and hands this on.
#[derive(Debug)]
pub struct Signals(mpsc::Receiver<Signal>);

impl Signals {
    /// Begins to listen.
    ///
    /// # Errors
    ///
    /// When the system does not permit it.
    pub fn listen() -> io::Result<Signals> {
        let (heard, signals) = mpsc::channel(1);
        let runtime = runtime::Builder::new_current_thread().enable_io().build()?;
        let (interrupt, terminate) = {
            let _of_it = runtime.enter();
            (unix::signal(SignalKind::interrupt())?, unix::signal(SignalKind::terminate())?)
        };
        let (begins, has_begun) = std::sync::mpsc::channel();
        let thread = thread::Builder::new().name("kopf-signals".to_owned());
        thread.spawn(move || {
            runtime.block_on(async {
                // Whoever listens waits for this: see `unless_one_comes`.
                let _ = begins.send(());
                pass_on(interrupt, terminate, heard).await;
            });
        })?;
        has_begun.recv().map_err(io::Error::other)?;
        Ok(Signals(signals))
    }

    /// Hears nothing, for tests: all that listen in a process hear what is sent to it.
    #[cfg(test)]
    pub(crate) fn none() -> Signals {
        Signals(mpsc::channel(1).1)
    }

    /// The next signal.
    pub async fn next(&mut self) -> Signal {
        match self.0.recv().await {
            Some(signal) => signal,
            // Its thread lives for as long as this does; there may have been none.
            None => std::future::pending().await,
        }
    }

    /// Does what may never return, on a thread of its own, which is left to itself when a signal comes: `Err` is which one.
    ///
    /// It may be a library that is being opened. Until that is done the system's dynamic loader holds a lock, for which a thread
    /// has to wait when it first uses a variable of its own that is to be dropped, and when it ends. So what waits here and
    /// what hears signals has used all of its own before, and what waits is not dropped when a signal comes.
    ///
    /// # Errors
    ///
    /// When there can be no such thread.
    pub fn unless_one_comes<T: Send + 'static>(
        &mut self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> io::Result<Result<T, Signal>> {
        let (done, result) = oneshot::channel();
        let waiting = runtime::Builder::new_current_thread().build()?;
        waiting.block_on(task::yield_now());
        let working = thread::Builder::new().name("kopf-work".to_owned()).spawn(move || {
            // Nobody waits for it any more where a signal has come.
            let _ = done.send(work());
        })?;
        match waiting.block_on(first(result, self.next())) {
            Ok(Ok(result)) => Ok(Ok(result)),
            Ok(Err(_)) => match working.join() {
                Err(panicked) => panic::resume_unwind(panicked),
                Ok(()) => Err(io::Error::other("it ended without a result")),
            },
            Err(signal) => {
                mem::forget(waiting);
                Ok(Err(signal))
            }
        }
    }
}

/// What is done, unless the signal is there first.
async fn first<T>(done: impl Future<Output = T>, signal: impl Future<Output = Signal>) -> Result<T, Signal> {
    tokio::select! {
        biased;
        signal = signal => Err(signal),
        done = done => Ok(done),
    }
}

/// Passes signals on. One that nobody takes ends the process.
async fn pass_on(mut interrupt: unix::Signal, mut terminate: unix::Signal, heard: mpsc::Sender<Signal>) {
    loop {
        let signal = tokio::select! {
            _ = interrupt.recv() => Signal::Interrupt,
            _ = terminate.recv() => Signal::Terminate,
        };
        if heard.try_send(signal).is_err() {
            end_at_once(signal.exit_code());
        }
    }
}

/// Ends the process without what else is done at its end: the system would wait for libraries that are being opened, or that
/// do something at the end themselves, of which one may hang.
#[expect(unsafe_code, reason = "the standard library has no such function")]
pub fn end_at_once(code: u8) -> ! {
    // SAFETY: it takes any number and does not return; whatever was to be written is.
    unsafe { libc::_exit(code.into()) }
}

#[cfg(test)]
mod tests {
    use std::process;

    use super::*;

    fn send(name: &str) {
        let kill = format!("kill -{name} {}", process::id());
        process::Command::new("sh").args(["-c", &kill]).status().unwrap();
    }

    /// One test, for all that listen in a process hear the same.
    #[test]
    fn each_signal_is_heard_whichever_runtime_there_is_and_has_its_name_and_its_exit_code() {
        let mut signals = Signals::listen().unwrap();
        let runtime = || runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let mut check = |name: &str, expected: &str| {
            // Another runtime that reads what the system tells of signals while nobody waits for one.
            let _other = runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
            send(name);
            let signal = runtime().block_on(signals.next());
            assert_eq!(format!("{signal} {}", signal.exit_code()), expected);
            assert!(Signal::is_exit_code(signal.exit_code()));
        };
        check("TERM", "SIGTERM 143");
        check("INT", "SIGINT 130");

        assert_eq!(signals.unless_one_comes(|| 5).unwrap(), Ok(5));
        let (never, nothing) = std::sync::mpsc::channel::<()>();
        let hangs = move || {
            send("TERM");
            nothing.recv()
        };
        assert_eq!(signals.unless_one_comes(hangs).unwrap(), Err(Signal::Terminate));
        drop(never);
        let panicked = panic::catch_unwind(panic::AssertUnwindSafe(|| {
            signals.unless_one_comes(|| panic!("of itself")).map(|_: Result<(), Signal>| ())
        }));
        assert!(panicked.is_err());
    }
}
