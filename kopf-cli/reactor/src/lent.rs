//! What handlers may use of the operator: its client, and its way of posting Events.
//!
//! A plugin names paths, never a server: its requests go where the operator's go, with the operator's credentials and
//! nowhere else.

use std::sync::Arc;

use http::Method;
use jiff::Timestamp;
use kopf_core::report::{self, Kind};
use serde_json::{Value, json};
use tokio::runtime::Handle;

use crate::{
    Clock, Cluster,
    cluster::{Answer, Error, Lines, Request},
    io::Io,
    posting::Mailbox,
};

/// What the first part of a path may be: what an API server serves.
const ROOTS: [&str; 7] = ["api", "apis", "version", "openapi", "healthz", "livez", "readyz"];

/// What handlers may use of the operator. Cheap to clone.
#[derive(Clone)]
pub struct Lent {
    cluster: Arc<dyn Cluster>,
    clock: Arc<dyn Clock>,
    mailbox: Mailbox,
    field_manager: String,
    runtime: Handle,
}

/// Why a request is not sent.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// It leads elsewhere than to the API server, or nowhere.
    #[error(
        "the path {0:?} is none of the API server's: give one that begins with /api/, /apis/ or /version, without a host"
    )]
    Path(String),
    /// It goes up on its way, and so perhaps out of what the operator's API server is.
    #[error("the path {0:?} goes up by `..`, which is no name: leave that step out")]
    Up(String),
    /// It is no verb of the API.
    #[error("the method {0:?} is not known: give GET, POST, PUT, PATCH or DELETE")]
    Method(String),
    /// The type of an Event.
    #[error("the type {0:?} of an Event is not known: give Normal or Warning")]
    EventType(String),
    /// The namespace of an Event's object.
    #[error(
        "an Event is about an object in the namespace {0:?}, which no namespace is called: give its name alone"
    )]
    EventNamespace(String),
    /// It comes when Events are posted no more.
    #[error("the operator has ended, and posts no more Events: post it in a handler before the cleanup")]
    Ended,
}

impl Lent {
    pub(crate) fn new(io: &Io) -> Lent {
        Lent {
            cluster: io.cluster.clone(),
            clock: io.clock.clone(),
            mailbox: io.mailbox.clone(),
            field_manager: io.identity.field_manager().to_owned(),
            runtime: Handle::current(),
        }
    }

    /// Where requests are carried out: where the operator's own are, so that a connection that is shared does not depend
    /// on threads on which handlers run.
    pub fn runtime(&self) -> &Handle {
        &self.runtime
    }

    /// A request of a plugin's, in shape: to the API server, by a verb that it knows. Writes name the operator as the field
    /// manager, unless they name one.
    ///
    /// # Errors
    ///
    /// [`Refusal::Path`], [`Refusal::Up`] and [`Refusal::Method`].
    pub fn request(&self, method: &str, path: &str) -> Result<Request, Refusal> {
        let verb = match method {
            "GET" => Method::GET,
            "POST" => Method::POST,
            "PUT" => Method::PUT,
            "PATCH" => Method::PATCH,
            "DELETE" => Method::DELETE,
            other => return Err(Refusal::Method(other.to_owned())),
        };
        check(path)?;
        let writes = matches!(verb, Method::POST | Method::PUT | Method::PATCH);
        let path = match writes && !path.contains("fieldManager=") {
            true => {
                let joint = if path.contains('?') { '&' } else { '?' };
                format!("{path}{joint}fieldManager={}", self.field_manager)
            }
            false => path.to_owned(),
        };
        Ok(Request { method: verb, ..Request::get(path) })
    }

    /// Sends a request, within the time that the operator's own are given.
    ///
    /// # Errors
    ///
    /// [`Error::Unreachable`] and [`Error::Malformed`]; a refusal of the server's is an answer.
    pub async fn ask(&self, request: Request) -> Result<Answer, Error> {
        self.cluster.ask(request).await
    }

    /// Begins a watch.
    ///
    /// # Errors
    ///
    /// As the server has it.
    pub async fn watch(&self, request: Request) -> Result<Lines, Error> {
        self.cluster.watch(request).await
    }

