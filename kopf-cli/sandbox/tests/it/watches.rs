//! Watches tell each change once, in order, to whoever asks for it.

use std::sync::Arc;

use futures::FutureExt;
use kopf_sandbox::Sandbox;
use serde_json::{Value, json};

use crate::client::*;

/// The sandbox as it starts has this revision: four namespaces, two classes of priority, two definitions in three writes each,
/// and an `APIService` for each of their two versions.
const START: u64 = 14;
const WATCH_LIST: &str =
    "watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true";

const THINGS: &str = "/apis/kopf.test/v1/things";

/// A sandbox with a kind of its own, which has these properties.
fn sandbox_of_things(properties: &str) -> Sandbox {
    let definition = format!(
        r#"{{"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{{"name":"things.kopf.test"}},"spec":{{"group":"kopf.test","scope":"Cluster","names":{{"plural":"things","kind":"Thing"}},"versions":[{{"name":"v1","served":true,"storage":true,"schema":{{"openAPIV3Schema":{{"type":"object","properties":{{"spec":{{"type":"object","properties":{properties}}}}}}}}}}}]}}}}"#
    );
    Sandbox::builder().seed(1).crd(&definition).unwrap().build().unwrap()
}

#[tokio::test]
async fn a_watch_begins_with_what_there_is_and_goes_on() {
    let sandbox = sandbox();
    post(&sandbox, KEX, example("a")).await;
    let mut watch = Watch::open(&sandbox, &format!("{KEX}?watch=True")).await;
    assert_eq!(watch.next().await, format!("ADDED a@{}", START + 1));
    assert!(watch.is_quiet());
    merge(&sandbox, &format!("{KEX}/a"), json!({ "spec": { "a": 2 } })).await;
    delete(&sandbox, &format!("{KEX}/a")).await;
    assert_eq!(watch.next().await, format!("MODIFIED a@{}", START + 2));
    assert_eq!(watch.next().await, format!("DELETED a@{}", START + 3));
}

