//! Turns a row into a request, and sends it.

use super::answer::Answer;
use base64::{Engine, prelude::BASE64_STANDARD};
use http::{Method, Request as HttpRequest, header};
use http_body_util::BodyExt;
use kube::Client;
use std::time::{Duration, Instant};

const PROTOBUF: &str = "application/vnd.kubernetes.protobuf";
const AGGREGATED: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

/// How many bytes all annotations of an object may have, keys included.
const MAX_ANNOTATIONS: usize = 262_144;

/// How often it is looked whether what a row waits for has come about.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// What a real server says of a resource while it exchanges the storage of its definition, which it does once more
/// after each condition of the definition that its own controllers write. It has done nothing then.
const EXCHANGED: &str = "apiserver is shutting down";

/// The headers that are compared, besides that of the media type: all that follow from what is asked.
const TOLD: [&str; 11] = [
    "warning",
    "cache-control",
    "retry-after",
    "allow",
    "location",
    "vary",
    "www-authenticate",
    "x-content-type-options",
    "content-encoding",
    "accept-ranges",
    "etag",
];

/// One request.
#[derive(Clone)]
pub(super) struct Request {
    /// It is made again and again until the answer is this code, has this text, or (with `!` before it) has it not.
    until: Option<String>,
    /// Who makes it, as whom, and what else is said of it.
    headers: Vec<(String, String)>,
    method: Method,
    path: String,
    content_type: &'static str,
    accept: &'static str,
    body: String,
}

/// The code that a row waits for, or a word in its answer, if it does, and the row itself.
pub(super) fn awaited(row: &str) -> (Option<&str>, &str) {
    let Some(row) = row.strip_prefix("AWAIT ") else { return (None, row) };
    let (wanted, row) = row.trim_start().split_once(' ').expect("what is awaited stands before a row");
    (Some(wanted), row.trim_start())
}

/// Reads a row; `answers` are those to the rows before it.
pub(super) fn parse(row: &str, namespace: &str, answers: &[Answer]) -> Request {
    let row = fill(row, namespace, answers);
    let (verb, rest) = row.split_once(' ').expect("a row has a verb and a path");
    let (path, mut body) = rest.trim().split_once(' ').unwrap_or((rest.trim(), ""));
    let (verb, form) = verb.split_once('+').unwrap_or((verb, ""));
    let (headers, forms): (Vec<_>, Vec<_>) = form.split('+').partition(|form| form.contains(':'));
    let form = forms.first().copied().unwrap_or_default();
    let until = (verb == "UNTIL").then(|| std::mem::take(&mut body).trim().to_owned());
    let (method, content_type) = match verb {
        "MERGE" => (Method::PATCH, "application/merge-patch+json"),
        "JSON" => (Method::PATCH, "application/json-patch+json"),
        "STRATEGIC" => (Method::PATCH, "application/strategic-merge-patch+json"),
        "YAML" => (Method::POST, "application/yaml"),
        "TEXT" => (Method::PATCH, "text/plain"),
        "APPLY" => (Method::PATCH, "application/apply-patch+yaml"),
        "CBOR" => (Method::PATCH, "application/apply-patch+cbor"),
        "AGGREGATED" | "UNTIL" => (Method::GET, ""),
        // `!UNTIL` would be one, too.
        verb if !verb.bytes().all(|byte| byte.is_ascii_uppercase()) => panic!("no row has the verb {verb}"),
        verb => (verb.parse().expect("a verb of HTTP"), "application/json"),
    };
    let accept = match (verb, form) {
        ("AGGREGATED", _) => AGGREGATED,
        (_, form) => accept(form),
    };
    // A row is a line, and YAML may need several.
    let body = if verb == "YAML" { body.replace("\\n", "\n") } else { body.to_owned() };
    Request {
        until,
        headers: headers.into_iter().flat_map(said_by).collect(),
        method,
        path: absolute(path, namespace),
        content_type,
        accept,
        body: body.trim().to_owned(),
    }
}

/// The headers that a row says behind its verb: whose token it has, as whom it is made, and others.
fn said_by(said: &str) -> Vec<(String, String)> {
    let (word, rest) = said.split_once(':').expect("it has a colon");
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    match word {
        "by" => vec![header("Authorization", &format!("Bearer {rest}"))],
        "as" => {
            let (user, group) =
                rest.split_once('/').map_or((rest, None), |(user, group)| (user, Some(group)));
            let group = group.map(|group| header("Impersonate-Group", group));
            std::iter::once(header("Impersonate-User", user)).chain(group).collect()
        }
        "with" => {
            let (name, value) = rest.split_once(':').expect("a header has a name and a value");
            vec![header(name, value)]
        }
        other => panic!("nobody knows what {other}: is"),
    }
}

