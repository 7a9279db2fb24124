//! What handlers put into their patches, and how it reaches the object: the merge part, and functions.
#![expect(clippy::panic, reason = "a test says what is wrong by failing, and some handlers fail so")]

mod kit;

use kopf_plugin_api::{client::Change, prelude::*};
use kopf_plugin_testing::{Effect, Fault, Operator};

use kit::{EXAMPLES, operator};

const OBJECT: &str = "default/kopf-example-1";

fn example(label: &str) -> String {
    kit::example("kopf-example-1", &json!({ "do": label }), &json!({ "tags": ["first"] })).to_string()
}

fn run(label: &str) -> Operator {
    let mut operator = operator();
    operator.apply(&example(label));
    operator.settle();
    operator
}

/// Adds a tag, unless it is there.
fn add_tag(tag: &'static str) -> impl Fn(&mut Value) + Send + Sync {
    move |object| {
        if let Some(tags) = object["spec"]["tags"].as_array_mut()
            && !tags.contains(&json!(tag))
        {
            tags.push(json!(tag));
        }
    }
}

fn tags(operator: &Operator) -> Value {
    operator.get(EXAMPLES, OBJECT)["spec"]["tags"].clone()
}

fn is_handled(operator: &Operator) -> bool {
    let object = operator.get(EXAMPLES, OBJECT);
    let annotations = &object["metadata"]["annotations"];
    annotations["kopf-plugin-testing.kopf.dev/last-handled-configuration"].is_string()
        && object["status"]["updated"].is_null()
}

#[kopf::on::update("zalando.org", "v1", "kopfexamples")]
fn updated() -> Outcome<u32> {
    Ok(1)
}

#[kopf::on::create("zalando.org", "v1", "kopfexamples", labels = { "do" = "both" })]
fn both(patch: Patch) {
    patch.set_spec("size", 3);
    patch.set_status("phase", "new");
    patch.transform(add_tag("second"));
    patch.transform(|object| object["status"]["size"] = object["spec"]["size"].clone());
}

#[test]
fn functions_run_on_what_the_merge_part_leaves_and_all_goes_in_two_writes() {
    let operator = run("both");
    let object = operator.get(EXAMPLES, OBJECT);
    assert_eq!(object["spec"], json!({ "tags": ["first", "second"], "size": 3 }));
    assert_eq!(object["status"], json!({ "phase": "new", "size": 3 }));
    let path = "/apis/zalando.org/v1/namespaces/default/kopfexamples/kopf-example-1";
    assert_eq!(
        operator.writes_to("kopf-example-1"),
        [format!("PATCH {path}/status"), format!("PATCH {path}")]
    );
    assert!(is_handled(&operator), "what a handler changes itself is no change that it must be told of");
}

#[kopf::on::create("zalando.org", "v1", "kopfexamples", labels = { "do" = "raced" })]
async fn raced(patch: Patch, client: Client) -> Outcome<()> {
    // Somebody else is faster.
    let examples = client.resource("zalando.org/v1", "kopfexamples").namespace("default");
    let theirs = json!({ "spec": { "tags": ["first", "theirs"] } });
    examples.patch("kopf-example-1", &Change::Merge(theirs)).await?;
    patch.transform(add_tag("ours"));
    Ok(())
}

#[test]
fn after_a_conflict_functions_run_again_and_nothing_of_others_is_lost() {
    let operator = run("raced");
    assert_eq!(tags(&operator), json!(["first", "theirs", "ours"]));
    let patches = operator.journal().find(|entry| entry.method == "PATCH" && entry.code == Some(409));
    assert_eq!(patches.len(), 1);
}

#[kopf::on::create("zalando.org", "v1", "kopfexamples", labels = { "do" = "overtaken" })]
async fn overtaken(patch: Patch, client: Client) -> Outcome<()> {
    let examples = client.resource("zalando.org/v1", "kopfexamples").namespace("default");
    let same = json!({ "spec": { "tags": ["first", "ours"] } });
    examples.patch("kopf-example-1", &Change::Merge(same)).await?;
    patch.transform(add_tag("ours"));
    Ok(())
}

