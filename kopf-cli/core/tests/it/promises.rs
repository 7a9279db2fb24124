//! What always holds, whatever happens: random edits, failures, conflicts and crashes, in random order.

use std::{sync::Arc, time::Duration};

use kopf_core::{
    essence::essence,
    filter::{Filter, Match},
    handler::{Handler, On},
    outcome::{Answer, FailureKind},
    store::handled::{Handled, State},
};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::kit::{Attempted, Step, World, fails, on, on_field, path, returns};

/// What happens next.
#[derive(Debug, Clone)]
enum Happening {
    /// Somebody changes the object.
    Edit(Value),
    /// A handler will answer so.
    Script(usize, Answer),
    /// The operator does one cycle.
    Step,
    /// The operator does one cycle, and somebody changes the object meanwhile.
    Conflict(Value),
    /// Time goes by.
    Wait(u64),
    /// The process ends, and another one begins.
    Restart,
    /// The same, after handlers were called and before anything was written.
    CrashBeforeTheWrite,
    /// The same, between the write to the status and that of the state.
    CrashBetweenWrites,
}

/// Whether the object has the labels that the handler asks for.
fn is_labelled_for(handler: &Handler, body: &Value) -> bool {
    let has = |key: &str| Match::is(body["metadata"]["labels"][key].clone());
    handler.filter.labels.iter().all(|(key, asked)| has(key) == *asked)
}

fn handlers() -> Vec<Handler> {
    let labels = vec![("l".to_owned(), Match::is("1"))];
    let labelled = Filter { labels, ..Filter::default() };
    vec![
        on(On::Create, "c"),
        on(On::Create, "c2"),
        Handler { filter: labelled, ..on(On::Update, "labelled") },
        on(On::Update, "u"),
        on_field(On::Update, "u2", "spec.a"),
        on_field(On::Field, "f", "spec.b"),
        on(On::Resume, "r"),
        on(On::Delete, "d"),
    ]
}

fn edit() -> impl Strategy<Value = Value> {
    let value = prop_oneof![Just(Value::Null), (0..3).prop_map(Value::from)];
    prop_oneof![
        4 => ("[abc]", value).prop_map(|(key, value)| json!({ "spec": { key: value } })),
        1 => prop_oneof![Just(Value::Null), Just("1".into()), Just("2".into())]
            .prop_map(|label| json!({ "metadata": { "labels": { "l": label } } })),
        1 => (0..3).prop_map(|phase: i32| json!({ "status": { "phase": phase } })),
    ]
}

fn answer() -> impl Strategy<Value = Answer> {
    prop_oneof![
        (0..3).prop_map(|result| returns(json!(result))),
        (0..3).prop_map(|own: i32| Answer {
            result: Ok(None),
            patch: Some(json!({ "spec": { "own": own } })),
            functions: None
        }),
        Just(fails(FailureKind::Any)),
        Just(fails(FailureKind::Permanent)),
        (0..90_u64).prop_map(|seconds| fails(FailureKind::Temporary(Some(Duration::from_secs(seconds))))),
    ]
}

fn happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        4 => edit().prop_map(Happening::Edit),
        3 => (0..handlers().len(), answer()).prop_map(|(handler, answer)| Happening::Script(handler, answer)),
        6 => Just(Happening::Step),
        2 => edit().prop_map(Happening::Conflict),
        2 => (0..100_u64).prop_map(Happening::Wait),
        1 => Just(Happening::Restart),
        1 => Just(Happening::CrashBeforeTheWrite),
        1 => Just(Happening::CrashBetweenWrites),
    ]
}

fn apply(world: &mut World, happening: Happening) {
    let called = world.attempts.len();
    match happening {
        Happening::Edit(patch) => world.edit(&patch),
        Happening::Script(handler, answer) => {
            let id = handlers()[handler].id.clone();
            world.scripts.entry(id).or_default().push_back(answer);
        }
        Happening::Step => {
            world.step();
        }
        Happening::Conflict(patch) => {
            world.meanwhile.push_back(patch);
            world.step();
        }
        Happening::Wait(seconds) => world.now += Duration::from_secs(seconds),
        Happening::Restart => world.restart(),
        // What is not recorded is not known to anybody.
        Happening::CrashBeforeTheWrite => {
            world.cycle();
            world.attempts.truncate(called);
            world.restart();
        }
        Happening::CrashBetweenWrites => {
            if let Some(conclusion) = world.cycle() {
                world.settle_status(&conclusion);
            }
            world.attempts.truncate(called);
            world.restart();
        }
    }
}

