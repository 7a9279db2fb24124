//! The way of one call through the proxy.

use super::fault::{Answer, Fault, Point};
use super::{Body, Call, Cut, Shared};
use bytes::Bytes;
use futures::StreamExt;
use http::{Request, Response, StatusCode, header};
use http_body::Frame;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::Incoming;
use serde_json::json;
use std::future::pending;
use std::sync::Arc;
use tokio::sync::broadcast;

/// Answers one call, or cuts its connection.
pub(super) async fn answer(shared: Arc<Shared>, request: Request<Incoming>) -> Result<Response<Body>, Cut> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map_err(|_| Cut)?.to_bytes();
    let call = Call::new(&parts, body.clone());
    let position = shared.calls.push(call.clone());
    let request = Request::from_parts(parts, kube::client::Body::from(body.to_vec()));

    let response = match shared.rules.strike(&call) {
        None => forward(&shared, request, &call).await?,
        Some(hit) => match &hit.fault {
            Fault::Answer(answer) => {
                hit.announce();
                canned(answer)
            }
            Fault::ExpiredWatch => {
                hit.announce();
                stream(futures::stream::iter([expired()]))
            }
            Fault::SilentWatch => {
                hit.announce();
                stream(futures::stream::pending())
            }
            Fault::Cut(Point::Before) => {
                hit.announce();
                return Err(Cut);
            }
            Fault::Hang(Point::Before) => {
                hit.announce();
                pending().await
            }
            Fault::Stall(Point::Before, time) => {
                hit.announce();
                tokio::time::sleep(*time).await;
                forward(&shared, request, &call).await?
            }
            Fault::Cut(Point::After) => {
                forward(&shared, request, &call).await?;
                hit.announce();
                return Err(Cut);
            }
            Fault::Hang(Point::After) => {
                let _answer = forward(&shared, request, &call).await?;
                hit.announce();
                pending().await
            }
            Fault::Stall(Point::After, time) => {
                let response = forward(&shared, request, &call).await?;
                hit.announce();
                tokio::time::sleep(*time).await;
                response
            }
        },
    };
    shared.calls.amend(position, |call| call.status = Some(response.status()));
    Ok(response)
}

/// Sends the call on. A call that has begun is completed even when its sender dies.
async fn forward(
    shared: &Shared,
    request: Request<kube::client::Body>,
    call: &Call,
) -> Result<Response<Body>, Cut> {
    let upstream = shared.upstream.clone();
    let sent = tokio::spawn(async move { upstream.send(request).await }).await.map_err(|_| Cut)?;
    let (mut parts, body) = sent.map_err(|_| Cut)?.into_parts();
    // Framing belongs to one connection; hyper frames the answer anew.
    for header in [header::TRANSFER_ENCODING, header::CONNECTION, header::CONTENT_LENGTH] {
        parts.headers.remove(header);
    }
    parts.version = http::Version::HTTP_11;
    if call.is_watch() && parts.status == StatusCode::OK {
        return Ok(Response::from_parts(parts, shared.watches.interruptible(&call.path, body)));
    }
    Ok(Response::from_parts(parts, body.map_err(|_| Cut).boxed_unsync()))
}

fn canned(answer: &Answer) -> Response<Body> {
    let body = Full::from(answer.status().to_string()).map_err(|never| match never {}).boxed_unsync();
    let mut response =
        Response::builder().status(answer.code).header(header::CONTENT_TYPE, "application/json");
    if let Some(seconds) = answer.retry_after {
        response = response.header(header::RETRY_AFTER, seconds);
    }
    response.body(body).expect("these headers are valid")
}

type Chunk = Result<Frame<Bytes>, Cut>;

fn stream(chunks: impl futures::Stream<Item = Chunk> + Send + 'static) -> Response<Body> {
    let body = StreamBody::new(chunks).boxed_unsync();
    Response::builder()
        .header(header::CONTENT_TYPE, "application/json")
        .body(body)
        .expect("this header is valid")
}

/// The event that ends a watch whose version the server no longer has.
fn expired() -> Chunk {
    let answer = Answer { code: StatusCode::GONE, retry_after: None };
    Ok(Frame::data(format!("{}\n", json!({ "type": "ERROR", "object": answer.status() })).into()))
}

/// What can happen to a watch that is open.
#[derive(Debug, Clone, Copy)]
pub(super) enum Interruption {
    Expire,
    Cut,
    Silence,
}

/// The open watches.
pub(super) struct Watches(broadcast::Sender<(String, Interruption)>);

impl Watches {
    pub(super) fn new() -> Watches {
        // One at a time is sent, and each watch takes it at once; sixteen leave room for a slow machine.
        Watches(broadcast::Sender::new(16))
    }

    /// Interrupts the open watches of `plural`, if there are any.
    pub(super) fn interrupt(&self, plural: &str, interruption: Interruption) {
        let _receivers = self.0.send((plural.to_owned(), interruption));
    }

    fn interruptible(&self, path: &str, body: kube::client::Body) -> Body {
        let plural = path.rsplit('/').next().unwrap_or_default().to_owned();
        let open = (self.0.subscribe(), body.into_data_stream());
        let chunks = futures::stream::unfold(Some(open), move |open| {
            let plural = plural.clone();
            async move {
                let (mut interruptions, mut bytes) = open?;
                loop {
                    let interruption = tokio::select! {
                        chunk = bytes.next() => {
                            return Some((chunk?.map(Frame::data).map_err(|_| Cut), Some((interruptions, bytes))));
                        }
                        Ok((of, interruption)) = interruptions.recv() => (of == plural).then_some(interruption),
                    };
                    match interruption {
                        None => {}
                        Some(Interruption::Expire) => return Some((expired(), None)),
                        Some(Interruption::Cut) => return Some((Err(Cut), None)),
                        Some(Interruption::Silence) => pending().await,
                    }
                }
            }
        });
        StreamBody::new(chunks).boxed_unsync()
    }
}
