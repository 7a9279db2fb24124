//! The sandbox on a loopback socket, over HTTPS, for clients of other processes.

use std::{
    io::{self, Write},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    path::Path,
    sync::Arc,
    time::Duration,
};

use futures::{FutureExt, future::BoxFuture};
use http::{Request, Response};
use hyper::body::Incoming;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    task::{JoinHandle, JoinSet},
};
use tokio_rustls::TlsAcceptor;
use tower::Service as _;
use tracing::debug;

use crate::{
    access::{self, Introduction},
    api,
    body::{Body, Cut},
    controllers::{self, Reached},
    json as deep,
    sandbox::Sandbox,
    service::Service,
    tls::{Identity, KUBECONFIG_BEGINS},
    write::Writer,
};

/// How long a handshake may take; a client that stops in the middle holds nothing for longer.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a shutdown waits for answers that are under way to be read.
const SHUTDOWN_GRACE: Duration = Duration::from_secs(2);

/// A sandbox that listens on a socket. Dropped, it stops at once.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    kubeconfig: String,
    stop: watch::Sender<bool>,
    acceptor: JoinHandle<()>,
    controllers: JoinHandle<()>,
    _introduction: Introduction,
}

impl Sandbox {
    /// Serves over HTTPS at `address`; port 0 is any that is free.
    ///
    /// # Errors
    ///
    /// The address is not one of loopback, or cannot be listened on.
    pub async fn serve(&self, address: SocketAddr) -> io::Result<Server> {
        if !address.ip().is_loopback() {
            let why = format!("{address} is not a loopback address, and a sandbox is for this machine alone");
            return Err(io::Error::new(io::ErrorKind::InvalidInput, why));
        }
        self.serve_openly(address, &[]).await
    }

    /// Serves over HTTPS at any address, also for other machines. Its certificate is for the address, for the loopback,
    /// and for `names`: host names and addresses by which it is reached.
    ///
    /// # Errors
    ///
    /// The address cannot be listened on, or a name cannot stand in a certificate.
    pub async fn serve_openly(&self, address: SocketAddr, names: &[String]) -> io::Result<Server> {
        let mut names = names.to_vec();
        if !address.ip().is_unspecified() {
            names.push(address.ip().to_string());
        }
        let identity = Identity::new(&names).map_err(io::Error::other)?;
        let listener = TcpListener::bind(address).await?;
        let address = reached_at(listener.local_addr()?);
        let reached = Reached { root_ca: identity.ca_pem.clone(), address };
        let kubeconfig = identity.kubeconfig(&format!("https://{address}"));
        {
            let mut store = self.api.store();
            deep::with_stack(store.deepest() + 1, || {
                Writer::new(&mut store, self.api.clock.now()).publish(reached);
            });
        }
        let (stop, stopped) = watch::channel(false);
        let introduction = self.api.access.introduce(&identity.users);
        let front = Front { service: self.service(), stopped };
        let acceptor = tokio::spawn(accept(listener, TlsAcceptor::from(Arc::clone(&identity.config)), front));
        let controllers = tokio::spawn(controllers::end_in_time(self.api.clone()));
        Ok(Server { address, kubeconfig, stop, acceptor, controllers, _introduction: introduction })
    }
}

/// The address of who listens at `address`, for clients here: whoever listens everywhere does so on the loopback.
fn reached_at(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

impl Server {
    /// `https://127.0.0.1:PORT`
    pub fn url(&self) -> String {
        format!("https://{}", self.address)
    }

    /// Where it is reached.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// A kubeconfig with the certificate authority and the token inside.
    pub fn kubeconfig(&self) -> &str {
        &self.kubeconfig
    }

    /// Whether a text is a kubeconfig that some sandbox has written, and that the next one may write over.
    pub fn wrote(kubeconfig: &str) -> bool {
        kubeconfig.starts_with(KUBECONFIG_BEGINS)
    }

    /// Writes the kubeconfig into a file that only its owner can read.
    ///
    /// # Errors
    ///
    /// The file cannot be written.
    pub fn write_kubeconfig(&self, path: &Path) -> io::Result<()> {
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path)?;
        // A file that was there before keeps its mode when it is opened.
        #[cfg(unix)]
        file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
        file.write_all(self.kubeconfig.as_bytes())
    }

    /// Stops listening, ends watches, lets other answers go out, and waits for all of that.
    pub async fn shutdown(mut self) {
        self.stop.send_replace(true);
        // The task ends by itself; that it was cancelled or panicked changes nothing for who shuts down.
        let _ = (&mut self.acceptor).await;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.acceptor.abort();
        self.controllers.abort();
    }
}

async fn accept(listener: TcpListener, tls: TlsAcceptor, front: Front) {
    let mut connections = JoinSet::new();
    let mut stopped = front.stopped.clone();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(connection(stream, tls.clone(), front.clone()));
                }
                // A connection that failed before it was accepted, or no file descriptor left: others may follow.
                Err(error) => {
                    debug!(%error, "A connection could not be accepted.");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            },
            Some(_) = connections.join_next() => {}
            () = end_of(&mut stopped) => break,
        }
    }
    drop(listener);
    let drained = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(SHUTDOWN_GRACE, drained).await.is_err() {
        connections.shutdown().await;
    }
}

async fn connection(stream: TcpStream, tls: TlsAcceptor, front: Front) {
    let mut stopped = front.stopped.clone();
    // Without this each line of a watch could wait for the acknowledgement of the one before.
    let _ = stream.set_nodelay(true);
    let stream = match tokio::time::timeout(HANDSHAKE_TIMEOUT, tls.accept(stream)).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => return debug!(%error, "A TLS handshake failed."),
        Err(_) => return debug!("A TLS handshake took too long."),
    };
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new());
    let served = builder.serve_connection(TokioIo::new(stream), front);
    let mut served = std::pin::pin!(served);
    let ended = tokio::select! {
        ended = served.as_mut() => ended,
        () = end_of(&mut stopped) => {
            served.as_mut().graceful_shutdown();
            served.await
        }
    };
    if let Err(error) = ended {
        debug!(%error, "A connection ended.");
    }
}

/// Resolves when the server is to stop, or is gone.
async fn end_of(stopped: &mut watch::Receiver<bool>) {
    drop(stopped.wait_for(|stopped| *stopped).await);
}

/// What stands between a socket and the service: the token, and the end of watches at shutdown.
#[derive(Clone)]
struct Front {
    service: Service,
    stopped: watch::Receiver<bool>,
}

impl hyper::service::Service<Request<Incoming>> for Front {
    type Response = Response<Body>;
    type Error = Cut;
    type Future = BoxFuture<'static, Result<Response<Body>, Cut>>;

    fn call(&self, mut request: Request<Incoming>) -> Self::Future {
        let token = access::bearer(request.headers());
        let known = token.and_then(|token| self.service.api.identify(token));
        let Some(known) = known else {
            let (uri, headers) = (request.uri(), request.headers());
            let is_told = token.is_none() && access::is_public(request.method(), uri.path());
            let answer = if is_told {
                self.service.api.publicly(uri, headers)
            } else {
                api::unauthorized(uri, headers)
            };
            return futures::future::ready(Ok(answer)).boxed();
        };
        request.extensions_mut().insert(known);
        let mut stopped = self.stopped.clone();
        let answer = self.service.clone().call(request);
        async move {
            let answer = answer.await?;
            Ok(answer.map(|body| body.until(async move { end_of(&mut stopped).await })))
        }
        .boxed()
    }
}
