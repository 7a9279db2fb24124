//! What the sandbox claims to do it does as kube-apiserver does: the same requests get the same answers from both.
//!
//! A row is one request: a verb, a path and a body. Paths that do not begin with `/` are in a namespace of the test's
//! own, `rows` there being a custom resource. `$3` stands for the resourceVersion in the third answer, `$uid3` for the
//! uid, `$continue3` for the token of a list, `$hook` and `$ca` for a webhook and its authority, and `$long` for as many
//! letters as annotations may have. Answers are compared whole, but for what differs between any two runs. A verb may have
//! behind it what is accepted, or as whom it is asked: `GET+table`, `GET+as:somebody`, `GET+as:somebody/of-a-group`; also who
//! asks, by their token, and headers: `GET+by:$token2+as:somebody+with:Impersonate-Uid:u`.
//! `UNTIL path words` is a GET that is sent until the words are in the answer; with `!` before one, until it is not; and until
//! there is an answer with that code, or a success where nothing is said. What controllers do takes its time.
//! `AWAIT 200 …` is any request, sent until that is its answer, or until the word is in it that stands there instead.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test says what is wrong by failing")]

mod access;
mod admission;
mod answer;
mod bad_input;
mod bearers;
mod behind_services;
mod below;
mod built_in;
mod completion;
mod controllers;
mod costs;
mod decoding;
mod defining;
mod definitions;
mod directives;
mod discovery;
mod eviction;
mod expressions;
mod features;
mod forgotten;
mod formats;
mod forms;
mod going;
mod held;
mod impersonation;
mod kept_tokens;
mod layout;
mod limits;
mod living;
mod minimal;
mod numbers;
mod open_api;
mod owners;
mod ownership;
mod patterns;
mod plugins;
mod pod_security;
mod policies;
mod protobuf;
mod quoted;
mod random;
mod reading;
mod refusals;
mod refused_pods;
mod registration;
mod request;
mod rules;
mod schemas;
mod selecting;
mod stranded;
mod strictness;
mod tokens;
mod typechecking;
mod unusual;
mod validation;
mod warnings;
mod webhook;
mod wire;
mod yaml;

use answer::Answer;
use kopf_control_plane::{
    ControlPlane,
    client::{Resource, namespace},
};
use kopf_sandbox::Builder;
use kube::Client;
use kube::config::{AuthInfo, Kubeconfig};
use std::time::Duration;

/// The custom resource of the rows.
const ROWS: Resource =
    Resource { group: "differential.kopf.test", kind: "Row", plural: "rows", has_status: true };

/// The same without a status subresource.
const BARE: Resource =
    Resource { group: "differential.kopf.test", kind: "Bare", plural: "bares", has_status: false };

/// How long a row waits for what the controllers of a cluster do. The garbage collector stands still, for half a minute at
/// a time, whenever a definition has gone; other tests take definitions away.
const PATIENCE: Duration = Duration::from_secs(300);
/// How long it waits for what a sandbox does, which is done when the answer comes.
const LITTLE_PATIENCE: Duration = Duration::from_secs(3);

/// How often a request is sent at most until it has the answer that is awaited.
const MANY: usize = 40_000;

/// Sends `rows` to both servers, one after another, and fails with every row that they answer differently.
async fn check(rows: &str) {
    check_as(rows, |answer| answer).await;
}

/// The same, but of answers only their codes and what they warn of are compared.
async fn check_warnings(rows: &str) {
    check_as(rows, Answer::without_body).await;
}

async fn check_as(rows: &str, seen: fn(Answer) -> Answer) {
    let Some(real) = kopf_control_plane::get().await else { return };
    check_with(real, rows, seen).await;
}

async fn check_with(real: &ControlPlane, rows: &str, seen: fn(Answer) -> Answer) {
    compare(real, builder(), rows, seen).await;
}

async fn compare(real: &ControlPlane, builder: Builder, rows: &str, seen: fn(Answer) -> Answer) {
    let expected = run_by(&Clients::of(&real.kubeconfig).await, rows, PATIENCE).await;
    let (_, serving) = serve(builder).await;
    let kubeconfig = Kubeconfig::from_yaml(serving.kubeconfig()).expect("the sandbox writes kubeconfigs");
    let found = run_by(&Clients::of(&kubeconfig).await, rows, LITTLE_PATIENCE).await;
    let (expected, found) = (expected.into_iter().map(seen), found.into_iter().map(seen));
    let (expected, found): (Vec<Answer>, Vec<Answer>) = (expected.collect(), found.collect());
    let rows = rows.lines().map(str::trim).filter(|row| !row.is_empty());
    let differences: Vec<String> = rows
        .zip(expected.iter().zip(&found))
        .enumerate()
        .filter(|(_, (_, (expected, found)))| expected != found)
        .map(|(n, (row, (expected, found)))| {
            format!("{}. {row}\n{}", n + 1, answer::difference(expected, found))
        })
        .collect();
    assert!(differences.is_empty(), "the sandbox differs:\n\n{}", differences.join("\n"));
}

