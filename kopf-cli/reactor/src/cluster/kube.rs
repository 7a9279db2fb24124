//! The `Cluster` over HTTP, with kube for kubeconfigs, credentials and TLS.
//!
//! Requests do not pass through kube's client, which has a queue and a task of its own for them all: they go straight to
//! hyper's pool of connections, under kube's layers for the address and the credentials.

use std::{io, path::Path, time::Duration};

use bytes::{Buf, Bytes, BytesMut};
use futures::{FutureExt, StreamExt, TryStreamExt, future::BoxFuture, stream};
use http::{HeaderMap, header};
use http_body_util::{BodyExt, Limited, combinators::UnsyncBoxBody};
use hyper_util::{client::legacy::connect::HttpConnector, rt::TokioExecutor};
use kube::{
    Client, Config,
    client::{Body, ConfigExt},
    config::{KubeConfigOptions, Kubeconfig, KubeconfigError},
};
use tower::{BoxError, Service, ServiceBuilder, ServiceExt, util::BoxCloneSyncService};

use super::{Answer, Cluster, Error, Lines, Request, Response, Status};

/// How long an answer may take, a watch's first byte included. Kubernetes itself gives up on a request after a minute.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);

/// The largest answer that is taken: a page of 500 objects of the largest size that etcd takes is far below it.
const ANSWER_LIMIT: usize = 1 << 30;

/// The longest line of a watch that is taken: an object has at most 3 MiB, and a watch adds little.
const LINE_LIMIT: usize = 64 << 20;

/// Why there is no cluster to talk to.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// Neither a kubeconfig nor a service account of a pod.
    #[error("no cluster: set KUBECONFIG, or add --sandbox")]
    None,
    /// The kubeconfig cannot be used.
    #[error("the kubeconfig cannot be used: {0}")]
    Kubeconfig(String),
    /// No client can be made of it.
    #[error("cannot connect as the kubeconfig says: {0}")]
    Client(String),
}

/// How long a connection may take to come about.
const CONNECT_WITHIN: Duration = Duration::from_secs(30);

/// How long a connection may be silent before TCP asks whether the other side is there.
const KEEP_ALIVE: Duration = Duration::from_secs(60);

/// What takes requests and gives answers.
type Transport = BoxCloneSyncService<http::Request<Body>, http::Response<Incoming>, BoxError>;

/// The body of an answer.
type Incoming = UnsyncBoxBody<Bytes, io::Error>;

/// A cluster behind an address, or behind a client that is there already.
#[derive(Clone)]
pub struct KubeCluster {
    transport: Transport,
    namespace: String,
}

/// Connects as a kubeconfig says: the given file, else `$KUBECONFIG` or `~/.kube/config`, else a pod's service account.
///
/// # Errors
///
/// [`ConnectError::None`] where there is none of these; the others where it is there and cannot be used.
pub async fn connect(kubeconfig: Option<&Path>, context: Option<&str>) -> Result<KubeCluster, ConnectError> {
    let options = KubeConfigOptions { context: context.map(str::to_owned), ..KubeConfigOptions::default() };
    let unusable = |error: KubeconfigError| ConnectError::Kubeconfig(chain(&error));
    let mut config = match kubeconfig {
        Some(path) => {
            let file = Kubeconfig::read_from(path).map_err(unusable)?;
            Config::from_custom_kubeconfig(file, &options).await.map_err(unusable)?
        }
        None => match Config::from_kubeconfig(&options).await {
            Ok(config) => config,
            Err(error) if context.is_none() && is_absent(&error) => {
                Config::incluster().map_err(|_| ConnectError::None)?
            }
            Err(error) => return Err(unusable(error)),
        },
    };
    // Retries are the reactor's: it knows which of them are safe, and says what it waits for.
    config.default_retry = false;
    let unconnected = |error: kube::Error| ConnectError::Client(chain(&error));
    if config.proxy_url.is_some() {
        return Ok(KubeCluster::over(Client::try_from(config).map_err(unconnected)?));
    }
    let transport = transport(&config).map_err(unconnected)?;
    Ok(KubeCluster { transport, namespace: config.default_namespace })
}

