//! Takes the steps of a README as its reader would: in a shell, from the checkout, with a home of its own.

use super::document::Step;
use super::output::{is_as_promised, masked};
use super::root;
use kopf_control_plane::ControlPlane;
use kopf_control_plane::DEADLINE;
use kopf_control_plane::client::namespace;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::watch;

/// How long a command may take: some build the whole project.
const PATIENCE: Duration = Duration::from_secs(1200);

/// Where a README assumes its reader's clone to be.
const CLONES: [&str; 2] = ["~/kopf/", "../kopf/"];

/// A reader at work.
pub(super) struct Session {
    readme: &'static str,
    home: TempDir,
    /// Where the reader is.
    folder: PathBuf,
    /// A free port, for whoever is told of one.
    port: u16,
    cluster: Option<Cluster>,
    /// Variables, for what is typed from then on.
    exported: Vec<(String, String)>,
    /// What was typed and may still run, the last one last.
    running: Vec<Running>,
}

struct Cluster {
    kubeconfig: PathBuf,
    namespace: String,
}

/// A command that was typed.
struct Running {
    command: String,
    child: Child,
    /// What it has printed so far. Closed when it can print no more.
    lines: watch::Receiver<Vec<String>>,
    expected: Vec<String>,
    is_interrupted: bool,
}

impl Session {
    pub(super) fn begin(readme: &'static str) -> Session {
        let home = tempfile::Builder::new().prefix("kopf-reader-").tempdir().unwrap();
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let (cluster, exported, running) = (None, Vec::new(), Vec::new());
        Session { readme, home, folder: root().to_owned(), port, cluster, exported, running }
    }

    /// Leads the reader to a control plane, and there to a namespace where nobody else is.
    pub(super) async fn use_cluster(&mut self, found: &ControlPlane) {
        let client = kopf_control_plane::connect(&found.kubeconfig).await;
        let namespace = namespace(&client).await;
        let mut kubeconfig = found.kubeconfig.clone();
        for context in kubeconfig.contexts.iter_mut().filter_map(|named| named.context.as_mut()) {
            context.namespace = Some(namespace.clone());
        }
        let path = self.home.path().join("kubeconfig");
        std::fs::write(&path, serde_json::to_vec(&kubeconfig).unwrap()).unwrap();
        self.cluster = Some(Cluster { kubeconfig: path, namespace });
        // For a moment after a definition the server answers 429, and no reader is that quick.
        self.type_in("kubectl apply -f examples/crd.yaml").await;
        self.type_in("kubectl get kex").await;
        if found.has_controllers {
            // Without its account the namespace takes no pods, and a reader's namespace has one.
            self.type_in("kubectl wait --for=create serviceaccount/default --timeout=60s").await;
        }
    }

    pub(super) async fn take(&mut self, step: Step) {
        match step {
            Step::File { name, text } => self.write(&name, &text),
            Step::Command { command, .. } => self.type_in(&command).await,
            Step::Output { line, expected, resumes, .. } => {
                if resumes {
                    self.clear_ended().await;
                }
                self.see(line, expected).await;
            }
            Step::Interrupt { .. } => {
                self.clear_ended().await;
                self.last().interrupt().await;
            }
        }
    }

    /// Presses Ctrl-C wherever something still runs, which must not have said more than the README does.
    pub(super) async fn end(mut self) {
        self.clear_ended().await;
        for mut running in std::mem::take(&mut self.running).into_iter().rev() {
            let found = self.found(&running);
            let promised = is_as_promised(&running.expected, &found);
            assert!(promised, "{}: {}", self.readme, difference(&running, &found));
            running.interrupt().await;
            self.check_end(&mut running).await;
        }
    }

    fn last(&mut self) -> &mut Running {
        self.running.last_mut().expect("a command stands before its output")
    }

    /// Lets go of what has ended.
    async fn clear_ended(&mut self) {
        for mut running in std::mem::take(&mut self.running) {
            if running.child.try_wait().unwrap().is_some() {
                self.check_end(&mut running).await;
            } else {
                self.running.push(running);
            }
        }
    }

    async fn check_end(&self, running: &mut Running) {
        let status = running.ended().await;
        // What knows nothing of signals ends by them. Ours does.
        let by_signal = running.is_interrupted && (status.signal() == Some(2) || status.code() == Some(130));
        let well = status.success() || (by_signal && !running.command.contains("kopf"));
        let said = running.said().join("\n");
        assert!(well, "{}: `{}` ended with {status}:\n{said}", self.readme, running.command);
    }

