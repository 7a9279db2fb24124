//! The probes: `/healthz` and `/readyz`, in JSON, with reasons.

use std::{fmt, pin::Pin, sync::Arc};

use bytes::Bytes;
use http_body_util::Full;
use hyper::{
    Method, Response, StatusCode,
    header::{ALLOW, CONTENT_TYPE, HeaderValue},
};
use kopf_reactor::activities::Probed;
use serde_json::json;

/// A question: whether all is well, or what is not.
pub type Check = Arc<dyn Fn() -> Result<(), Vec<String>> + Send + Sync>;

/// What probe handlers answer.
pub type Asked = Arc<dyn Fn() -> Pin<Box<dyn Future<Output = Probed> + Send>> + Send + Sync>;

/// The two questions that Kubernetes asks.
#[derive(Clone)]
pub struct Probes {
    /// Whether the process does its work, and need not be restarted.
    pub live: Check,
    /// Whether it has begun to.
    pub ready: Check,
    /// What else the process says of itself where its life is asked for.
    pub asked: Asked,
}

impl fmt::Debug for Probes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Probes")
    }
}

impl Probes {
    /// The answer to a request: 200 `{"status":"ok"}`, or 503 `{"status":"failing","reasons":[…]}`; with what probe
    /// handlers have returned under `probes`. 404 for another path, 405 for another method.
    pub async fn answer(&self, method: &Method, path: &str) -> Response<Full<Bytes>> {
        let (check, asks) = match path {
            "/healthz" => (&self.live, true),
            "/readyz" => (&self.ready, false),
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
        let Probed { values, failed } = if asks { (self.asked)().await } else { Probed::default() };
        let reasons: Vec<String> = check().err().into_iter().flatten().chain(failed).collect();
        let (code, mut body) = match reasons.is_empty() {
            true => (StatusCode::OK, json!({ "status": "ok" })),
            false => (StatusCode::SERVICE_UNAVAILABLE, json!({ "status": "failing", "reasons": reasons })),
        };
        if !values.is_empty() {
            body["probes"] = values.into();
        }
        respond(code, &body)
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
        check_with(Probed::default, request, expected);
    }

    #[track_caller]
    fn check_with(probed: fn() -> Probed, request: &str, expected: &str) {
        let probes = Probes {
            live: Arc::new(|| Ok(())),
            ready: Arc::new(|| Err(vec!["pods are not listed yet".into()])),
            asked: Arc::new(move || Box::pin(std::future::ready(probed()))),
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
    fn what_probe_handlers_say_is_in_the_answer_of_healthz_alone() {
        let probed =
            || Probed { values: [("queue".to_owned(), json!(3))].into_iter().collect(), failed: vec![] };
        check_with(probed, "GET /healthz", r#"200 OK: {"status":"ok","probes":{"queue":3}}"#);
        check_with(
            probed,
            "GET /readyz",
            r#"503 Service Unavailable: {"status":"failing","reasons":["pods are not listed yet"]}"#,
        );
        check_with(
            || Probed { failed: vec!["probe database: it is away".to_owned()], ..Probed::default() },
            "GET /healthz",
            r#"503 Service Unavailable: {"status":"failing","reasons":["probe database: it is away"]}"#,
        );
    }

    #[test]
    fn other_paths_and_methods_are_refused() {
        check("GET /", r#"404 Not Found: {"status":"not found","paths":["/healthz","/readyz"]}"#);
        check("POST /healthz", r#"405 Method Not Allowed: {"status":"method not allowed"}"#);
    }
}
