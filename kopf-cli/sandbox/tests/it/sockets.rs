//! The sandbox on a socket: TLS, a token, and an end.

use std::sync::Arc;

use base64::{Engine, prelude::BASE64_STANDARD};
use http::Request;
use http_body_util::{BodyExt, Empty};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use kopf_sandbox::{Effect, Fault, Sandbox, Server};
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_rustls::client::TlsStream;

use crate::client::*;

type Sender = http1::SendRequest<Empty<bytes::Bytes>>;

fn field(kubeconfig: &str, name: &str) -> String {
    let line = kubeconfig.lines().find_map(|line| line.trim().strip_prefix(name)).unwrap();
    line.trim_start_matches(':').trim().to_owned()
}

/// Opens a connection as a client does that knows the kubeconfig alone, and trusts a server of this name.
async fn open(server: &Server, name: &str) -> (TlsStream<TcpStream>, String) {
    let kubeconfig = server.kubeconfig();
    let ca = BASE64_STANDARD.decode(field(kubeconfig, "certificate-authority-data")).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(&ca).unwrap()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    assert_eq!(field(kubeconfig, "server"), server.url());
    let stream = TcpStream::connect(server.address()).await.unwrap();
    let name = ServerName::try_from(name.to_owned()).unwrap();
    let stream = tokio_rustls::TlsConnector::from(Arc::new(config)).connect(name, stream).await.unwrap();
    (stream, field(kubeconfig, "token"))
}

async fn connect_to(server: &Server, name: &str) -> (Sender, String) {
    let (stream, token) = open(server, name).await;
    let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    (sender, token)
}

async fn connect(server: &Server) -> (Sender, String) {
    connect_to(server, "127.0.0.1").await
}

fn authorized(path: &str, token: &str) -> Request<Empty<bytes::Bytes>> {
    let request = Request::builder().uri(path).header("authorization", format!("Bearer {token}"));
    request.header("host", "localhost").body(Empty::new()).unwrap()
}

