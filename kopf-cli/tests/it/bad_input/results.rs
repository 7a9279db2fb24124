//! Results that are too large to be kept.

use super::{attempt, attempts_on, serves_another};
use crate::support::script::End;
use crate::support::server::{Server, on_both_servers};
use crate::support::world::{CHANGES, World};
use serde_json::{Value, json};

on_both_servers!(a_result_of_2_mib_is_a_failure_and_is_not_sent);

async fn a_result_of_2_mib_is_a_failure_and_is_not_sent(server: Server) {
    let world = World::with(server, &[CHANGES]).await;
    let objects = world.objects(CHANGES);
    world.script.on("created", |attempt| match attempt.name.as_str() {
        "talkative" => End::Result(json!("x".repeat(2 * 1024 * 1024))),
        _ => End::Success,
    });
    let operator = world.operator();

    objects.create("talkative", json!({ "spec": { "n": 1 } })).await;
    let object = world.until_handled(CHANGES, "talkative").await;

    operator.says("/talkative] Handler created failed permanently: its result has 2097154 bytes").await;
    serves_another(&world, "beside").await;
    assert_eq!(attempts_on(&world, "talkative"), [attempt("created", 0)]);
    assert_eq!(object.data["status"], Value::Null);
    assert_eq!(world.proxy.writes_to("changes/talkative").len(), 1);
}
