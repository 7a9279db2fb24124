//! Startup, cleanup and probe handlers, in a time of the test's own.

use std::{cell::Cell, time::Duration};

use kopf_plugin_api::prelude::*;
use kopf_plugin_testing::{Operator, Sandbox, plugin};

/// What the handlers of a test are to do. Asynchronous ones are polled on the test's own thread.
#[derive(Clone, Copy, PartialEq)]
enum Script {
    Succeed,
    FailOnce,
    FailAlways,
    FailForGood,
    Misspell,
    Mistype,
    Meddle,
}

thread_local! {
    static STARTUP: Cell<Script> = const { Cell::new(Script::Succeed) };
    static CLEANUP: Cell<Script> = const { Cell::new(Script::Succeed) };
    static PROBE: Cell<Script> = const { Cell::new(Script::Succeed) };
    static PROBED: Cell<u32> = const { Cell::new(0) };
}

async fn play(script: Script) -> Outcome<()> {
    match script {
        Script::FailAlways => Err(kopf::Error::msg("no")),
        Script::FailForGood => Err(Permanent::new("no").into()),
        _ => Ok(()),
    }
}

#[kopf::on::startup]
async fn configure(settings: Settings, Retry(retry): Retry) -> Outcome<()> {
    let script = STARTUP.get();
    match script {
        Script::FailOnce if retry == 0 => Err(Temporary::new("not yet").after(10))?,
        Script::Misspell => settings.set("watching.page_sise", 7)?,
        Script::Mistype => settings.set("watching.page_size", "many")?,
        _ => settings.set("watching.page_size", 7)?,
    }
    kopf::share(Greeting("hello"));
    play(script).await
}

/// What the startup leaves for all handlers.
struct Greeting(&'static str);

#[kopf::on::startup(param = "second")]
fn sees_what_the_first_has_set(settings: Settings, param: Param) -> Outcome<()> {
    info!("The {param} startup handler sees {}.", settings.get::<u32>("watching.page_size")?);
    Ok(())
}

#[kopf::on::cleanup]
async fn tidy(greeting: Shared<Greeting>) -> Outcome<()> {
    info!("The cleanup has {}.", greeting.0);
    play(CLEANUP.get()).await
}

#[kopf::on::probe(id = "counted")]
async fn probe(settings: Settings) -> Outcome<u32> {
    if PROBE.get() == Script::Meddle {
        settings.set("watching.page_size", 8)?;
    }
    play(PROBE.get()).await?;
    PROBED.set(PROBED.get() + 1);
    Ok(PROBED.get())
}

#[kopf::on::create("zalando.org", "v1", "kopfexamples")]
fn create_fn() {}

fn operator() -> Operator {
    kopf_plugin_testing::start!()
}

/// The lines of the log that speak of these words.
fn lines(operator: &Operator, words: &[&str]) -> Vec<String> {
    let wanted = |line: &String| words.iter().any(|word| line.contains(word));
    operator.log().into_iter().filter(wanted).collect()
}

#[test]
fn nothing_is_asked_of_the_server_before_all_startup_handlers_have_succeeded() {
    STARTUP.set(Script::FailOnce);
    let mut operator = operator();
    assert_eq!(operator.journal().find(|_| true), []);
    operator.advance(Duration::from_secs(9));
    assert_eq!(operator.journal().find(|_| true), []);
    operator.advance(Duration::from_secs(1));
    assert!(!operator.journal().find(|_| true).is_empty());
    assert_eq!(
        lines(&operator, &["Activity", "startup"]),
        [
            "DEBUG Activity configure is invoked.",
            "ERROR Activity configure failed temporarily: not yet",
            "DEBUG Activity sees_what_the_first_has_set is invoked.",
            "INFO The \"second\" startup handler sees 500.",
            "INFO Activity sees_what_the_first_has_set succeeded.",
            "DEBUG Activity configure is invoked.",
            "INFO Activity configure succeeded.",
        ]
    );
}

#[test]
fn what_a_startup_handler_sets_goes_before_all_else() {
    let operator =
        Sandbox::builder().settings(|settings| settings.watching.page_size = 3).start().run(plugin!());
    let lists = operator.journal().find(|entry| entry.query.contains("limit="));
    assert!(!lists.is_empty() && lists.iter().all(|entry| entry.query.contains("limit=7")), "{lists:?}");
    assert_eq!(lines(&operator, &["second"]), ["INFO The \"second\" startup handler sees 7."]);
}

#[track_caller]
fn check_failure(script: Script, wait: u64, expected: &str) {
    STARTUP.set(script);
    let mut operator = operator();
    operator.advance(Duration::from_secs(wait));
    assert_eq!(operator.failure(), expected);
    assert_eq!(operator.journal().find(|_| true), []);
}

#[test]
fn a_startup_handler_that_fails_for_good_ends_the_operator() {
    check_failure(Script::FailForGood, 0, "startup handler configure: no");
    check_failure(
        Script::Misspell,
        0,
        "startup handler configure: there is no setting `watching.page_sise`, did you mean `watching.page_size`?",
    );
    check_failure(
        Script::Mistype,
        0,
        "startup handler configure: watching.page_size is \"many\", expected a whole number from 1 to 100000, such as \
         watching.page_size = 500",
    );
}

#[test]
fn trap_29_startup_handlers_are_not_tried_for_ever() {
    check_failure(Script::FailAlways, 300, "startup handler configure: no");
}

#[test]
fn cleanup_handlers_are_called_after_everything_has_stopped() {
    let mut operator = operator();
    operator.stop();
    assert_eq!(
        lines(&operator, &["Stopping", "have finished", "tidy", "cleanup"]),
        [
            "INFO Stopping: handlers that run may finish within 20 seconds.",
            "DEBUG All handlers have finished.",
            "DEBUG Activity tidy is invoked.",
            "INFO The cleanup has hello.",
            "INFO Activity tidy succeeded.",
        ]
    );
}

#[test]
fn what_probe_handlers_return_is_asked_for_once_in_ten_seconds() {
    let mut operator = operator();
    assert_eq!(operator.probe(), Ok(json!({ "counted": 1 })));
    operator.advance(Duration::from_secs(9));
    assert_eq!(operator.probe(), Ok(json!({ "counted": 1 })));
    operator.advance(Duration::from_secs(1));
    assert_eq!(operator.probe(), Ok(json!({ "counted": 2 })));
}

#[test]
fn trap_29_a_probe_that_fails_is_a_failed_probe_and_not_tried_again() {
    let mut operator = operator();
    PROBE.set(Script::FailAlways);
    assert_eq!(operator.probe(), Err(vec!["probe counted: no".to_owned()]));
    operator.advance(Duration::from_secs(10));
    PROBE.set(Script::Meddle);
    let meddles =
        "probe counted: only a startup handler changes settings, and this one sets watching.page_size";
    assert_eq!(operator.probe(), Err(vec![meddles.to_owned()]));
    operator.advance(Duration::from_secs(10));
    PROBE.set(Script::Succeed);
    assert_eq!(operator.probe(), Ok(json!({ "counted": 1 })));
}
