//! Lists a source and watches it, for ever: what it sees goes to a [`Sink`], and every trouble is survived.
//!
//! The position in the stream is one of two: before a list, or after a version. What a trouble does to it is decided by
//! [`after`], which performs nothing.

mod event;
pub(crate) mod page;

use std::sync::Arc;

use bytes::Bytes;
use futures::{
    StreamExt,
    future::{BoxFuture, Either, select},
};
use kopf_core::object::{Error as Odd, Header};
use tracing::{debug, info, warn};

use crate::{
    cluster::{Error, Lines, Request},
    health::Pulse,
    io::{Io, chance},
    queue::Sight,
};

/// Takes what a watch sees.
pub(crate) trait Sink: Send + Sync {
    /// A list begins, or begins anew.
    fn begin(&self);
    /// An object was seen.
    fn see<'a>(&'a self, sight: Sight, header: Result<Header, Odd>, raw: Bytes) -> BoxFuture<'a, ()>;
    /// The list is complete.
    fn complete(&self);
    /// The server refuses the source: it is not there, or not for us. Answers whether nobody else need tell of it.
    fn refused(&self, error: &Error) -> bool;
}

/// How many streams are opened from a version on which each bring nothing but what cannot be read, before it is listed anew.
const GARBLED: u32 = 3;

/// Where a watch stands.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Position {
    /// Before a list.
    List,
    /// After this resourceVersion.
    After(String),
}

/// Why a stream ended.
#[derive(Debug)]
enum End {
    /// The server closed it, as it does every few minutes, or nothing came for too long.
    Closed,
    /// The server says that the version is too old.
    Expired,
    /// Anything else.
    Failed(Error),
}

/// Where to go on after a stream ended, and whether to wait before. `fruitless` streams in a row have brought nothing by now.
fn after(position: Position, end: &End, progressed: bool, fruitless: u32) -> (Position, bool) {
    match end {
        End::Closed => (position, !progressed),
        End::Expired => (Position::List, !progressed),
        // A version that the server refuses is not asked for twice.
        End::Failed(Error::Refused(status)) if matches!(status.code, 400 | 410 | 422) => {
            (Position::List, true)
        }
        // What comes after this version cannot be read, and a list may be without it.
        End::Failed(Error::Malformed(_)) if fruitless >= GARBLED => (Position::List, true),
        End::Failed(_) => (position, true),
    }
}

/// Lists and watches the path for ever: what the selection, the end of a query, leaves of it.
pub(crate) async fn watch(
    io: &Io,
    name: &str,
    path: &str,
    selection: &str,
    pulse: &Arc<Pulse>,
    sink: &dyn Sink,
) {
    let mut position = Position::List;
    let mut failures = 0;
    let mut fruitless = 0_u32;
    loop {
        let mut progressed = false;
        let end = match &mut position {
            Position::List => match list(io, path, selection, pulse, sink).await {
                Ok(version) => {
                    debug!("Listed {name}, watching from version {version}.");
                    pulse.synced();
                    position = Position::After(version);
                    if fruitless == 0 {
                        recovered(io, name, &mut failures);
                    }
                    // What comes after a list may fail each time: so it is not listed without a pause.
                    failures = fruitless;
                    continue;
                }
                // The pages that remain are of a list that the server has forgotten.
                Err(error) if error.code() == Some(410) => End::Expired,
                Err(error) => End::Failed(error),
            },
            Position::After(version) => {
                let query = query(io, version, selection);
                fruitless = fruitless.saturating_add(1);
                stream(io, &format!("{path}?{query}"), pulse, sink, version, &mut progressed).await
            }
        };
        if progressed {
            fruitless = 0;
            recovered(io, name, &mut failures);
        }
        let (next, wait) = after(position, &end, progressed, fruitless);
        debug!("The watch of {name} has ended: {end:?}; it goes on from {next:?}.");
        position = next;
        if let End::Failed(error) = &end {
            let told = sink.refused(error);
            if error.code() == Some(403) {
                // That is an answer, and nothing that a restart would mend.
                pulse.beat(io.clock.now());
            }
            // A connection that ends is what connections do, and a definition that is new is busy for a moment; a server
            // that does not answer then is another matter.
            if !told && (failures > 0 || !matches!(error.code(), None | Some(429))) {
                complain(io, name, error);
            }
        }
        if wait {
            let asked = match &end {
                End::Failed(error) => error.retry_after(),
                _ => None,
            };
            let delay = io.settings.reconnection().delay(failures, chance()).max(asked.unwrap_or_default());
            failures = failures.saturating_add(1);
            io.clock.sleep(delay).await;
        }
    }
}

