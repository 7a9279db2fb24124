//! The plugin on an API server in memory, with the defaults: tests do not set variables, which are the whole process's.

use std::time::Duration;

use kopf_plugin_api::prelude::*;
use kopf_plugin_testing::{
    Entry, Operator,
    sandbox::{Effect, Fault},
};

/// An operator on a cluster with these namespaces.
fn operator(namespaces: &[&str]) -> Operator {
    let mut operator = kopf_plugin_testing::start!();
    for name in namespaces {
        operator.apply(&namespace(name));
    }
    operator.settle();
    operator
}

fn namespace(name: &str) -> String {
    format!("{{apiVersion: v1, kind: Namespace, metadata: {{name: {name}}}}}")
}

/// A Secret that is to be copied from `infra`. Its password is base64 as it stands.
fn source(to: &str, password: &str) -> String {
    secret("infra", &json!({ "secret-replicator/to": to }), password)
}

fn secret(namespace: &str, annotations: &Value, password: &str) -> String {
    json!({
        "apiVersion": "v1", "kind": "Secret", "type": "Opaque",
        "metadata": { "name": "registry", "namespace": namespace, "annotations": annotations },
        "data": { "password": password },
    })
    .to_string()
}

/// The namespaces that have the Secret `registry`, with its password, but for the source's own.
#[track_caller]
fn check(operator: &Operator, expected: &str) {
    let mut found: Vec<String> = operator
        .sandbox()
        .list("secrets")
        .iter()
        .filter(|secret| {
            secret["metadata"]["name"] == "registry" && secret["metadata"]["namespace"] != "infra"
        })
        .map(|secret| {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            format!("{}={}", text(&secret["metadata"]["namespace"]), text(&secret["data"]["password"]))
        })
        .collect();
    found.sort();
    assert_eq!(found.join(" "), expected, "{:#?}", operator.log());
}

/// How many lines have this in them.
fn told(operator: &Operator, text: &str) -> usize {
    operator.log().iter().filter(|line| line.contains(text)).count()
}

/// The notes of the Events of this reason.
fn events(operator: &Operator, reason: &str) -> Vec<String> {
    let posted = operator.journal().find(|entry| entry.method == "POST" && entry.path.ends_with("/events"));
    let read = |entry: &Entry| kopf::serde_json::from_slice::<Value>(&entry.body).ok();
    let events = posted.iter().filter_map(read).filter(|event| event["reason"] == reason);
    events.filter_map(|event| Some(event["note"].as_str()?.to_owned())).collect()
}

#[test]
fn a_source_is_copied_to_where_its_mark_says() {
    let mut operator = operator(&["infra", "shop", "team-a", "team-b", "team-old"]);
    operator.apply(&source("shop, team-*, !team-old", "1111"));
    operator.settle();
    check(&operator, "shop=1111 team-a=1111 team-b=1111");

    let copy = operator.get("secrets", "shop/registry");
    assert_eq!(copy["metadata"]["labels"], json!({ "secret-replicator/copy": "true" }));
    assert_eq!(copy["metadata"]["annotations"], json!({ "secret-replicator/from": "infra/registry" }));
    assert_eq!(copy["metadata"]["finalizers"], Value::Null);
    assert_eq!(copy["type"], "Opaque");
}

#[test]
fn a_config_map_is_copied_too() {
    let mut operator = operator(&["infra", "shop"]);
    let map = json!({
        "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": {
            "name": "proxy", "namespace": "infra", "labels": { "app": "proxy" },
            "annotations": { "secret-replicator/to": "all" },
        },
        "data": { "url": "http://proxy" }, "binaryData": { "pac": "AA==" },
    });
    operator.apply(&map.to_string());
    operator.settle();
    let copy = operator.get("configmaps", "shop/proxy");
    assert_eq!((&copy["data"], &copy["binaryData"]), (&map["data"], &map["binaryData"]));
    assert_eq!(
        copy["metadata"]["labels"],
        json!({ "secret-replicator/copy": "true" }),
        "labels are the source's own"
    );
    assert_eq!(operator.find("configmaps", "kube-system/proxy"), None, "the system is left alone");
}

#[test]
fn copies_follow_their_source_and_its_mark() {
    let mut operator = operator(&["infra", "shop", "team-a"]);
    operator.apply(&source("shop", "1111"));
    operator.settle();
    operator.apply(&source("shop", "2222"));
    operator.settle();
    check(&operator, "shop=2222");
    operator.apply(&source("team-*", "2222"));
    operator.settle();
    check(&operator, "team-a=2222");
    operator.apply(&source("team-*, shop", "3333"));
    operator.settle();
    check(&operator, "shop=3333 team-a=3333");
}

