//! What a login handler returns: where the API server is, and who the operator is to it.

use std::fmt;

use jiff::Timestamp;
use kopf_plugin_abi::wire;
use serde::{Serialize, Serializer};

/// Where the API server is, and who the operator is to it.
///
/// ```
/// # use kopf_plugin_api::prelude::*;
/// # let pem = "";
/// Credentials::new("https://10.0.0.1:6443").ca(pem).token("s3cr3t");
/// Credentials::new("https://10.0.0.1:6443").ca(pem).client_certificate(pem, pem).priority(10);
/// ```
#[derive(Clone, PartialEq, Eq)]
#[must_use]
pub struct Credentials(wire::Credentials);

impl Credentials {
    /// The server's address, such as `https://10.0.0.1:6443`.
    pub fn new(server: impl Into<String>) -> Credentials {
        Credentials(wire::Credentials { server: server.into(), ..wire::Credentials::default() })
    }

    /// The certificates that the server's is checked against, as PEM; without them, those of the machine.
    pub fn ca(mut self, pem: impl Into<String>) -> Credentials {
        self.0.ca = Some(pem.into());
        self
    }

    /// Does not check the server's certificate: for tests alone.
    pub fn insecure(mut self) -> Credentials {
        self.0.insecure = true;
        self
    }

    /// A bearer token.
    pub fn token(mut self, token: impl Into<String>) -> Credentials {
        self.0.token = Some(token.into());
        self
    }

    /// A name and a password.
    pub fn basic(mut self, username: impl Into<String>, password: impl Into<String>) -> Credentials {
        self.0.username = Some(username.into());
        self.0.password = Some(password.into());
        self
    }

    /// A certificate and its key, as PEM.
    pub fn client_certificate(mut self, pem: impl Into<String>, key: impl Into<String>) -> Credentials {
        self.0.client_certificate = Some(pem.into());
        self.0.client_key = Some(key.into());
        self
    }

    /// The namespace to serve where the whole cluster may not be; `default` by default.
    pub fn namespace(mut self, namespace: impl Into<String>) -> Credentials {
        self.0.namespace = Some(namespace.into());
        self
    }

    /// A proxy on the way, such as `http://proxy:3128`.
    pub fn proxy(mut self, url: impl Into<String>) -> Credentials {
        self.0.proxy = Some(url.into());
        self
    }

    /// When they are worth nothing any more: the login handlers are called again before.
    pub fn expires_at(mut self, moment: Timestamp) -> Credentials {
        self.0.expires = Some(moment.to_string());
        self
    }

    /// Of several login handlers' credentials, those with the highest priority are taken first; 0 by default. Among
    /// equals the order of the handlers decides.
    pub fn priority(mut self, priority: i32) -> Credentials {
        self.0.priority = priority;
        self
    }
}

impl Serialize for Credentials {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

/// The address alone: the rest is secret.
impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Credentials for {}", self.0.server)
    }
}
