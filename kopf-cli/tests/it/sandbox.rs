//! `kopf sandbox`: what it prints, who can use it, and what outlives it.

use crate::support::operator::Operator;
use crate::support::plugin;
use kopf_control_plane::DEADLINE;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader, Lines};
use tokio::net::TcpSocket;
use tokio::process::{Child, ChildStdout, Command};

/// A sandbox that was started by the command, in a folder of its own.
struct Sandbox {
    child: Child,
    output: Lines<BufReader<ChildStdout>>,
    kubeconfig: PathBuf,
}

fn command(folder: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kopf"));
    command.arg("sandbox").args(words).current_dir(folder).env("HOME", folder).env_remove("XDG_CACHE_HOME");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    command
}

impl Sandbox {
    /// Starts one, and returns when it has said how to use it.
    async fn start(folder: &Path, words: &[&str]) -> Sandbox {
        let mut child = command(folder, words).spawn().expect("the binary under test can be run");
        let output = BufReader::new(child.stdout.take().expect("it is piped")).lines();
        let mut sandbox =
            Sandbox { child, output, kubeconfig: folder.join(".cache/kopf/sandbox/kubeconfig") };
        loop {
            match sandbox.line().await {
                Some(line) if line == "Ctrl-C to stop." => return sandbox,
                Some(line) => match line.strip_prefix("  export KUBECONFIG=") {
                    Some(path) => sandbox.kubeconfig = folder.join(path.trim_start_matches("~/")),
                    None => assert!(is_instruction(&line), "it says {line}"),
                },
                None => panic!("it ended: {:?}", sandbox.child.wait_with_output().await),
            }
        }
    }

    async fn line(&mut self) -> Option<String> {
        let line = tokio::time::timeout(DEADLINE, self.output.next_line()).await;
        line.expect("it says something in time").expect("what it says is text")
    }

    /// Stops it as a terminal or an init system does, and returns what else it said.
    async fn stop(mut self, signal: &str) -> Vec<String> {
        let process = self.child.id().expect("it runs").to_string();
        std::process::Command::new("kill").args([signal, &process]).status().unwrap();
        let mut said = vec![];
        while let Some(line) = self.line().await {
            said.push(line);
        }
        let status = tokio::time::timeout(DEADLINE, self.child.wait()).await.expect("it ends").unwrap();
        assert_eq!(status.code(), Some(0), "{said:?}");
        said
    }

    /// The server's address, as the kubeconfig has it.
    fn address(&self) -> String {
        let text = std::fs::read_to_string(&self.kubeconfig).unwrap();
        let line = text.lines().find(|line| line.contains("https://")).unwrap();
        line[line.find("https://").unwrap()..].trim_end_matches(['"', ',']).to_owned()
    }

    /// What kubectl prints, if it can be had. It must do well.
    async fn kubectl(&self, words: &[&str]) -> Option<String> {
        let output = self.try_kubectl(words).await?;
        assert!(output.status.success(), "kubectl {words:?}: {output:?}");
        Some(String::from_utf8(output.stdout).unwrap().trim_end().to_owned())
    }

    async fn try_kubectl(&self, words: &[&str]) -> Option<Output> {
        let Some(assets) = std::env::var_os("KUBEBUILDER_ASSETS") else {
            kopf_control_plane::skip("there is no kubectl without KUBEBUILDER_ASSETS");
            return None;
        };
        let binary = Path::new(&assets).join("kubectl");
        let mut kubectl = Command::new(binary);
        // Its caches would be at home.
        kubectl.args(words).env("KUBECONFIG", &self.kubeconfig).env("HOME", self.kubeconfig.parent()?);
        let output = tokio::time::timeout(DEADLINE, kubectl.kill_on_drop(true).output()).await;
        Some(output.expect("kubectl ends").expect("kubectl can be run"))
    }
}

fn is_instruction(line: &str) -> bool {
    line.is_empty() || line.starts_with("Sandbox API server on https://") || line.starts_with("  kubectl ")
}

/// What a sandbox complains of that does not begin.
async fn refused(folder: &Path, words: &[&str], code: i32) -> String {
    let output = tokio::time::timeout(DEADLINE, command(folder, words).output()).await;
    let output = output.expect("it ends").unwrap();
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(code), &b""[..]), "{output:?}");
    let said = String::from_utf8(output.stderr).unwrap();
    said.trim_end().replace(folder.to_str().unwrap(), "FOLDER")
}

