//! The official Python client: what it is answered by the sandbox is what a real server answers.

use std::path::PathBuf;

use kube::config::Kubeconfig;
use tokio::process::Command;

use super::{both, files, install::packages, mask};
use kopf_control_plane::client::namespace;

const PACKAGE: &str = "kubernetes==37.0.2";

/// What the script prints on a server.
async fn run(kubeconfig: Kubeconfig, packages: PathBuf) -> Vec<String> {
    let namespace = namespace(&kopf_control_plane::connect(&kubeconfig).await).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("kubeconfig");
    std::fs::write(&file, serde_json::to_vec(&kubeconfig).unwrap()).unwrap();
    let mut python = Command::new("python3");
    python.env("PYTHONPATH", &packages).arg(files().join("client.py")).arg(&file).arg(&namespace);
    let output = python.kill_on_drop(true).output().await.unwrap();
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{printed}{}", String::from_utf8_lossy(&output.stderr));
    printed.lines().map(str::to_owned).collect()
}

#[tokio::test]
async fn the_official_client_is_answered_alike() {
    let Some(packages) = packages(PACKAGE).await else { return };
    let Some((expected, found)) = both(|kubeconfig| run(kubeconfig, packages.clone())).await else { return };
    assert!(found == expected, "the sandbox differs:\n{}", mask::difference(&expected, &found));
}
