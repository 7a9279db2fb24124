//! Definitions and namespaces that stay for a moment after they were deleted, where that is wanted.

use std::{sync::Arc, time::Duration};

use kopf_sandbox::{Sandbox, Server};

use crate::client::*;

const DEFINED: &str = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const DEFINITION: &str = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/kopfexamples.zalando.org";
const NAMESPACES: &str = "/api/v1/namespaces";

/// A sandbox in which they stay for a second, and which goes on from some state.
async fn lingering(clock: &Arc<Stopped>, state: Option<Vec<u8>>) -> (Sandbox, Server) {
    let builder = Sandbox::builder().clock(clock.clone()).linger(Duration::from_secs(1));
    let builder = match state {
        Some(state) => builder.state(state),
        None => builder.crd(DEFINITIONS).unwrap(),
    };
    let sandbox = builder.build().unwrap();
    let server = sandbox.serve("127.0.0.1:0".parse().unwrap()).await.unwrap();
    (sandbox, server)
}

/// Waits until a watch tells that something is gone.
async fn until_gone(watch: &mut Watch, name: &str) {
    while !watch.next().await.starts_with(&format!("DELETED {name}@")) {}
}

#[tokio::test]
async fn the_objects_of_a_definition_can_be_deleted_behind_it() {
    let clock = Arc::new(Stopped::default());
    let (sandbox, _server) = lingering(&clock, None).await;
    for name in ["a", "b"] {
        assert_eq!(post(&sandbox, KEX, example(name)).await.0, 201);
    }
    assert_eq!(delete(&sandbox, DEFINITION).await.0, 200);
    assert_eq!(delete(&sandbox, &format!("{KEX}/a")).await.0, 200, "as kubectl delete -f does it");
    assert_eq!(get(&sandbox, &format!("{KEX}/b")).await.0, 200);
    let mut watch = Watch::open(&sandbox, &format!("{DEFINED}?watch=1&resourceVersion=0")).await;
    clock.advance(1);
    until_gone(&mut watch, "kopfexamples.zalando.org").await;
    assert_eq!(get(&sandbox, &format!("{KEX}/b")).await.0, 404);
}

#[tokio::test]
async fn a_namespace_stays_with_its_objects() {
    let clock = Arc::new(Stopped::default());
    let (sandbox, _server) = lingering(&clock, None).await;
    let [home, maps] = ["", "/configmaps"].map(|below| format!("{NAMESPACES}/home{below}"));
    let namespace = serde_json::json!({ "metadata": { "name": "home" } });
    assert_eq!(post(&sandbox, NAMESPACES, namespace).await.0, 201);
    let map = serde_json::json!({ "metadata": { "name": "a" } });
    assert_eq!(post(&sandbox, &maps, map.clone()).await.0, 201);
    assert_eq!(delete(&sandbox, &home).await.0, 200);
    assert_eq!(post(&sandbox, &maps, map).await.0, 403, "nothing is added to it any more");
    assert_eq!(delete(&sandbox, &format!("{maps}/a")).await.0, 200);
    assert_eq!(get(&sandbox, &home).await.1["status"]["phase"], "Terminating");
    let mut watch = Watch::open(&sandbox, &format!("{NAMESPACES}?watch=1&resourceVersion=0")).await;
    clock.advance(1);
    until_gone(&mut watch, "home").await;
}

#[tokio::test]
async fn what_was_on_its_way_out_goes_after_a_restart() {
    let clock = Arc::new(Stopped::default());
    let (sandbox, server) = lingering(&clock, None).await;
    post(&sandbox, KEX, example("a")).await;
    assert_eq!(delete(&sandbox, DEFINITION).await.0, 200);
    let mut state = Vec::new();
    sandbox.snapshot().write(&mut state, true).unwrap();
    server.shutdown().await;

    let (sandbox, _server) = lingering(&clock, Some(state)).await;
    let mut watch = Watch::open(&sandbox, &format!("{DEFINED}?watch=1&resourceVersion=0")).await;
    assert_eq!(get(&sandbox, &format!("{KEX}/a")).await.0, 200);
    // The new server's controllers have to have seen it first.
    tokio::task::yield_now().await;
    clock.advance(2);
    until_gone(&mut watch, "kopfexamples.zalando.org").await;
}
