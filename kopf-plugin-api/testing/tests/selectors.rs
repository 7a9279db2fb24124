//! Which resources handlers are for, and what the API server is asked to leave out.

mod kit;

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use kopf_plugin_api::prelude::*;
use kopf_plugin_testing::{Entry, Operator};

use kit::{EXAMPLES, operator};

/// Calls of handlers, by object: tests run side by side, each with objects of its own names.
static CALLS: Mutex<BTreeMap<String, Vec<String>>> = Mutex::new(BTreeMap::new());

fn called(name: &str, what: &str) {
    let mut calls = CALLS.lock().unwrap_or_else(PoisonError::into_inner);
    calls.entry(name.to_owned()).or_default().push(what.to_owned());
}

fn calls(name: &str) -> Vec<String> {
    let mut found =
        CALLS.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned().unwrap_or_default();
    found.sort_unstable();
    found
}

#[kopf::on::create("zalando.org", "v1", "kopfexamples", labels = { "served" = "yes" })]
fn created(name: Name) {
    called(&name, "created");
}

#[kopf::on::event("zalando.org", "v1", "kopfexamples", labels = { "served" = "yes", "spied" = present })]
fn spied(name: Name, event: RawEvent) {
    called(&name, event.kind().unwrap_or("LISTED"));
}

#[kopf::on::update("zalando.org", "v1", kind = "KopfExample", labels = { "served" = "yes" }, field = "spec")]
fn updated(name: Name) {
    called(&name, "updated");
}

#[kopf::on::event("test.kopf.dev", everything)]
fn by_everything(name: Name) {
    called(&name, "everything");
}

#[kopf::on::event("test.kopf.dev", category = "toys")]
fn by_category(name: Name) {
    called(&name, "category");
}

#[kopf::on::event("test.kopf.dev", short_name = "cu")]
fn by_short_name(name: Name) {
    called(&name, "short name");
}

#[kopf::on::event("late.kopf.dev", "v1", "tools", labels = { "sharp" = present })]
fn sharp_tools(name: Name) {
    called(&name, "sharp");
}

#[kopf::on::event("late.kopf.dev", category = "kitchen")]
fn of_the_kitchen(name: Name) {
    called(&name, "of the kitchen");
}

fn is_round(resource: &kopf::Resource) -> bool {
    resource.group == "test.kopf.dev" && resource.singular == "ball"
}

#[kopf::on::event(resources = is_round)]
fn by_function(name: Name) {
    called(&name, "function");
}

fn definition(plural: &str, singular: &str, kind: &str, short: &str) -> Value {
    json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": { "name": format!("{plural}.test.kopf.dev") },
        "spec": {
            "group": "test.kopf.dev", "scope": "Namespaced",
            "names": {
                "plural": plural, "singular": singular, "kind": kind, "shortNames": [short], "categories": ["toys"],
            },
            "versions": [{
                "name": "v1", "served": true, "storage": true,
                "schema": { "openAPIV3Schema": { "type": "object", "x-kubernetes-preserve-unknown-fields": true } },
            }],
        },
    })
}

/// Tools, which may be of the kitchen.
fn tools(categories: &[&str]) -> String {
    let mut definition = definition("tools", "tool", "Tool", "tl");
    definition["metadata"]["name"] = "tools.late.kopf.dev".into();
    definition["spec"]["group"] = "late.kopf.dev".into();
    definition["spec"]["names"]["categories"] = json!(categories);
    definition.to_string()
}

fn tool(name: &str) -> String {
    let metadata = json!({ "name": name, "namespace": "default" });
    json!({ "apiVersion": "late.kopf.dev/v1", "kind": "Tool", "metadata": metadata }).to_string()
}

fn example(name: &str, labels: &Value) -> String {
    kit::example(name, labels, &json!({ "size": 1 })).to_string()
}

#[test]
fn resources_that_come_late_are_selected_by_whatever_names_them() {
    let mut operator = operator();
    for (plural, singular, kind, short) in [("balls", "ball", "Ball", "ba"), ("cubes", "cube", "Cube", "cu")]
    {
        operator.apply(&definition(plural, singular, kind, short).to_string());
        operator.settle();
        let toy = json!({
            "apiVersion": "test.kopf.dev/v1", "kind": kind, "metadata": { "name": singular, "namespace": "default" },
        });
        operator.apply(&toy.to_string());
        operator.settle();
    }
    assert_eq!(calls("ball"), ["category", "everything", "function"]);
    assert_eq!(calls("cube"), ["category", "everything", "short name"]);
}

#[test]
fn the_server_leaves_out_what_no_handler_wants() {
    let mut operator = operator();
    operator.apply(&example("wanted", &json!({ "served": "yes" })));
    operator.apply(&example("unwanted", &json!({ "served": "no" })));
    operator.settle();
    assert_eq!((calls("wanted"), calls("unwanted")), (vec!["created".to_owned()], vec![]));
    let reads = operator.journal().find(|entry| entry.path.ends_with("/kopfexamples") && !entry.is_write());
    assert!(!reads.is_empty());
    for read in reads {
        assert!(read.query.contains("labelSelector=served%3Dyes"), "{}", read.query);
    }
}

#[test]
fn what_the_server_left_out_is_listed_once_somebody_wants_it() {
    let mut operator = operator();
    operator.apply(&tools(&[]));
    operator.settle();
    operator.apply(&tool("spoon"));
    operator.settle();
    operator.apply(&tools(&["kitchen"]));
    operator.settle();
    assert_eq!(calls("spoon"), ["of the kitchen"]);
    // There is one watch, which tells of everything once.
    operator.apply(&tool("fork"));
    operator.settle();
    assert_eq!(calls("fork"), ["of the kitchen"]);
    let of_tools = |entry: &Entry| entry.path.ends_with("/tools") && entry.method == "GET";
    let asked = operator.journal().find(of_tools).into_iter();
    let asked: Vec<_> =
        asked.map(|entry| (entry.is_watch(), entry.query.contains("labelSelector=sharp"))).collect();
    assert_eq!(asked, [(false, true), (true, true), (false, false), (true, false)]);
}

#[test]
fn an_object_that_leaves_the_selector_is_not_deleted() {
    let mut operator = operator();
    operator.apply(&example("leaving", &json!({ "served": "yes", "spied": "" })));
    operator.settle();
    let set = |operator: &mut Operator, served: &str, size: u32| {
        let change = json!({ "metadata": { "labels": { "served": served } }, "spec": { "size": size } });
        operator.patch(EXAMPLES, "default/leaving", &change);
        operator.settle();
    };
    set(&mut operator, "no", 1);
    assert!(!calls("leaving").contains(&"DELETED".to_owned()), "{:?}", calls("leaving"));
    set(&mut operator, "no", 2);
    set(&mut operator, "yes", 2);
    let found = calls("leaving");
    let count = |what: &str| found.iter().filter(|call| *call == what).count();
    assert_eq!((count("created"), count("updated"), count("DELETED")), (1, 1, 0), "{found:?}");
    operator.delete(EXAMPLES, "default/leaving");
    operator.settle();
    assert_eq!(calls("leaving").iter().filter(|call| *call == "DELETED").count(), 1);
}
