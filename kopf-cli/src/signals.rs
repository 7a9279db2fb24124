//! SIGINT and SIGTERM: the first one stops the operator, the second one ends the process.

use std::{fmt, io};

use tokio::signal::unix::{self, SignalKind};

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
#[derive(Debug)]
pub struct Signals {
    interrupt: unix::Signal,
    terminate: unix::Signal,
}

impl Signals {
    /// Begins to listen.
    ///
    /// # Errors
    ///
    /// When the system does not permit it.
    pub fn listen() -> io::Result<Signals> {
        Ok(Signals {
            interrupt: unix::signal(SignalKind::interrupt())?,
            terminate: unix::signal(SignalKind::terminate())?,
        })
    }

    /// The next signal.
    pub async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.interrupt.recv() => Signal::Interrupt,
            _ = self.terminate.recv() => Signal::Terminate,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn each_signal_has_its_name_and_its_exit_code() {
        let mut signals = Signals::listen().unwrap();
        for (name, expected) in [("TERM", "SIGTERM 143"), ("INT", "SIGINT 130")] {
            let kill = format!("kill -{name} {}", std::process::id());
            std::process::Command::new("sh").args(["-c", &kill]).status().unwrap();
            let signal = signals.next().await;
            assert_eq!(format!("{signal} {}", signal.exit_code()), expected);
        }
    }
}
