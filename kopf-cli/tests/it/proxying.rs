//! The proxy of the tests does what scenarios rely on.

use crate::support::proxy::{Answer, Calls, Fault, Point, Proxy};
use crate::support::server::{Server, on_both_servers};
use futures::TryStreamExt;
use http::StatusCode;
use k8s_openapi::api::core::v1::ConfigMap;
use kopf_control_plane::client::namespace;
use kube::api::{Api, ListParams, PostParams, WatchEvent, WatchParams};
use kube::{Client, Error};
use serde_json::json;
use std::pin::pin;

on_both_servers!(
    a_call_is_answered_in_the_servers_place,
    a_cut_call_is_lost_before_or_after_the_server,
    an_open_watch_expires_and_is_cut,
);

/// A client behind a proxy, config maps of a new namespace behind it and before it.
async fn behind_proxy(server: &Server) -> (Proxy, Api<ConfigMap>, Api<ConfigMap>) {
    let proxy = Proxy::before(server).await;
    let namespace = namespace(&server.client).await;
    let kubeconfig = kube::config::Kubeconfig::read_from(proxy.kubeconfig(&namespace)).unwrap();
    let client: Client = kopf_control_plane::connect(&kubeconfig).await;
    (proxy, Api::namespaced(client, &namespace), Api::namespaced(server.client.clone(), &namespace))
}

fn map(name: &str) -> ConfigMap {
    serde_json::from_value(json!({ "metadata": { "name": name } })).unwrap()
}

async fn a_call_is_answered_in_the_servers_place(server: Server) {
    let (proxy, through, _) = behind_proxy(&server).await;
    proxy.on(Calls::matching(|call| call.is_write()).nth(2), Answer::code(409));

    through.create(&PostParams::default(), &map("a")).await.unwrap();
    match through.create(&PostParams::default(), &map("b")).await {
        Err(Error::Api(status)) => assert!(status.is_conflict(), "{status:?}"),
        other => panic!("the second write was to be a conflict: {other:?}"),
    }
    through.create(&PostParams::default(), &map("b")).await.unwrap();

    let codes: Vec<_> = proxy.calls().iter().map(|call| call.status.unwrap()).collect();
    assert_eq!(codes, [StatusCode::CREATED, StatusCode::CONFLICT, StatusCode::CREATED]);
}

async fn a_cut_call_is_lost_before_or_after_the_server(server: Server) {
    let (proxy, through, direct) = behind_proxy(&server).await;
    proxy.on(Calls::any().nth(1), Fault::Cut(Point::Before));
    proxy.on(Calls::any().nth(1), Fault::Cut(Point::After));

    through.create(&PostParams::default(), &map("before")).await.unwrap_err();
    through.create(&PostParams::default(), &map("after")).await.unwrap_err();

    assert!(direct.get_opt("before").await.unwrap().is_none());
    assert!(direct.get_opt("after").await.unwrap().is_some());
}

async fn an_open_watch_expires_and_is_cut(server: Server) {
    let (proxy, through, direct) = behind_proxy(&server).await;
    // The controllers of a cluster put a map of their own in each namespace, whenever they come to it.
    let ours = WatchParams::default().fields("metadata.name=a");
    let since = through.list(&ListParams::default()).await.unwrap().metadata.resource_version.unwrap();

    let mut events = pin!(through.watch(&ours, &since).await.unwrap());
    direct.create(&PostParams::default(), &map("a")).await.unwrap();
    assert!(matches!(events.try_next().await.unwrap(), Some(WatchEvent::Added(_))));
    proxy.expire_watches("configmaps").await;
    match events.try_next().await.unwrap() {
        Some(WatchEvent::Error(status)) => assert_eq!(status.code, 410),
        other => panic!("the watch was to expire: {other:?}"),
    }

    let mut events = pin!(through.watch(&ours, &since).await.unwrap());
    assert!(matches!(events.try_next().await.unwrap(), Some(WatchEvent::Added(_))));
    proxy.cut_watches("configmaps").await;
    assert!(!matches!(events.try_next().await, Ok(Some(_))));
}
