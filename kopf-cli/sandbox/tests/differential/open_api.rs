//! The document of OpenAPI 2: all that both servers have of it is the same, but for prose, in JSON and in protobuf.

mod defined;
mod gnostic;
mod third;

use std::time::{Duration, Instant};

use http::{Request, header};
use http_body_util::BodyExt;
use kube::Client;
use serde_json::{Map, Value};

use super::{LITTLE_PATIENCE, PATIENCE, sandbox};

const PATH: &str = "/openapi/v2";
const PROTOBUF: &str = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";
/// The sections whose members have names.
const SECTIONS: [&str; 3] = ["paths", "definitions", "parameters"];
/// What descriptions of the test's own begin with: they are no prose of the server's.
const OWN: &str = "Of the test: ";
/// What a response is called.
const ANSWERS: [&str; 4] = ["OK", "Created", "Accepted", "Unauthorized"];

/// An answer: its code, its headers and its body.
struct Answer {
    code: u16,
    headers: http::HeaderMap,
    body: Vec<u8>,
}

async fn ask(client: &Client, method: &str, headers: &[(header::HeaderName, &str)]) -> Answer {
    let mut request = Request::builder().method(method).uri(PATH);
    for (name, value) in headers {
        request = request.header(name, *value);
    }
    let response = client.send(request.body(Vec::new().into()).unwrap()).await.unwrap();
    let (code, headers) = (response.status().as_u16(), response.headers().clone());
    let body = response.into_body().collect().await.unwrap().to_bytes().to_vec();
    Answer { code, headers, body }
}

/// The document in JSON, once it is as awaited; what waits for a controller takes its time on a real server.
async fn document(client: &Client, patience: Duration, awaited: impl Fn(&Value) -> bool) -> Value {
    let began = Instant::now();
    loop {
        let answer = ask(client, "GET", &[(header::ACCEPT, "application/json")]).await;
        let document: Value = serde_json::from_slice(&answer.body).unwrap();
        if awaited(&document) {
            return document;
        }
        assert!(began.elapsed() < patience, "the document did not change in time");
    }
}

/// What is compared of documents: what servers have by themselves, or what is defined here, too.
#[derive(Clone, Copy, PartialEq)]
enum Whose {
    Servers,
    Own,
}

/// A document without prose, and without what other tests define.
fn compared(mut document: Value, whose: Whose) -> Value {
    let is_of_others = |name: &str| {
        let of_a_test = ["kopf.test", "test.kopf.", "kopf-test-"].iter().any(|part| name.contains(part));
        let own = name.contains(defined::GROUP) || name.starts_with(defined::NAME);
        of_a_test && !(own && whose == Whose::Own)
    };
    for section in SECTIONS {
        let members = document[section].as_object_mut().unwrap();
        members.retain(|name, _| !is_of_others(name));
    }
    without_prose(&document, false)
}

/// `named` is whether the members have names of their own, which may be those of keywords.
fn without_prose(value: &Value, named: bool) -> Value {
    match value {
        Value::Object(fields) => {
            let is_prose = |(name, value): &(&String, &Value)| {
                let text = value.as_str().unwrap_or_default();
                *name == "description" && !named && !text.starts_with(OWN) && !ANSWERS.contains(&text)
            };
            let kept = fields.iter().filter(|field| !is_prose(field)).map(|(name, value)| {
                let named = !named && (name == "properties" || SECTIONS[..2].contains(&name.as_str()));
                (name.clone(), without_prose(value, named))
            });
            kept.collect::<Map<_, _>>().into()
        }
        Value::Array(items) => items.iter().map(|item| without_prose(item, false)).collect(),
        other => other.clone(),
    }
}

/// Fails with what differs between two documents, member by member.
fn check(found: &Value, expected: &Value) {
    let mut differences = Vec::new();
    for section in SECTIONS {
        let (found, expected) = (found[section].as_object().unwrap(), expected[section].as_object().unwrap());
        let names = expected.keys().chain(found.keys().filter(|name| !expected.contains_key(*name)));
        let differing = names.filter(|name| found.get(*name) != expected.get(*name));
        differences.extend(differing.map(|name| {
            let shown = |side: &Map<String, Value>| side.get(name).map_or("-".to_owned(), Value::to_string);
            format!("{section} {name}:\n  expected {}\n  found    {}", shown(expected), shown(found))
        }));
    }
    assert!(differences.is_empty(), "{} differ:\n{}", differences.len(), differences.join("\n"));
    let around = |document: &Value| {
        let mut around = document.as_object().unwrap().clone();
        around.retain(|name, _| !SECTIONS.contains(&name.as_str()));
        Value::from(around)
    };
    assert_eq!(around(found), around(expected));
}

fn has_all(document: &Value) -> bool {
    defined::PATHS.iter().all(|path| !document["paths"][path].is_null())
}

fn has_none(document: &Value) -> bool {
    defined::PATHS.iter().all(|path| document["paths"][path].is_null())
}

