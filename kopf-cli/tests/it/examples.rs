//! What the READMEs say to type is typed, and must print what they say.
//!
//! - `document`: the steps of a README.
//! - `session`: takes them, in a shell.
//! - `output`: compares what was printed with what was promised.

mod document;
mod output;
mod session;

use document::Step;
use session::Session;
use std::path::Path;

/// Makes a test of each README, and one that none is forgotten.
macro_rules! replayed {
    ($($name:ident: $path:literal),+ $(,)?) => {
        $(#[tokio::test(flavor = "multi_thread")]
        async fn $name() {
            replay($path).await;
        })+

        const REPLAYED: &[&str] = &[$($path),+];
    };
}

replayed! {
    readme: "README.md",
    minimal: "examples/01-minimal/README.md",
    spy: "examples/02-spy/README.md",
    retries: "examples/03-retries/README.md",
    handlers: "examples/04-handlers/README.md",
    builtins: "examples/05-builtins/README.md",
    typed: "examples/06-typed/README.md",
    testing: "examples/07-testing/README.md",
    children: "examples/08-children/README.md",
    events: "examples/09-events/README.md",
    filters: "examples/10-filters/README.md",
    subhandlers: "examples/11-subhandlers/README.md",
    hooks: "examples/12-hooks/README.md",
    daemons: "examples/13-daemons/README.md",
    timers: "examples/14-timers/README.md",
    indexing: "examples/15-indexing/README.md",
    peering: "examples/16-peering/README.md",
    own_client: "examples/17-own-client/README.md",
    pod_security_defaults: "plugins/pod-security-defaults/README.md",
    secret_replicator: "plugins/secret-replicator/README.md",
    sandbox: "kopf-cli/sandbox/README.md",
}

#[test]
fn every_example_and_plugin_has_a_readme_that_is_replayed() {
    for parent in ["examples", "plugins"] {
        for entry in std::fs::read_dir(root().join(parent)).unwrap() {
            let entry = entry.unwrap();
            let readme = format!("{parent}/{}/README.md", entry.file_name().to_string_lossy());
            let is_folder = entry.file_type().unwrap().is_dir();
            assert!(!is_folder || REPLAYED.contains(&readme.as_str()), "{readme} is not replayed");
        }
    }
}

/// Takes every step of a README. Those that need a cluster are left out where there is no control plane.
async fn replay(path: &'static str) {
    let text = std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    let mut steps = document::steps(&text);
    assert!(steps.iter().any(|step| matches!(step, Step::Command { .. })), "{path} says nothing to type");
    let mut session = Session::begin(path);
    if steps.iter().any(Step::needs_cluster) {
        match kopf_control_plane::get().await {
            Some(found) => session.use_cluster(found).await,
            None => steps.retain(|step| !step.needs_cluster()),
        }
    }
    for step in steps {
        session.take(step).await;
    }
    session.end().await;
}

/// The checkout.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate is in a folder of the workspace")
}