/// A sandbox as much like a cluster as there is.
fn builder() -> Builder {
    // No cluster is at its first version when its users come.
    kopf_sandbox::Sandbox::builder().first_revision(1_000).rbac(true).service_accounts(true)
}

/// A sandbox of this test's own, over HTTPS.
async fn sandbox() -> (Client, kopf_sandbox::Server) {
    serve(builder()).await
}

async fn serve(builder: Builder) -> (Client, kopf_sandbox::Server) {
    let sandbox = builder.build().expect("an empty sandbox can be made");
    let serving = sandbox.serve(([127, 0, 0, 1], 0).into()).await.expect("loopback has a free port");
    let kubeconfig = Kubeconfig::from_yaml(serving.kubeconfig()).expect("the sandbox writes kubeconfigs");
    (kopf_control_plane::connect(&kubeconfig).await, serving)
}

/// Who sends rows.
struct Clients {
    admin: Client,
    /// Has no token but what a row says.
    anybody: Client,
}

impl Clients {
    async fn of(kubeconfig: &Kubeconfig) -> Clients {
        let mut bare = kubeconfig.clone();
        bare.auth_infos.iter_mut().for_each(|user| user.auth_info = Some(AuthInfo::default()));
        let admin = kopf_control_plane::connect(kubeconfig).await;
        Clients { admin, anybody: kopf_control_plane::connect(&bare).await }
    }
}

async fn run(client: &Client, rows: &str, patience: Duration) -> Vec<Answer> {
    run_by(&Clients { admin: client.clone(), anybody: client.clone() }, rows, patience).await
}

async fn run_by(clients: &Clients, rows: &str, patience: Duration) -> Vec<Answer> {
    let client = &clients.admin;
    let namespace = namespace(client).await;
    ROWS.register(client).await;
    BARE.register(client).await;
    if rows.contains("typed") {
        schemas::TYPED.register_as(client, &schemas::definition()).await;
    }
    if rows.contains("ruled") {
        rules::RULED.register_as(client, &rules::definition()).await;
    }
    if rows.contains("formatted") {
        formats::FORMATTED.register_as(client, &formats::definition()).await;
    }
    if rows.contains("counted") {
        numbers::COUNTED.register_as(client, &numbers::definition()).await;
    }
    if rows.contains("owned") {
        ownership::OWNED.register_as(client, &ownership::definition()).await;
    }
    let mut answers: Vec<Answer> = Vec::new();
    for row in rows.lines().map(str::trim).filter(|row| !row.is_empty()) {
        let (awaited, row) = request::awaited(row);
        let send = async |answers: &[Answer]| {
            let request = request::parse(row, &namespace, answers);
            let client = if request.has_token() { &clients.anybody } else { client };
            request.send(client, patience).await
        };
        let mut answer = send(&answers).await;
        for _ in 0..MANY {
            if awaited.is_none_or(|wanted| answer.is(wanted)) {
                break;
            }
            answer = send(&answers).await;
        }
        assert!(awaited.is_none_or(|wanted| answer.is(wanted)), "waited in vain: {row}: {answer:?}");
        answers.push(answer.without(&namespace));
    }
    answers
}

#[tokio::test]
async fn objects_are_created_read_and_deleted() {
    check(
        r#"
        POST   rows    {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"a"},"spec":{"n":1}}
        GET    rows/a
        POST   rows    {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"a"}}
        GET    rows/b
        POST   rows    {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"Not_A_Name"}}
        POST   rows    {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{}}
        POST   rows    {"kind":"Other","apiVersion":"differential.kopf.test/v1","metadata":{"name":"c"}}
        POST   rows    {"kind":"Row","apiVersion":"differential.kopf.test/v2","metadata":{"name":"c"}}
        POST   rows    {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"c","namespace":"other"}}
        POST   rows    {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"c","resourceVersion":"5"}}
        POST   rows    {"kind":"Row"
        DELETE rows/a
        DELETE rows/a
        GET    rows/a
        POST   /apis/differential.kopf.test/v1/namespaces/missing/rows {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"a"}}
        GET    /apis/differential.kopf.test/v1/namespaces/missing/rows
        GET    /apis/differential.kopf.test/v2/rows
        GET    /apis/missing.kopf.test/v1/rows
        GET    /nowhere
    "#,
    )
    .await;
}

