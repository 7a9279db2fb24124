//! Trouble on the way to the server: nothing is lost, nothing recorded is done again, and the log stays readable.

use crate::support::operator::Operator;
use crate::support::proxy::{Answer, Call, Calls, Fault, Hits, Point, Proxy};
use crate::support::script::{Attempt, End};
use crate::support::server::{Server, on_both_servers};
use crate::support::world::{TRIOS, World};
use http::Method;
use serde_json::json;
use std::time::Duration;

on_both_servers!(
    unauthorized_lists_and_watches,
    forbidden_watches,
    conflicting_patches,
    invalid_patches,
    failing_lists,
    failing_patches,
    throttled_patches,
    expired_watches,
    watches_that_expire_in_their_stream,
    cut_watches,
    cut_requests,
    lost_answers_to_patches,
    stalled_patches,
    silent_watches,
);

fn lists(call: &Call) -> bool {
    call.is_of_all("trios") && !call.is_watch()
}

fn watches(call: &Call) -> bool {
    call.is_of_all("trios") && call.is_watch()
}

fn patches(call: &Call) -> bool {
    call.method == Method::PATCH
}

async fn unauthorized_lists_and_watches(server: Server) {
    survives(server, |proxy| {
        vec![
            proxy.on(Calls::matching(lists).first(1), Answer::code(401)),
            proxy.on(Calls::matching(watches).first(1), Answer::code(401)),
        ]
    })
    .await;
}

async fn forbidden_watches(server: Server) {
    survives(server, |proxy| vec![proxy.on(Calls::matching(watches).first(2), Answer::code(403))]).await;
}

async fn conflicting_patches(server: Server) {
    survives(server, |proxy| vec![proxy.on(Calls::matching(patches).first(2), Answer::code(409))]).await;
}

async fn invalid_patches(server: Server) {
    survives(server, |proxy| vec![proxy.on(Calls::matching(patches).first(1), Answer::code(422))]).await;
}

async fn failing_lists(server: Server) {
    survives(server, |proxy| vec![proxy.on(Calls::matching(lists).first(3), Answer::code(500))]).await;
}

async fn failing_patches(server: Server) {
    survives(server, |proxy| vec![proxy.on(Calls::matching(patches).first(3), Answer::code(500))]).await;
}

async fn throttled_patches(server: Server) {
    let (world, _operator) = survives(server, |proxy| {
        vec![proxy.on(Calls::matching(patches).first(1), Answer::too_many_requests(2))]
    })
    .await;
    let patched: Vec<_> =
        world.proxy.calls().into_iter().filter(patches).map(|call| call.received_at).collect();
    assert!(patched[1] - patched[0] >= Duration::from_secs(2), "Retry-After was two seconds");
}

async fn expired_watches(server: Server) {
    survives(server, |proxy| vec![proxy.on(Calls::matching(watches).first(2), Answer::code(410))]).await;
}

async fn watches_that_expire_in_their_stream(server: Server) {
    let (world, _operator) =
        survives(server, |proxy| vec![proxy.on(Calls::matching(watches).first(2), Fault::ExpiredWatch)])
            .await;
    world.proxy.expire_watches("trios").await;
    goes_on(&world).await;
}

async fn cut_watches(server: Server) {
    let (world, _operator) = survives(server, |proxy| {
        vec![proxy.on(Calls::matching(watches).first(1), Fault::Cut(Point::Before))]
    })
    .await;
    world.proxy.cut_watches("trios").await;
    goes_on(&world).await;
}

async fn cut_requests(server: Server) {
    survives(server, |proxy| {
        vec![
            proxy.on(Calls::matching(lists).first(1), Fault::Cut(Point::Before)),
            proxy.on(Calls::matching(patches).first(2), Fault::Cut(Point::Before)),
        ]
    })
    .await;
}

async fn lost_answers_to_patches(server: Server) {
    survives(server, |proxy| vec![proxy.on(Calls::matching(patches).first(3), Fault::Cut(Point::After))])
        .await;
}

async fn stalled_patches(server: Server) {
    survives(server, |proxy| {
        vec![proxy.on(Calls::matching(patches).first(1), Fault::Stall(Point::After, Duration::from_secs(30)))]
    })
    .await;
}

async fn silent_watches(server: Server) {
    let (world, _operator) =
        survives(server, |proxy| vec![proxy.on(Calls::matching(watches).first(1), Fault::SilentWatch)]).await;
    world.proxy.silence_watches("trios").await;
    goes_on(&world).await;
}

/// Handles an object, whose second handler fails once, while `faults` strike; all of them have to have struck.
async fn survives(server: Server, faults: impl Fn(&Proxy) -> Vec<Hits>) -> (World, Operator) {
    let world = World::with(server, &[TRIOS]).await;
    world.script.on("second", |attempt| if attempt.retry == 0 { End::Error } else { End::Success });
    let hits = faults(&world.proxy);
    let operator = world.operator();
    world.proxy.until("a look at the objects", |calls| calls.iter().any(watches)).await;
    world.objects(TRIOS).create("a", json!({ "spec": { "n": 1 } })).await;

    world.until_handled(TRIOS, "a").await;

    assert!(hits.iter().all(|hits| hits.count() > 0), "a fault did not strike: {hits:?}");
    each_handler_succeeds_once(&world.script.attempts());
    let complaints: Vec<String> = operator.lines().into_iter().filter(|line| is_complaint(line)).collect();
    assert!(complaints.len() <= hits.len(), "one incident, one line: {complaints:#?}");
    (world, operator)
}

/// Whether a line is about trouble, and not about a handler that failed, a resource that this world does not have, or
/// one that another test has defined a moment ago.
fn is_complaint(line: &str) -> bool {
    let is_loud = line.contains(" WARN ") || line.contains(" ERROR ");
    let is_of_others = line.contains("Cannot watch ") && !line.contains("Cannot watch trios");
    is_loud && !line.contains("Handler second") && !line.contains("Not in the cluster") && !is_of_others
}

fn each_handler_succeeds_once(attempts: &[Attempt]) {
    let ends = |handler: &str| {
        let of_it = attempts.iter().filter(|attempt| attempt.handler == handler);
        of_it.map(|attempt| attempt.end.clone()).collect::<Vec<_>>()
    };
    assert_eq!(ends("first"), [Some(End::Success)]);
    assert_eq!(ends("second"), [Some(End::Error), Some(End::Success)]);
    assert_eq!(ends("third"), [Some(End::Success)]);
}

/// What comes after the trouble is handled too.
async fn goes_on(world: &World) {
    world.objects(TRIOS).create("later", json!({ "spec": { "n": 2 } })).await;
    world.until_handled(TRIOS, "later").await;
}
