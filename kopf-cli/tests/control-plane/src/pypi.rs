//! Clients from where Python packages come from, in folders of the tests' own.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::skip;

/// The folder with what `package` brings, below the folder `tests` (cargo's `CARGO_TARGET_TMPDIR`): programs in `bin`,
/// modules for a `PYTHONPATH`. It is installed once for all tests that want it.
///
/// `None`, with a line that says why, where that is not possible; under `CI=true` that is a failure.
pub async fn installed(tests: &str, package: &'static str) -> Option<PathBuf> {
    let folder = Path::new(tests).join("pypi").join(package);
    let installed = tokio::task::spawn_blocking(move || install(&folder, package).map(|()| folder));
    match installed.await.expect("it does not panic") {
        Ok(folder) => Some(folder),
        Err(why) => {
            skip(&format!("no {package}: {why}"));
            None
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
        pip.args(["-m", "pip", "install", "--quiet", "--target"]).arg(folder).arg(package);
        let output = pip.output().map_err(|error| format!("{pip:?}: {error}"))?;
        if !output.status.success() {
            return Err(format!("{pip:?}: {}", String::from_utf8_lossy(&output.stderr).trim()));
        }
        File::create(done).map_err(|error| error.to_string())?;
    }
    Ok(())
}
