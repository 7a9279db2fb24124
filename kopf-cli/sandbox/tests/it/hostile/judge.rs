//! An answer is a document or a `Status`, whatever was asked, and comes soon.

use std::{
    sync::LazyLock,
    time::{Duration, Instant},
};

use bytes::Bytes;
use futures::FutureExt;
use http::{Request, StatusCode, header};
use http_body_util::{BodyExt, Full};
use kopf_sandbox::Sandbox;
use serde_json::Value;
use tower::ServiceExt;

/// What there is for the requests to meet.
const THERE: &str = include_str!("../there.yaml");
/// How long an answer may take, on a machine that does something else.
const PATIENCE: Duration = Duration::from_secs(20);

/// How an answer was judged that was one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) code: StatusCode,
    /// How many bytes it had.
    pub(crate) length: usize,
}

/// A sandbox in which requests would do something.
pub(crate) fn sandbox() -> Sandbox {
    static OBJECTS: LazyLock<Vec<Value>> = LazyLock::new(|| serde_saphyr::from_multiple(THERE).unwrap());
    Sandbox::builder().seed(1).objects(OBJECTS.clone()).build().unwrap()
}

/// Sends a request and looks at the answer.
///
/// # Errors
///
/// What is wrong with it.
pub(crate) async fn judge(sandbox: &Sandbox, request: Request<Full<Bytes>>) -> Result<Answer, String> {
    let head = request.method() == http::Method::HEAD;
    let asks_for_open_api = request.uri().path().starts_with("/openapi/v");
    let asks_for_a_part = request.uri().path().starts_with("/openapi/v3/");
    let begun = Instant::now();
    let response = sandbox.service().oneshot(request).await.map_err(|error| error.to_string())?;
    if begun.elapsed() > PATIENCE {
        return Err(format!("it took {:?}", begun.elapsed()));
    }
    let (code, media) = (response.status(), response.headers().get(header::CONTENT_TYPE).cloned());
    let media = media.as_ref().map_or("", |media| media.to_str().unwrap_or_default()).to_owned();
    let mut body = response.into_body();
    let mut text = Vec::new();
    // A watch goes on; what it says at once is enough.
    while let Some(Some(Ok(frame))) = body.frame().now_or_never() {
        text.extend_from_slice(frame.data_ref().map_or(&[], |data| &data[..]));
    }
    let answer = Answer { code, length: text.len() };
    if head || media.starts_with("text/plain") {
        return Ok(answer);
    }
    // A pod that has said nothing yet has a log without a type.
    if code == StatusCode::NO_CONTENT && media.is_empty() && text.is_empty() {
        return Ok(answer);
    }
    // Of a part of OpenAPI 3 that there is not, a server says nothing.
    if asks_for_a_part && code == StatusCode::NOT_FOUND && text.is_empty() {
        return Ok(answer);
    }
    // What is known already, or wanted in no form that there is, is not told of with a document.
    let untold = [StatusCode::NOT_MODIFIED, StatusCode::NOT_ACCEPTABLE, StatusCode::PRECONDITION_FAILED];
    if asks_for_open_api && untold.contains(&code) && text.is_empty() {
        return Ok(answer);
    }
    if asks_for_open_api && code.is_success() && media.contains("openapi.spec.v") {
        // Its first field says of which version it is.
        let is_whole = text.starts_with(b"\x0a\x032.0") || text.starts_with(b"\x0a\x053.0");
        return if is_whole { Ok(answer) } else { Err(format!("{code} is no document of OpenAPI")) };
    }
    if media.starts_with("application/vnd.kubernetes.protobuf") {
        let is_whole = media.ends_with(";stream=watch") || text.starts_with(b"k8s\0");
        return if is_whole { Ok(answer) } else { Err(format!("{code} is no protobuf")) };
    }
    if !media.starts_with("application/json") {
        return Err(format!("{code} is {media:?}"));
    }
    let mut documents = Vec::new();
    let mut parser = serde_json::Deserializer::from_slice(&text);
    parser.disable_recursion_limit();
    for document in parser.into_iter::<Value>() {
        documents.push(document.map_err(|error| format!("{code} is no JSON: {error}"))?);
    }
    let refused = code.is_client_error() || code.is_server_error();
    match documents.as_slice() {
        [status] if refused && status["kind"] == "Status" && status["code"] == code.as_u16() => Ok(answer),
        [other] if refused => Err(format!("{code} is {other}")),
        _ if refused => Err(format!("{code} is {} documents", documents.len())),
        _ => Ok(answer),
    }
}
