//! Makes connections as a configuration says.
//!
//! Requests do not pass through kube's client, which has a queue and a task of its own for them all: they go straight to
//! hyper's pool of connections, under kube's layers for the address and the credentials.

use std::io;

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper_util::{client::legacy::connect::HttpConnector, rt::TokioExecutor};
use kube::{
    Client, Config,
    client::{Body, ConfigExt},
};
use tower::{BoxError, Service, ServiceBuilder, ServiceExt, util::BoxCloneSyncService};

use super::{access::ConnectError, answer::Incoming, causes::chain, token_file::TokenFile};
use crate::settings::Networking;

/// What takes requests and gives answers.
pub(super) type Transport = BoxCloneSyncService<http::Request<Body>, http::Response<Incoming>, BoxError>;

/// Connections as a configuration says. May run a program that has the credentials, and wait for it.
pub(super) fn connect(mut config: Config, networking: &Networking) -> Result<Transport, ConnectError> {
    // What is in the file goes before a token that stands beside it: it is the newer one.
    let file = config.auth_info.token_file.take();
    let tokens = file.map(|file| TokenFile::open(file.into())).transpose()?;
    if tokens.is_some() {
        config.auth_info.token = None;
    }
    let program = config.auth_info.exec.clone();
    let transport = transport(config, networking).map_err(|error| match program {
        Some(program) => ConnectError::Program {
            command: program.command.unwrap_or_default(),
            problem: chain(&error),
            hint: program.install_hint.map_or_else(String::new, |hint| format!("; {}", hint.trim())),
        },
        None => ConnectError::Client(chain(&error)),
    })?;
    Ok(match tokens {
        Some(tokens) => BoxCloneSyncService::new(transport.map_request(move |request| tokens.sign(request))),
        None => transport,
    })
}

fn transport(config: Config, networking: &Networking) -> Result<Transport, kube::Error> {
    if config.proxy_url.is_some() {
        return Ok(of_client(Client::try_from(config)?));
    }
    let mut tcp = HttpConnector::new();
    tcp.enforce_http(false);
    // A request is small and waited for: it must not wait for more to come.
    tcp.set_nodelay(true);
    tcp.set_connect_timeout(Some(networking.connect_timeout));
    tcp.set_keepalive(Some(networking.keep_alive));
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

/// A client that is there already, as a transport.
pub(super) fn of_client(client: Client) -> Transport {
    let send = move |request| {
        let client = client.clone();
        async move { client.send(request).await.map_err(BoxError::from) }
    };
    transporting(tower::service_fn(send))
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
