//! What a watch sees of one peering object: its newest state, and nothing of others.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use bytes::Bytes;
use futures::{FutureExt, future::BoxFuture};
use kopf_core::object::{Error as Odd, Header, Version};
use tokio::sync::watch;
use tracing::debug;

use crate::{cluster::Error, queue::Sight, watch::Sink};

/// What there is to see.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Seen {
    /// Nobody knows yet.
    Unknown,
    /// No object of this name.
    Absent,
    /// We may not look.
    Denied(String),
    /// The object.
    Present(Version, Bytes),
}

/// Takes what the watch sees.
pub(super) struct Eye {
    name: String,
    seen: watch::Sender<Seen>,
    listed: AtomicBool,
}

impl Eye {
    /// An eye on the object of this name.
    pub(super) fn on(name: &str) -> (Arc<Eye>, watch::Receiver<Seen>) {
        let (seen, receiver) = watch::channel(Seen::Unknown);
        (Arc::new(Eye { name: name.to_owned(), seen, listed: AtomicBool::new(false) }), receiver)
    }

    /// Takes a state of the object, unless a newer one was seen: the answer to a write may come before the event.
    pub(super) fn take(&self, seen: Seen) {
        self.seen.send_if_modified(|last| {
            let is_older = match (&*last, &seen) {
                (Seen::Present(newest, _), Seen::Present(version, _)) => {
                    version.is_covered_by(newest) == Some(true)
                }
                _ => *last == seen,
            };
            if !is_older {
                *last = seen;
            }
            !is_older
        });
    }

    /// The object is deleted, if this is not the end of an older one of its name.
    fn delete(&self, version: &Version) {
        let is_older = matches!(&*self.seen.borrow(), Seen::Present(newest, _)
            if version.is_covered_by(newest) == Some(true));
        if !is_older {
            self.take(Seen::Absent);
        }
    }
}

impl Sink for Eye {
    fn begin(&self) {
        self.listed.store(false, Ordering::Relaxed);
    }

    fn see<'a>(&'a self, sight: Sight, header: Result<Header, Odd>, raw: Bytes) -> BoxFuture<'a, ()> {
        match header {
            Ok(header) if *header.name == *self.name => {
                if sight == Sight::Deleted {
                    self.delete(&header.version);
                } else {
                    self.listed.store(true, Ordering::Relaxed);
                    self.take(Seen::Present(header.version, raw));
                }
            }
            Ok(_) => {}
            Err(error) => debug!("A peering object is passed over: {error}"),
        }
        futures::future::ready(()).boxed()
    }

    fn complete(&self) {
        if !self.listed.load(Ordering::Relaxed) {
            self.take(Seen::Absent);
        }
    }

    fn refused(&self, error: &Error) -> bool {
        match error.code() {
            Some(403) => self.take(Seen::Denied(error.to_string())),
            // The definition is gone, of which the orchestration hears.
            Some(404) => self.take(Seen::Absent),
            _ => return false,
        }
        true
    }
}
