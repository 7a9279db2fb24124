//! The probes: `/healthz` and `/readyz`, in JSON, with reasons.

use std::{fmt, sync::Arc};

use bytes::Bytes;
use http_body_util::Full;
use hyper::{
    Method, Response, StatusCode,
    header::{ALLOW, CONTENT_TYPE, HeaderValue},
};
use serde_json::json;

/// A question: whether all is well, or what is not.
pub type Check = Arc<dyn Fn() -> Result<(), Vec<String>> + Send + Sync>;

/// The two questions that Kubernetes asks.
#[derive(Clone)]
pub struct Probes {
    /// Whether the process does its work, and need not be restarted.
    pub live: Check,
    /// Whether it has begun to.
    pub ready: Check,
}

impl fmt::Debug for Probes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Probes")
    }
}

impl Probes {
    /// The answer to a request: 200 `{"status":"ok"}`, or 503 `{"status":"failing","reasons":[…]}`; 404 for another
    /// path, 405 for another method.
    pub fn answer(&self, method: &Method, path: &str) -> Response<Full<Bytes>> {
        let check = match path {
            "/healthz" => &self.live,
            "/readyz" => &self.ready,
            _ => {
                return respond(
                    StatusCode::NOT_FOUND,
                    &json!({ "status": "not found", "paths": ["/healthz", "/readyz"] }),
                );
            }
        };
        if !matches!(*method, Method::GET | Method::HEAD) {
            let mut response =
                respond(StatusCode::METHOD_NOT_ALLOWED, &json!({ "status": "method not allowed" }));
            response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
            return response;
        }
        match check() {
            Ok(()) => respond(StatusCode::OK, &json!({ "status": "ok" })),
            Err(reasons) => {
                respond(StatusCode::SERVICE_UNAVAILABLE, &json!({ "status": "failing", "reasons": reasons }))
            }
        }
    }
}

fn respond(status: StatusCode, body: &serde_json::Value) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(format!("{body}\n"))));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpStream,
    };

    use super::*;
    use crate::http::Server;

    /// The status line and the body of the answer to a request, over a socket.
    #[track_caller]
    fn check(request: &str, expected: &str) {
        let probes = Probes {
            live: Arc::new(|| Ok(())),
            ready: Arc::new(|| Err(vec!["pods are not listed yet".into()])),
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let answer = runtime.block_on(async {
            let server = Server::bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
            let mut client = TcpStream::connect(server.address()).await.unwrap();
            let ask = async {
                let text = format!("{request} HTTP/1.1\r\nhost: k\r\nconnection: close\r\n\r\n");
                client.write_all(text.as_bytes()).await.unwrap();
                let mut answer = String::new();
                client.read_to_string(&mut answer).await.unwrap();
                answer
            };
            tokio::select! {
                answer = ask => answer,
                never = server.serve(probes) => match never {},
            }
        });
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.lines().next().unwrap().strip_prefix("HTTP/1.1 ").unwrap();
        assert_eq!(format!("{status}: {}", body.trim_end()), expected);
    }

    #[test]
    fn what_is_well_is_200_and_what_is_not_is_503_with_reasons() {
        check("GET /healthz", r#"200 OK: {"status":"ok"}"#);
        check(
            "GET /readyz?verbose",
            r#"503 Service Unavailable: {"status":"failing","reasons":["pods are not listed yet"]}"#,
        );
        check("HEAD /healthz", "200 OK: ");
    }

    #[test]
    fn other_paths_and_methods_are_refused() {
        check("GET /", r#"404 Not Found: {"status":"not found","paths":["/healthz","/readyz"]}"#);
        check("POST /healthz", r#"405 Method Not Allowed: {"status":"method not allowed"}"#);
    }
}
