//! Makes the keys and certificates of a control plane that lives as long as one test run.

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose};

/// An authority, and what it vouches for: a server on 127.0.0.1. All of it as PEM.
pub(crate) struct Certificates {
    pub(crate) authority: String,
    pub(crate) server: String,
    pub(crate) server_key: String,
    /// Signs the tokens of service accounts.
    pub(crate) account_key: String,
    /// Checks them.
    pub(crate) account_public_key: String,
}

/// Makes a new authority and everything under it.
pub(crate) fn make() -> Result<Certificates, rcgen::Error> {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "kopf tests");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate()?)?;

    let mut params = CertificateParams::new(["127.0.0.1".to_owned(), "localhost".to_owned()])?;
    params.distinguished_name.push(DnType::CommonName, "kube-apiserver");
    params.use_authority_key_identifier_extension = true;
    let server_key = KeyPair::generate()?;
    let server = params.signed_by(&server_key, &authority)?;
    let account_key = KeyPair::generate()?;
    Ok(Certificates {
        authority: authority.pem(),
        server: server.pem(),
        server_key: server_key.serialize_pem(),
        account_key: account_key.serialize_pem(),
        account_public_key: account_key.public_key_pem(),
    })
}