#[test]
fn copies_go_with_the_mark() {
    let mut operator = operator(&["infra", "shop"]);
    operator.apply(&source("all", "1111"));
    operator.settle();
    check(&operator, "default=1111 shop=1111");
    unmark(&mut operator);
    operator.settle();
    check(&operator, "");
    assert_eq!(operator.get("secrets", "infra/registry")["metadata"]["finalizers"], Value::Null);
}

/// Takes the mark off, and leaves everything else.
fn unmark(operator: &mut Operator) {
    let unmarked = json!({ "metadata": { "annotations": { "secret-replicator/to": null } } });
    operator.patch("secrets", "infra/registry", &unmarked);
}

#[test]
fn copies_go_with_a_source_that_is_replaced_as_a_whole() {
    let mut operator = operator(&["infra", "shop"]);
    operator.apply(&source("shop", "1111"));
    operator.settle();
    operator.apply(&secret("infra", &json!({}), "1111"));
    operator.settle();
    check(&operator, "");
}

#[test]
fn a_copy_that_cannot_be_taken_away_is_tried_again() {
    let mut operator = operator(&["infra", "shop", "team-a"]);
    operator.apply(&source("shop, team-a", "1111"));
    operator.settle();
    let deletions = |request: &Entry| request.method == "DELETE" && request.path.contains("/shop/");
    operator.sandbox().faults().add(Fault::new(Effect::Unavailable).when(deletions).times(3));
    unmark(&mut operator);
    operator.settle();
    check(&operator, "shop=1111");
    operator.advance(Duration::from_secs(10));
    check(&operator, "");
}

#[test]
fn copies_go_with_their_source() {
    let mut operator = operator(&["infra", "shop", "team-a"]);
    operator.apply(&source("shop, team-a", "1111"));
    operator.settle();
    operator.delete("secrets", "infra/registry");
    operator.settle();
    check(&operator, "");
    assert_eq!(operator.find("secrets", "infra/registry"), None);
}

#[test]
fn a_new_namespace_gets_what_it_is_to_have() {
    let mut operator = operator(&["infra", "shop"]);
    operator.apply(&source("team-*", "1111"));
    operator.settle();
    operator.apply(&namespace("team-a"));
    operator.apply(&namespace("other"));
    operator.settle();
    check(&operator, "team-a=1111");
    let untouched = operator.get("namespaces", "other");
    assert_eq!(
        untouched["metadata"]["annotations"],
        Value::Null,
        "a namespace that nothing is for is left as it is"
    );
}

#[test]
fn a_copy_that_is_changed_or_deleted_is_put_in_order_at_once() {
    let mut operator = operator(&["infra", "shop"]);
    operator.apply(&source("shop", "1111"));
    operator.settle();
    let change = json!({ "metadata": { "labels": { "theirs": "yes" } }, "data": { "password": "4444", "more": "5555" } });
    operator.patch("secrets", "shop/registry", &change);
    operator.settle();
    let copy = operator.get("secrets", "shop/registry");
    assert_eq!(copy["data"], json!({ "password": "1111" }));
    assert_eq!(copy["metadata"]["labels"]["theirs"], "yes", "what others put on it stays");
    operator.delete("secrets", "shop/registry");
    operator.settle();
    check(&operator, "shop=1111");
}

#[test]
fn an_object_of_somebody_else_is_never_overwritten() {
    let mut operator = operator(&["infra", "shop", "team-a"]);
    operator.apply(&secret("shop", &json!({}), "9999"));
    operator.apply(&source("shop, team-a", "1111"));
    operator.settle();
    check(&operator, "shop=9999 team-a=1111");
    let note = "Secret registry of infra is not copied: shop has a Secret registry that is no copy. Delete or rename that, \
                or leave shop out.";
    assert_eq!(told(&operator, note), 1);
    assert_eq!(events(&operator, "NotCopied"), [note]);

    operator.delete("secrets", "infra/registry");
    operator.settle();
    check(&operator, "shop=9999");

    operator.apply(&source("shop, team-a", "2222"));
    operator.settle();
    operator.delete("secrets", "shop/registry");
    operator.settle();
    check(&operator, "shop=2222 team-a=2222");
}

#[test]
fn a_copy_without_our_label_is_its_owners() {
    let mut operator = operator(&["infra", "shop"]);
    operator.apply(&source("shop", "1111"));
    operator.settle();
    operator.patch("secrets", "shop/registry", &json!({ "metadata": { "labels": null } }));
    operator.apply(&source("shop", "2222"));
    operator.settle();
    check(&operator, "shop=1111");
}

