//! Resources that come and go while an operator runs.

use crate::support::server::{Server, on_both_servers};
use crate::support::world::{LATECOMERS, RETURNS, World};
use serde_json::json;

on_both_servers!(a_resource_defined_late_is_served, a_resource_defined_again_is_served_again);

async fn a_resource_defined_late_is_served(server: Server) {
    let world = World::with(server, &[]).await;
    let _operator = world.operator();
    world
        .proxy
        .until("the operator to have looked at what there is", |calls| {
            calls.iter().any(|call| call.is_watch())
        })
        .await;

    LATECOMERS.register(&world.client).await;
    world.objects(LATECOMERS).create("a", json!({ "spec": { "n": 1 } })).await;

    world.until_handled(LATECOMERS, "a").await;
    // A cluster that is there before and after should be as it was.
    LATECOMERS.unregister(&world.client).await;
}

async fn a_resource_defined_again_is_served_again(server: Server) {
    let world = World::with(server, &[RETURNS]).await;
    let _operator = world.operator();
    world.objects(RETURNS).create("a", json!({ "spec": { "n": 1 } })).await;
    world.until_handled(RETURNS, "a").await;

    RETURNS.unregister(&world.client).await;
    RETURNS.register(&world.client).await;
    world.objects(RETURNS).create("a", json!({ "spec": { "n": 2 } })).await;

    world.until_handled(RETURNS, "a").await;
    let seen: Vec<_> = world.script.attempts().into_iter().map(|attempt| attempt.spec["n"].clone()).collect();
    assert_eq!(seen, [json!(1), json!(2)]);
    RETURNS.unregister(&world.client).await;
}
