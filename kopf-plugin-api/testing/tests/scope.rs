//! Where an operator serves: namespaces that match, come and go, and rights that it does not have.

mod kit;

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use kopf_plugin_api::prelude::*;
use kopf_plugin_testing::{
    Effect, Entry, Events, Fault, Operator, Scope,
    namespaces::{Pattern, Patterns},
};

/// Calls of handlers, by object: tests run side by side, each with objects of its own names.
static CALLS: Mutex<BTreeMap<String, Vec<String>>> = Mutex::new(BTreeMap::new());

#[kopf::on::create("zalando.org", "kopfexamples")]
#[kopf::on::create("things.example.org")]
fn create_fn(name: Name, namespace: Namespace) {
    let mut calls = CALLS.lock().unwrap_or_else(PoisonError::into_inner);
    calls.entry(name.to_string()).or_default().push(namespace.to_string());
}

/// The namespaces in which an object of this name was created; empty for none.
fn created(name: &str) -> Vec<String> {
    CALLS.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned().unwrap_or_default()
}

/// An operator on these namespaces that is to start, of a cluster that has the definition.
fn stopped(namespaces: &[&str]) -> Operator {
    let mut operator = kopf_plugin_testing::start!();
    operator.kill();
    operator.apply(kit::DEFINITION);
    let patterns = namespaces.iter().map(|text| Pattern::parse(text).expect("a pattern of these tests"));
    operator.settings().scope = Scope::Namespaces(Patterns::new(patterns));
    // The sandbox deletes empty namespaces alone.
    operator.settings().posting.events = Events::None;
    operator
}

fn namespace(operator: &mut Operator, name: &str) {
    let namespace = json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": name } });
    operator.apply(&namespace.to_string());
    operator.settle();
}

fn create(operator: &mut Operator, namespace: &str, name: &str) {
    let metadata = json!({ "name": name, "namespace": namespace });
    operator.apply(
        &json!({ "apiVersion": "zalando.org/v1", "kind": "KopfExample", "metadata": metadata }).to_string(),
    );
    operator.settle();
}

fn told(operator: &Operator, what: &str) -> usize {
    operator.log().iter().filter(|line| line.contains(what)).count()
}

/// A definition that serves one of its versions. The other stays in it, as a server demands where objects were stored in it.
fn definition(scope: &str, served: &str) -> String {
    let versions = ["v1", "v2"].map(|name| {
        json!({
            "name": name, "served": (name == served), "storage": (name == served),
            "schema": { "openAPIV3Schema": { "type": "object", "x-kubernetes-preserve-unknown-fields": true } },
        })
    });
    json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": { "name": "things.example.org" },
        "spec": {
            "group": "example.org", "scope": scope,
            "names": { "plural": "things", "singular": "thing", "kind": "Thing" },
            "versions": versions,
        },
    })
    .to_string()
}

fn thing(operator: &mut Operator, version: &str, namespace: Option<&str>, name: &str) {
    let metadata = json!({ "name": name, "namespace": namespace });
    let mut object =
        json!({ "apiVersion": format!("example.org/{version}"), "kind": "Thing", "metadata": metadata });
    if namespace.is_none() {
        object["metadata"].as_object_mut().expect("an object").remove("namespace");
    }
    operator.apply(&object.to_string());
    operator.settle();
}

#[test]
fn namespaces_are_served_as_they_come_and_go() {
    let mut operator = stopped(&["app-*,!*-pr-*", "plain"]);
    namespace(&mut operator, "app-a");
    namespace(&mut operator, "app-pr-1");
    namespace(&mut operator, "plain");
    operator.resume();
    for namespace in ["app-a", "app-pr-1", "plain", "default"] {
        create(&mut operator, namespace, "before");
    }
    assert_eq!(created("before"), ["app-a", "plain"]);

    namespace(&mut operator, "app-b");
    create(&mut operator, "app-b", "late");
    assert_eq!(created("late"), ["app-b"]);

    operator.delete("kopfexamples.zalando.org", "app-b/late");
    operator.delete("namespaces", "app-b");
    operator.settle();
    assert_eq!(told(&operator, "INFO No longer watching kopfexamples.v1.zalando.org in app-b."), 1);
    namespace(&mut operator, "app-b");
    create(&mut operator, "app-b", "again");
    assert_eq!(created("again"), ["app-b"]);
}

