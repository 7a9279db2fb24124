//! Bodies that no client should send get the answers that the real server has for them.
//!
//! What the words of a row cannot hold: bytes that are no text, megabytes, levels by the thousand.

use http::{Request, header};
use http_body_util::BodyExt;
use kopf_control_plane::client::namespace;
use kube::Client;
use serde_json::{Value, json};

use crate::{ROWS, answer, answer::Answer, sandbox};

const JSON: &str = "application/json";
pub(crate) const YAML: &str = "application/yaml";
pub(crate) const APPLY: &str = "application/apply-patch+yaml";
const MERGE: &str = "application/merge-patch+json";
const PATCHES: &str = "application/json-patch+json";

/// One request: what it is to show, verb and path, media type, body.
pub(crate) type Row<'a> = (&'a str, &'a str, &'a str, Vec<u8>);

pub(crate) async fn check(rows: &[Row<'_>]) {
    let Some(real) = kopf_control_plane::get().await else { return };
    let expected = run(&kopf_control_plane::connect(&real.kubeconfig).await, rows).await;
    let (client, _serving) = sandbox().await;
    let found = run(&client, rows).await;
    let differences: Vec<String> = rows
        .iter()
        .zip(expected.iter().zip(&found))
        .filter(|(_, (expected, found))| expected != found)
        .map(|((what, request, ..), (expected, found))| {
            format!("{what}: {request}\n{}", answer::difference(expected, found))
        })
        .collect();
    assert!(differences.is_empty(), "the sandbox differs:\n\n{}", differences.join("\n"));
}

async fn run(client: &Client, rows: &[Row<'_>]) -> Vec<Answer> {
    let namespace = namespace(client).await;
    ROWS.register(client).await;
    let mut answers = Vec::new();
    for (_, request, media, body) in rows {
        let (verb, path) = request.split_once(' ').expect("a row has a verb and a path");
        let prefix = if path.starts_with("rows") { "/apis/differential.kopf.test/v1" } else { "/api/v1" };
        let path = format!("{prefix}/namespaces/{namespace}/{path}");
        let mut request = Request::builder().method(verb).uri(path).header(header::ACCEPT, JSON);
        if !media.is_empty() {
            request = request.header(header::CONTENT_TYPE, *media);
        }
        let response = client.send(request.body(body.clone().into()).unwrap()).await.unwrap();
        let status = response.status();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        let body = if is_too_deep(&body) { json!(spec(&body)).to_string().into() } else { body };
        answers.push(Answer::new(status, Vec::new(), String::new(), &body).without(&namespace));
    }
    answers
}

/// Whether a body has more levels than are read here.
fn is_too_deep(body: &[u8]) -> bool {
    serde_json::from_slice::<Value>(body).is_err_and(|error| error.to_string().contains("recursion limit"))
}

/// The text of an object's `spec`, which has no braces but those of its levels.
fn spec(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let (_, spec) = text.split_once(r#""spec":"#).expect("such an object has one");
    let mut depth = 0_usize;
    let end = spec.find(|character| {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        depth == 0
    });
    spec[..=end.expect("it ends")].to_owned()
}

/// A custom resource of this name with this as its `spec`, as JSON.
fn object(name: &str, spec: &[u8]) -> Vec<u8> {
    let head = format!(
        r#"{{"kind":"Row","apiVersion":"differential.kopf.test/v1","metadata":{{"name":"{name}"}},"spec":"#
    );
    [head.as_bytes(), spec, b"}"].concat()
}

fn levels(levels: usize) -> Vec<u8> {
    format!("{}1{}", r#"{"a":"#.repeat(levels), "}".repeat(levels)).into_bytes()
}

#[tokio::test]
async fn what_is_wrong_first_is_told_of_where_several_things_are() {
    let rows =
        ["rows/missing", "rows/missing/status", "configmaps/missing", "replicationcontrollers/missing/scale"];
    let requests: Vec<[String; 2]> =
        rows.iter().map(|row| [format!("PUT {row}"), format!("PATCH {row}")]).collect();
    let bodies = [&b"{"[..], b"[]", b"{}", b"null", b"{\"kind\":\"Row\"}"];
    let mut all: Vec<Row<'_>> = Vec::new();
    for ([put, patch], body) in requests.iter().flat_map(|request| bodies.map(|body| (request, body))) {
        all.push(("update", put, JSON, body.to_vec()));
        all.push(("merge patch", patch, MERGE, body.to_vec()));
        all.push(("JSON patch", patch, PATCHES, body.to_vec()));
        all.push(("strategic patch", patch, "application/strategic-merge-patch+json", body.to_vec()));
    }
    check(&all).await;
}

#[tokio::test]
async fn bodies_that_are_none_are_refused() {
    let yaml = |text: &str| {
        format!("kind: Row\napiVersion: differential.kopf.test/v1\nmetadata: {{name: y}}\n{text}")
            .into_bytes()
    };
    check(&[
        ("nothing", "POST rows", JSON, vec![]),
        ("half", "POST rows", JSON, b"{\"kind\":\"Row\"".to_vec()),
        ("null", "POST rows", JSON, b"null".to_vec()),
        ("a list", "POST rows", JSON, b"[]".to_vec()),
        ("a text", "POST rows", JSON, b"\"x\"".to_vec()),
        ("something behind it", "POST rows", JSON, [object("a", b"{}"), b" x".to_vec()].concat()),
        ("half a built-in one", "POST configmaps", JSON, b"{\"data\":".to_vec()),
        ("nothing for a built-in one", "POST configmaps", JSON, vec![]),
        ("YAML that is none", "POST rows", YAML, yaml("spec: {a: [}\n")),
        ("YAML", "POST rows", YAML, yaml("spec: {n: 1}\n")),
        ("a patch of nothing", "PATCH rows/y", MERGE, vec![]),
        ("half a patch", "PATCH rows/y", MERGE, b"{\"spec\":".to_vec()),
        ("a patch that is no list", "PATCH rows/y", PATCHES, b"{}".to_vec()),
        ("a patch of no operations", "PATCH rows/y", PATCHES, b"[1]".to_vec()),
        ("options that are none", "DELETE rows/y", JSON, b"{\"preconditions\":".to_vec()),
        ("options that are a list", "DELETE rows/y", JSON, b"[]".to_vec()),
    ])
    .await;
}

#[tokio::test]
async fn yaml_that_is_none_is_told_of_with_its_line() {
    let texts = [
        "a: [",
        "a: [b\nc: d\n",
        "a: [b, c\n",
        "a: [b c: d]\n",
        "a: {b: c\n",
        "a: {b: c\nd: e\n",
        "a: }\n",
        "a: ]\n",
        "a: [}\n",
        "a: {]\n",
        "a: 'b\n",
        "a: 'b\nc: d\n",
        "a: \"b\nc: d\n",
        "a: \"b\n---\n",
        "a: \"\\q\"\n",
        "a: \"\\xzz\"\n",
        "a: \"\\ud800\"\n",
        "a: b: c\n",
        "x: y\na: b: c\n",
        "a: - b\n",
        "a: b\n- c\n",
        "- a\nb: c\n",
        "- a\n - b\n",
        "- - a\n - b\n",
        "a: b\n c: d\n",
        "a:\n  b: c\n d: e\n",
        "a:\n    b: c\n  d: e\n",
        "a:\n  b: c\n   d: e\n",
        "a:\n- b\n c: d\n",
        "  a: b\nc: d\n",
        "a: b\nc\n",
        "a: b\nc\nd: e\n",
        "a: b\n\nc d\n\n",
        "a b\nc: d\n",
        "\ta: b\n",
        "a:\n\tb: c\n",
        "a:\n  b: c\n\td: e\n",
        "a: b\n\tc: d\n",
        "a: b\n\tc\n",
        "a: |\n\tb\n",
        "a: |0\n  b\n",
        "a: |x\n  b\n",
        "a: *b\n",
        "x: y\na: *b\n",
        "a: &\n",
        "a: * b\n",
        "a: &b!\n",
        "a: @b\n",
        "a: `b`\n",
        "a: %b\n",
        "x: y\na: @b\n",
        "a: !b!c d\n",
        "a: !<b c\n",
        "a: !!\n",
        "%YAML 2.0\n---\na: b\n",
        "\u{feff}apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n",
        "%TAG !k! tag:yaml.org,2002:\n---\nmetadata: {name: !k!str a}\n",
        "%OTHER\n---\na: b\n",
        "%YAML 1.1\na: b\n",
        "? a\nb\n",
        "a: b\n? c\n  : d\n",
        "{a: b, c}}\n",
        "[a, b\n",
        "{a: b c: d}\n",
        "a: \u{1}\n",
        "a: b\u{7f}\n",
        "a: b # c\n  - d\n",
        "a: \"b\" c\n",
        "a: 'b' 'c'\n",
        "a: [b] c\n",
        "a: {b: c} d\n",
        "kind: Row\n  apiVersion: v1\n",
        "spec:\n  containers:\n  - name: a\n    image: b\n   ports: []\n",
        "spec:\n  containers:\n    - name: a\n   image: b\n",
        "key: value\nlist:\n- a\n-b\n",
        "key: value\nother:value\nmore: x\n",
        "a: b\n...\nc: [\n",
        "a: 1\n---\nb: [\n",
        "a: b\n<<<<<<< HEAD\nc: d\n=======\n",
        "a: b\n---\nc: d\n",
        "--- a\n",
        "a: b\r\nc\r\n",
        "a: \u{85}b: c: d\n",
        "# only a comment\n",
        "",
    ];
    let mut rows: Vec<Row<'_>> = Vec::new();
    for text in texts {
        rows.push((text, "POST configmaps?dryRun=All", YAML, text.into()));
        rows.push((text, "PATCH configmaps/a?fieldManager=m&dryRun=All", APPLY, text.into()));
    }
    for text in [&b"a: \xff\n"[..], b"a: \xc3x\n", b"a: b\nc: \xe2\x82"] {
        rows.push(("no text", "POST configmaps?dryRun=All", YAML, text.to_vec()));
    }
    check(&rows).await;
}

#[tokio::test]
async fn bodies_have_a_type_that_is_known() {
    let body = || object("a", b"{}");
    check(&[
        ("text", "POST rows", "text/plain", body()),
        ("XML", "POST rows", "application/xml", body()),
        ("no type", "POST rows", "", body()),
        ("no type at all", "POST rows", "x", body()),
        ("parameters", "PUT rows/b", "application/json; charset=utf-8", body()),
        ("a patch by PUT", "PUT rows/a", MERGE, body()),
        ("an object by PATCH", "PATCH rows/a", JSON, body()),
        ("a patch without a type", "PATCH rows/a", "", body()),
        (
            "text for a built-in one",
            "POST configmaps",
            "text/plain",
            b"{\"metadata\":{\"name\":\"a\"}}".to_vec(),
        ),
    ])
    .await;
}

#[tokio::test]
async fn bodies_may_be_neither_too_large_nor_too_deep() {
    let long = |length: usize| object("long", format!("{{\"a\":\"{}\"}}", "a".repeat(length)).as_bytes());
    let copied_and_removed = |copies: &[&str]| {
        let copy = |to: &&str| json!({ "op": "copy", "from": "/spec/a", "path": format!("/spec/{to}") });
        let remove = |at: &&str| json!({ "op": "remove", "path": format!("/spec/{at}") });
        let operations: Value = copies.iter().map(copy).chain(copies.iter().map(remove)).collect();
        operations.to_string().into_bytes()
    };
    let deep_patch = |depth: usize| [b"{\"spec\":".to_vec(), levels(depth), b"}".to_vec()].concat();
    check(&[
        ("three mebibytes", "POST rows", JSON, long(3 * 1024 * 1024)),
        ("two mebibytes, which is more than is stored", "POST rows", JSON, long(2 * 1024 * 1024)),
        ("two mebibytes that are not to be stored", "POST rows?dryRun=All", JSON, long(2 * 1024 * 1024)),
        ("a mebibyte", "POST rows", JSON, long(1024 * 1024)),
        ("copies of two mebibytes", "PATCH rows/long", PATCHES, copied_and_removed(&["b", "c"])),
        ("copies of three mebibytes", "PATCH rows/long", PATCHES, copied_and_removed(&["b", "c", "d"])),
        ("nine thousand levels", "POST rows", JSON, object("deep", &levels(9_000))),
        ("nine thousand levels that are read", "GET rows/deep", "", vec![]),
        ("nine thousand levels of a patch", "PATCH rows/deep", MERGE, deep_patch(9_000)),
        ("twenty thousand levels", "POST rows", JSON, object("deeper", &levels(20_000))),
        ("twenty thousand levels of a patch", "PATCH rows/long", MERGE, deep_patch(20_000)),
    ])
    .await;
}

#[tokio::test]
async fn bytes_that_are_no_text_are_replaced() {
    check(&[
        ("in a value", "POST rows", JSON, object("v", b"{\"a\":\"x\xff\xfey\"}")),
        ("half a surrogate", "POST rows", JSON, object("s", b"{\"a\":\"\\ud800\"}")),
        (
            "in a built-in one",
            "POST configmaps",
            JSON,
            b"{\"metadata\":{\"name\":\"v\"},\"data\":{\"a\":\"\xff\"}}".to_vec(),
        ),
        ("a zero", "POST rows", JSON, object("z", b"{\"a\":\"\\u0000\"}")),
    ])
    .await;
}

#[tokio::test]
async fn options_that_are_unknown_are_passed_over() {
    check(&[
        ("a new object", "POST rows?unknown=1&pretty=false&=&&x=%zz", JSON, object("a", b"{}")),
        ("a read", "GET rows/a?unknown=1", "", vec![]),
        ("a list", "GET rows?unknown=1&limit=", "", vec![]),
        ("a list with a limit that is none", "GET rows?limit=many", "", vec![]),
        ("a watch that ends", "GET rows?watch=maybe&timeoutSeconds=1&unknown=1", "", vec![]),
        ("a dry run of something", "POST rows?dryRun=Some", JSON, object("b", b"{}")),
    ])
    .await;
}
