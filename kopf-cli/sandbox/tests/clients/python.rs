//! The official Python client: what it is answered by the sandbox is what a real server answers.

use kube::config::Kubeconfig;
use tokio::process::Command;

use super::{files, install::Tool};
use kopf_control_plane::client::namespace;

const PACKAGE: &str = "kubernetes==37.0.2";

/// What the script prints on a server.
async fn run(kubeconfig: &Kubeconfig, packages: &Tool) -> String {
    let namespace = namespace(&kopf_control_plane::connect(kubeconfig).await).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("kubeconfig");
    std::fs::write(&file, serde_json::to_vec(kubeconfig).unwrap()).unwrap();
    let mut python = Command::new("python3");
    python.env("PYTHONPATH", &packages.program).arg(files().join("client.py")).arg(&file).arg(&namespace);
    let output = python.kill_on_drop(true).output().await.unwrap();
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{printed}{}", String::from_utf8_lossy(&output.stderr));
    printed
}

#[tokio::test]
async fn the_official_client_is_answered_alike() {
    let Some(real) = kopf_control_plane::get().await else { return };
    let Some(packages) = Tool::from_pypi(PACKAGE, "").await else { return };
    let sandbox = kopf_sandbox::Sandbox::builder().first_revision(1_000).build().unwrap();
    let serving = sandbox.serve(([127, 0, 0, 1], 0).into()).await.unwrap();
    let kubeconfig = Kubeconfig::from_yaml(serving.kubeconfig()).unwrap();
    let (expected, found) = tokio::join!(run(&real.kubeconfig, &packages), run(&kubeconfig, &packages));
    serving.shutdown().await;
    assert_eq!(found, expected);
}
