//! Objects go from an operator of the Python framework to one of ours and back, in the midst of whatever it is.

use crate::support::operator::{NAME, Operator};
use crate::support::python::{self, Python};
use crate::support::script::{Attempt, End, Script};
use crate::support::server::{Server, on_both_servers};
use crate::support::world::{CHANGES, HOLDS, LONGS, PHASED, SIBLINGS, TRIOS, World};
use kopf_control_plane::client::Resource;
use kube::api::{DynamicObject, Patch, PatchParams};
use serde_json::{Value, json};
use std::time::Duration;

on_both_servers!(
    we_take_over_a_creation_in_the_midst_of_retries_and_give_it_back,
    python_takes_over_a_creation_in_the_midst_of_retries_and_gives_it_back,
    records_under_long_ids_are_taken_over,
    an_update_while_nobody_ran_is_noticed_by_whoever_comes,
    we_take_over_a_deletion,
    python_takes_over_a_deletion,
    we_take_over_sub_handlers_and_give_them_back,
    python_takes_over_sub_handlers_and_gives_them_back,
    a_list_of_fields_that_differs_is_no_update_of_what_python_has_handled,
    an_operator_of_python_that_runs_beside_ours_is_told_of,
);

const PREFIX: &str = "kopf.zalando.org/";
const HANDLERS: &str = "compat/handlers.py";

/// Two operators that are the same to their objects, of which one runs at a time.
struct Pair {
    world: World,
    python: Python,
    theirs: Script,
}

impl Pair {
    async fn with(server: Server, resources: &[Resource]) -> Option<Pair> {
        let python = Python::with_kopf().await?;
        Some(Pair { world: World::with(server, resources).await, python, theirs: Script::start().await })
    }

    fn ours(&self) -> &Script {
        &self.world.script
    }

    fn run_ours(&self) -> Operator {
        let options = ["--compat", "python-kopf", "--events", "none"];
        self.world.operator_with(NAME, self.ours(), &options)
    }

    fn run_theirs(&self) -> Operator {
        self.python.operator(HANDLERS, &self.world, &self.theirs)
    }

    /// Handles a new object of its own, and with it all that an operator finds when it begins.
    async fn settle(&self, resource: Resource, name: &str) {
        self.world.objects(resource).create(name, json!({ "spec": { "n": 0 } })).await;
        self.world.objects(resource).until(name, "handled", is_handled).await;
    }
}

/// What is left of the handlers' records on an object, by the annotation's name.
fn records(object: &DynamicObject) -> Vec<(String, Value)> {
    let annotations = object.metadata.annotations.iter().flatten();
    let names = annotations.filter_map(|(key, text)| Some((key.strip_prefix(PREFIX)?, text)));
    let others = ["last-handled-configuration", "last-handled-fields", "touch-dummy"];
    let records = names.filter(|(name, _)| !others.contains(name));
    records.map(|(name, text)| (name.to_owned(), serde_json::from_str(text).unwrap())).collect()
}

fn is_handled(object: &DynamicObject) -> bool {
    python::is_handled(object) && records(object).is_empty()
}

/// Whether these handlers have been tried so often, and the first of them has succeeded.
fn is_in_the_midst(object: &DynamicObject, retries: &[(&str, u64)]) -> bool {
    let records = records(object);
    let record = |name: &str| records.iter().find(|(found, _)| found == name).map(|(_, record)| record);
    let has_succeeded = record(retries[0].0).is_some_and(|record| record["success"] == json!(true));
    let is_tried = |(name, least): &(&str, u64)| {
        record(name).and_then(|record| record["retries"].as_u64()).is_some_and(|retries| retries >= *least)
    };
    has_succeeded && retries.iter().all(is_tried)
}

fn of<'a>(attempts: &'a [Attempt], handler: &str) -> Vec<&'a Attempt> {
    attempts.iter().filter(|attempt| attempt.handler == handler).collect()
}

fn called(script: &Script) -> Vec<(String, Value)> {
    let attempts = script.attempts().into_iter().filter(|attempt| attempt.name == "a");
    attempts.map(|attempt| (attempt.handler, attempt.spec["n"].clone())).collect()
}

/// A failure that is tried again at once.
fn not_yet(_: &Attempt) -> End {
    End::Temporary(Duration::from_millis(10))
}

