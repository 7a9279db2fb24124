//! An operator of the Python framework: what its handlers see, and what it makes of its objects, is the same on the sandbox as
//! on a real server.

use std::{
    fs::{self, File, OpenOptions},
    path::PathBuf,
    process::Stdio,
};

use kopf_control_plane::{
    DEADLINE,
    client::{Objects, Resource, namespace},
};
use kube::{api::DynamicObject, config::Kubeconfig};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    process::{Child, ChildStdout, Command},
    time::timeout,
};

use super::{both, files, install::packages, mask};

pub(super) const PACKAGE: &str = "kopf==1.45.2";
/// What a line begins with that tells of which version an operator has seen its object.
const TOLD: &str = "told ";
const PREFIX: &str = "kopf.zalando.org/";
const TASKS: Resource =
    Resource { group: "tasks.clients.kopf.test", kind: "Task", plural: "tasks", has_status: true };

/// A namespace, what an operator needs to run on it, and what its handlers have said.
pub(super) struct Place {
    pub(super) folder: TempDir,
    packages: PathBuf,
    /// The file of its handlers.
    handlers: &'static str,
    pub(super) namespace: String,
    said: Vec<String>,
}

/// An operator that runs, and what it has said that nobody has read yet.
pub(super) struct Operator {
    process: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Place {
    pub(super) fn new(
        kubeconfig: &Kubeconfig,
        packages: PathBuf,
        handlers: &'static str,
        namespace: String,
    ) -> Place {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("kubeconfig"), serde_json::to_vec(kubeconfig).unwrap()).unwrap();
        Place { folder, packages, handlers, namespace, said: Vec::new() }
    }

    fn log_file(&self) -> File {
        OpenOptions::new().create(true).append(true).open(self.folder.path().join("log")).unwrap()
    }

