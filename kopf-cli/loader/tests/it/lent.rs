//! What the operator lends, used across a real boundary: each operation, on a cluster that is a script.

use std::{
    sync::{Arc, Mutex, OnceLock},
    time::Duration,
};

use expect_test::{Expect, expect};
use futures::{FutureExt, StreamExt, future::BoxFuture, stream};
use kopf_core::{identity::Identity, outcome::Answer, registry::Registry};
use kopf_loader::Loaded;
use kopf_reactor::{
    Cluster, Invoker, Operator, Settings, Stopper, SystemClock,
    cluster::{self, Error, Lines, Request, Response},
    stop,
};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::stage::{begin, call, lines, load};

/// Answers as the paths say, and keeps what was asked for.
#[derive(Default)]
struct Script(Mutex<Vec<String>>);

impl Script {
    fn note(&self, request: &Request) {
        let body = request.body.as_ref().map(|(_, body)| String::from_utf8_lossy(body).into_owned());
        let line = format!("{} {} {}", request.method, request.path, body.unwrap_or_default());
        self.0.lock().unwrap().push(line.trim_end().to_owned());
    }

    fn asked(&self, text: &str) -> Vec<String> {
        self.0.lock().unwrap().iter().filter(|line| line.contains(text)).cloned().collect()
    }

    fn answer(&self, path: &str) -> Result<cluster::Answer, Error> {
        let status = |message: &str| {
            json!({ "kind": "Status", "reason": "BadRequest", "message": message }).to_string()
        };
        let (code, body) = match path.split('?').next().unwrap() {
            "/api/v1/namespaces/ns/pods/web/log" => (200, "one\ntwo\n".to_owned()),
            "/api/v1/namespaces/ns/pods/pending/log" => {
                (400, status("container \"c\" in pod \"pending\" is waiting to start: ContainerCreating"))
            }
            "/api/v1/namespaces/ns/pods/one" => (200, r#"{"kind":"Pod"}"#.to_owned()),
            "/apis/x.org/v1/namespaces/ns/things/old" => (200, "{}".to_owned()),
            "/apis/x.org/v1/namespaces/ns/things" => {
                (200, r#"{"metadata":{"resourceVersion":"5"},"items":[]}"#.to_owned())
            }
            "/apis/unreachable" => return Err(Error::Unreachable("the line is dead".to_owned())),
            path => (404, status(path)),
        };
        let warnings = if path.ends_with("/old") { vec!["x.org/v1 is old".to_owned()] } else { vec![] };
        Ok(cluster::Answer { code, warnings, retry_after: None, body: body.into() })
    }
}

impl Cluster for Script {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, Error>> {
        self.note(&request);
        let answer = match request.path.contains("/events") {
            true => Ok(Response { body: "{}".into(), warnings: vec![] }),
            // The operator's own requests come to nothing here.
            false => Err(Error::Unreachable("nobody is there".to_owned())),
        };
        std::future::ready(answer).boxed()
    }

    fn ask(&self, request: Request) -> BoxFuture<'_, Result<cluster::Answer, Error>> {
        self.note(&request);
        match request.path.as_str() {
            "/api/hangs" => std::future::pending().boxed(),
            path => std::future::ready(self.answer(path)).boxed(),
        }
    }

    fn watch(&self, request: Request) -> BoxFuture<'_, Result<Lines, Error>> {
        self.note(&request);
        let event =
            |kind: &str, object: Value| Ok(json!({ "type": kind, "object": object }).to_string().into());
        let events = stream::iter([
            event("ADDED", json!({ "ready": false })),
            event("BOOKMARK", json!({})),
            event("MODIFIED", json!({ "ready": true })),
        ]);
        std::future::ready(Ok(events.chain(stream::pending()).boxed())).boxed()
    }

    fn default_namespace(&self) -> &str {
        "default"
    }
}

/// The plugin, and the operator that lends to it.
pub(crate) struct Stage {
    pub(crate) loaded: Loaded,
    script: Arc<Script>,
    _runtime: Runtime,
    _stopper: Stopper,
}

/// One for all tests: a host lends to the plugins that it has loaded.
fn stage() -> &'static Stage {
    static STAGE: OnceLock<Stage> = OnceLock::new();
    STAGE.get_or_init(|| Stage::of(load(&["lending"])))
}

impl Stage {
    /// Starts an operator that lends.
    pub(crate) fn of(loaded: Loaded) -> Stage {
        let script = Arc::new(Script::default());
        let runtime = Runtime::new().unwrap();
        let (stopper, stop) = stop::channel();
        let mut settings = Settings::default();
        settings.posting.reporting_instance = "lender".to_owned();
        let operator = Operator::new(
            script.clone(),
            loaded.invoker.clone(),
            Arc::new(SystemClock),
            Registry::new([]).unwrap(),
            Identity::new("lender").unwrap(),
            settings,
        );
        let (begun, begins) = std::sync::mpsc::channel();
        runtime.spawn(async move {
            let mut running = operator.run(stop).boxed();
            // What is lent is there once the operator has been polled.
            let first = futures::poll!(&mut running);
            begun.send(()).unwrap();
            if first.is_pending() {
                running.await;
            }
        });
        begins.recv().unwrap();
        Stage { loaded, script, _runtime: runtime, _stopper: stopper }
    }
}