/// Lets one operator begin with an object, kills it while two of three handlers are retried, lets the other one finish,
/// and then the first one look at what there is.
async fn hand_over(pair: &Pair, run: [fn(&Pair) -> Operator; 2], scripts: [&Script; 2]) {
    let objects = pair.world.objects(TRIOS);
    let [first, second] = scripts;
    first.on("first", |attempt| if attempt.retry == 0 { not_yet(attempt) } else { End::Result(json!(1)) });
    first.on("second", not_yet);
    first.on("third", not_yet);
    second.on("second", |attempt| if attempt.retry < 9 { not_yet(attempt) } else { End::Success });
    second.on("third", |_| End::Result(json!({ "ü": 3 })));

    let operator = run[0](pair);
    objects.create("a", json!({ "metadata": { "labels": { "l": "1" } }, "spec": { "n": "ü" } })).await;
    let retried = [("first", 2), ("second", 2), ("third", 1)];
    objects.until("a", "in the midst of retries", |it| is_in_the_midst(it, &retried)).await;
    // While an attempt is held nothing is on its way to the object that would change its records after the kill.
    let gates = ["second", "third"].map(|handler| first.hold(handler));
    let begun = first.attempts().len();
    first.until("an attempt to be held", |attempts| attempts.len() > begun).await;
    operator.kill().await;
    for gate in gates {
        gate.open();
    }
    let left = objects.get("a").await.unwrap();
    let operator = run[1](pair);
    // Of the two Python writes the results last.
    let results = json!({ "first": 1, "third": { "ü": 3 } });
    let is_whole = |object: &DynamicObject| is_handled(object) && object.data["status"] == results;
    let handled = objects.until("a", "handled", is_whole).await;
    assert_eq!(operator.stop().await.code(), Some(0));

    let attempts = second.attempts();
    assert!(of(&attempts, "first").is_empty(), "a success is not repeated: {attempts:#?}");
    for handler in ["second", "third"] {
        let record = records(&left).into_iter().find(|(name, _)| name == handler).unwrap().1;
        assert_eq!(
            json!(of(&attempts, handler)[0].retry),
            record["retries"],
            "retries go on from the record"
        );
        assert_eq!(of(&attempts, handler)[0].reason, "create");
    }
    let handled_last =
        &handled.metadata.annotations.as_ref().unwrap()[&format!("{PREFIX}last-handled-configuration")];
    assert_eq!(handled_last, "{\"spec\":{\"n\":\"\\u00fc\"},\"metadata\":{\"labels\":{\"l\":\"1\"}}}\n");

    let before = first.attempts().len();
    for handler in ["first", "second", "third"] {
        first.on(handler, |_| End::Success);
    }
    let _operator = run[0](pair);
    pair.settle(TRIOS, "sentinel").await;
    let since = &first.attempts()[before..];
    assert!(since.iter().all(|attempt| attempt.name == "sentinel"), "there was nothing to do: {since:#?}");
    let seen = objects.get("a").await.unwrap();
    assert_eq!(seen.metadata.resource_version, handled.metadata.resource_version, "nothing was written");
}

async fn we_take_over_a_creation_in_the_midst_of_retries_and_give_it_back(server: Server) {
    let Some(pair) = Pair::with(server, &[TRIOS]).await else { return };
    hand_over(&pair, [Pair::run_theirs, Pair::run_ours], [&pair.theirs, pair.ours()]).await;
}

async fn python_takes_over_a_creation_in_the_midst_of_retries_and_gives_it_back(server: Server) {
    let Some(pair) = Pair::with(server, &[TRIOS]).await else { return };
    hand_over(&pair, [Pair::run_ours, Pair::run_theirs], [pair.ours(), &pair.theirs]).await;
}

async fn records_under_long_ids_are_taken_over(server: Server) {
    const LONG: &str = "an_id_that_is_too_long_for_the_older_kind_of_keys_alone";
    const LONGER: &str = "an_id_that_is_too_long_for_either_of_the_two_kinds_of_keys_that_there_are";
    let Some(pair) = Pair::with(server, &[LONGS]).await else { return };
    let objects = pair.world.objects(LONGS);
    for script in [&pair.theirs, pair.ours()] {
        script.on(LONGER, not_yet);
    }
    let has_retried = |least: u64| {
        move |object: &DynamicObject| {
            let retries = |(_, record): (String, Value)| record["retries"].as_u64();
            records(object).len() == 4 && records(object).into_iter().filter_map(retries).max() >= Some(least)
        }
    };

    let operator = pair.run_theirs();
    objects.create("a", json!({ "spec": { "n": 1 } })).await;
    objects.until("a", "retried", has_retried(2)).await;
    operator.kill().await;
    let operator = pair.run_ours();
    pair.ours().until("ours to go on", |attempts| attempts.len() >= 2).await;
    operator.kill().await;
    pair.theirs.on(LONGER, |_| End::Success);
    let _operator = pair.run_theirs();
    objects.until("a", "handled", is_handled).await;

    assert_eq!(of(&pair.theirs.attempts(), LONG).len(), 1);
    assert!(of(&pair.ours().attempts(), LONG).is_empty());
    let ours = pair.ours().attempts();
    assert!(of(&ours, LONGER)[0].retry >= 2 && of(&ours, LONGER)[1].retry > of(&ours, LONGER)[0].retry);
    let theirs = pair.theirs.attempts();
    assert!(theirs.last().unwrap().retry >= of(&ours, LONGER)[1].retry);
}