/// What a row accepts that says so behind its verb: `GET+table`.
fn accept(form: &str) -> &'static str {
    match form {
        "" => "application/json",
        "table" => "application/json;as=Table;v=v1;g=meta.k8s.io",
        "table-or-json" => "application/json;as=Table;v=v7;g=meta.k8s.io,application/json",
        "any-or-table" => "*/*,application/json;q=0.5;as=Table;v=v1;g=meta.k8s.io",
        "table-beta" => "application/json;as=Table;v=v1beta1;g=meta.k8s.io",
        "metadata" => "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io",
        "metadata-beta" => "application/json;as=PartialObjectMetadata;v=v1beta1;g=meta.k8s.io",
        "metadata-list" => "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io",
        "metadata-list-beta" => "application/json;as=PartialObjectMetadataList;v=v1beta1;g=meta.k8s.io",
        "unheard-of" => "application/json;as=Poem;v=v1;g=meta.k8s.io",
        "aggregated-beta" => "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList",
        "aggregated-beta-or-json" => {
            "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json"
        }
        "protobuf" => PROTOBUF,
        "protobuf-or-json" => "application/vnd.kubernetes.protobuf,application/json",
        "json-or-protobuf" => "application/json,application/vnd.kubernetes.protobuf",
        "protobuf-if-need-be" => "application/json;q=0.5,application/vnd.kubernetes.protobuf;q=0.9",
        "protobuf-table" => "application/vnd.kubernetes.protobuf;as=Table;v=v1;g=meta.k8s.io",
        "protobuf-metadata" => {
            "application/vnd.kubernetes.protobuf;as=PartialObjectMetadata;v=v1;g=meta.k8s.io"
        }
        "protobuf-metadata-list" => {
            "application/vnd.kubernetes.protobuf;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io"
        }
        "text" => "text/plain",
        "second" => "text/plain;q=0.9,application/json;q=0.5",
        other => panic!("no row accepts {other}"),
    }
}

fn absolute(path: &str, namespace: &str) -> String {
    if path.starts_with('/') {
        return path.to_owned();
    }
    let is_of = |plurals: [&str; 2]| plurals.iter().any(|plural| path.starts_with(plural));
    let prefix = match () {
        () if is_of(["rows", "bares"]) => "/apis/differential.kopf.test/v1",
        () if path.starts_with("owned") => "/apis/owned.kopf.test/v1",
        () if is_of(["typed", "ruled"]) => "/apis/schemas.kopf.test/v1",
        () if path.starts_with("counted") => "/apis/numbers.kopf.test/v1",
        () => "/api/v1",
    };
    format!("{prefix}/namespaces/{namespace}/{path}")
}

/// Replaces `$ns`, `$long`, `$3`, `$uid3`, `$continue3` and `$token3`, the highest numbers first, so that `$1` does not match in `$12`.
fn fill(row: &str, namespace: &str, answers: &[Answer]) -> String {
    let mut row = row.replace("$longer", &"a".repeat(129));
    if row.contains("$hook") || row.contains("$ca") {
        let webhook = super::webhook::get();
        row = row.replace("$hook", &webhook.url).replace("$ca", &webhook.ca_bundle);
    }
    let mut row = row.replace("$ns", namespace).replace("$long", &"a".repeat(MAX_ANNOTATIONS));
    for (n, answer) in answers.iter().enumerate().rev() {
        if let Some(token) = token(answer.object()) {
            row = row.replace(&format!("$token{}", n + 1), &token);
        }
        for (word, field) in [("$uid", "uid"), ("$continue", "continue"), ("$", "resourceVersion")] {
            if let Some(value) = answer.metadata(field) {
                row = row.replace(&format!("{word}{}", n + 1), value);
            }
        }
    }
    row
}

/// The token that an object tells: one that was asked for, or one in a secret.
fn token(object: &serde_json::Value) -> Option<String> {
    if let Some(token) = object["status"]["token"].as_str() {
        return Some(token.to_owned());
    }
    let kept = BASE64_STANDARD.decode(object["data"]["token"].as_str()?).ok()?;
    String::from_utf8(kept).ok()
}

/// The document at a path.
pub(super) async fn get(client: &Client, path: &str) -> serde_json::Value {
    let request = HttpRequest::get(path).body(Vec::new()).expect("a path makes a request");
    client.request(request).await.expect("the server answers")
}

impl Request {
    /// Whether it says itself who makes it.
    pub(super) fn has_token(&self) -> bool {
        self.headers.iter().any(|(name, _)| name == "Authorization")
    }

    /// Sends it; one that waits for something in vain fails the test after `patience`.
    pub(super) async fn send(mut self, client: &Client, patience: Duration) -> Answer {
        let Some(wanted) = self.until.take() else { return self.send_undisturbed(client).await };
        let give_up_at = Instant::now() + patience;
        let mut looks = tokio::time::interval(LOOK_EVERY);
        loop {
            looks.tick().await;
            let answer = self.clone().send_undisturbed(client).await;
            if answer.is(&wanted) {
                return answer;
            }
            // Two servers that are alike in what never comes would tell nothing.
            assert!(Instant::now() < give_up_at, "{} is never {wanted:?}: {answer:?}", self.path);
        }
    }

    /// Sends it, and again as long as the resource is being exchanged.
    async fn send_undisturbed(self, client: &Client) -> Answer {
        let mut looks = tokio::time::interval(LOOK_EVERY);
        loop {
            looks.tick().await;
            let answer = self.send_once(client).await;
            if !(answer.has(503) && answer.is(EXCHANGED)) {
                return answer;
            }
        }
    }

    async fn send_once(&self, client: &Client) -> Answer {
        let mut request = HttpRequest::builder()
            .method(self.method.clone())
            .uri(&self.path)
            .header(header::ACCEPT, self.accept);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        if !self.body.is_empty() {
            request = request.header(header::CONTENT_TYPE, self.content_type);
        }
        let request = request.body(self.body.clone().into_bytes().into()).expect("a row is a request");
        let response = client.send(request).await.expect("the server answers");
        let status = response.status();
        let told = TOLD.iter().flat_map(|name| {
            let values = response.headers().get_all(*name).iter();
            values.filter_map(move |value| Some(format!("{name}: {}", value.to_str().ok()?)))
        });
        let headers = told.collect();
        let media = response.headers().get(header::CONTENT_TYPE).and_then(|media| media.to_str().ok());
        let media = media.unwrap_or_default().to_owned();
        let body = response.into_body().collect().await.expect("the answer ends").to_bytes();
        Answer::new(status, headers, media, &body)
    }
}
