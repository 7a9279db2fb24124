//! The crates of the workspace, as cargo sees them, and which of them may know which.

use super::files::root;
use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

/// Every crate, and the crates of ours that it may depend on.
const ALLOWED: &[(&str, &[&str])] = &[
    ("kopf-control-plane", &[]),
    ("kopf-core", &[]),
    ("kopf-sandbox", &[]),
    ("kopf-reactor", &["kopf-core"]),
    ("kopf-loader", &["kopf-core", "kopf-reactor", "kopf-plugin-abi"]),
    ("kopf-cli", &["kopf-core", "kopf-reactor", "kopf-sandbox", "kopf-loader", "kopf-plugin-abi"]),
    ("kopf-plugin-abi", &[]),
    ("kopf-plugin-macros", &[]),
    ("kopf-plugin-api", &["kopf-plugin-abi", "kopf-plugin-macros"]),
    (
        "kopf-plugin-testing",
        &["kopf-plugin-api", "kopf-plugin-abi", "kopf-core", "kopf-reactor", "kopf-sandbox", "kopf-loader"],
    ),
];

/// Plugins know what their authors see, and nothing else.
const ALLOWED_IN_PLUGINS: &[&str] = &["kopf-plugin-api"];
const PLUGINS: &[&str] = &["plugins", "examples", "kopf-cli/benches", "kopf-cli/tests/fixtures"];

/// What the core may take from others: nothing that reads, writes, waits or starts a thread.
const ALLOWED_IN_CORE: &[&str] =
    &["base64", "blake2", "bytes", "flate2", "jiff", "serde", "serde_json", "thiserror"];

/// Crates of others that change, or weigh, too much to be everywhere; and who may depend on them.
const HOMES: &[(&str, &[&str])] = &[
    // The last one is the example of a plugin that brings it.
    ("kube", &["kopf-reactor", "kopf-plugin-testing", "kopf-control-plane", "own-client"]),
    ("abi_stable", &["kopf-plugin-abi", "kopf-plugin-api", "kopf-loader"]),
    ("clap", &["kopf-cli"]),
];

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    manifest_path: PathBuf,
    dependencies: Vec<Dependency>,
    targets: Vec<Target>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    kind: Option<String>,
}

#[derive(Deserialize)]
struct Target {
    src_path: PathBuf,
}

impl Package {
    /// What it needs to be built, its tests apart.
    fn needs(&self) -> impl Iterator<Item = &str> {
        let needed = self.dependencies.iter().filter(|dependency| dependency.kind.as_deref() != Some("dev"));
        needed.map(|dependency| dependency.name.as_str())
    }

    fn is_plugin(&self) -> bool {
        PLUGINS.iter().any(|folder| self.manifest_path.starts_with(root().join(folder)))
    }
}

fn packages() -> &'static [Package] {
    static READ: LazyLock<Vec<Package>> = LazyLock::new(|| {
        let output = Command::new(env!("CARGO"))
            .args(["metadata", "--no-deps", "--offline", "--format-version=1"])
            .current_dir(root())
            .output()
            .expect("the cargo that runs these tests can be run");
        assert!(output.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice::<Metadata>(&output.stdout).unwrap().packages
    });
    &READ
}

/// Dependencies among our crates that are not allowed.
pub(super) fn wrong_edges() -> Vec<String> {
    let mut wrong = Vec::new();
    for package in packages() {
        let name = &package.name;
        let allowed = match ALLOWED.iter().find(|(krate, _)| krate == name) {
            Some((_, allowed)) => *allowed,
            None if package.is_plugin() => ALLOWED_IN_PLUGINS,
            None => {
                wrong.push(format!("{name} is new: give it a row in ALLOWED"));
                continue;
            }
        };
        let ours = package.needs().filter(|need| packages().iter().any(|package| package.name == *need));
        wrong.extend(
            ours.filter(|need| !allowed.contains(need))
                .map(|need| format!("{name} must not depend on {need}")),
        );
    }
    wrong
}

/// What the core depends on and should not.
pub(super) fn impure() -> Vec<String> {
    let core = package("kopf-core");
    let impure = core.needs().filter(|need| !ALLOWED_IN_CORE.contains(need));
    impure.map(|need| format!("kopf-core must stay pure: move what needs {need} to kopf-reactor")).collect()
}

/// Crates of others that have strayed from their homes.
pub(super) fn strays() -> Vec<String> {
    let mut strays = Vec::new();
    for (krate, homes) in HOMES {
        let away = packages().iter().filter(|package| !homes.contains(&package.name.as_str()));
        let users = away.filter(|package| package.needs().any(|need| need == *krate));
        strays.extend(
            users.map(|package| format!("only {homes:?} may depend on {krate}, not {}", package.name)),
        );
    }
    strays
}

/// The version of a crate of ours.
pub(super) fn version(name: &str) -> &'static str {
    &package(name).version
}

/// The root files of everything that cargo builds here.
pub(super) fn targets() -> Vec<&'static Path> {
    packages().iter().flat_map(|package| &package.targets).map(|target| target.src_path.as_path()).collect()
}

fn package(name: &str) -> &'static Package {
    packages()
        .iter()
        .find(|package| package.name == name)
        .unwrap_or_else(|| panic!("there is no crate {name}"))
}
