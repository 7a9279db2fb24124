//! A proxy between an operator and a server that records every call, and breaks those it is told to break.

mod call;
mod fault;
mod forward;

pub(crate) use call::Call;
pub(crate) use fault::{Answer, Calls, Fault, Hits, Point};

use super::record::Record;
use super::server::Server;
use bytes::Bytes;
use fault::Rules;
use forward::{Interruption, Watches};
use http::StatusCode;
use http_body_util::combinators::UnsyncBoxBody;
use hyper_util::rt::TokioIo;
use kube::Client;
use kube::config::Kubeconfig;
use serde_json::json;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

type Body = UnsyncBoxBody<Bytes, Cut>;

/// A running proxy; it ends when dropped. Clients speak plain HTTP to it and need no token.
pub(crate) struct Proxy {
    address: SocketAddr,
    folder: TempDir,
    shared: Arc<Shared>,
    _tasks: JoinSet<()>,
}

/// What the connections of one proxy have in common.
struct Shared {
    upstream: Client,
    calls: Record<Call>,
    rules: Rules,
    watches: Watches,
}

impl Proxy {
    /// Starts a proxy before `server`.
    pub(crate) async fn before(server: &Server) -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            upstream: server.client.clone(),
            calls: Record::new(),
            rules: Rules::default(),
            watches: Watches::new(),
        });
        let mut tasks = JoinSet::new();
        tasks.spawn(accept(listener, shared.clone()));
        Proxy { address, folder: tempfile::tempdir().unwrap(), shared, _tasks: tasks }
    }

    /// Where it is.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Writes a kubeconfig that leads here, with `namespace` as its own, and returns its path.
    pub(crate) fn kubeconfig(&self, namespace: &str) -> PathBuf {
        let path = self.folder.path().join("kubeconfig");
        let kubeconfig: Kubeconfig = serde_json::from_value(json!({
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "proxy",
            "clusters": [{ "name": "proxy", "cluster": { "server": self.url() } }],
            "users": [{ "name": "proxy", "user": {} }],
            "contexts": [{
                "name": "proxy",
                "context": { "cluster": "proxy", "user": "proxy", "namespace": namespace },
            }],
        }))
        .expect("this is a kubeconfig");
        std::fs::write(&path, serde_json::to_vec(&kubeconfig).unwrap()).unwrap();
        path
    }

    /// Breaks `calls` as `fault` says; the answer tells when it has happened. Of several rules the oldest that matches
    /// and is not used up counts.
    pub(crate) fn on(&self, calls: Calls, fault: Fault) -> Hits {
        self.shared.rules.add(calls, fault)
    }

    /// All calls so far, in the order of their arrival.
    pub(crate) fn calls(&self) -> Vec<Call> {
        self.shared.calls.all()
    }

    /// The calls so far that would write `object`, written as `plural/name`, its subresources included.
    pub(crate) fn writes_to(&self, object: &str) -> Vec<Call> {
        self.calls().into_iter().filter(|call| call.is_write() && call.is_about(object)).collect()
    }

    /// Waits until the calls so far are as `wanted` says.
    pub(crate) async fn until(&self, what: &str, wanted: impl Fn(&[Call]) -> bool) -> Vec<Call> {
        self.shared.calls.until(what, wanted).await
    }

    /// Ends the open watch of `plural` with an event that says that its version has expired, once there is one.
    pub(crate) async fn expire_watches(&self, plural: &str) {
        self.interrupt(plural, Interruption::Expire).await;
    }

    /// Cuts the connection of the open watch of `plural`, once there is one.
    pub(crate) async fn cut_watches(&self, plural: &str) {
        self.interrupt(plural, Interruption::Cut).await;
    }

    /// Leaves the open watch of `plural` open without ever a byte again, once there is one.
    pub(crate) async fn silence_watches(&self, plural: &str) {
        self.interrupt(plural, Interruption::Silence).await;
    }

    async fn interrupt(&self, plural: &str, interruption: Interruption) {
        self.until_watched(plural).await;
        self.shared.watches.interrupt(plural, interruption);
    }

    /// Waits until a watch of `plural` is open: what a list has shown may be handled before that.
    pub(crate) async fn until_watched(&self, plural: &str) {
        let is_watch = |call: &&Call| call.is_watch() && call.is_of_all(plural);
        let is_open = |call: &Call| call.status == Some(StatusCode::OK);
        let is_watched = |calls: &[Call]| calls.iter().rfind(is_watch).is_some_and(is_open);
        self.until(&format!("a watch of {plural}"), is_watched).await;
    }
}

impl Drop for Proxy {
    /// What was asked is worth reading when the test has failed.
    fn drop(&mut self) {
        if std::thread::panicking() {
            let calls: Vec<String> = self.calls().iter().map(Call::to_string).collect();
            eprintln!("the calls were:\n{}", calls.join("\n"));
        }
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        let shared = shared.clone();
        connections.spawn(async move {
            let service = hyper::service::service_fn(move |request| forward::answer(shared.clone(), request));
            // A connection that ends in an error was cut, by a rule or by the operator.
            let _cut = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

/// The one error of the proxy: the connection is closed, in the place of an answer or in the middle of one.
#[derive(Debug, thiserror::Error)]
#[error("cut")]
struct Cut;
