//! Which lines reach the host, and with what.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use serde_json::json;
use tracing_subscriber::{Layer, layer::SubscriberExt};

use crate::host::{Started, start};

const OBJECT: &str = r#"{"metadata":{"name":"a"}}"#;

#[track_caller]
fn check(plugin: &Started, text: &str, level: u8, span: u64) {
    let line = plugin.line(text);
    assert_eq!((line.level, line.span), (level, span), "{line:?}");
    assert!(line.target.starts_with("it::handlers") && line.file.ends_with("handlers.rs"), "{line:?}");
}

#[test]
fn lines_carry_the_attempt_that_they_belong_to() {
    let plugin = start();
    plugin.call_text("logs", OBJECT, 42).expect("it logs");
    check(&plugin, "of tracing", 2, 42);
    check(&plugin, "of log 1", 2, 42);
    check(&plugin, "wanted", 4, 42);
    check(&plugin, "of a task", 3, 42);
    check(&plugin, "of a bare task", 3, 42);
    check(&plugin, "of a lost task", 3, 0);
    check(&plugin, "of an error", 1, 42);
}

#[test]
fn fields_and_spans_arrive_as_json() {
    let plugin = start();
    plugin.call_text("logs", OBJECT, 42).expect("it logs");
    let expected = json!({
        "message": "of tracing", "replicas": 3, "ratio": 0.5, "ready": true, "name": "a",
        "spans": [{ "step": { "n": 1, "later": true } }],
    });
    assert_eq!(plugin.line("of tracing").fields, expected);
    assert_eq!(plugin.line("of an error").fields, json!({ "message": "of an error", "error": "disk full" }));
}

#[test]
fn the_level_can_be_changed_while_the_plugin_runs() {
    let plugin = start();
    plugin.root.set_level()(2);
    plugin.call_text("logs", OBJECT, 1).expect("it logs");
    plugin.root.set_level()(5);
    plugin.call_text("logs", OBJECT, 2).expect("it logs");
    let lines = plugin.lines();
    let count = |span, level| lines.iter().filter(|line| line.span == span && line.level == level).count();
    assert_eq!([1, 2, 3, 4].map(|level| count(1, level)), [1, 2, 0, 0]);
    let not_wanted = lines.iter().filter(|line| line.message() == "not wanted").count();
    assert_eq!(not_wanted, 2, "of tracing and of log");
}

#[test]
fn plugins_of_one_process_write_to_their_own_hosts() {
    let plugins = [start(), start(), start()];
    std::thread::scope(|scope| {
        for (span, plugin) in (1..).zip(&plugins) {
            // What a thread of its own calls is as much the plugin's as the rest.
            scope.spawn(move || plugin.root.call_sync()(crate::host::request_for(1, OBJECT, span)));
        }
    });
    for (span, plugin) in (1..).zip(&plugins) {
        let lines = plugin.lines();
        assert_eq!(lines.len(), 1, "{lines:#?}");
        check(plugin, r#"FIELD CHANGED: {"size":1} -> {"size":2}"#, 3, span);
    }
}

/// Counts the events of hosts, and of nobody else.
struct Counting(Arc<AtomicUsize>);

impl<S: tracing::Subscriber> Layer<S> for Counting {
    fn on_event(&self, event: &tracing::Event<'_>, _: tracing_subscriber::layer::Context<'_, S>) {
        assert_eq!(event.metadata().target(), "host");
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

#[test]
fn what_the_host_logs_meanwhile_stays_the_hosts() {
    let count = Arc::new(AtomicUsize::new(0));
    let subscriber = tracing_subscriber::registry().with(Counting(count.clone()));
    let plugin = tracing::subscriber::with_default(subscriber, || {
        let plugin = start();
        plugin.call_text("logs", OBJECT, 42).expect("it logs");
        plugin
    });
    let lines = plugin.lines();
    assert_eq!(count.load(Ordering::SeqCst), lines.len());
    assert!(lines.iter().all(|line| line.target != "host"), "{lines:#?}");
}