    /// Waits until the last command has printed what is expected of it, and nothing else.
    async fn see(&mut self, line: usize, expected: Vec<String>) {
        self.last().expected.extend(expected);
        let give_up_at = Instant::now() + DEADLINE;
        loop {
            let running = self.running.last().expect("it was extended");
            if self.comes(running).await {
                return;
            }
            let wrong = format!("{}:{line}: {}", self.readme, difference(running, &self.found(running)));
            assert!(can_be_repeated(&running.command) && Instant::now() < give_up_at, "{wrong}");
            // A reader who was too quick looks again.
            let looked = self.running.pop().expect("it is there");
            self.type_in(&looked.command).await;
            self.last().expected.clone_from(&looked.expected);
        }
    }

    /// Whether what is expected of a command comes, and nothing else.
    async fn comes(&self, running: &Running) -> bool {
        let mut lines = running.lines.clone();
        loop {
            let found = self.adopted(&lines.borrow_and_update());
            if is_as_promised(&running.expected, &found) {
                return true;
            }
            // What builds first takes its time, and says nothing else meanwhile.
            let patience = if masked(&found).is_empty() { PATIENCE } else { DEADLINE };
            if !tokio::time::timeout(patience, lines.changed()).await.is_ok_and(|changed| changed.is_ok()) {
                return false;
            }
        }
    }

    fn found(&self, running: &Running) -> Vec<String> {
        self.adopted(&running.said())
    }

    /// The lines as the reader would see them, who is in the namespace `default`.
    fn adopted(&self, lines: &[String]) -> Vec<String> {
        let Some(Cluster { namespace, .. }) = &self.cluster else { return lines.to_vec() };
        let adopt =
            |line: &String| line.replace(&format!(" in {namespace}."), ".").replace(namespace, "default");
        lines.iter().map(adopt).collect()
    }

    fn write(&self, name: &str, text: &str) {
        assert!(
            self.folder.starts_with(self.home.path()),
            "{}: {name} would be in the checkout",
            self.readme
        );
        let path = self.folder.join(name);
        std::fs::create_dir_all(path.parent().expect("it is in the folder")).unwrap();
        std::fs::write(path, self.with_clone(text)).unwrap();
        if name == "Cargo.toml" {
            // What would be the newest versions on the reader's day are those that this project was tested with.
            std::fs::copy(root().join("Cargo.lock"), self.folder.join("Cargo.lock")).unwrap();
        }
    }

    async fn type_in(&mut self, command: &str) {
        self.clear_ended().await;
        if let Some(folder) = command.strip_prefix("cd ") {
            let folder = self.with_clone(&format!("{folder}/"));
            let folder = folder.replace('~', self.home.path().to_str().expect("the path is text"));
            self.folder = self.folder.join(folder);
            return;
        }
        if let Some((name, value)) = command.strip_prefix("export ").and_then(|pair| pair.split_once('=')) {
            let home = self.home.path().to_str().expect("the path is text");
            self.exported.push((name.to_owned(), value.replace('~', home)));
            return;
        }
        // Tests are what is going on; fuzzing needs a program that is not there, and goes on for minutes.
        if ["cargo test", "cargo fuzz", "cargo install cargo-fuzz"]
            .iter()
            .any(|words| command.starts_with(words))
        {
            return;
        }
        let give_up_at = Instant::now() + DEADLINE;
        let mut running = self.start(command);
        if !stays(command) {
            // A definition is known a moment after it is there.
            while can_be_repeated(command) && !running.ended().await.success() && Instant::now() < give_up_at
            {
                running = self.start(command);
            }
            self.check_end(&mut running).await;
        }
        self.running.push(running);
    }

    fn start(&self, command: &str) -> Running {
        Running::start(self.shell(&self.adapted(command)), command)
    }

    /// What is different here from what the reader types.
    fn adapted(&self, command: &str) -> String {
        let mut command = self.with_clone(command);
        // The project's own README shows that this works. Elsewhere it would build nothing that is not built already.
        if self.readme != "README.md" {
            command = command.replace("cargo run -p kopf-cli -- ", "kopf ");
        }
        // A release build would take many minutes, and the program must not replace the reader's own.
        let install = format!("cargo install --debug --locked --root '{}'", self.home.path().display());
        // Somebody may listen at the port that a README takes.
        let port = format!("127.0.0.1:{}", self.port);
        command.replace("cargo install", &install).replace("127.0.0.1:8080", &port)
    }

    fn with_clone(&self, text: &str) -> String {
        CLONES
            .iter()
            .fold(text.to_owned(), |text, clone| text.replace(clone, &format!("{}/", root().display())))
    }

