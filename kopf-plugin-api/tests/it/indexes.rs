//! Index functions through the boundary: what is held, and what it costs.

use abi_stable::std_types::ROption;
use kopf_plugin_abi::v1::{Bytes, op};
use kopf_plugin_api::prelude::*;
use serde_json::json;

use crate::host::{Started, read, request_for, start};

#[kopf::index("pods")]
fn names(spec: Spec, name: Name) -> Option<(String, String)> {
    Some((spec["node"].as_str()?.to_owned(), name.to_string()))
}

#[kopf::index("pods")]
#[kopf::index("nodes", id = "all_of_nodes")]
async fn all(name: Name) -> Outcome<Scalar<String>> {
    Ok(Scalar(name.to_string()))
}

#[kopf::index("pods")]
fn huge() -> Vec<(u8, Value)> {
    vec![(0, json!("x".repeat(10 << 20)))]
}

#[kopf::index("pods")]
fn long_keys() -> Vec<(String, ())> {
    (0..2).map(|number| ("x".repeat(700 << 10) + &number.to_string(), ())).collect()
}

#[kopf::on::event("pods")]
fn looks(pods: Index<names>, all: Index<all>, huge: Index<huge>) -> Outcome<Value> {
    let on = |node: &str| pods.get(node).iter().map(|pod| (**pod).clone()).collect::<Vec<String>>();
    let all: Vec<String> = all.values().iter().map(|name| (**name).clone()).collect();
    Ok(json!([on("a"), on("b"), pods.len(), pods.contains_key("c"), all, huge.is_empty()]))
}

fn pod(uid: &str, node: Option<&str>) -> Value {
    json!({ "metadata": { "name": uid, "uid": uid }, "spec": { "node": node } })
}

/// What a handler finds in the indexes.
#[track_caller]
fn check(plugin: &Started, expected: &str) {
    let found = plugin.call("looks", &pod("any", None)).expect("it looks").result;
    assert_eq!(found.unwrap_or_default().to_string(), expected);
}

#[test]
fn what_index_functions_return_is_found_by_handlers_until_it_is_forgotten() {
    let plugin = start();
    check(&plugin, r#"[[],[],0,false,[],true]"#);
    for (uid, node) in [("x", Some("a")), ("y", Some("a")), ("z", Some("b")), ("none", None)] {
        plugin.call("names", &pod(uid, node)).expect("it is indexed");
    }
    plugin.call("all", &pod("x", None)).expect("it is indexed");
    plugin.call("all_of_nodes", &pod("n", None)).expect("it is indexed");
    check(&plugin, r#"[["x","y"],["z"],2,false,["x","n"],true]"#);
    plugin.call("names", &pod("x", Some("b"))).expect("it is indexed");
    check(&plugin, r#"[["y"],["x","z"],2,false,["x","n"],true]"#);
    plugin
        .tell(op::FORGET, &json!({ "uid": "x", "handler": plugin.place("names") }))
        .expect("it is forgotten");
    check(&plugin, r#"[["y"],["z"],2,false,["x","n"],true]"#);
    plugin.tell(op::FORGET, &json!({ "uid": "x" })).expect("it is forgotten");
    check(&plugin, r#"[["y"],["z"],2,false,["n"],true]"#);
    check(&start(), r#"[[],[],0,false,[],true]"#);
}

#[test]
fn ten_mebibytes_of_one_object_are_refused_and_the_rest_goes_on() {
    let plugin = start();
    for (index, values) in [("huge", 1), ("long_keys", 2)] {
        let failure = plugin.call(index, &pod("x", None)).expect_err("it is too much");
        assert_eq!(
            failure.message,
            format!(
                "an index holds at most 1048576 bytes of an object, and here are more in {values} values: return only \
                 what is looked for in the index"
            )
        );
    }
    plugin.call("names", &pod("x", Some("a"))).expect("it is indexed");
    check(&plugin, r#"[["x"],[],1,false,[],true]"#);
}

#[test]
fn an_object_without_a_uid_is_not_indexed() {
    let failure = start().call("names", &json!({ "metadata": { "name": "x" }, "spec": { "node": "a" } }));
    assert_eq!(
        failure.expect_err("it has none").message,
        "the object has no `metadata.uid`, by which an index knows it"
    );
}

#[test]
fn of_20000_objects_that_are_indexed_none_is_kept() {
    let plugin = start();
    let padding = "x".repeat(4 << 10);
    let objects: Vec<Bytes> = (0..20_000)
        .map(|number| {
            let mut pod = pod(&number.to_string(), Some("a"));
            pod["padding"] = json!(padding);
            Bytes::new(pod.to_string().into_bytes().into())
        })
        .collect();
    let place = plugin.place("names");
    for object in &objects {
        let mut request = request_for(place, "{}", 0);
        request.object = object.clone();
        request.old = ROption::RNone;
        read(plugin.root.call_sync()(request)).expect("it is indexed");
    }
    let kept = objects.iter().filter(|object| Bytes::strong_count(object) > 1).count();
    assert!(kept <= 16, "{kept} objects are kept, and not only those that were in use last");
}
