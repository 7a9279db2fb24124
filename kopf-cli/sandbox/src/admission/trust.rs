//! Whose certificates a webhook may present: those of its `caBundle`, and nobody else's.

use std::{io, sync::Arc};

use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
    client::{
        WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
        verify_server_name,
    },
    pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject},
    server::ParsedCertificate,
};

/// What is trusted; or why nothing can be.
#[derive(Debug)]
pub(crate) struct Trust {
    pub(crate) config: Result<Arc<ClientConfig>, String>,
}

impl Trust {
    /// Reads a bundle of certificates in PEM. The system's own authorities are not asked.
    pub(crate) fn read(bundle: &[u8]) -> Self {
        let certificates: Vec<CertificateDer<'static>> =
            CertificateDer::pem_slice_iter(bundle).filter_map(Result::ok).collect();
        if certificates.is_empty() {
            let why = match bundle {
                [] => format!("tls: failed to verify certificate: x509: {UNKNOWN}"),
                _ => "unable to load root certificates: unable to parse bytes as PEM block".to_owned(),
            };
            return Trust { config: Err(why) };
        }
        Trust {
            config: config(certificates).map_err(|why| format!("unable to load root certificates: {why}")),
        }
    }
}

fn config(certificates: Vec<CertificateDer<'static>>) -> Result<Arc<ClientConfig>, Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(certificates.iter().cloned());
    let chains = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider)).build();
    let chains = chains.map_err(|why| Error::General(why.to_string()))?;
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Bundle { chains, certificates }))
        .with_no_client_auth();
    Ok(Arc::new(config))
}

/// Verifies chains as usual; and takes, as Go does, a certificate that is itself in the bundle though it is an authority's:
/// webhooks in development sign their own.
#[derive(Debug)]
struct Bundle {
    chains: Arc<WebPkiServerVerifier>,
    certificates: Vec<CertificateDer<'static>>,
}

impl ServerCertVerifier for Bundle {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let verified =
            self.chains.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        // As there, from when to when it is good comes before whose it is, and that before who vouches for it.
        let is_outdated = matches!(
            &verified,
            Err(Error::InvalidCertificate(
                CertificateError::ExpiredContext { .. } | CertificateError::NotValidYetContext { .. }
            ))
        );
        if !is_outdated {
            verify_server_name(&ParsedCertificate::try_from(end_entity)?, server_name)?;
        }
        let own = || self.certificates.iter().any(|known| known.as_ref() == end_entity.as_ref());
        match verified {
            Err(Error::InvalidCertificate(CertificateError::Other(_))) if own() => {
                Ok(ServerCertVerified::assertion())
            }
            verified => verified,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.chains.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.chains.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.chains.supported_verify_schemes()
    }
}

/// Why a handshake has failed, in Go's words where they are known.
pub(crate) fn explain(error: &io::Error) -> String {
    let cause = error.get_ref().and_then(|cause| cause.downcast_ref::<Error>());
    match cause {
        Some(Error::InvalidCertificate(why)) => {
            format!("tls: failed to verify certificate: x509: {}", in_words(why))
        }
        Some(why) => format!("tls: {why}"),
        None if error.kind() == io::ErrorKind::UnexpectedEof => "EOF".to_owned(),
        None => error.to_string(),
    }
}

const UNKNOWN: &str = "certificate signed by unknown authority";

/// What is wrong with a certificate, as Go's `crypto/x509` says it.
fn in_words(why: &CertificateError) -> String {
    const OUTDATED: &str = "certificate has expired or is not yet valid: current time";
    let moment = |time: &UnixTime| {
        let seconds = i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
        jiff::Timestamp::from_second(seconds).unwrap_or(jiff::Timestamp::MAX).to_string()
    };
    match why {
        CertificateError::UnknownIssuer | CertificateError::BadSignature => UNKNOWN.to_owned(),
        CertificateError::NotValidForNameContext { expected, presented } => not_for(expected, presented),
        CertificateError::ExpiredContext { time, not_after } => {
            format!("{OUTDATED} {} is after {}", moment(time), moment(not_after))
        }
        CertificateError::NotValidYetContext { time, not_before } => {
            format!("{OUTDATED} {} is before {}", moment(time), moment(not_before))
        }
        why => why.to_string(),
    }
}

/// `presented` are the names that the certificate has, each as `DnsName("a.example")` or `IpAddress(127.0.0.1)`.
fn not_for(expected: &ServerName<'_>, presented: &[String]) -> String {
    let wanted = expected.to_str();
    let (kind, is_address) = match expected {
        ServerName::IpAddress(_) => ("IpAddress(", true),
        _ => ("DnsName(", false),
    };
    let names = presented.iter().filter_map(|name| name.strip_prefix(kind)?.strip_suffix(')'));
    let names: Vec<&str> = names.map(|name| name.trim_matches('"')).collect();
    match names.as_slice() {
        [] if is_address => {
            format!("cannot validate certificate for {wanted} because it doesn't contain any IP SANs")
        }
        [] => format!("certificate is not valid for any names, but wanted to match {wanted}"),
        names => format!("certificate is valid for {}, not {wanted}", names.join(", ")),
    }
}
