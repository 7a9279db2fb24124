//! What was typed: the command line, checked word by word and not interpreted.
//!
//! What it means, together with the environment, is said by [`crate::config`].

pub mod outside;
pub mod sandbox;

use std::{ffi::OsString, net::SocketAddr, path::PathBuf};

use clap::{Args, Parser, Subcommand};
use kopf_core::namespaces::Pattern;

use kopf_core::store::dialect::Dialect;

use crate::{config::value, telemetry::Format};

/// A command line.
#[derive(Debug, Parser)]
#[command(name = "kopf", version, about = "Runs Kubernetes operators that are built as plugins", after_help = EXIT_CODES)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

const EXIT_CODES: &str = "\
Exit codes: 0 done, 1 failed, 2 wrong usage; 130 and 143 when SIGINT or SIGTERM came before there was \
anything to stop, or for a second time.";

const RUN_ENVIRONMENT: &str = "\
Each option can be given by the environment: KOPF_ and its name, such as KOPF_LOG_FORMAT=json. Lists (KOPF_NAMESPACE, \
KOPF_BUILD, KOPF_APPLY) are separated by commas or white space, switches are true or false. What is typed goes before \
the environment.

Exit codes: 0 stopped by a signal, 1 failed, 2 wrong usage; 130 and 143 when SIGINT or SIGTERM came while plugins were \
built or opened, or for a second time.";

/// A command.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run an operator.
    Run(Box<Run>),
    /// Run an API server in memory, for kubectl and whatever else speaks to one. Needs no cluster.
    Sandbox(sandbox::Sandbox),
    /// List the resources and handlers of a plugin. Needs no cluster.
    Inspect(Inspect),
    /// List the settings: what each is, where it comes from and what it does. Needs no cluster.
    Settings(ShowSettings),
    /// Have operators of lower priority wait.
    Freeze(outside::Freeze),
    /// Have operators go on that were frozen.
    Resume(outside::Resume),
    /// Take an operator's annotations and finalizers off all objects, so that it can be uninstalled.
    Cleanup(outside::Cleanup),
}

/// The words after `kopf run`.
#[derive(Debug, Default, Args)]
#[command(after_help = RUN_ENVIRONMENT)]
pub struct Run {
    /// Plugins to load, such as target/debug/libminimal.so. Without these and --build, the plugin crate in the working
    /// folder is built and loaded
    #[arg(value_name = "PLUGIN")]
    pub plugins: Vec<PathBuf>,

    /// Serve this namespace only, or those that match a pattern such as 'app-*,!*-pr-*', where ! takes out of what was
    /// matched before it; can be given several times, of which each serves what it matches [env: KOPF_NAMESPACE]
    #[arg(short, long = "namespace", value_name = "NS", value_parser = value::namespace, conflicts_with = "all_namespaces")]
    pub namespaces: Vec<Pattern>,

    /// Serve the whole cluster. Without -n and -A: the whole cluster if that is permitted, else the context's
    /// namespace [env: KOPF_ALL_NAMESPACES]
    #[arg(short = 'A', long)]
    pub all_namespaces: bool,

    /// Run an API server in memory, on a free port of the loopback, and serve that [env: KOPF_SANDBOX]
    #[arg(long, conflicts_with_all = ["kubeconfig", "context"])]
    pub sandbox: bool,

    /// Build the plugin crate in this folder with cargo and load it; can be given several times [env: KOPF_BUILD]
    #[arg(long = "build", value_name = "DIR")]
    pub builds: Vec<PathBuf>,

    /// Create or update the objects of a YAML or JSON file, or of a folder of them, before the operator starts; can be
    /// given several times [env: KOPF_APPLY]
    #[arg(long = "apply", value_name = "FILE|DIR")]
    pub manifests: Vec<PathBuf>,

    /// The operator's name, under which its marks stand on objects. By default the name of the only plugin's package;
    /// required for two plugins or more [env: KOPF_NAME]
    #[arg(long)]
    pub name: Option<String>,

    /// Share objects with operators of the Python framework of the same name: take them over from one, and leave them
    /// to one, in the midst of retries too. Takes python-kopf [env: KOPF_COMPAT]
    #[arg(long, value_name = "WITH", value_parser = value::compat)]
    pub compat: Option<Dialect>,

    /// The kubeconfig to use, instead of $KUBECONFIG, ~/.kube/config and the service account [env: KOPF_KUBECONFIG]
    #[arg(long, value_name = "FILE")]
    pub kubeconfig: Option<PathBuf>,

    /// The kubeconfig's context to use [env: KOPF_CONTEXT]
    #[arg(long)]
    pub context: Option<String>,

    /// Log the details of kopf and the plugins too: DEBUG [env: KOPF_VERBOSE]
    #[arg(short, long)]
    pub verbose: bool,

