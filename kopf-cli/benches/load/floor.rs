//! What is possible at all: the writes of an operator, made in a bare loop by a process of its own.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::Args;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use tokio::process::Command;

use crate::{
    client::{Client, Connection},
    crowd,
    objects::{self, COLLECTION, Kind, Listed},
    process::{self, Process},
};

/// What an operator writes on an object, taken from one that it has settled. So the floor's writes are the same but for
/// the uid in them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Writes {
    annotations: Map<String, Value>,
    status: Value,
}

impl Writes {
    /// Reads what was written on an object.
    pub(crate) async fn of(client: &Client, name: &str) -> Result<Writes> {
        let body = client.connect().await?.get(&objects::path(name)).await?;
        let mut object: Value = serde_json::from_slice(&body)?;
        let annotations = object["metadata"]["annotations"].take();
        let Value::Object(annotations) = annotations else { anyhow::bail!("{name} has no annotations") };
        Ok(Writes { annotations, status: object["status"].take() })
    }

    /// Writes the status as an operator does, and returns the object's next version.
    pub(crate) async fn status(&self, connection: &mut Connection<'_>, object: &Listed) -> Result<Listed> {
        let version = &object.metadata.resource_version;
        let patch = json!({ "metadata": { "resourceVersion": version }, "status": self.status });
        write(connection, &object.metadata.name, "/status", &patch).await
    }

    async fn state(&self, connection: &mut Connection<'_>, object: &Listed) -> Result<Listed> {
        let version = &object.metadata.resource_version;
        let metadata = json!({ "resourceVersion": version, "annotations": self.annotations });
        write(connection, &object.metadata.name, "", &json!({ "metadata": metadata })).await
    }

    async fn all(&self, connection: &mut Connection<'_>, object: &Listed) -> Result<()> {
        let object = self.status(connection, object).await?;
        self.state(connection, &object).await?;
        Ok(())
    }
}

async fn write(connection: &mut Connection<'_>, name: &str, endpoint: &str, patch: &Value) -> Result<Listed> {
    let path = format!("{}{endpoint}?fieldManager=floor.kopf.dev", objects::path(name));
    let answer = connection.merge_patch(&path, serde_json::to_vec(patch)?).await?;
    Ok(serde_json::from_slice(&answer)?)
}

/// What the floor's process is told.
#[derive(Debug, Args)]
pub(crate) struct Task {
    #[arg(long)]
    kubeconfig: PathBuf,
    /// The writes, as JSON.
    #[arg(long)]
    writes: String,
    /// Create so many objects first, each before its writes, instead of listing those that are there.
    #[arg(long)]
    create: Option<u32>,
}

/// Starts a process that does the writes, on the objects that are there or on so many that it creates.
pub(crate) fn start(kubeconfig: &Path, writes: &Writes, create: Option<u32>) -> Result<Process> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("floor").arg("--kubeconfig").arg(kubeconfig);
    command.arg("--writes").arg(serde_json::to_string(writes)?);
    if let Some(count) = create {
        command.arg("--create").arg(count.to_string());
    }
    Process::start(command)
}

/// Does the task. The process stays as long as it is wanted, for what it has used is read while it is there.
pub(crate) async fn run(task: Task) -> Result<()> {
    let client = Client::new(&task.kubeconfig).await?;
    let writes: Writes = serde_json::from_str(&task.writes).context("--writes")?;
    match task.create {
        None => {
            let objects = objects::list(&mut client.connect().await?).await?;
            crowd::each(&client, objects, async |connection, object| writes.all(connection, &object).await)
                .await?;
        }
        Some(count) => {
            crowd::each(&client, objects::names(count), async |connection, name| {
                let object = connection.post(COLLECTION, objects::manifest(&name, Kind::default())).await?;
                writes.all(connection, &serde_json::from_slice(&object)?).await
            })
            .await?;
        }
    }
    process::until_unwanted()
}
