//! Commands that are stopped before they have begun: while plugins are opened, while startup handlers run, and while somebody
//! logs in.

use super::building::{command, make_pipe, write_crate};
use crate::support::plugin;
use kopf_control_plane::DEADLINE;
use serde_json::json;
use std::{
    fs,
    io::{BufRead, Write},
    path::Path,
    process::Stdio,
    thread,
};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, BufReader},
    process::Child,
    sync::oneshot,
    time::timeout,
};

/// A cargo that has built at once: what came of it cannot be read to its end.
const CARGO: &str = r#"#!/bin/sh
if [ "$1" = metadata ]; then
  exec "$REAL_CARGO" "$@"
fi
here=$(pwd -P)
echo '{"reason":"compiler-artifact","manifest_path":"'"$here"'/Cargo.toml","target":{"crate_types":["cdylib"]},"filenames":["'"$here"'/endless.so"]}'
"#;

fn send(running: &Child, signal: &str) {
    let process = running.id().unwrap().to_string();
    std::process::Command::new("kill").args([signal, &process]).status().unwrap();
}

/// Sends a signal to a command, and returns the code that it exits with.
async fn stop(running: &mut Child, signal: &str) -> Option<i32> {
    send(running, signal);
    timeout(DEADLINE, running.wait()).await.expect("it ends").unwrap().code()
}

/// Opens a pipe for writing, which waits for somebody who reads it.
async fn until_read(pipe: &Path) -> fs::File {
    let (opened, file) = oneshot::channel();
    let pipe = pipe.to_owned();
    thread::spawn(move || opened.send(fs::OpenOptions::new().write(true).open(pipe)));
    timeout(DEADLINE, file).await.expect("it is read").unwrap().unwrap()
}

/// Sends a signal to a command while it reads a plugin that has no end.
async fn check(words: &[&str], signal: &str, code: i32, expected: &str) {
    let folder = tempfile::tempdir().unwrap();
    write_crate(folder.path(), CARGO);
    let plugin = folder.path().join("endless.so");
    make_pipe(&plugin);
    let mut running = command(folder.path(), words).spawn().unwrap();
    let _held = until_read(&plugin).await;
    assert_eq!(stop(&mut running, signal).await, Some(code), "{words:?}");
    let mut said = String::new();
    running.stderr.take().unwrap().read_to_string(&mut said).await.unwrap();
    assert_eq!(said.trim_end(), expected, "{words:?}");
}

#[tokio::test]
async fn who_stops_the_command_while_a_plugin_is_opened_does_not_wait_for_it() {
    let by_either =
        ["stopped by SIGINT while plugins were opened", "stopped by SIGTERM while plugins were opened"];
    check(&["inspect", "endless.so"], "-INT", 130, by_either[0]).await;
    check(&["settings", "endless.so"], "-TERM", 143, by_either[1]).await;
    check(&["run", "--sandbox", "endless.so"], "-INT", 130, by_either[0]).await;
    // Cargo was listened for before.
    check(&["inspect", "--build", "."], "-TERM", 143, by_either[1]).await;
    check(&["run", "--sandbox"], "-TERM", 143, by_either[1]).await;
}

#[tokio::test]
async fn who_stops_the_command_does_not_wait_for_a_library_that_never_comes_up_either() {
    let folder = tempfile::tempdir().unwrap();
    let plugin = plugin::build("kopf-test-waiting");
    for words in [&["inspect"][..], &["settings"], &["run", "--sandbox"]] {
        for (signal, code) in [("-INT", 130), ("-TERM", 143)] {
            let mut command = command(folder.path(), words);
            command.arg(&plugin).env("WAITS_WHILE_OPENED", "yes").stdin(Stdio::piped());
            let mut running = command.spawn().unwrap();
            let mut lines = BufReader::new(running.stderr.take().unwrap()).lines();
            let first = timeout(DEADLINE, lines.next_line()).await.expect("it says something").unwrap();
            assert_eq!(first.as_deref(), Some("Waiting to be opened"), "{words:?}");
            // Waiting would close it.
            let _held = running.stdin.take();
            assert_eq!(stop(&mut running, signal).await, Some(code), "{words:?}");
            let last = timeout(DEADLINE, lines.next_line()).await.expect("it ends").unwrap();
            let expected = format!("stopped by SIG{} while plugins were opened", &signal[1..]);
            assert_eq!(last, Some(expected), "{words:?}");
        }
    }
}

#[tokio::test]
async fn a_second_signal_ends_a_command_whatever_holds_it() {
    /// What fits into a pipe, in bytes.
    const PIPE: usize = 65_536;
    let folder = tempfile::tempdir().unwrap();
    let (said, full) = std::io::pipe().unwrap();
    let mut filling = full.try_clone().unwrap();
    let mut command = command(folder.path(), &["inspect"]);
    command.arg(plugin::build("kopf-test-waiting")).env("WAITS_WHILE_OPENED", "yes");
    let mut running = command.stdin(Stdio::piped()).stderr(full).spawn().unwrap();
    let mut said = std::io::BufReader::new(said);
    let mut first = String::new();
    said.read_line(&mut first).unwrap();
    assert_eq!(first, "Waiting to be opened\n");
    let _held = running.stdin.take();
    // Nobody reads that it was stopped.
    filling.write_all(&[b'.'; PIPE]).unwrap();
    send(&running, "-INT");
    let code = stop(&mut running, "-TERM").await;
    assert!([Some(130), Some(143)].contains(&code), "{code:?}");
}

#[tokio::test]
async fn who_stops_an_operator_does_not_wait_for_the_program_that_logs_in() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("token");
    make_pipe(&pipe);
    let program = json!({
        "apiVersion": "client.authentication.k8s.io/v1",
        "command": "cat",
        "args": [pipe],
        "interactiveMode": "Never",
    });
    let kubeconfig = json!({
        "current-context": "c",
        "contexts": [{ "name": "c", "context": { "cluster": "s", "user": "u" } }],
        "clusters": [{ "name": "s", "cluster": { "server": "https://127.0.0.1:1" } }],
        "users": [{ "name": "u", "user": { "exec": program } }],
    });
    fs::write(folder.path().join("kubeconfig"), kubeconfig.to_string()).unwrap();
    for signal in ["-INT", "-TERM"] {
        let mut command = command(folder.path(), &["run", "--kubeconfig", "kubeconfig"]);
        let mut running = command.arg(plugin::scripted()).spawn().unwrap();
        let _held = until_read(&pipe).await;
        assert_eq!(stop(&mut running, signal).await, Some(0), "{signal}");
    }
}

#[tokio::test]
async fn who_asks_for_settings_does_not_wait_for_startup_handlers_either() {
    let folder = tempfile::tempdir().unwrap();
    let plugin = plugin::build("kopf-test-waiting");
    for (signal, code) in [("-INT", 130), ("-TERM", 143)] {
        let mut command = command(folder.path(), &["settings"]);
        let mut running = command.arg(&plugin).stdin(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(running.stderr.take().unwrap()).lines();
        let first = timeout(DEADLINE, lines.next_line()).await.expect("it says something").unwrap();
        assert!(first.as_ref().is_some_and(|line| line.contains("Waiting to begin")), "{first:?}");
        // Waiting would close it.
        let _held = running.stdin.take();
        assert_eq!(stop(&mut running, signal).await, Some(code));
        let last = timeout(DEADLINE, lines.next_line()).await.expect("it ends").unwrap();
        assert_eq!(last, Some(format!("stopped by SIG{}", &signal[1..])));
    }
}