/// The trouble as it is told: an unreachable server is one, however many watches it has.
fn trouble(name: &str, error: &Error) -> String {
    match error.code() {
        None => "watch".to_owned(),
        Some(code) => format!("watch {name} {code}"),
    }
}

fn complain(io: &Io, name: &str, error: &Error) {
    if io.complaints.is_due(&trouble(name, error), io.clock.now()) {
        warn!("Cannot watch {name}, and will try again: {error}");
    } else {
        debug!("Cannot watch {name}, and will try again: {error}");
    }
}

fn recovered(io: &Io, name: &str, failures: &mut u32) {
    if *failures > 0 && io.complaints.is_over("watch") {
        info!("The API server answers again; watching {name}.");
    }
    *failures = 0;
}

/// Lists all pages; answers the version that the list is of.
async fn list(io: &Io, path: &str, selection: &str, pulse: &Pulse, sink: &dyn Sink) -> Result<String, Error> {
    sink.begin();
    let limit = io.settings.watching.page_size;
    let mut token = String::new();
    loop {
        let query =
            if token.is_empty() { String::new() } else { format!("&continue={}", page::escape(&token)) };
        let body =
            io.cluster.send(Request::get(format!("{path}?limit={limit}{selection}{query}"))).await?.body;
        let page = page::read(&body)?;
        // The objects are copies by now: while spies take their time with them, the page need not be kept.
        drop(body);
        pulse.beat(io.clock.now());
        for item in page.items {
            sink.see(Sight::Listed, Header::read(&item), item).await;
            pulse.beat(io.clock.now());
        }
        match page.token {
            Some(next) => token = next,
            None => {
                sink.complete();
                return Ok(page.version);
            }
        }
    }
}

/// What asks for a watch from a version on.
fn query(io: &Io, version: &str, selection: &str) -> String {
    format!(
        "watch=true&allowWatchBookmarks=true&resourceVersion={}&timeoutSeconds={}{selection}",
        page::escape(version),
        io.settings.watching.server_timeout.as_secs()
    )
}

/// Watches from a version, which goes forward with each event, until the stream ends.
async fn stream(
    io: &Io,
    path: &str,
    pulse: &Pulse,
    sink: &dyn Sink,
    version: &mut String,
    progressed: &mut bool,
) -> End {
    let mut lines = match io.cluster.watch(Request::get(path)).await {
        Ok(lines) => lines,
        Err(error) if error.code() == Some(410) => return End::Expired,
        Err(error) => return End::Failed(error),
    };
    loop {
        let line = match next_line(io, &mut lines).await {
            Some(Ok(line)) => line,
            Some(Err(error)) => return End::Failed(error),
            None => return End::Closed,
        };
        pulse.beat(io.clock.now());
        let (kind, object) = match event::split(&line) {
            Ok(event) => event,
            Err(error) => return End::Failed(Error::Malformed(format!("a line of the watch: {error}"))),
        };
        let sight = match kind {
            "ADDED" => Sight::Added,
            "MODIFIED" => Sight::Modified,
            "DELETED" => Sight::Deleted,
            "BOOKMARK" => {
                *progressed = true;
                advance(version, &object);
                continue;
            }
            "ERROR" => return error_event(&object),
            unknown => {
                debug!("Passed over an event of the unknown type {unknown}.");
                continue;
            }
        };
        *progressed = true;
        let header = Header::read(&object);
        match &header {
            Ok(header) => *version = header.version.to_string(),
            Err(_) => advance(version, &object),
        }
        sink.see(sight, header, object).await;
    }
}

fn advance(version: &mut String, object: &[u8]) {
    if let Some(newer) = page::version(object) {
        *version = newer;
    }
}

fn error_event(object: &[u8]) -> End {
    let status: crate::cluster::Status = serde_json::from_slice(object).unwrap_or_default();
    if status.code == 410 { End::Expired } else { End::Failed(Error::Refused(status)) }
}

/// The next line; `None` at the stream's end or after too long a silence.
async fn next_line(io: &Io, lines: &mut Lines) -> Option<Result<Bytes, Error>> {
    let silence = io.settings.watching.inactivity_timeout;
    match select(lines.next(), io.clock.sleep(silence)).await {
        Either::Left((line, _)) => line,
        Either::Right(_) => {
            debug!("Nothing was heard for {} seconds: the watch is opened anew.", silence.as_secs_f64());
            None
        }
    }
}

#[cfg(test)]
mod tests;