async fn an_update_while_nobody_ran_is_noticed_by_whoever_comes(server: Server) {
    let Some(pair) = Pair::with(server, &[CHANGES]).await else { return };
    let objects = pair.world.objects(CHANGES);
    let change = async |n: i64| {
        objects.patch("a", json!({ "spec": { "n": n } })).await;
    };
    let operator = pair.run_theirs();
    objects.create("a", json!({ "spec": { "n": 1 } })).await;
    objects.until("a", "handled", is_handled).await;
    operator.kill().await;

    change(2).await;
    let operator = pair.run_ours();
    objects.until("a", "handled", is_handled).await;
    change(3).await;
    objects.until("a", "handled", is_handled).await;
    assert_eq!(operator.stop().await.code(), Some(0));

    change(4).await;
    let _operator = pair.run_theirs();
    objects.until("a", "handled", is_handled).await;

    let owned = |(handler, n): (&str, i64)| (handler.to_owned(), json!(n));
    assert_eq!(called(&pair.theirs), [("created", 1), ("updated", 4)].map(owned));
    assert_eq!(called(pair.ours()), [("updated", 2), ("updated", 3)].map(owned));
}

/// Lets one operator begin with a deletion, kills it while a handler is retried, and lets the other one finish.
async fn delete(pair: &Pair, run: [fn(&Pair) -> Operator; 2], scripts: [&Script; 2]) {
    let objects = pair.world.objects(HOLDS);
    let [first, second] = scripts;
    first.on("release", not_yet);

    let operator = run[0](pair);
    objects.create("a", json!({ "spec": { "n": 1 } })).await;
    let held = objects.until("a", "handled", is_handled).await;
    assert_eq!(held.metadata.finalizers.unwrap(), ["kopf.zalando.org/KopfFinalizerMarker"]);
    objects.delete("a").await;
    first.until("the release to be retried", |attempts| of(attempts, "release").len() >= 3).await;
    operator.kill().await;
    let _operator = run[1](pair);
    objects.until_gone("a").await;

    let attempts = second.attempts();
    assert_eq!(attempts.len(), 1, "{attempts:#?}");
    assert_eq!((attempts[0].handler.as_str(), attempts[0].reason.as_str()), ("release", "delete"));
    assert!(attempts[0].retry >= 2, "{attempts:#?}");
}

async fn we_take_over_a_deletion(server: Server) {
    let Some(pair) = Pair::with(server, &[HOLDS]).await else { return };
    delete(&pair, [Pair::run_theirs, Pair::run_ours], [&pair.theirs, pair.ours()]).await;
}

async fn python_takes_over_a_deletion(server: Server) {
    let Some(pair) = Pair::with(server, &[HOLDS]).await else { return };
    delete(&pair, [Pair::run_ours, Pair::run_theirs], [pair.ours(), &pair.theirs]).await;
}

