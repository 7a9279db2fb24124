//! Objects that are nested deeper than they can be read.

use super::{attempt, attempts_on, serves_another};
use crate::support::operator::Operator;
use crate::support::server::{Server, on_both_servers};
use crate::support::world::{CHANGES, HOLDS, World};
use http::Method;
use serde_json::json;

on_both_servers!(
    objects_nested_too_deep_are_passed_over_until_they_are_not,
    an_object_of_ours_that_became_too_deep_goes,
);

fn nest(levels: usize) -> String {
    format!("{}1{}", r#"{"a":"#.repeat(levels), "}".repeat(levels))
}

fn manifest(name: &str, levels: usize) -> String {
    let nest = nest(levels);
    format!(
        r#"{{"apiVersion":"it.kopf.test/v1","kind":"Change","metadata":{{"name":"{name}"}},"spec":{{"deep":{nest}}}}}"#
    )
}

async fn says_too_deep(operator: &Operator, name: &str) {
    let line = "The object is not handled: its body cannot be read (objects nested deeper than 127 levels";
    operator.says(&format!("/{name}] {line}")).await;
}

async fn objects_nested_too_deep_are_passed_over_until_they_are_not(server: Server) {
    let world = World::with(server, &[CHANGES]).await;
    let objects = world.objects(CHANGES);
    // In a list, each beside the other.
    for levels in [130, 9_000] {
        objects.send_text(Method::POST, "", manifest(&format!("deep-{levels}"), levels)).await;
    }
    objects.create("listed", json!({ "spec": { "n": 1 } })).await;
    let operator = world.operator();
    world.until_handled(CHANGES, "listed").await;
    // In a stream.
    objects.send_text(Method::POST, "", manifest("deep-1000", 1_000)).await;
    serves_another(&world, "streamed").await;
    let names = ["deep-130", "deep-1000", "deep-9000"];
    for name in names {
        says_too_deep(&operator, name).await;
        assert!(attempts_on(&world, name).is_empty());
    }

    for name in names {
        let shallow = json!({ "spec": { "deep": null, "n": 1 } }).to_string();
        objects.send_text(Method::PATCH, &format!("/{name}"), shallow).await;
        world.until_handled(CHANGES, name).await;
        assert_eq!(attempts_on(&world, name), [attempt("created", 0)]);
    }
}

async fn an_object_of_ours_that_became_too_deep_goes(server: Server) {
    let world = World::with(server, &[CHANGES, HOLDS]).await;
    let objects = world.objects(HOLDS);
    let operator = world.operator();
    objects.create("held", json!({ "spec": { "n": 1 } })).await;
    world.until_handled(HOLDS, "held").await;

    let deeper = format!(r#"{{"spec":{{"deep":{}}}}}"#, nest(1_000));
    objects.send_text(Method::PATCH, "/held", deeper).await;
    says_too_deep(&operator, "held").await;
    objects.send_text(Method::DELETE, "/held", String::new()).await;

    objects.until_gone("held").await;
    operator.says("let go without its deletion handlers").await;
    for call in world.proxy.writes_to("holds/held") {
        assert!(call.query.contains("fieldManager=it.kopf.dev"), "{call}");
    }
    serves_another(&world, "beside").await;
}
