//! Synchronous handlers that do not return.

use super::{attempts_on, serves_another};
use crate::support::operator::NAME;
use crate::support::server::{Server, on_both_servers};
use crate::support::world::{CHANGES, HANGS, World};
use kopf_control_plane::DEADLINE;
use serde_json::json;
use std::time::Instant;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

on_both_servers!(
    handlers_that_hang_are_named_and_hold_nobody_up,
    a_handler_that_hangs_does_not_hold_up_the_end,
);

async fn handlers_that_hang_are_named_and_hold_nobody_up(server: Server) {
    let world = World::with(server, &[HANGS, CHANGES]).await;
    let objects = world.objects(HANGS);
    let options = ["--events", "none", "--http", "127.0.0.1:0"];
    let operator = world.operator_with(NAME, &world.script, &options);
    let serving = operator.says("Serving /healthz").await;
    let address = serving.split("http://").nth(1).unwrap().trim_end_matches('.');
    let gate = world.script.hold("hung");
    for name in ["a", "b"] {
        objects.create(name, json!({ "spec": { "n": 1 } })).await;
        operator.says(&format!("/{name}] Handler hung is overdue")).await;
    }

    // Their threads began a moment later than the attempts that are overdue.
    let reason = |name| format!("handler hung of {}/{name} has not returned", world.namespace);
    let health =
        until_health(address, |health| health.contains(&reason("a")) && health.contains(&reason("b"))).await;
    assert!(health.starts_with("HTTP/1.1 503 "), "{health}");
    serves_another(&world, "beside").await;

    gate.open();
    for name in ["a", "b"] {
        operator.says(&format!("/{name}] Handler hung has returned at last")).await;
        world.until_handled(HANGS, name).await;
        assert!(attempts_on(&world, name).len() > 1, "an answer that came too late was taken");
    }
    until_health(address, |health| health.starts_with("HTTP/1.1 200 ")).await;
}

async fn a_handler_that_hangs_does_not_hold_up_the_end(server: Server) {
    let world = World::with(server, &[HANGS]).await;
    let objects = world.objects(HANGS);
    let operator = world.operator_with(NAME, &world.script, &["--events", "none", "--grace", "1"]);
    let gate = world.script.hold("hung");
    objects.create("a", json!({ "spec": { "n": 1 } })).await;
    operator.says("/a] Handler hung is overdue").await;

    assert_eq!(operator.stop().await.code(), Some(0));

    gate.open();
    let _operator = world.operator();
    world.until_handled(HANGS, "a").await;
}

/// Asks the probe until it answers as wanted: it has nobody to tell what changes.
async fn until_health(address: &str, wanted: impl Fn(&str) -> bool) -> String {
    let since = Instant::now();
    loop {
        let health = healthz(address).await;
        if wanted(&health) {
            return health;
        }
        assert!(since.elapsed() < DEADLINE, "waited {DEADLINE:?} in vain for the probe; it answers {health}");
    }
}

/// The answer of the probe, whole.
async fn healthz(address: &str) -> String {
    let mut connection = TcpStream::connect(address).await.unwrap();
    let request = format!("GET /healthz HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    connection.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await.unwrap();
    answer
}
