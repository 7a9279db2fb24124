//! The documents of OpenAPI 3: all of them are the same, but for prose, in JSON and in protobuf, and are sent alike.

use std::time::{Duration, Instant};

use http::{Request, header};
use http_body_util::BodyExt;
use kube::Client;
use serde_json::{Map, Value};

use super::{ANSWERS, Answer, OWN, defined, gnostic};
use crate::{LITTLE_PATIENCE, PATIENCE, sandbox};

const INDEX: &str = "/openapi/v3";
const PROTOBUF: &str = "application/com.github.proto-openapi.spec.v3.v1.0+protobuf";
/// What members have names of their own in.
const NAMING: [&str; 3] = ["properties", "paths", "schemas"];
/// What is told as it was written, whatever it is.
const VERBATIM: [&str; 3] = ["default", "example", "enum"];

async fn ask(client: &Client, method: &str, path: &str, headers: &[(header::HeaderName, &str)]) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(name, *value);
    }
    let response = client.send(request.body(Vec::new().into()).unwrap()).await.unwrap();
    let (code, headers) = (response.status().as_u16(), response.headers().clone());
    let body = response.into_body().collect().await.unwrap().to_bytes().to_vec();
    Answer { code, headers, body }
}

async fn json(client: &Client, path: &str) -> Value {
    let answer = ask(client, "GET", path, &[(header::ACCEPT, "application/json")]).await;
    serde_json::from_slice(&answer.body).unwrap_or_else(|why| panic!("{path}: {why}"))
}

/// What the index names, without what other tests define.
async fn names(client: &Client) -> Vec<String> {
    let index = json(client, INDEX).await;
    let names = index["paths"].as_object().unwrap().keys().cloned();
    let is_of_others = |name: &String| {
        ["kopf.test", "kopf-test-"].iter().any(|of_a_test| name.contains(of_a_test))
            && !name.contains(defined::GROUP)
    };
    let mut names: Vec<String> = names.filter(|name| !is_of_others(name)).collect();
    names.sort();
    names
}

/// The names, once what is defined here is told of, or is not any more.
async fn names_once(client: &Client, patience: Duration, is_told_of: bool) -> Vec<String> {
    let began = Instant::now();
    loop {
        let names = names(client).await;
        let mut told = defined::PATHS.iter().map(|path| name_of(path));
        if told.all(|name| names.contains(&name) == is_told_of) {
            return names;
        }
        assert!(began.elapsed() < patience, "the index did not change in time");
    }
}

/// The name of the document that a path is told in.
fn name_of(path: &str) -> String {
    path.split('/').skip(1).take(3).collect::<Vec<_>>().join("/")
}

/// A document, once what is defined here is in it.
async fn document(client: &Client, patience: Duration, name: &str) -> Value {
    let began = Instant::now();
    let awaited: Vec<&&str> = defined::PATHS.iter().filter(|path| name_of(path) == name).collect();
    loop {
        let document = json(client, &format!("{INDEX}/{name}")).await;
        if awaited.iter().all(|path| document["paths"][**path].is_object()) {
            return without_prose(&document, "");
        }
        assert!(began.elapsed() < patience, "{name} did not change in time");
    }
}

/// `within` is the member that a value stands under.
fn without_prose(value: &Value, within: &str) -> Value {
    let named = NAMING.contains(&within);
    match value {
        Value::Object(fields) => {
            let is_prose = |(name, value): &(&String, &Value)| {
                let text = value.as_str().unwrap_or_default();
                *name == "description" && !named && !text.starts_with(OWN) && !ANSWERS.contains(&text)
            };
            let kept = fields.iter().filter(|field| !is_prose(field)).map(|(name, value)| {
                let within = if named { "" } else { name };
                let value = if VERBATIM.contains(&within) || within.starts_with("x-") {
                    value.clone()
                } else {
                    without_prose(value, within)
                };
                (name.clone(), value)
            });
            kept.collect::<Map<_, _>>().into()
        }
        Value::Array(items) => items.iter().map(|item| without_prose(item, "")).collect(),
        other => other.clone(),
    }
}

/// What protobuf has of a document: of defaults, those that are texts, numbers or flags.
fn in_messages(value: &Value, within: &str) -> Value {
    let named = NAMING.contains(&within);
    match value {
        Value::Object(fields) => {
            let told = fields.iter().map(|(name, value)| {
                let within = if named { "" } else { name };
                let told = match within {
                    "default" if value.is_object() || value.is_array() => Value::Null,
                    within if VERBATIM.contains(&within) || within.starts_with("x-") => value.clone(),
                    within => in_messages(value, within),
                };
                (name.clone(), told)
            });
            told.collect::<Map<_, _>>().into()
        }
        Value::Array(items) => items.iter().map(|item| in_messages(item, "")).collect(),
        other => other.clone(),
    }
}

