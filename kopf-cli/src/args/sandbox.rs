//! The words after `kopf sandbox`.

use std::path::PathBuf;

use clap::Args;

use crate::config::value;

const ENVIRONMENT: &str = "\
Options can be given by the environment too; KOPF_APPLY is separated by commas or white space, switches are true or \
false. What is typed goes before the environment.

Exit codes: 0 stopped by a signal, 1 failed, 2 wrong usage; 130 and 143 when a second SIGINT or SIGTERM cut the end \
short.";

/// The words after `kopf sandbox`.
#[derive(Debug, Default, Args)]
#[command(after_help = ENVIRONMENT)]
pub struct Sandbox {
    /// Listen at this address, or where this name leads; 127.0.0.1 by default. Whatever is not of the loopback can be
    /// reached by other machines, which need the token of the kubeconfig for all but health and version [env: KOPF_LISTEN]
    #[arg(long, value_name = "ADDR")]
    pub listen: Option<String>,

    /// Listen on this port; a free one by default [env: KOPF_PORT]
    #[arg(long, value_name = "N", value_parser = value::port)]
    pub port: Option<u16>,

    /// Write the kubeconfig into this file; ~/.cache/kopf/sandbox/kubeconfig by default [env: KOPF_SANDBOX_KUBECONFIG]
    #[arg(long, value_name = "FILE")]
    pub kubeconfig: Option<PathBuf>,

    /// Create or update the objects of these YAML or JSON files, or of folders of them, first [env: KOPF_APPLY]
    #[arg(long = "apply", value_name = "FILE|DIR", num_args = 1..)]
    pub manifests: Vec<PathBuf>,

    /// Keep all objects in this file: the next sandbox goes on with them. By default they go when this one ends
    /// [env: KOPF_STATE]
    #[arg(long, value_name = "FILE")]
    pub state: Option<PathBuf>,

    /// Let roles and their bindings say who may do what, and give the context `nobody` no rights but by them. By default
    /// whoever has a token may do everything [env: KOPF_RBAC]
    #[arg(long)]
    pub rbac: bool,

    /// Say of workloads that they run, though nothing does: pods are ready, jobs complete, deployments available
    /// [env: KOPF_SIMULATE]
    #[arg(long)]
    pub simulate: bool,
}
