//! The sandbox without sockets: a [`tower::Service`] that a Kubernetes client can be built on.

use std::task::{Context, Poll};

use bytes::Bytes;
use futures::{FutureExt, future::BoxFuture};
use http::{HeaderValue, Request, Response, header};
use http_body_util::BodyExt;

use crate::{
    access,
    api::{self, Api, MAX_BODY},
    body::{Body, Cut},
    tokens::Known,
    user::User,
};

/// How much of a body is read that is too large, beyond what is taken, in bytes.
const MOST_PASSED_OVER: usize = 16 * 1024 * 1024;

/// A sandbox as a service of HTTP requests, with no need to authenticate: whoever presents no token may do everything.
///
/// Takes requests of any body of [`Bytes`], so `kube::Client::new(sandbox.service(), "default")` works.
/// Its only error is a connection that a fault has cut.
#[derive(Clone)]
pub struct Service {
    pub(crate) api: Api,
}

impl<B> tower::Service<Request<B>> for Service
where
    B: http_body::Body<Data = Bytes> + Send + 'static,
{
    type Response = Response<Body>;
    type Error = Cut;
    type Future = BoxFuture<'static, Result<Response<Body>, Cut>>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), Cut>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let api = self.api.clone();
        async move {
            let (mut head, body) = request.into_parts();
            let body = read(body).await?;
            let known = match (head.extensions.remove::<Known>(), head.headers.get(header::AUTHORIZATION)) {
                (Some(known), _) => Some(known),
                (None, Some(_)) => access::bearer(&head.headers).and_then(|token| api.identify(token)),
                (None, None) => Some(User::admin().into()),
            };
            // In HTTP/2 the name of the server is part of the address that is asked for.
            if let Some(server) = head.uri.authority().filter(|_| !head.headers.contains_key(header::HOST))
                && let Ok(server) = HeaderValue::from_str(server.as_str())
            {
                head.headers.insert(header::HOST, server);
            }
            let Some(Known { user, warning, .. }) = known else {
                return Ok(api::unauthorized(&head.uri, &head.headers));
            };
            let request = api::Request {
                method: head.method,
                path: head.uri.path().to_owned(),
                query: head.uri.query().unwrap_or_default().to_owned(),
                user,
                headers: head.headers,
                body,
            };
            let answer = api.handle(request).await?;
            Ok(match warning {
                Some(words) => api::warned_first(answer, words),
                None => answer,
            })
        }
        .boxed()
    }
}

/// Reads a body up to [`MAX_BODY`]; `None` where there is more. Of that, so much is passed over that whoever sends a body that is
/// somewhat too large reads the refusal, rather than fails to go on.
async fn read(body: impl http_body::Body<Data = Bytes>) -> Result<Option<Bytes>, Cut> {
    let mut body = std::pin::pin!(body);
    let (mut read, mut passed_over) = (Vec::new(), 0);
    while let Some(frame) = body.frame().await {
        // Who sends the body is gone in the middle of it: there is nobody to answer.
        let frame = frame.map_err(|_| Cut)?;
        if let Ok(data) = frame.into_data() {
            if passed_over > MOST_PASSED_OVER {
                return Ok(None);
            }
            if passed_over > 0 || read.len() + data.len() > MAX_BODY {
                passed_over += data.len();
                read = Vec::new();
            } else {
                read.extend_from_slice(&data);
            }
        }
    }
    Ok((passed_over == 0).then(|| read.into()))
}
