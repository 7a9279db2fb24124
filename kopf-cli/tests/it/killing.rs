//! An operator can be killed at any moment and goes on where it was.

use crate::support::operator::NAME;
use crate::support::proxy::{Calls, Fault, Point};
use crate::support::script::{Attempt, End};
use crate::support::server::{Server, on_both_servers};
use crate::support::world::{TRIOS, World, is_handled};
use kube::api::DynamicObject;
use serde_json::{Value, json};
use std::collections::HashMap;

on_both_servers!(killed_before_every_call, killed_after_every_call);

async fn killed_before_every_call(server: Server) {
    killed_at_every_call(server, Point::Before).await;
}

async fn killed_after_every_call(server: Server) {
    killed_at_every_call(server, Point::After).await;
}

/// Handles one object after another, with an operator killed at the first call, the second, and so on, until a whole
/// scenario takes fewer calls than that.
async fn killed_at_every_call(server: Server, point: Point) {
    let world = World::with(server, &[TRIOS]).await;
    world.script.on("second", |attempt| if attempt.retry < 2 { End::Error } else { End::Success });
    let objects = world.objects(TRIOS);
    for n in 1.. {
        let name = format!("killed-at-{n}");
        let mut killed = world.proxy.on(Calls::any().nth(n), Fault::Hang(point));
        let operator = world.operator();
        objects.create(&name, json!({ "spec": { "n": n } })).await;

        tokio::select! {
            () = killed.reach(1) => {}
            _ = world.until_handled(TRIOS, &name) => {}
        }
        // Its last write makes the object handled before the answer to it is held.
        let reached = killed.seen() >= n;
        if reached {
            killed.reach(1).await;
        }
        operator.kill().await;
        let recorded = objects.get(&name).await.map(|object| recorded_successes(&object)).unwrap_or_default();
        let earlier = world.script.attempts().len();
        if reached {
            let operator = world.operator();
            world.until_handled(TRIOS, &name).await;
            operator.kill().await;
        }

        let attempts = attempts_on(&world, &name);
        let again = world.script.attempts()[earlier..].to_vec();
        for success in recorded {
            assert!(
                again.iter().all(|attempt| attempt.name != name || attempt.handler != success),
                "killed at call {n}: {success} was recorded and called again: {attempts:#?}",
            );
        }
        counts_never_go_down(&attempts, n);
        assert!(objects.get(&name).await.is_some_and(|object| is_handled(&object)));
        if !reached {
            return;
        }
    }
}

/// The handlers of which the object says that they have succeeded.
fn recorded_successes(object: &DynamicObject) -> Vec<&'static str> {
    let annotations = object.metadata.annotations.clone().unwrap_or_default();
    let succeeded = |handler: &str| {
        let record = annotations.get(&format!("{NAME}.kopf.dev/{handler}"));
        let record: Value = record.and_then(|record| serde_json::from_str(record).ok()).unwrap_or_default();
        record["success"] == true
    };
    let all = ["first", "second", "third"].into_iter();
    all.filter(|handler| is_handled(object) || succeeded(handler)).collect()
}

fn attempts_on(world: &World, name: &str) -> Vec<Attempt> {
    world.script.attempts().into_iter().filter(|attempt| attempt.name == name).collect()
}

fn counts_never_go_down(attempts: &[Attempt], n: usize) {
    let mut last: HashMap<&str, u32> = HashMap::new();
    for attempt in attempts {
        let before = last.insert(&attempt.handler, attempt.retry).unwrap_or(0);
        assert!(attempt.retry >= before, "killed at call {n}: attempts go down: {attempts:#?}");
    }
}