    pub(super) fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    pub(super) fn start(&self, variables: &[(&str, &str)]) -> Operator {
        let mut python = Command::new("python3");
        python
            .args(["-m", "kopf", "run", "--standalone", "--namespace", &self.namespace])
            .arg(files().join(self.handlers))
            .current_dir(self.folder.path())
            .envs(variables.iter().copied())
            .env("PYTHONPATH", &self.packages)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("KUBECONFIG", self.folder.path().join("kubeconfig"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(self.log_file());
        let mut process = python.kill_on_drop(true).spawn().unwrap();
        let lines = BufReader::new(process.stdout.take().expect("it is piped")).lines();
        Operator { process, lines }
    }

    /// Waits until a handler has said a line that is `wanted`. An operator that is stopped while it still has an event to
    /// look at begins the daemons of that object once more, so whoever stops one waits for the last event.
    async fn until(&mut self, operator: &mut Operator, what: &str, wanted: impl Fn(&str) -> bool) {
        let found = timeout(DEADLINE, async {
            while let Some(line) = operator.lines.next_line().await.unwrap() {
                let is_wanted = wanted(&line);
                self.said.push(line);
                if is_wanted {
                    return true;
                }
            }
            false
        });
        let found = found.await.unwrap_or(false);
        assert!(found, "the operator never said {what}:\n{}", self.log());
    }

    /// Waits until the operator has been told of this state of an object.
    async fn until_told(&mut self, operator: &mut Operator, object: &DynamicObject) {
        let version = |text: &str| text.parse::<u64>().expect("versions are numbers");
        let last = version(object.metadata.resource_version.as_deref().expect("every object has a version"));
        let is_last = |line: &str| line.strip_prefix(TOLD).is_some_and(|told| version(told) >= last);
        self.until(operator, &format!("{TOLD}{last}"), is_last).await;
    }

    pub(super) async fn stop(&mut self, mut operator: Operator) {
        let id = operator.process.id().expect("it was not waited for yet").to_string();
        assert!(Command::new("kill").args(["-INT", &id]).status().await.unwrap().success());
        let ended = timeout(DEADLINE, async {
            while let Some(line) = operator.lines.next_line().await.unwrap() {
                self.said.push(line);
            }
            operator.process.wait().await.unwrap().success()
        });
        let ended = ended.await.unwrap_or(false);
        assert!(ended, "the operator did not end well:\n{}", self.log());
    }

    /// What the handlers said, each of them in its order: of several handlers, none is the first.
    pub(super) fn said(&self) -> Vec<String> {
        let said = self.said.iter().filter(|line| !line.starts_with(TOLD));
        let said = said.map(String::as_str).collect::<Vec<&str>>().join("\n");
        let mut lines = mask::lines(&said, &self.namespace, "nowhere");
        lines.sort_by_key(|line| line.split(' ').next().map(str::to_owned));
        lines
    }
}

/// An object as it is compared, with what the operator has noted in the order of names.
fn masked(object: &DynamicObject, namespace: &str) -> String {
    let mut object = object.clone();
    if let Some(annotations) = &mut object.metadata.annotations {
        annotations.retain(|name, _| !name.ends_with("/touch-dummy"));
        if let Some(handled) = annotations.get_mut(&format!("{PREFIX}last-handled-configuration")) {
            let mut said: Value = serde_json::from_str(handled).unwrap();
            said.sort_all_objects();
            *handled = said.to_string();
        }
    }
    mask::object(&object, namespace)
}

/// Whether the operator has nothing left to do about an object with this number.
fn is_settled(object: &DynamicObject, number: i64) -> bool {
    let kept: Vec<(&str, &String)> = object
        .metadata
        .annotations
        .iter()
        .flatten()
        .filter_map(|(name, text)| Some((name.strip_prefix(PREFIX)?, text)))
        .filter(|(name, _)| *name != "touch-dummy")
        .collect();
    let [("last-handled-configuration", handled)] = kept[..] else { return false };
    let handled: Value = serde_json::from_str(handled).unwrap();
    handled["spec"]["n"] == number && handled["spec"] == object.data["spec"]
}

/// One object through all that can happen to it, and a built-in one besides: what was said, and what was there.
async fn run(kubeconfig: Kubeconfig, packages: PathBuf) -> Vec<String> {
    let client = kopf_control_plane::connect(&kubeconfig).await;
    TASKS.register(&client).await;
    let mut place = Place::new(&kubeconfig, packages, "operator.py", namespace(&client).await);
    let tasks = TASKS.objects(&client, &place.namespace);
    let maps = Objects::of(&client, "v1", "ConfigMap", "configmaps", Some(&place.namespace));
    let mut states = Vec::new();
    let its_namespace = place.namespace.clone();
    let mut keep = |object: &DynamicObject| states.push(masked(object, &its_namespace));

    let changed =
        |n: i64| move |task: &DynamicObject| is_settled(task, n) && task.data["status"]["changed"] == n;
    // What handlers and their children return comes behind the word that they are done.
    let made = |task: &DynamicObject| {
        let status = &task.data["status"];
        let is_told = ["family/one", "family/two"].iter().all(|child| !status[child].is_null());
        is_settled(task, 1)
            && is_told
            && status["ticks"] == 3
            && status["lives"] == 1
            && status["made"]["n"] == 1
    };
    let resumed = |task: &DynamicObject| {
        changed(3)(task) && task.data["status"]["resumed"] == 3 && task.data["status"]["lives"] == 3
    };

    let mut operator = place.start(&[]);
    tasks.create("a", json!({ "metadata": { "labels": { "app": "demo" } }, "spec": { "n": 1 } })).await;
    keep(&tasks.until("a", "handled", made).await);
    tasks.patch("a", json!({ "spec": { "n": 2, "text": "ü" } })).await;
    let handled = tasks.until("a", "handled again", changed(2)).await;
    keep(&handled);
    place.until_told(&mut operator, &handled).await;
    place.stop(operator).await;

    tasks.patch("a", json!({ "spec": { "n": 3 } })).await;
    let mut operator = place.start(&[]);
    keep(&tasks.until("a", "resumed", resumed).await);
    maps.create("m", json!({ "metadata": { "labels": { "app": "demo" } }, "data": { "k": "v" } })).await;
    let has_handled = |word: &'static str| {
        move |map: &DynamicObject| {
            let handled = map.metadata.annotations.as_ref();
            let handled = handled.and_then(|all| all.get(&format!("{PREFIX}last-handled-configuration")));
            handled.is_some_and(|handled| handled.contains(word))
        }
    };
    maps.until("m", "handled", has_handled("\"v\"")).await;
    maps.patch("m", json!({ "data": { "k": "w" } })).await;
    keep(&maps.until("m", "handled again", has_handled("\"w\"")).await);
    maps.delete("m").await;
    maps.until_gone("m").await;
    tasks.delete("a").await;
    tasks.until_gone("a").await;
    place.until(&mut operator, "that it is gone", |line| line.starts_with("seen [\"DELETED\"")).await;
    place.stop(operator).await;

    [place.said(), states, mask::events(&client, &place.namespace).await].concat()
}

#[tokio::test]
async fn an_operator_of_the_python_framework_sees_the_same() {
    let Some(packages) = packages(PACKAGE).await else { return };
    let Some((expected, found)) = both(|kubeconfig| run(kubeconfig, packages.clone())).await else { return };
    assert!(found == expected, "the sandbox differs:\n{}", mask::difference(&expected, &found));
}
