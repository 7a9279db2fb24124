//! A webhook for tests: an HTTPS server on this machine, with an authority of its own, that answers as its path says.

use base64::{Engine, prelude::BASE64_STANDARD, prelude::BASE64_URL_SAFE_NO_PAD};
use http::{Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper_util::rt::TokioIo;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::{Arc, LazyLock, Mutex, OnceLock};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;

/// Where the webhook is, and what its clients have to trust.
#[derive(Debug)]
pub(super) struct Webhook {
    /// `https://127.0.0.1:PORT`; the path says how it is answered.
    pub(super) url: String,
    pub(super) port: u16,
    /// Its authority, as a `caBundle` has it.
    pub(super) ca_bundle: String,
}

/// The webhook of this test program; it answers for as long as the program runs.
pub(super) fn get() -> &'static Webhook {
    static WEBHOOK: OnceLock<Webhook> = OnceLock::new();
    WEBHOOK.get_or_init(|| {
        let (authority, server, key) = certificates().expect("certificates can be made");
        // Endpoints of services cannot be on the loopback.
        let listener = std::net::TcpListener::bind(SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0))).unwrap();
        listener.set_nonblocking(true).unwrap();
        let port = listener.local_addr().unwrap().port();
        let ca_bundle = BASE64_STANDARD.encode(authority);
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider);
        let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
        let acceptor = TlsAcceptor::from(Arc::new(config.with_single_cert(vec![server], key).unwrap()));
        // It outlives the runtimes of the tests, each of which has one of its own.
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async { serve(TcpListener::from_std(listener).unwrap(), acceptor).await });
        });
        Webhook { url: format!("https://127.0.0.1:{port}"), port, ca_bundle }
    })
}

/// An address of this machine that is not on the loopback, if it has one; nothing is sent.
pub(super) fn outward() -> Option<IpAddr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    // An address for documentation, which nobody has.
    socket.connect(("192.0.2.1", 9)).ok()?;
    Some(socket.local_addr().ok()?.ip())
}

/// An authority as PEM, and the certificate and key of a server on loopback that it vouches for.
fn certificates() -> Result<(String, CertificateDer<'static>, Vec<u8>), rcgen::Error> {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "webhooks of tests");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate()?)?;
    // The last is a webhook behind a service.
    let names = ["127.0.0.1", "localhost", "hook.default.svc"];
    let key = KeyPair::generate()?;
    let server = CertificateParams::new(names.map(str::to_owned))?.signed_by(&key, &authority)?;
    Ok((authority.pem(), server.der().clone(), key.serialize_der()))
}

/// The path by which the webhook asks for an object to be changed.
pub(super) fn patch(operations: &str) -> String {
    format!("/patch/{}", BASE64_URL_SAFE_NO_PAD.encode(operations))
}

/// Calls that are not answered until a test says so.
#[derive(Debug)]
pub(super) struct Hold {
    path: String,
    called: Semaphore,
    released: Semaphore,
}

static HOLDS: LazyLock<Mutex<HashMap<String, Arc<Hold>>>> = LazyLock::new(Mutex::default);

impl Hold {
    /// Holds all calls to `/hold/NAME`.
    pub(super) fn new(name: &str) -> Arc<Hold> {
        let path = format!("/hold/{name}");
        let hold = Hold { path: path.clone(), called: Semaphore::new(0), released: Semaphore::new(0) };
        let hold = Arc::new(hold);
        HOLDS.lock().unwrap().insert(path, Arc::clone(&hold));
        hold
    }

    /// The path whose calls are held.
    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// Waits until a call has come that was not waited for yet.
    pub(super) async fn called(&self) {
        self.called.acquire().await.unwrap().forget();
    }

    /// Lets one call be answered.
    pub(super) fn release(&self) {
        self.released.add_permits(1);
    }
}

