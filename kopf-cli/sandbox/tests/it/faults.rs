//! What goes wrong on demand, goes wrong as asked, and is in the journal.

use std::{sync::Arc, time::Duration};

use futures::FutureExt;
use http_body_util::BodyExt;
use kopf_sandbox::{Cut, Effect, Entry, Fault, Sandbox};
use serde_json::{Value, json};

use crate::client::*;

#[tokio::test]
async fn refusals_come_with_their_codes_and_nothing_is_done() {
    let sandbox = sandbox();
    for (effect, expected) in [
        (Effect::Conflict, 409),
        (Effect::Gone, 410),
        (Effect::InternalError, 500),
        (Effect::Unavailable, 503),
        (Effect::TooManyRequests { retry_after: 7 }, 429),
    ] {
        sandbox.faults().add(Fault::new(effect).when(Entry::is_write));
        assert_eq!(post(&sandbox, KEX, example("x")).await.0, expected);
        assert_eq!(get(&sandbox, &format!("{KEX}/x")).await.0, 404);
    }
    sandbox.faults().add(Fault::new(Effect::TooManyRequests { retry_after: 7 }));
    let response = send(&sandbox, request("GET", KEX, "", "")).await.unwrap();
    assert_eq!(response.headers()["retry-after"], "7");
    assert_eq!(post(&sandbox, KEX, example("x")).await.0, 201);
}

#[tokio::test]
async fn a_cut_comes_before_or_after_the_deed() {
    let sandbox = sandbox();
    let create = |name: &str| request("POST", KEX, "application/json", example(name).to_string());
    sandbox.faults().add(Fault::new(Effect::Cut));
    assert_eq!(send(&sandbox, create("cut")).await.unwrap_err(), Cut);
    sandbox.faults().add(Fault::new(Effect::LostAnswer));
    assert_eq!(send(&sandbox, create("lost")).await.unwrap_err(), Cut);
    assert_eq!(get(&sandbox, &format!("{KEX}/cut")).await.0, 404);
    assert_eq!(get(&sandbox, &format!("{KEX}/lost")).await.0, 200);
}

#[tokio::test]
async fn a_predicate_may_ask_the_sandbox_and_its_faults() {
    let sandbox = sandbox();
    let asked = sandbox.clone();
    let twice = Fault::new(Effect::Conflict).times(2).when(move |request| {
        asked.faults().add(Fault::new(Effect::Gone).when(|_| false));
        request.is_write() && asked.get("kopfexamples.zalando.org", "default", "first").is_some()
    });
    sandbox.faults().add(twice);
    let mut codes = Vec::new();
    for name in ["first", "second", "third", "fourth"] {
        codes.push(post(&sandbox, KEX, example(name)).await.0);
    }
    assert_eq!(codes, [201, 409, 409, 201]);

    let cleared = sandbox.clone();
    sandbox.faults().add(Fault::new(Effect::Conflict).when(move |_| {
        cleared.faults().clear();
        true
    }));
    assert_eq!(post(&sandbox, KEX, example("fifth")).await.0, 201, "a fault that is gone does not strike");
}

#[tokio::test]
async fn a_stall_lasts_as_long_as_the_clock_says() {
    let clock = Arc::new(Stopped::default());
    let sandbox = Sandbox::builder().clock(clock.clone()).build().unwrap();
    sandbox.faults().add(Fault::new(Effect::Stall(Duration::from_secs(5))));
    let mut asked = Box::pin(get(&sandbox, "/version"));
    assert!(asked.as_mut().now_or_never().is_none());
    clock.advance(5);
    assert_eq!(asked.await.0, 200);
}

#[tokio::test]
async fn an_answer_is_slow_or_cut_short_after_all_is_done() {
    let clock = Arc::new(Stopped::default());
    let sandbox = Sandbox::builder().clock(clock.clone()).build().unwrap();
    let name = |name: &str| json!({ "metadata": { "name": name } }).to_string();
    let create = |body| send(&sandbox, request("POST", CONFIG_MAPS, "application/json", body));
    sandbox.faults().add(Fault::new(Effect::Slow(Duration::from_secs(5))));
    let mut body = create(name("slow")).await.unwrap().into_body();
    assert!(body.frame().await.unwrap().unwrap().into_data().unwrap().starts_with(b"{"));
    assert!(body.frame().now_or_never().is_none() && sandbox.get("configmaps", "default", "slow").is_some());
    clock.advance(5);
    assert!(body.frame().await.unwrap().unwrap().into_data().unwrap().ends_with(b"}\n"));
    assert!(body.frame().await.is_none());

    sandbox.faults().add(Fault::new(Effect::CutShort));
    let mut body = create(name("short")).await.unwrap().into_body();
    assert!(body.frame().await.unwrap().unwrap().into_data().unwrap().starts_with(b"{"));
    assert_eq!(body.frame().await.unwrap().unwrap_err(), Cut);
    assert!(sandbox.get("configmaps", "default", "short").is_some());
}

#[tokio::test]
async fn watches_are_cut_expired_and_silenced() {
    let sandbox = sandbox();
    let path = format!("{KEX}?watch=1&resourceVersion={}", sandbox.revision());
    let mut watch = Watch::open(&sandbox, &path).await;
    sandbox.faults().silence_watches(true);
    post(&sandbox, KEX, example("a")).await;
    assert!(watch.is_quiet());
    sandbox.faults().silence_watches(false);
    assert_eq!(watch.next().await, "ADDED a@15");
    sandbox.faults().expire_watches();
    assert_eq!((watch.next().await, watch.next().await), ("ERROR 410 Expired".to_owned(), "end".to_owned()));

    let mut watch = Watch::open(&sandbox, &path).await;
    sandbox.faults().cut_watches();
    assert_eq!((watch.next().await, watch.next().await), ("cut".to_owned(), "end".to_owned()));

    sandbox.faults().add(Fault::new(Effect::ExpiredWatch));
    assert_eq!(get(&sandbox, KEX).await.0, 200, "a list is no watch");
    assert_eq!(Watch::open(&sandbox, &path).await.next().await, "ERROR 410 Expired");

    sandbox.faults().add(Fault::new(Effect::GarbledWatch));
    assert_eq!(get(&sandbox, KEX).await.0, 200, "a list is no watch");
    let mut watch = Watch::open(&sandbox, &path).await;
    let line = watch.line().await.unwrap().unwrap();
    assert!(serde_json::from_str::<Value>(&line).is_err(), "{line}");
    assert_eq!(watch.next().await, "end");
}

#[tokio::test]
async fn the_journal_knows_who_asked_for_what() {
    let sandbox = sandbox();
    let mut asked =
        request("PATCH", &format!("{KEX}/x?fieldManager=me"), MERGE, json!({ "spec": 1 }).to_string());
    asked.headers_mut().insert("user-agent", "tester/1".parse().unwrap());
    send(&sandbox, asked).await.unwrap();
    Watch::open(&sandbox, &format!("{KEX}?watch=1")).await;
    let patches = sandbox.journal().find(|entry| entry.method == "PATCH");
    let [patch] = patches.as_slice() else { panic!("{patches:?}") };
    assert_eq!(patch.path, format!("{KEX}/x"));
    assert_eq!(patch.query, "fieldManager=me");
    assert_eq!((patch.content_type.as_str(), patch.user_agent.as_str()), (MERGE, "tester/1"));
    assert_eq!((patch.code, patch.body.as_ref()), (Some(404), &br#"{"spec":1}"#[..]));
    assert_eq!(sandbox.journal().count(Entry::is_watch), 1);
}
