//! Operators that make room for each other: who waits, for how long, and that nothing is lost by it.

mod kit;

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    task::Poll,
    time::Duration,
};

use kopf_plugin_api::prelude::*;
use kopf_plugin_testing::{
    Effect, Entry, Fault, Operator, Scope, Settings,
    namespaces::{Pattern, Patterns},
    peering::Mode,
};

use kit::EXAMPLES;

const CLUSTER: &str = "clusterkopfpeerings.kopf.dev";
const PEERINGS: &str = "kopfpeerings.kopf.dev";

/// Calls of handlers, by object: tests run side by side, each with objects of its own names.
static CALLS: Mutex<BTreeMap<String, Vec<String>>> = Mutex::new(BTreeMap::new());

fn called(name: &Name, what: &str) {
    let mut calls = CALLS.lock().unwrap_or_else(PoisonError::into_inner);
    calls.entry(name.to_string()).or_default().push(what.to_owned());
}

fn calls(name: &str) -> Vec<String> {
    CALLS.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned().unwrap_or_default()
}

#[kopf::on::create("zalando.org", "v1", "kopfexamples")]
fn create_fn(name: Name) {
    called(&name, "create");
}

#[kopf::on::update("zalando.org", "v1", "kopfexamples")]
fn update_fn(name: Name) {
    called(&name, "update");
}

#[kopf::on::delete("zalando.org", "v1", "kopfexamples", labels = { "held" = present })]
fn delete_fn(name: Name) {
    called(&name, "delete");
}

#[kopf::on::create("zalando.org", "v1", "kopfexamples", labels = { "slow" = present })]
fn on_the_second_try(name: Name, Retry(retry): Retry) -> Outcome<()> {
    if retry == 0 {
        return Err(Temporary::new("not yet").after(Duration::from_secs(10)).into());
    }
    called(&name, "second try");
    Ok(())
}