#[test]
fn a_namespace_that_comes_is_no_reason_to_ask_what_the_cluster_serves() {
    let mut operator = stopped(&["app-*"]);
    operator.resume();
    operator.journal().clear();
    namespace(&mut operator, "app-a");
    assert_eq!(operator.journal().count(|entry| entry.path == "/apis" || entry.path == "/api"), 0);
}

#[test]
fn names_alone_need_no_list_of_namespaces() {
    let mut operator = stopped(&["default"]);
    operator.resume();
    create(&mut operator, "default", "by-name");
    assert_eq!(created("by-name"), ["default"]);
    assert_eq!(operator.journal().count(|entry| entry.path == "/api/v1/namespaces"), 0);
}

/// Trap 28: resources without a namespace were not served while no namespace matched.
#[test]
fn trap_28_what_has_no_namespace_is_served_while_no_namespace_matches() {
    let mut operator = stopped(&["none-*"]);
    operator.apply(&definition("Cluster", "v1"));
    operator.resume();
    thing(&mut operator, "v1", None, "cluster-wide");
    assert_eq!(created("cluster-wide").len(), 1);
}

#[test]
fn who_may_not_list_namespaces_serves_those_that_have_names() {
    let mut operator = stopped(&["app-*", "default"]);
    namespace(&mut operator, "app-a");
    let of_namespaces = |entry: &Entry| entry.path == "/api/v1/namespaces";
    operator.sandbox().faults().add(Fault::new(Effect::Forbidden).always().when(of_namespaces));
    operator.resume();
    for namespace in ["app-a", "default"] {
        create(&mut operator, namespace, "named");
    }
    assert_eq!(created("named"), ["default"]);
    operator.advance(Duration::from_secs(59));
    assert_eq!(told(&operator, "WARN Not allowed to list namespaces"), 1);
    // The rights may be given later.
    operator.sandbox().faults().clear();
    operator.advance(Duration::from_secs(60));
    assert_eq!(created("named"), ["default", "app-a"]);
}

#[test]
fn who_may_not_list_the_cluster_serves_a_namespace_until_it_may() {
    let mut operator = stopped(&[]);
    operator.settings().scope = Scope::Default;
    namespace(&mut operator, "other");
    let cluster_wide = |entry: &Entry| entry.path == "/apis/zalando.org/v1/kopfexamples";
    operator.sandbox().faults().add(Fault::new(Effect::Forbidden).always().when(cluster_wide));
    operator.resume();
    for namespace in ["default", "other"] {
        create(&mut operator, namespace, "narrow");
    }
    operator.advance(Duration::from_secs(600));
    assert_eq!(created("narrow"), ["default"]);
    assert_eq!(
        told(&operator, "WARN Not allowed to list kopfexamples.v1.zalando.org in the whole cluster"),
        1
    );
    operator.sandbox().faults().clear();
    operator.advance(Duration::from_secs(60));
    assert_eq!(created("narrow"), ["default", "other"]);
    assert_eq!(told(&operator, "INFO Allowed to list the whole cluster now"), 1);
}

/// All that was told but details, since there were so many lines of it.
fn told_since(operator: &Operator, lines: usize) -> Vec<String> {
    operator.log().into_iter().skip(lines).filter(|line| !line.starts_with("DEBUG")).collect()
}