#[tokio::test]
async fn all_that_is_served_is_described_alike_as_it_comes_and_goes() {
    let Some(real) = kopf_control_plane::get().await else { return };
    let real = kopf_control_plane::connect(&real.kubeconfig).await;
    let (sandbox, _serving) = sandbox().await;
    let _turn = defined::TURN.lock().await;
    let mut defined = Vec::new();
    for (client, patience) in [(&real, PATIENCE), (&sandbox, LITTLE_PATIENCE)] {
        defined::define(client).await;
        let json = document(client, patience, has_all).await;
        defined.push(compared(json, Whose::Own));
    }
    let [real_defined, sandbox_defined] = defined.try_into().unwrap();
    check(&sandbox_defined, &real_defined);
    assert!(real_defined["paths"].as_object().unwrap().len() > 400);
    for (client, patience) in [(&real, PATIENCE), (&sandbox, LITTLE_PATIENCE)] {
        defined::take_away(client).await;
        document(client, patience, has_none).await;
    }
}

#[tokio::test]
async fn the_document_means_the_same_in_protobuf() {
    let Some(real) = kopf_control_plane::get().await else { return };
    let real = kopf_control_plane::connect(&real.kubeconfig).await;
    let (sandbox, _serving) = sandbox().await;
    defined::define(&sandbox).await;
    // What the real server says shows whether the messages are read as they are; what is defined there comes and goes meanwhile.
    for (client, whose) in [(&real, Whose::Servers), (&sandbox, Whose::Own)] {
        let answer = ask(client, "GET", &[(header::ACCEPT, PROTOBUF)]).await;
        let protobuf = compared(gnostic::document(&answer.body), whose);
        let json = compared(document(client, LITTLE_PATIENCE, |_| true).await, whose);
        check(&gnostic::without_zeros(&protobuf), &gnostic::without_zeros(&json));
    }
}

#[tokio::test]
async fn the_document_is_negotiated_alike() {
    let older = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";
    let before = format!("application/json;q=0.1, {PROTOBUF}");
    let behind = format!("*/*, {PROTOBUF}");
    let rows = [
        ("GET", "", ""),
        ("GET", "application/json", ""),
        ("GET", PROTOBUF, ""),
        ("GET", older, ""),
        ("GET", &before, ""),
        ("GET", &behind, ""),
        ("GET", "*/*", ""),
        ("GET", "*", ""),
        ("GET", "application/*", ""),
        ("GET", "*/json", ""),
        ("GET", "application/json;as=Table;v=v1;g=meta.k8s.io", ""),
        ("GET", "application/json;q=0", ""),
        ("GET", "application/yaml", ""),
        ("GET", "application/yaml, */*;q=0.1", ""),
        ("GET", "application/vnd.kubernetes.protobuf", ""),
        ("GET", "application/vnd.kubernetes.protobuf, application/json", ""),
        ("GET", "application", ""),
        ("GET", "text/*", ""),
        ("GET", ";", ""),
        ("GET", "", "*"),
        ("GET", PROTOBUF, "\"nothing\", W/\"else\""),
        ("GET", "text/*", "*"),
        ("HEAD", "", ""),
        ("HEAD", "", "*"),
        ("POST", "", ""),
        ("DELETE", PROTOBUF, ""),
        ("PUT", "application/json", "*"),
    ];
    let Some(real) = kopf_control_plane::get().await else { return };
    let real = kopf_control_plane::connect(&real.kubeconfig).await;
    let (sandbox, _serving) = sandbox().await;
    let mut differences = Vec::new();
    for (method, accept, known) in rows {
        let headers = [(header::ACCEPT, accept), (header::IF_NONE_MATCH, known)];
        let headers: Vec<_> = headers.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        let [expected, found] = [ask(&real, method, &headers).await, ask(&sandbox, method, &headers).await]
            .map(|answer| {
                let media = answer.headers.get(header::CONTENT_TYPE).filter(|_| answer.code == 200).cloned();
                let varies = answer.headers.get_all(header::VARY).iter().any(|vary| vary == "Accept");
                let tag = answer.headers.contains_key(header::ETAG);
                (answer.code, media, varies, tag, answer.body.is_empty())
            });
        if found != expected {
            differences.push(format!("{method} {accept:?} {known:?}:\n  {expected:?}\n  {found:?}"));
        }
    }
    assert!(differences.is_empty(), "the sandbox differs:\n{}", differences.join("\n"));
}

#[tokio::test]
async fn what_is_known_is_not_sent_again() {
    let (sandbox, _serving) = sandbox().await;
    let tag = |answer: &Answer| answer.headers[header::ETAG].to_str().unwrap().to_owned();
    let first = ask(&sandbox, "GET", &[]).await;
    let again = ask(&sandbox, "GET", &[(header::IF_NONE_MATCH, &tag(&first))]).await;
    assert_eq!((again.code, tag(&again)), (304, tag(&first)));
    defined::define(&sandbox).await;
    let changed = ask(&sandbox, "GET", &[(header::IF_NONE_MATCH, &tag(&first))]).await;
    assert_eq!(changed.code, 200);
    defined::take_away(&sandbox).await;
    let as_before = ask(&sandbox, "GET", &[(header::IF_NONE_MATCH, &tag(&first))]).await;
    assert_eq!(as_before.code, 304);
}