async fn serve(listener: TcpListener, acceptor: TlsAcceptor) {
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        let acceptor = acceptor.clone();
        tokio::spawn(async move {
            let Ok(stream) = acceptor.accept(stream).await else { return };
            let service = hyper::service::service_fn(answer);
            // Who hangs up is no trouble of ours.
            let _ = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

/// The connection is to be closed without an answer.
#[derive(Debug)]
struct HangUp;

impl std::fmt::Display for HangUp {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("the path says so")
    }
}

impl std::error::Error for HangUp {}

async fn answer(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, HangUp> {
    let path = request.uri().path().to_owned();
    let body = request.into_body().collect().await.map_err(|_| HangUp)?.to_bytes();
    let review: Value = serde_json::from_slice(&body).map_err(|_| HangUp)?;
    let hold = HOLDS.lock().unwrap().get(&path).cloned();
    if let Some(hold) = hold {
        hold.called.add_permits(1);
        hold.released.acquire().await.unwrap().forget();
    }
    let (word, argument) = path[1..].split_once('/').unwrap_or((&path[1..], ""));
    let raw = |code: u16, media: &str, body: &str| {
        let mut response = Response::new(Full::new(Bytes::from(body.to_owned())));
        *response.status_mut() = StatusCode::from_u16(code).unwrap();
        response.headers_mut().insert(header::CONTENT_TYPE, media.parse().unwrap());
        Ok(response)
    };
    match word {
        "close" => return Err(HangUp),
        "hang" => std::future::pending().await,
        "500" => return raw(500, "application/json", "oops"),
        "502" => return raw(502, "text/plain", "bad \"gateway\"\n"),
        "404" => return raw(404, "text/plain", "404 page not found\n"),
        "garbage" => return raw(200, "application/json", "{garbage"),
        "text" => return raw(200, "text/plain", "hello"),
        _ => {}
    }
    let answer = review_of(word, argument, &review);
    raw(200, "application/json", &answer.to_string())
}

/// The review that is answered with.
fn review_of(word: &str, argument: &str, review: &Value) -> Value {
    let request = &review["request"];
    let uid = &request["uid"];
    let patch = |operations: &str, media: Value| {
        let mut response =
            json!({ "uid": uid, "allowed": true, "patch": BASE64_STANDARD.encode(operations) });
        if !media.is_null() {
            response["patchType"] = media;
        }
        response
    };
    let operations = BASE64_URL_SAFE_NO_PAD.decode(argument).unwrap_or_default();
    let operations = String::from_utf8(operations).unwrap_or_default();
    let deny = |status: Value| json!({ "uid": uid, "allowed": false, "status": status });
    let response = match word {
        "deny" => json!({ "uid": uid, "allowed": false }),
        "deny-said" => deny(json!({ "message": "no way", "code": 418, "reason": "Teapot" })),
        "deny-reason" => deny(json!({ "reason": "Because", "code": 200 })),
        "deny-details" => deny(json!({
            "message": "m",
            "details": { "name": "x", "causes": [{ "message": "c", "field": "spec.n" }] },
        })),
        "warn" => {
            json!({ "uid": uid, "allowed": true, "warnings": ["one", "two \"words\"", "one", "three\nlines", "a\ttab", ""] })
        }
        "uid" => json!({ "uid": "other", "allowed": true }),
        "patch" => patch(&operations, json!("JSONPatch")),
        "patch-untyped" => patch(&operations, Value::Null),
        "patch-typed" => patch(&operations, json!("Poem")),
        "typed" => json!({ "uid": uid, "allowed": true, "patchType": "JSONPatch" }),
        "echo" => {
            let operation = json!([{ "op": "add", "path": "/spec", "value": { "seen": masked(request) } }]);
            patch(&operation.to_string(), json!("JSONPatch"))
        }
        "version" => deny(json!({ "message": version_of(review) })),
        "tell" => deny(json!({ "message": masked(request).to_string() })),
        // The order of members, which is as they came.
        "order" => deny(json!({ "message": unsorted(request).to_string() })),
        _ => json!({ "uid": uid, "allowed": true }),
    };
    let (version, kind) = (&review["apiVersion"], "AdmissionReview");
    match word {
        "absent" => json!({ "apiVersion": version, "kind": kind }),
        "release" => json!({ "apiVersion": "admission.k8s.io/v1", "kind": kind, "response": response }),
        "beta" => json!({ "apiVersion": "admission.k8s.io/v1beta1", "kind": kind, "response": response }),
        "nameless" => json!({ "response": response }),
        _ => json!({ "apiVersion": version, "kind": kind, "response": response }),
    }
}

fn version_of(review: &Value) -> &str {
    review["apiVersion"].as_str().unwrap_or_default()
}

/// The request less what differs between any two servers.
fn masked(request: &Value) -> Value {
    let mut request = unsorted(request);
    request.sort_all_objects();
    request
}

fn unsorted(request: &Value) -> Value {
    let mut request = request.clone();
    if !request["userInfo"]["username"].as_str().is_some_and(|name| name.starts_with("bob")) {
        request["userInfo"] = "SOMEBODY".into();
    }
    request["uid"] = "SET".into();
    for object in ["object", "oldObject"] {
        let Some(metadata) = request[object].get_mut("metadata").and_then(Value::as_object_mut) else {
            continue;
        };
        metadata.shift_remove("managedFields");
        for field in ["uid", "resourceVersion", "creationTimestamp", "deletionTimestamp"] {
            if let Some(value) = metadata.get_mut(field) {
                *value = "SET".into();
            }
        }
    }
    request
}
