//! Each operation of the boundary, across a real one: between a library that an author has built and the loader's host.

use std::sync::Arc;

use abi_stable::std_types::RResult;
use expect_test::{Expect, expect};
use futures::executor::block_on;
use kopf_core::{
    background::StopReason,
    question::{About, Of, Question},
};
use kopf_loader::{Loaded, Options};
use kopf_plugin_abi::{
    v1::{PluginV1Ref, op},
    wire::{Failure, Init},
};
use kopf_reactor::{Attempt, Forget, Invoker, Life};
use serde_json::json;

use crate::{
    fixtures::library,
    lent::{Stage, text},
    stage::{attempt, call, lines, load, subject},
    subs, tap,
};

fn tapped() -> (PluginV1Ref, Stage) {
    lines();
    let root = tap::open(&library("whole"));
    let adopted = kopf_loader::adopt(vec![(root, Init::default())], &Options::default());
    (root, Stage::of(adopted.unwrap_or_else(|errors| panic!("{errors:#?}"))))
}

/// What a predicate says of an object of this size.
fn asked(loaded: &Loaded, size: u32) -> String {
    let attempt = attempt(loaded, "picky", &subject("asked", &json!({ "size": size })), None, json!({}));
    let question = Question { number: 1, of: Of::Now, about: About::Object };
    text(block_on(loaded.invoker.ask(attempt, question)))
}

/// What a handler with sub-handlers comes to.
fn parent(loaded: &Loaded) -> String {
    let mut attempt = attempt(loaded, "blocking_family", &subject("parent", &json!({})), None, json!({}));
    attempt.children = Some(subs::children(&attempt));
    text(block_on(loaded.invoker.invoke(attempt)))
}

/// What a daemon comes to that is told to stop while it waits.
fn stopped(loaded: &Loaded, id: &str) -> String {
    let subject = subject(id, &json!({ "size": 3 }));
    let life = Life::of(&subject.object);
    let made = attempt(loaded, id, &subject, None, json!({}));
    let running = loaded.invoker.invoke(Attempt { life: Some(Arc::clone(&life)), ..made });
    let daemon = std::thread::spawn(move || block_on(running));
    lines().wait_for(&[&format!("object=ns/{id} "), "waiting to be stopped"]);
    life.tell(StopReason::ResourceDeleted);
    text(daemon.join().unwrap())
}

/// Has the plugin let go of what it keeps of the object, or of what one handler has indexed of it.
fn forget(loaded: &Loaded, handler: Option<&str>) {
    let index = |id: &str| loaded.handlers.iter().find(|handler| handler.id == id).unwrap().index;
    let forget = Forget { plugin: 0, uid: "u".into(), handler: handler.map(index) };
    block_on(loaded.invoker.forget(forget));
}

/// How a plugin refuses an operation.
#[track_caller]
fn check_refusal(root: PluginV1Ref, operation: u32, expected: Expect) {
    let RResult::RErr(refusal) = block_on(root.control()(operation, b"{}".as_slice().into())) else {
        panic!("operation {operation} is not refused")
    };
    let Failure { kind, message, .. } = serde_json::from_slice(&refusal).unwrap();
    expected.assert_eq(&format!("{kind:?}: {message}"));
}

#[test]
fn each_operation_crosses_a_real_boundary() {
    let (root, stage) = tapped();
    let loaded = &stage.loaded;
    let made = |id: &str| text(call(loaded, id, id));

    assert_eq!([asked(loaded, 3), asked(loaded, 4)], ["true", "false"], "a predicate");

    assert_eq!([made("by_name"), made("looking")], ["null", "[1,false]"], "an index");
    forget(loaded, Some("by_name"));
    assert_eq!(made("looking"), "[0,false]", "an index that forgets");

    assert_eq!([made("counting"), made("counting_async")], ["1", "2"], "a memo");
    forget(loaded, None);
    assert_eq!(made("counting"), "1", "a memo that forgets");

    let told = r#"[false,true,["resource-deleted"],3]"#;
    assert_eq!(stopped(loaded, "lingering"), told, "the stop flag of a synchronous daemon");
    assert_eq!(stopped(loaded, "lingering_async"), r#"[false,true,"resource-deleted",3]"#);

    assert_eq!(made("sleeping"), "null", "sleep");
    assert_eq!(made("timing"), "true", "the host's time");
    assert_eq!(parent(loaded), "both", "sub-handlers");

    assert_eq!(made("from_a_task"), r#"{"kind":"Pod"}"#, "a call of the lent client");
    assert_eq!(made("waiting"), r#"{"ready":true}"#, "a watch");
    assert_eq!(made("posting"), "null", "Events");

    let answer = call(loaded, "transforming", "transforming");
    let object = json!({ "spec": { "size": 1 } });
    let transformed = block_on(loaded.invoker.transform(answer.functions.as_ref().unwrap(), object));
    assert_eq!(transformed.map(|object| object["spec"]["size"].clone()).ok(), Some(json!(2)), "a patch");
    drop(answer);

    check_refusal(
        root,
        op::ADMIT,
        expect![
            "Unsupported: this plugin reviews no admissions: kopf-plugin-api 0.1.0 has no handlers for them"
        ],
    );
    check_refusal(root, 4711, expect!["Unsupported: operation 4711 is not known to this plugin"]);

    block_on(loaded.invoker.retire());
    assert_eq!(made("looking"), "Permanent: the plugin is not started, or retired", "retiring");

    let slow = "host, which may take its time";
    assert_eq!(
        tap::noted(),
        [
            (op::RETIRE, "plugin"),
            (op::KUBERNETES, slow),
            (op::NOW, "host"),
            (op::SLEEP, slow),
            (op::FORGET, "plugin"),
            (op::STOPPING, "host"),
            (op::STOPPING, slow),
            (op::LATEST, "host"),
            (op::BEGIN, "host"),
            (op::END, "host"),
            (op::POST, "host"),
            (op::TRANSFORM, "plugin"),
            (op::WATCH, slow),
            (op::ADMIT, "plugin"),
            (4711, "plugin"),
        ]
    );
}

#[test]
fn a_host_refuses_what_hosts_ask_of_plugins() {
    let loaded = load(&["unruly"]);
    for operation in [op::RETIRE, op::FORGET, op::TRANSFORM, op::ADMIT] {
        let body = json!({ "operation": operation, "body": {} });
        let attempt = attempt(&loaded, "ask", &subject("ask", &json!({})), None, body);
        let answer = block_on(loaded.invoker.invoke(attempt)).result.unwrap().unwrap();
        let expected =
            format!("operation {operation} is one that hosts ask of plugins, not plugins of hosts");
        assert_eq!(answer["refused"]["message"], expected);
    }
}
