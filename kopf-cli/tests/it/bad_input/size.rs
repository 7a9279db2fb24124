//! Objects that leave no room for what is to be remembered of them.

use super::{attempt, attempts_on, handled, serves_another};
use crate::support::operator::NAME;
use crate::support::proxy::Call;
use crate::support::script::End;
use crate::support::server::{Server, on_both_servers};
use crate::support::world::{CHANGES, World};
use kopf_control_plane::client::Objects;
use kube::api::DynamicObject;
use serde_json::json;

on_both_servers!(
    a_spec_of_300_kib_is_handled,
    an_object_with_250_kib_of_annotations_is_handled,
    an_object_without_room_for_an_annotation_is_handled,
);

/// The most bytes of annotations that API servers take.
const ANNOTATIONS_LIMIT: usize = 256 * 1024;

/// The name of an annotation of somebody else.
const THEIRS: &str = "example.com/theirs";

/// Text that no compression makes much shorter.
fn noise(length: usize) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut state = 1_u64;
    let digit = |_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(DIGITS[(state >> 58) as usize])
    };
    (0..length).map(digit).collect()
}

/// Changes the object, and waits until something else than before is recorded as handled.
async fn change(objects: &Objects, before: &DynamicObject) -> DynamicObject {
    objects.patch("big", json!({ "spec": { "n": 2 } })).await;
    let is_new = |object: &DynamicObject| handled(object).is_some() && handled(object) != handled(before);
    objects.until("big", "handled anew", is_new).await
}

async fn a_spec_of_300_kib_is_handled(server: Server) {
    let world = World::with(server, &[CHANGES]).await;
    let objects = world.objects(CHANGES);
    let _operator = world.operator();
    let text = noise(300 * 1024);

    objects.create("big", json!({ "spec": { "n": 1, "text": text } })).await;
    let object = objects.until("big", "handled", |object| handled(object).is_some()).await;
    let object = change(&objects, &object).await;

    serves_another(&world, "beside").await;
    assert_eq!(attempts_on(&world, "big"), [attempt("created", 0), attempt("updated", 0)]);
    assert_eq!(object.data["spec"], json!({ "n": 2, "text": text }));
}

async fn an_object_with_250_kib_of_annotations_is_handled(server: Server) {
    let world = World::with(server, &[CHANGES]).await;
    let objects = world.objects(CHANGES);
    let _operator = world.operator();
    let text = noise(250 * 1024 - THEIRS.len());

    let manifest = json!({ "metadata": { "annotations": { THEIRS: text } }, "spec": { "n": 1 } });
    objects.create("big", manifest).await;
    let object = objects.until("big", "handled", |object| handled(object).is_some()).await;
    let object = change(&objects, &object).await;

    serves_another(&world, "beside").await;
    assert_eq!(attempts_on(&world, "big"), [attempt("created", 0), attempt("updated", 0)]);
    assert_eq!(object.metadata.annotations.unwrap()[THEIRS], text);
}

async fn an_object_without_room_for_an_annotation_is_handled(server: Server) {
    let world = World::with(server, &[CHANGES]).await;
    let objects = world.objects(CHANGES);
    world.script.on("created", |attempt| if attempt.retry < 2 { End::Error } else { End::Success });
    let operator = world.operator_with(NAME, &world.script, &["--events", "warnings"]);
    let text = noise(ANNOTATIONS_LIMIT - THEIRS.len());

    let manifest = json!({ "metadata": { "annotations": { THEIRS: text } }, "spec": { "n": 1 } });
    objects.create("big", manifest).await;
    operator.says("does not fit into its annotations").await;
    let is_told = |call: &Call| call.path.ends_with("/events") && call.json()["reason"] == "StateTooLarge";
    world.proxy.until("an Event that says so", |calls| calls.iter().any(is_told)).await;
    world.script.until("the creation to be handled", |attempts| attempts.len() == 3).await;
    objects.patch("big", json!({ "spec": { "n": 2 } })).await;
    world.script.until("the change to be handled", |attempts| attempts.len() == 4).await;
    serves_another(&world, "beside").await;

    let creation = [attempt("created", 0), attempt("created", 1), attempt("created", 2)];
    assert_eq!(attempts_on(&world, "big"), [&creation[..], &[attempt("updated", 0)]].concat());
    assert!(world.proxy.writes_to("changes/big").is_empty());

    // With room again, what was kept in memory is on the object.
    objects.patch("big", json!({ "metadata": { "annotations": { THEIRS: null } } })).await;
    world.until_handled(CHANGES, "big").await;
    assert_eq!(attempts_on(&world, "big")[4..], [attempt("updated", 0)]);
}
