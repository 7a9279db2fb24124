//! The `kopf` binary: hands the command line over and exits with what comes back.

use std::process::ExitCode;

fn main() -> ExitCode {
    kopf_cli::run(std::env::args_os())
}
