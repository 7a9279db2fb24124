//! The operator's client in the hands of a plugin: what handlers ask of the API server, and what they get.
#![expect(clippy::panic, reason = "a test says what is wrong by failing, and some handlers fail so")]

mod kit;

use std::time::Duration;

use k8s_openapi::api::core::v1::ConfigMap;
use kopf_plugin_api::{
    client::{self, Change, Delete, Resource, Selection},
    events,
    hierarchies::{self, Options},
    prelude::*,
    serde::{Deserialize, Serialize},
};
use kopf_plugin_testing::{Effect, Fault, Operator};

use kit::operator;

const OBJECT: &str = "default/kopf-example-1";

/// Runs the handler that has this label, and answers what it returned or how it failed.
#[track_caller]
fn run(operator: &mut Operator, label: &str) -> String {
    operator.apply(&kit::example("kopf-example-1", &json!({ "do": label }), &json!({})).to_string());
    operator.settle();
    came_of(operator, label)
}

fn came_of(operator: &Operator, label: &str) -> String {
    let object = operator.get("kopfexamples.zalando.org", OBJECT);
    match object["status"].get(label) {
        Some(Value::String(text)) => text.clone(),
        Some(result) => result.to_string(),
        None => {
            let failed = format!("Handler {label} failed");
            let lines = operator.log();
            let line = lines.iter().rev().find_map(|line| Some(line.split_once(&failed)?.1.to_owned()));
            line.unwrap_or_else(|| panic!("{label} has not ended: {lines:#?}")).trim().to_owned()
        }
    }
}

#[kopf::on::create("zalando.org", "v1", "kopfexamples", labels = { "do" = "lives" })]
async fn lives(client: Client, namespace: Namespace) -> Outcome<Value> {
    let maps = client.resource("v1", "configmaps").namespace(&namespace);
    assert_eq!(maps.get_opt("m").await?, None);
    let made = maps.create(&json!({ "metadata": { "name": "m", "labels": { "a": "b" } } })).await?;
    let patched = maps.patch("m", &Change::Merge(json!({ "data": { "size": "1" } }))).await?;
    let mut replaced = patched.clone();
    replaced["data"]["size"] = json!("2");
    maps.replace(&replaced).await?;
    let found = maps.list(Selection::labels("a=b")).await?;
    assert_eq!(maps.list(Selection::labels("a=c")).await?, Vec::<Value>::new());
    let uid = made["metadata"]["uid"].as_str().unwrap_or_default();
    maps.delete("m", &Delete::background().only_uid(uid)).await?;
    assert!(!maps.delete_opt("m", &Delete::default()).await?);
    Ok(
        json!({ "found": found[0]["data"], "kind": found[0]["kind"], "there": maps.get_opt("m").await?.is_some() }),
    )
}

