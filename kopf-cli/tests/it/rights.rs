//! Operators whose accounts may do less than they would like: what works goes on, and each missing right is named once.

use crate::support::account::Account;
use crate::support::operator::{NAME, Operator};
use crate::support::script::{End, called};
use crate::support::server::{Server, on_both_servers};
use crate::support::world::{CHANGES, PEERINGS, SIGHTS, World};
use kopf_control_plane::client::{Objects, Resource, namespace};
use serde_json::{Value, json};

on_both_servers!(
    who_may_do_the_least_works_and_names_what_else_there_is,
    who_may_not_patch_records_nothing_until_it_may,
    who_is_kept_out_of_a_namespace_serves_the_others,
);

/// The rule that lets an account do this with a resource and its status.
fn rule(resource: Resource, verbs: &[&str]) -> Value {
    let resources = [resource.plural.to_owned(), format!("{}/status", resource.plural)];
    json!({ "apiGroups": [resource.group], "resources": resources, "verbs": verbs })
}

/// The rule that lets an account see all that the scripted plugin has handlers for, whichever is there.
fn sees_all() -> Value {
    json!({
        "apiGroups": ["it.kopf.test", "versions.kopf.test"], "resources": ["*"], "verbs": ["list", "watch"],
    })
}

/// An operator that is an account.
fn operator(world: &World, account: &Account, options: &[&str]) -> Operator {
    Operator::start(&account.kubeconfig(), &world.namespace, NAME, &world.script, options)
}

/// The warnings and errors so far, without their times, and without what is not in the cluster.
fn told(operator: &Operator) -> Vec<String> {
    // Beside this test others define resources on the server, and take them away.
    let is_of_others = |line: &str| {
        line.contains("Not in the cluster")
            || (line.contains("Cannot watch ") && !line.contains("Cannot watch changes"))
    };
    let is_told = |line: &&String| {
        (line.contains(" WARN ") || line.contains(" ERROR ")) && !is_of_others(line.as_str())
    };
    operator.lines().iter().filter(is_told).map(|line| line.split_once("] ").unwrap().1.to_owned()).collect()
}

/// That each of these was told, once, and nothing else. The start is compared, up to what the server says.
async fn check_told(operator: &Operator, expected: &[&str]) {
    for start in expected {
        operator.says(start).await;
    }
    let told = told(operator);
    let is_told_once = |start: &&str| told.iter().filter(|line| line.contains(start)).count() == 1;
    assert!(told.len() == expected.len() && expected.iter().all(is_told_once), "{told:#?}");
}

async fn who_may_do_the_least_works_and_names_what_else_there_is(server: Server) {
    PEERINGS.register(&server.client).await;
    let world = World::with(server, &[CHANGES]).await;
    let account = Account::of(&world.server, &world.namespace).await;
    account.may(None, &json!([sees_all(), rule(CHANGES, &["get", "patch"])])).await;
    world.script.on("created", |_| End::Result(json!(1)));
    let operator = operator(&world, &account, &["--events", "all"]);
    let objects = world.objects(CHANGES);
    for name in ["a", "b", "c"] {
        objects.create(name, json!({ "spec": { "n": 1 } })).await;
        let object = world.until_handled(CHANGES, name).await;
        assert_eq!(object.data["status"]["created"], 1);
    }
    operator.says("Not allowed to post Events").await;
    assert_eq!(operator.says("An Event was not posted").await.matches("WARN").count(), 0);
    check_told(
        &operator,
        &[
            "Not allowed to watch custom resource definitions: what is defined later is found within a minute; allow `list` and \
             `watch` of customresourcedefinitions in the API group apiextensions.k8s.io to find it at once",
            "so that no other operator makes room; allow `list`, `watch` and `patch` of kopfpeerings in the API group kopf.dev, \
             or say --standalone: ",
            "Not allowed to post Events, so this goes on without them; allow `create` and `patch` of events in the API group \
             events.k8s.io, or say --events none: ",
        ],
    )
    .await;
    assert_eq!(operator.stop().await.code(), Some(0));
}

async fn who_may_not_patch_records_nothing_until_it_may(server: Server) {
    let world = World::with(server, &[CHANGES, SIGHTS]).await;
    let account = Account::of(&world.server, &world.namespace).await;
    account.may(None, &json!([sees_all(), rule(CHANGES, &["get"])])).await;
    let operator = operator(&world, &account, &["--events", "none", "--standalone"]);
    let (objects, seen) = (world.objects(CHANGES), world.objects(SIGHTS));
    objects.create("a", json!({ "spec": { "n": 1 } })).await;
    operator.says("Not allowed to get or patch").await;
    // What needs no patch works.
    seen.create("b", json!({ "spec": { "n": 1 } })).await;
    world.script.until("the spy to see", |attempts| attempts.iter().any(|attempt| attempt.name == "b")).await;

    account.may(Some(&world.namespace), &json!([rule(CHANGES, &["patch"])])).await;
    world.until_handled(CHANGES, "a").await;
    assert_eq!(world.script.calls_on("a"), [called("created", 1)], "it is not called again");
    check_told(
        &operator,
        &[
            "Not allowed to watch custom resource definitions",
            "Not allowed to get or patch objects of changes.v1.it.kopf.test, so what handlers did is kept in memory until it can \
             be written; allow `get` and `patch` of changes and changes/status in the API group it.kopf.test: ",
        ],
    )
    .await;
}

async fn who_is_kept_out_of_a_namespace_serves_the_others(server: Server) {
    let world = World::with(server, &[CHANGES]).await;
    let closed = namespace(&world.client).await;
    let account = Account::of(&world.server, &world.namespace).await;
    let rules = json!([sees_all(), rule(CHANGES, &["get", "patch"])]);
    account.may(Some(&world.namespace), &rules).await;
    let options = ["--events", "none", "--standalone", "--namespace", &closed];
    let operator = operator(&world, &account, &options);
    let (open, shut): (Objects, Objects) = (world.objects(CHANGES), CHANGES.objects(&world.client, &closed));
    // On a server that others use as well, more is served than this.
    let line = format!(
        "Not allowed to list and watch changes.v1.it.kopf.test in {closed}, so that its objects are not handled; allow `list` and \
         `watch` of changes in the API group it.kopf.test: "
    );
    operator.says(&line).await;
    shut.create("b", json!({ "spec": { "n": 2 } })).await;
    open.create("a", json!({ "spec": { "n": 1 } })).await;
    world.until_handled(CHANGES, "a").await;
    let told = told(&operator);
    assert_eq!(told.iter().filter(|told| told.contains(&line)).count(), 1, "{told:#?}");
    let own = format!("in {}, so that its objects are not handled", world.namespace);
    assert!(!told.iter().any(|told| told.contains(&own)), "{told:#?}");

    account.may(Some(&closed), &rules).await;
    operator.says(&format!("Allowed to list changes.v1.it.kopf.test in {closed} now")).await;
    world.script.until("the other to be handled", |attempts| attempts.iter().any(|it| it.name == "b")).await;
}