#[tokio::test]
async fn the_type_stands_before_the_object() {
    let sandbox = sandbox();
    post(&sandbox, KEX, example("a")).await;
    let mut watch = Watch::open(&sandbox, &format!("{KEX}?watch=1")).await;
    let line = watch.line().await.unwrap().unwrap();
    assert!(line.starts_with(r#"{"type":"ADDED","object":{"#) && line.ends_with("}\n"), "{line}");
}

#[tokio::test]
async fn a_watch_from_a_version_tells_what_came_after_it() {
    let sandbox = sandbox();
    for name in ["a", "b"] {
        post(&sandbox, KEX, example(name)).await;
    }
    let mut watch = Watch::open(&sandbox, &format!("{KEX}?watch=1&resourceVersion={}", START + 1)).await;
    assert_eq!(watch.next().await, format!("ADDED b@{}", START + 2));
    sandbox.compact();
    merge(&sandbox, &format!("{KEX}/b"), json!({ "spec": null })).await;
    assert_eq!(watch.next().await, format!("MODIFIED b@{}", START + 3), "who has seen all is not behind");
    let mut late = Watch::open(&sandbox, &format!("{KEX}?watch=1&resourceVersion={START}")).await;
    assert_eq!((late.next().await, late.next().await), ("ERROR 410 Expired".to_owned(), "end".to_owned()));
}

#[tokio::test]
async fn a_watch_goes_past_whatever_many_changes_are_not_its_own() {
    let sandbox = sandbox();
    let from = sandbox.revision();
    for number in 0..600 {
        sandbox
            .apply(json!({ "apiVersion": "zalando.org/v1", "kind": "Plain", "metadata": { "name": format!("p-{number}") } }))
            .unwrap();
    }
    post(&sandbox, KEX, example("late")).await;
    let path = format!("{KEX}?watch=1&resourceVersion={from}&timeoutSeconds=5");
    let mut watch = Watch::open(&sandbox, &path).await;
    assert_eq!(watch.next().await, format!("ADDED late@{}", sandbox.revision()));
}

#[tokio::test]
async fn leaving_a_selector_looks_like_a_deletion() {
    let sandbox = sandbox();
    post(&sandbox, KEX, example("a")).await;
    let mut watch = Watch::open(&sandbox, &format!("{KEX}?watch=1&labelSelector=z%3D1")).await;
    let label = |value: &str| json!({ "metadata": { "labels": { "z": value } } });
    for value in ["1", "1x", "1", "2"] {
        merge(&sandbox, &format!("{KEX}/a"), label(value)).await;
    }
    let mut told = Vec::new();
    for _ in 0..4 {
        let event: Value = serde_json::from_str(&watch.line().await.unwrap().unwrap()).unwrap();
        let metadata = &event["object"]["metadata"];
        let part = |value: &Value| value.as_str().unwrap().to_owned();
        told.push(
            [part(&event["type"]), part(&metadata["labels"]["z"]), part(&metadata["resourceVersion"])]
                .join(" "),
        );
    }
    assert_eq!(told, ["ADDED 1 16", "DELETED 1 17", "ADDED 1 18", "DELETED 1 19"]);
}

#[tokio::test]
async fn a_watch_list_ends_its_beginning_with_a_bookmark() {
    let sandbox = sandbox();
    post(&sandbox, KEX, example("a")).await;
    let mut watch = Watch::open(&sandbox, &format!("{KEX}?{WATCH_LIST}")).await;
    assert_eq!(watch.next().await, format!("ADDED a@{}", START + 1));
    let line = watch.line().await.unwrap().unwrap();
    let bookmark: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(
        bookmark,
        json!({ "type": "BOOKMARK", "object": {
            "kind": "KopfExample", "apiVersion": "zalando.org/v1",
            "metadata": { "resourceVersion": "15", "annotations": { "k8s.io/initial-events-end": "true" } },
        } })
    );
}

/// More than a watch tells of at once.
#[tokio::test]
async fn a_long_beginning_is_as_it_was_when_the_watch_began() {
    const MANY: u64 = 600;
    let sandbox = sandbox();
    for number in 0..MANY {
        post(&sandbox, KEX, example(&format!("x-{number:03}"))).await;
    }
    let mut watch = Watch::open(&sandbox, &format!("{KEX}?{WATCH_LIST}")).await;
    delete(&sandbox, &format!("{KEX}/x-599")).await;
    for number in 0..MANY {
        assert_eq!(watch.next().await, format!("ADDED x-{number:03}@{}", START + 1 + number));
    }
    assert_eq!(watch.next().await, format!("BOOKMARK -@{}", START + MANY));
    assert_eq!(watch.next().await, format!("DELETED x-599@{}", START + MANY + 1));
}

#[tokio::test]
async fn bookmarks_come_every_minute_and_before_the_end() {
    let clock = Arc::new(Stopped::default());
    let builder = Sandbox::builder().seed(1).clock(clock.clone()).crd(DEFINITIONS).unwrap();
    let sandbox = builder.build().unwrap();
    let path = format!("{KEX}?watch=1&resourceVersion={START}&allowWatchBookmarks=true&timeoutSeconds=90");
    let mut watch = Watch::open(&sandbox, &path).await;
    assert!(watch.is_quiet());
    clock.advance(60);
    assert_eq!(watch.next().await, format!("BOOKMARK -@{START}"));
    assert!(watch.is_quiet());
    sandbox
        .apply(json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": "other" } }))
        .unwrap();
    assert!(watch.is_quiet(), "changes of other resources are not told");
    clock.advance(30);
    assert_eq!(watch.next().await, format!("BOOKMARK -@{}", START + 1), "but bookmarks pass them");
    assert_eq!(watch.next().await, "end");

    // What is still to come is not bookmarked.
    let path = format!("{KEX}?watch=1&resourceVersion=99999&allowWatchBookmarks=true&timeoutSeconds=90");
    let mut watch = Watch::open(&sandbox, &path).await;
    assert!(watch.is_quiet());
    clock.advance(90);
    assert_eq!(watch.next().await, "end");
}

#[tokio::test]
async fn a_watch_that_says_nothing_of_its_end_ends_between_half_an_hour_and_an_hour() {
    const HALF_AN_HOUR: i64 = 1_800;
    const STEP: i64 = 30;
    let mut ends = Vec::new();
    for seed in 1..=4 {
        let clock = Arc::new(Stopped::default());
        let builder = Sandbox::builder().seed(seed).clock(clock.clone()).crd(DEFINITIONS).unwrap();
        let sandbox = builder.build().unwrap();
        let mut watch = Watch::open(&sandbox, &format!("{KEX}?watch=1&resourceVersion={START}")).await;
        assert!(watch.is_quiet());
        clock.advance(HALF_AN_HOUR - 1);
        assert!(watch.is_quiet(), "with the seed {seed}");
        clock.advance(1);
        let mut more = 0;
        let told = loop {
            if let Some(told) = watch.next().now_or_never() {
                break told;
            }
            assert!(more < HALF_AN_HOUR, "with the seed {seed}");
            clock.advance(STEP);
            more += STEP;
        };
        assert_eq!(told, "end", "with the seed {seed}");
        ends.push(more);
    }
    assert!(ends.iter().any(|end| *end != ends[0]), "all end after {ends:?}");
}

#[tokio::test]
async fn who_reads_too_slowly_is_cut_off_and_told_to_begin_again() {
    let sandbox = Sandbox::builder().history(3, 1 << 20).crd(DEFINITIONS).unwrap().build().unwrap();
    let path = format!("{KEX}?watch=1&resourceVersion={START}");
    let mut watch = Watch::open(&sandbox, &path).await;
    assert!(watch.is_quiet());
    for name in ["a", "b", "c", "d", "e"] {
        post(&sandbox, KEX, example(name)).await;
    }
    assert_eq!(watch.next().await, "end");
    assert_eq!(Watch::open(&sandbox, &path).await.next().await, "ERROR 410 Expired");
}

#[tokio::test]
async fn a_watch_ends_with_its_definition() {
    let sandbox = sandbox();
    post(&sandbox, KEX, example("a")).await;
    let mut watch = Watch::open(&sandbox, &format!("{KEX}?watch=1&resourceVersion={}", START + 1)).await;
    delete(&sandbox, "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/kopfexamples.zalando.org")
        .await;
    assert_eq!(
        watch.next().await,
        format!("DELETED a@{}", START + 4),
        "after the definition was marked twice"
    );
    assert_eq!(watch.next().await, "end");
}

#[tokio::test]
async fn who_reads_on_by_an_old_definition_spoils_nothing_for_who_reads_by_the_new_one() {
    let sandbox = sandbox_of_things(r#"{"a":{"type":"string"}}"#);
    let mut old = Watch::open(&sandbox, &format!("{THINGS}?watch=1")).await;
    let properties = "/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/b";
    let added = json!([{ "op": "add", "path": properties, "value": { "type": "string" } }]);
    let path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/things.kopf.test";
    send(&sandbox, request("PATCH", path, "application/json-patch+json", added.to_string())).await.unwrap();
    let changed = sandbox.revision();
    let late = json!({ "apiVersion": "kopf.test/v1", "kind": "Thing", "metadata": { "name": "late" }, "spec": { "a": "1", "b": "2" } });
    post(&sandbox, THINGS, late).await;
    assert_eq!(old.next().await, "end");
    let mut new = Watch::open(&sandbox, &format!("{THINGS}?watch=1&resourceVersion={changed}")).await;
    let line = new.line().await.unwrap().unwrap();
    assert!(line.contains(r#""spec":{"a":"1","b":"2"}"#), "{line}");
}

#[tokio::test]
async fn a_hundred_watches_are_told_the_same() {
    let sandbox = sandbox();
    let path = format!("{KEX}?watch=1&resourceVersion={START}");
    let mut watches = Vec::new();
    for _ in 0..100 {
        watches.push(Watch::open(&sandbox, &path).await);
    }
    for number in 0..20 {
        post(&sandbox, KEX, example(&format!("x{number}"))).await;
    }
    for watch in &mut watches {
        for number in 0..20 {
            assert_eq!(watch.next().await, format!("ADDED x{number}@{}", START + 1 + number));
        }
        assert!(watch.is_quiet());
    }
}