#[test]
fn an_object_lives_from_its_creation_to_its_deletion() {
    let result = run(&mut operator(), "lives");
    assert_eq!(result, r#"{"found":{"size":"2"},"kind":"ConfigMap","there":false}"#);
}

#[kopf::on::create("zalando.org", "v1", "kopfexamples", labels = { "do" = "blocks" })]
fn blocks(client: Client, namespace: Namespace) -> Outcome<Value> {
    let maps = client.blocking().kind("v1", "ConfigMap").namespace(&namespace);
    maps.create(&json!({ "metadata": { "name": "m" }, "data": { "size": "1" } }))?;
    Ok(maps.get("m")?["data"].clone())
}

#[test]
fn a_handler_that_blocks_has_the_same_by_name_of_the_kind() {
    let mut operator = operator();
    assert_eq!(run(&mut operator, "blocks"), r#"{"size":"1"}"#);
    let manager =
        operator.journal().find(|entry| entry.method == "POST" && entry.path.contains("configmaps"));
    assert!(manager[0].query.contains("fieldManager=kopf-plugin-testing.kopf.dev"), "{manager:?}");
}

#[kopf::on::create("zalando.org", "v1", "kopfexamples", labels = { "do" = "refused" }, retries = 1)]
async fn refused(client: Client) -> Outcome<()> {
    let maps = client.resource("v1", "configmaps").namespace("default");
    match maps.get("nobody").await {
        Err(client::Error::NotFound(status)) if status.code == 404 => {}
        other => Err(kopf::Error::msg(format!("{other:?}")))?,
    }
    maps.create(&json!({ "metadata": { "name": "m" } })).await?;
    match maps.create(&json!({ "metadata": { "name": "m" } })).await {
        Err(client::Error::AlreadyExists(_)) => {}
        other => Err(kopf::Error::msg(format!("{other:?}")))?,
    }
    let stale = json!({ "metadata": { "resourceVersion": "1" }, "data": {} });
    match maps.patch("m", &Change::Merge(stale)).await {
        Err(client::Error::Conflict(_)) => {}
        other => Err(kopf::Error::msg(format!("{other:?}")))?,
    }
    maps.create(&json!({ "metadata": { "name": "NOT VALID" } })).await?;
    Ok(())
}

#[test]
fn refusals_are_told_apart_and_one_by_question_mark_is_the_handlers() {
    let text = run(&mut operator(), "refused");
    assert!(text.contains("NOT VALID") && text.contains("(422 Invalid)"), "{text}");
}

#[kopf::on::create("zalando.org", "v1", "kopfexamples", labels = { "do" = "busy" }, backoff = 1000)]
async fn busy(client: Client) -> Outcome<&'static str> {
    client.resource("v1", "secrets").namespace("default").list(Selection::all()).await?;
    Ok("listed")
}

#[test]
fn a_busy_server_is_asked_again_when_it_says() {
    let mut operator = operator();
    let busy_once =
        Fault::new(Effect::TooManyRequests { retry_after: 7 }).when(|entry| entry.path.ends_with("/secrets"));
    operator.sandbox().faults().add(busy_once);
    assert!(run(&mut operator, "busy").starts_with("temporarily"));
    operator.advance(Duration::from_secs(6));
    assert!(came_of(&operator, "busy").starts_with("temporarily"));
    operator.advance(Duration::from_secs(1));
    assert_eq!(came_of(&operator, "busy"), "listed");
}

#[kopf::on::create("zalando.org", "v1", "kopfexamples", labels = { "do" = "waits" })]
async fn waits(client: Client) -> Outcome<Value> {
    let maps = client.resource("v1", "configmaps").namespace("default");
    maps.create(&json!({ "metadata": { "name": "m" }, "data": { "phase": "new" } })).await?;
    let writing = maps.clone();
    // The task goes on once the handler waits, on a thread of the plugin's own.
    let writing = kopf::spawn(async move {
        writing.create(&json!({ "metadata": { "name": "other" } })).await?;
        writing.patch("m", &Change::Merge(json!({ "data": { "phase": "done" } }))).await
    });
    let found = maps.wait_until("m", 60, |map| map["data"]["phase"] == "done").await?;
    writing.await??;
    let late = maps.wait_until("m", 0, |map| map["data"]["phase"] == "never").await;
    assert!(matches!(late, Err(client::Error::TimedOut { .. })), "{late:?}");
    maps.delete("m", &Delete::default()).await?;
    maps.wait_until_gone("m", 60).await?;
    Ok(found["data"]["phase"].clone())
}

#[test]
fn an_object_is_waited_for_and_its_end_too() {
    assert_eq!(run(&mut operator(), "waits"), "done");
}

#[kopf::on::create("zalando.org", "v1", "kopfexamples", labels = { "do" = "nowhere" })]
async fn nowhere(client: Client) -> Outcome<String> {
    let paths = ["https://elsewhere.example/api", "//elsewhere.example/api", "/proxy", "api/v1"];
    let mut refused = 0;
    for path in paths {
        match client.request("GET", path, None).await {
            Err(client::Error::Unsendable(_)) => refused += 1,
            other => return Err(kopf::Error::msg(format!("{other:?}"))),
        }
    }
    let version = client.request("GET", "/version", None).await?;
    Ok(format!("{refused} {}", version["major"].is_string()))
}

#[test]
fn requests_lead_to_the_api_server_and_nowhere_else() {
    assert_eq!(run(&mut operator(), "nowhere"), "4 true");
}

#[kopf::on::create("zalando.org", "v1", "kopfexamples", labels = { "do" = "adopts" })]
async fn adopts(client: Client) -> Outcome<Value> {
    let mut child = json!({ "apiVersion": "v1", "kind": "ConfigMap", "data": { "size": "1" } });
    hierarchies::adopt(&mut child, &Options::new())?;
    let child = client.like(&child)?.create(&child).await?;
    Ok(child["metadata"].clone())
}

#[test]
fn a_child_belongs_to_the_object_that_is_handled() {
    let mut operator = operator();
    let metadata: Value = serde_json::from_str(&run(&mut operator, "adopts")).unwrap();
    let owner = operator.get("kopfexamples.zalando.org", OBJECT);
    assert!(metadata["name"].as_str().unwrap().starts_with("kopf-example-1-"), "{metadata}");
    assert_eq!(metadata["namespace"], "default");
    assert_eq!(metadata["labels"], json!({ "do": "adopts" }));
    assert_eq!(
        metadata["ownerReferences"],
        json!([{
            "controller": true, "blockOwnerDeletion": true, "apiVersion": "zalando.org/v1", "kind": "KopfExample",
            "name": "kopf-example-1", "uid": owner["metadata"]["uid"],
        }])
    );
}

/// Creates a child, and answers who is its owner.
async fn owner_of_child() -> Outcome<Value> {
    let mut child = json!({ "apiVersion": "v1", "kind": "ConfigMap" });
    hierarchies::adopt(&mut child, &Options::new())?;
    let child = kopf::client().like(&child)?.create(&child).await?;
    Ok(child["metadata"]["ownerReferences"][0]["name"].clone())
}

#[kopf::on::create("zalando.org", "v1", "kopfexamples", labels = { "do" = "adopts-everywhere" })]
async fn adopts_everywhere() -> Outcome<Value> {
    #[kopf::subhandler]
    async fn within() -> Outcome<Value> {
        owner_of_child().await
    }

    kopf::spawn(owner_of_child()).await?
}

#[kopf::daemon("zalando.org", "v1", "kopfexamples", labels = { "do" = "adopts-everywhere" })]
async fn adopts_in_the_background(patch: Patch) -> Outcome<()> {
    patch.set_status("daemon", owner_of_child().await?);
    Ok(())
}

#[kopf::timer("zalando.org", "v1", "kopfexamples", labels = { "do" = "adopts-everywhere" })]
async fn adopts_in_time(patch: Patch) -> Outcome<()> {
    patch.set_status("timer", owner_of_child().await?);
    Ok(())
}

#[test]
fn the_owner_is_known_in_sub_handlers_tasks_daemons_and_timers() {
    let mut operator = operator();
    let labels = json!({ "do": "adopts-everywhere" });
    operator.apply(&kit::example("kopf-example-1", &labels, &json!({})).to_string());
    operator.advance(Duration::from_secs(1));
    let status = operator.get("kopfexamples.zalando.org", OBJECT)["status"].clone();
    let name = "kopf-example-1";
    let expected = json!({
        "daemon": name, "timer": name, "adopts_everywhere": name, "adopts_everywhere/within": name,
    });
    assert_eq!(status, expected);
}

#[kopf::on::create("zalando.org", "v1", "kopfexamples", labels = { "do" = "posts" })]
fn posts() -> Outcome<&'static str> {
    events::info("Planned", "The example is planned.");
    events::exception("", "It does not work:", &Temporary::new("not yet"));
    let namespace = |name| json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": name } });
    events::about(&json!([namespace("default"), [namespace("other")]])).warn("Crowded", "x".repeat(2000));
    let metadata = json!({ "name": "x", "namespace": "default/pods?" });
    events::about(&json!({ "apiVersion": "v1", "kind": "Pod", "metadata": metadata }))
        .info("Lost", "nowhere");
    Ok("posted")
}