#[tokio::test]
async fn built_in_objects_are_created_read_and_deleted() {
    check(
        r#"
        POST   configmaps   {"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"a","labels":{"x":"y"}},"data":{"k":"v"}}
        GET    configmaps/a
        MERGE  configmaps/a {"data":{"k":"w"}}
        POST   configmaps   {"metadata":{"name":"b"}}
        DELETE configmaps/a
        GET    configmaps/a
        DELETE configmaps/c
    "#,
    )
    .await;
}

#[tokio::test]
async fn merge_patches_change_what_they_name() {
    check(
        r#"
        POST   rows    {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"a"},"spec":{"n":1,"list":[1,2],"map":{"x":1,"y":2}}}
        MERGE  rows/a  {"spec":{"n":2}}
        MERGE  rows/a  {"spec":{"n":2}}
        MERGE  rows/a  {}
        MERGE  rows/a  {"spec":{"list":[3],"map":{"x":null,"z":{"deep":null,"kept":true}}}}
        MERGE  rows/a  {"spec":{"list":[null,{"n":null,"list":[{"n":null}]}],"other":[{"n":null}],"map":[{"n":null}]}}
        MERGE  rows/a  {"metadata":{"annotations":{"a":"1"},"labels":{"l":"1"}}}
        MERGE  rows/a  {"metadata":{"annotations":{"a":null}}}
        MERGE  rows/a  {"metadata":{"annotations":{"-key-":"1"}}}
        MERGE  rows/a  {"metadata":{"labels":{"l":"not a value"}}}
        MERGE  rows/a  {"metadata":{"name":"b"}}
        MERGE  rows/a  {"metadata":{"uid":"11111111-1111-1111-1111-111111111111"}}
        MERGE  rows/a  {"metadata":{"generation":77}}
        MERGE  rows/a  {"kind":"Other"}
        MERGE  rows/a  [1]
        MERGE  rows/a  {"spec":
        MERGE  rows/b  {"spec":{}}
        MERGE  rows/a  {"spec":null}
        GET    rows/a
    "#,
    )
    .await;
}

#[tokio::test]
async fn json_patches_change_what_they_name() {
    check(
        r#"
        POST   rows    {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"a"},"spec":{"n":1,"list":[1,2]}}
        JSON   rows/a  [{"op":"replace","path":"/spec/n","value":2}]
        JSON   rows/a  [{"op":"test","path":"/spec/n","value":2},{"op":"add","path":"/spec/list/-","value":3}]
        JSON   rows/a  [{"op":"test","path":"/spec/n","value":7},{"op":"remove","path":"/spec/list"}]
        JSON   rows/a  [{"op":"remove","path":"/spec/missing"}]
        JSON   rows/a  [{"op":"unheard of","path":"/spec/n"}]
        JSON   rows/a  {"op":"remove","path":"/spec/n"}
        JSON   rows/a  [{"op":"add","path":"/metadata/finalizers","value":["kopf.test/hold"]}]
        JSON   rows/a  []
        STRATEGIC rows/a {"spec":{"n":3}}
        TEXT   rows/a  {"spec":{"n":3}}
        GET    rows/a
    "#,
    )
    .await;
}

#[tokio::test]
async fn stale_writes_are_conflicts() {
    check(
        r#"
        POST   rows    {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"a"},"spec":{"n":1}}
        MERGE  rows/a  {"metadata":{"resourceVersion":"$1"},"spec":{"n":2}}
        MERGE  rows/a  {"metadata":{"resourceVersion":"$1"},"spec":{"n":3}}
        MERGE  rows/a/status {"metadata":{"resourceVersion":"$1"},"status":{"n":3}}
        MERGE  rows/a  {"metadata":{"resourceVersion":"word"},"spec":{"n":3}}
        PUT    rows/a  {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"a","resourceVersion":"$1"}}
        PUT    rows/a  {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"a"}}
        PUT    rows/a  {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"a","resourceVersion":"$2"},"spec":{"n":4}}
        PUT    rows/b  {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"a"}}
        PUT    rows/b  {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"b","resourceVersion":"$2"}}
        DELETE rows/a  {"preconditions":{"resourceVersion":"$1"}}
        DELETE rows/a  {"preconditions":{"uid":"11111111-1111-1111-1111-111111111111"}}
        DELETE rows/a  {"preconditions":{"uid":"$uid1"}}
    "#,
    )
    .await;
}

