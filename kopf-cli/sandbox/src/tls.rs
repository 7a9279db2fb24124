//! A certificate authority in memory, and the certificate of the loopback server.

use std::sync::Arc;

use base64::{Engine, prelude::BASE64_STANDARD};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::{
    ServerConfig,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};

use crate::user::User;

/// The certificate authority did not come about.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("no certificate could be made")]
    Certificate(#[from] rcgen::Error),
    #[error("the TLS configuration is refused")]
    Configuration(#[from] rustls::Error),
    #[error("there is no randomness for a token")]
    Randomness,
}

/// By this line a sandbox knows its own kubeconfigs, and that another file is none.
pub(crate) const KUBECONFIG_BEGINS: &str =
    "# Leads to a kopf sandbox, and is written anew by the next one.\n";
/// The names of the loopback, which every certificate is for.
const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// What a server needs, and what its clients have to trust and to present.
pub(crate) struct Identity {
    pub(crate) config: Arc<ServerConfig>,
    pub(crate) ca_pem: String,
    /// Each user, and the token by which it is known.
    pub(crate) users: Vec<(User, String)>,
}

impl Identity {
    /// Makes an authority, a certificate for the loopback and for `names` signed by it, and tokens; nothing of it is
    /// written anywhere.
    pub(crate) fn new(names: &[String]) -> Result<Self, Error> {
        let ca_key = KeyPair::generate()?;
        let mut ca = CertificateParams::new(Vec::new())?;
        ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        ca.distinguished_name.push(DnType::CommonName, "kopf sandbox");
        let ca_pem = ca.self_signed(&ca_key)?.pem();
        let issuer = Issuer::new(ca, ca_key);

        let key = KeyPair::generate()?;
        let mut names: Vec<String> =
            LOOPBACK.into_iter().chain(names.iter().map(String::as_str)).map(str::to_owned).collect();
        names.sort();
        names.dedup();
        let mut leaf = CertificateParams::new(names)?;
        leaf.distinguished_name.push(DnType::CommonName, "kopf sandbox server");
        let leaf = leaf.signed_by(&key, &issuer)?;

        // The provider is named, for a process may have compiled in two of them and chosen neither.
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let users = [User::admin(), User::nobody()].into_iter().map(|user| {
            let mut secret = [0; 24];
            provider.secure_random.fill(&mut secret).map_err(|_| Error::Randomness)?;
            Ok((user, BASE64_STANDARD.encode(secret).replace(['+', '/'], "x")))
        });
        let users = users.collect::<Result<_, Error>>()?;
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![leaf.der().clone()], key)?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Identity { config: Arc::new(config), ca_pem, users })
    }

    /// A kubeconfig for `url`, with all that it needs inside: a context for each user, the first one's at hand.
    pub(crate) fn kubeconfig(&self, url: &str) -> String {
        let ca = BASE64_STANDARD.encode(&self.ca_pem);
        let name = |(user, _): &(User, String)| Arc::clone(&user.name);
        let current = self.users.first().map(name).unwrap_or_default();
        let users = self
            .users
            .iter()
            .map(|(user, token)| format!("- name: sandbox-{}\n  user:\n    token: {token}\n", user.name));
        let contexts = self.users.iter().map(name).map(|name| {
            format!(
                "- name: {name}\n  context:\n    cluster: sandbox\n    user: sandbox-{name}\n    namespace: default\n"
            )
        });
        let (users, contexts) = (users.collect::<String>(), contexts.collect::<String>());
        format!(
            "{KUBECONFIG_BEGINS}\
             apiVersion: v1\n\
             kind: Config\n\
             current-context: {current}\n\
             clusters:\n\
             - name: sandbox\n\
             \x20 cluster:\n\
             \x20   server: {url}\n\
             \x20   certificate-authority-data: {ca}\n\
             users:\n{users}contexts:\n{contexts}"
        )
    }
}
