//! Operators that wait: for somebody's word, and for one that goes first, be it of the Python framework.

use crate::support::command::kopf;
use crate::support::operator::NAME;
use crate::support::python::{self, Python};
use crate::support::script::{Script, called};
use crate::support::server::{Server, on_both_servers};
use crate::support::world::{CHANGES, PEERINGS, World, is_handled, is_handled_by};
use serde_json::json;

on_both_servers!(
    a_frozen_operator_waits_until_it_is_resumed,
    without_a_peering_object_it_is_told_what_to_apply,
    python_kopf_of_a_higher_priority_goes_first,
    python_kopf_of_a_lower_priority_waits,
);

/// The name of an operator that nobody stops.
const WITNESS: &str = "witness";
/// The handlers of the Python operators.
const HANDLERS: &str = "neighbours/handlers.py";

/// A world where peers meet.
async fn world(server: Server) -> World {
    let world = World::with(server, &[CHANGES, PEERINGS]).await;
    world.objects(PEERINGS).create("default", json!({})).await;
    world
}

async fn a_frozen_operator_waits_until_it_is_resumed(server: Server) {
    let world = world(server).await;
    let objects = world.objects(CHANGES);
    let operator = world.operator();
    let witnessed = Script::start().await;
    let _witness = world.operator_with(WITNESS, &witnessed, &["--events", "none", "--standalone"]);
    let handled_by_the_witness =
        async || objects.until("a", "handled by the witness", |it| is_handled_by(WITNESS, it)).await;
    objects.create("a", json!({ "spec": { "n": 1 } })).await;
    world.until_handled(CHANGES, "a").await;
    handled_by_the_witness().await;

    let freeze = ["freeze", "--id", "me", "--lifetime", "600", "--message", "we migrate"];
    let place = format!("default of kopfpeerings.v1.kopf.dev in {}, as me.\n", world.namespace);
    let said = kopf(&world, &freeze).await.well();
    assert_eq!(said, format!("Frozen for 600 s, below the priority 100: {place}"));
    operator.says("Pausing operations").await;
    operator.says("in favour of [me: we migrate]").await;
    for n in 2..=3 {
        objects.patch("a", json!({ "spec": { "n": n } })).await;
        handled_by_the_witness().await;
    }
    assert_eq!(world.script.calls_on("a"), [called("created", 1)]);

    let said = kopf(&world, &["resume", "--id", "me"]).await.well();
    assert_eq!(said, format!("Resumed: {place}"));
    world.until_handled(CHANGES, "a").await;
    // Of what it has not seen, the operator sees the end.
    assert_eq!(world.script.calls_on("a"), [called("created", 1), called("updated", 3)]);
    assert_eq!(operator.stop().await.code(), Some(0));
    let peers = world.objects(PEERINGS).get("default").await.unwrap();
    assert_eq!(peers.data["status"], json!({}), "nobody leaves a record behind");
}

async fn without_a_peering_object_it_is_told_what_to_apply(server: Server) {
    let world = World::with(server, &[PEERINGS]).await;
    for command in ["freeze", "resume"] {
        let complaint = kopf(&world, &[command, "--peering", "ours"]).await.badly();
        assert_eq!(
            complaint,
            format!(
                "there is no peering object ours (kopfpeerings.v1.kopf.dev in {}); create one, as in examples/peering.yaml, or \
                 name another with --peering",
                world.namespace
            )
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_definition_it_is_told_what_to_apply() {
    // On a server of its own: others define it.
    let world = World::with(Server::sandbox().await, &[]).await;
    for command in ["freeze", "resume"] {
        assert_eq!(
            kopf(&world, &[command]).await.badly(),
            "the cluster has no definition of peerings; kubectl apply -f examples/peering.yaml creates it"
        );
    }
}

async fn python_kopf_of_a_higher_priority_goes_first(server: Server) {
    let Some(python) = Python::with_kopf().await else { return };
    let world = world(server).await;
    let objects = world.objects(CHANGES);
    let theirs = Script::start().await;
    let ours = world.operator_with(NAME, &world.script, &["--events", "none", "--priority", "1"]);
    objects.create("a", json!({ "spec": { "n": 1 } })).await;
    world.until_handled(CHANGES, "a").await;

    let options = ["--peering", "default", "--priority", "2"];
    let other = python.operator_with(HANDLERS, &world, &theirs, &options);
    ours.says("Pausing operations").await;
    for n in 2..=3 {
        objects.patch("a", json!({ "spec": { "n": n } })).await;
        objects.until("a", "handled by the other", python::is_handled).await;
    }
    assert_eq!(world.script.calls_on("a"), [called("created", 1)]);

    other.stop().await;
    objects.until("a", "handled by both", |it| is_handled(it) && python::is_handled(it)).await;
    assert_eq!(world.script.calls_on("a"), [called("created", 1), called("updated", 3)]);
}

async fn python_kopf_of_a_lower_priority_waits(server: Server) {
    let Some(python) = Python::with_kopf().await else { return };
    let world = world(server).await;
    let objects = world.objects(CHANGES);
    let theirs = Script::start().await;
    let options = ["--peering", "default", "--priority", "1"];
    let other = python.operator_with(HANDLERS, &world, &theirs, &options);
    objects.create("a", json!({ "spec": { "n": 1 } })).await;
    objects.until("a", "handled by the other", python::is_handled).await;

    let ours = world.operator_with(NAME, &world.script, &["--events", "none", "--priority", "2"]);
    // It says so before its streams are closed, which may still bring something until then.
    other.says_then("Pausing operations", "Pausing the watch-stream for changes").await;
    for n in 2..=3 {
        objects.patch("a", json!({ "spec": { "n": n } })).await;
        world.until_handled(CHANGES, "a").await;
    }
    assert_eq!(theirs.calls_on("a"), [called("python_created", 1)]);

    assert_eq!(ours.stop().await.code(), Some(0));
    objects.until("a", "handled by both", |it| is_handled(it) && python::is_handled(it)).await;
    assert_eq!(theirs.calls_on("a"), [called("python_created", 1), called("python_updated", 3)]);
}