/// Lets one operator begin with a family, kills it when one of the sub-handlers has succeeded and the others are retried,
/// lets the other one finish, and then the first one look at what there is.
async fn hand_over_a_family(pair: &Pair, run: [fn(&Pair) -> Operator; 2], scripts: [&Script; 2]) {
    let objects = pair.world.objects(SIBLINGS);
    let [first, second] = scripts;
    first.on("parent/one", |_| End::Result(json!(1)));
    for id in ["parent/two", "parent/three"] {
        first.on(id, not_yet);
    }
    second.on("parent/three", |attempt| if attempt.retry < 9 { not_yet(attempt) } else { End::Success });
    second.on("parent", |_| End::Result(json!("whole")));

    let operator = run[0](pair);
    objects.create("a", json!({ "spec": { "n": 1 } })).await;
    let retried = [("parent.one", 1), ("parent.two", 2), ("parent.three", 2)];
    let left = objects.until("a", "in the midst of retries", |it| is_in_the_midst(it, &retried)).await;
    operator.kill().await;
    let operator = run[1](pair);
    // Of the two it writes the result last.
    let is_whole = |object: &DynamicObject| is_handled(object) && object.data["status"]["parent"] == "whole";
    let handled = objects.until("a", "handled", is_whole).await;
    assert_eq!(operator.stop().await.code(), Some(0));

    let attempts = second.attempts();
    assert!(of(&attempts, "parent/one").is_empty(), "a success is not repeated: {attempts:#?}");
    for id in ["two", "three"] {
        let key = format!("parent.{id}");
        let record = records(&left).into_iter().find(|(name, _)| *name == key).unwrap().1;
        let taken_over = of(&attempts, &format!("parent/{id}"))[0].retry;
        assert!(record["retries"].as_u64() <= Some(taken_over.into()), "{taken_over} is before {record}");
    }

    let before = first.attempts().len();
    for id in ["parent", "parent/two", "parent/three"] {
        first.on(id, |_| End::Success);
    }
    let _operator = run[0](pair);
    pair.settle(SIBLINGS, "sentinel").await;
    let since = &first.attempts()[before..];
    assert!(since.iter().all(|attempt| attempt.name == "sentinel"), "there was nothing to do: {since:#?}");
    let seen = objects.get("a").await.unwrap();
    assert_eq!(seen.metadata.resource_version, handled.metadata.resource_version, "nothing was written");
}

async fn we_take_over_sub_handlers_and_give_them_back(server: Server) {
    let Some(pair) = Pair::with(server, &[SIBLINGS]).await else { return };
    hand_over_a_family(&pair, [Pair::run_theirs, Pair::run_ours], [&pair.theirs, pair.ours()]).await;
}

async fn python_takes_over_sub_handlers_and_gives_them_back(server: Server) {
    let Some(pair) = Pair::with(server, &[SIBLINGS]).await else { return };
    hand_over_a_family(&pair, [Pair::run_ours, Pair::run_theirs], [pair.ours(), &pair.theirs]).await;
}

/// The Python handlers watch another field of the status than ours.
async fn a_list_of_fields_that_differs_is_no_update_of_what_python_has_handled(server: Server) {
    let Some(pair) = Pair::with(server, &[PHASED]).await else { return };
    let objects = pair.world.objects(PHASED);
    let set = async |status: Value| {
        let status = Patch::Merge(json!({ "status": status }));
        objects.api.patch_status("a", &PatchParams::default(), &status).await.unwrap();
    };
    objects.create("a", json!({ "spec": { "n": 1 } })).await;
    set(json!({ "phase": "new", "other": "new" })).await;
    let operator = pair.run_theirs();
    objects.until("a", "handled", is_handled).await;
    operator.kill().await;

    let operator = pair.run_ours();
    objects.create("sentinel", json!({ "spec": { "n": 0 } })).await;
    objects.until("sentinel", "handled", is_handled).await;
    assert_eq!(called(pair.ours()), [], "the list of fields is no change");

    objects.patch("a", json!({ "spec": { "n": 2 } })).await;
    objects.until("a", "handled", is_handled).await;
    set(json!({ "phase": "old" })).await;
    pair.ours().until("the field to be handled", |attempts| !of(attempts, "phase").is_empty()).await;
    let owned = |(handler, n): (&str, i64)| (handler.to_owned(), json!(n));
    assert_eq!(called(pair.ours()), [("renewed", 2), ("renewed", 2), ("phase", 2)].map(owned));
    assert_eq!(operator.stop().await.code(), Some(0));
}

async fn an_operator_of_python_that_runs_beside_ours_is_told_of(server: Server) {
    let Some(pair) = Pair::with(server, &[CHANGES]).await else { return };
    let objects = pair.world.objects(CHANGES);
    let ours = pair.run_ours();
    let _theirs = pair.run_theirs();
    objects.create("a", json!({ "spec": { "n": 0 } })).await;
    // Whoever is faster differs from change to change.
    let changes = async {
        for n in 1_u32.. {
            objects.patch("a", json!({ "spec": { "n": n } })).await;
            let key = format!("{PREFIX}last-handled-configuration");
            let noted =
                |object: &DynamicObject| Some(object.metadata.annotations.as_ref()?.get(&key)?.clone());
            let is_noted = |object: &DynamicObject| {
                noted(object).is_some_and(|text| text.contains(&format!("\"n\":{n}}}")))
            };
            objects.until("a", "handled", is_noted).await;
        }
    };
    let line = tokio::select! {
        line = ours.says("Somebody else (kopf) writes the annotations of this operator") => line,
        () = changes => String::new(),
    };
    assert!(line.contains("Let only one of them run at a time"), "{line}");
}
