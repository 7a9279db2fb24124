//! The `kopf` command: runs operators that are built as plugins.
//!
//! From the outside in: [`args`] is what was typed, [`config`] what it means, [`commands`] what is done about it.

pub mod apply;
pub mod args;
pub mod build_plugin;
pub mod commands;
pub mod config;
pub mod http;
pub mod plugins;
pub mod sandbox;
pub mod signals;
pub mod telemetry;

use std::ffi::OsString;

/// The exit code of a command that failed.
pub const FAILED: u8 = 1;

/// The exit code of a command that is not to be understood.
pub const WRONG_USAGE: u8 = 2;

/// Runs a command line, the program's name first, and returns the code to exit with. What went wrong was said on standard
/// error.
pub fn run(line: impl IntoIterator<Item = OsString>) -> u8 {
    match args::parse(line) {
        Err(code) => code,
        Ok(command) => match commands::run(command) {
            Ok(code) => code,
            Err(failure) => {
                telemetry::complain(&failure.to_string());
                failure.exit_code()
            }
        },
    }
}
