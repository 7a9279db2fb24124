//! Attempts and their answers.

use std::sync::Arc;

use expect_test::{Expect, expect};
use futures::executor::block_on;
use kopf_core::{handler::Errors, outcome::Answer};
use kopf_loader::{Loaded, Plugin};
use kopf_plugin_abi::v1::op;
use kopf_reactor::{Forget, Invoker};
use serde_json::{Value, json};

use crate::stage::{attempt, call, lines, load, subject};

fn text(answer: Answer) -> String {
    match answer.result {
        Ok(result) => result.map_or("nothing".to_owned(), |result| result.to_string()),
        Err(failure) => format!("{:?}: {}", failure.kind, failure.message),
    }
}

#[track_caller]
fn check(loaded: &Loaded, id: &str, spec: &Value, old: Option<Value>, new: Value, expected: Expect) {
    let attempt = attempt(loaded, id, &subject("calls", spec), old, new);
    expected.assert_eq(&text(block_on(loaded.invoker.invoke(attempt))));
}

#[test]
fn handlers_of_an_authors_plugin_are_called_with_what_they_ask_for() {
    let loaded = load(&["orderly"]);
    check(
        &loaded,
        "create_fn",
        &json!({ "size": 3 }),
        None,
        json!({}),
        expect![[r#"{"message":"calls is 3"}"#]],
    );
    check(&loaded, "create_fn", &json!({}), None, json!({}), expect!["Permanent: no size"]);
    check(&loaded, "size_fn/spec.size", &json!({}), Some(json!(1)), json!(2), expect![[r#""1 -> 2""#]]);
    check(&loaded, "sleeping", &json!({}), None, json!({}), expect!["nothing"]);
}

#[test]
fn what_a_plugin_says_of_itself_is_kept() {
    let loaded = load(&["orderly"]);
    let Plugin { name, version, path, rustc, handlers } = &loaded.plugins[0];
    assert_eq!((name.as_str(), version.as_str(), *handlers), ("orderly", "1.0.1", loaded.handlers.len()));
    assert!(path.ends_with("liborderly.so") && rustc.starts_with("rustc 1."), "{path:?} {rustc}");
    let first = &loaded.handlers[0];
    let place = first.place.rsplit_once('/').unwrap().1;
    let found =
        format!("{} {} {} {place} {:?}", first.id, first.function, first.package, first.limits.retries);
    expect!["create_fn orderly::create_fn orderly orderly.rs:7 Some(3)"].assert_eq(&found);
}

#[test]
fn everything_of_an_attempt_crosses() {
    let loaded = load(&["unruly"]);
    let change =
        attempt(&loaded, "echo", &subject("all", &json!({ "a": 1 })), Some(json!({})), json!({ "a": 1 }));
    let mut echo = block_on(loaded.invoker.invoke(change)).result.unwrap().unwrap();
    echo["address"] = Value::Null;
    expect![[r#"
        {
          "object": {
            "apiVersion": "x.org/v1",
            "kind": "Thing",
            "metadata": {
              "name": "all",
              "namespace": "ns",
              "uid": "u",
              "resourceVersion": "7"
            },
            "spec": {
              "a": 1
            }
          },
          "old": {},
          "context": {
            "reason": "update",
            "event": null,
            "retry": 2,
            "started": "2026-01-02T03:04:05Z",
            "runtime_ms": 1500,
            "old_known": true,
            "new": {
              "a": 1
            },
            "diff": [
              [
                "add",
                [
                  "a"
                ],
                null,
                1
              ]
            ],
            "results": null,
            "resource": {
              "group": "x.org",
              "version": "v1",
              "plural": "things",
              "kind": "Thing",
              "namespaced": true
            },
            "value": null,
            "settings": null
          },
          "thread": null,
          "address": null
        }"#]]
    .assert_eq(&format!("{echo:#}"));
}

#[test]
fn an_object_is_copied_once_for_all_attempts_on_it() {
    let loaded = load(&["unruly"]);
    let subject = subject("once", &json!({}));
    let address = || {
        let attempt = attempt(&loaded, "echo", &subject, None, json!({}));
        block_on(loaded.invoker.invoke(attempt)).result.unwrap().unwrap()["address"].clone()
    };
    assert_eq!(address(), address());
}

#[test]
fn a_reply_without_sense_fails_for_good() {
    let loaded = load(&["unruly"]);
    check(
        &loaded,
        "garbage",
        &json!({}),
        None,
        json!({}),
        expect![
            "Permanent: the plugin's reply cannot be read (expected value at line 1 column 1); rebuild it with a kopf-plugin-api of this host's version"
        ],
    );
}

#[test]
fn a_plugin_may_ask_for_the_time_and_for_nothing_that_is_not_known() {
    let loaded = load(&["unruly"]);
    let ask = |operation: u32, body: Value, expected: Expect| {
        let request = json!({ "operation": operation, "body": body });
        check(&loaded, "ask", &json!({}), None, request, expected);
    };
    ask(op::SLEEP, json!({ "ms": 1 }), expect!["{}"]);
    ask(
        op::SLEEP,
        json!({}),
        expect![[
            r#"{"refused":{"kind":"arguments","message":"the body of SLEEP is not {\"ms\": n}","delay_ms":null,"location":null,"backtrace":null,"patch":null,"transforms":false}}"#
        ]],
    );
    ask(
        op::KUBERNETES,
        json!({}),
        expect![[
            r#"{"refused":{"kind":"temporary","message":"the operator does not run yet: its client is there for handlers, not before","delay_ms":null,"location":null,"backtrace":null,"patch":null,"transforms":false}}"#
        ]],
    );
    ask(
        4711,
        json!({}),
        expect![[
            r#"{"refused":{"kind":"unsupported","message":"this host does not know operation 4711","delay_ms":null,"location":null,"backtrace":null,"patch":null,"transforms":false}}"#
        ]],
    );
}

#[test]
fn a_handler_of_a_plugin_that_is_not_loaded_fails_for_good() {
    let mut loaded = load(&["unruly"]);
    loaded.handlers[0].plugin = 7;
    check(&loaded, "echo", &json!({}), None, json!({}), expect!["Permanent: there is no plugin number 7"]);
}

#[test]
fn several_plugins_answer_side_by_side() {
    let loaded = load(&["orderly", "unruly"]);
    let names: Vec<_> = loaded.plugins.iter().map(|plugin| plugin.name.as_str()).collect();
    assert_eq!(names, ["orderly", "unruly"]);
    assert!(call(&loaded, "create_fn", "side").result.is_ok());
    assert!(call(&loaded, "echo", "side").result.is_ok());
}

#[test]
fn one_file_loaded_twice_is_two_plugins_that_share_nothing() {
    let (first, second) = (load(&["orderly"]), load(&["orderly"]));
    assert!(call(&first, "create_fn", "twice").result.is_ok());
    assert!(call(&second, "create_fn", "twice").result.is_ok());
    block_on(first.invoker.retire());
    assert!(call(&first, "create_fn", "twice").result.is_err());
    assert!(call(&second, "create_fn", "twice").result.is_ok());
}

#[test]
fn what_a_plugin_remembers_of_an_object_goes_when_the_object_does() {
    let (loaded, other) = (load(&["orderly"]), load(&["orderly"]));
    let count = |loaded: &Loaded, id: &str| text(call(loaded, id, "memo"));
    assert_eq!([count(&loaded, "counting"), count(&loaded, "counting_async")], ["1", "2"]);
    assert_eq!(count(&other, "counting"), "1", "another plugin has a memory of its own");
    let forget = |uid: &str| {
        let forget = Forget { plugin: 0, uid: uid.into(), handler: None };
        block_on(loaded.invoker.forget(forget));
    };
    forget("another");
    assert_eq!(count(&loaded, "counting"), "3");
    forget("u");
    assert_eq!([count(&loaded, "counting"), count(&other, "counting")], ["1", "2"]);
}

#[test]
fn an_index_is_filled_and_emptied_across_the_boundary() {
    let (loaded, other) = (load(&["orderly"]), load(&["orderly"]));
    let look = |loaded: &Loaded| text(call(loaded, "looking", "any"));
    assert_eq!(text(call(&loaded, "by_name", "indexed")), "nothing", "the values stay where they are");
    assert_eq!([look(&loaded), look(&other)], ["[1,true]", "[0,false]"]);
    let by_name = loaded.handlers.iter().find(|handler| handler.id == "by_name").unwrap();
    assert_eq!(by_name.limits.errors, Errors::Ignored);
    let forget = |handler| {
        let forget = Forget { plugin: 0, uid: "u".into(), handler: Some(handler) };
        block_on(loaded.invoker.forget(forget));
    };
    forget(by_name.index + 1);
    assert_eq!(look(&loaded), "[1,true]");
    forget(by_name.index);
    assert_eq!(look(&loaded), "[0,false]");
}

#[test]
fn the_level_and_the_end_reach_every_plugin() {
    let loaded = load(&["unruly"]);
    loaded.invoker.set_level(5);
    block_on(loaded.invoker.retire());
    lines().wait_for(&["unruly", "the level is 5"]);
    lines().wait_for(&["unruly", "operation 1"]);
}

#[test]
fn an_invoker_may_end_on_a_thread_of_a_runtime() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let loaded = load(&["orderly"]);
        let invoker: Arc<dyn Invoker> = loaded.invoker.clone();
        let answer = invoker.invoke(attempt(
            &loaded,
            "create_fn",
            &subject("end", &json!({ "size": 1 })),
            None,
            json!({}),
        ));
        assert!(answer.await.result.is_ok());
    });
}