/// The trap of a retried JSON patch that has nothing left to do: the object was left idle, its handlers skipped.
#[test]
fn trap_13_functions_that_have_nothing_left_to_do_do_not_hold_the_object() {
    let mut operator = run("overtaken");
    assert_eq!(tags(&operator), json!(["first", "ours"]));
    operator.patch(EXAMPLES, OBJECT, &json!({ "spec": { "more": 1 } }));
    operator.settle();
    assert_eq!(operator.get(EXAMPLES, OBJECT)["status"]["updated"], 1);
}

#[kopf::on::create("zalando.org", "v1", "kopfexamples", labels = { "do" = "fails" }, retries = 1)]
fn fails(patch: Patch) -> Outcome<()> {
    patch.set_spec("size", 3);
    patch.transform(add_tag("kept"));
    Err(Permanent::new("alas"))?
}

#[test]
fn a_handler_that_fails_keeps_its_patch() {
    let operator = run("fails");
    assert_eq!(operator.get(EXAMPLES, OBJECT)["spec"], json!({ "tags": ["first", "kept"], "size": 3 }));
}

#[kopf::on::create("zalando.org", "v1", "kopfexamples", labels = { "do" = "panics" }, errors = permanent)]
async fn panics(patch: Patch) -> Outcome<()> {
    patch.transform(add_tag("kept"));
    panic!("alas");
}

#[test]
fn so_does_one_that_panics() {
    assert_eq!(tags(&run("panics")), json!(["first", "kept"]));
}

#[kopf::on::event("zalando.org", "v1", "kopfexamples", labels = { "do" = "spied" })]
fn spied(patch: Patch) {
    patch.transform(add_tag("seen"));
}

#[test]
fn a_spy_changes_by_functions_too_and_only_once() {
    let operator = run("spied");
    assert_eq!(tags(&operator), json!(["first", "seen"]));
    assert_eq!(operator.writes_to("kopf-example-1").len(), 2, "its own, and the creation's");
}

#[kopf::on::create("zalando.org", "v1", "kopfexamples", labels = { "do" = "idle" })]
fn idle(patch: Patch) {
    patch.transform(add_tag("first"));
}

#[test]
fn trap_24_a_function_that_changes_nothing_adds_no_write() {
    let operator = run("idle");
    assert_eq!(operator.writes_to("kopf-example-1").len(), 1);
    assert!(is_handled(&operator));
}

#[kopf::on::create("zalando.org", "v1", "kopfexamples", labels = { "do" = "breaks" })]
fn breaks(patch: Patch) {
    patch.transform(|_| panic!("it was not to be"));
    patch.set_spec("size", 3);
}

#[test]
fn a_function_that_panics_is_told_of_and_left_out() {
    let operator = run("breaks");
    assert_eq!(operator.get(EXAMPLES, OBJECT)["spec"]["size"], 3);
    let told = operator.log();
    let line = "ERROR [default/kopf-example-1] What a function in a patch wants is not changed, for it fails: breaks: it was not to be";
    assert!(told.iter().any(|found| found.starts_with(line)), "{told:#?}");
    assert!(is_handled(&operator));
}

#[kopf::on::create("zalando.org", "v1", "kopfexamples", labels = { "do" = "cleans" })]
fn cleans(patch: Patch) {
    patch.transform(|object| {
        if let Some(labels) = object["metadata"]["labels"].as_object_mut() {
            labels.remove("do");
        }
    });
}

#[test]
fn a_function_takes_away_what_it_removes() {
    let operator = run("cleans");
    assert_eq!(operator.get(EXAMPLES, OBJECT)["metadata"]["labels"], Value::Null);
}

#[kopf::on::create("zalando.org", "v1", "kopfexamples", labels = { "do" = "named" })]
fn named(patch: Patch) {
    patch.transform(|object| {
        object["spec"]["status"] = json!("of the spec");
        object["metadata"]["annotations"] = json!({ "example.com/status": "an annotation" });
        object["status"] = json!({ "spec": "of the status" });
    });
}

