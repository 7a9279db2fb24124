//! The words of the commands that work on a cluster without running an operator.

use std::path::PathBuf;

use clap::Args;
use kopf_core::{namespaces::Pattern, store::dialect::Dialect};

use crate::config::value;

const PEERING_SETTINGS: &str = "\
Of the settings, networking.* and peering.name are read, where `kopf run` finds them: in the file, in the environment \
and in --set. `kopf settings` lists them. KOPF_NAMESPACE and KOPF_ALL_NAMESPACES are not read: where this works is typed.";

const CLEANUP_SETTINGS: &str = "\
Of the settings, networking.* are read, where `kopf run` finds them: in the file, in the environment and in --set. \
`kopf settings` lists them. KOPF_NAMESPACE and KOPF_ALL_NAMESPACES are not read: where this works is typed.";

/// Which cluster, which of its namespaces, and how it is asked.
#[derive(Debug, Default, Args)]
pub struct Place {
    /// In this namespace; can be given several times. Without -n and -A: in the whole cluster
    #[arg(short, long = "namespace", value_name = "NS", value_parser = value::namespace, conflicts_with = "all_namespaces")]
    pub namespaces: Vec<Pattern>,

    /// In the whole cluster
    #[arg(short = 'A', long)]
    pub all_namespaces: bool,

    /// The kubeconfig to use, instead of $KUBECONFIG, ~/.kube/config and the service account [env: KOPF_KUBECONFIG]
    #[arg(long, value_name = "FILE")]
    pub kubeconfig: Option<PathBuf>,

    /// The kubeconfig's context to use [env: KOPF_CONTEXT]
    #[arg(long)]
    pub context: Option<String>,

    /// The file of settings; kopf.toml in the working folder by default, if it is there [env: KOPF_CONFIG]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// Set a setting that is read here, such as networking.request_timeout=5; can be given several times
    /// [env: KOPF_NETWORKING_REQUEST_TIMEOUT and so on]
    #[arg(long, value_name = "KEY=VALUE", value_parser = value::assignment)]
    pub set: Vec<(String, String)>,
}

/// The words after `kopf freeze`.
#[derive(Debug, Default, Args)]
#[command(after_help = PEERING_SETTINGS)]
pub struct Freeze {
    /// The name of the peering object; by default the setting peering.name, which is `default` where nobody sets it
    /// [env: KOPF_PEERING]
    #[arg(short = 'P', long, value_name = "NAME")]
    pub peering: Option<String>,

    /// Where.
    #[command(flatten)]
    pub place: Place,

    /// Who says so; $POD_ID or USER@HOST by default. `kopf resume` must be told the same
    #[arg(short, long)]
    pub id: Option<String>,

    /// Operators of lower priority wait
    #[arg(short, long, value_name = "N", default_value_t = 100, allow_negative_numbers = true)]
    pub priority: i64,

    /// Take the priority 666
    #[arg(long, conflicts_with = "priority")]
    pub dev: bool,

    /// For how many seconds they wait, if nobody resumes them before
    #[arg(short = 't', long, value_name = "S", default_value_t = 60)]
    pub lifetime: u32,

    /// Why, for their logs
    #[arg(short, long, value_name = "TEXT")]
    pub message: Option<String>,
}

/// The words after `kopf resume`.
#[derive(Debug, Default, Args)]
#[command(after_help = PEERING_SETTINGS)]
pub struct Resume {
    /// The name of the peering object; by default the setting peering.name, which is `default` where nobody sets it
    /// [env: KOPF_PEERING]
    #[arg(short = 'P', long, value_name = "NAME")]
    pub peering: Option<String>,

    /// Where.
    #[command(flatten)]
    pub place: Place,

    /// Who had said to freeze; $POD_ID or USER@HOST by default
    #[arg(short, long)]
    pub id: Option<String>,
}

/// The words after `kopf cleanup`.
#[derive(Debug, Default, Args)]
#[command(after_help = CLEANUP_SETTINGS)]
pub struct Cleanup {
    /// The name of the operator whose marks are taken off
    #[arg(long)]
    pub name: String,

    /// The form of its marks, if it runs with this option: python-kopf, whose marks are those of every Python operator
    #[arg(long, value_name = "FRAMEWORK", value_parser = value::compat)]
    pub compat: Option<Dialect>,

    /// Do it. Without this it is only told what would be done
    #[arg(long)]
    pub yes: bool,

    /// Where. With -n, objects without a namespace stay as they are.
    #[command(flatten)]
    pub place: Place,
}
