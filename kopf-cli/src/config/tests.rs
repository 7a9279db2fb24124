//! What goes before what: typed, environment, default.

use std::ffi::OsString;

use super::*;
use crate::args::{Command, parse};

/// What a command line and an environment (`NAME=value` each) mean, as far as `show` tells.
#[track_caller]
fn check(line: &str, environment: &[&str], show: fn(&Run) -> String, expected: &str) {
    let words = ["kopf", "run"].into_iter().chain(line.split_whitespace()).map(OsString::from);
    let Ok(Command::Run(typed)) = parse(words) else { panic!("`{line}` is wrong usage") };
    let get = |variable: &str| {
        (environment.iter())
            .find_map(|pair| pair.strip_prefix(variable)?.strip_prefix('=').map(str::to_owned))
    };
    let found = Run::new(*typed, &get).map_or_else(|error| format!("error: {error}"), |run| show(&run));
    assert_eq!(found, expected, "of `kopf run {line}` with {environment:?}");
}

fn scope(run: &Run) -> String {
    format!("{:?}", run.settings.settings.scope)
}

fn target(run: &Run) -> String {
    match &run.target {
        Target::Sandbox => "sandbox".to_owned(),
        Target::Cluster { kubeconfig, context } => format!("{kubeconfig:?} {context:?}"),
    }
}

fn verbosity(run: &Run) -> String {
    format!("{:?}", run.verbosity)
}

fn sources(run: &Run) -> String {
    format!("{:?}", run.sources)
}

fn name(run: &Run) -> String {
    run.identity.as_ref().map_or("of the plugin", Identity::name).to_owned()
}

fn dialect(run: &Run) -> String {
    format!("{:?}", run.dialect)
}

fn numbers(run: &Run) -> String {
    let kopf_reactor::Settings { posting, execution, process, .. } = &run.settings.settings;
    let (events, concurrency, grace) = (posting.events, execution.concurrency, process.grace);
    format!("{events:?} {concurrency} {grace:?} {:?} {:?}", run.http, run.format)
}

#[test]
fn defaults_serve_production() {
    check("", &[], numbers, "All 64 25s None Full");
    check("", &[], scope, "Default");
    check("", &[], target, "None None");
    check("", &[], verbosity, "Normal");
}

#[test]
fn state_has_our_own_form_unless_another_is_asked_for() {
    check("", &[], dialect, "Own");
    check("--compat python-kopf", &[], dialect, "Python");
    check("", &["KOPF_COMPAT=python-kopf"], dialect, "Python");
    check("", &["KOPF_COMPAT=python"], dialect, "error: KOPF_COMPAT is `python`: expected python-kopf");
}

#[test]
fn the_environment_stands_in_for_what_is_not_typed() {
    let environment =
        ["KOPF_EVENTS=none", "KOPF_CONCURRENCY=8", "KOPF_GRACE=0.5", "KOPF_HTTP=:80", "KOPF_LOG_FORMAT=json"];
    check("", &environment, numbers, "None 8 500ms Some(127.0.0.1:80) Json");
    check(
        "--events all --concurrency 9 --grace 1 --http 0.0.0.0:81 --log-format plain",
        &environment,
        numbers,
        "All 9 1s Some(0.0.0.0:81) Plain",
    );
}

