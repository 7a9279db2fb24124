//! Runs a command of `kopf` that ends by itself.

use super::world::World;
use kopf_control_plane::DEADLINE;
use std::process::Stdio;
use tokio::process::Command;

/// How a command has ended, and what it has printed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) output: String,
    pub(crate) errors: String,
}

impl Ended {
    /// What was printed by one that has ended well, and has complained of nothing.
    #[track_caller]
    pub(crate) fn well(self) -> String {
        assert_eq!((self.code, self.errors.as_str()), (Some(0), ""), "it printed {}", self.output);
        self.output
    }

    /// The one line that a command has complained with that has done nothing.
    #[track_caller]
    pub(crate) fn badly(self) -> String {
        assert_eq!((self.code, self.output.as_str()), (Some(1), ""), "it complained {}", self.errors);
        assert_eq!(self.errors.lines().count(), 1, "it complained {}", self.errors);
        self.errors.trim_end().to_owned()
    }
}

/// Runs `kopf` with these words in the namespace of a world, behind its proxy.
pub(crate) async fn kopf(world: &World, words: &[&str]) -> Ended {
    let running = Command::new(env!("CARGO_BIN_EXE_kopf"))
        .args(words)
        .args(["--namespace", &world.namespace])
        .env("KUBECONFIG", &world.kubeconfig)
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    match tokio::time::timeout(DEADLINE, running).await {
        Ok(output) => {
            let output = output.expect("the binary under test can be run");
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            Ended { code: output.status.code(), output: text(&output.stdout), errors: text(&output.stderr) }
        }
        Err(_) => panic!("kopf {words:?} did not end"),
    }
}
