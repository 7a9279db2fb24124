//! Which resource a request is about, and where that is.

use std::{borrow::Cow, sync::Arc};

use kopf_plugin_abi::wire;
use serde::Deserialize;
use serde_json::Value;

use super::{Client, Error, transport};

/// A type of objects that knows what they are, for [`Client::api`](super::Client::api).
///
/// ```
/// use kopf_plugin_api::{client::Resource, prelude::*, serde::{Deserialize, Serialize}};
///
/// #[derive(Serialize, Deserialize)]
/// #[serde(crate = "kopf::serde")]
/// struct Site {
///     metadata: Value,
///     spec: Value,
/// }
///
/// impl Resource for Site {
///     const API_VERSION: &'static str = "example.com/v1";
///     const KIND: &'static str = "Site";
///     const PLURAL: &'static str = "sites";
/// }
///
/// #[kopf::on::create("example.com", "v1", "sites")]
/// async fn create_fn(client: Client, namespace: Namespace) -> Outcome<usize> {
///     let sites: Vec<Site> = client.api::<Site>().namespace(&namespace).list(Default::default()).await?;
///     Ok(sites.len())
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say which resource its objects are of",
    note = "implement `kopf::client::Resource` for it; for a type of `k8s-openapi` turn on the feature `k8s-openapi` of \
            kopf-plugin-api"
)]
pub trait Resource {
    /// Such as `v1`, `apps/v1`.
    const API_VERSION: &'static str;
    /// Such as `Deployment`.
    const KIND: &'static str;
    /// Such as `deployments`.
    const PLURAL: &'static str;
    /// Whether objects live in namespaces.
    const NAMESPACED: bool = true;
}

/// A resource as far as it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    api_version: Cow<'static, str>,
    plural: Option<Cow<'static, str>>,
    kind: Option<Cow<'static, str>>,
    namespaced: Option<bool>,
}

impl Target {
    pub(super) fn of_plural(api_version: &str, plural: &str) -> Target {
        Target {
            api_version: api_version.to_owned().into(),
            plural: Some(plural.to_owned().into()),
            kind: None,
            namespaced: None,
        }
    }

    pub(super) fn of_kind(api_version: &str, kind: &str) -> Target {
        Target {
            api_version: api_version.to_owned().into(),
            plural: None,
            kind: Some(kind.to_owned().into()),
            namespaced: None,
        }
    }

    pub(super) fn of_type<T: Resource>() -> Target {
        Target {
            api_version: T::API_VERSION.into(),
            plural: Some(T::PLURAL.into()),
            kind: Some(T::KIND.into()),
            namespaced: Some(T::NAMESPACED),
        }
    }

    /// Whether values must be kept out of messages.
    pub(super) fn is_secret(&self) -> bool {
        self.plural.as_deref() == Some("secrets") || self.kind.as_deref() == Some("Secret")
    }

    /// Fills in what every object says of itself, where this one does not. Without a kind, the server knows by the path.
    pub(super) fn complete(&self, object: &mut Value) {
        if let (Value::Object(members), Some(kind)) = (object, &self.kind) {
            let api_version = Value::from(self.api_version.as_ref());
            members.entry("apiVersion").or_insert(api_version);
            members.entry("kind").or_insert_with(|| kind.as_ref().into());
        }
    }

    /// Where objects are listed and created.
    pub(super) fn path(&self, namespace: Option<&str>) -> Result<String, Error> {
        let plural = self.plural.as_deref().filter(|plural| !plural.is_empty()).ok_or_else(|| {
            Error::Unsendable("a resource has a plural, such as `pods`: this one has none".to_owned())
        })?;
        let mut path = self.version_path();
        if let Some(namespace) = namespace.filter(|_| self.namespaced != Some(false)) {
            path.push_str("/namespaces/");
            path.push_str(&escaped(namespace));
        }
        path.push('/');
        path.push_str(&escaped(plural));
        Ok(path)
    }

    /// Where an object is, or a subresource of it.
    pub(super) fn object_path(
        &self,
        namespace: Option<&str>,
        name: &str,
        subresource: &str,
    ) -> Result<String, Error> {
        // Without a name the request would be about all of them, a deletion too.
        if name.is_empty() {
            return Err(Error::Unsendable(format!("an object has a name: this one of {self} has none")));
        }
        if self.namespaced == Some(true) && namespace.is_none_or(str::is_empty) {
            return Err(Error::Unsendable(format!(
                "{self} live in namespaces: say in which one {name} is, with `.namespace(…)`"
            )));
        }
        let mut path = self.path(namespace)?;
        path.push('/');
        path.push_str(&escaped(name));
        if !subresource.is_empty() {
            path.push('/');
            path.push_str(&escaped(subresource));
        }
        Ok(path)
    }

    fn version_path(&self) -> String {
        let mut path = String::from(if self.api_version.contains('/') { "/apis" } else { "/api" });
        for part in self.api_version.split('/') {
            path.push('/');
            path.push_str(&escaped(part));
        }
        path
    }

    /// The resource with its plural, which the server knows.
    pub(super) async fn resolve(&self, client: &Client) -> Result<Arc<Target>, Error> {
        #[derive(Deserialize)]
        struct Served {
            resources: Vec<Found>,
        }

        #[derive(Deserialize)]
        struct Found {
            name: String,
            kind: String,
            namespaced: bool,
        }

        let (None, Some(kind)) = (&self.plural, &self.kind) else { return Ok(Arc::new(self.clone())) };
        let kinds = &client.scope()?.plugin.client.kinds;
        let key = (self.api_version.to_string(), kind.to_string());
        if let Some(known) = kinds.get(&key) {
            return Ok(known);
        }
        let path = self.version_path();
        let answer = client.send(transport::request("GET", path.clone())).await?;
        let served: Served = transport::decode(&answer.body, &path, false)?;
        // `pods/eviction` is of another kind, and no plural.
        let found = served.resources.into_iter().find(|it| it.kind == *kind && !it.name.contains('/'));
        let Some(Found { name, namespaced, .. }) = found else {
            let message = format!("there is no kind {kind} in {}", self.api_version);
            return Err(Error::refused(&format!("GET {path}"), 404, None, &message));
        };
        let found =
            Arc::new(Target { plural: Some(name.into()), namespaced: Some(namespaced), ..self.clone() });
        kinds.put(key, found.clone());
        Ok(found)
    }

    /// Forgets what the server said of the kind, if it answers now that it does not know the path: the definition was
    /// replaced by one with another plural.
    pub(super) fn doubt(&self, client: &Client, answer: &wire::Response) {
        let is_unknown_path = answer.code == 404 && !answer.body.trim_start().starts_with('{');
        if let (true, Some(kind), Ok(scope)) = (is_unknown_path, &self.kind, client.scope()) {
            scope.plugin.client.kinds.forget(&(self.api_version.to_string(), kind.to_string()));
        }
    }
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.plural.as_deref().or(self.kind.as_deref()).unwrap_or("objects"))
    }
}

/// A query, growing.
#[derive(Debug, Default)]
pub(super) struct Query(String);

impl Query {
    pub(super) fn add(&mut self, key: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.0.push(if self.0.is_empty() { '?' } else { '&' });
            self.0.push_str(key);
            self.0.push('=');
            self.0.push_str(&escaped(value));
        }
    }

    pub(super) fn finish(self) -> String {
        self.0
    }
}

/// Text as a part of a path or a query.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                escaped.push(char::from(byte));
            }
            other => escaped.push_str(&format!("%{other:02X}")),
        }
    }
    escaped
}
