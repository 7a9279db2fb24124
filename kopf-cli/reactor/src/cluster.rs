//! The `Cluster` port: requests to an API server, as data.

pub mod kube;

use std::{borrow::Cow, time::Duration};

use bytes::Bytes;
use futures::{future::BoxFuture, stream::BoxStream};
use http::Method;
use serde::Deserialize;

/// A request.
#[derive(Debug, Clone)]
pub struct Request {
    /// The verb.
    pub method: Method,
    /// The path, and the query if there is one.
    pub path: String,
    /// What to accept; `application/json` unless it is given.
    pub accept: Option<Cow<'static, str>>,
    /// The body's type, and the body.
    pub body: Option<(Cow<'static, str>, Vec<u8>)>,
}

impl Request {
    /// A GET.
    pub fn get(path: impl Into<String>) -> Request {
        Request { method: Method::GET, path: path.into(), accept: None, body: None }
    }

    /// A merge patch (RFC 7386).
    pub fn merge_patch(path: impl Into<String>, patch: &serde_json::Value) -> Request {
        let body = patch.to_string().into_bytes();
        Request {
            method: Method::PATCH,
            path: path.into(),
            accept: None,
            body: Some(("application/merge-patch+json".into(), body)),
        }
    }

    /// A POST of an object.
    pub fn post(path: impl Into<String>, object: &serde_json::Value) -> Request {
        let body = object.to_string().into_bytes();
        Request {
            method: Method::POST,
            path: path.into(),
            accept: None,
            body: Some(("application/json".into(), body)),
        }
    }
}

/// A success.
#[derive(Debug, Clone)]
pub struct Response {
    /// The body.
    pub body: Bytes,
    /// The texts of the `Warning` headers.
    pub warnings: Vec<String>,
}

/// An answer as it came, be it a success or a refusal.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The HTTP status.
    pub code: u16,
    /// The texts of the `Warning` headers.
    pub warnings: Vec<String>,
    /// When to come back.
    pub retry_after: Option<Duration>,
    /// The body.
    pub body: Bytes,
}

/// Lines of a watch, as they come. The stream ends when the server ends it.
pub type Lines = BoxStream<'static, Result<Bytes, Error>>;

/// Why a request failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no answer: whether the request was carried out is not known.
    #[error("the API server cannot be reached: {0}")]
    Unreachable(String),
    /// The server refused.
    #[error("{} ({}{})", .0.message, .0.code, .0.reason_in_text())]
    Refused(Status),
    /// The answer is not what the request asks for.
    #[error("the API server's answer cannot be read: {0}")]
    Malformed(String),
}

/// The server's refusal.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Status {
    /// The HTTP status.
    pub code: u16,
    /// The machine's word for it.
    pub reason: String,
    /// The text for people.
    pub message: String,
    /// When to come back.
    #[serde(skip)]
    pub retry_after: Option<Duration>,
}

impl Status {
    fn reason_in_text(&self) -> String {
        if self.reason.is_empty() { String::new() } else { format!(" {}", self.reason) }
    }
}

impl Error {
    /// The HTTP status, if there was an answer.
    pub fn code(&self) -> Option<u16> {
        match self {
            Error::Refused(status) => Some(status.code),
            _ => None,
        }
    }

    /// How long the server asks to be left alone.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Error::Refused(status) => status.retry_after,
            _ => None,
        }
    }
}

/// An API server.
pub trait Cluster: Send + Sync + 'static {
    /// Sends a request and takes the whole answer.
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, Error>>;

    /// Sends a request of somebody else's, who makes sense of the answer, a refusal included.
    ///
    /// Fails only where there is no answer.
    fn ask(&self, request: Request) -> BoxFuture<'_, Result<Answer, Error>>;

    /// Sends a request and takes the answer line by line.
    fn watch(&self, request: Request) -> BoxFuture<'_, Result<Lines, Error>>;

    /// The namespace of the context, for an operator that may not see the whole cluster.
    fn default_namespace(&self) -> &str;
}