#[tokio::test]
async fn it_says_how_to_use_it_and_stops_cleanly_on_either_signal() {
    for signal in ["-INT", "-TERM"] {
        let folder = tempfile::tempdir().unwrap();
        let sandbox = Sandbox::start(folder.path(), &[]).await;
        assert!(sandbox.kubeconfig.starts_with(folder.path().join(".cache")));
        if let Some(namespaces) = sandbox.kubectl(&["get", "namespaces", "-o", "name"]).await {
            assert!(namespaces.lines().any(|name| name == "namespace/default"), "{namespaces}");
        }
        assert_eq!(sandbox.stop(signal).await, Vec::<String>::new());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_goes_on_when_the_server_comes_back_with_other_credentials_and_another_authority() {
    let folder = tempfile::tempdir().unwrap();
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
    let [definition, object] = ["crd.yaml", "obj.yaml"].map(|name| examples.join(name));
    let after = std::fs::read_to_string(&object).unwrap().replace("kopf-example-1", "after");
    std::fs::write(folder.path().join("after.yaml"), after).unwrap();
    let files = [&definition, &object].map(|file| file.display().to_string());
    let sandbox = Sandbox::start(folder.path(), &["--state", "state", "--apply", &files[0], &files[1]]).await;

    let mut command = Command::new(env!("CARGO_BIN_EXE_kopf"));
    command.arg("run").arg(plugin::build("minimal")).args(["--namespace", "default", "--log-format", "full"]);
    command.args(["--set", "networking.login_interval=0.1", "--set", "watching.reconnect_limit=0.5"]);
    command.env("KUBECONFIG", &sandbox.kubeconfig);
    let operator = Operator::spawn(command);
    operator.says("[default/kopf-example-1] All handlers succeeded for creation.").await;

    let address = sandbox.address();
    let port = address.rsplit_once(':').unwrap().1.to_owned();
    sandbox.stop("-TERM").await;
    let words = ["--state", "state", "--port", &port, "--apply", "after.yaml"];
    let sandbox = Sandbox::start(folder.path(), &words).await;
    assert_eq!(sandbox.address(), address);
    operator.says("Logged in again, for the API server has a certificate that is not trusted.").await;
    operator.says("[default/after] All handlers succeeded for creation.").await;
    assert_eq!(operator.stop().await.code(), Some(0));
    sandbox.stop("-TERM").await;
}

#[tokio::test]
async fn objects_of_files_are_there_first_and_outlive_it_with_their_versions_and_uids() {
    let folder = tempfile::tempdir().unwrap();
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
    let [definition, object] = ["crd.yaml", "obj.yaml"].map(|name| examples.join(name).display().to_string());
    let sandbox = Sandbox::start(folder.path(), &["--apply", &definition, &object, "--state", "state"]).await;
    let look = ["get", "kex", "kopf-example-1", "-o", "jsonpath={.metadata.uid} {.metadata.resourceVersion}"];
    let before = sandbox.kubectl(&look).await;
    let kept = folder.path().join("state");
    assert_eq!(sandbox.stop("-TERM").await, [format!("The objects are kept in {}.", kept.display())]);

    let sandbox = Sandbox::start(folder.path(), &["--state", "state", "--kubeconfig", "way"]).await;
    assert_eq!(sandbox.kubeconfig, folder.path().join("way"));
    assert_eq!(sandbox.kubectl(&look).await, before);
    sandbox.kubectl(&["label", "kex", "kopf-example-1", "seen=yes"]).await;
    sandbox.stop("-INT").await;
    let text = std::fs::read_to_string(&kept).unwrap();
    assert!(text.contains("kopf-example-1") && text.contains("\"ended\":true"), "{text}");
}

#[tokio::test]
async fn who_takes_over_the_kubeconfig_of_another_that_runs_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let first = Sandbox::start(folder.path(), &[]).await;
    let address = first.address();
    let complaints = async |mut sandbox: Sandbox| {
        let mut said = String::new();
        let mut errors = sandbox.child.stderr.take().expect("it is piped");
        sandbox.stop("-TERM").await;
        errors.read_to_string(&mut said).await.unwrap();
        said
    };
    let expected = format!(
        "warning: ~/.cache/kopf/sandbox/kubeconfig has led to the sandbox at {address}, where somebody listens still, and leads \
         here now; with `kopf sandbox --kubeconfig FILE` it has one of its own\n"
    );
    assert_eq!(complaints(Sandbox::start(folder.path(), &[]).await).await, expected);
    // A port that is taken, at which nobody else can begin to listen.
    let silent = TcpSocket::new_v4().unwrap();
    silent.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let silent_at = format!("https://{}", silent.local_addr().unwrap());
    let text = std::fs::read_to_string(&first.kubeconfig).unwrap();
    let last = text[text.find("https://").unwrap()..].split(['"', ',', '\n']).next().unwrap();
    std::fs::write(&first.kubeconfig, text.replace(last, &silent_at)).unwrap();
    assert_eq!(
        complaints(Sandbox::start(folder.path(), &[]).await).await,
        "",
        "where nobody listens, nobody is displaced"
    );
    first.stop("-TERM").await;
}

#[tokio::test]
async fn each_namespace_has_what_it_has_in_a_cluster() {
    let folder = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::start(folder.path(), &[]).await;
    let Some(namespaces) = sandbox.kubectl(&["get", "namespaces", "-o", "name"]).await else { return };
    for namespace in namespaces.lines().map(|line| line.trim_start_matches("namespace/")) {
        let there =
            ["get", "serviceaccount/default", "configmap/kube-root-ca.crt", "-o", "name", "-n", namespace];
        let there = sandbox.kubectl(&there).await.unwrap();
        assert_eq!(there, "serviceaccount/default\nconfigmap/kube-root-ca.crt", "in {namespace}");
    }
    let refused = ["run", "a", "--image=i", r#"--overrides={"spec":{"serviceAccountName":"missing"}}"#];
    let refused = sandbox.try_kubectl(&refused).await.unwrap();
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(said.contains("error looking up service account default/missing"), "{said}");
    sandbox.stop("-INT").await;
}

#[tokio::test]
async fn nobody_is_known_and_a_stranger_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::start(folder.path(), &["--rbac"]).await;
    if let Some(output) = sandbox.try_kubectl(&["--context", "nobody", "get", "configmaps"]).await {
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.starts_with("Error from server (Forbidden): "), "{said}");
    }
    sandbox.kubectl(&["get", "configmaps"]).await;
    let contexts = sandbox.kubectl(&["config", "get-contexts", "-o", "name"]).await;
    assert!(contexts.is_none_or(|names| names == "admin\nnobody"));
    let stranger = ["--token", "stranger", "--user", "stranger", "get", "namespaces"];
    if let Some(output) = sandbox.try_kubectl(&stranger).await {
        assert_eq!(output.status.code(), Some(1), "{output:?}");
    }
    sandbox.stop("-TERM").await;
}

