//! What an operator has left on objects goes, and what others have there stays.

use crate::support::command::kopf;
use crate::support::operator::NAME;
use crate::support::python::{self, Python};
use crate::support::script::End;
use crate::support::server::{Server, on_both_servers};
use crate::support::world::{HOLDS, PLAINS, World, is_handled};
use kopf_control_plane::client::Objects;
use kube::api::{DynamicObject, Patch, PatchParams};
use serde_json::{Value, json};
use std::time::Duration;

on_both_servers!(the_marks_of_an_operator_are_told_and_taken_off, the_marks_of_python_kopf_are_taken_off,);

/// The handlers of the Python operators.
const HANDLERS: &str = "neighbours/handlers.py";

/// What somebody else has on an object.
fn others() -> Value {
    json!({
        "annotations": { "other.kopf.dev/last-handled-configuration": "{}", "example.com/note": "ours" },
        "finalizers": ["other.kopf.dev/finalizer"],
    })
}

/// Whether there is such an annotation.
fn is_annotated(object: &DynamicObject, key: &str) -> bool {
    object.metadata.annotations.as_ref().is_some_and(|all| all.contains_key(key))
}

/// What stands on an object that somebody may have left there.
async fn marks(objects: &Objects, name: &str) -> Value {
    let found = objects.get(name).await.unwrap().metadata;
    json!({ "annotations": found.annotations.unwrap_or_default(), "finalizers": found.finalizers.unwrap_or_default() })
}

/// The versions of these objects.
async fn versions(objects: &Objects, names: &[&str]) -> Vec<Option<String>> {
    let mut versions = vec![];
    for name in names {
        versions.push(objects.get(name).await.unwrap().metadata.resource_version);
    }
    versions
}

/// The lines of a cleanup of these objects, as they are sorted, and the last one.
fn lines(verb: &str, world: &World, marks: &[(&str, &str)], end: &str) -> String {
    let line = |(name, marks): &(&str, &str)| {
        format!("{verb} {marks} off {}/{name} (holds.v1.it.kopf.test)\n", world.namespace)
    };
    marks.iter().map(line).chain([format!("{end}\n")]).collect()
}

async fn the_marks_of_an_operator_are_told_and_taken_off(server: Server) {
    let world = World::with(server, &[HOLDS]).await;
    let objects = world.objects(HOLDS);
    world.script.on("acquire", |attempt| match attempt.name.as_str() {
        "c-retried" => End::Temporary(Duration::from_secs(600)),
        _ => End::Success,
    });
    let operator = world.operator();
    objects.create("a-going", json!({ "spec": { "n": 1 } })).await;
    objects.create("b-shared", json!({ "metadata": others(), "spec": { "n": 1 } })).await;
    objects.create("c-retried", json!({ "spec": { "n": 1 } })).await;
    objects.until("a-going", "handled", is_handled).await;
    objects.until("b-shared", "handled", is_handled).await;
    let record = format!("{NAME}.kopf.dev/acquire");
    objects.until("c-retried", "retried", |it| is_annotated(it, &record)).await;
    operator.kill().await;
    objects.create("d-unseen", json!({ "metadata": others(), "spec": { "n": 1 } })).await;
    objects.delete("a-going").await;
    let names = ["a-going", "b-shared", "c-retried", "d-unseen"];
    let before = versions(&objects, &names).await;

    let marks_found = [
        ("a-going", "2 annotations and the finalizer"),
        ("b-shared", "2 annotations and the finalizer"),
        ("c-retried", "3 annotations and the finalizer"),
    ];
    let end = "3 objects with marks of it. Nothing was changed: --yes takes them off.";
    let told = kopf(&world, &["cleanup", "--name", NAME]).await.well();
    assert_eq!(told, lines("Would take", &world, &marks_found, end));
    assert_eq!(versions(&objects, &names).await, before);

    let done = kopf(&world, &["cleanup", "--name", NAME, "--yes"]).await.well();
    assert_eq!(done, lines("Taking", &world, &marks_found, "Marks of it taken off 3 objects."));
    objects.until_gone("a-going").await;
    assert_eq!(marks(&objects, "b-shared").await, others());
    assert_eq!(marks(&objects, "c-retried").await, json!({ "annotations": {}, "finalizers": [] }));
    assert_eq!(versions(&objects, &names[3..]).await, before[3..]);

    let again = kopf(&world, &["cleanup", "--name", NAME, "--yes"]).await.well();
    assert_eq!(again, "No object has marks of it.\n");
}

async fn the_marks_of_python_kopf_are_taken_off(server: Server) {
    let Some(python) = Python::with_kopf().await else { return };
    let world = World::with(server, &[HOLDS]).await;
    let objects = world.objects(HOLDS);
    world.script.on("python_acquire", |attempt| match attempt.name.as_str() {
        "c-retried" => End::Temporary(Duration::from_secs(600)),
        _ => End::Success,
    });
    let operator = python.operator(HANDLERS, &world, &world.script);
    objects.create("a-going", json!({ "spec": { "n": 1 } })).await;
    objects.create("b-shared", json!({ "metadata": others(), "spec": { "n": 1 } })).await;
    objects.create("c-retried", json!({ "spec": { "n": 1 } })).await;
    objects.until("a-going", "handled", python::is_handled).await;
    objects.until("b-shared", "handled", python::is_handled).await;
    objects.until("c-retried", "retried", |it| is_annotated(it, "kopf.zalando.org/python_acquire")).await;
    operator.kill().await;
    objects.delete("a-going").await;
    // As a version before 1.44 has left it.
    objects.create("d-older", json!({ "spec": { "n": 1 } })).await;
    let records = json!({ "kopf": { "progress": { "python_acquire": { "retries": 3 } } }, "phase": "ours" });
    let status = Patch::Merge(json!({ "status": records }));
    objects.api.patch_status("d-older", &PatchParams::default(), &status).await.unwrap();

    // Our own marks are others.
    let none = kopf(&world, &["cleanup", "--name", NAME, "--yes"]).await.well();
    assert_eq!(none, "No object has marks of it.\n");
    let words = ["cleanup", "--name", NAME, "--compat", "python-kopf", "--yes"];
    let done = kopf(&world, &words).await.well();
    assert!(done.ends_with("\nMarks of the Python framework taken off 4 objects.\n"), "{done}");
    assert!(done.contains("Taking the records in the status off "), "{done}");
    objects.until_gone("a-going").await;
    assert_eq!(marks(&objects, "b-shared").await, others());
    assert_eq!(marks(&objects, "c-retried").await, json!({ "annotations": {}, "finalizers": [] }));
    assert_eq!(objects.get("d-older").await.unwrap().data["status"], json!({ "phase": "ours" }));
}

#[tokio::test(flavor = "multi_thread")]
async fn marks_are_found_in_a_version_that_its_group_does_not_prefer() {
    // On a server of its own: for others the group is as they know it.
    let world = World::with(Server::sandbox().await, &[HOLDS]).await;
    let mut newer = PLAINS.definition();
    newer["spec"]["versions"][0]["name"] = json!("v2");
    PLAINS.register_as(&world.client, &newer).await;
    let objects = world.objects(HOLDS);
    objects
        .create("a", json!({ "metadata": { "finalizers": [format!("{NAME}.kopf.dev/finalizer")] } }))
        .await;

    let told = kopf(&world, &["cleanup", "--name", NAME, "--yes"]).await.well();
    assert_eq!(told, lines("Taking", &world, &[("a", "the finalizer")], "Marks of it taken off 1 object."));
    assert_eq!(marks(&objects, "a").await, json!({ "annotations": {}, "finalizers": [] }));
}
