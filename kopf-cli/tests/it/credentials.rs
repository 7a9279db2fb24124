//! Who an operator is to the API server, wherever that is said; and that it stays so without a restart.

use crate::support::account::Account;
use crate::support::operator::{NAME, Operator};
use crate::support::plugin;
use crate::support::proxy::{Answer, Calls};
use crate::support::server::{Server, on_both_servers};
use crate::support::world::{CHANGES, World};
use kopf_control_plane::client::Resource;
use kopf_reactor::cluster::kube::{Access, Places, Pod, connect};
use kopf_reactor::cluster::{Cluster, Request};
use kopf_reactor::settings::Networking;
use serde_json::{Value, json};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};

on_both_servers!(
    a_token_that_was_replaced_in_one_of_several_kubeconfigs_is_taken_without_a_restart,
    a_program_is_asked_again_when_what_it_has_brought_is_refused,
    a_service_account_is_found_by_the_environment_of_its_pod,
    a_login_handler_is_told_that_it_must_name_the_authority_of_certificates,
);

/// What the API server takes and refuses, as its clients see it who come through the proxy of a world.
#[derive(Clone)]
struct Taken(Arc<Mutex<String>>);

impl Taken {
    fn alone(world: &World, token: &str) -> Taken {
        let taken = Taken(Arc::new(Mutex::new(String::new())));
        taken.becomes(token);
        let (is, refused) = (taken.clone(), Answer::code(401));
        world.proxy.on(Calls::matching(move |call| call.authorization != *is.0.lock().unwrap()), refused);
        taken
    }

    fn becomes(&self, token: &str) {
        *self.0.lock().unwrap() = format!("Bearer {token}");
    }
}

/// Two kubeconfigs, the cluster of a world in the first and the rest in the second, and one that is not there.
fn kubeconfigs(world: &World, folder: &Path, user: &Value) -> String {
    let whole: Value = serde_json::from_slice(&fs::read(&world.kubeconfig).unwrap()).unwrap();
    let clusters = json!({ "current-context": "", "clusters": whole["clusters"] });
    let context = json!({ "cluster": "proxy", "user": "us" });
    let rest = json!({
        "current-context": "elsewhere",
        "users": [{ "name": "us", "user": user }],
        "contexts": [{ "name": "work", "context": context }, { "name": "elsewhere", "context": { "cluster": "none" } }],
    });
    fs::write(folder.join("clusters"), clusters.to_string()).unwrap();
    fs::write(folder.join("users"), rest.to_string()).unwrap();
    ["absent", "clusters", "users"].map(|name| folder.join(name).display().to_string()).join(":")
}

/// Runs an operator through a change of what the server takes.
async fn goes_on(world: &World, kubeconfigs: &str, change: impl FnOnce()) {
    let options = ["--context", "work", "--events", "none"];
    let operator = Operator::start(Path::new(kubeconfigs), &world.namespace, NAME, &world.script, &options);
    let objects = world.objects(CHANGES);
    objects.create("before", json!({ "spec": { "n": 1 } })).await;
    world.until_handled(CHANGES, "before").await;
    change();
    objects.create("after", json!({ "spec": { "n": 1 } })).await;
    world.until_handled(CHANGES, "after").await;
    operator.says("Logged in again, for the API server takes the credentials no longer.").await;
    assert_eq!(world.script.attempts().len(), 2, "no handler is called for it again");
    assert_eq!(operator.stop().await.code(), Some(0));
}

async fn a_token_that_was_replaced_in_one_of_several_kubeconfigs_is_taken_without_a_restart(server: Server) {
    let world = World::with(server, &[CHANGES]).await;
    let folder = tempfile::tempdir().unwrap();
    let taken = Taken::alone(&world, "first");
    let files = kubeconfigs(&world, folder.path(), &json!({ "token": "first" }));
    goes_on(&world, &files, || {
        kubeconfigs(&world, folder.path(), &json!({ "token": "second" }));
        taken.becomes("second");
    })
    .await;
}

async fn a_program_is_asked_again_when_what_it_has_brought_is_refused(server: Server) {
    let world = World::with(server, &[CHANGES]).await;
    let folder = tempfile::tempdir().unwrap();
    let taken = Taken::alone(&world, "first");
    let (program, token) = (folder.path().join("login"), folder.path().join("token"));
    let printed = format!(
        r#"{{ "kind": "ExecCredential", "apiVersion": "client.authentication.k8s.io/v1", "status": {{ "token": "'$(cat {})'" }} }}"#,
        token.display()
    );
    fs::write(&program, format!("#!/bin/sh\necho '{printed}'\n")).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    fs::write(&token, "first").unwrap();
    let exec = json!({
        "apiVersion": "client.authentication.k8s.io/v1", "command": "./login", "interactiveMode": "Never",
    });
    let files = kubeconfigs(&world, folder.path(), &json!({ "exec": exec }));
    goes_on(&world, &files, || {
        fs::write(&token, "second").unwrap();
        taken.becomes("second");
    })
    .await;
}

