//! The way of a request over the boundary, and of its answer back.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use kopf_plugin_abi::{
    v1::{FutureV1, Reply, op},
    wire::{self, Failure, FailureKind},
};
use serde::{Serialize, de::DeserializeOwned};

use super::{Client, Error, resource::Target};
use crate::scope::Scope;

/// How many warnings a client remembers.
const WARNINGS: usize = 64;

/// How many warnings a plugin knows that it has told. Beyond that it begins anew.
const TOLD: usize = 1_000;

/// What all clients of a plugin share.
#[derive(Default)]
pub(crate) struct Shared {
    pub(super) kinds: Kinds,
    told: Mutex<BTreeSet<(String, String)>>,
}

/// What the server said of kinds.
#[derive(Default)]
pub(super) struct Kinds(Mutex<BTreeMap<(String, String), Arc<Target>>>);

impl Kinds {
    pub(super) fn get(&self, key: &(String, String)) -> Option<Arc<Target>> {
        locked(&self.0).get(key).cloned()
    }

    pub(super) fn put(&self, key: (String, String), target: Arc<Target>) {
        locked(&self.0).insert(key, target);
    }

    pub(super) fn forget(&self, key: &(String, String)) {
        locked(&self.0).remove(key);
    }
}

/// What the server warned of.
#[derive(Clone, Default)]
pub(super) struct Warnings(Arc<Mutex<VecDeque<String>>>);

impl Warnings {
    pub(super) fn all(&self) -> Vec<String> {
        locked(&self.0).iter().cloned().collect()
    }

    fn add(&self, warning: &str) {
        let mut warnings = locked(&self.0);
        if warnings.len() == WARNINGS {
            warnings.pop_front();
        }
        warnings.push_back(warning.to_owned());
    }
}

/// A request to be.
pub(super) struct Outgoing(wire::Request);

pub(super) fn request(method: &str, path: String) -> Outgoing {
    Outgoing(wire::Request { method: method.to_owned(), path, ..wire::Request::default() })
}

impl Outgoing {
    pub(super) fn with(mut self, content_type: &str, body: String) -> Outgoing {
        self.0.content_type = Some(content_type.to_owned());
        self.0.body = Some(body);
        self
    }

    /// What it asks for, such as `GET /api/v1/pods`.
    fn what(&self) -> String {
        format!("{} {}", self.0.method, self.0.path.split('?').next().unwrap_or_default())
    }

    pub(super) fn accepting(mut self, accept: &str) -> Outgoing {
        self.0.accept = Some(accept.to_owned());
        self
    }
}

impl Client {
    /// Sends a request; a refusal is an error.
    pub(super) async fn send(&self, request: Outgoing) -> Result<wire::Response, Error> {
        let what = request.what();
        let response = self.exchange(request).await?;
        match response.code {
            200..=299 => Ok(response),
            code => Err(Error::refused(&what, code, response.retry_after, &response.body)),
        }
    }

    /// Sends a request; a refusal is an answer.
    pub(super) async fn exchange(&self, Outgoing(mut request): Outgoing) -> Result<wire::Response, Error> {
        let scope = self.scope()?;
        request.span = scope.span;
        let reply = ask(scope, op::KUBERNETES, &request).await;
        let response: wire::Response = answered(reply)?;
        for warning in &response.warnings {
            self.warnings.add(warning);
            let path = request.path.split('?').next().unwrap_or_default();
            if scope.plugin.client.is_to_be_told(path, warning) {
                tracing::warn!("The API server warns, at {} {path}: {warning}", request.method);
            }
        }
        Ok(response)
    }
}

impl Shared {
    fn is_to_be_told(&self, path: &str, warning: &str) -> bool {
        let mut told = locked(&self.told);
        if told.len() == TOLD {
            told.clear();
        }
        told.insert((path.to_owned(), warning.to_owned()))
    }
}

/// Asks the host for something that takes time.
pub(super) fn ask(scope: &Scope, operation: u32, body: &impl Serialize) -> FutureV1 {
    // It cannot fail: what is asked for is made of text, numbers and JSON.
    let body = serde_json::to_vec(body).unwrap_or_default();
    scope.plugin.telemetry.output.host().request()(operation, body.into())
}

/// What the host answered.
pub(super) fn answered<T: DeserializeOwned>(reply: Reply) -> Result<T, Error> {
    let unreadable = |error| Error::Unreachable(format!("what the operator answers cannot be read: {error}"));
    let failure = match reply.into_result() {
        Ok(answer) => return serde_json::from_slice(&answer).map_err(unreadable),
        Err(failure) => serde_json::from_slice::<Failure>(&failure).map_err(unreadable)?,
    };
    Err(match failure.kind {
        FailureKind::Arguments | FailureKind::Unsupported => Error::Unsendable(failure.message),
        _ => Error::Unreachable(failure.message),
    })
}

/// Reads an answer.
pub(super) fn decode<T: DeserializeOwned>(text: &str, what: &str, is_secret: bool) -> Result<T, Error> {
    serde_json::from_str(text).or_else(|_| {
        // Only a failure is worth the path's price.
        let mut reader = serde_json::Deserializer::from_str(text);
        serde_path_to_error::deserialize(&mut reader)
            .map_err(|error| unreadable::<T>(what, &error, is_secret))
    })
}

/// Makes an object of its value.
pub(super) fn decode_value<T: DeserializeOwned>(
    value: serde_json::Value,
    what: &str,
    is_secret: bool,
) -> Result<T, Error> {
    serde_path_to_error::deserialize(value).map_err(|error| unreadable::<T>(what, &error, is_secret))
}

fn unreadable<T>(
    what: &str,
    error: &serde_path_to_error::Error<serde_json::Error>,
    is_secret: bool,
) -> Error {
    let (path, wanted) = (error.path(), std::any::type_name::<T>());
    let problem = match is_secret {
        // The text of the error quotes the value.
        true => format!("`{path}` is not as {wanted} has it"),
        false => format!("`{path}` is not as {wanted} has it: {}", error.inner()),
    };
    Error::Decode { what: what.to_owned(), problem }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
