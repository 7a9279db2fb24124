//! SIGINT and SIGTERM: the first one stops a command, or the operator that it runs; the second one ends the process.

use std::{fmt, future::Future, io, panic, thread};

use tokio::{
    runtime,
    signal::unix::{self, SignalKind},
    sync::{mpsc, oneshot},
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
pub struct Signals(mpsc::UnboundedReceiver<Signal>);

impl Signals {
    /// Begins to listen.
    ///
    /// # Errors
    ///
    /// When the system does not permit it.
    pub fn listen() -> io::Result<Signals> {
        let (heard, signals) = mpsc::unbounded_channel();
        let runtime = runtime::Builder::new_current_thread().enable_io().build()?;
        let (interrupt, terminate) = {
            let _of_it = runtime.enter();
            (unix::signal(SignalKind::interrupt())?, unix::signal(SignalKind::terminate())?)
        };
        let thread = thread::Builder::new().name("kopf-signals".to_owned());
        thread.spawn(move || runtime.block_on(pass_on(interrupt, terminate, heard)))?;
        Ok(Signals(signals))
    }

    /// Hears nothing, for tests: all that listen in a process hear what is sent to it.
    #[cfg(test)]
    pub(crate) fn none() -> Signals {
        Signals(mpsc::unbounded_channel().1)
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
    /// # Errors
    ///
    /// When there can be no such thread.
    pub fn unless_one_comes<T: Send + 'static>(
        &mut self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> io::Result<Result<T, Signal>> {
        let (done, result) = oneshot::channel();
        let waiting = runtime::Builder::new_current_thread().build()?;
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
                // To wait for its end takes what a thread has of its own, for which the system waits while a library is opened.
                waiting.shutdown_background();
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

/// Passes signals on for as long as somebody wants them.
async fn pass_on(
    mut interrupt: unix::Signal,
    mut terminate: unix::Signal,
    heard: mpsc::UnboundedSender<Signal>,
) {
    loop {
        let signal = tokio::select! {
            _ = interrupt.recv() => Signal::Interrupt,
            _ = terminate.recv() => Signal::Terminate,
            () = heard.closed() => return,
        };
        // Whoever wants none any more has closed it.
        let _ = heard.send(signal);
    }
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
