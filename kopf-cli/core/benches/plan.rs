//! What it costs to plan one cycle: `cargo bench -p kopf-core --bench plan`.
//!
//! An object of 2 KiB, 50 handlers of which none asks a function of its plugin. The figure is the best of several rounds, on
//! the thread's own time as far as the machine lets it: what disturbs makes it slower, never faster.

#![allow(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a benchmark takes the time, and prints it"
)]

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use kopf_core::{
    cycle::{self, Given, Recall},
    field::FieldPath,
    filter::{Filter, Match},
    handler::{Handler, Lifecycle, Limits, On, Wants},
    identity::Identity,
    object::Object,
    question::Answers,
    registry::{Chosen, Registry, Served},
    resource::Resource,
    selector::Selector,
    store::handled::Handled,
};
use serde_json::{Value, json};

const HANDLERS: u32 = 50;
/// Of which some fall into moments in which nobody else uses the machine.
const ROUNDS: u32 = 500;
const PLANS: u32 = 200;
/// What a plan may cost.
const ASKED: Duration = Duration::from_micros(20);

fn handler(number: u32) -> Handler {
    let on = match number % 5 {
        0 => On::Create,
        1 | 2 => On::Update,
        3 => On::Field,
        _ => On::Resume,
    };
    let field = (on == On::Field)
        .then(|| FieldPath::parse(&format!("spec.field-{}", number % 8)).expect("it is a path"));
    let labels = number.is_multiple_of(2).then(|| ("app".to_owned(), Match::is("web")));
    Handler {
        plugin: 0,
        index: number,
        id: format!("handler_{number}"),
        on,
        selector: Selector::parse(&["kex".to_owned()]).expect("it is a selector"),
        filter: Filter { labels: labels.into_iter().collect(), ..Filter::default() },
        field,
        asynchronous: true,
        limits: Limits::default(),
        optional: false,
        deleted: false,
        lifecycle: Lifecycle::All,
        group: None,
        schedule: kopf_core::background::Schedule::default(),
        wants: Wants { diff: number.is_multiple_of(3), ..Wants::default() },
        param: None,
        function: format!("handler_{number}"),
        package: "bench".to_owned(),
        place: format!("lib.rs:{number}"),
    }
}

fn served() -> Served {
    let kex = Resource {
        group: "zalando.org".to_owned(),
        version: "v1".to_owned(),
        plural: "kexes".to_owned(),
        kind: "Kex".to_owned(),
        singular: "kex".to_owned(),
        short_names: vec![],
        categories: vec![],
        namespaced: true,
        preferred: true,
        verbs: vec![],
        subresources: vec!["status".to_owned()],
    };
    let registry = Registry::new((0..HANDLERS).map(handler)).expect("their ids differ");
    registry.assign(&[kex], &Chosen::default()).served.remove(0)
}

/// An object of 2 KiB that was handled as it is, but for a change of a field if there is to be one.
fn object(served: &Served, changed: bool) -> Object {
    let fields: serde_json::Map<String, Value> = (0..8)
        .map(|number| (format!("field-{number}"), json!({ "number": number, "text": "x".repeat(60) })))
        .collect();
    let mut body = json!({
        "apiVersion": "zalando.org/v1", "kind": "Kex",
        "metadata": {
            "name": "kex-1", "namespace": "default", "uid": "u1", "resourceVersion": "7", "generation": 1,
            "creationTimestamp": "2026-01-01T00:00:00Z", "labels": { "app": "web" }, "annotations": {},
        },
        "spec": fields,
        "status": { "phase": "Running" },
    });
    let handled = Handled::new(kopf_core::essence::essence(&body, &[]), served.fields.clone(), false);
    body["metadata"]["annotations"]["web.kopf.dev/last-handled-configuration"] = handled.write("u1").into();
    if changed {
        body["spec"]["field-3"]["number"] = json!(100);
    }
    Object::parse(body.to_string().into()).expect("it is an object")
}

fn measure(what: &str, changed: bool) {
    let served = served();
    let object = object(&served, changed);
    let identity = Identity::new("web").expect("it is a name");
    let recall = Recall { handled: true, ..Recall::default() };
    let answers = Answers::default();
    let now = "2026-01-01T00:00:00Z".parse().expect("it is a moment");
    let given =
        Given { served: &served, identity: &identity, recall: &recall, answers: &answers, now, chance: 0 };
    let plan = || cycle::plan(black_box(&object), false, black_box(&given)).expect("nothing is asked");
    let round = || {
        let began = Instant::now();
        (0..PLANS).for_each(|_| drop(black_box(plan())));
        began.elapsed() / PLANS
    };
    let best = (0..ROUNDS).map(|_| round()).min().unwrap_or_default();
    let verdict = if best <= ASKED { "met" } else { "missed" };
    println!(
        "{what}: {} calls of {HANDLERS} handlers, object of {} bytes: {best:?} (asked {ASKED:?}: {verdict})",
        plan().calls.len(),
        object.raw.len(),
    );
}

fn main() {
    measure("as it was left", false);
    measure("a field has changed", true);
}