#[tokio::test]
async fn the_kubeconfig_is_all_that_a_client_needs() {
    let sandbox = sandbox();
    let server = sandbox.serve("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let (mut sender, token) = connect(&server).await;
    assert_eq!(sender.send_request(authorized("/version", &token)).await.unwrap().status(), 200);
    let refused = sender.send_request(authorized("/version", "wrong")).await.unwrap();
    assert_eq!(refused.status(), 401);
    let body = refused.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(serde_json::from_slice::<serde_json::Value>(&body).unwrap()["reason"], "Unauthorized");
    assert_eq!(sandbox.journal().entries().len(), 1, "who is not let in leaves no trace");
    server.shutdown().await;
}

#[tokio::test]
async fn who_sends_all_of_a_body_that_is_too_large_before_he_reads_is_told_so() {
    const LENGTH: usize = 10_000_000;
    let server = sandbox().serve("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let (mut stream, token) = open(&server, "127.0.0.1").await;
    let head = format!(
        "POST {KEX} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\ncontent-length: {LENGTH}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&vec![b' '; LENGTH]).await.unwrap();
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).await.unwrap();
    assert_eq!(answer, *b"HTTP/1.1 413");
    server.shutdown().await;
}

#[tokio::test]
async fn a_shutdown_ends_watches_and_a_fault_cuts_the_connection() {
    let sandbox = sandbox();
    let server = sandbox.serve("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let (mut cut, token) = connect(&server).await;
    sandbox.faults().add(Fault::new(Effect::Cut));
    assert!(cut.send_request(authorized("/version", &token)).await.is_err());

    let (mut sender, token) = connect(&server).await;
    let watch = sender.send_request(authorized(&format!("{KEX}?watch=1"), &token)).await.unwrap();
    assert_eq!(watch.status(), 200);
    post(&sandbox, KEX, example("a")).await;
    let mut watch = watch.into_body();
    let line = watch.frame().await.unwrap().unwrap().into_data().unwrap();
    assert!(line.starts_with(br#"{"type":"ADDED""#));
    server.shutdown().await;
    assert!(watch.frame().await.is_none(), "the watch ended as watches end");
}

#[tokio::test]
async fn only_loopback_is_listened_on() {
    let error = sandbox().serve("0.0.0.0:0".parse().unwrap()).await.unwrap_err();
    assert!(error.to_string().contains("not a loopback address"), "{error}");
}

#[tokio::test]
async fn whoever_listens_openly_is_trusted_by_each_name_and_asks_for_a_token_still() {
    let anywhere = "0.0.0.0:0".parse().unwrap();
    let names = ["box.kopf.test".to_owned(), "192.0.2.7".to_owned()];
    let server = sandbox().serve_openly(anywhere, &names).await.unwrap();
    assert_eq!(server.address().ip().to_string(), "127.0.0.1");
    for name in ["box.kopf.test", "192.0.2.7", "localhost"] {
        let (mut sender, token) = connect_to(&server, name).await;
        assert_eq!(sender.send_request(authorized("/version", &token)).await.unwrap().status(), 200);
        assert_eq!(sender.send_request(authorized("/api", "")).await.unwrap().status(), 401);
    }
    server.shutdown().await;
}

#[tokio::test]
async fn without_a_token_only_health_and_version_are_told_unless_roles_say_otherwise() {
    for rbac in [false, true] {
        let sandbox = Sandbox::builder().rbac(rbac).build().unwrap();
        let server = sandbox.serve("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let (mut sender, _) = connect(&server).await;
        let mut ask = async |method: &str, path: &str| {
            let request = Request::builder().method(method).uri(path).header("host", "localhost");
            let answer = sender.send_request(request.body(Empty::new()).unwrap()).await.unwrap();
            let code = answer.status().as_u16();
            answer.into_body().collect().await.unwrap();
            code
        };
        for path in ["/healthz", "/healthz?verbose", "/livez", "/readyz", "/version", "/version/"] {
            assert_eq!(ask("GET", path).await, 200, "{path}");
            assert_eq!(ask("POST", path).await, 401, "{path}");
        }
        for path in ["/", "/api", "/apis", "/healthz/ping", "/openapi/v2", "/api/v1/namespaces", "/nowhere"] {
            assert_eq!(ask("GET", path).await, 401, "{path}");
        }
        assert!(sandbox.journal().entries().is_empty(), "who has no token leaves no trace");
        if rbac {
            let binding = "clusterrolebindings.rbac.authorization.k8s.io";
            sandbox.delete(binding, "", "system:public-info-viewer").unwrap();
            assert_eq!(ask("GET", "/version").await, 403);
        }
        server.shutdown().await;
    }
}

#[tokio::test]
async fn the_kubeconfig_has_a_context_for_who_may_do_everything_and_one_for_nobody() {
    let sandbox = sandbox();
    let server = sandbox.serve("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let kubeconfig = server.kubeconfig();
    assert_eq!(field(kubeconfig, "current-context"), "admin");
    let tokens: Vec<_> = kubeconfig.lines().filter_map(|line| line.trim().strip_prefix("token: ")).collect();
    let (mut sender, _) = connect(&server).await;
    for token in &tokens {
        assert_eq!(sender.send_request(authorized("/version", token)).await.unwrap().status(), 200);
    }
    let users: Vec<_> = sandbox.journal().entries().into_iter().map(|entry| entry.user).collect();
    assert_eq!(users, ["admin", "nobody"]);
    assert!(Server::wrote(kubeconfig) && !Server::wrote("apiVersion: v1\nkind: Config\n"));
    server.shutdown().await;
}

#[cfg(unix)]
#[tokio::test]
async fn the_kubeconfig_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;

    let server = sandbox().serve("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let path = std::env::temp_dir().join(format!("kopf-sandbox-{}", server.address().port()));
    std::fs::write(&path, "").unwrap();
    server.write_kubeconfig(&path).unwrap();
    let mode = std::fs::metadata(&path).unwrap().permissions().mode() & 0o777;
    let written = std::fs::read_to_string(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    assert_eq!((mode, written.as_str()), (0o600, server.kubeconfig()));
}

#[tokio::test]
async fn the_service_of_a_server_comes_back_and_leads_to_where_it_is() {
    let sandbox = Sandbox::builder().service_accounts(true).build().unwrap();
    let service = |sandbox: &Sandbox| sandbox.get("services", "default", "kubernetes");
    assert!(service(&sandbox).is_none(), "without sockets it would lead nowhere");
    for _ in 0..2 {
        let server = sandbox.serve("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let spec = service(&sandbox).unwrap()["spec"].take();
        assert_eq!((&spec["clusterIP"], &spec["type"]), (&"10.96.0.1".into(), &"ClusterIP".into()));
        assert_eq!(spec["ports"][0]["targetPort"], server.address().port());
    }
    sandbox.delete("services", "default", "kubernetes").unwrap();
    assert!(service(&sandbox).is_some());
}

#[tokio::test]
async fn a_token_is_good_for_as_long_as_its_server_is_there() {
    let sandbox = sandbox();
    let first = sandbox.serve("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let token = field(first.kubeconfig(), "token");
    let server = sandbox.serve("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let (mut sender, _) = connect(&server).await;
    assert_eq!(sender.send_request(authorized("/api/v1/namespaces", &token)).await.unwrap().status(), 200);
    first.shutdown().await;
    assert_eq!(sender.send_request(authorized("/api/v1/namespaces", &token)).await.unwrap().status(), 401);
}