/// Succeeds when it was called by two operators.
#[kopf::on::create("zalando.org", "v1", "kopfexamples", labels = { "rivalled" = present })]
async fn meets_its_rival(name: Name) {
    called(&name, "met");
    while calls(&name).iter().filter(|call| *call == "met").count() < 2 {
        let mut has_yielded = false;
        std::future::poll_fn(|context| {
            context.waker().wake_by_ref();
            if std::mem::replace(&mut has_yielded, true) { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }
}

fn definitions() -> String {
    let peering = include_str!("../../../examples/peering.yaml");
    format!("{}\n---\n{peering}", kit::DEFINITION)
}

/// An operator that has started on a cluster with peerings.
fn operator() -> Operator {
    operator_with(|_| ())
}

fn operator_with(change: impl Fn(&mut Settings)) -> Operator {
    let mut operator = kopf_plugin_testing::start!();
    operator.kill();
    operator.apply(&definitions());
    operator.settings().peering.id = "me".to_owned();
    change(operator.settings());
    operator.resume();
    operator
}

fn object(name: &str) -> String {
    labelled(name, &json!({}))
}

fn labelled(name: &str, labels: &Value) -> String {
    kit::example(name, labels, &json!({ "n": 1 })).to_string()
}

/// Somebody else gives its word in a peering, now.
fn speak(operator: &mut Operator, resource: &str, object: &str, id: &str, priority: i64) {
    let lastseen = operator.now().to_string();
    let record = json!({ "priority": priority, "lifetime": 60, "lastseen": lastseen });
    operator.patch(resource, object, &json!({ "status": { id: record } }));
    operator.settle();
}

fn leave(operator: &mut Operator, resource: &str, object: &str, id: &str) {
    operator.patch(resource, object, &json!({ "status": { id: null } }));
    operator.settle();
}

fn told(operator: &Operator, what: &str) -> usize {
    operator.log().iter().filter(|line| line.contains(what)).count()
}

fn patterns(texts: &[&str]) -> Patterns {
    Patterns::new(texts.iter().map(|text| Pattern::parse(text).expect("a pattern of these tests")))
}

fn apply(operator: &mut Operator, object: &str) {
    operator.apply(object);
    operator.settle();
}

#[test]
fn whoever_has_the_higher_priority_goes_first_and_nothing_is_lost() {
    let mut operator = operator();
    for name in ["stays", "changes"] {
        apply(&mut operator, &object(name));
    }
    apply(&mut operator, &labelled("goes", &json!({ "held": "" })));
    speak(&mut operator, CLUSTER, "default", "other", 1);
    assert_eq!(told(&operator, "INFO Pausing operations in favour of [other]."), 1);

    operator.journal().clear();
    apply(&mut operator, &object("comes"));
    operator.patch(EXAMPLES, "default/changes", &json!({ "spec": { "n": 2 } }));
    operator.delete(EXAMPLES, "default/goes");
    operator.advance(Duration::from_secs(59));
    assert_eq!(operator.journal().count(|entry| entry.path.contains("kopfexamples")), 0);

    leave(&mut operator, CLUSTER, "default", "other");
    assert_eq!(told(&operator, "INFO Resuming operations after the pause."), 1);
    assert_eq!(calls("stays"), ["create"]);
    assert_eq!(calls("changes"), ["create", "update"]);
    assert_eq!(calls("comes"), ["create"]);
    assert_eq!(calls("goes"), ["create", "delete"]);
    assert_eq!(operator.find(EXAMPLES, "default/goes"), None);
}

#[test]
fn the_priority_decides_and_a_lower_one_is_not_waited_for() {
    let mut operator = operator_with(|settings| settings.peering.priority = 666);
    speak(&mut operator, CLUSTER, "default", "other", 665);
    apply(&mut operator, &object("favoured"));
    assert_eq!(calls("favoured"), ["create"]);
    assert_eq!(told(&operator, "Pausing"), 0);
}

#[test]
fn who_is_silent_for_its_lifetime_is_waited_for_no_longer() {
    let mut operator = operator();
    speak(&mut operator, CLUSTER, "default", "other", 1);
    apply(&mut operator, &object("patient"));
    operator.advance(Duration::from_secs(59));
    assert_eq!(calls("patient").len(), 0);
    operator.advance(Duration::from_secs(1));
    assert_eq!(calls("patient"), ["create"]);
    // Its record goes with our next word.
    operator.advance(Duration::from_secs(55));
    let peering = operator.get(CLUSTER, "default");
    assert_eq!(peering["status"].as_object().unwrap().keys().collect::<Vec<_>>(), ["me"]);
}

#[test]
fn a_word_is_given_every_50_to_55_seconds_and_taken_back_at_the_end() {
    let mut operator = operator();
    let record = operator.get(CLUSTER, "default")["status"]["me"].clone();
    assert_eq!(record["priority"], 0);
    assert_eq!(record["lifetime"], 60);
    assert_eq!(record["lastseen"], "2026-01-01T00:00:00.000000+00:00");
    operator.advance(Duration::from_secs(3600));
    let given = operator.writes_to("default").len();
    assert!((66..=73).contains(&given), "{given} words in an hour");
    operator.stop();
    assert_eq!(operator.get(CLUSTER, "default")["status"], json!({}));
}

/// Trap 17: the first listing was processed before the first look at the peering object.
#[test]
fn trap_17_nothing_is_done_before_it_is_known_who_goes_first() {
    let mut operator = operator();
    operator.kill();
    apply(&mut operator, &object("first-listing"));
    speak(&mut operator, CLUSTER, "default", "other", 1);
    operator.resume();
    operator.advance(Duration::from_secs(30));
    assert_eq!(calls("first-listing").len(), 0);
    leave(&mut operator, CLUSTER, "default", "other");
    assert_eq!(calls("first-listing"), ["create"]);
}

#[test]
fn operators_of_the_same_priority_both_wait_and_warn() {
    let mut operator = operator();
    operator.start_beside("other", other(0));
    let conflict = "WARN Possibly conflicting operators with the same priority: [";
    assert_eq!(
        (told(&operator, &format!("{conflict}me]")), told(&operator, &format!("{conflict}other]"))),
        (1, 1)
    );
    apply(&mut operator, &object("disputed"));
    assert_eq!(calls("disputed").len(), 0);
    // Each tells it again with its word, and no more than once a minute.
    operator.advance(Duration::from_secs(600));
    assert!((8..=20).contains(&told(&operator, conflict)), "{} times", told(&operator, conflict));
    operator.stop_beside("other");
    operator.settle();
    assert_eq!(calls("disputed"), ["create"]);
}

fn other(priority: i64) -> Settings {
    let mut settings = Settings::default();
    settings.peering.id = "other".to_owned();
    settings.peering.priority = priority;
    settings
}

#[test]
fn an_operator_in_development_takes_over_and_gives_back() {
    let mut operator = operator();
    apply(&mut operator, &object("handed-over"));
    operator.start_beside("other", other(666));
    operator.journal().clear();
    operator.patch(EXAMPLES, "default/handed-over", &json!({ "spec": { "n": 2 } }));
    operator.settle();
    let by = |operator: &Operator, manager: &str| {
        operator.journal().count(|entry| {
            entry.method == "PATCH" && entry.path.ends_with("/handed-over") && entry.query.contains(manager)
        })
    };
    assert_eq!((by(&operator, "kopf-plugin-testing"), by(&operator, "other.kopf.dev")), (0, 1));
    operator.stop_beside("other");
    operator.settle();
    assert_eq!(by(&operator, "kopf-plugin-testing"), 1, "what changed meanwhile is an update for it too");
}

/// Two operators of one identity, the one in development: what it has handled is not handled again.
#[test]
fn what_another_has_handled_meanwhile_is_not_handled_again() {
    let mut operator = operator();
    apply(&mut operator, &object("once"));
    operator.start_beside("kopf-plugin-testing", other(666));
    operator.patch(EXAMPLES, "default/once", &json!({ "spec": { "n": 2 } }));
    operator.settle();
    assert_eq!(calls("once"), ["create", "update"]);
    operator.stop_beside("kopf-plugin-testing");
    operator.advance(Duration::from_secs(600));
    assert_eq!(calls("once"), ["create", "update"]);
}

#[test]
fn one_that_was_killed_is_waited_for_until_its_word_ends() {
    let mut operator = operator();
    operator.start_beside("other", other(1));
    operator.kill_beside("other");
    apply(&mut operator, &object("widowed"));
    operator.advance(Duration::from_secs(59));
    assert_eq!(calls("widowed").len(), 0);
    operator.advance(Duration::from_secs(1));
    assert_eq!(calls("widowed"), ["create"]);
}

#[test]
fn a_retry_that_comes_due_in_a_pause_waits_for_its_end() {
    let mut operator = operator();
    apply(&mut operator, &labelled("retried", &json!({ "slow": "" })));
    speak(&mut operator, CLUSTER, "default", "other", 1);
    operator.advance(Duration::from_secs(50));
    assert_eq!(calls("retried"), ["create"]);
    leave(&mut operator, CLUSTER, "default", "other");
    assert_eq!(calls("retried"), ["create", "second try"]);
}

/// Trap 17: a conflict in one namespace paused all.
#[test]
fn trap_17_a_conflict_in_one_namespace_is_none_in_another() {
    let namespace =
        |name: &str| json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": name } });
    let peering = |name: &str| json!({ "apiVersion": "kopf.dev/v1", "kind": "KopfPeering", "metadata": { "name": "default", "namespace": name } });
    let mut operator = kopf_plugin_testing::start!();
    operator.kill();
    operator.apply(&definitions());
    for name in ["one", "two"] {
        operator.apply(&namespace(name).to_string());
        operator.apply(&peering(name).to_string());
    }
    operator.settings().scope = Scope::Namespaces(patterns(&["one", "two"]));
    operator.resume();
    speak(&mut operator, PEERINGS, "one/default", "other", 0);
    for namespace in ["one", "two"] {
        let mut object: Value = serde_json::from_str(&object(&format!("in-{namespace}"))).unwrap();
        object["metadata"]["namespace"] = json!(namespace);
        apply(&mut operator, &object.to_string());
    }
    assert_eq!((calls("in-one").len(), calls("in-two").len()), (0, 1));
    assert_eq!(
        told(
            &operator,
            "WARN Possibly conflicting operators with the same priority in the namespace one: [other]"
        ),
        1
    );
    leave(&mut operator, PEERINGS, "one/default", "other");
    assert_eq!(calls("in-one").len(), 1);
}

#[test]
fn without_a_peering_object_an_operator_works_alone_and_quietly() {
    let mut operator = operator();
    operator.stop();
    operator.delete(CLUSTER, "default");
    let warned = told(&operator, "WARN");
    operator.resume();
    apply(&mut operator, &object("alone"));
    assert_eq!(calls("alone"), ["create"]);
    assert_eq!(
        told(&operator, "DEBUG No peering default of clusterkopfpeerings.v1.kopf.dev, working without"),
        1
    );
    assert_eq!(told(&operator, "WARN"), warned);
    // When there is one, it is taken part in.
    apply(&mut operator, &peering_object());
    assert_eq!(operator.get(CLUSTER, "default")["status"]["me"]["priority"], 0);
}

fn peering_object() -> String {
    json!({ "apiVersion": "kopf.dev/v1", "kind": "ClusterKopfPeering", "metadata": { "name": "default" } })
        .to_string()
}

#[test]
fn a_peering_that_must_be_is_waited_for() {
    let mut operator = operator();
    operator.stop();
    operator.delete(CLUSTER, "default");
    operator.settings().peering.mode = Mode::Mandatory;
    operator.resume();
    apply(&mut operator, &object("bound"));
    operator.advance(Duration::from_secs(3600));
    assert_eq!(calls("bound").len(), 0);
    assert_eq!(
        told(&operator, "WARN The peering default of clusterkopfpeerings.v1.kopf.dev is to be taken part in"),
        1
    );
    apply(&mut operator, &peering_object());
    assert_eq!(calls("bound"), ["create"]);
}

#[test]
fn a_definition_of_peerings_that_must_be_is_waited_for() {
    let mut operator = kopf_plugin_testing::start!();
    operator.kill();
    operator.apply(kit::DEFINITION);
    operator.settings().peering.mode = Mode::Mandatory;
    operator.resume();
    apply(&mut operator, &object("unpeered"));
    assert_eq!(calls("unpeered").len(), 0);
    assert_eq!(told(&operator, "WARN The peering default is to be taken part in"), 1);
    apply(&mut operator, &definitions());
    operator.advance(Duration::from_secs(10));
    assert_eq!(calls("unpeered"), ["create"]);
}

#[test]
fn a_standalone_operator_has_no_peers() {
    let mut operator = operator();
    operator.stop();
    operator.settings().peering.mode = Mode::Standalone;
    operator.resume();
    operator.journal().clear();
    speak(&mut operator, CLUSTER, "default", "other", 1);
    apply(&mut operator, &object("standalone"));
    assert_eq!(calls("standalone"), ["create"]);
    assert_eq!(operator.journal().count(|entry| entry.path.contains("peerings")), 0);
}

#[test]
fn garbage_in_a_peering_is_named_once_and_harms_nobody() {
    let mut operator = operator();
    let garbage = json!({ "a": 1, "b": [], "c": { "priority": "high" }, "d": { "lastseen": "soon" } });
    operator.patch(CLUSTER, "default", &json!({ "status": garbage }));
    operator.settle();
    apply(&mut operator, &object("unharmed"));
    operator.advance(Duration::from_secs(600));
    assert_eq!(calls("unharmed"), ["create"]);
    let line = "WARN The peering default of clusterkopfpeerings.v1.kopf.dev has entries that are no records, which are passed \
                over: status.a, status.b, status.c, status.d";
    assert_eq!(told(&operator, line), 1, "{:#?}", operator.log());
    // Somebody who goes first is seen beside it.
    speak(&mut operator, CLUSTER, "default", "other", 1);
    assert_eq!(told(&operator, "INFO Pausing operations in favour of [other]."), 1);
}

#[test]
fn a_peering_full_of_garbage_hides_nobody_and_makes_no_long_lines() {
    let mut operator = operator();
    let many = (0..100).map(|n| (format!("high-{n:03}\n{}", "x".repeat(300)), json!({ "priority": 1 })));
    let status: serde_json::Map<String, Value> = many.chain([("list".to_owned(), json!([]))]).collect();
    operator.patch(CLUSTER, "default", &json!({ "status": status }));
    operator.settle();
    apply(&mut operator, &object("behind-garbage"));
    assert_eq!(calls("behind-garbage"), [""; 0]);
    assert_eq!(told(&operator, "are passed over: status.list"), 1, "{:#?}", operator.log());
    assert_eq!(
        told(&operator, "in favour of [high-000, high-001, high-002, high-003, high-004 and 95 more]"),
        1
    );
}

#[test]
fn a_peering_that_may_not_be_seen_or_written_is_told_of_once_and_the_rest_works() {
    for (method, line) in [
        ("GET", "WARN Not allowed to see the peering default of clusterkopfpeerings.v1.kopf.dev"),
        (
            "PATCH",
            "WARN Cannot say in the peering default of clusterkopfpeerings.v1.kopf.dev that this operator is there",
        ),
    ] {
        let mut operator = operator();
        operator.stop();
        let forbidden = Fault::new(Effect::Forbidden).always();
        let of_peerings = move |entry: &Entry| {
            entry.path.contains("peerings/") && entry.method == "PATCH"
                || entry.path.ends_with("peerings") && entry.method == "GET" && method == "GET"
        };
        operator.sandbox().faults().add(forbidden.when(of_peerings));
        operator.resume();
        let name = format!("unseen-{}", method.to_lowercase());
        apply(&mut operator, &object(&name));
        operator.advance(Duration::from_secs(59));
        assert_eq!(calls(&name), ["create"]);
        assert_eq!(told(&operator, line), 1, "{:#?}", operator.log());
    }
}

#[test]
fn two_operators_of_one_name_that_do_not_know_of_each_other_are_told_so() {
    let mut operator = operator_with(|settings| settings.peering.mode = Mode::Standalone);
    let mut settings = other(0);
    settings.peering.mode = Mode::Standalone;
    operator.start_beside("kopf-plugin-testing", settings);
    operator.advance(Duration::from_secs(10));
    let rival = "writes the annotations of this operator: another one seems to run under the name kopf-plugin-testing";
    apply(&mut operator, &labelled("rivalled", &json!({ "rivalled": "" })));
    // Each tells it once a minute at most.
    assert!((1..=2).contains(&told(&operator, rival)), "{:#?}", operator.log());
    assert_eq!(told(&operator, "have them meet in a peering"), told(&operator, rival));
}
