//! Changes are handled, whenever they are made.

use crate::support::script::{Attempt, End};
use crate::support::server::{Server, on_both_servers};
use crate::support::world::{CHANGES, TRIOS, World};
use serde_json::json;
use std::time::Duration;

on_both_servers!(
    a_new_object_is_handled_and_its_results_are_in_its_status,
    a_handler_that_fails_is_tried_again,
    a_handler_that_fails_for_good_is_not_tried_again,
    a_handler_that_panics_is_tried_again_and_nothing_else_suffers,
    a_handler_that_names_a_delay_is_left_alone_for_it,
    a_change_made_while_the_operator_is_down_is_handled,
    a_change_made_while_a_handler_runs_is_handled,
    ten_changes_during_one_handler_end_in_one_more_cycle,
);

async fn a_new_object_is_handled_and_its_results_are_in_its_status(server: Server) {
    let world = World::with(server, &[TRIOS]).await;
    world.script.on("second", |_| End::Result(json!({ "message": "hello world" })));
    let operator = world.operator();
    world.objects(TRIOS).create("a", json!({ "spec": { "n": 1 } })).await;

    let object = world.until_handled(TRIOS, "a").await;

    assert_eq!(object.data["status"], json!({ "second": { "message": "hello world" } }));
    let handlers: Vec<_> = world.script.attempts().into_iter().map(|attempt| attempt.handler).collect();
    assert_eq!(handlers, ["first", "second", "third"]);
    operator.says("All handlers succeeded for creation.").await;
    assert_eq!(operator.stop().await.code(), Some(0));
}

async fn a_handler_that_fails_is_tried_again(server: Server) {
    let world = World::with(server, &[TRIOS]).await;
    world.script.on("second", |attempt| if attempt.retry < 2 { End::Error } else { End::Success });
    let _operator = world.operator();
    world.objects(TRIOS).create("a", json!({ "spec": { "n": 1 } })).await;

    world.until_handled(TRIOS, "a").await;

    assert_eq!(retries(&world, "first"), [0]);
    assert_eq!(retries(&world, "second"), [0, 1, 2]);
    assert_eq!(retries(&world, "third"), [0]);
}

async fn a_handler_that_fails_for_good_is_not_tried_again(server: Server) {
    let world = World::with(server, &[TRIOS]).await;
    world.script.on("second", |_| End::Permanent);
    let operator = world.operator();
    world.objects(TRIOS).create("a", json!({ "spec": { "n": 1 } })).await;

    world.until_handled(TRIOS, "a").await;

    assert_eq!(["first", "second", "third"].map(|handler| retries(&world, handler)), [[0], [0], [0]]);
    operator.says("Creation is processed: 2 succeeded; 1 failed.").await;
}

async fn a_handler_that_panics_is_tried_again_and_nothing_else_suffers(server: Server) {
    let world = World::with(server, &[TRIOS]).await;
    world.script.on("second", |attempt| if attempt.retry == 0 { End::Panic } else { End::Success });
    let operator = world.operator();
    world.objects(TRIOS).create("a", json!({ "spec": { "n": 1 } })).await;

    world.until_handled(TRIOS, "a").await;

    assert_eq!(retries(&world, "second"), [0, 1]);
    operator.says("as the test says").await;
    assert_eq!(operator.stop().await.code(), Some(0));
}

async fn a_handler_that_names_a_delay_is_left_alone_for_it(server: Server) {
    const DELAY: Duration = Duration::from_secs(1);
    let world = World::with(server, &[TRIOS]).await;
    world
        .script
        .on("second", |attempt| if attempt.retry == 0 { End::Temporary(DELAY) } else { End::Success });
    let _operator = world.operator();
    world.objects(TRIOS).create("a", json!({ "spec": { "n": 1 } })).await;

    world.until_handled(TRIOS, "a").await;

    let begun: Vec<_> = attempts_of(&world, "second").iter().map(|attempt| attempt.begun_at).collect();
    assert!(begun[1] - begun[0] >= DELAY, "tried again after {:?}", begun[1] - begun[0]);
}

async fn a_change_made_while_the_operator_is_down_is_handled(server: Server) {
    let world = World::with(server, &[CHANGES]).await;
    let objects = world.objects(CHANGES);
    let operator = world.operator();
    objects.create("a", json!({ "spec": { "n": 1 } })).await;
    world.until_handled(CHANGES, "a").await;
    assert_eq!(operator.stop().await.code(), Some(0));

    objects.patch("a", json!({ "spec": { "n": 2 } })).await;
    let _operator = world.operator();

    world.until_handled(CHANGES, "a").await;
    assert_eq!(handled(&world), [("created", 1), ("updated", 2)].map(owned));
}

async fn a_change_made_while_a_handler_runs_is_handled(server: Server) {
    let world = World::with(server, &[CHANGES]).await;
    let objects = world.objects(CHANGES);
    let gate = world.script.hold("created");
    let _operator = world.operator();
    objects.create("a", json!({ "spec": { "n": 1 } })).await;
    world.script.until("the creation to be handled", |attempts| attempts.len() == 1).await;

    objects.patch("a", json!({ "spec": { "n": 2 } })).await;
    gate.open();

    world.until_handled(CHANGES, "a").await;
    assert_eq!(handled(&world), [("created", 1), ("updated", 2)].map(owned));
}

async fn ten_changes_during_one_handler_end_in_one_more_cycle(server: Server) {
    let world = World::with(server, &[CHANGES]).await;
    let objects = world.objects(CHANGES);
    let gate = world.script.hold("created");
    let _operator = world.operator();
    objects.create("a", json!({ "spec": { "n": 1 } })).await;
    world.script.until("the creation to be handled", |attempts| attempts.len() == 1).await;

    for n in 2..=11 {
        objects.patch("a", json!({ "spec": { "n": n } })).await;
    }
    gate.open();

    world.until_handled(CHANGES, "a").await;
    assert_eq!(handled(&world), [("created", 1), ("updated", 11)].map(owned));
}

fn attempts_of(world: &World, handler: &str) -> Vec<Attempt> {
    world.script.attempts().into_iter().filter(|attempt| attempt.handler == handler).collect()
}

/// The retry counts that the attempts of a handler were told.
fn retries(world: &World, handler: &str) -> Vec<u32> {
    attempts_of(world, handler).iter().map(|attempt| attempt.retry).collect()
}

/// Each attempt's handler, and the number in the spec that it saw.
fn handled(world: &World) -> Vec<(String, i64)> {
    let attempts = world.script.attempts().into_iter();
    attempts.map(|attempt| (attempt.handler, attempt.spec["n"].as_i64().unwrap_or_default())).collect()
}

fn owned((handler, n): (&str, i64)) -> (String, i64) {
    (handler.to_owned(), n)
}
