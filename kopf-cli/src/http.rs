//! The operator's own HTTP server: bounded in connections, time and what it reads.

pub mod probes;

use std::{convert::Infallible, future::Future, io, net::SocketAddr, sync::Arc, time::Duration};

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Request, Response, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{net::TcpListener, sync::Semaphore, task::JoinSet};

use self::probes::Probes;

/// The most connections at once: probes come one after another, and whoever opens more must wait.
const CONNECTIONS: usize = 32;

/// How long a client may take to send its headers.
const HEADERS_WITHIN: Duration = Duration::from_secs(5);

/// How long a connection may live.
const CONNECTION_LIFE: Duration = Duration::from_secs(60);

/// How long to wait after a connection could not be taken, such as for lack of file descriptors.
const ACCEPT_AGAIN: Duration = Duration::from_millis(100);

/// A server that is bound and does not serve yet.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
}

impl Server {
    /// Takes an address; port 0 is a free one.
    ///
    /// # Errors
    ///
    /// When the address is taken, or is none of this machine.
    pub async fn bind(address: SocketAddr) -> io::Result<Server> {
        let listener = TcpListener::bind(address).await?;
        Ok(Server { address: listener.local_addr()?, listener })
    }

    /// Where it serves.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves for as long as it is polled. Dropping the future ends all connections.
    pub fn serve(self, probes: Probes) -> impl Future<Output = Infallible> {
        let places = Arc::new(Semaphore::new(CONNECTIONS));
        async move {
            let mut connections = JoinSet::new();
            loop {
                while connections.try_join_next().is_some() {}
                let place = places.clone().acquire_owned().await;
                let Ok((stream, _)) = self.listener.accept().await else {
                    tokio::time::sleep(ACCEPT_AGAIN).await;
                    continue;
                };
                let probes = probes.clone();
                connections.spawn(async move {
                    let answer = move |request: Request<Incoming>| {
                        let probes = probes.clone();
                        async move {
                            let answer = probes.answer(request.method(), request.uri().path()).await;
                            Ok::<Response<Full<Bytes>>, Infallible>(answer)
                        }
                    };
                    let connection = http1::Builder::new()
                        .timer(TokioTimer::new())
                        .header_read_timeout(HEADERS_WITHIN)
                        .serve_connection(TokioIo::new(stream), service_fn(answer));
                    // A client that leaves in the middle of it is its own business.
                    let _ = tokio::time::timeout(CONNECTION_LIFE, connection).await;
                    drop(place);
                });
            }
        }
    }
}
