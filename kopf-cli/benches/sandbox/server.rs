//! The `kopf sandbox` that is measured: a process of its own, with one definition.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Stdio,
};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

use crate::client::{Client, Connection};

/// Where the objects are.
pub(crate) const EXAMPLES: &str = "/apis/zalando.org/v1/namespaces/default/kopfexamples";

/// A sandbox.
pub(crate) struct Server {
    child: Child,
    pub(crate) client: Client,
    _folder: TempDir,
}

impl Server {
    /// Starts one, and returns when it has said that it is there.
    pub(crate) async fn start() -> Result<Server> {
        let folder = tempfile::Builder::new().prefix("kopf-sandbox-").tempdir()?;
        let (child, kubeconfig) = spawn(folder.path(), true).await?;
        let client = Client::new(&kubeconfig).await?;
        Ok(Server { child, client, _folder: folder })
    }

    /// How many bytes of memory it uses, as Linux counts them.
    pub(crate) fn memory(&self) -> Result<f64> {
        let status =
            fs::read_to_string(format!("/proc/{}/status", self.child.id().context("it has ended")?))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kibibytes =
            line.and_then(|line| line.trim().strip_suffix(" kB")).context("Linux tells its memory")?;
        Ok(kibibytes.parse::<f64>()? * 1024.0)
    }
}

/// Starts the command, and waits for its first words.
pub(crate) async fn spawn(folder: &Path, with_definition: bool) -> Result<(Child, PathBuf)> {
    let kubeconfig = folder.join("kubeconfig");
    let mut command = Command::new(env!("CARGO_BIN_EXE_kopf"));
    command.arg("sandbox").arg("--kubeconfig").arg(&kubeconfig);
    if with_definition {
        command.arg("--apply").arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/crd.yaml"));
    }
    let mut child = command.stdout(Stdio::piped()).kill_on_drop(true).spawn()?;
    let mut lines = BufReader::new(child.stdout.take().context("it is piped")?).lines();
    while let Some(line) = lines.next_line().await? {
        if line.starts_with("Ctrl-C") {
            return Ok((child, kubeconfig));
        }
    }
    bail!("the sandbox does not start")
}

/// An object of about 1 KiB.
pub(crate) fn object(name: &str) -> Value {
    json!({
        "apiVersion": "zalando.org/v1", "kind": "KopfExample",
        "metadata": { "name": name, "labels": { "app": "bench" } },
        "spec": { "duration": "1m", "field": "x".repeat(500), "items": ["one", "two", "three"] },
    })
}

/// Creates objects with these numbers.
pub(crate) async fn create(
    connection: &mut Connection<'_>,
    numbers: impl Iterator<Item = usize>,
) -> Result<()> {
    for number in numbers {
        connection.post(EXAMPLES, object(&format!("e-{number}")).to_string().into_bytes()).await?;
    }
    Ok(())
}

/// Does the same on each of so many connections at once; `work` is told which it is.
pub(crate) async fn on_each<'a, F: Future<Output = Result<()>>>(
    client: &'a Client,
    connections: usize,
    work: impl Fn(Connection<'a>, usize) -> F,
) -> Result<()> {
    let mut open = Vec::new();
    for number in 0..connections {
        open.push(work(client.connect().await?, number));
    }
    futures::future::try_join_all(open).await.map(drop)
}
