//! Calls a webhook: one request over HTTPS, on a connection of its own, within a time.
//!
//! The time is the machine's, whatever clock the sandbox has: what is waited for is another process.

use std::time::Duration;

use bytes::Bytes;
use futures::future::{Either, select};
use http::{HeaderMap, Request, StatusCode, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use serde_json::Value;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::trust::Trust;
use crate::printed;

/// How large an answer may be.
const MAX_ANSWER: usize = 3 * 1024 * 1024;

/// A webhook that is called: where, by which name, whom it is believed for, and how long it may take.
#[derive(Clone, Copy)]
pub(crate) struct Call<'a> {
    pub(crate) place: &'a Place,
    pub(crate) address: &'a Address,
    pub(crate) trust: &'a Trust,
    pub(crate) timeout: Duration,
}

/// How a webhook is named.
#[derive(Debug)]
pub(crate) struct Address {
    pub(crate) host: Host,
    authority: String,
    path: String,
}

/// Who answers there.
#[derive(Debug)]
pub(crate) enum Host {
    Place(Place),
    Service { namespace: String, name: String, port: u16 },
}

/// Where a connection leads.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) host: String,
    pub(crate) port: u16,
    /// Whom the certificate is for, if not the host.
    pub(crate) called: Option<String>,
}

/// Why there is no answer.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Nobody has answered, for a reason.
    Unreachable(String),
    /// The answer is no success.
    Refused { code: u16, text: Option<String> },
}

impl Address {
    /// Reads a `clientConfig` that has been checked.
    pub(crate) fn read(config: &Value) -> Self {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let service = &config["service"];
        if service.is_object() {
            let (namespace, name) = (text(&service["namespace"]), text(&service["name"]));
            let port = service["port"].as_u64().and_then(|port| u16::try_from(port).ok()).unwrap_or(443);
            let path = text(&service["path"]);
            return Address {
                authority: format!("{name}.{namespace}.svc:{port}"),
                host: Host::Service { namespace, name, port },
                path: if path.is_empty() { "/".to_owned() } else { path },
            };
        }
        let url = text(&config["url"]);
        let rest = url.strip_prefix("https://").unwrap_or(&url);
        let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host, port.parse().unwrap_or(443)),
            _ => (authority, 443),
        };
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        Address {
            host: Host::Place(Place { host, port, called: None }),
            authority: authority.to_owned(),
            path: path.to_owned(),
        }
    }

    fn target(&self, timeout: Duration) -> String {
        format!("{}?timeout={}s", self.path, timeout.as_secs())
    }
}

impl Failure {
    /// The failure in the words of the server's client.
    pub(crate) fn said(&self, address: &Address, timeout: Duration) -> String {
        let (code, text) = match self {
            Failure::Unreachable(why) => {
                return format!("Post \"https://{}{}\": {why}", address.authority, address.target(timeout));
            }
            Failure::Refused { code, text } => (*code, text.as_deref().unwrap_or("unknown").trim()),
        };
        match code {
            400 => "the server rejected our request for an unknown reason".to_owned(),
            401 => "the server has asked for the client to provide credentials".to_owned(),
            403 => text.to_owned(),
            404 => "the server could not find the requested resource".to_owned(),
            405 => "the server does not allow this method on the requested resource".to_owned(),
            409 => "the server reported a conflict".to_owned(),
            422 => "the server rejected our request due to an error in our request".to_owned(),
            429 => "the server has received too many requests and has asked us to try again later".to_owned(),
            503 => "the server is currently unable to handle the request".to_owned(),
            504 => "the server was unable to return a response in the time allotted, but may still be processing the \
                    request"
                .to_owned(),
            500.. => format!(
                "an error on the server ({}) has prevented the request from succeeding",
                printed::quoted(text)
            ),
            _ => format!("the server responded with the status code {code} but did not return more information"),
        }
    }
}

