//! What an attempt needs, and the lines that it brings: the surroundings of a call.

use std::{
    fmt::{self, Write},
    sync::{Arc, Condvar, Mutex, OnceLock},
    time::Duration,
};

use futures::{executor::block_on, future::BoxFuture};
use kopf_core::{
    cause::Reason, cycle::Call, diff, object::Object, outcome::Answer, registry::Served, resource::Resource,
    store::progress::Progress,
};
use kopf_loader::{Loaded, Options};
use kopf_reactor::{Attempt, Invoker, Subject};
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tracing::{Event, Subscriber, field::Visit};
use tracing_subscriber::{Layer, layer::Context, layer::SubscriberExt};

use crate::fixtures::library;

/// Loads packages of the fixtures.
#[track_caller]
pub(crate) fn load(packages: &[&str]) -> Loaded {
    load_with(packages, &Options::default())
}

#[track_caller]
pub(crate) fn load_with(packages: &[&str], options: &Options) -> Loaded {
    lines();
    let paths: Vec<_> = packages.iter().map(|package| library(package)).collect();
    match kopf_loader::load(&paths, options) {
        Ok(loaded) => loaded,
        Err(errors) => panic!("{errors:#?}"),
    }
}

/// An object called `name`, with a spec.
pub(crate) fn subject(name: &str, spec: &Value) -> Arc<Subject> {
    let object = json!({
        "apiVersion": "x.org/v1", "kind": "Thing",
        "metadata": { "name": name, "namespace": "ns", "uid": "u", "resourceVersion": "7" }, "spec": spec,
    });
    Subject::new(Object::parse(object.to_string().into()).unwrap())
}

/// An attempt of the handler with this id, on a change of the object from `old` to `new`.
#[track_caller]
pub(crate) fn attempt(
    loaded: &Loaded,
    id: &str,
    subject: &Arc<Subject>,
    old: Option<Value>,
    new: Value,
) -> Attempt {
    let handler = loaded.handlers.iter().find(|handler| handler.id == id);
    let handler = Arc::new(handler.unwrap_or_else(|| panic!("there is no handler {id}")).clone());
    let resource = Resource {
        group: "x.org".into(),
        version: "v1".into(),
        plural: "things".into(),
        kind: "Thing".into(),
        singular: "thing".into(),
        short_names: vec![],
        categories: vec![],
        namespaced: true,
        preferred: true,
        verbs: vec![],
        subresources: vec![],
    };
    let progress = Progress {
        started: "2026-01-02T03:04:05Z".parse().unwrap(),
        stopped: None,
        delayed: None,
        purpose: None,
        retries: 2,
        success: false,
        failure: false,
        message: None,
        subrefs: vec![],
        waits: 0,
        seen: None,
    };
    Attempt {
        call: Call {
            diff: diff::diff(old.as_ref().unwrap_or(&Value::Null), &new).into(),
            handler: handler.clone(),
            reason: Some(Reason::Update),
            progress,
            old: old.map(Into::into),
            new: Some(new.into()),
            old_known: true,
        },
        subject: subject.clone(),
        served: Arc::new(Served { handlers: vec![handler], ..Served::new(resource) }),
        results: None,
        event: None,
        now: "2026-01-02T03:04:06.5Z".parse().unwrap(),
        children: None,
        life: None,
    }
}

/// Begins an attempt on an object of its own.
#[track_caller]
pub(crate) fn begin(loaded: &Loaded, id: &str, name: &str) -> BoxFuture<'static, Answer> {
    let spec = json!({ "size": 3 });
    let attempt = attempt(loaded, id, &subject(name, &spec), None, spec);
    let asynchronous = attempt.call.handler.asynchronous;
    let running = loaded.invoker.invoke(attempt);
    let Some(runtime) = loaded.invoker.runtime().filter(|_| asynchronous) else { return running };
    let mut task = JoinSet::new();
    task.spawn_on(running, &runtime);
    Box::pin(async move { task.join_next().await.expect("it was begun").expect("it does not panic") })
}

/// Makes an attempt on an object of its own.
#[track_caller]
pub(crate) fn call(loaded: &Loaded, id: &str, name: &str) -> Answer {
    block_on(begin(loaded, id, name))
}

/// The lines that plugins and the loader have told in this process.
#[derive(Default)]
pub(crate) struct Lines {
    told: Mutex<Vec<String>>,
    more: Condvar,
}

/// Collects lines from the first call on.
pub(crate) fn lines() -> &'static Lines {
    static LINES: OnceLock<&'static Lines> = OnceLock::new();
    LINES.get_or_init(|| {
        let lines: &'static Lines = Box::leak(Box::default());
        tracing::subscriber::set_global_default(tracing_subscriber::registry().with(Collect(lines))).unwrap();
        lines
    })
}

impl Lines {
    /// The lines so far that hold all of these texts.
    pub(crate) fn with(&self, texts: &[&str]) -> Vec<String> {
        matching(&self.told.lock().unwrap(), texts)
    }

    /// Waits for a line that holds all of these texts.
    #[track_caller]
    pub(crate) fn wait_for(&self, texts: &[&str]) -> String {
        let told = self.told.lock().unwrap();
        let (told, waited) = self
            .more
            .wait_timeout_while(told, Duration::from_secs(60), |told| matching(told, texts).is_empty())
            .unwrap();
        assert!(!waited.timed_out(), "no line with {texts:?} among {told:#?}");
        matching(&told, texts).remove(0)
    }
}

fn matching(told: &[String], texts: &[&str]) -> Vec<String> {
    told.iter().filter(|line| texts.iter().all(|text| line.contains(text))).cloned().collect()
}

struct Collect(&'static Lines);

impl<S: Subscriber> Layer<S> for Collect {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        struct Text(String);
        impl Visit for Text {
            fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn fmt::Debug) {
                write!(self.0, " {field}={value:?}").unwrap();
            }
        }
        let mut text = Text(format!("{} {}", event.metadata().level(), event.metadata().target()));
        event.record(&mut text);
        self.0.told.lock().unwrap().push(text.0);
        self.0.more.notify_all();
    }
}
