//! The operator that is measured: the `kopf` command with the plugin of the first example.

use std::{
    fs::File,
    path::{Path, PathBuf},
    process::Stdio,
};

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tokio::process::Command;

use crate::{objects::NAMESPACE, process::Process};

/// How to start operators.
pub(crate) struct Operator {
    pub(crate) plugin: PathBuf,
    pub(crate) kubeconfig: PathBuf,
    /// Which Kubernetes Events it posts.
    pub(crate) events: String,
    /// Where its log goes.
    pub(crate) log: PathBuf,
}

impl Operator {
    /// Starts one. Its log begins anew.
    pub(crate) fn start(&self) -> Result<Process> {
        let log = File::create(&self.log).with_context(|| format!("cannot write {}", self.log.display()))?;
        let mut command = Command::new(env!("CARGO_BIN_EXE_kopf"));
        command.arg("run").arg(&self.plugin).args(["-n", NAMESPACE, "--events", &self.events]);
        command.arg("--kubeconfig").arg(&self.kubeconfig).stdout(Stdio::null()).stderr(log);
        Process::start(command)
    }

    /// The end of the last one's log.
    pub(crate) fn last_words(&self) -> String {
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        let last: Vec<&str> = log.lines().rev().take(10).collect();
        last.into_iter().rev().collect::<Vec<_>>().join("\n")
    }
}

/// Builds the plugin crate in a folder as it is shipped, optimized, and returns the library.
pub(crate) async fn build(folder: &Path) -> Result<PathBuf> {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["build", "--release", "--lib", "--quiet", "--message-format=json-render-diagnostics"]);
    let output = cargo.current_dir(folder).stderr(Stdio::inherit()).output().await;
    let output = output.with_context(|| format!("cannot run cargo in {}", folder.display()))?;
    ensure!(output.status.success(), "the plugin in {} does not build", folder.display());
    let manifest = folder.join("Cargo.toml").canonicalize()?;
    library(&output.stdout, &manifest).with_context(|| format!("no cdylib came of {}", folder.display()))
}

/// The library among cargo's messages that is the package's own.
fn library(messages: &[u8], manifest: &Path) -> Option<PathBuf> {
    let messages = messages.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok());
    let mut own =
        messages.filter(|message: &Value| message["manifest_path"].as_str().map(Path::new) == Some(manifest));
    own.find_map(|message| {
        let is_library = |file: &&str| file.ends_with(std::env::consts::DLL_SUFFIX);
        let mut files = message["filenames"].as_array()?.iter().filter_map(Value::as_str);
        files.find(is_library).map(PathBuf::from)
    })
}
