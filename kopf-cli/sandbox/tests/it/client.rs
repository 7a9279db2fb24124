//! A client as small as can be, and a clock that stands still until it is moved.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicI64, Ordering},
};

use bytes::Bytes;
use futures::{FutureExt, future::BoxFuture};
use http::{Request, Response, header};
use http_body_util::{BodyExt, Full};
use jiff::Timestamp;
use kopf_sandbox::{Body, Clock, Cut, Sandbox};
use serde_json::{Value, json};
use tokio::sync::oneshot;
use tower::ServiceExt;

pub(crate) const KEX: &str = "/apis/zalando.org/v1/namespaces/default/kopfexamples";
pub(crate) const PLAINS: &str = "/apis/zalando.org/v1/plains";
pub(crate) const CONFIG_MAPS: &str = "/api/v1/namespaces/default/configmaps";
pub(crate) const MERGE: &str = "application/merge-patch+json";
pub(crate) const APPLY: &str = "application/apply-patch+yaml";
pub(crate) const JSON: &str = "application/json-patch+json";

pub(crate) const DEFINITIONS: &str = "
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: kopfexamples.zalando.org}
spec:
  group: zalando.org
  scope: Namespaced
  names: {plural: kopfexamples, kind: KopfExample, shortNames: [kex], categories: [all]}
  versions:
  - {name: v1, served: true, storage: true, subresources: {status: {}}, schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: plains.zalando.org}
spec:
  group: zalando.org
  scope: Cluster
  names: {plural: plains, kind: Plain}
  versions:
  - {name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}
  - {name: v2, served: true, storage: false, schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}
";

pub(crate) fn sandbox() -> Sandbox {
    Sandbox::builder().seed(1).clock(Arc::new(Stopped::default())).crd(DEFINITIONS).unwrap().build().unwrap()
}

/// An object of [`KEX`].
pub(crate) fn example(name: &str) -> Value {
    json!({ "apiVersion": "zalando.org/v1", "kind": "KopfExample", "metadata": { "name": name }, "spec": { "a": 1 } })
}

/// An object of [`PLAINS`].
pub(crate) fn plain(name: &str) -> Value {
    json!({ "apiVersion": "zalando.org/v1", "kind": "Plain", "metadata": { "name": name } })
}

pub(crate) async fn send(sandbox: &Sandbox, request: Request<Full<Bytes>>) -> Result<Response<Body>, Cut> {
    sandbox.service().oneshot(request).await
}

pub(crate) fn request(method: &str, path: &str, media: &str, body: impl Into<Bytes>) -> Request<Full<Bytes>> {
    let request = Request::builder().method(method).uri(path).header(header::CONTENT_TYPE, media);
    request.body(Full::new(body.into())).unwrap()
}

/// Sends a request and reads the whole answer.
pub(crate) async fn ask(
    sandbox: &Sandbox,
    method: &str,
    path: &str,
    media: &str,
    body: impl Into<Bytes>,
) -> (u16, Value) {
    let response = send(sandbox, request(method, path, media, body)).await.unwrap();
    let code = response.status().as_u16();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (code, serde_json::from_slice(&body).unwrap_or_else(|_| String::from_utf8_lossy(&body).into()))
}

pub(crate) async fn get(sandbox: &Sandbox, path: &str) -> (u16, Value) {
    ask(sandbox, "GET", path, "", "").await
}

pub(crate) async fn post(sandbox: &Sandbox, path: &str, body: Value) -> (u16, Value) {
    ask(sandbox, "POST", path, "application/json", body.to_string()).await
}

pub(crate) async fn put(sandbox: &Sandbox, path: &str, body: Value) -> (u16, Value) {
    ask(sandbox, "PUT", path, "application/json", body.to_string()).await
}

pub(crate) async fn merge(sandbox: &Sandbox, path: &str, body: Value) -> (u16, Value) {
    ask(sandbox, "PATCH", path, MERGE, body.to_string()).await
}

pub(crate) async fn delete(sandbox: &Sandbox, path: &str) -> (u16, Value) {
    ask(sandbox, "DELETE", path, "application/json", "").await
}

/// An open watch.
pub(crate) struct Watch(Body);

impl Watch {
    pub(crate) async fn open(sandbox: &Sandbox, path: &str) -> Watch {
        let response = send(sandbox, request("GET", path, "", "")).await.unwrap();
        assert_eq!(response.status(), 200, "{path}");
        Watch(response.into_body())
    }

    /// The next line, as it is on the wire; `None` at the end.
    pub(crate) async fn line(&mut self) -> Option<Result<String, Cut>> {
        let frame = self.0.frame().await?;
        Some(frame.map(|frame| String::from_utf8(frame.into_data().unwrap().to_vec()).unwrap()))
    }

    /// The next event in short: its type, the object's name and version.
    pub(crate) async fn next(&mut self) -> String {
        match self.line().await {
            None => "end".to_owned(),
            Some(Err(Cut)) => "cut".to_owned(),
            Some(Ok(line)) => {
                let event: Value = serde_json::from_str(&line).unwrap();
                let object = &event["object"];
                let word = event["type"].as_str().unwrap();
                match word {
                    "ERROR" => format!("ERROR {} {}", object["code"], object["reason"].as_str().unwrap()),
                    _ => format!(
                        "{word} {}@{}",
                        object["metadata"]["name"].as_str().unwrap_or("-"),
                        object["metadata"]["resourceVersion"].as_str().unwrap(),
                    ),
                }
            }
        }
    }

    /// Whether there is nothing to read now.
    pub(crate) fn is_quiet(&mut self) -> bool {
        self.0.frame().now_or_never().is_none()
    }
}

/// A clock that is moved by hand, and starts at 2026-01-01.
#[derive(Default)]
pub(crate) struct Stopped {
    seconds: AtomicI64,
    sleepers: Mutex<Vec<(Timestamp, oneshot::Sender<()>)>>,
}

impl Stopped {
    pub(crate) fn advance(&self, seconds: i64) {
        self.seconds.fetch_add(seconds, Ordering::SeqCst);
        let now = self.now();
        let mut sleepers = self.sleepers.lock().unwrap();
        for (_, wake) in sleepers.extract_if(.., |(deadline, _)| *deadline <= now) {
            // Who no longer sleeps need not be woken.
            let _ = wake.send(());
        }
    }
}

impl Clock for Stopped {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(1_767_225_600 + self.seconds.load(Ordering::SeqCst)).unwrap()
    }

    fn sleep_until(&self, deadline: Timestamp) -> BoxFuture<'static, ()> {
        if deadline <= self.now() {
            return futures::future::ready(()).boxed();
        }
        let (wake, woken) = oneshot::channel();
        self.sleepers.lock().unwrap().push((deadline, wake));
        async move { drop(woken.await) }.boxed()
    }
}