#[test]
fn of_two_sources_the_first_keeps_the_place() {
    let mut operator = operator(&["infra", "other", "shop"]);
    operator.apply(&source("shop", "1111"));
    operator.settle();
    operator.apply(&secret("other", &json!({ "secret-replicator/to": "shop" }), "2222"));
    operator.settle();
    check(&operator, "other=2222 shop=1111");
    assert_eq!(told(&operator, "shop has a Secret registry that is a copy of infra's"), 1);

    operator.delete("secrets", "infra/registry");
    operator.settle();
    check(&operator, "other=2222 shop=2222");
}

#[test]
fn what_happened_while_the_operator_was_down_is_made_good() {
    let mut operator = operator(&["infra", "shop", "team-a"]);
    operator.apply(&source("all", "1111"));
    operator.settle();
    operator.stop();
    operator.apply(&source("shop, team-*", "2222"));
    operator.patch("secrets", "shop/registry", &json!({ "data": { "password": "4444" } }));
    operator.delete("secrets", "team-a/registry");
    operator.apply(&namespace("team-b"));
    operator.resume();
    check(&operator, "shop=2222 team-a=2222 team-b=2222");

    operator.stop();
    unmark(&mut operator);
    operator.resume();
    check(&operator, "");
}

#[test]
fn copies_whose_source_went_by_force_are_taken_away() {
    let mut operator = operator(&["infra", "shop"]);
    operator.apply(&source("shop", "1111"));
    operator.settle();
    operator.stop();
    operator.delete("secrets", "infra/registry");
    operator.patch("secrets", "infra/registry", &json!({ "metadata": { "finalizers": null } }));
    assert_eq!(operator.find("secrets", "infra/registry"), None);
    operator.resume();
    check(&operator, "");
}

#[test]
fn a_place_that_fails_is_tried_again_and_holds_up_no_other() {
    let mut operator = operator(&["infra", "shop", "team-a"]);
    let copies =
        |request: &Entry| request.method == "POST" && request.path == "/api/v1/namespaces/shop/secrets";
    operator.sandbox().faults().add(Fault::new(Effect::InternalError).when(copies).times(2));
    operator.apply(&source("shop, team-a", "1111"));
    operator.settle();
    check(&operator, "team-a=1111");
    operator.advance(Duration::from_secs(10));
    check(&operator, "shop=1111 team-a=1111");
}

#[test]
fn a_mark_that_cannot_be_read_is_told_and_takes_nothing_away() {
    let mut operator = operator(&["infra", "shop"]);
    operator.apply(&source("shop", "1111"));
    operator.settle();
    operator.apply(&source("Shop", "2222"));
    operator.settle();
    check(&operator, "shop=1111");
    assert_eq!(told(&operator, "annotation secret-replicator/to: `Shop` is no pattern of namespaces"), 1);
}

#[test]
fn an_immutable_copy_is_made_anew() {
    let mut operator = operator(&["infra", "shop"]);
    let immutable = |password: &str| {
        json!({
            "apiVersion": "v1", "kind": "Secret", "immutable": true,
            "metadata": { "name": "registry", "namespace": "infra", "annotations": { "secret-replicator/to": "shop" } },
            "data": { "password": password },
        })
        .to_string()
    };
    operator.apply(&immutable("1111"));
    operator.settle();
    check(&operator, "shop=1111");
    operator.delete("secrets", "infra/registry");
    operator.settle();
    operator.apply(&immutable("2222"));
    operator.settle();
    check(&operator, "shop=2222");
}

#[test]
fn what_is_in_order_costs_no_write() {
    let mut operator = operator(&["infra", "shop"]);
    operator.apply(&source("shop", "1111"));
    operator.settle();
    let writes = operator.writes_to("registry").len();
    operator.advance(Duration::from_secs(3600));
    assert_eq!(operator.writes_to("registry").len(), writes);
    operator.stop();
    operator.resume();
    assert_eq!(operator.writes_to("registry").len(), writes);
}

#[test]
fn no_secret_is_told_or_noted() {
    let mut operator = operator(&["infra", "shop", "team-a"]);
    operator.apply(&secret("team-a", &json!({}), "9999"));
    operator.apply(&source("all", "aHVudGVyMg=="));
    operator.settle();
    operator.apply(&source("all", "aHVudGVyMw=="));
    operator.settle();
    let mut all = operator.log();
    assert!(!events(&operator, "Success").is_empty());
    all.extend(["Success", "NotCopied"].iter().flat_map(|reason| events(&operator, reason)));
    all.extend(operator.sandbox().list("secrets").iter().map(|secret| secret["metadata"].to_string()));
    for secret in ["aHVudGVyMg==", "aHVudGVyMw==", "hunter"] {
        assert!(!all.iter().any(|text| text.contains(secret)), "{secret} is told");
    }
}
