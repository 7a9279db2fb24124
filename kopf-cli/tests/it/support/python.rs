//! The Python framework of the same name, from where Python packages come from, in an environment of the tests' own.

use super::operator::Operator;
use super::script::Script;
use super::world::World;
use kopf_control_plane::skip;
use kube::api::DynamicObject;
use serde_json::Value;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use tokio::process::Command;

/// What is installed.
const KOPF: &str = "kopf==1.45.2";

/// A Python that has Kopf.
pub(crate) struct Python(PathBuf);

impl Python {
    /// Makes an environment in the target folder, once. `None`, with a line that says why, where that is not possible.
    pub(crate) async fn with_kopf() -> Option<Python> {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("python").join(KOPF);
        match tokio::task::spawn_blocking(move || install(&folder)).await.expect("it does not panic") {
            Ok(python) => Some(Python(python)),
            Err(why) => {
                skip(&format!("no Python Kopf: {why}"));
                None
            }
        }
    }

    /// What a program prints, which must end well.
    pub(crate) async fn run(&self, program: &str) -> String {
        let output = Command::new(&self.0).args(["-c", program]).output().await.expect("it is installed");
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
        let here = std::env::var("CARGO_MANIFEST_DIR").expect("cargo sets it for tests");
        let here = Path::new(&here).join("tests/it");
        let mut command = Command::new(&self.0);
        command
            .args(["-m", "kopf", "run", "--verbose", "--namespace", &world.namespace])
            .args(options)
            .arg(here.join(handlers))
            .env("PYTHONPATH", here.join("support/python"))
            .env("KUBECONFIG", &world.kubeconfig)
            .env("KOPF_TEST_SCRIPT", script.address.to_string())
            .env("PYTHONDONTWRITEBYTECODE", "1");
        Operator::spawn(command)
    }
}

/// Whether Python Kopf has recorded the present spec as handled.
pub(crate) fn is_handled(object: &DynamicObject) -> bool {
    let annotations = object.metadata.annotations.as_ref();
    let handled = annotations.and_then(|all| all.get("kopf.zalando.org/last-handled-configuration"));
    let handled: Option<Value> = handled.and_then(|handled| serde_json::from_str(handled).ok());
    handled.is_some_and(|handled| handled["spec"] == object.data["spec"])
}

/// The interpreter of the environment in `folder`, which is made if it is not there.
fn install(folder: &Path) -> Result<PathBuf, String> {
    fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    // Others may want the same at the same time.
    let lock = File::create(folder.join("lock")).map_err(|error| error.to_string())?;
    lock.lock().map_err(|error| error.to_string())?;
    let python = folder.join("bin/python");
    let done = folder.join("done");
    if !done.exists() {
        run(std::process::Command::new("python3").args(["-m", "venv"]).arg(folder))?;
        run(std::process::Command::new(&python).args(["-m", "pip", "install", "--quiet", KOPF]))?;
        File::create(done).map_err(|error| error.to_string())?;
    }
    Ok(python)
}

fn run(command: &mut std::process::Command) -> Result<(), String> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    if output.status.success() { Ok(()) } else { Err(format!("{command:?}: {}", said.trim())) }
}
