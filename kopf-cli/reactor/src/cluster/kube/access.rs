//! Where the API server is and who we are to it: a kubeconfig, a pod's service account, or what login handlers bring.

use std::path::{Path, PathBuf};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use futures::future::BoxFuture;
use jiff::Timestamp;
use kube::{
    Config,
    config::{KubeConfigOptions, Kubeconfig},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    causes::chain,
    places::{self, Places},
};

/// Why there is no cluster to talk to.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// Neither a kubeconfig nor a service account of a pod.
    #[error("no cluster: set KUBECONFIG, or add --sandbox")]
    None,
    /// This is a pod, and its service account cannot be used.
    #[error(
        "the pod's service account cannot be used: {}: {problem}; is its automountServiceAccountToken false?",
        .file.display()
    )]
    Pod {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// A token's file cannot be read.
    #[error("the token in {} cannot be used: {problem}", .file.display())]
    Token {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// A program that has the credentials does not bring them.
    #[error(
        "the program `{command}`, which the kubeconfig names for the credentials, does not bring them: {problem}{hint}"
    )]
    Program {
        /// The program.
        command: String,
        /// What is wrong with it.
        problem: String,
        /// What the kubeconfig says about how to come by it.
        hint: String,
    },
    /// The kubeconfig cannot be used.
    #[error("the kubeconfig cannot be used: {0}")]
    Kubeconfig(String),
    /// No client can be made of it.
    #[error("cannot connect as the kubeconfig says: {0}")]
    Client(String),
    /// There are no credentials.
    #[error("cannot log in: {0}")]
    Login(String),
    /// Credentials of a login handler cannot be used.
    #[error("the credentials for {server} cannot be used: {problem}")]
    Credentials {
        /// The server's address.
        server: String,
        /// What is wrong with them.
        problem: String,
    },
}

/// Gets credentials, the best first.
pub type Login = Box<dyn Fn() -> BoxFuture<'static, Result<Vec<Credentials>, String>> + Send + Sync>;

/// Where the API server is found.
pub enum Access {
    /// As a kubeconfig says.
    Kubeconfig {
        /// The file.
        file: PathBuf,
        /// The context, unless it is the current one.
        context: Option<String>,
    },
    /// As is found where kubectl looks too.
    Places {
        /// Where to look.
        places: Places,
        /// The context, unless it is the current one.
        context: Option<String>,
    },
    /// As login handlers say.
    Login(Login),
}

/// What a login handler has brought.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Credentials {
    /// The server's address.
    pub server: String,
    /// The certificates that the server's is checked against, PEM.
    pub ca: Option<String>,
    /// Whether it is not checked at all.
    pub insecure: bool,
    /// A bearer token.
    pub token: Option<String>,
    /// A name, for basic authentication.
    pub username: Option<String>,
    /// Its password.
    pub password: Option<String>,
    /// A certificate, PEM.
    pub client_certificate: Option<String>,
    /// Its key, PEM.
    pub client_key: Option<String>,
    /// The namespace to serve where the whole cluster may not be.
    pub namespace: Option<String>,
    /// The address of a proxy on the way.
    pub proxy: Option<String>,
    /// When they are worth nothing any more.
    pub expires: Option<Timestamp>,
    /// The highest goes first.
    pub priority: i32,
}

/// The configuration that kube makes of a file.
pub(super) async fn of_file(file: &Path, context: Option<&str>) -> Result<Config, ConnectError> {
    config(places::read(file, context)?).await
}

/// The configuration that kube makes of what is found. Files are read anew each time.
pub(super) async fn of_places(places: &Places, context: Option<&str>) -> Result<Config, ConnectError> {
    config(places.read(context)?).await
}

async fn config(kubeconfig: Kubeconfig) -> Result<Config, ConnectError> {
    let config = Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default()).await;
    let mut config = config.map_err(|error| ConnectError::Kubeconfig(chain(&error)))?;
    if config.default_namespace.is_empty() {
        "default".clone_into(&mut config.default_namespace);
    }
    Ok(config)
}

impl Credentials {
    /// The configuration that kube makes of them, by way of a kubeconfig that says the same.
    pub(super) async fn config(&self) -> Result<Config, ConnectError> {
        let unusable = |problem| ConnectError::Credentials { server: self.server.clone(), problem };
        let pems = [
            ("ca", &self.ca),
            ("client_certificate", &self.client_certificate),
            ("client_key", &self.client_key),
        ];
        for (name, pem) in pems {
            // Without this, a text of something else would be no certificates at all.
            if pem.as_ref().is_some_and(|pem| !pem.contains("-----BEGIN ")) {
                return Err(unusable(format!("{name} is no PEM, which begins with -----BEGIN")));
            }
        }
        let kubeconfig: Kubeconfig =
            serde_json::from_value(self.kubeconfig()).map_err(|error| unusable(error.to_string()))?;
        let config = Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default()).await;
        config.map_err(|error| unusable(chain(&error)))
    }

    fn kubeconfig(&self) -> Value {
        let data = |pem: &Option<String>| pem.as_ref().map(|pem| STANDARD.encode(pem));
        let mut cluster = json!({
            "server": self.server,
            "insecure-skip-tls-verify": self.insecure,
            "certificate-authority-data": data(&self.ca),
            "proxy-url": self.proxy,
        });
        let mut user = json!({
            "token": self.token,
            "username": self.username,
            "password": self.password,
            "client-certificate-data": data(&self.client_certificate),
            "client-key-data": data(&self.client_key),
        });
        let mut context = json!({ "cluster": "login", "user": "login", "namespace": self.namespace });
        for object in [&mut cluster, &mut user, &mut context] {
            if let Value::Object(members) = object {
                members.retain(|_, value| !value.is_null());
            }
        }
        json!({
            "apiVersion": "v1", "kind": "Config", "current-context": "login",
            "clusters": [{ "name": "login", "cluster": cluster }],
            "users": [{ "name": "login", "user": user }],
            "contexts": [{ "name": "login", "context": context }],
        })
    }
}

/// The address alone: the rest is secret.
impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Credentials for {}", self.server)
    }
}