#[tokio::test]
async fn a_state_that_cannot_be_used_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state");
    let refusal = |why: &str| {
        format!(
            "the state in FOLDER/state cannot be used: {why}; it is left as it is: mend it, or take it away"
        )
    };
    for (text, why) in [
        ("", "it does not begin as the state of a sandbox does"),
        ("\u{0}\u{1}garbage", "it does not begin as the state of a sandbox does"),
        (
            "{\"apiVersion\":\"sandbox.kopf.dev/v1\",\"kind\":\"State\",\"revision\":9,\"objects\":2,\"ended\":true}\n{\"resource",
            "it is cut short: 0 of 2 objects are there",
        ),
        (
            "{\"apiVersion\":\"sandbox.kopf.dev/v2\",\"kind\":\"State\",\"news\":{}}\n",
            "it is of the form sandbox.kopf.dev/v2, and sandbox.kopf.dev/v1 is what is read here: use the kopf that wrote it",
        ),
        (
            "{\"apiVersion\":\"sandbox.kopf.dev/v1\",\"kind\":\"State\",\"revision\":-1,\"objects\":0,\"ended\":true}\n",
            "line 1: invalid value: integer `-1`, expected u64 at column 64",
        ),
        (
            "{\"apiVersion\":\"sandbox.kopf.dev/v1\",\"kind\":\"State\",\"revision\":1,\"objects\":0,\"ended\":true,\"signingKey\":\"a\"}\n",
            "line 1: its signingKey is no key",
        ),
    ] {
        std::fs::write(&path, text).unwrap();
        assert_eq!(refused(folder.path(), &["--state", "state"], 1).await, refusal(why));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    }
}

#[tokio::test]
async fn what_it_cannot_have_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let said = refused(folder.path(), &["--port", &port], 1).await;
    assert!(said.starts_with(&format!("the sandbox cannot be served at 127.0.0.1:{port}: ")), "{said}");
    assert!(said.ends_with("; give --port another one, or leave it out for one that is free"), "{said}");
    // An address for documentation, which nobody has.
    let said = refused(folder.path(), &["--listen", "192.0.2.7"], 1).await;
    assert!(said.starts_with("the sandbox cannot be served at 192.0.2.7: "), "{said}");
    assert!(said.ends_with("; give --listen an address of this machine"), "{said}");

    std::fs::write(folder.path().join("mine"), "kind: Config\n").unwrap();
    assert_eq!(
        refused(folder.path(), &["--kubeconfig", "mine"], 1).await,
        "mine is no kubeconfig of a sandbox, and is left as it is: name another file, or take it away"
    );
    let said = refused(folder.path(), &["--state", "mine/state"], 1).await;
    assert!(said.starts_with("cannot read the state in mine/state: "), "{said}");
    for endless in ["/dev/zero", "/"] {
        assert_eq!(
            refused(folder.path(), &["--state", endless], 1).await,
            format!(
                "the state cannot be kept in {endless}, which is no regular file: name one, or one that is not there yet"
            )
        );
    }
    let said = refused(folder.path(), &["--apply", "nothing.yaml"], 1).await;
    assert!(said.starts_with("cannot read nothing.yaml: "), "{said}");
    let said = refused(folder.path(), &["--listen", "no.such.kopf.invalid"], 2).await;
    assert!(said.starts_with("nothing is found at no.such.kopf.invalid: "), "{said}");
}
