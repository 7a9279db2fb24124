//! Sub-handlers: what is called when, what is recorded of it, and what a crash, a change and a failure leave of it.

mod kit;

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use kopf_plugin_api::prelude::*;
use kopf_plugin_testing::{Effect, Entry, Fault, Operator};

use kit::{EXAMPLES, place};

/// Calls, by object: tests run side by side, each with an object of its own name.
static CALLS: Mutex<BTreeMap<String, Vec<String>>> = Mutex::new(BTreeMap::new());

fn called(name: &Name, what: impl Into<String>) {
    let mut calls = CALLS.lock().unwrap_or_else(PoisonError::into_inner);
    calls.entry(name.to_string()).or_default().push(what.into());
}

fn calls(name: &str) -> Vec<String> {
    CALLS.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned().unwrap_or_default()
}

fn items(spec: &Spec) -> Vec<String> {
    let items = spec["items"].as_array().into_iter().flatten();
    items.map(|item| item.as_str().unwrap_or_default().to_owned()).collect()
}

#[kopf::on::create("zalando.org", "v1", "kopfexamples", labels = { "attributes" = present })]
async fn attributes(name: Name, spec: Spec) -> Outcome<Value> {
    called(&name, "parent");

    #[kopf::subhandler]
    async fn waits(name: Name) -> Outcome<Value> {
        called(&name, "waits");
        Ok(json!("waited"))
    }

    #[kopf::subhandler(id = "blocking", param = json!(7))]
    fn blocks(name: Name, param: Param, context: Context) -> Outcome<Value> {
        called(&name, format!("{} {param}", context.handler));
        Ok(json!("blocked"))
    }

    if spec["field"] == "never" {
        #[kopf::subhandler]
        fn never() {
            unreachable!("its condition does not hold");
        }
    }

    #[kopf::subhandler(labels = { "attributes" = absent })]
    fn not_for_this_object() {
        unreachable!("its filter does not hold");
    }

    Ok(json!("parent"))
}

#[kopf::on::create("zalando.org", "v1", "kopfexamples", labels = { "deep" = present })]
fn deep() -> Outcome<Value> {
    #[kopf::subhandler]
    async fn one(name: Name) -> Outcome<Value> {
        #[kopf::subhandler]
        fn two(name: Name, subs: Subhandlers) -> Outcome<Value> {
            subs.add_async("three", |Retry(retry): Retry, name: Name, subs: Subhandlers| async move {
                called(&name, format!("three {retry}"));
                if retry == 0 {
                    return Err(kopf::temporary("not yet", 10));
                }
                subs.add("four", move || {
                    called(&name, "four");
                    Ok(4)
                });
                Ok(3)
            });
            called(&name, "two");
            Ok(json!(2))
        }
        called(&name, "one");
        Ok(json!(1))
    }
    Ok(json!(0))
}

/// A sub-handler for each item. Items that are called `failing` fail twice; those that are called `hopeless` for good.
#[kopf::on::create("zalando.org", "v1", "kopfexamples", labels = { "items" = present })]
#[kopf::on::update("zalando.org", "v1", "kopfexamples", labels = { "items" = present })]
async fn list(name: Name, spec: Spec, Retry(retry): Retry, subs: Subhandlers) -> Outcome<Value> {
    called(&name, format!("parent {retry}"));
    for item in items(&spec) {
        let (id, name) = (item.clone(), name.clone());
        subs.add_async(id, move |Retry(retry): Retry| async move {
            called(&name, format!("{item} {retry}"));
            match &*item {
                "failing" if retry < 2 => Err(kopf::Error::msg("not yet")),
                "hopeless" => Err(kopf::permanent("never")),
                _ => Ok(retry),
            }
        })
        .backoff(Duration::from_millis(10));
    }
    Ok(json!(spec["items"]))
}

#[kopf::on::delete("zalando.org", "v1", "kopfexamples", labels = { "deleted" = present })]
fn delete_fn(name: Name) {
    called(&name, "delete");
}