/// Where two values differ, and how.
fn differences(place: &str, found: &Value, expected: &Value, told: &mut Vec<String>) {
    match (found, expected) {
        (Value::Object(found), Value::Object(expected)) => {
            for (name, value) in expected {
                let found = found.get(name).unwrap_or(&Value::Null);
                differences(&format!("{place} {name}"), found, value, told);
            }
            for (name, value) in found.iter().filter(|(name, _)| !expected.contains_key(*name)) {
                differences(&format!("{place} {name}"), value, &Value::Null, told);
            }
        }
        _ if found == expected => {}
        _ => told.push(format!("{place}:\n  expected {expected}\n  found    {found}")),
    }
}

fn check(told: &[String]) {
    let first: Vec<&str> = told.iter().take(40).map(String::as_str).collect();
    assert!(told.is_empty(), "{} differ:\n{}", told.len(), first.join("\n"));
}

#[tokio::test]
async fn each_group_is_described_alike_as_definitions_come_and_go() {
    let Some(real) = kopf_control_plane::get().await else { return };
    let real = kopf_control_plane::connect(&real.kubeconfig).await;
    let (sandbox, _serving) = sandbox().await;
    let _turn = defined::TURN.lock().await;
    let mut indexes = Vec::new();
    for (client, patience) in [(&real, PATIENCE), (&sandbox, LITTLE_PATIENCE)] {
        defined::define(client).await;
        indexes.push(names_once(client, patience, true).await);
    }
    assert_eq!(indexes[1], indexes[0]);
    let mut told = Vec::new();
    for name in &indexes[0] {
        let expected = document(&real, PATIENCE, name).await;
        let found = document(&sandbox, LITTLE_PATIENCE, name).await;
        differences(name, &found, &expected, &mut told);
    }
    check(&told);
    for (client, patience) in [(&real, PATIENCE), (&sandbox, LITTLE_PATIENCE)] {
        defined::take_away(client).await;
        names_once(client, patience, false).await;
    }
}

#[tokio::test]
async fn documents_of_groups_mean_the_same_in_protobuf() {
    let Some(real) = kopf_control_plane::get().await else { return };
    let real = kopf_control_plane::connect(&real.kubeconfig).await;
    let (sandbox, _serving) = sandbox().await;
    defined::define(&sandbox).await;
    // What the real server says shows whether the messages are read as they are; what is defined there comes and goes meanwhile.
    for (client, with_defined) in [(&real, false), (&sandbox, true)] {
        let names = names(client).await;
        let mut told = Vec::new();
        for name in names.iter().filter(|name| with_defined || !name.contains(defined::GROUP)) {
            let path = format!("{INDEX}/{name}");
            let protobuf = ask(client, "GET", &path, &[(header::ACCEPT, PROTOBUF)]).await;
            let protobuf = gnostic::third(&protobuf.body);
            let document = in_messages(&json(client, &path).await, "");
            let [found, expected] =
                [protobuf, document].map(|document| without_prose(&gnostic::without_zeros(&document), ""));
            differences(name, &found, &expected, &mut told);
        }
        check(&told);
    }
}

