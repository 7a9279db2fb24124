//! The API server that all is measured on: a cluster that is given, a control plane that is started, or the sandbox.

use std::{
    env, fs,
    net::Ipv4Addr,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use anyhow::{Context, Result};
use serde::Deserialize;
use tokio::process::Command;

use crate::{
    client::Client,
    objects::PLURAL,
    process::{self, Process},
};

/// How long the sandbox may take to start.
const STARTS_WITHIN: Duration = Duration::from_secs(30);

/// A server that answers.
pub(crate) struct Server {
    /// What it is, for the reader of the figures.
    pub(crate) description: String,
    pub(crate) kubeconfig: PathBuf,
    pub(crate) client: Client,
    _sandbox: Option<Process>,
}

impl Server {
    /// Finds a server, or starts one; what it needs on disk goes to `folder`.
    pub(crate) async fn find(given: Option<PathBuf>, folder: &Path) -> Result<Server> {
        let has = |variable: &str| env::var_os(variable).is_some();
        let made = folder.join("kubeconfig");
        if let Some(kubeconfig) = given {
            return Server::at(kubeconfig, None).await;
        }
        if has("KUBEBUILDER_ASSETS") || has("USE_EXISTING_CLUSTER") {
            let running = kopf_control_plane::get().await.context("there is no control plane")?;
            fs::write(&made, serde_json::to_vec(&running.kubeconfig)?)?;
            return Server::at(made, None).await;
        }
        let sandbox = start_sandbox(&made).await?;
        Server::at(made, Some(sandbox)).await
    }

    async fn at(kubeconfig: PathBuf, sandbox: Option<Process>) -> Result<Server> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Version {
            git_version: String,
        }
        let client = Client::new(&kubeconfig).await?;
        let body = client.connect().await?.get("/version").await?;
        let Version { git_version } = serde_json::from_slice(&body)?;
        let what =
            if sandbox.is_some() { "the sandbox, which claims to be Kubernetes" } else { "Kubernetes" };
        Ok(Server { description: format!("{what} {git_version}"), kubeconfig, client, _sandbox: sandbox })
    }

    /// How many PATCH requests for the objects the server has counted, where it counts.
    pub(crate) async fn patches(&self) -> Option<f64> {
        let body = self.client.connect().await.ok()?.get("/metrics").await.ok()?;
        let resource = format!(r#"resource="{PLURAL}""#);
        let text = String::from_utf8_lossy(&body);
        let counters = text.lines().filter(|line| line.starts_with("apiserver_request_total{"));
        let patches = counters.filter(|line| line.contains(r#"verb="PATCH""#) && line.contains(&resource));
        Some(patches.filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok()).sum())
    }
}

/// Serves the sandbox in a process of its own, so that what it uses is not counted as anybody else's.
async fn start_sandbox(kubeconfig: &Path) -> Result<Process> {
    let mut command = Command::new(env::current_exe()?);
    command.arg("sandbox").arg("--kubeconfig").arg(kubeconfig).stdout(Stdio::piped());
    let mut process = Process::start(command)?;
    let ready = process.first_line();
    tokio::time::timeout(STARTS_WITHIN, ready).await.context("the sandbox does not start")??;
    Ok(process)
}

/// The sandbox's process: says when it is served, and serves as long as it is wanted.
pub(crate) async fn run_sandbox(kubeconfig: &Path) -> Result<()> {
    let served = kopf_sandbox::Sandbox::builder().build()?.serve((Ipv4Addr::LOCALHOST, 0).into()).await?;
    served.write_kubeconfig(kubeconfig)?;
    println!("{}", served.url());
    tokio::task::spawn_blocking(process::until_unwanted).await??;
    served.shutdown().await;
    Ok(())
}
