//! The official Python client, and its dynamic one: what they are answered by the sandbox is what a real server answers.

use std::path::PathBuf;

use kube::config::Kubeconfig;
use tokio::process::Command;

use super::{both, files, install::packages, mask};
use kopf_control_plane::client::namespace;

const PACKAGE: &str = "kubernetes==37.0.2";

/// What a script prints on a server.
async fn run(kubeconfig: Kubeconfig, packages: PathBuf, script: &str) -> Vec<String> {
    let namespace = namespace(&kopf_control_plane::connect(&kubeconfig).await).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("kubeconfig");
    std::fs::write(&file, serde_json::to_vec(&kubeconfig).unwrap()).unwrap();
    let mut python = Command::new("python3");
    python.env("PYTHONPATH", &packages).arg(files().join(script)).arg(&file).arg(&namespace);
    let output = python.kill_on_drop(true).output().await.unwrap();
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{printed}{}", String::from_utf8_lossy(&output.stderr));
    printed.lines().map(str::to_owned).collect()
}

async fn check(script: &str) {
    let Some(packages) = packages(PACKAGE).await else { return };
    let run = |kubeconfig| run(kubeconfig, packages.clone(), script);
    let Some((expected, found)) = both(run).await else { return };
    assert!(found == expected, "the sandbox differs:\n{}", mask::difference(&expected, &found));
}

#[tokio::test]
async fn the_official_client_is_answered_alike() {
    check("client.py").await;
}

#[tokio::test]
async fn the_dynamic_client_learns_and_does_the_same() {
    check("dynamic.py").await;
}
