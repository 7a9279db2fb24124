//! Trouble with watches, made on the way between a client and its server, whichever that is.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use bytes::Bytes;
use futures::{StreamExt, stream};
use http::{Request, Response, Uri};
use http_body_util::{BodyExt, BodyStream, StreamBody, combinators::UnsyncBoxBody};
use kube::{Client, client::Body};
use tokio::sync::watch;

/// What comes of trouble: of watches that are cut, and of one that wants to go on from where no server can.
#[derive(Clone, Default)]
pub(super) struct Trouble {
    cuts: watch::Sender<u32>,
    behind: Arc<AtomicBool>,
}

impl Trouble {
    /// The same client with this trouble on its way.
    pub(super) fn on_the_way_of(&self, client: Client) -> Client {
        let trouble = self.clone();
        let namespace = client.default_namespace().to_owned();
        let service = tower::service_fn(move |request: Request<Body>| {
            let (client, trouble) = (client.clone(), trouble.clone());
            async move { trouble.send(&client, request).await }
        });
        Client::new(service, namespace)
    }

    /// Cuts the connections of all watches that are open.
    pub(super) fn cut(&self) {
        self.cuts.send_modify(|cuts| *cuts += 1);
    }

    /// Cuts them, and has the next one go on from the first version that there was.
    pub(super) fn fall_behind(&self) {
        self.behind.store(true, Ordering::Relaxed);
        self.cut();
    }

    async fn send(
        &self,
        client: &Client,
        mut request: Request<Body>,
    ) -> Result<Response<UnsyncBoxBody<Bytes, io::Error>>, kube::Error> {
        let is_watch = request.uri().query().is_some_and(|query| query.contains("watch=true"));
        if is_watch && self.behind.swap(false, Ordering::Relaxed) {
            *request.uri_mut() = behind(request.uri());
        }
        let mut cuts = self.cuts.subscribe();
        let response = client.send(request).await?;
        Ok(response.map(|body| {
            let body = body.map_err(io::Error::other);
            if !is_watch {
                return body.boxed_unsync();
            }
            let cut = async move { cuts.changed().await.is_ok() };
            let lost = stream::once(async { Err(io::ErrorKind::ConnectionReset.into()) });
            let frames = BodyStream::new(body).take_until(Box::pin(cut)).chain(lost);
            StreamBody::new(frames).boxed_unsync()
        }))
    }
}

fn behind(uri: &Uri) -> Uri {
    let text = uri.to_string();
    let (before, rest) = text.split_once("resourceVersion=").expect("watches begin somewhere");
    let after = rest.trim_start_matches(|digit: char| digit.is_ascii_digit());
    format!("{before}resourceVersion=1{after}").parse().expect("another number is fine there")
}
