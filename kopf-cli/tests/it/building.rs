//! Plugins that are built first: whoever stops the command while cargo is at work stops cargo, too.

use kopf_control_plane::DEADLINE;
use std::{fs, os::unix::fs::PermissionsExt, process::Stdio};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::Command,
};

/// A cargo that knows a crate, and builds it for ever.
const CARGO: &str = r#"#!/bin/sh
if [ "$1" = metadata ]; then
  exec "$REAL_CARGO" "$@"
fi
echo building >&2
exec sleep 100000
"#;
const MANIFEST: &str = r#"[package]
name = "slow"
edition = "2024"
[lib]
crate-type = ["cdylib"]
[workspace]
"#;

/// Runs a command in the folder of such a crate, sends it a signal when cargo is at work, and waits until nobody is left who
/// could write what is read here: neither the command nor cargo.
async fn check(words: &[&str], signal: &str, code: i32) {
    let folder = tempfile::tempdir().unwrap();
    let cargo = folder.path().join("cargo");
    fs::write(&cargo, CARGO).unwrap();
    fs::set_permissions(&cargo, fs::Permissions::from_mode(0o755)).unwrap();
    fs::write(folder.path().join("Cargo.toml"), MANIFEST).unwrap();
    fs::create_dir(folder.path().join("src")).unwrap();
    fs::write(folder.path().join("src/lib.rs"), "").unwrap();

    let mut command = Command::new(env!("CARGO_BIN_EXE_kopf"));
    command.args(words).current_dir(folder.path());
    command.env("REAL_CARGO", env!("CARGO")).env("CARGO", &cargo).stdin(Stdio::null()).stderr(Stdio::piped());
    let mut running = command.kill_on_drop(true).spawn().unwrap();
    let mut lines = BufReader::new(running.stderr.take().unwrap()).lines();
    let mut said = Vec::new();
    while let Some(line) =
        tokio::time::timeout(DEADLINE, lines.next_line()).await.expect("cargo ends").unwrap()
    {
        if line == "building" {
            let process = running.id().unwrap().to_string();
            std::process::Command::new("kill").args([signal, &process]).status().unwrap();
        }
        said.push(line);
    }
    let status = tokio::time::timeout(DEADLINE, running.wait()).await.expect("it ends").unwrap();
    assert_eq!(status.code(), Some(code), "{words:?} said {said:?}");
    assert!(said.last().is_some_and(|line| line.starts_with("stopped by SIG")), "{words:?} said {said:?}");
}

#[tokio::test]
async fn who_stops_the_command_stops_cargo_too() {
    check(&["run", "--sandbox"], "-INT", 130).await;
    check(&["run", "--sandbox", "--build", "."], "-TERM", 143).await;
    check(&["inspect", "--build", "."], "-TERM", 143).await;
}