#[test]
fn events_are_posted_about_the_object_and_about_others() {
    let mut operator = operator();
    assert_eq!(run(&mut operator, "posts"), "posted");
    let posted = operator.journal().find(|entry| entry.method == "POST" && entry.path.ends_with("/events"));
    let mut posted: Vec<String> = posted
        .iter()
        .map(|entry| {
            let event: Value = serde_json::from_slice(&entry.body).unwrap();
            let note = event["note"].as_str().unwrap();
            let note = if note.len() > 100 { note.len().to_string() } else { note.to_owned() };
            let of = |key: &str| event[key].as_str().unwrap_or_default().to_owned();
            format!("{} {} {} {note}", of("type"), of("reason"), event["regarding"]["name"])
        })
        .collect();
    posted.sort();
    assert_eq!(
        posted,
        [
            r#"Normal Planned "kopf-example-1" The example is planned."#,
            r#"Normal Success "kopf-example-1" Handler posts succeeded."#,
            r#"Warning Crowded "default" 1024"#,
            r#"Warning Crowded "other" 1024"#,
            r#"Warning Temporary "kopf-example-1" It does not work: not yet"#,
        ]
    );
    let line = "WARN [default/kopf-example-1] An Event is not posted: an Event is about an object in the namespace \
                \"default/pods?\", which no namespace is called: give its name alone";
    assert!(operator.log().iter().any(|found| found == line), "{:#?}", operator.log());
}

#[kopf::on::create("zalando.org", "v1", "kopfexamples", labels = { "do" = "ends-late" })]
async fn ends_late() {
    kopf::time::sleep(Duration::from_secs(3)).await;
    (0..20).for_each(|number| events::info("Late", number));
}

#[kopf::on::cleanup]
fn tidies_up() {
    let namespace = json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": "default" } });
    events::about(&namespace).info("Ended", "It has ended.");
}

#[test]
fn what_handlers_post_last_is_posted_before_the_end() {
    let mut operator = operator();
    operator.apply(&kit::example("kopf-example-1", &json!({ "do": "ends-late" }), &json!({})).to_string());
    operator.settle();
    operator.stop();
    let posted = operator.journal().find(|entry| entry.method == "POST" && entry.path.ends_with("/events"));
    assert_eq!(posted.len(), 21, "those of the handler, and its success");
    let line = "WARN An Event is not posted: the operator has ended, and posts no more Events: post it in a handler before \
                the cleanup";
    assert!(operator.log().iter().any(|found| found == line), "{:#?}", operator.log());
}