#[test]
fn a_start_that_is_narrowed_says_what_was_refused_and_what_is_watched_instead() {
    let mut operator = stopped(&[]);
    operator.settings().scope = Scope::Default;
    operator.apply(&definition("Namespaced", "v1"));
    let cluster_wide = |entry: &Entry| entry.path == "/apis/zalando.org/v1/kopfexamples";
    operator.sandbox().faults().add(Fault::new(Effect::Forbidden).always().when(cluster_wide));
    let before = operator.log().len();
    operator.resume();
    assert_eq!(
        told_since(&operator, before),
        [
            "WARN Not allowed to list kopfexamples.v1.zalando.org in the whole cluster: serving the namespace default alone, until \
             that is allowed; allow `list` and `watch` of kopfexamples in the API group zalando.org cluster-wide, or name the \
             namespaces with -n",
            "INFO Watching kopfexamples.v1.zalando.org in the namespace default, and no longer in the whole cluster.",
            "INFO Watching things.v1.example.org in the namespace default, and no longer in the whole cluster.",
        ]
    );

    let before = operator.log().len();
    operator.advance(Duration::from_secs(600));
    assert_eq!(told_since(&operator, before), [""; 0]);
    operator.sandbox().faults().clear();
    operator.advance(Duration::from_secs(60));
    assert_eq!(
        told_since(&operator, before),
        [
            "INFO Allowed to list the whole cluster now: serving all of it.",
            "INFO Watching kopfexamples.v1.zalando.org in the whole cluster, and no longer in the namespace default.",
            "INFO Watching things.v1.example.org in the whole cluster, and no longer in the namespace default.",
        ]
    );
}

#[test]
fn all_that_may_not_be_listed_in_the_whole_cluster_is_named() {
    let mut operator = stopped(&[]);
    operator.settings().scope = Scope::Default;
    operator.apply(&definition("Namespaced", "v1"));
    let lists = ["/apis/zalando.org/v1/kopfexamples", "/apis/example.org/v1/things"];
    let cluster_wide = move |entry: &Entry| lists.contains(&entry.path.as_str());
    operator.sandbox().faults().add(Fault::new(Effect::Forbidden).always().when(cluster_wide));
    operator.resume();
    operator.advance(Duration::from_secs(600));
    assert_eq!(
        told(
            &operator,
            "WARN Not allowed to list things.v1.example.org, kopfexamples.v1.zalando.org in the whole cluster"
        ),
        1,
        "{:#?}",
        operator.log()
    );

    // One of the two is allowed: the other is as it was, and was told of.
    operator.sandbox().faults().clear();
    let still = |entry: &Entry| entry.path == "/apis/example.org/v1/things";
    operator.sandbox().faults().add(Fault::new(Effect::Forbidden).always().when(still));
    operator.advance(Duration::from_secs(600));
    assert_eq!(told(&operator, "in the whole cluster: serving"), 1);
    assert_eq!(told(&operator, "INFO Allowed to list the whole cluster now"), 0);
}

#[test]
fn a_definition_that_changes_its_scope_is_served_in_the_new_one() {
    let mut operator = stopped(&["default"]);
    operator.apply(&definition("Namespaced", "v1"));
    operator.resume();
    thing(&mut operator, "v1", Some("default"), "namespaced-thing");
    assert_eq!(created("namespaced-thing").len(), 1);
    operator.delete("things.example.org", "default/namespaced-thing");
    operator.delete("customresourcedefinitions.apiextensions.k8s.io", "things.example.org");
    operator.advance(Duration::from_secs(10));
    operator.apply(&definition("Cluster", "v1"));
    operator.advance(Duration::from_secs(10));
    thing(&mut operator, "v1", None, "cluster-thing");
    assert_eq!(created("cluster-thing").len(), 1);
}

#[test]
fn a_version_that_goes_while_another_comes_is_served_in_that_one() {
    let mut operator = stopped(&["default"]);
    operator.apply(&definition("Namespaced", "v1"));
    operator.resume();
    thing(&mut operator, "v1", Some("default"), "first-thing");
    operator.apply(&definition("Namespaced", "v2"));
    operator.advance(Duration::from_secs(10));
    thing(&mut operator, "v2", Some("default"), "second-thing");
    operator.advance(Duration::from_secs(60));
    assert_eq!((created("first-thing").len(), created("second-thing").len()), (1, 1));
    assert_eq!(told(&operator, "INFO No longer watching things.v1.example.org"), 1);
}
