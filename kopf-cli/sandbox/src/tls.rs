//! A certificate authority in memory, and the certificate of the loopback server.

use std::sync::Arc;

use base64::{Engine, prelude::BASE64_STANDARD};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::{
    ServerConfig,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};

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

/// What a server on loopback needs, and what its clients have to trust.
pub(crate) struct Identity {
    pub(crate) config: Arc<ServerConfig>,
    pub(crate) ca_pem: String,
    /// What clients have to present.
    pub(crate) token: String,
}

impl Identity {
    /// Makes an authority, a certificate for loopback signed by it, and a token; nothing of it is written anywhere.
    pub(crate) fn new() -> Result<Self, Error> {
        let ca_key = KeyPair::generate()?;
        let mut ca = CertificateParams::new(Vec::new())?;
        ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        ca.distinguished_name.push(DnType::CommonName, "kopf sandbox");
        let ca_pem = ca.self_signed(&ca_key)?.pem();
        let issuer = Issuer::new(ca, ca_key);

        let key = KeyPair::generate()?;
        let names = ["localhost", "127.0.0.1", "::1"].map(str::to_owned).to_vec();
        let mut leaf = CertificateParams::new(names)?;
        leaf.distinguished_name.push(DnType::CommonName, "kopf sandbox server");
        let leaf = leaf.signed_by(&key, &issuer)?;

        // The provider is named, for a process may have compiled in two of them and chosen neither.
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut secret = [0; 24];
        provider.secure_random.fill(&mut secret).map_err(|_| Error::Randomness)?;
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![leaf.der().clone()], key)?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let token = BASE64_STANDARD.encode(secret).replace(['+', '/'], "x");
        Ok(Identity { config: Arc::new(config), ca_pem, token })
    }

    /// A kubeconfig for `url`, with all that it needs inside.
    pub(crate) fn kubeconfig(&self, url: &str) -> String {
        let ca = BASE64_STANDARD.encode(&self.ca_pem);
        let token = &self.token;
        format!(
            "apiVersion: v1\n\
             kind: Config\n\
             current-context: sandbox\n\
             clusters:\n\
             - name: sandbox\n\
             \x20 cluster:\n\
             \x20   server: {url}\n\
             \x20   certificate-authority-data: {ca}\n\
             users:\n\
             - name: sandbox\n\
             \x20 user:\n\
             \x20   token: {token}\n\
             contexts:\n\
             - name: sandbox\n\
             \x20 context:\n\
             \x20   cluster: sandbox\n\
             \x20   user: sandbox\n\
             \x20   namespace: default\n"
        )
    }
}
