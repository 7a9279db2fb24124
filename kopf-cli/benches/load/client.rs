//! The leanest client of an API server that keeps its connections: hyper's HTTP/1 over the operator's kind of TLS.

use std::{path::Path, sync::Arc};

use anyhow::{Context, Result, bail, ensure};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{
    Method, Request, Response, StatusCode,
    body::Incoming,
    client::conn::http1::{self, SendRequest},
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HOST, HeaderValue},
};
use hyper_util::rt::TokioIo;
use kube::{
    Config,
    client::ConfigExt,
    config::{AuthInfo, KubeConfigOptions, Kubeconfig},
};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio_rustls::{TlsConnector, rustls::pki_types::ServerName};

/// How to reach an API server.
#[derive(Clone)]
pub(crate) struct Client {
    /// Host and port.
    authority: String,
    /// What the server's certificate must be made out to.
    name: ServerName<'static>,
    /// What stands before each path, if the server is behind another.
    prefix: String,
    authorization: Option<HeaderValue>,
    tls: TlsConnector,
}

impl Client {
    /// Reads a kubeconfig. Bearer tokens and client certificates are understood, programs that make tokens are not.
    pub(crate) async fn new(kubeconfig: &Path) -> Result<Client> {
        let file = Kubeconfig::read_from(kubeconfig)?;
        let config = Config::from_custom_kubeconfig(file, &KubeConfigOptions::default()).await?;
        ensure!(
            config.cluster_url.scheme_str() == Some("https"),
            "{} is not an https URL, and nothing else is measured",
            config.cluster_url
        );
        let host = config.cluster_url.host().context("the URL of the cluster has no host")?;
        let name = config.tls_server_name.as_deref().unwrap_or(host.trim_matches(['[', ']'])).to_owned();
        Ok(Client {
            authority: format!("{host}:{}", config.cluster_url.port_u16().unwrap_or(443)),
            name: ServerName::try_from(name)?,
            prefix: config.cluster_url.path().trim_end_matches('/').to_owned(),
            authorization: authorization(&config.auth_info)?,
            tls: TlsConnector::from(Arc::new(config.rustls_client_config()?)),
        })
    }

    /// Opens a connection, which takes one request at a time.
    pub(crate) async fn connect(&self) -> Result<Connection<'_>> {
        let unreachable = || format!("cannot connect to {}", self.authority);
        let socket = TcpStream::connect(&self.authority).await.with_context(unreachable)?;
        socket.set_nodelay(true)?;
        let stream = self.tls.connect(self.name.clone(), socket).await.with_context(unreachable)?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        // What breaks the connection is told to whoever waits for an answer on it.
        tokio::spawn(connection);
        Ok(Connection { client: self, sender })
    }
}

fn authorization(account: &AuthInfo) -> Result<Option<HeaderValue>> {
    if account.exec.is_some() || account.auth_provider.is_some() {
        bail!("the kubeconfig gets its token from a program; give one with a token or a certificate");
    }
    // Serialized, a secret is a text like any other.
    let token = match (serde_json::to_value(account)?.get("token"), &account.token_file) {
        (Some(Value::String(token)), _) => token.clone(),
        (_, Some(path)) => std::fs::read_to_string(path).with_context(|| format!("cannot read {path}"))?,
        _ => return Ok(None),
    };
    Ok(Some(HeaderValue::try_from(format!("Bearer {}", token.trim()))?))
}

/// A connection that is kept from request to request.
pub(crate) struct Connection<'a> {
    client: &'a Client,
    sender: SendRequest<Full<Bytes>>,
}

/// An answer that was read whole.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) body: Bytes,
}

impl Connection<'_> {
    pub(crate) async fn get(&mut self, path: &str) -> Result<Bytes> {
        self.expect(Method::GET, path, Bytes::new()).await
    }

    pub(crate) async fn post(&mut self, path: &str, object: Vec<u8>) -> Result<Bytes> {
        self.expect(Method::POST, path, object.into()).await
    }

    pub(crate) async fn merge_patch(&mut self, path: &str, patch: Vec<u8>) -> Result<Bytes> {
        self.expect(Method::PATCH, path, patch.into()).await
    }

    pub(crate) async fn delete(&mut self, path: &str) -> Result<Bytes> {
        self.expect(Method::DELETE, path, Bytes::new()).await
    }

    async fn expect(&mut self, method: Method, path: &str, body: Bytes) -> Result<Bytes> {
        let answer = self.send(method.clone(), path, body).await?;
        if !answer.status.is_success() {
            bail!("{method} {path}: {}: {}", answer.status, String::from_utf8_lossy(&answer.body));
        }
        Ok(answer.body)
    }

    /// Sends a request, and takes whatever the answer is.
    pub(crate) async fn send(&mut self, method: Method, path: &str, body: Bytes) -> Result<Answer> {
        let response = self.begin(method, path, body).await?;
        let status = response.status();
        Ok(Answer { status, body: response.into_body().collect().await?.to_bytes() })
    }

    /// Sends a request, and takes the head of the answer.
    pub(crate) async fn begin(
        &mut self,
        method: Method,
        path: &str,
        body: Bytes,
    ) -> Result<Response<Incoming>> {
        let Client { prefix, authority, authorization, .. } = self.client;
        let content_type =
            if method == Method::PATCH { "application/merge-patch+json" } else { "application/json" };
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{prefix}{path}"))
            .header(HOST, authority)
            .header(ACCEPT, "application/json")
            .header(CONTENT_TYPE, content_type);
        if let Some(authorization) = authorization {
            request = request.header(AUTHORIZATION, authorization);
        }
        self.sender.ready().await?;
        Ok(self.sender.send_request(request.body(Full::new(body))?).await?)
    }
}