#[tokio::test]
async fn documents_of_groups_are_negotiated_and_kept_alike() {
    let older = "application/com.github.proto-openapi.spec.v3@v1.0+protobuf";
    let json = "application/json";
    let rows = [
        ("GET", "", "", ""),
        ("GET", "", json, ""),
        ("GET", "/version", "", ""),
        ("GET", "/version", json, ""),
        ("GET", "/version", PROTOBUF, ""),
        ("GET", "/version", older, ""),
        ("GET", "/version", "application/json;q=0.1, application/*", ""),
        ("GET", "/version", "*/*", ""),
        ("GET", "/version", "text/*", ""),
        ("GET", "/version", "application/yaml", ""),
        ("GET", "/version", "application/vnd.kubernetes.protobuf, application/json", ""),
        ("GET", "/version", "application", ""),
        ("GET", "/version", ";", ""),
        ("GET", "/version", "application/com.github.proto-openapi.spec.v2.v1.0+protobuf", ""),
        ("GET", "/version?hash=", json, ""),
        ("GET", "/version?hash=other", json, ""),
        ("GET", "/version?hash=other", PROTOBUF, ""),
        ("GET", "/version?hash=other", "text/*", ""),
        ("GET", "/version?hash=other", ";", ""),
        ("GET", "/version?hash=other&timeout=32s", json, "If-None-Match: *"),
        ("GET", "/version?hash=$hash", json, ""),
        ("GET", "/version?hash=$hash&timeout=32s", PROTOBUF, ""),
        ("GET", "/version?hash=$hash", json, "If-None-Match: $tag"),
        ("GET", "/version", json, "If-None-Match: $tag"),
        ("GET", "/version", PROTOBUF, "If-None-Match: $tag"),
        ("GET", "/version", json, "If-None-Match: \"a\", W/$tag"),
        ("GET", "/version", json, "If-None-Match: a, $tag"),
        ("GET", "/version", json, "If-None-Match: *"),
        ("GET", "/version", json, "If-Match: $tag"),
        ("GET", "/version", json, "If-Match: W/$tag"),
        ("GET", "/version", json, "If-Match: \"other\""),
        ("GET", "/version?hash=$hash", json, "If-Match: \"other\""),
        ("GET", "/version", json, "If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT"),
        ("GET", "/version", json, "If-Modified-Since: Sat, 01 Jan 2000 00:00:00 GMT"),
        ("GET", "/version", json, "If-Modified-Since: later"),
        ("GET", "/version", json, "If-Unmodified-Since: Sat, 01 Jan 2000 00:00:00 GMT"),
        ("GET", "/version", json, "Range: bytes=0-9"),
        ("GET", "/version", PROTOBUF, "Range: bytes=2-2"),
        ("GET", "/version", json, "Range: bytes=0-1,3-4"),
        ("GET", "/version", json, "Range: bytes=-5"),
        ("GET", "/version", json, "Range: bytes=9999999-"),
        ("GET", "/version?hash=$hash", json, "Range: bytes=9999999-"),
        ("GET", "/version", json, "Range: bytes=3-2"),
        ("GET", "/version", json, "Range: words=1-2"),
        ("GET", "", json, "Range: bytes=0-9"),
        ("GET", "", json, "If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT"),
        ("GET", "", json, "If-None-Match: *"),
        ("GET", "", json, "If-Match: \"other\""),
        ("HEAD", "", json, ""),
        ("HEAD", "/version", json, ""),
        ("HEAD", "/version", PROTOBUF, "If-None-Match: *"),
        ("POST", "/version", json, ""),
        ("POST", "/version", json, "If-None-Match: *"),
        ("PUT", "/version", json, "If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT"),
        ("DELETE", "/version?hash=other", json, ""),
        ("POST", "", json, ""),
        ("GET", "/", json, ""),
        ("GET", "/version/", json, ""),
        ("GET", "/nothing", json, ""),
        ("GET", "/nothing", "text/*", ""),
        ("GET", "/nothing?hash=1", json, ""),
        ("GET", "/apis/nothing/v1", "", ""),
        ("POST", "/apis/nothing/v1", json, "If-Match: *"),
    ];
    let Some(real) = kopf_control_plane::get().await else { return };
    let real = kopf_control_plane::connect(&real.kubeconfig).await;
    let (sandbox, _serving) = sandbox().await;
    let mut told = Vec::new();
    for row in rows {
        let [expected, found] = [sent(&real, row).await, sent(&sandbox, row).await];
        if found != expected {
            told.push(format!("{row:?}:\n  expected {expected}\n  found    {found}"));
        }
    }
    check(&told);
}

/// How an answer is sent, without what differs between any two servers.
async fn sent(client: &Client, (method, path, accept, other): (&str, &str, &str, &str)) -> String {
    let index = json(client, INDEX).await;
    let place = index["paths"]["version"]["serverRelativeURL"].as_str().unwrap();
    let hash = place.rsplit('=').next().unwrap();
    let known = |text: &str| text.replace("$hash", hash).replace("$tag", &format!("\"{hash}\""));
    let (path, other) = (known(path), known(other));
    let mut headers = Vec::new();
    if !accept.is_empty() {
        headers.push((header::ACCEPT, accept));
    }
    if let Some((name, value)) = other.split_once(": ") {
        headers.push((name.parse().unwrap(), value));
    }
    let answer = ask(client, method, &format!("{INDEX}{path}"), &headers).await;
    let masked = |name: &str, value: &str| match name {
        "last-modified" | "expires" => value.split(' ').next_back().unwrap().to_owned(),
        "content-range" => value.split('/').next().unwrap().replace(char::is_numeric, ""),
        "content-type" => value.split("boundary").next().unwrap().to_owned(),
        _ => value.replace(hash, "$hash"),
    };
    let unlike = [
        "audit-id",
        "date",
        "content-length",
        "x-kubernetes-pf-flowschema-uid",
        "x-kubernetes-pf-prioritylevel-uid",
    ];
    let headers = answer.headers.iter().filter(|(name, _)| !unlike.contains(&name.as_str()));
    let mut headers: Vec<String> = headers
        .map(|(name, value)| format!("{name}: {}", masked(name.as_str(), value.to_str().unwrap())))
        .collect();
    headers.sort();
    // What is sent of a document is its own; of refusals it is compared.
    let text = if answer.code < 400 {
        format!("{}", !answer.body.is_empty())
    } else {
        String::from_utf8_lossy(&answer.body).into_owned()
    };
    format!("{} {headers:?} {text:?}", answer.code)
}
