//! What was in a sandbox is in the next one, if its state is whole; else there is none.

use kopf_sandbox::{Sandbox, StateError};
use serde_json::json;

use crate::client::*;

fn text(sandbox: &Sandbox, ended: bool) -> Vec<u8> {
    let mut text = Vec::new();
    sandbox.snapshot().write(&mut text, ended).unwrap();
    text
}

/// A sandbox with an object of each kind of place, one of which has been changed.
async fn lived_in() -> Sandbox {
    let sandbox = sandbox();
    post(&sandbox, KEX, example("a")).await;
    merge(&sandbox, &format!("{KEX}/a/status"), json!({ "status": { "n": 1 } })).await;
    post(&sandbox, PLAINS, plain("p")).await;
    post(&sandbox, CONFIG_MAPS, json!({ "metadata": { "name": "c" }, "data": { "k": "v" } })).await;
    delete(&sandbox, &format!("{CONFIG_MAPS}/c")).await;
    sandbox
}

#[tokio::test]
async fn objects_their_versions_and_their_definitions_survive() {
    let before = lived_in().await;
    let after = Sandbox::builder().state(text(&before, true)).build().unwrap();
    assert_eq!(after.revision(), before.revision());
    for path in [KEX, PLAINS, "/api/v1/namespaces", "/apis/zalando.org/v2", "/apis", CONFIG_MAPS] {
        assert_eq!(get(&after, path).await, get(&before, path).await, "{path}");
    }
    assert_eq!(post(&after, KEX, example("b")).await.0, 201);
    let b = after.get("kopfexamples.zalando.org", "default", "b").unwrap();
    assert_eq!(b["metadata"]["resourceVersion"], (before.revision() + 1).to_string());
}

#[tokio::test]
async fn what_is_as_old_as_the_state_can_be_watched_on_and_what_is_older_is_gone() {
    let before = lived_in().await;
    let after = Sandbox::builder().state(text(&before, true)).build().unwrap();
    post(&after, KEX, example("b")).await;
    let from = |revision| format!("{KEX}?watch=1&resourceVersion={revision}");
    let mut watch = Watch::open(&after, &from(before.revision())).await;
    assert_eq!(watch.next().await, format!("ADDED b@{}", before.revision() + 1));
    let mut watch = Watch::open(&after, &from(before.revision() - 1)).await;
    assert_eq!(watch.next().await, "ERROR 410 Expired");
}

#[tokio::test]
async fn versions_that_nobody_has_saved_are_not_given_out_again() {
    let before = lived_in().await;
    let saved = text(&before, false);
    post(&before, KEX, example("lost")).await;
    let after = Sandbox::builder().state(saved).build().unwrap();
    assert!(after.revision() > before.revision(), "{} and {}", after.revision(), before.revision());
}

#[tokio::test]
async fn the_same_seed_gives_no_uid_twice() {
    let before = lived_in().await;
    let state = text(&before, true);
    let after = Sandbox::builder().seed(1).state(state).build().unwrap();
    post(&after, KEX, example("b")).await;
    let uids: Vec<_> = ["namespaces", "kopfexamples.zalando.org", "plains.zalando.org"]
        .iter()
        .flat_map(|resource| after.list(resource))
        .map(|object| object["metadata"]["uid"].to_string())
        .collect();
    let mut unique = uids.clone();
    unique.sort();
    unique.dedup();
    assert_eq!(unique.len(), uids.len());
}

#[tokio::test]
async fn a_restart_keeps_the_objects_and_cuts_the_watches() {
    let sandbox = lived_in().await;
    let revision = sandbox.revision();
    let mut watch = Watch::open(&sandbox, &format!("{KEX}?watch=1&resourceVersion={revision}")).await;
    let before = get(&sandbox, KEX).await;
    sandbox.restart();
    assert_eq!((watch.next().await, watch.next().await), ("cut".to_owned(), "end".to_owned()));
    assert_eq!(get(&sandbox, KEX).await, before);
    let mut watch = Watch::open(&sandbox, &format!("{KEX}?watch=1&resourceVersion={}", revision - 1)).await;
    assert_eq!(watch.next().await, "ERROR 410 Expired");
    let mut watch = Watch::open(&sandbox, &format!("{KEX}?watch=1&resourceVersion={revision}")).await;
    assert_eq!(post(&sandbox, KEX, example("b")).await.0, 201);
    assert_eq!(watch.next().await, format!("ADDED b@{}", revision + 1));
}

#[tokio::test]
async fn objects_of_nine_thousand_levels_survive() {
    let sandbox = sandbox();
    let nest = format!("{}1{}", r#"{"a":"#.repeat(9_000), "}".repeat(9_000));
    let deep =
        format!(r#"{{"apiVersion":"zalando.org/v1","kind":"Plain","metadata":{{"name":"x"}},"s":{nest}}}"#);
    assert_eq!(
        send(&sandbox, request("POST", PLAINS, "application/json", deep)).await.unwrap().status(),
        201
    );
    sandbox.restart();
    assert_eq!(send(&sandbox, request("GET", PLAINS, "", "")).await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_state_that_is_not_whole_is_refused_with_what_is_wrong() {
    let whole = String::from_utf8(text(&lived_in().await, true)).unwrap();
    let lines = whole.lines().count();
    let refused = |text: String| match Sandbox::builder().state(text.into_bytes()).build() {
        Ok(_) => "accepted".to_owned(),
        Err(error) => error.to_string(),
    };
    let objects = lines - 1;
    assert_eq!(refused(String::new()), StateError::Headless.to_string());
    assert_eq!(refused("garbage\n".to_owned()), StateError::Headless.to_string());
    assert_eq!(refused(whole.replacen("State", "Other", 1)), StateError::Headless.to_string());
    let cut = |found| StateError::CutShort { found, expected: objects }.to_string();
    assert_eq!(refused(whole[..whole.len() - 1].to_owned()), cut(objects - 1));
    assert_eq!(refused(whole[..whole.len() - 40].to_owned()), cut(objects - 1));
    let without_last: String = whole.split_inclusive('\n').take(lines - 1).collect();
    assert_eq!(refused(without_last), cut(objects - 1));
    let too_long = StateError::TooLong { line: lines + 1, expected: objects };
    assert_eq!(refused(format!("{whole}{{}}\n")), too_long.to_string());
    for (from, to, expected) in [
        ("\"name\":\"a\"", "\"name\":5", "cannot unmarshal number"),
        ("\"name\":\"a\"", "\"n\":\"a\"", "it is not as all kopfexamples.zalando.org are"),
        ("kopfexamples.zalando.org\",\"object", "others.kopf.test\",\"object", "no definition before it"),
        ("\"object\":{", "\"object\":[", "line 2: expected"),
        ("\"name\":\"kube-system\"", "\"name\":\"kube-system", " at column "),
        ("}}\n", "}\n", "line 2: EOF while parsing an object at column "),
        ("\"name\":\"kube-system\"", "\"name\":\"default\"", "namespaces default is there already"),
    ] {
        let said = refused(whole.replacen(from, to, 1));
        assert!(said.contains(expected), "{from}: {said}");
    }
}
