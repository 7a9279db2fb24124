//! One scenario on one server: its folder, its commands, and what goes on beside them.

use std::{
    fs,
    process::{ExitStatus, Stdio},
    time::Duration,
};

use kube::config::Kubeconfig;
use regex::Regex;
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    process::{Child, ChildStdout, Command},
    time::timeout,
};

use super::{files, install::Tool, mask};

/// What a row came to, less what differs between any two runs.
#[derive(Debug, PartialEq)]
pub(super) struct Outcome {
    pub(super) code: Option<i32>,
    pub(super) printed: Vec<String>,
    pub(super) complained: Vec<String>,
}

impl Outcome {
    /// Itself with these lines alone of what was printed.
    fn picked(mut self, wanted: impl Fn(&str) -> bool) -> Self {
        self.printed.retain(|line| wanted(line));
        self
    }

    /// Itself, line by line.
    pub(super) fn lines(&self) -> Vec<String> {
        let exit = [format!("exit {:?}", self.code)];
        let printed = self.printed.iter().map(|line| format!("| {line}"));
        exit.into_iter()
            .chain(printed)
            .chain(self.complained.iter().map(|line| format!("! {line}")))
            .collect()
    }
}

/// How long a command may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// A scenario under way.
pub(super) struct Session {
    folder: TempDir,
    kubectl: Tool,
    namespace: String,
    following: Option<Following>,
}

/// A command that goes on.
struct Following {
    _child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    printed: Vec<String>,
}

impl Session {
    pub(super) fn begin(kubeconfig: &Kubeconfig, kubectl: &Tool, namespace: &str) -> Self {
        let folder = tempfile::Builder::new().prefix("kopf-clients-").tempdir().unwrap();
        let mut kubeconfig = kubeconfig.clone();
        for context in &mut kubeconfig.contexts {
            if let Some(context) = &mut context.context {
                context.namespace = Some(namespace.to_owned());
            }
        }
        fs::write(folder.path().join("kubeconfig"), serde_json::to_vec(&kubeconfig).unwrap()).unwrap();
        for file in fs::read_dir(files()).unwrap() {
            let file = file.unwrap();
            let text = fs::read_to_string(file.path()).unwrap().replace("$ns", namespace);
            fs::write(folder.path().join(file.file_name()), text).unwrap();
        }
        Session { folder, kubectl: kubectl.clone(), namespace: namespace.to_owned(), following: None }
    }

    pub(super) async fn row(&mut self, row: &str) -> Outcome {
        let row = row.replace("$ns", &self.namespace);
        if let Some(command) = row.strip_prefix("follow ") {
            return self.follow(command).await;
        }
        if let Some(word) = row.strip_prefix("until ") {
            return self.until(word.trim()).await;
        }
        if let Some(("only", word, command)) = picking(&row) {
            return self.run(command).await.picked(|line| word.is_match(line));
        }
        if let Some(("without", word, command)) = picking(&row) {
            return self.run(command).await.picked(|line| !word.is_match(line));
        }
        self.run(&row).await
    }

    async fn run(&self, row: &str) -> Outcome {
        let output = timeout(PATIENCE, self.command(row).output()).await;
        match output {
            Ok(output) => {
                let output = output.unwrap_or_else(|error| panic!("{row}: {error}"));
                self.outcome(Some(output.status), &output.stdout, &output.stderr)
            }
            Err(_) => self.outcome(None, b"", b"it did not end"),
        }
    }

    fn command(&self, row: &str) -> Command {
        let mut words = words(row).into_iter().peekable();
        let mut environment = Vec::new();
        while let Some((name, value)) = words.peek().and_then(|word| word.split_once('='))
            && name.chars().all(|letter| letter.is_ascii_uppercase() || letter == '_')
        {
            environment.push((name.to_owned(), value.to_owned()));
            words.next();
        }
        let program = match words.next().as_deref() {
            Some("kubectl") => self.kubectl.program.clone(),
            other => panic!("rows run kubectl, not {other:?}"),
        };
        let mut command = Command::new(program);
        command
            .args(words)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.folder.path())
            .env("KUBECONFIG", self.folder.path().join("kubeconfig"))
            .env("KUBECACHEDIR", self.folder.path().join("cache"))
            .env("KUBECTL_REMOTE_COMMAND_WEBSOCKETS", "true")
            .envs(environment)
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .kill_on_drop(true);
        command
    }

    async fn follow(&mut self, row: &str) -> Outcome {
        let mut command = self.command(row);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        // What comes is not of the past once the first line has.
        let first =
            timeout(PATIENCE, lines.next_line()).await.unwrap_or_else(|_| panic!("{row}: silent")).unwrap();
        self.following = Some(Following { _child: child, lines, printed: first.into_iter().collect() });
        self.outcome(None, b"", b"")
    }

    async fn until(&mut self, word: &str) -> Outcome {
        let mut following = self.following.take().expect("something is followed");
        while !following.printed.last().is_some_and(|line| line.contains(word)) {
            match timeout(PATIENCE, following.lines.next_line()).await {
                Ok(Ok(Some(line))) => following.printed.push(line),
                _ => break,
            }
        }
        self.outcome(None, following.printed.join("\n").as_bytes(), b"")
    }

    fn outcome(&self, status: Option<ExitStatus>, printed: &[u8], complained: &[u8]) -> Outcome {
        let folder = self.folder.path().display().to_string();
        let masked = |text: &[u8]| mask::lines(&String::from_utf8_lossy(text), &self.namespace, &folder);
        Outcome {
            code: status.and_then(|status| status.code()),
            printed: masked(printed),
            complained: masked(complained),
        }
    }
}

/// Which lines of what a row prints are looked at, and the command.
fn picking(row: &str) -> Option<(&str, Regex, &str)> {
    let mut parts = row.splitn(3, ' ');
    let (pick, word, command) = (parts.next()?, parts.next()?, parts.next()?);
    ["only", "without"].contains(&pick).then(|| (pick, Regex::new(word).unwrap(), command))
}

/// The words of a row, of which some may be in single quotes.
fn words(row: &str) -> Vec<String> {
    let mut words = Vec::new();
    let (mut word, mut quoted, mut begun) = (String::new(), false, false);
    for letter in row.chars() {
        match letter {
            '\'' => (quoted, begun) = (!quoted, true),
            ' ' if !quoted => {
                if begun {
                    words.push(std::mem::take(&mut word));
                }
                begun = false;
            }
            letter => {
                word.push(letter);
                begun = true;
            }
        }
    }
    if begun {
        words.push(word);
    }
    words
}