/// Sends a review, and gives back what is answered.
///
/// # Errors
///
/// Why nothing is that could be read.
pub(crate) async fn post(call: Call<'_>, body: Vec<u8>) -> Result<Bytes, Failure> {
    let late = |_| Failure::Unreachable("context deadline exceeded".to_owned());
    tokio::time::timeout(call.timeout, exchange(call, body)).await.map_err(late)?
}

async fn exchange(
    Call { place, address, trust, timeout }: Call<'_>,
    body: Vec<u8>,
) -> Result<Bytes, Failure> {
    let unreachable = Failure::Unreachable;
    let config = trust.config.clone().map_err(unreachable)?;
    let called = place.called.as_ref().unwrap_or(&place.host).clone();
    let name = ServerName::try_from(called.clone());
    let name = name.map_err(|_| unreachable(format!("{called:?} is no name of a server")))?;
    let stream = TcpStream::connect((place.host.as_str(), place.port)).await;
    let stream = stream.map_err(|why| {
        let why = match why.kind() {
            std::io::ErrorKind::ConnectionRefused => "connect: connection refused".to_owned(),
            _ => why.to_string(),
        };
        unreachable(format!("dial tcp {}:{}: {why}", place.host, place.port))
    })?;
    let stream = TlsConnector::from(config).connect(name, stream).await;
    let stream = stream.map_err(|why| unreachable(super::trust::explain(&why)))?;
    let broken = |why: hyper::Error| {
        // What is no answer of HTTP is an end without one.
        Failure::Unreachable(if why.is_parse() { why.to_string() } else { "EOF".to_owned() })
    };
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(broken)?;
    let request = Request::post(address.target(timeout))
        .header(header::HOST, &address.authority)
        .header(header::USER_AGENT, "kube-apiserver-admission")
        .header(header::ACCEPT, "application/json, */*")
        .header(header::CONTENT_TYPE, "application/json")
        .body(Full::new(Bytes::from(body)));
    let request = request.map_err(|why| unreachable(why.to_string()))?;
    let answering = async move {
        let (head, body) = sender.send_request(request).await.map_err(broken)?.into_parts();
        let body = Limited::new(body, MAX_ANSWER).collect().await;
        let body = body.map_err(|why| Failure::Unreachable(why.to_string()))?.to_bytes();
        match head.status {
            code if code.is_success() => Ok(body),
            code => Err(refused(code, &head.headers, &body)),
        }
    };
    // The connection has to be driven for as long as the answer takes, and no longer.
    match select(std::pin::pin!(answering), std::pin::pin!(connection)).await {
        Either::Left((answer, _)) => answer,
        Either::Right((_, answering)) => answering.await,
    }
}

fn refused(code: StatusCode, headers: &HeaderMap, body: &Bytes) -> Failure {
    let media = headers.get(header::CONTENT_TYPE).and_then(|media| media.to_str().ok());
    let is_text = media.is_none_or(|media| media.starts_with("text/"));
    let text = is_text.then(|| String::from_utf8_lossy(body).into_owned());
    Failure::Refused { code: code.as_u16(), text }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(config: &Value, expected: &str) {
        let address = Address::read(config);
        let place = match &address.host {
            Host::Place(place) => format!("{} {}", place.host, place.port),
            Host::Service { namespace, name, port } => format!("{namespace}/{name} {port}"),
        };
        let target = address.target(Duration::from_secs(3));
        assert_eq!(format!("{place} {} {target}", address.authority), expected);
    }

    #[test]
    fn a_webhook_is_at_a_url_or_behind_a_service() {
        check(&json!({ "url": "https://host/a/b" }), "host 443 host /a/b?timeout=3s");
        check(&json!({ "url": "https://127.0.0.1:8443" }), "127.0.0.1 8443 127.0.0.1:8443 ?timeout=3s");
        check(&json!({ "url": "https://[::1]:1/" }), "::1 1 [::1]:1 /?timeout=3s");
        check(&json!({ "url": "https://[::1]/x" }), "::1 443 [::1] /x?timeout=3s");
        let service = json!({ "service": { "namespace": "n", "name": "s", "port": 8443, "path": "/x" } });
        check(&service, "n/s 8443 s.n.svc:8443 /x?timeout=3s");
    }
}