    /// Log the details of everything, libraries included [env: KOPF_DEBUG]
    #[arg(long)]
    pub debug: bool,

    /// Log warnings and errors only [env: KOPF_QUIET]
    #[arg(short, long, conflicts_with_all = ["verbose", "debug"])]
    pub quiet: bool,

    /// How to log: full, plain or json; full by default [env: KOPF_LOG_FORMAT]
    #[arg(long, value_name = "FORMAT", value_parser = value::format)]
    pub log_format: Option<Format>,

    /// Serve /healthz and /readyz at this address: a port of the loopback, or HOST:PORT; off by default
    /// [env: KOPF_HTTP]
    #[arg(long, value_name = "ADDR", value_parser = value::address)]
    pub http: Option<SocketAddr>,

    /// Settings, and where they come from.
    #[command(flatten)]
    pub settings: Settings,
}

/// Who else serves the same objects, and who goes first.
#[derive(Debug, Default, Args)]
pub struct Peering {
    /// Make room for operators of higher priority that meet in the peering object of this name, and do nothing where
    /// there is none. By default `default`, where it is there [env: KOPF_PEERING]
    #[arg(short = 'P', long, value_name = "NAME")]
    pub peering: Option<String>,

    /// Make room for nobody [env: KOPF_STANDALONE]
    #[arg(long, conflicts_with = "peering")]
    pub standalone: bool,

    /// Operators of lower priority make room for this one; 0 by default [env: KOPF_PRIORITY]
    #[arg(short, long, value_name = "N", allow_negative_numbers = true)]
    pub priority: Option<String>,

    /// Take the priority 666, so that operators which are deployed make room for one in development [env: KOPF_DEV]
    #[arg(long, conflicts_with = "priority")]
    pub dev: bool,
}

/// Where settings come from, besides the environment: options that stand for some of them, a file, and `--set`.
#[derive(Debug, Default, Args)]
pub struct Settings {
    /// Which Kubernetes Events to post: all, warnings or none; all by default [env: KOPF_EVENTS]
    #[arg(long, value_name = "WHICH", value_parser = value::events)]
    pub events: Option<String>,

    /// How many handlers may run at once; 64 by default [env: KOPF_CONCURRENCY]
    #[arg(long, value_name = "N", value_parser = value::concurrency)]
    pub concurrency: Option<String>,

    /// How many seconds handlers may take to finish when the operator stops; 25 by default [env: KOPF_GRACE]
    #[arg(long, value_name = "S", value_parser = value::grace, allow_negative_numbers = true)]
    pub grace: Option<String>,

    /// Who else serves the same objects.
    #[command(flatten)]
    pub peering: Peering,

    /// The file of settings; kopf.toml in the working folder by default, if it is there [env: KOPF_CONFIG]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// Set a setting, such as watching.inactivity_timeout=30; can be given several times. `kopf settings` lists all
    /// [env: KOPF_WATCHING_INACTIVITY_TIMEOUT and so on]
    #[arg(long, value_name = "KEY=VALUE", value_parser = value::assignment)]
    pub set: Vec<(String, String)>,
}

/// The words after `kopf settings`.
#[derive(Debug, Default, Args)]
pub struct ShowSettings {
    /// Plugins whose startup handlers are called, for they may change settings
    #[arg(value_name = "PLUGIN")]
    pub plugins: Vec<PathBuf>,

    /// Build the plugin crate in this folder with cargo, and call its startup handlers; can be given several times
    #[arg(long = "build", value_name = "DIR")]
    pub builds: Vec<PathBuf>,

    /// Settings, and where they come from.
    #[command(flatten)]
    pub settings: Settings,

    /// Print JSON, whose keys are stable
    #[arg(long)]
    pub json: bool,
}

/// The words after `kopf inspect`.
#[derive(Debug, Default, Args)]
pub struct Inspect {
    /// The plugin, such as target/debug/libminimal.so. Without it and --build, the plugin crate in the working folder
    /// is built
    #[arg(conflicts_with = "build")]
    pub plugin: Option<PathBuf>,

    /// Build the plugin crate in this folder with cargo first
    #[arg(long, value_name = "DIR")]
    pub build: Option<PathBuf>,

    /// Print JSON, whose keys are stable
    #[arg(long)]
    pub json: bool,
}

/// Reads a command line, the program's name first.
///
/// # Errors
///
/// The exit code, when there is nothing to do but to leave: the help or the version was asked for and printed (0), or
/// the line is wrong, which was said on standard error (2).
pub fn parse(line: impl IntoIterator<Item = OsString>) -> Result<Command, u8> {
    CommandLine::try_parse_from(line).map(|line| line.command).map_err(|error| {
        // Whoever closed the stream does not want to read it.
        let _ = error.print();
        u8::try_from(error.exit_code()).unwrap_or(crate::WRONG_USAGE)
    })
}

#[cfg(test)]
mod tests;
