//! The `Cluster` over HTTP, with kube for kubeconfigs, credentials and TLS.

mod access;
mod answer;
mod causes;
mod places;
mod session;
mod token_file;
mod transport;

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use futures::{FutureExt, future::BoxFuture};
use http::{StatusCode, header};
use kube::{Client, client::Body};
use tower::ServiceExt;

use self::{
    answer::{Incoming, lines, refusal, retry_after, warnings, whole},
    causes::reason,
    session::{Estranged, Session, Sessions},
};
use super::{Answer, Cluster, Error, Lines, Request, Response};
use crate::settings::Networking;

pub use self::{
    access::{Access, ConnectError, Credentials, Login},
    places::{Places, Pod},
};

/// A cluster behind an address, or behind a client that is there already.
#[derive(Clone)]
pub struct KubeCluster {
    sessions: Arc<Sessions>,
    namespace: String,
    answer_within: Duration,
}

/// Connects, with credentials that are looked for again when the server refuses them.
///
/// # Errors
///
/// [`ConnectError::None`] where there is nothing to connect with; the others where it is there and cannot be used.
pub async fn connect(access: Access, networking: &Networking) -> Result<KubeCluster, ConnectError> {
    let (sessions, namespace) = Sessions::begin(access, networking).await?;
    Ok(KubeCluster { sessions: Arc::new(sessions), namespace, answer_within: networking.request_timeout })
}

impl KubeCluster {
    /// A cluster behind a client that is there already, such as one over a service without sockets.
    pub fn over(client: Client) -> KubeCluster {
        KubeCluster {
            namespace: client.default_namespace().to_owned(),
            sessions: Arc::new(Sessions::fixed(transport::of_client(client))),
            answer_within: Networking::default().request_timeout,
        }
    }

    /// Sends a request, and takes the answer's head. Where the server and we do not know each other any more, logs in again.
    async fn head(&self, request: Request) -> Result<http::Response<Incoming>, Error> {
        let Request { method, path, accept, body } = request;
        // Shared, should it be sent twice.
        let body = body.map(|(content_type, bytes)| (content_type, Bytes::from(bytes)));
        let send = async |session: &Session| {
            let mut builder = http::Request::builder()
                .method(method.clone())
                .uri(path.as_str())
                .header(header::ACCEPT, accept.as_deref().unwrap_or("application/json"))
                .header(header::USER_AGENT, concat!("kopf/", env!("CARGO_PKG_VERSION")));
            let body = match &body {
                Some((content_type, bytes)) => {
                    builder = builder.header(header::CONTENT_TYPE, content_type.as_ref());
                    Body::from(bytes.clone())
                }
                None => Body::empty(),
            };
            let request = builder.body(body).map_err(|error| Error::Malformed(error.to_string()))?;
            let answer = session.transport.clone().oneshot(request).await;
            answer.map_err(|error| Error::Unreachable(reason(error.as_ref())))
        };
        let session = self.sessions.current().await;
        let answer = send(&session).await;
        let Some(why) = estranged(&answer) else {
            // Of a server that cannot be reached it is not known what it takes.
            if answer.is_ok() {
                self.sessions.answered(&session, None).await;
            }
            return answer;
        };
        let Some(session) = self.sessions.renew(&session, why).await else { return answer };
        let answer = send(&session).await;
        let why = estranged(&answer);
        if answer.is_ok() || why.is_some() {
            self.sessions.answered(&session, why).await;
        }
        answer
    }

    /// Sends a request, and takes the answer's head; a refusal is read whole.
    async fn begin(&self, request: Request) -> Result<http::Response<Incoming>, Error> {
        let response = self.head(request).await?;
        if response.status().is_success() {
            return Ok(response);
        }
        let code = response.status().as_u16();
        let retry_after = retry_after(response.headers());
        let body = whole(response.into_body()).await.unwrap_or_default();
        Err(Error::Refused(refusal(code, retry_after, &body)))
    }
}

/// Whether the server and we do not know each other any more.
fn estranged<T>(answer: &Result<http::Response<T>, Error>) -> Option<Estranged> {
    match answer {
        Ok(answer) if answer.status() == StatusCode::UNAUTHORIZED => Some(Estranged::Refused),
        Err(Error::Unreachable(reason)) if causes::is_of_a_certificate(reason) => Some(Estranged::Unknown),
        _ => None,
    }
}

impl Cluster for KubeCluster {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, Error>> {
        within(self.answer_within, async {
            let response = self.begin(request).await?;
            let warnings = warnings(response.headers());
            Ok(Response { body: whole(response.into_body()).await?, warnings })
        })
    }

    fn ask(&self, request: Request) -> BoxFuture<'_, Result<Answer, Error>> {
        within(self.answer_within, async {
            let response = self.head(request).await?;
            let (code, headers) = (response.status().as_u16(), response.headers());
            let (warnings, retry_after) = (warnings(headers), retry_after(headers));
            Ok(Answer { code, warnings, retry_after, body: whole(response.into_body()).await? })
        })
    }

    fn watch(&self, request: Request) -> BoxFuture<'_, Result<Lines, Error>> {
        within(self.answer_within, async { Ok(lines(self.begin(request).await?.into_body())) })
    }

    fn default_namespace(&self) -> &str {
        &self.namespace
    }
}

/// Bounds a request by real time: a server that takes it and is silent must not hold a worker for ever.
fn within<'a, T: Send + 'a>(
    span: Duration,
    request: impl Future<Output = Result<T, Error>> + Send + 'a,
) -> BoxFuture<'a, Result<T, Error>> {
    async move {
        match tokio::time::timeout(span, request).await {
            Ok(answer) => answer,
            Err(_) => Err(Error::Unreachable(format!("no answer within {} seconds", span.as_secs_f64()))),
        }
    }
    .boxed()
}