async fn a_service_account_is_found_by_the_environment_of_its_pod(server: Server) {
    let namespace = kopf_control_plane::client::namespace(&server.client).await;
    let account = Account::of(&server, &namespace).await;
    let (host, port) = account.url.strip_prefix("https://").unwrap().rsplit_once(':').unwrap();
    let environment = |variable: &str| match variable {
        "KUBERNETES_SERVICE_HOST" => Some(host.to_owned()),
        "KUBERNETES_SERVICE_PORT" => Some(port.to_owned()),
        _ => None,
    };
    let found = Places::of(&environment);
    let pod = Pod { account: account.folder().to_owned(), ..found.pod.unwrap() };
    let places = Places { pod: Some(pod), ..found };
    let cluster = connect(Access::Places { places, context: None }, &Networking::default()).await.unwrap();

    assert_eq!(cluster.default_namespace(), namespace);
    let asked = json!({ "apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview" });
    let answer =
        cluster.send(Request::post("/apis/authentication.k8s.io/v1/selfsubjectreviews", &asked)).await;
    let review: Value = serde_json::from_slice(&answer.unwrap().body).unwrap();
    let who = &review["status"]["userInfo"]["username"];
    assert_eq!(*who, json!(format!("system:serviceaccount:{namespace}:operator")));
}

/// The example of the handlers that are about no object, which has such a handler.
const GREETED: Resource =
    Resource { group: "zalando.org", kind: "KopfExample", plural: "kopfexamples", has_status: true };

#[tokio::test(flavor = "multi_thread")]
async fn a_login_handler_of_a_plugin_logs_in_and_again_when_it_is_refused() {
    let world = World::with(Server::sandbox().await, &[GREETED]).await;
    let folder = tempfile::tempdir().unwrap();
    let token = folder.path().join("token");
    fs::write(&token, "first\n").unwrap();
    let taken = Taken::alone(&world, "first");
    let mut command = Command::new(env!("CARGO_BIN_EXE_kopf"));
    command
        .arg("run")
        .arg(plugin::build("hooks"))
        .args(["--namespace", &world.namespace, "--log-format", "full", "--verbose"])
        .env("KUBECONFIG", "/nowhere")
        .env("HOOKS_SERVER", world.proxy.url())
        .env("HOOKS_TOKEN_FILE", &token);
    let operator = Operator::spawn(command.into());
    let objects = world.objects(GREETED);
    objects.create("before", json!({})).await;
    operator.says("Hello, before!").await;

    taken.becomes("second");
    objects.create("between", json!({})).await;
    // Its handler is called, for the watch is open still. That is written when the server takes it.
    operator.says("takes the credentials no longer, nor those that are found now").await;
    fs::write(&token, "second\n").unwrap();
    operator.says("Logged in again, for the API server takes the credentials no longer.").await;
    objects.create("after", json!({})).await;
    operator.says("Hello, after!").await;
    assert_eq!(operator.stop().await.code(), Some(0));
}

async fn a_login_handler_is_told_that_it_must_name_the_authority_of_certificates(server: Server) {
    let namespace = kopf_control_plane::client::namespace(&server.client).await;
    let account = Account::of(&server, &namespace).await;
    let run = |variables: &[(&str, &Path)]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kopf"));
        command
            .arg("run")
            .arg(plugin::build("hooks"))
            .args(["--namespace", &namespace])
            .env("KUBECONFIG", "/nowhere")
            .env("HOOKS_SERVER", &account.url)
            .env("HOOKS_TOKEN_FILE", account.folder().join("token"))
            .envs(variables.iter().copied());
        Operator::spawn(command.into())
    };
    let operator = run(&[]);
    operator.says("UnknownIssuer: name the authority that has signed its certificate, as").await;
    assert_eq!(operator.stop().await.code(), Some(0));

    let authority = account.folder().join("ca.crt");
    let operator = run(&[("HOOKS_CA_FILE", &authority)]);
    // It is connected, and told what it may not.
    operator.says("Not allowed to watch custom resource definitions").await;
    assert_eq!(operator.stop().await.code(), Some(0));
}
