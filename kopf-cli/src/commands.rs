//! The commands, and how they fail.

pub mod cleanup;
pub mod freeze;
pub mod inspect;
mod outside;
pub mod run;
pub mod sandbox;
pub mod settings;

use std::{
    fmt,
    io::{self, Write as _},
};

use crate::{
    FAILED, WRONG_USAGE,
    args::Command,
    signals::{Signal, Signals},
};

/// Why a command came to nothing: what to tell the user, line by line.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// What was asked for makes no sense.
    #[error("{0}")]
    Usage(String),
    /// It makes sense, and did not work.
    #[error("{0}")]
    Failed(String),
    /// A signal ended it before there was anything to bring to an end.
    #[error("{0}")]
    Stopped(String, Signal),
}

impl Failure {
    /// What makes no sense.
    pub fn usage(error: impl fmt::Display) -> Failure {
        Failure::Usage(error.to_string())
    }

    /// What did not work.
    pub fn failed(error: impl fmt::Display) -> Failure {
        Failure::Failed(error.to_string())
    }

    /// The code to exit with.
    pub fn exit_code(&self) -> u8 {
        match self {
            Failure::Usage(_) => WRONG_USAGE,
            Failure::Failed(_) => FAILED,
            Failure::Stopped(_, signal) => signal.exit_code(),
        }
    }
}

/// Listens to signals, for as long as the command goes on.
fn listen() -> Result<Signals, Failure> {
    Signals::listen().map_err(|error| Failure::failed(format!("cannot listen to signals: {error}")))
}

/// The environment of this process.
fn environment() -> impl Fn(&str) -> Option<String> {
    |variable| Some(std::env::var_os(variable)?.to_string_lossy().into_owned())
}

/// The names of its variables.
fn variables() -> impl Iterator<Item = String> {
    std::env::vars_os().map(|(name, _)| name.to_string_lossy().into_owned())
}

/// Prints all that a command was asked for, unless a signal comes while nobody reads it.
fn print_out(text: String, signals: &mut Signals) -> Result<(), Failure> {
    let printed = signals.unless_one_comes(move || {
        // Whoever closed the stream does not want to read it.
        let _ = io::stdout().write_all(text.as_bytes());
    });
    printed
        .map_err(|error| Failure::failed(format!("cannot start the thread that prints: {error}")))?
        .map_err(|signal| Failure::Stopped(format!("stopped by {signal}"), signal))
}

/// Prints a line of what a command was asked for.
fn print(line: &str) {
    // Whoever closed the stream does not want to read it.
    let _ = writeln!(io::stdout(), "{line}");
}

/// Runs a command, and returns the code to exit with.
///
/// # Errors
///
/// When it fails; nothing is said about it yet.
pub fn run(command: Command) -> Result<u8, Failure> {
    match command {
        Command::Run(typed) => run::run(*typed),
        Command::Sandbox(typed) => sandbox::sandbox(typed),
        Command::Inspect(typed) => inspect::inspect(typed),
        Command::Settings(typed) => settings::settings(typed),
        Command::Freeze(typed) => freeze::freeze(typed),
        Command::Resume(typed) => freeze::resume(typed),
        Command::Cleanup(typed) => cleanup::cleanup(typed),
    }
}
