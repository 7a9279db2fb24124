//! The client for handlers that block: the same methods, which return when there is an answer.
//!
//! ```
//! use kopf_plugin_api::prelude::*;
//!
//! #[kopf::on::create("example.com", "v1", "sites")]
//! fn create_fn(client: Client, namespace: Namespace) -> Outcome<()> {
//!     let maps = client.blocking().resource("v1", "configmaps").namespace(&namespace);
//!     maps.create(&json!({ "metadata": { "name": "settings" } }))?;
//!     Ok(())
//! }
//! ```
//!
//! In an `async` handler they would hold a thread that others need.

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::{Change, Delete, Error, InNamespace, Logs, Resource, Selection};
use crate::{IntoDelay, subhandlers::block_on};

/// [`Client`](super::Client) for handlers that block.
#[derive(Clone)]
pub struct Client(super::Client);

/// [`Api`](super::Api) for handlers that block.
pub struct Api<T = Value>(super::Api<T>);

impl<T> Clone for Api<T> {
    fn clone(&self) -> Api<T> {
        Api(self.0.clone())
    }
}

macro_rules! blocking {
    ($($(#[$doc:meta])* $name:ident $([$generic:ident: $bound:path])? ($($argument:ident: $type:ty),*) -> $answer:ty;)*) => {$(
        $(#[$doc])*
        ///
        /// # Errors
        ///
        /// As the method of this name without blocking.
        pub fn $name $(<$generic: $bound>)? (&self, $($argument: $type),*) -> Result<$answer, Error> {
            block_on(self.0.$name($($argument),*))
        }
    )*};
}

impl Client {
    pub(super) fn new(client: super::Client) -> Client {
        Client(client)
    }

    /// [`Client::resource`](super::Client::resource).
    pub fn resource(&self, api_version: &str, plural: &str) -> Api {
        Api(self.0.resource(api_version, plural))
    }

    /// [`Client::kind`](super::Client::kind).
    pub fn kind(&self, api_version: &str, kind: &str) -> Api {
        Api(self.0.kind(api_version, kind))
    }

    /// [`Client::api`](super::Client::api).
    pub fn api<T: Resource>(&self) -> Api<T> {
        Api(self.0.api())
    }

    /// [`Client::like`](super::Client::like).
    ///
    /// # Errors
    ///
    /// As that.
    pub fn like(&self, object: &Value) -> Result<Api, Error> {
        self.0.like(object).map(Api)
    }

    /// [`Client::warnings`](super::Client::warnings).
    pub fn warnings(&self) -> Vec<String> {
        self.0.warnings()
    }

    blocking! {
        /// The log of a pod's container.
        logs(namespace: &str, pod: &str, logs: Logs) -> String;
        /// Any request.
        request(method: &str, path: &str, body: Option<&Value>) -> Value;
    }
}

impl<T> Api<T> {
    /// [`Api::namespace`](super::Api::namespace).
    #[must_use]
    pub fn namespace(&self, namespace: impl Into<InNamespace>) -> Api<T> {
        Api(self.0.namespace(namespace))
    }
}

impl<T: DeserializeOwned> Api<T> {
    blocking! {
        /// An object.
        get(name: &str) -> T;
        /// An object, if it is there.
        get_opt(name: &str) -> Option<T>;
        /// The objects that a selection is about.
        list(selection: Selection) -> Vec<T>;
        /// Changes an object.
        patch(name: &str, change: &Change) -> T;
        /// Changes an object's status.
        patch_status(name: &str, change: &Change) -> T;
        /// Changes a subresource of an object.
        patch_subresource(name: &str, subresource: &str, change: &Change) -> T;
        /// Deletes an object.
        delete(name: &str, delete: &Delete) -> ();
        /// Deletes an object, if it is there.
        delete_opt(name: &str, delete: &Delete) -> bool;
        /// Waits until an object is not there.
        wait_until_gone[D: IntoDelay](name: &str, timeout: D) -> ();
    }

    /// Waits until an object is there and a condition holds for it.
    ///
    /// # Errors
    ///
    /// As [`Api::wait_until`](super::Api::wait_until).
    pub fn wait_until(
        &self,
        name: &str,
        timeout: impl IntoDelay,
        condition: impl FnMut(&T) -> bool,
    ) -> Result<T, Error> {
        block_on(self.0.wait_until(name, timeout, condition))
    }
}

impl<T: Serialize + DeserializeOwned> Api<T> {
    blocking! {
        /// Creates an object.
        create(object: &T) -> T;
        /// Puts an object in the place of the one of its name.
        replace(object: &T) -> T;
        /// Server-side apply.
        apply(object: &T) -> T;
        /// Server-side apply that takes fields which others hold.
        apply_forced(object: &T) -> T;
    }
}