/// The trap of a split by the beginning of a path: only the member `status` is of the status.
#[test]
fn trap_31_only_the_status_itself_goes_to_the_subresource() {
    let operator = run("named");
    let object = operator.get(EXAMPLES, OBJECT);
    assert_eq!(object["spec"]["status"], "of the spec");
    assert_eq!(object["status"]["spec"], "of the status");
    assert_eq!(object["metadata"]["annotations"]["example.com/status"], "an annotation");
}

#[test]
fn every_write_is_for_the_version_that_the_one_before_has_made() {
    let operator = run("both");
    let patches = operator.journal().find(|entry| entry.method == "PATCH");
    let version = |entry: &kopf_plugin_testing::Entry| -> u64 {
        let body: Value = serde_json::from_slice(&entry.body).unwrap();
        body["metadata"]["resourceVersion"].as_str().unwrap().parse().unwrap()
    };
    let versions: Vec<u64> = patches.iter().map(version).collect();
    assert!(versions.len() == 2 && versions[0] < versions[1], "{versions:?}");
    assert!(patches.iter().all(|entry| entry.content_type == "application/merge-patch+json"));
}

#[test]
fn without_a_status_subresource_all_goes_in_one_write() {
    let mut operator = kopf_plugin_testing::start!();
    let definition = kit::DEFINITION;
    operator.apply(&definition.replace("      subresources:\n        status: {}\n", ""));
    operator.settle();
    operator.apply(&example("both"));
    operator.settle();
    let object = operator.get(EXAMPLES, OBJECT);
    assert_eq!(object["status"], json!({ "phase": "new", "size": 3 }));
    assert_eq!(tags(&operator), json!(["first", "second"]));
    assert_eq!(operator.writes_to("kopf-example-1").len(), 1);
}

#[kopf::on::create("zalando.org", "v1", "kopfexamples", labels = { "do" = "rejected" })]
fn rejected(patch: Patch) -> Outcome<u32> {
    patch.transform(add_tag("second"));
    patch.transform(|object| object["metadata"]["labels"]["size"] = json!("not a label!"));
    Ok(7)
}

#[test]
fn what_the_server_rejects_is_left_out_and_the_object_goes_on() {
    let operator = run("rejected");
    let object = operator.get(EXAMPLES, OBJECT);
    assert_eq!(object["status"]["rejected"], 7);
    assert_eq!(object["metadata"]["labels"], json!({ "do": "rejected" }));
    let told = operator.log();
    let line = "ERROR [default/kopf-example-1] What handlers wanted to change is not changed, for the API server rejects it";
    assert_eq!(told.iter().filter(|found| found.starts_with(line)).count(), 1, "{told:#?}");
}

#[test]
fn a_server_in_trouble_is_written_to_later_with_what_the_functions_want_then() {
    let mut operator = operator();
    let writes = |entry: &kopf_plugin_testing::Entry| entry.method == "PATCH";
    operator.sandbox().faults().add(Fault::new(Effect::Unavailable).when(writes).times(2));
    operator.apply(&example("both"));
    operator.settle();
    operator.patch(EXAMPLES, OBJECT, &json!({ "spec": { "tags": ["other"] } }));
    operator.advance(std::time::Duration::from_secs(600));
    assert_eq!(tags(&operator), json!(["other", "second"]));
}

#[test]
fn an_object_that_is_gone_takes_its_functions_along() {
    let mut operator = operator();
    let writes = |entry: &kopf_plugin_testing::Entry| entry.method == "PATCH";
    operator.sandbox().faults().add(Fault::new(Effect::Unavailable).when(writes).always());
    operator.apply(&example("both"));
    operator.settle();
    operator.delete(EXAMPLES, OBJECT);
    operator.sandbox().faults().clear();
    operator.advance(std::time::Duration::from_secs(600));
    assert_eq!(operator.find(EXAMPLES, OBJECT), None);
    operator.apply(&example("idle"));
    operator.settle();
    assert!(is_handled(&operator));
}