#[test]
fn a_typed_scope_silences_the_variables_of_scope() {
    check("", &["KOPF_NAMESPACE=b, a b"], scope, r#"Namespaces(["a", "b"])"#);
    check("-n c", &["KOPF_NAMESPACE=a"], scope, r#"Namespaces(["c"])"#);
    check("", &["KOPF_NAMESPACE=a* !b,b c"], scope, r#"Namespaces(["!b,b", "a*", "c"])"#);
    check("-A", &["KOPF_NAMESPACE=a"], scope, "Cluster");
    check("-n c", &["KOPF_ALL_NAMESPACES=true"], scope, r#"Namespaces(["c"])"#);
    check("", &["KOPF_ALL_NAMESPACES=1"], scope, "Cluster");
    check("", &["KOPF_ALL_NAMESPACES=0", "KOPF_NAMESPACE="], scope, "Default");
    check(
        "",
        &["KOPF_ALL_NAMESPACES=1", "KOPF_NAMESPACE=a"],
        scope,
        "error: KOPF_NAMESPACE and KOPF_ALL_NAMESPACES contradict each other; unset one of them",
    );
}

fn peering(run: &Run) -> String {
    let peering = &run.settings.settings.peering;
    format!("{} {:?} {}", peering.name, peering.mode, peering.priority)
}

#[test]
fn peers_are_made_room_for_as_typed_or_else_as_the_variables_say() {
    check("", &[], peering, "default Auto 0");
    check("--peering x -p 5", &["KOPF_STANDALONE=1", "KOPF_DEV=1"], peering, "x Mandatory 5");
    check("--standalone --dev", &["KOPF_PEERING=x", "KOPF_PRIORITY=5"], peering, "default Standalone 666");
    check("", &["KOPF_PEERING=x", "KOPF_PRIORITY=-5"], peering, "x Mandatory -5");
    check("", &["KOPF_DEV=true", "KOPF_STANDALONE=no"], peering, "default Auto 666");
    check("--set peering.priority=1", &["KOPF_PRIORITY=5"], peering, "default Auto 1");
    check(
        "",
        &["KOPF_PEERING=x", "KOPF_STANDALONE=1"],
        peering,
        "error: KOPF_PEERING and KOPF_STANDALONE contradict each other; unset one of them",
    );
    check("", &["KOPF_DEV=maybe"], peering, "error: KOPF_DEV is `maybe`: expected true or false");
    check(
        "-p high",
        &[],
        peering,
        "error: --priority: peering.priority is `high`, expected a whole number from -1000000000 to 1000000000, such as \
         peering.priority = 0",
    );
}

#[test]
fn a_typed_target_silences_the_sandbox_and_the_other_way_round() {
    check("--sandbox", &["KOPF_KUBECONFIG=/k"], target, "sandbox");
    check("--context c", &["KOPF_SANDBOX=1", "KOPF_KUBECONFIG=/k"], target, r#"Some("/k") Some("c")"#);
    check("", &["KOPF_SANDBOX=1"], target, "sandbox");
    check(
        "",
        &["KOPF_SANDBOX=1", "KOPF_CONTEXT=c"],
        target,
        "error: KOPF_SANDBOX and KOPF_CONTEXT contradict each other; unset one of them",
    );
}

#[test]
fn a_typed_verbosity_silences_the_variables_of_verbosity() {
    check("-v", &["KOPF_QUIET=1"], verbosity, "Verbose");
    check("-v --debug", &[], verbosity, "Debug");
    check("", &["KOPF_QUIET=yes"], verbosity, "Quiet");
    check(
        "",
        &["KOPF_QUIET=1", "KOPF_DEBUG=1"],
        verbosity,
        "error: KOPF_QUIET and KOPF_DEBUG contradict each other; unset one of them",
    );
}

#[test]
fn a_wrong_variable_is_named_with_what_it_should_be() {
    check(
        "",
        &["KOPF_LOG_FORMAT=xml"],
        numbers,
        "error: KOPF_LOG_FORMAT is `xml`: expected full, plain or json",
    );
    check("", &["KOPF_DEBUG=maybe"], verbosity, "error: KOPF_DEBUG is `maybe`: expected true or false");
    check(
        "",
        &["KOPF_NAMESPACE=a B"],
        scope,
        "error: KOPF_NAMESPACE is `a B`: `B` has `B` in it, but a namespace's name is made of a-z, 0-9 and `-`, and a glob of * ? \
         [a-z] besides",
    );
}

#[test]
fn files_come_before_crates_and_folders_may_come_from_the_environment() {
    check("--build d l.so --name n", &[], sources, r#"[File("l.so"), Crate("d")]"#);
    check("", &["KOPF_BUILD=d e", "KOPF_NAME=n"], sources, r#"[Crate("d"), Crate("e")]"#);
    check("", &[], sources, "[]");
}

#[test]
fn two_plugins_need_a_name() {
    check("a.so", &[], name, "of the plugin");
    check(
        "a.so b.so",
        &[],
        name,
        "error: 2 plugins run as one operator, which needs a name; give it one with --name",
    );
    check("a.so b.so", &["KOPF_NAME=my_op"], name, "my-op");
    check("a.so --name x", &["KOPF_NAME=y"], name, "x");
    check(
        "a.so --name X",
        &[],
        name,
        "error: the operator's name `X` has `X` in it, but a name is made of a-z, 0-9 and `-`; give another with --name",
    );
}
