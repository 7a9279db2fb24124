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
use tokio::process::{Child, Command};

use super::{both, files, install::packages, mask};

pub(super) const PACKAGE: &str = "kopf==1.45.2";
const PREFIX: &str = "kopf.zalando.org/";
const TASKS: Resource =
    Resource { group: "tasks.clients.kopf.test", kind: "Task", plural: "tasks", has_status: true };

/// A namespace, and what an operator needs to run on it.
pub(super) struct Place {
    pub(super) folder: TempDir,
    packages: PathBuf,
    /// The file of its handlers.
    handlers: &'static str,
    pub(super) namespace: String,
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
        Place { folder, packages, handlers, namespace }
    }

    fn file(&self, name: &str) -> File {
        OpenOptions::new().create(true).append(true).open(self.folder.path().join(name)).unwrap()
    }

    pub(super) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join(name)).unwrap_or_default()
    }

    pub(super) fn start(&self, variables: &[(&str, &str)]) -> Child {
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
            .stdout(self.file("said"))
            .stderr(self.file("log"));
        python.kill_on_drop(true).spawn().unwrap()
    }

    pub(super) async fn stop(&self, mut operator: Child) {
        let id = operator.id().expect("it was not waited for yet").to_string();
        assert!(Command::new("kill").args(["-INT", &id]).status().await.unwrap().success());
        let ended = tokio::time::timeout(DEADLINE, operator.wait()).await;
        let ended = ended.is_ok_and(|status| status.is_ok_and(|status| status.success()));
        assert!(ended, "the operator did not end well:\n{}", self.read("log"));
    }

    /// What the handlers said, each of them in its order: of several handlers, none is the first.
    pub(super) fn said(&self) -> Vec<String> {
        let mut lines = mask::lines(&self.read("said"), &self.namespace, "nowhere");
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
    let place = Place::new(&kubeconfig, packages, "operator.py", namespace(&client).await);
    let tasks = TASKS.objects(&client, &place.namespace);
    let maps = Objects::of(&client, "v1", "ConfigMap", "configmaps", Some(&place.namespace));
    let mut states = Vec::new();
    let mut keep = |object: &DynamicObject| states.push(masked(object, &place.namespace));

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

    let operator = place.start(&[]);
    tasks.create("a", json!({ "metadata": { "labels": { "app": "demo" } }, "spec": { "n": 1 } })).await;
    keep(&tasks.until("a", "handled", made).await);
    tasks.patch("a", json!({ "spec": { "n": 2, "text": "ü" } })).await;
    keep(&tasks.until("a", "handled again", changed(2)).await);
    place.stop(operator).await;

    tasks.patch("a", json!({ "spec": { "n": 3 } })).await;
    let operator = place.start(&[]);
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
    place.stop(operator).await;

    [place.said(), states, mask::events(&client, &place.namespace).await].concat()
}

#[tokio::test]
async fn an_operator_of_the_python_framework_sees_the_same() {
    let Some(packages) = packages(PACKAGE).await else { return };
    let Some((expected, found)) = both(|kubeconfig| run(kubeconfig, packages.clone())).await else { return };
    assert!(found == expected, "the sandbox differs:\n{}", mask::difference(&expected, &found));
}
