//! Plugins that are built first: whoever stops the command while cargo is at work stops cargo, too.

use kopf_control_plane::DEADLINE;
use std::{fs, os::unix::fs::PermissionsExt, path::Path, process::Stdio};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::Command,
};

/// A cargo that knows a crate, and begins to build it: a compiler is at work until `$HELD` has an end, and so is cargo itself.
const CARGO: &str = r#"#!/bin/sh
if [ "$1" = metadata ]; then
  exec "$REAL_CARGO" "$@"
fi
exec 3<"$HELD"
(cat <&3; echo compiled >&2) &
echo building >&2
cat <&3
echo built >&2
"#;
const MANIFEST: &str = r#"[package]
name = "slow"
edition = "2024"
[lib]
crate-type = ["cdylib"]
[workspace]
"#;

/// Makes the folder of a crate, and this cargo in it.
pub(crate) fn write_crate(folder: &Path, cargo: &str) {
    let path = folder.join("cargo");
    fs::write(&path, cargo).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    fs::write(folder.join("Cargo.toml"), MANIFEST).unwrap();
    fs::create_dir(folder.join("src")).unwrap();
    fs::write(folder.join("src/lib.rs"), "").unwrap();
}

/// A command in the folder of such a crate.
pub(crate) fn command(folder: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kopf"));
    command
        .args(words)
        .current_dir(folder)
        .env("REAL_CARGO", env!("CARGO"))
        .env("CARGO", folder.join("cargo"));
    command.stdin(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
    command
}

/// Makes a pipe with a name.
pub(crate) fn make_pipe(path: &Path) {
    assert!(std::process::Command::new("mkfifo").arg(path).status().unwrap().success());
}

/// Runs a command in the folder of such a crate, sends it a signal when cargo is at work, and looks at who goes on.
async fn check(words: &[&str], signal: &str, code: i32) {
    let folder = tempfile::tempdir().unwrap();
    write_crate(folder.path(), CARGO);
    let held = folder.path().join("held");
    make_pipe(&held);
    // Whoever reads it ends with this test at the latest.
    let holding = fs::OpenOptions::new().read(true).write(true).open(&held).unwrap();

    let mut running = command(folder.path(), words).env("HELD", &held).spawn().unwrap();
    let mut lines = BufReader::new(running.stderr.take().unwrap()).lines();
    let mut said = Vec::new();
    while said.last().is_none_or(|line| line != "building") {
        let line = tokio::time::timeout(DEADLINE, lines.next_line()).await.expect("it builds").unwrap();
        said.push(line.unwrap_or_else(|| panic!("{words:?} said {said:?}")));
    }
    let process = running.id().unwrap().to_string();
    std::process::Command::new("kill").args([signal, &process]).status().unwrap();
    let status = tokio::time::timeout(DEADLINE, running.wait()).await.expect("it ends").unwrap();
    assert_eq!(status.code(), Some(code), "{words:?} said {said:?}");

    drop(holding);
    said.clear();
    while let Some(line) =
        tokio::time::timeout(DEADLINE, lines.next_line()).await.expect("cargo ends").unwrap()
    {
        said.push(line);
    }
    let [stopped, compiled] = said.as_slice() else { panic!("{words:?} said {said:?}") };
    assert!(stopped.starts_with("stopped by SIG") && compiled == "compiled", "{words:?} said {said:?}");
}

#[tokio::test]
async fn who_stops_the_command_stops_cargo_too_though_a_compiler_finishes() {
    check(&["run", "--sandbox"], "-INT", 130).await;
    check(&["run", "--sandbox", "--build", "."], "-TERM", 143).await;
    check(&["inspect", "--build", "."], "-TERM", 143).await;
}

#[tokio::test]
async fn who_has_no_cargo_is_told_where_it_is_had() {
    let folder = tempfile::tempdir().unwrap();
    write_crate(folder.path(), CARGO);
    fs::remove_file(folder.path().join("cargo")).unwrap();
    let output = command(folder.path(), &["inspect", "--build", "."]).output();
    let output = tokio::time::timeout(DEADLINE, output).await.expect("it ends").unwrap();
    assert_eq!(
        String::from_utf8(output.stderr).unwrap(),
        "cannot run cargo to build .: No such file or directory (os error 2); install Rust from https://rustup.rs, or give \
         a plugin that is built\n"
    );
}