    /// Takes a Kubernetes Event to be posted, within the same budget and by the same settings as the operator's own.
    ///
    /// # Errors
    ///
    /// [`Refusal::EventType`], for the API server takes no other types; [`Refusal::EventNamespace`]; [`Refusal::Ended`].
    pub fn post(&self, kind: &str, reason: String, note: String, regarding: &Value) -> Result<(), Refusal> {
        let kind = match kind {
            "Normal" => Kind::Normal,
            "Warning" => Kind::Warning,
            other => return Err(Refusal::EventType(other.to_owned())),
        };
        // What a plugin adds beyond that must not reach the server as if it were of the object.
        let regarding = report::reference(&json!({
            "apiVersion": regarding["apiVersion"], "kind": regarding["kind"], "metadata": regarding,
        }));
        // It becomes a part of a path.
        let namespace = regarding["namespace"].as_str().unwrap_or_default();
        if !namespace.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-')) {
            return Err(Refusal::EventNamespace(namespace.chars().take(64).collect()));
        }
        let now: Timestamp = self.clock.now();
        match self.mailbox.post_for_plugin(kind, reason, note, regarding, now) {
            true => Ok(()),
            false => Err(Refusal::Ended),
        }
    }
}

fn check(path: &str) -> Result<(), Refusal> {
    let shown = || path.chars().take(64).collect();
    let place = path.split(['?', '#']).next().unwrap_or_default();
    let root = place.strip_prefix('/').and_then(|rest| rest.split('/').next());
    if !root.is_some_and(|root| ROOTS.contains(&root)) {
        return Err(Refusal::Path(shown()));
    }
    // Servers and proxies undo the escapes before they follow a path.
    match unescaped(place).split(|byte| matches!(byte, b'/' | b'\\')).any(|step| step == b"..") {
        true => Err(Refusal::Up(shown())),
        false => Ok(()),
    }
}

/// A path without its escapes, such as `%2F`. What is no escape stays.
fn unescaped(path: &str) -> Vec<u8> {
    let mut plain = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let [byte, tail @ ..] = rest {
        let digit = |at: usize| char::from(*tail.get(at)?).to_digit(16);
        match digit(0).zip(digit(1)).and_then(|(high, low)| u8::try_from(high * 16 + low).ok()) {
            Some(escaped) if *byte == b'%' => {
                plain.push(escaped);
                rest = &tail[2..];
            }
            _ => {
                plain.push(*byte);
                rest = tail;
            }
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_path(path: &str, is_taken: bool) {
        assert_eq!(check(path).is_ok(), is_taken, "{path}");
    }

    #[test]
    fn a_request_leads_to_the_api_server_and_nowhere_else() {
        check_path("/api/v1/namespaces/default/pods?limit=500", true);
        check_path("/apis/apps/v1", true);
        check_path("/version", true);
        check_path("/api?x", true);
        check_path("https://elsewhere.example/api/v1", false);
        check_path("//elsewhere.example/api/v1", false);
        check_path("api/v1", false);
        check_path("@elsewhere.example/api", false);
        check_path("/apix/v1", false);
        check_path("/api#x", true);
        check_path("/", false);
        check_path("", false);
    }

    #[test]
    fn no_path_goes_up_however_that_is_written() {
        check_path("/api/../metrics", false);
        check_path("/api/v1/..", false);
        check_path("/api/%2e%2e/metrics", false);
        check_path("/api/.%2E/metrics", false);
        check_path("/api/v1/pods/x%2F..%2f..%2Fsecrets", false);
        check_path("/api/v1/%5c..%5Cx", false);
        check_path("/api/v1/pods/a..b", true);
        check_path("/api/v1/pods/...", true);
        check_path("/api/v1/pods/%2", true);
        check_path("/api/v1/pods/%zz%é", true);
        check_path("/api/v1/pods?continue=/../", true);
    }

    #[test]
    fn a_refused_path_is_shown_and_cut() {
        let error = check(&format!("/{}", "x".repeat(1000))).unwrap_err().to_string();
        assert!(error.starts_with("the path \"/xxx") && error.len() < 250, "{error}");
        assert_eq!(
            check("/api/%2e%2e/x").unwrap_err().to_string(),
            "the path \"/api/%2e%2e/x\" goes up by `..`, which is no name: leave that step out"
        );
    }
}