/// Connections as a configuration says.
fn transport(config: &Config) -> Result<Transport, kube::Error> {
    let mut tcp = HttpConnector::new();
    tcp.enforce_http(false);
    // A request is small and waited for: it must not wait for more to come.
    tcp.set_nodelay(true);
    tcp.set_connect_timeout(Some(CONNECT_WITHIN));
    tcp.set_keepalive(Some(KEEP_ALIVE));
    let tls = config.rustls_https_connector_with_connector(tcp)?;
    let pool = hyper_util::client::legacy::Client::builder(TokioExecutor::new()).build(tls);
    let stack = ServiceBuilder::new()
        .layer(config.base_uri_layer())
        .option_layer(config.auth_layer()?)
        .layer(config.extra_headers_layer()?)
        .map_err(BoxError::from)
        .service(pool);
    Ok(transporting(stack))
}

/// A service of whatever body, as a transport.
fn transporting<S, B>(service: S) -> Transport
where
    S: Service<http::Request<Body>, Response = http::Response<B>, Error = BoxError>
        + Clone
        + Send
        + Sync
        + 'static,
    S::Future: Send + 'static,
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    let answer =
        |response: http::Response<B>| response.map(|body| body.map_err(io::Error::other).boxed_unsync());
    BoxCloneSyncService::new(service.map_response(answer))
}

fn is_absent(error: &KubeconfigError) -> bool {
    use std::io::ErrorKind::NotFound;
    match error {
        KubeconfigError::FindPath | KubeconfigError::CurrentContextNotSet => true,
        KubeconfigError::ReadConfig(error, _) => error.kind() == NotFound,
        _ => false,
    }
}

/// An error with its causes after colons, each once.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    text
}

/// Why there was no answer, without the names of the layers that it came through.
fn reason(error: &(dyn std::error::Error + 'static)) -> String {
    match error.downcast_ref() {
        Some(kube::Error::Service(error)) => chain(error.as_ref()),
        _ => chain(error),
    }
}

impl KubeCluster {
    /// A cluster behind a client that is there already, such as one over a service without sockets.
    pub fn over(client: Client) -> KubeCluster {
        let namespace = client.default_namespace().to_owned();
        let send = move |request| {
            let client = client.clone();
            async move { client.send(request).await.map_err(BoxError::from) }
        };
        KubeCluster { transport: transporting(tower::service_fn(send)), namespace }
    }

    /// Sends a request, and takes the answer's head.
    async fn head(&self, request: Request) -> Result<http::Response<Incoming>, Error> {
        let mut builder = http::Request::builder()
            .method(request.method)
            .uri(request.path)
            .header(header::ACCEPT, request.accept.as_deref().unwrap_or("application/json"))
            .header(header::USER_AGENT, concat!("kopf/", env!("CARGO_PKG_VERSION")));
        let body = match request.body {
            Some((content_type, bytes)) => {
                builder = builder.header(header::CONTENT_TYPE, content_type.as_ref());
                Body::from(bytes)
            }
            None => Body::empty(),
        };
        let request = builder.body(body).map_err(|error| Error::Malformed(error.to_string()))?;
        let answer = self.transport.clone().oneshot(request).await;
        answer.map_err(|error| Error::Unreachable(reason(error.as_ref())))
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

impl Cluster for KubeCluster {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, Error>> {
        within(ANSWER_WITHIN, async {
            let response = self.begin(request).await?;
            let warnings = warnings(response.headers());
            Ok(Response { body: whole(response.into_body()).await?, warnings })
        })
    }

    fn ask(&self, request: Request) -> BoxFuture<'_, Result<Answer, Error>> {
        within(ANSWER_WITHIN, async {
            let response = self.head(request).await?;
            let (code, headers) = (response.status().as_u16(), response.headers());
            let (warnings, retry_after) = (warnings(headers), retry_after(headers));
            Ok(Answer { code, warnings, retry_after, body: whole(response.into_body()).await? })
        })
    }

    fn watch(&self, request: Request) -> BoxFuture<'_, Result<Lines, Error>> {
        within(ANSWER_WITHIN, async { Ok(lines(self.begin(request).await?.into_body())) })
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
            Err(_) => Err(Error::Unreachable(format!("no answer within {} seconds", span.as_secs()))),
        }
    }
    .boxed()
}

