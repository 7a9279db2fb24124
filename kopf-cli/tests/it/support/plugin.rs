//! Builds the plugins that tests run: `cargo test` builds no cdylib.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The plugin whose handlers ask a [`Script`](super::script::Script), built once in a run.
pub(crate) fn scripted() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| build("kopf-test-scripted"))
}

/// Builds a plugin crate of this workspace, in the target folder of the tests, and returns its library.
pub(crate) fn build(package: &str) -> PathBuf {
    // CARGO_TARGET_TMPDIR is the folder `tmp` in the target folder that this test binary is in.
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("it is a folder in a folder");
    let built = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--message-format=json-render-diagnostics", "--package", package])
        .arg("--target-dir")
        .arg(target)
        .current_dir(std::env::var("CARGO_MANIFEST_DIR").expect("cargo sets it for tests"))
        .output()
        .expect("the cargo that runs these tests can be run");
    assert!(built.status.success(), "cargo build: {}", String::from_utf8_lossy(&built.stderr));
    let messages = String::from_utf8(built.stdout).expect("cargo writes JSON");
    messages.lines().find_map(library).unwrap_or_else(|| panic!("{package} has no cdylib:\n{messages}"))
}

fn library(message: &str) -> Option<PathBuf> {
    let message: Value = serde_json::from_str(message).ok()?;
    let is_cdylib = message["target"]["crate_types"].as_array()?.iter().any(|kind| kind == "cdylib");
    is_cdylib.then(|| message["filenames"][0].as_str().map(PathBuf::from))?
}