/// What each handler of [`EVERYWHERE`] does: it puts something into both parts of its patch, and fails.
fn leaves(patch: &Patch, tag: &'static str) -> Outcome<()> {
    patch.set_annotation(&format!("example.com/{tag}"), "yes");
    patch.transform(add_tag(tag));
    Err(Permanent::new("alas"))?
}

const EVERYWHERE: &str = "everywhere";

#[kopf::on::create("zalando.org", "v1", "kopfexamples", labels = { "do" = "everywhere" })]
async fn everywhere(patch: Patch) -> Outcome<()> {
    #[kopf::subhandler]
    async fn attribute(patch: Patch) -> Outcome<()> {
        leaves(&patch, "attribute")
    }

    leaves(&patch, "create").or(Ok(()))
}

#[kopf::on::create("zalando.org", "v1", "kopfexamples", labels = { "do" = "everywhere" })]
fn parent(subs: Subhandlers) {
    subs.add("made", |patch: Patch| leaves(&patch, "sub"));
}

#[kopf::on::update("zalando.org", "v1", "kopfexamples", labels = { "do" = "everywhere" }, id = "changes")]
fn changes(patch: Patch) -> Outcome<()> {
    leaves(&patch, "update")
}

#[kopf::on::field("zalando.org", "v1", "kopfexamples", field = "spec.size", labels = { "do" = "everywhere" })]
fn field(patch: Patch) -> Outcome<()> {
    leaves(&patch, "field")
}

#[kopf::on::resume("zalando.org", "v1", "kopfexamples", labels = { "do" = "everywhere" })]
fn resumes(patch: Patch) -> Outcome<()> {
    leaves(&patch, "resume")
}

#[kopf::on::delete("zalando.org", "v1", "kopfexamples", labels = { "do" = "everywhere" })]
fn deletes(patch: Patch) -> Outcome<()> {
    leaves(&patch, "delete")
}

#[kopf::on::event("zalando.org", "v1", "kopfexamples", labels = { "do" = "everywhere" })]
fn spies(patch: Patch) -> Outcome<()> {
    leaves(&patch, "event")
}

#[kopf::daemon("zalando.org", "v1", "kopfexamples", labels = { "do" = "everywhere" })]
async fn daemon(patch: Patch) -> Outcome<()> {
    leaves(&patch, "daemon")
}

#[kopf::timer("zalando.org", "v1", "kopfexamples", labels = { "do" = "everywhere" }, interval = 5)]
fn timer(patch: Patch) -> Outcome<()> {
    leaves(&patch, "timer")
}

#[test]
fn every_handler_has_both_parts_of_a_patch_and_keeps_them_when_it_fails() {
    let mut operator = operator();
    let mut object = kit::example("kopf-example-1", &json!({ "do": EVERYWHERE }), &json!({ "tags": [] }));
    object["metadata"]["finalizers"] = json!(["example.com/held"]);
    operator.apply(&object.to_string());
    operator.advance(std::time::Duration::from_secs(10));
    operator.patch(EXAMPLES, OBJECT, &json!({ "spec": { "size": 1 } }));
    operator.settle();
    operator.stop();
    operator.resume();
    operator.settle();
    operator.delete(EXAMPLES, OBJECT);
    operator.settle();

    let families =
        ["attribute", "create", "daemon", "delete", "event", "field", "resume", "sub", "timer", "update"];
    let object = operator.get(EXAMPLES, OBJECT);
    let tags = object["spec"]["tags"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let mut tags: Vec<&str> = tags.collect();
    tags.sort_unstable();
    assert_eq!(tags, families);
    let annotations = object["metadata"]["annotations"].as_object().into_iter().flatten();
    let mut put: Vec<&str> = annotations.filter_map(|(key, _)| key.strip_prefix("example.com/")).collect();
    put.sort_unstable();
    assert_eq!(put, families);
}