async fn whole(body: Incoming) -> Result<Bytes, Error> {
    let collected = Limited::new(body, ANSWER_LIMIT).collect().await;
    collected.map(|body| body.to_bytes()).map_err(|error| Error::Unreachable(error.to_string()))
}

fn refusal(code: u16, retry_after: Option<Duration>, body: &[u8]) -> Status {
    let mut status: Status = serde_json::from_slice(body).unwrap_or_default();
    if status.message.is_empty() {
        let text: String = String::from_utf8_lossy(body).chars().take(256).collect();
        status.message = if text.is_empty() { format!("the API server answers {code}") } else { text };
    }
    Status { code, retry_after, ..status }
}

fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}

/// The texts of `Warning` headers, as in `299 - "unknown field \"status.x\""` (RFC 9111, section 5.5 of RFC 7234).
fn warnings(headers: &HeaderMap) -> Vec<String> {
    let text = |value: &http::HeaderValue| {
        let value = value.to_str().ok()?;
        let quoted = value.splitn(3, ' ').nth(2)?.trim();
        let inner = quoted.strip_prefix('"')?.strip_suffix('"')?;
        Some(inner.replace("\\\"", "\"").replace("\\\\", "\\"))
    };
    headers.get_all(header::WARNING).iter().filter_map(text).collect()
}

/// Cuts a body into lines.
fn lines(body: Incoming) -> Lines {
    let chunks = body.into_data_stream().map_err(|error| Error::Unreachable(error.to_string()));
    let state = (chunks, BytesMut::new(), 0);
    stream::try_unfold(state, |(mut chunks, mut buffer, mut searched)| async move {
        loop {
            if let Some(end) = memchr::memchr(b'\n', &buffer[searched..]) {
                let line = buffer.split_to(searched + end).freeze();
                buffer.advance(1);
                searched = 0;
                if line.is_empty() {
                    continue;
                }
                // A line of its own is kept as it is; one among others must not keep the whole chunk in memory.
                let line = Bytes::copy_from_slice(&line);
                return Ok(Some((line, (chunks, buffer, searched))));
            }
            searched = buffer.len();
            if searched > LINE_LIMIT {
                return Err(Error::Malformed(format!(
                    "a line of the watch has more than {LINE_LIMIT} bytes"
                )));
            }
            match chunks.next().await {
                Some(chunk) => buffer.extend_from_slice(&chunk?),
                None => return Ok(None),
            }
        }
    })
    .boxed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warnings_are_read_from_their_headers() {
        let mut headers = HeaderMap::new();
        headers.append("warning", r#"299 - "unknown field \"status.x\"""#.parse().unwrap());
        headers.append("warning", "nonsense".parse().unwrap());
        assert_eq!(warnings(&headers), [r#"unknown field "status.x""#]);
    }

    #[tokio::test]
    async fn a_body_is_cut_into_lines_wherever_its_chunks_end() {
        let body = http_body_util::Full::from("{\"a\":1}\n\n{\"b\":2}\nrest")
            .map_err(io::Error::other)
            .boxed_unsync();
        let found: Vec<_> = lines(body).try_collect().await.unwrap();
        assert_eq!(found, ["{\"a\":1}", "{\"b\":2}"]);
    }

    #[test]
    fn a_refusal_is_read_from_its_status_or_its_text() {
        let check = |code, body: &str, expected: &str| {
            assert_eq!(Error::Refused(refusal(code, None, body.as_bytes())).to_string(), expected);
        };
        check(
            409,
            r#"{"kind":"Status","reason":"Conflict","message":"modified","code":409}"#,
            "modified (409 Conflict)",
        );
        check(502, "bad gateway", "bad gateway (502)");
        check(500, "", "the API server answers 500 (500)");
    }
}
