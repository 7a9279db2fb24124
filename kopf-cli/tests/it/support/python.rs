//! The Python framework of the same name, from where Python packages come from, in a folder of the tests' own.

use super::operator::Operator;
use super::script::Script;
use super::world::World;
use kopf_control_plane::pypi;
use kube::api::DynamicObject;
use serde_json::Value;
use std::path::{Path, PathBuf};
use tokio::process::Command;

/// What is installed.
const KOPF: &str = "kopf==1.45.2";

/// A Python that has Kopf: the folder in which that is.
pub(crate) struct Python(PathBuf);

impl Python {
    /// `None`, with a line that says why, where it cannot be installed.
    pub(crate) async fn with_kopf() -> Option<Python> {
        pypi::installed(env!("CARGO_TARGET_TMPDIR"), KOPF).await.map(Python)
    }

    /// A command of Python, which finds Kopf and what handlers of these tests have in common.
    fn command(&self) -> Command {
        let mut command = Command::new("python3");
        let path = std::env::join_paths([&self.0, &here().join("support/python")])
            .expect("our folders have plain names");
        command.env("PYTHONPATH", path).env("PYTHONDONTWRITEBYTECODE", "1");
        command
    }

    /// What a program prints, which must end well.
    pub(crate) async fn run(&self, program: &str) -> String {
        let output = self.command().args(["-c", program]).output().await.expect("it is installed");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("names are text")
    }

    /// Runs the Python handlers of a file in `tests/it` on the namespace of a world, behind its proxy; they do what
    /// `script` says, and take part in no peering.
    pub(crate) fn operator(&self, handlers: &str, world: &World, script: &Script) -> Operator {
        self.operator_with(handlers, world, script, &["--standalone"])
    }

    /// The same with these options.
    pub(crate) fn operator_with(
        &self,
        handlers: &str,
        world: &World,
        script: &Script,
        options: &[&str],
    ) -> Operator {
        let mut command = self.command();
        command
            .args(["-m", "kopf", "run", "--verbose", "--namespace", &world.namespace])
            .args(options)
            .arg(here().join(handlers))
            .env("KUBECONFIG", &world.kubeconfig)
            .env("KOPF_TEST_SCRIPT", script.address.to_string());
        Operator::spawn(command)
    }
}

/// The folder of these tests.
fn here() -> PathBuf {
    Path::new(&std::env::var("CARGO_MANIFEST_DIR").expect("cargo sets it for tests")).join("tests/it")
}

/// Whether Python Kopf has recorded the present spec as handled.
pub(crate) fn is_handled(object: &DynamicObject) -> bool {
    let annotations = object.metadata.annotations.as_ref();
    let handled = annotations.and_then(|all| all.get("kopf.zalando.org/last-handled-configuration"));
    let handled: Option<Value> = handled.and_then(|handled| serde_json::from_str(handled).ok());
    handled.is_some_and(|handled| handled["spec"] == object.data["spec"])
}