/// What a handler reacts to, without what handlers change themselves.
fn seen(handler: &Handler, body: &Value) -> Value {
    let mut body = body.clone();
    path("spec.own").remove(&mut body);
    let essence = essence(&body, &[]);
    match &handler.field {
        Some(field) => field.get(&essence).cloned().unwrap_or_default(),
        None => essence,
    }
}

/// Everything that happens, and then quiet until nothing is left to do.
fn live(happenings: Vec<Happening>) -> World {
    let mut world = World::new(handlers());
    for happening in happenings {
        apply(&mut world, happening);
    }
    while world.step() != Step::Rest {
        world.now += Duration::from_secs(100);
        assert!(world.trace.len() < 1_000_000, "this does not end");
    }
    world.run();
    world
}

fn of<'a>(world: &'a World, handler: &Handler) -> Vec<&'a Attempted> {
    world.attempts.iter().filter(|attempt| attempt.handler == handler.id).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_final_state_is_handled(happenings in prop::collection::vec(happening(), 0..24)) {
        let world = live(happenings);
        let body = world.body.clone().unwrap();
        let annotation = body["metadata"]["annotations"]["web.kopf.dev/last-handled-configuration"].as_str();
        let handled = Handled::read(annotation.unwrap(), "u1", &Arc::default()).unwrap();
        prop_assert!(!handled.pending, "{}", world.trace);
        prop_assert_eq!(handled.state, State::Whole(Arc::new(essence(&body, &[]))), "{}", world.trace);
        // A handler that the object was taken from keeps its record, for the object may come back to it.
        let left = handlers().iter().any(|handler| !is_labelled_for(handler, &body));
        prop_assert!(left || !world.identity.store().has_records(&body, &world.served), "{}", world.trace);
        let began_with = world.attempts.iter().find(|attempt| attempt.reason == "create").unwrap();
        for handler in handlers() {
            let attempts = of(&world, &handler);
            match handler.on {
                On::Create => prop_assert!(attempts.iter().any(|attempt| attempt.success || attempt.failure)),
                On::Update | On::Field if is_labelled_for(&handler, &body) => {
                    // Before its first attempt a handler has to do with what the creation began with.
                    let last = attempts.last().map_or(&began_with.body, |attempt| &attempt.body);
                    prop_assert_eq!(seen(&handler, last), seen(&handler, &body), "{}\n{}", handler.id, world.trace);
                }
                _ => {}
            }
            let is_for_now = is_labelled_for(&handler, &body);
            let ended = attempts.last().is_none_or(|attempt| attempt.success || attempt.failure);
            prop_assert!(ended || !is_for_now, "{}\n{}", handler.id, world.trace);
        }
    }

    #[test]
    fn a_recorded_success_is_never_repeated_for_the_same_state(happenings in prop::collection::vec(happening(), 0..24)) {
        let world = live(happenings);
        // What happens while an object is not of a handler is unknown to it, so coming back is news.
        let handlers = handlers();
        let always = handlers.iter().filter(|handler| handler.filter == Filter::default());
        for handler in always.filter(|handler| handler.on != On::Resume) {
            for pair in of(&world, handler).windows(2) {
                let same = handler.on == On::Create || seen(handler, &pair[0].body) == seen(handler, &pair[1].body);
                prop_assert!(!(pair[0].success && same), "{}\n{}", handler.id, world.trace);
            }
        }
    }

    #[test]
    fn attempts_never_go_down(happenings in prop::collection::vec(happening(), 0..24)) {
        let world = live(happenings);
        for handler in handlers().iter().filter(|handler| handler.filter == Filter::default()) {
            for pair in of(&world, handler).windows(2) {
                let goes_on = !pair[0].success && !pair[0].failure && pair[0].reason == pair[1].reason;
                prop_assert!(!goes_on || pair[1].retries == pair[0].retries + 1, "{}\n{}", handler.id, world.trace);
            }
        }
    }

    #[test]
    fn a_deletion_is_handled_at_any_time(happenings in prop::collection::vec(happening(), 0..16), answers in prop::collection::vec(answer(), 0..3)) {
        let mut world = World::new(handlers()).script("d", answers);
        world.step();
        for happening in happenings {
            apply(&mut world, happening);
        }
        world.delete();
        world.run();
        prop_assert_eq!(&world.body, &None, "{}", world.trace);
        let last = world.attempts.last().unwrap();
        prop_assert!(last.handler == "d" && (last.success || last.failure), "{}", world.trace);
    }
}