#[derive(Serialize, Deserialize)]
#[serde(crate = "kopf::serde")]
struct Example {
    metadata: Value,
    spec: Size,
}

#[derive(Serialize, Deserialize)]
#[serde(crate = "kopf::serde")]
struct Size {
    size: u32,
}

impl Resource for Example {
    const API_VERSION: &'static str = "zalando.org/v1";
    const KIND: &'static str = "KopfExample";
    const PLURAL: &'static str = "kopfexamples";
}

#[kopf::on::create("zalando.org", "v1", "kopfexamples", labels = { "do" = "types" })]
async fn types(client: Client) -> Outcome<Value> {
    let maps = client.api::<ConfigMap>().namespace("default");
    let mut map = ConfigMap::default();
    map.metadata.name = Some("m".to_owned());
    map.data = Some([("size".to_owned(), "1".to_owned())].into());
    hierarchies::append_owner_reference(&mut hierarchies::typed(&mut map), &Options::new())?;
    let made = maps.create(&map).await?;
    let examples = client.api::<Example>().namespace("default");
    examples.create(&Example { metadata: json!({ "name": "other" }), spec: Size { size: 3 } }).await?;
    let mine = examples.get("kopf-example-1").await.map(|example| example.spec.size);
    let problem = match mine {
        Err(client::Error::Decode { problem, .. }) => problem,
        other => return Err(kopf::Error::msg(format!("{other:?}"))),
    };
    let owners = made.metadata.owner_references.map_or(0, |owners| owners.len());
    Ok(json!([owners, examples.get("other").await?.spec.size, problem]))
}

#[test]
fn objects_are_types_of_k8s_openapi_or_of_ones_own() {
    let result = run(&mut operator(), "types");
    let problem = "`spec` is not as lent::Example has it: missing field `size`";
    assert!(result.starts_with(&format!("[1,3,\"{problem}")), "{result}");
}

#[kopf::on::create("zalando.org", "v1", "kopfexamples", labels = { "do" = "changes" })]
async fn changes(client: Client) -> Outcome<Value> {
    let pods = client.resource("v1", "pods").namespace("default");
    let containers = json!([{ "name": "a", "image": "a" }, { "name": "b", "image": "b" }]);
    pods.create(&json!({ "metadata": { "name": "p" }, "spec": { "containers": containers } })).await?;
    pods.patch("p", &Change::Merge(json!({ "metadata": { "labels": { "merge": "1" } } }))).await?;
    let added = json!([{ "op": "add", "path": "/metadata/labels/json", "value": "2" }]);
    pods.patch("p", &Change::Json(added)).await?;
    let image = json!({ "spec": { "containers": [{ "name": "b", "image": "c" }] } });
    pods.patch("p", &Change::Strategic(image)).await?;
    let found = pods.get("p").await?;
    let images: Vec<_> =
        found["spec"]["containers"].as_array().into_iter().flatten().map(|one| &one["image"]).collect();
    Ok(json!({ "labels": found["metadata"]["labels"], "images": images }))
}

#[test]
fn an_object_is_patched_by_merging_by_operations_and_strategically() {
    let result = run(&mut operator(), "changes");
    let expected = json!({ "images": ["a", "c"], "labels": { "json": "2", "merge": "1" } });
    assert_eq!(result, expected.to_string());
}

#[kopf::on::create("zalando.org", "v1", "kopfexamples", labels = { "do" = "reads-logs" })]
async fn reads_logs(client: Client) -> Outcome<Value> {
    let last = client.logs("default", "talker", client::Logs::tail(1)).await?;
    let all = client.logs("default", "talker", client::Logs::all().container("c")).await?;
    let missing = client.logs("default", "nobody", client::Logs::all()).await;
    Ok(json!({ "last": last, "all": all, "missing": matches!(missing, Err(client::Error::NotFound(_))) }))
}

#[test]
fn a_log_of_a_pod_is_what_it_has_said() {
    let mut operator = operator();
    let containers = json!([{ "name": "c", "image": "a" }]);
    let metadata = json!({ "name": "talker", "namespace": "default" });
    let pod = json!({ "apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": { "containers": containers } });
    operator.apply(&pod.to_string());
    operator.sandbox().log("default", "talker", "c", "first\nsecond\n");
    operator.apply(&kit::example("kopf-example-1", &json!({ "do": "reads-logs" }), &json!({})).to_string());
    operator.settle();
    let found = operator.get("kopfexamples.zalando.org", OBJECT)["status"]["reads_logs"].clone();
    assert_eq!(found, json!({ "last": "second\n", "all": "first\nsecond\n", "missing": true }));
}