/// What follows on its sub-handlers needs them to have succeeded.
#[kopf::on::create("zalando.org", "v1", "kopfexamples", labels = { "strict" = present })]
#[expect(clippy::panic, reason = "it is what is tested")]
fn strict(name: Name, spec: Spec, subs: Subhandlers) -> Outcome<()> {
    for item in items(&spec) {
        subs.add(item.clone(), move |Retry(retry): Retry| match &*item {
            "failing" if retry < 2 => Err(kopf::temporary("not yet", 10)),
            "hopeless" => Err(kopf::permanent("never")),
            "panicking" => panic!("at the disco"),
            _ => Ok(()),
        })
        .errors(kopf::Errors::Permanent);
    }
    let executed = subs.execute_blocking()?;
    called(&name, format!("executed, failed: {:?}", executed.failed));
    executed.all_succeeded()?;
    called(&name, "end");
    Ok(())
}

/// The memory of its handler is that of the closure too.
#[kopf::on::update("zalando.org", "v1", "kopfexamples", labels = { "remembers" = present })]
async fn remembers(memory: Memo<u32>, subs: Subhandlers) -> Outcome<Value> {
    *memory.lock() += 1;
    subs.add("child", |memory: Memo<u32>| Ok(*memory.lock()));
    Ok(json!("it does"))
}

/// Closures take what handlers take, though their handler itself takes nothing of it.
#[kopf::on::update("zalando.org", "v1", "kopfexamples", labels = { "closures" = present })]
async fn closures(subs: Subhandlers) {
    subs.add("changes", |old: Old, new: New, diff: Diff| {
        let field = |state: Option<&Value>| state.map(|state| state["spec"]["items"].clone());
        Ok(json!([field(old.get()), field(new.get()), diff.len()]))
    });
    subs.add_async("reads", |results: Results| async move { Ok(results.get("remembers").cloned()) });
    subs.add("forgotten", |memory: Memo<u32>| {
        *memory.lock() += 1;
        Ok(())
    });
}

/// Waits longer with each attempt.
#[kopf::on::create("zalando.org", "v1", "kopfexamples", labels = { "growing" = present })]
fn growing(name: Name, subs: Subhandlers) {
    let began = kopf::time::now();
    subs.add("child", move |Started(started): Started| {
        let spent = began.duration_since(started).as_secs();
        called(&name, spent.to_string());
        Err::<(), _>(kopf::Error::msg("not yet"))
    })
    .exponential_backoff(10, 3.0, Duration::from_secs(60), 0.0)
    .retries(5);
}

/// An operator on a sandbox that has the definition, with an object.
fn operator(name: &str, labels: &[&str], items: &[&str]) -> Operator {
    let mut operator = kit::operator();
    let labels: BTreeMap<_, _> = labels.iter().map(|label| (*label, "yes")).collect();
    operator.apply(&kit::example(name, &json!(labels), &json!({ "items": items })).to_string());
    operator.settle();
    operator
}

fn object(operator: &Operator, name: &str) -> Value {
    operator.get(EXAMPLES, &place(name))
}

fn set_items(operator: &mut Operator, name: &str, items: &[&str]) {
    operator.patch(EXAMPLES, &place(name), &json!({ "spec": { "items": items } }));
    operator.settle();
}

/// The records on the object: ids behind the prefix, with `+` for a success, `-` for a failure and the number of tries.
fn records(operator: &Operator, name: &str) -> Vec<String> {
    let object = object(operator, name);
    let annotations = object["metadata"]["annotations"].as_object().into_iter().flatten();
    let record = |(key, text): (&String, &Value)| {
        let id = key.strip_prefix("kopf-plugin-testing.kopf.dev/")?;
        let record: Value = serde_json_of(text.as_str()?)?;
        let mark = match (&record["success"], &record["failure"]) {
            (Value::Bool(true), _) => "+",
            (_, Value::Bool(true)) => "-",
            (Value::Bool(_), _) => "?",
            _ => return None,
        };
        Some(format!("{id} {mark}{}", record["retries"]))
    };
    annotations.filter_map(record).collect()
}

