//! Each family of handlers on servers: sub-handlers, daemons, timers, indexes, filters.

use crate::support::script::{End, called};
use crate::support::server::{Server, on_both_servers};
use crate::support::world::{CHOICES, FAMILIES, SHELVES, VIGILS, World};
use kopf_control_plane::DEADLINE;
use serde_json::{Value, json};

on_both_servers!(
    sub_handlers_are_tried_again_each_by_itself_also_by_the_next_process,
    a_daemon_runs_from_the_first_sight_of_its_object_to_its_deletion,
    a_timer_ticks_while_its_object_is_there_and_matches,
    an_index_is_complete_before_the_first_handler_and_follows_its_objects,
    an_object_that_leaves_the_selector_is_not_deleted_and_its_changes_are_handled_when_it_is_back,
);

async fn sub_handlers_are_tried_again_each_by_itself_also_by_the_next_process(server: Server) {
    let world = World::with(server, &[FAMILIES]).await;
    let gate = world.script.hold("parent/sibling");
    world.script.on("parent/child/grandchild/deepest", |attempt| match attempt.retry {
        0 => End::Error,
        _ => End::Result(json!("deep")),
    });
    let operator = world.operator();
    world.objects(FAMILIES).create("a", json!({ "spec": { "n": 1 } })).await;
    let begun = |attempts: &[_]| attempts.len() >= 4;
    world.script.until("the sub-handlers to be called", begun).await;
    operator.kill().await;
    gate.open();
    let _operator = world.operator();

    let object = world.until_handled(FAMILIES, "a").await;

    let status = &object.data["status"];
    assert_eq!(
        [&status["parent"], &status["parent/child/grandchild/deepest"]],
        [&json!("with children"), &json!("deep")]
    );
    let called = |handler: &str| {
        let ends = world.script.attempts().into_iter().filter(|attempt| attempt.handler == handler);
        ends.filter(|attempt| attempt.end.as_ref().is_some_and(|end| *end != End::Error)).count()
    };
    assert!(called("parent/sibling") >= 1 && called("parent/child/grandchild/deepest") >= 1);
}

async fn a_daemon_runs_from_the_first_sight_of_its_object_to_its_deletion(server: Server) {
    let world = World::with(server, &[VIGILS]).await;
    let objects = world.objects(VIGILS);
    let operator = world.operator();
    objects.create("a", watching("watch")).await;
    world.script.until("the daemon to begin", |attempts| attempts.len() == 1).await;
    let is_held = |object: &kube::api::DynamicObject| {
        !object.metadata.finalizers.as_deref().unwrap_or_default().is_empty()
    };
    objects.until("a", "held", is_held).await;

    // It is not there for its object any more, and then it is.
    objects.patch("a", watching("nothing")).await;
    world.script.until("the daemon to end", |attempts| attempts.len() == 2).await;
    objects.until("a", "let go", |object| !is_held(object)).await;
    objects.patch("a", watching("watch")).await;
    world.script.until("the daemon to begin again", |attempts| attempts.len() == 3).await;
    // A daemon begins while its object is being held; one deleted meanwhile goes without waiting for it.
    objects.until("a", "held again", is_held).await;

    objects.delete("a").await;
    objects.until_gone("a").await;
    assert_eq!(world.script.calls_on("a"), [(); 4].map(|()| called("vigil", 1)));
    assert_eq!(operator.stop().await.code(), Some(0));
}

async fn a_timer_ticks_while_its_object_is_there_and_matches(server: Server) {
    let world = World::with(server, &[VIGILS]).await;
    let objects = world.objects(VIGILS);
    world.script.on("tick", |attempt| match attempt.retry {
        0 => End::Result(json!({ "ticks": true })),
        _ => End::Success,
    });
    let _operator = world.operator();
    objects.create("a", watching("time")).await;
    world.script.until("a few ticks", |attempts| attempts.len() >= 3).await;
    objects.until("a", "marked by its timer", |object| object.data["status"]["tick"]["ticks"] == true).await;
    objects.delete("a").await;
    objects.until_gone("a").await;
}

async fn an_index_is_complete_before_the_first_handler_and_follows_its_objects(server: Server) {
    let world = World::with(server, &[SHELVES]).await;
    let objects = world.objects(SHELVES);
    for (name, n) in [("a", 1), ("b", 1), ("c", 2)] {
        objects.create(name, json!({ "spec": { "n": n } })).await;
    }
    let _operator = world.operator();
    for name in ["a", "b", "c"] {
        let object = world.until_handled(SHELVES, name).await;
        assert_eq!(object.data["status"]["counted"], json!([2, 1]), "of {name}");
    }

    objects.delete("b").await;
    objects.until_gone("b").await;
    // Each object has turns of its own: the first look may be before the other one's, which takes it out.
    let counted_anew = async {
        for look in 1_u32.. {
            objects.patch("a", json!({ "spec": { "look": look, "n": 2 } })).await;
            if world.until_handled(SHELVES, "a").await.data["status"]["counted"] == json!([0, 2]) {
                return;
            }
        }
    };
    let is_counted = tokio::time::timeout(DEADLINE, counted_anew).await.is_ok();
    assert!(is_counted, "the index does not follow");
    // A cluster that is there before and after should be as it was.
    SHELVES.unregister(&world.client).await;
}

async fn an_object_that_leaves_the_selector_is_not_deleted_and_its_changes_are_handled_when_it_is_back(
    server: Server,
) {
    let world = World::with(server, &[CHOICES]).await;
    let objects = world.objects(CHOICES);
    let chosen =
        |yes: Value, n: i64| json!({ "metadata": { "labels": { "chosen": yes } }, "spec": { "n": n } });
    let _operator = world.operator();
    objects.create("other", chosen(json!("no"), 1)).await;
    objects.create("a", chosen(json!("yes"), 1)).await;
    world.until_handled(CHOICES, "a").await;

    objects.patch("a", chosen(Value::Null, 2)).await;
    objects.create("b", chosen(json!("yes"), 1)).await;
    world.until_handled(CHOICES, "b").await;
    objects.patch("a", chosen(json!("yes"), 3)).await;
    world.until_handled(CHOICES, "a").await;

    let handled = |name: &str| {
        let calls = world.script.calls_on(name).into_iter();
        calls.filter(|(handler, _)| handler == "chosen").collect::<Vec<_>>()
    };
    assert_eq!(handled("a"), [called("chosen", 1), called("chosen", 3)]);
    assert_eq!(world.script.calls_on("other"), []);
    let selected = |call: &crate::support::proxy::Call| call.query.contains("labelSelector=chosen%3Dyes");
    assert!(world.proxy.calls().iter().filter(|call| call.is_of_all("choices")).all(selected));
}

fn watching(what: &str) -> Value {
    json!({ "metadata": { "labels": { "keep": what } }, "spec": { "n": 1 } })
}
