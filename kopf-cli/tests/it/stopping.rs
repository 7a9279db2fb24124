//! Commands that are stopped before they have begun: while plugins are opened, and while startup handlers run.

use super::building::{command, make_pipe, write_crate};
use crate::support::plugin;
use kopf_control_plane::DEADLINE;
use std::{fs, path::Path, process::Stdio, thread};
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

/// Sends a signal to a command, and returns the code that it exits with.
async fn stop(running: &mut Child, signal: &str) -> Option<i32> {
    let process = running.id().unwrap().to_string();
    std::process::Command::new("kill").args([signal, &process]).status().unwrap();
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