#[tokio::test]
async fn finalizers_hold_an_object() {
    check(
        r#"
        POST   rows    {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"a","finalizers":["kopf.test/one","kopf.test/two"]}}
        DELETE rows/a
        DELETE rows/a
        GET    rows/a
        MERGE  rows/a  {"spec":{"n":1}}
        MERGE  rows/a  {"metadata":{"finalizers":["kopf.test/one","kopf.test/two","kopf.test/three"]}}
        MERGE  rows/a  {"metadata":{"finalizers":["kopf.test/two"]}}
        MERGE  rows/a  {"metadata":{"deletionTimestamp":null}}
        MERGE  rows/a  {"metadata":{"finalizers":null}}
        GET    rows/a
        POST   rows    {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"b","finalizers":["no-domain"]}}
        POST   configmaps    {"metadata":{"name":"c","finalizers":["kopf.test/one"]}}
        DELETE configmaps/c
        MERGE  configmaps/c  {"metadata":{"finalizers":[]}}
        GET    configmaps/c
    "#,
    )
    .await;
}

#[tokio::test]
async fn status_is_apart_where_it_is_a_subresource() {
    check(
        r#"
        POST   rows    {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"a"},"spec":{"n":1},"status":{"n":1}}
        MERGE  rows/a  {"status":{"n":2}}
        MERGE  rows/a/status {"spec":{"n":9},"status":{"n":3}}
        MERGE  rows/a/status {"metadata":{"annotations":{"a":"1"},"labels":{"l":"1"}}}
        GET    rows/a/status
        GET    rows/a
        MERGE  rows/b/status {"status":{"n":3}}
        PUT    rows/a/status {"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{"name":"a"},"status":{"n":4}}
        POST   bares   {"kind":"Bare","apiVersion":"differential.kopf.test/v1","metadata":{"name":"a"},"spec":{"n":1},"status":{"n":1}}
        MERGE  bares/a {"status":{"n":2}}
        MERGE  bares/a/status {"status":{"n":3}}
        GET    bares/a/status
    "#,
    )
    .await;
}

#[tokio::test]
async fn resources_are_defined_discovered_and_taken_away() {
    check(
        r#"
        GET    /apis/differential.kopf.test
        GET    /apis/differential.kopf.test/v1
        AGGREGATED /apis
        POST   /apis/apiextensions.k8s.io/v1/customresourcedefinitions {"metadata":{"name":"wrong"},"spec":{"group":"other.kopf.test","scope":"Namespaced","names":{"plural":"others","kind":"Other"},"versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"}}}]}}
        GET    /apis/apiextensions.k8s.io/v1/customresourcedefinitions/rows.differential.kopf.test
        DELETE /apis/apiextensions.k8s.io/v1/customresourcedefinitions/missing.kopf.test
        GET    /apis/other.kopf.test/v1
    "#,
    )
    .await;
}

#[tokio::test]
async fn a_definition_is_accepted_in_steps() {
    check(
        r#"
        POST   /apis/apiextensions.k8s.io/v1/customresourcedefinitions {"metadata":{"name":"steps.$ns.kopf.test"},"spec":{"group":"$ns.kopf.test","scope":"Namespaced","names":{"plural":"steps","kind":"Step"},"versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"}}}]}}
        GET    /apis/apiextensions.k8s.io/v1/customresourcedefinitions?watch=true&timeoutSeconds=3&resourceVersion=$1&fieldSelector=metadata.name%3Dsteps.$ns.kopf.test
    "#,
    )
    .await;
}

#[tokio::test]
async fn generated_names_and_events_are_as_usual() {
    check(
        r#"
        POST   /apis/events.k8s.io/v1/namespaces/$ns/events {"metadata":{"name":"e"},"eventTime":"2026-01-02T03:04:05.000006Z","reason":"Success","type":"Normal","action":"Handle","note":"done","reportingController":"kopf","reportingInstance":"it","regarding":{"kind":"Row","name":"a","namespace":"$ns"}}
        GET    /apis/events.k8s.io/v1/namespaces/$ns/events/e
        GET    events/e
        GET    /api/v1/namespaces/$ns
        POST   /api/v1/namespaces {"metadata":{"name":"default"}}
        MERGE  /api/v1/namespaces/$ns {"spec":{"finalizers":["kopf.test/x"]}}
        MERGE  /api/v1/namespaces/$ns {"spec":null}
    "#,
    )
    .await;
}