    fn shell(&self, command: &str) -> Command {
        let binary = Path::new(env!("CARGO_BIN_EXE_kopf"));
        let built = binary.parent().expect("a program is in a folder");
        let mut path = vec![self.home.path().join("bin"), built.to_owned()];
        path.extend(std::env::var_os("KUBEBUILDER_ASSETS").map(PathBuf::from));
        path.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
        let target = built.parent().expect("it is in the target folder");

        let mut shell = Command::new("bash");
        // Where READMEs say `target/`, the target folder of these tests is meant.
        let command = command.replace("target/debug/", &format!("{}/debug/", target.display()));
        shell.args(["-c", &format!("exec 2>&1\n{command}")]).current_dir(&self.folder);
        for (variable, folder) in [("CARGO_HOME", ".cargo"), ("RUSTUP_HOME", ".rustup")] {
            let found = std::env::var_os(variable).map(PathBuf::from);
            let found = found.or_else(|| Some(std::env::home_dir()?.join(folder)));
            shell.envs(found.map(|folder| (variable, folder)));
        }
        shell.env("HOME", self.home.path()).env_remove("XDG_CACHE_HOME").env_remove("KUBECONFIG");
        shell.env("PATH", std::env::join_paths(path).unwrap());
        shell
            .env("CARGO_TARGET_DIR", target)
            .env("CARGO_NET_OFFLINE", "true")
            .env("CARGO_TERM_COLOR", "never");
        // A port that is free, rather than the one in the README.
        shell.env("PRICES", format!("127.0.0.1:{}", self.port));
        if let Some(Cluster { kubeconfig, namespace }) = &self.cluster
            && !command.contains("--sandbox")
        {
            // Others are at work on this cluster, in namespaces of their own.
            shell.env("KUBECONFIG", kubeconfig).env("KOPF_NAMESPACE", namespace);
        }
        shell.envs(self.exported.clone());
        shell
    }
}

/// Whether the command can be typed again and again without harm.
fn can_be_repeated(command: &str) -> bool {
    ["apply", "describe", "get"].iter().any(|verb| command.starts_with(&format!("kubectl {verb} ")))
}

/// Whether the command runs until Ctrl-C.
fn stays(command: &str) -> bool {
    command.split(' ').any(|word| ["run", "sandbox"].contains(&word))
}

impl Running {
    fn start(mut shell: Command, command: &str) -> Running {
        // A group of its own, as a terminal would make: Ctrl-C is for all of it.
        shell.process_group(0).stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = shell.spawn().expect("there is a bash");
        let mut output = BufReader::new(child.stdout.take().expect("it is piped")).lines();
        let (sender, lines) = watch::channel(Vec::new());
        tokio::spawn(async move {
            while let Ok(Some(line)) = output.next_line().await {
                sender.send_modify(|lines| lines.push(line));
            }
        });
        Running { command: command.to_owned(), child, lines, expected: Vec::new(), is_interrupted: false }
    }

    fn said(&self) -> Vec<String> {
        self.lines.borrow().clone()
    }

    async fn interrupt(&mut self) {
        self.signal("INT");
        self.is_interrupted = true;
        assert!(
            tokio::time::timeout(DEADLINE, self.child.wait()).await.is_ok(),
            "Ctrl-C does not end `{}`; it said {:#?}",
            self.command,
            self.said()
        );
    }

    /// Waits until it has ended, and all that it printed is there.
    async fn ended(&mut self) -> ExitStatus {
        match tokio::time::timeout(PATIENCE, self.child.wait()).await {
            Ok(status) => {
                // Nothing is what it waits for, and so it returns when there are no more lines.
                let _ = self.lines.wait_for(|_| false).await;
                status.expect("a child can be waited for")
            }
            Err(_) => panic!("`{}` does not end; it said {:#?}", self.command, self.said()),
        }
    }

    fn signal(&self, name: &str) {
        if let Some(group) = self.child.id() {
            let sent = std::process::Command::new("kill")
                .arg(format!("-{name}"))
                .arg("--")
                .arg(format!("-{group}"))
                .status();
            assert!(sent.is_ok_and(|status| status.success()), "kill -{name} of `{}` failed", self.command);
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // A test that fails leaves nothing behind: the shell's children are in its group, and not killed with it.
        if let Some(group) = self.child.id() {
            let _ = std::process::Command::new("kill").args(["-KILL", "--", &format!("-{group}")]).status();
        }
    }
}

fn difference(running: &Running, found: &[String]) -> String {
    let expected = masked(&running.expected).join("\n");
    let found = masked(found).join("\n");
    format!("`{}` was to print\n\n{expected}\n\nand has printed\n\n{found}\n", running.command)
}
