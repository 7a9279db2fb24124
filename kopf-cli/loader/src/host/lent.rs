//! Requests, watches and Events of plugins, carried out with what the operator lends.

use std::sync::{Arc, OnceLock};

use futures::StreamExt;
use kopf_plugin_abi::{
    v1::{FutureV1, Reply},
    wire::{self, FailureKind},
};
use kopf_reactor::{
    cluster::{Error, Lines, Request},
    lent::{Lent, Refusal},
};
use serde_json::{Value, json};

use super::{failed, ready, reply, spawned, watches::Watches};

/// What is lent, once the operator runs, and what plugins have begun with it.
#[derive(Default)]
pub(crate) struct Lending {
    lent: OnceLock<Lent>,
    watches: Watches,
}

impl Lending {
    /// Takes what is lent. There is one operator to a host: a second one changes nothing.
    pub(crate) fn take(&self, lent: Lent) {
        let _ = self.lent.set(lent);
    }

    /// A call has ended, and so have its watches.
    pub(crate) fn end(&self, span: u64) {
        self.watches.close_all_of(span);
    }

    /// Sends a request.
    pub(super) fn kubernetes(&self, body: &[u8]) -> FutureV1 {
        match self.request(body) {
            Err(refused) => ready(refused),
            Ok((lent, request)) => {
                let runtime = lent.runtime().clone();
                spawned(&runtime, async move { response(lent.ask(request).await) })
            }
        }
    }

    fn request(&self, body: &[u8]) -> Result<(Lent, Request), Reply> {
        let wire::Request { method, path, content_type, accept, body, .. } = read("KUBERNETES", body)?;
        let lent = self.lent()?;
        let mut request = lent.request(&method, &path).map_err(|refusal| refused(&refusal))?;
        request.accept = accept.map(Into::into);
        request.body = body.map(|body| {
            (content_type.unwrap_or_else(|| "application/json".to_owned()).into(), body.into_bytes())
        });
        Ok((lent, request))
    }

    /// Begins a watch, waits for its next event, or lets go of it.
    pub(super) fn watch(self: &Arc<Lending>, body: &[u8]) -> FutureV1 {
        self.next(body).unwrap_or_else(ready)
    }

    fn next(self: &Arc<Lending>, body: &[u8]) -> Result<FutureV1, Reply> {
        let wire::Watch { watch, path, end, span } = read("WATCH", body)?;
        let lent = self.lent()?;
        let taken = match watch {
            Some(number) => Some(self.watches.take(number).map_err(|problem| bad(&problem))?),
            None => None,
        };
        if end {
            return Ok(ready(reply(&wire::Watched::default())));
        }
        let (number, span, step) = match taken {
            Some((span, lines)) => (watch, span, Step::GoOn(lines)),
            None => {
                self.watches.check(span).map_err(|problem| bad(&problem))?;
                let path = path.ok_or_else(|| bad("a watch begins with a path"))?;
                let request = lent.request("GET", &path).map_err(|refusal| refused(&refusal))?;
                (None, span, Step::Begin(request))
            }
        };
        let runtime = lent.runtime().clone();
        let lending = self.clone();
        let mut task = tokio::task::JoinSet::new();
        task.spawn_on(step.take(lent), &runtime);
        Ok(FutureV1::new(async move {
            match task.join_next().await {
                // Kept only now that somebody hears of it: a watch whose event nobody takes is let go of.
                Some(Ok(Ok((event, lines)))) => {
                    let watch = lines.map_or(0, |lines| lending.watches.keep(number, span, lines));
                    reply(&wire::Watched { watch, event })
                }
                Some(Ok(Err(refused))) => refused,
                _ => super::stopping(),
            }
        }))
    }

    /// Takes an Event to be posted.
    pub(super) fn post(&self, body: &[u8]) -> Reply {
        let posted = read("POST", body).and_then(|post: wire::Post| {
            let wire::Post { kind, reason, note, regarding, .. } = post;
            self.lent()?.post(&kind, reason, note, &regarding).map_err(|refusal| refused(&refusal))
        });
        match posted {
            Ok(()) => reply(&json!({})),
            Err(refused) => refused,
        }
    }

    fn lent(&self) -> Result<Lent, Reply> {
        let unlent = || {
            failed(
                FailureKind::Temporary,
                "the operator does not run yet: its client is there for handlers, not before",
            )
        };
        self.lent.get().cloned().ok_or_else(unlent)
    }
}

/// What is to be done of a watch.
enum Step {
    Begin(Request),
    GoOn(Lines),
}

impl Step {
    /// The next event, and what comes after it; no event if the stream has ended. A refused watch is one whose only event
    /// says so, as it is with a server that refuses it later.
    async fn take(self, lent: Lent) -> Result<(Option<Value>, Option<Lines>), Reply> {
        let mut lines = match self {
            Step::GoOn(lines) => lines,
            Step::Begin(request) => match lent.watch(request).await {
                Ok(lines) => lines,
                Err(Error::Refused(status)) => {
                    let object = json!({
                        "kind": "Status", "apiVersion": "v1", "status": "Failure",
                        "code": status.code, "reason": status.reason, "message": status.message,
                        "details": { "retryAfterSeconds": status.retry_after.map(|after| after.as_secs()) },
                    });
                    return Ok((Some(json!({ "type": "ERROR", "object": object })), None));
                }
                Err(error) => return Err(trouble(&error)),
            },
        };
        match lines.next().await {
            None => Ok((None, None)),
            Some(Err(error)) => Err(trouble(&error)),
            Some(Ok(line)) => match serde_json::from_slice(&line) {
                Ok(event) => Ok((Some(event), Some(lines))),
                Err(error) => {
                    Err(failed(FailureKind::Error, &format!("an event of the watch cannot be read: {error}")))
                }
            },
        }
    }
}

fn response(answer: Result<kopf_reactor::cluster::Answer, Error>) -> Reply {
    match answer {
        Ok(answer) => reply(&wire::Response {
            code: answer.code,
            warnings: answer.warnings,
            retry_after: answer.retry_after.map(|after| after.as_secs()),
            body: String::from_utf8_lossy(&answer.body).into_owned(),
        }),
        Err(error) => trouble(&error),
    }
}

fn read<T: serde::de::DeserializeOwned>(operation: &str, body: &[u8]) -> Result<T, Reply> {
    // What is in the body stays out of the message: it may be a Secret.
    serde_json::from_slice(body).map_err(|error| {
        bad(&format!("the body of {operation} cannot be read, at column {}", error.column()))
    })
}

fn bad(message: &str) -> Reply {
    failed(FailureKind::Arguments, message)
}

fn refused(refusal: &Refusal) -> Reply {
    bad(&refusal.to_string())
}

/// Why there is no answer: temporary if the server could not be reached.
fn trouble(error: &Error) -> Reply {
    let kind = match error {
        Error::Unreachable(_) => FailureKind::Temporary,
        _ => FailureKind::Error,
    };
    failed(kind, &error.to_string())
}
