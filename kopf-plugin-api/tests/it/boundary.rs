//! What a host gets: the manifest, results, failures, panics.

use std::fmt::Write;

use expect_test::{Expect, expect};
use kopf_plugin_abi::{
    v1::op,
    wire::{Done, Failure, FailureKind},
};
use serde_json::{Value, json};

use crate::host::{read, request_for, start};

/// Calls a handler on an object named `a`, and shows what it answers.
#[track_caller]
fn check(id: &str, expected: Expect) {
    check_object(id, &json!({ "metadata": { "name": "a" } }), expected);
}

#[expect(clippy::needless_pass_by_value, reason = "rows read better without ampersands")]
#[track_caller]
fn check_object(id: &str, object: &Value, expected: Expect) {
    expected.assert_eq(&show(start().call(id, object)));
}

fn show(answer: Result<Done, Failure>) -> String {
    let show = |value: Option<Value>| value.map_or("-".to_owned(), |value| value.to_string());
    match answer {
        Ok(done) => format!("result {} patch {}", show(done.result), show(done.patch)),
        Err(failure) => {
            let Failure { kind, message, delay_ms, patch, .. } = failure;
            format!("{kind:?} {message:?} delay {delay_ms:?} patch {}", show(patch))
        }
    }
}

#[test]
fn the_manifest_has_every_attribute_in_the_order_of_its_declaration() {
    let manifest = start().manifest.clone();
    assert_eq!((&*manifest.name, &*manifest.version), ("kopf-plugin-api", "0.1.0"));
    assert!(manifest.rustc.starts_with("rustc 1."), "{}", manifest.rustc);
    let mut shown = String::new();
    for handler in &manifest.handlers[..6] {
        let id = &handler.id;
        assert!(handler.file.ends_with("tests/it/handlers.rs") && handler.line > 0, "{handler:?}");
        assert_eq!(handler.package, "kopf-plugin-api");
        let function = handler.function.strip_prefix("it::handlers::").expect("the path of the function");
        let asynchronous = if handler.asynchronous { "async " } else { "" };
        let wants = serde_json::to_string(&handler.wants).unwrap();
        let options = serde_json::to_value(&handler.options).unwrap();
        let given = options.as_object().unwrap().iter();
        let given: Vec<String> = given
            .filter(|(_, value)| !(value.is_null() || **value == json!([]) || **value == json!(false)))
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        writeln!(
            shown,
            "{:?} {:?} {asynchronous}{function} {id} {wants} {}",
            handler.on,
            handler.selector,
            given.join(" ")
        )
        .unwrap();
    }
    expect![[r#"
        Create ["zalando.org", "v1", "kopfexamples"] async create_fn create_fn {"old":false,"new":false,"diff":false,"memo":false,"results":false,"stopped":false} 
        Field ["zalando.org", "v1", "kopfexamples"] field_fn field_fn {"old":true,"new":true,"diff":false,"memo":false,"results":false,"stopped":false} field="spec.field"
        Create ["example.com/v1", "things"] several several {"old":false,"new":false,"diff":true,"memo":false,"results":false,"stopped":false} retries=3 timeout=90.0 errors="permanent"
        Resume ["example.com", "things"] several several {"old":false,"new":false,"diff":true,"memo":false,"results":false,"stopped":false} param={"again":true}
        Delete ["things"] several gone {"old":false,"new":false,"diff":true,"memo":false,"results":false,"stopped":false} labels=[["app",{"is":"web"}],["old","absent"]] optional=true
        Event ["pods"] nothing nothing {"old":false,"new":false,"diff":false,"memo":false,"results":false,"stopped":false} 
    "#]].assert_eq(&shown);
}

#[test]
fn results_are_those_of_the_function() {
    check_object(
        "create_fn",
        &json!({ "spec": { "a": 1 } }),
        expect![[r#"result {"message":"hello world"} patch -"#]],
    );
    check("field_fn", expect!["result - patch -"]);
    check("several", expect!["result - patch -"]);
    check("nothing", expect!["result - patch -"]);
    check("nothing_async", expect![[r#"result - patch {"metadata":{"labels":{"seen":"yes"}}}"#]]);
    check_object("match", &json!({ "metadata": { "name": "5" } }), expect![[r#"result "number 5" patch -"#]]);
    check_object("typed", &json!({ "spec": { "replicas": 3 } }), expect!["result 3 patch -"]);
    check("spawns_from_sync", expect!["result 5 patch -"]);
}

#[test]
fn errors_say_what_they_count_as_and_the_patch_is_kept() {
    check("match", expect![[r#"Error "invalid digit found in string" delay None patch -"#]]);
    check(
        "temporary",
        expect![[r#"Temporary "not yet" delay Some(1500) patch {"status":{"waiting":true}}"#]],
    );
    check("permanent", expect![[r#"Permanent "never" delay None patch {"status":{"broken":true}}"#]]);
}

#[test]
fn an_object_that_does_not_fit_is_a_failure_of_the_arguments() {
    check_object(
        "typed",
        &json!({ "spec": { "replicas": "three" } }),
        expect![[
            r#"Arguments "`spec.replicas` cannot be read as it::handlers::Site: invalid type: string \"three\", expected u8 at line 1 column 27" delay None patch -"#
        ]],
    );
    check_object(
        "match",
        &json!({}),
        expect![[r#"Arguments "the object has no `metadata.name`" delay None patch -"#]],
    );
}

#[test]
fn a_deep_object_fails_only_the_handlers_that_look_into_it() {
    let plugin = start();
    let deep = format!("{}{}", "[".repeat(9_000), "]".repeat(9_000));
    let object = format!(r#"{{"metadata":{{"name":"7"}},"spec":{{"deep":{deep}}}}}"#);
    expect![[r#"result "number 7" patch -"#]].assert_eq(&show(plugin.call_text("match", &object, 0)));
    expect![[r#"Arguments "`spec` is nested deeper than the 127 levels that can be read; `Typed` with a type that leaves the deep part out can read the rest" delay None patch -"#]].assert_eq(&show(plugin.call_text("create_fn", &object, 0)));
}

/// Calls a handler that panics; answers what is said of it, and how often it was logged.
#[track_caller]
fn check_panic(id: &str, expected: &str) {
    let plugin = start();
    let failure = plugin.call_text(id, "{}", 9).expect_err("it panics");
    assert_eq!((failure.kind, &*failure.message), (FailureKind::Panic, expected));
    let location = failure.location.expect("a place");
    assert!(location.contains("handlers.rs:"), "{location}");
    let backtrace = failure.backtrace.expect("a backtrace");
    assert!(backtrace.contains("handlers"), "{backtrace}");
    let line = plugin.line(expected);
    assert_eq!((line.level, line.span), (1, 9));
    assert!(line.message().contains("panicked at ") && line.message().contains(&location), "{line:?}");
    plugin.call("nothing", &json!({})).expect("the plugin lives on");
}

#[test]
fn a_panic_is_a_failure_with_its_message_place_and_backtrace() {
    check_panic("panics_sync", "index out of bounds: the len is 0 but the index is 3");
    check_panic("panics_async", "after the nap");
    check_panic("panics_in_drop", "dropped by a sync handler");
}

#[test]
fn a_panic_keeps_what_was_put_into_the_patch() {
    let failure = start().call("panics_sync", &json!({})).expect_err("it panics");
    assert_eq!(failure.patch, Some(json!({ "status": { "begun": true } })));
}

#[test]
fn a_payload_that_panics_when_it_is_dropped_does_not_hide_the_panic() {
    let plugin = start();
    let failure = plugin.call("panics_with_a_bomb", &json!({})).expect_err("it panics");
    assert_eq!((failure.kind, &*failure.message), (FailureKind::Panic, "a panic whose payload is no text"));
    assert_eq!(plugin.line("dropped as a payload").level, 1);
}

#[test]
fn a_panic_that_is_resumed_has_its_message() {
    let failure = start().call("resumes_a_panic", &json!({})).expect_err("it panics");
    assert_eq!((failure.kind, &*failure.message, failure.location), (FailureKind::Panic, "resumed", None));
}

#[test]
fn a_panic_in_a_task_ends_the_task_and_is_logged() {
    let plugin = start();
    let done = plugin.call_text("panics_in_task", "{}", 9).expect("the handler goes on");
    assert_eq!(done.result, Some(json!("true true")));
    assert_eq!(plugin.line("in a task of kopf").span, 9);
    assert_eq!(plugin.line("in a task of tokio").level, 1);
    assert!(plugin.line("in a task of tokio").message().contains("thread 'kopf-kopf-plugin-api' panicked"));
}

#[test]
fn a_panic_while_a_handler_is_cancelled_is_logged_with_its_object() {
    let plugin = start();
    plugin.cancel("waits_with_a_bomb", 9);
    assert_eq!(plugin.line("waiting").span, 9);
    assert_eq!(plugin.line("dropped by a cancelled handler").span, 9);
    plugin.call("nothing", &json!({})).expect("the plugin lives on");
}

#[test]
fn what_a_plugin_does_not_know_is_unsupported() {
    #[track_caller]
    fn check(answer: Result<Done, Failure>, expected: &str) {
        let failure = answer.expect_err("it is refused");
        assert_eq!((failure.kind, &*failure.message), (FailureKind::Unsupported, expected));
    }

    let plugin = start();
    check(read(plugin.root.call_sync()(request_for(999, "{}", 0))), "there is no handler 999");
    check(read(plugin.root.call_sync()(request_for(0, "{}", 0))), "create_fn is asynchronous");
    let failure = plugin.control(77).expect_err("it is refused");
    assert_eq!(
        (failure.kind, &*failure.message),
        (FailureKind::Unsupported, "operation 77 is not known to this plugin")
    );
    let unstarted = kopf_plugin_api::testing::root();
    check(read(unstarted.call_sync()(request_for(1, "{}", 0))), "the plugin is not started, or retired");
}

#[test]
fn a_plugin_is_started_once_and_can_be_taken_again_when_it_is_retired() {
    let first = start();
    let refused = first.root.init()(crate::host::table(63), b"{}".as_slice().into());
    let failure = read(refused).expect_err("it is refused");
    assert_eq!(failure.message, "the plugin is started already: take another copy of it");
    let many: Vec<_> = (0..20).map(|_| start()).collect();
    drop(many);
    first.call("nothing", &json!({})).expect("the others are not its own");
    for _ in 0..200 {
        let root = kopf_plugin_api::testing::root();
        root.init()(crate::host::table(63), b"{}".as_slice().into()).into_result().expect("one is free");
        drop(root.control()(op::RETIRE, b"{}".as_slice().into()));
    }
}

#[test]
fn time_is_the_hosts() {
    check("asks_for_the_time", expect![[r#"result "1970-01-01T00:00:01Z Err(Elapsed) Ok(5)" patch -"#]]);
}
