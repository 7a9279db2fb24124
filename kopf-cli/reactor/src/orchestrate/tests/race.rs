//! Two watches of one source, of which the one before is at work on another thread still.

use std::sync::mpsc;

use bytes::Bytes;
use futures::{
    FutureExt, StreamExt,
    future::{BoxFuture, pending, ready},
    stream,
};
use kopf_core::{
    filter::{Filter, Match},
    functions::Functions,
    handler::{Handler, On},
    identity::Identity,
    outcome::{Answer, Failure},
    peering::Pause,
    question::Question,
};
use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::*;
use crate::{
    Attempt, Cluster, Forget, Invoker, Operator, Settings, SystemClock,
    cluster::{self, Error, Lines, Response},
    fixtures, gate,
};

/// A server that tells of each request, and answers the first one when the test says so: until then the thread on which it
/// was sent is held.
struct Held {
    requests: UnboundedSender<String>,
    answer: Mutex<Option<mpsc::Receiver<()>>>,
}

impl Held {
    fn new() -> (Arc<Held>, UnboundedReceiver<String>, mpsc::Sender<()>) {
        let ((requests, seen), (release, answer)) = (unbounded_channel(), mpsc::channel());
        (Arc::new(Held { requests, answer: Mutex::new(Some(answer)) }), seen, release)
    }
}

impl Cluster for Held {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, Error>> {
        async move {
            self.requests.send(request.path).unwrap();
            let answer = self.answer.lock().unwrap().take();
            if let Some(answer) = answer {
                answer.recv().unwrap();
            }
            let list = json!({ "metadata": { "resourceVersion": "1" }, "items": [] });
            Ok(Response { body: Bytes::from(list.to_string()), warnings: vec![] })
        }
        .boxed()
    }

    fn ask(&self, _: Request) -> BoxFuture<'_, Result<cluster::Answer, Error>> {
        pending().boxed()
    }

    fn watch(&self, _: Request) -> BoxFuture<'_, Result<Lines, Error>> {
        ready(Ok(stream::pending().boxed())).boxed()
    }

    fn default_namespace(&self) -> &str {
        "default"
    }
}

/// Calls nothing.
struct Idle;

impl Invoker for Idle {
    fn invoke(&self, _: Attempt) -> BoxFuture<'static, Answer> {
        pending().boxed()
    }

    fn transform(&self, _: &Functions, object: Value) -> BoxFuture<'static, Result<Value, Failure>> {
        ready(Ok(object)).boxed()
    }

    fn forget(&self, _: Forget) -> BoxFuture<'static, ()> {
        ready(()).boxed()
    }

    fn ask(&self, attempt: Attempt, _: Question) -> BoxFuture<'static, Answer> {
        self.invoke(attempt)
    }

    fn choose(&self, _: Arc<Handler>, _: u32, _: Resource) -> BoxFuture<'static, Answer> {
        pending().boxed()
    }
}

/// The examples, of which the server is asked for those that have a label.
fn labelled(label: &str) -> Served {
    let labels = vec![(label.to_owned(), Match::Present)];
    fixtures::served(Handler {
        filter: Filter { labels, ..Filter::default() },
        ..fixtures::handler(On::Event)
    })
}

/// One thread is held by the first watch. What is spawned goes to the other one in order, so that the second watch has gone as
/// far as it can when what was spawned after it is done.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_next_watch_of_a_source_begins_when_the_one_before_has_ended() {
    let (server, mut requests, release) = Held::new();
    let registry = Registry::new(vec![]).unwrap();
    let identity = Identity::new("test").unwrap();
    let (invoker, clock) = (Arc::new(Idle), Arc::new(SystemClock));
    let io = Operator::new(server, invoker, clock, registry, identity, Settings::default()).io;
    io.set_gate(&gate::State::Known(Pause::default()));
    let signals = Arc::new(Signals::default());
    let mut watches = Watches { io, signals, tasks: JoinSet::new(), running: BTreeMap::new(), numbers: 0 };

    watches.adjust(vec![labelled("first")]).await;
    let first = requests.recv().await.unwrap();
    assert!(first.contains("labelSelector=first"), "{first}");
    watches.adjust(vec![labelled("second")]).await;
    tokio::spawn(ready(())).await.unwrap();
    assert_eq!(requests.try_recv().ok(), None, "the first watch has not ended");

    release.send(()).unwrap();
    let second = requests.recv().await.unwrap();
    assert!(second.contains("labelSelector=second"), "{second}");
}
