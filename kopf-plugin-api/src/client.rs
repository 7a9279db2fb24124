//! The API server from inside a handler: the operator's own client, lent to the plugin.
//!
//! ```
//! use kopf_plugin_api::{client::Selection, prelude::*};
//!
//! #[kopf::on::create("example.com", "v1", "sites")]
//! async fn create_fn(client: Client, namespace: Namespace, name: Name) -> Outcome<usize> {
//!     let maps = client.resource("v1", "configmaps").namespace(&namespace);
//!     if maps.get_opt(&name).await?.is_none() {
//!         maps.create(&json!({ "metadata": { "name": *name }, "data": { "size": "1" } })).await?;
//!     }
//!     let pods = client.resource("v1", "pods").namespace(&namespace);
//!     Ok(pods.list(Selection::labels("app=web")).await?.len())
//! }
//! ```
//!
//! A plugin needs no client of its own: requests go over the operator's connections, with its credentials, and to its
//! API server alone.
//!
//! One that has `kube` among its dependencies may use that as well: an asynchronous handler runs with the plugin's own tokio
//! at hand, so `kube::Client::try_default().await` works there as in any program. And it looks for the cluster as any program
//! does, in `KUBECONFIG`, `~/.kube/config` and the pod's service account. It knows nothing of the operator's `--kubeconfig`,
//! `--context`, login handlers, and `--sandbox`: without `KUBECONFIG=~/.cache/kopf/sandbox/kubeconfig` such a client of an
//! operator on the sandbox talks to whatever cluster is configured. `kopf-plugin-testing` has no server that it could reach.
//!
//! # What objects are
//!
//! | handle | objects are |
//! |---|---|
//! | [`client.resource("apps/v1", "deployments")`](Client::resource) | [`serde_json::Value`] |
//! | [`client.kind("apps/v1", "Deployment")`](Client::kind) | the same, where only the kind is known: the server is asked for the rest, once |
//! | [`client.api::<Site>()`](Client::api) | a type of one's own with [`Resource`] |
//! | `client.api::<Deployment>()` | a type of `k8s-openapi`, with the feature `k8s-openapi` of this crate |
//!
//! A handle is about the whole cluster until it is given a [`namespace`](Api::namespace).
//!
//! # What becomes of errors
//!
//! [`Error`] tells refusals apart. With `?` it becomes the handler's: a conflict, an overloaded server, one that cannot be
//! reached and one that has forgotten the operator (401) are temporary, and are tried again when the server says; the others are as the handler's `errors`
//! option has it. A request that has no answer after 30 seconds is given up. A handler that is interrupted takes its
//! requests with it, which the server may have carried out all the same.
//!
//! # Without `async`
//!
//! A handler that blocks takes [`client.blocking()`](Client::blocking), which has the same methods.

mod api;
pub mod blocking;
mod error;
#[cfg(feature = "k8s-openapi")]
mod k8s_openapi;
mod options;
mod resource;
mod transport;
mod wait;

use serde_json::Value;

use crate::{
    Call, FromCall, Outcome,
    scope::{self, Scope},
};

pub(crate) use transport::Shared;
pub use {
    api::Api,
    error::{Cause, Error, Status},
    options::{Change, Delete, InNamespace, Logs, Propagation, Selection},
    resource::Resource,
};

use self::resource::Target;

/// The operator's client, as a handler's argument, or by [`kopf::client()`](client()) in its tasks. Cheap to clone.
#[derive(Clone)]
pub struct Client {
    scope: Option<Scope>,
    warnings: transport::Warnings,
}

/// The operator's client, within a handler and its tasks. Elsewhere each request fails, for there is no operator.
pub fn client() -> Client {
    Client { scope: scope::current(), warnings: transport::Warnings::default() }
}

impl FromCall for Client {
    fn from_call(_: &Call) -> Outcome<Self> {
        Ok(client())
    }
}

impl Client {
    /// Objects of a resource, by its API version (`v1`, `apps/v1`) and its plural (`pods`, `deployments`).
    pub fn resource(&self, api_version: &str, plural: &str) -> Api {
        Api::new(self.clone(), Target::of_plural(api_version, plural))
    }

    /// Objects of a kind, such as `("apps/v1", "Deployment")`. The server is asked for its plural with the first request;
    /// the plugin remembers it.
    pub fn kind(&self, api_version: &str, kind: &str) -> Api {
        Api::new(self.clone(), Target::of_kind(api_version, kind))
    }

    /// Objects as a type that knows what they are.
    pub fn api<T: Resource>(&self) -> Api<T> {
        Api::new(self.clone(), Target::of_type::<T>())
    }

    /// Objects of the same kind as this one, in its namespace.
    ///
    /// # Errors
    ///
    /// [`Error::Unsendable`] if it does not say its `apiVersion` and `kind`.
    pub fn like(&self, object: &Value) -> Result<Api, Error> {
        let text = |place: &str| object.pointer(place).and_then(Value::as_str);
        match (text("/apiVersion"), text("/kind")) {
            (Some(api_version), Some(kind)) => {
                let api = self.kind(api_version, kind);
                Ok(match text("/metadata/namespace") {
                    Some(namespace) => api.namespace(namespace),
                    None => api,
                })
            }
            _ => {
                Err(Error::Unsendable("the object does not say its apiVersion and kind: give it both".into()))
            }
        }
    }

    /// The log of a pod's container, as far as there is one. A pod that has no node yet has an empty log; a container that
    /// has not started, or is not there, is refused with [`Error::Refused`] (400).
    ///
    /// # Errors
    ///
    /// As [`Api::get`].
    pub async fn logs(&self, namespace: &str, pod: &str, logs: Logs) -> Result<String, Error> {
        let mut path = Target::of_plural("v1", "pods").object_path(Some(namespace), pod, "log")?;
        logs.add_to(&mut path);
        let answer = self.send(transport::request("GET", path).accepting("text/plain, */*")).await?;
        Ok(answer.body)
    }

    /// Any request: the path with its query, such as `/version`, and a body if there is one. What is written is
    /// `application/json`.
    ///
    /// # Errors
    ///
    /// As [`Api::get`]. [`Error::Decode`] if the answer is no JSON.
    pub async fn request(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Value, Error> {
        let request = transport::request(method, path.to_owned());
        let answer = match body {
            Some(body) => self.send(request.with("application/json", body.to_string())).await?,
            None => self.send(request).await?,
        };
        transport::decode(&answer.body, path, path.contains("/secrets"))
    }

    /// What the server has warned of so far in answers to this client, such as a deprecated version or an unknown field;
    /// the last 64. Each has been told in the log as well, once for each object.
    pub fn warnings(&self) -> Vec<String> {
        self.warnings.all()
    }

    /// The same client for handlers that block.
    pub fn blocking(&self) -> blocking::Client {
        blocking::Client::new(self.clone())
    }

    fn scope(&self) -> Result<&Scope, Error> {
        let nowhere = || {
            Error::Unsendable(
                "there is no operator here: its client is there in handlers and their tasks".into(),
            )
        };
        self.scope.as_ref().ok_or_else(nowhere)
    }
}

#[cfg(test)]
mod tests;
