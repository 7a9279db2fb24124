//! Commands that run no operator ask the API server as the settings say.

use std::{fs, path::Path, process::Stdio};

use kopf_control_plane::DEADLINE;
use serde_json::json;
use tempfile::TempDir;
use tokio::{net::TcpListener, process::Command};

/// What such a command says of a server that is silent, in a folder with these settings.
async fn complaint(words: &[&str], toml: &str, variables: &[(&str, &str)]) -> String {
    // Connections come about, for the kernel takes them; nobody ever answers.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("kopf.toml"), toml).unwrap();
    let kubeconfig = folder.path().join("kubeconfig");
    fs::write(&kubeconfig, leading_to(&format!("http://{}", silent.local_addr().unwrap()))).unwrap();
    run(words, &kubeconfig, variables).await
}

fn leading_to(server: &str) -> String {
    json!({
        "apiVersion": "v1", "kind": "Config", "current-context": "a",
        "clusters": [{ "name": "a", "cluster": { "server": server } }],
        "contexts": [{ "name": "a", "context": { "cluster": "a", "user": "a" } }],
        "users": [{ "name": "a", "user": {} }],
    })
    .to_string()
}

async fn run(words: &[&str], kubeconfig: &Path, variables: &[(&str, &str)]) -> String {
    let running = Command::new(env!("CARGO_BIN_EXE_kopf"))
        .args(words)
        .current_dir(kubeconfig.parent().unwrap())
        .env("KUBECONFIG", kubeconfig)
        .envs(variables.iter().copied())
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    let ended = tokio::time::timeout(DEADLINE, running).await.expect("it does not wait for ever").unwrap();
    assert_ne!(ended.status.code(), Some(0));
    String::from_utf8(ended.stderr).unwrap().trim_end().to_owned()
}

#[tokio::test]
async fn a_silent_server_is_waited_for_as_long_as_the_settings_say() {
    let toml = "networking.request_timeout = 0.2";
    for command in [&["freeze"][..], &["resume"], &["cleanup", "--name", "web"]] {
        let of_file = complaint(command, toml, &[]).await;
        assert!(of_file.contains("no answer within 0.2 seconds"), "{command:?}: {of_file}");
        let of_environment = complaint(command, toml, &[("KOPF_NETWORKING_REQUEST_TIMEOUT", "0.1")]).await;
        assert!(of_environment.contains("no answer within 0.1 seconds"), "{command:?}: {of_environment}");
        let typed = [command, &["--set", "networking.request_timeout=0.3"]].concat();
        let typed = complaint(&typed, toml, &[("KOPF_NETWORKING_REQUEST_TIMEOUT", "0.1")]).await;
        assert!(typed.contains("no answer within 0.3 seconds"), "{command:?}: {typed}");
    }
}

#[tokio::test]
async fn a_setting_that_has_no_effect_is_refused() {
    assert_eq!(
        complaint(&["cleanup", "--name", "web", "--set", "process.grace=1"], "", &[]).await,
        "--set process.grace has no effect here, where networking.* alone are read"
    );
    assert_eq!(
        complaint(&["resume"], "", &[("KOPF_PEERING_NAMES", "x")]).await,
        "KOPF_PEERING_NAMES: there is no setting `peering.names`, did you mean `peering.name`? Its variable is \
         KOPF_PEERING_NAME"
    );
}
