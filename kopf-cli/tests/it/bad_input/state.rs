//! Objects with odd characters in them, and with state on them that is none or not theirs.

use super::{attempt, attempts_on, handled, kept, serves_another};
use crate::support::operator::NAME;
use crate::support::script::End;
use crate::support::server::{Server, on_both_servers};
use crate::support::world::{CHANGES, TRIOS, World};
use kube::api::DynamicObject;
use serde_json::{Value, json};
use std::time::Duration;

on_both_servers!(
    odd_characters_in_keys_are_keys,
    garbage_in_our_annotations_counts_as_absent,
    garbage_in_the_place_of_our_state_makes_an_object_new,
    a_copied_manifest_brings_no_state,
);

async fn odd_characters_in_keys_are_keys(server: Server) {
    let world = World::with(server, &[CHANGES]).await;
    let objects = world.objects(CHANGES);
    let odd = json!({
        "": 1, "a.b/c~1d": 2, "\"'\\": 3, "line\nbreak\t": 4, "<&>": 5, "ключ": 6, "🦀": 7, "\u{0}\u{7f}\u{2028}": 8,
        "$patch": "delete", "__proto__": {}, "n": [1, null, { "a b": null }],
    });
    let result = odd.clone();
    world.script.on("created", move |_| End::Result(result.clone()));
    let _operator = world.operator();
    let annotations = json!({ "example.com/odd": "\"'\\ \n ключ 🦀" });

    objects.create("odd", json!({ "metadata": { "annotations": annotations }, "spec": odd })).await;
    let object = world.until_handled(CHANGES, "odd").await;
    assert_eq!(object.data["status"], json!({ "created": without_nulls(odd.clone()) }));
    objects.patch("odd", json!({ "spec": { "ключ": { "\"": 1 } } })).await;
    let object = world.until_handled(CHANGES, "odd").await;

    serves_another(&world, "beside").await;
    assert_eq!(attempts_on(&world, "odd"), [attempt("created", 0), attempt("updated", 0)]);
    assert_eq!(object.data["spec"]["ключ"], json!({ "\"": 1 }));
}

/// What a merge patch makes of the value where nothing was: members that are null are not there.
fn without_nulls(mut value: Value) -> Value {
    match &mut value {
        Value::Object(members) => {
            members.retain(|_, member| !member.is_null());
            members.values_mut().for_each(|member| *member = without_nulls(member.take()));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| *item = without_nulls(item.take())),
        _ => {}
    }
    value
}

/// What may stand in the place of our state.
const GARBAGE: &[&str] = &[
    "",
    "garbage",
    "{",
    "{}",
    "[]",
    "null",
    "0",
    "\"\u{0}\"",
    r#"{"uid":7}"#,
    r#"{"essence":{},"zlib":"","digests":{}}"#,
    r#"{"zlib":"eJw="}"#,
    r#"{"digests":{"spec":7}}"#,
    r#"{"started":"yesterday","retries":-1}"#,
    r#"{"started":"2020-01-01T00:00:00Z","success":"yes"}"#,
];

fn annotations(garbage: &str) -> Value {
    let names = ["last-handled-configuration", "created", "updated", "kopf-managed", "unheard-of"];
    names.iter().map(|name| (format!("{NAME}.kopf.dev/{name}"), json!(garbage))).collect()
}

async fn garbage_in_our_annotations_counts_as_absent(server: Server) {
    let world = World::with(server, &[CHANGES]).await;
    let objects = world.objects(CHANGES);
    let _operator = world.operator();
    for (n, garbage) in GARBAGE.iter().enumerate() {
        let metadata = json!({ "annotations": annotations(garbage) });
        objects.create(&format!("garbage-{n}"), json!({ "metadata": metadata, "spec": { "n": n } })).await;
    }
    for (n, garbage) in GARBAGE.iter().enumerate() {
        let name = format!("garbage-{n}");
        let is_handled = |object: &DynamicObject| {
            handled(object).is_some_and(|state| state.contains(&format!(r#""spec":{{"n":{n}}}"#)))
        };
        objects.until(&name, "handled", is_handled).await;
        assert_eq!(attempts_on(&world, &name), [attempt("created", 0)], "{garbage}");
    }

    serves_another(&world, "beside").await;
    for (n, garbage) in GARBAGE.iter().enumerate() {
        assert_eq!(world.proxy.writes_to(&format!("changes/garbage-{n}")).len(), 1, "{garbage}");
    }
}

async fn garbage_in_the_place_of_our_state_makes_an_object_new(server: Server) {
    let world = World::with(server, &[CHANGES]).await;
    let objects = world.objects(CHANGES);
    let _operator = world.operator();
    objects.create("a", json!({ "spec": { "n": 1 } })).await;
    world.until_handled(CHANGES, "a").await;

    objects.patch("a", json!({ "metadata": { "annotations": annotations("garbage") } })).await;
    let is_handled = |object: &DynamicObject| handled(object).is_some_and(|state| state != "garbage");
    objects.until("a", "handled", is_handled).await;

    assert_eq!(attempts_on(&world, "a"), [attempt("created", 0), attempt("created", 0)]);
}

async fn a_copied_manifest_brings_no_state(server: Server) {
    let world = World::with(server, &[TRIOS, CHANGES]).await;
    let objects = world.objects(TRIOS);
    world.script.on("second", |attempt| match attempt.name.as_str() {
        "original" => End::Temporary(Duration::from_secs(3_600)),
        _ => End::Success,
    });
    let _operator = world.operator();
    objects.create("original", json!({ "spec": { "n": 1 } })).await;
    let original =
        objects.until("original", "waiting for its second", |object| kept(object, "third").is_some()).await;
    assert!(kept(&original, "first").is_some_and(|record| record.contains(r#""success":true"#)));

    let annotations = &original.metadata.annotations;
    objects.create("copy", json!({ "metadata": { "annotations": annotations }, "spec": { "n": 1 } })).await;
    objects
        .until("copy", "handled", |copy| handled(copy).is_some_and(|state| Some(state) != handled(&original)))
        .await;

    serves_another(&world, "beside").await;
    assert_eq!(attempts_on(&world, "copy"), [attempt("first", 0), attempt("second", 0), attempt("third", 0)]);
    assert_eq!(objects.get("original").await.unwrap().metadata.annotations, original.metadata.annotations);
}