fn serde_json_of(text: &str) -> Option<Value> {
    serde_json::from_str(text).ok()
}

fn lines(operator: &Operator, part: &str) -> Vec<String> {
    operator.log().into_iter().filter(|line| line.contains(part)).collect()
}

#[test]
fn functions_inside_of_a_handler_are_called_after_it_and_have_results_of_their_own() {
    let name = "attributes";
    let operator = operator(name, &["attributes"], &[]);
    assert_eq!(calls(name), ["parent", "waits", "attributes/blocking 7"]);
    let status = &object(&operator, name)["status"];
    assert_eq!(status["attributes"], "parent");
    assert_eq!(status["attributes/waits"], "waited");
    assert_eq!(status["attributes/blocking"], "blocked");
    assert_eq!(records(&operator, name), Vec::<String>::new());
    assert_eq!(operator.writes_to(name).len(), 2, "one with the results, one with the state");
    let told = lines(&operator, "[default/attributes]");
    let told: Vec<&str> = told.iter().filter_map(|line| line.split("] ").nth(1)).collect();
    let beginning = told.iter().position(|line| *line == "Handler attributes is invoked.").unwrap();
    assert_eq!(
        told[beginning..beginning + 7],
        [
            "Handler attributes is invoked.",
            "Handler attributes/waits is invoked.",
            "Handler attributes/waits succeeded.",
            "Handler attributes/blocking is invoked.",
            "Handler attributes/blocking succeeded.",
            "Handler attributes succeeded.",
            "All handlers succeeded for creation.",
        ]
    );
    let mut events: Vec<String> = (operator.sandbox().list("events").iter())
        .filter(|event| event["involvedObject"]["name"] == name)
        .map(|event| event["message"].to_string().replace('"', ""))
        .collect();
    events.sort();
    assert_eq!(
        events,
        [
            "Handler attributes succeeded.",
            "Handler attributes/blocking succeeded.",
            "Handler attributes/waits succeeded."
        ]
    );
}