pub(crate) fn text(answer: Answer) -> String {
    match answer.result {
        Ok(Some(Value::String(text))) => text,
        Ok(result) => result.unwrap_or_default().to_string(),
        Err(failure) => format!("{:?}: {}", failure.kind, failure.message),
    }
}

#[track_caller]
fn check(id: &str, expected: Expect) {
    expected.assert_eq(&text(call(&stage().loaded, id, id)));
}

#[test]
fn the_log_of_a_pod_is_text_and_a_pending_pod_has_none() {
    check(
        "logs",
        expect![[r#"
        one
        two
    "#]],
    );
    check(
        "logs_of_pending",
        expect![[r#"400 container "c" in pod "pending" is waiting to start: ContainerCreating"#]],
    );
    assert_eq!(
        stage().script.asked("/log"),
        [
            "GET /api/v1/namespaces/ns/pods/web/log?container=c&tailLines=2",
            "GET /api/v1/namespaces/ns/pods/pending/log?previous=true"
        ]
    );
}

#[test]
fn warnings_are_told_once_with_their_object_and_can_be_read() {
    check("warned", expect![[r#"["x.org/v1 is old","x.org/v1 is old"]"#]]);
    let told = lines().with(&["x.org/v1 is old", "ns/warned"]);
    assert_eq!(told.len(), 1, "{told:#?}");
}

#[test]
fn an_object_is_watched_until_it_is_as_it_is_waited_for() {
    check("waiting", expect![[r#"{"ready":true}"#]]);
    let watches = stage().script.asked("watch=true");
    assert!(
        watches[0].contains("resourceVersion=5") && watches[0].contains("fieldSelector=metadata.name%3Dslow"),
        "{watches:?}"
    );
}

#[test]
fn tasks_of_a_handler_have_the_client_too() {
    check("from_a_task", expect![[r#"{"kind":"Pod"}"#]]);
}

#[test]
fn a_server_that_is_not_reached_is_a_temporary_failure() {
    check("unreachable", expect!["Temporary(None): the API server cannot be reached: the line is dead"]);
}

#[test]
fn a_handler_that_is_interrupted_takes_its_request_along() {
    let hanging = begin(&stage().loaded, "hanging", "hanging");
    lines().wait_for(&["about to hang", "ns/hanging"]);
    drop(hanging);
    // The next call on the same threads gets its answer.
    check("from_a_task", expect![[r#"{"kind":"Pod"}"#]]);
}

#[test]
fn events_are_posted_about_what_they_are_about() {
    check("posting", expect!["null"]);
    let deadline = std::time::Instant::now() + Duration::from_secs(60);
    let posted = loop {
        let posted = stage().script.asked("/events");
        if posted.len() == 2 {
            break posted;
        }
        assert!(std::time::Instant::now() < deadline, "{posted:?}");
        std::thread::yield_now();
    };
    let event = |line: &str| -> Value {
        let mut event: Value = serde_json::from_str(line.splitn(3, ' ').nth(2).unwrap()).unwrap();
        event["eventTime"].take();
        event["metadata"]["name"].take();
        event
    };
    assert!(posted[0].starts_with("POST /apis/events.k8s.io/v1/namespaces/ns/events "), "{posted:?}");
    assert_eq!(
        event(&posted[0]),
        json!({
            "apiVersion": "events.k8s.io/v1", "kind": "Event", "metadata": { "name": null, "namespace": "ns" },
            "type": "Normal", "reason": "Seen", "action": "Handle", "note": "The thing is seen.",
            "regarding": {
                "apiVersion": "x.org/v1", "kind": "Thing", "namespace": "ns", "name": "posting", "uid": "u",
            },
            "reportingController": "kopf", "reportingInstance": "lender", "eventTime": null,
        })
    );
    assert_eq!(event(&posted[1])["regarding"], json!({ "kind": "Pod", "name": "p" }));
    assert_eq!(event(&posted[1])["type"], "Warning");
}

#[test]
fn functions_of_a_patch_are_run_by_the_plugin_for_as_long_as_they_are_needed() {
    let loaded = &stage().loaded;
    let answer = call(loaded, "transforming", "transforming");
    let functions = answer.functions.clone().unwrap();
    let run = |size: i64| {
        let object = json!({ "spec": { "size": size } });
        match futures::executor::block_on(loaded.invoker.transform(&functions, object)) {
            Ok(object) => object["spec"]["size"].to_string(),
            Err(failure) => failure.message,
        }
    };
    assert_eq!(text(answer), "Temporary(None): not yet");
    assert_eq!([run(1), run(5), run(99), run(1)], ["2", "6", "transforming: too large", "2"]);
}
