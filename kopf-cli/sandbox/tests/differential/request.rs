//! Turns a row into a request, and sends it.

use super::answer::Answer;
use http::{Method, Request as HttpRequest, header};
use http_body_util::BodyExt;
use kube::Client;

const AGGREGATED: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

/// How many bytes all annotations of an object may have, keys included.
const MAX_ANNOTATIONS: usize = 262_144;

/// One request.
pub(super) struct Request {
    method: Method,
    path: String,
    content_type: &'static str,
    accept: &'static str,
    body: String,
}

/// Reads a row; `answers` are those to the rows before it.
pub(super) fn parse(row: &str, namespace: &str, answers: &[Answer]) -> Request {
    let row = fill(row, namespace, answers);
    let (verb, rest) = row.split_once(' ').expect("a row has a verb and a path");
    let (path, body) = rest.trim().split_once(' ').unwrap_or((rest.trim(), ""));
    let (method, content_type) = match verb {
        "MERGE" => (Method::PATCH, "application/merge-patch+json"),
        "JSON" => (Method::PATCH, "application/json-patch+json"),
        "STRATEGIC" => (Method::PATCH, "application/strategic-merge-patch+json"),
        "TEXT" => (Method::PATCH, "text/plain"),
        "AGGREGATED" => (Method::GET, ""),
        verb => (verb.parse().expect("a verb of HTTP"), "application/json"),
    };
    let accept = if verb == "AGGREGATED" { AGGREGATED } else { "application/json" };
    Request { method, path: absolute(path, namespace), content_type, accept, body: body.trim().to_owned() }
}

fn absolute(path: &str, namespace: &str) -> String {
    if path.starts_with('/') {
        return path.to_owned();
    }
    let ours = ["rows", "bares"].iter().any(|plural| path.starts_with(plural));
    let prefix = if ours { "/apis/differential.kopf.test/v1" } else { "/api/v1" };
    format!("{prefix}/namespaces/{namespace}/{path}")
}

/// Replaces `$ns`, `$long`, `$3`, `$uid3` and `$continue3`, the highest numbers first, so that `$1` does not match in `$12`.
fn fill(row: &str, namespace: &str, answers: &[Answer]) -> String {
    let mut row = row.replace("$ns", namespace).replace("$long", &"a".repeat(MAX_ANNOTATIONS));
    for (n, answer) in answers.iter().enumerate().rev() {
        for (word, field) in [("$uid", "uid"), ("$continue", "continue"), ("$", "resourceVersion")] {
            if let Some(value) = answer.metadata(field) {
                row = row.replace(&format!("{word}{}", n + 1), value);
            }
        }
    }
    row
}

impl Request {
    pub(super) async fn send(self, client: &Client) -> Answer {
        let mut request =
            HttpRequest::builder().method(self.method).uri(&self.path).header(header::ACCEPT, self.accept);
        if !self.body.is_empty() {
            request = request.header(header::CONTENT_TYPE, self.content_type);
        }
        let request = request.body(self.body.into_bytes().into()).expect("a row is a request");
        let response = client.send(request).await.expect("the server answers");
        let status = response.status();
        let body = response.into_body().collect().await.expect("the answer ends").to_bytes();
        Answer::new(status, &body)
    }
}