#[test]
fn sub_handlers_have_sub_handlers_as_deep_as_need_be() {
    let name = "deep";
    let mut operator = operator(name, &["deep"], &[]);
    assert_eq!(calls(name), ["one", "two", "three 0"]);
    let three =
        object(&operator, name)["metadata"]["annotations"]["kopf-plugin-testing.kopf.dev/deep.one.two.three"]
            .clone();
    assert!(three.as_str().is_some_and(|record| record.contains(r#""retries":1"#)), "{three}");
    let parent = &object(&operator, name)["metadata"]["annotations"]["kopf-plugin-testing.kopf.dev/deep"];
    let parent = serde_json_of(parent.as_str().unwrap()).unwrap();
    assert_eq!(parent["subrefs"], json!(["deep/one", "deep/one/two", "deep/one/two/three"]));
    assert_eq!((&parent["retries"], &parent["waits"]), (&json!(1), &json!(1)));
    operator.kill();
    operator.resume();
    operator.advance(Duration::from_secs(10));
    assert_eq!(calls(name), ["one", "two", "three 0", "one", "two", "three 1", "four"]);
    let status = &object(&operator, name)["status"];
    let results = ["deep", "deep/one", "deep/one/two", "deep/one/two/three", "deep/one/two/three/four"];
    assert_eq!(results.map(|id| status[id].clone()), [0, 1, 2, 3, 4].map(Value::from));
    assert_eq!(records(&operator, name), Vec::<String>::new());
}

#[test]
fn each_sub_handler_is_tried_again_by_itself_and_the_result_comes_last() {
    let name = "retried";
    let mut operator = operator(name, &["items"], &["one", "failing", "two"]);
    assert_eq!(calls(name), ["parent 0", "one 0", "failing 0", "two 0"]);
    assert_eq!(records(&operator, name), ["list ?1", "list.failing ?1", "list.one +1", "list.two +1"]);
    assert_eq!(object(&operator, name)["status"]["list"], Value::Null, "it has not ended");
    assert_eq!(object(&operator, name)["status"]["list/one"], 0);
    assert_eq!(
        lines(&operator, "DEBUG [default/retried] Handler list has unfinished sub-handlers.").len(),
        1
    );
    operator.advance(Duration::from_millis(20));
    assert_eq!(calls(name)[4..], ["parent 1", "failing 1", "parent 2", "failing 2"]);
    let status = &object(&operator, name)["status"];
    assert_eq!((&status["list/failing"], &status["list"]), (&json!(2), &json!(["one", "failing", "two"])));
    assert_eq!(records(&operator, name), Vec::<String>::new());
    assert_eq!(lines(&operator, "INFO [default/retried] All handlers succeeded for creation.").len(), 1);
}

/// The trap: the other framework says nothing of sub-handlers that have failed where it sums up.
#[test]
fn trap_9_a_sub_handler_that_has_failed_for_good_is_counted_and_fails_its_handler_on_demand() {
    let (lenient, demanding) = ("lenient", "demanding");
    let operator_of_lenient = operator(lenient, &["items"], &["one", "hopeless"]);
    assert_eq!(calls(lenient), ["parent 0", "one 0", "hopeless 0"]);
    assert_eq!(object(&operator_of_lenient, lenient)["status"]["list"], json!(["one", "hopeless"]));
    let processed = lines(&operator_of_lenient, "Creation is processed: 2 succeeded; 1 failed.");
    assert_eq!(processed.len(), 1, "{:?}", operator_of_lenient.log());

    let operator = operator(demanding, &["strict"], &["one", "hopeless", "panicking"]);
    assert_eq!(calls(demanding), [r#"executed, failed: ["hopeless", "panicking"]"#]);
    let failed = "ERROR [default/demanding] Handler strict failed permanently: these sub-handlers have failed: \
                  hopeless, panicking";
    assert_eq!(lines(&operator, failed).len(), 1, "{:?}", operator.log());
    assert_eq!(lines(&operator, "Creation is processed: 1 succeeded; 3 failed.").len(), 1);
}

#[test]
fn what_follows_on_execute_waits_until_all_have_ended() {
    let name = "ordered";
    let mut operator = operator(name, &["strict"], &["one", "failing"]);
    assert_eq!(calls(name), Vec::<String>::new());
    operator.advance(Duration::from_secs(20));
    assert_eq!(calls(name), ["executed, failed: []", "end"]);
}

#[test]
fn what_is_recorded_is_not_repeated_whenever_the_operator_is_killed() {
    let all = ["one", "failing", "two"];
    for allowed in 0..12 {
        let name = format!("killed-{allowed}");
        let mut operator = kit::operator();
        let written = Arc::new(AtomicUsize::new(0));
        let too_many = move |entry: &Entry| {
            entry.method == "PATCH"
                && entry.path.contains("/kopfexamples/")
                && written.fetch_add(1, Ordering::SeqCst) >= allowed
        };
        operator.sandbox().faults().add(Fault::new(Effect::InternalError).when(too_many).always());
        let object = kit::example(&name, &json!({ "items": "yes" }), &json!({ "items": all }));
        operator.apply(&object.to_string());
        operator.advance(Duration::from_millis(50));
        let (recorded, before) = (records(&operator, &name), calls(&name));
        operator.kill();
        operator.sandbox().faults().clear();
        operator.resume();
        operator.advance(Duration::from_secs(1));
        let after = calls(&name);
        for item in all {
            let is_recorded = recorded.iter().any(|record| record.starts_with(&format!("list.{item} +")));
            let of = |calls: &[String]| calls.iter().filter(|call| call.starts_with(item)).count();
            assert!(of(&after) >= 1, "{item} is called: {after:?}");
            assert!(!is_recorded || of(&after) == of(&before), "{item} is not repeated: {after:?}");
        }
        let ended = operator.get(EXAMPLES, &place(&name));
        assert_eq!(ended["status"]["list"], json!(all));
        assert_eq!(records(&operator, &name), Vec::<String>::new());
    }
}

#[test]
fn a_list_that_changes_meanwhile_is_followed_at_once() {
    let name = "changing";
    let mut operator = operator(name, &["items"], &["one", "failing"]);
    set_items(&mut operator, name, &["failing", "two"]);
    assert_eq!(calls(name)[3..], ["parent 1", "two 0"], "the other still waits");
    set_items(&mut operator, name, &["two"]);
    assert_eq!(calls(name)[5], "parent 2", "nothing is waited for any more");
    // What was changed since the creation began is an update, for its handlers have not seen it.
    assert_eq!(calls(name)[6..], ["parent 0", "two 0"]);
    assert_eq!(records(&operator, name), Vec::<String>::new());
}

#[test]
fn an_update_during_an_update_calls_those_again_that_have_seen_the_older_state() {
    let name = "updated";
    let mut operator = operator(name, &["items"], &["one"]);
    set_items(&mut operator, name, &["one", "failing"]);
    assert_eq!(calls(name)[2..], ["parent 0", "one 0", "failing 0"]);
    set_items(&mut operator, name, &["one", "failing", "two"]);
    assert_eq!(calls(name)[5..], ["parent 1", "one 0", "two 0"]);
    operator.advance(Duration::from_millis(20));
    assert_eq!(calls(name)[8..], ["parent 2", "failing 1", "parent 3", "failing 2"]);
    assert_eq!(records(&operator, name), Vec::<String>::new());
}

#[test]
fn a_deletion_takes_over_from_sub_handlers_that_wait() {
    let name = "deleted";
    let mut operator = operator(name, &["items", "deleted"], &["one", "failing"]);
    operator.delete(EXAMPLES, &place(name));
    operator.settle();
    assert_eq!(calls(name), ["parent 0", "one 0", "failing 0", "delete"]);
    assert_eq!(operator.find(EXAMPLES, &place(name)), None);
    let line = "Creation is superseded by deletion: 1 succeeded; 0 failed; 2 left to the moment.";
    assert_eq!(lines(&operator, line).len(), 1, "{:?}", operator.log());
}

#[test]
fn ids_that_cannot_be_fail_the_handler_once_the_others_have_ended() {
    let name = "misnamed";
    let mut operator = operator(name, &["items"], &["one", "one", "a/b", "", "failing"]);
    assert_eq!(calls(name), ["parent 0", "one 0", "failing 0"]);
    operator.advance(Duration::from_millis(20));
    assert_eq!(calls(name).last().unwrap(), "failing 2");
    let line = "ERROR [default/misnamed] Handler list failed permanently: the id `one` is taken by two sub-handlers, of \
                which the second is not called: give it another; the id `a/b` of a sub-handler has a `/` in it, which \
                stands between the ids of handlers and sub-handlers: write another, such as `a-b`; a sub-handler has an \
                empty id: give it one";
    assert_eq!(lines(&operator, line).len(), 1, "{:?}", operator.log());
    assert_eq!(lines(&operator, "Creation is processed: 2 succeeded; 1 failed.").len(), 1);
}

#[test]
fn closures_take_what_handlers_take_and_a_memory_where_their_handler_has_one() {
    let name = "closures";
    let mut changed = operator(name, &["closures", "remembers"], &["a"]);
    set_items(&mut changed, name, &["b"]);
    let status = object(&changed, name)["status"].clone();
    assert_eq!(status["closures/changes"], json!([["a"], ["b"], 1]));
    assert_eq!((&status["closures/reads"], &status["remembers/child"]), (&json!("it does"), &json!(1)));
    let line = "ERROR [default/closures] Handler closures failed permanently: the sub-handler `forgotten` takes a Memo and \
                the handler closures does not: give the handler an argument of that type";
    assert_eq!(lines(&changed, line).len(), 1, "{:?}", changed.log());
}

#[test]
fn waits_of_sub_handlers_grow_up_to_their_cap() {
    let name = "growing";
    let mut growing = operator(name, &["growing"], &[]);
    growing.advance(Duration::from_secs(600));
    assert_eq!(calls(name), ["0", "10", "40", "100", "160"]);
}
