//! Operators that share their objects: nobody wakes the other, and nobody writes after all have settled.

use crate::support::operator::NAME;
use crate::support::proxy::Call;
use crate::support::python::{self, Python};
use crate::support::script::{Script, called};
use crate::support::server::{Server, on_both_servers};
use crate::support::world::{CHANGES, HOLDS, World, is_handled, is_handled_by};
use kube::api::DynamicObject;
use serde_json::json;

on_both_servers!(
    two_operators_handle_the_same_objects,
    two_operators_hold_an_object_and_let_it_go,
    python_kopf_and_we_handle_the_same_objects,
    python_kopf_and_we_hold_an_object_and_let_it_go,
);

/// The name of the second operator.
const OTHER: &str = "other";
/// The handlers of the Python operators.
const HANDLERS: &str = "neighbours/handlers.py";

async fn two_operators_handle_the_same_objects(server: Server) {
    let world = World::with(server, &[CHANGES]).await;
    let objects = world.objects(CHANGES);
    let others = Script::start().await;
    let _first = world.operator();
    let _second = world.operator_with(OTHER, &others, &["--events", "none"]);
    let both = async |name: &str| {
        objects.until(name, "handled by both", |it| is_handled(it) && is_handled_by(OTHER, it)).await;
    };

    objects.create("shared", json!({ "spec": { "n": 1 } })).await;
    both("shared").await;
    objects.patch("shared", json!({ "spec": { "n": 2 } })).await;
    both("shared").await;
    // What either had to say about the first object it has said when it has handled a second one.
    objects.create("sentinel", json!({ "spec": { "n": 1 } })).await;
    both("sentinel").await;

    for script in [&world.script, &others] {
        assert_eq!(script.calls_on("shared"), [called("created", 1), called("updated", 2)]);
    }
    assert_eq!(writes(&world, "changes/shared", &format!("{NAME}.kopf.dev")).await, 2);
    assert_eq!(writes(&world, "changes/shared", &format!("{OTHER}.kopf.dev")).await, 2);
}

async fn two_operators_hold_an_object_and_let_it_go(server: Server) {
    let world = World::with(server, &[HOLDS]).await;
    let objects = world.objects(HOLDS);
    let others = Script::start().await;
    let _first = world.operator();
    let _second = world.operator_with(OTHER, &others, &["--events", "none"]);

    objects.create("shared", json!({ "spec": { "n": 1 } })).await;
    let shared =
        objects.until("shared", "handled by both", |it| is_handled(it) && is_handled_by(OTHER, it)).await;
    assert_eq!(shared.metadata.finalizers.unwrap().len(), 2);
    // As long as one has not let go, the object is there, and the other is not called again.
    let gate = others.hold("release");
    objects.delete("shared").await;
    others.until("the second to be asked to release", |attempts| attempts.len() == 2).await;
    let is_left = |it: &DynamicObject| it.metadata.finalizers.as_ref().is_some_and(|all| all.len() == 1);
    objects.until("shared", "let go by the first", is_left).await;
    gate.open();

    objects.until_gone("shared").await;
    for script in [&world.script, &others] {
        assert_eq!(script.calls_on("shared"), [called("acquire", 1), called("release", 1)]);
    }
}

async fn python_kopf_and_we_handle_the_same_objects(server: Server) {
    let Some(python) = Python::with_kopf().await else { return };
    let world = World::with(server, &[CHANGES]).await;
    let objects = world.objects(CHANGES);
    let theirs = Script::start().await;
    let _ours = world.operator();
    let _theirs = python.operator(HANDLERS, &world, &theirs);
    let both = async |name: &str| {
        objects.until(name, "handled by both", |it| is_handled(it) && python::is_handled(it)).await;
    };

    objects.create("shared", json!({ "spec": { "n": 1 } })).await;
    both("shared").await;
    objects.patch("shared", json!({ "spec": { "n": 2 } })).await;
    both("shared").await;
    objects.create("sentinel", json!({ "spec": { "n": 1 } })).await;
    both("sentinel").await;

    assert_eq!(world.script.calls_on("shared"), [called("created", 1), called("updated", 2)]);
    assert_eq!(theirs.calls_on("shared"), [called("python_created", 1), called("python_updated", 2)]);
    assert_eq!(writes(&world, "changes/shared", &format!("{NAME}.kopf.dev")).await, 2);
    assert_eq!(writes(&world, "changes/shared", "").await, 4);
}

async fn python_kopf_and_we_hold_an_object_and_let_it_go(server: Server) {
    let Some(python) = Python::with_kopf().await else { return };
    let world = World::with(server, &[HOLDS]).await;
    let objects = world.objects(HOLDS);
    let theirs = Script::start().await;
    let _ours = world.operator();
    let _theirs = python.operator(HANDLERS, &world, &theirs);

    objects.create("shared", json!({ "spec": { "n": 1 } })).await;
    objects.until("shared", "handled by both", |it| is_handled(it) && python::is_handled(it)).await;
    objects.delete("shared").await;

    objects.until_gone("shared").await;
    assert_eq!(world.script.calls_on("shared"), [called("acquire", 1), called("release", 1)]);
    assert_eq!(theirs.calls_on("shared"), [called("python_acquire", 1), called("python_release", 1)]);
}

/// How many writes by this field manager the object has taken; every one for an empty name. A conflict is none.
async fn writes(world: &World, object: &str, field_manager: &str) -> usize {
    let is_write = |call: &&Call| call.is_write() && call.is_about(object);
    // What a write has done is seen before its answer is noted.
    let are_answered = |calls: &[Call]| calls.iter().filter(is_write).all(|call| call.status.is_some());
    let calls = world.proxy.until("the writes to be answered", are_answered).await;
    let is_taken = |call: &&Call| call.status.is_some_and(|status| status.is_success());
    let is_theirs = |call: &&Call| call.query.contains(field_manager);
    calls.iter().filter(is_write).filter(is_taken).filter(is_theirs).count()
}
