//! What real clients see of the sandbox is what they see of a real server: the same commands end alike and print the same.
//!
//! A scenario is a list of rows, run on both servers at once by each `kubectl` that there is; nothing that is expected is
//! typed. `kubectl …` is a command, with assignments of its environment in front if need be; `follow kubectl …` starts one
//! that goes on, `until WORD` ends it when it has printed a line with that word. `without EXPRESSION kubectl …` passes over
//! the lines that it finds, `only EXPRESSION kubectl …` over all others. `$ns` is the scenario's namespace; the files that
//! commands name are those of `files`, with the same filled in. A row behind `#` is not run: what it asks for the sandbox
//! does not do, or not yet as the server does.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test says what is wrong by failing")]

mod admission;
mod apply;
mod controller;
mod install;
mod kopf;
mod mask;
mod python;
mod reading;
mod session;
mod simulated;
mod trouble;
mod watchers;
mod workloads;
mod writing;

use std::path::Path;

use kopf_control_plane::client::namespace;
use kube::config::Kubeconfig;

use install::Tool;
use session::{Outcome, Session};

/// What `run` makes of a real server, and what of a sandbox; `None`, with a line that says why, where there is no real one.
async fn both<R>(run: impl AsyncFn(Kubeconfig) -> R) -> Option<(R, R)> {
    both_where(Workloads::Wait, run).await
}

/// What comes of workloads in a sandbox.
#[derive(Clone, Copy, PartialEq)]
enum Workloads {
    Wait,
    AreSaidToRun,
}

async fn both_where<R>(workloads: Workloads, run: impl AsyncFn(Kubeconfig) -> R) -> Option<(R, R)> {
    let real = kopf_control_plane::get().await?;
    let builder = kopf_sandbox::Sandbox::builder().first_revision(1_000).rbac(true).service_accounts(true);
    let sandbox = builder.simulate(workloads == Workloads::AreSaidToRun).build();
    let sandbox = sandbox.expect("an empty sandbox can be made");
    let serving = sandbox.serve(([127, 0, 0, 1], 0).into()).await.expect("loopback has a free port");
    let kubeconfig = Kubeconfig::from_yaml(serving.kubeconfig()).expect("the sandbox writes kubeconfigs");
    let answers = tokio::join!(run(real.kubeconfig.clone()), run(kubeconfig));
    serving.shutdown().await;
    Some(answers)
}

/// Runs `rows` on both servers by every kubectl, and fails with every row that ends or prints differently.
async fn check(rows: &str) {
    check_where(Workloads::Wait, rows).await;
}

async fn check_where(workloads: Workloads, rows: &str) {
    for kubectl in Tool::kubectls().await {
        let run = async |kubeconfig: Kubeconfig| run(&kubeconfig, &kubectl, rows).await;
        let Some((expected, found)) = both_where(workloads, run).await else { return };
        let differences: Vec<String> = active(rows)
            .zip(expected.iter().zip(&found))
            .filter(|(_, (expected, found))| expected != found)
            .map(|(row, (expected, found))| {
                format!("{row}\n{}", mask::difference(&expected.lines(), &found.lines()))
            })
            .collect();
        assert!(
            differences.is_empty(),
            "{}: the sandbox differs:\n\n{}",
            kubectl.name,
            differences.join("\n")
        );
    }
}

/// The rows that are run.
fn active(rows: &str) -> impl Iterator<Item = &str> {
    rows.lines().map(str::trim).filter(|row| !row.is_empty() && !row.starts_with('#'))
}

async fn run(kubeconfig: &Kubeconfig, kubectl: &Tool, rows: &str) -> Vec<Outcome> {
    let namespace = namespace(&kopf_control_plane::connect(kubeconfig).await).await;
    let mut session = Session::begin(kubeconfig, kubectl, &namespace);
    let mut outcomes = Vec::new();
    for row in active(rows) {
        outcomes.push(session.row(row).await);
    }
    outcomes
}

/// The files that rows name.
fn files() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients/files")
}
