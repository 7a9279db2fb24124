//! A Controller of kube-rs, with a finalizer, children of its own and Events: it does the same to the sandbox as to a real server.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use futures::StreamExt;
use kopf_control_plane::client::{Objects, Resource, namespace};
use kube::{
    Client, Resource as _,
    api::{DynamicObject, Patch, PatchParams},
    config::Kubeconfig,
    runtime::{
        Config, Controller,
        controller::Action,
        events::{Event, EventType, Recorder, Reporter},
        finalizer, wait, watcher,
    },
};
use serde_json::json;
use tokio::task::JoinSet;

use super::{both, mask};

const OWNERS: Resource =
    Resource { group: "owned.clients.kopf.test", kind: "Owner", plural: "owners", has_status: true };
const MANAGER: &str = "controller.clients.kopf.test";

/// After which time a failure is tried again.
const AGAIN: Duration = Duration::from_millis(50);

/// What reconciling needs.
struct Context {
    owners: Objects,
    children: Objects,
    recorder: Recorder,
    /// What was done, as rows, each of them once: how often the same is done again is a matter of time.
    done: Mutex<Vec<String>>,
}

impl Context {
    fn new(client: &Client, namespace: &str) -> Self {
        let reporter = Reporter { controller: MANAGER.to_owned(), instance: Some("one".to_owned()) };
        Context {
            owners: OWNERS.objects(client, namespace),
            children: Objects::of(client, "v1", "ConfigMap", "configmaps", Some(namespace)),
            recorder: Recorder::new(client.clone(), reporter),
            done: Mutex::default(),
        }
    }

    /// Has the child be as its owner wants it, and the owner say so.
    async fn apply(&self, owner: &DynamicObject) -> kube::Result<Action> {
        let (name, n) = (owner.metadata.name.as_deref().unwrap(), &owner.data["spec"]["n"]);
        let child = json!({
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": { "name": name, "ownerReferences": [owner.controller_owner_ref(self.owners.resource())] },
            "data": { "n": n.to_string() },
        });
        let params = PatchParams::apply(MANAGER).force();
        self.children.api.patch(name, &params, &Patch::Apply(child)).await?;
        let resource = self.owners.resource();
        let status = json!({
            "apiVersion": resource.api_version,
            "kind": resource.kind,
            "status": { "n": n },
        });
        self.owners.api.patch_status(name, &params, &Patch::Apply(status)).await?;
        self.note(owner, "Applied", format!("{name} is number {n}")).await?;
        Ok(Action::await_change())
    }

    async fn clean(&self, owner: &DynamicObject) -> kube::Result<Action> {
        self.note(owner, "Cleaned", format!("{} goes", owner.metadata.name.as_deref().unwrap())).await?;
        Ok(Action::await_change())
    }

    async fn note(&self, owner: &DynamicObject, reason: &str, note: String) -> kube::Result<()> {
        {
            let mut done = self.done.lock().unwrap();
            if done.contains(&note) {
                return Ok(());
            }
            done.push(note.clone());
        }
        let event = Event {
            type_: EventType::Normal,
            reason: reason.to_owned(),
            note: Some(note),
            action: "Reconcile".to_owned(),
            secondary: None,
        };
        self.recorder.publish(&event, &owner.object_ref(self.owners.resource())).await
    }
}

async fn reconcile(
    owner: Arc<DynamicObject>,
    context: Arc<Context>,
) -> Result<Action, finalizer::Error<kube::Error>> {
    let reconcile = |event| async {
        match event {
            finalizer::Event::Apply(owner) => context.apply(&owner).await,
            finalizer::Event::Cleanup(owner) => context.clean(&owner).await,
        }
    };
    finalizer(&context.owners.api, "clients.kopf.test/cleanup", owner, reconcile).await
}

/// One owner and its child through all that can happen to them: what was done, and what was there.
async fn run(kubeconfig: Kubeconfig) -> Vec<String> {
    let client = kopf_control_plane::connect(&kubeconfig).await;
    let namespace = namespace(&client).await;
    OWNERS.register(&client).await;
    let context = Arc::new(Context::new(&client, &namespace));
    let Context { owners, children, .. } = &*context;
    let controller =
        Controller::new_with(owners.api.clone(), watcher::Config::default(), owners.resource().clone())
            .owns_with(children.api.clone(), children.resource().clone(), watcher::Config::default())
            .with_config(Config::default().concurrency(1));
    let again = |_: Arc<DynamicObject>, _: &finalizer::Error<kube::Error>, _| Action::requeue(AGAIN);
    let mut controlling = JoinSet::new();
    controlling.spawn(controller.run(reconcile, again, context.clone()).for_each(async |_| ()));
    let mut states = Vec::new();
    let mut keep = |object: &DynamicObject| states.push(mask::object(object, &namespace));
    let is_number = |n: i64| move |owner: &DynamicObject| owner.data["status"]["n"] == n;
    let has_number = |n: &'static str| move |child: &DynamicObject| child.data["data"]["n"] == n;

    owners.create("a", json!({ "spec": { "n": 1 } })).await;
    keep(&owners.until("a", "reconciled", is_number(1)).await);
    keep(&children.get("a").await.unwrap());
    owners.patch("a", json!({ "spec": { "n": 2 } })).await;
    keep(&owners.until("a", "reconciled again", is_number(2)).await);
    let first = children.until("a", "applied again", has_number("2")).await.metadata.uid;

    children.delete("a").await;
    children.until("a", "made again", |child| child.metadata.uid != first).await;
    children.patch("a", json!({ "data": { "n": "9", "other": "kept" } })).await;
    keep(&children.until("a", "put right", has_number("2")).await);

    let uid = owners.get("a").await.and_then(|owner| owner.metadata.uid).unwrap();
    owners.delete("a").await;
    wait::await_condition(owners.api.clone(), "a", wait::conditions::is_deleted(&uid)).await.unwrap();
    children.until_gone("a").await;

    let done = context.done.lock().unwrap().clone();
    [done, states, mask::events(&client, &namespace).await].concat()
}

#[tokio::test]
async fn a_controller_does_the_same() {
    let Some((expected, found)) = both(run).await else { return };
    assert!(found == expected, "the sandbox differs:\n{}", mask::difference(&expected, &found));
}
