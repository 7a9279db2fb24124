//! One call of an operator, as the proxy saw it.

use bytes::Bytes;
use http::request::Parts;
use http::{Method, StatusCode, header};
use serde_json::Value;
use std::fmt;
use std::time::Instant;

/// One call of an operator.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) content_type: String,
    pub(crate) user_agent: String,
    pub(crate) authorization: String,
    pub(crate) body: Bytes,
    pub(crate) received_at: Instant,
    /// What the operator was answered; `None` as long as it was not.
    pub(crate) status: Option<StatusCode>,
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let status = self.status.map_or("no answer".to_owned(), |status| status.as_u16().to_string());
        let body = String::from_utf8_lossy(&self.body);
        write!(f, "{} {}?{} {body} -> {status}", self.method, self.path, self.query)
    }
}

impl Call {
    pub(crate) fn new(parts: &Parts, body: Bytes) -> Call {
        let header = |name| {
            let value = parts.headers.get(name).and_then(|value| value.to_str().ok());
            value.unwrap_or_default().to_owned()
        };
        Call {
            method: parts.method.clone(),
            path: parts.uri.path().to_owned(),
            query: parts.uri.query().unwrap_or_default().to_owned(),
            content_type: header(header::CONTENT_TYPE),
            user_agent: header(header::USER_AGENT),
            authorization: header(header::AUTHORIZATION),
            body,
            received_at: Instant::now(),
            status: None,
        }
    }

    pub(crate) fn is_write(&self) -> bool {
        self.method != Method::GET
    }

    pub(crate) fn is_watch(&self) -> bool {
        self.query.split('&').any(|pair| matches!(pair, "watch=true" | "watch=1"))
    }

    /// Whether this watches or lists all objects of `plural` somewhere.
    pub(crate) fn is_of_all(&self, plural: &str) -> bool {
        self.method == Method::GET && self.path.rsplit('/').next() == Some(plural)
    }

    /// Whether the path names `object`, written as `plural/name`, or a subresource of it.
    pub(crate) fn is_about(&self, object: &str) -> bool {
        let path = self.path.strip_suffix("/status").unwrap_or(&self.path);
        path.strip_suffix(object).is_some_and(|before| before.ends_with('/'))
    }

    pub(crate) fn is_to_status(&self) -> bool {
        self.path.ends_with("/status")
    }

    /// The body as JSON, or null.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}
