//! Runs `kopf run` as a process of its own, and looks at what it says.

use super::plugin;
use super::record::Record;
use super::script::Script;
use kopf_control_plane::DEADLINE;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::{Child, Command};
use tokio::task::JoinSet;

/// The name of every operator of these tests, unless an option says otherwise.
pub(crate) const NAME: &str = "it";

/// A running operator; it is killed when dropped.
pub(crate) struct Operator {
    child: Child,
    lines: Arc<Record<String>>,
    _readers: JoinSet<()>,
}

impl Operator {
    /// Runs the scripted plugin on `namespace` of the server of `kubeconfig`.
    pub(crate) fn start(
        kubeconfig: &Path,
        namespace: &str,
        name: &str,
        script: &Script,
        options: &[&str],
    ) -> Operator {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kopf"));
        command
            .arg("run")
            .arg(plugin::scripted())
            .args(["--name", name, "--namespace", namespace, "--log-format", "full", "--verbose"])
            .args(options)
            .env("KUBECONFIG", kubeconfig)
            .env("KOPF_TEST_SCRIPT", script.address.to_string());
        Operator::spawn(command)
    }

    /// Runs any command as an operator.
    pub(crate) fn spawn(mut command: Command) -> Operator {
        let spawned = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn();
        let mut child = spawned.expect("the binary under test can be run");
        let lines = Arc::new(Record::new());
        let mut readers = JoinSet::new();
        readers.spawn(read(child.stdout.take().expect("it is piped"), lines.clone()));
        readers.spawn(read(child.stderr.take().expect("it is piped"), lines.clone()));
        Operator { child, lines, _readers: readers }
    }

    /// What it has said so far, on both of its outputs.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.lines.all()
    }

    /// Waits until a line contains `text`.
    pub(crate) async fn says(&self, text: &str) -> String {
        let found = |lines: &[String]| lines.iter().find(|line| line.contains(text)).cloned();
        let lines = self.lines.until(&format!("a line with {text:?}"), |lines| found(lines).is_some()).await;
        found(&lines).expect("it was waited for")
    }

    /// Waits until a line contains `first`, and a later one `then`.
    pub(crate) async fn says_then(&self, first: &str, then: &str) {
        let found = |lines: &[String]| {
            let mut later = lines.iter().skip_while(|line| !line.contains(first)).skip(1);
            later.any(|line| line.contains(then))
        };
        self.lines.until(&format!("a line with {then:?} after one with {first:?}"), found).await;
    }

    /// Kills it as the kernel would.
    pub(crate) async fn kill(mut self) {
        self.child.kill().await.expect("a child can be killed");
    }

    /// Asks it to stop, and waits until it has.
    pub(crate) async fn stop(mut self) -> ExitStatus {
        let id = self.child.id().expect("it was not waited for yet").to_string();
        let asked = Command::new("kill").args(["-TERM", &id]).status().await;
        assert!(asked.is_ok_and(|status| status.success()), "kill -TERM failed; it said {:#?}", self.lines());
        match tokio::time::timeout(DEADLINE, self.child.wait()).await {
            Ok(status) => status.expect("a child can be waited for"),
            Err(_) => panic!("SIGTERM did not end it; it said {:#?}", self.lines()),
        }
    }
}

impl Drop for Operator {
    /// What it said is worth reading when the test has failed.
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the operator said:\n{}", self.lines().join("\n"));
        }
    }
}

async fn read(output: impl AsyncRead + Unpin, lines: Arc<Record<String>>) {
    let mut output = BufReader::new(output).lines();
    while let Ok(Some(line)) = output.next_line().await {
        lines.push(line);
    }
}
